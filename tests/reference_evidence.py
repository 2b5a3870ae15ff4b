"""Holds the evidence of fixed returns against a kept reference, value by value.

    python tests/reference_evidence.py                          # compare this checkout with the reference
    python tests/reference_evidence.py --simulator ../before    # the same, on returns that another checkout simulates
    python tests/reference_evidence.py --forces city-of-london --mean "why"    # and list what differs, as meant
    python tests/reference_evidence.py --write --checkout ../before    # make the reference anew, from another checkout

Five returns are loaded and every finding is run on them by the command line: simulated Cleveland, City of London and
Durham, and, where the open data lie beside the checkout, the street files of Cleveland and a command and control
export.  What is compared is read from the files that the commands leave (`evidence.json`, the tables behind figures, the
manifest and the columns of the loaded tables), so nothing here knows how the package is laid out.

Of each simulated table the reference keeps a hash a column: where these differ too, it is the simulator that changed, and
`--simulator` tells what else did.  Of open data it keeps what was counted, and hashes, never a row.

Exit code 1 if there is a difference that `tests/reference/meant_differences.yml` does not list with its reason.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import lzma
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "tests" / "reference" / "evidence.json.xz"
MEANT = ROOT / "tests" / "reference" / "meant_differences.yml"
OPEN_DATA = ROOT.parent / "shared" / "data"
COMPARATORS = "england-and-wales"
PACKAGES = ("pandas", "numpy", "scipy", "statsmodels", "duckdb", "pyarrow")
ABSENT = "(absent)"

#: How each simulated return is drawn.  Each has a project of its own, so any of them can be compared alone.
SIMULATED = {
    "cleveland": ("--facts", "params/scenarios/cleveland-2014.yml"),
    "city-of-london": ("--varied",),
    "durham": ("--varied",),
}
SCALE, SEED = "0.05", "1"
#: Folder of open data that each real return is made of.
REAL = {"cleveland-open-data": "police-uk-cleveland-2014", "alexandria": "cad-alexandria-2025"}
FORCES = (*SIMULATED, *REAL)

#: What says nothing about the force: durations, versions, places of files, hashes of whole files and of code.
PASSED_OVER = {"seconds", "versions", "inputs", "schema_version", "sha256", "png", "svg", "data_sha256"}
MANIFEST_PASSED_OVER = {*PASSED_OVER, "version", "contracts_sha256", "mappings", "key_id"}
#: Lists of things that have a name are compared by name, so that one more does not shift all others.
NAMED_BY = ("claim", "id", "name", "table", "file")
#: A column of figures behind a chart or table that is longer than this is kept as a hash.
LONGEST_COLUMN = 400


class Commands:
    """The command line of one checkout, used in a project folder."""

    def __init__(self, checkout: Path, scratch: Path):
        paths = [str(checkout), *filter(None, [os.environ.get("PYTHONPATH")])]
        # Persons are known by keyed hashes: with one key for all runs the loaded columns can be compared.
        key = scratch / "person.key"
        key.write_bytes(hashlib.sha256(b"the fixed key of made-up persons").digest())
        self.env = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "HMIC_PERSON_KEY_FILE": str(key)}
        self.checkout = checkout

    def __call__(self, project: Path, *words: str, may_fail: bool = False) -> int:
        done = subprocess.run(
            [sys.executable, "-m", "hmic_analysis", *words],
            cwd=project,
            env=self.env,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode:
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            print(f"hmic {' '.join(words)} ended with {done.returncode}:\n{tail}", file=sys.stderr)
            if not may_fail:
                raise SystemExit(2)
        return done.returncode


def new_project(folder: Path, checkout: Path) -> Path:
    """The parameters and notebooks of a checkout, without data."""
    for name in ("params", "notebooks"):
        shutil.copytree(checkout / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for name in ("raw", "processed"):
        (folder / "data" / name).mkdir(parents=True)
    return folder


def make_return(force: str, folder: Path, hmic: Commands, simulator: Commands, open_data: Path) -> Path:
    """A project with the fixed return of one force."""
    project = new_project(folder / "project", hmic.checkout)
    if force in REAL:
        files = sorted((open_data / REAL[force]).glob("*.csv"))
        files = [str(p) for p in files if p.name != "MANIFEST.csv"]
        hmic(project, "data", "add", "--force", force, *files)
        return project
    made = project
    if simulator.checkout != hmic.checkout:
        made = new_project(folder / "simulator", simulator.checkout)
    how = SIMULATED[force]
    words = ("--force", force, "--scale", SCALE, "--seed", SEED, "--workers", "1", *how)
    simulator(made, "data", "simulate", *words)
    if made != project:
        shutil.copytree(made / "data" / "raw", project / "data" / "raw", dirs_exist_ok=True)
    return project


def run_findings(force: str, project: Path, hmic: Commands, workers: int = 1, *words: str) -> None:
    """Load the return and run all findings; a report that fails is a difference, and no reason to stop."""
    hmic(project, "run", "--quiet", "--force", force, "--workers", str(workers), *words, may_fail=True)


def gather(force: str, project: Path) -> dict[str, Any]:
    """Everything that one force's run left, as one tree of plain values."""
    findings: dict[str, Any] = {}
    parameters: dict[str, dict[str, Any]] = {}
    for path in sorted((project / "output" / "runs" / force).glob("*/evidence.json")):
        bundle = read_json(path)
        for name, (value, *_) in bundle.pop("parameters", {}).items():
            parameters.setdefault(name, {})[path.parent.name] = value
        for item in (*bundle["figures"], *bundle["tables"]):
            item["columns"] = columns_of(path.parent / item.pop("data"))
        findings[path.parent.name] = plain(bundle, PASSED_OVER)
    slugs = [slug for slug in (force, COMPARATORS) if (project / "data" / "raw" / slug).is_dir()]
    return {
        "findings": findings,
        "parameters": {
            name: next(iter(by.values())) if len(set(map(str, by.values()))) == 1 else by
            for name, by in parameters.items()
        },
        "loaded": {slug: loaded(project / "data" / "processed" / slug) for slug in slugs},
        "returns": {slug: returned(project / "data" / "raw" / slug) for slug in slugs},
    }


def returned(folder: Path) -> dict[str, Any]:
    """What a return holds: rows and a hash a column of each file, and what its simulator says is true of it."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file)
        columns = {name: digest(row[i] if i < len(row) else None for row in rows) for i, name in enumerate(head)}
        found[path.stem] = {"rows": len(rows), "columns": columns}
    if (folder / "truth.json").is_file():
        found["truth"] = plain(read_json(folder / "truth.json"), PASSED_OVER)
    return found


def loaded(folder: Path) -> dict[str, Any]:
    """What became of a return: the manifest with its row accounts, and a hash a column of each loaded table."""
    if not (folder / "manifest.json").is_file():
        return {}
    manifest = plain(read_json(folder / "manifest.json"), MANIFEST_PASSED_OVER)
    for path in sorted(folder.rglob("*.parquet")):
        table = pq.read_table(path)
        hashes = {name: digest(table.column(name).to_pylist()) for name in table.column_names}
        manifest["tables"].setdefault(path.stem, {})["columns"] = hashes
    return manifest


def columns_of(path: Path) -> dict[str, Any]:
    """The figures of a CSV by column; of a very long one a hash a column."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    columns = {name: [row[i] for row in rows] for i, name in enumerate(head)}
    if len(rows) <= LONGEST_COLUMN:
        return columns
    return {name: f"{len(values)} values, {digest(values)}" for name, values in columns.items()}


def plain(value: Any, passed_over: set[str]) -> Any:
    """The value with things that have a name by their name, and without what is passed over."""
    if isinstance(value, dict):
        return {k: plain(v, passed_over) for k, v in value.items() if k not in passed_over}
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        named = {name_of(v): plain(v, passed_over) for v in value}
        if len(named) == len(value):
            return named
    return [plain(v, passed_over) for v in value] if isinstance(value, list) else value


def name_of(item: dict[str, Any]) -> str:
    """``A6c``; for a row account its file and, where it says so, its table."""
    if "file" in item:
        return " ".join(filter(None, [item["file"], item.get("table")]))
    return next((str(item[key]) for key in NAMED_BY if key in item), json.dumps(item, sort_keys=True))


def digest(values: Any) -> str:
    """A short hash of values in their order; its sign keeps it from being taken for a number."""
    found = hashlib.sha256()
    for value in values:
        found.update(json.dumps(value, default=str, ensure_ascii=False).encode())
        found.update(b"\n")
    return f"#{found.hexdigest()[:12]}"


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Difference:
    """One value that is not as it was."""

    path: str
    before: Any
    after: Any
    reason: str = ""

    def __str__(self) -> str:
        meant = f"\n    meant:  {self.reason}" if self.reason else ""
        return f"{self.path}\n    before: {short(self.before)}\n    after:  {short(self.after)}{meant}"


def short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 400 else f"{text[:400]} ... ({len(text)} characters)"


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Every value that differs, and every branch that only one side has."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            below = f"{path}/{key}" if path else key
            if key in before and key in after:
                yield from differences(before[key], after[key], below)
            else:
                yield Difference(below, before.get(key, ABSENT), after.get(key, ABSENT))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{path}/{i}")
    elif not same(before, after):
        yield Difference(path, before, after)


def same(before: Any, after: Any) -> bool:
    """Equal; numbers, also those in the cells of a table, to nine digits, as sums may be taken in another order."""
    if isinstance(before, bool) or isinstance(after, bool) or type(before) is not type(after):
        both_numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (before, after))
        return math.isclose(before, after, rel_tol=1e-9) if both_numbers else before is after
    if before == after:
        return True
    try:
        return math.isclose(float(before), float(after), rel_tol=1e-9, abs_tol=1e-12)
    except (TypeError, ValueError):
        return False


class Meant:
    """The file of meant differences: words that were renamed, and paths that differ for a reason."""

    def __init__(self, text: str):
        words = YAML(typ="safe").load(text) or {}
        unknown = set(words) - {"renamed", "differences"}
        if unknown:
            raise ValueError(f"Not known among the meant differences: {', '.join(sorted(unknown))}")
        self.renamed: dict[str, str] = words.get("renamed") or {}
        self.entries: list[dict[str, Any]] = words.get("differences") or []
        for entry in self.entries:
            if not entry.get("path") or not str(entry.get("reason") or "").strip():
                raise ValueError(f"A meant difference has a path and a reason: {entry}")
            if set(entry) - {"path", "reason", "before", "after"}:
                raise ValueError(f"A meant difference has path, reason, before and after, nothing else: {entry}")
        self.used: Counter[int] = Counter()

    def rename(self, before: Any) -> Any:
        """The reference with its renamed words as they are now, in keys and in texts."""
        if not self.renamed:
            return before
        either = "|".join(map(re.escape, sorted(self.renamed, key=len, reverse=True)))
        pattern = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])")
        return mapped(before, lambda text: pattern.sub(lambda m: self.renamed[m[0]], text))

    def judge(self, found: Difference) -> Difference:
        """The difference, with its reason if it is a meant one."""
        for i, entry in enumerate(self.entries):
            if not matches(entry["path"], found.path):
                continue
            sides = ((side, getattr(found, side)) for side in ("before", "after") if side in entry)
            if all(same(entry[side], value) for side, value in sides):
                self.used[i] += 1
                return Difference(found.path, found.before, found.after, str(entry["reason"]).strip())
        return found


def matches(pattern: str, path: str) -> bool:
    """``*`` stands for anything, slashes included; all else for itself, since strata stand in brackets."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path, re.DOTALL) is not None


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        changed = {change(k): mapped(v, change) for k, v in value.items()}
        if len(changed) != len(value):
            raise ValueError(f"Two things would have one name: {', '.join(sorted(value))}")
        return changed
    if isinstance(value, list):
        return [mapped(v, change) for v in value]
    return change(value) if isinstance(value, str) else value


def compare(before: dict[str, Any], after: dict[str, Any], meant: Meant) -> list[Difference]:
    """All differences between the forces that both sides have, each with its reason if it is meant."""
    both = [force for force in before if force in after]
    old = meant.rename({force: before[force] for force in both})
    return [meant.judge(d) for d in differences(old, {force: after[force] for force in both})]


def report(found: list[Difference], meant: Meant, whole: bool) -> int:
    """Print the differences, those that nobody listed last; the exit code."""
    for difference in sorted(found, key=lambda d: (not d.reason, d.path)):
        print(difference)
    unlisted = [d for d in found if not d.reason]
    print(f"\n{len(found)} differences, {len(found) - len(unlisted)} of them meant, {len(unlisted)} not listed.")
    for reason, n in Counter(d.reason for d in found if d.reason).most_common():
        print(f"  {n} meant: {reason}")
    by_place = Counter("/".join(d.path.split("/")[:3]) for d in unlisted)
    for place, n in sorted(by_place.items()):
        print(f"  {n} not listed: {place}")
    if any(d.path.split("/")[1] == "returns" for d in unlisted):
        print("The simulated returns differ, so the evidence may differ for that alone. --simulator tells them apart.")
    for i, entry in enumerate(meant.entries):
        if whole and not meant.used[i]:
            print(f"Listed, but there is no such difference: {entry['path']}")
    return 1 if unlisted else 0


def add_meant(found: list[Difference], reason: str, path: Path) -> int:
    """List the differences that nobody listed, each by its own path in any force; how many entries that makes."""
    entries: dict[str, str] = {}
    for difference in found:
        if not difference.reason:
            force, _, place = difference.path.partition("/")
            place = re.sub(r"(/columns/[^/]+)/\d+$", r"\1/*", place.replace(f"/{force}/", "/*/"))
            new = f"    before: {json.dumps(ABSENT)}\n" if difference.before == ABSENT else ""
            entries[place] = f"  - path: {json.dumps(f'*/{place}', ensure_ascii=False)}\n{new}"
    with path.open("a", encoding="utf-8", newline="\n") as file:
        for entry in entries.values():
            file.write(f"{entry}    reason: {json.dumps(reason, ensure_ascii=False)}\n")
    return len(entries)


def evidence_of(
    forces: list[str], checkout: Path, simulator: Path, open_data: Path, folder: Path, workers: int = 1
) -> dict[str, Any]:
    """Make the returns, run the findings, gather: the tree by force."""
    hmic, maker = Commands(checkout, folder), Commands(simulator, folder)
    found = {}
    for force in forces:
        if force in REAL and not (open_data / REAL[force]).is_dir():
            print(f"{force} is left out: there is no {REAL[force]} in {open_data}.")
            continue
        project = make_return(force, folder / force, hmic, maker, open_data)
        run_findings(force, project, hmic, workers)
        found[force] = gather(force, project)
        print(f"{force}: {len(found[force]['findings'])} findings", flush=True)
    return found


def write(evidence: dict[str, Any], path: Path, checkout: Path) -> None:
    """Sorted JSON, packed; with the versions that it was made by."""
    versions = {"python": platform.python_version()} | {name: metadata.version(name) for name in PACKAGES}
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, encoding="utf-8")
    whole = {"commit": commit.stdout.strip(), "versions": versions, "forces": evidence}
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.encode(), preset=9))
    print(f"{path}: {path.stat().st_size:,} bytes")


def read(path: Path) -> dict[str, Any]:
    return json.loads(lzma.decompress(path.read_bytes()))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="make the reference anew in place of comparing with it")
    parser.add_argument("--compare", action="store_true", help="compare with the reference; so it is without words")
    parser.add_argument("--forces", type=lambda s: s.split(","), default=list(FORCES), help=", ".join(FORCES))
    parser.add_argument("--checkout", type=Path, default=ROOT, help="whose code is run; by default this one's")
    parser.add_argument("--simulator", type=Path, help="whose simulator makes the returns; by default that checkout's")
    parser.add_argument("--reference", type=Path, default=REFERENCE)
    parser.add_argument("--meant", type=Path, default=MEANT, help="file of meant differences")
    parser.add_argument("--mean", metavar="WHY", help="list what differs and is not listed yet, with this reason")
    parser.add_argument("--save", type=Path, help="also keep what was found in this file")
    parser.add_argument("--from", dest="earlier", type=Path, help="compare a file kept by --save; nothing is run")
    parser.add_argument("--folder", type=Path, help="work in this new folder and keep it")
    parser.add_argument("--open-data", type=Path, default=OPEN_DATA)
    parser.add_argument("--workers", type=int, default=1)
    words = parser.parse_args(argv)
    unknown = set(words.forces) - set(FORCES)
    if unknown:
        parser.error(f"not among the fixed returns: {', '.join(sorted(unknown))}; there are {', '.join(FORCES)}")
    if words.write and set(words.forces) != set(FORCES):
        parser.error("the reference holds all forces")
    if words.earlier:
        found = {f: tree for f, tree in read(words.earlier)["forces"].items() if f in words.forces}
    else:
        checkout = words.checkout.resolve()
        simulator = words.simulator.resolve() if words.simulator else checkout
        with tempfile.TemporaryDirectory(prefix="hmic-reference-") as scratch:
            folder = words.folder.resolve() if words.folder else Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            found = evidence_of(words.forces, checkout, simulator, words.open_data, folder, words.workers)
        if words.write and set(found) != set(FORCES):
            parser.error("the reference holds all forces, the real ones too")
        for path in filter(None, (words.save, words.reference if words.write else None)):
            write(found, path, checkout)
    if words.write:
        return 0
    meant = Meant(words.meant.read_text(encoding="utf-8"))
    reference = read(words.reference)
    versions = {"python": platform.python_version()} | {name: metadata.version(name) for name in PACKAGES}
    for change in differences(reference["versions"], versions):
        print(f"Not the version the reference was made by: {change.path} {change.before}, here {change.after}")
    differing = compare(reference["forces"], found, meant)
    if words.mean:
        print(f"{add_meant(differing, words.mean, words.meant)} entries were added to {words.meant}: look them over.")
        return 0
    return report(differing, meant, set(found) == set(reference["forces"]))


if __name__ == "__main__":
    sys.exit(main())
