"""Which months of a period a table covers, and what a verdict makes of it."""

from __future__ import annotations

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmic_analysis.contracts.base import MonthRows
from hmic_analysis.evidence.fitness import Fitness, lost, say_ending
from hmic_analysis.evidence.verdicts import Decision
from hmic_analysis.measures.months import coverage, months_between, say_months
from hmic_analysis.params.models import Coverage as Needed
from hmic_analysis.store.manifest import Manifest, RowAccount, TableEntry

START, END = date(2012, 12, 1), date(2013, 11, 30)
MONTHS = months_between(START, END)
NEEDED = Needed(months_of_12=11, set_aside_pct=5.0)


def full(month: str, rows: int = 900) -> MonthRows:
    year, number = (int(x) for x in month.split("-"))
    return MonthRows(rows, 1, calendar.monthrange(year, number)[1])


def fit(**tables: dict[str, MonthRows]) -> Fitness:
    return Fitness(MONTHS, {name: coverage(rows, START, END) for name, rows in tables.items()})


@given(st.sets(st.sampled_from(MONTHS)), st.integers(10, 5000))
def test_months_without_a_row_are_told_whichever_they_are(held, rows):
    found = coverage({m: full(m, rows) for m in held}, START, END)
    assert set(found.absent) == set(found.missing) == set(MONTHS) - held
    decided = fit(incident={m: full(m, rows) for m in held}).hold(
        Decision("contradicted"), "practice", ["incident"], NEEDED
    )
    assert (decided.verdict == "contradicted") == (len(held) >= 11)
    assert decided.reasons == (() if len(held) >= 11 else ("part_of_the_period",))


@given(st.sets(st.sampled_from(MONTHS), max_size=6))
def test_a_month_at_a_tenth_of_the_others_is_thin(few):
    found = coverage({m: full(m, 3 if m in few else 100) for m in MONTHS}, START, END)
    assert set(found.thin) == few


@given(st.sampled_from(MONTHS[:-1]), st.integers(3, 20))
def test_a_file_that_ends_in_the_middle_of_a_month(month, day):
    rows = {m: full(m) for m in MONTHS if m < month} | {month: MonthRows(500, 1, day)}
    rows |= {m: full(m) for m in MONTHS if m > month}
    assert coverage(rows, START, END).part == (month,)


@pytest.mark.parametrize(
    ("held", "rows", "told"),
    [(MONTHS[:5], 10, True), (MONTHS[:9], 3, True), (MONTHS[:10], 3, False), (MONTHS, 10, False), (MONTHS[:5:2], 10, False),
     (MONTHS[:2], 10, False)],
)  # fmt: skip
def test_a_list_that_ends_and_would_not_by_chance_is_told(held, rows, told):
    said = say_ending({m: full(m, rows) for m in held}, END)
    assert bool(said) is told
    assert not told or f"no records after {say_months(held[-1:])}, and {rows} a month" in said


def test_weekly_and_sparse_tables_end_every_month_early():
    weekly = {m: MonthRows(100, 4, 25) for m in MONTHS}
    sparse = {m: MonthRows(2, 9, 16) for m in MONTHS}
    assert coverage(weekly, START, END).missing == coverage(sparse, START, END).missing == ()


def test_a_month_without_a_row_may_be_chance_where_two_come_in_a_month():
    rows = {m: MonthRows(2, 2, 28) for m in MONTHS[1:11]}
    found = coverage(rows, START, END)
    assert (found.absent, found.missing) == (("2012-12", "2013-11"), ())
    half = coverage({m: MonthRows(2, 2, 28) for m in MONTHS[1:6]}, START, END)
    assert half.missing == MONTHS[6:]


def test_the_same_months_stand_above_and_below_the_line():
    found = fit(
        crime={m: full(m) for m in MONTHS},
        deployment={m: full(m) for m in MONTHS[:6]} | {"2013-08": full("2013-08", 1)},
    )
    assert found.used == found.counted == MONTHS[:6]
    assert found.say("the 12 months to 30 November 2013") == (
        "December 2012 to May 2013 (6 of the 12 months to 30 November 2013)"
    )


def test_a_grade_follows_the_months():
    half, most = (fit(incident={m: full(m) for m in MONTHS[:n]}) for n in (6, 11))
    assert (half.grade("A", ["incident"], NEEDED), most.grade("A", ["incident"], NEEDED)) == ("C", "B")
    assert half.grade("A", ["document"], NEEDED) == "A"


def test_what_one_record_proves_and_what_a_force_says_of_itself_need_no_months():
    half = fit(incident={m: full(m) for m in MONTHS[:6]})
    found, unable = Decision("supported"), Decision("contradicted", ("nil_return_unable",))
    assert half.hold(found, "existence", ["incident"], NEEDED) == found
    assert half.hold(Decision("contradicted"), "existence", ["incident"], NEEDED).verdict == "not_determinable"
    assert half.hold(unable, "capability", ["incident"], NEEDED) == unable


def test_rows_set_aside_keep_a_claim_open_and_repeats_do_not():
    bad = RowAccount(file="a", read=100, kept=90, rejected=10, reasons={"not a time": 6, "repeat of row": 4})
    assert lost([bad]) == (6, 96)
    found = Fitness(MONTHS, {}, {"incident": lost([bad])})
    assert found.hold(Decision("supported"), "practice", ["incident"], NEEDED).reasons == ("rows_set_aside",)
    # Nor is a figure that a force stated said not to be borne out by what is left of its records.
    stated = Decision("not_determinable", ("not_reproduced",))
    assert found.hold(stated, "capability", ["incident"], NEEDED).reasons == ("rows_set_aside",)
    assert Fitness(MONTHS).hold(stated, "capability", ["incident"], NEEDED) == stated


@pytest.mark.parametrize(("lost_of_log", "reason"), [((1, 3), "rows_set_aside"), ((0, 3), "not_requested")])
def test_a_request_that_may_stand_in_a_row_set_aside_was_not_left_out(lost_of_log, reason):
    held = Fitness(MONTHS, {}, {"data_request": lost_of_log}).hold(
        Decision("not_determinable", ("not_requested",)), "capability", ["bail"], NEEDED
    )
    assert held.reasons == (reason,)


@pytest.mark.parametrize(
    ("months", "words"),
    [
        (["2013-05"], "May 2013"),
        (["2012-12", "2013-01"], "December 2012 to January 2013"),
        (["2013-01", "2013-02", "2013-05"], "January to February 2013 and May 2013"),
        ([], ""),
    ],
)
def test_months_in_words(months, words):
    assert say_months(months) == words


@pytest.mark.parametrize(("first", "as_of", "open_"), [("2014-04-01", 31, True), ("2014-03-31", 31, False),
    ("2014-04", 31, True), ("2014-03", 31, False), ("", 31, False)])  # fmt: skip
def test_a_list_of_which_every_record_is_of_a_later_day_says_nothing_of_the_day(first, as_of, open_):
    entry = TableEntry(rows=3, sha256="0", sources=(), dated_from=first)
    manifest = Manifest.model_construct(tables={"document": entry, "incident": entry})
    found = Fitness.of(manifest, ["document", "incident"], START, END, date(2014, 3, as_of))
    assert set(found.later) == ({"document"} if open_ else set())
    held = found.hold(Decision("contradicted"), "existence", ["document"], NEEDED)
    assert held.reasons == (("later_records",) if open_ else ())
    assert found.hold(Decision("supported"), "existence", ["document"], NEEDED).verdict == "supported"


def test_a_month_that_one_table_holds_in_part_and_another_not_at_all_is_not_counted():
    begun = {**{m: full(m) for m in MONTHS if m != "2013-06"}, "2013-06": MonthRows(300, 1, 10)}
    without = {m: full(m) for m in MONTHS if m != "2013-06"}
    assert "2013-06" not in fit(meeting=begun, meeting_action=without).used
    assert fit(meeting=begun, meeting_action=begun).used == fit(meeting=begun).used == MONTHS
