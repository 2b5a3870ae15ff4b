"""P2: meetings held, preventive work set, and done in time."""

import math
from datetime import date

import pandas as pd
import pytest

from hmic_analysis.findings import p2_initiatives
from hmic_analysis.measures.base import Share


@pytest.fixture
def meeting(table):
    def make(*rows):
        return table("meeting", *({"meeting_id": f"M{i}", "district": "A", **row} for i, row in enumerate(rows)))

    return make


@pytest.fixture
def action(table):
    def make(*rows):
        return table("meeting_action", *({"action_id": f"A{i}", **row} for i, row in enumerate(rows)))

    return make


def test_a_day_with_two_meetings_is_one_day(meeting):
    days = p2_initiatives.held_by_day(
        meeting(
            {"prescribed_on": "2013-01-01", "held": True},
            {"prescribed_on": "2013-01-01", "held": False},
            {"prescribed_on": "2013-01-02", "held": None},
            {"prescribed_on": "2013-01-02", "held": False},
            {"prescribed_on": "2013-01-01", "held": None, "district": "B"},
            {"prescribed_on": "2013-01-02", "held": False, "district": "B"},
            {"prescribed_on": "2013-01-03", "held": True, "district": "B"},
        )
    )
    assert Share.of(days["held"]) == Share(2, 1, 2)
    assert p2_initiatives.held_by_district(days) == {"A": Share(1, 0, 1), "B": Share(1, 1, 1)}
    assert p2_initiatives.nothing_missed(days) == ()


def test_a_log_without_a_day_missed_says_so(meeting):
    days = p2_initiatives.held_by_day(meeting({"prescribed_on": "2013-01-01", "held": True}))
    assert "cannot be seen" in p2_initiatives.nothing_missed(days)[0]
    assert p2_initiatives.nothing_missed(p2_initiatives.held_by_day(meeting())) == ()


def test_meetings_with_preventive_work(meeting, action):
    held = {"held": True}
    rows = p2_initiatives.meetings_with_prevention(
        meeting(
            {**held, "prescribed_on": "2013-01-01"},
            {**held, "prescribed_on": "2013-01-02"},
            {**held, "prescribed_on": "2013-01-03"},
            {**held, "prescribed_on": "2013-01-04"},
            {**held, "prescribed_on": "2013-03-01"},
            {"held": False, "prescribed_on": "2013-01-05"},
            {"prescribed_on": "2013-01-06"},
        ),
        action(
            {"meeting_id": "M0", "set_on": "2013-01-01", "action_type": "enforcement"},
            {"meeting_id": "M0", "set_on": "2013-01-01", "action_type": "prevention"},
            {"meeting_id": "M1", "set_on": "2013-01-02", "action_type": "resourcing"},
            {"meeting_id": "M2", "set_on": "2013-01-03"},
        ),
    )
    assert rows["meeting_id"].tolist() == ["M0", "M1", "M2", "M3", "M4", "M6"]
    # M2: its action was not coded.  M3 set none.  M4: the log ends in January.  M6: not known whether it was held.
    assert rows["prevention"].astype("object").where(rows["prevention"].notna(), None).tolist() == [
        True, False, None, False, None, None,
    ]  # fmt: skip


def test_without_a_log_nothing_is_known(meeting, action):
    rows = p2_initiatives.meetings_with_prevention(meeting({"prescribed_on": "2013-01-01", "held": True}), action())
    assert Share.of(rows["prevention"]) == Share(0, 0, 1)


def test_actions_by_kind_and_in_time(action):
    common = {"meeting_id": "M0", "set_on": "2013-01-01", "action_type": "prevention"}
    log = action(
        {**common, "due_on": "2013-01-10", "closed_on": "2013-01-10"},
        {**common, "due_on": "2013-01-10", "closed_on": "2013-01-11"},
        {**common, "due_on": "2013-01-10"},
        {**common, "due_on": "2013-02-01", "closed_on": "2013-01-10"},
        {**common, "closed_on": "2013-01-10"},
        {**common, "action_type": "enforcement", "due_on": "2013-01-10", "closed_on": "2013-01-02"},
        {**common, "action_type": None, "due_on": "2013-01-10", "closed_on": "2013-01-02"},
    )
    assert p2_initiatives.preventive_actions(log) == Share(5, 1, 1)
    assert p2_initiatives.closed_in_time(log, date(2013, 1, 1), date(2013, 1, 31)) == Share(1, 2, 2)


def test_a_log_that_never_gives_a_closing_day_leaves_all_unknown(action):
    log = action({"meeting_id": "M0", "set_on": "2013-01-01", "action_type": "prevention", "due_on": "2013-01-10"})
    assert p2_initiatives.closed_in_time(log, date(2013, 1, 1), date(2013, 1, 31)) == Share(0, 0, 1)
    assert p2_initiatives.closed_in_time(action(), date(2013, 1, 1), date(2013, 1, 31)) == Share(0, 0)


def test_agreement_is_of_the_actions_that_both_coded(action):
    common = {"meeting_id": "M0", "set_on": "2013-01-01"}
    got = p2_initiatives.coders_agreement(
        action(
            {**common, "action_type": "prevention", "second_coder_type": "prevention"},
            {**common, "action_type": "enforcement", "second_coder_type": "enforcement"},
            {**common, "action_type": "prevention", "second_coder_type": "enforcement"},
            {**common, "action_type": "enforcement", "second_coder_type": "prevention"},
            {**common, "action_type": "enforcement"},
            {**common, "second_coder_type": "enforcement"},
        )
    )
    assert (got.kappa, got.n) == (0, 4)
    none = p2_initiatives.coders_agreement(action({**common, "action_type": "prevention"}))
    assert math.isnan(none.kappa) and none.value is None and none.limits is None


def test_by_month_and_district(meeting, action):
    rows = p2_initiatives.meetings_with_prevention(
        meeting(
            {"prescribed_on": "2013-01-01", "held": True},
            {"prescribed_on": "2013-01-02", "held": True},
            {"prescribed_on": "2013-02-01", "held": True},
            {"prescribed_on": "2013-01-09", "held": True, "district": "B"},
        ),
        action({"meeting_id": "M0", "set_on": "2013-01-01", "action_type": "prevention"}),
    )
    found = p2_initiatives.by_month(rows)
    assert found["group"].tolist() == ["A", "A", "B"]
    assert found["month"].tolist() == [
        pd.Timestamp("2013-01-01"),
        pd.Timestamp("2013-02-01"),
        pd.Timestamp("2013-01-01"),
    ]
    assert found["value"].iloc[0] == 50 and pd.isna(found["value"].iloc[1]) and found["value"].iloc[2] == 0
    assert p2_initiatives.by_month(rows.iloc[:0]).empty
