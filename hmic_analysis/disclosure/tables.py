"""Figures and tables as they may be shown: what is withheld of small counts, and cells that no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hmic_analysis.cells import neutral_frame
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.withheld import BOUNDS, SHARE, DisclosureRules, Withheld, withheld
from hmic_analysis.statistics.suppression import withheld_cells

if TYPE_CHECKING:
    pass
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.evidence.withheld import Audience

# --------------------------------------------------------------------------------------------------------------------
# Tables of counts of persons as they may be shown: small counts withheld, and what would give them away.


def _counts(column: pd.Series, rules: DisclosureRules) -> np.ndarray:
    """Counts; those already withheld or missing as 0, since they stay as they are."""
    shown = column.where(column.ne(rules.marker) & column.notna(), 0)
    numbers = pd.to_numeric(shown, errors="coerce")
    if numbers.isna().any() or (numbers < 0).any() or (numbers % 1 != 0).any():
        raise DataError(f"Column '{column.name}' is to hold counts of persons: whole numbers of 0 or more.")
    return numbers.to_numpy(dtype=int)


def read_table(path: Path) -> pd.DataFrame:
    """A table that a notebook left, every cell as text; :class:`DataError` if it isn't there."""
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"The evidence names {path}, which isn't there. Run the finding again: hmic run.") from None
    except pd.errors.EmptyDataError:
        return pd.DataFrame()  # The data of a panel that says there was nothing to draw.
    except (pd.errors.ParserError, UnicodeDecodeError) as fault:
        raise DataError(f"{path} is not a table ({str(fault).splitlines()[0]}). Run the finding again.") from None


# --------------------------------------------------------------------------------------------------------------------
# Figures and tables of a report: whether their files show anything withheld, and their data as it may be shown.


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

    Every cell as text, the marker in those withheld, all neutral for spreadsheets; without any row where none may
    be shown.
    """
    frame = read_table(path)
    rules = rules.of(bundle)
    if rules.apply_to(audience):
        hidden = withheld(bundle.indicators, rules)
        frame = _suppressed(frame, name or path.stem, bundle, hidden, rules)
    return neutral_frame(frame)


def agrees(path: Path, name: str, bundle: Bundle, hidden: Withheld, rules: DisclosureRules) -> bool:
    """Whether the data of a figure or table, and so its picture, shows nothing that is withheld."""
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
