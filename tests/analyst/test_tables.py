"""The names that an empty notebook starts with."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

import hmic_analysis as hmic
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.store.tables import load_table

from ..support import work_through as evidence_of_one


def test_every_public_name_is_there():
    assert all(callable(getattr(hmic, name)) for name in hmic.__all__ if name != "__version__")
    assert set(hmic.__all__) <= set(dir(hmic))
    with pytest.raises(AttributeError):
        hmic.load_weather  # noqa: B018


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, hmic_analysis; print([m for m in ('pandas', 'matplotlib', 'duckdb') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_tables_come_as_tidy_frames(two_forces):
    incidents = hmic.load_incidents("cleveland", "2013-01-01", "2013-01-31", project=two_forces.root)
    assert len(incidents) > 100
    days = incidents["created_at"].dt.tz_localize(None).dt.normalize()
    assert days.dropna().between("2013-01-01", "2013-01-31").all()
    assert str(incidents["created_at"].dt.tz) == "Europe/London"
    whole = load_table(two_forces, "cleveland", "incident")
    inside = whole["created_at"].dt.tz_localize(None).between("2013-01-01", "2013-01-31 23:59:59")
    in_month = whole["created_at"].isna() & (whole["created_month"] == "2013-01-01")
    assert len(incidents) == (inside | in_month).sum()
    few = hmic.load("incident", "cleveland", columns=["incident_id", "grade"], project=two_forces.root)
    assert list(few.columns) == ["incident_id", "grade"]


def test_a_loader_explains_its_columns():
    text = hmic.load_suspects.__doc__
    assert "named_on:" in text and "pseudonym" not in text.split("\n")[0]


def test_a_return_that_was_not_loaded_is_loaded_first(project_folder):
    from hmic_analysis.cli.data import simulate_forces
    from hmic_analysis.params.read import load_params
    from hmic_analysis.project import find_project
    from hmic_analysis.simulate.facts import Facts

    project = find_project(project_folder)
    simulate_forces(project, load_params(project), ["cleveland"], Facts(), 0.01, 1)
    assert len(hmic.load_crimes("cleveland", project=project_folder)) > 100


def test_what_there_is_to_choose_from(two_forces):
    forces = hmic.list_forces(two_forces.root)
    assert (forces["kind"] == "territorial").sum() == 43
    assert forces.loc["cleveland", "tables"] > 10 and forces.loc["gwent", "tables"] == 0
    assert forces.loc["cleveland", "synthetic"] is True
    assert list(hmic.list_findings(two_forces.root).index)[:2] == ["P1", "P2"]
    assert "incident" in hmic.list_tables().index


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda p: hmic.load_incidents("clevland", project=p), "cleveland"),
        (lambda p: hmic.load("incidents", "cleveland", project=p), "incident"),
        (lambda p: hmic.load("incident", "cleveland", columns=["grad"], project=p), "grade"),
        (lambda p: hmic.indicator("attendence_pct", "cleveland", project=p), "attendance_pct"),
        (lambda p: hmic.work_through("Z9", "cleveland", project=p), "A1"),
    ],
)
def test_a_wrong_word_is_met_with_the_right_one(two_forces, call, says):
    with pytest.raises((ParameterError, DataError), match=says):
        call(two_forces.root)


def test_an_indicator_in_one_line_is_that_of_the_finding(two_forces, tmp_path):
    frame = hmic.indicator("attendance_pct", "cleveland", project=two_forces.root)
    bundle = evidence_of_one(two_forces, "A2", "cleveland", tmp_path)
    assert frame.loc["attendance_pct", "value"] == bundle.indicator("attendance_pct").value
    assert set(frame.index) == {i.id for i in bundle.indicators if i.name == "attendance_pct"}


def test_another_period_gives_other_figures(two_forces):
    year = hmic.indicator("attendance_pct", "cleveland", project=two_forces.root)
    summer = hmic.indicator(
        "attendance_pct", "cleveland", period_start="2013-06-01", period_end="2013-08-31", project=two_forces.root
    )
    assert 0 < summer.loc["attendance_pct", "denominator"] < year.loc["attendance_pct", "denominator"] / 2


def test_work_through_writes_nothing(two_forces):
    before = sorted(p for p in two_forces.root.rglob("*"))
    worked = hmic.work_through("A6", "cleveland", project=two_forces.root)
    assert sorted(p for p in two_forces.root.rglob("*")) == before
    assert list(worked.claims.index) == ["A6a", "A6b", "A6c"]
    assert isinstance(worked.values, pd.DataFrame) and worked.figures
