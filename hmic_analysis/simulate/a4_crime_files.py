"""A4: crime files as inspectors read them, a random sample of crimes attended and not attended; closures at once.

The sample has its own size, whatever the scale: a hundredth of a force holds too few crimes that nobody attended to
draw thirty from.  So its files are of crimes that need not be in the table ``crime``.
"""

from collections import Counter
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from hmic_analysis.params.models import Count
from hmic_analysis.simulate.crimes import MODE
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    LEAST,
    OPEN,
    SUPPORTED,
    Between,
    CommonFacts,
    Made,
    Piece,
    Record,
    Rows,
    Share,
    Subject,
    Verdict,
    Ways,
    all_keep_up,
    exact,
    percent,
    wilson,
)
from hmic_analysis.simulate.registers import GROUPS, Entries, readers_agree
from hmic_analysis.simulate.world import OFFENCE_SHARES, ONE_DAY, SECOND, quota, to_wall
from hmic_analysis.simulate.write import cells, with_cells

#: Share of the sample that nobody attended: far more than of all crimes, so that something can be said of them.
NOT_ATTENDED = 0.42
READ_TWICE = 0.15
#: Files opened so recently that no progress entry is due.
RECENT = 3
#: Of the crimes closed at once: those without an entry; of all crimes: those whose number of entries is blank.
WITHOUT_ENTRY, BLANK = 0.7, 0.02


class Facts(CommonFacts):
    """What is true of the investigation of crimes."""

    #: Crime files read; none: no sample was drawn (A4).
    n_files: Annotated[Count, Field(le=400)] = 120
    #: Files of attended crimes, and of others, with regular progress entries (A4a).
    progress_share: Share = 0.89
    progress_share_not_attended: Share = 0.86
    #: The same for supervision of substance (A4b).
    supervised_share: Share = 0.88
    supervised_share_not_attended: Share = 0.84
    #: Crimes dealt with by telephone or by nobody that were closed within a day.
    same_day_closure_share: Share = 0.12
    #: Files read twice on which the two readers found the same.
    readers_agree_share: Share = 0.95


def _ways(name: str) -> Ways:
    def both(lo: float, hi: float) -> dict[str, Between]:
        return {name: Between(lo, hi), f"{name}_not_attended": Between(lo, hi)}

    # Files of crimes nobody attended refute it by themselves.
    left = {**both(0.86, 0.95), f"{name}_not_attended": Between(0.15, 0.35)}
    return {"true": (both(0.86, 0.95),), "false": (both(0.15, 0.38), left), "middle": (both(0.65, 0.70),)}


WAYS = {"A4a": _ways("progress_share"), "A4b": _ways("supervised_share")}


def make(subject: Subject) -> Made:
    """The files read, with the true counts by stratum: the size, the files, and yes, no, unknown of both findings."""
    facts, files, entries = subject.facts, [], []
    if not facts.n_files:
        return Made(values={"crime_file_strata": [], "readers_agree": {"progress": [0, 0], "supervised": [0, 0]}})
    rng = subject.rng("victims.files")
    strata: list[Record] = []
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
                entries += _add_file(subject, rng, files, stratum, bool(progress[i]), bool(supervised[i]))
            strata.append(stratum)
    _spoil(files, entries, strata[0])
    values = {
        "readers_agree": _read(subject, files),
        "crime_file_strata": strata,
        "files_closed": sum(f["closed_on"] is not None for f in files),
        "files_supervised_before_closure": sum(f["_by_closure"] is True for f in files),
    }
    return Made({"file_review": files, "file_entry": entries}, values)


def _shared(n: int, share: float) -> np.ndarray:
    """Yes and no in the given share, spread evenly over the files."""
    at = np.arange(n)
    return np.floor((at + 1) * share + 0.5) > np.floor(at * share + 0.5)


def _size(subject: Subject, group: str, attended: bool, least: int) -> int:
    """Crimes on the list that the files of a stratum were drawn from."""
    crimes = subject.force.recorded_crime * subject.frame.scale
    crimes *= OFFENCE_SHARES[group] / sum(OFFENCE_SHARES.values())
    share = subject.facts.attendance_share[group]
    return max(least, round(crimes * (share if attended else 1 - share)))


def _add_file(
    subject: Subject, rng: np.random.Generator, files: list[Record], stratum: Record, progress: bool, supervised: bool
) -> list[Record]:
    """Add one file to those of the sample and to the counts of its stratum; its entries."""
    number = len(files) + 1
    recent = stratum["attended"] and len(files) < RECENT
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
    files.append(file)
    if not recent:
        stratum["progress"][0 if progress else 1] += 1
    stratum["supervised"][0 if supervised else 1] += 1
    return entries.rows


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


def _spoil(files: list[Record], entries: list[Record], first: Record) -> None:
    """Leave two things open: the day on which one file was opened, and what one supervisor wrote on another."""
    file = next(f for f in files if f["_progress"] is not None)
    file["opened_on"] = None
    first["progress"][0 if file["_progress"] else 1] -= 1
    first["progress"][2] += 1
    file["_progress"] = None
    for file in files[: first["files"]]:
        mine = [e for e in entries if e["review_id"] == file["review_id"] and e["entry_kind"] == "supervisor"]
        if file["_supervised"] and file["_by_closure"] and len(mine) == 1:
            mine[0]["content"] = None
            first["supervised"][0] -= 1
            first["supervised"][2] += 1
            file["_supervised"] = file["_by_closure"] = None
            return


def _read(subject: Subject, files: list[Record]) -> dict[str, list[int]]:
    """Write down what the readers found: the first as it is, on the files read twice the second mostly the same.

    By question: on how many of the files read twice they agreed, and how many these are.
    """
    rng = subject.rng("victims.files.readers")
    twice = quota(rng, len(files), READ_TWICE)
    alike = {}
    for question in ("progress", "supervised"):
        same = quota(rng, int(twice.sum()), subject.facts.readers_agree_share)
        for file in files:
            file[f"{question}_met"] = file[f"_{question}"]
        read = [(files[at], bool(agrees)) for at, agrees in zip(np.flatnonzero(twice), same, strict=True)]
        told = [(file, file[f"_{question}"], agrees) for file, agrees in read if file[f"_{question}"] is not None]
        for file, state, agrees in told:
            file[f"second_{question}_met"] = state if agrees else not state
        alike[question] = [sum(agrees for _, _, agrees in told), len(told)]
    for i, (file, again) in enumerate(zip(files, twice, strict=True)):
        file["reviewer_key"] = f"INS{i % 4 + 1:02d}"
        file["second_reviewer_key"] = f"INS{(i + 1) % 4 + 1:02d}" if again else None
    return alike


class Closures:
    """Closes some crimes on the day they were recorded, and counts them."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.counts: Counter[str] = Counter()

    def rows(self, piece: Piece) -> dict[str, Rows]:
        """The crimes of a window with the entries on each; some that nobody attended are closed within a day."""
        rng = self.subject.rng("victims.closures", piece.window.index)
        case, cases = piece.crimes.case, piece.cases
        n, mode = len(case), cases.mode[case]
        left = cases.known[case] & ~cases.attended[case]
        at_once = left & np.isin(mode, (MODE["telephone"], MODE["nobody"]))
        at_once &= rng.random(n) < self.subject.facts.same_day_closure_share
        entries = rng.poisson(4, n) + 1
        entries = np.where(at_once, np.where(rng.random(n) < WITHOUT_ENTRY, 0, rng.integers(1, 3, n)), entries)
        blank = rng.random(n) < BLANK
        closed = cases.recorded[case] + rng.integers(2 * 3600, 20 * 3600, n) * SECOND
        text = pa.array(to_wall(closed)).cast(pa.string()).to_pylist() if n else []
        crime = piece.tables["crime"]
        stands = cells(crime, "closed_at")
        soonest = [soon if now else old for soon, old, now in zip(text, stands, at_once, strict=True)]
        numbers = [None if b else str(e) for b, e in zip(blank, entries, strict=True)]
        dated = cells(crime, "recorded_at") != None  # noqa: E711
        left &= piece.crimes.counted
        self.counts["left"] += int(left.sum())
        self.counts["at_once"] += int((left & at_once & dated & ~blank & (entries == 0)).sum())
        self.counts["unknown"] += int((left & at_once & (blank | ~dated)).sum())
        return {"crime": with_cells(crime, {"closed_at": soonest, "progress_entries": numbers})}

    def made(self) -> Made:
        """Crimes not attended, and how many of them were closed within a day with no entry."""
        c = self.counts
        known = c["left"] - c["unknown"]
        values = {"crimes_not_attended": c["left"], "same_day_closure_pct": percent(c["at_once"], known)}
        return Made(values=values)


follow = Closures


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    return {"A4a": _in_general(facts, values, "progress"), "A4b": _in_general(facts, values, "supervised")}


def _effective(strata: list[dict[str, Any]], what: str) -> list[float]:
    """Yes, no and unknown of some strata, weighted, on the scale of a simple sample that would tell as much."""
    weight = [(s["size"] / s["files"], s[what]) for s in strata]
    total = sum(w * sum(c) for w, c in weight)
    squares = sum(w * w * sum(c) for w, c in weight)
    return [sum(w * c[i] for w, c in weight) * total / squares if squares else 0.0 for i in range(3)]


def _in_general(facts: Facts, values: dict[str, Any], what: str) -> Verdict:
    strata = values["crime_file_strata"]
    if not facts.provides("file_review") or not strata:
        return OPEN, "no crime file was read"
    left = [sum(s[what][i] for s in strata if not s["attended"]) for i in range(3)]
    if sum(left) < 10:
        return OPEN, f"{sum(left)} files of crimes nobody attended"
    yes, no, unknown = _effective(strata, what)
    point, n = yes / (yes + no), sum(sum(s[what]) for s in strata)
    lo, hi = exact(yes, yes + no + unknown)[0], exact(yes + unknown, yes + no + unknown)[1]
    said = f"{100 * point:.1f}% of {n} files, weighted; {left[0]} of {sum(left)} of crimes nobody attended"
    if hi < 0.6 or exact(left[0] + left[2], sum(left))[1] < 0.6:
        return CONTRADICTED, said
    attendance, groups = (
        [_effective([s for s in strata if s[by] == one], what) for one in sorted({s[by] for s in strata})]
        for by in ("attended", "group")
    )
    even = all(sum(g) < LEAST for g in groups) or all_keep_up(groups, 0.6)
    high = lo >= 0.6 and point >= 0.75 and all_keep_up(attendance, 0.6, 1) and even
    ends = wilson(yes, yes + no)
    alone = n >= 60 and ends[1] - ends[0] <= 0.2
    return (SUPPORTED if high and (alone or readers_agree(values["readers_agree"][what])) else OPEN), said
