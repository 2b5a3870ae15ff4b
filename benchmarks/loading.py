"""``python -m benchmarks.loading``: loading at national scale, beside a bare copy of the same files.

Returns of the real size are simulated one force at a time, so that the disk holds one return only; each is loaded by
the library, with all its checks, and copied by DuckDB alone from CSV to Parquet with the types that the contracts
name, in fresh processes, in turn; and beside them by what an analyst would write, and by the library from a layout of
its own.  ``--all`` takes all 43 forces: one year of England and Wales.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.loading_ways import analyst, bare, foreign
from benchmarks.machine import describe
from benchmarks.memory import Watch
from benchmarks.table import put_between
from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.simulate.facts import Facts

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- loading: begin -->", "<!-- loading: end -->"
#: A small, a middling and two large forces.
USUAL = ("warwickshire", "cleveland", "west-yorkshire", "west-midlands")
#: Ways beside the library's own; of all forces at once the bare copy alone.
BESIDE = ("bare", "foreign", "analyst")


def ours(root: Path, slugs: list[str]) -> dict[str, int]:
    """Load returns; rows by table."""
    from hmic_analysis.runs.returns import prepare_forces
    from hmic_analysis.runs.rules import processors

    project = find_project(root)
    rows: Counter[str] = Counter()
    for _, made in prepare_forces(project, load_params(project), slugs, processors()):
        for name, entry in made.manifest.tables.items():
            rows[name] += sum(a.read for a in entry.accounts)
    return dict(rows)


def read_back(root: Path, slug: str) -> float:
    """Seconds that a notebook waits for the incidents of a year."""
    import hmic_analysis

    hmic_analysis.load_incidents(slug, project=root)
    begun = time.perf_counter()
    hmic_analysis.load_incidents(slug, project=root)
    return time.perf_counter() - begun


def timed(way: str, root: Path, slugs: list[str], watch: bool = False) -> dict:
    """Take one way once in a fresh process."""
    job = json.dumps({"way": way, "root": str(root), "slugs": slugs, "watch": watch})
    command = [sys.executable, "-m", "benchmarks.loading", "--job", job]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _do(job: dict) -> dict:
    """One way, in this process."""
    root, slugs, way = Path(job["root"]), job["slugs"], job["way"]
    target = root / "copy"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    if way == "foreign":
        root = root / "foreign" if (root / "foreign").exists() else foreign(root, slugs[0])
    if way in ("ours", "foreign"):
        for slug in slugs:
            shutil.rmtree(root / "data" / "processed" / slug, ignore_errors=True)
    # What is imported is not what is measured.
    import duckdb  # noqa: F401

    import hmic_analysis.runs.returns  # noqa: F401

    if way == "analyst":
        import pandera.pandas  # noqa: F401

    begun = time.perf_counter()
    with Watch(job["watch"]) as seen:
        if way in ("ours", "foreign"):
            rows = ours(root, slugs)
        else:
            for slug in slugs:
                {"bare": bare, "analyst": analyst}[way](root / "data" / "raw" / slug, target)
    found = {"seconds": time.perf_counter() - begun, "peak_mb": seen.peak_mb}
    shutil.rmtree(target)
    if way in ("ours", "foreign"):
        found["rows"] = rows
    if way == "ours":
        found["read_back"] = read_back(root, max(slugs, key=lambda slug: size_mb(root, slug)))
    return found


def size_mb(root: Path, slug: str) -> float:
    """Size of a return."""
    return sum(p.stat().st_size for p in (root / "data" / "raw" / slug).glob("*.csv")) / 1e6


def measure(slug: str, scale: float, rounds: int) -> dict:
    """Simulate one force, take both ways in turn, and remove it."""
    with tempfile.TemporaryDirectory(prefix="hmic-loading-") as folder:
        root = Path(folder)
        for part in ("params", "notebooks"):
            shutil.copytree(ROOT / part, root / part)
        project = find_project(root)
        simulate_forces(project, load_params(project), [slug], Facts(), scale, 1)
        return compared(root, slug, [slug], rounds, BESIDE)


def compared(root: Path, name: str, slugs: list[str], rounds: int, beside: tuple[str, ...]) -> dict:
    """Take the ways in turn on returns that are there."""
    found: dict[str, list[dict]] = {way: [] for way in ("ours", *beside)}
    for _ in range(rounds):
        for way, runs in found.items():
            runs.append(timed(way, root, slugs))
    peak = timed("ours", root, slugs, watch=True)["peak_mb"]
    rows = found["ours"][0]["rows"]
    if any(run["rows"] != rows for run in found.get("foreign", ())):
        raise SystemExit(f"{name}: other rows come out of the other layout")
    middle = {way: sorted(r["seconds"] for r in runs)[len(runs) // 2] for way, runs in found.items()}
    return {
        "force": name,
        "megabytes": sum(size_mb(root, slug) for slug in slugs),
        "rows": sum(rows.values()),
        "incidents": rows.get("incident", 0),
        "deployments": rows.get("deployment", 0),
        "crimes": rows.get("crime", 0),
        **middle,
        "peak_mb": peak,
        "read_back": sorted(r["read_back"] for r in found["ours"])[rounds // 2],
    }


def say(found: list[dict], together: list[dict], rounds: int, scale: float) -> list[str]:
    """The table as Markdown."""
    head = (
        "| return of | incidents | deployments | crimes | all rows | CSV, MB | bare copy, s | loaded, s | ratio "
        "| in another layout, s | ratio to the standard | pandas and pandera, s | peak, MB | read back, s |"
    )
    lines = [head, "| --- |" + " ---: |" * 13]
    total = {k: sum(f[k] for f in found) for k in ("incidents", "deployments", "crimes", "rows", "megabytes")}
    total |= {k: sum(f[k] for f in found) for k in ("ours", *BESIDE)}
    total |= {k: max((f[k] for f in found), default=0) for k in ("peak_mb", "read_back")}
    total |= {"force": f"{len(found)} forces, one after another"}
    shown = found if len(found) <= 8 else sorted(found, key=lambda f: f["rows"])[:: max(1, len(found) // 6)]
    for f in [*shown, *([total] if len(found) > 1 else []), *together]:
        other = (
            f"{f['foreign']:.1f} | {f['foreign'] / f['ours']:.2f} | {f['analyst']:.1f}" if "foreign" in f else " | | "
        )
        lines.append(
            f"| {f['force']} | {f['incidents']:,} | {f['deployments']:,} | {f['crimes']:,} | {f['rows']:,} "
            f"| {f['megabytes']:,.0f} | {f['bare']:.1f} | {f['ours']:.1f} | {f['ours'] / f['bare']:.1f} "
            f"| {other} | {f['peak_mb']:,.0f} | {f['read_back']:.2f} |"
        )
    machine = describe()
    return [
        *lines,
        "",
        f"Medians of {rounds} alternating rounds{', all forces at once in one' if together else ''}, "
        f"simulated returns at scale {scale:g}, "
        f"{machine['date']}; {machine['processor']}, {machine['processors in use']} processors in use, "
        f"{machine['memory']}.",
    ]


def main() -> None:
    """Measure, print, and with ``--write`` put the table into docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forces", nargs="+", default=list(USUAL))
    parser.add_argument("--all", action="store_true", help="all 43 forces")
    parser.add_argument("--national", type=Path, metavar="PROJECT", help="a project with all returns, loaded at once")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.job:
        print(json.dumps(_do(json.loads(words.job))))
        return
    slugs = [f.slug for f in load_params(find_project(ROOT)).territorial] if words.all else words.forces
    found = []
    for slug in slugs:
        found.append(measure(slug, words.scale, words.rounds))
        print(f"{slug}: {found[-1]}", flush=True)
    together = []
    if words.national:
        together = [
            compared(
                words.national.resolve(), "43 forces, one on each processor", _returns(words.national), 1, BESIDE[:1]
            )
        ]
        print(together[0], flush=True)
    lines = say(found, together, words.rounds, words.scale)
    print("\n".join(lines))
    if words.write:
        put_between(ROOT / "docs" / "performance.md", BEGIN, END, lines)


def _returns(root: Path) -> list[str]:
    known = [f.slug for f in load_params(find_project(root)).territorial]
    return [slug for slug in known if (root / "data" / "raw" / slug).is_dir()]


if __name__ == "__main__":
    main()
