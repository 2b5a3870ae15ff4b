"""Case files read by inspectors, of crimes and of named suspects, and the entries found in them."""

from hmic_analysis.contracts.base import Column, Contract, Reference, TimeCheck
from hmic_analysis.contracts.core import OFFENCE_GROUPS

REVIEW_KINDS = ("crime", "named_suspect")
SAMPLINGS = ("random", "purposive")
ENTRY_KINDS = ("progress", "supervisor", "victim_update", "automated")
ENTRY_CONTENTS = ("direction", "sign_off", "none")

FILE_REVIEW = Contract(
    name="file_review",
    title="Files read",
    row_is="One file of the sample: of a crime investigation, or of a named suspect.",
    held_by="the inspection team",
    dated="opened_on",
    columns=(
        Column("review_id", "text", "Reference of the file in the sample.", required=True),
        Column("review_kind", "code", "Which sample it belongs to.", required=True, allowed=REVIEW_KINDS),
        Column("crime_id", "text", "The crime."),
        Column("person_key", "person", "The suspect, in a named-suspect file; no name."),
        Column("offence_group", "code", "Group of the offence.", allowed=OFFENCE_GROUPS),
        Column("attended", "boolean", "Whether the crime was attended."),
        Column("opened_on", "date", "Day on which the investigation was opened."),
        Column("closed_on", "date", "Day on which it was closed.", blank="still open; for all: not known"),
        Column("named_on", "date", "Day on which the suspect was named, in a named-suspect file."),
        Column("circulated", "boolean", "Yes: the suspect is circulated as wanted on the Police National Computer."),
        Column("circulated_on", "date", "Day of that circulation; none where the suspect is not circulated."),
        Column("sampling", "code", "How the file came into the sample.", allowed=SAMPLINGS),
        Column("sample_frame", "text", "The list it was drawn from."),
        Column("sample_seed", "integer", "Seed of the random draw, so that it can be repeated.", minimum=0),
        Column(
            "stratum_size",
            "integer",
            "Crimes on that list of the same offence group, attended or not as this one: what the file stands for.",
            unit="crimes",
            minimum=1,
        ),
        Column("reviewer_key", "person", "Who read the file."),
        Column("progress_met", "boolean", "The reader's finding: progress (of suspects: enquiries) is on the file."),
        Column("supervised_met", "boolean", "The reader's finding: supervision of substance is on the file."),
        Column(
            "second_reviewer_key",
            "person",
            "Who read it a second time, without knowing the first finding.",
            blank="read once; with a second finding: not known",
        ),
        Column("second_progress_met", "boolean", "The second reader's finding on progress."),
        Column("second_supervised_met", "boolean", "The second reader's finding on supervision."),
    ),
    key=("review_id",),
    checks=(
        TimeCheck("closed_before_opened", "opened_on", "closed_on", "Closed before it was opened."),
        TimeCheck("circulated_before_named", "named_on", "circulated_on", "Circulated before being named."),
    ),
    references=(
        # Files may be drawn from a list that reaches further back than the period.
        Reference("crime_id", "crime", every=False),
        Reference("person_key", "suspect", every=False),
    ),
)

FILE_ENTRY = Contract(
    name="file_entry",
    title="Entries found in files",
    row_is="One entry found in one file read.",
    held_by="the inspection team",
    dated="entered_on",
    columns=(
        Column("review_id", "text", "The file.", required=True),
        Column("entry_number", "integer", "Number of the entry in the file.", required=True, minimum=1),
        Column("entered_on", "date", "Day of the entry."),
        Column(
            "entry_kind",
            "code",
            "progress: an enquiry or an update on one; supervisor; victim_update; automated: written by the system.",
            required=True,
            allowed=ENTRY_KINDS,
        ),
        Column("by_investigator", "boolean", "Yes: written by the officer who investigates the crime."),
        Column(
            "content",
            "code",
            "Of a supervisor's entry: a direction, a sign-off with grounds, or nothing of substance.",
            allowed=ENTRY_CONTENTS,
        ),
    ),
    key=("review_id", "entry_number"),
    references=(Reference("review_id", "file_review"),),
)
