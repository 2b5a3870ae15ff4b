"""A8: time on duty with a known position."""

import pytest

from hmic_analysis.findings import a8_dispatch
from hmic_analysis.measures.base import Share


@pytest.fixture
def position(table):
    def row(hour, carrier, on_duty, located, oldest=5):
        return {
            "unit": "North", "hour_start": f"2013-11-01 {hour:02d}:00", "carrier": carrier,
            "minutes_on_duty": on_duty, "minutes_located": located, "max_age_minutes": oldest,
        }  # fmt: skip

    return table(
        "position",
        row(0, "vehicle", 600, 540),
        row(1, "vehicle", 400, None),
        row(2, "vehicle", 100, 120),
        row(0, "foot", 300, 200),
        row(1, "foot", 200, 190, 15),
        row(2, "foot", 50, 40, None),
        row(3, "foot", 60, 0, 4),
    )


def test_minutes_located_over_minutes_on_duty(position):
    # Unknown: no count (400), more located than on duty (100), located where older positions counted (190; the other 10
    # had none at all), age not said (50), and without a position where newer ones alone were counted (60).
    assert a8_dispatch.located_minutes(position, 5) == Share(740, 170, 800)
    assert a8_dispatch.located_by_carrier(position, 5) == {"vehicle": Share(540, 60, 500), "foot": Share(200, 110, 300)}


def test_a_wider_limit_takes_in_what_was_counted_more_loosely(position):
    assert a8_dispatch.located_minutes(position, 15) == Share(930, 10, 770)


def test_nothing_supplied(table):
    assert a8_dispatch.located_minutes(table("position"), 5) == Share(0, 0, 0)
    assert a8_dispatch.located_by_carrier(table("position"), 5) == {}
