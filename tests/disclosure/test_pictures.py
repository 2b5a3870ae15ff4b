"""Picture, words, alternative text and data of a chart of persons withhold the same shares."""

from __future__ import annotations

import numpy as np
import pytest

from hmic_analysis.evidence.withheld import drawable, whole
from hmic_analysis.evidence.wording import group_frame
from hmic_analysis.figures.chart import Words
from hmic_analysis.figures.shares import proportions_by_group

from .evidence import RULES, bundle, find_leaks, share, usual


def drawn(indicators):
    """The chart as a notebook draws it."""
    frame = drawable(group_frame(indicators), indicators, RULES)
    return proportions_by_group(frame, words=Words(name="checks"), what="Persons", by="check", units_name="persons")


def test_a_withheld_share_is_neither_drawn_nor_written():
    made = drawn(usual().indicators[:3])
    assert list(made.data["value"]) == ["[c]", "[c]", 50.0] and list(made.data["n"]) == ["[c]", "[c]", 60.0]
    assert made.data[["lo", "hi", "lo_missing", "hi_missing"]].iloc[:2].isna().all(axis=None)
    dots = [line for axes in made.figure.axes for line in axes.lines if line.get_marker() == "o"]
    assert [list(np.asarray(dot.get_xdata(), dtype=float)[2:]) for dot in dots] == [[50.0]]
    assert np.isnan(np.asarray(dots[0].get_xdata(), dtype=float)[:2]).all()
    words = f"{made.headline} {made.alt} {made.subtitle}"
    assert "5.0%" not in words and "Active" in made.headline and "50.0%" in made.alt
    assert "[c]: withheld" in made.subtitle
    assert made.svg.decode().count("<!-- [c] -->") == 4 and "<!-- 57 -->" not in made.svg.decode()
    own = made.again(lambda frame: whole(frame, group_frame(usual().indicators)))
    assert list(own.data["value"]) == [5.0, 95.0, 50.0] and "[c]" not in f"{own.subtitle}{own.svg.decode()}"


def test_where_every_share_is_withheld_the_panel_says_so():
    made = drawn([share("reviewed_pct", 3, 60), share("owned_pct", 57, 60)])
    assert made.empty and "too few persons" in f"{made.headline} {made.alt}"
    assert made.headline.startswith("Not shown: ") and "No data" not in made.alt
    assert list(made.data["value"]) == ["[c]", "[c]"]


@pytest.mark.parametrize("unknown", [0, 2])
def test_a_saved_chart_passes_the_check_and_one_drawn_in_full_does_not(tmp_path, unknown):
    indicators = [share("reviewed_pct", 3, 60, unknown), share("active_pct", 30, 60, unknown)]
    drawn(indicators).save(tmp_path / "safe")
    assert find_leaks(tmp_path / "safe", [bundle(indicators)], RULES) == []
    proportions_by_group(group_frame(indicators), words=Words(name="checks")).save(tmp_path / "told")
    leaks = find_leaks(tmp_path / "told", [bundle(indicators)], RULES)
    assert {leak.file for leak in leaks} == {"checks.csv", "checks.svg"}
