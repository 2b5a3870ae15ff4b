"""References between tables: counted, joined where that is allowed, and told apart from what is written otherwise."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmic_analysis.cli.data import check_rows
from hmic_analysis.contracts.base import FOLDS
from hmic_analysis.errors import ParameterError
from hmic_analysis.store.prepare import prepare
from hmic_analysis.store.references import ALWAYS

CRIMES = "crime_id,recorded_month\n"
LINKS = "incident_id,crime_id\n"
DEVICES = "device_id,device_type,person_key\n"
SESSIONS = "device_id,day,sessions\n"
STAFF = "person_key,role\n"
TRAINING = "person_key,course_code,subject,completed_on\n"


def entry(manifest, name, to):
    (found,) = [e for e in manifest.references if e.name == name and e.to_table == to]
    assert found.matched + found.unmatched + found.blank == found.rows == manifest.tables[found.table].rows
    return found


def linked(shop, crimes, links, match=()):
    """A return of crimes and of links to them."""
    shop.file("crime.csv", CRIMES + "".join(f'"{c}",2013-01\n' for c in crimes))
    shop.file("incident_crime.csv", LINKS + "".join(f'I{i},"{c}"\n' for i, c in enumerate(links)))
    manifest = prepare(shop.project, ["standard"], "here", shop.raw, match=match).manifest
    return manifest, entry(manifest, "incident_crime.crime_id", "crime")


def test_no_more_rows_would_be_joined_than_there_are(shop):
    shop.file("crime.csv", CRIMES + "C1,2013-01\nC2,2013-01\n")
    shop.file("incident_crime.csv", LINKS + "I1,c1\nI1,c1\nI2,c2\nI2,c2\nI2,c2\n")
    found = entry(shop.prepare(), "incident_crime.crime_id", "crime")
    assert (found.rows, found.unmatched, found.mends) == (2, 2, {"case": 2})


def test_references_with_a_partner_without_one_and_blank(shop):
    shop.file("device.csv", DEVICES + "D1,tablet,S1\nD2,tablet,\nD3,tablet,S9\n")
    shop.file("staff.csv", STAFF + "S1,response\n")
    manifest = shop.prepare()
    found = entry(manifest, "device.person_key", "staff")
    assert (found.rows, found.blank, found.matched, found.unmatched, found.values) == (3, 1, 1, 1, 1)
    assert not any(e.to_table == "device_pool" for e in manifest.references), "no list of pools was supplied"


@pytest.mark.parametrize(
    ("crimes", "links", "mend"),
    [
        (["C0001", "C0002"], ["c0001", "c0002"], "case"),
        (["0001", "0002"], ["1", "2"], "zeros"),
        (["17/0001", "17/0002"], ["17/1", "17/2"], "zeros"),
        (["1001", "1002"], ["1001.0", "1002.0"], "point"),
        (["43-1001", "43-2002"], ["1001", "2002"], "prefix"),
        (["1001", "2002"], ["CL/1001", "CL/2002"], "prefix"),
        (["CR0001", "CR0002", "CRB01"], ["1", "2"], "zeros and prefix"),
        (["C0001", "C0002"], ["c1", "c2"], "case and zeros"),
        (["C-1", "C-2"], ["C–1", "C–2"], "signs"),
        (["1001", "1002"], ["1,001", "1,002"], "signs"),
        (["C11", "C12"], ["C１１", "C１２"], "signs"),
        (["17-A/001", "17-A/002"], ["17–a/1", "17–a/2"], "case and zeros and signs"),
        (["C1/2013", "C2/2013"], ["C1/13", "C2/13"], "year"),
        (["130001234", "130001235"], ["20130001234", "20130001235"], "year"),
        (["C0001/2013", "C0002/2013"], ["c1/13", "c2/13"], "case and zeros and year"),
    ],
)
def test_what_would_mend_a_reference_is_told_and_done_only_where_allowed(shop, crimes, links, mend):
    _, found = linked(shop, crimes, links)
    assert (found.matched, found.unmatched, found.mend) == (0, 2, mend)
    assert found.mends[mend] == 2 and not found.joined
    assert not found.fits(5)
    folds = mend.split(" and ")
    assert f"match: [{', '.join(folds)}]" in found.request()

    _, found = linked(shop, crimes, links, match=folds)
    assert (found.matched, found.unmatched, found.joined) == (2, 0, {mend: 2})
    assert found.fits(5)
    assert set(shop.table("incident_crime")["crime_id"]) == set(crimes[:2]), (
        "written as the table referred to writes it"
    )


@pytest.mark.parametrize(
    ("links", "looks"),
    [
        (["C001/2013-1", "C002/2013-1"], ("A999/9999-9", "A999/9999")),
        (["2013/C001", "2013/C002"], ("9999/A999", "A999/9999")),
        (["\u0421001/2013", "\u0421002/2013"], ("?999/9999", "A999/9999")),
        (["C003/2013", "C004/2013"], ()),
    ],
)
def test_where_nothing_would_mend_references_it_is_told_how_both_are_written(shop, links, looks):
    _, found = linked(shop, ["C001/2013", "C002/2013"], links)
    assert (found.unmatched, found.mends, found.looks) == (2, {}, looks)
    assert all(look in found.request() for look in looks)


def test_how_references_to_persons_are_written_is_never_told(shop):
    shop.file("staff.csv", STAFF + "LEE ANN,response\n")
    shop.file("training.csv", TRAINING + "Ann Lee 1970,C1,anpr,2013-01-01\n")
    assert entry(shop.prepare(), "training.person_key", "staff").looks == ()


def test_links_belong_to_the_months_of_what_they_lead_to(shop):
    shop.file("crime.csv", CRIMES + "".join(f"C{m},2013-{m:02d}\n" for m in range(1, 7)))
    shop.file("incident_crime.csv", LINKS + "".join(f"I{m},C{m}\n" for m in range(1, 4)))
    assert list(shop.prepare().tables["incident_crime"].months) == ["2013-01", "2013-02", "2013-03"]


@pytest.mark.parametrize(("used", "told"), [(range(12), True), (range(24), False), (range(0, 24, 5), False)])
def test_a_list_that_breaks_off_in_the_order_of_another_is_told(shop, used, told):
    shop.file("device.csv", DEVICES + "".join(f"D{i:02d},tablet,\n" for i in range(24)))
    shop.file("device_session.csv", SESSIONS + "".join(f"D{i:02d},2013-01-0{d},1\n" for i in used for d in (1, 2)))
    found = entry(shop.prepare(), "device_session.device_id", "device")
    assert (found.tail, found.fits(5)) == ((12, False) if told else (0, True))
    assert ("none leads to the last 12" in found.said() and "cut off" in found.told()) is told


@pytest.mark.parametrize("written", [" C 0001 ", "C\u00a00001", "C0001\u200b", "C  0001"])
def test_space_is_no_difference(shop, written):
    _, found = linked(shop, ["C0001"], [written])
    assert (found.matched, found.unmatched) == (1, 0)
    assert found.mends == {}


def test_unicode_form_is_no_difference_but_another_character_is(shop):
    decomposed = unicodedata.normalize("NFD", "é1")
    _, found = linked(shop, ["é1"], [decomposed])
    assert (found.matched, found.joined) == (1, {ALWAYS: 1})
    _, found = linked(shop, ["A2"], ["A²"])
    assert (found.matched, found.unmatched) == (0, 1), "a compatible character may have been meant to differ"


def test_two_partners_are_none(shop):
    _, found = linked(shop, ["C1", "c1"], ["C01", "c01", "C1"], match=["case", "zeros"])
    assert (found.matched, found.unmatched, found.joined) == (1, 2, {})


def test_rows_that_are_one_once_their_references_are_joined_are_repeats(shop):
    shop.file("crime.csv", CRIMES + "C1,2013-01\n")
    shop.file("incident_crime.csv", LINKS + "I1,C1\nI1,C 1\n")
    manifest = shop.prepare()
    assert manifest.tables["incident_crime"].rows == 1
    assert entry(manifest, "incident_crime.crime_id", "crime").matched == 1


def test_persons_are_folded_before_they_are_hashes(shop):
    def people(match=()):
        shop.file("staff.csv", STAFF + "P0012,response\nP0013,response\n")
        shop.file("training.csv", TRAINING + "p12,A,crime_prevention,2013-01-01\n p 13,A,crime_prevention,2013-01-01\n")
        manifest = prepare(shop.project, ["standard"], "here", shop.raw, match=match).manifest
        return entry(manifest, "training.person_key", "staff")

    found = people()
    assert (found.matched, found.mend) == (0, "zeros"), "capitals and space are no difference in a person's reference"
    assert people(["zeros"]).matched == 2
    assert set(shop.table("training")["person_key"]) == set(shop.table("staff")["person_key"])
    assert not [c for c in shop.table("training").columns if c.startswith("text_")]


def test_what_need_not_have_a_partner_is_at_fault_only_where_writing_keeps_it_apart(shop):
    head = "bail_id,person_key,bail_type,granted_on,return_due_on\n"
    suspects = "".join(f"0{i},C{i},2013-01-01\n" for i in range(1, 41))
    shop.file("suspect.csv", "person_key,crime_id,named_on\n" + suspects)
    bails = [*range(1, 3), *range(101, 139)]
    shop.file("bail.csv", head + "".join(f"B{i},0{i},s47_3,2013-01-01,2013-02-01\n" for i in bails))
    found = entry(shop.prepare(), "bail.person_key", "suspect")
    assert (found.matched, found.unmatched) == (2, 38) and found.fits(5)
    shop.file("bail.csv", head + "".join(f"B{i},{i},s47_3,2013-01-01,2013-02-01\n" for i in range(1, 41)))
    found = entry(shop.prepare(), "bail.person_key", "suspect")
    assert found.mends == {"zeros": 40} and not found.fits(5)


def test_a_table_without_a_row_is_no_partner(shop):
    shop.file("crime.csv", CRIMES)
    shop.file("incident_crime.csv", LINKS + "I1,C1\n")
    assert shop.prepare().references == ()


def test_a_mapping_allows_a_fold_for_its_own_tables(shop):
    shop.file("devices.csv", "ref\nD1\nD2\n")
    shop.file("log.csv", "ref,day\nd1,2013-01-01\nd2,2013-01-01\n")
    text = """
        title: t
        match: [case]
        files: {d: {pattern: devices.csv}, l: {pattern: log.csv}}
        tables:
          device: {file: d, columns: {device_id: ref, device_type: {value: tablet}}}
          device_session: {file: l, columns: {device_id: ref, day: day, sessions: {value: "1"}}}
    """
    shop.mapping(text)
    found = entry(shop.prepare("src"), "device_session.device_id", "device")
    assert (found.matched, found.joined) == (2, {"case": 2})
    shop.mapping(text.replace("match: [case]", "match: [cases]"))
    with pytest.raises(ParameterError, match="match"):
        shop.prepare("src")


def test_other_folds_give_another_version(shop):
    first, _ = linked(shop, ["C1"], ["c1"])
    second, _ = linked(shop, ["C1"], ["c1"], match=["case"])
    assert first.version != second.version


def test_the_check_says_first_what_does_not_hold_and_what_to_ask_for(shop):
    manifest, _ = linked(shop, [f"C{i}" for i in range(20)], [f"c{i}" for i in range(20)])
    (row,) = [r for r in check_rows(manifest) if r.what == "reference" and r.state == "warning"]
    assert row.text == (
        "crime_id: 0 of 20 lead to crime.crime_id, 20 (100.0%) lead nowhere; 20 would if capital and small letters made "
        "no difference. Ask the force for crime_id of incident_crime written as crime_id of crime writes it; or, if it "
        "says that they are the same, allow it: match: [case]."
    )
    manifest, _ = linked(shop, [f"C{i}" for i in range(100)], [f"C{i}" for i in range(5, 105)])
    assert [r.state for r in check_rows(manifest) if r.what == "reference"] == ["note"], "5% may lead nowhere"
    assert [r.state for r in check_rows(manifest, 4.9) if r.what == "reference"] == ["warning"]


IDS = st.lists(
    st.tuples(st.sampled_from(["C", "cl", "É", ""]), st.integers(1, 999), st.integers(1, 5)).map(
        lambda t: f"{t[0]}{t[1]:0{t[2]}d}"
    ),
    min_size=1,
    max_size=8,
)
WRITINGS = {
    "": lambda x: x,
    ALWAYS: lambda x: f" {unicodedata.normalize('NFD', x[0])} {x[1:]} ",
    "case": lambda x: x.swapcase(),
    "zeros": lambda x: x.rstrip("0123456789") + "00" + x.lstrip("CclÉ"),
    "point": lambda x: f"{x}.0",
}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ids=IDS, other=IDS, how=st.sampled_from(sorted(WRITINGS)), allowed=st.sets(st.sampled_from(sorted(FOLDS))))
def test_no_reference_is_ever_joined_to_another_partner(shop, ids, other, how, allowed):
    """Whatever is allowed: who is joined differs from its partner by space, form and the folds allowed, no more."""
    ids, write = list(dict.fromkeys(ids)), WRITINGS[how]
    links = [write(x) for x in dict.fromkeys([*ids[::2], *other])]
    _, found = linked(shop, ids, links, sorted(allowed))
    assert found.given == found.matched + found.unmatched
    table = shop.table("incident_crime")
    written = dict(zip((f"I{i}" for i in range(len(links))), links, strict=True))
    for incident, crime in zip(table["incident_id"], table["crime_id"], strict=True):
        told = "".join(unicodedata.normalize("NFC", written[incident]).split())
        if crime in ids and crime != told:
            assert plain(crime, allowed) == plain(told, allowed) or "prefix" in allowed
    if how in ("", ALWAYS):
        assert found.matched >= len(ids[::2])


def plain(text, allowed):
    """The text without what the folds allowed take away, written anew."""
    if "case" in allowed:
        text = text.upper()
    if "point" in allowed and "." in text:
        text = text.rstrip("0").rstrip(".") if set(text.split(".")[1]) == {"0"} else text
    if "zeros" in allowed:
        head = text.rstrip("0123456789.")
        text = head + (text[len(head) :].lstrip("0") or "0")
    return "".join(c for c in text if c.isalnum()) if "signs" in allowed else text


def test_what_leads_to_a_row_that_was_kept_aside_leads_nowhere(shop):
    shop.file("crime.csv", CRIMES + "C1,2013-01\nC2,the other day\nC3,another\n")
    shop.file("incident_crime.csv", LINKS + "I1,C1\nI2,C2\nI3,C3\nI4,C4\nI5,c2\n")
    manifest = shop.prepare()
    kept = set(shop.table("crime")["crime_id"])
    found = entry(manifest, "incident_crime.crime_id", "crime")
    assert kept == {"C1"}
    assert (found.matched, found.unmatched, found.aside, found.values) == (1, 4, 2, 2)
    assert not found.mends, "to be written like a row that was kept aside mends nothing"
    assert "4 (80.0%) lead nowhere (2 of them to rows of crime that were kept aside)" in found.said()
    assert found.request().startswith("Ask the force for crime_id of incident_crime written as")


def test_where_most_lead_to_rows_kept_aside_those_are_asked_for(shop):
    shop.file("crime.csv", CRIMES + "C1,2013-01\nC2,the other day\n")
    shop.file("incident_crime.csv", LINKS + "I1,C1\nI2,C2\n")
    found = entry(shop.prepare(), "incident_crime.crime_id", "crime")
    assert found.request() == "Ask the force for the rows of crime that were kept aside, mended."


@pytest.mark.parametrize("word", ["nan", "UNKNOWN", "Not known", "None", "-", "<NA>"])
def test_a_word_for_no_reference_is_the_name_of_no_record(shop, word):
    manifest, found = linked(shop, [word, "C1", "C2"], [word, word, "C1", "C2"])
    assert (found.rows, found.matched) == (2, 2)
    assert manifest.tables["crime"].accounts[0].reasons == {"blank: crime_id": 1}
    shop.file(
        "incident.csv", f"incident_id,created_month,victim_key,district\nI1,2013-01,{word},{word}\nI2,2013-01,V1,\n"
    )
    shop.prepare()
    incidents = shop.table("incident")
    assert incidents["victim_key"].notna().tolist() == [False, True], "nobody is a victim again and again of that name"
    # A district may be called so.
    assert incidents["district"][0] == word


def test_the_parts_of_a_persons_name_may_be_such_a_word(shop):
    shop.file("people.csv", "surname,born,crime\nNil,1970,C1\nNone,1980,C2\n")
    shop.mapping("""
        title: t
        files: {f: {pattern: people.csv}}
        tables:
          suspect:
            file: f
            columns:
              person_key: {columns: [surname, born]}
              crime_id: crime
              named_on: {value: 2013-01-01}
    """)
    shop.prepare("src")
    assert shop.table("suspect")["person_key"].nunique() == 2
