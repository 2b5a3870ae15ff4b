"""What can be taken away from a force's page: its claims, figures and data as tables, ready for CSV and workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hmic_analysis.cells import csv_text
from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.documents.workbook import CONFIDENTIAL, MISSING, NOT_APPLICABLE, Sheet
from hmic_analysis.evidence.model import REASONS, Bundle, Figure, Table
from hmic_analysis.site.model import ForceEvidence
from hmic_analysis.site.views import SYNTHETIC, in_words


def claims_sheet(evidence: ForceEvidence) -> Sheet:
    """Every claim with its verdict."""
    columns = (
        "Claim", "Finding", "Title", "Statement tested", "Verdict", "Grade of evidence", "Sentence", "Why",
        "Reasons", "What would change it", "Indicators", "sensitivity",
    )  # fmt: skip
    rows = tuple(
        (
            claim.claim,
            bundle.finding,
            bundle.title,
            claim.statement,
            in_words(claim),
            NOT_APPLICABLE if claim.grade == "-" else claim.grade,
            claim.sentence or NOT_APPLICABLE,
            claim.why or NOT_APPLICABLE,
            "; ".join(REASONS.get(r, r.replace("_", " ")) for r in claim.reasons) or NOT_APPLICABLE,
            claim.would_change or NOT_APPLICABLE,
            ", ".join(claim.indicators) or NOT_APPLICABLE,
            claim.sensitivity,
        )
        for bundle in _bundles(evidence)
        for claim in bundle.claims
    )
    return Sheet("claims", "Claims and verdicts", columns, rows, _level(evidence))


def indicators_sheet(evidence: ForceEvidence) -> Sheet:
    """Every figure with what it rests on."""
    columns = (
        "Indicator", "Finding", "Label", "Part", "Value", "Unit", "Numerator", "Denominator", "Unknown",
        "Lowest, unknowns counted", "Highest, unknowns counted", "Interval from", "Interval to", "Interval method",
        "Basis", "Period or day", "Definition", "Caveats", "Note",
    )  # fmt: skip
    rows = []
    for shown in evidence.assessed:
        for i in shown.bundle.indicators:
            gone = i.id in shown.marked
            row = [i.id, shown.bundle.finding, i.label, i.stratum or NOT_APPLICABLE]
            row += [_number(i.value, gone, MISSING), i.unit]
            row += [_number(v, gone) for v in (i.numerator, i.denominator)]
            row.append(CONFIDENTIAL if gone else i.unknown)
            row += [_number(v, gone) for v in (i.lo_missing, i.hi_missing, i.lo, i.hi)]
            row += [i.interval or NOT_APPLICABLE, i.basis.replace("_", " "), i.window or NOT_APPLICABLE]
            row += [i.definition or NOT_APPLICABLE, " ".join(i.caveats) or NOT_APPLICABLE, i.note or NOT_APPLICABLE]
            rows.append(tuple(row))
    return Sheet("indicators", "Indicators", columns, tuple(rows), _level(evidence))


def data_sheet(evidence: ForceEvidence, files: bool) -> Sheet:
    """The data that findings rest on, and what became of every row."""
    columns = (
        "Data", "File", "Rows read", "Rows kept", "Rows set aside", "Why set aside", "Kept and flagged", "First",
        "Last", "What it cannot tell", "Findings",
    )  # fmt: skip
    if files:
        columns += ("SHA-256",)
    rows = []
    for item in data_used(evidence):
        row = (
            item["title"],
            item["file"] if files else NOT_APPLICABLE,
            item["read"],
            item["kept"],
            item["rejected"],
            item["reasons"] or NOT_APPLICABLE,
            item["flags"] or NOT_APPLICABLE,
            item["first"] or NOT_APPLICABLE,
            item["last"] or NOT_APPLICABLE,
            item["cannot_tell"] or NOT_APPLICABLE,
            ", ".join(item["findings"]),
        )
        rows.append((*row, item["sha256"] or NOT_APPLICABLE) if files else row)
    return Sheet("data-used", "Data and what became of every row", columns, tuple(rows), _level(evidence))


def data_used(evidence: ForceEvidence) -> list[dict[str, Any]]:
    """Each file or table that findings used, once, with the findings that used it.

    In the order of the contracts.
    """
    used: dict[tuple[str, str, str], dict[str, Any]] = {}
    for bundle in _bundles(evidence):
        for data in bundle.data:
            for account in data.accounts or (None,):
                key = (data.table, account.file if account else "", account.sha256 if account else "")
                item = used.setdefault(
                    key,
                    {
                        "table": data.table,
                        "title": CONTRACTS[data.table].title if data.table in CONTRACTS else data.table,
                        "file": account.file if account else NOT_APPLICABLE,
                        "read": account.read if account else MISSING,
                        "kept": account.kept if account else data.rows,
                        "rejected": account.rejected if account else MISSING,
                        "reasons": _said(account.reasons) if account else "",
                        "flags": _said(account.flags) if account else "",
                        "sha256": account.sha256 if account else "",
                        "first": data.first,
                        "last": data.last,
                        "cannot_tell": "; ".join(data.cannot_tell),
                        "findings": [],
                    },
                )
                if bundle.finding not in item["findings"]:
                    item["findings"].append(bundle.finding)
    order = {name: n for n, name in enumerate(CONTRACTS)}
    return [used[key] for key in sorted(used, key=lambda k: (order.get(k[0], len(order)), *k))]


def part_sheet(part: Figure | Table, bundle: Bundle, frame: pd.DataFrame) -> Sheet:
    """The data of a figure or a table.

    Numbers as numbers, cells without one as ``[x]``.
    """
    columns = [c for c in frame.columns if c != "synthetic"]
    rows = tuple(tuple(_typed(v) for v in row) for row in frame[columns].itertuples(index=False, name=None))
    title = f"{bundle.finding}. {part.headline}"
    return Sheet(f"{bundle.finding}-{part.name}", title, tuple(map(str, columns)), rows, part.sensitivity)


def write_csv(sheet: Sheet, folder: Path, synthetic: bool, embargo: str) -> Path:
    """A table as CSV (UTF-8), with a column for each notice that it must bear."""
    notices = {"sensitivity": sheet.sensitivity, "synthetic": SYNTHETIC if synthetic else "", "embargo": embargo}
    notices = {name: text for name, text in notices.items() if text and name not in sheet.columns}
    rows = [(*sheet.columns, *notices), *((*row, *notices.values()) for row in sheet.rows)]
    if not sheet.rows and notices:
        rows.append((*[NOT_APPLICABLE] * len(sheet.columns), *notices.values()))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sheet.name}.csv"
    path.write_text(csv_text(rows), encoding="utf-8", newline="\n")
    return path


def _bundles(evidence: ForceEvidence) -> Sequence[Bundle]:
    return [s.bundle for s in evidence.assessed]


def _level(evidence: ForceEvidence) -> str:
    levels = {b.sensitivity for b in _bundles(evidence)}
    return "force" if "force" in levels else "public"


def _number(value: float | None, gone: bool, otherwise: str = NOT_APPLICABLE) -> Any:
    if gone:
        return CONFIDENTIAL
    return otherwise if value is None else value


def _said(counts: dict[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in ranked if n)


def _typed(text: str) -> Any:
    """A number where the text is one."""
    if text == "":
        return MISSING
    try:
        number = float(text)
    except ValueError:
        return text
    if number != number or abs(number) == float("inf"):
        return MISSING
    # Codes such as 007 stay text.
    if text.lstrip("-").startswith("0") and text.lstrip("-")[1:2].isdigit():
        return text
    return int(number) if number.is_integer() and "." not in text else number
