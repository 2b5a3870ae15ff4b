"""Sheets of workbooks as rows of text: the limits, what an archive must be to be opened, and how .xlsx is read."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

#: What the formats themselves allow, and what no return comes near.
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 1_048_576, 16_384, 50_000_000
MOST_CHARACTERS, MOST_PARTS, MOST_UNPACKED = 1_000_000, 10_000, 2_000_000_000
#: Rows, and characters, that are handed over together.
BATCH, BATCH_CHARACTERS = 5_000, 50_000_000
OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_CHUNK = 1 << 20

#: Number in the sheet, cells, and the columns (from 1) of those that are formulas without a result.
Row = tuple[int, tuple[str | None, ...], tuple[int, ...]]
#: First row and column, last row and column, from 1.
Merged = tuple[int, int, int, int]


class Refused(Exception):
    """A workbook that isn't read, with the reason in words."""


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


def elements_of(archive: zipfile.ZipFile, part: str, *tags: str, events: tuple[str, ...] = ("end",)) -> Iterator[Any]:
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


def local_name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


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


def cut(text: str | None) -> str | None:
    """A cell no longer than it takes to see that it is longer than any may be; it costs its row, not the sheet."""
    return text if text is None or len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS + 1]


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
        #: Sheets that the workbook hides, and of the sheet read last the rows.
        self.unseen: set[str] = set()
        self.hidden: list[int] = []
        #: By sheet whose rows were read: its merged cells, which stand behind them.
        self.spans: dict[int, list[Merged]] = {}
        self.epoch = datetime(1899, 12, 30)
        # Some programs write no result but 0, and ask for all formulas to be worked out when the file is opened.
        self.uncomputed = False
        for _, element in elements_of(self.archive, book, "sheet", "workbookPr", "calcPr"):
            if local_name(element) == "calcPr":
                self.uncomputed = element.get("fullCalcOnLoad", "0") in ("1", "true")
                continue
            if local_name(element) == "workbookPr":
                if element.get("date1904", "0") in ("1", "true"):
                    self.epoch = datetime(1904, 1, 1)
                continue
            target = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            part, kind = related.get(target, ("", ""))
            if kind.endswith("/worksheet"):
                self.sheets[element.get("name", "")] = part
                if element.get("state", "visible") != "visible":
                    self.unseen.add(element.get("name", ""))
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
            for _, e in elements_of(self.archive, listed, "Relationship")
        }

    def _formats(self, part: str) -> list[str]:
        """The number format of each style in which a cell shows a time; ``""`` for the others."""
        if part not in self.archive.namelist():
            return []
        named, ids, inside = dict(_BUILT_IN), [], False
        for event, element in elements_of(self.archive, part, "numFmt", "cellXfs", "xf", events=("start", "end")):
            tag = local_name(element)
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
        return [_plain(element) for _, element in elements_of(self.archive, part, "si")]

    @property
    def names(self) -> list[str]:
        return list(self.sheets)

    def merged(self, sheet: int) -> list[Merged]:
        if sheet not in self.spans:
            found = elements_of(self.archive, list(self.sheets.values())[sheet], "mergeCell")
            self.spans[sheet] = [span for _, element in found for span in self._spans(element)]
        return self.spans[sheet]

    def _spans(self, element: Any) -> Iterator[Merged]:
        ends = [re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})", ref) for ref in element.get("ref", "").split(":")]
        if len(ends) == 2 and all(ends):
            (c1, r1), (c2, r2) = ((self._column(e[1]), int(e[2])) for e in ends)
            yield r1, c1, r2, c2

    def rows(self, sheet: int) -> Iterator[Row]:
        last, self.hidden, spans = 0, [], list[Merged]()
        for _, row in elements_of(self.archive, list(self.sheets.values())[sheet], "row", "mergeCell"):
            if local_name(row) == "mergeCell":
                spans += self._spans(row)
                continue
            said = row.get("r", "")
            number = int(said) if said.isascii() and said.isdigit() else last + 1
            if number > MOST_ROWS:
                raise Refused(f"it has a row {said:.20}, and a sheet ends at row {MOST_ROWS:,}")
            if number <= last:
                raise Refused(f"row {number} of a sheet stands behind row {last}")
            last = number
            cells: list[str | None] = []
            lacking: list[int] = []
            for cell in row.iterchildren("{*}c"):
                column = self._column(cell.get("r", "").rstrip("0123456789")) or len(cells) + 1
                if column > MOST_COLUMNS:
                    raise Refused(f"row {number} has more than {MOST_COLUMNS:,} columns")
                text, no_result = self._cell(cell)
                if no_result:
                    lacking.append(column)
                if column > len(cells):
                    cells += [None] * (column - len(cells))
                cells[column - 1] = cut(text)
            if row.get("hidden", "0") in ("1", "true") and any(cells):
                self.hidden.append(number)
            yield number, tuple(cells), tuple(lacking)
        self.spans[sheet] = spans

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
            tag = local_name(child)
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
            return iso_text(value), False
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
    parts = [t.text or "" for t in element.iter("{*}t") if local_name(t.getparent()) != "rPh"]
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    """Text in which a program has written signs that XML refuses by their numbers."""
    return _ESCAPED.sub(_sign, text) if "_x" in text else text


def _sign(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "\ufffd" if code == 0 or 0xD800 <= code < 0xE000 else chr(code)


def iso_text(text: str) -> str | None:
    """A date, a time of day or both in ISO form, as :func:`cell_text` writes them."""
    text = text.strip().removesuffix("Z")
    try:
        return cell_text(datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text))
    except ValueError:
        return text or None
