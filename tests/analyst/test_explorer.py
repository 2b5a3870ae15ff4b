"""The explorer without a browser: what each choice shows, and that a fault is one sentence."""

from __future__ import annotations

import base64
import datetime as dt
import re

import pandas as pd
import pytest
from PIL import Image

import hmic_analysis as hmic
from hmic_analysis.analyst.explorer import Explorer
from hmic_analysis.analyst.pictures import VEGA


@pytest.fixture(scope="module")
def explorer(two_forces):
    return Explorer("cleveland", "A2", project=two_forces.root)


def test_another_force_shows_other_figures(explorer):
    explorer.forces.value, explorer.finding.value = ("cleveland",), "A2"
    before = explorer.pages["Figures"].value
    assert "Cleveland" in before and "<img" in before and "SYNTHETIC" in explorer.status.value
    explorer.forces.value = ("bedfordshire",)
    after = explorer.pages["Figures"].value
    assert "Bedfordshire" in after and "Cleveland" not in after and after != before


def test_another_finding_and_its_rows(explorer):
    explorer.forces.value, explorer.finding.value = ("cleveland",), "A6"
    assert "A6a" in explorer.pages["Claims"].value
    explorer.rows.which.value = "recent_activity_pct"
    explorer.rows.state.value = "no"
    shown = explorer.rows.table.value
    figure = explorer.worked.report.indicator("recent_activity_pct")
    assert "rows" in shown and "person_key" in shown
    assert figure.denominator > figure.numerator


def test_a_period_that_can_not_be_is_said_in_one_sentence(explorer):
    explorer.forces.value, explorer.finding.value = ("cleveland",), "A1"
    start = explorer.start.value
    explorer.start.value = dt.date(2020, 1, 1)
    assert "is reversed" in explorer.status.value
    assert explorer.pages["Figures"].value == "" and explorer.rows.table.value == ""
    explorer.start.value = start
    assert "<img" in explorer.pages["Figures"].value


def test_code_gives_as_of_only_where_the_figure_rests_on_it(explorer, two_forces, monkeypatch):
    monkeypatch.setenv("HMIC_PROJECT", str(two_forces.root))
    explorer.forces.value, explorer.finding.value = ("cleveland",), "A6"
    usual = explorer.as_of.value
    explorer.as_of.value = dt.date(2013, 12, 31)
    try:
        for name, rests in (("named_suspects_outstanding_n", True), ("fta_bail_pct", False)):
            explorer.rows.which.value = explorer.across.which.value = name
            explorer.across.button.click()
            for panel in (explorer.rows, explorer.across):
                assert panel.cell.layout.display == "" and ("as_of='2013-12-31'" in panel.cell.value) == rests, name
                found = eval(panel.cell.value.partition("\n\n")[2], {"hmic": hmic})  # noqa: S307
                assert len(found) == (len(explorer.rows.chosen()) if panel is explorer.rows else 1)
    finally:
        explorer.as_of.value = usual


def test_forces_without_data_are_folded_and_show_no_figure_as_a_fact(explorer):
    assert list(explorer.forces.options.values()) == ["bedfordshire", "cleveland"]
    explorer.others.value = True
    assert list(explorer.forces.options.values())[:2] == ["bedfordshire", "cleveland"], "those with data come first"
    explorer.finding.value = "A1"
    explorer.forces.value = ("gwent",)
    assert "Gwent has no return" in explorer.status.value and explorer.pages["Figures"].value == ""
    explorer.forces.value = ("gwent", "cleveland")
    assert "Gwent has no return" in explorer.status.value and "<img" in explorer.pages["Figures"].value
    explorer.others.value = False
    assert explorer.forces.value == ("cleveland",) and "Gwent" not in explorer.status.value
    explorer.forces.value = ()
    assert "Choose a force" in explorer.status.value and explorer.worked is None
    explorer.forces.value = ("cleveland",)


def test_rows_are_filtered_sorted_shortened_and_taken_away(explorer):
    explorer.forces.value, explorer.finding.value = ("cleveland",), "A6"
    rows = explorer.rows
    rows.which.value, rows.state.value = "named_suspects_outstanding_n", "yes"
    rows.filter.value, rows.sort.value, rows.down.value = "age_days > 30", "age_days", True
    chosen = rows.chosen()
    assert chosen["age_days"].min() > 30 and chosen["age_days"].is_monotonic_decreasing
    key = chosen["person_key"].iloc[0]
    assert key not in rows.table.value and key[:8] in rows.table.value
    content = base64.b64decode(rows.table.value.split("base64,")[1].split('"')[0]).decode("utf-8")
    assert len(content.splitlines()) == len(chosen) + 1 and key in content
    rows.filter.value = "age_dys > 30"
    assert "The filter can" in rows.table.value and "age_days" in rows.table.value
    rows.filter.value, rows.sort.value = "", ""


def test_two_forces_stand_beside_each_other_in_every_panel(explorer, two_forces, monkeypatch):
    explorer.forces.value, explorer.finding.value = ("bedfordshire", "cleveland"), "A6"
    assert list(explorer.found) == ["bedfordshire", "cleveland"] and explorer.worked is explorer.found["bedfordshire"]
    for page in explorer.pages.values():
        assert "Bedfordshire" in page.value and "Cleveland" in page.value
    rows = explorer.rows
    rows.which.value, rows.state.value, rows.filter.value = "named_suspects_outstanding_n", "yes", "age_days > 90"
    rows.sort.value = "age_days"
    monkeypatch.setenv("HMIC_PROJECT", str(two_forces.root))
    pd.testing.assert_frame_equal(_last(rows.cell.value), rows.chosen())
    assert set(rows.chosen()["force"]) == {"bedfordshire", "cleveland"}
    rows.filter.value, rows.sort.value = "", ""


def test_one_figure_of_two_forces_by_groups_comes_with_the_code_that_makes_it(explorer, two_forces, monkeypatch):
    explorer.forces.value, explorer.finding.value = ("bedfordshire", "cleveland"), "A2"
    across = explorer.across
    across.which.value, across.by.value = "attendance_pct", "offence_group"
    across.button.click()
    assert "<img" in across.picture.value and "Download the numbers" in across.said.value
    monkeypatch.setenv("HMIC_PROJECT", str(two_forces.root))
    made = _last(across.cell.value)
    assert "offence_group" in made.columns and set(made["force"]) == {"cleveland", "bedfordshire"}
    drawn = across.hover.outputs[0]["data"][VEGA]
    assert {v["value"] for v in drawn["data"]["values"]} == set(across.chart.data["value"].dropna())
    year = across.chart.data["n"].sum()
    explorer.forces.value, explorer.start.value = ("cleveland",), dt.date(2013, 6, 1)
    across.button.click()
    assert "period=('2013-06-01', '2013-11-30')" in across.cell.value and across.chart.data["n"].sum() < year
    explorer.start.value = dt.date(2012, 12, 1)
    explorer.forces.value = ()
    across.button.click()
    assert "Choose a figure" in across.said.value and across.hover.outputs == ()
    explorer.forces.value, across.period.value, across.by.value = ("cleveland",), "", ""


def _last(code: str) -> pd.DataFrame:
    """What the last line of a cell gives."""
    return eval(code.splitlines()[-1], {"hmic": hmic})  # noqa: S307


@pytest.mark.parametrize(("size", "widest", "highest"), [("word", 160, 215), ("powerpoint", 300, 130)])
def test_a_figure_is_exported_at_the_size_of_a_page_or_a_slide(explorer, two_forces, size, widest, highest):
    explorer.forces.value, explorer.finding.value = ("cleveland",), "A2"
    export = explorer.export
    (chosen,) = [value for _, value in export.which.options if value[1].name == "attendance-by-offence-group"]
    export.which.value, export.size.value, export.folder.value = (chosen,), size, f"figures/{size}"
    export.button.click()
    folder = two_forces.output / "figures" / size / "cleveland" / "A2"
    picture = Image.open(folder / "attendance-by-offence-group.png")
    width, height = (side / dpi * 25.4 for side, dpi in zip(picture.size, picture.info["dpi"], strict=True))
    assert width <= widest + 0.5 and height <= highest + 0.5
    assert width == pytest.approx(widest, abs=0.5) or height == pytest.approx(highest, abs=0.5)
    drawing = (folder / "attendance-by-offence-group.svg").read_text(encoding="utf-8")
    assert float(re.search(r'width="([\d.]+)pt"', drawing)[1]) / 72 * 25.4 == pytest.approx(width, abs=0.5)
    words = (folder / "attendance-by-offence-group.txt").read_text(encoding="utf-8")
    assert "Synthetic" in words and "Alternative text: " in words
    assert (folder / "attendance-by-offence-group.csv").stat().st_size and "1 figure written to" in export.said.value


def test_only_the_kinds_of_file_chosen_are_written(explorer, two_forces):
    explorer.forces.value, explorer.finding.value = ("cleveland",), "A2"
    export = explorer.export
    export.which.value, export.folder.value = (export.which.options[0][1],), "figures/data"
    for ending, box in export.kinds.items():
        box.value = ending == "csv"
    export.button.click()
    assert {p.suffix for p in (two_forces.output / "figures" / "data").rglob("*.*")} == {".csv"}
    export.kinds["csv"].value = False
    export.button.click()
    assert "a kind of file, first" in export.said.value
