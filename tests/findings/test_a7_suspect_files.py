"""A7: files of named suspects with a recent enquiry and recent supervision, row by row."""

from datetime import date
from unittest import mock

import pandas as pd
import pytest

from hmic_analysis.findings import a7_suspect_files
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
FILE = {"review_id": "1", "review_kind": "named_suspect", "named_on": "2013-12-01"}
ENQUIRY = {"review_id": "1", "entry_number": 1, "entry_kind": "progress", "entered_on": "2014-03-20"}
SEEN = {"review_id": "1", "entry_number": 2, "entry_kind": "supervisor", "entered_on": "2014-03-20", "content": "direction",
        "by_investigator": False}  # fmt: skip


def found(table, file, *entries):
    log = table("file_entry", {**ENQUIRY, "review_id": "other"}, *entries)
    files = table("file_review", {**FILE, **file}, {**FILE, "review_id": "other"})
    rows = a7_suspect_files.suspect_files(files, log, AS_OF, 28)
    return rows[rows["review_id"].eq("1")]


@pytest.mark.parametrize(
    ("file", "entry", "active"),
    [
        ({}, {}, Share(1, 0)),
        ({}, {"entered_on": "2014-03-03"}, Share(1, 0)),
        ({}, {"entered_on": "2014-03-02"}, Share(0, 1)),
        ({}, {"entered_on": "2014-03-31"}, Share(1, 0)),
        ({}, {"entered_on": "2014-04-01"}, Share(0, 1)),
        ({}, {"entered_on": None}, Share(0, 0, 1)),
        ({}, {"entry_kind": "victim_update"}, Share(0, 1)),
        ({"named_on": "2014-03-20"}, {}, Share(1, 0)),
        ({"named_on": "2014-03-21"}, {}, Share(0, 1)),
        ({"named_on": None}, {}, Share(0, 0, 1)),
        ({"named_on": "2014-04-01"}, {}, Share(0, 0, 1)),
        ({"opened_on": "2014-04-01", "named_on": "2014-03-20"}, {}, Share(0, 0, 1)),
        ({"review_kind": "crime"}, {}, Share(0, 0)),
        ({}, None, Share(0, 1)),
        # The reader found enquiries: none is listed, none until the reading, none of late.
        ({"progress_met": True}, None, Share(0, 0, 1)),
        ({"progress_met": True}, {"entered_on": "2014-04-01"}, Share(0, 0, 1)),
        ({"progress_met": True}, {"entered_on": "2014-03-02"}, Share(0, 1)),
    ],
)
def test_recent_enquiries(table, file, entry, active):
    rows = found(table, file, *([] if entry is None else [{**ENQUIRY, **entry}]))
    assert a7_suspect_files.active(rows) == active
    # How many were read, whatever was found.
    assert len(rows) == active.total


@pytest.mark.parametrize(
    ("entry", "supervised"),
    [
        ({}, Share(1, 0)),
        ({"entered_on": "2014-03-31"}, Share(1, 0)),
        ({"content": "sign_off", "entered_on": "2014-03-03"}, Share(1, 0)),
        ({"entered_on": "2014-03-02"}, Share(0, 1)),
        ({"entered_on": "2014-04-01"}, Share(0, 1)),
        ({"entered_on": None}, Share(0, 0, 1)),
        ({"content": "none"}, Share(0, 1)),
        ({"content": None}, Share(0, 0, 1)),
        ({"by_investigator": True}, Share(0, 1)),
        ({"by_investigator": None}, Share(0, 0, 1)),
        ({"entry_kind": "automated"}, Share(0, 1)),
    ],
)
def test_recent_supervision(table, entry, supervised):
    assert a7_suspect_files.supervised(found(table, {}, {**SEEN, **entry})) == supervised


@pytest.mark.parametrize(
    ("file", "entry", "supervised"),
    [
        # The reader found supervision: none is listed, none until the reading, none of late, none of substance.
        ({"supervised_met": True}, {"entry_kind": "progress"}, Share(0, 0, 1)),
        ({"supervised_met": True}, {"entered_on": "2014-04-01"}, Share(0, 0, 1)),
        ({"supervised_met": True}, {"entered_on": "2014-03-02"}, Share(0, 1)),
        ({"supervised_met": True}, {"content": "none"}, Share(0, 1)),
        ({"supervised_met": True}, {"content": "none", "entered_on": "2014-03-31"}, Share(0, 1)),
        ({"supervised_met": False}, {"entry_kind": "progress"}, Share(0, 1)),
        ({"supervised_met": False}, {}, Share(1, 0)),
        ({"named_on": "2014-03-31"}, {}, Share(1, 0)),
        ({"named_on": "2014-04-01"}, {}, Share(0, 0, 1)),
        ({"opened_on": "2014-04-01"}, {}, Share(0, 0, 1)),
        ({"named_on": None}, {}, Share(1, 0)),
    ],
)
def test_supervision_beside_what_the_file_says(table, file, entry, supervised):
    assert a7_suspect_files.supervised(found(table, file, {**SEEN, **entry})) == supervised


def test_without_entries_of_these_files_the_readers_findings_stand(table):
    files = table("file_review", {**FILE, "progress_met": True, "supervised_met": False}, {**FILE, "review_id": "2"},
                  {"review_id": "crime", "review_kind": "crime"})  # fmt: skip
    rows = a7_suspect_files.suspect_files(files, table("file_entry", {**ENQUIRY, "review_id": "crime"}), AS_OF, 28)
    assert a7_suspect_files.active(rows) == Share(1, 0, 1)
    assert a7_suspect_files.supervised(rows) == Share(0, 1, 1)


@pytest.mark.parametrize(
    ("file", "circulation"),
    [
        ({"circulated": True}, "circulated"),
        ({"circulated": False}, "not_circulated"),
        ({"circulated": None}, None),
        ({"circulated": True, "circulated_on": "2014-03-31"}, "circulated"),
        # Not yet on the day.
        ({"circulated": True, "circulated_on": "2014-04-01"}, "not_circulated"),
        ({"circulated": None, "circulated_on": "2014-04-01"}, "not_circulated"),
        ({"circulated": True, "circulated_on": None}, "circulated"),
        # Not circulated, and the day of it: one of the two is wrong, unless that came later.
        ({"circulated": False, "circulated_on": "2014-03-01"}, None),
        ({"circulated": False, "circulated_on": "2014-03-31"}, None),
        ({"circulated": False, "circulated_on": "2014-04-01"}, "not_circulated"),
        ({"circulated": None, "circulated_on": "2014-03-01"}, None),
    ],
)
def test_files_of_persons_circulated(table, file, circulation):
    rows = found(table, file)
    assert [None if pd.isna(x) else x for x in rows["circulation"]] == [circulation]
    assert a7_suspect_files.circulated_count(rows) == (circulation == "circulated")
    # Of whom it isn't known is a file among all, and in neither group.
    shares = registers.shares_of(rows, "active", "circulation")
    assert shares == ({circulation: Share(0, 1)} if circulation else {}) and len(rows) == 1


def test_a_file_of_a_crime_is_none_of_a_suspect(table):
    assert found(table, {"circulated": True, "review_kind": "crime"}).empty


@pytest.mark.parametrize(
    ("circulated", "verdict"), [(True, "supported"), (False, "not_determinable"), (None, "not_determinable")]
)
def test_one_file_at_least_is_of_a_person_circulated(table, circulated, verdict):
    """Of five files with recent enquiries; the sentence speaks of people circulated as wanted too."""
    read = [{**FILE, "review_id": str(n), "circulated": circulated if n == 1 else False} for n in range(5)]
    log = [{**ENQUIRY, "review_id": str(n)} for n in range(5)]
    files = a7_suspect_files.suspect_files(table("file_review", *read), table("file_entry", *log), AS_OF, 28)
    report = mock.Mock()
    report.settings.threshold = {"min_files": 3, "min_files_pct": 50, "refuting_files": 10}.get
    report.settings.min_n = 5
    share = a7_suspect_files.active(files)
    assert share == Share(5, 0)
    assert a7_suspect_files._in_a_number_of_cases(report, files, share, "show recent enquiries").verdict == verdict
