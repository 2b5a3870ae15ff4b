"""The intervals against reference values of other programs, and at their edges."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmic_analysis.statistics.intervals import proportion_interval, quantile_bounds, quantile_interval, rate_interval

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "data" / "method-vectors"


def vectors(name: str, methods: set[str]) -> list:
    path = VECTORS / name
    if not path.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason="reference values are not beside the checkout"))]
    with path.open(encoding="utf-8", newline="") as file:
        return [pytest.param(r, id=r["id"]) for r in csv.DictReader(file) if r["method"] in methods]


def number(text: str) -> float | None:
    return float(text) if text else None


def close(got: float, expected: str, row: dict) -> bool:
    tolerance = max(float(row["rtol"] or 0) * abs(float(expected)), float(row.get("atol") or 0))
    return abs(got - float(expected)) <= tolerance


def compare(limits, row: dict) -> None:
    """Both limits, or the one that the source prints; where it prints none the result must be missing."""
    expected = (row["lower"], row["upper"])
    for got, want in zip(limits, expected, strict=True):
        if want:
            assert close(got, want, row)
        elif not any(expected):
            assert math.isnan(got)


@pytest.mark.shared
@pytest.mark.parametrize("row", vectors("proportion_ci.csv", {"wilson"}))
def test_proportion_interval_gives_the_reference_values(row):
    limits = proportion_interval(number(row["events"]), number(row["total"]), float(row["confidence"]))
    scale = float(row["multiplier"])
    compare([limits.lo * scale, limits.hi * scale], row)


@pytest.mark.shared
@pytest.mark.parametrize("row", vectors("rate_ci.csv", {"exact_below_10_else_byar"}))
def test_rate_interval_gives_the_reference_values(row):
    limits = rate_interval(
        number(row["events"]), number(row["exposure"]), float(row["multiplier"]), float(row["confidence"])
    )
    compare(limits, row)


def test_the_usual_wrong_answers_are_not_given():
    assert proportion_interval(0, 10) == pytest.approx((0, 0.277532799862889), abs=1e-12)
    assert rate_interval(65, 1) == pytest.approx((50.1631877104595, 82.8491385459398), rel=1e-9)
    assert rate_interval(5, 1) == pytest.approx((1.62348639011842, 11.6683320793227), rel=1e-9)
    assert rate_interval(0, 1) == pytest.approx((0, 3.68887945411394), rel=1e-9)


@pytest.mark.parametrize(("x", "n"), [(None, 10), (3, None), (math.nan, 10), (0, 0)])
def test_nothing_observed_gives_no_interval(x, n):
    assert all(math.isnan(v) for v in proportion_interval(x, n))
    assert all(math.isnan(v) for v in rate_interval(x, n))


@pytest.mark.parametrize(("x", "n"), [(-1, 10), (11, 10), (1, -1)])
def test_impossible_counts_are_refused(x, n):
    with pytest.raises(ValueError, match="0 <= x <= n"):
        proportion_interval(x, n)


@given(st.integers(0, 5000), st.integers(1, 5000), st.sampled_from([0.9, 0.95, 0.998]))
def test_a_proportion_lies_within_its_interval(x, n, confidence):
    x = min(x, n)
    lo, hi = proportion_interval(x, n, confidence)
    assert 0 <= lo <= x / n <= hi <= 1
    mirrored = proportion_interval(n - x, n, confidence)
    assert (1 - mirrored.hi, 1 - mirrored.lo) == pytest.approx((lo, hi), abs=1e-12)


@given(st.integers(0, 10000))
def test_a_rate_lies_within_its_interval(events):
    lo, hi = rate_interval(events, 1000, 1000)
    assert 0 <= lo <= events <= hi
    assert (lo == 0) == (events == 0)


def test_quantile_interval_is_made_of_order_statistics():
    values = np.arange(1, 101, dtype=float)
    assert quantile_interval(values, 0.5) == (40, 61)
    assert quantile_interval(np.append(values, np.nan), 0.5) == (40, 61)
    lo, hi = quantile_interval(np.array([3.0, 1.0, 2.0]), 0.9)
    assert math.isnan(lo) or lo in (1, 2, 3)
    assert math.isnan(hi)
    assert all(math.isnan(v) for v in quantile_interval(np.array([]), 0.5))


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=8),
    st.lists(st.integers(-5, 25), max_size=3),
    st.lists(st.tuples(st.integers(0, 7), st.integers(-5, 25)), max_size=2, unique_by=lambda turn: turn[0]),
    st.sampled_from([0.25, 0.5, 0.9]),
)
def test_whatever_the_unknown_values_are_the_quantile_lies_between_its_bounds(known, further, turns, q):
    turns = [(at, value) for at, value in turns if at < len(known)]
    lo, hi = quantile_bounds(np.array(known, dtype=float), q, len(further), len(turns))
    for turned in ({}, dict(turns)):
        values = [turned.get(i, value) for i, value in enumerate(known)] + further
        assert lo <= np.quantile(values, q) <= hi


def test_a_quantile_that_may_be_one_of_the_unknown_values_has_no_bounds():
    assert quantile_bounds(np.array([1.0, 2.0, 3.0]), 0.5, 0) == (2, 2)
    assert quantile_bounds(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 0.5, 1) == (2, 4)
    assert quantile_bounds(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 0.5, 0, 1) == (2, 4)
    assert quantile_bounds(np.array([1.0]), 0.5, 2) == (-math.inf, math.inf)
