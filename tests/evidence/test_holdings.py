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


@pytest.mark.parametrize(
    ("second", "complete"),
    [
        ("D2,strategy,A title,crime_prevention,draft,2013-05-01", True),
        # The same row twice loses nothing.
        ("D1,strategy,A title,crime_prevention,approved,2013-05-01", True),
        ("D2,strategy,A title,crime_prevention,approved,31/02/2013", None),
        ("D2,stratagem,A title,crime_prevention,approved,2013-05-01", None),
    ],
)
def test_a_register_of_which_something_could_not_be_used_is_not_complete_whatever_was_signed(
    tmp_path, second, complete
):
    project = find_project(copy_project(tmp_path / "project"))
    raw = project.raw / "sussex"
    raw.mkdir(parents=True)
    head = "document_id,document_type,title,subject,status,approved_on\n"
    (raw / "document.csv").write_text(
        f"{head}D1,strategy,A title,crime_prevention,approved,2013-05-01\n{second}\n", encoding="utf-8"
    )
    log = "request_id,item,requested_on,status,register_complete\nR1,document,2013-12-01,provided,yes\n"
    (raw / "data_request.csv").write_text(log, encoding="utf-8")
    (raw / "neighbourhood_team.csv").write_text("team,district\n,D1\n,D2\n", encoding="utf-8")
    prepare(project, ["standard"], "sussex", raw)
    holdings = Holdings(project, resolve(load_params(project), "sussex", "P1"))
    assert (holdings.answer("document").status, holdings.answer("document").register_complete) == ("provided", complete)
    # What came and can't be used was supplied all the same.
    other = Holdings(project, resolve(load_params(project), "sussex", "P3"))
    gaps = [other.gap(name).reasons[0] for name in ("neighbourhood_team", "problem_record")]
    assert gaps == ["rows_set_aside", "no_data"]
