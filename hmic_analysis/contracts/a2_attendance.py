"""What staff know of the response policy, and what the policies of all forces say."""

from hmic_analysis.contracts.base import Column, Contract, Reference

RESPONSE_POLICIES = ("attend_all", "threat_harm_risk")

KNOWLEDGE_CHECK = Contract(
    name="knowledge_check",
    title="Staff knowledge checks",
    row_is="One question on the response policy put to one member of staff.",
    held_by="the inspection team",
    columns=(
        Column("person_key", "person", "Who was asked.", required=True),
        Column("role", "text", "Role: call_handler, dispatcher, response, ..."),
        Column("scenario", "text", "Short name of the question.", required=True),
        Column("asked_on", "date", "Date of the check.", required=True),
        Column("correct", "boolean", "Yes: the answer was what the policy says.", required=True),
    ),
    key=("person_key", "scenario", "asked_on"),
    time="asked_on",
    references=(
        # The inspection team may have noted references of its own.
        Reference("person_key", "staff", every=False),
    ),
)

#: The body from whose return alone FORCE_REFERENCE is read, since it lists all forces.
NATIONAL = "england-and-wales"

FORCE_REFERENCE = Contract(
    name="force_reference",
    title="Response policies of the 43 forces",
    row_is="One of the 43 forces and what its response policy says.",
    held_by="the inspection team",
    columns=(
        Column("force_slug", "text", "The force.", required=True),
        Column("response_policy", "code", "What the policy says.", allowed=RESPONSE_POLICIES),
        Column("attendance_known", "boolean", "Whether the force knows which crimes it attends."),
        Column("attendance_pct", "number", "Attendance it stated.", unit="%", minimum=0, maximum=100),
    ),
    key=("force_slug",),
)
