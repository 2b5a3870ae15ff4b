"""Funnels: tails against exact sums and other programs, the fit against a brute maximum, lines against verdicts."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from scipy.special import expit, logit

from hmic_analysis.statistics.funnel import Funnel, fit_spread, funnel_of, tail_left, tails, usual_spread

from .reference import number, reference, rows


def varied(count=43, spread=0.25, seed=5, size=4000, centre=0.4):
    """Made-up units whose true proportions differ by ``spread`` on the log-odds scale."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(size // 4, size, count)
    return rng.binomial(sizes, expit(logit(centre) + rng.normal(0, spread, count))), sizes


def around(baseline: float, x: float, n: float) -> Funnel:
    """One unit held against a known rate, by chance alone."""
    low, high = tails(x, n, np.log(baseline), 0.0, "rate")
    units = pd.DataFrame({"numerator": [x], "denominator": [n], "low": low.ravel(), "high": high.ravel()})
    units["used"] = False  # The rate is known: no unit has a part in it.
    return Funnel(units, "rate", 1.0, math.log(baseline), 0.0)


@reference
def test_rates_by_chance_alone_are_judged_as_the_reference_judges_them():
    words = {1: "high", -1: "low"}
    chosen = [r for r in rows("funnel_significance.csv") if r["statistic"] != "proportion"]
    seen = 0
    for r in chosen:
        x, n, baseline = number(r["numerator"]), number(r["denominator"]), float(r["baseline"])
        if math.isnan(x) or not n > 0:
            continue
        unit = around(baseline, x, n)
        sides = {name: words.get(unit.outside(level).iloc[0]) for name, level in (("998", 0.998), ("95", 0.95))}
        got = next((f"{side}_{name}" for name, side in sides.items() if side), "none")
        assert got == r["expected"], r["id"]
        seen += 1
    assert seen > 300


@reference
def test_the_lines_of_ratios_pass_through_the_points_of_the_reference():
    chosen = [r for r in rows("funnel_limits.csv") if r["statistic"] == "ratio" and float(r["x"]) > 0]
    for r in chosen[::7]:
        expected, x = float(r["expected_ll998"]), float(r["x"])
        # At that exposure a unit with so many events lies just on the lower line.
        got = around(1.0, x, expected).limits([expected], 0.998)["lo"].iloc[0]
        assert got * expected == pytest.approx(x, rel=1e-3), r["id"]


@pytest.mark.parametrize(("x", "n", "share"), [(3, 12, 0.6), (0, 9, 0.02), (40, 90, 0.6), (35, 2000, 0.03)])
def test_tails_by_chance_alone_are_exact(x, n, share):
    low, high = tails(x, n, logit(share), 0.0, "proportion")
    assert low == pytest.approx(stats.binom.cdf(x, n, share), rel=5e-3, abs=1e-12)
    assert high == pytest.approx(stats.binom.sf(x - 1, n, share), rel=5e-3, abs=1e-12)
    low, high = tails(x, n, np.log(share), 0.0, "rate")
    assert low == pytest.approx(stats.poisson.cdf(x, n * share), rel=5e-3, abs=1e-12)
    assert high == pytest.approx(stats.poisson.sf(x - 1, n * share), rel=5e-3, abs=1e-12)


@pytest.mark.parametrize("spread", [0.1, 0.4, 1.0])
@pytest.mark.parametrize(("x", "n", "share"), [(4, 30, 0.3), (29, 400, 0.1), (31, 400, 0.1), (700, 3000, 0.3)])
def test_tails_with_spread_are_those_of_the_sum_over_it(spread, x, n, share):
    def at(theta, upper):
        p = expit(logit(share) + spread * theta)
        return (stats.binom.sf(x - 1, n, p) if upper else stats.binom.cdf(x, n, p)) * stats.norm.pdf(theta)

    grid = np.linspace(-8, 8, 20_001)
    low, high = tails(x, n, logit(share), spread**2, "proportion")
    assert low == pytest.approx(integrate.simpson(at(grid, False), x=grid), rel=1e-3, abs=1e-6)
    assert high == pytest.approx(integrate.simpson(at(grid, True), x=grid), rel=1e-3, abs=1e-6)


def test_with_large_counts_the_fit_is_restricted_maximum_likelihood():
    x, n = varied(size=400_000)
    y, v = logit(x / n), 1 / (x * (1 - x / n))

    def loss(tau2):
        w = 1 / (tau2 + v)
        centre = (w * y).sum() / w.sum()
        return 0.5 * (np.log(tau2 + v).sum() + np.log(w.sum()) + (w * (y - centre) ** 2).sum())

    want = optimize.minimize_scalar(loss, bounds=(1e-6, 1), method="bounded").x
    got = fit_spread(x[None].astype(float), n[None].astype(float), "proportion")
    assert got.variance[0] == pytest.approx(want, rel=1e-3)
    assert got.centre[0] == pytest.approx(y.mean(), abs=0.002)


def test_small_counts_do_not_distort_the_spread():
    rng = np.random.default_rng(1)
    n = np.full((20, 2000), 10.0)
    x = rng.binomial(10, expit(logit(0.8) + 0.5 * rng.standard_normal(n.shape))).astype(float)
    got = fit_spread(x, n, "proportion")
    assert np.sqrt(got.variance).mean() == pytest.approx(0.5, abs=0.02)
    assert got.centre.mean() == pytest.approx(logit(0.8), abs=0.02)
    rates = rng.poisson(3 * np.exp(0.5 * rng.standard_normal(n.shape))).astype(float)
    assert np.sqrt(fit_spread(rates, n, "rate").variance).mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("units", [20, 43])
def test_a_unit_is_as_often_outside_as_the_level_says_though_it_has_a_part_in_the_spread(units):
    rng = np.random.default_rng(2)
    y = rng.standard_normal((40_000, units))
    z = np.abs(y - y.mean(1, keepdims=True)) / y.std(1, ddof=1, keepdims=True)
    for level in (0.95, 0.998):
        limit = stats.norm.isf(tail_left(level, np.array(1 / units)))
        assert (z > limit).mean() == pytest.approx(1 - level, rel=0.06)
    assert tail_left(0.95, np.array(0.0)) == pytest.approx(0.025)


def test_one_unit_far_from_all_others_does_not_hide_itself():
    n = np.full(43, 100.0)
    x = n.copy()
    x[5] = 50
    got = funnel_of(x, n, "proportion", multiplier=100)
    assert got.outside(0.998).tolist() == [-1.0 if i == 5 else 0.0 for i in range(43)]
    assert got.variance == 0 and not got.units["used"].iloc[5]
    x, n = (v.astype(float) for v in varied(spread=0.15))
    x[[3, 8]] = n[[3, 8]] * [0.97, 0.95] // 1
    spread, used = usual_spread(x[None], n[None], "proportion")
    assert used.sum() == 41 and math.sqrt(spread.variance[0]) < 0.25
    assert set(np.flatnonzero(funnel_of(x, n, "proportion").outside(0.998))) == {3, 8}


def test_chance_alone_is_allowed_for_where_nothing_is_estimated():
    x, n = varied(count=8)
    got = funnel_of(x, n, "proportion", estimate=False)
    assert got.variance == 0 and got.typical == pytest.approx(x.sum() / n.sum())
    assert got.outside(0.998).abs().sum() > funnel_of(x, n, "proportion").outside(0.998).abs().sum()


def test_missing_units_are_left_out_and_never_judged():
    x, n = varied(count=24)
    full = funnel_of(x, n, "proportion")
    gaps = pd.Series([None, *x, 5], index=[f"force {i}" for i in range(26)], dtype="Int64")
    got = funnel_of(gaps, [100, *n, 0], "proportion")
    assert (got.centre, got.variance) == pytest.approx((full.centre, full.variance))
    assert list(got.units.index) == list(gaps.index)
    assert got.outside(0.95).isna().tolist() == [True] + [False] * 24 + [True]


def test_none_and_all_are_refused():
    assert "no events" in funnel_of([0] * 25, [10] * 25, "rate").refusal
    assert "every case" in funnel_of([10] * 25, [10] * 25, "proportion").refusal
    assert "no events" in funnel_of([None], [None], "proportion").refusal


@pytest.mark.parametrize(
    ("args", "said"),
    [(([3], [2], "proportion"), "0 <= x <= n"), (([-1], [2], "rate"), "0 or more"), (([1, 2], [2], "rate"), "one num")],
)
def test_what_cannot_be_is_refused(args, said):
    with pytest.raises(ValueError, match=said):
        funnel_of(*args)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 500)), min_size=20, max_size=45),
    st.sampled_from(["proportion", "rate"]),
)
def test_no_point_lies_on_one_side_of_its_line_and_is_judged_to_lie_on_the_other(units, kind):
    x, n = (np.array(v, dtype=float) for v in zip(*[(min(a, b), b) for a, b in units], strict=True))
    got = funnel_of(x, n, kind, multiplier=100)
    if got.refusal:
        return
    outer, inner = got.limits(n, 0.998), got.limits(n, 0.95)
    assert (outer["lo"] <= inner["lo"] + 1e-6).all() and (inner["hi"] <= outer["hi"] + 1e-6).all()
    assert (outer["lo"] >= 0).all() and (kind == "rate" or (outer["hi"] <= 100 + 1e-9).all())
    for level, lines in ((0.998, outer), (0.95, inner)):
        side, value = got.outside(level).to_numpy(), got.units["value"].to_numpy()
        slack = 1e-6 * (1 + value)
        assert (value[side > 0] > lines["hi"].to_numpy()[side > 0] - slack[side > 0]).all()
        assert (value[side < 0] < lines["lo"].to_numpy()[side < 0] + slack[side < 0]).all()
        inside = side == 0
        assert (value[inside] <= lines["hi"].to_numpy()[inside] + slack[inside]).all()
        assert (value[inside] >= lines["lo"].to_numpy()[inside] - slack[inside]).all()
    assert 0 <= got.share_outside(0.998) <= 0.00201
