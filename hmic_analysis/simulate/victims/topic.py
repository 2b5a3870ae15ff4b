"""A3, A4 and A7: the topic as the simulator takes it."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Topic
from hmic_analysis.simulate.victims.documents import documents
from hmic_analysis.simulate.victims.make import make
from hmic_analysis.simulate.victims.reports import Reports
from hmic_analysis.simulate.victims.verdicts import verdicts
from hmic_analysis.simulate.victims.ways import ways


def topic() -> Topic:
    """The topic.

    Returns
    -------
    Topic
    """
    return Topic(name="victims", documents=documents, make=make, follow=Reports, verdicts=verdicts, ways=ways())
