"""Differences and ratios against reference values, and at their edges."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from hmic_analysis.statistics.differences import pooled_rate, proportion_difference, rate_ratio
from hmic_analysis.statistics.intervals import proportion_interval

from .reference import document, near, number, reference, rows


@reference
def test_the_difference_of_proportions_gives_newcombes_values():
    chosen = [r for r in rows("two_proportions.csv") if r["quantity"] == "difference_newcombe_score"]
    assert len(chosen) >= 8
    for r in chosen:
        got = proportion_difference(*(number(r[k]) for k in ("x1", "n1", "x2", "n2")))
        for value, key in zip(got, ("difference", "lower", "upper"), strict=True):
            assert near(value, r[key], atol=r["atol"]), (r["id"], key, value)


@reference
def test_the_difference_of_proportions_is_not_that_of_another_method():
    others = [r for r in rows("two_proportions.csv") if r["quantity"] == "difference_wald"]
    assert others
    for r in others:
        got = proportion_difference(*(number(r[k]) for k in ("x1", "n1", "x2", "n2")))
        assert not near(got.lo, r["lower"], atol=1e-4)


@reference
def test_the_ratio_of_rates_gives_the_reference_p_values():
    chosen = [r for r in rows("two_rates.csv") if r["quantity"] == "e_test_p"]
    assert chosen
    for r in chosen:
        got = rate_ratio(*(number(r[k]) for k in ("x1", "t1", "x2", "t2")))
        assert near(got.p, r["p"], rtol=r["rtol"]), (r["id"], got)


@reference
def test_the_ratio_of_rates_does_not_fail_at_zero():
    case = next(c for c in document("known_wrong_answers.json")["cases"] if c["id"] == "n7")
    got = rate_ratio(0, 100, 3, 100)
    assert (got.lo, got.hi) == pytest.approx(tuple(case["right"]), rel=1e-9)


@pytest.mark.parametrize(
    "args",
    [(None, 10, 3, 10), (1, 10, math.nan, 10), (0, 0, 3, 10), (3, 10, 0, 0)],
    ids=["none", "nan", "n1=0", "n2=0"],
)
def test_nothing_observed_gives_no_difference(args):
    assert all(math.isnan(v) for v in proportion_difference(*args))
    assert all(math.isnan(v) for v in rate_ratio(*args))


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="0 <= x <= n"):
        proportion_difference(11, 10, 1, 10)
    with pytest.raises(ValueError, match="0 or more"):
        rate_ratio(-1, 10, 1, 10)
    with pytest.raises(ValueError, match="level"):
        proportion_difference(1, 10, 1, 10, confidence=95)


def test_extreme_proportions_keep_an_interval():
    assert proportion_difference(0, 10, 0, 10) == pytest.approx((0, -0.2775328, 0.2775328), abs=1e-6)
    assert proportion_difference(10, 10, 0, 10).hi == 1


def test_rates_without_events_have_the_limits_that_remain():
    none_first, none_second = rate_ratio(0, 2, 5, 1), rate_ratio(5, 1, 0, 2)
    assert none_first.estimate == none_first.lo == 0 and 0 < none_first.hi < math.inf
    assert none_second.estimate == none_second.hi == math.inf and none_second.lo > 0
    assert none_second.lo == pytest.approx(1 / none_first.hi)
    assert all(math.isnan(v) for v in rate_ratio(0, 1, 0, 1))


def test_large_counts_take_the_normal_p_value_which_is_the_same_there():
    exact = rate_ratio(960, 1, 1040, 1)
    z = (960 - 1000) / math.sqrt(500)
    assert exact.p == pytest.approx(2 * norm.sf(abs(z)), rel=0.01)
    large = rate_ratio(40_000, 2, 41_500, 2)
    assert large.p == pytest.approx(2 * norm.sf(1500 / math.sqrt(81_500)), rel=1e-9)


counts = st.integers(0, 60)


@given(counts, st.integers(1, 60), counts, st.integers(1, 60))
def test_the_difference_lies_in_its_interval_and_turns_round_with_its_groups(x1, n1, x2, n2):
    x1, x2 = min(x1, n1), min(x2, n2)
    there, back = proportion_difference(x1, n1, x2, n2), proportion_difference(x2, n2, x1, n1)
    assert -1 <= there.lo <= there.estimate <= there.hi <= 1
    assert back == pytest.approx((-there.estimate, -there.hi, -there.lo), abs=1e-12)
    # Newcombe's limits are built from Wilson's: never wider than the distance of the two intervals' far ends.
    first, second = proportion_interval(x1, n1), proportion_interval(x2, n2)
    assert first.lo - second.hi - 1e-12 <= there.lo and there.hi <= first.hi - second.lo + 1e-12


@settings(max_examples=40)
@given(counts, st.floats(0.5, 20), st.integers(1, 60), st.floats(0.5, 20))
def test_the_ratio_lies_in_its_interval_and_a_higher_level_widens_it(x1, t1, x2, t2):
    narrow, wide = rate_ratio(x1, t1, x2, t2), rate_ratio(x1, t1, x2, t2, confidence=0.998)
    assert wide.lo <= narrow.lo <= narrow.estimate <= narrow.hi <= wide.hi
    assert 0 <= narrow.p <= 1


def test_a_pooled_rate_is_total_over_total():
    assert pooled_rate([10, 20, 900], [100, 100, 1000]).value == pytest.approx(930 / 1200)
    assert pooled_rate([10, 20], [100, 100]) == (30 / 200, 30, 200, 2)


def test_a_pooled_rate_leaves_out_units_without_figures():
    got = pooled_rate(pd.array([10, None, 5, 7], dtype="Int64"), [100, 100, None, 0])
    assert got == (0.1, 10, 100, 1)
    nothing = pooled_rate([1], [0])
    assert math.isnan(nothing.value) and nothing.n_units == 0


def test_a_pooled_rate_refuses_what_cannot_be():
    with pytest.raises(ValueError, match="one numerator and one denominator"):
        pooled_rate([1, 2], [3])
    with pytest.raises(ValueError, match="0 or more"):
        pooled_rate([-1], [3])
    with pytest.raises(ValueError, match="not all numbers"):
        pooled_rate(["many"], [3])
