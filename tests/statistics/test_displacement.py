"""The weighted displacement difference against the published examples, and at its edges."""

import math

import pytest

from hmic_analysis.statistics.displacement import weighted_displacement_difference as wdd

CONTROL, TREATED, CONTROL_AROUND, TREATED_AROUND = (308, 318), (207, 110), (150, 140), (178, 157)


def test_the_example_of_the_paper():
    got = wdd(CONTROL, TREATED, CONTROL_AROUND, TREATED_AROUND)
    assert got.estimate == -118 and got.local + got.displaced == -118
    assert got.se**2 == pytest.approx(1568)
    assert got.z == pytest.approx(-2.98, abs=0.005)
    assert (round(got.lo), round(got.hi)) == (-196, -40)


def test_areas_of_different_size():
    got = wdd(CONTROL, TREATED, CONTROL_AROUND, TREATED_AROUND, area_weights=(0.9, 1.2, 1.6, 1.5))
    assert got[:5] == pytest.approx((-99.69444444, 35.4280755, -2.813995483, -169.1321965, -30.25669241), rel=1e-8)


def test_times_of_different_length():
    got = wdd((100, 50), (80, 20), time_weights=(2, 1))
    assert got.estimate == -20 and got.se**2 == pytest.approx(115)


def test_a_higher_level_widens_and_the_default_is_95_per_cent():
    usual, narrow = wdd((20, 20), (20, 10)), wdd((20, 20), (20, 10), confidence=0.9)
    assert usual.lo < narrow.lo < usual.estimate == -10
    assert usual.hi - usual.estimate == pytest.approx(1.959964 * math.sqrt(70), rel=1e-6)


def test_the_same_change_everywhere_is_no_effect():
    assert wdd((30, 20), (30, 20)).estimate == 0


def test_missing_counts_and_no_events():
    assert all(math.isnan(v) for v in wdd((None, 20), (20, 10)))
    quiet = wdd((0, 0), (0, 0))
    assert quiet.estimate == quiet.se == 0 and math.isnan(quiet.z)


@pytest.mark.parametrize(
    ("args", "options"),
    [(((-1, 2), (3, 4)), {}), (((1, 2), (3, 4)), {"time_weights": (0, 1)}), (((1, 2, 3), (3, 4)), {})],
)
def test_what_cannot_be_is_refused(args, options):
    with pytest.raises(ValueError, match="[Cc]ount"):
        wdd(*args, **options)
