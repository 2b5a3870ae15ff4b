"""The annex on the data supplied: what became of every row, and what is still needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.evidence.model import Bundle, DataUsed, RowAccount
from hmic_analysis.letters.model import CatalogueEntry, Heading, Paragraph, Part, TableBlock, TableColumn
from hmic_analysis.letters.text import DASH, as_sentence, clean, count_text, long_date

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
    """What was supplied, then what the findings that were not assessed would need.

    Parameters
    ----------
    found : mapping of str to Bundle
        The evidence by finding.
    catalogue : sequence of CatalogueEntry

    Returns
    -------
    tuple of Heading, Paragraph or TableBlock
    """
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
    return f"{_day(data.first)}\nto {_day(data.last)}"


def _day(text: str) -> str:
    """A date in words where it is one; months and other marks stay as they are."""
    return long_date(text) if len(text) >= 10 and text[4:5] == "-" else clean(text)
