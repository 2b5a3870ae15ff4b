"""P5, F2, F3 and F5: the topic as the simulator takes it."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Topic


def topic() -> Topic:
    """The topic.

    Returns
    -------
    Topic
    """
    return Topic(name="resources")
