"""A3: repeat victims recognised at first contact, vulnerability assessed, and who can look it up, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import a3_victims
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
CALL = {"incident_id": "i", "created_at": "2013-05-01 10:00", "dispatched_at": "2013-05-01 10:20", "origin": "public",
        "category_close": "crime", "victim_key": "v"}  # fmt: skip
FLAG = {"incident_id": "i", "call_ended_at": "2013-05-01 10:05", "repeat_victim": True, "vulnerable": False,
        "repeat_set_at": "2013-05-01 10:02", "vulnerable_set_at": "2013-05-01 10:02"}  # fmt: skip
BEFORE = {"crime_id": "before", "recorded_at": "2012-12-01 10:00", "victim_key": "v"}
NOBODY = Share(0, 0)


def contacts(table, call, flag):
    flag = None if flag is None else {**FLAG, **flag}
    lost = flag.pop("lost", "") if flag else ""
    # One more call, so that no column is blank for everybody.
    flags = table("contact_flag", {**FLAG, "incident_id": "another"}, *([flag] if flag else []))
    flags = flags.assign(flags=["", unread_flag(lost) if lost else ""][: len(flags)])
    unreadable = (call := {**CALL, **call}).pop("lost", "")
    calls = table("incident", call).assign(flags=unread_flag(unreadable) if unreadable else "")
    return a3_victims.victim_contacts(calls, flags, (7, 15, 23))


@pytest.mark.parametrize(
    ("call", "flag", "before", "recall", "precision"),
    [
        ({}, {}, {}, Share(1, 0), Share(1, 0)),
        # The report before: 365 days at the most, and before the contact; not a crime that came of the contact itself.
        ({}, {}, {"recorded_at": "2012-05-01 10:00"}, Share(1, 0), Share(1, 0)),
        ({}, {}, {"recorded_at": "2012-05-01 09:59"}, NOBODY, Share(0, 1)),
        ({}, {}, {"recorded_at": "2013-05-01 09:59"}, Share(1, 0), Share(1, 0)),
        ({}, {}, {"recorded_at": "2013-05-01 10:00"}, NOBODY, Share(0, 1)),
        ({}, {}, {"recorded_at": None}, NOBODY, Share(0, 0, 1)),
        ({}, {}, {"crime_id": "own"}, NOBODY, Share(0, 1)),
        ({}, {}, {"is_no_crime": True}, NOBODY, Share(0, 1)),
        ({}, {}, {"victim_key": "another"}, NOBODY, Share(0, 1)),
        # The flag: set while first contact lasts, which is to the dispatch, or the end of the call if that is later.
        ({}, {"repeat_set_at": "2013-05-01 10:20"}, {}, Share(1, 0), Share(1, 0)),
        ({}, {"repeat_set_at": "2013-05-01 10:21"}, {}, Share(0, 1), NOBODY),
        ({}, {"repeat_set_at": "2013-05-01 10:21", "call_ended_at": "2013-05-01 10:21"}, {}, Share(1, 0), Share(1, 0)),
        ({}, {"repeat_set_at": None}, {}, Share(0, 0, 1), Share(0, 0, 1)),
        ({}, {"repeat_victim": False}, {}, Share(0, 1), NOBODY),
        # By the template a blank says that nobody looked; a cell that nobody can read, or no row at all, says nothing.
        ({}, {"repeat_victim": None, "repeat_set_at": None}, {}, Share(0, 1), NOBODY),
        ({}, {"repeat_victim": None, "lost": "repeat_victim"}, {}, Share(0, 0, 1), Share(0, 0, 1)),
        ({}, None, {}, Share(0, 0, 1), NOBODY),
        # Who is no contact of a victim.
        ({"origin": "officer_initiated"}, {}, {}, NOBODY, NOBODY),
        ({"result": "duplicate"}, {}, {}, NOBODY, NOBODY),
        ({"category_close": "transport"}, {}, {}, NOBODY, NOBODY),
        ({}, {"victim_type": "business"}, {}, NOBODY, NOBODY),
        ({}, {"victim_type": None}, {}, Share(1, 0), Share(1, 0)),
        # Whether it is a contact of a victim at all can't be read.
        ({}, {"victim_type": None, "lost": "victim_type"}, {}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"origin": None, "lost": "origin"}, {}, {}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"result": None, "lost": "result"}, {}, {}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"category_close": None, "lost": "category_close"}, {}, {}, Share(0, 0, 1), Share(0, 0, 1)),
        (
            {"category_close": None, "category_open": None, "lost": "category_open"},
            {},
            {},
            Share(0, 0, 1),
            Share(0, 0, 1),
        ),
        ({"category_open": None, "lost": "category_open"}, {}, {}, Share(1, 0), Share(1, 0)),
        # Without a category it is one where the table of flags lists it.
        ({"category_close": None}, {}, {}, Share(1, 0), Share(1, 0)),
        ({"category_close": None}, None, {}, NOBODY, NOBODY),
        ({"category_close": None, "category_open": "asb"}, {}, {}, Share(1, 0), Share(1, 0)),
        # When first contact ended can't be read: it lasted to the dispatch, or longer.
        ({}, {"call_ended_at": None, "lost": "call_ended_at"}, {}, Share(1, 0), Share(1, 0)),
        ({}, {"repeat_set_at": "2013-05-01 10:21", "lost": "call_ended_at"}, {}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"dispatched_at": None, "lost": "dispatched_at"}, {}, {}, Share(1, 0), Share(1, 0)),
        (
            {"dispatched_at": None, "lost": "dispatched_at"},
            {"repeat_set_at": "2013-05-01 10:06"},
            {},
            Share(0, 0, 1),
            Share(0, 0, 1),
        ),
        ({"dispatched_at": None}, {"repeat_set_at": "2013-05-01 10:06"}, {}, Share(0, 1), NOBODY),
        # Without a reference or an address nobody can tell.
        ({"victim_key": None}, {}, {}, NOBODY, Share(0, 0, 1)),
    ],
)
def test_repeat_victims_recognised(table, call, flag, before, recall, precision):
    links = table("incident_crime", {"incident_id": "i", "crime_id": "own"})
    reports = a3_victims.earlier_reports(table("incident"), table("crime", {**BEFORE, **before}))
    found = a3_victims.with_truth(contacts(table, call, flag), reports, links, 365)
    assert (a3_victims.recall(found), a3_victims.precision(found)) == (recall, precision)
    # At ten in the morning it is the early shift's.
    assert a3_victims.recall_by_unit(found) == ({"early": recall} if recall.total else {})


@pytest.mark.parametrize(
    ("offence", "lost", "precision"),
    [
        ("burglary_dwelling", "", Share(1, 0)),
        ("robbery", "", Share(0, 1)),
        # Another report at the address, of which nobody can read whether it was of the same kind.
        (None, "offence_group", Share(0, 0, 1)),
        (None, "", Share(0, 1)),
    ],
)
def test_without_a_victim_the_address_and_the_kind_tell(table, offence, lost, precision):
    call = {"victim_key": None, "location_key": "l", "incident_type": "burglary_dwelling"}
    before = {**BEFORE, "victim_key": None, "location_key": "l", "offence_group": offence}
    crimes = table("crime", before).assign(flags=unread_flag(lost) if lost else "")
    reports = a3_victims.earlier_reports(table("incident"), crimes)
    found = a3_victims.with_truth(contacts(table, call, {}), reports, table("incident_crime"), 365)
    assert a3_victims.precision(found) == precision


@pytest.mark.parametrize("column", ["is_no_crime", "is_notifiable"])
@pytest.mark.parametrize(("another", "precision"), [(False, Share(0, 0, 1)), (True, Share(1, 0))])
def test_an_earlier_crime_that_may_not_count_leaves_open_whether_the_victim_is_a_repeat_one(
    table, column, another, precision
):
    crimes = table("crime", BEFORE, *([{**BEFORE, "crime_id": "sure"}] if another else []))
    crimes["flags"] = [unread_flag(column), ""][: len(crimes)]
    reports = a3_victims.earlier_reports(table("incident"), crimes)
    found = a3_victims.with_truth(contacts(table, {}, {}), reports, table("incident_crime"), 365)
    assert a3_victims.precision(found) == precision


@pytest.mark.parametrize(
    ("earlier", "precision"),
    [
        ({}, Share(1, 0)),
        ({"category_close": "transport"}, Share(0, 1)),
        ({"category_close": None, "lost": "category_close"}, Share(0, 0, 1)),
        ({"category_close": None, "lost": "category_open"}, Share(0, 0, 1)),
        ({"category_close": None}, Share(0, 1)),
        ({"category_close": None, "category_open": "asb"}, Share(1, 0)),
        ({"created_at": None}, Share(0, 0, 1)),
        ({"lost": "category_open"}, Share(1, 0)),
        ({"result": None, "lost": "result"}, Share(0, 0, 1)),
        ({"result": "duplicate"}, Share(0, 1)),
    ],
)
def test_an_earlier_incident_is_one_of_anti_social_behaviour_that_can_be_read(table, earlier, precision):
    lost = (earlier := dict(earlier)).pop("lost", "")
    row = {"incident_id": "x", "created_at": "2013-01-01 10:00", "category_close": "asb", "victim_key": "v"}
    calls = table("incident", {**row, **earlier}).assign(flags=unread_flag(lost) if lost else "")
    found = a3_victims.with_truth(
        contacts(table, {}, {}), a3_victims.earlier_reports(calls, table("crime")), table("incident_crime"), 365
    )
    assert a3_victims.precision(found) == precision


@pytest.mark.parametrize(
    ("call", "flag", "assessed"),
    [
        ({}, {}, Share(1, 0)),
        ({}, {"vulnerable": True}, Share(1, 0)),
        ({}, {"vulnerable": None, "vulnerable_set_at": None}, Share(0, 1)),
        ({}, {"vulnerable": None, "lost": "vulnerable"}, Share(0, 0, 1)),
        ({}, {"vulnerable_set_at": "2013-05-01 10:20"}, Share(1, 0)),
        ({}, {"vulnerable_set_at": "2013-05-01 10:21"}, Share(0, 1)),
        ({}, {"vulnerable_set_at": None}, Share(0, 0, 1)),
        ({}, None, Share(0, 0, 1)),
        ({"category_close": "asb", "asb_type": "personal"}, {}, Share(1, 0)),
        ({"category_close": "asb", "asb_type": "nuisance"}, {}, NOBODY),
        ({"category_close": "asb", "asb_type": None}, {}, Share(0, 0, 1)),
        ({"category_close": None, "lost": "category_close"}, {}, Share(0, 0, 1)),
        ({"category_close": None}, {}, Share(0, 0, 1)),
        ({"category_close": None}, None, NOBODY),
        # It may be a crime, whatever kind of anti-social behaviour is entered.
        ({"category_close": None, "lost": "category_close", "asb_type": "nuisance"}, {}, Share(0, 0, 1)),
        ({"origin": None, "lost": "origin"}, {}, Share(0, 0, 1)),
        ({}, {"vulnerable_set_at": "2013-05-01 10:21", "lost": "call_ended_at"}, Share(0, 0, 1)),
    ],
)
def test_vulnerability_recorded(table, call, flag, assessed):
    assert a3_victims.vulnerability_recorded(contacts(table, call, flag)) == assessed


@pytest.mark.parametrize(
    ("call", "flag", "known"),
    [
        ({}, {}, Share(1, 0)),
        ({}, None, Share(1, 0)),
        ({"victim_key": None}, {}, Share(0, 1)),
        ({"victim_key": None, "location_key": "l"}, {}, Share(0, 1)),
        ({"origin": "alarm"}, {}, NOBODY),
        ({}, {"victim_type": "nobody"}, NOBODY),
        ({}, {"victim_type": None, "lost": "victim_type"}, Share(0, 0, 1)),
        ({"result": None, "lost": "result"}, {}, Share(0, 0, 1)),
        ({"category_close": None}, {}, Share(1, 0)),
        ({"category_close": None, "victim_key": None}, {}, Share(0, 1)),
        ({"category_close": None}, None, NOBODY),
    ],
)
def test_contacts_with_a_reference_of_the_victim(table, call, flag, known):
    assert a3_victims.victim_known(contacts(table, call, flag)) == known


@pytest.mark.parametrize(
    ("handler", "access", "live"),
    [
        ({}, {"live": True}, Share(1, 0)),
        ({}, {"live": False}, Share(0, 1)),
        ({}, {"live": None}, Share(0, 0, 1)),
        ({}, {"person_key": "somebody else", "live": True}, Share(0, 0, 1)),
        ({"role": "dispatcher"}, {"live": True}, NOBODY),
        ({"left_on": "2014-03-31"}, {"live": True}, Share(1, 0)),
        ({"left_on": "2014-03-30"}, {"live": True}, NOBODY),
        ({"in_post_since": "2014-03-31"}, {"live": True}, Share(1, 0)),
        ({"in_post_since": "2014-04-01"}, {"live": True}, NOBODY),
        ({"in_training": True}, {"live": True}, NOBODY),
        *(({"lost": column}, {"live": True}, Share(0, 0, 1)) for column in ("in_post_since", "left_on", "in_training")),
    ],
)
def test_call_handlers_with_access(table, handler, access, live):
    lost = (handler := dict(handler)).pop("lost", "")
    staff = table("staff", {"person_key": "h", "role": "call_handler", **handler})
    staff["flags"] = unread_flag(lost) if lost else ""
    rows = table("system_access", {"person_key": "h", "system": "pnc", **access})
    assert a3_victims.access_by_system(rows, staff, AS_OF) == {"pnc": live}


@pytest.mark.parametrize("question", ["asked_previous", "asked_vulnerability"])
@pytest.mark.parametrize(
    ("audit", "answer", "expected"),
    [
        ({}, True, Share(1, 0)),
        ({}, False, Share(0, 1)),
        ({}, None, Share(0, 0, 1)),
        ({"random_sample": False}, True, NOBODY),
        ({"random_sample": None}, True, NOBODY),
        ({"about_victim": False}, True, NOBODY),
        ({"about_victim": None}, True, NOBODY),
        ({"about_victim": None, "lost": "about_victim"}, True, Share(0, 0, 1)),
        ({"random_sample": None, "lost": "random_sample"}, True, Share(0, 0, 1)),
        ({"random_sample": None, "lost": "random_sample", "about_victim": False}, True, NOBODY),
    ],
)
def test_what_call_handlers_asked(table, question, audit, answer, expected):
    row = {"audit_id": "a", "taken_on": "2013-05-01", "random_sample": True, "about_victim": True, "team": "T", **audit}
    lost = row.pop("lost", "")
    rows = table("call_audit", {**row, question: answer}).assign(flags=unread_flag(lost) if lost else "")
    audits = a3_victims.audited_calls_of_victims(rows)
    assert a3_victims.asked(audits, question) == expected
    assert a3_victims.asked_by_team(audits, question) == ({"T": expected} if expected.total else {})
