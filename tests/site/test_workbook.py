"""The workbook: a cover, contents and notes, then one named table a sheet, beginning in A1."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.utils import cell as cells_of

from hmic_analysis.documents.workbook import Sheet, sheet_names, workbook
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.site.model import Shown
from hmic_analysis.site.views import SHORTHAND, _indicator

NOTICE = "Synthetic data: nothing here is about any real police force."


def sheet(name="A1-route", columns=("group", "value"), rows=(("violence", 83.4), ("theft", "[c]"))) -> Sheet:
    return Sheet(name, f"Title of {name}", tuple(columns), tuple(rows), "public")


def opened(*sheets: Sheet):
    content = workbook("Evidence", [("Force", "Cleveland")], [("[c]", "confidential")], sheets, [NOTICE])
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def book(force_site):
    return openpyxl.load_workbook(force_site / "forces" / "cleveland" / "cleveland-evidence.xlsx")


def test_sheets_come_in_the_order_that_readers_expect(book):
    assert book.sheetnames[:6] == ["Cover", "Contents", "Notes", "claims", "indicators", "data-used"]
    assert {"A1-route", "A1-plans", "A6-ages"} <= set(book.sheetnames)


def test_each_table_has_a_name_of_its_own_and_begins_in_a1(book):
    names = set()
    for sheet in book.worksheets[3:]:
        [table] = sheet.tables.values()
        first, last = table.ref.split(":")
        column, row = cells_of.coordinate_from_string(last)
        assert first == "A1" and row == sheet.max_row
        assert cells_of.column_index_from_string(column) == sheet.max_column
        assert [c.name for c in table.tableColumns] == [c.value for c in sheet[1]]
        assert not cells_of.get_column_letter(1) == table.displayName
        assert table.displayName.startswith("table_")
        names.add(table.displayName)
    assert len(names) == len(book.worksheets) - 3


def test_no_cell_of_a_table_is_empty_and_shorthand_is_explained(book):
    shorthand = set()
    for sheet in book.worksheets[3:]:
        for row in sheet.iter_rows(values_only=True):
            assert all(v is not None and v != "" for v in row), sheet.title
            shorthand |= {v for v in row if isinstance(v, str) and v.startswith("[") and len(v) == 3}
    explained = {row[0] for row in book["Notes"].iter_rows(values_only=True)}
    assert {"[c]", "[z]"} <= shorthand <= set(SHORTHAND) <= explained


def test_contents_lead_to_every_sheet(book):
    links = [c.hyperlink.location for c in book["Contents"]["A"] if c.hyperlink]
    assert links == [f"'{name}'!A1" for name in ("Cover", "Notes", *book.sheetnames[3:])]


def test_title_and_language_are_set(book):
    assert book.properties.title == "Evidence on Cleveland Police" and book.properties.language == "en-GB"


def test_numbers_are_numbers():
    found = opened(sheet())
    assert [c.value for c in found["A1-route"]["B"]] == ["value", 83.4, "[c]"]


@pytest.mark.parametrize("text", ["=1+2", "+1+2", "-x", "@SUM(A1)", "\t=1", " =1"])
def test_no_text_becomes_a_formula(text):
    found = opened(sheet(columns=(text, "b"), rows=((text, 1),)))["A1-route"]
    assert [found["A1"].data_type, found["A2"].data_type] == ["s", "s"]
    assert found["A2"].value.startswith("'")


def test_names_that_excel_would_refuse_are_mended():
    long = "A1-" + "very-long-name-of-a-figure-" * 3
    names = sheet_names([sheet(n) for n in (long, long + "x", "a/b:c?", "COVER", "cover")])
    assert len({n.lower() for n in names}) == 5 and all(len(n) <= 31 for n in names)
    assert not any(set(n) & set(r"[]:*?/\\") for n in names) and "cover" not in {n.lower() for n in names}


def test_columns_of_one_name_and_characters_that_xml_forbids():
    found = opened(sheet(columns=("a", "A", ""), rows=(("x\x00y", "b" * 40_000, None or 1),)))["A1-route"]
    assert [c.value for c in found[1]] == ["a", "A (2)", "Column 3"]
    assert found["A2"].value == "x y" and len(found["B2"].value) == 32_000


def test_a_table_without_rows_says_so():
    found = opened(sheet(rows=()))["A1-route"]
    assert [c.value for c in found[2]] == ["[z]", "[z]"]


def test_equal_contents_are_equal_bytes():
    made = [workbook("T", [("a", "b")], [("c", "d")], [sheet()], [NOTICE]) for _ in range(2)]
    assert made[0] == made[1]


def test_what_was_never_counted_or_is_withheld_is_marked_and_no_0():
    known = Indicator(id="x", name="x", label="X", unit="%", value=50, numerator=10, denominator=20)
    for figure, withheld, told in (
        (known, (), ("[z]", "20", "0")),
        (known, ("x",), ("[c]", "20", "[c]")),
        (Indicator(id="x", name="x", label="X", unit="%"), (), ("[x]", "[x]", "[x]")),
    ):
        row = _indicator(figure, Shown(None, "complete", marked_unknown=frozenset(withheld)))
        assert (row["bounds"], row["n"], row["unknown"]) == told
