"""A5, A8, A9 and A10: the topic as the simulator takes it."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Topic


def topic() -> Topic:
    """The topic.

    Returns
    -------
    Topic
    """
    return Topic(name="service")
