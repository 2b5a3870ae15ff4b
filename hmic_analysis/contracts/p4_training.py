"""Training that staff completed.

Who left during the period belongs in the staff list too, so that every course has the person who took it.
"""

from hmic_analysis.contracts.base import Column, Contract, Reference

TRAINING_SUBJECTS = ("crime_prevention", "anpr", "call_handling", "investigation", "safety", "other")

TRAINING = Contract(
    name="training",
    title="Training completed",
    row_is="One course, briefing or package completed by one member of staff.",
    held_by="training department",
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
        Column("completed_on", "date", "Day of completion.", blank="not completed yet; for all: not known"),
        Column("is_initial", "boolean", "Yes: part of the initial training that every recruit has."),
    ),
    key=("person_key", "course_code", "completed_on"),
    time="completed_on",
    references=(Reference("person_key", "staff"),),
)
