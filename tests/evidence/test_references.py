"""What rests on references that lead nowhere is not decided."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hmic_analysis.evidence.report import open_report
from hmic_analysis.evidence.verdicts import Decision, at_least, undecided
from hmic_analysis.measures.base import Share
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
    assert "device_session.device_id: 0 of 20 lead to device.device_id" in figure.note
    assert "match: [case]" in figure.note
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
    assert "lead nowhere" in claim.sentence and "Ask the force for device_id" in claim.why
    report.add(report.build.figure("systems_on_mobile_n", 1))
    claim = report.claim("F5b", Decision("contradicted", why="one"), "B")
    assert claim.verdict == "contradicted", "the figure that decides it stands"
    claim = report.claim("F5b", undecided("nil_return_refused"), "-")
    assert claim.reasons == ("nil_return_refused",)


@pytest.mark.parametrize("wrong", [0, 1])
def test_up_to_the_limit_figures_stand(devices, wrong):
    report = devices(wrong)
    before = report.build.share("device_active_pct", Share(15, 5, 0))
    report.add(before)
    assert report.indicator("device_active_pct") == before


def test_what_is_allowed_is_joined_and_decided(devices, tmp_path):
    devices(20)
    raw = tmp_path / "data" / "raw" / "cleveland"
    prepare(Project(tmp_path), ["standard"], "cleveland", raw, match=["case"])
    assert open_report("F5", force="cleveland", project=str(tmp_path)).gap("device", "device_session") is None
