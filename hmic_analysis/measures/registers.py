"""Counting documents, requests, knowledge checks, policies and reviews; shares of samples of files; what is signed."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share, in_order, open_blanks, unread
from hmic_analysis.statistics.intervals import Interval, sample_interval

# Counting documents, requests, knowledge checks and the policies of all forces.


#: What became of a request of which the log doesn't tell which answer is the latest: a day can't be read.
UNDATED = "undated"
#: The force answered with a figure that can't be read.
UNREADABLE = "unreadable"


def names(column: pd.Series, code: str) -> pd.Series:
    """Rows whose free word is a code, in whatever case, and with spaces or hyphens in place of its lines."""
    words = column.astype("string").str.strip().str.lower().str.replace(r"[\s\-_]+", "_", regex=True)
    return words.eq(code).fillna(False).astype(bool)


class Answer(NamedTuple):
    """What became of one data request: a status of the log, :data:`UNDATED` or :data:`UNREADABLE`."""

    status: str | None
    stated_value: float | None
    register_complete: bool | None


def answer_to(data_request: pd.DataFrame, item: str) -> Answer:
    """The latest answer to a request for an item.

    Parameters
    ----------
    item : str
        Name of a table or figure.

    Returns
    -------
    Answer
        All None where the log has no such item.  An entry without a day is older than any with one.  Where the day of
        one can't be read, only what all entries that may be the latest have in common is known.
    """
    rows = data_request[names(data_request["item"], item).to_numpy(dtype=bool)]
    if rows.empty:
        return Answer(None, None, None)
    lost = unread(rows, "stated_value") & rows["status"].isin(["provided", "provided_partial"])
    rows = rows.assign(when=rows["received_on"].fillna(rows["requested_on"]), lost=lost)
    rows = rows.sort_values("when", kind="stable", na_position="first")
    doubtful = unread(rows, "received_on", "requested_on")
    may_be_latest = [_answer(row) for _, row in pd.concat([rows[doubtful], rows.iloc[[-1]]]).iterrows()]
    columns = [set(column) for column in zip(*may_be_latest, strict=True)]
    status, stated, complete = (column.pop() if len(column) == 1 else None for column in columns)
    return Answer(status if status and not columns[1] else UNDATED, stated, complete)


def _answer(row: pd.Series) -> Answer:
    stated, complete = row["stated_value"], row["register_complete"]
    return Answer(
        UNREADABLE if row["lost"] else str(row["status"]),
        None if pd.isna(stated) else float(stated),
        None if pd.isna(complete) else bool(complete),
    )


def covers(document: pd.DataFrame, *codes: str) -> pd.Series:
    """Whether each document was coded as covering all of some topics.

    Parameters
    ----------
    *codes : str
        Codes of the column ``covers``.

    Returns
    -------
    pandas.Series
        Booleans.
    """
    sets = [set(str(c).split(";")) if pd.notna(c) else set() for c in document["covers"]]
    return pd.Series([set(codes) <= s for s in sets], index=document.index, dtype=bool)


def in_force(document: pd.DataFrame, as_of: date) -> pd.Series:
    """Whether each document was in force on a day: approved and begun by then, and not ended; of whatever status.

    Parameters
    ----------
    document : pandas.DataFrame
        Table ``document``; a document without a beginning is in force from its approval on.

    Returns
    -------
    pandas.Series
        Nullable booleans; missing where no date tells, or where one that could tell otherwise, or how far the document
        reaches, can't be read.
    """
    day = pd.Timestamp(as_of)
    begun = document["effective_from"].fillna(document["approved_on"])
    document = in_order(document.assign(begun=begun), "begun", "effective_to")
    later = (document[["effective_from", "approved_on"]] > day).any(axis=1)
    over = (document["effective_to"] < day).fillna(False)
    open_ = begun.isna() | unread(document, "approved_on", "effective_from", "effective_to", "scope")
    state = pd.Series(True, index=document.index, dtype="boolean").mask(open_)  # noqa: FBT003
    return state.mask(later | over, False)  # noqa: FBT003


def of_the_force(document: pd.DataFrame) -> pd.DataFrame:
    """The documents that reach over the whole force, as a blank scope does by the words of the template."""
    return document[document["scope"].fillna("force").eq("force").to_numpy(dtype=bool)]


def documents(
    document: pd.DataFrame,
    *,
    types: Sequence[str],
    subject: str,
    statuses: Sequence[str] = ("approved",),
    in_force_on: date | None = None,
) -> pd.DataFrame:
    """Documents of some types on a subject.

    Parameters
    ----------
    types : sequence of str
        Kinds of document.
    in_force_on : datetime.date, optional
        Only those known to be :func:`in_force` on that day.

    Returns
    -------
    pandas.DataFrame
        The rows.
    """
    keep = document["document_type"].isin(list(types)) & document["status"].isin(list(statuses))
    keep &= names(document["subject"], subject)
    if in_force_on is not None:
        keep &= in_force(document, in_force_on).fillna(False)
    return document[keep.to_numpy(dtype=bool)]


def perhaps(
    document: pd.DataFrame,
    *codes: str,
    types: Sequence[str],
    subject: str,
    statuses: Sequence[str] = ("approved",),
    in_force_on: date,
) -> pd.DataFrame:
    """Documents that may be in force on a day and say something, and of which it is not known for sure.

    Parameters
    ----------
    *codes : str
        Codes of the column ``covers``, all of which it is to have; none: whatever it says.
    types, subject, statuses, in_force_on
        As in :func:`documents`.

    Returns
    -------
    pandas.DataFrame
        Those without a date, those of which a date or the codes can't be read, and all where the register holds no
        code of any document.
    """
    rows = documents(open_blanks(document, "covers"), types=types, subject=subject, statuses=statuses)
    state = in_force(rows, in_force_on)
    said = covers(rows, *codes).astype("boolean")
    if codes:
        said = said.mask(~said & unread(rows, "covers"))
    return rows[(state & said).isna().to_numpy(dtype=bool)]


def corroborated(rows: pd.DataFrame) -> bool:
    """Whether any of the documents is borne out by another kind of evidence."""
    return bool(rows["corroborated_by"].notna().any())


def knowledge_correct(knowledge_check: pd.DataFrame, as_of: date) -> Share:
    """Answers of staff that were what the policy says.

    Parameters
    ----------
    as_of : datetime.date
        Staff asked on a later day are not counted.
    """
    rows = knowledge_check[(knowledge_check["asked_on"] <= pd.Timestamp(as_of)).to_numpy(dtype=bool)]
    return Share.of(rows["correct"], rows)


class PolicyCount(NamedTuple):
    """Forces by response policy, and all of them listed."""

    attend_all: int
    unknown: int
    forces: int
    this_force: bool | None
    listed: Share


def policy_count(force_reference: pd.DataFrame, forces: Sequence[str], force: str) -> PolicyCount:
    """How many forces have a policy to attend everything.

    Parameters
    ----------
    forces : sequence of str
        Slugs of all forces compared (the 43); rows of others are not counted.
    force : str
        The force whose claim it is.

    Returns
    -------
    PolicyCount
        A force without a row, or with a blank policy, is unknown.
    """
    policy = force_reference.set_index("force_slug")["response_policy"].reindex(list(forces))
    known = policy.dropna()
    mine = policy.get(force)
    return PolicyCount(
        int((known == "attend_all").sum()),
        len(policy) - len(known),
        len(policy),
        None if mine is None or pd.isna(mine) else mine == "attend_all",
        Share.of((known == "attend_all").reindex(policy.index), policy.rename_axis("force_slug").reset_index()),
    )


# A10: whether a policy is under review on a day, and when the review was last worked on.

#: A review shows on the policy's own entry, or on the terms of reference of the review.
TYPES = ("policy", "terms_of_reference")


class Review(NamedTuple):
    """Where the review of a policy stands.

    Attributes
    ----------
    opened : bool
        A review was opened by the day, or the policy is marked as under review.
    open : bool or None
        One of these was not closed by the day; None without a document to look in, or where it can't be read or is
        marked as under review and as closed alike.
    days_since_activity : int or None
        Days since the last dated work on the open reviews, their opening included; None without a date.
    closed_on : pandas.Timestamp or None
        Day on which the last of the open reviews was closed after the day.
    at_most : bool
        The last work on one of them came later, and hides what was done before, or bears no day: the days are the most
        there can be.
    """

    opened: bool
    open: bool | None
    days_since_activity: int | None
    closed_on: pd.Timestamp | None
    at_most: bool = False


STATUSES = ("approved", "under_review")


def of_subject(document: pd.DataFrame, subject: str, as_of: date) -> pd.DataFrame:
    """The documents on which a review of a policy would show.

    Returns
    -------
    pandas.DataFrame
        Force-wide policies in force on the day, and terms of reference of a review; a draft of the next version or a
        district's own policy is neither.
    """
    return of_the_force(documents(document, types=TYPES, subject=subject, statuses=STATUSES, in_force_on=as_of))


def perhaps_of_subject(document: pd.DataFrame, subject: str, as_of: date) -> pd.DataFrame:
    """The further documents that may be among those of :func:`of_subject`: no date tells, or none that can be read."""
    return of_the_force(perhaps(document, types=TYPES, subject=subject, statuses=STATUSES, in_force_on=as_of))


def review_at(rows: pd.DataFrame, as_of: date) -> Review:
    """Where a review stands on a day.

    ``rows`` is what :func:`of_subject` gives.

    Returns
    -------
    Review
        Days after ``as_of`` were not known on it.  Where the day that one was opened or closed on can't be read,
        or it was closed before it was opened, and no other is open, it is not known whether any is.
    """
    day = pd.Timestamp(as_of)
    begun = _opened_on(rows)
    rows = in_order(rows.assign(begun=begun), "begun", "review_closed_on")
    undated = begun.isna() & (rows["status"] == "under_review").fillna(False)
    opened = ((begun <= day).fillna(False) | undated).to_numpy(dtype=bool)
    closed = (rows["review_closed_on"] <= day).fillna(False).to_numpy(dtype=bool)
    doubtful = unread(rows, "review_opened_on", "review_closed_on").to_numpy(dtype=bool) & ~closed
    doubtful |= closed & rows["status"].eq("under_review").fillna(False).to_numpy(dtype=bool)
    running = opened & ~closed & ~doubtful
    under_way = rows[running]
    if under_way.empty:
        is_open = None if rows.empty or doubtful.any() else False
        return Review(bool(opened.any()), is_open, None, None)
    dates = pd.concat([begun[running], under_way["last_activity_on"]])
    latest = dates[(dates <= day).fillna(False).to_numpy(dtype=bool)].max()
    ends = under_way["review_closed_on"]
    since = None if pd.isna(latest) else int((day - latest).days)
    later = bool((~(under_way["last_activity_on"] <= day)).any())
    return Review(True, True, since, None if ends.isna().any() else ends.max(), later)


def under_way(rows: pd.DataFrame, as_of: date) -> Share:
    """The documents of :func:`review_at`: of which a review is open on the day, is not, or can't be read to be."""
    told = [review_at(rows.iloc[[place]], as_of).open for place in range(len(rows))]
    return Share.of(pd.Series(told, dtype="boolean"), rows["document_id"])


def _opened_on(rows: pd.DataFrame) -> pd.Series:
    """Day on which the review was opened; terms of reference open it on the day of their approval."""
    begun = rows["review_opened_on"]
    terms = (rows["document_type"] == "terms_of_reference").fillna(False)
    return begun.where(begun.notna() | ~terms, rows["approved_on"])


# Staff in post.


#: Of whoever has one of these days that can't be read it is not known whether he or she is in post.
POST = ("in_post_since", "left_on")


def in_post(staff: pd.DataFrame, day: date) -> pd.DataFrame:
    """Staff in post on a day, recruits among them; a blank first day is read as long ago, a blank last as not yet."""
    at, staff = pd.Timestamp(day), in_order(staff, *POST)
    away = (staff["in_post_since"] > at).fillna(False) | (staff["left_on"] < at).fillna(False)
    return staff[~away.to_numpy(dtype=bool)]


# Samples of files: shares weighted by what each file stands for, and whether two readers agree.
#
# Strata sampled at different rates are weighted by their sizes before they are put together: thirty files of the few
# crimes that nobody attended must not count as much as thirty of the many that somebody did.


class Weighted(NamedTuple):
    """A share of weighted units, in units of an equally telling simple sample.

    Attributes
    ----------
    yes, no, unknown : float
        Weights of the units by state, scaled so that together they give the effective size of the sample.
    files : Share
        The units themselves.
    """

    yes: float
    no: float
    unknown: float
    files: Share

    @property
    def value(self) -> float | None:
        """Per cent of the units whose state is known."""
        known = self.yes + self.no
        return 100 * (self.yes / known) if known > 0 else None

    def limits(self) -> Interval | None:
        """Exact interval of the value on the effective size, the unknown counted either way, per cent."""
        if not self.yes + self.no > 0:
            return None
        lo, hi = sample_interval(self.yes, self.no, self.unknown)
        return Interval(100 * lo, 100 * hi)


def file_weights(files: pd.DataFrame, strata: list[str]) -> pd.Series | None:
    """How many crimes each file of a sample stands for.

    Parameters
    ----------
    files : pandas.DataFrame
        With ``stratum_size`` and the columns that make the strata.
    strata : list of str
        Columns that the sample was stratified by.

    Returns
    -------
    pandas.Series or None
        Size of the stratum over the files read of it; a file without one has that of others of its stratum.  None
        where a stratum has none.
    """
    keys = [files[name].astype("object").where(files[name].notna(), "not recorded") for name in strata]
    given = files["stratum_size"].astype("Float64")
    groups = given.groupby(keys)
    sizes = given.fillna(groups.transform("first"))
    if files.empty or sizes.isna().any():
        return None
    return (sizes / groups.transform("size")).astype(float)


def weighted(states: pd.Series, references: pd.Series, weights: pd.Series | None) -> Weighted:
    """A share of files, each weighted by what it stands for.

    Parameters
    ----------
    states : pandas.Series
        Nullable booleans, one per file.
    references : pandas.Series
        What each file is called.
    weights : pandas.Series or None
        Positive; None: all files stand for the same.

    Notes
    -----
    Effective size of the sample: (sum of weights) squared over the sum of their squares (Kish 1965, Survey Sampling).
    It never exceeds the number of files, so that weighting never makes a sample look more telling than it is.
    """
    share = Share.of(states, references)
    if not len(states):
        return Weighted(0.0, 0.0, 0.0, share)
    each = np.ones(len(states)) if weights is None else weights.to_numpy(dtype=float)
    each = each * each.sum() / (each**2).sum()
    values = states.astype("boolean")
    yes, no = (values.eq(x).fillna(False).to_numpy(dtype=bool) for x in (True, False))
    return Weighted(float(each[yes].sum()), float(each[no].sum()), float(each[~yes & ~no].sum()), share)


def shares_of(files: pd.DataFrame, states: str, *by: str) -> dict[str, Share]:
    """Files that have a property, within groups.

    Parameters
    ----------
    files : pandas.DataFrame
        With ``review_id``.
    states : str
        Column of nullable booleans.
    *by : str
        Columns that make the groups; files that one of them is blank for are left out.

    Returns
    -------
    dict of str to Share
        By the names of the groups, joined by ``, ``; in their order.
    """
    rows = files.dropna(subset=list(by))
    if rows.empty:
        return {}
    return {
        ", ".join(str(part) for part in names): Share.of(group[states], group["review_id"])
        for names, group in rows.groupby([rows[name].astype(str) for name in by])
    }


def readers_agree(files: pd.DataFrame, question: str) -> Share:
    """Files read twice on which the two readers found the same.

    Parameters
    ----------
    files : pandas.DataFrame
        Rows of ``file_review``.
    question : str
        ``progress_met`` or ``supervised_met``.

    Returns
    -------
    Share
        Unknown: one of the findings is missing, or nobody is named as the second reader.
    """
    twice = read_twice(files, question)
    rows = files[twice.to_numpy(dtype=bool)]
    same = rows[question].astype("boolean") == rows[f"second_{question}"].astype("boolean")
    return Share.of(same.mask(rows["second_reviewer_key"].isna()), rows["review_id"])


def read_twice(files: pd.DataFrame, *questions: str) -> pd.Series:
    """Whether each file names a second reader, or has a second finding; whoever reads a file again is no second one."""
    found = files["second_reviewer_key"].notna()
    for question in questions:
        found |= files[f"second_{question}"].notna()
    return (found & (files["second_reviewer_key"] != files["reviewer_key"]).fillna(True)).astype(bool)


def how_drawn(files: pd.DataFrame) -> pd.DataFrame:
    """Lists that a sample was drawn from, how, and with what seed.

    Parameters
    ----------
    files : pandas.DataFrame
        Rows of ``file_review``.

    Returns
    -------
    pandas.DataFrame
        ``sample_frame``, ``sampling``, ``sample_seed``, ``files``, ``read_twice``.
    """
    twice = read_twice(files, "progress_met", "supervised_met")
    keys = ["sample_frame", "sampling", "sample_seed"]
    rows = files[keys].astype("object").where(files[keys].notna(), "not recorded").assign(files=1, read_twice=twice)
    return rows.groupby(keys, as_index=False)[["files", "read_twice"]].sum().astype({"read_twice": int})


def basis(files: pd.DataFrame) -> str:
    """``random_sample`` where every file is said to be drawn at random, else ``purposive_sample``."""
    random = files["sampling"].eq("random").fillna(False).to_numpy(dtype=bool)
    return "random_sample" if len(files) and random.all() else "purposive_sample"
