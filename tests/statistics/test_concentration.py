"""Gini coefficients against published examples, and at their edges."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmic_analysis.statistics.concentration import generalised_gini, gini


@pytest.mark.parametrize(
    ("counts", "plain", "general"),
    [
        ([10, 8, 2] + [0] * 7, 0.78, 0.78),
        ([5, 2, 1] + [0] * 7, 0.8, 0.75),
        ([3, 1, 1] + [0] * 7, 0.78, 0.56),
        ([10] + [0] * 9, 0.9, 0.9),
        ([10] + [0] * 99, 0.99, 0.9),
    ],
)
def test_the_published_examples(counts, plain, general):
    assert gini(counts) == pytest.approx(plain)
    assert generalised_gini(counts) == pytest.approx(general)


def test_the_unbiased_forms():
    assert gini([10] + [0] * 9, unbiased=True) == pytest.approx(1)
    assert gini([10] + [0] * 99, unbiased=True) == pytest.approx(1)
    # Eight events on ten places: 0.75 x 8 / 7.
    assert generalised_gini([5, 2, 1] + [0] * 7, unbiased=True) == pytest.approx(0.75 * 8 / 7)


def test_single_events_at_many_places_are_not_concentrated():
    assert gini([1] * 5 + [0] * 95) == pytest.approx(0.95)
    assert generalised_gini([1] * 5 + [0] * 95) == pytest.approx(0, abs=1e-12)
    assert generalised_gini([1] * 3 + [0] * 7) >= 0


@pytest.mark.parametrize("counts", [[], [0, 0, 0], [3, None, 1], [3, math.nan]])
def test_nothing_to_say_is_missing(counts):
    assert math.isnan(gini(counts)) and math.isnan(generalised_gini(counts))


def test_one_event_or_place_has_no_unbiased_form():
    assert math.isnan(generalised_gini([1, 0, 0], unbiased=True))
    assert math.isnan(gini([4], unbiased=True))
    assert gini([4]) == 0


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="0 or more"):
        gini([3, -1])


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40).filter(any))
def test_between_none_and_all_and_blind_to_order(counts):
    n = len(counts)
    assert -1e-12 <= gini(counts) <= 1 - 1 / n + 1e-12
    assert gini(counts) == pytest.approx(gini(counts[::-1]))
    # By its definition: the mean difference of all pairs over twice the mean.
    pairs = sum(abs(a - b) for a in counts for b in counts)
    assert gini(counts) == pytest.approx(pairs / (2 * n * sum(counts)), abs=1e-12)
    assert 0 <= generalised_gini(counts) <= gini(counts) + 1e-12
