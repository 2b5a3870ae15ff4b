"""Inheritance: inspection, then finding, then force, then command line, each value with its origin."""

from __future__ import annotations

import shutil
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pytest

from hmic_analysis.errors import ParameterError
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import finding_rows, parameter_rows, resolve
from hmic_analysis.project import Project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def params():
    return load_params(Project(ROOT))


@pytest.fixture(scope="module")
def layered(tmp_path_factory):
    """A project in which all three levels give something."""
    root = tmp_path_factory.mktemp("layered")
    shutil.copytree(ROOT / "params", root / "params", ignore=shutil.ignore_patterns("sources", "letters"))
    finding = root / "params" / "findings" / "a6_suspects.yml"
    given = "as_of: 2014-02-28\nmin_n: 20\ngrades: {targets: {priority: {urban: 45}}}\n"
    finding.write_text(given + finding.read_text(encoding="utf-8"), encoding="utf-8")
    (root / "params" / "forces" / "cleveland.yml").write_text(
        "min_n: 30\n"
        "grades:\n"
        "  clock_start: dispatched\n"
        "  targets:\n"
        "    emergency: {urban: 10}\n"
        "attendance: {resource_types: [officer]}\n"
        "definitions:\n"
        "  A6: {activity_days: 14}\n",
        encoding="utf-8",
    )
    return load_params(Project(root))


def test_defaults_of_the_inspection(params):
    found = resolve(params, "cleveland", "A1")
    assert (found.period_start, found.period_end) == (date(2012, 12, 1), date(2013, 11, 30))
    assert (found.as_of, found.letter_date) == (date(2014, 3, 31), date(2014, 9, 3))
    assert (found.timezone, found.min_n, found.max_unmatched_pct) == ("Europe/London", 10, 5)
    assert (found.disclosure.min_count, found.disclosure.marker) == (5, "[c]")
    assert found.sources == ("standard",)
    assert found.values["force.sources"] == ("standard", "default")


def test_targets_by_grade_and_area(params):
    grades = resolve(params, "cleveland", "A2").grades
    assert grades.target("emergency", "urban") == 15
    assert grades.target("emergency", "rural") == 20
    assert grades.target("emergency") is None, "not known which of two differing targets holds"
    assert grades.target("priority") == 60
    assert grades.target("no_deployment", "urban") is None
    assert resolve(params, "alexandria", "A2").grades.target("emergency", "urban") is None


def test_each_level_gives_way_to_the_next(layered):
    finding, other = resolve(layered, "durham", "A6"), resolve(layered, "durham", "A1")
    assert (finding.min_n, other.min_n) == (20, 10)
    assert (finding.as_of, other.as_of) == (date(2014, 2, 28), date(2014, 3, 31))
    force = resolve(layered, "cleveland", "A6")
    assert force.min_n == 30, "a force's value is stronger than a finding's"
    assert force.as_of == date(2014, 2, 28)
    assert resolve(layered, "cleveland", "A6", {"min_n": "40"}).min_n == 40


def test_only_what_a_level_names_is_replaced(layered):
    grades = resolve(layered, "cleveland", "A6").grades
    assert grades.clock_start == "dispatched"
    assert grades.target("emergency", "urban") == 10
    assert grades.target("emergency", "rural") == 20
    assert grades.target("priority", "urban") == 45
    assert resolve(layered, "cleveland", "A6").attendance.resource_types == ("officer",)
    assert "pcso" in resolve(layered, "durham", "A6").attendance.resource_types


def test_every_value_says_where_it_was_given(layered):
    values = resolve(layered, "cleveland", "A6", {"max_unmatched_pct": "9"}).values
    assert values["min_n"] == ("30", "params/forces/cleveland.yml:1")
    assert values["grades.targets.emergency.urban"] == ("10", "params/forces/cleveland.yml:5")
    assert values["definitions.A6.activity_days"] == ("14", "params/forces/cleveland.yml:8")
    assert values["max_unmatched_pct"] == ("9", "values given")
    assert values["force.population"][0] == "559966"
    assert values["force.population"][1].startswith("params/forces.yml:")
    assert values["as_of"][0] == "2014-02-28"
    assert values["as_of"][1].startswith("params/findings/a6_suspects.yml:")
    assert not [k for k in values if k.startswith(("thresholds.A1.", "definitions.A3."))]


def test_origins_point_at_the_line_that_holds_the_value(params):
    for key, (text, origin) in resolve(params, "cleveland").values.items():
        if ":" not in origin:
            continue
        name, line = origin.rsplit(":", 1)
        # A list may stand in the line below its key.
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()[int(line) - 1 :][:2]
        shown = "".join(lines) if lines[0].endswith(":") else lines[0]
        assert key.rsplit(".", 1)[-1] in shown or "value" in shown, (key, origin)
        assert text.split(", ")[0].removesuffix(".0") in shown or text in ("none", "1381.79"), (key, origin)


def test_thresholds_are_those_of_the_finding(params):
    found = resolve(params, "cleveland", "A6")
    assert found.threshold("owner_assigned_pct") == 95
    assert found.thresholds["contradicted_pct"] == 60
    with pytest.raises(
        ParameterError, match="Finding A6 has no definition 'activty_days'. Did you mean 'activity_days'"
    ):
        found.definition("activty_days")
    assert found.definition("activity_days") == 28
    assert resolve(params, "cleveland").thresholds == {}
    with pytest.raises(ParameterError, match="no threshold"):
        resolve(params, "cleveland").threshold("owner_assigned_pct")


def test_a_definition_is_told_with_the_values_that_hold(layered):
    one, other = (resolve(layered, force, "A6").defined("recent_activity_pct") for force in ("durham", "cleveland"))
    assert one.words == "outstanding with a documented enquiry in the last 28 days / named suspects outstanding"
    assert "in the last 14 days" in other.words
    assert (one.values, other.values) == ({"activity_days": "28"}, {"activity_days": "14"})
    assert one.mark != other.mark


def test_the_same_definition_has_the_same_mark_whatever_else_differs(layered):
    marks = {resolve(layered, force, "A6").defined("owner_assigned_pct[x]").mark for force in ("durham", "cleveland")}
    assert len(marks) == 1


def test_settings_that_define_a_figure_stand_in_its_definition(layered):
    one, other = (resolve(layered, force, "A2").defined("attendance_pct") for force in ("durham", "cleveland"))
    assert one.values["attendance.resource_types"] == "officer, special, PCSO, CSI and investigator"
    assert other.values["attendance.resource_types"] == "officer"
    assert one.mark != other.mark


def test_quantifiers_by_word_or_key(params):
    found = resolve(params, "cleveland", "A4")
    assert found.quantifier("in general") == found.quantifier("in_general")
    assert found.quantifier("few").max_forces == 10
    with pytest.raises(ParameterError, match="no quantifier 'regularily'. Did you mean 'regularly'"):
        found.quantifier("regularily")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("perod.start", "2013-01-01", "unknown key 'perod'. Did you mean 'period'?"),
        ("period.strat", "2013-01-01", "unknown key 'strat'. Did you mean 'start'?"),
        ("period.start", "soon", "'soon' is not a day"),
        ("period", "2013", "'2013' stands where keys with values are expected"),
        ("min_n", "", "stands where a whole number is expected"),
        ("min_n", "1.5", "'1.5' stands where a whole number is expected"),
        ("grades.clock_start", "cal", "Did you mean 'call'?"),
        ("thresholds.prior_incident_supported_pct", "90", "write thresholds.FINDING.NAME"),
        ("thresholds.A1.prior_incident_suported_pct", "90", "Did you mean 'prior_incident_supported_pct'?"),
        ("thresholds.A1.prior_incident_supported_pct", "lots", "'lots' stands where a number is expected"),
        ("thresholds.A1.prior_incident_supported_pct", "true", "stands where a number is expected"),
        ("thresholds.A1.prior_incident_supported_pct", ".nan", "stands where a number is expected"),
        ("thresholds.A1.prior_incident_supported_pct", "40", "must be smaller than"),
        ("thresholds.A1.prior_incident_supported_pct", "101", "Allowed: from 0 to 100"),
        ("thresholds", "3", "'3' stands where keys with values are expected"),
        ("period.end", "2012-01-01", "must lie before period.end (2012-01-01, values given)"),
        ("letter_date", "2014-12-01", "lies after the end of the embargo"),
        ("quantifiers.sme.min_count", "3", "unknown quantifier 'sme'. Did you mean 'some'?"),
        ("force.population", "3", "unknown key 'force'"),
        ("thresholds.A1.prior_incident_supported_pct.value", "3", "stands where a number is expected"),
    ],
)
def test_overrides_are_checked_as_files_are(params, key, value, said):
    with pytest.raises(ParameterError) as found:
        resolve(params, "cleveland", "A1", {key: value})
    assert said in found.value.message
    assert "values given" in found.value.message


def test_overrides_take_lists_and_days(params):
    given = {"attendance.resource_types": "[officer, special]", "as_of": "2014-01-31"}
    found = resolve(params, "cleveland", "A2", given)
    assert found.attendance.resource_types == ("officer", "special")
    assert found.as_of == date(2014, 1, 31)
    assert found.values["attendance.resource_types"] == ("officer, special", "values given")


def test_contradicting_overrides(params):
    with pytest.raises(ParameterError, match="values given"):
        resolve(params, "cleveland", "A1", {"period": "2013", "period.start": "2013-01-01"})


def test_unknown_force_and_finding(params):
    with pytest.raises(ParameterError, match="Did you mean 'cleveland'"):
        resolve(params, "clevelend", "A1")
    with pytest.raises(ParameterError, match="no finding 'A77'"):
        resolve(params, "cleveland", "A77")


def test_resolved_parameters_cannot_be_changed(params):
    found = resolve(params, "cleveland", "A1")
    with pytest.raises(FrozenInstanceError):
        found.finding = None
    with pytest.raises(ValueError):
        found.settings.min_n = 1


def test_rows_for_people(params):
    rows = parameter_rows(resolve(params, "cleveland", "A6"), only="period")
    assert [(r["key"], r["value"]) for r in rows] == [("period.start", "2012-12-01"), ("period.end", "2013-11-30")]
    listed = {row["id"]: row for row in finding_rows(params)}
    assert list(listed) == list(params.findings), "in the order of the letter"
    assert listed["A1"]["notebook"] == "crime_recording_and_attendance/a1_recording.ipynb"
    assert listed["P1"]["notebook"] == "preventing_crime/p1_strategy.ipynb"
    assert listed["P1"]["section"] == "Preventing crime"
    assert listed["A6"]["claims"] == ", ".join(params.findings["A6"].claims)
    assert listed["A6"]["claims"].startswith("A6a, A6b") and listed["A6"]["needs"] == "suspect or bail or data_request"
