"""Findings are found by walking the package: what each declares, and how little a new one needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.ground import CommonFacts, all_ways, by_one, items, stems
from hmic_analysis.simulate.write import render

ROOT = Path(__file__).resolve().parents[2]
TOY = '''"""A98: toys."""

from __future__ import annotations

from typing import Any

from hmic_analysis.params.models import Count
from hmic_analysis.simulate.ground import CommonFacts, Item, Made, Record, Subject, Verdict, by_one
from hmic_analysis.simulate.registers import document
from hmic_analysis.simulate.ground import judged, lacking

ITEMS = {"toys": Item("toys")}
SIGNED = ("absence",)


class Facts(CommonFacts):
    """What is true of toys."""

    #: Toys on the list (A98a).
    n_toys: Count = 3


WAYS = {"A98a": by_one("n_toys", true=(2, 5), false=0, middle=1)}


def documents(subject: Subject) -> list[Record]:
    """The toy policy."""
    return [document(980, "Toys", "policy", "toys", subject.start, [])]


def make(subject: Subject) -> Made:
    """The list of toys."""
    toys = [{"person_key": f"TOY{i}", "from_on": subject.start} for i in range(subject.facts.n_toys)]
    return Made({"absence": toys}, {"toys_n": len(toys)}, {"toys": float(len(toys))})


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    """The intended verdict."""
    n = values["toys_n"]
    return {"A98a": lacking(facts, "no list", "absence") or judged(f"{n} toys", n >= 2, n == 0)}
'''
RUN = """
import csv, datetime as dt, json, sys
from pathlib import Path
import hmic_analysis.simulate as package
package.__path__.append(sys.argv[1])
from hmic_analysis.simulate.returns import draw_force
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.returns import simulate
from hmic_analysis.simulate.world import ForceFacts
force = ForceFacts(slug="toytown", population=90_000, recorded_crime=6_000, officers=200)
days = (dt.date(2012, 12, 1), dt.date(2013, 11, 30), dt.date(2014, 3, 31))
made = simulate(Path(sys.argv[2]), force, Facts().with_(n_toys=int(sys.argv[3])), 0.01, 1, *days)
def rows(table):
    return list(csv.DictReader((made.folder / f"{table}.csv").open(encoding="utf-8", newline="")))
print(json.dumps({
    "verdict": made.truth["verdicts"]["A98a"],
    "fact": made.truth["facts"]["n_toys"],
    "state": draw_force("toytown", 1).states["A98a"],
    "toys": sum(r["person_key"].startswith("TOY") for r in rows("absence")),
    "document": [r["title"] for r in rows("document") if r["document_id"] == "DOC0980"],
    "asked": [r["stated_value"] for r in rows("data_request") if r["item"] == "toys"],
    "signed": [r["register_complete"] for r in rows("data_request") if r["item"] == "absence"],
}))
"""


def test_each_finding_of_the_catalogue_has_a_simulator_and_no_other_has():
    catalogue = load_params(find_project(ROOT)).findings
    assert sorted(stem.id for stem in stems()) == sorted(catalogue)
    for stem in stems():
        claims = {claim for claim in all_ways() if claim in stem.ways}
        assert claims <= set(catalogue[stem.id].claims), stem.name


def test_findings_stand_in_the_order_of_the_letter():
    ids = [stem.id for stem in stems()]
    order = "PAF"
    assert ids == sorted(ids, key=lambda x: (order.index(x[0]), int(x[1:])))


def test_no_two_findings_declare_the_same_fact_or_item():
    shared = set(CommonFacts.model_fields)
    own = [set(stem.facts.model_fields) - shared for stem in stems()]
    assert sum(map(len, own)) == len(set().union(*own))
    assert set(Facts.model_fields) == shared.union(*own)
    assert sum(len(stem.items) for stem in stems()) == len(items())


@pytest.mark.parametrize(("n", "verdict"), [(3, "supported"), (1, "not_determinable"), (0, "contradicted")])
def test_a_new_finding_comes_in_one_small_file_and_touches_no_other(tmp_path, n, verdict):
    (tmp_path / "stems").mkdir()
    (tmp_path / "stems" / "a98_toys.py").write_text(TOY, encoding="utf-8")
    command = [sys.executable, "-c", RUN, str(tmp_path / "stems"), str(tmp_path / "raw"), str(n)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=env, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("state") in ("true", "false", "middle")
    assert told == {
        "verdict": {"verdict": verdict, "because": f"{n} toys"},
        "fact": n,
        "toys": n,
        "document": ["Toys (synthetic)"],
        "asked": [str(n)],
        "signed": ["yes"],
    }


def test_ways_of_one_fact():
    ways = by_one("n_toys", true=(2, 5), false=0)
    assert set(ways) == {"true", "false"} and ways["false"] == ({"n_toys": 0},)
    assert (ways["true"][0]["n_toys"].lo, ways["true"][0]["n_toys"].hi) == (2, 5)


@pytest.mark.parametrize("given", [[{"person_key": "A"}, {"from": "2013-01-01"}], {"persons": ["A"]}])
def test_a_column_that_no_contract_has_is_not_written(given):
    with pytest.raises(KeyError, match="absence has no column"):
        render("absence", given)
