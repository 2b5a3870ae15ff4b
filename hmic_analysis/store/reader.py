"""Reads workbooks (.xlsx, .ods, .xls) as rows of text: a program of its own, so that no file harms who asks for it.

``python -P -m hmic_analysis.store.reader FILE MEGABYTES`` answers with pickled pairs on its standard output: the names
of the sheets and which of them are hidden, then for each line of its standard input (``rows 0``, ``merged 0``,
``hidden 0``: the number of a sheet) the rows, the merged cells or, of the rows read last, the hidden ones. What can't
be read is told as ``fault`` in words that hold nothing of any cell.
"""

import os
import pickle
import re
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from hmic_analysis.store.sheets import (
    BATCH,
    BATCH_CHARACTERS,
    MOST_CELLS,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    OLE,
    Merged,
    Refused,
    Row,
    Xlsx,
    cell_text,
    check_archive,
    cut,
    elements_of,
    iso_text,
    local_name,
    shows_clock,
)


class Ods:
    """A spreadsheet in the open format of LibreOffice."""

    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        check_archive(self.archive)
        manifest = "META-INF/manifest.xml"
        if manifest in self.archive.namelist() and any(elements_of(self.archive, manifest, "encryption-data")):
            raise Refused("it is protected by a password: save it without")
        self.names: list[str] = []
        #: Sheets that the workbook hides, and of the sheet read last the rows.
        self.unseen: set[str] = set()
        self.hidden: list[int] = []
        #: Sheets whose rows were read and hold no merged cell.
        self.unmerged: set[int] = set()
        not_shown = set()
        for event, element in elements_of(
            self.archive, "content.xml", "table", "table-properties", events=("start", "end")
        ):
            if event == "end":
                continue
            if local_name(element) == "table-properties":
                if _said(element, "display") == "false":
                    not_shown.add(_said(element.getparent(), "name"))
            elif local_name(element.getparent()) == "spreadsheet":
                self.names.append(_said(element, "name"))
                if _said(element, "style-name") in not_shown:
                    self.unseen.add(self.names[-1])

    def _table_rows(self, sheet: int) -> Iterator[tuple[int, int, Any]]:
        """Number of each row, how often it is repeated, and the row."""
        at, number = -1, 1
        events = ("start", "end")
        for event, element in elements_of(self.archive, "content.xml", "table", "table-row", events=events):
            if local_name(element) == "table":
                at += event == "start" and local_name(element.getparent()) == "spreadsheet"
                if at > sheet:
                    return
            elif event == "end" and at == sheet:
                times = _times(element, "number-rows-repeated")
                yield number, times, element
                number += times

    def merged(self, sheet: int) -> list[Merged]:
        found = []
        if sheet in self.unmerged:
            return found
        for number, _, row in self._table_rows(sheet):
            column = 1
            for cell in row:
                down, across = _times(cell, "number-rows-spanned"), _times(cell, "number-columns-spanned")
                if down * across > 1:
                    found.append((number, column, number + down - 1, column + across - 1))
                column += _times(cell, "number-columns-repeated")
        return found

    def rows(self, sheet: int) -> Iterator[Row]:
        self.hidden, covered = [], False
        for number, times, row in self._table_rows(sheet):
            cells: list[str | None] = []
            lacking: list[int] = []
            column = 0
            for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
                repeated = _times(cell, "number-columns-repeated")
                covered = covered or cell.tag.endswith("}covered-table-cell")
                text, no_result = _ods_cell(cell)
                if (text is not None or no_result) and column + repeated > MOST_COLUMNS:
                    raise Refused(f"row {number} has more than {MOST_COLUMNS:,} columns")
                if no_result:
                    lacking += range(column + 1, column + repeated + 1)
                if text is not None:
                    cells += [None] * (column - len(cells)) + [cut(text)] * repeated
                column += repeated
            if not cells and not lacking:
                continue
            if number + times - 1 > MOST_ROWS:
                raise Refused(f"it has more rows than the {MOST_ROWS:,} of a sheet")
            for i in range(times):
                if _said(row, "visibility") in ("collapse", "filter"):
                    self.hidden.append(number + i)
                yield number + i, tuple(cells), tuple(lacking)
        self.unmerged |= set() if covered else {sheet}


def _said(element: Any, name: str) -> str:
    """An attribute, whatever its namespace."""
    return next((v for k, v in element.attrib.items() if k.endswith("}" + name)), "")


def _times(element: Any, name: str) -> int:
    found = _said(element, name) or "1"
    if not found.isdecimal():
        raise Refused("what it says of how often a row or a cell is repeated is no number")
    return max(1, int(found)) if len(found) < 10 else MOST_ROWS + 1


def _ods_cell(cell: Any) -> tuple[str | None, bool]:
    about = {key.rpartition("}")[2]: value for key, value in cell.attrib.items()}
    kind = about.get("value-type", "")
    if kind in ("float", "percentage", "currency") and "value" in about:
        try:
            return cell_text(float(about["value"])), False
        except ValueError:
            return about["value"], False
    if kind == "date" and "date-value" in about:
        return iso_text(about["date-value"]), False
    if kind == "time" and "time-value" in about:
        found = re.fullmatch(r"(-?)P(?:(\d+)D)?T(\d+)H(\d+)M([\d.]+)S", about["time-value"])
        if found:
            days, hours, minutes, seconds = (float(x or 0) for x in found.groups()[1:])
            whole = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
            return cell_text(-whole if found[1] else whole), False
        return about["time-value"], False
    if kind == "boolean" and "boolean-value" in about:
        return about["boolean-value"].upper(), False
    text = about.get("string-value") or "\n".join(_spoken(p) for p in cell.iterchildren("{*}p"))
    return text or None, "formula" in about and not text and kind != "string"


def _spoken(paragraph: Any) -> str:
    parts = [paragraph.text or ""]
    for child in paragraph:
        tag = local_name(child)
        if tag == "s":
            parts.append(" " * min(_times(child, "c"), MOST_CHARACTERS))
        elif tag in ("tab", "line-break"):
            parts.append("\t" if tag == "tab" else "\n")
        elif tag not in ("annotation", "note"):
            parts.append(_spoken(child))
        parts.append(child.tail or "")
    return "".join(parts)


class Xls:
    """A workbook of the kind that Excel wrote until 2003."""

    def __init__(self, path: Path) -> None:
        import xlrd

        try:
            self.book = xlrd.open_workbook(path, on_demand=True, formatting_info=True, logfile=sys.stderr)
        except Exception as error:
            raise Refused("it can't be opened; it may be protected by a password: save it without") from error
        self.names = self.book.sheet_names()
        #: Sheets that the workbook hides, and of the sheet read last the rows.
        self.unseen = {name for name, how in zip(self.names, self.book._sheet_visibility, strict=True) if how}
        self.hidden: list[int] = []
        results = [
            (sheet, *found) for sheet, at in enumerate(self.book._sh_abs_posn) for found in formulas(self.book.mem, at)
        ]
        # Excel gives a formula that comes to nothing the same mark as another program one that it never worked out; a
        # program that works them out leaves some other result in the book.
        self.lacking: dict[tuple[int, int], list[int]] = {}
        for sheet, row, column, _ in [] if any(result for *_, result in results) else results:
            self.lacking.setdefault((sheet, row), []).append(column + 1)

    def merged(self, sheet: int) -> list[Merged]:
        # The library counts from 0, and names what comes after the last.
        found = self.book.sheet_by_index(sheet).merged_cells
        return [(top + 1, left + 1, below, right) for top, below, left, right in found]

    def rows(self, sheet: int) -> Iterator[Row]:
        found, self.hidden = self.book.sheet_by_index(sheet), []
        for r in range(found.nrows):
            if r in found.rowinfo_map and found.rowinfo_map[r].hidden and any(c.value != "" for c in found.row(r)):
                self.hidden.append(r + 1)
            yield r + 1, tuple(self._text(cell) for cell in found.row(r)), tuple(self.lacking.get((sheet, r), ()))

    def _text(self, cell: Any) -> str | None:
        import xlrd

        if cell.ctype == xlrd.XL_CELL_DATE:
            shown = self.book.format_map[self.book.xf_list[cell.xf_index].format_key].format_str
            if cell.value < 1 or "[h" in shown.lower():
                return cell_text(timedelta(days=cell.value))
            value = xlrd.xldate_as_datetime(cell.value, self.book.datemode)
            return cell_text(value if value.time() != time() or shows_clock(shown) else value.date())
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return cell_text(bool(cell.value))
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#ERROR")
        if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
            return None
        return cell_text(cell.value)


_FORMULA, _BEGIN, _END = (0x0006, 0x0206, 0x0406), 0x0809, 0x000A


def formulas(stream: Any, at: int) -> Iterator[tuple[int, int, bool]]:
    """Row and column (from 0) of each formula of a sheet that begins at a byte of a workbook; whether it has a result.

    It has none where it holds the mark of an empty text, or 0 and the wish to be worked out when the file is opened.
    """
    depth = 0
    while at + 4 <= len(stream):
        code, size = struct.unpack("<HH", stream[at : at + 4])
        data = stream[at + 4 : at + 4 + size]
        at += 4 + size
        depth += (code == _BEGIN) - (code == _END)
        if code == _END and depth <= 0:
            return
        if code in _FORMULA and size >= 16:
            empty = data[6] == 3 and data[12:14] == b"\xff\xff"
            row, column = struct.unpack("<HH", data[:4])
            yield row, column, not (empty or (not any(data[6:14]) and bool(data[14] & 2)))


# The program.


def open_workbook(path: Path) -> Xlsx | Ods | Xls:
    """A workbook by what it is, not by its ending."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == OLE:
        return Xls(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except Exception as error:
        raise Refused("the archive that a workbook is has no table of contents, as where its end is missing") from error
    return Ods(path) if "content.xml" in names and "[Content_Types].xml" not in names else Xlsx(path)


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:
        # Windows has no such limit for a process; the limits of rows, cells and size hold there too.
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _serve(path: Path, out: BinaryIO, megabytes: str) -> None:
    book: Any = None

    def names() -> None:
        nonlocal book
        book = open_workbook(path)
        _say(out, "names", (book.names, book.unseen))

    if not _answered(names, out, megabytes):
        return
    for line in sys.stdin:
        what, _, sheet = line.strip().partition(" ")
        _answered(partial(_ANSWERS[what], book, int(sheet), out), out, megabytes)


def _answered(answer: Callable[[], None], out: BinaryIO, megabytes: str) -> bool:
    """Have something answered; a fault of one sheet leaves the others.  The words of an error never hold a cell."""
    try:
        answer()
    except Refused as error:
        _say(out, "fault", str(error))
    except MemoryError:
        _say(out, "memory", f"it needs more than {megabytes} MB of memory to be read")
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a library raise
        _say(out, "fault", f"it is damaged ({type(error).__name__})")
    else:
        return True
    return False


def _merged(book: Any, sheet: int, out: BinaryIO) -> None:
    _say(out, "merged", book.merged(sheet))


def _hidden(book: Any, sheet: int, out: BinaryIO) -> None:
    _say(out, "hidden", book.hidden)


def _rows(book: Any, sheet: int, out: BinaryIO) -> None:
    batch: list[Row] = []
    cells = characters = said = 0
    for row in book.rows(sheet):
        batch.append(row)
        cells += len(row[1])
        characters += sum(map(len, filter(None, row[1])))
        if cells > MOST_CELLS:
            raise Refused(f"a sheet holds more than {MOST_CELLS:,} cells")
        # A cell that is repeated takes no room in the file.
        if characters > MOST_UNPACKED:
            raise Refused(f"a sheet holds more than {MOST_UNPACKED:,} characters")
        if len(batch) == BATCH or characters - said > BATCH_CHARACTERS:
            _say(out, "rows", batch)
            batch, said = [], characters
    _say(out, "rows", batch)
    _say(out, "end", None)


_ANSWERS = {"rows": _rows, "merged": _merged, "hidden": _hidden}


def _say(out: BinaryIO, kind: str, what: object) -> None:
    pickle.dump((kind, what), out, protocol=5)
    out.flush()


def main(path: str, megabytes: str) -> int:
    """Read one workbook for as long as somebody asks for its sheets."""
    _limit_memory(int(megabytes))
    try:
        _serve(Path(path), sys.stdout.buffer, megabytes)
    except BrokenPipeError:
        # Nobody listens any more; what is left in the buffer has nowhere to go.
        os._exit(1)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
