"""Each way in which a mapping can name and transform a column."""

from __future__ import annotations

import pandas as pd
import pytest


def values(frame: pd.DataFrame, column: str) -> list[object]:
    return [None if pd.isna(v) else v for v in frame[column]]


@pytest.mark.parametrize(
    ("source", "cells", "expected"),
    [
        ("x", ["Burglary", " \u00a0Theft\u202f\u200b ", "", " "], ["Burglary", "Theft", None, None]),
        ("{column: X }", ["a"], ["a"]),
        ("{position: 2}", ["a"], ["a"]),
        ("{columns: [id, x]}", ["a", ""], ["1 a", "2"]),
        ("{columns: [id, x], join: '/'}", ["a"], ["1/a"]),
        ("{value: fixed}", ["a", ""], ["fixed", "fixed"]),
        ("{row_id: true}", ["a", "b"], ["data:2", "data:3"]),
        ("{first_of: [x, id]}", ["a", ""], ["a", "2"]),
        ("{first_of: [{column: x, extract: '^A(.)'}, {value: none}]}", ["A1", "B2"], ["1", "none"]),
        ("{column: x, case: upper}", ["aé"], ["AÉ"]),
        ("{column: x, case: lower}", ["AÉ"], ["aé"]),
        ("{column: x, extract: '\\d+'}", ["no 12 b", "none"], ["12", None]),
        ("{column: x, extract: '^(.*) \\d{3}[A-Z]$'}", ["Hambleton 003B"], ["Hambleton"]),
        ("{column: x, split: {on: ',', part: 2}}", ["a, b", "a"], ["b", None]),
        ("{column: x, split: {on: ',', part: -1}}", ["a, b,c"], ["c"]),
        ("{column: x, replace: {find: '--', by: ''}}", ["--a--b"], ["ab"]),
        ("{column: x, replace: [{find: '^-+', by: '', regex: true}, {find: b, by: c}]}", ["--a-b"], ["a-c"]),
        (
            "{column: x, missing_values: ['NULL', '#DIV/0!', -9999]}",
            ["null", "#DIV/0!", " -9999", "0"],
            [None, None, None, "0"],
        ),
        ("{column: x, codes: {a b: one}, otherwise: keep}", ["A  B", "c"], ["one", "c"]),
        ("{column: x, codes: {a: one}, otherwise: blank}", ["a", "c"], ["one", None]),
        ("{column: x, codes: {a: one}, otherwise: other}", ["a", "c", ""], ["one", "other", None]),
        ("{column: x, codes: {'1': short, '10': long}, match: prefix}", ["10-4", "1x"], ["long", "short"]),
        ("{column: x, codes: {'^c.n': yes it is, c: no}, match: regex}", ["CAN", "cot"], ["yes it is", "no"]),
        ("{column: x, codes: {a: blank}}", ["a"], [None]),
        ("{column: x, default: unknown}", ["", "a"], ["unknown", "a"]),
        ("{columns: [x, id], join: '|', blank_part: '?'}", ["a", ""], ["a|1", "?|2"]),
        ("{column: x, extract: '[(]\\d+'}", ["no (12)"], ["(12"]),
        ("{column: x, codes: {at large: one}}", ["At\u00a0Large", "AT  large"], ["one", "one"]),
        ("{column: x, missing_values: 'n /  a', default: none}", ["N  / a"], ["none"]),
        ("x", ["a\x07b\u202ec"], ["a b c"]),
    ],
)
def test_text(shop, source, cells, expected):
    assert values(shop.column(source, cells), "incident_type") == expected


def test_code_is_read_whatever_its_case(shop):
    frame = shop.column("x", ["Emergency", " no deployment ", "priority", ""], target="grade")
    assert values(frame, "grade") == ["emergency", "no_deployment", "priority", None]


def test_code_that_is_not_allowed_is_set_aside_with_those_allowed(shop):
    frame = shop.column("x", ["emergency", "fast"], target="grade")
    assert values(frame, "grade") == ["emergency", None]
    reason = shop.cells("incident")["reasons"][0]
    assert reason == "not allowed: grade = fast; allowed: emergency, priority, scheduled, no_deployment"


def test_code_the_mapping_does_not_know_is_set_aside_with_those_it_knows(shop):
    frame = shop.column("{column: x, codes: {P1: emergency, P2: priority}}", ["p1", "P3"], target="grade")
    assert values(frame, "grade") == ["emergency", None]
    assert shop.cells("incident")["reasons"][0] == "no code for: grade = P3; the mapping knows P1, P2"


def test_code_that_a_part_does_not_know_is_set_aside_too(shop):
    source = "{first_of: [{column: x, codes: {P1: emergency}}, {value: priority}]}"
    assert values(shop.column(source, ["p1", "", "P7"], target="grade"), "grade") == ["emergency", "priority", None]
    assert shop.cells("incident")["reasons"][0] == "no code for: grade = P7; the mapping knows P1"


def test_several_codes_in_one_cell(shop):
    frame = shop.column("x", ["place; hour", "place;;", "place;moon"], table="document", target="covers")
    assert values(frame, "covers") == ["place;hour", "place", None]
    assert shop.cells("document")["reasons"][0].startswith("not allowed: covers = place;moon; allowed: prevention_obj")


@pytest.mark.parametrize(
    ("source", "cells", "expected"),
    [
        ("x", ["yes", "N", "TRUE", "0", ""], [True, False, True, False, None]),
        (
            "{column: x, true_words: [arrested], false_words: [at large]}",
            ["Arrested", "at large"],
            [True, False],
        ),
    ],
)
def test_yes_no(shop, source, cells, expected):
    assert values(shop.column(source, cells, "suspect", "grounds_recorded"), "grounds_recorded") == expected


def test_other_word_than_yes_or_no_is_set_aside(shop):
    shop.column("x", ["maybe"], "suspect", "grounds_recorded")
    assert shop.cells("suspect")["reasons"][0].startswith("not yes or no: grounds_recorded = maybe; yes is yes, y")


@pytest.mark.parametrize(
    ("source", "cells", "expected"),
    [
        ("x", ["1.5", "2", ".5", "1e2"], [1.5, 2.0, 0.5, 100.0]),
        ("{column: x, thousands: ','}", ["1,234.5", "12"], [1234.5, 12.0]),
        ("{column: x, thousands: ' '}", ["1\u00a0234"], [1234.0]),
        ("{column: x, decimal: ',', thousands: '.'}", ["1.234,5", "0,5"], [1234.5, 0.5]),
        ("{column: x, unit: minutes}", ["90"], [1.5]),
        ("{column: x, unit: seconds}", ["1800"], [0.5]),
        ("{column: x, unit: days}", ["2"], [48.0]),
        ("{column: x, unit: 'hh:mm:ss'}", ["1:30", "00:00:36", "100:00:00.0"], [1.5, 0.01, 100.0]),
        ("{column: x, unit: 'mm:ss'}", ["90:00", "0:36.0", "1:30:00"], [1.5, 0.01, 1.5]),
    ],
)
def test_numbers(shop, source, cells, expected):
    assert values(shop.column(source, cells, "demand_task", "resource_hours"), "resource_hours") == expected


def test_sentinel_number_is_missing_however_it_is_written(shop):
    frame = shop.column("{column: x, missing_values: -9999}", ["-9999.00", "-9999", "5"], "change", "users")
    assert values(frame, "users") == [None, None, 5]


@pytest.mark.parametrize(
    ("source", "cell", "reason"),
    [
        ("x", "many", "not a number: resource_hours = many"),
        ("x", "nan", "not a number: resource_hours = nan"),
        ("x", "1,5", 'not a number: resource_hours = 1,5; it looks like decimal: ","'),
        ("{column: x, thousands: ','}", "1,5", 'not a number: resource_hours = 1,5; it looks like decimal: ","'),
        ("{column: x, decimal: ','}", "1.5", "not a number: resource_hours = 1.5"),
        ("x", "-1", "outside 0 to 100000: resource_hours = -1"),
        ("x", "100001", "outside 0 to 100000: resource_hours = 100001"),
    ],
)
def test_bad_numbers_are_kept_aside(shop, source, cell, reason):
    assert shop.column(source, [cell], "demand_task", "resource_hours").empty
    assert shop.rejected("demand_task")["reasons"][0] == reason


def test_part_of_a_person_is_not_a_whole_number(shop):
    shop.column("x", ["1.5"], "change", "users")
    assert shop.cells("change")["reasons"][0] == "not a whole number: users = 1.5"


@pytest.mark.parametrize(
    ("source", "cells", "expected"),
    [
        ("x", ["2013-02-01", "01/02/2013", "2013-02-01 14:00", "2013-02-01T23:59:59Z"], ["2013-02-01"] * 4),
        ("{column: x, format: '%d.%m.%y'}", ["1.2.13"], ["2013-02-01"]),
        ("{column: x, format: ['%d %b %Y', iso]}", ["1 Feb 2013", "2013-02-01"], ["2013-02-01"] * 2),
        ("{column: x, format: excel_days}", ["41306", "41306.99"], ["2013-02-01"] * 2),
        ("x", ["2013-07-01T23:30:00Z", "2013-07-02 23:30"], ["2013-07-02"] * 2),
        ("{column: x, format: epoch_seconds}", ["1372721400"], ["2013-07-02"]),
        ("{column: x, missing_values: -9999}", ["-9999.0", "2013-02-01"], [None, "2013-02-01"]),
        ("{column: x, missing_values: 1900-01-01}", ["1900-01-01 00:00", "2013-02-01"], [None, "2013-02-01"]),
    ],
)  # fmt: skip
def test_dates(shop, source, cells, expected):
    frame = shop.column(source, cells, "suspect", "arrested_on")
    assert [None if pd.isna(v) else v.strftime("%Y-%m-%d") for v in frame["arrested_on"]] == expected


@pytest.mark.parametrize("cell", ["2013-02-30", "13/13/2013", "2013", "0213-01-01", "infinity", "epoch", "20130230"])
def test_impossible_dates_are_set_aside(shop, cell):
    shop.column("x", [cell], "suspect", "arrested_on")
    assert shop.cells("suspect")["reasons"][0].partition("; ")[0] == f"not a date: arrested_on = {cell}"


@pytest.mark.parametrize(
    ("source", "cells"),
    [
        (
            "x",
            ["2014-02", "02/2014", "Feb 2014", "February 2014", "Feb-14", "2014-02-28", "28/02/2014 23:30"],
        ),
        ("{column: x, format: '%Y%m'}", ["201402"]),
    ],
)
def test_months(shop, source, cells):
    frame = shop.column(source, cells, target="created_month")
    assert [str(v.date()) for v in frame["created_month"]] == ["2014-02-01"] * len(cells)


def test_person_becomes_the_same_key_however_it_is_written(shop):
    frame = shop.column("x", ["ann  Lee", " ANN LEE\u00a0", "Ann Leigh", ""], "suspect", "owner_key")
    first, second, third, blank = frame["owner_key"]
    assert first == second != third
    assert pd.isna(blank)
    assert len(first) == 64 and "LEE" not in first.upper()


def test_person_of_several_columns_needs_all_of_them(shop):
    frame = shop.column("{columns: [x, id], join: '|'}", ["ann", ""], "suspect", "owner_key")
    assert [pd.isna(v) for v in frame["owner_key"]] == [False, True]
