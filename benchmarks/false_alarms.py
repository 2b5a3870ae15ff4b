"""How often a funnel names a force that differs by nothing but chance and the usual spread.

    python -m benchmarks.false_alarms

Funnels of made-up forces in which nobody stands out are judged by the method in use and by the former one (arcsine
scale, a tenth of the z-scores drawn in at each end), and the table goes into docs/comparison.md. Beside what was
named stands what the caption of such funnels prints.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from benchmarks.table import put_between
from hmic_analysis.comparison.methods import told_share
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project
from hmic_analysis.statistics.funnel import Kind, funnel_of, level_tails, tails, usual_spread

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- false alarms: begin -->", "<!-- false alarms: end -->"
LEVEL = 0.998
#: Funnels of each kind whose caption is read, and how many are judged at a time.
CAPTIONS, AT_A_TIME = 25, 500


class Case(NamedTuple):
    """Funnels of one kind: sizes in words and as denominators, the middle share or rate, sd on the log scale."""

    sizes: str
    bottom: np.ndarray
    kind: Kind
    middle: float
    spread: float


class Outcome(NamedTuple):
    """What became of them, as shares: forces named, its standard error, funnels that name one, what captions print, and
    whether they say "at most".
    """

    named: float
    error: float
    some: float
    printed: float
    bound: bool
    former: float
    former_some: float


def cases(real: np.ndarray) -> list[Case]:
    """Equal and real sizes, shares near none, in the middle, higher; rates; without spread and with."""
    sizes = {
        f"{real.size} forces of 10": np.full(real.size, 10.0),
        f"{real.size} forces of 200": np.full(real.size, 200.0),
        "real sizes, at least 10, by 100": np.maximum(10, real // 100),
        "real sizes": real,
        "20 forces of 2,000": np.full(20, 2000.0),
    }
    found = []
    for spread in (0.0, 0.2, 0.5):
        for words, bottom in sizes.items():
            found += [Case(words, bottom, "proportion", share, spread) for share in (0.02, 0.5, 0.9)]
            found.append(Case(words, bottom, "rate", 0.05, spread))
    return found


def draw(case: Case, funnels: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Counts and denominators of many funnels in which some case and not every case has the property."""
    bottom = np.broadcast_to(case.bottom, (funnels, case.bottom.size)).astype(float)
    apart = case.spread * rng.standard_normal(bottom.shape)
    if case.kind == "rate":
        top = rng.poisson(bottom * case.middle * np.exp(apart)).astype(float)
        kept = top.sum(1) > 0
    else:
        top = rng.binomial(bottom.astype(int), expit(logit(case.middle) + apart)).astype(float)
        kept = (top.sum(1) > 0) & (top.sum(1) < bottom.sum(1))
    return top[kept], bottom[kept]


def named_now(top: np.ndarray, bottom: np.ndarray, kind: Kind) -> np.ndarray:
    """Forces outside the outer line by the method in use."""
    spread, used = usual_spread(top, bottom, kind)
    limit = level_tails(bottom, bottom, used, spread, kind, LEVEL)
    centre, variance = (np.broadcast_to(v[:, None], top.shape) for v in spread)
    mean = bottom * (expit(centre) if kind == "proportion" else np.exp(centre))
    chance = mean * (1 - mean / bottom) if kind == "proportion" else mean
    # Exact tails take time; nothing within one standard deviation is outside any line.
    far = (top - mean) ** 2 > chance + variance * chance**2
    named = np.zeros(top.shape, dtype=bool)
    named[far] = np.minimum(*tails(top[far], bottom[far], centre[far], variance[far], kind)) < limit[far]
    return named


def named_before(top: np.ndarray, bottom: np.ndarray, kind: Kind) -> np.ndarray:
    """Forces outside the outer line by the former method."""
    pooled = top.sum(1, keepdims=True) / bottom.sum(1, keepdims=True)
    if kind == "proportion":
        y, centre, se = np.arcsin(np.sqrt(top / bottom)), np.arcsin(np.sqrt(pooled)), 1 / (2 * np.sqrt(bottom))
    else:
        y, centre, se = np.sqrt(top / (bottom * pooled)), 1.0, 1 / (2 * np.sqrt(bottom * pooled))
    z = (y - centre) / se
    ends = np.quantile(z, [0.1, 0.9], axis=1)[..., None]
    units, weight = top.shape[1], 1 / se**2
    excess = units * (np.clip(z, *ends) ** 2).mean(1) - (units - 1)
    spread = np.maximum(0, excess / (weight.sum(1) - (weight**2).sum(1) / weight.sum(1)))
    return np.abs(y - centre) / np.sqrt(se**2 + spread[:, None]) > 3.0902


def outcome(case: Case, funnels: int, rng: np.random.Generator) -> Outcome:
    """Judge many funnels of one kind."""
    top, bottom = draw(case, funnels, rng)
    parts = range(0, len(top), AT_A_TIME)
    now, before = (
        np.concatenate([judge(top[i : i + AT_A_TIME], bottom[i : i + AT_A_TIME], case.kind) for i in parts])
        for judge in (named_now, named_before)
    )
    captions = [
        told_share(funnel_of(x, n, case.kind).share_outside(LEVEL), LEVEL)
        for x, n in zip(top[:CAPTIONS], bottom[:CAPTIONS], strict=True)
    ]
    printed, bound = float(np.mean([share for share, _ in captions])), any(bound for _, bound in captions)
    # Funnels are independent of each other; forces of one funnel share its fit.
    error = now.mean(1).std(ddof=1) / np.sqrt(len(now))
    return Outcome(now.mean(), error, now.any(1).mean(), printed, bound, before.mean(), before.any(1).mean())


def say(found: list[tuple[Case, Outcome]], funnels: int, took: float) -> list[str]:
    """The table as Markdown."""
    lines = [
        "| forces | middle | sd | named | s.e. | caption prints | funnels with one | former method: named | "
        "funnels with one |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for case, got in found:
        middle = f"rate {case.middle:g}" if case.kind == "rate" else f"{case.middle:.0%}"
        shown = " | ".join(f"{100 * v:.3f}%" for v in (got.named, got.error))
        shown += f" | {'at most ' if got.bound else ''}{100 * got.printed:.3f}%"
        lines.append(
            f"| {case.sizes} | {middle} | {case.spread:g} | {shown} | {got.some:.1%} | {got.former:.2%} | "
            f"{got.former_some:.0%} |"
        )
    return [
        *lines,
        "",
        f"In {above(found)} of {len(found)} rows more forces are named than the caption prints, by more than two "
        'standard errors. It says "at most" where counts are so few that no whole number lies just on a line.',
        "",
        f"{funnels:,} funnels a row, made in {took:.0f} seconds by `python -m benchmarks.false_alarms`. sd: standard "
        "deviation between forces on the log-odds scale, of rates on the log scale; 0 is chance alone.",
    ]


def above(found: list[tuple[Case, Outcome]]) -> int:
    """Rows in which more forces are named than the caption prints, by more than two standard errors."""
    return sum(got.named - got.printed > 2 * got.error for _, got in found)


def main() -> None:
    """Judge, print, and write the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--funnels", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--print-only", action="store_true", help="leave the page as it is")
    given = parser.parse_args()
    forces = load_params(Project(ROOT)).territorial
    real = np.array([f.recorded_crime_2013_14 for f in forces], dtype=float)
    rng = np.random.default_rng(given.seed)
    started, found = time.monotonic(), []
    for case in cases(real):
        found.append((case, outcome(case, given.funnels, rng)))
    lines = say(found, given.funnels, time.monotonic() - started)
    print("\n".join(lines))
    if not given.print_only:
        put_between(ROOT / "docs" / "comparison.md", BEGIN, END, lines)


if __name__ == "__main__":
    main()
