"""Mobile devices: who has one, which systems it reaches, how it is used, and what it cost."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck
from hmic_analysis.contracts.core import ROLES

DEVICE_TYPES = ("smartphone", "tablet", "laptop", "vehicle_terminal", "body_worn_camera")
DEVICE_STATUSES = ("working", "in_repair", "lost", "in_store")
#: Force systems that the inspection asked about.
MOBILE_SYSTEMS = (
    "pnc",
    "incident",
    "crime",
    "intelligence_read",
    "intelligence_submit",
    "custody",
    "case_file",
    "statement",
    "policy",
    "briefing",
    "fingerprint",
    "email",
)
SPENDING_STATUSES = ("requested", "approved", "ordered", "refused")

DEVICE = Contract(
    name="device",
    title="Mobile devices",
    row_is="One mobile device that the force owns or leases.",
    held_by="IT department",
    dated="issued_on",
    columns=(
        Column("device_id", "text", "Reference of the device; not its number.", required=True),
        Column("device_type", "code", "Kind of device.", required=True, allowed=DEVICE_TYPES),
        Column("role", "code", "Role of the staff it was issued to.", allowed=ROLES),
        Column(
            "person_key",
            "person",
            "Who holds it, by the reference of the staff list.",
            blank="a pooled device; without a pool: not known",
        ),
        Column("pool", "text", "Name of the pool it belongs to.", blank="a device of one person"),
        Column("issued_on", "date", "Day of issue.", blank="not issued; for all: not known"),
        Column(
            "withdrawn_on",
            "date",
            "Day on which it was taken back.",
            blank="not taken back; left out: taken so of every row",
        ),
        Column("status", "code", "Its state at the as-of day.", allowed=DEVICE_STATUSES),
        Column("systems", "codes", "Force systems that it reaches, parted by ;", allowed=MOBILE_SYSTEMS),
    ),
    key=("device_id",),
    checks=(TimeCheck("withdrawn_before_issued", "issued_on", "withdrawn_on", "Taken back before it was issued."),),
    references=(Reference("person_key", "staff"), Reference("pool", "device_pool")),
)

DEVICE_POOL = Contract(
    name="device_pool",
    title="Pools of mobile devices",
    row_is="One pool of devices that officers of one role share.",
    held_by="IT department",
    columns=(
        Column("pool", "text", "Name of the pool.", required=True),
        Column("role", "code", "Role of the officers who share it.", required=True, allowed=ROLES),
        Column(
            "officers_at_peak",
            "integer",
            "Officers of that pool on duty in the busiest hour of a week.",
            unit="persons",
            minimum=0,
        ),
    ),
    key=("pool",),
)

DEVICE_SESSION = Contract(
    name="device_session",
    title="Use of mobile devices",
    row_is="One device on one day, of the four weeks up to the as-of day, on which it was used by the log; never what "
    "was looked up.",
    held_by="IT department",
    columns=(
        Column("device_id", "text", "The device.", required=True),
        Column("day", "date", "The day.", required=True),
        Column("sessions", "integer", "Sessions begun.", required=True, unit="sessions", minimum=0, maximum=10000),
        Column(
            "sessions_off_premises",
            "integer",
            "Of these, sessions begun away from police premises.",
            unit="sessions",
            minimum=0,
            maximum=10000,
        ),
    ),
    key=("device_id", "day"),
    time="day",
    references=(Reference("device_id", "device"),),
)

DEVICE_SPENDING = Contract(
    name="device_spending",
    title="Spending on mobile devices",
    row_is="One decision to spend on mobile devices, of the two years up to the as-of day, with how far it has got: "
    "one row, also after the order.",
    held_by="finance department",
    dated="decided_on",
    columns=(
        Column("spending_id", "text", "Reference of the decision.", required=True),
        Column("status", "code", "Where it stands.", required=True, allowed=SPENDING_STATUSES),
        Column("decided_on", "date", "Day on which it got so far: day of the request, approval, order or refusal."),
        Column("amount_pounds", "number", "Amount.", unit="pounds", minimum=0),
    ),
    key=("spending_id",),
)
