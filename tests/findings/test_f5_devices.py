"""F5: who has a device, and which devices are in use, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import f5_devices
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
OFFICER = {"person_key": "a", "role": "response", "rank": "constable", "in_post_since": "2010-01-01"}
DEVICE = {"device_id": "d", "device_type": "smartphone", "role": "response", "person_key": "a", "status": "working",
          "issued_on": "2013-01-01"}  # fmt: skip


def states(table, device, unread_in=""):
    # A device in store has a day of issue, so that the column is not blank for all.
    rows = table("device", {**DEVICE, **device}, {**DEVICE, "device_id": "s", "status": "in_store"})
    rows = rows.assign(flags=[unread_flag(unread_in) if unread_in else "", ""])
    session = table("device_session", {"device_id": "other", "day": "2014-03-30", "sessions": 1})
    had = f5_devices.equipped(
        table("staff", OFFICER), f5_devices.in_hand(rows, AS_OF), table("device_pool"), "response", AS_OF
    )
    return had, f5_devices.active(f5_devices.issued(rows, AS_OF), session, AS_OF, 7)


@pytest.mark.parametrize(
    ("device", "had", "used"),
    [
        ({}, Share(1, 0), Share(0, 1)),
        ({"status": "in_repair"}, Share(0, 1), Share(0, 0)),
        ({"status": "in_store"}, Share(0, 1), Share(0, 0)),
        ({"status": "lost"}, Share(0, 1), Share(0, 1)),
        ({"status": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"issued_on": "2014-03-31"}, Share(1, 0), Share(0, 1)),
        ({"issued_on": "2014-04-01"}, Share(0, 1), Share(0, 0)),
        ({"issued_on": None}, Share(0, 1), Share(0, 0)),
        ({"withdrawn_on": "2014-04-01"}, Share(1, 0), Share(0, 1)),
        ({"withdrawn_on": "2014-03-31"}, Share(0, 1), Share(0, 0)),
        ({"withdrawn_on": "2012-12-31"}, Share(0, 0, 1), Share(0, 0, 1)),
    ],
)
def test_a_device_in_each_state(table, device, had, used):
    assert states(table, device) == (had, used)


@pytest.mark.parametrize("column", ["issued_on", "withdrawn_on"])
def test_a_day_that_cannot_be_read_leaves_open_who_had_the_device(table, column):
    assert states(table, {column: None}, column) == (Share(0, 0, 1), Share(0, 0, 1))


@pytest.mark.parametrize(("day", "used"), [("2014-03-24", 0), ("2014-03-25", 1), ("2014-03-31", 1), ("2014-04-01", 0)])
def test_the_edges_of_the_week_of_use(table, day, used):
    rows = f5_devices.issued(table("device", DEVICE), AS_OF)
    session = table("device_session", {"device_id": "d", "day": day, "sessions": 1},
                    {"device_id": "other", "day": "2014-03-30", "sessions": 1})  # fmt: skip
    assert f5_devices.active(rows, session, AS_OF, 7) == Share(used, 1 - used)


def test_one_that_was_used_and_lost_since_was_in_use(table):
    rows = f5_devices.issued(table("device", {**DEVICE, "status": "lost"}), AS_OF)
    session = table("device_session", {"device_id": "d", "day": "2014-03-30", "sessions": 1})
    assert f5_devices.active(rows, session, AS_OF, 7) == Share(1, 0)


@pytest.mark.parametrize(
    ("second", "pnc"),
    [
        # Beside one device in hand that reaches it.
        ({"systems": "email"}, Share(1, 1)),
        ({"systems": None}, Share(1, 0, 1)),
        ({"systems": "email", "status": "in_repair"}, Share(1, 1)),
        ({"systems": "email", "status": None}, Share(1, 1)),
        ({"systems": "email", "status": "lost"}, Share(1, 0)),
        ({"systems": "email", "status": "in_store"}, Share(1, 0)),
        ({"systems": "email", "issued_on": "2014-03-31"}, Share(1, 1)),
        ({"systems": "email", "issued_on": "2014-04-01"}, Share(1, 0)),
        ({"systems": "email", "issued_on": None}, Share(1, 0)),
        ({"systems": "email", "withdrawn_on": "2014-03-31"}, Share(1, 0)),
        ({"systems": "email", "withdrawn_on": "2014-04-01"}, Share(1, 1)),
        ({"systems": "email", "device_type": "body_worn_camera"}, Share(1, 0)),
    ],
)
def test_the_systems_of_a_device_in_each_state(table, second, pnc):
    rows = table("device", {**DEVICE, "systems": "pnc"}, {**DEVICE, "device_id": "e", **second})
    shares = f5_devices.system_shares(f5_devices.in_hand(rows, AS_OF))
    assert shares["pnc"] == pnc
    assert f5_devices.usable(shares, 50).said == 1 + (shares["email"].yes > 0)


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        ({}, (1, 100.0, 0, 0)),
        ({"status": "ordered"}, (1, 100.0, 0, 0)),
        ({"status": "requested"}, (0, 0.0, 0, 0)),
        ({"status": "refused"}, (0, 0.0, 0, 0)),
        ({"decided_on": "2012-03-31"}, (0, 0.0, 0, 0)),
        ({"decided_on": "2012-04-01"}, (1, 100.0, 0, 0)),
        ({"decided_on": "2014-03-31"}, (1, 100.0, 0, 0)),
        ({"decided_on": "2014-04-01"}, (0, 0.0, 0, 0)),
        ({"decided_on": None}, (0, 0.0, 0, 1)),
        ({"decided_on": None, "status": "refused"}, (0, 0.0, 0, 0)),
        ({"amount_pounds": None}, (1, 0.0, 1, 0)),
        ({"amount_pounds": 0}, (1, 0.0, 0, 0)),
    ],
)
def test_each_decision_to_spend(table, decision, expected):
    given = {"spending_id": "s", "status": "approved", "decided_on": "2013-05-01", "amount_pounds": 100}
    assert f5_devices.spending(table("device_spending", {**given, **decision}), AS_OF, 24) == expected


@pytest.mark.parametrize(
    ("officer", "expected"),
    [
        ({}, (0.6, 0, 0)),
        ({"rank": "sergeant"}, (0.6, 0, 0)),
        ({"rank": "inspector"}, (0.6, 0, 0)),
        ({"rank": "above"}, (0.6, 0, 0)),
        ({"rank": "staff"}, (0, 0, 0)),
        ({"rank": "pcso"}, (0, 0, 0)),
        ({"rank": None}, (0, 0, 0)),
        ({"fte": None}, (1, 1, 0)),
        ({"in_training": True}, (0.6, 0, 0)),
        ({"in_post_since": "2014-03-31"}, (0.6, 0, 0)),
        ({"in_post_since": "2014-04-01"}, (0, 0, 0)),
        ({"left_on": "2014-03-31"}, (0.6, 0, 0)),
        ({"left_on": "2014-03-30"}, (0, 0, 0)),
    ],
)
def test_the_officers_that_spending_is_divided_by(table, officer, expected):
    assert f5_devices.officers_fte(table("staff", {**OFFICER, "fte": 0.6, **officer}), AS_OF) == expected
