"""The letter of one force in its project: written, marked, kept whole, and checked."""

import hashlib
import html
import json
import re
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pypdf import PdfReader

from hmic_analysis.disclosure.check import check_release
from hmic_analysis.documents import embargo
from hmic_analysis.documents.embargo import embargo_gate
from hmic_analysis.documents.publish import whole_folder
from hmic_analysis.documents.word import write_whole
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.evidence.withheld import Audience
from hmic_analysis.letters.check import LetterCheck
from hmic_analysis.letters.compose import figure_key
from hmic_analysis.letters.export import (
    LetterFiles,
    LetterSources,
    Tell,
    letter_sources,
    make_letter,
    read_letter,
    unheard,
)
from hmic_analysis.letters.reading import read_letter_file, stray_numbers
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.runs.plan import make_plan
from hmic_analysis.runs.record import read_record
from hmic_analysis.store.manifest import file_sha256

# What a state stands for: the hashes of a letter and of the evidence it was made from.

#: In a letter's folder: the evidence it was written from.
MADE_FROM = "made-from.json"
_TEXT = re.compile(r"<w:t(?:\s[^>]*)?>([^<]*)</w:t>")


def letter_folder(project: Project, force: str) -> Path:
    """The folder of a force's letter."""
    return project.output / "letters" / force


def current_evidence(project: Project, params: Params, force: str) -> dict[str, Bundle]:
    """The evidence of a force as its reports left it, by finding in the order of the letter.

    Reports that failed, or were never made, are left out.
    """
    found = {}
    for finding in params.findings:
        folder = project.runs(force) / finding
        record = read_record(folder)
        if record is not None and record.status != "failed":
            found[finding] = read_bundle(folder)
    return found


def mark_of(bundle: Bundle) -> str:
    """SHA-256 of a bundle but for the seconds it took, which differ each time equal evidence is made."""
    plain = bundle.model_dump(mode="json", exclude={"seconds"})
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


def evidence_marks(project: Project, params: Params, force: str) -> dict[str, str]:
    """The hash of each bundle of a force by finding."""
    return {finding: mark_of(bundle) for finding, bundle in current_evidence(project, params, force).items()}


def letter_marks(project: Project, force: str) -> dict[str, str]:
    """SHA-256 of every file of a force's letter, by its path below the letter's folder."""
    folder = letter_folder(project, force)
    if not folder.is_dir():
        return {}
    paths = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith((".", "~$"))]
    return {p.relative_to(folder).as_posix(): file_sha256(p) for p in paths if p.suffix != ".part"}


def note_letter(folder: Path, bundles: Iterable[Bundle]) -> None:
    """Note beside a letter that was just written from which evidence it was."""
    text = json.dumps({bundle.finding: mark_of(bundle) for bundle in bundles}, indent=1, sort_keys=True)
    write_whole(folder / MADE_FROM, (text + "\n").encode("utf-8"))


def check_letter(project: Project, params: Params, force: str) -> None:
    """Check that a force's letter is there and was written from the evidence as it is now."""
    place = letter_folder(project, force)
    again = f"hmic letter --force {force}"
    if not (place / f"letter-{force}.docx").is_file() or not (place / MADE_FROM).is_file():
        raise DataError(f"There is no letter to {force} in {project.relative(place)}. Write it: {again}")
    try:
        noted = json.loads((place / MADE_FROM).read_text(encoding="utf-8"))
    except ValueError:
        noted = {}
    now = evidence_marks(project, params, force)
    other = [finding for finding in params.findings if noted.get(finding) != now.get(finding)]
    if other:
        raise DataError(
            f"The letter to {force} was not written from the evidence as it is now: {', '.join(other)} "
            f"{'has' if len(other) == 1 else 'have'} changed since; write it again: {again}"
        )


def stale_reports(project: Project, params: Params, force: str) -> list[str]:
    """Findings whose report rests on data, parameters, notebooks or code that have changed since it was made."""
    made = [j for j in make_plan(project, params, [force]) if j.last is not None and j.last.status != "failed"]
    return [j.finding for j in made if any(j.last.fingerprint.get(part) != m for part, m in j.fingerprint.items())]


def check_fresh(project: Project, params: Params, force: str) -> None:
    """Check that the evidence of a force rests on what holds now: else a correction would be blamed for more."""
    stale = stale_reports(project, params, force)
    if stale:
        raise DataError(
            f"The evidence of {force} is older than what it rests on ({', '.join(stale)}): make it and the letter "
            f"again with hmic run --force {force}, then hmic letter --force {force}"
        )


def check_marked(project: Project, force: str) -> None:
    """Check that a force's letter and its evidence bear the embargo in their text, as they are now."""
    place = letter_folder(project, force)
    embargo = read_letter(place / f"letter-{force}.json").embargo
    documents = [place / f"{name}-{force}.docx" for name in ("letter", "evidence")]
    if not embargo or any(embargo not in document_text(path) for path in documents):
        raise DataError(
            f"The letter to {force} does not bear the embargo in its text, so it can't be sent before the embargo ends."
            " Check embargo_until and letter_date, and that the template has {{ embargo }}; then write the letter "
            f"again: hmic letter --force {force}"
        )


def document_text(path: Path) -> str:
    """The text of a Word document with its headers and footers, without its marks."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", n)]
            parts = [archive.read(name).decode("utf-8") for name in names]
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as fault:
        raise DataError(f"{path} can't be read as a Word document ({fault}). Write the letter again.") from None
    return "\n".join(html.unescape("".join(_TEXT.findall(part))) for part in parts)


# The letter as it was embargoed, kept whole: a later run writes another one in its place.


def kept_letter(project: Project, force: str, line: int) -> Path:
    """Where the letter lies that a line of the log embargoed."""
    return project.output / "releases" / force / f"letter-{line}"


def keep_letter(project: Project, force: str, line: int, marks: dict[str, str]) -> None:
    """Copy a force's letter to where it stays."""
    place = kept_letter(project, force, line)
    # A command that was killed between this and the log left a copy that no line speaks of: it is replaced.
    with whole_folder(place) as work:
        for name in marks:
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(letter_folder(project, force) / name, work / name)


def lost(project: Project, force: str, line: int, marks: dict[str, str]) -> list[str]:
    """Files of a kept letter that are gone or altered."""
    place = kept_letter(project, force, line)
    return [n for n, mark in marks.items() if not (place / n).is_file() or file_sha256(place / n) != mark]


# Writing the letter of one force into its project; what a person has changed in it since is not written over.

TEMPLATE = Path("letters") / "template.docx"
#: In a letter's folder: the hash of the Word document as it was written.
WRITTEN = "written.json"
#: What a letter is meant to come to at most.
MOST_PAGES, MOST_WORDS = 4, 1300
#: A word or a number, however a line of a PDF parts it from the next.
WORD = re.compile(r"[A-Za-z\d][^\s]*")


def write_letter_of(
    project: Project,
    params: Params,
    slug: str,
    unmarked: bool = False,
    tell: Tell = unheard,
    force: bool = False,
    figures: Sequence[str] = (),
) -> LetterFiles:
    """Write the letter of one force, and the evidence that goes with it, from the evidence of its reports."""
    if not force:
        refuse_edited(project, slug)
    sources = letter_sources(project, params, slug, unmarked, tell, figures)
    settings = replace(sources.settings, accuracy=checked_for_facts(project, slug, sources.made))
    if params.force(slug).kind == "territorial":
        embargo_gate(params, embargo.now(), f"The letter to {settings.force_name}", marked=bool(settings.embargo))
    place = letter_folder(project, slug)
    with whole_folder(place) as work:
        # What lies beside the letter stays; the letter itself, its evidence and figures are new together or not at all.
        if place.is_dir():
            shutil.copytree(place, work, dirs_exist_ok=True)
        files = make_letter(
            sources.bundles,
            sources.folders,
            settings,
            sources.catalogue,
            project.params / TEMPLATE,
            work,
            sources.wording,
        )
        note_letter(work, sources.made)
        noted = json.dumps({path.name: file_sha256(path) for path in (files.document, files.evidence)}, indent=1)
        write_whole(work / WRITTEN, (noted + "\n").encode("utf-8"))
    files = files.moved(work, place)
    for finding, number in stray_numbers(read_letter(files.blocks), sources.bundles):
        tell(f"{slug} {finding}: the letter prints {number}, which no figure of the finding is: hmic letter check")
    pages, words = extent(files.pdf)
    if pages > MOST_PAGES or words > MOST_WORDS:
        tell(f"{slug}: the letter has {pages} pages and {words:,} words, more than {MOST_PAGES} or {MOST_WORDS:,}.")
    return files


def extent(letter: Path) -> tuple[int, int]:
    """Pages of a PDF, and the words of its text without what stands at the head and foot of pages."""
    return len(PdfReader(letter).pages), len(WORD.findall(read_letter_file(letter).body))


def refuse_edited(project: Project, slug: str) -> None:
    """Check that the Word documents are as they were written, if there are any."""
    folder = letter_folder(project, slug)
    try:
        written = dict(json.loads((folder / WRITTEN).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return  # nothing is known of how they were written, as with letters of before this was noted
    for name, mark in written.items():
        document = folder / name
        if document.is_file() and file_sha256(document) != mark:
            raise DataError(
                f"{project.relative(document)} was changed by hand since it was written, and would be written over. "
                f"Save it under another name, or put the words into params/letters/{slug}.yml; to write over it: "
                f"hmic letter --force {slug} --overwrite"
            )


def checked_for_facts(project: Project, slug: str, bundles: Iterable[Bundle]) -> str:
    """What the log of the factual-accuracy check bears out: ``sent``, ``amended``, or "" where nothing was sent.

    A check of made-up evidence says nothing of a letter on real evidence.
    """
    synthetic = any(bundle.synthetic for bundle in bundles)
    path = accuracy_log(project, slug)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    entries = [entry for entry in map(json.loads, lines) if entry["synthetic"] == synthetic]
    if not any(entry["kind"] == "sent" for entry in entries):
        return ""
    told = ("verdict", "figure", "sentence")
    amended = any(e[f"{name}_after"] not in ("", e[f"{name}_before"]) for e in entries for name in told)
    return "amended" if amended else "sent"


def accuracy_log(project: Project, force: str) -> Path:
    """The log of a force's factual-accuracy check."""
    return project.output / "accuracy" / force / "log.jsonl"


# The check of the files of one force's letter against the evidence in its project.


def letter_documents(project: Project, force: str) -> list[Path]:
    """The letter and the document of its evidence, as Word and as PDF."""
    folder = letter_folder(project, force)
    return [folder / f"{name}-{force}{end}" for name in ("letter", "evidence") for end in (".docx", ".pdf")]


def letter_check(
    project: Project, params: Params, slug: str, tell: Tell = unheard
) -> tuple[LetterCheck, LetterSources]:
    """What the files of a force's letter are laid beside; refused where it was written from other evidence."""
    if (letter_folder(project, slug) / MADE_FROM).is_file():
        check_letter(project, params, slug)
    printed = letter_folder(project, slug) / f"letter-{slug}.json"
    figures = [figure_key(f.finding, f.name) for f in read_letter(printed).figures()] if printed.is_file() else ()
    sources = letter_sources(project, params, slug, tell=tell, figures=figures)
    settings = replace(sources.settings, accuracy=checked_for_facts(project, slug, sources.made))
    tables = {id: claim.tables for finding in params.findings.values() for id, claim in finding.claims.items()}
    against = LetterCheck(
        sources.bundles,
        sources.folders,
        settings,
        sources.catalogue,
        project.params / TEMPLATE,
        sources.wording,
        tables,
    )
    return against, sources


# What a letter must pass before it is published: the check of its numbers, and the disclosure check of its folder.

#: Faults that a message names; the commands list all of them.
MOST = 3


def check_publishable(project: Project, params: Params, force: str) -> None:
    """Check that every number of a letter is bound and that its folder gives nobody away.

    Notes
    -----
    The disclosure check is made for the audience that the letter declares: one that holds what only the force may see
    is published to the force, and what everybody may see of it stands on the public site.
    """
    folder = letter_folder(project, force)
    level = read_letter(folder / f"letter-{force}.json").sensitivity
    if level == "restricted":
        raise DataError(f"The letter to {force} declares itself restricted and can't be published.")
    _refuse(force, "check of its numbers", _numbers(project, params, force), f"hmic letter check --force {force}")
    audience: Audience = "public" if level == "public" else "force"
    command = f"hmic disclosure check {project.relative(folder)} --force {force} --audience {audience}"
    _refuse(force, "disclosure check", _disclosed(project, params, force, audience), command)


def _refuse(force: str, check: str, faults: list[str], command: str) -> None:
    if faults:
        more = f" (and {len(faults) - MOST} more)" if len(faults) > MOST else ""
        raise DataError(
            f"The letter to {force} is not published; the {check} finds: {'; '.join(faults[:MOST])}{more}. "
            f"All of it: {command}"
        )


def _numbers(project: Project, params: Params, force: str) -> list[str]:
    against, _ = letter_check(project, params, force)
    faults = []
    for path in letter_documents(project, force):
        checked = against.file(path)
        faults += [f"{path.name}, {n.place}: {n.number} is bound to nothing" for n in checked.unbound]
        faults += [f"{path.name}: {thing}" for thing in checked.objects]
    return faults


def _disclosed(project: Project, params: Params, force: str, audience: Audience) -> list[str]:
    checked = check_release(letter_folder(project, force), project, params, [force], audience)
    return [
        *(f"{leak.file}, {leak.place}: {leak.what}" for leak in checked.leaks),
        *(f"{found.file}, {found.place}: a reference to a person ({found.kind})" for found in checked.persons),
        *(f"{file}, {place}: {fault}" for file, place, fault in checked.others),
    ]
