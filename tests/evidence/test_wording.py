"""How figures and days are printed, and that sentences print only figures there are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.wording import (
    WEIGHTED,
    Shown,
    group_frame,
    indicator_table,
    say_beside_unknown,
    say_bounds,
    say_indicator,
)
from hmic_analysis.words import say_date, say_period, say_value


def indicator(name: str = "x", **fields) -> Indicator:
    return Indicator(id=name, name=name, label=name, **{"unit": "%", **fields})


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (83.44, "%", "83.4%"),
        (99.94, "%", "99.9%"),
        (99.97, "%", "more than 99.9%"),
        (100, "%", "100.0%"),
        (0.01, "%", "less than 0.1%"),
        (0.06, "%", "0.1%"),
        (0, "%", "0.0%"),
        (1234, "count", "1,234"),
        (1, "days", "1 day"),
        (34.4, "days", "34 days"),
        (5.25, "hours", "5.2 hours"),
        (-0.3, "minutes", "-0.3 minutes"),
        (-0.01, "minutes", "0 minutes"),
        (0.8349, "0-1", "0.83"),
        (12.34, "per 1,000 crimes", "12.3 per 1,000 crimes"),
        (1840.2, "hours per year", "1,840 hours per year"),
        (None, "%", "not available"),
    ],
)
def test_values(value, unit, text):
    assert say_value(value, unit) == text


@given(st.floats(0, 100, exclude_min=True, exclude_max=True))
def test_a_percentage_is_never_rounded_to_all_or_nothing(value):
    assert say_value(value, "%") not in ("100.0%", "0.0%")


def test_days_and_periods():
    assert say_date(date(2013, 11, 3)) == "3 November 2013"
    assert say_period(date(2012, 12, 1), date(2013, 11, 30)) == "the 12 months to 30 November 2013"
    assert say_period(date(2014, 2, 1), date(2014, 2, 28)) == "February 2014"
    assert say_period(date(2025, 10, 19), date(2025, 11, 15)) == "the period from 19 October 2025 to 15 November 2025"


def test_small_counts_of_persons_are_withheld():
    few = indicator(unit="persons", value=3, numerator=3, about_persons=True)
    assert say_indicator(few, 5) == "fewer than 5"
    assert say_indicator(few) == "3"
    assert say_indicator(indicator(unit="persons", value=0, numerator=0, about_persons=True), 5) == "0"
    rate = indicator(value=30.0, numerator=3, denominator=10, about_persons=True, lo=10, hi=60)
    assert say_indicator(rate, 5) == "fewer than 5"
    assert say_bounds(rate, 5) == ""


MEDIAN = {"unit": "days", "about_persons": True}
PER_1000 = {"unit": "per 1,000 crimes", "about_persons": True}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({**PER_1000, "value": 3.2, "numerator": 125, "denominator": 38973}, "3.2 per 1,000 crimes"),
        ({**PER_1000, "value": 12.0, "numerator": 3, "denominator": 250}, "withheld (fewer than 5)"),
        ({**MEDIAN, "value": 3, "denominator": 120}, "3 days"),
        ({**MEDIAN, "value": 40, "denominator": 4}, "withheld (fewer than 5)"),
        ({**MEDIAN, "value": 40, "denominator": 5}, "40 days"),
        ({**MEDIAN, "value": 40, "unknown": 2}, "withheld (fewer than 5)"),
        ({**MEDIAN, "denominator": 3}, "not available"),
        ({**MEDIAN, "value": 40, "denominator": 4, "about_persons": False}, "40 days"),
        ({"unit": "persons", "about_persons": True, "value": 6, "numerator": 6, "unknown": 2}, "6"),
    ],
)
def test_what_is_withheld_is_decided_by_the_persons_behind_a_figure(fields, text):
    assert say_indicator(indicator(**fields), 5) == text


def test_bounds_say_what_they_are():
    known = indicator(
        value=90, numerator=90, denominator=100, unknown=10, lo_missing=81.8, hi_missing=90.9, lo=82.6, hi=94.5
    )
    assert say_bounds(known) == "81.8% to 90.9% with unknowns counted either way"
    sampled = known.model_copy(update={"basis": "random_sample"})
    assert say_bounds(sampled) == "95% interval 82.6% to 94.5%", "it counts the unknown either way"


SHARE = {"value": 90.0, "numerator": 9, "denominator": 10}
BY_WEIGHT = {"caveats": (f"{WEIGHTED} by the crimes it stands for.",)}
IN_PART = {**SHARE, "unknown": 2, "lo_missing": 75.0, "hi_missing": 100 * 11 / 12}


@pytest.mark.parametrize(
    ("fields", "counted", "text", "numerator"),
    [
        (SHARE, False, "90.0%", "9"),
        ({**SHARE, "unknown": 1, "lo_missing": 100 * 9 / 11, "hi_missing": 100 * 10 / 11}, False, "90.0%", "9"),
        (IN_PART, False, "90.0% (between 75.0% and 91.7% of all)", "at least 9"),
        ({**IN_PART, "value": 100.0, "denominator": 90, "lo_missing": 97.8}, False, "at least 97.8%", "9"),
        ({**IN_PART, "value": 0.0, "denominator": 90, "hi_missing": 2.2}, False, "at most 2.2%", "9"),
        (IN_PART, True, "90.0% (9 of 10, 2 not known)", "at least 9"),
        # So does it where each file stands for many crimes: the share is none of the files counted.
        ({**SHARE, **BY_WEIGHT}, False, "90.0% (weighted to all crimes)", "9"),
        ({**SHARE, **BY_WEIGHT}, True, "90.0% (9 of 10, weighted to all crimes)", "9"),
        ({**SHARE, **BY_WEIGHT, "stratum": "not_attended"}, False, "90.0% (weighted)", "9"),
        (
            {**IN_PART, **BY_WEIGHT},
            False,
            "90.0% (weighted to all crimes, between 75.0% and 91.7% of all)",
            "at least 9",
        ),
        ({**IN_PART, "value": 100.0, "numerator": 10}, False, "100.0% (at least 75.0% of all)", "at least 10"),
        ({"unit": "count", "value": 4, "numerator": 4, "unknown": 1}, False, "at least 4", "at least 4"),
        ({"unit": "count", "value": 9, "numerator": 9, "unknown": 1}, False, "9", "9"),
        (
            {
                "unit": "count",
                "value": 9,
                "numerator": 9,
                "caveats": ("Set aside: 3 of 12 records could not be used.",),
            },
            False,
            "at least 9",
            "at least 9",
        ),
        ({"unit": "days", "value": 3, "denominator": 5, "unknown": 1}, False, "3 days where it is known", None),
        ({"unit": "days", "value": 3, "denominator": 9, "unknown": 1}, False, "3 days", None),
    ],
)
def test_a_sentence_says_what_is_not_known_of_more_than_a_tenth(fields, counted, text, numerator):
    printed = []
    shown = Shown(indicator(**fields), printed, 0, counted)
    assert str(shown) == text
    # Every number is bound to the field that it was taken from.
    assert all(part in text and named.startswith("x.") for part, named in printed)
    assert numerator is None or shown.numerator == numerator


@pytest.mark.parametrize(
    ("value", "unknown", "lo", "hi", "text"),
    [
        (100.0, 5, 87.5, 100.0, "100.0% (at least 87.5% if those not known are counted)"),
        (0.0, 5, 0.0, 12.5, "0.0% (at most 12.5% if those not known are counted)"),
        (100.0, 0, 100.0, 100.0, "100.0%"),
        (91.0, 5, 85.0, 92.0, "91.0%"),
        (100.0, 1, None, None, "100.0%"),
    ],
)
def test_a_share_of_all_or_none_has_what_the_unknown_could_make_of_it_beside_it(value, unknown, lo, hi, text):
    figure = indicator(value=value, unknown=unknown, lo_missing=lo, hi_missing=hi)
    assert say_beside_unknown(figure) == text


def test_what_was_never_counted_is_not_told_as_0():
    unread, none, open_ = indicator(), indicator(numerator=0, denominator=0), indicator(denominator=0, unknown=4)
    assert list(indicator_table([unread, none, open_])["Unknown"]) == ["", "0", "4"]
    assert group_frame([unread, none, open_])["n"].isna().tolist() == [True, False, False]
