"""What rests on references that lead nowhere is not decided."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.evidence.report import open_report
from hmic_analysis.evidence.verdicts import Decision, at_least, decision_bounds, undecided
from hmic_analysis.measures.base import Share
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project
from hmic_analysis.store.prepare import prepare

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def devices(tmp_path):
    """A report on devices of which the sessions name so many wrongly."""

    def make(wrong: int, of: int = 20, write=str.lower):
        raw = tmp_path / "data" / "raw" / "cleveland"
        raw.mkdir(parents=True, exist_ok=True)
        if not (tmp_path / "params").is_dir():
            shutil.copytree(ROOT / "params", tmp_path / "params", ignore=shutil.ignore_patterns("sources", "letters"))
            shutil.copytree(ROOT / "params" / "sources", tmp_path / "params" / "sources")
        ids = [f"D{i:03d}" for i in range(of)]
        (raw / "device.csv").write_text(
            "device_id,device_type,status,issued_on\n" + "".join(f"{d},tablet,working,2013-01-01\n" for d in ids),
            encoding="utf-8",
        )
        used = [write(d) if i < wrong else d for i, d in enumerate(ids)]
        (raw / "device_session.csv").write_text(
            "device_id,day,sessions\n" + "".join(f"{d},2014-03-28,2\n" for d in used), encoding="utf-8"
        )
        prepare(Project(tmp_path), ["standard"], "cleveland", raw)
        return open_report("F5", force="cleveland", project=str(tmp_path))

    return make


def test_a_figure_that_rests_on_references_that_lead_nowhere_is_withheld(devices):
    report = devices(20)
    report.add(report.build.share("device_active_pct", Share(0, 20, 0)))
    figure = report.indicator("device_active_pct")
    assert figure.value is None and figure.numerator is None
    assert figure.note == (
        "Use of mobile devices: 0 of 20 references to 'Mobile devices' lead to a record that could be used, 20 (100.0%) "
        "lead nowhere; 20 would lead to one if capital and small letters made no difference. Ask the force to write "
        "these references alike in both, or for the records that are missing."
    )
    report.add(report.build.figure("systems_on_mobile_n", 4))
    assert report.indicator("systems_on_mobile_n").value == 4, "which rests on the devices alone"
    assert report.words("x", "X", about="device_active_pct").reason == figure.note
    assert report.words("x", "X", about="systems_on_mobile_n", reason="none").reason == "none"


def test_a_claim_says_that_it_is_for_the_references(devices):
    report = devices(20)
    assert report.gap("device", "device_session").reasons == ("references_dont_match",)
    assert report.gap("device") is None
    report.add(report.build.share("device_active_pct", Share(0, 20, 0)))
    claim = report.claim("F5b", at_least(report.indicator("device_active_pct"), 50, 25), "B")
    assert (claim.verdict, claim.reasons) == ("not_determinable", ("references_dont_match",))
    assert "cannot be matched with one another" in claim.sentence and "Ask the force to write" in claim.why
    report.add(report.build.figure("systems_on_mobile_n", 1))
    claim = report.claim("F5b", Decision("contradicted", why="one"), "B")
    assert claim.verdict == "contradicted", "the figure that decides it stands"
    claim = report.claim("F5b", undecided("nil_return_refused"), "-")
    assert claim.reasons == ("nil_return_refused",)


def test_without_a_reference_that_leads_nowhere_figures_stand(devices):
    report = devices(0)
    before = report.build.share("device_active_pct", Share(15, 5, 0))
    report.add(before)
    assert report.indicator("device_active_pct") == before
    assert (before.numerator, before.denominator, before.unknown) == (15, 20, 0)
    assert before.caveats == ("Small number: fewer than 30 were counted.",)


def test_a_chart_of_groups_tells_what_was_set_aside_of_all_of_them(devices):
    report = devices(0)
    capped, some = "Capped at a shift of 12 hours: 2 of 9 deployments.", "Left out: 1 deployment."
    of_groups = [
        report.build.share("device_active_pct", Share(40, 5, 0), stratum="response", caveats=(some, capped)),
        report.build.share("device_active_pct", Share(30, 5, 0), stratum="pcso", caveats=(capped,)),
    ]
    report.add(*of_groups)
    assert report.words("x", "Shares, by role", about="device_active_pct").subtitle.endswith(f". {capped.rstrip('.')}")
    assert some.rstrip(".") not in report.words("x", "Shares, by role", about="device_active_pct").subtitle


def test_up_to_the_limit_what_leads_nowhere_is_unknown_and_counted_both_ways(devices):
    report = devices(1)
    report.add(
        report.build.share("device_active_pct", Share(15, 5, 0)),
        *report.build.shares("device_active_pct", {"response": Share(9, 0, 1), "pcso": Share(6, 4, 0)}),
        report.build.share("offstation_session_pct", Share(15, 5, 0)),
    )
    whole = report.indicator("device_active_pct")
    assert (whole.numerator, whole.denominator, whole.unknown) == (15, 19, 1)
    assert (whole.lo_missing, whole.value, whole.hi_missing) == (75, 100 * 15 / 19, 80)
    assert (
        "1 of 20 records in 'Use of mobile devices' names one in 'Mobile devices' that is not among those supplied."
        in whole.caveats
    )
    assert decision_bounds(whole) == (75, 80)
    some, none = report.indicator("device_active_pct[pcso]"), report.indicator("device_active_pct[response]")
    assert (some.value, some.lo_missing, some.hi_missing) == (60, 60, 70), "nobody can say of which part it is"
    assert decision_bounds(some) == (60, 70)
    assert (none.value, none.lo_missing, none.hi_missing) == (100, 90, 100), "no more than all of it"
    assert report.indicator("offstation_session_pct").unknown == 0, "which rests on the sessions alone"
    assert at_least(whole, 78, 77).reasons == ("missing_spans_threshold",)


@pytest.mark.parametrize(
    ("share", "open_", "found"),
    [
        (Share(7, 3, 0), {"no": 2}, Share(7, 1, 2)),
        (Share(7, 3, 1), {"no": 5}, Share(7, 0, 4)),
        (Share(7, 3, 1), {"yes": 2}, Share(5, 3, 3)),
        (Share(7, 3, 1), {"more": 2}, Share(7, 3, 3)),
        (Share.none(), {"no": 2, "yes": 1, "more": 4}, Share.none()),
    ],
)
def test_units_that_can_be_turned_are_unknown(share, open_, found):
    assert share.unsure(**open_) == found


#: Where a row that leads nowhere is unknown in the measure itself, or changes nothing.
NOT_LEFT_OPEN = {
    # A crime linked to an incident that is not there has an incident of which nothing is known.
    "incident_crime.incident_id",
    # A contact without its flags, a handler without a system, a supervisor or a camera without a day are unknown.
    "contact_flag.incident_id",
    "system_access.person_key",
    "workload_view.supervisor_key",
    "anpr_camera_day.camera_id",
    # An agreement on a task that is not listed is unknown; reviews held are no intervals that absence shortens.
    "partner_agreement.task_id",
    "absence.person_key",
}
#: Bounds of another figure; months worked out from the rows themselves; a link only tells a crime from an earlier one.
WORKED_OUT = {
    "offstation_session_pct",
    "attendance_pct_lo",
    "attendance_pct_hi",
    "ps_team_months_active_pct",
    "ps_worst_team_active_pct",
}
WORKED_OUT |= {"repeat_flag_recall_pct", "repeat_flag_precision_pct", "worst_shift_recall_pct"}


def test_every_figure_that_looks_for_a_partner_says_what_those_without_one_leave_open():
    for finding in load_params(Project(ROOT)).findings.values():
        for name, spec in finding.indicators.items():
            joints = {
                f"{table}.{r.column}"
                for table in spec.tables
                if table in CONTRACTS
                for r in CONTRACTS[table].references
                if r.every and r.table in spec.tables
            }
            told = {reference for names in spec.lone.values() for reference in names}
            assert name in WORKED_OUT or not joints - told - NOT_LEFT_OPEN, f"{finding.id} {name}"


def test_what_is_allowed_is_joined_and_decided(devices, tmp_path):
    devices(20)
    raw = tmp_path / "data" / "raw" / "cleveland"
    prepare(Project(tmp_path), ["standard"], "cleveland", raw, match=["case"])
    assert open_report("F5", force="cleveland", project=str(tmp_path)).gap("device", "device_session") is None
