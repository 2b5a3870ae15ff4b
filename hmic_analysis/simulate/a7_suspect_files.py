"""A7: named-suspect files as inspectors read them, a small sample, some of persons circulated as wanted."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from hmic_analysis.params.models import Count
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    SUPPORTED,
    CommonFacts,
    Made,
    Record,
    Share,
    Subject,
    Verdict,
    by_one,
)
from hmic_analysis.simulate.registers import GROUPS, Entries, readers_agree
from hmic_analysis.simulate.world import ONE_DAY, quota

RECENT, READ_TWICE = 28, 0.45


class Facts(CommonFacts):
    """What is true of the files of named suspects."""

    #: Named-suspect files read, and those of persons circulated as wanted (A7a, A7b).
    n_suspect_files: Annotated[Count, Field(le=400)] = 14
    n_circulated_files: Annotated[Count, Field(le=400)] = 5
    #: Of the files read, with a recent enquiry (A7a), with recent supervision (A7b).
    suspect_activity_share: Share = 0.80
    suspect_supervised_share: Share = 0.72


WAYS = {
    "A7a": by_one("suspect_activity_share", true=(0.65, 0.95), false=(0.0, 0.14), middle=(0.27, 0.42)),
    "A7b": by_one("suspect_supervised_share", true=(0.65, 0.95), false=(0.0, 0.14), middle=(0.27, 0.42)),
}


def make(subject: Subject) -> Made:
    """The files read; the shares of the facts are met to the nearest file."""
    facts, files, rows = subject.facts, [], []
    n, rng = facts.n_suspect_files, subject.rng("victims.suspect_files")
    active = subject.quota("victims.suspect_files.active", n, facts.suspect_activity_share)
    supervised = subject.quota("victims.suspect_files.supervised", n, facts.suspect_supervised_share)
    wanted = np.arange(n) < facts.n_circulated_files
    twice = quota(rng, n, READ_TWICE)
    agrees = {q: iter(quota(rng, int(twice.sum()), facts.readers_agree_share)) for q in ("progress", "supervised")}
    agreed = {"progress": 0, "supervised": 0}
    for i in range(n):
        file, entries = _file(subject, rng, i, bool(wanted[i])), Entries(f"RVS{i + 1:03d}", rng)
        _add_enquiries(entries, file["named_on"], subject.as_of, bool(active[i]))
        _add_reviews(entries, subject.as_of, bool(supervised[i]))
        for question, state in (("progress", bool(active[i])), ("supervised", bool(supervised[i]))):
            file[f"{question}_met"] = state
            if twice[i]:
                same = bool(next(agrees[question]))
                file[f"second_{question}_met"] = state if same else not state
                agreed[question] += same
        file["second_reviewer_key"] = "INS04" if twice[i] else None
        files.append(file)
        rows += entries.rows
    values = {
        "suspect_files": n,
        "suspect_files_circulated": int(wanted.sum()),
        "suspect_files_active": int(active.sum()),
        "suspect_files_supervised": int(supervised.sum()),
        "suspect_files_agreed": {question: [count, int(twice.sum())] for question, count in agreed.items()},
    }
    return Made({"file_review": files, "file_entry": rows}, values)


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


def _add_reviews(entries: Entries, as_of: np.datetime64, supervised: bool) -> None:
    """Supervision of substance in the last 28 days, or older, empty or one's own."""
    if supervised:
        entries.add(as_of - entries.days(0, RECENT - 2), "supervisor", False, "direction")
        return
    draw = entries.rng.random()
    if draw < 0.4:
        entries.add(as_of - entries.days(RECENT + 6, RECENT + 16), "supervisor", False, "direction")
    elif draw < 0.7:
        entries.add(as_of - entries.days(0, RECENT - 2), "supervisor", False, "none")


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    return {
        "A7a": _cases(facts, values, "suspect_files_active", "progress"),
        "A7b": _cases(facts, values, "suspect_files_supervised", "supervised"),
    }


def _cases(facts: Facts, values: dict[str, Any], figure: str, what: str) -> Verdict:
    n, yes = values["suspect_files"], values[figure]
    if not facts.provides("file_review") or not n:
        return OPEN, "no file of a named suspect was read"
    said = f"{yes} of {n} files, {values['suspect_files_circulated']} of persons circulated"
    if n < 5:
        return OPEN, said
    if yes < 3:
        return (CONTRADICTED if n >= 10 else OPEN), said
    true = yes / n >= 0.5 and values["suspect_files_circulated"] and readers_agree(values["suspect_files_agreed"][what])
    return (SUPPORTED if true else OPEN), said
