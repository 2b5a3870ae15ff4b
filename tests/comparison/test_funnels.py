"""Who is named as different, by what rule, and that nobody is where that can't be told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmic_analysis.comparison.methods import funnel

from .made import RULES, gathered

NUMBERS = ["numerator", "value", "p", "lo_inner", "hi_inner", "lo_outer", "hi_outer"]


def forces(count: int, seed: int = 4, spread: float = 0.3) -> dict[str, tuple[float, float]]:
    rng = np.random.default_rng(seed)
    n = rng.integers(2000, 60_000, count)
    p = 1 / (1 + np.exp(-rng.normal(1.2, spread, count)))
    return {f"force-{i:02d}": (int(a * b), int(a)) for i, (a, b) in enumerate(zip(n, p, strict=True))}


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
    assert result.looks == result.n_forces == len(figures)
    assert "named as different only outside the 99.8% lines" in result.method


def test_forces_that_differ_as_they_usually_do_are_seldom_named():
    alarms = [len(funnel(gathered(forces(43, seed)), RULES).named) for seed in range(60)]
    # 0.2% of 2,580 are five; fifteen would be one in 10,000.
    assert sum(alarms) < 15
    few = funnel(gathered({f"f{i}": (9 + i % 2, 10) for i in range(43)}), RULES)
    assert few.named.empty and "at most" in few.method and "more than chance" in few.method


def test_the_caption_prints_how_often_forces_are_named_by_chance():
    result = funnel(gathered(forces(43)), RULES)
    assert result.false_alarm == pytest.approx(0.002, rel=0.02)
    assert "0.2% of them lie outside: of 43 forces one or more in 8% of such figures" in result.method
    low, high = result.usual
    assert low < result.centre < high and f"between {low:.1f}% and {high:.1f}%" in result.method


@given(st.integers(0, 19), st.integers(0, 10_000))
@settings(max_examples=40)
def test_nobody_is_named_below_the_number_of_forces_needed(count, seed):
    figures = forces(count, seed, 1.5) | {"absent": "no_data"}
    result = funnel(gathered(figures), RULES)
    assert result.named.empty and result.looks == 0 and not result.widened
    assert result.frame["p"].isna().all()
    assert math.isnan(result.spread)
    if count >= 2:
        assert "none is named" in result.method
        # The lines are those of chance alone, about z times the standard error of the total over the total.
        row = result.frame[result.frame["status"] == "value"].iloc[0]
        share = result.centre / 100
        reach = 196 * math.sqrt(share * (1 - share) / row["denominator"])
        assert row["hi_inner"] - result.centre == pytest.approx(reach, rel=0.08)
    else:
        assert "nothing to compare" in result.refusal


@given(
    st.integers(2, 40),
    st.lists(st.sampled_from(["no_data", "not_run", "no_value", "small_n", "flagged", "withheld"]), max_size=8),
)
@settings(max_examples=30)
def test_forces_without_a_figure_change_nothing(count, others):
    figures = forces(count)
    alone = funnel(gathered(figures), RULES)
    extra = {f"none-{i}": status for i, status in enumerate(others)}
    beside = funnel(gathered(extra | figures), RULES)
    assert (alone.n_forces, alone.looks, alone.centre) == (beside.n_forces, beside.looks, beside.centre)
    assert alone.spread == pytest.approx(beside.spread, nan_ok=True)
    joined = beside.frame.set_index("force")
    for column in NUMBERS:
        want = alone.frame.set_index("force")[column]
        np.testing.assert_array_equal(joined.loc[want.index, column].to_numpy(float), want.to_numpy(float))
    assert joined.loc[list(extra), ["position", "named", "p"]].isna().all(axis=None)
    assert len(joined) == count + len(others)


def test_figures_that_are_no_counts_get_no_limits_and_say_why():
    for kind, word in (("amounts", "amount such as hours"), ("plain", "cannot be pooled")):
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
