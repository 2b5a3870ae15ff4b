"""Workbooks that are malformed or mean harm: one clear message, and nothing changed."""

from __future__ import annotations

import os
import re
import shutil
import struct
import zipfile

import openpyxl
import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.process.pack import read_accuracy_log
from hmic_analysis.store.manifest import file_sha256

from .desk import CHALLENGE, fill, response


@pytest.fixture
def refused(project, tmp_path, capsys):
    """Receive a workbook and return what was said, once it is sure that nothing has changed."""

    def receive(path):
        before = _everything(project.root)
        words = ["accuracy", "receive", "--force", "cleveland", "--workbook", str(path)]
        assert main([*words, "--project", str(project.root)]) == 3
        assert _everything(project.root) == before
        assert [e.kind for e in read_accuracy_log(project, "cleveland")] == ["sent"]
        said = capsys.readouterr().err
        assert "Traceback" not in said and len(said) < 4000
        return said

    return receive


def _everything(root):
    return {p: file_sha256(p) for p in root.rglob("*") if p.is_file() and p.suffix != ".lock"}


@pytest.fixture
def workbook(project, tmp_path):
    return response(
        project, tmp_path / "answer", {"A6b": {**CHALLENGE, "Decision": "rejected", "Corrected data files": ""}}
    )


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, content):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def sheet_of(content, word=b"Challenge"):
    """The part that holds the sheet Response."""
    return next(
        n
        for n in content
        if n.startswith("xl/worksheets/") and b'ref="A1:K' in content[n] or n == "xl/worksheets/sheet4.xml"
    )


def test_the_untouched_workbook_is_received(project, workbook):
    # The others are refused for what is done to them, not for what they are.
    words = ["accuracy", "receive", "--force", "cleveland", "--workbook", str(workbook)]
    assert main([*words, "--project", str(project.root)]) == 0


def test_a_formula_is_refused_by_its_cell(workbook, refused):
    fill(workbook, {"A6b": {"Challenge": '=HYPERLINK("http://example.org","see")'}})
    assert re.search(r"has a formula in cell L\d+\. Write plain text there", refused(workbook))


def test_a_formula_under_another_prefix_is_refused(workbook, refused):
    content = parts(workbook)
    name = sheet_of(content)
    sheet = content[name].replace(
        b"</row></sheetData>",
        b'<c r="Z9" xmlns:q="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><q:f>1+1</q:f></c></row></sheetData>',
    )
    assert sheet != content[name]
    write(workbook, {**content, name: sheet})
    assert "has a formula in cell Z9" in refused(workbook)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("xl/vbaProject.bin", "macros, links or embedded files"),
        ("xl/macrosheets/sheet1.xml", "macros, links or embedded files"),
        ("xl/externalLinks/externalLink1.xml", "macros, links or embedded files"),
        ("xl/embeddings/oleObject1.bin", "macros, links or embedded files"),
        ("../../evil.txt", "leads out of its folder"),
        ("/etc/passwd", "leads out of its folder"),
        ("C:/evil.txt", "leads out of its folder"),
        ("xl\\..\\evil.txt", "leads out of its folder"),
    ],
)
def test_active_and_climbing_parts_are_refused(workbook, refused, part, said):
    write(workbook, {**parts(workbook), part: b"<a/>"})
    assert said in refused(workbook)


def test_macros_by_content_type_are_refused(workbook, refused):
    content = parts(workbook)
    types = content["[Content_Types].xml"].replace(b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main")
    write(workbook, {**content, "[Content_Types].xml": types})
    assert "is a workbook with macros" in refused(workbook)


def test_a_workbook_with_macros_by_name_is_refused(workbook, refused):
    assert "Save it as .xlsx" in refused(workbook.rename(workbook.with_suffix(".xlsm")))


def test_links_to_other_files_are_refused_and_web_addresses_are_not(project, workbook, refused):
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="file:///secret.xlsx" TargetMode="External"/></Relationships>'
    whole = parts(workbook)
    name = "xl/worksheets/_rels/sheet1.xml.rels"
    write(workbook, {**whole, name: rels.format("externalLinkPath").encode()})
    assert "is linked to another file" in refused(workbook)
    write(workbook, {**whole, name: rels.format("hyperlink").encode()})
    words = ["accuracy", "receive", "--force", "cleveland", "--workbook", str(workbook)]
    assert main([*words, "--project", str(project.root)]) == 0


def test_a_name_that_refers_to_another_file_is_refused(workbook, refused):
    content = parts(workbook)
    book = re.sub(
        rb"<definedNames>",
        b"<definedNames><definedName name='x'>[1]Sheet1!$A$1</definedName>",
        content["xl/workbook.xml"],
    )
    assert book != content["xl/workbook.xml"]
    write(workbook, {**content, "xl/workbook.xml": book})
    assert "has a name that refers to another file" in refused(workbook)


def test_a_zip_bomb_is_not_unpacked(workbook, refused):
    write(workbook, {**parts(workbook), "xl/worksheets/sheet9.xml": b" " * 80_000_000})
    assert "unpacks to far more than a workbook holds" in refused(workbook)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(workbook, refused):
    write(workbook, {**parts(workbook), "xl/worksheets/sheet9.xml": b" " * 80_000_000})
    content = bytearray(workbook.read_bytes())
    # The size in the central directory, made small.
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1000)
    workbook.write_bytes(bytes(content))
    assert "Nothing was changed" in refused(workbook)


def test_entities_are_refused(workbook, refused):
    content = parts(workbook)
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbb"><!ENTITY c "&b;&b;&b;">]>'
    name = sheet_of(content)
    write(workbook, {**content, name: bomb + content[name].partition(b"?>")[2]})
    assert "declares entities" in refused(workbook)


def test_entities_in_another_encoding_are_refused(workbook, refused):
    content = parts(workbook)
    name = sheet_of(content)
    write(workbook, {**content, name: content[name].decode("utf-8").encode("utf-16")})
    assert "not UTF-8" in refused(workbook)


def test_a_merged_range_over_a_whole_sheet_takes_no_memory(project, workbook):
    content = parts(workbook)
    name = sheet_of(content)
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="M1:XFD1048576"/></mergeCells>'
    sheet = content[name].replace(b"</sheetData>", merged)
    sheet = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', sheet)
    write(workbook, {**content, name: sheet})
    words = ["accuracy", "receive", "--force", "cleveland", "--workbook", str(workbook)]
    assert main([*words, "--project", str(project.root)]) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not an Excel workbook"),
        (b"claim,decision\n", "is not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "protected by a password"),
        (b"PK\x03\x04" + b"\0" * 600, "is damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(workbook, refused, content, said):
    workbook.write_bytes(content)
    assert said in refused(workbook)


def test_an_archive_of_something_else_is_refused(workbook, refused):
    write(workbook, {"word/document.xml": b"<a/>"})
    assert "is an archive, but not an Excel workbook" in refused(workbook)


def test_a_workbook_cut_short_is_refused(workbook, refused):
    workbook.write_bytes(workbook.read_bytes()[:-400])
    assert "is damaged" in refused(workbook)


def test_a_workbook_that_is_not_there(tmp_path, refused):
    assert "There is no workbook" in refused(tmp_path / "none.xlsx")


def change(path, do):
    book = openpyxl.load_workbook(path)
    do(book)
    book.save(path)


def _cover(label, text):
    def do(book):
        for row in book["Cover"].iter_rows():
            if row[0].value == label:
                row[1].value = text

    return do


def _row_of(book, claim):
    return next(row[0].row for row in book["Response"].iter_rows(min_row=2) if row[0].value == claim)


def _twice(book):
    sheet, other = book["Response"], _row_of(book, "A6c")
    for cell in sheet[_row_of(book, "A6b")]:
        sheet.cell(other, cell.column).value = cell.value


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (_cover("Force", "kent"), "is a response of the force 'kent', and not of cleveland"),
        (_cover("Pack", "cleveland-7"), "answers pack 'cleveland-7'; the last that cleveland was sent is cleveland-1"),
        (lambda book: book["Response"].delete_rows(_row_of(book, "A6c")), "the row of A6c is missing"),
        (_twice, "claim A6b is there twice"),
        (lambda book: book.remove(book["Response"]), "lacks the sheet Response"),
        (lambda book: book.create_sheet("More"), "has a sheet 'More' that the pack has not"),
        (lambda book: setattr(book["Response"]["G1"], "value", "Complaint"), "must begin with the columns"),
        (lambda book: book["Response"].delete_cols(3), "must begin with the columns"),
        (lambda book: setattr(book["Response"].cell(_row_of(book, "A6b"), 4), "value", "All is well."), "the column 'Sentence in the letter' is not what the force was sent"),
        (lambda book: setattr(book["Response"].cell(_row_of(book, "A6b"), 5), "value", "Contradicted"), "the column 'Verdict' is not what the force was sent"),
        (lambda book: setattr(book["Response"].cell(_row_of(book, "A6b"), 1), "value", "A6z"), "there is no claim 'A6z' in the letter"),
    ],
)  # fmt: skip
def test_a_workbook_of_another_shape_is_refused(workbook, refused, do, said):
    change(workbook, do)
    assert said in refused(workbook)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            {"Decision": "acepted"},
            "the decision is 'acepted'. Did you mean 'accepted'? Write one of: accepted, part, rejected",
        ),
        ({"Decision": ""}, "the decision is ''. Write one of"),
        ({"Reason for the decision": ""}, "a decision needs its reason"),
        ({"Challenge": ""}, "has 'Evidence offered' but no challenge"),
        ({"Challenge": "PC Jones counted them again."}, "'PC Jones' names a person. Refer to people by their role"),
        ({"Challenge": "x" * 5_001}, "longer than 5,000 characters"),
        ({"Corrected data files": "none.csv"}, "there is no corrected file 'none.csv'"),
        ({"Corrected data files": "../secret.csv"}, "is not in the folder of the workbook"),
        ({"Corrected data files": "..\\secret.csv"}, "is not in the folder of the workbook"),
        ({"Corrected data files": "sub/../../secret.csv"}, "is not in the folder of the workbook"),
        ({"Corrected data files": "/etc/hostname"}, "is not in the folder of the workbook"),
        ({"Corrected data files": "C:\\secret.csv"}, "is not in the folder of the workbook"),
        ({"Corrected data files": "link.csv"}, "is not in the folder of the workbook"),
        ({"Corrected data files": "response-cleveland.xlsx"}, "is the response itself"),
        ({"Corrected data files": "run.exe"}, "is not of a kind that can be loaded"),
        ({"Corrected data files": "macro.xlsx"}, "macros, links or embedded files"),
    ],
)
def test_a_wrong_answer_is_refused_by_its_row(workbook, refused, cells, said):
    folder = workbook.parent
    (folder.parent / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "sub").mkdir()
    (folder / "run.exe").write_bytes(b"MZ")
    if cells.get("Corrected data files") == "link.csv":
        _link(folder / "link.csv", folder.parent / "secret.csv")
    write(folder / "macro.xlsx", {**parts(workbook), "xl/vbaProject.bin": b""})
    fill(workbook, {"A6b": {**CHALLENGE, "Corrected data files": "", **cells}})
    message = refused(workbook)
    assert said in message
    assert "claim A6b" in message or re.search(r"row \d+, Challenge", message)


def _link(path, target):
    try:
        os.symlink(target, path)
    except OSError:
        pytest.skip("links need a right on Windows that this account lacks")


def test_every_fault_is_told_at_once(workbook, refused):
    fill(
        workbook,
        {c: {**CHALLENGE, "Decision": "maybe", "Corrected data files": "none.csv"} for c in ("A6a", "A6b", "A6c")},
    )
    said = refused(workbook)
    assert said.count("the decision is 'maybe'") == 3 and said.count("there is no corrected file") == 3


def test_a_file_is_not_accepted_here_and_rejected_there(workbook, refused, right):
    shutil.copyfile(right / "data_request.csv", workbook.parent / "data_request.csv")
    fill(workbook, {"A6a": CHALLENGE, "A6b": {**CHALLENGE, "Decision": "rejected"}})
    assert "data_request.csv is accepted for claim A6a and rejected for claim A6b" in refused(workbook)
