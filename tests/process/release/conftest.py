"""What the tests of the release share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hmic_analysis.project import Project, find_project

from .desk import Clock, desk


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory) -> Path:
    """Evidence of two findings of Cleveland and the letter written from it, two days before publication."""
    with pytest.MonkeyPatch.context() as patch:
        Clock(patch)
        return desk(tmp_path_factory.mktemp("desk") / "project").root


@pytest.fixture
def project(tmp_path, laid_out, clock) -> Project:
    """A copy of it."""
    return find_project(shutil.copytree(laid_out, tmp_path / "project"))
