"""Two editions of the national report, and what they would tell together."""

from __future__ import annotations

import pytest

from hmic_analysis.errors import DataError
from hmic_analysis.national.counts import Log, release_row
from hmic_analysis.national.report import GROUPS
from hmic_analysis.national.write import Edition, check_edition, given_away, keep_edition, published_editions
from hmic_analysis.project import Project

CELLS = ("supported", "contradicted", "undecided")


def edition(day: str, *verdicts: str, reasons: str = "no_data") -> Edition:
    """A report on one claim of so many forces."""
    counts = {cell: verdicts.count(cell) for cell in CELLS} | {"not_assessed": 0}
    parts = {"undecided": {g: counts["undecided"] if g == reasons else 0 for g in GROUPS}}
    row = release_row("claims", "A1a", counts, 3, Log(), parts=parts)
    states = {f"force-{i}": v for i, v in enumerate(verdicts)}
    return Edition(day, True, {"claims A1a": row}, {"claims A1a": states})


def forces(supported: int, contradicted: int, undecided: int) -> list[str]:
    return ["supported"] * supported + ["contradicted"] * contradicted + ["undecided"] * undecided


FIRST = forces(20, 21, 2)  # the two are withheld, and the 20 with them


def test_the_same_counts_again_give_nothing_away() -> None:
    assert list(given_away(edition("2014-09-04", *FIRST), edition("2014-10-01", *FIRST))) == []


def test_one_force_that_changed_would_tell_how_many_were_few() -> None:
    # Now all three are shown: of three undecided, one more than before, there were two.
    later = edition("2014-11-01", *forces(20, 20, 3))
    assert later.rows["claims A1a"].shown["undecided"] == 3
    told = list(given_away(edition("2014-09-04", *FIRST), later))
    # All of those undecided had one reason, and so both are told.
    assert told == [f"claims A1a, {cell} (of that edition)" for cell in ("Not determinable", "No data")]


def test_many_forces_that_changed_leave_it_open() -> None:
    turned = ["contradicted"] * 10 + ["supported"] * 10
    later = edition("2014-11-01", *turned, *["contradicted"] * 15, *["undecided"] * 8)
    assert list(given_away(edition("2014-09-04", *FIRST), later)) == []


def test_such_an_edition_is_refused_and_the_cell_named(tmp_path) -> None:
    project = Project(tmp_path)
    first = edition("2014-09-04", *FIRST)
    check_edition(project, first)
    keep_edition(project, first)
    keep_edition(project, first)
    assert [e.day for e in published_editions(project)] == ["2014-09-04"]
    assert published_editions(project)[0] == first
    with pytest.raises(
        DataError, match=r"beside the edition of 2014-09-04 it would give away .* \(claims A1a, Not determinable"
    ):
        check_edition(project, edition("2014-11-01", *forces(20, 20, 3)))
    real = edition("2014-11-01", *forces(20, 20, 3))
    check_edition(project, Edition(real.day, False, real.rows, real.states))  # made-up forces tell nothing of real ones


def test_an_edition_that_was_spoilt_is_not_passed_over(tmp_path) -> None:
    project = Project(tmp_path)
    keep_edition(project, edition("2014-09-04", *FIRST))
    path = next((tmp_path / "output" / "national" / "editions").glob("*.json"))
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="can't be read"):
        check_edition(project, edition("2014-11-01", *FIRST))
