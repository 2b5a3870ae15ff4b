"""A5: whether the most harmful offenders are selected, assessed and managed together with partners."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.evidence.grades import weakest
from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, undecided
from hmic_analysis.measures.base import Share, among, backwards, happened_by, in_order, open_blanks, unread

# A5: the offenders managed at the snapshot, how their risk is assessed, and whether they are the most harmful.
#
# A blank score, date or colour says that there is none on record, unless the force filled the column for nobody: then
# nothing is known of it.


class Selection(NamedTuple):
    """Of as many offenders of the highest score as the scheme holds: who is in it, and who is not for a reason."""

    places: int
    managed: int
    excused: int
    missed: int
    unknown: int
    units: pd.Series | None = None

    @property
    def share(self) -> Share:
        """Those in the scheme, or with a recorded reason not to be."""
        return Share(self.managed + self.excused, self.missed, self.unknown, self.units)


def cohort(iom_cohort: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Offenders managed on a day.

    The rows; an offender without a day of entry is taken to have entered.  Blanks of a column that is filled in for
    nobody on the list are marked as not known, see :func:`~hmic_analysis.measures.base.open_blanks`.

    ``iom_cohort``: table ``iom_cohort``; may list some who entered later or left before.
    """
    iom_cohort = open_blanks(iom_cohort, "risk_score", "rag", "last_assessed_on")
    iom_cohort = in_order(iom_cohort, "entered_on", "left_on")
    day = pd.Timestamp(as_of)
    out = (iom_cohort["entered_on"] > day).fillna(False) | (iom_cohort["left_on"] < day).fillna(False)
    return iom_cohort[~out.to_numpy(dtype=bool)]


def assessed(offenders: pd.DataFrame) -> Share:
    """Offenders with a structured risk score, of :func:`cohort`."""
    return _on_record(offenders, "risk_score")


def with_rag(offenders: pd.DataFrame) -> Share:
    """Offenders with a red, amber or green status, of :func:`cohort`."""
    return _on_record(offenders, "rag")


def _on_record(offenders: pd.DataFrame, column: str) -> Share:
    given = offenders[column].notna().astype("boolean")
    return Share.of(given.mask(unread(offenders, column, "left_on", "entered_on")), offenders["person_key"])


def assessment_current(offenders: pd.DataFrame, as_of: date, days: int) -> Share:
    """Offenders in the community whose latest assessment is recent.

    Offenders in custody are left out.  Not known: where it isn't known whether an offender is in custody, and where
    the latest assessment is later than the snapshot and so hides the one before.

    ``offenders``: result of :func:`cohort`.
    ``days``: days before the snapshot for which an assessment is recent.
    """
    rows = offenders[(offenders["status"] != "custody").fillna(True).to_numpy(dtype=bool)]
    day = pd.Timestamp(as_of)
    recent = (rows["last_assessed_on"] >= day - pd.Timedelta(days=days)).fillna(False).astype("boolean")
    unclear = rows["status"].isna() | (rows["last_assessed_on"] > day).fillna(False)
    unclear |= unread(rows, "last_assessed_on", "left_on", "entered_on")
    return Share.of(recent.mask(unclear.to_numpy(dtype=bool)), rows["person_key"])


def reoffended(iom_cohort: pd.DataFrame, as_of: date) -> Share:
    """Entrants with a proven offence within twelve months of entry; context only, never a test.

    Over those who entered twelve months or more before the snapshot; where the day of entry is not known, or the
    offence or the last day lies before it: unknown.

    ``iom_cohort``: table ``iom_cohort``, those who left included: leaving them out would count only who stayed.
    """
    iom_cohort = open_blanks(iom_cohort, "reoffended_on")
    latest = pd.Timestamp(as_of) - pd.DateOffset(months=12)
    # Who left before entering entered on another day.
    unclear = iom_cohort["entered_on"].isna() | backwards(iom_cohort, "entered_on", "left_on")
    rows = iom_cohort[(happened_by(iom_cohort["entered_on"], latest) | unclear).to_numpy()]
    until = rows["entered_on"] + pd.DateOffset(months=12)
    within = rows["reoffended_on"] < until
    open_ = unclear[rows.index] | unread(rows, "reoffended_on") | backwards(rows, "entered_on", "reoffended_on")
    state = within.fillna(False).astype("boolean").mask(open_)
    return Share.of(state, rows["person_key"])


def selection(offenders: pd.DataFrame, iom_selection: pd.DataFrame, as_of: date) -> Selection | None:
    """Whether the offenders of the highest score are the ones who are managed.

    None where the list reaches no further than the scheme: it then agrees with itself, whatever the choice was.

    ``offenders``: result of :func:`cohort`; their number is the number of places looked at.
    ``as_of``: scores and decisions of later days are not known on it.

    An offender considered without a score, or managed and not on the list, could take one of the places.  Each such
    offender can push out the lowest only, so as many of the last places are unknown.  Of offenders with the same score
    who share the last place, only as many are counted as are certain.
    """
    places = len(offenders)
    listed = _listed(offenders, iom_selection, as_of)
    if not places or not (listed["score"].notna() & ~listed["managed"]).any():
        return None
    unscored = int(listed["score"].isna().sum()) + int((~among(offenders["person_key"], listed["person_key"])).sum())
    found = {"managed": 0, "excused": 0, "missed": 0}
    left, placed = places - unscored, []
    for _, tied in listed.dropna(subset="score").sort_values("score", ascending=False).groupby("score", sort=False):
        if left <= 0:
            break
        counts = tied["state"].value_counts().reindex(list(found), fill_value=0)
        taken = min(left, len(tied))
        for state, n in counts.items():
            found[state] += max(0, taken - (len(tied) - int(n)))
        left -= taken
        # Of those who share the last place nobody can say who takes it.
        placed.append(tied.head(len(tied) if taken == len(tied) else 0))
    rows = pd.concat(placed) if placed else listed.head(0)
    units = rows["state"].map({"managed": True, "excused": True, "missed": False}).astype("boolean")
    units = units.set_axis(pd.Index(rows["person_key"], name="person_key"))
    return Selection(places, **found, unknown=places - sum(found.values()), units=units)


def _listed(offenders: pd.DataFrame, iom_selection: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The list at the snapshot: score, whether managed, and the state of each."""
    day = pd.Timestamp(as_of)
    iom_selection = open_blanks(iom_selection, "reason_not_managed")
    managed = among(iom_selection["person_key"], offenders["person_key"])
    later = (iom_selection["decided_on"] > day).fillna(False)
    excused = iom_selection["reason_not_managed"].notna() & ~later
    state = pd.Series("missed", index=iom_selection.index).mask(excused, "excused")
    # A reason that can't be read may be a good one or none: such a place is not known.
    state = state.mask(unread(iom_selection, "reason_not_managed", "decided_on"), "unread")
    # Nor is it known of one whose day of entry or leaving is not, unless there is a reason as well.
    unsure = offenders.loc[unread(offenders, "entered_on", "left_on").to_numpy(dtype=bool), "person_key"]
    surely = managed & ~among(iom_selection["person_key"], unsure)
    state = state.mask(surely, "managed").mask(managed & ~surely & state.eq("missed"), "unread")
    score = iom_selection["score"].mask((iom_selection["scored_on"] > day).fillna(False).to_numpy(dtype=bool))
    return iom_selection[["person_key"]].assign(score=score, managed=managed.astype(bool), state=state)


# A5: meetings with partners on offenders, as scheduled, held and attended.


def held(meetings: pd.DataFrame) -> Share:
    """Scheduled meetings that were held.

    ``meetings``: table ``iom_meeting`` within the period.
    """
    return Share.of(meetings["held"], meetings["meeting_id"])


def held_by_panel(meetings: pd.DataFrame) -> dict[str, Share]:
    """Scheduled meetings that were held, by panel.

    Meetings without a panel are in none.

    ``meetings``: table ``iom_meeting`` within the period.
    """
    return {str(panel): held(rows) for panel, rows in meetings.groupby("panel", sort=True)}


def quorate(meetings: pd.DataFrame, lead: Sequence[str], core: Sequence[str], least: int) -> Share:
    """Meetings held at which the core partners were present.

    Over meetings held; not known where attendance, or whether the meeting was held, was not recorded.

    ``meetings``: table ``iom_meeting`` within the period.
    ``lead``: agencies that must all be present: police and probation.
    ``core``: the other core partners.
    ``least``: how many of these must be present.
    """
    rows = meetings[meetings["held"].fillna(True).to_numpy(dtype=bool)]
    states = [_has_quorum(present, set(lead), set(core), least) for present in rows["agencies_present"]]
    found = pd.Series(states, index=rows.index, dtype="boolean")
    return Share.of(found.mask(rows["held"].isna()), rows["meeting_id"])


def _has_quorum(present: object, lead: set[str], core: set[str], least: int) -> bool | None:
    if pd.isna(present):
        return None
    there = set(str(present).split(";"))
    return lead <= there and len(core & there) >= least


def by_month(meetings: pd.DataFrame) -> pd.DataFrame:
    """Meetings scheduled and held in each month, for a chart.

    ``month``, ``group`` (``Scheduled``, ``Held``), ``value``; months between the first and the last meeting.

    ``meetings``: table ``iom_meeting`` within the period.
    """
    if meetings.empty:
        return pd.DataFrame({"month": [], "group": [], "value": []})
    months = pd.to_datetime(meetings["scheduled_on"]).dt.to_period("M")
    span = pd.period_range(months.min(), months.max(), freq="M")
    took_place = (meetings["held"] == True).fillna(False).to_numpy(dtype=bool)  # noqa: E712
    parts = []
    for group, rows in (("Scheduled", months), ("Held", months[took_place])):
        # A month without any meeting in the log is a gap: nothing tells it from one not supplied.
        counts = rows.value_counts().reindex(span, fill_value=0).where(span.isin(months))
        parts.append(pd.DataFrame({"month": span.to_timestamp(), "group": group, "value": counts.to_numpy(float)}))
    return pd.concat(parts, ignore_index=True)


def say_held(report: Report) -> str:
    """The headline of the chart of meetings; empty where none is known to have been held or not."""
    held = report.indicator("iom_meeting_held_pct")
    if held is None or not held.denominator:
        return ""
    known = " of which this is known" if held.unknown else ""
    return f"{held.numerator:g} of {held.denominator:g} scheduled meetings{known} were held"


SELECTED = "iom_selection_agreement_pct"


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A5.

    A5b is the inspectors' view and gets no verdict; what it rests on stands in its explanation.
    """
    selected, tested = _selected(report), ("A5a", "A5c", "A5d")
    view = all_of(selected, report.tested("A5c"), report.tested("A5d"))
    return [
        report.claim("A5a", selected),
        report.claim("A5b", view, weakest(*(report.graded(id) for id in tested))),
        report.claim("A5c"),
        report.claim("A5d"),
    ]


def _selected(report: Report) -> Decision:
    agreement = report.indicator(SELECTED)
    if report.gap("iom_cohort", "iom_selection") is None and (
        agreement is None or agreement.value is None and not agreement.unknown
    ):
        why = "The list of offenders considered reaches no further than the scheme, so it cannot show whom it misses."
        return undecided("no_data", why=why)
    return report.tested("A5a")
