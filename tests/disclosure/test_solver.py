"""Tables of counts: nothing small can be recovered, nothing is withheld for nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hmic_analysis.statistics.suppression import Counts, Reading, _sums, _with_totals, protect, withheld_cells

rows = arrays(int, st.integers(1, 6), elements=st.integers(0, 14))
grids = arrays(int, st.tuples(st.integers(2, 4), st.integers(2, 4)), elements=st.integers(0, 14))
limits = st.sampled_from([3, 5, 6])


def left_open(cells: np.ndarray, mask: np.ndarray, least: int) -> list[tuple[float, float]]:
    """What someone who knows the totals, and which cells were withheld for being small, leaves open of each of those."""
    full = _with_totals(cells)
    known = ~mask
    small = (full > 0) & (full < least)
    low = np.where(known, full, np.where(small, 1, least)).ravel().astype(float)
    high = np.where(known, full, np.where(small, least - 1, np.inf)).ravel().astype(float)
    relations = _sums(full.shape)
    reading = Reading(low, high, relations, np.zeros(len(relations)), np.zeros(len(relations)))
    return [reading.interval(int(k)) for k in np.flatnonzero((small & mask).ravel())]


@settings(max_examples=60)
@given(rows, limits)
def test_no_small_count_of_a_row_follows_from_its_total(cells, least):
    mask = withheld_cells(cells, least, "fixed")
    if mask is None:
        return
    small = (cells > 0) & (cells < least)
    assert mask[small].all() and not mask[cells == 0].any()
    total = 0 < cells.sum() < least
    assert all(ends == (1, least - 1) for ends in left_open(cells, np.append(mask, total), least))


@settings(max_examples=40)
@given(grids, limits)
def test_no_small_count_of_a_table_follows_from_its_margins(cells, least):
    mask = withheld_cells(cells, least, "table")
    full = _with_totals(cells)
    small = (full > 0) & (full < least)
    if mask is None:
        # Only where even the grand total is small does nothing protect.
        assert small.any()
        return
    assert mask[small].all()
    assert all(ends == (1, least - 1) for ends in left_open(cells, mask, least))
    if not small.any():
        assert not mask.any()


@settings(max_examples=40)
@given(arrays(int, st.integers(1, 6), elements=st.one_of(st.just(0), st.integers(5, 40))))
def test_nothing_is_withheld_where_nothing_is_small(cells):
    assert not withheld_cells(cells, 5, "fixed").any()
    assert not withheld_cells(cells, 5, "table").any()


@pytest.mark.parametrize(
    ("cells", "hidden"),
    [
        # 3 alone would follow from the margins; the cheapest rectangle goes with it, and every total stays.
        ([[3, 10, 40], [12, 11, 50], [60, 70, 80]], [[0, 0], [0, 1], [1, 0], [1, 1]]),
        ([[30, 10], [12, 50]], []),
    ],
)
def test_totals_stay_and_the_cheapest_cells_go(cells, hidden):
    mask = withheld_cells(np.array(cells), 5, "table")
    assert [list(at) for at in np.argwhere(mask)] == hidden


def test_of_a_row_the_smallest_cell_that_protects_goes():
    # 3 + 5 = 8 is too little: the small one could not be 4 with the other at 5 or more.
    assert list(withheld_cells(np.array([3, 5, 14, 29]), 5)) == [True, False, True, False]
    assert list(withheld_cells(np.array([3, 6, 14, 29]), 5)) == [True, True, False, False]


@pytest.mark.parametrize("value", [1, 4])
def test_all_ones_and_all_fours_are_not_told_by_their_total(value):
    assert withheld_cells(np.array([value] * 4), 5) is None
    assert list(withheld_cells(np.array([value, value, 20, 30]), 5)) == [True, True, True, False]


def test_units_that_cannot_go_leave_no_way():
    counts = Counts(np.array([2, 30, 32]), np.array([[1, 1, -1]]), (0, 1, 2), (1.0, np.inf, np.inf))
    assert protect(counts, 5) is None
