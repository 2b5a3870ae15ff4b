"""Supervision of front-line staff: reviews, absences, the workload view, open crimes."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

SUPERVISION = Contract(
    name="supervision",
    title="Reviews of staff by their supervisors",
    row_is="One documented review or one-to-one of one member of staff.",
    held_by="human resources",
    columns=(
        Column("review_id", "text", "Reference of the review.", required=True),
        Column("person_key", "person", "Who was reviewed; the reference used in the staff list.", required=True),
        Column("supervisor_key", "person", "Who reviewed."),
        Column("held_on", "date", "Day of the review.", required=True),
        Column("workload_covered", "boolean", "Yes: the record shows that workload was looked at."),
        Column("performance_covered", "boolean", "Yes: the record shows that performance was looked at."),
    ),
    key=("review_id",),
    time="held_on",
    steady=True,
    references=(
        Reference("person_key", "staff"),
        # Somebody of another unit or force may have held the review.
        Reference("supervisor_key", "staff", "person_key", every=False),
    ),
)

ABSENCE = Contract(
    name="absence",
    title="Absences of staff",
    row_is="One absence from work of a week or more of one member of staff, whatever its cause; never the cause.",
    held_by="human resources",
    dated="from_on",
    columns=(
        Column("person_key", "person", "Who was absent; the reference used in the staff list.", required=True),
        Column("from_on", "date", "First day.", required=True),
        Column("to_on", "date", "Last day.", blank="it lasts"),
    ),
    key=("person_key", "from_on"),
    checks=(TimeCheck("to_before_from", "from_on", "to_on", "Ends before it begins."),),
    references=(Reference("person_key", "staff"),),
)

WORKLOAD_VIEW = Contract(
    name="workload_view",
    title="Use of the workload view",
    row_is="One supervisor in one week, and how often the view of the team's workload was opened, by the system's log.",
    held_by="keeper of the system",
    dated="week_start",
    columns=(
        Column("supervisor_key", "person", "The supervisor; the reference used in the staff list.", required=True),
        Column("week_start", "date", "Monday of the week.", required=True),
        Column("on_duty", "boolean", "No: away for more than half of the week.", blank="on duty"),
        Column(
            "times_opened",
            "integer",
            "How often the view was opened; 0 where it was not. Of a week without a row it is not known.",
            unit="times",
            minimum=0,
            maximum=10000,
        ),
    ),
    key=("supervisor_key", "week_start"),
    time="week_start",
    steady=True,
    references=(Reference("supervisor_key", "staff", "person_key"),),
)

WORKLOAD = Contract(
    name="workload",
    title="Open crimes of officers",
    row_is="One officer on one day, and the crimes then open in his or her name; only officers who carry crimes.",
    held_by="crime management",
    columns=(
        Column("person_key", "person", "The officer; the reference used in the staff list.", required=True),
        Column("counted_on", "date", "Day of the count; the last one up to the as-of day tells.", required=True),
        Column("open_crimes", "integer", "Crimes open.", unit="crimes", minimum=0, maximum=10000),
    ),
    key=("person_key", "counted_on"),
    time="counted_on",
    references=(Reference("person_key", "staff"),),
)
