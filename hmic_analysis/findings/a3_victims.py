"""A3: whether the person who takes the call finds out who is at risk."""

from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, keeps_up, undecided
from hmic_analysis.findings.p4_training import in_post
from hmic_analysis.measures import registers
from hmic_analysis.measures.attendance import demand_incidents, recorded_crimes
from hmic_analysis.measures.base import Share, among, local_days, open_blanks, unread

# A3: contacts of victims, and what was flagged about them before the first contact was over.
#
# First contact ends when the call ends or the first resource is assigned, whichever is later. A flag set after it
# tells what was found out later, not whom the call-handler recognised.

#: Incidents that no caller reported.
NO_CALLER = ("officer_initiated", "alarm")
NOT_PERSONS = ("business", "public_body", "nobody")
CATEGORIES = ("crime", "asb")
NOT_RECORDED = "not recorded"


def victim_contacts(
    incident: pd.DataFrame, contact_flag: pd.DataFrame, shift_hours: tuple[int, int, int]
) -> pd.DataFrame:
    """Reports of crime or anti-social behaviour in which a person may have been the victim.

    One row per contact: ``incident_id``, ``at`` (creation of the incident), ``category``, ``kind`` (the force's own
    type), ``asb_type``, ``victim_key``, ``location_key``, ``unit`` (team where the force keeps it, else the shift),
    ``flagged`` (repeat victim, at first contact) and ``assessed`` (vulnerability, at first contact), both nullable
    booleans, missing where the contact has no row in ``contact_flag`` (``listed`` is false). Duplicates, tests,
    incidents that officers or alarms began, and those whose victim is a business, a public body or nobody in
    particular are left out; a blank kind of victim counts as a person. ``sure`` is false where it can't be read whether
    it is such a contact. Flags blank for everybody, or throughout a
    month, are not known.

    ``incident``: table ``incident``, cut to a period.
    ``shift_hours``: hours of the wall clock at which the early, late and night shift begin, in this order.
    """
    rows = demand_incidents(incident)
    # The opening category counts only where the closing one is blank.
    unclear = _category_lost(rows)
    # Whatever the table of flags lists is such a report, also where both categories are blank.
    listed = rows["category"].eq(NOT_RECORDED) & among(rows["incident_id"], contact_flag["incident_id"])
    keep = (rows["category"].isin(list(CATEGORIES)) | unclear | listed) & ~rows["origin"].isin(list(NO_CALLER))
    rows = rows.assign(sure=~(unclear | unread(rows, "origin", "result")), sent_lost=unread(rows, "dispatched_at"))
    columns = ["incident_id", "created_at", "dispatched_at", "category", "incident_type", "asb_type", "victim_key",
               "sure", "sent_lost"]  # fmt: skip
    rows = rows.loc[keep.to_numpy(dtype=bool), [*columns, "location_key"]].drop_duplicates("incident_id")
    flags = contact_flag[
        ["incident_id", "call_ended_at", "team", "victim_type", "repeat_victim", "repeat_set_at", "vulnerable"]
        + [name for name in ("vulnerable_set_at", "flags") if name in contact_flag]
    ].drop_duplicates("incident_id")
    flags = open_blanks(flags, "repeat_victim", "vulnerable", at="call_ended_at")
    rows = rows.merge(flags, on="incident_id", how="left", indicator="row_given")
    rows = rows[~rows["victim_type"].isin(list(NOT_PERSONS)).to_numpy(dtype=bool)].reset_index(drop=True)
    sent, ended = rows["dispatched_at"], rows["call_ended_at"]
    over = sent.where(((sent >= ended) | ended.isna()).to_numpy(dtype=bool), ended)
    # First contact lasted no less long than the one of the two times that can be read.
    open_end = rows["sent_lost"].astype(bool) | unread(rows, "call_ended_at")
    given = (rows["row_given"] == "both").to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "incident_id": rows["incident_id"],
            "at": rows["created_at"],
            "category": rows["category"],
            "kind": rows["incident_type"],
            "asb_type": rows["asb_type"],
            "victim_key": rows["victim_key"],
            "location_key": rows["location_key"],
            "unit": _units(rows, shift_hours),
            "flagged": _flagged(rows, over, open_end).mask(~given),
            "listed": given,
            "assessed": _assessed(rows, over, open_end).mask(~given),
            "sure": rows["sure"].astype(bool) & ~unread(rows, "victim_type"),
        }
    )


def _in_time(set_at: pd.Series, over: pd.Series, open_end: pd.Series) -> pd.Series:
    """Whether something was set before first contact was over, which may have lasted longer where the end is open."""
    in_time = (set_at <= over).astype("boolean")
    return in_time.mask(set_at.isna() | over.isna() | (open_end & ~in_time))


def _flagged(rows: pd.DataFrame, over: pd.Series, open_end: pd.Series) -> pd.Series:
    """Whether a repeat flag stood when first contact was over; a blank says that nobody looked, and flags nobody."""
    flag = rows["repeat_victim"].astype("boolean").fillna(False)
    in_time = _in_time(rows["repeat_set_at"], over, open_end)
    return (flag & in_time).mask(unread(rows, "repeat_victim"))


def _assessed(rows: pd.DataFrame, over: pd.Series, open_end: pd.Series) -> pd.Series:
    """Whether vulnerability was assessed, yes or no, when first contact was over; a blank is no assessment."""
    done = rows["vulnerable"].notna().astype("boolean")
    return (done & _in_time(rows["vulnerable_set_at"], over, open_end)).mask(unread(rows, "vulnerable"))


def _units(rows: pd.DataFrame, shift_hours: tuple[int, int, int]) -> pd.Series:
    """The team where the force keeps it, else the shift by the wall clock."""
    if rows["team"].notna().any():
        return rows["team"].astype("object").where(rows["team"].notna(), NOT_RECORDED)
    early, late, night = shift_hours
    hour = rows["created_at"].dt.hour
    unit = pd.Series("night", index=rows.index, dtype="object")
    unit[((hour >= early) & (hour < late)).to_numpy(dtype=bool)] = "early"
    unit[((hour >= late) & (hour < night)).to_numpy(dtype=bool)] = "late"
    return unit.where(hour.notna(), NOT_RECORDED)


def vulnerability_recorded(contacts: pd.DataFrame) -> Share:
    """Contacts about crime or personal anti-social behaviour with a vulnerability assessment, yes or no.

    ``contacts`` is what :func:`victim_contacts` gives. Anti-social behaviour of another kind is left out; where the
    kind is blank it may be personal, and is unknown.
    """
    crime = (contacts["category"] == "crime").to_numpy(dtype=bool)
    personal = contacts["asb_type"].eq("personal").fillna(True) | ~contacts["sure"]
    rows = contacts[crime | personal.to_numpy(dtype=bool)]
    open_ = (rows["asb_type"].isna() & (rows["category"] != "crime")) | ~rows["sure"]
    return Share.of(rows["assessed"].mask(open_), rows["incident_id"])


def victim_known(contacts: pd.DataFrame) -> Share:
    """Contacts that hold a reference of the victim, of :func:`victim_contacts`."""
    state = contacts["victim_key"].notna().astype("boolean")
    return Share.of(state.mask(~contacts["sure"]), contacts["incident_id"])


# A3: what call-handlers asked victims, by the audits of calls drawn at random, and what they can look up.


def audited_calls_of_victims(call_audit: pd.DataFrame) -> pd.DataFrame:
    """Audits of victims' calls that were drawn at random.

    The rows; those chosen for a reason tell nothing of the others, and a blank is not taken for random.  One of
    which it can't be read stays: what was found in it is unknown.

    ``call_audit``: table ``call_audit``, cut to a period.
    """
    keep = pd.Series(True, index=call_audit.index)  # noqa: FBT003
    for name in ("random_sample", "about_victim"):
        keep &= call_audit[name].fillna(False).astype(bool) | unread(call_audit, name)
    return call_audit[keep.to_numpy(dtype=bool)]


def asked(audits: pd.DataFrame, question: str) -> Share:
    """Audited calls in which the handler asked, or looked it up.

    ``audits``: result of :func:`audited_calls_of_victims`.
    ``question``: ``asked_previous`` or ``asked_vulnerability``.
    """
    state = audits[question].astype("boolean").mask(unread(audits, "random_sample", "about_victim"))
    return Share.of(state, audits["audit_id"])


def asked_by_team(audits: pd.DataFrame, question: str) -> dict[str, Share]:
    """:func:`asked` by team, in the order of their names, of :func:`audited_calls_of_victims`."""
    team = audits["team"].astype("object").where(audits["team"].notna(), NOT_RECORDED)
    return {str(name): asked(rows, question) for name, rows in audits.groupby(team)}


def access_by_system(system_access: pd.DataFrame, staff: pd.DataFrame, as_of: date) -> dict[str, Share]:
    """Call-handlers in post with live access, by system.

    A handler in post without a row for a system is unknown, and so is one of whom it can't be read whether he or she
    is in post; in the order of the share, smallest first.

    ``staff``: table ``staff``; where it is empty everybody listed in ``system_access`` counts as a handler in post.
    """
    listed = system_access.drop_duplicates(["person_key", "system"])
    handlers = pd.Index(listed["person_key"].dropna().unique())
    unsure = handlers[:0]
    if len(staff):
        on_post = in_post(staff, as_of)
        on_post = on_post[on_post["role"].eq("call_handler").fillna(False).to_numpy(bool)]
        handlers = pd.Index(on_post["person_key"])
        unsure = pd.Index(on_post.loc[unread(on_post, "in_training", *registers.POST), "person_key"])
    found = {}
    for system, rows in listed.groupby("system"):
        live = rows.set_index("person_key")["live"].astype("boolean").reindex(handlers)
        live = live.mask(handlers.isin(unsure))
        found[str(system)] = Share.of(live, pd.Series(handlers, name="person_key"))
    return dict(sorted(found.items(), key=lambda item: (item[1].yes / max(item[1].known, 1), item[0])))


# A3: who truly was a repeat victim, and how many of them the first contact recognised.
#
# A repeat victim reported another crime or incident of anti-social behaviour in the 365 days before. That can be told
# only where the records reach back over those days; without them early reports of the year look like first ones.

#: Days after the beginning of the look-back by which both crimes and incidents must have begun.
GRACE_DAYS = 14


def earlier_reports(incident: pd.DataFrame, crime: pd.DataFrame) -> pd.DataFrame:
    """Everything that makes a later contact a repeat: recorded crimes, and incidents of anti-social behaviour.

    Parameters
    ----------
    incident, crime : pandas.DataFrame
        The tables of those names, whole: the year before the period included.

    Returns
    -------
    pandas.DataFrame
        One row per report: ``source`` (``crime`` or ``incident``), ``reference``, ``at``, ``kind`` (offence group or
        the force's type of incident), ``victim_key``, ``location_key``, ``kind_lost`` (it can't be read), ``sure``:
        false where it can't be read whether it counts, or when it was.
    """
    crimes = recorded_crimes(crime)
    calls = demand_incidents(incident).drop_duplicates("incident_id")
    calls = calls[(calls["category"].eq("asb") | _category_lost(calls)).to_numpy(dtype=bool)]
    crimes = crimes.assign(sure=~unread(crimes, "is_notifiable", "is_no_crime"))
    calls = calls.assign(sure=~(_category_lost(calls) | unread(calls, "result")))
    parts = [
        pd.DataFrame(
            {
                "source": source,
                "reference": rows[reference],
                "at": rows[at],
                "kind": _spelt(rows[kind]),
                "victim_key": rows["victim_key"],
                "location_key": rows["location_key"],
                "kind_lost": unread(rows, kind),
                "sure": rows["sure"].astype(bool) & rows[at].notna(),
            }
        )
        for source, rows, reference, at, kind in (
            ("crime", crimes, "crime_id", "recorded_at", "offence_group"),
            ("incident", calls, "incident_id", "created_at", "incident_type"),
        )
    ]
    return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)


def _spelt(kinds: pd.Series) -> pd.Series:
    """Kinds of crime or incident, the same however they are spelt in capitals and spaces."""
    return kinds.astype("string").str.split().str.join(" ").str.casefold()


def _category_lost(incidents: pd.DataFrame) -> pd.Series:
    """Incidents of which the category, the opening one where there is no closing one, can't be read."""
    opening = unread(incidents, "category_open") & incidents["category_close"].isna()
    return unread(incidents, "category_close") | opening


def looks_back(reports: pd.DataFrame, start: date, days: int) -> bool:
    """Whether crimes and incidents alike reach back over the days before a period.

    Parameters
    ----------
    reports : pandas.DataFrame
        Result of :func:`earlier_reports`.
    start : datetime.date
        First day of the period.

    Returns
    -------
    bool
        True when each kind begins within a fortnight of the first day looked back to.
    """
    latest = pd.Timestamp(start) - pd.Timedelta(days=days - GRACE_DAYS)
    first = local_days(reports["at"]).groupby(reports["source"]).min()
    return len(first) == 2 and bool((first <= latest).all())


def with_truth(contacts: pd.DataFrame, reports: pd.DataFrame, incident_crime: pd.DataFrame, days: int) -> pd.DataFrame:
    """Contacts with the truth of each: whether the victim had reported before.

    ``contacts``: result of :func:`victim_contacts`.
    ``reports``: result of :func:`earlier_reports`.
    ``incident_crime``: table ``incident_crime``: a crime that came of the contact itself is no other report.
    ``days``: how many days back an earlier report counts.
    Returns: the contacts with ``repeat`` (nullable boolean).  By the reference of the victim; without one by the same
        address and the same kind of crime or incident; missing where there is neither, or no time.
    """
    links = incident_crime[["incident_id", "crime_id"]].drop_duplicates()
    own = links.rename(columns={"crime_id": "reference"}).assign(own=True)
    groups = links.merge(recorded_crimes_kind(reports), on="crime_id").drop_duplicates("incident_id")
    kind = contacts["incident_id"].map(groups.set_index("incident_id")["kind"]).astype("string")
    rows = contacts.assign(kind=kind.fillna(_spelt(contacts["kind"])))
    has_victim = rows["victim_key"].notna().to_numpy(dtype=bool)
    has_place = (rows["location_key"].notna() & rows["kind"].notna()).to_numpy(dtype=bool) & ~has_victim
    dated = rows["at"].notna().to_numpy(dtype=bool)
    known, placed = rows[has_victim & dated], rows[has_place & dated]
    found, perhaps = (
        _matched(known, part, ["victim_key"], own, days) | _matched(placed, part, ["location_key", "kind"], own, days)
        for part in (reports[reports["sure"]], reports[~reports["sure"]])
    )
    # Of a report at the same address whose kind can't be read nobody knows whether it is the same.
    perhaps |= _matched(placed, reports[reports["kind_lost"]], ["location_key"], own, days)
    perhaps -= found
    repeat = pd.Series(among(rows["incident_id"], found), dtype="boolean", index=rows.index)
    repeat = repeat.mask(~dated | ~(has_victim | has_place) | among(rows["incident_id"], perhaps))
    return contacts.assign(repeat=repeat)


def recorded_crimes_kind(reports: pd.DataFrame) -> pd.DataFrame:
    """``crime_id`` and ``kind`` of the recorded crimes among the reports."""
    crimes = reports.loc[(reports["source"] == "crime").to_numpy(dtype=bool), ["reference", "kind"]]
    return crimes.rename(columns={"reference": "crime_id"})


def _matched(rows: pd.DataFrame, reports: pd.DataFrame, keys: list[str], own: pd.DataFrame, days: int) -> set[object]:
    """Contacts with another report of the same keys in the days before, or at a time that is not known."""
    pairs = rows[["incident_id", "at", *keys]].merge(
        reports[["source", "reference", "at", *keys]], on=keys, suffixes=("", "_before")
    )
    gap = pairs["at"] - pairs["at_before"]
    near = (gap > pd.Timedelta(0)) & (gap <= pd.Timedelta(days=days))
    pairs = pairs[(near | gap.isna()).to_numpy(dtype=bool)]
    pairs = pairs[((pairs["source"] == "crime") | (pairs["reference"] != pairs["incident_id"])).to_numpy(dtype=bool)]
    pairs = pairs.merge(own, on=["incident_id", "reference"], how="left")
    is_own = pairs["own"].notna() & (pairs["source"] == "crime")
    return set(pairs.loc[~is_own.to_numpy(dtype=bool), "incident_id"])


def recall(contacts: pd.DataFrame) -> Share:
    """Contacts of true repeat victims that were flagged at first contact.

    ``contacts`` is what :func:`with_truth` gives.

    Returns: a blank flag is no recall, as is one set when first contact was over.  Unknown: the flag is undated, or
        there is no row for the contact.
    """
    rows = contacts[contacts["repeat"].fillna(False).to_numpy(dtype=bool)]
    return Share.of(rows["flagged"].mask(~rows["sure"]), rows["incident_id"])


def recall_by_unit(contacts: pd.DataFrame) -> dict[str, Share]:
    """:func:`recall` by shift or team, in the order of their names.

    ``contacts`` is what :func:`with_truth` gives.

    Returns
    -------
    dict of str to Share
        Units without a contact of a repeat victim are left out.
    """
    shares = {str(unit): recall(rows) for unit, rows in contacts.groupby("unit")}
    return {unit: share for unit, share in shares.items() if share.total}


def precision(contacts: pd.DataFrame) -> Share:
    """Contacts flagged as repeat at first contact whose victim truly was one.

    ``contacts`` is what :func:`with_truth` gives.

    Returns: unknown: there is no reference of victim or address to look earlier reports up by, or it is not known
    whether the flag was set at first contact.
    """
    rows = contacts[contacts["flagged"].fillna(contacts["listed"]).to_numpy(dtype=bool)]
    return Share.of(rows["repeat"].mask(rows["flagged"].isna() | ~rows["sure"]), rows["incident_id"])


class Worst(NamedTuple):
    """The unit with the smallest share."""

    unit: str
    share: Share


def worst_unit(shares: dict[str, Share], min_n: int) -> Worst | None:
    """The unit with the smallest share among those that are large enough to say anything.

    None where no unit is large enough.

    ``shares``: by unit; contacts of which the unit isn't recorded are no unit.
    ``min_n``: units with fewer cases are left out.
    """
    known = {
        unit: share for unit, share in shares.items() if unit != NOT_RECORDED and share.total >= min_n and share.known
    }
    if not known:
        return None
    unit = min(known, key=lambda u: (known[u].yes / known[u].known, u))
    return Worst(unit, known[unit])


SUBJECT = "victims"
KINDS, STATUSES = ("policy", "procedure"), ("approved", "under_review")
TOPICS = ("repeat_victims", "vulnerable_victims")
#: Tables without which nobody can tell which contacts were of repeat victims, and whether they were flagged.
TABLES = ("contact_flag", "incident", "crime", "incident_crime")
SHIFTS = ("early_from", "late_from", "night_from")


class Half(NamedTuple):
    """One half of what A3b says: a decision and its grade."""

    decision: Decision
    grade: Grade


def documents(report: Report) -> pd.DataFrame:
    """Dated policies and procedures in force that are about repeat or vulnerable victims.

    Rows of the document register.
    """
    rows = registers.documents(
        report.table("document"), types=KINDS, subject=SUBJECT, statuses=STATUSES, in_force_on=report.settings.as_of
    )
    rows = registers.of_the_force(rows)
    about = registers.covers(rows, TOPICS[0]) | registers.covers(rows, TOPICS[1])
    return rows[about.to_numpy(dtype=bool)]


def shift_hours(report: Report) -> tuple[int, int, int]:
    """Hours of the wall clock at which the early, the late and the night shift begin."""
    early, late, night = (int(report.settings.definition(name)) for name in SHIFTS)
    return early, late, night


def contacts_with_truth(report: Report) -> pd.DataFrame:
    """Contacts of victims in the period, each with whether it was flagged and whether it truly was of a repeat victim.

    As :func:`with_truth` gives it.
    """
    flags, links = report.table("contact_flag"), report.table("incident_crime")
    contacts = victim_contacts(report.flow("incident", "victim_reference_known_pct"), flags, shift_hours(report))
    reports = earlier_reports(report.table("incident"), report.table("crime"))
    return with_truth(contacts, reports, links, int(report.settings.definition("repeat_days")))


def reaches_back(report: Report) -> bool:
    """Whether the records reach back over the days in which an earlier report makes a repeat victim."""
    reports = earlier_reports(report.table("incident"), report.table("crime"))
    return looks_back(reports, report.settings.period_start, int(report.settings.definition("repeat_days")))


def recognised(report: Report, contacts: pd.DataFrame) -> list[Indicator]:
    """Repeat victims flagged at first contact, in all and by shift or team, and how many flags were right.

    Without values, and with the reason, where nobody can tell who is a repeat victim.

    ``report``: with ``victim_reference_known_pct`` taken.
    ``contacts``: result of :func:`with_truth`.
    """
    names = ("repeat_flag_recall_pct", "worst_shift_recall_pct", "repeat_flag_precision_pct")
    # Of months without their crimes nobody can tell who was a repeat victim.
    told = report.flow("incident", names[0])["incident_id"]
    contacts = contacts[among(contacts["incident_id"], told).to_numpy(dtype=bool)]
    unable = _cannot_tell_repeats(report, contacts)
    if unable is not None:
        return [report.build.figure(name, None, note=unable.why) for name in names]
    units = recall_by_unit(contacts)
    worst = worst_unit(units, report.settings.min_n)
    said = _matching(report)
    return [
        report.build.share(names[0], recall(contacts), caveats=said),
        *report.build.shares(names[0], units),
        report.build.share(
            names[1],
            worst.share if worst else Share.none(),
            caveats=(f"Worst: {worst.unit}.",) if worst else (),
            part=True,
        ),
        report.build.share(names[2], precision(contacts), caveats=said),
    ]


def reason(report: Report) -> str:
    """Why a chart of the shares recognised would be empty."""
    overall = report.indicator("repeat_flag_recall_pct")
    return overall.note.rstrip(".") if overall and overall.note else "no contacts of repeat victims"


def _cannot_tell_repeats(report: Report, contacts: pd.DataFrame) -> Decision | None:
    """Why the share of repeat victims recognised can't be given; None if it can."""
    gap = report.gap(*TABLES)
    if gap is not None:
        return gap
    days, least = report.settings.definition("repeat_days"), report.settings.min_n
    if not reaches_back(report):
        why = f"The records do not reach back {days:g} days before the period, so repeat victims look like new ones."
        return undecided("no_look_back", why=why)
    found = recall(contacts)
    if found.total < least:
        return undecided("small_n", why=f"{found.total} contacts of repeat victims, fewer than {least}.")
    if not found.known:
        why = "Of no contact of a repeat victim is it known whether it was flagged."
        return undecided("missing_spans_threshold", why=why)
    return None


def _matching(report: Report) -> tuple[str, ...]:
    """What must be said of how earlier reports were matched."""
    known = report.indicator("victim_reference_known_pct")
    if known is None or known.value is None:
        return ()
    if known.numerator == known.denominator:
        return ("All contacts hold a reference of the victim; errors in it bias the share.",)
    return (
        f"{known.value:.1f}% of contacts hold a reference of the victim; the others are matched by address and kind, "
        "or not at all. Errors of matching bias the share.",
    )


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A3.

    Repeat victims: by those recognised, where that can be measured, else by the question asked in audited calls.
    Vulnerable ones: by the question, else by the assessments made.
    """
    exists, grade = _written_down(report)
    halves = (_repeat(report), _vulnerable(report))
    return [
        report.claim("A3a", exists, grade),
        report.claim("A3b", all_of(*(half.decision for half in halves)), weakest(*(half.grade for half in halves))),
        report.claim("A3c"),
    ]


def _written_down(report: Report) -> tuple[Decision, Grade]:
    gap = report.gap("document")
    if gap is not None:
        return gap, "-"
    found = documents(report)
    kinds = []
    for kind in KINDS:
        rows = found[found["document_type"].eq(kind).to_numpy(dtype=bool)]
        dated = rows[rows[["effective_from", "approved_on"]].notna().any(axis=1).to_numpy(dtype=bool)]
        if all(registers.covers(dated, topic).any() for topic in TOPICS):
            kinds.append(kind)
    grade = grade_documents(len(found), registers.corroborated(found))
    said = " and a ".join(kinds) if kinds else "neither policy nor procedure"
    why = f"In force, dated, and on repeat and vulnerable victims alike: {'a ' if kinds else ''}{said}; test: both."
    if len(kinds) == 2:
        return Decision("supported", why=why), grade
    if all(_may_cover(report, found, kind, topic) for kind in KINDS for topic in TOPICS):
        why = f"{why} Of further documents it is not known whether they are in force, or what they say."
        return undecided("missing_spans_threshold", why=why), grade
    if kinds or len(found):
        return undecided("in_part", why=why, flags=("wording_mismatch",)), grade
    if report.answer("document").register_complete:
        return Decision("contradicted", why=f"{why} The register was declared complete."), grade
    return undecided("register_undeclared", why=why), grade


def _may_cover(report: Report, found: pd.DataFrame, kind: str, topic: str) -> bool:
    """Whether a document of a kind covers a topic for sure, or may, for all that the register tells."""
    sure = found["document_type"].eq(kind) & registers.covers(found, topic)
    more = registers.perhaps(
        report.table("document"), topic, types=(kind,), subject=SUBJECT, statuses=STATUSES,
        in_force_on=report.settings.as_of,
    )  # fmt: skip
    return bool(sure.any()) or len(registers.of_the_force(more)) > 0


def _repeat(report: Report) -> Half:
    """Repeat victims: what was recognised comes before what was asked."""
    overall = report.indicator("repeat_flag_recall_pct")
    if overall is not None and overall.value is not None:
        return Half(_consistent(report, overall), grade_indicator(overall))
    if report.gap("call_audit") is not None:
        unable = _cannot_tell_repeats(report, contacts_with_truth(report))
        return Half(unable or undecided("no_data", why="There is no figure to test."), "-")
    overall = report.indicator("repeat_question_asked_pct")
    return Half(_consistent(report, overall), grade_indicator(overall))


def _consistent(report: Report, overall: Indicator | None) -> Decision:
    """High overall, and no shift or team far behind; a shift that is never refutes the sentence by itself."""
    limit, min_n = report.settings.threshold, report.settings.min_n
    decision = at_least(overall, limit("identification_supported_pct"), limit("identification_contradicted_pct"), min_n)
    if decision.verdict == "contradicted" or overall is None or overall.value is None:
        return decision
    units = [u for u in report.strata(overall.name) if u.stratum != NOT_RECORDED]
    return all_of(decision, keeps_up(units, limit("worst_shift_pct"), min_n))


def _vulnerable(report: Report) -> Half:
    name = "vulnerability_question_asked_pct"
    gap = report.gap("call_audit")
    if gap is not None:
        name = "vulnerability_recorded_pct"
        gap = gap if report.gap("contact_flag", "incident") is not None else None
    if gap is not None:
        return Half(gap, "-")
    found = report.indicator(name)
    limit = report.settings.threshold
    decision = at_least(
        found, limit("identification_supported_pct"), limit("identification_contradicted_pct"), report.settings.min_n
    )
    return Half(decision, grade_indicator(found))
