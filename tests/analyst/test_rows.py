"""From a figure back to its rows: as many as were counted, and no others."""

from __future__ import annotations

import pytest

import hmic_analysis as hmic
from hmic_analysis.analyst.working import can_list
from hmic_analysis.contracts import contract_for
from hmic_analysis.errors import ParameterError
from hmic_analysis.params.read import load_params


def findings_with_notebook(project):
    return [f.id for f in load_params(project).findings.values()]


def test_rows_behind_every_share_are_those_counted(two_forces):
    listed = 0
    for finding in findings_with_notebook(two_forces):
        worked = hmic.work_through(finding, "cleveland", project=two_forces.root)
        for indicator in worked.report.bundle().indicators:
            if not can_list(worked, indicator.id) or not indicator.denominator:
                continue
            units = worked.report.build.units[indicator.id]
            assert int((units == True).sum()) == indicator.numerator, indicator.id  # noqa: E712
            assert int(units.notna().sum()) == indicator.denominator, indicator.id
            assert int(units.isna().sum()) == indicator.unknown, indicator.id
            rows = hmic.rows_behind(worked, indicator.id)
            assert set(rows[units.index.name]) == set(units.index), indicator.id
            listed += 1
    assert listed > 20


def test_rows_of_crimes_not_attended(two_forces):
    worked = hmic.work_through("A2", "cleveland", project=two_forces.root)
    figure = worked.report.indicator("attendance_pct")
    rows = hmic.rows_behind(worked, "attendance_pct", "no")
    assert len(rows) == figure.denominator - figure.numerator
    assert len(hmic.rows_behind(worked, "attendance_pct", "unknown")) == figure.unknown
    assert set(rows["counted_as"]) == {"no"}
    assert rows["source_file"].notna().all() and rows["source_row"].notna().all()
    assert list(rows.columns[1:]) == [
        *contract_for("crime").column_names,
        "source",
        "source_file",
        "source_row",
        "flags",
    ]


def test_a_figure_that_is_no_share_says_where_it_comes_from(two_forces):
    worked = hmic.work_through("A6", "cleveland", project=two_forces.root)
    with pytest.raises(ParameterError, match="not a share of single units.*suspect"):
        hmic.rows_behind(worked, "outstanding_age_days_median")
    with pytest.raises(ParameterError, match="Did you mean 'recent_activity_pct'"):
        hmic.rows_behind(worked, "recent_activty_pct")
