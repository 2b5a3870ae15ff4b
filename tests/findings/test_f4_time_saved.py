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
    hours = share.model_copy(update={"value": 1050, "unit": "hours per year"})
    report.indicator = {"changes_with_measured_saving_pct": share, "staff_hours_saved": hours}.get
    report.settings.threshold = {"measured_pct": 80, "reproduced_within_pct": 10}.get
    report.build.lone.return_value = Lone(more=more, said="1 of 40 rows of benefit lead to no change.")
    found = f4_time_saved._unable(report)
    assert (found.verdict, found.reasons[:1]) == (verdict, (reason,) if reason else ())
