"""A3a, F4b and P5d: a document of which it is not known whether it counts leaves the sentence open, not contradicted."""

from datetime import date
from unittest import mock

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import a3_victims, f4_time_saved, p5_anpr
from hmic_analysis.measures.registers import Answer

AS_OF = date(2014, 3, 31)
COMMON = {"title": "t", "status": "approved", "approved_on": "2013-01-01"}
ON_VICTIMS = {**COMMON, "subject": "victims", "covers": "repeat_victims;vulnerable_victims"}
POLICY = {**ON_VICTIMS, "document_id": "1", "document_type": "policy"}
PROCEDURE = {**ON_VICTIMS, "document_id": "2", "document_type": "procedure"}
WORK = {**COMMON, "document_id": "3", "document_type": "report", "subject": "staff_time", "covers": "staff_time_saved",
        "last_activity_on": "2014-03-01"}  # fmt: skip
PLAN = {**COMMON, "document_id": "4", "document_type": "plan", "subject": "anpr", "covers": "staff_upskilling"}
OTHER = {**COMMON, "document_id": "5", "document_type": "plan", "subject": "iom", "covers": "place"}
UNDATED, LATER = {"approved_on": None}, {"approved_on": "2014-04-01"}
OPEN = "missing_spans_threshold"


def reported(table, *rows, complete=True):
    """A report that holds these documents; a row's ``lost`` names a cell that could not be read."""
    rows = [dict(row) for row in (*rows, OTHER)]
    lost = [row.pop("lost", "") for row in rows]
    report = mock.Mock()
    report.table.return_value = table("document", *rows).assign(flags=[unread_flag(c) if c else "" for c in lost])
    report.settings.as_of, report.gap.return_value = AS_OF, None
    report.settings.threshold.return_value = 90
    report.answer.return_value = Answer("provided", None, complete)
    return report


@pytest.mark.parametrize(
    ("rows", "complete", "expected"),
    [
        ((POLICY, PROCEDURE), True, "supported"),
        ((POLICY,), True, "in_part"),
        ((), True, "contradicted"),
        ((), False, "register_undeclared"),
        ((POLICY, {**PROCEDURE, **UNDATED}), True, OPEN),
        (({**POLICY, **UNDATED}, {**PROCEDURE, **UNDATED}), True, OPEN),
        (({**POLICY, "covers": None, "lost": "covers"}, PROCEDURE), True, OPEN),
        # In force only after the day: neither now nor perhaps.
        (({**POLICY, **LATER}, {**PROCEDURE, **LATER}), True, "contradicted"),
        (({**POLICY, **UNDATED}, {**PROCEDURE, **LATER}), True, "contradicted"),
        (({**POLICY, **UNDATED, "scope": "district"}, {**PROCEDURE, **UNDATED}), True, "contradicted"),
    ],
)
def test_policies_and_procedures_on_victims(table, rows, complete, expected):
    found, _ = a3_victims._written_down(reported(table, *rows, complete=complete))
    assert expected in (found.verdict, *found.reasons)


@pytest.mark.parametrize(
    ("rows", "complete", "expected"),
    [
        ((WORK,), True, "supported"),
        (({**WORK, "last_activity_on": "2013-12-31"},), True, "supported"),
        (({**WORK, "last_activity_on": "2013-12-30"},), True, "stale"),
        (({**WORK, "last_activity_on": None},), True, "not_dated"),
        ((), True, "contradicted"),
        ((), False, "register_undeclared"),
        (({**WORK, "covers": None, "lost": "covers"},), True, OPEN),
        # The register tells only the last work: there may have been some before the day, unless it began after it.
        (({**WORK, "last_activity_on": "2014-04-01"},), True, OPEN),
        (({**WORK, **LATER, "last_activity_on": "2014-04-01"},), True, "contradicted"),
        (({**WORK, "covers": "place"},), True, "contradicted"),
    ],
)
def test_work_on_the_time_saved(table, rows, complete, expected):
    report = reported(table, *rows, complete=complete)
    found = f4_time_saved._ongoing(report, f4_time_saved.work_on_savings(report))
    assert expected in (found.verdict, *found.reasons)


def test_codes_given_for_no_document_decide_nothing(table):
    report = reported(table, {**WORK, "covers": None})
    report.table.return_value = report.table.return_value.assign(covers=None)
    found = f4_time_saved._ongoing(report, f4_time_saved.work_on_savings(report))
    assert found.reasons == (OPEN,)
    assert a3_victims._written_down(reported(table))[0].verdict == "contradicted"


@pytest.mark.parametrize(
    ("rows", "moving", "expected"),
    [
        ((PLAN,), True, "supported"),
        ((PLAN,), False, "in_part"),
        ((), True, "in_part"),
        ((), False, "contradicted"),
        (({**PLAN, **UNDATED},), True, OPEN),
        (({**PLAN, **UNDATED},), False, OPEN),
        (({**PLAN, **UNDATED, "effective_from": "2014-03-31"},), True, "supported"),
        (({**PLAN, **UNDATED, "effective_from": "2014-04-01"},), False, "contradicted"),
        (({**PLAN, "covers": None, "lost": "covers"},), False, OPEN),
        (({**PLAN, "covers": "place"},), False, "contradicted"),
    ],
)
def test_plans_to_train_for_number_plate_recognition(table, rows, moving, expected):
    report = reported(table, *rows)
    report.indicator.return_value = None
    with mock.patch.object(p5_anpr, "courses_booked", return_value=0):
        found = p5_anpr._strengthened(report, len(p5_anpr.plans(report)), moving)
    assert expected in (found.verdict, *found.reasons)
