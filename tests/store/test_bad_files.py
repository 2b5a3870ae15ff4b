"""A file that can't be read costs only what it feeds, is told in one message, and never quoted."""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
import threading
import time
import zipfile
from datetime import date, timedelta

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.mutations import PERSONS, Bench, search
from hmic_analysis.cli.data import check_rows, wrong
from hmic_analysis.errors import DataError
from hmic_analysis.store import inputs, prepare, rawtable, sheets, textfile, workbook
from hmic_analysis.store.csvfile import read_csv
from hmic_analysis.store.draft import first_mapping
from hmic_analysis.store.workbook import open_book

from .conftest import Workshop

CHANGE = [["change_id", "change_type", "title", "live_on", "users"]]
CHANGE += [[f"CH{i:03d}", "process", f"Change {i}", "2013-09-12", i] for i in range(1, 8)]
CRIME = "crime_id,recorded_at\nC1,2013-02-01 10:00:00\nC2,2013-02-01 11:00:00\n"


def workbook_of(rows, sheet="change") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, part: str, change) -> bytes:
    """An archive with one part changed, its checksums right."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in archive.namelist():
            data = archive.read(name)
            made.writestr(name, change(data) if name.endswith(part) else data)
    return out.getvalue()


def ods_of(rows: str, sheet: str = "change") -> bytes:
    from benchmarks.mutations import _ODS

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", _ODS.format(rows=rows).replace('table:name="change"', f'table:name="{sheet}"'))
    return out.getvalue()


# Workbooks ------------------------------------------------------------------------------------------------------------


def test_one_byte_of_a_workbook_costs_only_its_table(shop):
    shop.file("crime.csv", CRIME)
    content = workbook_of(CHANGE)
    at = content.index(b"xl/worksheets/sheet1.xml") + 60
    shop.file("change.xlsx", content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    manifest = shop.prepare()
    assert manifest.tables["crime"].rows == 2 and set(manifest.broken) == {"change"}
    assert "change.xlsx: the workbook is damaged" in manifest.broken["change"]
    assert "Ask for it again" in manifest.broken["change"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda x: x.replace(b'<row r="8"', b'<row r="99999999999"'),
            "row 99999999999, and a sheet ends at row 1,048,576",
        ),
        (lambda x: x.replace(b'r="A8"', b'r="ZZZZ8"'), "more than 16,384 columns"),
        (lambda x: x.replace(b'<row r="8"', b'<row r="3"'), "row 3 of a sheet stands behind row 7"),
        (lambda x: x[:-40], "is no XML at line"),
        (lambda x: x.replace(b"Change 7", b"\x01"), "is no XML at line"),
        ("99999999999", "more rows than the 1,048,576 of a sheet"),
        ("-5", "how often a row or a cell is repeated is no number"),
    ],
)
def test_sheets_that_no_program_writes(shop, change, message):
    if isinstance(change, str):
        rows = (f"<table:table-cell><text:p>{row[0]}</text:p></table:table-cell>" for row in CHANGE)
        rows = (f'<table:table-row table:number-rows-repeated="{change}">{row}</table:table-row>' for row in rows)
        shop.file("change.ods", ods_of("".join(rows)))
    else:
        shop.file("change.xlsx", repacked(workbook_of(CHANGE), "sheet1.xml", change))
    begun = time.monotonic()
    with pytest.raises(DataError, match=message):
        shop.prepare()
    assert time.monotonic() - begun < 30


def test_a_workbook_is_given_up_after_its_time(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook_of(CHANGE))
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(workbook.reader, "__name__", "sleeper")
    with pytest.raises(DataError, match="a.xlsx: .* took longer than 1 seconds"), open_book(path, "a.xlsx", seconds=1):
        pass
    sleeper.write_text("import os\nos._exit(134)\n", encoding="utf-8")
    with (
        pytest.raises(DataError, match="a.xlsx: .* the process that read it was ended by it"),
        open_book(path, "a.xlsx"),
    ):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of memory for a process")
def test_a_workbook_is_given_up_beyond_its_memory(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(repacked(workbook_of(CHANGE), "sheet1.xml", lambda x: x.replace(b"Change 7", b"x" * 300_000_000)))
    with (
        pytest.raises(DataError, match="a.xlsx: .*(memory|ended|holds|is no XML)"),
        open_book(path, "a.xlsx", megabytes=200) as book,
    ):
        list(book.rows("change"))


def test_what_unpacks_to_too_much_is_not_opened(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook_of(CHANGE))
    with zipfile.ZipFile(path) as archive, pytest.raises(sheets.Refused, match="unpacks to more than 0 MB"):
        sheets.check_archive(archive, 1000)


def test_styles_do_not_matter(shop):
    def empty(x):
        return x.replace(b"<fill><patternFill /></fill>", b"<fill/>").replace(
            b"<fill><patternFill/></fill>", b"<fill/>"
        )

    shop.file("change.xlsx", repacked(workbook_of(CHANGE), "styles.xml", empty))
    shop.prepare()
    assert list(shop.table("change")["users"]) == list(range(1, 8))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lacking=st.sets(st.tuples(st.integers(2, 8), st.sampled_from("ABCDE")), max_size=6))
def test_formulas_without_a_result_are_counted_and_never_a_blank(tmp_path_factory, lacking):
    shop = Workshop(tmp_path_factory.mktemp("shop") / "project")

    def change(sheet: bytes) -> bytes:
        for row, column in lacking:
            begin = sheet.index(f'<c r="{column}{row}"'.encode())
            end = min(i for i in (sheet.find(b"</c>", begin) + 4, sheet.find(b"/>", begin) + 2) if i > 5)
            sheet = sheet[:begin] + f'<c r="{column}{row}"><f>1+1</f><v></v></c>'.encode() + sheet[end:]
        return sheet

    shop.file("change.xlsx", repacked(workbook_of(CHANGE), "sheet1.xml", change))
    shop.file("crime.csv", CRIME)
    manifest = shop.prepare()
    # Of a column that must be filled it costs the row, of any other the cell.
    rows = {row for row, column in lacking if column in "AB"}
    cells = {(row, column) for row, column in lacking if column not in "AB" and row not in rows}
    account = next(a for a in manifest.accounts if a.file.startswith("change"))
    assert (account.read, account.kept, account.rejected) == (7, 7 - len(rows), len(rows))
    assert sum(account.reasons.values()) == len({r for r in lacking if r[1] in "AB"})
    assert sum(account.cells.values()) == len(cells)
    assert all(reason.startswith(f"{rawtable.NO_RESULT}: ") for reason in [*account.reasons, *account.cells])
    if rows != set(range(2, 9)):
        kept = shop.table("change")
        assert kept[["title", "live_on", "users"]].isna().sum().sum() == len(cells)
    assert any(f"{len(lacking):,} cells hold a formula" in r for r in manifest.remarks) == bool(lacking)


def test_a_formula_that_comes_to_an_empty_text_is_a_blank(shop):
    def change(sheet):
        return sheet.replace(b'<c r="E8" t="n"><v>7</v></c>', b'<c r="E8" t="str"><f>""</f><v></v></c>')

    content = repacked(workbook_of(CHANGE), "sheet1.xml", change)
    shop.file("change.xlsx", content)
    manifest = shop.prepare()
    assert manifest.tables["change"].rows == 7 and shop.table("change")["users"].isna().sum() == 1


@pytest.mark.parametrize("blank", [1, 2, 5])
@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_a_header_below_blank_rows_is_found_and_said(shop, blank, kind):
    if kind == "xlsx":
        content = workbook_of([[None]] * blank + CHANGE)
    elif kind == "ods":
        row = "<table:table-row{}>{}</table:table-row>"
        cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
        rows = row.format(f' table:number-rows-repeated="{blank}"', "<table:table-cell/>")
        content = ods_of(rows + "".join(row.format("", "".join(cell.format(c) for c in r)) for r in CHANGE))
    else:
        content = ("\n" + ",,,,\n" * (blank - 1) + "\n".join(",".join(map(str, r)) for r in CHANGE)).encode()
    shop.file(f"change.{kind}", content)
    manifest = shop.prepare()
    assert list(shop.table("change")["change_id"]) == [r[0] for r in CHANGE[1:]]
    assert any(
        f"is blank; the header was taken from {'line' if kind == 'csv' else 'row'} {blank + 1}" in r
        for r in manifest.remarks
    )


def test_cells_of_an_open_document(shop):
    cells = [
        '<table:table-cell office:value-type="string"><text:p>I1</text:p><text:p>x<text:s text:c="2"/>y</text:p></table:table-cell>',
        '<table:table-cell office:value-type="date" office:date-value="2013-01-02T00:00:00"><text:p>2 Jan</text:p></table:table-cell>',
        '<table:table-cell office:value-type="date" office:date-value="2013-01-02"/>',
        '<table:table-cell office:value-type="time" office:time-value="PT25H05M00S"/>',
        '<table:table-cell office:value-type="float" office:value="12"/>',
        '<table:table-cell office:value-type="percentage" office:value="0.5"/>',
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
        '<table:table-cell table:number-columns-repeated="2"/>',
        '<table:table-cell office:value-type="string"><office:annotation><text:p>note</text:p></office:annotation><text:p>end</text:p></table:table-cell>',
        '<table:table-cell table:number-columns-repeated="16000"/>',
    ]  # fmt: skip
    path = shop.file("a.ods", ods_of(f"<table:table-row>{''.join(cells)}</table:table-row>"
                                     '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'))  # fmt: skip
    with open_book(path, "a.ods") as book:
        assert book.names == ["change"]
        assert list(book.rows("change")) == [
            (
                1,
                ("I1\nx  y", "2013-01-02 00:00:00", "2013-01-02", "25:05:00", "12", "0.5", "TRUE", None, None, "end"),
                (),
            )
        ]


def test_what_a_workbook_hides_is_read_and_told_and_no_sheet_is_taken_for_the_first_that_it_hides(shop):
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(CHANGE)))
    for row in (1, 3, 4):
        book.active.row_dimensions[row].hidden = True
    book.create_sheet("lists", 0).append(["a", "b"])
    book["lists"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    shop.file("return.xlsx", out.getvalue())
    manifest = shop.prepare()
    assert manifest.tables["change"].rows == 7
    assert manifest.remarks == (
        "return.xlsx[change]: 2 rows are hidden in the workbook, as by a filter, and read like the others",
    )
    with open_book(shop.raw / "return.xlsx", "return.xlsx") as opened:
        assert (opened.first, opened.unseen) == ("change", {"lists"})


def test_rows_that_an_open_document_hides_are_told(shop):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    row = "<table:table-row{}>" + cell + cell + "</table:table-row>"
    rows = [row.format("", "change_id", "change_type"), row.format(' table:visibility="filter"', "C1", "technology")]
    shop.file("change.ods", ods_of("".join(rows)))
    (remark,) = shop.prepare().remarks
    assert remark.startswith("change.ods[change]: 1 row is hidden in the workbook")


def test_a_sheet_in_another_case_is_read_and_a_misnamed_one_is_told(shop):
    shop.file("return.xlsx", workbook_of(CHANGE, "Change"))
    shop.file("more.xlsx", workbook_of(CHANGE, "chnage"))
    row = "<table:table-row><table:table-cell office:value-type='string'><text:p>x</text:p></table:table-cell></table:table-row>"
    shop.file("open.ods", ods_of(row * 2, "bial"))
    shop.file("incidents.csv", "incident_id,created_at\n1,2013-01-01 10:00:00\n")
    manifest = shop.prepare()
    assert manifest.tables["change"].rows == 7
    said = {row.name: row.text for row in check_rows(manifest) if row.what == "not read"}
    assert "Did you mean 'incident'?" in said["incidents.csv"] and "Did you mean 'change'?" in said["more.xlsx[chnage]"]
    assert "Did you mean 'bail'?" in said["open.ods[bial]"]


# Text -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", range(4))
@pytest.mark.parametrize("closed", [True, False])
def test_a_quotation_mark_that_opens_in_the_header_shows_no_row(shop, opened, closed):
    heads = ["bail_id", "person_key", "granted_on", "return_due_on"]
    heads[opened] = f'"{heads[opened]}'
    rows = [f"B{i},LEE Ann 197{i}-01-01,2013-02-01,2013-03-0{i}" for i in range(1, 5)]
    shop.file("bail.csv", "\n".join([",".join(heads), *rows]) + ('"' if closed else "") + "\n")
    shop.file("crime.csv", CRIME)
    manifest = shop.prepare()
    assert "so that rows stand in a heading" in manifest.broken["bail"]
    assert "LEE Ann" not in manifest.model_dump_json() and manifest.tables["crime"].rows == 2


def test_a_heading_of_two_lines_is_a_heading(shop):
    shop.file("incident.csv", 'incident_id,created_at,"Date, time\nof the call"\n1,2013-01-01 10:00,x\n')
    assert shop.prepare().tables["incident"].rows == 1


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ends=st.lists(st.sampled_from(["\r", "\n", "\r\n"]), min_size=2, max_size=9),
    quoted=st.booleans(),
    last=st.booleans(),
)
def test_lines_are_read_whatever_ends_them(tmp_path_factory, ends, quoted, last):
    shop = Workshop(tmp_path_factory.mktemp("shop") / "project")
    title = '"a, b"' if quoted else "ab"
    lines = ["change_id,change_type,title", *(f"CH{i},process,{title}" for i in range(1, len(ends)))]
    text = "".join(line + end for line, end in zip(lines, ends, strict=True))
    shop.file("change.csv", text if last else text.rstrip("\r\n"))
    manifest = shop.prepare()
    assert [a.kept for a in manifest.accounts] == [len(ends) - 1]
    assert list(shop.table("change")["change_id"]) == [f"CH{i}" for i in range(1, len(ends))]


def test_a_file_that_was_unpacked_on_its_way_and_kept_its_name_is_read(shop):
    shop.file("crime.csv.gz", CRIME)
    assert shop.prepare().tables["crime"].rows == 2


def test_old_line_ends_in_other_encodings_and_packed(shop):
    text = "crime_id,recorded_at,crime_type\rC1,2013-02-01 10:00:00,caf\u00e9\rC2,2013-02-01 11:00:00,x\r\n"
    for content, name in [
        (text.encode("utf-16"), "crime.csv"),
        (text.encode("utf-8-sig"), "crime.csv"),
        (gzip.compress(text.encode("utf-8")), "crime.csv.gz"),
    ]:
        path = shop.file(name, content)
        shop.prepare()
        assert list(shop.table("crime")["crime_type"]) == ["caf\u00e9", "x"]
        path.unlink()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["SMITH John 1970-01-01", "O'Hara, Mary", "Zed Quux"]),
    kind=st.sampled_from(["csv", "xlsx", "mapped"]),
    blank=st.integers(0, 2),
)
def test_what_may_be_a_record_is_never_quoted(tmp_path_factory, name, kind, blank):
    shop = Workshop(tmp_path_factory.mktemp("shop") / "project")
    shop.file("crime.csv", CRIME)
    row = [name, "CRX0000022", "2011-08-21", "yes", "outstanding", "low", "grade"]
    source = "standard"
    if kind == "xlsx":
        shop.file("suspect.xlsx", workbook_of([[None]] * blank + [row, row], "suspect"))
    else:
        shop.file("suspect.csv", "\n" * blank + "\n".join('"' + '","'.join(row) + '"' for _ in range(2)) + "\n")
    if kind == "mapped":
        source = "src"
        shop.mapping(
            "title: t\nfiles:\n  f: {pattern: suspect.csv}\n  g: {pattern: crime.csv}\ntables:\n"
            "  suspect:\n    file: f\n    columns: {person_key: Name, crime_id: Ref, named_on: On}\n"
            "  crime:\n    file: g\n    columns: {crime_id: crime_id, recorded_at: recorded_at}\n"
        )
    manifest = shop.prepare(source)
    assert set(manifest.broken) == {"suspect"} and "may be a record" in manifest.broken["suspect"]
    said = manifest.model_dump_json() + "".join(f"{r.name} {r.text}" for r in check_rows(manifest))
    assert not [word for word in (name, "CRX0000022", "outstanding") if word in said]


@pytest.mark.parametrize(
    ("cell", "encoding", "end", "column"),
    [
        ("a" * 1_000_001, "utf-8", "\r\n", 3),
        ("é" * 1_000_001, "utf-16", "\n", 3),
        ("a" * 17_000_000, "utf-8", "\n", 3),
        ('"' + 'q,""x\n' * 300 + "b" * 1_000_000 + '"', "utf-8", "\n", 3),
        ('"' + ("b" * 400_000 + "\n") * 3 + '"', "windows-1252", "\r", 3),
    ],
    ids=["plain", "two bytes each", "beyond the engine's line", "of many lines", "old line ends"],
)
def test_a_cell_longer_than_any_may_be_costs_its_row_and_says_where_it_is(shop, cell, encoding, end, column):
    lines = [f"CH{i},process,Change {i}" for i in range(400)]
    lines[7] = f"CH7,process,{cell}"
    shop.file("change.csv", end.join(["change_id,change_type,title", *lines, ""]).encode(encoding))
    shop.file("crime.csv", CRIME)
    manifest = shop.prepare()
    (account,) = manifest.tables["change"].accounts
    assert (account.read, account.kept, account.rejected) == (400, 399, 1)
    assert account.reasons == {"a cell of more than 1,000,000 characters": 1}
    (said,) = [text for text in manifest.remarks if "longer" in text or "characters" in text]
    assert said.startswith(f"change.csv: line 9 holds a cell of more than 1,000,000 characters in column {column}")
    assert shop.rejected("not_rows")["row"].tolist() == ["9"] and manifest.tables["crime"].rows == 2


def test_a_long_cell_of_a_parquet_file_costs_its_row_too(shop):
    titles = [f"Change {i}" for i in range(40)]
    titles[7], titles[9] = "é" * 1_000_001, "é" * 1_000_000
    frame = pd.DataFrame({"Ref": [f"CH{i}" for i in range(40)], "Title": titles})
    frame.to_parquet(shop.raw / "export.parquet")
    shop.mapping(
        """
        title: t
        files: {f: {pattern: export.parquet}}
        tables:
          change: {file: f, columns: {change_id: Ref, change_type: {value: process}, title: Title}}
        """
    )
    manifest = shop.prepare("src")
    assert shop.table("change")["change_id"].tolist() == [f"CH{i}" for i in range(40) if i != 7]
    (said,) = [text for text in manifest.remarks if "characters" in text]
    assert said.startswith(
        "export.parquet: line 8 holds a cell of more than 1,000,000 characters in column 2; this row"
    )
    rejected = shop.rejected("not_rows")
    assert (rejected["row"].tolist(), rejected["reasons"].tolist()) == (
        ["8"], ["a cell of more than 1,000,000 characters"]
    )  # fmt: skip


def test_a_line_without_an_end_costs_its_file(shop, monkeypatch):
    monkeypatch.setattr(textfile, "CHUNK", 8)
    monkeypatch.setattr(textfile, "MOST_HELD", 64)
    shop.file("change.csv", 'change_id,change_type,title\nCH1,process,x"' + "x" * 100)
    shop.file("crime.csv", CRIME)
    manifest = shop.prepare()
    assert "change.csv: holds a line of more than 0 MB" in manifest.broken["change"]
    assert manifest.tables["crime"].rows == 2


@pytest.mark.parametrize("pieces", [["x" * 1_000_001], ["é" * 999_999] * 9], ids=["a cell", "a row"])
def test_a_long_cell_or_row_of_a_sheet_costs_its_row(shop, pieces):
    book = openpyxl.Workbook()
    book.active.append(["change_id", "change_type", "title", *[f"more {i}" for i in range(8)]])
    for i in range(40):
        book.active.append([f"CH{i}", "process", f"LONG{i}"])
    out = io.BytesIO()
    book.save(out)
    cells = "".join(
        f'<c r="{letter}9" t="inlineStr"><is><t>{piece}</t></is></c>'
        for letter, piece in zip("CDEFGHIJK", pieces, strict=False)
    )
    replaced = lambda x: re.sub(rb'<c r="C9".*?</c>', cells.encode(), x)  # noqa: E731
    shop.file("change.xlsx", repacked(out.getvalue(), "sheet1.xml", replaced))
    shop.file("crime.csv", CRIME)
    manifest = shop.prepare()
    (account,) = manifest.tables["change"].accounts
    assert (account.read, account.kept, account.rejected) == (40, 39, 1)
    reason = "a cell of more than 1,000,000 characters" if len(pieces) == 1 else "a line of more than 16,777,216 bytes"
    assert account.reasons == {reason: 1}
    if len(pieces) == 1:
        assert any(f": line 9 holds {reason} in column 3" in text for text in manifest.remarks)


def test_a_long_row_of_a_parquet_file_costs_its_row_too(shop):
    names = ["change_id", "change_type", "title", *[f"more_{i}" for i in range(8)]]
    rows = [[f"CH{i}", "process", f"Change {i}", *[""] * 8] for i in range(5)]
    rows[2][2:] = ["é" * 999_999] * 9
    pd.DataFrame(rows, columns=names).to_parquet(shop.raw / "change.parquet")
    (account,) = shop.prepare().tables["change"].accounts
    assert (account.read, account.kept, account.reasons) == (5, 4, {"a line of more than 16,777,216 bytes": 1})


def test_a_long_cell_below_the_limit_is_kept(shop):
    lines = [f"CH{i},process,Change {i}" for i in range(400)]
    lines[7] = f'CH7,process,"{"é" * 499_000},{"b" * 500_000}"'
    lines[9] = 'CH9,process,"' + ("c" * 70_000 + "\n") * 3 + '"'
    shop.file("change.csv", "\n".join(["change_id,change_type,title", *lines]) + "\n")
    assert shop.prepare().tables["change"].told == "400 read = 400 kept + 0 kept aside"


# Files that are none, and files that change -----------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="no links and pipes for everybody there")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.symlink_to(path.parent / "nowhere"), "a link that leads nowhere"),
        (lambda path: path.symlink_to(path), "a link that leads nowhere"),
        (lambda path: os.mkfifo(path), "a pipe or a device"),
        (lambda path: path.mkdir(), "a folder that is named like a file"),
        (lambda path: path.symlink_to(path.parent), "a link to a folder"),
        (lambda path: path.symlink_to(__file__), "a link that leads out of the force's folder"),
    ],
)
@pytest.mark.parametrize("source", ["standard", "src"])
def test_what_is_named_like_a_file_and_is_none_is_told(shop, make, message, source):
    shop.file("crime.csv", CRIME)
    make(shop.raw / "change.csv")
    shop.mapping(
        "title: t\nfiles:\n  f: {pattern: change.csv}\n  g: {pattern: crime.csv}\ntables:\n"
        "  change:\n    file: f\n    columns: {change_id: change_id, change_type: change_type}\n"
        "  crime:\n    file: g\n    columns: {crime_id: crime_id, recorded_at: recorded_at}\n"
    )
    manifest = shop.prepare(source)
    assert manifest.tables["crime"].rows == 2
    assert "could not be read" in manifest.broken["change"] and message in manifest.broken["change"]


def test_a_fault_that_several_tables_share_is_told_once_and_first(shop):
    shop.file("crime.csv", CRIME)
    shop.file("returns.xlsx", b"no workbook")
    (shop.raw / "change.csv").mkdir()
    manifest = shop.prepare()
    rows = wrong(manifest, date(2013, 1, 1), date(2013, 12, 31), 5.0)
    own, shared = rows[:2]
    assert own.name == "change" and own.text.startswith("change.csv: could not be read") and "\n" not in own.text
    assert "change" in shared.name and shared.name.endswith(" other tables")
    assert sum("returns.xlsx" in row.text for row in rows) == 1
    assert not any(row.what == "not read" for row in rows), "what could not be read is not what nobody asked for"


def test_a_file_that_is_copied_anew_while_it_is_read_is_read_again(shop, monkeypatch):
    text = "incident_id,created_at\n" + "".join(f"I{i},2013-02-01 10:00:00\n" for i in range(100))
    path = shop.file("incident.csv", text)
    shop.file("crime.csv", CRIME)
    for written in (path, shop.raw / "crime.csv"):
        os.utime(written, (1_000_000_000, 1_000_000_000))
    calls = []

    def half_way(con, read, shown, *more):
        calls.append(shown)
        if calls == ["crime.csv", "incident.csv"]:
            path.write_text(text[: len(text) // 2], encoding="utf-8")
            found = read_csv(con, read, shown, *more)
            path.write_text(text, encoding="utf-8")
            return found
        return read_csv(con, read, shown, *more)

    monkeypatch.setattr(inputs, "read_csv", half_way)
    assert shop.prepare().tables["incident"].rows == 100
    assert len(calls) == 4


def test_a_file_that_is_written_to_all_the_time_costs_only_its_table(shop, monkeypatch):
    path = shop.file("incident.csv", "incident_id,created_at\nI1,2013-02-01 10:00:00\n")
    shop.file("crime.csv", CRIME)

    def written_to(con, read, shown, *more):
        if shown == "incident.csv":
            path.write_text(path.read_text(encoding="utf-8") + "I2,2013-02-01 10:00:00\n", encoding="utf-8")
        return read_csv(con, read, shown, *more)

    monkeypatch.setattr(inputs, "read_csv", written_to)
    manifest = shop.prepare()
    assert manifest.tables["crime"].rows == 2 and "changed while it was read" in manifest.broken["incident"]
    monkeypatch.undo()
    assert shop.prepare().tables["incident"].rows >= 1


def test_a_fault_that_may_pass_is_not_kept_for_good(shop, monkeypatch):
    shop.file("incident.csv", "incident_id,created_at\nI1,2013-02-01 10:00:00\n")
    shop.file("crime.csv", CRIME)

    def full(con, read, shown, *more):
        if shown == "incident.csv":
            raise MemoryError
        return read_csv(con, read, shown, *more)

    monkeypatch.setattr(inputs, "read_csv", full)
    assert "too little memory" in shop.prepare().broken["incident"]
    monkeypatch.undo()
    assert shop.prepare().tables["incident"].rows == 1


@pytest.mark.parametrize(
    "error", [RuntimeError("SMITH"), ValueError("SMITH"), KeyError("SMITH"), RecursionError("SMITH")]
)
def test_any_error_of_a_reader_is_the_fault_of_its_file_and_its_words_are_not_repeated(shop, monkeypatch, error):
    shop.file("incident.csv", "incident_id,created_at\nI1,2013-02-01 10:00:00\n")
    shop.file("crime.csv", CRIME)

    def broken(con, read, shown, *more):
        if shown == "incident.csv":
            raise error
        return read_csv(con, read, shown, *more)

    monkeypatch.setattr(inputs, "read_csv", broken)
    manifest = shop.prepare()
    assert manifest.tables["crime"].rows == 2
    assert type(error).__name__ in manifest.broken["incident"] and "SMITH" not in manifest.broken["incident"]


# Files broken at random ---------------------------------------------------------------------------------------------------


def test_two_hundred_files_broken_at_random(tmp_path):
    assert search(Bench(tmp_path / "project"), 200, 20140331) == []


def test_the_search_finds_what_is_planted(tmp_path, monkeypatch):
    bench = Bench(tmp_path / "project")
    whole = bench.whole["incident.csv"]

    def raising(*arguments):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(prepare, "account", raising)
        assert "costs the whole return" in bench.broken_with({"incident.csv": whole})[0]
    with monkeypatch.context() as patch:
        patch.setattr(inputs, "_own_fault", lambda *a: threading.Lock())
        assert bench.broken_with({"suspect.xlsx": b"PK\x03\x04"})
    with monkeypatch.context() as patch:
        patch.setattr(inputs, "read_sheet", lambda *a: None)
        assert any("another" in fault for fault in bench.broken_with({"incident.csv": whole}))
    assert bench.broken_with({"incident.csv": whole}) == []
    (bench.project.processed / "x.log").write_text(PERSONS[0], encoding="utf-8")
    assert bench._persons("") and bench._persons(PERSONS[1])


@given(
    lost=st.sampled_from(["", "\x1a", " B"]),
    table=st.sampled_from(["suspect", "bail", "staff", "victims"]),
    rest=st.integers(0, 3),
    day=st.sampled_from([" 1970-01-01", "", " 1/1/70"]),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_record_that_runs_on_behind_the_header_is_never_quoted(shop, lost, table, rest, day):
    header, record = {
        "suspect": ("crime_id,named_on,status,person_key", "C1,2013-02-01,outstanding,"),
        "bail": ("bail_id,bail_type,granted_on,return_due_on,person_key", "B1,court,2013-02-01,2013-03-01,"),
        "staff": ("role,unit,person_key", "response,North,"),
        "victims": ("incident_id,created_month,victim_key,grade", "I1,2013-01,QUAYLE Ann,"),
    }[table]
    line = f"{record}OYELARAN Wilma{day}\n"
    for old in shop.raw.iterdir():
        old.unlink()
    shop.file(f"{'incident' if table == 'victims' else table}.csv", header + lost + line + line * rest)
    shop.file("change.csv", "change_id,change_type\nCH1,process\n")
    said = shop.prepare().model_dump_json()
    assert "OYELARAN" not in said and "QUAYLE" not in said


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_cells_that_a_standard_sheet_merges_are_told(shop, kind):
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active.title = "change"
        for row in (["change_id", "change_type"], ["CH1", "process"], ["CH2", None]):
            book.active.append(row)
        book.active.merge_cells("B2:B3")
        content = io.BytesIO()
        book.save(content)
        shop.file("change.xlsx", content.getvalue())
    else:
        cell = '<table:table-cell {}office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
        spanned = cell('table:number-rows-spanned="2" ', "process")
        rows = [
            cell("", "change_id") + cell("", "change_type"),
            cell("", "CH1") + spanned,
            cell("", "CH2") + "<table:covered-table-cell/>",
        ]
        shop.file("change.ods", ods_of("".join(f"<table:table-row>{r}</table:table-row>" for r in rows)))
    manifest = shop.prepare()
    assert any("1 merged cell below the header" in remark for remark in manifest.remarks)
    assert manifest.accounts[0].reasons == {"blank: change_type": 1}


def parquet_of(columns) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@given(minutes=st.integers(1, 5000))
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_length_of_time_of_a_parquet_file_is_never_a_bare_number(shop, unit, minutes):
    lengths = pa.array([timedelta(minutes=minutes)], pa.duration(unit))
    shop.file("t.parquet", parquet_of({"id": ["T1"], "at": ["2013-01-01 10:00"], "took": lengths}))
    shop.mapping("""
        title: t
        files: {f: {pattern: t.parquet}}
        tables:
          demand_task:
            file: f
            columns:
              task_id: id
              task_type: {value: custody}
              started_at: at
              resource_hours: {column: took, unit: "hh:mm:ss"}
    """)
    shop.prepare("src")
    assert shop.table("demand_task")["resource_hours"][0] == pytest.approx(minutes / 60)
    standard = {"task_id": ["T1"], "task_type": ["custody"], "started_at": ["2013-01-01 10:00"]}
    shop.file("demand_task.parquet", parquet_of({**standard, "resource_hours": lengths}))
    manifest = shop.prepare()
    assert manifest.tables["demand_task"].accounts[0].reasons == {"not a number: resource_hours": 1}


def test_what_is_not_a_number_in_a_parquet_file_is_blank_and_headings_keep_their_capitals(shop):
    month = ["2013-01"] * 3
    shop.file("crime.parquet", parquet_of({"crime_id": [float("nan"), 1.0, 2.0], "recorded_month": month}))
    manifest = shop.prepare()
    assert shop.table("crime")["crime_id"].tolist() == ["1", "2"]
    assert manifest.accounts[0].reasons == {"blank: crime_id": 1}
    shop.file("crime.parquet", parquet_of({"crime_id": ["1"], "recorded_month": ["2013-01"], "CRIME_ID": ["9"]}))
    with pytest.raises(DataError, match="'crime_id' occurs 2 times"):
        shop.prepare()


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize("source", ["standard", "src"])
def test_a_name_that_is_not_text_costs_its_file_alone(shop, kind, source):
    shop.file("crime.csv", CRIME)
    os.close(os.open(os.fsencode(shop.raw) + b"/inc\xffident." + kind.encode(), os.O_CREAT | os.O_WRONLY))
    shop.mapping(f"""
        title: t
        files: {{c: {{pattern: crime.csv}}, f: {{pattern: inc*.{kind}}}}}
        tables:
          crime: {{file: c, columns: {{crime_id: crime_id, recorded_at: recorded_at}}}}
          incident: {{file: f, columns: {{incident_id: incident_id, created_at: created_at}}}}
    """)
    manifest = shop.prepare(source)
    assert manifest.tables["crime"].rows == 2
    said = " ".join([*manifest.broken.values(), *manifest.files_not_read])
    assert "inc\N{REPLACEMENT CHARACTER}ident" in said
    odd = next(path for path in shop.raw.iterdir() if path.name != "crime.csv")
    with pytest.raises(DataError, match="its name is not text"):
        first_mapping(odd)


@pytest.mark.skipif(sys.platform == "win32", reason="no such name there")
@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b", "\u202e"])
def test_a_name_with_signs_that_no_one_prints_is_one_line(shop, sign):
    shop.file(f"crime{sign}.csv", CRIME)
    shop.file("crime.csv", CRIME)
    shown = [file.shown for file in inputs.discover(shop.raw, "raw")]
    assert sorted(shown) == ["crime.csv", "crime\N{REPLACEMENT CHARACTER}.csv"]
    assert shop.prepare().tables["crime"].rows == 2


def test_an_empty_sheet_of_a_workbook_that_is_named_after_its_table_is_told(shop):
    shop.file("crime.csv", CRIME)
    shop.file("change.xlsx", workbook_of([]))
    manifest = shop.prepare()
    assert manifest.tables["crime"].rows == 2
    assert manifest.broken == {
        "change": "change.xlsx: sheet change is empty. Ask for it again, or take it out of the folder."
    }
    # Of a workbook of many tables a sheet may well be empty.
    (shop.raw / "change.xlsx").rename(shop.raw / "return.xlsx")
    assert not shop.prepare().broken


def test_what_a_system_lays_beside_files_is_passed_over(shop):
    shop.file("crime.csv", CRIME)
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "~$crime.xlsx"):
        shop.file(name, "x")
    assert [file.shown for file in inputs.discover(shop.raw, "raw")] == ["crime.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="no links and pipes for everybody there")
def test_why_a_file_can_not_be_read_is_told_as_it_is_now(shop):
    shop.file("crime.csv", CRIME)
    path = shop.raw / "change.csv"
    path.mkdir()
    assert "a folder that is named like a file" in shop.prepare().broken["change"]
    path.rmdir()
    path.symlink_to(path.parent / "nowhere")
    assert "a link that leads nowhere" in shop.prepare().broken["change"]
