"""P5, F2, F3 and F5: the topic as the simulator takes it."""

from __future__ import annotations

from hmic_analysis.simulate.resources.cameras import make_cameras
from hmic_analysis.simulate.resources.devices import make_devices
from hmic_analysis.simulate.resources.documents import documents
from hmic_analysis.simulate.resources.partners import make_partners
from hmic_analysis.simulate.resources.plates import make_plates
from hmic_analysis.simulate.resources.supervision import make_supervision
from hmic_analysis.simulate.resources.verdicts import verdicts
from hmic_analysis.simulate.resources.ways import ways
from hmic_analysis.simulate.topic import Made, Subject, Topic

PARTS = (make_cameras, make_plates, make_partners, make_supervision, make_devices)


def topic() -> Topic:
    """The topic.

    Returns
    -------
    Topic
    """
    return Topic(name="resources", documents=documents, make=make, verdicts=verdicts, ways=ways())


def make(subject: Subject) -> Made:
    """All tables of the topic that stand apart from the calls.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    Made
    """
    made = Made()
    for part in PARTS:
        found = part(subject)
        made.tables |= found.tables
        made.values |= found.values
    return made
