"""The report as it is published: marked, nameless, readable, and nothing in it that was withheld."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from lxml import html
from PIL import Image
from pypdf import PdfReader

from hmic_analysis.cli.main import main
from hmic_analysis.documents import embargo
from hmic_analysis.documents.pdf import MADE_WITH
from hmic_analysis.documents.report import report_looks
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.national.content import figure_sentence, make_content
from hmic_analysis.national.counts import Log
from hmic_analysis.national.report import gather_all, make_report
from hmic_analysis.national.write import check_nameless, check_target, restricted_folder, write_report
from tests.support import not_as_we_write

from .conftest import EMBARGO
from .made import FORCES

SYNTHETIC = "SYNTHETIC DATA - not about any real police force"


def text_of(path) -> str:
    return " ".join(page.extract_text() for page in PdfReader(path).pages)


def sheet(book, name: str) -> list[tuple]:
    return list(book[name].iter_rows(values_only=True))


def test_the_report_keeps_to_the_glossary(written) -> None:
    assert not not_as_we_write(text_of(written.folder / "national-report.pdf"))


def test_counts_are_those_of_the_evidence(written) -> None:
    book = openpyxl.load_workbook(written.folder / "national-report.xlsx")
    claims = {row[0]: row[2:] for row in sheet(book, "claims")[1:]}
    # Two forces undecided are few; of the two large cells the smaller one protects them.
    assert claims["A1a"] == ("[c]", 21, "[c]", 0, 43)
    assert claims["A1b"] == ("[c]", "[c]", 0, 0, 43)
    assert claims["A10a"] == (25, 10, 8, 0, 43)
    assert claims["P1a"] == (0, 0, 0, 43, 43)
    reasons = {row[0]: row[1:] for row in sheet(book, "reasons")[1:]}
    assert reasons["A10a"] == (8, 0, 5, 0, 0, 3)
    data = {row[0]: row[1:] for row in sheet(book, "data")[1:]}
    assert data["Recorded crimes"] == ("[c]", 0, "[c]", 0)
    assert data["Incidents"] == (43, 0, 0, 0)


def test_the_rate_is_total_over_total_and_tells_nobody_who_is_missing(written) -> None:
    book = openpyxl.load_workbook(written.folder / "national-report.xlsx")
    (row,) = [r for r in sheet(book, "rates")[1:] if r[1] == "Recorded crimes with a prior incident"]
    # (20 x 100 + 21 x 160) of 41 x 200 is 65.4%; two forces without a figure are few.
    assert row[2] == "65.4%" and row[4] == "[c]"
    shown = [r[3:] for r in sheet(book, "distributions")[1:] if r[1] == "Recorded crimes with a prior incident"]
    assert shown == [("under 60%", 50), ("60% or more", 50)]


def test_sentences_say_a_few_in_place_of_the_number(written) -> None:
    text = re.sub(r"\s+", " ", text_of(written.folder / "national-report.pdf"))
    assert "how many crimes it attends (in nearly all forces; the opposite in a few forces) [A1b]." in text
    assert "(25 to 10) [A10a]" in text and "no conclusion was reached in some forces" in text
    assert "Least was known of whether" in text and "in 8 forces HMIC reached no conclusion [A10a]" in text
    assert "All 43 police forces in England and Wales gave evidence" in text


def test_a_figure_is_told_with_its_range_and_what_good_looked_like(written) -> None:
    text = re.sub(r"\s+", " ", text_of(written.folder / "national-report.pdf"))
    assert "Recorded crimes with a prior incident: 65.4%" in text
    assert "under 60% in about 50% of the forces with a figure, in the others 60% or more." in text
    (figure,) = written.report.figures
    told = "; at the better end {} in about 50% of the forces with a figure, in the others {}."
    assert figure_sentence(figure, "higher").endswith(told.format("60% or more", "under 60%"))
    assert figure_sentence(figure, "lower").endswith(told.format("under 60%", "60% or more"))
    assert "better" not in figure_sentence(figure, "-")
    waits = replace(figure, unit="hours", pooled=None)
    assert figure_sentence(waits, "-").startswith("Recorded crimes with a prior incident (hours): under 60% in about")


def test_it_has_twenty_pages_and_twelve_charts_at_most(written) -> None:
    assert len(PdfReader(written.folder / "national-report.pdf").pages) <= 20
    assert len(written.content.charts) <= 12
    tables = [b for section in written.content.sections for b in section.blocks if b.kind == "table"]
    assert [t.headline for t in tables] == ["Forces by finding"]


def test_recommendations_are_those_of_the_inspectorate_and_no_others(written) -> None:
    assert "Recommendations" not in [section.title for section in written.content.sections]
    national = written.params.inspection.national.model_copy(update={"recommendations": ("Forces should read this.",)})
    inspection = written.params.inspection.model_copy(update={"national": national})
    report = replace(written.report, params=replace(written.params, inspection=inspection))
    (told,) = [s for s in make_content(report).sections if s.title == "Recommendations"]
    assert [block.text for block in told.blocks] == ["Forces should read this."]


def test_every_page_sheet_and_picture_says_that_it_is_synthetic_and_under_embargo(written) -> None:
    folder = written.folder
    for page in PdfReader(folder / "national-report.pdf").pages:
        text = re.sub(r"\s+", " ", page.extract_text())
        assert SYNTHETIC in text and EMBARGO in text
    for section in Document(folder / "national-report.docx").sections:
        header = " ".join(p.text for p in section.header.paragraphs)
        assert not section.different_first_page_header_footer
        assert SYNTHETIC in header and EMBARGO in header
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert SYNTHETIC in page and EMBARGO in page
    book = openpyxl.load_workbook(folder / "national-report.xlsx")
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    for found in book:
        assert SYNTHETIC in found.oddHeader.center.text and EMBARGO in found.oddHeader.center.text
        assert len(found.tables) == (0 if found.title in ("Cover", "Contents", "Notes") else 1)
    assert written.content.charts
    for chart in written.content.charts.values():
        drawn = " ".join(t.get_text() for t in chart.figure.findobj(match=lambda a: hasattr(a, "get_text")))
        assert "SYNTHETIC DATA" in drawn and EMBARGO in drawn
        assert EMBARGO in chart.alt and "Synthetic data" in chart.alt
        for row in csv.DictReader(io.StringIO((folder / "figures" / f"{chart.name}.csv").read_text(encoding="utf-8"))):
            assert row["embargo"] == EMBARGO and row["synthetic"] and row["sensitivity"] == "public"


def test_no_file_names_a_force(written) -> None:
    names = [f.name for f in written.params.territorial]
    page = html.fromstring((written.folder / "index.html").read_text(encoding="utf-8")).text_content()
    words = page + text_of(written.folder / "national-report.pdf")
    assert [n for n in names if re.search(rf"\b{n}\b", words)] == []
    assert [f for f in FORCES if "-" in f and f in words] == []
    check_nameless(written.folder, written.params)


def test_a_report_that_would_name_a_force_is_not_written(written, tmp_path) -> None:
    (tmp_path / "national-report.html").write_text("<p>As in West Mercia Police.</p>", encoding="utf-8")
    with pytest.raises(DataError, match="West Mercia"):
        check_nameless(tmp_path, written.params)


def test_what_was_withheld_is_logged_apart_and_published_nowhere(written) -> None:
    folder = restricted_folder(written.project)
    rows = list(csv.DictReader(io.StringIO((folder / "suppressions.csv").read_text(encoding="utf-8"))))
    a1a = {r["cell"]: (r["kind"], r["true"]) for r in rows if (r["where"], r["row"]) == ("claims", "A1a")}
    assert a1a["undecided"] == ("small", "2") and a1a["supported"] == ("with it", "20")
    assert all(r["rule"] for r in rows)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["inputs"]) == 86 and manifest["rules"]["min_forces"] == 3
    published = {p.relative_to(written.folder).as_posix() for p in written.folder.rglob("*") if p.is_file()}
    assert published == set(manifest["published"])
    assert not any(word in name for name in published for word in ("suppress", "manifest", "claims.csv"))


def test_the_page_can_be_read_without_seeing_it(written) -> None:
    page = html.fromstring((written.folder / "index.html").read_text(encoding="utf-8"))
    levels = [int(h.tag[1]) for h in page.iter("h1", "h2", "h3")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))
    assert all(len(i.get("alt")) > 40 and (written.folder / i.get("src")).is_file() for i in page.iter("img"))
    for table in page.iter("table"):
        assert table.find("caption") is not None
        assert {h.get("scope") for h in table.iter("th")} == {"col", "row"}
    ids = {e.get("id") for e in page.iter() if e.get("id")}
    assert all(a.get("href")[1:] in ids for a in page.iter("a") if a.get("href").startswith("#"))
    assert page.get("lang") == "en-GB"


def test_the_documents_are_accessible_and_declare_their_level(written) -> None:
    reader = PdfReader(written.folder / "national-report.pdf")
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_data()
    assert len(reader.outline) > 5
    document = Document(written.folder / "national-report.docx")
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"][:2] == ["Contents", "In brief"]
    pictures = document.element.body.findall(".//{*}docPr")
    assert pictures and all(p.get("descr") for p in pictures)
    for text in (reader.metadata["/Subject"], document.core_properties.comments):
        assert text.startswith("Sensitivity: public.")
    with zipfile.ZipFile(written.folder / "national-report.xlsx") as archive:
        assert b"Sensitivity: public." in b"".join(archive.read(n) for n in archive.namelist())


def test_equal_evidence_gives_equal_bytes(written, tmp_path) -> None:
    found, log = gather_all(written.project, written.params), Log()
    report = make_report(written.project, written.params, found, EMBARGO, log)
    write_report(written.project, report, found, log, tmp_path / "again")
    files = [p.relative_to(written.folder) for p in written.folder.rglob("*") if p.is_file()]
    assert [f for f in files if (tmp_path / "again" / f).read_bytes() != (written.folder / f).read_bytes()] == []


def test_a_folder_that_is_no_report_is_left_alone(written, tmp_path) -> None:
    (tmp_path / "letter.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ParameterError, match="something else"):
        check_target(tmp_path, written.project)
    with pytest.raises(ParameterError, match="must not be published"):
        check_target(written.project.output / "national", written.project)
    check_target(written.folder, written.project)


@pytest.fixture
def before(monkeypatch) -> None:
    """A day before the embargo of the inspection ends."""
    import datetime as dt

    monkeypatch.setattr(embargo, "now", lambda: dt.datetime(2014, 9, 3, 12, tzinfo=dt.UTC))


def test_before_the_embargo_the_report_is_refused(written, before, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    assert main(["national", "report", "--project", str(written.project.root), "--out", str(out)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "The national report is refused: the embargo holds until" in said and "--embargoed-draft" in said
    assert not out.exists()


def test_a_draft_before_the_embargo_bears_it(written, before, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    words = ["national", "report", "--embargoed-draft", "--project", str(written.project.root), "--out", str(out)]
    assert main(words) == 0
    assert EMBARGO in " ".join(capsys.readouterr().out.split())
    assert EMBARGO in (out / "index.html").read_text(encoding="utf-8")


def test_after_the_embargo_nothing_speaks_of_it(written, tmp_path) -> None:
    out = tmp_path / "out"
    assert main(["national", "report", "--project", str(written.project.root), "--out", str(out)]) == 0
    assert "EMBARGOED" not in (out / "index.html").read_text(encoding="utf-8") + text_of(out / "national-report.pdf")


def test_the_picture_of_a_page_is_as_reports_are_set_today() -> None:
    shown = Image.open(Path(__file__).resolve().parents[2] / "docs" / "national-page.png")
    assert shown.text[MADE_WITH] == report_looks(), "hmic national report --picture docs/national-page.png"
