"""Writing the national report: what is published in one folder, what only its makers see in another."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from hmic_analysis.cells import neutral_frame
from hmic_analysis.comparison.compare import write_folder
from hmic_analysis.disclosure.formats import read_release
from hmic_analysis.documents.blocks import Report
from hmic_analysis.documents.publish import whole_folder
from hmic_analysis.documents.report import report_page, report_pdf, report_word
from hmic_analysis.documents.text import page_templates
from hmic_analysis.documents.word import write_whole
from hmic_analysis.documents.workbook import workbook
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.model import package_versions
from hmic_analysis.evidence.withheld import declaration
from hmic_analysis.national.content import GIVEN_TITLES, STATE_TITLES, Content, make_content, notes, sheets
from hmic_analysis.national.counts import Log, Row
from hmic_analysis.national.report import GIVEN, GROUPS, STATES, TITLES, AllForces, NationalReport
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.statistics.suppression import Reading

# The last look before the report is put in place: no file of it may name a force.


def check_nameless(folder: Path, params: Params) -> None:
    """Refuse a report that names a force anywhere.

    Notes
    -----
    Documents, pages, workbooks, data and the text and metadata of pictures are read.  Names count as words with their
    capitals; slugs only where they are no plain word (``west-mercia``), for those are names in small letters.
    """
    release = read_release(folder)
    if release.unread:
        file, why = release.unread[0]
        raise DataError(
            f"The national report isn't written: {file} can't be read to see that it names no force ({why})."
        )
    names = {name for f in params.territorial for name in (f.name, f.full_name, f.pfa_code) if name}
    names |= {f.slug for f in params.territorial if "-" in f.slug}
    wanted = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?!\w)")
    for part in release.parts:
        text = " | ".join([part.text, *(cell for row in part.rows for cell in row)])
        found = wanted.search(text)
        if found:
            raise DataError(
                f"The national report isn't written: {part.file}, {part.place or 'text'}, would name a force "
                f"('{found.group()}'). Its words come from params/findings and params/inspection.yml: reword them."
            )


# The national report as one web page.

STYLE = "report.css"


@cache
def _environment() -> jinja2.Environment:
    found = page_templates("national")
    found.filters["place"] = lambda title: "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
    return found


def page_bytes(report: NationalReport, content: Content) -> bytes:
    """The page, in UTF-8; pictures lie in ``figures`` beside it."""
    inspection = report.params.inspection
    text = (
        _environment()
        .get_template("report.html")
        .render(
            title=f"{inspection.title}. National report",
            organisation=inspection.letter.organisation,
            notices=report.notices,
            declaration=declaration("public"),
            sections=content.sections,
            style=STYLE,
        )
    )
    return text.encode("utf-8")


def style_bytes() -> bytes:
    """The style sheet: that of the site."""
    return resources.files("hmic_analysis.site").joinpath("static/site.css").read_bytes()


NAME = "national-report"
#: By this file a folder is known as a report made before.
MARKER = f"{NAME}.xlsx"


def published_folder(project: Project) -> Path:
    """Where the report goes unless told otherwise."""
    return project.output / "national" / "report"


def restricted_folder(project: Project) -> Path:
    """Where the log of what was withheld goes, always."""
    return project.output / "national" / "restricted"


def check_target(target: Path, project: Project) -> None:
    """Refuse a folder that holds something else than a national report."""
    there, inside = target.resolve(), restricted_folder(project).resolve()
    if there == inside or there in inside.parents or inside in there.parents:
        raise ParameterError(
            f"--out {target} holds, or lies in, {project.relative(inside)}, which must not be published. Name another."
        )
    if not target.exists() or (target / MARKER).is_file():
        return
    if not target.is_dir():
        raise ParameterError(f"--out {target} is a file. Name a folder.")
    if any(target.iterdir()):
        raise ParameterError(
            f"--out {target} holds something else than a national report (it has no {MARKER}). Name a new or empty "
            "folder."
        )


def write_report(
    project: Project, report: NationalReport, found: AllForces, log: Log, target: Path, day: str = ""
) -> Content:
    """Write the report in all its forms, whole or not at all, and then the log.

    With the ``day`` it is published, an edition is kept of it; refused where one published before would, beside it,
    give away what is withheld.
    """
    edition = edition_of(report, found, day)
    if day:
        check_edition(project, edition)
    content = make_content(report)
    with whole_folder(target) as work:
        for chart in content.charts.values():
            chart.save(work / "figures", ("svg", "csv"))
        for name, made in _documents(report, content, work).items():
            write_whole(work / name, made)
        check_nameless(work, report.params)
        # The log lies there before anything that it speaks of can be published.
        _write_restricted(project, report, found, log, work)
        # Kept before it is in place: an edition that nobody sees costs less than one that nobody knows of.
        if day:
            keep_edition(project, edition)
    return content


def _documents(report: NationalReport, content: Content, folder: Path) -> dict[str, bytes]:
    inspection = report.params.inspection
    printed = _printed(report, content)
    cover = (
        ("Organisation", inspection.letter.organisation),
        ("About", f"All {report.total} territorial police forces of England and Wales together"),
        ("Period", f"{inspection.period.start} to {inspection.period.end}; stocks at {inspection.as_of}"),
        ("Sensitivity", declaration("public")),
    )
    return {
        f"{NAME}.docx": report_word(printed, folder),
        f"{NAME}.pdf": report_pdf(printed, folder),
        f"{NAME}.xlsx": workbook(printed.title, cover, notes(report), sheets(report), report.notices),
        "index.html": page_bytes(report, content),
        STYLE: style_bytes(),
    }


def _printed(report: NationalReport, content: Content) -> Report:
    """The report as a document to be printed."""
    inspection = report.params.inspection
    return Report(
        title=f"{inspection.title}. National report",
        organisation=inspection.letter.organisation,
        running=f"{inspection.letter.organisation}: {inspection.letter.report_title}, national report",
        notices=report.notices,
        declaration=declaration("public"),
        written_on=inspection.letter_date.isoformat(),
        sections=content.sections,
    )


#: The page that is shown as a picture: the first of the findings.
PICTURED = 2


def page_picture(report: NationalReport, content: Content, folder: Path) -> bytes:
    """A page of the report, written before to a folder, as PNG."""
    return report_page(_printed(report, content), folder, PICTURED)


def _write_restricted(project: Project, report: NationalReport, found: AllForces, log: Log, work: Path) -> None:
    """What was withheld, on which evidence the report rests, and the hash of every file that is published."""
    files = sorted(p for p in work.rglob("*") if p.is_file())
    manifest = {
        "schema_version": 1,
        "sensitivity": "restricted",
        "synthetic": found.synthetic,
        "rules": report.params.inspection.national.model_dump(mode="json"),
        "inputs": _inputs(found),
        "published": {p.relative_to(work).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
        "versions": package_versions(),
    }
    notes = [declaration("restricted"), *report.notices]
    claims = found.claims.assign(note=" ".join(report.notices), sensitivity="restricted")
    contents = {
        "suppressions.csv": log.csv(),
        "claims.csv": neutral_frame(claims).to_csv(index=False, lineterminator="\n").encode("utf-8"),
        "README.txt": "\n".join([*notes, ""]).encode("utf-8"),
    }
    write_folder(restricted_folder(project), (), contents, manifest)


def _inputs(found: AllForces) -> dict[str, str]:
    known = found.claims[found.claims["evidence_sha256"] != ""]
    keys = known["force"] + "/" + known["finding"]
    return dict(zip(keys, known["evidence_sha256"], strict=True))


# Editions: kept when published, so that no two of them together give a withheld count away.


#: Cells that a message names; there may be many more.
MOST_NAMED = 6
#: What each cell is headed in the tables of the workbook.
CELLS = {**STATE_TITLES, **GIVEN_TITLES, **TITLES}


@dataclass(frozen=True)
class Edition:
    """What was published of all counts, and what each force was counted as: restricted, and published nowhere."""

    day: str
    synthetic: bool
    rows: Mapping[str, Row]
    states: Mapping[str, Mapping[str, str]]


def edition_of(report: NationalReport, found: AllForces, day: str) -> Edition:
    """A report as an edition: its rows by table and id, and the state of each force in them."""
    tables: dict[str, tuple[Mapping[str, Row], pd.DataFrame, str, pd.Series]] = {
        "claims": (report.claims, found.claims, "claim", found.claims["state"] + "/" + found.claims["reasons"]),
        "findings": (report.findings, found.findings, "finding", found.findings["state"]),
        "data": (report.tables, found.tables, "table", found.tables["state"]),
    }
    rows, states = {}, {}
    for name, (published, frame, key, state) in tables.items():
        rows |= {f"{name} {id}": row for id, row in published.items()}
        for id, inside in frame.assign(state=state).groupby(key, sort=False):
            states[f"{name} {id}"] = dict(zip(inside["force"], inside["state"], strict=True))
    return Edition(day, report.synthetic, rows, states)


def check_edition(project: Project, new: Edition) -> None:
    """Refuse to publish an edition that, beside one published before, gives a withheld count away.

    The reader is granted the rules, which cells are small, and how many forces were counted otherwise.
    """
    for old in published_editions(project):
        if old.synthetic != new.synthetic:
            continue
        told = list(given_away(old, new))
        if told:
            more = f" and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
            raise DataError(
                f"The national report isn't published: beside the edition of {old.day} it would give away what is "
                f"withheld ({'; '.join(told[:MOST_NAMED])}{more}); publish it once more forces have changed, or with "
                "the evidence of that edition."
            )


def given_away(old: Edition, new: Edition) -> Iterator[str]:
    """The withheld counts that two editions tell together, each named with its table, row and cell."""
    for key in (k for k in new.rows if k in old.rows):
        before, after = old.states.get(key, {}), new.states.get(key, {})
        changed = sum(before.get(force) != after.get(force) for force in {*before, *after})
        for cell, which in _told(old.rows[key], new.rows[key], changed):
            yield f"{key}, {CELLS[cell]} (of {'the new one' if which else 'that edition'})"


def _told(before: Row, after: Row, changed: int) -> Iterator[tuple[str, int]]:
    """The small cells of two rows that can be narrowed, where so many forces at most moved between cells."""
    if before.shown == after.shown and before.small == after.small and not changed:
        return
    rows = (before, after)
    cells = [cell for cell in before.shown if cell in after.shown]
    index = {(which, cell): which * len(cells) + i for which in (0, 1) for i, cell in enumerate(cells)}
    low, high = np.zeros(len(index)), np.zeros(len(index))
    for (which, cell), at in index.items():
        low[at], high[at] = _room(rows[which], cell)
    relations, least, most = [], [], []

    def bound(terms: Mapping[tuple[int, str], float], lowest: float, highest: float) -> None:
        line = np.zeros(len(index))
        for place, factor in terms.items():
            line[index[place]] = factor
        relations.append(line)
        least.append(lowest)
        most.append(highest)

    whole = [cell for cell in cells if cell in (*STATES, *GIVEN)]
    parts = [cell for cell in cells if cell in GROUPS]
    for which, row in enumerate(rows):
        bound({(which, cell): 1 for cell in whole}, row.total, row.total)
        if parts:
            bound({**{(which, cell): 1 for cell in parts}, (which, "undecided"): -1}, 0, 0)
    for cell in cells:
        bound({(1, cell): 1, (0, cell): -1}, -changed, changed)
    reading = Reading(low, high, np.array(relations), np.array(least), np.array(most))
    for (which, cell), at in index.items():
        row = rows[which]
        hidden = not row.whole and cell in row.small and row.shown[cell] is None
        if hidden and reading.interval(at) != (1.0, float(row.min_forces - 1)):
            yield cell, which


def _room(row: Row, cell: str) -> tuple[float, float]:
    """What a reader of one edition knows of a cell."""
    count = row.shown[cell]
    if count is not None:
        return count, count
    if cell in row.small and not row.whole:
        return 1, row.min_forces - 1
    # Of a breakdown, or a row, withheld as a whole nobody knows which cells are small.
    return (0 if row.whole or cell in GROUPS else row.min_forces), row.total


# The editions as they are kept.


def editions_folder(project: Project) -> Path:
    """Where the published editions are kept; restricted."""
    return project.output / "national" / "editions"


def published_editions(project: Project) -> list[Edition]:
    """The editions published so far, in their order."""
    return [_read(path) for path in sorted(editions_folder(project).glob("*.json"))]


def keep_edition(project: Project, edition: Edition) -> None:
    """Keep a published edition, unless one says the same already."""
    kept = published_editions(project)
    if any((old.synthetic, old.rows, old.states) == (edition.synthetic, edition.rows, edition.states) for old in kept):
        return
    content: dict[str, Any] = {
        "sensitivity": "restricted",
        "day": edition.day,
        "synthetic": edition.synthetic,
        "rows": {
            key: {
                "id": row.id, "shown": dict(row.shown), "small": sorted(row.small), "total": row.total,
                "min_forces": row.min_forces, "whole": row.whole,
            }
            for key, row in edition.rows.items()
        },
        "states": {key: dict(states) for key, states in edition.states.items()},
    }  # fmt: skip
    path = editions_folder(project) / f"edition-{len(kept) + 1:03d}.json"
    write_whole(path, (json.dumps(content, indent=1) + "\n").encode("utf-8"))


def _read(path: Path) -> Edition:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = {key: Row(**{**row, "small": frozenset(row["small"])}) for key, row in content["rows"].items()}
        return Edition(content["day"], content["synthetic"], rows, content["states"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DataError(
            f"The edition {path} can't be read ({fault}), so it can't be seen what a new one would give away. Put back "
            "a copy."
        ) from None
