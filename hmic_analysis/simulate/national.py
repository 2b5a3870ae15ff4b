"""The reference table of the 43 forces, simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hmic_analysis.contracts.registers import RESPONSE_POLICIES
from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.folder import FreshFolder, write_readme
from hmic_analysis.simulate.registers import rows
from hmic_analysis.simulate.streams import Streams
from hmic_analysis.simulate.writer import TableFile

#: The pseudo-force whose folder holds the table.
NATIONAL = "england-and-wales"
ATTEND_ALL, BY_RISK = RESPONSE_POLICIES


def policy_in_reference(facts: Facts) -> str:
    """What the reference table says of a force with these facts."""
    return ATTEND_ALL if facts.listed_attend_all else BY_RISK


def write_force_reference(
    project_raw: Path,
    slugs: Sequence[str],
    given: Mapping[str, str],
    n_attend_all: int,
    n_unknown: int,
    seed: int,
) -> Path:
    """Write ``force_reference.csv`` to the folder of the pseudo-force ``england-and-wales``.

    Parameters
    ----------
    project_raw : pathlib.Path
        Folder of the returns.
    slugs : sequence of str
        The forces, one row each.
    given : mapping of str to str
        Policies that are settled, by force: those of the forces simulated, see :func:`policy_in_reference`.
    n_attend_all : int
        Forces that attend everything, the given ones included.
    n_unknown : int
        Forces whose policy is left blank.
    seed : int
        Settles which of the other forces they are.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ParameterError
        If the numbers can't be met, a given force is not among the forces, or the folder holds a table that is not
        marked as synthetic.
    """
    policies = _policies(slugs, given, n_attend_all, n_unknown, seed)
    rng = Streams(seed, NATIONAL).of("attendance")
    records = []
    for slug, policy in zip(slugs, policies, strict=True):
        # About 25 of 43 forces had figures, between 39% and 100%; higher where everything is attended.
        knows, rate = rng.random() < 25 / 43 or policy == ATTEND_ALL, rng.triangular(39, 80, 98)
        rate = rng.uniform(94, 99.5) if policy == ATTEND_ALL else rate
        records.append(
            {
                "force_slug": slug,
                "response_policy": policy,
                "attendance_known": knows,
                "attendance_pct": round(rate, 1) if knows else None,
            }
        )
    with FreshFolder(project_raw / NATIONAL) as folder:
        file = TableFile(folder.path / "force_reference.csv")
        file.append(rows("force_reference", records))
        file.close()
        write_readme(folder.path, f"the response policies of {len(slugs)} forces, seed {seed}")
    return project_raw / NATIONAL / "force_reference.csv"


def _policies(
    slugs: Sequence[str], given: Mapping[str, str], n_attend_all: int, n_unknown: int, seed: int
) -> list[str | None]:
    strange = sorted(set(given) - set(slugs))
    if strange:
        raise ParameterError(f"The reference table has no row for {', '.join(strange)}: not one of its forces.")
    settled = sum(policy == ATTEND_ALL for policy in given.values())
    free = [slug for slug in slugs if slug not in given]
    wanted = n_attend_all - settled
    if wanted < 0 or wanted + n_unknown > len(free):
        raise ParameterError(
            f"{n_attend_all} of {len(slugs)} forces can't attend everything with {n_unknown} unknown: {settled} of "
            f"the {len(given)} forces simulated do, and {len(free)} forces are left to choose from."
        )
    order = np.array(free, dtype=object)[Streams(seed, NATIONAL).of("policies").permutation(len(free))]
    chosen: dict[str, str | None] = dict.fromkeys(slugs, BY_RISK) | dict(given)
    chosen |= dict.fromkeys(order[:wanted], ATTEND_ALL) | dict.fromkeys(order[wanted : wanted + n_unknown], None)
    return [chosen[slug] for slug in slugs]
