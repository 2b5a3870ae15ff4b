"""Integrated offender management: who is managed, who was considered, and the meetings with partners."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

AGENCIES = (
    "police",
    "probation",
    "local_authority",
    "youth_offending",
    "prison",
    "drug_and_alcohol",
    "health",
    "housing",
    "job_centre",
    "voluntary_sector",
)
OFFENDER_STATUSES = ("community", "custody")
RAG = ("red", "amber", "green")
REASONS_NOT_MANAGED = (
    "long_sentence",
    "managed_elsewhere",
    "moved_away",
    "declined_by_panel",
    "removed_by_panel",
    "deceased",
    "other",
)

IOM_COHORT = Contract(
    name="iom_cohort",
    title="Offenders under integrated offender management",
    row_is="One offender in the scheme at the as-of day; those who left it in the two years before may be listed.",
    held_by="offender management unit",
    dated="entered_on",
    columns=(
        Column("person_key", "person", "The force's reference of the offender; no name.", required=True),
        Column("is_ppo", "boolean", "Yes: a prolific and other priority offender."),
        Column("status", "code", "Where the offender is at the as-of day.", allowed=OFFENDER_STATUSES),
        Column("is_statutory", "boolean", "Yes: under statutory supervision."),
        Column(
            "rag",
            "code",
            "Red, amber or green status.",
            allowed=RAG,
            order="falling",
            blank="none; for everybody: not known",
        ),
        Column("entered_on", "date", "First day in the scheme."),
        Column("left_on", "date", "Last day in it.", blank="still there; left out: taken so of every row"),
        Column(
            "risk_score",
            "number",
            "Latest score from the scheme's structured assessment.  A rating by judgement is no score.",
            unit="points",
            minimum=0,
            maximum=10000,
            blank="none; for everybody: not known",
        ),
        Column(
            "last_assessed_on",
            "date",
            "Date of the latest structured assessment.",
            blank="none; for everybody: not known",
        ),
        Column("lead_agency", "code", "Agency that leads on the offender.", allowed=AGENCIES),
        Column(
            "reoffended_on",
            "date",
            "Date of the first proven offence committed after entering the scheme.",
            blank="none; for everybody: not known",
        ),
    ),
    key=("person_key",),
    checks=(
        TimeCheck("left_before_entered", "entered_on", "left_on", "Left the scheme before entering it."),
        TimeCheck("reoffended_before_entered", "entered_on", "reoffended_on", "Offence dated before entering."),
    ),
)

IOM_SELECTION = Contract(
    name="iom_selection",
    title="Offenders considered for integrated offender management",
    row_is="One offender in the latest scoring for the scheme, chosen or not: the list must reach beyond the scheme.",
    held_by="offender management unit",
    dated="decided_on",
    columns=(
        Column("person_key", "person", "The reference used in the list of the scheme.", required=True),
        Column(
            "score",
            "number",
            "Harm or frequency score by which offenders are chosen, higher for more.",
            unit="points",
            minimum=0,
            maximum=10000,
        ),
        Column("scored_on", "date", "Date of the score."),
        Column(
            "reason_not_managed",
            "code",
            "Recorded reason why the offender is not in the scheme.",
            allowed=REASONS_NOT_MANAGED,
            blank="none; for all: not known",
        ),
        Column("decided_on", "date", "Date on which that was decided."),
    ),
    key=("person_key",),
    references=(
        # The list must reach beyond the scheme.
        Reference("person_key", "iom_cohort", every=False),
    ),
)

IOM_MEETING = Contract(
    name="iom_meeting",
    title="Meetings of integrated offender management",
    row_is="One meeting with partners as scheduled, held or not; cancelled ones are listed too.",
    held_by="offender management unit",
    columns=(
        Column("meeting_id", "text", "Reference of the meeting.", required=True),
        Column("panel", "text", "Panel, district or area that meets.", group=True),
        Column("scheduled_on", "date", "Day for which it was scheduled.", required=True),
        Column("held", "boolean", "Whether it was held; no: it was called off, whoever came."),
        Column("agencies_present", "codes", "Agencies present, parted by ;", allowed=AGENCIES),
    ),
    key=("meeting_id",),
    time="scheduled_on",
)
