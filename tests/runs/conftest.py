"""A project with two quick findings, and runs of it in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from hmic_analysis.params.read import finding_files, load_params
from hmic_analysis.project import Project, find_project

from ..conftest import copy_project

KEPT = ("F4", "A6")


def few_findings(project: Project) -> None:
    """Leave only the findings of ``KEPT``."""
    for id, path in finding_files(project).items():
        if id not in KEPT:
            path.unlink()


@pytest.fixture
def small(tmp_path) -> Project:
    """A project with two findings that have notebooks, and no data."""
    project = find_project(copy_project(tmp_path / "a project"))
    few_findings(project)
    return project


def notebook_of(project: Project, finding: str) -> Path:
    """The notebook of a finding."""
    return project.notebooks / load_params(project).finding(finding).notebook


def command(project: Project, *words: str) -> list[str]:
    return [sys.executable, "-m", "hmic_analysis", *words, "--project", str(project.root)]


def start_run(project: Project, *words: str) -> subprocess.Popen:
    """``hmic run`` in a process of its own."""
    return subprocess.Popen(
        command(project, "run", *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        # What a shell starts in the background, and so perhaps these tests, ignores Ctrl-C; a run is to hear it.
        preexec_fn=None if os.name == "nt" else partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def complete(project: Project) -> set[Path]:
    """Folders of the reports that are complete."""
    return {path.parent for path in (project.output / "runs").glob("*/*/run.json") if path.parent.name[0] != "."}


def wait_for(what, seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def descendants(pid: int) -> list[int]:
    """Processes below a process, from the top down."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()[1:]]
    found, waiting = [], [pid]
    while waiting:
        above = waiting.pop(0)
        below = [child for child, parent in pairs if parent == above]
        found += below
        waiting += below
    return found
