"""The whole way of letters by commands: draft, pack, correction, embargo, publication, update, comparison.

Every ninth of the 43 forces, of which each goes the same way by itself; ``HMIC_CYCLE_FORCES=all`` takes all of them,
``HMIC_CYCLE_FORCES="cleveland gwent"`` only those.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.process.pack import read_accuracy_log
from hmic_analysis.process.states import STATES, read_log
from hmic_analysis.project import find_project
from hmic_analysis.simulate.facts import Facts

from ...conftest import ROOT, copy_project
from ...runs.conftest import few_findings
from ..accuracy.conftest import WRONG, small_return
from ..accuracy.desk import CHALLENGE, response
from .desk import AT, BEFORE, without_records

ALL = [force.slug for force in load_params(find_project(ROOT)).territorial]
CHOSEN = os.environ.get("HMIC_CYCLE_FORCES", "").split()
FORCES = ALL if CHOSEN == ["all"] else CHOSEN or ALL[::9]
#: These stated a wrong number and challenge what the letter says of it; the next answer that all is right; the others
#: don't answer.
CHALLENGING = FORCES[:2]
CONTENT = FORCES[2:4]
#: In the autumn three in ten of the suspects outstanding show recent enquiries: claim A6c no longer holds.
AUTUMN = Facts(active_28d_share=0.3)
#: The update's days, in params/inspection.yml.
DAYS = (("start: 2012-12-01", "start: 2013-09-01"), ("end: 2013-11-30", "end: 2014-08-31"), ("as_of: 2014-03-31", "as_of: 2014-08-31"))  # fmt: skip
#: What everybody gets: refused as long as the embargo holds, made at the minute it ends.
PUBLIC = (
    ("site", "build", "--audience", "public", "--out", "{folder}/site"),
    ("national", "report", "--out", "{folder}/national"),
)


@pytest.fixture
def project(tmp_path, clock, monkeypatch):
    without_records(monkeypatch)
    home = find_project(copy_project(tmp_path / "project"))
    few_findings(home)
    return home


def hmic(project, *words, forces=tuple(FORCES)):
    chosen = ["--all"] if list(forces) == ALL else [word for slug in forces for word in ("--force", slug)]
    return main([*words, *chosen, "--project", str(project.root)])


def returned(project, facts, forces):
    """Returns of the few tables without which the findings can't be assessed, and few rows in each."""
    small_return(project.root, facts, forces, parts=("core",), scale=0.004)


def verdicts(project, force):
    return {c.claim: c.verdict for c in read_bundle(project.runs(force) / "A6").claims}


def advance(project, state, reason):
    return hmic(project, "release", "advance", "--to", state, "--reason", reason)


def test_from_draft_to_update(project, tmp_path, clock, capsys):
    draft(project)
    correct(project, tmp_path, clock)
    publish(project, clock, capsys)
    update(project, clock)
    assert main(["release", "status", "--project", str(project.root)]) == 0
    said = capsys.readouterr().out
    others = f", {len(ALL) - len(FORCES)} not begun" if len(FORCES) < len(ALL) else ", 0 not begun"
    assert f"{len(ALL)} letters: {len(FORCES)} updated{others}." in said
    for force in FORCES:
        assert list(dict.fromkeys(e.state for e in read_log(project, force))) == list(STATES)


def draft(project):
    returned(project, Facts(), [slug for slug in FORCES if slug not in CHALLENGING])
    returned(project, WRONG, CHALLENGING)
    assert hmic(project, "run", "--quiet") == 0
    for force in FORCES:
        assert verdicts(project, force)["A6a"] == ("not_determinable" if force in CHALLENGING else "supported")
    assert hmic(project, "letter") == 0
    assert advance(project, "draft", "First draft.") == 0
    assert hmic(project, "accuracy", "send") == 0


def correct(project, tmp_path, clock):
    """Some forces answer with the number they should have stated, and it is accepted."""
    right = find_project(copy_project(tmp_path / "right"))
    returned(right, Facts(), CHALLENGING)
    clock.later(hours=12)
    for force in CONTENT:
        workbook = response(project, tmp_path / "answers" / force, force=force)
        assert hmic(project, "accuracy", "receive", "--workbook", str(workbook), forces=[force]) == 0
        assert [e.kind for e in read_accuracy_log(project, force)] == ["sent", "unchallenged"]
    for force in CHALLENGING:
        workbook = response(project, tmp_path / "answers" / force, {"A6a": CHALLENGE}, force)
        shutil.copyfile(right.raw / force / "data_request.csv", workbook.parent / "data_request.csv")
        assert hmic(project, "accuracy", "receive", "--workbook", str(workbook), forces=[force]) == 0
        assert verdicts(project, force)["A6a"] == "supported"
        entry = next(e for e in read_accuracy_log(project, force) if e.kind == "challenge")
        assert entry.sentence_before != entry.sentence_after and entry.verdict_after == "Supported"
        assert (project.raw / "_former" / force / "return-001" / "data_request.csv").is_file()
    # The letters that were corrected must be written again first; the others may go on as they are.
    assert advance(project, "amended", "What was challenged was corrected.") != 0
    assert [slug for slug in FORCES if read_log(project, slug)[-1].state != "amended"] == CHALLENGING
    assert hmic(project, "letter", forces=CHALLENGING) == 0
    clock.later(hours=1)
    assert advance(project, "amended", "A6a was corrected.") == 0
    assert advance(project, "embargoed", "Sent under embargo.") == 0


def publish(project, clock, capsys):
    """Refused one second before the embargo ends, done at the minute."""
    capsys.readouterr()
    clock.moment = BEFORE
    made = [[word.format(folder=project.root.parent / "public") for word in words] for words in PUBLIC]
    for words in made:
        assert main([*words, "--project", str(project.root)]) == 2
        assert "the embargo holds until Thursday 4 September 2014" in capsys.readouterr().err
    assert not (project.root.parent / "public").exists()
    assert advance(project, "published", "The embargo has ended.") != 0
    assert capsys.readouterr().err.count("the embargo holds until Thursday 4 September 2014") == len(FORCES)
    assert all(read_log(project, force)[-1].state == "embargoed" for force in FORCES)
    clock.moment = AT
    assert advance(project, "published", "The embargo has ended.") == 0
    for words in made:
        assert main([*words, "--project", str(project.root)]) == 0
    assert (project.root.parent / "public" / "site" / "index.html").is_file()
    assert list((project.root.parent / "public" / "national").glob("*.docx"))


def update(project, clock):
    """The autumn: other days, other data, and a comparison with the letter."""
    clock.moment = dt.datetime(2014, 10, 26, 1, 30, tzinfo=dt.UTC)
    path = project.params / "inspection.yml"
    text = path.read_text(encoding="utf-8")
    for old, new in DAYS:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    returned(project, AUTUMN, FORCES)
    assert hmic(project, "run", "--quiet") == 0
    assert hmic(project, "update", "keep", "--as", "autumn-2014") == 0
    assert hmic(project, "update", "compare", "--after", "autumn-2014") == 0
    for force in FORCES:
        folder = project.output / "updates" / "comparisons" / force / "letter-to-autumn-2014"
        with (folder / "comparison.csv").open(encoding="utf-8", newline="") as stream:
            rows = {(row["claim"], row["figure"]): row for row in csv.DictReader(stream)}
        row = rows["A6c", "recent_activity_pct"]
        assert (row["verdict_before"], row["verdict_after"]) == ("Supported", "Contradicted")
        assert "data" in row["changed_beneath"] and "parameters" in row["changed_beneath"]
        assert row["difference"] == "withheld" or float(row["interval_high"]) < 0
        page = (folder / "comparison.html").read_text(encoding="utf-8")
        assert "EMBARGOED" not in page and "SYNTHETIC DATA" in page
    assert advance(project, "updated", "Compared with the autumn update.") == 0
