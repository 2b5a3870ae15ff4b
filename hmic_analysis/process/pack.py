"""The pack that goes to a force for the factual-accuracy check, and the log of what became of it."""

import datetime as dt
import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import Field, ValidationError

from hmic_analysis.cells import neutral
from hmic_analysis.disclosure.check import records_name
from hmic_analysis.disclosure.release import released
from hmic_analysis.documents.blocks import SYNTHETIC_NOTICE
from hmic_analysis.documents.embargo import embargo_notice, in_utc, under_embargo
from hmic_analysis.documents.publish import whole_folder
from hmic_analysis.documents.text import clean
from hmic_analysis.documents.workbook import describe, one_page_wide, saved
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Indicator, Model
from hmic_analysis.evidence.withheld import declaration, rules_of
from hmic_analysis.evidence.wording import say_bounds, say_indicator, small
from hmic_analysis.letters.evidence import headline
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.process.letter import (
    MADE_FROM,
    accuracy_log,
    check_fresh,
    check_letter,
    check_marked,
    current_evidence,
    letter_folder,
    letter_marks,
    mark_of,
)
from hmic_analysis.process.records import Behind, listed_records, records_workbook
from hmic_analysis.process.states import advance, append_entry, check_order, held, read_chain, read_log
from hmic_analysis.project import Project
from hmic_analysis.store.manifest import file_sha256
from hmic_analysis.words import one_of, say_date

# The claims of a letter as a force checks them: one row each, in the words and figures it was shown.

VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_determinable": "Not determinable"}


class ClaimRow(Model):
    """One claim as it was shown: ``counted`` and ``definition`` are those of its figure."""

    claim: str
    finding: str
    statement: str
    sentence: str
    verdict: str
    figure: str
    numerator: str = ""
    denominator: str = ""
    definition: str = ""
    rule: str = ""


def claim_rows(bundles: Iterable[Bundle], params: Params) -> tuple[ClaimRow, ...]:
    """The claims of a force's letter that get a verdict; a view is no fact to check.

    Without claims whose evidence is restricted, and without small counts of persons where they are withheld from the
    force too.
    """
    least = rules_of(params).least_for("force")
    return tuple(_row(bundle, claim, params, least) for bundle, claim in _tested(bundles, params))


def _tested(bundles: Iterable[Bundle], params: Params) -> list[tuple[Bundle, ClaimEvidence]]:
    """The claims that a force checks, each with its bundle as the force may see it."""
    shown = [released(bundle, rules_of(params), "force") for bundle in bundles]
    return [(bundle, claim) for bundle in shown for claim in bundle.claims if claim.type != "judgement"]


def figure_text(bundle: Bundle, claim: ClaimEvidence, min_count: int) -> str:
    """The most telling figure of a claim with what surrounds it; empty where the claim has none.

    ``Crimes attended: 83.4% (95% interval 82.9% to 83.9%)``.
    """
    figure = headline(bundle, claim)
    if figure is None:
        return ""
    label = clean(figure.label)
    if figure.value is None:
        return f"{label}: not available"
    bounds = say_bounds(figure, min_count)
    return f"{label}: {say_indicator(figure, min_count)}{f' ({bounds})' if bounds else ''}"


def _row(bundle: Bundle, claim: ClaimEvidence, params: Params, min_count: int) -> ClaimRow:
    figure, counted = headline(bundle, claim), _counted(bundle, claim, min_count)
    return ClaimRow(
        numerator=_amount(counted.numerator) if counted else "",
        denominator=_amount(counted.denominator, counted.unknown) if counted else "",
        definition=clean(figure.definition) if figure is not None else "",
        rule=rule_text(params, bundle, claim),
        claim=claim.claim,
        finding=claim.finding,
        statement=clean(claim.statement),
        sentence=clean(claim.sentence),
        verdict=VERDICTS[claim.verdict],
        figure=figure_text(bundle, claim, min_count),
    )


def _counted(bundle: Bundle, claim: ClaimEvidence, min_count: int) -> Indicator | None:
    """The most telling figure of a claim where the force is shown what it was counted from."""
    figure = headline(bundle, claim)
    return figure if figure is not None and figure.value is not None and not small(figure, min_count) else None


def _amount(value: float | None, unknown: float = 0) -> str:
    """A count, and how many more are not known."""
    if value is None:
        return ""
    return f"{value:,.10g}" + (f", and {unknown:,.10g} not known" if unknown else "")


def rule_text(params: Params, bundle: Bundle, claim: ClaimEvidence) -> str:
    """How the verdict on a claim is reached, with the values of the thresholds in place of their names."""
    spec = params.findings.get(claim.finding)
    if spec is None or claim.claim not in spec.claims:
        return ""
    rule = clean(spec.claims[claim.claim].rule)
    settings = resolve(params, bundle.force, claim.finding)
    said = {name: say_threshold(settings.definition(name), d.unit) for name, d in spec.definitions.items()}
    said |= {name: say_threshold(settings.threshold(name), t.unit) for name, t in spec.thresholds.items()}
    named = "|".join(map(re.escape, sorted(said, key=len, reverse=True)))
    return one_of(re.sub(rf"\b(?:{named})\b", lambda found: said[found.group()], rule)) if said else rule


def say_threshold(value: float, unit: str) -> str:
    """``80%``, ``3``, ``28 days``."""
    return f"{value:g}%" if unit == "%" else f"{value:g}" if unit == "count" else f"{value:g} {unit}"


# What the factual-accuracy check keeps: the pack that was sent, and the log of what became of it.

Decision = Literal["accepted", "part", "rejected"]
MANIFEST = "pack.json"


class Pack(Model):
    """What a force was sent."""

    schema_version: int = 1
    force: str
    #: From 1.
    number: int
    #: UTC, ISO 8601.
    made_at: str
    synthetic: bool
    #: The claims as they were shown.
    rows: tuple[ClaimRow, ...]
    #: Hashes of the letter, the bundles, and every file of the pack.
    letter: dict[str, str]
    evidence: dict[str, str]
    files: dict[str, str]

    @property
    def id(self) -> str:
        """``cleveland-1``, as its workbook is marked."""
        return f"{self.force}-{self.number}"


class LogEntry(Model):
    """One line of the log of a force's factual-accuracy check."""

    schema_version: int = 1
    #: ``sent``: a pack went out.  ``challenge``: one claim that was challenged.  ``followed``: a claim that nobody
    #: challenged and that changed with the data.  ``remade``: a claim that changed since the pack, before corrected
    #: data were loaded, with parameters, notebooks or code.  ``unchallenged``: a response without any challenge.
    #: ``agreed``: the claims, in ``note``, that the force agreed to.
    kind: Literal["sent", "challenge", "followed", "remade", "unchallenged", "agreed"]
    force: str
    #: UTC, ISO 8601.
    at: str
    pack: int
    synthetic: bool
    #: SHA-256 of the workbook.
    response: str = ""
    claim: str = ""
    challenge: str = ""
    evidence_offered: str = ""
    decision: Decision | Literal[""] = ""
    decision_reason: str = ""
    #: SHA-256 of the corrected data files by name.
    files: dict[str, str] = Field(default_factory=dict)
    #: Number under which the return as it was before is kept; 0 where no data were loaded.
    version: int = 0
    verdict_before: str = ""
    verdict_after: str = ""
    figure_before: str = ""
    figure_after: str = ""
    sentence_before: str = ""
    sentence_after: str = ""
    #: Why there is nothing after, where there is nothing.
    note: str = ""
    line: int = 0
    previous: str = ""


def accuracy_folder(project: Project, force: str) -> Path:
    """Where everything on a force's factual-accuracy check lies."""
    return project.output / "accuracy" / force


def read_accuracy_log(project: Project, force: str) -> list[LogEntry]:
    """What became of a force's challenges so far; :class:`DataError` if the log is broken."""
    path = accuracy_log(project, force)
    try:
        return [LogEntry.model_validate(entry) for entry in read_chain(path)]
    except ValidationError as fault:
        raise DataError(f"The log {path} holds an entry that is none ({str(fault).splitlines()[0]}).") from None


def pack_folder(project: Project, force: str, number: int) -> Path:
    """Where a pack lies."""
    return accuracy_folder(project, force) / f"pack-{number}"


def last_pack(project: Project, force: str) -> Pack | None:
    """The pack that a force was sent last; None where it was sent none."""
    numbers = [entry.pack for entry in read_accuracy_log(project, force) if entry.kind == "sent"]
    if not numbers:
        return None
    path = pack_folder(project, force, max(numbers)) / MANIFEST
    try:
        return Pack.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise DataError(f"{path} can't be read ({str(fault).splitlines()[0]}). Put back a copy.") from None


# The response workbook: one row for each claim, with room for a challenge and what was decided on it.

DECISIONS = ("accepted", "part", "rejected")
SHEETS = ("Cover", "Contents", "Notes", "Response")
#: Columns that say what the force was shown, and those that are filled in.
GIVEN = (
    "Claim",
    "Finding",
    "Statement tested",
    "Sentence in the letter",
    "Verdict",
    "Figure",
    "Numerator",
    "Denominator",
    "Definition of the figure",
    "Rule of the verdict",
)
AGREED = "Agreed"
FILLED = (AGREED, "Challenge", "Evidence offered", "Corrected data files", "Decision", "Reason for the decision")
COLUMNS = (*GIVEN, *FILLED)
_WIDTHS = (9, 10, 34, 52, 17, 34, 13, 13, 40, 46, 10, 46, 34, 26, 13, 40)
_LABEL_WIDTH, _TEXT_WIDTH = 26, 90
#: Points of height that a line of text takes; a row is as high as its longest cell needs.
_LINE = 15

NOTES = (
    ("What is checked", "Facts: figures, dates, documents, events. The inspectors' views are not open to correction."),
    ("Agreed", "Write yes where all of the row is right. A row left empty is neither agreed nor challenged."),
    ("Challenge", "What is wrong in the sentence or its figure, and what is right. Leave it empty where all is right."),
    ("Evidence offered", "The document or record that bears the challenge out, by its title or reference."),
    (
        "Corrected data files",
        "Names of the files that replace those of the return, such as crime.csv, separated by semicolons. Put the "
        "files into the folder of this workbook.",
    ),
    ("Decision", "For the inspectors: accepted, part or rejected. Every challenge needs one, with its reason."),
    (
        "What follows",
        "Corrected data that are accepted, in whole or in part, are loaded as a new version of the return and the "
        "verdicts are computed again from it. No verdict is edited by hand. Where part is accepted, the corrected "
        "files hold that part only.",
    ),
    ("Names", "Write no person's name anywhere in this workbook; refer to people by their role."),
    ("Formulas", "Write plain text. Formulas, macros and links to other files are refused."),
)  # fmt: skip


def response_workbook(cover: Sequence[tuple[str, str]], rows: Sequence[ClaimRow], notices: Sequence[str]) -> bytes:
    """The workbook that goes to a force: an ``.xlsx`` file; equal contents give equal bytes."""
    book = Workbook()
    book.remove(book.active)
    sheets = {name: book.create_sheet(name) for name in SHEETS}
    _lines(sheets["Cover"], "Factual-accuracy check", notices, cover)
    contents = (
        ("Notes", "How to fill in the response"),
        ("Response", f"The {len(rows)} claims of the letter, one row each"),
    )
    _lines(sheets["Contents"], "Contents", notices, contents)
    _lines(sheets["Notes"], "How to fill in the response", notices, NOTES)
    _response(sheets["Response"], rows, notices)
    describe(book, f"Factual-accuracy check: {dict(cover)['Force name']}", notices)
    return saved(book)


def _lines(sheet: Worksheet, title: str, notices: Sequence[str], lines: Sequence[tuple[str, str]]) -> None:
    """A sheet of labels and texts below its title."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _LABEL_WIDTH, _TEXT_WIDTH
    _put(sheet, 1, 1, title).font = _font(bold=True, size=16)
    sheet.row_dimensions[1].height = 2 * _LINE
    row = 2
    for notice in notices:
        _put(sheet, row, 1, notice).font = _font(bold=True)
        row += 1
    for label, text in lines:
        _put(sheet, row, 1, label).font = _font(bold=True)
        _put(sheet, row, 2, text)
        for column in (1, 2):
            sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
        _fit(sheet, row, ((label, _LABEL_WIDTH), (text, _TEXT_WIDTH)))
        row += 1
    one_page_wide(sheet)


def _response(sheet: Worksheet, rows: Sequence[ClaimRow], notices: Sequence[str]) -> None:
    for number, (title, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), start=1):
        head = _put(sheet, 1, number, title)
        head.font, head.alignment = _font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(number)].width = width
    room = PatternFill("solid", start_color="FFF7D6")
    for line, row in enumerate(rows, start=2):
        for number, text in enumerate(given(row), start=1):
            _put(sheet, line, number, text).alignment = Alignment(wrap_text=True, vertical="top")
        for number in range(len(GIVEN) + 1, len(COLUMNS) + 1):
            cell = sheet.cell(line, number)
            cell.fill, cell.protection = room, Protection(locked=False)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format, cell.font = "@", _font()  # text: what is typed stays as typed
        _fit(sheet, line, zip(given(row), _WIDTHS, strict=False))
    last = len(rows) + 1
    table = Table(displayName="response_table", ref=f"A1:{get_column_letter(len(COLUMNS))}{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    choice = DataValidation(type="list", formula1=f'"{",".join(DECISIONS)}"', allow_blank=True)
    choice.error, choice.errorTitle = f"Write one of: {', '.join(DECISIONS)}.", "Decision"
    sheet.add_data_validation(choice)
    column = get_column_letter(COLUMNS.index("Decision") + 1)
    choice.add(f"{column}2:{column}{last}")
    agreed = DataValidation(type="list", formula1='"yes"', allow_blank=True)
    agreed.error, agreed.errorTitle = "Write yes, or leave it empty.", AGREED
    sheet.add_data_validation(agreed)
    column = get_column_letter(COLUMNS.index(AGREED) + 1)
    agreed.add(f"{column}2:{column}{last}")
    sheet.freeze_panes = "B2"
    sheet.protection.sheet = True
    one_page_wide(sheet)
    # What was shown on one sheet of paper, what is to be filled in on the next: on one alone nobody could read it.
    sheet.page_setup.paperSize, sheet.page_setup.fitToWidth = sheet.PAPERSIZE_A3, 2
    sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:A"
    sheet.oddHeader.center.text = " ".join(notices).replace("&", "&&")


def given(row: ClaimRow) -> tuple[str, ...]:
    """What the force was shown of a claim, as the cells hold it."""
    shown = (row.claim, row.finding, row.statement, row.sentence, row.verdict, row.figure)
    return tuple(neutral(text) for text in (*shown, row.numerator, row.denominator, row.definition, row.rule))


def _put(sheet: Worksheet, row: int, column: int, text: str):
    """A cell of text; it never becomes a formula."""
    cell = sheet.cell(row, column, neutral(text))
    if isinstance(cell.value, str):
        cell.data_type = "s"
    cell.font = _font()
    return cell


def _font(bold: bool = False, size: int = 11) -> Font:
    return Font(name="Arial", bold=bold, size=size)


def _fit(sheet: Worksheet, row: int, texts: Iterable[tuple[str, int]]) -> None:
    """Make a row high enough: not every program does so by itself when a workbook is opened."""
    lines = [len(textwrap.wrap(text, max(width - 3, 5))) for text, width in texts]
    sheet.row_dimensions[row].height = _LINE * max(1, *lines)


# The pack that goes to a force: its letter, the figures of the letter with their data, and the response workbook.

CHECK = "factual_accuracy_check"
#: Files of a letter's folder that are ours and not for the force.
_OURS = (MADE_FROM,)


def send(project: Project, params: Params, force: str, now: dt.datetime, behind: Behind) -> Path:
    """Make the pack of a force, and bring its letter into the state of the factual-accuracy check.

    ``output/accuracy/<force>/pack-<n>`` with ``letter/``, ``response-<force>.xlsx``, ``records-<force>.xlsx`` (the
    references of the records that ``behind`` finds) and ``README.txt``.
    """
    log = accuracy_log(project, force)
    with held(log):
        check_order(read_log(project, force), CHECK, force)
        check_fresh(project, params, force)
        check_letter(project, params, force)
        if under_embargo(params, now):
            check_marked(project, force)
        number = 1 + max((e.pack for e in read_accuracy_log(project, force)), default=0)
        folder = pack_folder(project, force, number)
        if folder.exists():
            raise ParameterError(
                f"{project.relative(folder)} is there, though the log knows of no such pack. Move it away."
            )
        with whole_folder(folder) as work:
            pack = _fill(project, params, force, number, now, work, behind)
        advance(project, params, force, CHECK, f"Pack {number} made for the factual-accuracy check.", now)
        entry = LogEntry(kind="sent", force=force, at=pack.made_at, pack=number, synthetic=pack.synthetic)
        append_entry(log, entry.model_dump(mode="json", exclude={"line", "previous"}))
    return folder


def notices_of(params: Params, synthetic: bool, now: dt.datetime) -> tuple[str, ...]:
    """What every file of a pack bears: that data are synthetic, that the embargo holds, and for whom it is."""
    told = (SYNTHETIC_NOTICE if synthetic else "", embargo_notice(params, now), declaration("force"))
    return tuple(text for text in told if text)


def _fill(
    project: Project, params: Params, force: str, number: int, now: dt.datetime, folder: Path, behind: Behind
) -> Pack:
    evidence = current_evidence(project, params, force)
    synthetic = any(bundle.synthetic for bundle in evidence.values())
    notices = notices_of(params, synthetic, now)
    rows = claim_rows(evidence.values(), params)
    name = params.force(force).full_name
    of_whom = (("Force", force), ("Force name", name), ("Pack", f"{force}-{number}"))
    cover = (
        *of_whom,
        ("What this is", "The draft letter's claims, for the force to check the facts before publication."),
        ("How to answer", "Fill in the sheet Response as the sheet Notes says, and send the workbook back."),
        ("Return by", return_by(params, now)),
        ("Contact", contact(params)),
    )
    _copy_letter(letter_folder(project, force), folder / "letter")
    (folder / f"response-{force}.xlsx").write_bytes(response_workbook(cover, rows, notices))
    least = rules_of(params).least_for("force")
    shown = [(*one, _counted(*one, least)) for one in _tested(evidence.values(), params)]
    records = records_workbook(of_whom, listed_records(shown, behind), notices)
    (folder / records_name(force)).write_bytes(records)
    (folder / "README.txt").write_text(_readme(name, force, params, now, notices), encoding="utf-8", newline="\n")
    files = {p.relative_to(folder).as_posix(): file_sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    pack = Pack(
        force=force,
        number=number,
        made_at=in_utc(now).isoformat(timespec="seconds"),
        synthetic=synthetic,
        rows=rows,
        letter=letter_marks(project, force),
        evidence={finding: mark_of(bundle) for finding, bundle in evidence.items()},
        files=files,
    )
    (folder / MANIFEST).write_text(pack.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    return pack


def _copy_letter(letter: Path, target: Path) -> None:
    """The letter with its figures and their data."""
    for path in sorted(letter.rglob("*")):
        hidden = path.name.startswith((".", "~$")) or path.suffix in (".part", ".json")
        if path.is_file() and not hidden and path.name not in _OURS:
            place = target / path.relative_to(letter)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def return_by(params: Params, now: dt.datetime) -> str:
    """The last day for the response, in the zone of the inspection."""
    here = now.astimezone(ZoneInfo(params.inspection.timezone)).date()
    return say_date(here + dt.timedelta(days=params.inspection.accuracy.return_days))


def contact(params: Params) -> str:
    """Whom the force may ask."""
    return ", ".join(params.inspection.accuracy.contact) or "The office that sent this pack."


def _readme(name: str, force: str, params: Params, now: dt.datetime, notices: tuple[str, ...]) -> str:
    lines = [
        *notices,
        f"Factual-accuracy check: {name}",
        "",
        "letter/                 the draft letter, its figures, and the data of each figure (CSV)",
        f"response-{force}.xlsx   one row for each claim of the letter: what is wrong, and what bears that out",
        f"records-{force}.xlsx    the references of the records behind the figure of each claim, for the force alone",
        "",
        "Fill in the sheet Response of the workbook; its sheet Notes says how. Put corrected data files beside the",
        "workbook, named as in the return. Write no person's name.",
        "",
        f"Return by: {return_by(params, now)}",
        f"Contact: {contact(params)}",
    ]
    return "\n".join(lines) + "\n"
