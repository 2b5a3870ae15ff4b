"""The topics of the inspection beyond calls, suspects, demand and savings."""

from __future__ import annotations

from hmic_analysis.simulate.prevention import topic as _prevention
from hmic_analysis.simulate.resources import topic as _resources
from hmic_analysis.simulate.service import topic as _service
from hmic_analysis.simulate.topic import Topic
from hmic_analysis.simulate.victims import topic as _victims


def topics() -> tuple[Topic, ...]:
    """All of them, in the order in which their tables are written.

    Returns
    -------
    tuple of Topic
    """
    return (_prevention.topic(), _victims.topic(), _service.topic(), _resources.topic())
