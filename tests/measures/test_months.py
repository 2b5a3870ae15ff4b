"""Counting by whole months."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.measures.base import within
from hmic_analysis.measures.months import count_by_month, first_whole_month, share_by_month

MONTHS = pd.Series(pd.to_datetime(["2013-01-01", "2013-02-01", "2013-02-01", None, "2013-04-01", "2013-05-01"]))


def test_months_held_only_in_part_and_rows_without_a_month_are_left_out():
    found = count_by_month(MONTHS, date(2013, 1, 2), date(2013, 5, 30))
    assert found["month"].dt.strftime("%Y-%m").tolist() == ["2013-02", "2013-04"]
    assert found["value"].tolist() == [2, 1]
    assert len(count_by_month(MONTHS, date(2013, 1, 1), date(2013, 5, 31))) == 4


def test_a_share_is_of_units_whose_state_is_known():
    states = pd.Series([True, True, False, True, None, None], dtype="boolean")
    found = share_by_month(states, MONTHS, date(2013, 1, 1), date(2013, 4, 30))
    assert found["numerator"].tolist() == [1, 1, 0]
    assert found["denominator"].tolist() == [1, 2, 0]


def test_nothing_gives_no_month():
    empty = share_by_month(pd.Series(dtype="boolean"), MONTHS.iloc[:0], date(2013, 1, 1), date(2013, 4, 30))
    assert empty.empty and list(empty) == ["month", "numerator", "denominator"]


def test_the_first_whole_month_from_a_day():
    assert first_whole_month(date(2013, 1, 1)) == pd.Timestamp("2013-01-01")
    assert first_whole_month(date(2013, 12, 2)) == pd.Timestamp("2014-01-01")


@pytest.mark.parametrize(
    ("at", "month", "inside"),
    [
        # By the clock on the wall, whatever the hour is in Greenwich.
        ("2013-04-09 23:59", None, False),
        ("2013-04-10 00:00", None, True),
        ("2013-10-15 23:59", None, True),
        ("2013-10-16 00:00", None, False),
        (None, None, False),
        # Without a day the month tells, where all of it lies inside; a day that is there stands against it.
        (None, "2013-05-01", True),
        (None, "2013-04-01", False),
        (None, "2013-10-01", False),
        ("2013-05-31 12:00", "2013-11-01", True),
        ("2013-11-01 00:00", "2013-05-01", False),
    ],
)
def test_a_flow_is_cut_at_the_days_of_the_wall(table, at, month, inside):
    rows = table("incident", {"incident_id": "i", "created_at": at, "created_month": month})
    found = within(rows, date(2013, 4, 10), date(2013, 10, 15), "created_at", "created_month")
    assert len(found) == inside
