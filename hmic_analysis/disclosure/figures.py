"""Figures and tables of a report: whether their files show anything withheld, and their data as it may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hmic_analysis.disclosure.cells import neutral_frame
from hmic_analysis.disclosure.persons import Withheld, withheld
from hmic_analysis.disclosure.rules import DisclosureRules
from hmic_analysis.disclosure.sensitivity import Audience
from hmic_analysis.disclosure.tables import read_table, withheld_cells
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle, Indicator

#: Columns of a chart of shares that an indicator fills: its number and all that surrounds it.
SHARE = ("value", "lo", "hi", "lo_missing", "hi_missing", "n")
BOUNDS = ("lo_missing", "hi_missing", "n")


@dataclass(frozen=True)
class PersonTable:
    """A figure or table whose cells are counts of persons.

    Attributes
    ----------
    columns : tuple of str
    total : str
        Indicator that is the total of each column, printed elsewhere; empty: the rows add up to nothing published.
    """

    columns: tuple[str, ...]
    total: str = ""


#: Figures and tables, by name, with counts of persons that are no indicators.
PERSON_TABLES = {
    "outstanding-by-age": PersonTable(("persons",), "named_suspects_outstanding_n"),
    "how-suspect-files-were-drawn": PersonTable(("files", "read_twice")),
}


def released_csv(
    path: Path, bundle: Bundle, rules: DisclosureRules, audience: Audience, name: str = ""
) -> pd.DataFrame:
    """The data of a figure or table of a report, as an audience may see it.

    Parameters
    ----------
    path : pathlib.Path
        The CSV file that the notebook left.
    bundle : Bundle
        As the notebook left it, not yet released.
    rules : DisclosureRules
    audience : str
    name : str
        Name of the figure or table; by default that of the file.

    Returns
    -------
    pandas.DataFrame
        Every cell as text, the marker in those withheld, all neutral for spreadsheets; without any row where none may
        be shown.

    Raises
    ------
    DataError
        If the file isn't there or is no table.
    """
    frame = read_table(path)
    rules = rules.of(bundle)
    if rules.apply_to(audience):
        hidden = withheld(bundle.indicators, rules)
        frame = _suppressed(frame, name or path.stem, bundle, hidden, rules)
    return neutral_frame(frame)


def drawable(frame: pd.DataFrame, indicators: Sequence[Indicator], rules: DisclosureRules) -> pd.DataFrame:
    """Shares of groups as a chart may draw them.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``group`` (ids of indicators) and the numbers of each.
    indicators : sequence of Indicator
        All that the finding has so far.
    rules : DisclosureRules

    Returns
    -------
    pandas.DataFrame
        The same without the numbers that are withheld.  Where any is, a column ``withheld`` holds the marker in its
        row, and nothing in the others.
    """
    hidden = withheld(indicators, rules) if rules.min_count > 1 else Withheld()
    gone, bounds = frame["group"].isin(hidden.figures), frame["group"].isin(hidden.unknowns)
    out = frame.copy()
    for column in SHARE:
        out[column] = out[column].mask(gone | bounds if column in BOUNDS else gone)
    return out.assign(withheld=np.where(gone, rules.marker, "")) if gone.any() else out


def agrees(path: Path, name: str, bundle: Bundle, hidden: Withheld, rules: DisclosureRules) -> bool:
    """Whether the data of a figure or table, and so its picture, shows nothing that is withheld.

    Parameters
    ----------
    path : pathlib.Path
        Its CSV file.
    name : str
    bundle : Bundle
        As the notebook left it.
    hidden : Withheld
    rules : DisclosureRules

    Returns
    -------
    bool
    """
    frame = read_table(path)
    return frame.equals(_suppressed(frame, name, bundle, hidden, rules))


def _suppressed(
    frame: pd.DataFrame, name: str, bundle: Bundle, hidden: Withheld, rules: DisclosureRules
) -> pd.DataFrame:
    out = frame.copy()
    if "group" in out.columns:
        for columns, ids in ((SHARE, hidden.figures), (BOUNDS, hidden.unknowns)):
            rows = out["group"].isin(ids)
            for column in (c for c in columns if c in out.columns):
                out[column] = out[column].mask(rows & out[column].ne(""), rules.marker)
    table = PERSON_TABLES.get(name)
    if table is None or any(c not in out.columns for c in table.columns):
        return out
    for column in table.columns:
        cells = _cells(list(out[column]), _total(table, bundle, hidden), rules)
        if cells is None:
            return out.iloc[:0]
        out[column] = cells
    return out


def _total(table: PersonTable, bundle: Bundle, hidden: Withheld) -> float | None:
    """The total that a reader knows; None where none is printed."""
    found = [i for i in bundle.indicators if i.id == table.total and i.id not in hidden.figures]
    return found[0].value if found else None


def _cells(texts: Sequence[str], total: float | None, rules: DisclosureRules) -> list[str] | None:
    """Counts as text, with the marker where they are withheld; None where none may be shown."""
    numbers = [None if t in ("", rules.marker) else _whole(t) for t in texts]
    known = [n for n in numbers if n is not None]
    gone = rules.marker in texts
    # What was withheld before was protected when it was drawn, from the full table; only a small count that is
    # still shown needs anything done.
    if gone or total is None or sum(known) != total:
        mask = [rules.is_small(n) for n in numbers]
    else:
        found = withheld_cells(np.array(known), rules.min_count)
        if found is None:
            return None
        flags = iter(found)
        mask = [n is not None and bool(next(flags)) for n in numbers]
    return [rules.marker if hide else text for text, hide in zip(texts, mask, strict=True)]


def _whole(text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if number < 0 or not number.is_integer():
        raise DataError(f"'{text:.40}' stands where a count of persons should. Run the finding again.")
    return int(number)
