"""The figures of a finding as blocks of the letter."""

from __future__ import annotations

from collections.abc import Sequence

from hmic_analysis.evidence.model import Bundle, Figure
from hmic_analysis.letters.model import FigureBlock
from hmic_analysis.letters.text import clean


def figure_blocks(bundle: Bundle, at_most: int, before: int, releasable: Sequence[str]) -> list[FigureBlock]:
    """The first figures of a finding that show something, numbered on.

    Parameters
    ----------
    bundle : Bundle
    at_most : int
    before : int
        Figures that stand before these in the letter.
    releasable : sequence of str
        Sensitivities that may go into the letter.

    Returns
    -------
    list of FigureBlock
    """
    chosen = [f for f in bundle.figures if f.sensitivity in releasable and not f.empty][:at_most]
    return [_figure(bundle, figure, before + i) for i, figure in enumerate(chosen, 1)]


def _figure(bundle: Bundle, figure: Figure, number: int) -> FigureBlock:
    stem = f"figures/figure-{number:02d}-{bundle.finding}-{figure.name}"
    synthetic = figure.synthetic or bundle.synthetic
    source = clean(figure.source).rstrip(".") + "."
    if synthetic and "synthetic" not in source.lower():
        source += " Synthetic data."
    return FigureBlock(
        number=number,
        bookmark=f"figure_{number:02d}",
        finding=bundle.finding,
        name=figure.name,
        headline=clean(figure.headline),
        subtitle=clean(figure.subtitle),
        source=source if source.lower().startswith("source") else f"Source: {source}",
        alt=clean(figure.alt),
        png=f"{stem}.png",
        svg=f"{stem}.svg",
        data=f"{stem}.csv",
        origin=(figure.png, figure.svg, figure.data),
        synthetic=synthetic,
    )
