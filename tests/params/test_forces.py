"""The facts on the 43 forces, recomputed from the published tables they were taken from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="module")
def forces():
    return load_params(Project(ROOT)).territorial


def test_totals_of_england_and_wales(forces):
    assert len({f.pfa_code for f in forces}) == 43
    assert sum(f.population for f in forces) == 56_948_229
    assert sum(f.officers_fte for f in forces) == pytest.approx(127_909.30, abs=0.005)
    national = load_params(Project(ROOT)).force("england-and-wales")
    assert national.population == 56_948_229
    assert national.officers_fte == pytest.approx(sum(f.officers_fte for f in forces))
    assert national.recorded_crime_2013_14 == sum(f.recorded_crime_2013_14 for f in forces)


def test_cleveland(forces):
    cleveland = next(f for f in forces if f.slug == "cleveland")
    assert (cleveland.name, cleveland.full_name) == ("Cleveland", "Cleveland Police")
    assert (cleveland.population, cleveland.officers_fte) == (559_966, 1381.79)
    assert (cleveland.recorded_crime_2013_14, cleveland.region) == (38_973, "North East")


def test_only_the_city_of_london_has_too_few_residents(forces):
    assert [f.slug for f in forces if f.per_head_meaningless] == ["city-of-london"]


@pytest.fixture(scope="module")
def published():
    """The 43 forces as the published tables give them, by slug."""
    if not DATA.is_dir():
        pytest.skip("the open data beside the checkout are not there")
    geography = DATA / "reference-geography"
    table = pd.read_csv(geography / "force_crosswalk_derived.csv").set_index("data_police_uk_slug")
    # The lookup repeats some districts; joined as it is, a million people are counted twice.
    districts = pd.read_csv(geography / "lad_csp_pfa_lookup_dec2019.csv").drop_duplicates("LAD19CD")
    people = pd.read_csv(DATA / "population" / "la_population_2001_2019_on_2019_boundaries.csv.gz")
    people = people[people["year"] == 2013].merge(districts, left_on="ladcode19", right_on="LAD19CD")
    table["population"] = table["pfa_code"].map(people.groupby("PFA19CD")["population"].sum())
    staff = pd.read_csv(DATA / "workforce-pfa" / "police_workforce_2007_2022.csv.gz")
    officers = staff[(staff["date"] == "2014-03-01") & (staff["worker_type"] == "police officer")]
    table["officers_fte"] = table["pfa_code"].map(officers.groupby("geo_code")["total_fte"].sum())
    crime = pd.read_csv(DATA / "recorded-crime-pfa" / "prc_pfa_long.csv.gz", dtype={"Offence Code": str})
    crime = crime[(crime["FY"] == "2013/14") & crime["territorial"]].groupby("Force")["n"].sum()
    table["recorded_crime_2013_14"] = table["recorded_crime_force_name"].map(crime)
    return table


@pytest.mark.shared
def test_every_force_is_as_published(forces, published):
    assert {f.slug for f in forces} == set(published.index)
    for force in forces:
        row = published.loc[force.slug]
        assert force.pfa_code == row["pfa_code"]
        assert force.name == row["ons_pfa_name"].removesuffix(" Police")
        assert force.full_name == row["street_reported_by"]
        assert force.region == row["region"]
        assert force.population == row["population"]
        assert force.officers_fte == pytest.approx(row["officers_fte"], abs=0.005)
        assert force.recorded_crime_2013_14 == row["recorded_crime_2013_14"]
