"""What the columns of a foreign file look like: kinds, formats of times, codes; nothing that may name a person."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb

from hmic_analysis.contracts import CONTRACTS, Column
from hmic_analysis.store import times
from hmic_analysis.store.columns import Context, is_month_first
from hmic_analysis.store.headings import BESIDE, CRIME, HOW_MANY, INCIDENT, OF_PERSONS, OWN, STAMP, TARGETS
from hmic_analysis.store.mapping import Source
from hmic_analysis.store.rawtable import RawTable, literal, words
from hmic_analysis.store.typed import FALSE_WORDS, TRUE_WORDS

Kind = Literal["time", "day", "month", "clock", "number", "yes_no", "text", "empty"]

#: Different values of a column that are looked at, and up to how many a column is one of codes.
SAMPLE, FEW = 3000, 40
#: Share of the values that a kind or the formats of a time must fit.
MOST = 0.95
#: Words that stand for a missing value wherever they are met.
MISSING = ("null", "(null)", "n/a", "na", "#n/a", "nan", "nat", "none", "-", "--", "?", "#ref!", "#value!", "-9999",
           "1900-01-01", "1899-12-30", "01/01/1900")  # fmt: skip
#: In a heading: a person may stand in the column, whatever else is said of it.
PERSON = frozenset(
    "name names surname forename forenames firstname lastname person people officer officers caller complainant victim "
    "suspect offender defendant witness informant reporter dob birth born age taker handler dispatcher operator "
    "supervisor sergeant constable collar shoulder warrant staff employee user username login author by owner oic "
    "investigator contact phone telephone mobile tel email mail comment comments remark remarks note notes narrative "
    "text summary details resource callsign sign unit nino nhs passport vrm registration initials keyholder occupier "
    "patient driver who aggrieved injured".split()
)
#: In a heading: the column says where somebody is.
PLACE = frozenset(
    "address postcode street house location latitude longitude lat lon long lng easting northing eastings northings "
    "uprn usrn x y coordinates what3words premises".split()
)
#: What has a name and is no person.
_NAMED = frozenset(
    "borough ward district station lsoa msoa force division region sector county country pfa csp lad geo type category "
    "group beat area event system file".split()
)
#: In a heading: the column holds codes, which may be shown with their counts.
CODES = frozenset(
    "type types category group grade priority status state class kind disposition result outcome reception method "
    "agency shift dow weekday problem code codes reason nature urgency division sector precinct beat area district "
    "borough ward force region band level origin channel route mode period season quarter year month flag falls within "
    "service frs offence crime clearance".split()
)
#: What a day looks like whatever its format: three parts, the middle one perhaps a word, or eight digits.
_DAY_LIKE = r"\d{1,4}[-/. ]?(\d{1,2}|[A-Za-z]{3,9})[-/. ,]*\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4}|\d{8}"
_TIME_WORDS = frozenset(
    "date time day datetime timestamp stamp when at on created opened closed received reported sent dispatched "
    "dispatch despatched arrived arrival cleared clear start end recorded called call mobilised updated modified "
    "queued alloc allocated onscene mobile enroute clr".split()
)


@dataclass(frozen=True)
class Look:
    """What one column looks like."""

    position: int
    #: Its name as written; blank where it has none, or the first line may be a record.
    heading: str
    #: The words of its heading.
    tokens: tuple[str, ...]
    kind: Kind
    #: Cells that hold something, that hold nothing or a word for nothing, and different values.
    filled: int
    blank: int
    different: int
    #: Of times and days: what the mapping must say; none where they are read without.
    formats: tuple[str, ...] = ()
    #: Share of the values that are of the kind.
    fits: float = 1.0
    #: What could not be told of it; blank if nothing.
    doubt: str = ""
    #: Times of one clock time throughout.
    midnight: bool = False
    #: ``person`` or ``place`` where it may hold one.
    secret: str = ""
    #: Its values with their counts, most frequent first; none where they are many, or may name a person.
    codes: tuple[tuple[str, int], ...] = ()

    @property
    def said(self) -> str:
        """It in a few words, none of them from a cell."""
        kinds = {"time": "date and time", "yes_no": "yes or no", "clock": "time of day"}
        text = kinds.get(self.kind, self.kind)
        if self.kind == "empty":
            return "blank throughout"
        text += f", {self.different:,} different" + (f", {self.blank:,} blank" if self.blank else "")
        return text + (f"; {self.doubt}" if self.doubt else "")


def tokens_of(heading: str) -> tuple[str, ...]:
    """The words of a heading, also of one written ``likeThis`` or ``LIKE_THIS``."""
    # What stands in square brackets is a note, and Y/N says what the values are.
    bare = re.sub(r"\[[^\]]*\]|\b[Yy] ?/ ?[Nn]\b", "", heading)
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", bare)
    return tuple(word.lower() for word in found)


def looks_of(con: duckdb.DuckDBPyConnection, context: Context, named: bool) -> list[Look]:
    """Look at every column of a file; ``named``: its headings are headings beyond doubt."""
    return [_look(con, context, i, name.strip() if named else "") for i, name in enumerate(context.raw.names, start=1)]


def missing_words(con: duckdb.DuckDBPyConnection, raw: RawTable) -> list[str]:
    """Words for nothing that stand in some column, as they are written there."""
    cells = " UNION ALL ".join(f"SELECT clean(c{i}) AS x FROM {raw.table}" for i in range(1, len(raw.names) + 1))
    mark = "regexp_full_match(x, '\\[[a-z]{1,2}\\]')"
    found = con.execute(
        f"SELECT min(x) FROM ({cells}) WHERE lower(x) IN {words(MISSING)} OR {mark} GROUP BY lower(x) "
        "ORDER BY count(*) DESC, min(x)"
    ).fetchall()
    return [word for (word,) in found]


def shorthand_of(con: duckdb.DuckDBPyConnection, raw: RawTable) -> list[str]:
    """Marks in square brackets that stand after a value, as statistics are published: ``2 [r]``."""
    cells = " UNION ALL ".join(f"SELECT clean(c{i}) AS x FROM {raw.table}" for i in range(1, len(raw.names) + 1))
    mark = "regexp_extract(x, '[^ ] *\\[([a-z]|note \\d+)\\]$', 1)"
    found = con.execute(f"SELECT DISTINCT {mark} AS m FROM ({cells}) WHERE m <> '' ORDER BY m").fetchall()
    return [word for (word,) in found]


def _look(con: duckdb.DuckDBPyConnection, context: Context, position: int, heading: str) -> Look:
    cell = context.cell(position)
    filled, blank, different = con.execute(
        f"SELECT count({cell}), count(*) - count({cell}), count(DISTINCT {cell}) FROM {context.raw.table}"
    ).fetchall()[0]
    tokens = tokens_of(heading)
    look = Look(position, heading, tokens, "empty", filled, blank, different, secret=secret_of(tokens))
    if not filled:
        return look
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE looked AS SELECT x, unzoned(x) AS u FROM "
        f"(SELECT DISTINCT {cell} AS x FROM {context.raw.table}) WHERE x IS NOT NULL LIMIT {SAMPLE}"
    )
    about = _time(con, context, position, tokens) or _plain(con)
    look = Look(**(vars(look) | about))
    if look.kind in ("text", "number", "yes_no") and different <= FEW and not look.secret:
        look = Look(**(vars(look) | {"codes": _codes(con, context, cell, look)}))
    return look


def secret_of(tokens: Sequence[str]) -> str:
    """Whether a column with this heading may hold a person or say where somebody is."""
    words_ = set(tokens) - ({"name", "names"} if set(tokens) & _NAMED else set())
    if words_ & PERSON:
        return "person"
    return "place" if set(tokens) & PLACE else ""


def _share(con: duckdb.DuckDBPyConnection, test: str) -> float:
    found = con.execute(f"SELECT count(*) FILTER ({test}), count(*) FROM looked").fetchall()[0]
    return found[0] / found[1]


def _plain(con: duckdb.DuckDBPyConnection) -> dict[str, object]:
    if _share(con, f"lower(x) IN {words((*TRUE_WORDS, *FALSE_WORDS))}") == 1 and _share(con, "x IN ('0', '1')") < 1:
        return {"kind": "yes_no"}
    fits = _share(con, "number_of(replace(x, ',', '')) IS NOT NULL")
    return {"kind": "number", "fits": fits} if fits >= MOST else {"kind": "text"}


def _time(
    con: duckdb.DuckDBPyConnection, context: Context, position: int, tokens: Sequence[str]
) -> dict[str, object] | None:
    """Kind and formats of a column of times, days, months or times of day; None for any other."""
    if _share(con, "regexp_full_match(x, '\\d{4}-\\d{2}')") >= MOST:
        return {"kind": "month"}
    if _share(con, "contains(x, ':') AND clock_of(x) IS NOT NULL") >= MOST:
        return {"kind": "clock"}
    if _share(con, "regexp_full_match(x, '\\d+([.]\\d+)?')") >= MOST:
        return _counted(con, tokens)
    month_first = is_month_first(con, context, Source(position=position))
    read = f"coalesce({times.stamp('u', ())}, {times.day('u', ())})"
    if not month_first and (fits := _share(con, f"{read} IS NOT NULL")) >= MOST:
        return _kind(con, (), fits) | {"doubt": _order_in_doubt(con)}
    if _share(con, f"regexp_matches(x, {literal(_DAY_LIKE)})") < 0.25:
        return None
    formats: list[str] = []
    fits = 0.0
    while len(formats) < 3 and fits < 1:
        left = f"({_read(formats)}) IS NULL" if formats else "true"
        found = max(_candidates(con, left, month_first), default=None)
        if found is None:
            break
        formats.append(found[2])
        fits = _share(con, f"({_read(formats)}) IS NOT NULL")
    if fits < 0.8 and not (formats and _few_words(con, formats)):
        return None
    return _kind(con, tuple(formats), fits)


def _few_words(con: duckdb.DuckDBPyConnection, formats: Sequence[str]) -> bool:
    """Whether all that is no time is one to three words without a digit, as for calls to which nobody was sent."""
    rest, digits = con.execute(
        f"SELECT count(*), count(*) FILTER (regexp_matches(x, '\\d')) FROM looked WHERE ({_read(formats)}) IS NULL"
    ).fetchall()[0]
    return rest <= 3 and not digits


def _counted(con: duckdb.DuckDBPyConnection, tokens: Sequence[str]) -> dict[str, object] | None:
    """A column of bare numbers is one of times only where its heading says so."""
    if not set(tokens) & _TIME_WORDS:
        return None
    looks = times.count_looks("x")
    for unit in times.BARE:
        if (fits := _share(con, f"({looks}) = '{unit}'")) >= MOST:
            return _kind(con, (unit,), fits)
    if "time" in tokens and _share(con, "clock_of(lpad(x, 4, '0')) IS NOT NULL AND length(x) BETWEEN 3 AND 4") >= MOST:
        return {"kind": "clock", "formats": ("hhmm",)}
    return None


def _candidates(con: duckdb.DuckDBPyConnection, left: str, month_first: bool) -> Iterator[tuple[int, bool, str]]:
    """Formats that read what is left, with how many values, and whether they are of the order that was found."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE tried AS SELECT u FROM looked WHERE {left} LIMIT 300")
    texts = [u for (u,) in con.execute("SELECT u FROM tried WHERE u IS NOT NULL").fetchall()]
    for pattern in ("iso", *times.likely(texts)):
        n = con.execute(f"SELECT count(*) FROM tried WHERE ({_read([pattern])}) IS NOT NULL").fetchall()[0][0]
        if n:
            yield n, pattern.startswith("%m") == month_first, pattern


def _read(formats: Sequence[str]) -> str:
    return f"coalesce({times.stamp('u', tuple(formats))}, {times.day('u', tuple(formats))})"


def _kind(con: duckdb.DuckDBPyConnection, formats: tuple[str, ...], fits: float) -> dict[str, object]:
    """Whether what the formats read has times of day, and whether it is always the same one."""
    read = times.stamp("u", formats)
    clocks, with_clock = con.execute(
        f"SELECT count(DISTINCT t - date_trunc('day', t)), count(t) FROM (SELECT {read} AS t FROM looked)"
    ).fetchall()[0]
    found: dict[str, object] = {"kind": "time" if with_clock else "day", "formats": formats, "fits": fits}
    found["midnight"] = clocks == 1 and (with_clock > 3 or not con.execute(
        f"SELECT 1 FROM looked WHERE ({read}) <> date_trunc('day', {read}) LIMIT 1").fetchall())  # fmt: skip
    if fits < 1:
        found["doubt"] = (
            f"{100 * (1 - fits):.1f}% of its different values are written otherwise; words for no time belong under "
            "missing_values"
        )
    return found


def _order_in_doubt(con: duckdb.DuckDBPyConnection) -> str:
    """Of days with slashes none of which tells whether the day or the month stands first."""
    slashes = "regexp_matches(x, '^\\d{1,2}/\\d{1,2}/\\d')"
    if _share(con, slashes) < MOST or _share(con, f"{slashes} AND split_part(x, '/', 1)::INTEGER > 12"):
        return ""
    return "no day is later than the 12th: is it the day or the month that stands first?"


def _codes(con: duckdb.DuckDBPyConnection, context: Context, cell: str, look: Look) -> tuple[tuple[str, int], ...]:
    """Values with their counts, where none can name a person: in a column of codes, or digits and yes or no alone."""
    found = con.execute(
        f"SELECT x, count(*) AS n FROM (SELECT {cell} AS x FROM {context.raw.table}) WHERE x IS NOT NULL "
        "GROUP BY x ORDER BY n DESC, x"
    ).fetchall()
    bare = look.kind == "yes_no" or all(re.fullmatch(r"[\d.,+-]{1,8}", x) for x, _ in found)
    if not bare and not (set(look.tokens) & CODES and not any(may_name(x) for x, _ in found)):
        return ()
    # As many values as rows are no codes.
    return tuple(found) if 2 * len(found) <= look.filled or look.kind == "yes_no" else ()


def may_name(text: str) -> bool:
    """Whether a value is written as names are: ``Lee, Ann``, ``PC 1234 Lee``, ``A. Lee``, ``Ann Lee``."""
    if re.search(r"\b(Mr|Mrs|Ms|Miss|Dr|PC|PS|DC|DS|PCSO|Sgt|Insp)\b\.?\s", text, re.IGNORECASE):
        return True
    if re.fullmatch(r"[A-Z][\w'’-]+,\s*[A-Z][\w'’. -]*", text):
        return len(text.split()) <= 3
    return bool(re.fullmatch(r"([A-Z]\.?\s*){1,3}[A-Z][a-z'’-]+", text)) and " " in text


def _match(table: str, looks: Sequence[Look]) -> dict[str, Look]:
    """The column that each standard column may be taken from."""
    contract, found = CONTRACTS[table], {}
    free = {look.position: look for look in looks if look.kind != "empty"}
    for column in contract.columns:
        same = next((x for x in free.values() if "_".join(x.tokens) == column.name), None)
        if same is not None:
            found[column.name] = same
    rules = TARGETS.get(table, {})
    ranked = sorted(
        (rank, order, look.position, column)
        for order, (column, (kinds, patterns)) in enumerate(rules.items())
        for rank, pattern in enumerate(patterns)
        for look in free.values()
        if look.kind in kinds and re.search(pattern, " ".join(look.tokens)) and _may_feed(contract.column(column), look)
    )
    for _, _, position, column in ranked:
        taken = {look.position for name, look in found.items() if name not in BESIDE}
        if column not in found and (position not in taken or column in BESIDE):
            found[column] = free[position]
    return found


def _may_feed(column: Column, look: Look) -> bool:
    if look.kind == "number" and column.kind in ("text", "code") and set(look.tokens) & HOW_MANY:
        return False
    if column.kind == "person":
        return True
    return look.secret == "" or (look.secret == "person" and look.kind in STAMP)


def tables_of(looks: Sequence[Look]) -> dict[str, dict[str, Look]]:
    """The tables that the file may feed, each with its columns."""
    best: tuple[float, str] = (0.0, "")
    headings = {"_".join(look.tokens) for look in looks}
    for name, contract in CONTRACTS.items():
        hits = len(headings & set(contract.column_names))
        if hits >= 2:
            best = max(best, (hits + hits / len(headings), name))
    found = {}
    text = " | ".join(" ".join(look.tokens) for look in looks)
    wanted = {
        "suspect": re.search(r"nominal|suspect|offender|wanted", text),
        "bail": re.search(r"\bbail", text),
        "incident": re.search(r"incident|event|\bcad\b|\bcall\b|\blog\b|dispatch|priority|opened|received|sent", text),
        "deployment": re.search(r"arriv|at scene|on ?scene|en ?route|mobilis|\bsent\b|assigned", text),
        "crime": re.search(r"\bcrime\b|offen[cs]e|\boccurrence\b", text),
        "incident_crime": re.search(INCIDENT, text) and re.search(CRIME, text),
        "staff": re.search(r"\b(rank|fte|post title|job title)\b", text),
        "training": re.search(r"\b(course|training|module)\b", text),
        "device": re.search(r"\b(device|handset|asset|mdt|pda)\b", text) and re.search(r"issue|handed|alloc", text),
        "anpr_hit": re.search(r"\bvrm\b|anpr|number plate", text) and re.search(r"\b(hit|read|alert)\b", text),
        "anpr_camera": re.search(r"camera", text) and re.search(r"commission", text),
        "iom_cohort": re.search(r"\brag\b|\biom\b", text) and re.search(r"nominal|offender|\biom\b", text),
    }
    published = _published(looks)
    if published:
        return published
    if best[1] and best[1] not in wanted and best[0] >= 3:
        return {best[1]: _match(best[1], looks)}
    for name in wanted:
        columns = _match(name, looks)
        contract = CONTRACTS[name]
        # A row may stand for its reference where the table is one of incidents or of crimes.
        needed = [
            c.name
            for c in contract.columns
            if c.required and (not c.name.endswith("_id") or name in ("incident_crime", *OF_PERSONS))
        ]
        placed = any(c in columns for group in contract.any_of for c in group) or not contract.any_of
        own = name not in OWN or {*OWN[name]} & {*columns}
        # Custody records name offences too: a crime has a reference, or says that it is one.
        own = own and (name != "crime" or "crime_id" in columns or bool(re.search(r"\bcrime", text)))
        if name == "crime" and {*OF_PERSONS} & {*found}:
            continue
        # A month or a time alone may stand in any table.
        told = [c for c in columns if not contract.column(c).kind.startswith(("time", "month", "date"))]
        if (
            (wanted[name] or name == best[1])
            and placed
            and own
            and told
            and not [c for c in needed if c not in columns]
        ):
            found[name] = columns
    if not found and best[1]:
        found[best[1]] = _match(best[1], looks)
    return found or _lacking_one(wanted, looks)


def _lacking_one(wanted: Mapping[str, object], looks: Sequence[Look]) -> dict[str, dict[str, Look]]:
    """The table that the file may be, had it one column more that each row must fill in; it is marked as a gap."""
    near = [
        (len(columns), name, columns)
        for name in wanted
        if wanted[name] and name not in OWN and len(columns := _match(name, looks)) > 2
        if {*CONTRACTS[name].key} <= {*columns}
        if sum(c.required and c.name not in columns for c in CONTRACTS[name].columns) == 1
    ]
    return {name: columns for _, name, columns in sorted(near, key=lambda one: one[:2])[-1:]}


def _published(looks: Sequence[Look]) -> dict[str, dict[str, Look]]:
    """The published table that the file may be: the one most of whose columns are found, and all it needs but one."""
    best: tuple[int, int, int, str] | None = None
    headings = {"_".join(look.tokens) for look in looks}
    for name in TARGETS:
        contract, columns = CONTRACTS[name], _match(name, looks)
        lacking = [c.name for c in contract.columns if c.required and c.name not in columns]
        fewest = 3 if not lacking else 4
        if not name.endswith("_reference") or len(lacking) > 1 or len(columns) < fewest:
            continue
        # Of two with as many columns the one that has them under their own names.
        exact = len(headings & set(contract.column_names))
        best = max(best or (0, 0, 0, ""), (len(columns) - len(lacking), exact, -len(contract.columns), name))
    return {best[3]: _match(best[3], looks)} if best else {}
