"""Figures come out of evidence as they stand; a force that has none is listed with the reason."""

from __future__ import annotations

import pytest

from hmic_analysis.comparison.compare import compare_chart, judge
from hmic_analysis.comparison.gather import OVERLAP, gather, gather_verdicts, kind_of, multiplier_of
from hmic_analysis.comparison.pages import side_by_side
from hmic_analysis.errors import DataError, DifferentFigures, ParameterError
from hmic_analysis.evidence.bundle import write_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.record import Failure, Record, write_record
from hmic_analysis.statistics.intervals import sample_interval

from .made import PARAMS, evidence, indicator


@pytest.fixture
def project(project_folder):
    return find_project(project_folder)


def status_of(found, force):
    row = found.forces[found.forces["force"] == force].iloc[0]
    return row["status"], row["reason"]


def test_every_force_is_listed_and_only_figures_are_used(project):
    evidence(project, "cleveland", indicator(90, 100))
    evidence(project, "durham", indicator(60, 100))
    evidence(project, "kent", indicator(4, 5))
    evidence(project, "surrey", indicator(None, None, note="No record says."))
    evidence(project, "sussex", status="no_data")
    evidence(project, "dorset")
    found = gather(project, PARAMS, "attendance_pct")
    assert len(found.forces) == len(PARAMS.territorial) and set(found.forces["force"]) == {
        f.slug for f in PARAMS.territorial
    }
    assert list(found.used["force"]) == ["cleveland", "durham"]
    assert list(found.used["value"]) == [90, 60]
    assert status_of(found, "kent") == ("small_n", "Rests on 5 units, fewer than 10.")
    assert status_of(found, "surrey") == ("no_value", "No record says.")
    assert status_of(found, "sussex") == ("no_data", "No data were supplied for finding A2.")
    assert status_of(found, "dorset") == ("no_value", "The evidence does not hold this figure.")
    assert status_of(found, "essex") == ("not_run", "Not run: hmic run --force essex --finding A2.")
    assert found.left_out["reason"].str.len().gt(0).all()
    nothing = found.forces[found.forces["status"].isin(["no_data", "no_value", "not_run"])]
    assert nothing[["numerator", "denominator", "value"]].isna().all(axis=None)
    assert found.who().startswith(f"2 of {len(PARAMS.territorial)} forces are compared; left out: ")
    assert (found.kind, found.multiplier, found.label) == ("proportion", 100, "Recorded crimes attended")


def test_more_hours_logged_than_on_duty_are_compared_and_called_overlapping_logs(project):
    unit = "hours per 100 duty hours"
    for force, hours in (("cleveland", 122.959), ("durham", 61.0)):
        figure = indicator(None, None, id="demand_logged_hours_rate", name="demand_logged_hours_rate", unit=unit)
        figure = figure.model_copy(update={"value": hours, "numerator": 10 * hours, "denominator": 1000})
        evidence(project, force, figure, finding="F1")
    found = gather(project, PARAMS, "demand_logged_hours_rate")
    assert (found.passes, found.beyond) == (100, ["Cleveland"])
    assert status_of(found, "cleveland") == ("value", OVERLAP) and status_of(found, "durham") == ("value", "")
    compared = judge(PARAMS, found)
    assert compared.funnel.looks == 0, "an amount has no chance that is known"
    chart = compare_chart(compared)
    assert f"{OVERLAP} Cleveland" in chart.subtitle


def test_a_weighted_sample_is_judged_by_its_effective_size(project):
    """72% of 100 files that are worth 25 simple ones: judged as 18 of 25, which is no sure difference from 90%."""
    for n, force in enumerate(f for f in PARAMS.territorial if f.slug != "cleveland"):
        evidence(project, force.slug, indicator(2690 + n % 21, 3000))
    limits = sample_interval(18, 7)
    bounds = {"lo": 100 * limits.lo, "hi": 100 * limits.hi}
    found = {}
    for interval in ("exact 95%, effective sample", "exact 95%"):
        evidence(project, "cleveland", indicator(72, 100, interval=interval, **bounds))
        frame = judge(PARAMS, gather(project, PARAMS, "attendance_pct")).funnel.frame
        (found[interval],) = frame[frame["force"] == "cleveland"].to_dict("records")
    weighted, raw = found.values()
    assert (weighted["numerator"], weighted["denominator"]) == pytest.approx((18, 25))
    assert weighted["value"] == raw["value"] == 72 and (raw["numerator"], raw["denominator"]) == (72, 100)
    # By hand: of 25 at 90% there are 18 or fewer in 0.95% of cases, of 100 72 or fewer in fewer than one in a million.
    assert weighted["p"] == pytest.approx(2 * 0.0095, rel=0.6) and not weighted["named"]
    assert raw["p"] < 1e-5 and raw["named"]
    assert weighted["lo_outer"] < 72 < raw["lo_outer"]


def test_a_failed_report_is_no_figure(project):
    evidence(project, "cleveland", indicator(90, 100))
    folder = project.runs("durham") / "A2"
    folder.mkdir(parents=True)
    record = Record(
        finding="A2", force="durham", status="failed", fingerprint={}, parameters={}, started="", ended="", seconds=1,
        failure=Failure(kind="engine", message="broke"),
    )  # fmt: skip
    write_record(record, folder)
    assert status_of(gather(project, PARAMS, "attendance_pct"), "durham")[0] == "failed"


def test_synthetic_figures_are_never_mixed_with_real_ones(project):
    for force in ("durham", "kent", "surrey"):
        evidence(project, force, indicator(60, 100), synthetic=True)
    assert gather(project, PARAMS, "attendance_pct").synthetic
    evidence(project, "cleveland", indicator(90, 100))
    found = gather(project, PARAMS, "attendance_pct")
    assert list(found.used["force"]) == ["cleveland"] and not found.synthetic
    assert status_of(found, "kent")[0] == "synthetic"


def test_figures_of_another_period_are_left_out(project):
    for force in ("durham", "kent"):
        evidence(project, force, indicator(60, 100))
    evidence(project, "cleveland", indicator(90, 100, window="January 2014"))
    found = gather(project, PARAMS, "attendance_pct")
    assert list(found.used["force"]) == ["durham", "kent"]
    status, reason = status_of(found, "cleveland")
    assert status == "other_window" and "January 2014" in reason


def test_a_small_count_of_persons_is_withheld_with_all_that_gives_it_away(project):
    persons = {"about_persons": True, "unit": "per 1,000 crimes", "interval": "exact Poisson 95%"}
    name = "named_suspects_outstanding_rate"
    ids = {"id": name, "name": name}
    for force, n in (("durham", 4), ("kent", 40)):
        evidence(project, force, indicator(n, 1000, value=float(n), **persons, **ids), finding="A6")
    found = gather(project, PARAMS, name)
    row = found.forces.set_index("force").loc["durham"]
    assert row["status"] == "withheld"
    assert row[["numerator", "denominator", "value", "lo", "hi"]].isna().all()
    assert found.used["value"].tolist() == [40]
    assert (found.kind, found.multiplier) == ("rate", 1000)


def test_strata_are_asked_for_by_their_id(project):
    evidence(project, "kent", indicator(9, 10), indicator(7, 10, id="attendance_pct[violence]", stratum="violence"))
    assert gather(project, PARAMS, "attendance_pct[violence]").used["value"].tolist() == [70]
    with pytest.raises(DataError, match=r"Did you mean 'attendance_pct\[violence\]'"):
        gather(project, PARAMS, "attendance_pct[violense]")


def test_words_that_are_wrong_are_told_once(project):
    with pytest.raises(ParameterError, match="Did you mean 'attendance_pct'"):
        gather(project, PARAMS, "attendence_pct")
    with pytest.raises(DataError, match="hmic run --all --finding A2"):
        gather(project, PARAMS, "attendance_pct")


@pytest.mark.parametrize(
    ("unit", "interval", "parts", "kind"),
    [
        ("%", "Wilson 95%", True, "proportion"),
        ("%", "", True, "amounts"),
        ("%", "Wilson 95%", False, "plain"),
        ("per 1,000 crimes", "Byar 95%", True, "rate"),
        ("per month", "", True, "plain"),
        ("days", "order statistics 95%", False, "plain"),
        ("count", "", False, "plain"),
    ],
)
def test_kinds_of_figures(unit, interval, parts, kind):
    assert kind_of(unit, interval, parts) == kind


def test_multipliers():
    assert multiplier_of("%", "proportion") == 100
    assert multiplier_of("per 1,000 crimes", "rate") == 1000
    assert multiplier_of("days", "plain") == 1


def test_verdicts_of_all_forces(project):
    evidence(project, "cleveland", verdict="supported")
    evidence(project, "durham", verdict="contradicted", synthetic=True)
    frame = gather_verdicts(project, PARAMS, "A2b").set_index("force")
    assert frame.loc["cleveland", "verdict"] == "supported"
    assert frame.loc["durham", "verdict"] is None and "made up" in frame.loc["durham", "reason"]
    assert frame["verdict"].notna().sum() == 1 and len(frame) == len(PARAMS.territorial)
    with pytest.raises(ParameterError, match="inspectors' view"):
        gather_verdicts(project, PARAMS, "P1c")
    with pytest.raises(ParameterError, match="There is no claim 'A2z'"):
        gather_verdicts(project, PARAMS, "A2z")


def test_settings_that_cannot_be_are_refused(project):
    path = project.params / "inspection.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("outer_limit_pct: 99.8", "outer_limit_pct: 90"), encoding="utf-8")
    with pytest.raises(ParameterError, match="must be smaller than outer_limit_pct"):
        load_params(project)


def test_figures_of_two_definitions_are_refused_and_both_forces_named(project):
    usual = {"definition_mark": "a", "definition_values": {"attendance.resource_types": "officer and PCSO"}}
    own = {"definition_mark": "b", "definition_values": {"attendance.resource_types": "officer"}}
    evidence(project, "cleveland", indicator(90, 100, **usual))
    evidence(project, "durham", indicator(60, 100, **usual))
    evidence(project, "kent", indicator(70, 100, **own))
    with pytest.raises(DifferentFigures) as refused:
        gather(project, PARAMS, "attendance_pct")
    said = refused.value.message
    assert "of Kent is another figure than that of" in said and said.count(".\n") == 0
    assert "attendance.resource_types is officer for Kent and officer and PCSO for" in said
    evidence(project, "kent", indicator(None, None, note="No record says.", **own))
    assert list(gather(project, PARAMS, "attendance_pct").used["force"]) == ["cleveland", "durham"]


def test_verdicts_that_rest_on_two_definitions_are_not_mapped_together(project):
    def decided(force: str, days: str, verdict: str = "supported") -> None:
        given = Bundle.model_validate_json(
            evidence(project, force, indicator(90, 100), verdict=verdict).read_bytes()
        ).model_copy(update={"parameters": {"definitions.A2.activity_days": (days, "params/findings/a2.yml:1")}})
        write_bundle(given, project.runs(force) / "A2")

    decided("cleveland", "28")
    decided("durham", "28")
    decided("kent", "14")
    with pytest.raises(DifferentFigures) as refused:
        gather_verdicts(project, PARAMS, "A2b")
    assert refused.value.message == (
        "The verdict on A2b of Kent is another than that of Cleveland, and they are not put together: "
        "activity_days is 14 for Kent and 28 for Cleveland."
    )
    told = side_by_side(project, PARAMS, "A2", ["durham", "kent"])
    assert told[told["label"] == "They attend."].iloc[0]["Kent"] == "not put together"
    decided("kent", "14", "not_determinable")
    assert gather_verdicts(project, PARAMS, "A2b")["verdict"].value_counts()["supported"] == 2
