"""The benchmark measures what it says, and writes its table where it belongs."""

from __future__ import annotations

from benchmarks import commands
from benchmarks.__main__ import WAYS, measure
from benchmarks.table import BEGIN, END, NAMES, say, write_table

from ..conftest import copy_project


def test_every_way_makes_the_reports(tmp_path):
    project = copy_project(tmp_path / "project")
    for way in WAYS:
        found = measure(way, project, ["gwent"], ["F4"])
        assert found["reports"] == 1 and 0 < found["seconds"] < 120, way
    assert set(NAMES) == set(WAYS)


def test_the_table_has_medians_and_leaves_the_page_alone(tmp_path):
    def one(functions, engine):
        seconds = {"functions": functions, "engine": engine, "papermill": 40.0, "papermill2": 20.0}
        return {way: {"reports": 10, "seconds": s, "start": 3.0} for way, s in seconds.items()}

    machine = {name: "x" for name in ("date", "processor", "processors in use", "memory", "system", "versions")}
    rounds = [one(1.0, 2.0), one(1.6, 9.0), one(1.7, 1.0)]
    result = {"rounds": rounds, "machine": machine, "peak_mb": 512.4, "forces": 1}
    lines = say(result)
    row = next(line for line in lines if line.startswith("| **hmic run"))
    # The middle of 2, 9 and 1 seconds for ten reports; 860 of them and the start make 2.9 minutes.
    assert row == "| **hmic run, two workers** | 0.200 | 3.0 | 2.9 |  |"
    assert any(line.endswith("| 20.00 x |") for line in lines)
    assert "1.25 times as long" in "\n".join(lines) and "512 MB" in "\n".join(lines)
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    write_table(page, result)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n\n") and text.endswith("\n\nafter\n") and "old" not in text and row in text


def test_the_table_of_commands_holds_two_checkouts_against_each_other():
    found = {
        name: [[(2.0, 30.0), (1.0, 31.0), (9.0, 32.0)], [(0.2, 20.0), (0.4, 21.4), (0.3, 20.0)]]
        for name in commands.COMMANDS
    }
    found[commands.REPORTS] = [[(8.0, 0.0)], [(6.0, 0.0)]]
    head, rule, nothing, *_, reports = commands.table(found, ["before"])
    assert head == "| processor time of | before, s | now, s | times `python -c pass` | memory, MB |"
    assert head.count("|") == rule.count("|") and nothing == "| python -c pass | 2.00 | 0.30 | 1 | 21 |"
    assert reports == f"| {commands.REPORTS} | 8.00 | 6.00 | 20 |  |"
