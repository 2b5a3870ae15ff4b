"""A site is whole, asks nothing of the network, and says on every page what it must."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from hmic_analysis.documents.pdf import MADE_WITH
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.site.build import MANIFEST, build_site, looks
from hmic_analysis.site.html import MIXED, SYNTHETIC, environment
from hmic_analysis.site.views import standing_of
from tests.support import not_as_we_write

from .conftest import NOTICE
from .evidence import FORCES, copy_of, sources_of
from .reading import addresses, pages, parsed, target_of, text_of, weight


@pytest.fixture(params=["public_site", "force_site"])
def site(request):
    return request.getfixturevalue(request.param)


def test_there_is_a_page_for_each_force_each_finding_and_both_together(public_site, params):
    names = {p.relative_to(public_site).as_posix() for p in pages(public_site)}
    assert {"index.html", "method.html", "data-quality.html", "dictionary.html"} <= names
    assert {f"findings/{id}.html" for id in params.findings} <= names
    assert {f"forces/{slug}/index.html" for slug in FORCES} <= names
    assert {f"forces/{slug}/{id}.html" for slug in FORCES for id in ("A1", "A2", "F1", "F4")} <= names


def test_pages_keep_to_the_glossary(site):
    for page in pages(site):
        if not page.name.endswith("-notebook.html"):  # notebooks show code
            text = text_of(page).replace("numerator, denominator", "")  # columns as they stand in the files
            assert not not_as_we_write(text, contractions=False), page.name


def test_every_address_leads_to_a_file_and_a_place_of_the_site(site):
    checked = 0
    for page in pages(site):
        for _, address in addresses(page):
            held = page.name.endswith("-evidence.html") and address.startswith("data:image/png;base64,")
            if address == "data:," or held:
                continue
            assert not re.match(r"[a-z]+:|//", address, re.IGNORECASE), f"{page}: {address}"
            path, place = target_of(page, address)
            assert path.is_relative_to(site.resolve()), f"{page}: {address} leaves the site"
            assert path.is_file(), f"{page}: {address}"
            if place:
                assert parsed(path).get_element_by_id(place) is not None
            checked += 1
    assert checked > 200


def test_style_and_script_name_no_other_address(site):
    for path in (site / "assets").iterdir():
        assert not re.search(r"url\(|@import|https?:|//[a-z]", path.read_text(encoding="utf-8")), path


def test_every_page_has_language_title_landmarks_and_one_heading_of_the_first_level(site):
    titles = set()
    for page in pages(site):
        root = parsed(page)
        assert root.get("lang") == "en-GB"
        titles.add(root.findtext("head/title"))
        assert len(root.findall(".//h1")) == len(root.findall(".//main")) == len(root.findall(".//footer")) == 1
        assert root.find(".//body")[0].get("class") == "skip"
        levels = [int(e.tag[1]) for e in root.iter("h1", "h2", "h3", "h4", "h5", "h6")]
        assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False)), page
    assert len(titles) == len(pages(site))


def test_every_table_has_a_caption_or_stands_in_a_notebook_and_every_header_a_scope(site):
    tables = 0
    for page in pages(site):
        for table in parsed(page).iter("table"):
            tables += 1
            assert table.find("caption") is not None or "notebook" in page.name
            assert all(th.get("scope") in ("col", "row", "colgroup", "rowgroup") for th in table.iter("th"))
            assert table.getparent().get("tabindex") == "0", "a table that is too wide must be reached by keyboard"
    assert tables > 20


def test_every_picture_has_words_and_a_size(site):
    pictures = [e for page in pages(site) for e in parsed(page).iter("img")]
    assert pictures
    assert all(e.get("alt").strip() and int(e.get("width")) > 0 and int(e.get("height")) > 0 for e in pictures)


def test_synthetic_data_say_so_on_every_page_and_in_every_download(site):
    for page in pages(site):
        assert SYNTHETIC in text_of(page), page
    tables = list(site.rglob("*.csv"))
    assert tables
    for path in tables:
        rows = list(csv.DictReader(path.open(encoding="utf-8")))
        assert rows and all("not about any real police force" in row["synthetic"] for row in rows), path
    for path in site.rglob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        assert all(SYNTHETIC in [c.value for c in book[name]["A"]] for name in ("Cover", "Contents", "Notes"))
        assert all(SYNTHETIC in sheet.oddHeader.center.text for sheet in book)


def test_real_data_are_not_called_synthetic(project, params, tmp_path):
    real = copy_of(project, tmp_path / "real")
    for path in real.output.rglob("evidence.json"):
        text = path.read_text(encoding="utf-8").replace('"synthetic": true', '"synthetic": false')
        path.write_text(text, encoding="utf-8")
    build_site(real, params, sources_of(real, ["kent"]), "force", tmp_path / "site", "")
    assert not any(SYNTHETIC in text_of(page) for page in pages(tmp_path / "site"))


def test_where_only_some_forces_are_made_up_each_says_what_it_is(project, params, tmp_path):
    mixed = copy_of(project, tmp_path / "mixed")
    for path in mixed.runs("kent").rglob("evidence.json"):
        text = path.read_text(encoding="utf-8").replace('"synthetic": true', '"synthetic": false')
        path.write_text(text, encoding="utf-8")
    site = tmp_path / "site"
    build_site(mixed, params, sources_of(mixed, ["cleveland", "kent", "surrey"]), "public", site, "")
    assert MIXED in text_of(site / "index.html") and SYNTHETIC not in text_of(site / "index.html")
    names = [th.text_content() for th in parsed(site / "findings" / "A1.html").xpath("//tr[@data-text]/th")]
    assert names == ["Cleveland (synthetic)", "Kent", "Surrey"]
    assert SYNTHETIC in text_of(site / "forces/cleveland/A1.html")
    assert "ynthetic data" not in text_of(site / "forces/kent/F1.html")
    # Without data of its own a force's page says what the others' are.
    assert MIXED in text_of(site / "forces/surrey/index.html")


def test_the_embargo_stands_on_every_page_and_in_every_download(force_site, public_site):
    for page in pages(force_site):
        assert NOTICE in text_of(page), page
    for path in force_site.rglob("*.csv"):
        assert all(row["embargo"] == NOTICE for row in csv.DictReader(path.open(encoding="utf-8"))), path
    [book] = force_site.rglob("*.xlsx")
    assert NOTICE in [c.value for c in openpyxl.load_workbook(book)["Cover"]["A"]]
    assert not any("EMBARGOED" in text_of(page) for page in pages(public_site))


def test_every_page_and_every_download_declares_its_level(force_site, public_site):
    for site, levels in ((public_site, {"public"}), (force_site, {"public", "force"})):
        rows = [row for path in site.rglob("*.csv") for row in csv.DictReader(path.open(encoding="utf-8"))]
        assert {row["sensitivity"] for row in rows} == levels
    assert all("Sensitivity: public." in text_of(page) for page in pages(public_site))
    levels = {page.name: text_of(page) for page in pages(force_site)}
    assert "Sensitivity: force." in levels["A6.html"] and "Sensitivity: force." in levels["index.html"]


def test_no_page_weighs_a_megabyte_with_all_it_loads(site):
    assert max(weight(page) for page in pages(site)) < 1_000_000


def test_equal_evidence_gives_equal_bytes(project, params, public_site, tmp_path):
    build_site(project, params, sources_of(project), "public", tmp_path / "again", "")
    assert (tmp_path / "again" / MANIFEST).read_bytes() == (public_site / MANIFEST).read_bytes()


def test_the_manifest_lists_every_file(public_site):
    listed = set(json.loads((public_site / MANIFEST).read_text(encoding="utf-8"))["files"])
    there = {p.relative_to(public_site).as_posix() for p in public_site.rglob("*") if p.is_file()}
    assert there == listed | {MANIFEST}


def test_a_folder_that_is_no_site_is_left_alone(project, params, tmp_path):
    target = tmp_path / "mine"
    target.mkdir()
    (target / "thesis.txt").write_text("work of years", encoding="utf-8")
    with pytest.raises(ParameterError, match="something else than a site"):
        build_site(project, params, sources_of(project, ["kent"]), "force", target, "")
    assert [p.name for p in target.iterdir()] == ["thesis.txt"]
    with pytest.raises(ParameterError, match="the project itself"):
        build_site(project, params, sources_of(project, ["kent"]), "force", project.root, "")


def test_a_build_that_fails_leaves_the_former_site_and_nothing_else(project, params, tmp_path):
    own = copy_of(project, tmp_path / "project")
    target = tmp_path / "out" / "site"
    sources = sources_of(own, ["kent"])
    build_site(own, params, sources, "force", target, "")
    before = (target / MANIFEST).read_bytes()
    (own.runs("kent") / "A1" / "figures" / "route.svg").write_bytes(b"no picture")
    with pytest.raises(DataError, match="route.svg can't be read"):
        build_site(own, params, sources, "force", target, "")
    assert (target / MANIFEST).read_bytes() == before
    assert [p.name for p in target.parent.iterdir()] == ["site"]
    # Mended, it is replaced whole: what is no longer made is no longer there.
    good = project.runs("kent") / "A1" / "figures" / "route.svg"
    (own.runs("kent") / "A1" / "figures" / "route.svg").write_bytes(good.read_bytes())
    (target / "old.html").write_text("old", encoding="utf-8")
    build_site(own, params, sources, "force", target, "")
    assert not (target / "old.html").exists()


def test_without_evidence_there_is_nothing_to_build(params, project, tmp_path):
    with pytest.raises(DataError, match="no evidence to show yet"):
        build_site(project, params, sources_of(project, ["surrey"]), "force", tmp_path / "site", "")
    assert not (tmp_path / "site").exists()


def test_forces_without_evidence_keep_their_row_and_their_page(project, params, tmp_path):
    build_site(project, params, sources_of(project, ["cleveland", "surrey"]), "public", tmp_path / "site", "")
    row = parsed(tmp_path / "site" / "index.html").xpath("//tr[@data-text='surrey']")[0]
    assert {td.get("data-states") for td in row.iter("td")} == {"not_run"}
    assert "No finding of this force has been assessed yet." in text_of(tmp_path / "site/forces/surrey/index.html")


def test_verdicts_and_figures_of_two_definitions_are_not_put_together(project, params, tmp_path):
    own = copy_of(project, tmp_path / "own")
    for slug, days in (("cleveland", "28"), ("kent", "14")):
        path = own.runs(slug) / "A1" / "evidence.json"
        found = json.loads(path.read_text(encoding="utf-8"))
        for figure in (i for i in found["indicators"] if i["id"] == "crime_with_incident_pct"):
            figure |= {
                "definition_mark": days,
                "definition_values": {"days": days},
                "definition": f"within {days} days",
            }
        path.write_text(json.dumps(found), encoding="utf-8")
    build_site(own, params, sources_of(own, ["cleveland", "kent"]), "public", tmp_path / "site", "")
    page = text_of(tmp_path / "site" / "findings" / "A1.html")
    assert "not put together: days is 14 for Kent and 28 for Cleveland" in page or (
        "not put together: days is 28 for Cleveland and 14 for Kent" in page
    )
    row = parsed(tmp_path / "site" / "findings" / "A1.html").xpath("//tr[@data-text='kent']")[0]
    assert [td.get("data-states") for td in row.iter("td")][:2] == ["apart", "supported"]
    assert "92.2%" not in page
    dictionary = text_of(tmp_path / "site" / "dictionary.html")
    assert "Within 28 days For other forces: Within 14 days" in dictionary


def test_missing_data_never_look_like_a_finding(public_site):
    row = parsed(public_site / "index.html").xpath("//tr[@data-text='cleveland']")[0]
    [cell] = row.xpath("td[@data-column='F4']")
    assert cell.get("data-states") == "no_data"
    assert [s.text for s in cell.iter("span") if s.text] == ["No data", "No data supplied"]
    text = text_of(public_site / "forces/cleveland/F4.html")
    assert "No data were supplied that this finding could be assessed on. That is no finding about the force." in text
    assert "benefit records with their method" in text


def test_a_strength_and_a_weakness_are_told_apart_from_the_verdict(public_site):
    told = set()
    for path in (public_site / "forces/cleveland").glob("??.html"):
        for claim in parsed(path).xpath("//article[@class='claim']"):
            tag, standing = (claim.xpath(f".//*[contains(@class, '{name}')]") for name in ("tag ", "standing "))
            told.add((tag[0].text_content(), *(" ".join(s.text_content().split()) for s in standing)))
    assert ("Supported", "\N{BLACK UP-POINTING TRIANGLE} Strength") in told
    assert not any(verdict == "Not determinable" and standing for verdict, *standing in told)


@pytest.mark.parametrize(
    ("type", "verdict", "word"),
    [
        ("practice", "supported", "Strength"),
        ("practice", "contradicted", "Weakness"),
        # That something is lacking is borne out, and no merit.
        ("incapability", "supported", "Weakness"),
        ("absence", "contradicted", "Strength"),
        ("acknowledgement", "supported", None),
        ("practice", "not_determinable", None),
    ],
)
def test_a_lack_that_is_found_is_a_weakness(type, verdict, word):
    claim = ClaimEvidence(claim="A1a", finding="A1", type=type, statement="s", verdict=verdict, grade="A")
    assert (standing_of(claim) or (None,))[-1] == word


def test_every_figure_in_a_download_stands_in_the_dictionary(public_site):
    page = parsed(public_site / "dictionary.html")
    names = {th.text_content() for th in page.xpath("//th[@scope='row']")}
    for path in (public_site / "forces").rglob("indicators.csv"):
        rows = list(csv.DictReader(path.open(encoding="utf-8")))
        assert {r["Indicator"].split("[")[0] for r in rows if r["Definition"] != "[z]"} <= names


def test_one_file_on_a_force_needs_no_other(public_site):
    path = public_site / "forces/cleveland/cleveland-evidence.html"
    page = parsed(path)
    assert not page.xpath("//script | //link[@rel='stylesheet']") and page.xpath("//style")
    assert all(picture.get("src").startswith("data:image/png;base64,") for picture in page.iter("img"))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {a.get("href")[0] for a in page.iter("a") if a.get("href")} == {"#"}
    assert {a.get("href")[1:] for a in page.iter("a") if a.get("href")} <= set(ids)
    assert "A1-page" in ids and SYNTHETIC in text_of(path)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("no_deployment", "no deployment"),
        ("attend_all_crimes;attend_all_incidents", "attend all crimes; attend all incidents"),
        ("crime;attend_all_crimes", "crime; attend all crimes"),
        ("officer", "officer"),
        ("Doc_1", "Doc_1"),
        (1234.5, "1,234.50"),
    ],
)
def test_codes_of_a_return_are_words_on_a_page(cell, text):
    assert environment().from_string("{{ v|shown }}").render(v=cell) == text


def test_the_picture_of_a_page_is_as_pages_look_today() -> None:
    shown = Image.open(Path(__file__).resolve().parents[2] / "docs" / "site-page.png")
    how = "hmic site build --audience force --force cleveland --out FOLDER --picture docs/site-page.png"
    assert shown.text[MADE_WITH] == looks(), how
