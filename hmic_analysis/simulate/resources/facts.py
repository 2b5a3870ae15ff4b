"""P5, F2, F3 and F5: what is true of a simulated force."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hmic_analysis.params.base import Count, YesNo
from hmic_analysis.simulate.topic import TopicFacts

Part = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]

#: Figures or statements asked of the force besides its tables, with the unit of what it states.
ITEMS: dict[str, str] = {}


class ResourcesFacts(TopicFacts):
    """Facts of this topic.

    Attributes
    ----------
    anpr_operation_months_share : float
        Months of the period with an operation that the force itself planned on number plate intelligence (P5a).
    anpr_prevention_quarters_share : float
        Quarters of the period with an operation to prevent or disrupt (P5b).
    anpr_products_every_quarter : bool
        An intelligence product in each quarter; otherwise in none (P5b).
    anpr_statement : str
        What the force says on the resilience of the system: ``acknowledges``, ``denies``, ``both`` (a part of each)
        or ``none`` (P5c).
    anpr_skills_plan : bool
        A dated plan to train existing staff (P5d).
    anpr_upskilling : str
        ``depth_rising``, ``courses_booked`` or ``none`` (P5d).
    anpr_skill_depth : int
        Staff competent in the thinnest critical function.
    anpr_availability_share, anpr_hit_decision_share : float
        Camera hours worked; priority hits decided on within 30 minutes.
    n_partner_tasks, n_partner_actions : int
        Tasks that are not the police's alone, identified with a baseline, and those of them on which something was
        done with a partner (F2a).
    transfer_accepted_share : float
        Transfers that the agency took over; at 0 none is asked for either.
    handover_wait_hours : float
        Median wait until handover, hours.
    supervision_documented : bool
        A procedure prescribes reviews of workload and performance (F3a, F3b).
    review_held_share : float
        Staff-intervals with a review (F3a, F3b).
    review_workload_share, review_performance_share : float
        Reviews that look at workload (F3a), at performance (F3b).
    supervisor_view_share : float
        Supervisors who look at workload weekly.
    device_coverage_share : float
        Response and neighbourhood officers with a working device (F5a).
    device_spending_approved : bool
        Spending on devices was approved or ordered in the last 24 months (F5a).
    device_active_share, n_mobile_systems : float, int
        Devices used in the last seven days, and systems that they reach (F5b).
    device_off_premises_share : float
        Sessions begun away from police premises.
    """

    anpr_operation_months_share: Part = 1.0
    anpr_prevention_quarters_share: Part = 1.0
    anpr_products_every_quarter: YesNo = True
    anpr_statement: Literal["acknowledges", "denies", "both", "none"] = "acknowledges"
    anpr_skills_plan: YesNo = True
    anpr_upskilling: Literal["depth_rising", "courses_booked", "none"] = "depth_rising"
    anpr_skill_depth: Annotated[int, Field(strict=True, ge=1, le=12)] = 2
    anpr_availability_share: Annotated[float, Field(strict=True, ge=0.5, le=1, allow_inf_nan=False)] = 0.9
    anpr_hit_decision_share: Part = 0.84

    n_partner_tasks: Annotated[Count, Field(le=20)] = 4
    n_partner_actions: Annotated[Count, Field(le=20)] = 3
    transfer_accepted_share: Part = 0.62
    handover_wait_hours: Annotated[float, Field(strict=True, ge=0.5, le=12, allow_inf_nan=False)] = 2.6

    supervision_documented: YesNo = True
    review_held_share: Part = 0.89
    review_workload_share: Part = 0.94
    review_performance_share: Part = 0.92
    supervisor_view_share: Part = 0.8

    device_coverage_share: Part = 0.58
    device_spending_approved: YesNo = True
    device_active_share: Part = 0.74
    n_mobile_systems: Annotated[Count, Field(ge=1, le=12)] = 6
    device_off_premises_share: Part = 0.71
