"""What all tests share: where the open data lie, and that a continuous-integration run skips nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

#: No example is timed: on a busy machine any may take long.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


#: Files that take minutes come first, so that no worker is left with one of them at the end.
LONG = (
    "truth/test_country.py",
    "process/release/test_cycle.py",
    "process/",
    "analyst/",
    "site/",
    "test_truth.py",
    "truth/",
    "runs/",
    "cli/",
    "test_real",
    "store/",
    "simulate/",
)
#: Folders whose tests share projects that take long to make: one worker takes all of their files but those of ALONE.
TOGETHER, ALONE = ("analyst/", "process/", "site/"), ("process/release/test_cycle.py",)


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest; the others keep their order."""

    def place(item: pytest.Item) -> int:
        name = Path(item.path).relative_to(ROOT / "tests").as_posix()
        return next((i for i, begins in enumerate(LONG) if name.startswith(begins)), len(LONG))

    items.sort(key=place)


class ByProject(LoadFileScheduling):
    """A file goes to one worker whole, and so does a folder whose tests share much."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        name = file.removeprefix("tests/")
        return file if name in ALONE else next(filter(name.startswith, TOGETHER), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Where files are kept whole, folders are too."""
    return ByProject(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With HMIC_NO_SKIP set a test that can't run fails: silence must not pass for success."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("HMIC_NO_SKIP") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped although HMIC_NO_SKIP is set: {report.longrepr[-1]}"


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of open data beside the checkout; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("the open data are not beside the checkout")
    return SHARED


def copy_project(target: Path) -> Path:
    """A project of its own in ``target``: the parameters and notebooks of the checkout, no data."""
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (target / "data" / "raw").mkdir(parents=True)
    (target / "data" / "processed").mkdir()
    return target


@pytest.fixture
def project_folder(tmp_path) -> Path:
    """A fresh project without data."""
    return copy_project(tmp_path / "project")
