"""A3: contacts of victims, and what stood on the record when first contact was over."""

import pandas as pd
import pytest

from hmic_analysis.findings import a3_victims
from hmic_analysis.measures.base import Share

SHIFTS = (7, 15, 23)


def crime(id, created="2013-06-03 10:00", **more):
    return {"incident_id": id, "created_at": created, "category_close": "crime", "origin": "public", **more}


def contacts(table, incidents, flags=()):
    return a3_victims.victim_contacts(table("incident", *incidents), table("contact_flag", *flags), SHIFTS)


def flag_states(found):
    return {i: (None if pd.isna(x) else bool(x)) for i, x in zip(found["incident_id"], found["flagged"], strict=True)}


def test_who_counts_as_a_contact_of_a_victim(table):
    found = contacts(
        table,
        [
            crime("crime"),
            crime("opened as asb", category_close=None, category_open="asb"),
            crime("no origin", origin=None),
            crime("transport", category_close="transport"),
            crime("officer", origin="officer_initiated"),
            crime("alarm", origin="alarm"),
            crime("twice", result="duplicate"),
            crime("test", result="test"),
            crime("shop"),
            crime("council"),
            crime("nobody"),
            crime("kind of victim blank"),
        ],
        [
            {"incident_id": "shop", "victim_type": "business"},
            {"incident_id": "council", "victim_type": "public_body"},
            {"incident_id": "nobody", "victim_type": "nobody"},
            {"incident_id": "kind of victim blank"},
        ],
    )
    assert found["incident_id"].tolist() == ["crime", "opened as asb", "no origin", "kind of victim blank"]


def test_a_flag_counts_only_while_first_contact_lasts(table):
    called = {"dispatched_at": "2013-06-03 10:20"}
    rows = {
        "in the call": ("yes", "10:01", "10:05", {}),
        "after the call, before dispatch": ("yes", "10:15", "10:05", called),
        "at dispatch": ("yes", "10:20", "10:05", called),
        "after both": ("yes", "10:21", "10:05", called),
        "call longer than the dispatch": ("yes", "10:30", "10:31", called),
        "looked into": ("no", "10:01", "10:05", {}),
        "looked into, undated": ("no", None, "10:05", {}),
        "undated": ("yes", None, "10:05", {}),
        "end not known": ("yes", "10:01", None, {}),
        "blank": (None, None, "10:05", {}),
    }

    def at(time):
        return f"2013-06-03 {time}" if time else None

    found = contacts(
        table,
        [crime(name, **more) for name, (*_, more) in rows.items()] + [crime("no row")],
        [
            {
                "incident_id": name,
                "repeat_victim": None if flag is None else flag == "yes",
                "repeat_set_at": at(set_at),
                "call_ended_at": at(ended),
            }
            for name, (flag, set_at, ended, _) in rows.items()
        ],
    )
    assert flag_states(found) == {
        "in the call": True,
        "after the call, before dispatch": True,
        "at dispatch": True,
        "after both": False,
        "call longer than the dispatch": True,
        "looked into": False,
        "looked into, undated": False,
        "undated": None,
        "end not known": None,
        "blank": False,
        "no row": None,
    }


def test_at_contacts_where_nobody_looked_no_repeat_victim_was_recognised(table):
    """Forty repeat victims, six of them flagged: what nobody looked into is a miss, not an unknown."""
    flags = [
        {"incident_id": f"i{n}", "repeat_victim": True if n < 6 else None, "call_ended_at": "2013-06-03 10:05",
         "repeat_set_at": "2013-06-03 10:01" if n < 6 else None}
        for n in range(40)
    ]  # fmt: skip
    found = contacts(table, [crime(f"i{n}") for n in range(40)], flags)
    assert a3_victims.recall(found.assign(repeat=pd.array([True] * 40, dtype="boolean"))) == Share(6, 34, 0)


def test_a_blank_is_no_assessment_and_a_no_is_one(table):
    ended = {"call_ended_at": "2013-06-03 10:05"}
    found = contacts(
        table,
        [crime(i) for i in ("yes", "no", "blank", "later", "undated", "no row")]
        + [
            crime("personal", category_close="asb", asb_type="personal"),
            crime("nuisance", category_close="asb", asb_type="nuisance"),
            crime("kind not given", category_close="asb"),
        ],
        [
            {"incident_id": "yes", "vulnerable": True, "vulnerable_set_at": "2013-06-03 10:02", **ended},
            {"incident_id": "no", "vulnerable": False, "vulnerable_set_at": "2013-06-03 10:02", **ended},
            {"incident_id": "blank", **ended},
            {"incident_id": "later", "vulnerable": True, "vulnerable_set_at": "2013-06-04 10:02", **ended},
            {"incident_id": "undated", "vulnerable": True, **ended},
            {"incident_id": "personal", "vulnerable": False, "vulnerable_set_at": "2013-06-03 10:02", **ended},
            {"incident_id": "nuisance", **ended},
            {"incident_id": "kind not given", **ended},
        ],
    )
    share = a3_victims.vulnerability_recorded(found)
    assert share == Share(3, 2, 3)
    assert set(share.units.index[share.units.isna()]) == {"undated", "no row", "kind not given"}


@pytest.mark.parametrize(
    ("created", "shift"),
    [
        ("2013-06-03 06:59", "night"),
        ("2013-06-03 07:00", "early"),
        ("2013-06-03 14:59", "early"),
        ("2013-06-03 15:00", "late"),
        ("2013-06-03 22:59", "late"),
        ("2013-06-03 23:00", "night"),
        ("2013-12-03 07:00", "early"),
        (None, "not recorded"),
    ],
)
def test_shifts_go_by_the_wall_clock(table, created, shift):
    month = {"created_month": "2013-06-01"} if created is None else {}
    assert contacts(table, [crime("1", created, **month)])["unit"].tolist() == [shift]


def test_teams_stand_in_for_shifts_where_the_force_keeps_them(table):
    found = contacts(table, [crime("1"), crime("2")], [{"incident_id": "1", "team": "Red"}, {"incident_id": "2"}])
    assert found["unit"].tolist() == ["Red", "not recorded"]


def test_share_of_contacts_with_a_reference(table):
    found = contacts(table, [crime("1", victim_key="V1"), crime("2"), crime("3", location_key="L1")])
    assert a3_victims.victim_known(found) == Share(1, 2)


def test_nothing_supplied(table):
    found = contacts(table, [])
    assert len(found) == 0
    assert a3_victims.vulnerability_recorded(found) == Share.none() == a3_victims.victim_known(found)
