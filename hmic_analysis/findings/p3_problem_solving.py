"""P3: whether there is a problem-solving database, whether all teams keep using it, and what is learned from it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, decision_bounds, keeps_up, reaches, undecided
from hmic_analysis.findings.signed import gap_but_signed, signed
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, among, backwards, in_order, local_days, unread
from hmic_analysis.statistics.intervals import exact_interval
from hmic_analysis.words import say_date

# P3: whether problem-solving records are followed through, evaluated, and what was learned passed on.

#: Entries that say that there was no evaluation, or nothing at all; compared without case, spaces and full stops.
NO_RESULT = (
    "n/a",
    "na",
    "#n/a",
    "none",
    "not applicable",
    "not evaluated",
    "no evaluation",
    "nil",
    "-",
    "tbc",
    "?",
    "x",
    "",
)
#: Entries that say that nobody knows what came of it, compared alike.
NOT_KNOWN = ("not known", "unknown", "not recorded", "n/k", "nk", "not yet known")
#: Days before the as-of day that the last entry of a log may lie and still show that the log reaches it.
LAST_ENTRY_DAYS = 7
BEYOND_THE_TEAM = ("other_teams", "whole_force", "partners", "other_forces")


def stale_open(
    problem_record: pd.DataFrame, problem_update: pd.DataFrame, as_of: date, days: int, *, complete: bool
) -> Share:
    """Records open at a day without an update for more than so many days.

    All are unknown where the log of updates ends more than :data:`LAST_ENTRY_DAYS` before the day, or has no entry,
    unless complete: every older record would look stale, and those that are known be the new ones alone.

    ``problem_record``, ``problem_update``: the tables of these names, whole; entries after the day were not there on
        it.
    ``days``: a record opened or updated so many days before or later is not stale.
    ``complete``: whether the force signed that the records and their updates are complete.
    """
    day = pd.Timestamp(as_of)
    unsure = unread(problem_record, "closed_on") | backwards(problem_record, "opened_on", "closed_on")
    closed = (problem_record["closed_on"] <= day).fillna(False) & ~unsure
    rows = problem_record[((problem_record["opened_on"] <= day) & ~closed).to_numpy(dtype=bool)]
    when = local_days(problem_update["updated_at"])
    latest = when[when <= day].groupby(problem_update["record_id"]).max()
    last = pd.to_datetime(pd.Series(latest.reindex(rows["record_id"]).to_numpy(), rows.index)).fillna(rows["opened_on"])
    stale = (day - last).dt.days > days
    if not (complete or (when >= day - pd.Timedelta(days=LAST_ENTRY_DAYS)).any()):
        return Share.untold(rows["record_id"])
    return Share.of(stale.astype("boolean").mask(unsure.loc[rows.index]), rows["record_id"])


def update_gaps(problem_record: pd.DataFrame, problem_update: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Days between successive updates of a record.

    ``record_id``, ``updated_at`` (of the later), ``days``: of records that were open on a day of the period.

    ``problem_record``, ``problem_update``: the tables of these names, whole.
    ``start``, ``end``: period in which the later of the two lies.
    """
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    open_then = (problem_record["opened_on"] <= last) & ~(problem_record["closed_on"] < first).fillna(False)
    ids = problem_record.loc[open_then.to_numpy(dtype=bool), "record_id"]
    rows = problem_update[among(problem_update["record_id"], ids)].sort_values(["record_id", "updated_at"])
    gaps = rows.groupby("record_id")["updated_at"].diff().dt.total_seconds() / 86400
    days = local_days(rows["updated_at"])
    inside = (gaps.notna() & (days >= first) & (days <= last)).to_numpy(dtype=bool)
    return rows.loc[inside, ["record_id", "updated_at"]].assign(days=gaps[inside].astype(float)).reset_index(drop=True)


def in_hours(gaps: pd.DataFrame) -> pd.Series:
    """Gaps in hours, for a chart. ``gaps`` is what :func:`update_gaps` gives. Hours."""
    return 24 * gaps["days"]


def closed_in_period(
    problem_record: pd.DataFrame, start: date, end: date, as_of: date, *, complete: bool
) -> pd.DataFrame:
    """Records closed in a period: evaluated or not, and shared beyond the team or not.

    The rows, with ``evaluated`` and ``shared``: nullable booleans.  An evaluation needs a result that says
    something; one that is not known leaves it open, as does a date or a method with a blank one.  Sharing within
    the own team is none; a date with a blank channel leaves it open.  What was done after the as-of day was not done
    on it.

    ``problem_record``: table ``problem_record``, whole.
    ``as_of``: day of which it is asked whether a record was evaluated, and shared.
    ``complete``: whether the force signed that the records are complete: a blank then means that there was none.
        Otherwise a column that is blank for every record is unknown.
    """
    # A day that can't be read may lie in the period: the record counts, as one of which nothing is known.
    inside = problem_record["closed_on"].between(pd.Timestamp(start), pd.Timestamp(end))
    maybe = unread(problem_record, "closed_on")
    # So does one closed before it was opened, where either day lets it be closed in the period.
    out_of_order = backwards(problem_record, "opened_on", "closed_on")
    maybe |= out_of_order & (inside | (problem_record["opened_on"] <= pd.Timestamp(end)))
    closed = inside | maybe
    said = problem_record["evaluation_result"].astype("object").map(_says)
    begun = problem_record[["evaluated_on", "evaluation_method"]].notna().any(axis=1)
    begun |= unread(problem_record, "evaluated_on")
    open_ = said.eq("not known") | (said.eq("blank") & begun)
    evaluated = _state(said.eq("yes"), open_, said.notna() & said.ne("blank") | begun, complete)
    channel = problem_record["shared_channel"]
    dated = problem_record["shared_on"].notna() | unread(problem_record, "shared_on", "shared_channel")
    beyond = channel.isin(list(BEYOND_THE_TEAM))
    shared = _state(beyond, channel.isna() & dated, channel.notna() | dated, complete)
    day = pd.Timestamp(as_of)
    evaluated = evaluated.mask((problem_record["evaluated_on"] > day).fillna(False), False)  # noqa: FBT003
    shared = shared.mask((problem_record["shared_on"] > day).fillna(False), False)  # noqa: FBT003
    # So may what was done on a day that can't be read have been.
    evaluated = evaluated.mask(evaluated.fillna(False) & unread(problem_record, "evaluated_on"))  # noqa: FBT003
    shared = shared.mask(shared.fillna(False) & unread(problem_record, "shared_on"))  # noqa: FBT003
    states = {"evaluated": evaluated.mask(maybe), "shared": shared.mask(maybe)}
    return problem_record.assign(**states)[closed.to_numpy(dtype=bool)]


def _says(result: object) -> str:
    """``yes`` for a result, ``no`` for an entry that says there was none, ``not known``, ``blank``."""
    word = "null" if pd.isna(result) else str(result).strip().strip(".").strip().lower()
    if word == "null":
        return "blank"
    return "no" if word in NO_RESULT else "not known" if word in NOT_KNOWN else "yes"


def _state(yes: pd.Series, open_: pd.Series, entered: pd.Series, complete: bool) -> pd.Series:
    """True, missing or False; all missing where the column was never filled in and nobody signed for it."""
    state = yes.astype("boolean")
    state[open_.to_numpy(dtype=bool)] = pd.NA
    if not complete and not entered.any():
        state[:] = pd.NA
    return state


def evaluated(closed: pd.DataFrame) -> Share:
    """Records closed in a period with an evaluation, of :func:`closed_in_period`."""
    return Share.of(closed["evaluated"], closed["record_id"])


def shared(closed: pd.DataFrame) -> Share:
    """Evaluated records whose lesson was shared beyond the team.

    ``closed`` is what :func:`closed_in_period` gives; one of which it is not known whether it was evaluated is unknown.
    """
    rows = closed[closed["evaluated"].fillna(True).to_numpy(dtype=bool)]  # noqa: FBT003
    return Share.of(rows["shared"].mask(rows["evaluated"].isna()), rows["record_id"])


# P3: how regularly and how evenly neighbourhood teams use the problem-solving database.
#
# A team-month is active when the team opened or updated a record in it. A team counts in the months in which it
# existed from the first to the last day.


def team_months(
    neighbourhood_team: pd.DataFrame,
    problem_record: pd.DataFrame,
    problem_update: pd.DataFrame,
    start: date,
    end: date,
    *,
    complete: bool,
) -> pd.DataFrame:
    """Each team in each whole month of a period, and whether it used the database.

    ``team``, ``district``, ``month`` (its first day), ``active``: a nullable boolean.  Missing for all teams in a
    month that the log of updates doesn't reach, unless complete: there a record opened could show use, but nothing
    could show that there was none, and a share of the months that are known would be 100 %.  Missing too, complete
    or not, in a month in which nobody opened or updated anything while there are entries of others.

    ``neighbourhood_team``, ``problem_record``, ``problem_update``: the tables of these names, whole.
    ``complete``: whether the force signed that the records and their updates are complete.
    """
    months = pd.date_range(pd.Timestamp(start), pd.Timestamp(end), freq="MS")
    months = months[months + pd.offsets.MonthEnd(0) <= pd.Timestamp(end)]
    teams = in_order(neighbourhood_team, "existed_from", "existed_to")
    teams = teams.assign(open=unread(teams, "existed_from", "existed_to"))
    grid = teams[["team", "district", "existed_from", "existed_to", "open"]].merge(
        pd.DataFrame({"month": months}), how="cross"
    )
    from_first = ~(grid["existed_from"] > grid["month"]).fillna(False)
    to_last = ~(grid["existed_to"] < grid["month"] + pd.offsets.MonthEnd(0)).fillna(False)
    grid = grid[(from_first & to_last).to_numpy(dtype=bool)].reset_index(drop=True)
    used = _used(problem_record, problem_update)
    active = pd.Series(list(zip(grid["team"], grid["month"], strict=True)), grid.index, dtype="object").isin(used)
    state = active.astype("boolean").mask(~active & grid["open"])
    seen = grid["month"].isin([*_month(problem_update["updated_at"]), *_month(problem_record["opened_on"])])
    if seen.any():
        state[~seen.to_numpy(dtype=bool)] = pd.NA
    if not complete:
        updated = _month(problem_update["updated_at"]).dropna()
        logged = (grid["month"] >= updated.min()) & (grid["month"] <= updated.max())
        state[~logged.to_numpy(dtype=bool)] = pd.NA
    return grid[["team", "district", "month"]].assign(active=state)


def _month(times: pd.Series) -> pd.Series:
    """First day of the local month."""
    return local_days(times).dt.to_period("M").dt.to_timestamp()


def _used(problem_record: pd.DataFrame, problem_update: pd.DataFrame) -> set[tuple[str, pd.Timestamp]]:
    """Pairs of team and month with a record opened or updated."""
    owner = problem_record.dropna(subset=["team"])
    opened = zip(owner["team"], _month(owner["opened_on"]), strict=True)
    updates = problem_update.merge(owner[["record_id", "team"]], on="record_id")
    return {*opened, *zip(updates["team"], _month(updates["updated_at"]), strict=True)}


def lost_months(
    neighbourhood_team: pd.DataFrame, problem_record: pd.DataFrame, problem_update: pd.DataFrame, start: date, end: date
) -> int:
    """Team-months at most that records of no listed team, and updates of no listed record, may have been made in.

    Different months of each such record, one without a team among them; an update of no record is no lost one.

    ``neighbourhood_team``, ``problem_record``, ``problem_update``: the tables of these names, whole.
    """
    strange = problem_record[~problem_record["team"].isin(neighbourhood_team["team"]).to_numpy(dtype=bool)]
    given = problem_update.dropna(subset=["record_id"])
    lost = ~among(given["record_id"], problem_record["record_id"]) | among(given["record_id"], strange["record_id"])
    updated = given[lost.to_numpy(dtype=bool)]
    opened = zip(strange["record_id"], local_days(strange["opened_on"]), strict=True)
    pairs = [*opened, *zip(updated["record_id"], local_days(updated["updated_at"]), strict=True)]
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    return len({(record, day.to_period("M")) for record, day in pairs if first <= day <= last})


def by_team(months: pd.DataFrame) -> dict[str, Share]:
    """Active months of each team, of :func:`team_months`."""
    return {str(team): Share.of(rows["active"], rows) for team, rows in months.groupby("team", sort=True)}


def least_active(teams: dict[str, Share]) -> tuple[str, Share]:
    """The team that used the database least, however short it existed.

    ``teams`` is what :func:`by_team` gives. Its name and its months; the name is empty where there is no team.
    Unknown months are counted as not active first, so that no team that may be worse is passed over; of teams alike
    the one with the most months.
    """
    ranked = sorted(
        (share.yes / share.total, (share.yes + share.unknown) / share.total, -share.total, team)
        for team, share in teams.items()
        if share.total
    )
    return (ranked[0][3], teams[ranked[0][3]]) if ranked else ("", Share.none())


def by_month(months: pd.DataFrame) -> pd.DataFrame:
    """Share of the teams that used the database, by month.

    ``months`` is what :func:`team_months` gives. ``month``, ``group``, ``value``: per cent of the teams of which it
    is known; missing where it is of none.
    """
    rows = months.assign(value=100 * months["active"].astype("Float64"), group="Teams that used it")
    return rows.groupby(["group", "month"], sort=True)["value"].mean().reset_index()[["month", "group", "value"]]


def no_team(problem_record: pd.DataFrame, neighbourhood_team: pd.DataFrame, start: date, end: date) -> tuple[str, ...]:
    """The caveat of records that no listed team can be credited with.

    Empty where every record opened in the period belongs to a listed team.

    ``start``, ``end``: period in which the records were opened.
    """
    rows = problem_record[problem_record["opened_on"].between(pd.Timestamp(start), pd.Timestamp(end))]
    alone = int((~rows["team"].isin(neighbourhood_team["team"])).sum())
    if not alone:
        return ()
    return (f"{alone:,} of {len(rows):,} records opened in the period name no team of the list and count for none.",)


def most_on_one_day(
    problem_record: pd.DataFrame, problem_update: pd.DataFrame, min_updates: int
) -> dict[str, tuple[Share, pd.Timestamp]]:
    """The largest share of each team's updates that fall on one day.

    By team: updates on its busiest day among all, and that day (the first of several).

    ``problem_record``: table ``problem_record``, whole.
    ``problem_update``: table ``problem_update``, cut to the period.
    ``min_updates``: teams with fewer updates are left out: two of three entries on one day show nothing.
    """
    owner = problem_record.dropna(subset=["team"])[["record_id", "team"]]
    rows = problem_update.merge(owner, on="record_id")
    rows = rows.assign(day=local_days(rows["updated_at"]))
    found = {}
    for team, own in rows.groupby("team", sort=True):
        counts = own["day"].value_counts().sort_index()
        if len(own) >= max(min_updates, 1):
            day = counts.idxmax()
            found[str(team)] = (Share.of(own["day"].eq(day), own[problem_update.columns]), day)
    return found


class Busiest(NamedTuple):
    """The team with the largest share of its updates on one day; without a value where no team has enough updates."""

    team: str
    pct: float | None
    updates: int
    of: int
    day: pd.Timestamp | None
    units: Share | None = None


def busiest(teams: dict[str, tuple[Share, pd.Timestamp]]) -> Busiest:
    """The team with the largest share of its updates on one day, of :func:`most_on_one_day`."""
    if not teams:
        return Busiest("", None, 0, 0, None)
    team = max(teams, key=lambda t: teams[t][0].yes / teams[t][0].total)
    share, day = teams[team]
    return Busiest(team, 100 * share.yes / share.total, share.yes, share.total, day, share)


#: Which documents may show the database.
SHOWS = {
    "types": ("policy", "procedure", "plan", "report", "terms_of_reference"),
    "subject": "crime_prevention",
    "statuses": ("approved", "under_review"),
}
DATABASE = "problem_solving_database"


def complete(report: Report) -> bool:
    """Whether a month without an entry is one without use: the force signed for its records, and sent their updates."""
    return signed(report, "problem_record") and (report.given("problem_update") or not report.given("problem_record"))


def documents(report: Report) -> pd.DataFrame:
    """Documents in force that show the database. Rows of the document register."""
    rows = registers.documents(report.table("document"), **SHOWS, in_force_on=report.settings.as_of)
    return rows[registers.covers(rows, DATABASE).to_numpy(dtype=bool)]


def told(busiest: Busiest) -> str:
    """Which team entered most of its updates on one day, and when."""
    if busiest.day is None:
        return "No team has enough updates to compare its days."
    return f"Largest share: {busiest.team}, {say_date(busiest.day)}."


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P3."""
    active, worst = (report.indicator(i) for i in ("ps_team_months_active_pct", "ps_worst_team_active_pct"))
    done = [report.indicator(i) for i in ("ps_evaluated_pct", "ps_shared_pct")]
    return [
        report.claim("P3a", _exists(report), _grade_existence(report)),
        report.claim(
            "P3b", _in_steady_use(report, active, worst), weakest(grade_indicator(active), grade_indicator(worst))
        ),
        report.claim(
            "P3c",
            gap_but_signed(report, "problem_record") or _learned(report, *done),
            grade_indicator(done[0]) if done[0] and done[0].value is not None else _grade_existence(report),
        ),
    ]


def _seen(report: Report) -> tuple[int, int]:
    """Records opened by the snapshot, and documents that show the database."""
    opened = report.table("problem_record")["opened_on"]
    return int((opened <= pd.Timestamp(report.settings.as_of)).sum()), len(documents(report))


def _exists(report: Report) -> Decision:
    records, shown = _seen(report)
    why = f"{records:,} problem-solving records; documents that show a database: {shown}; test: at least one."
    if records or shown:
        return Decision("supported", why=why)
    gap = gap_but_signed(report, "problem_record")
    if gap is None and len(
        more := registers.perhaps(report.table("document"), DATABASE, **SHOWS, in_force_on=report.settings.as_of)
    ):
        return undecided("missing_spans_threshold", why=f"{why} Of {len(more)} more documents it is not known.")
    return gap or Decision("contradicted", why=f"{why} The force signed that its records are complete.")


def _grade_existence(report: Report) -> Grade:
    """Records show a database by themselves; a document needs something to bear it out."""
    records, shown = _seen(report)
    if records:
        return "B"
    if gap_but_signed(report, "problem_record") is None:
        return "C"
    return grade_documents(shown, registers.corroborated(documents(report))) if shown else "-"


def _in_steady_use(report: Report, active: Indicator | None, worst: Indicator | None) -> Decision:
    gap = gap_but_signed(report, "problem_record") or report.gap("neighbourhood_team")
    if gap is not None:
        return gap
    limit, least = report.settings.threshold, report.settings.min_n
    overall = at_least(active, limit("team_months_supported_pct"), limit("team_months_contradicted_pct"), least)
    teams = report.strata("ps_team_months_active_pct")
    decision = all_of(overall, _least_active(worst, teams, limit("worst_team_pct")))
    if decision.verdict == "not_determinable" and not report.given("problem_update"):
        decision = report.gap("problem_update") or decision
    most = report.indicator("ps_one_day_updates_pct")
    if most is not None and most.value is not None and most.value > limit("one_day_updates_pct"):
        return decision.flagged("bulk_updates")
    return decision


def _least_active(worst: Indicator | None, teams: Sequence[Indicator], wanted: float) -> Decision:
    """No team further behind the others than chance would put one; contradicted only by a team that never used it.

    A team of a few months that did not use the database in them may be one that would have: its interval reaches the
    test.
    """
    if worst is not None and worst.value is not None and decision_bounds(worst)[1] == 0:
        tested = reaches(worst, wanted)
        if 100 * exact_interval(0, worst.denominator or 0).hi >= wanted:
            return undecided("small_n", why=f"{tested.why} Its months are too few to decide.")
        return Decision("contradicted", why=tested.why)
    return keeps_up(teams, wanted)


def _learned(report: Report, evaluated: Indicator | None, shared: Indicator | None) -> Decision:
    if not report.given("problem_record"):
        return Decision("contradicted", why="The force signed that it has no problem-solving record to evaluate.")
    if evaluated is None or shared is None or not (evaluated.denominator or evaluated.unknown):
        return undecided("no_data", why="No record was closed in the period.")
    least = {"evaluated": report.settings.threshold("min_evaluated"), "shared": report.settings.threshold("min_shared")}
    parts = {"evaluated": _range(evaluated), "shared": _range(shared)}
    why = (
        f"Of {(evaluated.denominator or 0) + evaluated.unknown:,.0f} records closed in the period "
        f"{_say(parts['evaluated'])} evaluated, of these {_say(parts['shared'])} shared beyond the team; "
        f"test: at least {least['evaluated']:g} and {least['shared']:g}."
    )
    if any(hi == 0 for _, hi in parts.values()):
        return Decision("contradicted", why=why)
    if all(parts[p][0] >= least[p] for p in parts):
        return Decision("supported", why=why)
    if any(lo < least[p] <= hi for p, (lo, hi) in parts.items()):
        return undecided("missing_spans_threshold", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _range(indicator: Indicator) -> tuple[int, int]:
    yes = int(indicator.numerator or 0)
    return yes, yes + int(indicator.unknown)


def _say(bounds: tuple[int, int]) -> str:
    lo, hi = bounds
    return f"{lo:,} were" if lo == hi else f"{lo:,} to {hi:,} were"
