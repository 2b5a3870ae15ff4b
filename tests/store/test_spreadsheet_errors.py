"""Errors that a spreadsheet shows where a formula fails: no text, no name, and never a group of their own."""

from __future__ import annotations

import openpyxl
import pytest

ERRORS = ("#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "Err:508")
HEAD = ("crime_id", "recorded_at", "offence_code", "district", "progress_entries", "victim_key")


def rows(n: int) -> list[list[str]]:
    return [[f"C{i:05d}", f"2013-01-{i % 28 + 1:02d} 10:00", "28A", "North", "2", f"V{i}"] for i in range(n)]


def sent(shop, cells: list[list[str]], ending: str) -> None:
    """The rows as a file of the return."""
    if ending == "csv":
        shop.file("crime.csv", "".join(",".join(row) + "\n" for row in [list(HEAD), *cells]))
        return
    book = openpyxl.Workbook()
    book.active.title = "crime"
    for row in [list(HEAD), *cells]:
        book.active.append(row)
    book.save(shop.raw / "crime.xlsx")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_costs_its_cell_alone_and_is_told(shop, error, ending):
    cells = rows(12)
    for row, column in ((3, "district"), (4, "offence_code"), (5, "victim_key"), (6, "progress_entries")):
        cells[row][HEAD.index(column)] = error
    sent(shop, cells, ending)
    shop.prepare()
    crimes = shop.table("crime").set_index("crime_id")
    assert len(crimes) == 12
    assert set(crimes["district"].dropna()) == {"North"} and set(crimes["offence_code"].dropna()) == {"28A"}
    for row, column in ((3, "district"), (4, "offence_code"), (5, "victim_key"), (6, "progress_entries")):
        assert crimes[column].isna().sum() == 1 and crimes[column].isna()[f"C{row:05d}"], column
    told = shop.cells("crime")["reasons"]
    assert told.str.startswith("an error of a spreadsheet: ").sum() == 3


def test_an_error_in_place_of_a_reference_costs_its_row(shop):
    cells = rows(12)
    cells[3][0] = cells[7][0] = "#REF!"
    sent(shop, cells, "csv")
    shop.prepare()
    assert len(shop.table("crime")) == 10
    reasons = shop.rejected("crime")["reasons"]
    assert len(reasons) == 2 and reasons.str.contains("an error of a spreadsheet: crime_id").all()


def test_in_a_long_file_too_and_what_only_looks_like_one_is_text(shop):
    cells = rows(6000)
    cells[4000][HEAD.index("district")] = "#REF!"
    cells[4001][HEAD.index("district")] = "#1 District"
    sent(shop, cells, "csv")
    shop.prepare()
    districts = shop.table("crime").set_index("crime_id")["district"]
    assert districts.isna().sum() == 1 and districts.isna()["C04000"]
    assert districts["C04001"] == "#1 District"
