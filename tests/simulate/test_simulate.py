"""Simulating a return: repeatable, one fact at a time, bounded in memory, never over real data."""

from __future__ import annotations

import datetime as dt
import hashlib
import tracemalloc
from pathlib import Path

import pytest

from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate.facts import Facts, facts_from_file
from hmic_analysis.simulate.world import ForceFacts

from .recount import read


def digests(made):
    """Fingerprint of each table."""
    return {p.stem: hashlib.sha256(p.read_bytes()).hexdigest() for p in made.files if p.suffix == ".csv"}


#: Findings whose facts are tried here one at a time; those of the further topics are tried in tests/truth.
CLAIMS = ("A1a", "A1b", "A2a", "A2b", "A2c", "A6a", "A6b", "A6c", "F1a", "F1b", "F4a", "F4b")


def intended(made):
    """The intended verdict on each of these claims."""
    return {c: made.truth["verdicts"][c]["verdict"] for c in CLAIMS}


def test_same_arguments_same_bytes(make):
    one, two = make("one"), make("two")
    assert [p.read_bytes() for p in one.files] == [p.read_bytes() for p in two.files]


def test_seed_and_force_change_the_data(make):
    first = digests(make("one"))
    other_seed = digests(make("two", seed=2))
    other_force = digests(
        make(
            "three",
            force=ForceFacts(slug="durham", population=559_966, recorded_crime=38_973, officers=1381.8),
        )
    )
    for table in ("incident", "deployment", "crime", "suspect", "bail", "duty_hours"):
        assert len({first[table], other_seed[table], other_force[table]}) == 3


#: Tables of calls, and those that follow them: dispatches, victims and what was flagged about them.
CALLS = {"incident", "deployment", "data_request", "dispatch", "crime", "contact_flag"}
ONE_FACT = [
    ({"attendance_known_share": 0.7}, {"A1b"}, CALLS | {"incident_crime"}),
    ({"prior_incident_share": 0.4}, {"A1a"}, None),
    ({"states_attendance": False}, {"A1b"}, {"data_request"}),
    ({"stated_rate_error_points": 6.0}, {"A1b"}, {"data_request"}),
    # How many crimes nobody attended also says how many a file of one stands for.
    ({"attendance_share": 0.4}, set(), CALLS | {"file_review"}),
    ({"policy_attend_all": False, "reference_lists_force": True}, {"A2b", "A2c"}, {"document"}),
    ({"policy_attend_all": False}, {"A2b", "A2c"}, {"document"}),
    ({"policy_exists": False, "reference_lists_force": True}, {"A2a", "A2b", "A2c"}, {"document"}),
    ({"knowledge_correct_share": 0.6}, {"A2a"}, {"knowledge_check"}),
    ({"n_forces_attend_all": 20}, {"A2c"}, set()),
    ({"n_forces_policy_unknown": 9}, {"A2c"}, set()),
    ({"reference_lists_force": False}, {"A2c"}, set()),
    ({"states_outstanding": False}, {"A6a"}, {"data_request"}),
    ({"states_fta": False}, {"A6b"}, {"data_request"}),
    ({"stated_outstanding_error_pct": 20.0}, {"A6a"}, {"data_request"}),
    ({"stated_fta_error_pct": -20.0}, {"A6b"}, {"data_request"}),
    ({"owner_share": 0.5}, {"A6c"}, {"suspect"}),
    ({"active_28d_share": 0.7}, {"A6c"}, {"suspect"}),
    ({"supervised_28d_share": 0.3}, {"A6c"}, {"suspect"}),
    ({"circulated_share": 0.2}, set(), {"pnc_circulation"}),
    ({"n_demand_products": 0}, {"F1a", "F1b"}, {"document"}),
    ({"demand_plan": False}, {"F1a"}, {"document"}),
    ({"demand_covers": ("place",)}, {"F1b"}, {"document"}),
    ({"register_complete": False}, set(), {"data_request"}),
    ({"measured_changes": 6}, set(), {"benefit", "benefit_month"}),
    ({"states_savings": True}, set(), {"data_request"}),
    ({"measured_changes": 6, "states_savings": True}, {"F4a"}, {"benefit", "benefit_month", "data_request"}),
    ({"measured_changes": 3, "states_savings": True}, {"F4a"}, {"benefit", "data_request"}),
    ({"savings_work_ongoing": False}, {"F4b"}, {"document"}),
    ({"savings_work_days_ago": 91}, {"F4b"}, {"document"}),
]


@pytest.mark.parametrize(
    ("change", "claims", "tables"), ONE_FACT, ids=lambda x: ",".join(sorted(map(str, x))) if x else "-"
)
def test_one_fact_changes_only_its_part(make, change, claims, tables):
    base, made = make("base"), make("changed", Facts().with_(**change))
    verdicts = [intended(x) for x in (base, made)]
    assert {c for c in verdicts[0] if verdicts[0][c] != verdicts[1][c]} == claims
    assert set(verdicts[0].values()) == {"supported"}
    if tables is not None:
        before, after = digests(base), digests(made)
        assert {t for t in before if before[t] != after[t]} == tables


def test_intended_verdicts_of_the_opposite_force(make):
    facts = Facts().with_(
        prior_incident_share=0.3, attendance_known_share=0.6, policy_attend_all=False, knowledge_correct_share=0.5,
        states_outstanding=False, states_fta=False, owner_share=0.5, n_demand_products=0, demand_plan=False,
        measured_changes=6, states_savings=True, savings_work_ongoing=False,
    )  # fmt: skip
    assert set(intended(make(facts=facts)).values()) == {"contradicted"}


@pytest.mark.parametrize("status", ["nil_return_unable", "nil_return_refused", "not_yet_received", "not_requested"])
def test_tables_not_provided_are_not_written_and_logged(make, status):
    made = make(facts=Facts().with_(tables_status={"suspect": status, "deployment": status}))
    assert not (made.folder / "suspect.csv").exists() and not (made.folder / "deployment.csv").exists()
    log = read(made.folder, "data_request").set_index("item")
    assert log.status["suspect"] == log.status["deployment"] == status and log.status["bail"] == "provided"
    assert log.requested_on.isna()["suspect"] == (status == "not_requested")
    verdicts = {c: v["verdict"] for c, v in made.truth["verdicts"].items()}
    assert [verdicts[c] for c in ("A1b", "A6a", "A6c")] == ["not_determinable"] * 3
    assert [verdicts[c] for c in ("A1a", "A6b")] == ["supported"] * 2
    assert "suspect" not in made.truth["planted_faults"]["kept_aside"]


def test_figures_not_asked_for_decide_nothing(make):
    made = make(facts=Facts().with_(tables_status={"failed_to_answer_bail": "not_requested"}))
    assert made.truth["verdicts"]["A6b"]["verdict"] == "not_determinable"
    log = read(made.folder, "data_request").set_index("item")
    assert log.stated_value.isna()["failed_to_answer_bail"]


def test_stated_figures_are_the_truth(make):
    made = make()
    log = read(made.folder, "data_request").set_index("item")
    values = made.truth["values"]
    assert float(log.stated_value["attendance_pct"]) == pytest.approx(values["attendance_pct"], abs=0.05)
    assert int(log.stated_value["named_suspects_outstanding"]) == values["named_suspects_outstanding_n"]
    assert log.register_complete["document"] == "yes"


def test_numbers_of_persons_grow_with_the_force(make):
    whole = make("whole", scale=0.5).truth["values"]
    assert (whole["named_suspects_outstanding_n"], whole["fta_bail_n"]) == (210, 38)
    small = make("small").truth["values"]
    assert (small["named_suspects_outstanding_n"], small["fta_bail_n"]) == (60, 20)


def test_memory_does_not_grow_with_the_force(make):
    def peak(scale):
        tracemalloc.start()
        make(f"scale-{scale}", scale=scale, period_start=dt.date(2013, 9, 1))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(0.02)
    small, large = peak(2), peak(6)
    assert large < 1.5 * small


def test_a_real_return_is_never_overwritten(make, tmp_path):
    real = tmp_path / "raw" / "cleveland"
    real.mkdir(parents=True)
    (real / "incident.csv").write_text("incident_id\nA1\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="not marked as simulated") as caught:
        make()
    assert "Nothing was written" in caught.value.message
    assert [p.name for p in real.iterdir()] == ["incident.csv"]


def test_simulating_again_replaces_the_whole_folder(make):
    make()
    made = make(facts=Facts().with_(tables_status={"bail": "not_requested"}))
    assert not (made.folder / "bail.csv").exists()
    assert [p.name for p in made.folder.parent.iterdir()] == ["cleveland"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"period_end": dt.date(2012, 1, 1)}, "the end must come after"),
        ({"as_of": dt.date(2013, 1, 1)}, "lies before the end of the period"),
        ({"scale": 0}, "Scale 0 is impossible"),
        ({"seed": -1}, "Seed -1 is impossible"),
        ({"lookback_days": 9999}, "look-back"),
    ],
)
def test_impossible_frames_are_refused(make, tmp_path, change, words):
    with pytest.raises(ParameterError, match=words):
        make(**change)
    assert not (tmp_path / "raw").exists()


def test_facts_from_file(tmp_path):
    path = tmp_path / "facts.yml"
    path.write_text(
        "attendance_share:\n  theft_from_vehicle: 0.1\nstates_fta: false\ntables_status:\n  bail: not_requested\n",
        encoding="utf-8",
    )
    facts = facts_from_file(path)
    assert facts.attendance_share["theft_from_vehicle"] == 0.1
    assert facts.attendance_share["robbery"] == Facts().attendance_share["robbery"]
    assert facts == Facts().with_(
        attendance_share={"theft_from_vehicle": 0.1},
        states_fta=False,
        tables_status={"bail": "not_requested"},
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("owner_share: 0.9\nowner_shar: 0.5\n", ["line 2", "owner_shar", "Did you mean 'owner_share'"]),
        ("owner_share: 90\n", ["line 1", "owner_share", "less than or equal to 1"]),
        ("n_fta: many\n", ["line 1", "n_fta", "a whole number"]),
        ("tables_status:\n  bayl: not_requested\n", ["line 2", "bayl", "Did you mean 'bail'"]),
        ("tables_status:\n  bail: lost\n", ["line 2", "lost", "not_yet_received"]),
        (
            "attendance_share:\n  burglery_dwelling: 0.4\n",
            ["line 2", "burglery_dwelling", "burglary_dwelling"],
        ),
        ("cells_as:\n  surveyed.reported_on: {never: 0.1}\n", ["line 2", "Did you mean 'survey.reported_on'", " more"]),
        ("measured_changes: 9\n", ["line 1", "9 of 6"]),
        ("n_forces_attend_all: 0\n", ["line 1", "at least 1"]),
        ("demand_covers: [hours]\n", ["line 1", "hours", "Did you mean 'hour'"]),
        ("", ["empty"]),
    ],
)
def test_faults_of_a_facts_file_are_named(tmp_path, text, words):
    path = tmp_path / "facts.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        facts_from_file(path)
    assert all(word in caught.value.message for word in ["facts.yml", *words])


SCENARIOS = Path(__file__).resolve().parents[2] / "params" / "scenarios"


def verdicts_of(make, scenario):
    return intended(make(facts=facts_from_file(SCENARIOS / f"{scenario}.yml")))


def test_scenario_of_a_force_that_cannot_say(make):
    assert set(verdicts_of(make, "force-that-cannot-say").values()) == {"contradicted"}


def test_scenario_of_a_force_that_sent_little(make):
    found = verdicts_of(make, "force-that-sent-little")
    assert {c for c, v in found.items() if v == "supported"} == {"A1a", "A2b", "A2c", "F1a", "F1b", "F4b"}
    assert {c for c, v in found.items() if v == "not_determinable"} == {
        "A1b",
        "A2a",
        "A6a",
        "A6b",
        "A6c",
        "F4a",
    }


def test_with_names_the_unknown_fact():
    with pytest.raises(ParameterError, match="Did you mean 'states_fta'"):
        Facts().with_(state_fta=True)
