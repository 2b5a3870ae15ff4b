"""P1: which strategies and plans count at the as-of day, row by row."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import p1_strategy
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
STRATEGY = {"document_id": "d", "document_type": "strategy", "subject": "crime_prevention", "scope": "force",
            "status": "approved", "approved_on": "2013-01-01"}  # fmt: skip
PLAN = {**STRATEGY, "document_type": "plan", "covers": "prevention_objective"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Share(1, 0)),
        ({"status": "draft"}, Share(0, 0)),
        ({"scope": "partnership"}, Share(0, 0)),
        ({"scope": "district"}, Share(0, 0)),
        # A blank scope is the whole force, as the template says.
        ({"scope": None}, Share(1, 0)),
        ({"approved_on": None}, Share(0, 0, 1)),
        ({"approved_on": "2014-03-31"}, Share(1, 0)),
        ({"approved_on": "2014-04-01"}, Share(0, 0)),
        # In force since earlier by its own words, and approved after the day all the same.
        ({"approved_on": "2014-04-01", "effective_from": "2013-01-01"}, Share(0, 0)),
        ({"effective_from": "2014-04-01"}, Share(0, 0)),
        ({"effective_to": "2014-03-31"}, Share(1, 0)),
        ({"effective_to": "2014-03-30"}, Share(0, 0)),
        ({"document_type": "plan"}, Share(0, 0)),
        ({"status": "under_review"}, Share(1, 0)),
        # The subject is a word of the reader's own, as people write it.
        ({"subject": "Crime prevention"}, Share(1, 0)),
        ({"subject": " CRIME-PREVENTION "}, Share(1, 0)),
        ({"subject": "crime_prevention_training"}, Share(0, 0)),
        ({"subject": "anpr"}, Share(0, 0)),
    ],
)
def test_strategies_of_the_whole_force(table, given, expected):
    found = p1_strategy.prevention_strategies(table("document", {**STRATEGY, **given}), AS_OF)
    assert p1_strategy.for_the_force(found) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Share(1, 1)),
        ({"covers": None}, Share(0, 2)),
        ({"document_type": "policy"}, Share(0, 1)),
        ({"scope": "pcc"}, Share(0, 1)),
        ({"approved_on": None}, Share(0, 1, 1)),
        ({"effective_from": "2014-03-31"}, Share(1, 1)),
        ({"effective_from": "2014-04-01"}, Share(0, 1)),
        ({"effective_to": "2014-03-31"}, Share(1, 1)),
        ({"effective_to": "2014-03-30"}, Share(0, 1)),
        ({"approved_on": "2014-03-31"}, Share(1, 1)),
        # In force since earlier by its own words, and approved after the day all the same, as with strategies.
        ({"approved_on": "2014-04-01", "effective_from": "2013-01-01"}, Share(0, 1)),
    ],
)
def test_plans_that_name_prevention(table, given, expected):
    other = {**PLAN, "document_id": "other", "covers": "named_lead"}
    plans = p1_strategy.plans_in_force(table("document", {**PLAN, **given}, other), AS_OF)
    assert p1_strategy.naming_prevention(plans) == expected


@pytest.mark.parametrize("column", ["approved_on", "effective_from", "effective_to", "scope"])
def test_a_day_that_cannot_be_read_leaves_open_whether_it_was_in_force(table, column):
    rows = table("document", STRATEGY, PLAN).assign(flags=unread_flag(column))
    assert p1_strategy.for_the_force(p1_strategy.prevention_strategies(rows, AS_OF)) == Share(0, 0, 1)
    assert p1_strategy.naming_prevention(p1_strategy.plans_in_force(rows, AS_OF)) == Share(0, 0, 1)
    assert not pd.isna(p1_strategy.plans_in_force(rows.assign(flags=""), AS_OF)["names_prevention"]).any()


@pytest.mark.parametrize(
    ("given", "elements"),
    [
        ({"covers": "prevention_objective;prevention_measures;named_lead;review_date"}, 4),
        ({"covers": "prevention_objective"}, 1),
        ({"covers": "named_lead", "owner_rank": "superintendent"}, 1),
        ({"owner_rank": "superintendent", "review_due_on": "2015-01-01"}, 2),
        ({}, 0),
        ({"flags": "covers"}, None),
        ({"covers": "prevention_objective;prevention_measures;named_lead", "flags": "review_due_on"}, None),
        ({"covers": "review_date", "flags": "review_due_on"}, 1),
    ],
)
def test_elements_of_a_strategy(table, given, elements):
    lost = (given := dict(given)).pop("flags", "")
    rows = table("document", {**STRATEGY, **given}, {**PLAN, "document_id": "coded"})
    rows["flags"] = [unread_flag(lost) if lost else "", ""]
    assert p1_strategy.elements_present(p1_strategy.prevention_strategies(rows, AS_OF)) == {"d": elements}


def test_elements_are_not_known_in_a_register_that_nobody_coded(table):
    found = p1_strategy.prevention_strategies(table("document", STRATEGY), AS_OF)
    assert p1_strategy.elements_present(found) == {"d": None}
