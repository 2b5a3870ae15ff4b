"""A1: prior incidents, routes and lags."""

from datetime import date

import pytest

from hmic_analysis.measures.attendance import crime_with_incident, lags, prior_incidents, recorded_crimes, routes
from hmic_analysis.measures.base import Share, within

OTHER = ("action_fraud", "transfer_in", "found_on_arrest")


@pytest.fixture
def case(table):
    crime = table(
        "crime",
        {"crime_id": "before", "recorded_at": "2013-03-01 12:00", "report_route": "public_call"},
        {"crime_id": "same", "recorded_at": "2013-03-01 10:00", "report_route": "public_call"},
        {"crime_id": "after", "recorded_at": "2013-03-01 09:00", "report_route": "public_call"},
        {"crime_id": "none", "recorded_at": "2013-03-01 09:00"},
        {"crime_id": "lost", "recorded_at": "2013-03-01 09:00", "report_route": "public_call"},
        {"crime_id": "many", "recorded_at": "2013-03-02 10:00", "report_route": "front_counter"},
        {"crime_id": "fraud", "recorded_at": "2013-03-01 09:00", "report_route": "action_fraud"},
        {"crime_id": "nocrime", "recorded_at": "2013-03-01 09:00", "is_no_crime": True},
        {"crime_id": "minor", "recorded_at": "2013-03-01 09:00", "is_notifiable": False},
    )
    incident = table(
        "incident",
        {"incident_id": "i1", "created_at": "2013-03-01 10:00"},
        {"incident_id": "i2", "created_at": "2013-03-02 08:00"},
    )
    links = table(
        "incident_crime",
        {"incident_id": "i1", "crime_id": "before"},
        {"incident_id": "i1", "crime_id": "same"},
        {"incident_id": "i1", "crime_id": "after"},
        {"incident_id": "gone", "crime_id": "lost"},
        {"incident_id": "i1", "crime_id": "many"},
        {"incident_id": "i2", "crime_id": "many"},
        {"incident_id": "i1", "crime_id": "nocrime"},
    )
    return prior_incidents(crime, incident, links, OTHER)


def test_each_crime_once_although_links_are_many_to_many(case):
    assert sorted(case["crime_id"]) == ["after", "before", "fraud", "lost", "many", "none", "same"]


def test_prior_means_created_at_or_before_the_record(case):
    state = case.set_index("crime_id")["has_prior_incident"]
    assert state["before"] and state["same"] and state["many"]
    assert not state["after"] and not state["none"]
    assert state.isna()["lost"]


def test_other_routes_are_left_out_and_unknown_links_counted_as_unknown(case):
    assert crime_with_incident(case) == Share(yes=3, no=2, unknown=1)
    by_route = routes(case).set_index("report_route")
    assert by_route.loc["action_fraud", "crimes"] == 1
    assert by_route.loc["not recorded", ["crimes", "with_incident", "unknown"]].tolist() == [1, 0, 0]
    assert by_route["crimes"].sum() == len(case)


def test_lag_runs_from_the_earliest_prior_incident(case):
    lag = lags(case).set_index("crime_id")["lag_hours"]
    assert lag.dropna().to_dict() == {"before": 2, "same": 0, "many": 24}
    # One leads to no incident of the list; those without a prior one have no lag at all.
    assert lag.index[lag.isna()].tolist() == ["lost"]


def test_lag_across_the_night_the_clocks_go_back_is_true_elapsed_time(table):
    crime = table("crime", {"crime_id": "c", "recorded_at": "2013-10-27 06:00"})
    incident = table("incident", {"incident_id": "i", "created_at": "2013-10-26 23:00"})
    links = table("incident_crime", {"incident_id": "i", "crime_id": "c"})
    assert prior_incidents(crime, incident, links, OTHER)["lag_hours"].tolist() == [8.0]


def test_months_alone_tell_the_order_only_where_they_differ(table):
    crime = table("crime", *({"crime_id": c, "recorded_month": "2014-02-01"} for c in ("x", "y")))
    incident = table(
        "incident",
        {"incident_id": "jan", "created_month": "2014-01-01"},
        {"incident_id": "feb", "created_month": "2014-02-01"},
    )
    links = table("incident_crime", {"incident_id": "jan", "crime_id": "x"}, {"incident_id": "feb", "crime_id": "y"})
    state = prior_incidents(crime, incident, links, OTHER).set_index("crime_id")["has_prior_incident"]
    assert state["x"]
    assert state.isna()["y"]


def test_nothing_supplied_counts_nothing(table):
    empty = prior_incidents(table("crime"), table("incident"), table("incident_crime"), OTHER)
    assert crime_with_incident(empty) == Share(0, 0, 0)
    assert routes(empty).empty


def test_a_period_is_cut_by_local_days_and_whole_months(table):
    crime = table(
        "crime",
        {"crime_id": "first", "recorded_at": "2013-06-01 00:00"},  # 31 May 23:00 UTC
        {"crime_id": "last", "recorded_at": "2013-06-30 23:59"},
        {"crime_id": "late", "recorded_at": "2013-07-01 00:00"},
        {"crime_id": "month", "recorded_month": "2013-06-01"},
        {"crime_id": "other", "recorded_month": "2013-07-01"},
    )
    june = within(crime, date(2013, 6, 1), date(2013, 6, 30), "recorded_at", "recorded_month")
    assert june["crime_id"].tolist() == ["first", "last", "month"]
    # A month that the period cuts through can't be placed inside it.
    half = within(crime, date(2013, 6, 1), date(2013, 6, 15), "recorded_at", "recorded_month")
    assert half["crime_id"].tolist() == ["first"]


def test_blank_flags_are_read_as_notifiable_and_not_cancelled(table):
    crime = table("crime", {"crime_id": "a"}, {"crime_id": "b", "is_no_crime": False, "is_notifiable": True})
    assert len(recorded_crimes(crime)) == 2
