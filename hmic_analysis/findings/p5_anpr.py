"""P5: whether number plate recognition is used to prevent, and whether the force makes it last."""

from datetime import date

import pandas as pd

from hmic_analysis.contracts.p5_anpr import OPERATION_OBJECTIVES
from hmic_analysis.evidence.grades import grade_documents, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.findings.signed import has_none, signed
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, in_order, open_blanks, span_of, unread, whole_spans, within
from hmic_analysis.statistics.intervals import Interval

# P5: what number plate recognition is used for. Only operations and hits are counted, never plates or vehicles.

#: Objectives that stop crime from happening.
PREVENTIVE = ("prevent", "disrupt")


def held(operation: pd.DataFrame) -> pd.DataFrame:
    """Operations that were not called off.

    The rows, with ``proactive`` (planned ahead by the force itself) and ``preventive`` (an objective to prevent or
    disrupt): nullable booleans.  Of one of which it can't be read whether it was held, ``proactive`` is false where
    it would be none anyway.

    ``operation``: table ``anpr_operation``.
    """
    rows = operation[~operation["cancelled"].astype("boolean").fillna(False).to_numpy(dtype=bool)]
    own = (rows["origin"] == "own").astype("boolean").mask(rows["origin"].isna())
    preventive = rows["objective"].isin(list(PREVENTIVE)).astype("boolean").mask(rows["objective"].isna())
    open_ = unread(rows, "cancelled")
    planned = rows["planned"].astype("boolean") & own
    return rows.assign(proactive=planned.mask(open_ & planned.fillna(True)), preventive=preventive.mask(open_))


def proactive(operations: pd.DataFrame) -> Share:
    """Operations planned ahead by the force itself, of :func:`held`."""
    return Share.of(operations["proactive"], operations["operation_id"])


def preventive(operations: pd.DataFrame) -> Share:
    """Operations with an objective to prevent or disrupt.

    ``operations`` is what :func:`held` gives. Unknown: no objective is recorded.
    """
    return Share.of(operations["preventive"], operations["operation_id"])


def by_month(operations: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Operations planned by the force in each whole month of a period.

    ``operations`` is what :func:`held` gives. ``month`` (its first day), ``planned``, ``possible`` (with those of
    which it is not known), ``share`` of those begun in it.
    """
    spans = whole_spans(start, end, 1)
    number = span_of(operations["started_on"], spans)
    shares = [proactive(operations[number.eq(i).fillna(False).to_numpy(dtype=bool)]) for i in range(len(spans))]
    return pd.DataFrame(
        {
            "month": pd.Series([first for first, _ in spans], dtype="datetime64[ns]"),
            "planned": [share.yes for share in shares],
            "possible": [share.yes + share.unknown for share in shares],
            "share": pd.Series(shares, dtype=object),
        }
    )


def in_whole_months(operations: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """The operations that :func:`by_month` counts."""
    return operations[span_of(operations["started_on"], whole_spans(start, end, 1)).notna().to_numpy(dtype=bool)]


def bounds_of_months(months: pd.DataFrame) -> Interval | None:
    """Operations per month without, and with, all of which it is not known; None where it is known of each."""
    least, most = float(months["planned"].mean()), float(months["possible"].mean())
    return Interval(least, most) if most > least else None


def by_quarter(operations: pd.DataFrame, products: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Preventive operations and intelligence products in each whole quarter of a period, counted from its first day.

    ``first_day``, ``last_day``, ``preventive``, ``possible`` (with those of which the objective is not known),
    ``products``.

    ``operations``: result of :func:`held`.
    ``products``: rows of the document register, dated by ``approved_on``.
    """
    spans = whole_spans(start, end, 3)
    number, written = span_of(operations["started_on"], spans), span_of(products["approved_on"], spans)
    sure, may_be = operations["preventive"].fillna(False), operations["preventive"].fillna(True)
    return pd.DataFrame(
        {
            "first_day": pd.Series([first for first, _ in spans], dtype="datetime64[ns]"),
            "last_day": pd.Series([last for _, last in spans], dtype="datetime64[ns]"),
            "preventive": [int(((number == i) & sure).sum()) for i in range(len(spans))],
            "possible": [int(((number == i) & may_be).sum()) for i in range(len(spans))],
            "products": [int((written == i).sum()) for i in range(len(spans))],
        }
    )


def monthly_lines(operations: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Operations a month: planned by the force itself, and all that were held.

    ``operations`` is what :func:`held` gives. ``month``, ``group``, ``value``; no row where there is no operation
    at all.
    """
    if operations.empty:
        return pd.DataFrame({"month": pd.Series(dtype="datetime64[ns]"), "group": [], "value": []})
    months = by_month(operations, start, end)
    number = span_of(operations["started_on"], whole_spans(start, end, 1))
    everything = [int((number == i).sum()) for i in range(len(months))]
    own = months.assign(group="Recorded as planned by the force", value=months["planned"])
    return pd.concat([own, months.assign(group="All held", value=everything)])[["month", "group", "value"]]


def say_planned(months: pd.DataFrame) -> str:
    """The headline of the chart of operations, from the result of :func:`by_month`; empty where some are not known."""
    if months.empty or not months["planned"].equals(months["possible"]):
        return ""
    planned = int((months["planned"] > 0).sum())
    many = "each" if planned == len(months) else planned or "none"
    return f"The force itself planned operations in {many} of {len(months)} months"


def by_objective(operations: pd.DataFrame) -> pd.DataFrame:
    """Operations by what they set out to do.

    ``operations`` is what :func:`held` gives. ``label``, ``value``: every objective, also one without an operation;
    empty where there is no operation.
    """
    if operations.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    counts = operations["objective"].value_counts()
    labels = [o.replace("_", " ").capitalize() for o in OPERATION_OBJECTIVES]
    values = [int(counts.get(o, 0)) for o in OPERATION_OBJECTIVES]
    blank = int(operations["objective"].isna().sum())
    return pd.DataFrame({"label": [*labels, "Not recorded"], "value": [*values, blank]})


def decided_in_time(hit: pd.DataFrame, minutes: float) -> Share:
    """Priority hits on which a decision was recorded within so many minutes.

    Misreads confirmed from the image are left out.  Unknown: a decision without a time, or timed before the hit; a
    hit whose priority is blank; all, or all of a month, where the force timed no decision on any hit.

    ``hit``: table ``anpr_hit``, cut to a period.
    """
    hit = open_blanks(hit, "decided_at", at="hit_at")
    misread = hit["misread"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    rows = hit[(hit["priority"] == "priority").fillna(True).to_numpy(dtype=bool) & ~misread]
    taken = (rows["decided_at"] - rows["hit_at"]).dt.total_seconds() / 60
    state = (taken <= minutes).astype("boolean")
    untimed = rows["decided_at"].isna() & rows["decision"].notna() | unread(rows, "decided_at", "decision", "misread")
    return Share.of(state.mask(untimed | (taken < 0) | rows["priority"].isna()), rows["hit_id"])


# P5: how many people can keep the number plate system running.


def functions(skill: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """Critical functions and the staff competent in each on a day.

    ``skill_function``, ``competent`` (persons), ``open`` (further ones who may be, since a cell can't be read),
    thinnest function first.  Only staff of the force count: a contractor's competence leaves with the contract.
    Without a first day of competence a person is not competent yet.  A person counts once for each function.
    """
    sure, may_be, names = _competent(skill, day)

    def persons(rows: pd.Series) -> pd.Series:
        chosen = skill[rows.to_numpy(dtype=bool)]
        return chosen.groupby("skill_function")["person_key"].nunique().reindex(sorted(names), fill_value=0).astype(int)

    table = pd.DataFrame({"competent": persons(sure), "open": persons(may_be) - persons(sure)})
    table = table.rename_axis("skill_function").reset_index()
    return table.sort_values(["competent", "skill_function"], ignore_index=True)


def _competent(skill: pd.DataFrame, day: date | pd.Timestamp) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Which rows show competence in a critical function, which may, and the names of these functions."""
    skill = in_order(skill, "competent_from", "competent_to")
    day = pd.Timestamp(day)
    critical = skill["critical"].astype("boolean").fillna(False)
    names = skill.loc[critical.to_numpy(dtype=bool), "skill_function"].drop_duplicates()
    own = skill["employer"].isna() | (skill["employer"] == "force").fillna(False)
    begun, over = (skill["competent_from"] <= day).fillna(False), (skill["competent_to"] < day).fillna(False)
    doubt = unread(skill, "competent_from", "competent_to", "employer")
    listed = skill["skill_function"].isin(names) & skill["person_key"].notna()
    sure = listed & own & begun & ~over & ~doubt
    # What can be read may still rule a person out.
    return sure, listed & own & (begun | unread(skill, "competent_from")) & ~over, names


def least_depth(skill: pd.DataFrame, day: date | pd.Timestamp) -> tuple[int | None, int]:
    """Staff surely competent in the thinnest critical function on a day, and how many more it may have.

    None without such a function.
    """
    table = functions(skill, day)
    if table.empty:
        return None, 0
    least = int(table["competent"].min())
    return least, int((table["competent"] + table["open"]).min()) - least


def depth(skill: pd.DataFrame, day: date | pd.Timestamp) -> int | None:
    """Competent staff in the thinnest critical function on a day.

    None without such a function, and where it turns on cells that can't be read.
    """
    least, more = least_depth(skill, day)
    return None if more else least


def those_of_depth(skill: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """A row of each person of :func:`depth`: of the first by name where several functions are as thin."""
    first = functions(skill, day)["skill_function"].head(1)
    rows = skill[(_competent(skill, day)[0] & skill["skill_function"].isin(first)).to_numpy(dtype=bool)]
    return rows.drop_duplicates("person_key")


def those_of_change(skill: pd.DataFrame, as_of: date) -> Share:
    """A row of each person of :func:`depth` on a day (yes), and 12 months before it (no)."""
    days = (pd.Timestamp(as_of), a_year_before(as_of))
    parts = [those_of_depth(skill, day).assign(competent_on=day) for day in days]
    rows = pd.concat(parts, ignore_index=True)
    return Share.of(rows["competent_on"] == days[0], rows[["competent_on", *skill.columns]])


def a_year_before(day: date) -> pd.Timestamp:
    """The same day 12 months earlier."""
    return pd.Timestamp(day) - pd.DateOffset(months=12)


def courses_booked(skill: pd.DataFrame, as_of: date) -> int:
    """Courses for critical functions, booked in the last 12 months for staff of the force not yet competent."""
    day = pd.Timestamp(as_of)
    critical = skill["critical"].astype("boolean").fillna(False)
    own = skill["employer"].isna() | (skill["employer"] == "force").fillna(False)
    booked = (skill["course_booked_on"] > a_year_before(as_of)) & (skill["course_booked_on"] <= day)
    competent = (skill["competent_from"] <= day).fillna(False) | unread(skill, "competent_from")
    return int((critical & own & booked.fillna(False) & ~competent).sum())


def change(now: int | None, before: int | None) -> float | None:
    """By how many persons the depth changed; None where either is not known."""
    return None if now is None or before is None else float(now - before)


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """The result of :func:`functions` for a chart: ``label``, ``value``."""
    return table.rename(columns={"skill_function": "label", "competent": "value"}).astype({"label": "object"})


def thinnest(table: pd.DataFrame) -> str:
    """How few are competent in a critical function, in words.

    ``table`` is what :func:`functions` gives. A sentence without a full stop; empty where there is no function.
    """
    if table.empty:
        return ""
    most, of = table["competent"] + table["open"], f"of {len(table)} critical functions"
    for few, said in ((0, "no"), (1, "only 1")):
        if n := int((most == few).sum()):
            return f"In {n} {of} {said} member of staff is competent"
    least = int(table["competent"].min())
    return f"In each {of} at least {least} members of staff are competent" if least > 1 else ""


# P5: what the register of documents holds on number plate recognition.

SUBJECT = "anpr"
PLANS = {
    "types": ("plan", "procedure", "terms_of_reference"),
    "subject": SUBJECT,
    "statuses": ("approved", "under_review"),
}
UPSKILLING = "staff_upskilling"
ACKNOWLEDGED, DENIED = "anpr_resilience_acknowledged", "anpr_resilience_denied"


def products(report: Report) -> pd.DataFrame:
    """Intelligence products from number plate recognition, written in the period. Rows of the document register."""
    rows = registers.documents(report.table("document"), types=("intelligence_product",), subject=SUBJECT)
    return within(rows, report.settings.period_start, report.settings.period_end, "approved_on")


def statements(report: Report) -> pd.DataFrame:
    """What the force itself said by the snapshot on how resilient the system is, latest first.

    Rows of the document register; statements of partners and drafts are none of the force's.
    """
    rows = registers.documents(report.table("document"), types=("statement",), subject=SUBJECT)
    said = registers.covers(rows, ACKNOWLEDGED) | registers.covers(rows, DENIED)
    own = ~rows["scope"].isin(["partnership", "pcc"])
    by_then = (rows["approved_on"] <= pd.Timestamp(report.settings.as_of)).fillna(False)
    return rows[(said & own & by_then).to_numpy(dtype=bool)].sort_values("approved_on", ascending=False)


def plans(report: Report) -> pd.DataFrame:
    """Dated plans to train existing staff, in force at the snapshot. Rows of the document register."""
    rows = registers.documents(report.table("document"), **PLANS, in_force_on=report.settings.as_of)
    return rows[registers.covers(rows, UPSKILLING).to_numpy(dtype=bool)]


def registered(report: Report) -> pd.DataFrame:
    """Statements and plans as a table for show."""
    columns = ["document_id", "title", "document_type", "approved_on", "covers", "corroborated_by"]
    return pd.concat([statements(report), plans(report)])[columns].reset_index(drop=True)


def operations(report: Report) -> pd.DataFrame:
    """Operations of the period that were held, see :func:`hmic_analysis.findings.p5_anpr.held`."""
    return held(report.flow("anpr_operation"))


def quarters(report: Report) -> pd.DataFrame:
    """Preventive operations and products by quarter, see :func:`hmic_analysis.findings.p5_anpr.by_quarter`."""
    s = report.settings
    return by_quarter(operations(report), products(report), s.period_start, s.period_end)


def availability_figure(report: Report, hours: Share, kind: str = "") -> Indicator:
    """Availability as an indicator.

    Without an interval: the hours of one camera are not independent of each other.  The range that unknown hours
    leave stands in its bounds.

    ``hours``: camera-hours.
    ``kind``: type of camera; empty: all.
    """
    found = report.build.share("anpr_availability_pct", hours, stratum=kind)
    return found.model_copy(update={"lo": None, "hi": None, "interval": ""})


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P5."""
    held, said, planned = operations(report), statements(report), plans(report)
    gap = report.gap("document")
    borne_out = _weak(report)
    moving = _moving(report)
    if has_none(report, "anpr_operation"):
        none = Decision("contradicted", why="The force signed that it ran no operation with number plate recognition.")
        use = [report.claim(id, none, "C") for id in ("P5a", "P5b")]
    else:
        use = [
            report.claim("P5a", report.gap("anpr_operation") or _proactive(report, held), _grade(proactive(held))),
            report.claim(
                "P5b",
                report.gap("anpr_operation") or _preventive(report, held),
                # Operations are another kind of evidence than the products: each bears out the other.
                weakest(_grade(preventive(held)), "-" if gap else "C"),
            ),
        ]
    return [
        *use,
        report.claim(
            "P5c",
            gap or _acknowledged(said, borne_out),
            grade_documents(None if gap else len(said), registers.corroborated(said.head(1)) or borne_out != ""),
        ),
        report.claim(
            "P5d",
            gap or report.gap("skill") or _strengthened(report, len(planned), moving),
            grade_documents(None if gap else len(planned), registers.corroborated(planned) or moving is True),
        ),
    ]


def _proactive(report: Report, held: pd.DataFrame) -> Decision:
    """Each month must have one: a single burst of activity is no regular use."""
    wanted = int(report.settings.threshold("planned_operations_per_month"))
    months = by_month(held, report.settings.period_start, report.settings.period_end)
    if held.empty or months.empty:
        return undecided("no_data", why="No operation, or no whole month, lies in the period.")
    share = proactive(held)
    reached = int((months["planned"] >= wanted).sum())
    why = (
        f"{share.yes} operations planned by the force; {reached} of {len(months)} months have at least {wanted}; "
        "test: each month."
    )
    if reached == len(months):
        return Decision("supported", why=why)
    if share.yes == 0 and share.unknown == 0:
        return _none(report, why)
    if share.yes == 0 or (months["possible"] >= wanted).all():
        return undecided("missing_spans_threshold", why=f"{why} Of {share.unknown} it is not known who planned them.")
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _preventive(report: Report, held: pd.DataFrame) -> Decision:
    limit, share = report.settings.threshold, preventive(held)
    wanted = int(limit("prevention_operations_per_quarter"))
    written = int(limit("products_per_quarter"))
    table = quarters(report)
    if share.total == 0 or table.empty:
        return undecided("no_data", why="No operation, or no whole quarter, lies in the period.")
    active, informed = table["preventive"] >= wanted, table["products"] >= written
    why = (
        f"{share.yes} of {share.total} operations set out to prevent or disrupt; {int(active.sum())} of {len(table)} "
        f"quarters have at least {wanted} of them, {int(informed.sum())} at least {written} intelligence products."
    )
    if not (held["objective"].isna() | held["objective"].isin(list(PREVENTIVE))).any():
        return _none(report, why)
    gap = report.gap("document")
    if gap is not None:
        return gap
    if active.all() and informed.all():
        return Decision("supported", why=why)
    if informed.all() and (table["possible"] >= wanted).all() or share.yes == 0:
        return undecided("missing_spans_threshold", why=f"{why} Of {share.unknown} the objective is not known.")
    if active.all() and not report.answer("document").register_complete:
        return undecided("register_undeclared", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _none(report: Report, why: str) -> Decision:
    """What it means that a list names no such operation: nothing where the list itself may be cut off."""
    spans = whole_spans(report.settings.period_start, report.settings.period_end, 3)
    begun = span_of(operations(report)["started_on"], spans).dropna().nunique()
    if begun == len(spans) or signed(report, "anpr_operation"):
        return Decision("contradicted", why=why)
    return undecided(
        "records_undeclared",
        why=f"{why} {len(spans) - begun} of {len(spans)} quarters have no operation of any kind on the list, and the "
        "force did not sign that it is complete.",
    )


def _weak(report: Report) -> str:
    """What in the data surely bears out weak resilience; it never decides what the force acknowledges."""
    limit, found = report.settings.threshold, []
    available = report.indicator("anpr_availability_pct")
    thinnest = report.indicator("anpr_min_skill_depth")
    if available is not None and available.value is not None and available.hi_missing < limit("availability_pct"):
        found.append(f"cameras worked {available.value:.1f}% of their hours")
    if thinnest is not None and thinnest.value is not None:
        most = thinnest.value + (thinnest.unknown or 0)
        if most <= limit("skill_depth"):
            found.append(f"the thinnest critical function has no more than {most:.0f} competent staff")
    return " and ".join(found)


def _acknowledged(said: pd.DataFrame, borne_out: str) -> Decision:
    if said.empty:
        return undecided("no_statement", why="The register holds no statement of the force on it.")
    latest = said.head(1)
    accepts = bool(registers.covers(latest, ACKNOWLEDGED).any())
    denies = bool(registers.covers(latest, DENIED).any())
    why = f"Latest statement of the force: {latest['document_id'].iloc[0]}."
    if borne_out:
        why += f" The data bear a weakness out: {borne_out}."
    if accepts and denies:
        return undecided("in_part", why=f"{why} It accepts a part and denies another.", flags=("wording_mismatch",))
    return Decision("supported" if accepts else "contradicted", why=why)


def _moving(report: Report) -> bool | None:
    """Whether the depth of skills rises or courses are booked; None where the records can't tell."""
    skill, as_of = report.table("skill"), report.settings.as_of
    now, before = depth(skill, as_of), depth(skill, a_year_before(as_of))
    if courses_booked(skill, as_of):
        return True
    return None if now is None or before is None else now > before


def _beside(change: Indicator | None) -> str:
    if change is None or change.value is None:
        return "change not known"
    by = f"{abs(change.value):.0f} {'more' if change.value > 0 else 'fewer'} than" if change.value else "as many as"
    return f"{by} 12 months before"


def _strengthened(report: Report, planned: int, moving: bool | None) -> Decision:
    change = report.indicator("anpr_skill_depth_change")
    booked = courses_booked(report.table("skill"), report.settings.as_of)
    why = (
        f"Dated plans: {planned}. Staff competent in the thinnest function: {_beside(change)}. "
        f"Courses booked: {booked}. Test: a plan, and more such staff or a course."
    )
    if planned and moving:
        return Decision("supported", why=why)
    if moving is None:
        return undecided("missing_spans_threshold", why=why)
    perhaps = registers.perhaps(report.table("document"), UPSKILLING, **PLANS, in_force_on=report.settings.as_of)
    if not planned and len(perhaps):
        why = f"{why} Of {len(perhaps)} more plans it is not known whether they count."
        return undecided("missing_spans_threshold", why=why)
    if not planned and not report.answer("document").register_complete:
        return undecided("register_undeclared", why=why)
    if planned or moving:
        return undecided("in_part", why=why, flags=("wording_mismatch",))
    return Decision("contradicted", why=why)


def _grade(share: Share) -> Grade:
    """Operations are a whole population of records: graded by the share of them whose state is known."""
    if share.total == 0:
        return "-"
    return "B" if share.known >= 0.8 * share.total else "C"
