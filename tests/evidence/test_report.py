"""What a report takes from the catalogue: kind, window, definition, the test of a claim and its indicators."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hmic_analysis.errors import ParameterError
from hmic_analysis.evidence.build import Builder, Lone
from hmic_analysis.evidence.fitness import PROVED_BY_ONE
from hmic_analysis.evidence.model import Indicator, different_figures
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures.base import Share
from hmic_analysis.params.catalogue import ALWAYS, PlainTest
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import Project

ROOT = Path(__file__).resolve().parents[2]
PARAMS = load_params(Project(ROOT))
WINDOWS = {"period": "the period", "as_of": "the day"}
MANAGED = ("owner_assigned_pct", "recent_activity_pct", "recent_review_pct")


def settings(finding, force="cleveland", **overrides):
    return resolve(PARAMS, force, finding, {k.replace("__", "."): v for k, v in overrides.items()})


@pytest.fixture
def report(tmp_path):
    """A report on A6 whose tables are all there, as far as a claim asks."""
    made = Report(Project(ROOT), settings("A6"), ("cleveland",), None)
    made.gap = lambda *names, item="": None
    return made


def take(report, *shares):
    report.add(*(report.build.share(name, share) for name, share in zip(MANAGED, shares, strict=True)))


def test_an_indicator_is_built_as_the_catalogue_declares_it():
    build = Builder(settings("A6", definitions__A6__activity_days="14"), WINDOWS)
    found = build.share("recent_activity_pct", Share(3, 1))
    assert (found.unit, found.window, found.better, found.about_persons) == ("%", "the day", "higher", True)
    assert found.definition == "outstanding with a documented enquiry in the last 14 days / named suspects outstanding"
    assert found.definition_values == {"activity_days": "14"}
    assert build.share("fta_bail_pct", Share(3, 1)).window == "the period"


def test_an_indicator_of_another_kind_or_name_is_refused():
    build = Builder(settings("A6"), WINDOWS)
    with pytest.raises(
        ParameterError, match="a6_suspects.yml declares fta_bail_n as a count, and it is built as a share"
    ):
        build.share("fta_bail_n", Share(3, 1))
    with pytest.raises(ParameterError, match="Finding A6 has no indicator 'fta_bial_n'. Did you mean 'fta_bail_n'"):
        build.count("fta_bial_n", 3)


def test_a_quantile_counts_what_is_not_known_of_it_both_ways():
    gaps = [10.0, 20.0, 30.0, 40.0, 50.0]
    known = Builder(settings("P3"), WINDOWS).quantile("ps_update_gap_median_days", gaps, 0.5)
    assert (known.value, known.unknown, known.lo_missing, known.hi_missing) == (30, 0, None, None)
    blank = Builder(settings("P3"), WINDOWS).quantile("ps_update_gap_median_days", [*gaps, float("nan")], 0.5)
    assert (blank.value, blank.denominator, blank.unknown, blank.lo_missing, blank.hi_missing) == (30, 5, 1, 20, 40)
    # An update that leads to no record may part one gap in two.
    lone = Builder(settings("P3"), WINDOWS, lambda name: Lone(no=1, more=1, said="1 of 9 rows lead nowhere."))
    told = lone.quantile("ps_update_gap_median_days", gaps, 0.5)
    assert (told.value, told.denominator, told.unknown, told.lo_missing, told.hi_missing) == (30, 4, 2, 10, 50)
    assert "1 of 9 rows lead nowhere." in told.caveats
    none = lone.quantile("ps_update_gap_median_days", [], 0.5)
    assert (none.value, none.unknown, none.hi_missing) == (None, 0, None)


def test_a_part_none_of_whose_units_can_be_told_has_no_share():
    build = Builder(settings("A2"), WINDOWS, lambda name: Lone(no=5, said="5 rows lead nowhere."))
    small, large = build.shares("attendance_pct", {"arson": Share(0, 4), "burglary": Share(30, 10)})
    assert (small.value, small.lo, small.denominator, small.unknown) == (None, None, 0, 4), "not 0.0% of none known"
    assert (large.value, large.unknown, large.lo_missing, large.hi_missing) == (75, 0, 75, 87.5)


def test_a_part_of_a_sum_counts_what_may_be_of_any_part_both_ways():
    build = Builder(settings("F1"), WINDOWS)
    one, other = build.parts("demand_hours_share_pct", pd.Series({"crime": 30.0, "traffic": 60.0}), lost=10.0)
    assert (one.lo_missing, one.hi_missing) == (30, 40) and one.value == pytest.approx(100 / 3)
    assert (other.lo_missing, other.hi_missing, other.unknown) == (60, 70, 10)
    assert build.parts("demand_hours_share_pct", pd.Series({"crime": 30.0}))[0].lo_missing is None


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ((Share(96, 4), Share(81, 19), Share(80, 20)), "supported"),
        ((Share(94, 6), Share(81, 19), Share(80, 20)), "not_determinable"),  # between the two thresholds
        ((Share(96, 4), Share(59, 41), Share(80, 20)), "contradicted"),
        ((Share(96, 4), Share(59, 40, 1), Share(80, 20)), "not_determinable"),  # the unknown one may reach 60%
        ((Share(5, 0), Share(5, 0), Share(5, 0)), "not_determinable"),  # fewer than min_n
    ],
)
def test_a_declared_test_decides(report, shares, verdict):
    take(report, *shares)
    assert report.tested("A6c").verdict == verdict
    claim = report.claim("A6c")
    assert claim.verdict == verdict
    assert claim.indicators == MANAGED, "those of the catalogue that were taken, in its order"


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (Share(60, 40), "supported"),
        (Share(61, 39), "not_determinable"),  # between "few" and "many"
        (Share(96, 4), "contradicted"),
        (Share(95, 4, 1), "not_determinable"),  # the unknown one may be no
        (Share(60, 39, 1), "not_determinable"),  # the unknown one may be yes
    ],
)
def test_few_is_tested_from_above(report, share, verdict):
    test = PlainTest(at_most={MANAGED[0]: "contradicted_pct"}, contradicted_above="owner_assigned_pct")
    claim = report.spec.claims["A6c"].model_copy(update={"test": test})
    report.spec = report.spec.model_copy(update={"claims": report.spec.claims | {"A6c": claim}})
    report.add(report.build.share(MANAGED[0], share))
    assert report.tested("A6c").verdict == verdict


def test_a_share_that_cannot_contradict_only_keeps_a_claim_open():
    report = Report(Project(ROOT), settings("P2"), ("cleveland",), None)
    report.gap = lambda *names, item="": None
    names = ("dmm_held_pct", "dmm_meetings_with_prevention_pct", "dmm_prevention_closed_pct")
    shares = (Share(95, 5), Share(60, 40), Share(1, 99))
    report.add(*(report.build.share(name, share) for name, share in zip(names, shares, strict=True)))
    assert report.tested("P2b").verdict == "not_determinable"
    report.add(report.build.share("dmm_meetings_with_prevention_pct", Share(10, 90)))
    assert report.tested("P2b").verdict == "contradicted"


def test_a_claim_without_a_test_needs_its_decision(report):
    with pytest.raises(ParameterError, match="Claim A6a has no test in the catalogue"):
        report.claim("A6a")
    with pytest.raises(ParameterError, match="A6 has no claim 'A6z'. Did you mean"):
        report.claim("A6z")


@pytest.mark.parametrize(("supplied", "reason"), [(True, "no_cases"), (False, "no_data")])
def test_nothing_to_count_in_what_was_supplied_is_no_want_of_data(report, supplied, reason):
    report.gap = lambda *names, item="": None
    report.given = lambda *names: supplied
    assert report.claim("A6c").reasons == (reason,)


NONE = undecided("no_data", why="Not supplied.")
UNDECLARED = undecided("register_undeclared", why="Nobody signed.")
FOUND, NOT_FOUND = Decision("supported", why="Found."), Decision("contradicted", why="Not found.")
UNABLE = Decision("contradicted", reasons=("nil_return_unable",), why="The force said so.")


@pytest.mark.parametrize("id", PARAMS.findings)
def test_a_file_that_could_not_be_read_leaves_open_what_rests_on_it_and_nothing_else(id):
    spec = PARAMS.finding(id)
    for table in dict.fromkeys((*spec.tables.core, *spec.tables.useful, *ALWAYS)):
        report = Report(Project(ROOT), settings(id), ("cleveland",), None)
        report.manifest, report.broken = None, {table: "suspect.xlsx: the workbook is damaged."}
        resting = {name for name, i in spec.indicators.items() if not i.tables or table in i.tables}
        for name in spec.indicators:
            told = report.as_the_source_can_tell(Indicator(id=name, name=name, label=name, unit="%", value=5.0))
            assert (told.value is None) == ("could not be read" in told.note) == (name in resting), (table, name)
        for claim in spec.claims.values():
            held, by_figure = table in claim.tables, bool(resting & set(claim.names))
            for decision, open_ in (
                (NOT_FOUND, held),
                (FOUND, held and claim.type not in PROVED_BY_ONE),
                (NONE, held or by_figure or table == "data_request"),
                (UNDECLARED, held or table == "data_request"),
                (UNABLE, False),
            ):
                found = report._held_to_tables(claim, decision)
                assert (found.reasons == ("could_not_be_read",)) == (open_ and not claim.is_judgement), (table, claim)
                assert found.verdict == (decision.verdict if not open_ or claim.is_judgement else NONE.verdict)
        assert report.gap(table).reasons == ("could_not_be_read",)
    assert not report.given(table) and report.answer(table).register_complete is None
    assert list(report.data()["File"][[table]]) == ["could not be read"]


def test_a_judgement_is_never_decided():
    report = Report(Project(ROOT), settings("P1"), ("cleveland",), None)
    claim = report.claim("P1c")
    assert (claim.verdict, claim.grade, claim.reasons) == ("not_determinable", "-", ("judgement",))


def test_what_is_not_whole_is_not_concluded():
    report = Report(Project(ROOT), settings("A10"), ("cleveland",), None)
    with pytest.raises(ParameterError, match="A10 was concluded without deciding A10a"):
        report.conclude()
    report.add(report.build.figure("review_open", None))
    report._claims["A10a"] = None  # decided
    with pytest.raises(ParameterError, match="A10 was concluded without taking review_days_since_activity"):
        report.conclude()
    report.add(report.build.figure("review_days_since_activity", None))
    report.add(Indicator(id="other", name="other", label="Other", unit="%"))
    with pytest.raises(ParameterError, match="A10 took what its catalogue doesn't declare: other"):
        report.conclude()


def test_an_indicator_asked_for_by_group_without_any_group_is_taken():
    build = Builder(settings("A3"), WINDOWS)
    assert build.shares("handler_system_access_pct", {}) == []
    assert build.empty == {"handler_system_access_pct"}


def test_figures_of_one_definition_stand_together():
    one, other = (Builder(settings("A6", force), WINDOWS) for force in ("cleveland", "durham"))
    made = {"Cleveland": one.share(MANAGED[1], Share(1, 1)), "Durham": other.share(MANAGED[1], Share(1, 1))}
    assert different_figures(made) == ""


def test_figures_of_two_definitions_do_not_stand_together():
    usual, own = Builder(settings("A6"), WINDOWS), Builder(settings("A6", definitions__A6__activity_days="14"), WINDOWS)
    made = {force: usual.share(MANAGED[1], Share(1, 1)) for force in ("Cleveland", "Durham")}
    made["Kent"] = own.share(MANAGED[1], Share(1, 1))
    assert different_figures(made) == (
        "recent_activity_pct of Kent is another figure than that of Cleveland, and they are not put together: "
        "activity_days is 14 for Kent and 28 for Cleveland."
    )
    made["Kent"] = own.share(MANAGED[1], Share(0, 0))
    assert different_figures(made) == "", "without a value there is no figure"
    made["Kent"] = own.share(MANAGED[0], Share(1, 1))
    assert different_figures({k: v for k, v in made.items() if k == "Kent"}) == ""


def test_a_threshold_of_its_own_leaves_the_figure_what_it_is():
    usual = Builder(settings("A6"), WINDOWS)
    own = Builder(settings("A6", thresholds__A6__owner_assigned_pct="99"), WINDOWS)
    made = {"Durham": usual.share(MANAGED[0], Share(1, 1)), "Kent": own.share(MANAGED[0], Share(1, 1))}
    assert different_figures(made) == ""
