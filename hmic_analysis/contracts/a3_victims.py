"""First contact with victims: flags set while the caller was on the line, and what call-handlers can look up."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

VICTIM_TYPES = ("person", "business", "public_body", "nobody")
SYSTEMS = ("crime", "intelligence", "custody", "pnc", "incident_history")

CONTACT_FLAG = Contract(
    name="contact_flag",
    title="Flags of first contact",
    row_is="One report by the public of a crime or of anti-social behaviour, flagged or not; every one of the period.",
    held_by="control room",
    dated="call_ended_at",
    columns=(
        Column("incident_id", "text", "The incident record that the report opened.", required=True),
        Column("team", "text", "Team or shift that took the report, where the force keeps it; no name.", group=True),
        Column(
            "victim_type",
            "code",
            "Who the victim is; nobody: no one in particular.",
            allowed=VICTIM_TYPES,
            blank="taken as a person",
        ),
        Column(
            "repeat_victim",
            "boolean",
            "Yes: flagged as a repeat victim; no: looked into and found to be none.",
            blank="nobody looked, so no flag; for everybody: not known",
        ),
        Column("repeat_set_at", "timestamp", "When that was entered."),
        Column(
            "vulnerable",
            "boolean",
            "Yes: assessed as vulnerable; no: assessed as not vulnerable.",
            blank="not assessed, which is not a no; for everybody: not known",
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
    references=(Reference("incident_id", "incident"),),
)

SYSTEM_ACCESS = Contract(
    name="system_access",
    title="Access of call-handlers to systems",
    row_is="One call-handler and one system, at the as-of day.",
    held_by="control room",
    columns=(
        Column("person_key", "person", "The call-handler; the reference used in the staff list.", required=True),
        Column("system", "code", "The system.", required=True, allowed=SYSTEMS),
        Column("live", "boolean", "Yes: can look things up in it while on a call."),
    ),
    key=("person_key", "system"),
    references=(Reference("person_key", "staff"),),
)
