"""Prevention over years and day by day: initiatives, daily management meetings and the actions set there."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

ACTION_TYPES = ("prevention", "enforcement", "resourcing", "safeguarding")
INITIATIVE_KINDS = ("initiative", "day_of_action", "national_campaign")

INITIATIVE = Contract(
    name="initiative",
    title="Prevention initiatives",
    row_is="One piece of preventive work on one problem, of whatever length.",
    held_by="crime prevention lead",
    dated="started_on",
    columns=(
        Column("initiative_id", "text", "Reference of the initiative.", required=True),
        Column(
            "kind",
            "code",
            "Whether it is the force's own work, a day of action or a national campaign under a local name.",
            allowed=INITIATIVE_KINDS,
        ),
        Column("problem_type", "text", "The problem it is about: burglary, vehicle crime, street drinking, ..."),
        Column("place", "text", "District or area; no address."),
        Column("started_on", "date", "First day of the work."),
        Column("ended_on", "date", "Last day of the work.", blank="it goes on"),
        Column("objective_written", "boolean", "Yes: what it is to achieve is written down."),
        Column("baseline_recorded", "boolean", "Yes: the problem was measured before it began."),
        Column("outcome_measured", "boolean", "Yes: the problem was measured again, in the same way."),
        Column("partners", "integer", "Other agencies that take part.", unit="agencies", minimum=0),
        Column("target_before", "integer", "Crimes in its area in a period before.", unit="crimes", minimum=0),
        Column(
            "target_after", "integer", "Crimes in its area in an equally long period after.", unit="crimes", minimum=0
        ),
        Column("comparison_before", "integer", "Crimes in a comparison area, before.", unit="crimes", minimum=0),
        Column("comparison_after", "integer", "Crimes in that comparison area, after.", unit="crimes", minimum=0),
    ),
    key=("initiative_id",),
    checks=(TimeCheck("ended_before_started", "started_on", "ended_on", "Ended before it began."),),
)

MEETING = Contract(
    name="meeting",
    title="Daily management meetings",
    row_is="One meeting that was prescribed in one district on one day, whether it was held or not.",
    held_by="district command teams",
    columns=(
        Column("meeting_id", "text", "Meeting reference.", required=True),
        Column("district", "text", "District or local policing unit.", required=True, group=True),
        Column("prescribed_on", "date", "Day on which it was to be held.", required=True),
        Column("held", "boolean", "Whether it was held."),
    ),
    key=("meeting_id",),
    time="prescribed_on",
    steady=True,
)

MEETING_ACTION = Contract(
    name="meeting_action",
    title="Actions set at daily management meetings",
    row_is="One action set at a daily management meeting.",
    held_by="district command teams",
    columns=(
        Column("action_id", "text", "Action reference.", required=True),
        Column("meeting_id", "text", "The meeting that set it.", required=True),
        Column("set_on", "date", "Day on which it was set.", required=True),
        Column("action_type", "code", "Kind of action.", allowed=ACTION_TYPES),
        Column(
            "second_coder_type",
            "code",
            "For a sample: the kind that a second person chose without seeing the first.",
            allowed=ACTION_TYPES,
        ),
        Column("due_on", "date", "Day by which it was to be done."),
        Column(
            "closed_on", "date", "Day on which it was closed as done.", blank="still open; for everything: not known"
        ),
    ),
    key=("action_id",),
    time="set_on",
    steady=True,
    checks=(
        TimeCheck("due_before_set", "set_on", "due_on", "Due before it was set."),
        TimeCheck("closed_before_set", "set_on", "closed_on", "Closed before it was set."),
    ),
    references=(Reference("meeting_id", "meeting"),),
)
