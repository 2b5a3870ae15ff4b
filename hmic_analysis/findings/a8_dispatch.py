"""A8: whether dispatchers have a mapping system, and use it to send the most appropriate resource."""

import numpy as np
import pandas as pd

from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, request_gap, undecided
from hmic_analysis.findings.p1_strategy import NOT_THE_FORCES
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, local_days, open_blanks, unread
from hmic_analysis.words import say_date

# A8: which resource was sent to urgent incidents, against the nearest suitable one.
#
# Suitable means free and having the skill needed, as the force's own system tells it. The most appropriate resource is
# not always the nearest: another one with a reason on record counts beside it.

#: Dispatches to these grades are looked at.
URGENT = ("emergency", "priority")


def urgent(dispatch: pd.DataFrame) -> pd.DataFrame:
    """Dispatches to incidents of the two urgent grades.

    The rows, with ``urgent``: true, or missing where it is not known whether the dispatch is one.  A blank grade is one
    of the two where the list holds no others, and not known where it does, as is one that can't be read.  Reasons blank
    for every dispatch are marked as not known, see :func:`~hmic_analysis.measures.base.open_blanks`.

    ``dispatch``: table ``dispatch`` within the period.
    """
    rows = open_blanks(dispatch, "override_reason", at="decided_at")
    named, blank = rows["grade"].isin(list(URGENT)), rows["grade"].isna()
    state = (named | blank).astype("boolean")
    open_ = unread(rows, "grade") if state.all() else blank
    return rows.assign(urgent=state.mask(open_))[state.to_numpy(dtype=bool)]


def _of_urgent(state: pd.Series, dispatches: pd.DataFrame) -> Share:
    """The share of dispatches in a state; not known of those that may be no urgent ones."""
    rows = dispatches.loc[state.index]
    return Share.of(state.astype("boolean").mask(rows["urgent"].isna()), rows["dispatch_id"])


def excess_minutes(dispatches: pd.DataFrame) -> pd.Series:
    """Travel of the resource sent minus that of the nearest suitable one.

    ``dispatches`` is what :func:`urgent` gives. Minutes, missing where either position was not known; 0 where the
    resource sent was nearer.
    """
    return (dispatches["sent_minutes"] - dispatches["nearest_minutes"]).clip(lower=0)


def located_incidents(dispatches: pd.DataFrame) -> Share:
    """Incidents with usable coordinates when the first resource was sent.

    ``dispatches`` is what :func:`urgent` gives. Incidents, not dispatches.
    """
    first = dispatches.sort_values("decided_at", kind="stable").drop_duplicates("incident_id")
    return _of_urgent(first["incident_located"], first)


def nearest_sent(dispatches: pd.DataFrame, near_minutes: float) -> Share:
    """Dispatches of the nearest suitable resource, or of one hardly further.

    Over dispatches with known positions; the others are left out.  Minutes that can't be read are unknown.

    ``dispatches``: result of :func:`urgent`.
    ``near_minutes``: minutes of travel within which a resource counts as the nearest.
    """
    rows = travelled(dispatches)
    excess = excess_minutes(rows)
    return _of_urgent((excess <= near_minutes).astype("boolean").mask(excess.isna()), rows)


def nearest_by_grade(dispatches: pd.DataFrame, near_minutes: float) -> dict[str, Share]:
    """As :func:`nearest_sent`, by grade. ``dispatches`` is what :func:`urgent` gives. Grades that occur."""
    grades = [grade for grade in URGENT if (dispatches["grade"] == grade).any()]
    return {grade: nearest_sent(dispatches[dispatches["grade"] == grade], near_minutes) for grade in grades}


def suitable_or_reasoned(dispatches: pd.DataFrame, near_minutes: float) -> Share:
    """Dispatches of the nearest suitable resource, and those of another with a reason on record.

    ``dispatches`` is what :func:`urgent` gives. Over all of them; without known positions and without a reason it
    is not known.
    """
    excess = excess_minutes(dispatches)
    states = (excess <= near_minutes).astype("boolean").mask(excess.isna().to_numpy(dtype=bool))
    reasoned = dispatches["override_reason"].notna().to_numpy(dtype=bool)
    states = states.mask(reasoned, True)  # noqa: FBT003
    return _of_urgent(states.mask(~states & unread(dispatches, "override_reason")), dispatches)


def reasoned_overrides(dispatches: pd.DataFrame) -> Share:
    """Overrides of the recommendation with a reason on record.

    ``dispatches`` is what :func:`urgent` gives. A blank reason is none, unless the force gave none for any
    dispatch: then it is not known.  Nor is a dispatch of which it is not known what became of the recommendation.
    """
    rows = dispatches[(dispatches["recommendation"] == "overridden").fillna(True).to_numpy(dtype=bool)]
    state = rows["override_reason"].notna().astype("boolean")
    open_ = unread(rows, "override_reason") | rows["recommendation"].isna()
    return _of_urgent(state.mask(open_), rows)


def map_used(dispatch: pd.DataFrame) -> Share:
    """Dispatches for which the map or a recommendation was on screen.

    ``dispatch``: table ``dispatch`` within the period.
    """
    return Share.of(dispatch["map_used"], dispatch["dispatch_id"])


def travelled(dispatches: pd.DataFrame) -> pd.DataFrame:
    """Dispatches with known positions, of :func:`urgent`; known is also one whose minutes can't be read."""
    known = [dispatches[name].notna() | unread(dispatches, name) for name in ("sent_minutes", "nearest_minutes")]
    return dispatches[(known[0] & known[1]).to_numpy(dtype=bool)]


def extra_travel(dispatches: pd.DataFrame) -> np.ndarray:
    """Extra travel in minutes of each of :func:`travelled`; missing where it may be no urgent one, or can't be read."""
    rows = travelled(dispatches)
    return excess_minutes(rows).mask(rows["urgent"].isna()).to_numpy(dtype=float, na_value=np.nan)


def extra_hours(dispatches: pd.DataFrame) -> pd.Series:
    """Extra travel of each dispatch with known positions, for a chart.

    ``dispatches`` is what :func:`urgent` gives. Hours.
    """
    return pd.Series(extra_travel(dispatches) / 60).dropna()


def travel_notes(dispatches: pd.DataFrame) -> list[str]:
    """On what travel minutes rest, in words.

    ``dispatches`` is what :func:`urgent` gives. Empty where all are by road network.
    """
    known = travelled(dispatches).dropna(subset="urgent")
    straight = int((known["travel_basis"] == "straight_line").sum())
    blank = int(known["travel_basis"].isna().sum())
    said = [f"{straight:,} in a straight line, not by road"] if straight else []
    said += [f"{blank:,} on a basis not stated"] if blank else []
    return [f"Of {len(known):,} travel times {' and '.join(said)}"] if said else []


def days_covered(dispatch: pd.DataFrame) -> pd.Series:
    """The days of which there are dispatches; a force may send a sample of days.

    Local days in their order, each once.

    ``dispatch``: table ``dispatch`` within the period.
    """
    return local_days(dispatch["decided_at"]).drop_duplicates().sort_values(ignore_index=True)


# A8: for how much of their time on duty the position of resources is known.


def located_minutes(position: pd.DataFrame, max_age_minutes: float) -> Share:
    """On-duty minutes with a known position.

    Whole minutes of resources.  Not known: minutes of rows without a count or that do not say how old positions were,
    or that hold more minutes located than on duty; those with a position in rows that counted older ones too; and
    those without one in rows that counted newer ones alone, since there may have been one that was not too old.

    ``position``: table ``position`` within the period.
    ``max_age_minutes``: age up to which a position is known.
    """
    on_duty = position["minutes_on_duty"].fillna(0)
    located = position["minutes_located"]
    oldest, sane = position["max_age_minutes"], (located <= on_duty).fillna(False)
    yes = located.where(sane & (oldest <= max_age_minutes).fillna(False), 0).astype(float)
    no = (on_duty - located).where(sane & (oldest >= max_age_minutes).fillna(False), 0).astype(float)
    open_ = on_duty - yes - no
    found = Share(*(round(float(part.sum())) for part in (yes, no, open_)))
    return found.split(position, "minutes", yes=yes, no=no, unknown=open_)


def located_by_carrier(position: pd.DataFrame, max_age_minutes: float) -> dict[str, Share]:
    """As :func:`located_minutes`, in vehicles and on foot.

    By ``vehicle`` and ``foot``, those that occur.

    ``position``: table ``position`` within the period.
    """
    found = {}
    for carrier in ("vehicle", "foot"):
        rows = position[(position["carrier"] == carrier).fillna(False).to_numpy(dtype=bool)]
        if len(rows):
            found[carrier] = located_minutes(rows, max_age_minutes)
    return found


#: Item of the data-request log: how many mapping systems dispatchers use.
ITEM = "dispatch_mapping_system"


def descriptions(report: Report) -> pd.DataFrame:
    """Documents in force that describe the dispatchers' mapping system. Rows of the document register."""
    rows = registers.documents(
        report.table("document"),
        types=("procedure", "policy", "report"),
        subject="dispatch",
        in_force_on=report.settings.as_of,
    )
    own = ~rows["scope"].isin(list(NOT_THE_FORCES))
    return rows[(own & registers.covers(rows, "mapping_system")).to_numpy(dtype=bool)]


def days_supplied(report: Report) -> tuple[str, ...]:
    """Which days the dispatches are of, as the caveat of figures; none without dispatches."""
    days = days_covered(report.flow("dispatch"))
    if days.empty:
        return ()
    first, last = say_date(days.iloc[0].date()), say_date(days.iloc[-1].date())
    return (f"Dispatches of {len(days):,} days between {first} and {last}",)


def located(report: Report, share: Share, carrier: str = "") -> Indicator:
    """Time on duty with a known position, as an indicator.

    Without an interval: the minutes of one resource depend on each other, so one from their number would be far too
    narrow.

    ``share``: Minutes.
    ``carrier``: ``vehicle``, ``foot``, or empty for both.
    """
    indicator = report.build.share("located_resource_pct", share, stratum=carrier)
    return indicator.model_copy(update={"lo": None, "hi": None, "interval": ""})


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A8."""
    exists, grade = _exists(report)
    return [report.claim("A8a", exists, grade), report.claim("A8b", _used(report, exists))]


def _exists(report: Report) -> tuple[Decision, Grade]:
    """Documents and the log of dispatches speak for a system; only the force's own word speaks against one."""
    found, on_screen = descriptions(report), map_used(report.flow("dispatch")).yes
    answer = report.answer(ITEM)
    said = f"documents in force that describe it: {len(found)}; dispatches with it on screen: {on_screen:,}"
    denied = answer.status == "provided" and answer.stated_value == 0
    if denied and (len(found) or on_screen):
        return undecided("sources_conflict", why=f"The force states that there is none, yet: {said}."), "C"
    if denied:
        return Decision("contradicted", why="The force states that dispatchers have no mapping system."), "C"
    if len(found) or on_screen:
        known = bool(on_screen) or registers.corroborated(found)
        return Decision("supported", why=f"{said[0].upper()}{said[1:]}."), "C" if known else "D"
    nothing = "No document in force describes one, and no dispatch log shows one in use"
    if answer.status == "provided" and answer.stated_value:
        return undecided("uncorroborated", why=f"The force states {answer.stated_value:g}. {nothing}."), "D"
    gap = report.gap("document") or request_gap(answer.status)
    return gap or undecided("no_data", why=f"{nothing}."), "-"


def _used(report: Report, exists: Decision) -> Decision:
    if exists.verdict == "contradicted":
        return Decision("contradicted", why=f"{exists.why} So it cannot be used.")
    return report.tested("A8b")
