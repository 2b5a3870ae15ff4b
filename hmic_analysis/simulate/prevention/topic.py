"""P1 to P4: the topic as the simulator takes it."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Topic


def topic() -> Topic:
    """The topic.

    Returns
    -------
    Topic
    """
    return Topic(name="prevention")
