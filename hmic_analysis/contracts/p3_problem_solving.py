"""Problem solving in neighbourhoods: teams, their records, and the updates of these."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck

STAGES = ("scanning", "analysis", "response", "assessment")
SHARED_WITH = ("own_team", "other_teams", "whole_force", "partners", "other_forces")

NEIGHBOURHOOD_TEAM = Contract(
    name="neighbourhood_team",
    title="Neighbourhood teams",
    row_is="One neighbourhood team.",
    held_by="neighbourhood policing lead",
    dated="existed_from",
    columns=(
        Column("team", "text", "The team, as in the problem-solving records.", required=True),
        Column("district", "text", "District or local policing unit."),
        Column("existed_from", "date", "First day of the team.", blank="before the period"),
        Column(
            "existed_to", "date", "Last day of the team.", blank="there still is one; left out: taken so of every row"
        ),
    ),
    key=("team",),
    checks=(TimeCheck("existed_to_before_from", "existed_from", "existed_to", "Ended before it began."),),
)

PROBLEM_RECORD = Contract(
    name="problem_record",
    title="Problem-solving records",
    row_is="One community problem on the problem-solving database.",
    held_by="neighbourhood policing lead",
    columns=(
        Column("record_id", "text", "Reference of the record.", required=True),
        Column("team", "text", "Neighbourhood team that owns it, as in the list of teams."),
        Column("opened_on", "date", "Day on which it was opened.", required=True),
        Column("closed_on", "date", "Day on which it was closed.", blank="still open"),
        Column("problem_type", "text", "The problem: youth nuisance, vehicle crime, parking, ..."),
        Column("stage", "code", "Stage reached.", allowed=STAGES, order="rising"),
        Column(
            "evaluated_on",
            "date",
            "Day on which what was done was evaluated.",
            blank="not evaluated; for everything: not known",
        ),
        Column(
            "evaluation_method",
            "text",
            "How, in a word or two: crime count, survey, site visit, ...",
            blank="not evaluated; for everything: not known",
        ),
        Column(
            "evaluation_result",
            "text",
            "What came out, in a word or two: reduced, no change, ...; n/a is no result.",
            judged=True,
            blank="none, or not known where the record has a day or a method",
        ),
        Column(
            "shared_on",
            "date",
            "Day on which what was learned was passed on.",
            blank="not passed on; for everything: not known",
        ),
        Column(
            "shared_channel",
            "code",
            "To whom it was passed on.",
            allowed=SHARED_WITH,
            blank="not passed on, or not known where the record has a day",
        ),
    ),
    key=("record_id",),
    time="opened_on",
    checks=(
        TimeCheck("closed_before_opened", "opened_on", "closed_on", "Closed before it was opened."),
        TimeCheck("evaluated_before_opened", "opened_on", "evaluated_on", "Evaluated before it was opened."),
        TimeCheck("shared_before_opened", "opened_on", "shared_on", "Shared before it was opened."),
    ),
    references=(Reference("team", "neighbourhood_team"),),
)

PROBLEM_UPDATE = Contract(
    name="problem_update",
    title="Updates of problem-solving records",
    row_is="One entry made on one problem-solving record.",
    held_by="neighbourhood policing lead",
    columns=(
        Column("record_id", "text", "The record.", required=True),
        Column("updated_at", "timestamp", "Time of the entry.", required=True),
        Column("author_key", "person", "The member of staff who made it."),
    ),
    key=("record_id", "updated_at"),
    time="updated_at",
    references=(
        Reference("record_id", "problem_record"),
        # Records are kept for years; those who wrote in them may have left before the list begins.
        Reference("author_key", "staff", "person_key", every=False),
    ),
)
