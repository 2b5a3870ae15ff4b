"""Reads workbooks (.xlsx, .ods, .xls) as rows of text: a program of its own, so that no file harms who asks for it.

``python -P sheets.py FILE MEGABYTES`` answers with pickled pairs on its standard output: the names of the sheets, then
for each line of its standard input (``rows 0``, ``merged 0``: the number of a sheet) the rows or merged cells asked
for. What can't be read is told as ``fault`` in words that hold nothing of any cell. It knows nothing of the package.
"""

from __future__ import annotations

import os
import pickle
import posixpath
import re
import struct
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

#: What the formats themselves allow, and what no return comes near.
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 1_048_576, 16_384, 50_000_000
MOST_CHARACTERS, MOST_PARTS, MOST_UNPACKED = 1_000_000, 10_000, 2_000_000_000
#: Rows that are handed over together.
BATCH = 5_000
OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_CHUNK = 1 << 20

#: Number in the sheet, cells, how many of them are formulas without a result.
Row = tuple[int, tuple[str | None, ...], int]
#: First row and column, last row and column, from 1.
Merged = tuple[int, int, int, int]


class Refused(Exception):
    """A workbook that isn't read, with the reason in words."""


# --------------------------------------------------------------------------------------------------------------------
# An archive that may be opened: every part whole by its checksum, not too large, not locked.


def check_archive(archive: zipfile.ZipFile, most: int = MOST_UNPACKED) -> None:
    """Unpack every part once; what the archive says of its own size isn't trusted."""
    entries = archive.infolist()
    if len(entries) > MOST_PARTS:
        raise Refused(f"it holds {len(entries):,} parts, more than a workbook has")
    left = most
    for entry in entries:
        if entry.flag_bits & 1:
            raise Refused("it is protected by a password: save it without")
        if entry.file_size > left:
            raise Refused(f"it unpacks to more than {most // 1_000_000:,} MB, which no workbook of a return does")
        try:
            with archive.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise Refused(f"it unpacks to more than {most // 1_000_000:,} MB")
        except Refused:
            raise
        except Exception as error:
            raise Refused(f"its part {entry.filename:.60} is not what its checksum says") from error


def _elements(archive: zipfile.ZipFile, part: str, *tags: str, events: tuple[str, ...] = ("end",)) -> Iterator[Any]:
    """The elements of a part, whatever their namespace; nothing outside the part is looked up."""
    from lxml import etree

    try:
        stream = archive.open(part)
    except KeyError:
        raise Refused(f"its part {part:.60} is missing") from None
    found = etree.iterparse(
        stream,
        events=events,
        tag=[f"{{*}}{t}" for t in tags],
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    try:
        for event, element in found:
            yield event, element
            if event == "end":
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Refused(f"its part {part:.60} is no XML at line {error.lineno}, column {error.offset}") from error


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


# --------------------------------------------------------------------------------------------------------------------
# The cells of a workbook as the text that a CSV file would hold for them.

#: Parts of a number format that stand for no part of a time: texts, colours, conditions, escaped signs.
_NO_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


def shows_clock(number_format: str) -> bool:
    """Whether a cell of this number format shows a time of day."""
    codes = _codes(number_format)
    return "h" in codes or "s" in codes or "am/pm" in codes


def _codes(number_format: str) -> str:
    return _NO_CODE.sub("", number_format.split(";")[0]).lower()


def _is_time(number_format: str) -> bool:
    codes = _codes(number_format)
    return codes not in ("general", "standard") and not set("dmyhs").isdisjoint(codes)


def cell_text(value: Any) -> str | None:
    """A cell as the text that a CSV file would hold for it.

    Times in ISO form to the nearest thousandth of a second, whole numbers without decimals; None for an empty cell.
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


def _moment(serial: float, shown: str, epoch: datetime) -> Any:
    """What a serial number stands for in a cell of this number format."""
    if "[h" in _codes(shown):
        return timedelta(days=serial)
    day, fraction = divmod(serial, 1)
    past = timedelta(milliseconds=round(fraction * 86_400_000))
    if 0 <= serial < 1 and not past.days:
        return (datetime.min + past).time()
    # The program that came first took 1900 for a leap year.
    day += 0 < serial < 60 and epoch.year == 1899
    value = epoch + timedelta(days=day) + past
    # A day without time of day is kept as midnight; only what the cell shows tells it from a midnight.
    return value if value.time() != time() or shows_clock(shown) else value.date()


def _checked(text: str | None, row: int, column: int) -> str | None:
    if text is not None and len(text) > MOST_CHARACTERS:
        raise Refused(f"a cell in row {row}, column {column} holds {len(text):,} characters")
    return text


# --------------------------------------------------------------------------------------------------------------------
# .xlsx

_BUILT_IN = {
    **dict.fromkeys([*range(14, 18), *range(27, 37), *range(50, 59)], "yyyy-mm-dd"),
    **dict.fromkeys([18, 19, 20, 21, 45, 47], "h:mm:ss"),
    22: "yyyy-mm-dd h:mm",
    46: "[h]:mm:ss",
}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Xlsx:
    """A workbook of the kind that Excel has written since 2007."""

    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        check_archive(self.archive)
        book = next((t for t, kind in self._related("").values() if kind.endswith("/officeDocument")), "")
        if book.endswith(".bin"):
            raise Refused("it is a binary workbook (.xlsb): save it as .xlsx")
        if not book:
            raise Refused("it is an archive, but no workbook")
        related = self._related(book)
        self.sheets: dict[str, str] = {}
        self.epoch = datetime(1899, 12, 30)
        # Some programs write no result but 0, and ask for all formulas to be worked out when the file is opened.
        self.uncomputed = False
        for _, element in _elements(self.archive, book, "sheet", "workbookPr", "calcPr"):
            if _local(element) == "calcPr":
                self.uncomputed = element.get("fullCalcOnLoad", "0") in ("1", "true")
                continue
            if _local(element) == "workbookPr":
                if element.get("date1904", "0") in ("1", "true"):
                    self.epoch = datetime(1904, 1, 1)
                continue
            target = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            part, kind = related.get(target, ("", ""))
            if kind.endswith("/worksheet"):
                self.sheets[element.get("name", "")] = part
        parts = {kind.rpartition("/")[2]: target for target, kind in related.values()}
        self.formats = self._formats(parts.get("styles", ""))
        self.texts = self._texts(parts.get("sharedStrings", ""))
        self.columns: dict[str, int] = {}

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """By id: the parts that a part refers to, and of what kind they are."""
        folder, _, name = part.rpartition("/")
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if listed not in self.archive.namelist():
            return {}
        return {
            e.get("Id", ""): (
                posixpath.normpath(posixpath.join("/", folder, e.get("Target", "")))[1:],
                e.get("Type", ""),
            )
            for _, e in _elements(self.archive, listed, "Relationship")
        }

    def _formats(self, part: str) -> list[str]:
        """The number format of each style in which a cell shows a time; ``""`` for the others."""
        if part not in self.archive.namelist():
            return []
        named, ids, inside = dict(_BUILT_IN), [], False
        for event, element in _elements(self.archive, part, "numFmt", "cellXfs", "xf", events=("start", "end")):
            tag = _local(element)
            if tag == "cellXfs":
                inside = event == "start"
            elif event == "start" and tag == "numFmt":
                named[int(element.get("numFmtId", 0))] = element.get("formatCode", "")
            elif event == "start" and inside:
                ids.append(int(element.get("numFmtId", 0)))
        shown = [named.get(i, "") for i in ids]
        return [text if _is_time(text) else "" for text in shown]

    def _texts(self, part: str) -> list[str]:
        if part not in self.archive.namelist():
            return []
        return [_plain(element) for _, element in _elements(self.archive, part, "si")]

    @property
    def names(self) -> list[str]:
        return list(self.sheets)

    def merged(self, sheet: int) -> list[Merged]:
        found = []
        for _, element in _elements(self.archive, list(self.sheets.values())[sheet], "mergeCell"):
            ends = [re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})", ref) for ref in element.get("ref", "").split(":")]
            if len(ends) == 2 and all(ends):
                (c1, r1), (c2, r2) = ((self._column(e[1]), int(e[2])) for e in ends)
                found.append((r1, c1, r2, c2))
        return found

    def rows(self, sheet: int) -> Iterator[Row]:
        last = 0
        for _, row in _elements(self.archive, list(self.sheets.values())[sheet], "row"):
            said = row.get("r", "")
            number = int(said) if said.isascii() and said.isdigit() else last + 1
            if number > MOST_ROWS:
                raise Refused(f"it has a row {said:.20}, and a sheet ends at row {MOST_ROWS:,}")
            if number <= last:
                raise Refused(f"row {number} of a sheet stands behind row {last}")
            last = number
            cells: list[str | None] = []
            lacking = 0
            for cell in row.iterchildren("{*}c"):
                column = self._column(cell.get("r", "").rstrip("0123456789")) or len(cells) + 1
                if column > MOST_COLUMNS:
                    raise Refused(f"row {number} has more than {MOST_COLUMNS:,} columns")
                text, no_result = self._cell(cell)
                lacking += no_result
                if column > len(cells):
                    cells += [None] * (column - len(cells))
                cells[column - 1] = _checked(text, number, column)
            yield number, tuple(cells), lacking

    def _column(self, letters: str) -> int:
        """Number of a column from its letters; 0 where there are none."""
        if letters not in self.columns:
            found = 0
            for letter in letters.upper()[:4]:
                found = found * 26 + ord(letter) - 64
            self.columns[letters] = max(0, found)
        return self.columns[letters]

    def _cell(self, cell: Any) -> tuple[str | None, bool]:
        kind, value, formula, inline = cell.get("t", "n"), None, False, None
        for child in cell:
            tag = _local(child)
            if tag == "v":
                value = child.text or ""
            elif tag == "f":
                formula = True
            elif tag == "is":
                inline = child
        if kind == "inlineStr":
            return (None if inline is None else _plain(inline) or None), formula and inline is None
        if not value:
            # A formula that comes to an empty text has that for its result.
            return None, formula and (value is None or kind != "str")
        if formula and self.uncomputed and kind == "n" and value.strip() == "0":
            return None, True
        if kind == "s":
            place = int(value)
            if not 0 <= place < len(self.texts):
                raise Refused("a cell refers to a text that is not there")
            return self.texts[place] or None, False
        if kind == "b":
            return ("TRUE" if value.strip() in ("1", "true") else "FALSE"), False
        if kind == "n":
            return self._number(value.strip(), cell.get("s", "")), False
        if kind == "d":
            return _iso(value), False
        return _unescaped(value), False

    def _number(self, text: str, style: str) -> str | None:
        try:
            value = float(text) if not text.removeprefix("-").isdigit() else int(text)
        except ValueError:
            return text
        shown = self.formats[int(style)] if style.isdigit() and int(style) < len(self.formats) else ""
        if shown:
            try:
                return cell_text(_moment(value, shown, self.epoch))
            except (OverflowError, ValueError):
                pass
        return cell_text(value)


def _plain(element: Any) -> str:
    """The text of a string, its runs together, without readings in another script."""
    parts = [t.text or "" for t in element.iter("{*}t") if _local(t.getparent()) != "rPh"]
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    """Text in which a program has written signs that XML refuses by their numbers."""
    return _ESCAPED.sub(_sign, text) if "_x" in text else text


def _sign(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "\ufffd" if code == 0 or 0xD800 <= code < 0xE000 else chr(code)


def _iso(text: str) -> str | None:
    """A date, a time of day or both in ISO form, as :func:`cell_text` writes them."""
    text = text.strip().removesuffix("Z")
    try:
        return cell_text(datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text))
    except ValueError:
        return text or None


# --------------------------------------------------------------------------------------------------------------------
# .ods


class Ods:
    """A spreadsheet in the open format of LibreOffice."""

    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        check_archive(self.archive)
        manifest = "META-INF/manifest.xml"
        if manifest in self.archive.namelist() and any(_elements(self.archive, manifest, "encryption-data")):
            raise Refused("it is protected by a password: save it without")
        self.names = [
            next((v for k, v in element.attrib.items() if k.endswith("}name")), "")
            for event, element in _elements(self.archive, "content.xml", "table", events=("start", "end"))
            if event == "start" and _local(element.getparent()) == "spreadsheet"
        ]

    def _table_rows(self, sheet: int) -> Iterator[tuple[int, int, Any]]:
        """Number of each row, how often it is repeated, and the row."""
        at, number = -1, 1
        events = ("start", "end")
        for event, element in _elements(self.archive, "content.xml", "table", "table-row", events=events):
            if _local(element) == "table":
                at += event == "start" and _local(element.getparent()) == "spreadsheet"
                if at > sheet:
                    return
            elif event == "end" and at == sheet:
                times = _times(element, "number-rows-repeated")
                yield number, times, element
                number += times

    def merged(self, sheet: int) -> list[Merged]:
        found = []
        for number, _, row in self._table_rows(sheet):
            column = 1
            for cell in row:
                down, across = _times(cell, "number-rows-spanned"), _times(cell, "number-columns-spanned")
                if down * across > 1:
                    found.append((number, column, number + down - 1, column + across - 1))
                column += _times(cell, "number-columns-repeated")
        return found

    def rows(self, sheet: int) -> Iterator[Row]:
        for number, times, row in self._table_rows(sheet):
            cells: list[str | None] = []
            lacking = column = 0
            for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
                repeated = _times(cell, "number-columns-repeated")
                text, no_result = _ods_cell(cell)
                lacking += no_result * repeated
                if text is not None:
                    if column + repeated > MOST_COLUMNS:
                        raise Refused(f"row {number} has more than {MOST_COLUMNS:,} columns")
                    cells += [None] * (column - len(cells)) + [_checked(text, number, column + 1)] * repeated
                column += repeated
            if not cells and not lacking:
                continue
            if number + times - 1 > MOST_ROWS:
                raise Refused(f"it has more rows than the {MOST_ROWS:,} of a sheet")
            for i in range(times):
                yield number + i, tuple(cells), lacking


def _times(element: Any, name: str) -> int:
    found = next((v for k, v in element.attrib.items() if k.endswith("}" + name)), "1")
    return max(1, int(found)) if found.isdigit() and len(found) < 10 else 1


def _ods_cell(cell: Any) -> tuple[str | None, bool]:
    about = {key.rpartition("}")[2]: value for key, value in cell.attrib.items()}
    kind = about.get("value-type", "")
    if kind in ("float", "percentage", "currency") and "value" in about:
        try:
            return cell_text(float(about["value"])), False
        except ValueError:
            return about["value"], False
    if kind == "date" and "date-value" in about:
        return _iso(about["date-value"]), False
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
        tag = _local(child)
        if tag == "s":
            parts.append(" " * min(_times(child, "c"), MOST_CHARACTERS))
        elif tag in ("tab", "line-break"):
            parts.append("\t" if tag == "tab" else "\n")
        elif tag not in ("annotation", "note"):
            parts.append(_spoken(child))
        parts.append(child.tail or "")
    return "".join(parts)


# --------------------------------------------------------------------------------------------------------------------
# .xls


class Xls:
    """A workbook of the kind that Excel wrote until 2003."""

    def __init__(self, path: Path) -> None:
        import xlrd

        try:
            self.book = xlrd.open_workbook(path, on_demand=True, formatting_info=True, logfile=sys.stderr)
        except Exception as error:
            raise Refused("it can't be opened; it may be protected by a password: save it without") from error
        self.names = self.book.sheet_names()
        results = [
            (sheet, *found) for sheet, at in enumerate(self.book._sh_abs_posn) for found in formulas(self.book.mem, at)
        ]
        # Excel gives a formula that comes to nothing the same mark as another program one that it never worked out; a
        # program that works them out leaves some other result in the book.
        worked_out = any(result for _, _, result in results)
        self.lacking = Counter((sheet, row) for sheet, row, _ in results if not worked_out)

    def merged(self, sheet: int) -> list[Merged]:
        # The library counts from 0, and names what comes after the last.
        found = self.book.sheet_by_index(sheet).merged_cells
        return [(top + 1, left + 1, below, right) for top, below, left, right in found]

    def rows(self, sheet: int) -> Iterator[Row]:
        found = self.book.sheet_by_index(sheet)
        for r in range(found.nrows):
            yield r + 1, tuple(self._text(cell) for cell in found.row(r)), self.lacking[sheet, r]

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


def formulas(stream: Any, at: int) -> Iterator[tuple[int, bool]]:
    """The row (from 0) of each formula of a sheet that begins at a byte of a workbook, and whether it has a result.

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
            yield int.from_bytes(data[:2], "little"), not (empty or (not any(data[6:14]) and bool(data[14] & 2)))


# --------------------------------------------------------------------------------------------------------------------
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
        _say(out, "names", book.names)

    if not _answered(names, out, megabytes):
        return
    for line in sys.stdin:
        what, _, sheet = line.strip().partition(" ")
        _answered(partial(_rows if what == "rows" else _merged, book, int(sheet), out), out, megabytes)


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


def _rows(book: Any, sheet: int, out: BinaryIO) -> None:
    batch: list[Row] = []
    cells = 0
    for row in book.rows(sheet):
        batch.append(row)
        cells += len(row[1])
        if cells > MOST_CELLS:
            raise Refused(f"a sheet holds more than {MOST_CELLS:,} cells")
        if len(batch) == BATCH:
            _say(out, "rows", batch)
            batch = []
    _say(out, "rows", batch)
    _say(out, "end", None)


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
