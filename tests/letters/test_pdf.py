"""The PDF of a letter: accessible, the same words as the Word document, and no text that becomes markup."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from docx.shared import Mm
from PIL import Image
from pypdf import PdfReader

from hmic_analysis.documents.pdf import UNKNOWN, drawable
from hmic_analysis.documents.word import describe_picture
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.letters.export import make_letter, read_letter
from hmic_analysis.letters.reading import atoms, flat, read_letter_file

HOSTILE = '#panic("x") *bold* _it_ $x^2$ <label> @figure_01 `raw` \\u{41} // no /* no */ ~ = head [b] {c} \x00\u4e2d'
SHOWN = '#panic("x") *bold* _it_ $x^2$ <label> @figure_01 `raw` \\u{41} // no /* no */ ~ = head [b] {c} ' + UNKNOWN


@pytest.fixture
def files(bundles, reports, settings, catalogue, template, tmp_path):
    return make_letter(bundles, reports, replace(settings, figures=("a1_route",)), catalogue, template, tmp_path)


def tree(reader: PdfReader) -> list[dict]:
    """Every element of the structure tree, in order."""
    found, stack = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while stack:
        node = stack.pop().get_object()
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                stack.append(node["/K"])
    return found


def words(path) -> list[str]:
    return [atom for atom, _ in atoms(flat(read_letter_file(path).body))]


def test_the_document_is_tagged_named_and_in_english(files):
    reader = PdfReader(files.pdf)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert reader.metadata.title.endswith("police time: Cleveland Police")
    assert reader.metadata.author == "Her Majesty's Inspectorate of Constabulary"
    assert b"pdfuaid" in root["/Metadata"].get_data() and b"<pdfuaid:part>1" in root["/Metadata"].get_data()
    assert all(page.get("/Tabs") == "/S" for page in reader.pages if "/Annots" in page)


def test_headings_figures_tables_and_captions_are_what_they_are(files):
    kinds = [str(node["/S"]) for node in tree(PdfReader(files.pdf))]
    assert kinds.count("/H1") + kinds.count("/H2") == 3
    assert kinds.count("/Figure") >= 1 and kinds.count("/Caption") == 1
    assert "/L" in kinds and "/Link" in kinds
    kinds = [str(node["/S"]) for node in tree(PdfReader(files.evidence_pdf))]
    assert kinds.count("/H1") + kinds.count("/H2") == 5 + 5
    assert kinds.count("/Figure") >= 3 and kinds.count("/Table") == 5
    assert kinds.count("/Caption") == 3 + 5
    assert "/TH" in kinds and "/TD" in kinds


def test_every_picture_has_its_alt_text(files):
    letter = read_letter(files.blocks)
    told, evidence = (
        [str(node["/Alt"]) for node in tree(PdfReader(path)) if "/Alt" in node and node["/S"] == "/Figure"]
        for path in (files.pdf, files.evidence_pdf)
    )
    assert told == [figure.alt for figure in letter.figures()] and len(told) == 1
    assert len(evidence) == 3 and told[0] in evidence


def test_its_fonts_are_inside(files):
    for page in PdfReader(files.pdf).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(inner.get_object())
            assert re.search(r"Libertinus|DejaVu", str(inner["/FontName"]))


def test_both_documents_say_the_same(files):
    assert words(files.pdf) == words(files.document)
    # A figure of the evidence stands where there was room for it.
    assert Counter(words(files.evidence_pdf)) == Counter(words(files.evidence))


def test_every_page_says_that_it_is_synthetic_and_embargoed(files):
    for page in (*PdfReader(files.pdf).pages, *PdfReader(files.evidence_pdf).pages):
        text = page.extract_text()
        assert "SYNTHETIC DATA - not about any real police force" in text
        assert "EMBARGOED until 00:01 on Thursday 4 September 2014" in text


def test_hostile_text_is_shown_and_does_nothing(bundles, reports, settings, catalogue, template, tmp_path):
    first = bundles[2]
    claims = (first.claims[0].model_copy(update={"sentence": HOSTILE, "statement": HOSTILE, "numbers": ()}),)
    figures = (first.figures[0].model_copy(update={"headline": HOSTILE, "alt": HOSTILE}),)
    told = first.model_copy(update={"claims": claims, "figures": figures})
    chosen = replace(settings, figures=("a1_route",))
    files = make_letter([told], reports, chosen, catalogue, template, tmp_path)
    body, evidence = (" ".join(read_letter_file(p).body.split()) for p in (files.pdf, files.evidence_pdf))
    assert body.count(SHOWN) == 3  # sentence, caption, alt text
    assert evidence.count(SHOWN) == 3  # statement, caption, alt text


def test_a_character_without_a_letter_leaves_a_mark():
    assert drawable("Gwent \u0175 \u20ac \u4e2d\u00a0x") == f"Gwent \u0175 \u20ac {UNKNOWN}\u00a0x"


def test_a_figure_without_alt_text_is_refused(bundles, reports, settings, catalogue, template, tmp_path):
    figures = (bundles[2].figures[0].model_copy(update={"alt": " "}),)
    with pytest.raises(DataError, match=r"Figure 1 \(finding A1, 'route'\) has no text for those who can't see it"):
        make_letter(
            [bundles[2].model_copy(update={"figures": figures})], reports, settings, catalogue, template, tmp_path
        )


def test_equal_evidence_gives_equal_bytes(files, bundles, reports, settings, catalogue, template, tmp_path):
    again = make_letter(bundles, reports, settings, catalogue, template, tmp_path / "again")
    assert again.evidence_pdf.read_bytes() == files.evidence_pdf.read_bytes()


def test_a_letter_without_figures_is_written(bundles, reports, settings, catalogue, template, tmp_path):
    bare = bundles[2].model_copy(update={"figures": ()})
    files = make_letter([bare], reports, settings, catalogue, template, tmp_path / "none" / "yet")
    assert words(files.pdf) == words(files.document) and files.figures == ()


def crested(template, out, alt: str, *, header: bool):
    """The template with a crest that a secretary put in."""
    document = Document(template)
    crest = BytesIO()
    Image.new("RGB", (40, 40), "navy").save(crest, "png")
    crest.seek(0)
    paragraph = document.sections[0].first_page_header.paragraphs[0] if header else document.paragraphs[0]
    shape = paragraph.add_run().add_picture(crest, Mm(12))
    describe_picture(shape._inline, "Crest", alt)
    document.save(out)
    return out


def test_words_and_pictures_of_the_template_reach_the_pdf(
    bundles, reports, settings, catalogue, template, tmp_path
):  # fmt: skip
    changed = crested(template, tmp_path / "t.docx", "", header=True)
    document = Document(changed)
    document.paragraphs[-4].insert_paragraph_before("We shall call on you in the autumn.")
    document.save(changed)
    files = make_letter(bundles, reports, settings, catalogue, changed, tmp_path / "out")
    assert "We shall call on you in the autumn." in " ".join(read_letter_file(files.pdf).body.split())
    assert words(files.pdf) == words(files.document)
    assert len(PdfReader(files.pdf).pages[0].images) == 1


def test_a_picture_in_the_text_needs_alt_text(bundles, reports, settings, catalogue, template, tmp_path):
    changed = crested(template, tmp_path / "t.docx", "", header=False)
    with pytest.raises(ParameterError, match="has no alternative text"):
        make_letter(bundles, reports, settings, catalogue, changed, tmp_path / "out")
    described = crested(template, tmp_path / "u.docx", "Crest of the inspectorate", header=False)
    files = make_letter(bundles, reports, settings, catalogue, described, tmp_path / "out")
    assert "Crest of the inspectorate" in read_letter_file(files.pdf).body
