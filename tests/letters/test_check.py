"""Checking a letter: each number is bound, and what somebody typed over is found, in Word and PDF."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from PIL import Image

from hmic_analysis.errors import DataError
from hmic_analysis.letters.check import LetterCheck, listing, listing_csv
from hmic_analysis.letters.export import make_letter
from hmic_analysis.letters.reading import read_letter_file

TABLES = {"A1a": ("incident", "crime"), "A1b": ("crime",), "A2d": ("crime",)}


@pytest.fixture
def files(bundles, reports, settings, catalogue, template, tmp_path):
    return make_letter(bundles, reports, settings, catalogue, template, tmp_path)


@pytest.fixture
def settings(settings):
    return replace(settings, figures=("a1_route",))


@pytest.fixture
def against(bundles, reports, settings, catalogue, template):
    return LetterCheck(bundles, reports, settings, catalogue, template, {}, TABLES)


def typed_over(path: Path, old: str, new: str, out: Path) -> Path:
    """The document as it is after somebody typed over a text in Word."""
    document = Document(path)
    hits = 0
    for paragraph in document.element.body.iter(qn("w:p")):
        for run in paragraph.iter(qn("w:t")):
            if old in (run.text or "") and not hits:
                run.text = run.text.replace(old, new, 1)
                hits += 1
    assert hits == 1, f"{old!r} is nowhere in one run"
    document.save(out)
    return out


def unbound(checked) -> list[tuple[str, str]]:
    return [(n.number, n.place) for n in checked.unbound]


@pytest.mark.parametrize("ending", [".docx", ".pdf"])
def test_every_number_of_an_untouched_letter_is_bound(files, against, ending):
    for document, most in ((files.document, 40), (files.evidence, 130)):
        checked = against.file(document.with_suffix(ending))
        assert checked.sound and checked.changes == ()
        assert len(checked.numbers) > most


def test_a_number_leads_to_claim_indicator_rows_and_file(files, against):
    checked = against.file(files.document)
    number = next(n for n in checked.numbers if n.number == "96.6%" and n.place == "A1")
    assert (number.source.claim, number.source.field) == ("A1b", "attendance_known_pct.value")
    assert number.source.rows == "37,104 of 38,411 units; crime 38,411 rows"
    assert number.source.files == (("crimes.xlsx", "01ab77cc9e20d4"),)
    line = next(text for text in listing(checked.numbers) if text.startswith("96.6%  A1"))
    assert line == (
        "96.6%  A1  A1b  attendance_known_pct.value  37,104 of 38,411 units; crime 38,411 rows  crimes.xlsx 01ab77cc9e20"
    )


def test_the_list_as_csv_holds_whole_hashes(files, against):
    rows = list(csv.DictReader(io.StringIO(listing_csv(against.file(files.document).numbers).decode("utf-8"))))
    row = next(r for r in rows if r["number"] == "96.6%")
    assert row["sha256"] == "01ab77cc9e20d4" and row["files"] == "crimes.xlsx" and row["problem"] == ""


@pytest.mark.parametrize(
    "old, new, number, place",
    [
        ("96.6%", "98.6%", "98.6%", "A1"),
        ("96.6%", "92.2%", "92.2%", "A1"),  # a figure of the same finding, in the wrong place
        ("96.6%", "ninety", "ninety", "A1"),
        ("96.6%", "\uff19\uff16.7%", "96.7%", "A1"),
        ("38,411 recorded", "38,412 recorded", "38,412", "A1"),
        ("96.6%", "about 96%", "96%", "A1"),
        ("96.6%", "96.6pc, or 97pc,", "97%", "A1"),
        ("3 September 2014", "5 September 2014", "5", "fixed words"),
        ("I am grateful", "After 12 visits I am grateful", "12", "fixed words"),
        ("Nine in ten crimes", "Nine of 10 crimes", "10", "Figure 1"),
        ("80.6% to 84.0%", "80.6% to 85.0%", "85.0%", "A2, A2b"),
        ("from about 150", "from about 160", "160", "A2, A2a"),
        ("184,302", "184,300", "184,300", "Data supplied, Incidents"),
    ],
)
def test_a_number_typed_over_in_word_is_found(files, against, tmp_path, old, new, number, place):
    document = files.evidence if ", " in place else files.document
    checked = against.file(typed_over(document, old, new, tmp_path / "changed.docx"))
    assert not checked.sound
    assert (number, place) in unbound(checked)


def test_the_message_says_what_the_evidence_gives(files, against, tmp_path):
    checked = against.file(typed_over(files.document, "96.6%", "98.6%", tmp_path / "changed.docx"))
    assert "the evidence gives 96.6% here" in checked.unbound[0].problem


def test_words_may_be_changed(files, against, tmp_path):
    checked = against.file(typed_over(files.document, "systems identify", "records show", tmp_path / "changed.docx"))
    assert checked.sound
    assert checked.changes == ('A1: "records show" stands for "systems identify"',)


def test_a_figure_of_the_finding_may_be_said_again(files, against, tmp_path):
    changed = typed_over(files.document, "I am grateful", "I am grateful", tmp_path / "same.docx")
    document = Document(changed)
    told = next(p for p in document.paragraphs if p.text.startswith("Figure 1"))
    told.insert_paragraph_before("Of its crimes, 96.6% are known.")
    document.save(changed)
    checked = against.file(changed)
    assert checked.sound
    again = [n for n in checked.numbers if n.number == "96.6%" and n.place.startswith(("A1", "Figure 1"))]
    assert len(again) == 2 and {n.source.field for n in again} == {"attendance_known_pct.value"}


def test_a_number_at_the_head_of_pages_is_found(files, against, tmp_path):
    document = Document(files.document)
    document.sections[0].header.paragraphs[0].add_run(" 77 of 80")
    document.save(tmp_path / "changed.docx")
    assert set(unbound(against.file(tmp_path / "changed.docx"))) == {("77", "page head"), ("80", "page head")}


def test_a_tracked_change_counts_as_made(files, against, tmp_path):
    document = Document(files.document)
    run = next(r for p in document.paragraphs for r in p.runs if "96.6%" in r.text)
    deleted, inserted = OxmlElement("w:del"), OxmlElement("w:ins")
    run._r.addprevious(inserted)
    new = Document().add_paragraph().add_run(run.text.replace("96.6%", "99.9%"))._r
    inserted.append(new)
    run._r.addprevious(deleted)
    deleted.append(run._r)
    for text in run._r.findall(qn("w:t")):
        text.tag = qn("w:delText")
    document.save(tmp_path / "changed.docx")
    assert unbound(against.file(tmp_path / "changed.docx")) == [("99.9%", "A1")]


def test_a_picture_that_was_put_in_is_found(files, against, tmp_path):
    picture = BytesIO()
    Image.new("RGB", (40, 40), "red").save(picture, "png")
    picture.seek(0)
    document = Document(files.document)
    document.paragraphs[5].add_run().add_picture(picture)
    document.save(tmp_path / "changed.docx")
    checked = against.file(tmp_path / "changed.docx")
    assert not checked.sound and checked.objects == ("1 picture added or changed by hand",)


def test_an_embedded_workbook_is_found(files, against, tmp_path):
    out = tmp_path / "changed.docx"
    out.write_bytes(files.document.read_bytes())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/embeddings/sheet.xlsx", b"PK")
    assert against.file(out).objects == ("word/embeddings/sheet.xlsx",)


def test_a_pdf_that_says_other_numbers_is_found(bundles, against, reports, settings, catalogue, template, tmp_path):
    claims = bundles[2].claims
    other = claims[1].model_copy(update={"sentence": claims[1].sentence.replace("96.6%", "98.6%")})
    told = [bundles[2].model_copy(update={"claims": (claims[0], other)}) if b is bundles[2] else b for b in bundles]
    files = make_letter(told, reports, settings, catalogue, template, tmp_path / "old")
    assert unbound(against.file(files.pdf)) == [("98.6%", "A1")]
    assert unbound(against.file(files.document)) == [("98.6%", "A1")]


def test_a_letter_that_was_written_before_the_evidence_changed_is_found(
    files, bundles, reports, settings, catalogue, template
):
    indicator = bundles[2].indicator("attendance_known_pct").model_copy(update={"value": 97.1})
    claims = bundles[2].claims
    other = claims[1].model_copy(
        update={
            "sentence": claims[1].sentence.replace("96.6%", "97.1%"),
            "numbers": (("97.1%", "attendance_known_pct.value"), claims[1].numbers[1]),
        }
    )
    new = bundles[2].model_copy(
        update={"claims": (claims[0], other), "indicators": (bundles[2].indicators[0], indicator)}
    )
    now = LetterCheck(
        [new if b is bundles[2] else b for b in bundles], reports, settings, catalogue, template, {}, TABLES
    )
    assert ("96.6%", "A1") in unbound(now.file(files.document))


def test_a_letter_without_the_embargo_is_laid_beside_one_without(
    against, bundles, reports, settings, catalogue, template, tmp_path
):
    unmarked = make_letter(bundles, reports, replace(settings, embargo=""), catalogue, template, tmp_path / "open")
    assert against.file(unmarked.document).sound and against.file(unmarked.pdf).sound


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("letter.txt", b"83.4%", "is no letter: Word"),
        ("letter.docx", b"not a zip", "can't be read as a letter"),
        ("letter.pdf", b"not a pdf", "can't be read as a letter"),
    ],
)
def test_what_is_no_letter_is_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_letter_file(tmp_path / name)


def test_a_letter_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match="Write it first"):
        read_letter_file(tmp_path / "letter.docx")
