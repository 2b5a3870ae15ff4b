"""The national report as blocks: every word, table and picture in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.documents.blocks import FigureBlock, Heading, Paragraph, Part, Section, TableBlock, TableColumn
from hmic_analysis.documents.text import clean
from hmic_analysis.documents.workbook import Sheet
from hmic_analysis.figures.chart import Chart, joined
from hmic_analysis.national.counts import Row
from hmic_analysis.national.figures import METHOD, Distribution, spread_chart, verdict_chart
from hmic_analysis.national.report import GROUPS, TITLES, NationalFigure, NationalReport
from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.statistics.intervals import CONFIDENCE
from hmic_analysis.words import COUNTS, say_period, say_value, sentence_case

# The sentences of the national report.

MARKER = "[c]"
NOT_APPLICABLE = "[z]"
#: Reasons that a finding names for what it leaves open.
MOST_REASONS = 2
STATE_TITLES = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "undecided": "Not determinable",
    "not_assessed": "Not assessed",
}
PLACE_TITLES = {
    "below": "Below the lines",
    "within": "Within the lines",
    "above": "Above the lines",
    "not_compared": "Not compared",
}
GIVEN_TITLES = {
    "given": "Supplied",
    "in_part": "Supplied, but silent on a part",
    "not_given": "Not supplied, or not readable",
    "not_assessed": "Not assessed",
}


def forces(row: Row, cell: str) -> str:
    """A count of forces in words: ``18 forces``, ``a few forces``, ``no force``, ``all 43 forces``."""
    word = row.words(cell)
    if word == "none":
        return "no force"
    if word == "all":
        return f"all {row.total} forces"
    if word == "a number that is withheld":
        return "some forces"
    return f"{word} force" if word == "1" else f"{word} forces"


#: How a sentence on several claims begins, in turn: found in most forces, found not to be so in most; in fewer, but the
#: opposite in none; in some each; and in none either.
LEADS = {
    "most": ("In most forces HMIC found that", "More often than not it was found that"),
    "against": ("In most forces it did not hold that", "It was the exception that"),
    "some": ("In some forces HMIC found that", "In a part of the forces it was found that"),
    "some against": ("In some forces it did not hold that", "In a part of the forces it was found not to hold that"),
    "open": ("In no force did the evidence show whether", "In no force could it be determined whether"),
    "divided": ("Forces were divided on whether", "There was no common answer to whether"),
}
#: What joins two claims behind each of them.
JOINED = {
    "most": " and that ", "against": " or that ", "some": " and that ", "some against": " or that ",
    "open": " or whether ", "divided": " and whether ",
}  # fmt: skip
#: Claims that a sentence speaks of at most.
IN_ONE = 2


def claims_sentences(rows: Mapping[str, Row], statements: Mapping[str, str], turn: int = 0) -> str:
    """What became of the claims of a finding in all forces, those with a like outcome together.

    ``In most forces HMIC found that the force plans ahead (26 to 10) [P2b].``  ``turn`` varies how sentences begin.
    """
    told, groups = [], _by_outcome(rows)
    for outcome, ids in groups.items():
        clauses = [f"{_clause(statements[id])}{_tally(rows[id])} [{id}]" for id in ids]
        if outcome in LEADS:
            for n, at in enumerate(range(0, len(ids), IN_ONE)):
                lead = LEADS[outcome][(turn + n) % len(LEADS[outcome])]
                told.append(f"{lead} {JOINED[outcome].join(clauses[at : at + IN_ONE])}.")
        elif outcome == "withheld":
            told.append(
                f"In how many forces {joined(clauses)} is withheld, since that would tell the verdict on single forces."
            )
        else:
            told.append(f"Whether {joined(clauses)} was not assessed in any force.")
    return " ".join(told)


def _by_outcome(rows: Mapping[str, Row]) -> dict[str, list[str]]:
    """Claims by what became of them in most forces, from what is published alone."""
    groups: dict[str, list[str]] = {}
    for id, row in rows.items():
        most = {s for s in ("supported", "contradicted") if _in_most(row, s)}
        if row.whole:
            outcome = "withheld"
        elif row.shown["not_assessed"] == row.total:
            outcome = "not assessed"
        else:
            sides = (row.shown["supported"] != 0, row.shown["contradicted"] != 0)
            in_fewer = {(True, False): "some", (False, True): "some against", (False, False): "open"}
            outcome = "most" if "supported" in most else "against" if most else in_fewer.get(sides, "divided")
        groups.setdefault(outcome, []).append(id)
    return groups


def _in_most(row: Row, cell: str) -> bool:
    """Whether what is published shows that more than half of the forces are in a state."""
    most = {s: row.min_forces - 1 if s in row.small else row.shown[s] for s in STATE_TITLES if s != cell}
    least = row.total - sum(most.values()) if None not in most.values() else 0
    return 2 * (row.shown[cell] or least) > row.total


def _tally(row: Row) -> str:
    """`` (26 to 10)``: forces in which a claim was found true, and those in which it was found false."""
    if row.whole or row.shown["not_assessed"] == row.total:
        return ""
    yes, no = row.shown["supported"], row.shown["contradicted"]
    if yes is not None and no is not None:
        return f" ({yes} to {no})"
    if yes is None and no == 0:
        return " (the opposite in no force)"
    return f" (in {forces(row, 'supported')}; the opposite in {forces(row, 'contradicted')})"


def _clause(statement: str) -> str:
    """A statement as it goes on within a sentence; words set before it ("In general, ...") follow it."""
    words = uncapped(clean(statement).rstrip("."))
    lead, comma, rest = words.partition(", ")
    return f"{rest} {lead}" if comma and lead.startswith("in ") else words


def uncapped(words: str) -> str:
    """With a small first letter, unless the first word is an acronym."""
    return words if words[1:2].isupper() else f"{words[:1].lower()}{words[1:]}"


def reasons_sentences(rows: Mapping[str, Sequence[Row]]) -> str:
    """Why claims were not determinable, by the title of their finding; findings with like reasons stand together.

    Of each two reasons, those of most forces first; nothing on a finding of which no claim was undecided, or only in
    a few forces. The workbook has the numbers.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for title, of_one in rows.items():
        undecided = [r for r in of_one if not r.whole and r.shown["undecided"] != 0 and "undecided" not in r.small]
        undecided.sort(key=lambda r: -(r.shown["undecided"] or 0))
        if undecided:
            named = dict.fromkeys(group for row in undecided for group in _groups_of(row))
            alike.setdefault(tuple(named)[:MOST_REASONS], []).append(f"“{title}”")
    told = []
    for groups, titles in sorted(alike.items(), key=lambda pair: not pair[0]):
        on = f"{'On' if not told else 'For'} {joined(titles)}"
        if not groups:
            told.append(f"{on} the reasons are withheld: few forces have any one of them.")
            continue
        why = " and in others ".join(GROUPS[g] for g in groups)
        told.append(f"{on} {'no conclusion' if not told else 'none'} was reached in some forces {why}.")
    return " ".join(told)


def least_known(rows: Mapping[str, Row], statements: Mapping[str, str]) -> str:
    """The claim on which the evidence allowed no conclusion in most forces; "" where that is not published of any."""
    known = {id: row.shown["undecided"] for id, row in rows.items() if not row.whole and row.shown["undecided"]}
    if not known:
        return ""
    id = max(known, key=lambda id: known[id])
    there = forces(rows[id], "undecided")
    return f"Least was known of whether {_clause(statements[id])}: in {there} HMIC reached no conclusion [{id}]."


def _groups_of(row: Row) -> list[str]:
    """Groups of reasons for which a claim was undecided, as far as what is published shows: those of most first."""
    known = sorted((g for g in GROUPS if row.shown.get(g)), key=lambda g: -(row.shown[g] or 0))
    few = [g for g in GROUPS if g in row.small]
    hidden = [g for g in GROUPS if row.shown.get(g) is None and g not in few]
    # What is left of those undecided though each "few" were as many as they can be.
    most = not known and len(hidden) == 1 and (row.shown["undecided"] or 0) > 2 * (row.min_forces - 1) * len(few)
    return [*known, *(hidden if most else ()), *few]


def rate_words(figure: NationalFigure) -> tuple[str, str]:
    """The figure of all forces together and its interval, as a table prints them."""
    found = figure.pooled
    if found is None:
        return NOT_APPLICABLE, NOT_APPLICABLE
    if found.value is None:
        return MARKER, MARKER
    value = say_value(found.value, figure.unit)
    if found.lo is None or found.hi is None:
        return value, NOT_APPLICABLE
    return value, f"{say_value(found.lo, figure.unit)} to {say_value(found.hi, figure.unit)}"


def unknown_words(figure: NationalFigure) -> str:
    """Cases whose state is not known for each 100 counted, whole; the marker where the figure is withheld."""
    found = figure.pooled
    if found is None or found.value is None:
        return MARKER
    if not found.unknown_pct:
        return "0"
    return "under 1" if found.unknown_pct < 1 else f"{found.unknown_pct:.0f}"


#: Units in which something is measured; the others are no words for a reader, or stand in the label.
MEASURED = ("minutes", "hours", "days", "pounds", "points", "months")


def figure_sentence(figure: NationalFigure, better: str) -> str:
    """A figure of all forces together, how far forces lie apart, and what good looked like; "" where nothing is known.

    Good is the range at the better end of the spread, which holds several forces and names none.
    """
    value, interval = rate_words(figure)
    told = _with_unit(figure)
    if figure.pooled is not None and figure.pooled.value is not None:
        spread = "" if interval == NOT_APPLICABLE else f" ({interval})"
        # A label that ends in the unit needs none behind its numbers.
        again = f" {figure.unit}" if figure.unit.startswith("per ") and figure.label.endswith(figure.unit) else "\0"
        told = f"{figure.label}: {f'{value}{spread}'.replace(again, '')} for England and Wales"
        told += "; " if figure.spread is not None else ""
    elif figure.spread is not None:
        told += ": "
    else:
        return ""
    return f"{told}{_spread_words(figure.spread, better, figure.unit in COUNTS) if figure.spread else ''}."


def _with_unit(figure: NationalFigure) -> str:
    """The label of a figure whose ranges are bare numbers, with their unit unless the label holds it."""
    said = figure.unit in MEASURED and figure.unit not in figure.label.lower()
    return f"{figure.label} ({figure.unit})" if said else figure.label


def _spread_words(spread: Distribution, better: str, counts: bool) -> str:
    """In which part of the forces a figure was good, where it can be, and where it stood at the other end.

    Of the last range no share is given, so that rounded shares never add up to more than all. A bare count is never
    good: it grows with the force.
    """
    good = better in ("higher", "lower") and not counts
    ranges = list(zip(spread.labels, spread.shares, strict=True))
    ranges = ranges[::-1] if good and better == "higher" else ranges
    (first, share), *middle, (last, _) = ranges
    lead = f"at the better end {first}" if good else first
    rest = f", in the others {last}" if not middle else f", down to {last}" if good and better == "higher" else ""
    rest = rest or f", up to {last}"
    return f"{lead} in about {share}% of the forces with a figure{rest}"


def with_figure(figure: NationalFigure, total: int) -> str:
    """How many forces a figure rests on: ``38 of 43 forces``, ``nearly all of 43 forces``."""
    return f"{'nearly all' if figure.forces is None else figure.forces} of {total} forces"


def how_to_read(total: int, rules) -> tuple[str, ...]:
    """How to read the report, in paragraphs."""
    return (
        "A verdict says whether a statement is true of a force, not how good the force is. Supported: the evidence "
        "bears the statement out. Contradicted: it shows the opposite. Not determinable: it allows neither, which is "
        "no criticism of a force nor a sign that all is well. A finding is supported where all of its claims are, and "
        "contradicted where any of them is. The inspectors' own views get no verdict and are not counted.",
        f"The report names no force, and is made so that none can be worked out. Counts of fewer than "
        f"{rules.min_forces} forces are withheld: sentences say “a few” or “some”, tables {MARKER}. Further counts are "
        "withheld with them where they would give one back by subtraction. What holds for all forces, or for none, is "
        "said, since it singles nobody out, unless the verdict on a single force is not public. The word “about” "
        "stands before shares that are rounded.",
        "A figure for England and Wales is the total of all forces that gave it over the total it is of, not a mean of "
        f"forces. Its {CONFIDENCE:.0%} interval ({METHOD}) allows for how much forces differ. The totals themselves "
        "are not published: sizes of forces are known, so exact totals would tell whose figure is missing.",
        f"Distributions show the share of the forces with a figure in each range of values. Each range holds at least "
        f"{rules.min_forces_per_bin} forces, the first and the last are open, and shares are rounded to "
        f"{rules.round_share_pct}%, so they need not add up to 100%. Nobody's value, and no greatest or smallest "
        "value, can be read off.",
        "A funnel would show each force as a point at its own size, and sizes are known. In its place the report "
        "counts how many forces lie below, within and above the outer lines of the funnel, which allow for chance and "
        "for forces differing in any case. Above or below says nothing on better or worse.",
        f"Figures by part of the country, in the workbook, are for all forces in a large part together. A count of the "
        f"{total} forces does not tell how many people live there: they differ in size.",
    )


# The published tables, as the workbook and the document show them.

#: What stands in cells without a number.
SHORTHAND = (
    (MARKER, "confidential: so few forces that one might be worked out, or what would give such a count back"),
    (NOT_APPLICABLE, "not applicable: no such figure exists"),
)


def sheets(report: NationalReport) -> tuple[Sheet, ...]:
    """Every published table.

    Findings, claims, reasons, rates, distributions, funnels, areas, data; those without a row are left out.
    """
    made = (
        _findings(report), _claims(report), _reasons(report), _rates(report), _distributions(report),
        _funnels(report), _areas(report), _data(report),
    )  # fmt: skip
    return tuple(sheet for sheet in made if sheet.rows)


def notes(report: NationalReport) -> tuple[tuple[str, str], ...]:
    """What the notes sheet says."""
    inspection = report.params.inspection
    words = how_to_read(report.total, inspection.national)
    titles = ("Verdicts", "Disclosure", "Figures", "Distributions", "Funnels", "Parts of the country")
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
    return _sheet("reasons", "Why claims are not determinable", ("Claim", "Not determinable", *TITLES.values()), rows)


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


def _funnels(report: NationalReport) -> Sheet:
    rows = [(f.finding, f.label, *_cells(f.places, PLACE_TITLES)) for f in report.figures if f.places is not None]
    return _sheet("funnels", "Forces in the funnel", ("Finding", "Figure", *PLACE_TITLES.values()), rows)


def _areas(report: NationalReport) -> Sheet:
    rows = [(f.finding, f.label, *f.area.words.values()) for f in report.figures if f.area is not None]
    return _sheet(
        "areas", "Figures by part of the country", ("Finding", "Figure", *report.params.inspection.national.areas), rows
    )


def _data(report: NationalReport) -> Sheet:
    rows = [(CONTRACTS[t].title, *_cells(row, GIVEN_TITLES)) for t, row in report.tables.items()]
    return _sheet("data", "Data that forces supplied", ("Data", *GIVEN_TITLES.values()), rows)


# The national report as blocks: every word, table and picture in order, before it becomes a document.

#: Millimetres of the columns of the table of findings, 160 together; every other table is in the workbook.
WIDTHS = (16, 60, 21, 23, 20, 20)
#: Pictures of how forces are spread, for each section at most; with one of its verdicts that makes twelve in all.
MOST_PICTURES = 3


@dataclass(frozen=True)
class Content:
    """The report, complete but for its looks."""

    sections: tuple[Section, ...]
    #: By name; pictures and data lie in ``figures`` below the report's folder.
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
        self.source = f"Evidence of {_gave(report)} forces{made_up}"

    def figure(self, chart: Chart, finding: str) -> FigureBlock:
        self.charts[chart.name] = chart
        paths = tuple(f"figures/{chart.name}.{ending}" for ending in ("svg", "csv"))
        number = len(self.charts)
        return FigureBlock(
            number=number, bookmark=f"figure_{number:02}", finding=finding, name=chart.name, headline=chart.headline,
            subtitle=chart.subtitle, source=f"Source: {chart.source}", alt=chart.alt, svg=paths[0],
            data=paths[1], origin=paths, synthetic=chart.synthetic,
        )  # fmt: skip

    def table(self, sheet: Sheet) -> TableBlock:
        self.tables += 1
        text = [i for i, row in enumerate(zip(*sheet.rows, strict=True)) if i == 0 or any(_wordy(v) for v in row)]
        columns = tuple(
            TableColumn(title=title, width=width, align="left" if i in text else "right")
            for i, (title, width) in enumerate(zip(sheet.columns, WIDTHS, strict=True))
        )
        rows = tuple(tuple(clean(v) for v in row) for row in sheet.rows)
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
    """Write the report."""
    writer = _Writer(report)
    inspection = report.params.inspection
    words = how_to_read(report.total, inspection.national)
    sections = [Section(title="In brief", blocks=tuple(_brief(report)))]
    for key, title in inspection.letter.sections.items():
        specs = [spec for spec in report.params.findings.values() if spec.section == key]
        sections.append(Section(title=title, blocks=tuple(_section_blocks(writer, key, specs))))
    if inspection.national.recommendations:
        told = tuple(_paragraph(clean(text), "bullet") for text in inspection.national.recommendations)
        sections.append(Section(title="Recommendations", blocks=told))
    sections.append(
        Section(title="The findings in numbers", blocks=(_paragraph(TABLES), writer.table(_findings(report))))
    )
    sections.append(Section(title="How to read this report", blocks=tuple(_paragraph(text) for text in words)))
    return Content(tuple(sections), writer.charts)


BRACKETS = (
    "In brackets: in how many forces a statement was found true, to how many in which it was found false. In the "
    "others, of {total}, the evidence allowed no conclusion, or the force was not assessed."
)
TABLES = (
    "The workbook that goes with this report holds the same for every claim, with the reasons, every figure with its "
    "definition, and which data forces could give. A force that did not supply data is no worse for it."
)


def _paragraph(text: str, style: str = "body") -> Paragraph:
    return Paragraph(style=style, parts=(Part(text=text),))


def _gave(report: NationalReport) -> str:
    """How many forces gave evidence, as far as it may be told: ``all 43``, ``at least 12 of the 43``."""
    if report.gave is not None:
        return (
            f"all {report.total}" if report.gave == report.total else f"{report.gave or 'none'} of the {report.total}"
        )
    # What is published shows how many did at least: a verdict needs evidence of the force, or is a comparison of all.
    specs = {c: s for f in report.params.findings.values() for c, s in f.claims.items()}
    own = (r for id, r in report.claims.items() if specs[id].type != "comparative")
    decided = (sum(r.shown[v] or 0 for v in ("supported", "contradicted")) for r in own)
    least = max(decided, default=0)
    return f"{f'at least {least}' if least else 'some'} of the {report.total}"


def _brief(report: NationalReport) -> list[Paragraph]:
    """The report in few sentences, from what is published in it."""
    inspection = report.params.inspection
    rows, total = report.claims, report.total
    many, few = inspection.quantifiers["many"], inspection.quantifiers["few"]
    most = [r for r in rows.values() if (r.shown["supported"] or 0) >= (many.min_forces or total)]
    against = [r for r in rows.values() if (r.shown["contradicted"] or 0) >= (many.min_forces or total)]
    looked = [r for r in rows.values() if total - (r.shown["not_assessed"] or 0) >= (many.min_forces or total)]
    seldom = [r for r in looked if (s := r.shown["supported"]) is not None and s <= (few.max_forces or 0)]
    text = (
        f"HMIC inspected how well forces prevent crime, attend and investigate it, and free the time of their staff. "
        f"{sentence_case(_gave(report))} police forces in England and Wales gave evidence, for "
        f"{say_period(inspection.period.start, inspection.period.end)}. It was set against {len(rows)} statements in "
        f"{len(report.findings)} findings. This report names no force."
    )
    second = (
        f"Of the statements whose counts can be published, {_number(most)} found true and {_number(against)} found "
        f"false in {many.min_forces} forces or more."
    )
    if looked:
        second += f" Of those assessed in as many, {_number(seldom)} found true in {few.max_forces} or fewer."
    return [_paragraph(text), _paragraph(second), *_most_often(report)]


def _most_often(report: NationalReport) -> list[Paragraph]:
    """Of each section what was found true in most forces, and what was found false in most, as far as it is shown."""
    told = []
    for key, title in report.params.inspection.letter.sections.items():
        specs = [spec for spec in report.params.findings.values() if spec.section == key]
        claims = {id: claim for spec in specs for id, claim in spec.claims.items()}
        # That most forces are not among few says nothing of them.
        rows = {id: report.claims[id] for id, c in claims.items() if id in report.claims and c.type != "comparative"}
        points = []
        for state, words in (("supported", "true"), ("contradicted", "false")):
            shown = {id: n for id, row in rows.items() if (n := row.shown[state]) and 2 * n > row.total}
            if shown:
                id = max(shown, key=lambda id: shown[id])
                points.append(
                    f"found {words} most often, in {shown[id]} forces: {_clause(claims[id].statement)} [{id}]"
                )
        if points:
            points[0] = f"F{points[0][1:]}"
            told.append(_paragraph(f"{title}. {'; '.join(points)}.", "bullet"))
    return told


def _number(found: Sequence[Row]) -> str:
    return f"{len(found) or 'none'} {'were' if len(found) > 1 else 'was'}"


def _section_blocks(writer: _Writer, key: str, specs: list[FindingSpec]):
    """The story of a section: its verdicts in one picture, each finding in a paragraph, and what was not known."""
    report = writer.report
    rows = {spec.id: {c: report.claims[c] for c in spec.claims if c in report.claims} for spec in specs}
    of_all = {id: row for found in rows.values() for id, row in found.items()}
    statements = {id: claim.statement for spec in specs for id, claim in spec.claims.items()}
    if of_all:
        subtitle = f"Forces by verdict on each claim, England and Wales, {writer.period}"
        name = f"verdicts-{key.replace('_', '-')}"
        made = (name, subtitle, writer.source, report.synthetic, report.embargo)
        yield writer.figure(verdict_chart(list(of_all.values()), *made), "")
        yield _paragraph(BRACKETS.format(total=report.total), "note")
    drawn = 0
    for turn, spec in enumerate(specs):
        yield Heading(text=spec.title)
        found = [f for f in report.figures if f.finding == spec.id and f.drawn]
        told = [claims_sentences(rows[spec.id], statements, turn)]
        told += [figure_sentence(figure, spec.indicator(figure.indicator).better) for figure in found[:1]]
        yield _paragraph(" ".join(filter(None, told)))
        if found and drawn < MOST_PICTURES:
            drawn += 1
            yield _picture(writer, found[0])
    why = reasons_sentences({spec.title: list(rows[spec.id].values()) for spec in specs})
    if unknown := " ".join(filter(None, (least_known(of_all, statements), why))):
        yield Heading(text="What was not known, and why")
        yield _paragraph(unknown)


def _picture(writer: _Writer, found: NationalFigure) -> FigureBlock:
    report = writer.report
    unit = "" if found.unit in ("%", *COUNTS) else f" ({found.unit})"
    who = with_figure(found, report.total)
    subtitle = f"{found.label}{unit}: share of forces by value, rounded, {who}, {found.window}"
    name = f"spread-{found.indicator.replace('_', '-')}"
    chart = spread_chart(found.spread, found.label, name, subtitle, writer.source, report.synthetic, report.embargo)
    return writer.figure(chart, found.finding)
