"""The evidence of the smallest fixed return is that of the reference, and a difference would be found."""

from __future__ import annotations

import copy
import csv

import pytest

from .reference_evidence import (
    MEANT,
    REFERENCE,
    ROOT,
    Commands,
    Meant,
    add_meant,
    compare,
    gather,
    make_return,
    read,
    run_findings,
)

FORCE = "city-of-london"


@pytest.fixture(scope="module")
def reference():
    return read(REFERENCE)["forces"]


@pytest.fixture(scope="module")
def hmic(tmp_path_factory):
    return Commands(ROOT, tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def smallest(hmic, tmp_path_factory):
    """The project with the smallest return, all findings run, and what they left."""
    project = make_return(FORCE, tmp_path_factory.mktemp("smallest"), hmic, hmic, ROOT)
    run_findings(FORCE, project, hmic)
    return project, gather(FORCE, project)


def unlisted(before, after, meant=""):
    """Paths that differ without a reason, below the force."""
    found = compare({FORCE: before}, {FORCE: after}, Meant(meant))
    return [d.path.removeprefix(f"{FORCE}/") for d in found if not d.reason]


def test_nothing_differs_but_what_is_meant(reference, smallest):
    found = unlisted(reference[FORCE], smallest[1], MEANT.read_text(encoding="utf-8"))
    how = "python tests/reference_evidence.py --forces city-of-london"
    assert not found, f'{how} says what these were and are; with --mean "why" it lists them as meant'


def test_rows_that_were_dropped_are_found_from_the_return_to_the_figure(smallest, hmic):
    project, before = smallest
    path = project / "data" / "raw" / FORCE / "suspect.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows[:1] + rows[11:])
    run_findings(FORCE, project, hmic, 1, "--finding", "A6")
    after = gather(FORCE, project)
    found = unlisted(before, after)
    assert f"returns/{FORCE}/suspect/rows" in found
    assert any(p.startswith(f"loaded/{FORCE}/tables/suspect/accounts/") for p in found)
    assert any(p.startswith("findings/A6/indicators/") and p.endswith("/numerator") for p in found)
    findings = {p.split("/")[1] for p in found if p.startswith("findings/")}
    assert findings == {"A6"}, "the others were not run anew"


def test_every_value_that_is_changed_in_the_reference_is_found(reference):
    tree = reference[FORCE]
    changes = {
        "findings/A6/claims/A6c/verdict": "supported?",
        "findings/A6/claims/A6c/reasons": ["one", "more", "than", "before"],
        "findings/A6/status": None,
        "parameters/min_n": "11",
        f"loaded/{FORCE}/tables/crime/rows": 0,
        f"returns/{FORCE}/crime/columns/crime_id": "#0",
    }
    after = copy.deepcopy(tree)
    for path, value in changes.items():
        *above, last = path.split("/")
        branch = after
        for step in above:
            branch = branch[step]
        assert last in branch and branch[last] != value
        branch[last] = value
    del after["findings"]["A1"]["claims"]["A1b"]
    after["findings"]["A2"]["indicators"]["one more"] = {"value": 1.0}
    assert sorted(unlisted(tree, after)) == sorted(
        [*changes, "findings/A1/claims/A1b", "findings/A2/indicators/one more"]
    )
    assert unlisted(tree, tree) == []


@pytest.mark.parametrize(
    ("before", "after", "differ"),
    [
        (0.1 + 0.2, 0.3, False),
        (60, 60.0, False),
        ("12.300000000001", "12.3", False),
        (1.0, 1.000001, True),
        (True, 1, True),
        (None, 0, True),
        ("", "0", True),
        ([1, 2], [1, 2, 3], True),
        ("90.0%", "90.1%", True),
    ],
)
def test_numbers_are_held_to_nine_digits_and_nothing_passes_for_a_number(before, after, differ):
    assert bool(unlisted({"v": before}, {"v": after})) is differ


def test_a_renamed_indicator_is_followed_wherever_it_is_named():
    before = {
        "indicators": {"active_28d_pct": {"value": 1.0}, "active_28d_pct[high]": {"value": 2.0}},
        "numbers": [["1.0%", "active_28d_pct.value"]],
        "other": "inactive_28d_pct",
    }
    after = {
        "indicators": {"active_pct": {"value": 1.0}, "active_pct[high]": {"value": 3.0}},
        "numbers": [["1.0%", "active_pct.value"]],
        "other": "inactive_28d_pct",
    }
    assert unlisted(before, after, "renamed: {active_28d_pct: active_pct}") == ["indicators/active_pct[high]/value"]
    with pytest.raises(ValueError, match="one name"):
        unlisted({"a_n": 1, "b_n": 2}, {}, "renamed: {a_n: b_n}")


def test_a_meant_difference_covers_its_path_and_value_alone():
    before = {"A6": {"grade": "B", "share[x]": 1.0, "sharex": 1.0}}
    after = {"A6": {"grade": "C", "share[x]": 2.0, "sharex": 2.0}}
    listed = "differences:\n- {path: '*/A6/share[x]', reason: counted anew}\n"
    assert unlisted(before, after, listed) == ["A6/grade", "A6/sharex"]
    assert unlisted(before, after, listed + "- {path: '*/grade', before: B, after: C, reason: small}\n") == [
        "A6/sharex"
    ]
    assert "A6/grade" in unlisted(before, after, listed + "- {path: '*/grade', after: D, reason: small}\n")
    with pytest.raises(ValueError, match="reason"):
        Meant("differences:\n- {path: '*', reason: ' '}\n")


def test_what_is_said_to_be_meant_is_listed_by_itself(tmp_path):
    before = {"A6": {"claims": {"A6a": "B"}, "columns": {"n": [1, 2]}, "grade": "B"}}
    after = {"A6": {"claims": {"A6a": "B", "A6d": "C"}, "columns": {"n": [1, 3]}, "grade": "B"}}
    path = tmp_path / "meant.yml"
    path.write_text("differences:\n  - {path: '*/none', reason: nothing}\n", encoding="utf-8")
    found = compare({FORCE: before}, {FORCE: after}, Meant(path.read_text(encoding="utf-8")))
    assert add_meant(found, 'claim A6d: "few", new', path) == 2
    listed = path.read_text(encoding="utf-8")
    assert unlisted(before, after, listed) == []
    after["A6"]["grade"], after["A6"]["columns"]["m"] = "C", [1]
    assert unlisted(before, after, listed) == ["A6/columns/m", "A6/grade"]
    del after["A6"]["claims"]["A6d"], before["A6"]["grade"], after["A6"]["grade"]
    before["A6"]["claims"]["A6d"] = "C"
    assert unlisted(before, after, listed) == ["A6/claims/A6d", "A6/columns/m"], "what was new can't go unseen"
