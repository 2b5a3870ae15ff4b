"""The workbook that a force fills in: one sheet a table, with the words of the contracts."""

import io
import os
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from hmic_analysis.contracts import CONTRACTS, Column, Contract, contract_for
from hmic_analysis.contracts.base import KINDS
from hmic_analysis.contracts.reference import REFERENCE_TABLES

#: Tables of the inspectorate, not of any one force.
NOT_A_FORCES_OWN = ("force_reference", *REFERENCE_TABLES)
_CREATED = datetime(2014, 9, 3)
#: A Monday, since weeks are named by theirs.
_EXAMPLE_DAY = date(2013, 5, 13)
#: What stands in a column of free text in the example, by the name of the column.
_EXAMPLE_TEXTS = {
    "item": "named_suspects_outstanding",
    "stated_unit": "persons",
    "title": "Strategy for preventing crime",
    "subject": "crime_prevention",
    "unit": "North",
    "district": "North",
    "team": "North A",
    "panel": "North",
    "place": "Town centre",
    "incident_type": "Burglary",
    "problem_type": "Burglary",
    "crime_type": "Burglary",
    "offence_code": "28A",
    "outcome_type": "Charged",
    "course_code": "CP101",
    "skill_function": "Repair of cameras",
    "scenario": "Theft from a car, no suspect",
    "sample_frame": "Crimes of May 2013",
    "task": "Waits at hospital",
    "pool": "North cars",
    "role": "response",
}
_HEAD = PatternFill("solid", fgColor="12436D")
_NEEDED = PatternFill("solid", fgColor="F46A25")
_WHITE = Font(bold=True, color="FFFFFF")
_BLACK = Font(bold=True, color="000000")
_LAST_ROW = 1_048_576
#: Longest list that a drop-down can hold in itself.
_LIST_LIMIT = 255
_COVER = (
    ("How to fill in", True),
    ("Each sheet named in Contents is one table; the sheet Columns tells what each of its columns means, and "
     "Example shows a row of each.", False),
    ("Write below the header row of a sheet, one row for each thing the table counts. Keep the header.", False),
    ("Keep every column, also one that you leave empty: of a column that is not there nothing is known.", False),
    ("Orange columns must be filled in for every row. A row without them is kept aside and listed back to you.", False),
    ("Leave a cell empty where the value is not known, or where the sheet Columns says what an empty cell means. Don't "
     "write 0, a dash or a guess.", False),
    ("Leave a sheet empty if you can't give the table, and say so in data_request: an empty sheet is never read as "
     "'none'.", False),
    ("Times: YYYY-MM-DD HH:MM or DD/MM/YYYY HH:MM, or Excel's own dates, as on the clock on the wall. Where only the "
     "day is known leave the time column empty and give the month.", False),
    ("Months: YYYY-MM. Yes/no columns: yes or no. Codes: only the words the drop-down offers.", False),
    ("A table may also be sent as a CSV file (UTF-8) named after it, such as incident.csv.", False),
    ("What happens to the data", True),
    ("Columns marked 'person' take any reference you use for a person. The reference itself is not kept: it is "
     "replaced by a keyed hash, so that records of one person can be counted together without naming anyone.", False),
    ("Don't send names, addresses, dates of birth or free text. Columns that aren't listed are not read.", False),
    ("Rows that can't be used are written to a restricted file with the reason for each, and never leave it.", False),
    ("Mark made-up rows by adding a column 'synthetic' with yes; everything drawn from them will say so.", False),
)  # fmt: skip
_FORMATS = {"timestamp": "yyyy-mm-dd hh:mm:ss", "date": "yyyy-mm-dd"}


def write_template(path: Path, tables: Iterable[str] | None = None, days: str = "") -> None:
    """Write the template workbook. Equal contracts give equal bytes.

    ``days``: what the cover says of the period and the as-of day that the tables speak of.
    """
    names = [t for t in CONTRACTS if t not in NOT_A_FORCES_OWN] if tables is None else dict.fromkeys(tables)
    contracts = [contract_for(t) for t in names]
    book = Workbook()
    book.properties.creator = "hmic_analysis"
    book.properties.title = "Data return"
    book.properties.created = _CREATED
    _cover(book.active, days)
    _contents(book.create_sheet("Contents"), contracts)
    _columns(book.create_sheet("Columns"), contracts)
    _example(book.create_sheet("Example"), contracts)
    for sheet in book.worksheets:
        _fit_for_print(sheet)
    for contract in contracts:
        _table(book.create_sheet(contract.name), contract)
    memory = io.BytesIO()
    book.save(memory)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(_stable(memory.getvalue()))
    os.replace(part, path)


def _fit_for_print(sheet: Worksheet) -> None:
    """Rows high enough for wrapped texts, and pages on which all columns stand side by side."""
    for cells in sheet.iter_rows():
        lines = 1
        for cell in cells:
            width = sheet.column_dimensions[get_column_letter(cell.column)].width
            lines = max(lines, -(-len(str(cell.value or "")) // max(int(width * 0.95), 1)))
        if lines > 1:
            sheet.row_dimensions[cells[0].row].height = 15 * lines
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = None if sheet.title == "Cover" else "1:1"


def _cover(sheet: Worksheet, days: str) -> None:
    sheet.title = "Cover"
    sheet.column_dimensions["A"].width = 110
    sheet["A1"] = "Data return"
    sheet["A1"].font = Font(bold=True, size=16)
    told = (("What is asked for", True), (days, False)) if days else ()
    for row, (text, heading) in enumerate((*told, *_COVER), start=3):
        cell = sheet.cell(row=row, column=1, value=text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if heading:
            cell.font = Font(bold=True, size=12)


def _contents(sheet: Worksheet, contracts: list[Contract]) -> None:
    _head(
        sheet,
        ("Sheet", "Table", "One row is", "Columns that must be filled in", "No two rows have the same"),
        (22, 40, 90, 50, 40),
    )
    for row, contract in enumerate(contracts, start=2):
        link = sheet.cell(row=row, column=1, value=contract.name)
        link.hyperlink = f"#'{contract.name}'!A1"
        link.font = Font(underline="single", color="12436D")
        link.alignment = Alignment(vertical="top")
        needed = [c.name for c in contract.columns if c.required]
        needed += [f"one of {' or '.join(group)}" for group in contract.any_of]
        told = (contract.title, contract.row_is, ", ".join(needed), " and ".join(contract.key))
        for column, text in enumerate(told, start=2):
            sheet.cell(row=row, column=column, value=text).alignment = Alignment(wrap_text=True, vertical="top")


def _columns(sheet: Worksheet, contracts: list[Contract]) -> None:
    heads = ("Table", "Column", "Type", "Unit", "Must be filled in", "Allowed", "Meaning", "An empty cell means")
    _head(sheet, heads, (20, 24, 30, 12, 18, 60, 80, 40))
    row = 2
    for contract in contracts:
        for column in contract.columns:
            needed = "yes" if column.required else "no"
            values = (
                contract.name,
                column.name,
                KINDS[column.kind],
                column.unit,
                needed,
                column.limits,
                column.meaning,
                "the row can't be used" if column.required else column.blank,
            )
            for i, text in enumerate(values, start=1):
                sheet.cell(row=row, column=i, value=text or None).alignment = Alignment(wrap_text=True, vertical="top")
            row += 1


def _example(sheet: Worksheet, contracts: list[Contract]) -> None:
    """Each table with its header, a row filled in, the same references in all of them, and what its blanks say."""
    _head(sheet, ("Table", "One row of each table as it may be filled in: made up, and not read"), (20, 24))
    row = 2
    for contract in contracts:
        filled = example_row(contract)
        sheet.cell(row=row, column=1, value=contract.name).font = Font(bold=True)
        for i, column in enumerate(contract.columns, start=2):
            sheet.cell(row=row, column=i, value=column.name).font = Font(bold=True)
            cell = sheet.cell(row=row + 1, column=i, value=filled[column.name])
            cell.number_format = _FORMATS.get(column.kind, "@" if isinstance(cell.value, str) else "General")
            if column.blank_says:
                said = sheet.cell(row=row + 2, column=i, value=f"empty: {column.blank}")
                said.font, said.alignment = Font(italic=True), Alignment(wrap_text=True, vertical="top")
        row += 4


def example_row(contract: Contract) -> dict[str, str | int | float | date | None]:
    """A row that shows how a table is filled in; what a blank says of a column is left to be said by one."""
    row = {c.name: None if c.blank_says else _example_value(c) for c in contract.columns}
    days = {c.name for c in contract.columns if c.kind == "date"}
    row |= {c.later: _EXAMPLE_DAY + timedelta(days=1) for c in contract.checks if c.later in days and row[c.later]}
    return row


def _example_value(column: Column) -> str | int | float | date | None:
    # A full hour, since hours on duty are named by their start.
    at = datetime(2013, 5, 13, 10)
    given: dict[str, str | int | float | date | None] = {
        "timestamp": at,
        "date": _EXAMPLE_DAY,
        "month": f"{_EXAMPLE_DAY:%Y-%m}",
        "boolean": "yes",
        "integer": 1,
        "number": 1,
        "person": "P0001",
    }
    if column.kind in given:
        found = given[column.kind]
        return column.minimum if column.minimum is not None and column.minimum > 1 else found
    if column.allowed:
        return column.allowed[0]
    return _EXAMPLE_TEXTS.get(column.name) or f"{column.name.removesuffix('_id')} 1"


def _table(sheet: Worksheet, contract: Contract) -> None:
    _head(sheet, contract.column_names, [max(14, len(name) + 4) for name in contract.column_names])
    for i, column in enumerate(contract.columns, start=1):
        head = sheet.cell(row=1, column=i)
        if column.required:
            head.fill, head.font = _NEEDED, _BLACK
        note = f"{KINDS[column.kind]}{' (must be filled in)' if column.required else ''}. {column.full_meaning}"
        head.comment = Comment(note, "hmic_analysis", width=320, height=140)
        letter = get_column_letter(i)
        if column.kind in _FORMATS:
            sheet.column_dimensions[letter].number_format = _FORMATS[column.kind]
        elif column.kind in ("text", "person", "month"):
            # As text, so that references keep their leading zeros.
            sheet.column_dimensions[letter].number_format = "@"
        _drop_down(sheet, column, letter)


def _drop_down(sheet: Worksheet, column: Column, letter: str) -> None:
    words = column.allowed if column.kind == "code" else ("yes", "no") if column.kind == "boolean" else ()
    listed = '"' + ",".join(words) + '"'
    if not words or len(listed) > _LIST_LIMIT:
        return
    rule = DataValidation(type="list", formula1=listed, allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = (
        "Not allowed",
        f"Choose one of the words listed for {column.name}, or leave it empty.",
    )
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.add_data_validation(rule)


def _head(sheet: Worksheet, names: Iterable[str], widths: Iterable[float]) -> None:
    for i, (name, width) in enumerate(zip(names, widths, strict=True), start=1):
        cell = sheet.cell(row=1, column=i, value=name)
        cell.font, cell.fill = _WHITE, _HEAD
        cell.alignment = Alignment(vertical="top")
        sheet.column_dimensions[get_column_letter(i)].width = width
    sheet.freeze_panes = "A2"


def _stable(data: bytes) -> bytes:
    """The workbook again with fixed times in its properties and its archive."""
    target = io.BytesIO()
    moment = _CREATED.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment, content)
            info = zipfile.ZipInfo(entry.filename, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return target.getvalue()
