"""A2: what counts as attended, and response times."""

from types import SimpleNamespace

import pandas as pd
import pytest

from hmic_analysis.findings import a2_attendance
from hmic_analysis.measures import attendance
from hmic_analysis.measures.base import Share

RULES = SimpleNamespace(
    resource_types=("officer", "special", "pcso", "csi", "investigator"),
    warranted_types=("officer", "special"),
    contact_modes=("scene", "appointment"),
    not_attended_modes=("telephone", "counter"),
    excluded_results=("duplicate", "information_only", "cancelled_by_caller", "test"),
)


def crime_state(table, deployments=(), crime=None, incident=None, linked=True):
    crimes = table("crime", {"crime_id": "c", "recorded_at": "2013-03-01 09:00", **(crime or {})})
    incidents = table("incident", {"incident_id": "i", "created_at": "2013-03-01 08:00", **(incident or {})})
    links = table("incident_crime", *([{"incident_id": "i", "crime_id": "c"}] if linked else []))
    sent = table("deployment", *({"incident_id": "i", **d} for d in deployments))
    return attendance.crime_attendance(crimes, incidents, links, sent, RULES).iloc[0]


@pytest.mark.parametrize("kind", ["officer", "special", "pcso", "csi", "investigator"])
def test_a_resource_that_counts_at_the_scene_is_attendance(table, kind):
    row = crime_state(table, [{"resource_type": kind, "at_scene_at": "2013-03-01 08:20"}])
    assert row["state"] == "attended"
    assert bool(row["officer_attended"]) == (kind in ("officer", "special"))


def test_a_kept_appointment_is_attendance(table):
    row = crime_state(
        table, [{"resource_type": "officer", "contact_mode": "appointment", "at_scene_at": "2013-03-02 10:00"}]
    )
    assert row["state"] == "attended"


@pytest.mark.parametrize(
    ("deployments", "crime", "incident", "linked", "state"),
    [
        ([{"resource_type": "officer", "assigned_at": "2013-03-01 08:05", "stood_down": True}], {}, {}, True, "not_attended"),
        ([{"resource_type": "staff", "contact_mode": "telephone", "at_scene_at": "2013-03-01 08:30"}], {}, {}, True, "not_attended"),
        ([{"resource_type": "officer", "contact_mode": "counter", "at_scene_at": "2013-03-01 08:30"}], {}, {}, True, "counter"),
        ([], {}, {"result": "resolved_without_deployment"}, True, "not_attended"),
        ([], {}, {"grade": "no_deployment"}, True, "not_attended"),
        ([], {"report_route": "online"}, {}, False, "not_attended"),
        ([], {"report_route": "front_counter"}, {}, False, "counter"),
        ([{"resource_type": "officer", "assigned_at": "2013-03-01 08:05"}], {}, {}, True, "unknown"),
        ([], {}, {}, True, "unknown"),
        ([], {"report_route": "public_call"}, {}, False, "unknown"),
        ([{"at_scene_at": "2013-03-01 08:30"}], {}, {}, True, "unknown"),
        ([{"resource_type": "staff", "at_scene_at": "2013-03-01 08:30"}], {}, {}, True, "not_attended"),
    ],
)  # fmt: skip
def test_what_is_not_attendance_and_what_is_not_known(table, deployments, crime, incident, linked, state):
    assert crime_state(table, deployments, crime, incident, linked)["state"] == state


def test_an_arrival_after_the_crime_was_closed_does_not_count(table):
    late = [{"resource_type": "officer", "at_scene_at": "2013-03-03 10:00"}]
    assert crime_state(table, late, {"closed_at": "2013-03-02 10:00"})["state"] == "not_attended"
    assert crime_state(table, late, {"closed_at": "2013-03-04 10:00"})["state"] == "attended"


def test_an_arrival_outweighs_a_stand_down_and_a_closure_code(table):
    sent = [
        {"resource_type": "officer", "assigned_at": "2013-03-01 08:05", "stood_down": True},
        {"resource_type": "pcso", "at_scene_at": "2013-03-01 08:30"},
    ]
    row = crime_state(table, sent, {}, {"result": "resolved_without_deployment"})
    assert row["state"] == "attended"
    assert not row["officer_attended"]


def test_one_attended_incident_of_several_makes_the_crime_attended(table):
    crimes = table("crime", {"crime_id": "c", "offence_group": "violence"})
    incidents = table("incident", {"incident_id": "i"}, {"incident_id": "j"})
    links = table("incident_crime", {"incident_id": "i", "crime_id": "c"}, {"incident_id": "j", "crime_id": "c"})
    sent = table("deployment", {"incident_id": "j", "resource_type": "officer", "at_scene_at": "2013-03-01 08:20"})
    got = attendance.crime_attendance(crimes, incidents, links, sent, RULES)
    assert got["state"].tolist() == ["attended"]
    assert attendance.shares_by(got, "offence_group") == {"violence": Share(1, 0, 0)}
    assert attendance.known(got) == Share(1, 0)


def test_incidents_that_are_no_calls_are_left_out(table):
    incident = table(
        "incident",
        {"incident_id": "a", "grade": "emergency"},
        {"incident_id": "b", "result": "duplicate"},
        {"incident_id": "c", "result": "test"},
        {"incident_id": "d", "result": "information_only"},
        {"incident_id": "e", "result": "cancelled_by_caller"},
        {"incident_id": "f", "result": "cancelled_by_caller"},
    )
    sent = table(
        "deployment",
        {"incident_id": "a", "resource_type": "officer", "at_scene_at": "2013-03-01 08:20"},
        {"incident_id": "f", "resource_type": "officer", "assigned_at": "2013-03-01 08:20"},
    )
    calls = attendance.incident_attendance(incident, sent, RULES)
    assert calls["incident_id"].tolist() == ["a", "f"]
    assert Share.of(calls["attended"]) == Share(1, 1, 0)


def target(grade, area):
    """Minutes: of emergencies by area, of others everywhere the same; none for those without a visit."""
    return {"emergency": {"urban": 15.0, "rural": 20.0}[area], "priority": 60.0, "scheduled": 2880.0}.get(grade)


#: Grade, area, minutes from creation to arrival, and whether that is within target; each edge of a window.
ARRIVALS = [
    ("emergency", "urban", 15, True),
    ("emergency", "urban", 16, False),
    ("emergency", "rural", 20, True),
    ("emergency", "rural", 21, False),
    ("emergency", None, 15, True),
    ("emergency", None, 16, None),
    ("emergency", None, 20, None),
    ("emergency", None, 21, False),
    ("emergency", "urban", 60 * 30, False),
    ("scheduled", None, 60 * 48, True),
    ("scheduled", None, 60 * 48 + 1, False),
    ("no_deployment", "urban", 5, None),
    (None, "urban", 5, None),
]


def test_late_is_a_miss_and_a_blank_area_is_decided_where_both_targets_agree(table):
    start = pd.Timestamp("2013-03-01 08:00")
    incident = table(
        "incident",
        *({"incident_id": f"i{n}", "created_at": start, "grade": grade, "area_type": area}
          for n, (grade, area, _, _) in enumerate(ARRIVALS)),
    )  # fmt: skip
    sent = table(
        "deployment",
        *({"incident_id": f"i{n}", "resource_type": "officer", "at_scene_at": start + pd.Timedelta(minutes=minutes)}
          for n, (_, _, minutes, _) in enumerate(ARRIVALS)),
    )  # fmt: skip
    judged = a2_attendance.within_target(a2_attendance.response_times(incident, sent, RULES), target)
    found = judged["in_target"].astype("object").where(judged["in_target"].notna(), None)
    assert found.tolist() == [expected for *_, expected in ARRIVALS]
    shares = a2_attendance.target_shares(judged)
    assert shares["emergency"] == Share(3, 4, 2) and shares["scheduled"] == Share(1, 1, 0)
    assert set(shares) == {"emergency", "emergency, urban", "emergency, rural", "scheduled"}


def test_response_times_leave_out_what_cannot_be_told_and_no_late_arrival(table):
    incident = table(
        "incident",
        {"incident_id": "ok", "created_at": "2013-03-01 08:00", "grade": "emergency", "area_type": "urban"},
        {"incident_id": "late", "created_at": "2013-03-01 08:00", "grade": "emergency", "area_type": "rural"},
        {"incident_id": "early", "created_at": "2013-10-27 01:50", "grade": "emergency"},
        {"incident_id": "days", "created_at": "2013-03-01 08:00", "grade": "priority"},
        {"incident_id": "own", "created_at": "2013-03-01 08:00", "grade": "priority", "origin": "officer_initiated"},
    )
    sent = table(
        "deployment",
        *(
            {"incident_id": i, "resource_type": "officer", "at_scene_at": t}
            for i, t in [
                ("ok", "2013-03-01 08:10"),
                ("ok", "2013-03-01 08:05"),
                ("late", "2013-03-01 08:18"),
                ("early", "2013-10-27 01:05"),
                ("days", "2013-03-06 07:00"),
                ("own", "2013-03-01 08:00"),
            ]
        ),
    )
    times = a2_attendance.response_times(incident, sent, RULES)
    minutes = times.set_index("incident_id")["minutes"]
    assert minutes["ok"] == 5
    assert minutes.isna()["early"] and minutes["days"] == 60 * (24 * 5 - 1)
    assert times.set_index("incident_id")["note"].to_dict() == {
        "ok": "", "late": "", "early": "before the clock", "days": "", "own": "",
    }  # fmt: skip
    judged = a2_attendance.within_target(times, target)
    assert a2_attendance.target_shares(judged) == {
        "emergency": Share(2, 0, 1), "emergency, rural": Share(1, 0, 0), "emergency, urban": Share(1, 0, 0),
        "priority": Share(0, 1, 0),
    }  # fmt: skip
    summary = a2_attendance.response_summary(judged).set_index("label")
    assert summary.loc["Emergency", ["n", "median", "before_clock"]].tolist() == [2, 11.5, 1]
    assert summary.loc["Priority", "over_24_hours"] == 1
    assert summary.loc["Priority", "median"] == 60 * (24 * 5 - 1)
    assert summary.loc["Officer initiated", ["n", "median"]].tolist() == [1, 0]


def test_the_clock_starts_where_the_parameters_say(table):
    incident = table(
        "incident",
        {"incident_id": "i", "call_at": "2013-03-01 07:58", "created_at": "2013-03-01 08:00", "dispatched_at": "2013-03-01 08:03"},
    )  # fmt: skip
    sent = table("deployment", {"incident_id": "i", "resource_type": "officer", "at_scene_at": "2013-03-01 08:10"})
    got = {c: a2_attendance.response_times(incident, sent, RULES, c)["minutes"].iloc[0] for c in a2_attendance.CLOCKS}
    assert got == {"call": 12, "created": 10, "dispatched": 7}


def test_nothing_supplied_is_nothing_counted(table):
    empty = [table(t) for t in ("crime", "incident", "incident_crime", "deployment")]
    got = attendance.crime_attendance(*empty, RULES)
    assert Share.of(got["attended"]) == Share(0, 0, 0)
    assert attendance.states(got)["crimes"].tolist() == [0, 0, 0, 0]
    calls = attendance.incident_attendance(empty[1], empty[3], RULES)
    assert calls.empty
    times = a2_attendance.within_target(a2_attendance.response_times(empty[1], empty[3], RULES), lambda g, a: None)
    assert a2_attendance.response_summary(times).empty
    assert a2_attendance.target_shares(times) == {}


def test_an_arrival_of_which_the_day_alone_is_known_is_an_arrival(table):
    sent = table("deployment", {"incident_id": "1", "resource_type": "officer"}).assign(flags="at_scene_at_day_only")
    assert attendance.contacts(sent, RULES)["arrived"].tolist() == [True]


def test_the_share_without_cancelled_incidents_is_told_where_it_lies_a_point_apart(table):
    rows = [{"incident_id": f"i{i}", "created_at": "2013-03-01 08:00", "dispatched_at": "2013-03-01 08:01",
             "result": "cancelled_by_caller" if i < 10 else "attended"} for i in range(40)]  # fmt: skip
    incident = table("incident", *rows)
    sent = table("deployment", *({"incident_id": f"i{i}", "stood_down": i < 10, "at_scene_at": None if i < 10 else
                                  "2013-03-01 08:09"} for i in range(40)))  # fmt: skip
    calls = attendance.incident_attendance(incident, sent, RULES)
    (said,) = attendance.without_cancelled(calls, incident)
    assert said.endswith("after somebody was sent it is 100.0%.")
    assert attendance.without_cancelled(calls[10:], incident) == []
    assert attendance.without_cancelled(calls[:0], incident) == []
