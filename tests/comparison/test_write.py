"""What a comparison leaves on disk: all forces for inspectors, and for each force its own figures only."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pandas as pd
import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.comparison import gather, pages
from hmic_analysis.comparison.compare import folder_name
from hmic_analysis.figures.chart import SYNTHETIC_NOTE
from hmic_analysis.project import find_project

from .made import PARAMS, evidence, indicator


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Evidence of 41 forces: Cleveland far above the others, two not run."""
    from tests.conftest import copy_project

    home = find_project(copy_project(tmp_path_factory.mktemp("comparison") / "project"))
    for number, force in enumerate(PARAMS.territorial[2:]):
        x = 990 if force.slug == "cleveland" else 700 + 3 * number
        evidence(home, force.slug, indicator(x, 1000), synthetic=True)
    return home


@pytest.fixture(scope="module")
def written(project):
    code = main(
        ["compare", "-i", "attendance_pct", "--claim", "A2b", "-f", "cleveland", "-f", "durham"]
        + ["--project", str(project.root)]
    )
    assert code == 0
    return project.output / "comparison"


def test_files_and_their_hashes(written):
    folder = written / "indicators" / "attendance_pct"
    names = {p.name for p in folder.iterdir()}
    charts = {f"{name}.{end}" for name in ("funnel", "forces-compared", "tile-map") for end in ("svg", "csv")}
    assert names == charts | {"forces.csv", "manifest.json"}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, mark in manifest["outputs"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == mark
    assert set(manifest["outputs"]) == names - {"manifest.json"}
    looked_at = len(PARAMS.territorial) - 2
    assert len(manifest["inputs"]) == looked_at and manifest["synthetic"] is True
    assert (manifest["looks"], manifest["n_forces"]) == (looked_at, looked_at)
    assert manifest["spread"] >= 0 and manifest["false_alarm"] <= 0.00201 and manifest["named"] == ["cleveland"]
    assert manifest["left_out"]["bedfordshire"][0] == "not_run"
    assert manifest["rules"]["outer_limit_pct"] == 99.8
    total = 990 + sum(700 + 3 * n for n, f in enumerate(PARAMS.territorial[2:]) if f.slug != "cleveland")
    assert manifest["all_forces"] == pytest.approx(100 * total / (1000 * looked_at))


def test_the_table_holds_every_force_and_says_that_it_is_synthetic(written):
    table = pd.read_csv(written / "indicators" / "attendance_pct" / "forces.csv")
    assert len(table) == len(PARAMS.territorial) and set(table["note"]) == {SYNTHETIC_NOTE}
    row = table.set_index("force").loc["cleveland"]
    assert (row["value"], row["position"], row["named"]) == (99.0, "far_above", True)
    assert table.set_index("force").loc["bedfordshire", ["value", "p"]].isna().all()


def test_the_funnel_of_all_names_nobody(written):
    names = [f.name for f in PARAMS.territorial]
    folder = written / "indicators" / "attendance_pct"
    figure = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["figures"]["funnel"]
    text = (folder / "funnel.csv").read_text(encoding="utf-8") + json.dumps(figure)
    assert [n for n in names if n in text] == []


def test_a_force_sees_its_own_figure_and_the_others_together_only(written):
    folder = written / "forces" / "cleveland" / "attendance_pct"
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    own = json.loads(text)
    assert (own["value"], own["named"], own["position"]) == (99, True, "far_above")
    assert [g["forces"] for g in own["against"]] == [40, 7]
    assert "computed by this package, not the Home Office's most similar group" in own["sentence"]
    assert own["similar_forces"]["computed"] is True
    values = pd.read_csv(written / "indicators" / "attendance_pct" / "forces.csv").set_index("force")["value"]
    others = {round(v, 6) for f, v in values.dropna().items() if f != "cleveland"}
    assert not others & {own["value"], *(g["value"] for g in own["against"])}
    assert "inputs" not in own and len(own["inputs_sha256"]) == 64
    funnel = pd.read_csv(folder / "funnel.csv")
    assert set(funnel["label"]) == {"Cleveland", "another force"}
    assert {p.name for p in folder.iterdir()} == {"funnel.svg", "funnel.csv", "manifest.json"}
    names = {f.name for f in PARAMS.territorial} - {"Cleveland"}
    assert [n for n in names if f'"{n}"' in text or f" {n} " in text] == []
    durham = json.loads(
        (written / "forces" / "durham" / "attendance_pct" / "manifest.json").read_text(encoding="utf-8")
    )
    assert durham["named"] is False and durham["position"] == "inside"


def test_a_second_time_gives_the_same_bytes(written, project):
    folder = written / "indicators" / "attendance_pct"
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert main(["compare", "-i", "attendance_pct", "--project", str(project.root)]) == 0
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert [p.name for p in folder.parent.iterdir() if p.name.startswith(".")] == []


def test_other_forces_are_named_only_where_that_is_asked_for(project, tmp_path):
    from tests.conftest import copy_project

    home = find_project(copy_project(tmp_path / "named"))
    for number, force in enumerate(PARAMS.territorial):
        evidence(home, force.slug, indicator(990 if force.slug == "kent" else 700 + number, 1000), synthetic=True)
    words = ["compare", "-i", "attendance_pct", "-f", "cleveland", "--name-others", "--project", str(home.root)]
    assert main(words) == 0
    folder = home.output / "comparison" / "forces" / "cleveland" / "attendance_pct"
    assert "Kent" in (folder / "funnel.csv").read_text(encoding="utf-8")
    group = pd.read_csv(folder / "similar-forces.csv")
    assert len(group) == 8 and "Cleveland" in set(group["label"]) and group["similar"].sum() == 7
    assert "Names forces" in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["caution"]


def test_a_median_is_shown_force_by_force_without_a_funnel(project, tmp_path):
    from tests.conftest import copy_project

    home = find_project(copy_project(tmp_path / "medians"))
    name = "outstanding_age_days_median"
    for number, force in enumerate(PARAMS.territorial):
        made = indicator(None, None, id=name, name=name, unit="days", value=20.0 + number, denominator=60)
        evidence(home, force.slug, made, finding="A6")
    assert main(["compare", "-i", name, "-f", "cleveland", "--project", str(home.root)]) == 0
    folder = home.output / "comparison"
    assert not (folder / "indicators" / name / "funnel.svg").exists()
    own = json.loads((folder / "forces" / "cleveland" / name / "manifest.json").read_text(encoding="utf-8"))
    assert own["value"] == 25 and own["all_forces"] is None and own["position"] == ""


def test_of_two_forces_neither_learns_the_others_figure(tmp_path):
    from tests.conftest import copy_project

    home = find_project(copy_project(tmp_path / "two"))
    evidence(home, "cleveland", indicator(990, 1000))
    evidence(home, "kent", indicator(613, 1000))
    assert main(["compare", "-i", "attendance_pct", "-f", "cleveland", "--project", str(home.root)]) == 0
    folder = home.output / "comparison" / "forces" / "cleveland" / "attendance_pct"
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    own = json.loads(text)
    assert [p.name for p in folder.iterdir()] == ["manifest.json"]
    assert own["value"] == 99 and own["all_forces"] is None
    assert [g["value"] for g in own["against"]] == [None, None] and "61.3" not in text and "80.15" not in text


def test_verdicts_are_mapped(written):
    folder = written / "claims" / "a2b"
    assert {p.name for p in folder.iterdir()} == {
        "verdict-map.svg", "verdict-map.csv", "forces.csv", "manifest.json",
    }  # fmt: skip
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["verdicts"] == {"supported": 41}


def test_without_words_everything_that_can_be_is_compared(project, capsys):
    assert main(["compare", "--project", str(project.root)]) == 0
    told = capsys.readouterr().out
    assert "1 figures compared: 41 looks, 1 forces named; about 0 would be by chance" in told
    assert "Without a report: Avon and Somerset, Bedfordshire" in told and "No force has evidence on finding A6" in told
    page = (project.output / "comparison" / "index.html").read_text(encoding="utf-8")
    assert "Recorded crimes attended" in page and "Cleveland: 99.0%" in page
    # The second time nothing is made.
    before = (project.output / "comparison" / "indicators" / "attendance_pct" / "manifest.json").stat().st_mtime_ns
    assert main(["compare", "--project", str(project.root)]) == 0
    assert "Nothing has changed since" in capsys.readouterr().out
    after = (project.output / "comparison" / "indicators" / "attendance_pct" / "manifest.json").stat().st_mtime_ns
    assert before == after


def test_the_page_of_a_force_names_no_other(project):
    assert main(["compare", "-f", "cleveland", "--project", str(project.root)]) == 0
    page = (project.output / "comparison" / "forces" / "cleveland" / "index.html").read_text(encoding="utf-8")
    assert "Where Cleveland stands" in page and "One look was made at Cleveland" in page
    assert "fewer than one of them would lie outside the outer lines" in page
    assert "Higher than other forces, beyond chance and the usual differences (1)" in page
    assert not [f.name for f in PARAMS.territorial if f.slug != "cleveland" and f.name in page]


def test_forces_side_by_side(project):
    words = ["compare", "beside", "--finding", "A2", "-f", "cleveland", "-f", "durham", "-f", "bedfordshire"]
    assert main([*words, "--project", str(project.root)]) == 0
    page = (project.output / "comparison" / "beside" / "a2-cleveland-durham-bedfordshire.html").read_text("utf-8")
    assert (
        "99.0% of 1,000" in page and "supported, grade A" in page and "Not run: hmic run --force bedfordshire" in page
    )


def test_a_reason_that_several_figures_share_is_told_once_beside_another_force(project, monkeypatch):
    why = "Links lead nowhere."
    gone = {"value": None, "numerator": None, "denominator": None, "note": why}

    def read(*args):
        for one in gather.read_evidence(*args):
            figures = [i.model_copy(update=gone) for i in one.bundle.indicators[:1]]
            figures.append(figures[0].model_copy(update={"id": "another_pct"}))
            yield dataclasses.replace(one, bundle=one.bundle.model_copy(update={"indicators": tuple(figures)}))

    monkeypatch.setattr(pages, "read_evidence", read)
    found = pages.side_by_side(project, PARAMS, "A2", ["cleveland", "durham"])
    told = found[found["what"] == "figure"]
    assert told["Cleveland"].tolist() == told["Durham"].tolist() == [why, "no figure, for a reason given above"]


def test_figures_of_two_definitions_are_not_set_side_by_side(project):
    for slug, types in (("cleveland", "officer"), ("durham", "officer and PCSO")):
        how = {"definition_mark": types, "definition_values": {"attendance.resource_types": types}}
        evidence(project, slug, indicator(90, 100, **how))
    found = pages.side_by_side(project, PARAMS, "A2", ["cleveland", "durham"])
    told = found[found["id"] == "attendance_pct"].iloc[0]
    assert told["Cleveland"] == (
        "attendance_pct of Durham is another figure than that of Cleveland, and they are not put together: "
        "attendance.resource_types is officer and PCSO for Durham and officer for Cleveland."
    )
    assert told["Durham"] == "not put together"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["-i", "attendence_pct"], 2, "Did you mean 'attendance_pct'"),
        (["-i", "fta_bail_pct"], 3, "No force has evidence on finding A6"),
        (["-i", "attendance_pct", "-f", "clevland"], 2, "Did you mean 'cleveland'"),
        (["-i", "attendance_pct", "-f", "alexandria"], 2, "none of the 43"),
        (["--claim", "A2x"], 2, "There is no claim"),
        (["--claim", "A1b"], 3, "No force has evidence on claim A1b"),
        (["-i", "attendance_pct", "reconcile", "--from", "2014-01", "--to", "2014-03"], 2, "not before it"),
        (["reconcile", "--from", "2014-02", "--to", "2014-04"], 2, "aren't whole quarters"),
        (["reconcile", "--from", "2014-13", "--to", "2014-04"], 2, "is not a month"),
        (["reconcile", "--from", "2014-01", "--to", "2014-03"], 3, "no published recorded crime for 2013/14 quarter 4"),
    ],
)
def test_words_that_are_wrong(project, capsys, words, code, said):
    assert main(["compare", *words, "--project", str(project.root)]) == code
    assert said in capsys.readouterr().err


def test_folder_names():
    assert folder_name("attendance_pct[violence]") == "attendance_pct-violence"
    assert folder_name("satisfied_pct[whole experience]") == "satisfied_pct-whole-experience"
