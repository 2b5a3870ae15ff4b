"""Where every letter stands."""

from __future__ import annotations

from dataclasses import dataclass

from hmic_analysis.errors import DataError
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.release.advance import changed_since
from hmic_analysis.release.kept_letter import lost
from hmic_analysis.release.states import Entry, read_log


@dataclass(frozen=True)
class Standing:
    """One force's letter.

    Attributes
    ----------
    force, name : str
    state : str
        Empty where it has none, or its log is broken.
    since : str
        UTC, ISO 8601.
    reason : str
    steps : int
    changed : tuple of str
        What is no longer as it was embargoed; of a published letter, what of the copy that was kept of it.
    fault : str
        Where the log is broken.
    """

    force: str
    name: str
    state: str = ""
    since: str = ""
    reason: str = ""
    steps: int = 0
    synthetic: bool = False
    changed: tuple[str, ...] = ()
    fault: str = ""


def standings(project: Project, params: Params, forces: list[str]) -> list[Standing]:
    """Where the letters of some forces stand, every log verified.

    Parameters
    ----------
    project : Project
    params : Params
    forces : list of str

    Returns
    -------
    list of Standing
        In the order given; a broken log costs only its own force.
    """
    return [_standing(project, params, force) for force in forces]


def _standing(project: Project, params: Params, force: str) -> Standing:
    name = params.force(force).name
    try:
        entries = read_log(project, force)
        if not entries:
            return Standing(force, name)
        last = entries[-1]
        changed = tuple(changed_since(project, params, last)) if last.state == "embargoed" else _lost(project, entries)
    except DataError as fault:
        return Standing(force, name, fault=fault.message)
    return Standing(force, name, last.state, last.at, last.reason, len(entries), last.synthetic, changed)


def _lost(project: Project, entries: list[Entry]) -> tuple[str, ...]:
    """What is gone or altered of the letter that was published; later runs may write others in its place."""
    embargoed = [entry for entry in entries if entry.state == "embargoed"]
    if entries[-1].state not in ("published", "updated") or not embargoed:
        return ()
    last = embargoed[-1]
    return tuple(lost(project, last.force, last.line, last.letter))
