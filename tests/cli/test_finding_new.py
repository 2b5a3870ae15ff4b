"""A finding made from the pattern: it runs as it is, in a checkout of its own; what is in its way is told."""

from __future__ import annotations

import html
import json
import os
import shutil
import subprocess
import sys

import pytest
import yaml

from hmic_analysis.cli.main import main

from ..conftest import ROOT, copy_project

GIVEN = {"--title": "Grievances", "--section": "crime_recording_and_attendance", "--table": "grievance"}
SMALL = ("--scale", "0.02")


def words(id="A91", **changed):
    return ["finding", "new", id, *(w for option in {**GIVEN, **changed}.items() for w in option)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the checkout, with finding A91 made in it and run on a small simulated force."""
    folder = copy_project(tmp_path_factory.mktemp("new") / "checkout")
    shutil.copytree(ROOT / "hmic_analysis", folder / "hmic_analysis", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests" / "findings").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    called(folder, "hmic_analysis", *words())
    called(folder, "hmic_analysis", "data", "simulate", "--force", "cleveland", *SMALL)
    return folder


def called(folder, *command, code=0):
    """What a module says that is run in the copy, with the copy's own package."""
    settings = {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=settings, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_stands_in_the_lists_the_plan_and_the_pages(checkout):
    assert "Grievances" in called(checkout, "hmic_analysis", "findings")
    assert "NOT OK" not in called(checkout, "hmic_analysis", "doctor")
    assert "A91" in called(checkout, "hmic_analysis", "plan", "--force", "cleveland")
    assert "### A91 Grievances" in (checkout / "docs" / "findings.md").read_text(encoding="utf-8")
    assert "grievance_id" in (checkout / "data" / "raw" / "README.md").read_text(encoding="utf-8")


def test_the_scenario_that_states_every_fact_states_its_own(checkout):
    scenario = "params/scenarios/cleveland-2014.yml"
    stated = yaml.safe_load((checkout / scenario).read_text(encoding="utf-8"))
    before = yaml.safe_load((ROOT / scenario).read_text(encoding="utf-8"))
    assert stated == before | {"grievance_met_share": 0.9}
    known = "from hmic_analysis.simulate.facts import Facts; print(Facts.model_fields['grievance_met_share'].default)"
    settings = {**os.environ, "PYTHONPATH": str(checkout)}
    said = subprocess.run([sys.executable, "-c", known], cwd=checkout, env=settings, capture_output=True, text=True)
    assert said.stdout.strip() == "0.9"


def test_it_runs_as_it_is_and_finds_what_was_simulated(checkout):
    called(checkout, "hmic_analysis", "run", "--force", "cleveland", "--finding", "A91")
    report = checkout / "output" / "runs" / "cleveland" / "A91"
    bundle = json.loads((report / "evidence.json").read_text(encoding="utf-8"))
    truth = json.loads((checkout / "data" / "raw" / "cleveland" / "truth.json").read_text(encoding="utf-8"))
    assert bundle["status"] == "complete" and bundle["synthetic"]
    figure = next(i for i in bundle["indicators"] if i["id"] == "grievance_met_pct")
    yes, unknown, total = truth["values"]["grievance_recent"]
    assert (figure["numerator"], figure["denominator"], figure["unknown"]) == (yes, total - unknown, unknown)
    assert figure["value"] == pytest.approx(truth["values"]["grievance_met_pct"])
    assert "last 365 days" in figure["definition"]
    (claim,) = bundle["claims"]
    assert claim["verdict"] == truth["verdicts"]["A91a"]["verdict"] == "supported"
    assert claim["sentence"].startswith("Grievances: most recent records meet the standard, ")
    called(checkout, "hmic_analysis", "letter", "--force", "cleveland")
    letter = (checkout / "output" / "letters" / "cleveland" / "letter-cleveland.json").read_text(encoding="utf-8")
    assert claim["sentence"] in letter
    called(checkout, "hmic_analysis", "site", "build", "--audience", "force", "--force", "cleveland", "--out", "pages")
    page = (checkout / "pages" / "forces" / "cleveland" / "A91.html").read_text(encoding="utf-8")
    assert claim["sentence"] in html.unescape(page)
    assert "Grievances" in (checkout / "pages" / "findings" / "A91.html").read_text(encoding="utf-8")


def test_its_test_passes_and_its_files_are_in_the_style_of_the_house(checkout):
    assert "2 passed" in called(checkout, "pytest", "-p", "no:cacheprovider", "tests/findings/test_a91_grievances.py")
    made = [str(path) for path in checkout.rglob("*a91_grievances.py")]
    assert len(made) == 4
    called(checkout, "ruff", "check", *made)
    called(checkout, "ruff", "format", "--check", *made)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id": "A6"}, "There is a finding A6 already."),
        ({"id": "grievances"}, "'GRIEVANCES' can't be the id of a finding."),
        ({"--table": "crime"}, "There is a table 'crime' already."),
        ({"--table": "Grievance"}, "'Grievance' can't name a table."),
        ({"--section": "preventing_crimes"}, "Did you mean 'preventing_crime'?"),
        ({"--word": "Grievances made"}, "'Grievances made' can't name files."),
        ({"--title": 'The "worst"'}, "A title begins with a letter"),
    ],
)
def test_what_is_in_the_way_is_told_and_nothing_is_written(capsys, changed, said):
    id = changed.pop("id", "A77")
    assert main([*words(id, **changed), "--project", str(ROOT)]) == 2
    told = capsys.readouterr()
    assert said in told.out + told.err
    assert not list(ROOT.rglob("a77_*"))


def test_a_file_of_its_name_is_never_written_over(checkout):
    (checkout / "hmic_analysis" / "contracts" / "a92_delays.py").write_text('"""Kept."""\n', encoding="utf-8")
    told = called(checkout, "hmic_analysis", *words("A92", **{"--table": "delay", "--word": "delays"}), code=2)
    assert "hmic_analysis/contracts/a92_delays.py exists already." in told
    assert not (checkout / "params" / "findings" / "a92_delays.yml").exists()
    (checkout / "hmic_analysis" / "contracts" / "a92_delays.py").unlink()


def test_a_project_without_the_package_says_so(project_folder, capsys):
    assert main([*words(), "--project", str(project_folder)]) == 2
    assert "a finding is written into a checkout whose own package is in use" in capsys.readouterr().err
