"""P2: prevention initiatives that lasted, and what became of crime where they ran."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.measures.base import Share
from hmic_analysis.statistics.rate_change import RateChange, relative_change


def long_term(initiative: pd.DataFrame, as_of: date, months: int, window_months: int) -> pd.DataFrame:
    """Each initiative: whether it is a long-term one.

    Parameters
    ----------
    initiative : pandas.DataFrame
        Table ``initiative``.
    as_of : datetime.date
        Last day of the window; work dated after it is not counted.
    months : int
        Months for which it must have been active within the window.
    window_months : int
        Length of the window.

    Returns
    -------
    pandas.DataFrame
        The rows, with ``long_term``: a nullable boolean.  True: the force's own work, active for so many months of
        the window, with a written objective.  Days of action and national campaigns are none.  Missing: a blank
        kind, beginning or objective leaves it open.  A blank end means that it goes on.
    """
    last = pd.Timestamp(as_of)
    first = last - pd.DateOffset(months=window_months) + pd.Timedelta(days=1)
    begun = initiative["started_on"].clip(lower=first)
    ended = initiative["ended_on"].fillna(last).clip(upper=last)
    enough = begun + pd.DateOffset(months=months) <= ended + pd.Timedelta(days=1)
    lasted = enough.astype("boolean").mask(initiative["started_on"].isna())
    # An initiative that ended before the window, or ran for too short a time before its end, is none whatever the
    # beginning was.
    shortest = first + pd.DateOffset(months=months) <= ended + pd.Timedelta(days=1)
    lasted = lasted & shortest.astype("boolean")
    own = (initiative["kind"] == "initiative").astype("boolean").mask(initiative["kind"].isna())
    state = lasted & own & initiative["objective_written"].astype("boolean")
    return initiative.assign(long_term=state)


def counted(initiatives: pd.DataFrame) -> tuple[int, int]:
    """Long-term initiatives, and further ones of which it is not known.

    Parameters
    ----------
    initiatives : pandas.DataFrame
        Result of :func:`long_term`.

    Returns
    -------
    tuple of int
    """
    share = Share.of(initiatives["long_term"])
    return share.yes, share.unknown


def with_outcome(initiatives: pd.DataFrame) -> Share:
    """Long-term initiatives with a baseline and a measured outcome.

    Parameters
    ----------
    initiatives : pandas.DataFrame
        Result of :func:`long_term`; only the sure ones are counted.

    Returns
    -------
    Share
    """
    rows = initiatives[initiatives["long_term"].fillna(False).to_numpy(dtype=bool)]
    states = rows["baseline_recorded"].astype("boolean") & rows["outcome_measured"].astype("boolean")
    return Share.of(states, rows["initiative_id"])


def rate_changes(initiatives: pd.DataFrame, confidence: float = 0.95) -> dict[str, RateChange]:
    """The change of crime in the target area of each long-term initiative against that of its comparison area.

    Parameters
    ----------
    initiatives : pandas.DataFrame
        Result of :func:`long_term`; only the sure ones with all four counts.
    confidence : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    dict of str to RateChange
        By initiative; those whose ratio is not defined are left out.
    """
    rows = initiatives[initiatives["long_term"].fillna(False).to_numpy(dtype=bool)]
    names = ["target_before", "target_after", "comparison_before", "comparison_after"]
    rows = rows.dropna(subset=names)
    found = {
        str(row["initiative_id"]): relative_change(*(int(row[name]) for name in names), confidence)
        for _, row in rows.iterrows()
    }
    return {key: change for key, change in found.items() if change.ratio == change.ratio}


def by_kind(initiatives: pd.DataFrame) -> pd.DataFrame:
    """Initiatives by what they count as.

    Parameters
    ----------
    initiatives : pandas.DataFrame
        Result of :func:`long_term`.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``value``; no row where no initiative was supplied.
    """
    state = initiatives["long_term"]
    yes, open_ = state.fillna(False).to_numpy(dtype=bool), state.isna().to_numpy(dtype=bool)
    event = initiatives["kind"].isin(["day_of_action", "national_campaign"]).to_numpy(dtype=bool)
    counts = {
        "Long-term, with a written objective": yes,
        "Not known whether long-term": open_,
        "Shorter, or without a written objective": ~yes & ~open_ & ~event,
        "Days of action and national campaigns": ~yes & ~open_ & event,
    }
    if initiatives.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    return pd.DataFrame({"label": list(counts), "value": [int(x.sum()) for x in counts.values()]})
