"""Tasks that are not solely for the police: what was agreed with other agencies, transfers and handovers."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

AGENCIES = (
    "ambulance",
    "health",
    "local_authority",
    "fire_and_rescue",
    "highways",
    "housing",
    "probation_or_prisons",
    "voluntary",
    "other",
)
PARTNER_ACTIONS = ("agreement", "joint_team", "handed_over", "training", "other")
TASK_STATUSES = ("proposed", "current", "withdrawn")
AGREEMENT_STATUSES = ("draft", "signed", "ended")
HANDOVER_REASONS = ("place_of_safety", "hospital")

PARTNER_TASK = Contract(
    name="partner_task",
    title="Tasks shared with other agencies",
    row_is="One task that the force found not to be the police's alone, and one agency that shares it.",
    held_by="partnership lead",
    dated="identified_on",
    columns=(
        Column("task_id", "text", "Reference of the task.", required=True),
        Column("task", "text", "What the task is, such as waits at hospital; no names.", required=True),
        Column("agency", "code", "The agency.", required=True, allowed=AGENCIES),
        Column("status", "code", "Where the work stands.", required=True, allowed=TASK_STATUSES),
        Column("identified_on", "date", "Day on which the task was identified."),
        Column("baseline_on", "date", "Day on which the police time it takes was measured.", blank="not measured"),
        Column(
            "baseline_hours",
            "number",
            "Police hours a year it took then.",
            unit="hours",
            minimum=0,
            blank="not measured",
        ),
        Column(
            "action", "code", "What was done about it with the agency.", allowed=PARTNER_ACTIONS, blank="nothing yet"
        ),
        Column("action_on", "date", "Day on which that was done.", blank="nothing was done yet"),
    ),
    key=("task_id",),
    checks=(TimeCheck("action_before_identified", "identified_on", "action_on", "Done before it was identified."),),
)

PARTNER_AGREEMENT = Contract(
    name="partner_agreement",
    title="Agreements with other agencies",
    row_is="One agreement with one agency on a named task that is not the police's alone.",
    held_by="partnership lead",
    dated="signed_on",
    columns=(
        Column("agreement_id", "text", "Reference of the agreement.", required=True),
        Column("task_id", "text", "The task of table partner_task that it is about."),
        Column("agency", "code", "The agency.", required=True, allowed=AGENCIES),
        Column("status", "code", "Where it stands.", required=True, allowed=AGREEMENT_STATUSES),
        Column("signed_on", "date", "Day on which all had signed."),
        Column("ends_on", "date", "Last day in force.", blank="no end is set; of one that has ended: not known"),
        Column("review_due_on", "date", "Day of its next review."),
    ),
    key=("agreement_id",),
    checks=(TimeCheck("ends_before_signed", "signed_on", "ends_on", "Ends before it was signed."),),
    references=(Reference("task_id", "partner_task"),),
)

PARTNER_TRANSFER = Contract(
    name="partner_transfer",
    title="Transfers to other agencies",
    row_is="One incident that the force asked another agency to take over.",
    held_by="control room",
    columns=(
        Column("transfer_id", "text", "Reference of the transfer.", required=True),
        Column("incident_id", "text", "The incident."),
        Column("agency", "code", "The agency asked.", required=True, allowed=AGENCIES),
        Column("asked_at", "timestamp", "When the agency was asked.", required=True),
        Column("accepted", "boolean", "Yes: the agency took it over."),
    ),
    key=("transfer_id",),
    time="asked_at",
    references=(Reference("incident_id", "incident"),),
)

HANDOVER = Contract(
    name="handover",
    title="Waits until handover",
    row_is="One person in police care taken to a place of safety or hospital, without any reference to the person.",
    held_by="custody",
    columns=(
        Column("handover_id", "text", "Reference of the case; not of the person.", required=True),
        Column("reason", "code", "Where the police waited.", required=True, allowed=HANDOVER_REASONS),
        Column("arrived_at", "timestamp", "When the police arrived there.", required=True),
        Column("handed_over_at", "timestamp", "When the agency had taken over and the police could leave."),
    ),
    key=("handover_id",),
    time="arrived_at",
    checks=(TimeCheck("handed_over_before_arrival", "arrived_at", "handed_over_at", "Handed over before arrival."),),
)
