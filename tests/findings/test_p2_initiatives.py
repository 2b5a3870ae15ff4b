"""P2: long-term initiatives, meetings held, and preventive actions done in time, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import p2_initiatives
from hmic_analysis.measures.base import Share

AS_OF, START, END = date(2014, 3, 31), date(2012, 12, 1), date(2013, 11, 30)
WORK = {"initiative_id": "w", "kind": "initiative", "started_on": "2012-01-01", "ended_on": "2013-06-30", "objective_written": True,
        "baseline_recorded": True, "outcome_measured": True}  # fmt: skip
CRIMES = {"target_before": 100, "target_after": 60, "comparison_before": 100, "comparison_after": 80}
ACTION = {"action_id": "a", "meeting_id": "m", "set_on": "2013-05-01", "action_type": "prevention", "due_on": "2013-05-09",
          "closed_on": "2013-05-09"}  # fmt: skip
MEETING = {"meeting_id": "m", "district": "North", "prescribed_on": "2013-05-01", "held": True}


@pytest.mark.parametrize(
    ("given", "lasting", "outcome"),
    [
        ({}, Share(1, 0), Share(1, 0)),
        ({"kind": "day_of_action"}, Share(0, 1), Share(0, 0)),
        ({"kind": "national_campaign"}, Share(0, 1), Share(0, 0)),
        ({"kind": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"objective_written": False}, Share(0, 1), Share(0, 0)),
        ({"objective_written": None}, Share(0, 0, 1), Share(0, 0, 1)),
        # Twelve months to the day, and a day less; the window begins on 1 April 2011.
        ({"started_on": "2012-07-01"}, Share(1, 0), Share(1, 0)),
        ({"started_on": "2012-07-02"}, Share(0, 1), Share(0, 0)),
        ({"started_on": "2005-01-01", "ended_on": "2012-03-31"}, Share(1, 0), Share(1, 0)),
        ({"started_on": "2005-01-01", "ended_on": "2012-03-30"}, Share(0, 1), Share(0, 0)),
        # It goes on; to the as-of day twelve months have passed, or not.
        ({"started_on": "2013-04-01", "ended_on": None}, Share(1, 0), Share(1, 0)),
        ({"started_on": "2013-04-02", "ended_on": None}, Share(0, 1), Share(0, 0)),
        ({"started_on": "2013-04-02", "ended_on": "2015-01-01"}, Share(0, 1), Share(0, 0)),
        ({"started_on": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"started_on": None, "ended_on": "2012-03-30"}, Share(0, 1), Share(0, 0)),
        # It ended before it began: one of the two days is wrong.
        ({"started_on": "2013-01-01", "ended_on": "2012-12-31"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"started_on": "2013-01-01", "ended_on": "2012-12-31", "kind": "day_of_action"}, Share(0, 1), Share(0, 0)),
        ({"ended_on": None, "lost": "ended_on"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"baseline_recorded": False}, Share(1, 0), Share(0, 1)),
        ({"outcome_measured": None}, Share(1, 0), Share(0, 0, 1)),
        ({"baseline_recorded": False, "outcome_measured": None}, Share(1, 0), Share(0, 1)),
    ],
)
def test_initiatives(table, given, lasting, outcome):
    lost = (given := dict(given)).pop("lost", "")
    rows = table("initiative", {**WORK, **given}).assign(flags=unread_flag(lost) if lost else "")
    found = p2_initiatives.long_term(rows, AS_OF, 12, 36)
    assert p2_initiatives.lasting(found) == lasting
    assert p2_initiatives.with_outcome(found) == outcome


@pytest.mark.parametrize(
    ("given", "ratio"),
    [
        ({}, 0.75),
        ({"target_after": 100, "comparison_after": 100}, 1),
        ({"target_after": 0}, 0),
        ({"target_before": None}, None),
        ({"comparison_after": 0}, None),
        ({"target_before": 0}, None),
        ({"target_after": None}, None),
        ({"comparison_before": None}, None),
        ({"comparison_after": None}, None),
        ({"target_before": 50, "comparison_before": 200}, 3),
        ({"kind": "day_of_action"}, None),
        ({"kind": None}, None),
        ({"objective_written": None}, None),
        # Twelve months to the day of its end, to the as-of day, and a day less.
        ({"started_on": "2012-07-01"}, 0.75),
        ({"started_on": "2012-07-02"}, None),
        ({"started_on": "2013-04-01", "ended_on": "2014-04-01"}, 0.75),
        ({"started_on": "2013-04-02", "ended_on": "2014-04-01"}, None),
    ],
)
def test_the_ratio_of_an_initiative(table, given, ratio):
    found = p2_initiatives.rate_changes(
        p2_initiatives.long_term(table("initiative", {**WORK, **CRIMES, **given}), AS_OF, 12, 36)
    )
    assert {k: pytest.approx(c.ratio) for k, c in found.items()} == ({} if ratio is None else {"w": ratio})


@pytest.mark.parametrize(
    ("given", "typed", "closed"),
    [
        ({}, Share(1, 0), Share(1, 0)),
        ({"closed_on": "2013-05-10"}, Share(1, 0), Share(0, 1)),
        ({"closed_on": None}, Share(1, 0), Share(0, 1)),
        ({"closed_on": None, "lost": "closed_on"}, Share(1, 0), Share(0, 0, 1)),
        ({"action_type": "enforcement"}, Share(0, 1), Share(0, 0)),
        ({"action_type": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"action_type": None, "due_on": "2013-12-01"}, Share(0, 0, 1), Share(0, 0)),
        ({"set_on": "2012-11-20", "due_on": "2012-12-01", "closed_on": "2012-12-01"}, Share(1, 0), Share(1, 0)),
        # Closed before it was set.
        ({"set_on": "2013-05-05", "closed_on": "2013-05-04"}, Share(1, 0), Share(0, 0, 1)),
        # Due before it was set.
        ({"set_on": "2013-05-13", "due_on": "2013-05-01", "closed_on": "2013-05-20"}, Share(1, 0), Share(0, 0, 1)),
        ({"due_on": "2012-11-30", "closed_on": "2012-11-30"}, Share(1, 0), Share(0, 0)),
        ({"due_on": "2013-11-30", "closed_on": "2013-12-01"}, Share(1, 0), Share(0, 1)),
        ({"due_on": "2013-12-01"}, Share(1, 0), Share(0, 0)),
        # Without a due day, or with one that can't be read, nobody can tell; that of another year is left out.
        ({"due_on": None}, Share(1, 0), Share(0, 0, 1)),
        ({"due_on": None, "closed_on": None}, Share(1, 0), Share(0, 0, 1)),
        ({"due_on": None, "set_on": "2012-11-30"}, Share(1, 0), Share(0, 0)),
        ({"due_on": None, "action_type": "enforcement"}, Share(0, 1), Share(0, 0)),
    ],
)
def test_actions(table, given, typed, closed):
    lost = (given := dict(given)).pop("lost", "")
    other = {**ACTION, "action_id": "b", "action_type": "resourcing"}
    log = table("meeting_action", {**ACTION, **given}, other).assign(flags=[unread_flag(lost) if lost else "", ""])
    assert p2_initiatives.preventive_actions(log[log["action_id"].eq("a")]) == typed
    assert p2_initiatives.closed_in_time(log, START, END) == closed


@pytest.mark.parametrize(
    ("meeting", "action", "held", "steered"),
    [
        ({}, {}, Share(1, 0), Share(1, 0)),
        ({}, {"action_type": "enforcement"}, Share(1, 0), Share(0, 1)),
        ({}, {"action_type": None}, Share(1, 0), Share(0, 0, 1)),
        ({}, {"meeting_id": "another"}, Share(1, 0), Share(0, 1)),
        ({"held": False}, {}, Share(0, 1), Share(0, 0)),
        # Not known whether it was held: one that set a preventive action was.
        ({"held": None}, {}, Share(0, 0, 1), Share(1, 0)),
        ({"held": None}, {"action_type": "enforcement"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"held": None}, {"meeting_id": "another"}, Share(0, 0, 1), Share(0, 0, 1)),
        # The log begins in the month after, or ended in the one before: it says nothing of this meeting.
        ({}, {"meeting_id": "another", "set_on": "2013-06-01"}, Share(1, 0), Share(0, 0, 1)),
        ({}, {"meeting_id": "another", "set_on": "2013-04-30"}, Share(1, 0), Share(0, 0, 1)),
        ({}, {"meeting_id": "another", "set_on": "2013-05-31"}, Share(1, 0), Share(0, 1)),
    ],
)
def test_meetings(table, meeting, action, held, steered):
    rows = table("meeting", {**MEETING, **meeting})
    assert Share.of(p2_initiatives.held_by_day(rows)["held"]) == held
    found = p2_initiatives.meetings_with_prevention(rows, table("meeting_action", {**ACTION, **action}))
    assert Share.of(found["prevention"]) == steered


def test_agreement_of_two_coders_is_that_beyond_chance(table):
    """Eight actions read twice: six alike, five of them prevention twice; two were coded by one person alone."""
    pairs = [("prevention", "prevention")] * 5 + [("enforcement", "enforcement"), ("prevention", "enforcement"),
             ("enforcement", "prevention"), ("prevention", None), (None, "prevention")]  # fmt: skip
    log = table("meeting_action", *({**ACTION, "action_id": str(n), "action_type": one, "second_coder_type": other}
                                    for n, (one, other) in enumerate(pairs)))  # fmt: skip
    found = p2_initiatives.coders_agreement(log)
    assert found.n == 8
    # Alike 6 of 8; by chance 6/8 x 6/8 + 2/8 x 2/8 = 0.625.
    assert found.value == pytest.approx((0.75 - 0.625) / (1 - 0.625))
    # The one that the second person did not code is in no sample of hers; of the one that only she coded it is unknown.
    assert p2_initiatives.coders_agree(log) == Share(6, 2, 1)
    log["flags"] = [*[""] * 8, unread_flag("second_coder_type"), ""]
    assert p2_initiatives.coders_agree(log) == Share(6, 2, 2)


@pytest.mark.parametrize(
    ("first", "second", "lost", "read", "agree"),
    [
        ("prevention", "prevention", "", 5, Share(5, 0)),
        ("prevention", "enforcement", "", 5, Share(4, 1)),
        ("prevention", None, "", 4, Share(4, 0)),
        (None, "prevention", "", 4, Share(4, 0, 1)),
        (None, None, "", 4, Share(4, 0)),
        (None, "prevention", "action_type", 4, Share(4, 0, 1)),
        ("prevention", None, "second_coder_type", 4, Share(4, 0, 1)),
    ],
)
def test_an_action_counts_in_the_agreement_where_both_gave_a_kind(table, first, second, lost, read, agree):
    kinds = [("prevention", "prevention"), ("enforcement", "enforcement")] * 2 + [(first, second)]
    log = table("meeting_action", *({**ACTION, "action_id": str(n), "action_type": one, "second_coder_type": other}
                                    for n, (one, other) in enumerate(kinds)))  # fmt: skip
    log["flags"] = [*[""] * 4, unread_flag(lost) if lost else ""]
    assert p2_initiatives.coders_agreement(log).n == read
    assert p2_initiatives.coders_agree(log) == agree
