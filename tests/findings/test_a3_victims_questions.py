"""A3: what handlers asked in audited calls, and what they can look up."""

from datetime import date

from hmic_analysis.findings import a3_victims
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)


def audit(id, **more):
    return {"audit_id": id, "taken_on": "2013-05-01", "random_sample": True, "about_victim": True, **more}


def test_only_random_audits_of_victims_calls(table):
    audits = a3_victims.audited_calls_of_victims(
        table(
            "call_audit",
            audit("1", team="A", asked_previous=True, asked_vulnerability=False),
            audit("2", team="A", asked_previous=False),
            audit("3", asked_vulnerability=True),
            audit("chosen", random_sample=False, asked_previous=False),
            audit("not said how", random_sample=None, asked_previous=False),
            audit("a wrong number", about_victim=False, asked_previous=False),
            audit("not said who", about_victim=None, asked_previous=False),
        )
    )
    assert audits["audit_id"].tolist() == ["1", "2", "3"]
    assert a3_victims.asked(audits, "asked_previous") == Share(1, 1, 1)
    assert a3_victims.asked(audits, "asked_vulnerability") == Share(1, 1, 1)
    assert a3_victims.asked_by_team(audits, "asked_previous") == {"A": Share(1, 1, 0), "not recorded": Share(0, 0, 1)}


def test_no_audits(table):
    audits = a3_victims.audited_calls_of_victims(table("call_audit"))
    assert a3_victims.asked(audits, "asked_previous") == Share.none()
    assert a3_victims.asked_by_team(audits, "asked_previous") == {}


def access(person, system, live):
    return {"person_key": person, "system": system, "live": live}


def test_access_of_handlers_in_post(table):
    rows = table(
        "system_access",
        access("a", "crime", True),
        access("b", "crime", False),
        access("c", "crime", None),
        access("left", "crime", True),
        access("a", "pnc", True),
        access("b", "pnc", True),
    )
    staff = table(
        "staff",
        *({"person_key": p, "role": "call_handler", "in_post_since": "2012-01-01"} for p in "abcd"),
        {"person_key": "left", "role": "call_handler", "left_on": "2014-01-31"},
        {"person_key": "new", "role": "call_handler", "in_training": True},
        {"person_key": "officer", "role": "response"},
    )
    by_system = a3_victims.access_by_system(rows, staff, AS_OF)
    assert list(by_system.items()) == [("crime", Share(1, 1, 2)), ("pnc", Share(2, 0, 2))]
    # Without a staff list everybody named is taken for a handler in post.
    assert a3_victims.access_by_system(rows, table("staff"), AS_OF) == {"crime": Share(2, 1, 1), "pnc": Share(2, 0, 2)}
    assert a3_victims.access_by_system(table("system_access"), staff, AS_OF) == {}
