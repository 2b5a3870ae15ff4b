"""p, u, c and moving-range charts and the runs test against textbook charts."""

import math

import numpy as np
import pytest

from hmic_analysis.statistics.shewhart import c_chart, moving_range_chart, p_chart, runs_about, u_chart
from hmic_analysis.statistics.xmr import xmr
from hmic_analysis.statistics.xmr_rules import Dialect

from .reference import document, near, number, reference


def charted(case):
    kind, base = case["chart"], case.get("baseline_points")
    if kind == "i":
        dialect = Dialect(limit_multiplier=3 / 1.128, screen_multiplier=None)
        return xmr(case["values"], baseline_points=base, minimum_points=10, dialect=dialect).points
    if kind == "mr":
        return moving_range_chart(case["values"], base)
    if kind == "c":
        return c_chart(case.get("values") or case["numerators"])
    return {"p": p_chart, "u": u_chart}[kind](case["numerators"], case["denominators"])


@reference
def test_the_textbook_charts():
    charts = document("control_charts.json")
    assert len(charts["cases"]) >= 7
    for case in charts["cases"]:
        got, want = charted(case), case["expected"]
        for ours, theirs in (("value", "plotted"), ("centre",) * 2, ("lower",) * 2, ("upper",) * 2):
            for value, expected in zip(got[ours], map(number, want[theirs]), strict=True):
                same = math.isnan(value) if math.isnan(expected) else near(value, expected, charts["rtol"], 1e-15)
                assert same, (case["id"], ours, value, expected)
        outside = (got["value"] < got["lower"]) | (got["value"] > got["upper"])
        assert [i + 1 for i, flag in enumerate(outside) if flag] == want["beyond_limits"], case["id"]
        runs = runs_about(got["value"], got["centre"].iloc[0])._asdict()
        runs["runs_signal"] = runs.pop("signal")
        assert runs == {key: want[key] for key in runs}, case["id"]


@reference
def test_the_limits_that_textbooks_print():
    charts = document("control_charts.json")
    cases = {c["id"]: c for c in charts["cases"]}
    for printed in charts["printed_elsewhere"]:
        row = charted(cases[printed["id"]]).iloc[0]
        for key in ("centre", "lower", "upper"):
            assert row[key] == pytest.approx(printed[key], abs=0.006), (printed["id"], key)


@reference
def test_the_longest_run_allowed_is_rounded_to_the_nearest():
    case = next(c for c in document("known_wrong_answers.json")["cases"] if c["id"] == "n11")
    assert runs_about([1, -1] * 12, 0).longest_run_limit == case["right"]


def test_laneys_limits_let_proportions_of_large_numbers_vary():
    rng = np.random.default_rng(3)
    sizes = np.full(24, 50_000)
    x = rng.binomial(sizes, 0.8 + rng.normal(0, 0.01, 24))
    plain, laney = p_chart(x, sizes), p_chart(x, sizes, laney=True)

    def outside(chart):
        return ((chart["value"] < chart["lower"]) | (chart["value"] > chart["upper"])).sum()

    assert outside(plain) > 8 and outside(laney) == 0
    # With equal denominators Laney's chart is the unscreened XmR chart of the proportions.
    same = xmr(x / sizes, dialect=Dialect(limit_multiplier=3 / 1.128, screen_multiplier=None)).segments[0]
    assert laney["upper"].iloc[0] == pytest.approx(same.upper) and laney["lower"].iloc[0] == pytest.approx(same.lower)


def test_limits_stay_where_the_figure_can_be():
    chart = p_chart([0, 1, 5], [5, 5, 5])
    assert chart["lower"].min() == 0 and chart["upper"].max() == 1
    assert (c_chart([1, 0, 2])["lower"] == 0).all()


def test_missing_points_and_empty_denominators_are_left_out():
    chart = p_chart([1, None, 3, 0], [10, 10, 10, 0])
    assert chart["centre"].iloc[0] == pytest.approx(0.2) and chart["value"].isna().tolist() == [
        False,
        True,
        False,
        True,
    ]
    assert u_chart([None], [1])["centre"].isna().all()
    ranges = moving_range_chart([1, 4, None, 5, 7])
    assert ranges["value"].isna().tolist() == [True, False, True, True, False] and ranges["centre"].iloc[0] == 2.5
    assert moving_range_chart([1])["upper"].isna().all()


def test_runs():
    got = runs_about([5, 5, 3, None, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5, 4], 4)
    assert (got.useful_points, got.longest_run, got.crossings) == (14, 11, 2)
    assert got.signal
    assert not runs_about([5] * 9, 4).signal
    assert runs_about([4, 4, None], 4).useful_points == 0


@pytest.mark.parametrize("call", [lambda: p_chart([3], [2]), lambda: u_chart([-1], [2]), lambda: p_chart([1], [2, 3])])
def test_what_cannot_be_is_refused(call):
    with pytest.raises(ValueError):
        call()
