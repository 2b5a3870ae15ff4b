"""A8: dispatch decisions, which follow the deployments to urgent incidents of some days, and known positions."""

import datetime as dt
import math
from collections import Counter
from typing import Any

import numpy as np

from hmic_analysis.contracts.a8_dispatch import CARRIERS, OVERRIDE_REASONS, RECOMMENDATIONS
from hmic_analysis.contracts.core import GRADES
from hmic_analysis.params.models import YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    Between,
    CommonFacts,
    Item,
    Made,
    Piece,
    Record,
    Rows,
    Share,
    Subject,
    Verdict,
    all_at_least,
    judged,
    lacking,
    percent,
)
from hmic_analysis.simulate.registers import document
from hmic_analysis.simulate.world import DISTRICTS, ONE_DAY, Window, labels, midnight, pick, skewed, to_wall
from hmic_analysis.simulate.write import references

ITEMS = {"dispatch_mapping_system": Item("systems")}
#: Days of dispatches that are returned; more where a small force would show too few of them.
SAMPLE_DAYS, ENOUGH = 28, 400
URGENT = tuple(GRADES.index(grade) for grade in ("emergency", "priority"))
#: Share of the dispatches for which both positions were known; of incidents with coordinates.
KNOWN, LOCATED = 0.97, 0.96
#: Overrides of the recommendation among dispatches of the nearest, and of another.
OVERRIDES = (0.04, 0.8)
TAKEN, OVERRIDDEN, NONE_SHOWN = (RECOMMENDATIONS.index(x) for x in ("taken", "overridden", "none_shown"))
#: Share of all officers on duty at a time, by carrier, and how far its positions differ from the whole.
ON_DUTY, APART = (0.07, 0.03), (0.02, -0.047)
#: Age up to which a position is known, by the finding's rule; age that a few units counted instead.
MAX_AGE, TOO_OLD = 5.0, 15.0


class Facts(CommonFacts):
    """What is true of dispatching."""

    #: Dispatchers have a mapping system: it is described, was demonstrated and shows recommendations; otherwise the
    #: force states that there is none (A8a, and A8b, which speaks of its use).
    dispatch_mapping: YesNo = True
    #: On-duty minutes with a position of 5 minutes or less; on-duty minutes of which it is known (A8b).
    located_share: Share = 0.92
    position_log_kept_share: Share = 0.98
    #: Urgent dispatches of the nearest suitable resource; of the others, those with a reason (A8b).
    nearest_share: Share = 0.87
    override_reason_share: Share = 0.72


WAYS = {
    # There is a mapping system or there is none, and without one nobody can use it.
    "A8a": {
        "true": ({"dispatch_mapping": True},),
        "false": ({"dispatch_mapping": False, "implies": {"A8b": "false"}},),
    },
    "A8b": {
        "true": ({"located_share": Between(0.89, 0.95), "nearest_share": Between(0.86, 0.95)},),
        "false": (
            {"located_share": Between(0.35, 0.65)},
            {"nearest_share": Between(0.4, 0.55), "override_reason_share": Between(0.1, 0.25)},
        ),
        "middle": ({"position_log_kept_share": Between(0.5, 0.68)},),
    },
}


def documents(subject: Subject) -> list[Record]:
    """The user guide where there is a map; options for a new one, and the guide of a first one long withdrawn."""
    as_of, start, covers = subject.as_of, subject.start, ["mapping_system"]
    draft = {"status": "draft", "last_activity_on": as_of - 6 * ONE_DAY}
    old = {"status": "withdrawn", "effective_from": start - 1900 * ONE_DAY, "effective_to": start - 900 * ONE_DAY}
    recent, long_ago = as_of - 60 * ONE_DAY, start - 1950 * ONE_DAY
    found = [
        document(311, "Options for a new dispatch map", "report", "dispatch", recent, covers, **draft),
        document(312, "First dispatch map", "procedure", "dispatch", long_ago, covers, **old),
    ]
    if subject.facts.dispatch_mapping:
        seen = {"corroborated_by": ["observation"], "effective_from": start - 200 * ONE_DAY}
        written = start - 220 * ONE_DAY
        found.append(document(310, "Dispatch map user guide", "procedure", "dispatch", written, covers, **seen))
    return found


def sample_days(subject: Subject) -> int:
    """Last days of the period of which dispatches and positions are returned."""
    urgent_a_day = 0.4 * subject.incidents_a_day
    return min(subject.days, max(SAMPLE_DAYS, math.ceil(ENOUGH / urgent_a_day)))


class Dispatches:
    """Follows the deployments window by window."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.counts: Counter[str] = Counter()
        self.written = 0
        end = subject.frame.period_end + dt.timedelta(days=1)
        self.first, self.last = midnight(end - dt.timedelta(days=sample_days(subject))), midnight(end)

    def rows(self, piece: Piece) -> dict[str, Rows]:
        """Rows of ``dispatch`` for one window; none before the days returned."""
        if piece.window.end <= self.first or not len(piece.deployments):
            return {}
        sent, rng = piece.deployments, self.subject.rng("service.dispatch", piece.window.index)
        grade = piece.incidents.grade[sent.incident]
        wanted = np.isin(grade, URGENT) & (sent.assigned >= self.first) & (sent.assigned < self.last)
        chosen = np.flatnonzero(wanted)
        if not len(chosen):
            return {}
        made = self._decide(rng, len(chosen))
        located = rng.random(len(piece.incidents)) < LOCATED
        said = np.where(rng.random(len(piece.incidents)) < 0.01, -1, located.astype(int))[sent.incident[chosen]]
        made |= {
            "dispatch_id": references("DSP", self.written + 1 + np.arange(len(chosen))),
            "incident_id": references("INC", piece.first_incident + sent.incident[chosen]),
            "decided_at": sent.assigned[chosen],
            "grade": grade[chosen],
            "incident_located": said,
        }
        self.written += len(chosen)
        return {"dispatch": made}

    def _decide(self, rng: np.random.Generator, n: int) -> dict[str, Any]:
        """Who was sent against who was nearest, and what the log says of it."""
        facts = self.subject.facts
        near, known = rng.random(n) < facts.nearest_share, rng.random(n) < KNOWN
        nearest = np.round(np.minimum(skewed(rng, 5.0, 0.6, n), 60), 1)
        further = np.where(near, rng.choice([0, 0, 0.5, 1.0, 1.5], n), 2.5 + rng.exponential(4.0, n))
        draw = rng.random(n)
        overridden = draw < np.where(near, *OVERRIDES)
        advice = np.where(overridden, OVERRIDDEN, np.where(draw > 0.97, NONE_SHOWN, TAKEN))
        if not facts.dispatch_mapping:
            advice[:] = NONE_SHOWN
        # Another than the nearest is sent for a reason whatever the screen showed; the nearest needs none.
        reasoned = (rng.random(n) < facts.override_reason_share) & (~near | (overridden & facts.dispatch_mapping))
        reason = np.where(reasoned, pick(rng, (35, 10, 20, 20, 10, 5), n), len(OVERRIDE_REASONS))
        self._count(near, known, reasoned, advice)
        basis = np.where(rng.random(n) < 0.03, 1, np.where(rng.random(n) < 0.01, 2, 0))
        used = np.full(n, 0) if not facts.dispatch_mapping else np.where(rng.random(n) < 0.02, -1, 1)
        return {
            "map_used": np.where(advice == NONE_SHOWN, 0, used),
            "recommendation": advice,
            "override_reason": reason,
            "sent_minutes": np.where(known, np.round(nearest + further, 1), np.nan),
            "nearest_minutes": np.where(known, nearest, np.nan),
            "travel_basis": basis,
        }

    def _count(self, near: np.ndarray, known: np.ndarray, reasoned: np.ndarray, advice: np.ndarray) -> None:
        self.counts["all"] += len(near)
        self.counts["known"] += int(known.sum())
        self.counts["near"] += int((known & near).sum())
        self.counts["suitable"] += int(((known & near) | reasoned).sum())
        self.counts["unclear"] += int((~known & ~reasoned).sum())
        self.counts["overrides"] += int((advice == OVERRIDDEN).sum())
        self.counts["reasoned_overrides"] += int(((advice == OVERRIDDEN) & reasoned).sum())

    def made(self) -> Made:
        """True figures of the dispatches returned."""
        c = self.counts
        values = {
            "dispatches_n": c["all"],
            "suitable_or_reasoned_n": c["suitable"],
            "dispatches_unclear_n": c["unclear"],
            "nearest_suitable_pct": percent(c["near"], c["known"]),
            "suitable_or_reasoned_pct": percent(c["suitable"], c["all"] - c["unclear"]),
            "override_reason_pct": percent(c["reasoned_overrides"], c["overrides"]),
        }
        return Made(values=values)


follow = Dispatches


def make(subject: Subject) -> Made:
    """The minutes of the last 28 days of the period with a known position, and whether there is a map."""
    facts, rng = subject.facts, subject.rng("service.positions")
    hours = _hours(subject)
    unit, carrier, at = (
        x.ravel()
        for x in np.meshgrid(np.arange(len(DISTRICTS)), np.arange(len(CARRIERS)), np.arange(len(hours)), indexing="ij")
    )
    n = len(at)
    staff = np.maximum(subject.officers / len(DISTRICTS), 12)
    on_duty = np.floor(60 * staff * np.array(ON_DUTY)[carrier] * rng.uniform(0.7, 1.3, n) + 30)
    share = np.clip(facts.located_share + np.array(APART)[carrier] + rng.normal(0, 0.02, n), 0, 1)
    located = np.floor(on_duty * share + 0.5)
    kept = subject.quota("service.positions.kept", n, facts.position_log_kept_share)
    too_old = kept & (rng.random(n) < 0.005)
    columns = {
        "unit": labels(DISTRICTS)[unit],
        "carrier": carrier,
        "hour_start": hours[at],
        "minutes_on_duty": on_duty,
        "minutes_located": np.where(kept, located, np.nan),
        "max_age_minutes": np.where(too_old, TOO_OLD, MAX_AGE),
    }
    told = kept & ~too_old
    # Of what counted older positions too, only the minutes without one are known.
    yes, known = int(located[told].sum()), int(on_duty[told].sum() + (on_duty - located)[too_old].sum())
    values = {
        "minutes_located_n": yes,
        "minutes_on_duty_n": int(on_duty.sum()),
        "minutes_unknown_n": int(on_duty.sum()) - known,
        "located_resource_pct": percent(yes, known),
    }
    return Made({"position": columns}, values, {"dispatch_mapping_system": float(facts.dispatch_mapping)})


def _hours(subject: Subject) -> np.ndarray:
    """The clock hours of the days returned, instants; an hour that occurs twice is one row."""
    end = subject.frame.period_end + dt.timedelta(days=1)
    first = max(subject.frame.period_start, end - dt.timedelta(days=SAMPLE_DAYS))
    hours = Window(0, midnight(first), midnight(end)).hours()
    return hours[np.unique(to_wall(hours), return_index=True)[1]]


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    """The intended verdicts; what there is not can't be used."""
    mapping = _a8a(facts)
    located = (values["minutes_located_n"], values["minutes_unknown_n"], values["minutes_on_duty_n"], 80)
    suited = (values["suitable_or_reasoned_n"], values["dispatches_unclear_n"], values["dispatches_n"], 80)
    used = lacking(facts, "dispatches or positions were not provided", "dispatch", "position")
    if mapping[0] == CONTRADICTED:
        used = CONTRADICTED, "what there is not can't be used"
    return {"A8a": mapping, "A8b": used or all_at_least(located, suited)}


def _a8a(facts: Facts) -> Verdict:
    if facts.dispatch_mapping:
        shown = facts.provides("document") or facts.provides("dispatch")
        return judged("there is a mapping system, shown by documents or by its log", shown)
    denied = facts.provides("data_request") and facts.status("dispatch_mapping_system") == "provided"
    return judged("there is no mapping system, if the force says so", False, denied)
