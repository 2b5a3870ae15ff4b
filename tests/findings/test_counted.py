"""Three made-up returns whose figures once left out what had failed, worked through to the words of the letter."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.compose import compose, letter_catalogue, letter_settings
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.returns import prepare_force
from tests.support import evidence_of, sentences, verdicts

MONTHS = ["2012-12", *(f"2013-{month:02d}" for month in range(1, 12))]


def worked(folder: Path, finding: str, tables: dict[str, Iterable[str]]):
    """The evidence of one finding on a return of a few tables, each with its header first."""
    project = find_project(folder)
    raw = project.raw / "cleveland"
    raw.mkdir()
    for name, lines in tables.items():
        (raw / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    prepare_force(project, load_params(project), "cleveland")
    return evidence_of(project, "cleveland", folder / "evidence", (finding,))


def letter_says(found: dict[str, Bundle]) -> str:
    """What the letter says on the findings of these bundles."""
    params = load_params(find_project())
    letter = compose(list(found.values()), letter_settings(params, "cleveland"), letter_catalogue(params))
    blocks = [block for section in letter.sections for block in section.blocks]
    return " ".join(b.text for b in blocks if b.kind == "paragraph" and b.finding in found)


def test_a_team_that_never_used_the_database_counts_with_its_nine_months(project_folder):
    teams = [f"T{n}" for n in range(1, 10)]
    found = worked(
        project_folder,
        "P3",
        {
            "neighbourhood_team": ["team,existed_from", *(f"{team}," for team in teams), "T10,2013-03-01"],
            "problem_record": ["record_id,team,opened_on", *(f"R{team},{team},2012-12-01" for team in teams)],
            "problem_update": ["record_id,updated_at", *(f"R{t},{month}-10 10:00" for t in teams for month in MONTHS)],
        },
    )
    worst = found["P3"].indicator("ps_worst_team_active_pct")
    assert (worst.value, worst.numerator, worst.denominator) == (0, 0, 9)
    assert any("T10" in caveat for caveat in worst.caveats)
    active = found["P3"].indicator("ps_team_months_active_pct")
    assert (active.numerator, active.denominator) == (108, 117)
    assert verdicts(found)["P3b"] == "contradicted"
    assert "at least one team recorded no work on it in the period." in sentences(found)["P3b"]
    assert "at least one team recorded no work on it in the period." in letter_says(found)
    assert "steady use" not in letter_says(found)


@pytest.mark.parametrize(
    ("finding", "table", "says"),
    [
        ("F5", "device", "The force has not made a clear investment in mobile devices"),
        ("P5", "anpr_operation", "automatic number plate recognition"),
    ],
)
def test_a_register_signed_and_empty_is_an_answer(project_folder, finding, table, says):
    """Without the signature nothing is known: an empty table may be one that nobody filled in."""
    header = ",".join(column.name for column in CONTRACTS[table].columns)
    log = "request_id,item,requested_on,status,register_complete"
    tables = {table: [header], "data_request": [log, f"R1,{table},2013-12-01,provided,yes"]}
    found = worked(project_folder, finding, tables)
    assert [verdicts(found)[f"{finding}{x}"] for x in "ab"] == ["contradicted", "contradicted"]
    assert says in letter_says(found) and "no data" not in sentences(found)[f"{finding}a"]
    (find_project(project_folder).raw / "cleveland" / "data_request.csv").write_text(
        f"{log}\nR1,{table},2013-12-01,provided,no\n", encoding="utf-8"
    )
    prepare_force(find_project(project_folder), load_params(find_project(project_folder)), "cleveland")
    unsigned = evidence_of(find_project(project_folder), "cleveland", project_folder / "again", (finding,))
    assert [verdicts(unsigned)[f"{finding}{x}"] for x in "ab"] == ["not_determinable", "not_determinable"]


@pytest.mark.parametrize(
    ("left_out", "verdict"),
    [("", "contradicted"), ("scope", "not_determinable"), ("review_opened_on", "not_determinable"),
     ("effective_from", "contradicted")],
)  # fmt: skip
def test_a_column_that_is_not_there_says_nothing_of_any_row(project_folder, left_out, verdict):
    """A policy approved and, in a register signed as complete, blank where a review would stand."""
    row = {"document_id": "D1", "title": "Policy", "document_type": "policy", "subject": "response_deployment",
           "status": "approved", "approved_on": "2012-01-01", "scope": "", "effective_from": "", "review_opened_on": "",
           "review_closed_on": ""}  # fmt: skip
    row.pop(left_out, None)
    log = ["request_id,item,requested_on,status,register_complete", "R1,document,2013-12-01,provided,yes"]
    found = worked(project_folder, "A10", {"document": [",".join(row), ",".join(row.values())], "data_request": log})[
        "A10"
    ]
    claim, figure = found.claims[0], found.indicator("review_open")
    assert claim.verdict == verdict
    if verdict == "not_determinable":
        assert claim.reasons == ("columns_left_out",) and f"without the column {left_out}." in claim.why
        assert figure.value is None and left_out in figure.note
        assert "leave out what would tell" in claim.sentence


@pytest.mark.parametrize(
    ("months", "signed", "verdict"), [(12, "", "contradicted"), (6, "", "not_determinable"), (6, "yes", "contradicted")]
)
def test_a_list_of_operations_that_may_be_cut_off_denies_nothing(project_folder, months, signed, verdict):
    """Operations that others planned, none preventive: of the whole period, or of its first half alone."""
    rows = [f"O{n},{month}-10,yes,other_force,detect" for n, month in enumerate(MONTHS[:months])]
    tables = {
        "anpr_operation": ["operation_id,started_on,planned,origin,objective", *rows],
        "data_request": [
            "request_id,item,requested_on,status,register_complete",
            f"R1,anpr_operation,2013-12-01,provided,{signed}",
        ],
    }
    found = worked(project_folder, "P5", tables)
    assert [verdicts(found)[f"P5{x}"] for x in "ab"] == [verdict, verdict]


def test_not_applicable_is_no_result_of_an_evaluation(project_folder):
    """Six closed records, two of them evaluated: N/A says that there was no evaluation, in whatever case."""
    results = ["reduced", "no change", "N/A", "n/a", "", "NULL"]
    rows = [f"R{n},T1,2013-01-01,2013-06-01,2013-05-01,{result}" for n, result in enumerate(results)]
    found = worked(
        project_folder,
        "P3",
        {
            "neighbourhood_team": ["team", "T1"],
            "problem_record": ["record_id,team,opened_on,closed_on,evaluated_on,evaluation_result", *rows],
            "problem_update": ["record_id,updated_at", *(f"R0,{month}-10 10:00" for month in MONTHS)],
        },
    )
    share = found["P3"].indicator("ps_evaluated_pct")
    # NULL is what a database writes for nothing at all; it says no more than a blank.
    assert (share.numerator, share.denominator, share.unknown) == (2, 4, 2)


def test_an_arrival_thirty_hours_late_is_a_miss(project_folder):
    incidents, sent = [], []
    for n in range(12):
        start = datetime(2013, 5, 1 + n, 10)
        arrived = start + (timedelta(minutes=10) if n < 6 else timedelta(hours=30))
        incidents.append(f"I{n},{start},crime,emergency,urban,public,attended")
        sent.append(f"I{n},officer,{start},{arrived},{arrived + timedelta(minutes=30)}")
    found = worked(
        project_folder,
        "A2",
        {
            "incident": ["incident_id,created_at,category_close,grade,area_type,origin,result", *incidents],
            "deployment": ["incident_id,resource_type,assigned_at,at_scene_at,clear_at", *sent],
        },
    )
    for name in ("within_target_pct[emergency]", "within_target_pct[emergency, urban]"):
        share = found["A2"].indicator(name)
        assert (share.value, share.numerator, share.denominator, share.unknown) == (50, 6, 12, 0)
    # Response times decide no claim: the letter makes no boast of them, and says why nothing else is known.
    said = letter_says(found)
    assert "100" not in said and "HMIC could not determine whether the force is clear about how it responds" in said


def test_a_repeat_victim_at_whose_call_nobody_looked_was_not_recognised(project_folder):
    incidents, flags = ["OLD,2011-11-30 10:00:00,asb,priority,public,personal,VX,"], []
    for n in range(40):
        first = datetime(2013, 1, 21, 10) + timedelta(days=n)
        again = datetime(2013, 5, 1, 10) + timedelta(days=n)
        incidents.append(f"P{n},{first},asb,priority,public,personal,V{n},")
        incidents.append(f"I{n},{again},asb,priority,public,personal,V{n},{again + timedelta(minutes=20)}")
        for name, at, flag in ((f"P{n}", first, False), (f"I{n}", again, n < 6)):
            soon, end = at + timedelta(minutes=3), at + timedelta(minutes=9)
            flags.append(f"{name},T1,person,{f'yes,{soon}' if flag else ','},no,{soon},{end}")
    found = worked(
        project_folder,
        "A3",
        {
            "incident": [
                "incident_id,created_at,category_close,grade,origin,asb_type,victim_key,dispatched_at", *incidents
            ],
            "contact_flag": [
                "incident_id,team,victim_type,repeat_victim,repeat_set_at,vulnerable,vulnerable_set_at,call_ended_at",
                *flags,
            ],
            "crime": [
                "crime_id,recorded_at,offence_group,victim_key,report_route",
                "C0,2011-11-30 11:00:00,violence,VX,public_call",
            ],
            "incident_crime": ["incident_id,crime_id", "OLD,C0"],
        },
    )  # fmt: skip
    for name in ("repeat_flag_recall_pct", "worst_shift_recall_pct"):
        recall = found["A3"].indicator(name)
        assert (recall.value, recall.numerator, recall.denominator, recall.unknown) == (15, 6, 40, 0)
    # None is matched in another way, and nothing is said of others.
    said = found["A3"].indicator("repeat_flag_recall_pct").caveats
    assert "All contacts hold a reference of the victim; errors in it bias the share." in said
    assert verdicts(found)["A3b"] == "contradicted"
    # Contacts are counted, and incidents only looked up: their missing months are told, and leave the verdict.
    assert "of repeat victims, 15.0% were recognised at first contact" in sentences(found)["A3b"]
    assert "5 of the 12 months to 30 November 2013" in sentences(found)["A3b"]
    said = letter_says(found)
    assert "of repeat victims, 15.0% were recognised at first contact" in said and "100" not in said


def test_a_figure_takes_the_months_and_remarks_of_the_tables_that_it_counts(project_folder):
    """Meetings of a year, actions of its first half; a district in two spellings; a day, and codes nobody can read."""
    meetings = [f"M{month},{name},{month}-10,yes" for month, name in zip(MONTHS, ["North", "NORTH "] * 6, strict=True)]
    actions = [f"A{month},M{month},{month}-10,prevention,{month}-20,{month}-20,perhaps" for month in MONTHS[:6]]
    found = worked(
        project_folder,
        "P2",
        {
            "meeting": ["meeting_id,district,prescribed_on,held", *meetings, "N,north,2013-11-20,no"],
            "meeting_action": [
                "action_id,meeting_id,set_on,action_type,due_on,closed_on,second_coder_type",
                *actions,
                "U,M2012-12,2012-12-10,,2012-12-20,2012-12-20,",
            ],
            "initiative": [
                "initiative_id,kind,started_on,ended_on,objective_written",
                "I,initiative,2012-01-01,soon,yes",
            ],
        },
    )["P2"]
    held, steered = found.indicator("dmm_held_pct"), found.indicator("dmm_meetings_with_prevention_pct")
    assert (held.numerator, held.denominator, held.window) == (12, 13, "the 12 months to 30 November 2013")
    assert [i.stratum for i in found.indicators if i.name == "dmm_held_pct" and i.stratum] == ["NORTH"]
    assert (steered.numerator, steered.denominator) == (6, 6)
    assert steered.window.startswith("December 2012 to May 2013 (6 of ")
    assert any("district has 3 spellings of one name" in note for note in found.notes)
    told = {i.name for i in found.indicators if any("could not be read" in c for c in i.caveats)}
    assert found.indicator("dmm_prevention_action_pct").unknown == 1
    # The second coder's entries are read by the agreement alone: the action not known is so for want of a kind.
    assert told == {"n_long_term_initiatives", "initiatives_with_outcome_pct", "dmm_coder_kappa"}
    assert verdicts({"P2": found})["P2b"] == "not_determinable"


def test_whoever_reads_a_verdict_is_told_that_a_signed_list_ends_long_before_the_period_does(project_folder):
    """A campaign may have ended then, or the file: the signature stands, and the annex says where the list ends."""
    staff = [f"S{n}" for n in range(60)]
    log = "request_id,item,requested_on,status,register_complete"
    tables = {
        "staff": ["person_key,role,in_post_since", *(f"{s},response,2010-01-01" for s in staff)],
        "training": [
            "person_key,course_code,subject,formal,hours,completed_on",
            *(f"{s},C1,safety,yes,7,2011-0{6 + i % 3}-10" for i, s in enumerate(staff)),
        ],
        "data_request": [log, "R1,training,2013-12-01,provided,yes"],
    }
    found = worked(project_folder, "P4", tables)["P4"]
    told = [note for note in found.notes if "no records after August 2011" in note]
    assert len(told) == 1 and told[0].endswith("20 a month in the three months up to then")
    assert "records_undeclared" not in next(c for c in found.claims if c.claim == "P4b").reasons
