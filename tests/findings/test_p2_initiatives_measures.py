"""P2: what a long-term initiative is, and the change of crime where it ran."""

import math
from datetime import date

import pytest

from hmic_analysis.findings import p2_initiatives
from hmic_analysis.measures.base import Share
from hmic_analysis.statistics.differences import relative_change

AS_OF = date(2014, 3, 31)


@pytest.fixture
def work(table):
    def make(*rows):
        common = {"kind": "initiative", "started_on": "2012-01-01", "objective_written": True}
        made = table("initiative", *({"initiative_id": f"I{i}", **common, **row} for i, row in enumerate(rows)))
        return p2_initiatives.long_term(made, AS_OF, 12, 36)

    return make


def states(rows):
    return [None if x is not True and x is not False else x for x in rows["long_term"].astype("object").tolist()]


def test_twelve_months_within_the_window(work):
    rows = work(
        {"started_on": "2013-04-01"},
        {"started_on": "2013-04-02"},
        {"started_on": "2012-04-01", "ended_on": "2013-03-31"},
        {"started_on": "2012-04-01", "ended_on": "2013-03-30"},
        # Long, but only eleven months and 30 days of it lie within the 36 months from 1 April 2011.
        {"started_on": "2008-01-01", "ended_on": "2012-03-30"},
        {"started_on": "2008-01-01", "ended_on": "2012-03-31"},
        {"started_on": "2013-06-01", "ended_on": "2015-06-01"},
    )
    assert states(rows) == [True, False, True, False, False, True, False]


def test_events_and_campaigns_are_none(work):
    rows = work({"kind": "day_of_action"}, {"kind": "national_campaign"}, {"objective_written": False}, {})
    assert states(rows) == [False, False, False, True]
    assert p2_initiatives.counted(rows) == (1, 0)


def test_blanks_leave_it_open_unless_another_reason_rules_it_out(work):
    rows = work(
        {"kind": None},
        {"objective_written": None},
        {"started_on": None},
        {"started_on": None, "ended_on": "2011-06-01"},
        {"kind": None, "started_on": "2014-01-01"},
        {"objective_written": None, "kind": "day_of_action"},
    )
    assert states(rows) == [None, None, None, False, False, False]
    assert p2_initiatives.counted(rows) == (0, 3)
    assert p2_initiatives.by_kind(rows)["value"].tolist() == [0, 3, 2, 1]


def test_an_outcome_needs_a_baseline(work):
    rows = work(
        {"baseline_recorded": True, "outcome_measured": True},
        {"baseline_recorded": False, "outcome_measured": True},
        {"baseline_recorded": False},
        {"baseline_recorded": True},
        {"kind": "day_of_action", "baseline_recorded": True, "outcome_measured": True},
    )
    assert p2_initiatives.with_outcome(rows) == Share(1, 2, 1)


def test_the_change_against_the_comparison_area(work):
    four = {"target_before": 100, "target_after": 60, "comparison_before": 200, "comparison_after": 180}
    rows = work(
        four, {**four, "comparison_after": None}, {**four, "target_before": 0}, {**four, "kind": "day_of_action"}
    )
    found = p2_initiatives.rate_changes(rows)
    assert list(found) == ["I0"]
    assert found["I0"].ratio == pytest.approx(0.6 / 0.9)


def test_nothing_supplied(work):
    rows = work()
    assert p2_initiatives.counted(rows) == (0, 0)
    assert p2_initiatives.with_outcome(rows) == Share(0, 0)
    assert p2_initiatives.rate_changes(rows) == {}
    assert p2_initiatives.by_kind(rows).empty


def test_the_interval_is_exact():
    # 3 after and 1 before against 1 and 3.  Given the totals, k of 4 has the weight C(4, k) squared times the ratio to
    # the power of k; each limit leaves 2.5 per cent beyond the 3 that were seen.
    got = relative_change(1, 3, 3, 1)
    assert got.ratio == 9

    def chance(ratio, *ks):
        weights = [math.comb(4, k) ** 2 * ratio**k for k in range(5)]
        return sum(weights[k] for k in ks) / sum(weights)

    assert chance(got.lo, 3, 4) == pytest.approx(0.025, rel=1e-4)
    assert chance(got.hi, 0, 1, 2, 3) == pytest.approx(0.025, rel=1e-4)


def test_ratios_that_cannot_be_and_counts_of_none():
    assert all(math.isnan(x) for x in relative_change(0, 5, 10, 10))
    assert all(math.isnan(x) for x in relative_change(10, 5, 10, 0))
    assert all(math.isnan(x) for x in relative_change(10, None, 10, 10))
    none = relative_change(10, 0, 10, 10)
    assert none.ratio == 0 and none.lo == 0 and 0 < none.hi < 1
    with pytest.raises(ValueError, match="negative"):
        relative_change(-1, 2, 3, 4)
