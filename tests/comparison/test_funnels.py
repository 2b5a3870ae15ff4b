"""Who is named as different, by what rule, and that nobody is where that can't be told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmic_analysis.comparison.methods import funnel
from hmic_analysis.statistics.differences import benjamini_hochberg
from tests.statistics.reference import near, reference, rows

from .made import RULES, gathered

NUMBERS = ["numerator", "value", "z", "z_adjusted", "p", "q", "lo_inner", "hi_inner", "lo_outer", "hi_outer"]


def forces(count: int, seed: int = 4, spread: float = 0.3) -> dict[str, tuple[float, float]]:
    rng = np.random.default_rng(seed)
    n = rng.integers(2000, 60_000, count)
    p = 1 / (1 + np.exp(-rng.normal(1.2, spread, count)))
    return {f"force-{i:02d}": (int(a * b), int(a)) for i, (a, b) in enumerate(zip(n, p, strict=True))}


@reference
def test_reference_values_come_through_unchanged():
    scenario = "prop_3_units"
    units = [r for r in rows("funnel_inputs.csv") if r["scenario"] == scenario]
    assert len(units) == 3
    figures = {f"u{int(r['unit']):03d}": (float(r["numerator"]), float(r["denominator"])) for r in units}
    result = funnel(gathered(figures), RULES.model_copy(update={"min_forces": 3}))
    want = next(
        r
        for r in rows("funnel_overdispersion_summary.csv")
        if r["scenario"] == scenario and r["transform"] == "arcsine_sqrt" and r["trim"] == "0.1"
    )
    assert near(result.phi, want["phi"], want["rtol"]) and near(result.tau2, want["tau2"], want["rtol"], 1e-12)
    frame, seen = result.frame.set_index("force"), 0
    for r in rows("funnel_overdispersion_units.csv"):
        if r["scenario"] != scenario or r["transform"] != "arcsine_sqrt":
            continue
        row = frame.loc[f"u{int(r['unit']):03d}"]
        for theirs, ours, scale in (
            ("z_adjusted", "z_adjusted", 1), ("od_ll95", "lo_inner", 100), ("od_ul95", "hi_inner", 100),
            ("od_ll998", "lo_outer", 100), ("od_ul998", "hi_outer", 100),
        ):  # fmt: skip
            if r[theirs]:
                assert near(row[ours] / scale, r[theirs], atol=max(float(r["atol"]), 1e-9)), (r["id"], theirs)
                seen += 1
    assert seen == 15


def test_only_outside_the_outer_line_a_force_is_named():
    figures = forces(43)
    figures["force-40"], figures["force-41"] = (9_990, 10_000), (100, 10_000)
    result = funnel(gathered(figures), RULES)
    frame = result.frame.set_index("force")
    assert {"force-40", "force-41"} <= set(result.named["force"])
    assert (frame.loc["force-40", "position"], frame.loc["force-41", "position"]) == ("far_above", "far_below")
    outside = (frame["value"] > frame["hi_outer"]) | (frame["value"] < frame["lo_outer"])
    assert (frame["named"].astype(bool) == outside).all()
    between = frame["position"].isin(["above", "below"])
    assert not frame.loc[between, "named"].astype(bool).any()
    assert result.looks == result.n_forces == 43
    assert "which alone decide" in result.method and "43 looks" in result.method and "phi" in result.method


def test_q_values_are_those_of_benjamini_and_hochberg_and_do_not_name():
    frame = funnel(gathered(forces(30)), RULES).frame
    assert frame["q"].to_numpy() == pytest.approx(benjamini_hochberg(frame["p"], RULES.fdr_level).p)
    strict = funnel(gathered(forces(30)), RULES.model_copy(update={"fdr_level": 0.9999}))
    assert strict.frame["found"].sum() > frame["found"].sum()
    assert list(strict.frame["named"]) == list(frame["named"])


@given(st.integers(0, 19), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_nobody_is_named_below_the_number_of_forces_needed(count, seed):
    figures = forces(count, seed, 1.5) | {"absent": "no_data"}
    result = funnel(gathered(figures), RULES)
    assert result.named.empty and result.looks == 0 and not result.widened
    assert result.frame[["q", "p", "z_adjusted"]].isna().all(axis=None)
    assert math.isnan(result.tau2)
    if count >= 2:
        assert "none is named" in result.method
        # The lines are those of chance alone: the centre plus and minus z over twice the root of n, on the arcsine scale.
        row = result.frame[result.frame["status"] == "value"].iloc[0]
        centre = math.asin(math.sqrt(result.centre / 100))
        reach = 1.959964 / (2 * math.sqrt(row["denominator"]))
        assert row["hi_inner"] == pytest.approx(100 * math.sin(min(centre + reach, math.pi / 2)) ** 2, rel=1e-5)
    else:
        assert "nothing to compare" in result.refusal


@given(
    st.integers(2, 40),
    st.lists(st.sampled_from(["no_data", "not_run", "no_value", "small_n", "flagged", "withheld"]), max_size=8),
)
@settings(max_examples=30, deadline=None)
def test_forces_without_a_figure_change_nothing(count, others):
    figures = forces(count)
    alone = funnel(gathered(figures), RULES)
    extra = {f"none-{i}": status for i, status in enumerate(others)}
    beside = funnel(gathered(extra | figures), RULES)
    assert (alone.n_forces, alone.looks, alone.centre) == (beside.n_forces, beside.looks, beside.centre)
    assert np.array_equal([alone.phi, alone.tau2], [beside.phi, beside.tau2], equal_nan=True)
    joined = beside.frame.set_index("force")
    for column in NUMBERS:
        want = alone.frame.set_index("force")[column]
        np.testing.assert_array_equal(joined.loc[want.index, column].to_numpy(float), want.to_numpy(float))
    assert joined.loc[list(extra), ["position", "named", "q"]].isna().all(axis=None)
    assert len(joined) == count + len(others)


def test_figures_that_are_no_counts_get_no_limits_and_say_why():
    for kind, word in (("amounts", "amount such as hours"), ("plain", "can't be pooled")):
        result = funnel(gathered(forces(25), kind), RULES)
        assert word in result.refusal == result.method and result.lines().empty
        assert result.named.empty and result.frame["hi_outer"].isna().all()


def test_no_events_anywhere_is_no_funnel():
    result = funnel(gathered({f"f{i}": (0, 100) for i in range(25)}), RULES)
    assert "no events" in result.refusal and result.named.empty


def test_lines_pass_through_the_limits_of_the_forces():
    result = funnel(gathered(forces(25)), RULES)
    drawn = result.lines()
    row = result.frame.sort_values("denominator").iloc[12]
    at = np.interp(row["denominator"], drawn["denominator"], drawn["hi_outer"])
    assert at == pytest.approx(row["hi_outer"], rel=1e-3)
    assert drawn["denominator"].iloc[-1] == pytest.approx(1.05 * result.frame["denominator"].max())


def test_levels_are_parameters():
    wide = funnel(gathered(forces(25)), RULES.model_copy(update={"inner_limit_pct": 90.0, "outer_limit_pct": 95.0}))
    usual = funnel(gathered(forces(25)), RULES)
    np.testing.assert_allclose(wide.frame["hi_outer"], usual.frame["hi_inner"])
    assert "95% lines" in wide.method
