"""P1: which documents count as plans and strategies of the force, and what stays unknown."""

from datetime import date

import pytest

from hmic_analysis.findings import p1_strategy
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
AIM = "prevention_objective"


@pytest.fixture
def document(table):
    def make(*rows):
        common = {
            "title": "T",
            "status": "approved",
            "scope": "force",
            "subject": "policing",
            "approved_on": "2013-01-01",
        }
        return table("document", *({"document_id": str(i), **common, **row} for i, row in enumerate(rows)))

    return make


def test_only_the_forces_own_plans_in_force_count(document):
    rows = p1_strategy.plans_in_force(
        document(
            {"document_type": "plan", "covers": f"named_lead;{AIM}"},
            {"document_type": "plan", "covers": "named_lead", "status": "under_review"},
            # A policy is no plan.
            {"document_type": "policy", "covers": AIM},
            {"document_type": "plan", "covers": AIM, "scope": "pcc"},
            {"document_type": "plan", "covers": AIM, "scope": "partnership"},
            {"document_type": "plan", "covers": AIM, "status": "draft"},
            {"document_type": "plan", "covers": AIM, "effective_from": "2014-04-01"},
            {"document_type": "plan", "covers": AIM, "effective_to": "2014-03-30"},
            {"document_type": "strategy", "covers": AIM},
            {"document_type": "plan", "covers": AIM, "scope": "district", "effective_to": "2014-03-31"},
        ),
        AS_OF,
    )
    assert rows["document_id"].tolist() == ["0", "1", "9"]
    assert p1_strategy.naming_prevention(rows) == Share(2, 1)


def test_a_register_that_nobody_coded_is_unknown(document):
    rows = p1_strategy.plans_in_force(document({"document_type": "plan"}, {"document_type": "plan"}), AS_OF)
    assert p1_strategy.naming_prevention(rows) == Share(0, 0, 2)


def test_a_plan_without_a_date_is_unknown_and_one_without_a_code_names_nothing(document):
    rows = p1_strategy.plans_in_force(
        document(
            {"document_type": "plan"},
            {"document_type": "plan", "covers": AIM, "approved_on": None},
            {"document_type": "plan", "covers": "named_lead", "approved_on": None, "effective_from": "2013-02-01"},
        ),
        AS_OF,
    )
    assert p1_strategy.naming_prevention(rows) == Share(0, 2, 1)


def test_where_each_strategy_stands(document):
    common = {"document_type": "strategy", "subject": "crime_prevention"}
    found = p1_strategy.prevention_strategies(
        document(
            {**common},
            {**common, "status": "draft"},
            {**common, "scope": "partnership"},
            {**common, "scope": "pcc", "status": "draft"},
            {**common, "scope": "theme"},
            {**common, "status": "withdrawn"},
            {**common, "effective_to": "2014-03-30"},
            {**common, "approved_on": "2014-04-02"},
            {**common, "scope": None},
            {**common, "approved_on": None},
            {**common, "subject": "demand"},
            {**common, "document_type": "plan"},
        ),
        AS_OF,
    )
    assert found["standing"].tolist() == [
        "force", "draft", "partnership", "partnership", "part", "ended", "ended", "ended", "force", "unclear",
    ]  # fmt: skip
    counts = p1_strategy.by_standing(found).set_index("label")["value"]
    assert counts.tolist() == [2, 1, 1, 2, 1, 3]
    assert p1_strategy.of_standing(found, "unclear") == 1


def test_the_four_elements_of_a_strategy(document):
    common = {"document_type": "strategy", "subject": "crime_prevention"}
    found = p1_strategy.prevention_strategies(
        document(
            {**common, "covers": "prevention_objective;prevention_measures;named_lead;review_date"},
            {**common, "owner_rank": "superintendent", "review_due_on": "2015-01-01"},
            {**common},
        ),
        AS_OF,
    )
    assert found["elements"].tolist() == [4, 2, 0]
    assert found.loc[1, list(p1_strategy.ELEMENTS)].tolist() == [False, True, False, True]


def test_an_empty_register(document):
    rows = p1_strategy.plans_in_force(document(), AS_OF)
    assert p1_strategy.naming_prevention(rows) == Share(0, 0)
    found = p1_strategy.prevention_strategies(document(), AS_OF)
    assert found.empty and p1_strategy.by_standing(found)["value"].sum() == 0
