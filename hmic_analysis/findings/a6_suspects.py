"""A6: whether the force knows whom it is looking for, and whether it looks."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, capability
from hmic_analysis.findings.signed import gap_but_signed, has_none
from hmic_analysis.measures.attendance import recorded_crimes
from hmic_analysis.measures.base import Share, among, backwards, happened_by, in_order, open_blanks, unread
from hmic_analysis.statistics.intervals import Interval

# A6: named suspects outstanding, and how they are managed. Persons are counted, not pairs of person and crime.

NOBODY = Share.none()
AGE_BANDS = ((0, 7, "7 days or less"), (8, 28, "8 to 28 days"), (29, 90, "29 to 90 days"),
             (91, 365, "91 to 365 days"), (366, None, "More than 365 days"))  # fmt: skip


#: What is told of the enquiry; blank for everybody in the return: not known.
WORK = ("owner_key", "last_activity_on", "last_review_on")
#: What ends the interest in a suspect.
ENDS = ("arrested_on", "interviewed_on", "eliminated_on", "crime_closed_on")


def of_counted_crimes(suspect: pd.DataFrame, crime: pd.DataFrame) -> pd.DataFrame:
    """Suspects with grounds not denied, for crimes that count.

    A crime that was cancelled or is not notifiable counts for none; one that is not in the return, because it was
    recorded before the period, does.  Where it can't be read whether the crime counts, ``grounds_recorded`` is missing:
    nobody knows whether the person is a named suspect.
    """
    gone = set(crime["crime_id"]) - set(recorded_crimes(crime)["crime_id"])
    doubtful = crime.loc[unread(crime, "is_notifiable", "is_no_crime").to_numpy(dtype=bool), "crime_id"]
    denied = suspect["grounds_recorded"].eq(False).fillna(False) | among(suspect["crime_id"], gone)  # noqa: FBT003
    grounds = suspect["grounds_recorded"].mask(among(suspect["crime_id"], doubtful))
    return suspect.assign(grounds_recorded=grounds)[~denied.to_numpy(dtype=bool)]


def suspect_pairs(suspect: pd.DataFrame, crime: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Each pair of suspect and crime at a day: outstanding or not.

    The rows named by that day for crimes that count, grounds not denied, with ``ended_on`` (the first date by that
    day that ends the interest) and ``outstanding``: a nullable boolean.  True: not arrested, interviewed,
    eliminated or ended by the crime's closure.  Missing: no such date and a blank status, or blank grounds: the
    person may be no named suspect.  A dated arrest or interview stands against a status that still says
    outstanding.

    ``as_of``: day of the snapshot; later dates are not yet known on it.
    """
    day = pd.Timestamp(as_of)
    rows = of_counted_crimes(open_blanks(suspect, *WORK), crime)
    rows = rows[(rows["named_on"] <= day).to_numpy(dtype=bool)].copy()
    ends = rows[list(ENDS)]
    ended_on = ends.where(ends <= day).min(axis=1)
    dated_later = (ends > day).any(axis=1)
    status = rows["status"].astype("object")
    # A status is the force's latest word: one that ended after the snapshot was still outstanding on the day.
    says_ended = rows["status"].isin(["arrested", "interviewed", "eliminated", "crime_closed"]).astype(bool)
    state = pd.Series(pd.NA, index=rows.index, dtype="boolean")
    state[(status == "outstanding").fillna(False).to_numpy(dtype=bool) | dated_later] = True
    state[says_ended & ~dated_later] = False
    # An end that can't be read may have come before the day.
    state[unread(rows, *ENDS)] = pd.NA
    state[ended_on.notna()] = False
    state[state.fillna(False).to_numpy(dtype=bool) & rows["grounds_recorded"].isna().to_numpy(dtype=bool)] = pd.NA
    return rows.assign(outstanding=state, ended_on=ended_on)


def outstanding_persons(pairs: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Persons outstanding at a day, with what is known of the enquiry for each.

    ``pairs`` is what :func:`suspect_pairs` gives. One row per person with at least one pair that is outstanding or
    may be: ``person_key``, ``state`` (``outstanding`` or ``unknown``), ``pairs``, ``named_on`` (earliest of those
    that make it so), ``age_days``, ``has_owner``, ``last_activity_on``, ``last_review_on`` (latest), ``high_risk``,
    and whether one of these may hide behind a cell that nobody could read, or behind work of a later day.
    """
    day = pd.Timestamp(as_of)
    may_be = pairs["outstanding"].fillna(True).astype(bool)
    rows = pairs[may_be.to_numpy(dtype=bool)]
    sure = rows["outstanding"].fillna(False).astype(bool)
    later = {column: (rows[column] > day).fillna(False).to_numpy(dtype=bool) for column in WORK[1:]}
    # Whoever is sought for one crime is not sought since that of another for which it isn't known.
    since = rows["named_on"].where(sure | ~among(rows["person_key"], rows.loc[sure, "person_key"]))
    grouped = rows.assign(
        sure=sure,
        named_on=since,
        owned=rows["owner_key"].notna(),
        high=(rows["risk_grade"] == "high").fillna(False).astype(bool),
        # Only the last of it is on record: work after the snapshot hides what was done before, which isn't known.
        **{unread_flag(column): unread(rows, column) | later.get(column, False) for column in WORK},
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
        **{unread_flag(column): (unread_flag(column), "max") for column in WORK},
    ).reset_index()
    table["state"] = np.where(table["sure"].astype(bool), "outstanding", "unknown")
    table["age_days"] = (day - table["named_on"]).dt.days
    return table.drop(columns="sure")


def recent(persons: pd.DataFrame, column: str, as_of: date, days: int) -> Share:
    """Persons outstanding whose latest entry is not older than so many days.

    A blank counts as none, unless the force filled the column for nobody: then all are unknown.  Not known where
    the last entry was made after the day.

    ``persons``: result of :func:`outstanding_persons`.
    ``column``: ``last_activity_on`` or ``last_review_on``.
    """
    oldest = pd.Timestamp(as_of) - pd.Timedelta(days=days)
    return _of_outstanding(persons, persons[column] >= oldest, persons[unread_flag(column)])


def owned(persons: pd.DataFrame) -> Share:
    """Persons outstanding whose enquiry has a current owner.

    ``persons`` is what :func:`outstanding_persons` gives. A blank counts as no owner, unless the force filled the
    column for nobody: then all are unknown.
    """
    return _of_outstanding(persons, persons["has_owner"], persons[unread_flag("owner_key")])


def _of_outstanding(persons: pd.DataFrame, has: pd.Series, unclear: pd.Series) -> Share:
    """Persons who have it on record.  Whoever may be outstanding and has it not may be one without, and is unknown."""
    may_be = persons["state"].eq("unknown").to_numpy(dtype=bool)
    has = has.fillna(False).to_numpy(dtype=bool)
    state = pd.Series(has, persons.index, dtype="boolean").mask(~has & (may_be | unclear.to_numpy(dtype=bool)))
    counted = ~(may_be & has)
    return Share.of(state[counted], persons[counted])


def age_bands(persons: pd.DataFrame) -> pd.DataFrame:
    """Persons outstanding by the days since they were first named.

    ``persons`` is what :func:`outstanding_persons` gives; only the sure ones are counted. ``band``, ``label``,
    ``persons``: every band, also an empty one.
    """
    ages = persons.loc[persons["state"] == "outstanding", "age_days"]
    rows = []
    for number, (low, high, label) in enumerate(AGE_BANDS):
        upper = ages <= high if high is not None else True
        rows.append({"band": number, "label": label, "persons": int(((ages >= low) & upper).sum())})
    return pd.DataFrame(rows)


def high_risk_cleared(suspects: pd.DataFrame, start: date, end: date, as_of: date, days: int) -> Share:
    """High-risk suspects named in a period who were arrested or interviewed within so many days.

    Counted by person and day of naming.  Not known: the status is arrested, or interviewed, and no day says when; or
    it is blank whether there were grounds; or the grade is blank.  Who was arrested before being
    named was arrested in time.

    ``suspects``: result of :func:`suspect_pairs` or of :func:`of_counted_crimes`.
    ``start``, ``end``: period of naming.
    ``as_of``: those named less than so many days before it are left out: their time was not up.
    """
    first, last = pd.Timestamp(start), min(pd.Timestamp(end), pd.Timestamp(as_of) - pd.Timedelta(days=days))
    named = (suspects["risk_grade"] == "high").fillna(True) & suspects["named_on"].between(first, last)
    rows = suspects[named.to_numpy(dtype=bool)]
    limit = rows["named_on"] + pd.Timedelta(days=days)
    cleared = (rows["arrested_on"] <= limit).fillna(False) | (rows["interviewed_on"] <= limit).fillna(False)
    open_ = unread(rows, "arrested_on", "interviewed_on")
    for status, on in (("arrested", "arrested_on"), ("interviewed", "interviewed_on")):
        open_ |= (rows["status"].eq(status).fillna(False) & rows[on].isna()).to_numpy(dtype=bool)
    # Without a grade nobody knows whether the risk was high; without grounds on record, whether it was a suspect.
    sure = rows["risk_grade"].notna() & rows["grounds_recorded"].notna()
    rows = rows.assign(cleared=cleared.astype(bool) & sure, open=open_ | ~sure)
    people = rows.groupby(["person_key", "named_on"])[["cleared", "open"]].max().reset_index()
    state = people["cleared"].astype("boolean")
    return Share.of(state.mask(~state & people["open"]), people)


def counts(persons: pd.DataFrame) -> tuple[int, int]:
    """Persons surely outstanding, and further ones of whom it is not known, of :func:`outstanding_persons`."""
    sure = int((persons["state"] == "outstanding").sum())
    return sure, len(persons) - sure


def counted(persons: pd.DataFrame) -> Share:
    """Persons surely outstanding (yes), and further ones of whom it is not known, of :func:`outstanding_persons`."""
    sure = (persons["state"] == "outstanding").astype("boolean")
    return Share.of(sure.mask(~sure), persons)


def ages(persons: pd.DataFrame) -> np.ndarray:
    """Days since naming of each of :func:`outstanding_persons`; missing where it is not known whether the person is."""
    return persons["age_days"].where(persons["state"] == "outstanding").to_numpy(dtype=float, na_value=np.nan)


def pairs_note(pairs: pd.DataFrame) -> str:
    """How many pairs of person and crime the persons outstanding stand for, in words."""
    sure = int(pairs["outstanding"].fillna(False).sum())
    return f"{sure:,} pairs of suspect and crime."


# A6: failures to answer police bail. Court bail is not police bail and is left out.

POLICE_BAIL = ("s47_3", "s30a_street")
#: Days on which a failure to answer ends: the person came late, was caught, or no longer had to come.
SETTLED = ("answered_on", "rearrested_on", "cancelled_on", "rebailed_on")
#: The first day, from the day due on, on which the person was bailed again, on a row of its own.
ANEW = "bailed_anew_on"


def bail_returns(bail: pd.DataFrame) -> pd.DataFrame:
    """Police bail whose return stood: not re-bailed or cancelled before it was due.

    The rows with ``answered``: the nullable boolean ``attended``; where it is blank, whether the person came by the
    day due, as far as a day of coming tells; and :data:`ANEW`.  Who came on the day and was bailed anew answered.
    """
    police = bail["bail_type"].isin(list(POLICE_BAIL))
    moved = (bail["rebailed_on"] < bail["return_due_on"]).fillna(False)
    cancelled = (bail["cancelled_on"] < bail["return_due_on"]).fillna(False)
    rows = bail[(police & ~moved & ~cancelled).to_numpy(dtype=bool)]
    came = (rows["answered_on"] <= rows["return_due_on"]).astype("boolean").mask(rows["answered_on"].isna())
    answered = rows["attended"].astype("boolean").fillna(came)
    # A day that can't be read may have moved or cancelled the return before it was due; due before bail was granted, it
    # was due on another day.
    open_ = unread(rows, "rebailed_on", "cancelled_on") | backwards(rows, "granted_on", "return_due_on")
    return rows.assign(answered=answered.mask(open_), **{ANEW: _bailed_anew(rows, bail)})


def _bailed_anew(returns: pd.DataFrame, bail: pd.DataFrame) -> pd.Series:
    """By return the first other bail, of whatever kind, that was granted to the person on the day due or after it."""
    keys = ["bail_id", "person_key"]
    pairs = returns[[*keys, "return_due_on"]].merge(bail[[*keys, "granted_on"]], on="person_key")
    later = pairs["bail_id_x"].ne(pairs["bail_id_y"]) & (pairs["granted_on"] >= pairs["return_due_on"])
    first = pairs[later.to_numpy(dtype=bool)].groupby("bail_id_x")["granted_on"].min()
    return first.reindex(returns["bail_id"]).set_axis(returns.index)


def wanted_on_bail(bail: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Returns to police bail that were due by a day and not, or perhaps not, answered, nor settled by it.

    The rows of :func:`bail_returns`; ``answered`` is false, or missing where it is not known.
    """
    day = pd.Timestamp(as_of)
    rows = bail_returns(bail)
    still = rows[(happened_by(rows["return_due_on"], day) & _over_by(rows, day).isna()).to_numpy(dtype=bool)]
    still = still.assign(answered=still["answered"].mask(unread(still, *SETTLED) & ~still["answered"]))
    return still[~still["answered"].fillna(False).to_numpy(dtype=bool)]  # noqa: FBT003


def failed_to_answer(bail: pd.DataFrame, as_of: date) -> tuple[set[str], set[str]]:
    """Persons who had failed to answer police bail and were still wanted for it at a day.

    Person keys surely so, and further ones of whom it is not known whether they attended.
    """
    still = wanted_on_bail(bail, as_of)
    unknown = still["answered"].isna().to_numpy(dtype=bool)
    sure = set(still.loc[~unknown, "person_key"])
    return sure, set(still.loc[unknown, "person_key"]) - sure


def _over_by(returns: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """The first day by then on which the person was no longer wanted for not answering."""
    ends = returns[[*SETTLED, ANEW]]
    return ends.where(ends <= day).min(axis=1)


def failed(bail: pd.DataFrame, as_of: date) -> Share:
    """Persons who failed to answer (yes), and further ones of whom it is not known, each with the bail last due.

    As :func:`failed_to_answer` counts them.
    """
    rows = wanted_on_bail(bail, as_of)
    rows = rows.assign(sure=rows["answered"].notna()).sort_values(["sure", "return_due_on"], kind="stable")
    rows = rows.drop_duplicates("person_key", keep="last").sort_values("return_due_on", kind="stable")
    state = rows.pop("sure").astype("boolean")
    return Share.of(state.mask(~state), rows)


def unanswered(returns: pd.DataFrame) -> Share:
    """Bail returns that were not answered.

    ``returns`` is what :func:`bail_returns` gives. ``yes``: the person did not attend.
    """
    return Share.of(returns["answered"], returns).reversed()


def overlap_note(absconded: set[str], persons: pd.DataFrame) -> str:
    """How many of those who failed to answer bail are also named suspects outstanding, in words."""
    named = set(persons.loc[persons["state"] == "outstanding", "person_key"])
    return f"{len(absconded & named):,} of them are also named suspects outstanding; {len(absconded | named):,} in all."


# A6: circulation on the Police National Computer. Court warrants and recalls to prison are left out.

CIRCULATED_FOR = ("named_suspect", "failed_to_answer_bail")


def circulated(pnc: pd.DataFrame, as_of: date) -> set[str]:
    """Persons circulated as suspects or for failing to answer bail at a day.

    Person keys; court warrants and recalls are left out.

    ``pnc``: table ``pnc_circulation``.
    """
    day = pd.Timestamp(as_of)
    current = happened_by(pnc["circulated_on"], day) & ~happened_by(pnc["cancelled_on"], day)
    return set(pnc.loc[(current & pnc["reason"].isin(list(CIRCULATED_FOR))).to_numpy(dtype=bool), "person_key"])


def circulated_share(persons: pd.DataFrame, pnc: pd.DataFrame, as_of: date, days: int) -> Share:
    """Persons outstanding for longer than so many days who are circulated.

    ``persons``: result of :func:`outstanding_persons`.
    ``pnc``: table ``pnc_circulation``.
    ``days``: persons named so many days ago or less are left out.
    """
    rows, pnc = persons[persons["age_days"] > days], in_order(pnc, "circulated_on", "cancelled_on")
    open_ = circulated(pnc[unread(pnc, "cancelled_on").to_numpy(dtype=bool)], as_of)
    sure = circulated(pnc[~unread(pnc, "cancelled_on").to_numpy(dtype=bool)], as_of)
    return _of_outstanding(rows, among(rows["person_key"], sure), among(rows["person_key"], open_ - sure))


def days_to_circulation(
    pairs: pd.DataFrame, bail: pd.DataFrame, pnc: pd.DataFrame, start: date, end: date, as_of: date
) -> pd.DataFrame:
    """Days from being named, or failing to attend, to circulation for just that.

    ``person_key``, ``reason``, ``days``, ``circulated`` (bool): one row for each person and reason.  Who was
    circulated before the period, or after it, is left out, as is who was dealt with and never circulated.

    ``pairs``: result of :func:`suspect_pairs`.
    ``bail``, ``pnc``: tables ``bail`` and ``pnc_circulation``.
    ``start``, ``end``: period of the circulation.
    ``as_of``: persons outstanding or wanted for failing to attend on this day and not circulated by it are censored at
        it.
    """
    named = pairs.assign(waiting=pairs["outstanding"].fillna(False).astype(bool), began=pairs["named_on"])
    returns = bail_returns(bail)
    due = happened_by(returns["return_due_on"], pd.Timestamp(as_of))
    failed = returns[(returns["answered"].eq(False).fillna(False) & due).to_numpy(dtype=bool)]
    over = _over_by(failed, pd.Timestamp(as_of))
    failed = failed.assign(began=failed["return_due_on"], ended_on=over, waiting=over.isna())
    on_index = circulated(pnc, as_of)
    parts = [
        _waits(matters, pnc[pnc["reason"].eq(reason).to_numpy(dtype=bool)], on_index, start, end, as_of).assign(
            reason=reason
        )
        for reason, matters in zip(CIRCULATED_FOR, (named, failed), strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _waits(
    matters: pd.DataFrame, pnc: pd.DataFrame, on_index: set[str], start: date, end: date, as_of: date
) -> pd.DataFrame:
    """The waits of one reason: from ``began``, while the matter had not ``ended_on``, to its first circulation."""
    day, matters = pd.Timestamp(as_of), matters.reset_index(drop=True)
    keys = ["person_key", "began", "ended_on"]
    both = matters[keys].reset_index(names="matter").merge(pnc[["person_key", "circulated_on"]], on="person_key")
    fits = (both["circulated_on"] >= both["began"]) & ~(both["circulated_on"] > both["ended_on"])
    both = both[(fits & (both["circulated_on"] <= day)).to_numpy(dtype=bool)]
    first = both.groupby("matter")["circulated_on"].min().reindex(matters.index)
    done = matters.assign(on=first)[first.between(pd.Timestamp(start), pd.Timestamp(end)).to_numpy(dtype=bool)]
    done = done.sort_values(["on", "began"]).drop_duplicates("person_key")
    open_ = matters[(matters["waiting"] & first.isna()).to_numpy(dtype=bool)]
    open_ = open_[~among(open_["person_key"], on_index | set(done["person_key"])).to_numpy(dtype=bool)]
    open_ = open_.sort_values("began").drop_duplicates("person_key")
    rows = pd.concat([done.assign(circulated=True), open_.assign(on=day, circulated=False)])
    return rows[["person_key", "circulated"]].assign(days=(rows["on"] - rows["began"]).dt.days)


def median_with_censoring(waits: pd.DataFrame) -> tuple[float | None, int, int]:
    """Median wait by Kaplan and Meier.

    Median days (None where fewer than half have ended), waits that ended, waits in all.

    ``waits``: ``days`` and ``circulated``: False where the wait was still going on.

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


def median_bounds(waits: pd.DataFrame, lost: int) -> Interval | None:
    """The least and the most that :func:`median_with_censoring` can be where circulations lead to nobody.

    Without an upper end where fewer than half of the waits would have ended.

    ``lost``: such circulations: each may have ended a wait that still seems to go on, at once, or one that is not
        counted, after any time.
    """
    if not lost or not len(waits):
        return None
    longest = waits[~waits["circulated"]].nlargest(lost, "days").index
    ended = pd.DataFrame({"days": [0] * lost, "circulated": True})
    ends = [
        median_with_censoring(pd.concat([waits.drop(longest), ended.assign(**given)], ignore_index=True))[0]
        for given in ({}, {"days": waits["days"].max() + 1, "circulated": False})
    ]
    return Interval(*(np.inf if end is None else end for end in ends))


STATED = {"A6a": "named_suspects_outstanding", "A6b": "failed_to_answer_bail"}
#: Claim -> table in which the number is counted.
TABLES = {"A6a": "suspect", "A6b": "bail"}


def named(report: Report) -> pd.DataFrame:
    """Pairs of suspect and crime at the snapshot, see :func:`suspect_pairs`."""
    return suspect_pairs(report.table("suspect"), report.table("crime"), report.settings.as_of)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A6."""
    outstanding = report.indicator("named_suspects_outstanding_n")
    absconded = report.indicator("fta_bail_n")
    return [
        report.claim(
            "A6a",
            _can_state(report, "A6a", outstanding, "persons outstanding"),
            _grade_stated(report, "A6a", outstanding),
        ),
        report.claim(
            "A6b",
            _can_state(report, "A6b", absconded, "persons who failed to answer police bail"),
            _grade_stated(report, "A6b", absconded),
        ),
        report.claim("A6c"),
    ]


def _can_state(report: Report, claim: str, indicator: Indicator | None, what: str) -> Decision:
    answer = report.answer(STATED[claim])
    table = TABLES[claim]
    records = gap_but_signed(report, table)
    if records is not None and report.cannot_tell(table) and answer.status is None:
        return records
    recomputed = (0, 0) if has_none(report, table) else None
    if indicator is not None and indicator.value is not None:
        recomputed = (indicator.value, indicator.value + indicator.unknown)
    within = report.settings.threshold("reproduced_within_pct")
    found = capability(answer.status, answer.stated_value, recomputed, within, what, records)
    if claim != "A6a" or found.reasons != ("not_reproduced",) or recomputed is None:
        return found
    in_pairs = int(named(report)["outstanding"].fillna(False).sum())
    if abs(in_pairs - answer.stated_value) > within / 100 * answer.stated_value:
        return found
    return replace(found, why=f"{found.why} Pairs of suspect and crime number {in_pairs:,}: the force counted these.")


def _grade_stated(report: Report, claim: str, indicator: Indicator | None) -> Grade:
    """A number is graded by the records that bear it out; a nil return is the force's own word."""
    if report.answer(STATED[claim]).status == "nil_return_unable":
        return "C"
    if indicator is None or indicator.value is None:
        return "B" if has_none(report, TABLES[claim]) else "-"
    total = indicator.value + indicator.unknown
    return "B" if total == 0 or indicator.value / total >= 0.8 else "C"
