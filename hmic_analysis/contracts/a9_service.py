"""Checks of the quality of service: calls listened to, calls back, and the user-satisfaction survey."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

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

CALL_AUDIT = Contract(
    name="call_audit",
    title="Calls listened to and scored",
    row_is="One call listened to (or read, where it came in writing) and scored by an auditor; all of the period.",
    held_by="control room",
    columns=(
        Column("audit_id", "text", "Reference of the audit.", required=True),
        Column("incident_id", "text", "The incident the call led to."),
        Column("handler_key", "person", "Who took the call; the reference used in the staff list."),
        Column("auditor_key", "person", "Who listened to it."),
        Column("team", "text", "Team or shift of the call-handler; no name.", group=True),
        Column("taken_on", "date", "Day of the call.", required=True),
        Column("audited_on", "date", "Day of the audit."),
        Column(
            "random_sample",
            "boolean",
            "Yes: the call was drawn at random; no: chosen, for instance because of a complaint.",
            blank="no",
        ),
        Column(
            "about_victim",
            "boolean",
            "Yes: a victim of crime or of anti-social behaviour called, or somebody for one.",
            blank="no",
        ),
        Column("asked_previous", "boolean", "Yes: the handler asked, or looked up, whether it had happened before."),
        Column("asked_vulnerability", "boolean", "Yes: the handler asked about vulnerability."),
        Column("flag_correct", "boolean", "Yes: the flags set fit what was said in the call."),
        Column("standard_met", "boolean", "Yes: the call met the force's standard."),
        Column("feedback_on", "date", "Day on which the handler was given feedback.", blank="none; for all: not known"),
    ),
    key=("audit_id",),
    time="taken_on",
    checks=(
        TimeCheck("audited_before_taken", "taken_on", "audited_on", "Audited before the call."),
        TimeCheck("feedback_before_audit", "audited_on", "feedback_on", "Feedback before the audit."),
    ),
    references=(
        Reference("incident_id", "incident"),
        Reference("handler_key", "staff", "person_key"),
        # Auditors may come from elsewhere.
        Reference("auditor_key", "staff", "person_key", every=False),
    ),
)

CALLBACK = Contract(
    name="callback",
    title="Calls back",
    row_is="One call back to a member of the public that was promised, or chosen to check the service.",
    held_by="control room",
    columns=(
        Column("callback_id", "text", "Reference of the call back.", required=True),
        Column("incident_id", "text", "The incident it is about."),
        Column("kind", "code", "Promised to the caller, or chosen as a check.", allowed=CALLBACK_KINDS),
        Column("due_at", "timestamp", "When it was due.", required=True),
        Column(
            "made_at",
            "timestamp",
            "When it was first tried.",
            blank="not tried where the result says so; else not known",
        ),
        Column("result", "code", "What came of it.", allowed=CALLBACK_RESULTS),
    ),
    key=("callback_id",),
    time="due_at",
    references=(Reference("incident_id", "incident"),),
)

SURVEY = Contract(
    name="survey",
    title="User-satisfaction survey",
    row_is="One eligible person contacted for the survey, interviewed or not; no name, address or number.",
    held_by="performance team",
    columns=(
        Column("survey_id", "text", "Reference of the contact.", required=True),
        Column("survey_group", "code", "Kind of crime or incident.", allowed=SURVEY_GROUPS),
        Column("reported_on", "date", "Day of the report to the police."),
        Column("contacted_on", "date", "Day of the contact for the survey.", required=True),
        Column("completed", "boolean", "Whether the interview was completed."),
        *(
            Column(f"satisfied_{stage}", "code", f"Answer on {_ASKED[stage]}.", blank="not asked", allowed=ANSWERS)
            for stage in STAGES
        ),
    ),
    key=("survey_id",),
    time="contacted_on",
    checks=(TimeCheck("contacted_before_report", "reported_on", "contacted_on", "Contacted before the report."),),
)
