"""Texts are measured, wrapped and moved apart before anything is drawn."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hmic_analysis.figures.chart import clean_text
from hmic_analysis.figures.sheet import Sheet, apart, place_flags
from hmic_analysis.figures.style import DPI, MM_PER_INCH, fits, text_width, wrap

WORDS = st.lists(st.text(alphabet="abcdefgWiil.é", min_size=1, max_size=30), min_size=1, max_size=12)


@given(WORDS, st.floats(12, 60))
@settings(max_examples=60)
def test_wrapped_lines_fit_and_lose_nothing(words, width):
    text = " ".join(words)
    lines = wrap(text, width, lines=100).split("\n")
    assert all(text_width(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(
    st.text(alphabet="abfgijlmWAVTo.,1%é-— ~漢\u0301", min_size=1, max_size=40),
    st.floats(0.5, 60),
    st.sampled_from(["normal", "bold"]),
)
@example("\u0301", 1.0, "normal")
@settings(max_examples=200)
def test_a_line_fits_where_it_measures_no_more_than_the_room(text, width, weight):
    assert fits(text, width, 8.0, weight) == (text_width(text, 8.0, weight) <= width)


def test_what_is_over_ends_in_an_ellipsis():
    lines = wrap("one two three four five six seven eight nine ten", 20, lines=2).split("\n")
    assert len(lines) == 2 and lines[1].endswith("…") and text_width(lines[1]) <= 20


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(3, 11)), min_size=1, max_size=4))
def test_names_at_line_ends_never_touch_and_stay_in_the_plot(items):
    places, sizes = [p for p, _ in items], [s for _, s in items]
    moved = apart(places, sizes, 50)
    spans = sorted((y - s / 2, y + s / 2) for y, s in zip(moved, sizes, strict=True))
    assert all(after[0] >= before[1] + 1.1 for before, after in zip(spans, spans[1:], strict=False))
    assert spans[0][0] >= -1e-9 and spans[-1][1] <= 50 + 1e-9


def test_names_stay_where_there_is_room():
    assert apart([10, 30], [4, 4], 50) == [10, 30]


def test_flags_that_would_touch_stand_in_rows():
    placed = place_flags([(50, "Limit of 24 hours"), (52, "Limit of 36 hours"), (120, "Far away")], 0, 160)
    assert [row for _, row, _ in placed] == [0, 1, 0]


@pytest.mark.parametrize("text", ["$a_1$ and $b^2$", "100$ to 200$", r"\alpha_{x}", "plain"])
def test_signs_of_formulas_are_printed_as_they_are_and_take_the_room_measured(text):
    sheet = Sheet(20)
    (artist,) = sheet.text(5, 10, text)
    drawn = artist.get_window_extent(sheet.figure.canvas.get_renderer()).width / DPI * MM_PER_INCH
    assert drawn == pytest.approx(text_width(text), abs=0.3)


def test_one_line_of_printable_text():
    assert clean_text(" a\n\tb\x00c ") == "a b c"
    assert [clean_text(v) for v in (None, float("nan"), "", "  ")] == ["not known"] * 4
