"""A finished chart: one picture with its words and its data, and the panel that stands where there is none."""

import base64
import html
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hmic_analysis.cells import neutral_frame
from hmic_analysis.errors import DataError, did_you_mean
from hmic_analysis.figures import style
from hmic_analysis.figures.sheet import Sheet
from hmic_analysis.figures.style import block_height, check_name, png_bytes, say, svg_bytes, wrap
from hmic_analysis.words import one_of

# A finished chart: one picture with its words and its data, for notebooks and letters alike.

SYNTHETIC_NOTE = "Synthetic data, not about any real police force."


@dataclass(frozen=True)
class Chart:
    """One picture, its words and its data.

    The picture holds no title: headline, subtitle and source are text of the document around it.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        160 mm wide.
    name : str
        Name of its files.
    headline : str
        The message, a sentence without a full stop.
    subtitle : str
        What is measured, where and when, and how to read it.
    alt : str
        The picture in words: kind of chart, of what, and where the point lies.
    source : str
        Where the data come from.
    data : pandas.DataFrame
        The values drawn.
    empty : bool
        Whether it is the panel that says there was nothing to draw.
    sentence : str
        What says in words all that the picture shows, where so little is in it; documents print it in its place.
    synthetic : bool
        Whether the data are made up; the picture, the subtitle, the alt text and the data file then say so.
    withheld : bool
        Whether it withholds small counts of persons.
    again : callable or None
        Draws it anew, withholding nothing, from its frame as the function that it is given makes it.
    """

    figure: Figure = field(repr=False, compare=False)
    name: str
    headline: str
    subtitle: str
    alt: str
    source: str
    data: pd.DataFrame = field(repr=False, compare=False)
    synthetic: bool = False
    empty: bool = False
    sentence: str = ""
    withheld: bool = False
    again: "Callable[[Callable[[pd.DataFrame], pd.DataFrame]], Chart] | None" = field(
        default=None, repr=False, compare=False
    )

    @cached_property
    def svg(self) -> bytes:
        """The picture as SVG, drawn once: notebooks show it, and whatever wants dots draws them from it."""
        return svg_bytes(self.figure)

    @property
    def png(self) -> bytes:
        """The picture as PNG, drawn when it is asked for."""
        return png_bytes(self.figure)

    @cached_property
    def csv(self) -> bytes:
        """The data as CSV (UTF-8); synthetic data carry a column that says so."""
        data = self.data.assign(synthetic=SYNTHETIC_NOTE) if self.synthetic else self.data
        return neutral_frame(data).to_csv(index=False, lineterminator="\n").encode("utf-8")

    def save(self, folder: str | Path, formats: Sequence[str] = ("png", "svg", "csv")) -> tuple[Path, ...]:
        """Write the picture and its data.

        Parameters
        ----------
        folder : str or pathlib.Path
            Made if it isn't there.
        formats : sequence of str
            Which files: ``png`` and ``svg`` of the picture, ``csv`` of its data.

        Returns
        -------
        tuple of pathlib.Path
            The files in that order, named after the chart.

        Raises
        ------
        ParameterError
            If the name can't be a file name.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        stem = check_name(self.name)
        paths = tuple(folder / f"{stem}.{ending}" for ending in formats)
        for path, ending in zip(paths, formats, strict=True):
            path.write_bytes(getattr(self, ending))
        return paths

    def _repr_html_(self) -> str:
        """The chart as notebooks show it."""
        picture = base64.b64encode(self.svg).decode("ascii")
        words = [f"<strong>{html.escape(self.headline)}</strong>", html.escape(self.subtitle)]
        words.append(f"<small>Source: {html.escape(self.source)}</small>" if self.source else "")
        return (
            f'<figure style="margin:0;max-width:630px"><img style="width:100%" alt="{html.escape(self.alt)}" '
            f'src="data:image/svg+xml;base64,{picture}"><figcaption>{"<br>".join(w for w in words if w)}'
            "</figcaption></figure>"
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """HTML for notebooks, words for everything else."""
        return {"text/html": self._repr_html_(), "text/plain": f"{self.headline}. {self.alt}"}


@dataclass(frozen=True)
class Words:
    """What the caller says about a chart.

    Attributes
    ----------
    name, subtitle, source, synthetic
        As in :class:`Chart`.
    headline : str
        In place of the one that is written from the data.
    reason : str
        Why there is nothing to draw, for a frame that holds nothing: a clause without a capital or a full stop.
    wanted : bool
        Whether anybody looks at the chart: one that nobody wants is not drawn, and holds nothing.
    """

    name: str
    subtitle: str = ""
    source: str = ""
    headline: str = ""
    synthetic: bool = False
    reason: str = ""
    wanted: bool = True


def drawn(function: Callable[..., Chart]) -> Callable[..., Chart]:
    """Draw in the house style, and draw nothing where the chart's words say that nobody wants it."""

    @wraps(function)
    def chart(*args: Any, **given: Any) -> Chart:
        for words in (*args, *given.values()):
            if isinstance(words, Words) and not words.wanted:
                return Chart(Figure(), words.name, words.headline, words.subtitle, "", words.source, pd.DataFrame())
        with style.house_style():
            made = function(*args, **given)
        shown = given | ({"min_count": 0} if "min_count" in given else {})
        return replace(made, again=lambda whole: chart(whole(args[0]), *args[1:], **shown)) if made.withheld else made

    return chart


def finish(
    sheet: Sheet, words: Words, *, headline: str, alt: str, data: pd.DataFrame, notes: tuple[str, ...] = ()
) -> Chart:
    """Join a drawn sheet and its words.

    Parameters
    ----------
    headline, alt : str
        Written from the data; the caller's headline goes before.
    data : pandas.DataFrame
        The values drawn.
    notes : tuple of str
        Sentences on how to read the picture, put after the subtitle.
    """
    marked = (SYNTHETIC_NOTE,) if words.synthetic else ()
    sentences = [_stopped(s) for s in (words.subtitle, *notes, *marked) if s]
    return Chart(
        figure=sheet.figure,
        name=check_name(words.name),
        headline=one_of((words.headline or headline).rstrip(".")),
        subtitle=one_of(" ".join(sentences)),
        alt=_stopped(one_of(" ".join((*marked, alt)))),
        source=words.source,
        data=data,
        synthetic=words.synthetic,
    )


def _stopped(sentence: str) -> str:
    """The sentence with one full stop at its end."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


# The point of a picture in words, written from the values that are drawn.


def joined(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    items = list(items)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def lower(text: str) -> str:
    """The text as it goes on within a sentence; abbreviations keep their capitals."""
    return text[0].lower() + text[1:] if len(text) > 1 and not text[1].isupper() else text


def say_with_bound(values: pd.Series, unit: str, bounds: pd.DataFrame | None) -> str:
    """A value of equal rows; a share of all, or of none, with what it is at least, or at most, of all units.

    ``bounds``: ``lo_missing`` and ``hi_missing`` of at least these rows; None or missing where there are none.
    """
    text = say(values.iloc[0], unit)
    if bounds is None or unit != "%" or values.iloc[0] not in (0, 100):
        return text
    rows = bounds.loc[values.index, ["lo_missing", "hi_missing"]].astype(float)
    least, most = rows["lo_missing"].min(), rows["hi_missing"].max()
    if values.iloc[0] == 100 and least < 100:
        return f"{text} (at least {say(least, unit)} of all)"
    return f"{text} (at most {say(most, unit)} of all)" if values.iloc[0] == 0 and most > 0 else text


def extremes(labels: pd.Series, values: pd.Series, unit: str, bounds: pd.DataFrame | None = None) -> str:
    """Where the highest and the lowest value lie: words that go on after ``where``.

    ``labels`` and ``values`` have one index; missing values are never ranked.  ``bounds`` as in
    :func:`say_with_bound`.
    """
    known = values.dropna()
    if known.empty:
        return "not known" + (f" in any of {len(values)} rows" if len(values) > 1 else "")
    high, low = known.idxmax(), known.idxmin()
    if len(known) == 1:
        return f"{labels[high]} is at {say_with_bound(known, unit, bounds)}"
    if known[high] == known[low]:
        return f"values are {_in_every(values, unit, bounds)}"
    return (
        f"the highest is {labels[high]} at {say_with_bound(known.loc[[high]], unit, bounds)}, "
        f"the lowest is {labels[low]} at {say_with_bound(known.loc[[low]], unit, bounds)}"
    )


def spanned(
    what: str,
    labels: pd.Series,
    values: pd.Series,
    unit: str,
    some_withheld: bool = False,
    bounds: pd.DataFrame | None = None,
) -> str:
    """Between which values the rows lie, for a headline: no row is ranked above another in it.

    A sentence without a full stop; its verbs fit one and many. ``labels`` and ``values`` have one index;
    ``some_withheld``: there are rows besides these whose values are withheld; ``bounds`` as in :func:`say_with_bound`.
    """
    known = values.dropna()
    if known.empty:
        return f"{what} could be told for none of {len(values)} rows"
    if len(known) == 1:
        return f"{what} stood at {say_with_bound(known, unit, bounds)} for “{labels[known.index[0]]}”"
    if known.nunique() == 1:
        return f"{what} stood at {_in_every(values, unit, bounds)}"
    low, high = (say_with_bound(known[known.eq(end)], unit, bounds) for end in (known.min(), known.max()))
    told = f"{what} ranged from {low} to {high}"
    return f"{told} where shown" if some_withheld else told


def _in_every(values: pd.Series, unit: str, bounds: pd.DataFrame | None = None) -> str:
    """``60.0% in all 3``, of rows that are equal."""
    known = values.dropna()
    every = "both" if len(known) == 2 else f"all {len(known)}"
    return f"{say_with_bound(known, unit, bounds)} in {every}{'' if len(known) == len(values) else ' known'}"


def unknown(values: pd.Series) -> str:
    """``; 2 of 7 are not known``, to end a sentence with; empty if all are known, or none is."""
    missing = int(values.isna().sum())
    verb = "is" if missing == 1 else "are"
    return f"; {missing} of {len(values)} {verb} not known" if 0 < missing < len(values) else ""


# Checks of the data frame a chart is asked to draw.


def take(
    frame: pd.DataFrame,
    chart: str,
    *,
    texts: Sequence[str] = (),
    numbers: Sequence[str] = (),
    optional: Sequence[str] = (),
    percent: Sequence[str] = (),
    counted: Sequence[str] = (),
) -> pd.DataFrame:
    """The columns a chart draws, checked and typed.

    Parameters
    ----------
    frame : pandas.DataFrame
        Left as it is.
    chart : str
        Name of the chart function, for messages.
    texts : sequence of str
        Columns wanted as text; missing values become ``"not known"``.
    numbers : sequence of str
        Columns wanted as finite numbers; missing values stay missing.
    optional : sequence of str
        Number columns that are filled with missing values where the frame lacks them.
    percent : sequence of str
        Number columns that must lie between 0 and 100.
    counted : sequence of str
        Number columns that must not be negative: counts and lengths of time.

    Returns
    -------
    pandas.DataFrame
        New, with those columns in that order and rows counted from 0.

    Raises
    ------
    DataError
        If a column is missing, holds something else than numbers, or a value is out of its range.
    """
    require(frame, chart, (*texts, *numbers))
    taken = pd.DataFrame(index=range(len(frame)))
    for column in texts:
        taken[column] = [clean_text(v) for v in frame[column]]
    for column in (*numbers, *optional):
        taken[column] = _numbers(frame[column], chart) if column in frame.columns else np.nan
    for column in percent:
        _check_percent(taken[column], chart)
    for column in counted:
        _check_counted(taken[column], chart)
    return taken


def require(frame: pd.DataFrame, chart: str, columns: Sequence[str]) -> None:
    """Raise :class:`DataError` unless ``frame`` is a frame with these columns, each once."""
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"{chart} draws a DataFrame, not a {type(frame).__name__}. Pass it the frame of a measure.")
    for column in columns:
        if column not in frame.columns:
            others = [c for c in frame.columns if c not in columns]
            raise DataError(
                f"{chart}: the frame has no column '{column}'.{did_you_mean(column, others)}\n"
                f"It has: {', '.join(map(str, frame.columns)) or 'no columns'}. It needs: {', '.join(columns)}."
            )
        if list(frame.columns).count(column) > 1:
            raise DataError(f"{chart}: the frame has column '{column}' more than once.\nKeep or rename one of them.")


def clean_text(value: object) -> str:
    """One line of printable text; ``"not known"`` for a missing or blank value."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return "not known"
    printable = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in str(value))
    return " ".join(printable.split()) or "not known"


def _numbers(column: pd.Series, chart: str) -> np.ndarray:
    """The column as floats, missing values as NaN."""
    numbers = pd.to_numeric(column, errors="coerce").astype("float64").to_numpy()
    wrong = np.flatnonzero((np.isnan(numbers) & column.notna().to_numpy()) | np.isinf(numbers))
    if len(wrong):
        value = column.iloc[wrong[0]]
        value = value.item() if isinstance(value, np.generic) else value
        raise DataError(
            f"{chart}: column '{column.name}' holds {value!r} in row {wrong[0] + 1}, "
            "which can't be drawn.\nUse finite numbers, and leave the cell empty where there is none."
        )
    return numbers


def _check_percent(column: pd.Series, chart: str) -> None:
    """Percentages run from 0 to 100."""
    wrong = np.flatnonzero((column < 0) | (column > 100 + 1e-9))
    if len(wrong):
        raise DataError(
            f"{chart}: column '{column.name}' holds {column.iloc[wrong[0]]:g} in row {wrong[0] + 1}, "
            "which is no percentage.\nPercentages run from 0 to 100; pass unit= for anything else."
        )


def _check_counted(column: pd.Series, chart: str) -> None:
    """Nothing is counted or lasts below nothing."""
    wrong = np.flatnonzero(column < 0)
    if len(wrong):
        raise DataError(
            f"{chart}: column '{column.name}' holds {column.iloc[wrong[0]]:g} in row {wrong[0] + 1}.\n"
            "Counts and lengths of time are 0 or more; check how the column was computed."
        )


# The panel that stands where a chart would stand, had there been anything to draw.

_ROOM_MM = 140.0


@drawn
def no_data(
    reason: str, words: Words = Words("no-data"), *, data: pd.DataFrame | None = None, withheld: bool = False
) -> Chart:
    """Say that there is nothing to draw, and why; an empty chart could be taken for a finding.

    Parameters
    ----------
    reason : str
        Why there is nothing, for people: ``No deployments were supplied``.
    words : Words
        What the caller says of it; the headline is written from the data unless given.
    data : pandas.DataFrame, optional
        The frame that held nothing.
    withheld : bool
        Whether there are data, which may not be shown: the panel then says ``Not shown`` in place of ``No data``.

    Returns
    -------
    Chart
        A panel with the words ``No data``, or ``Not shown``, and the reason.
    """
    said = "Not shown" if withheld else "No data"
    reason = " ".join(str(reason).split()).rstrip(".") or "no reason was given"
    reason = reason[0].upper() + reason[1:]
    text = wrap(reason, _ROOM_MM, lines=8)
    height = 17 + block_height(text)
    sheet = Sheet(height, words.synthetic)
    sheet.band(0.5, 0.5, sheet.width - 1, height - 1, facecolor="#F3F2F1", edgecolor=style.AXIS, linewidth=0.8)
    sheet.text(sheet.width / 2, 7, said, size=11, weight="bold", ha="center")
    sheet.text(sheet.width / 2, 11.5 + block_height(text) / 2, text, ha="center")
    panel = finish(
        sheet,
        words,
        headline=f"{said}: {lower(reason)}",
        alt=f"Panel that reads: {said}. {reason}",
        data=pd.DataFrame() if data is None else data,
    )
    return replace(panel, empty=True, withheld=withheld)
