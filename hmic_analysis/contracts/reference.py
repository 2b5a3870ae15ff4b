"""Published national tables that forces' own figures are set beside; no force sends them."""

from hmic_analysis.contracts.base import Column, Contract, Reference

_FORCE = "The force: its slug, or another body's name in the same form."
_YEAR = Column("financial_year", "text", "Financial year, written 2013/14.", required=True)
_QUARTER = Column("quarter", "integer", "Financial quarter: 1 is April to June.", required=True, minimum=1, maximum=4)

RECORDED_CRIME_REFERENCE = Contract(
    name="recorded_crime_reference",
    title="Recorded crime of all forces, as published",
    row_is="Offences of one code that one force recorded in one financial quarter.",
    held_by="published",
    columns=(
        _YEAR,
        _QUARTER,
        Column("force_slug", "text", _FORCE, required=True),
        Column("offence_code", "text", "Home Office offence code.", required=True),
        Column("offence_group", "text", "Group of the offence, as published that year."),
        Column("offence_subgroup", "text", "Subgroup of the offence, as published that year."),
        Column("offences", "integer", "Offences; negative where more were cancelled than recorded.", required=True),
        Column("is_territorial", "boolean", "Whether the body is one of the 43 territorial forces."),
    ),
    key=("financial_year", "quarter", "force_slug", "offence_code"),
)

OUTCOME_REFERENCE = Contract(
    name="outcome_reference",
    title="Crime outcomes of all forces, as published",
    row_is="Outcomes of one type for offences of one code of one force in one financial quarter.",
    held_by="published",
    columns=(
        _YEAR,
        _QUARTER,
        Column("force_slug", "text", _FORCE, required=True),
        Column("offence_code", "text", "Home Office offence code.", required=True),
        Column("outcome_type", "text", "Number of the outcome type; 0 is not yet assigned.", required=True),
        Column("outcome_group", "text", "Group of the outcome."),
        Column("outcomes_of_recorded", "integer", "Offences recorded in the quarter that have this outcome."),
        Column("outcomes_given", "integer", "Outcomes given in the quarter, whenever the offence was recorded."),
    ),
    key=("financial_year", "quarter", "force_slug", "offence_code", "outcome_type"),
)

WORKFORCE_REFERENCE = Contract(
    name="workforce_reference",
    title="Police workforce of all forces, as published",
    row_is="People of one kind of post, rank and sex in one force at the end of one month.",
    held_by="published",
    dated="counted_month",
    columns=(
        Column("counted_month", "month", "Month at whose end they were counted.", required=True),
        Column("pfa_code", "text", "Code of the police force area.", required=True),
        Column("worker_type", "text", "Kind of post: police officer, police staff, ...", required=True),
        Column("rank", "text", "Rank or grade."),
        Column("sex", "text", "Sex as published."),
        Column("headcount", "integer", "People.", unit="persons", minimum=0),
        Column("fte", "number", "Full-time equivalents.", unit="FTE", minimum=0),
    ),
    key=("counted_month", "pfa_code", "worker_type", "rank", "sex"),
    references=(Reference("pfa_code", "district_reference", every=False),),
)

POPULATION_REFERENCE = Contract(
    name="population_reference",
    title="Residents of local authority districts",
    row_is="One district in the middle of one year.",
    held_by="published",
    columns=(
        Column("district_code", "text", "Code of the district.", required=True),
        Column("district", "text", "Its name."),
        Column("year", "integer", "Year of the estimate.", required=True, minimum=1900),
        Column("residents", "integer", "People who live there.", required=True, unit="persons", minimum=0),
    ),
    key=("district_code", "year"),
    references=(Reference("district_code", "district_reference", every=False),),
)

DISTRICT_REFERENCE = Contract(
    name="district_reference",
    title="Districts, partnerships and force areas",
    row_is="One district in one community safety partnership; a district may have several rows.",
    held_by="published",
    columns=(
        Column("district_code", "text", "Code of the district.", required=True),
        Column("district", "text", "Its name."),
        Column("partnership_code", "text", "Code of the community safety partnership."),
        Column("pfa_code", "text", "Code of the police force area.", required=True),
    ),
    key=("district_code", "partnership_code"),
)

REFERENCE = (RECORDED_CRIME_REFERENCE, OUTCOME_REFERENCE, WORKFORCE_REFERENCE, POPULATION_REFERENCE, DISTRICT_REFERENCE)
#: Their names: tables that are no part of a force's return.
REFERENCE_TABLES = tuple(contract.name for contract in REFERENCE)
