"""A3: what call-handlers asked victims, by the audits of calls drawn at random, and what they can look up."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.measures.base import Share
from hmic_analysis.measures.training import in_post

NOT_RECORDED = "not recorded"


def audited_calls_of_victims(call_audit: pd.DataFrame) -> pd.DataFrame:
    """Audits of victims' calls that were drawn at random.

    Parameters
    ----------
    call_audit : pandas.DataFrame
        Table ``call_audit``, cut to a period.

    Returns
    -------
    pandas.DataFrame
        The rows; those chosen for a reason tell nothing of the others, and a blank is not taken for random.
    """
    keep = call_audit["random_sample"].fillna(False).astype(bool) & call_audit["about_victim"].fillna(False).astype(
        bool
    )
    return call_audit[keep.to_numpy(dtype=bool)]


def asked(audits: pd.DataFrame, question: str) -> Share:
    """Audited calls in which the handler asked, or looked it up.

    Parameters
    ----------
    audits : pandas.DataFrame
        Result of :func:`audited_calls_of_victims`.
    question : str
        ``asked_previous`` or ``asked_vulnerability``.

    Returns
    -------
    Share
    """
    return Share.of(audits[question], audits["audit_id"])


def asked_by_team(audits: pd.DataFrame, question: str) -> dict[str, Share]:
    """:func:`asked` by team, in the order of their names.

    Parameters
    ----------
    audits : pandas.DataFrame
        Result of :func:`audited_calls_of_victims`.
    question : str

    Returns
    -------
    dict of str to Share
    """
    team = audits["team"].astype("object").where(audits["team"].notna(), NOT_RECORDED)
    return {str(name): asked(rows, question) for name, rows in audits.groupby(team)}


def access_by_system(system_access: pd.DataFrame, staff: pd.DataFrame, as_of: date) -> dict[str, Share]:
    """Call-handlers in post with live access, by system.

    Parameters
    ----------
    system_access : pandas.DataFrame
        Table ``system_access``.
    staff : pandas.DataFrame
        Table ``staff``; where it is empty everybody listed in ``system_access`` counts as a handler in post.
    as_of : datetime.date

    Returns
    -------
    dict of str to Share
        A handler in post without a row for a system is unknown; in the order of the share, smallest first.
    """
    listed = system_access.drop_duplicates(["person_key", "system"])
    handlers = pd.Index(listed["person_key"].dropna().unique())
    if len(staff):
        on_post = in_post(staff, as_of)
        handlers = pd.Index(on_post.loc[on_post["role"].eq("call_handler").fillna(False).to_numpy(bool), "person_key"])
    found = {}
    for system, rows in listed.groupby("system"):
        live = rows.set_index("person_key")["live"].astype("boolean").reindex(handlers)
        found[str(system)] = Share.of(live, pd.Series(handlers, name="person_key"))
    return dict(sorted(found.items(), key=lambda item: (item[1].yes / max(item[1].known, 1), item[0])))
