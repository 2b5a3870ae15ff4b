"""The median of times that may not have ended."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hmic_analysis.statistics.intervals import median_time

#: Weeks in remission under 6-mercaptopurine, Freireich et al. (1963): the example of every textbook.
ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CUT_OFF = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def of(ended, cut_off):
    times = np.array([*ended, *cut_off], float)
    return median_time(times, np.arange(len(times)) < len(ended))


def test_published_example():
    got = of(ENDED, CUT_OFF)
    # Median 23 weeks; lower limit 13 with the log-log transformation; the upper one is never reached.
    assert got.value == 23
    assert got.interval.lo == 13 and math.isnan(got.interval.hi)


def test_without_anything_cut_off_it_is_the_time_by_which_half_had_ended():
    assert of([1, 2, 3, 4, 5], []).value == 3
    assert of([1, 2, 3, 4], []).value == 2


def test_leaving_out_what_still_runs_would_be_too_short():
    assert of([1, 2, 3], [50, 50]).value == 3
    assert of([1, 2, 3], []).value == 2


@pytest.mark.parametrize(("ended", "cut_off"), [([], [5, 6]), ([1], [5, 6, 7]), ([], [])])
def test_fewer_than_half_ended(ended, cut_off):
    got = of(ended, cut_off)
    assert math.isnan(got.value)
