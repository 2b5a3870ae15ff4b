"""The evidence that goes with a letter, as a document and a workbook of their own.

For each finding its claims with what they rest on and a chart or two; then the data supplied, and how to read it all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.documents.blocks import (
    SYNTHETIC_NOTICE,
    Block,
    CatalogueEntry,
    Heading,
    LetterSettings,
    Paragraph,
    Part,
    Report,
    Section,
    TableBlock,
    TableColumn,
)
from hmic_analysis.documents.text import (
    DASH,
    as_sentence,
    based_on_text,
    clean,
    count_text,
    embargo_text,
    halves,
    long_date,
    range_text,
)
from hmic_analysis.documents.workbook import CONFIDENTIAL, MISSING, NOT_APPLICABLE, Sheet, workbook
from hmic_analysis.evidence.model import REASONS, Bundle, ClaimEvidence, DataUsed, Figure, Indicator
from hmic_analysis.evidence.withheld import declaration, highest
from hmic_analysis.evidence.wording import say_indicator, small
from hmic_analysis.letters.compose import by_finding, evidence_period, figure_block, finding_paragraphs, gap_of, unread
from hmic_analysis.letters.own_words import OwnWords
from hmic_analysis.measures.months import CHANCE, NOT_MONEY, SEASON, say_months
from hmic_analysis.statistics.xmr import MAKING_DATA_COUNT
from hmic_analysis.store.manifest import RowAccount

# The document.

#: Says how tall the picture of a figure is, in millimetres.
Height = Callable[[str, Figure], float]

#: Millimetres: the text of a page; what a finding takes besides its claims and charts; a claim with its reason; and
#: the words around a chart. Charts are chosen so that a finding takes a page at most.
PAGE, AROUND_FINDING, CLAIM, AROUND_CHART = 235.0, 34.0, 27.0, 26.0
MOST_CHARTS = 2

VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_determinable": "Not determinable"}
FLAGS = {
    "wording_mismatch": "The fact lies between what the statement says and its opposite.",
    "policy_practice_gap": "Practice differs from the policy.",
    "closed_since": "It was closed between the day of the snapshot and the letter.",
    "time_limited": "The policy is under review; this holds for the version named.",
    "bulk_updates": "Many of a team's entries were made on one day, which imitates regular use.",
}

CLAIM_COLUMNS = (
    TableColumn(title="Claim", width=11),
    TableColumn(title="Statement tested", width=46),
    TableColumn(title="Verdict", width=21),
    TableColumn(title="Grade", width=12, align="centre"),
    TableColumn(title="Figure", width=43),
    TableColumn(title="Bounds", width=27),
)
DATA_COLUMNS = (
    TableColumn(title="Data", width=46),
    TableColumn(title="File", width=33),
    TableColumn(title="Rows read", width=17, align="right"),
    TableColumn(title="Kept", width=17, align="right"),
    TableColumn(title="Set aside", width=14, align="right"),
    TableColumn(title="Period covered", width=33),
)
HOW_TO_READ = (
    (
        "Claim",
        "One statement within a finding that can be true or false by itself. A verdict is about the truth of that "
        "statement and never about how good the force is: a claim that the force lacks something is supported when "
        "the lack is borne out.",
    ),
    (
        "Supported",
        "The evidence meets the test set for the statement, even with every unknown case counted against it.",
    ),
    ("Contradicted", "The evidence fails that test, even with every unknown case counted in the statement's favour."),
    (
        "Not determinable",
        "The evidence supplied decides it neither way. Data that are missing are never counted as a failing of the "
        "force.",
    ),
    (
        "Figure",
        "The figure that says most about the claim, what it counts, and in brackets the number of cases that a "
        "percentage or an average rests on. The workbook holds every figure.",
    ),
    (
        "Bounds",
        "Where the state of some cases is unknown, what the figure would be with all of them counted one way or the "
        "other. For a sample, how far the figure may be off by chance as well, by the method named; what is unknown is "
        "counted either way. A figure for all records of a register has no such interval, for nothing was sampled.",
    ),
    ("Grade A", "All records, with nearly every state known and totals that agree with the force's published count."),
    (
        "Grade B",
        "All records with some gaps or without a published total to set them against, or a random sample large enough "
        "to be precise.",
    ),
    ("Grade C", "A small or purposive sample, records with many gaps, or a document that something else bears out."),
    ("Grade D", "A single statement or document by itself."),
    (
        "Inspectors' view",
        "A judgement of the inspectors. It is not tested against data and has no verdict; it is printed only where an "
        "inspector has entered it.",
    ),
    (
        CONFIDENTIAL,
        "Withheld: the figure rests on so few persons that it could point to one of them, or would give such a "
        "figure away.",
    ),
    ("A dash", "There is no such figure or grade."),
    ("Control chart", f"{MAKING_DATA_COUNT.text} {SEASON}"),
    (
        "Time saved",
        "A step in the monthly series at the change, from a model whose errors follow on one another, with a 95% "
        f"interval. {CHANCE} {NOT_MONEY}",
    ),
)


def evidence_report(
    bundles: Sequence[Bundle],
    settings: LetterSettings,
    catalogue: Sequence[CatalogueEntry],
    wording: Mapping[str, OwnWords],
    height: Height,
) -> Report:
    """The document of the evidence for the letter to one force."""
    found = by_finding(bundles, settings, catalogue)
    writer = _Writer(settings, wording, height)
    sections = []
    for title in dict.fromkeys(entry.section for entry in catalogue):
        blocks = [
            block
            for entry in catalogue
            if entry.section == title and entry.finding in found
            for block in writer.finding(entry, found[entry.finding])
        ]
        if blocks:
            sections.append(Section(title=clean(title), blocks=tuple(blocks)))
    sections.append(Section(title="Data supplied", blocks=writer.data(found, catalogue)))
    needs = _needs(found, catalogue)
    if needs:
        sections.append(Section(title="Evidence needed for the findings not assessed", blocks=needs))
    terms = tuple(_term(f"{term}.", text) for term, text in _how_to_read(settings))
    sections.append(Section(title="How to read the evidence", blocks=terms))
    dated = bundles[0].letter_date
    return Report(
        title=f"The evidence for the letter to {clean(settings.force_name)}",
        lead=f"This document goes with the letter of {long_date(dated)}. It rests on what the force supplied "
        f"{evidence_period(bundles)}. Each finding bears the reference that stands at the end of its paragraph in the "
        "letter; the last section says how to read it.",
        organisation=clean(settings.organisation),
        running=f"{clean(settings.organisation)} to {clean(settings.force_name)}: the evidence",
        notices=_notices(bundles, settings),
        declaration=declaration(highest(part.sensitivity for b in bundles for part in (b, *b.claims, *b.figures))),
        written_on=dated,
        contents=False,
        sections=tuple(sections),
    )


def _notices(bundles: Sequence[Bundle], settings: LetterSettings) -> tuple[str, ...]:
    embargo = embargo_text(settings.embargo)
    made_up = SYNTHETIC_NOTICE if any(b.synthetic for b in bundles) else ""
    return tuple(n for n in (made_up, f"EMBARGOED until {embargo}" if embargo else "") if n)


def _term(term: str, text: str, finding: str = "") -> Paragraph:
    return Paragraph(style="term", finding=finding, parts=(Part(text=f"{term} ", strong=True), Part(text=text)))


class _Writer:
    """Numbers figures and tables in the order they come."""

    def __init__(self, settings: LetterSettings, wording: Mapping[str, OwnWords], height: Height) -> None:
        self.settings, self.wording, self.height = settings, wording, height
        self.figures = self.tables = 0

    def finding(self, entry: CatalogueEntry, bundle: Bundle) -> Iterator[Block]:
        """The claims of a finding, why each was decided so, the views entered, and a chart or two."""
        yield Heading(text=clean(f"{entry.finding}. {entry.title}"))
        gap = gap_of(bundle)
        if gap:
            yield Paragraph(finding=entry.finding, parts=(Part(text=f"{gap}."),))
            return
        tested = [c for c in bundle.claims if c.type != "judgement"]
        evidence = {c.claim: c for c in bundle.claims}
        listed = dict(entry.claims) | {c.claim: c.statement for c in tested}
        windows = {i.window for c in tested if (i := headline(bundle, c)) is not None and i.window}
        one = clean(windows.pop()) if len(windows) == 1 else ""
        further = self._further(entry, bundle, tested)
        rows = []
        for id, statement in listed.items():
            if id not in evidence:
                rows.append((id, clean(statement), "Withheld", DASH, DASH, DASH))
            elif evidence[id].type != "judgement":
                rows.append(_claim_row(bundle, evidence[id], self.settings, not one))
                rows += [_further_row(evidence[id], i, self.settings, not one) for i in further.get(id, ())]
        self.tables += 1
        yield TableBlock(
            number=self.tables,
            bookmark=f"table_{self.tables:02d}",
            headline=f"The claims of finding {entry.finding}",
            subtitle=f"Figures for {_period(one)}" if one else "",
            alt=f"Table of the claims of finding {entry.finding} with verdict, grade, figure and bounds.",
            columns=CLAIM_COLUMNS,
            rows=tuple(rows),
        )
        for claim in tested:
            reason = _reason(bundle, claim, self.wording.get(claim.claim))
            if reason:
                yield _term(f"{claim.claim}.", reason, entry.finding)
        for claim in bundle.claims:
            if claim.type == "judgement" and claim.claim in self.wording:
                own = self.wording[claim.claim]
                whose = "" if bundle.synthetic else f" by {own.by}"
                yield _term(
                    f"{claim.claim}.", f"Inspectors' view, entered{whose} on {long_date(own.on)}.", entry.finding
                )
        for figure in (f for f in bundle.figures if f.sentence):
            yield _term("Counted.", clean(in_words(figure)), entry.finding)
        for figure in self.charts(bundle, len(rows)):
            self.figures += 1
            # A picture may stand away from its finding, where there was room for it.
            block = figure_block(bundle, figure, self.figures)
            yield block.model_copy(update={"subtitle": f"{entry.finding}. {block.subtitle}".rstrip()})

    def _further(
        self, entry: CatalogueEntry, bundle: Bundle, tested: Sequence[ClaimEvidence]
    ) -> dict[str, list[Indicator]]:
        """By claim, figures that the letter prints beside the one that says most: each is found here with its base."""
        shown = {i.id for c in tested if (i := headline(bundle, c)) is not None}
        figures = {i.id: i for i in bundle.indicators}
        found: dict[str, list[Indicator]] = {}
        paragraph, *_ = finding_paragraphs(bundle, self.settings, (), self.wording, entry.spec)
        for part in paragraph.parts:
            for id in dict.fromkeys(field.rpartition(".")[0] for _, field in part.numbers):
                if id not in shown and id in figures:
                    shown.add(id)
                    claim = next((c.claim for c in tested if id in c.indicators), part.claim)
                    found.setdefault(claim, []).append(figures[id])
        return found

    def charts(self, bundle: Bundle, claims: int) -> list[Figure]:
        """The first charts of a finding that leave it on one page, two at most."""
        room = PAGE - AROUND_FINDING - CLAIM * claims
        chosen: list[Figure] = []
        for figure in (f for f in bundle.figures if not (f.empty or f.sentence)):
            tall = self.height(bundle.finding, figure) + AROUND_CHART
            if tall <= room and len(chosen) < MOST_CHARTS:
                chosen.append(figure)
                room -= tall
        return chosen

    def data(self, found: Mapping[str, Bundle], catalogue: Sequence[CatalogueEntry]) -> tuple[Block, ...]:
        """What became of every row supplied, and what the tables can't tell."""
        used = _used(found, catalogue)
        if not used:
            return (Paragraph(parts=(Part(text="No data that the findings could use were supplied."),)),)
        self.tables += 1
        table = TableBlock(
            number=self.tables,
            bookmark=f"table_{self.tables:02d}",
            headline="The data this letter rests on, and what became of every row",
            subtitle="One row a file and table. Rows read are either kept or set aside.",
            alt="Table of the data supplied with rows read, kept and set aside, and the period covered.",
            columns=DATA_COLUMNS,
            rows=tuple(_data_row(*one) for one in used),
        )
        limits = [_term(f"{title}.", text) for title, text in _limits(used)]
        lead = (Paragraph(parts=(Part(text="What was set aside or flagged, and what the data cannot tell:"),)),)
        return (table, *lead, *limits) if limits else (table,)


# One claim.


def headline(bundle: Bundle, claim: ClaimEvidence) -> Indicator | None:
    """The most telling indicator that has a value, else the most telling one; of like ones that its sentence prints."""
    of_claim = [i for id in claim.indicators for i in bundle.indicators if i.id == id]
    first = next((i for i in of_claim if i.value is not None), of_claim[0] if of_claim else None)
    printed = [field.rpartition(".")[0] for _, field in claim.numbers]
    return next((i for i in of_claim if i.id in printed[:1] and i.unit == first.unit), first)


def _claim_row(bundle: Bundle, claim: ClaimEvidence, settings: LetterSettings, windows: bool) -> tuple[str, ...]:
    indicator = headline(bundle, claim)
    return (
        claim.claim,
        clean(claim.statement),
        VERDICTS[claim.verdict],
        DASH if claim.grade == "-" else claim.grade,
        DASH if indicator is None else _figure_text(claim, indicator, settings, windows),
        DASH if indicator is None else range_text(indicator, settings.min_count),
    )


def _further_row(
    claim: ClaimEvidence, indicator: Indicator, settings: LetterSettings, windows: bool
) -> tuple[str, ...]:
    figure = _figure_text(claim, indicator, settings, windows)
    return (f"{claim.claim} also", "In the letter beside the figure above", DASH, DASH, figure,
            range_text(indicator, settings.min_count))  # fmt: skip


def _figure_text(claim: ClaimEvidence, indicator: Indicator, settings: LetterSettings, windows: bool) -> str:
    label = clean(indicator.label)
    window = f", {_period(clean(indicator.window))}" if windows and indicator.window else ""
    if indicator.value is None and indicator.note.startswith(settings.marker):
        return f"{settings.marker}\n{label}{window}\n{clean(indicator.note.removeprefix(settings.marker))}"
    if indicator.value is None:
        return f"Not available\n{label}{window}"
    # As the sentence prints it, so that nobody has to ask whether two roundings are one figure.
    printed = {field: text for text, field in claim.numbers}.get(f"{indicator.id}.value")
    number = clean(printed) if printed else say_indicator(indicator, settings.min_count)
    base = based_on_text(indicator, settings.min_count)
    return f"{number}{'' if base == DASH else f' (of {base})'}\n{label}{window}"


def _period(window: str) -> str:
    """``the 12 months to 30 November 2013``, after "for"; days and other words stay as they are."""
    return f"the {window}" if window.split(" ")[1:2] == ["months"] else window


def in_words(figure: Figure) -> str:
    """A figure that one sentence replaces: its headline where that says more, the sentence, and what was counted."""
    own = "" if figure.sentence.startswith(figure.headline) else f"{figure.headline}. "
    return f"{own}{figure.sentence} {halves(figure.subtitle)[0]}"


def _reason(bundle: Bundle, claim: ClaimEvidence, own: OwnWords | None) -> str:
    indicator = headline(bundle, claim)
    lines = (
        [as_sentence(clean(claim.why))]
        if claim.why
        else [as_sentence(REASONS.get(r, r.replace("_", " "))) for r in claim.reasons]
    )
    lines += [FLAGS.get(flag, as_sentence(flag.replace("_", " "))) for flag in claim.flags]
    if indicator is not None:
        lines += [as_sentence(clean(caveat)) for caveat in indicator.caveats]
        if indicator.value is None and not indicator.note.startswith(CONFIDENTIAL):
            lines.append(as_sentence(clean(indicator.note)))
    if claim.verdict == "not_determinable" and claim.would_change:
        lines.append(as_sentence(f"What would decide it: {_uncapped(clean(claim.would_change))}"))
    if own is not None:
        lines.append(f"Worded by an inspector: {as_sentence(own.reason)}")
    return " ".join(dict.fromkeys(line for line in lines if line))


def _uncapped(words: str) -> str:
    """With a small first letter, unless the first word is an acronym."""
    return words if words[1:2].isupper() else f"{words[:1].lower()}{words[1:]}"


# The data supplied: what became of every row, and what is still needed.

#: Findings that a row names; more are counted.
MOST_NAMED = 6

_Used = tuple[DataUsed, RowAccount | None, list[str]]


def _used(found: Mapping[str, Bundle], catalogue: Sequence[CatalogueEntry]) -> list[_Used]:
    """Each table and file once, with the findings that used it, in the order of the return."""
    used: dict[tuple[str, str, str], _Used] = {}
    for entry in catalogue:
        for data in found[entry.finding].data if entry.finding in found else ():
            for account in data.accounts or (None,):
                key = (data.table, account.file if account else "", account.sha256 if account else "")
                used.setdefault(key, (data, account, []))[2].append(entry.finding)
    order = {name: i for i, name in enumerate(CONTRACTS)}
    return [used[key] for key in sorted(used, key=lambda k: (order.get(k[0], len(order)), *k))]


def table_title(table: str) -> str:
    """``Recorded crimes`` for ``crime``."""
    return clean(CONTRACTS[table].title if table in CONTRACTS else table.replace("_", " "))


def _data_row(data: DataUsed, account: RowAccount | None, findings: Sequence[str]) -> tuple[str, ...]:
    cells = (DASH, DASH, count_text(data.rows), DASH)
    if account is not None:
        counts = (account.read, account.kept, account.rejected)
        cells = (clean(account.file), *(count_text(n) for n in counts))
    using = list(dict.fromkeys(findings))
    used_by = f"Used for {', '.join(using) if len(using) <= MOST_NAMED else f'{len(using)} findings'}"
    return (f"{table_title(data.table)}\n{used_by}", *cells, _covered(data))


def _limits(used: Sequence[_Used]) -> Iterator[tuple[str, str]]:
    """Of each table that has any: why rows were set aside, what was flagged, and what it can't tell."""
    told: dict[str, list[str]] = {}
    for data, account, _ in used:
        lines = told.setdefault(table_title(data.table), [])
        if account is not None:
            aside, flagged = _counts(account.reasons), _counts(account.odd)
            lines += [f"Set aside: {aside}."] if aside else []
            lines += [f"Kept and flagged: {flagged}."] if flagged else []
        lines += [as_sentence(clean(limit)) for limit in data.cannot_tell]
    for title, lines in told.items():
        if lines:
            yield title, " ".join(dict.fromkeys(lines))


def _counts(counts: Mapping[str, int]) -> str:
    """``12 conflicting key, 3 repeat``, the most frequent first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count_text(n)} {_said(name, n)}" for name, n in ranked if n)


def _said(name: str, count: int) -> str:
    if count == 1:
        name = name.replace("cells set aside", "cell set aside", 1)
    if name == "district_outside":
        return "in a district outside the force's area, which are counted"
    return clean(name).replace("_", " ")


def _covered(data: DataUsed) -> str:
    if not data.first or not data.last:
        return DASH
    missing = f"\nNot whole: {say_months(data.months_missing)}" if data.months_missing else ""
    return f"{_day(data.first)}\nto {_day(data.last)}{missing}"


def _day(text: str) -> str:
    """A date in words where it is one; months and other marks stay as they are."""
    return long_date(text) if len(text) >= 10 and text[4:5] == "-" else clean(text)


def _needs(found: Mapping[str, Bundle], catalogue: Sequence[CatalogueEntry]) -> tuple[Paragraph, ...]:
    needs = []
    for entry in catalogue:
        bundle = found.get(entry.finding)
        if bundle is not None and bundle.status == "complete" and not unread(bundle):
            continue
        request = (bundle.request if bundle else ()) or entry.request
        text = " ".join(as_sentence(clean(item)) for item in request)
        if text:
            needs.append(_term(clean(f"{entry.finding}. {entry.title}."), text, entry.finding))
    return tuple(needs)


# The workbook: every claim and every figure, and every file, as tables.


def evidence_workbook(
    report: Report,
    bundles: Sequence[Bundle],
    settings: LetterSettings,
    catalogue: Sequence[CatalogueEntry],
    wording: Mapping[str, OwnWords],
) -> bytes:
    """The evidence of a letter as an ``.xlsx`` file; equal evidence gives equal bytes."""
    found = by_finding(bundles, settings, catalogue)
    ordered = [found[entry.finding] for entry in catalogue if entry.finding in found]
    cover = (
        ("Organisation", report.organisation),
        ("About", f"Every claim, figure and file behind the letter to {clean(settings.force_name)}"),
        ("Letter", long_date(report.written_on)),
        ("Sensitivity", report.declaration),
    )
    shorthand = (
        (MISSING, "There is no such figure: it was not supplied or could not be computed."),
        (NOT_APPLICABLE, "There can be no such figure."),
    )
    sheets = (_claims_sheet(ordered, wording), _figures_sheet(ordered, settings), _data_sheet(_used(found, catalogue)))
    return workbook(report.title, cover, (*_how_to_read(settings), *shorthand), sheets, report.notices)


def _how_to_read(settings: LetterSettings) -> list[tuple[str, str]]:
    """What words and marks mean, without the mark of small counts where a force is shown its own."""
    return [entry for entry in HOW_TO_READ if settings.min_count or entry[0] != CONFIDENTIAL]


def _sheet(name: str, title: str, columns: Sequence[str], rows: Sequence[tuple]) -> Sheet:
    return Sheet(name, title, tuple(columns), tuple(rows), "force")


def _claims_sheet(bundles: Sequence[Bundle], wording: Mapping[str, OwnWords]) -> Sheet:
    rows = [
        (
            b.finding, c.claim, clean(c.statement), VERDICTS[c.verdict], NOT_APPLICABLE if c.grade == "-" else c.grade,
            ", ".join(c.indicators) or NOT_APPLICABLE, _reason(b, c, wording.get(c.claim)) or NOT_APPLICABLE,
        )
        for b in bundles for c in b.claims if c.type != "judgement"
    ]  # fmt: skip
    columns = ("Finding", "Claim", "Statement tested", "Verdict", "Grade", "Figures it rests on", "Reason")
    return _sheet("claims", "Claims", columns, rows)


def _figures_sheet(bundles: Sequence[Bundle], settings: LetterSettings) -> Sheet:
    rows = [
        (
            b.finding, i.id, clean(i.label), *_printed(i, settings), i.unit,
            range_text(i, settings.min_count), i.window or NOT_APPLICABLE, i.basis.replace("_", " "),
            clean(i.definition) or NOT_APPLICABLE,
        )
        for b in bundles for i in b.indicators
    ]  # fmt: skip
    columns = ("Finding", "Figure", "What it is", "Value", "Based on", "Unknown", "Unit", "Bounds", "Period or day",
               "Kind of evidence", "Definition")  # fmt: skip
    return _sheet("figures", "Figures", columns, rows)


def _printed(indicator: Indicator, settings: LetterSettings) -> tuple[float | str, ...]:
    """The value, what it is based on, and how many of that are unknown."""
    if small(indicator, settings.min_count) or indicator.note.startswith(settings.marker):
        return (settings.marker,) * 3
    if indicator.counted_unknown is None:
        return (MISSING,) * 3
    base = NOT_APPLICABLE if indicator.denominator is None else indicator.denominator
    return (MISSING if indicator.value is None else indicator.value, base, indicator.counted_unknown)


def _data_sheet(used: Sequence[_Used]) -> Sheet:
    rows = []
    for data, account, findings in used:
        cells = (NOT_APPLICABLE, NOT_APPLICABLE, MISSING, data.rows, MISSING, MISSING, MISSING)
        if account is not None:
            cells = (clean(account.file), account.sha256, account.read, account.kept, account.rejected,
                     _counts(account.reasons), _counts(account.odd))  # fmt: skip
        limits = " ".join(as_sentence(clean(limit)) for limit in data.cannot_tell)
        covered = _covered(data).replace("\n", " ")
        rows.append((table_title(data.table), ", ".join(dict.fromkeys(findings)), *cells, covered, limits))
    columns = ("Data", "Used for", "File", "SHA-256", "Rows read", "Kept", "Set aside", "Why set aside",
               "Kept and flagged", "Period covered", "What it cannot tell")  # fmt: skip
    return _sheet("data", "Data supplied", columns, rows)
