"""The tables of A3, A4 and A7 that don't follow the calls, and the true figures behind them."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Made, Subject
from hmic_analysis.simulate.victims.access import draw_access
from hmic_analysis.simulate.victims.audits import draw_audits
from hmic_analysis.simulate.victims.crime_files import draw_crime_files
from hmic_analysis.simulate.victims.earlier import draw_earlier, earlier_crimes, earlier_incidents
from hmic_analysis.simulate.victims.suspect_files import draw_suspect_files


def make(subject: Subject) -> Made:
    """Make them.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    Made
    """
    audits = draw_audits(subject)
    access, shares = draw_access(subject)
    crimes, suspects = draw_crime_files(subject), draw_suspect_files(subject)
    earlier = draw_earlier(subject)
    return Made(
        tables={
            "incident": earlier_incidents(subject, earlier),
            "crime": earlier_crimes(subject, earlier),
            "call_audit": audits.rows,
            "system_access": access,
            "file_review": crimes.files + suspects.files,
            "file_entry": crimes.entries + suspects.entries,
        },
        values={
            **audits.values,
            "handler_system_access_pct": shares,
            "earlier_reports": len(earlier),
            **crimes.values,
            **suspects.values,
        },
    )
