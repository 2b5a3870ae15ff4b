"""All checks of a folder that is to leave the building, references to persons among them."""

import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import duckdb

from hmic_analysis.cells import is_neutral
from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.disclosure.formats import Part, Release, read_release
from hmic_analysis.disclosure.leaks import Leak, leaks_in
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import BUNDLE_NAME, Bundle
from hmic_analysis.evidence.withheld import DECLARATIONS, LEVELS, Audience, may_see, rules_of
from hmic_analysis.params.models import Params
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project
from hmic_analysis.store.feeds import Feed, make_feeds, surrogate_stems
from hmic_analysis.store.inputs import Reader, discover
from hmic_analysis.store.mapping_check import LoadedMapping, load_mapping
from hmic_analysis.store.rawtable import RawTable, fold_name, literal, make_macros

# The references to persons in a force's raw return, and the hashes that stand for them in the loaded tables.

#: Headers of columns that name somebody or where somebody lives, whether a mapping reads them or not.
NAMING = re.compile(
    r"(?:^|[ _])(?:fore ?name|sur ?name|first ?name|last ?name|full ?name|known as|alias|"
    r"(?:victim|suspect|offender|officer|caller|person|handler|witness|supervisor|owner|staff|complainant)s? name|name|"
    r"address|street|house|postcode|post code|email|e mail|telephone|phone|mobile|date of birth|dob|national insurance|"
    r"collar|warrant|shoulder|pnc ?id|nhs)(?:$|[ _])"
)
#: Records that are about one person or one case of one: their own numbers lead to the person in the force's systems.
CASES = ("incident_id", "crime_id", "bail_id", "review_id", "audit_id", "callback_id", "survey_id", "transfer_id")
#: Kinds of references that are those of records and not of persons.
RECORDS = frozenset(f"{table}.{column}" for table in CONTRACTS for column in CASES)


def records_name(force: str) -> str:
    """Name of the workbook in a force's pack that lists the force's own records behind the figures."""
    return f"records-{force}.xlsx"


@dataclass(frozen=True)
class Reference:
    """A reference to a person, or to the record of a case."""

    #: As the return, or the loaded table, writes it.
    value: str
    #: ``crime.victim_key``.
    kind: str


def references_of(project: Project, force: str) -> Iterator[Reference]:
    """Every reference to a person in a force's return.

    What feeds a person's key, what a mapping lists as identifier, what stands under a header that names
    persons or addresses, the numbers of cases, and the hashes in the loaded tables.
    """
    params = load_params(project)
    spec, raw = params.force(force), _return_of(project, params, force)
    sources = [load_mapping(project, name) for name in spec.sources]
    shown = project.relative(raw)
    with tempfile.TemporaryDirectory() as work, duckdb.connect(":memory:") as con:
        make_macros(con)
        reader = Reader(con, Path(work))
        for source in sources:
            read = reader.read(source, discover(raw, shown), shown)
            raws = [table for tables in read.tables.values() for table in tables if table.read]
            feeds = make_feeds(source, read, surrogate_stems(raws))
            faults = dict.fromkeys(fault for _, fault in [*read.faults, *feeds.faults])
            if faults:
                raise DataError(
                    f"{shown} could not be searched for the persons in it, so nothing can be said of a release:\n"
                    + "\n".join(f"- {fault}" for fault in faults)
                )
            for feed in feeds.feeds:
                yield from _fed(con, feed)
            for table in raws:
                yield from _named(con, table, source)
    yield from _hashes(project, force)


def _return_of(project: Project, params: Params, slug: str) -> Path:
    spec = params.force(slug)
    return project.root / spec.raw if spec.raw else project.raw / slug


def _fed(con: duckdb.DuckDBPyConnection, feed: Feed) -> Iterator[Reference]:
    """What the mapping makes a person's key or the number of a case of."""
    for column in CONTRACTS[feed.table].columns:
        source = feed.spec.columns.get(column.name)
        if source is None or not (column.kind == "person" or column.name in CASES):
            continue
        named = [p for name in source.raw_columns() for p in feed.raw.positions(name)]
        positions = list(dict.fromkeys([*named, *source.raw_positions()]))
        kind = f"{feed.table}.{column.name}"
        for position in positions:
            yield from _values(con, feed.raw, f"c{position}", kind)
        if len(positions) > 1:
            joined = " || ' ' || ".join(f"c{p}" for p in positions)
            yield from _values(con, feed.raw, joined, kind)


def _named(con: duckdb.DuckDBPyConnection, table: RawTable, source: LoadedMapping) -> Iterator[Reference]:
    """What stands under a header that names persons, or that the mapping lists as one."""
    listed = {fold_name(name) for name in source.mapping.identifiers}
    for position, name in enumerate(table.names, start=1):
        folded = fold_name(name)
        met = NAMING.search(re.sub(r"[\W_]+", " ", folded))
        if folded in listed or met:
            # Of what may be a record, where a file came without its header, nothing but the word met is told.
            shown = (
                name.strip()
                if folded in listed or met.group() == folded
                else f"column {position} ({met.group().strip()})"
            )
            yield from _values(con, table, f"c{position}", f"{table.file}: {shown}")


def _values(con: duckdb.DuckDBPyConnection, table: RawTable, expression: str, kind: str) -> Iterator[Reference]:
    rows = con.execute(f"SELECT DISTINCT trim({expression}) v FROM {table.table} WHERE v <> ''").fetchall()
    yield from (Reference(value, kind) for (value,) in rows)


def _hashes(project: Project, force: str) -> Iterator[Reference]:
    """The keyed hashes of the loaded tables: they tell that two records are of one person."""
    persons = {(c.name, t.name) for t in CONTRACTS.values() for c in t.columns if c.kind == "person"}
    for path in sorted((project.processed / force).rglob("*.parquet")):
        with duckdb.connect(":memory:") as con:
            where = f"read_parquet({literal(path.as_posix())})"
            columns = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {where}").fetchall()]
            for name in [c for c in columns if (c, path.stem) in persons]:
                rows = con.execute(f'SELECT DISTINCT "{name}" FROM {where} WHERE "{name}" IS NOT NULL').fetchall()
                yield from (Reference(str(value), f"hash of {path.stem}.{name}") for (value,) in rows)


# A scan of a release for every reference to a person that the raw return holds.

#: References with fewer characters, or numbers with fewer digits, can't be told from ordinary words and figures.
SHORTEST, SHORTEST_NUMBER = 4, 6
#: Longest reference in words; addresses have about this many.
LONGEST = 10
#: Numbers are looked for only where fewer of all numbers of that length than this are references.
DENSEST = 0.01
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, order=True)
class Found:
    """A reference to a person in a release."""

    #: Where.
    file: str
    place: str
    #: What it is: ``crime.victim_key``.
    kind: str
    #: As the release writes it.
    value: str


@dataclass(frozen=True)
class Wanted:
    """References by their words, ready to be looked up."""

    #: Words of a reference in lower case, and its kind.
    by_words: dict[tuple[str, ...], str]
    #: References of one word without a digit, as they are written: in other cases they are ordinary words.
    exact: dict[str, str]
    #: References too short, or numbers too many, to be told from ordinary words and figures.
    skipped: int


def wanted(references: Iterable[Reference]) -> Wanted:
    """References ready to be looked up."""
    by_words: dict[tuple[str, ...], str] = {}
    exact: dict[str, str] = {}
    numbers: dict[int, list[tuple[str, str]]] = {}
    skipped = 0
    for reference in references:
        words = tuple(_words(reference.value))
        if not words or len(words) > LONGEST or sum(map(len, words)) < SHORTEST:
            skipped += 1
        elif len(words) == 1 and words[0].isdigit():
            numbers.setdefault(len(words[0]), []).append((words[0], reference.kind))
        elif len(words) == 1 and words[0].isalpha():
            exact.setdefault(reference.value.strip(), reference.kind)
        else:
            by_words.setdefault(words, reference.kind)
    for digits, found in numbers.items():
        if digits < SHORTEST_NUMBER or len({n for n, _ in found}) > DENSEST * 10**digits:
            skipped += len(found)
            continue
        by_words.update({(number,): kind for number, kind in found})
    return Wanted(by_words, exact, skipped)


def identifiers_in(release: Release, sought: Wanted) -> list[Found]:
    """The references that a release holds."""
    lengths = sorted({len(w) for w in sought.by_words})
    found: set[Found] = set()
    for part in release.parts:
        for text in _texts(part):
            found.update(Found(part.file, part.place, kind, value) for kind, value in _in_text(text, sought, lengths))
    return sorted(found)


def _texts(part: Part) -> Iterator[str]:
    """A text, or the cells of a table each by itself and each row as a whole, for a reference may go over cells."""
    if part.rows:
        yield from (" ".join(row) for row in part.rows)
    else:
        yield part.text


def _in_text(text: str, sought: Wanted, lengths: Sequence[int]) -> Iterator[tuple[str, str]]:
    words = _words(text)
    for n in lengths:
        for i in range(len(words) - n + 1):
            kind = sought.by_words.get(tuple(words[i : i + n]))
            if kind is not None:
                yield kind, " ".join(words[i : i + n])
    if sought.exact:
        for word in _WORD.findall(unicodedata.normalize("NFC", text)):
            if word in sought.exact:
                yield sought.exact[word], word


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", str(text)).casefold())


# All checks of a folder that is to leave the building.


@dataclass
class Checked:
    """What was found, and what was looked at."""

    leaks: list[Leak] = field(default_factory=list)
    persons: list[Found] = field(default_factory=list)
    #: File, place and fault: cells that a spreadsheet would run, outputs above the audience's level.
    others: list[tuple[str, str, str]] = field(default_factory=list)
    #: Forces whose evidence, whose returns were looked for, and those that have no return.
    facts: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    files: int = 0
    references: int = 0
    skipped: int = 0
    #: Whether the folder is for the force itself, which is shown its own small counts: no count was looked for.
    owns: bool = False

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not (self.leaks or self.persons or self.others)


def check_release(folder: Path, project: Project, params: Params, forces: Sequence[str], audience: Audience) -> Checked:
    """Look through everything in a folder."""
    release = read_release(folder)
    chosen = list(forces) or [slug for slug in params.forces if any(_bundles(project, slug))]
    facts = [bundle for slug in chosen for bundle in _bundles(project, slug)]
    if not facts:
        named = ", ".join(forces) or "any force"
        raise DataError(f"There is no evidence of {named}, so there is nothing to look for. Run it first: hmic run.")
    rules = rules_of(params)
    owns = audience == "force" and rules.min_count > 1 and not rules.apply_to(audience)
    if owns and len(forces) != 1:
        raise DataError(
            "A force is shown its own small counts and no other's. Say whose folder this is: --force <force>; "
            "for what anybody may see: --audience public."
        )
    checked = Checked(files=release.files, facts=list(dict.fromkeys(b.force for b in facts)), owns=owns)
    if not owns:
        checked.leaks = leaks_in(release, facts, rules)
    for slug in chosen:
        raw = _return_of(project, params, slug)
        if not raw.is_dir() or not any(raw.iterdir()):
            checked.without.append(slug)
            continue
        references = list(references_of(project, slug))
        sought = wanted(references)
        checked.returns.append(slug)
        checked.references += len(sought.by_words) + len(sought.exact)
        checked.skipped += sought.skipped
        # The numbers of its own cases are no secret from a force; persons are looked for in that workbook too.
        own, rest = [], []
        for part in release.parts:
            (own if audience == "force" and [slug] == list(forces) and _lists_records(part, slug) else rest).append(
                part
            )
        checked.persons += identifiers_in(replace(release, parts=rest), sought)
        if own:
            persons = wanted(r for r in references if r.kind not in RECORDS)
            checked.persons += identifiers_in(replace(release, parts=own), persons)
    checked.persons = sorted(set(checked.persons))
    checked.others = sorted({*_commands(release.parts), *_above(release.parts, audience)})
    return checked


def _lists_records(part: Part, force: str) -> bool:
    return PurePosixPath(part.file).name == records_name(force)


def _bundles(project: Project, slug: str) -> Iterator[Bundle]:
    """The evidence of one force."""
    folder = project.runs(slug)
    for path in sorted(folder.glob(f"*/{BUNDLE_NAME}")) if folder.is_dir() else ():
        yield read_bundle(path)


def _commands(parts: Sequence[Part]) -> Iterator[tuple[str, str, str]]:
    """Cells of spreadsheets and CSV files that would be run as a formula."""
    for part in parts:
        if part.place.startswith("formula in "):
            yield part.file, part.place, f"a formula: {part.text:.60}"
        elif part.file.lower().endswith((".csv", ".xlsx")):
            for number, row in enumerate(part.rows, start=1):
                for cell in row:
                    if not is_neutral(cell):
                        yield part.file, f"{part.place}, row {number}", f"a spreadsheet would run it: {cell:.60}"


def _above(parts: Sequence[Part], audience: Audience) -> Iterator[tuple[str, str, str]]:
    """Outputs that declare a level above the audience's."""
    for part in parts:
        for level in LEVELS:
            if may_see(audience, level):
                continue
            if DECLARATIONS[level].split(".", 1)[0] in part.text:
                yield part.file, part.place, f"it declares itself {level}"
        if part.rows and "sensitivity" in part.rows[0]:
            column = part.rows[0].index("sensitivity")
            for row in part.rows[1:]:
                level = row[column] if column < len(row) else ""
                if level in LEVELS and not may_see(audience, level):
                    yield part.file, part.place, f"something in it is {level}"
