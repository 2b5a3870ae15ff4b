"""What the files say is what the truth says."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.ground import TABLES

from .recount import attendance, failed_to_answer, outstanding, read

AS_OF = "2014-03-31"


def within(realised_pct, share, n, deviations=4.5):
    """Whether a realised share is within chance of the share asked for; crimes come in cases, hence the 1.3."""
    return abs(realised_pct / 100 - share) <= deviations * 1.3 * np.sqrt(share * (1 - share) / n)


def test_recount_of_attendance_equals_truth(default):
    found, values = attendance(default.folder), default.truth["values"]
    assert found["recorded"] == values["recorded_crimes"] > 1500
    assert found["known"] == values["crimes_attendance_known"]
    assert found["attended"] == values["crimes_attended"]
    # Crimes with the month alone can't be ordered; they are the only difference.
    assert found["prior_pct"] == pytest.approx(values["crime_with_incident_pct_public_routes"], abs=0.3)


@pytest.mark.parametrize(
    "facts",
    [
        Facts(prior_incident_share=0.4, attendance_known_share=0.7, attendance_share=0.5),
        Facts(prior_incident_share=1.0, attendance_known_share=1.0, attendance_share=0.0),
        Facts(prior_incident_share=0.0, attendance_known_share=0.0),
    ],
)
def test_recount_follows_the_facts(make, facts):
    made = make(facts=facts)
    found, values = attendance(made.folder), made.truth["values"]
    assert (found["known"], found["attended"]) == (
        values["crimes_attendance_known"],
        values["crimes_attended"],
    )
    assert found["prior_pct"] == pytest.approx(values["crime_with_incident_pct_public_routes"], abs=0.5)
    n = values["recorded_crimes"]
    assert within(values["attendance_known_pct"], facts.attendance_known_share, n)
    assert within(
        values["crime_with_incident_pct_public_routes"],
        facts.prior_incident_share,
        values["public_route_crimes"],
    )


def test_default_shares_are_realised(default):
    values, facts = default.truth["values"], Facts()
    assert within(values["attendance_known_pct"], facts.attendance_known_share, values["recorded_crimes"])
    assert within(values["crime_with_incident_pct_public_routes"], 0.93, values["public_route_crimes"])
    assert 94 < values["attendance_pct"] < 98


def test_recount_of_persons_equals_truth(default):
    values = default.truth["values"]
    out, failed = outstanding(default.folder, AS_OF), failed_to_answer(default.folder, AS_OF)
    assert len(out) == values["named_suspects_outstanding_n"] == 60
    assert len(failed) == values["fta_bail_n"] == 20
    assert len(out & failed) == values["outstanding_and_fta"] > 0
    assert len(out | failed) == values["outstanding_or_fta"]


def test_who_answered_bail_late_came_after_the_day_due_and_was_not_fetched(default):
    bail = read(default.folder, "bail").drop_duplicates("bail_id")
    late = bail[bail.bail_type.ne("court") & (bail.answered_on <= AS_OF)]
    assert len(late) == default.truth["values"]["bail_answered_late"] > 0
    assert late.attended.eq("no").all() and late.rearrested_on.isna().all()
    assert (late.answered_on > late.return_due_on).all()


def test_what_looks_outstanding_but_is_not_would_change_the_number(default):
    row = read(default.folder, "suspect").dropna(subset=["person_key"])
    looks = set(row.person_key[row.status == "outstanding"])
    assert len(looks) > 1.05 * 60
    bail = read(default.folder, "bail")
    assert bail.person_key[bail.attended == "no"].nunique() > 1.5 * 20


def test_care_and_circulation_in_files(default):
    values = default.truth["values"]
    row = read(default.folder, "suspect").dropna(subset=["person_key"]).drop_duplicates(["person_key", "crime_id"])
    persons = row[row.person_key.isin(outstanding(default.folder, AS_OF))].groupby("person_key").first()
    since = (pd.Timestamp(AS_OF) - pd.Timedelta(days=28)).strftime("%Y-%m-%d")
    assert 100 * persons.owner_key.notna().mean() == pytest.approx(values["owner_assigned_pct"])
    assert 100 * (persons.last_activity_on > since).mean() == pytest.approx(values["recent_activity_pct"])
    assert 100 * (persons.last_review_on > since).mean() == pytest.approx(values["recent_review_pct"])
    known = persons.dropna(subset=["last_activity_on"])
    assert (known.last_activity_on >= known.named_on).all()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.91, 1.0])
def test_shares_of_persons_are_exact(make, share):
    facts = Facts().with_(
        owner_share=share, active_28d_share=share, supervised_28d_share=share, knowledge_correct_share=share
    )
    values = make(facts=facts).truth["values"]
    exact = 100 * np.floor(share * 60 + 0.5) / 60
    for name in ("owner_assigned_pct", "recent_activity_pct", "recent_review_pct"):
        assert values[name] == pytest.approx(exact)
    assert values["knowledge_correct"] == np.floor(share * 120 + 0.5)


def test_contracts_are_kept_but_for_the_planted_rows(default):
    for table in TABLES:
        contract, rows = CONTRACTS[table], read(default.folder, table)
        assert list(rows.columns) == [*contract.column_names, "synthetic"]
        assert (rows.synthetic == "yes").all()
        planted = default.truth["planted_faults"]
        aside, cells = planted["kept_aside"].get(table, {}), planted["kept"].get(table, {}).get("cell_not_readable", 0)
        assert _rows_breaking(contract, rows) == sum(aside.values()) + cells, table
        assert len(rows) == default.truth["rows"][table]


def _rows_breaking(contract, rows):
    """Rows that break the contract in any column, or repeat an earlier key."""
    bad = pd.Series(False, index=rows.index)
    for column in contract.columns:
        values = rows[column.name]
        given = values.dropna()
        if column.required:
            bad |= values.isna()
        if column.kind == "code":
            bad.loc[given.index] |= ~given.isin(column.allowed)
        elif column.kind == "codes":
            bad.loc[given.index] |= ~given.map(lambda x, a=column.allowed: set(x.split(";")) <= set(a))
        elif column.kind == "boolean":
            bad.loc[given.index] |= ~given.isin(["yes", "no"])
        elif column.kind == "date":
            bad.loc[given.index] |= pd.to_datetime(given, format="%Y-%m-%d", errors="coerce").isna()
        elif column.kind == "timestamp":
            bad.loc[given.index] |= pd.to_datetime(given, format="%Y-%m-%d %H:%M:%S", errors="coerce").isna()
        elif column.kind == "month":
            bad.loc[given.index] |= ~given.str.fullmatch(r"\d{4}-\d\d")
        elif column.kind in ("number", "integer"):
            numbers = pd.to_numeric(given, errors="coerce")
            low = column.minimum if column.minimum is not None else -np.inf
            high = column.maximum if column.maximum is not None else np.inf
            bad.loc[given.index] |= ~numbers.between(low, high)
    for group in [contract.any_of] if contract.any_of else []:
        bad |= rows[[name for names in group for name in names]].isna().all(axis=1)
    if contract.key:
        bad |= rows.duplicated(list(contract.key)) & rows[list(contract.key)].notna().all(axis=1)
    return int(bad.sum())


def test_crimes_lie_in_the_period_and_incidents_in_it_or_linked(default):
    crime, incident = read(default.folder, "crime"), read(default.folder, "incident")
    at = crime.recorded_at.dropna()
    assert at.min() >= "2012-12-01" and at.max() < "2013-12-01"
    outside = incident[incident.created_at < "2012-12-01"]
    assert 0 < len(outside) < 100
    assert set(outside.incident_id) <= set(read(default.folder, "incident_crime").incident_id)


def test_look_back_adds_earlier_reports_of_victims_alone(make):
    without, made = make("without"), make("with", lookback_days=365)
    for table, at, kind in (("incident", "created_at", "INB"), ("crime", "recorded_at", "CRB")):
        rows = read(made.folder, table).dropna(subset=[f"{table}_id"])
        earlier = rows[rows[f"{table}_id"].str.startswith(kind)]
        assert earlier[at].min().startswith("2011-12-02") and earlier[at].max() < "2012-12-01"
        assert earlier.victim_key.notna().all() and earlier.location_key.notna().all()
        assert len(earlier) < 0.4 * len(rows)
        assert len(rows) - len(earlier) == len(read(without.folder, table).dropna(subset=[f"{table}_id"]))
    asb = read(made.folder, "incident")
    assert set(asb.category_close[asb.incident_id.str.startswith("INB", na=False)]) == {"asb"}


def test_clock_change_nights(make):
    made = make(
        scale=0.3,
        period_start=pd.Timestamp("2013-03-01").date(),
        period_end=pd.Timestamp("2013-10-31").date(),
    )
    kept = made.truth["planted_faults"]["kept"]["incident"]
    incident = read(made.folder, "incident").drop_duplicates("incident_id")
    never = incident.created_at.str.startswith("2013-03-31 01").sum()
    twice = incident.created_at.str.startswith("2013-10-27 01").sum()
    assert never == kept["in_hour_that_never_was"] == 3
    assert twice == kept["created_in_repeated_hour"] > 0
    hours = read(made.folder, "duty_hours").drop_duplicates(["team", "hour_start"])
    assert (hours.hour_start == "2013-03-31 01:00:00").sum() == 0
    night = hours[hours.hour_start.str.startswith("2013-10-27 0")].assign(n=lambda d: d.staff_hours.astype(float))
    one, two = (night.n[night.hour_start == f"2013-10-27 0{h}:00:00"].sum() for h in (0, 1))
    assert 1.6 < two / one < 2.4


def test_many_to_many_links(default):
    link = read(default.folder, "incident_crime").dropna().drop_duplicates()
    assert (link.groupby("incident_id").size() > 1).sum() > 20
    assert (link.groupby("crime_id").size() > 1).sum() > 20
    assert len(link) > link.crime_id.nunique()


def test_no_name_of_a_person_is_written(default):
    for table, column in (("suspect", "person_key"), ("bail", "person_key"), ("suspect", "owner_key")):
        assert read(default.folder, table)[column].dropna().map(lambda x: bool(re.fullmatch(r"[A-Z]{2,3}\d+", x))).all()


def test_files_say_that_they_are_synthetic(default):
    assert (default.folder / "README.txt").read_text(encoding="utf-8").startswith("SYNTHETIC DATA")
    assert json.loads((default.folder / "truth.json").read_text(encoding="utf-8")) == default.truth
    assert default.truth["synthetic"] is True
    assert {p.name for p in default.files} == {f"{t}.csv" for t in TABLES} | {"README.txt", "truth.json"}
