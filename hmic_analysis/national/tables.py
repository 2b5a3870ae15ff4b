"""The published tables, as the workbook and the document show them."""

from __future__ import annotations

from collections.abc import Sequence

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.national.counts import Row
from hmic_analysis.national.reasons import TITLES
from hmic_analysis.national.report import NationalReport
from hmic_analysis.national.wording import (
    GIVEN_TITLES,
    MARKER,
    NOT_APPLICABLE,
    PLACE_TITLES,
    STATE_TITLES,
    how_to_read,
    rate_words,
    spread_words,
    unknown_words,
)
from hmic_analysis.site.downloads import Sheet

#: What stands in cells without a number.
SHORTHAND = (
    (MARKER, "confidential: so few forces that one might be worked out, or what would give such a count back"),
    (NOT_APPLICABLE, "not applicable: no such figure exists"),
)


def sheets(report: NationalReport) -> tuple[Sheet, ...]:
    """Every published table.

    Parameters
    ----------
    report : NationalReport

    Returns
    -------
    tuple of Sheet
        Findings, claims, reasons, rates, distributions, funnels, areas, data; those without a row are left out.
    """
    made = (
        _findings(report), _claims(report), _reasons(report), _rates(report), _distributions(report),
        _funnels(report), _areas(report), _data(report),
    )  # fmt: skip
    return tuple(sheet for sheet in made if sheet.rows)


def notes(report: NationalReport) -> tuple[tuple[str, str], ...]:
    """What the notes sheet says.

    Parameters
    ----------
    report : NationalReport

    Returns
    -------
    tuple of (str, str)
    """
    inspection = report.params.inspection
    words = how_to_read(report.total, inspection.national, inspection.confidence)
    titles = ("Verdicts", "Disclosure", "Figures", "Distributions", "Funnels", "Maps")
    return (*SHORTHAND, *zip(titles, words, strict=True))


def _sheet(name: str, title: str, columns: Sequence[str], rows: Sequence[tuple]) -> Sheet:
    return Sheet(name, title, tuple(columns), tuple(rows), "public")


def _cells(row: Row, names) -> tuple[int | str, ...]:
    return tuple(row.cell(name, MARKER) for name in names)


def _findings(report: NationalReport) -> Sheet:
    rows = [(id, report.params.finding(id).title, *_cells(row, STATE_TITLES)) for id, row in report.findings.items()]
    return _sheet("findings", "Forces by finding", ("Finding", "Title", *STATE_TITLES.values()), rows)


def _claims(report: NationalReport) -> Sheet:
    specs = {c: s for f in report.params.findings.values() for c, s in f.claims.items()}
    rows = [(id, specs[id].statement, *_cells(row, STATE_TITLES), report.total) for id, row in report.claims.items()]
    return _sheet("claims", "Forces by claim", ("Claim", "Statement", *STATE_TITLES.values(), "All forces"), rows)


def _reasons(report: NationalReport) -> Sheet:
    rows = [(id, row.cell("undecided", MARKER), *_cells(row, TITLES)) for id, row in report.claims.items()]
    return _sheet("reasons", "Why claims are undecided", ("Claim", "Undecided", *TITLES.values()), rows)


def _rates(report: NationalReport) -> Sheet:
    rows = []
    for f in report.figures:
        if f.pooled is None:
            continue
        forces = MARKER if f.forces is None else f.forces
        rows.append((f.finding, f.label, *rate_words(f), forces, unknown_words(f), f.window, f.definition))
    columns = (
        "Finding",
        "Figure",
        "England and Wales",
        "Interval",
        "Forces with a figure",
        "Cases not known, for each 100 counted",
        "Period or day",
        "Definition",
    )
    return _sheet("rates", "Figures for England and Wales", columns, rows)


def _distributions(report: NationalReport) -> Sheet:
    rows = []
    for f in report.figures:
        if f.spread is None:
            rows.append((f.finding, f.label, f.unit, MARKER, MARKER))
        else:
            spread = zip(f.spread.labels, f.spread.shares, strict=True)
            rows += [(f.finding, f.label, f.unit, label, share) for label, share in spread]
    columns = ("Finding", "Figure", "Unit", "Value", "Share of forces in per cent, rounded")
    return _sheet("distributions", "How forces are spread", columns, rows)


def spreads(report: NationalReport) -> Sheet:
    """The distributions in one row each, for the document.

    Parameters
    ----------
    report : NationalReport

    Returns
    -------
    Sheet
        Only those that can be shown; the sheet of the workbook names the others.
    """
    rows = [(f.finding, f.label, f.unit, spread_words(f)) for f in report.figures if f.spread is not None]
    columns = ("Finding", "Figure", "Unit", "Share of forces by value, rounded")
    return _sheet("distributions", "How forces are spread", columns, rows)


def _funnels(report: NationalReport) -> Sheet:
    rows = [(f.finding, f.label, *_cells(f.places, PLACE_TITLES)) for f in report.figures if f.places is not None]
    return _sheet("funnels", "Forces in the funnel", ("Finding", "Figure", *PLACE_TITLES.values()), rows)


def _areas(report: NationalReport) -> Sheet:
    rows = [(f.finding, f.label, *f.area.words.values()) for f in report.figures if f.area is not None]
    return _sheet("areas", "Figures by part of the country", ("Finding", "Figure", *report.areas), rows)


def _data(report: NationalReport) -> Sheet:
    rows = [(CONTRACTS[t].title, *_cells(row, GIVEN_TITLES)) for t, row in report.tables.items()]
    return _sheet("data", "Data that forces supplied", ("Data", *GIVEN_TITLES.values()), rows)
