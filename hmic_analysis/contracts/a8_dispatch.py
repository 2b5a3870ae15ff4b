"""Dispatch decisions, and how much of the time on duty the position of resources is known.

Where officers are is sensitive: neither coordinates nor call signs are asked for, only travel minutes as the force's
own system gives them and minutes added up by unit and hour.
"""

from hmic_analysis.contracts.base import Column, Contract, Reference
from hmic_analysis.contracts.core import GRADES

RECOMMENDATIONS = ("taken", "overridden", "none_shown")
OVERRIDE_REASONS = (
    "skill_needed",
    "familiar_with_case",
    "closer_than_shown",
    "about_to_be_free",
    "kept_in_reserve",
    "other",
)
TRAVEL_BASES = ("network", "straight_line")
CARRIERS = ("vehicle", "foot")

DISPATCH = Contract(
    name="dispatch",
    title="Dispatch decisions",
    row_is="One decision to send one resource to an emergency or priority incident; a sample of whole days will do.",
    held_by="control room",
    columns=(
        Column("dispatch_id", "text", "Reference of the decision.", required=True),
        Column("incident_id", "text", "The incident.", required=True),
        Column("decided_at", "timestamp", "When it was decided.", required=True),
        Column(
            "grade",
            "code",
            "Response grade of the incident then; a dispatch of another grade than emergency or priority is left out.",
            allowed=GRADES,
            order="falling",
            blank="emergency or priority, not known which; in a list with other grades: not known",
        ),
        Column("incident_located", "boolean", "Yes: the incident had usable coordinates when it was decided."),
        Column("map_used", "boolean", "Yes: the dispatcher had the map open or a recommendation on screen."),
        Column("recommendation", "code", "What became of the system's recommendation.", allowed=RECOMMENDATIONS),
        Column(
            "override_reason",
            "code",
            "Reason on record for sending another than the nearest or the one recommended.",
            allowed=OVERRIDE_REASONS,
            blank="none; for all: not known",
        ),
        Column("sent_minutes", "number", "Travel of the resource sent.", unit="minutes", minimum=0, maximum=1440),
        Column(
            "nearest_minutes",
            "number",
            "Travel of the nearest resource that was free and had the skill needed.",
            unit="minutes",
            minimum=0,
            maximum=1440,
        ),
        Column("travel_basis", "code", "By road network, or in a straight line.", allowed=TRAVEL_BASES),
    ),
    key=("dispatch_id",),
    time="decided_at",
    references=(Reference("incident_id", "incident"),),
)

POSITION = Contract(
    name="position",
    title="Minutes with a known position",
    row_is="The resources of one unit in vehicles, or on foot, in one clock hour; never one position or one officer.",
    held_by="control room",
    columns=(
        Column("unit", "text", "District, station or unit.", required=True),
        Column("carrier", "code", "In vehicles (vehicle sets) or on foot (radios).", required=True, allowed=CARRIERS),
        Column("hour_start", "timestamp", "Start of the clock hour.", required=True),
        Column(
            "minutes_on_duty",
            "number",
            "Minutes on duty of all of them added up.",
            required=True,
            unit="minutes",
            minimum=0,
            maximum=900000,
        ),
        Column(
            "minutes_located",
            "number",
            "Of these, minutes with a position no older than max_age_minutes.",
            unit="minutes",
            minimum=0,
            maximum=900000,
        ),
        Column(
            "max_age_minutes",
            "number",
            "Age up to which a position was counted as known.",
            unit="minutes",
            minimum=0,
            maximum=1440,
        ),
    ),
    key=("unit", "carrier", "hour_start"),
    time="hour_start",
)
