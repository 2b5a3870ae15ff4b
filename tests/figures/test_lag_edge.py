"""A logarithmic axis has no zero: what is shorter than its first tick is told, never dropped."""

from __future__ import annotations

import pandas as pd
import pytest

from hmic_analysis.figures.spread import lag_distribution

NOTE = "The axis begins at 1 h; what is shorter stands at its left edge"


def test_lags_before_the_first_tick_are_counted_at_the_edge_and_told():
    made = lag_distribution(pd.Series([0.5, 0.9, 40.0, 500.0]), marks={"72 hours": 72})
    line = max(made.figure.axes[0].lines, key=lambda drawn: len(drawn.get_xdata()))
    assert line.get_xdata()[0] == pytest.approx(1.0) and line.get_ydata()[0] == pytest.approx(50.0)
    assert NOTE in made.subtitle


def test_a_mark_before_the_first_tick_is_told():
    assert NOTE in lag_distribution(pd.Series([4.0, 500.0]), marks={"Half an hour": 0.5}).subtitle


@pytest.mark.parametrize("lags", [[4.0, 500.0], [0.5, 40.0]])
def test_nothing_is_told_where_all_has_its_place(lags):
    assert "left edge" not in lag_distribution(pd.Series(lags), marks={"72 hours": 72}).subtitle
