"""What the tests of the site share."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmic_analysis.params.models import Params
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project
from hmic_analysis.site.build import build_site

from .evidence import FORCES, make_project, sources_of

NOTICE = "EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014 (Europe/London)"


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Project:
    """Three forces with evidence; nobody may change it."""
    return make_project(tmp_path_factory.mktemp("site") / "project")


@pytest.fixture(scope="session")
def params(project) -> Params:
    return load_params(project)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch) -> None:
    """Only the sites that tests share are built by several processes: to start them takes longer than to build one."""
    monkeypatch.setattr("hmic_analysis.site.build.FEW", len(FORCES) + 1)


@pytest.fixture(scope="session")
def public_site(project, params, tmp_path_factory) -> Path:
    """The public site of the three forces."""
    target = tmp_path_factory.mktemp("public") / "site"
    build_site(project, params, sources_of(project), "public", target, "")
    return target


@pytest.fixture(scope="session")
def force_site(project, params, tmp_path_factory) -> Path:
    """The site of one force, before the embargo ended."""
    target = tmp_path_factory.mktemp("force") / "site"
    build_site(project, params, sources_of(project, ["cleveland"]), "force", target, NOTICE)
    return target
