"""Counts of forces: few are withheld, and nobody can work them out from what is published."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from hmic_analysis.national.counts import Log, Row, gives_away, release_row

STATES = ("supported", "contradicted", "undecided", "not_assessed")


def row(*counts: int, log: Log | None = None, id: str = "A1a", **parts: dict[str, int]) -> Row:
    return release_row("claims", id, dict(zip(STATES, counts, strict=True)), 3, log or Log(), parts=parts)


def shown(found: Row) -> list[int | None]:
    return [found.shown[s] for s in STATES]


def possible(found: Row, total: int) -> dict[str, set[int]]:
    """Every table a reader could believe in, who knows the rule and which cells are small; by brute force."""
    rooms = []
    for state in STATES:
        known = found.shown[state]
        rooms.append([known] if known is not None else [1, 2] if state in found.small else range(3, total + 1))
    left = [t for t in product(*rooms) if sum(t) == total]
    return {s: {t[i] for t in left} for i, s in enumerate(STATES)}


def test_counts_of_three_forces_and_more_are_shown() -> None:
    log = Log()
    assert shown(row(18, 10, 12, 3, log=log)) == [18, 10, 12, 3]
    assert log.entries == []


def test_one_force_is_withheld_and_so_is_what_would_give_it_back() -> None:
    log = Log()
    found = row(42, 1, 0, 0, log=log)
    assert shown(found) == [None, None, 0, 0]
    assert [found.words(s) for s in STATES] == ["nearly all", "a few", "none", "none"]
    assert [(e.cell, e.kind, e.true) for e in log.entries] == [
        ("supported", "with it", "42"),
        ("contradicted", "small", "1"),
    ]


def test_of_several_cells_the_smaller_goes_with_it() -> None:
    assert shown(row(29, 12, 2, 0)) == [29, None, None, 0]


def test_all_and_none_single_nobody_out_and_are_said() -> None:
    found = row(43, 0, 0, 0)
    assert [found.words(s) for s in STATES] == ["all", "none", "none", "none"]


def test_two_small_cells_take_a_large_one_with_them() -> None:
    # With 41 shown the two others would be one force each.
    assert shown(row(41, 1, 1, 0)) == [None, None, None, 0]


def test_a_breakdown_is_protected_by_its_own_parts_first() -> None:
    found = row(20, 12, 11, 0, undecided={"no_data": 1, "unable": 4, "between": 6})
    assert shown(found) == [20, 12, 11, 0]
    assert [found.shown[p] for p in ("no_data", "unable", "between")] == [None, None, 6]


def test_a_breakdown_that_costs_a_verdict_is_not_shown_at_all() -> None:
    # With 4 undecided shown, "1 or 2" of one reason would leave 3 or 2 of the other, and 2 would be few itself.
    log = Log()
    found = row(7, 32, 4, 0, log=log, undecided={"no_data": 3, "unable": 1, "between": 0})
    assert shown(found) == [7, 32, 4, 0]
    assert [found.shown[p] for p in ("no_data", "unable", "between")] == [None, None, None]
    assert found.small == frozenset()
    assert [(e.kind, e.true) for e in log.entries] == [("whole", "breakdown: no_data 3, unable 1, between 0")]


def test_what_other_tables_print_too_is_withheld_only_where_it_is_small() -> None:
    assert row(5, 1, 33, 4).shown["not_assessed"] == 4
    assert row(5, 5, 31, 2).shown["not_assessed"] is None
    whole = row(2, 0, 0, 41)
    assert whole.whole and shown(whole) == [None, None, None, 41]


@settings(max_examples=60)
@given(st.integers(0, 43), st.integers(0, 43), st.integers(0, 43))
def test_no_reader_can_exclude_a_value_of_a_small_cell(a: int, b: int, c: int) -> None:
    a, b, c = sorted((a, b, c))
    cells = (a, b - a, c - b, 43 - c)
    found = row(*cells)
    if found.whole:
        return
    left = possible(found, 43)
    for state, count in zip(STATES, cells, strict=True):
        assert count in left[state]
        if 0 < count < 3:
            assert found.shown[state] is None
            assert left[state] == {1, 2}


def test_a_finding_whose_claims_give_its_small_count_away_is_found() -> None:
    # Contradicted in 5: claim a alone in 3, so claim b in 2 at least; its "a few" would be 2.
    a, b = row(40, 3, 0, 0, id="A1a"), row(30, 2, 11, 0, id="A1b")
    assert b.shown["contradicted"] is None
    assert gives_away(row(28, 5, 10, 0, id="A1"), [a, b])
    assert not gives_away(row(28, 4, 11, 0, id="A1"), [a, b])
