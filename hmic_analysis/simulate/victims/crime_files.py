"""Crime files as inspectors read them: a random sample of crimes attended and not attended.

The sample has its own size, whatever the scale: a hundredth of a force holds too few crimes that nobody attended to
draw thirty from.  So its files are of crimes that need not be in the table ``crime``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.streams import quota
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Record, Subject
from hmic_analysis.simulate.victims.entries import Entries

GROUPS = ("burglary_dwelling", "theft_from_vehicle", "violence", "criminal_damage", "other_theft")
#: Share of the sample that nobody attended: far more than of all crimes, so that something can be said of them.
NOT_ATTENDED = 0.42
READ_TWICE = 0.15
#: Files opened so recently that no progress entry is due.
RECENT = 3


@dataclass
class FileSample:
    """Files read and the entries found in them, with the true counts by stratum."""

    files: list[Record] = field(default_factory=list)
    entries: list[Record] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


def draw_crime_files(subject: Subject) -> FileSample:
    """Draw the crime files.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    FileSample
        ``values`` give for each stratum the size, the files, and yes, no and unknown of both findings.
    """
    facts, made = subject.facts, FileSample()
    if not facts.n_files:
        return FileSample(values={"crime_file_strata": [], "readers_agree": {"progress": [0, 0], "supervised": [0, 0]}})
    rng = subject.streams.of("victims.files")
    strata: list[dict[str, Any]] = []
    n_left = round(facts.n_files * NOT_ATTENDED)
    for attended, n in ((True, facts.n_files - n_left), (False, n_left)):
        of_group = np.arange(n) % len(GROUPS)
        progress = _shared(n, facts.progress_share if attended else facts.progress_share_not_attended)
        supervised = _shared(n, facts.supervised_share if attended else facts.supervised_share_not_attended)
        for g, group in enumerate(GROUPS):
            chosen = np.flatnonzero(of_group == g)
            size = _size(subject, group, attended, len(chosen))
            stratum = {"group": group, "attended": attended, "size": size, "files": len(chosen)}
            stratum |= {"progress": [0, 0, 0], "supervised": [0, 0, 0]}
            for i in chosen:
                _add_file(subject, rng, made, stratum, bool(progress[i]), bool(supervised[i]))
            strata.append(stratum)
    _spoil(made, strata)
    _read(subject, made)
    closed = [f for f in made.files if f["closed_on"] is not None]
    by_closure = [f.pop("_by_closure") for f in made.files]
    made.values |= {
        "crime_file_strata": strata,
        "files_closed": len(closed),
        "files_supervised_before_closure": sum(x is True for x in by_closure),
    }
    for file in made.files:
        for key in [k for k in file if k.startswith("_")]:
            del file[key]
    return made


def _shared(n: int, share: float) -> np.ndarray:
    """Yes and no in the given share, spread evenly over the files."""
    at = np.arange(n)
    return np.floor((at + 1) * share + 0.5) > np.floor(at * share + 0.5)


def _size(subject: Subject, group: str, attended: bool, least: int) -> int:
    """Crimes on the list that the files of a stratum were drawn from."""
    crimes = subject.force.recorded_crime * subject.frame.scale
    crimes *= shapes.OFFENCE_SHARES[group] / sum(shapes.OFFENCE_SHARES.values())
    share = subject.facts.attendance_share[group]
    return max(least, round(crimes * (share if attended else 1 - share)))


def _add_file(
    subject: Subject,
    rng: np.random.Generator,
    made: FileSample,
    stratum: dict[str, Any],
    progress: bool,
    supervised: bool,
) -> None:
    """One file with its entries."""
    number = len(made.files) + 1
    recent = stratum["attended"] and len(made.files) < RECENT
    opened, closed = _span(rng, subject.as_of, recent)
    file: Record = {
        "review_id": f"REV{number:04d}",
        "review_kind": "crime",
        "crime_id": f"CRF{number:05d}",
        "offence_group": stratum["group"],
        "attended": stratum["attended"],
        "opened_on": opened,
        "closed_on": closed,
        "sampling": "random",
        "sample_frame": "Crimes recorded in the period, by offence group and attendance (synthetic)",
        "sample_seed": subject.frame.seed,
        "stratum_size": stratum["size"],
        "_progress": None if recent else progress,
        "_supervised": supervised,
    }
    entries = Entries(file["review_id"], rng)
    end = subject.as_of if closed is None else closed
    entries.add_progress(opened, end, progress, is_closed=closed is not None)
    in_time = entries.add_supervision(opened, end, supervised, is_closed=closed is not None)
    file["_by_closure"] = None if closed is None else in_time
    made.files.append(file)
    made.entries += entries.rows
    if not recent:
        stratum["progress"][0 if progress else 1] += 1
    stratum["supervised"][0 if supervised else 1] += 1


def _span(rng: np.random.Generator, as_of: np.datetime64, recent: bool) -> tuple[np.datetime64, np.datetime64 | None]:
    """First and last day of an investigation: closed soon, closed after weeks, or still open."""
    if recent:
        return as_of - int(rng.integers(5, 22)) * ONE_DAY, None
    kind = rng.random()
    if kind < 0.2:
        opened = as_of - int(rng.integers(60, 380)) * ONE_DAY
        return opened, opened + int(rng.integers(4, 26)) * ONE_DAY
    if kind < 0.8:
        opened = as_of - int(rng.integers(230, 480)) * ONE_DAY
        return opened, opened + int(rng.integers(45, 200)) * ONE_DAY
    return as_of - int(rng.integers(70, 200)) * ONE_DAY, None


def _spoil(made: FileSample, strata: list[dict[str, Any]]) -> None:
    """Leave two things open: the day on which one file was opened, and what one supervisor wrote on another."""
    first = strata[0]
    due = [f for f in made.files if f["_progress"] is not None]
    file = due[0]
    file["opened_on"] = None
    first["progress"][0 if file["_progress"] else 1] -= 1
    first["progress"][2] += 1
    file["_progress"] = None
    for file in made.files[: first["files"]]:
        mine = [e for e in made.entries if e["review_id"] == file["review_id"] and e["entry_kind"] == "supervisor"]
        if (
            file["_supervised"]
            and file["_by_closure"] is not False
            and len(mine) == 1
            and file["closed_on"] is not None
        ):
            mine[0]["content"] = None
            first["supervised"][0] -= 1
            first["supervised"][2] += 1
            file["_supervised"] = file["_by_closure"] = None
            return


def _read(subject: Subject, made: FileSample) -> None:
    """What the readers found: the first as it is; on the files read twice the second mostly the same."""
    rng = subject.streams.of("victims.files.readers")
    n = len(made.files)
    twice = quota(rng, n, READ_TWICE)
    alike = {}
    for question in ("progress", "supervised"):
        same = quota(rng, int(twice.sum()), subject.facts.readers_agree_share)
        states = [f[f"_{question}"] for f in made.files]
        second = iter(same)
        agreed = counted = 0
        for file, state, again in zip(made.files, states, twice, strict=True):
            file[f"{question}_met"] = state
            if not again:
                continue
            agrees = bool(next(second))
            if state is None:
                continue
            file[f"second_{question}_met"] = state if agrees else not state
            counted, agreed = counted + 1, agreed + agrees
        alike[question] = [agreed, counted]
    for i, (file, again) in enumerate(zip(made.files, twice, strict=True)):
        file["reviewer_key"] = f"INS{i % 4 + 1:02d}"
        file["second_reviewer_key"] = f"INS{(i + 1) % 4 + 1:02d}" if again else None
    made.values["readers_agree"] = alike
