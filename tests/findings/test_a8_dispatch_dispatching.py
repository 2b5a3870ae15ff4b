"""A8: whom dispatchers sent, against the nearest suitable resource."""

import pytest

from hmic_analysis.findings import a8_dispatch
from hmic_analysis.measures.base import Share


@pytest.fixture
def dispatch(table):
    def row(number, incident, sent, nearest, grade="emergency", **more):
        return {
            "dispatch_id": str(number), "incident_id": incident, "decided_at": f"2013-11-0{number} 10:00",
            "grade": grade, "sent_minutes": sent, "nearest_minutes": nearest, "travel_basis": "network", **more,
        }  # fmt: skip

    return table(
        "dispatch",
        row(1, "I1", 5.0, 5.0, recommendation="taken", incident_located=True, map_used=True),
        row(2, "I1", 7.0, 5.0, recommendation="taken", incident_located=False),
        row(3, "I2", 7.5, 5.0, recommendation="overridden", override_reason="skill_needed", incident_located=False),
        row(4, "I3", 12.0, 5.0, "priority", recommendation="overridden", travel_basis="straight_line"),
        row(5, "I4", None, 5.0, "priority", override_reason="other", travel_basis=None),
        row(6, "I5", 3.0, None, "priority", recommendation="none_shown", map_used=False),
        row(7, "I6", 4.0, 6.0, "priority", travel_basis=None),
        row(8, "I7", 1.0, 1.0, "scheduled"),
    )


@pytest.fixture
def urgent(dispatch):
    return a8_dispatch.urgent(dispatch)


def test_only_the_two_urgent_grades_are_looked_at(urgent):
    assert urgent["dispatch_id"].tolist() == ["1", "2", "3", "4", "5", "6", "7"]


def test_two_minutes_more_is_still_the_nearest_and_unknown_positions_are_left_out(urgent):
    assert a8_dispatch.nearest_sent(urgent, 2) == Share(3, 2)
    assert a8_dispatch.nearest_sent(urgent, 1.9) == Share(2, 3)
    assert a8_dispatch.nearest_by_grade(urgent, 2) == {"emergency": Share(2, 1), "priority": Share(1, 1)}


def test_a_reason_stands_beside_nearness_and_neither_known_is_unknown(urgent):
    # 1 2 7 near, 3 and 5 with a reason; 4 neither; of 6 it isn't known.
    assert a8_dispatch.suitable_or_reasoned(urgent, 2) == Share(5, 1, 1)


def test_overrides_are_those_of_a_recommendation(urgent):
    # Of 5 and 7 it is not known what became of the recommendation.
    assert a8_dispatch.reasoned_overrides(urgent) == Share(1, 1, 2)
    nowhere = a8_dispatch.urgent(
        urgent.assign(override_reason=urgent["override_reason"].mask(urgent["override_reason"].notna()))
    )
    assert a8_dispatch.reasoned_overrides(nowhere) == Share(0, 0, 4)
    # Whoever was sent further may have been sent for a reason: of 3 and 4, as of 5 and 6, it is not known.
    assert a8_dispatch.suitable_or_reasoned(nowhere, 2) == Share(3, 0, 4)


def test_an_incident_is_located_as_it_was_at_the_first_dispatch(urgent):
    assert a8_dispatch.located_incidents(urgent) == Share(1, 1, 4)


def test_additional_travel_is_never_negative(urgent):
    assert a8_dispatch.extra_travel(urgent).tolist() == [0, 2, 2.5, 7, 0]
    assert a8_dispatch.extra_hours(urgent).tolist() == pytest.approx([0, 2 / 60, 2.5 / 60, 7 / 60, 0])


def test_what_travel_rests_on_is_said(urgent):
    assert a8_dispatch.travel_notes(urgent) == [
        "Of 5 travel times 1 in a straight line, not by road and 1 on a basis not stated"
    ]
    assert a8_dispatch.travel_notes(urgent[urgent["travel_basis"] == "network"]) == []


def test_days_and_the_use_of_the_map(dispatch):
    assert len(a8_dispatch.days_covered(dispatch)) == 8
    assert a8_dispatch.map_used(dispatch) == Share(1, 1, 6)


def test_days_of_dispatches_are_those_on_the_wall(table):
    times = ("2013-07-02 23:30", "2013-07-01 00:30", "2013-07-01 23:30")
    rows = table("dispatch", *({"dispatch_id": at, "incident_id": "i", "decided_at": at} for at in times))
    assert [str(day.date()) for day in a8_dispatch.days_covered(rows)] == ["2013-07-01", "2013-07-02"]


def test_nothing_supplied(table):
    nothing = a8_dispatch.urgent(table("dispatch"))
    for share in (
        a8_dispatch.nearest_sent(nothing, 2),
        a8_dispatch.suitable_or_reasoned(nothing, 2),
        a8_dispatch.reasoned_overrides(nothing),
        a8_dispatch.located_incidents(nothing),
    ):
        assert share == Share(0, 0, 0)
    assert a8_dispatch.nearest_by_grade(nothing, 2) == {}
    assert a8_dispatch.days_covered(nothing).empty
    assert a8_dispatch.extra_hours(nothing).empty


def test_no_position_known_at_all(urgent):
    blind = urgent.assign(
        sent_minutes=float("nan"), override_reason=urgent["override_reason"].mask(urgent["override_reason"].notna())
    )
    assert a8_dispatch.nearest_sent(blind, 2) == Share(0, 0)
    assert a8_dispatch.suitable_or_reasoned(blind, 2) == Share(0, 0, 7)
