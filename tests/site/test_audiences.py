"""Only what an audience may see reaches the folder: neither pages nor downloads hold more."""

from __future__ import annotations

import csv

import pytest

from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.withheld import rules_of
from hmic_analysis.site.build import build_site

from ..disclosure.evidence import find_leaks
from .evidence import FORCE_WORD, HOSTILE, INSIDE_WORD, copy_of, sources_of, write_evidence
from .reading import cells, everything, pages, parsed, text_of


def test_what_is_for_the_force_never_reaches_the_public_site(public_site, force_site):
    assert FORCE_WORD not in everything(public_site)
    assert FORCE_WORD in everything(force_site)
    # Of A6 everything is for the force: no page, no figure, no data, and the overview says no more than that.
    assert not [p for p in public_site.rglob("A6*") if "findings" not in p.parts]
    cell = parsed(public_site / "index.html").xpath("//tr[@data-text='kent']/td[@data-column='A6']")[0]
    assert cell.get("data-states") == "closed" and cell.find(".//a") is None
    assert (force_site / "forces" / "cleveland" / "A6.html").is_file()


def test_what_stays_inside_reaches_nobody(public_site, force_site):
    assert INSIDE_WORD not in everything(public_site)
    assert INSIDE_WORD not in everything(force_site)


def test_statements_rules_and_figures_above_the_level_are_not_on_the_findings_page_either(public_site, params):
    closed = [c for spec in params.findings.values() for c in spec.claims.values() if c.sensitivity != "public"]
    assert closed
    text = everything(public_site)
    for claim in closed:
        assert claim.statement not in text and claim.rule not in text, claim.id


def test_pictures_above_the_level_are_not_in_the_folder(public_site, force_site):
    assert (force_site / "forces/cleveland/figures/A2-groups.png").is_file()
    assert not list(public_site.rglob("A2-groups*"))
    assert list(public_site.rglob("A1-route.png"))


def test_a_notebook_goes_along_only_where_nothing_of_the_evidence_is_held_back(public_site, force_site):
    public = {p.name for p in public_site.rglob("*-notebook.html")}
    assert "A1-notebook.html" in public and "F1-notebook.html" in public
    assert not {"A2-notebook.html", "A6-notebook.html"} & public
    # A2 holds a claim that stays inside, A6 a small count of persons.
    force = {p.name for p in force_site.rglob("*-notebook.html")}
    assert "A1-notebook.html" in force and not {"A2-notebook.html", "A6-notebook.html"} & force


def test_each_notebook_of_the_site_is_one_click_away_from_its_finding_and_its_force(public_site):
    for page in public_site.rglob("*-notebook.html"):
        for name in (f"{page.name.split('-')[0]}.html", "index.html"):
            links = [a.get("href") for a in parsed(page.with_name(name)).iter("a")]
            assert page.name in links, f"{name} does not lead to {page.name}"


def test_a_force_sees_no_other_force(force_site):
    assert sorted(p.name for p in (force_site / "forces").iterdir()) == ["cleveland"]
    text = everything(force_site)
    assert "durham" not in text.lower() and "Kent Police" not in text


def test_small_counts_of_persons_are_marked_and_not_printed(force_site, project, params):
    path = force_site / "forces" / "cleveland" / "data" / "indicators.csv"
    rows = {r["Indicator"]: r for r in csv.DictReader(path.open(encoding="utf-8"))}
    assert {rows["fta_bail_n"][c] for c in ("Value", "Numerator", "Unknown")} == {"[c]"}
    book = cells(force_site / "forces/cleveland/cleveland-evidence.xlsx")["indicators"]
    [row] = [r for r in book if r[0] == "fta_bail_n"]
    assert row[book[0].index("Value")] == "[c]"
    assert "[c]" in text_of(force_site / "forces" / "cleveland" / "A6.html")
    facts = [read_bundle(p) for p in sorted(project.runs("cleveland").glob("*/evidence.json"))]
    assert find_leaks(force_site, facts, rules_of(params)) == []


def test_a_leak_put_into_a_page_would_be_found(force_site, project, params, tmp_path):
    """The check above can fail."""
    facts = [read_bundle(p) for p in sorted(project.runs("cleveland").glob("*/evidence.json"))]
    bail = next(i for b in facts for i in b.indicators if i.id == "fta_bail_n")
    page = tmp_path / "page.html"
    page.write_text(f"<p>Cleveland Police: {bail.label}: {bail.value:.0f}</p>", encoding="utf-8")
    assert find_leaks(tmp_path, facts, rules_of(params))


def test_figures_left_out_are_mentioned(project, params, tmp_path):
    own = copy_of(project, tmp_path / "project")
    folder = own.runs("kent") / "A6"
    made = read_bundle(folder)
    # The picture of ages shows how many persons fall into each band, and one band is small.
    figure = made.figures[0].model_copy(update={"name": "outstanding-by-age", "data": "figures/outstanding-by-age.csv"})
    figure = figure.model_copy(update={"svg": "figures/ages.svg", "headline": "Ages"})
    write_evidence(own, made.model_copy(update={"figures": (figure,)}))
    (folder / "figures" / "outstanding-by-age.csv").write_text(
        "band,persons\n0 to 7,3\n8 to 28,400\n", encoding="utf-8"
    )
    build_site(own, params, sources_of(own, ["kent"]), "force", tmp_path / "site", "")
    text = text_of(tmp_path / "site" / "forces" / "kent" / "A6.html")
    assert "One figure or table is left out" in text
    assert not list((tmp_path / "site").rglob("*outstanding-by-age*"))


@pytest.fixture(scope="module")
def hostile_site(project, params, tmp_path_factory):
    """A site of a force whose evidence holds hostile text wherever text can be."""
    root = tmp_path_factory.mktemp("hostile")
    own = copy_of(project, root / "project")
    made = read_bundle(own.runs("kent") / "A1")
    update = {
        "title": HOSTILE,
        "force_name": HOSTILE,
        "notes": (HOSTILE,),
        "claims": tuple(
            c.model_copy(update={"statement": HOSTILE, "sentence": HOSTILE, "why": HOSTILE, "would_change": "=1+2"})
            for c in made.claims
        ),
        "indicators": tuple(i.model_copy(update={"label": HOSTILE, "caveats": (HOSTILE,)}) for i in made.indicators),
        "figures": tuple(
            f.model_copy(update={"headline": HOSTILE, "subtitle": HOSTILE, "alt": HOSTILE, "source": HOSTILE})
            for f in made.figures
        ),
        "data": tuple(
            d.model_copy(update={"accounts": tuple(a.model_copy(update={"file": HOSTILE}) for a in d.accounts)})
            for d in made.data
        ),
        "parameters": {"period.start": (HOSTILE, HOSTILE)},
    }
    write_evidence(own, made.model_copy(update=update))
    build_site(own, params, sources_of(own, ["kent"]), "force", root / "site", "")
    return root / "site"


def test_hostile_text_stays_text(hostile_site):
    seen = 0
    for page in pages(hostile_site):
        root = parsed(page)
        scripts = [] if page.name.endswith("-evidence.html") else ["filter.js"]
        assert [s.get("src").rsplit("/", 1)[1] for s in root.iter("script")] == scripts
        assert not [e for e in root.iter() for name in e.attrib if name.startswith("on")]
        assert all(e.get("src") != "x" for e in root.iter("img"))
        seen += page.read_text(encoding="utf-8").count("&lt;script&gt;")
    assert seen > 10


def test_cells_that_a_spreadsheet_would_run_are_neutral(hostile_site):
    claims = hostile_site / "forces" / "kent" / "data" / "claims.csv"
    rows = [r for r in csv.DictReader(claims.open(encoding="utf-8")) if r["Finding"] == "A1"]
    assert {r["What would change it"] for r in rows} == {"'=1+2"}
    plans = csv.DictReader((hostile_site / "forces/kent/data/A1-plans.csv").open(encoding="utf-8"))
    assert [r["note"] for r in plans] == ["'=1+2", "plain"]
    book = cells(hostile_site / "forces" / "kent" / "kent-evidence.xlsx")
    assert ("1", "'=1+2") == tuple(str(v) for v in book["A1-plans"][1])
