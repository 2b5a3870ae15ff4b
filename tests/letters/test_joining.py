"""How the sentences of a finding are joined."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmic_analysis.documents.text import agree, also, join_sentences

from .evidence import claim

PERIOD = "the 12 months to 30 November 2013"
NAMES = "Cleveland Police"
OPEN = "The inspection could not determine whether {}, because {}."


def joined(*told: tuple[str, str, str], turn: int = 0) -> str:
    """Sentences given as (type, verdict, sentence), as one paragraph."""
    claims = [
        claim(f"A1{chr(97 + i)}", kind, verdict, "B", "It is so.", text) for i, (kind, verdict, text) in enumerate(told)
    ]
    return " ".join(join_sentences(claims, [text for _, _, text in told], NAMES, PERIOD, turn))


def test_a_supported_and_a_contradicted_claim_turn_once_with_however():
    assert (
        joined(
            ("existence", "supported", "The force has a database."),
            ("practice", "contradicted", "The database is not in use."),
            ("practice", "contradicted", "The results are seldom passed on."),
        )
        == "The force has a database. However, the database is not in use. The results are seldom passed on."
    )


def test_a_second_turn_does_not_say_however_again():
    text = joined(
        ("existence", "supported", "The force has a policy."),
        ("practice", "contradicted", "The staff do not know it."),
        ("practice", "supported", "The records are complete."),
        ("practice", "contradicted", "The checks fall short."),
    )
    assert text == (
        "The force has a policy. However, the staff do not know it. Even so, the records are complete. On the other "
        "hand, the checks fall short."
    )


def test_a_second_sentence_on_the_force_says_also():
    text = joined(
        ("capability", "supported", "The force knows how many suspects are sought."),
        ("capability", "supported", "The force knows how many have failed to answer bail."),
    )
    assert text.endswith(". The force also knows how many have failed to answer bail.")


@pytest.mark.parametrize(
    "sentence, told",
    [
        ("The force was unable to say.", "The force was also unable to say."),
        ("The force has no strategy.", "The force also has no strategy."),
        ("The force does not check.", "The force also does not check."),
    ],
)
def test_also_stands_where_it_is_said(sentence, told):
    assert also(sentence) == told


def test_one_reason_is_given_once_for_two_open_questions():
    assert joined(
        ("practice", "not_determinable", OPEN.format("files are kept", "the sample is too small")),
        ("practice", "not_determinable", OPEN.format("files are read", "the sample is too small")),
    ) == (
        "The inspection could not determine whether files are kept, because the sample is too small. Nor, for the same "
        "reason, could it determine whether files are read."
    )


def test_another_reason_is_given_in_full():
    assert joined(
        ("practice", "not_determinable", OPEN.format("files are kept", "the sample is too small")),
        ("practice", "not_determinable", OPEN.format("files are read", "no data were supplied")),
    ).endswith("Nor could it determine whether files are read, because no data were supplied.")


def test_the_same_reason_after_a_view_is_named_again():
    text = joined(
        ("practice", "not_determinable", OPEN.format("files are kept", "the sample is too small")),
        ("judgement", "not_determinable", "In the inspectors' view, files matter."),
        ("practice", "not_determinable", OPEN.format("files are read", "the sample is too small")),
    )
    assert text.endswith(
        "The inspection also could not determine whether files are read, again because the sample is too small."
    )


def test_nothing_turns_against_a_view():
    text = joined(
        ("practice", "supported", "The force meets partners."),
        ("judgement", "not_determinable", "In the inspectors' view, meetings matter."),
        ("practice", "contradicted", "The meetings are too few."),
    )
    assert text.endswith("meetings matter. The meetings are too few.")


@pytest.mark.parametrize("turn, lead", [(0, "It did find, however, that"), (1, "It found, though, that")])
def test_what_was_found_after_an_open_question_says_so(turn, lead):
    text = joined(
        ("practice", "not_determinable", OPEN.format("files are kept", "the sample is too small")),
        ("absence", "supported", "No strategy covers the whole force."),
        turn=turn,
    )
    assert text.endswith(f". {lead} no strategy covers the whole force.")


def test_however_is_said_once_around_an_open_question():
    text = joined(
        ("existence", "supported", "The force has a database."),
        ("practice", "not_determinable", OPEN.format("it is used", "no data were supplied")),
        ("practice", "supported", "Some of the work is passed on."),
    )
    assert text == (
        "The force has a database. However, the inspection could not determine whether it is used, because no data were "
        "supplied. It did find that some of the work is passed on."
    )


def test_the_period_is_said_in_full_once():
    text = joined(
        ("practice", "supported", f"Of reviews, 89.1% were held in {PERIOD}."),
        ("practice", "supported", f"The force held 82.6% of meetings during {PERIOD}."),
    )
    assert text.count(PERIOD) == 1 and text.endswith("82.6% of meetings during the same period.")


@pytest.mark.parametrize(
    "text, told",
    [
        ("Officers can reach 1 force systems.", "Officers can reach 1 force system."),
        ("The force has given 1 officers and staff training.", "The force has given 1 officer or member of staff training."),
        ("It is one of few: 1 of the 43 have such a policy.", "It is one of few: 1 of the 43 has such a policy."),
        ("Of these, 21 records and 0.1 files were read.", "Of these, 21 records and 0.1 files were read."),
        ("That is a 8.2% rise from a 11 or an 7 or a 18 or a 110 or a 1,800.", "That is an 8.2% rise from an 11 or a 7 or an 18 or a 110 or a 1,800."),
        ("That is a 80 and a 8,000 and a 11,000.", "That is an 80 and an 8,000 and an 11,000."),
    ],
)  # fmt: skip
def test_number_and_article_agree(text, told):
    assert agree(text) == told


@given(st.lists(st.sampled_from(["supported", "contradicted", "not_determinable"]), min_size=1, max_size=5))
def test_joining_keeps_every_number_and_never_doubles_a_blank(verdicts):
    told = [
        ("practice", v, OPEN.format(f"part {i + 20} holds", "no data were supplied") if v == "not_determinable"
         else f"The force does {i + 20}.3% of it.")
        for i, v in enumerate(verdicts)
    ]  # fmt: skip
    text = joined(*told)
    assert "  " not in text and text.endswith(".") and text.count("However,") <= 1
    assert re.findall(r"\d+", text) == re.findall(r"\d+", " ".join(t for _, _, t in told))
