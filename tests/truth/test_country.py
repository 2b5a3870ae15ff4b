"""All findings on all 43 forces: what is measured is what is true, and nothing is claimed that isn't.

What is true of each claim on each force is drawn first; the data follow from it.  The forces of the first seed go
through the commands that people use, some of those of further seeds through the notebooks' code alone;
``benchmarks/truth.py`` does all forces for as many seeds as one likes.
"""

from __future__ import annotations

from collections import Counter

import pytest

from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.cli.main import main
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

from ..conftest import copy_project
from ..support import leave_undrawn
from .country import VERDICT, judged, measure_all, truth_of

SEEDS = (2,)
#: Of each so many forces one has its pictures drawn.
DRAWN = 14


@pytest.fixture(scope="module")
def run_by_commands(tmp_path_factory):
    """43 forces simulated, loaded and run by commands; the exit code of the run of all.

    Pictures are drawn for some of them only: nothing here looks at one, and they take a third of a run.
    """
    project = find_project(copy_project(tmp_path_factory.mktemp("country") / "project"))
    where = ["--project", str(project.root)]
    assert main(["data", "simulate", "--all", "--varied", "--scale", "0.02", "--seed", "1", *where]) == 0
    some = [word for force in load_params(project).territorial[::DRAWN] for word in ("--force", force.slug)]
    assert main(["run", *some, "--quiet", *where]) == 0
    leave_undrawn(project)
    return project, main(["run", "--all", "--quiet", *where])


@pytest.fixture(scope="module")
def first(run_by_commands):
    """Claims of the first seed."""
    project, _ = run_by_commands
    measured = {
        slug: {
            c.claim: (c.verdict, c.flags)
            for spec in load_params(project).findings.values()
            for c in read_bundle(project.runs(slug) / spec.id).claims
        }
        for slug in truth_of(project)
    }
    return judged(project, measured)


@pytest.fixture(scope="module", params=SEEDS)
def further(request, tmp_path_factory):
    """Claims of a further seed."""
    project = find_project(copy_project(tmp_path_factory.mktemp(f"seed-{request.param}") / "project"))
    params = load_params(project)
    some = [f.slug for f in params.territorial][request.param :: 14]
    simulate_forces(project, params, some, None, 0.02, request.param, workers=2)
    return judged(project, measure_all(project.root))


def test_every_report_of_every_force_is_green(run_by_commands):
    project, code = run_by_commands
    assert code == 0
    params = load_params(project)
    statuses = Counter(
        read_bundle(project.runs(f.slug) / spec.id).status
        for f in params.territorial
        for spec in params.findings.values()
    )
    assert sum(statuses.values()) == 43 * 20
    assert statuses["complete"] > 700


def test_forces_that_sent_nothing_are_told_apart_from_findings(run_by_commands):
    project, _ = run_by_commands
    silent = [slug for slug, force in truth_of(project).items() if force["sends_nothing"]]
    assert silent
    for slug in silent:
        for spec in load_params(project).findings.values():
            claims = [c for c in read_bundle(project.runs(slug) / spec.id).claims if c.claim != "A2c"]
            assert {c.verdict for c in claims} <= {"not_determinable"}


def check(found, least):
    """The three promises over the claims of one seed; ``least``: claims with enough data to be decided."""
    wrong = [j for j in found if (j.state, j.verdict) in (("false", "supported"), ("true", "contradicted"))]
    assert not wrong
    enough = [j for j in found if j.state != "middle" and j.truth != "not_determinable"]
    undecided = [j for j in enough if j.verdict == "not_determinable"]
    assert len(enough) >= least
    assert len(undecided) <= 0.05 * len(enough), Counter(j.claim for j in undecided)
    near = [j for j in found if j.state == "middle"]
    decided = [j for j in near if j.verdict != "not_determinable" and "wording_mismatch" not in j.flags]
    assert len(near) >= least / 8
    # A fact near its threshold is decided no more often than a 95% interval errs.
    assert len(decided) <= 0.05 * len(near), Counter(j.claim for j in decided)


def test_first_seed_claims_nothing_that_is_not_so(first):
    check(first, 1000)


def test_further_seeds_claim_nothing_that_is_not_so(further):
    check(further, 60)


def test_every_claim_is_met_in_each_of_its_states(first):
    from hmic_analysis.simulate.ground import all_ways

    met = {(j.claim, j.state) for j in first}
    possible = {(claim, state) for claim, ways in all_ways().items() for state in ways}
    assert met >= possible
    by_claim = Counter(j.claim for j in first if j.verdict == VERDICT[j.state])
    assert min(by_claim.values()) > 25, by_claim
