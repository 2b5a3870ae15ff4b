"""The words of verdicts, and rules that several findings share.

The rules of the findings are written out a second time in the simulator on purpose, with no measuring code in use, so
that what the package measures can be held against them.
"""

from __future__ import annotations

import math

from hmic_analysis.simulate.ground import CommonFacts, Verdict

SUPPORTED, CONTRADICTED, OPEN = "supported", "contradicted", "not_determinable"
#: Units below which a share decides nothing.
LEAST = 10


def percent(part: float, whole: float) -> float | None:
    """Per cent, None of nothing."""
    return round(100 * part / whole, 6) if whole else None


def wilson(x: float, n: float, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's 95% interval of a share, without continuity correction."""
    if not n:
        return 0.0, 1.0
    p, zz = x / n, z * z
    middle, half = p + zz / (2 * n), z * math.sqrt(max(p * (1 - p), 0.0) / n + zz / (4 * n * n))
    return (middle - half) / (1 + zz / n), (middle + half) / (1 + zz / n)


def judged(said: str, supported: bool, contradicted: bool = False) -> Verdict:
    """The verdict by a rule, and why."""
    return (CONTRADICTED if contradicted else SUPPORTED if supported else OPEN), said


def lacking(facts: CommonFacts, said: str, *tables: str) -> Verdict | None:
    """What is left to say where the force did not provide all of these tables; nothing where it did."""
    return None if facts.provides(*tables) else (OPEN, said)


def no_register(facts: CommonFacts) -> Verdict | None:
    """The same of the document register."""
    return lacking(facts, "the document register was not provided", "document")


def absent(facts: CommonFacts, said: str, table: str = "document") -> Verdict:
    """Of something that is not on record: contradicted where the force signed that the register is complete."""
    return judged(said, False, facts.signed(table))


def all_at_least(*tests: tuple[int, int, int, float]) -> Verdict:
    """All of some shares, each as (yes, unknown, all, least per cent)."""
    said = [f"{yes} of {n}, {unknown} unknown, at least {least:g}%" for yes, unknown, n, least in tests]
    usable = [(yes, unknown, n, least) for yes, unknown, n, least in tests if n >= LEAST and n > unknown]
    if any(100 * (yes + unknown) / n < least for yes, unknown, n, least in usable):
        return CONTRADICTED, "; ".join(said)
    enough = len(usable) == len(tests) and all(100 * yes / n >= least for yes, _, n, least in usable)
    return (SUPPORTED if enough else OPEN), "; ".join(said)
