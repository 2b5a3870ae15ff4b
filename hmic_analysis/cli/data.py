"""``hmic data``: check, prepare, simulate and the template of a return."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table

from hmic_analysis.cli.console import (
    AllOption,
    ForceOption,
    ProjectOption,
    choose_forces,
    complain,
    group,
    open_project,
    out,
    plain_table,
    say,
    warn,
)
from hmic_analysis.errors import EXIT_DATA, EXIT_OK, DataError, ParameterError, did_you_mean
from hmic_analysis.project import Project, find_project

if TYPE_CHECKING:
    from hmic_analysis.params.models import Params
    from hmic_analysis.simulate.facts import Facts
    from hmic_analysis.simulate.returns import Simulated
    from hmic_analysis.store.manifest import Manifest, RowAccount, TableEntry


# What 'hmic data check' prints: what is wrong first and what to do about it, then every table, then the rest.

State = Literal["ok", "note", "warning"]
#: Share of rejected rows from which a line is a warning, in per cent.
WARN_PCT = 5.0


@dataclass(frozen=True)
class CheckRow:
    """One line of the check: what kind of thing it says, of which table or file, how bad it is, and what to do.

    ``file`` is the file, with its sheet in brackets, that a line about a table is about.
    """

    what: str
    name: str
    state: State
    text: str
    todo: str = ""
    file: str = ""

    @property
    def about(self) -> str:
        """``incident (return.xlsx[incident]): ``; blank where a line names what it is about itself."""
        named = f"{self.name} ({self.file})" if self.name and self.file else self.name or self.file
        return f"{named}: " if named else ""


def wrong(manifest: Manifest, start: date, end: date, max_unmatched_pct: float) -> list[CheckRow]:
    """What is wrong with a return and what to do about it: table by table, what is worst first."""
    from hmic_analysis.contracts import CONTRACTS
    from hmic_analysis.contracts.a2_attendance import FORCE_REFERENCE, NATIONAL
    from hmic_analysis.evidence.fitness import say_abrupt, say_coverage, say_ending, say_strange
    from hmic_analysis.measures.months import coverage
    from hmic_analysis.store.manifest import CAME_WITHOUT, ONE_CODE

    meant, others = _unread(manifest)
    rows = _broken(manifest) + meant
    if manifest.synthetic:
        names = [name for name, entry in manifest.tables.items() if entry.synthetic]
        made_up = ", ".join(names) if len(names) < 5 else f"{len(names)} tables"
        rows.append(CheckRow("synthetic", made_up, "warning", "made-up (synthetic) rows", "not evidence"))
    for name, entry in manifest.tables.items():
        fed = _files(entry)
        if name == FORCE_REFERENCE.name and manifest.force != NATIONAL:
            todo = f"move it to data/raw/{NATIONAL}: from there alone it is read"
            rows.append(CheckRow("whose", name, "warning", "lists all forces and is not read here", todo, fed))
            continue
        rows += _set_aside(name, entry)
        if not entry.rows:
            unsent = ("no row for it was sent", "ask the force whether there is none")
            said = ("no row was kept", "look at the rows kept aside") if entry.read else unsent
            rows.append(CheckRow("empty", name, "warning", *said, fed))
        elif CONTRACTS[name].steady and (entry.months or CONTRACTS[name].dates_itself):
            months = coverage(entry.months, start, end)
            if text := say_coverage(months):
                todo = "ask the force for these months; claims that rest on them may stay open"
                rows.append(CheckRow("months", name, "warning", text, todo, fed))
            if text := say_abrupt(months):
                rows.append(CheckRow("months", name, "warning", text, "ask for the days that are missing", fed))
        elif text := say_ending(entry.months, end):
            rows.append(CheckRow("months", name, "warning", text, "ask whether the list goes on", fed))
        odd = [text for text in entry.odd if not text.startswith(ONE_CODE)]
        odd += say_strange(entry.months, end)
        rows += [CheckRow("odd", name, "note" if t.startswith(CAME_WITHOUT) else "warning", t, file=fed) for t in odd]
        rows += _outside(name, entry)
    for a in (a for entry in manifest.tables.values() for a in entry.accounts):
        for reason, n in a.reasons.items():
            if reason.startswith("another force"):
                todo = "take the file out of this force's folder" if n == a.read else "ask why they are in this file"
                text = f"{n:,} of {a.read:,} rows of {a.file}: {reason}"
                rows.append(CheckRow("whose", a.table, "warning", text, todo))
    rows += _whole_files(manifest)
    codes = [f"{n}: {t.removeprefix(ONE_CODE)}" for n, e in manifest.tables.items() for t in e.odd if ONE_CODE in t]
    rows += [CheckRow("odd", "", "note", f"{ONE_CODE}{'; '.join(codes)}")] if codes else []
    rows += [row for row in _references(manifest, max_unmatched_pct) if row.state == "warning"]
    rows += [CheckRow("remark", "", "warning", text) for text in manifest.remarks]
    rows += [
        CheckRow("suspect period", n.table, "warning", f"{n.start} to {n.end} ({n.state}): {n.note}")
        for n in manifest.notes
    ]
    return _by_table(rows + others)


def _unread(manifest: Manifest) -> tuple[list[CheckRow], list[CheckRow]]:
    """Files and sheets that no table asks for: those that were meant for one, each a line, and the others together."""
    why = {file: _not_asked(file) for file in manifest.unasked}
    meant = [file for file, text in why.items() if MEANT in text][:OWN_LINES]
    todo = "name it after the table it holds, or in the mapping"
    lines = [CheckRow("not read", file, "warning", why[file].rstrip("."), todo) for file in meant]
    others = [file for file in why if file not in meant]
    said = " ".join(f"{file}: {why[file]}" for file in others[:OWN_LINES])
    more = len(others) - OWN_LINES
    text = said + (f" And {more} more files." if more > 0 else "")
    todo = "name them in the mapping, or after the table they hold"
    return lines, [CheckRow("not read", "", "warning", text, todo)] if others else []


def _by_table(rows: list[CheckRow]) -> list[CheckRow]:
    """Lines of one table together; tables of which something is wrong before those with notes alone."""
    warned = {row.name for row in rows if row.state == "warning"}
    place = {name: i for i, name in reversed(list(enumerate(row.name for row in rows)))}
    return sorted(rows, key=lambda row: (row.name not in warned, place[row.name], row.state != "warning"))


def _silent(home: Project, manifest: Manifest, params: Params) -> list[CheckRow]:
    """Columns that whole months lack, though the others have them, and those left out that could turn a claim."""
    from hmic_analysis.measures.months import say_months
    from hmic_analysis.store.tables import silent_columns

    todo = "ask the force for the column; until then it is not known there, and claims that it could turn stay open"
    said = [(t, f"{column} is blank throughout {say_months(m)}") for t, column, m in silent_columns(home, manifest)]
    turning = {column for finding in params.findings.values() for column in finding.turning}
    lacking = {table: entry.lacking(table, turning) for table, entry in manifest.tables.items()}
    said += [(table, f"came without {', '.join(names)}") for table, names in lacking.items() if names]
    return [CheckRow("odd", table, "warning", text, todo) for table, text in said]


def _files(entry: TableEntry) -> str:
    """The files that feed a table, in words."""
    files = [a.file for a in entry.accounts]
    return ", ".join(files) if len(files) <= 3 else f"{files[0]} and {len(files) - 1} more files"


#: Words by which a file or sheet that no table asks for is known to be meant for one.
MEANT = "Did you mean"
#: Files of one table of which each has a line of its own; what is wrong in further ones is put together.
OWN_LINES = 5


def _broken(manifest: Manifest) -> list[CheckRow]:
    """Why tables can't be used: a fault that several of them share, such as of a whole workbook, once."""
    tables: dict[str, list[str]] = {}
    for table, fault in manifest.broken.items():
        for line in fault.split("\n"):
            tables.setdefault(line, []).append(table)
    shared = {line for line, names in tables.items() if len(names) > 1}
    todo = "ask for the file again, or mend the mapping"
    rows = []
    for table, fault in manifest.broken.items():
        lines = [line for line in fault.split("\n") if line not in shared or line.startswith("  ")]
        # An indented last line is what to do: it stands where all lines say what to do.
        advice = lines.pop().strip().rstrip(".") if lines and lines[-1].startswith("  ") else todo
        if own := " ".join(line.strip() for line in lines):
            rows.append(CheckRow("broken", table, "warning", own, advice[0].lower() + advice[1:]))
    shared = {line for line in shared if not line.startswith("  ")}
    for line in (line for line in tables if line in shared):
        names = tables[line]
        more = f" and {len(names) - 3} other tables" if len(names) > 3 else ""
        rows.append(CheckRow("broken", f"{', '.join(names[:3])}{more}", "warning", line, todo))
    return rows


def _outside(name: str, entry: TableEntry) -> list[CheckRow]:
    """Rows of places that the source or the force's parameters don't list as theirs; they are kept."""
    rows = []
    for flag, n in entry.flags.items():
        if flag.endswith("_outside"):
            share = 100 * n / entry.rows
            where = "outside the force's area" if flag == "district_outside" else "not one that the mapping lists"
            column = flag.removesuffix("_outside")
            text = f"{n:,} of {entry.rows:,} rows ({share:.2f}%): {column} {where}; they are counted"
            todo = "ask whose they are" if share >= WARN_PCT else ""
            rows.append(CheckRow("outside", name, "warning" if share >= WARN_PCT else "note", text, todo))
    return rows


def _set_aside(name: str, entry: TableEntry) -> list[CheckRow]:
    """Rows and cells of a table that could not be used, file by file, with the most frequent reasons."""
    from hmic_analysis.evidence.fitness import lost

    odd = [a for a in entry.accounts if a.cells or lost([a])[0]]
    parts = [[a] for a in odd] if len(odd) <= OWN_LINES else [odd]
    rows = []
    for part in parts:
        file = part[0].file if len(part) == 1 else f"{len(part)} files"
        bad, offered = lost(part)
        if bad:
            text = f"{bad:,} of {offered:,} rows could not be used ({_ranked(part, 'reasons')})"
            if spare := sum(a.rejected for a in part) - bad:
                text += f"; {spare:,} more kept aside: repeats, earlier states or another force's"
            todo = "mend the mapping, or ask the force to put them right"
            if any(reason.startswith("conflicting key") for a in part for reason in a.reasons):
                todo += "; of several states of one record, say in the mapping which stands: 'keep: latest'"
            rows.append(CheckRow("kept aside", name, _how_bad(bad, offered), text, todo, file))
        if cells := sum(a.cells_set_aside for a in part):
            kept = sum(a.kept for a in part)
            held = f"{cells:,} {'cell' if cells == 1 else 'cells'} of {kept:,} rows could not be read"
            text = f"{held}: not known ({_ranked(part, 'cells')})"
            todo = "ask the force to put them right; the rows themselves are used"
            rows.append(CheckRow("cells", name, _how_bad(cells, kept), text, todo, file))
    return rows


def _how_bad(n: int, of: int) -> State:
    return "warning" if 100 * n / of >= WARN_PCT else "note"


def _ranked(accounts: list[RowAccount], which: Literal["reasons", "cells"]) -> str:
    """The three most frequent reasons; repeats of rows that were kept are none."""
    from hmic_analysis.evidence.fitness import NOTHING_LOST

    found: dict[str, int] = {}
    for reason, n in (item for a in accounts for item in getattr(a, which).items()):
        if not reason.startswith(NOTHING_LOST):
            found[reason] = found.get(reason, 0) + n
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    said = "; ".join(f"{reason}: {n:,}" for reason, n in ranked[:3])
    more = len(ranked) - 3
    return said + (f"; and {more} other reason{'s' if more > 1 else ''}" if more > 0 else "")


def _whole_files(manifest: Manifest) -> list[CheckRow]:
    """Files of which hardly anything went into any table, where the table that they feed doesn't say it."""
    from hmic_analysis.evidence.fitness import lost

    told = {(a.file, a.rejected, a.read) for e in manifest.tables.values() for a in e.accounts if lost([a])[0]}
    high = [a for a in manifest.accounts if a.read and 100 * a.rejected / a.read >= WARN_PCT]
    found = [a for a in high if (a.file, a.rejected, a.read) not in told]
    lines = [f"{a.file}: {a.rejected:,} of {a.read:,} lines in no table ({_reasons(a)})" for a in found]
    more = f"; and {len(lines) - 5} other files" if len(lines) > 5 else ""
    return [CheckRow("file", "", "note", "; ".join(lines[:5]) + more)] if lines else []


def _reasons(account: RowAccount) -> str:
    return "; ".join(f"{reason}: {n:,}" for reason, n in sorted(account.reasons.items(), key=lambda i: -i[1])[:3])


def tables_of(manifest: Manifest, start: date, end: date) -> Table:
    """Every table in a line: files, read = kept + kept aside, cells set aside, days, months of the period."""
    from hmic_analysis.contracts import CONTRACTS
    from hmic_analysis.measures.months import coverage

    table = plain_table(
        "Table", ">Files", ">Read", "=", ">Kept", "+", ">Kept aside", ">Cells", "First", "Last", ">Months"
    )
    for name, entry in manifest.tables.items():
        kept = sum(a.kept for a in entry.accounts)
        months = coverage(entry.months, start, end)
        covered = f"{len(months.held)} of {len(months.months)}" if CONTRACTS[name].dates_itself and entry.months else ""
        read, held, aside = (f"{n:,}" for n in (entry.read, kept, entry.read - kept))
        files, cells = f"{len(entry.accounts):,}", f"{sum(a.cells_set_aside for a in entry.accounts):,}"
        table.add_row(name, files, read, "=", held, "+", aside, cells, entry.first, entry.last, covered)
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
            rows += [CheckRow("cells", name, "note", f"{a.file}: {reason}: {n:,}") for reason, n in a.cells.items()]
        rows += [CheckRow("flag", name, "note", f"{flag}: {n:,} rows") for flag, n in entry.flags.items()]
    rows += _references(manifest, max_unmatched_pct)
    rows += [CheckRow("not read", file, "note", _not_asked(file)) for file in manifest.unasked]
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
    ranked = sorted(account.reasons.items(), key=lambda item: (-item[1], item[0]))
    reasons = [CheckRow("rejected", account.file, state, f"{reason}: {n:,}") for reason, n in ranked]
    return [CheckRow("file", account.file, state, text), *reasons]


def _not_asked(file: str) -> str:
    """Why a file or a sheet was not read; a name that was meant for a table is told."""
    from hmic_analysis.contracts import CONTRACTS
    from hmic_analysis.store.inputs import why_unread

    if why := why_unread(file):
        return f"{why}."
    name = file.rpartition("[")[2].rstrip("]").rpartition("/")[2].split(".")[0]
    return f"no table asks for it.{did_you_mean(name.casefold().replace(' ', '_'), CONTRACTS)}"


WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes at a time; by default one a processor.")]

app = group("Returns of the forces: template, simulation, loading, row accounts.")


@app.command("template")
def template(
    file: Annotated[Path | None, typer.Argument(help="Where to write it.")] = None,
    table: Annotated[list[str] | None, typer.Option("--table", help="Only these tables.")] = None,
    project: ProjectOption = None,
) -> None:
    """Write the workbook that a force can fill in."""
    from hmic_analysis.store.template import write_template
    from hmic_analysis.words import say_date

    home, params = open_project(project)
    asked = params.inspection
    start, end, as_of = map(say_date, (asked.period.start, asked.period.end, asked.as_of))
    days = (
        f"Events and work: from {start} to {end}, the period. Lists of what there is and who is in post: on {as_of}, "
        "the as-of day. Rows of other days may stay: each figure takes its own. To know repeat victims takes incidents "
        "and crimes of the year before, too."
    )
    path = file or home.output / "return-template.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_template(path, table or None, days)
    say(f"Template: {home.relative(path)}")


@app.command("simulate")
def simulate(
    force: ForceOption = None,
    everyone: AllOption = False,
    scale: Annotated[float, typer.Option(help="1 is the real size of the force.")] = 0.05,
    seed: Annotated[int, typer.Option(help="Same seed, same data.")] = 1,
    facts: Annotated[Path | None, typer.Option(help="YAML file of facts that differ from the default.")] = None,
    varied: Annotated[bool, typer.Option("--varied", help="Draw what is true of each force.")] = False,
    workers: WorkersOption = None,
    project: ProjectOption = None,
) -> None:
    """Write synthetic returns of forces, and the reference of all forces' policies beside them."""
    from hmic_analysis.runs.rules import processors
    from hmic_analysis.simulate.facts import Facts, facts_from_file

    home, params = open_project(project)
    chosen = choose_forces(params, force, everyone)
    if facts and varied:
        raise ParameterError("--facts says what is true of every force, --varied draws it for each. Give one of them.")
    truth = None if varied else facts_from_file(facts) if facts else Facts()

    def done(slug: str, made: Simulated | None) -> None:
        say(f"Synthetic return: {home.relative(home.raw / slug)}" if made else f"{slug}: sends nothing")

    simulate_forces(home, params, chosen, truth, scale, seed, workers or processors(), done)


def simulate_forces(
    project: Project,
    params: Params,
    slugs: list[str],
    facts: Facts | None,
    scale: float,
    seed: int,
    workers: int = 1,
    done: Callable[[str, Simulated | None], None] | None = None,
) -> None:
    """Write synthetic returns."""
    from hmic_analysis.params.resolve import resolve
    from hmic_analysis.simulate.returns import Order, simulate_country
    from hmic_analysis.simulate.world import ForceFacts

    orders = []
    for slug in slugs:
        spec = params.force(slug)
        if spec.kind != "territorial":
            raise ParameterError(f"Only the 43 territorial forces can be simulated; {slug} is not one of them.")
        settings = resolve(params, slug)
        size = ForceFacts(
            slug=slug,
            population=spec.population,
            recorded_crime=spec.recorded_crime_2013_14,
            officers=spec.officers_fte,
        )
        # Who is a repeat victim can be told only with the reports of the year before.
        asking = [id for id, finding in params.findings.items() if "repeat_days" in finding.definitions]
        earlier = max((int(resolve(params, slug, id).definition("repeat_days")) for id in asking), default=0)
        orders.append(Order(size, settings.period_start, settings.period_end, settings.as_of, earlier))
    everyone = [f.slug for f in params.territorial]
    for slug, made in simulate_country(project.raw, orders, everyone, scale, seed, facts, workers):
        if done is not None:
            done(slug, made)


@app.command("add")
def add(
    force: Annotated[str, typer.Option("--force", "-f", help="Slug of the force.")],
    files: Annotated[list[Path], typer.Argument(help="Files of its return, or folders of them.")],
    project: ProjectOption = None,
) -> None:
    """Copy files into a force's return, data/raw/<force>; never over a file that is there."""
    from hmic_analysis.params.read import load_params

    home = find_project(project)
    slug = load_params(home).force(force).slug
    target = home.raw / slug
    found = [p for f in files for p in (sorted(f.iterdir()) if f.is_dir() else [f]) if p.is_file()]
    missing = [f for f in files if not f.exists()]
    if missing or not found:
        raise DataError(f"There is no file {(missing or files)[0]}. Name files, or a folder that has some.")
    taken = [p.name for p in found if (target / p.name).exists()]
    if taken:
        raise DataError(
            f"{home.relative(target)} already holds {', '.join(taken)}. A return is never overwritten: "
            "remove the old file first if the new one is to replace it."
        )
    target.mkdir(parents=True, exist_ok=True)
    for path in found:
        shutil.copyfile(path, target / path.name)
    say(f"{len(found)} files added to {home.relative(target)}")


@app.command("map")
def map_(
    file: Annotated[Path, typer.Argument(help="A file that somebody sent: CSV, workbook or Parquet.")],
    to: Annotated[Path | None, typer.Option("--to", help="Where to write it; default: params/sources.")] = None,
    project: ProjectOption = None,
) -> None:
    """Look at a foreign file and write a first mapping of it, with guesses and gaps as comments."""
    from hmic_analysis.store.draft import first_mapping, fitting_sources

    home = find_project(project)
    stem = "-".join(re.findall(r"[a-z0-9]+", file.name.split(".")[0].lower())) or "export"
    path = to or home.params / "sources" / f"{stem}.yml"
    if path.exists():
        raise DataError(f"{home.relative(path)} is there already and is never overwritten. Say another name with --to.")
    draft = first_mapping(file)
    known = fitting_sources(home, draft.headings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(draft.text)
    say(f"First mapping: {home.relative(path)}")
    tables = ", ".join(draft.tables) or "none; say in 'tables' what the file holds"
    say(f"Tables recognised: {tables}")
    for name in known:
        say(f"The source '{name}' reads files with these columns already: compare before you go on.")
    lines = "1 line" if len(draft.gaps) == 1 else f"{len(draft.gaps)} lines"
    if draft.gaps:
        say(f"{lines} to answer, marked GAP: in the file:")
    for gap in draft.gaps:
        say(f"  - {gap}")
    say(f"Then name '{path.stem}' under 'sources' of the force, and see: hmic data check")


@app.command("prepare")
def prepare(
    force: ForceOption = None, everyone: AllOption = False, workers: WorkersOption = None, project: ProjectOption = None
) -> None:
    """Load the returns of forces into processed tables."""
    from hmic_analysis.runs.returns import prepare_forces
    from hmic_analysis.runs.rules import processors

    home, params = open_project(project)
    code = EXIT_OK
    chosen = choose_forces(params, force, everyone)
    for slug, result in prepare_forces(home, params, chosen, workers or processors()):
        if isinstance(result, DataError):
            complain(result.message)
            code = EXIT_DATA
            continue
        if result is None:
            warn(f"{slug}: there is no return in {home.relative(home.raw / slug)}.")
            code = EXIT_DATA
            continue
        words = "unchanged, nothing to do" if result.status == "up_to_date" else "prepared"
        say(f"{slug}: {words}; {result.manifest.told}")
        for table, fault in result.manifest.broken.items():
            complain(f"{slug}: table {table} can't be used: {fault}")
            code = EXIT_DATA
    raise typer.Exit(code)


@app.command("check")
def check(
    force: ForceOption = None,
    everyone: AllOption = False,
    details: Annotated[bool, typer.Option("--details", help="Also every file, flag and column, line by line.")] = False,
    project: ProjectOption = None,
) -> None:
    """Show what is wrong with a return and what to do about it, and what became of the rows of every table."""
    from hmic_analysis.params.resolve import resolve
    from hmic_analysis.runs.returns import prepare_force
    from hmic_analysis.store.manifest import read_manifest

    home, params = open_project(project)
    code = EXIT_OK
    for slug in choose_forces(params, force, everyone):
        try:
            prepare_force(home, params, slug)
        except DataError as fault:
            # What was loaded before is not what lies there now: nothing is told of it.
            complain(fault.message)
            code = EXIT_DATA
            continue
        manifest = read_manifest(home, slug)
        if manifest is None:
            warn(f"{slug}: there is no return in {home.relative(home.raw / slug)}.")
            code = EXIT_DATA
            continue
        s = resolve(params, slug)
        limit = s.max_unmatched_pct
        say(params.force(slug).name, style="bold")
        faults = [*wrong(manifest, s.period_start, s.period_end, limit), *_silent(home, manifest, params)]
        for row in faults:
            todo = f" -> {row.todo}" if row.todo else ""
            say(f"  {'!' if row.state == 'warning' else '-'} {row.about}{row.text}{todo}")
        if not faults:
            say("  Nothing is wrong that could be told.")
        out().print(tables_of(manifest, s.period_start, s.period_end))
        if (rejected := home.rejected(slug)).is_dir() and any(rejected.iterdir()):
            say(f"Rows set aside, with their text (restricted): {home.relative(rejected)}")
        rest = check_rows(manifest, limit)
        if details:
            table = plain_table("", "About", "", "Account")
            for row in rest:
                table.add_row(row.what, row.name, "" if row.state == "ok" else row.state, row.text)
            out().print(table)
        else:
            say(f"{len(rest)} more lines on files, flags and columns: hmic data check --details")
        if manifest.broken:
            code = EXIT_DATA
    raise typer.Exit(code)
