"""A5: who is in the scheme, scored, assessed and selected, and which meetings had a quorum, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts import contract_for
from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import a5_offenders
from hmic_analysis.measures.base import Share, within

AS_OF = date(2014, 3, 31)
OFFENDER = {"person_key": "p", "status": "community", "entered_on": "2012-01-01", "risk_score": 4, "rag": "red",
            "last_assessed_on": "2014-03-01"}  # fmt: skip
LEAD, CORE = ("police", "probation"), ("local_authority", "youth_offending", "prison", "drug_and_alcohol", "health")


@pytest.mark.parametrize(
    ("given", "scored", "rag", "current"),
    [
        ({}, Share(1, 0), Share(1, 0), Share(1, 0)),
        ({"risk_score": 0}, Share(1, 0), Share(1, 0), Share(1, 0)),
        ({"risk_score": None}, Share(0, 1), Share(1, 0), Share(1, 0)),
        ({"rag": None}, Share(1, 0), Share(0, 1), Share(1, 0)),
        ({"last_assessed_on": "2013-12-31"}, Share(1, 0), Share(1, 0), Share(1, 0)),
        ({"last_assessed_on": "2013-12-30"}, Share(1, 0), Share(1, 0), Share(0, 1)),
        ({"last_assessed_on": None}, Share(1, 0), Share(1, 0), Share(0, 1)),
        # The latest lies after the day, and hides the one before.
        ({"last_assessed_on": "2014-04-01"}, Share(1, 0), Share(1, 0), Share(0, 0, 1)),
        ({"status": "custody"}, Share(1, 0), Share(1, 0), Share(0, 0)),
        ({"status": None}, Share(1, 0), Share(1, 0), Share(0, 0, 1)),
        ({"entered_on": "2014-03-31"}, Share(1, 0), Share(1, 0), Share(1, 0)),
        ({"entered_on": "2014-04-01"}, Share(0, 0), Share(0, 0), Share(0, 0)),
        ({"left_on": "2014-03-31"}, Share(1, 0), Share(1, 0), Share(1, 0)),
        ({"left_on": "2014-03-30"}, Share(0, 0), Share(0, 0), Share(0, 0)),
        ({"lost": "left_on"}, Share(0, 0, 1), Share(0, 0, 1), Share(0, 0, 1)),
        ({"left_on": "2014-04-01"}, Share(1, 0), Share(1, 0), Share(1, 0)),
        ({"left_on": "2011-01-01"}, Share(0, 0, 1), Share(0, 0, 1), Share(0, 0, 1)),
        ({"left_on": "2011-01-01", "status": "custody"}, Share(0, 0, 1), Share(0, 0, 1), Share(0, 0)),
        ({"lost": "entered_on", "entered_on": None}, Share(0, 0, 1), Share(0, 0, 1), Share(0, 0, 1)),
        ({"entered_on": None}, Share(1, 0), Share(1, 0), Share(1, 0)),
        ({"lost": "status", "status": None}, Share(1, 0), Share(1, 0), Share(0, 0, 1)),
        ({"lost": "risk_score", "risk_score": None}, Share(0, 0, 1), Share(1, 0), Share(1, 0)),
        ({"lost": "rag", "rag": None}, Share(1, 0), Share(0, 0, 1), Share(1, 0)),
        ({"lost": "last_assessed_on", "last_assessed_on": None}, Share(1, 0), Share(1, 0), Share(0, 0, 1)),
        ({"last_assessed_on": "2014-03-31"}, Share(1, 0), Share(1, 0), Share(1, 0)),
    ],
)
def test_offenders_assessed(table, given, scored, rag, current):
    lost = (given := dict(given)).pop("lost", "")
    # One who has left keeps the columns filled in for somebody.
    left = {**OFFENDER, "person_key": "left", "left_on": "2013-01-01"}
    scheme = table("iom_cohort", {**OFFENDER, **given}, left).assign(flags=[unread_flag(lost) if lost else "", ""])
    managed = a5_offenders.cohort(scheme, AS_OF)
    assert a5_offenders.assessed(managed) == scored
    assert a5_offenders.with_rag(managed) == rag
    assert a5_offenders.assessment_current(managed, AS_OF, 90) == current


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"reoffended_on": "2012-12-31"}, Share(1, 0)),
        ({"reoffended_on": "2013-01-01"}, Share(0, 1)),
        # An offence before entry is none after it: one of the two days is wrong.
        ({"reoffended_on": "2011-12-31"}, Share(0, 0, 1)),
        ({"reoffended_on": None}, Share(0, 1)),
        ({"reoffended_on": None, "lost": "reoffended_on"}, Share(0, 0, 1)),
        ({"entered_on": "2013-03-31", "reoffended_on": "2013-04-01"}, Share(1, 0)),
        ({"entered_on": "2013-04-01", "reoffended_on": "2013-04-01"}, Share(0, 0)),
        ({"entered_on": "2013-03-31", "reoffended_on": "2014-03-30"}, Share(1, 0)),
        ({"entered_on": "2013-03-31", "reoffended_on": "2014-03-31"}, Share(0, 1)),
        # On the day of entry itself.
        ({"reoffended_on": "2012-01-01"}, Share(1, 0)),
        # Nobody knows whether twelve months have passed.
        ({"entered_on": None, "reoffended_on": "2013-04-01"}, Share(0, 0, 1)),
        # Who left counts, or only those who stayed would.
        ({"left_on": "2012-06-01", "reoffended_on": "2012-07-01"}, Share(1, 0)),
        # Who left before entering entered on another day, this last year or not.
        ({"left_on": "2011-12-31", "reoffended_on": "2012-07-01"}, Share(0, 0, 1)),
        ({"entered_on": "2013-05-01", "left_on": "2013-04-30"}, Share(0, 0, 1)),
    ],
)
def test_reoffending(table, given, expected):
    lost = (given := dict(given)).pop("lost", "")
    new = {"person_key": "new", "entered_on": "2014-01-01", "reoffended_on": "2014-02-01"}
    rows = table("iom_cohort", {**OFFENDER, **given}, new).assign(flags=[unread_flag(lost) if lost else "", ""])
    assert a5_offenders.reoffended(rows, AS_OF) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        # One place: the highest score is that of somebody else.
        ({"score": 9}, Share(0, 1)),
        ({"score": 9, "reason_not_managed": "moved_away"}, Share(1, 0)),
        ({"score": 9, "reason_not_managed": "moved_away", "decided_on": "2014-03-31"}, Share(1, 0)),
        ({"score": 9, "reason_not_managed": "moved_away", "decided_on": "2014-04-01"}, Share(0, 1)),
        ({"score": 9, "lost": "reason_not_managed"}, Share(0, 0, 1)),
        # A reason for nobody: the column was not kept.
        ({"score": 9, "kept": None}, Share(0, 0, 1)),
        ({"score": 1, "kept": None}, Share(1, 0)),
        ({"score": 1}, Share(1, 0)),
        ({"score": 5}, Share(0, 0, 1)),
        ({"score": 9, "scored_on": "2014-04-01"}, Share(0, 0, 1)),
        ({"score": 9, "scored_on": "2014-03-31"}, Share(0, 1)),
        ({"score": None}, Share(0, 0, 1)),
        ({"score": 9, "reason_not_managed": "moved_away", "lost": "decided_on"}, Share(0, 0, 1)),
        # In the scheme by a list on which this offender left before entering: nobody knows whether on the day.
        ({"score": 1, "first": {"left_on": "2011-12-31"}}, Share(0, 0, 1)),
        ({"score": 1, "first": {"left_on": "2014-03-31"}}, Share(1, 0)),
        # If not in the scheme, then for a reason.
        ({"score": 1, "first": {"left_on": "2011-12-31"}, "own": "moved_away"}, Share(1, 0)),
    ],
)
def test_selection_by_score(table, other, expected):
    lost = (other := dict(other)).pop("lost", "")
    low = {"person_key": "r", "score": 0, "reason_not_managed": other.pop("kept", "other")}
    managed = a5_offenders.cohort(table("iom_cohort", {**OFFENDER, **other.pop("first", {})}), AS_OF)
    first = {"person_key": "p", "score": 5, "reason_not_managed": other.pop("own", None)}
    listed = table("iom_selection", first, {"person_key": "q", **other}, low)
    listed["flags"] = ["", unread_flag(lost) if lost else "", ""]
    found = a5_offenders.selection(managed, listed, AS_OF)
    assert found.share == expected


@pytest.mark.parametrize(
    ("held", "present", "was_held", "quorum"),
    [
        (True, "police;probation;health;prison", Share(1, 0), Share(1, 0)),
        (True, "police;probation;health;prison;housing", Share(1, 0), Share(1, 0)),
        (True, "police;probation;health;housing", Share(1, 0), Share(0, 1)),
        (True, "police;local_authority;health;prison", Share(1, 0), Share(0, 1)),
        (True, None, Share(1, 0), Share(0, 0, 1)),
        (True, "probation;local_authority;health;prison", Share(1, 0), Share(0, 1)),
        (True, "police;probation;youth_offending;drug_and_alcohol", Share(1, 0), Share(1, 0)),
        (True, "police;probation;local_authority;voluntary_sector;job_centre", Share(1, 0), Share(0, 1)),
        (False, None, Share(0, 1), Share(0, 0)),
        # Called off though partners came: not held all the same.
        (False, "police;probation;health;prison", Share(0, 1), Share(0, 0)),
        # Not known whether it was held: it may be one without.
        (None, "police;probation;health;prison", Share(0, 0, 1), Share(0, 0, 1)),
        (None, None, Share(0, 0, 1), Share(0, 0, 1)),
    ],
)
def test_meetings(table, held, present, was_held, quorum):
    row = {"meeting_id": "m", "scheduled_on": "2013-05-01", "held": held, "agencies_present": present}
    meetings = table("iom_meeting", row)
    assert a5_offenders.held(meetings) == was_held
    assert a5_offenders.quorate(meetings, LEAD, CORE, 2) == quorum


@pytest.mark.parametrize(
    ("day", "counted"),
    [("2012-11-30", 0), ("2012-12-01", 1), ("2013-11-30", 1), ("2013-12-01", 0)],
)
def test_meetings_are_those_scheduled_in_the_period(table, day, counted):
    row = {"meeting_id": "m", "held": True, "agencies_present": "police;probation;health;prison", "scheduled_on": day}
    rows = table("iom_meeting", row, {**row, "meeting_id": "n", "scheduled_on": "2013-06-01", "held": False})
    meetings = within(rows, date(2012, 12, 1), date(2013, 11, 30), contract_for("iom_meeting").time)
    assert a5_offenders.held(meetings) == Share(counted, 1)
    assert a5_offenders.quorate(meetings, LEAD, CORE, 2) == Share(counted, 0)
