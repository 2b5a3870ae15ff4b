"""A5: meetings as scheduled, held and attended."""

import pandas as pd
import pytest

from hmic_analysis.findings import a5_offenders
from hmic_analysis.measures.base import Share

LEAD, CORE = ("police", "probation"), ("local_authority", "prison", "health")


@pytest.fixture
def meetings(table):
    def row(number, day, held, present=None, panel="North"):
        return {
            "meeting_id": str(number),
            "scheduled_on": day,
            "held": held,
            "agencies_present": present,
            "panel": panel,
        }

    return table(
        "iom_meeting",
        row(1, "2013-01-10", True, "police;probation;local_authority;prison"),
        row(2, "2013-01-24", True, "police;probation;local_authority;housing"),
        row(3, "2013-01-31", True, "police;local_authority;prison;health", "South"),
        row(4, "2013-03-05", True, None, "South"),
        row(5, "2013-03-19", False, "police;probation;prison;health", "South"),
        row(6, "2013-04-02", None, "police;probation;prison;health", None),
    )


def test_cancelled_meetings_count_and_the_unrecorded_are_unknown(meetings):
    assert a5_offenders.held(meetings) == Share(4, 1, 1)
    assert a5_offenders.held_by_panel(meetings) == {"North": Share(2, 0), "South": Share(2, 1)}


def test_quorum_needs_the_leads_and_two_others_of_the_core(meetings):
    # 1 has it; 2 has one other core partner, housing being none; 3 lacks probation; 4 was not recorded,
    # nor whether 6 was held.
    assert a5_offenders.quorate(meetings, LEAD, CORE, 2) == Share(1, 2, 2)
    assert a5_offenders.quorate(meetings, LEAD, CORE, 1) == Share(2, 1, 2)
    assert a5_offenders.quorate(meetings, ("police",), CORE, 2) == Share(2, 1, 2)


def test_a_month_without_any_meeting_in_the_log_is_a_gap_and_no_zero(meetings):
    wide = a5_offenders.by_month(meetings).pivot(index="month", columns="group", values="value")
    assert wide["Scheduled"].fillna(-1).tolist() == [3, -1, 2, 1]
    assert wide["Held"].fillna(-1).tolist() == [3, -1, 1, 0]
    assert wide.index[0] == pd.Timestamp(2013, 1, 1)


def test_nothing_supplied(table):
    nothing = table("iom_meeting")
    assert a5_offenders.held(nothing) == a5_offenders.quorate(nothing, LEAD, CORE, 2) == Share(0, 0)
    assert a5_offenders.held_by_panel(nothing) == {}
    assert a5_offenders.by_month(nothing).empty
