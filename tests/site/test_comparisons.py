"""Comparisons on the site: only those that rest on the same evidence, and in which nothing is withheld."""

from __future__ import annotations

import hashlib
import json

import pytest

from hmic_analysis.evidence.bundle import read_bundle, write_bundle
from hmic_analysis.site.build import build_site

from .evidence import FORCES, copy_of, sources_of
from .reading import everything, parsed, text_of

HEAD = "force,name,status,reason,numerator,denominator,value,unknown,lo,hi,window,position"
WORDS = {
    "headline": "Attended: all within the lines",
    "subtitle": "Crimes attended. How the lines are drawn. More of it.",
    "alt": "Funnel of crimes attended.",
    "source": "Evidence of finding A2 in 3 forces",
}


@pytest.fixture
def own(project, tmp_path):
    """A project whose forces are compared by one public figure."""
    mine = copy_of(project, tmp_path / "project")
    compare(mine)
    return mine


def compare(project, indicator="attendance_pct", finding="A2", **changes) -> None:
    """What ``hmic compare`` leaves behind."""
    marks, rows = {}, [HEAD]
    for slug in FORCES:
        path = project.runs(slug) / finding / "evidence.json"
        marks[slug] = hashlib.sha256(path.read_bytes()).hexdigest()
        status, value = ("small_n", 71.25) if slug == "kent" else ("value", 83.4)
        rows.append(f"{slug},{slug.title()},{status},why,30,{40 if slug == 'kent' else 36},{value},1,80,85,2013,inside")
    manifest = {
        "indicator": indicator,
        "finding": finding,
        "label": "Crimes attended",
        "unit": "%",
        "window": "2013",
        "who": "2 of 3 forces are compared",
        "method": "m",
        "source": "s",
        "synthetic": True,
        "all_forces": 83.4,
        "figures": {"funnel": WORDS, "forces-compared": WORDS, "tile-map": WORDS},
        "inputs": marks,
        **changes,
    }
    lay(project, f"indicators/{indicator}", manifest, "\n".join(rows) + "\n")
    for slug in FORCES:
        mark = hashlib.sha256(json.dumps(marks, sort_keys=True).encode()).hexdigest()
        against = [{"group": "all other forces", "value": 79.0}, {"group": "similar forces", "value": None}]
        mine = {"value": 83.4, "position": "inside", "against": against, "sentence": "It lies within the lines."}
        shown = {k: v for k, v in manifest.items() if k != "inputs"} | {"figures": {"funnel": WORDS}, **mine}
        lay(project, f"forces/{slug}/{indicator}", {**shown, "inputs_sha256": mark}, "")


def lay(project, place, manifest, table) -> None:
    folder = project.output / "comparison" / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    if table:
        (folder / "forces.csv").write_text(table, encoding="utf-8")
    picture = (project.runs("kent") / "A1" / "figures" / "route.svg").read_bytes()
    for name in manifest["figures"]:
        (folder / f"{name}.svg").write_bytes(picture)


def build(project, params, audience, tmp_path, slugs=FORCES):
    build_site(project, params, sources_of(project, slugs), audience, tmp_path / "site", "")
    return tmp_path / "site"


def test_the_public_sees_forces_beside_each_other(own, params, tmp_path):
    site = build(own, params, "public", tmp_path)
    text = text_of(site / "findings" / "A2.html")
    assert "Attended: all within the lines" in text and "2 of 3 forces are compared." in text
    pictures = [i.get("src") for i in parsed(site / "findings" / "A2.html").iter("img")]
    assert pictures == [f"../comparison/attendance_pct-{n}.png" for n in ("funnel", "forces-compared")]
    assert all((site / "findings" / p).is_file() for p in pictures)
    row = "Crimes attended (A2) 83.4% 83.4% Within the inner lines"
    assert row in text_of(site / "forces" / "durham" / "index.html")
    # Kent rests on too few units: listed, its number not given.
    assert row.split(" 83.4%")[0] not in text_of(site / "forces" / "kent" / "index.html")
    table = (site / "comparison" / "attendance_pct.csv").read_text(encoding="utf-8")
    assert "kent,Kent,small_n,[x],[x],[x]" in table and "71.25" not in table


def test_a_force_sees_itself_beside_the_others_and_no_other_by_name(own, params, tmp_path):
    site = build(own, params, "force", tmp_path, ["cleveland"])
    text = text_of(site / "forces" / "cleveland" / "index.html")
    assert "Crimes attended (A2) 83.4% 79.0% n/a Within the inner lines" in text
    assert "It lies within the lines." in text_of(site / "findings" / "A2.html")
    assert "durham" not in everything(site).lower()
    assert not list(site.rglob("*forces-compared*"))


def test_a_picture_that_is_not_there_costs_only_that_picture_and_is_said(own, params, tmp_path):
    folder = own.output / "comparison" / "indicators" / "attendance_pct"
    (folder / "funnel.svg").write_bytes(b"no picture")
    site = build(own, params, "public", tmp_path)
    text = text_of(site / "findings" / "A2.html")
    assert "Crimes attended: a picture could not be shown." in text and "2 of 3 forces are compared." in text
    pictures = [i.get("src") for i in parsed(site / "findings" / "A2.html").iter("img")]
    assert pictures == ["../comparison/attendance_pct-forces-compared.png"]


def test_pictures_that_name_others_are_left_out_of_a_forces_site(own, params, tmp_path):
    path = own.output / "comparison" / "forces" / "cleveland" / "attendance_pct" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "caution": "Names forces"}), encoding="utf-8")
    site = build(own, params, "force", tmp_path, ["cleveland"])
    assert not (site / "comparison").exists()
    assert "79.0%" in text_of(site / "forces" / "cleveland" / "index.html")


@pytest.mark.parametrize("audience", ["public", "force"])
def test_a_comparison_of_other_evidence_is_left_out_and_said(own, params, tmp_path, audience):
    folder = own.runs("cleveland") / "A2"
    made = read_bundle(folder)
    write_bundle(made.model_copy(update={"notes": ("Run again.",)}), folder)
    site = build(own, params, audience, tmp_path, FORCES if audience == "public" else ["cleveland"])
    said = "1 comparison is left out: it rests on evidence that has changed since."
    assert said in text_of(site / "findings" / "A2.html")
    assert said in text_of(site / "forces" / "cleveland" / "index.html")
    assert not (site / "comparison").exists()


def test_a_comparison_that_holds_a_withheld_figure_is_left_out(own, params, tmp_path):
    """Bail absconders are fewer than 5 in Cleveland, though the comparison holds the number."""
    compare(own, "fta_bail_n", "A6")
    site = build(own, params, "force", tmp_path, ["cleveland"])
    assert "it holds a figure that is withheld." in text_of(site / "findings" / "A6.html")
    assert not list(site.rglob("fta_bail_n*"))


def test_of_a_comparison_above_its_level_the_public_hears_nothing(own, params, tmp_path):
    compare(own, "fta_bail_n", "A6")
    site = build(own, params, "public", tmp_path)
    assert not list(site.rglob("fta_bail_n*"))
    assert "left out" not in text_of(site / "findings" / "A6.html")
