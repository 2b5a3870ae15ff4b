"""A4: files with regular progress entries, supervised files, crimes closed at once: row by row."""

from datetime import date
from unittest import mock

import pandas as pd
import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import a4_crime_files
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, within

AS_OF = date(2014, 3, 31)
FILE = {
    "review_id": "1",
    "review_kind": "crime",
    "attended": False,
    "opened_on": "2013-05-01",
    "closed_on": "2013-06-26",
}
ENTRY = {"review_id": "1", "entry_kind": "progress", "entered_on": "2013-05-29"}
SEEN = {"review_id": "1", "entry_kind": "supervisor", "entered_on": "2013-05-29", "content": "direction",
        "by_investigator": False}  # fmt: skip


def found(table, file, *entries):
    # Another file has an entry, so that there is a log to look in.
    log = table("file_entry", {**ENTRY, "review_id": "other"}, *entries)
    lost = (file := dict(file)).pop("lost", "")
    files = table("file_review", {**FILE, **file}, {**FILE, "review_id": "other"})
    files["flags"] = [unread_flag(lost) if lost else "", ""]
    rows = a4_crime_files.crime_files(files, log, AS_OF, 28)
    return rows[rows["review_id"].eq("1")]


def test_entries_of_files_of_suspects_alone_say_nothing_of_those_of_crimes(table):
    """The readers' own findings stand where no entry of these files was written down."""
    files = table("file_review", {**FILE, "progress_met": True, "supervised_met": False}, {**FILE, "review_id": "2"},
                  {"review_id": "3", "review_kind": "named_suspect"})  # fmt: skip
    rows = a4_crime_files.crime_files(files, table("file_entry", {**ENTRY, "review_id": "3"}), AS_OF, 28)
    assert Share.of(rows["progress"]) == Share(1, 0, 1)
    assert Share.of(rows["supervised"]) == Share(0, 1, 1)


@pytest.mark.parametrize(
    ("file", "entries", "expected"),
    [
        # Two spans of 28 days each; then of 29.
        ({}, [{}], Share(1, 0)),
        ({}, [{"entered_on": "2013-05-30"}], Share(0, 1)),
        ({"closed_on": "2013-06-27"}, [{}], Share(0, 1)),
        ({"closed_on": "2013-05-02"}, [{"entered_on": "2013-05-02"}], Share(1, 0)),
        ({"closed_on": "2013-05-02"}, [], Share(0, 1)),
        ({}, [{"entered_on": None}], Share(0, 0, 1)),
        ({}, [{"entry_kind": "automatic"}], Share(0, 1)),
        ({"opened_on": None}, [{}], Share(0, 0, 1)),
        ({"opened_on": None, "closed_on": None}, [{}], Share(0, 0, 1)),
        ({"opened_on": "2014-03-04", "closed_on": None}, [], Share(0, 0)),
        ({"opened_on": "2014-03-03", "closed_on": None}, [], Share(0, 1)),
        # Closed and written on after the day: open on it, and without an entry.
        ({"opened_on": "2014-03-03", "closed_on": "2014-04-01"}, [{"entered_on": "2014-04-01"}], Share(0, 1)),
        ({"review_kind": "named_suspect"}, [{}], Share(0, 0)),
        # Closed before it was opened.
        ({"closed_on": "2013-04-30"}, [{}], Share(0, 0, 1)),
        # The reader found progress: no entry was listed, then one outside the investigation, then one too few.
        ({"progress_met": True}, [], Share(0, 0, 1)),
        ({"progress_met": True}, [{"entered_on": "2014-05-29"}], Share(0, 0, 1)),
        ({"progress_met": True}, [{"entered_on": "2013-05-30"}], Share(0, 1)),
        ({"progress_met": True}, [{"entered_on": "2013-06-27"}], Share(0, 1)),
        ({"progress_met": True}, [{"entered_on": "2013-04-30"}], Share(0, 1)),
        ({"progress_met": False}, [], Share(0, 1)),
        # A day of closing that can't be read: closed, and when, isn't known, however lately it was opened.
        ({"closed_on": None, "lost": "closed_on"}, [{}], Share(0, 0, 1)),
        ({"opened_on": "2014-03-20", "closed_on": None, "lost": "closed_on"}, [], Share(0, 0, 1)),
    ],
)
def test_regular_progress(table, file, entries, expected):
    rows = found(table, file, *({**ENTRY, **e} for e in entries)).assign(weight=1.0)
    assert a4_crime_files.estimate(rows, "progress").files == expected


@pytest.mark.parametrize(
    ("file", "entry", "supervised", "by_closure"),
    [
        ({}, {}, Share(1, 0), Share(1, 0)),
        ({}, {"content": "sign_off", "entered_on": "2013-06-26"}, Share(1, 0), Share(1, 0)),
        ({}, {"entered_on": "2013-06-27"}, Share(1, 0), Share(0, 1)),
        ({}, {"content": "none"}, Share(0, 1), Share(0, 1)),
        ({}, {"content": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({}, {"by_investigator": True}, Share(0, 1), Share(0, 1)),
        ({}, {"by_investigator": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({}, {"entry_kind": "automatic"}, Share(0, 1), Share(0, 1)),
        ({"closed_on": None}, {}, Share(1, 0), Share(0, 0)),
        ({"closed_on": "2013-04-30"}, {}, Share(1, 0), Share(0, 0, 1)),
        # An entry of a later day is not yet there; one of the day is.
        ({"closed_on": None}, {"entered_on": "2014-03-31"}, Share(1, 0), Share(0, 0)),
        ({"closed_on": None}, {"entered_on": "2014-04-01"}, Share(0, 1), Share(0, 0)),
        ({"closed_on": "2014-03-31"}, {"entered_on": "2014-03-31"}, Share(1, 0), Share(1, 0)),
        ({"closed_on": "2014-04-01"}, {"entered_on": "2014-04-01"}, Share(0, 1), Share(0, 0)),
        ({"opened_on": "2014-04-01", "closed_on": None}, {"entered_on": "2014-04-02"}, Share(0, 0, 1), Share(0, 0)),
        ({"opened_on": "2014-03-31", "closed_on": None}, {"entered_on": "2014-04-02"}, Share(0, 1), Share(0, 0)),
        # Found on the file, whenever it was made; by closure or not.
        ({}, {"entered_on": None}, Share(1, 0), Share(0, 0, 1)),
        # It may be closed: whether it was supervised before isn't known.
        ({"closed_on": None, "lost": "closed_on"}, {}, Share(1, 0), Share(0, 0, 1)),
        # The reader found supervision: of none by a supervisor is there an entry, or of none until the reading.
        ({"supervised_met": True}, {"entry_kind": "automated"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"supervised_met": True}, {"entered_on": "2014-04-01"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"supervised_met": True}, {"content": "none"}, Share(0, 1), Share(0, 1)),
        ({"supervised_met": False}, {"entry_kind": "automated"}, Share(0, 1), Share(0, 1)),
    ],
)
def test_supervision(table, file, entry, supervised, by_closure):
    rows = found(table, file, {**SEEN, **entry}).assign(weight=1.0)
    assert a4_crime_files.estimate(rows, "supervised").files == supervised
    assert a4_crime_files.estimate(rows, "supervised_by_closure").files == by_closure


@pytest.mark.parametrize(
    ("entries", "supervised", "by_closure"),
    [
        # One that counts is enough, whatever is not known of others.
        ([{}, {"content": None}], Share(1, 0), Share(1, 0)),
        ([{"entered_on": "2013-06-27"}, {"content": None}], Share(1, 0), Share(0, 0, 1)),
        ([{"content": "none"}, {"by_investigator": None}], Share(0, 0, 1), Share(0, 0, 1)),
        ([{"content": "none"}, {"by_investigator": True}], Share(0, 1), Share(0, 1)),
        ([{"entered_on": None}, {"entered_on": "2013-06-26"}], Share(1, 0), Share(1, 0)),
    ],
)
def test_supervision_in_several_entries(table, entries, supervised, by_closure):
    rows = found(table, {}, *({**SEEN, "entry_number": n, **entry} for n, entry in enumerate(entries)))
    rows = rows.assign(weight=1.0)
    assert a4_crime_files.estimate(rows, "supervised").files == supervised
    assert a4_crime_files.estimate(rows, "supervised_by_closure").files == by_closure


@pytest.mark.parametrize(
    ("known", "unknown", "reason"), [(None, 24, "missing_spans_threshold"), (None, 0, "no_data"), (40.0, 3, "small_n")]
)
@pytest.mark.parametrize("apart", [None, mock.Mock(denominator=5, unknown=4)])
def test_files_of_which_nothing_is_known_were_read(known, unknown, reason, apart):
    """Of crimes not attended there is none, or nine of the ten that it takes."""
    report = mock.Mock()
    figures = {"progress_updated_pct": mock.Mock(value=known, denominator=5 if known else 0, unknown=unknown)}
    figures["progress_updated_pct[not_attended]"] = apart
    report.indicator = figures.get
    report.settings.threshold = {"min_not_attended_n": 10}.get
    assert a4_crime_files._in_general(report, None, "A4a").reasons == (reason,)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Share(1, 0)),
        ({"second_progress_met": False}, Share(0, 1)),
        ({"progress_met": False, "second_progress_met": False}, Share(1, 0)),
        # Read once.
        ({"second_reviewer_key": None, "second_progress_met": None}, Share(0, 0)),
        # Read by two, and of one the finding isn't known.
        ({"second_progress_met": None}, Share(0, 0, 1)),
        ({"progress_met": None}, Share(0, 0, 1)),
        # A second finding, and nobody named who made it.
        ({"second_reviewer_key": None}, Share(0, 0, 1)),
        # Whoever reads a file twice agrees with himself.
        ({"second_reviewer_key": "A"}, Share(0, 0)),
        ({"reviewer_key": None}, Share(1, 0)),
    ],
)
def test_two_readers(table, given, expected):
    row = {**FILE, "reviewer_key": "A", "progress_met": True, "second_reviewer_key": "B", "second_progress_met": True}
    files = table("file_review", {**row, **given})
    assert registers.readers_agree(files, "progress_met") == expected
    assert registers.how_drawn(files)["read_twice"].tolist() == [expected.total]


def test_agreement_beyond_chance_is_that_of_two_readers_of_whom_both_findings_are_known(table):
    """Ten files: six both yes, two both no, two apart; eleven more in which there are no two known findings."""
    pairs = [(True, True, "B")] * 6 + [(False, False, "B")] * 2 + [(True, False, "B"), (False, True, "B")]
    pairs += [(True, True, "A")] * 8 + [(True, None, "B"), (None, False, "B"), (True, True, None)]
    names = ("progress_met", "second_progress_met", "second_reviewer_key")
    rows = [{**FILE, "review_id": str(n), "reviewer_key": "A", **dict(zip(names, p, strict=True))} for n, p in
            enumerate(pairs)]  # fmt: skip
    report = mock.Mock()
    progress, supervised = a4_crime_files.agreement(report, table("file_review", *rows))
    first, second = (call.kwargs | {"value": call.args[1]} for call in report.build.figure.call_args_list)
    # Alike on 8 of 10; by chance on 0.7 x 0.7 + 0.3 x 0.3.
    assert first["value"] == pytest.approx((0.8 - 0.58) / (1 - 0.58))
    assert (first["denominator"], first["unknown"], first["stratum"]) == (10, 3, "progress")
    assert (second["denominator"], second["unknown"], second["stratum"]) == (0, 12, "supervised")


@pytest.mark.parametrize(
    ("crime", "attended", "expected"),
    [
        ({}, False, Share(1, 0)),
        ({"closed_at": "2013-05-02 10:00"}, False, Share(1, 0)),
        ({"closed_at": "2013-05-02 10:01"}, False, Share(0, 1)),
        # 24 hours and not a wall day: the night on which clocks go back has 25 of them, that on which they go forward 23.
        ({"recorded_at": "2013-10-26 12:00", "closed_at": "2013-10-27 11:00"}, False, Share(1, 0)),
        ({"recorded_at": "2013-10-26 12:00", "closed_at": "2013-10-27 11:01"}, False, Share(0, 1)),
        ({"recorded_at": "2013-03-30 12:00", "closed_at": "2013-03-31 13:00"}, False, Share(1, 0)),
        ({"recorded_at": "2013-03-30 12:00", "closed_at": "2013-03-31 13:01"}, False, Share(0, 1)),
        # Closed at once, though after the period: the first and the last minute of it.
        ({"recorded_at": "2012-12-01 00:00", "closed_at": "2012-12-01 08:00"}, False, Share(1, 0)),
        ({"recorded_at": "2012-11-30 23:59", "closed_at": "2012-12-01 08:00"}, False, Share(0, 0)),
        ({"recorded_at": "2013-11-30 23:59", "closed_at": "2013-12-01 08:00"}, False, Share(1, 0)),
        ({"recorded_at": "2013-12-01 00:00", "closed_at": "2013-12-01 08:00"}, False, Share(0, 0)),
        ({"closed_at": "2014-05-01 10:00"}, False, Share(0, 1)),
        ({"closed_at": None}, False, Share(0, 1)),
        # For all crimes blank: nobody says when any was closed.
        ({"closed_at": None, "alone": True}, False, Share(0, 0, 1)),
        ({"closed_at": "2013-05-01 10:00"}, False, Share(1, 0)),
        ({"closed_at": "2013-05-01 09:00"}, False, Share(0, 0, 1)),
        # Whenever it was recorded, it is still open.
        ({"recorded_at": None, "recorded_month": "2013-05", "closed_at": None}, False, Share(0, 1)),
        ({"progress_entries": 1}, False, Share(0, 1)),
        ({"progress_entries": None}, False, Share(0, 0, 1)),
        ({"recorded_at": None, "recorded_month": "2013-05"}, False, Share(0, 0, 1)),
        ({}, True, Share(0, 0)),
        # Not known whether it was attended: it may be one so closed, or has no part in it.
        ({}, None, Share(0, 0, 1)),
        ({"progress_entries": None}, None, Share(0, 0, 1)),
        ({"closed_at": "2013-05-02 10:01"}, None, Share(0, 0)),
        ({"progress_entries": 1}, None, Share(0, 0)),
    ],
)
def test_crimes_not_attended_and_closed_within_a_day(table, crime, attended, expected):
    row = {"crime_id": "c", "recorded_at": "2013-05-01 10:00", "closed_at": "2013-05-01 18:00", "progress_entries": 0}
    another = {**row, "crime_id": "another"}
    if crime.pop("alone", False):
        another["closed_at"] = None
    rows = table("crime", {**row, **crime}, another)
    rows = within(rows, date(2012, 12, 1), date(2013, 11, 30), "recorded_at", "recorded_month")
    seen = rows.loc[rows["crime_id"].eq("c").to_numpy(dtype=bool), ["crime_id"]].assign(attended=attended)
    seen["attended"] = seen["attended"].astype("boolean")
    assert a4_crime_files.closed_same_day(rows, seen) == expected


def test_a_month_in_which_no_crime_has_a_time_of_closing_says_nothing(table):
    """Of thirty crimes of May all were closed with an entry; of thirty of June none has a time, which is no chance."""
    row = {"progress_entries": 1, "recorded_month": "2013-05", "recorded_at": "2013-05-01 10:00"}
    may = [{**row, "crime_id": f"may {n}", "closed_at": "2013-05-09 10:00"} for n in range(30)]
    june = {"recorded_month": "2013-06", "recorded_at": "2013-06-01 10:00", "progress_entries": 0}
    rows = table("crime", *may, *({**june, "crime_id": f"june {n}"} for n in range(30)))
    seen = rows[["crime_id"]].assign(attended=pd.array([False] * 60, dtype="boolean"))
    assert a4_crime_files.closed_same_day(rows, seen) == Share(0, 30, 30)
    # One of June closed: then the others are still open.
    rows = table("crime", *may, {**june, "crime_id": "june 0", "closed_at": "2013-06-01 11:00"},
                 *({**june, "crime_id": f"june {n}"} for n in range(1, 30)))  # fmt: skip
    assert a4_crime_files.closed_same_day(rows, seen) == Share(1, 59)
