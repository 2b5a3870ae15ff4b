"""What is drawn is what the data say: positions, baselines, gaps, and nothing where there is nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.text import Text

from hmic_analysis.errors import DataError
from hmic_analysis.figures.chart import no_data
from hmic_analysis.figures.rows import age_bands, counts, withhold
from hmic_analysis.figures.series import monthly_series, small_multiples_monthly
from hmic_analysis.figures.shares import paired_shares, proportions_by_group
from hmic_analysis.figures.spread import lag_distribution, response_times, week_profile
from tests.figures.cases import CASES, months, offence_shares, shares, week


def printed(made) -> list[str]:
    return [t.get_text() for t in made.figure.findobj(Text) if t.get_text()]


def points(axes, marker: str = "o") -> list[tuple[float, float]]:
    return [
        (float(x), float(y))
        for line in axes.lines
        if line.get_marker() == marker and line.get_linestyle() == "None"
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def bars(axes) -> list[Rectangle]:
    return [p for p in axes.patches if isinstance(p, Rectangle)]


EMPTY = {
    "proportions_by_group": lambda: proportions_by_group(offence_shares().head(0)),
    "proportions, nothing known": lambda: proportions_by_group(shares(["a", "b"], np.nan)),
    "paired_shares": lambda: paired_shares(pd.DataFrame(columns=["label", "share_count", "share_hours"])),
    "paired, nothing known": lambda: paired_shares(
        pd.DataFrame({"label": ["a"], "share_count": None, "share_hours": None})
    ),
    "monthly_series": lambda: monthly_series(pd.DataFrame(columns=["month", "group", "value"])),
    "monthly, nothing known": lambda: monthly_series(months({"a": [np.nan, np.nan]})),
    "small_multiples": lambda: small_multiples_monthly(pd.DataFrame(columns=["month", "group", "value"])),
    "week_profile": lambda: week_profile(week().head(0)),
    "week, nothing known": lambda: week_profile(week().assign(demand_share=np.nan, staff_share=np.nan)),
    "response_times": lambda: response_times(pd.DataFrame(columns=["label", "n", "median", "p90"])),
    "times, nothing known": lambda: response_times(pd.DataFrame({"label": ["a"], "n": 0, "median": None, "p90": None})),
    "lag_distribution": lambda: lag_distribution(pd.Series([], dtype=float)),
    "lags, nothing known": lambda: lag_distribution(pd.Series([None, None], dtype=float), marks={"72 hours": 72}),
    "age_bands": lambda: age_bands(pd.DataFrame(columns=["band", "label", "persons"])),
    "counts": lambda: counts(pd.DataFrame(columns=["label", "value"])),
    "counts, nothing known": lambda: counts(pd.DataFrame({"label": ["a"], "value": [None]})),
}


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_nothing_to_draw_gives_a_panel_that_says_so(name):
    made = EMPTY[name]()
    assert "No data" in printed(made)
    assert made.headline.startswith("No data: ")
    assert made.figure.axes == []
    assert not any(c.isdigit() for c in made.alt)


def test_a_long_reason_is_cut_and_its_panel_fits_with_a_caption():
    made = CASES["no-data-long"]()
    assert printed(made)[-1].endswith("…")
    assert made.figure.get_size_inches()[1] * 25.4 < 60
    assert "10. A label" in made.alt, "the alt text holds the whole reason"


def test_the_panel_gives_the_reason():
    made = no_data("the force sent no deployments")
    assert "The force sent no deployments" in printed(made)
    assert made.alt == "Panel that reads: No data. The force sent no deployments."


@pytest.mark.parametrize("name", ["counts-everyday", "counts-long", "counts-zeros", "counts-missing", "ages-everyday"])
def test_bars_stand_on_zero_and_are_as_long_as_their_counts(name):
    made = CASES[name]()
    axes = made.figure.axes[0]
    assert axes.get_xlim()[0] == 0
    assert {bar.get_x() for bar in bars(axes)} == {0}
    column = pd.to_numeric(made.data.iloc[:, 1], errors="coerce").fillna(0)
    assert [bar.get_width() for bar in bars(axes)] == pytest.approx(list(column))
    assert axes.get_xlim()[1] >= column.max()


def test_labels_that_would_touch_are_left_out_at_one_distance():
    axes = CASES["counts-long"]().figure.axes[0]
    grid = [line.get_xdata()[0] for line in axes.lines if line.get_zorder() == 0]
    labels = [t for t in printed(CASES["counts-long"]()) if t.endswith("trillion")]
    assert len(grid) == len(labels) + 1 >= 3
    assert np.diff(grid) == pytest.approx(np.diff(grid)[0])


def test_dots_whiskers_and_bands_lie_at_their_values():
    frame = offence_shares()
    axes = proportions_by_group(frame, threshold=80).figure.axes[0]
    assert [x for x, _ in points(axes)] == pytest.approx(list(frame["value"]))
    whiskers = next(c for c in axes.collections if isinstance(c, LineCollection))
    assert [tuple(s[:, 0]) for s in whiskers.get_segments()] == list(zip(frame["lo"], frame["hi"], strict=True))
    assert [b.get_x() for b in bars(axes)] == pytest.approx(list(frame["lo_missing"]))
    assert [b.get_x() + b.get_width() for b in bars(axes)] == pytest.approx(list(frame["hi_missing"]))
    assert any(set(line.get_xdata()) == {80} and line.get_linestyle() == "--" for line in axes.lines)
    assert axes.get_xlim() == (0, 100)
    rows = [y for _, y in points(axes)]
    assert rows == sorted(rows) and axes.yaxis_inverted()


def test_rows_of_more_than_a_tenth_of_which_is_not_known_are_named_beside_the_picture():
    frame = offence_shares().head(2).assign(lo_missing=[60.0, 70.0], hi_missing=[70.0, 93.0])
    assert f"More than a tenth is not known of: {frame['label'].iloc[1]} 23%." in proportions_by_group(frame).subtitle
    frame["hi_missing"] = [70.0, 80.0]
    assert "is not known of" not in proportions_by_group(frame).subtitle


def test_arrivals_without_a_time_are_told_where_they_are_more_than_a_tenth():
    rows = {"label": ["Emergency", "Priority"], "n": [85, 90], "median": [9, 32], "p90": [18, 81]}
    frame = pd.DataFrame({**rows, "before_clock": [5, 0], "no_start": [10, 10]})
    assert "More than a tenth is not known of: Emergency 15%." in response_times(frame).subtitle
    assert "is not known of" not in response_times(frame.tail(1)).subtitle


def test_a_share_that_is_not_known_is_a_word_and_no_dot():
    made = CASES["shares-some-missing"]()
    assert [x for x, _ in points(made.figure.axes[0]) if not np.isnan(x)] == [50]
    assert printed(made).count("not known") == 2
    assert printed(made).count("No data") == 1, "a row with bounds has its band instead"


def test_negative_values_of_other_units_are_inside_the_axis():
    axes = CASES["shares-negative-unit"]().figure.axes[0]
    assert axes.get_xlim()[0] <= -4 and axes.get_xlim()[1] >= 12.5


def test_pairs_are_joined_from_one_share_to_the_other():
    axes = CASES["paired-everyday"]().figure.axes[0]
    assert [x for x, _ in points(axes, "o")] == [22, 31, 28, 12, 7]
    assert [x for x, _ in points(axes, "D")] == [41, 18, 30.5, 9, 1.5]
    joins = next(c for c in axes.collections if isinstance(c, LineCollection)).get_segments()
    assert [tuple(s[:, 0]) for s in joins] == [(22, 41), (31, 18), (28, 30.5), (12, 9), (7, 1.5)]


def test_a_month_without_a_value_or_a_row_is_a_gap_and_never_zero():
    frame = months({"Burglary": [3, np.nan, 5, 6]})
    frame = frame.drop(index=3)
    frame.loc[len(frame)] = ["2013-06", "Burglary", 9]
    made = monthly_series(frame)
    line = next(item for item in made.figure.axes[0].lines if len(item.get_xdata()) == 7)
    np.testing.assert_array_equal(line.get_ydata(), [3, np.nan, 5, np.nan, np.nan, np.nan, 9])
    assert points(made.figure.axes[0]) == [(0, 3), (2, 5), (6, 9)], "months alone between gaps have a dot"
    assert "A gap in a line is a month without data" in made.subtitle


def test_any_day_stands_for_its_month():
    for given in (
        ["2013-01-15", "2013-02-28"],
        pd.period_range("2013-01", periods=2, freq="M"),
        ["2013-01", "2013-02"],
    ):
        made = monthly_series(pd.DataFrame({"month": given, "group": "a", "value": [1, 2]}))
        assert made.headline.endswith(" ranged from 1 to 2")
        assert {"Jan 2013", "Feb 2013"} <= set(printed(made))


def test_lines_start_at_zero_and_hold_the_highest_value():
    for name in ("series-everyday", "series-one-month", "series-huge", "series-percent"):
        low, high = CASES[name]().figure.axes[0].get_ylim()
        assert low == 0 and high >= CASES[name]().data["value"].max()
    assert CASES["series-negative"]().figure.axes[0].get_ylim()[0] <= -5


def test_small_pictures_hold_zero_and_print_their_highest_month():
    made = CASES["multiples-nasty"]()
    assert all(axes.get_ylim()[0] <= 0 <= axes.get_ylim()[1] for axes in made.figure.axes)
    assert {"4 in Jan 2013", "9 in Feb 2013"} <= set(printed(made))
    assert "No data for None" in made.subtitle and len(made.figure.axes) == 3
    assert made.subtitle.endswith("Types with fewer than one a month are left out: 1.")
    level = small_multiples_monthly(
        pd.DataFrame({"month": ["2013-01-01", "2013-02-01"], "group": "a", "value": [3, 3]})
    )
    assert "At most 3" in printed(level)


def test_more_groups_than_fit_are_counted_and_kept_in_the_data():
    made = CASES["multiples-too-many"]()
    assert len(made.figure.axes) == 15
    assert "The first 15 of 19 types are drawn" in made.subtitle
    assert made.data["group"].nunique() == 19
    rows = CASES["shares-too-many"]()
    assert "of 80 rows are drawn" in rows.subtitle and len(rows.data) == 80


def test_hours_without_a_value_are_gaps_in_line_and_shading():
    frame = week(gap=True)
    axes = week_profile(frame).figure.axes[0]
    steps = [p for p in axes.patches if isinstance(p, StepPatch)]
    demand, staff = (p.get_data().values for p in steps if not p.get_fill())
    np.testing.assert_array_equal(np.isnan(staff), frame["staff_share"].isna())
    np.testing.assert_array_equal(np.isnan(demand), frame["demand_share"].isna())
    shading = next(p for p in steps if p.get_fill()).get_data()
    high, low = frame[["demand_share", "staff_share"]].max(axis=1), frame[["demand_share", "staff_share"]].min(axis=1)
    either = frame[["demand_share", "staff_share"]].isna().any(axis=1)
    np.testing.assert_array_equal(shading.values, high.mask(either))
    np.testing.assert_array_equal(shading.baseline, low.mask(either))


def test_hours_in_any_order_are_drawn_in_theirs():
    shuffled = week().sample(frac=1, random_state=3)
    assert week_profile(shuffled).png == week_profile(week()).png


def test_times_lie_at_their_minutes_and_say_when_the_axis_is_logarithmic():
    made = CASES["times-everyday"]()
    axes = made.figure.axes[0]
    assert axes.get_xscale() == "log" and "Logarithmic axis" in made.subtitle
    assert [x for x, _ in points(axes, "o")][:3] == [9, 32, 414]
    assert [x for x, _ in points(axes, "|")][:3] == [18.5, 81, 1038]
    linear = CASES["times-linear"]()
    assert linear.figure.axes[0].get_xscale() == "linear" and "ogarithmic" not in linear.subtitle
    assert linear.figure.axes[0].get_xlim()[0] == 0


def test_a_time_of_zero_on_a_logarithmic_axis_stands_at_its_edge_and_is_explained():
    made = CASES["times-zero-on-log"]()
    axes = made.figure.axes[0]
    assert points(axes)[0][0] == axes.get_xlim()[0]
    assert "stand at the left edge" in made.subtitle and "0 min" in printed(made)


@pytest.mark.parametrize("unit", ["hours", "timedelta"])
def test_the_line_of_lags_rises_by_the_share_of_records(unit):
    hours = pd.Series([1.0, 2, 3, 80])
    made = lag_distribution(hours if unit == "hours" else pd.to_timedelta(hours, unit="h"), marks={"72 hours": 72})
    line = max(made.figure.axes[0].lines, key=lambda item: len(item.get_xdata()))
    at = dict(zip(np.round(line.get_xdata(), 6), line.get_ydata(), strict=True))
    assert at[72.0] == 75 and line.get_ydata()[-1] == 100
    assert "75.0% within 72 hours" in made.headline
    assert dict(made.data.itertuples(index=False))[72.0] == 75


def test_a_lag_as_long_as_the_limit_is_within_it():
    made = lag_distribution(pd.Series([72.0, 100.0]), marks={"72 hours": 72})
    assert "50.0% within 72 hours" in made.headline
    assert dict(made.data.itertuples(index=False))[72.0] == 50


def test_half_within_is_true_of_half_at_least():
    made = lag_distribution(pd.Series([3.04] * 5 + [50.0] * 5))
    assert "up to 3.1 hours in half of the cases" in made.headline


def test_small_counts_are_neither_drawn_nor_kept():
    made = CASES["ages-everyday"]()
    assert list(made.data["persons"]) == ["[c]", 14, 1290, 12, "[c]"]
    assert [bar.get_width() for bar in bars(made.figure.axes[0])] == [0, 14, 1290, 12, 0]
    assert printed(made).count("[c]") == 2 and "3" not in printed(made)
    assert "of 1,321" not in made.headline + made.alt, "the total would give the withheld counts back"


def test_one_withheld_count_takes_another_with_it():
    hidden = withhold(pd.Series([3, 14, 29]), 5)
    assert hidden.isna().tolist() == [True, True, False]
    assert withhold(pd.Series([0, 14, 29]), 5).tolist() == [0, 14, 29]


FAULTS = {
    "a column is missing": (lambda: counts(pd.DataFrame({"label": ["a"], "valu": [1]})), "Did you mean 'valu'?"),
    "a text among numbers": (lambda: counts(pd.DataFrame({"label": ["a"], "value": ["many"]})), "'many' in row 1"),
    "an infinite number": (lambda: lag_distribution(pd.Series([1, np.inf])), "inf in row 2"),
    "a negative count": (lambda: counts(pd.DataFrame({"label": ["a"], "value": [-3]})), "-3 in row 1"),
    "a negative lag": (lambda: lag_distribution(pd.Series([4.0, -1])), "-1 in row 2"),
    "a percentage over 100": (lambda: proportions_by_group(shares(["a"], [101.0])), "101 in row 1"),
    "no frame": (lambda: counts([1, 2]), "not a list"),
    "no month": (lambda: monthly_series(months({"a": [1]}).assign(month="soon")), "'soon' in row 1"),
    "a number as month": (lambda: monthly_series(months({"a": [1]}).assign(month=201401)), "201401"),
    "a month twice": (lambda: monthly_series(pd.concat([months({"a": [1]})] * 2)), "more than one row for Dec 2012"),
    "hour 168": (lambda: week_profile(week().assign(week_hour=range(1, 169))), "168 in row 168"),
    "an hour twice": (lambda: week_profile(week().assign(week_hour=5)), "5 in row 2"),
    "a mark that is no number": (lambda: lag_distribution(pd.Series([1.0]), marks={"limit": "72"}), "'limit'"),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_bad_input_gets_one_clear_message(name):
    draw, words = FAULTS[name]
    with pytest.raises(DataError) as caught:
        draw()
    assert words in caught.value.message
    assert caught.value.exit_code == 3
