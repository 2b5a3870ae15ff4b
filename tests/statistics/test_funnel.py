"""Funnel limits from chance alone against reference values, and their agreement with the verdicts."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from hmic_analysis.statistics.funnel import (
    count_line,
    exact_count_interval,
    proportion_limits,
    proportion_position,
    rate_position,
)

from .reference import near, number, reference, rows

LEVELS = {"95": 0.95, "998": 0.998}


@reference
def test_the_limits_of_proportions_give_the_reference_values():
    chosen = [r for r in rows("funnel_limits.csv") if r["statistic"] == "proportion"]
    assert len(chosen) == 200
    for r in chosen:
        for name, level in LEVELS.items():
            got = proportion_limits(float(r["x"]), float(r["baseline"]), float(r["multiplier"]), level)
            assert near(got.lo, r[f"ll{name}"], r["rtol"], r["atol"]), (r["id"], name, got)
            assert near(got.hi, r[f"ul{name}"], r["rtol"], r["atol"]), (r["id"], name, got)


@reference
def test_the_lines_of_rates_and_ratios_give_the_reference_values():
    chosen = [r for r in rows("funnel_limits.csv") if r["statistic"] != "proportion"]
    assert len(chosen) == 400
    for r in chosen:
        multiplier, years = float(r["multiplier"]), float(r["years"] or 1)
        # A ratio's baseline is given as 1, a rate's already multiplied.
        baseline = 1.0 if r["statistic"] == "ratio" else float(r["baseline"]) / multiplier
        for name, level in LEVELS.items():
            got = count_line(float(r["x"]), baseline, multiplier, level)
            assert near(got.lo, r[f"ll{name}"], r["rtol"]), (r["id"], name, got)
            assert near(got.hi, r[f"ul{name}"], r["rtol"]), (r["id"], name, got)
            assert near(got.exposure_lo / years, r[f"expected_ll{name}"], r["rtol"]), (r["id"], name, got)
            assert near(got.exposure_hi / years, r[f"expected_ul{name}"], r["rtol"]), (r["id"], name, got)


@reference
def test_the_verdicts_are_those_of_the_reference():
    chosen = rows("funnel_significance.csv")
    assert len(chosen) == 682
    position = {"proportion": proportion_position, "rate": rate_position, "ratio": rate_position}
    for r in chosen:
        got = position[r["statistic"]](number(r["numerator"]), number(r["denominator"]), float(r["baseline"]))
        assert got == r["expected"], r["id"]


def test_the_upper_limit_is_capped_at_the_multiplier():
    assert proportion_limits(20, 0.38, 1000).hi == pytest.approx(592.726, abs=0.001)
    assert proportion_limits(2, 0.9, 1000).hi == 1000


def test_exact_intervals_of_counts():
    assert exact_count_interval(0) == pytest.approx((0, 3.68887945411394))
    assert exact_count_interval(10) == pytest.approx((4.795389, 18.390356), abs=1e-6)
    assert all(math.isnan(v) for v in exact_count_interval(None))
    # With as many expected, so many events or fewer (or more) have exactly half of what the level leaves.
    lo, hi = exact_count_interval(7, 0.9)
    assert poisson.cdf(7, hi) == pytest.approx(0.05) and poisson.sf(6, lo) == pytest.approx(0.05)


def test_no_events_no_units_and_missing_figures():
    line = count_line(0, 0.1)
    assert line.lo == 0 and line.exposure_lo == pytest.approx(36.8887945)
    assert math.isnan(line.hi) and math.isnan(line.exposure_hi)
    assert all(math.isnan(v) for v in count_line(None))
    assert all(math.isnan(v) for v in proportion_limits(0, 0.4))
    assert all(math.isnan(v) for v in proportion_limits(None, 0.4))
    for position in (proportion_position, rate_position):
        assert position(0, 0, 0.5) is None and position(None, 5, 0.5) is None and position(1, math.nan, 0.5) is None
    assert (
        rate_position(0, 3, 1) == "none" and rate_position(0, 5, 1) == "low_95" and rate_position(0, 8, 1) == "low_998"
    )


def test_a_baseline_of_nothing_or_all_leaves_no_room():
    assert proportion_limits(10, 0) == (0, 0) and proportion_limits(10, 1, 100) == (100, 100)
    assert proportion_position(1, 10, 0) == "high_998" and proportion_position(0, 10, 0) == "none"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: proportion_position(11, 10, 0.5), "0 <= x <= n"),
        (lambda: proportion_limits(-1, 0.5), "0 or more"),
        (lambda: proportion_limits(10, 1.5), "between 0 and 1"),
        (lambda: proportion_limits(10, 0.5, confidence=95), "level"),
        (lambda: count_line(-1), "0 or more"),
        (lambda: count_line(1, baseline=0), "above 0"),
        (lambda: rate_position(-1, 10), "0 or more"),
        (lambda: rate_position(1, 10, 0), "above 0"),
    ],
)
def test_what_cannot_be_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(1, 400), st.floats(0.01, 0.99))
def test_a_proportion_is_judged_by_its_own_lines(x, n, baseline):
    x = min(x, n)
    position = proportion_position(x, n, baseline)
    for name, level in LEVELS.items():
        lines = proportion_limits(n, baseline, 1, level)
        outside = not lines.lo <= x / n <= lines.hi
        assert outside == (position.endswith("998") if name == "998" else position != "none")


@settings(deadline=None)
@given(st.integers(1, 300), st.floats(1, 3000), st.floats(0.05, 2))
def test_a_rate_is_judged_by_its_own_lines(events, exposure, baseline):
    # At its count the unit lies beyond the line whose exposure it has not reached or has passed.
    line, position = count_line(events, baseline), rate_position(events, exposure, baseline)
    assert position.startswith("low") == (exposure > line.exposure_lo)
    assert position.startswith("high") == (exposure < line.exposure_hi)
