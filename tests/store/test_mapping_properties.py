"""What the mapping language says of headers, merged cells, blank arrivals and kinds of workbook, for any values."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .test_bad_files import ods_of

few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
#: No underscore: a workbook writes signs by their numbers so.
TITLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="_"))
WORD = st.text("abcdeé", min_size=1, max_size=5)


def workbook(rows, merged=(), sheet="change") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            book.active.cell(number, column, value)
    for first, last in merged:
        book.active.merge_cells(start_row=first, end_row=last, start_column=1, end_column=1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@few
@given(
    groups=st.lists(st.tuples(WORD, st.integers(1, 3)), min_size=1, max_size=4, unique_by=lambda g: g[0].casefold()),
    titles=st.integers(0, 3),
    data=st.data(),
)
def test_a_group_of_the_upper_header_row_names_every_column_below_it(shop, groups, titles, data):
    upper = [word for name, wide in groups for word in (name, *[""] * (wide - 1))]
    lower = [f"x{i}" for _, wide in groups for i in range(wide)]
    chosen = data.draw(st.integers(0, len(lower) - 1))
    name = next(name for i, (name, wide) in enumerate(groups) if chosen < sum(w for _, w in groups[: i + 1]))
    rows = [["id", *upper], ["", *lower], *([f"R{n}", *(f"v{n}c{i}" for i in range(len(lower)))] for n in range(3))]
    text = "a title\n" * titles + "".join(",".join(row) + "\n" for row in rows)
    shop.file("t.csv", text)
    shop.mapping(f"""
        title: t
        files: {{f: {{pattern: t.csv, header: [{titles + 1}, {titles + 2}]}}}}
        tables:
          incident:
            file: f
            columns:
              incident_id: {{position: 1}}
              created_month: {{value: 2013-01}}
              incident_type: "{name} {lower[chosen]}"
    """)
    shop.prepare("src")
    assert list(shop.table("incident")["incident_type"]) == [f"v{n}c{chosen}" for n in range(3)]


@few
@given(spans=st.lists(st.tuples(WORD, st.integers(1, 4)), min_size=1, max_size=5))
def test_every_row_beside_a_merged_cell_holds_what_it_shows(shop, spans):
    rows, merged, whole = [["kind", "id"]], [], []
    for word, high in spans:
        merged += [(len(rows) + 1, len(rows) + high)] if high > 1 else []
        rows += [[word if i == 0 else None, f"R{len(rows) + i}"] for i in range(high)]
        whole += [word] * high
    shop.file("t.xlsx", workbook(rows, merged))
    for way, expected in (("merged: fill", whole), ("header: 1", [row[0] for row in rows[1:]])):
        shop.mapping(f"""
            title: t
            files: {{f: {{pattern: t.xlsx, {way}}}}}
            tables:
              incident:
                file: f
                columns: {{incident_id: id, created_month: {{value: 2013-01}}, incident_type: kind}}
        """)
        shop.prepare("src")
        found = shop.table("incident")["incident_type"]
        assert [None if missing else value for value, missing in zip(found, found.isna(), strict=True)] == expected


@few
@given(came=st.lists(st.sampled_from(["2013-01-01 10:00", "", " ", "nonsense"]), min_size=1, max_size=8))
@pytest.mark.parametrize(("means", "flag"), [("nobody", "nobody_arrived"), ("not_known", "arrival_not_known")])
def test_only_a_blank_arrival_means_what_the_mapping_says(shop, came, means, flag):
    shop.file("t.csv", "id,came\n" + "".join(f"I{n},{cell}\n" for n, cell in enumerate(came)))
    shop.mapping(f"""
        title: t
        files: {{f: {{pattern: t.csv}}}}
        tables:
          deployment:
            file: f
            columns: {{incident_id: id, at_scene_at: {{column: came, blank_means: {means}}}}}
    """)
    shop.prepare("src")
    table = shop.table("deployment")
    assert [flag in flags.split(";") for flags in table["flags"].fillna("")] == [not cell.strip() for cell in came]
    assert table["at_scene_at"].notna().tolist() == [cell.startswith("2013") for cell in came]


@few
@given(titles=st.lists(TITLE, min_size=1, max_size=6))
def test_an_open_document_and_a_workbook_of_the_same_cells_give_the_same_table(shop, titles):
    rows = [["change_id", "change_type", "title"], *([f"C{n}", "process", text] for n, text in enumerate(titles))]
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    lines = ("".join(cell(escape(value)) for value in row) for row in rows)
    book = openpyxl.load_workbook(io.BytesIO(workbook(rows)))
    for cells in book.active.iter_rows():
        for value in cells:
            # A text that begins with a sign of equality is one, and no formula.
            value.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    held = []
    for name, content in (
        ("change.ods", ods_of("".join(f"<table:table-row>{line}</table:table-row>" for line in lines))),
        ("change.xlsx", out.getvalue()),
    ):
        for old in shop.raw.iterdir():
            old.unlink()
        shop.file(name, content)
        shop.prepare()
        held.append(shop.table("change").drop(columns=["source_file"]))
    assert held[0].equals(held[1]) and len(held[0]) == len(titles)
