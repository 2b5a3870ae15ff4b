"""A7: what counts as recent on the file of a named suspect."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.findings import a7_suspect_files
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)


def read(table, entries, **file):
    row = {"review_id": "1", "review_kind": "named_suspect", "named_on": "2013-12-01", **file}
    rows = [{"review_id": "1", "entry_number": i + 1, **e} for i, e in enumerate(entries)]
    rows.append({"review_id": "other", "entry_number": 1, "entry_kind": "automated"})
    files = table("file_review", row, {**row, "review_id": "other"})
    return a7_suspect_files.suspect_files(files, table("file_entry", *rows), AS_OF, 28).iloc[0]


def state(value):
    return None if pd.isna(value) else bool(value)


@pytest.mark.parametrize(
    ("entries", "named", "active"),
    [
        ([("2014-03-03", "progress")], "2013-12-01", True),  # 28 days
        ([("2014-03-02", "progress")], "2013-12-01", False),
        ([("2014-01-05", "progress"), ("2014-03-20", "progress")], "2013-12-01", True),
        ([("2014-04-01", "progress")], "2013-12-01", False),  # after the snapshot
        ([("2014-03-10", "progress")], "2014-03-12", False),  # before naming
        ([("2014-03-12", "progress")], "2014-03-12", True),
        ([("2014-03-20", "automated"), ("2014-03-20", "supervisor")], "2013-12-01", False),
        ([(None, "progress")], "2013-12-01", None),
        ([("2014-03-20", "progress")], None, None),
        ([("2014-01-20", "progress")], None, False),
        ([], "2013-12-01", False),
    ],
)
def test_recent_enquiries(table, entries, named, active):
    made = [{"entered_on": day, "entry_kind": kind} for day, kind in entries]
    assert state(read(table, made, named_on=named)["active"]) is active


@pytest.mark.parametrize(
    ("day", "content", "own", "supervised"),
    [
        ("2014-03-03", "direction", False, True),
        ("2014-03-02", "direction", False, False),
        ("2014-03-20", "none", False, False),
        ("2014-03-20", "sign_off", True, False),
        ("2014-03-20", None, False, None),
        (None, "direction", False, None),
        ("2014-04-02", "direction", False, False),
    ],
)
def test_recent_supervision(table, day, content, own, supervised):
    entry = {"entered_on": day, "entry_kind": "supervisor", "content": content, "by_investigator": own}
    assert state(read(table, [entry])["supervised"]) is supervised


def test_counts(table):
    rows = [
        {"review_id": "1", "review_kind": "named_suspect", "circulated": True, "progress_met": True},
        {"review_id": "2", "review_kind": "named_suspect", "circulated": False, "progress_met": False},
        {"review_id": "3", "review_kind": "named_suspect", "supervised_met": True},
        {"review_id": "4", "review_kind": "crime", "circulated": True, "progress_met": True},
    ]
    files = a7_suspect_files.suspect_files(table("file_review", *rows), table("file_entry"), AS_OF, 28)
    assert a7_suspect_files.active(files) == Share(1, 1, 1)
    assert a7_suspect_files.supervised(files) == Share(1, 0, 2)
    assert a7_suspect_files.circulated_count(files) == 1
    assert files["circulation"].isna().tolist() == [False, False, True]


def test_nothing_supplied(table):
    files = a7_suspect_files.suspect_files(table("file_review"), table("file_entry"), AS_OF, 28)
    assert a7_suspect_files.active(files) == Share.none() == a7_suspect_files.supervised(files)
    assert a7_suspect_files.circulated_count(files) == 0
    entry = {"review_id": "1", "entry_number": 1, "entered_on": "2014-03-20", "entry_kind": "progress"}
    files = a7_suspect_files.suspect_files(table("file_review"), table("file_entry", entry), AS_OF, 28)
    assert a7_suspect_files.active(files) == Share.none()
