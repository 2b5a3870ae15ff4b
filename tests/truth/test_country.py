"""All findings on all 43 forces: what is measured is what is true, and nothing is claimed that isn't.

What is true of each claim on each force is drawn first; the data follow from it.  All forces go through the notebooks'
code; some, and those that sent nothing, also through the commands that people use, which must say the same
(``tests/process/release/test_cycle.py`` takes some of them from draft to update).  ``test_damaged.py`` draws another seed,
and ``benchmarks/truth.py`` does all forces for as many seeds as one likes.
"""

from __future__ import annotations

from collections import Counter

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.simulate.returns import TRAPS, draw_force

from ..conftest import copy_project
from .country import VERDICT, judged, measure_all, truth_of

#: Of each so many forces one goes through the commands.
COMMANDED = 15


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """43 forces simulated by command."""
    project = find_project(copy_project(tmp_path_factory.mktemp("country") / "project"))
    where = ["--project", str(project.root)]
    assert main(["data", "simulate", "--all", "--varied", "--scale", "0.02", "--seed", "1", *where]) == 0
    return project


@pytest.fixture(scope="module")
def worked(country):
    """Every force that sent something, worked through."""
    return measure_all(country.root)


@pytest.fixture(scope="module")
def commanded(country, worked):
    """Forces loaded and run by commands, with those that sent nothing; their slugs, and the exit code."""
    silent = [slug for slug, force in truth_of(country).items() if force["sends_nothing"]]
    slugs = [f.slug for f in load_params(country).territorial]
    some = list(dict.fromkeys([*slugs[::COMMANDED], *silent]))
    words = [word for slug in some for word in ("--force", slug)]
    return some, main(["run", *words, "--quiet", "--project", str(country.root)])


@pytest.fixture(scope="module")
def first(country, worked):
    """What was measured of each claim beside what is true."""
    return judged(country, worked)


def test_every_report_of_every_force_is_green(country, worked, commanded):
    some, code = commanded
    assert code == 0
    by_commands = {slug: bundles(country, slug) for slug in some}
    statuses = Counter(b.status for found in by_commands.values() for b in found)
    statuses.update(status for slug, found in worked.items() if slug not in some for status in found.statuses.values())
    params = load_params(country)
    reports = len(params.territorial) * len(params.findings)
    assert sum(statuses.values()) == reports
    assert statuses["complete"] > 0.814 * reports


def test_commands_say_what_the_notebooks_code_says(country, worked, commanded):
    some, _ = commanded
    both = [slug for slug in some if slug in worked]
    assert len(both) > 2
    for slug in both:
        found = bundles(country, slug)
        assert {b.finding: b.status for b in found} == worked[slug].statuses
        assert {c.claim: (c.verdict, c.flags) for b in found for c in b.claims} == worked[slug].claims


def test_forces_that_sent_nothing_are_told_apart_from_findings(country, commanded):
    some, _ = commanded
    silent = [slug for slug, force in truth_of(country).items() if force["sends_nothing"]]
    assert silent
    for slug in silent:
        assert slug in some
        claims = [c for b in bundles(country, slug) for c in b.claims if c.claim != "A2c"]
        assert {c.verdict for c in claims} <= {"not_determinable"}


def test_every_trap_is_planted_in_some_forces_and_not_in_all(country):
    """What is easily counted amiss: no verdict of the tests beside this one may be false for it."""
    drawn = [draw_force(slug, 1).facts for slug, force in truth_of(country).items() if not force["sends_nothing"]]
    for name, trap in TRAPS.items():
        having = [f for f in drawn if all(_has(getattr(f, fact), value) for fact, value in trap.items())]
        assert 0 < len(having) < len(drawn), name


def _has(found, value):
    return value.items() <= found.items() if isinstance(value, dict) else found == value


def bundles(project, slug):
    """The evidence on a force that the commands left."""
    return [read_bundle(project.runs(slug) / spec.id) for spec in load_params(project).findings.values()]


def test_nothing_is_claimed_that_is_not_so(first):
    """Nothing false is supported, nothing true contradicted; what can be decided is, and hardly ever what can't."""
    wrong = [j for j in first if (j.state, j.verdict) in (("false", "supported"), ("true", "contradicted"))]
    assert not wrong
    enough = [j for j in first if j.state != "middle" and j.truth != "not_determinable"]
    undecided = [j for j in enough if j.verdict == "not_determinable"]
    assert len(enough) >= 1000
    assert len(undecided) <= 0.05 * len(enough), Counter(j.claim for j in undecided)
    near = [j for j in first if j.state == "middle"]
    decided = [j for j in near if j.verdict != "not_determinable" and "wording_mismatch" not in j.flags]
    assert len(near) >= 125
    # A fact near its threshold is decided no more often than a 95% interval errs.
    assert len(decided) <= 0.05 * len(near), Counter(j.claim for j in decided)


def test_every_claim_is_met_in_each_of_its_states(first):
    from hmic_analysis.simulate.ground import all_ways

    met = {(j.claim, j.state) for j in first}
    possible = {(claim, state) for claim, ways in all_ways().items() for state in ways}
    assert met >= possible
    by_claim = Counter(j.claim for j in first if j.verdict == VERDICT[j.state])
    assert min(by_claim.values()) > 25, by_claim
