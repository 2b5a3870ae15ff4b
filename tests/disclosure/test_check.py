"""``hmic disclosure check`` over simulated evidence."""

from __future__ import annotations

import json

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.disclosure.check import records_name
from hmic_analysis.disclosure.release import released
from hmic_analysis.documents.workbook import Sheet, workbook
from hmic_analysis.evidence.bundle import write_bundle
from hmic_analysis.evidence.withheld import DisclosureRules

from ..support import withhold_from_forces
from .evidence import RULES, claim, usual
from .test_identifiers import project  # noqa: F401


@pytest.fixture
def release(project):  # noqa: F811
    """A project with the usual evidence, and the release of it."""
    withhold_from_forces(project.root)
    write_bundle(usual(), project.runs("cleveland") / "A6")
    folder = project.root / "release"
    write_bundle(released(usual(), RULES, "force"), folder)
    return project, folder


def check(home, folder, capsys, *more: str) -> tuple[int, str]:
    """Exit code and what was said."""
    code = main(["disclosure", "check", str(folder), "--project", str(home.root), *more])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_clean_release_may_go(release, capsys):
    code, said = check(*release, capsys)
    assert (
        code == 0
        and "Nothing found: it may go." in said
        and "1 files; figures of 1 forces (small counts looked for)" in said
    )


def test_a_leak_is_named_with_file_place_and_way(release, capsys):
    home, folder = release
    (folder / "alt.html").write_text("<img alt='Reviewed: 5.0%'>", encoding="utf-8")
    code, said = check(home, folder, capsys, "--force", "cleveland")
    assert code == 1 and "it may not go" in said
    assert "alt.html" in said and "alt of <img>" in said and "5.0% of 60 is 3" in said


@pytest.mark.parametrize("content", [b"PK\x03\x04\0 no text", b"", None], ids=["another kind", "empty", "folder"])
def test_a_table_that_cannot_be_searched_lets_nothing_go(release, capsys, content):
    home, folder = release
    path = home.raw / "cleveland" / "log.csv"
    path.unlink()
    path.mkdir() if content is None else path.write_bytes(content)
    code, said = check(home, folder, capsys)
    assert code and "could not be searched for the persons in it, so nothing can be said of a release" in said
    assert path.name in said and "it may go" not in said


def test_a_person_a_formula_and_too_high_a_level_are_named(release, capsys):
    home, folder = release
    (folder / "a.csv").write_text("who,n\nC4711,8\n=HYPERLINK(1),-9\n", encoding="utf-8")
    code, said = check(home, folder, capsys, "--audience", "public")
    assert code == 1
    assert "c4711" in said and "=HYPERLINK(1)" in said and "-9" not in said and "something in it is force" in said


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--audience", "press"], 2, "write force or public"),
        (["--force", "clevland"], 2, "Did you mean 'cleveland'"),
        (["--force", "durham"], 3, "There is no evidence of durham"),
    ],
)
def test_wrong_words_are_told(release, capsys, more, code, words):
    found, said = check(*release, capsys, *more)
    assert found == code and words in said and "Traceback" not in said


def test_a_missing_folder_is_told(release, capsys):
    home, folder = release
    code, said = check(home, folder / "none", capsys)
    assert code == 3 and "There is no folder" in said


def test_a_limit_that_withholds_ones_only_is_refused(release, capsys):
    home, folder = release
    path = home.params / "inspection.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  min_count: 5 ", "  min_count: 2 ", 1), encoding="utf-8")
    code, said = check(home, folder, capsys)
    assert code == 2 and "Write 0 to withhold nothing, or 3 or more" in said


def test_without_a_limit_nothing_is_withheld_or_looked_for(release, capsys):
    evidence = usual().model_copy(update={"claims": (claim("A6a", "5.0%", "reviewed_pct"),)})
    open_rules = DisclosureRules(min_count=0)
    assert released(evidence, open_rules, "force").indicator("reviewed_pct").value == 5.0
    home, folder = release
    path = home.params / "inspection.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("  min_count: 5 ", "  min_count: 0 ", 1), encoding="utf-8")
    write_bundle(released(evidence, open_rules, "force"), folder)
    assert json.loads((folder / "evidence.json").read_text(encoding="utf-8"))["indicators"][0]["numerator"] == 3
    assert check(home, folder, capsys)[0] == 0


def test_a_force_may_be_shown_its_own_small_counts_and_no_other_reader(release, capsys):
    home, folder = release
    path = home.params / "inspection.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("audiences: [force, public]", "audiences: [public]", 1), encoding="utf-8")
    (folder / "alt.html").write_text("<img alt='Reviewed: 5.0%'>", encoding="utf-8")
    code, said = check(home, folder, capsys, "--force", "cleveland")
    assert code == 0 and "(small counts, its own, are for it to see)" in said
    code, said = check(home, folder, capsys)
    assert code == 3 and "Say whose folder this is: --force" in said and "may go" not in said
    code, said = check(home, folder, capsys, "--audience", "public")
    assert code == 1 and "5.0% of 60 is 3" in said


def test_a_force_may_have_the_numbers_of_its_own_cases_in_its_records_and_no_person(release, capsys):
    home, folder = release

    def records(force: str, *cells: str) -> None:
        for path in folder.glob("records-*"):
            path.unlink()
        sheet = Sheet("Records", "Records", ("Record",), tuple((cell,) for cell in cells), "force")
        (folder / records_name(force)).write_bytes(workbook("Records", (), (), [sheet], ()))

    records("cleveland", "CAD2013-0001", "CAD2013-0002")
    assert check(home, folder, capsys, "--force", "cleveland")[0] == 0
    # Whoever else it is for, in whatever other file, and whoever it names: it is found.
    code, said = check(home, folder, capsys, "--force", "cleveland", "--audience", "public")
    assert code == 1 and "cad2013 0001" in said and "cad2013 0002" in said
    assert check(home, folder, capsys)[0] == 1
    records("cleveland", "CAD2013-0001", "C4711", "Oyelaran-Bright")
    code, said = check(home, folder, capsys, "--force", "cleveland")
    assert code == 1 and "c4711" in said and "cad2013" not in said
    records("durham", "CAD2013-0001")
    assert check(home, folder, capsys, "--force", "cleveland")[0] == 1
    records("cleveland", "CAD2013-0001")
    (folder / "letter.html").write_text("<p>See CAD2013-0001.</p>", encoding="utf-8")
    assert check(home, folder, capsys, "--force", "cleveland")[0] == 1
