"""A run on a cluster of separate processes: the same results, and nothing lost or done twice when a worker dies."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.project import find_project
from hmic_analysis.runs.cluster import Share, difference
from hmic_analysis.runs.record import read_record
from hmic_analysis.simulate.facts import Facts

from ..conftest import copy_project
from ..support import simulated
from .conftest import complete, few_findings, notebook_of, start_run, wait_for
from .orders import make_order

pytest.importorskip("distributed")

FORCES = ("cleveland", "kent", "gwent", "essex", "surrey", "sussex")
WORDS = [word for force in FORCES for word in ("--force", force)]


class Cluster:
    """A scheduler and workers in processes of their own."""

    def __init__(self, folder) -> None:
        self.file = folder / "scheduler.json"
        self.folder = folder
        self.running = [self._start("dask_scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")]
        wait_for(self.file.is_file)
        self.address = json.loads(self.file.read_text(encoding="utf-8"))["address"]

    def _start(self, module: str, *words: str, **variables: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(self.file), *words]
        environment = {**os.environ, **variables, "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error"}
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def add_worker(self, **variables: str) -> subprocess.Popen:
        words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
        self.running.append(self._start("dask_worker", *words, **variables))
        return self.running[-1]

    def close(self) -> None:
        for process in reversed(self.running):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    (tmp_path / "cluster").mkdir()
    made = Cluster(tmp_path / "cluster")
    yield made
    made.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project after a run on this machine."""
    folder = copy_project(tmp_path_factory.mktemp("cluster") / "project")
    few_findings(find_project(folder))
    simulated(folder, Facts())
    assert main(["run", *WORDS, "--project", str(folder)]) == 0
    return folder


@pytest.fixture
def project(made, tmp_path):
    """The same without its reports."""
    shutil.copytree(made, tmp_path / "project", ignore=shutil.ignore_patterns("runs"))
    return find_project(tmp_path / "project")


def results(folder) -> dict[str, str]:
    found = {}
    for path in sorted((folder / "output" / "runs").glob("*/*/run.json")):
        record = read_record(path.parent)
        found[f"{record.force} {record.finding}"] = record.result
    return found


def test_a_killed_worker_loses_nothing_and_results_are_those_of_one_machine(made, project, cluster):
    first = cluster.add_worker()
    run = start_run(project, *WORDS, "--dask", cluster.address)
    wait_for(lambda: len(complete(project)) >= 3)
    done = {folder: read_record(folder).ended for folder in complete(project)}
    os.kill(first.pid, signal.SIGKILL)
    cluster.add_worker()
    cluster.add_worker()
    said, _ = run.communicate(timeout=180)
    assert run.returncode == 0, said
    assert results(project.root) == results(made)
    assert len(results(project.root)) == 2 * len(FORCES)
    # What was complete when the worker died has not been made again.
    assert {folder: read_record(folder).ended for folder in done} == done
    assert len({read_record(folder).run for folder in complete(project)}) == 1
    assert main(["run", *WORDS, "--project", str(project.root)]) == 0


def test_through_a_share_workers_need_nothing_but_the_package(made, project, cluster, tmp_path):
    scratch = tmp_path / "elsewhere"
    scratch.mkdir()
    cluster.add_worker(TMPDIR=str(scratch))
    share = (tmp_path / "share").as_uri()
    words = ["run", "--force", "cleveland", "--force", "kent", "--project", str(project.root)]
    assert main([*words, "--dask", cluster.address, "--share", share]) == 0
    whole = results(made)
    assert results(project.root) == {
        name: mark for name, mark in whole.items() if name.split()[0] in ("cleveland", "kent")
    }
    report = project.output / "runs" / "cleveland" / "A6"
    assert str(scratch) in (report / "notebook.ipynb").read_text(encoding="utf-8")
    assert str(project.root) not in json.dumps(json.loads((report / "evidence.json").read_text(encoding="utf-8")))
    # Returns, and the key of the person hashes, stay where they are.
    sent = b"".join(path.read_bytes() for path in (tmp_path / "share").rglob("*") if path.is_file())
    assert (project.keys / "person.key").read_bytes() not in sent
    assert not list((tmp_path / "share" / "results").glob("*"))
    assert main([*words, "--dask", cluster.address, "--share", share, "--if-changed"]) == 0


def test_a_failing_notebook_is_told_as_on_one_machine(project, cluster, capsys):
    cluster.add_worker()
    path = notebook_of(project, "F4")
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["cells"][-1]["source"] = "1 / 0"
    path.write_text(json.dumps(whole), encoding="utf-8")
    words = ["run", "--force", "kent", "--project", str(project.root), "--dask", cluster.address]
    assert main(words) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "FAILED: kent F4" in said and "ZeroDivisionError: division by zero" in said and "1 no data" in said


def test_words_about_clusters_that_make_no_sense_are_refused(project, capsys, monkeypatch):
    words = ["run", "--force", "kent", "--project", str(project.root)]
    for extra, said in (
        (["--dask", "local:none"], "such as local:2"),
        (["--share", "file:///tmp/x"], "name the cluster with --dask"),
        (["--dask", "local:1", "--share", "nosuch://x"], "The share nosuch://x can't be used"),
    ):
        assert main([*words, *extra]) == 2
        assert said in " ".join(capsys.readouterr().err.split())
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main([*words, "--dask", "local:1"]) == 2
    assert "pip install 'hmic-analysis[cluster]'" in " ".join(capsys.readouterr().err.split())


def test_a_worker_with_other_code_refuses_the_report(tmp_path):
    order = make_order(tmp_path, "one", ["1"])
    assert difference(order) == ""
    other = order.model_copy(update={"basis": {"versions": {"pandas": "0.1"}}})
    assert "the run was planned with 0.1" in difference(other)
    other = order.model_copy(update={"basis": {"library": {"hmic_analysis.errors": "another"}}})
    assert "has another hmic_analysis.errors" in difference(other)


def test_a_share_shows_no_half_written_result(tmp_path):
    share = Share((tmp_path / "share").as_uri())
    order = make_order(tmp_path, "one", ["1"]).model_copy(update={"run": "r"})
    order.folder.mkdir(parents=True)
    (order.folder / "evidence.json").write_text("{}", encoding="utf-8")
    assert share.result(order) is None and share.fetch_result(order) is None
    with pytest.raises(FileNotFoundError):
        share.send_result(order)
    assert share.result(order) is None
