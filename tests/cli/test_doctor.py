"""Notebooks are held against the catalogue without running them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hmic_analysis.cli.doctor import notebook_faults
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project

from ..conftest import copy_project

ROOT = Path(__file__).resolve().parents[2]
A6 = "crime_recording_and_attendance/a6_suspects"


@pytest.mark.parametrize("finding", load_params(Project(ROOT)).findings)
def test_every_notebook_takes_what_the_catalogue_declares(finding):
    assert notebook_faults(Project(ROOT), load_params(Project(ROOT)).finding(finding)) == []


def test_a_name_that_the_catalogue_does_not_know_is_named(tmp_path):
    home = Project(copy_project(tmp_path / "project"))
    spec = load_params(home).finding("A6")
    path = home.notebooks / spec.notebook
    path.write_text(path.read_text(encoding="utf-8").replace("fta_bail_pct", "fta_bial_pct"), encoding="utf-8")
    where = "notebooks/findings/crime_recording_and_attendance/a6_suspects.ipynb"
    assert notebook_faults(home, spec) == [
        f"{where}: nothing takes fta_bail_pct, which params/findings/a6_suspects.yml declares.",
        f"{where}: params/findings/a6_suspects.yml declares no indicator 'fta_bial_pct'. Did you mean 'fta_bail_pct'?",
    ]


def test_a_figure_that_is_drawn_and_decided_by_but_never_taken_is_named(tmp_path):
    home = Project(copy_project(tmp_path / "project"))
    spec = load_params(home).finding("A6")
    path = home.notebooks / spec.notebook
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if 'share(\\"recent_review_pct' not in line]
    assert len(kept) == len(lines) - 1 and "recent_review_pct" in "".join(kept)
    path.write_text("".join(kept), encoding="utf-8")
    (fault,) = notebook_faults(home, spec)
    assert "nothing takes recent_review_pct" in fault


@pytest.mark.parametrize(
    ("finding", "written", "indicator"),
    [
        ("P2", 'dmm_held_pct\\"', "dmm_held_pct"),
        ("A2", 'incident_attendance_pct\\"', "incident_attendance_pct"),
        ("F1", 'demand_share_pct\\"', "demand_share_pct"),
        ("F3", "reviewed_on_{aspect}_pct", "reviewed_on_performance_pct"),
    ],
)
def test_a_figure_that_only_its_flow_chart_or_claim_name_is_not_taken(tmp_path, finding, written, indicator):
    home = Project(copy_project(tmp_path / "project"))
    spec = load_params(home).finding(finding)
    path = home.notebooks / spec.notebook
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"report\.build\.(\w+\(f?..)" + re.escape(written), rf"print(\1{written}", text), encoding="utf-8"
    )
    assert path.read_text(encoding="utf-8") != text
    assert f"nothing takes {indicator}, which" in " ".join(notebook_faults(home, spec))


def test_what_the_catalogue_declares_and_nothing_takes_or_decides_is_named():
    home = Project(ROOT)
    spec = load_params(home).finding("A6")
    more = {
        "indicators": {**spec.indicators, "owned_pct": spec.indicators["owner_assigned_pct"]},
        "claims": {**spec.claims, "A6z": spec.claims["A6c"]},
    }
    faults = " ".join(notebook_faults(home, spec.model_copy(update=more)))
    assert "nothing takes owned_pct" in faults and "nothing decides claim A6z, in decide()" in faults


def test_a_notebook_that_is_not_there_is_named(tmp_path):
    home = Project(copy_project(tmp_path / "project"))
    spec = load_params(home).finding("A6")
    (home.notebooks / spec.notebook).unlink()
    assert "a6_suspects.ipynb is not there" in " ".join(notebook_faults(home, spec))
