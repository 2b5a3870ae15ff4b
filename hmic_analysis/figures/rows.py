"""Charts with one line for each row: counts, persons by age band, and what all such charts share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, drawn, finish, joined, lower, no_data, require, take, unknown
from hmic_analysis.figures.sheet import FLAG_LINE_MM, KeyEntry, Sheet, key_height, place_flags
from hmic_analysis.figures.style import block_height, block_width, nice_ticks, plain, tick_labels, wrap
from hmic_analysis.statistics.suppression import withheld_cells
from hmic_analysis.words import MANY

# What all charts with one line for each row share: labels on the left, a plot, printed values on the right.

#: Rows and section headings that fit on a page.
MAX_ROWS = 44
LABEL_MM = 50.0
TICKS_MM = 6.0
_GAP_MM = 4.0
_HEADER_MM = 19.0
#: Rows named as those of which much is not known; further ones are counted.
_NAMED = 3


@dataclass(frozen=True)
class ValueColumn:
    """Values printed to the right of the plot.

    Attributes
    ----------
    header : str
    texts : sequence of str
        One for each row.
    marker : dict or None
        Properties of the sign that stands for these values in the plot, drawn before the header: the header is the
        direct label of the sign.
    """

    header: str
    texts: Sequence[str]
    marker: dict | None = None


@dataclass
class Rows:
    """A sheet with rows set out: draw at ``y[i]``, in the axes' own millimetres."""

    sheet: Sheet
    axes: Axes
    y: np.ndarray
    left: float
    width: float
    bottom: float


def row_labels(first: pd.Series, label: pd.Series) -> tuple[list[str], list[str]]:
    """Texts of rows and of the headings above them.

    Parameters
    ----------
    first : pandas.Series of str
        Group of each row.
    label : pandas.Series of str
        Label of each row.

    Returns
    -------
    tuple of list of str
        Labels, and the heading of each row's section: empty throughout where every group has one row only, for then
        the label says it all.
    """
    if first.nunique() == len(first) or first.nunique() == 1:
        return list(label), [""] * len(label)
    return list(label), list(first)


def limit_rows(frame: pd.DataFrame, headings: bool) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows that fit on a page, in order, and the note that says how many there were."""
    room = MAX_ROWS - (min(frame.iloc[:, 0].nunique(), MAX_ROWS // 2) if headings else 0)
    if len(frame) <= room:
        return frame, ()
    return frame.head(room), (f"The first {room} of {len(frame)} rows are drawn; the data file holds all",)


def hardly_known(label: pd.Series, unknown_pct: pd.Series) -> tuple[str, ...]:
    """The note of rows of more than a tenth of whose units the state is not known, the least known first."""
    open_ = unknown_pct.astype(float)
    much = open_[open_ > 100 * MANY].sort_values(ascending=False, kind="stable")
    if much.empty:
        return ()
    named = [f"{label[row]} {much[row]:.0f}%" for row in much.index[:_NAMED]]
    more = [f"{len(much) - _NAMED} more"] if len(much) > _NAMED else []
    return (f"More than a tenth is not known of: {'; '.join(named + more)}",)


def by_section(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows of one group brought together, groups and rows otherwise in their order."""
    order = {group: i for i, group in enumerate(dict.fromkeys(frame[column]))}
    return frame.sort_values(column, key=lambda c: c.map(order), kind="stable", ignore_index=True)


def set_rows(
    labels: Sequence[str],
    sections: Sequence[str],
    columns: Sequence[ValueColumn],
    *,
    flags: Sequence[tuple[float, str]] = (),
    key: Sequence[KeyEntry] = (),
    synthetic: bool = False,
) -> Rows:
    """Make a sheet with room for every label, value, flag and key.

    Parameters
    ----------
    labels, sections : sequence of str
        Text of each row, and the heading of its section (the same for neighbours).
    flags : sequence of (float, str)
        Texts of vertical lines and their place in the plot, 0 (left) to 1 (right).
    key : sequence of KeyEntry
        Signs that the columns' headers don't explain.

    Returns
    -------
    Rows
        Axes whose y runs downwards in millimetres; x is the caller's to set.
    """
    headers = [wrap(c.header, _HEADER_MM, 3, style.SMALL_SIZE, "bold") for c in columns]
    widths = [_column_width(c, h) for c, h in zip(columns, headers, strict=True)]
    right = sum(widths) + _GAP_MM * len(columns)
    labels, left = _fit_labels(labels, sections)
    width = style.LETTER_WIDTH_MM - left - right - 4.0
    placed = place_flags([(left + f * width, t) for f, t in flags], 0, left + width + _GAP_MM / 2)
    flag_lines = 1 + max((row for _, row, _ in placed), default=-1)
    header = max(flag_lines * FLAG_LINE_MM, max((block_height(h, style.SMALL_SIZE) for h in headers), default=0)) + 1.5
    y, tops, body = _places(labels, sections)
    below = key_height(0, key)
    sheet = Sheet(header + body + TICKS_MM + (below + 1 if below else 0), synthetic)
    axes = sheet.axes(left, header, width, body)
    axes.set_ylim(body, 0)
    for text, at in zip(labels, y, strict=True):
        sheet.text(left - 2.5, header + at, text, ha="right")
    for text, at in tops:
        sheet.text(0, header + at, wrap(text, left + width, 1, weight="bold"), weight="bold")
    _print_columns(sheet, columns, headers, widths, header, y)
    for centre, row, text in placed:
        sheet.text(centre, header - 0.5 - FLAG_LINE_MM * (row + 0.5), text, size=style.SMALL_SIZE, ha="center")
    sheet.key(0, header + body + TICKS_MM + 1, key)
    return Rows(sheet, axes, y, left, width, header + body)


def _column_width(column: ValueColumn, header: str) -> float:
    """Room of a column: its widest value or its header with the sign."""
    head = block_width(header, style.SMALL_SIZE, "bold") + (4.5 if column.marker else 0)
    return max([head, *(block_width(t) for t in column.texts)])


def _fit_labels(labels: Sequence[str], sections: Sequence[str]) -> tuple[list[str], float]:
    """Labels wrapped so that all rows fit on a page, and where the plot begins."""
    wrapped = list(labels)
    for lines in (4, 3, 2, 1):
        wrapped = [wrap(text, LABEL_MM, lines) for text in labels]
        if _places(wrapped, sections)[2] <= style.MAX_HEIGHT_MM - 30:
            break
    return wrapped, max(8.0, max(block_width(t) for t in wrapped) + 3.0)


def _places(labels: Sequence[str], sections: Sequence[str]) -> tuple[np.ndarray, list[tuple[str, float]], float]:
    """Middle of each row, of each heading, and the height of all, in millimetres."""
    slim = len(labels) + len(set(sections)) > 24
    centres, tops, at, before = [], [], 1.0, ""
    for text, section in zip(labels, sections, strict=True):
        if section and section != before:
            tops.append((section, at + 2.6))
            at += 4.6
        before = section
        height = max(4.1, block_height(text) + 0.1) if slim else max(6.6, block_height(text) + 2.4)
        centres.append(at + height / 2)
        at += height
    return np.array(centres), tops, at + 1.0


def _print_columns(
    sheet: Sheet,
    columns: Sequence[ValueColumn],
    headers: Sequence[str],
    widths: Sequence[float],
    top: float,
    y: np.ndarray,
) -> None:
    """The values at the right, each column flush right under its header."""
    edge = sheet.width - 0.5
    for column, header, width in reversed(list(zip(columns, headers, widths, strict=True))):
        middle = top - 1 - block_height(header, style.SMALL_SIZE) / 2
        sheet.text(edge, middle, header, size=style.SMALL_SIZE, weight="bold", ha="right")
        if column.marker:
            x = edge - block_width(header, style.SMALL_SIZE, "bold") - 2.5
            sheet.line([x], [middle], **{**column.marker, "linestyle": "none"})
        for text, at in zip(column.texts, y, strict=True):
            sheet.text(edge, top + at, text, ha="right")
        edge -= width + _GAP_MM


def value_axis(
    rows: Rows, ticks: Sequence[float], labels: Sequence[str], baseline: bool = False, every: bool = False
) -> None:
    """Ticks and grid of the horizontal axis; labels that would touch are left out, and their grid lines with them.

    Parameters
    ----------
    ticks : sequence of float
        Rising; the first and the last are the axis' ends.
    baseline : bool
        Whether to draw the line at zero that bars stand on.
    every : bool
        Whether each label that fits is printed (a logarithmic axis); else the labels keep one distance.
    """
    axes = rows.axes
    axes.set_xlim(ticks[0], ticks[-1])
    scale = axes.transScale.transform([(t, 1.0) for t in ticks])[:, 0]
    places = rows.left + rows.width * (scale - scale[0]) / (scale[-1] - scale[0])
    if baseline:
        axes.axvline(0, color=style.AXIS, linewidth=1.0, zorder=4, clip_on=False)
    halves = [block_width(text, style.SMALL_SIZE) / 2 for text in labels]
    centres = [min(max(p, h + 0.3), style.LETTER_WIDTH_MM - h - 0.3) for p, h in zip(places, halves, strict=True)]
    for i in _printed(centres, halves, every):
        rows.sheet.text(centres[i], rows.bottom + 3.4, labels[i], size=style.SMALL_SIZE, ha="center")
        axes.axvline(ticks[i], color=style.GRID, linewidth=0.8, zorder=0, clip_on=False)


def _printed(centres: Sequence[float], halves: Sequence[float], every: bool) -> list[int]:
    """Which labels are printed so that none touches another; the first always is."""

    def free(i: int, j: int) -> bool:
        return centres[j] - halves[j] > centres[i] + halves[i] + 1.5

    if not every:
        for step in range(1, len(centres)):
            chosen = list(range(0, len(centres), step))
            if all(free(i, j) for i, j in zip(chosen, chosen[1:], strict=False)):
                return chosen
        return [0]
    chosen = [0]
    for j in range(1, len(centres)):
        if free(chosen[-1], j):
            chosen.append(j)
    return chosen


# Bars from zero with the count at the end of each.

BAR_MM = 4.2
#: Groups of one that a sentence still lists as well as bars would.
MOST_OF_ONE = 4


@drawn
def counts(
    frame: pd.DataFrame,
    words: Words = Words("counts"),
    *,
    what: str = "Records",
    by: str = "group",
    value_name: str = "",
) -> Chart:
    """Horizontal bars of counts.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``label`` and ``value`` (0 or more; missing ones are printed as not known).
    what, by : str
        What is counted, and what the rows are, for headline and alt text.
    value_name : str
        Header of the column of values, where what is counted is too long for one.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    data = take(frame, "counts", texts=("label",), numbers=("value",), counted=("value",))
    if data["value"].isna().all():
        return no_data(words.reason or "no records to count", words, data=data)
    drawn, notes = limit_rows(data, False)
    rows = bar_rows(list(drawn["label"]), drawn["value"], _alike(drawn["value"]), value_name or what, words.synthetic)
    told = instead(what, data["label"], data["value"])
    # What the caller says holds where bars are no parts of one whole, whose largest group would say nothing.
    message = told.rstrip(".") or words.headline or largest(what, data["label"], data["value"])
    most = words.headline or told or most_in_one(data["value"])
    chart = finish(
        rows.sheet,
        words,
        headline=message if most else f"{what} by {by}{unknown(data['value'])}",
        alt=f"Bar chart of {lower(what)} by {by}, where {lower(message)}",
        data=data,
        notes=notes,
    )
    return replace(chart, sentence=told)


def _alike(values: pd.Series) -> list[str]:
    """Counts as they are; amounts that are no whole numbers with equal decimals, so that a column can be compared."""
    known = values.dropna()
    if (known % 1 == 0).all():
        return [plain(v) for v in values]
    decimals = 1 if known.max() < 100 else 0
    least = 10.0**-decimals
    tiny = (values > 0) & (values < least)
    return [
        f"under {least:g}" if few else plain(v) if pd.isna(v) else f"{v:,.{decimals}f}"
        for v, few in zip(values, tiny, strict=True)
    ]


def instead(what: str, labels: pd.Series, values: pd.Series) -> str:
    """One sentence that says all that bars would, where one bar has a length or none is longer than 1; else empty."""
    given = values[values > 0]
    if values.isna().any() or len(given) > (MOST_OF_ONE if given.eq(1).all() else 1):
        return ""
    if given.empty:
        return f"{largest(what, labels, values)}."
    named = joined([f"“{lower(labels[i])}”" for i in given.index])
    if len(given) == 1:
        total = given.iloc[0]
        if total == 1:
            return f"{what} came to 1, in the group {named}."
        return f"All {plain(total)} {lower(what)} were in the group {named}."
    return f"There were {len(given)} {lower(what)}, one in each of the groups {named}."


def bar_rows(labels: list[str], values: pd.Series, texts: list[str], header: str, synthetic: bool) -> Rows:
    """A sheet with a bar for each value of 0 or more, and ``texts`` at its right; a missing value has no bar."""
    rows = set_rows(labels, [""] * len(labels), [ValueColumn(header, texts)], synthetic=synthetic)
    highest = float(np.nanmax(values)) if values.notna().any() else 0.0
    ticks = nice_ticks(0, highest, whole=True)
    value_axis(rows, ticks, tick_labels(ticks), baseline=True)
    rows.axes.barh(rows.y, values.fillna(0), height=BAR_MM, color=style.COLOURS[0], linewidth=0, zorder=3)
    return rows


def most_in_one(values: pd.Series) -> bool:
    """Whether one group holds more than half of all, or none anything: of less a headline makes no superlative."""
    return not values.isna().any() and (values.max() == 0 or 2 * values.max() > values.sum())


def largest(what: str, labels: pd.Series, values: pd.Series) -> str:
    """Where the largest count is, and of how many in all, as a sentence without a full stop.

    Missing values are counted, never ranked; with one of them the total isn't known and isn't given.
    """
    known = values.dropna()
    after = unknown(values)
    total = f" of {plain(known.sum())}" if not after and len(known) > 1 else ""
    if known.max() == 0:
        return f"There were no {lower(what)}{f' in any of {len(known)} groups' if len(known) > 1 else ''}{after}"
    top = known.idxmax()
    if len(values) == 1:
        return f"{what} came to {plain(known[top])} in the group “{labels[top]}”"
    if (equals := int((known == known[top]).sum())) > 1:
        return f"Each of the {equals} largest groups held {plain(known[top])}{total} {lower(what)}{after}"
    lead = f"The largest group{' known' if after else ''} was “{labels[top]}”"
    return f"{lead}, with {plain(known[top])}{total} {lower(what)}{after}"


# Persons by age band, small counts withheld.


@drawn
def age_bands(frame: pd.DataFrame, words: Words = Words("age-bands"), *, min_count: int = 0) -> Chart:
    """Bars of persons in each band; counts from 1 to ``min_count - 1`` are neither drawn nor kept in the data.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``band`` (order), ``label``, ``persons``; a count already withheld is ``[c]``.
    min_count : int
        Counts above 0 and below it are withheld, and one more where they could be had by subtraction from a total.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    require(frame, "age_bands", ("band", "label", "persons"))
    what, by, marker = "Persons outstanding", "days since they were first named", "[c]"
    before = (frame["persons"].astype("object") == marker).to_numpy(dtype=bool)
    frame = frame.assign(persons=frame["persons"].astype("object").mask(before, None))
    data = take(frame, "age_bands", texts=("label",), numbers=("band", "persons"), counted=("persons",))
    data = data.assign(withheld=before).sort_values("band", kind="stable", ignore_index=True)
    if not data["withheld"].any() and (data["persons"].isna().all() or data["persons"].sum() == 0):
        return no_data(words.reason or "no persons to count", words)
    shown = withhold(data["persons"], min_count)
    if shown is None:
        return no_data("too few persons in each band to be shown", words, withheld=True)
    hidden = data["withheld"] | (shown.isna() & data["persons"].notna())
    texts = [marker if h else plain(s) for h, s in zip(hidden, shown, strict=True)]
    rows = bar_rows(list(data["label"]), shown, texts, "Persons", words.synthetic)
    message = _without_total(what, data["label"], shown) if hidden.any() else largest(what, data["label"], shown)
    values = [marker if h else None if pd.isna(s) else int(s) for h, s in zip(hidden, shown, strict=True)]
    made = finish(
        rows.sheet,
        words,
        headline=f"{what} by {by}" if hidden.any() or not most_in_one(shown) else message,
        alt=f"Bar chart of {lower(what)} by {by}, where {lower(message)}",
        data=data[["label"]].assign(persons=pd.Series(values, dtype="object")),
        notes=(f"{marker}: withheld, small number of persons",) if hidden.any() else (),
    )
    return replace(made, withheld=bool(hidden.any()))


def withhold(persons: pd.Series, min_count: int) -> pd.Series | None:
    """Counts made missing so that none of the small ones, above 0 and below ``min_count``, can be had from the total.

    None where the total would give a small one back whatever is withheld, as 5 persons in 5 bands do: then no band may
    be shown. See :func:`hmic_analysis.statistics.suppression.withheld_cells`.
    """
    mask = withheld_cells(persons.fillna(0).to_numpy(), min_count)
    return None if mask is None else persons.mask(mask)


def _without_total(what: str, labels: pd.Series, shown: pd.Series) -> str:
    """The largest band, without the total that would give a withheld count back."""
    known = shown.dropna()
    if known.empty or known.max() == 0:
        return f"{what} were too few in each band to be shown"
    top = known.idxmax()
    return f"The largest band shown was “{labels[top]}”, with {plain(known[top])} {lower(what)}"
