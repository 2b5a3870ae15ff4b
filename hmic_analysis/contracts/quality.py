"""Calls back to the public, and what they answered in user-satisfaction surveys."""

from hmic_analysis.contracts.base import Column, Contract, TimeCheck

CALLBACK_KINDS = ("promised", "sampled")
CALLBACK_RESULTS = ("reached", "not_reached", "not_made")
#: Stages of the service that the surveys of the annual data requirement ask about.
STAGES = ("contact", "action", "follow_up", "treatment", "whole")
ANSWERS = (
    "completely_satisfied",
    "very_satisfied",
    "fairly_satisfied",
    "neither",
    "fairly_dissatisfied",
    "very_dissatisfied",
    "completely_dissatisfied",
    "dont_know",
)
SURVEY_GROUPS = ("burglary_dwelling", "violence", "vehicle_crime", "racist_and_hate", "asb")
_ASKED = {
    "contact": "ease of contact",
    "action": "the action taken",
    "follow_up": "being kept informed",
    "treatment": "treatment by staff",
    "whole": "the whole experience",
}

CALLBACK = Contract(
    name="callback",
    title="Calls back",
    row_is="One call back to a member of the public that was promised, or chosen to check the service.",
    columns=(
        Column("callback_id", "text", "Reference of the call back.", required=True),
        Column("incident_id", "text", "The incident it is about."),
        Column("kind", "code", "Promised to the caller, or chosen as a check.", allowed=CALLBACK_KINDS),
        Column("due_at", "timestamp", "When it was due.", required=True),
        Column("made_at", "timestamp", "When it was first tried; blank if it was not or the time is not known."),
        Column("result", "code", "What came of it; blank if not known.", allowed=CALLBACK_RESULTS),
    ),
    key=("callback_id",),
    time="due_at",
)

SURVEY = Contract(
    name="survey",
    title="User-satisfaction survey",
    row_is="One eligible person contacted for the survey, interviewed or not; no name, address or number.",
    columns=(
        Column("survey_id", "text", "Reference of the contact.", required=True),
        Column("survey_group", "code", "Kind of crime or incident.", allowed=SURVEY_GROUPS),
        Column("reported_on", "date", "Day of the report to the police."),
        Column("contacted_on", "date", "Day of the contact for the survey.", required=True),
        Column("completed", "boolean", "Whether the interview was completed; blank if not known."),
        *(
            Column(f"satisfied_{stage}", "code", f"Answer on {_ASKED[stage]}; blank if not asked.", allowed=ANSWERS)
            for stage in STAGES
        ),
    ),
    key=("survey_id",),
    time="contacted_on",
    checks=(TimeCheck("contacted_before_report", "reported_on", "contacted_on", "Contacted before the report."),),
)
