"""P3: how regularly and how evenly neighbourhood teams use the problem-solving database.

A team-month is active when the team opened or updated a record in it.  A team counts in the months in which it
existed from the first to the last day.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.measures.base import Share, local_days


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

    Parameters
    ----------
    neighbourhood_team, problem_record, problem_update : pandas.DataFrame
        The tables of these names, whole.
    start, end : datetime.date
        First and last day of the period.
    complete : bool
        Whether the force signed that the records and their updates are complete.

    Returns
    -------
    pandas.DataFrame
        ``team``, ``district``, ``month`` (its first day), ``active``: a nullable boolean.  Missing for all teams
        in a month that the log of updates doesn't reach, unless complete: there a record opened could show use, but
        nothing could show that there was none, and a share of the months that are known would be 100 %.
    """
    months = pd.date_range(pd.Timestamp(start), pd.Timestamp(end), freq="MS")
    months = months[months + pd.offsets.MonthEnd(0) <= pd.Timestamp(end)]
    grid = neighbourhood_team[["team", "district", "existed_from", "existed_to"]].merge(
        pd.DataFrame({"month": months}), how="cross"
    )
    from_first = ~(grid["existed_from"] > grid["month"]).fillna(False)
    to_last = ~(grid["existed_to"] < grid["month"] + pd.offsets.MonthEnd(0)).fillna(False)
    grid = grid[(from_first & to_last).to_numpy(dtype=bool)].reset_index(drop=True)
    used = _used(problem_record, problem_update)
    active = pd.Series(list(zip(grid["team"], grid["month"], strict=True)), grid.index, dtype="object").isin(used)
    state = active.astype("boolean")
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


def by_team(months: pd.DataFrame) -> dict[str, Share]:
    """Active months of each team.

    Parameters
    ----------
    months : pandas.DataFrame
        Result of :func:`team_months`.

    Returns
    -------
    dict of str to Share
    """
    return {str(team): Share.of(rows["active"]) for team, rows in months.groupby("team", sort=True)}


def least_active(teams: dict[str, Share], min_months: int) -> tuple[str, Share]:
    """The team that used the database least.

    Parameters
    ----------
    teams : dict of str to Share
        Result of :func:`by_team`.
    min_months : int
        Teams that existed for fewer months are not compared.

    Returns
    -------
    tuple
        Its name and its months; the name is empty where no team is long enough there.  Unknown months are counted
        as not active first, so that no team that may be worse is passed over.
    """
    ranked = sorted(
        (share.yes / share.total, (share.yes + share.unknown) / share.total, team)
        for team, share in teams.items()
        if share.total >= max(min_months, 1)
    )
    return (ranked[0][2], teams[ranked[0][2]]) if ranked else ("", Share.none())


def by_month(months: pd.DataFrame) -> pd.DataFrame:
    """Share of the teams that used the database, by month.

    Parameters
    ----------
    months : pandas.DataFrame
        Result of :func:`team_months`.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``group``, ``value``: per cent of the teams of which it is known; missing where it is of none.
    """
    rows = months.assign(value=100 * months["active"].astype("Float64"), group="Teams that used it")
    return rows.groupby(["group", "month"], sort=True)["value"].mean().reset_index()[["month", "group", "value"]]


def no_team(problem_record: pd.DataFrame, neighbourhood_team: pd.DataFrame, start: date, end: date) -> tuple[str, ...]:
    """The caveat of records that no listed team can be credited with.

    Parameters
    ----------
    problem_record, neighbourhood_team : pandas.DataFrame
        The tables of these names.
    start, end : datetime.date
        Period in which the records were opened.

    Returns
    -------
    tuple of str
        Empty where every record opened in the period belongs to a listed team.
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

    Parameters
    ----------
    problem_record : pandas.DataFrame
        Table ``problem_record``, whole.
    problem_update : pandas.DataFrame
        Table ``problem_update``, cut to the period.
    min_updates : int
        Teams with fewer updates are left out: two of three entries on one day show nothing.

    Returns
    -------
    dict of str to tuple
        By team: updates on its busiest day among all, and that day (the first of several).
    """
    owner = problem_record.dropna(subset=["team"])[["record_id", "team"]]
    rows = problem_update.merge(owner, on="record_id")
    rows = rows.assign(day=local_days(rows["updated_at"]))
    found = {}
    for team, own in rows.groupby("team", sort=True):
        counts = own["day"].value_counts().sort_index()
        if len(own) >= max(min_updates, 1):
            most = int(counts.max())
            found[str(team)] = (Share(most, len(own) - most), counts.idxmax())
    return found


class Busiest(NamedTuple):
    """The team with the largest share of its updates on one day; without a value where no team has enough updates."""

    team: str
    pct: float | None
    updates: int
    of: int
    day: pd.Timestamp | None


def busiest(teams: dict[str, tuple[Share, pd.Timestamp]]) -> Busiest:
    """The team with the largest share of its updates on one day.

    Parameters
    ----------
    teams : dict of str to tuple
        Result of :func:`most_on_one_day`.

    Returns
    -------
    Busiest
    """
    if not teams:
        return Busiest("", None, 0, 0, None)
    team = max(teams, key=lambda t: teams[t][0].yes / teams[t][0].total)
    share, day = teams[team]
    return Busiest(team, 100 * share.yes / share.total, share.yes, share.total, day)
