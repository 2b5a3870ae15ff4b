"""The figures of a finding as blocks of the letter."""

from __future__ import annotations

from hmic_analysis.evidence.model import Bundle, Figure
from hmic_analysis.letters.model import FigureBlock
from hmic_analysis.letters.text import clean


def figure_blocks(bundle: Bundle, at_most: int, before: int) -> list[FigureBlock]:
    """The first figures of a finding that show something, numbered on.

    Parameters
    ----------
    bundle : Bundle
    at_most : int
    before : int
        Figures that stand before these in the letter.

    Returns
    -------
    list of FigureBlock
    """
    chosen = [f for f in bundle.figures if not f.empty][:at_most]
    return [figure_block(bundle, figure, before + i) for i, figure in enumerate(chosen, 1)]


def figure_block(bundle: Bundle, figure: Figure, number: int) -> FigureBlock:
    """One figure as a block of the letter.

    Parameters
    ----------
    bundle : Bundle
    figure : Figure
    number : int

    Returns
    -------
    FigureBlock
    """
    stem = f"figures/figure-{number:02d}-{bundle.finding}-{figure.name}"
    synthetic = figure.synthetic or bundle.synthetic
    subtitle, note = _split(clean(figure.subtitle))
    source = clean(figure.source).rstrip(".") + "."
    if synthetic and "synthetic" not in source.lower():
        source += " Synthetic data."
    return FigureBlock(
        number=number,
        bookmark=f"figure_{number:02d}",
        finding=bundle.finding,
        name=figure.name,
        headline=clean(figure.headline),
        subtitle=subtitle,
        note=note,
        source=source if source.lower().startswith("source") else f"Source: {source}",
        alt=clean(figure.alt),
        png=f"{stem}.png",
        svg=f"{stem}.svg",
        data=f"{stem}.csv",
        origin=(figure.png, figure.svg, figure.data),
        synthetic=synthetic,
    )


def _split(subtitle: str) -> tuple[str, str]:
    """The first sentence, which says what is measured; and the rest, which says how to read it."""
    first, stop, rest = subtitle.partition(". ")
    return (f"{first}.", rest) if stop else (subtitle, "")
