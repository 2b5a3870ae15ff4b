"""``hmic site build`` from simulated returns to a folder that may leave the building."""

from __future__ import annotations

import datetime as dt

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.disclosure.check import check_release
from hmic_analysis.documents import embargo
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

from ..conftest import copy_project
from ..runs.conftest import few_findings
from .reading import pages, text_of

#: 4 September 2014 00:01 in London is 23:01 of the day before in UTC.
END = dt.datetime(2014, 9, 3, 23, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A project with two findings run on one simulated force."""
    project = find_project(copy_project(tmp_path_factory.mktemp("command") / "project"))
    few_findings(project)
    place = ["--project", str(project.root)]
    assert main(["data", "simulate", "--force", "cleveland", "--scale", "0.02", *place]) == 0
    assert main(["run", "--force", "cleveland", *place]) == 0
    return project


@pytest.fixture
def build(ran, tmp_path, monkeypatch):
    """Run ``hmic site build`` at a moment."""

    def run(*words, at=END):
        monkeypatch.setattr(embargo, "now", lambda: at)
        target = tmp_path / "site"
        return main(["site", "build", *words, "--out", str(target), "--project", str(ran.root)]), target

    return run


def test_both_audiences_from_simulated_returns_and_nothing_leaks(build, ran):
    params = load_params(ran)
    for words, audience in ((["public"], "public"), (["force", "--force", "cleveland"], "force")):
        code, target = build("--audience", *words)
        assert code == 0
        text = text_of(target / "forces" / "cleveland" / "index.html")
        assert "Synthetic data" in text and "EMBARGOED" not in text
        assert check_release(target, ran, params, ["cleveland"], audience).clean
    assert (target / "forces" / "cleveland" / "A6.html").is_file()


def test_the_public_site_is_refused_until_the_very_minute(build, capsys):
    code, target = build("--audience", "public", at=END - dt.timedelta(seconds=1))
    assert code == 2 and not target.exists()
    said = " ".join(capsys.readouterr().err.split())
    assert "The public site is refused: the embargo holds until Thursday 4 September 2014 at 00:01:00 BST" in said
    code, target = build("--audience", "public", at=END)
    assert code == 0 and (target / "index.html").is_file()


def test_before_it_the_force_gets_its_site_with_the_embargo_on_every_page(build):
    code, target = build("--audience", "force", "--force", "cleveland", at=END - dt.timedelta(seconds=1))
    assert code == 0
    notice = "EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014 (Europe/London)"
    assert all(notice in text_of(page) for page in pages(target))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--audience", "friends"], "--audience friends is neither public nor force"),
        (["--audience", "force"], "name one force"),
        (["--audience", "force", "--force", "kent", "--force", "durham"], "name one force"),
        (["--audience", "force", "--force", "clevland"], "Did you mean 'cleveland'?"),
        (["--audience", "public", "--force", "kent"], "leave --force out"),
    ],
)
def test_wrong_words_get_one_clear_message(build, capsys, words, said):
    code, target = build(*words)
    assert code == 2 and not target.exists()
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_force_without_evidence_is_told_what_to_do(build, capsys):
    code, target = build("--audience", "force", "--force", "kent")
    assert code == 3 and not target.exists()
    assert "Run the findings first: hmic run" in capsys.readouterr().err
