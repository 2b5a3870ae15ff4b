"""How often the rules for percentages decide wrongly: worked out exactly for samples, simulated for the worst unit.

    python -m benchmarks.error_rates

The true share lies just on the threshold, where a rule errs most: "contradicted" is then wrong of a sentence that is
just true, "supported" of one that is just false. Of the worst unit: how often equal ones are flagged, and how often one
that is truly behind is not seen. Of hours saved (F4) that come from samples of tasks: how often a stated total that is
right is not reproduced, and how often one that is wrong is. The tables go into docs/evidence.md.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binom

from benchmarks.table import put_between
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.verdicts import at_least, at_most, keeps_up
from hmic_analysis.findings.f4_time_saved import hours_saved
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project
from hmic_analysis.statistics.intervals import proportion_interval

ROOT = Path(__file__).resolve().parents[1]
MARKS = ("<!-- error rates: begin -->", "<!-- error rates: end -->")
WORST_MARKS = ("<!-- worst unit: begin -->", "<!-- worst unit: end -->")
HOURS_MARKS = ("<!-- hours saved: begin -->", "<!-- hours saved: end -->")
SIZES = (10, 11, 15, 20, 30, 60, 120)
THRESHOLDS = (60.0, 80.0, 90.0, 95.0)
#: The least that a unit is to reach, in per cent, and the returns drawn for each cell of the second table.
WORST, TIMES = 70.0, 2000
#: Hours saved: changes measured, relative standard error of the minutes each saves, how far off the total is.
CHANGES, ERRORS, STATED = (1, 3, 8), (0.05, 0.1, 0.2, 0.4), (0.0, 0.25, 0.5)


def sample(x: int, n: int) -> Indicator:
    """A share of a random sample, nothing unknown."""
    return Indicator(
        id="share", name="share", label="Share", unit="%", value=100 * x / n, numerator=x, denominator=n,
        interval="Wilson 95%", basis="random_sample",
    )  # fmt: skip


def rates(n: int, threshold: float) -> tuple[float, float, float, float]:
    """Chances of a wrong "contradicted" and a wrong "supported", each followed by that of Wilson's interval."""
    chance = binom.pmf(np.arange(n + 1), n, threshold / 100)
    least = [at_least(sample(x, n), threshold).verdict for x in range(n + 1)]
    most = [at_most(sample(x, n), threshold).verdict for x in range(n + 1)]
    below = [100 * proportion_interval(x, n).hi < threshold for x in range(n + 1)]
    above = [100 * proportion_interval(x, n).lo > threshold for x in range(n + 1)]
    former = max(float(chance[below].sum()), float(chance[above].sum()))

    def of(verdict: str) -> float:
        return max(float(chance[[v == verdict for v in found]].sum()) for found in (least, most))

    return of("contradicted"), former, of("supported"), former


def say() -> list[str]:
    """The first table as Markdown: for each size the worst of the thresholds."""
    lines = [
        "| sample | just true, contradicted | the same by Wilson's | just false, supported | the same by Wilson's |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for n in SIZES:
        found = np.array([rates(n, threshold) for threshold in THRESHOLDS]).max(axis=0)
        lines.append(f"| {n} | " + " | ".join(f"{rate:.1%}" for rate in found) + " |")
    listed = ", ".join(f"{t:g}%" for t in THRESHOLDS)
    return [
        *lines,
        "",
        f"The worst of the thresholds {listed}, worked out exactly by `python -m benchmarks.error_rates` for the rules "
        "at least and at most, each with one threshold and nothing unknown.",
    ]


def worst_unit(units: int, size: int, share: float, one: float | None, rng: np.random.Generator) -> tuple[float, float]:
    """How often one of several units is flagged, and how often the lowest share alone would have flagged it."""
    true = np.full(units, share)
    if one is not None:
        true[0] = one
    drawn = rng.binomial(size, true, (TIMES, units))
    flagged = 0
    for counts in drawn:
        made = [sample(int(x), size).model_copy(update={"basis": "all_records"}) for x in counts]
        flagged += keeps_up(made, WORST).verdict != "supported"
    return flagged / TIMES, float((100 * drawn.min(axis=1) / size < WORST).mean())


def say_worst() -> list[str]:
    """The second table: equal units, and one that is truly behind."""
    rng = np.random.default_rng(1)
    lines = [
        "| units | cases each | true share | equal, flagged | the same by the lowest share | one at 50%, flagged "
        "| the same by the lowest share |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for units, size, share in itertools.product((3, 8), (12, 30, 100), (0.85, 0.9)):
        equal, behind = (worst_unit(units, size, share, one, rng) for one in (None, 0.5))
        cells = " | ".join(f"{rate:.1%}" for rate in (*equal, *behind))
        lines.append(f"| {units} | {size} | {share:.0%} | {cells} |")
    return [*lines, "", f"{TIMES:,} returns a cell, each unit to reach {WORST:g}%."]


def reproduced(changes: int, error: float, times: int, rng: np.random.Generator) -> np.ndarray:
    """Hours saved as the finding recomputes them from samples, over the true ones: one value for each return drawn."""
    ids = [f"C{n}" for n in range(changes)]
    change = pd.DataFrame({"change_id": ids, "live_on": pd.Timestamp("2013-01-01"), "overlaps_with": None})
    true, tasks = rng.uniform(2, 20, (times, changes)), rng.uniform(1_000, 20_000, (times, changes))
    seen = rng.normal(true, error * true)
    found = []
    for saved, measured, of in zip(true, seen, tasks, strict=True):
        rows = pd.DataFrame({
            "change_id": ids, "method": "time_and_motion", "measured": pd.array([True] * changes, "boolean"),
            "tasks_per_year": of, "baseline_minutes": 60.0, "post_minutes": 60.0 - measured,
            "saved_minutes_se": error * saved,
        })  # fmt: skip
        found.append(hours_saved(change, rows).hours / ((saved * of).sum() / 60))
    return np.array(found)


def say_hours() -> list[str]:
    """The third table: a stated total that is right, and totals that are too high."""
    within = load_params(Project(ROOT)).finding("F4").thresholds["reproduced_within_pct"].value
    rng, times = np.random.default_rng(1), TIMES // 2
    heads = ["right, not reproduced", *(f"{stated:.0%} too high, reproduced" for stated in STATED[1:])]
    lines = [f"| changes | error of each | {' | '.join(heads)} |", "| ---: " * (2 + len(STATED)) + "|"]
    for changes, error in itertools.product(CHANGES, ERRORS):
        ratio = reproduced(changes, error, times, rng)
        near = [float((np.abs(ratio - 1 - s) <= within / 100 * (1 + s)).mean()) for s in STATED]
        rates = " | ".join(f"{rate:.1%}" for rate in (1 - near[0], *near[1:]))
        lines.append(f"| {changes} | {error:.0%} | {rates} |")
    return [
        *lines,
        "",
        f"{times:,} returns a cell (two standard errors: 3 points at most), each error relative to the minutes saved; "
        f"a total within {within:g}% of the stated one counts as reproduced.",
    ]


def main() -> None:
    """Print, and write the table into the page."""
    for lines, marks in ((say(), MARKS), (say_worst(), WORST_MARKS), (say_hours(), HOURS_MARKS)):
        print("\n".join(lines))
        put_between(ROOT / "docs" / "evidence.md", *marks, lines)


if __name__ == "__main__":
    main()
