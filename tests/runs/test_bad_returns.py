"""Whatever goes wrong with one return, or with the disk, costs what it must and is told in one message."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.mutations import BREAKS, broken, small_return
from hmic_analysis import errors
from hmic_analysis.cli.main import main
from hmic_analysis.errors import DataError, ReadOnlyError, StorageError, storage_fault
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs import returns, session
from hmic_analysis.runs.execute import mark_notebook
from hmic_analysis.runs.status import read_status, say_status
from hmic_analysis.store import prepare

FORCES = ("cleveland", "durham", "kent")
KINDS = {
    "one byte": lambda rng, name, data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 4]) + data[len(data) // 2 + 1 :],
    "cut off": lambda rng, name, data: data[: len(data) // 2],
    "another kind of file": lambda rng, name, data: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "nothing": lambda rng, name, data: b"",
    "no header": lambda rng, name, data: b'"SMITH John","C1","2013-01-01"\n' * 3,
    "at random": broken,
}  # fmt: skip


def hmic(project, *words: str) -> int:
    return main([*words, "--project", str(project)])


@pytest.fixture
def three(project_folder):
    """A project with the returns of three forces."""
    for slug in FORCES:
        (project_folder / "data" / "raw" / slug).mkdir()
        for name, content in small_return().items():
            (project_folder / "data" / "raw" / slug / name).write_bytes(content)
    return find_project(project_folder)


def test_a_broken_file_of_any_kind_costs_its_table_in_its_force_alone(three):
    params, whole = load_params(three), small_return()
    good = {slug: found.manifest.tables for slug, found in returns.prepare_forces(three, params, FORCES, 1)}
    for turn, name in enumerate(whole):
        slug = FORCES[turn % 3]
        path = three.raw / slug / name
        for kind, breaking in KINDS.items():
            path.write_bytes(breaking(random.Random(f"{kind} {name}"), name, whole[name]))
            for other, found in returns.prepare_forces(three, params, FORCES, 1):
                assert not isinstance(found, DataError), (kind, name, found.message)
                lost = {name.split(".")[0]} if other == slug else set()
                kept = {t: (e.rows, e.sha256) for t, e in found.manifest.tables.items() if t not in lost}
                assert kept == {t: (e.rows, e.sha256) for t, e in good[other].items() if t not in lost}, (kind, name)
        path.write_bytes(whole[name])


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are made otherwise there")
def test_what_is_no_file_costs_its_table_in_its_force_alone(three):
    params, kinds = load_params(three), [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")]
    for slug, name, make in zip(FORCES, ("suspect.xlsx", "bail.csv", "change.ods"), kinds, strict=True):
        (three.raw / slug / name).unlink()
        make(three.raw / slug / name)
    for slug, found in returns.prepare_forces(three, params, FORCES, 1):
        lost = {"cleveland": "suspect", "durham": "bail", "kent": "change"}[slug]
        assert set(found.manifest.broken) == {lost}, "could not be read is not the same as not sent"
        assert {*found.manifest.tables, lost} == {name.split(".")[0] for name in small_return()}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_that_nobody_thought_of_costs_one_force(three, monkeypatch, workers):
    (three.raw / "durham").rename(three.raw / "away")
    (three.raw / "durham").write_text("no folder", encoding="utf-8")
    params = load_params(three)
    found = dict(returns.prepare_forces(three, params, FORCES, workers))
    assert isinstance(found["durham"], DataError) and "no folder that can be opened" in found["durham"].message
    assert found["cleveland"].manifest.tables and found["kent"].manifest.tables
    if workers == 1:
        (three.raw / "durham").unlink()
        (three.raw / "away").rename(three.raw / "durham")

        def failing(project, force):
            if force == "durham":
                raise ZeroDivisionError("SMITH")
            return None

        monkeypatch.setattr(prepare, "read_manifest", failing)
        found = dict(returns.prepare_forces(three, params, FORCES, 1))
        assert "durham could not be prepared (ZeroDivisionError)" in found["durham"].message
        assert found["kent"].manifest.tables


def hooks(project):
    script = project.root / "note.py"
    script.write_text("import sys\nopen(sys.argv[1], 'a', encoding='utf-8').write('called ')\n", encoding="utf-8")
    told = project.root / "failed"
    rules = f"on_failure: {json.dumps([sys.executable, str(script), str(told)])}\n"
    (project.params / "runs.yml").write_text(rules, encoding="utf-8")
    return told


def test_an_error_that_nobody_thought_of_is_one_message_and_its_traceback_a_file(three, monkeypatch, capsys):
    told = hooks(three)
    monkeypatch.setattr(session, "make_plan", lambda *a: {}["SMITH"])
    assert hmic(three.root, "run", "--force", "kent", "--finding", "F4") == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said and "SMITH" not in said and "(KeyError)" in said and "--debug" in said
    assert told.read_text(encoding="utf-8") == "called "
    assert read_status(three).state == "stopped" and read_status(three).exit_code == 1
    assert hmic(three.root, "--debug", "run", "--force", "kent", "--finding", "F4") == 1
    (kept,) = three.rejected("debug").glob("traceback-*.txt")
    assert kept.name in "".join(capsys.readouterr().err.split()) and "SMITH" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("number", "kind", "state"),
    [(errno.ENOSPC, StorageError, "stopped: no space"), (errno.EROFS, ReadOnlyError, "stopped: read-only")],
)
def test_a_folder_that_nothing_can_be_written_to_is_named_in_one_sentence(
    three, monkeypatch, capsys, number, kind, state
):
    told = hooks(three)
    path = three.processed / "kent" / "v-1" / "x.parquet"

    def full(*arguments):
        raise RuntimeError("in between") from OSError(number, "words of the system", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(prepare, "write_table", full)
        assert hmic(three.root, "run", "--force", "kent", "--finding", "F4") == 1
    said = " ".join(capsys.readouterr().err.split())
    assert str(path.parent) in said.replace(" ", "") or str(path.parent) in said
    assert "Traceback" not in said and said.count("run again") == 1
    status = read_status(three)
    assert status.state == state and told.exists()
    assert any(str(path.parent) in line for line in say_status(status, False))
    assert isinstance(storage_fault(OSError(number, "x", str(path))), kind)
    monkeypatch.setattr(session, "make_orders", lambda *a: ([], []))
    assert hmic(three.root, "run", "--force", "kent", "--finding", "F4") == 0
    assert read_status(three).state == "finished"


def test_the_words_of_the_engine_for_a_full_disk_are_known():
    import duckdb

    said = 'IO Error: Could not write file "/data/x/stage.duckdb": No space left on device'
    fault = storage_fault(duckdb.IOException(said))
    assert fault.message.startswith("There is no space left to write to /data/x.")
    assert storage_fault(ValueError("nothing of the kind")) is None


def test_where_an_error_names_no_folder_that_on_the_fullest_disk_is_named(tmp_path, monkeypatch):
    copied = OSError(errno.ENOSPC, "x", "/from/x.csv", None, "/to/x.csv")
    assert storage_fault(copied).message.startswith("There is no space left to write to /to.")
    nowhere = FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp', '/x']")
    assert storage_fault(nowhere).message.startswith("Nothing can be written to any folder for temporary files ('/tmp'")
    disks = {tmp_path / "data": 1, tmp_path / "output": 2}
    for folder in disks:
        folder.mkdir()
    monkeypatch.setattr(errors, "_disk", lambda folder: disks.get(folder, 3))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=0 if folder.name == "output" else 9))
    fault = storage_fault(OSError(errno.ENOSPC, "x"), writing=[*disks, tmp_path / "output" / "not" / "made"])
    assert f"write to {tmp_path / 'output'}." in fault.message
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "data")
    assert f"written to {tmp_path / 'data'} " in storage_fault(OSError(errno.EROFS, "x"), writing=disks).message


def test_what_may_not_be_done_is_said_and_not_taken_for_writing(tmp_path, monkeypatch):
    program = tmp_path / "closed" / "program"
    program.parent.mkdir()
    program.touch()
    refused = {"folder": (program.parent, os.X_OK), "read": (program, os.R_OK)}
    words = {"folder": f"The folder {program.parent} can't be opened:", "read": f"{program} can't be read:"}
    with pytest.raises(PermissionError) as fault:
        subprocess.run([program], check=False)
    assert storage_fault(fault.value).message.startswith(f"The program {program} can't be executed:")
    for name, (path, right) in refused.items():
        monkeypatch.setattr(os, "access", lambda p, mode, path=path, right=right: p != path or not mode & right)
        assert storage_fault(PermissionError(errno.EACCES, "x", str(program))).message.startswith(words[name])
    monkeypatch.setattr(os, "access", lambda p, mode: True)
    monkeypatch.chdir(tmp_path)
    assert f"written to {tmp_path / 'out'} " in storage_fault(PermissionError(errno.EACCES, "x", "out/x.csv")).message


def test_breaks_break():
    rng = random.Random(1)
    whole = small_return()["incident.csv"]
    assert all(any(way(rng, whole) != whole for _ in range(20)) for way in BREAKS)


def test_a_notebook_that_was_cut_short_hides_no_failure(tmp_path):
    """Where no space was left for it, the failure that is told is that and none of reading it."""
    path = tmp_path / "notebook.ipynb"
    path.write_text('{"cells": [', encoding="utf-8")
    mark_notebook(path, "Embargo", None)
    assert path.read_text(encoding="utf-8") == '{"cells": ['
