"""Changes that were meant to free staff time, and what they were found to save."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

BENEFIT_METHODS = ("system_log", "time_and_motion", "survey", "estimate")

CHANGE = Contract(
    name="change",
    title="Changes and new technology",
    row_is="One change of process or technology that was meant to free staff time.",
    held_by="change programme",
    dated="live_on",
    columns=(
        Column("change_id", "text", "Reference of the change.", required=True),
        Column("change_type", "code", "Kind of change.", required=True, allowed=("process", "technology")),
        Column("title", "text", "What was changed; no names."),
        Column("live_on", "date", "Date on which it went live.", blank="not live yet"),
        Column("users", "integer", "People who work with it.", unit="persons", minimum=0),
        Column("overlaps_with", "text", "Change whose savings it shares, if any.", blank="none"),
    ),
    key=("change_id",),
    references=(Reference("overlaps_with", "change", "change_id", every=False),),
)

BENEFIT = Contract(
    name="benefit",
    title="Benefit records",
    row_is="One measurement or estimate of the time that one change saves on one task.",
    held_by="change programme",
    dated="post_on",
    columns=(
        Column("benefit_id", "text", "Reference of the record.", required=True),
        Column("change_id", "text", "The change.", required=True),
        Column("method", "code", "How the minutes were found.", required=True, allowed=BENEFIT_METHODS),
        Column("baseline_on", "date", "Date of the measurement before the change."),
        Column("post_on", "date", "Date of the measurement after it."),
        Column(
            "baseline_minutes",
            "number",
            "Minutes per task before.",
            unit="minutes",
            minimum=0,
            blank="not measured; left out: not known",
        ),
        Column(
            "post_minutes",
            "number",
            "Minutes per task after.",
            unit="minutes",
            minimum=0,
            blank="not measured; left out: not known",
        ),
        Column("saved_minutes_se", "number", "Standard error of the difference.", unit="minutes", minimum=0),
        Column("tasks_per_year", "number", "Tasks a year.", unit="tasks", minimum=0),
    ),
    key=("benefit_id",),
    checks=(TimeCheck("post_before_baseline", "baseline_on", "post_on", "Measured after before it was before."),),
    references=(Reference("change_id", "change"),),
)

BENEFIT_MONTH = Contract(
    name="benefit_month",
    title="Minutes per task, month by month",
    row_is="One month of the task that one change is meant to shorten, before it or after.",
    held_by="change programme",
    dated="month",
    columns=(
        Column("change_id", "text", "The change.", required=True),
        Column("month", "month", "The month.", required=True),
        Column(
            "minutes_per_task", "number", "Mean minutes that one task took.", required=True, unit="minutes", minimum=0
        ),
        Column("tasks", "number", "Tasks done in the month.", unit="tasks", minimum=0),
    ),
    key=("change_id", "month"),
    references=(Reference("change_id", "change"),),
)
