"""Headlines and alt texts carry the real extremes, and never more than the data hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from hmic_analysis.figures.chart import Words
from hmic_analysis.figures.rows import age_bands, counts
from hmic_analysis.figures.series import monthly_series
from hmic_analysis.figures.shares import paired_shares, proportions_by_group
from hmic_analysis.figures.spread import week_profile
from hmic_analysis.figures.style import (
    log_ticks,
    minute_labels,
    minute_ticks,
    needs_log,
    nice_ticks,
    plain,
    say,
    say_minutes,
    tick_labels,
)
from tests.figures.cases import CASES, months, offence_shares, shares, week
from tests.support import not_as_we_write


def drawn_texts(made) -> list[str]:
    """Every word that is drawn."""
    return [text.get_text() for text in made.figure.findobj(Text)]


@pytest.mark.parametrize("name", sorted(CASES))
def test_words_are_complete_sentences(name):
    made = CASES[name]()
    assert made.headline and not made.headline.endswith(".")
    assert made.alt.endswith(".") and ".." not in made.alt
    assert not not_as_we_write(f"{made.headline} {made.subtitle} {made.alt} {' '.join(drawn_texts(made))}")
    assert "nan" not in f"{made.headline} {made.subtitle} {made.alt}".replace("Donau", "").lower().split()


def test_the_span_of_shares_is_told_and_none_is_ranked_in_the_headline():
    made = proportions_by_group(offence_shares(), threshold=80, what="Recorded crimes attended", by="offence group")
    assert made.headline == (
        "Recorded crimes attended ranged from 39.1% to 99.1%, and 3 of 7 were below the threshold of 80%"
    )
    assert made.alt.startswith("Dot plot of recorded crimes attended by offence group, where the highest is Burglary")


def test_a_share_of_all_or_none_bears_what_it_is_of_those_not_known_too():
    """Of 40 units of the one 10 are not known, of the other all are known."""
    frame = shares(["a", "b"], [100, 0]).assign(lo_missing=[75, 0], hi_missing=[100, 0], n=40)
    made = proportions_by_group(frame)
    assert made.headline == "Share ranged from 0.0% to 100.0% (at least 75.0% of all)"
    assert "the highest is a at 100.0% (at least 75.0% of all), the lowest is b at 0.0%." in made.alt
    one = proportions_by_group(frame.head(1))
    assert one.headline == "Share stood at 100.0% (at least 75.0% of all) for “a”"
    none = proportions_by_group(frame.assign(value=0, lo_missing=0, hi_missing=[25, 0]), unlike=True)
    assert "the shares are a 0.0% (at most 25.0% of all), b 0.0%." in none.alt


def test_unknown_shares_are_counted_and_not_judged():
    made = proportions_by_group(shares(["a", "b", "c"], [90, None, 70]), threshold=80)
    assert (
        made.headline
        == "Share ranged from 70.0% to 90.0%, and 1 of 2 was below the threshold of 80%; 1 of 3 is not known"
    )


@pytest.mark.parametrize(
    ("values", "words"), [([80.0, 79.9], "1 of 2 was below"), ([80.0, 80.0], "in both, at or above")]
)
def test_a_share_at_the_threshold_is_not_below_it(values, words):
    assert words in proportions_by_group(shares(["a", "b"], values), threshold=80).headline
    assert "at or above" in proportions_by_group(shares(["a"], [80.0]), threshold=80).headline


def test_a_threshold_may_be_the_most_that_a_share_should_be():
    frame = shares(["a", "b", "c"], [4, 31, 6])
    assert (
        ", and 1 of 3 was above the threshold of 30%" in proportions_by_group(frame, threshold=30, most=True).headline
    )
    assert ", and both were below" in proportions_by_group(frame.drop(index=1), threshold=30).headline


def test_a_row_of_a_few_units_stretches_no_range():
    frame = shares(["a", "b", "Not recorded"], [95, 88, 0]).assign(n=[200, 26, 1])
    made = proportions_by_group(frame, what="Crimes attended", units_name="crimes", threshold=90)
    assert made.headline == (
        "Crimes attended ranged from 88.0% to 95.0% in groups of 5 or more crimes, and 1 of these 2 was below the "
        "threshold of 90%"
    )
    assert "the lowest is b at 88.0% in groups of 5 or more" in made.alt


def test_a_threshold_is_held_only_against_the_rows_that_it_is_for():
    frame = shares(["Call", "Counter", "Online", "Transfer in"], [95, 88, 91, 0]).assign(apart=[False] * 3 + [True])
    made = proportions_by_group(frame, what="Crimes", threshold=80, threshold_for="ways by which the public report")
    assert made.headline == "Crimes: none of 3 ways by which the public report was below the threshold of 80%"
    ways = {"what": "Crimes", "threshold_for": "ways by which the public report"}
    both = proportions_by_group(frame.iloc[[0, 2, 3]], threshold=99, **ways)
    assert both.headline == "Crimes: both ways by which the public report were below the threshold of 99%"
    neither = proportions_by_group(frame.iloc[[0, 2, 3]], threshold=80, **ways)
    assert neither.headline == "Crimes: neither of 2 ways by which the public report was below the threshold of 80%"
    two = proportions_by_group(frame.iloc[[0, 2, 3]], what="Reviews", threshold=80, unlike=True)
    assert two.headline == "Reviews: neither call nor online was below the threshold of 80%"
    none = frame.assign(n=[20, 30, None, 40], value=[95, 88, None, 0])
    texts = [x.get_text() for x in proportions_by_group(none).figure.findobj(Text)]
    assert "No data" in texts and not {"No cases", "no cases", "nan"} & set(texts)


def test_shares_of_categories_that_lie_alike_tell_the_largest():
    frame = pd.DataFrame(
        {"label": ["Crime", "Welfare", "ASB"], "share_count": [30, 45, 25], "share_hours": [34, 41, 25]}
    )
    largest = "Welfare was the largest category by number (45.0%) and by hours (41.0%)"
    assert paired_shares(frame).headline == largest
    tied = paired_shares(frame.assign(share_count=[40, 40, 20]), what="Share of incidents")
    assert tied.headline == "Share of incidents" and "where" not in tied.alt


def test_unlike_measures_have_no_range_and_no_highest():
    frame = shares(["Audits passed", "Calls back"], [82, 96])
    made = proportions_by_group(frame, what="Checks", unlike=True)
    assert made.headline == "Checks" and "highest" not in made.alt
    assert "audits passed 82.0%, calls back 96.0%" in made.alt
    held = proportions_by_group(frame, what="Checks", threshold=90, unlike=True)
    assert held.headline == "Checks: 1 of 2 was below the threshold of 90% (audits passed)"
    alone = proportions_by_group(frame.iloc[:1], what="Checks", threshold=80, unlike=True)
    assert alone.headline == "Audits passed stood at 82.0%, at or above the threshold of 80%"
    withheld = proportions_by_group(frame.assign(withheld=["", "[c]"]), what="Checks", unlike=True)
    assert withheld.headline == "Audits passed stood at 82.0%"


def test_a_row_of_which_nothing_is_known_is_no_share_of_none():
    frame = shares(["a", "b", "c"], [95, 88, np.nan]).assign(
        n=[200, 26, 9], lo_missing=[95, 88, 0], hi_missing=[95, 88, 100]
    )
    made = proportions_by_group(frame, what="Crimes attended", units_name="crimes", threshold=90)
    assert made.headline.endswith("1 of these 2 was below the threshold of 90%; 1 of 3 is not known")
    assert "not known" in [x.get_text() for x in made.figure.findobj(Text)] and np.isnan(made.data["value"].iloc[2])


def test_what_is_the_same_throughout_is_a_sentence():
    line = monthly_series(months({"All": [0, 0, 0]}), what="Teams that used it", unit="%")
    assert line.sentence == "Teams that used it stood at 0.0% in each month with data."
    assert not monthly_series(months({"All": [0, None, 0]})).sentence
    none = proportions_by_group(shares(["a", "b", "c"], [0, 0, 0]), threshold=70, what="Months")
    assert none.sentence == "Months stood at 0.0% in all 3, below the threshold of 70%."
    assert not proportions_by_group(shares(["a", "b"], [0, 1]), what="Months").sentence
    assert not proportions_by_group(shares(["a", "b"], [5, 5]), what="Months").sentence


def test_extremes_of_months_and_hours():
    made = monthly_series(months({"Burglary": [30, 12, 55], "Drugs": [4, 9, 7]}), what="Crimes a month")
    assert made.headline == "Crimes a month"
    assert "where the lines are Burglary between 12 and 55, Drugs between 4 and 9" in made.alt
    alone = monthly_series(months({"Burglary": [30, 12, 55]}), what="Crimes a month")
    assert alone.headline == "Crimes a month ranged from 12 to 55"
    frame = week().assign(staff_share=1.0)
    frame["demand_share"] = 1.0
    frame.loc[4 * 24 + 22, "demand_share"] = 3.5
    frame.loc[6, "demand_share"] = 0.25
    words = week_profile(frame).alt
    assert "Friday at 22:00 (+2.50 points)" in words and "Monday at 06:00 (-0.75 points)" in words


def test_the_largest_group_is_named_in_a_headline_only_where_it_holds_most():
    frame = pd.DataFrame({"label": ["Cleveland", "b", "c"], "value": [40, 35, 25]})
    for values, message in (
        ([40, 35, 25], "the largest group was “Cleveland”, with 40 of 100 files"),
        ([40, 40, 20], "each of the 2 largest groups held 40 of 100 files"),
        ([40, None, 20], "the largest group known was “Cleveland”, with 40 files; 1 of 3 is not known"),
    ):
        frame["value"] = values
        made = counts(frame, what="Files", by="force")
        assert message in made.alt and made.headline == f"Files by force{'; 1 of 3 is not known' * (None in values)}"
    frame["value"] = [51, 30, 19]
    assert counts(frame, what="Files").headline == "The largest group was “Cleveland”, with 51 of 100 files"


def test_the_callers_headline_goes_before():
    parts = pd.DataFrame({"label": ["Logged", "On duty"], "value": [34, 100]})
    whole = counts(parts, words=Words("drawn", headline="Of 100 hours 34 were logged"))
    assert whole.alt == "Bar chart of records by group, where of 100 hours 34 were logged."
    made = counts(pd.DataFrame({"label": ["a"], "value": [1]}), words=Words("drawn", headline="One file was read."))
    assert made.headline == "One file was read"


@given(st.lists(st.floats(0, 100), min_size=2, max_size=8))
@settings(max_examples=25)
def test_alt_text_holds_the_extremes_of_any_shares(values):
    made = proportions_by_group(shares([f"g{i}" for i in range(len(values))], values))
    assert say(max(values), "%") in made.alt and say(min(values), "%") in made.alt


@given(st.lists(st.integers(0, 40), min_size=2, max_size=6), st.sampled_from([1, 3, 5, 10]))
@settings(max_examples=40)
def test_no_small_count_of_persons_gets_out(persons, least):
    frame = pd.DataFrame(
        {"band": range(len(persons)), "label": [f"b{i}" for i in range(len(persons))], "persons": persons}
    )
    made = age_bands(frame, min_count=least)
    if made.headline.startswith("No data"):
        assert sum(persons) == 0
        return
    if made.headline.startswith("Not shown"):
        # So few that their total would tell them whatever is withheld.
        assert any(0 < p < least for p in persons) and made.data.empty
        return
    kept = [p for p in made.data["persons"] if p != "[c]"]
    assert all(p == 0 or p >= least for p in kept)
    hidden = sum(p == "[c]" for p in made.data["persons"])
    if hidden == 1:
        assert sum(p > 0 for p in persons) == 1, "one alone could be had by subtraction"
    assert hidden == 0 or f" of {sum(persons)}" not in made.headline + made.alt


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (83.42, "%", "83.4%"),
        (99.94, "%", "99.9%"),
        (99.97, "%", ">99.9%"),
        (0.0004, "%", "<0.1%"),
        (0.0, "%", "0.0%"),
        (1234567, "count", "1,234,567"),
        (12.5, "count", "12.5"),
        (0.0000003, "0-1", "0.0000003"),
        (np.nan, "%", "not known"),
    ],
)
def test_values_as_printed(value, unit, words):
    assert say(value, unit) == words


def test_plain_numbers():
    assert [plain(v) for v in (0, 7, 7.25, 1234.6, 0.126)] == ["0", "7", "7.2", "1,235", "0.13"]


@given(st.floats(-1e9, 1e12), st.floats(0, 1e12), st.booleans())
def test_ticks_surround_the_data_evenly_and_hold_zero(low, high, whole):
    ticks = nice_ticks(low, high, whole=whole)
    hair = (ticks[1] - ticks[0]) * 1e-8
    assert ticks[0] <= low + hair and ticks[-1] >= high - hair
    assert any(abs(t) <= hair for t in ticks) and 2 <= len(ticks) <= 9
    assert np.diff(ticks) == pytest.approx(np.diff(ticks)[0])
    assert not whole or all(t == round(t) for t in ticks)


@given(st.floats(0, 1e13))
def test_tick_texts_differ(high):
    labels = tick_labels(nice_ticks(0, high))
    assert len(set(labels)) == len(labels)


def test_tick_texts():
    assert tick_labels([0, 2.5, 5]) == ["0.0", "2.5", "5.0"]
    assert tick_labels([0, 500000, 1000000]) == ["0", "0.5 million", "1.0 million"]
    assert tick_labels([0, 2000, 4000]) == ["0", "2,000", "4,000"]
    assert tick_labels([0, 50, 100], "%") == ["0%", "50%", "100%"]


def test_minutes_are_printed_in_units_people_know():
    assert [say_minutes(m) for m in (15, 60, 90, 414, 1440, 2880)] == [
        "15 min",
        "1 h",
        "90 min",
        "6.9 h",
        "1 day",
        "2 days",
    ]
    assert minute_labels(minute_ticks(85)) == ["0", "15 min", "30 min", "45 min", "60 min", "75 min", "90 min"]


@given(st.floats(1e-3, 1e7), st.floats(1, 1e6))
def test_logarithmic_ticks_surround_the_data(low, ratio):
    ticks = log_ticks(low, low * ratio)
    assert ticks[0] <= low and ticks[-1] >= low * ratio
    assert ticks == sorted(set(ticks)) and len(ticks) <= 9


@pytest.mark.parametrize("span", [(0, 5), (-1, 5), (1, np.inf), (1, np.nan)])
def test_logarithmic_ticks_refuse_what_has_no_end(span):
    with pytest.raises(ValueError):
        log_ticks(*span)


def test_a_logarithmic_axis_only_where_a_linear_one_hides():
    assert needs_log(np.array([1.0, 51.0])) and not needs_log(np.array([1.0, 49.0]))
    assert not needs_log(np.array([0.0, 1000.0])) and not needs_log(np.array([np.nan]))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([0, 0, 6], "All 6 changes were in the group “an estimate”."),
        ([0, 1, 0], "Changes came to 1, in the group “measured twice”."),
        ([1, 0, 1], "There were 2 changes, one in each of the groups “measured by log” and “an estimate”."),
        ([0, 0, 0], "There were no changes in any of 3 groups."),
        ([0, 2, 1], ""),
        ([1, None, 0], ""),
    ],
)
def test_what_one_sentence_says_as_well_as_bars_is_a_sentence(values, sentence):
    frame = pd.DataFrame({"label": ["Measured by log", "Measured twice", "An estimate"], "value": values})
    made = counts(frame, what="Changes")
    assert made.sentence == sentence
    assert made.headline == sentence.rstrip(".") or not sentence
