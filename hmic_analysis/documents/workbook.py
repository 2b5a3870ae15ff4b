"""The workbook of a force: a cover, contents and notes, then one named table on each sheet, beginning in A1."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from hmic_analysis.cells import neutral
from hmic_analysis.documents.text import ILLEGAL
from hmic_analysis.documents.word import stable

#: The times a workbook bears, the same in all, so that equal contents are equal bytes.
MADE = dt.datetime(1980, 1, 1)
_WIDEST, _NARROWEST = 60, 11
#: Excel takes no longer name of a sheet, and no longer text in a cell.
_NAME, _TEXT = 31, 32_000
_TOP = Alignment(vertical="top", wrap_text=True)
_BOLD, _TITLE = Font(name="Arial", bold=True, size=11), Font(name="Arial", bold=True, size=16)
_PLAIN, _LINK = Font(name="Arial", size=11), Font(name="Arial", size=11, underline="single", color="0B0C80")


def workbook(
    title: str,
    cover: Sequence[tuple[str, str]],
    notes: Sequence[tuple[str, str]],
    sheets: Sequence[Sheet],
    notices: Sequence[str],
) -> bytes:
    """A workbook that people can find their way in, with or without sight.

    An ``.xlsx`` file; equal contents give equal bytes.
    """
    book = Workbook(write_only=True)
    names = sheet_names(sheets)
    _lines(book, "Cover", title, notices, cover)
    _contents(book, sheets, names, notices)
    _lines(book, "Notes", "Notes", notices, notes)
    for sheet, name in zip(sheets, names, strict=True):
        _table(book, sheet, name, notices)
    describe(book, title, notices)
    return saved(book)


def sheet_names(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """Names that Excel takes: short, each once whatever its letters' case."""
    taken, names = {"cover", "contents", "notes", "history"}, []
    for sheet in sheets:
        stem = re.sub(r"[^A-Za-z0-9 _-]", "-", sheet.name)[:_NAME].strip("-' ") or "table"
        name, number = stem, 2
        while name.lower() in taken:
            name = f"{stem[: _NAME - 3]}-{number}"
            number += 1
        taken.add(name.lower())
        names.append(name)
    return tuple(names)


def _lines(book: Workbook, name: str, title: str, notices: Sequence[str], lines: Sequence[tuple[str, str]]) -> None:
    """A sheet of labels and texts below its title."""
    sheet = book.create_sheet(name)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 95
    one_page_wide(sheet, notices)
    sheet.append([_cell(sheet, title, _TITLE)])
    for notice in notices:
        sheet.append([_cell(sheet, notice, _BOLD)])
    for label, text in lines:
        sheet.append([_cell(sheet, label, _BOLD, _TOP), _cell(sheet, text, _PLAIN, _TOP)])


def _contents(book: Workbook, sheets: Sequence[Sheet], names: Sequence[str], notices: Sequence[str]) -> None:
    sheet = book.create_sheet("Contents")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 95
    one_page_wide(sheet, notices)
    sheet.append([_cell(sheet, "Contents", _TITLE)])
    for notice in notices:
        sheet.append([_cell(sheet, notice, _BOLD)])
    lines = [("Cover", "What this workbook is"), ("Notes", "What words, grades and shorthand mean")]
    lines += [(name, f"{s.title} ({len(s.rows):,} rows)") for name, s in zip(names, sheets, strict=True)]
    for name, text in lines:
        link = _cell(sheet, name, _LINK, _TOP)
        link.hyperlink = Hyperlink(ref="", location=f"'{name}'!A1", display=name)
        sheet.append([link, _cell(sheet, text, _PLAIN, _TOP)])


def _table(book: Workbook, given: Sheet, name: str, notices: Sequence[str]) -> None:
    """One table from A1 on, known to Excel and to screen readers by its name."""
    sheet = book.create_sheet(name)
    rows = given.rows or ((NOT_APPLICABLE,) * len(given.columns),)
    heads = _unique(given.columns)
    for number, head in enumerate(heads):
        longest = max([len(head), *(len(str(row[number])) for row in rows[:200])])
        width = min(max(longest + 3, _NARROWEST), _WIDEST)
        sheet.column_dimensions[get_column_letter(number + 1)].width = width
    sheet.freeze_panes = "B2"
    one_page_wide(sheet, notices)
    sheet.print_title_rows = "1:1"
    sheet.append([_cell(sheet, head, _BOLD, _TOP) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value, _PLAIN, _TOP) for value in row])
    # A table named like a cell (t1, A1) would lose its mark-up.
    table = Table(displayName=_table_name(name), ref=f"A1:{get_column_letter(len(heads))}{len(rows) + 1}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    table._initialise_columns()
    for column, head in zip(table.tableColumns, heads, strict=True):
        _name_column(column, head)
    with warnings.catch_warnings():
        # openpyxl warns of columns it can't fill in itself; they were filled in above.
        warnings.simplefilter("ignore", UserWarning)
        sheet.add_table(table)


def _name_column(column: TableColumn, head: str) -> None:
    column.name = head


def _table_name(name: str) -> str:
    return "table_" + re.sub(r"\W", "_", name.lower())


def _unique(columns: Sequence[str]) -> list[str]:
    """Headers as a table needs them: each once, none empty."""
    heads: list[str] = []
    for number, column in enumerate(columns, start=1):
        head = str(neutral(_text(column))).strip() or f"Column {number}"
        taken = {h.lower() for h in heads}
        heads.append(f"{head} ({number})" if head.lower() in taken else head)
    return heads


def _cell(sheet: Worksheet, value: Any, font: Font, alignment: Alignment | None = None) -> WriteOnlyCell:
    """A cell that is never a formula."""
    content = neutral(_text(value)) if isinstance(value, str) else value
    cell = WriteOnlyCell(sheet, content)
    if isinstance(content, str):
        cell.data_type = "s"
    elif isinstance(content, int):
        cell.number_format = "#,##0"
    cell.font = font
    if alignment is not None:
        cell.alignment = alignment
    return cell


def _text(text: str) -> str:
    return ILLEGAL.sub(" ", text)[:_TEXT]


def one_page_wide(sheet: Worksheet, notices: Sequence[str] = ()) -> None:
    """Printed one page wide, with the notices at the top."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if notices:
        sheet.oddHeader.center.text = " ".join(notices).replace("&", "&&")


def describe(book: Workbook, title: str, notices: Sequence[str]) -> None:
    """Its properties; the times among them are always the same."""
    book.properties.title = title
    book.properties.language = "en-GB"
    book.properties.creator = "hmic_analysis"
    book.properties.keywords = " ".join(notices)
    book.properties.created = book.properties.modified = MADE


def saved(book: Workbook) -> bytes:
    """The workbook as a file: the same bytes whenever it is saved."""
    first, out = BytesIO(), BytesIO()
    book.save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content)
            new.writestr(name, content)
    return stable(out.getvalue())


@dataclass(frozen=True)
class Sheet:
    """One table to take away."""

    #: Of the file and of the sheet: letters, digits, ``-`` and ``_``.
    name: str
    title: str
    columns: tuple[str, ...]
    #: Cells: text, numbers, or shorthand for why there is none.
    rows: tuple[tuple[Any, ...], ...]
    sensitivity: str


#: Shorthand of the Government Analysis Function for cells without a number.
CONFIDENTIAL, MISSING, NOT_APPLICABLE = "[c]", "[x]", "[z]"
