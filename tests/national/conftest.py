"""What the tests of the national report share."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmic_analysis.national.content import Content
from hmic_analysis.national.counts import Log
from hmic_analysis.national.report import NationalReport, gather_all, make_report
from hmic_analysis.national.write import write_report
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project
from tests.conftest import copy_project

from .made import country

EMBARGO = "EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014 (Europe/London)"


class Written:
    """A draft under embargo of a country of made-up forces, with all that belongs to it."""

    def __init__(self, folder: Path) -> None:
        self.project = Project(copy_project(folder / "project"))
        country(self.project)
        self.params = load_params(self.project)
        self.log = Log()
        self.found = gather_all(self.project, self.params)
        self.report: NationalReport = make_report(self.project, self.params, self.found, EMBARGO, self.log)
        self.folder = self.project.output / "national" / "report"
        self.content: Content = write_report(self.project, self.report, self.found, self.log, self.folder)


@pytest.fixture(scope="session")
def written(tmp_path_factory) -> Written:
    return Written(tmp_path_factory.mktemp("national"))
