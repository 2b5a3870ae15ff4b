"""The annexes of a letter: every claim with its evidence, the data supplied, and how to read both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, DataUsed, Indicator, RowAccount
from hmic_analysis.evidence.reasons import REASONS
from hmic_analysis.letters.model import CatalogueEntry, Paragraph, Part, Section, TableBlock, TableColumn
from hmic_analysis.letters.text import DASH, clean, count_text, long_date, range_text, value_text

VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_determinable": "Not determinable"}
FLAGS = {
    "wording_mismatch": "The fact lies between what the statement says and its opposite; the wording should change.",
    "policy_practice_gap": "Practice differs from the policy.",
}

CLAIM_COLUMNS = (
    TableColumn(title="Claim", width=14),
    TableColumn(title="Statement tested", width=52),
    TableColumn(title="Verdict", width=27),
    TableColumn(title="Headline figure", width=42),
    TableColumn(title="Range", width=40),
    TableColumn(title="Based on", width=19, align="right"),
    TableColumn(title="Grade", width=14, align="centre"),
    TableColumn(title="Reason", width=49),
)
DATA_COLUMNS = (
    TableColumn(title="Data", width=32),
    TableColumn(title="File", width=42),
    TableColumn(title="Rows read", width=17, align="right"),
    TableColumn(title="Kept", width=17, align="right"),
    TableColumn(title="Set aside", width=36),
    TableColumn(title="Kept and flagged", width=36),
    TableColumn(title="Period covered", width=30),
    TableColumn(title="What it cannot tell", width=47),
)

HOW_TO_READ = (
    "The unit of evidence is the claim: one statement within a finding that can be true or false by itself. A "
    "verdict is about the truth of that statement and never about how good the force is. A claim that the force "
    "lacks something is supported when the lack is borne out.",
    "Supported: the evidence meets the test set for the statement, even when every unknown case is counted against "
    "it. Contradicted: the evidence fails the test, even when every unknown case is counted for it. Not "
    "determinable: the evidence supplied decides it neither way. Data that are missing are never counted as a "
    "failing of the force.",
    "Range: the first line is the interval that chance alone would explain, by the method named. Where the state of "
    "some cases is unknown, a further line gives the figure with all of them counted against, and with all of them "
    "counted for. Based on: the number of cases the figure rests on.",
    "Grade A: all records, with nearly every state known and totals that agree with the force's published count. "
    "Grade B: all records with some gaps or without a published total to compare, or a random sample large enough to "
    "be precise. Grade C: a small or purposive sample, records with many gaps, or a document that something else "
    "bears out. Grade D: a single statement or document by itself. A dash: nothing was supplied.",
    "A statement given as the inspectors' view is a judgement. It is not tested and carries no verdict.",
)


def annexes(
    found: Mapping[str, Bundle], catalogue: Sequence[CatalogueEntry], releasable: Sequence[str]
) -> tuple[Section, ...]:
    """The three annexes.

    Parameters
    ----------
    found : mapping of str to Bundle
        The evidence by finding.
    catalogue : sequence of CatalogueEntry
    releasable : sequence of str
        Sensitivities that may go into this letter; other claims are named, their evidence is not.

    Returns
    -------
    tuple of Section
    """
    rows = [row for entry in catalogue for row in _claim_rows(entry, found.get(entry.finding), releasable)]
    claims = TableBlock(
        number=1,
        bookmark="table_01",
        headline="Every claim in this letter, with its verdict and the evidence for it",
        subtitle="One row per claim, in the order of the letter; Annex C explains the columns.",
        alt="Table of claims with statement, verdict, headline figure, range, number of cases, grade and reason.",
        columns=CLAIM_COLUMNS,
        rows=tuple(rows),
    )
    return (
        Section(title="Annex A: The evidence for each claim", blocks=(claims,)),
        Section(title="Annex B: The data supplied", blocks=_data_blocks(found, catalogue)),
        Section(
            title="Annex C: How to read the verdicts and grades",
            blocks=tuple(Paragraph(parts=(Part(text=text),)) for text in HOW_TO_READ),
        ),
    )


def _claim_rows(entry: CatalogueEntry, bundle: Bundle | None, releasable: Sequence[str]) -> list[tuple[str, ...]]:
    if bundle is None:
        return [(entry.finding, clean(entry.title), "Not assessed", DASH, DASH, DASH, DASH, "No evidence was prepared.")]
    return [
        _claim_row(bundle, claim, bundle.sensitivity in releasable and claim.sensitivity in releasable)
        for claim in bundle.claims
    ]


def _claim_row(bundle: Bundle, claim: ClaimEvidence, shown: bool) -> tuple[str, ...]:
    statement = clean(claim.statement)
    if not shown:
        return (claim.claim, statement, "Withheld", DASH, DASH, DASH, DASH, "The evidence is restricted.")
    if claim.type == "judgement":
        return (claim.claim, statement, "Inspectors' view", DASH, DASH, DASH, DASH, "A judgement; not tested.")
    indicator = _headline(bundle, claim)
    return (
        claim.claim,
        statement,
        VERDICTS[claim.verdict],
        _figure_text(claim, indicator),
        DASH if indicator is None else range_text(indicator),
        DASH if indicator is None or indicator.n is None else count_text(indicator.n),
        DASH if claim.grade == "-" else claim.grade,
        _reason(claim, indicator),
    )


def _headline(bundle: Bundle, claim: ClaimEvidence) -> Indicator | None:
    """The most telling indicator that has a value, else the most telling one."""
    of_claim = [i for id in claim.indicators for i in bundle.indicators if i.id == id]
    return next((i for i in of_claim if i.value is not None), of_claim[0] if of_claim else None)


def _figure_text(claim: ClaimEvidence, indicator: Indicator | None) -> str:
    if indicator is None:
        return DASH
    label = clean(indicator.label)
    window = f" ({clean(indicator.window)})" if indicator.window else ""
    if indicator.value is None:
        return f"Not available\n{label}{window}\n{clean(indicator.note)}".rstrip()
    # As the sentence prints it, so that nobody has to ask whether two roundings are one figure.
    printed = {field: text for text, field in claim.numbers}.get(f"{indicator.id}.value")
    return f"{clean(printed) if printed else value_text(indicator.value, indicator.unit)}\n{label}{window}"


def _reason(claim: ClaimEvidence, indicator: Indicator | None) -> str:
    lines = [clean(claim.why)] if claim.why else [_sentence(REASONS.get(r, r.replace("_", " "))) for r in claim.reasons]
    lines += [FLAGS.get(flag, _sentence(flag.replace("_", " "))) for flag in claim.flags]
    if indicator is not None:
        lines += [_sentence(clean(caveat)) for caveat in indicator.caveats]
    if claim.verdict == "not_determinable" and claim.would_change:
        lines.append(f"What would decide it: {clean(claim.would_change)}")
    return "\n".join(lines) or DASH


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def _data_blocks(
    found: Mapping[str, Bundle], catalogue: Sequence[CatalogueEntry]
) -> tuple[Paragraph | TableBlock, ...]:
    """One row per table and file, each named once with the findings that used it."""
    used: dict[tuple[str, str, str], tuple[DataUsed, RowAccount | None, list[str]]] = {}
    for entry in catalogue:
        for data in found[entry.finding].data if entry.finding in found else ():
            for account in data.accounts or (None,):
                key = (data.table, account.file if account else "", account.sha256 if account else "")
                used.setdefault(key, (data, account, []))[2].append(entry.finding)
    if not used:
        return (Paragraph(parts=(Part(text="The force supplied no data that the findings could use."),)),)
    order = {name: i for i, name in enumerate(CONTRACTS)}
    rows = [_data_row(*used[key]) for key in sorted(used, key=lambda k: (order.get(k[0], len(order)), *k))]
    return (
        TableBlock(
            number=2,
            bookmark="table_02",
            headline="The data this letter rests on, and what became of every row",
            subtitle="One row per file and table. Rows read are either kept or set aside; flagged rows are kept.",
            alt="Table of the data supplied with rows read, kept, set aside and flagged, period and limits.",
            columns=DATA_COLUMNS,
            rows=tuple(rows),
        ),
    )


def _data_row(data: DataUsed, account: RowAccount | None, findings: Sequence[str]) -> tuple[str, ...]:
    title = CONTRACTS[data.table].title if data.table in CONTRACTS else data.table.replace("_", " ")
    used_by = f"Used for {', '.join(dict.fromkeys(findings))}"
    limits = "\n".join(_sentence(clean(limit)) for limit in data.cannot_tell) or DASH
    cells = (DASH, DASH, count_text(data.rows), DASH, DASH)
    if account is not None:
        aside = _counts(account.reasons)
        mark = f"\nSHA-256 {account.sha256[:12]}" if account.sha256 else ""
        cells = (
            f"{clean(account.file)}{mark}",
            count_text(account.read),
            count_text(account.kept),
            f"{count_text(account.rejected)}\n{aside}".rstrip(),
            _counts(account.flags) or "None",
        )
    return (f"{clean(title)}\n{used_by}", *cells, _covered(data), limits)


def _counts(counts: Mapping[str, int]) -> str:
    """``12 conflicting key`` and so on, the most frequent first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "\n".join(f"{count_text(n)} {clean(name).replace('_', ' ')}" for name, n in ranked if n)


def _covered(data: DataUsed) -> str:
    if not data.first or not data.last:
        return DASH
    return f"{_day(data.first)} to {_day(data.last)}"


def _day(text: str) -> str:
    """A date in words where it is one; months and other marks stay as they are."""
    return long_date(text) if len(text) >= 10 and text[4:5] == "-" else clean(text)
