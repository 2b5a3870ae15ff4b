"""Named-suspect files as inspectors read them: a small sample, some of persons circulated as wanted."""

from __future__ import annotations

import numpy as np

from hmic_analysis.simulate.streams import quota
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Record, Subject
from hmic_analysis.simulate.victims.crime_files import GROUPS, FileSample
from hmic_analysis.simulate.victims.entries import Entries

RECENT, READ_TWICE = 28, 0.45


def draw_suspect_files(subject: Subject) -> FileSample:
    """Draw the named-suspect files.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    FileSample
        The shares of the facts are met to the nearest file.
    """
    facts, made = subject.facts, FileSample()
    n, rng = facts.n_suspect_files, subject.streams.of("victims.suspect_files")
    active = quota(subject.streams.of("victims.suspect_files.active"), n, facts.suspect_activity_share)
    supervised = quota(subject.streams.of("victims.suspect_files.supervised"), n, facts.suspect_supervised_share)
    wanted = np.arange(n) < facts.n_circulated_files
    twice = quota(rng, n, READ_TWICE)
    agrees = {q: iter(quota(rng, int(twice.sum()), facts.readers_agree_share)) for q in ("progress", "supervised")}
    agreed = {"progress": 0, "supervised": 0}
    for i in range(n):
        file, entries = _file(subject, rng, i, bool(wanted[i])), Entries(f"RVS{i + 1:03d}", rng)
        _add_enquiries(entries, file["named_on"], subject.as_of, bool(active[i]))
        _add_reviews(entries, file["named_on"], subject.as_of, bool(supervised[i]))
        for question, state in (("progress", bool(active[i])), ("supervised", bool(supervised[i]))):
            file[f"{question}_met"] = state
            if twice[i]:
                same = bool(next(agrees[question]))
                file[f"second_{question}_met"] = state if same else not state
                agreed[question] += same
        file["second_reviewer_key"] = "INS04" if twice[i] else None
        made.files.append(file)
        made.entries += entries.rows
    made.values = {
        "suspect_files": n,
        "suspect_files_circulated": int(wanted.sum()),
        "suspect_files_active": int(active.sum()),
        "suspect_files_supervised": int(supervised.sum()),
        "suspect_files_agreed": {question: [count, int(twice.sum())] for question, count in agreed.items()},
    }
    return made


def _file(subject: Subject, rng: np.random.Generator, i: int, wanted: bool) -> Record:
    named = subject.as_of - int(rng.integers(45, 320)) * ONE_DAY
    return {
        "review_id": f"RVS{i + 1:03d}",
        "review_kind": "named_suspect",
        "crime_id": f"CRS{i + 1:05d}",
        "person_key": f"NOMF{i + 1:04d}",
        "offence_group": GROUPS[int(rng.integers(len(GROUPS)))],
        "opened_on": named - int(rng.integers(0, 30)) * ONE_DAY,
        "named_on": named,
        "circulated": wanted,
        "circulated_on": named + int(rng.integers(1, 30)) * ONE_DAY if wanted else None,
        "sampling": "purposive",
        "sample_frame": "Named suspects outstanding at the snapshot (synthetic)",
        "reviewer_key": f"INS{i % 3 + 1:02d}",
    }


def _add_enquiries(entries: Entries, named: np.datetime64, as_of: np.datetime64, active: bool) -> None:
    """Enquiries after naming, the latest recent or not; some before naming, some after the snapshot."""
    entries.add(named - entries.days(1, 12), "progress", True)
    oldest = int((as_of - named) / ONE_DAY)
    for _ in range(int(entries.rng.integers(0, 3))):
        entries.add(as_of - entries.days(RECENT + 4, max(oldest, RECENT + 4)), "progress", True)
    if active:
        entries.add(as_of - entries.days(0, RECENT - 2), "progress", True)
        return
    entries.add(as_of - entries.days(0, RECENT - 2), "automated", False)
    if entries.rng.random() < 0.4:
        entries.add(as_of + entries.days(2, 15), "progress", True)


def _add_reviews(entries: Entries, named: np.datetime64, as_of: np.datetime64, supervised: bool) -> None:
    """Supervision of substance in the last 28 days, or older, empty or one's own."""
    if supervised:
        entries.add(as_of - entries.days(0, RECENT - 2), "supervisor", False, "direction")
        return
    draw = entries.rng.random()
    if draw < 0.4:
        entries.add(as_of - entries.days(RECENT + 6, RECENT + 16), "supervisor", False, "direction")
    elif draw < 0.7:
        entries.add(as_of - entries.days(0, RECENT - 2), "supervisor", False, "none")
