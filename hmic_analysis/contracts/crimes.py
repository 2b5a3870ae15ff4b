"""Recorded crimes, and the many-to-many link between incidents and crimes."""

from hmic_analysis.contracts.base import Column, Contract, TimeCheck

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

CRIME = Contract(
    name="crime",
    title="Recorded crimes",
    row_is="One crime as recorded under the National Crime Recording Standard (one crime per victim).",
    columns=(
        Column("crime_id", "text", "The force's crime reference.", required=True),
        Column("recorded_at", "timestamp", "When the crime was recorded."),
        Column(
            "recorded_month",
            "month",
            "Month of recording; where day and time are not known.",
            month_of="recorded_at",
        ),
        Column("offence_code", "text", "Home Office offence code."),
        Column("offence_group", "code", "Group of the offence.", allowed=OFFENCE_GROUPS),
        Column("crime_type", "text", "The force's or publisher's own type."),
        Column("report_route", "code", "How the crime came to be recorded.", allowed=REPORT_ROUTES),
        Column("is_notifiable", "boolean", "No: not counted to the Home Office.  Blank is read as yes."),
        Column("is_no_crime", "boolean", "Yes: the record was cancelled as a no-crime.  Blank is read as no."),
        Column("closed_at", "timestamp", "When the investigation was closed."),
        Column("outcome_type", "text", "Outcome as recorded."),
        Column("progress_entries", "integer", "Progress entries on the record; 0 if there is none.", minimum=0),
        Column("district", "text", "District or local policing unit."),
        Column("victim_key", "person", "The force's reference of the victim, the same as on incidents; no name."),
        Column("location_key", "person", "The force's reference of the address, the same as on incidents."),
    ),
    key=("crime_id",),
    time="recorded_month",
    any_of=(("recorded_at", "recorded_month"),),
    checks=(TimeCheck("closed_before_recorded", "recorded_at", "closed_at", "Closed before it was recorded."),),
)

INCIDENT_CRIME = Contract(
    name="incident_crime",
    title="Links of incidents and crimes",
    row_is="One pair of an incident and a crime that came of it; both may occur in several pairs.",
    columns=(
        Column("incident_id", "text", "Incident reference.", required=True),
        Column("crime_id", "text", "Crime reference.", required=True),
    ),
    key=("incident_id", "crime_id"),
)
