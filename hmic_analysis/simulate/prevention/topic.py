"""P1 to P4: the topic as the simulator takes it."""

from __future__ import annotations

from hmic_analysis.simulate.prevention.documents import documents
from hmic_analysis.simulate.prevention.make import make
from hmic_analysis.simulate.prevention.verdicts import verdicts
from hmic_analysis.simulate.prevention.ways import ways
from hmic_analysis.simulate.topic import Topic


def topic() -> Topic:
    """The topic.

    Returns
    -------
    Topic
    """
    return Topic(name="prevention", documents=documents, make=make, verdicts=verdicts, ways=ways())
