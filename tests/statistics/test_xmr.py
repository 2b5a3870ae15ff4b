"""XmR charts against reference series, and what they refuse."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmic_analysis.statistics.xmr import Dialect, xmr

from .reference import document, near, number, reference

BETTER = {"increase": "higher", "decrease": "lower", "neutral": "-"}
STEADY = [50, 52, 47, 51, 49, 53, 48, 50, 52, 46, 51, 49]
# The reference collapses its limits here; the chart refuses, as the reference's own note asks.
TRAP = "x_nearly_constant"


def charted(case):
    change = case["rebase_at_point"]
    return xmr(
        case["values"],
        better=BETTER[case["improvement_direction"]],
        changes={change - 1: "a change"} if change else None,
        baseline_points=case["fix_after_n_points"],
        minimum_points=3,
        dialect=Dialect() if case["screen_moving_ranges"] else Dialect(screen_multiplier=None),
    )


@reference
def test_limits_and_signals_give_the_reference_values():
    series = document("xmr_series.json")
    cases = [c for c in series["cases"] if c["id"] != TRAP]
    assert len(cases) >= 11
    for case in cases:
        points, want = charted(case).points, case["expected"]
        for column in ("centre", "lower", "upper"):
            for got, expected in zip(points[column], want[column], strict=True):
                assert near(got, expected, series["rtol"]), (case["id"], column)
        for column in ("rule", "point_type", "short"):
            key = "short_group" if column == "short" else column
            assert points[column].tolist() == want[key], (case["id"], column)


@reference
def test_nearly_constant_values_are_refused_not_flagged():
    case = next(c for c in document("xmr_series.json")["cases"] if c["id"] == TRAP)
    got = charted(case)
    assert "hardly vary" in got.refusal
    assert got.points[["lower", "upper", "rule", "point_type"]].isna().all(axis=None)


@reference
def test_individuals_charts_of_the_textbook():
    charts = document("control_charts.json")
    for case in charts["cases"]:
        if case["chart"] != "i":
            continue
        got = xmr(
            case["values"],
            baseline_points=case.get("baseline_points"),
            minimum_points=10,
            dialect=Dialect(limit_multiplier=3 / 1.128, screen_multiplier=None),
        ).points
        for column in ("centre", "lower", "upper"):
            for value, expected in zip(got[column], case["expected"][column], strict=True):
                assert near(value, expected, charts["rtol"]), (case["id"], column)
        outside = [i + 1 for i, rule in enumerate(got["rule"]) if rule in ("above_limit", "below_limit")]
        assert outside == case["expected"]["beyond_limits"], case["id"]


@reference
def test_the_textbooks_printed_limits():
    charts = document("control_charts.json")
    printed = next(p for p in charts["printed_elsewhere"] if p["id"] == "k_montgomery_ex6_5_individuals")
    case = next(c for c in charts["cases"] if c["id"] == printed["id"])
    got = xmr(case["values"], baseline_points=20, dialect=Dialect(screen_multiplier=None)).segments[0]
    assert [round(v, 2) for v in (got.centre, got.lower, got.upper)] == [
        printed["centre"],
        printed["lower"],
        printed["upper"],
    ]


@reference
def test_nothing_is_rounded_on_the_way():
    case = next(c for c in document("known_wrong_answers.json")["cases"] if c["id"] == "n10")
    # A series with that lower limit: a mean of 0.5 and ranges whose mean is what is left over 2.66.
    step = (0.5 - number(case["right"])) / 2.66
    got = xmr([0.5 - step / 2, 0.5 + step / 2] * 8).segments[0]
    assert got.lower == pytest.approx(case["right"], rel=1e-12)


def test_seven_points_make_a_shift_and_seven_a_trend():
    base = [58, 41, 59, 42, 57, 40]
    tail = [41, 60, 42, 58, 43]
    six, seven = (
        xmr([*base, 56, 54, 58, 53, 59, 55, *tail, 57]),
        xmr([*base, 56, 54, 58, 53, 59, 55, 57, *tail]),
    )
    assert (six.points["rule"] == "").all()
    assert (seven.points["rule"] == "shift_above").sum() == 7
    rising = [50, 47, 52, 48, 51, 44, 46, 47, 49, 51, 53]
    end = [50, 48, 52, 47, 51]
    assert not (xmr([*rising, *end]).points["rule"] == "trend_up").any()
    assert (xmr([*rising, 56, *end]).points["rule"] == "trend_up").sum() == 7


def test_the_turning_point_of_two_trends_belongs_to_the_later():
    got = xmr([*range(10, 17), *range(15, 8, -1)], dialect=Dialect(limit_multiplier=20)).points["rule"].tolist()
    assert got == ["trend_up"] * 6 + ["trend_down"] * 8


def test_limits_start_afresh_only_at_named_changes():
    values = [*STEADY, *(v + 20 for v in STEADY)]
    index = pd.period_range("2012-04", periods=24, freq="M")
    one = xmr(pd.Series(values, index=index), better="higher")
    two = xmr(pd.Series(values, index=index), better="higher", changes={index[12]: "new contact centre"})
    assert (one.points["rule"] != "").sum() > 12 and (two.points["rule"] == "").all()
    assert [s.change for s in two.segments] == ["", "new contact centre"]
    assert two.segments[1].centre == pytest.approx(two.segments[0].centre + 20)
    assert list(two.points.index) == list(index) and two.points["segment"].tolist() == [0] * 12 + [1] * 12


@pytest.mark.parametrize(
    ("changes", "said"),
    [({30: "x"}, "no point 30"), ({12: " "}, "Name the change"), ({0: "x"}, "nothing before")],
)
def test_a_change_must_be_known_and_named(changes, said):
    with pytest.raises(ValueError, match=said):
        xmr(STEADY * 2, changes=changes)


def test_a_fixed_baseline_is_not_widened_by_later_points():
    values = [*STEADY, *(v + 30 for v in STEADY)]
    fixed, free = xmr(values, baseline_points=12), xmr(values)
    assert fixed.segments[0].upper == pytest.approx(xmr(STEADY).segments[0].upper)
    assert fixed.segments[0].upper < free.segments[0].upper
    assert (fixed.points["rule"].iloc[12:] == "above_limit").all()
    assert (fixed.points["rule"].iloc[:12] == "").all()


def test_a_short_segment_has_no_limits_and_keeps_the_others():
    got = xmr([*STEADY, *STEADY, 60, 61, 62], changes={24: "new system"})
    assert got.refusal == "No limits from new system on: 3 values set them and at least 12 are needed."
    assert got.points["rule"].notna().sum() == 24 and got.points["lower"].iloc[24:].isna().all()


@pytest.mark.parametrize("values", [[7] * 20, [0.1 + 0.2, 0.3] * 10])
def test_equal_values_are_refused(values):
    got = xmr(values)
    assert "hardly vary" in got.refusal and got.points["rule"].isna().all()


def test_missing_months_are_gaps_and_never_signals():
    values = STEADY * 2
    values[5] = None
    got = xmr(values)
    assert pd.isna(got.points["rule"].iloc[5]) and got.segments[0].n == 23
    assert got.points["moving_range"].iloc[5:7].isna().all()
    ranges = [abs(b - a) for a, b in zip(values, values[1:], strict=False) if None not in (a, b)]
    assert got.segments[0].mean_range == pytest.approx(np.mean(ranges))
    # A run of seven with a hole in it is no run.
    hole = [41, 60, 42, 58, 43, 57, 56, 54, 58, None, 59, 55, 57, 41, 60, 42, 58, 43]
    assert (xmr(hole).points["rule"].dropna() == "").all()


def test_mostly_gaps_are_refused():
    got = xmr([v for pair in zip(STEADY, [None] * 12, strict=True) for v in pair])
    assert "beside gaps" in got.refusal
    assert "0 values" in xmr([None, None]).refusal


def test_the_same_signal_is_good_or_bad_as_the_figure_goes():
    values = [*STEADY, 70]
    kinds = {b: xmr(values, better=b).points["point_type"].iloc[-1] for b in ("higher", "lower", "-")}
    assert kinds == {
        "higher": "special_cause_improvement",
        "lower": "special_cause_concern",
        "-": "special_cause_neutral_high",
    }


def test_the_dialect_is_written_as_it_was_used():
    text = xmr(STEADY, dialect=Dialect(shift_points=8, trend_points=6, screen_multiplier=None)).dialect
    assert "8 points on the same side" in text and "6 points steadily" in text and "no ranges left out" in text
    assert "2.66" in xmr(STEADY).dialect and "3.267" in xmr(STEADY).dialect


def test_large_ranges_are_dropped_once():
    values = [*STEADY, 90, *STEADY]
    got, kept = xmr(values).segments[0], xmr(values, dialect=Dialect(screen_multiplier=None)).segments[0]
    assert got.n_screened == 2 and got.mean_range < kept.mean_range and kept.n_screened == 0


def test_a_range_just_as_large_as_the_screen_is_dropped():
    # Ranges of 1, 1, 1, 5 have a mean of 2: at 2.5 times that, the range of 5 goes.
    values = [10, 11, 10, 11, 16]
    got = xmr(values, minimum_points=5, dialect=Dialect(screen_multiplier=2.5)).segments[0]
    assert (got.n_screened, got.mean_range) == (1, 1)


@pytest.mark.parametrize(
    ("values", "options", "said"),
    [
        ([], {}, "needs values"),
        (STEADY, {"better": "up"}, "Better"),
        (STEADY, {"baseline_points": 0}, "baseline"),
        (pd.Series([1.0, 2.0], index=["a", "a"]), {}, "repeat"),
        (["x"], {}, "not all numbers"),
    ],
)
def test_what_cannot_be_is_refused(values, options, said):
    with pytest.raises(ValueError, match=said):
        xmr(values, **options)


@given(st.lists(st.integers(0, 100), min_size=13, max_size=40), st.integers(2, 9), st.integers(-50, 50))
def test_signals_do_not_depend_on_unit_or_origin_and_mirror_with_the_series(values, factor, offset):
    got = xmr(values, better="higher")
    moved = xmr([v * factor + offset for v in values], better="higher")
    assert moved.refusal == got.refusal
    mirrored = xmr([-v for v in values], better="lower")
    if not got.refusal:
        segment = got.segments[0]
        assert segment.lower < segment.centre < segment.upper
        assert mirrored.points["point_type"].tolist() == got.points["point_type"].tolist()
        outside = [not segment.lower <= v <= segment.upper for v in values]
        assert [r in ("above_limit", "below_limit") for r in got.points["rule"]] == outside
