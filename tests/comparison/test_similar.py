"""Forces like a force: by the parameters where given, else by public facts and labelled so."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from hmic_analysis.comparison.methods import COMPUTED, distances, public_facts, similar_forces
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

from .made import PARAMS


def test_seven_nearest_without_itself_and_without_the_city():
    for force in PARAMS.territorial:
        found = similar_forces(PARAMS, force.slug)
        if force.slug == "city-of-london":
            assert found.members == () and "so few people live" in found.reason
            continue
        assert len(found.members) == 7 and len(set(found.members)) == 7
        assert force.slug not in found.members and "city-of-london" not in found.members
        assert found.computed and found.label == COMPUTED and COMPUTED in found.words
        assert found.distances.is_monotonic_increasing and len(found.distances) == 41


def test_clevelands_group_is_of_urban_forces_of_the_north_and_wales():
    found = similar_forces(PARAMS, "cleveland").members
    assert {"merseyside", "south-yorkshire", "gwent", "south-wales"} <= set(found)
    assert not {"metropolitan", "dyfed-powys", "surrey", "devon-and-cornwall"} & set(found)


def test_a_group_that_is_given_is_taken(project_folder):
    path = project_folder / "params" / "forces" / "cleveland.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\nmost_similar_forces: [durham, gwent]\n", encoding="utf-8")
    found = similar_forces(load_params(find_project(project_folder)), "cleveland")
    assert found.members == ("durham", "gwent") and not found.computed
    assert found.words == "2 similar forces (as given in the parameters)"


def test_bodies_that_are_none_of_the_43_have_no_group():
    assert "none of the territorial forces" in similar_forces(PARAMS, "alexandria").reason


def test_facts_by_hand():
    facts = public_facts(PARAMS.territorial)
    assert len(facts) == 42 and facts.notna().all(axis=None)
    row = facts.loc["cleveland"]
    assert row["population"] == pytest.approx(math.log(559_966))
    assert row["density"] == pytest.approx(math.log(559_966 / 606))
    assert row["crime_rate"] == pytest.approx(1000 * 38_973 / 559_966)
    assert row["officers"] == pytest.approx(1000 * 1381.79 / 559_966)
    assert row["violence":"other"].sum() == pytest.approx(100)


def test_distances_by_hand():
    facts = pd.DataFrame(
        {"population": [0.0, 2, 4], "violence": [10.0, 10, 40], "burglary": [30.0, 60, 30]}, index=["a", "b", "c"]
    )
    found = distances(facts, "a")
    # Population: mean 2, deviation sqrt(8/3).  Violence: deviation sqrt(200).  Burglary: the same.  Two groups of
    # offences weigh a half each.
    b = (2 / math.sqrt(8 / 3)) ** 2 + 0.5 * (30 / math.sqrt(200)) ** 2
    c = (4 / math.sqrt(8 / 3)) ** 2 + 0.5 * (30 / math.sqrt(200)) ** 2
    assert found["b"] == pytest.approx(math.sqrt(b)) and found["c"] == pytest.approx(math.sqrt(c))
    assert list(found.index) == ["b", "c"]


def test_a_fact_that_does_not_vary_parts_nobody():
    facts = pd.DataFrame({"population": [1.0, 1, 1], "density": [0.0, 1, 5]}, index=["a", "b", "c"])
    assert distances(facts, "a")["b"] < distances(facts, "a")["c"]


def test_the_mix_of_each_force_sums_to_its_recorded_crime():
    for force in PARAMS.territorial:
        assert sum(force.recorded_crime_mix.model_dump().values()) == force.recorded_crime_2013_14
        assert force.area_km2 > 0
    assert sum(f.area_km2 for f in PARAMS.territorial) == pytest.approx(151_000, rel=0.01)
