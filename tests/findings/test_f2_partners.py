"""F2: agreements in force, tasks identified and measured, transfers and waits: row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import f2_partners
from hmic_analysis.findings.f1_demand import task_hours
from hmic_analysis.measures.base import Share, within

AS_OF = date(2014, 3, 31)
PERIOD = date(2012, 12, 1), date(2013, 11, 30)
SIGNED = {"agreement_id": "a", "task_id": "t", "agency": "ambulance", "status": "signed", "signed_on": "2013-01-01"}
TASK = {"task_id": "t", "status": "current", "identified_on": "2013-01-01", "baseline_on": "2013-02-01", "baseline_hours": 10,
        "action": "agreement", "action_on": "2013-03-01"}  # fmt: skip


@pytest.mark.parametrize(
    ("agreement", "expected"),
    [
        ({}, [True]),
        ({"signed_on": "2014-03-31"}, [True]),
        ({"signed_on": "2014-04-01"}, []),
        ({"signed_on": None}, [False]),
        ({"task_id": None}, [False]),
        ({"status": "draft"}, []),
        ({"ends_on": "2014-03-31"}, [True]),
        ({"ends_on": "2014-03-30"}, []),
        # It ended before it was signed: one of the two days is wrong.
        ({"signed_on": "2014-01-01", "ends_on": "2013-12-31"}, [False]),
        # Ended by the time of the return, and in force on the day.
        ({"status": "ended", "ends_on": "2014-04-01"}, [True]),
        ({"status": "ended", "ends_on": "2014-03-30"}, []),
        # Ended, and nobody wrote down when; but surely not in force before it was signed.
        ({"status": "ended"}, [False]),
        ({"status": "ended", "signed_on": "2014-04-01"}, []),
        ({"ends_on": None, "lost": "ends_on"}, [False]),
        ({"status": "ended", "ends_on": None, "lost": "ends_on"}, [False]),
    ],
)
def test_agreements_in_force(table, agreement, expected):
    lost = (agreement := dict(agreement)).pop("lost", "")
    rows = table("partner_agreement", {**SIGNED, **agreement}).assign(flags=unread_flag(lost) if lost else "")
    rows = f2_partners.agreements_in_force(rows, AS_OF)
    assert rows["sure"].tolist() == expected


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ({}, [(True, True)]),
        ({"identified_on": "2014-03-31"}, [(True, True)]),
        ({"identified_on": "2014-04-01"}, []),
        ({"identified_on": None}, [(None, None)]),
        ({"baseline_on": None, "lost": "baseline_on"}, [(None, True)]),
        ({"baseline_hours": None, "lost": "baseline_hours"}, [(None, True)]),
        # Measured after the day, whatever the hours were; and blank hours are not measured, whenever that was.
        ({"baseline_on": "2014-04-01", "baseline_hours": None, "lost": "baseline_hours"}, [(False, True)]),
        ({"baseline_hours": None, "baseline_on": None, "lost": "baseline_on"}, [(False, True)]),
        ({"action": None, "lost": "action"}, [(True, None)]),
        ({"action_on": None, "lost": "action_on"}, [(True, None)]),
        ({"baseline_on": None}, [(False, True)]),
        ({"status": "dropped"}, []),
        ({"baseline_on": "2014-03-31"}, [(True, True)]),
        ({"baseline_on": "2014-04-01"}, [(False, True)]),
        ({"baseline_hours": None}, [(False, True)]),
        ({"action_on": "2014-03-30"}, [(True, True)]),
        # Something done on the as-of day itself does not lie before it.
        ({"action_on": "2014-03-31"}, [(True, False)]),
        ({"action": None}, [(True, False)]),
    ],
)
def test_tasks_identified_measured_and_acted_on(table, task, expected):
    lost = (task := dict(task)).pop("lost", "")
    rows = table("partner_task", {**TASK, **task}).assign(flags=unread_flag(lost) if lost else "")
    found = f2_partners.tasks_identified(rows, AS_OF)[["baseline", "acted"]].astype("object")
    assert list(found.where(found.notna(), None).itertuples(index=False, name=None)) == expected


@pytest.mark.parametrize(
    ("asked", "said", "expected"),
    [
        ("2013-05-01 10:00", True, Share(1, 0)),
        ("2013-05-01 10:00", False, Share(0, 1)),
        ("2013-05-01 10:00", None, Share(0, 0, 1)),
        ("2012-12-01 00:00", True, Share(1, 0)),
        ("2012-11-30 23:59", True, Share(0, 0)),
        ("2013-11-30 23:59", True, Share(1, 0)),
        ("2013-12-01 00:00", True, Share(0, 0)),
    ],
)
def test_transfers_accepted(table, asked, said, expected):
    rows = table("partner_transfer", {"transfer_id": "x", "asked_at": asked, "accepted": said})
    assert f2_partners.accepted(within(rows, *PERIOD, "asked_at")) == expected


@pytest.mark.parametrize(
    ("arrived", "until", "hours"),
    [
        ("2013-05-01 10:00", "2013-05-01 11:30", [1.5]),
        ("2013-05-01 10:00", "2013-05-01 10:00", [0]),
        ("2013-05-01 10:00", "2013-05-01 09:59", []),
        ("2013-05-01 10:00", None, []),
        ("2013-05-01 10:00", "2013-05-02 10:00", [24]),
        # The nights on which the clocks go forward, and back.
        ("2013-03-31 00:30", "2013-03-31 02:30", [1]),
        ("2013-10-27 00:30", "2013-10-27 02:30", [3]),
        # Of the period is who was brought in it.
        ("2012-11-30 23:59", "2012-12-01 01:00", []),
        ("2012-12-01 00:00", "2012-12-01 01:00", [1]),
        ("2013-11-30 23:00", "2013-12-01 01:00", [2]),
        ("2013-12-01 00:00", "2013-12-01 01:00", []),
    ],
)
def test_waits_until_handover(table, arrived, until, hours):
    rows = table("handover", {"handover_id": "h", "arrived_at": arrived, "handed_over_at": until})
    assert f2_partners.waits(within(rows, *PERIOD, "arrived_at")).dropna().tolist() == hours


INCIDENT = {"incident_id": "i", "created_at": "2013-05-01 09:00", "incident_type": "Obstruction", "result": "attended"}
SENT = {"incident_id": "i", "resource_id": "r", "assigned_at": "2013-05-01 10:00", "clear_at": "2013-05-01 12:00"}


def hours(table, incident, sent, lost=""):
    rows = table("incident", {**INCIDENT, **incident}).assign(flags=unread_flag(lost) if lost else "")
    rows = f2_partners.led_elsewhere(within(rows, *PERIOD, "created_at"), ("Obstruction",), ("mental health",))
    found = f2_partners.shared_hours(rows, task_hours(table("deployment", *sent), 12))
    return found.other, found.police, found.unknown


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        ({}, (2, 0, 0)),
        ({"incident_type": "Robbery"}, (0, 2, 0)),
        ({"incident_type": "Robbery", "qualifier": "alcohol;mental health"}, (2, 0, 0)),
        ({"incident_type": "Robbery", "qualifier": "mental"}, (0, 2, 0)),
        ({"incident_type": None}, (0, 0, 2)),
        ({"incident_type": None, "qualifier": "mental health"}, (2, 0, 0)),
        ({"result": None}, (2, 0, 0)),
        ({"result": "duplicate"}, (0, 0, 0)),
        ({"result": "test"}, (0, 0, 0)),
        ({"result": "cancelled_by_caller"}, (2, 0, 0)),
        ({"created_at": "2012-12-01 00:00"}, (2, 0, 0)),
        ({"created_at": "2012-11-30 23:59"}, (0, 0, 0)),
        ({"created_at": "2013-11-30 23:59"}, (2, 0, 0)),
        ({"created_at": "2013-12-01 00:00"}, (0, 0, 0)),
    ],
)
def test_hours_of_an_incident_by_lead_agency(table, incident, expected):
    assert hours(table, incident, [SENT]) == expected


@pytest.mark.parametrize("kind", ["Obstruction", "Robbery"])
def test_hours_of_an_incident_that_may_be_a_duplicate_are_unknown(table, kind):
    assert hours(table, {"incident_type": kind, "result": None}, [SENT], "result") == (0, 0, 2)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([{"at_scene_at": "2013-05-01 10:30"}], 1.5),
        ([{"clear_at": "2013-05-01 22:00"}], 12),
        ([{"clear_at": "2013-05-01 22:01"}], 12),
        ([{"clear_at": "2013-05-01 21:30"}], 11.5),
        ([{"clear_at": "2013-05-01 10:00"}], 0),
        ([{"clear_at": "2013-05-01 09:59"}], 0),
        ([{"clear_at": None}], 0),
        ([{}, {}], 2),
        ([{}, {"resource_id": "s"}], 4),
        # On the night of 31 March 2013 two hours on the wall are one, on that of 27 October three.
        ([{"assigned_at": "2013-03-31 00:30", "clear_at": "2013-03-31 02:30"}], 1),
        ([{"assigned_at": "2013-10-27 00:30", "clear_at": "2013-10-27 02:30"}], 3),
    ],
)
def test_hours_of_a_deployment_to_another_agencys_incident(table, sent, expected):
    assert hours(table, {}, [{**SENT, **row} for row in sent]) == (expected, 0, 0)


def test_transfers_are_counted_by_transfer_and_agency(table):
    asked = {"incident_id": "i", "asked_at": "2013-05-01 10:00"}
    rows = table(
        "partner_transfer",
        {"transfer_id": "1", "agency": "ambulance", "accepted": True, **asked},
        {"transfer_id": "2", "agency": "ambulance", "accepted": True, **asked},
        {"transfer_id": "3", "agency": "health", "accepted": False, **asked},
    )
    assert f2_partners.accepted(rows) == Share(2, 1)
    assert f2_partners.accepted_by_agency(rows) == {"ambulance": Share(2, 0), "health": Share(0, 1)}


def test_a_transfer_of_which_the_answer_cannot_be_read_is_unknown(table):
    rows = table("partner_transfer", {"transfer_id": "x", "asked_at": "2013-05-01 10:00"})
    assert f2_partners.accepted(rows.assign(flags=unread_flag("accepted"))) == Share(0, 0, 1)


def test_a_wait_that_ended_long_after_the_period_is_a_long_wait(table):
    rows = table("handover", {"handover_id": "h", "reason": "hospital", "arrived_at": "2013-11-01 10:00",
                              "handed_over_at": "2014-04-02 10:00"})  # fmt: skip
    assert f2_partners.waits_by_reason(within(rows, *PERIOD, "arrived_at"))["hospital"].tolist() == [152 * 24 - 1]
