"""Files read with their types at once give exactly what reading them as text gives."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.contracts.base import Column, Contract
from hmic_analysis.store import csvfile, straight
from hmic_analysis.store.csvfile import fetch_lines
from hmic_analysis.store.rawtable import Layout, make_macros
from hmic_analysis.store.straight import Typing, read_straight
from hmic_analysis.store.textfile import scan_csv
from tests.store.conftest import Workshop

#: Tables that have between them every kind of column.
TABLES = ("incident", "deployment", "demand_task", "anpr_camera_day", "device", "suspect", "workload")
GOOD = {
    "text": ["INC0001", "INC0002", "District 1", "a;b", "x, y", "7"],
    "person": ["stf001", "A B", *(f"STF{n:03d}" for n in range(300))],
    "timestamp": ["2013-07-02 03:04:05", "2013-01-31 23:59:59", "2013-03-31 00:59:59", "2013-03-31 02:00:00"],
    "date": ["2013-07-02", "2012-02-29", "1999-12-31"],
    "month": ["2013-07", "2012-12"],
    "boolean": ["yes", "no"],
    "integer": ["0", "7", "24", "012"],
    "number": ["1.5", "30", "0.25"],
}
ODD = {
    "text": ["Unknown", "-", "Total", " x", "x ", "null", "N/A", "#n/a", "nullx", "1.2E+05", "caf\u00e9", "\u00a0x", "\u200b", "epoch", "a  b"],
    "person": ["UNKNOWN", "nan", "n/a", " STF001", "A  B", "Zo\u00eb", "STF001 ", "#N/A"],
    "timestamp": [
        "2013-03-31 01:30:00", "2013-10-27 01:30:00", "2013-10-27 00:59:59", "2013-10-27 02:00:00",
        "2013-7-2 3:4:5", "2013-07-02T03:04:05", "2013-07-02 03:04", "2013-07-02", "2013-07-02 03:04:05.5",
        "2013-07-02 03:04:05Z", "2013-07-02 03:04:05+01", "2013-02-30 10:00:00", "02/07/2013 03:04", "epoch",
        "1970-01-01 00:00:00", "infinity", "0013-07-02 03:04:05", "2013-07-02 24:00:00", "2013-07-02 03:04:60", "2013-07-02  3:4:5",
        " 2013-07-02 03:04:05", "2150-01-01 00:00:00", "1900-01-01 00:00:00", "13-07-02 03:04:05", "null", "now",
    ],
    "date": [
        "2013-7-2", "02/07/2013", "2013-02-30", "2013-07-02 00:00:00", "epoch", "1970-01-01", "1899-12-31", "today",
        "2101-01-01", " 2013-07-02", "2013-07-02 ", "N/A", "20130702", "2 July 2013", "-infinity", "13-07-02",
    ],
    "month": ["2013-7", "2013-13", "07/2013", "Jul 2013", "2013-07-02", "1899-01", " 2013-07", "null", "2013"],
    "boolean": ["Yes", "TRUE", "1", "0", "1.0", "t", "F", "on", "maybe", " no", "n/a", "Y", "nein"],
    "integer": ["1.0", "1.5", "1e1", "1_0", "0x10", "+5", "-1", "1,234", " 7", "nan", "inf", "99999999999999999999", "n/a"],
    "number": ["1e3", "1_0", "nan", "-inf", ".5", "5.", "+1.5", "1,234.5", "0x1p3", "1.5 ", "null", "-0", "-2.5"],
}  # fmt: skip


def cell(column: Column, chance: random.Random, odd: float) -> str:
    if chance.random() < 0.1:
        return ""
    if column.kind in ("code", "codes"):
        one = chance.choice(column.allowed)
        if chance.random() < odd:
            return chance.choice([one.upper(), f" {one}", one.replace("_", " "), "nonsense", f"{one};{one}", "N/A"])
        return one if column.kind == "code" else ";".join(chance.sample(column.allowed, min(2, len(column.allowed))))
    return chance.choice(ODD[column.kind] if chance.random() < odd else GOOD[column.kind])


def written(contract: Contract, seed: int, rows: int = 900, odd: float = 0.05) -> str:
    chance = random.Random(seed)
    out = io.StringIO(newline="")
    names = [*contract.column_names, "synthetic", "remark"]
    chance.shuffle(names)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if seed % 2 else csv.QUOTE_MINIMAL, lineterminator="\n")
    writer.writerow(names)
    known = {c.name: c for c in contract.columns}
    for number in range(rows):
        extra = {"synthetic": "no", "remark": chance.choice(["", "x", "x, y"])}
        row = {n: cell(known[n], chance, odd) if n in known else extra[n] for n in names}
        # Most rows have a key of their own; those of other rows are repeats or conflicts.
        row |= {n: f"{n[:3]}{number}" for n in contract.key if known[n].kind == "text" and chance.random() < 0.9}
        writer.writerow(names if number % 300 == 299 else row.values())
    return out.getvalue()


def loaded(folder: Path, files: dict[str, str], quick: bool, monkeypatch) -> tuple[dict, dict, list, list]:
    """Tables, rows kept aside, accounts, and files read with their types."""
    monkeypatch.setattr(csvfile, "LEAST_BYTES", 0 if quick else 1 << 60)
    monkeypatch.setattr(straight, "MOST_ODD", 0.95)
    taken: list[str] = []
    plain = csvfile.read_straight

    def watched(con, layout, table, typing):
        if (found := plain(con, layout, table, typing)) is not None:
            taken.append(layout.path.stem)
        return found

    monkeypatch.setattr(csvfile, "read_straight", watched)
    shop = Workshop(folder)
    (folder / ".hmic").mkdir()
    (folder / ".hmic" / "person.key").write_bytes(b"k" * 32)
    for name, content in files.items():
        shop.file(f"{name}.csv", content)
    manifest = shop.prepare()
    monkeypatch.setattr(csvfile, "read_straight", plain)
    tables = {name: shop.table(name) for name in files}
    aside = {p.stem: pd.read_csv(p, dtype=str) for p in shop.project.rejected("here").glob("*.csv")}
    entries = [manifest.tables[n].model_dump(exclude={"sha256"}) for n in files] + [a for a in manifest.accounts]
    return tables, aside, entries, taken


@pytest.mark.parametrize("seed", [1, 2])
def test_every_row_comes_out_as_it_does_from_text(tmp_path, monkeypatch, seed):
    files = {name: written(CONTRACTS[name], seed) for name in TABLES}
    tables, aside, entries, taken = loaded(tmp_path / "quick", files, True, monkeypatch)
    same, same_aside, same_entries, none = loaded(tmp_path / "slow", files, False, monkeypatch)
    assert sorted(taken) == sorted(TABLES) and not none
    for name in TABLES:
        pd.testing.assert_frame_equal(tables[name], same[name])
        assert len(tables[name]) > 20
    assert set(aside) == set(same_aside) and "incident" in aside
    for name in aside:
        pd.testing.assert_frame_equal(aside[name], same_aside[name])
    assert entries == same_entries


def test_repeats_are_kept_aside_with_what_the_file_says(tmp_path, monkeypatch):
    line = '"I{:04d}","2013-07-02 03:04:05","emergency"\n'
    content = "incident_id,created_at,grade\n" + "".join(line.format(i % 700) for i in range(1000))
    tables, aside, _, taken = loaded(tmp_path, {"incident": content}, True, monkeypatch)
    assert taken == ["incident"] and len(tables["incident"]) == 700
    assert aside["incident"]["row"].tolist() == [str(n) for n in range(702, 1002)]
    assert aside["incident"]["reasons"][0] == "repeat of row 2 of incident.csv"
    assert aside["incident"]["original"][0] == (
        '{"incident_id":"I0000","created_at":"2013-07-02 03:04:05","grade":"emergency"}'
    )


def test_a_file_of_which_much_is_odd_is_read_as_text(tmp_path, monkeypatch):
    content = "incident_id,created_at\n" + "".join(f"I{i},2013-07-02T03:04\n" for i in range(100))
    monkeypatch.setattr(csvfile, "LEAST_BYTES", 0)
    shop = Workshop(tmp_path)
    shop.file("incident.csv", content)
    asked = []
    plain = csvfile.read_straight
    monkeypatch.setattr(csvfile, "read_straight", lambda *a: asked.append(plain(*a)) or asked[-1])
    assert shop.prepare().tables["incident"].rows == 100
    assert asked == [None]


CELL = st.text(st.sampled_from('ab ,;"\n\r\t\x00\u00e9\u00a0\ufffd'), max_size=4)
TAME = st.text(st.sampled_from("ab ;\u00e9"), min_size=1, max_size=4)
QUOTED = (CELL | TAME).map(lambda cell: '"' + cell.replace('"', '""') + '"')
LINE = st.lists(TAME | QUOTED | CELL, min_size=2, max_size=2) | st.lists(CELL, min_size=1, max_size=4)
FILE = st.lists(LINE.map(",".join), min_size=1, max_size=4)
#: A table without rules, so that nothing but the shape of the file counts.
FREE = Contract("free", "Free", "A row.", "nobody", (Column("x", "text", "X."), Column("y", "text", "Y.")))


@pytest.fixture(scope="module")
def con():
    """A database that knows the macros; each example leaves it as it was."""
    con = duckdb.connect()
    make_macros(con)
    return con


@settings(max_examples=300)
@given(lines=FILE, end=st.sampled_from(["\n", "\r\n"]), last=st.booleans(), torn=st.integers(0, 20))
@example(lines=["a,b,"], end="\r\n", last=True, torn=1)
@example(lines=["a,", "b,,"], end="\n", last=True, torn=1)
@example(lines=["a,b", "\r"], end="\n", last=True, torn=1)
@example(lines=["a,b", 'a,b,""'], end="\n", last=True, torn=1)
@example(lines=["a,b", 'a,b,""'], end="\r\n", last=True, torn=1)
@example(lines=["a,b", 'a,b,""'], end="\n", last=False, torn=1)
@example(lines=[";,;", ',"" '], end="\n", last=False, torn=1)
@example(lines=["a,b", '"a"  ,b'], end="\r\n", last=True, torn=1)
def test_no_file_is_taken_whose_lines_may_not_be_records(con, tmp_path_factory, lines, end, last, torn):
    try:
        taken_as_it_is(con, tmp_path_factory, lines, end, last, torn)
    finally:
        for kind in ("view", "table"):
            for (name,) in con.execute(f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE NOT internal").fetchall():
                con.execute(f"DROP {kind} {name}")


def taken_as_it_is(con, tmp_path_factory, lines, end, last, torn):
    folder = tmp_path_factory.mktemp("straight")
    content = end.join(["x,y", *lines]) + (end if last else "")
    path = folder / "data.csv"
    path.write_bytes(content.encode() + (b"\xe9" if torn == 0 else b""))
    start = len("x,y" + end)
    careful = scan_csv(path, start, 2, 2, ",", '"')
    layout = Layout(path, start, ("x", "y"), ",", '"', 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(straight, "MOST_ODD", 1.0)
        found = read_straight(con, layout, "t", Typing(FREE, "Europe/London", ()))
    if found is None:
        return
    taken, count = found
    try:
        fetch_lines(con, layout, "t", [n for (n,) in con.execute("SELECT _row FROM t_odd").fetchall()], folder)
    except (duckdb.ConversionException, duckdb.InvalidInputException):
        return
    assert not careful.bad and not careful.dropped and not len(careful.removed) and not careful.mended
    assert count == careful.records
    rows = con.execute(f"SELECT _row, x, y FROM ({taken.select}) UNION ALL SELECT _row, c1, c2 FROM t").fetchall()
    expected = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert [[n, a or "", b or ""] for n, a, b in sorted(rows)] == [[i, *row] for i, row in enumerate(expected, 2)]
