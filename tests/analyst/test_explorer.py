"""The explorer without a browser: what each choice shows, and that a fault is one sentence."""

from __future__ import annotations

import base64
import datetime as dt

import pytest

from hmic_analysis.analyst.explorer import Explorer


@pytest.fixture(scope="module")
def explorer(two_forces):
    return Explorer("cleveland", "A2", project=two_forces.root)


def test_another_force_shows_other_figures(explorer):
    explorer.force.value, explorer.finding.value = "cleveland", "A2"
    before = explorer.pages["Figures"].value
    assert "Cleveland" in before and "<img" in before and "SYNTHETIC" in explorer.status.value
    explorer.force.value = "bedfordshire"
    after = explorer.pages["Figures"].value
    assert "Bedfordshire" in after and "Cleveland" not in after and after != before


def test_another_finding_and_its_rows(explorer):
    explorer.force.value, explorer.finding.value = "cleveland", "A6"
    assert "A6a" in explorer.pages["Claims"].value
    explorer.rows.which.value = "recent_activity_pct"
    explorer.rows.state.value = "no"
    shown = explorer.rows.table.value
    figure = explorer.worked.report.indicator("recent_activity_pct")
    assert "rows" in shown and "person_key" in shown
    assert figure.denominator > figure.numerator


def test_a_period_that_can_not_be_is_said_in_one_sentence(explorer):
    explorer.force.value, explorer.finding.value = "cleveland", "A1"
    start = explorer.start.value
    explorer.start.value = dt.date(2020, 1, 1)
    assert "is reversed" in explorer.status.value
    assert explorer.pages["Figures"].value == "" and explorer.rows.table.value == ""
    explorer.start.value = start
    assert "<img" in explorer.pages["Figures"].value


def test_a_force_without_data_shows_no_figure_as_a_fact(explorer):
    assert list(explorer.force.options.values())[:2] == ["bedfordshire", "cleveland"], "those with data come first"
    explorer.finding.value = "A1"
    explorer.force.value = "gwent"
    assert "Gwent has no return" in explorer.status.value and explorer.pages["Figures"].value == ""
    explorer.force.value = "cleveland"


def test_rows_are_filtered_sorted_shortened_and_taken_away(explorer):
    explorer.force.value, explorer.finding.value = "cleveland", "A6"
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


def test_one_figure_of_two_forces_by_groups_comes_with_the_code_that_makes_it(explorer, two_forces, monkeypatch):
    explorer.force.value, explorer.finding.value = "cleveland", "A2"
    across = explorer.across
    across.which.value, across.forces.value = "attendance_pct", ("cleveland", "bedfordshire")
    across.by.value = "offence_group"
    across.button.click()
    assert "<img" in across.said.value and "Download the numbers" in across.said.value
    monkeypatch.setenv("HMIC_PROJECT", str(two_forces.root))
    code = across.code()
    made = eval(code.splitlines()[-1], {"hmic": __import__("hmic_analysis")})  # noqa: S307
    assert "offence_group" in made.columns and set(made["force"]) == {"cleveland", "bedfordshire"}
    across.forces.value = ()
    across.button.click()
    assert "Choose a figure" in across.said.value


def test_a_figure_is_exported_at_the_width_of_a_letter(explorer, two_forces):
    from PIL import Image

    explorer.force.value, explorer.finding.value = "cleveland", "A2"
    explorer.export.which.value = ("attendance-by-offence-group",)
    explorer.export.button.click()
    folder = two_forces.output / "figures" / "cleveland" / "A2"
    picture = Image.open(folder / "attendance-by-offence-group.png")
    assert picture.width / picture.info["dpi"][0] * 25.4 == pytest.approx(160, abs=0.5)
    words = (folder / "attendance-by-offence-group.txt").read_text(encoding="utf-8")
    assert "Synthetic" in words and "Alternative text: " in words
    assert (folder / "attendance-by-offence-group.csv").stat().st_size and "written to" in explorer.export.said.value
