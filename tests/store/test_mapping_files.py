"""Each way in which a mapping can describe files, filters and tables."""

from __future__ import annotations

import datetime as dt
import re

import openpyxl
import pandas as pd
import pytest

from hmic_analysis.errors import DataError
from hmic_analysis.evidence.fitness import lost
from hmic_analysis.store import mapping
from hmic_analysis.store.mapping import read_located
from tests.store.conftest import ROOT

TABLE = """
tables:
  incident:
    file: f
    columns: {incident_id: id, incident_type: t, created_month: {value: 2013-01}}
"""


def load(shop, spec: str, content: str | bytes = "", name: str = "data.csv", extra: str = "") -> pd.DataFrame:
    if content:
        shop.file(name, content)
    shop.mapping(f"title: t\n{extra}files:\n  f: {{pattern: '*.*', {spec}}}\n" + TABLE)
    shop.prepare("src")
    return shop.table("incident")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(shop, delimiter):
    frame = load(shop, "optional: false", f"id{delimiter}t\n1{delimiter}a\n")
    assert list(frame["incident_type"]) == ["a"]


@pytest.mark.parametrize(("word", "sign"), [("tab", "\t"), ("semicolon", ";"), ("'#'", "#")])
def test_delimiter_is_given(shop, word, sign):
    frame = load(shop, f"delimiter: {word}", f"id{sign}t,u\n1{sign}a,b\n".replace("t,u", "t"))
    assert list(frame["incident_type"]) == ["a,b"]


def test_other_quote_and_none(shop):
    assert load(shop, 'quote: "\'"', "id,t\n1,'a,b'\n")["incident_type"][0] == "a,b"
    assert load(shop, "quote: none", 'id,t\n1,6" nail\n')["incident_type"][0] == '6" nail'


def test_header_is_matched_forgivingly(shop):
    frame = load(shop, "optional: false", "\ufeffID \u00a0, T\n1,a\n")
    assert list(frame["incident_type"]) == ["a"]


def test_title_rows_and_footer_rows(shop):
    content = "Report\nMade on 1 May\nid,t\n1,a\n2,b\nTotal,2\nSource: us\n"
    frame = load(shop, "header: 3, footer: {starts_with: [total, 'source:']}", content)
    assert list(frame["incident_id"]) == ["1", "2"]
    account = shop.prepare("src").accounts[0]
    assert account.reasons == {"footer or total row": 2} and account.read == 4
    frame = load(shop, "header: 3, footer: {rows: 2}")
    assert list(frame["incident_id"]) == ["1", "2"]


@pytest.mark.parametrize("end", ["", "\n\n", ",\n,\n"])
def test_footer_rows_are_those_that_hold_anything(shop, end):
    frame = load(shop, "footer: {rows: 2}", "id,t\n1,a\n2,b\nTotal,2\n\nSource\n" + end)
    assert list(frame["incident_id"]) == ["1", "2"]
    assert shop.prepare("src").accounts[0].reasons["footer or total row"] == 2


def test_first_line_that_declares_the_delimiter(shop):
    frame = load(shop, "optional: false", "sep=;\r\nid;t,u\r\n1;a,b\r\n".replace("t,u", "t"))
    assert list(frame["incident_type"]) == ["a,b"]
    assert list(frame["source_row"]) == [3]
    frame = load(shop, "optional: false", "sep=\t\r\nid\tt\r\n1\ta,b\r\n")
    assert list(frame["incident_type"]) == ["a,b"]


def test_ragged_lines_are_mended_only_where_the_mapping_says_so(shop):
    content = 'id,t,u\n1,a\n2,b,c,,\n3,"x\ny",\n4,d,e,f\n5\n6,"p,",q,\n'
    assert list(load(shop, "optional: false", content)["incident_id"]) == ["3"]
    (remark,) = shop.prepare("src").remarks
    assert "5 of 6 lines don't have as many fields as the header" in remark and "'ragged: fill'" in remark
    frame = load(shop, "ragged: fill")
    assert list(frame["incident_id"]) == ["1", "2", "3", "5", "6"]
    assert list(frame["incident_type"].fillna("")) == ["a", "b", "x y", "", "p,"]
    assert list(frame["source_row"]) == [2, 3, 4, 7, 8]
    manifest = shop.prepare("src")
    for (account,) in (manifest.accounts, manifest.tables["incident"].accounts):
        assert (account.read, account.kept, account.reasons) == (6, 5, {"wrong number of fields": 1})
    assert lost(manifest.tables["incident"].accounts) == (1, 6), "what is left of a table is not taken for the whole"


def test_no_header(shop):
    frame = load(shop, "header: none, names: [id, t]", "1,a\n2,b\n")
    assert list(frame["incident_type"]) == ["a", "b"]
    assert list(frame["source_row"]) == [1, 2]


def test_files_are_stacked_by_name(shop):
    shop.file("a.csv", "id,t\n1,a\n")
    shop.file("b.csv", "new,T,ID\nz,b,2\n")
    shop.file("c.csv", "id\n3\n")
    frame = load(shop, "optional: false")
    assert list(zip(frame["incident_id"], frame["incident_type"].fillna("-"), strict=True)) == [
        ("1", "a"),
        ("2", "b"),
        ("3", "-"),
    ]
    manifest = shop.prepare("src")
    assert manifest.remarks == ("column 't' of table 'incident' is absent from c.csv; left blank there",)
    assert manifest.columns_not_used == {"b.csv": ("new",)}


def test_column_absent_from_all_files_is_refused(shop):
    with pytest.raises(
        DataError,
        match=r"(?s)data.csv: no column 't', which table 'incident' needs.*Columns there: id, tt.*Ask for the file",
    ):
        load(shop, "optional: false", "id,tt\n1,a\n")


def test_column_that_occurs_twice_must_be_told_by_position(shop):
    with pytest.raises(DataError, match=r"the column 't' occurs 2 times.*write 't \(column 2\)' or 't \(column 3\)'"):
        load(shop, "optional: false", "id,t,t\n1,a,b\n")
    shop.mapping("title: t\nfiles: {f: {pattern: data.csv}}\n" + TABLE.replace(": t,", ': "T (column 3)",'))
    shop.prepare("src")
    assert list(shop.table("incident")["incident_type"]) == ["b"]


def test_pattern_needs_a_file_unless_optional(shop):
    shop.file("week1.csv", "id,t\n1,a\n")
    files = "title: t\nfiles:\n  f: {pattern: 'WEEK*.CSV'}\n  g: {pattern: 'month*', optional: true}\n"
    shop.mapping(files + TABLE)
    assert shop.prepare("src").tables["incident"].rows == 1
    shop.mapping(files.replace("optional: true", "optional: false") + TABLE)
    with pytest.raises(DataError, match=r"no file matches month\*, which the source 'src' needs for 'g'"):
        shop.prepare("src")


def test_missing_values_for_all_for_a_file_and_for_a_column(shop):
    shop.file("data.csv", "id,t,u\n1,NULL,x\n2,-,NULL\n3,x,-\n")
    shop.mapping("""
        title: t
        missing_values: ["NULL"]
        files: {f: {pattern: data.csv, missing_values: "-"}}
        tables:
          incident:
            file: f
            columns:
              incident_id: id
              incident_type: {column: t, missing_values: x}
              district: u
              created_month: {value: 2013-01}
    """)
    shop.prepare("src")
    frame = shop.table("incident")
    assert frame["incident_type"].isna().all()
    assert list(frame["district"].fillna("?")) == ["x", "?", "?"]


@pytest.mark.parametrize("level", ["file", "all"])
def test_decimal_comma_for_a_file_or_for_all(shop, level):
    shop.file("data.csv", "id;h\n1;1.234,5\n")
    here = "decimal: ',', thousands: '.'"
    shop.mapping(
        "title: t\n"
        + ("decimal: ','\nthousands: '.'\n" if level == "all" else "")
        + f"files: {{f: {{pattern: data.csv{', ' + here if level == 'file' else ''}}}}}\n"
        "tables:\n  demand_task:\n    file: f\n    columns:\n      task_id: id\n      task_type: {value: court}\n"
        "      started_at: {value: 2013-01-01 10:00}\n      resource_hours: h\n"
    )
    shop.prepare("src")
    assert list(shop.table("demand_task")["resource_hours"]) == [1234.5]


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("{t: a}", ["1", "4"]),
        ("{column: t, equals: [a, b]}", ["1", "2", "4"]),
        ("{column: t, not_equals: A}", ["2", "3"]),
        ("{column: t, blank: true}", ["3"]),
        ("{column: t, blank: false}", ["1", "2", "4"]),
        ("{column: t, matches: '^[aA]$'}", ["1", "4"]),
        ("{column: t, not_matches: '[aA]'}", ["2", "3"]),
        ("[{column: t, equals: a}, {column: id, not_equals: '1'}]", ["4"]),
    ],
)
def test_filters(shop, where, kept):
    shop.file("data.csv", "id,t\n1,a\n2,b\n3,\n4, A\n")
    shop.mapping(
        "title: t\nfiles: {f: {pattern: data.csv}}\n" + TABLE.replace("    columns", f"    where: {where}\n    columns")
    )
    manifest = shop.prepare("src")
    assert list(shop.table("incident")["incident_id"]) == kept
    (account,) = manifest.accounts
    assert account.reasons.get("out_of_scope", 0) == account.rejected == 4 - len(kept)
    assert len(shop.rejected("out_of_scope")) == account.rejected


def test_several_tables_from_one_file_and_one_table_from_several(shop):
    shop.file(
        "one.csv",
        "id,kind,when\n1,asb,2013-01-02 10:00\n2,crime,2013-01-03 10:00\n3,other,2013-01-04 10:00\n",
    )
    shop.file("two.csv", "ref,date\n9,2013-02-01 09:00\n")
    shop.mapping("""
        title: t
        files: {one: {pattern: one.csv}, two: {pattern: two.csv}}
        tables:
          incident:
            - {file: one, where: {kind: asb}, columns: {incident_id: id, created_at: when}}
            - {file: two, columns: {incident_id: ref, created_at: date}}
          crime: {file: one, where: {kind: crime}, columns: {crime_id: id, recorded_at: when}}
    """)
    manifest = shop.prepare("src")
    assert list(shop.table("incident")["incident_id"]) == ["1", "9"]
    assert list(shop.table("crime")["crime_id"]) == ["2"]
    one, two = manifest.accounts
    assert (one.read, one.kept, one.reasons) == (3, 2, {"out_of_scope": 1})
    assert [(a.file, a.read) for a in manifest.tables["incident"].accounts] == [
        ("one.csv", 1),
        ("two.csv", 1),
    ]


def workbook(shop, name: str, sheets: dict[str, list[list[object]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(shop.raw / name)


@pytest.mark.parametrize(
    ("sheet", "ids"),
    [("", ["1"]), ("sheet: '2'", ["2"]), ("sheet: ' FEB'", ["2"]), ("sheet: '?a? *'", ["1", "3"])],
)
def test_sheets(shop, sheet, ids):
    head = ["id", "t"]
    sheets = {"Jan 14": [head, [1, "a"]], "Feb": [head, [2, 1.0]], "Mar 14": [head, [3, None], [None, None]]}
    workbook(shop, "book.xlsx", sheets)
    assert list(load(shop, sheet)["incident_id"]) == ids


def test_sheet_that_is_not_there(shop):
    workbook(shop, "book.xlsx", {"Jan": [["id", "t"], [1, "a"]]})
    with pytest.raises(DataError, match="book.xlsx: has no sheet 'Apr'. Sheets: Jan."):
        load(shop, "sheet: Apr")


def test_cells_of_a_workbook_become_what_they_show(shop):
    rows = [
        ["incident_id", "created_at", "incident_type"],
        [2011000272829, dt.datetime(2013, 7, 2, 3, 4, 5), 12.0],
        ["007", "02/07/2013 03:04", dt.time(9, 30)],
        ["x", dt.date(2013, 7, 2), True],
        ["y", None, 1, "stray"],
    ]
    workbook(shop, "incident.xlsx", {"incident": rows})
    manifest = shop.prepare()
    frame = shop.table("incident")
    assert list(frame["incident_id"]) == ["2011000272829", "007", "x"]
    assert list(frame["incident_type"]) == ["12", "09:30:00", "TRUE"]
    assert frame["created_at"][0].isoformat() == "2013-07-02T03:04:05+01:00"
    assert manifest.accounts[0].read == 4
    assert list(shop.rejected("not_rows")["reasons"]) == ["has values beyond the columns of the header"]


def test_parquet(shop):
    data = {
        "incident_id": [1.0, 2.0],
        "created_at": pd.to_datetime(["2013-07-02 03:04", None]),
        "created_month": [None, "2013-05"],
    }
    pd.DataFrame(data).to_parquet(shop.raw / "incident.parquet")
    shop.prepare()
    frame = shop.table("incident")
    assert list(frame["incident_id"]) == ["1", "2"]
    assert list(frame["created_month"].dt.month) == [7, 5]


def test_synthetic_is_marked_by_the_file_or_by_the_mapping(shop):
    shop.file("incident.csv", "incident_id,created_month,synthetic\n1,2013-01,\n2,2013-01,Yes\n")
    shop.file("crime.csv", "crime_id,recorded_month\n1,2013-01\n")
    manifest = shop.prepare()
    assert manifest.synthetic
    assert [name for name, entry in manifest.tables.items() if entry.synthetic] == ["incident"]
    shop.mapping("""
        title: t
        synthetic: true
        files: {f: {pattern: crime.csv}}
        tables: {crime: {file: f, columns: {crime_id: crime_id, recorded_month: recorded_month}}}
    """)
    assert shop.prepare("src").tables["crime"].synthetic


def test_times_are_read_in_the_zone_of_column_then_file_then_mapping_then_force(shop):
    shop.file("data.csv", "id,a,b\n1,2013-07-01 12:00,2013-07-01 12:00\n")
    text = (
        "title: t\n{}files: {{f: {{pattern: data.csv{}}}}}\ntables:\n  incident:\n    file: f\n"
        "    columns: {{incident_id: id, call_at: a, created_at: {{column: b{}}}}}\n"
    )
    cases = [
        (("", "", ""), "Europe/London", (11, 11)),
        (("timezone: UTC\n", "", ""), "Europe/London", (12, 12)),
        (("timezone: America/New_York\n", "", ""), "America/New_York", (16, 16)),
        (("timezone: America/New_York\n", ", timezone: UTC", ""), "America/New_York", (12, 12)),
        (("", ", timezone: UTC", ", timezone: Europe/Paris"), "Europe/London", (12, 10)),
    ]
    for parts, zone, hours in cases:
        shop.mapping(text.format(*parts))
        manifest = shop.prepare("src")
        row = shop.table("incident").iloc[0]
        assert manifest.timezone == zone
        assert (row["call_at"].tz_convert("UTC").hour, row["created_at"].tz_convert("UTC").hour) == hours


def test_cannot_tell_and_notes_reach_the_manifest(shop):
    shop.file("data.csv", "id,t\n1,a\n")
    shop.mapping(
        "title: t\nfiles: {f: {pattern: data.csv}}\n" + TABLE + "cannot_tell:\n"
        "  - {about: deployment, effect: not_measurable, because: No times.}\n"
        "  - {about: attendance_pct, effect: caveat, because: Only dispatched.}\n"
        "notes:\n  - {from: 2013-01-01, to: 2013-02-01, state: red, table: incident, note: System change.}\n"
    )
    manifest = shop.prepare("src")
    assert [c.because for c in manifest.cannot_tell("deployment.at_scene_at")] == ["No times."]
    assert [c.effect for c in manifest.cannot_tell("deployment")] == ["not_measurable"]
    assert manifest.cannot_tell("attendance_pct")[0].effect == "caveat"
    assert [n.state for n in manifest.notes if n.table == "incident"] == ["red"]


def test_optional_column_may_be_absent_from_all_files(shop):
    shop.file("data.csv", "id\n1\n")
    shop.mapping("title: t\nfiles: {f: {pattern: data.csv}}\n" + TABLE.replace(" t,", " {column: t, optional: true},"))
    shop.prepare("src")
    assert shop.table("incident")["incident_type"].isna().all()


def test_every_key_of_the_language_is_documented():
    text = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    models = (
        mapping.Mapping,
        mapping.FileSpec,
        mapping.Footer,
        mapping.TableSpec,
        mapping.Filter,
        mapping.Source,
    )
    models += (mapping.Split, mapping.Replace, mapping.Plus, mapping.CannotTell)
    named = set(re.findall(r"[a-z_]+", text))
    assert {key for model in models for key in model.model_fields} <= named


def test_every_example_of_the_documentation_is_yaml(tmp_path):
    text = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) >= 6
    for block in blocks:
        # The block of filters shows one key in several ways.
        parts = re.split(r"(?m)^(?=where:)", block) if block.startswith("where") else [block]
        for part in filter(None, parts):
            path = tmp_path / "example.yml"
            path.write_text(part, encoding="utf-8")
            assert read_located(path).data
