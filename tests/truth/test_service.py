"""A5, A8, A9 and A10: verdicts follow the facts of a simulated force, figures are the true ones, silence decides nothing."""

from __future__ import annotations

import datetime as dt
import itertools
import json

import numpy as np
import pandas as pd
import pytest

from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.returns import prepare_force
from hmic_analysis.simulate.a8_dispatch import sample_days
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.ground import TABLES as ALL_TABLES
from hmic_analysis.simulate.ground import Between, Subject, all_ways, stems
from hmic_analysis.simulate.returns import simulate
from hmic_analysis.simulate.world import ForceFacts, Frame, Streams

from ..conftest import copy_project
from ..support import evidence_of, sentences, simulated, verdicts

FINDINGS = ("A5", "A8", "A9", "A10")
CLAIMS = ("A5a", "A5b", "A5c", "A5d", "A8a", "A8b", "A9a", "A9b", "A10a")
LETTER = {**dict.fromkeys(CLAIMS, "supported"), "A5b": "not_determinable"}
TABLES = (
    "document", "staff", "call_audit", "iom_cohort", "iom_selection", "iom_meeting", "dispatch", "position",
    "callback", "survey",
)  # fmt: skip
STATES = {"true": "supported", "false": "contradicted", "middle": "not_determinable"}
WAYS_OF = {claim: ways for claim, ways in all_ways().items() if claim[:-1] in FINDINGS}
#: Facts that the rows of dispatches follow from; those of all others are made without the calls.
DISPATCHING = {"nearest_share", "override_reason_share", "dispatch_mapping"}
SCALE = 0.01
CLEVELAND = ForceFacts(slug="cleveland", population=559_966, recorded_crime=38_973, officers=1381.8)
SMALLEST = ForceFacts(slug="city-of-london", population=7_648, recorded_crime=5_266, officers=741.0)
YEAR = (dt.date(2012, 12, 1), dt.date(2013, 11, 30), dt.date(2014, 3, 31))


def returned(folder, scale=SCALE, tables_status=None, **changes):
    """A project with a return of the tables that these findings need; the others were not asked for."""
    others = dict.fromkeys(set(ALL_TABLES) - {*TABLES, "data_request"}, "not_requested")
    facts = Facts().with_(**changes, tables_status=others | (tables_status or {}))
    return simulated(folder, facts, scale)


def told(project):
    """What is true of the simulated force."""
    return json.loads((project.raw / "cleveland" / "truth.json").read_text(encoding="utf-8"))


def whole_return(folder, changes, force=CLEVELAND, scale=SCALE):
    """True figures and verdicts of a whole simulated return."""
    truth = simulate(folder, force, Facts().with_(**changes), scale, 3, *YEAR).truth
    return truth["values"], {claim: truth["verdicts"][claim]["verdict"] for claim in CLAIMS}


@pytest.fixture(scope="module")
def dispatched(tmp_path_factory):
    """True figures of the dispatches where the facts about them are the defaults."""
    return whole_return(tmp_path_factory.mktemp("dispatched") / "raw", {})[0]


def intended(folder, changes, dispatched):
    """Verdicts that follow from the facts, without any notebook."""
    if DISPATCHING & set(changes):
        return whole_return(folder / "raw", changes)[1]
    facts = Facts().with_(**changes)
    frame = Frame(period_start=YEAR[0], period_end=YEAR[1], as_of=YEAR[2], scale=SCALE, seed=3)
    subject = Subject(Streams(3, "cleveland"), facts, frame, CLEVELAND)
    chosen, values = [stem for stem in stems() if stem.id in FINDINGS], dict(dispatched)
    for stem in chosen:
        values |= stem.make(subject).values if stem.make else {}
    return {claim: verdict for stem in chosen for claim, (verdict, _) in stem.verdicts(facts, values).items()}


@pytest.fixture(scope="module")
def letter(tmp_path_factory):
    """A force of which everything is true that the letter of 2014 says of Cleveland."""
    folder = copy_project(tmp_path_factory.mktemp("service") / "project")
    project = returned(folder)
    return told(project), evidence_of(project, "cleveland", folder / "evidence", FINDINGS)


def test_every_claim_of_the_real_letter_is_supported(letter):
    truth, bundles = letter
    assert verdicts(bundles) == LETTER
    assert {c: truth["verdicts"][c]["verdict"] for c in CLAIMS} == LETTER


FIGURES = [
    ("A5", "iom_assessed_pct"),
    ("A5", "iom_assessment_current_pct"),
    ("A5", "iom_rag_assigned_pct"),
    ("A5", "iom_binary_reoffend_pct"),
    ("A5", "iom_meeting_held_pct"),
    ("A5", "iom_core_partner_quorum_pct"),
    ("A8", "located_resource_pct"),
    ("A8", "nearest_suitable_pct"),
    ("A8", "suitable_or_reasoned_pct"),
    ("A8", "override_reason_pct"),
    ("A9", "handler_audit_coverage_pct"),
    ("A9", "audit_pass_pct"),
    ("A9", "audit_feedback_closed_pct"),
    ("A9", "callback_made_pct"),
    ("A9", "survey_response_pct"),
]


@pytest.mark.parametrize(("finding", "figure"), FIGURES, ids=lambda x: x if "_" in x else "")
def test_figures_are_the_true_ones(letter, finding, figure):
    truth, bundles = letter
    assert bundles[finding].indicator(figure).value == pytest.approx(truth["values"][figure], abs=1e-5)


def test_satisfaction_by_stage_is_the_true_one(letter):
    truth, bundles = letter
    assert set(truth["values"]["satisfied_pct"]) == {"contact", "action", "follow_up", "treatment", "whole"}
    for stage, value in truth["values"]["satisfied_pct"].items():
        assert bundles["A9"].indicator(f"satisfied_pct[{stage}]").value == pytest.approx(value, abs=1e-5)


def test_the_true_agreement_lies_between_its_bounds(letter):
    truth, got = letter[0]["values"], letter[1]["A5"].indicator("iom_selection_agreement_pct")
    assert (got.numerator, got.unknown) == (truth["iom_agreed_sure_n"], truth["iom_places_unsure_n"])
    assert got.lo_missing - 1e-9 <= truth["iom_true_agreement_pct"] <= got.hi_missing + 1e-9
    assert got.unknown > 0


def test_minutes_have_no_interval_and_say_what_is_unknown(letter):
    truth, got = letter[0]["values"], letter[1]["A8"].indicator("located_resource_pct")
    assert (got.numerator, got.unknown) == (truth["minutes_located_n"], truth["minutes_unknown_n"])
    assert (got.lo, got.hi, got.interval) == (None, None, "")
    carriers = [letter[1]["A8"].indicator(f"located_resource_pct[{c}]") for c in ("vehicle", "foot")]
    assert sum(c.numerator for c in carriers) == got.numerator


def test_dispatches_say_of_which_days_they_are(letter):
    caveats = letter[1]["A8"].indicator("suitable_or_reasoned_pct").caveats
    assert any("days between" in caveat and caveat.endswith("30 November 2013") for caveat in caveats)


def test_the_review_is_the_true_one(letter):
    bundle = letter[1]["A10"]
    assert bundle.indicator("review_open").value == 1
    assert bundle.indicator("review_days_since_activity").value == Facts().review_days_ago == 12


def test_the_view_rests_on_the_claims_beside_it(letter):
    view = next(c for c in letter[1]["A5"].claims if c.claim == "A5b")
    assert view.reasons == ("judgement",) and view.verdict == "not_determinable"
    parts = [c.why for c in letter[1]["A5"].claims if c.claim != "A5b"]
    assert all(why in view.why for why in parts)


def test_no_reference_of_a_person_gets_into_the_evidence(letter):
    for bundle in letter[1].values():
        text = bundle.model_dump_json()
        assert "STF0" not in text and "IOM0" not in text


def every_way() -> list:
    return [
        pytest.param(claim, state, way, id=f"{claim}-{state}-{number}")
        for claim, states in WAYS_OF.items()
        for state, found in states.items()
        for number, way in enumerate(found)
    ]


def at_ends(way):
    """The way with its drawn numbers at either end."""
    drawn = {k: v for k, v in way.items() if isinstance(v, Between)}
    for ends in itertools.product(*(sorted({v.lo, v.hi}) for v in drawn.values())):
        yield {**{k: v for k, v in way.items() if k != "implies"}, **dict(zip(drawn, ends, strict=True))}


@pytest.mark.parametrize(("claim", "state", "way"), every_way())
def test_each_way_makes_its_claim_so_and_leaves_the_others(tmp_path, dispatched, claim, state, way):
    implied = {other: STATES[s] for other, s in way.get("implies", {}).items()}
    for changes in at_ends(way):
        assert intended(tmp_path, changes, dispatched) == {**LETTER, claim: STATES[state], **implied}


@pytest.mark.parametrize("seed", range(6))
def test_any_combination_of_states_can_be_had(tmp_path, dispatched, seed):
    """Each claim in a state of its own, as far as none follows from another."""
    rng, changes, expected = np.random.default_rng(seed), {}, dict(LETTER)
    for claim, states in WAYS_OF.items():
        usable = [s for s in states if not any("implies" in way for way in states[s])]
        state = usable[rng.integers(len(usable))]
        way = states[state][rng.integers(len(states[state]))]
        changes |= {k: v.draw(rng) if isinstance(v, Between) else v for k, v in way.items()}
        expected[claim] = STATES[state]
    assert intended(tmp_path, changes, dispatched) == expected


def test_no_two_claims_share_a_fact():
    used = [{k for found in s.values() for way in found for k in way if k != "implies"} for s in WAYS_OF.values()]
    assert sum(len(keys) for keys in used) == len(set().union(*used))
    assert set(WAYS_OF) == set(CLAIMS) - {"A5b"}


def test_the_smallest_force_can_be_decided_at_a_fiftieth(tmp_path):
    values, found = whole_return(tmp_path / "raw", {}, SMALLEST, 0.02)
    assert found == LETTER
    assert values["dispatches_n"] >= 10


def test_a_large_force_sends_the_dispatches_of_four_weeks():
    frame = Frame(period_start=YEAR[0], period_end=YEAR[1], as_of=YEAR[2], scale=1.0)
    large = ForceFacts(slug="metropolitan", population=8_400_000, recorded_crime=700_000, officers=31_000)
    assert sample_days(Subject(Streams(1, large.slug), Facts(), frame, large)) == 28
    assert sample_days(Subject(Streams(1, "x"), Facts(), frame.model_copy(update={"scale": 0.001}), SMALLEST)) == 365


#: Flips of one fact or two; those that stand in one row are of different findings, and made together.
FLIPS = [
    [
        ({"iom_agreement_share": 0.5}, {"A5a": "contradicted"}, ()),
        ({"dispatch_mapping": False}, {"A8a": "contradicted", "A8b": "contradicted"}, ()),
        ({"audit_scheme": False}, {"A9a": "not_determinable"}, ("in_part",)),
        ({"review_opened": False}, {"A10a": "contradicted"}, ()),
    ],
    [
        ({"iom_scored_share": 0.88}, {"A5a": "not_determinable"}, ("missing_spans_threshold",)),
        ({"located_share": 0.5}, {"A8b": "contradicted"}, ()),
        ({"audit_coverage_share": 0.5}, {"A9b": "contradicted"}, ()),
        ({"review_closed": True}, {"A10a": "contradicted"}, ()),
    ],
    [
        ({"iom_meetings_held_share": 0.6}, {"A5c": "contradicted"}, ()),
        ({"nearest_share": 0.5, "override_reason_share": 0.2}, {"A8b": "contradicted"}, ()),
        ({"audit_feedback_share": 0.4}, {"A9b": "contradicted"}, ()),
        ({"review_days_ago": 91}, {"A10a": "not_determinable"}, ("stale",)),
    ],
    [
        ({"iom_quorum_share": 0.4}, {"A5c": "contradicted"}, ()),
        ({"position_log_kept_share": 0.55}, {"A8b": "not_determinable"}, ("missing_spans_threshold",)),
    ],
    [
        ({"register_complete": False}, {}, ()),
        ({"iom_attendance_recorded_share": 0.5}, {"A5c": "not_determinable"}, ("missing_spans_threshold",)),
        ({"audit_scheme": False}, {"A9a": "not_determinable"}, ("register_undeclared",)),
        ({"review_opened": False}, {"A10a": "not_determinable"}, ("register_undeclared",)),
    ],
    [({"iom_assessed_share": 0.7}, {"A5d": "contradicted"}, ())],
    [({"iom_assessment_current_share": 0.5}, {"A5d": "contradicted"}, ())],
    [({"iom_status_known_share": 0.6}, {"A5d": "not_determinable"}, ("missing_spans_threshold",))],
    [({"iom_meetings_held_share": 0.0}, {"A5c": "contradicted"}, ())],
]


@pytest.mark.parametrize("row", FLIPS, ids=lambda row: "+".join(k for flip in row for k in flip[0]))
def test_changing_a_fact_changes_its_claims_and_no_other(letter, project_folder, row):
    project = returned(project_folder, **{k: v for changes, _, _ in row for k, v in changes.items()})
    flipped = {claim: verdict for _, verdicts_, _ in row for claim, verdict in verdicts_.items()}
    after = evidence_of(project, "cleveland", project_folder / "evidence", FINDINGS)
    truth, before = told(project)["verdicts"], letter[1]
    assert {c: truth[c]["verdict"] for c in CLAIMS} == {**LETTER, **flipped}
    assert verdicts(after) == {**LETTER, **flipped}
    claims = {c.claim: c for b in after.values() for c in b.claims}
    for _, changed, reasons in row:
        for claim in changed:
            assert claims[claim].reasons == reasons
            assert claims[claim].sentence != sentences(before)[claim]
            assert ("wording_mismatch" in claims[claim].flags) == (reasons == ("in_part",))


def test_review_activity_on_the_last_day_still_counts(project_folder):
    project = returned(project_folder, review_days_ago=90)
    assert verdicts(evidence_of(project, "cleveland", project_folder / "evidence", ("A10",))) == {"A10a": "supported"}


def test_the_promise_is_held_to_the_version_that_is_under_review(project_folder):
    """A10 makes A2b time-limited: the version and its day stand beside the verdict, which doesn't change."""
    project = returned(project_folder)
    claim = next(
        c for c in evidence_of(project, "cleveland", project_folder / "e", ("A2",))["A2"].claims if c.claim == "A2b"
    )
    assert claim.verdict == "supported" and "time_limited" in claim.flags
    assert "Response policy, version 2 (synthetic) (DOC0010, in force since 28 October 2011)" in claim.why


def test_neither_a_scheme_nor_audits(project_folder):
    project = returned(project_folder, tables_status={"call_audit": "nil_return_unable"}, audit_scheme=False)
    found = verdicts(evidence_of(project, "cleveland", project_folder / "evidence", ("A9",)))
    assert found == {"A9a": "contradicted", "A9b": "not_determinable"}
    assert {c: told(project)["verdicts"][c]["verdict"] for c in found} == found


def test_a_denial_against_the_records_is_a_conflict_and_no_finding(project_folder):
    """The force states that there is no mapping system, while its register describes one."""
    project = returned(project_folder)
    log = project.raw / "cleveland" / "data_request.csv"
    text = log.read_text(encoding="utf-8")
    assert text.count('"1","systems"') == 1
    log.write_text(text.replace('"1","systems"', '"0","systems"'), encoding="utf-8", newline="\n")
    prepare_force(project, load_params(project), "cleveland")
    bundle = evidence_of(project, "cleveland", project_folder / "evidence", ("A8",))["A8"]
    claims = {c.claim: c for c in bundle.claims}
    assert claims["A8a"].reasons == ("sources_conflict",)
    assert claims["A8b"].verdict == "supported"


def test_the_word_of_the_force_alone_shows_no_mapping_system(project_folder):
    project = returned(project_folder, tables_status={"document": "not_requested", "dispatch": "not_requested"})
    bundle = evidence_of(project, "cleveland", project_folder / "evidence", ("A8",))["A8"]
    assert next(c for c in bundle.claims if c.claim == "A8a").reasons == ("uncorroborated",)
    assert told(project)["verdicts"]["A8a"]["verdict"] == "not_determinable"


def test_a_review_closed_before_the_letter_asks_for_another_day(project_folder):
    project = returned(project_folder)
    register = project.raw / "cleveland" / "document.csv"
    rows = pd.read_csv(register, dtype="string", keep_default_na=False)
    rows.loc[rows["document_id"] == "DOC0010", "review_closed_on"] = "2014-06-30"
    rows.to_csv(register, index=False, lineterminator="\n")
    prepare_force(project, load_params(project), "cleveland")
    claim = evidence_of(project, "cleveland", project_folder / "evidence", ("A10",))["A10"].claims[0]
    assert claim.verdict == "supported" and claim.flags == ("closed_since",)
    assert "closed on 30 June 2014" in claim.why


@pytest.mark.parametrize("status", ["not_requested", "not_yet_received", "nil_return_refused", "nil_return_unable"])
def test_what_was_not_sent_is_never_a_finding(project_folder, status):
    asked = (*TABLES, "dispatch_mapping_system")
    project = returned(project_folder, tables_status=dict.fromkeys(asked, status))
    bundles = evidence_of(project, "cleveland", project_folder / "evidence", FINDINGS)
    assert verdicts(bundles) == dict.fromkeys(CLAIMS, "not_determinable")
    assert all(c.reasons == (status,) for b in bundles.values() for c in b.claims if c.claim != "A5b")
    assert {b.status for b in bundles.values()} == {"no_data"} and all(b.request for b in bundles.values())
    truth = told(project)["verdicts"]
    assert {c: truth[c]["verdict"] for c in CLAIMS} == verdicts(bundles)


@pytest.mark.parametrize("missing", TABLES)
def test_verdicts_without_one_table_are_those_of_the_truth(project_folder, missing):
    """Whatever single table is missing, the notebooks run, and decide what the facts leave to be decided."""
    project = returned(project_folder, tables_status={missing: "not_yet_received"})
    bundles = evidence_of(project, "cleveland", project_folder / "evidence", FINDINGS)
    truth = told(project)["verdicts"]
    assert verdicts(bundles) == {c: truth[c]["verdict"] for c in CLAIMS}


def test_a_force_that_sent_nothing_at_all(project_folder):
    bundles = evidence_of(find_project(project_folder), "gwent", project_folder / "evidence", FINDINGS, "words")
    assert verdicts(bundles) == dict.fromkeys(CLAIMS, "not_determinable")
    assert not any(i.value is not None for b in bundles.values() for i in b.indicators)
    drawn = [figure.empty for b in bundles.values() for figure in b.figures]
    assert drawn and all(drawn)
