"""A3: who truly was a repeat victim, worked out by hand."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.findings import a3_victims
from hmic_analysis.findings.a3_victims import victim_contacts
from hmic_analysis.measures.base import Share

NOW = "2013-06-03 10:00"


def incident(id, at=NOW, category="crime", **more):
    return {"incident_id": id, "created_at": at, "category_close": category, "origin": "public", **more}


def crime(id, at, **more):
    return {"crime_id": id, "recorded_at": at, "offence_group": "violence", **more}


def truth(table, incidents, crimes, links=(), days=365, only=None):
    calls = table("incident", *incidents)
    period = calls if only is None else calls[calls["incident_id"].isin(only)]
    found = victim_contacts(period, table("contact_flag"), (7, 15, 23))
    reports = a3_victims.earlier_reports(calls, table("crime", *crimes))
    pairs = table("incident_crime", *({"incident_id": i, "crime_id": c} for i, c in links))
    rows = a3_victims.with_truth(found, reports, pairs, days)
    return {i: (None if pd.isna(x) else bool(x)) for i, x in zip(rows["incident_id"], rows["repeat"], strict=True)}


@pytest.mark.parametrize(
    ("at", "repeat"),
    [
        ("2013-06-03 09:59", True),
        ("2012-06-03 10:00", True),  # 365 days to the minute
        ("2012-06-03 09:59", False),
        ("2013-06-03 10:00", False),  # not before
        ("2013-06-04 10:00", False),
    ],
)
def test_an_earlier_crime_of_the_same_person_counts_for_365_days(table, at, repeat):
    found = truth(table, [incident("now", victim_key="V")], [crime("c", at, victim_key="V")])
    assert found == {"now": repeat}


def test_what_is_no_other_report(table):
    keys = {"victim_key": "V", "location_key": "L"}
    earlier = "2013-01-01 10:00"
    assert truth(table, [incident("now", **keys)], [crime("own", "2013-06-03 08:00", **keys)], [("now", "own")]) == {
        "now": False
    }
    cancelled = [
        crime("a", earlier, is_no_crime=True, **keys),
        crime("b", earlier, is_notifiable=False, **keys),
    ]
    assert truth(table, [incident("now", **keys)], cancelled) == {"now": False}
    others = [
        incident("crime-related, not crimed", earlier, **keys),
        incident("road", earlier, "transport", **keys),
        incident("twice", earlier, "asb", result="duplicate", **keys),
        incident("now", **keys),
    ]
    assert truth(table, others, [], only=["now"]) == {"now": False}


@pytest.mark.parametrize(("sure", "repeat"), [((), None), ((crime("c", "2013-05-01 10:00", victim_key="V"),), True)])
def test_an_earlier_report_without_a_time_may_have_come_before(table, sure, repeat):
    undated = {"crime_id": "undated", "recorded_month": "2013-01-01", "victim_key": "V"}
    calls = [incident("now", victim_key="V"), incident("another", victim_key="W")]
    assert truth(table, calls, [undated, *sure]) == {"now": repeat, "another": False}
    assert truth(table, calls, [undated, *sure], [("now", "undated")])["now"] is bool(sure)


@pytest.mark.parametrize("spelt", ["violence", "Violence", "  VIOLENCE "])
def test_a_kind_is_the_same_in_capitals_and_with_more_spaces(table, spelt):
    calls = [incident("now", location_key="L", incident_type=spelt), incident("other", location_key="M")]
    assert truth(table, calls, [crime("c", "2013-05-01 10:00", location_key="L")])["now"] is True
    earlier = incident("e", "2013-05-01 10:00", "asb", location_key="N", incident_type="Loud  music")
    again = incident("again", location_key="N", incident_type="loud music ")
    assert truth(table, [earlier, again], [])["again"] is True


def test_the_kind_is_that_of_the_crime_recorded_before_that_of_the_incident(table):
    crimes = [crime("c", "2013-05-01 10:00", location_key="L"), crime("own", "2013-06-03 12:00", location_key="L")]
    calls = [incident("now", location_key="L", incident_type="dispute"), incident("uncrimed", location_key="L")]
    assert truth(table, calls, crimes, [("now", "own")]) == {"now": True, "uncrimed": None}
    crimes[0]["offence_group"] = "robbery"
    assert truth(table, [{**calls[0], "incident_type": "robbery"}], crimes, [("now", "own")]) == {"now": False}


def test_the_address_of_a_victim_who_is_known_tells_nothing(table):
    neighbour = incident("now", victim_key="W", location_key="L", incident_type="violence")
    assert truth(table, [neighbour], [crime("c", "2013-05-01 10:00", victim_key="V", location_key="L")]) == {
        "now": False
    }


def test_earlier_anti_social_behaviour_counts_and_the_contact_itself_does_not(table):
    first = incident("asb", "2013-05-01 10:00", "asb", victim_key="V", incident_type="Nuisance")
    again = incident("again", category="asb", victim_key="V", incident_type="Personal")
    assert truth(table, [first, again], []) == {"asb": False, "again": True}


def test_without_a_victim_the_same_address_and_kind(table):
    crimes = [crime("before", "2013-05-01 10:00", location_key="L"), crime("now", "2013-06-03 12:00", location_key="L")]
    at_home = {"location_key": "L"}
    calls = [
        incident("same kind", **at_home),
        incident("not crimed", incident_type="Dispute", **at_home),
        incident("kind blank", **at_home),
        incident("other address", location_key="M"),
        incident("neither"),
        incident("a person never heard of", victim_key="W", **at_home),
        incident("month alone", at=None, created_month="2013-06-01", **at_home),
    ]
    assert truth(table, calls, crimes, [("same kind", "now")]) == {
        "same kind": True,
        "not crimed": False,
        "kind blank": None,
        "other address": None,
        "neither": None,
        "a person never heard of": False,
        "month alone": None,
    }
    theft = [{**c, "offence_group": "other_theft"} if c["crime_id"] == "before" else c for c in crimes]
    assert truth(table, [incident("same kind", **at_home)], theft, [("same kind", "now")]) == {"same kind": False}


@pytest.mark.parametrize(
    ("crime_from", "asb_from", "reaches"),
    [
        ("2011-12-03", "2011-12-14", True),
        ("2011-12-16", "2011-12-16", True),
        ("2011-12-03", "2011-12-17", False),
        ("2011-12-03", "2012-02-01", False),
        ("2012-02-01", "2011-12-03", False),
        ("2011-12-03", None, False),
    ],
)
def test_the_records_must_reach_back(table, crime_from, asb_from, reaches):
    calls = [incident("a", f"{asb_from} 09:00", "asb")] if asb_from else []
    reports = a3_victims.earlier_reports(table("incident", *calls), table("crime", crime("c", f"{crime_from} 09:00")))
    assert a3_victims.looks_back(reports, date(2012, 12, 1), 365) is reaches


def test_nothing_supplied_reaches_back_nowhere(table):
    reports = a3_victims.earlier_reports(table("incident"), table("crime"))
    assert len(reports) == 0
    assert not a3_victims.looks_back(reports, date(2012, 12, 1), 365)
    assert truth(table, [], []) == {}
    assert truth(table, [incident("now", victim_key="V")], []) == {"now": False}


@pytest.fixture
def judged():
    """Contacts with truth and flag: four repeat victims by day, three by night, three others."""
    rows = [
        ("1", "early", True, True),
        ("2", "early", True, True),
        ("3", "early", True, False),
        ("4", "early", True, pd.NA),
        ("5", "night", True, True),
        ("6", "night", True, False),
        ("7", "night", True, False),
        ("8", "early", False, True),
        ("9", "early", pd.NA, True),
        ("10", "late", False, False),
    ]
    frame = pd.DataFrame(rows, columns=["incident_id", "unit", "repeat", "flagged"])
    return frame.assign(listed=True, sure=True).astype({"repeat": "boolean", "flagged": "boolean"})


def test_recall_and_precision(judged):
    assert a3_victims.recall(judged) == Share(3, 3, 1)
    # The flag of the fourth is known to nobody, and it stands in the table of flags; that of the others is.
    assert a3_victims.precision(judged) == Share(3, 1, 2)
    assert a3_victims.precision(judged.assign(listed=judged["flagged"].notna())) == Share(3, 1, 1)
    assert a3_victims.recall_by_unit(judged) == {"early": Share(2, 1, 1), "night": Share(1, 2, 0)}
    assert a3_victims.recall(judged.iloc[:0]) == Share.none() == a3_victims.precision(judged.iloc[:0])


def test_the_worst_unit_is_one_that_can_say_something(judged):
    shares = {**a3_victims.recall_by_unit(judged), "tiny": Share(0, 1), "not recorded": Share(0, 9)}
    assert a3_victims.worst_unit(shares, 3) == ("night", Share(1, 2, 0))
    assert a3_victims.worst_unit(shares, 4) == ("early", Share(2, 1, 1))
    assert a3_victims.worst_unit(shares, 5) is None
    assert a3_victims.worst_unit({}, 1) is None


@pytest.mark.parametrize(
    ("small", "worst"),
    [
        # Ten contacts of repeat victims say something, those not known among them; nine don't.
        (Share(0, 10), ("b", Share(0, 10))),
        (Share(0, 9), ("a", Share(8, 2))),
        (Share(1, 1, 8), ("b", Share(1, 1, 8))),
        (Share(0, 1, 8), ("a", Share(8, 2))),
        # Of which nothing is known, and of no better share.
        (Share(0, 0, 20), ("a", Share(8, 2))),
        (Share(9, 1), ("a", Share(8, 2))),
        # All of those known were flagged: the others count neither way.
        (Share(7, 0, 3), ("a", Share(8, 2))),
        (Share(8, 2), ("a", Share(8, 2))),
    ],
)
def test_the_worst_unit_has_ten_contacts_of_repeat_victims(small, worst):
    assert a3_victims.worst_unit({"b": small, "a": Share(8, 2)}, 10) == worst


@pytest.mark.parametrize(
    ("change", "night"),
    [
        ({}, Share(1, 2)),
        ({"repeat": False}, Share(1, 1)),
        ({"repeat": pd.NA}, Share(1, 1)),
        ({"flagged": pd.NA}, Share(1, 1, 1)),
        ({"flagged": True}, Share(2, 1)),
        ({"sure": False}, Share(1, 1, 1)),
        ({"unit": "late"}, Share(1, 1)),
    ],
)
def test_what_the_share_of_a_shift_counts(judged, change, night):
    for name, value in change.items():
        judged.loc[judged["incident_id"] == "6", name] = value
    assert a3_victims.recall_by_unit(judged)["night"] == night
