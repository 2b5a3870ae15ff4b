"""A2: the response policy, what staff know of it, and how few forces promise to attend everything."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from hmic_analysis.contracts.a2_attendance import RESPONSE_POLICIES
from hmic_analysis.contracts.core import GRADES, OFFENCE_GROUPS
from hmic_analysis.errors import ParameterError
from hmic_analysis.params.models import Count, YesNo
from hmic_analysis.simulate.a10_review import review_dates
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    SUPPORTED,
    Between,
    CommonFacts,
    Made,
    Record,
    Share,
    Subject,
    Verdict,
    absent,
    by_one,
    exact,
    judged,
)
from hmic_analysis.simulate.registers import document
from hmic_analysis.simulate.world import ONE_DAY, Streams
from hmic_analysis.simulate.write import FreshFolder, TableFile, references, render, write_readme

SCENARIOS = ("shed burglary", "theft from vehicle overnight", "nuisance noise", "shop theft, offender gone")
RESPONSE = "response_deployment"
#: The pseudo-force whose folder holds the table.
NATIONAL = "england-and-wales"
ATTEND_ALL, BY_RISK = RESPONSE_POLICIES
#: Share of the crimes of each offence group that are attended where the policy is to attend everything.
ATTEND_ALL_SHARES = {
    "burglary_dwelling": 0.995,
    "burglary_other": 0.975,
    "theft_of_vehicle": 0.98,
    "theft_from_vehicle": 0.955,
    "violence": 0.98,
    "criminal_damage": 0.965,
    "other_theft": 0.955,
    "robbery": 0.995,
    "sexual": 0.985,
    "drugs": 0.99,
    "public_order": 0.98,
    "other": 0.955,
}
#: Share of the incidents of each grade, crime or not, to which somebody is sent under the same policy.
ATTEND_ALL_GRADES = {"emergency": 0.985, "priority": 0.97, "scheduled": 0.95, "no_deployment": 0.05}


def _over(defaults: dict[str, float]) -> Any:
    """Read one number for all, or some keys that differ from the defaults."""

    def fill(value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return dict.fromkeys(defaults, float(value))
        return {**defaults, **value} if isinstance(value, dict) else value

    return BeforeValidator(fill)


class Facts(CommonFacts):
    """What is true of attendance and its policy."""

    #: A response policy is in force; it promises to attend every crime and incident (A2a, A2b).
    policy_exists: YesNo = True
    policy_attend_all: YesNo = True
    #: Attended crimes by offence group among those known; attended incidents that are no crime, by grade.
    attendance_share: Annotated[dict[Literal[OFFENCE_GROUPS], Share], _over(ATTEND_ALL_SHARES)] = Field(
        default_factory=lambda: dict(ATTEND_ALL_SHARES)
    )
    incident_attendance_share: Annotated[dict[Literal[GRADES], Share], _over(ATTEND_ALL_GRADES)] = Field(
        default_factory=lambda: dict(ATTEND_ALL_GRADES)
    )
    #: Correct answers of staff who were asked about the policy (A2a).
    knowledge_correct_share: Share = 0.93
    n_knowledge_checks: Count = 120
    #: Of the 43 forces: those with an attend-all policy, those of which it is not known (A2c).
    n_forces_attend_all: Annotated[Count, Field(le=43)] = 6
    n_forces_policy_unknown: Annotated[Count, Field(le=43)] = 0
    #: The national table counts this force among them; by default as its policy says (A2c).
    reference_lists_force: YesNo | None = None

    @property
    def listed_attend_all(self) -> bool:
        """Whether the national table counts this force among those that attend everything."""
        if self.reference_lists_force is not None:
            return self.reference_lists_force
        return self.policy_exists and self.policy_attend_all

    def impossible(self) -> list[tuple[str, str]]:
        """Numbers of forces that can't be."""
        found = []
        if self.listed_attend_all and self.n_forces_attend_all == 0:
            found.append(("n_forces_attend_all", "this force is one of them, so the number is at least 1."))
        if not self.listed_attend_all and self.n_forces_attend_all == 43:
            found.append(("n_forces_attend_all", "this force is not one of them, so the number is at most 42."))
        if self.n_forces_attend_all + self.n_forces_policy_unknown > 43:
            found.append(("n_forces_policy_unknown", "with those that attend everything there are more than 43."))
        return found


#: A2c is not among them: it follows from the policies of all forces.
WAYS = {
    "A2a": by_one("knowledge_correct_share", true=(0.92, 0.98), false=(0.4, 0.65), middle=(0.79, 0.83)),
    # A policy either promises everything or doesn't.
    "A2b": {
        "true": ({"policy_attend_all": True},),
        "false": (
            {
                "policy_attend_all": False,
                "attendance_share": Between(0.45, 0.9),
                "incident_attendance_share": Between(0.4, 0.9),
            },
        ),
    },
}


def documents(subject: Subject) -> list[Record]:
    """The response policy in force throughout the period and at the snapshot, and one that was withdrawn."""
    facts, start = subject.facts, subject.start
    old = {"status": "withdrawn", "effective_from": start - 1480 * ONE_DAY, "effective_to": start - 401 * ONE_DAY}
    by_risk = ["attendance_by_threat_harm_risk", "grade_definitions"]
    found = [document(5, "Response policy, version 1", "policy", RESPONSE, start - 1500 * ONE_DAY, by_risk, **old)]
    if facts.policy_exists:
        promise = ["attend_all_crimes", "attend_all_incidents"] if facts.policy_attend_all else by_risk[:1]
        dates = {"effective_from": start - 400 * ONE_DAY, "review_due_on": subject.as_of + 30 * ONE_DAY}
        more = {**dates, **review_dates(facts, subject.as_of), "corroborated_by": ["interview"]}
        covers, written = [*promise, "grade_definitions"], start - 410 * ONE_DAY
        found.append(document(10, "Response policy, version 2", "policy", RESPONSE, written, covers, **more))
    return found


def make(subject: Subject) -> Made:
    """The knowledge checks, made in the last 60 days of the period; the share correct is exact."""
    facts, n = subject.facts, subject.facts.n_knowledge_checks
    asked = subject.end - subject.rng("knowledge").integers(0, 60, n) * ONE_DAY
    correct = subject.quota("knowledge.correct", n, facts.knowledge_correct_share)
    rows = {
        "person_key": references("STF", np.arange(n) + 1, 4),
        "role": np.array(["call_handler", "dispatcher", "response"], dtype=object)[np.arange(n) % 3],
        "scenario": np.array(SCENARIOS, dtype=object)[np.arange(n) % len(SCENARIOS)],
        "asked_on": asked,
        "correct": correct.astype(int),
    }
    values = {"knowledge_correct": int(correct.sum()), "n_forces_attend_all": facts.n_forces_attend_all}
    return Made({"knowledge_check": rows}, values)


def policy_in_reference(facts: Facts) -> str:
    """What the reference table says of a force with these facts."""
    return ATTEND_ALL if facts.listed_attend_all else BY_RISK


def write_force_reference(
    project_raw: Path, slugs: Sequence[str], given: Mapping[str, str], n_attend_all: int, n_unknown: int, seed: int
) -> Path:
    """Write ``force_reference.csv`` to the folder of the pseudo-force ``england-and-wales``."""
    policies = _policies(slugs, given, n_attend_all, n_unknown, seed, _told_before(project_raw))
    rng = Streams(seed, NATIONAL).of("attendance")
    records = []
    for slug, policy in zip(slugs, policies, strict=True):
        # About 25 of 43 forces had figures, between 39% and 100%; higher where everything is attended.
        knows, rate = rng.random() < 25 / 43 or policy == ATTEND_ALL, rng.triangular(39, 80, 98)
        rate = rng.uniform(94, 99.5) if policy == ATTEND_ALL else rate
        records.append(
            {
                "force_slug": slug,
                "response_policy": policy,
                "attendance_known": knows,
                "attendance_pct": round(rate, 1) if knows else None,
            }
        )
    with FreshFolder(project_raw / NATIONAL) as folder:
        file = TableFile(folder.path / "force_reference.csv")
        file.append(render("force_reference", records))
        file.close()
        write_readme(folder.path, f"the response policies of {len(slugs)} forces, seed {seed}")
    return project_raw / NATIONAL / "force_reference.csv"


def _told_before(project_raw: Path) -> dict[str, str]:
    """What the table that lies there says of forces whose simulated returns still lie beside it."""
    path = project_raw / NATIONAL / "force_reference.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("force_slug")]
    return {
        row["force_slug"]: row.get("response_policy", "") for row in rows if (project_raw / row["force_slug"]).is_dir()
    }


def _policies(
    slugs: Sequence[str],
    given: Mapping[str, str],
    n_attend_all: int,
    n_unknown: int,
    seed: int,
    before: Mapping[str, str],
) -> list[str | None]:
    strange = sorted(set(given) - set(slugs))
    if strange:
        raise ParameterError(f"The reference table has no row for {', '.join(strange)}: not one of its forces.")
    settled = sum(policy == ATTEND_ALL for policy in given.values())
    free = [slug for slug in slugs if slug not in given]
    wanted = n_attend_all - settled
    if wanted < 0 or wanted + n_unknown > len(free):
        raise ParameterError(
            f"{n_attend_all} of {len(slugs)} forces can't attend everything with {n_unknown} unknown: {settled} of "
            f"the {len(given)} forces simulated do, and {len(free)} forces are left to choose from."
        )
    order = np.array(free, dtype=object)[Streams(seed, NATIONAL).of("policies").permutation(len(free))]
    # A force simulated earlier stays what its own return says, as far as the number that is asked for leaves room.
    place = {slug: 0 if policy == ATTEND_ALL else 2 for slug, policy in before.items()}
    order = np.array(sorted(order, key=lambda slug: place.get(slug, 1)), dtype=object)
    chosen: dict[str, str | None] = dict.fromkeys(slugs, BY_RISK) | dict(given)
    chosen |= dict.fromkeys(order[:wanted], ATTEND_ALL) | dict.fromkeys(order[wanted : wanted + n_unknown], None)
    return [chosen[slug] for slug in slugs]


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    n, unknown = facts.n_forces_attend_all, facts.n_forces_policy_unknown
    said, listed = f"{n} of 43 forces attend everything, {unknown} not known", facts.listed_attend_all
    few = judged(said if listed else f"{said}; this force is not one of them", n + unknown <= 10, not listed or n > 10)
    promise = _a2b(facts)
    if n <= 10 and promise[0] == (CONTRADICTED if listed else SUPPORTED):
        few = OPEN, "the national table and the force's own policy disagree"
    return {"A2a": _a2a(facts, values), "A2b": promise, "A2c": few}


def _a2a(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.policy_exists or not facts.provides("document"):
        return absent(facts, "no response policy in force is in the register")
    n, correct = facts.n_knowledge_checks, values["knowledge_correct"]
    if not facts.provides("knowledge_check") or not n:
        return OPEN, "no knowledge checks"
    lo, hi = (100 * x for x in exact(correct, n))
    return judged(f"{correct} of {n} answers correct, 95% interval {lo:.1f}% to {hi:.1f}%", lo >= 80, hi < 80)


def _a2b(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return OPEN, "the document register was not provided"
    if not facts.policy_exists:
        return absent(facts, "no response policy in force is in the register")
    if facts.policy_attend_all:
        return SUPPORTED, "the policy in force promises to attend all crimes and incidents"
    return CONTRADICTED, "the policy in force attends by threat, harm and risk"
