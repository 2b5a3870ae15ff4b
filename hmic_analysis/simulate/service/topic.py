"""A5, A8, A9 and A10: the topic as the simulator takes it."""

from __future__ import annotations

from hmic_analysis.simulate.service.dispatches import Dispatches
from hmic_analysis.simulate.service.documents import documents
from hmic_analysis.simulate.service.make import make
from hmic_analysis.simulate.service.verdicts import verdicts
from hmic_analysis.simulate.service.ways import ways
from hmic_analysis.simulate.topic import Topic


def topic() -> Topic:
    """The topic.

    Returns
    -------
    Topic
    """
    return Topic(
        name="service", documents=documents, make=make, follow=Dispatches, verdicts=verdicts, ways=ways()
    )  # fmt: skip
