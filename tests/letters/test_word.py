"""The Word document: structure, access, safety, and equal bytes."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from lxml import etree
from PIL import Image

from hmic_analysis.documents import word
from hmic_analysis.documents.pdf import MADE_WITH
from hmic_analysis.errors import DataError, HmicError, ParameterError
from hmic_analysis.letters.export import looks, make_letter, page_picture, read_letter
from hmic_analysis.letters.word import VARIABLES, build_template
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project

from .documents import WP, W, body, headers, parts, styled, texts
from .evidence import SETTINGS

HOSTILE = "\u202e<script>alert(1)</script> {{ x }} {% if y %} A&B \x00\x0b\ufffe</w:t>"
SHOWN = "<script>alert(1)</script> {{ x }} {% if y %} A&B </w:t>"
COMMITTED = Path(__file__).resolve().parents[2] / "params" / "letters" / "template.docx"


@pytest.fixture
def files(bundles, reports, settings, catalogue, template, tmp_path):
    chosen = replace(settings, figures=("a1_route", "a2_groups", "a2_months", "a6_ages"))
    return make_letter(bundles, reports, chosen, catalogue, template, tmp_path / "cleveland")


def edited(template: Path, out: Path, change) -> Path:
    """A copy of the template as somebody left it in Word."""
    document = Document(template)
    change(document)
    document.save(out)
    return out


def test_headings_are_headings(files):
    document = body(files.document)
    assert styled(document, "Heading1") == [
        "Crime recording and attendance", "Freeing up time", "Findings not assessed",
    ]  # fmt: skip
    assert len(styled(document, "Title")) == 1
    evidence = body(files.evidence)
    assert styled(evidence, "Heading1") == [
        "Crime recording and attendance", "Freeing up time", "Data supplied",
        "Evidence needed for the findings not assessed", "How to read the evidence",
    ]  # fmt: skip
    assert styled(evidence, "Heading2")[0] == "A1. Recording route and knowledge of attendance"
    assert styled(evidence, "Title") == ["The evidence for the letter to Cleveland Police"]


def test_the_opening_says_what_was_inspected_when_and_what_follows(
    bundles, reports, settings, catalogue, template, tmp_path
):
    told = replace(
        settings, fieldwork="January and April 2014", forces_total=43, former_title="Making best use",
        update="All forces may provide an update.", data_site="the website",
    )  # fmt: skip
    for accuracy, said, unsaid in (
        ("", "are set out below. They rest on what", "sent to you"),
        ("sent", "They were sent to you for a check of the facts. They rest", "amended"),
        (
            "amended",
            "a check of the facts and, where appropriate, have been amended following your response. They",
            "x.",
        ),
    ):
        files = make_letter(
            bundles, reports, replace(told, accuracy=accuracy), catalogue, template, tmp_path / (accuracy or "none")
        )
        lines = texts(body(files.document))
        opening = " ".join(lines[: lines.index("Crime recording and attendance")])
        assert said in opening and unsaid not in opening
    assert "Between January and April 2014, HMIC carried out inspection fieldwork in all 43 police forces" in opening
    assert "announced as ‘Making best use’ and now called ‘Core business’, asked three questions:" in opening
    assert "The report names no force; data on each can be viewed on the website." in opening
    assert "All forces may provide an update." in opening
    assert len(styled(body(files.document), "ListBullet")) == 3 + 4 + 2  # questions, findings, not assessed


def test_letterhead_addressee_and_signature(files):
    lines = texts(body(files.document))
    assert "The Chief ConstableCleveland Police" in lines  # parted by a line break
    assert {"3 September 2014", "Dear Chief Constable", "Yours sincerely"} <= set(lines)
    # Made-up findings go from office to office: nobody signs them under their own name.
    assert not any("Pat Example" in line for line in lines)
    assert SETTINGS.signatory_post in lines
    assert "EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014" in lines
    assert any("6th Floor, Globe House, 89 Eccleston Square, London SW1V 1PN" in h for h in headers(files.document))


def test_every_picture_has_alt_text_and_is_160_mm_wide(files, bundles):
    drawings = list(body(files.document).iter(f"{WP}inline"))
    alts = {f.alt for b in bundles for f in b.figures}
    assert len(drawings) == 4
    assert {d.find(f"{WP}docPr").get("descr") for d in drawings} < alts
    shown = list(body(files.evidence).iter(f"{WP}inline"))
    assert len(shown) == 3 and {d.find(f"{WP}docPr").get("descr") for d in shown} < alts
    assert {int(d.find(f"{WP}extent").get("cx")) for d in drawings} == {160 * 36000}
    assert {d.get(side) for d in drawings for side in ("distL", "distR")} == {"0"}
    assert len({d.find(f"{WP}docPr").get("id") for d in drawings}) == 4


def test_captions_hold_their_number_and_can_be_referred_to(files):
    document = body(files.document)
    captions = [c for c in styled(document, "Caption") if c.startswith("Figure")]
    assert [c.split(":")[0] for c in captions] == [f"Figure {i}" for i in range(1, 5)]
    codes = [t.text.strip() for t in document.iter(f"{W}instrText")]
    assert codes.count("SEQ Figure \\* ARABIC") == 4 and codes.count("SEQ Table \\* ARABIC") == 0
    marks = {b.get(f"{W}name") for b in document.iter(f"{W}bookmarkStart")}
    references = {code.split()[1] for code in codes if code.startswith("REF")}
    assert references == {f"figure_{i:02d}" for i in range(1, 5)} and references <= marks
    assert not any(name.startswith("place_") for name in marks)
    started = [b.get(f"{W}id") for b in document.iter(f"{W}bookmarkStart")]
    assert len(started) == len(set(started)) == len(list(document.iter(f"{W}bookmarkEnd")))


def test_headings_captions_and_pictures_stay_with_what_follows(files):
    styles = etree.fromstring(parts(files.document)["word/styles.xml"])
    for id in ("Heading1", "Heading2", "Caption", "Figuresubtitle", "Figurepicture", "Tableheading"):
        keep = styles.find(f"{W}style[@{W}styleId='{id}']/{W}pPr/{W}keepNext")
        assert keep is not None and keep.get(f"{W}val") in (None, "1", "true"), id


def test_tables_repeat_their_headings_and_say_what_they_are(files):
    assert not list(body(files.document).iter(f"{W}tbl"))
    tables = list(body(files.evidence).iter(f"{W}tbl"))
    assert len(tables) == 5
    for table in tables:
        rows = list(table.iter(f"{W}tr"))
        assert [r.find(f"{W}trPr/{W}tblHeader") is not None for r in rows] == [True] + [False] * (len(rows) - 1)
        assert all(r.find(f"{W}trPr/{W}cantSplit") is not None for r in rows)
        assert table.find(f"{W}tblPr/{W}tblDescription").get(f"{W}val")
        assert table.find(f"{W}tblPr/{W}tblLook").get(f"{W}firstRow") == "1"
        grid = sum(int(c.get(f"{W}w")) for c in table.iter(f"{W}gridCol"))
        assert abs(grid - 160 / 25.4 * 1440) < 20
        assert table.find(f"{W}tblPr/{W}tblLayout").get(f"{W}type") == "fixed"


def test_language_title_and_author_are_set(files):
    core = parts(files.document)["docProps/core.xml"].decode()
    assert "<dc:language>en-GB</dc:language>" in core
    assert ": Cleveland Police</dc:title>" in core and "Inspectorate of Constabulary</dc:creator>" in core
    assert "2014-09-03T00:00:00Z" in core and "python-docx" not in core
    styles = etree.fromstring(parts(files.document)["word/styles.xml"])
    assert {e.get(f"{W}val") for e in styles.iter(f"{W}lang")} == {"en-GB"}
    sizes = {(e.get(f"{W}w"), e.get(f"{W}h")) for e in body(files.document).iter(f"{W}pgSz")}
    assert sizes == {("11906", "16838")}


def test_nothing_of_the_template_marks_is_left(files):
    for name, xml in parts(files.document).items():
        if name.endswith(".xml"):
            text = "".join(etree.fromstring(xml).itertext())
            assert "{{" not in text and "{%" not in text and "}}" not in text, name


def test_synthetic_data_are_named_on_every_page(files):
    notice = "SYNTHETIC DATA - not about any real police force"
    assert len(headers(files.document)) == 2 and all(notice in h for h in headers(files.document))
    lines = texts(body(files.document))
    subject = next(i for i, line in enumerate(lines) if line.startswith("Core business: an inspection"))
    assert lines[subject + 1] == notice


def test_a_letter_on_real_data_does_not_say_synthetic(bundles, reports, settings, catalogue, template, tmp_path):
    real = [
        b.model_copy(
            update={"synthetic": False, "figures": tuple(f.model_copy(update={"synthetic": False}) for f in b.figures)}
        )
        for b in bundles
    ]
    files = make_letter(real, reports, replace(settings, embargo=""), catalogue, template, tmp_path)
    whole = "\n".join([*headers(files.document), *texts(body(files.document))])
    assert "The Chief ConstableCleveland PoliceLadgate LaneMiddlesbrough TS8 9EH" in whole
    assert "Pat Example, QPM" in whole
    assert "ynthetic" not in whole and "SYNTHETIC" not in whole and "EMBARGO" not in whole


def test_hostile_text_is_shown_and_does_nothing(bundles, reports, settings, catalogue, template, tmp_path):
    a1 = bundles[2]
    claims = tuple(
        c.model_copy(update={"sentence": HOSTILE + ".", "statement": HOSTILE, "why": HOSTILE, "numbers": ()})
        for c in a1.claims
    )
    figures = tuple(f.model_copy(update={"headline": HOSTILE, "subtitle": HOSTILE, "alt": HOSTILE}) for f in a1.figures)
    accounts = (a1.data[0].accounts[0].model_copy(update={"file": HOSTILE, "reasons": {HOSTILE: 185}}),)
    data = (a1.data[0].model_copy(update={"accounts": accounts, "cannot_tell": (HOSTILE,)}),)
    hostile = a1.model_copy(update={"claims": claims, "figures": figures, "data": data, "synthetic": False})
    odd = replace(
        settings,
        addressee=(HOSTILE,),
        signatory_name=HOSTILE,
        force_name=HOSTILE,
        subject=HOSTILE,
        figures=("a1_route",),
    )
    files = make_letter([hostile], reports, odd, catalogue, template, tmp_path)
    lines = texts(body(files.document))
    for line in (f"{SHOWN}. {SHOWN} (Figure 1). [A1]", f"Figure 1: {SHOWN}", f"{SHOWN}, QPM"):
        assert line in lines
    told = texts(body(files.evidence))
    assert SHOWN in told and any(f"185 {SHOWN}" in line for line in told)
    assert not list(body(files.evidence).iter("script"))
    assert f"Her Majesty's Inspectorate of Constabulary to {SHOWN}, 3 September 2014" in "\n".join(
        headers(files.document)
    )
    assert next(body(files.document).iter(f"{WP}docPr")).get("descr") == SHOWN
    assert not list(body(files.document).iter("script"))


def test_equal_evidence_gives_equal_bytes(bundles, reports, settings, catalogue, template, tmp_path):
    made = [make_letter(order, reports, settings, catalogue, template, tmp_path / str(i))
            for i, order in enumerate((bundles, bundles[::-1]))]  # fmt: skip
    assert made[0].document.read_bytes() == made[1].document.read_bytes()
    assert made[0].blocks.read_bytes() == made[1].blocks.read_bytes()
    assert made[0].evidence.read_bytes() == made[1].evidence.read_bytes()
    assert made[0].workbook.read_bytes() == made[1].workbook.read_bytes()


def test_the_folder_holds_figures_with_their_data_and_the_blocks(files):
    folder = files.document.parent
    names = sorted(p.name for p in (folder / "figures").iterdir())
    assert len(names) == 10 and names[:2] == ["A1-route.csv", "A1-route.svg"]
    assert {p.name for p in folder.iterdir() if p.is_file()} == {
        *(f"letter-cleveland.{end}" for end in ("docx", "pdf", "json")),
        *(f"evidence-cleveland.{end}" for end in ("docx", "pdf", "xlsx")),
    }
    assert folder.name == "cleveland" and files.document.name == "letter-cleveland.docx"
    assert read_letter(files.blocks).force == "cleveland"


def test_figures_of_an_earlier_letter_do_not_stay(files, bundles, reports, settings, catalogue, template, tmp_path):
    make_letter([bundles[2]], reports, settings, catalogue, template, tmp_path / "cleveland")
    names = {p.name for p in (files.document.parent / "figures").iterdir()}
    assert names == {f"A1-route.{kind}" for kind in ("svg", "csv")}


def test_a_missing_picture_is_named(bundles, settings, catalogue, template, tmp_path):
    with pytest.raises(DataError, match="route.svg"):
        make_letter([bundles[2]], {"A1": tmp_path}, settings, catalogue, template, tmp_path / "out")


def test_a_picture_that_is_none_is_named(bundles, reports, settings, catalogue, template, tmp_path):
    (tmp_path / "figures").mkdir()
    for kind in ("svg", "csv"):
        (tmp_path / "figures" / f"route.{kind}").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"finding A1, 'route'.* can't be read.*Run the finding again"):
        make_letter([bundles[2]], {"A1": tmp_path}, settings, catalogue, template, tmp_path / "out")


def test_a_missing_template_is_named(bundles, reports, settings, catalogue, tmp_path):
    with pytest.raises(ParameterError, match="no letter template at .*gone.docx"):
        make_letter(bundles, reports, settings, catalogue, tmp_path / "gone.docx", tmp_path)


def test_a_template_that_is_no_document_is_named(bundles, reports, settings, catalogue, tmp_path):
    wrong = tmp_path / "template.docx"
    wrong.write_text("Dear Sir", encoding="utf-8")
    with pytest.raises(ParameterError, match="can't be read as a Word document"):
        make_letter(bundles, reports, settings, catalogue, wrong, tmp_path)


@pytest.mark.parametrize(
    "line, message",
    [
        ("{{ forcename }}", "uses 'forcename'.*Did you mean 'force_name'"),
        ("{% if embargo %} open", "fault in its marks"),
        ("{{ subject.colour }}", "fault in its marks"),
    ],
)
def test_marks_that_are_wrong_are_named(bundles, reports, settings, catalogue, template, tmp_path, line, message):
    wrong = edited(template, tmp_path / "wrong.docx", lambda d: d.paragraphs[0].insert_paragraph_before(line))
    with pytest.raises(ParameterError, match=f"(?s){message}"):
        make_letter(bundles, reports, settings, catalogue, wrong, tmp_path)


def test_a_template_without_a_place_for_the_findings_is_refused(
    bundles, reports, settings, catalogue, template, tmp_path
):
    mark = "{{p findings }}"

    def drop(document):
        paragraph = next(p for p in document.paragraphs if p.text == mark)
        paragraph.runs[0].text = ""

    wrong = edited(template, tmp_path / "wrong.docx", drop)
    with pytest.raises(ParameterError, match=f"lacks {re.escape(mark)}"):
        make_letter(bundles, reports, settings, catalogue, wrong, tmp_path)


def test_a_page_header_without_the_notice_is_refused(bundles, reports, settings, catalogue, template, tmp_path):
    def drop(document):
        for paragraph in document.sections[0].header.paragraphs:
            if "synthetic_notice }}" in paragraph.text:
                paragraph.runs[0].text = "Draft"

    wrong = edited(template, tmp_path / "wrong.docx", drop)
    with pytest.raises(ParameterError, match="every page header"):
        make_letter(bundles, reports, settings, catalogue, wrong, tmp_path)


def test_a_template_without_a_style_is_refused(bundles, reports, settings, catalogue, template, tmp_path):
    wrong = edited(template, tmp_path / "wrong.docx", lambda d: d.styles["Figure source"].delete())
    with pytest.raises(ParameterError, match="lacks the styles Figure source"):
        make_letter(bundles, reports, settings, catalogue, wrong, tmp_path)


def test_words_of_the_template_may_be_changed(bundles, reports, settings, catalogue, template, tmp_path):
    def reword(document):
        close = next(p for p in document.paragraphs if p.text == "Yours sincerely")
        close.runs[0].text = "Yours faithfully"

    files = make_letter(bundles, reports, settings, catalogue, edited(template, tmp_path / "t.docx", reword), tmp_path)
    assert "Yours faithfully" in texts(body(files.document))


def test_a_letter_that_is_open_elsewhere_is_not_lost(
    files, bundles, reports, settings, catalogue, template, tmp_path, monkeypatch
):
    before = files.document.read_bytes()

    def held(source, target):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(word.os, "replace", held)
    with pytest.raises(HmicError, match="open in another program"):
        make_letter(bundles, reports, settings, catalogue, template, tmp_path)
    assert files.document.read_bytes() == before
    assert not list(tmp_path.rglob("*.part"))


def test_the_template_is_built_the_same_each_time(template, tmp_path):
    assert build_template(tmp_path / "again.docx").read_bytes() == template.read_bytes()


def test_the_picture_of_a_page_is_made_with_the_template_and_the_sentences_of_the_project(files, template):
    params = load_params(Project(COMMITTED.parents[2]))
    shown = Image.open(COMMITTED.parents[2] / "docs" / "letter-page.png")
    assert shown.text[MADE_WITH] == looks(COMMITTED, params), (
        "hmic letter page --force cleveland, after hmic quickstart"
    )
    made = Image.open(BytesIO(page_picture(read_letter(files.blocks), template, files.document.parent, params)))
    assert made.text[MADE_WITH] == looks(template, params) and made.size == shown.size


def test_the_template_of_the_project_can_be_used(bundles, reports, settings, catalogue, tmp_path):
    files = make_letter(bundles, reports, settings, catalogue, COMMITTED, tmp_path)
    assert "Dear Chief Constable" in texts(body(files.document))


def test_every_variable_is_documented(template):
    guide = (COMMITTED.parents[2] / "docs" / "letter.md").read_text(encoding="utf-8")
    assert [name for name in VARIABLES if f"`{name}`" not in guide] == []


@pytest.mark.office
@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")), reason="needs LibreOffice and poppler on the machine"
)
def test_the_document_opens_and_prints(files, tmp_path):
    profile = (tmp_path / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", tmp_path]
    subprocess.run([*command, files.document, files.evidence], check=True, capture_output=True, timeout=180)
    for name in ("evidence", "letter"):
        printed = subprocess.run(
            ["pdftotext", "-layout", tmp_path / f"{name}-cleveland.pdf", "-"],
            check=True,
            capture_output=True,
            timeout=60,
        ).stdout.decode("utf-8")
        pages = printed.rstrip("\f").split("\f")
        assert len(pages) > 3 if name == "evidence" else 2 <= len(pages) <= 4
        assert all("SYNTHETIC DATA - not about any real police force" in page for page in pages)
        assert all(len(page.split()) > 60 for page in pages)  # no empty page
        assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
    flat = " ".join(printed.split())
    assert "The arrangements to manage them are not robust" in flat
    assert "(Figure 2 and Figure 3)" in flat and "Error: Reference source" not in flat
