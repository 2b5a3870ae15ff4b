"""The truth of a simulated force, given before any row is drawn.

Each fact is one knob.  The defaults are what the letter to Cleveland of 3 September 2014 implies for findings A1,
A2, A6, F1 and F4; what each knob does to each claim is listed in ``docs/simulation.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.contracts.calls import GRADES
from hmic_analysis.contracts.crimes import OFFENCE_GROUPS
from hmic_analysis.contracts.reference import REFERENCE_TABLES
from hmic_analysis.contracts.registers import DOCUMENT_COVERS
from hmic_analysis.params.base import Count, Number, YesNo
from hmic_analysis.params.faults import Fault, refuse, validate
from hmic_analysis.params.yamlfile import YamlFile, read_yaml
from hmic_analysis.simulate.prevention.facts import ITEMS as PREVENTION_ITEMS
from hmic_analysis.simulate.prevention.facts import PreventionFacts
from hmic_analysis.simulate.resources.facts import ITEMS as RESOURCES_ITEMS
from hmic_analysis.simulate.resources.facts import ResourcesFacts
from hmic_analysis.simulate.service.facts import ITEMS as SERVICE_ITEMS
from hmic_analysis.simulate.service.facts import ServiceFacts
from hmic_analysis.simulate.victims.facts import ITEMS as VICTIMS_ITEMS
from hmic_analysis.simulate.victims.facts import VictimsFacts

Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]

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

#: Figures that a force is asked to state besides its tables, with the unit of what it states.
FIGURES = {
    "attendance_pct": "%",
    "named_suspects_outstanding": "persons",
    "failed_to_answer_bail": "persons",
    "staff_time_saved": "hours",
    **PREVENTION_ITEMS,
    **VICTIMS_ITEMS,
    **SERVICE_ITEMS,
    **RESOURCES_ITEMS,
}
#: Tables of a force's own return; the reference table of all forces is no part of it.
TABLES = tuple(name for name in CONTRACTS if name not in ("force_reference", *REFERENCE_TABLES))

Status = Literal["provided", "nil_return_unable", "nil_return_refused", "not_yet_received", "not_requested"]


def _over(defaults: dict[str, float]) -> Any:
    """Read one number for all, or some keys that differ from the defaults."""

    def fill(value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return dict.fromkeys(defaults, float(value))
        return {**defaults, **value} if isinstance(value, dict) else value

    return BeforeValidator(fill)


def _covers(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Facts(PreventionFacts, VictimsFacts, ServiceFacts, ResourcesFacts):
    """What is true of a simulated force; shares are between 0 and 1.  Those of further topics stand with these.

    Attributes
    ----------
    prior_incident_share : float
        Crimes of public-report routes whose incident was created at or before the crime record (A1a).
    attendance_known_share : float
        Crimes whose attendance can be told from the records (A1b).
    states_attendance : bool
        The force states its attendance rate; otherwise it answers that it can't (A1b).
    stated_rate_error_points : float
        Stated minus true attendance rate, percentage points (A1b).
    policy_exists, policy_attend_all : bool
        A response policy is in force; it promises to attend every crime and incident (A2a, A2b).
    attendance_share, incident_attendance_share : dict
        Attended crimes by offence group among those known; attended incidents that are no crime, by grade.
    knowledge_correct_share, n_knowledge_checks : float, int
        Correct answers of staff who were asked about the policy (A2a).
    n_forces_attend_all, n_forces_policy_unknown : int
        Of the 43 forces: those with an attend-all policy, those of which it is not known (A2c).
    reference_lists_force : bool, optional
        The national table counts this force among them; by default as its policy says (A2c).
    states_outstanding, stated_outstanding_error_pct, states_fta, stated_fta_error_pct
        The force states the two numbers, and how far off each is, per cent (A6a, A6b).
    n_outstanding, n_fta : int
        Persons at ``as_of`` for a force with 38,973 recorded crimes a year at scale 1.
    owner_share, active_28d_share, supervised_28d_share : float
        Of the persons outstanding: with an owner, an enquiry and a review in the last 28 days (A6c).
    circulated_share, high_risk_cleared_share : float
        Of those outstanding for more than 7 days, circulated; of high-risk suspects named in the period, arrested
        or interviewed within 7 days.
    n_demand_products, demand_plan, demand_covers, register_complete
        Demand analyses in the 12 months before ``as_of``, a dated plan, what the analyses cover, and whether the
        force signed that its document register is complete (F1a, F1b).
    n_changes, measured_changes, states_savings, stated_savings_error_pct
        Changes live for at least 6 months, how many of them have a measurement before and after, and whether the
        force states a saving (F4a).
    savings_work_ongoing, savings_work_days_ago : bool, int
        Work on the savings is on record, and how many days before ``as_of`` it was last dated (F4b).
    tables_status : dict
        What came of the request for a table or figure, where it was not provided.
    """

    prior_incident_share: Share = 0.93
    attendance_known_share: Share = 0.985
    states_attendance: YesNo = True
    stated_rate_error_points: Number = 0.0

    policy_exists: YesNo = True
    policy_attend_all: YesNo = True
    attendance_share: Annotated[dict[Literal[OFFENCE_GROUPS], Share], _over(ATTEND_ALL_SHARES)] = Field(
        default_factory=lambda: dict(ATTEND_ALL_SHARES)
    )
    incident_attendance_share: Annotated[dict[Literal[GRADES], Share], _over(ATTEND_ALL_GRADES)] = Field(
        default_factory=lambda: dict(ATTEND_ALL_GRADES)
    )
    knowledge_correct_share: Share = 0.93
    n_knowledge_checks: Count = 120
    n_forces_attend_all: Annotated[Count, Field(le=43)] = 6
    n_forces_policy_unknown: Annotated[Count, Field(le=43)] = 0
    reference_lists_force: YesNo | None = None

    states_outstanding: YesNo = True
    stated_outstanding_error_pct: Number = 0.0
    n_outstanding: Count = 420
    states_fta: YesNo = True
    stated_fta_error_pct: Number = 0.0
    n_fta: Count = 75
    owner_share: Share = 0.985
    active_28d_share: Share = 0.91
    supervised_28d_share: Share = 0.90
    circulated_share: Share = 0.85
    high_risk_cleared_share: Share = 0.80

    n_demand_products: Annotated[Count, Field(le=50)] = 2
    demand_plan: YesNo = True
    demand_covers: Annotated[tuple[Literal[DOCUMENT_COVERS], ...], BeforeValidator(_covers), Field(min_length=1)] = (
        "incident_types",
        "activity_time",
        "hour",
    )
    register_complete: YesNo = True

    n_changes: Annotated[Count, Field(le=90)] = 6
    measured_changes: Count = 0
    states_savings: YesNo = False
    stated_savings_error_pct: Number = 0.0
    savings_work_ongoing: YesNo = True
    savings_work_days_ago: Annotated[Count, Field(le=230)] = 35

    tables_status: dict[Literal[(*TABLES, *FIGURES)], Status] = Field(default_factory=dict)

    def with_(self, **changes: Any) -> Facts:
        """The same facts but for some.

        Parameters
        ----------
        **changes
            Facts by name.

        Returns
        -------
        Facts

        Raises
        ------
        ParameterError
            If a fact is unknown or its value impossible.
        """
        return _checked({**self.model_dump(), **changes}, YamlFile("The facts", {}, {}), at_line=False)

    def answers(self) -> dict[str, bool]:
        """Which figures and statements the force gives when asked, of those that are a fact of it."""
        return {
            **super().answers(),
            "attendance_pct": self.states_attendance,
            "named_suspects_outstanding": self.states_outstanding,
            "failed_to_answer_bail": self.states_fta,
            "staff_time_saved": self.states_savings,
        }

    def status(self, item: str) -> str:
        """What came of the request for a table or a figure: one of the data-return statuses."""
        given = self.answers().get(item, True)
        return self.tables_status.get(item, "provided" if given else "nil_return_unable")

    def provides(self, *tables: str) -> bool:
        """Whether the force provided all of these tables."""
        return all(self.status(table) == "provided" for table in tables)

    @property
    def listed_attend_all(self) -> bool:
        """Whether the national table counts this force among those that attend everything."""
        if self.reference_lists_force is not None:
            return self.reference_lists_force
        return self.policy_exists and self.policy_attend_all


def facts_from_file(path: str | Path) -> Facts:
    """Read facts from a YAML file; facts it doesn't name keep their defaults.

    Parameters
    ----------
    path : str or pathlib.Path

    Returns
    -------
    Facts

    Raises
    ------
    ParameterError
        If the file can't be read, names an unknown fact or gives an impossible value; lists every fault with its
        line.
    """
    file = read_yaml(Path(path))
    return _checked(file.data, file, at_line=True)


def _checked(values: dict[str, Any], file: YamlFile, at_line: bool) -> Facts:
    found = validate(Facts, values, file)
    if not found:
        facts = Facts.model_validate(values)
        found = [(file.name, file.line([key]), key, message) for key, message in _impossible(facts)]
    faults: list[Fault] = found if at_line else [(name, 0, path, message) for name, _, path, message in found]
    refuse(faults)
    return facts


def _impossible(facts: Facts) -> list[tuple[str, str]]:
    """Facts that can't be true together."""
    found = []
    if facts.measured_changes > facts.n_changes:
        found.append(("measured_changes", f"{facts.measured_changes} of {facts.n_changes} changes can't be measured."))
    if facts.listed_attend_all and facts.n_forces_attend_all == 0:
        found.append(("n_forces_attend_all", "this force is one of them, so the number is at least 1."))
    if not facts.listed_attend_all and facts.n_forces_attend_all == 43:
        found.append(("n_forces_attend_all", "this force is not one of them, so the number is at most 42."))
    if facts.n_forces_attend_all + facts.n_forces_policy_unknown > 43:
        found.append(("n_forces_policy_unknown", "with those that attend everything there are more than 43 forces."))
    return found
