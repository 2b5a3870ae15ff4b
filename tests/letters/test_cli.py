"""``hmic letter``, ``hmic letter check`` and ``hmic figures export``, on evidence made by hand."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import signal
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from hmic_analysis.cli.main import main
from hmic_analysis.documents import embargo
from hmic_analysis.documents import word as documents
from hmic_analysis.documents.pdf import SVG
from hmic_analysis.errors import DataError
from hmic_analysis.letters import export as gathered
from hmic_analysis.letters.reading import read_letter_file
from hmic_analysis.params.read import load_params
from hmic_analysis.process import letter as kept
from hmic_analysis.project import Project

from .evidence import of_the_catalogue
from .test_check import typed_over

ROOT = Path(__file__).resolve().parents[2]
BEFORE = dt.datetime(2014, 9, 3, 23, 0, 59, tzinfo=dt.UTC)
AFTER = dt.datetime(2014, 9, 3, 23, 1, 0, tzinfo=dt.UTC)


@pytest.fixture
def project(tmp_path, bundles, reports, monkeypatch) -> Path:
    """A project with the evidence of Cleveland, before the embargo ends."""
    bundles = of_the_catalogue(bundles, load_params(Project(ROOT)))
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def evidence_of(project, params, slug, tell):
        if slug != "cleveland":
            raise DataError(f"There is no evidence for {slug}. Run its findings first.")
        return bundles, reports

    monkeypatch.setattr(gathered, "evidence_of", evidence_of)
    monkeypatch.setattr(kept, "current_evidence", lambda project, params, slug: {b.finding: b for b in bundles})
    monkeypatch.setattr(embargo, "now", lambda: BEFORE)
    return tmp_path


def hmic(project: Path, capsys, *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main([*words, "--project", str(project)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_letter_is_written_as_word_and_pdf_and_checked(project, capsys):
    code, said = hmic(project, capsys, "letter", "--force", "cleveland")
    assert code == 0 and "letter-cleveland.docx and letter-cleveland.pdf" in said
    code, said = hmic(project, capsys, "letter", "check", "--force", "cleveland")
    assert code == 0
    assert "96.6%  A1  A1b  attendance_known_pct.value" in said and "crimes.xlsx 01ab77cc9e20" in said
    table = project / "output" / "checks" / "letter-cleveland-pdf-numbers.csv"
    numbers = list(csv.DictReader(table.open(encoding="utf-8")))
    assert len(numbers) > 20 and all(row["evidence"] for row in numbers)
    assert (table.parent / "evidence-cleveland-docx-numbers.csv").is_file()


def test_a_number_typed_over_fails_the_check(project, capsys):
    hmic(project, capsys, "letter", "--force", "cleveland")
    document = project / "output" / "letters" / "cleveland" / "letter-cleveland.docx"
    typed_over(document, "96.6%", "98.6%", document)
    code, said = hmic(project, capsys, "letter", "check", "--force", "cleveland", "--short")
    assert code == 1
    assert "letter-cleveland.docx, A1: 98.6% is bound to nothing; the evidence gives 96.6% here" in said


def test_a_letter_from_elsewhere_is_checked(project, capsys, tmp_path):
    hmic(project, capsys, "letter", "--force", "cleveland")
    document = project / "output" / "letters" / "cleveland" / "letter-cleveland.docx"
    returned = typed_over(document, "I am grateful", "As 4 of us saw, I am grateful", tmp_path / "returned.docx")
    code, said = hmic(project, capsys, "letter", "check", "--force", "cleveland", "--file", str(returned), "--short")
    assert code == 1 and "returned.docx, fixed words: 4 is bound to nothing" in said


def test_a_force_without_a_letter_is_named(project, capsys):
    code, said = hmic(project, capsys, "letter", "check", "--force", "cleveland")
    assert code == 1 and "Write it first: hmic letter" in said


def test_all_letters_in_one_command(project, capsys):
    code, said = hmic(project, capsys, "letter", "--all")
    assert code == 1  # evidence of one force only
    assert "1 of 43 letters written in" in said and said.count("There is no evidence for") == 42


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has neither fork nor SIGKILL")
def test_a_command_killed_while_it_writes_leaves_the_former_letter_whole(project, capsys, monkeypatch):
    assert hmic(project, capsys, "letter", "--force", "cleveland")[0] == 0
    folder = project / "output" / "letters" / "cleveland"
    (folder / "remarks.txt").write_text("beside it", encoding="utf-8")
    (table,) = sorted((folder / "figures").glob("*.csv"))[:1]
    table.write_bytes(b"former")

    def all_of_it():
        return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    former = all_of_it()
    child = os.fork()
    if child == 0:
        calls = []

        def killed(path, content):
            calls.append(path)
            if len(calls) == 4:
                os.kill(os.getpid(), signal.SIGKILL)
            documents.write_whole(path, content)

        gathered.write_whole = killed
        try:
            main(["letter", "--force", "cleveland", "--project", str(project)])
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert all_of_it() == former
    # The moment between two names: the next command finds the former letter where it was moved to.
    os.replace(folder, folder.with_name(".cleveland.old-0"))
    (left,) = folder.parent.glob(".cleveland.part-*")
    os.utime(left, (0, 0))
    assert hmic(project, capsys, "letter", "--force", "cleveland")[0] == 0
    assert all_of_it().keys() == former.keys() and table.read_bytes() != b"former"
    assert [p.name for p in folder.parent.iterdir()] == ["cleveland"]


def test_an_unmarked_letter_waits_for_the_embargo(project, capsys, monkeypatch):
    code, said = hmic(project, capsys, "letter", "--force", "cleveland", "--unmarked")
    assert code == 2 and "embargo" in said
    assert not (project / "output" / "letters" / "cleveland").exists()
    monkeypatch.setattr(embargo, "now", lambda: AFTER)
    code, _ = hmic(project, capsys, "letter", "--force", "cleveland", "--unmarked")
    assert code == 0
    for ending in ("docx", "pdf"):
        found = read_letter_file(project / "output" / "letters" / "cleveland" / f"letter-cleveland.{ending}")
        assert "EMBARGO" not in found.body + " ".join(found.heads)
    assert hmic(project, capsys, "letter", "check", "--force", "cleveland")[0] == 0


def test_a_marked_letter_bears_the_embargo(project, capsys):
    hmic(project, capsys, "letter", "--force", "cleveland")
    for ending in ("docx", "pdf"):
        found = read_letter_file(project / "output" / "letters" / "cleveland" / f"letter-cleveland.{ending}")
        assert "EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014" in found.body
        assert all("EMBARGOED until" in head for head in found.heads if "SYNTHETIC" in head)


def test_wording_against_the_verdict_is_said(project, capsys):
    (project / "params" / "letters" / "cleveland.yml").write_text(
        "claims:\n  A1b:\n    text: The force does not know what it attends.\n    says: contradicted\n"
        "    reason: It was heard on the visit.\n",
        encoding="utf-8",
    )
    assert hmic(project, capsys, "letter", "--force", "cleveland")[0] == 0
    code, said = hmic(project, capsys, "letter", "check", "--force", "cleveland", "--short")
    assert code == 0
    assert "params/letters/cleveland.yml:2, claim A1b: it says contradicted, the evidence supported." in said
    body = read_letter_file(project / "output" / "letters" / "cleveland" / "letter-cleveland.pdf").body
    assert "does not agree with the verdict" in " ".join(body.split())


def test_wording_with_a_name_stops_the_letter(project, capsys):
    (project / "params" / "letters" / "cleveland.yml").write_text(
        "claims:\n  A1b:\n    text: PC Jones knows.\n    says: supported\n    reason: Heard.\n", encoding="utf-8"
    )
    code, said = hmic(project, capsys, "letter", "--force", "cleveland")
    assert code == 2 and "'PC Jones' names a person" in said


def export(project, capsys, out: Path, *words: str) -> tuple[int, str]:
    return hmic(project, capsys, "figures", "export", "--force", "cleveland", "--out", str(out), *words)


def test_figures_are_exported_with_their_words(project, capsys, tmp_path, monkeypatch):
    out = tmp_path / "figures"
    found, folders = gathered.evidence_of(project, None, "cleveland", print)
    said_as = {"update": {"sentence": "Four teams had the hours they need."}}
    told = [
        b.model_copy(update={"figures": tuple(f.model_copy(**said_as) for f in b.figures)}) if b.finding == "F1" else b
        for b in found
    ]
    monkeypatch.setattr(gathered, "evidence_of", lambda project, params, slug, tell: (told, folders))
    out.mkdir()
    (out / "F1-hours.png").write_bytes(b"drawn before")
    code, said = export(project, capsys, out, "--finding", "A1", "--finding", "F1", "--width", "120")
    assert code == 0 and "1 figure of cleveland, 120 mm wide" in said
    assert "1 more as words and data, for one sentence says as much as a chart: F1 hours" in said
    assert {p.name for p in out.iterdir()} == {
        *(f"A1-route.{e}" for e in ("png", "svg", "csv", "txt")),
        *(f"F1-hours.{e}" for e in ("csv", "txt")),
        "captions.csv",
    }
    assert "Four teams had the hours they need." in (out / "F1-hours.txt").read_text(encoding="utf-8")
    words = (out / "A1-route.txt").read_text(encoding="utf-8")
    assert "Caption: Nine in ten crimes begin as an incident" in words
    assert "Alternative text: Bar chart of crimes with an earlier incident" in words
    assert words.startswith("SYNTHETIC DATA - not about any real police force\nEMBARGOED: not to be published before")
    rows = list(csv.DictReader((out / "captions.csv").open(encoding="utf-8")))
    assert [(r["figure"], r["width_mm"]) for r in rows] == [("hours", ""), ("route", "120")]


def test_the_png_has_its_size_and_its_words_inside(project, capsys, tmp_path):
    export(project, capsys, tmp_path / "out", "--figure", "route", "--width", "120")
    picture = Image.open(tmp_path / "out" / "A1-route.png")
    assert abs(picture.width - 120 / 25.4 * 300) <= 1
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    assert picture.info["Title"] == "Nine in ten crimes begin as an incident"
    assert picture.info["Description"].startswith("Bar chart of crimes")
    assert "EMBARGOED" in picture.info["Comment"] and "SYNTHETIC DATA" in picture.info["Comment"]


def test_the_svg_can_become_emf(project, capsys, tmp_path):
    export(project, capsys, tmp_path / "out", "--figure", "route")
    root = etree.parse(tmp_path / "out" / "A1-route.svg").getroot()
    assert root.get("width") == "160mm"
    assert root.findtext(f"{SVG}title") == "Nine in ten crimes begin as an incident"
    assert root.findtext(f"{SVG}desc").startswith("Bar chart of crimes")
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert {"Violence", "Burglary dwelling", "100"} <= set(texts)
    assert any(t.startswith("EMBARGOED: not to be published before 00:01") for t in texts)
    kinds = {etree.QName(e).localname for e in root.iter() if isinstance(e.tag, str)}
    assert not kinds & {"filter", "mask", "pattern", "clipPath", "foreignObject", "image"}
    assert not any(e.get("clip-path") for e in root.iter() if isinstance(e.tag, str))


def test_after_the_embargo_nothing_is_marked(project, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(embargo, "now", lambda: AFTER)
    export(project, capsys, tmp_path / "out", "--figure", "route")
    files = [p.read_bytes() for p in (tmp_path / "out").iterdir()]
    assert not any(b"EMBARGO" in content for content in files)


@pytest.mark.parametrize(
    "words, message",
    [
        (("--figure", "rout"), "cleveland has no figure 'rout'. Did you mean 'route'?"),
        (("--finding", "Z9"), "There is no finding 'Z9'"),
        (("--width", "20"), "--width 20 is not between 60 and 400 millimetres"),
    ],
)
def test_what_is_not_there_is_named(project, capsys, tmp_path, words, message):
    code, said = export(project, capsys, tmp_path / "out", *words)
    assert code == 2 and message in said
