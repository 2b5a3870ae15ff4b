"""A1: which crimes had an incident before them, and of which it is known whether they were attended, row by row."""

from unittest import mock

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.evidence.verdicts import Decision
from hmic_analysis.findings import a1_recording
from hmic_analysis.measures import attendance
from hmic_analysis.measures.base import Share
from hmic_analysis.measures.registers import UNDATED, UNREADABLE, Answer
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

CRIME = {
    "crime_id": "c",
    "recorded_at": "2013-05-01 12:00",
    "recorded_month": "2013-05-01",
    "report_route": "public_call",
}
CALL = {"incident_id": "i", "created_at": "2013-05-01 10:00", "created_month": "2013-05-01"}
LINK = {"incident_id": "i", "crime_id": "c"}
SENT = {"incident_id": "i", "resource_type": "officer", "assigned_at": "2013-05-01 10:05"}
OTHER_ROUTES = ("action_fraud", "transfer_in", "found_on_arrest")


def rules():
    return load_params(find_project()).inspection.attendance


def flagged(table, name, row):
    lost = (row := dict(row)).pop("lost", "")
    return table(name, row).assign(flags=unread_flag(lost) if lost else "")


@pytest.mark.parametrize(
    ("crime", "call", "linked", "expected", "lag"),
    [
        ({}, {}, True, Share(1, 0), 2),
        ({}, {"created_at": "2013-05-01 12:00"}, True, Share(1, 0), 0),
        ({}, {"created_at": "2013-05-01 12:01"}, True, Share(0, 1), None),
        ({}, {}, False, Share(0, 1), None),
        ({}, {"incident_id": "another"}, True, Share(0, 0, 1), None),
        ({"recorded_at": None}, {}, True, Share(0, 0, 1), None),
        ({"recorded_at": None, "recorded_month": "2013-06-01"}, {}, True, Share(1, 0), None),
        ({"report_route": "transfer_in"}, {}, True, Share(0, 0), 2),
        ({"report_route": None}, {}, True, Share(1, 0), 2),
        ({"is_no_crime": True}, {}, True, Share(0, 0), None),
        ({"is_notifiable": False}, {}, True, Share(0, 0), None),
        ({"lost": "is_no_crime"}, {}, True, Share(0, 0, 1), None),
        ({"lost": "is_no_crime"}, {}, False, Share(0, 0, 1), None),
        # The public may have reported it, or not.
        ({"report_route": None, "lost": "report_route"}, {}, True, Share(0, 0, 1), 2),
        ({"report_route": None, "lost": "report_route"}, {}, False, Share(0, 0, 1), None),
    ],
)
def test_crimes_with_an_incident_before_them(table, crime, call, linked, expected, lag):
    links = table("incident_crime", *([LINK] if linked else []))
    found = attendance.prior_incidents(
        flagged(table, "crime", {**CRIME, **crime}), table("incident", {**CALL, **call}), links, OTHER_ROUTES
    )
    assert attendance.crime_with_incident(found) == expected
    lags = attendance.lags(found)["lag_hours"]
    assert lags.dropna().tolist() == ([] if lag is None else [lag])
    # Without a link, or with an incident after it alone, there is none; else it may have one that is not known.
    assert lags.isna().sum() == (lag is None and linked and expected.no == 0 and (expected.total > 0))


@pytest.mark.parametrize(
    ("crime", "sent", "state"),
    [
        ({}, {"at_scene_at": "2013-05-01 10:20"}, "attended"),
        # The last moment of the crime, and the first after it.
        ({"closed_at": "2013-05-02 09:00"}, {"at_scene_at": "2013-05-02 09:00"}, "attended"),
        ({"closed_at": "2013-05-02 09:00"}, {"at_scene_at": "2013-05-02 09:01"}, "not_attended"),
        ({}, {"contact_mode": "appointment", "at_scene_at": "2013-05-04 10:00"}, "attended"),
        ({}, {"contact_mode": "telephone", "at_scene_at": "2013-05-01 10:20"}, "not_attended"),
        ({}, {"contact_mode": "counter", "at_scene_at": "2013-05-01 10:20"}, "counter"),
        ({}, {"resource_type": "staff", "at_scene_at": "2013-05-01 10:20"}, "not_attended"),
        ({}, {"resource_type": None, "at_scene_at": "2013-05-01 10:20"}, "unknown"),
        ({}, {"stood_down": True}, "not_attended"),
        ({}, {}, "unknown"),
        ({}, {"lost": "at_scene_at", "stood_down": True}, "unknown"),
        ({"lost": "closed_at"}, {"at_scene_at": "2013-05-01 10:20"}, "unknown"),
        ({"lost": "is_notifiable"}, {"at_scene_at": "2013-05-01 10:20"}, "unknown"),
        ({"lost": "is_no_crime"}, {"stood_down": True}, "unknown"),
        ({}, {"lost": "contact_mode", "at_scene_at": "2013-05-01 10:20"}, "unknown"),
        ({}, {"lost": "resource_type", "resource_type": None, "at_scene_at": "2013-05-01 10:20"}, "unknown"),
    ],
)
def test_whether_a_crime_was_attended(table, crime, sent, state):
    found = attendance.crime_attendance(
        flagged(table, "crime", {**CRIME, **crime}),
        table("incident", CALL),
        table("incident_crime", LINK),
        flagged(table, "deployment", {**SENT, **sent}),
        rules(),
    )
    assert found["state"].tolist() == [state]
    known = Share(0, 1) if state == "unknown" else Share(1, 0)
    # Of a cell that can't be read the force may well know what stood in it.
    assert attendance.known(found) == (Share(0, 0, 1) if state == "unknown" and "lost" in {**crime, **sent} else known)


@pytest.mark.parametrize(
    ("route", "state"), [("online", "not_attended"), ("front_counter", "counter"), (None, "unknown")]
)
def test_a_crime_without_a_call_goes_by_its_route(table, route, state):
    found = attendance.crime_attendance(
        table("crime", {**CRIME, "report_route": route}), table("incident"), table("incident_crime"),
        table("deployment"), rules(),
    )  # fmt: skip
    assert found["state"].tolist() == [state]


@pytest.mark.parametrize(
    ("answer", "rate", "points", "says"),
    [
        (("provided", 90), Share(90, 10), 0, "Stated 90.0%"),
        (("provided", 95), Share(90, 10), 5, "90.0% to 90.0%"),
        (("provided", 85), Share(90, 10), 5, "90.0% to 90.0%"),
        # Crimes of unknown attendance are counted either way: the least difference.
        (("provided", 95), Share(90, 5, 5), 0, "90.0% to 95.0%"),
        (("provided", 97), Share(90, 5, 5), 2, "90.0% to 95.0%"),
        (("provided", 88), Share(90, 5, 5), 2, "90.0% to 95.0%"),
        (("provided", None), Share(90, 10), None, "stated no rate"),
        ((UNREADABLE, None), Share(90, 10), None, "cannot be read"),
        ((UNDATED, None), Share(90, 10), None, "latest cannot be told"),
        (("provided", 90), Share(0, 0, 100), None, "No rate can be recomputed"),
    ],
)
def test_the_rate_that_was_stated_against_the_one_recomputed(answer, rate, points, says):
    report = mock.Mock()
    report.answer.return_value = Answer(*answer, None)
    report.build.unsure.side_effect = lambda _, share: share
    a1_recording.stated_difference(report, rate)
    (name, value), said = report.build.figure.call_args
    assert name == "attendance_reconciliation_pp" and says in said["note"]
    assert value == (None if points is None else pytest.approx(points))


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        # Arrivals on record of every incident to which somebody was sent: what isn't known is the force's.
        ([{"at_scene_at": "2013-05-01 11:00"}] * 20, "contradicted"),
        ([{"at_scene_at": "2013-05-01 11:00"}] * 19, "contradicted"),
        # Of more than one in twenty no deployment was supplied: the list isn't whole.
        ([{"at_scene_at": "2013-05-01 11:00"}] * 18, "not_determinable"),
        # Nobody wrote down any arrival, or what kind of resource it was: a column that was not sent.
        ([{}] * 20, "not_determinable"),
        ([{"at_scene_at": "2013-05-01 11:00", "resource_type": None}] * 20, "not_determinable"),
    ],
)
def test_what_was_left_out_of_a_return_is_not_what_the_force_cannot_tell(table, sent, verdict):
    calls = [{"incident_id": f"i{n}", "dispatched_at": "2013-05-01 10:05"} for n in range(20)] + [{"incident_id": "x"}]
    rows = [{"incident_id": f"i{n}", "resource_type": "officer", **row} for n, row in enumerate(sent)]
    report = mock.Mock()
    report.flow.return_value, report.table.return_value = table("incident", *calls), table("deployment", *rows)
    report.settings.attendance, report.settings.max_unmatched_pct = rules(), 5
    decision = Decision("contradicted", why="Too little is known.")
    assert (a1_recording._left_out(report, decision) or decision).verdict == verdict


@pytest.mark.parametrize(
    ("call", "crime", "lost"),
    [
        ({}, {}, 1),
        ({"category_close": "crime"}, {}, 1),
        ({"category_close": "asb"}, {}, 0),
        ({"victim_key": "w"}, {}, 0),
        ({"victim_key": None}, {"victim_key": None}, 0),
        ({"created_at": "2013-04-28 12:00"}, {}, 1),
        ({"created_at": "2013-04-28 11:00"}, {}, 0),
        ({"created_at": "2013-05-01 13:00"}, {}, 0),
        ({}, {"report_route": "transfer_in"}, 0),
        ({"incident_id": "j"}, {}, 0),
        ({}, {"crime_id": "d"}, 0),
    ],
)
def test_links_that_a_list_may_have_lost(table, call, crime, lost):
    calls, crimes = {**CALL, "victim_key": "v", **call}, {**CRIME, "victim_key": "v", **crime}
    # Incident 'j' and crime 'd' are linked to others.
    links = table("incident_crime", {"incident_id": "j", "crime_id": "x"}, {"incident_id": "y", "crime_id": "d"})
    assert attendance.links_left_out(table("crime", crimes), table("incident", calls), links, OTHER_ROUTES) == lost


@pytest.mark.parametrize(("yes", "lost", "verdict"), [(40, 9, "contradicted"), (40, 10, "not_determinable")])
def test_links_left_out_of_a_return_contradict_nothing(yes, lost, verdict):
    report, figure = mock.Mock(), mock.Mock(denominator=100)
    report.settings.attendance = rules()
    decision = Decision("contradicted", why="Few have one.")
    with (
        mock.patch.object(a1_recording, "decision_bounds", return_value=(yes, yes)),
        mock.patch.object(a1_recording, "links_left_out", return_value=lost),
    ):
        assert (a1_recording._links_lost(report, decision, figure, 50) or decision).verdict == verdict
