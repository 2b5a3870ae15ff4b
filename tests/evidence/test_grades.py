"""Grades of evidence, apart from verdicts."""

import pytest

from hmic_analysis.evidence.grades import grade_documents, grade_indicator, hold_to_grade, weakest
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.verdicts import Decision


def indicator(**fields) -> Indicator:
    return Indicator(id="x", name="x", label="X", unit="%", **fields)


@pytest.mark.parametrize(
    ("known", "unknown", "reconciled", "grade"),
    [(95, 5, True, "A"), (95, 5, None, "B"), (95, 5, False, "B"), (94, 6, True, "B"), (80, 20, True, "B"), (79, 21, True, "C")],
)  # fmt: skip
def test_whole_populations(known, unknown, reconciled, grade):
    assert grade_indicator(indicator(value=50, denominator=known, unknown=unknown), reconciled) == grade


@pytest.mark.parametrize(
    ("n", "lo", "hi", "grade"), [(60, 80, 100, "B"), (59, 80, 100, "C"), (100, 40, 60, "B"), (100, 39, 61, "C")]
)
def test_random_samples(n, lo, hi, grade):
    assert grade_indicator(indicator(value=50, denominator=n, lo=lo, hi=hi, basis="random_sample")) == grade


def test_other_kinds():
    assert grade_indicator(indicator(value=90, denominator=200, lo=85, hi=94, basis="purposive_sample")) == "C"
    assert grade_indicator(indicator(value=1, basis="statement")) == "D"
    assert grade_indicator(None) == "-"
    assert grade_indicator(indicator(denominator=0)) == "-"
    assert grade_documents(1, corroborated=True) == "C"
    assert grade_documents(1, corroborated=False) == "D"
    assert grade_documents(None, corroborated=False) == "-"
    assert weakest("A", "C", "B") == "C"
    assert weakest("A", "-") == "-"


def test_one_uncorroborated_document_supports_only_that_something_exists():
    yes = Decision("supported", why="One document.")
    assert hold_to_grade(yes, "D", "existence").verdict == "supported"
    assert hold_to_grade(yes, "D", "acknowledgement").verdict == "supported"
    assert hold_to_grade(yes, "D", "in_progress").reasons == ("uncorroborated",)
    assert hold_to_grade(yes, "C", "in_progress").verdict == "supported"
    assert hold_to_grade(Decision("contradicted"), "D", "practice").verdict == "contradicted"
