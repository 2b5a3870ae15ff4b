"""The annexes of a letter: every claim with its evidence, the data supplied, and how to read both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.documents.blocks import (
    CatalogueEntry,
    Heading,
    LetterSettings,
    Paragraph,
    Part,
    Section,
    TableBlock,
    TableColumn,
)
from hmic_analysis.documents.text import DASH, as_sentence, based_on_text, clean, count_text, long_date, range_text
from hmic_analysis.evidence.model import REASONS, Bundle, ClaimEvidence, DataUsed, Indicator
from hmic_analysis.evidence.wording import say_indicator
from hmic_analysis.letters.own_words import OwnWords
from hmic_analysis.measures.months import say_months
from hmic_analysis.store.tables import RowAccount

# --------------------------------------------------------------------------------------------------------------------
# The annex on the data supplied: what became of every row, and what is still needed.

DATA_COLUMNS = (
    TableColumn(title="Data", width=32),
    TableColumn(title="File", width=42),
    TableColumn(title="Rows read", width=17, align="right"),
    TableColumn(title="Kept", width=17, align="right"),
    TableColumn(title="Set aside", width=15, align="right"),
    TableColumn(title="Why set aside", width=30),
    TableColumn(title="Kept and flagged", width=34),
    TableColumn(title="Period covered", width=34),
    TableColumn(title="What it cannot tell", width=36),
)


def data_blocks(
    found: Mapping[str, Bundle], catalogue: Sequence[CatalogueEntry]
) -> tuple[Heading | Paragraph | TableBlock, ...]:
    """What was supplied, then what the findings that were not assessed would need."""
    rows = _data_rows(found, catalogue)
    needs = _needs(found, catalogue)
    supplied: Paragraph | TableBlock = Paragraph(
        parts=(Part(text="No data that the findings could use were supplied."),)
    )
    if rows:
        supplied = TableBlock(
            number=2,
            bookmark="table_02",
            headline="The data this letter rests on, and what became of every row",
            subtitle="One row per file and table. Rows read are either kept or set aside; flagged rows are kept.",
            alt="Table of the data supplied with rows read, kept, set aside and flagged, period and limits.",
            columns=DATA_COLUMNS,
            rows=rows,
        )
    return (supplied, Heading(text="Evidence needed for the findings not assessed"), *needs) if needs else (supplied,)


def _data_rows(found: Mapping[str, Bundle], catalogue: Sequence[CatalogueEntry]) -> tuple[tuple[str, ...], ...]:
    """One row per table and file, each named once with the findings that used it."""
    used: dict[tuple[str, str, str], tuple[DataUsed, RowAccount | None, list[str]]] = {}
    for entry in catalogue:
        for data in found[entry.finding].data if entry.finding in found else ():
            for account in data.accounts or (None,):
                key = (data.table, account.file if account else "", account.sha256 if account else "")
                used.setdefault(key, (data, account, []))[2].append(entry.finding)
    order = {name: i for i, name in enumerate(CONTRACTS)}
    return tuple(_data_row(*used[key]) for key in sorted(used, key=lambda k: (order.get(k[0], len(order)), *k)))


def _needs(found: Mapping[str, Bundle], catalogue: Sequence[CatalogueEntry]) -> tuple[Paragraph, ...]:
    needs = []
    for entry in catalogue:
        bundle = found.get(entry.finding)
        if bundle is not None and bundle.status == "complete":
            continue
        request = (bundle.request if bundle else ()) or entry.request
        text = " ".join(as_sentence(clean(item)) for item in request)
        if text:
            lead = Part(text=clean(f"{entry.finding}. {entry.title}.") + " ", strong=True)
            needs.append(Paragraph(style="term", parts=(lead, Part(text=text))))
    return tuple(needs)


def _data_row(data: DataUsed, account: RowAccount | None, findings: Sequence[str]) -> tuple[str, ...]:
    title = CONTRACTS[data.table].title if data.table in CONTRACTS else data.table.replace("_", " ")
    used_by = f"Used for {', '.join(dict.fromkeys(findings))}"
    limits = "\n".join(as_sentence(clean(limit)) for limit in data.cannot_tell) or DASH
    cells = (DASH, DASH, count_text(data.rows), DASH, DASH, DASH)
    if account is not None:
        mark = f"\nSHA-256 {account.sha256[:12]}" if account.sha256 else ""
        cells = (
            f"{clean(account.file)}{mark}",
            count_text(account.read),
            count_text(account.kept),
            count_text(account.rejected),
            _counts(account.reasons) or DASH,
            _counts(account.flags) or DASH,
        )
    return (f"{clean(title)}\n{used_by}", *cells, _covered(data), limits)


def _counts(counts: Mapping[str, int]) -> str:
    """``12 conflicting key`` and so on, the most frequent first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "\n".join(f"{count_text(n)} {clean(name).replace('_', ' ')}" for name, n in ranked if n)


def _covered(data: DataUsed) -> str:
    if not data.first or not data.last:
        return DASH
    missing = f"\nNot whole: {say_months(data.months_missing)}" if data.months_missing else ""
    return f"{_day(data.first)}\nto {_day(data.last)}{missing}"


def _day(text: str) -> str:
    """A date in words where it is one; months and other marks stay as they are."""
    return long_date(text) if len(text) >= 10 and text[4:5] == "-" else clean(text)


# --------------------------------------------------------------------------------------------------------------------
# The annexes of a letter: every claim with its evidence, the data supplied, and how to read both.

VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_determinable": "Not determinable"}
FLAGS = {
    "wording_mismatch": "The fact lies between what the statement says and its opposite; the wording should change.",
    "policy_practice_gap": "Practice differs from the policy.",
    "closed_since": "It was closed between the day of the snapshot and the letter.",
    "time_limited": "The policy is under review; this holds for the version named.",
    "bulk_updates": "Many of a team's entries were made on one day, which imitates regular use.",
}

CLAIM_COLUMNS = (
    TableColumn(title="Claim", width=14),
    TableColumn(title="Statement tested", width=48),
    TableColumn(title="Verdict", width=27),
    TableColumn(title="Headline figure", width=40),
    TableColumn(title="Range", width=46),
    TableColumn(title="Based on", width=19, align="right"),
    TableColumn(title="Grade", width=14, align="centre"),
    TableColumn(title="Reason", width=49),
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
    ("Inspectors' view", "A judgement. It is not tested against data and carries no verdict."),
    (
        "Range",
        "How far the figure may be off by chance alone, by the method named; and, where the state of some cases is "
        "unknown, what the figure would be with all of them counted one way or the other.",
    ),
    ("Based on", "The number of cases a percentage or an average rests on."),
    (
        "Grade A",
        "All records, with nearly every state known and totals that agree with the force's published count.",
    ),
    (
        "Grade B",
        "All records with some gaps or without a published total to set them against, or a random sample large enough "
        "to be precise.",
    ),
    (
        "Grade C",
        "A small or purposive sample, records with many gaps, or a document that something else bears out.",
    ),
    ("Grade D", "A single statement or document by itself."),
    (
        "[c]",
        "Withheld: the figure rests on so few persons that it could point to one of them, or would give such a "
        "figure away.",
    ),
    ("A dash", "There is no such figure or grade."),
)


def annexes(
    found: Mapping[str, Bundle],
    catalogue: Sequence[CatalogueEntry],
    settings: LetterSettings,
    wording: Mapping[str, OwnWords],
) -> tuple[Section, ...]:
    """The three annexes."""
    rows = [
        row
        for entry in catalogue
        if entry.finding in found
        for row in _claim_rows(entry, found[entry.finding], settings, wording)
    ]
    claims = TableBlock(
        number=1,
        bookmark="table_01",
        headline="Every claim in this letter, with its verdict and the evidence for it",
        subtitle="One row per claim of the findings with evidence, in their order; Annex C explains the columns.",
        alt="Table of claims with statement, verdict, headline figure, range, number of cases, grade and reason.",
        columns=CLAIM_COLUMNS,
        rows=tuple(rows),
    )
    return (
        Section(title="Annex A: The evidence for each claim", blocks=(claims,)),
        Section(title="Annex B: The data supplied", blocks=data_blocks(found, catalogue)),
        Section(
            title="Annex C: How to read the verdicts and grades",
            blocks=tuple(
                Paragraph(style="term", parts=(Part(text=f"{term}. ", strong=True), Part(text=text)))
                for term, text in HOW_TO_READ
            ),
        ),
    )


def _claim_rows(
    entry: CatalogueEntry, bundle: Bundle, settings: LetterSettings, wording: Mapping[str, OwnWords]
) -> list[tuple[str, ...]]:
    """The rows of a finding: its claims in order, those withheld by their statement only."""
    evidence = {claim.claim: claim for claim in bundle.claims}
    statements = dict(entry.claims) | {id: claim.statement for id, claim in evidence.items()}
    return [
        _claim_row(bundle, evidence[id], settings, wording.get(id))
        if id in evidence
        else (id, clean(statement), "Withheld", DASH, DASH, DASH, DASH, "The evidence is restricted.")
        for id, statement in statements.items()
    ]


def _claim_row(bundle: Bundle, claim: ClaimEvidence, settings: LetterSettings, own: OwnWords | None) -> tuple[str, ...]:
    statement, min_count = clean(claim.statement), settings.min_count
    if claim.type == "judgement":
        return (
            claim.claim,
            statement,
            "Inspectors' view",
            DASH,
            DASH,
            DASH,
            DASH,
            _with_own("A judgement; not tested.", own),
        )
    indicator = _headline(bundle, claim)
    return (
        claim.claim,
        statement,
        VERDICTS[claim.verdict],
        _figure_text(claim, indicator, settings),
        DASH if indicator is None else range_text(indicator, min_count),
        DASH if indicator is None else based_on_text(indicator, min_count),
        DASH if claim.grade == "-" else claim.grade,
        _with_own(_reason(claim, indicator) or ("Nothing was supplied." if bundle.status == "no_data" else DASH), own),
    )


def _with_own(reason: str, own: OwnWords | None) -> str:
    """The reason, and after it why an inspector worded the claim."""
    if own is None:
        return reason
    return f"{reason}\nWorded by an inspector: {as_sentence(own.reason)}"


def _headline(bundle: Bundle, claim: ClaimEvidence) -> Indicator | None:
    """The most telling indicator that has a value, else the most telling one."""
    of_claim = [i for id in claim.indicators for i in bundle.indicators if i.id == id]
    return next((i for i in of_claim if i.value is not None), of_claim[0] if of_claim else None)


def _figure_text(claim: ClaimEvidence, indicator: Indicator | None, settings: LetterSettings) -> str:
    if indicator is None:
        return DASH
    label = clean(indicator.label)
    window = f" ({clean(indicator.window)})" if indicator.window else ""
    if indicator.value is None and indicator.note.startswith(settings.marker):
        return f"{settings.marker}\n{label}{window}\n{clean(indicator.note.removeprefix(settings.marker))}"
    if indicator.value is None:
        return f"Not available\n{label}{window}\n{clean(indicator.note)}".rstrip()
    # As the sentence prints it, so that nobody has to ask whether two roundings are one figure.
    printed = {field: text for text, field in claim.numbers}.get(f"{indicator.id}.value")
    return f"{clean(printed) if printed else say_indicator(indicator, settings.min_count)}\n{label}{window}"


def _reason(claim: ClaimEvidence, indicator: Indicator | None) -> str:
    lines = (
        [clean(claim.why)] if claim.why else [as_sentence(REASONS.get(r, r.replace("_", " "))) for r in claim.reasons]
    )
    lines += [FLAGS.get(flag, as_sentence(flag.replace("_", " "))) for flag in claim.flags]
    if indicator is not None:
        lines += [as_sentence(clean(caveat)) for caveat in indicator.caveats]
    if claim.verdict == "not_determinable" and claim.would_change:
        lines.append(as_sentence(f"What would decide it: {_uncapped(clean(claim.would_change))}"))
    return "\n".join(lines)


def _uncapped(words: str) -> str:
    """With a small first letter, unless the first word is an acronym."""
    return words if words[1:2].isupper() else f"{words[:1].lower()}{words[1:]}"
