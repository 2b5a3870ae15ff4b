"""A4: crime files read, whether progress is recorded on them and supervisors oversee them.

Progress: no span of more than 28 days of an open investigation without an entry on it.  Supervision: an entry of
substance by a supervisor who is not the investigator.  What the system writes by itself is neither.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.measures.base import Share

SUBSTANCE = ("direction", "sign_off")
ATTENDED = {True: "attended", False: "not_attended"}


def crime_files(file_review: pd.DataFrame, file_entry: pd.DataFrame, as_of: date, days: int) -> pd.DataFrame:
    """Crime files of the sample, with what was found on each.

    Parameters
    ----------
    file_review, file_entry : pandas.DataFrame
        The tables of those names.  Without any entry the readers' own findings are taken.
    as_of : datetime.date
        Day to which an open file is looked at.
    days : int
        Longest span of an open file without a progress entry.

    Returns
    -------
    pandas.DataFrame
        The rows of ``file_review`` with ``attendance`` (``attended``, ``not_attended`` or missing) and nullable
        booleans ``progress`` and ``supervised``, and ``supervised_by_closure`` for closed files (missing for others).
        A file open for fewer than ``days`` is not due for an entry: its ``progress`` is missing, ``due`` False.
    """
    files = file_review[file_review["review_kind"].eq("crime").fillna(False).to_numpy(dtype=bool)].copy()
    files["attendance"] = files["attended"].map(ATTENDED).astype("object")
    day = pd.Timestamp(as_of)
    closed = files["closed_on"].where((files["closed_on"] <= day).to_numpy(dtype=bool))
    files["closed"] = closed.notna()
    open_days = (day - files["opened_on"]).dt.days
    files["due"] = (files["closed"] | ~(open_days < days)).to_numpy(dtype=bool)
    if file_entry.empty:
        files["progress"] = files["progress_met"].astype("boolean")
        files["supervised"] = files["supervised_met"].astype("boolean")
        files["supervised_by_closure"] = pd.Series(pd.NA, index=files.index, dtype="boolean")
        return files
    end = closed.where(closed.notna(), day)
    files["progress"] = _progress(files, file_entry, end, days).mask(~files["due"])
    entries = supervision(file_entry, files["review_id"])
    files["supervised"] = any_entry(files["review_id"], entries)
    limit = day_of(files["review_id"], end, entries["review_id"])
    in_time = entries["counts"] & (entries["entered_on"] <= limit).astype("boolean").mask(entries["entered_on"].isna())
    by_closure = any_entry(files["review_id"], entries.assign(counts=in_time))
    files["supervised_by_closure"] = by_closure.mask(~files["closed"])
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
    for review, opened, last in zip(files["review_id"], files["opened_on"], end, strict=True):
        if pd.isna(opened):
            states.append(pd.NA)
            continue
        found = by_file.get(review, none)
        found = found[(found >= opened) & (found <= last)]
        steps = pd.Series([opened, *found, last]).diff()
        kept_up = bool(len(found)) and bool((steps.dropna() <= limit).all())
        # An entry without a date may stand anywhere.
        states.append(pd.NA if not kept_up and review in undated else kept_up)
    return pd.Series(states, index=files.index, dtype="boolean")


def supervision(file_entry: pd.DataFrame, reviews: pd.Series) -> pd.DataFrame:
    """Supervisors' entries of some files, and whether each counts as supervision.

    Parameters
    ----------
    file_entry : pandas.DataFrame
        Table ``file_entry``.
    reviews : pandas.Series
        References of the files.

    Returns
    -------
    pandas.DataFrame
        ``review_id``, ``entered_on``, ``counts`` (nullable boolean): of substance, and not by the investigator;
        missing where either is blank and the other doesn't rule it out.
    """
    keep = file_entry["entry_kind"].eq("supervisor").fillna(False) & file_entry["review_id"].isin(reviews)
    rows = file_entry[keep.to_numpy(dtype=bool)]
    substance = rows["content"].isin(list(SUBSTANCE)).astype("boolean").mask(rows["content"].isna())
    another = ~rows["by_investigator"].astype("boolean")
    return pd.DataFrame(
        {"review_id": rows["review_id"], "entered_on": rows["entered_on"], "counts": substance & another}
    )


def any_entry(reviews: pd.Series, entries: pd.DataFrame) -> pd.Series:
    """Whether each file has an entry that counts.

    Parameters
    ----------
    reviews : pandas.Series
        References of the files.
    entries : pandas.DataFrame
        ``review_id`` and ``counts`` (nullable boolean).

    Returns
    -------
    pandas.Series
        True with any that counts; missing with none that does and one of which it isn't known; else False.
    """
    sure = set(entries.loc[entries["counts"].fillna(False).to_numpy(dtype=bool), "review_id"])
    open_ = set(entries.loc[entries["counts"].isna().to_numpy(dtype=bool), "review_id"]) - sure
    found = pd.Series(reviews.isin(sure), dtype="boolean")
    return found.mask(reviews.isin(open_))


def by_stratum(files: pd.DataFrame) -> pd.DataFrame:
    """Files read and the crimes they stand for, by attendance and offence group.

    Parameters
    ----------
    files : pandas.DataFrame
        Result of :func:`crime_files`.

    Returns
    -------
    pandas.DataFrame
        ``attendance``, ``offence_group``, ``files``, ``crimes`` (missing where not given).
    """
    keys = ["attendance", "offence_group"]
    rows = files[keys].astype("object").where(files[keys].notna(), "not recorded")
    rows = rows.assign(files=1, crimes=files["stratum_size"])
    return rows.groupby(keys, as_index=False).agg(files=("files", "sum"), crimes=("crimes", "first"))


def day_of(reviews: pd.Series, days: pd.Series, wanted: pd.Series) -> pd.Series:
    """The day of the file that each entry belongs to.

    Parameters
    ----------
    reviews, days : pandas.Series
        References of files, and a day of each.
    wanted : pandas.Series
        References of files, one for each entry.

    Returns
    -------
    pandas.Series
        Indexed as ``wanted``; missing for files that aren't there.
    """
    by_file = days.set_axis(pd.Index(reviews, dtype="object"))
    by_file = by_file[~by_file.index.duplicated()]
    return by_file.reindex(pd.Index(wanted, dtype="object")).set_axis(wanted.index)


def due_files(files: pd.DataFrame) -> pd.DataFrame:
    """The files long enough open, or closed, for progress to be due on them."""
    return files[files["due"].to_numpy(dtype=bool)]


def supervised_before_closure(files: pd.DataFrame) -> Share:
    """Closed files with supervision of substance before or at closure.

    Parameters
    ----------
    files : pandas.DataFrame
        Result of :func:`crime_files`.

    Returns
    -------
    Share
    """
    rows = files[files["closed"].to_numpy(dtype=bool)]
    return Share.of(rows["supervised_by_closure"], rows["review_id"])


def closed_same_day(crime: pd.DataFrame, attended: pd.DataFrame) -> Share:
    """Crimes not attended and closed within 24 hours of recording with no entry on the record.

    Parameters
    ----------
    crime : pandas.DataFrame
        Table ``crime``, cut to a period.
    attended : pandas.DataFrame
        Result of :func:`hmic_analysis.measures.attendance.crime_attendance`.

    Returns
    -------
    Share
        Of the crimes known not to be attended.  Unknown: closed so soon, and the number of entries isn't given; or
        the time of recording isn't.
    """
    left = attended.loc[attended["attended"].eq(False).fillna(False).to_numpy(dtype=bool), ["crime_id"]]
    rows = left.merge(crime.drop_duplicates("crime_id"), on="crime_id")
    took = rows["closed_at"] - rows["recorded_at"]
    soon = (took <= pd.Timedelta(hours=24)).astype("boolean")
    soon = soon.mask(rows["recorded_at"].isna() & rows["closed_at"].notna())
    empty = rows["progress_entries"].eq(0).astype("boolean").mask(rows["progress_entries"].isna())
    return Share.of(soon & empty, rows["crime_id"])
