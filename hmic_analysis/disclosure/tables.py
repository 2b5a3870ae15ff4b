"""Figures and tables as they may be shown: what is withheld of small counts, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hmic_analysis.disclosure.protect import Counts, DisclosureRules, protect
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.wording import COUNTS

if TYPE_CHECKING:
    pass
from hmic_analysis.disclosure.protect import Audience
from hmic_analysis.evidence.model import Bundle

# --------------------------------------------------------------------------------------------------------------------
# Which indicators of a bundle are withheld: those on small counts of persons, and those that would give them away.

#: A total is worth more than any of its parts.
FIGURE_TOTAL_COST = 1000.0


@dataclass(frozen=True)
class Withheld:
    """What is withheld of a bundle's indicators.

    Attributes
    ----------
    figures : frozenset of str
        Ids of indicators of which no number is shown.
    unknowns : frozenset of str
        Ids of those of which the number of unknown cases is not shown, nor the bounds that rest on it.
    small : frozenset of str
        Those of ``figures`` that rest on a small count themselves; the others only protect one.
    """

    figures: frozenset[str] = frozenset()
    unknowns: frozenset[str] = frozenset()
    small: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        """Whether anything is withheld."""
        return bool(self.figures or self.unknowns)


def parts(indicator: Indicator) -> tuple[int, ...]:
    """The counts of persons that an indicator is made of, whole numbers of 0 or more.

    Of a percentage those counted and those not (its denominator is both together); of a count itself; of a rate its
    numerator, for what it is set against aren't persons; of a median those it was taken over.  Empty where nothing
    was counted.
    """
    yes, of = indicator.numerator, indicator.denominator
    if indicator.unit in COUNTS:
        found = (indicator.value,)
    elif indicator.unit == "%" and yes is not None and of is not None:
        found = (yes, of - yes)
    elif yes is not None:
        found = (yes,)
    else:
        found = (of,)
    # Amounts that aren't whole, such as hours, are no counts.
    return tuple(int(v) for v in found if v is not None and v >= 0 and float(v).is_integer())


def withheld(indicators: Sequence[Indicator], rules: DisclosureRules) -> Withheld:
    """What of these indicators may not be shown."""
    persons = [i for i in indicators if rules.counts_persons(i)]
    small = {i.id for i in persons if any(map(rules.is_small, parts(i)))}
    hidden = set(small)
    unknowns = {i.id for i in persons if rules.is_small(i.unknown)}
    for family in _families(persons).values():
        hidden |= _complements(family, [parts(i) for i in family], hidden, rules)
        unknowns |= _complements(family, [_unknown(i) for i in family], unknowns, rules)
    hidden |= _derivable(persons, hidden, unknowns)
    return Withheld(frozenset(hidden), frozenset(unknowns), frozenset(small))


def _unknown(indicator: Indicator) -> tuple[int, ...]:
    return (int(indicator.unknown),) if float(indicator.unknown).is_integer() else ()


def _families(persons: Sequence[Indicator]) -> dict[str, list[Indicator]]:
    """Indicators of one name: the total and its strata."""
    families = defaultdict(list)
    for indicator in persons:
        families[indicator.name].append(indicator)
    return families


def _complements(
    family: Sequence[Indicator], counts: Sequence[tuple[int, ...]], hidden: set[str], rules: DisclosureRules
) -> set[str]:
    """Members of a family that must go with those hidden, for its strata add up to its total."""
    totals = [(i, c) for i, c in zip(family, counts, strict=True) if not i.stratum and c]
    strata = [(i, c) for i, c in zip(family, counts, strict=True) if i.stratum and c]
    ids = {i.id for i, _ in (*totals, *strata)}
    if len(totals) != 1 or not strata or not ids & hidden:
        return set()
    (total, whole), width = totals[0], len(totals[0][1])
    if any(len(c) != width for _, c in strata) or [sum(c) for c in zip(*(c for _, c in strata), strict=True)] != [
        *whole
    ]:
        return set()
    members = [*strata, (total, whole)]
    values = np.array([v for _, c in members for v in c])
    relations = np.zeros((width, len(values)))
    for k in range(width):
        relations[k, k::width] = 1
        relations[k, len(values) - width + k] = -1
    costs = [1.0 + sum(c) for _, c in members]
    costs[-1] *= FIGURE_TOTAL_COST
    units = tuple(m for m, (_, c) in enumerate(members) for _ in c)
    chosen = protect(Counts(values, relations, units, tuple(costs)), rules.min_count)
    if chosen is None:
        return {i.id for i, _ in members}
    return {i.id for (i, _), gone in zip(members, chosen, strict=True) if gone}


def _derivable(persons: Sequence[Indicator], hidden: set[str], unknowns: set[str]) -> set[str]:
    """Indicators that show the very counts of a hidden one under another name, or its bounds."""
    found: set[str] = set()
    shown = [parts(i) for i in persons if i.id in hidden]
    totals = {s[0] for s in shown if len(s) == 1 and s[0] > 0}
    for indicator in persons:
        base = indicator.id.removesuffix("_lo").removesuffix("_hi")
        counts = parts(indicator)
        bound = base != indicator.id and (base in hidden or base in unknowns)
        if bound or (any(counts) and (counts in shown or sum(counts) in totals)):
            found.add(indicator.id)
    return found - hidden


# --------------------------------------------------------------------------------------------------------------------
# Cells that a spreadsheet would run as a formula are made plain text.

#: A spreadsheet takes a text that begins with one of these for a formula or a command.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
STARTS = (*STARTS, "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")
#: Characters before which a spreadsheet program may skip to the formula.
_SKIPPED = " \N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\0\x0b\x0c"


def neutral(value: Any) -> Any:
    """A cell as a spreadsheet or CSV file may hold it.

    Text that would be run as a formula gets an apostrophe before it.  ``-3.5`` as text stays: it is a number.
    """
    if not isinstance(value, str):
        return value
    text = value.lstrip(_SKIPPED)
    if not text.startswith(STARTS) or _is_number(value):
        return value
    return f"'{value}"


def neutral_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with every text, in cells and headers alike, made neutral; the frame itself stays."""
    made = {
        neutral(name): frame[name] if pd.api.types.is_numeric_dtype(frame[name]) else frame[name].map(neutral)
        for name in frame.columns
    }
    return pd.DataFrame(made, index=frame.index)


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV text, every cell neutral."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[neutral(v) for v in row] for row in rows])
    return out.getvalue()


def is_neutral(text: str) -> bool:
    """Whether a spreadsheet would leave the cell alone."""
    return neutral(text) == text


def _is_number(text: str) -> bool:
    """Whether a text is one plain negative number, as files of figures hold them."""
    return bool(re.fullmatch(r"-[0-9][0-9,]*(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", text))


# --------------------------------------------------------------------------------------------------------------------
# Tables of counts of persons as they may be shown: small counts withheld, and what would give them away.

#: Totals go last: any cell is given up before the margin it belongs to, and any margin before the grand total.
MARGIN_COST, GRAND_TOTAL_COST = 1e3, 1e6


def withheld_cells(cells: np.ndarray, min_count: int, totals: str = "fixed") -> np.ndarray | None:
    """The cells of a table to withhold, where its totals are known to the reader.

    Gives the shape of ``cells``, with ``totals="table"`` one longer in each direction, totals last.  None where the
    small counts can't be protected: then no cell of the table may be shown.
    """
    cells = np.asarray(cells, dtype=int)
    if (cells < 0).any():
        raise DataError("A table of persons holds a count below 0. Check how it was counted.")
    full = _with_totals(cells)
    margins = sum(np.indices(full.shape)[d] == full.shape[d] - 1 for d in range(full.ndim))
    costs = np.where(margins == 0, 1 + full, np.where(margins == 1, MARGIN_COST, GRAND_TOTAL_COST) * (1 + full)).astype(
        float
    )
    # Of equal cells the first, on every machine.
    costs += 1e-4 * np.arange(full.size).reshape(full.shape) / full.size
    if totals == "fixed":
        costs[margins > 0] = np.inf
        # A total that is small itself is printed nowhere.
        costs[(margins > 0) & (full > 0) & (full < min_count)] = 1
    found = protect(Counts(full.ravel(), _sums(full.shape), tuple(range(full.size)), tuple(costs.ravel())), min_count)
    if found is None:
        return None
    mask = np.array(found).reshape(full.shape)
    if cells.ndim == 1:
        # Of a row all that are equal go together: which of them was taken would tell where the small one isn't.
        body, gone = full[:-1], mask[:-1]
        mask[:-1] |= np.isin(body, body[gone & (body >= min_count)])
    return mask[tuple(slice(n) for n in cells.shape)] if totals == "fixed" else mask


def _with_totals(cells: np.ndarray) -> np.ndarray:
    for axis in range(cells.ndim):
        cells = np.concatenate([cells, cells.sum(axis=axis, keepdims=True)], axis=axis)
    return cells


def _sums(shape: tuple[int, ...]) -> np.ndarray:
    """Relations of a table with totals: along each axis the cells less their total are nothing."""
    index = np.arange(int(np.prod(shape))).reshape(shape)
    rows = []
    for axis in range(len(shape)):
        for line in np.moveaxis(index, axis, -1).reshape(-1, shape[axis]):
            row = np.zeros(index.size)
            row[line[:-1]], row[line[-1]] = 1, -1
            rows.append(row)
    return np.array(rows)


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

    Every cell as text, the marker in those withheld, all neutral for spreadsheets; without any row where none may
    be shown.
    """
    frame = read_table(path)
    rules = rules.of(bundle)
    if rules.apply_to(audience):
        hidden = withheld(bundle.indicators, rules)
        frame = _suppressed(frame, name or path.stem, bundle, hidden, rules)
    return neutral_frame(frame)


def drawable(frame: pd.DataFrame, indicators: Sequence[Indicator], rules: DisclosureRules) -> pd.DataFrame:
    """Shares of groups as a chart may draw them.

    Gives the same without the numbers that are withheld.  Where any is, a column ``withheld`` holds the marker in
    its row, and nothing in the others.
    """
    hidden = withheld(indicators, rules) if rules.min_count > 1 else Withheld()
    gone, bounds = frame["group"].isin(hidden.figures), frame["group"].isin(hidden.unknowns)
    out = frame.copy()
    for column in SHARE:
        out[column] = out[column].mask(gone | bounds if column in BOUNDS else gone)
    return out.assign(withheld=np.where(gone, rules.marker, "")) if gone.any() else out


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
