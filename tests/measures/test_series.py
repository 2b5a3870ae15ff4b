"""A force against itself: monthly signals, and time saved by a change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hmic_analysis.errors import DataError
from hmic_analysis.measures.months import monthly_control, time_saved
from hmic_analysis.statistics.interrupted import interrupted_series
from tests.statistics.reference import document, reference

MONTHS = pd.date_range("2012-01-01", periods=24, freq="MS")
VALUES = np.array([100, 104, 98, 101, 97, 103, 99, 102, 100, 105, 96, 101] * 2, dtype=float)


def frame(values=VALUES):
    return pd.DataFrame({"month": pd.date_range("2012-01-01", periods=len(values), freq="MS"), "value": values})


def test_limits_by_hand():
    found = monthly_control(frame())
    ranges = np.abs(np.diff(VALUES))
    assert found.points["centre"].iloc[0] == pytest.approx(VALUES.mean())
    assert found.points["upper"].iloc[0] == pytest.approx(VALUES.mean() + 2.66 * ranges.mean())
    assert found.signals.empty and found.looks == 4 * 24
    assert "2.66 mean moving ranges" in found.method and "96 checks" in found.method and "seasons" in found.method
    assert "96 checks" in found.note and "seasons" in found.note
    assert len(monthly_control(frame(VALUES[:12])).note.split()) <= 13


def test_a_month_out_of_the_usual_is_a_signal_with_its_rule():
    values = VALUES.copy()
    values[15] = 180
    signals = monthly_control(frame(values)).signals.set_index("month")
    assert signals.loc["2013-04-01", "words"] == "above the upper limit"
    assert (signals["rule"] == "above_limit").sum() == 1
    # The one month lifts the mean, so that the usual months before it run below.
    assert set(signals["rule"]) == {"above_limit", "shift_below"}


def test_shares_are_made_of_counts_and_a_month_without_a_denominator_is_a_gap():
    counts = frame().rename(columns={"value": "numerator"}).assign(denominator=200.0)
    counts.loc[5, ["numerator", "denominator"]] = 0
    found = monthly_control(counts)
    assert found.points["value"].iloc[0] == 50
    assert np.isnan(found.points["value"].iloc[5]) and found.points["rule"].iloc[5] is None
    with pytest.raises(DataError, match="greater than its denominator"):
        monthly_control(counts.assign(denominator=1.0))


def test_a_month_without_a_row_is_a_gap_and_never_nought():
    found = monthly_control(frame().drop(index=[3, 4]))
    assert len(found.points) == 24 and found.points["value"].isna().sum() == 2
    assert found.looks == 4 * 22


def test_limits_start_afresh_only_at_a_named_change():
    values = np.r_[VALUES[:12], VALUES[:12] + 60]
    found = monthly_control(frame(values), changes={"2013-01": "New recording system"})
    assert list(found.points["segment"]) == [0] * 12 + [1] * 12
    assert found.points["centre"].iloc[12] - found.points["centre"].iloc[0] == pytest.approx(60)
    assert found.signals.empty and len(monthly_control(frame(values)).signals) > 0
    for changes in ({"2013-01": " "}, {"2019-01": "New system"}):
        with pytest.raises(DataError, match="monthly_control"):
            monthly_control(frame(values), changes=changes)


def test_constant_and_short_series_are_refused_without_signals():
    for values, word in ((np.full(24, 7.0), "hardly vary"), (VALUES[:6], "at least 12 are needed")):
        found = monthly_control(frame(values))
        assert word in found.method and found.note == found.method and found.signals.empty and found.looks == 0
        assert found.points["centre"].isna().all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (frame().drop(columns="value"), "no column"),
        (pd.concat([frame(), frame().head(1)]), "more than one row for Jan 2012"),
        (frame().assign(month="yesterday"), "no month"),
    ],
)
def test_frames_that_cannot_be_read_are_told(given, said):
    with pytest.raises(DataError, match=said):
        monthly_control(given)


def test_no_month_is_no_fault_and_has_no_limits():
    found = monthly_control(frame().head(0))
    assert found.points.empty and "centre" in found.points and found.signals.empty and not found.method


@reference
def test_reference_signals_come_through_unchanged():
    """Whole series without a rebase, whose labels the reference gives."""
    seen = 0
    for case in document("xmr_series.json")["cases"]:
        if len(case["values"]) < 12 or case["rebase_at_point"] or case["id"] == "x_nearly_constant":
            continue
        found = monthly_control(frame(np.array(case["values"])))
        expected = case["expected"]
        assert list(found.points["rule"]) == expected["rule"], case["id"]
        for ours, theirs in (("centre", "centre"), ("lower", "lower"), ("upper", "upper")):
            np.testing.assert_allclose(found.points[ours], expected[theirs], rtol=1e-9)
        assert len(found.signals) == sum(rule != "" for rule in expected["rule"])
        seen += 1
    assert seen >= 8


def trend(before=30, after=14, step=0.0, noise=8.0):
    time = np.arange(before + after, dtype=float)
    values = 1000 - 6 * time + noise * np.sin(1.7 * time) - step * (time >= before)
    return pd.Series(values, index=pd.date_range("2010-01-01", periods=time.size, freq="MS"))


def test_a_falling_trend_alone_saves_nothing_though_before_and_after_differ():
    series = trend()
    found = time_saved(series, series.index[30])
    assert found.series.naive.total > 1500
    assert found.series.saved.lo < 0 < found.series.saved.hi


def test_a_step_is_found_and_agrees_with_the_statistics():
    series = trend(before=40, step=100.0)
    found = time_saved(series, series.index[40])
    assert found.series.saved == interrupted_series(series, series.index[40]).saved
    assert found.series.saved.total == pytest.approx(14 * 100, rel=0.1)
    assert found.series.saved.lo > 0
    assert found.placebo is not None and "finds nothing" in found.method and "not money" in found.method


def test_more_hours_than_expected_are_not_called_saved():
    series = trend(step=-100.0)
    saved = time_saved(series, series.index[30]).series.saved
    assert saved.total == pytest.approx(-14 * 100, rel=0.1) and saved.hi < 0


@pytest.mark.parametrize(("before", "after"), [(23, 14), (30, 11)])
def test_too_short_a_series_gives_the_bare_comparison_and_no_p_value(before, after):
    series = trend(before, after)
    found = time_saved(series, series.index[before])
    assert found.refused and "at least 24 before and 12 after" in found.series.refusal
    assert found.series.coefficients.empty and found.placebo is None
    assert found.series.naive.total > 0 and found.method.startswith(found.series.refusal)


def test_a_change_outside_the_series_is_told():
    with pytest.raises(DataError, match="There is no point"):
        time_saved(trend(), pd.Timestamp("1999-01-01"))
