"""The parts that the simulator is made of."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate.a2_attendance import policy_in_reference, write_force_reference
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.ground import wilson
from hmic_analysis.simulate.world import midnight, quota, skipped_hour, to_wall, windows

SLUGS = [f"force-{i:02d}" for i in range(43)]


@given(st.datetimes(dt.datetime(1990, 1, 2), dt.datetime(2037, 12, 30)))
def test_wall_time_is_that_of_london(moment):
    moment = moment.replace(microsecond=0)
    wall = to_wall(np.array([moment], "datetime64[s]"))[0]
    expected = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)
    assert wall.astype(dt.datetime) == expected


def test_wall_time_of_nothing_is_nothing():
    assert np.isnat(to_wall(np.array(["NaT"], "datetime64[s]"))).all()


@given(st.dates(dt.date(2011, 1, 1), dt.date(2016, 1, 1)), st.integers(0, 500), st.integers(1, 31))
def test_windows_cover_each_day_once(first, days, each):
    found = list(windows(first, first + dt.timedelta(days=days), each))
    assert found[0].start == midnight(first)
    assert found[-1].end == midnight(first + dt.timedelta(days=days + 1))
    assert all(a.end == b.start for a, b in zip(found, found[1:], strict=False))


def test_skipped_hour():
    march, october = (next(iter(windows(dt.date(2013, m, 25), dt.date(2013, m, 31), 31))) for m in (3, 10))
    assert skipped_hour(march) == np.datetime64("2013-03-31T01:00:00")
    assert skipped_hour(october) is None
    assert october.days - march.days == pytest.approx(2 / 24)


@given(st.integers(0, 400), st.floats(0, 1))
def test_quota_is_exact(n, share):
    assert abs(quota(np.random.default_rng(1), n, share).sum() - n * share) <= 0.5 + 1e-9


def test_wilson_known_values():
    # 10 of 10 and 18 of 20, to whole per cent.
    assert round(100 * wilson(10, 10)[0]) == 72
    assert round(100 * wilson(18, 20)[0]) == 70


def reference(path):
    return pd.read_csv(path, dtype=str)


def test_force_reference(tmp_path):
    path = write_force_reference(tmp_path, SLUGS, {"force-07": policy_in_reference(Facts())}, 6, 3, seed=4)
    rows = reference(path)
    assert path == tmp_path / "england-and-wales" / "force_reference.csv"
    assert list(rows.force_slug) == SLUGS and (rows.synthetic == "yes").all()
    assert (rows.response_policy == "attend_all").sum() == 6 and rows.response_policy.isna().sum() == 3
    assert rows.response_policy[7] == "attend_all"
    rates = rows.attendance_pct.dropna().astype(float)
    assert rates.between(39, 100).all() and (rows.attendance_pct.isna() == (rows.attendance_known == "no")).all()


def test_force_reference_without_the_force(tmp_path):
    facts = Facts().with_(reference_lists_force=False)
    path = write_force_reference(tmp_path, SLUGS, {"force-07": policy_in_reference(facts)}, 6, 0, seed=4)
    rows = reference(path)
    assert rows.response_policy[7] == "threat_harm_risk" and (rows.response_policy == "attend_all").sum() == 6


def test_force_reference_that_cannot_be(tmp_path):
    with pytest.raises(ParameterError, match="can't attend everything"):
        write_force_reference(tmp_path, SLUGS, dict.fromkeys(SLUGS[:7], "attend_all"), 6, 0, seed=1)
    with pytest.raises(ParameterError, match="no row for atlantis"):
        write_force_reference(tmp_path, SLUGS, {"atlantis": "attend_all"}, 6, 0, seed=1)
    assert not list(tmp_path.iterdir())


def test_a_force_simulated_earlier_stays_in_the_reference_what_its_return_says(tmp_path):
    write_force_reference(tmp_path, SLUGS, {"force-07": "attend_all"}, 6, 3, seed=4)
    (tmp_path / "force-07").mkdir()
    for slug in SLUGS[20:25]:
        path = write_force_reference(tmp_path, SLUGS, {slug: "attend_all"}, 6, 3, seed=5)
        (tmp_path / slug).mkdir()
    rows = reference(path)
    assert set(rows.force_slug[rows.response_policy == "attend_all"]) == {"force-07", *SLUGS[20:25]}
