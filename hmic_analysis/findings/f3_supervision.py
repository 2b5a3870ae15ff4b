"""F3: whether supervisors have a clear structure to assess workload and performance."""

from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, decision_bounds, existence, undecided
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, among, in_order, unread, whole_spans

# F3: reviews of front-line staff, what they cover, and how many people a supervisor has.

#: Roles that meet the public from day to day.
FRONT_LINE = ("response", "neighbourhood", "pcso", "volume_investigator")
SUPERVISED_RANKS = ("constable", "pcso")
#: More people than this are called a wide span.
WIDE_SPAN = 12
SPANS = ((1, 4), (5, 8), (9, 12), (13, None))


def front_line(staff: pd.DataFrame) -> pd.DataFrame:
    """Front-line staff: response, neighbourhood, community support and volume crime, without recruits in training.

    The rows.
    """
    staff = in_order(staff, "in_post_since", "left_on")
    training = staff["in_training"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    return staff[staff["role"].isin(list(FRONT_LINE)).to_numpy(dtype=bool) & ~training]


def staff_intervals(
    staff: pd.DataFrame, absence: pd.DataFrame, supervision: pd.DataFrame, start: date, end: date, months: int
) -> pd.DataFrame:
    """Front-line staff in each interval in which policy prescribes a review, and whether they had one.

    ``person_key``, ``unit``, ``interval`` (from 0), ``reviewed``, ``workload``, ``performance`` (nullable booleans:
    a review in the interval, one that covered each; missing where the record doesn't say, also whether an absence
    lasted).  Left out: who was absent or not in post for more than half of the interval.

    ``start``, ``end``: period; a rest shorter than an interval is left out.
    ``months``: length of an interval.
    """
    absence = in_order(absence, "from_on", "to_on")
    spans, people = whole_spans(start, end, months), front_line(staff)
    if not spans or people.empty:
        empty = {c: pd.Series(dtype="object") for c in ("person_key", "unit", "interval")}
        return pd.DataFrame(empty | {c: pd.Series(dtype="boolean") for c in ("reviewed", "workload", "performance")})
    ends = ~unread(absence, "to_on").to_numpy(dtype=bool)
    away, at_most = (_days_away(people, rows, spans[0][0], spans[-1][1]) for rows in (absence[ends], absence))
    rows = []
    for number, (first, last) in enumerate(spans):
        days = slice((first - spans[0][0]).days, (last - spans[0][0]).days + 1)
        there = away[:, days].mean(axis=1) <= 0.5
        # An absence whose last day can't be read may have lasted through the interval.
        open_ = at_most[there][:, days].mean(axis=1) > 0.5
        # So may one whose post or training can't be read have had no post in it.
        open_ |= unread(people, "in_training", "in_post_since", "left_on").to_numpy(dtype=bool)[there]
        due = people.loc[there, ["person_key", "unit"]]
        rows.append(due.assign(interval=number, first=first, last=last, open=open_))
    table = _with_reviews(pd.concat(rows, ignore_index=True), supervision)
    for name in ("reviewed", "workload", "performance"):
        table[name] = table[name].mask(table["open"] & ~table[name].fillna(False))
    return table.drop(columns=["first", "last", "open"])


def _days_away(people: pd.DataFrame, absence: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> np.ndarray:
    """A row for each person, a column for each day: absent or not in post."""
    days = np.arange((last - first).days + 1)
    since = (people["in_post_since"] - first).dt.days.fillna(-1).to_numpy()
    left = (people["left_on"] - first).dt.days.fillna(np.inf).to_numpy()
    away = (days < since[:, None]) | (days > left[:, None])
    position = {person: i for i, person in enumerate(people["person_key"])}
    at = absence["person_key"].map(position)
    begin = (absence["from_on"] - first).dt.days.clip(lower=0)
    stop = (absence["to_on"] - first).dt.days.fillna(len(days) - 1)
    for i, a, b in zip(at, begin, stop, strict=True):
        if pd.notna(i) and b >= a:
            away[int(i), int(a) : int(b) + 1] = True
    return away


def _with_reviews(table: pd.DataFrame, supervision: pd.DataFrame) -> pd.DataFrame:
    """Whether each interval has a review, and one that covers each aspect."""
    keyed = table.reset_index(names="row")[["row", "person_key", "first", "last"]]
    pairs = keyed.merge(supervision, on="person_key")
    pairs = pairs[((pairs["held_on"] >= pairs["first"]) & (pairs["held_on"] <= pairs["last"])).to_numpy(dtype=bool)]
    out = table.assign(reviewed=table.index.isin(pairs["row"]))
    for aspect in ("workload", "performance"):
        said = pairs[f"{aspect}_covered"].astype("boolean")
        yes, blank = pairs.loc[said.fillna(False).to_numpy(dtype=bool), "row"], pairs.loc[said.isna(), "row"]
        state = pd.Series(table.index.isin(yes), index=table.index, dtype="boolean")
        out[aspect] = state.mask(table.index.isin(blank) & ~state.to_numpy(dtype=bool))
    return out.astype({"reviewed": "boolean"})


def by_unit(intervals: pd.DataFrame) -> dict[str, Share]:
    """Intervals with a review in each unit, of :func:`staff_intervals`."""
    named = intervals.assign(unit=intervals["unit"].astype("object").fillna("unit not recorded"))
    return {str(unit): Share.of(rows["reviewed"], rows) for unit, rows in named.groupby("unit", sort=True)}


def front_line_reviews(supervision: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """Reviews of front-line staff.

    The rows.

    ``supervision``: table ``supervision``, cut to a period.
    ``staff``: table ``staff``; without a row in it, all reviews.
    """
    if staff.empty:
        return supervision
    return supervision[among(supervision["person_key"], front_line(staff)["person_key"]).to_numpy(dtype=bool)]


def covers(reviews: pd.DataFrame, *aspects: str) -> Share:
    """Reviews that cover all of some aspects.

    No: one of them surely not covered.  Unknown: none surely not, and one not recorded.

    ``reviews``: result of :func:`front_line_reviews`.
    ``*aspects``: ``workload``, ``performance``.
    """
    state = pd.Series(True, index=reviews.index, dtype="boolean")
    for aspect in aspects:
        state &= reviews[f"{aspect}_covered"].astype("boolean")
    return Share.of(state, reviews["review_id"])


def team_sizes(staff: pd.DataFrame, as_of: date) -> pd.Series:
    """Constables and community support officers of each supervisor on a day.

    Persons by ``supervisor_key``; staff without a supervisor on record are in none.
    """
    rows = staff[_supervised(staff, as_of).fillna(False).to_numpy(dtype=bool)]
    return rows.dropna(subset=["supervisor_key"]).groupby("supervisor_key")["person_key"].nunique()


def _supervised(staff: pd.DataFrame, as_of: date) -> pd.Series:
    """Who is a constable or a community support officer in post on a day.

    A nullable boolean on the index of ``staff``, missing where the rank is, or where a day can't be read or be right.
    """
    dated = in_order(staff, "in_post_since", "left_on")
    there = pd.Series(staff.index.isin(registers.in_post(staff, as_of).index), index=staff.index, dtype="boolean")
    there = there.mask(there & unread(dated, "in_post_since", "left_on"))
    rank = staff["rank"].fillna(staff["role"].where(staff["role"] == "pcso"))
    return there & rank.isin(list(SUPERVISED_RANKS)).astype("boolean").mask(rank.isna())


def not_in_spans(staff: pd.DataFrame, as_of: date) -> tuple[int, int]:
    """Whom :func:`team_sizes` leaves out: constables and the like without a supervisor on record; who may be one."""
    state = _supervised(staff, as_of)
    return int((state.fillna(False) & staff["supervisor_key"].isna()).sum()), int(state.isna().sum())


def span_note(sizes: pd.Series, without: int, perhaps: int) -> str:
    """How many supervisors have a wide span, and whom the figure leaves out, in words.

    ``sizes``: result of :func:`team_sizes`, not empty.
    ``without``, ``perhaps``: result of :func:`not_in_spans`.
    """
    wide = 100 * float((sizes > WIDE_SPAN).mean())
    said = f"Supervisors of more than {WIDE_SPAN}: {wide:.0f}%. Staff without a supervisor on record: {without:,}."
    return f"{said} Left out, since their rank or days in post are not known: {perhaps:,}." if perhaps else said


def span_bands(sizes: pd.Series) -> pd.DataFrame:
    """Supervisors by the number of their staff.

    ``sizes`` is what :func:`team_sizes` gives. ``label``, ``value``: every band; empty where there is no
    supervisor.
    """
    if sizes.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    rows = []
    for low, high in SPANS:
        label = f"{low} to {high} staff" if high else f"More than {WIDE_SPAN} staff"
        rows.append({"label": label, "value": int(((sizes >= low) & (sizes <= (high or np.inf))).sum())})
    return pd.DataFrame(rows)


# F3: whether supervisors look at workload, and how evenly open crimes are spread.

BANDS = ((0, 0, "None"), (1, 5, "1 to 5"), (6, 10, "6 to 10"), (11, 20, "11 to 20"), (21, None, "More than 20"))


def looks_weekly(view: pd.DataFrame, staff: pd.DataFrame) -> Share:
    """Supervisors of front-line staff who opened the workload view in each of their weeks on duty.

    A supervisor's weeks are those of the log that lie within the post.  One week on duty without opening it is a
    no.  Unknown: no such week, but one without a row or without a number, or none on duty at all.

    ``view``: table ``workload_view``, cut to a period.
    ``staff``: table ``staff``: its front-line staff, in post at some time of the log, name the supervisors.  Without a
        row in it, those in the log.
    """
    if view.empty:
        return Share.none()
    led = _front_line_of_the_log(view, staff)
    supervisors = sorted(set(led["supervisor_key"].dropna()) or set(view["supervisor_key"]))
    weeks = _weeks_in_post(supervisors, sorted(view["week_start"].unique()), staff)
    log = view.assign(duty_unread=unread(view, "on_duty"))
    log = log[["supervisor_key", "week_start", "on_duty", "duty_unread", "times_opened"]]
    rows = weeks.merge(log, on=["supervisor_key", "week_start"], how="left")
    rows = rows[rows["on_duty"].astype("boolean").fillna(True).to_numpy(dtype=bool)]
    opened = (rows["times_opened"] >= 1).astype("boolean").mask(rows["times_opened"].isna())
    opened = opened.mask(~opened & rows["duty_unread"].astype("boolean").fillna(False))
    each = rows.assign(no=opened.eq(False).fillna(False), open=opened.isna()).groupby("supervisor_key")[["no", "open"]]
    found = each.max().reindex(supervisors).astype("boolean")
    state = (~found["no"]).mask((found["open"] & ~found["no"]).fillna(False))
    return Share.of(state, found.reset_index())


def led_by_nobody(view: pd.DataFrame, staff: pd.DataFrame) -> tuple[str, ...]:
    """What must be said of :func:`looks_weekly`: front-line staff whose supervisors it can't know."""
    without = 0 if view.empty else int(_front_line_of_the_log(view, staff)["supervisor_key"].isna().sum())
    return (f"Front-line staff without a supervisor on record: {without:,}.",) if without else ()


def _front_line_of_the_log(view: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """Front-line staff in post at some time of the log."""
    dated, last = in_order(staff, "in_post_since", "left_on"), view["week_start"].max() + pd.Timedelta(days=6)
    gone = (dated["left_on"] < view["week_start"].min()).fillna(False) | (dated["in_post_since"] > last).fillna(False)
    return front_line(staff[~gone.to_numpy(dtype=bool)])


def _weeks_in_post(supervisors: list[str], weeks: list[pd.Timestamp], staff: pd.DataFrame) -> pd.DataFrame:
    """Each supervisor with each week of the log that lies within the post."""
    posts = staff.set_index("person_key")[["in_post_since", "left_on"]]
    rows = pd.merge(
        pd.DataFrame({"supervisor_key": pd.Series(supervisors, dtype=staff["person_key"].dtype)}),
        pd.DataFrame({"week_start": weeks}),
        how="cross",
    ).join(posts, on="supervisor_key")
    before = (rows["week_start"] < rows["in_post_since"]).fillna(False)
    after = (rows["week_start"] + pd.Timedelta(days=6) > rows["left_on"]).fillna(False)
    return rows.loc[~(before | after).to_numpy(dtype=bool), ["supervisor_key", "week_start"]]


def latest_counts(workload: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Open crimes of officers on the last day of counting up to the snapshot: the rows of that day."""
    rows = workload[(workload["counted_on"] <= pd.Timestamp(as_of)).fillna(False).to_numpy(dtype=bool)]
    return rows[(rows["counted_on"] == rows["counted_on"].max()).to_numpy(dtype=bool)]


def counted_note(counts: pd.DataFrame, workload: pd.DataFrame, as_of: date) -> str:
    """How many officers were counted, and how many only on earlier days, in words.

    ``counts``: result of :func:`latest_counts`, of the other two.
    """
    said = f"Officers counted: {counts['open_crimes'].notna().sum():,}."
    before = workload.loc[(workload["counted_on"] <= pd.Timestamp(as_of)).fillna(False), "person_key"]
    earlier = before[~among(before, counts["person_key"]).to_numpy(dtype=bool)].nunique()
    return f"{said} Left out, since they were counted on earlier days only: {earlier:,}." if earlier else said


def spread(counts: pd.DataFrame) -> tuple[float | None, float | None]:
    """The 90th centile and the median of open crimes per officer.

    ``counts`` is what :func:`latest_counts` gives. Both None where no count is known.
    """
    values = counts["open_crimes"].dropna().to_numpy(dtype=float)
    if values.size == 0:
        return None, None
    return float(np.quantile(values, 0.9)), float(np.quantile(values, 0.5))


def officers_counted(counts: pd.DataFrame) -> Share:
    """The officers of :func:`spread`: those whose open crimes are known."""
    known = counts["open_crimes"].notna().astype("boolean")
    return Share.of(known.mask(~known), counts)


def ratio(top: float | None, middle: float | None) -> float | None:
    """The one over the other; None where either is not known or the second is 0."""
    return None if top is None or not middle else top / middle


def bands(counts: pd.DataFrame) -> pd.DataFrame:
    """Officers by the number of their open crimes.

    ``counts`` is what :func:`latest_counts` gives. ``label``, ``value``: every band; empty where no count is known.
    """
    values = counts["open_crimes"].dropna().astype(float)
    if values.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    rows = [
        {"label": label, "value": int(((values >= low) & (values <= (np.inf if high is None else high))).sum())}
        for low, high, label in BANDS
    ]
    return pd.DataFrame(rows)


#: Which documents may prescribe reviews.
PRESCRIBES = {
    "types": ("policy", "procedure", "terms_of_reference"),
    "subject": "supervision",
    "statuses": ("approved", "under_review"),
}
ASPECTS = ("workload", "performance")


def structure(report: Report, aspect: str) -> pd.DataFrame:
    """Documents in force at the snapshot that prescribe reviews of one aspect.

    Rows of the document register.

    ``aspect``: ``workload`` or ``performance``.
    """
    rows = registers.documents(report.table("document"), **PRESCRIBES, in_force_on=report.settings.as_of)
    return rows[registers.covers(rows, f"{aspect}_review").to_numpy(dtype=bool)]


def documents(report: Report) -> pd.DataFrame:
    """Documents that prescribe reviews of either aspect, as a table for show."""
    found = pd.concat([structure(report, aspect) for aspect in ASPECTS]).drop_duplicates("document_id")
    return found[["document_id", "title", "status", "effective_from", "covers", "corroborated_by"]].reset_index(
        drop=True
    )


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of F3."""
    return [
        _claim(report, "F3a", "workload", _assessed(report, "workload")),
        _claim(report, "F3b", "performance", _together(report, _assessed(report, "performance"))),
    ]


def _claim(report: Report, id: str, aspect: str, decision: Decision) -> ClaimEvidence:
    found = structure(report, aspect)
    held, covered = report.indicator("review_in_period_pct"), report.indicator(f"review_covers_pct[{aspect}]")
    grade = weakest(grade_indicator(held), grade_indicator(covered))
    if decision.verdict != "contradicted" or not report.gap("document"):
        count = None if report.gap("document") else len(found)
        grade = weakest(grade, grade_documents(count, registers.corroborated(found)))
    return report.claim(id, decision, grade)


def _assessed(report: Report, aspect: str) -> Decision:
    """Documented, held, and looking at this aspect; contradicted by practice alone where few had such a review."""
    gap = report.gap("supervision", "staff")
    if gap is not None:
        return gap
    limit, min_n = report.settings.threshold, report.settings.min_n
    low = limit("review_contradicted_pct")
    looked_at = report.indicator(f"reviewed_on_{aspect}_pct")
    if looked_at is not None and looked_at.value is not None and looked_at.denominator + looked_at.unknown >= min_n:
        hi = decision_bounds(looked_at)[1]
        if hi < low:
            why = f"{looked_at.label}: at most {hi:.1f}% of the reviews due; contradicted below {low:g}%."
            return Decision("contradicted", why=why)
    complete = report.answer("document").register_complete
    found = structure(report, aspect)
    what = f"documents that prescribe {aspect} reviews"
    more = registers.perhaps(
        report.table("document"), f"{aspect}_review", **PRESCRIBES, in_force_on=report.settings.as_of
    )
    documented = report.gap("document") or existence(len(found), complete, what=what, perhaps=len(more))
    held = at_least(report.indicator("review_in_period_pct"), limit("review_pct"), low, min_n)
    covered = at_least(report.indicator(f"review_covers_pct[{aspect}]"), limit("covers_pct"), min_n=min_n)
    if covered.verdict == "contradicted":
        # Some reviews do look at it: too few for a clear structure, too many to say there is none.
        covered = undecided("between_thresholds", why=covered.why, flags=("wording_mismatch",))
    return all_of(documented, held, covered)


def _together(report: Report, decision: Decision) -> Decision:
    """Reviews that look now at the one, now at the other, are not one structure for both."""
    both, workload = report.indicator("review_covers_both_pct"), report.indicator("review_covers_pct[workload]")
    wanted = report.settings.threshold("covers_pct")
    if decision.verdict != "supported" or workload is None or workload.value is None or both is None:
        return decision
    if decision_bounds(workload)[0] >= wanted and decision_bounds(both)[1] < wanted:
        why = f"{decision.why} {both.label}: {both.value:.1f}%; test: at least {wanted:g}%."
        return undecided("between_thresholds", why=why, flags=("wording_mismatch",))
    return decision
