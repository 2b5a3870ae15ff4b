"""Small counts of persons can't be worked out from a chart of age bands and the total that letters print."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pandas as pd
import pytest

from hmic_analysis.figures.rows import age_bands, withhold


def seen(persons: tuple[int, ...], least: int) -> tuple[int | None, ...]:
    """What is left of the counts; of nothing where none may be shown."""
    left = withhold(pd.Series(persons), least)
    return () if left is None else tuple(None if pd.isna(p) else int(p) for p in left)


@pytest.mark.parametrize(
    ("persons", "shown"),
    [
        ([3, 14, 29], [None, None, 29]),
        ([7, 3, 7, 29], [None, None, None, 29]),
        ([1, 1, 20, 30], [None, None, None, 30]),
        ([30, 4, 20, 4], [30, None, None, None]),
        ([3, 1, 20], [None, None, None]),
        ([4, 4, 0], []),
        ([1, 1, 1, 1, 1], []),
        ([1, 1, 1], []),
        ([1, 7, 30], [None, 7, None]),
        ([2, 3, 20], [None, None, 20]),
        ([3, 0, 0], [None, 0, 0]),
        ([0, 5, 29], [0, 5, 29]),
    ],
)
def test_what_subtraction_would_tell_takes_another_band_with_it(persons, shown):
    assert list(seen(tuple(persons), 5)) == shown


@pytest.mark.parametrize(("bands", "least", "most"), [(2, 5, 12), (3, 3, 9), (3, 4, 8), (4, 3, 5)])
def test_every_small_count_could_be_another(bands, least, most):
    alike = defaultdict(list)
    for persons in product(range(most + 1), repeat=bands):
        alike[sum(persons), seen(persons, least)].append(persons)
    checked = 0
    for (total, left), readings in alike.items():
        # A total below the limit is withheld itself, and so is the way to subtract from it.  Near the largest total
        # tried, the other readings of a reader would need counts that weren't.
        if total < least or total > most:
            continue
        for persons in readings:
            small = [i for i, p in enumerate(persons) if 0 < p < least]
            assert all(left[i] is None for i in small if left)
            # Bands that aren't shown at all say no more than that they couldn't be.
            for i in small if left else ():
                assert len({reading[i] for reading in readings}) > 1, (persons, left)
                checked += 1
    assert checked > 10


def test_that_no_band_is_shown_tells_none_of_them():
    hidden = [p for p in product(range(6), repeat=5) if sum(p) == 5 and not seen(p, 5)]
    assert (1, 1, 1, 1, 1) in hidden and len(hidden) > 1
    assert all(len({p[i] for p in hidden}) > 1 for i in range(5))


def test_bands_that_their_total_would_tell_are_not_shown_at_all():
    made = age_bands(pd.DataFrame({"band": range(5), "label": list("abcde"), "persons": [1] * 5}), min_count=5)
    assert made.empty and made.data.empty
    assert "too few persons in each band to be shown" in f"{made.headline} {made.alt}"
    assert list(made.again(lambda frame: frame).data["persons"]) == [1] * 5


@pytest.mark.parametrize("persons", [[1, 1, 20, 30], [4, 4, 20, 30], [3, 14, 29, 40]])
def test_words_data_and_picture_withhold_the_same_bands(persons):
    labels = ["first", "second", "third", "fourth"]
    made = age_bands(pd.DataFrame({"band": range(4), "label": labels, "persons": persons}), min_count=5)
    left = seen(tuple(persons), 5)
    assert None in left
    assert list(made.data["persons"]) == ["[c]" if p is None else p for p in left]
    assert [bar.get_width() for bar in made.figure.axes[0].patches] == [p or 0 for p in left]
    assert f"{sum(persons)}" not in f"{made.headline} {made.alt} {made.subtitle}"
    assert "[c]: withheld" in made.subtitle
