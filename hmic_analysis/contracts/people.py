"""Staff of the force, and the training they completed."""

from hmic_analysis.contracts.base import Column, Contract, TimeCheck

ROLES = (
    "response",
    "neighbourhood",
    "pcso",
    "call_handler",
    "dispatcher",
    "crime_recorder",
    "volume_investigator",
    "supervisor",
    "other",
)
RANKS = ("constable", "pcso", "sergeant", "inspector", "above", "staff")
TRAINING_SUBJECTS = ("crime_prevention", "anpr", "call_handling", "investigation", "safety", "other")

STAFF = Contract(
    name="staff",
    title="Staff list",
    row_is="One member of staff in post at the as-of day; leavers and starters of the months around it may be listed.",
    columns=(
        Column("person_key", "person", "The force's reference of the member of staff; no name.", required=True),
        Column("role", "code", "What the post mainly does.", required=True, allowed=ROLES),
        Column("rank", "code", "Rank; staff for those without one.", allowed=RANKS),
        Column("unit", "text", "Team, district or unit of the post."),
        Column("fte", "number", "Full-time equivalent of the post.", unit="full-time posts", minimum=0, maximum=1),
        Column("in_post_since", "date", "First day in this post."),
        Column("left_on", "date", "Last day in it; blank for those still there."),
        Column("in_training", "boolean", "Yes: a recruit still in initial training at the as-of day."),
        Column("supervisor_key", "person", "The reference of the direct supervisor."),
    ),
    key=("person_key",),
    checks=(TimeCheck("left_before_in_post", "in_post_since", "left_on", "Left before being in post."),),
)

TRAINING = Contract(
    name="training",
    title="Training completed",
    row_is="One course, briefing or package completed by one member of staff.",
    columns=(
        Column("person_key", "person", "The reference used in the staff list.", required=True),
        Column("course_code", "text", "Reference of the course.", required=True),
        Column("subject", "code", "What it is about.", required=True, allowed=TRAINING_SUBJECTS),
        Column(
            "formal",
            "boolean",
            "Yes: assessed or certificated, and on the force's course catalogue; no for briefings and intranet pages.",
        ),
        Column("hours", "number", "Hours of the course.", unit="hours", minimum=0, maximum=2000),
        Column("completed_on", "date", "Day of completion; blank for courses booked or begun and not completed."),
        Column("is_initial", "boolean", "Yes: part of the initial training that every recruit has."),
    ),
    key=("person_key", "course_code", "completed_on"),
    time="completed_on",
)
