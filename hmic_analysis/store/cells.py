"""The cells of a workbook as the text that a CSV file would hold for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import xlrd

#: Parts of a number format that stand for no part of a time: texts, colours, conditions, escaped signs.
_NO_CODE = re.compile(r'"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


def xlsx_rows(sheet: Any) -> Iterator[tuple[str | None, ...]]:
    """Rows of a sheet that openpyxl opened, every cell as text."""
    # Some programs write a wrong used range; without it all cells are read.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        yield tuple(_xlsx_text(cell) for cell in row)


def _xlsx_text(cell: Any) -> str | None:
    value = cell.value
    # A day without time of day is kept as midnight; only what the cell shows tells it from a midnight.
    if isinstance(value, datetime) and value.time() == time() and not shows_clock(cell.number_format):
        value = value.date()
    return cell_text(value)


def shows_clock(number_format: str) -> bool:
    """Whether a cell of this number format shows a time of day."""
    codes = _NO_CODE.sub("", number_format.split(";")[0]).lower()
    return "h" in codes or "s" in codes or "am/pm" in codes


def xls_rows(book: Any, sheet: Any) -> Iterator[tuple[str | None, ...]]:
    """Rows of a sheet that xlrd opened, every cell as text."""
    for r in range(sheet.nrows):
        yield tuple(_xls_text(cell, book) for cell in sheet.row(r))


def _xls_text(cell: Any, book: Any) -> str | None:
    if cell.ctype == xlrd.XL_CELL_DATE:
        shown = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        if cell.value < 1 or "[h" in shown.lower():
            return cell_text(timedelta(days=cell.value))
        value = xlrd.xldate_as_datetime(cell.value, book.datemode)
        return cell_text(value if value.time() != time() or shows_clock(shown) else value.date())
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return cell_text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERROR")
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    return cell_text(cell.value)


def cell_text(value: Any) -> str | None:
    """A cell as the text that a CSV file would hold for it.

    Parameters
    ----------
    value : Any
        What the workbook library gave.

    Returns
    -------
    str or None
        Times in ISO form to the nearest thousandth of a second, whole numbers without decimals; None for an
        empty cell.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        value = (value + timedelta(microseconds=500)).replace(microsecond=0) if value.microsecond > 999_000 else value
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        sign = "-" if seconds < 0 else ""
        return f"{sign}{abs(seconds) // 3600:02d}:{abs(seconds) // 60 % 60:02d}:{abs(seconds) % 60:02d}"
    return str(value)
