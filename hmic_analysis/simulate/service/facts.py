"""A5, A8, A9 and A10: what is true of a simulated force."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hmic_analysis.params.base import Count, YesNo
from hmic_analysis.simulate.topic import TopicFacts

Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]

#: Figures or statements asked of the force besides its tables, with the unit of what it states.
ITEMS: dict[str, str] = {"dispatch_mapping_system": "systems"}


class ServiceFacts(TopicFacts):
    """Facts of this topic; shares are between 0 and 1.

    Attributes
    ----------
    n_iom : int
        Offenders managed at ``as_of`` for a force with 38,973 recorded crimes a year at scale 1.
    iom_agreement_share, iom_scored_share : float
        Of as many offenders of the highest score as the cohort has, those in it or with a reason not to be; of the
        offenders considered, those who have a score at all (A5a).
    iom_meetings_held_share, iom_quorum_share, iom_attendance_recorded_share : float
        Scheduled meetings that were held; of those held, with the core partners present; of those held, with a
        record of who was present (A5c).
    iom_assessed_share, iom_assessment_current_share, iom_status_known_share : float
        Of the cohort, with a risk score; of those in the community, assessed in the last 90 days; of the cohort, in
        the community or in custody for certain (A5d).
    iom_rag_share, iom_reoffend_share : float
        Of the cohort, with a red, amber or green status; of the entrants, with a proven offence within 12 months.
    dispatch_mapping : bool
        Dispatchers have a mapping system: it is described, was demonstrated and shows recommendations; otherwise the
        force states that there is none (A8a, and A8b, which speaks of its use).
    located_share, position_log_kept_share : float
        On-duty minutes with a position of 5 minutes or less; on-duty minutes of which it is known (A8b).
    nearest_share, override_reason_share : float
        Urgent dispatches of the nearest suitable resource; of the others, those with a reason (A8b).
    audit_scheme : bool
        A scheme for checking the quality of service is in the register (A9a).
    audit_coverage_share, audit_pass_share, audit_feedback_share : float
        Handler-months with the prescribed audits; audits that met the standard; failed audits with feedback within
        28 days (A9b).
    callback_made_share, survey_satisfied_share, survey_response_share : float
        Calls back made in time; answers that were satisfied; persons contacted who answered.
    review_opened, review_closed : bool
        A review of the response policy was opened; it was closed before ``as_of`` (A10a).
    review_days_ago : int
        Days before ``as_of`` on which the review was last worked on (A10a).
    """

    n_iom: Count = 160
    iom_agreement_share: Share = 0.91
    iom_scored_share: Share = 0.985
    iom_meetings_held_share: Share = 0.96
    iom_quorum_share: Share = 0.90
    iom_attendance_recorded_share: Share = 0.97
    iom_assessed_share: Share = 0.985
    iom_assessment_current_share: Share = 0.91
    iom_status_known_share: Share = 0.98
    iom_rag_share: Share = 0.95
    iom_reoffend_share: Share = 0.38

    dispatch_mapping: YesNo = True
    located_share: Share = 0.92
    position_log_kept_share: Share = 0.98
    nearest_share: Share = 0.87
    override_reason_share: Share = 0.72

    audit_scheme: YesNo = True
    audit_coverage_share: Share = 0.96
    audit_pass_share: Share = 0.82
    audit_feedback_share: Share = 0.91
    callback_made_share: Share = 0.86
    survey_satisfied_share: Share = 0.84
    survey_response_share: Share = 0.50

    review_opened: YesNo = True
    review_closed: YesNo = False
    review_days_ago: Annotated[Count, Field(le=300)] = 12
