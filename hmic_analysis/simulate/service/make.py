"""The tables of A5, A8 and A9 that do not follow the calls, and the true figures behind them."""

from __future__ import annotations

from hmic_analysis.simulate.service.iom_meetings import draw_meetings
from hmic_analysis.simulate.service.offenders import draw_cohort, draw_selection
from hmic_analysis.simulate.service.positions import draw_positions
from hmic_analysis.simulate.service.public import draw_callbacks, draw_survey
from hmic_analysis.simulate.topic import Made, Subject

TABLES = {
    "iom_cohort": draw_cohort,
    "iom_selection": draw_selection,
    "iom_meeting": draw_meetings,
    "position": draw_positions,
    "callback": draw_callbacks,
    "survey": draw_survey,
}


def make(subject: Subject) -> Made:
    """Make them; calls audited and staff are made by the topics that they also serve.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    Made
    """
    made = Made(stated={"dispatch_mapping_system": float(subject.facts.dispatch_mapping)})
    for table, draw in TABLES.items():
        made.tables[table], values = draw(subject)
        made.values |= values
    return made
