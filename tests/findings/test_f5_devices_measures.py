"""F5: devices in hand, in use, the systems they reach, who has one, what they cost."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import f5_devices
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)


def device(id, person=None, **more):
    return {
        "device_id": id, "device_type": "smartphone", "role": "response", "person_key": person,
        "issued_on": "2013-01-01", "status": "working", "systems": "pnc;email", **more,
    }  # fmt: skip


def officer(key, role="response", **more):
    return {"person_key": key, "role": role, "rank": "constable", "fte": 1.0, "in_post_since": "2010-01-01", **more}


def test_devices_in_hand(table):
    rows = table(
        "device",
        device("ok"),
        device("repair", status="in_repair"),
        device("unsaid", status=None),
        device("lost", status="lost"),
        device("store", status="in_store"),
        device("back", withdrawn_on="2014-03-31"),
        device("goes", withdrawn_on="2014-04-01"),
        device("soon", issued_on="2014-04-01"),
        device("never", issued_on=None),
        device("camera", device_type="body_worn_camera"),
    )
    assert f5_devices.in_hand(rows, AS_OF)["device_id"].tolist() == ["ok", "repair", "unsaid", "goes"]
    assert f5_devices.issued(rows, AS_OF)["device_id"].tolist() == ["ok", "repair", "unsaid", "lost", "goes"]


def used(id, day, sessions=1, off=None):
    return {"device_id": id, "day": day, "sessions": sessions, "sessions_off_premises": off}


def test_devices_in_use_in_the_last_seven_days(table):
    held = f5_devices.issued(
        table(
            "device",
            device("first"), device("last"), device("eighth"), device("none"), device("opened"),
            device("repair", status="in_repair"), device("unsaid", status=None), device("unsaid and used", status=None),
            device("lost", status="lost"), device("lost yesterday", status="lost"),
        ),
        AS_OF,
    )  # fmt: skip
    session = table(
        "device_session",
        used("first", "2014-03-25"), used("last", "2014-03-31"), used("eighth", "2014-03-24"), used("opened", "2014-03-30", 0),
        used("repair", "2014-03-30"), used("unsaid and used", "2014-03-30"), used("none", "2014-04-01"),
        used("lost yesterday", "2014-03-30"),
    )  # fmt: skip
    assert f5_devices.active(held, session, AS_OF, 7) == Share(4, 4, 1)
    by_role = f5_devices.active_by_role(held, session, AS_OF, 7)
    assert by_role == {"response": Share(4, 4, 1)}


def test_a_log_that_does_not_reach_the_week_tells_nothing(table):
    held = f5_devices.in_hand(table("device", device("a"), device("b")), AS_OF)
    assert f5_devices.active(held, table("device_session", used("a", "2014-03-01")), AS_OF, 7) == Share(0, 0, 2)
    assert f5_devices.active(held, table("device_session"), AS_OF, 7) == Share(0, 0, 2)
    assert f5_devices.active(held.iloc[:0], table("device_session", used("a", "2014-03-30")), AS_OF, 7) == Share(
        0, 0, 0
    )


def test_sessions_away_from_police_premises(table):
    session = table(
        "device_session",
        used("a", "2014-03-31", 10, 7), used("a", "2014-03-30", 4), used("a", "2014-03-29", 2, 3),
        used("a", "2014-03-03", 0, 0), used("a", "2014-02-01", 50, 50),
    )  # fmt: skip
    # Of four it is not said where; two claim three.
    held = table("device", {"device_id": "a", "device_type": "tablet"})
    assert f5_devices.off_premises(held, session, AS_OF, 28) == Share(7, 3, 6)
    assert f5_devices.off_premises(held, table("device_session"), AS_OF, 28) == Share(0, 0, 0)
    other = table("device", {"device_id": "b", "device_type": "tablet"})
    assert f5_devices.off_premises(other, session, AS_OF, 28) == Share(0, 0, 16)
    assert f5_devices.off_premises(table("device"), session, AS_OF, 28) == Share(7, 3, 6)
    # What a body-worn camera records is no session with a force system.
    camera = table("device", {"device_id": "a", "device_type": "body_worn_camera"})
    assert f5_devices.off_premises(camera, session, AS_OF, 28) == Share(0, 0, 0)


def test_systems_that_most_devices_reach(table):
    trial = ";".join(f5_devices.MOBILE_SYSTEMS)
    held = f5_devices.in_hand(
        table("device", device("a"), device("b", systems="pnc"), device("c", systems=trial), device("d", systems=None)),
        AS_OF,
    )
    shares = f5_devices.system_shares(held)
    assert shares["pnc"] == Share(3, 0, 1) and shares["email"] == Share(2, 1, 1) and shares["custody"] == Share(1, 2, 1)
    # PNC and email reach half of four; with the unknown one every other system might too.
    assert f5_devices.usable(shares, 50) == (2, 2, 12)
    assert f5_devices.usable(shares, 75) == (1, 1, 2)
    frame = f5_devices.system_frame(shares)
    assert frame["label"].tolist()[:2] == ["Police National Computer", "Email"] and len(frame) == 12
    assert frame["value"].iloc[1] == pytest.approx(200 / 3)


def test_systems_are_those_of_devices_in_hand_on_the_day(table):
    everything = ";".join(f5_devices.MOBILE_SYSTEMS)
    held = f5_devices.in_hand(
        table(
            "device",
            device("a"),
            device("issued that day", issued_on="2014-03-31", systems="pnc"),
            device("issued the day after", issued_on="2014-04-01", systems=everything),
            device("taken back that day", withdrawn_on="2014-03-31", systems=everything),
            device("taken back the day after", withdrawn_on="2014-04-01", systems="email"),
            device("lost", status="lost", systems=everything),
            device("in store", status="in_store", systems=everything),
            device("camera", device_type="body_worn_camera", systems=everything),
            device("in repair", status="in_repair", systems="pnc"),
            device("not said", systems=None),
        ),
        AS_OF,
    )
    shares = f5_devices.system_shares(held)
    assert (shares["pnc"], shares["email"], shares["custody"]) == (Share(3, 1, 1), Share(2, 2, 1), Share(0, 4, 1))
    assert f5_devices.usable(shares, 50) == (2, 1, 2)
    assert f5_devices.usable(shares, 60) == (1, 1, 2)


def test_a_system_is_usable_from_half_of_the_devices_that_say():
    shares = {"pnc": Share(1, 1), "crime": Share(1, 2), "email": Share(0, 0, 3), "briefing": Share(2, 2, 9)}
    assert f5_devices.reached(shares, 50).units.astype("object").where(lambda s: s.notna(), None).tolist() == [
        True, False, None, True,
    ]  # fmt: skip
    # Surely of all devices pnc alone; at most all but crime.
    assert f5_devices.usable(shares, 50) == (2, 1, 3)


def test_decisions_of_the_two_years_alone_are_spending(table):
    names = ("spending_id", "status", "decided_on", "amount_pounds")
    given = [
        ("a", "approved", "2014-03-31", 100), ("b", "ordered", "2012-04-01", 10), ("c", "approved", "2012-03-31", 1),
        ("d", "approved", "2014-04-01", 1), ("e", "requested", "2013-01-01", 1), ("f", "refused", "2013-01-01", 1),
        ("g", "approved", None, 1000), ("h", "approved", "2013-01-01", None), ("i", "requested", None, 1),
    ]  # fmt: skip
    rows = table("device_spending", *(dict(zip(names, row, strict=True)) for row in given))
    assert f5_devices.spending(rows, AS_OF, 24) == (3, 110, 1, 1)
    spent = f5_devices.spent_on(rows, AS_OF, 24)
    states = dict(zip(spent.rows["spending_id"], spent.units.astype("object"), strict=True))
    assert {key for key, state in states.items() if state is True} == {"a", "b"}
    assert set(states) == {"a", "b", "g", "h"}


def test_no_device_reaches_nothing(table):
    shares = f5_devices.system_shares(f5_devices.in_hand(table("device"), AS_OF))
    assert f5_devices.usable(shares, 50) is None and f5_devices.system_frame(shares).empty


def test_officers_with_a_device_of_their_own(table):
    staff = table(
        "staff",
        officer("has"), officer("two"), officer("repair"), officer("unsaid"), officer("none"), officer("none too"),
        officer("recruit", in_training=True), officer("left", left_on="2014-03-30"), officer("nh", role="neighbourhood"),
    )  # fmt: skip
    held = f5_devices.in_hand(
        table(
            "device",
            device("1", "has"), device("2", "two"), device("3", "two"), device("4", "repair", status="in_repair"),
            device("5", "unsaid", status=None), device("6", "recruit"), device("7", "left"), device("8", "someone else"),
        ),
        AS_OF,
    )  # fmt: skip
    got = f5_devices.coverage(staff, held, table("device_pool"), AS_OF)
    # A recruit is an officer of the role; one who left is not.
    assert got == {"response": Share(3, 3, 1), "neighbourhood": Share(0, 1)}
    assert f5_devices.together(got) == Share(3, 4, 1)
    states = f5_devices.together(got).units
    assert {key: states[key] for key in ("has", "recruit", "none", "nh")} == {
        "has": True, "recruit": True, "none": False, "nh": False,
    } and states.isna().sum() == 1 and len(states) == 8  # fmt: skip


@pytest.mark.parametrize("column", ["in_post_since", "left_on"])
def test_an_officer_who_may_not_be_in_post_is_unknown(table, column):
    staff = table("staff", officer("a"), officer("b")).assign(flags=["", unread_flag(column)])
    held = f5_devices.in_hand(table("device", device("1", "a"), device("2", "b")), AS_OF)
    assert f5_devices.coverage(staff, held, table("device_pool"), AS_OF) == {"response": Share(1, 0, 1)}


def test_a_device_whose_holder_is_not_recorded_leaves_one_officer_unknown(table):
    staff = table("staff", officer("a"), officer("b"))
    held = f5_devices.in_hand(table("device", device("1"), device("2"), device("3")), AS_OF)
    assert f5_devices.coverage(staff, held, table("device_pool"), AS_OF) == {"response": Share(0, 0, 2)}


@pytest.mark.parametrize(
    ("peak", "expected"),
    # Eight officers without one of their own; two of four, of one, of an unknown number on duty at the peak.
    [(4, Share(6, 4)), (1, Share(10, 0)), (None, Share(2, 0, 8))],
)
def test_pooled_devices_count_against_the_peak(table, peak, expected):
    staff = table("staff", *(officer(f"o{i}") for i in range(10)))
    held = f5_devices.in_hand(
        table(
            "device",
            device("1", "o0"), device("2", "o1"), device("3", pool="van"), device("4", pool="van"),
            device("5", pool="van", status="in_repair"), device("6", pool="elsewhere"),
        ),
        AS_OF,
    )  # fmt: skip
    pool = table("device_pool", {"pool": "van", "role": "response", "officers_at_peak": peak})
    found = f5_devices.equipped(staff, held, pool, "response", AS_OF)
    assert found == expected
    # Who of the eight has a pooled device in hand nobody can say.
    assert found.units.isna().sum() == 8 and found.units[["o0", "o1"]].all()


def test_nobody_in_the_role(table):
    held = f5_devices.in_hand(table("device", device("1", "a")), AS_OF)
    assert f5_devices.coverage(table("staff"), held, table("device_pool"), AS_OF) == {}
    assert f5_devices.together({}) == Share(0, 0, 0)


def test_spending_per_officer(table):
    def decision(id, status, on, pounds=1000):
        return {"spending_id": id, "status": status, "decided_on": on, "amount_pounds": pounds}

    rows = table(
        "device_spending",
        decision("1", "approved", "2012-04-01"), decision("2", "ordered", "2014-03-31", 500),
        decision("3", "approved", "2012-03-31"), decision("4", "requested", "2013-01-01"),
        decision("5", "refused", "2013-01-01"), decision("6", "approved", None), decision("7", "approved", "2013-01-01", None),
    )  # fmt: skip
    spent = f5_devices.spending(rows, AS_OF, 24)
    assert spent == (3, 1500, 1, 1)
    staff = table(
        "staff", officer("a"), officer("b", fte=0.5), officer("c", fte=None), officer("p", role="pcso", rank="pcso"),
        officer("left", left_on="2014-01-01"), officer("lost", rank=None), officer("gone?"), officer("come?"),
        officer("clerk", rank="police_staff"),
    )  # fmt: skip
    staff["flags"] = ["", "", "", "", "", unread_flag("rank"), unread_flag("left_on"), unread_flag("in_post_since"),
                      unread_flag("left_on")]  # fmt: skip
    fte = f5_devices.officers_fte(staff, AS_OF)
    assert fte == (2.5, 1, 3)
    # One of the three decisions doesn't say how much: what is known is no figure, and is told as a lower bound.
    assert f5_devices.per_officer(spent, fte[0]) is None
    said = "At least 1,500 pounds; decisions without an amount: 1, without a day: 1."
    assert said in f5_devices.spending_note(spent, 0, 0)
    assert f5_devices.per_officer(f5_devices.Spending(2, 1500.0, 0, 1), fte[0]) is None
    assert f5_devices.per_officer(f5_devices.Spending(2, 1500.0, 0), fte[0]) == 600
    assert f5_devices.per_officer(spent, 0) is None
    assert f5_devices.per_officer(f5_devices.Spending(1, 0.0, 1), 10) is None
    assert f5_devices.per_officer(f5_devices.spending(table("device_spending"), AS_OF, 24), 10) == 0
