"""A9: calls back made, and what people say of the service."""

from hmic_analysis.contracts.a9_service import STAGES
from hmic_analysis.findings import a9_service
from hmic_analysis.measures.base import Share


def test_calls_back_in_time(table):
    def row(number, made, result):
        return {"callback_id": str(number), "due_at": "2013-05-01 12:00", "made_at": made, "result": result}

    rows = table(
        "callback",
        row(1, "2013-05-01 12:00", "not_reached"),
        row(2, "2013-05-01 12:01", "reached"),
        row(3, None, "not_made"),
        row(4, None, "reached"),
        row(5, None, None),
        row(6, "2013-04-30 09:00", None),
    )
    assert a9_service.callbacks_made(rows) == Share(2, 2, 2)


def test_satisfaction_is_of_valid_answers_in_completed_interviews(table):
    def row(number, completed, answer):
        return {"survey_id": str(number), "contacted_on": "2013-05-01", "completed": completed,
                "satisfied_whole": answer}  # fmt: skip

    answers = ["completely_satisfied", "very_satisfied", "fairly_satisfied", "neither", "very_dissatisfied",
               "dont_know", None]  # fmt: skip
    rows = table(
        "survey",
        *(row(n, True, a) for n, a in enumerate(answers)),
        row(20, False, "completely_satisfied"),
        row(21, None, "completely_satisfied"),
    )
    found = a9_service.satisfied(rows)
    assert tuple(found) == STAGES
    assert found["whole"] == Share(3, 2, 1)
    assert found["contact"] == Share(0, 0)
    assert a9_service.responses(rows) == Share(7, 1, 1)


def test_nothing_supplied(table):
    assert a9_service.callbacks_made(table("callback")) == Share(0, 0)
    assert a9_service.satisfied(table("survey")) == {}
    assert a9_service.responses(table("survey")) == Share(0, 0)
