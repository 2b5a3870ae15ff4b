"""A5: who is managed, whose risk is assessed, and whether the highest scores are the ones managed."""

from datetime import date

import pytest

from hmic_analysis.findings import a5_offenders
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)


def counts(share):
    return share.yes, share.no, share.unknown


@pytest.fixture
def listed(table):
    return table(
        "iom_cohort",
        # 31 December 2013 is the ninetieth day before the snapshot.
        {"person_key": "a", "status": "community", "risk_score": 70, "rag": "red", "last_assessed_on": "2013-12-31"},
        {"person_key": "b", "status": "community", "risk_score": 10, "last_assessed_on": "2013-12-30"},
        {"person_key": "c", "status": "custody", "rag": "green", "last_assessed_on": "2014-03-01"},
        {"person_key": "d", "status": None, "risk_score": 0, "last_assessed_on": "2014-03-01"},
        {"person_key": "e", "status": "community", "risk_score": 5, "left_on": "2014-03-31"},
        {"person_key": "f", "status": "community", "risk_score": 5, "last_assessed_on": "2014-04-02"},
        {"person_key": "gone", "status": "community", "risk_score": 5, "left_on": "2014-03-30"},
        {"person_key": "coming", "status": "community", "risk_score": 5, "entered_on": "2014-04-01"},
    )


def test_the_scheme_holds_who_entered_and_has_not_left(listed):
    assert a5_offenders.cohort(listed, AS_OF)["person_key"].tolist() == ["a", "b", "c", "d", "e", "f"]


def test_a_score_of_nought_is_a_score_and_a_blank_is_none(listed):
    managed = a5_offenders.cohort(listed, AS_OF)
    assert counts(a5_offenders.assessed(managed)) == (5, 1, 0)
    assert counts(a5_offenders.with_rag(managed)) == (2, 4, 0)


def test_custody_is_left_out_of_recent_assessments_and_the_unclear_are_unknown(listed):
    managed = a5_offenders.cohort(listed, AS_OF)
    # a is recent, b a day too old, c in custody, e never assessed; of d it isn't known where, f was assessed later.
    assert counts(a5_offenders.assessment_current(managed, AS_OF, 90)) == (1, 2, 2)
    assert counts(a5_offenders.assessment_current(managed, AS_OF, 91)) == (2, 1, 2)


def test_a_column_that_was_filled_for_nobody_says_nothing(table):
    scheme = table("iom_cohort", {"person_key": "a", "status": "community"}, {"person_key": "b", "status": "custody"})
    managed = a5_offenders.cohort(scheme, AS_OF)
    assert a5_offenders.assessed(managed) == a5_offenders.with_rag(managed) == Share(0, 0, 2)
    assert a5_offenders.assessment_current(managed, AS_OF, 90) == Share(0, 0, 1)
    entered = managed.assign(entered_on=managed["entered_on"].fillna("2012-01-01"))
    assert a5_offenders.reoffended(entered, AS_OF) == Share(0, 0, 2)


def test_a_column_filled_in_for_somebody_else_on_the_list_is_kept(table):
    """Who is in custody, has left or has just entered has one: then whoever has none has none."""
    scheme = table(
        "iom_cohort",
        {"person_key": "a", "status": "community", "entered_on": "2012-01-01"},
        {"person_key": "b", "status": "custody", "entered_on": "2014-01-01", "last_assessed_on": "2014-03-01",
         "reoffended_on": "2014-02-01"},
        {"person_key": "c", "left_on": "2014-01-01", "entered_on": "2014-01-01", "risk_score": 5, "rag": "red"},
    )  # fmt: skip
    managed = a5_offenders.cohort(scheme, AS_OF)
    assert a5_offenders.assessment_current(managed, AS_OF, 90) == Share(0, 1)
    assert a5_offenders.assessed(managed) == a5_offenders.with_rag(managed) == Share(0, 2)
    assert a5_offenders.reoffended(scheme, AS_OF) == Share(0, 1)


def test_reoffending_is_of_entrants_with_a_whole_year_behind_them(table):
    rows = table(
        "iom_cohort",
        {"person_key": "1", "entered_on": "2012-06-01", "reoffended_on": "2013-05-31"},
        {"person_key": "2", "entered_on": "2012-06-01", "reoffended_on": "2013-06-01"},
        {"person_key": "3", "entered_on": "2013-03-31", "left_on": "2013-09-01"},
        {"person_key": "4", "entered_on": "2013-04-01", "reoffended_on": "2013-04-02"},
        {"person_key": "5", "reoffended_on": "2013-04-02"},
    )
    assert counts(a5_offenders.reoffended(rows, AS_OF)) == (1, 2, 1)


def scored(table, *rows):
    names = ("person_key", "score", "reason_not_managed", "scored_on", "decided_on")
    return table("iom_selection", *(dict(zip(names, row, strict=False)) for row in rows))


#: An offender of a low score with a reason, so that reasons are kept.
GIVEN = ("r", 1, "other")


@pytest.fixture
def four(table):
    return table("iom_cohort", *({"person_key": key} for key in "abcd"))


def test_of_the_four_highest_scores_two_are_managed_and_one_is_excused(table, four):
    considered = scored(
        table, ("a", 90), ("x", 80, "moved_away"), ("b", 70), ("y", 60), ("c", 50), ("d", 40), ("z", 5, "other")
    )
    found = a5_offenders.selection(four, considered, AS_OF)
    assert found[:5] == (4, 2, 1, 1, 0)
    assert found.share == Share(3, 1, 0)
    assert found.units.to_dict() == {"a": True, "x": True, "b": True, "y": False}


def test_offenders_without_a_score_could_take_the_last_places(table, four):
    # w has no score and d is not on the list: the two lowest of the four places are unknown.
    considered = scored(table, ("a", 90), ("x", 80), ("b", 70), ("c", 60), ("w", None), GIVEN)
    assert a5_offenders.selection(four, considered, AS_OF)[:5] == (4, 1, 0, 1, 2)


def test_a_score_or_a_decision_of_a_later_day_was_not_known(table, four):
    considered = scored(
        table,
        ("a", 90, None, "2014-04-01"),
        ("x", 80, "moved_away", "2014-03-01", "2014-04-01"),
        ("b", 70), ("c", 60), ("d", 50), ("y", 40),
    )  # fmt: skip
    # a could still take a place, so one is unknown; x was not excused on the day.
    assert a5_offenders.selection(four, considered, AS_OF)[:5] == (4, 2, 0, 1, 1)


def test_a_tie_for_the_last_place_counts_only_what_is_certain(table, four):
    tied = (("a", 90), ("b", 80), ("c", 70), ("d", 60), ("x", 60))
    assert a5_offenders.selection(four, scored(table, *tied), AS_OF)[:5] == (4, 3, 0, 0, 1)
    # d or x takes the last place, and nobody can say which.
    assert list(a5_offenders.selection(four, scored(table, *tied), AS_OF).units.index) == ["a", "b", "c"]
    # Three for two places, two of them managed: one at least is.
    wider = (("a", 90), ("y", 80), ("b", 60), ("c", 60), ("x", 60), ("d", 10), GIVEN)
    assert a5_offenders.selection(four, scored(table, *wider), AS_OF)[:5] == (4, 2, 0, 1, 1)


def test_a_list_of_those_chosen_alone_shows_nothing(table, four):
    chosen = scored(table, ("a", 90), ("b", 80), ("c", 70), ("d", 60), ("w", None))
    assert a5_offenders.selection(four, chosen, AS_OF) is None
    assert a5_offenders.selection(four, scored(table), AS_OF) is None
    assert a5_offenders.selection(table("iom_cohort"), scored(table, ("x", 80)), AS_OF) is None


def test_nobody_has_a_score_but_one(table, four):
    considered = scored(table, ("x", 80), *((key, None) for key in "abcdpqr"))
    found = a5_offenders.selection(four, considered, AS_OF)
    assert found[:5] == (4, 0, 0, 0, 4)


def test_nothing_supplied(table):
    nothing = a5_offenders.cohort(table("iom_cohort"), AS_OF)
    assert a5_offenders.assessed(nothing) == Share(0, 0, 0)
    assert a5_offenders.assessment_current(nothing, AS_OF, 90) == Share(0, 0, 0)
    assert a5_offenders.reoffended(nothing, AS_OF) == Share(0, 0, 0)
