"""The staging tables: typed rows of every feed, repeats found, odd times flagged."""

import re
from functools import cache

import duckdb

from hmic_analysis.contracts import CONTRACTS, Contract, TimeCheck
from hmic_analysis.errors import DataError, keep_traceback, said, storage_fault
from hmic_analysis.store.columns import filter_test
from hmic_analysis.store.feeds import Feed, Feeds
from hmic_analysis.store.mapping import DISTRICTS, FileSpec, TableSpec
from hmic_analysis.store.rawtable import NO_RESULT, RawTable, fold_name, hand_over, literal, scalar, words
from hmic_analysis.store.stamps import JITTER
from hmic_analysis.store.times import GAP, zone_macros
from hmic_analysis.store.typed import TOTALS, sql_type, text_columns, typed_select, unworked_filters

#: Begins the reason of rows that a mapping's ``expect`` tells to be none of this force's.
ANOTHER = "another force"


def stage_name(table: str) -> str:
    """Name of a staging table."""
    return f"stage_{table}"


def prepare_raw(
    con: duckdb.DuckDBPyConnection, raw: RawTable, spec: FileSpec, police_name: str = "", table: str = ""
) -> list[str]:
    """Make ``<raw>_rows``: the raw rows with ``_skip``, why a row is no data (null where it is).

    What is to be told of it. ``table``: the one that it feeds by its name, whose columns are known.
    """
    columns = [f"c{i}" for i in range(1, len(raw.names) + 1)]
    cells = ", ".join(f"nullif({c}, '')" if raw.plain else f"clean({c})" for c in columns)
    # The first cells tell of nearly every row; of thousands of columns to plan so many tests takes longer than to join.
    filled = f"coalesce({cells})" if len(columns) <= _WIDE else f"clean(concat({', '.join(columns)}))"
    tests = [f"WHEN {filled} IS NULL THEN 'blank row'"]
    if spec.footer.rows:
        tests.append(f"WHEN _row >= {raw.footer_from} THEN 'footer or total row'")
    for word in spec.footer.starts_with:
        tests.append(f"WHEN starts_with(lower(clean(c1)), {literal(word.lower())}) THEN 'footer or total row'")
    # Seldom is there any such row; a look at the first column saves testing each row of each column for it.
    found = _odd_words(con, raw, 1)
    if spec.header != "none" and found & {fold_name(raw.names[0])}:
        tests.append(f"WHEN {_is_headings(raw)} THEN 'the header again'")
    notes = []
    if table:
        for position in raw.positions(CONTRACTS[table].column_names[0])[:1]:
            if not (found if position == 1 else _odd_words(con, raw, position)).isdisjoint(TOTALS):
                tests.append(f"WHEN folded(clean(c{position})) IN {words(TOTALS)} THEN 'footer or total row'")
        if below := _second_table(con, raw) if found else 0:
            tests.append(f"WHEN _row >= {below} THEN 'below a second header'")
            notes.append(
                f"{raw.file}: row {below} holds other headings: another table begins there. It and the rows below it "
                "were kept aside; ask for one table on each sheet or in each file"
            )
    for name, wanted in spec.expect.items():
        if "{police_name}" in wanted and not police_name:
            continue
        if lacking := raw.is_unworked([name]):
            tests.append(f"WHEN {lacking} THEN {literal(NO_RESULT)}")
        for position in raw.positions(name)[:1]:
            own = literal(wanted.replace("{police_name}", police_name))
            held, own = (f"replace(folded(clean({x})), '&', 'and')" for x in ("x", own))
            # A file names few forces: only what differs among them is looked for in its rows.
            others = con.execute(
                f"SELECT x FROM (SELECT DISTINCT c{position} AS x FROM {raw.table}) WHERE {held} <> {own}"
            ).fetchall()
            if others:
                named = f"{raw.table}_others_{position}"
                hand_over(con, named, {"x": ("VARCHAR", [x for (x,) in others])})
                said = literal(f"{ANOTHER}: {name} is not as expected")
                tests.append(f"WHEN c{position} IN (SELECT x FROM {named}) THEN {said}")
    con.execute(f"CREATE VIEW {raw.table}_rows AS SELECT *, CASE {' '.join(tests)} END AS _skip FROM {raw.table}")
    return notes


#: Columns from which on a table is wide.
_WIDE = 200
#: So many columns tell whether a row holds headings, none of which is longer than so many bytes.
_ENOUGH, _LONGEST = 3, 200


def _is_headings(raw: RawTable) -> str:
    """SQL of whether a row holds the headings of its columns, as where pages or files were joined."""
    named = [(f"folded(clean(c{i}))", fold_name(name)) for i, name in enumerate(raw.names, start=1)]
    named = [(cell, name) for cell, name in named if name][:_ENOUGH]
    if len(named) < 2:
        return "false"
    # All but two may be blank; the first alone tells of nearly every row that it is none.
    tests = [f"{cell} = {literal(name)}" for cell, name in named[:2]]
    tests += [f"coalesce({cell} = {literal(name)}, true)" for cell, name in named[2:]]
    return f"({' AND '.join(tests)})"


@cache
def _headings() -> frozenset[str]:
    """The names of all columns of all tables."""
    return frozenset(c for contract in CONTRACTS.values() for c in contract.column_names)


def _odd_words(con: duckdb.DuckDBPyConnection, raw: RawTable, position: int) -> set[str]:
    """Which headings and words for sums a column holds in its rows."""
    # References hold a digit, and nearly all first columns hold references.
    cell, digit = (
        f"c{position}",
        "" if re.search("[0-9]", raw.names[position - 1]) else "AND NOT regexp_matches({0}, '[0-9]')",
    )
    query = f"SELECT DISTINCT {cell} FROM {raw.table} WHERE strlen({cell}) <= {_LONGEST} {digit.format(cell)}"
    looked_for = {*_headings(), *TOTALS, fold_name(raw.names[position - 1])}
    return {fold_name(word) for (word,) in con.execute(query).fetchall()} & looked_for


def _second_table(con: duckdb.DuckDBPyConnection, raw: RawTable) -> int:
    """The first row that holds nothing but names of columns of tables, and not those above it; 0 for none."""
    cells = [f"folded(clean(c{i}))" for i in range(1, min(len(raw.names), _ENOUGH) + 1)]
    if len(cells) < 2:
        return 0
    known = _headings()
    query = f"SELECT _row, {', '.join(cells)} FROM {raw.table} WHERE {cells[0]} IN {words(known)}"
    rows = con.execute(f"{query} AND NOT {_is_headings(raw)} ORDER BY _row LIMIT 100").fetchall()
    return next((r for r, first, second, *more in rows if second in known and known.issuperset({*more} - {None})), 0)


def stage_feed(
    con: duckdb.DuckDBPyConnection, feed: Feed, number: int, file: int, home: str, districts: tuple[str, ...] = ()
) -> None:
    """Type the rows of one feed into the staging table of its table."""
    contract = CONTRACTS[feed.table]
    columns = ", ".join(f"{c.name} {sql_type(c)}" for c in contract.columns)
    texts = "".join(f", text_{name} VARCHAR" for name in text_columns(contract))
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {stage_name(feed.table)} "
        f"(feed INTEGER, file INTEGER, _row BIGINT, {columns}, flags VARCHAR[], reasons VARCHAR[], "
        f"cells VARCHAR[]{texts})"
    )
    if feed.raw.straight is not None:
        # A standard return: the whole file feeds this one table.
        straight = feed.raw.straight
        into = f"INSERT INTO {stage_name(feed.table)} SELECT {number}, {file}, * FROM"
        con.execute(f"{into} ({straight.select})").fetchall()
        con.execute(f"DROP TABLE {straight.table}")
        if not con.execute(f"SELECT 1 FROM {feed.raw.table} LIMIT 1").fetchall():
            return
    tests = ["_skip IS NULL", *(filter_test(feed.context, test) for test in feed.spec.where)]
    if lacking := unworked_filters(feed.raw, feed.spec):
        # Whether they are meant nobody can say: they are offered, and set aside.
        tests[1:] = [f"({' AND '.join(tests[1:])} OR {lacking})"]
    source = f"(SELECT * FROM {feed.raw.table}_rows WHERE {' AND '.join(tests)})"
    try:
        spec = _placed(feed.spec, districts)
        select = typed_select(con, feed.context, contract, spec, home).replace("{source}", source)
        con.execute(f"INSERT INTO {stage_name(feed.table)} SELECT {number}, {file}, * FROM ({select})").fetchall()
    except duckdb.Error as error:
        if isinstance(error, duckdb.OutOfMemoryException) or storage_fault(error):
            raise
        keep_traceback(error)
        raise DataError(
            f"{feed.raw.file}: table '{feed.table}' of the source '{feed.source}' can't be made: {said(error)}\n"
            "Check the formats, regular expressions and filters of that table in the mapping."
        ) from error


def _placed(spec: TableSpec, districts: tuple[str, ...]) -> TableSpec:
    """``within: "{districts}"`` as the districts of the force's area; as nothing for a body that has none."""
    placed = {
        name: source.model_copy(update={"within": districts})
        for name, source in spec.columns.items()
        if source.within == (DISTRICTS,)
    }
    return spec.model_copy(update={"columns": spec.columns | placed})


def settle_broken(con: duckdb.DuckDBPyConnection, made: Feeds, broken: dict[str, str], shown: str) -> None:
    """Take tables that could not be made out of the feeds; those left keep their places in it."""
    left = [(old, feed) for old, feed in enumerate(made.feeds) if feed.table not in broken]
    made.feeds = [feed for _, feed in left]
    for new, (old, feed) in enumerate(left):
        if new != old:
            con.execute(f"UPDATE {stage_name(feed.table)} SET feed = {new} WHERE feed = {old}").fetchall()
    for table in broken:
        con.execute(f"DROP TABLE IF EXISTS {stage_name(table)}")
    if not made.feeds:
        listed = "\n".join(f"- {fault}" for fault in dict.fromkeys(broken.values()))
        raise DataError(f"{shown} can't be prepared:\n{listed}")


def reject_repeats(con: duckdb.DuckDBPyConnection, contract: Contract, files: dict[int, str]) -> None:
    """Give rows whose key was met before their reason: a repeat if they are alike throughout, else a conflict."""
    if not contract.key:
        return
    stage, key = stage_name(contract.name), ", ".join(contract.key)
    found = con.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {key} FROM {stage} WHERE len(reasons) = 0 "
        f"GROUP BY {key} HAVING count(*) > 1"
    ).fetchall()
    if not found[0][0]:
        return
    con.execute("CREATE OR REPLACE TEMP TABLE file_names (file INTEGER, file_name VARCHAR)")
    con.executemany("INSERT INTO file_names VALUES (?, ?)", list(files.items()))
    order = "ORDER BY file, _row, feed"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE refused AS SELECT id, CASE WHEN alike_nth > 1 "
        f"THEN 'repeat of row ' || alike_row || ' of ' || a.file_name "
        f"ELSE 'conflicting key: row ' || same_row || ' of ' || b.file_name || ' has the same {key} and differs' END "
        f"AS reason FROM (SELECT s.rowid AS id, row_number() OVER alike AS alike_nth, row_number() OVER same AS nth, "
        f"first_value(_row) OVER alike AS alike_row, first_value(_row) OVER same AS same_row, "
        f"first_value(file) OVER alike AS alike_file, first_value(file) OVER same AS same_file "
        f"FROM {stage} s SEMI JOIN repeated USING ({key}) WHERE len(reasons) = 0 "
        f"WINDOW same AS (PARTITION BY {key} {order}), "
        f"alike AS (PARTITION BY {', '.join(contract.column_names)}, cells {order})) r "
        f"JOIN file_names a ON a.file = alike_file JOIN file_names b ON b.file = same_file WHERE nth > 1"
    ).fetchall()
    con.execute(
        f"UPDATE {stage} SET reasons = [refused.reason] FROM refused WHERE {stage}.rowid = refused.id"
    ).fetchall()


def _by_numbers(name: str) -> list[tuple[int, str]]:
    """A file's name as people order them: what is digits counts as a number."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", name)]


def keep_one(con: duckdb.DuckDBPyConnection, feeds: list[Feed], files: dict[int, str]) -> None:
    """Of rows of one key let that stand which the mapping wants: the first or the latest, by a column or by place."""
    for table in dict.fromkeys(f.table for f in feeds):
        kept = [(i, f.spec) for i, f in enumerate(feeds) if f.table == table and f.spec.keep]
        for spec in {id(s.columns): s for _, s in kept}.values():
            numbers = ", ".join(str(i) for i, s in kept if s == spec)
            stage, way = stage_name(table), "DESC" if spec.keep == "latest" else "ASC"
            by = f"{spec.keep_by} {way} NULLS LAST, " if spec.keep_by else ""
            key = ", ".join(spec.key or CONTRACTS[table].key)
            names = " ".join(f"WHEN {n} THEN {literal(name)}" for n, name in files.items())
            # The second file comes before the tenth, whether or not its number has leading zeros.
            placed = enumerate(sorted(files, key=lambda n: _by_numbers(files[n])))
            place = f"CASE file {' '.join(f'WHEN {n} THEN {i}' for i, n in placed)} END"
            con.execute(
                f"UPDATE {stage} SET reasons = ['another state of row ' || r.row || ' of ' || CASE r.file {names} END] "
                f"FROM (SELECT rowid AS id, row_number() OVER w AS nth, first_value(_row) OVER w AS row, "
                f"first_value(file) OVER w AS file FROM {stage} WHERE len(reasons) = 0 AND feed IN ({numbers}) "
                f"WINDOW w AS (PARTITION BY {key} ORDER BY {by}{place} {way}, _row {way})) r "
                f"WHERE r.nth > 1 AND {stage}.rowid = r.id"
            ).fetchall()


_IS_AMBIGUOUS = "list_contains(flags, 'ambiguous_local_time')"


def settle_folds(con: duckdb.DuckDBPyConnection, contract: Contract, tables: set[str], zone: str) -> None:
    """Move ambiguous times to their second occurrence where the first lies before a time of another table.

    A deployment in the hour that the clocks repeat may say nothing by itself; the creation of its incident does.
    """
    checks = [c for c in contract.checks if c.earlier_table in tables and c.max_hours is None]
    wall, local = zone_macros(con, zone)
    stage = stage_name(contract.name)
    if not checks or not scalar(con, f"SELECT count(*) FROM {stage} WHERE {_IS_AMBIGUOUS}"):
        return
    for check in checks:
        floors = ["o.found"]
        # The few rows in question first, in a table of their own: then the join costs next to nothing.
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE doubtful AS SELECT rowid AS id, * EXCLUDE (reasons) FROM {stage} "
            f"WHERE {_IS_AMBIGUOUS}"
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE floors AS SELECT s.id, b.{check.earlier} AS found "
            f"FROM {stage_name(check.earlier_table)} b JOIN doubtful s USING (incident_id) WHERE len(b.reasons) = 0"
        )
        for column in (c.name for c in contract.columns if c.kind == "timestamp"):
            # Step by step into small tables: the macros of a zone are long, and each use of one is costly to plan.
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE folds AS SELECT id, {local}(s.{column}) AS wall_time, found "
                f"FROM {stage} s JOIN floors ON s.rowid = id WHERE s.{column} IS NOT NULL"
            )
            con.execute(f"CREATE OR REPLACE TEMP TABLE folds AS SELECT *, {wall}(wall_time) AS code FROM folds")
            first = "o.wall_time - to_seconds(o.code // 1000 - 86400)"
            second = f"({column} + to_minutes(o.code % 1000))"
            floor = f"greatest({', '.join(floors)}) - {JITTER}"
            con.execute(
                f"UPDATE {stage} SET {column} = {second} FROM folds o WHERE o.id = {stage}.rowid "
                f"AND o.code % 1000 BETWEEN 1 AND {GAP - 1} "
                f"AND {column} = {first} AND {column} < {floor} AND {second} >= {floor}"
            ).fetchall()
            floors.append(f"{stage}.{column}")


def flag_times(con: duckdb.DuckDBPyConnection, contract: Contract, tables: set[str]) -> None:
    """Add the flags of the contract's time checks to rows that are kept."""
    stage = stage_name(contract.name)
    own = [c for c in contract.checks if not c.earlier_table]
    if own:
        tests = ", ".join(f"CASE WHEN {_broken(c, c.earlier, c.later)} THEN {literal(c.flag)} END" for c in own)
        any_of = " OR ".join(_broken(c, c.earlier, c.later) for c in own)
        con.execute(
            f"UPDATE {stage} SET flags = list_concat(flags, {_found(tests)}) WHERE ({any_of}) AND len(reasons) = 0"
        ).fetchall()
    for table in sorted({c.earlier_table for c in contract.checks if c.earlier_table} & tables):
        checks = [c for c in contract.checks if c.earlier_table == table]
        broken = [(c.flag, _broken(c, f"o.{c.earlier}", f"s.{c.later}")) for c in checks]
        tests = ", ".join(f"CASE WHEN {test} THEN {literal(flag)} END" for flag, test in broken)
        any_of = " OR ".join(test for _, test in broken)
        con.execute(
            f"UPDATE {stage} SET flags = list_concat(flags, j.found) FROM (SELECT s.rowid AS id, "
            f"{_found(tests)} AS found FROM {stage} s JOIN {stage_name(table)} o USING (incident_id) "
            f"WHERE ({any_of}) AND len(o.reasons) = 0 AND len(s.reasons) = 0) j WHERE {stage}.rowid = j.id"
        ).fetchall()


def _broken(check: TimeCheck, earlier: str, later: str) -> str:
    if check.max_hours is None:
        return f"{later} < {earlier}"
    return f"{later}::TIMESTAMP - {earlier}::TIMESTAMP > to_seconds({round(check.max_hours * 3600)})"


def _found(tests: str) -> str:
    return f"list_filter([{tests}], lambda x: x IS NOT NULL)"
