"""The difference of a figure between two runs: with an interval where there is a method, else none and why."""

from __future__ import annotations

import pytest

from hmic_analysis.evidence.model import Indicator
from hmic_analysis.process.kept import change_of

from ...letters.evidence import number, percent

NEXT = "the 12 months to 31 August 2014"


def share(yes, known, window="the 12 months to 30 November 2013", **more):
    return percent("attended_pct", "Crimes attended", yes, known, **more).model_copy(update={"window": window})


def rate(events, exposure, window):
    return Indicator(
        id="r",
        name="r",
        label="Incidents per 1,000 crimes",
        value=1000 * events / exposure,
        unit="per 1,000 crimes",
        numerator=events,
        denominator=exposure,
        window=window,
    )


def test_a_proportion_has_newcombes_interval_in_points():
    # Newcombe 1998, table II, case (a) by method 10: 56/70 against 48/80 is 0.2000, 0.0524 to 0.3339.
    change = change_of(share(48, 80), share(56, 70, NEXT))
    assert change.difference == pytest.approx(20)
    assert (change.kind, round(change.lo, 2), round(change.hi, 2)) == ("difference", 5.24, 33.39)
    assert "Newcombe" in change.method and "95%" in change.method
    assert change.words() == "+20.0 points (interval +5.2 points to +33.4 points)"


def test_the_interval_turns_about_with_the_runs():
    there, back = change_of(share(48, 80), share(56, 70, NEXT)), change_of(share(56, 70), share(48, 80, NEXT))
    assert (back.difference, back.lo, back.hi) == pytest.approx((-there.difference, -there.hi, -there.lo))


def test_the_same_records_counted_again_have_no_interval():
    change = change_of(share(48, 80), share(50, 80))
    assert change.difference == pytest.approx(2.5)
    assert change.lo is None and "same records and period" in change.method


def test_two_random_samples_of_one_period_have_one():
    samples = (share(48, 80, basis="random_sample"), share(56, 70, basis="random_sample"))
    assert change_of(*samples).kind == "difference"


def test_a_share_of_a_stock_says_that_many_may_be_the_same():
    change = change_of(share(48, 80, "31 March 2014"), share(56, 70, "31 August 2014"))
    assert change.kind == "difference" and "may be the same" in change.method


def test_a_rate_has_the_exact_interval_of_the_ratio():
    # 6 events against 2 over equal exposure: ratio 3, limits of Clopper and Pearson for 6 of 8 turned into odds.
    change = change_of(rate(2, 1000, "the 12 months to 30 November 2013"), rate(6, 1000, NEXT))
    assert change.kind == "ratio" and change.ratio == pytest.approx(3)
    assert change.lo == pytest.approx(0.34914 / 0.65086, rel=1e-3)
    assert change.hi == pytest.approx(0.96815 / 0.03185, rel=1e-2)


def test_the_rate_of_a_stock_has_none():
    change = change_of(rate(60, 724, "31 March 2014"), rate(50, 700, "31 August 2014"))
    assert change.lo is None and "stock" in change.method and change.difference < 0


@pytest.mark.parametrize("unit", ["days", "hours", "count", "persons", "index", "minutes", "documents"])
def test_other_figures_have_no_interval_and_say_so(unit):
    change = change_of(number("x", "X", 10, unit), number("x", "X", 14, unit))
    assert change.difference == 4 and change.lo is None and change.kind == ""
    assert change.method.startswith("no interval:")


def test_a_percentage_that_is_no_plain_share_has_none():
    worst = share(48, 80, NEXT).model_copy(update={"value": 40.0})
    assert "not a plain count over a count" in change_of(share(48, 80), worst).method


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        (None, share(48, 80), "first"),
        (share(48, 80), None, "second"),
        (share(48, 80).model_copy(update={"value": None}), share(48, 80), "first"),
    ],
)
def test_a_figure_of_one_run_only_has_no_difference(before, after, missing):
    change = change_of(before, after)
    assert change.difference is None and missing in change.method and change.changed
    assert change.words() == "not available"


def test_why_there_is_no_figure_is_told():
    gone = number("x", "X", None, "days", note="No case was closed.")
    assert change_of(number("x", "X", 3, "days"), gone).method == (
        "the second run has no such figure: No case was closed"
    )


def test_what_is_withheld_has_no_difference():
    change = change_of(share(2, 80), share(56, 70, NEXT), withheld=True)
    assert change.difference is None and change.lo is None and change.words() == "withheld"


def test_another_unit_is_no_difference():
    change = change_of(number("x", "X", 90, "minutes"), number("x", "X", 1.5, "hours"))
    assert change.difference is None and "minutes before, hours after" in change.method


def test_a_difference_of_nothing_has_no_sign():
    assert change_of(share(48, 80), share(48, 80)).words() == "0.0 points"
