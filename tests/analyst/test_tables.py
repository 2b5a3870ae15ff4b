"""The names that an empty notebook starts with."""

from __future__ import annotations

import doctest
import html
import importlib
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hmic_analysis as hmic
from hmic_analysis.analyst.pictures import hover
from hmic_analysis.analyst.tables import day
from hmic_analysis.analyst.working import WEEK
from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import DataError, DifferentFigures, ParameterError
from hmic_analysis.evidence.bundle import write_bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.store.manifest import read_manifest
from hmic_analysis.store.prepare import force_lock
from hmic_analysis.store.tables import load_table

from ..support import work_through as evidence_of_one


@pytest.fixture(autouse=True)
def here(two_forces, monkeypatch):
    """As in a notebook of the project: no example names its folder."""
    monkeypatch.setenv("HMIC_PROJECT", str(two_forces.root))


def test_every_public_name_is_there_and_no_other():
    assert all(callable(getattr(hmic, name)) for name in hmic.__all__ if name != "__version__")
    assert dir(hmic) == sorted(hmic.__all__) and set(hmic._HOMES) == set(hmic.__all__) - {"__version__"}
    with pytest.raises(AttributeError):
        hmic.load_weather  # noqa: B018


@pytest.mark.parametrize("module", ["choose", "tables", "working", "indicator"])
def test_every_public_name_has_an_example_that_holds(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = importlib.import_module(f"hmic_analysis.analyst.{module}")
    public = [name for name, home in hmic._HOMES.items() if home == module]
    assert [name for name in public if ">>>" not in getattr(found, name).__doc__] == []
    result = doctest.testmod(found, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert result.attempted >= 2 * len(public) and not result.failed


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, hmic_analysis; print([m for m in ('pandas', 'matplotlib', 'duckdb') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_list_of_findings_is_there_although_a_folder_has_its_name():
    import hmic_analysis.findings.a6_suspects

    assert hmic_analysis.findings.a6_suspects.AGE_BANDS
    assert list(hmic.findings().index)[:2] == ["P1", "P2"]


def test_days_are_cut_by_local_wall_time_and_rows_of_a_known_month_only_with_all_of_it(two_forces):
    part = hmic.load_incidents("cleveland", "2013-01-15", "2013-01-20")
    whole = load_table(two_forces, "cleveland", "incident")
    days = whole["created_at"].dt.tz_localize(None).dt.normalize()
    assert 0 < len(part) == days.between("2013-01-15", "2013-01-20").sum()
    assert str(part["created_at"].dt.tz) == "Europe/London"
    january = hmic.load_incidents("cleveland", "2013-01-01", "31 January 2013")
    only_month = whole["created_at"].isna() & (whole["created_month"] == "2013-01-01")
    assert len(january) == (days.between("2013-01-01", "2013-01-31") | only_month).sum()


def test_every_table_loads_and_is_cut_where_it_has_a_day(two_forces):
    loaded = read_manifest(two_forces, "cleveland").tables
    dated = hmic.tables()["dated_by"]
    for name in loaded:
        frame = hmic.load(name, "cleveland")
        assert len(frame) == loaded[name].rows, name
        if not dated[name]:
            with pytest.raises(DataError, match="can't be cut"):
                hmic.load(name, "cleveland", "2013-01-01")
        elif frame[dated[name]].notna().any():
            kept = hmic.load(name, "cleveland", "1900-01-01")
            month = CONTRACTS[name].time
            only_month = frame[month].notna() if month else False
            assert len(kept) == (frame[dated[name]].notna() | only_month).sum(), name
            assert kept.attrs["without_time"] == len(frame) - len(kept), name


def test_codes_that_rank_are_ordered_and_compare(two_forces):
    urgent = hmic.load("incident", "cleveland", columns=["grade", "created_at"], where={"grade >=": "priority"})
    whole = load_table(two_forces, "cleveland", "incident")["grade"]
    assert len(urgent) == whole.isin(["priority", "emergency"]).sum()
    assert urgent["grade"].min() == "priority" and list(urgent.columns) == ["grade", "created_at"]
    for march in ("2013-03", pd.Period("2013-03"), "2013-03-15"):
        months = hmic.load("crime", "cleveland", where={"recorded_month": march})["recorded_month"]
        assert len(months) and set(months.dt.strftime("%Y-%m")) == {"2013-03"}
    one = hmic.load("incident", "cleveland", columns="grade", where={"grade ==": "priority"})
    assert set(one["grade"]) == {"priority"} and list(one.columns) == ["grade"]
    assert not hmic.load_crimes("cleveland")["offence_group"].cat.ordered
    blank = hmic.load("incident", "cleveland", where={"grade": None})
    assert len(blank) == whole.isna().sum()
    covers = hmic.load("document", "cleveland")["covers"].dropna()
    assert all(isinstance(value, tuple) for value in covers)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_other_engines_get_the_same_rows(engine):
    if engine == "polars":
        pytest.importorskip("polars")
    asked = (["cleveland", "bedfordshire"], "2013-03-30", "2013-04-02")
    frame = hmic.load("incident", *asked, columns=["incident_id", "created_at"])
    other = hmic.load("incident", *asked, columns=["incident_id", "created_at"], as_engine=engine)
    other = other.df() if engine == "duckdb" else other.collect().to_pandas()
    pd.testing.assert_frame_equal(
        other.sort_values(["force", "incident_id"], ignore_index=True).astype(str),
        frame.astype({"force": str}).sort_values(["force", "incident_id"], ignore_index=True).astype(str),
    )


def test_a_frame_says_what_it_holds():
    about = hmic.load_duty_hours("cleveland", "2013-01-01", "2013-01-31").attrs
    assert about["units"]["staff_hours"] == "hours" and about["synthetic"] is True
    assert (about["start"], about["end"], about["forces"]) == ("2013-01-01", "2013-01-31", ["cleveland"])
    assert set(about["meanings"]) == set(hmic.columns("duty_hours").index)


def test_a_return_that_was_not_loaded_is_loaded_first(project_folder):
    from hmic_analysis.cli.data import simulate_forces
    from hmic_analysis.project import find_project
    from hmic_analysis.simulate.facts import Facts

    project = find_project(project_folder)
    simulate_forces(project, load_params(project), ["cleveland"], Facts(), 0.01, 1)
    assert len(hmic.load_crimes("cleveland", project=project_folder)) > 100


def test_what_there_is_to_choose_from(two_forces):
    forces = hmic.forces()
    assert (forces["kind"] == "territorial").sum() == len(load_params(two_forces).territorial)
    assert forces.loc["cleveland", "tables"] > 10 and forces.loc["gwent", "tables"] == 0
    assert set(hmic.tables().index) == set(CONTRACTS)
    assert hmic.indicators().loc["recent_activity_pct", "definition"].startswith("outstanding")
    assert "{{" not in "".join(hmic.indicators()["definition"])
    lists = {
        "findings": ("claims", "indicators", "tables"),
        "claims": ("indicators", "tables"),
        "tables": ("findings",),
    }
    for name, columns in lists.items():
        frame = getattr(hmic, name)()
        assert all(isinstance(value, tuple) for column in columns for value in frame[column]), name


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: hmic.load_incidents("clevland"), "Did you mean 'cleveland'"),
        (lambda: hmic.load("incidents", "cleveland"), "Did you mean 'incident'"),
        (lambda: hmic.load("incident", "cleveland", columns=["grad"]), "Did you mean 'grade'"),
        (lambda: hmic.load("incident", "cleveland", where={"grade": "prioritty"}), "Did you mean 'priority'"),
        (lambda: hmic.load("incident", "cleveland", where={"offence >": 1}), "no column 'offence'"),
        (lambda: hmic.load_incidents("cleveland", "01/02/2013"), "2013-02-01 or 1 February 2013"),
        (lambda: hmic.load_incidents("cleveland", "2013-02-30"), "is not a day"),
        (lambda: hmic.load_incidents("cleveland", "2013-03-01", "2013-02-01"), "reversed"),
        (lambda: hmic.load_incidents("cleveland", "2019-01-01", "2019-02-01"), "it holds 201.-..-.. to 201.-..-.."),
        (lambda: hmic.load("incident", None), "A force is named by its slug.*not None"),
        (lambda: hmic.load_incidents("cleveland", pd.NaT), "NaT' is not a day"),
        (lambda: hmic.load("incident", "cleveland", where="grade"), "where is a dictionary"),
        (lambda: hmic.load("incident", "cleveland", where={5: 1}), "no column '5'"),
        (lambda: hmic.load("incident", "cleveland", where={"grade =": "priority"}), "one of == >="),
        (lambda: hmic.load("crime", "cleveland", where={"offence": 1}, as_engine="polars"), "no column 'offence'"),
        (lambda: hmic.load("crime", "cleveland", as_engine="spark"), "'duckdb' or 'polars'"),
        (lambda: hmic.load("crime", "cleveland", where=0), "where is a dictionary"),
        (lambda: hmic.load("crime", "cleveland", columns=5), "columns is a list of names, not 5"),
        (lambda: hmic.load("crime", "cleveland", where={"district": "DISTRICT 1"}), "Did you mean 'District 1'"),
        (lambda: hmic.load("crime", "cleveland", where={"district": "Mars"}), "never 'Mars'.*It is one of District 1"),
        (lambda: hmic.indicator("attendance_pct", "cleveland", by="counted_as"), "no column 'counted_as'"),
        (lambda: hmic.indicator("attendance_pct", "cleveland", by=["own", "district"]), "by='own' stands alone"),
        (lambda: hmic.indicator("attendance_pct", "cleveland", by=[["district"]]), "Did you mean 'district'"),
        (lambda: hmic.indicator("Recorded crimes attended", "cleveland"), "Did you mean 'attendance_pct'"),
        (lambda: hmic.load("crime", "cleveland", where={"recorded_month": "2013-13"}), "is not a day"),
        (lambda: hmic.load(5, "cleveland"), "There is no table 5[.]"),
        (lambda: hmic.share(pd.Series([True]), by=pd.Series(["a"], [5])), "another index"),
        (lambda: hmic.indicator(None, "cleveland"), "No finding has an indicator 'None'"),
        (lambda: hmic.indicator("attendance_pct", "cleveland", by=5), "no column '5'"),
        (
            lambda: hmic.indicator("attendance_pct", "cleveland", period=5),
            "'month', 'quarter' or 'year'.* a pair of days",
        ),
        (lambda: hmic.indicator("attendance_pct", "cleveland", period=["2013-01", "x"]), "^A period is 'month'"),
        (lambda: hmic.load("incident", "xyz"), r"There are \d+ forces: forces\(\) lists them"),
        (lambda: hmic.load("xyzzy", "cleveland"), r"There are \d+ tables: tables\(\) lists them"),
        (lambda: hmic.rows_behind("attendance_pct", "cleveland", "maybe"), "one of all, yes, no, unknown"),
        (lambda: hmic.rows_behind("demand_share_pct", "cleveland"), "by groups only: demand_share_pct"),
        (lambda: hmic.settings("cleveland", 6), "There is no finding '6'"),
        (lambda: hmic.load("crime", "cleveland", columns=["force", "district"]), "name it in a list"),
        (lambda: hmic.load("crime", "cleveland", where={"force": "durham"}), "by the second argument, not by where"),
        (lambda: hmic.load("crime", "cleveland", where={"district": []}), "names no value"),
        (lambda: hmic.load("crime", "cleveland", where={"crime_id": "nobody"}), "crime_id is never 'nobody'"),
        (lambda: hmic.claims("A99"), "There is no finding 'A99'"),
        (lambda: hmic.work_through("A6", ["cleveland"]), "for one force, named by its slug"),
        (lambda: hmic.load_incidents("gwent"), "Gwent has no return.*Forces with data: bedfordshire, cleveland"),
        (lambda: hmic.load("survey", "england-and-wales"), "has no table survey; it has force_reference"),
        (lambda: hmic.indicator("attendence_pct", "cleveland"), "Did you mean 'attendance_pct'"),
        (lambda: hmic.indicator("attendance_pct", "cleveland", by="distrct"), "Did you mean 'district'"),
        (lambda: hmic.indicator("attendance_pct", "cleveland", period="week"), "'month', 'quarter'"),
        (lambda: hmic.indicator("demand_share_pct", "cleveland"), "add by='own'"),
        (lambda: hmic.work_through("Z9", "cleveland"), "A1"),
        (lambda: hmic.work_through("A6", "gwent"), "Gwent has no return"),
        (lambda: hmic.load_incidents("cleveland", "2013-W05"), "'2013-W05' is not a day"),
        (lambda: hmic.load_incidents("cleveland", "13/03/2013"), "the month as a figure: write 2013-03-13"),
        (lambda: hmic.load(["incident"], "cleveland"), "Did you mean 'incident'"),
        (lambda: hmic.tables(["cleveland"]), "Did you mean 'cleveland'"),
        (lambda: hmic.load("incident", "West Mids"), "Did you mean 'west-midlands'"),
        (lambda: hmic.load("incident", "Met"), "Did you mean 'metropolitan'"),
        (lambda: hmic.load("crime", "cleveland", where={"recorded_at <=": "2013-03-01"}), "is a time.*a whole day"),
        (lambda: hmic.load("crime", "cleveland", where={"source_row": "five"}), "source_row holds numbers"),
        (lambda: hmic.load("document", "cleveland", where={"covers": "cofee"}), "covers is never 'cofee'"),
        (lambda: hmic.indicator("attendance_pct", "cleveland", by="recorded_at"), "'recorded_at.hour'"),
        (
            lambda: hmic.indicator("attendance_pct", "cleveland", period=("2013-01-01",) * 2),
            "^values given can't be used",
        ),
        (lambda: hmic.indicator("attendance_pct", "cleveland", period=("2009-01-01", "2009-12-31")), "hold 2011-12 to"),
        (lambda: hmic.indicator("fta_bail_n", "cleveland", as_of="2010-01-01"), "can't tell of 2010-01-01"),
        (lambda: hmic.rows_behind("device_coverage_pct", "cleveland", as_of="2001-01-01"), "can't tell of 2001-01-01"),
        (lambda: hmic.work_through("A9", "cleveland", period_start="2014-04-02"), "can't"),
    ],
)
def test_a_wrong_word_is_met_with_what_there_is(call, says):
    with pytest.raises((ParameterError, DataError), match=says):
        call()


def test_an_indicator_in_one_line_is_that_of_the_finding(two_forces, tmp_path):
    frame = hmic.indicator("attendance_pct", ["cleveland", "bedfordshire"])
    bundle = evidence_of_one(two_forces, "A2", "cleveland", tmp_path)
    taken = bundle.indicator("attendance_pct")
    row = frame.set_index("force").loc["cleveland"]
    for name in ("value", "numerator", "denominator", "unknown", "lo", "hi", "lo_missing", "hi_missing", "interval"):
        assert row[name] == getattr(taken, name), name
    assert row["grade"] in "ABCD" and len(repr(frame)) < 600
    assert frame.plot().headline and "interval" not in repr(frame), "nothing was sampled"
    assert "95% interval" in repr(hmic.indicator("knowledge_correct_pct", "cleveland"))
    whole = hmic.indicator("attendance_pct", "all")
    assert set(whole["force"]) == {"cleveland", "bedfordshire"}
    own = hmic.indicator("attendance_pct", "cleveland", by="own")
    assert len(own) == sum(i.name == "attendance_pct" for i in bundle.indicators)
    grouped = hmic.indicator("attendance_pct", "cleveland", by="offence_group")
    found = hmic.rows_behind("attendance_pct", "cleveland")["counted_as"].value_counts()
    assert list(grouped[["numerator", "denominator", "unknown"]].sum()) == [
        found["yes"], found["yes"] + found["no"], found["unknown"],
    ]  # fmt: skip
    for group, figure in grouped.set_index("offence_group").iterrows():
        assert figure["value"] == bundle.indicator(f"attendance_pct[{group}]").value
    by_risk = hmic.indicator("named_suspects_outstanding_n", "cleveland", by="high_risk")
    assert "outstanding, high risk: no: " in repr(by_risk) and set(by_risk["high_risk"]) == {True, False}
    by_hour = hmic.indicator("attendance_pct", "cleveland", by=["district", "recorded_at.hour"])
    assert by_hour["denominator"].sum() == found["yes"] + found["no"] and by_hour.columns[4:6].tolist() == [
        "district",
        "recorded_at.hour",
    ]


def test_figures_of_hours_and_those_given_by_groups_only_are_grouped_by_columns_too(two_forces):
    whole = hmic.indicator("shared_task_hours_pct", "cleveland")
    by_type = hmic.indicator("shared_task_hours_pct", "cleveland", by="resource_type")
    by_grade = hmic.indicator("shared_task_hours_pct", "cleveland", by=["grade", "created_at.hour"])
    for frame in (by_type, by_grade):
        for name in ("numerator", "denominator", "unknown"):
            assert frame[name].sum() == pytest.approx(whole[name].iloc[0]), name
    assert by_type["value"].nunique() > 1 and by_type["lo"].isna().all()
    low, value, high = (whole[name].iloc[0] for name in ("lo_missing", "value", "hi_missing"))
    assert low <= value <= high
    own = hmic.indicator("demand_hours_share_pct", "cleveland", by="own").set_index("group")
    crossed = hmic.indicator("demand_hours_share_pct", "cleveland", by="district")
    assert crossed.columns[4:6].tolist() == ["group", "district"]
    assert crossed.groupby("group")["numerator"].sum().to_dict() == pytest.approx(own["numerator"].to_dict())
    assert crossed.groupby("district")["value"].sum().tolist() == pytest.approx([100.0] * crossed["district"].nunique())
    with pytest.raises(ParameterError, match="no column 'offence'.* resource_type, contact_mode, call_at"):
        hmic.indicator("shared_task_hours_pct", "cleveland", by="offence")


def test_other_periods_give_other_figures(two_forces):
    quarters = hmic.indicator("named_suspects_outstanding_n", "cleveland", period="quarter")
    assert list(quarters["as_of"].dt.strftime("%Y-%m-%d")) == ["2013-02-28", "2013-05-31", "2013-08-31", "2013-11-30"]
    chart = quarters.plot()
    assert quarters["value"].nunique() > 1 and chart.data.shape[0] == 4
    # A line from quarter to quarter: the months between are no gaps.
    assert "A gap" not in chart.subtitle
    lines = hover(chart)
    assert lines["layer"][0]["mark"]["type"] == "line" and lines["data"]["values"][0]["month"] == "2013-02-01"
    # A calendar year of which the return tells a month only says so.
    part = hmic.indicator("attendance_pct", "cleveland", period="2012")
    assert "December 2012 (1 of the 12 months to 31 December 2012)" in repr(part) and "(1 of" in part["note"].iloc[0]
    year = hmic.indicator("attendance_pct", "cleveland")
    assert year["note"].str.contains("Counted: ").sum() == 0
    assert year["value"].equals(hmic.indicator("attendance_pct", "cleveland", period="yearly")["value"])
    spans = [["2013-01", "2013-03"], pd.PeriodIndex(["2013-01", "2013-03"], freq="M")]
    spans.append([("2013-01-01", "2013-01-31"), ("2013-03-01", "2013-03-31")])
    months = [hmic.indicator("attendance_pct", "cleveland", period=one) for one in spans]
    assert all(one.equals(months[0]) for one in months) and months[0]["period_end"].dt.month.tolist() == [1, 3]
    summer = hmic.indicator("attendance_pct", "cleveland", period=("2013-06-01", "2013-08-31"))
    assert 0 < summer["denominator"].iloc[0] < year["denominator"].iloc[0] / 2
    # Forces of other usual periods stand side by side, and make no course.
    *about, (part,) = summer._about
    year._about = (*about, [*year._about[3], replace(part, force="bedfordshire", name="Bedfordshire")])
    chart = year.plot()
    assert "month" not in chart.data.columns and chart.data.shape[0] == 2
    assert "Cleveland, 12 months to 30 November 2013; Bedfordshire, 3 months to 31 August 2013" in chart.subtitle


def test_what_a_column_means_is_shown_whole_in_a_part_of_the_list_too():
    few = hmic.columns("suspect").query("kind == 'boolean'")[["meaning", "allowed"]]
    assert few["meaning"].str.len().max() > 50
    for shown in (few, hmic.claims()[["statement"]], hmic.indicators()[["definition"]]):
        page = html.unescape(shown._repr_html_())
        assert all(text in page for text in shown.iloc[:, 0])
    assert "attended, burglary dwelling: " in repr(hmic.indicator("attendance_pct", "cleveland", by="offence_group"))


def test_a_month_is_a_part_as_a_group_is(two_forces):
    """References that lead nowhere may lie in any month: no month's figure leaves them all out."""
    months = hmic.indicator("attendance_pct", "cleveland", period="month")
    groups = hmic.indicator("attendance_pct", "cleveland", by="recorded_month")
    for name in ("value", "numerator", "denominator", "lo_missing", "hi_missing"):
        assert months[name].tolist() == groups[name].tolist(), name
    assert (months["denominator"] + months["unknown"]).sum() == groups[["denominator", "unknown"]].sum().sum()
    whole = hmic.indicator("attendance_pct", "cleveland", period=("2012-12-01", "2013-11-30"))
    assert whole["value"].equals(hmic.indicator("attendance_pct", "cleveland")["value"])
    low = hmic.indicator("attendance_pct_lo", "cleveland", period=("2013-01-01", "2013-01-31"))
    january = months.set_index("period_start").loc["2013-01-01"]
    assert low["value"].iloc[0] == january["lo_missing"] == 100 * low["numerator"].iloc[0] / low["denominator"].iloc[0]


def test_figures_of_a_sample_have_no_course_and_are_not_grouped_as_plain_ones(two_forces):
    with pytest.raises(ParameterError, match="of the same .* units in every period"):
        hmic.indicator("supervised_pct", "cleveland", period="quarter")
    with pytest.raises(ParameterError, match="no plain count, share or quantile of its units.*by='own'"):
        hmic.indicator("supervised_pct", "cleveland", by="offence_group")


def test_an_indicator_beside_the_other_forces_of_the_last_run(two_forces):
    for force in ("cleveland", "bedfordshire"):
        write_bundle(hmic.work_through("A2", force).report.bundle(), two_forces.runs(force) / "A2")
    try:
        frame = hmic.indicator("attendance_pct", ["cleveland", "bedfordshire"])
        beside = frame.compare("bedfordshire")
        assert frame.compare().sentence.startswith("Recorded crimes attended: Cleveland ")
    finally:
        shutil.rmtree(two_forces.output / "runs")
    value = frame.set_index("force").loc["bedfordshire", "value"]
    assert repr(beside) == beside.sentence and beside.sentence.startswith(
        f"Recorded crimes attended: Bedfordshire {value:.1f}%"
    )
    assert beside.table.index[:2].tolist() == ["Bedfordshire", "All other forces"]
    drawn = beside.figure.data.set_index("label")["value"]
    assert drawn["Bedfordshire"] == value and drawn.notna().sum() == 2
    assert len(drawn) == len(load_params(two_forces).territorial)
    shown = beside._repr_html_()
    assert "<img" in shown and "All other forces" in shown


def test_what_a_list_of_words_holds_is_asked_word_by_word():
    covers = hmic.load("document", "cleveland")["covers"].dropna()
    word, other = "named_lead", "review_date"
    for asked, wanted in ((word, {word}), ([word, other], {word, other})):
        found = hmic.load("document", "cleveland", where={"covers": asked})
        assert 0 < len(found) == sum(bool(wanted & set(held)) for held in covers)
    assert len(hmic.load("crime", "cleveland", where={"is_no_crime": np.True_})) > 0
    both = hmic.load("incident", pd.Series(["cleveland", "bedfordshire"]), where={"grade": pd.Series(["priority"])})
    assert set(both["grade"]) == {"priority"} and set(both["force"]) == {"cleveland", "bedfordshire"}
    assert len(hmic.load("crime", "ALL", columns="crime_id").columns) == 2


def test_a_day_of_another_zone_is_the_local_one():
    assert day(pd.Timestamp("2013-06-30 23:30", tz="UTC")).isoformat() == "2013-07-01"


def test_groups_stand_in_their_own_order_and_a_copy_still_draws():
    days = hmic.indicator("attendance_pct", "cleveland", by=["recorded_at.day_name", "recorded_at.day_name"])
    assert days["recorded_at.day_name"].tolist() == WEEK and WEEK[0] == "Monday"
    chart = days.copy().plot()
    assert chart.headline == days.plot().headline and "by recorded at day name" in chart.alt
    both = hmic.indicator("attendance_pct", ["cleveland", "bedfordshire"], by=pd.Index(["district"]))
    highest = both.loc[both["value"].idxmax()]
    assert f"the highest is {highest['force'].title()}, {highest['district']} at" in both.plot().alt


def test_headlines_name_the_force_and_say_what_is_drawn():
    one = hmic.indicator("attendance_pct", "cleveland")
    assert one.plot().headline == f"Recorded crimes attended stood at {one['value'].iloc[0]:.1f}% for “Cleveland”"
    lines = hmic.indicator("attendance_pct", ["cleveland", "bedfordshire"], period="quarter").groupby("force")["value"]
    said = [f"{f.title()} {v.min():.1f}% to {v.max():.1f}%" for f, v in lines]
    headline = hmic.indicator("attendance_pct", ["cleveland", "bedfordshire"], period="quarter").plot().headline
    assert all(words in headline for words in said)
    fit = hmic.indicator("demand_staff_fit", "cleveland").plot()
    assert fit.data["n"].isna().all()


def test_a_number_withheld_of_one_force_leaves_the_other_drawn(two_forces):
    frame = hmic.indicator("fta_bail_pct", ["cleveland", "bedfordshire"])
    *about, (one, other) = frame._about
    few, none = ({"unknown": n, "lo_missing": 5.0, "hi_missing": 15.0} for n in (2, 0))
    one, other = (
        replace(part, figures=(part.figures[0].model_copy(update={**changed, "value": 10.0, "numerator": 30.0}),))
        for part, changed in ((one, few), (other, none))
    )
    frame._about = (*about, [one, other])
    assert frame.plot().data["n"].tolist()[0] == "[c]"


def test_small_counts_of_persons_are_not_drawn():
    grouped = hmic.indicator("recent_activity_pct", "cleveland", by="age_days")
    assert (grouped["denominator"] < 5).any()
    assert "[c]" in grouped.plot().data["value"].tolist()


def test_figures_of_two_definitions_come_in_no_frame(two_forces):
    path = two_forces.params / "forces" / "bedfordshire.yml"
    path.write_text("definitions: {A6: {activity_days: 14}}\n", encoding="utf-8")
    try:
        with pytest.raises(DifferentFigures, match="activity_days is 14 for Bedfordshire and 28 for Cleveland"):
            hmic.indicator("recent_activity_pct", ["cleveland", "bedfordshire"])
        assert hmic.indicator("recent_activity_pct", "bedfordshire")["value"].notna().all()
    finally:
        path.unlink()


def test_work_through_writes_nothing(two_forces):
    before = sorted(p for p in two_forces.root.rglob("*"))
    worked = hmic.work_through("A6", "cleveland")
    assert sorted(p for p in two_forces.root.rglob("*")) == before
    assert list(worked.claims.index) == list(load_params(two_forces).findings["A6"].claims)
    assert isinstance(worked.values, pd.DataFrame) and worked.figures
    assert len(repr(worked)) < 2000 and len(repr(hmic.settings("cleveland", "A6"))) < 500


def test_what_a_filter_is_asked_with_is_met_or_refused():
    crimes = hmic.load("crime", "cleveland")
    both = hmic.load("crime", ["cleveland", "bedfordshire"], columns=["force", "crime_id"])
    assert both.columns.tolist() == ["force", "crime_id"] and both["force"].nunique() == 2
    several = hmic.load(
        "crime", ["cleveland", "bedfordshire"], where={"offence_group": (g for g in ["violence", "drugs"])}
    )
    assert set(several["offence_group"]) == {"violence", "drugs"} and several["force"].nunique() == 2
    assert len(hmic.load("crime", "cleveland", where={"closed_at !=": None})) == crimes["closed_at"].notna().sum()
    rest = hmic.load("crime", "cleveland", where={"offence_group !=": ["violence", None]})
    assert len(rest) == (crimes["offence_group"].notna() & crimes["offence_group"].ne("violence")).sum()
    assert isinstance(hmic.load("document", "cleveland")["covers"].dropna().iloc[0], tuple)


def test_a_day_that_changes_nothing_is_refused(two_forces):
    refused = "attended is counted over a period, and as_of changes nothing"
    for call in (hmic.indicator, hmic.rows_behind):
        with pytest.raises(ParameterError, match=refused):
            call("attendance_pct", "cleveland", as_of="2013-06-01")
    with pytest.raises(ParameterError, match="as_of is one day, and period='month' has many"):
        hmic.indicator("named_suspects_outstanding_n", "cleveland", period="month", as_of="2013-06-01")
    # Closed feedback must be known by that day: a flow that rests on it.
    early = hmic.indicator("audit_feedback_closed_pct", "cleveland", as_of="2013-09-01")
    assert (
        early["denominator"].iloc[0] < hmic.indicator("audit_feedback_closed_pct", "cleveland")["denominator"].iloc[0]
    )
    usual = hmic.settings("cleveland").as_of
    # By chance nothing of it lies on the last day.
    assert len(hmic.indicator("audit_feedback_closed_pct", "cleveland", as_of=usual - pd.Timedelta(days=1))) == 1
    assert len(hmic.indicator("attendance_pct", "cleveland", as_of=usual, by="force")) == 1


def test_a_workbook_of_a_frame_holds_what_the_frame_holds(tmp_path):
    crimes = hmic.load("crime", ["cleveland", "bedfordshire"], "2013-06-01", "2013-08-31")
    crimes.loc[0, "district"] = "=1+1"
    path = hmic.to_excel(crimes, tmp_path / "crimes.xlsx")
    back = pd.read_excel(path, sheet_name="rows")
    assert back["recorded_at"].tolist() == crimes["recorded_at"].dt.tz_localize(None).dt.round("ms").tolist()
    assert back["district"].iloc[0] == "'=1+1" and back["crime_id"].tolist() == crimes["crime_id"].tolist()
    told = pd.read_excel(path, sheet_name="columns").set_index("column")
    assert told.loc["recorded_at", "meaning"] == "When the crime was recorded."
    assert "SYNTHETIC DATA" in told["meaning"].iloc[-1]
    covers = hmic.to_excel(hmic.load("document", "cleveland"), tmp_path / "documents.xlsx")
    assert "; " in "".join(pd.read_excel(covers, sheet_name="rows")["covers"].dropna())
    refused = (
        (crimes, "crimes.csv", "with .xlsx"),
        (crimes["district"], "a.xlsx", "not Series"),
        (crimes, "no/a.xlsx", "can't be written"),
    )
    for wrong, name, says in refused:
        with pytest.raises(ParameterError, match=says):
            hmic.to_excel(wrong, tmp_path / name)


def test_reading_needs_no_lock(two_forces):
    """Another notebook, or the night run, may hold the lock of a return that is loaded already."""
    with force_lock(two_forces.keys / "prepare-cleveland.lock", "cleveland"):
        assert len(hmic.load("crime", "cleveland")) > 0
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: len(hmic.load("crime", "cleveland")), range(24)))
    assert len(set(found)) == 1


def test_a_sentence_names_its_unit_once():
    figure = hmic.indicator("anpr_repair_days_median", "cleveland")
    assert re.search(r"interval [\d,]+ to [\d,]+ days\)", repr(figure))


def test_a_group_of_the_name_of_a_column_of_figures_stays_itself():
    frame = hmic.indicator("located_incident_pct", "cleveland", by="grade")
    assert frame.columns.is_unique and {"emergency", "priority"} <= set(frame["grade"])
    assert set(frame["figure_grade"]) <= set("ABCD-")
    found = hmic.rows_behind("located_incident_pct", "cleveland", "yes")["grade"].value_counts()
    assert frame.set_index("grade")["numerator"].to_dict() == found[found > 0].to_dict()


def test_a_share_of_your_own_is_that_of_a_figure():
    rows = hmic.rows_behind("attendance_pct", "cleveland")
    states = rows["counted_as"].astype(object).map({"yes": True, "no": False}).astype("boolean")
    own = hmic.share(states, by=rows["offence_group"])
    figure = hmic.indicator("attendance_pct", "cleveland", by="offence_group").set_index("offence_group")
    for name in ("value", "numerator", "denominator", "unknown", "lo", "hi"):
        assert own[name].astype(float).round(9).tolist() == figure[name].round(9).tolist(), name
    whole = hmic.share(states)
    assert len(whole) == 1 and whole["numerator"].iloc[0] == own["numerator"].sum()
    none = hmic.share(pd.Series([pd.NA], dtype="boolean"))
    assert none[["value", "lo"]].isna().all(axis=None) and none["hi_missing"].iloc[0] == 100
    with pytest.raises(ParameterError, match="not a name"):
        hmic.share(states, by="offence_group")
    for wrong in (pd.Series(["yes"]), [True], pd.Series([2])):
        with pytest.raises(ParameterError, match="of True, False and missing"):
            hmic.share(wrong)
