"""Cleaning and joining words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hmic_analysis.documents.text import based_on_text, clean, embargo_text, led, listed, range_text
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


@given(st.sampled_from(["The", "It", "Their"]), st.text(st.characters(categories=("Ll",)), min_size=1))
def test_leading_in_changes_one_letter(first, rest):
    assert led("However,", f"{first} {rest}") == f"However, {first.lower()} {rest}"


def test_leading_in_keeps_names():
    assert led("However,", "HMIC found none.") == "However, HMIC found none."
    assert led("However,", "Cleveland has none.", "Cleveland Police") == "However, Cleveland has none."
    assert led("However,", "Durham has none.", "Cleveland Police") is None


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
