"""Writing the national report: what is published in one folder, what only its makers see in another."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib import resources
from pathlib import Path

import jinja2

from hmic_analysis.cells import neutral_frame
from hmic_analysis.comparison.compare import write_folder
from hmic_analysis.disclosure.formats import read_release
from hmic_analysis.documents.blocks import Report
from hmic_analysis.documents.publish import whole_folder
from hmic_analysis.documents.report import report_page, report_pdf, report_word
from hmic_analysis.documents.word import write_whole
from hmic_analysis.documents.workbook import workbook
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.model import package_versions
from hmic_analysis.evidence.withheld import declaration
from hmic_analysis.national.content import Content, make_content, notes, sheets
from hmic_analysis.national.counts import Log
from hmic_analysis.national.editions import check_edition, edition_of, keep_edition
from hmic_analysis.national.report import AllForces, NationalReport
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project

# --------------------------------------------------------------------------------------------------------------------
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


# --------------------------------------------------------------------------------------------------------------------
# The national report as one web page.

STYLE = "report.css"


@cache
def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("hmic_analysis.national", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
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


# --------------------------------------------------------------------------------------------------------------------
# Writing the national report: what is published in one folder, what only its makers may see in another.

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
