"""The template workbook: what a force fills in comes back, and an untouched one holds nothing."""

from __future__ import annotations

import datetime as dt
import time

import openpyxl
import pytest

from hmic_analysis.contracts import CONTRACTS as ALL_CONTRACTS
from hmic_analysis.errors import DataError
from hmic_analysis.store.template import write_template

SAMPLES = {
    "text": "T1",
    "integer": 3,
    "number": 1.5,
    "timestamp": dt.datetime(2013, 7, 2, 3, 4),
    "date": dt.date(2013, 7, 2),
    "month": "2013-07",
    "boolean": "yes",
    "person": "P1",
}

#: References of all forces are the inspectorate's own tables.
CONTRACTS = {n: c for n, c in ALL_CONTRACTS.items() if not n.endswith("_reference")}


def test_equal_bytes_each_time(tmp_path):
    write_template(tmp_path / "a.xlsx")
    time.sleep(2.1)
    write_template(tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_sheets_headers_and_drop_downs(tmp_path):
    write_template(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Cover", "Contents", "Columns", "Example", *CONTRACTS]
    for name, contract in CONTRACTS.items():
        assert tuple(cell.value for cell in book[name][1]) == contract.column_names
    rules = {str(r.sqref): r.formula1 for r in book["suspect"].data_validations.dataValidation}
    assert rules["E2:E1048576"] == '"outstanding,arrested,interviewed,eliminated,crime_closed"'
    columns = list(book["Columns"].iter_rows(min_row=2, values_only=True))
    assert len(columns) == sum(len(c.columns) for c in CONTRACTS.values())


def test_untouched_template_gives_no_tables(shop):
    write_template(shop.raw / "return.xlsx")
    manifest = shop.prepare()
    assert manifest.tables == {}
    assert manifest.files_not_read == ()


def sample(column):
    """A value that the column may hold."""
    value = SAMPLES.get(column.kind, column.allowed[0] if column.allowed else None)
    return column.maximum if column.maximum is not None and value > column.maximum else value


def test_filled_template_comes_back(shop):
    path = shop.raw / "return.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    for name, contract in CONTRACTS.items():
        book[name].append([sample(column) for column in contract.columns])
    book.create_sheet("my notes").append(["x"])
    book.save(path)
    manifest = shop.prepare()
    assert {name: entry.rows for name, entry in manifest.tables.items()} == dict.fromkeys(CONTRACTS, 1)
    assert manifest.files_not_read == ("return.xlsx[my notes]",)
    row = shop.table("incident").iloc[0]
    assert row["created_at"].isoformat() == "2013-07-02T03:04:00+01:00"
    assert row["created_month"] == dt.datetime(2013, 7, 1)
    assert shop.table("change")["users"][0] == 3


def test_rows_filled_in_as_the_example_shows_load_at_the_first_try(shop):
    path = shop.raw / "return.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    shown, name = {}, ""
    for row in book["Example"].iter_rows(min_row=2, values_only=True):
        name = row[0] or name
        shown.setdefault(name, []).append(row[1:])
    assert list(shown) == list(CONTRACTS)
    for name, contract in CONTRACTS.items():
        header, filled = (line[: len(contract.columns)] for line in shown[name][:2])
        assert tuple(header) == contract.column_names
        book[name].append(filled)
        # Below each cell left blank stands what its blank says; the others are filled in, and in no filler's words.
        said = (*shown[name][2:], (None,) * len(contract.columns))[0][: len(contract.columns)]
        for column, value, text in zip(contract.columns, filled, said, strict=True):
            assert (value is None) == column.blank_says
            assert text == (f"empty: {column.blank}" if column.blank_says else None)
            assert value != f"{column.name} 1"
    book.save(path)
    manifest = shop.prepare()
    assert {name: (e.rows, e.read) for name, e in manifest.tables.items()} == dict.fromkeys(CONTRACTS, (1, 1))
    assert not any(a.cells or a.flags for e in manifest.tables.values() for a in e.accounts)
    # A week is named by its Monday, an hour on duty by its start.
    assert shop.table("workload_view").iloc[0]["week_start"].day_name() == "Monday"
    assert f"{shop.table('duty_hours').iloc[0]['hour_start']:%M:%S}" == "00:00"
    # References lead from each table to the others.
    assert not any(r.unmatched for r in manifest.references)


def test_only_some_tables_and_unknown_ones(tmp_path):
    write_template(tmp_path / "a.xlsx", ["bail"], "Of the year.")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Cover", "Contents", "Columns", "Example", "bail"]
    assert book["Cover"]["A4"].value == "Of the year."
    with pytest.raises(DataError, match="no table 'bial'. Did you mean 'bail'"):
        write_template(tmp_path / "b.xlsx", ["bial"])
