"""What a force is sent."""

from __future__ import annotations

import csv
import json
import re

import openpyxl
import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.disclosure.release import released
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.withheld import rules_of
from hmic_analysis.params.read import load_params
from hmic_analysis.process.answer import check_workbook
from hmic_analysis.process.pack import COLUMNS, GIVEN, ClaimRow, claim_rows, response_workbook
from hmic_analysis.process.states import read_log
from hmic_analysis.project import find_project
from hmic_analysis.store.manifest import file_sha256

from ...conftest import ROOT
from ...letters.evidence import f1

NOTICE = "EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014 (Europe/London)"


@pytest.fixture
def pack(project):
    return project.output / "accuracy" / "cleveland" / "pack-1"


def cells(pack, sheet):
    book = openpyxl.load_workbook(pack / "response-cleveland.xlsx")
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def test_the_workbook_has_one_row_for_each_claim_of_the_letter(project, pack):
    rules = rules_of(load_params(project))
    bundles = [released(read_bundle(project.runs("cleveland") / id), rules, "force") for id in ("A6", "F4")]
    claims = [c for b in bundles for c in b.claims]
    rows = cells(pack, "Response")
    assert tuple(rows[0]) == COLUMNS
    assert [row[0] for row in rows[1:]] == [c.claim for c in claims]
    assert [row[3] for row in rows[1:]] == [c.sentence for c in claims]
    assert all(value is None for row in rows[1:] for value in row[len(GIVEN) :])
    figure = rows[1 + [c.claim for c in claims].index("A6a")][5]
    assert figure.startswith("Named suspects outstanding: 60")


def test_the_pack_holds_letter_figures_and_their_data(project, pack):
    names = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    assert {"letter/letter-cleveland.docx", "README.txt", "response-cleveland.xlsx", "pack.json"} <= names
    pictures = {n.rpartition(".")[0] for n in names if n.endswith(".svg")}
    assert pictures and pictures == {
        n.rpartition(".")[0] for n in names if n.startswith("letter/figures") and n.endswith(".csv")
    }
    for name in names:
        if name.endswith(".csv"):
            with (pack / name).open(encoding="utf-8") as stream:
                assert len(list(csv.reader(stream))) > 1
    about = json.loads((pack / "pack.json").read_text(encoding="utf-8"))
    assert about["files"] == {n: file_sha256(pack / n) for n in names if n != "pack.json"}


def test_everything_says_that_it_is_synthetic_and_embargoed(project, pack):
    readme = (pack / "README.txt").read_text(encoding="utf-8")
    for sheet in ("Cover", "Contents", "Notes"):
        first = [row[0] for row in cells(pack, sheet)[:3]]
        assert any("SYNTHETIC DATA" in text for text in first) and NOTICE in first
    assert "SYNTHETIC DATA" in readme and NOTICE in readme
    header = openpyxl.load_workbook(pack / "response-cleveland.xlsx")["Response"].oddHeader.center.text
    assert "SYNTHETIC DATA" in header and NOTICE in header


def test_the_pack_brings_the_letter_into_the_check(project, pack):
    assert [e.state for e in read_log(project, "cleveland")] == ["draft", "factual_accuracy_check"]


def test_a_new_pack_stands_beside_the_old_one(project, clock, pack):
    before = file_sha256(pack / "response-cleveland.xlsx")
    assert main(["accuracy", "send", "--force", "cleveland", "--project", str(project.root)]) == 0
    assert (pack.parent / "pack-2" / "response-cleveland.xlsx").is_file()
    assert file_sha256(pack / "response-cleveland.xlsx") == before


def test_no_pack_without_a_draft(project, capsys):
    assert main(["accuracy", "send", "--force", "kent", "--project", str(project.root)]) == 2
    assert "Allowed now: draft" in capsys.readouterr().err
    assert not (project.output / "accuracy" / "kent" / "pack-1").exists()


def test_hostile_text_from_data_stays_text(tmp_path):
    row = ClaimRow(
        claim="A1a",
        finding="A1",
        statement='=HYPERLINK("http://x","y")',
        sentence="@SUM(A1) <b>",
        verdict="Supported",
        figure="-cmd|' /C calc'!A0",
    )
    path = tmp_path / "r.xlsx"
    path.write_bytes(
        response_workbook((("Force", "kent"), ("Force name", "=1+1"), ("Pack", "kent-1")), [row], ["x & y"])
    )
    check_workbook(path, "r.xlsx")
    sheet = openpyxl.load_workbook(path)["Response"]
    assert [cell.data_type for cell in sheet[2][:6]] == ["s"] * 6
    assert sheet["C2"].value == '\'=HYPERLINK("http://x","y")'


def test_equal_contents_give_equal_bytes():
    row = ClaimRow(claim="A1a", finding="A1", statement="a", sentence="b", verdict="Supported", figure="")
    made = [response_workbook((("Force", "kent"), ("Force name", "Kent Police")), [row], []) for _ in range(2)]
    assert made[0] == made[1]


def test_a_view_is_no_fact_to_check():
    bundle = f1()
    assert [c.claim for c in bundle.claims if c.type == "judgement"] == ["F1b"]
    assert [row.claim for row in claim_rows([bundle], load_params(find_project(ROOT)))] == ["F1a"]


def test_a_row_holds_what_the_figure_was_counted_from_and_the_rule(project, pack):
    shown = {row[0]: dict(zip(GIVEN, row, strict=False)) for row in cells(pack, "Response")[1:]}
    known = shown["A6c"]
    assert known["Definition of the figure"] and "95%" in known["Rule of the verdict"]
    assert "_" not in known["Rule of the verdict"], "numbers stand in place of the names of thresholds"
    shares = [row for row in shown.values() if re.search(r": [\d.]+%", row["Figure"] or "")]
    counts = [(row["Numerator"], row["Denominator"]) for row in shares]
    assert counts and all(top and bottom for top, bottom in counts)


def test_the_cover_says_by_when_and_whom_to_ask(pack):
    cover = {row[0]: row[1] for row in cells(pack, "Cover") if len(row) > 1}
    assert re.fullmatch(r"\d{1,2} [A-Z][a-z]+ \d{4}", cover["Return by"])
    assert cover["Contact"] == "The office that sent this pack."


@pytest.mark.parametrize("command", [("accuracy", "send"), ("letter", "check")])
def test_stale_evidence_is_refused_in_one_sentence_with_the_cure(project, capsys, command):
    path = project.params / "inspection.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("min_n: 10 ", "min_n: 11 "), encoding="utf-8")
    assert main([*command, "--force", "cleveland", "--project", str(project.root)]) != 0
    said = capsys.readouterr()
    assert " ".join((said.out + said.err).split()) == (
        "The evidence of cleveland is older than what it rests on (A6, F4): make it and the letter again with "
        "hmic run --force cleveland, then hmic letter --force cleveland"
    )
    assert not (project.output / "accuracy" / "cleveland" / "pack-2").exists()


@pytest.mark.parametrize("command", [("accuracy", "send"), ("letter", "check")])
def test_a_letter_of_other_evidence_is_refused_in_one_sentence_with_the_cure(project, capsys, command):
    path = project.output / "letters" / "cleveland" / "made-from.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"A6": "', '"A6": "0'), encoding="utf-8")
    assert main([*command, "--force", "cleveland", "--project", str(project.root)]) != 0
    said = capsys.readouterr()
    assert " ".join((said.out + said.err).split()) == (
        "The letter to cleveland was not written from the evidence as it is now: A6 has changed since; "
        "write it again: hmic letter --force cleveland"
    )
