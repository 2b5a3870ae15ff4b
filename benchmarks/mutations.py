"""A small return, broken in thousands of ways: what must hold however a file is damaged.

``python -m benchmarks.mutations [COUNT] [SEED]`` tries 2,000 by default and prints what didn't hold.
"""

from __future__ import annotations

import gzip
import io
import random
import shutil
import sys
import tempfile
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
from pyarrow import parquet

from hmic_analysis.cli.data import check_rows
from hmic_analysis.errors import HmicError
from hmic_analysis.project import Project
from hmic_analysis.store.manifest import read_manifest
from hmic_analysis.store.prepare import prepare

COUNT, SEED = 2000, 1
#: Files of the return that are broken at once: half of them, and the other half must come out as they were.
TOGETHER = 3
#: Whom nobody may read of outside the rejected rows; long enough not to come about by chance.
PERSONS = tuple(
    f"{name} 19{70 + i}-01-0{i + 1}" for i, name in enumerate(("OYELARAN Wilma", "THISTLE Bo", "QUAYLE Ann"))
)
_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="change">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def small_return() -> dict[str, bytes]:
    """A file of every kind by name, each for a table of its own."""
    stamps = [f"2013-0{1 + i % 9}-1{i % 9} 09:{i:02d}:00" for i in range(20)]
    incident = [["incident_id", "created_at", "grade", "result"]]
    incident += [[f"I{i}", stamp, "priority", "attended"] for i, stamp in enumerate(stamps)]
    suspect = [["person_key", "crime_id", "named_on", "status"]]
    suspect += [[PERSONS[i % 3], f"C{i}", stamp[:10], "outstanding"] for i, stamp in enumerate(stamps)]
    crime = [["crime_id", "recorded_at", "crime_type"]]
    crime += [[f"C{i}", stamp, "Burglary, dwelling"] for i, stamp in enumerate(stamps)]
    change = [["change_id", "change_type", "title"], *([f"CH{i}", "process", f"Change {i}"] for i in range(5))]
    staff = [["person_key", "role"], *([name, "response"] for name in PERSONS)]
    book = openpyxl.Workbook()
    book.active.title = "suspect"
    for row in suspect:
        book.active.append(row)
    bail = [["bail_id", "person_key", "bail_type", "granted_on", "return_due_on"]]
    bail += [[f"B{i}", name, "court", "2013-02-01", "2013-03-01"] for i, name in enumerate(PERSONS)]
    xlsx, ods, columns = io.BytesIO(), io.BytesIO(), io.BytesIO()
    book.save(xlsx)
    with zipfile.ZipFile(ods, "w", zipfile.ZIP_DEFLATED) as archive:
        cells = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in change)
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _ODS.format(rows=cells))
    pd.DataFrame(staff[1:], columns=staff[0]).to_parquet(columns)
    return {
        "incident.csv": _csv(incident, "\r\n"),
        "crime.csv.gz": gzip.compress(_csv(crime), mtime=0),
        "suspect.xlsx": xlsx.getvalue(),
        "change.ods": ods.getvalue(),
        "staff.parquet": columns.getvalue(),
        "bail.csv": _csv(bail),
    }  # fmt: skip


def _csv(rows: list[list[str]], end: str = "\n") -> bytes:
    return "".join(",".join(f'"{c}"' if "," in c else c for c in row) + end for row in rows).encode()


def _ods_cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


# --------------------------------------------------------------------------------------------------------------------
# Ways of breaking a file.


def _flip(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _insert(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    part = rng.choice(
        [b'"', b",", b"\r", b"\n", b"\0", b"\xff", b"\xe2\x80\xa8", b"=1+1", b"<", b"&x;", b"\r\n\r\n", b";"]
    )
    return data[:at] + part + data[at:]


def _cut(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.choice([1, 2, 7, 200]) :]


def _end(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _repeat(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at : at + rng.choice([1, 30, 400])] * 2 + data[at:]


def _line(rng: random.Random, data: bytes) -> bytes:
    """Without a line, the header more often than others; or lines in another order."""
    lines = data.splitlines(keepends=True)
    if rng.random() < 0.7:
        del lines[0 if rng.random() < 0.5 else rng.randrange(len(lines))]
    else:
        rng.shuffle(lines)
    return b"".join(lines)


def _ends(rng: random.Random, data: bytes) -> bytes:
    """Other line ends, in some or in all places."""
    share = rng.choice([0.1, 0.5, 1.0])
    parts = data.replace(b"\r\n", b"\n").split(b"\n")
    ends = [rng.choice([b"\r", b"\r\n", b"\n"]) if rng.random() < share else b"\n" for _ in parts[1:]]
    return b"".join(part + end for part, end in zip(parts, [*ends, b""], strict=True))


def _encoded(rng: random.Random, data: bytes) -> bytes:
    text = data.decode("latin-1")
    return rng.choice([text.encode("utf-16"), b"\xef\xbb\xbf" + data, b"\xff\xfe" + data, text.encode("utf-32"), b""])


BREAKS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip, _insert, _cut, _end, _repeat, _line, _ends, _encoded,
)  # fmt: skip


def broken(rng: random.Random, name: str, content: bytes) -> bytes:
    """A file in which one to three things are wrong; of an archive as often what is in it, packed as it should be."""
    packed = name.endswith((".xlsx", ".ods")) and rng.random() < 0.6
    if packed:
        return _repacked(rng, content)
    unpacked = name.endswith(".gz") and rng.random() < 0.6
    data = gzip.decompress(content) if unpacked else content
    for _ in range(rng.choice([1, 1, 2, 3])):
        data = rng.choice(BREAKS)(rng, data) if data else data
    return gzip.compress(data, mtime=0) if unpacked else data


def _repacked(rng: random.Random, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        names = archive.namelist()
        telling = [
            n for n in names if "sheet" in n or "content" in n or n.endswith((".rels", "workbook.xml", "styles.xml"))
        ]
        chosen = rng.choice(telling)
        for name in names:
            data = archive.read(name)
            made.writestr(name, rng.choice(BREAKS[:5])(rng, data) if name == chosen else data)
    return out.getvalue()


# --------------------------------------------------------------------------------------------------------------------
# What must hold.


class Bench:
    """A project with the return whole, and what its tables hold."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self.raw = self.project.raw / "here"
        self.whole = small_return()
        self.raw.mkdir(parents=True)
        (root / "params" / "sources").mkdir(parents=True)
        (root / "params" / "inspection.yml").write_text("", encoding="utf-8")
        self._put(self.whole)
        manifest = prepare(self.project, ["standard"], "here", self.raw).manifest
        assert set(manifest.tables) == {_table(name) for name in self.whole} and not manifest.broken, manifest
        self.tables = {name: self._rows(name) for name in manifest.tables}

    def _put(self, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            (self.raw / name).write_bytes(content)

    def _rows(self, table: str) -> list[dict[str, object]]:
        folder = self.project.processed / "here" / read_manifest(self.project, "here").version
        rows = parquet.read_table(folder / f"{table}.parquet").drop_columns(["flags"]).to_pylist()
        return sorted(rows, key=lambda row: row["source_row"])

    def broken_with(self, given: dict[str, bytes]) -> list[str]:
        """What doesn't hold where some files are as given."""
        shutil.rmtree(self.project.processed, ignore_errors=True)
        shutil.rmtree(self.project.output, ignore_errors=True)
        self._put({**self.whole, **given})
        try:
            manifest = prepare(self.project, ["standard"], "here", self.raw).manifest
            said = "\n".join(f"{row.name} {row.text}" for row in check_rows(manifest))
        except HmicError as fault:
            return [f"a broken file costs the whole return: {fault.message}"]
        except BaseException:  # noqa: BLE001 - that is what is looked for
            return [traceback.format_exc()]
        faults = [
            f"{a.file} {a.table}: {a.read} rows are not {a.kept} + {a.rejected}"
            for a in [*manifest.accounts, *(a for entry in manifest.tables.values() for a in entry.accounts)]
            if a.read != a.kept + a.rejected
        ]
        for table, entry in manifest.tables.items():
            if entry.rows != sum(a.kept for a in entry.accounts) or entry.rows != len(self._rows(table)):
                faults.append(f"table {table} does not hold the rows that its account keeps")
        for table in sorted(set(self.tables) - {_table(name) for name in given}):
            if table not in manifest.tables or self._rows(table) != self.tables[table]:
                faults.append(f"table {table}, whose file is whole, is another")
        for name, content in given.items():
            told = _table(name) in {*manifest.tables, *manifest.broken} or name in manifest.files_not_read
            if not told and not any(name in remark for remark in manifest.remarks) and content != self.whole[name]:
                faults.append(f"{name} vanished without a word")
        return faults + self._persons(said)

    def _persons(self, said: str) -> list[str]:
        """Persons who can be read of anywhere but in the return and among the rows kept aside."""
        apart = (self.project.raw, self.project.output / "rejected")
        found = [f"{person} in what is said" for person in PERSONS if person in said]
        for path in self.project.root.rglob("*"):
            if path.is_file() and not any(path.is_relative_to(folder) for folder in apart):
                content = path.read_bytes()
                found += [f"{p} in {path.name}" for p in PERSONS if p.encode() in content]
        return found


def _table(name: str) -> str:
    return name.split(".")[0]


def search(bench: Bench, count: int, seed: int) -> list[tuple[str, int, list[str]]]:
    """Break so many files at random, some at once: which, the number of the trial, and what didn't hold."""
    found = []
    for number, first in enumerate(range(0, count, TOGETHER)):
        rng = random.Random(f"{seed} {number}")
        names = rng.sample(sorted(bench.whole), min(TOGETHER, count - first))
        faults = bench.broken_with({name: broken(rng, name, bench.whole[name]) for name in names})
        if faults:
            found.append((", ".join(names), number, faults))
    return found


def main(count: int = COUNT, seed: int = SEED) -> int:
    """Search, print what was found, and tell by the exit code whether anything was."""
    with tempfile.TemporaryDirectory() as work:
        found = search(Bench(Path(work) / "project"), count, seed)
    for names, number, faults in found:
        print(f"trial {number} of seed {seed}, {names}:", *faults, sep="\n  ")
    trials = -(-count // TOGETHER)
    print(f"{count} mutations in {trials} trials, {len(found)} of these with a fault")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
