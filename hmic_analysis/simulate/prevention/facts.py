"""P1 to P4: what is true of a simulated force."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hmic_analysis.params.base import Count, YesNo
from hmic_analysis.simulate.topic import TopicFacts

#: Figures or statements asked of the force besides its tables, with the unit of what it states.
ITEMS: dict[str, str] = {}

Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]


class PreventionFacts(TopicFacts):
    """What is true of preventive work; shares are between 0 and 1.

    Attributes
    ----------
    n_prevention_plans : int
        The force's own plans and policies in force that name preventing crime as an objective (P1a).
    prevention_strategy : str
        The force's own strategy for preventing crime: ``none``, ``draft``, ``undated`` (approved, but no date shows
        that it is in force) or ``approved``, for the whole force (P1b).
    n_long_term_initiatives, n_unclear_initiatives : int
        Long-term initiatives, and further ones of which it isn't on record whether an objective was written (P2a).
    initiative_outcome_share : float
        Of the long-term ones: with a baseline and a measured outcome.
    dmm_held_share, dmm_prevention_share, dmm_closed_in_time_share : float
        Prescribed meetings that were held, of those known; meetings held that set a preventive action; preventive
        actions closed in time (P2b).
    dmm_coders_agree_share : float
        Of the actions that a second person coded: given the same code.
    ps_database : bool
        There is a problem-solving database; otherwise the force signs that it has no record (P3a, P3b, P3c).
    ps_active_share, ps_worst_team_share : float
        Team-months in which the database was used; of the least active team (P3b).
    ps_idle_team : bool
        One team never used it (P3b).
    ps_bulk_team : bool
        One team made most of its entries on one day; flags P3b, decides nothing.
    ps_evaluated_share, ps_shared_share : float
        Of the records closed in the period evaluated; of these shared beyond the team (P3c).
    ps_results_recorded : bool
        What the evaluations found is on record; otherwise only their dates are (P3c).
    cp_training_given : str
        Training in preventing crime in the last 36 months: ``yes``, ``once`` (one person at one briefing) or ``no``
        (P4a; without training nobody is formally trained either).
    cp_informal_share : float
        Staff with a briefing or an intranet page on preventing crime.
    cp_formal_share : float
        Staff of each victim-facing role with a formal course (P4b).
    cp_formal_pcso_share : float, optional
        The same for community support officers, if they differ (P4b).
    """

    n_prevention_plans: Annotated[Count, Field(le=40)] = 4
    prevention_strategy: Literal["none", "draft", "undated", "approved"] = "none"

    n_long_term_initiatives: Annotated[Count, Field(le=40)] = 5
    n_unclear_initiatives: Annotated[Count, Field(le=40)] = 0
    initiative_outcome_share: Share = 0.6
    dmm_held_share: Share = 0.97
    dmm_prevention_share: Share = 0.68
    dmm_closed_in_time_share: Share = 0.76
    dmm_coders_agree_share: Share = 0.92

    ps_database: YesNo = True
    ps_active_share: Share = 0.96
    ps_worst_team_share: Share = 0.84
    ps_idle_team: YesNo = False
    ps_bulk_team: YesNo = False
    ps_evaluated_share: Share = 0.4
    ps_shared_share: Share = 0.45
    ps_results_recorded: YesNo = True

    cp_training_given: Literal["yes", "once", "no"] = "yes"
    cp_informal_share: Share = 0.3
    cp_formal_share: Share = 0.035
    cp_formal_pcso_share: Share | None = None
