"""Charts of a comparison: what is drawn is what the data say, and nobody is named who may not be."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from hmic_analysis.errors import DataError
from hmic_analysis.figures.control import control_chart
from hmic_analysis.figures.forces import forces_compared, funnel_plot
from hmic_analysis.figures.maps import COLUMNS, ROWS, TILES, figure_map, verdict_map
from hmic_analysis.figures.series import interrupted_chart
from hmic_analysis.figures.sheet import place_names, ticks_around
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project
from tests.conftest import ROOT
from tests.figures.comparison_cases import (
    COMPARISON_CASES,
    NO_LINES,
    WORDS,
    forces,
    lines,
    months,
    rebased,
    series,
    verdicts,
)


def printed(made) -> list[str]:
    return [t.get_text() for t in made.figure.findobj(Text) if t.get_text()]


def dots(axes, marker: str = "o") -> list[tuple[float, float]]:
    return [
        (float(x), float(y))
        for line in axes.lines
        if line.get_marker() == marker and line.get_linestyle() == "None"
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
        if not np.isnan(y)
    ]


def fills(made) -> dict[str, Rectangle]:
    """Large tiles by the code printed in them."""
    tiles = [a for a in made.figure.findobj(Rectangle) if 14 < a.get_width() < 15 and a.get_fill()]
    texts = [t for t in made.figure.findobj(Text) if len(t.get_text()) == 3 and t.get_text().isupper()]
    return {
        t.get_text(): tile
        for t in texts
        for tile in tiles
        if tile.get_x() < t.get_position()[0] < tile.get_x() + tile.get_width()
        and tile.get_y() < t.get_position()[1] < tile.get_y() + tile.get_height()
    }


EMPTY = {
    "funnel": lambda: funnel_plot(forces().head(0), NO_LINES),
    "funnel, nothing known": lambda: funnel_plot(forces().assign(value=np.nan), NO_LINES),
    "compared": lambda: forces_compared(forces().head(0)),
    "compared, nothing known": lambda: forces_compared(forces().assign(value=np.nan)),
    "map": lambda: figure_map(forces().assign(value=np.nan)),
    "map, no row": lambda: figure_map(forces().head(0)),
    "verdicts": lambda: verdict_map(verdicts().assign(verdict=None)),
    "control": lambda: control_chart(months([np.nan, np.nan])),
    "control, no row": lambda: control_chart(months([])),
    "interrupted": lambda: interrupted_chart(series().assign(value=np.nan), "2012-03", **WORDS),
}


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_nothing_to_draw_gives_a_panel_that_says_so(name):
    made = EMPTY[name]()
    assert made.empty and "No data" in printed(made) and made.figure.axes == []
    assert made.headline.startswith("No data: ")


def test_points_of_a_funnel_lie_at_their_figures_on_an_axis_by_square_root():
    frame = forces()
    made = COMPARISON_CASES["funnel-everyday"]()
    axes = made.figure.axes[0]
    outside = frame["position"].isin(["far_above", "far_below"]) & (frame["label"] != "Cleveland")
    grey = frame[frame["value"].notna() & ~outside]
    want = np.array(sorted(zip(np.sqrt(grey["denominator"]), grey["value"], strict=True)))
    np.testing.assert_allclose(sorted(dots(axes)), want)
    own = frame.set_index("label").loc["Cleveland"]
    assert dots(axes)[-1] == pytest.approx((own["denominator"] ** 0.5, own["value"])), "drawn last, over the others"
    assert len(dots(axes, "D")) == outside.sum() > 0
    assert "Number of crimes (axis by square root)" in printed(made)
    assert "1 force has no figure and no point" in made.subtitle


def test_only_the_force_in_question_is_named_unless_others_may_be():
    frame = forces()
    others = [n for n in frame["label"] if n != "Cleveland"]
    plain = COMPARISON_CASES["funnel-everyday"]()
    said = " ".join([*printed(plain), plain.headline, plain.alt, plain.subtitle, plain.csv.decode()])
    assert printed(plain).count("Cleveland") == 2, "beside its point and in the key"
    assert [n for n in others if n in said] == []
    assert list(plain.data["denominator"]) == sorted(plain.data["denominator"]), "no order that gives names away"
    named = COMPARISON_CASES["funnel-names"]()
    shown = {n for n in others if n in printed(named)}
    outside = set(frame.loc[frame["position"].isin(["far_above", "far_below"]), "label"])
    assert shown and shown <= outside
    missing = len(outside - {"Cleveland"} - shown)
    assert (f"{missing} names had no room" in named.subtitle or f"{missing} name had" in named.subtitle) == (
        missing > 0
    )


def test_a_funnel_says_where_the_force_lies_and_keeps_quiet_where_that_means_nothing():
    made = funnel_plot(forces(), lines(), highlight="Greater Manchester")
    row = forces().set_index("label").loc["Greater Manchester"]
    words = {"inside": "within the lines", "far_above": "above the 99.8% line", "far_below": "below the 99.8% line"}
    assert words[row["position"]] in made.headline
    few = COMPARISON_CASES["funnel-three"]()
    assert "too few to say who is different" in few.headline and "line of" not in few.headline
    assert "none is named as different" in COMPARISON_CASES["funnel-no-lines"]().headline


def test_forces_stand_from_high_to_low_with_their_marks_and_those_without_a_figure_last():
    made = COMPARISON_CASES["compared-everyday"]()
    axes = made.figure.axes[0]
    known = forces()[lambda f: f["value"].notna()]
    drawn = [*dots(axes), *dots(axes, "D")]
    assert sorted(x for x, _ in drawn) == pytest.approx(sorted(known["value"]))
    by_row = [x for x, _ in sorted(drawn, key=lambda p: p[1])]
    assert by_row == sorted(by_row, reverse=True)
    assert [x for x, _ in dots(axes, "D")] == list(known.loc[known["label"] == "Cleveland", "value"])
    whiskers = next(c for c in axes.collections if isinstance(c, LineCollection)).get_segments()
    assert len([s for s in whiskers if len(s) == 2]) == len(known)
    assert "No figure: not run" in printed(made) and list(made.data["label"])[-1] == "Northumbria"
    verticals = [x.get_xdata()[0] for x in axes.lines if x.get_zorder() == 2]
    assert verticals == [79.1, 77.2]


def test_no_place_in_a_ranking_is_ever_said():
    for name in ("compared-everyday", "compared-eight", "compared-own-missing"):
        made = COMPARISON_CASES[name]()
        assert "number 1 of" not in made.headline and "rank" not in (made.headline + made.alt).lower()
    assert "could not be told for Northumbria" in COMPARISON_CASES["compared-own-missing"]().headline


def test_every_force_has_one_tile_and_none_shares_its_place_or_code():
    slugs = {f.slug for f in load_params(Project(ROOT)).territorial}
    assert set(TILES) == slugs and {"metropolitan", "city-of-london"} <= slugs
    assert len({(t.column, t.row) for t in TILES.values()}) == len(slugs)
    assert len({t.code for t in TILES.values()}) == len(slugs)
    assert all(len(t.code) == 3 and t.code.isupper() for t in TILES.values())
    assert {t.column for t in TILES.values()} == set(range(COLUMNS))
    assert {t.row for t in TILES.values()} == set(range(ROWS))


@pytest.mark.parametrize(
    ("north", "south"),
    [("northumbria", "cleveland"), ("cleveland", "west-yorkshire"), ("lincolnshire", "essex"), ("essex", "sussex")],
)
def test_north_is_above_south(north, south):
    assert TILES[north].row < TILES[south].row


@pytest.mark.parametrize(
    ("west", "east"),
    [("dyfed-powys", "norfolk"), ("merseyside", "humberside"), ("devon-and-cornwall", "kent"), ("gwent", "suffolk")],
)
def test_west_is_left_of_east(west, east):
    assert TILES[west].column < TILES[east].column


def test_tiles_are_darker_the_higher_and_empty_where_there_is_nothing():
    made = figure_map(forces())
    found = fills(made)
    assert len(found) == len(TILES)
    frame = forces().assign(code=[TILES[s].code for s in forces()["force"]]).dropna(subset="value").sort_values("value")
    light = [sum(found[c].get_facecolor()[:3]) for c in frame["code"]]
    assert light == sorted(light, reverse=True) and len(set(light)) >= 3
    assert found["NBR"].get_facecolor()[:3] == (1, 1, 1) and printed(made).count("none") == 1
    counts = [int(t.rsplit(": ", 1)[1]) for t in printed(made) if ": " in t]
    assert sum(counts) == len(TILES)


def test_a_value_that_prints_as_the_next_class_belongs_to_it():
    frame = forces().assign(value=np.where(forces()["force"] == "kent", 9.98, 14.0))
    found = fills(figure_map(frame, unit="per 1,000 residents"))
    assert "10.0" in printed(figure_map(frame, unit="per 1,000 residents"))
    assert any(t.startswith("10 to below") for t in printed(figure_map(frame, unit="per 1,000 residents")))
    assert found["KEN"].get_facecolor() != found["NBR"].get_facecolor()


def test_verdicts_are_told_apart_by_sign_and_counted():
    made = verdict_map(verdicts())
    signs = [t for t in printed(made) if t in "✓×?"]
    assert {s: signs.count(s) for s in "✓×?"} == {"✓": 21, "×": 11, "?": 11}, "one more of each in the key"
    assert printed(made).count("none") == 3
    assert "20 supported, 10 contradicted and 10 not determinable; 3 without a verdict" in made.headline


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (forces().assign(force="clevland"), "Did you mean 'cleveland'"),
        (pd.concat([forces(), forces().tail(1)]), "more than one row"),
        (forces().drop(columns="label"), "no column 'label'"),
    ],
)
def test_rows_that_have_no_tile_are_told(frame, said):
    with pytest.raises(DataError, match=said):
        figure_map(frame)


def test_an_unknown_verdict_is_told():
    with pytest.raises(DataError, match="there is no verdict 'good'"):
        verdict_map(verdicts().assign(verdict="good"))


def test_signals_have_shapes_of_their_own_and_limits_their_stretch():
    made = COMPARISON_CASES["control-everyday"]()
    axes = made.figure.axes[0]
    assert len(dots(axes, "s")) == 2 and len(dots(axes, "^")) == 1 and len(dots(axes, "D")) == 1
    assert len([p for p in dots(axes)]) == 24 - 4, "usual months, and the run, are round"
    assert {"Outside the limits", "Steady rise or fall", "Two of three near a limit"} <= set(printed(made))
    moved = control_chart(rebased())
    spans = [
        tuple(x.get_xdata()) for x in moved.figure.axes[0].lines if len(x.get_xdata()) == 2 and x.get_zorder() == 2
    ]
    assert {(-0.5, 11.5), (11.5, 13.5), (13.5, 23.5), (23.5, 35.5)} == set(spans)
    assert "New recording system, Jan 2012" in printed(moved)
    assert "Limits start afresh at a named change only" in moved.subtitle


def test_a_month_without_a_value_breaks_the_line_and_limits_are_clipped_for_drawing_only():
    moved = control_chart(rebased())
    line = next(x for x in moved.figure.axes[0].lines if len(x.get_xdata()) == 36)
    assert np.isnan(line.get_ydata()).sum() == 2 and "gap" in moved.subtitle
    frame = months([97.0, 99, 98] * 5, centre=98.0, reach=4.0)
    made = control_chart(frame, unit="%")
    assert "Upper limit 100.0%" in printed(made) and made.data["upper"].max() == 102
    low = control_chart(months([3.0, 1, 2] * 5, centre=2.0, reach=5.0))
    assert "Lower limit 0" in printed(low) and low.data["lower"].min() == -3


def test_without_limits_the_headline_says_so():
    made = COMPARISON_CASES["control-no-limits"]()
    assert "without limits" in made.headline and "No limits: 3 values." in made.subtitle


def test_an_interrupted_series_shows_what_would_have_been_and_always_the_bare_comparison():
    made = COMPARISON_CASES["interrupted-everyday"]()
    lines = [np.asarray(x.get_xydata(), float) for x in made.figure.axes[0].lines]
    gone = series()["counterfactual"].dropna().to_numpy()
    (without,) = [xy for xy in lines if len(xy) == len(gone) + 1 and np.array_equal(xy[1:, 1], gone)]
    # The line of what would have been goes on where the one before ends, on the day of the change; a step lies there.
    ends = [tuple(xy[-1]) for xy in lines if xy[-1, 0] == without[0, 0]]
    starts = [xy[0, 1] for xy in lines if xy[0, 0] == without[0, 0] != xy[-1, 0]]
    assert tuple(without[0]) in ends and len(starts) == 2 and starts[0] != starts[1]
    assert {"Without the change, by the", "With it, by the model"} & set(printed(made))
    for last, gap in ((25, False), (24, True)):
        without = series().assign(value=lambda f, last=last: f["value"].where(~f.index.isin((last, 25))))
        told = interrupted_chart(without, "2012-03", day=date(2012, 2, 5), **WORDS).subtitle
        assert ("A gap: no data" in told) == gap, "the month of the change is left out on purpose"
    refused = COMPARISON_CASES["interrupted-refused"]()
    assert not any("model" in t for t in printed(refused))
    for chart in (made, refused):
        assert WORDS["naive"] in chart.subtitle and WORDS["naive"] in chart.alt and chart.headline == WORDS["saved"]


def test_axes_need_not_begin_at_nought_but_hold_all_values():
    assert ticks_around(70, 93) == [70, 75, 80, 85, 90, 95]
    assert ticks_around(10, 93)[0] == 0
    assert ticks_around(5, 5) == [0, 1, 2, 3, 4, 5]
    assert ticks_around(-9, 9)[0] <= -9


def test_names_never_touch_and_stay_in_the_plot():
    points = [(10.0 + i, 20.0 + i % 3, f"Force number {i}") for i in range(12)]
    placed = [p for p in place_names(points, (0, 0, 120, 50)) if p]
    assert 3 <= len(placed) < 12
    boxes = [(x - 11, y - 1.5, x + 11, y + 1.5) for x, y, _ in placed]
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[3] <= b[1] or b[3] <= a[1] or a[2] <= b[0] or b[2] <= a[0]


@pytest.mark.parametrize(
    ("meant", "words", "face"),
    [
        ("special_cause_concern", "a concern", "#F46A25"),
        ("special_cause_improvement", "an improvement", "white"),
    ],
)
def test_signals_say_whether_they_are_of_concern_or_improvement(meant, words, face):
    frame = months(
        [300.0 + 8 * ((i * 7) % 5 - 2) for i in range(24)], rules={3: "below_limit", 9: "trend_down"}, meant=meant
    )
    made = control_chart(frame, what="Crimes attended")
    assert {f"Outside the limits, {words}", f"Steady rise or fall, {words}"} <= set(printed(made))
    assert f"gave a signal in 2 of 24 months (2 of {words.split()[1]}), outside the limits in Apr 2011" in made.headline
    marks = [x for x in made.figure.axes[0].lines if x.get_marker() in ("s", "^") and len(x.get_xdata())]
    assert len(marks) == 2 and {to_hex(x.get_markerfacecolor()) for x in marks} == {to_hex(face)}
