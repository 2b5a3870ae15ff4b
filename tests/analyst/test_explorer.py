"""The explorer without a browser: what each choice shows, and that a fault is one sentence."""

from __future__ import annotations

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
    assert "must lie before" in explorer.status.value
    assert explorer.pages["Figures"].value == "" and explorer.rows.table.value == ""
    explorer.start.value = start
    assert "<img" in explorer.pages["Figures"].value


def test_a_force_without_data_shows_no_figure_as_a_fact(explorer):
    explorer.finding.value = "A1"
    explorer.force.value = "gwent"
    assert "Not determinable" in explorer.pages["Claims"].value
    assert "no data" in explorer.pages["Figures"].value.lower()
    explorer.force.value = "cleveland"


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
