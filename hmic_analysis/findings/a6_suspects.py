"""A6: whether the force knows whom it is looking for, and whether it looks."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, capability, grade_indicator, weakest
from hmic_analysis.measures.base import Share, happened_by

# --------------------------------------------------------------------------------------------------------------------
# A6: named suspects outstanding, and how they are managed. Persons are counted, not pairs of person and crime.

NOBODY = Share.none()
AGE_BANDS = ((0, 7, "7 days or less"), (8, 28, "8 to 28 days"), (29, 90, "29 to 90 days"),
             (91, 365, "91 to 365 days"), (366, None, "More than 365 days"))  # fmt: skip


def suspect_pairs(suspect: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Each pair of suspect and crime at a day: outstanding or not.

    Parameters
    ----------
    suspect : pandas.DataFrame
        Table ``suspect``.
    as_of : datetime.date
        Day of the snapshot; later dates are not yet known on it.

    Returns
    -------
    pandas.DataFrame
        The rows named by that day with reasonable grounds not denied, with ``outstanding``: a nullable boolean.
        True: not arrested, interviewed, eliminated or ended by the crime's closure.  Missing: no such date, and a
        blank status.  A dated arrest or interview stands against a status that still says outstanding.
    """
    day = pd.Timestamp(as_of)
    grounds = suspect["grounds_recorded"].astype("boolean").fillna(True)
    rows = suspect[(grounds & (suspect["named_on"] <= day)).to_numpy(dtype=bool)].copy()
    ended = pd.Series(False, index=rows.index)
    for column in ("arrested_on", "interviewed_on", "eliminated_on", "crime_closed_on"):
        ended |= happened_by(rows[column], day)
    dated_later = pd.Series(False, index=rows.index)
    for column in ("arrested_on", "interviewed_on", "eliminated_on", "crime_closed_on"):
        dated_later |= (rows[column] > day).fillna(False).astype(bool)
    status = rows["status"].astype("object")
    # A status is the force's latest word: one that ended after the snapshot was still outstanding on the day.
    says_ended = rows["status"].isin(["arrested", "interviewed", "eliminated", "crime_closed"]).astype(bool)
    state = pd.Series(pd.NA, index=rows.index, dtype="boolean")
    state[(status == "outstanding").fillna(False).to_numpy(dtype=bool) | dated_later] = True
    state[says_ended & ~dated_later] = False
    state[ended] = False
    return rows.assign(outstanding=state)


def outstanding_persons(pairs: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Persons outstanding at a day, with what is known of the enquiry for each.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Result of :func:`suspect_pairs`.

    Returns
    -------
    pandas.DataFrame
        One row per person with at least one pair that is outstanding or may be: ``person_key``, ``state``
        (``outstanding`` or ``unknown``), ``pairs``, ``named_on`` (earliest), ``age_days``, ``has_owner``,
        ``last_activity_on``, ``last_review_on`` (latest), ``high_risk``.
    """
    day = pd.Timestamp(as_of)
    may_be = pairs["outstanding"].fillna(True).astype(bool)
    rows = pairs[may_be.to_numpy(dtype=bool)]
    grouped = rows.assign(
        sure=rows["outstanding"].fillna(False).astype(bool),
        owned=rows["owner_key"].notna(),
        high=(rows["risk_grade"] == "high").fillna(False).astype(bool),
        # Work dated after the snapshot was not yet done on the day.
        last_activity_on=rows["last_activity_on"].where(rows["last_activity_on"] <= day),
        last_review_on=rows["last_review_on"].where(rows["last_review_on"] <= day),
    ).groupby("person_key", sort=True)
    table = grouped.agg(
        sure=("sure", "max"),
        pairs=("crime_id", "size"),
        named_on=("named_on", "min"),
        has_owner=("owned", "max"),
        last_activity_on=("last_activity_on", "max"),
        last_review_on=("last_review_on", "max"),
        high_risk=("high", "max"),
    ).reset_index()
    table["state"] = np.where(table["sure"].astype(bool), "outstanding", "unknown")
    table["age_days"] = (day - table["named_on"]).dt.days
    return table.drop(columns="sure")


def recent(persons: pd.DataFrame, column: str, as_of: date, days: int) -> Share:
    """Persons outstanding whose latest entry is not older than so many days.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`; only the sure ones are counted.
    column : str
        ``last_activity_on`` or ``last_review_on``.

    Returns
    -------
    Share
        A blank counts as none, unless the force filled the column for nobody: then all are unknown.
    """
    rows = persons[persons["state"] == "outstanding"]
    if len(rows) and rows[column].isna().all():
        return Share(0, 0, len(rows))
    oldest = pd.Timestamp(as_of) - pd.Timedelta(days=days)
    return Share.of((rows[column] >= oldest).fillna(False), rows["person_key"])


def owned(persons: pd.DataFrame) -> Share:
    """Persons outstanding whose enquiry has a current owner.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.

    Returns
    -------
    Share
        A blank counts as no owner, unless the force filled the column for nobody: then all are unknown.
    """
    rows = persons[persons["state"] == "outstanding"]
    has_owner = rows["has_owner"].astype(bool)
    return Share(0, 0, len(rows)) if len(rows) and not has_owner.any() else Share.of(has_owner, rows["person_key"])


def age_bands(persons: pd.DataFrame) -> pd.DataFrame:
    """Persons outstanding by the days since they were first named.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`; only the sure ones are counted.

    Returns
    -------
    pandas.DataFrame
        ``band``, ``label``, ``persons``: every band, also an empty one.
    """
    ages = persons.loc[persons["state"] == "outstanding", "age_days"]
    rows = []
    for number, (low, high, label) in enumerate(AGE_BANDS):
        upper = ages <= high if high is not None else True
        rows.append({"band": number, "label": label, "persons": int(((ages >= low) & upper).sum())})
    return pd.DataFrame(rows)


def high_risk_cleared(suspect: pd.DataFrame, start: date, end: date, as_of: date, days: int) -> Share:
    """High-risk suspects named in a period who were arrested or interviewed within so many days.

    Parameters
    ----------
    suspect : pandas.DataFrame
        Table ``suspect``.
    start, end : datetime.date
        Period of naming.
    as_of : datetime.date
        Those named less than so many days before it are left out: their time was not up.

    Returns
    -------
    Share
        Counted by person and day of naming.
    """
    first, last = pd.Timestamp(start), min(pd.Timestamp(end), pd.Timestamp(as_of) - pd.Timedelta(days=days))
    named = (suspect["risk_grade"] == "high").fillna(False) & suspect["named_on"].between(first, last)
    rows = suspect[named.to_numpy(dtype=bool)]
    limit = rows["named_on"] + pd.Timedelta(days=days)
    cleared = (rows["arrested_on"] <= limit).fillna(False) | (rows["interviewed_on"] <= limit).fillna(False)
    people = rows.assign(cleared=cleared.astype(bool)).groupby(["person_key", "named_on"])["cleared"].max()
    people = people.reset_index()
    return Share.of(people["cleared"], people["person_key"])


def counts(persons: pd.DataFrame) -> tuple[int, int]:
    """Persons surely outstanding, and further ones of whom it is not known.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.
    """
    sure = int((persons["state"] == "outstanding").sum())
    return sure, len(persons) - sure


def ages(persons: pd.DataFrame) -> np.ndarray:
    """Days since naming of each person surely outstanding.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.
    """
    return persons.loc[persons["state"] == "outstanding", "age_days"].to_numpy(dtype=float)


def pairs_note(pairs: pd.DataFrame) -> str:
    """How many pairs of person and crime the persons outstanding stand for, in words."""
    sure = int(pairs["outstanding"].fillna(False).sum())
    return f"{sure:,} pairs of suspect and crime."


# --------------------------------------------------------------------------------------------------------------------
# A6: failures to answer police bail. Court bail is not police bail and is left out.

POLICE_BAIL = ("s47_3", "s30a_street")


def bail_returns(bail: pd.DataFrame) -> pd.DataFrame:
    """Police bail whose return stood: not re-bailed or cancelled before it was due.

    Parameters
    ----------
    bail : pandas.DataFrame
        Table ``bail``.

    Returns
    -------
    pandas.DataFrame
        The rows with ``answered``: the nullable boolean ``attended``.
    """
    police = bail["bail_type"].isin(list(POLICE_BAIL))
    moved = (bail["rebailed_on"] <= bail["return_due_on"]).fillna(False)
    cancelled = (bail["cancelled_on"] <= bail["return_due_on"]).fillna(False)
    rows = bail[(police & ~moved & ~cancelled).to_numpy(dtype=bool)]
    return rows.assign(answered=rows["attended"].astype("boolean"))


def failed_to_answer(bail: pd.DataFrame, as_of: date) -> tuple[set[str], set[str]]:
    """Persons who had failed to answer police bail and were still wanted for it at a day.

    Parameters
    ----------
    bail : pandas.DataFrame
        Table ``bail``.

    Returns
    -------
    tuple of set of str
        Person keys surely so, and further ones of whom it is not known whether they attended.
    """
    day = pd.Timestamp(as_of)
    rows = bail_returns(bail)
    due = happened_by(rows["return_due_on"], day)
    over = (
        happened_by(rows["rearrested_on"], day)
        | happened_by(rows["cancelled_on"], day)
        | happened_by(rows["rebailed_on"], day)
    )
    still = rows[(due & ~over).to_numpy(dtype=bool)]
    sure = set(still.loc[(still["answered"] == False).fillna(False).to_numpy(dtype=bool), "person_key"])  # noqa: E712
    unknown = set(still.loc[still["answered"].isna().to_numpy(dtype=bool), "person_key"])
    return sure, unknown - sure


def unanswered(returns: pd.DataFrame) -> Share:
    """Bail returns that were not answered.

    Parameters
    ----------
    returns : pandas.DataFrame
        Result of :func:`bail_returns`.

    Returns
    -------
    Share
        ``yes``: the person did not attend.
    """
    return Share.of(returns["answered"], returns["person_key"]).reversed()


def overlap_note(absconded: set[str], persons: pd.DataFrame) -> str:
    """How many of those who failed to answer bail are also named suspects outstanding, in words."""
    named = set(persons.loc[persons["state"] == "outstanding", "person_key"])
    return f"{len(absconded & named):,} of them are also named suspects outstanding; {len(absconded | named):,} in all."


# --------------------------------------------------------------------------------------------------------------------
# A6: circulation on the Police National Computer. Court warrants and recalls to prison are left out.

CIRCULATED_FOR = ("named_suspect", "failed_to_answer_bail")


def circulated(pnc: pd.DataFrame, as_of: date) -> set[str]:
    """Persons circulated as suspects or for failing to answer bail at a day.

    Parameters
    ----------
    pnc : pandas.DataFrame
        Table ``pnc_circulation``.

    Returns
    -------
    set of str
        Person keys; court warrants and recalls are left out.
    """
    day = pd.Timestamp(as_of)
    current = happened_by(pnc["circulated_on"], day) & ~happened_by(pnc["cancelled_on"], day)
    return set(pnc.loc[(current & pnc["reason"].isin(list(CIRCULATED_FOR))).to_numpy(dtype=bool), "person_key"])


def circulated_share(persons: pd.DataFrame, pnc: pd.DataFrame, as_of: date, days: int) -> Share:
    """Persons outstanding for longer than so many days who are circulated.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.
    pnc : pandas.DataFrame
        Table ``pnc_circulation``.
    days : int
        Persons named so many days ago or less are left out.
    """
    rows = persons[(persons["state"] == "outstanding") & (persons["age_days"] > days)]
    return Share.of(rows["person_key"].isin(circulated(pnc, as_of)), rows["person_key"])


def days_to_circulation(persons: pd.DataFrame, pnc: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Days from naming to circulation, those not circulated censored at the snapshot.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.
    pnc : pandas.DataFrame
        Table ``pnc_circulation``.

    Returns
    -------
    pandas.DataFrame
        One row per person surely outstanding: ``person_key``, ``days``, ``circulated`` (bool).
    """
    day = pd.Timestamp(as_of)
    rows = persons.loc[persons["state"] == "outstanding", ["person_key", "named_on"]]
    entries = pnc[
        (pnc["reason"].isin(list(CIRCULATED_FOR)) & happened_by(pnc["circulated_on"], day)).to_numpy(dtype=bool)
    ]
    both = rows.merge(entries[["person_key", "circulated_on"]], on="person_key", how="left")
    # An entry older than the naming belongs to an earlier matter.
    both["circulated_on"] = both["circulated_on"].where(both["circulated_on"] >= both["named_on"])
    first = both.groupby("person_key", as_index=False).agg(named_on=("named_on", "min"), on=("circulated_on", "min"))
    waited = (first["on"].fillna(day) - first["named_on"]).dt.days
    return pd.DataFrame({"person_key": first["person_key"], "days": waited, "circulated": first["on"].notna()})


def median_with_censoring(waits: pd.DataFrame) -> tuple[float | None, int, int]:
    """Median wait by Kaplan and Meier.

    Parameters
    ----------
    waits : pandas.DataFrame
        ``days`` and ``circulated``: False where the wait was still going on.

    Returns
    -------
    tuple
        Median days (None where fewer than half have ended), waits that ended, waits in all.

    Notes
    -----
    ``statsmodels.duration.survfunc.SurvfuncRight``.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    ended = int(waits["circulated"].sum())
    if ended == 0:
        return None, 0, len(waits)
    # A wait of no days is given half a day, since the estimator needs times above 0.
    times = waits["days"].clip(lower=0).astype(float).replace(0.0, 0.5)
    median = SurvfuncRight(times.to_numpy(), waits["circulated"].astype(int).to_numpy()).quantile(0.5)
    if np.isnan(median) or np.isinf(median):
        return None, ended, len(waits)
    return (0.0 if median == 0.5 else float(median)), ended, len(waits)


# --------------------------------------------------------------------------------------------------------------------
# A6: whether the force knows whom it is looking for, and whether it looks.

STATED = {"A6a": "named_suspects_outstanding", "A6b": "failed_to_answer_bail"}


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A6.

    Parameters
    ----------
    report : Report
        With ``named_suspects_outstanding_n``, ``fta_bail_n``, ``owner_assigned_pct``, ``active_28d_pct`` and
        ``supervised_28d_pct`` taken.
    """
    outstanding = report.indicator("named_suspects_outstanding_n")
    absconded = report.indicator("fta_bail_n")
    managed = [report.indicator(i) for i in ("owner_assigned_pct", "active_28d_pct", "supervised_28d_pct")]
    return [
        report.claim(
            "A6a",
            _can_state(report, "A6a", outstanding, "persons outstanding"),
            _grade_stated(report, "A6a", outstanding),
            "named_suspects_outstanding_n",
            "named_suspects_outstanding_per_1000_crimes",
        ),
        report.claim(
            "A6b",
            _can_state(report, "A6b", absconded, "persons who failed to answer police bail"),
            _grade_stated(report, "A6b", absconded),
            "fta_bail_n",
            "fta_bail_pct",
        ),
        report.claim(
            "A6c",
            _arrangements(report, managed),
            weakest(*(grade_indicator(i) for i in managed)) if all(managed) else "-",
            "owner_assigned_pct",
            "active_28d_pct",
            "supervised_28d_pct",
            "pnc_circulated_pct",
        ),
    ]


def _can_state(report: Report, claim: str, indicator: Indicator | None, what: str) -> Decision:
    answer = report.answer(STATED[claim])
    unable = report.cannot_tell("suspect" if claim == "A6a" else "bail")
    if unable and answer.status is None:
        return report.gap("suspect" if claim == "A6a" else "bail")
    recomputed = None
    if indicator is not None and indicator.value is not None:
        recomputed = (indicator.value, indicator.value + indicator.unknown)
    within = report.settings.threshold("reproduced_within_pct")
    return capability(answer.status, answer.stated_value, recomputed, within, what)


def _arrangements(report: Report, managed: list[Indicator | None]) -> Decision:
    gap = report.gap("suspect")
    if gap is not None:
        return gap
    limit = report.settings.threshold
    tests = ("owner_assigned_pct", "active_28d_pct", "supervised_28d_pct")
    return all_of(
        *(
            at_least(indicator, limit(test), limit("contradicted_pct"), report.settings.min_n)
            for indicator, test in zip(managed, tests, strict=True)
        )
    )


def _grade_stated(report: Report, claim: str, indicator: Indicator | None) -> Grade:
    """A number is graded by the records that bear it out; a nil return is the force's own word."""
    if report.answer(STATED[claim]).status == "nil_return_unable":
        return "C"
    if indicator is None or indicator.value is None:
        return "-"
    total = indicator.value + indicator.unknown
    return "B" if total == 0 or indicator.value / total >= 0.8 else "C"
