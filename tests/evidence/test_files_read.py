"""Rules for samples of files: a number of cases, and clear evidence by two readers."""

import pytest

from hmic_analysis.evidence.verdicts import Decision, clear_evidence, number_of_cases, undecided
from hmic_analysis.measures.base import Share
from hmic_analysis.params.models import Quantifier

CLEAR = Quantifier(word="clear evidence", meaning="-", grades=("A", "B"), sample_grade="C", min_reviewers=2)


@pytest.mark.parametrize(
    ("share", "verdict", "reasons"),
    [
        (Share(3, 3), "supported", ()),
        (Share(3, 4), "not_determinable", ("between_thresholds",)),  # three, but fewer than half
        (Share(2, 2, 1), "not_determinable", ("missing_spans_threshold",)),
        (Share(2, 3), "not_determinable", ("between_thresholds",)),  # too few read to refute
        (Share(2, 8), "contradicted", ()),
        (Share(2, 7), "not_determinable", ("between_thresholds",)),
        (Share(2, 8, 1), "not_determinable", ("between_thresholds",)),  # a third case may qualify
        (Share(0, 10), "contradicted", ()),
        (Share(4, 0), "not_determinable", ("small_n",)),
        (Share(0, 4), "not_determinable", ("small_n",)),
        (Share(0, 0), "not_determinable", ("no_data",)),
        (Share(0, 0, 12), "not_determinable", ("missing_spans_threshold",)),
    ],
)
def test_in_a_number_of_cases(share, verdict, reasons):
    found = number_of_cases(share, 3, 50, 10, 5, "show recent enquiries")
    assert (found.verdict, found.reasons) == (verdict, reasons)
    assert ("wording_mismatch" in found.flags) == (reasons == ("between_thresholds",))


@pytest.mark.parametrize(
    ("grade", "agreement", "verdict"),
    [
        ("B", Share.none(), "supported"),
        ("C", Share.none(), "not_determinable"),
        ("C", Share(3, 1), "supported"),
        ("C", Share(2, 1), "not_determinable"),
        ("D", Share(9, 0), "not_determinable"),
    ],
)
def test_a_small_sample_needs_two_readers_who_agree(grade, agreement, verdict):
    found = clear_evidence(Decision("supported", why="As it is."), grade, agreement, 75, CLEAR)
    assert found.verdict == verdict
    assert found.reasons == (() if verdict == "supported" else ("uncorroborated",))
    assert found.why.startswith("As it is.")


def test_only_a_support_needs_clear_evidence():
    for decision in (Decision("contradicted", why="No."), undecided("small_n", why="Few.")):
        assert clear_evidence(decision, "C", Share.none(), 75, CLEAR) == decision
