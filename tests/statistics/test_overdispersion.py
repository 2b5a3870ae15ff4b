"""Overdispersed funnels against two other programs, and what the adjustment does and doesn't do."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmic_analysis.statistics.funnel import exact_count_interval, overdispersed_funnel

from .reference import document, near, reference, rows

KIND = {"PR": "proportion", "SR": "ratio"}
TRANSFORM = {"arcsine_sqrt": "arcsine", "sqrt": "sqrt", "log": "log"}
# The log limits of the reference were computed with quantiles printed to six decimals.
PRINTED_Z = {"95": 1.959964, "998": 3.090232}


def scenario(name, data_type, transform, **options):
    units = [r for r in rows("funnel_inputs.csv") if r["scenario"] == name]
    return overdispersed_funnel(
        [float(r["numerator"]) for r in units],
        [float(r["denominator"]) for r in units],
        KIND[data_type],
        transform=TRANSFORM[transform],
        minimum_units=3,
        **options,
    )


@reference
def test_phi_and_tau2_give_the_reference_values():
    known = {r["scenario"] for r in rows("funnel_inputs.csv")}
    chosen = [r for r in rows("funnel_overdispersion_summary.csv") if r["scenario"] in known]
    assert len(chosen) >= 7
    for r in chosen:
        got = scenario(r["scenario"], r["data_type"], r["transform"], treatment=r["treatment"], trim=float(r["trim"]))
        assert (got.n_units, got.n_used) == (int(r["units"]), int(r["n_used"])), r["id"]
        for value, key in ((got.target, "target"), (got.phi, "phi"), (got.tau2, "tau2")):
            assert near(value, r[key], r["rtol"]), (r["id"], key, value)
        if r["z_lower"]:
            assert near(got.units["z_used"].min(), r["z_lower"], r["rtol"])
            assert near(got.units["z_used"].max(), r["z_upper"], r["rtol"])


@reference
def test_units_give_the_reference_values():
    seen = 0
    treatments = {"log": "truncate"}
    made = {}
    for r in rows("funnel_overdispersion_units.csv"):
        key = (r["scenario"], r["data_type"], r["transform"])
        if key not in made:
            made[key] = scenario(*key, treatment=treatments.get(r["transform"], "winsorise"))
        unit = made[key].units.iloc[int(r["unit"]) - 1]
        columns = {"y": "y", "se": "se", "z": "z", "z_adjusted": "z_adjusted"}
        if not math.isnan(unit["z_used"]):
            columns["z_used"] = "z_used"
        if r["transform"] != "log":
            columns |= {f"od_{a}l{n}": f"{b}{n}" for a, b in (("l", "lo"), ("u", "hi")) for n in PRINTED_Z}
        for theirs, ours in columns.items():
            if r[theirs]:
                assert near(unit[ours], r[theirs], atol=max(float(r["atol"]), 1e-9)), (
                    r["id"],
                    theirs,
                    unit[ours],
                )
                seen += 1
        if r["transform"] == "log":
            spread = math.sqrt(unit["se"] ** 2 + made[key].tau2)
            for n, z in PRINTED_Z.items():
                for side, sign in (("l", -1), ("u", 1)):
                    theirs = r[f"od_{side}l{n}"]
                    assert near(math.exp(sign * z * spread), theirs, atol=r["atol"]), r["id"]
                    assert near(unit[("lo" if sign < 0 else "hi") + n], theirs, rtol=1e-6), r["id"]
    assert seen > 500


@reference
def test_the_unadjusted_lines_of_the_other_programs_are_exact_intervals_of_expected_numbers():
    inputs = {(r["scenario"], r["unit"]): float(r["denominator"]) for r in rows("funnel_inputs.csv")}
    chosen = [r for r in rows("funnel_overdispersion_units.csv") if r["data_type"] == "SR"]
    assert chosen
    for r in chosen:
        expected = inputs[r["scenario"], r["unit"]]
        for name, level in (("95", 0.95), ("998", 0.998)):
            got = exact_count_interval(expected, level)
            assert near(got.lo / expected, r[f"ll{name}"], atol=max(float(r["atol"]), 1e-8)), r["id"]
            assert near(got.hi / expected, r[f"ul{name}"], atol=max(float(r["atol"]), 1e-8)), r["id"]


@reference
def test_unadjusted_lines_of_proportions_are_those_with_no_spread_between_units():
    made = scenario("prop_3_units", "PR", "arcsine_sqrt", tau2=0.0)
    for r in rows("funnel_overdispersion_units.csv"):
        if r["scenario"] == "prop_3_units":
            unit = made.units.iloc[int(r["unit"]) - 1]
            for theirs, ours in (("ll95", "lo95"), ("ul95", "hi95"), ("ll998", "lo998"), ("ul998", "hi998")):
                assert near(unit[ours], r[theirs], atol=r["atol"]), (r["id"], theirs)


@reference
def test_square_root_limits_are_squared_back():
    got = scenario("ratio_overdispersed_43", "SR", "sqrt")
    unit = got.units.iloc[0]
    on_the_scale = 1 - 1.959964 * math.sqrt(unit["se"] ** 2 + got.tau2)
    assert unit["lo95"] == pytest.approx(on_the_scale**2, rel=1e-6) and abs(unit["lo95"] - on_the_scale) > 0.1


@reference
def test_the_spread_of_a_rate_rests_on_its_events_not_its_denominator():
    case = next(c for c in document("known_wrong_answers.json")["cases"] if c["id"] == "n2")
    n, target = case["input"]["denominator"], case["input"]["target"]
    got = overdispersed_funnel([n * target] * 2, [n] * 2, "rate", transform="log", tau2=0.0)
    assert got.units["se"].iloc[0] == pytest.approx(case["right"]["se"], rel=0.02)
    assert got.units["se"].iloc[0] > 10 * case["wrong"]["se"]


def varied(n=43, spread=0.25, seed=5, size=4000, centre=0.4):
    """Made-up units whose true proportions differ by ``spread`` on the logit scale."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(size // 4, size, n)
    truth = 1 / (1 + np.exp(-(math.log(centre / (1 - centre)) + rng.normal(0, spread, n))))
    return rng.binomial(sizes, truth), sizes


def test_units_that_differ_only_by_chance_are_hardly_widened():
    got = overdispersed_funnel(*varied(spread=0), "proportion", multiplier=100)
    assert got.phi < 1.3 and got.tau2 < 2e-5
    assert (got.units["position"] == "none").sum() >= 38


def test_units_that_differ_are_not_nearly_all_outside():
    x, n = varied()
    plain = overdispersed_funnel(x, n, "proportion", tau2=0.0)
    got = overdispersed_funnel(x, n, "proportion")
    assert (plain.units["position"] != "none").mean() > 0.6 > 0.25 > (got.units["position"] != "none").mean()
    assert got.phi > 5 and "phi" in got.caption and "one in ten" in got.caption


def test_a_unit_far_from_all_others_is_still_found():
    x, n = varied(spread=0.1)
    x[7], n[7] = 2700, 3000
    got = overdispersed_funnel(x, n, "proportion")
    assert got.units["position"].iloc[7] == "high_998" and (got.units["position"] == "high_998").sum() == 1


def test_limits_never_fold_back():
    # Tiny units near 0 and 1: on the transformed scale the limits leave its range.
    x, n = [0, 1, 2, 3] * 6, [3, 4, 5, 6] * 6
    got = overdispersed_funnel(x, n, "proportion", multiplier=100, tau2=0.5).units
    assert (got["lo998"] == 0).all() and (got["hi998"] == 100).all()
    rate = overdispersed_funnel(x, n, "rate", tau2=0.5).units
    assert (rate["lo998"] == 0).all() and (rate["hi998"] > rate["hi95"]).all()


def test_too_few_units_are_refused_but_may_borrow():
    x, n = varied(n=8)
    got = overdispersed_funnel(x, n, "proportion")
    assert "8 units" in got.refusal and "at least 20" in got.refusal and got.caption == got.refusal
    assert math.isnan(got.phi) and math.isnan(got.tau2)
    assert got.units[["z_adjusted", "p_adjusted", "lo95", "hi998"]].isna().all(axis=None)
    assert got.units["position"].isna().all() and got.units["value"].notna().all()
    assert got.limits_at([100]).loc[0, ["lo", "hi"]].isna().all()
    borrowed = overdispersed_funnel(x, n, "proportion", tau2=0.004)
    assert not borrowed.refusal and borrowed.tau2 == 0.004 and borrowed.n_used == 0 and "borrowed" in borrowed.caption


def test_missing_units_are_left_out_and_never_judged():
    x, n = varied(n=24)
    full = overdispersed_funnel(x, n, "proportion")
    gaps = pd.Series([None, *x, 5], index=[f"force {i}" for i in range(26)], dtype="Int64")
    got = overdispersed_funnel(gaps, [100, *n, 0], "proportion")
    assert got.n_units == 24
    assert (got.tau2, got.target) == pytest.approx((full.tau2, full.target), rel=1e-9)
    assert list(got.units.index) == list(gaps.index)
    assert got.units["position"].isna().tolist() == [True] + [False] * 24 + [True]
    assert got.units.iloc[[0, 25]][["value", "z", "lo95"]].isna().all(axis=None)


def test_no_events_anywhere_is_a_refusal():
    got = overdispersed_funnel([0] * 25, [10] * 25, "rate")
    assert "no events" in got.refusal and got.units["position"].isna().all()
    assert "no events" in overdispersed_funnel([None], [None], "ratio").refusal


def test_rates_and_ratios_are_one_method():
    x, n = varied(n=30, centre=0.1)
    pooled = x.sum() / n.sum()
    rate = overdispersed_funnel(x, n, "rate", multiplier=1000)
    ratio = overdispersed_funnel(x, n * pooled, "ratio")
    assert rate.target == pytest.approx(1000 * pooled) and ratio.target == 1
    assert rate.tau2 == pytest.approx(ratio.tau2)
    assert rate.units["hi95"].to_numpy() == pytest.approx(ratio.units["hi95"].to_numpy() * 1000 * pooled)
    assert list(rate.units["position"]) == list(ratio.units["position"])


@pytest.mark.parametrize(
    ("args", "options", "said"),
    [
        (([1], [2], "share"), {}, "kind"),
        (([1], [2], "proportion"), {"transform": "log"}, "scale of a proportion"),
        (([3], [2], "proportion"), {}, "0 <= x <= n"),
        (([-1], [2], "rate"), {}, "0 or more"),
        (([1, 2], [2], "rate"), {}, "one numerator"),
        (([0], [2], "rate"), {"transform": "log"}, "without events"),
        (([1], [2], "rate"), {"trim": 0.5}, "0.5"),
        (([1], [2], "rate"), {"tau2": -1}, "tau squared"),
        (([1], [2], "rate"), {"treatment": "drop"}, "winsorise"),
    ],
)
def test_what_cannot_be_is_refused(args, options, said):
    with pytest.raises(ValueError, match=said):
        overdispersed_funnel(*args, **options)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 80), st.integers(1, 500)), min_size=20, max_size=45))
def test_positions_agree_with_the_lines_drawn(units):
    x, n = zip(*[(min(a, b), b) for a, b in units], strict=True)
    got = overdispersed_funnel(x, n, "proportion", multiplier=100)
    if got.refusal:
        assert sum(x) == 0
        return
    assert (got.units["lo998"] <= got.units["lo95"]).all() and (got.units["hi95"] <= got.units["hi998"]).all()
    assert (got.units[["lo998", "hi998"]] >= 0).all(axis=None) and (got.units["hi998"] <= 100).all()
    drawn = got.limits_at(n, 0.95)
    assert drawn["lo"].to_numpy() == pytest.approx(got.units["lo95"].to_numpy())
    outside = (got.units["value"] > got.units["hi95"]) | (got.units["value"] < got.units["lo95"])
    assert outside.tolist() == (got.units["position"] != "none").tolist()
