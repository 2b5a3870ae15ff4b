"""A small force, simulated once for all tests that only read it."""

from __future__ import annotations

import datetime as dt

import pytest

from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.returns import simulate
from hmic_analysis.simulate.world import ForceFacts

CLEVELAND = ForceFacts(slug="cleveland", population=559_966, recorded_crime=38_973, officers=1381.8)
YEAR = {
    "period_start": dt.date(2012, 12, 1),
    "period_end": dt.date(2013, 11, 30),
    "as_of": dt.date(2014, 3, 31),
}


@pytest.fixture
def make(tmp_path):
    """Simulate a force into a folder of its own."""

    def run(name="raw", facts=None, force=CLEVELAND, scale=0.02, seed=1, **more):
        return simulate(tmp_path / name, force, facts or Facts(), scale, seed, **{**YEAR, **more})

    return run


@pytest.fixture(scope="session")
def default(tmp_path_factory):
    """The default facts at a scale of a twentieth."""
    return simulate(tmp_path_factory.mktemp("raw"), CLEVELAND, Facts(), 0.05, 7, **YEAR)
