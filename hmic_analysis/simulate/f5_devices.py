"""F5: mobile devices: who has one, what they reach, how they are used, and what was spent."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from hmic_analysis.contracts.f5_devices import MOBILE_SYSTEMS
from hmic_analysis.params.models import Count, YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    Between,
    CommonFacts,
    Made,
    Record,
    Share,
    Subject,
    Verdict,
    judged,
    lacking,
)
from hmic_analysis.simulate.registers import Staff, draw_staff
from hmic_analysis.simulate.world import ONE_DAY, quota

PATROL = ("response", "neighbourhood")
#: Systems in the order in which forces put them on devices.
ORDER = ("email", "incident", "pnc", "intelligence_read", "briefing", "crime", "policy", "intelligence_submit",
         "statement", "case_file", "custody", "fingerprint")  # fmt: skip
#: Days up to the snapshot for which sessions are returned.
SESSION_DAYS = 35
#: Pounds for each officer, in two decisions.
POUNDS = 540
#: Officers on duty at the peak in the pool of the volume crime unit, and devices in it.
POOL_PEAK, POOL_DEVICES = 12, 6


class Facts(CommonFacts):
    """What is true of mobile devices."""

    #: Response and neighbourhood officers with a working device (F5a).
    device_coverage_share: Share = 0.58
    #: Spending on devices was approved or ordered in the last 24 months (F5a).
    device_spending_approved: YesNo = True
    #: Devices used in the last seven days, and systems that they reach (F5b).
    device_active_share: Share = 0.74
    n_mobile_systems: Annotated[Count, Field(ge=1, le=12)] = 6
    #: Sessions begun away from police premises.
    device_off_premises_share: Share = 0.71


WAYS = {
    "F5a": {
        "true": ({"device_coverage_share": Between(0.35, 0.85)},),
        "false": ({"device_coverage_share": Between(0.04, 0.18)},),
        "middle": ({"device_spending_approved": False},),
    },
    "F5b": {
        "true": ({"device_active_share": Between(0.6, 0.92), "n_mobile_systems": Between(4, 9)},),
        "false": ({"device_active_share": Between(0.04, 0.18)}, {"n_mobile_systems": Between(1, 2)}),
        "middle": ({"device_active_share": Between(0.32, 0.44)},),
    },
}


def make(subject: Subject) -> Made:
    """Devices, pools, sessions and spending."""
    staff = draw_staff(subject)
    devices, in_hand = _devices(subject, staff)
    lost = sum(record["status"] == "lost" for record in devices.tables["device"])
    return Made.of(devices, _sessions(subject, in_hand, lost), _spending(subject, staff))


def _devices(subject: Subject, staff: Staff) -> tuple[Made, list[str]]:
    """Every device and the pool; with the references of those that are issued, not in repair and not lost."""
    facts, as_of = subject.facts, subject.as_of
    rng = subject.rng("resources.devices")
    found: list[Record] = []
    in_hand: list[str] = []
    common = tuple(sorted(ORDER[: facts.n_mobile_systems], key=MOBILE_SYSTEMS.index))

    def add(role: str, person: str | None, usable: bool = True, **more: object) -> None:
        issued = as_of - int(rng.integers(60, 700)) * ONE_DAY
        kind = "tablet" if rng.random() < 0.3 else "smartphone"
        device = {"device_id": f"DEV{len(found) + 1:05d}", "device_type": kind, "role": role, "person_key": person}
        found.append({**device, "issued_on": issued, "status": "working", "systems": common, **more})
        if usable:
            in_hand.append(device["device_id"])

    covered = officers = 0
    for role in PATROL:
        people = rng.permutation(staff.at_work(role))
        with_one = quota(rng, len(people), facts.device_coverage_share)
        recruits = (staff.role == role) & (staff.in_training == 1) & ~staff.gone & (staff.in_post_since <= as_of)
        officers, covered = officers + len(people) + int(recruits.sum()), covered + int(with_one.sum())
        for person in staff.keys(people[with_one]):
            add(role, person)
        # In repair, lost or taken back: these officers have none on the day.
        without = staff.keys(people[~with_one])
        for person, more in zip(without, _out_of_use(as_of), strict=False):
            add(role, person, usable=False, **more)
    for person in staff.keys(staff.at_work("pcso", "call_handler", "other")):
        add("pcso" if rng.random() < 0.5 else "other", person)
    for person in staff.keys(np.flatnonzero(staff.gone))[:3]:
        add("response", person, usable=False, withdrawn_on=as_of - ONE_DAY)
    for _ in range(POOL_DEVICES):
        add("volume_investigator", None, pool="Volume crime pool")
    found[0]["systems"] = MOBILE_SYSTEMS
    found[-1]["systems"] = None
    pool = {"pool": "Volume crime pool", "role": "volume_investigator", "officers_at_peak": POOL_PEAK}
    values = {
        "patrol_officers": officers,
        "patrol_officers_with_device": covered,
        "device_coverage_pct": 100 * covered / officers,
        "systems_on_mobile_n": facts.n_mobile_systems,
    }
    return Made({"device": found, "device_pool": [pool]}, values), in_hand


def _out_of_use(as_of: np.datetime64) -> list[Record]:
    """Ways in which a device on the list is none in hand."""
    return [
        {"status": "in_repair"},
        {"status": "lost"},
        {"status": "in_store"},
        {"withdrawn_on": as_of - 50 * ONE_DAY},
        {"issued_on": as_of + 10 * ONE_DAY},
        {"issued_on": None},
        {"device_type": "body_worn_camera", "systems": None},
    ]


def _sessions(subject: Subject, in_hand: list[str], lost: int) -> Made:
    """Sessions by device and day; devices not in use were last used more than a week before the snapshot, lost ones
    never.
    """
    facts, as_of = subject.facts, subject.as_of
    rng = subject.rng("resources.sessions")
    active = quota(rng, len(in_hand), facts.device_active_share)
    day = as_of - np.arange(SESSION_DAYS)[::-1] * ONE_DAY
    ago = ((as_of - day) / ONE_DAY).astype(int)
    used = rng.random((len(in_hand), SESSION_DAYS)) < np.where(active, 0.6, 0.1)[:, None]
    used[~active] &= ago[None, :] >= 7
    # An active device was used on one of the last seven days at least.
    used[np.flatnonzero(active), SESSION_DAYS - 1 - rng.integers(0, 7, int(active.sum()))] = True
    which, at = np.nonzero(used)
    count = 1 + rng.poisson(3.0, len(which))
    counted = ago[at] < 28
    off = np.zeros(len(which), int)
    of_row = np.repeat(np.flatnonzero(counted), count[counted])
    off += np.bincount(of_row[quota(rng, len(of_row), facts.device_off_premises_share)], minlength=len(which))
    off[~counted] = rng.binomial(count[~counted], 0.5)
    not_told = rng.random(len(which)) < 0.01
    table = {
        "device_id": np.array(in_hand, dtype=object)[which],
        "day": day[at],
        "sessions": count,
        "sessions_off_premises": np.where(not_told, np.nan, off),
    }
    told = counted & ~not_told
    values = {
        "devices_issued": len(in_hand) + lost,
        "devices_active": int(active.sum()),
        "device_active_pct": 100 * float(active.sum()) / (len(in_hand) + lost),
        "sessions_known": int(count[told].sum()),
        "sessions_off_premises": int(off[told].sum()),
    }
    return Made({"device_session": table}, values)


def _spending(subject: Subject, staff: Staff) -> Made:
    """What was spent in the last 24 months, where anything was; a request, a refusal, and spending long ago."""
    as_of = subject.as_of
    officer = np.isin(staff.rank, ["constable", "sergeant", "inspector", "above"])
    fte = float(staff.fte[officer & (staff.in_post_since <= as_of) & ~staff.gone].sum())
    each = round(POUNDS * fte / 2, -2)
    found: list[Record] = []
    if subject.facts.device_spending_approved:
        found += [
            {"status": "approved", "decided_on": as_of - 500 * ONE_DAY, "amount_pounds": each},
            {"status": "ordered", "decided_on": as_of - 200 * ONE_DAY, "amount_pounds": each},
        ]
    spent = sum(r["amount_pounds"] for r in found)
    found += [
        {"status": "requested", "decided_on": as_of - 30 * ONE_DAY, "amount_pounds": 90_000},
        {"status": "refused", "decided_on": as_of - 300 * ONE_DAY, "amount_pounds": 250_000},
        {"status": "approved", "decided_on": as_of - 1100 * ONE_DAY, "amount_pounds": 40_000},
    ]
    values = {"mobile_spend_pounds": spent, "officers_fte": fte, "mobile_spend_per_officer": spent / fte}
    table = [{"spending_id": f"SP{i + 1:03d}", **record} for i, record in enumerate(found)]
    return Made({"device_spending": table}, values)


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    share = values["device_coverage_pct"]
    bought = facts.provides("device_spending") and facts.device_spending_approved
    said = f"{share:.1f}% of patrol officers have a device, {values['mobile_spend_pounds']:,.0f} pounds approved"
    missing = lacking(facts, "devices or staff were not provided", "device", "staff")
    return {"F5a": missing or judged(said, bought, share < 25), "F5b": _f5b(facts, values)}


def _f5b(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("device"):
        return OPEN, "devices were not provided"
    systems, share = values["systems_on_mobile_n"], values["device_active_pct"]
    said = f"{systems} systems usable, {share:.1f}% of devices in use"
    if systems < 3:
        return CONTRADICTED, said
    missing = lacking(facts, "sessions were not provided", "device_session")
    return missing or judged(said, share >= 50, share < 25)
