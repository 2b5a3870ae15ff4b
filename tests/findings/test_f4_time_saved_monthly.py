"""F4: what the months of a change say."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from hmic_analysis.findings.f4_time_saved import longest_series, monthly_saving
from hmic_analysis.statistics.interrupted import interrupted_series

AS_OF = date(2014, 3, 31)
BUMPS = 0.8 * np.sin(1.7 * np.arange(200))


def months(change, start, n, first_after, drop, tasks=600):
    labels = pd.period_range(start, periods=n, freq="M").astype(str)
    minutes = 40 + BUMPS[:n] - drop * (labels >= first_after)
    return [
        {"change_id": change, "month": m, "minutes_per_task": x, "tasks": tasks}
        for m, x in zip(labels, minutes, strict=True)
    ]


@pytest.fixture
def change(table):
    return table(
        "change",
        {"change_id": "old", "change_type": "technology", "live_on": "2013-01-01"},
        {"change_id": "late", "change_type": "process", "live_on": "2013-09-16"},
        {"change_id": "planned", "change_type": "process"},
        {"change_id": "next", "change_type": "process", "live_on": "2014-06-01"},
    )


def test_the_longest_series_of_a_live_change_up_to_the_snapshot(table, change):
    rows = [
        *months("old", "2010-01", 52, "2013-01", 5), *months("late", "2012-01", 12, "2013-10", 5),
        *months("planned", "2004-01", 90, "2013-01", 5), *months("next", "2004-01", 90, "2013-01", 5),
        *months("stranger", "2004-01", 90, "2013-01", 5),
    ]  # fmt: skip
    found = longest_series(change, table("benefit_month", *rows), AS_OF)
    assert (found.change, found.first, found.mixed) == ("old", pd.Timestamp("2013-01-01"), None)
    assert (found.months.index[0], found.months.index[-1]) == (pd.Timestamp("2010-01-01"), pd.Timestamp("2014-03-01"))
    assert found.months.notna().all(axis=None)


def test_the_month_of_the_change_and_months_not_given_are_gaps(table, change):
    rows = months("late", "2013-01", 14, "2013-10", 5)
    del rows[2]
    found = longest_series(change, table("benefit_month", *rows), AS_OF)
    gaps = found.months.index[found.months["minutes"].isna()].strftime("%Y-%m").tolist()
    assert found.first == pd.Timestamp("2013-10-01") and gaps == ["2013-03", "2013-09"]
    assert monthly_saving(found).caution == "Left out: Sep 2013, month of the change."


def test_a_step_and_the_hours_it_comes_to(table, change):
    series = longest_series(change, table("benefit_month", *months("old", "2009-09", 55, "2013-01", 5)), AS_OF)
    found = monthly_saving(series)
    row = interrupted_series(series.months["minutes"], series.first).coefficients.loc["step"]
    assert found.step == -row["estimate"] == pytest.approx(5, abs=0.7)
    assert (found.limits.lo, found.limits.hi) == (-row["hi"], -row["lo"])
    assert found.hours == pytest.approx(found.step * 15 * 600 / 60)
    assert found.observed == 55 and found.frame["counterfactual"].notna().sum() == 15
    assert f"{found.hours:,.0f} hours saved in 15 months" in found.saved and "minutes less than expected" in found.saved
    assert "Bare comparison" in found.naive and "autoregressive" in found.method and "not money" in found.method
    assert len(f"{found.naive} A gap: no data. {found.caution}".split()) <= 25


def test_without_the_tasks_of_a_month_there_is_a_step_but_no_total(table, change):
    rows = months("old", "2009-09", 55, "2013-01", 5)
    rows[-1].pop("tasks")
    found = monthly_saving(longest_series(change, table("benefit_month", *rows), AS_OF))
    assert found.step is not None and found.hours is None and "hours saved" not in found.saved.split("interval")[1]


def test_no_drop_shows_no_saving_and_a_rise_is_lost_time(table, change):
    def said(drop):
        rows = table("benefit_month", *months("old", "2009-09", 55, "2013-01", drop))
        return monthly_saving(longest_series(change, rows, AS_OF)).saved

    assert said(0).endswith("no saving is shown")
    assert "minutes more than expected" in said(-5) and "hours lost" in said(-5)


@pytest.mark.parametrize(("start", "n", "counts"), [("2011-02", 38, (23, 15)), ("2010-01", 47, (36, 11))])
def test_too_few_months_give_the_chart_and_the_reason_and_no_figure(table, change, start, n, counts):
    found = monthly_saving(
        longest_series(change, table("benefit_month", *months("old", start, n, "2013-01", 5)), AS_OF)
    )
    assert found.step is None and found.limits is None and found.hours is None
    assert found.saved.startswith(f"No effect estimated: {counts[0]} months before the change and {counts[1]} after")
    assert found.frame["value"].notna().sum() == n and found.frame["fitted"].isna().all()
    assert "Bare comparison" in found.naive


def test_months_on_one_side_only_can_not_be_compared(table, change):
    rows = table("benefit_month", *months("old", "2010-01", 30, "2013-01", 5))
    found = monthly_saving(longest_series(change, rows, AS_OF))
    assert "one of them has no months" in found.naive and found.step is None


def test_nothing_supplied(table, change):
    assert longest_series(change, table("benefit_month"), AS_OF) is None
    found = monthly_saving(None)
    assert found.frame.empty and found.step is None and found.change == ""


@pytest.mark.parametrize(
    ("live_on", "first", "mixed"),
    [("2013-01-01", "2013-01-01", None), ("2013-01-02", "2013-02-01", "2013-01-01"), ("2013-01-31", "2013-02-01", "2013-01-01")],
)  # fmt: skip
def test_a_change_on_the_first_of_a_month_leaves_no_month_out(table, live_on, first, mixed):
    change = table("change", {"change_id": "c", "change_type": "process", "live_on": live_on})
    found = longest_series(change, table("benefit_month", *months("c", "2012-06", 12, "2013-01", 5)), AS_OF)
    assert (found.first, found.mixed) == (pd.Timestamp(first), mixed and pd.Timestamp(mixed))
    assert found.months["minutes"].notna().sum() == (12 if mixed is None else 11)


@pytest.mark.parametrize(("as_of", "last"), [(date(2014, 3, 31), "2014-03-01"), (date(2014, 3, 30), "2014-02-01")])
def test_a_month_counts_once_it_has_ended(table, change, as_of, last):
    found = longest_series(change, table("benefit_month", *months("old", "2012-01", 36, "2013-01", 5)), as_of)
    assert found.months.index[-1] == pd.Timestamp(last)


@pytest.mark.parametrize(("live_on", "there"), [("2014-03-31", True), ("2014-04-01", False), (None, False)])
def test_a_change_counts_once_it_is_live(table, live_on, there):
    change = table("change", {"change_id": "c", "change_type": "process", "live_on": live_on})
    found = longest_series(change, table("benefit_month", *months("c", "2012-06", 12, "2013-01", 5)), AS_OF)
    assert (found is not None) == there


@pytest.mark.parametrize(
    ("start", "n", "figure"), [("2011-01", 36, True), ("2011-02", 35, False), ("2011-01", 35, False)]
)
def test_a_step_needs_24_months_before_and_12_after(table, change, start, n, figure):
    found = monthly_saving(
        longest_series(change, table("benefit_month", *months("old", start, n, "2013-01", 5)), AS_OF)
    )
    assert (found.step is not None) == figure


@pytest.mark.parametrize(("more", "chosen"), [(0, "a"), (1, "b")])
def test_of_changes_with_as_many_months_the_one_first_live_is_taken(table, more, chosen):
    change = table(
        "change",
        {"change_id": "b", "change_type": "process", "live_on": "2013-02-01"},
        {"change_id": "a", "change_type": "process", "live_on": "2013-01-01"},
    )
    rows = [*months("a", "2012-01", 20, "2013-01", 5), *months("b", "2012-01", 20 + more, "2013-02", 5)]
    assert longest_series(change, table("benefit_month", *rows), AS_OF).change == chosen
