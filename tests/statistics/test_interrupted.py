"""Interrupted series of measured figures: known truths, an independent likelihood, and refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import null_space
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from hmic_analysis.statistics.interrupted import interrupted_series, placebo_series


def made_up(before, after, rho=0.0, step=0.0, slope=0.0, change=0.0, seed=0, sd=4.0):
    """A made-up monthly series with a known effect and memory."""
    rng = np.random.default_rng(seed)
    n = before + after
    errors = np.empty(n)
    errors[0] = rng.normal(0, sd)
    for i in range(1, n):
        errors[i] = rho * errors[i - 1] + rng.normal(0, sd * math.sqrt(1 - rho**2))
    time = np.arange(n)
    later = time >= before
    return 100 + slope * time + later * (step + change * (time - before)) + errors


def terms(n, first):
    time = np.arange(1, n + 1)
    later = time > first
    return np.column_stack([np.ones(n), time, later, later * (time - first - 1)]).astype(float)


def test_the_fit_is_the_restricted_maximum_likelihood():
    y, x = made_up(30, 20, 0.5, step=-8, slope=0.2, change=0.3, seed=4), terms(50, 30)
    got = interrupted_series(y, 30, "step and slope")
    # Restricted likelihood by its definition: the ordinary likelihood of contrasts that hold no trend or effect.
    contrasts = null_space(x.T)

    def loss(p):
        rho, sd = math.tanh(p[0]), math.exp(p[1])
        spread = sd**2 * rho ** np.abs(np.subtract.outer(np.arange(50), np.arange(50)))
        return -multivariate_normal.logpdf(contrasts.T @ y, cov=contrasts.T @ spread @ contrasts)

    best = minimize(loss, [0.3, 1.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000})
    rho, sd = math.tanh(best.x[0]), math.exp(best.x[1])
    assert (got.rho, got.sigma) == pytest.approx((rho, sd), rel=1e-4)
    inverse = np.linalg.inv(rho ** np.abs(np.subtract.outer(np.arange(50.0), np.arange(50))))
    covariance = np.linalg.inv(x.T @ inverse @ x) * sd**2
    beta = np.linalg.solve(x.T @ inverse @ x, x.T @ inverse @ y)
    assert got.coefficients["estimate"].to_numpy() == pytest.approx(beta, rel=1e-4)
    assert got.coefficients["se"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-4)


def test_the_total_saved_is_counterfactual_less_fitted():
    got = interrupted_series(made_up(30, 18, 0.3, step=-6, change=-0.5, seed=1), 30, "step and slope")
    after = got.fitted.iloc[30:]
    assert got.saved.total == pytest.approx((after["counterfactual"] - after["fitted"]).sum())
    step, slope = got.coefficients["estimate"][["step", "slope_change"]]
    assert got.saved.total == pytest.approx(-(18 * step + slope * sum(range(18))))
    assert got.fitted["counterfactual"].iloc[:30].isna().all()
    assert got.saved.lo < got.saved.total < got.saved.hi and got.df == 44
    alone = interrupted_series(made_up(30, 18, 0.3, step=-6, seed=1), 30, "step")
    # With a step alone the total is the step times the points, and so is its standard error.
    assert alone.saved.total == pytest.approx(-18 * alone.coefficients.loc["step", "estimate"])
    assert alone.saved.se == pytest.approx(18 * alone.coefficients.loc["step", "se"])


def test_where_the_step_is_measured_does_not_change_what_is_saved():
    y = made_up(30, 20, 0.4, step=-5, change=-0.4, seed=8)
    first, last = (interrupted_series(y, 30, "step and slope", slope_starts=s) for s in (0, 1))
    assert first.saved == pytest.approx(last.saved)
    a, b = (r.coefficients["estimate"] for r in (first, last))
    assert a["step"] == pytest.approx(b["step"] + b["slope_change"])


def test_a_known_saving_lies_in_its_interval_about_as_often_as_said():
    inside = 0
    for seed in range(60):
        saved = interrupted_series(made_up(36, 18, 0.3, step=-5, slope=0.3, seed=seed), 36, "step").saved
        inside += saved.lo <= 5 * 18 <= saved.hi
    assert 50 <= inside <= 60


def test_a_step_that_is_not_there_is_seldom_found_in_a_series_with_memory():
    # Ordinary regression finds one in 25 to 29 % of such series.
    found = sum(
        interrupted_series(made_up(24, 12, 0.6, seed=s), 24, "step").coefficients.loc["step", "p"] < 0.05
        for s in range(150)
    )
    assert found / 150 < 0.16


def test_a_trend_alone_saves_nothing_whatever_the_bare_comparison_says():
    got = interrupted_series(made_up(36, 24, slope=-0.8, seed=2, sd=1), 36, "step")
    assert got.naive.difference == pytest.approx(24, abs=1.5) and got.naive.total == pytest.approx(24 * 24, abs=36)
    assert got.saved.lo < 0 < got.saved.hi


def test_a_season_is_taken_out_by_harmonics():
    season = 10 * np.sin(2 * np.pi * np.arange(54) / 12)
    y = made_up(36, 18, step=-5, seed=3, sd=1) + season
    with_season, without = (interrupted_series(y, 36, harmonics=h) for h in (1, 0))
    assert with_season.coefficients.loc["step", "estimate"] == pytest.approx(-5, abs=1.5)
    assert with_season.saved.se < without.saved.se / 2


@pytest.mark.parametrize(("before", "after"), [(23, 12), (24, 11), (3, 2)])
def test_short_series_are_refused_with_their_numbers(before, after):
    got = interrupted_series(made_up(before, after, step=-9), before)
    assert f"{before} points before" in got.refusal and f"{after} after" in got.refusal
    assert "24 before and 12 after" in got.refusal
    assert got.coefficients.empty and all(math.isnan(v) for v in got.saved)
    assert got.fitted["fitted"].isna().all() and not math.isnan(got.naive.difference)


def test_missing_months_do_not_count_and_keep_their_place():
    y = made_up(30, 20, 0.5, step=-8, seed=6)
    holes = pd.Series(y, index=pd.period_range("2011-01", periods=50, freq="M"))
    holes.iloc[[3, 10, 40]] = np.nan
    got = interrupted_series(holes, holes.index[30])
    assert (got.n_before, got.n_after) == (28, 19)
    assert got.saved.total == pytest.approx(-19 * got.coefficients.loc["step", "estimate"])
    full = interrupted_series(y, 30)
    assert got.coefficients.loc["time", "estimate"] == pytest.approx(full.coefficients.loc["time", "estimate"], abs=0.1)
    short = pd.Series(made_up(24, 12))
    short.iloc[0] = None
    assert "23 points before" in interrupted_series(short, 24).refusal


def test_values_exactly_on_the_model_are_refused():
    assert "exactly on the model" in interrupted_series([5.0] * 40, 25).refusal
    assert "exactly on the model" in interrupted_series([*range(30), *range(10, 30)], 30).refusal


def test_a_placebo_uses_only_what_came_before():
    y = made_up(40, 20, 0.3, step=-30, seed=9)
    got = placebo_series(y, 40)
    assert (got.n_before, got.n_after) == (28, 12) and len(got.fitted) == 40
    assert got.coefficients.loc["step", "lo"] < 0 < got.coefficients.loc["step", "hi"]
    assert "23 points before" in placebo_series(y[5:], 35).refusal
    with pytest.raises(ValueError, match="placebo"):
        placebo_series(y, 5)


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (99, {}, "no point 99"),
        (30, {"effect": "jump"}, "effect"),
        (30, {"harmonics": 6}, "harmonics"),
        (30, {"confidence": 95}, "level"),
        (30, {"slope_starts": 2}, "slope"),
    ],
)
def test_what_cannot_be_is_refused(change, options, said):
    with pytest.raises(ValueError, match=said):
        interrupted_series(made_up(30, 20), change, **options)
