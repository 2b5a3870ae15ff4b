"""Adjusted p-values: the published procedure, and missing values that are no findings."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmic_analysis.statistics.differences import benjamini_hochberg, chance_of_any


def test_by_hand():
    got = benjamini_hochberg([0.01, 0.04, 0.03, 0.005])
    assert got.p == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert list(got.found) == [True, True, True, True] and got.looks == 4
    assert list(benjamini_hochberg([0.01, 0.04, 0.03, 0.005], level=0.03).found) == [True, False, False, True]


def test_a_missing_p_value_is_left_out_and_the_others_adjusted():
    got = benjamini_hochberg([0.001, math.nan, 0.02])
    assert got.p[[0, 2]] == pytest.approx(benjamini_hochberg([0.001, 0.02]).p)
    assert math.isnan(got.p[1]) and list(got.found) == [True, None, True] and got.looks == 2


def test_nothing_in_nothing_found():
    got = benjamini_hochberg([None, math.nan])
    assert np.isnan(got.p).all() and list(got.found) == [None, None] and got.looks == 0
    assert benjamini_hochberg([]).looks == 0


@pytest.mark.parametrize("p", [[1.2], [-0.1, 0.5]])
def test_what_is_no_p_value_is_refused(p):
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg(p)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=50))
def test_adjusting_never_finds_more_and_keeps_the_order(p):
    got = benjamini_hochberg(p)
    known = [i for i, v in enumerate(p) if v is not None]
    assert all(got.p[i] >= p[i] - 1e-12 for i in known)
    ranked = sorted(known, key=lambda i: p[i])
    assert all(got.p[a] <= got.p[b] + 1e-12 for a, b in zip(ranked, ranked[1:], strict=False))
    # The rule itself: the largest rank k with p(k) <= k / m x level, and everything up to it.
    passed = [k for k, i in enumerate(ranked, 1) if p[i] <= k / len(ranked) * 0.05 + 1e-15]
    assert sum(bool(v) for v in got.found) == max(passed, default=0)


def test_the_chance_of_any_signal_among_43_forces():
    assert round(chance_of_any(43), 2) == 0.89
    assert round(chance_of_any(43, 0.998), 2) == 0.08
    assert chance_of_any(0) == 0
    with pytest.raises(ValueError, match="looks"):
        chance_of_any(-1)
