"""The folder of a letter: gathering its evidence, its figures, the PDF, and figures for other letters."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL.PngImagePlugin import PngInfo

from hmic_analysis.cells import csv_text
from hmic_analysis.disclosure.release import released, released_csv
from hmic_analysis.documents.blocks import SYNTHETIC_NOTICE, CatalogueEntry, FigureBlock, Letter, LetterSettings
from hmic_analysis.documents.pdf import drawn, emf_ready, set_page, set_pdf, size_of
from hmic_analysis.documents.report import figure_data, report_pdf, report_word
from hmic_analysis.documents.word import FIGURE_WIDTH, remove, write_whole
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import Bundle, Figure, Sensitivity
from hmic_analysis.evidence.withheld import DisclosureRules, declaration, rules_of
from hmic_analysis.letters.compose import compose, figure_block, letter_catalogue, letter_settings
from hmic_analysis.letters.evidence import evidence_report, evidence_workbook, in_words
from hmic_analysis.letters.own_words import OwnWords, load_letter
from hmic_analysis.letters.word import Fixed, FixedItem, FixedText, fixed_words, notices, rendered, word_bytes
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.runs.plan import make_plan

# From the blocks of a letter to an accessible PDF (PDF/UA-1), set by typst.


def pdf_bytes(letter: Letter, fixed: Fixed, folder: Path) -> bytes:
    """A letter as the bytes of a PDF/UA-1 document. Equal letters, pictures and templates give equal bytes."""
    data = _data(letter, fixed, folder)
    return set_pdf(_source(), "letter", data, folder, letter.written_on, f"the letter to {letter.force_name}")


@cache
def _source() -> bytes:
    return resources.files("hmic_analysis.letters").joinpath("templates/letter.typ").read_bytes()


def _data(letter: Letter, fixed: Fixed, folder: Path) -> dict[str, Any]:
    """Everything the PDF says, as plain values."""
    data = letter.model_dump(mode="json", include={"title", "organisation", "subject", "marks", "sections"})
    for section in data["sections"]:
        for i, block in enumerate(section["blocks"]):
            if block["kind"] == "figure":
                section["blocks"][i] = figure_data(FigureBlock.model_validate(block), folder)
    return data | {
        "keywords": notices(letter),
        "declaration": declaration(letter.sensitivity),
        "first_header": _fixed(fixed.first_header),
        "header": _fixed(fixed.header),
        "opening": _fixed(fixed.opening),
        "closing": _fixed(fixed.closing),
    }


def _fixed(items: Sequence[FixedItem]) -> list[dict[str, Any]]:
    return [
        {"kind": "text", "style": item.style, "text": item.text}
        if isinstance(item, FixedText)
        else {"kind": "picture", "content": list(item.content), "width": item.width, "alt": item.alt}
        for item in items
    ]


# What the letter of one force is written from, as its reports left it in the project.

#: Told in words what a person should know, such as that evidence is no longer up to date.
Tell = Callable[[str], None]


def unheard(words: str) -> None:
    """For those who have nobody to tell."""


@dataclass(frozen=True)
class LetterSources:
    """What a letter is written from."""

    #: The evidence as the notebooks left it.
    made: list[Bundle]
    #: The same as the force may see it: the letter is written from these.
    bundles: list[Bundle]
    #: Folder of each finding's report.
    folders: dict[str, Path]
    settings: LetterSettings
    catalogue: tuple[CatalogueEntry, ...]
    wording: dict[str, OwnWords]


def letter_sources(
    project: Project,
    params: Params,
    slug: str,
    unmarked: bool = False,
    tell: Tell = unheard,
    figures: Sequence[str] = (),
) -> LetterSources:
    """Everything that the letter of one force is written from; ``figures`` go before those of its parameters."""
    given = load_letter(project.params, params, slug)
    made, folders = evidence_of(project, params, slug, tell)
    rules = rules_of(params)
    settings = replace(letter_settings(params, slug), figures=tuple(figures) or given.figures)
    return LetterSources(
        made,
        [without_empty(released(bundle, rules, "force", folders[bundle.finding])) for bundle in made],
        folders,
        replace(settings, embargo="") if unmarked else settings,
        letter_catalogue(params),
        given.wording,
    )


def without_empty(bundle: Bundle) -> Bundle:
    """A bundle without the panels that say that there was nothing to draw: they belong in the notebook."""
    return bundle.model_copy(update={"figures": tuple(figure for figure in bundle.figures if not figure.empty)})


def evidence_of(
    project: Project, params: Params, slug: str, tell: Tell = unheard
) -> tuple[list[Bundle], dict[str, Path]]:
    """The evidence of one force as its reports left it.

    In the order of the letter, and the folder of each finding's report.
    """
    bundles, folders = [], {}
    outdated: dict[str, list[str]] = {}
    for job in make_plan(project, params, [slug]):
        if job.last is None or job.last.status == "failed":
            continue
        bundles.append(read_bundle(job.folder))
        folders[job.finding] = job.folder
        stale = [part for part, mark in job.fingerprint.items() if job.last.fingerprint.get(part) != mark]
        if stale:
            outdated.setdefault(job.reason, []).append(job.finding)
    for reason, findings in outdated.items():
        which = "" if len(findings) == len(bundles) else "".join(f" --finding {finding}" for finding in findings)
        tell(
            f"{slug} {', '.join(findings)}: {reason} since the evidence was made; run it again: "
            f"hmic run --force {slug}{which}"
        )
    if not bundles:
        raise DataError(f"There is no evidence for {slug}. Run its findings first: hmic run --force {slug}")
    return bundles, folders


# Figures of reports as files for pasting into other letters, each with its words beside it and inside it.

DPI = 300
#: Millimetres: the text of a letter on A4, at which the words in figures are 8 and 9 points high.
LETTER_WIDTH = 160.0
NARROWEST, WIDEST = 60.0, 400.0
SMALLEST_TEXT = 8.0
#: Points below which print is hard to read.
LEGIBLE = 6.0


@dataclass(frozen=True)
class FigureFiles:
    """One figure as it was written."""

    block: FigureBlock
    width: float
    sensitivity: Sensitivity
    paths: tuple[Path, ...]
    #: What stands in place of a picture, where a sentence says as much.
    sentence: str = ""


def export_figure(
    made: Bundle,
    shown: Bundle,
    figure: Figure,
    folder: Path,
    out: Path,
    width: float,
    rules: DisclosureRules,
    embargo: str,
) -> FigureFiles:
    """Write one figure: PNG at 300 dots per inch, SVG that can become EMF, its data, and its words.

    One that a sentence replaces is its words and its data; a picture of it that stands in the folder from before goes.
    """
    block = figure_block(shown, figure, 0)
    notices = [n for n in (SYNTHETIC_NOTICE if block.synthetic else "", embargo) if n]
    stem = out / f"{shown.finding}-{figure.name}"
    pictures: dict[str, bytes] = {}
    how: list[str] = []
    sentence = in_words(figure) if figure.sentence else ""
    if not sentence:
        pictures, how = _pictures(block, shown, figure, folder, width, notices, embargo)
    notices.append(declaration(figure.sensitivity))
    data = released_csv(folder / figure.data, made, rules, "force", figure.name)
    files = pictures | {
        ".csv": data.assign(**({"embargo": embargo} if embargo else {}), sensitivity=figure.sensitivity)
        .to_csv(index=False, lineterminator="\n")
        .encode(),
        ".txt": _words(block, shown, sentence, notices, how).encode("utf-8"),
    }
    for ending in {".png", ".svg"} - set(files):
        stem.with_name(stem.name + ending).unlink(missing_ok=True)
    paths = tuple(stem.with_name(stem.name + ending) for ending in files)
    for path, content in zip(paths, files.values(), strict=True):
        write_whole(path, content)
    return FigureFiles(block, width, figure.sensitivity, paths, sentence)


def captions_csv(files: Sequence[FigureFiles], embargo: str) -> bytes:
    """The words of several figures as one table (CSV, UTF-8)."""
    rows = [
        ("finding", "figure", "caption", "subtitle", "note", "source", "alt_text", "width_mm", "files", "embargo",
         "sensitivity")
    ]  # fmt: skip
    for f in files:
        b = f.block
        names = "; ".join(path.name for path in f.paths)
        words = (b.finding, b.name, f.sentence or b.headline, b.subtitle, b.note, b.source, b.alt)
        rows.append((*words, "" if f.sentence else f"{f.width:g}", names, embargo, f.sensitivity))
    return csv_text(rows).encode("utf-8")


def _png(
    svg: Path,
    block: FigureBlock,
    bundle: Bundle,
    width: float,
    notices: Sequence[str],
    strip: Sequence[str],
    where: str,
) -> bytes:
    """The picture drawn anew from its outlines, so that it is as sharp at any width."""
    picture = drawn(svg, where, width, DPI, strip)
    inside = PngInfo()
    told = {
        "Title": block.headline,
        "Description": block.alt,
        "Source": block.source,
        "Comment": "; ".join([block.subtitle, *notices]),
        "Author": f"{bundle.finding}, {bundle.force_name}",
    }
    for name, text in told.items():
        inside.add_itxt(name, text, lang="en-GB")
    out = BytesIO()
    picture.save(out, "png", dpi=(DPI, DPI), pnginfo=inside, optimize=False)
    return out.getvalue()


def _pictures(
    block: FigureBlock, bundle: Bundle, figure: Figure, folder: Path, width: float, notices: list[str], embargo: str
) -> tuple[dict[str, bytes], list[str]]:
    """The pictures of a figure by the ending of their files, and advice for those who paste them."""
    path, where = folder / figure.svg, f"finding {bundle.finding}, '{figure.name}'"
    if not path.is_file():
        raise DataError(f"The picture of {where} is missing: {path}. Run the finding again.")
    # Synthetic pictures say so themselves; the embargo they were drawn without.
    strip = [embargo] if embargo else []
    svg, clips = emf_ready(path, where, width, block.headline, block.alt, strip)
    notices = [*notices, declaration(figure.sensitivity)]
    points = SMALLEST_TEXT * width / LETTER_WIDTH
    how = [f"Width: {width:g} mm; PNG {DPI} dots per inch; smallest words {points:.1f} points high"]
    if points < LEGIBLE:
        how.append(f"At this width the smallest words are hard to read; {LEGIBLE:g} points or more are better.")
    how.append(
        "For EMF: insert the SVG in Word and choose Convert to Shape, or open it in Inkscape and save it as Enhanced "
        "Metafile. Its text is text."
    )
    if clips:
        how.append(f"The SVG holds shapes cut at an edge ({clips}), which EMF may not carry: prefer the PNG.")
    return {".png": _png(path, block, bundle, width, notices, strip, where), ".svg": svg}, how


def _words(block: FigureBlock, bundle: Bundle, sentence: str, notices: Sequence[str], how: Sequence[str]) -> str:
    """What is said of a figure, for those who paste it: its sentence, or its caption and how to paste the picture."""
    if sentence:
        lines = [f"In words: {sentence}"]
    else:
        lines = [f"Caption: {block.headline}", f"Subtitle: {block.subtitle}"]
    lines += [f"Note: {block.note}"] if block.note else []
    lines.append(block.source if block.source.startswith("Source") else f"Source: {block.source}")
    lines += [] if sentence else [f"Alternative text: {block.alt}"]
    lines.append(f"From: finding {bundle.finding}, {bundle.title}; {bundle.force_name}")
    return "\n".join([*notices, *lines, *how]) + "\n"


# The folder of a letter: the document, its blocks, and the figures it prints with their data.


@dataclass(frozen=True)
class LetterFiles:
    """What was written: the letter, and the evidence that goes with it."""

    document: Path
    pdf: Path
    blocks: Path
    evidence: Path
    evidence_pdf: Path
    workbook: Path
    figures: tuple[Path, ...]

    def moved(self, work: Path, place: Path) -> LetterFiles:
        """The same files after their folder was put in its place."""
        paths = {n: place / p.relative_to(work) for n, p in vars(self).items() if isinstance(p, Path)}
        return replace(self, **paths, figures=tuple(place / p.relative_to(work) for p in self.figures))


def export_figures(
    blocks: Sequence[FigureBlock], reports: Mapping[str, Path], folder: Path, letter: Letter
) -> tuple[Path, ...]:
    """Copy figures, as SVG and CSV, to where the letter and its evidence expect them: the files written."""
    written = []
    for figure in {block.svg: block for block in blocks}.values():
        for source, target in zip(figure.origin, (figure.svg, figure.data), strict=True):
            path = reports[figure.finding] / source
            if not path.is_file():
                raise DataError(
                    f"The evidence of finding {figure.finding} names the file {source}, which isn't there: {path}. Run "
                    "the finding again, then write the letter."
                )
            content = path.read_bytes()
            write_whole(folder / target, _declared(content, letter) if target == figure.data else content)
            written.append(folder / target)
    for old in sorted((folder / "figures").glob("*")):
        if old not in written:
            remove(old)
    return tuple(written)


def _declared(data: bytes, letter: Letter) -> bytes:
    """The data of a figure, saying in each row that the letter is under embargo and how sensitive it is."""
    told = {"embargo": f"EMBARGOED until {letter.embargo}" if letter.embargo else "", "sensitivity": letter.sensitivity}
    rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) if row]
    columns = [name for name, text in told.items() if text and name not in rows[0]]
    added = [rows[0] + columns, *(row + [told[name] for name in columns] for row in rows[1:])]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(added)
    return out.getvalue().encode("utf-8")


def make_letter(
    bundles: Sequence[Bundle],
    reports: Mapping[str, Path],
    settings: LetterSettings,
    catalogue: Sequence[CatalogueEntry],
    template: Path,
    folder: Path,
    wording: Mapping[str, OwnWords] | None = None,
) -> LetterFiles:
    """Write everything that belongs to one force's letter.

    In ``folder``: ``letter-<force>.docx``, ``.pdf`` and ``.json``; ``evidence-<force>.docx``, ``.pdf`` and ``.xlsx``;
    and ``figures/``, which all share.
    """
    wording = wording or {}
    letter = compose(bundles, settings, catalogue, wording)
    report = evidence_report(bundles, settings, catalogue, wording, heights(reports))
    figures = export_figures([*letter.figures(), *report.figures()], reports, folder, letter)
    filled = rendered(letter, template)
    fixed = fixed_words(filled, template)  # before the findings take their place
    text = json.dumps(letter.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False)
    files = LetterFiles(
        *(folder / f"letter-{settings.force}{ending}" for ending in (".docx", ".pdf", ".json")),
        *(folder / f"evidence-{settings.force}{ending}" for ending in (".docx", ".pdf", ".xlsx")),
        figures,
    )
    contents = {
        files.document: word_bytes(letter, filled, template, folder),
        files.pdf: pdf_bytes(letter, fixed, folder),
        files.evidence: report_word(report, folder),
        files.evidence_pdf: report_pdf(report, folder),
        files.workbook: evidence_workbook(report, bundles, settings, catalogue, wording),
        files.blocks: (text + "\n").encode("utf-8"),
    }
    for path, content in contents.items():
        write_whole(path, content)
    return files


def page_picture(letter: Letter, template: Path, folder: Path, params: Params) -> bytes:
    """The first page of a letter as PNG; it holds the mark of what gives it its looks and words."""
    data = _data(letter, fixed_words(rendered(letter, template), template), folder)
    return set_page(_source(), "letter", data, folder, 1, looks(template, params))


def looks(template: Path, params: Params) -> str:
    """The mark of the template, of how a PDF is set, and of the sentences of the section that the first page shows.

    With another one a picture of that page is out of date.
    """
    findings = list(params.findings.values())
    said = "".join(f.letter.model_dump_json() for f in findings if f.section == findings[0].section)
    return hashlib.sha256(_source() + template.read_bytes() + said.encode()).hexdigest()


def heights(reports: Mapping[str, Path]) -> Callable[[str, Figure], float]:
    """How tall each figure of these reports is where it is as wide as the text, in millimetres."""

    def height(finding: str, figure: Figure) -> float:
        path = reports[finding] / figure.svg
        if not path.is_file():
            raise DataError(
                f"The evidence of finding {finding} names the file {figure.svg}, which isn't there: {path}. Run the "
                "finding again, then write the letter."
            )
        wide, tall = size_of(path, f"finding {finding}, '{figure.name}'")
        return FIGURE_WIDTH.mm * tall / wide

    return height


def read_letter(path: Path) -> Letter:
    """A letter's blocks, as :func:`make_letter` wrote them."""
    try:
        return Letter.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise DataError(f"{path} can't be read as the blocks of a letter ({fault}). Write the letter again.") from None
