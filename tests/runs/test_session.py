"""A whole run: what it says, what it leaves, when it does nothing, and its exit code."""

from __future__ import annotations

import json
import os
import shutil
import sys

import pytest
from filelock import FileLock

from hmic_analysis.cli.main import main
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.record import read_record
from hmic_analysis.runs.session import Holder
from hmic_analysis.runs.status import read_status
from hmic_analysis.simulate.facts import Facts

from ..conftest import copy_project
from ..support import simulated
from .conftest import few_findings

FORCES = ["--force", "cleveland", "--force", "kent"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project in which Cleveland sent a return and Kent sent none, after its first run."""
    folder = copy_project(tmp_path_factory.mktemp("session") / "project")
    few_findings(find_project(folder))
    simulated(folder, Facts())
    assert hmic(folder, "run", *FORCES) == 0
    return folder


@pytest.fixture
def project(made, tmp_path):
    shutil.copytree(made, tmp_path / "project")
    return tmp_path / "project"


def hmic(folder, *words) -> int:
    return main([*words, "--project", str(folder)])


def records(folder) -> dict[str, object]:
    runs = folder / "output" / "runs"
    return {f"{f} {id}": read_record(runs / f / id) for f in ("cleveland", "kent") for id in ("A6", "F4")}


def break_notebook(folder, source: str = "x = 1\nraise ValueError('row 7 of crime.csv')") -> None:
    path = folder / "notebooks" / "findings" / "freeing_up_time" / "f4_time_saved.ipynb"
    whole = json.loads(path.read_text(encoding="utf-8"))
    headings = ["".join(c["source"]) for c in whole["cells"]]
    place = next(i for i, text in enumerate(headings) if text.startswith("## Which changes have a measured saving?"))
    whole["cells"][place + 1]["source"] = source
    path.write_text(json.dumps(whole), encoding="utf-8")


def test_the_manifest_of_a_report_names_everything_it_rests_on(made):
    found = records(made)
    assert {name: record.status for name, record in found.items()} == {
        "cleveland A6": "complete", "cleveland F4": "complete", "kent A6": "no_data", "kent F4": "no_data",
    }  # fmt: skip
    record = found["cleveland A6"]
    assert set(record.fingerprint) == {"data", "parameters", "notebook", "library", "versions"}
    assert record.inputs and all(len(mark) == 64 for mark in record.inputs.values())
    assert record.versions["pandas"] and record.host and record.seconds > 0
    assert record.engine in ("warm", "plain") and len(record.result) == 64
    folder = made / "output" / "runs" / "cleveland" / "A6"
    assert set(record.outputs) == {
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name != "run.json"
    }
    assert "evidence.json" in record.outputs and any(name.endswith(".svg") for name in record.outputs)


def test_the_same_inputs_give_the_same_hashes_on_either_engine(project):
    before = {name: record.result for name, record in records(project).items()}
    figures = records(project)["cleveland A6"].outputs
    assert hmic(project, "run", *FORCES, "--again", "--engine", "plain") == 0
    after = records(project)
    assert {record.engine for record in after.values()} == {"plain"}
    assert {name: record.result for name, record in after.items()} == before
    same = {name for name, out in after["cleveland A6"].outputs.items() if out == figures[name]}
    assert {name for name in figures if name.startswith(("figures/", "tables/"))} <= same
    assert hmic(project, "run", *FORCES, "--engine", "wram") == 2


def test_a_second_run_executes_nothing_and_says_so(project, capsys):
    before = {name: record.ended for name, record in records(project).items()}
    assert hmic(project, "run", *FORCES) == 0
    assert "Nothing to do: all 4 reports are up to date." in capsys.readouterr().err
    assert {name: record.ended for name, record in records(project).items()} == before
    status = read_status(find_project(project))
    assert (status.state, status.planned, status.up_to_date, status.to_run) == ("finished", 4, 4, 0)


def test_a_failing_notebook_costs_itself_and_failed_finds_it_again(project, capsys):
    break_notebook(project)
    assert hmic(project, "run", *FORCES, "--json") == 1
    captured = capsys.readouterr()
    status = json.loads(captured.out)
    assert (status["done"], status["no_data"], status["failed"], status["up_to_date"]) == (0, 0, 2, 2)
    assert {(f["force"], f["finding"], f["kind"]) for f in status["failures"]} == {
        ("cleveland", "F4", "error"),
        ("kent", "F4", "error"),
    }
    first = status["failures"][0]
    assert "Which changes have a measured saving?" in first["where"] and "raise ValueError" in first["where"]
    assert first["what"] == "ValueError: row 7 of crime.csv"
    for words in ("FAILED: cleveland F4", "cell ", "ValueError: row 7 of crime.csv"):
        assert words in captured.err
    assert hmic(project, "status") == 0
    assert "FAILED: F4 Savings of staff time, of 2 forces: cleveland, kent\n" in capsys.readouterr().out
    assert hmic(project, "run", *FORCES, "--failed", "--finding", "A6") == 0
    assert "Nothing to do: all 2 reports are up to date." in capsys.readouterr().err
    break_notebook(project, "live = None")
    assert hmic(project, "run", *FORCES, "--failed") == 1
    assert "0 done, 2 failed" in capsys.readouterr().err


def test_quiet_says_only_what_needs_a_person_and_the_log_has_all(project, capsys):
    log = project / "logs" / "run.log"
    assert hmic(project, "run", *FORCES, "--again", "--quiet", "--log", str(log)) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err == ""
    assert "cleveland A6 done in" in log.read_text(encoding="utf-8")
    break_notebook(project)
    assert hmic(project, "run", *FORCES, "--quiet", "--log", str(log)) == 1
    said = capsys.readouterr().err
    assert said.startswith("FAILED: cleveland F4") and "done in" not in said


def test_a_run_waits_for_no_other_and_says_who_holds_the_lock(project, capsys):
    holder = Holder(host="office-3", user="anna", pid=4711, since="2014-03-31T22:00:00+00:00", what="43 forces")
    runs = project / "output" / "runs"
    (runs / ".holder.json").write_text(holder.model_dump_json(), encoding="utf-8")
    other = FileLock(runs / ".lock")
    other.acquire()
    try:
        assert hmic(project, "run", *FORCES) == 4
        said = " ".join(capsys.readouterr().err.split())
        assert "process 4711 of anna on office-3, since 2014-03-31 23:00 BST (43 forces)" in said
        assert hmic(project, "plan", *FORCES) == 0
    finally:
        other.release()
    # Now the holder is gone, but its name is still there.
    capsys.readouterr()
    assert hmic(project, "run", *FORCES) == 0
    assert "An earlier run was cut off (process 4711 of anna" in " ".join(capsys.readouterr().err.split())
    assert not (runs / ".holder.json").exists()


def test_if_changed_does_nothing_until_a_file_changes(project, capsys):
    words = ("run", *FORCES, "--if-changed")
    assert hmic(project, *words) == 0
    assert "Nothing to do: all 4 reports are up to date." in capsys.readouterr().err
    before = (project / "output" / "runs" / "status.json").stat().st_mtime_ns
    assert hmic(project, *words) == 0
    assert "no file has changed since the last run" in capsys.readouterr().err
    assert (project / "output" / "runs" / "status.json").stat().st_mtime_ns == before
    os.utime(project / "params" / "inspection.yml", (2_000_000_000, 2_000_000_000))
    assert hmic(project, *words) == 0
    assert "Nothing to do: all 4 reports are up to date." in capsys.readouterr().err
    shutil.rmtree(project / "output" / "runs" / "kent" / "A6")
    assert hmic(project, *words) == 0
    assert "0 done, 0 failed, 1 no data, 3 up to date" in capsys.readouterr().err


def test_commands_at_the_end_get_the_status_file(project, capsys):
    script = project / "note.py"
    script.write_text(
        "import json, sys\nname, path = sys.argv[1:]\n"
        "code = json.load(open(path, encoding='utf-8'))['exit_code']\n"
        "open(name, 'w', encoding='utf-8').write(f'{code}')\n",
        encoding="utf-8",
    )

    def hook(name):
        return json.dumps([sys.executable, str(script), str(project / name)])

    rules = f"on_finish: {hook('finished')}\non_failure: {hook('failed')}\n"
    (project / "params" / "runs.yml").write_text(rules, encoding="utf-8")
    assert hmic(project, "run", *FORCES) == 0
    assert (project / "finished").read_text(encoding="utf-8") == "0" and not (project / "failed").exists()
    break_notebook(project)
    assert hmic(project, "run", *FORCES) == 1
    assert (project / "finished").read_text(encoding="utf-8") == "1" == (project / "failed").read_text(encoding="utf-8")
    (project / "params" / "runs.yml").write_text("on_finish: [/no/such/program]\n", encoding="utf-8")
    capsys.readouterr()
    assert hmic(project, "run", *FORCES, "--finding", "A6") == 0
    assert "on_finish in params/runs.yml could not be run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time_limit: 5\n", "Did you mean 'time_limit_s'?"),
        ("time_limit_s: 0\n", "time_limit_s"),
        ("engine: wram\n", "Allowed: auto, plain"),
        ("findings:\n  A66: {engine: plain}\n", "unknown finding 'A66'"),
        ("memory_limit_mb: 10\n", "memory_limit_mb"),
    ],
)
def test_wrong_rules_are_refused_with_their_line(project, capsys, text, said):
    (project / "params" / "runs.yml").write_text(text, encoding="utf-8")
    assert hmic(project, "run", *FORCES) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "params/runs.yml" in told and "line" in told and said in told


def test_limits_of_a_finding_stop_it_and_it_alone(project, capsys):
    break_notebook(project, "while True: pass")
    (project / "params" / "runs.yml").write_text("findings:\n  F4: {time_limit_s: 2}\n", encoding="utf-8")
    assert hmic(project, "run", "--force", "cleveland", "--again") == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "1 done, 1 failed" in said and "stopped at its time limit of 2 seconds" in said


def test_one_corrupt_return_among_43_costs_its_own_reports_alone(project, capsys):
    shutil.copytree(project / "data" / "raw" / "cleveland", project / "data" / "raw" / "kent", dirs_exist_ok=True)
    path = project / "data" / "raw" / "kent" / "change.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    assert hmic(project, "run", "--all", "--finding", "F4", "--again") == 1
    said = capsys.readouterr().err
    assert "2 done, 0 failed, 41 no data" in said and "Traceback" not in said
    last = said[said.index("Data that can't be loaded:") :]
    assert (
        "kent: change.csv: where the header ought to be" in last and "Tables that can't be used for it: change." in last
    )
    evidence = read_bundle(find_project(project).runs("kent") / "F4")
    assert any("could not be read" in why for used in evidence.data for why in used.cannot_tell)
    assert all(i.value is None for i in evidence.indicators), "what the force says of itself alone stands"
    assert all("could not be read" in figure.headline for figure in evidence.figures if figure.empty)
    status = read_status(find_project(project))
    assert not status.failures
    assert any("kent" in fault and "change.csv" in fault for fault in status.data_faults)
    assert hmic(project, "run", "--force", "kent", "--finding", "F4") == 3
    assert hmic(project, "run", "--force", "kent", "--finding", "A6") == 3
    assert records(project)["kent A6"].status == "complete"


def test_every_force_can_be_planned_at_once(made):
    from hmic_analysis.runs.plan import make_plan

    project = find_project(made)
    params = load_params(project)
    assert len(make_plan(project, params, [f.slug for f in params.territorial])) == 86
