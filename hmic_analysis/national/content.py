"""The national report as blocks: every word, table and picture in order, before it becomes a document."""

from __future__ import annotations

from dataclasses import dataclass

from hmic_analysis.evidence.wording import say_period
from hmic_analysis.figures.chart import Chart
from hmic_analysis.letters.model import FigureBlock, Heading, Paragraph, Part, Section, TableBlock, TableColumn
from hmic_analysis.letters.text import clean
from hmic_analysis.national.charts import area_chart, spread_chart, verdict_chart
from hmic_analysis.national.indicators import NationalFigure
from hmic_analysis.national.report import NationalReport
from hmic_analysis.national.tables import sheets, spreads
from hmic_analysis.national.wording import (
    claim_sentence,
    forces,
    how_to_read,
    reasons_sentence,
    with_figure,
)
from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.site.downloads import Sheet

#: Widths in millimetres of the columns of tables in the document, 160 together; the rest is in the workbook.
WIDTHS = {
    "findings": (16, 60, 21, 23, 20, 20),
    "claims": (14, 66, 20, 22, 19, 19),
    "reasons": (16, 22, 22, 26, 26, 26, 22),
    "rates": (16, 56, 24, 32, 16, 16),
    "distributions": (16, 54, 22, 68),
    "funnels": (16, 60, 21, 21, 21, 21),
    "data": (60, 25, 30, 25, 20),
}


@dataclass(frozen=True)
class Content:
    """The report, complete but for its looks.

    Attributes
    ----------
    sections : tuple of Section
    charts : dict of str to Chart
        By name; pictures and data lie in ``figures`` below the report's folder.
    """

    sections: tuple[Section, ...]
    charts: dict[str, Chart]


class _Writer:
    """Numbers figures and tables in the order they come."""

    def __init__(self, report: NationalReport) -> None:
        self.report = report
        self.charts: dict[str, Chart] = {}
        self.tables = 0
        inspection = report.params.inspection
        self.period = say_period(inspection.period.start, inspection.period.end)
        made_up = ", simulated returns, synthetic data" if report.synthetic else ""
        self.source = f"Evidence of {report.total} forces{made_up}"

    def figure(self, chart: Chart, finding: str) -> FigureBlock:
        self.charts[chart.name] = chart
        paths = tuple(f"figures/{chart.name}.{ending}" for ending in ("png", "svg", "csv"))
        number = len(self.charts)
        return FigureBlock(
            number=number, bookmark=f"figure_{number:02}", finding=finding, name=chart.name, headline=chart.headline,
            subtitle=chart.subtitle, source=f"Source: {chart.source}", alt=chart.alt, png=paths[0], svg=paths[1],
            data=paths[2], origin=paths, synthetic=chart.synthetic,
        )  # fmt: skip

    def table(self, sheet: Sheet) -> TableBlock:
        self.tables += 1
        widths = WIDTHS.get(sheet.name) or (16, 56, *[88 / (len(sheet.columns) - 2)] * (len(sheet.columns) - 2))
        text = [i for i, row in enumerate(zip(*sheet.rows, strict=True)) if i == 0 or any(_wordy(v) for v in row)]
        columns = tuple(
            TableColumn(title=title, width=width, align="left" if i in text else "right")
            for i, (title, width) in enumerate(zip(sheet.columns, widths, strict=False))
        )
        rows = tuple(tuple(clean(v) for v in row[: len(widths)]) for row in sheet.rows)
        return TableBlock(
            number=self.tables, bookmark=f"table_{self.tables:02}", headline=sheet.title,
            subtitle=f"England and Wales, {self.report.total} forces", alt=f"{sheet.title}: {len(rows)} rows",
            columns=columns, rows=rows,
        )  # fmt: skip


def _wordy(value: object) -> bool:
    """Whether a cell is text and not a number, or what stands for one such as ``[c]`` or ``under 1``."""
    if not isinstance(value, str) or value.startswith("["):
        return False
    return not (value[:1].isdigit() or value in ("under 1", "under 1%", "over 99%"))


def make_content(report: NationalReport) -> Content:
    """Write the report.

    Parameters
    ----------
    report : NationalReport

    Returns
    -------
    Content
    """
    writer = _Writer(report)
    # In the document the spread of a figure is one row.
    published = {sheet.name: sheet for sheet in (*sheets(report), spreads(report))}
    inspection = report.params.inspection
    words = how_to_read(report.total, inspection.national, inspection.confidence)
    sections = [
        Section(title="In brief", blocks=(*_brief(report), writer.table(published["findings"]))),
        Section(title="How to read this report", blocks=tuple(_paragraph(text) for text in words)),
    ]
    for key, title in inspection.letter.sections.items():
        specs = [spec for spec in report.params.findings.values() if spec.section == key]
        sections.append(Section(title=title, blocks=tuple(_section_blocks(writer, key, title, specs))))
    sections.append(_tables(writer, published, "Figures for England and Wales", FIGURES_INTRO, FIGURES))
    sections.append(_tables(writer, published, "What forces could not give", DATA_INTRO, ("data", "reasons")))
    sections.append(_tables(writer, published, "Every claim", CLAIMS_INTRO, ("claims",)))
    return Content(tuple(sections), writer.charts)


FIGURES = ("rates", "funnels", "distributions", "areas")
FIGURES_INTRO = "Definitions and periods of each figure stand in the workbook."
DATA_INTRO = (
    "A force that didn't supply data is no worse for it: the count says how much of the country the findings can "
    "speak of. A force's data are silent on a part where a column is missing or blank that the findings need."
)
CLAIMS_INTRO = "Claims stand in the order of the letters to forces."


def _tables(writer: _Writer, published: dict[str, Sheet], title: str, intro: str, names: tuple[str, ...]) -> Section:
    blocks = [writer.table(published[name]) for name in names if name in published]
    return Section(title=title, blocks=(_paragraph(intro), *blocks))


def _paragraph(text: str, style: str = "body") -> Paragraph:
    return Paragraph(style=style, parts=(Part(text=text),))


def _brief(report: NationalReport) -> list[Paragraph]:
    """The report in few sentences, from what is published in it."""
    inspection = report.params.inspection
    rows, total = report.claims, report.total
    many, few = inspection.quantifiers["many"], inspection.quantifiers["few"]
    most = [r for r in rows.values() if (r.shown["supported"] or 0) >= (many.min_forces or total)]
    against = [r for r in rows.values() if (r.shown["contradicted"] or 0) >= (many.min_forces or total)]
    seldom = [r for r in rows.values() if 0 <= (total if (s := r.shown["supported"]) is None else s) <= few.max_forces]
    open_ = [r for r in rows.values() if r.shown["undecided"] is not None]
    text = (
        f"The inspection tested {len(rows)} claims in {len(report.findings)} findings against the evidence of "
        f"{total} police forces in England and Wales, for {say_period(inspection.period.start, inspection.period.end)}."
    )
    second = (
        f"Of those whose counts can be published, {len(most)} are supported in {many.min_forces} forces or more, "
        f"{len(seldom)} in {few.max_forces} or fewer, and {len(against)} are contradicted in {many.min_forces} or more."
    )
    blocks = [_paragraph(text), _paragraph(second)]
    if open_:
        worst = max(open_, key=lambda r: r.shown["undecided"])
        if worst.shown["undecided"]:
            blocks.append(
                _paragraph(f"Claim {worst.id} was left undecided most often: in {forces(worst, 'undecided')}.")
            )
    return blocks


def _section_blocks(writer: _Writer, key: str, title: str, specs: list[FindingSpec]):
    report = writer.report
    rows = [report.claims[c] for spec in specs for c in spec.claims if c in report.claims]
    if rows:
        subtitle = f"Forces by verdict on each claim, England and Wales, {writer.period}"
        name = f"verdicts-{key.replace('_', '-')}"
        chart = verdict_chart(rows, name, subtitle, writer.source, report.synthetic, report.embargo)
        yield writer.figure(chart, "")
    for spec in specs:
        yield Heading(text=f"{spec.id}: {spec.title}")
        yield _paragraph(spec.question)
        for id, claim in spec.claims.items():
            if id in report.claims:
                row = report.claims[id]
                told = " ".join(t for t in (claim_sentence(row), reasons_sentence(row)) if t)
                lead = Part(text=f"{id}. {claim.statement} ", strong=True)
                yield Paragraph(style="bullet", parts=(lead, Part(text=told)))
        for found in report.figures:
            if found.finding == spec.id:
                yield from _pictures(writer, found)


def _pictures(writer: _Writer, found: NationalFigure):
    report, stem = writer.report, found.indicator.replace("_", "-")
    who = with_figure(found, report.total)
    if found.drawn and found.spread is not None:
        unit = "" if found.unit == "%" else f" ({found.unit})"
        subtitle = f"{found.label}{unit}: share of forces by value, rounded, {who}, {found.window}"
        chart = spread_chart(
            found.spread, found.label, f"spread-{stem}", subtitle, writer.source, report.synthetic, report.embargo
        )
        yield writer.figure(chart, found.finding)
    # A map of one shade shows nothing that its table doesn't.
    if found.area is not None and len(set(found.area.words.values())) > 1:
        subtitle = f"{found.label}, total over total of the forces in each part of the country, {who}, {found.window}"
        chart = area_chart(
            found.area, report.areas, found.label, f"areas-{stem}", subtitle, writer.source, report.synthetic,
            report.embargo,
        )  # fmt: skip
        yield writer.figure(chart, found.finding)
