"""One figure of many forces as a table, and what kind of figure it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

#: What kind of figure is compared, and so what may be done with it.
#: ``proportion``: units of all units; ``rate``: events over an exposure; ``amounts``: hours of hours and the like, a
#: total over a total without limits of chance; ``plain``: a median, a count, an index, which can't be pooled.
Kind = Literal["proportion", "rate", "amounts", "plain"]
#: What became of a force; only those with ``value`` are pooled and judged.
Status = Literal[
    "value", "small_n", "withheld", "no_value", "no_data", "other_window", "synthetic", "failed", "not_run", "flagged"
]
STATUS_WORDS = {
    "value": "compared",
    "small_n": "too few units",
    "withheld": "withheld: a small count of persons",
    "no_value": "no figure",
    "no_data": "no data",
    "other_window": "another period",
    "synthetic": "synthetic, while others are real",
    "failed": "its report failed",
    "not_run": "not run",
    "flagged": "its data don't reconcile",
}
COLUMNS = (
    "force",
    "name",
    "status",
    "reason",
    "numerator",
    "denominator",
    "value",
    "unknown",
    "lo",
    "hi",
    "window",
    "synthetic",
    "evidence_sha256",
)
_NUMBERS = ("numerator", "denominator", "value", "unknown", "lo", "hi")
_PER = re.compile(r"per ([\d,]+)?")


@dataclass(frozen=True)
class Gathered:
    """One figure of many forces.

    Attributes
    ----------
    indicator : str
        Its id, with the stratum in brackets where there is one.
    finding : str
        Finding it belongs to; empty for figures of reference tables.
    label, unit, definition : str
        What it is, for people.
    better : str
        ``higher``, ``lower`` or ``-``.
    kind : str
        See :data:`Kind`.
    multiplier : float
        What a numerator over a denominator is multiplied by: 100 for per cent.
    about_persons : bool
    window : str
        The period or day that the compared figures speak of.
    forces : pandas.DataFrame
        One row for each force, in the order of their names: :data:`COLUMNS`.  Forces without a figure are there with
        a status and a reason, their numbers missing.
    """

    indicator: str
    finding: str
    label: str
    unit: str
    definition: str
    better: str
    kind: Kind
    multiplier: float
    about_persons: bool
    window: str
    forces: pd.DataFrame

    @property
    def used(self) -> pd.DataFrame:
        """The forces that are pooled and judged."""
        return self.forces[self.forces["status"] == "value"]

    @property
    def left_out(self) -> pd.DataFrame:
        """The forces that are not, each with its reason."""
        return self.forces[self.forces["status"] != "value"]

    @property
    def synthetic(self) -> bool:
        """Whether the compared figures are made up."""
        return bool(self.used["synthetic"].any())

    def only(self, forces: Sequence[str]) -> Gathered:
        """The same with these forces alone.

        Parameters
        ----------
        forces : sequence of str
            Slugs.

        Returns
        -------
        Gathered
        """
        return replace(self, forces=self.forces[self.forces["force"].isin(forces)].reset_index(drop=True))

    def who(self) -> str:
        """How many forces are compared and how many are not, in words."""
        out = self.left_out["status"].value_counts()
        parts = [f"{count} {STATUS_WORDS[status]}" for status, count in out.items()]
        after = f"; left out: {', '.join(parts)}" if parts else ""
        return f"{len(self.used)} of {len(self.forces)} forces are compared{after}"


def multiplier_of(unit: str, kind: Kind) -> float:
    """What a numerator over a denominator is multiplied by.

    Parameters
    ----------
    unit : str
        ``%``, ``per 1,000 crimes``, ...
    kind : str

    Returns
    -------
    float
        100 for per cent, the number in ``per 1,000``, else 1.
    """
    if unit == "%":
        return 100.0
    found = _PER.match(unit) if kind == "rate" else None
    return float(found.group(1).replace(",", "")) if found and found.group(1) else 1.0


def kind_of(unit: str, interval: str, has_parts: bool) -> Kind:
    """What kind of figure an indicator is.

    Parameters
    ----------
    unit : str
    interval : str
        Name of the method of its interval.
    has_parts : bool
        Whether it has a numerator and a denominator.

    Returns
    -------
    str
        A share is a proportion of units only where its interval is that of counted units (Wilson): a share of
        hours has none.  Quantiles and plain counts can't be pooled.
    """
    if has_parts and unit == "%":
        return "proportion" if interval.startswith("Wilson") else "amounts"
    if has_parts and unit.startswith("per ") and interval.startswith(("exact Poisson", "Byar")):
        return "rate"
    return "plain"


def force_table(rows: Sequence[dict]) -> pd.DataFrame:
    """Rows on forces as the table of :class:`Gathered`.

    Parameters
    ----------
    rows : sequence of dict
        ``force``, ``name``, ``status`` and what else of :data:`COLUMNS` is known.

    Returns
    -------
    pandas.DataFrame
        Numbers as float, missing where unknown or where the force has no usable figure.
    """
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
    for column in _NUMBERS:
        frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(float)
    texts = ["reason", "window", "evidence_sha256"]
    frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), "")
    frame["synthetic"] = frame["synthetic"].map(lambda v: v is True or v is np.True_).astype(bool)
    hidden = ~frame["status"].isin(("value", "small_n", "flagged", "other_window", "synthetic"))
    frame.loc[hidden, list(_NUMBERS)] = np.nan
    return frame.sort_values("name", kind="stable", ignore_index=True)
