"""Automatic number plate recognition: cameras, their hours, hits, operations, and who can maintain the system.

No table asks for a number plate, a vehicle or a single read: they are personal data, and counts will do.
"""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

CAMERA_TYPES = ("fixed", "mobile", "portable")
HIT_PRIORITIES = ("priority", "other")
HIT_DECISIONS = ("resource_sent", "no_resource_available", "intelligence_only", "no_action")
OPERATION_OBJECTIVES = ("prevent", "disrupt", "detect", "intelligence", "road_safety", "other")
OPERATION_ORIGINS = ("own", "national", "other_force")
EMPLOYERS = ("force", "contractor", "other_force")

ANPR_CAMERA = Contract(
    name="anpr_camera",
    title="Number plate cameras",
    row_is="One camera that the force owns or runs.",
    held_by="ANPR unit",
    dated="commissioned_on",
    columns=(
        Column("camera_id", "text", "Reference of the camera; no address.", required=True),
        Column("camera_type", "code", "Kind of camera.", required=True, allowed=CAMERA_TYPES),
        Column("commissioned_on", "date", "First day in service.", blank="before the period"),
        Column("decommissioned_on", "date", "Last day in service.", blank="still in service"),
    ),
    key=("camera_id",),
    checks=(
        TimeCheck(
            "decommissioned_before_commissioned",
            "commissioned_on",
            "decommissioned_on",
            "Taken out of service before it came into it.",
        ),
    ),
)

ANPR_CAMERA_DAY = Contract(
    name="anpr_camera_day",
    title="Hours of number plate cameras",
    row_is="One camera on one day in service, and how many of its hours it worked; a fixed one on every day. A camera "
    "with no reads at night is not broken: reads tell only in hours in which five or more are expected.",
    held_by="ANPR unit",
    columns=(
        Column("camera_id", "text", "The camera.", required=True),
        Column("day", "date", "The day.", required=True),
        Column(
            "scheduled_hours",
            "integer",
            "Hours in which the camera was meant to work; 24 for a fixed camera in service.",
            required=True,
            unit="hours",
            minimum=0,
            maximum=25,
        ),
        Column(
            "busy_hours",
            "integer",
            "Of these, hours in which five or more reads are expected, by the same hour of other weeks.",
            unit="hours",
            minimum=0,
            maximum=25,
        ),
        Column(
            "busy_hours_with_reads",
            "integer",
            "Of the busy hours, those with at least one read.",
            unit="hours",
            minimum=0,
            maximum=25,
        ),
        Column(
            "quiet_hours_working",
            "integer",
            "Of the other scheduled hours, those for which the status log says working.",
            unit="hours",
            minimum=0,
            maximum=25,
        ),
        Column(
            "quiet_hours_faulty",
            "integer",
            "Of the other scheduled hours, those for which the status log says faulty.",
            unit="hours",
            minimum=0,
            maximum=25,
        ),
    ),
    key=("camera_id", "day"),
    time="day",
    steady=True,
    references=(Reference("camera_id", "anpr_camera"),),
)

ANPR_OUTAGE = Contract(
    name="anpr_outage",
    title="Faults of number plate cameras",
    row_is="One fault of one camera.",
    held_by="ANPR unit",
    columns=(
        Column("outage_id", "text", "Reference of the fault.", required=True),
        Column("camera_id", "text", "The camera.", required=True),
        Column("fault_at", "timestamp", "When it began.", required=True),
        Column("fixed_at", "timestamp", "When the camera worked again.", blank="still out of order"),
    ),
    key=("outage_id",),
    time="fault_at",
    checks=(TimeCheck("fixed_before_fault", "fault_at", "fixed_at", "Mended before it failed."),),
    references=(Reference("camera_id", "anpr_camera"),),
)

ANPR_HIT = Contract(
    name="anpr_hit",
    title="Number plate hits",
    row_is="One read that matched a list of vehicles of interest; never the plate.",
    held_by="ANPR unit",
    columns=(
        Column("hit_id", "text", "Reference of the hit.", required=True),
        Column("hit_at", "timestamp", "When the plate was read.", required=True),
        Column("priority", "code", "Whether the list calls for a decision at once.", allowed=HIT_PRIORITIES),
        Column("misread", "boolean", "Yes: the image showed that the plate was misread.", blank="no"),
        Column(
            "decided_at",
            "timestamp",
            "When a decision on it was recorded.",
            blank="no decision; for all, or where a decision is given: not known",
        ),
        Column("decision", "code", "What was decided.", allowed=HIT_DECISIONS, blank="no decision"),
    ),
    key=("hit_id",),
    time="hit_at",
    checks=(TimeCheck("decided_before_hit", "hit_at", "decided_at", "Decided before the plate was read."),),
)

ANPR_OPERATION = Contract(
    name="anpr_operation",
    title="Number plate operations",
    row_is="One operation that relied on number plate recognition.",
    held_by="ANPR unit",
    columns=(
        Column("operation_id", "text", "Reference of the operation.", required=True),
        Column("started_on", "date", "First day.", required=True),
        Column("planned", "boolean", "Yes: planned ahead on number plate intelligence; no: a reaction to a hit."),
        Column("origin", "code", "Who set it up; own: this force.", allowed=OPERATION_ORIGINS),
        Column("objective", "code", "What it set out to do.", allowed=OPERATION_OBJECTIVES),
        Column("cancelled", "boolean", "Yes: called off before it began.", blank="held; left out: not known"),
    ),
    key=("operation_id",),
    time="started_on",
)

SKILL = Contract(
    name="skill",
    title="Skills to maintain the number plate system",
    row_is="One function of maintenance and one person competent in it or booked to be trained in it; where nobody is "
    "competent, one row without a person.",
    held_by="ANPR unit",
    dated="competent_from",
    columns=(
        Column("skill_id", "text", "Reference of the row.", required=True),
        Column(
            "skill_function",
            "text",
            "Name of the function, such as back office or camera repair.",
            required=True,
            group=True,
        ),
        Column("critical", "boolean", "Yes: the system stops working if nobody can do it.", required=True),
        Column("person_key", "person", "The person.", blank="nobody is competent"),
        Column("employer", "code", "Whose staff the person is.", allowed=EMPLOYERS, blank="the force"),
        Column("competent_from", "date", "First day of competence.", blank="not yet"),
        Column(
            "competent_to", "date", "Last day of it: certificate lapsed, or the person left.", blank="still competent"
        ),
        Column(
            "course_booked_on",
            "date",
            "Day on which a course for this function was booked for the person.",
            blank="none is booked",
        ),
    ),
    key=("skill_id",),
    checks=(
        TimeCheck("competence_ends_before", "competent_from", "competent_to", "Competence ends before it begins."),
    ),
    references=(
        # Contractors and staff of other forces are on nobody's list here.
        Reference("person_key", "staff", every=False),
    ),
)
