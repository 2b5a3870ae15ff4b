"""A3, A4 and A7: what is true of a simulated force."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hmic_analysis.params.base import Count, YesNo
from hmic_analysis.simulate.topic import TopicFacts

Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Files = Annotated[Count, Field(le=400)]

#: Figures or statements asked of the force besides its tables, with the unit of what it states.
ITEMS: dict[str, str] = {}


class VictimsFacts(TopicFacts):
    """Facts of this topic; shares are between 0 and 1.

    Attributes
    ----------
    victims_policy, victims_procedure : bool
        A policy, and a procedure, for identifying repeat and vulnerable victims are in force (A3a).
    repeat_share : float
        Contacts of persons who had reported in the 365 days before; more where a force has few contacts.
    repeat_recall_share, night_recall_share : float
        Of those, flagged as repeat victims at first contact: by day, and on the night shift (A3b).
    repeat_false_flag_share : float
        Contacts of others that were flagged as repeat.
    vulnerability_recorded_share : float
        Contacts with vulnerability assessed at first contact.
    repeat_asked_share, vulnerability_asked_share, flag_correct_share : float
        Audited calls of victims in which the handler asked whether it had happened before (A3b, where repeat victims
        can't be told from the records), asked about vulnerability (A3b), set flags that fit the call.
    crime_access_share, intelligence_access_share : float
        Call-handlers with live access to these systems (A3c, which gets no verdict).
    n_files : int
        Crime files read; none: no sample was drawn (A4).
    progress_share, progress_share_not_attended : float
        Files of attended crimes, and of others, with regular progress entries (A4a).
    supervised_share, supervised_share_not_attended : float
        The same for supervision of substance (A4b).
    same_day_closure_share : float
        Crimes dealt with by telephone or by nobody that were closed within a day.
    n_suspect_files, n_circulated_files : int
        Named-suspect files read, and those of persons circulated as wanted (A7a, A7b).
    suspect_activity_share, suspect_supervised_share : float
        Of the files read, with a recent enquiry (A7a), with recent supervision (A7b).
    readers_agree_share : float
        Files read twice on which the two readers found the same.
    """

    victims_policy: YesNo = True
    victims_procedure: YesNo = True
    repeat_share: Share = 0.2
    repeat_recall_share: Share = 0.91
    night_recall_share: Share = 0.86
    repeat_false_flag_share: Share = 0.03
    vulnerability_recorded_share: Share = 0.93
    repeat_asked_share: Share = 0.91
    vulnerability_asked_share: Share = 0.90
    flag_correct_share: Share = 0.88
    crime_access_share: Share = 0.55
    intelligence_access_share: Share = 0.30

    n_files: Files = 120
    progress_share: Share = 0.89
    progress_share_not_attended: Share = 0.86
    supervised_share: Share = 0.88
    supervised_share_not_attended: Share = 0.84
    same_day_closure_share: Share = 0.12

    n_suspect_files: Files = 14
    n_circulated_files: Files = 5
    suspect_activity_share: Share = 0.80
    suspect_supervised_share: Share = 0.72
    readers_agree_share: Share = 0.95
