"""How often the rules for percentages decide wrongly: worked out exactly for samples, simulated for the worst unit.

    python -m benchmarks.error_rates

The true share lies just on the threshold, where a rule errs most: "contradicted" is then wrong of a sentence that is
just true, "supported" of one that is just false. Of the worst unit: how often equal ones are flagged, and how often one
that is truly behind is not seen. The tables go into docs/evidence.md.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from scipy.stats import binom

from benchmarks.table import put_between
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.verdicts import at_least, at_most, keeps_up
from hmic_analysis.statistics.intervals import proportion_interval

ROOT = Path(__file__).resolve().parents[1]
MARKS = ("<!-- error rates: begin -->", "<!-- error rates: end -->")
WORST_MARKS = ("<!-- worst unit: begin -->", "<!-- worst unit: end -->")
SIZES = (10, 11, 15, 20, 30, 60, 120)
THRESHOLDS = (60.0, 80.0, 90.0, 95.0)
#: The least that a unit is to reach, in per cent, and the returns drawn for each cell of the second table.
WORST, TIMES = 70.0, 2000


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


def main() -> None:
    """Print, and write the table into the page."""
    for lines, marks in ((say(), MARKS), (say_worst(), WORST_MARKS)):
        print("\n".join(lines))
        put_between(ROOT / "docs" / "evidence.md", *marks, lines)


if __name__ == "__main__":
    main()
