"""The quick way of reading a file accepts only what the careful way finds nothing wrong with."""

from __future__ import annotations

import csv
import io

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hmic_analysis.store import csvfile
from hmic_analysis.store.mapping import FileSpec
from hmic_analysis.store.textfile import plain_text, scan_csv

SPEC = FileSpec(pattern="data.csv")
CELL = st.text(st.sampled_from('ab ,;"\n\r\t\x00é\u00a0\ufffd'), max_size=4)
TAME = st.text(st.sampled_from("ab ;é"), min_size=1, max_size=4)
QUOTED = (CELL | TAME).map(lambda cell: '"' + cell.replace('"', '""') + '"')
LINE = st.lists(TAME | QUOTED | CELL, min_size=2, max_size=2) | st.lists(CELL, min_size=1, max_size=4)
FILE = st.lists(LINE.map(",".join), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def con():
    """A database of which each example leaves nothing behind."""
    return duckdb.connect()


def quick_and_careful(con, folder, content: bytes, start: int):
    path = folder / "data.csv"
    path.write_bytes(content)
    careful = scan_csv(path, start, 2, 2, ",", '"')
    text = plain_text(path, "data.csv", None, folder)
    quick = csvfile._read_regular(con, text, "t", csvfile._header(text, "data.csv", SPEC), SPEC)
    rows = con.execute("FROM t_lines").fetchall() if quick else []
    con.execute("DROP TABLE IF EXISTS t_lines")
    return quick, careful, rows


@settings(max_examples=300)
@given(lines=FILE, end=st.sampled_from(["\n", "\r\n"]), last=st.booleans(), torn=st.integers(0, 20))
@example(lines=["a,b", 'a,b,""'], end="\n", last=True, torn=1)
@example(lines=["a,b", 'a,b,""'], end="\r\n", last=True, torn=1)
@example(lines=["a,b", 'a,b,""'], end="\n", last=False, torn=1)
def test_nothing_is_read_the_quick_way_that_needs_the_careful_one(con, tmp_path_factory, lines, end, last, torn):
    content = end.join(["x,y", *lines]) + (end if last else "")
    encoded = content.encode() + (b"\xe9" if torn == 0 else b"")
    quick, careful, rows = quick_and_careful(con, tmp_path_factory.mktemp("regular"), encoded, len("x,y" + end))
    if quick is None:
        return
    assert not careful.bad and not careful.dropped and not len(careful.removed) and not careful.mended
    assert quick.records == quick.lines == careful.records == len(rows)
    expected = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert [[cell or "" for cell in row] for row in rows] == expected
    if quick.plain:
        assert careful.plain or all(cell == cell.strip() and cell.isprintable() for row in expected for cell in row)
        assert all(cell == cell.strip() and cell.isprintable() and cell.isascii() for row in expected for cell in row)


@pytest.mark.parametrize(
    ("content", "records", "plain"),
    [
        (b"x,y\n1,2\n3,4\n", 2, True),
        (b'x,y\r\n"1, or 2",3\r\n4,""\r\n', 2, True),
        ("x,y\n1,é".encode(), 1, False),
        (b"x,y\n1, 2\n", 1, False),
        (b"x,y\n1,2 ", 1, False),
    ],
)
def test_a_file_of_one_record_a_line_is_read_the_quick_way(con, tmp_path, content, records, plain):
    quick, _, rows = quick_and_careful(con, tmp_path, content, content.index(b"\n") + 1)
    assert quick is not None
    assert (quick.records, quick.plain, len(rows)) == (records, plain, records)


@pytest.mark.parametrize(
    "content",
    [
        b'x,y\n"1\n2",3\n',
        b"x,y\n1,2,3\n",
        b'x,y\n1,2,""\n',
        b'x,y\n1,2\n3,4,""',
        b"x,y\n1\n",
        b"x,y\n\n1,2\n",
        b'x,y\n"1,2\n',
        b'x,y\n1,6" nail\n',
        b"x,y\n1,\x002\n",
        b"x,y\n1,\xe9\n",
        b"x,y\n1,\xef\xbf\xbd\n",
        b"x,y\n1,2\r3\n",
        b"x,y\n1,2\r\n3,4\n",
    ],
)
def test_everything_else_is_left_to_the_careful_way(con, tmp_path, content):
    assert quick_and_careful(con, tmp_path, content, 4)[0] is None
