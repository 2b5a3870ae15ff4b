"""A4: what counts as progress and as supervision on a file."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.findings import a4_crime_files
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)


def read(table, entries, **file):
    row = {"review_id": "1", "review_kind": "crime", "opened_on": "2013-06-01", "closed_on": "2013-08-01", **file}
    rows = [{"review_id": "1", "entry_number": i + 1, **e} for i, e in enumerate(entries)]
    # Another file has an entry, so that the table is there.
    rows.append({"review_id": "other", "entry_number": 1, "entry_kind": "automated"})
    # And has a day of closing, so that the column is not blank for all.
    files = table("file_review", row, {**row, "review_id": "other", "closed_on": "2013-08-01"})
    return a4_crime_files.crime_files(files, table("file_entry", *rows), AS_OF, 28).iloc[0]


def on(day, kind="progress", **more):
    return {"entered_on": day, "entry_kind": kind, **more}


def state(value):
    return None if pd.isna(value) else bool(value)


@pytest.mark.parametrize(
    ("days", "closed", "kept_up"),
    [
        (["2013-06-29", "2013-07-27"], "2013-08-24", True),  # 28 days each
        (["2013-06-29", "2013-07-27"], "2013-08-25", False),  # 29 to closure
        (["2013-06-30", "2013-07-27"], "2013-08-24", False),  # 29 from opening
        (["2013-06-20", "2013-07-20"], "2013-08-10", False),  # 30 between
        ([], "2013-06-20", False),
        (["2013-06-01"], "2013-06-20", True),  # any entry where closed sooner
        (["2013-06-25"], "2013-06-20", False),  # written after closure
        (["2013-05-25"], "2013-06-20", False),  # written before opening
    ],
)
def test_no_span_of_more_than_28_days(table, days, closed, kept_up):
    assert state(read(table, [on(d) for d in days], closed_on=closed)["progress"]) is kept_up


def test_what_is_no_progress(table):
    others = [on("2013-06-10", "automated"), on("2013-06-10", "victim_update"), on("2013-06-10", "supervisor")]
    assert state(read(table, others, closed_on="2013-06-20")["progress"]) is False


def test_what_is_not_known_of_progress(table):
    assert state(read(table, [on("2013-06-10")], opened_on=None)["progress"]) is None
    assert state(read(table, [on(None)], closed_on="2013-06-20")["progress"]) is None
    assert state(read(table, [on(None), on("2013-06-10")], closed_on="2013-06-20")["progress"]) is True


def test_an_open_file_is_looked_at_to_the_snapshot(table):
    opened = {"opened_on": "2014-02-10", "closed_on": None}
    assert state(read(table, [on("2014-03-05")], **opened)["progress"]) is True
    assert state(read(table, [on("2014-02-20")], **opened)["progress"]) is False
    # Closed after the snapshot: still open on the day.
    later = read(table, [on("2014-03-05")], opened_on="2014-02-10", closed_on="2014-06-30")
    assert (state(later["progress"]), bool(later["closed"])) == (True, False)


def test_where_no_file_has_a_day_of_closing_nothing_is_known_of_progress(table):
    """Supervision does not rest on that day."""
    files = table("file_review", *({"review_id": x, "review_kind": "crime", "opened_on": "2013-06-01"} for x in "12"))
    entries = [{"review_id": "1", "entry_number": 1, "by_investigator": False, "content": "direction"}]
    rows = table("file_entry", {**entries[0], **on("2013-06-10", "supervisor")})
    found = a4_crime_files.crime_files(files, rows, AS_OF, 28)
    assert Share.of(found["progress"]) == Share(0, 0, 2) and Share.of(found["supervised"]) == Share(1, 1)


def test_a_file_just_opened_is_not_due(table):
    just = read(table, [], opened_on="2014-03-10", closed_on=None)
    assert (bool(just["due"]), state(just["progress"])) == (False, None)
    assert bool(read(table, [], opened_on="2014-03-03", closed_on=None)["due"]) is True
    assert bool(read(table, [], opened_on="2014-03-10", closed_on="2014-03-12")["due"]) is True


@pytest.mark.parametrize(
    ("entry", "supervised"),
    [
        ({"content": "direction", "by_investigator": False}, True),
        ({"content": "sign_off", "by_investigator": False}, True),
        ({"content": "none", "by_investigator": False}, False),
        ({"content": "direction", "by_investigator": True}, False),
        ({"content": None, "by_investigator": False}, None),
        ({"content": "direction", "by_investigator": None}, None),
        ({"content": None, "by_investigator": True}, False),
        ({"content": "none", "by_investigator": None}, False),
    ],
)
def test_supervision_is_by_another_and_of_substance(table, entry, supervised):
    assert state(read(table, [on("2013-07-01", "supervisor", **entry)])["supervised"]) is supervised


def test_supervision_by_closure(table):
    def files(*days, closed="2013-08-01"):
        entries = [on(d, "supervisor", content="direction", by_investigator=False) for d in days]
        return read(table, entries, closed_on=closed)

    assert state(files("2013-08-01")["supervised_by_closure"]) is True
    assert state(files("2013-08-02")["supervised_by_closure"]) is False
    assert state(files("2013-08-02")["supervised"]) is True
    assert state(files(None)["supervised_by_closure"]) is None
    assert state(files("2013-07-01", closed=None)["supervised_by_closure"]) is None
    assert state(files()["supervised_by_closure"]) is False


def test_share_of_closed_files(table):
    rows = [
        {"review_id": i, "review_kind": "crime", "opened_on": "2013-06-01", "closed_on": c, "offence_group": "drugs"}
        for i, c in (("a", "2013-07-01"), ("b", "2013-07-01"), ("open", None))
    ]
    rows.append({"review_id": "suspect", "review_kind": "named_suspect", "closed_on": "2013-07-01"})
    entry = {"entry_number": 1, "content": "direction", "by_investigator": False}
    entries = [{"review_id": i, **on("2013-06-20", "supervisor"), **entry} for i in ("a", "open", "suspect")]
    files = a4_crime_files.crime_files(table("file_review", *rows), table("file_entry", *entries), AS_OF, 28)
    assert files["review_id"].tolist() == ["a", "b", "open"]
    assert before_closure(files) == Share(1, 1)
    strata = a4_crime_files.by_stratum(files)
    assert strata[["attendance", "offence_group", "files"]].values.tolist() == [["not recorded", "drugs", 3]]


def before_closure(files):
    return a4_crime_files.estimate(files.assign(weight=float("nan")), "supervised_by_closure").files


def test_strata_are_weighted_like_the_total_each_with_its_effective_number():
    """Crimes nobody attended: three files stand for 300 burglaries, three for 30 thefts; one attended for 10."""
    files = pd.DataFrame(
        {
            "review_id": list("abcdefgh"),
            "attendance": ["not_attended"] * 6 + ["attended", None],
            "offence_group": ["burglary_dwelling"] * 3 + ["other_theft"] * 3 + ["other_theft", None],
            "supervised": pd.array([True, True, False, False, False, None, True, True], dtype="boolean"),
            "weight": [100.0] * 3 + [10.0] * 3 + [10.0, 10.0],
        }
    )
    assert list(a4_crime_files.groups(files)) == [
        "attended", "not_attended", "burglary_dwelling", "other_theft",
        "attended, other_theft", "not_attended, burglary_dwelling", "not_attended, other_theft",
    ]  # fmt: skip
    left = a4_crime_files.estimate(files, "supervised", "not_attended")
    # 200 of the 320 crimes of which it is known, not 2 of 5 files; one file has no finding.
    assert left.value == pytest.approx(100 * 200 / 320) and left.files == Share(2, 3, 1)
    assert left.yes + left.no + left.unknown == pytest.approx(330**2 / (3 * 100**2 + 3 * 10**2))
    theft = a4_crime_files.estimate(files, "supervised", "other_theft")
    assert theft.value == pytest.approx(100 / 3) and theft.yes + theft.no + theft.unknown == pytest.approx(4)
    one = a4_crime_files.estimate(files, "supervised", "not_attended, burglary_dwelling")
    assert one.value == pytest.approx(200 / 3) and one.limits().hi < 100
    unweighted = a4_crime_files.estimate(files.assign(weight=float("nan")), "supervised", "not_attended")
    assert unweighted.value == pytest.approx(40)


def test_without_entries_the_readers_findings_stand(table):
    rows = [
        {"review_id": "1", "review_kind": "crime", "progress_met": True, "supervised_met": False, "attended": False},
        {"review_id": "2", "review_kind": "crime", "attended": True},
    ]
    files = a4_crime_files.crime_files(table("file_review", *rows), table("file_entry"), AS_OF, 28)
    assert [state(x) for x in files["progress"]] == [True, None]
    assert [state(x) for x in files["supervised"]] == [False, None]
    assert files["attendance"].tolist() == ["not_attended", "attended"]


def test_entries_of_files_that_were_not_supplied(table):
    entry = {"review_id": "1", "entry_number": 1, **on("2013-06-10")}
    files = a4_crime_files.crime_files(table("file_review"), table("file_entry", entry), AS_OF, 28)
    assert files.empty and before_closure(files) == Share.none()


def test_nothing_supplied(table):
    files = a4_crime_files.crime_files(table("file_review"), table("file_entry"), AS_OF, 28)
    assert files.empty and before_closure(files) == Share.none()
    assert a4_crime_files.due_files(files).empty and a4_crime_files.by_stratum(files).empty


def test_crimes_closed_at_once(table):
    def crime(id, closed, entries, recorded="2013-06-01 10:00"):
        return {"crime_id": id, "recorded_at": recorded, "closed_at": closed, "progress_entries": entries}

    rows = table(
        "crime",
        crime("at once", "2013-06-02 10:00", 0),
        crime("a minute later", "2013-06-02 10:01", 0),
        crime("with an entry", "2013-06-01 12:00", 1),
        crime("entries blank", "2013-06-01 12:00", None),
        crime("still open", None, 0),
        crime("not dated", "2013-06-01 12:00", 0, None),
        crime("attended", "2013-06-01 12:00", 0),
        crime("attendance not known", "2013-06-01 12:00", 0),
    )
    attended = pd.DataFrame({"crime_id": rows["crime_id"], "attended": pd.array([False] * 8, dtype="boolean")})
    attended.loc[attended["crime_id"] == "attended", "attended"] = True
    attended.loc[attended["crime_id"] == "attendance not known", "attended"] = pd.NA
    share = a4_crime_files.closed_same_day(rows, attended)
    assert share == Share(1, 3, 3)
    assert set(share.units.index[share.units.isna()]) == {"entries blank", "not dated", "attendance not known"}
    assert a4_crime_files.closed_same_day(rows.iloc[:0], attended.iloc[:0]) == Share.none()
