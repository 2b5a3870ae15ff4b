"""Staff hours, and the demand that does not arise as an incident."""

from hmic_analysis.contracts.base import Column, Contract, TimeCheck

TASK_TYPES = (
    "custody",
    "court",
    "safeguarding",
    "iom",
    "events",
    "investigation",
    "training",
    "administration",
    "other",
)

DUTY_HOURS = Contract(
    name="duty_hours",
    title="Duty hours",
    row_is="Staff hours on duty in one team in one clock hour.",
    held_by="resource management",
    columns=(
        Column("team", "text", "Team, shift or unit.", required=True),
        Column("hour_start", "timestamp", "Start of the clock hour.", required=True),
        Column(
            "staff_hours",
            "number",
            "Hours on duty in that hour, abstractions left out.",
            required=True,
            unit="hours",
            minimum=0,
            maximum=10000,
        ),
        Column("abstracted_hours", "number", "Hours planned but abstracted.", unit="hours", minimum=0, maximum=10000),
    ),
    key=("team", "hour_start"),
    time="hour_start",
    steady=True,
)

DEMAND_TASK = Contract(
    name="demand_task",
    title="Other demand",
    row_is="One logged task that is not a deployment to an incident.",
    held_by="whoever logs it",
    columns=(
        Column("task_id", "text", "Task reference.", required=True),
        Column("task_type", "code", "Kind of task.", required=True, allowed=TASK_TYPES),
        Column("started_at", "timestamp", "Start.", required=True),
        Column("ended_at", "timestamp", "End."),
        Column(
            "resource_hours",
            "number",
            "Staff hours spent; without them the time from start to end counts, as of one person.",
            unit="hours",
            minimum=0,
            maximum=100000,
        ),
    ),
    key=("task_id",),
    time="started_at",
    steady=True,
    any_of=(("ended_at", "resource_hours"),),
    checks=(TimeCheck("ended_before_started", "started_at", "ended_at", "Ended before it started."),),
)
