"""Writing the whole return of one simulated force."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate.build import Work
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.folder import FreshFolder, write_readme
from hmic_analysis.simulate.frame import ForceFacts, Frame

TRUTH = "truth.json"


@dataclass(frozen=True)
class Simulated:
    """A return that was written.

    Attributes
    ----------
    folder : pathlib.Path
    files : tuple of pathlib.Path
        Every file written, the README and the truth included.
    truth : dict
        What ``truth.json`` says.
    """

    folder: Path
    files: tuple[Path, ...]
    truth: dict[str, Any]


def simulate(
    project_raw: Path,
    force: ForceFacts,
    facts: Facts,
    scale: float,
    seed: int,
    period_start: dt.date,
    period_end: dt.date,
    as_of: dt.date,
    lookback_days: int = 0,
) -> Simulated:
    """Write the return of a simulated force to ``project_raw / force.slug``.

    The same arguments give the same bytes.  Memory does not grow with the size of the force but for one day number
    for each recorded crime.

    Parameters
    ----------
    project_raw : pathlib.Path
        Folder of the returns; made where it is missing.
    force : ForceFacts
        The size of the force.
    facts : Facts
        What is to be true of it.
    scale : float
        1 for the whole force, 0.05 for a twentieth of its records, above 0.
    seed : int
        Not negative.
    period_start, period_end : datetime.date
        First and last day of the period.
    as_of : datetime.date
        Day of the snapshot, not before ``period_end``.
    lookback_days : int
        Days before the period from which earlier reports of victims are returned too.

    Returns
    -------
    Simulated

    Raises
    ------
    ParameterError
        If the dates are out of order, scale or seed impossible, or the folder holds a return that is not marked as
        synthetic; that return is left alone.
    """
    frame = _frame(period_start, period_end, as_of, scale, seed, lookback_days)
    with FreshFolder(project_raw / force.slug) as folder:
        work = Work(folder.path, force, facts, frame)
        work.run()
        write_readme(folder.path, f"{force.slug}, seed {seed}, scale {scale:g}")
        text = json.dumps(work.truth, indent=2, ensure_ascii=False) + "\n"
        (folder.path / TRUTH).write_text(text, encoding="utf-8", newline="\n")
    where = project_raw / force.slug
    return Simulated(where, tuple(sorted(p for p in where.iterdir())), work.truth)


def _frame(start: dt.date, end: dt.date, as_of: dt.date, scale: float, seed: int, lookback: int) -> Frame:
    problems = []
    if not start < end:
        problems.append(f"The period begins on {start} and ends on {end}: the end must come after the beginning.")
    if as_of < end:
        problems.append(f"The snapshot day {as_of} lies before the end of the period, {end}.")
    if not (isinstance(scale, int | float) and math.isfinite(scale) and 0 < scale <= 20):
        problems.append(f"Scale {scale} is impossible. Give a number above 0 and at most 20; 1 is the whole force.")
    if seed < 0:
        problems.append(f"Seed {seed} is impossible. Give a whole number from 0 up.")
    if not 0 <= lookback <= 800:
        problems.append(f"A look-back of {lookback} days is impossible. Give 0 to 800.")
    if problems:
        raise ParameterError("\n".join(problems))
    return Frame(
        period_start=start, period_end=end, as_of=as_of, scale=scale, seed=seed, lookback_days=lookback
    )  # fmt: skip
