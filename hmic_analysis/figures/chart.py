"""A finished chart: one picture with its words and its data, for notebooks and letters alike."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from hmic_analysis.figures.sheet import Sheet
from hmic_analysis.figures.style import check_name, png_bytes, svg_bytes

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
    synthetic : bool
        Whether the data are made up; the picture, the subtitle, the alt text and the data file then say so.
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

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, drawn once."""
        return png_bytes(self.figure)

    @cached_property
    def svg(self) -> bytes:
        """The picture as SVG, drawn once."""
        return svg_bytes(self.figure)

    @cached_property
    def csv(self) -> bytes:
        """The data as CSV (UTF-8); synthetic data carry a column that says so."""
        data = self.data.assign(synthetic=SYNTHETIC_NOTE) if self.synthetic else self.data
        return data.to_csv(index=False, lineterminator="\n").encode("utf-8")

    def save(self, folder: str | Path) -> tuple[Path, Path, Path]:
        """Write the picture and its data.

        Parameters
        ----------
        folder : str or pathlib.Path
            Made if it isn't there.

        Returns
        -------
        tuple of pathlib.Path
            PNG, SVG and CSV, named after the chart.

        Raises
        ------
        ParameterError
            If the name can't be a file name.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        stem = check_name(self.name)
        contents = {"png": self.png, "svg": self.svg, "csv": self.csv}
        paths = tuple(folder / f"{stem}.{ending}" for ending in contents)
        for path, content in zip(paths, contents.values(), strict=True):
            path.write_bytes(content)
        return paths

    def _repr_html_(self) -> str:
        """The chart as notebooks show it."""
        picture = base64.b64encode(self.png).decode("ascii")
        words = [f"<strong>{html.escape(self.headline)}</strong>", html.escape(self.subtitle)]
        words.append(f"<small>Source: {html.escape(self.source)}</small>" if self.source else "")
        return (
            f'<figure style="margin:0;max-width:630px"><img style="width:100%" alt="{html.escape(self.alt)}" '
            f'src="data:image/png;base64,{picture}"><figcaption>{"<br>".join(w for w in words if w)}'
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
    headline : str or None
        None has it written from the data.
    """

    name: str
    subtitle: str = ""
    source: str = ""
    headline: str | None = None
    synthetic: bool = False


def finish(
    sheet: Sheet, words: Words, *, headline: str, alt: str, data: pd.DataFrame, notes: tuple[str, ...] = ()
) -> Chart:
    """Join a drawn sheet and its words.

    Parameters
    ----------
    sheet : Sheet
    words : Words
    headline, alt : str
        Written from the data; the caller's headline goes before.
    data : pandas.DataFrame
        The values drawn.
    notes : tuple of str
        Sentences on how to read the picture, put after the subtitle.

    Returns
    -------
    Chart
    """
    marked = (SYNTHETIC_NOTE,) if words.synthetic else ()
    sentences = [_stopped(s) for s in (words.subtitle, *notes, *marked) if s]
    return Chart(
        figure=sheet.figure,
        name=check_name(words.name),
        headline=(words.headline or headline).rstrip("."),
        subtitle=" ".join(sentences),
        alt=_stopped(" ".join((*marked, alt))),
        source=words.source,
        data=data,
        synthetic=words.synthetic,
    )


def _stopped(sentence: str) -> str:
    """The sentence with one full stop at its end."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
