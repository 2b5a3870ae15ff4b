"""Blank arrivals, header rows that are several, places elsewhere, and what is said of times that look like another kind."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmic_analysis.errors import ParameterError
from hmic_analysis.measures.attendance import incident_attendance
from hmic_analysis.store import rawtable, reader, times
from hmic_analysis.store.prepare import prepare
from hmic_analysis.store.rawtable import stack_names
from tests.measures.test_attendance import RULES
from tests.store.conftest import utc

LOG = """
    title: t
    missing_values: NEVER
    files: {log: {pattern: log.csv}}
    tables:
      incident:
        file: log
        columns: {incident_id: Ref, created_at: Opened, result: {column: Result, optional: true}}
      deployment:
        file: log
        columns: {incident_id: Ref, assigned_at: Sent, at_scene_at: ARRIVED}
    """


def log(shop, arrived: str, rows: str, head: str = "Ref,Opened,Sent,Arrived,Result"):
    shop.file("log.csv", f"{head}\n{rows}")
    shop.mapping(LOG.replace("ARRIVED", arrived))
    return shop.prepare("src")


ROWS = (
    "1,2013-01-01 10:00,2013-01-01 10:01,2013-01-01 10:09,\n2,2013-01-01 10:00,2013-01-01 10:01,,\n"
    "3,2013-01-01 10:00,,NEVER,\n4,2013-01-01 10:00,,,cancelled_by_caller\n"
    "5,2013-01-01 10:00,2013-01-01 10:02,,cancelled_by_caller\n"
)


def attended(shop) -> dict[str, object]:
    found = incident_attendance(shop.table("incident"), shop.table("deployment"), RULES)
    return dict(zip(found["incident_id"], found["attended"].astype(object).fillna("?"), strict=True))


def test_a_blank_arrival_is_not_known_until_the_mapping_says_that_nobody_came(shop):
    log(shop, "Arrived", ROWS)
    assert attended(shop)["2"] == attended(shop)["3"] == "?"
    manifest = log(shop, "{column: Arrived, blank_means: nobody}", ROWS)
    assert manifest.tables["deployment"].flags["nobody_arrived"] == 4
    # The call cancelled before anybody was sent is none to attend; that cancelled after it is.
    assert attended(shop) == {"1": True, "2": False, "3": False, "5": False}


def test_that_a_blank_arrival_is_not_known_can_be_said_and_the_check_asks_otherwise(shop):
    many = "".join(f"{i},2013-01-{1 + i % 28:02d} 10:{i % 60:02d},2013-01-01 10:01,,\n" for i in range(40))
    assert any("'blank_means'" in text for text in log(shop, "Arrived", many).tables["deployment"].odd)
    manifest = log(shop, "{column: Arrived, blank_means: not_known}", many)
    assert manifest.tables["deployment"].flags["arrival_not_known"] == 40
    assert not any("'blank_means'" in text for text in manifest.tables["deployment"].odd)


def test_an_arrival_whose_day_is_lost_is_no_blank(shop):
    shop.file("log.csv", "Ref,Opened,Sent,Arrived\n1,2013-01-01 10:00,,10:09\n2,2013-01-01 10:00,2013-01-01 10:01,\n")
    shop.mapping(LOG.replace("ARRIVED", "{time: Arrived, on: assigned_at, blank_means: nobody}"))
    shop.prepare("src")
    assert list(shop.table("deployment")["flags"]) == ["no_day", "nobody_arrived"]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("{column: Arrived, blank_means: nobody, default: 2013-01-01}", "'default' leaves none"),
        ("{column: Arrived, blank_means: nothing}", "must be 'nobody' or 'not_known'"),
    ],
)
def test_what_a_blank_cannot_mean_is_refused(shop, where, said):
    with pytest.raises(ParameterError, match=said):
        log(shop, where, ROWS)


def test_only_an_arrival_can_say_what_its_blank_means(shop):
    shop.file("log.csv", "Ref,Opened,Sent,Arrived\n")
    shop.mapping(LOG.replace("assigned_at: Sent", "assigned_at: {column: Sent, blank_means: nobody}")
                 .replace("ARRIVED", "Arrived"))  # fmt: skip
    with pytest.raises(ParameterError, match="'blank_means' does nothing"):
        shop.prepare("src")


def grid(merged: list[str], *rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


TWO_ROWS = """
    title: t
    files: {t: {pattern: "t.*", header: [2, 3], MORE}}
    tables:
      incident:
        file: t
        where: {column: Force area, equals: Cleveland}
        columns: {incident_id: Ref Number, created_at: Ref Opened, incident_type: 2013 Type, local_grade: 2013 Grade}
    """
BODY = (["Cleveland", "A1", "2013-02-01 10:00", "Alarm", "1"], [None, "A2", "2013-02-02 10:00", "Fire", "2"],
        ["Durham", "D1", "2013-02-02 10:00", "Fire", "2"], [None, None, None, None, None])  # fmt: skip


def test_two_header_rows_and_merged_cells_of_a_workbook(shop):
    head = (["Table 2"], ["Force area", "Ref", None, "2013", None], [None, "Number", "Opened", "Type", "Grade"])
    shop.file("t.xlsx", grid(["B2:C2", "D2:E2", "A4:A5"], *head, *BODY))
    shop.mapping(TWO_ROWS.replace("MORE", "merged: fill"))
    (account,) = shop.prepare("src").accounts
    assert (account.read, account.kept) == (3, 2)
    frame = shop.table("incident")
    assert list(frame["incident_id"]) == ["A1", "A2"]
    assert list(frame["incident_type"]) == ["Alarm", "Fire"]
    assert list(frame["source_row"]) == [4, 5]


def test_two_header_rows_of_a_text_file_spread_to_the_right(shop):
    lines = ["Table 2", "Force area,Ref,,2013,", ",Number,Opened,Type,Grade", "Cleveland,A1,2013-02-01 10:00,Alarm,1"]
    shop.file("t.csv", "\r\n".join(lines))
    shop.mapping(TWO_ROWS.replace(", MORE", ""))
    shop.prepare("src")
    assert shop.table("incident").loc[0, ["incident_id", "incident_type", "source_row"]].tolist() == ["A1", "Alarm", 4]


def test_merged_cells_of_a_text_file_are_refused_in_words(shop):
    shop.file("t.csv", "a\nb\nForce area,Ref Number,Ref Opened,2013 Type,2013 Grade\n")
    shop.mapping(TWO_ROWS.replace("[2, 3], MORE", "3, merged: fill"))
    with pytest.raises(Exception, match="'merged: fill' is for workbooks"):
        shop.prepare("src")


@pytest.mark.parametrize("header", ["[2, 4]", "[3, 2]", "[]", "[0, 1]", "two"])
def test_header_rows_that_do_not_follow_one_another_are_refused(shop, header):
    shop.mapping(TWO_ROWS.replace("[2, 3], MORE", header))
    shop.file("t.csv", "a\n")
    with pytest.raises(ParameterError, match="header"):
        shop.prepare("src")


def test_a_group_of_the_upper_row_ends_where_the_row_above_begins_another():
    rows = (["A", "", "B", ""], ["x", "", "", "y"], ["1", "2", "3", "4"])
    assert stack_names(rows) == ("A x 1", "A x 2", "B 3", "B y 4")
    assert stack_names((["Total", ""], ["Total", "n"]), spread=False) == ("Total", "n")


def test_a_position_of_a_filter_that_no_file_has_is_told(shop):
    shop.file("t.csv", "Ref,Opened\n1,2013-01-01\n")
    shop.mapping("""
        title: t
        files: {t: {pattern: t.csv}}
        tables:
          incident: {file: t, where: {position: 5, equals: x}, columns: {incident_id: Ref, created_at: Opened}}
        """)
    with pytest.raises(Exception, match="has 2 columns; 'where' asks for position 5"):
        shop.prepare("src")


def test_districts_elsewhere_are_counted_kept_and_said(shop):
    shop.file("t.csv", "Ref,Month,LSOA name\n1,2014-01,Hartlepool 001A\n2,2014-01,County Durham 002B\n3,2014-01,\n")
    shop.mapping("""
        title: t
        files: {t: {pattern: t.csv}}
        tables:
          crime:
            file: t
            columns:
              crime_id: Ref
              recorded_month: Month
              district: {column: LSOA name, extract: '^(.*) \\d{3}[A-Z]$', within: "{districts}"}
        """)
    found = prepare(shop.project, ["src"], "here", shop.raw, districts=("hartlepool", "Middlesbrough")).manifest
    assert found.tables["crime"].rows == 3
    assert found.tables["crime"].accounts[0].flags == {"district_outside": 1}
    # A body without districts of its own has none outside.
    assert prepare(shop.project, ["src"], "here", shop.raw).manifest.tables["crime"].flags == {}


UNITS = {"epoch_seconds": 10**6, "epoch_milliseconds": 10**3, "epoch_microseconds": 1}
INSTANTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1)).map(lambda t: t.replace(microsecond=0))


@pytest.fixture(scope="module")
def engine():
    import duckdb

    con = duckdb.connect()
    rawtable.make_macros(con)
    times.make_time_macros(con)
    return con


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(when=INSTANTS, unit=st.sampled_from([*UNITS, "excel_days"]))
def test_a_bare_number_is_told_by_its_size_and_read_by_what_was_told(engine, when, unit):
    since = when - dt.datetime(1970, 1, 1)
    text = (
        str(int(since / dt.timedelta(microseconds=1)) // UNITS[unit])
        if unit != "excel_days"
        else repr((when - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1))
    )
    looks = times.count_looks("x")
    assert engine.execute(f"SELECT {looks} FROM (SELECT ? AS x)", [text]).fetchone()[0] == unit
    read = engine.execute(f"SELECT {times.stamp('x', (unit,))} FROM (SELECT ? AS x)", [text]).fetchone()[0]
    assert abs(read - when) <= dt.timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "cell", ["41306", "1372633200", "1372633200000", "1372633200000000", "130172042405000000", "20130228"]
)
def test_what_a_refused_number_looks_like_is_counted_in_the_account(shop, cell):
    shop.file("incident.csv", f"incident_id,created_at\n1,{cell}\n2,2013-01-01 10:00\n")
    ((reason, n),) = shop.prepare().tables["incident"].accounts[0].reasons.items()
    assert n == 1
    assert reason.startswith("not a time: created_at; it looks like format ")
    assert cell not in reason


@pytest.mark.parametrize("written", ["%d-%b-%y %H:%M", "%d.%m.%Y %H:%M", "%Y%m%d%H%M%S", "%d/%m/%Y %I:%M:%S %p"])
def test_a_refused_format_is_told_by_the_whole_column(shop, written):
    start = dt.datetime(2013, 1, 1, 9, 15)
    cells = [f"{start + dt.timedelta(days=i, hours=i):{written}}" for i in range(40)]
    assert days(shop, cells) == {f"not a time: created_at; it looks like format {written}": 40}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["0,8", "0,125"], 'decimal: ","'),
        (["7,5", "7,250"], 'decimal: ","'),
        (["1.234,5", "2.345,5"], 'decimal: ",", thousands: "."'),
        (["1 234", "2 345"], 'thousands: " "'),
    ],
)
def test_how_a_refused_number_is_written_is_told_and_a_comma_is_one_thing_in_a_column(shop, cells, told):
    rows = [f'T{i},custody,"{cell}",2013-01-01 10:00\n' for i, cell in enumerate(cells)]
    shop.file("demand_task.csv", "task_id,task_type,resource_hours,started_at\n" + "".join(rows))
    reasons = shop.prepare().tables["demand_task"].accounts[0].reasons
    assert reasons == {f"not a number: resource_hours; it looks like {told}": 2}


def days(shop, cells: list[str]) -> dict[str, int]:
    shop.file("incident.csv", "incident_id,created_at\n" + "".join(f"{i},{c}\n" for i, c in enumerate(cells)))
    return shop.prepare().tables["incident"].accounts[0].reasons


@pytest.mark.parametrize(("months", "on"), [(range(1, 13), (1, 5, 9)), (range(1, 4), range(1, 13))])
def test_a_log_that_is_in_order_month_first_only_is_kept_aside_though_no_day_is_later_than_the_12th(shop, months, on):
    cells = [f"{m:02d}/{d:02d}/2013 10:{d:02d}" for m in months for d in on]
    assert days(shop, cells) == {"not a time: created_at; it looks month first: format %m/%d/%Y %H:%M": 36}
    assert days(shop, [f"{c[3:5]}/{c[:2]}{c[5:]}" for c in cells]) == {}


def test_a_year_of_two_digits_is_hinted_at_day_first(shop):
    told = days(shop, ["13/02/13 10:00", "28/02/13 10:00", "28/02/2013 10:00"])
    assert told == {"not a time: created_at; it looks like format %d/%m/%y %H:%M": 2}


def test_many_rows_on_days_that_lie_together_month_first_only_are_kept_aside(shop):
    cells = [f"02/{1 + 5 * i % 12:02d}/2013 {i % 24:02d}:00" for i in range(72)]
    assert days(shop, cells) == {"not a time: created_at; it looks month first: format %m/%d/%Y %H:%M": 72}
    # One row on the tenth of each month is a register, and day first.
    assert days(shop, [f"10/{m:02d}/2013 09:00" for m in range(1, 13)]) == {}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ends=st.one_of(
        st.lists(st.sampled_from(["\r", "\r\n", "\n"]), min_size=1, max_size=3),
        st.sampled_from([["\x85"], ["\u2028"], ["\u2029"], ["\x0b"], ["\x1e"]]),
    ),
    last=st.booleans(),
    n=st.integers(2, 5),
)
def test_whatever_ends_the_lines_every_row_is_read(shop, ends, last, n):
    rows = ["incident_id,created_at", *(f"{i},2013-01-0{i} 10:00" for i in range(1, n + 1))]
    text = "".join(row + (ends[i % len(ends)] if last or i < n else "") for i, row in enumerate(rows))
    shop.file("incident.csv", text)
    assert shop.prepare().tables["incident"].rows == n


def test_a_file_that_is_one_line_is_never_called_empty(shop):
    shop.file("crime.csv", "crime_id,recorded_month\nC1,2013-01\n")
    shop.file("incident.csv", "incident_id,created_at;" + "".join(f"{i},2013-01-01 10:00;" for i in range(1200)))
    manifest = shop.prepare()
    assert "its lines end in no way that is known" in manifest.broken["incident"]
    assert "2013-01-01" not in manifest.broken["incident"]


def test_a_zone_that_does_nothing_is_said_and_one_that_does_moves_the_month(shop):
    frame = shop.column(
        "{column: x, format: epoch_seconds, timezone: America/New_York}", ["1372640400"], target="created_month"
    )
    assert frame["created_month"][0] == pd.Timestamp("2013-06-01")
    assert shop.column("{column: x, format: epoch_seconds}", ["1372640400"], target="created_month")["created_month"][
        0
    ] == pd.Timestamp("2013-07-01")
    shop.column("{column: x, timezone: America/New_York}", ["2013-06-30 23:30"], target="created_month")
    assert "'timezone' of created_month does nothing" in " ".join(shop.prepare("src").remarks)
    assert utc("2013-07-01 01:00") == pd.Timestamp(1372640400, unit="s", tz="UTC")


def record(code: int, data: bytes) -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def formula(row: int, result: bytes, flags: int = 0) -> bytes:
    return record(6, struct.pack("<HHH", row, 1, 0) + result + struct.pack("<H", flags) + bytes(6))


EMPTY, ZERO, SEVEN = b"\3" + bytes(5) + b"\xff\xff", bytes(8), struct.pack("<d", 7)


def test_formulas_of_an_old_workbook_that_hold_no_result_are_found():
    cells = (
        formula(0, EMPTY) + record(0x0203, bytes(14)) + formula(3, ZERO, 2) + formula(4, ZERO) + formula(5, SEVEN, 2)
    )
    chart = record(0x0809, bytes(16)) + record(10, b"")
    stream = (
        b"xx" + record(0x0809, bytes(16)) + cells + chart + formula(9, EMPTY) + record(10, b"") + formula(11, EMPTY)
    )
    assert list(reader.formulas(stream, 2)) == [(0, 1, False), (3, 1, False), (4, 1, True), (5, 1, True), (9, 1, False)]


def test_a_formula_for_which_a_program_wrote_nothing_but_0_is_counted_and_its_cell_set_aside(shop):
    whole = grid(
        [],
        ["incident_id", "created_at", "local_grade"],
        ["A1", "2013-01-01 10:00", "=1+1"],
        ["A2", "2013-01-01 10:00", 3],
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(stream, "w") as new:
        for item in old.namelist():
            new.writestr(item, old.read(item).replace(b"<v />", b"<v>0</v>").replace(b"<v></v>", b"<v>0</v>"))
    shop.file("incident.xlsx", stream.getvalue())
    manifest = shop.prepare()
    assert manifest.accounts[0].cells == {"formula without a stored result: local_grade": 1}
    assert list(shop.table("incident")["local_grade"].fillna("-")) == ["-", "3"]
    assert any("1 cells hold a formula whose result is not stored" in text for text in manifest.remarks)


def test_a_formula_without_a_result_is_no_blank_to_what_a_mapping_makes_of_blanks(shop):
    shop.mapping(
        """
        title: t
        files: {t: {pattern: "t.xlsx"}}
        tables:
          deployment:
            file: t
            where: [{column: Use, not_equals: n}]
            columns:
              incident_id: Ref
              resource_type: {column: Kind, codes: {car: officer}, default: pcso}
              assigned_at: Sent
              at_scene_at: {first_of: [{column: There}, {column: Later}], blank_means: nobody}
        """
    )
    heads = ["Ref", "Kind", "Sent", "There", "Later", "Use", "Other"]
    fine = ["A0", "car", "2013-01-01 10:00", "2013-01-01 10:05", "2013-01-01 10:09", "y", "x"]
    rows = [[f"A{i}", *fine[1:]] for i in range(8)]
    for i, place in enumerate(range(7), start=1):
        rows[i][place] = "=1+1"
    rows.append(["A8", "car", "2013-01-01 10:00", None, None, "y", "x"])
    shop.file("t.xlsx", grid([], heads, *rows))
    account = shop.prepare("src").tables["deployment"].accounts[0]
    told = "formula without a stored result: "
    assert account.reasons == {f"{told}incident_id": 1, f"{told}where": 1}
    # What no column reads costs nothing.
    assert account.cells == {f"{told}resource_type": 1, f"{told}assigned_at": 1, f"{told}at_scene_at": 2}
    kept = shop.table("deployment").set_index("incident_id")
    assert list(kept.index) == ["A0", "A2", "A3", "A4", "A5", "A7", "A8"]
    assert list(kept.index[kept["resource_type"].isna()]) == ["A2"]
    assert list(kept.index[kept["at_scene_at"].isna()]) == ["A4", "A5", "A8"]
    assert list(kept.index[kept["flags"].str.contains("nobody_arrived")]) == ["A8"]
