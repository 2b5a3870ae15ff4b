"""F5: whether the force has invested in mobile devices, and whether they reach its systems."""

from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.contracts.f5_devices import MOBILE_SYSTEMS
from hmic_analysis.evidence.grades import grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided
from hmic_analysis.findings.signed import has_none
from hmic_analysis.measures.base import Share, among, in_order, open_blanks, unread
from hmic_analysis.measures.registers import POST, in_post

# F5: which officers have a mobile device, and what was spent on devices.

#: Roles that patrol: the ones whose coverage decides.
PATROL = ("response", "neighbourhood")
#: Roles shown beside them.
SHOWN = (*PATROL, "pcso", "volume_investigator")
OFFICER_RANKS = ("constable", "sergeant", "inspector", "above")


class Spending(NamedTuple):
    """Approved spending: decisions, pounds, decisions without an amount, and further ones without a day."""

    decisions: int
    pounds: float
    without_amount: int
    undated: int = 0


def equipped(staff: pd.DataFrame, devices: pd.DataFrame, pool: pd.DataFrame, role: str, as_of: date) -> Share:
    """Officers of a role with a working device.

    Officers in post, recruits among them.  Officers without a device of their own share the pooled ones of their
    role in the ratio of working devices to officers on duty at the peak.  Unknown: only a device whose state is
    blank; one of a role with issued devices whose holder is not recorded; or a pool whose officers at the peak are
    not given.

    ``devices``: result of :func:`hmic_analysis.findings.f5_devices.in_hand`.
    ``pool``: table ``device_pool``.
    """
    rows = in_post(staff[(staff["role"] == role).fillna(False).to_numpy(dtype=bool)], as_of)
    officers = set(rows["person_key"])
    # Of a device of which it can't be read when it was issued or taken back it is not known who had it on the day.
    doubtful = unread(devices, "issued_on", "withdrawn_on").to_numpy(dtype=bool)
    says = devices["status"].eq("working").fillna(False).to_numpy(dtype=bool)
    working, blank = says & ~doubtful, devices["status"].isna().to_numpy(dtype=bool) | (says & doubtful)
    # Of whom it can't be read whether he or she is in post it is not known whether there was an officer to equip.
    left = set(rows.loc[unread(rows, *POST), "person_key"])
    own = (set(devices.loc[working, "person_key"].dropna()) & officers) - left
    perhaps = (set(devices.loc[blank, "person_key"].dropna()) & officers | left) - own
    of_role = (devices["role"] == role).fillna(False).to_numpy(dtype=bool)
    nobodys = (devices["person_key"].isna() & devices["pool"].isna()).to_numpy(dtype=bool)
    rest = len(officers) - len(own) - len(perhaps)
    unheld = min(int((nobodys & of_role & (working | blank)).sum()), rest)
    rest -= unheld
    shared, unsure = _pooled(devices[working], pool, role, rest)
    keys = rows["person_key"].drop_duplicates()
    # Of pooled devices, and of those whose holder is not recorded, nobody can say who of the rest has them.
    untold = keys.isin(perhaps) | ((shared + unsure + unheld > 0) & ~keys.isin(own))
    units = keys.isin(own).astype("boolean").mask(untold).set_axis(pd.Index(keys, name="person_key"))
    return Share(len(own) + shared, rest - shared - unsure, len(perhaps) + unheld + unsure, units)


def _pooled(working: pd.DataFrame, pool: pd.DataFrame, role: str, rest: int) -> tuple[int, int]:
    """Officers that the pools of a role equip, and those of whom it can't be told."""
    pools = pool[(pool["role"] == role).fillna(False).to_numpy(dtype=bool)]
    count = int(working["pool"].isin(pools["pool"]).sum())
    if count == 0 or rest == 0:
        return 0, 0
    peak = pools["officers_at_peak"]
    if peak.isna().any() or float(peak.sum()) == 0:
        return 0, rest
    return int(rest * min(1.0, count / float(peak.sum()))), 0


def coverage(staff: pd.DataFrame, devices: pd.DataFrame, pool: pd.DataFrame, as_of: date) -> dict[str, Share]:
    """Officers with a working device, for each of several roles.

    Roles without an officer are left out.

    ``staff``, ``devices``, ``pool``, ``as_of``: as in :func:`equipped`.
    """
    found = {role: equipped(staff, devices, pool, role, as_of) for role in SHOWN}
    return {role: share for role, share in found.items() if share.total}


def together(shares: dict[str, Share]) -> Share:
    """The officers on patrol taken as one group, of :func:`coverage`."""
    some = [shares[role] for role in PATROL if role in shares]
    units = pd.concat([s.units for s in some]) if some else None
    return Share(sum(s.yes for s in some), sum(s.no for s in some), sum(s.unknown for s in some), units)


def spending(decisions: pd.DataFrame, as_of: date, months: int) -> Spending:
    """Spending on devices that was approved or ordered.

    Requests and refusals are left out; decisions without a day are told apart, since they may be of the time.

    ``decisions``: table ``device_spending``.
    ``months``: decisions of so many months up to the snapshot count.
    """
    day = pd.Timestamp(as_of)
    dated = (decisions["decided_on"] > day - pd.DateOffset(months=months)) & (decisions["decided_on"] <= day)
    agreed = decisions["status"].isin(["approved", "ordered"])
    rows = decisions[(dated & agreed).fillna(False).to_numpy(dtype=bool)]
    return Spending(
        len(rows),
        float(rows["amount_pounds"].sum()),
        int(rows["amount_pounds"].isna().sum()),
        int((agreed & decisions["decided_on"].isna()).sum()),
    )


def spent_on(decisions: pd.DataFrame, as_of: date, months: int) -> Share:
    """The decisions of :func:`spending` with their pounds; those without an amount or a day are not known."""
    day, when = pd.Timestamp(as_of), decisions["decided_on"]
    ours = ((when > day - pd.DateOffset(months=months)) & (when <= day)).fillna(False) | when.isna()
    rows = decisions[(ours & decisions["status"].isin(["approved", "ordered"])).to_numpy(dtype=bool)]
    known = rows["decided_on"].notna() & rows["amount_pounds"].notna()
    return Share.of_amounts(known.astype("boolean").mask(~known), rows, rows["amount_pounds"])


def per_officer(spent: Spending, fte: float) -> float | None:
    """Pounds for each officer; None without an officer, or where a decision doesn't give its amount or its day.

    ``fte``: officers, full-time equivalents.
    """
    return None if fte <= 0 or spent.without_amount or spent.undated else spent.pounds / fte


def spending_note(spent: Spending, without_fte: int, unsure: int) -> str:
    """What the figure rests on and leaves out, in words.

    ``without_fte``: officers without a full-time equivalent, each counted as a full post.
    ``unsure``: staff of whom it can't be read whether they are officers in post.
    """
    text = f"Decisions counted: {spent.decisions}."
    if spent.without_amount or spent.undated:
        text += f" At least {spent.pounds:,.0f} pounds; decisions without an amount: {spent.without_amount}"
        text += f", without a day: {spent.undated}." if spent.undated else "."
    text += f" Officers counted as a full post for want of a figure: {without_fte:,}." if without_fte else ""
    return f"{text} Staff left out, since their rank, first or last day cannot be read: {unsure:,}." if unsure else text


def officers_fte(staff: pd.DataFrame, as_of: date) -> tuple[float, int, int]:
    """Police officers in post, full-time equivalents, and how many of them have no such figure.

    One without a figure counts as a full post.  Last: staff left out, of whom it can't be read whether they are
    officers in post.
    """
    rows = in_post(staff, as_of)
    unsure = unread(rows, "rank", *POST).to_numpy(dtype=bool)
    officers = rows["rank"].isin(list(OFFICER_RANKS)).to_numpy(dtype=bool)
    fte = rows.loc[officers & ~unsure, "fte"].astype(float)
    return float(fte.fillna(1.0).sum()), int(fte.isna().sum()), int((unsure & (officers | rows["rank"].isna())).sum())


# F5: mobile devices in use, and the force systems they reach.

#: Kinds of device from which no force system can be reached.
NOT_MOBILE_SYSTEMS = ("body_worn_camera",)
LABELS = {
    "pnc": "Police National Computer",
    "intelligence_read": "Intelligence, reading",
    "intelligence_submit": "Intelligence, submitting",
}


class Usable(NamedTuple):
    """Force systems that most devices reach: of the devices that say, surely, and at most; None if none says."""

    said: int | None
    sure: int
    at_most: int


def issued(device: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Devices issued and not taken back on a day, lost ones among them.

    The rows; devices in store and body-worn cameras are left out.  Where no device of the list has a day of issue, of
    none is it known whether it was issued.
    """
    day = pd.Timestamp(as_of)
    device = in_order(open_blanks(device, "issued_on"), "issued_on", "withdrawn_on")
    begun = (device["issued_on"] <= day).fillna(False) | unread(device, "issued_on")
    out = begun & ~(device["withdrawn_on"] <= day).fillna(False)
    other = device["status"].eq("in_store").fillna(False) | device["device_type"].isin(list(NOT_MOBILE_SYSTEMS))
    return device[(out & ~other).to_numpy(dtype=bool)]


def in_hand(device: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The devices of :func:`issued` that are not lost."""
    rows = issued(device, as_of)
    return rows[~rows["status"].eq("lost").fillna(False).to_numpy(dtype=bool)]


def _lately(session: pd.DataFrame, as_of: date, days: float) -> pd.DataFrame:
    """Sessions of so many days up to the snapshot, that day included."""
    last = pd.Timestamp(as_of)
    recent = (session["day"] > last - pd.Timedelta(days=days)) & (session["day"] <= last)
    return session[recent.fillna(False).to_numpy(dtype=bool)]


def active(devices: pd.DataFrame, session: pd.DataFrame, as_of: date, days: float) -> Share:
    """Devices used within so many days before the snapshot.

    Devices in repair are left out.  One whose state is blank and that was not used is unknown: it may be in repair.
    All are unknown where the log holds nothing of those days: it doesn't reach them.

    ``devices``: result of :func:`issued`.
    ``session``: table ``device_session``.
    """
    rows = devices[~(devices["status"] == "in_repair").fillna(False).to_numpy(dtype=bool)]
    recent = _lately(session, as_of, days)
    if recent.empty:
        return Share.untold(rows["device_id"])
    used = recent.loc[(recent["sessions"] >= 1).fillna(False).to_numpy(dtype=bool), "device_id"]
    state = among(rows["device_id"], used).astype("boolean")
    unclear = rows["status"].isna() | unread(rows, "issued_on", "withdrawn_on")
    return Share.of(state.mask(~state & unclear), rows["device_id"])


def active_by_role(devices: pd.DataFrame, session: pd.DataFrame, as_of: date, days: float) -> dict[str, Share]:
    """The same for the devices issued to each role.

    ``devices``, ``session``, ``as_of``, ``days``: as in :func:`active`.
    """
    named = devices.assign(role=devices["role"].astype("object").fillna("role not recorded"))
    return {str(role): active(rows, session, as_of, days) for role, rows in named.groupby("role", sort=True)}


def off_premises(device: pd.DataFrame, session: pd.DataFrame, as_of: date, days: float) -> Share:
    """Sessions begun away from police premises.

    In sessions.  Unknown: the log doesn't say where, or says more than there were; or the device is not on the
    list, and may be a camera.

    ``device``, ``session``: tables ``device`` and ``device_session``; recordings of body-worn cameras are no sessions.
    ``days``: sessions of so many days up to the snapshot are counted.
    """
    cameras = device.loc[device["device_type"].isin(list(NOT_MOBILE_SYSTEMS)).to_numpy(dtype=bool), "device_id"]
    rows = _lately(session[~among(session["device_id"], cameras).to_numpy(dtype=bool)], as_of, days)
    all_of, off = rows["sessions"].astype(float), rows["sessions_off_premises"].astype(float)
    told = off.notna() & (off <= all_of) & (among(rows["device_id"], device["device_id"]) | device.empty)
    yes, known = float(off[told].sum()), float(all_of[told].sum())
    found = Share(int(yes), int(known - yes), int(all_of[~told].sum()))
    return found.split(rows, "sessions", yes=off[told], no=(all_of - off)[told], unknown=all_of[~told])


def system_shares(devices: pd.DataFrame) -> dict[str, Share]:
    """Devices that reach each force system of the list.

    ``devices`` is what :func:`in_hand` gives. Unknown: the systems of the device are not recorded.
    """
    lists = [set(str(s).split(";")) if pd.notna(s) else None for s in devices["systems"]]
    return {
        system: Share.of(pd.Series([None if s is None else system in s for s in lists], dtype="boolean"), devices)
        for system in MOBILE_SYSTEMS
    }


def system_frame(shares: dict[str, Share]) -> pd.DataFrame:
    """Devices that reach each force system, for a chart: the most widespread first.

    ``shares`` is what :func:`system_shares` gives. ``group``, ``label``, ``value``, ``lo_missing``, ``hi_missing``
    (per cent), ``n`` (devices); no row where there is no device.
    """
    rows = [
        {
            "group": "system",
            "label": LABELS.get(system, system.replace("_", " ").capitalize()),
            "value": 100 * s.yes / s.known if s.known else None,
            "lo_missing": 100 * s.yes / s.total,
            "hi_missing": 100 * (s.yes + s.unknown) / s.total,
            "n": s.total,
        }
        for system, s in shares.items()
        if s.total
    ]
    columns = ["group", "label", "value", "lo_missing", "hi_missing", "n"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["value", "label"], ascending=[False, True], ignore_index=True)


def usable(shares: dict[str, Share], min_pct: float) -> Usable | None:
    """Force systems that so many per cent of the devices reach.

    None where there is no device.

    ``shares``: result of :func:`system_shares`.
    ``min_pct``: one device of a trial that reaches everything is no access for officers on patrol.
    """
    if not any(share.total for share in shares.values()):
        return None
    some = [share for share in shares.values() if share.known]
    return Usable(
        sum(100 * s.yes >= min_pct * s.known for s in some) if some else None,
        sum(100 * s.yes >= min_pct * s.total for s in shares.values()),
        sum(100 * (s.yes + s.unknown) >= min_pct * s.total for s in shares.values()),
    )


def reached(shares: dict[str, Share], min_pct: float) -> Share:
    """Each system of :func:`usable`, and whether so many per cent of the devices that say reach it."""
    some = list(shares.values())
    counts = {"system": list(shares), "devices_reaching": [s.yes for s in some], "devices_not": [s.no for s in some]}
    state = pd.Series([100 * s.yes >= min_pct * s.known if s.known else None for s in some], dtype="boolean")
    return Share.of(state, pd.DataFrame(counts | {"devices_unknown": [s.unknown for s in some]}))


def systems(report: Report, usable: Usable | None, listed: int, units: Share | None = None) -> Indicator:
    """Force systems usable on devices, as an indicator.

    Its value counts the devices whose systems are recorded; its bounds count the others either way.

    ``usable``: None where no device was in hand.
    ``listed``: systems asked about.
    ``units``: result of :func:`reached`.
    """
    said = usable.said if usable else None
    found = report.build.figure(
        "systems_on_mobile_n",
        said,
        numerator=said,
        denominator=listed if usable else None,
        unknown=usable.at_most - usable.sure if usable else 0,
        units=units,
    )
    bounds = {"lo_missing": usable.sure, "hi_missing": usable.at_most} if usable else {}
    return found.model_copy(update=bounds)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of F5."""
    coverage, active = report.indicator("device_coverage_pct"), report.indicator("device_active_pct")
    if has_none(report, "device"):
        none = Decision("contradicted", why="The force signed that it has no mobile device.")
        return [report.claim(id, none, "C") for id in ("F5a", "F5b")]
    return [
        report.claim("F5a", report.gap("device", "staff") or _invested(report), grade_indicator(coverage)),
        report.claim(
            "F5b", report.gap("device") or _reaches(report), weakest(_grade_systems(report), grade_indicator(active))
        ),
    ]


def _invested(report: Report) -> Decision:
    """Devices in hand and money spent on them: leftovers of an old trial are no investment."""
    limit = report.settings.threshold
    held = at_least(report.indicator("device_coverage_pct"), limit("coverage_pct"), min_n=report.settings.min_n)
    if held.verdict != "supported":
        return held
    gap = report.gap("device_spending")
    if gap is not None:
        return gap
    months = int(report.settings.definition("spend_months"))
    spent = spending(report.table("device_spending"), report.settings.as_of, months)
    why = f"{held.why} Spending approved or ordered in {months} months, decisions: {spent.decisions}; test: at least 1."
    if spent.decisions:
        return Decision("supported", why=why)
    if spent.undated:
        return undecided("missing_spans_threshold", why=f"{why} Without a day: {spent.undated}.")
    return undecided("in_part", why=why, flags=("wording_mismatch",))


def _reaches(report: Report) -> Decision:
    """Enough systems, and devices in use: a count of devices shows neither."""
    limit = report.settings.threshold
    wanted = int(limit("min_systems"))
    usable = report.indicator("systems_on_mobile_n")
    if usable is None or usable.value is None:
        return undecided("no_data", why="No device in hand at the snapshot says which systems it reaches.")
    least, most = usable.lo_missing, usable.hi_missing
    found = f"{most:.0f}" if least == most else f"{least:.0f} to {most:.0f}"
    why = f"{usable.label}: {found}; test: at least {wanted}."
    if most < wanted:
        return Decision("contradicted", why=why)
    gap = report.gap("device_session")
    if gap is not None:
        return gap
    reach = Decision("supported", why=why) if least >= wanted else undecided("missing_spans_threshold", why=why)
    used = at_least(
        report.indicator("device_active_pct"),
        limit("active_supported_pct"),
        limit("active_contradicted_pct"),
        report.settings.min_n,
    )
    return all_of(reach, used)


def _grade_systems(report: Report) -> Grade:
    """The list of systems is a record of each device: graded by how many give one."""
    usable = report.indicator("systems_on_mobile_n")
    if usable is None or usable.value is None:
        return "-"
    return "C" if usable.unknown else "B"
