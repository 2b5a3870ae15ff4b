"""The response workbook: one row for each claim, with room for a challenge and what was decided on it."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from hmic_analysis.accuracy.claims import ClaimRow
from hmic_analysis.disclosure.cells import neutral
from hmic_analysis.letters.archive import stable

DECISIONS = ("accepted", "part", "rejected")
SHEETS = ("Cover", "Contents", "Notes", "Response")
#: Columns that say what the force was shown, and those that are filled in.
GIVEN = ("Claim", "Finding", "Statement tested", "Sentence in the letter", "Verdict", "Figure")
FILLED = ("Challenge", "Evidence offered", "Corrected data files", "Decision", "Reason for the decision")
COLUMNS = (*GIVEN, *FILLED)
_WIDTHS = (9, 10, 34, 52, 17, 34, 46, 34, 26, 13, 40)
_LABEL_WIDTH, _TEXT_WIDTH = 26, 90
#: Points of height that a line of text takes; a row is as high as its longest cell needs.
_LINE = 15
#: A workbook's times, the same in all of them, so that equal packs are equal files.
_MADE = dt.datetime(1980, 1, 1)

NOTES = (
    ("What is checked", "Facts: figures, dates, documents, events. The inspectors' views are not open to correction."),
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
    """The workbook that goes to a force.

    Parameters
    ----------
    cover : sequence of (str, str)
        What the cover says: label and value.
    rows : sequence of ClaimRow
    notices : sequence of str
        That data are synthetic, that the embargo holds; printed on every sheet but the table itself, and in its
        page header.

    Returns
    -------
    bytes
        An ``.xlsx`` file; equal contents give equal bytes.
    """
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
    book.properties.title = f"Factual-accuracy check: {dict(cover)['Force name']}"
    book.properties.language = "en-GB"
    book.properties.creator = "hmic_analysis"
    book.properties.keywords = " ".join(notices)
    book.properties.created = book.properties.modified = _MADE
    out = BytesIO()
    book.save(out)
    return stable(_same_times(out.getvalue()))


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
    _one_page_wide(sheet)


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
    sheet.freeze_panes = "B2"
    sheet.protection.sheet = True
    _one_page_wide(sheet)
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.print_title_rows = "1:1"
    sheet.oddHeader.center.text = " ".join(notices).replace("&", "&&")


def given(row: ClaimRow) -> tuple[str, ...]:
    """What the force was shown of a claim, as the cells hold it."""
    texts = (row.claim, row.finding, row.statement, row.sentence, row.verdict, row.figure)
    return tuple(neutral(text) for text in texts)


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


def _one_page_wide(sheet: Worksheet) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _same_times(archive: bytes) -> bytes:
    """The workbook with the time of its saving taken out of its properties."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content)
            new.writestr(name, content)
    return out.getvalue()
