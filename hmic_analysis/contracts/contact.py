"""First contact: flags set while the caller was on the line, calls listened to, and what call-handlers can look up."""

from hmic_analysis.contracts.base import Column, Contract, TimeCheck

VICTIM_TYPES = ("person", "business", "public_body", "nobody")
SYSTEMS = ("crime", "intelligence", "custody", "pnc", "incident_history")

CONTACT_FLAG = Contract(
    name="contact_flag",
    title="Flags of first contact",
    row_is="One report by the public of a crime or of anti-social behaviour, flagged or not; every one of the period.",
    columns=(
        Column("incident_id", "text", "The incident record that the report opened.", required=True),
        Column("team", "text", "Team or shift that took the report, where the force keeps it; no name."),
        Column("victim_type", "code", "Who the victim is; nobody: no one in particular.", allowed=VICTIM_TYPES),
        Column(
            "repeat_victim",
            "boolean",
            "Yes: flagged as a repeat victim; no: looked into and found to be none.  Blank if nobody looked.",
        ),
        Column("repeat_set_at", "timestamp", "When that was entered."),
        Column(
            "vulnerable",
            "boolean",
            "Yes: assessed as vulnerable; no: assessed as not vulnerable.  Blank if not assessed: a blank is not a no.",
        ),
        Column("vulnerable_set_at", "timestamp", "When that was entered."),
        # Times of a row stand in the order in which they usually come: so the hour that occurs twice is read aright.
        Column("call_ended_at", "timestamp", "When the call, or the report by another way, ended."),
    ),
    key=("incident_id",),
    checks=(
        TimeCheck(
            "repeat_set_before_call",
            "call_at",
            "repeat_set_at",
            "Repeat flag set before the call.",
            earlier_table="incident",
        ),
        TimeCheck(
            "vulnerable_set_before_call",
            "call_at",
            "vulnerable_set_at",
            "Vulnerability entered before the call.",
            earlier_table="incident",
        ),
    ),
)

CALL_AUDIT = Contract(
    name="call_audit",
    title="Calls listened to and scored",
    row_is="One call listened to (or read, where it came in writing) and scored by an auditor.",
    columns=(
        Column("audit_id", "text", "Reference of the audit.", required=True),
        Column("incident_id", "text", "The incident the call led to; blank if none or not known."),
        Column("handler_key", "person", "Who took the call; the reference used in the staff list."),
        Column("auditor_key", "person", "Who listened to it."),
        Column("team", "text", "Team or shift of the call-handler; no name."),
        Column("taken_on", "date", "Day of the call.", required=True),
        Column("audited_on", "date", "Day of the audit."),
        Column(
            "random_sample",
            "boolean",
            "Yes: the call was drawn at random; no: chosen, for instance because of a complaint.",
        ),
        Column(
            "about_victim", "boolean", "Yes: a victim of crime or of anti-social behaviour called, or somebody for one."
        ),
        Column("asked_previous", "boolean", "Yes: the handler asked, or looked up, whether it had happened before."),
        Column("asked_vulnerability", "boolean", "Yes: the handler asked about vulnerability."),
        Column("flag_correct", "boolean", "Yes: the flags set fit what was said in the call."),
        Column("standard_met", "boolean", "Yes: the call met the force's standard."),
        Column("feedback_on", "date", "Day on which the handler was given feedback; blank if none."),
    ),
    key=("audit_id",),
    time="taken_on",
    checks=(
        TimeCheck("audited_before_taken", "taken_on", "audited_on", "Audited before the call."),
        TimeCheck("feedback_before_audit", "audited_on", "feedback_on", "Feedback before the audit."),
    ),
)

SYSTEM_ACCESS = Contract(
    name="system_access",
    title="Access of call-handlers to systems",
    row_is="One call-handler and one system, at the as-of day.",
    columns=(
        Column("person_key", "person", "The call-handler; the reference used in the staff list.", required=True),
        Column("system", "code", "The system.", required=True, allowed=SYSTEMS),
        Column("live", "boolean", "Yes: can look things up in it while on a call.  Blank if not known."),
    ),
    key=("person_key", "system"),
)
