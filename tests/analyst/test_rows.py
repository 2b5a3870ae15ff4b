"""From a figure back to the units it was counted from: as many as it counts, for every indicator of every finding."""

from __future__ import annotations

import ast
import csv
import random

import pandas as pd
import pytest

import hmic_analysis as hmic
from hmic_analysis.analyst.indicator import _grouped
from hmic_analysis.analyst.notebook import needed
from hmic_analysis.analyst.tables import joined
from hmic_analysis.analyst.working import units_of, worked_out
from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.contracts import BOOKKEEPING, CONTRACTS, contract_for
from hmic_analysis.errors import ParameterError
from hmic_analysis.evidence.report import WHOLE, NotTaken
from hmic_analysis.findings.a5_offenders import SELECTED
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.simulate.facts import Facts

from ..conftest import copy_project


def _said(rows, state):
    """How many units of a state there are, or how much they come to."""
    held, amount = rows[rows["counted_as"] == state], rows.attrs.get("amount")
    return len(held) if amount is None else held[amount].fillna(1).sum()


def _gap(rows):
    return (rows["demand_share"] - rows["staff_share"]).abs().sum() / 200


def _centiles(rows):
    known = rows.loc[rows["counted_as"] == "yes", "open_crimes"].astype(float)
    return [known.quantile(0.9), known.quantile(0.5)]


#: What rows have to do with a figure that is no count of them.
STATISTICS = {
    "anpr_skill_depth_change": lambda rows, figure: _said(rows, "yes") - _said(rows, "no") == figure.value,
    "attendance_reconciliation_pp": lambda rows, figure: f"of {len(rows):,} crimes" in figure.note,
    "demand_staff_fit": lambda rows, figure: len(rows) == 168 and figure.value == pytest.approx(1 - _gap(rows)),
    "initiative_rate_ratio": lambda rows, figure: list(rows["initiative_id"]) == [figure.stratum],
    "minutes_saved_step": lambda rows, figure: len(rows) == figure.denominator,
    "open_crimes_per_officer_spread": lambda rows, figure: _centiles(rows) == [figure.numerator, figure.denominator],
    "review_days_since_activity": lambda rows, figure: _said(rows, "yes") > 0,
    "review_open": lambda rows, figure: (_said(rows, "yes") > 0) == figure.value,
    "saving_evidence_method": lambda rows, figure: rows[rows["counted_as"] == "yes"]["method"].nunique() == 1,
}


def test_rows_behind_every_figure_are_exactly_its_units(two_forces):
    listed = 0
    for finding in load_params(two_forces).findings.values():
        worked = hmic.work_through(finding.id, "cleveland", charts=False, project=two_forces.root)
        # What a figure needs of the finding gives the figure of the whole finding.
        for name in (min(finding.indicators), max(finding.indicators)):
            part = worked_out(two_forces, finding, "cleveland", ("", "", ""), figure=name).report
            own, whole = ([i for i in r.bundle().indicators if i.name == name] for r in (part, worked.report))
            assert own == whole and len(part.used) <= len(worked.report.used), name
        for figure in worked.report.bundle().indicators:
            kind = finding.indicators[figure.name].kind
            if figure.id not in worked.report.build.units:
                with pytest.raises(ParameterError, match="no rows can be listed for it; it comes from"):
                    worked.rows(figure.id)
                assert figure.value is None, figure.id
                continue
            rows = worked.rows(figure.id)
            if figure.name in STATISTICS:
                assert figure.value is None or STATISTICS[figure.name](rows, figure), figure.id
                listed += 1
                continue
            turned = rows.attrs["may_turn"]
            yes, no, unknown = (_said(rows, state) for state in ("yes", "no", "unknown"))
            lone = worked.report.build.lone(figure.name.removesuffix("_lo").removesuffix("_hi"))
            assert not turned or lone != type(lone)() or figure.name in ("device_coverage_pct", SELECTED), figure.id
            if kind == "share" and turned:
                # So many units are counted otherwise than their rows say, and nobody can say which.
                said = (figure.numerator, figure.denominator - figure.numerator, figure.unknown)
                differ = [a - b for a, b in zip((yes, no, unknown), said, strict=True)]
                assert sum(d for d in differ if d > 0) <= turned, figure.id
                assert sum(-d for d in differ if d < 0) <= turned, figure.id
                continue
            assert unknown + turned == figure.unknown, figure.id
            if turned:
                assert 0 <= yes - (figure.denominator if kind == "quantile" else figure.numerator) <= turned, figure.id
            elif kind == "share" and figure.value is not None:
                assert (yes, yes + no) == pytest.approx((figure.numerator, figure.denominator)), figure.id
            elif kind == "quantile":
                assert yes == figure.denominator, figure.id
            elif figure.numerator is None and figure.denominator is not None:
                assert yes + no == figure.denominator, figure.id
            elif figure.value is not None:
                assert yes == pytest.approx(figure.value if figure.numerator is None else figure.numerator), figure.id
            listed += 1
    assert listed > 200


def test_rows_of_crimes_not_attended(two_forces):
    worked = hmic.work_through("A2", "cleveland", project=two_forces.root)
    bare = hmic.work_through("A2", "cleveland", charts=False, project=two_forces.root)
    assert worked.report.charts and not bare.report.charts and worked.values.equals(bare.values)
    figure = worked.report.indicator("attendance_pct")
    rows = hmic.rows_behind("attendance_pct", "cleveland", "no", project=two_forces.root)
    assert 0 <= len(rows) - (figure.denominator - figure.numerator) <= rows.attrs["may_turn"]
    assert set(rows["counted_as"]) == {"no"} and rows["crime_id"].is_unique
    above, below = (worked.rows("attendance_pct", part) for part in ("numerator", "denominator"))
    assert set(above["counted_as"]) == {"yes"} and len(below) == len(above) + len(rows)
    assert rows["source_file"].notna().all() and rows["source_row"].notna().all()
    assert list(rows.columns[1:]) == [
        *contract_for("crime").column_names,
        "source",
        "source_file",
        "source_row",
        "flags",
    ]


def test_a_person_counts_once_and_with_what_counted(two_forces):
    both = hmic.rows_behind(
        "named_suspects_outstanding_n", ["cleveland", "bedfordshire"], "yes", project=two_forces.root
    )
    figures = hmic.indicator("named_suspects_outstanding_n", ["cleveland", "bedfordshire"], project=two_forces.root)
    assert list(both.groupby("force", observed=True).size()) == list(
        figures.sort_values("force", ascending=False)["value"]
    )
    assert not both.duplicated(["force", "person_key"]).any() and both["age_days"].ge(0).all()
    outstanding = hmic.load("suspect", "cleveland", columns=["person_key", "status"], project=two_forces.root)
    named = outstanding.groupby("person_key")["status"].agg(set)
    own = both[both["force"] == "cleveland"]
    assert all("outstanding" in named[key] or len(named[key]) for key in own["person_key"])


def test_rows_of_several_forces_keep_what_they_add():
    parts = {force: pd.DataFrame({"hours": [1.5]}) for force in ("cleveland", "durham")}
    for turned, part in enumerate(parts.values()):
        part.attrs = {"amount": "hours", "may_turn": turned}
    assert joined(parts).attrs["amount"] == "hours"


def test_a_figure_that_is_not_there_says_what_there_is(two_forces):
    worked = hmic.work_through("F1", "cleveland", project=two_forces.root)
    with pytest.raises(ParameterError, match="is given by groups only: .*\\[crime\\]"):
        worked.rows("demand_hours_share_pct")
    with pytest.raises(ParameterError, match="Did you mean 'demand_logged_hours_rate'"):
        worked.rows("demand_logged_hour_rate")
    with pytest.raises(ParameterError, match="all, yes, no, unknown"):
        worked.rows("uncategorised_pct", "maybe")


def test_statements_that_a_figure_needs():
    body = ast.parse(
        "import a, b\nrows = a.rows()\nrows['x'] = 1\nother = b.rows()\nother.sort()\n"
        "report.add(a.share('x_pct', rows))\nreport.show(a.chart(report.groups('x_pct')))\n"
        "seen = report.indicator('x_pct')\nreport.add(b.share('y_pct', other, seen))\nreport.conclude()\n"
    ).body
    said = {name: "; ".join(ast.unparse(s) for s in needed(body, name)) for name in ("x_pct", "y_pct")}
    assert said["x_pct"] == "import a, b; rows = a.rows(); rows['x'] = 1; report.add(a.share('x_pct', rows))"
    assert said["y_pct"].startswith(said["x_pct"].partition("; report")[0])
    assert "other.sort()" in said["y_pct"] and "report.add(a.share" in said["y_pct"] and "show" not in said["y_pct"]
    assert needed(body, "made_by_a_function_pct") == needed(body, "y_pct")


def test_a_figure_that_was_not_taken_is_no_gap_in_a_part_of_a_notebook(two_forces):
    report = worked_out(
        two_forces, load_params(two_forces).finding("A2"), "cleveland", ("", "", ""), figure="knowledge_correct_pct"
    ).report
    token = WHOLE.set(False)
    try:
        with pytest.raises(NotTaken):
            report.indicator("attendance_pct")
    finally:
        WHOLE.reset(token)
    assert report.indicator("attendance_pct") is None


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """A return of which many cells are blank and one reference in ten, or one in fifty, leads nowhere."""
    project = find_project(copy_project(tmp_path_factory.mktemp("damaged") / "project"))
    params = load_params(project)
    simulate_forces(project, params, ["cleveland", "bedfordshire"], Facts(), 0.02, 2)
    for force, astray in (("cleveland", 0.1), ("bedfordshire", 0.02)):
        chance = random.Random(force)  # noqa: S311
        for path in (project.raw / force).glob("*.csv"):
            contract = CONTRACTS[path.stem]
            lines = path.read_text(encoding="utf-8").splitlines()
            rows = list(csv.DictReader(lines))
            names = list(rows[0]) if rows else []
            blank = [
                c.name for c in contract.columns if c.name in names and not c.required and c.name not in contract.key
            ]
            leads = [r.column for r in contract.references if r.column in names]
            for row in rows:
                row.update({name: "" for name in blank if chance.random() < 0.15})
                row.update({name: f"ZZ{row[name]}" for name in leads if row[name] and chance.random() < astray})
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, names)
                writer.writeheader()
                writer.writerows(rows)
    return project


@pytest.mark.parametrize(("state", "force"), [("whole", "bedfordshire"), ("damaged", "cleveland")])
def test_groups_of_a_figure_are_those_of_its_rows(state, force, request):
    home = request.getfixturevalue("two_forces" if state == "whole" else "damaged")
    grouped = withheld = 0
    for finding in load_params(home).findings.values():
        worked = hmic.work_through(finding.id, force, charts=False, project=home.root)
        for spec in finding.indicators.values():
            share, figure = worked.report.build.units.get(spec.name), worked.report.indicator(spec.name)
            if share is None or figure is None or spec.name not in worked.report.build.plain:
                continue
            if worked.report.unable(spec.name):
                with pytest.raises(ParameterError, match="can't be given here .* no rows can be listed"):
                    worked.rows(spec.name)
                units = units_of(worked.report, share)
                column = min(units.columns[1:], key=lambda c: units[c].map(str).nunique())
                assert all(part.value is None for part in _grouped(worked, spec, [column])[1]), spec.name
                withheld += 1
                continue
            rows = worked.rows(spec.name)
            assert rows.attrs["may_turn"] >= 0, spec.name
            few = [c for c in rows.columns[1:] if c not in BOOKKEEPING and 1 < rows[c].map(str).nunique() <= 12][:1]
            for column in few:
                told = rows[column].astype(object).where(rows[column].notna(), "not known").map(str)
                amounts = rows[rows.attrs["amount"]] if "amount" in rows.attrs else rows["counted_as"].eq("")
                adds = (told, rows["counted_as"])
                counted = pd.crosstab(*adds, values=amounts, aggfunc="sum" if "amount" in rows.attrs else "count")
                counted = counted.fillna(0)
                keys, parts = _grouped(worked, spec, [column])
                assert {str(k[column]) for k in keys} == set(counted.index), (spec.name, column)
                for key, part in zip(keys, parts, strict=True):
                    yes, no, unknown = (
                        int(counted.get(s, {}).get(str(key[column]), 0)) for s in ("yes", "no", "unknown")
                    )
                    if spec.kind == "count":
                        assert (part.value, part.unknown) == (yes, unknown), (spec.name, column, key)
                    elif part.value is None:
                        told_of = yes + (no if spec.kind == "share" else 0)
                        assert told_of <= rows.attrs["may_turn"], (spec.name, column, key)
                        assert part.unknown == unknown + told_of, (spec.name, column, key)
                    elif spec.kind == "share":
                        said = (part.numerator, part.denominator, part.unknown)
                        assert said == (yes, yes + no, unknown), (spec.name, column, key)
                    else:
                        assert part.denominator == yes, (spec.name, column, key)
                grouped += 1
    assert grouped > 30 and (withheld > 0) == (state == "damaged")
