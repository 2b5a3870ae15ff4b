"""Distributions, rates and areas: right by hand, and none of them singles a force out."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from hmic_analysis.errors import ParameterError
from hmic_analysis.national.counts import Log
from hmic_analysis.national.figures import area_figure, areas_of, distribution, hides, merged, pooled

from .made import FORCES, PARAMS, RULES, gathered


def shares(*values: float) -> dict[str, tuple[float, float]]:
    return {FORCES[i]: (v, 100) for i, v in enumerate(values)}


def test_bins_are_joined_until_each_holds_enough() -> None:
    values = np.array([3, 12, 14, 15, 27, 31, 55, 56, 57, 58, 59, 81, 95])
    edges, counts = merged(values, range(10, 100, 10), 5)
    # Under 30: 3, 12, 14, 15, 27; then 31 and the fifties; the two at the top join them.
    assert edges == (30.0,)
    assert counts == (5, 8)


def test_a_distribution_tells_no_extreme_and_no_exact_share() -> None:
    values = [1.0] + [45.0] * 12 + [65.0] * 17 + [99.0]
    log = Log()
    found = distribution(gathered(shares(*values)), RULES, 43, log)
    # 13 of 31 forces are 41.9%, 18 are 58.1%; the lowest and the highest stand in open bins.
    assert found.labels == ("under 50%", "50% or more")
    assert found.shares == (40, 60)
    assert log.entries == []


def test_counts_are_binned_by_whole_numbers() -> None:
    made = gathered({f: (float(i % 4), 1.0) for i, f in enumerate(FORCES[:40])})
    made = replace(made, unit="count", kind="plain", forces=made.forces.assign(value=made.forces["numerator"]))
    found = distribution(made, RULES, 43, Log())
    assert found.labels == ("none", "1", "2", "3 or more")
    assert found.shares == (25, 25, 25, 25)


def test_one_force_alone_never_fills_a_bin() -> None:
    values = [5.0] + [65.0] * 40
    found = distribution(gathered(shares(*values)), RULES, 43, log := Log())
    assert found is None
    assert log.entries[0].rule.startswith("min_forces_per_bin")


def test_shares_that_tell_how_few_have_no_figure_are_withheld() -> None:
    # Of 42 forces 21 are half, of 41 none is exactly: both round to 50, and so do 20 and 22.
    assert hides((50, 50), 43, RULES)
    # Two bins of at least 5 that round to 5% and 95%: 5 of 42 is 12%, so this never comes of one missing force.
    assert not hides((5, 95), 43, RULES)


def test_a_rate_is_total_over_total_with_the_robust_interval_of_forces() -> None:
    figures = {f: (float(10 + 7 * (i % 5)), float(50 + 10 * (i % 3))) for i, f in enumerate(FORCES[:12])}
    found = pooled(gathered(figures), RULES, True, Log())
    y, n = (np.array(v) for v in zip(*figures.values(), strict=True))
    p = y.sum() / n.sum()
    assert found.value == pytest.approx(100 * p)
    # Sandwich by hand: residuals of forces over the information, times n/(n-1), on the logit scale.
    se = math.sqrt(12 / 11 * ((y - n * p) ** 2).sum()) / (n.sum() * p * (1 - p))
    half = stats.t.ppf(0.975, 11) * se
    logit = math.log(p / (1 - p))
    assert found.lo == pytest.approx(100 / (1 + math.exp(half - logit)), rel=1e-6)
    assert found.hi == pytest.approx(100 / (1 + math.exp(-half - logit)), rel=1e-6)


def test_a_rate_per_thousand_keeps_its_unit() -> None:
    figures = {f: (float(2 + i % 4), 1000.0) for i, f in enumerate(FORCES[:20])}
    found = pooled(gathered(figures, "rate"), RULES, True, Log())
    assert found.value == pytest.approx(3.5)
    assert found.lo < 3.5 < found.hi


def test_one_interval_for_forces_that_are_all_alike_is_none() -> None:
    found = pooled(gathered({f: (5.0, 10.0) for f in FORCES}), RULES, True, Log())
    assert (found.value, found.lo, found.hi) == (50.0, None, None)


@pytest.mark.parametrize(
    ("figures", "rule"),
    [
        ({f: (5.0, 10.0 + i) for i, f in enumerate(FORCES[:9])}, "min_forces_pooled"),
        ({f: (5.0, 10.0) if i else (5.0, 5000.0) for i, f in enumerate(FORCES)}, "max_force_share_pct"),
        ({f: (1.0, 50.0) if i else (49.0, 50.0) for i, f in enumerate(FORCES[:12])}, "max_force_share_pct"),
    ],
)
def test_a_rate_of_few_forces_or_mostly_of_one_is_withheld(figures, rule) -> None:
    log = Log()
    found = pooled(gathered(figures), RULES, True, log)
    assert found.value is None and found.reason
    assert [e.rule.split(":")[0] for e in log.entries] == [rule]


def test_what_would_tell_a_figure_of_every_force_that_is_not_public_is_withheld() -> None:
    made = gathered({f: (10.0, 10.0) for f in FORCES})
    assert pooled(made, RULES, True, Log()).value == 100.0
    log = Log()
    assert pooled(made, RULES, False, log).value is None
    assert area_figure(made, PARAMS, False, log) is None
    assert {e.rule.split(":")[0] for e in log.entries} == {"sensitivity"}


def test_a_median_is_not_pooled() -> None:
    assert pooled(replace(gathered({f: (5.0, 10.0) for f in FORCES}), kind="plain"), RULES, True, Log()) is None


def test_every_force_lies_in_one_area_and_no_area_is_a_force() -> None:
    areas = areas_of(PARAMS)
    assert sorted(f for forces in areas.values() for f in forces) == sorted(FORCES)
    assert min(len(forces) for forces in areas.values()) >= RULES.min_forces_per_area


def test_areas_are_shown_together_or_not_at_all() -> None:
    areas = areas_of(PARAMS)
    figures = {f: (20.0 if f in areas["North"] else 60.0, 100.0) for f in FORCES}
    found = area_figure(gathered(figures), PARAMS, True, Log())
    assert found.values == {a: 20 if a == "North" else 60 for a in areas}
    assert found.words["North"] == "20%"
    log = Log()
    for force in areas["Midlands"][:-4]:
        figures[force] = "no_data"
    assert area_figure(gathered(figures), PARAMS, True, log) is None
    assert "Midlands" in log.entries[0].rule


def test_an_area_short_of_all_is_never_printed_as_all() -> None:
    areas = areas_of(PARAMS)
    figures = {f: (999.0 if f in areas["North"] else 2.0, 1000.0) for f in FORCES}
    words = area_figure(gathered(figures), PARAMS, True, Log()).words
    assert words["North"] == "over 99%" and words["Midlands"] == "under 1%"


@pytest.mark.parametrize(
    ("areas", "word"),
    [
        ({"North": ("North East",), "South": ("London",)}, "Wales"),
        ({**RULES.areas, "Capital": ("London",)}, "London"),
        ({**RULES.areas, "Moon": ("Sea of Tranquillity",)}, "Sea of Tranquillity"),
    ],
)
def test_areas_that_do_not_fit_the_forces_are_refused(areas, word) -> None:
    inspection = PARAMS.inspection.model_copy(update={"national": RULES.model_copy(update={"areas": areas})})
    with pytest.raises(ParameterError, match=word):
        areas_of(replace(PARAMS, inspection=inspection))


def test_an_area_of_few_forces_is_refused() -> None:
    apart = dict(RULES.areas) | {"London, South East and Eastern": ("South East", "Eastern"), "London": ("London",)}
    inspection = PARAMS.inspection.model_copy(update={"national": RULES.model_copy(update={"areas": apart})})
    with pytest.raises(ParameterError, match="London has 2 forces"):
        areas_of(replace(PARAMS, inspection=inspection))
