"""Agreement of two coders."""

import math

import pytest

from hmic_analysis.statistics.intervals import kappa


def codes(*cells):
    """Two lists of codes from (first, second, how often)."""
    pairs = [(a, b) for a, b, n in cells for _ in range(n)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_a_table_worked_by_hand():
    # 20 + 15 of 50 agree: 0.70.  By chance 25/50 * 30/50 + 25/50 * 20/50 = 0.50.  So (0.70 - 0.50) / (1 - 0.50).
    got = kappa(*codes(("y", "y", 20), ("y", "n", 5), ("n", "y", 10), ("n", "n", 15)))
    assert got.kappa == pytest.approx(0.4)
    assert got.n == 50
    assert got.lo < 0.4 < got.hi
    assert (got.lo + got.hi) / 2 == pytest.approx(0.4)


def test_the_interval_of_fleiss_cohen_and_everitt():
    # Their standard error for two codes: sqrt(A + B - C) / ((1 - pe) sqrt(n)), worked out for the table above.
    p, row, column, pe, k = [[0.4, 0.1], [0.2, 0.3]], [0.5, 0.5], [0.6, 0.4], 0.5, 0.4
    a = sum(p[i][i] * (1 - (row[i] + column[i]) * (1 - k)) ** 2 for i in range(2))
    b = (1 - k) ** 2 * sum(p[i][j] * (column[i] + row[j]) ** 2 for i in range(2) for j in range(2) if i != j)
    c = (k - pe * (1 - k)) ** 2
    half = 1.959963984540054 * math.sqrt((a + b - c) / 50) / (1 - pe)
    got = kappa(*codes(("y", "y", 20), ("y", "n", 5), ("n", "y", 10), ("n", "n", 15)))
    assert (got.lo, got.hi) == pytest.approx((0.4 - half, 0.4 + half))


def test_full_agreement_and_full_disagreement():
    assert kappa(["a", "b", "b"], ["a", "b", "b"]) == (1, 1, 1, 3)
    worst = kappa(["a", "b"] * 5, ["b", "a"] * 5)
    assert worst.kappa == pytest.approx(-1) and worst.lo >= -1


def test_missing_codes_drop_the_pair():
    assert kappa(["a", "b", None, "a"], ["a", "b", "b", math.nan]) == kappa(["a", "b"], ["a", "b"])


@pytest.mark.parametrize("pairs", [([], []), ([None], ["a"]), (["a", "a"], ["a", "a"])])
def test_nothing_can_be_said(pairs):
    got = kappa(*pairs)
    assert all(math.isnan(x) for x in got[:3])
    assert got.n == (2 if pairs[0] == ["a", "a"] else 0)


def test_what_cannot_be():
    with pytest.raises(ValueError, match="same things"):
        kappa(["a"], ["a", "b"])
    with pytest.raises(ValueError):
        kappa(["a", "b"], ["a", "b"], confidence=95)
