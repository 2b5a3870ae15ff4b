"""A1, A2, A6, F1 and F4: the topic as the simulator takes it."""

from __future__ import annotations

from hmic_analysis.simulate.core.verdicts import verdicts
from hmic_analysis.simulate.core.ways import ways
from hmic_analysis.simulate.topic import Topic


def topic() -> Topic:
    """The topic.

    Returns
    -------
    Topic
        Its tables are written by :mod:`hmic_analysis.simulate.build` itself.
    """
    return Topic(name="core", verdicts=verdicts, ways=ways())
