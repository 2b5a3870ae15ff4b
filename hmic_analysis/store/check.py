"""What 'hmic data check' prints: the account of a force's return, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hmic_analysis.evidence.model import RowAccount
from hmic_analysis.store.manifest import Manifest

State = Literal["ok", "note", "warning"]
#: Share of rejected rows from which a line is a warning, in per cent.
WARN_PCT = 5.0


@dataclass(frozen=True)
class CheckRow:
    """One line of the check.

    Attributes
    ----------
    what : str
        ``file``, ``table``, ``rejected``, ``flag``, ``broken``, ``not used``, ``not read``, ``cannot tell``,
        ``suspect period``, ``remark``, ``synthetic``.
    name : str
        The file or table it is about.
    state : str
    text : str
    """

    what: str
    name: str
    state: State
    text: str


def check_rows(manifest: Manifest) -> list[CheckRow]:
    """The account of a force's processed tables.

    Parameters
    ----------
    manifest : Manifest

    Returns
    -------
    list of CheckRow
        Files first, then tables with their flags, then what was left aside and what the source can't tell.
    """
    rows = []
    if manifest.synthetic:
        made_up = ", ".join(name for name, entry in manifest.tables.items() if entry.synthetic)
        rows.append(CheckRow("synthetic", made_up, "warning", "holds made-up (synthetic) rows; not evidence"))
    for account in manifest.accounts:
        rows += _account(account)
    for name, entry in manifest.tables.items():
        span = f", {entry.first} to {entry.last}" if entry.first else ""
        rows.append(CheckRow("table", name, "ok" if entry.rows else "warning", f"{entry.rows:,} rows{span}"))
        rows += [CheckRow("flag", name, "note", f"{flag}: {n:,} rows") for flag, n in entry.flags.items()]
    rows += [CheckRow("not read", file, "note", "no table asks for it") for file in manifest.files_not_read]
    rows += [CheckRow("broken", table, "warning", fault) for table, fault in manifest.broken.items()]
    rows += _not_used(manifest)
    rows += [CheckRow("remark", "", "warning", text) for text in manifest.remarks]
    rows += [
        CheckRow("cannot tell", c.about, "warning" if c.effect == "not_measurable" else "note", c.because)
        for c in manifest.cannot_tell_entries
    ]
    rows += [
        CheckRow("suspect period", n.table, "warning", f"{n.start} to {n.end} ({n.state}): {n.note}")
        for n in manifest.notes
    ]
    return rows


def _not_used(manifest: Manifest) -> list[CheckRow]:
    """Columns that are not carried, files with the same ones together."""
    files: dict[tuple[str, ...], list[str]] = {}
    for file, columns in manifest.columns_not_used.items():
        files.setdefault(columns, []).append(file)
    return [
        CheckRow("not used", names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else ""), "note", ", ".join(c))
        for c, names in files.items()
    ]


def _account(account: RowAccount) -> list[CheckRow]:
    share = 100 * account.rejected / account.read if account.read else 0.0
    state: State = "warning" if share >= WARN_PCT else "note" if account.rejected else "ok"
    text = f"{account.read:,} rows read = {account.kept:,} kept + {account.rejected:,} kept aside"
    rows = [CheckRow("file", account.file, state, text)]
    for reason, n in sorted(account.reasons.items(), key=lambda item: (-item[1], item[0])):
        rows.append(CheckRow("rejected", account.file, state, f"{reason}: {n:,}"))
    return rows
