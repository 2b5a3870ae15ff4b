"""How often the rule for a percentage decides wrongly, worked out exactly for samples of several sizes.

    python -m benchmarks.error_rates

The true share lies just on the threshold, where a rule errs most: "contradicted" is then wrong of a sentence that is
just true, "supported" of one that is just false. The table goes into docs/evidence.md.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.stats import binom

from benchmarks.table import put_between
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.verdicts import at_least, at_most
from hmic_analysis.statistics.intervals import proportion_interval

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- error rates: begin -->", "<!-- error rates: end -->"
SIZES = (10, 11, 15, 20, 30, 60, 120)
THRESHOLDS = (60.0, 80.0, 90.0, 95.0)


def sample(x: int, n: int) -> Indicator:
    """A share of a random sample, nothing unknown."""
    return Indicator(
        id="share", name="share", label="Share", unit="%", value=100 * x / n, numerator=x, denominator=n,
        interval="Wilson 95%", basis="random_sample",
    )  # fmt: skip


def rates(n: int, threshold: float) -> tuple[float, float, float]:
    """Chances of a wrong "contradicted" and a wrong "supported", and of the former by Wilson's interval."""
    chance = binom.pmf(np.arange(n + 1), n, threshold / 100)
    least = [at_least(sample(x, n), threshold).verdict for x in range(n + 1)]
    most = [at_most(sample(x, n), threshold).verdict for x in range(n + 1)]
    wilson = [100 * proportion_interval(x, n).hi < threshold for x in range(n + 1)]

    def of(verdicts: list[str], verdict: str) -> float:
        return float(chance[[v == verdict for v in verdicts]].sum())

    return (
        max(of(least, "contradicted"), of(most, "contradicted")),
        max(of(least, "supported"), of(most, "supported")),
        float(chance[wilson].sum()),
    )


def say() -> list[str]:
    """The table as Markdown: for each size the worst of the thresholds."""
    lines = [
        "| sample | just true, contradicted | the same by Wilson's interval | just false, supported |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for n in SIZES:
        found = np.array([rates(n, threshold) for threshold in THRESHOLDS]).max(axis=0)
        lines.append(f"| {n} | {found[0]:.1%} | {found[2]:.1%} | {found[1]:.1%} |")
    listed = ", ".join(f"{t:g}%" for t in THRESHOLDS)
    return [
        *lines,
        "",
        f"The worst of the thresholds {listed}, worked out exactly by `python -m benchmarks.error_rates` for the rules "
        "at least and at most, each with one threshold and nothing unknown, at a confidence of 95%.",
    ]


def main() -> None:
    """Print, and write the table into the page."""
    lines = say()
    print("\n".join(lines))
    put_between(ROOT / "docs" / "evidence.md", BEGIN, END, lines)


if __name__ == "__main__":
    main()
