"""F4: which changes count as measured, row by row."""

from datetime import date
from unittest import mock

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.evidence.build import Lone
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.findings import f4_time_saved
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
CHANGE = {"change_id": "c", "change_type": "process", "live_on": "2013-06-01"}
RECORD = {"benefit_id": "b", "change_id": "c", "method": "survey", "baseline_on": "2013-05-01", "post_on": "2013-09-01",
          "baseline_minutes": 30, "post_minutes": 20, "tasks_per_year": 60}  # fmt: skip


def measured(table, change=None, record=None, unread_in=""):
    changes, records = (table(name, row) for name, row in (("change", change or CHANGE), ("benefit", record or RECORD)))
    table_, _, column = unread_in.partition(".")
    changes = changes.assign(flags=unread_flag(column) if table_ == "change" else "")
    records = records.assign(flags=unread_flag(column) if table_ == "benefit" else "")
    live = f4_time_saved.live_changes(changes, AS_OF, 6)
    found = f4_time_saved.measurements(live, records, AS_OF)
    return f4_time_saved.with_measured_saving(live, found), f4_time_saved.hours_saved(live, found).hours


@pytest.mark.parametrize(
    ("change", "record", "share", "hours"),
    [
        ({}, {}, Share(1, 0), 10),
        ({"live_on": "2013-09-30"}, {"baseline_on": "2013-09-30", "post_on": "2013-09-30"}, Share(1, 0), 10),
        ({"live_on": "2013-10-01"}, {}, Share(0, 0), None),
        ({"live_on": None}, {}, Share(0, 0), None),
        ({}, {"method": "estimate"}, Share(0, 1), None),
        ({}, {"post_minutes": None}, Share(0, 1), None),
        ({}, {"post_on": None}, Share(0, 0, 1), None),
        ({}, {"post_on": "2014-03-31"}, Share(1, 0), 10),
        ({}, {"post_on": "2014-04-01"}, Share(0, 1), None),
        ({}, {"change_id": "another"}, Share(0, 1), None),
        # What took longer afterwards saved less than nothing.
        ({}, {"post_minutes": 40}, Share(1, 0), -10),
    ],
)
def test_changes_with_a_measured_saving(table, change, record, share, hours):
    assert measured(table, {**CHANGE, **change}, {**RECORD, **record}) == (share, hours)


@pytest.mark.parametrize(
    "cell",
    ["change.live_on", "benefit.baseline_on", "benefit.post_on", "benefit.baseline_minutes", "benefit.post_minutes"],
)
def test_a_cell_that_cannot_be_read_leaves_the_change_open(table, cell):
    lost = {cell.partition(".")[2]: None}
    change, record = ({**CHANGE, **lost}, RECORD) if cell.startswith("change") else (CHANGE, {**RECORD, **lost})
    assert measured(table, change, record, cell) == (Share(0, 0, 1), None)


@pytest.mark.parametrize(
    ("figure", "more", "verdict", "reason"),
    [
        ((0, 10, 0), 0, "supported", ""),
        # A measurement without its date, or of a change that is not listed, may be one that was saved by.
        ((0, 10, 1), 0, "not_determinable", "missing_spans_threshold"),
        ((7, 8, 2), 0, "not_determinable", "missing_spans_threshold"),
        ((5, 10, 1), 0, "not_determinable", "between_thresholds"),
        ((9, 10, 1), 0, "contradicted", ""),
        ((9, 10, 1), 1, "not_determinable", "missing_spans_threshold"),
    ],
)
def test_what_is_not_known_of_the_savings_is_counted_both_ways(figure, more, verdict, reason):
    yes, known, unknown = figure
    share = Indicator(id="x", name="x", label="x", unit="%", value=100 * yes / known, numerator=yes, denominator=known,
                      unknown=unknown)  # fmt: skip
    report = mock.Mock()
    report.answer.return_value = mock.Mock(status="provided", stated_value=1000)
    hours = share.model_copy(update={"value": 1050, "unit": "hours per year", "unknown": 0})
    report.indicator = {"changes_with_measured_saving_pct": share, "staff_hours_saved": hours}.get
    report.settings.threshold = {"measured_pct": 80, "reproduced_within_pct": 10}.get
    report.build.lone.return_value = Lone(more=more, said="1 of 40 rows of benefit lead to no change.")
    found = f4_time_saved._unable(report)
    assert (found.verdict, found.reasons[:1]) == (verdict, (reason,) if reason else ())


@pytest.mark.parametrize(
    ("rows", "hours", "changes", "without", "either_way"),
    [
        ([{}], 10, 1, 0, None),
        # Of two that share a saving the one first live counts, whichever of them names the other.
        ([{}, {"change_id": "d", "overlaps_with": "c", "live_on": "2013-07-01"}], 10, 1, 0, None),
        ([{"overlaps_with": "d"}, {"change_id": "d", "live_on": "2013-07-01", "tasks_per_year": 600}], 10, 1, 0, None),
        ([{"overlaps_with": "d"}, {"change_id": "d", "overlaps_with": "c"}], 10, 1, 0, None),
        # It shares a saving with one whose own was not measured: its own counts.
        ([{"method": "estimate"}, {"change_id": "d", "overlaps_with": "c"}], 10, 1, 0, None),
        ([{}, {"change_id": "d", "post_minutes": 40}], 0, 2, 0, None),
        # Measured, and nobody knows how often a year, or when.
        ([{}, {"change_id": "d", "tasks_per_year": None}], 10, 1, 1, None),
        ([{}, {"change_id": "d", "post_on": None}], 10, 1, 1, (10, 20)),
        ([{}, {"change_id": "d", "post_on": None}, {"change_id": "e", "baseline_on": None, "post_minutes": 33}], 10, 1, 2, (7, 20)),
        ([{}, {"change_id": "d", "overlaps_with": "c", "post_on": None}], 10, 1, 0, None),
        ([{"post_on": None}], None, 0, 1, None),
    ],
)  # fmt: skip
def test_hours_of_several_changes(table, rows, hours, changes, without, either_way):
    change_columns = {"change_id", "overlaps_with", "live_on"}
    given = table("change", *({**CHANGE, **{k: v for k, v in row.items() if k in change_columns}} for row in rows))
    of = ({k: v for k, v in row.items() if k not in change_columns - {"change_id"}} for row in rows)
    records = table("benefit", *({**RECORD, "benefit_id": str(n), **row} for n, row in enumerate(of)))
    live = f4_time_saved.live_changes(given, AS_OF, 6)
    found = f4_time_saved.hours_saved(live, f4_time_saved.measurements(live, records, AS_OF))
    assert (found.hours, found.changes, found.without, found.either_way) == (hours, changes, without, either_way)


@pytest.mark.parametrize(
    ("hours", "verdict", "reason"),
    [
        ({"value": 1050}, "contradicted", ""),
        ({"value": 1101}, "not_determinable", "not_reproduced"),
        ({"value": 950, "unknown": 1, "lo_missing": 950, "hi_missing": 1100}, "contradicted", ""),
        # With the unknown saving the total would be another than the stated one; or only with it would be that.
        ({"value": 950, "unknown": 1, "lo_missing": 950, "hi_missing": 1101}, "not_determinable", "missing_spans_threshold"),
        ({"value": 800, "unknown": 1, "lo_missing": 800, "hi_missing": 1000}, "not_determinable", "missing_spans_threshold"),
        ({"value": 800, "unknown": 1, "lo_missing": 800, "hi_missing": 899}, "not_determinable", "not_reproduced"),
        ({"value": 1000, "unknown": 1}, "not_determinable", "missing_spans_threshold"),
    ],
)  # fmt: skip
def test_a_stated_total_is_held_against_both_ends(hours, verdict, reason):
    report = mock.Mock()
    report.indicator.return_value = Indicator(id="x", name="x", label="x", unit="hours per year", **hours)
    report.settings.threshold = {"reproduced_within_pct": 10}.get
    report.build.lone.return_value = Lone()
    found = f4_time_saved._reproduced(report, None, 1000, "Why")
    assert (found.verdict, found.reasons[:1]) == (verdict, (reason,) if reason else ())


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ({}, 211),
        ({"post_on": "2014-03-31"}, 0),
        ({"post_on": "2013-12-31"}, 90),
        # One of a later day was not there on the day; the measurement before it was.
        ({"post_on": "2014-04-01"}, 334),
        ({"post_on": None}, 334),
        ({"post_on": None, "baseline_on": "2014-03-01"}, 30),
        ({"post_on": None, "baseline_on": None}, None),
    ],
)
def test_days_since_the_time_of_a_task_was_measured(table, given, days):
    assert f4_time_saved.days_since_measuring(table("benefit", {**RECORD, **given}), AS_OF) == days


@pytest.mark.parametrize(
    ("measured", "documents", "verdict"),
    [
        ("2013-12-31", [], "supported"),
        ("2013-12-30", [], "contradicted"),
        (None, [], "contradicted"),
        ("2013-12-30", ["2013-12-31"], "supported"),
        ("2014-03-31", ["2013-01-01"], "supported"),
        (None, ["2013-12-30"], "not_determinable"),
    ],
)
def test_work_on_savings_is_a_document_or_a_measurement(table, measured, documents, verdict):
    work = {"document_type": "report", "subject": "staff_time", "status": "draft", "covers": "staff_time_saved"}
    rows = [{**work, "document_id": str(n), "last_activity_on": day} for n, day in enumerate(documents)]
    report = mock.Mock(gap=lambda name: None)
    report.settings.as_of, report.settings.threshold = AS_OF, {"activity_days": 90}.get
    report.answer.return_value = mock.Mock(register_complete=True)
    tables = {"document": table("document", *rows), "benefit": table("benefit", {**RECORD, "post_on": measured})}
    report.table = tables.get
    report.claim = lambda claim, decision, grade: (claim, decision)
    with mock.patch.object(f4_time_saved, "_unable"), mock.patch.object(f4_time_saved, "_grade_unable"):
        (_, decision) = f4_time_saved.decide(report)[1]
    assert decision.verdict == verdict
