"""Incidents on command and control, and the resources sent to them."""

from hmic_analysis.contracts.base import Column, Contract, TimeCheck

NSIR_CATEGORIES = ("crime", "asb", "transport", "public_safety_welfare", "administration")
ASB_TYPES = ("personal", "nuisance", "environmental")
GRADES = ("emergency", "priority", "scheduled", "no_deployment")
ORIGINS = ("public", "officer_initiated", "alarm", "other_agency")
INCIDENT_RESULTS = (
    "attended",
    "resolved_without_deployment",
    "duplicate",
    "information_only",
    "cancelled_by_caller",
    "test",
)
RESOURCE_TYPES = ("officer", "special", "pcso", "csi", "investigator", "staff")
CONTACT_MODES = ("scene", "appointment", "telephone", "counter")

INCIDENT = Contract(
    name="incident",
    title="Incidents",
    row_is="One incident record on command and control, crime or not, as opened by the first report.",
    columns=(
        Column("incident_id", "text", "The force's incident reference.", required=True),
        Column("call_at", "timestamp", "When the call was answered or the report reached the force."),
        Column("created_at", "timestamp", "When the incident record was created."),
        Column(
            "created_month",
            "month",
            "Month of creation; give it where day and time are not known.",
            month_of="created_at",
        ),
        Column("dispatched_at", "timestamp", "When the first resource was assigned."),
        Column("closed_at", "timestamp", "When the incident was closed."),
        Column("category_open", "code", "NSIR category from the first contact.", allowed=NSIR_CATEGORIES),
        Column("category_close", "code", "NSIR category after investigation.", allowed=NSIR_CATEGORIES),
        Column("incident_type", "text", "The force's own type or NICL code, as closed."),
        Column("grade", "code", "Response grade given at first contact.", allowed=GRADES),
        Column("local_grade", "text", "The force's own name of the grade."),
        Column("origin", "code", "How the incident reached the force.", allowed=ORIGINS),
        Column("result", "code", "How it was resolved.", allowed=INCIDENT_RESULTS),
        Column("qualifier", "text", "NSIR qualifiers (domestic, alcohol, mental health, hate ...), parted by ;"),
        Column(
            "area_type",
            "code",
            "Urban or rural, where the grade's target differs.",
            allowed=("urban", "rural"),
        ),
        Column("district", "text", "District or local policing unit."),
        Column("asb_type", "code", "National kind of anti-social behaviour.", allowed=ASB_TYPES),
        Column("victim_key", "person", "The force's reference of the victim who reported, or for whom; no name."),
        Column("location_key", "person", "The force's reference of the address; stored as safely as a person's."),
    ),
    key=("incident_id",),
    time="created_month",
    any_of=(("created_at", "created_month"),),
    checks=(
        TimeCheck("closed_before_created", "created_at", "closed_at", "Closed before it was created."),
        TimeCheck("open_over_90_days", "created_at", "closed_at", "Open for more than 90 days.", max_hours=2160),
    ),
)

DEPLOYMENT = Contract(
    name="deployment",
    title="Deployments (attendance)",
    row_is="One resource sent to one incident, or one appointment or contact that answered it.",
    columns=(
        Column("incident_id", "text", "The incident it belongs to.", required=True),
        Column("resource_id", "person", "Call sign or collar number of the resource."),
        Column("resource_type", "code", "Who was sent.", allowed=RESOURCE_TYPES),
        Column(
            "contact_mode",
            "code",
            "scene: at the place; appointment: kept face to face elsewhere; telephone; counter: the report was "
            "taken at a station front counter.  Blank is read as scene.",
            allowed=CONTACT_MODES,
        ),
        Column("assigned_at", "timestamp", "When the resource was assigned."),
        Column("en_route_at", "timestamp", "When it set out."),
        Column("at_scene_at", "timestamp", "When it arrived, or the appointment began."),
        Column("clear_at", "timestamp", "When it was free again."),
        Column("stood_down", "boolean", "Yes: assigned and called off before arrival."),
    ),
    key=(),
    checks=(
        TimeCheck("en_route_before_assigned", "assigned_at", "en_route_at", "Set out before it was assigned."),
        TimeCheck("at_scene_before_assigned", "assigned_at", "at_scene_at", "Arrived before it was assigned."),
        TimeCheck("clear_before_at_scene", "at_scene_at", "clear_at", "Cleared before it arrived."),
        TimeCheck(
            "at_scene_before_created",
            "created_at",
            "at_scene_at",
            "Arrived before the incident was created.",
            earlier_table="incident",
        ),
        TimeCheck(
            "response_over_24_hours",
            "created_at",
            "at_scene_at",
            "Arrived more than 24 hours after the incident was created.",
            max_hours=24,
            earlier_table="incident",
        ),
        TimeCheck(
            "closed_before_at_scene",
            "closed_at",
            "at_scene_at",
            "Arrived after the incident was closed.",
            max_hours=0,
            earlier_table="incident",
        ),
    ),
)

KNOWLEDGE_CHECK = Contract(
    name="knowledge_check",
    title="Staff knowledge checks",
    row_is="One question on the response policy put to one member of staff.",
    columns=(
        Column("person_key", "person", "Who was asked.", required=True),
        Column("role", "text", "Role: call_handler, dispatcher, response, ..."),
        Column("scenario", "text", "Short name of the question.", required=True),
        Column("asked_on", "date", "Date of the check.", required=True),
        Column("correct", "boolean", "Yes: the answer was what the policy says.", required=True),
    ),
    key=("person_key", "scenario", "asked_on"),
    time="asked_on",
)
