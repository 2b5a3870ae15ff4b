"""Make any text file a plain one, and find its records independently of the engine that will read them."""

import codecs
import csv
import gzip
import io
import shutil
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hmic_analysis.errors import DataError
from hmic_analysis.store.sheets import MOST_CHARACTERS

# Make any text file a plain UTF-8 one: compression, byte-order marks, other encodings, old line ends.

_BLOCK = 4 * 1024 * 1024
#: Control bytes that no text file has.
_STRANGE = bytes(byte for byte in range(32) if byte not in (7, 8, 9, 10, 12, 13, 26, 27))
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What office programs of the time wrote; used, and said so, where a file is not UTF-8 and nothing was declared.
FALLBACK = "windows-1252"


@dataclass(frozen=True)
class PlainText:
    """A plain text file."""

    #: The file itself, or a copy in the working folder.
    path: Path
    #: Its first byte after any byte-order mark.
    start: int
    #: The encoding it was written in.
    encoding: str


def plain_text(path: Path, shown: str, encoding: str | None, work: Path) -> PlainText:
    """Unpack and transcode a text file where it needs that; otherwise hand it on as it is."""
    if path.stat().st_size == 0:
        raise DataError(f"{shown}: is empty (0 bytes). Ask for it again, or take it out of the folder.")
    with path.open("rb") as stream:
        head = stream.read(_BLOCK)
    if head.startswith(b"\x1f\x8b"):
        path = _unpack(path, shown, work)
        with path.open("rb") as stream:
            head = stream.read(_BLOCK)
        if not head:
            raise DataError(f"{shown}: is empty once unpacked. Ask for it again, or take it out of the folder.")
    elif path.suffix.lower() == ".gz":
        # Unpacked on its way, as browsers do, and still named as it was: by its name the engine would unpack it.
        path = Path(shutil.copyfile(path, work / f"{len(list(work.iterdir()))}-plain.txt"))
    if kind := other_kind(head):
        raise DataError(f"{shown}: is {kind}.")
    mark, found = next(((m, e) for m, e in _MARKS if head.startswith(m)), (b"", None))
    used = found or (encoding or "utf-8")
    plain = codecs.lookup(used).name in ("utf-8", "ascii", "utf-8-sig")
    text = head.decode("utf-8", errors="replace")
    if plain and not has_old_ends(text) and not strange_end(text):
        _refuse_binary(head, shown)
        return PlainText(path, len(mark) if found == "utf-8" else 0, "utf-8")
    return transcode(path, shown, used, work)


def has_old_ends(head: str) -> bool:
    """Whether the first lines of a text end in a return alone, as on computers of long ago.

    A return may also stand in a heading, so the pieces that returns make of the first line are to be of one width.
    """
    if "\r" not in head.replace("\r\n", "\n"):
        return False
    first = _outside_quotes(head.replace("\r\n", "\n").partition("\n")[0])
    if "\r" not in first:
        return False
    lone = head.count("\r") - head.count("\r\n")
    return _width(first, "\r") > 0 or lone >= head.count("\n")


#: What ends a line in a few systems, and nowhere else: next line, line and paragraph separator, tabs and feeds.
_STRANGE_ENDS = "\x85\u2028\u2029\x0b\x0c\x1e"


def strange_end(head: str) -> str:
    """The sign other than return and newline that ends the first lines of a text; blank where none does."""
    first = _outside_quotes(head.partition("\n")[0])
    return next((sign for sign in _STRANGE_ENDS if first.count(sign) > 1 and _width(first, sign)), "")


def _width(text: str, sign: str) -> int:
    """Delimiters in each of the pieces that a sign makes of a text; 0 where they differ, or hold none."""
    pieces = [piece for piece in text.split(sign) if piece.strip()][:1000]
    widths = [max(piece.count(mark) for mark in ",;\t|") for piece in pieces]
    return widths[0] if len(widths) > 1 and 2 * widths.count(widths[0]) > len(widths) else 0


def _outside_quotes(text: str) -> str:
    """A text without what stands in quotation marks."""
    return "".join(text.split('"')[::2])


def transcode(
    path: Path, shown: str, encoding: str, work: Path, old_ends: bool | None = None, errors: str = "replace"
) -> PlainText:
    """Copy a file into the working folder as UTF-8 with lines ended by a newline.

    Bytes that have no meaning in ``encoding`` become, by default, the replacement character; the scan keeps their lines
    aside. ``old_ends`` says whether a return alone ends a line; by default the first lines tell.
    """
    target = work / f"{len(list(work.iterdir()))}-utf8.txt"
    # Bytes that are no UTF-8 are read as these programs wrote them; those that are stay what they are, as in a file
    # joined from two.
    codecs.register_error(FALLBACK, lambda e: (e.object[e.start : e.end].decode(FALLBACK, "replace"), e.end))
    decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
    first, ends, strange = True, None, ""
    with path.open("rb") as source, target.open("wb") as out:
        while block := source.read(_BLOCK):
            text = decoder.decode(block)
            if first:
                text, first = text.removeprefix("\ufeff"), False
                _refuse_binary(text.encode("utf-8"), shown)
                if has_old_ends(text) if old_ends is None else old_ends:
                    ends = io.IncrementalNewlineDecoder(None, translate=True)
                elif old_ends is None:
                    strange = strange_end(text)
            text = text.replace(strange, "\n") if strange else text
            out.write((ends.decode(text) if ends else text).encode("utf-8", "replace"))
        text = decoder.decode(b"", final=True)
        out.write((ends.decode(text, final=True) if ends else text).encode("utf-8", "replace"))
    return PlainText(target, 0, encoding)


def _unpack(path: Path, shown: str, work: Path) -> Path:
    target = work / f"{len(list(work.iterdir()))}-unpacked.txt"
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as out:
            while block := source.read(_BLOCK):
                out.write(block)
    except (EOFError, OSError, zlib.error) as error:
        what = "ends before its end" if isinstance(error, EOFError) else "is damaged"
        raise DataError(
            f"{shown}: the gzip file {what} ({error}). It can't be read in part; ask for it again."
        ) from error
    return target


#: How files of other kinds begin that bear the ending of a text or of a workbook, and what each of them is.
_OTHER_KINDS = {
    b"%pdf": "a PDF document: ask for the data behind it",
    b"{\\rtf": "a document: ask for the data behind it",
    **dict.fromkeys((b"[{", b'{"'), "JSON: ask for it as CSV or as a workbook"),
    **dict.fromkeys(
        (b"<!doctype", b"<html", b"<head", b"<meta", b"<table", b"<?xml"),
        "a web page or XML, whatever its name says: open it in a spreadsheet program and save it as .xlsx",
    ),
}


def other_kind(head: bytes) -> str:
    """What a file is that begins so, where it is neither text in columns nor a workbook; blank if it may be one."""
    begun = head[:256].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return next((what for start, what in _OTHER_KINDS.items() if begun.startswith(start)), "")


def _refuse_binary(head: bytes, shown: str) -> None:
    sample = head[:65536]
    strange = len(sample) - len(sample.translate(None, _STRANGE))
    # A line with a control byte is kept aside later on; a file full of them is another kind of file.
    if b"\0" in sample.partition(b"\n")[0] or (len(sample) >= 1024 and strange > len(sample) // 10):
        raise DataError(
            f"{shown}: is not text: {strange} of its first {len(sample)} bytes are control bytes. If it is UTF-16, "
            "declare 'encoding: utf-16' in the mapping; if it is a workbook or Parquet file, declare its 'format'; "
            "otherwise ask for it again."
        )


# Find the records of a delimited text file, independently of the engine that will read them.
#
# Every line is looked at as bytes: how many fields it has, whether its quotes close, whether it is text at all. What
# isn't a whole record is listed with its reason; the rest can be read without surprises, and its number is known.

CHUNK = 16 * 1024 * 1024
#: A quoted value may run over so many lines; beyond that a lost quotation mark is the likelier explanation.
MAX_LINES_IN_VALUE = 500
#: Reason of a line with bytes that mean nothing in the encoding of its file.
NOT_TEXT = "bytes that are not text in the file's encoding"
#: Bytes of the longest record that is read.
MOST_IN_LINE = 16 * 1024 * 1024
#: Bytes of a line from which the file is no table: to judge a line takes several times its length of memory.
MOST_HELD = 256 * 1024 * 1024
_NEWLINE, _RETURN, _SPACE = 10, 13, 32
#: Signs for a printer that may stand at the end of a line: vertical tab, form feed, and the end of a file of DOS.
_FEEDS = (11, 12, 26)


@dataclass(frozen=True)
class BadLine:
    """A line that is no record, or none that is read: its number (from 1), its reason and its bytes.

    ``column`` is the number of the one whose value is longer than any may be; 0 where that is not why.
    """

    line: int
    reason: str
    raw: bytes
    column: int = 0


@dataclass
class Scan:
    """What a scan found below the header."""

    #: Number of the first line below the header.
    first_line: int
    #: Physical lines below the header, blank ones included.
    lines: int = 0
    #: Whole records.
    records: int = 0
    bad: dict[int, BadLine] = field(default_factory=dict)
    #: Line numbers that don't begin a whole record (bad, blank, or continuing a value), ascending.
    removed: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    #: Line numbers that aren't part of any record (bad or blank).
    dropped: set[int] = field(default_factory=set)
    #: The file can't be handed on as it is.
    rewrite: bool = False
    #: Lines end in a return and a newline; some return stands elsewhere.
    returns: bool = False
    lone_returns: bool = False
    #: Fields that a line lacks, or has too many (negative) and empty; made good in the copy that is read.
    mended: dict[int, int] = field(default_factory=dict)
    #: Lines with a sign for a printer behind their last quotation mark.
    feeds: int = 0
    #: Lines that aren't UTF-8; lines that are and hold more than ASCII.
    not_utf8: int = 0
    non_ascii: int = 0
    #: ASCII throughout, without control characters, and without blanks or line ends at the edge of or inside a value:
    #: what stands between two delimiters is the value.
    plain: bool = True

    @property
    def share_bad(self) -> float:
        """Share of the lines with something in them that are no record."""
        return len(self.bad) / max(self.records + len(self.bad), 1)


def scan_csv(
    path: Path,
    start: int,
    first_line: int,
    fields: int,
    delimiter: str,
    quote: str,
    fill: bool = False,
    shown: str = "",
) -> Scan:
    """Scan a text file below its header; ``shown``: its name, for the message where no line of it ends."""
    state = _State(Scan(first_line), fields, ord(delimiter), ord(quote) if quote else -1, fill)
    with path.open("rb") as stream:
        stream.seek(start)
        held: list[bytes] = []
        offset = start
        while block := stream.read(CHUNK):
            # What has no end yet is looked through once, however long it is.
            cut = block.rfind(b"\n") + 1
            if cut:
                data = b"".join((*held, block[:cut]))
                state.look(data, offset)
                offset += len(data)
                held = []
            held.append(block[cut:])
            if len(held) * CHUNK > MOST_HELD:
                raise DataError(
                    f"{shown}: holds a line of more than {MOST_HELD // 1024**2} MB, which no table has. Ask for it "
                    "again, with a line for each record."
                )
        if rest := b"".join(held):
            state.look(rest, offset)
        state.join_quoted(stream)
    return state.finish()


class _State:
    def __init__(self, scan: Scan, fields: int, delimiter: int, quote: int, fill: bool) -> None:
        self.fill = fill
        self.scan = scan
        self.fields = fields
        self.delimiter = delimiter
        self.quote = quote
        self.odd: list[tuple[int, int, int]] = []
        self.blank: set[int] = set()
        self.spans: list[tuple[int, int]] = []
        #: Lines over which a record runs that is set aside.
        self.continued: set[int] = set()
        self.returns = self.newlines = 0
        self.control = np.ones(256, dtype=bool)
        self.control[32:127] = self.control[[_NEWLINE, _RETURN, self.delimiter]] = False
        self.edge = np.zeros(256, dtype=bool)
        self.edge[[_NEWLINE, _RETURN, *([self.quote] if self.quote >= 0 else [])]] = True

    def look(self, data: bytes, offset: int) -> None:
        """Judge the lines of ``data``, which begins at a line and at byte ``offset`` of the file."""
        buf = np.frombuffer(data, dtype=np.uint8)
        ends = np.flatnonzero(buf == _NEWLINE)
        if not len(ends) or ends[-1] != len(buf) - 1:
            ends = np.append(ends, len(buf))
        starts = np.concatenate(([0], ends[:-1] + 1))
        first = self.scan.first_line + self.scan.lines
        self.scan.lines += len(starts)
        blank = self._blank(buf, starts, ends, first)
        odd, crooked, counts, parting = self._fields(buf, starts, ends)
        self.scan.plain = self.scan.plain and self._is_plain(buf, parting)
        faults: dict[int, str] = {}
        for i in np.flatnonzero((counts != self.fields) & ~odd & ~blank):
            missing = self.fields - int(counts[i])
            surplus = bytes([self.delimiter]) * -missing
            if self.fill and (missing > 0 or data[starts[i] : ends[i]].rstrip(b"\r").endswith(surplus)):
                self.scan.mended[first + int(i)] = missing
                continue
            faults[int(i)] = f"has {counts[i]} fields where the header has {self.fields}"
        for i in np.flatnonzero(crooked & ~odd):
            faults[int(i)] = "quotation mark inside a value"
        for i in np.unique(np.searchsorted(ends, np.flatnonzero(buf == 0))):
            faults[int(i)] = "NUL byte"
        for i in self._not_text(data, starts, ends):
            faults[i] = NOT_TEXT
        for i in np.flatnonzero((ends - starts > MOST_CHARACTERS) & ~odd):
            if int(i) not in faults and (fault := self._too_long(first + int(i), data[starts[i] : ends[i]])):
                self._refuse(fault)
        for i, reason in faults.items():
            self._refuse(BadLine(first + i, reason, data[starts[i] : ends[i]].rstrip(b"\r")))
        self.odd += [(first + int(i), offset + int(starts[i]), offset + int(ends[i])) for i in np.flatnonzero(odd)]

    def _refuse(self, fault: BadLine) -> None:
        self.scan.mended.pop(fault.line, None)
        self.scan.bad[fault.line] = fault

    def _too_long(self, line: int, raw: bytes) -> BadLine | None:
        """A record of which a value, or the whole, is longer than any may be; None where it is not."""
        raw = raw.rstrip(b"\r")
        lengths = self._lengths(raw.decode("utf-8", "replace"))
        length, column = max((n, i) for i, n in enumerate(lengths, start=1))
        if length > MOST_CHARACTERS:
            return BadLine(line, f"a cell of more than {MOST_CHARACTERS:,} characters", raw, column)
        if len(raw) > MOST_IN_LINE:
            return BadLine(line, f"a line of more than {MOST_IN_LINE:,} bytes", raw)
        return None

    def _lengths(self, text: str) -> list[int]:
        """Characters of each value."""
        if self.quote < 0:
            return [len(value) for value in text.split(chr(self.delimiter))]
        # What stands in quotation marks is at odd places; a delimiter there parts nothing.
        lengths = [0]
        for place, piece in enumerate(text.split(chr(self.quote))):
            first, *more = [piece] if place % 2 else piece.split(chr(self.delimiter))
            lengths[-1] += len(first)
            lengths += map(len, more)
        return lengths

    def _is_plain(self, buf: np.ndarray, parting: np.ndarray) -> bool:
        # Bytes beyond ASCII count as control characters here.
        if self.control[buf].any():
            return False
        # A blank at the edge of a value is one beside a quotation mark, a line end or a delimiter that parts values.
        inner = buf[1:-1] == _SPACE
        if (inner & (self.edge[buf[:-2]] | self.edge[buf[2:]])).any():
            return False
        if len(buf) and _SPACE in (buf[0], buf[-1]):
            return False
        beside = np.concatenate((parting[parting > 0] - 1, parting[parting < len(buf) - 1] + 1))
        return not (buf[beside] == _SPACE).any()

    def _blank(self, buf: np.ndarray, starts: np.ndarray, ends: np.ndarray, first: int) -> np.ndarray:
        returns = np.flatnonzero(buf == _RETURN)
        before_end = np.zeros(len(starts), dtype=bool)
        has = ends > starts
        before_end[has] = buf[ends[has] - 1] == _RETURN
        ended = ends < len(buf)
        self.returns += int((before_end & ended).sum())
        self.newlines += int(ended.sum())
        # A return at the end of the file ends its last line, and no line that the engine knows.
        self.scan.rewrite = self.scan.rewrite or bool((before_end & ~ended).any())
        # A return that isn't part of a line end would be taken for one by the engine.
        if len(returns) > int(before_end.sum()):
            self.scan.rewrite = self.scan.lone_returns = True
        blank = (ends - starts - before_end) == 0
        if blank.any():
            self.blank.update((np.flatnonzero(blank) + first).tolist())
        return blank

    def _fields(self, buf: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, ...]:
        n = len(starts)
        delimiters = np.flatnonzero(buf == self.delimiter)
        none = np.zeros(n, dtype=bool)
        if self.quote < 0 or not (buf == self.quote).any():
            at = np.searchsorted(ends, delimiters)
            return none, none, np.bincount(at, minlength=n) + 1, delimiters
        quotes = np.flatnonzero(buf == self.quote)
        line_of = np.searchsorted(ends, quotes)
        per_line = np.bincount(line_of, minlength=n)
        before = np.concatenate(([0], np.cumsum(per_line)[:-1]))
        at = np.searchsorted(ends, delimiters)
        inside = (np.searchsorted(quotes, delimiters) - before[at]) % 2 == 1
        counts = np.bincount(at[~inside], minlength=n) + 1
        opening = (np.arange(len(quotes)) - before[line_of]) % 2 == 0
        previous = buf[np.maximum(quotes - 1, 0)]
        begins = (quotes == starts[line_of]) | (previous == self.delimiter) | (previous == self.quote)
        following = buf[np.minimum(quotes + 1, len(buf) - 1)]
        stops = (quotes + 1 >= ends[line_of]) | np.isin(following, (self.delimiter, self.quote, _RETURN))
        if (feeds := ~stops & ~opening & np.isin(following, _FEEDS)).any():
            # A feed between the last quotation mark and the line end is no part of a value.
            after = buf[np.minimum(quotes + 2, len(buf) - 1)]
            feeds &= (quotes + 2 >= ends[line_of]) | ((quotes + 3 >= ends[line_of]) & (after == _RETURN))
            stops |= feeds
            self.scan.feeds += int(feeds.sum())
            self.scan.rewrite = self.scan.rewrite or bool(feeds.any())
        wrong = np.where(opening, ~begins, ~stops)
        crooked = np.bincount(line_of[wrong], minlength=n) > 0
        return per_line % 2 == 1, crooked, counts, delimiters[~inside]

    def _not_text(self, data: bytes, starts: np.ndarray, ends: np.ndarray) -> list[int]:
        if data.isascii():
            return []
        try:
            data.decode("utf-8")
            valid = True
        except UnicodeDecodeError:
            valid = False
        high = np.unique(np.searchsorted(ends, np.flatnonzero(np.frombuffer(data, dtype=np.uint8) >= 128)))
        if valid:
            self.scan.non_ascii += len(high)
            if b"\xef\xbf\xbd" not in data:
                return []
            return [int(i) for i in high if b"\xef\xbf\xbd" in data[starts[i] : ends[i]]]
        wrong = []
        for i in high:
            try:
                data[starts[i] : ends[i]].decode("utf-8")
                self.scan.non_ascii += 1
            except UnicodeDecodeError:
                wrong.append(int(i))
                self.scan.not_utf8 += 1
        return wrong

    def join_quoted(self, stream: io.BufferedReader) -> None:
        """Decide of each line with an odd number of quotation marks whether it begins a value of several lines."""
        k = 0
        while k < len(self.odd):
            line, start, end = self.odd[k]
            if k + 1 < len(self.odd):
                last, last_start, last_end = self.odd[k + 1]
                if last - line <= MAX_LINES_IN_VALUE and self._is_record(stream, line, start, last, last_end):
                    for number in range(line, last + 1):
                        self.scan.bad.pop(number, None)
                        self.scan.mended.pop(number, None)
                    fault = None
                    if last_end - start > MOST_CHARACTERS:
                        stream.seek(start)
                        fault = self._too_long(line, stream.read(last_end - start))
                    if fault is None:
                        self.spans.append((line, last))
                    else:
                        self.scan.bad[line] = fault
                        self.continued.update(range(line + 1, last + 1))
                    k += 2
                    continue
            stream.seek(start)
            raw = stream.read(end - start).rstrip(b"\r\n")
            self.scan.bad.setdefault(line, BadLine(line, "a quotation mark that is never closed", raw))
            k += 1

    def _is_record(self, stream: io.BufferedReader, line: int, start: int, last: int, end: int) -> bool:
        # A line in between that is a whole record by itself has been swallowed by a stray quotation mark.
        if self.fields >= 3 and any(self._whole(number) for number in range(line + 1, last)):
            return False
        stream.seek(start)
        raw = stream.read(end - start)
        if b"\0" in raw:
            return False
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return False
        if "\ufffd" in text:
            return False
        # The module's own limit would take a long value for a fault.
        usual = csv.field_size_limit(max(end - start, 1))
        try:
            reader = csv.reader(
                io.StringIO(text, newline=""), delimiter=chr(self.delimiter), quotechar=chr(self.quote), strict=True
            )
            rows = list(reader)
        except csv.Error:
            return False
        finally:
            csv.field_size_limit(usual)
        return len(rows) == 1 and len(rows[0]) == self.fields

    def _whole(self, number: int) -> bool:
        return number not in self.scan.bad and number not in self.scan.mended and number not in self.blank

    def finish(self) -> Scan:
        scan = self.scan
        inside = {n for a, b in self.spans for n in range(a + 1, b + 1)}
        scan.dropped = set(scan.bad) | (self.blank - inside) | self.continued
        scan.removed = np.array(sorted(scan.dropped | inside), dtype=np.int64)
        scan.records = scan.lines - len(scan.removed)
        mixed = 0 < self.returns < self.newlines
        # A return alone becomes a blank, which may then stand at the edge of a value.
        scan.plain = scan.plain and not self.spans and not scan.lone_returns
        scan.rewrite = scan.rewrite or bool(scan.dropped or scan.mended) or mixed
        scan.returns = self.returns > 0
        return scan


def clean_copy(path: Path, start: int, scan: Scan, delimiter: str, target: Path) -> None:
    """Write the whole records of a file, and nothing else, with plain line ends."""
    mark = delimiter.encode()
    with path.open("rb") as source, target.open("wb") as out:
        source.seek(start)
        for number, raw in enumerate(source, start=scan.first_line):
            if number not in scan.dropped:
                line = raw.rstrip(b"\r\n").replace(b"\r", b" ")
                line = line.rstrip(bytes(_FEEDS)) if scan.feeds else line
                missing = scan.mended.get(number, 0)
                line = line + missing * mark if missing >= 0 else line[:missing]
                out.write(line + b"\n")
