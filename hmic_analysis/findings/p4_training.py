"""P4: whether staff were trained in preventing crime, and formally so those who often deal with victims."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from hmic_analysis.evidence.grades import grade_indicator
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, decision_bounds, undecided
from hmic_analysis.findings.signed import gap_but_signed, signed
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, among, open_blanks, unread
from hmic_analysis.words import sentence_case

# P4: who was trained in preventing crime, among the staff who meet victims.
#
# Formal: assessed or certificated and on the force's catalogue, of at least so many hours, and no part of initial
# training, which everybody has.

SUBJECT = "crime_prevention"
#: Roles whose holders frequently deal with victims of crime and anti-social behaviour.
VICTIM_FACING = ("response", "neighbourhood", "pcso", "call_handler", "crime_recorder", "volume_investigator")


def in_post(staff: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Staff in post at a day, recruits still in training left out; who isn't said to be one is counted."""
    rows = registers.in_post(staff, as_of)
    return rows[~rows["in_training"].astype("boolean").fillna(False).to_numpy(dtype=bool)]


def in_roles(staff: pd.DataFrame) -> pd.DataFrame:
    """Staff in post by role.

    ``staff`` is what :func:`in_post` gives. ``label`` (the role), ``value``: roles that anybody holds, the largest
    first.
    """
    counts = staff["role"].value_counts().sort_values(ascending=False, kind="stable")
    return pd.DataFrame({"label": counts.index.astype("object"), "value": counts.to_numpy(dtype=float)})


def not_said(staff: pd.DataFrame) -> tuple[str, ...]:
    """The caveat of staff of whom it can't be read whether they are recruits in training.

    ``staff`` is what :func:`in_post` gives. Empty where it can be read of everybody who meets victims; a blank says
    that somebody is none.
    """
    rows = staff[staff["role"].isin(list(VICTIM_FACING))]
    open_ = int(unread(rows, "in_training", *registers.POST).sum())
    if not open_:
        return ()
    who, they = ("one member", "he or she counts") if open_ == 1 else (f"{open_:,} members", "they count")
    return (f"Of {who} of staff it cannot be read whether {they}.",)


def prevention_input(training: pd.DataFrame, as_of: date, months: int) -> pd.DataFrame:
    """Input on preventing crime that was completed in the months up to a day.

    The rows; courses booked or begun, and those known to be initial training, are left out.  Where no course of the
    list has a day of completion, of none is it known whether it was completed.
    """
    training = open_blanks(training, "completed_on")
    day = pd.Timestamp(as_of)
    done, of_subject = training["completed_on"], training["subject"] == SUBJECT
    in_time = ((done <= day) & (done > day - pd.DateOffset(months=months))).fillna(False)
    # A day that can't be read may lie in these months.
    in_time |= unread(training, "completed_on")
    initial = training["is_initial"].astype("boolean").fillna(False)  # noqa: FBT003
    return training[(of_subject & in_time & ~initial).to_numpy(dtype=bool)]


def any_training(staff: pd.DataFrame, given: pd.DataFrame, as_of: date) -> tuple[int, int]:
    """Staff with any input, formal or not, and further ones of whom it may have been initial training.

    ``staff``: table ``staff``: who is not in post on the day, or not on the list, has left.  Without a row in it
        everybody is counted.
    ``given``: result of :func:`prevention_input`.
    """
    share = with_any_training(staff, given, as_of)
    return share.yes, share.unknown


def with_any_training(staff: pd.DataFrame, given: pd.DataFrame, as_of: date) -> Share:
    """The staff that :func:`any_training` counts (yes), and the further ones (unknown), one row each.

    ``staff``, ``given``, ``as_of``: as there.
    """
    said = given.assign(sure=given["is_initial"].notna() & given["completed_on"].notna())
    people = said.groupby("person_key", sort=True)["sure"].any().reset_index()
    if len(staff):
        there = registers.in_post(staff, as_of)
        people = people[among(people["person_key"], there["person_key"]).to_numpy(dtype=bool)]
        # Who may not be in post on the day counts for sure no more.
        people["sure"] &= ~among(people["person_key"], there.loc[unread(there, *registers.POST), "person_key"])
    sure = people["sure"].astype("boolean")
    return Share.of(sure.mask(~sure), people[["person_key"]])


def formally_trained(staff: pd.DataFrame, given: pd.DataFrame, hours: float) -> pd.Series:
    """Whether each member of staff completed a formal course.

    Nullable booleans on the index of ``staff``.  Missing: none of the person's courses is formal for sure, and of
    one it is not said whether it is.

    ``staff``: result of :func:`in_post`.
    ``given``: result of :func:`prevention_input`.
    ``hours``: hours from which a course is formal.
    """
    formal = given["formal"].astype("boolean")
    long_enough = (given["hours"] >= hours).astype("boolean").mask(given["hours"].isna())
    state = formal & long_enough & ~given["is_initial"].astype("boolean")
    state = state.mask(state & given["completed_on"].isna())
    sure = set(given.loc[state.fillna(False).to_numpy(dtype=bool), "person_key"])
    maybe = set(given.loc[state.isna().to_numpy(dtype=bool), "person_key"])
    yes = among(staff["person_key"], sure)
    found = yes.astype("boolean")
    found[(~yes & among(staff["person_key"], maybe)).to_numpy(dtype=bool)] = pd.NA
    found[unread(staff, "in_training", *registers.POST)] = pd.NA
    return found


def by_role(staff: pd.DataFrame, trained: pd.Series, roles: Sequence[str] = VICTIM_FACING) -> dict[str, Share]:
    """Staff with a formal course, by role.

    ``staff`` is what :func:`in_post` gives. ``trained`` is what :func:`formally_trained` gives. Every role that
    anybody holds, in their order.
    """
    found = {}
    for role in roles:
        held = (staff["role"] == role).fillna(False).to_numpy(dtype=bool)
        if held.any():
            found[role] = Share.of(trained[held], staff.loc[held, "person_key"])
    return found


def all_roles(staff: pd.DataFrame, trained: pd.Series) -> Share:
    """Staff with a formal course, of all roles that often deal with victims together; as in :func:`by_role`."""
    held = staff["role"].isin(list(VICTIM_FACING)).to_numpy(dtype=bool)
    return Share.of(trained[held], staff.loc[held, "person_key"])


def kinds_of_input(given: pd.DataFrame, hours: float) -> pd.DataFrame:
    """Completed input on preventing crime by kind.

    ``label``, ``value``: completions; no row where there was no input.

    ``given``: result of :func:`prevention_input`.
    ``hours``: hours from which a course is formal.
    """
    if given.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    formal, short = given["formal"].astype("boolean"), given["hours"] < hours
    unsaid = formal.isna() | (formal & given["hours"].isna())
    groups = {
        "Formal course": formal & ~short & ~unsaid,
        "Assessed, but too short": formal & short,
        "Briefing, intranet page or other input": ~formal,
        "Not said whether formal": unsaid,
    }
    return pd.DataFrame(
        {"label": list(groups), "value": [int(g.astype("boolean").fillna(False).sum()) for g in groups.values()]}
    )


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P4."""
    anybody = report.indicator("cp_any_training_n")
    together = report.indicator("cp_training_pct_victim_facing")
    gap = gap_but_signed(report, "training")
    return [
        report.claim("P4a", gap or _some(report, anybody), grade_indicator(anybody)),
        report.claim(
            "P4b", gap or report.gap("staff") or _no_formal_training(report, together), grade_indicator(together)
        ),
        report.claim("P4c"),
    ]


def _some(report: Report, found: Indicator | None) -> Decision:
    if found is None or found.value is None:
        return undecided("no_data", why="There is no figure to test.")
    wanted = report.settings.threshold("min_trained")
    why = f"Members of staff with input on preventing crime: {found.value:,.0f}, unknown: {found.unknown:,.0f}; "
    why += f"test: at least {wanted:g}."
    if found.value >= wanted:
        return Decision("supported", why=why)
    if found.value + found.unknown >= wanted:
        return undecided("missing_spans_threshold", why=why)
    if not signed(report, "training"):
        return undecided("records_undeclared", why=why)
    if found.value + found.unknown == 0:
        return Decision("contradicted", why=f"{why} The records were declared complete.")
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _no_formal_training(report: Report, together: Indicator | None) -> Decision:
    """Every role must lie below the test; roles too small to decide anything count in the total alone."""
    least = report.settings.min_n
    if together is None or together.value is None:
        return undecided("no_data", why="There is no figure to test.")
    if (together.denominator or 0) + together.unknown < least:
        return undecided("small_n", why=f"Fewer than {least} staff in victim-facing roles.")
    low, high = (report.settings.threshold(f"training_{x}_pct") for x in ("supported", "contradicted"))
    roles = [i for role in VICTIM_FACING if (i := report.indicator(f"cp_training_pct[{role}]")) is not None]
    tested = [together, *(i for i in roles if i.value is not None and (i.denominator or 0) + i.unknown >= least)]
    bounds = [decision_bounds(i) for i in tested]
    most = max(zip(bounds, tested, strict=True), key=lambda pair: pair[0][1])[1]
    why = f"{together.value:.1f}% of victim-facing staff formally trained"
    why += f", most in one role {most.value:.1f}% ({sentence_case(most.stratum)})" if most.stratum else ""
    why += f"; test: every role below {low:g}%, contradicted from {high:g}% in all."
    if bounds[0][0] >= high:
        return Decision("contradicted", why=why)
    if all(hi < low for _, hi in bounds):
        return (
            Decision("supported", why=why) if signed(report, "training") else undecided("records_undeclared", why=why)
        )
    if bounds[0][1] < high and any(lo >= low for lo, _ in bounds):
        return undecided("between_thresholds", why=why, flags=("wording_mismatch",))
    return undecided("missing_spans_threshold", why=why)
