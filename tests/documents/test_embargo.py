"""The embargo in summer, in winter, and on the nights when the clocks change."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmic_analysis.documents.embargo import embargo_gate, embargo_notice, in_utc, marked_page, say_moment, under_embargo
from hmic_analysis.errors import ParameterError
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

from ..conftest import ROOT, copy_project

PARAMS = load_params(find_project(ROOT))
SECOND = dt.timedelta(seconds=1)


def until(wall: str):
    """The parameters with another end of the embargo."""
    inspection = PARAMS.inspection.model_copy(update={"embargo_until": dt.datetime.fromisoformat(wall)})
    return dataclasses.replace(PARAMS, inspection=inspection)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("wall", "end"),
    [
        ("2014-09-04 00:01", "2014-09-03 23:01"),  # summer: an hour ahead of UTC
        ("2014-12-04 00:01", "2014-12-04 00:01"),  # winter
        ("2014-03-30 00:59", "2014-03-30 00:59"),  # the minute before the clocks go forward
        ("2014-03-30 02:00", "2014-03-30 01:00"),  # and the one after
        ("2014-10-26 00:59", "2014-10-25 23:59"),  # before the hour that occurs twice
        ("2014-10-26 01:30", "2014-10-26 01:30"),  # in it: the later of the two
        ("2014-10-26 02:00", "2014-10-26 02:00"),
    ],
)
def test_the_embargo_ends_at_the_minute_of_london_and_not_a_second_earlier(wall, end):
    params = until(wall)
    assert under_embargo(params, utc(end) - SECOND)
    assert not under_embargo(params, utc(end))
    with pytest.raises(ParameterError):
        embargo_gate(params, utc(end) - SECOND, "The public site")
    embargo_gate(params, utc(end), "The public site")


def test_the_first_of_two_equal_wall_times_is_still_under_embargo():
    params = until("2014-10-26 01:30")
    first = dt.datetime(2014, 10, 26, 1, 30, fold=0, tzinfo=params.inspection.embargo.tzinfo)
    assert under_embargo(params, first)
    assert not under_embargo(params, first.replace(fold=1))


@given(st.datetimes(dt.datetime(2010, 1, 1), dt.datetime(2030, 1, 1)), st.timezones())
def test_the_zone_in_which_now_is_told_does_not_matter(moment, zone):
    now = moment.replace(tzinfo=dt.UTC)
    assert under_embargo(PARAMS, now.astimezone(zone)) == (now < utc("2014-09-03 23:01"))


def test_a_wall_time_that_never_comes_is_refused_where_it_is_written(tmp_path):
    project = find_project(copy_project(tmp_path / "project"))
    path = project.params / "inspection.yml"
    text = path.read_text(encoding="utf-8")
    assert 'embargo_until: "2014-09-04 00:01"' in text
    path.write_text(text.replace('"2014-09-04 00:01"', '"2015-03-29 01:30"'), encoding="utf-8")
    with pytest.raises(ParameterError) as fault:
        load_params(project)
    assert "2015-03-29 01:30 never comes in Europe/London" in fault.value.message
    assert "inspection.yml" in fault.value.message


def test_the_refusal_tells_both_times_and_what_was_refused():
    with pytest.raises(ParameterError) as fault:
        embargo_gate(PARAMS, utc("2014-09-03 23:00:59"), "The national report")
    said = fault.value.message
    assert said.startswith("The national report is refused")
    assert "Thursday 4 September 2014 at 00:01:00 BST (3 September 2014 at 23:01:00 UTC)" in said
    assert "It is now Thursday 4 September 2014 at 00:00:59 BST (3 September 2014 at 23:00:59 UTC)" in said


def test_what_bears_the_embargo_may_be_made_before_it_ends():
    embargo_gate(PARAMS, utc("2014-09-01 09:00"), "The letter to Kent Police", marked=True)
    assert embargo_notice(PARAMS, utc("2014-09-01 09:00")) == (
        "EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014 (Europe/London)"
    )
    assert embargo_notice(PARAMS, utc("2014-09-03 23:01")) == ""


def test_a_moment_without_a_zone_is_no_moment():
    with pytest.raises(ValueError, match="time zone"):
        in_utc(dt.datetime(2014, 9, 4, 0, 1))
    assert say_moment(utc("2014-12-04 00:01"), "Europe/London").startswith("Thursday 4 December 2014 at 00:01:00 GMT")


def test_a_page_is_marked_once_and_its_notice_is_text():
    page = '<html><body><main id="x"><h1>Figures</h1></main></body></html>'
    marked = marked_page(page, "EMBARGOED <until> noon")
    assert '<main id="x">\n<p><strong>EMBARGOED &lt;until&gt; noon</strong></p><h1>' in marked
    assert marked_page(page, "") == page
    plain = marked_page(page, "EMBARGOED")
    assert marked_page(plain, "EMBARGOED") == plain
    with pytest.raises(ValueError, match="no place|neither"):
        marked_page("text", "EMBARGOED")
