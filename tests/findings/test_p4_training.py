"""P4: who was formally trained, and who had any input, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import p4_training
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
MEMBER = {"person_key": "a", "role": "response", "rank": "constable", "in_post_since": "2010-01-01"}
COURSE = {"person_key": "a", "course_code": "c", "subject": "crime_prevention", "formal": True, "hours": 2, "is_initial": False,
          "completed_on": "2013-01-01"}  # fmt: skip


def flagged(table, name, row):
    lost = (row := dict(row)).pop("lost", "")
    return table(name, row).assign(flags=unread_flag(lost) if lost else "")


@pytest.mark.parametrize(
    ("member", "course", "formal", "anything"),
    [
        ({}, {}, Share(1, 0), Share(1, 0)),
        ({}, {"hours": 1.9}, Share(0, 1), Share(1, 0)),
        ({}, {"hours": None}, Share(0, 0, 1), Share(1, 0)),
        ({}, {"formal": False}, Share(0, 1), Share(1, 0)),
        ({}, {"formal": None}, Share(0, 0, 1), Share(1, 0)),
        ({}, {"is_initial": True}, Share(0, 1), Share(0, 0)),
        ({}, {"is_initial": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({}, {"subject": "anpr"}, Share(0, 1), Share(0, 0)),
        # The last 36 months: from 1 April 2011 to the day itself.
        ({}, {"completed_on": "2011-04-01"}, Share(1, 0), Share(1, 0)),
        ({}, {"completed_on": "2011-03-31"}, Share(0, 1), Share(0, 0)),
        ({}, {"completed_on": "2014-03-31"}, Share(1, 0), Share(1, 0)),
        ({}, {"completed_on": "2014-04-01"}, Share(0, 1), Share(0, 0)),
        # Booked, or begun; a day that can't be read; and a column that is filled in for nobody.
        ({}, {"completed_on": None}, Share(0, 1), Share(0, 0)),
        ({}, {"completed_on": None, "other": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({}, {"completed_on": None, "lost": "completed_on"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({}, {"completed_on": None, "lost": "completed_on", "formal": False}, Share(0, 1), Share(0, 0, 1)),
        ({}, {"completed_on": None, "lost": "completed_on", "subject": "anpr"}, Share(0, 1), Share(0, 0)),
        ({"in_training": True}, {}, Share(0, 0), Share(1, 0)),
        ({"lost": "in_training"}, {}, Share(0, 0, 1), Share(1, 0)),
        ({"left_on": "2014-03-30"}, {}, Share(0, 0), Share(0, 0)),
        ({"left_on": "2014-03-31"}, {}, Share(1, 0), Share(1, 0)),
        ({"lost": "left_on"}, {}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"in_post_since": "2014-04-01"}, {}, Share(0, 0), Share(0, 0)),
        # A blank first day is long ago.
        ({"in_post_since": None}, {}, Share(1, 0), Share(1, 0)),
        ({"in_post_since": None, "lost": "in_post_since"}, {}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"role": "other"}, {}, Share(0, 0), Share(1, 0)),
    ],
)
def test_who_was_trained(table, member, course, formal, anything):
    staff = flagged(table, "staff", {**MEMBER, **member})
    # Another's course on another subject, so that days of completion are kept.
    other = {**COURSE, "person_key": "z", "subject": "anpr", "completed_on": course.get("other", "2013-01-01")}
    lost = course.get("lost")
    rows = table("training", {**COURSE, **{k: v for k, v in course.items() if k in COURSE}}, other)
    given = p4_training.prevention_input(rows.assign(flags=[unread_flag(lost) if lost else "", ""]), AS_OF, 36)
    there = p4_training.in_post(staff, AS_OF)
    trained = p4_training.formally_trained(there, given, 2)
    assert p4_training.all_roles(there, trained) == formal
    assert p4_training.by_role(there, trained) == ({"response": formal} if formal.total else {})
    assert p4_training.with_any_training(staff, given, AS_OF) == anything
    assert p4_training.any_training(staff, given, AS_OF) == (anything.yes, anything.unknown)


@pytest.mark.parametrize(
    ("member", "trained"),
    [
        *(({"role": role}, Share(2, 1)) for role in p4_training.VICTIM_FACING),
        *(({"role": role}, Share(1, 1)) for role in ("dispatcher", "supervisor", "other")),
        ({"in_post_since": "2014-03-31"}, Share(2, 1)),
        ({"in_post_since": "2014-04-01"}, Share(1, 1)),
        ({"in_post_since": None}, Share(2, 1)),
        ({"left_on": "2014-03-31"}, Share(2, 1)),
        ({"left_on": "2014-03-30"}, Share(1, 1)),
        # Left before the first day: one of the two is wrong.
        ({"in_post_since": "2014-02-01", "left_on": "2014-01-01"}, Share(1, 1, 1)),
        ({"in_training": False}, Share(2, 1)),
        ({"in_training": True}, Share(1, 1)),
        ({"lost": "in_training"}, Share(1, 1, 1)),
    ],
)
def test_staff_of_all_roles_that_meet_victims(table, member, trained):
    others = [{**MEMBER, "person_key": "b", "role": "pcso"}, {**MEMBER, "person_key": "c", "role": "call_handler"}]
    lost = (member := dict(member)).pop("lost", "")
    staff = table("staff", {**MEMBER, **member}, *others).assign(flags=[unread_flag(lost) if lost else "", "", ""])
    given = p4_training.prevention_input(table("training", COURSE, {**COURSE, "person_key": "b"}), AS_OF, 36)
    there = p4_training.in_post(staff, AS_OF)
    assert p4_training.all_roles(there, p4_training.formally_trained(there, given, 2)) == trained
