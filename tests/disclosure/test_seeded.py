"""Counts that are withheld, put back by hand into what the commands made: ``hmic disclosure check`` finds each."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn

from hmic_analysis.cli.main import main
from hmic_analysis.documents.blocks import Letter
from hmic_analysis.letters.export import pdf_bytes
from hmic_analysis.letters.word import fixed_words, rendered

from ..letters.test_check import typed_over
from ..process.release.desk import Clock, desk, without_records

#: Of the evidence that was made by hand: 3 persons failed to answer bail.
FEW, COUNT = "fewer than 5", "3"
TOLD = "Persons who failed to answer bail: 3"
#: The words of the letter beside which the count is put back.
WORDS = "failed to answer police bail"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A project with a letter to Cleveland, its pack, and its pages."""
    with pytest.MonkeyPatch.context() as patch:
        Clock(patch)
        without_records(patch)
        project = desk(tmp_path_factory.mktemp("seeded") / "project", from_forces=True)
        for words in (
            ("release", "advance", "--to", "draft", "--reason", "First draft."),
            ("accuracy", "send"),
            ("update", "keep", "--as", "first"),
            ("update", "compare", "--before", "first"),
        ):
            assert main([*words, "--force", "cleveland", "--project", str(project.root)]) == 0
    return project.root


@pytest.fixture
def going(made, tmp_path) -> Path:
    """What is to go: the pack with the letter, and the comparison."""
    output = made / "output"
    shutil.copytree(output / "accuracy" / "cleveland" / "pack-1", tmp_path / "going" / "pack")
    shutil.copytree(output / "updates" / "comparisons" / "cleveland", tmp_path / "going" / "update")
    (tmp_path / "going" / "pack" / "pack.json").unlink(missing_ok=True)
    return tmp_path / "going"


def check(made: Path, folder: Path) -> int:
    return main(["disclosure", "check", str(folder), "--force", "cleveland", "--project", str(made)])


def letter_of(folder: Path) -> Path:
    return folder / "pack" / "letter" / "letter-cleveland.docx"


def in_word(made, folder):
    typed_over(letter_of(folder), WORDS, f"{WORDS} ({COUNT})", letter_of(folder))


def in_alt_text(made, folder):
    # The letter has no picture; the evidence that goes with it has.
    path = letter_of(folder).with_name("evidence-cleveland.docx")
    document = Document(path)
    next(document.element.body.iter(qn("wp:docPr"))).set("descr", f"Bars. {TOLD}.")
    document.save(path)


def in_pdf(made, folder):
    letters = made / "output" / "letters" / "cleveland"
    told = (letters / "letter-cleveland.json").read_text(encoding="utf-8")
    assert WORDS in told
    letter = Letter.model_validate(json.loads(told.replace(WORDS, f"{WORDS} ({COUNT})")))
    template = made / "params" / "letters" / "template.docx"
    content = pdf_bytes(letter, fixed_words(rendered(letter, template), template), letters)
    letter_of(folder).with_suffix(".pdf").write_bytes(content)


def in_workbook(made, folder):
    path = folder / "pack" / "response-cleveland.xlsx"
    book = openpyxl.load_workbook(path)
    cells = [c for row in book["Response"].iter_rows() for c in row if FEW in str(c.value or "")]
    assert cells
    cells[0].value = cells[0].value.replace(FEW, COUNT)
    book.save(path)


def in_page_source(made, folder):
    page = next(folder.glob("update/*/comparison.html"))
    page.write_text(page.read_text(encoding="utf-8") + f"<!-- {TOLD} -->", encoding="utf-8")


def in_page_alt(made, folder):
    page = next(folder.glob("update/*/comparison.html"))
    text = page.read_text(encoding="utf-8").replace("</main>", f'<img alt="{TOLD}" src="a.png"></main>')
    page.write_text(text, encoding="utf-8")


def in_svg(made, folder):
    (folder / "chart.svg").write_text(f"<svg><desc>{TOLD}</desc></svg>", encoding="utf-8")


SEEDS = {
    in_word: "letter-cleveland.docx",
    in_alt_text: "evidence-cleveland.docx",
    in_pdf: "letter-cleveland.pdf",
    in_workbook: "response-cleveland.xlsx",
    in_page_source: "comparison.html",
    in_page_alt: "comparison.html",
    in_svg: "chart.svg",
}


def test_what_the_commands_made_may_go(made, going, capsys):
    assert check(made, going) == 0
    assert "Nothing found: it may go." in capsys.readouterr().out


@pytest.mark.parametrize("seed", SEEDS, ids=lambda s: s.__name__)
def test_a_count_put_back_by_hand_is_found(made, going, capsys, monkeypatch, seed):
    seed(made, going)
    # Wide enough that no cell of the printed table is broken.
    monkeypatch.setenv("COLUMNS", "400")
    assert check(made, going) == 1
    said = capsys.readouterr().out
    assert SEEDS[seed] in said and "fta_bail_n" in said
