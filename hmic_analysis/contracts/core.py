"""Tables that several findings use: the fieldwork's registers, staff, incidents, deployments, crimes."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

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
OFFENCE_GROUPS = (
    "burglary_dwelling",
    "burglary_other",
    "theft_of_vehicle",
    "theft_from_vehicle",
    "violence",
    "criminal_damage",
    "other_theft",
    "robbery",
    "sexual",
    "drugs",
    "public_order",
    "other",
)
REPORT_ROUTES = (
    "public_call",
    "online",
    "front_counter",
    "officer_report",
    "found_on_arrest",
    "action_fraud",
    "transfer_in",
)
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
DOCUMENT_TYPES = (
    "strategy",
    "plan",
    "policy",
    "procedure",
    "report",
    "demand_analysis",
    "terms_of_reference",
    "intelligence_product",
    "statement",
)
DOCUMENT_STATUSES = ("draft", "approved", "withdrawn", "under_review")
DOCUMENT_COVERS = (
    "prevention_objective",
    "prevention_measures",
    "named_lead",
    "review_date",
    "attend_all_crimes",
    "attend_all_incidents",
    "attendance_by_threat_harm_risk",
    "grade_definitions",
    "repeat_victims",
    "vulnerable_victims",
    "incident_types",
    "activity_time",
    "place",
    "hour",
    "staff_time_saved",
    "problem_solving_database",
    "anpr_resilience_acknowledged",
    "anpr_resilience_denied",
    "staff_upskilling",
    "workload_review",
    "performance_review",
    "mapping_system",
    "service_quality_checks",
)
REQUEST_STATUSES = (
    "provided",
    "provided_partial",
    "nil_return_unable",
    "nil_return_refused",
    "not_yet_received",
    "not_requested",
)

DATA_REQUEST = Contract(
    name="data_request",
    title="Data-request log",
    row_is="One thing asked of the force, and what came of it.",
    held_by="the inspection team",
    dated="requested_on",
    columns=(
        Column("request_id", "text", "Reference of the request.", required=True),
        Column(
            "item",
            "text",
            "What was asked for: the name of a table, or of a figure such as crimes_attended, attendance_pct, "
            "named_suspects_outstanding, failed_to_answer_bail, staff_time_saved.",
            required=True,
        ),
        Column("requested_on", "date", "Date of the request.", blank="not requested"),
        Column("status", "code", "What came of it.", required=True, allowed=REQUEST_STATUSES),
        Column("received_on", "date", "Date of the answer.", blank="no answer yet"),
        Column(
            "stated_value",
            "number",
            "The figure that the force stated, where a figure was asked for.",
            blank="no figure was stated",
        ),
        Column("stated_unit", "text", "Its unit: crimes, %, persons, hours."),
        Column(
            "register_complete", "boolean", "Yes: the force signed that the register asked for is complete.", blank="no"
        ),
    ),
    key=("request_id",),
    checks=(TimeCheck("received_before_requested", "requested_on", "received_on", "Answered before it was asked."),),
)

DOCUMENT = Contract(
    name="document",
    title="Policy and document register",
    row_is="One version of one document that the force gave or named.",
    held_by="the inspection team",
    dated="approved_on",
    columns=(
        Column("document_id", "text", "Reference of the document and version.", required=True),
        Column("title", "text", "Its title.", required=True),
        Column("document_type", "code", "Kind of document.", required=True, allowed=DOCUMENT_TYPES),
        Column(
            "subject",
            "text",
            "What it is about: crime_prevention, response_deployment, dispatch, service_quality, victims, demand, "
            "staff_time, supervision, iom, anpr, ...",
            required=True,
        ),
        Column(
            "scope",
            "code",
            "How far it reaches.",
            allowed=("force", "district", "theme", "partnership", "pcc"),
            blank="the whole force",
        ),
        Column("owner_rank", "text", "Rank or grade of its owner; no name.", blank="no owner is named"),
        Column("status", "code", "Where it stands.", required=True, allowed=DOCUMENT_STATUSES),
        Column("approved_on", "date", "Date of approval or of writing."),
        Column("effective_from", "date", "First day in force.", blank="from its approval on"),
        Column("effective_to", "date", "Last day in force.", blank="still in force"),
        Column("review_due_on", "date", "Date of its next review.", blank="no review is set"),
        Column("review_opened_on", "date", "Date on which a review was opened.", blank="none was opened"),
        Column("review_closed_on", "date", "Date on which that review was closed.", blank="not closed"),
        Column("last_activity_on", "date", "Last dated work on it or under it."),
        Column(
            "covers",
            "codes",
            "What it says, as coded by the reader, parted by ;",
            allowed=DOCUMENT_COVERS,
            blank="nothing of these; for everything: not known",
        ),
        Column(
            "decision_recorded",
            "boolean",
            "Yes: a decision taken on it is on record.",
            blank="no; for all: not known",
        ),
        Column(
            "corroborated_by",
            "codes",
            "Other kinds of evidence that bear it out, parted by ;",
            allowed=("interview", "observation", "data", "file_review"),
            blank="nothing else",
        ),
    ),
    key=("document_id",),
    checks=(
        TimeCheck("effective_to_before_from", "effective_from", "effective_to", "Ends before it begins."),
        TimeCheck("review_closed_before_opened", "review_opened_on", "review_closed_on", "Closed before opened."),
    ),
)

STAFF = Contract(
    name="staff",
    title="Staff list",
    row_is="One member of staff in post at the as-of day or at any time of the period; others may be listed.",
    held_by="human resources",
    dated="in_post_since",
    columns=(
        Column("person_key", "person", "The force's reference of the member of staff; no name.", required=True),
        Column("role", "code", "What the post mainly does.", required=True, allowed=ROLES),
        Column("rank", "code", "Rank; staff for those without one.", allowed=RANKS),
        Column("unit", "text", "Team, district or unit of the post.", group=True),
        Column("fte", "number", "Full-time equivalent of the post.", unit="full-time posts", minimum=0, maximum=1),
        Column(
            "in_post_since",
            "date",
            "First day in this post.",
            blank="long ago; for the months in which call-handlers had their audits: not known",
        ),
        Column("left_on", "date", "Last day in it.", blank="still there; left out: taken so of every row"),
        Column(
            "in_training",
            "boolean",
            "Yes: a recruit still in initial training at the as-of day.",
            blank="no; left out: taken so of every row",
        ),
        Column("supervisor_key", "person", "The reference of the direct supervisor."),
    ),
    key=("person_key",),
    checks=(TimeCheck("left_before_in_post", "in_post_since", "left_on", "Left before being in post."),),
    references=(Reference("supervisor_key", "staff", "person_key", every=False),),
)

INCIDENT = Contract(
    name="incident",
    title="Incidents",
    row_is="One incident record on command and control, crime or not, as opened by the first report.",
    held_by="control room",
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
        Column(
            "dispatched_at",
            "timestamp",
            "When the first resource was assigned.",
            blank="nobody was sent, unless table deployment says so; for everything: not known",
        ),
        Column("closed_at", "timestamp", "When the incident was closed.", blank="still open"),
        Column("category_open", "code", "NSIR category from the first contact.", allowed=NSIR_CATEGORIES),
        Column("category_close", "code", "NSIR category after investigation.", allowed=NSIR_CATEGORIES),
        Column("incident_type", "text", "The force's own type or NICL code, as closed."),
        Column("grade", "code", "Response grade given at first contact.", allowed=GRADES, order="falling"),
        Column("local_grade", "text", "The force's own name of the grade.", blank="the same as the grade"),
        Column("origin", "code", "How the incident reached the force.", allowed=ORIGINS),
        Column("result", "code", "How it was resolved.", allowed=INCIDENT_RESULTS),
        Column(
            "qualifier",
            "text",
            "NSIR qualifiers (domestic, alcohol, mental health, hate ...), parted by ;",
            blank="none",
        ),
        Column("area_type", "code", "Urban or rural, where the grade's target differs.", allowed=("urban", "rural")),
        Column("district", "text", "District or local policing unit."),
        Column("asb_type", "code", "National kind of anti-social behaviour.", allowed=ASB_TYPES),
        Column("victim_key", "person", "The force's reference of the victim who reported, or for whom; no name."),
        Column("location_key", "person", "The force's reference of the address; stored as safely as a person's."),
    ),
    key=("incident_id",),
    time="created_month",
    steady=True,
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
    held_by="control room",
    dated="assigned_at",
    columns=(
        Column("incident_id", "text", "The incident it belongs to.", required=True),
        Column("resource_id", "person", "Call sign or collar number of the resource."),
        Column("resource_type", "code", "Who was sent.", allowed=RESOURCE_TYPES),
        Column(
            "contact_mode",
            "code",
            "scene: at the place; appointment: kept face to face elsewhere; telephone; counter: the report was taken "
            "at a station front counter.",
            allowed=CONTACT_MODES,
            blank="scene; left out: taken so of every row",
        ),
        Column("assigned_at", "timestamp", "When the resource was assigned."),
        Column("en_route_at", "timestamp", "When it set out."),
        Column("at_scene_at", "timestamp", "When it arrived, or the appointment began."),
        Column("clear_at", "timestamp", "When it was free again."),
        Column(
            "stood_down",
            "boolean",
            "Yes: assigned and called off before arrival.",
            blank="no; left out: taken so of every row",
        ),
    ),
    key=(),
    steady=True,
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
    references=(Reference("incident_id", "incident"),),
)

CRIME = Contract(
    name="crime",
    title="Recorded crimes",
    row_is="One crime as recorded under the National Crime Recording Standard (one crime per victim).",
    held_by="force crime registrar",
    columns=(
        Column("crime_id", "text", "The force's crime reference.", required=True),
        Column("recorded_at", "timestamp", "When the crime was recorded."),
        Column(
            "recorded_month", "month", "Month of recording; where day and time are not known.", month_of="recorded_at"
        ),
        Column("offence_code", "text", "Home Office offence code."),
        Column("offence_group", "code", "Group of the offence.", allowed=OFFENCE_GROUPS),
        Column("crime_type", "text", "The force's or publisher's own type."),
        Column(
            "report_route",
            "code",
            "How the crime came to be recorded.",
            allowed=REPORT_ROUTES,
            blank="not known; counted as first reported to the force",
        ),
        Column("is_notifiable", "boolean", "No: not counted to the Home Office.", blank="yes"),
        Column(
            "is_no_crime",
            "boolean",
            "Yes: the record was cancelled as a no-crime.",
            blank="no; left out: taken so of every row",
        ),
        Column("closed_at", "timestamp", "When the investigation was closed.", blank="still open; for all: not known"),
        Column("outcome_type", "text", "Outcome as recorded."),
        Column("progress_entries", "integer", "Progress entries on the record; 0 if there is none.", minimum=0),
        Column("district", "text", "District or local policing unit."),
        Column("victim_key", "person", "The force's reference of the victim, the same as on incidents; no name."),
        Column("location_key", "person", "The force's reference of the address, the same as on incidents."),
    ),
    key=("crime_id",),
    time="recorded_month",
    steady=True,
    any_of=(("recorded_at", "recorded_month"),),
    checks=(TimeCheck("closed_before_recorded", "recorded_at", "closed_at", "Closed before it was recorded."),),
    references=(
        # A victim or a place need not have been reported before.
        Reference("victim_key", "incident", every=False),
        Reference("location_key", "incident", every=False),
    ),
)

INCIDENT_CRIME = Contract(
    name="incident_crime",
    title="Links of incidents and crimes",
    row_is="One pair of an incident and a crime that came of it; both may occur in several pairs.",
    held_by="force crime registrar",
    columns=(
        Column("incident_id", "text", "Incident reference.", required=True),
        Column("crime_id", "text", "Crime reference.", required=True),
    ),
    key=("incident_id", "crime_id"),
    # Every month has crimes that the public reported: without a link in it the list was cut off, and tells nothing.
    steady=True,
    references=(Reference("incident_id", "incident"), Reference("crime_id", "crime")),
)
