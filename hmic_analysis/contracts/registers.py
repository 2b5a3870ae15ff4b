"""What the fieldwork wrote down: documents, requests to the force, changes and their benefits, all forces."""

from hmic_analysis.contracts.base import Column, Contract, TimeCheck

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
BENEFIT_METHODS = ("system_log", "time_and_motion", "survey", "estimate")
RESPONSE_POLICIES = ("attend_all", "threat_harm_risk")

DOCUMENT = Contract(
    name="document",
    title="Policy and document register",
    row_is="One version of one document that the force gave or named.",
    columns=(
        Column("document_id", "text", "Reference of the document and version.", required=True),
        Column("title", "text", "Its title.", required=True),
        Column("document_type", "code", "Kind of document.", required=True, allowed=DOCUMENT_TYPES),
        Column(
            "subject",
            "text",
            "What it is about: crime_prevention, response_deployment, victims, demand, staff_time, iom, anpr, ...",
            required=True,
        ),
        Column(
            "scope",
            "code",
            "How far it reaches.",
            allowed=("force", "district", "theme", "partnership", "pcc"),
        ),
        Column("owner_rank", "text", "Rank or grade of its owner; no name."),
        Column("status", "code", "Where it stands.", required=True, allowed=DOCUMENT_STATUSES),
        Column("approved_on", "date", "Date of approval or of writing."),
        Column("effective_from", "date", "First day in force."),
        Column("effective_to", "date", "Last day in force; blank while it is."),
        Column("review_due_on", "date", "Date of its next review."),
        Column("review_opened_on", "date", "Date on which a review was opened."),
        Column("review_closed_on", "date", "Date on which that review was closed."),
        Column("last_activity_on", "date", "Last dated work on it or under it."),
        Column("covers", "codes", "What it says, as coded by the reader, parted by ;", allowed=DOCUMENT_COVERS),
        Column("decision_recorded", "boolean", "Yes: a decision taken on it is on record."),
        Column(
            "corroborated_by",
            "codes",
            "Other kinds of evidence that bear it out, parted by ;",
            allowed=("interview", "observation", "data", "file_review"),
        ),
    ),
    key=("document_id",),
    checks=(
        TimeCheck("effective_to_before_from", "effective_from", "effective_to", "Ends before it begins."),
        TimeCheck("review_closed_before_opened", "review_opened_on", "review_closed_on", "Closed before opened."),
    ),
)

DATA_REQUEST = Contract(
    name="data_request",
    title="Data-request log",
    row_is="One thing asked of the force, and what came of it.",
    columns=(
        Column("request_id", "text", "Reference of the request.", required=True),
        Column(
            "item",
            "text",
            "What was asked for: the name of a table, or of a figure such as crimes_attended, attendance_pct, "
            "named_suspects_outstanding, failed_to_answer_bail, staff_time_saved.",
            required=True,
        ),
        Column("requested_on", "date", "Date of the request; blank if not requested."),
        Column("status", "code", "What came of it.", required=True, allowed=REQUEST_STATUSES),
        Column("received_on", "date", "Date of the answer."),
        Column("stated_value", "number", "The figure that the force stated, where a figure was asked for."),
        Column("stated_unit", "text", "Its unit: crimes, %, persons, hours."),
        Column("register_complete", "boolean", "Yes: the force signed that the register asked for is complete."),
    ),
    key=("request_id",),
    checks=(TimeCheck("received_before_requested", "requested_on", "received_on", "Answered before it was asked."),),
)

CHANGE = Contract(
    name="change",
    title="Changes and new technology",
    row_is="One change of process or technology that was meant to free staff time.",
    columns=(
        Column("change_id", "text", "Reference of the change.", required=True),
        Column("change_type", "code", "Kind of change.", required=True, allowed=("process", "technology")),
        Column("title", "text", "What was changed; no names."),
        Column("live_on", "date", "Date on which it went live."),
        Column("users", "integer", "People who work with it.", unit="persons", minimum=0),
        Column("overlaps_with", "text", "Change whose savings it shares, if any."),
    ),
    key=("change_id",),
)

BENEFIT = Contract(
    name="benefit",
    title="Benefit records",
    row_is="One measurement or estimate of the time that one change saves on one task.",
    columns=(
        Column("benefit_id", "text", "Reference of the record.", required=True),
        Column("change_id", "text", "The change.", required=True),
        Column("method", "code", "How the minutes were found.", required=True, allowed=BENEFIT_METHODS),
        Column("baseline_on", "date", "Date of the measurement before the change."),
        Column("post_on", "date", "Date of the measurement after it."),
        Column("baseline_minutes", "number", "Minutes per task before.", unit="minutes", minimum=0),
        Column("post_minutes", "number", "Minutes per task after.", unit="minutes", minimum=0),
        Column("saved_minutes_se", "number", "Standard error of the difference.", unit="minutes", minimum=0),
        Column("tasks_per_year", "number", "Tasks a year.", unit="tasks", minimum=0),
    ),
    key=("benefit_id",),
    checks=(TimeCheck("post_before_baseline", "baseline_on", "post_on", "Measured after before it was before."),),
)

BENEFIT_MONTH = Contract(
    name="benefit_month",
    title="Minutes per task, month by month",
    row_is="One month of the task that one change is meant to shorten, before it or after.",
    columns=(
        Column("change_id", "text", "The change.", required=True),
        Column("month", "month", "The month.", required=True),
        Column(
            "minutes_per_task", "number", "Mean minutes that one task took.", required=True, unit="minutes", minimum=0
        ),
        Column("tasks", "number", "Tasks done in the month.", unit="tasks", minimum=0),
    ),
    key=("change_id", "month"),
)

FORCE_REFERENCE = Contract(
    name="force_reference",
    title="Response policies of the 43 forces",
    row_is="One of the 43 forces and what its response policy says.",
    columns=(
        Column("force_slug", "text", "The force.", required=True),
        Column("response_policy", "code", "What the policy says; blank if not known.", allowed=RESPONSE_POLICIES),
        Column("attendance_known", "boolean", "Whether the force knows which crimes it attends."),
        Column("attendance_pct", "number", "Attendance it stated.", unit="%", minimum=0, maximum=100),
    ),
    key=("force_slug",),
)
