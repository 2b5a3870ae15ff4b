"""A6: who is outstanding at the as-of day, and who failed to answer bail: row by row."""

from datetime import date

import numpy as np
import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.evidence.build import Builder
from hmic_analysis.findings import a6_suspects
from hmic_analysis.measures.attendance import recorded_crimes
from hmic_analysis.measures.base import Share, within
from tests.evidence.test_report import settings

AS_OF = date(2014, 3, 31)
START, END = date(2012, 12, 1), date(2013, 11, 30)
SUSPECT = {"person_key": "p", "crime_id": "c", "named_on": "2014-01-01", "status": "outstanding",
           "grounds_recorded": True}  # fmt: skip
CRIME = {"crime_id": "c", "recorded_at": "2014-01-01 10:00", "is_notifiable": True}
BAIL = {"bail_id": "1", "person_key": "p", "bail_type": "s47_3", "granted_on": "2014-01-01", "return_due_on": "2014-02-01",
        "attended": False}  # fmt: skip


NONE_WANTED = (set(), set())


def flagged(table, name, *rows):
    rows = [dict(row) for row in rows]
    lost = [row.pop("lost", "") for row in rows]
    return table(name, *rows).assign(flags=[unread_flag(column) if column else "" for column in lost])


def found(table, *rows):
    """Persons outstanding of suspects for crimes that are not in the return."""
    pairs = a6_suspects.suspect_pairs(table("suspect", *rows), table("crime"), AS_OF)
    return a6_suspects.outstanding_persons(pairs, AS_OF)


@pytest.mark.parametrize(
    ("suspect", "crime", "expected"),
    [
        ({}, {}, (1, 0)),
        ({"named_on": "2014-03-31"}, {}, (1, 0)),
        ({"named_on": "2014-04-01"}, {}, (0, 0)),
        ({"status": "arrested"}, {}, (0, 0)),
        ({"status": None}, {}, (0, 1)),
        ({"grounds_recorded": None}, {}, (0, 1)),
        ({"grounds_recorded": False}, {}, (0, 0)),
        ({"arrested_on": "2014-03-31"}, {}, (0, 0)),
        # Arrested since, and outstanding on the day whatever the status says of today.
        ({"arrested_on": "2014-04-01", "status": "arrested"}, {}, (1, 0)),
        ({"eliminated_on": "2014-03-31", "status": None}, {}, (0, 0)),
        # A day that can't be read may have been before the as-of day; another that can be read settles it.
        ({"lost": "arrested_on"}, {}, (0, 1)),
        ({"lost": "crime_closed_on"}, {}, (0, 1)),
        ({"lost": "arrested_on", "interviewed_on": "2014-03-31"}, {}, (0, 0)),
        ({"lost": "arrested_on", "interviewed_on": "2014-04-01"}, {}, (0, 1)),
        ({}, {"is_no_crime": True}, (0, 0)),
        ({}, {"is_notifiable": False}, (0, 0)),
        ({}, {"lost": "is_no_crime"}, (0, 1)),
        ({}, {"lost": "is_notifiable"}, (0, 1)),
        ({"grounds_recorded": False}, {"lost": "is_no_crime"}, (0, 0)),
        ({"crime_id": "of the year before"}, {}, (1, 0)),
    ],
)
def test_named_suspects_outstanding(table, suspect, crime, expected):
    lost = (crime := dict(crime)).pop("lost", "")
    crimes = table("crime", {**CRIME, **crime}).assign(flags=unread_flag(lost) if lost else "")
    pairs = a6_suspects.suspect_pairs(flagged(table, "suspect", {**SUSPECT, **suspect}), crimes, AS_OF)
    persons = a6_suspects.outstanding_persons(pairs, AS_OF)
    assert ((persons["state"] == "outstanding").sum(), (persons["state"] == "unknown").sum()) == expected


def test_one_person_of_two_crimes_is_sought_since_the_one_that_is_known(table):
    rows = [{**SUSPECT, "named_on": "2014-03-01"}, {**SUSPECT, "crime_id": "e", "grounds_recorded": None}]
    pairs = a6_suspects.suspect_pairs(table("suspect", *rows), table("crime"), AS_OF)
    (person,) = a6_suspects.outstanding_persons(pairs, AS_OF).to_dict("records")
    assert (person["state"], person["pairs"], person["age_days"]) == ("outstanding", 2, 30)


@pytest.mark.parametrize(
    ("bail", "expected"),
    [
        ({}, ({"p"}, set())),
        ({"return_due_on": "2014-03-31"}, ({"p"}, set())),
        ({"return_due_on": "2014-04-01"}, (set(), set())),
        ({"attended": True}, (set(), set())),
        ({"attended": None}, (set(), {"p"})),
        ({"bail_type": "court"}, (set(), set())),
        ({"answered_on": "2014-03-31"}, (set(), set())),
        ({"answered_on": "2014-04-01"}, ({"p"}, set())),
        ({"rearrested_on": "2014-03-31"}, (set(), set())),
        ({"rearrested_on": "2014-04-01"}, ({"p"}, set())),
        ({"cancelled_on": "2014-03-31"}, (set(), set())),
        ({"rebailed_on": "2014-02-01"}, (set(), set())),
        # A new bail after the day of return was missed ends the matter, if it was there by the as-of day.
        ({"rebailed_on": "2014-02-02"}, (set(), set())),
        ({"rebailed_on": "2014-04-01"}, ({"p"}, set())),
    ],
)
def test_failing_to_answer_bail(table, bail, expected):
    assert a6_suspects.failed_to_answer(table("bail", {**BAIL, **bail}), AS_OF) == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({"granted_on": "2014-02-01"}, NONE_WANTED),
        ({"granted_on": "2014-03-31"}, NONE_WANTED),
        ({"granted_on": "2014-03-01", "bail_type": "court"}, NONE_WANTED),
        # Bailed on another matter before the first return was due, somebody else, or after the as-of day.
        ({"granted_on": "2014-01-31"}, ({"p"}, set())),
        ({"granted_on": "2014-03-01", "person_key": "q"}, ({"p"}, set())),
        ({"granted_on": "2014-04-01"}, ({"p"}, set())),
        # Bailed anew, and failed to come again.
        ({"granted_on": "2014-03-01", "return_due_on": "2014-03-31"}, ({"p"}, set())),
    ],
)
def test_who_was_bailed_anew_after_the_day_due_is_no_longer_wanted_for_it(table, later, expected):
    rows = table("bail", BAIL, {**BAIL, "bail_id": "later", "return_due_on": "2014-05-01", **later})
    assert a6_suspects.failed_to_answer(rows, AS_OF) == expected
    found = a6_suspects.failed(rows, AS_OF)
    assert found == Share(len(expected[0]), 0)
    again = later.get("return_due_on")
    assert found.rows["bail_id"].tolist() == (["later"] if again else [BAIL["bail_id"]] if expected[0] else [])


@pytest.mark.parametrize(
    ("bail", "expected"),
    [
        ({}, Share(1, 0)),
        ({"attended": True}, Share(0, 1)),
        ({"attended": None}, Share(0, 0, 1)),
        ({"answered_on": "2014-02-02"}, Share(1, 0)),
        ({"rebailed_on": "2014-01-31"}, Share(0, 0)),
        # Whoever comes on the day due is often bailed anew, or let go, on it: that answers, and staying away doesn't.
        ({"rebailed_on": "2014-02-01"}, Share(1, 0)),
        ({"rebailed_on": "2014-02-01", "attended": True}, Share(0, 1)),
        ({"rebailed_on": "2014-02-02"}, Share(1, 0)),
        ({"cancelled_on": "2014-01-31"}, Share(0, 0)),
        ({"cancelled_on": "2014-02-01"}, Share(1, 0)),
        ({"cancelled_on": "2014-02-01", "attended": True}, Share(0, 1)),
        # The day of coming tells where the answer is blank.
        ({"attended": None, "answered_on": "2014-02-01"}, Share(0, 1)),
        ({"attended": None, "answered_on": "2014-02-02"}, Share(1, 0)),
        ({"bail_type": "court"}, Share(0, 0)),
        # Due before bail was granted: it was due on another day.
        ({"granted_on": "2014-02-02"}, Share(0, 0, 1)),
        ({"granted_on": "2014-02-01"}, Share(1, 0)),
        # A day that can't be read may have moved or cancelled it before it was due.
        ({"lost": "rebailed_on"}, Share(0, 0, 1)),
        ({"lost": "cancelled_on"}, Share(0, 0, 1)),
        ({"lost": "rearrested_on"}, Share(1, 0)),
    ],
)
def test_bail_returns_not_answered(table, bail, expected):
    assert a6_suspects.unanswered(a6_suspects.bail_returns(flagged(table, "bail", {**BAIL, **bail}))) == expected


@pytest.mark.parametrize("lost", ["answered_on", "rearrested_on", "cancelled_on", "rebailed_on"])
def test_whoever_may_have_come_or_been_caught_since_is_not_known(table, lost):
    assert a6_suspects.failed_to_answer(flagged(table, "bail", {**BAIL, "lost": lost}), AS_OF) == (set(), {"p"})
    # A second return that was not answered settles it.
    another = {**BAIL, "bail_id": "2", "return_due_on": "2014-01-20"}
    bail = flagged(table, "bail", {**BAIL, "lost": lost}, another)
    assert a6_suspects.failed_to_answer(bail, AS_OF) == ({"p"}, set())
    assert a6_suspects.failed(bail, AS_OF) == Share(1, 0)


@pytest.mark.parametrize(
    ("circulation", "named_on", "expected"),
    [
        ({}, "2014-01-01", Share(1, 0)),
        ({"circulated_on": "2014-03-31"}, "2014-01-01", Share(1, 0)),
        ({"circulated_on": "2014-04-01"}, "2014-01-01", Share(0, 1)),
        ({"cancelled_on": "2014-03-31"}, "2014-01-01", Share(0, 1)),
        ({"cancelled_on": "2014-02-28"}, "2014-01-01", Share(0, 0, 1)),
        ({"reason": "court_warrant"}, "2014-01-01", Share(0, 1)),
        ({"person_key": "q"}, "2014-01-01", Share(0, 1)),
        ({}, "2014-03-24", Share(0, 0)),
        ({"circulated_on": "2014-03-23"}, "2014-03-23", Share(1, 0)),
    ],
)
def test_outstanding_suspects_circulated(table, circulation, named_on, expected):
    row = {"person_key": "p", "reason": "named_suspect", "circulated_on": "2014-03-01"}
    suspect = table("suspect", {**SUSPECT, "named_on": named_on})
    persons = a6_suspects.outstanding_persons(a6_suspects.suspect_pairs(suspect, table("crime"), AS_OF), AS_OF)
    assert a6_suspects.circulated_share(persons, table("pnc_circulation", {**row, **circulation}), AS_OF, 7) == expected


@pytest.mark.parametrize(
    ("suspect", "circulation", "expected"),
    [
        ({}, {}, [(True, 10)]),
        ({}, {"circulated_on": "2013-11-30"}, [(True, 29)]),
        ({}, {"circulated_on": "2013-12-01"}, []),
        ({}, {"circulated_on": "2014-04-01"}, [(False, 150)]),
        ({}, {"reason": "failed_to_answer_bail"}, []),
        ({"status": "arrested", "arrested_on": "2013-11-05"}, {}, []),
        ({"status": "arrested", "arrested_on": "2013-11-10"}, {}, []),
        ({"status": "arrested", "arrested_on": "2013-11-11"}, {}, [(True, 10)]),
        ({"named_on": "2013-11-11"}, {}, [(True, 0)]),
        ({"named_on": "2013-11-12"}, {"cancelled_on": "2013-12-01"}, [(False, 139)]),
        ({"status": "arrested", "arrested_on": "2014-04-01"}, {}, [(True, 10)]),
    ],
)
def test_days_to_circulation(table, suspect, circulation, expected):
    row = {"person_key": "p", "reason": "named_suspect", "circulated_on": "2013-11-11"}
    named = table("suspect", {**SUSPECT, "named_on": "2013-11-01", **suspect})
    pairs = a6_suspects.suspect_pairs(named, table("crime"), AS_OF)
    pnc = table("pnc_circulation", {**row, **circulation})
    waits = a6_suspects.days_to_circulation(pairs, table("bail"), pnc, START, END, AS_OF)
    assert list(waits[["circulated", "days"]].itertuples(index=False, name=None)) == expected


def test_a_person_circulated_in_the_period_waits_for_no_other_crime(table):
    named = table("suspect", {**SUSPECT, "named_on": "2013-11-01"}, {**SUSPECT, "crime_id": "e"})
    pnc = table("pnc_circulation", {"person_key": "p", "reason": "named_suspect", "circulated_on": "2013-11-11",
                                    "cancelled_on": "2013-12-20"})  # fmt: skip
    pairs = a6_suspects.suspect_pairs(named, table("crime"), AS_OF)
    waits = a6_suspects.days_to_circulation(pairs, table("bail"), pnc, START, END, AS_OF)
    assert waits[["circulated", "days"]].to_numpy().tolist() == [[True, 10]]


@pytest.mark.parametrize(("circulated_on", "expected"), [("2013-11-11", [True, 10]), (None, [False, 150])])
def test_a_person_of_two_crimes_waits_since_the_first(table, circulated_on, expected):
    named = [{**SUSPECT, "crime_id": day, "named_on": day} for day in ("2013-11-08", "2013-11-01", "2013-11-05")]
    rows = [{"person_key": "p", "reason": "named_suspect", "circulated_on": circulated_on}] if circulated_on else []
    pairs = a6_suspects.suspect_pairs(table("suspect", *named), table("crime"), AS_OF)
    pnc = table("pnc_circulation", *rows)
    waits = a6_suspects.days_to_circulation(pairs, table("bail"), pnc, START, END, AS_OF)
    assert waits[["circulated", "days"]].to_numpy().tolist() == [expected]


def test_who_is_sought_for_both(table):
    persons = found(table, SUSPECT, {**SUSPECT, "person_key": "q"}, {**SUSPECT, "person_key": "u", "status": None})
    note = a6_suspects.overlap_note({"p", "u", "w"}, persons)
    assert note == "1 of them are also named suspects outstanding; 4 in all."


@pytest.mark.parametrize("column", ["last_activity_on", "last_review_on"])
@pytest.mark.parametrize(
    ("last", "given", "expected"),
    [
        ("2014-03-31", {}, Share(1, 0)),
        ("2014-03-03", {}, Share(1, 0)),
        ("2014-03-02", {}, Share(0, 1)),
        (None, {}, Share(0, 1)),
        # Only the last of it is on record: work after the day says nothing of what was done before it.
        ("2014-04-01", {}, Share(0, 0, 1)),
        ("2014-04-01", {"status": "arrested", "arrested_on": "2014-03-31"}, Share(0, 0)),
        # Whoever may be outstanding: with recent work no failure, without it one or nobody.
        ("2014-03-03", {"status": None}, Share(0, 0)),
        ("2014-03-02", {"status": None}, Share(0, 0, 1)),
    ],
)
def test_enquiries_of_the_last_weeks(table, column, last, given, expected):
    # Somebody else has an enquiry on record, so that a blank says none.
    kept = {**SUSPECT, "person_key": "k", "crime_id": "k", "status": "arrested", column: "2014-03-01"}
    persons = found(table, {**SUSPECT, column: last, **given}, kept)
    assert a6_suspects.recent(persons, column, AS_OF, 28) == expected
    twice = found(table, {**SUSPECT, column: last, **given}, {**SUSPECT, "crime_id": "e", column: "2014-03-20"})
    assert a6_suspects.recent(twice, column, AS_OF, 28) == Share(1, 0)


@pytest.mark.parametrize("column", ["last_activity_on", "last_review_on"])
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2014-04-01", None, Share(0, 0, 1)),
        ("2014-04-01", "2014-03-02", Share(0, 0, 1)),
        ("2014-04-01", "2014-03-03", Share(1, 0)),
        ("2014-03-02", None, Share(0, 1)),
    ],
)
def test_work_of_a_later_day_on_one_crime_hides_what_was_done_before(table, column, one, other, expected):
    persons = found(table, {**SUSPECT, column: one}, {**SUSPECT, "crime_id": "e", column: other})
    assert a6_suspects.recent(persons, column, AS_OF, 28) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"owner_key": "o"}, Share(1, 0)),
        ({}, Share(0, 1)),
        ({"owner_key": "o", "arrested_on": "2014-03-31"}, Share(0, 0)),
        # Arrested since: outstanding on the day, and the owner is the one of then.
        ({"owner_key": "o", "status": "arrested", "arrested_on": "2014-04-01"}, Share(1, 0)),
        ({"named_on": "2014-03-31"}, Share(0, 1)),
        ({"named_on": "2014-04-01"}, Share(0, 0)),
        ({"owner_key": "o", "status": None}, Share(0, 0)),
        ({"grounds_recorded": None}, Share(0, 0, 1)),
    ],
)
def test_owners_of_enquiries(table, given, expected):
    kept = {**SUSPECT, "person_key": "k", "crime_id": "k", "status": "arrested", "owner_key": "o"}
    assert a6_suspects.owned(found(table, {**SUSPECT, **given}, kept)) == expected
    # Without any owner in the return nobody kept them.
    nobody = found(table, {**SUSPECT, **given, "owner_key": None})
    assert a6_suspects.owned(nobody) == Share(0, 0, len(nobody))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"arrested_on": "2013-06-08"}, Share(1, 0)),
        ({"arrested_on": "2013-06-09"}, Share(0, 1)),
        ({"interviewed_on": "2013-06-01"}, Share(1, 0)),
        ({"interviewed_on": "2013-06-08"}, Share(1, 0)),
        ({"interviewed_on": "2013-06-09"}, Share(0, 1)),
        # A day that can't be read may be one of the seven.
        ({"status": "outstanding", "lost": "interviewed_on"}, Share(0, 0, 1)),
        ({"status": "outstanding", "lost": "arrested_on"}, Share(0, 0, 1)),
        ({"arrested_on": "2013-06-08", "lost": "interviewed_on"}, Share(1, 0)),
        ({"status": "outstanding"}, Share(0, 1)),
        ({"eliminated_on": "2013-06-02", "status": "eliminated"}, Share(0, 1)),
        # Arrested or interviewed, and nobody says when.
        ({"status": "arrested"}, Share(0, 0, 1)),
        ({"status": "interviewed"}, Share(0, 0, 1)),
        ({"status": "interviewed", "arrested_on": "2013-06-08"}, Share(1, 0)),
        ({"status": "interviewed", "interviewed_on": "2013-06-08"}, Share(1, 0)),
        ({"status": "interviewed", "interviewed_on": "2013-06-09"}, Share(0, 1)),
        ({"named_on": "2012-12-01", "arrested_on": "2012-12-08"}, Share(1, 0)),
        ({"named_on": "2012-11-30", "arrested_on": "2012-12-01"}, Share(0, 0)),
        ({"named_on": "2013-11-30", "arrested_on": "2013-12-07"}, Share(1, 0)),
        ({"named_on": "2013-12-01", "arrested_on": "2013-12-01"}, Share(0, 0)),
        ({"risk_grade": "medium", "arrested_on": "2013-06-08"}, Share(0, 0)),
        # Ungraded, a suspect may be one of high risk or none, whatever was done.
        ({"risk_grade": None, "arrested_on": "2013-06-08"}, Share(0, 0, 1)),
        ({"risk_grade": None, "status": "outstanding"}, Share(0, 0, 1)),
        # Named for the crime on or after the arrest.
        ({"arrested_on": "2013-05-27", "status": "arrested"}, Share(1, 0)),
        # Not known whether there were grounds: a named suspect or none, whatever was done.
        ({"grounds_recorded": None, "status": "outstanding"}, Share(0, 0, 1)),
        ({"grounds_recorded": None, "arrested_on": "2013-06-08"}, Share(0, 0, 1)),
    ],
)
def test_high_risk_suspects_arrested_in_time(table, given, expected):
    row = {**SUSPECT, "named_on": "2013-06-01", "risk_grade": "high", "status": None, **given}
    assert a6_suspects.high_risk_cleared(flagged(table, "suspect", row), START, END, AS_OF, 7) == expected


def test_the_ages_and_the_rate_of_eleven_persons(table):
    named = ["2014-03-31", "2014-03-30", "2014-03-21", "2014-03-01", "2014-01-30", "2013-12-31", "2013-03-31"]
    rows = [{**SUSPECT, "person_key": str(n), "named_on": day} for n, day in enumerate(named)]
    late = [{**SUSPECT, "person_key": "late", "named_on": "2014-04-01"}]
    gone = [{**SUSPECT, "person_key": "gone", "named_on": "2010-01-01", "arrested_on": "2014-03-31"}]
    open_ = [{**SUSPECT, "person_key": key, "named_on": "2010-01-01", "status": None} for key in ("u", "v")]
    again = [{**SUSPECT, "person_key": "0", "crime_id": "e", "named_on": "2014-02-19"}]
    persons = found(table, *rows, *late, *gone, *open_, *again)
    # Of two crimes the earlier counts, 40 days; of who may be outstanding it is not known, and said beside.
    ages = a6_suspects.ages(persons)
    assert sorted(ages[~np.isnan(ages)]) == [1, 10, 30, 40, 60, 90, 365] and np.isnan(ages).sum() == 2
    build = Builder(settings("A6"), {"period": "the period", "as_of": "the day"})
    median = build.quantile("outstanding_age_days_median", a6_suspects.ages(persons), 0.5)
    ninth = build.quantile("outstanding_age_days_ninth_decile", a6_suspects.ages(persons), 0.9)
    # The sixth of seven is 90 and the seventh 365: nine tenths of the way from the first to the last lie 0.4 beyond.
    assert (median.value, ninth.value) == (40, pytest.approx(90 + 0.4 * 275))
    assert (median.denominator, median.unknown, ninth.unknown) == (7, 2, 2)
    assert (median.lo_missing, median.hi_missing) == (30, 60)
    sure, unknown = a6_suspects.counts(persons)
    rate = build.rate("named_suspects_outstanding_rate", sure, 3500, 1000, unknown=unknown)
    assert (rate.value, rate.numerator, rate.denominator, rate.unknown) == (2, 7, 3500, 2)
    assert (rate.lo_missing, rate.hi_missing) == (2, pytest.approx(1000 * 9 / 3500))
    assert rate.caveats == ("Not known: 2 of 9, 22%.",)


@pytest.mark.parametrize(
    ("given", "age"),
    [
        ({}, [89]),
        ({"named_on": "2014-03-31"}, [0]),
        ({"named_on": "2014-03-30"}, [1]),
        ({"named_on": "2014-04-01"}, []),
        ({"arrested_on": "2014-03-31"}, []),
        # Arrested after the day: on it outstanding for as long.
        ({"arrested_on": "2014-04-01", "status": "arrested"}, [89]),
        ({"status": "eliminated"}, []),
        ({"status": None}, [None]),
        ({"grounds_recorded": None}, [None]),
        ({"grounds_recorded": False}, []),
        # Through the clock change of 30 March a day is a day.
        ({"named_on": "2014-03-29"}, [2]),
    ],
)
def test_days_since_a_suspect_was_named(table, given, age):
    ages = a6_suspects.ages(found(table, {**SUSPECT, **given}))
    assert [None if np.isnan(days) else days for days in ages] == age
    build = Builder(settings("A6"), {"period": "the period", "as_of": "the day"})
    for name, q in (("outstanding_age_days_median", 0.5), ("outstanding_age_days_ninth_decile", 0.9)):
        figure = build.quantile(name, ages, q)
        known = [days for days in age if days is not None]
        assert (figure.value, figure.unknown) == (known[0] if known else None, len(age) - len(known))


@pytest.mark.parametrize(
    ("crime", "crimes"),
    [
        ({}, 3),
        ({"recorded_at": "2012-12-01 00:00"}, 3),
        ({"recorded_at": "2012-11-30 23:59"}, 2),
        ({"recorded_at": "2013-11-30 23:59"}, 3),
        ({"recorded_at": "2013-12-01 00:00"}, 2),
        # Midnight of a summer's day, by the clock on the wall.
        ({"recorded_at": "2013-07-01 00:00"}, 3),
        ({"recorded_at": None, "recorded_month": "2013-11-01"}, 3),
        ({"recorded_at": None, "recorded_month": "2013-12-01"}, 2),
        ({"is_no_crime": True}, 2),
        ({"is_no_crime": None, "is_notifiable": None}, 3),
        ({"is_notifiable": False}, 2),
        ({"crime_id": "1"}, 2),
    ],
)
def test_the_rate_is_over_the_recorded_crimes_of_the_period(table, crime, crimes):
    others = [{**CRIME, "crime_id": key, "recorded_at": "2013-05-01 10:00"} for key in ("1", "2")]
    rows = table("crime", *others, {**CRIME, "recorded_at": "2013-05-01 10:00", **crime})
    counted = len(recorded_crimes(within(rows, START, END, "recorded_at", "recorded_month")))
    assert counted == crimes
    sure, unknown = a6_suspects.counts(found(table, SUSPECT, {**SUSPECT, "person_key": "q", "status": None}))
    build = Builder(settings("A6"), {"period": "the period", "as_of": "the day"})
    rate = build.rate("named_suspects_outstanding_rate", sure, counted, 1000, unknown=unknown)
    assert rate.value == rate.lo_missing == pytest.approx(1000 / crimes)
    assert (rate.hi_missing, rate.unknown) == (pytest.approx(2000 / crimes), 1)
    nothing = build.rate("named_suspects_outstanding_rate", sure, 0, 1000, unknown=unknown)
    assert nothing.value is None
