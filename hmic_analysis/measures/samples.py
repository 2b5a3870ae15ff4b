"""Samples of files: shares weighted by what each file stands for, and whether two readers agree.

Strata sampled at different rates are weighted by their sizes before they are put together: thirty files of the few
crimes that nobody attended must not count as much as thirty of the many that somebody did.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share
from hmic_analysis.statistics.intervals import Interval, proportion_interval


class Weighted(NamedTuple):
    """A share of weighted units, in units of an equally telling simple sample.

    Attributes
    ----------
    yes, no, unknown : float
        Weights of the units by state, scaled so that together they give the effective size of the sample.
    files : Share
        The units themselves.
    """

    yes: float
    no: float
    unknown: float
    files: Share

    @property
    def value(self) -> float | None:
        """Per cent of the units whose state is known."""
        known = self.yes + self.no
        return 100 * self.yes / known if known > 0 else None

    def limits(self, confidence: float) -> Interval | None:
        """Wilson interval of the value on the effective size, per cent; ``confidence`` between 0 and 1."""
        known = self.yes + self.no
        if not known > 0:
            return None
        lo, hi = proportion_interval(min(self.yes, known), known, confidence)
        return Interval(100 * lo, 100 * hi)


def file_weights(files: pd.DataFrame, strata: list[str]) -> pd.Series | None:
    """How many crimes each file of a sample stands for.

    Parameters
    ----------
    files : pandas.DataFrame
        With ``stratum_size`` and the columns that make the strata.
    strata : list of str
        Columns that the sample was stratified by.

    Returns
    -------
    pandas.Series or None
        Size of the stratum over the files read of it; None where the sizes are not given for every file.
    """
    if files.empty or files["stratum_size"].isna().any():
        return None
    keys = [files[name].astype("object").where(files[name].notna(), "not recorded") for name in strata]
    return files["stratum_size"].astype(float) / files.groupby(keys)["stratum_size"].transform("size")


def weighted(states: pd.Series, references: pd.Series, weights: pd.Series | None) -> Weighted:
    """A share of files, each weighted by what it stands for.

    Parameters
    ----------
    states : pandas.Series
        Nullable booleans, one per file.
    references : pandas.Series
        What each file is called.
    weights : pandas.Series or None
        Positive; None: all files stand for the same.

    Notes
    -----
    Effective size of the sample: (sum of weights) squared over the sum of their squares (Kish 1965, Survey Sampling).
    It never exceeds the number of files, so that weighting never makes a sample look more telling than it is.
    """
    share = Share.of(states, references)
    if not len(states):
        return Weighted(0.0, 0.0, 0.0, share)
    each = np.ones(len(states)) if weights is None else weights.to_numpy(dtype=float)
    each = each * each.sum() / (each**2).sum()
    values = states.astype("boolean")
    yes, no = (values.eq(x).fillna(False).to_numpy(dtype=bool) for x in (True, False))
    return Weighted(float(each[yes].sum()), float(each[no].sum()), float(each[~yes & ~no].sum()), share)


def shares_of(files: pd.DataFrame, states: str, *by: str) -> dict[str, Share]:
    """Files that have a property, within groups.

    Parameters
    ----------
    files : pandas.DataFrame
        With ``review_id``.
    states : str
        Column of nullable booleans.
    *by : str
        Columns that make the groups; files that one of them is blank for are left out.

    Returns
    -------
    dict of str to Share
        By the names of the groups, joined by ``, ``; in their order.
    """
    rows = files.dropna(subset=list(by))
    if rows.empty:
        return {}
    return {
        ", ".join(str(part) for part in names): Share.of(group[states], group["review_id"])
        for names, group in rows.groupby([rows[name].astype(str) for name in by])
    }


def readers_agree(files: pd.DataFrame, question: str) -> Share:
    """Files read twice on which the two readers found the same.

    Parameters
    ----------
    files : pandas.DataFrame
        Rows of ``file_review``.
    question : str
        ``progress_met`` or ``supervised_met``.

    Returns
    -------
    Share
        Files with only one finding are left out.
    """
    first, second = files[question].astype("boolean"), files[f"second_{question}"].astype("boolean")
    twice = (first.notna() & second.notna()).to_numpy(dtype=bool)
    return Share.of((first == second)[twice], files.loc[twice, "review_id"])


def how_drawn(files: pd.DataFrame) -> pd.DataFrame:
    """Lists that a sample was drawn from, how, and with what seed.

    Parameters
    ----------
    files : pandas.DataFrame
        Rows of ``file_review``.

    Returns
    -------
    pandas.DataFrame
        ``sample_frame``, ``sampling``, ``sample_seed``, ``files``, ``read_twice``.
    """
    twice = files["second_progress_met"].notna() | files["second_supervised_met"].notna()
    keys = ["sample_frame", "sampling", "sample_seed"]
    rows = files[keys].astype("object").where(files[keys].notna(), "not recorded").assign(files=1, read_twice=twice)
    return rows.groupby(keys, as_index=False)[["files", "read_twice"]].sum().astype({"read_twice": int})


def basis(files: pd.DataFrame) -> str:
    """``random_sample`` where every file is said to be drawn at random, else ``purposive_sample``."""
    random = files["sampling"].eq("random").fillna(False).to_numpy(dtype=bool)
    return "random_sample" if len(files) and random.all() else "purposive_sample"
