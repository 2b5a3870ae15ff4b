"""Seeded leaks are found wherever they stand; a clean release is clean."""

from __future__ import annotations

import base64
import json
import zipfile

import pytest
from docx import Document
from openpyxl import Workbook
from openpyxl.comments import Comment
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hmic_analysis.disclosure.release import released
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import write_bundle
from hmic_analysis.statistics.suppression import counts_behind

from .evidence import RULES, bundle, count, figure, find_leaks, share, usual

#: 3 of 60; the 57 others and the bounds of the interval say as much.
TOLD = "Reviewed: 5.0% (95% interval 0.0% to 12.2%)"
CLEAN = "Reviewed: fewer than 5, at 31 March 2014; test: at least 80%. Active: 50.0% of 60."


@pytest.fixture
def clean(tmp_path):
    """A release of the usual evidence, as JSON, a page and a table."""
    folder = tmp_path / "release"
    made = released(usual(), RULES, "force")
    write_bundle(made, folder)
    (folder / "page.html").write_text(f"<h1>Cleveland Police</h1><p>{CLEAN}</p>", encoding="utf-8")
    rows = "".join(f"{i.id},{i.label},{'' if i.value is None else i.value}\n" for i in made.indicators)
    (folder / "figures.csv").write_text(f"group,label,value\n{rows}", encoding="utf-8")
    return folder


def test_a_released_bundle_and_what_is_made_of_it_is_clean(clean):
    assert find_leaks(clean, [usual()], RULES) == []


def as_text(folder, text):
    (folder / "leak.txt").write_text(text, encoding="utf-8")


def as_page(folder, text):
    (folder / "leak.html").write_text(f"<main><p>{text}</p></main>", encoding="utf-8")


def as_alt(folder, text):
    (folder / "leak.html").write_text(f'<img alt="{text}" src="x.png">', encoding="utf-8")


def as_comment(folder, text):
    (folder / "leak.html").write_text(f"<p>Nothing</p><!-- {text} -->", encoding="utf-8")


def as_script(folder, text):
    (folder / "leak.html").write_text(f"<script>const said = '{text}';</script>", encoding="utf-8")


def as_embedded_svg(folder, text):
    code = base64.b64encode(f"<svg><desc>{text}</desc></svg>".encode()).decode()
    (folder / "leak.html").write_text(f'<img src="data:image/svg+xml;base64,{code}">', encoding="utf-8")


def as_svg(folder, text):
    (folder / "leak.svg").write_text(f"<svg><title>{text}</title></svg>", encoding="utf-8")


def as_json(folder, text):
    (folder / "leak.json").write_text(json.dumps({"a": [{"b": text}]}), encoding="utf-8")


def as_notebook(folder, text):
    output = {"output_type": "display_data", "data": {"text/html": [f"<table><tr><td>{text}</td></tr></table>"]}}
    (folder / "leak.ipynb").write_text(json.dumps({"cells": [{"outputs": [output]}]}), encoding="utf-8")


def as_csv(folder, text):
    (folder / "leak.csv").write_text(f'what,text\n1,"{text}"\n', encoding="utf-8")


def as_workbook(folder, text):
    book = Workbook()
    book.create_sheet("hidden")["C7"] = text
    book["hidden"].sheet_state = "veryHidden"
    book.save(folder / "leak.xlsx")


def as_cell_comment(folder, text):
    book = Workbook()
    book.active["A1"] = "x"
    book.active["A1"].comment = Comment(text, "")
    book.save(folder / "leak.xlsx")


def as_word(folder, text):
    document = Document()
    document.add_table(1, 1).cell(0, 0).text = text
    document.save(folder / "leak.docx")


def as_word_header(folder, text):
    document = Document()
    document.sections[0].header.paragraphs[0].text = text
    document.save(folder / "leak.docx")


def as_word_title(folder, text):
    document = Document()
    document.core_properties.title = text
    document.save(folder / "leak.docx")


def as_picture(folder, text):
    info = PngInfo()
    info.add_itxt("Description", text)
    Image.new("L", (2, 2)).save(folder / "leak.png", pnginfo=info)


def as_archive(folder, text):
    with zipfile.ZipFile(folder / "leak.zip", "w") as archive:
        archive.writestr("inner/leak.txt", text)


WAYS = [
    as_text, as_page, as_alt, as_comment, as_script, as_embedded_svg, as_svg, as_json, as_notebook, as_csv,
    as_workbook, as_cell_comment, as_word, as_word_header, as_word_title, as_picture, as_archive,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda w: w.__name__)
def test_a_leak_is_found_in_every_kind_of_file(clean, way):
    way(clean, TOLD)
    leaks = find_leaks(clean, [usual()], RULES)
    assert leaks and all(leak.file.startswith("leak.") for leak in leaks)
    assert any("reviewed_pct" in leak.what and "5.0% of 60 is 3" in leak.how for leak in leaks)


@pytest.mark.parametrize("way", WAYS, ids=lambda w: w.__name__)
def test_the_same_words_without_the_number_are_no_leak(clean, way):
    way(clean, CLEAN)
    assert find_leaks(clean, [usual()], RULES) == []


@pytest.mark.parametrize(
    "text",
    [
        "Owned: 57 of 60",
        "Owned 95%",
        "owned_pct = 95.0",
        "Owned: 95.00 per cent",
        "Owned: 95.000%",
        "Owned 0.1 (87.75 to 100)",
    ],
)
def test_a_complement_and_any_rounding_are_leaks(clean, text):
    as_text(clean, text)
    assert find_leaks(clean, [usual()], RULES)


def test_a_sentence_as_it_was_before_is_a_leak(clean):
    as_text(clean, usual().claims[0].sentence)
    assert any("before it was withheld" in leak.how for leak in find_leaks(clean, [usual()], RULES))


def test_a_stratum_that_gives_another_back_by_subtraction_is_a_leak(clean):
    # 38 in all, 29 by court: with 7 at stations, 2 are left.
    as_csv(clean, "Bail: station 7")
    leaks = [leak for leak in find_leaks(clean, [usual()], RULES) if "subtraction" in leak.how]
    assert [leak.what for leak in leaks] == ["Bail: street (bail_n[street]): a count of 2"]
    assert "leak.csv" in leaks[0].how


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("team,cases\nNorth,[c]\nSouth,17\nTotal,20\n", "'North', 'cases': a count of 3"),
        ("team,a,b,Total\nNorth,[c],10,12\nSouth,7,9,16\n", "'North', 'a': a count of 2"),
        ("team,cases\nNorth,[c]\nSouth,[c]\nTotal,2\n", "'North', 'cases': a count of 1"),
        ("team,a,b\nNorth,[c],12\nSouth,[c],9\nTotal,4,21\n", "'North', 'a': a count of 1 to 3"),
        ("team,cases,of,share\nNorth,[c],60,5.0%\nSouth,17,60,28.3%\n", "'North': a count of 3"),
    ],
)
def test_withheld_cells_that_totals_or_percentages_give_back(clean, table, what):
    (clean / "teams.csv").write_text(table, encoding="utf-8")
    assert what in [leak.what for leak in find_leaks(clean, [usual()], RULES)]


@pytest.mark.parametrize(
    "table",
    [
        "team,cases\nNorth,[c]\nSouth,[c]\nEast,30\nTotal,50\n",
        "team,a,b,Total\nNorth,[c],[c],15\nSouth,[c],[c],25\nTotal,20,20,40\n",
        "team,cases,share\nNorth,[c],[c]\nSouth,17,28.3%\nEast,[c],[c]\nTotal,60,100.0%\n",
    ],
)
def test_tables_withheld_as_they_should_be_are_no_leak(clean, table):
    (clean / "teams.csv").write_text(table, encoding="utf-8")
    assert find_leaks(clean, [usual()], RULES) == []


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a": "label,persons\nnew,[c]\nold,[c]\nolder,29\n"}, False),
        ({"a": "label,persons\nnew,[c]\nold,14\nolder,29\n"}, True),
        (
            {"a": "label,persons\nnew,[c]\nold,[c]\nolder,29\n", "b": "label,persons\nnew,[c]\nold,14\nolder,[c]\n"},
            True,
        ),
        ({"a": "label,persons\nnew,3\nold,14\nolder,29\n"}, True),
    ],
)
def test_a_figure_is_held_against_its_total_and_against_itself_elsewhere(tmp_path, files, told):
    evidence = bundle([count("named_suspects_outstanding_n", 46)], figures=[figure("outstanding-by-age")])
    for place, text in files.items():
        (tmp_path / place).mkdir()
        (tmp_path / place / "outstanding-by-age.csv").write_text(text, encoding="utf-8")
    assert bool(find_leaks(tmp_path, [evidence], RULES)) is told


def test_figures_of_another_force_are_not_taken_for_this_ones(tmp_path):
    other = bundle([share("reviewed_pct", 30, 60)], force="durham")
    (tmp_path / "page.html").write_text(
        "<table><tr><th>Force<th>Reviewed</tr><tr><td>Durham<td>5.0%</tr><tr><td>Cleveland<td>[c]</tr></table>",
        encoding="utf-8",
    )
    assert find_leaks(tmp_path, [usual(), other], RULES) == []


@pytest.mark.parametrize(
    ("where", "told"),
    [("England and Wales, 43 forces. ", False), ("England and Wales. Cleveland: ", True), ("", True)],
)
def test_a_figure_of_all_forces_together_is_no_single_forces(tmp_path, where, told):
    other = usual().model_copy(update={"force": "durham", "force_name": "Durham Constabulary"})
    (tmp_path / "page.html").write_text(f"<p>{where}{TOLD}</p>", encoding="utf-8")
    assert bool(find_leaks(tmp_path, [usual(), other], RULES)) is told


def test_a_drawing_shows_its_numbers_by_the_level_they_stand_on(tmp_path):
    label = '<g><!-- {} --><g transform="translate({} {}) scale(0.1)"></g></g>'
    drawing = "".join(
        label.format(*x) for x in [("Reviewed", 1, 10), ("{}", 50, 10), ("Active", 1, 30), ("57", 50, 31)]
    )
    (tmp_path / "a.svg").write_text(f"<svg>{drawing.replace('{}', '[c]')}</svg>", encoding="utf-8")
    assert find_leaks(tmp_path, [usual()], RULES) == []
    (tmp_path / "a.svg").write_text(f"<svg>{drawing.replace('{}', '57')}</svg>", encoding="utf-8")
    assert find_leaks(tmp_path, [usual()], RULES)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xyz", b"?"),
        ("a.xlsx", b"no workbook"),
        ("a.json", b"{"),
        ("a.png", b"no picture"),
        ("a.docx", b"PK"),
        ("a.zip", b""),
    ],
)
def test_what_cannot_be_read_proves_nothing(clean, name, content):
    (clean / name).write_bytes(content)
    assert [(leak.file, leak.what) for leak in find_leaks(clean, [usual()], RULES)] == [
        (name, "nothing is proven of it")
    ]


def test_an_empty_or_missing_folder_is_told(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(DataError, match="folder"):
            find_leaks(folder, [usual()], RULES)


@pytest.mark.parametrize(
    ("printed", "of", "counts"),
    [("5.0%", 60, [3]), ("33.3", 9, [3]), ("5%", 60, [3]), ("50%", 10000, list(range(4950, 5051))), ("5.1%", 60, []),
     ("99.9%", 100000, list(range(99850, 99951))), ("more than 99.9%", 10000, list(range(9995, 10000))),
     (">99.9%", 4, []), ("less than 0.1%", 10000, [1, 2, 3, 4, 5]), ("<0.1%", 3000, [1]), ("0.1%", 3000, [2, 3, 4]),
     ("0.0%", 3000, [0]), ("100.0%", 3000, [3000])],
)  # fmt: skip
def test_counts_behind_a_rounded_percentage(printed, of, counts):
    assert counts_behind(printed, of) == counts


@pytest.mark.parametrize(("text", "told"), [("Answered: 10.8%", False), ("Answered: 10.76%", True)])
def test_a_bound_that_rounds_to_the_figure_is_told_by_its_further_decimals_alone(tmp_path, text, told):
    """27 of 250 is 10.8%; 27 of 251, with the one not known, 10.76%."""
    (tmp_path / "page.txt").write_text(f"Cleveland Police. {text}", encoding="utf-8")
    assert bool(find_leaks(tmp_path, [bundle([share("answered_pct", 27, 250, 1)])], RULES)) == told


def test_a_row_that_names_another_figure_as_its_base_is_not_about_that(tmp_path):
    """The median is 61 days; the count of 60 persons would be 61 with the one not known."""
    outstanding = count("outstanding_n", 60, unknown=1, lo_missing=60, hi_missing=61)
    median = share("age_median", 61, 100).model_copy(
        update={"unit": "days", "about_persons": False, "definition": "median days from being named / outstanding"}
    )
    table = tmp_path / "figures.csv"
    table.write_text(
        "label,value,definition\nAge median,61,median days from being named / outstanding\n", encoding="utf-8"
    )
    assert find_leaks(tmp_path, [bundle([outstanding, median])], RULES) == []
    table.write_text("label,value,definition\nOutstanding,61,persons\n", encoding="utf-8")
    assert find_leaks(tmp_path, [bundle([outstanding, median])], RULES) != []
