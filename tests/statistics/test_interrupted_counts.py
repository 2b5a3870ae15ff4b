"""Interrupted series of counts: the published tutorial, known truths and refusals."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import f

from hmic_analysis.statistics.interrupted_counts import interrupted_counts

from .reference import document, near, reference


def sicily(effect="step", **options):
    case = document("its.json")["cases"]["sicily"]
    table = {name: [row[i] for row in case["rows"]] for i, name in enumerate(case["columns"])}
    change = table["smokban"].index(1)
    return case, interrupted_counts(table["aces"], change, effect, exposure=table["stdpop"], **options)


def same(row, want, rtol):
    for ours, theirs in (
        ("estimate", "log_estimate"),
        ("se", "log_se"),
        ("ratio", "ratio"),
        ("lo", "ratio_lower"),
        ("hi", "ratio_upper"),
    ):
        assert near(row[ours], want[theirs], rtol), (ours, row[ours], want[theirs])


@reference
def test_the_tutorials_step_and_its_dispersion():
    rtol = document("its.json")["rtol"]
    case, got = sicily()
    same(got.coefficients.loc["step"], case["models"]["quasipoisson_step_trend"], rtol)
    assert near(got.dispersion, case["models"]["quasipoisson_step_trend"]["dispersion"], rtol)
    want = case["models"]["poisson_step_trend"]
    assert near(got.deviance, want["deviance"], rtol) and got.df == want["df_residual"]
    # Without allowing for dispersion: the same estimates, standard errors smaller by its root.
    for term, expected in (("step", want), ("time", want["time"])):
        row = got.coefficients.loc[term]
        se = row["se"] / math.sqrt(got.dispersion)
        assert near(row["estimate"], expected["log_estimate"], rtol) and near(se, expected["log_se"], rtol)
        assert near(row["ratio"], expected["ratio"], rtol)
        for sign, key in ((-1, "ratio_lower"), (1, "ratio_upper")):
            assert near(math.exp(row["estimate"] + sign * 1.959963985 * se), expected[key], rtol)


@reference
def test_the_tutorials_season():
    rtol = document("its.json")["rtol"]
    case, got = sicily(harmonics=2)
    want = case["models"]["quasipoisson_step_trend_harmonic2"]
    same(got.coefficients.loc["step"], want, rtol)
    assert near(got.dispersion, want["dispersion"], rtol)
    assert near(got.coefficients.loc["time", "ratio"] ** 12, want["annual_trend_ratio"], rtol)


@reference
def test_the_tutorials_change_of_slope_and_its_test():
    rtol = document("its.json")["rtol"]
    case, got = sicily("step and slope", harmonics=2, slope_starts=1)
    want = case["models"]["quasipoisson_step_slope_harmonic2"]
    for term in ("step", "slope_change"):
        same(got.coefficients.loc[term], want[term], rtol)
    _, less = sicily(harmonics=2)
    p = f.sf((less.deviance - got.deviance) / got.dispersion, 1, got.df)
    assert near(p, want["f_test_vs_step_only_p"], rtol)


@reference
def test_the_tutorials_residuals():
    rtol = document("its.json")["rtol"]
    case, plain = sicily()
    want = case["residual_autocorrelation"]
    assert near(plain.autocorrelation[1], want["quasipoisson_step_trend_lag1"], rtol)
    assert near(plain.autocorrelation[12], want["quasipoisson_step_trend_lag12"], rtol)
    assert near(sicily(harmonics=2)[1].autocorrelation[1], want["quasipoisson_harmonic_lag1"], rtol)


def made_up(before=36, after=18, ratio=0.8, mean=200, seed=0):
    """Made-up counts that fall to ``ratio`` at the change."""
    rng = np.random.default_rng(seed)
    return rng.poisson(np.where(np.arange(before + after) < before, mean, mean * ratio))


def test_a_known_saving_is_found():
    got = interrupted_counts(made_up(), 36)
    assert got.saved.lo < 18 * 40 < got.saved.hi and got.saved.lo > 0
    assert got.coefficients.loc["step", "lo"] < 0.8 < got.coefficients.loc["step", "hi"]
    assert got.naive.difference == pytest.approx(40, abs=8) and 0.5 < got.dispersion < 1.7
    after = got.fitted.iloc[36:]
    assert got.saved.total == pytest.approx((after["counterfactual"] - after["fitted"]).sum())


def test_the_standard_error_of_the_total_is_that_of_repeated_series():
    totals, errors = zip(
        *((r.saved.total, r.saved.se) for r in (interrupted_counts(made_up(seed=s), 36) for s in range(80))),
        strict=True,
    )
    assert np.std(totals, ddof=1) == pytest.approx(np.mean(errors), rel=0.25)


def test_the_standard_error_of_the_total_is_that_of_the_coefficients_spread():
    counts, time = made_up(), np.arange(1, 55)
    bend = np.where(time > 36, time - 37, 0)
    fit = sm.GLM(counts, np.column_stack([np.ones(54), time, bend]), family=sm.families.Poisson()).fit(scale="X2")
    draws = np.random.default_rng(1).multivariate_normal(fit.params, fit.cov_params(), 20_000)
    gone = np.exp(draws[:, [0]] + draws[:, [1]] * time)
    totals = (gone * (1 - np.exp(draws[:, [2]] * bend)))[:, 36:].sum(axis=1)
    got = interrupted_counts(counts, 36, "slope").saved
    assert got.total == pytest.approx(totals.mean(), abs=0.1 * got.se)
    assert got.se == pytest.approx(totals.std(), rel=0.05)


def test_more_to_count_over_is_no_effect():
    exposure = np.where(np.arange(54) < 36, 1000, 2000)
    counts = np.random.default_rng(1).poisson(exposure * 0.1)
    got = interrupted_counts(counts, 36, exposure=exposure)
    assert got.saved.lo < 0 < got.saved.hi
    assert got.naive.before == pytest.approx(0.1, abs=0.01) and got.naive.after == pytest.approx(0.1, abs=0.01)
    assert interrupted_counts(counts, 36).coefficients.loc["step", "ratio"] > 1.7


def test_where_the_step_is_measured_does_not_change_what_is_saved():
    first, last = (interrupted_counts(made_up(), 36, "step and slope", slope_starts=s) for s in (0, 1))
    assert first.saved == pytest.approx(last.saved, rel=1e-6)


def test_short_or_empty_series_are_refused():
    short = interrupted_counts(made_up(23, 12), 23)
    assert "23 points before" in short.refusal and short.coefficients.empty and math.isnan(short.dispersion)
    assert "no events after" in interrupted_counts([5, 6] * 15 + [0] * 15, 30).refusal
    assert "no events before" in interrupted_counts([0] * 30 + [5, 6] * 8, 30).refusal


def test_missing_counts_and_exposures_do_not_count():
    counts = made_up().astype(float)
    counts[2] = np.nan
    exposure = np.full(54, 1000.0)
    exposure[[5, 50]] = 0, np.nan
    got = interrupted_counts(counts, 36, exposure=exposure)
    assert (got.n_before, got.n_after) == (34, 17) and got.saved.lo > 0
    assert math.isnan(got.autocorrelation[1])


@pytest.mark.parametrize(
    ("counts", "options", "said"),
    [
        ([-1] * 54, {}, "0 or more"),
        ([1] * 54, {"exposure": [1, 2]}, "one exposure"),
        ([1] * 54, {"exposure": [-1] * 54}, "0 or more"),
        ([1] * 54, {"confidence": 2}, "level"),
    ],
)
def test_what_cannot_be_is_refused(counts, options, said):
    with pytest.raises(ValueError, match=said):
        interrupted_counts(counts, 36, **options)
