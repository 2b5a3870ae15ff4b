"""Each way in which a mapping can say a time."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.store.conftest import utc


def created(shop, source: str, cells: list[str]) -> list[pd.Timestamp | None]:
    frame = shop.column(source, cells, target="created_at")
    return [None if pd.isna(v) else v.tz_convert("UTC") for v in frame["created_at"]]


@pytest.mark.parametrize(
    ("source", "cell", "expected"),
    [
        ("x", "2013-01-02 03:04", "2013-01-02 03:04"),
        ("x", "2013-01-02T03:04:05.678", "2013-01-02 03:04:05.678"),
        ("x", "2013-01-02 03:04:05.1234567", "2013-01-02 03:04:05.123456"),
        ("x", "02/01/2013 03:04", "2013-01-02 03:04"),
        ("x", "2/1/2013 3:04:05", "2013-01-02 03:04:05"),
        ("x", "2013-07-02 03:04", "2013-07-02 02:04"),
        ("x", "2013-07-02 03:04Z", "2013-07-02 03:04"),
        ("x", "2013-07-02 03:04:00+02:00", "2013-07-02 01:04"),
        ("x", "2013-07-02 03:04:00-0530", "2013-07-02 08:34"),
        ("x", "2013-07-02 03:04 GMT", "2013-07-02 03:04"),
        ("x", "2013-01-02 03:04 BST", "2013-01-02 02:04"),
        ("x", "2013-01-02 24:00", "2013-01-03 00:00"),
        ("x", "02/01/2013 24:00:00", "2013-01-03 00:00"),
        ("x", "2013-01-02 10:24:17", "2013-01-02 10:24:17"),
        ("{column: x, format: '%m/%d/%Y %I:%M:%S %p'}", "02/28/2014 6:08:26 PM", "2014-02-28 18:08:26"),
        ("{column: x, format: '%m/%d/%Y %I:%M:%S %p'}", "02/28/2014 12:08:26 am", "2014-02-28 00:08:26"),
        ("{column: x, format: '%d/%m/%y %H:%M'}", "1/2/14 06:08", "2014-02-01 06:08"),
        ("{column: x, format: ['%Y%m%d %H%M', iso]}", "20140201 0608", "2014-02-01 06:08"),
        ("{column: x, format: ['%Y%m%d %H%M', iso]}", "2014-02-01 06:08", "2014-02-01 06:08"),
        ("{column: x, format: epoch_seconds}", "1372730640", "2013-07-02 02:04"),
        ("{column: x, format: epoch_milliseconds}", "1372730640500", "2013-07-02 02:04:00.5"),
        ("{column: x, format: epoch_milliseconds}", "-1372730640500", "1926-07-02 21:55:59.5"),
        ("{column: x, format: epoch_milliseconds}", "1.3727306405e+12", "2013-07-02 02:04:00.5"),
        ("{column: x, format: epoch_seconds, thousands: ','}", "1,372,730,640", "2013-07-02 02:04"),
        ("{column: x, format: epoch_filetime}", "130172042405000000", "2013-07-02 02:04:00.5"),
        ("{column: x, format: [epoch_milliseconds, iso]}", "1372730640500", "2013-07-02 02:04:00.5"),
        ("{column: x, format: [epoch_milliseconds, iso]}", "2013-07-02 03:04", "2013-07-02 02:04"),
        ("{column: x, format: excel_days}", "41306.25", "2013-02-01 06:00"),
        ("{column: x, format: [excel_days, epoch_seconds], decimal: ','}", "41456,25", "2013-07-01 05:00"),
        ("{column: x, format: '%Y%m%dT%H%M%SZ'}", "20130702T030405Z", "2013-07-02 03:04:05"),
        ("{column: x, format: '%Y-%m-%dT%H:%M:%SZ'}", "2013-07-02T03:04:05Z", "2013-07-02 03:04:05"),
        ("{column: x, format: '%Y%m%dT%H%M'}", "20130702T0304+0100", "2013-07-02 02:04"),
        ("{column: x, missing_values: 9999-12-31}", "31/12/9999 00:00", None),
        ("{column: x, missing_values: -9999, format: epoch_seconds}", "-9999.0", None),
        ("{column: x, timezone: UTC}", "2013-07-02 03:04", "2013-07-02 03:04"),
        ("{column: x, timezone: America/New_York}", "2013-07-02 03:04", "2013-07-02 07:04"),
        ("{column: x, missing_values: '1900-01-01'}", "1900-01-01 00:00:00", None),
        ("{column: x, missing_values: '1900-01-01'}", "01/01/1900 00:00", None),
    ],
)
def test_one_column(shop, source, cell, expected):
    assert created(shop, source, [cell]) == [None if expected is None else utc(expected)]


@pytest.mark.parametrize("cell", ["1.38E+12", "1E12"])
def test_a_count_with_its_digits_cut_off_is_no_time(shop, cell):
    assert created(shop, "{column: x, format: epoch_milliseconds}", [cell]) == [None]
    assert shop.cells("incident")["reasons"][0] == f"not a time: created_at = {cell}"


@pytest.mark.parametrize(
    "cell", ["2013-01-02 25:00", "2013-01-02 24:30", "31/02/2013 10:00", "soon", "2013-01-02 10:60"]
)
def test_unreadable_times_are_set_aside(shop, cell):
    assert created(shop, "x", [cell]) == [None]
    assert shop.cells("incident")["reasons"][0] == f"not a time: created_at = {cell}"


def test_a_day_that_looks_month_first_says_so(shop):
    shop.file("incident.csv", "incident_id,created_at\n1,02/28/2013 10:00\n2,31/02/2013 10:00\n")
    shop.prepare()
    first, second = shop.rejected("incident")["reasons"]
    assert first == "not a time: created_at = 02/28/2013 10:00; it looks month first: format %m/%d/%Y %H:%M"
    assert second == "not a time: created_at = 31/02/2013 10:00"


def test_day_and_time_apart_are_both_shown_where_either_is_wrong(shop):
    two_columns(shop, "id,d,t", ["1,31/2/2013,10:00", "2,1/2/2013,10:61"], "      call_at: {date: d, time: t}\n")
    reasons = list(shop.cells("incident")["reasons"])
    assert reasons == ["not a time: call_at = 31/2/2013 10:00", "not a time: call_at = 1/2/2013 10:61"]


def test_a_day_alone_is_no_time_but_still_gives_the_month(shop):
    shop.file("incident.csv", "incident_id,created_at\n1,2013-05-02\n")
    shop.prepare()
    row = shop.table("incident").iloc[0]
    assert pd.isna(row["created_at"])
    assert row["created_month"] == pd.Timestamp("2013-05-01")
    assert row["flags"] == "no_time_of_day;created_at_day_only"


def two_columns(shop, header: str, rows: list[str], columns: str) -> pd.DataFrame:
    shop.file("data.csv", header + "\n" + "\n".join(rows) + "\n")
    shop.mapping(
        "title: t\nfiles:\n  f: {pattern: data.csv}\ntables:\n  incident:\n    file: f\n    columns:\n"
        "      incident_id: id\n      created_month: {value: '2013-01'}\n" + columns
    )
    shop.prepare("src")
    return shop.table("incident")


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("00:00:37", "2009-01-01 00:00:37"),
        ("930", "2009-01-01 09:30"),
        ("6:05 pm", "2009-01-01 18:05"),
        ("24:00", "2009-01-02"),
        ("1899-12-30 09:30:00", "2009-01-01 09:30"),
    ],
)
def test_date_and_time_apart(shop, clock, expected):
    columns = "      call_at: {date: d, time: t, format: '%d %b %Y'}\n"
    frame = two_columns(shop, "id,d,t", [f"1,01 Jan 2009,{clock}"], columns)
    assert frame["call_at"][0] == utc(expected)


def test_time_of_day_alone_hangs_on_another_time_and_wraps_at_midnight(shop):
    columns = (
        "      created_at: c\n"
        "      dispatched_at: {time: t, on: created_at, wraps_midnight: true}\n"
        "      closed_at: {time: u, on: created_at}\n"
    )
    rows = ["1,2013-01-02 23:50,00:10,23:00", "2,2013-01-02 10:00,10:05,11:00"]
    frame = two_columns(shop, "id,c,t,u", rows, columns)
    assert list(frame["dispatched_at"]) == [utc("2013-01-03 00:10"), utc("2013-01-02 10:05")]
    assert list(frame["closed_at"]) == [utc("2013-01-02 23:00"), utc("2013-01-02 11:00")]
    assert list(frame["flags"]) == ["closed_before_created", ""]


def test_time_of_day_in_other_ways(shop):
    columns = "".join(
        f"      {name}: {{date: d, time: {raw}, time_format: {how}}}\n"
        for name, raw, how in [
            ("call_at", "a", "hhmm"), ("created_at", "b", "'%H.%M'"), ("dispatched_at", "c", "excel_days"),
            ("closed_at", "e", "[hhmmss, '%I:%M%p']"),
        ]
    )  # fmt: skip
    rows = ["1,2009-01-02,5,9.30,0.25,45", "2,2009-01-02,1445,23.59,0.999,6:05pm", "3,2009-01-02,,,,9 o'clock"]
    frame = two_columns(shop, "id,d,a,b,c,e", rows, columns)
    day = "2009-01-02 "
    assert list(frame["call_at"])[:2] == [utc(day + "00:05"), utc(day + "14:45")] and pd.isna(frame["call_at"][2])
    assert list(frame["created_at"])[:2] == [utc(day + "09:30"), utc(day + "23:59")] and pd.isna(frame["created_at"][2])
    assert list(frame["dispatched_at"])[:2] == [utc(day + "06:00"), utc(day + "23:58:34")] and pd.isna(
        frame["dispatched_at"][2]
    )
    assert list(frame["closed_at"])[:2] == [utc(day + "00:00:45"), utc(day + "18:05")] and pd.isna(
        frame["closed_at"][2]
    )
    assert list(shop.cells("incident")["reasons"]) == ["not a time: closed_at = 2009-01-02 9 o'clock"]


def test_midnight_is_passed_by_the_clock_on_the_wall(shop):
    # 22:58 UTC is 23:58 in summer; an export with seconds in one column only is no day late; 'plus' counts.
    columns = (
        "      created_at: {column: c, format: [epoch_seconds, iso]}\n"
        "      dispatched_at: {time: t, on: created_at, wraps_midnight: true}\n"
        "      call_at: {column: c, format: [epoch_seconds, iso], plus: {column: p, unit: minutes}}\n"
        "      closed_at: {time: u, on: call_at, wraps_midnight: true}\n"
    )
    rows = [
        "1,1372719480,00:03,10,00:10", "2,2013-07-01T22:58:00Z,00:03,10,00:10", "3,2013-07-01 10:00:37,10:00,,10:09",
        "4,2013-07-01 00:00:20,23:59:50,0,00:10", "5,2013-10-27 01:58,01:03,0,02:10", "6,2013-10-27 02:10,01:30,0,02:20",
    ]  # fmt: skip
    frame = two_columns(shop, "id,c,t,p,u", rows, columns)
    assert list(frame["dispatched_at"]) == [
        utc("2013-07-01 23:03"), utc("2013-07-01 23:03"), utc("2013-07-01 09:00"), utc("2013-06-30 22:59:50"),
        utc("2013-10-27 01:03"), utc("2013-10-28 01:30"),
    ]  # fmt: skip
    assert list(frame["closed_at"])[:2] == [utc("2013-07-01 23:10")] * 2
    assert list(frame["flags"]) == [
        "", "", "no_day", "", "ambiguous_local_time", "over_12_hours_past_midnight",
    ]  # fmt: skip


def test_times_stay_accounted_for_where_a_file_lacks_the_column_they_hang_on(shop):
    shop.file("a.csv", "id,c,t,u\n1,2013-01-02 10:00,10:05,10:09\n")
    shop.file("b.csv", "id,t,u\n2,10:05,10:09\n")
    shop.mapping("""
        title: t
        files: {f: {pattern: "*.csv"}}
        tables:
          incident:
            file: f
            columns:
              incident_id: id
              created_month: {value: 2013-01}
              created_at: c
              dispatched_at: {time: t, on: created_at}
              closed_at: {time: u, on: dispatched_at}
    """)
    shop.prepare("src")
    frame = shop.table("incident")
    assert list(frame["closed_at"].isna()) == [False, True]
    assert list(frame["flags"]) == ["", "no_day"]


@pytest.mark.parametrize(
    ("plus", "cell", "expected"),
    [
        ("{column: s, unit: 'mm:ss'}", "01:30", "2013-01-02 10:01:30"),
        ("{column: s, unit: minutes, extract: '[0-9.]+'}", "about 1.5 min", "2013-01-02 10:01:30"),
        ("{column: s, unit: seconds}", "90", "2013-01-02 10:01:30"),
        ("{column: s, unit: minutes}", "1.5", "2013-01-02 10:01:30"),
        ("{column: s, unit: 'hh:mm:ss'}", "0:01:30", "2013-01-02 10:01:30"),
    ],
)
def test_time_plus_duration(shop, plus, cell, expected):
    columns = f"      call_at: c\n      dispatched_at: {{column: c, plus: {plus}}}\n"
    frame = two_columns(shop, "id,c,s", [f"1,2013-01-02 10:00,{cell}", "2,2013-01-02 10:00,"], columns)
    assert frame["dispatched_at"][0] == utc(expected)
    assert pd.isna(frame["dispatched_at"][1])


def test_duration_over_a_change_of_the_clocks_is_real_time(shop):
    columns = "      call_at: c\n      closed_at: {column: c, plus: {column: s, unit: hours}}\n"
    frame = two_columns(shop, "id,c,s", ["1,2013-03-31 00:30,2"], columns)
    assert frame["closed_at"][0] == utc("2013-03-31 02:30")


def incident(shop, *rows: str) -> pd.DataFrame:
    shop.file("incident.csv", "incident_id,call_at,created_at,closed_at\n" + "\n".join(rows) + "\n")
    shop.prepare()
    return shop.table("incident")


def test_repeated_hour_is_first_unless_that_breaks_the_order(shop):
    frame = incident(
        shop,
        "1,,2013-10-27 01:30,",
        "2,2013-10-27 01:50,2013-10-27 01:10,2013-10-27 01:20",
        "3,2013-10-27 00:30,2013-10-27 01:10,2013-10-27 03:00",
        "4,2013-10-27 01:50:05,2013-10-27 01:50:01,",
    )
    assert list(frame["created_at"]) == [
        utc("2013-10-27 00:30"), utc("2013-10-27 01:10"), utc("2013-10-27 00:10"), utc("2013-10-27 00:50:01"),
    ]  # fmt: skip
    assert frame["closed_at"][1] == utc("2013-10-27 01:20")
    assert set(frame["flags"]) == {"ambiguous_local_time"}
    assert shop.prepare().tables["incident"].flags == {"ambiguous_local_time": 4}


def test_missing_hour_is_shifted_forward_and_flagged(shop):
    frame = incident(shop, "1,,2013-03-31 01:30,")
    assert frame["created_at"][0] == utc("2013-03-31 01:30")
    assert frame["created_at"][0].isoformat() == "2013-03-31T02:30:00+01:00"
    assert frame["flags"][0] == "nonexistent_local_time"


def test_month_is_taken_from_the_wall_clock(shop):
    frame = incident(shop, "1,,2013-05-31T23:30:00Z,", "2,,2013-06-01 00:30,")
    assert list(frame["created_month"]) == [pd.Timestamp("2013-06-01")] * 2


def test_order_of_times_is_flagged_and_kept(shop):
    frame = incident(
        shop,
        "1,,2013-01-02 10:00,2013-01-02 09:59",
        "2,,2013-01-02 10:00,2013-04-02 11:01",
        "3,,2013-01-02 10:00,",
    )
    assert list(frame["flags"]) == ["closed_before_created", "open_over_90_days", ""]


def test_times_are_checked_against_another_table(shop):
    incident(shop, "1,,2013-01-02 10:00,2013-01-02 12:00")
    shop.file(
        "deployment.csv",
        "incident_id,at_scene_at\n1,2013-01-02 09:00\n1,2013-01-04 10:00\n1,2013-01-02 11:00\n9,2013-01-02 11:00\n",
    )
    shop.prepare()
    expected = ["at_scene_before_created", "response_over_24_hours;closed_before_at_scene", "", ""]
    assert list(shop.table("deployment")["flags"]) == expected


def test_repeated_hour_of_a_deployment_is_settled_by_its_incident(shop):
    incident(shop, "1,,2013-10-27 01:50,", "2,,2013-10-27 00:10,")
    rows = ["1,2013-10-27 01:10,2013-10-27 01:20", "2,2013-10-27 01:10,2013-10-27 01:20"]
    shop.file("deployment.csv", "incident_id,assigned_at,at_scene_at\n" + "\n".join(rows) + "\n")
    shop.prepare()
    frame = shop.table("deployment")
    assert list(frame["assigned_at"]) == [utc("2013-10-27 01:10"), utc("2013-10-27 00:10")]
    assert list(frame["at_scene_at"]) == [utc("2013-10-27 01:20"), utc("2013-10-27 00:20")]
    assert list(frame["flags"]) == ["ambiguous_local_time"] * 2
