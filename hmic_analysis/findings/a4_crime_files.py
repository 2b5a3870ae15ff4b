"""A4: whether a crime that nobody attends is still investigated and supervised."""

from datetime import date

import pandas as pd

from hmic_analysis.evidence.grades import grade_indicator
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, clear_evidence, keeps_up, undecided
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, among, backwards, open_blanks, unread
from hmic_analysis.statistics.intervals import CONFIDENCE, kappa

# A4: crime files read, whether progress is recorded on them and supervisors oversee them.
#
# Progress: no span of more than 28 days of an open investigation without an entry on it. Supervision: an entry of
# substance by a supervisor who is not the investigator. What the system writes by itself is neither.

SUBSTANCE = ("direction", "sign_off")
ATTENDED = {True: "attended", False: "not_attended"}


def crime_files(file_review: pd.DataFrame, file_entry: pd.DataFrame, as_of: date, days: int) -> pd.DataFrame:
    """Crime files of the sample, with what was found on each.

    The rows of ``file_review`` with ``attendance`` (``attended``, ``not_attended`` or missing) and nullable
    booleans ``progress`` and ``supervised``, and ``supervised_by_closure`` for closed files (missing for others).
    ``closed``: closed by the day, or its day of closing can't be read. A file open for fewer than ``days`` is not due
    for an entry: its ``progress`` is missing, ``due`` False.

    ``file_review``, ``file_entry``: the tables of those names.  Without any entry of these files the readers' own
        findings are taken; where no file has a day of closing, of none is it known whether, and when, it was closed.
    ``as_of``: day to which an open file is looked at; no entry of a later day counts.
    ``days``: longest span of an open file without a progress entry.
    """
    files = file_review[file_review["review_kind"].eq("crime").fillna(False).to_numpy(dtype=bool)].copy()
    files = open_blanks(files, "closed_on")
    files["attendance"] = files["attended"].map(ATTENDED).astype("object")
    day = pd.Timestamp(as_of)
    closed = files["closed_on"].where((files["closed_on"] <= day).to_numpy(dtype=bool))
    # One of which the day of closing can't be read may be closed: its progress and closure are not known.
    files["closed"] = closed.notna() | unread(files, "closed_on")
    open_days = (day - files["opened_on"]).dt.days
    files["due"] = (files["closed"] | ~(open_days < days)).to_numpy(dtype=bool)
    if not among(file_entry["review_id"], files["review_id"]).any():
        files["progress"] = files["progress_met"].astype("boolean")
        files["supervised"] = files["supervised_met"].astype("boolean")
        files["supervised_by_closure"] = pd.Series(pd.NA, index=files.index, dtype="boolean")
        return files
    end = closed.where(closed.notna(), day)
    file_entry = file_entry[~(file_entry["entered_on"] > day).to_numpy(dtype=bool)]
    files["progress"] = _progress(files, file_entry, end, days).mask(~files["due"])
    entries = supervision(file_entry, files["review_id"])
    supervised = but_lost(any_entry(files["review_id"], entries), files, "supervised_met", entries, day)
    files["supervised"] = supervised.mask(files["opened_on"] > day)
    limit = day_of(files["review_id"], end, entries["review_id"])
    in_time = entries["counts"] & (entries["entered_on"] <= limit).astype("boolean").mask(entries["entered_on"].isna())
    by_closure = any_entry(files["review_id"], entries.assign(counts=in_time))
    by_closure = but_lost(by_closure, files, "supervised_met", entries, day)
    files["supervised_by_closure"] = by_closure.mask(~files["closed"])
    undated = unread(files, "closed_on") | backwards(files, "opened_on", "closed_on")
    for name in ("progress", "supervised_by_closure"):
        files[name] = files[name].mask(undated)
    return files


def _progress(files: pd.DataFrame, file_entry: pd.DataFrame, end: pd.Series, days: int) -> pd.Series:
    """Whether no span of an investigation is longer than so many days without a progress entry."""
    entries = file_entry[file_entry["entry_kind"].eq("progress").fillna(False).to_numpy(dtype=bool)]
    undated = set(entries.loc[entries["entered_on"].isna(), "review_id"])
    by_file = {
        review: rows["entered_on"].dropna().sort_values() for review, rows in entries.groupby("review_id", sort=False)
    }
    limit, none = pd.Timedelta(days=days), pd.Series(dtype="datetime64[ns]")
    states: list[object] = []
    read = files["progress_met"].fillna(False)  # noqa: FBT003
    for review, opened, last, met in zip(files["review_id"], files["opened_on"], end, read, strict=True):
        if pd.isna(opened):
            states.append(pd.NA)
            continue
        found = by_file.get(review, none)
        found = found[(found >= opened) & (found <= last)]
        steps = pd.Series([opened, *found, last]).diff()
        kept_up = bool(len(found)) and bool((steps.dropna() <= limit).all())
        # An entry without a date may stand anywhere, and one that the reader found and nobody listed may as well.
        told = review not in undated and not (met and review not in by_file)
        states.append(kept_up if kept_up or told else pd.NA)
    return pd.Series(states, index=files.index, dtype="boolean")


def supervision(file_entry: pd.DataFrame, reviews: pd.Series) -> pd.DataFrame:
    """Supervisors' entries of some files, and whether each counts as supervision.

    ``review_id``, ``entered_on``, ``counts`` (nullable boolean): of substance, and not by the investigator; missing
    where either is blank and the other doesn't rule it out.

    ``reviews``: references of the files.
    """
    keep = file_entry["entry_kind"].eq("supervisor").fillna(False) & among(file_entry["review_id"], reviews)
    rows = file_entry[keep.to_numpy(dtype=bool)]
    substance = rows["content"].isin(list(SUBSTANCE)).astype("boolean").mask(rows["content"].isna())
    another = ~rows["by_investigator"].astype("boolean")
    return pd.DataFrame(
        {"review_id": rows["review_id"], "entered_on": rows["entered_on"], "counts": substance & another}
    )


def any_entry(reviews: pd.Series, entries: pd.DataFrame) -> pd.Series:
    """Whether each file has an entry that counts.

    True with any that counts; missing with none that does and one of which it isn't known; else False.

    ``reviews``: references of the files.
    ``entries``: ``review_id`` and ``counts`` (nullable boolean).
    """
    sure = set(entries.loc[entries["counts"].fillna(False).to_numpy(dtype=bool), "review_id"])
    open_ = set(entries.loc[entries["counts"].isna().to_numpy(dtype=bool), "review_id"]) - sure
    found = pd.Series(reviews.isin(sure), dtype="boolean")
    return found.mask(reviews.isin(open_))


def but_lost(
    found: pd.Series, files: pd.DataFrame, finding: str, entries: pd.DataFrame, day: pd.Timestamp
) -> pd.Series:
    """What the entries show of each file; missing where its reader found what the list holds no entry of.

    ``found``: what the entries show (nullable boolean), in the order of ``files``.
    ``finding``: column of ``files`` with the reader's finding.
    ``entries``: the listed entries of that kind: ``review_id`` and ``entered_on``.
    ``day``: day by which the files were read: nobody found an entry of a later one.
    """
    listed = entries.loc[~(entries["entered_on"] > day).to_numpy(dtype=bool), "review_id"]
    lost = files[finding].eq(True).fillna(False) & ~among(files["review_id"], listed)  # noqa: FBT003
    return found.mask(lost)


def by_stratum(files: pd.DataFrame) -> pd.DataFrame:
    """Files read and the crimes they stand for, by attendance and offence group.

    ``files`` is what :func:`crime_files` gives. ``attendance``, ``offence_group``, ``files``, ``crimes`` (missing
    where not given).
    """
    keys = ["attendance", "offence_group"]
    rows = files[keys].astype("object").where(files[keys].notna(), "not recorded")
    rows = rows.assign(files=1, crimes=files["stratum_size"])
    return rows.groupby(keys, as_index=False).agg(files=("files", "sum"), crimes=("crimes", "first"))


def day_of(reviews: pd.Series, days: pd.Series, wanted: pd.Series) -> pd.Series:
    """The day of the file that each entry belongs to.

    Indexed as ``wanted``; missing for files that aren't there.

    ``reviews``, ``days``: references of files, and a day of each.
    ``wanted``: references of files, one for each entry.
    """
    by_file = days.set_axis(pd.Index(reviews, dtype="object"))
    by_file = by_file[~by_file.index.duplicated()]
    return by_file.reindex(pd.Index(wanted, dtype="object")).set_axis(wanted.index)


def due_files(files: pd.DataFrame) -> pd.DataFrame:
    """The files long enough open, or closed, for progress to be due on them."""
    return files[files["due"].to_numpy(dtype=bool)]


def closed_same_day(crime: pd.DataFrame, attended: pd.DataFrame) -> Share:
    """Crimes not attended and closed within 24 hours of recording with no entry on the record.

    Of the crimes known not to be attended.  Unknown: closed so soon, and the number of entries isn't given; or the
    time of recording isn't, or lies after that of closing; or no crime, or none of its month, has a time of closing; or
    it may be such a crime, and whether it was attended isn't known.

    ``crime``: table ``crime``, cut to a period.
    ``attended``: result of :func:`hmic_analysis.measures.attendance.crime_attendance`.
    """
    left = attended.loc[~attended["attended"].fillna(False).to_numpy(dtype=bool), ["crime_id", "attended"]]
    crime = open_blanks(crime, "closed_at", at="recorded_month")
    rows = left.merge(crime, on="crime_id")
    took = rows["closed_at"] - rows["recorded_at"]
    soon = (took <= pd.Timedelta(hours=24)).astype("boolean")
    soon = soon.mask((took < pd.Timedelta(0)).fillna(False))
    soon = soon.mask(rows["recorded_at"].isna() & rows["closed_at"].notna() | unread(rows, "closed_at"))
    empty = rows["progress_entries"].eq(0).astype("boolean").mask(rows["progress_entries"].isna())
    closed = soon & empty
    open_ = rows["attended"].isna().to_numpy(dtype=bool)
    counted = ~open_ | closed.fillna(True).to_numpy(dtype=bool)
    return Share.of(closed.mask(open_)[counted], rows.loc[counted, "crime_id"])


#: Claim -> what was found on a file, its indicator, and the readers' finding of the same.
QUESTIONS = {
    "A4a": ("progress", "progress_updated_pct", "progress_met"),
    "A4b": ("supervised", "supervised_pct", "supervised_met"),
}
STRATA = ["attendance", "offence_group"]


def files_read(report: Report) -> pd.DataFrame:
    """The crime files of the sample, with what was found on each.

    As :func:`hmic_analysis.findings.a4_crime_files.crime_files` gives them, with ``weight``, the crimes that a file
    stands for; missing where the sizes of the strata are not all known.
    """
    settings = report.settings
    files = crime_files(
        report.table("file_review"),
        report.table("file_entry"),
        settings.as_of,
        int(settings.definition("progress_days")),
    )
    weights = registers.file_weights(files, STRATA)
    return files.assign(weight=weights if weights is not None else float("nan"))


def estimate(files: pd.DataFrame, state: str, group: str = "") -> registers.Weighted:
    """The share of the files that have a property, weighted by what each stands for, in all or in one group.

    ``files``: result of :func:`files_read`.
    ``state``: ``progress`` (files not yet due for it are left out), ``supervised``, or ``supervised_by_closure`` (files
        not closed are left out).
    ``group``: as :func:`groups` names it; empty: all files.
    """
    rows = _due(files, state)
    return _estimate(rows, state, groups(rows)[group] if group else None)


def _estimate(rows: pd.DataFrame, state: str, chosen: pd.Series | None) -> registers.Weighted:
    """The share among the chosen of the files that count; weighted where each of them all has a weight."""
    weighted = not rows["weight"].isna().any()
    if chosen is not None:
        rows = rows[chosen.to_numpy(dtype=bool)]
    return registers.weighted(rows[state], rows["review_id"], rows["weight"] if weighted else None)


def indicators(report: Report, files: pd.DataFrame, claim: str) -> list[Indicator]:
    """The share that a claim turns on: of all files, of attended crimes and others, and by offence group.

    ``files``: result of :func:`files_read`.
    ``claim``: ``A4a`` or ``A4b``.
    """
    state, name, _ = QUESTIONS[claim]
    rows = _due(files, state)
    chosen, basis = {"": None, **groups(rows)}, registers.basis(files)
    return [_figure(report, rows, name, group, _estimate(rows, state, of), basis) for group, of in chosen.items()]


def _figure(
    report: Report, files: pd.DataFrame, name: str, group: str, found: registers.Weighted, basis: str
) -> Indicator:
    """The share in one group of files, or in all, with the size of a simple sample that would tell as much."""
    limits = found.limits()
    said = f"Each file weighted by the crimes it stands for: {found.files.total:,} files tell as much as "
    said += f"{found.yes + found.no + found.unknown:.0f} of a simple sample."
    if files["weight"].isna().any():
        said = "Not weighted: sizes of strata not given."
    whole = found.files if group else report.build.unsure(name, found.files)
    figure = report.build.figure(
        name,
        found.value,
        numerator=whole.yes,
        denominator=whole.known,
        unknown=whole.unknown,
        limits=limits,
        interval=f"exact {CONFIDENCE:.0%}, effective sample" if limits else "",
        stratum=group,
        basis=basis,
        note="" if found.files.total else "No files were read.",
        caveats=(said,) if found.files.total else (),
        units=found.files,
    )
    every = found.yes + found.no + found.unknown
    if not every:
        return figure
    # Files in which entries that lead to none may belong weigh as much as others.
    lost = every * report.build.lone(name).no / found.files.total
    lo, hi = 100 * found.yes / every, 100 * (found.yes + min(found.unknown + lost, every - found.yes)) / every
    return figure.model_copy(update={"lo_missing": lo, "hi_missing": hi})


def groups(files: pd.DataFrame) -> dict[str, pd.Series]:
    """Which files belong to each group: attended or not, an offence group, and both together."""
    found = {}
    for first, *rest in (STRATA[:1], STRATA[1:], STRATA):
        names = files[first].astype("object")
        for column in rest:
            names = names.str.cat(files[column].astype("object"), sep=", ")
        found |= {name: names == name for name in sorted(names.dropna().unique())}
    return found


def _due(files: pd.DataFrame, state: str) -> pd.DataFrame:
    """The files that count for a property: those not yet due for progress, or not closed, may not."""
    if state == "supervised_by_closure":
        return files[files["closed"].to_numpy(dtype=bool)]
    return due_files(files) if state == "progress" else files


def before_closure(report: Report, files: pd.DataFrame) -> Indicator:
    """Closed files with supervision of substance before or at closure; ``files`` as :func:`files_read` gives them."""
    rows = _due(files, "supervised_by_closure")
    found = _estimate(rows, "supervised_by_closure", None)
    return _figure(report, rows, "supervised_before_closure_pct", "", found, registers.basis(files))


def strata(report: Report, name: str) -> pd.DataFrame:
    """The shares by attendance and offence group together, for a chart.

    As :meth:`~hmic_analysis.evidence.report.Report.groups` gives it.

    ``name``: Indicator.
    """
    rows = report.groups(name)
    return rows[rows["label"].str.contains(", ", regex=False).to_numpy(dtype=bool)].reset_index(drop=True)


def agreement(report: Report, files: pd.DataFrame) -> list[Indicator]:
    """How far two readers of the same file agree beyond chance, for each finding on it, of :func:`files_read`."""
    made = []
    for state, _, finding in QUESTIONS.values():
        same = registers.readers_agree(files, finding)
        compared = files["review_id"].isin(same.units.dropna().index).to_numpy(dtype=bool)
        found = kappa(files.loc[compared, finding], files.loc[compared, f"second_{finding}"])
        made.append(
            report.build.figure(
                "review_agreement_kappa",
                found.value,
                denominator=found.n,
                unknown=same.unknown,
                limits=found.limits,
                interval="normal approximation" if found.limits else "",
                stratum=state,
                basis=registers.basis(files),
                note=f"The two readers found the same on {same.yes} of {same.known} files.",
                units=same,
            )
        )
    return made


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A4."""
    files = files_read(report)
    return [_claim(report, files, claim) for claim in QUESTIONS]


def _claim(report: Report, files: pd.DataFrame, claim: str) -> ClaimEvidence:
    state, name, finding = QUESTIONS[claim]
    overall = report.indicator(name)
    grade = grade_indicator(overall)
    decision = report.gap("file_review") or _in_general(report, files, claim)
    agreement = registers.readers_agree(files, finding)
    wanted = report.settings.threshold("readers_agree_pct")
    decision = clear_evidence(decision, grade, agreement, wanted, report.settings.quantifier("clear_evidence"))
    return report.claim(claim, decision, grade)


def _in_general(report: Report, files: pd.DataFrame, claim: str) -> Decision:
    """Three quarters or more in all, and no part that falls behind, least of all crimes that nobody attended."""
    state, name, _ = QUESTIONS[claim]
    word, limit = report.settings.quantifier("in_general"), report.settings.threshold
    overall, apart = report.indicator(name), report.indicator(f"{name}[not_attended]")
    if overall is None or not (overall.denominator or 0) + overall.unknown:
        return undecided("no_data", why="No crime file was read.")
    if overall.value is None:
        why = f"Files read: {overall.unknown:,}; of none is it known."
        return undecided("missing_spans_threshold", why=why)
    least = int(limit("min_not_attended_n"))
    n = int((apart.denominator or 0) + apart.unknown) if apart is not None else 0
    if apart is None or n < least:
        return undecided("small_n", why=f"Files of crimes not attended: {n}; test: at least {least}.")
    low = limit("progress_contradicted_pct")
    apart = _effective(apart, estimate(files, state, "not_attended"))
    refuted = at_least(apart, limit("not_attended_pct"), low)
    refuted = refuted if refuted.verdict == "contradicted" else None
    effective = _effective(overall, estimate(files, state))
    parts = [
        at_least(effective, word.min_lower_pct, low, report.settings.min_n),
        refuted or _keep_up(report, files, claim, "attendance", limit("not_attended_pct"), 1),
        _point(overall, word.min_point_pct),
        _keep_up(report, files, claim, "offence_group", word.min_stratum_pct, report.settings.min_n),
    ]
    return all_of(*parts)


def _effective(overall: Indicator, found: registers.Weighted) -> Indicator:
    """The figure as a simple sample of the effective size would give it, to be held against a threshold."""
    return overall.model_copy(
        update={"numerator": found.yes, "denominator": found.yes + found.no, "unknown": found.unknown}
    )


def _point(overall: Indicator, wanted: float) -> Decision:
    why = f"{overall.value:.1f}% in all; test: at least {wanted:g}%."
    if overall.value >= wanted:
        return Decision("supported", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _keep_up(report: Report, files: pd.DataFrame, claim: str, by: str, wanted: float, least: int) -> Decision:
    """Attended or not, or offence groups: a good figure for one must not hide another that is left lying."""
    state, name, _ = QUESTIONS[claim]
    found = {g: report.indicator(f"{name}[{g}]") for g in sorted(files[by].dropna().unique())}
    units = [_effective(i, estimate(files, state, g)) for g, i in found.items() if i is not None]
    small = all((u.denominator or 0) + u.unknown < least for u in units)
    return Decision("supported") if small else keeps_up(units, wanted, least)
