"""Named suspects, police bail and circulation on the Police National Computer."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

SUSPECT_STATUSES = ("outstanding", "arrested", "interviewed", "eliminated", "crime_closed")
RISKS = ("high", "medium", "low")
BAIL_TYPES = ("s47_3", "s30a_street", "court")
CIRCULATION_REASONS = ("named_suspect", "failed_to_answer_bail", "court_warrant", "recall_to_prison")

SUSPECT = Contract(
    name="suspect",
    title="Named suspects",
    row_is="One identified person recorded as a suspect for one notifiable crime.",
    held_by="crime management",
    dated="named_on",
    columns=(
        Column("person_key", "person", "The force's reference of the person.", required=True),
        Column("crime_id", "text", "The crime.", required=True),
        Column("named_on", "date", "When the person was named as suspect.", required=True),
        Column(
            "grounds_recorded",
            "boolean",
            "Yes: reasonable grounds are on the record; no: they are not, and the person is no named suspect.",
        ),
        Column("status", "code", "Where the interest in the person stands at the as-of day.", allowed=SUSPECT_STATUSES),
        Column("arrested_on", "date", "Date of arrest.", blank="not arrested; where the status says so: not known"),
        Column(
            "interviewed_on",
            "date",
            "Date of interview under caution, voluntary attendance included.",
            blank="not interviewed; where the status says so: not known",
        ),
        Column("eliminated_on", "date", "Date on which the person was eliminated.", blank="not eliminated"),
        Column("crime_closed_on", "date", "Date of an outcome that ended the interest in the person.", blank="none"),
        Column("risk_grade", "code", "Risk grade of the suspect.", allowed=RISKS, order="falling"),
        Column("owner_key", "person", "The officer who owns the enquiry now.", blank="none; for everybody: not known"),
        Column(
            "last_activity_on",
            "date",
            "Last documented enquiry by the as-of day.",
            blank="none; for everybody: not known",
        ),
        Column(
            "last_review_on", "date", "Last review by a supervisor by that day.", blank="none; for everybody: not known"
        ),
    ),
    key=("person_key", "crime_id"),
    checks=(
        TimeCheck("arrested_before_named", "named_on", "arrested_on", "Arrested before being named."),
        TimeCheck("interviewed_before_named", "named_on", "interviewed_on", "Interviewed before being named."),
    ),
    references=(
        # The crime may have been recorded long before the period; its officer may be on no staff list that was sent.
        Reference("crime_id", "crime", every=False),
        Reference("owner_key", "staff", "person_key", every=False),
    ),
)

BAIL = Contract(
    name="bail",
    title="Police bail",
    row_is="One release on bail with a duty to attend a police station (court bail is listed apart).",
    held_by="custody",
    columns=(
        Column("bail_id", "text", "Bail reference.", required=True),
        Column("person_key", "person", "The force's reference of the person.", required=True),
        Column("bail_type", "code", "Kind of bail.", required=True, allowed=BAIL_TYPES),
        Column("granted_on", "date", "Date on which bail was granted.", required=True),
        Column("return_due_on", "date", "Date on which the person had to attend.", required=True),
        Column("attended", "boolean", "Whether the person attended by the day due.  Who came later: no."),
        Column("answered_on", "date", "Date on which a person who did not attend came after all.", blank="did not"),
        Column("rebailed_on", "date", "Date of a re-bail that moved the return.", blank="not moved"),
        Column("rearrested_on", "date", "Date of re-arrest.", blank="not arrested again"),
        Column("cancelled_on", "date", "Date on which bail was cancelled.", blank="not cancelled"),
    ),
    key=("bail_id",),
    time="return_due_on",
    checks=(TimeCheck("due_before_granted", "granted_on", "return_due_on", "Due before bail was granted."),),
    references=(
        # Not everybody on bail is a named suspect whom nobody has found.
        Reference("person_key", "suspect", every=False),
    ),
)

PNC_CIRCULATION = Contract(
    name="pnc_circulation",
    title="Circulations on the Police National Computer",
    row_is="One circulation of one person in the wanted/missing index.",
    held_by="PNC bureau",
    columns=(
        Column("person_key", "person", "The force's reference of the person.", required=True),
        Column("reason", "code", "Why the person is circulated.", required=True, allowed=CIRCULATION_REASONS),
        Column("circulated_on", "date", "Date of circulation.", required=True),
        Column("cancelled_on", "date", "Date on which it was cancelled.", blank="it stands"),
    ),
    key=("person_key", "reason", "circulated_on"),
    time="circulated_on",
    checks=(TimeCheck("cancelled_before_circulated", "circulated_on", "cancelled_on", "Cancelled before it began."),),
    references=(
        # People are circulated on warrants and on recall to prison too.
        Reference("person_key", "suspect", every=False),
        Reference("person_key", "bail", every=False),
    ),
)
