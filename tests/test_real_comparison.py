"""Forces beside each other on open data: street extracts of 41 forces against the Home Office's quarter."""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.comparison.compare import beside_others
from hmic_analysis.comparison.methods import pool
from hmic_analysis.comparison.reconcile import (
    Quarter,
    crime_rates,
    months_between,
    quarters_of,
    reconcile,
    recorded_crime,
)
from hmic_analysis.errors import DataError
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.returns import prepare_force
from hmic_analysis.store.manifest import read_manifest
from hmic_analysis.store.tables import load_table

from .conftest import copy_project

pytestmark = pytest.mark.shared

PUBLISHED = "england-and-wales-open-data"
TABLES = (
    "recorded-crime-pfa/prc_pfa_long.csv.gz",
    "workforce-pfa/police_workforce_2007_2022.csv.gz",
    "population/la_population_2001_2019_on_2019_boundaries.csv.gz",
    "outcomes-pfa/outcomes_2018_19.csv.gz",
    "reference-geography/lad_csp_pfa_lookup_dec2019.csv",
)
SHORT = {"cheshire", "hampshire", "warwickshire", "wiltshire", "gwent", "dyfed-powys"}
NO_FILES = {"metropolitan", "greater-manchester"}
NO_MARCH = {"west-midlands", "west-yorkshire"}


def outcomes(table: pd.DataFrame, year: str) -> pd.Series:
    """Offences recorded in a financial year that have any outcome in the table, by force.

    By slug.  Only the measure "offences recorded in the quarter": outcomes given in the quarter, whenever the
    offence was recorded, are another measure and are never added to it.
    """
    rows = table[table["financial_year"] == year]
    return rows.groupby("force_slug")["outcomes_of_recorded"].sum(min_count=1).astype(float).rename("outcomes")


def officers(table: pd.DataFrame, month: str) -> pd.Series:
    """Police officers of each force at the end of a month.

    Full-time equivalents by code of the force area; special constables, staff and volunteers are no officers.
    """
    rows = table[(table["counted_month"] == pd.Timestamp(f"{month}-01")) & (table["worker_type"] == "police officer")]
    return rows.groupby("pfa_code")["fte"].sum().rename("officers_fte")


def residents(population: pd.DataFrame, districts: pd.DataFrame, year: int) -> pd.Series:
    """Residents of each force area in the middle of a year.

    By code of the force area, each district counted once; districts without a force area are in none.
    """
    # Joined row by row the repeated districts would be counted once for each partnership.
    once = districts[["district_code", "pfa_code"]].drop_duplicates()
    twice = once["district_code"][once["district_code"].duplicated()]
    if len(twice):
        raise DataError(
            f"district_reference: district {twice.iloc[0]} lies in two force areas. Correct the lookup: each district "
            "belongs to one."
        )
    people = population[population["year"] == year].merge(once, on="district_code", how="inner", validate="1:1")
    return people.groupby("pfa_code")["residents"].sum().astype(float).rename("residents")


@pytest.fixture(scope="module")
def project(shared, tmp_path_factory):
    """The published tables, loaded like any return."""
    home = find_project(copy_project(tmp_path_factory.mktemp("open") / "project"))
    folder = home.raw / PUBLISHED
    folder.mkdir()
    for name in TABLES:
        (folder / Path(name).name).write_bytes((shared / name).read_bytes())
    prepare_force(home, load_params(home), PUBLISHED)
    return home


@pytest.fixture(scope="module")
def street(project, shared):
    """The street extracts of 41 forces, January to March 2014, each loaded as that force's return."""
    slugs = [f.slug for f in load_params(project).territorial]
    for slug in slugs:
        files = sorted((shared / "police-uk-all-forces-2014q1").glob(f"2014-0?/*-{slug}-street.csv.gz"))
        if files:
            own = project.params / "forces" / f"{slug}.yml"
            before = own.read_text(encoding="utf-8") if own.exists() else ""
            own.write_text(before + "\nsources: [police-uk-street]\n", encoding="utf-8")
            folder = project.raw / slug
            folder.mkdir()
            for path in files:
                (folder / path.name).write_bytes(path.read_bytes())
    params = load_params(project)
    for slug in slugs:
        prepare_force(project, params, slug)
    return project


@pytest.fixture(scope="module")
def found(street):
    params = load_params(street)
    return reconcile(street, params, "2014-01", "2014-03", [f.slug for f in params.territorial], PUBLISHED)


def plain_counts(shared, quarter: str, year: str = "2013/14") -> Counter:
    """Offences by the publisher's name, counted without the package."""
    totals = Counter()
    with gzip.open(shared / TABLES[0], "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["FY"] == year and row["Financial Quarter"] == quarter and row["territorial"] == "True":
                totals[row["Force"]] += int(row["n"])
    return totals


def crosswalk(shared) -> pd.DataFrame:
    return pd.read_csv(shared / "reference-geography" / "force_crosswalk_derived.csv").set_index("data_police_uk_slug")


def test_published_tables_load_whole(project):
    manifest = read_manifest(project, PUBLISHED)
    kept = {a.file.rsplit("/", 1)[-1]: a.kept for a in manifest.accounts}
    assert kept == {
        "prc_pfa_long.csv.gz": 321_893,
        "police_workforce_2007_2022.csv.gz": 25_198,
        "la_population_2001_2019_on_2019_boundaries.csv.gz": 7_258,
        "outcomes_2018_19.csv.gz": 132_529,
        "lad_csp_pfa_lookup_dec2019.csv": 342,
    }
    assert sum(a.read for a in manifest.accounts) == sum(kept.values())


def test_recorded_crime_of_a_quarter_is_the_published_sum_of_every_force(project, shared):
    table = load_table(project, PUBLISHED, "recorded_crime_reference")
    totals = recorded_crime(table, [Quarter("2013/14", 4)])
    plain = plain_counts(shared, "4")
    names = crosswalk(shared)["recorded_crime_force_name"]
    assert len(totals) == 43 and set(totals.index) == set(names.index)
    assert {slug: totals[slug] for slug in names.index} == {slug: plain[name] for slug, name in names.items()}
    year = recorded_crime(table, [Quarter("2013/14", q) for q in (1, 2, 3, 4)])
    assert {f.slug: f.recorded_crime_2013_14 for f in load_params(project).territorial} == year.to_dict()
    assert (table["offences"] < 0).sum() == 426, "cancelled crimes stay in the sums"
    assert recorded_crime(table, [Quarter("2013/14", 4), Quarter("2025/26", 4)]).isna().all(), "half a period is none"


def test_the_mix_of_crime_in_the_parameters_is_the_published_one(project):
    table = load_table(project, PUBLISHED, "recorded_crime_reference")
    rows = table[(table["financial_year"] == "2013/14") & table["is_territorial"]]
    theft = {"Domestic burglary": "burglary", "Non-domestic burglary": "burglary", "Vehicle offences": "vehicle"}
    groups = {
        "Violence against the person": "violence",
        "Sexual offences": "sexual",
        "Robbery": "robbery",
        "Criminal damage and arson": "criminal_damage",
        "Drug offences": "drugs",
        "Public order offences": "public_order",
        "Theft offences": "other_theft",
    }
    part = rows["offence_subgroup"].map(theft).fillna(rows["offence_group"].map(groups)).fillna("other")
    found = rows.groupby(["force_slug", part.rename("part")])["offences"].sum()
    for force in load_params(project).territorial:
        assert {k: v for k, v in force.recorded_crime_mix.model_dump().items() if v} == {
            k: v for k, v in found[force.slug].to_dict().items() if v
        }


def test_areas_in_the_parameters_are_those_of_the_boundaries(project, shared):
    """Equal-area on the ellipsoid of the coordinates (WGS 84): degrees of longitude by the authalic sine of latitude."""
    document = json.loads((shared / "reference-geography" / "pfa_boundaries_dec2023_buc.geojson").read_text("utf-8"))
    a, e = 6378.137, math.sqrt(0.00669437999014)

    def q(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        return (1 - e * e) * (s / (1 - (e * s) ** 2) - math.log((1 - e * s) / (1 + e * s)) / (2 * e))

    def ring(points: list[list[float]]) -> float:
        xy = [(math.radians(lon), q(lat) / 2) for lon, lat in points]
        return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(xy, xy[1:], strict=False))) / 2 * a * a

    areas = {}
    for feature in document["features"]:
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        areas[feature["properties"]["PFA23CD"]] = sum(ring(p[0]) - sum(map(ring, p[1:])) for p in polygons)
    assert {f.pfa_code: f.area_km2 for f in load_params(project).territorial} == {
        code: round(area) for code, area in areas.items()
    }


def test_officers_are_those_of_the_parameters(project):
    table = load_table(project, PUBLISHED, "workforce_reference")
    found = officers(table, "2014-03")
    assert len(found) == 43 and found.sum() == pytest.approx(127_909.30, abs=0.01)
    for force in load_params(project).territorial:
        assert found[force.pfa_code] == pytest.approx(force.officers_fte, abs=0.006)
    assert officers(table, "2015-03")["E23000013"] == pytest.approx(1325.44, abs=0.005)


def test_repeated_districts_are_counted_once(project):
    people = load_table(project, PUBLISHED, "population_reference")
    lookup = load_table(project, PUBLISHED, "district_reference")
    assert len(lookup) == 342 and lookup["district_code"].nunique() == 339
    once = residents(people, lookup, 2013)
    assert len(once) == 43 and once.sum() == 56_948_229 and once["E23000013"] == 559_966
    year = people[people["year"] == 2013]
    joined = year.merge(lookup, on="district_code")
    assert len(joined) > joined["district_code"].nunique(), "the trap is there: a plain join repeats districts"
    assert joined["residents"].sum() == 57_960_011
    assert once.to_dict() == {f.pfa_code: f.population for f in load_params(project).territorial}
    two = pd.concat([lookup, lookup.head(1).assign(pfa_code="E23000013", partnership_code="x")])
    with pytest.raises(DataError, match="lies in two force areas"):
        residents(people, two, 2013)


def test_outcomes_of_recorded_crimes_agree_with_recorded_crime(project):
    crime = recorded_crime(
        load_table(project, PUBLISHED, "recorded_crime_reference"), [Quarter("2018/19", q) for q in (1, 2, 3, 4)]
    )
    found = outcomes(load_table(project, PUBLISHED, "outcome_reference"), "2018/19")
    ratio = (found / crime).dropna()
    assert len(ratio) == 43 and ratio.between(0.97, 1.03).all()
    assert found["cleveland"] == 67_276 and crime["cleveland"] == 67_254


def test_what_was_counted_is_what_stands_in_the_files(found, shared):
    counted = found.frame.set_index("force")["counted"]
    for slug in ("cleveland", "gwent", "dyfed-powys", "city-of-london"):
        ids, rows = set(), 0
        for path in sorted((shared / "police-uk-all-forces-2014q1").glob(f"2014-0?/*-{slug}-street.csv.gz")):
            with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
                crimes = [r["Crime ID"] for r in csv.DictReader(file) if r["Crime type"] != "Anti-social behaviour"]
            ids.update(crimes)
            rows += len(crimes)
        assert counted[slug] == len(ids) and (rows > len(ids)) == (slug == "dyfed-powys")


def test_forces_reconcile_with_the_quarter_or_are_flagged_with_the_reason(found, shared):
    frame = found.frame.set_index("force")
    assert len(frame) == 43
    plain = plain_counts(shared, "4")
    names = crosswalk(shared)["recorded_crime_force_name"]
    assert frame["published"].to_dict() == {slug: plain[name] for slug, name in names.items()}
    by_status = {s: set(rows.index) for s, rows in frame.groupby("status")}
    assert by_status["differs"] == SHORT
    assert by_status["months_missing"] == NO_MARCH and by_status["no_data"] == NO_FILES
    assert len(by_status["agrees"]) == 33
    assert frame.loc["cheshire", "ratio"] == pytest.approx(0.82, abs=0.005)
    assert frame.loc["hampshire", "ratio"] == pytest.approx(0.88, abs=0.005)
    assert frame.loc["warwickshire", "ratio"] == pytest.approx(0.93, abs=0.005)
    assert frame["ratio"].median() == pytest.approx(1.002, abs=0.001) and frame["ratio"].count() == 39
    assert frame.loc["west-midlands", "reason"] == "No crime of Mar 2014 in its data."
    assert "18.1% fewer crimes in its data than published" in frame.loc["cheshire", "reason"]
    assert "189 rows of its files were kept aside" in frame.loc["dyfed-powys", "reason"]
    assert frame.loc[list(NO_FILES | NO_MARCH), "ratio"].isna().all()
    assert "33 agree" in found.summary and "2 lack a month" in found.summary


def test_flagged_forces_are_in_no_total(found, street):
    params = load_params(street)
    comparison = crime_rates(params, found)
    gathered = comparison.gathered
    out = set(gathered.left_out["force"])
    assert out == SHORT | NO_FILES | NO_MARCH | {"city-of-london"}
    assert gathered.left_out["reason"].str.len().gt(0).all()
    used = found.frame[~found.frame["force"].isin(out)]
    people = sum(params.force(f).population for f in used["force"])
    assert pool(gathered).value == pytest.approx(1000 * used["counted"].sum() / people)
    assert (pool(gathered).n_units, comparison.funnel.looks) == (32, 32)
    assert "32 of 43 forces are compared" in gathered.who()
    assert comparison.funnel.named.empty and 0.15 < comparison.funnel.spread < 0.35
    without = crime_rates(params, found).funnel.frame.set_index("force").loc[list(out)]
    assert without[["p", "position", "named"]].isna().all(axis=None)


def test_cleveland_beside_the_others(found, street):
    comparison = crime_rates(load_params(street), found)
    beside = beside_others(comparison, "cleveland")
    frame = comparison.gathered.used.set_index("force")
    others = frame.drop(index="cleveland")
    rate = 1000 * others["numerator"].sum() / others["denominator"].sum()
    assert beside.others.pooled.value == pytest.approx(rate)
    assert beside.others.difference == pytest.approx(frame.loc["cleveland", "value"] / rate)
    assert 1.2 < beside.others.lo < beside.others.hi < 1.3
    assert not beside.named and beside.position == "inside"
    assert set(beside.similar.members) == set(beside.group.members) - set(comparison.gathered.left_out["force"])
    assert math.isfinite(beside.similar.lo)
    city = beside_others(comparison, "city-of-london")
    assert "So few people live there" in city.sentence and city.group.members == ()


def test_the_command_writes_the_table_and_both_pictures(street, capsys):
    words = ["compare", "reconcile", "--from", "2014-01", "--to", "2014-03", "--project", str(street.root)]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "Cheshire" in told and "0.819" in told and "33 agree with the published total" in told
    folder = street.output / "comparison" / "reconciliation" / "2014-01-to-2014-03"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["inputs"]) == 42 and set(manifest["outputs"]) == {
        "forces.csv", "reconciliation.svg", "reconciliation.csv",
    }  # fmt: skip
    rates = street.output / "comparison" / "indicators" / "recorded_crime_per_1000_residents" / "manifest.json"
    assert json.loads(rates.read_text(encoding="utf-8"))["synthetic"] is False


def test_quarters_of_months():
    assert quarters_of(months_between("2014-01", "2014-03")) == [Quarter("2013/14", 4)]
    assert quarters_of(months_between("2013-04", "2013-09")) == [Quarter("2013/14", 1), Quarter("2013/14", 2)]
    assert quarters_of(months_between("1999-10", "2000-03")) == [Quarter("1999/00", 3), Quarter("1999/00", 4)]
