"""What 'hmic data check' prints: what is wrong first and what to do about it, then every table, then the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rich.table import Table

from hmic_analysis.cli.console import plain_table
from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import did_you_mean
from hmic_analysis.evidence.fitness import NOTHING_LOST, lost, say_coverage
from hmic_analysis.measures.months import coverage
from hmic_analysis.store.manifest import Manifest, RowAccount, TableEntry

State = Literal["ok", "note", "warning"]
#: Share of rejected rows from which a line is a warning, in per cent.
WARN_PCT = 5.0


@dataclass(frozen=True)
class CheckRow:
    """One line of the check: what kind of thing it says, of which file or table, how bad it is, and what to do."""

    what: str
    name: str
    state: State
    text: str
    todo: str = ""


def wrong(manifest: Manifest, start: date, end: date, max_unmatched_pct: float) -> list[CheckRow]:
    """What is wrong with a return, the worst first, and what to do about each."""
    rows = [
        CheckRow("broken", table, "warning", fault, "ask for the file again, or mend the mapping")
        for table, fault in manifest.broken.items()
    ]
    if manifest.synthetic:
        made_up = ", ".join(name for name, entry in manifest.tables.items() if entry.synthetic)
        rows.append(CheckRow("synthetic", made_up, "warning", "holds made-up (synthetic) rows", "not evidence"))
    for name, entry in manifest.tables.items():
        rows += _set_aside(name, entry)
        if not entry.rows:
            rows.append(CheckRow("empty", name, "warning", "no row was kept", "look at the rows kept aside"))
        elif CONTRACTS[name].steady and (text := say_coverage(coverage(entry.months, start, end))):
            todo = "ask the force for these months; claims that rest on them may stay open"
            rows.append(CheckRow("months", name, "warning", text, todo))
        rows += [CheckRow("odd", name, "warning", text) for text in entry.odd]
    for a in manifest.accounts:
        for reason, n in a.reasons.items():
            if reason.startswith("another force"):
                todo = "take the file out of this force's folder"
                rows.append(CheckRow("whose", a.file, "warning", f"{n:,} of {a.read:,} rows: {reason}", todo))
    rows += _whole_files(manifest)
    rows += [row for row in _references(manifest, max_unmatched_pct) if row.state == "warning"]
    rows += [CheckRow("remark", "", "warning", text) for text in manifest.remarks]
    rows += [
        CheckRow("suspect period", n.table, "warning", f"{n.start} to {n.end} ({n.state}): {n.note}")
        for n in manifest.notes
    ]
    if manifest.files_not_read:
        todo = "name them in the mapping, or after the table they hold"
        shown = [f"{file}: {_not_asked(file)}" for file in manifest.files_not_read[:5]]
        more = len(manifest.files_not_read) - len(shown)
        text = " ".join(shown) + (f" And {more} more files." if more else "")
        rows.append(CheckRow("not read", "", "warning", text, todo))
    return rows


def _set_aside(name: str, entry: TableEntry) -> list[CheckRow]:
    """Rows of a table that could not be used, all files together, with the most frequent reasons."""
    bad, offered = lost(entry.accounts)
    if not bad:
        return []
    reasons: dict[str, int] = {}
    for a in entry.accounts:
        for reason, n in a.reasons.items():
            if not reason.startswith(NOTHING_LOST):
                reasons[reason] = reasons.get(reason, 0) + n
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    said = "; ".join(f"{reason}: {n:,}" for reason, n in ranked[:3])
    said += f"; and {len(ranked) - 3} other reasons" if len(ranked) > 3 else ""
    state: State = "warning" if 100 * bad / offered >= WARN_PCT else "note"
    text = f"{bad:,} of {offered:,} rows could not be used ({said})"
    return [CheckRow("kept aside", name, state, text, "mend the mapping, or ask the force to put them right")]


def _whole_files(manifest: Manifest) -> list[CheckRow]:
    """Files of which hardly anything went into any table."""
    found = [a for a in manifest.accounts if a.read and 100 * a.rejected / a.read >= WARN_PCT]
    lines = [f"{a.file}: {a.rejected:,} of {a.read:,} lines in no table ({_reasons(a)})" for a in found]
    more = f"; and {len(lines) - 5} other files" if len(lines) > 5 else ""
    return [CheckRow("file", "", "note", "; ".join(lines[:5]) + more)] if lines else []


def _reasons(account: RowAccount) -> str:
    return "; ".join(f"{reason}: {n:,}" for reason, n in sorted(account.reasons.items(), key=lambda i: -i[1])[:3])


def tables_of(manifest: Manifest, start: date, end: date) -> Table:
    """Every table in a line: its files, read = kept + kept aside, its days, its months of the period."""
    table = plain_table("Table", ">Files", ">Read", "=", ">Kept", "+", ">Kept aside", "First", "Last", ">Months")
    for name, entry in manifest.tables.items():
        kept = sum(a.kept for a in entry.accounts)
        months = coverage(entry.months, start, end)
        covered = f"{len(months.held)} of {len(months.months)}" if CONTRACTS[name].steady and entry.months else ""
        read, held, aside = (f"{n:,}" for n in (entry.read, kept, entry.read - kept))
        files = f"{len(entry.accounts):,}"
        table.add_row(name, files, read, "=", held, "+", aside, entry.first, entry.last, covered)
    return table


def check_rows(manifest: Manifest, max_unmatched_pct: float = 5.0) -> list[CheckRow]:
    """The account of a force's processed tables.

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
        for a in entry.accounts:
            told = f"{a.read:,} rows offered by {a.file} = {a.kept:,} kept + {a.rejected:,} kept aside"
            rows.append(CheckRow("by file", name, "note" if a.rejected else "ok", told))
            rows += [
                CheckRow("rejected", name, "note", f"{a.file}: {reason}: {n:,}") for reason, n in a.reasons.items()
            ]
        rows += [CheckRow("flag", name, "note", f"{flag}: {n:,} rows") for flag, n in entry.flags.items()]
    rows += _references(manifest, max_unmatched_pct)
    rows += [CheckRow("not read", file, "note", _not_asked(file)) for file in manifest.files_not_read]
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


def _references(manifest: Manifest, limit: float) -> list[CheckRow]:
    """References that don't hold, those of which a few don't, and how many are as they should be."""
    rows, whole = [], 0
    for entry in manifest.references:
        if not entry.fits(limit):
            state: State = "warning" if entry.every or entry.mends else "note"
            rows.append(CheckRow("reference", entry.table, state, f"{entry.said()}. {entry.request()}"))
        elif entry.joined or entry.mends or (entry.every and entry.unmatched):
            rows.append(CheckRow("reference", entry.table, "note", entry.said()))
        else:
            whole += 1
    if whole:
        rows.append(CheckRow("reference", "", "ok", f"{whole} from one table to another are as they should be"))
    return sorted(rows, key=lambda row: ("warning", "note", "ok").index(row.state))


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


def _not_asked(file: str) -> str:
    """Why a file or a sheet was not read; a name that was meant for a table is told."""
    name = file.rpartition("[")[2].rstrip("]").rpartition("/")[2].split(".")[0]
    return f"no table asks for it.{did_you_mean(name.casefold().replace(' ', '_'), CONTRACTS)}"
