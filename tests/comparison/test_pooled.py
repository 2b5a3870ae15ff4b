"""A force against the others: totals over totals without itself, and the interval of two samples."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmic_analysis.comparison.compare import Comparison, beside_others
from hmic_analysis.comparison.methods import against, funnel, pool
from hmic_analysis.errors import ParameterError
from hmic_analysis.statistics.differences import proportion_difference

from .made import PARAMS, RULES, gathered

COUNTS = st.tuples(st.integers(0, 5000), st.integers(1, 5000)).map(lambda p: (min(p), max(p)))
NOTHING = st.sampled_from(["no_data", "not_run", "no_value"])


@given(st.lists(st.one_of(COUNTS, NOTHING), min_size=2, max_size=12), st.integers(0, 11))
@settings(max_examples=60)
def test_the_comparator_is_total_over_total_of_the_others(figures, number):
    names = [f"f{i}" for i in range(len(figures))]
    force = names[number % len(names)]
    found = against(gathered(dict(zip(names, figures, strict=True))), force)
    others = [f for n, f in zip(names, figures, strict=True) if n != force and not isinstance(f, str)]
    assert force not in found.members + found.left_out
    assert len(found.members) == len(others)
    assert len(found.members) + len(found.left_out) == len(names) - 1
    if len(others) >= 2:
        assert found.pooled.value == pytest.approx(100 * sum(x for x, _ in others) / sum(n for _, n in others))
    else:
        assert math.isnan(found.pooled.value)
    own = figures[number % len(names)]
    if isinstance(own, str) or len(others) < 2:
        assert found.reason and math.isnan(found.difference)
    else:
        assert found.lo <= found.difference + 1e-9 and found.difference <= found.hi + 1e-9


def test_by_hand_and_never_the_mean_of_forces():
    found = gathered({"big": (900, 1000), "small": (1, 10), "own": (40, 100), "none": "no_data"})
    assert pool(found).value == pytest.approx(100 * 941 / 1110)
    result = against(found, "own")
    assert result.pooled.value == pytest.approx(100 * 901 / 1010)
    assert result.pooled.value != pytest.approx((90 + 10) / 2)
    assert (result.pooled.n_units, result.left_out) == (2, ("none",))
    assert result.difference == pytest.approx(40 - 100 * 901 / 1010)
    want = proportion_difference(40, 100, 901, 1010)
    assert (result.lo, result.hi) == pytest.approx((100 * want.lo, 100 * want.hi))
    assert result.method == "Newcombe 95%"


def test_rates_are_set_against_each_other_as_a_ratio():
    found = gathered({"own": (30, 1000), "a": (10, 1000), "b": (10, 1000)}, "rate")
    result = against(found, "own")
    assert result.pooled.value == pytest.approx(10)
    assert result.difference == pytest.approx(3.0)
    assert 1 < result.lo < 3 < result.hi and result.method == "exact conditional 95%"


def test_a_group_holds_neither_the_force_nor_anyone_else():
    found = gathered({"own": (5, 10), "a": (5, 10), "b": (1, 10), "c": "not_run", "d": (3, 10)})
    result = against(found, "own", ["own", "a", "c", "d"], "its group")
    assert (result.members, result.left_out, result.group) == (("a", "d"), ("c",), "its group")
    assert result.pooled.value == 40
    empty = against(found, "own", ["c"], "its group")
    assert empty.reason == "No other force of the group has a figure; a comparator needs 2."
    # One other force's total is its own figure: it is not given out as a comparator.
    single = against(found, "own", ["a"], "its group")
    assert single.reason.startswith("One other force") and math.isnan(single.pooled.value)
    with pytest.raises(ParameterError):
        against(found, "elsewhere")


def test_amounts_are_pooled_without_an_interval_and_medians_not_at_all():
    hours = gathered({"own": (30.5, 100.0), "a": (10.0, 100.0), "b": (5.5, 50.0)}, "amounts")
    assert math.isnan(against(hours, "own").lo) and against(hours, "own").pooled.denominator == 150
    assert against(hours, "own").difference == pytest.approx(1000 * (0.305 - 15.5 / 150))
    medians = gathered({"own": (30, 1), "a": (10, 1), "b": (11, 1)}, "plain")
    assert math.isnan(pool(medians).value) and "cannot be pooled" in against(medians, "own").reason


def test_one_force_in_words_says_where_its_group_comes_from():
    names = [f.slug for f in PARAMS.territorial]
    figures = {n: (700 + i, 1000) for i, n in enumerate(names)}
    figures["cleveland"], figures["kent"] = (990, 1000), "no_data"
    made = gathered(figures)
    found = beside_others(Comparison(PARAMS, made, funnel(made, RULES)), "cleveland")
    assert found.named and found.position == "far_above"
    assert "computed by this package, not the Home Office's most similar group" in found.sentence
    assert "above the 99.8% line of the funnel: it differs" in found.sentence
    assert found.others.left_out == ("kent",) and len(found.others.members) == 41
    table = found.table()
    assert table.index[1] == "All other forces" and "chance alone" in table["Note"].iloc[1]
    kent = beside_others(Comparison(PARAMS, made, funnel(made, RULES)), "kent")
    assert "cannot be compared. why no_data" in kent.sentence and not kent.named
