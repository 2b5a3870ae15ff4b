"""F4, A2, F1 month by month: the true saving is found, none is invented, and no verdict rests on it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from hmic_analysis.findings import a2_attendance
from hmic_analysis.letters.evidence import HOW_TO_READ
from hmic_analysis.project import find_project
from hmic_analysis.simulate.facts import Facts

from ..conftest import copy_project
from ..support import evidence_of, simulated, verdicts

SCALE = 0.01


def work(folder, findings=("F4",), **changes):
    project = simulated(copy_project(folder / "project"), Facts().with_(**changes), SCALE)
    truth = json.loads((project.raw / "cleveland" / "truth.json").read_text(encoding="utf-8"))
    return truth["values"], evidence_of(project, "cleveland", folder / "evidence", findings, "words")


@pytest.fixture(scope="module")
def unmeasured(tmp_path_factory):
    return work(tmp_path_factory.mktemp("unmeasured"), ("A2", "F1", "F4"))


def figure(bundle, name):
    return next(f for f in bundle.figures if f.name == name)


def test_the_true_saving_lies_in_the_interval(tmp_path):
    truth, bundles = work(tmp_path, measured_changes=6)
    step = bundles["F4"].indicator("minutes_saved_step")
    assert truth["minutes_saved_step"] >= 4
    assert 0 < step.lo <= truth["minutes_saved_step"] <= step.hi
    assert step.denominator == truth["benefit_months_before"] + truth["benefit_months_after"] == 54
    assert "hours saved in 14 months" in figure(bundles["F4"], "minutes-by-month").headline


def test_where_nothing_was_saved_nothing_is_shown_and_the_claim_stands(unmeasured):
    truth, bundles = unmeasured
    step = bundles["F4"].indicator("minutes_saved_step")
    assert truth["minutes_saved_step"] == 0 and step.lo <= 0 <= step.hi
    assert verdicts({"F4": bundles["F4"]}) == {"F4a": "supported", "F4b": "supported"}
    assert "minutes_saved_step" not in {i for c in bundles["F4"].claims for i in c.indicators}


def test_too_few_months_since_the_change_give_no_figure(tmp_path):
    truth, bundles = work(tmp_path, n_changes=1, measured_changes=1)
    step = bundles["F4"].indicator("minutes_saved_step")
    assert truth["benefit_months_after"] == 6 and truth["minutes_saved_step"] > 0
    assert step.value is None and step.lo is None and "40 months before the change and 6 after" in step.note
    assert "No effect estimated" in figure(bundles["F4"], "minutes-by-month").headline


def test_a_year_of_months_has_limits_and_the_dialect_is_printed(unmeasured):
    _, bundles = unmeasured
    for finding, name in (("A2", "attendance-by-month"), ("F1", "incidents-by-month")):
        chart = figure(bundles[finding], name)
        assert chart.synthetic and "12 months" in chart.headline and "without limits" not in chart.headline
        assert "Provisional: fewer than 13 months" in chart.subtitle
        # The dialect is told once, where the evidence says how to read it.
        assert "moving range" not in chart.subtitle
    assert any("2.66 mean moving ranges" in text for term, text in HOW_TO_READ if term == "Control chart")


def test_limits_start_afresh_only_where_the_register_dates_a_policy_in_the_period(unmeasured):
    _, bundles = unmeasured
    # The policy of the simulated force was in force before the period began.
    assert "start afresh" not in figure(bundles["A2"], "attendance-by-month").subtitle
    dates = pd.to_datetime(["2012-06-01", "2012-12-01", "2013-05-20", None, "2014-01-01"])
    register = pd.DataFrame({
        "document_type": "policy", "status": "approved", "subject": "response_deployment", "effective_from": dates,
    })  # fmt: skip
    by_month = pd.DataFrame({"month": pd.date_range("2012-12-01", periods=12, freq="MS")})
    found = a2_attendance.policy_changes(SimpleNamespace(table=lambda name: register), by_month)
    assert found == {"2013-06": "Another response policy"}


def test_without_data_the_charts_say_so(tmp_path):
    bundles = evidence_of(
        find_project(copy_project(tmp_path / "p")), "gwent", tmp_path / "e", ("A2", "F1", "F4"), "words"
    )
    names = {"A2": "attendance-by-month", "F1": "incidents-by-month", "F4": "minutes-by-month"}
    assert all(figure(bundles[f], n).headline.startswith("No data") for f, n in names.items())
    assert bundles["F4"].indicator("minutes_saved_step").value is None
