"""What a report rests on."""

from __future__ import annotations

import pytest

from hmic_analysis.evidence.bundle import Holdings
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import find_project
from hmic_analysis.store.prepare import prepare

from ..conftest import copy_project


@pytest.mark.parametrize(("word", "made_up"), [("yes", True), ("no", False)])
def test_a_made_up_table_of_another_body_makes_the_report_synthetic(tmp_path, word, made_up):
    project = find_project(copy_project(tmp_path / "project"))
    raw = project.raw / "england-and-wales"
    raw.mkdir(parents=True)
    lines = f"force_slug,response_policy,attendance_known,synthetic\nsussex,threat_harm_risk,yes,{word}\n"
    (raw / "force_reference.csv").write_text(lines, encoding="utf-8")
    prepare(project, ["standard"], "england-and-wales", raw)
    holdings = Holdings(project, resolve(load_params(project), "sussex", "A2"))
    assert not holdings.synthetic
    assert len(holdings.table("force_reference", force="england-and-wales")) == 1
    assert holdings.synthetic is made_up
    assert ("synthetic data" in holdings.source()) is made_up
