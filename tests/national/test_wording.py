"""Sentences say what the tables show and not a count more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hmic_analysis.national.content import claims_sentences, forces, least_known, reasons_sentences
from hmic_analysis.national.counts import Log, Row, release_row
from hmic_analysis.national.report import GROUPS


def row(supported: int, contradicted: int, undecided: int, not_assessed: int = 0, **reasons: int) -> Row:
    cells = dict(supported=supported, contradicted=contradicted, undecided=undecided, not_assessed=not_assessed)
    parts = {"undecided": {g: reasons.get(g, 0) for g in GROUPS}}
    return release_row("claims", "A1a", cells, 3, Log(), parts=parts)


ATTENDS, WORKS = "The force knows how many crimes it attends.", "In general, IOM works."


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([row(26, 10, 7)], "In most forces HMIC found that the force knows how many crimes it attends (26 to 10) [a]."),
        (
            [row(26, 10, 7), row(41, 0, 2)],
            "In most forces HMIC found that the force knows how many crimes it attends (26 to 10) [a] and that IOM works "
            "in general (the opposite in no force) [b].",
        ),
        (
            [row(18, 16, 9), row(5, 30, 8)],
            "Forces were divided on whether the force knows how many crimes it attends (18 to 16) [a]. In most forces it "
            "did not hold that IOM works in general (5 to 30) [b].",
        ),
        ([row(0, 0, 0, 43)], "Whether the force knows how many crimes it attends [a] was not assessed in any force."),
        ([row(4, 0, 39)], "In some forces HMIC found that the force knows how many crimes it attends (4 to 0) [a]."),
        (
            [row(0, 9, 34)],
            "In some forces it did not hold that the force knows how many crimes it attends (0 to 9) [a].",
        ),
        (
            [row(0, 0, 43)],
            "In no force did the evidence show whether the force knows how many crimes it attends (0 to 0) [a].",
        ),
        ([row(20, 21, 2)], "(in some forces; the opposite in 21 forces) [a]."),
    ],
)
def test_claims_in_words(found, words) -> None:
    rows = dict(zip("ab", found, strict=False))
    assert claims_sentences(rows, {"a": ATTENDS, "b": WORKS}).endswith(words)


def test_sentences_on_many_claims_do_not_all_begin_alike() -> None:
    rows = {id: row(26, 10, 7) for id in "abc"}
    told = claims_sentences(rows, dict.fromkeys("abc", ATTENDS)).split(". ")
    assert [text.split(" the force")[0] for text in told] == [
        "In most forces HMIC found that", "More often than not it was found that"
    ]  # fmt: skip
    assert claims_sentences(rows, dict.fromkeys("abc", ATTENDS), 1).startswith(
        "More often than not it was found that the force"
    )


def test_what_is_withheld_as_a_whole_says_why() -> None:
    text = claims_sentences({"a": replace(row(26, 10, 7), whole=True)}, {"a": ATTENDS})
    assert text.endswith("[a] is withheld, since that would tell the verdict on single forces.")
    assert forces(row(43, 0, 0), "supported") == "all 43 forces"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([row(20, 10, 13, unable=8, no_data=5)], "in some forces because the force could not, or would not"),
        ([row(20, 13, 10, silent=9, no_data=1)], "in some forces because the data supplied could not show it"),
        ([row(20, 16, 7, silent=3, no_data=2, unable=2)], "in some forces for want of data and in others"),
    ],
)
def test_the_reasons_in_words(found, words) -> None:
    assert reasons_sentences({"Training": found}).startswith(f"On “Training” no conclusion was reached {words}")


def test_reasons_are_withheld_where_each_has_few_forces() -> None:
    text = reasons_sentences({"Training": [row(7, 32, 4, no_data=3, unable=1)]})
    assert text == "On “Training” the reasons are withheld: few forces have any one of them."


def test_like_reasons_are_given_once_for_all_their_findings() -> None:
    one = row(20, 10, 13, unable=8, no_data=5)
    text = reasons_sentences({"Training": [one, one], "Demand": [one], "ANPR": [row(20, 11, 12, between=12)]})
    assert text.startswith("On “Training” and “Demand” no conclusion was reached in some forces because")
    assert (
        text.count("because the force could not") == 1 and "For “ANPR” none was reached in some forces because" in text
    )
    assert not any(c.isdigit() for c in text)


def test_nothing_is_said_on_reasons_where_there_are_none_to_tell() -> None:
    assert reasons_sentences({"Training": [row(40, 3, 0)]}) == ""
    assert reasons_sentences({"Training": [row(20, 21, 2, no_data=2)]}) == ""


def test_the_claim_that_least_is_known_of() -> None:
    rows = {"a": row(20, 10, 13), "b": row(20, 2, 21)}
    assert least_known(rows, {"a": ATTENDS, "b": WORKS}) == (
        "Least was known of whether IOM works in general: in 21 forces HMIC reached no conclusion [b]."
    )
    assert least_known({"a": row(33, 10, 0)}, {"a": ATTENDS}) == ""
