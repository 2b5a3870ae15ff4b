"""The topics of the inspection."""

from __future__ import annotations

from hmic_analysis.simulate.core import topic as _core
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
    return (_core.topic(), _prevention.topic(), _victims.topic(), _service.topic(), _resources.topic())
