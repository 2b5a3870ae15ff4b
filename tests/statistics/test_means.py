"""The interval of a mean."""

import math

import pytest

from hmic_analysis.statistics.means import mean_interval

from .reference import near, reference, rows


@reference
def test_the_reference_values():
    chosen = [r for r in rows("mean_ci.csv") if r["method"] == "student_t"]
    assert chosen
    for r in chosen:
        values = [float(v) for v in r["values"].split()]
        got = mean_interval(values, float(r["confidence"]))
        assert near(got.lo, r["lower"], r["rtol"]) and near(got.hi, r["upper"], r["rtol"]), (r["id"], got)


def test_missing_values_are_left_out_and_one_value_is_too_few():
    assert mean_interval([1, None, 3, math.nan]) == mean_interval([1, 3])
    assert mean_interval([1, 3]) == pytest.approx((2 - 12.7062047, 2 + 12.7062047), abs=1e-6)
    assert all(math.isnan(v) for v in mean_interval([5]))
    assert mean_interval([5, 5, 5]) == (5, 5)
    with pytest.raises(ValueError, match="finite"):
        mean_interval([1, math.inf])
