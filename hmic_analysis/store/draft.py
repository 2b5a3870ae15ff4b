"""A first mapping of a foreign file, with what was guessed, and what could not be, as comments."""

import csv
import io
import json
import re
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from hmic_analysis.contracts import CONTRACTS, Column, Contract
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.project import Project
from hmic_analysis.store import sheets
from hmic_analysis.store.columns import Context
from hmic_analysis.store.csvfile import read_csv
from hmic_analysis.store.guess import (
    CODES,
    PERSON,
    Look,
    looks_of,
    may_name,
    missing_words,
    secret_of,
    shorthand_of,
    tables_of,
    tokens_of,
)
from hmic_analysis.store.headings import KNOWN, STAMP
from hmic_analysis.store.inputs import is_named_in_text
from hmic_analysis.store.manifest import printable
from hmic_analysis.store.mapping import FileSpec, Mapping
from hmic_analysis.store.mapping_check import load_mapping
from hmic_analysis.store.rawtable import RawTable, fold_name, literal, make_macros, stack_names
from hmic_analysis.store.textfile import plain_text
from hmic_analysis.store.times import make_time_macros
from hmic_analysis.store.workbook import open_book, read_parquet, read_sheet

#: What must be answered before figures rest on the mapping.
GAP = "GAP:"
_DELIMITERS = ",;\t|^~"
#: Rows at the top in which a header is looked for.
_TOP = 40
_FOOTERS = ("total", "grand total", "notes", "note", "source", "end of report", "[note")
#: Words of headings beside those of codes, persons and places.
_HEADING = frozenset(
    "id no number num ref reference urn key date time datetime created opened closed received recorded sent dispatch "
    "dispatched despatched arrived arrival assigned route enroute cleared clear scene call incident event cad log "
    "master duration seconds minutes hours total count n value rate percent unit units resource team station lsoa pfa "
    "fy lad la csp cd nm fid laname ladcode year "
    "financial region outcome outcomes sex rank worker headcount fte population hour week weekno day".split()
)


@dataclass(frozen=True)
class Draft:
    """A first mapping: its text, its tables, and what it leaves open, in words."""

    text: str
    tables: tuple[str, ...]
    gaps: tuple[str, ...]
    headings: tuple[str, ...]


def gaps_of(lines: Sequence[str], table: str = "") -> tuple[str, ...]:
    """What lines of a first mapping leave open; those of a table with the column that it is about."""
    found, about = [], f"{table}: " if table else ""
    for line in lines:
        if table and (name := re.match(r"( {4}| {6})(?:# )?(\w+):", line)):
            about = f"{table}.{name[2]}: " if len(name[1]) == 6 else f"{table}: "
        if GAP in line and not line.startswith("# Lines"):
            found.append(about + line.partition(GAP)[2].strip())
    return tuple(found)


def fitting_sources(project: Project, headings: Sequence[str]) -> list[str]:
    """Mappings of the project that find every column they need under these headings."""
    have, found = {fold_name(heading) for heading in headings}, []
    for path in sorted((project.params / "sources").glob("*.yml")):
        try:
            mapping = load_mapping(project, path.stem).mapping
        except ParameterError:
            continue
        for specs in mapping.tables.values():
            sources = [s for spec in specs for s in spec.columns.values() if not s.optional]
            wanted = {fold_name(name) for source in sources for name in source.raw_columns()}
            if len(wanted) >= 3 and wanted <= have and path.stem not in found:
                found.append(path.stem)
    return found


def first_mapping(path: Path) -> Draft:
    """Look at a file and write what a mapping of it would say."""
    if not is_named_in_text(path):
        raise DataError(f"{printable(Path(path.name))}: could not be read: its name is not text. Give it another.")
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is no file"
        raise DataError(f"{path} {what}. Name a file that somebody sent.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, duckdb.connect() as con:
        work = Path(folder)
        make_macros(con)
        make_time_macros(con)
        kind = _kind_of(path)
        spec, options, remarks = (_text_file if kind == "csv" else _other)(path, kind, work)
        raw = _read(con, path, kind, spec, work)
        if not raw.read:
            raise DataError(f"{path.name}: holds no row, so nothing can be told of its columns.")
        named = spec.header != "none" and _is_heading(raw.names)
        if not named and spec.header != "none":
            remarks = (*remarks, f"{GAP} row {max(spec.header_rows)} is taken for the header and may be a record, so "
                       "it is not shown; columns are told by position. Without one say 'header: none'")  # fmt: skip
        missing = missing_words(con, raw)
        if marks := shorthand_of(con, raw):
            options["shorthand"] = f"[{', '.join(_quoted(mark) for mark in marks)}]"
            spec = spec.model_copy(update={"shorthand": tuple(marks)})
        mapping = Mapping(title="t", layout="standard", missing_values=tuple(missing))
        looks = _as_the_others(looks_of(con, Context(raw, spec, mapping, "x"), named))
        return _Writer(path.name, options, (*remarks, *raw.notes), missing, looks, raw).draft(con)


# How the file is written: kind, encoding, delimiter, header rows, footer.


def _kind_of(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == b"PAR1":
        return "parquet"
    if head == sheets.OLE:
        return "xls"
    if head == sheets.ZIP:
        return "ods" if path.suffix.lower() == ".ods" else "xlsx"
    return "csv"


def _text_file(path: Path, kind: str, work: Path) -> tuple[FileSpec, dict[str, str], tuple[str, ...]]:
    options: dict[str, str] = {}
    with path.open("rb") as stream:
        head = stream.read(4096)
    encoding = None
    # UTF-16 without a mark: every other byte of plain text is nothing.
    if not head.startswith((b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff")) and head.count(0) > len(head) // 4:
        encoding = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        options["encoding"] = encoding
    text = plain_text(path, path.name, encoding, work)
    with text.path.open("rb") as stream:
        stream.seek(text.start)
        top = [stream.readline() for _ in range(_TOP)]
        tail = _last_lines(text.path)
    try:
        lines = [line.decode("utf-8") for line in top if line]
    except UnicodeDecodeError:
        lines = [line.decode("windows-1252", errors="replace") for line in top if line]
        options["encoding"] = encoding = "windows-1252"
    declared = re.fullmatch(r"(?i)\"?sep=(.)\"?\s*", lines[0]) if lines else None
    delimiter = declared[1] if declared else _delimiter_of(lines)
    rows = [_cells(line, delimiter) for line in lines]
    header, remarks = _header_of(rows, [])
    if declared:
        header = 1
    elif delimiter != _delimiter_of([lines[(header[-1] if isinstance(header, tuple) else header or 1) - 1]]) or (
        delimiter not in ",;\t|"
    ):
        options["delimiter"] = {"\t": "tab", ";": "semicolon", "|": "pipe", ",": "comma"}.get(delimiter, delimiter)
    words = _footers([_cells(line, delimiter) for line in tail])
    return _spec(path, header, words, options, encoding, options.get("delimiter")), options, remarks


def _last_lines(path: Path) -> list[str]:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4000))
        return stream.read().decode("utf-8", errors="replace").splitlines()[-15:]


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _delimiter_of(lines: Sequence[str]) -> str:
    """The sign that parts most lines into the same number of fields, two at the least."""
    best, most = ",", 0.0
    for sign in _DELIMITERS:
        widths = [len(_cells(line, sign)) for line in lines if line.strip()]
        usual = max(set(widths), key=widths.count, default=1)
        score = widths.count(usual) * min(usual, 12) if usual > 1 else 0
        if score > most:
            best, most = sign, score
    return best


def _other(path: Path, kind: str, work: Path) -> tuple[FileSpec, dict[str, str], tuple[str, ...]]:
    options: dict[str, str] = {}
    if kind == "parquet":
        return _spec(path, 1, (), options, None, None), options, ()
    with open_book(path, path.name) as book:
        sizes = {name: [row for row in book.rows(name)] for name in book.names}
        sheet = max(sizes, key=lambda name: len(sizes[name]))
        rows = sizes[sheet]
        merged = book.merged(sheet)
    remarks = ()
    if len(sizes) > 1:
        options["sheet"] = _quoted(sheet)
        others = [f"'{name}'" for name in sizes if name != sheet and not may_name(name)]
        more = f", such as {', '.join(others[:8])}" if others else ""
        remarks = (f"The sheet with most rows was looked at; there are {len(sizes) - 1} others{more}",)
    grid = {number: [cell or "" for cell in row] for number, row, _ in rows}
    last = min(max(grid, default=0), _TOP)
    header, more = _header_of([grid.get(n, []) for n in range(1, last + 1)], merged)
    bottom = header[-1] if isinstance(header, tuple) else header or 0
    if any(below > top > bottom for top, _, below, _ in merged):
        options["merged"] = "fill"
    words = _footers([grid[n] for n in sorted(grid)[-15:]])
    spec = _spec(path, header, words, options, None, None)
    spec = spec.model_copy(update={"sheet": sheet, "merged": "fill" if "merged" in options else None})
    return spec, options, remarks + more


def _spec(
    path: Path, header: object, footer: Sequence[str], options: dict[str, str], encoding: str | None,
    delimiter: str | None,
) -> FileSpec:  # fmt: skip
    if header != 1:
        options["header"] = str(list(header) if isinstance(header, tuple) else header or "none")
    if footer:
        options["footer"] = f"{{starts_with: [{', '.join(_quoted(word) for word in footer)}]}}"
    return FileSpec(
        pattern=(path.name,), header=header or "none", encoding=encoding, delimiter=delimiter,
        footer={"starts_with": tuple(footer)},
    )  # fmt: skip


def _header_of(rows: list[list[str]], merged: Sequence[sheets.Merged]) -> tuple[object, tuple[str, ...]]:
    """Number of the header row, several of them, or None where the first row is a record."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    if not filled or not max(filled):
        return 1, ()
    usual = max({n for n in filled if n}, key=lambda n: (filled.count(n) * n, n))
    first = next((i for i, n in enumerate(filled) if n >= max(1, 0.6 * usual)), 0)
    if _is_record(rows[first]):
        return None, (f"{GAP} the first row looks like a record, so columns are told by position",)
    last = first
    # Below a row of headings with gaps, another one that is all words is a second row of headings.
    while last + 1 < len(rows) and last < first + 2 and not _is_record(rows[last + 1]):
        gaps = any(top <= last + 1 <= below and right > left for top, left, below, right in merged)
        # Without merged cells the heading of a group is written over each of its columns.
        pairs = list(zip(rows[last], rows[last][1:], strict=False))
        gaps = gaps or (any(a.strip() and a == b for a, b in pairs) and _is_heading(rows[last + 1]))
        gaps = gaps or filled[last] < filled[last + 1] or (last == first and "" in rows[last][: len(rows[last + 1])])
        if not gaps or not filled[last + 1] or not _is_heading(stack_names(rows[first : last + 2])):
            break
        if not any(_is_record(row) for row in rows[last + 2 : last + 5]):
            break
        last += 1
    while first and 1 < filled[first - 1] < filled[first] and not _is_record(rows[first - 1]):
        first -= 1
    return (tuple(range(first + 1, last + 2)) if last > first else first + 1), ()


def _is_record(row: Sequence[str]) -> bool:
    """Whether a row holds what headings don't: a day, a time, or numbers of several digits."""
    cells = [cell.strip() for cell in row if cell.strip()]
    dated = [c for c in cells if re.search(r"\d{1,4}[-/. ](\d{1,2}|[A-Za-z]{3})[-/. ]\d{2,4}|\d{1,2}:\d{2}", c)]
    numbers = [c for c in cells if re.fullmatch(r"-?\d+([.,]\d+)*", c) and not re.fullmatch(r"(19|20)\d\d", c)]
    return bool(dated) or 3 * len(numbers) >= len(cells) > 0 and bool(numbers)


def _is_heading(names: Sequence[str]) -> bool:
    """Whether names are headings beyond doubt: words of headings stand in several of them."""
    known = _HEADING | CODES | PERSON
    known |= {word for contract in CONTRACTS.values() for name in contract.column_names for word in name.split("_")}
    met = sum(bool(set(tokens_of(name)) & known or secret_of(tokens_of(name))) for name in names)
    filled = sum(bool(name.strip()) for name in names)
    return met >= 2 and 3 * met >= filled or met == filled == 1


def _footers(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Words of the language of footers with which a row at the end begins; nothing else of it is told."""
    firsts = [row[0].strip().lower() for row in rows if row and row[0].strip()]
    return tuple(word.capitalize() for word in _FOOTERS if any(first.startswith(word) for first in firsts))


def _read(con: duckdb.DuckDBPyConnection, path: Path, kind: str, spec: FileSpec, work: Path) -> RawTable:
    if kind == "csv":
        raw = read_csv(con, path, path.name, spec, "drafted", work)
    elif kind == "parquet":
        raw = read_parquet(con, path, path.name, "drafted")
    else:
        with open_book(path, path.name) as book:
            found = read_sheet(con, book, spec.sheet or book.names[0], path.name, spec, "drafted")
        if found is None:
            raise DataError(f"{path.name}: no row of its largest sheet looks like a header.")
        raw = found
    # What the mapping will pass over is not looked at either.
    tests = [f"starts_with(lower(clean(c1)), {literal(w.lower())})" for w in spec.footer.starts_with]
    tests = [f"coalesce({test}, false)" for test in tests]
    con.execute(f"CREATE TABLE drafted_rows AS SELECT * FROM {raw.table} WHERE NOT ({' OR '.join(tests) or 'false'})")
    return replace(raw, table="drafted_rows")


def _as_the_others(looks: Sequence[Look]) -> list[Look]:
    """The columns; days that may be read either way are taken as those that can only be read month first."""
    first = {look.kind: look for look in looks if look.formats[:1] and look.formats[0].startswith("%m/%d")}
    return [
        replace(
            look,
            formats=first[look.kind].formats[:1],
            doubt="no day is later than the 12th: taken to be month first, as other columns are; is it?",
        )
        if look.doubt.startswith("no day is later") and look.kind in first
        else look
        for look in looks
    ]


# The mapping as text.


def _quoted(text: str) -> str:
    """A text as YAML of a mapping file: as it is where that is safe."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_ ./()%-]*", text) and not text.endswith(" ")
    return text if plain and text.lower() not in ("null", "none", "yes", "no", "true", "false", "y", "n") else (
        json.dumps(text, ensure_ascii=False)
    )  # fmt: skip


def _folded(text: str) -> list[str]:
    return textwrap.wrap(text, 110, subsequent_indent="      #   ")


def _nobody(arrived: Look) -> str:
    return (
        f"{arrived.blank:,} of {arrived.blank + arrived.filled:,} are blank: did nobody come, or is it not known? Ask, "
        "then add 'blank_means: nobody' or 'blank_means: not_known'"
    )


def _is_person(column: str) -> bool:
    return any(c.kind == "person" for contract in CONTRACTS.values() for c in contract.columns if c.name == column)


@dataclass
class _Writer:
    file: str
    options: dict[str, str]
    remarks: tuple[str, ...]
    missing: Sequence[str]
    looks: Sequence[Look]
    raw: RawTable
    tables: dict[str, dict[str, Look]] = field(default_factory=dict)

    def draft(self, con: duckdb.DuckDBPyConnection) -> Draft:
        self.tables = tables = tables_of(self.looks)
        lines = [
            *self._head(tables),
            "",
            "tables:" if tables else f"# {GAP} {self._why_none()}",
        ]
        gaps = gaps_of(lines)
        for table, columns in tables.items():
            own = list(self._table(table, columns))
            lines, gaps = lines + own, gaps + gaps_of(own, table)
        lines += ["", *self._left(tables)]
        text = "\n".join(line.rstrip() for line in lines) + "\n"
        return Draft(text, tuple(tables), gaps, tuple(look.heading for look in self.looks if look.heading))

    def _why_none(self) -> str:
        if len(self.looks) == 1:
            return "there is one column: say its 'delimiter'; if its columns have fixed widths ask for CSV"
        return "no standard table was recognised; write one"

    def _head(self, tables: dict[str, dict[str, Look]]) -> Iterator[str]:
        yield f"# First mapping of {self.file}, guessed by 'hmic data map' from {self.raw.read:,} rows."
        yield f"# Lines with '{GAP}' want an answer before a figure rests on them; docs/mapping.md tells the language."
        yield from (f"# {remark}." for remark in self.remarks)
        yield f"title: {_quoted(self.file)}  # {GAP} what the source is, and who publishes it"
        if any(look.kind in ("time", "clock") for look in self.looks):
            yield f"# timezone: Europe/London  # {GAP} no file says its zone; without this line it is the force's own"
        if self.missing:
            yield f"missing_values: [{', '.join(_quoted(word) for word in self.missing)}]"
        carried = {look.position for columns in tables.values() for n, look in columns.items() if not _is_person(n)}
        secret = [
            self._name(look)
            for look in self.looks
            if look.secret and look.heading and look.kind not in STAMP and look.position not in carried
        ]
        if secret:
            yield f"identifiers: [{', '.join(secret)}]  # may name a person, or say where one is"
        yield ""
        yield "files:"
        yield "  export:"
        pattern = re.sub(r"[\[\]]", "?", self.file)
        yield f"    pattern: {_quoted(pattern)}  # '*' stands for what differs between files of one kind"
        yield from (f"    {key}: {value}" for key, value in self.options.items())
        for look in self.looks:
            if set(look.tokens) & {"falls", "force"} and look.different == 1 and look.kind == "text" and look.heading:
                yield f'    # expect: {{{self._name(look)}: "{{police_name}}"}}  # sets rows of another force aside'

    def _name(self, look: Look) -> str:
        if len(self.raw.positions(look.heading)) > 1:
            return _quoted(f"{look.heading} (column {look.position})")
        return _quoted(look.heading)

    def _place(self, look: Look) -> str:
        named = look.heading and self.raw.positions(look.heading)
        return f"column: {self._name(look)}" if named else f"position: {look.position}"

    def _table(self, table: str, columns: dict[str, Look]) -> Iterator[str]:
        contract = CONTRACTS[table]
        yield f"  {table}:  # {contract.row_is}"
        yield "    file: export"
        yield from self._repeats(contract, columns)
        yield "    columns:"
        for column in contract.columns:
            look = columns.get(column.name)
            if look is not None:
                yield from self._column(column, look)
            elif column.required and column.name in contract.key and table in ("incident", "crime"):
                yield f"      {column.name}: {{row_id: true}}  # {GAP} no column looks like a reference"
            elif column.required:
                yield f"      # {column.name}:  # {GAP} {column.meaning}"
        other = [c.name for c in contract.columns if c.name not in columns and not c.required]
        if other:
            yield from _folded(f"      # No column was recognised for {', '.join(other)}.")
        for group in contract.any_of:
            if not any(name in columns for name in group):
                yield f"      # {group[0]}:  # {GAP} one of {', '.join(group)} is needed, and none was recognised"

    def _repeats(self, contract: Contract, columns: dict[str, Look]) -> Iterator[str]:
        key = [columns.get(name) for name in contract.key]
        if len(key) == 1 and key[0] is not None and key[0].different < key[0].filled:
            n = key[0].filled - key[0].different
            yield (
                f"    keep: first  # {GAP} {n:,} rows repeat a reference: units of one call (then 'first' is right), "
                "or states of it ('latest')?"
            )

    def _column(self, column: Column, look: Look) -> Iterator[str]:
        place = self._place(look)
        stem = f"      {column.name}:"
        note = f"  # {GAP} {look.doubt}" if look.doubt else ""
        if column.required and look.blank:
            note = (
                f"  # {GAP} {look.blank:,} of {look.blank + look.filled:,} are blank, and a row without it is kept "
                "aside: say with 'where' which are none of these, or '{row_id: true}' if all are"
            )
        if column.kind in ("timestamp", "date", "month") and look.kind != "month":
            yield from self._when(column, look, stem, note)
        elif column.kind == "code" or (column.kind == "boolean" and look.kind != "yes_no"):
            yield from self._coded(column, look, stem)
        elif column.name == "district" and "lsoa" in look.tokens:
            yield f"{stem} {{{place}, extract: '^(.*) \\d{{3}}[A-Z]$', within: \"{{districts}}\"}}"
        elif column.name == "force_slug":
            words = 'replace: [{find: " & ", by: "-and-"}, {find: " ", by: "-"}], case: lower'
            yield f"{stem} {{{place}, {words}}}  # {GAP} are these the slugs? Names that differ belong under 'codes'"
        elif column.name == "outcomes_of_recorded" and "recorded" not in look.tokens:
            yield f"{stem} {{{place}}}  # {GAP} outcomes of offences recorded then, or outcomes_given, given then?"
        elif place.startswith("column"):
            yield f"{stem} {self._name(look)}{note}"
        else:
            yield f"{stem} {{{place}}}{note}"

    def _when(self, column: Column, look: Look, stem: str, note: str) -> Iterator[str]:
        formats = ""
        if look.formats:
            listed = ", ".join(json.dumps(f) if "%" in f else f for f in look.formats)
            key = "time_format" if look.kind == "clock" else "format"
            formats = f", {key}: {listed if len(look.formats) == 1 else f'[{listed}]'}"
        beside = self._beside(look)
        more = ", precision: day" if look.midnight and column.kind == "timestamp" else ""
        if look.midnight and column.kind == "timestamp":
            note = f"  # {GAP} one clock time throughout, so it is taken for a day"
        if look.kind == "clock" or (beside is not None and column.kind == "timestamp"):
            day, clock = (beside, look) if look.kind == "clock" else (look, beside)
            if clock is not None and day is None and (said := self._on_only_day(column, look)):
                yield f"{stem} {said}"
                return
            if day is None or clock is None:
                anchor = "created_at" if column.name not in ("created_at", "call_at", "recorded_at") else ""
                how = f"on: {anchor}, wraps_midnight: true" if anchor else "date: DAY"
                said = f"{{time: {self._name(look)}, {how}}}"
                yield f"      # {column.name}: {said}  # {GAP} a time of day alone: of which day?"
                return
            listed = f", format: {json.dumps(day.formats[0]) if '%' in day.formats[0] else day.formats[0]}" if (
                day.formats) else ""  # fmt: skip
            listed += f", time_format: {clock.formats[0]}" if clock.formats else ""
            yield f"{stem} {{date: {self._name(day)}, time: {self._name(clock)}{listed}}}{note}"
            return
        if column.kind == "timestamp" and look.kind == "day" and not note:
            note = f"  # {GAP} a day without time of day: no length of time can be had from it"
        if column.name == "at_scene_at" and look.blank:
            note = f"  # {GAP} {_nobody(look)}"
        plain = self._place(look).startswith("column") and not formats and not more
        yield f"{stem} {self._name(look)}{note}" if plain else f"{stem} {{{self._place(look)}{formats}{more}}}{note}"

    def _beside(self, look: Look) -> Look | None:
        """The time of day beside a day, or the day beside a time of day, by what their headings share."""
        want = {"day": "clock", "clock": "day"}.get(look.kind)
        stem = set(look.tokens) - {"date", "time", "day", "of"}
        for other in self.looks:
            if other.kind == want and other.heading and set(other.tokens) - {"date", "time", "day", "of"} == stem:
                return other
        return None

    def _on_only_day(self, column: Column, look: Look) -> str:
        """A time of day on the day of the record, where the file has one such column; "" where it has none or several.

        What follows an opening may lie past midnight.
        """
        days = [other for other in self.looks if other.kind == "day" and other.heading]
        if len(days) != 1:
            return ""
        day, opened = days[0], self._opened()
        format = next((f", format: {json.dumps(f) if '%' in f else f}" for f in day.formats[:1]), "")
        clock, its = (next((f", time_format: {f}" for f in x.formats[:1]), "") for x in (look, opened or look))
        asked = f"  # {GAP} taken to be of '{day.heading}', the only day of the file: is it?"
        if column.name == "at_scene_at" and look.blank:
            asked += f" {_nobody(look)}"
        if opened in (None, look):
            return f"{{date: {self._name(day)}, time: {self._name(look)}{format}{clock}}}{asked}"
        on = f"{{date: {self._name(day)}, time: {self._name(opened)}{format}{its}}}"
        return f"{{time: {self._name(look)}, on: {on}, wraps_midnight: true{clock}}}{asked}"

    def _opened(self) -> Look | None:
        """The time of day at which records were opened."""
        found = (columns.get(name) for name in ("created_at", "call_at") for columns in self.tables.values())
        return next((look for look in found if look is not None and look.kind == "clock"), None)

    def _coded(self, column: Column, look: Look, stem: str) -> Iterator[str]:
        allowed = column.allowed or ("yes", "no")
        exact = "_".join(look.tokens) == column.name
        if exact and all(value.strip().lower().replace(" ", "_") in allowed for value, _ in look.codes):
            yield f"{stem} {{{self._place(look)}}}" if not look.heading else f"{stem} {self._name(look)}"
            return
        if not look.codes:
            why = "may hold names, so its values are not shown" if look.secret == "person" else (
                f"holds {look.different:,} different values, which are not shown")  # fmt: skip
            yield f"      # {column.name}: {{{self._place(look)}, codes: {{}}}}  # {GAP} it {why}"
            return
        yield stem
        yield f"        {self._place(look)}"
        yield f"        # {GAP} what does each mean? {', '.join(allowed)}, or blank"
        yield "        codes:"
        for value, n in look.codes:
            same = re.sub(r"[ -]+", "_", value.strip().lower())
            code = same if same in allowed else "blank"
            known = {c: pattern for c, pattern in KNOWN.get(column.name, {}).items() if c in allowed}
            perhaps = [c for c, pattern in known.items() if re.search(pattern, value.lower())]
            said = f", perhaps {perhaps[0]}" if perhaps and code == "blank" else ""
            yield f"          {json.dumps(value, ensure_ascii=False)}: {code}  # {n:,} rows{said}"
        yield "        otherwise: blank"

    def _left(self, tables: dict[str, dict[str, Look]]) -> Iterator[str]:
        used = {look.position for columns in tables.values() for look in columns.values()}
        for look in [other for p in list(used) for other in [self._beside(self.looks[p - 1])] if other is not None]:
            used.add(look.position)
        left = [look for look in self.looks if look.position not in used]
        if left:
            yield "# Not placed: columns that no standard column was recognised for."
        for look in left:
            name = look.heading if look.heading else f"position {look.position}"
            shown = " ".join(name.split())
            secret = {"person": "may name a person", "place": "may say where one is"}.get(look.secret, "")
            yield f"#   {shown}: {look.said}" + (f" ({secret}: no value is shown)" if secret else "")
            if look.codes and not look.secret:
                values = [f"{json.dumps(v, ensure_ascii=False)} {n:,}" for v, n in look.codes[:12]]
                more = f" and {len(look.codes) - 12} more" if len(look.codes) > 12 else ""
                yield f"#     {', '.join(values)}{more}"
