"""Every output bears the embargo in text and declares how sensitive it is: the files themselves are read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from pypdf import PdfReader

from hmic_analysis.cli.main import main
from hmic_analysis.documents.pdf import drawn
from hmic_analysis.evidence.bundle import mark_picture, read_bundle
from hmic_analysis.evidence.withheld import declaration
from hmic_analysis.process.letter import document_text
from hmic_analysis.project import find_project
from hmic_analysis.simulate.facts import Facts

from ...conftest import copy_project
from ...runs.conftest import few_findings
from ..accuracy.conftest import small_return
from .desk import Clock

#: As outputs say it that depend on the clock, and as those say it that don't.
NOTICE = "EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014 (Europe/London)"
LINE = "Embargoed until 00:01 on 4 September 2014 (Europe/London)"
FORCE, INSIDE = declaration("force"), declaration("restricted")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Two forces and everything that commands make of them before the embargo ends."""
    root = copy_project(tmp_path_factory.mktemp("marks") / "project")
    few_findings(find_project(root))
    small_return(root, Facts(), ("cleveland", "gwent"), parts=("core",), scale=0.004)
    both = ("--force", "cleveland", "--force", "gwent")
    one = ("--force", "cleveland")
    with pytest.MonkeyPatch.context() as patch:
        Clock(patch)
        for words in (
            ("run", "--quiet", *both),
            ("compare", "-i", "recent_activity_pct", "--claim", "A6c", *one),
            ("letter", *one),
            ("release", "advance", "--to", "draft", "--reason", "First draft.", *one),
            ("accuracy", "send", *one),
            ("update", "keep", "--as", "first", *one),
            ("update", "compare", "--before", "first", *one),
            ("figures", "gallery", *one),
            ("figures", "export", *one, "--finding", "A6", "--out", str(root / "exported")),
        ):
            assert main([*words, "--project", str(root)]) == 0, words
    return root / "output"


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def picture_says(path: Path) -> str:
    return " ".join(str(v) for v in Image.open(path).info.values())


def test_evidence_and_executed_notebooks(made):
    folder = made / "runs" / "cleveland" / "A6"
    assert json.loads((folder / "evidence.json").read_text(encoding="utf-8"))["embargo"] == LINE
    assert read_bundle(folder).sensitivity == "force" and read_bundle(folder.parent / "F4").sensitivity == "public"
    cells = json.loads((folder / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    head = "".join(cells[0]["source"])
    assert head.startswith("# A6 ") and LINE in head and FORCE in head and "SYNTHETIC DATA" in head
    for figure in read_bundle(folder).figures:
        said = f"{LINE}. {declaration(figure.sensitivity)}"
        assert said in (folder / figure.svg).read_text(encoding="utf-8")


def test_reports_stay_up_to_date_although_the_clock_goes_on(made, monkeypatch, capsys):
    clock = Clock(monkeypatch)
    clock.later(days=30)
    assert main(["plan", "--force", "cleveland", "--project", str(made.parent)]) == 0
    assert "All 2 reports are up to date" in capsys.readouterr().out


def test_reports_are_made_again_when_the_embargo_is_another(made, monkeypatch, capsys):
    path = made.parent / "params" / "inspection.yml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("2014-09-04 00:01", "2014-09-05 00:01"), encoding="utf-8")
    try:
        main(["plan", "--force", "cleveland", "--project", str(made.parent)])
    finally:
        path.write_text(before, encoding="utf-8")
    assert "All 2 reports are up to date" not in capsys.readouterr().out


def test_the_letter(made):
    folder = made / "letters" / "cleveland"
    assert FORCE in document_text(folder / "letter-cleveland.docx")
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(folder / "letter-cleveland.pdf").pages]
    assert all(FORCE in page and "EMBARGOED until 00:01" in page for page in pages)
    assert json.loads((folder / "letter-cleveland.json").read_text(encoding="utf-8"))["sensitivity"] == "force"
    for data in (folder / "figures").glob("*.csv"):
        assert {(r["embargo"], r["sensitivity"]) for r in rows(data)} == {
            ("EMBARGOED until 00:01 on Thursday 4 September 2014", "force")
        }


def test_the_pack(made):
    folder = made / "accuracy" / "cleveland" / "pack-1"
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert NOTICE in readme and FORCE in readme
    book = openpyxl.load_workbook(folder / "response-cleveland.xlsx")
    for name in ("Cover", "Contents", "Notes"):
        cells = [c.value for row in book[name].iter_rows() for c in row]
        assert NOTICE in cells and FORCE in cells
    assert NOTICE in book["Response"].oddHeader.center.text and FORCE in book["Response"].oddHeader.center.text
    pictures = list((folder / "letter" / "figures").glob("*.svg"))
    assert pictures and all(LINE in picture.read_text(encoding="utf-8") for picture in pictures)


def test_the_update_page_and_its_tables(made):
    folder = next((made / "updates" / "comparisons" / "cleveland").iterdir())
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    assert NOTICE in page and FORCE in page
    told = rows(folder / "comparison.csv")
    assert told and all(r["sensitivity"] == "force" and NOTICE in r["note"] for r in told)


def test_the_gallery_and_exported_figures(made):
    page = (made / "gallery" / "cleveland.html").read_text(encoding="utf-8")
    assert NOTICE in page and FORCE in page
    exported = made.parent / "exported"
    captions = rows(exported / "captions.csv")
    assert captions and all(r["embargo"] == NOTICE and r["sensitivity"] == "force" for r in captions)
    for row in captions:
        png, svg, data, words = (exported / name for name in row["files"].split("; "))
        for said in (picture_says(png), svg.read_text(encoding="utf-8"), words.read_text(encoding="utf-8")):
            assert NOTICE in said
        assert FORCE in picture_says(png) and FORCE in words.read_text(encoding="utf-8")
        assert {(r["embargo"], r["sensitivity"]) for r in rows(data)} == {(NOTICE, "force")}


@pytest.mark.parametrize(
    ("place", "level"),
    [("indicators/recent_activity_pct", "restricted"), ("claims/a6c", "restricted"), ("forces/cleveland/recent_activity_pct", "force")],
)  # fmt: skip
def test_comparisons(made, place, level):
    folder = made / "comparison" / place
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["embargo"], manifest["sensitivity"]) == (LINE, level)
    pictures = list(folder.glob("*.svg"))
    assert pictures or level == "force"
    assert all(f"{LINE} {declaration(level)}" in p.read_text(encoding="utf-8") for p in pictures)
    if level == "restricted":
        assert {(r["embargo"], r["sensitivity"]) for r in rows(folder / "forces.csv")} == {(LINE, level)}


def test_words_are_put_into_a_picture_once(made, tmp_path):
    original = next((made / "runs" / "cleveland" / "A6" / "figures").glob("*.svg"))
    picture = tmp_path / "a.svg"
    picture.write_bytes(original.read_bytes())
    mark_picture(picture, "Sensitivity: public & more.")
    once = picture.read_bytes()
    assert b"<metadata>Sensitivity: public &amp; more.</metadata>" in once
    mark_picture(picture, "Sensitivity: public & more.")
    assert picture.read_bytes() == once
    assert drawn(picture, "a").tobytes() == drawn(original, "a").tobytes()
    picture.write_bytes(b"GIF89a")
    with pytest.raises(ValueError, match="no SVG"):
        mark_picture(picture, "words")
