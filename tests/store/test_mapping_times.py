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
        ("{column: x, format: excel_days}", "41306.25", "2013-02-01 06:00"),
        ("{column: x, timezone: UTC}", "2013-07-02 03:04", "2013-07-02 03:04"),
        ("{column: x, timezone: America/New_York}", "2013-07-02 03:04", "2013-07-02 07:04"),
        ("{column: x, missing_values: '1900-01-01'}", "1900-01-01 00:00:00", None),
        ("{column: x, missing_values: '1900-01-01'}", "01/01/1900 00:00", None),
    ],
)
def test_one_column(shop, source, cell, expected):
    assert created(shop, source, [cell]) == [None if expected is None else utc(expected)]


@pytest.mark.parametrize(
    "cell", ["2013-01-02 25:00", "2013-01-02 24:30", "31/02/2013 10:00", "soon", "2013-01-02 10:60"]
)
def test_unreadable_times_are_kept_aside(shop, cell):
    assert created(shop, "x", [cell]) == []
    assert shop.rejected("incident")["reasons"][0] == f"not a time: created_at = {cell}"


def test_a_day_alone_is_no_time_but_still_gives_the_month(shop):
    shop.file("incident.csv", "incident_id,created_at\n1,2013-05-02\n")
    shop.prepare()
    row = shop.table("incident").iloc[0]
    assert pd.isna(row["created_at"])
    assert row["created_month"] == pd.Timestamp("2013-05-01")
    assert row["flags"] == "no_time_of_day"


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


@pytest.mark.parametrize(
    ("plus", "cell", "expected"),
    [
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
