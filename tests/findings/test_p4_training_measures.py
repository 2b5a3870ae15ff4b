"""P4: who is in post, what counts as formal training, and what is not said."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import p4_training
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
FORMAL = {"subject": "crime_prevention", "formal": True, "hours": 2, "completed_on": "2013-05-01", "is_initial": False}


@pytest.fixture
def staff(table):
    rows = table(
        "staff",
        {"person_key": "a", "role": "response", "in_post_since": "2010-01-01", "in_training": False},
        {"person_key": "b", "role": "response", "left_on": "2014-03-31"},
        {"person_key": "c", "role": "response", "left_on": "2014-03-30"},
        {"person_key": "d", "role": "response", "in_post_since": "2014-04-01"},
        {"person_key": "e", "role": "response", "in_training": True},
        {"person_key": "f", "role": "pcso", "in_training": False},
        {"person_key": "g", "role": "dispatcher", "in_training": False},
    )
    return p4_training.in_post(rows, AS_OF)


@pytest.fixture
def given(table):
    def make(*rows):
        made = table(
            "training", *({"person_key": "a", "course_code": str(i), **FORMAL, **row} for i, row in enumerate(rows))
        )
        return p4_training.prevention_input(made, AS_OF, 36)

    return make


def test_leavers_starters_and_recruits_are_not_in_post(staff):
    assert staff["person_key"].tolist() == ["a", "b", "f", "g"]
    # A blank says that somebody is no recruit; of a cell that nobody could read it is not known.
    assert p4_training.not_said(staff) == ()
    for column in ("in_training", "in_post_since", "left_on"):
        lost = staff.assign(flags=[unread_flag(column), "", "", ""])
        assert p4_training.not_said(lost) == ("Of one member of staff it cannot be read whether he or she counts.",)
    assert p4_training.in_roles(staff)["value"].tolist() == [2, 1, 1]


def test_what_counts_as_input(staff, given):
    rows = given(
        {},
        {"completed_on": "2011-04-01"},
        {"completed_on": "2011-03-31"},
        {"completed_on": "2014-04-01"},
        {"completed_on": None},
        {"subject": "other"},
        {"is_initial": True},
        {"is_initial": None, "person_key": "b"},
        {"formal": False, "hours": 0.5, "person_key": "f"},
        {"person_key": "c"},
        {"person_key": "not on the list"},
        {"person_key": "e"},
    )
    assert rows["course_code"].tolist() == ["0", "1", "7", "8", "9", "10", "11"]
    # Who is not in post counts for nobody, whether on the list or not; of b it may be initial training.
    assert p4_training.any_training(staff, rows, AS_OF) == (2, 1)
    assert p4_training.any_training(staff.iloc[:0], rows, AS_OF) == (5, 1)


def test_formal_means_assessed_and_two_hours_and_not_initial(staff, given):
    def trained(*rows):
        return p4_training.by_role(staff, p4_training.formally_trained(staff, given(*rows), 2), ("response",))[
            "response"
        ]

    assert trained({}) == Share(1, 1)
    assert trained({"hours": 1.9}) == trained({"formal": False}) == trained({"is_initial": True}) == Share(0, 2)
    assert trained({"formal": None}) == trained({"hours": None}) == trained({"is_initial": None}) == Share(0, 1, 1)
    # One sure reason is enough for a no, one sure course for a yes.
    assert trained({"formal": None, "hours": 1}) == Share(0, 2)
    assert trained({"formal": None}, {}) == Share(1, 1)
    # Training of someone who isn't in post counts for nobody.
    assert trained({"person_key": "c"}) == Share(0, 2)


def test_roles_that_meet_victims(staff, given):
    state = p4_training.formally_trained(staff, given({}, {"person_key": "f"}, {"person_key": "g"}), 2)
    assert p4_training.by_role(staff, state) == {"response": Share(1, 1), "pcso": Share(1, 0)}
    assert p4_training.all_roles(staff, state) == Share(2, 1)


def test_kinds_of_input(given):
    rows = given(
        {}, {"hours": 1}, {"formal": False}, {"formal": None}, {"hours": None}, {"formal": False, "hours": None}
    )
    assert p4_training.kinds_of_input(rows, 2)["value"].tolist() == [1, 1, 2, 2]


def test_nothing_supplied(staff, given):
    nothing = given()
    assert p4_training.any_training(staff, nothing, AS_OF) == (0, 0)
    assert p4_training.kinds_of_input(nothing, 2).empty
    assert p4_training.all_roles(staff, p4_training.formally_trained(staff, nothing, 2)) == Share(0, 3)
    nobody = staff.iloc[:0]
    assert p4_training.by_role(nobody, p4_training.formally_trained(nobody, nothing, 2)) == {}
    assert p4_training.all_roles(nobody, p4_training.formally_trained(nobody, nothing, 2)) == Share(0, 0)
    assert p4_training.in_roles(nobody).empty
