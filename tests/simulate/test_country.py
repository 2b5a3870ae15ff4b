"""Many forces at once: what is true is drawn first, and the data follow from it."""

from __future__ import annotations

import csv
import datetime as dt
import json

import pytest

from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.ground import Between, all_ways
from hmic_analysis.simulate.returns import Order, draw_force, simulate_country
from hmic_analysis.simulate.world import ForceFacts

VERDICT = {"true": "supported", "false": "contradicted", "middle": "not_determinable"}
SLUGS = ("cleveland", "gwent", "surrey", "north-wales", "humberside", "essex")
EVERYONE = (*SLUGS, *(f"force-{i:02d}" for i in range(37)))


def order(slug, crime=8000):
    size = ForceFacts(slug=slug, population=crime * 14, recorded_crime=crime, officers=crime / 30)
    return Order(size, dt.date(2012, 12, 1), dt.date(2013, 11, 30), dt.date(2014, 3, 31))


def run(raw, slugs=SLUGS, **more):
    return dict(simulate_country(raw, [order(s) for s in slugs], EVERYONE, 0.05, more.pop("seed", 1), **more))


def files(raw, slug):
    return {p.name: p.read_bytes() for p in (raw / slug).iterdir()}


def test_no_two_claims_turn_on_the_same_fact():
    held = {}
    for claim, ways in all_ways().items():
        for name in {k for alternatives in ways.values() for way in alternatives for k in way} - {"implies"}:
            assert name in Facts.model_fields, f"{claim} names the unknown fact {name}"
            held.setdefault(name, set()).add(claim)
    shared = {name: claims for name, claims in held.items() if len(claims) > 1}
    # Without any product neither claim on demand can stand; that is said by "implies".
    assert shared == {}


def test_every_claim_but_views_and_what_follows_from_others_can_be_drawn(root):
    from hmic_analysis.params.read import load_params
    from hmic_analysis.project import find_project

    claims = {c: spec for f in load_params(find_project(root)).findings.values() for c, spec in f.claims.items()}
    drawn = set(all_ways())
    derived = {"A2c", "A5b"}
    assert drawn == {c for c, spec in claims.items() if spec.type != "judgement"} - derived


def test_a_force_is_drawn_the_same_whoever_else_is():
    one = draw_force("cleveland", 3)
    assert one == draw_force("cleveland", 3)
    assert one.facts != draw_force("cleveland", 4).facts
    assert one.states != draw_force("gwent", 3).states


def test_a_drawn_number_lies_between_its_ends():
    import numpy as np

    rng = np.random.default_rng(1)
    assert {Between(2, 3).draw(rng) for _ in range(50)} == {2, 3}
    values = [Between(0.2, 0.4).draw(rng) for _ in range(50)]
    assert all(0.2 <= v <= 0.4 for v in values) and len(set(values)) > 10


def test_verdicts_of_the_truth_follow_the_states_that_were_drawn(tmp_path):
    """The rules, written out a second time, come to the verdict that each claim was drawn for."""
    seen = set()
    for seed in (1, 2, 3):
        made = run(tmp_path / str(seed), seed=seed)
        told = json.loads((tmp_path / str(seed) / "england-and-wales" / "truth.json").read_text(encoding="utf-8"))
        for slug, force in told["forces"].items():
            assert (made[slug] is None) == force["sends_nothing"]
            gaps = draw_force(slug, seed).facts.tables_status
            for claim, verdict in force["verdicts"].items():
                state = force["states"].get(claim)
                if state is None:
                    continue
                seen.add((claim, state))
                # A table that was not sent may leave a claim open; it never turns one round.
                assert verdict == VERDICT[state] or (gaps and verdict == "not_determinable"), (seed, slug, claim)
    assert len(seen) > 60


def test_files_do_not_depend_on_the_number_of_processes(tmp_path):
    run(tmp_path / "one", SLUGS[:2])
    run(tmp_path / "two", SLUGS[:2], workers=2)
    for slug in (*SLUGS[:2], "england-and-wales"):
        assert (tmp_path / "one" / slug).exists() == (tmp_path / "two" / slug).exists()
        if (tmp_path / "one" / slug).exists():
            assert files(tmp_path / "one", slug) == files(tmp_path / "two", slug)


def test_a_force_that_sends_nothing_leaves_no_folder_and_a_real_return_is_kept(tmp_path):
    silent = next(
        (s, slug) for s in range(1, 40) for slug in SLUGS if draw_force(slug, s).silent
    )  # fmt: skip
    seed, slug = silent
    run(tmp_path, [slug], facts=Facts())
    assert (tmp_path / slug).is_dir()
    assert run(tmp_path, [slug], seed=seed) == {slug: None}
    assert not (tmp_path / slug).exists()
    (tmp_path / slug).mkdir()
    (tmp_path / slug / "incident.csv").write_text("incident_id\n1\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="not marked as simulated"):
        run(tmp_path, [slug], seed=seed)
    assert (tmp_path / slug / "incident.csv").read_text(encoding="utf-8") == "incident_id\n1\n"


def test_the_reference_counts_the_forces_drawn(tmp_path):
    run(tmp_path)
    told = json.loads((tmp_path / "england-and-wales" / "truth.json").read_text(encoding="utf-8"))
    with (tmp_path / "england-and-wales" / "force_reference.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    listed = {row["force_slug"] for row in table if row["response_policy"] == "attend_all"}
    for slug, force in told["forces"].items():
        assert (slug in listed) == (force["states"]["A2b"] == "true")
    assert len(table) == len(EVERYONE) and len(listed) == 6
