"""A correction that is accepted changes the data, and only through them the verdict."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.process.answer import Answer, Response
from hmic_analysis.process.pack import ClaimRow, Pack, read_accuracy_log
from hmic_analysis.process.receive import _entries, _failed
from hmic_analysis.store.manifest import file_sha256, read_manifest

from .desk import CHALLENGE, response


def receive(project, workbook):
    return main(
        ["accuracy", "receive", "--force", "cleveland", "--workbook", str(workbook), "--project", str(project.root)]
    )


def verdict(project, claim):
    return next(c for c in read_bundle(project.runs("cleveland") / claim[:2]).claims if c.claim == claim).verdict


def hashes(folder):
    return {p.relative_to(folder).as_posix(): file_sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_an_accepted_correction_changes_the_verdict_through_the_data(project, tmp_path, right, capsys):
    assert verdict(project, "A6a") == "not_determinable"
    raw = project.raw / "cleveland"
    before = hashes(raw)
    workbook = response(project, tmp_path / "answer", {"A6a": CHALLENGE})
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_request.csv")
    assert receive(project, workbook) == 0
    assert verdict(project, "A6a") == "supported"
    # The return is the corrected one, and what it was is kept whole.
    former = project.raw / "_former" / "cleveland" / "return-001"
    assert hashes(former) == before
    assert hashes(raw) == {**before, "data_request.csv": file_sha256(right / "data_request.csv")}
    about = json.loads(former.with_name("return-001.json").read_text(encoding="utf-8"))
    assert about["files"] == before and about["response_sha256"] == file_sha256(workbook)
    # The processed tables are those of the corrected return.
    assert read_manifest(project, "cleveland").inputs["data_request.csv"] == file_sha256(right / "data_request.csv")
    entry = read_accuracy_log(project, "cleveland")[-1]
    assert (entry.kind, entry.claim, entry.decision, entry.version) == ("challenge", "A6a", "accepted", 1)
    assert (entry.verdict_before, entry.verdict_after) == ("Not determinable", "Supported")
    assert "could not be reproduced" in entry.sentence_before
    assert entry.sentence_after.startswith("The force could provide the number of named suspects yet to be arrested")
    assert entry.figure_before and entry.figure_after and entry.synthetic
    said = capsys.readouterr().out
    assert "verdict before: Not determinable" in said and "verdict after:  Supported" in said


def test_a_rejected_challenge_loads_nothing(project, tmp_path, right):
    before = hashes(project.raw)
    workbook = response(project, tmp_path / "answer", {"A6a": {**CHALLENGE, "Decision": "Rejected "}})
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_request.csv")
    assert receive(project, workbook) == 0
    after = {
        name: mark for name, mark in hashes(project.raw).items() if not name.startswith("_former/cleveland/responses")
    }
    assert after == before
    assert verdict(project, "A6a") == "not_determinable"
    entry = read_accuracy_log(project, "cleveland")[-1]
    assert (entry.decision, entry.version) == ("rejected", 0)
    assert entry.sentence_before == entry.sentence_after != ""


def test_part_accepted_loads_the_part_that_the_file_holds(project, tmp_path, right):
    # The force says 60 suspects and 25 on bail; its records bear out the first only, so the file holds that alone.
    workbook = response(project, tmp_path / "answer", {"A6a": {**CHALLENGE, "Decision": "part"}})
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_request.csv")
    assert receive(project, workbook) == 0
    entry = read_accuracy_log(project, "cleveland")[-1]
    assert (entry.decision, entry.verdict_after) == ("part", "Supported")


def test_accepted_without_data_changes_no_verdict(project, tmp_path):
    answer = {k: v for k, v in CHALLENGE.items() if k != "Corrected data files"}
    assert receive(project, response(project, tmp_path / "answer", {"A6a": answer})) == 0
    entry = read_accuracy_log(project, "cleveland")[-1]
    assert entry.verdict_before == entry.verdict_after == "Not determinable"
    assert "accepted without data" in entry.note


def test_a_claim_that_changes_unchallenged_is_logged_too(project, tmp_path, right):
    # The challenge names F4a, and the file that is accepted with it holds the number of A6a as well.
    workbook = response(project, tmp_path / "answer", {"F4a": CHALLENGE})
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_request.csv")
    assert receive(project, workbook) == 0
    entries = {e.claim: e for e in read_accuracy_log(project, "cleveland")[1:]}
    assert entries["F4a"].kind == "challenge" and entries["F4a"].verdict_before == entries["F4a"].verdict_after
    assert entries["A6a"].kind == "followed" and entries["A6a"].verdict_after == "Supported"


def test_a_response_without_a_challenge_is_logged(project, tmp_path):
    assert receive(project, response(project, tmp_path / "answer")) == 0
    assert [e.kind for e in read_accuracy_log(project, "cleveland")] == ["sent", "unchallenged"]


def test_the_same_response_is_not_received_twice(project, tmp_path, right, capsys):
    workbook = response(project, tmp_path / "answer", {"A6a": CHALLENGE})
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_request.csv")
    assert receive(project, workbook) == 0
    log = read_accuracy_log(project, "cleveland")
    assert receive(project, workbook) == 3
    assert "was received before" in capsys.readouterr().err
    assert read_accuracy_log(project, "cleveland") == log


def test_responses_are_received_during_the_check_only(project, tmp_path, capsys, clock):
    clock.later(hours=1)
    words = ["release", "advance", "--force", "cleveland", "--to", "amended", "--reason", "Nothing was to amend."]
    assert main([*words, "--project", str(project.root)]) == 0
    assert receive(project, response(project, tmp_path / "answer", {"A6a": CHALLENGE})) == 2
    assert "is in state 'amended'; responses are received in 'factual_accuracy_check' only" in capsys.readouterr().err


def test_a_letter_is_amended_only_when_written_from_the_corrected_data(project, tmp_path, right, capsys):
    workbook = response(project, tmp_path / "answer", {"A6a": CHALLENGE})
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_request.csv")
    assert receive(project, workbook) == 0
    amend = ["release", "advance", "--force", "cleveland", "--to", "amended", "--reason", "A6a corrected."]
    assert main([*amend, "--project", str(project.root)]) == 3
    assert "A6, F4 have changed since; write it again: hmic letter --force cleveland" in capsys.readouterr().err
    assert main(["letter", "--force", "cleveland", "--project", str(project.root)]) == 0
    assert main([*amend, "--project", str(project.root)]) == 0


def rewrite(path, change):
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows = change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: [{k: v for k, v in r.items() if k != "item"} for r in rows], "can't be loaded"),
        (lambda rows: [{k: v for k, v in r.items() if k != "synthetic"} for r in rows], "not marked as synthetic"),
    ],
)
def test_corrected_data_that_cant_be_used_change_nothing(project, tmp_path, right, capsys, change, said):
    workbook = response(project, tmp_path / "answer", {"A6a": CHALLENGE})
    file = workbook.parent / "data_request.csv"
    shutil.copyfile(right / "data_request.csv", file)
    rewrite(file, change)
    before, tables = hashes(project.raw), read_manifest(project, "cleveland").tables
    assert receive(project, workbook) == 3
    captured = capsys.readouterr()
    assert said in captured.err and "Nothing was changed" in captured.err and "corrected-" not in captured.err
    assert hashes(project.raw) == before
    assert read_manifest(project, "cleveland").tables == tables
    assert [e.kind for e in read_accuracy_log(project, "cleveland")] == ["sent"]
    assert [p.name for p in project.raw.iterdir() if p.name.startswith(".")] == []


def test_a_corrected_file_that_belongs_to_nothing_is_refused(project, tmp_path, right, capsys):
    answer = {**CHALLENGE, "Corrected data files": "data_requests.csv"}
    workbook = response(project, tmp_path / "answer", {"A6a": answer})
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_requests.csv")
    assert receive(project, workbook) == 3
    assert "Did you mean 'data_request.csv'?" in capsys.readouterr().err


def test_a_table_that_came_as_csv_may_be_corrected_as_a_workbook(project, tmp_path, right):
    import openpyxl

    answer = {**CHALLENGE, "Corrected data files": "data_request.xlsx"}
    workbook = response(project, tmp_path / "answer", {"A6a": answer})
    book = openpyxl.Workbook()
    book.active.title = "data_request"
    with (right / "data_request.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream):
            book.active.append(row)
    book.save(workbook.parent / "data_request.xlsx")
    assert receive(project, workbook) == 0
    assert verdict(project, "A6a") == "supported"
    assert not (project.raw / "cleveland" / "data_request.csv").exists()
    assert (project.raw / "_former" / "cleveland" / "return-001" / "data_request.csv").is_file()


def test_a_report_that_fails_is_logged_and_told(project, tmp_path, right, clock):
    from hmic_analysis.params.read import load_params
    from hmic_analysis.process.receive import receive as take_in

    def fails(force, findings):
        assert (force, findings) == ("cleveland", ["A6", "F4"])
        shutil.rmtree(project.runs("cleveland") / "A6")
        return 1

    workbook = response(project, tmp_path / "answer", {"A6a": CHALLENGE})
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_request.csv")
    params = load_params(project)
    received = take_in(project, params, "cleveland", workbook, clock.moment, fails)
    assert received.failed == tuple(params.findings["A6"].claims)
    entry = read_accuracy_log(project, "cleveland")[1]
    assert (entry.claim, entry.verdict_after, entry.note) == ("A6a", "", "could not be computed again")


def test_nothing_is_received_while_a_run_goes_on(project, tmp_path, right, capsys):
    from hmic_analysis.runs.session import run_lock

    workbook = response(project, tmp_path / "answer", {"A6a": CHALLENGE})
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_request.csv")
    before = hashes(project.raw)
    with run_lock(project, "cleveland", print):
        assert receive(project, workbook) == 4
    assert hashes(project.raw) == before
    assert [e.kind for e in read_accuracy_log(project, "cleveland")] == ["sent"]


def test_what_changed_before_the_correction_is_told_apart_and_agreement_is_kept():
    def row(claim, sentence):
        return ClaimRow(claim=claim, finding="A6", statement="", sentence=sentence, verdict="Supported", figure="")

    pack = Pack(
        force="cleveland", number=1, made_at="", synthetic=True, rows=(), letter={}, evidence={}, files={}
    )  # fmt: skip
    answer = Answer("A6a", "Wrong.", "", (), "rejected", "It is right.")
    shown = {c: row(c, "old") for c in ("A6a", "A6b", "A6c")}
    before = {**shown, "A6b": row("A6b", "by new parameters")}
    after = {**before, "A6c": row("A6c", "by the correction")}
    now = dt.datetime(2014, 6, 1, tzinfo=dt.UTC)
    entries = _entries(pack, Response("x", (answer,), ("A6c",)), None, (shown, before, after), now)
    assert [(e.kind, e.claim or e.note) for e in entries] == [
        ("remade", "A6b"),
        ("agreed", "A6c"),
        ("challenge", "A6a"),
        ("followed", "A6c"),
    ]
    assert _failed(entries, after) == () and _failed(entries, {"A6b": row("A6b", "old")}) == ("A6a", "A6c")
