"""Returns with references broken, months missing and rows of other forces: no sentence of them is false.

As many forces as ``HMIC_DAMAGED_FORCES`` says, 3 by default, each with a damage in turn; 6 have every damage.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

from ..conftest import copy_project
from .country import VERDICT
from .damaged import DAMAGES, judge, simulate_damaged

SEED, SCALE = 3, 0.02
FORCES = int(os.environ.get("HMIC_DAMAGED_FORCES", 3))


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The claims of some forces, each with the number of its damage."""
    project = find_project(copy_project(tmp_path_factory.mktemp("damaged") / "project"))
    slugs = [f.slug for f in load_params(project).territorial]
    slugs = slugs[:FORCES]
    found = judge(project.root, simulate_damaged(project, slugs, SEED, SCALE), workers=2)
    return [(slugs.index(j.force) % len(DAMAGES), j) for j in found]


def test_nothing_false_is_said_of_a_damaged_return(judged):
    wrong = [j for _, j in judged if (j.state, j.verdict) in (("false", "supported"), ("true", "contradicted"))]
    assert not wrong


def test_what_the_damage_does_not_touch_is_decided_all_the_same(judged):
    decided = Counter(number for number, j in judged if j.state != "middle" and j.verdict == VERDICT[j.state])
    enough = Counter(number for number, j in judged if j.state != "middle")
    # Few references broken, or rows of another force set aside: nearly as much is said as of a whole return.
    assert decided[0] >= 0.8 * enough[0] and decided[2] >= 0.9 * enough[2]
    assert all(decided[number] >= 0.2 * enough[number] for number in enough)
