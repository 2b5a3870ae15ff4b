"""F3: reviews of front-line staff, what they cover, and how many people a supervisor has."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share
from hmic_analysis.measures.windows import whole_spans

#: Roles that meet the public from day to day.
FRONT_LINE = ("response", "neighbourhood", "pcso", "volume_investigator")
SUPERVISED_RANKS = ("constable", "pcso")
#: More people than this are called a wide span.
WIDE_SPAN = 12
SPANS = ((1, 4), (5, 8), (9, 12), (13, None))


def front_line(staff: pd.DataFrame) -> pd.DataFrame:
    """Front-line staff: response, neighbourhood, community support and volume crime, without recruits in training.

    Parameters
    ----------
    staff : pandas.DataFrame
        Table ``staff``.

    Returns
    -------
    pandas.DataFrame
        The rows.
    """
    training = staff["in_training"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    return staff[staff["role"].isin(list(FRONT_LINE)).to_numpy(dtype=bool) & ~training]


def in_post(staff: pd.DataFrame, day: date) -> pd.DataFrame:
    """Staff in post on a day; a blank first day is read as long ago.

    Parameters
    ----------
    staff : pandas.DataFrame
        Table ``staff``.
    day : datetime.date

    Returns
    -------
    pandas.DataFrame
        The rows.
    """
    at = pd.Timestamp(day)
    away = (staff["in_post_since"] > at).fillna(False) | (staff["left_on"] < at).fillna(False)
    return staff[~away.to_numpy(dtype=bool)]


def staff_intervals(
    staff: pd.DataFrame,
    absence: pd.DataFrame,
    supervision: pd.DataFrame,
    start: date,
    end: date,
    months: int,
) -> pd.DataFrame:
    """Front-line staff in each interval in which policy prescribes a review, and whether they had one.

    Parameters
    ----------
    staff, absence, supervision : pandas.DataFrame
        The tables of those names.
    start, end : datetime.date
        Period; a rest shorter than an interval is left out.
    months : int
        Length of an interval.

    Returns
    -------
    pandas.DataFrame
        ``person_key``, ``unit``, ``interval`` (from 0), ``reviewed``, ``workload``, ``performance`` (nullable
        booleans: a review in the interval, one that covered each; missing where the record doesn't say).  Left out:
        who was absent or not in post for more than half of the interval.
    """
    spans, people = whole_spans(start, end, months), front_line(staff).drop_duplicates("person_key")
    if not spans or people.empty:
        empty = {c: pd.Series(dtype="object") for c in ("person_key", "unit", "interval")}
        return pd.DataFrame(empty | {c: pd.Series(dtype="boolean") for c in ("reviewed", "workload", "performance")})
    away = _days_away(people, absence, spans[0][0], spans[-1][1])
    rows = []
    for number, (first, last) in enumerate(spans):
        days = slice((first - spans[0][0]).days, (last - spans[0][0]).days + 1)
        due = people[away[:, days].mean(axis=1) <= 0.5]
        rows.append(due[["person_key", "unit"]].assign(interval=number, first=first, last=last))
    table = pd.concat(rows, ignore_index=True)
    return _with_reviews(table, supervision).drop(columns=["first", "last"])


def _days_away(people: pd.DataFrame, absence: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> np.ndarray:
    """A row for each person, a column for each day: absent or not in post."""
    days = np.arange((last - first).days + 1)
    since = (people["in_post_since"] - first).dt.days.fillna(-1).to_numpy()
    left = (people["left_on"] - first).dt.days.fillna(np.inf).to_numpy()
    away = (days < since[:, None]) | (days > left[:, None])
    position = {person: i for i, person in enumerate(people["person_key"])}
    at = absence["person_key"].map(position)
    begin = (absence["from_on"] - first).dt.days.clip(lower=0)
    stop = (absence["to_on"] - first).dt.days.fillna(len(days) - 1)
    for i, a, b in zip(at, begin, stop, strict=True):
        if pd.notna(i) and pd.notna(a) and b >= a:
            away[int(i), int(a) : int(b) + 1] = True
    return away


def _with_reviews(table: pd.DataFrame, supervision: pd.DataFrame) -> pd.DataFrame:
    """Whether each interval has a review, and one that covers each aspect."""
    keyed = table.reset_index(names="row")[["row", "person_key", "first", "last"]]
    pairs = keyed.merge(supervision, on="person_key")
    pairs = pairs[((pairs["held_on"] >= pairs["first"]) & (pairs["held_on"] <= pairs["last"])).to_numpy(dtype=bool)]
    out = table.assign(reviewed=table.index.isin(pairs["row"]))
    for aspect in ("workload", "performance"):
        said = pairs[f"{aspect}_covered"].astype("boolean")
        yes, blank = pairs.loc[said.fillna(False).to_numpy(dtype=bool), "row"], pairs.loc[said.isna(), "row"]
        state = pd.Series(table.index.isin(yes), index=table.index, dtype="boolean")
        out[aspect] = state.mask(table.index.isin(blank) & ~state.to_numpy(dtype=bool))
    return out.astype({"reviewed": "boolean"})


def by_unit(intervals: pd.DataFrame) -> dict[str, Share]:
    """Intervals with a review in each unit.

    Parameters
    ----------
    intervals : pandas.DataFrame
        Result of :func:`staff_intervals`.

    Returns
    -------
    dict of str to Share
    """
    named = intervals.assign(unit=intervals["unit"].astype("object").fillna("unit not recorded"))
    return {str(unit): Share.of(rows["reviewed"]) for unit, rows in named.groupby("unit", sort=True)}


def front_line_reviews(supervision: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """Reviews of front-line staff.

    Parameters
    ----------
    supervision : pandas.DataFrame
        Table ``supervision``, cut to a period.
    staff : pandas.DataFrame
        Table ``staff``; without a row in it, all reviews.

    Returns
    -------
    pandas.DataFrame
        The rows.
    """
    if staff.empty:
        return supervision
    return supervision[supervision["person_key"].isin(front_line(staff)["person_key"]).to_numpy(dtype=bool)]


def covers(reviews: pd.DataFrame, *aspects: str) -> Share:
    """Reviews that cover all of some aspects.

    Parameters
    ----------
    reviews : pandas.DataFrame
        Result of :func:`front_line_reviews`.
    *aspects : str
        ``workload``, ``performance``.

    Returns
    -------
    Share
        No: one of them surely not covered.  Unknown: none surely not, and one not recorded.
    """
    state = pd.Series(True, index=reviews.index, dtype="boolean")
    for aspect in aspects:
        state &= reviews[f"{aspect}_covered"].astype("boolean")
    return Share.of(state, reviews["review_id"])


def team_sizes(staff: pd.DataFrame, as_of: date) -> pd.Series:
    """Constables and community support officers of each supervisor on a day.

    Parameters
    ----------
    staff : pandas.DataFrame
        Table ``staff``.
    as_of : datetime.date

    Returns
    -------
    pandas.Series
        Persons by ``supervisor_key``; staff without a supervisor on record are in none.
    """
    rows = in_post(staff, as_of)
    rows = rows[rows["rank"].isin(list(SUPERVISED_RANKS)).to_numpy(dtype=bool)]
    return rows.dropna(subset=["supervisor_key"]).groupby("supervisor_key")["person_key"].nunique()


def without_supervisor(staff: pd.DataFrame, as_of: date) -> int:
    """Constables and community support officers in post on a day for whom no supervisor is on record."""
    rows = in_post(staff, as_of)
    return int((rows["rank"].isin(list(SUPERVISED_RANKS)) & rows["supervisor_key"].isna()).sum())


def span_note(sizes: pd.Series, without: int) -> str:
    """How many supervisors have a wide span, and whom the figure leaves out, in words.

    Parameters
    ----------
    sizes : pandas.Series
        Result of :func:`team_sizes`, not empty.
    without : int
        Result of :func:`without_supervisor`.

    Returns
    -------
    str
    """
    wide = 100 * float((sizes > WIDE_SPAN).mean())
    return f"Supervisors of more than {WIDE_SPAN}: {wide:.0f}%. Staff without a supervisor on record: {without:,}."


def span_bands(sizes: pd.Series) -> pd.DataFrame:
    """Supervisors by the number of their staff.

    Parameters
    ----------
    sizes : pandas.Series
        Result of :func:`team_sizes`.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``value``: every band; empty where there is no supervisor.
    """
    if sizes.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    rows = []
    for low, high in SPANS:
        label = f"{low} to {high} staff" if high else f"More than {WIDE_SPAN} staff"
        rows.append({"label": label, "value": int(((sizes >= low) & (sizes <= (high or np.inf))).sum())})
    return pd.DataFrame(rows)
