"""The shipped mappings on real exports, against counts made by other means."""

from __future__ import annotations

import csv
import datetime as dt

import pytest

from hmic_analysis.store.prepare import prepare
from hmic_analysis.store.tables import load_table
from tests.store.conftest import SHARED

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the open data are not beside the checkout"),
]


@pytest.fixture
def real(shop):
    shop.ship()

    def run(source, folder):
        return prepare(shop.project, [source], "here", SHARED / folder, "Europe/London").manifest

    return run


def rows(folder, pattern):
    for path in sorted((SHARED / folder).glob(pattern)):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.DictReader(stream)


def test_police_uk_keeps_every_row(shop, real):
    manifest = real("police-uk-street", "police-uk-cleveland-2014")
    assert sum(a.read for a in manifest.accounts) == sum(a.kept for a in manifest.accounts) == 78_081
    assert {name: entry.rows for name, entry in manifest.tables.items()} == {
        "incident": 41_718,
        "crime": 36_363,
    }
    assert set(manifest.files_not_read) == {"MANIFEST.csv", "SOURCE.md"}
    incident = load_table(shop.project, "here", "incident")
    assert incident["incident_id"].is_unique
    january = incident[incident["created_month"] == "2014-01-01"]
    assert len(january) == 2_843
    crime = load_table(shop.project, "here", "crime")
    districts = [*incident["district"], *crime["district"]]
    assert (districts.count("Hambleton"), districts.count("Scarborough")) == (10, 5)
    assert crime["crime_type"].nunique() == 13 and crime["outcome_type"].notna().all()
    assert "not_measurable" in {c.effect for c in manifest.cannot_tell("deployment")}
    parquet = b"".join(p.read_bytes() for p in shop.project.processed.rglob("*.parquet"))
    assert b"On or near" not in parquet


def test_alexandria_takes_police_only_and_tells_of_the_clock_change(shop, real):
    raw = list(rows("cad-alexandria-2025", "week??.csv"))
    police = [r for r in raw if r["Agency"] == "POLICE"]
    named = [r for r in police if r["Master_Incident_Number"] not in ("", "NULL")]
    manifest = real("alexandria-cad", "cad-alexandria-2025")
    assert sum(a.read for a in manifest.accounts) == len(raw)
    assert sum(a.reasons["out_of_scope"] for a in manifest.accounts) == len(raw) - len(police)
    assert manifest.tables["incident"].rows == len(named)
    assert manifest.timezone == "America/New_York"
    assert {"week_44_phone.csv", "week_45_phone.csv", "week_46_phone.csv"} <= set(manifest.files_not_read)

    both = load_table(shop.project, "here", "incident").merge(
        load_table(shop.project, "here", "deployment"), on="incident_id"
    )
    assert both["at_scene_at"].notna().sum() == sum(r["Incident_Arrival_Time"] not in ("", "NULL") for r in named)
    assert (both["origin"] == "officer_initiated").sum() == sum(
        r["Call_Reception"] in ("OFFICER", "Radio") for r in named
    )

    def wall(row, column):
        return dt.datetime.fromisoformat(row[column])

    backwards = [
        r["Master_Incident_Number"]
        for r in named
        if r["Incident_Arrival_Time"] not in ("", "NULL")
        and wall(r, "Incident_Arrival_Time") < wall(r, "Incident_Start_Time")
    ]
    assert len(backwards) == 2
    seen = both[both["incident_id"].isin(backwards)]
    assert (seen["call_at"].dt.date == dt.date(2025, 11, 2)).all()
    assert seen["flags_x"].str.contains("ambiguous_local_time").all()
    # Read as the second occurrence of the hour, both arrive after they began.
    assert (seen["at_scene_at"] > seen["call_at"]).all()
    assert "at_scene_before_created" not in manifest.tables["deployment"].flags


def test_seattle_reads_both_spellings_of_the_hour(shop, real):
    manifest = real("seattle-call-data", "cad-seattle")
    raw = list(rows("cad-seattle", "*.csv"))
    assert {name: entry.rows for name, entry in manifest.tables.items()} == {
        "incident": 497,
        "deployment": sum(bool(r["Arrived Time"]) for r in raw),
    }
    assert manifest.tables["deployment"].rows == 275 - 66 + 222 - 36
    incident = load_table(shop.project, "here", "incident").set_index("incident_id")
    assert incident.loc["2023000319821", "created_at"].isoformat() == "2023-11-04T18:08:26-07:00"
    assert (incident["origin"] == "officer_initiated").sum() == 51 + 13


def test_lfb_joins_date_and_time_and_hashes_the_resource(shop, real):
    manifest = real("lfb", "cad-lfb-sample-2009")
    assert {name: entry.rows for name, entry in manifest.tables.items()} == {"incident": 20, "deployment": 20}
    incident = load_table(shop.project, "here", "incident").set_index("incident_id")
    assert incident.loc["235138081", "call_at"].isoformat() == "2009-01-01T00:00:37+00:00"
    assert incident.loc["235138081", "incident_type"] == "RTC"
    deployment = load_table(shop.project, "here", "deployment")
    assert deployment["en_route_at"].isna().sum() == 3 and deployment["clear_at"].isna().sum() == 8
    assert deployment["resource_id"].str.fullmatch(r"[0-9a-f]{64}").all()
    parquet = b"".join(p.read_bytes() for p in shop.project.processed.rglob("*.parquet"))
    assert b"SW11 4LB" not in parquet


def test_all_forces_of_a_quarter_read_compressed(shop, real):
    folder = "police-uk-all-forces-2014q1/2014-03"
    manifest = real("police-uk-street", folder)
    assert sum(a.read for a in manifest.accounts) == sum(a.kept + a.rejected for a in manifest.accounts)
    assert len(manifest.accounts) == 41
    btp = [a for a in manifest.accounts if "btp" in a.file]
    assert btp and btp[0].kept == btp[0].read
