"""The catalogue: its fixed names, its sentences, and what is refused in it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hmic_analysis.cli.catalogue import pages, returns_page
from hmic_analysis.cli.main import main
from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import ParameterError
from hmic_analysis.params.catalogue import PlainTest, values_named
from hmic_analysis.params.check import check_template
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = (
    "P1a P1b P1c P2a P2b P3a P3b P3c P4a P4b P4c P5a P5b P5c P5d A1a A1b A2a A2b A2c A3a A3b A3c A4a A4b "
    "A5a A5b A5c A5d A6a A6b A6c A7a A7b A8a A8b A9a A9b A10a F1a F1b F2a F3a F3b F4a F4b F5a F5b"
)
THRESHOLDS = {
    "A1": {
        "prior_incident_supported_pct": 80,
        "prior_incident_contradicted_pct": 50,
        "attendance_known_supported_pct": 95,
        "attendance_known_contradicted_pct": 80,
        "reconciliation_points": 2,
    },
    "A2": {"knowledge_correct_pct": 80, "policy_breach_gap_pct": 5},
    "A6": {
        "reproduced_within_pct": 5,
        "owner_assigned_pct": 95,
        "recent_activity_pct": 80,
        "recent_review_pct": 80,
        "contradicted_pct": 60,
        "activity_days": 28,
        "circulation_days": 7,
        "high_risk_days": 7,
    },
    "F1": {"min_products": 1, "product_months": 12, "min_coverage": 2, "shift_hours": 12},
    "F4": {"live_months": 6, "measured_pct": 80, "reproduced_within_pct": 10, "activity_days": 90},
}
TYPES = {
    "existence": "P1a P2a P3a P4a A2b A3a A8a A9a F1b F2a F5a",
    "absence": "P1b P4b",
    "capability": "A1b A6a A6b F5b",
    "incapability": "F4a",
    "in_progress": "P5d A10a F1a F4b",
    "acknowledgement": "P5c",
    "comparative": "A2c",
    "judgement": "P1c P4c A3c A5b",
}


@pytest.fixture(scope="module")
def params():
    return load_params(Project(ROOT))


@pytest.fixture(scope="module")
def claims(params):
    return {c.id: (f, c) for f in params.findings.values() for c in f.claims.values()}


def test_the_claims_of_the_letter_in_their_order(claims):
    assert [id for id in claims if id in CLAIMS.split()] == CLAIMS.split()


def test_thresholds_have_their_agreed_names_and_values(params):
    for id, expected in THRESHOLDS.items():
        finding = params.findings[id]
        found = {n: a.value for n, a in (*finding.definitions.items(), *finding.thresholds.items())}
        assert expected.items() <= found.items()


def test_types_of_claims(claims):
    for type, ids in TYPES.items():
        assert set(ids.split()) <= {id for id, (_, c) in claims.items() if c.type == type}


def test_every_notebook_is_there_and_named_after_its_finding(params):
    for finding in params.findings.values():
        assert finding.notebook == f"{finding.section}/{finding.stem}.ipynb"
        assert (ROOT / "notebooks" / "findings" / finding.notebook).is_file(), finding.notebook


def test_every_testable_claim_names_a_table_that_can_decide_it(claims):
    for id, (_, claim) in claims.items():
        assert claim.is_judgement or claim.tables, id


def test_rules_name_only_thresholds_of_the_finding(claims):
    for id, (finding, claim) in claims.items():
        names = set(finding.thresholds) | set(finding.definitions) | set(finding.indicators) | {"register_complete"}
        for word in re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", claim.rule):
            assert word in names, (id, word)


def test_sentences_print_no_number_of_their_own(params):
    for finding in params.findings.values():
        for line in finding.letter.sentences:
            for text in line.say:
                bare = re.sub(r"\{\{.*?\}\}", "", text, flags=re.S)
                assert set(re.findall(r"\d+", bare)) <= {"43"}, (finding.id, bare)


@pytest.mark.parametrize(
    ("text", "figures", "said"),
    [
        ("It is {{ v.share }}.", True, []),
        ('It is {{ v["share[all]"] }}, {{ v.share.lo }}.', True, []),
        ("It is {{ v.share.below('least') }}.", True, []),
        ("It is {{ v.shre }}.", True, ["unknown figure 'shre'. Did you mean 'share'?"]),
        ("It is {{ v.share.low }}.", True, ["unknown field 'low'. Did you mean"]),
        ("It is {{ v }}.", True, ["'v' must be followed by the name of a figure"]),
        ("It is {{ v.share }}.", False, ["unknown name 'v'"]),
        ("So {{ becuse }}.", True, ["unknown name 'becuse'"]),
        ("It is {{ v.share }.", True, ["not a valid template"]),
        ("It is {% if %}.", False, ["not a valid template"]),
        ("No stop", False, ["ends with a full stop"]),
    ],
)
def test_templates_are_checked(text, figures, said):
    found = check_template(text, ["share"] if figures else None)
    assert len(found) == len(said)
    for message, part in zip(found, said, strict=True):
        assert part in message


@pytest.mark.parametrize(
    ("stem", "old", "new", "said"),
    [
        ("a6_suspects", "[fta_bail_n, fta_bail_pct]", "[fta_bial_n]", "Did you mean 'fta_bail_n'?"),
        ("a2_attendance", "quantifier: few", "quantifier: fwe", "unknown quantifier 'fwe'. Did you mean 'few'?"),
        ("a6_suspects", "core: [suspect, bail", "core: [suspects, bail", "Did you mean 'suspect'?"),
        (
            "a2_attendance",
            "[force_reference, document]",
            "[force_referense, document]",
            "unknown table of this finding",
        ),
        ("a6_suspects", "  A6b:\n", "  A7b:\n", "named by its finding and a letter, such as A6a"),
        ("f4_time_saved", "type: incapability", "type: inability", "can't stand here"),
        ("f4_time_saved", "type: incapability", "type: judgement", "a judgement has a 'view' and no 'whether'"),
        ("p1_strategy", "sensitivity: public", "sensitivity: secret", "Allowed: restricted, force, public."),
        ("a1_recording", "below: [prior_incident_supported_pct]", "below: [prior_incident]", "unknown threshold"),
        ("f1_demand", "section: freeing_up_time", "section: freeing_time", "Did you mean 'freeing_up_time'?"),
        ("a6_suspects", "{{ v.fta_bail_n }}", "{{ v.fta_bail }}", "unknown figure 'fta_bail'. Did you mean"),
        ("a6_suspects", ".below('contradicted_pct')", ".below('contradict_pct')", "unknown threshold 'contradict_pct'"),
        ("a6_suspects", "{A6c: contradicted}", "{A6c: contradict}", "Did you mean 'contradicted'?"),
        ("a6_suspects", "{A6c: contradicted}", "{A6z: contradicted}", "unknown claim with a verdict 'A6z'"),
        (
            "a6_suspects",
            "- when: {A6c: contradicted}",
            "- when: {A6a: any, A6b: any}",
            "A6c needs a sentence of its own",
        ),
        ("a6_suspects", "  fta_bail_pct:\n", "  fta_bail_n:\n", "the key 'fta_bail_n' is given twice"),
        ("a2_attendance", "question: ", "questoin: ", "Did you mean 'question'?"),
        ("a6_suspects", "better: lower", "better: smaller", "Allowed: higher, lower, -."),
        ("f5_devices", "title:", "id: F5\ntitle:", "remove this key; the name of the file tells it"),
        (
            "a6_suspects",
            "    label: Named",
            "    name: x\n    label: Named",
            "remove this key; the key above is the name",
        ),
        ("a6_suspects", "  fta_bail_pct:\n", "  fta_bail_28d_pct:\n", "no number stands in a name"),
        ("a6_suspects", "kind: rate", "kind: ratio", "Did you mean 'rate'? Allowed: share, count, rate, quantile"),
        ("a6_suspects", "window: period", "window: month", "Allowed: period, as_of."),
        ("a6_suspects", "    unit: per 1,000 crimes\n", "", "unit: this key is missing."),
        ("a6_suspects", "kind: share\n", "kind: share\n    unit: count\n", "a share is in per cent: remove its unit"),
        ("a6_suspects", "{{ activity_days }}", "{{ activty_days }}", "unknown value 'activty_days'. Did you mean"),
        ("a6_suspects", "{{ activity_days }}", "{{ activity_days + 1 }}", "and compute nothing"),
        ("a6_suspects", "{{ activity_days }}", "{{ as_of }}", "unknown value 'as_of'"),
        (
            "a2_attendance",
            "{{ attendance.resource_types }}",
            "{{ attendance.types }}",
            "unknown value 'attendance.types'",
        ),
        ("a6_suspects", "needs: [suspect]", "needs: [crimes]", "unknown table of this finding 'crimes'"),
        (
            "a6_suspects",
            "  contradicted_below: contradicted_pct",
            "  contradicted_below: low",
            "unknown threshold 'low'",
        ),
        ("a5_offenders", "all: {iom_meeting_held_pct", "all: {iom_assessed_pct", "unknown indicator of this claim"),
        (
            "p2_initiatives",
            "        dmm_held_pct: meetings_held_contra",
            "        dmm_held: meetings_held_contra",
            "dmm_held",
        ),
        (
            "a5_offenders",
            "      all: {iom_meeting",
            "      any: {iom_meeting",
            "Allowed: needs, all, contradicted_below, at_most, contradicted_above.",
        ),
        ("a5_offenders", "      all: {iom_meeting", "      at_most: {}\n      al: {iom_meeting", "Did you mean 'all'"),
        (
            "a6_suspects",
            "  contradicted_below: contr",
            "  contradicted_above: contr",
            "'contradicted_above' with 'at_m",
        ),
        (
            "a6_suspects",
            "thresholds:\n",
            "thresholds:\n  activity_days: {value: 1, unit: days, meaning: x}\n",
            "same name",
        ),
    ],
)
def test_faults_of_the_catalogue_name_their_line(tmp_path, stem, old, new, said):
    shutil.copytree(ROOT / "params", tmp_path / "params", ignore=shutil.ignore_patterns("sources", "letters"))
    path = tmp_path / "params" / "findings" / f"{stem}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ParameterError) as found:
        load_params(Project(tmp_path))
    assert said in found.value.message
    told = rf"params/findings/{stem}\.yml( can't be used \(\d+ faults?\):\n  line \d+, [a-z]|, line \d+: )"
    assert re.search(told, found.value.message), found.value.message


def test_a_figure_is_declared_whole(params):
    """The unit follows from the kind where it can, and nothing is left over that no word of the definition says."""
    for finding in params.findings.values():
        words = " ".join(text for i in finding.indicators.values() for text in i.texts.values())
        for indicator in finding.indicators.values():
            assert (indicator.kind == "share") == (indicator.unit == "%" and indicator.kind != "figure"), indicator.name
        for name in finding.definitions:
            assert name in values_named(words), f"{finding.id}: no definition says {name}"


def test_rules_of_declared_tests_are_made_from_them(params):
    rule = params.findings["A6"].claims["A6c"].rule
    assert rule.startswith(
        "Supported if the lower bounds reach owner_assigned_pct (outstanding suspects with a current"
    )
    assert rule.endswith("contradicted if the upper bound of any lies below contradicted_pct.")
    rule = params.findings["P2"].claims["P2b"].rule
    assert "an upper bound lies below meetings_held_contradicted_pct (daily" in rule
    assert "closed_in_time_pct" not in rule.partition("contradicted if")[2], "it can't contradict"
    assert rule.endswith("Minutes alone are weak evidence.")
    assert "of any lies below its own." in params.findings["A5"].claims["A5c"].rule


def test_a_test_without_a_lower_threshold_contradicts_below_the_one_it_must_reach():
    test = PlainTest(all={"a": "x", "b": "y"})
    assert (test.contradicting("a"), test.contradicting("b")) == ("x", "y")
    assert PlainTest(all={"a": "x", "b": "y"}, contradicted_below="low").contradicting("b") == "low"
    apart = PlainTest(all={"a": "x", "b": "y"}, contradicted_below={"a": "low"})
    assert (apart.contradicting("a"), apart.contradicting("b")) == ("low", None)


def test_few_is_declared_as_at_most():
    few = PlainTest(at_most={"over_year_pct": "few_pct"}, contradicted_above="many_pct")
    assert few.contradicting("over_year_pct") == "many_pct"
    assert few.in_words({"over_year_pct": "Outstanding for more than a year"}) == (
        "Supported if the upper bound does not exceed few_pct (outstanding for more than a year); "
        "contradicted if the lower bound exceeds many_pct."
    )
    assert PlainTest(at_most={"a": "x", "b": "y"}).in_words({}) == (
        "Supported if the upper bounds do not exceed x (a) and y (b); "
        "contradicted if the lower bound of any exceeds its own."
    )


@pytest.mark.parametrize("declared", [{}, {"all": {"a": "x"}, "at_most": {"b": "y"}}])
def test_a_test_goes_one_way(declared):
    with pytest.raises(ValueError, match="under 'all' .* or under 'at_most'"):
        PlainTest(**declared)


def test_a_claim_takes_its_indicators_from_the_catalogue_in_its_order(claims):
    claim = claims["P4b"][1]
    taken = ["cp_training_pct[pcso]", "cp_training_pct", "cp_any_training_n", "cp_training_pct_victim_facing"]
    assert claim.decided_by(taken) == ["cp_training_pct_victim_facing", "cp_training_pct[pcso]"]
    assert claims["A4a"][1].decided_by(["progress_updated_pct[attended]", "progress_updated_pct"]) == [
        "progress_updated_pct"
    ]
    assert claims["A4a"][1].names == ("progress_updated_pct", "same_day_closure_pct", "review_agreement_kappa")


@pytest.mark.parametrize("place", ["docs/findings.md", "data/raw/README.md"])
def test_pages_made_from_what_is_declared_are_up_to_date(params, place):
    made = {path.as_posix(): text for path, text in pages(params).items()}
    assert (ROOT / place).read_text(encoding="utf-8") == made[place], f"{place} is out of date: run 'hmic docs'"


def test_the_table_of_indicators_has_each_at_most_once_in_the_order_of_the_catalogue(params):
    page = (ROOT / "docs/indicators.md").read_text(encoding="utf-8")
    named = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    # One that was added since was defined in one place from the start: it needs no row.
    assert named == [name for finding in params.findings.values() for name in finding.indicators if name in named]


def test_the_page_of_returns_has_every_column(params):
    page = returns_page(params)
    for contract in CONTRACTS.values():
        part = page.split(f"\n### {contract.name}\n")[1].split("\n### ")[0]
        assert [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")] == list(
            contract.column_names
        )


def test_the_command_writes_the_pages(params, tmp_path):
    shutil.copytree(ROOT / "params", tmp_path / "params", ignore=shutil.ignore_patterns("sources", "letters"))
    assert main(["docs", "--project", str(tmp_path)]) == 0
    assert {p: (tmp_path / p).read_text(encoding="utf-8") for p in pages(params)} == pages(params)
