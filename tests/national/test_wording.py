"""Sentences say what the tables show and not a count more."""

from __future__ import annotations

import pytest

from hmic_analysis.national.content import claim_sentence, forces, reasons_sentence
from hmic_analysis.national.counts import Log, Row, release_row
from hmic_analysis.national.report import GROUPS


def row(supported: int, contradicted: int, undecided: int, not_assessed: int = 0, **reasons: int) -> Row:
    cells = dict(supported=supported, contradicted=contradicted, undecided=undecided, not_assessed=not_assessed)
    parts = {"undecided": {g: reasons.get(g, 0) for g in GROUPS}}
    return release_row("claims", "A1a", cells, 3, Log(), parts=parts)


def test_a_claim_in_words() -> None:
    assert claim_sentence(row(18, 10, 15, between=15), "The force knows how many crimes it attends.") == (
        "In 18 forces HMIC found that the force knows how many crimes it attends; in 10 forces it found the opposite and "
        "in 15 forces the evidence allowed no conclusion."
    )
    assert claim_sentence(row(30, 0, 9, 4, silent=9), "IOM works.") == (
        "In 30 forces HMIC found that IOM works; in 9 forces the evidence allowed no conclusion. 4 forces were not "
        "assessed."
    )
    assert claim_sentence(row(0, 43, 0), "The force knows.") == (
        "In no force did HMIC find that the force knows; in all 43 forces it found the opposite."
    )
    assert claim_sentence(row(0, 0, 0, 43), "In general, the force knows.").startswith(
        "Whether the force knows in general"
    )
    assert (
        claim_sentence(row(0, 0, 0, 43), "The force knows.") == "Whether the force knows was not assessed in any force."
    )
    assert forces(row(43, 0, 0), "supported") == "all 43 forces"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([row(20, 10, 13, unable=8, no_data=5)], "it was in some forces because the force could not, or would not"),
        ([row(20, 13, 10, silent=9, no_data=1)], "it was in some forces because the data supplied could not show it"),
        ([row(20, 16, 7, silent=3, no_data=2, unable=2)], "it was in some forces for want of data and in others"),
    ],
)
def test_the_reasons_in_words(found, words) -> None:
    assert reasons_sentence(found).startswith(f"Where the evidence allowed no conclusion, {words}")


def test_reasons_are_withheld_where_each_has_few_forces() -> None:
    text = reasons_sentence([row(7, 32, 4, no_data=3, unable=1)])
    assert text == "Why the evidence allowed no conclusion is withheld: few forces have any one reason."


def test_reasons_are_given_once_for_the_claims_of_a_finding() -> None:
    one = row(20, 10, 13, unable=8, no_data=5)
    text = reasons_sentence([one, one, row(20, 11, 12, between=12)])
    assert text == reasons_sentence([one]) and text.count("because") == 1
    assert not any(c.isdigit() for c in text)


def test_nothing_is_said_on_reasons_where_there_are_none_to_tell() -> None:
    assert reasons_sentence([row(40, 3, 0)]) == ""
    assert reasons_sentence([row(20, 21, 2, no_data=2)]) == ""
