"""No line is lost: whatever a file holds, rows read = rows kept + rows kept aside."""

from __future__ import annotations

import csv
import gzip
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmic_analysis.errors import DataError

HEADER = "incident_id,created_month,incident_type\n"


def bad_lines(shop) -> list[tuple[int, str]]:
    frame = shop.rejected("not_rows")
    return list(zip(frame["row"].astype(int), frame["reasons"], strict=True))


def test_every_kind_of_broken_line_is_counted_and_kept(shop):
    body = (
        b'1,2013-01,"two\nlines, one value"\r\n'  # lines 2 and 3
        b"2,2013-01\r\n"
        b"3,2013-01,a,b\r\n"
        b"\r\n"
        b'4,2013-01,"never closed\r\n'
        b"5,2013-01,fine\r\n"
        b'6,2013-01,6" nail\r\n'
        b"7,2013-01,nul\x00byte\r\n"
        b'8,2013-01,"say ""hi"""\r\n'
        b'9,2013-01,"a"b\r\n'
        b"10\r,2013-01,lone\rreturn\r\n"
        b"11,2013-01,truncated\xe2"
    )
    shop.file("incident.csv", HEADER.encode() + body)
    manifest = shop.prepare()
    assert bad_lines(shop) == [
        (4, "has 2 fields where the header has 3"),
        (5, "has 4 fields where the header has 3"),
        (7, "a quotation mark that is never closed"),
        (9, "a quotation mark that is never closed"),
        (10, "NUL byte"),
        (12, "quotation mark inside a value"),
    ]
    frame = shop.table("incident")
    assert list(zip(frame["incident_id"], frame["source_row"], strict=True)) == [
        ("1", 2), ("5", 8), ("8", 11), ("10", 13), ("11", 14),
    ]  # fmt: skip
    assert frame["incident_type"][2] == 'say "hi"'
    (account,) = manifest.accounts
    assert (account.read, account.kept, account.rejected) == (11, 5, 6)
    assert json.loads(shop.rejected("not_rows")["original"][0]) == {"line": "2,2013-01"}


def test_lines_swallowed_by_a_stray_quote_come_back(shop):
    shop.file("incident.csv", HEADER + '1,2013-01,"open\n2,2013-01,a\n3,2013-01,b\n4,2013-01,close"\n5,2013-01,c\n')
    shop.prepare()
    assert list(shop.table("incident")["incident_id"]) == ["2", "3", "5"]
    assert [line for line, _ in bad_lines(shop)] == [2, 5]


def test_single_bytes_that_are_not_utf8_cost_their_line_only(shop):
    shop.file("incident.csv", HEADER.encode() + b"1,2013-01,\xff\n2,2013-01,\xc3\xa9\n3,2013-01,caf\xc3\xa9\n")
    manifest = shop.prepare()
    assert bad_lines(shop) == [(2, "bytes that are not text in the file's encoding")]
    assert list(shop.table("incident")["incident_type"]) == ["é", "café"]
    assert manifest.accounts[0].read == 3


@pytest.mark.parametrize(("encoding", "noted"), [("windows-1252", True), ("utf-16", False), ("utf-8-sig", False)])
def test_encodings_that_show_themselves(shop, encoding, noted):
    shop.file("incident.csv", (HEADER + "1,2013-01,£5 café\n").encode(encoding))
    manifest = shop.prepare()
    assert shop.table("incident")["incident_type"][0] == "£5 café"
    assert bool(manifest.remarks) is noted


@pytest.mark.parametrize("proper", [0, 1, 5])
@pytest.mark.parametrize("stray", [1, 2, 3, 4])
def test_lines_with_stray_bytes_are_named_where_there_are_few(shop, proper, stray):
    """Whether the file is UTF-8 but for them, of which they are kept aside, or nothing in it is."""
    lines = ["é".encode()] * proper + [b"\xe9"] * stray
    rows = b"".join(b"%d,2013-01,x%s\n" % (n, cell) for n, cell in enumerate(lines))
    shop.file("incident.csv", HEADER.encode() + rows)
    manifest = shop.prepare()
    account, said = manifest.accounts[0], " ".join(manifest.remarks)
    aside = stray <= proper
    assert account.read == len(lines) == account.kept + account.rejected
    assert account.rejected == (stray if aside else 0)
    numbers = [str(proper + 2 + n) for n in range(stray)]
    named = stray <= 3 and (aside or not proper)
    assert (f"bytes of line{'s' * (stray > 1)} {' and '.join(numbers)}" in said) == named


def test_declared_encoding_and_bytes_that_it_does_not_have(shop):
    shop.file("incident.csv", b"id,t\n1,\xa35\n2,\x81\n")
    shop.mapping("""
        title: t
        files: {f: {pattern: incident.csv, encoding: windows-1252}}
        tables:
          incident: {file: f, columns: {incident_id: id, incident_type: t, created_month: {value: 2013-01}}}
    """)
    shop.prepare("src")
    assert list(shop.table("incident")["incident_type"]) == ["£5"]
    assert bad_lines(shop) == [(3, "bytes that are not text in the file's encoding")]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(shop, ends, last):
    text = ends.join(["incident_id,created_month", "1,2013-01", "2,2013-01"]) + (ends if last else "")
    shop.file("incident.csv", text)
    assert shop.prepare().accounts[0].kept == 2


@pytest.mark.parametrize("sign", ["\f", "\v", "\x1a"])
def test_a_sign_for_a_printer_behind_the_last_quotation_mark_is_taken_off_and_told(shop, sign):
    rows = [
        "incident_id,created_month,incident_type",
        f'1,2013-01,"a{sign}b"{sign}',
        f'2,2013-01,"c"{sign}',
        "3,2013-01,d",
    ]
    shop.file("incident.csv", "\r\n".join(rows) + "\r\n" + f'4,2013-01,"e"{sign}f\r\n5,2013-01,"g"{sign}')
    manifest = shop.prepare()
    assert list(shop.table("incident")["incident_type"]) == ["a b", "c", "d", "g"]
    assert bad_lines(shop) == [(5, "quotation mark inside a value")]
    assert "incident.csv: a control character at the end of 3 lines was taken off" in manifest.remarks


def test_gzip_and_broken_gzip(shop):
    packed = gzip.compress((HEADER + "1,2013-01,a\n" * 1 + "2,2013-01,b\n").encode() * 1)
    shop.file("incident.csv.gz", packed)
    assert shop.prepare().tables["incident"].rows == 2
    shop.file("incident.csv.gz", packed[:-9])
    with pytest.raises(DataError, match=r"incident\.csv\.gz: the gzip file ends before its end .* ask for it again"):
        shop.prepare()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("incident.csv", b"", "incident.csv: is empty"),
        ("incident.csv", bytes(range(256)) * 40, "incident.csv: is not text"),
        ("incident.csv", b"\n\n", "incident.csv: no header in line 1"),
        ("incident.xlsx", b"", "incident.xlsx: is empty"),
        *(
            (f"incident.{ending}", content, f"incident.{ending}: is {what}")
            for ending in ("csv", "xlsx", "xls")
            for content, what in (
                (b"%PDF-1.4\n%\xe2\xe3\n1 0 obj\n", "a PDF document: ask for the data"),
                (b"{\\rtf1\\ansi incident_id,created_at}", "a document"),
                (b'\xef\xbb\xbf[{"incident_id": "1"}]', "JSON"),
                (b'{"incident_id": "1"}\n', "JSON"),
                (b"\r\n<HTML><table><tr><td>incident_id</td></tr></table>", "a web page or XML, .* save it as .xlsx"),
                (b'<?xml version="1.0"?><Workbook/>', "a web page or XML"),
            )
        ),
        (
            "incident.csv",
            b"incident_idd,created_at\n1,2\n",
            "no column 'incident_id', .*Did you mean 'incident_idd'",
        ),
        ("incident.xlsx", b"PK\x03\x04 broken", "incident.xlsx: the workbook is damaged"),
        ("incident.xlsx", b"incident_id,created_at\n", "incident.xlsx: is not a workbook"),
        ("incident.xls", b"\xd0\xcf\x11\xe0 broken", "incident.xls: the workbook is damaged .* password"),
        ("incident.parquet", b"PAR1 broken", "incident.parquet: the Parquet file is damaged"),
        ("notes.docx", b"x", "holds no table of the source standard"),
        ("incident.json", b"[]", "incident.json: it is JSON: ask for it as CSV or as a workbook"),
        ("incident.fods", b"x", "incident.fods: files of its kind are not read: ask for it as CSV or as a workbook"),
        ("Incident.csv.pgp", b"x", "Incident.csv.pgp: files of its kind are not read"),
    ],
)
def test_files_that_cannot_be_used(shop, name, content, message):
    shop.file(name, content)
    with pytest.raises(DataError, match=f"(?s){message}"):
        shop.prepare()


def test_all_faults_of_a_return_are_told_at_once(shop):
    shop.file("incident.csv", b"")
    shop.file("crime.parquet", b"broken")
    shop.file("bail.csv", "bail_id\n1\n")
    with pytest.raises(DataError) as caught:
        shop.prepare()
    message = caught.value.message
    assert "incident.csv: is empty" in message
    assert "crime.parquet: the Parquet file is damaged" in message
    told = [line for line in message.splitlines() if "bail.csv" in line]
    assert len(told) == 1, "one message for all columns that are absent"
    assert told[0].startswith("- bail.csv: no column '") and "or 'return_due_on', which table 'bail' needs." in told[0]
    assert "Did you mean" not in told[0], "what the table wants itself was not meant for another column"


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=12))
def test_any_text_in_well_written_cells_is_read_and_accounted_for(shop, rows):
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["incident_id", "created_month", "incident_type"])
    writer.writerows(rows)
    shop.file("incident.csv", out.getvalue())
    (account,) = shop.prepare().accounts
    refused = sum(len(shop.rejected(p.stem)) for p in shop.project.rejected("here").glob("*.csv"))
    assert account.read == account.kept + account.rejected
    assert account.rejected == refused
    if not any("\n" in cell or "\0" in cell or "\ufffd" in cell for row in rows for cell in row):
        assert account.read == len(rows)


FILLED = """
    title: t
    files: {f: {pattern: incident.csv, ragged: fill}}
    tables: {incident: {file: f, columns: {incident_id: incident_id, created_month: created_month}}}
"""


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(st.sampled_from('a1,"\n\r\0é '), max_size=60), source=st.sampled_from(["standard", "src"]))
def test_any_bytes_are_accounted_for_line_by_line(shop, body, source):
    shop.mapping(FILLED)
    shop.file("incident.csv", HEADER + body + "\n")
    manifest = shop.prepare(source)
    assert all(a.read == a.kept + a.rejected for a in manifest.accounts)
    lines = [line for line in body.split("\n") if line.removesuffix("\r")]
    # A return alone may end a line, where more lines are whole for it.
    alone = body.count("\r") - body.count("\r\n")
    assert sum(a.read for a in manifest.accounts) <= len(lines) + alone
    if '"' not in body and not alone:
        assert sum(a.read for a in manifest.accounts) == len(lines)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text("abé£Ŵ漢", min_size=1, max_size=6), min_size=1, max_size=6), more=st.integers(1, 6))
def test_no_name_is_garbled_in_a_file_joined_from_two_encodings(shop, words, more):
    written = [word.encode() for word in words] + ["café".encode("windows-1252")] * (len(words) + more)
    shop.file("incident.csv", HEADER.encode() + b"".join(b"%d,2013-01,%b\n" % line for line in enumerate(written)))
    remarks = shop.prepare().remarks
    assert list(shop.table("incident")["incident_type"]) == [*words, *["café"] * (len(words) + more)]
    partly = sum(not word.isascii() for word in words)
    assert [f"{partly} of its lines are" in remark for remark in remarks] == [partly > 0]


@pytest.mark.parametrize(("sign", "words"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_lines_parted_by_another_sign_than_their_header_are_told(shop, sign, words):
    rows = "".join(f"{i},2013-01,x\n" for i in range(20))
    shop.file("incident.csv", HEADER + "99,2013-01,x\n" + rows.replace(",", sign))
    (remark,) = [r for r in shop.prepare().remarks if "parted" in r]
    assert f"most of 20 lines are parted by {words}, and its header by commas" in remark
    assert shop.table("incident")["incident_id"].tolist() == ["99"]
