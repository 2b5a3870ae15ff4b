"""A3, A4 and A7: verdicts follow the facts of a simulated force, figures are the true ones, silence is never a finding."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from hmic_analysis.disclosure.release import released
from hmic_analysis.evidence.withheld import DisclosureRules
from hmic_analysis.project import find_project
from hmic_analysis.runs.returns import prepare_force
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.ground import TABLES as ALL_TABLES
from hmic_analysis.simulate.ground import all_ways
from hmic_analysis.simulate.returns import draw_force, simulate
from hmic_analysis.simulate.world import ForceFacts

from ..conftest import copy_project
from ..support import evidence_of, sentences, simulated, verdicts

FINDINGS = ("A3", "A4", "A7")
CLAIMS = ("A3a", "A3b", "A4a", "A4b", "A7a", "A7b")
TABLES = (
    "document", "contact_flag", "call_audit", "system_access", "staff", "incident", "crime", "incident_crime",
    "deployment", "file_review", "file_entry",
)  # fmt: skip
STATES = {"true": "supported", "false": "contradicted", "middle": "not_determinable"}
WAYS_OF = {claim: ways for claim, ways in all_ways().items() if claim[:-1] in FINDINGS}
SCALE = 0.01
YEAR = (dt.date(2012, 12, 1), dt.date(2013, 11, 30), dt.date(2014, 3, 31))
NO, OPEN = "contradicted", "not_determinable"


def facts_of(changes):
    """Facts; tables that these findings don't take are not sent."""
    others = dict.fromkeys(set(ALL_TABLES) - {*TABLES, "data_request"}, "not_requested")
    return Facts().with_(**{**changes, "tables_status": others | changes.get("tables_status", {})})


def worked(folder, changes=None, findings=FINDINGS, charts=""):
    """The truth of a simulated force, and the evidence that the notebooks leave of it."""
    project = simulated(folder, facts_of(changes or {}), SCALE)
    truth = json.loads((project.raw / "cleveland" / "truth.json").read_text(encoding="utf-8"))
    return truth, evidence_of(project, "cleveland", folder / "evidence", findings, charts)


def decided(bundles):
    return {claim: verdict for claim, verdict in verdicts(bundles).items() if claim in CLAIMS}


def counted(indicator):
    """Yes, no and unknown units of a share."""
    yes = indicator.numerator
    return [yes, indicator.denominator - yes, indicator.unknown]


@pytest.fixture(scope="module")
def letter(tmp_path_factory):
    """A force of which everything is true that the letter of 2014 says of Cleveland."""
    return worked(copy_project(tmp_path_factory.mktemp("victims") / "project"), charts="words")


def test_every_claim_of_the_real_letter_is_supported(letter):
    truth, bundles = letter
    assert decided(bundles) == dict.fromkeys(CLAIMS, "supported")
    assert {c: truth["verdicts"][c]["verdict"] for c in CLAIMS} == dict.fromkeys(CLAIMS, "supported")


def test_the_view_gets_no_verdict_and_access_stands_beside_it(letter):
    view = {c.claim: c for c in letter[1]["A3"].claims}["A3c"]
    assert (view.verdict, view.reasons, view.grade) == ("not_determinable", ("judgement",), "-")
    assert view.sentence.startswith("In the inspectors' view")
    assert "handler_system_access_pct[intelligence]" in view.indicators


def test_figures_of_repeat_victims_are_the_true_ones(letter):
    true, bundle = letter[0]["values"], letter[1]["A3"]
    assert counted(bundle.indicator("repeat_flag_recall_pct")) == true["repeat_flag_recall"]
    assert sum(true["repeat_flag_recall"]) > 90
    for shift, counts in true["repeat_flag_recall_by_shift"].items():
        assert counted(bundle.indicator(f"repeat_flag_recall_pct[{shift}]")) == counts, shift
    worst = min(true["repeat_flag_recall_by_shift"].values(), key=lambda c: c[0] / (c[0] + c[1]))
    assert counted(bundle.indicator("worst_shift_recall_pct")) == worst
    precision = bundle.indicator("repeat_flag_precision_pct").value
    assert precision == pytest.approx(true["repeat_flag_precision_pct"], abs=1e-4)
    known = bundle.indicator("victim_reference_known_pct")
    assert (known.numerator, known.denominator) == (
        true["victim_contacts_with_reference"], true["victim_contacts"],
    )  # fmt: skip
    assert any("reference of the victim" in c for c in bundle.indicator("repeat_flag_recall_pct").caveats)


def test_figures_of_questions_and_access_are_the_true_ones(letter):
    true, bundle = letter[0]["values"], letter[1]["A3"]
    for indicator, key in (
        ("vulnerability_recorded_pct", "vulnerability_recorded"),
        ("repeat_question_asked_pct", "asked_previous"),
        ("vulnerability_question_asked_pct", "asked_vulnerability"),
    ):
        assert counted(bundle.indicator(indicator)) == true[key], indicator
    for team, counts in true["asked_previous_by_team"].items():
        assert counted(bundle.indicator(f"repeat_question_asked_pct[{team}]")) == counts
    for system, share in true["handler_system_access_pct"].items():
        got = bundle.indicator(f"handler_system_access_pct[{system}]").value
        assert got == pytest.approx(share, abs=1e-4), system


@pytest.mark.parametrize(("what", "name"), [("progress", "progress_updated_pct"), ("supervised", "supervised_pct")])
def test_figures_of_files_are_the_true_ones(letter, what, name):
    true, bundle = letter[0]["values"], letter[1]["A4"]
    strata = true["crime_file_strata"]
    for s in strata:
        attendance = "attended" if s["attended"] else "not_attended"
        assert counted(bundle.indicator(f"{name}[{attendance}, {s['group']}]")) == s[what]
    left = [sum(s[what][i] for s in strata if not s["attended"]) for i in range(3)]
    assert counted(bundle.indicator(f"{name}[not_attended]")) == left
    # Weighted by hand: a file stands for as many crimes as its stratum has for each file read.
    yes, known = (sum(s["size"] / s["files"] * sum(s[what][:k]) for s in strata) for k in (1, 2))
    overall = bundle.indicator(name)
    assert overall.value == pytest.approx(100 * yes / known)
    assert overall.value != pytest.approx(100 * overall.numerator / overall.denominator, abs=0.01)
    assert overall.lo < overall.value < overall.hi


def test_closure_readers_and_suspects_are_the_true_ones(letter):
    true, files, suspects = letter[0]["values"], letter[1]["A4"], letter[1]["A7"]
    before = files.indicator("supervised_before_closure_pct")
    assert before.numerator == true["files_supervised_before_closure"]
    assert before.denominator + before.unknown == true["files_closed"]
    for finding, (agreed, twice) in true["readers_agree"].items():
        got = files.indicator(f"review_agreement_kappa[{finding}]")
        assert (got.denominator, got.note) == (twice, f"The two readers found the same on {agreed} of {twice} files.")
        assert 0 < got.value < 1
    assert suspects.indicator("suspect_file_n").value == true["suspect_files"] == 14
    assert suspects.indicator("suspect_file_activity_pct").numerator == true["suspect_files_active"] == 11
    assert suspects.indicator("suspect_file_supervised_pct").numerator == true["suspect_files_supervised"] == 10
    assert suspects.indicator("suspect_file_activity_pct[circulated]").denominator == 5


def test_synthetic_evidence_says_so_and_nothing_drawn_is_empty(letter):
    for bundle in letter[1].values():
        assert bundle.synthetic and bundle.figures
        for figure in bundle.figures:
            assert figure.synthetic and "ynthetic" in figure.subtitle
            # Of 14 files all but a few say yes: those few would be told by the rest, so the shares are withheld.
            withheld = figure.name == "suspect-files"
            assert figure.empty == withheld
            assert withheld == ("too few persons" in figure.headline)


#: Facts changed together, and the claims that they flip.
FLIPS = [
    (
        {"victims_policy": False, "victims_procedure": False, "progress_share_not_attended": 0.3,
         "suspect_supervised_share": 0.1},
        {"A3a": NO, "A4a": NO, "A7b": NO},
    ),
    (
        {"repeat_recall_share": 0.35, "night_recall_share": 0.35, "supervised_share": 0.3,
         "suspect_activity_share": 0.1},
        {"A3b": NO, "A4b": NO, "A7a": NO},
    ),
    ({"victims_procedure": False, "night_recall_share": 0.45, "n_suspect_files": 4},
     {"A3a": OPEN, "A3b": OPEN, "A7a": OPEN, "A7b": OPEN}),
    ({"victims_policy": False, "vulnerability_asked_share": 0.4, "progress_share": 0.2, "n_circulated_files": 0},
     {"A3a": OPEN, "A3b": NO, "A4a": NO, "A7a": OPEN, "A7b": OPEN}),
    ({"vulnerability_asked_share": 0.7, "supervised_share_not_attended": 0.5, "suspect_activity_share": 0.36},
     {"A3b": OPEN, "A4b": OPEN, "A7a": OPEN}),
    ({"n_files": 20, "suspect_supervised_share": 0.36}, {"A4a": OPEN, "A4b": OPEN, "A7b": OPEN}),
    ({"repeat_asked_share": 0.2, "vulnerability_recorded_share": 0.2, "crime_access_share": 0.0,
      "same_day_closure_share": 1.0, "repeat_false_flag_share": 0.4}, {}),
    ({"readers_agree_share": 0.5}, {"A7a": OPEN, "A7b": OPEN}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "flipped"), FLIPS, ids=lambda x: "-".join(sorted(x)) or "none")
def test_changing_facts_changes_their_claims_and_no_others(letter, project_folder, changes, flipped):
    truth, after = worked(project_folder, changes)
    assert {c: v for c, v in decided(after).items() if v != "supported"} == flipped
    for claim in CLAIMS:
        assert truth["verdicts"][claim]["verdict"] == verdicts(after)[claim], claim
        if claim in flipped:
            assert sentences(after)[claim] != sentences(letter[1])[claim]


def test_half_truths_are_flagged_for_another_wording(project_folder):
    changes = {
        "victims_policy": False, "night_recall_share": 0.45, "progress_share": 0.68,
        "progress_share_not_attended": 0.68, "suspect_activity_share": 0.36,
    }  # fmt: skip
    _, bundles = worked(project_folder, changes)
    flags = {c.claim: c.flags for b in bundles.values() for c in b.claims if c.flags}
    assert flags == dict.fromkeys(("A3a", "A3b", "A4a", "A7a"), ("wording_mismatch",))


def test_small_counts_of_persons_are_withheld(project_folder):
    _, bundles = worked(project_folder, {"suspect_activity_share": 0.2}, ("A7",), "words")
    claim = {c.claim: c for c in bundles["A7"].claims}["A7a"]
    activity = bundles["A7"].indicator("suspect_file_activity_pct")
    assert activity.numerator == 3 and claim.why.startswith("3 of 14 files")
    shown = released(bundles["A7"], DisclosureRules(), "public")
    assert not shown.claims, "the sample of files is for the force alone"
    for audiences, told in ((("public",), False), (("force", "public"), True)):
        rules = DisclosureRules(audiences=audiences, persons=frozenset({"suspect_file_n"}))
        why = {c.claim: c.why for c in released(bundles["A7"], rules, "force").claims}["A7a"]
        assert ("Withheld: a figure on fewer than 5 persons" in why) is told
        assert (why == claim.why) is not told
        assert not told or "3 of 14" not in why
    shown, own = bundles["A7"].figures[0], bundles["A7"].figures[0].own
    values = {f.data: pd.read_csv(project_folder / "evidence" / "A7" / f.data)["value"].map(str) for f in (shown, own)}
    assert set(values[shown.data]) == {"[c]"}, (
        "what is withheld of files is said, for the other share is one of persons too"
    )
    assert own.sensitivity == "force" and float(values[own.data].iloc[0]) == pytest.approx(activity.value)


def test_without_the_year_before_the_question_asked_decides(tmp_path):
    """Repeat victims can't be told: no share of them is given, and the audits decide, or nothing does."""
    for name, audits, verdict in (("audited", "provided", "supported"), ("silent", "not_yet_received", OPEN)):
        folder = copy_project(tmp_path / name)
        project = find_project(folder)
        facts = facts_of({"repeat_recall_share": 0.2, "night_recall_share": 0.2})
        if audits != "provided":
            facts = facts.with_(tables_status=facts.tables_status | {"call_audit": audits})
        force = ForceFacts(slug="cleveland", population=559_966, recorded_crime=38_973, officers=1381.8)
        truth = simulate(project.raw, force, facts, SCALE, 1, *YEAR).truth
        prepare_force(project, project_params(project), "cleveland")
        bundle = evidence_of(project, "cleveland", folder / "evidence", ("A3",))["A3"]
        claim = {c.claim: c for c in bundle.claims}["A3b"]
        assert claim.verdict == truth["verdicts"]["A3b"]["verdict"] == verdict
        recall = bundle.indicator("repeat_flag_recall_pct")
        assert recall.value is None and "reach back" in recall.note
        if audits == "provided":
            assert "repeat_question_asked_pct" in claim.indicators
            assert "recognised" not in claim.sentence and "asked about earlier incidents" in claim.sentence
        else:
            assert claim.reasons == ("no_look_back",)


def project_params(project):
    from hmic_analysis.params.read import load_params

    return load_params(project)


def test_without_audits_the_assessments_stand_for_the_question(project_folder):
    status = {"tables_status": {"call_audit": "not_yet_received"}, "vulnerability_recorded_share": 0.3}
    truth, bundles = worked(project_folder, status, ("A3",))
    claim = {c.claim: c for c in bundles["A3"].claims}["A3b"]
    assert claim.verdict == truth["verdicts"]["A3b"]["verdict"] == "contradicted"
    assert "vulnerability_recorded_pct" in claim.indicators


def test_without_entries_the_readers_findings_decide(project_folder):
    status = {"tables_status": {"file_entry": "nil_return_unable"}, "supervised_share": 0.3}
    truth, bundles = worked(project_folder, status, ("A4", "A7"))
    expected = {"A4a": "supported", "A4b": NO, "A7a": "supported", "A7b": "supported"}
    assert decided(bundles) == expected == {c: truth["verdicts"][c]["verdict"] for c in expected}
    assert bundles["A4"].indicator("supervised_before_closure_pct").value is None


def test_what_was_not_asked_for_is_never_a_finding(project_folder):
    truth, bundles = worked(project_folder, {"tables_status": dict.fromkeys(TABLES, "not_requested")}, charts="words")
    assert decided(bundles) == dict.fromkeys(CLAIMS, OPEN)
    assert {truth["verdicts"][c]["verdict"] for c in CLAIMS} == {OPEN}
    assert {f: b.status for f, b in bundles.items()} == dict.fromkeys(FINDINGS, "no_data")
    reasons = {c.claim: c.reasons for b in bundles.values() for c in b.claims if c.claim in CLAIMS}
    assert reasons == dict.fromkeys(CLAIMS, ("not_requested",))
    assert all(b.request for b in bundles.values())
    assert not [i.id for b in bundles.values() for i in b.indicators if i.value is not None]
    drawn = [figure.empty for b in bundles.values() for figure in b.figures]
    assert drawn and all(drawn)


def test_a_nil_return_proves_nothing_here(project_folder):
    answers = {"file_review": "nil_return_unable", "contact_flag": "nil_return_refused",
               "call_audit": "nil_return_unable", "document": "not_yet_received"}  # fmt: skip
    truth, bundles = worked(project_folder, {"tables_status": answers})
    claims = {c.claim: c for b in bundles.values() for c in b.claims}
    assert {c: truth["verdicts"][c]["verdict"] for c in CLAIMS} == decided(bundles) == dict.fromkeys(CLAIMS, OPEN)
    for claim in ("A4a", "A4b", "A7a", "A7b"):
        assert claims[claim].reasons == ("nil_return_unable",), claim
    assert claims["A3a"].reasons == ("not_yet_received",)
    assert set(claims["A3b"].reasons) == {"nil_return_refused", "nil_return_unable"}


def test_a_force_that_sent_nothing_at_all(project_folder):
    bundles = evidence_of(find_project(project_folder), "gwent", project_folder / "evidence", FINDINGS, "words")
    assert set(verdicts(bundles).values()) == {OPEN}
    assert {b.status for b in bundles.values()} == {"no_data"}
    assert not any(i.value is not None for b in bundles.values() for i in b.indicators)


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("lookback", [0, 365])
def test_ways_make_what_they_say(tmp_path, number, lookback):
    """Whatever is drawn for the claims of these findings, facts and rows give the intended verdicts."""
    drawn = draw_force(f"force-{number}", seed=11, gaps=False)
    size = 60_000 * (number + 1)
    force = ForceFacts(slug=f"force-{number}", population=size, recorded_crime=size // 10, officers=size / 500)
    made = simulate(tmp_path, force, drawn.facts, 0.02, 11, *YEAR, lookback)
    for claim in CLAIMS:
        assert made.truth["verdicts"][claim]["verdict"] == STATES[drawn.states[claim]], (claim, drawn.states[claim])


def test_no_two_claims_are_made_by_the_same_fact():
    facts = {claim: {key for way in states.values() for w in way for key in w} for claim, states in WAYS_OF.items()}
    assert set(facts) == set(CLAIMS)
    for claim, keys in facts.items():
        assert not keys & set().union(*(k for c, k in facts.items() if c != claim)), claim
