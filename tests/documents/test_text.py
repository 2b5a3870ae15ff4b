"""Cleaning words, and number and article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hmic_analysis.documents.text import agree, as_view, based_on_text, clean, embargo_text, listed, range_text
from hmic_analysis.evidence.model import Indicator


@given(st.text())
def test_clean_text_fits_into_xml(text):
    element = etree.Element("t")
    element.text = clean(text)
    assert etree.fromstring(etree.tostring(element)).text in (clean(text), None if not clean(text) else clean(text))


@given(st.text(st.characters(categories=("L", "N", "P", "S"))))
def test_clean_keeps_what_can_be_printed(word):
    assert clean(word) == "".join(c for c in word if c not in "\ufffe\uffff")


def test_clean_drops_control_characters_only():
    assert clean("Cleveland \u202edrofrud\u202c\u200f Police\u2067") == "Cleveland drofrud Police"
    assert clean("A&B\x00\x0b <i>\t{{ x }}\n") == "A&B <i> {{ x }}"


def test_listed():
    assert [listed(x) for x in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]


def test_the_embargo_is_wall_time_whatever_the_season():
    assert embargo_text("2014-09-04T00:01") == "00:01 on Thursday 4 September 2014"
    assert embargo_text("2014-11-27T09:30") == "09:30 on Thursday 27 November 2014"
    assert embargo_text("") == ""


def test_a_range_is_not_printed_around_a_small_count_of_persons():
    few = Indicator(id="x", name="x", label="x", value=20.0, unit="%", numerator=1, denominator=5, lo=3.6, hi=62.4,
                    interval="Wilson 95%", basis="random_sample", about_persons=True)  # fmt: skip
    assert range_text(few, 5) == "\N{EN DASH}"
    assert range_text(few, 0) == "3.6% to 62.4% (Wilson 95%)"
    # Of all records of a register nothing was sampled.
    assert range_text(few.model_copy(update={"basis": "all_records"}), 0) == "\N{EN DASH}"
    assert based_on_text(few, 6) == "\N{EN DASH}"
    assert based_on_text(few, 5) == "5"


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


def test_a_view_is_marked_as_one_once():
    assert as_view("Training would help.") == "Training would help, in the inspectors' view."
    assert as_view("In HMIC's view training would help.") == "In HMIC's view training would help."
