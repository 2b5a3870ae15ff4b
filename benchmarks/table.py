"""What was measured, as a table."""

from __future__ import annotations

from pathlib import Path
from statistics import median

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
NAMES = {
    "papermill": "papermill, one after another",
    "papermill2": "papermill, two processes",
    "engine": "**hmic run, two workers**",
    "functions": "the same code as plain functions, two warm processes",
}
NATION = 860


def say(result: dict) -> list[str]:
    """The table as Markdown.

    Parameters
    ----------
    result : dict
        Rounds, machine and memory.

    Returns
    -------
    list of str
        Lines.
    """
    rounds = result["rounds"]
    pace = {way: median(r[way]["seconds"] / r[way]["reports"] for r in rounds) for way in NAMES}
    start = {way: median(r[way]["start"] for r in rounds) for way in NAMES}
    lines = [
        "| way | seconds a report | start, seconds | 860 reports, minutes | pace of hmic run against it |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for way, name in NAMES.items():
        # Only the engine makes its processes ready as part of a run; the others were ready before the clock started.
        whole = (pace[way] * NATION + (start[way] if way == "engine" else 0)) / 60
        ratio = "" if way == "engine" else f"{pace[way] / pace['engine']:.2f} x"
        shown = f"{start[way]:.1f}" if way == "engine" else ""
        lines.append(f"| {name} | {pace[way]:.3f} | {shown} | {whole:.1f} | {ratio} |")
    machine = result["machine"]
    reports = rounds[0]["engine"]["reports"]
    lines += [
        "",
        f"Medians of {len(rounds)} alternating rounds of {reports} reports ({result['forces']} forces, simulated "
        f"data), {machine['date']}. The engine takes {pace['engine'] / pace['functions']:.2f} times as long as the "
        f"plain functions. Most memory of the whole run: {result['peak_mb']:,.0f} MB, shared pages counted once.",
        "",
        f"Machine: {machine['processor']}, {machine['processors in use']} processors in use, {machine['memory']}, "
        f"{machine['system']}. {machine['versions']}.",
    ]
    return lines


def write_table(path: Path, result: dict) -> None:
    """Put the table between its marks in a page.

    Parameters
    ----------
    path : pathlib.Path
    result : dict
    """
    put_between(path, BEGIN, END, say(result))


def put_between(path: Path, begin: str, end: str, lines: list[str]) -> None:
    """Put lines between two marks of a page, in place of what stands there.

    Parameters
    ----------
    path : pathlib.Path
    begin, end : str
    lines : list of str
    """
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    body = "\n".join([begin, "", *lines, "", end])
    path.write_text(before + body + after, encoding="utf-8", newline="\n")
