"""The same path on real data that nobody here made: open street files, and a foreign command and control export."""

from __future__ import annotations

import csv
from collections import Counter

import pandas as pd
import pytest

from hmic_analysis.letters.compose import compose, letter_catalogue, letter_settings
from hmic_analysis.letters.reading import stray_numbers
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.returns import prepare_force
from hmic_analysis.store.manifest import read_manifest
from hmic_analysis.store.tables import load_table

from .conftest import copy_project
from .support import evidence_of, verdicts

pytestmark = pytest.mark.shared


def project_with(folder, force, files):
    """A project whose force has these files as its return."""
    project = find_project(copy_project(folder / "project"))
    target = project.raw / force
    target.mkdir()
    for path in files:
        (target / path.name).write_bytes(path.read_bytes())
    prepare_force(project, load_params(project), force)
    return project


@pytest.fixture(scope="module")
def street(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("street")
    files = sorted((shared / "police-uk-cleveland-2014").iterdir())
    project = project_with(folder, "cleveland-open-data", files)
    return project, evidence_of(project, "cleveland-open-data", folder / "evidence", charts="pictures")


@pytest.fixture(scope="module")
def cad(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cad")
    files = sorted((shared / "cad-alexandria-2025").iterdir())
    project = project_with(folder, "alexandria", files)
    return project, evidence_of(project, "alexandria", folder / "evidence", ("A1", "A2", "F1"), charts="pictures")


def test_every_street_row_is_kept_also_the_repeated_ones(street, shared):
    project, _ = street
    plain = Counter()
    for path in sorted((shared / "police-uk-cleveland-2014").glob("*-street.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            plain.update((row["Month"], row["Crime type"]) for row in csv.DictReader(file))
    manifest = read_manifest(project, "cleveland-open-data")
    assert sum(a.read for a in manifest.accounts) == sum(a.kept for a in manifest.accounts) == 78_081
    incident = load_table(project, "cleveland-open-data", "incident")
    crime = load_table(project, "cleveland-open-data", "crime")
    assert len(incident) == 41_718 and len(crime) == 36_363
    assert incident["incident_id"].is_unique
    loaded = Counter()
    for frame, month, kind in ((incident, "created_month", "incident_type"), (crime, "recorded_month", "crime_type")):
        loaded.update(zip(frame[month].dt.strftime("%Y-%m"), frame[kind], strict=True))
    assert loaded == plain


def test_open_street_data_decide_no_claim_and_say_why(street):
    _, bundles = street
    assert set(verdicts(bundles).values()) == {"not_determinable"}
    claims = {c.claim: c for b in bundles.values() for c in b.claims}
    assert claims["A1a"].reasons == ("source_cannot_tell",)
    assert claims["A6a"].reasons == ("source_cannot_tell",)
    assert claims["A2c"].reasons == ("comparators_missing",)
    assert all(c.why and c.sentence and not c.numbers for c in claims.values())


def test_types_over_time_are_drawn_from_a_plain_count(street):
    project, bundles = street
    figure = next(f for f in bundles["F1"].figures if f.name == "types-over-time")
    folder = project.root.parent / "evidence" / "F1"
    data = pd.read_csv(folder / figure.data)
    asb = data[data["group"] == "Anti-social behaviour"]
    assert asb["value"].sum() == 41_718 and len(asb) == 11
    assert asb.set_index("month")["value"].to_dict()["2014-10-01"] == 4_151
    assert (folder / figure.svg).stat().st_size > 10_000


def test_no_figure_in_the_letter_is_invented(street):
    project, bundles = street
    params = load_params(project)
    letter = compose(list(bundles.values()), letter_settings(params, "cleveland-open-data"), letter_catalogue(params))
    assert stray_numbers(letter, list(bundles.values())) == []
    assert not letter.synthetic


def test_attendance_of_the_foreign_log_has_both_bounds_and_its_caveat(cad, shared):
    project, bundles = cad
    rows = pd.concat(pd.read_csv(f, dtype=str) for f in sorted((shared / "cad-alexandria-2025").glob("week4?.csv")))
    police = rows[(rows["Agency"] == "POLICE") & rows["Master_Incident_Number"].notna()]
    police = police[police["Master_Incident_Number"] != "NULL"]
    assert len(load_table(project, "alexandria", "incident")) == len(police)
    indicator = bundles["A2"].indicator("incident_attendance_pct")
    assert 0 < indicator.unknown < indicator.denominator
    assert indicator.lo_missing < indicator.value < indicator.hi_missing
    assert any("never dispatched are not in the export" in c for c in indicator.caveats)
    own = bundles["A2"].indicator("incident_attendance_pct[officer initiated]")
    assert own.denominator + own.unknown < indicator.denominator


def test_response_times_of_the_foreign_log_by_priority(cad):
    project, bundles = cad
    table = next(t for t in bundles["A2"].tables if t.name == "response-times")
    times = pd.read_csv(project.root.parent / "evidence" / "A2" / table.data).set_index("label")
    assert times.loc["Officer initiated", "median"] < 1
    urgent, later = times.loc["Emergency (1)", "median"], times.loc["Priority (2)", "median"]
    assert 0 < urgent < later < 60
    assert times["over_24_hours"].sum() >= 1


def test_the_night_the_clocks_went_back_is_counted(cad):
    project, _ = cad
    manifest = read_manifest(project, "alexandria")
    assert manifest.tables["incident"].flags["ambiguous_local_time"] > 0
    incident = load_table(project, "alexandria", "incident")
    deployment = load_table(project, "alexandria", "deployment")
    both = deployment.merge(incident[["incident_id", "created_at", "call_at"]], on="incident_id")
    night = both[both["created_at"].dt.strftime("%Y-%m-%d %H") == "2025-11-02 01"]
    assert len(night) > 0
    # In wall time two of them arrive before they begin; in true time none does.
    assert (night["at_scene_at"].dt.tz_localize(None) < night["created_at"].dt.tz_localize(None)).sum() >= 1
    assert not (night["at_scene_at"] < night["created_at"] - pd.Timedelta(minutes=1)).any()


@pytest.mark.parametrize(
    ("force", "folder", "rows"), [("seattle-sample", "cad-seattle", 497), ("lfb-sample", "cad-lfb-sample-2009", 40)]
)
def test_the_other_exports_load_by_their_mappings(shared, tmp_path, force, folder, rows):
    project = project_with(tmp_path, force, [p for p in (shared / folder).iterdir() if p.suffix == ".csv"])
    manifest = read_manifest(project, force)
    assert sum(a.read for a in manifest.accounts) == sum(a.kept for a in manifest.accounts) == rows
    bundles = evidence_of(project, force, tmp_path / "evidence", ("A2",), charts="pictures")
    assert set(verdicts(bundles).values()) == {"not_determinable"}
