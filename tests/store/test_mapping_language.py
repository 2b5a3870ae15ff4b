"""What a mapping can say of snapshots, days, disorder, missing words and whose rows a file holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmic_analysis.cli.data import wrong
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.fitness import lost
from hmic_analysis.store.manifest import ONE_CODE, remark_in_words
from hmic_analysis.store.prepare import prepare

SNAPSHOTS = """
    title: snapshots
    files:
      cad: {pattern: "snap_*.csv"}
    tables:
      incident:
        file: cad
        keep: latest
        columns: {incident_id: Ref, created_at: Opened, dispatched_at: Sent, closed_at: Closed}
      deployment:
        file: cad
        where: {column: Sent, blank: false}
        keep: latest
        key: incident_id
        columns: {incident_id: Ref, assigned_at: Sent, at_scene_at: Arrived}
    """


def snapshots(shop):
    shop.file("snap_1100.csv", "Ref,Opened,Sent,Arrived,Closed\n1,2020-01-01 10:00,2020-01-01 10:02,,\n"
              "2,2020-01-01 10:30,,,\n")  # fmt: skip
    shop.file("snap_1200.csv", "Ref,Opened,Sent,Arrived,Closed\n"
              "1,2020-01-01 10:00,2020-01-01 10:02,2020-01-01 11:20,2020-01-01 11:50\n"
              "2,2020-01-01 10:30,2020-01-01 11:10,2020-01-01 11:15,2020-01-01 11:40\n")  # fmt: skip


def test_the_latest_of_several_snapshots_stands(shop):
    snapshots(shop)
    shop.mapping(SNAPSHOTS)
    manifest = shop.prepare("src")
    assert shop.table("incident")["closed_at"].notna().all()
    assert shop.table("deployment")["at_scene_at"].dt.strftime("%H:%M").tolist() == ["11:20", "11:15"]
    assert [a.reasons for a in manifest.tables["incident"].accounts] == [{"another state": 2}, {}]


def test_the_first_stands_where_the_mapping_says_so_and_a_column_may_order(shop):
    snapshots(shop)
    shop.mapping(SNAPSHOTS.replace("keep: latest\n        columns", "keep: first\n        columns"))
    shop.prepare("src")
    assert shop.table("incident")["closed_at"].isna().all()
    by = SNAPSHOTS.replace("keep: latest\n        columns", "keep: latest\n        keep_by: closed_at\n        columns")
    shop.mapping(by)
    shop.prepare("src")
    assert shop.table("incident")["closed_at"].notna().all()


def test_a_table_without_a_key_needs_one(shop):
    snapshots(shop)
    shop.mapping(SNAPSHOTS.replace("        key: incident_id\n", ""))
    with pytest.raises(ParameterError, match="'deployment' has no key"):
        shop.prepare("src")


def test_a_filter_sees_the_words_that_stand_for_a_missing_value(shop):
    shop.file("cad.csv", "Ref,Received,Sent\n1,2020-01-01 10:00,2020-01-01 10:05\n2,2020-01-01 11:00,NEVER\n"
              "3,2020-01-01 12:00,\n")  # fmt: skip
    text = """
        title: t
        missing_values: [NEVER]
        files:
          cad: {pattern: cad.csv}
        tables:
          incident:
            file: cad
            columns: {incident_id: Ref, created_at: Received}
          deployment:
            file: cad
            where: WHERE
            columns: {incident_id: Ref, assigned_at: Sent}
        """
    kept = {
        "{column: Sent, not_equals: NEVER}": ["1", "3"],
        "{column: Sent, equals: NEVER}": ["2"],
        "{column: Sent, blank: false}": ["1"],
        "{column: Sent, matches: ^NEV}": ["2"],
        "{position: 3, not_equals: NEVER}": ["1", "3"],
    }
    for where, refs in kept.items():
        shop.mapping(text.replace("WHERE", where))
        shop.prepare("src")
        assert shop.table("deployment")["incident_id"].tolist() == refs, where


DISORDER = """
    title: t
    files: {cad: {pattern: cad.csv}}
    tables:
      incident:
        file: cad
        columns: {incident_id: Ref, created_at: {date: Day, time: Called}}
      deployment:
        file: cad
        columns:
          incident_id: Ref
          assigned_at: {time: Sent, on: {date: Day, time: Called}, wraps_midnight: true}
          en_route_at: {time: Enroute, on: assigned_at, wraps_midnight: true}
          at_scene_at: {time: Arrived, on: en_route_at, wraps_midnight: true}
    """


def test_disorder_of_a_few_minutes_keeps_the_day_and_is_flagged(shop):
    shop.file("cad.csv", "Ref,Day,Called,Sent,Enroute,Arrived\n1,01/03/2020,10:00:00,10:01:00,10:09:00,10:07:00\n"
              "2,01/03/2020,23:58:00,23:59:00,00:01:00,00:08:00\n3,01/03/2020,11:00:00,11:01:00,11:03:00,11:10:00\n"
              )  # fmt: skip
    shop.mapping(DISORDER)
    shop.prepare("src")
    table = shop.table("deployment")
    assert table["at_scene_at"].dt.strftime("%d %H:%M").tolist() == ["01 10:07", "02 00:08", "01 11:10"]
    assert table["flags"].str.contains("before_the_time_it_hangs_on").tolist() == [True, False, False]
    shop.mapping(DISORDER.replace("on: en_route_at, wraps_midnight: true", "on: en_route_at, wraps_midnight: true, "
                                  "tolerance: 1"))  # fmt: skip
    shop.prepare("src")
    assert shop.table("deployment")["at_scene_at"].dt.strftime("%d").tolist() == ["02", "02", "01"]


def test_a_column_of_days_gives_months_and_no_lengths_of_time(shop):
    shop.file("cad.csv", "Ref,Received,AtScene\n1,1577836800000,1577836800000\n2,1580428800000,1580428800000\n"
              "3,1580515200000,\n")  # fmt: skip
    text = """
        title: t
        files: {cad: {pattern: cad.csv}}
        tables:
          incident:
            file: cad
            columns: {incident_id: Ref, created_at: {column: Received, format: epoch_milliseconds, EXTRA}}
          deployment:
            file: cad
            columns: {incident_id: Ref, at_scene_at: {column: AtScene, format: epoch_milliseconds, EXTRA}}
        """
    shop.mapping(text.replace(", EXTRA", ""))
    assert any("precision: day" in odd for odd in shop.prepare("src").tables["incident"].odd)
    shop.mapping(text.replace("EXTRA", "precision: day"))
    manifest = shop.prepare("src", timezone="America/New_York")
    assert shop.table("incident")["created_month"].dt.strftime("%Y-%m").tolist() == ["2019-12", "2020-01", "2020-01"]
    shop.mapping(text.replace("EXTRA", "precision: day, timezone: UTC"))
    manifest = shop.prepare("src", timezone="America/New_York")
    assert shop.table("incident")["created_at"].isna().all()
    assert shop.table("incident")["created_month"].dt.strftime("%Y-%m").tolist() == ["2020-01", "2020-01", "2020-02"]
    assert manifest.tables["incident"].odd == ()
    sent = shop.table("deployment")
    assert sent["at_scene_at"].isna().all()
    assert sent["flags"].eq("at_scene_at_day_only").tolist() == [True, True, False]
    # Deployments of days alone belong to the months of their calls, and lack none that those have.
    assert manifest.tables["deployment"].months.keys() == {"2020-01", "2020-02"}


@pytest.mark.parametrize(
    ("hours", "day"),
    [
        (("2013-01-05 00:00", "2013-07-05 00:00", "2013-10-27 00:00"), True),
        (("2013-01-05T00:00Z", "2013-07-05T00:00Z", "2013-12-06T00:00Z"), True),
        (("2013-03-01 10:00", "2013-03-02 11:00", "2013-03-03 11:00"), False),
    ],
)
def test_a_clock_time_throughout_is_one_on_the_wall(shop, hours, day):
    """In summer a time on the wall is another hour in UTC; two hours of one season are two times."""
    shop.file("incident.csv", "incident_id,created_at\n" + "".join(f"I{i},{at}\n" for i, at in enumerate(hours)))
    odd = shop.prepare().tables["incident"].odd
    assert any("at one time of day throughout" in text for text in odd) is day


def test_a_code_that_most_rows_hold_is_told_and_in_words(shop):
    kinds = ["pcso"] * 20 + ["officer"] * 11
    shop.file("cad.csv", "Ref,Kind\n" + "".join(f"{n},{kind}\n" for n, kind in enumerate(kinds)))
    shop.mapping("""
        title: t
        files: {cad: {pattern: cad.csv}}
        tables: {deployment: {file: cad, columns: {incident_id: Ref, resource_type: Kind}}}
    """)
    (remark,) = [text for text in shop.prepare("src").tables["deployment"].odd if text.startswith(ONE_CODE)]
    assert remark == f"{ONE_CODE}resource_type pcso (65%)"
    assert remark_in_words(remark) == "at least half of the rows say the same: resource type, PCSO (65%)"
    assert remark_in_words("call_at at whole hours throughout") == "call_at at whole hours throughout"


CALLS = "incident_id,created_at\n"
SENT = "incident_id,resource_id,at_scene_at\n"


@pytest.mark.parametrize(
    ("summer", "winter", "told"),
    [(9, 11, ""), (69, 9, "69 minutes after the incident was created in summer and 9 in winter"),
     (-51, 9, "in UTC"), (-51, -50, "80 of 80 arrivals are before the incident was created")],
)  # fmt: skip
def test_a_table_in_another_zone_is_told_by_the_season(shop, summer, winter, told):
    at = [pd.Timestamp(f"2013-{m:02d}-{d:02d} 12:{d:02d}") for m in (1, 2, 6, 7) for d in range(1, 41) if d <= 20]
    later = [t + pd.Timedelta(minutes=summer if t.month > 3 else winter) for t in at]
    shop.file("incident.csv", CALLS + "".join(f"I{i},{t}\n" for i, t in enumerate(at)))
    shop.file("deployment.csv", SENT + "".join(f"I{i},U1,{t}\n" for i, t in enumerate(later)))
    odd = [text for text in shop.prepare().tables["deployment"].odd if "zone" in text]
    assert (told in odd[0] and len(odd) == 1) if told else not odd


def test_rows_dated_long_after_the_period_are_told(shop):
    shop.file("incident.csv", CALLS + "I1,2013-01-01 10:00\nI2,2031-01-01 11:05\nI3,2014-03-01 10:00\n")
    told = [row.text for row in wrong(shop.prepare(), date(2012, 12, 1), date(2013, 11, 30), 5.0) if row.what == "odd"]
    assert told == ["1 row is dated 2031-01 or later, long after the period: mistyped?"]


def test_of_states_of_one_record_the_check_says_how_one_stands(shop):
    shop.file("incident.csv", CALLS + "I1,2013-01-01 10:00\nI1,2013-01-01 11:00\n")
    (row,) = (r for r in wrong(shop.prepare(), date(2013, 1, 1), date(2013, 1, 31), 5.0) if r.what == "kept aside")
    assert "say in the mapping which stands: 'keep: latest'" in row.todo


def test_a_column_without_a_name_is_told_by_its_number(shop):
    shop.file("incident.csv", ",created_at\nI1,2013-01-01 10:00\n")
    with pytest.raises(DataError, match=r"Columns there: \(column 1, without a name\), created_at"):
        shop.prepare()


@pytest.mark.parametrize(
    ("name", "why"),
    [("calls.xlsb", "a binary workbook: save it as .xlsx"), ("calls.zip", "an archive: unpack it into the folder")],
)
def test_a_file_of_a_kind_that_is_never_read_says_what_to_do(shop, name, why):
    shop.file(name, "PK")
    with pytest.raises(DataError, match=why):
        shop.prepare()
    shop.file("incident.csv", CALLS + "I1,2013-01-01 10:00\n")
    rows = wrong(shop.prepare(), date(2013, 1, 1), date(2013, 1, 31), 5.0)
    assert [row.text for row in rows if row.what == "not read"] == [f"{name}: it is {why}."]


def test_the_tenth_file_comes_after_the_second(shop):
    for n in (2, 10, 9):
        shop.file(f"log{n}.csv", f"Ref,At,What\n1,2013-01-01 10:00,{n}\n")
    text = """
        title: t
        files: {f: {pattern: "log*.csv"}}
        tables:
          incident: {file: f, keep: latest, columns: {incident_id: Ref, created_at: At, incident_type: What}}
        """
    shop.mapping(text)
    shop.prepare("src")
    assert shop.table("incident")["incident_type"].tolist() == ["10"]
    shop.mapping(text.replace("latest", "first"))
    shop.prepare("src")
    assert shop.table("incident")["incident_type"].tolist() == ["2"]


def test_rows_of_another_force_are_set_aside_as_such(shop):
    head = "Ref,Month,Falls within\n"
    shop.file("a.csv", head + "1,2014-01,Devon & Cornwall Police\n2,2014-01,devon  and Cornwall POLICE \n3,2014-01,\n")
    shop.file("b.csv", head + "4,2014-01,Durham Constabulary\n")
    shop.mapping(
        """
        title: t
        files: {f: {pattern: "*.csv", expect: {Falls within: "{police_name}"}}}
        tables:
          incident: {file: f, columns: {incident_id: Ref, created_month: Month}}
        """
    )
    result = prepare(shop.project, ["src"], "here", shop.raw, police_name="Devon & Cornwall Police").manifest
    assert shop.table("incident")["incident_id"].tolist() == ["1", "2", "3"]
    assert {k: v for a in result.accounts for k, v in a.reasons.items()} == {
        "another force: Falls within is not as expected": 1
    }
    assert [(a.file, a.read, a.kept, a.rejected) for a in result.tables["incident"].accounts] == [
        ("a.csv", 3, 3, 0),
        ("b.csv", 1, 0, 1),
    ]
    (told,) = (row for row in wrong(result, date(2014, 1, 1), date(2014, 1, 31), 5.0) if row.what == "whose")
    assert (told.name, told.text) == (
        "incident",
        "1 of 1 rows of b.csv: another force: Falls within is not as expected",
    )
    assert (shop.project.rejected("here") / "out_of_scope.csv").read_text(encoding="utf-8").count("b.csv") == 1
    assert len(prepare(shop.project, ["src"], "here", shop.raw).manifest.accounts) == 2
    assert len(shop.table("incident")) == 4


def test_a_file_that_two_sources_read_has_an_account_of_each(shop):
    shop.ship()
    rows = "".join(f"C{i},2013-02-01 10:00:00,me\n" for i in range(5))
    shop.file("crime.csv", f"crime_id,recorded_at,owner\n{rows}Z1,2013-02-01 10:00:00,you\n")
    shop.mapping(
        """
        title: t
        files: {f: {pattern: crime.csv, expect: {owner: me}}}
        tables: {crime: {file: f, columns: {crime_id: crime_id, recorded_at: recorded_at}}}
        """
    )
    entry = prepare(shop.project, ["src", "standard"], "here", shop.raw).manifest.tables["crime"]
    assert [(a.read, a.kept, a.rejected) for a in entry.accounts] == [(6, 5, 1), (6, 1, 5)]
    assert entry.rows == sum(a.kept for a in entry.accounts) == 6


def test_rows_of_another_force_are_told_by_the_table_that_they_would_have_fed(shop):
    rows = ["1,asb,Here", "2,asb,There", "3,crime,There", "4,crime,There", "5,other,There", "6,crime,"]
    shop.file("a.csv", "Ref,Kind,Force,Month\n" + "".join(f"{row},2014-01\n" for row in rows))
    shop.mapping(
        """
        title: t
        files: {f: {pattern: a.csv, expect: {Force: Here}}}
        tables:
          incident: {file: f, where: {Kind: asb}, columns: {incident_id: Ref, created_month: Month}}
          crime: {file: f, where: {Kind: crime}, columns: {crime_id: Ref, recorded_month: Month}}
        """
    )
    manifest = shop.prepare("src")
    told = {name: [(a.read, a.kept, a.rejected) for a in e.accounts] for name, e in manifest.tables.items()}
    assert told == {"incident": [(2, 1, 1)], "crime": [(3, 1, 2)]}
    (whole,) = manifest.accounts
    assert (whole.read, whole.kept, whole.rejected) == (6, 2, 4)
    assert lost(manifest.tables["crime"].accounts) == (0, 1), "rows of another force are no loss"


def test_a_colon_in_a_title_is_explained(shop):
    shop.file("a.csv", "x\n1\n")
    shop.mapping("title: calls: 2020\nfiles: {}\n")
    with pytest.raises(ParameterError, match="quotation marks"):
        shop.prepare("src")


def test_rows_are_told_by_file_and_table(shop):
    shop.file("calls.csv", "Ref,Opened,Grade,Sent,Arrived\n"
              "1,2020-03-01 10:00:00,emergency,2020-03-01 10:01:00,2020-03-01 10:09:00\n"
              "1,2020-03-01 10:00:00,priority,2020-03-01 10:02:00,2020-03-01 10:12:00\n"
              "2,03/14/2020 11:00,priority,2020-03-14 11:02:00,2020-03-14 11:20:00\n"
              "3,2020-03-15 11:00:00,grade 7,2020-03-15 11:02:00,2020-03-15 11:20:00\n"
              "4,2020-03-16 11:00:00,priority,2020-03-16 11:02:00,2020-03-16 11:20:00\n")  # fmt: skip
    shop.mapping(
        """
        title: t
        files: {calls: {pattern: calls.csv}}
        tables:
          incident: {file: calls, columns: {incident_id: Ref, created_at: Opened, grade: Grade}}
          deployment: {file: calls, columns: {incident_id: Ref, assigned_at: Sent, at_scene_at: Arrived}}
        """
    )
    manifest = shop.prepare("src")
    assert (
        manifest.told
        == "incident 5 read = 3 kept + 2 kept aside (1 cell set aside); deployment 5 read = 5 kept + 0 kept aside"
    )
    assert isinstance(shop.table("deployment"), pd.DataFrame)


def test_shorthand_after_a_value_is_taken_off(shop):
    shop.file(
        "t.csv", "Number,Opened,Type,Grade\n1,2013-01-02 10:00,Theft,2 [R]\n2,2013-01-02 10:00,Theft [p] [r],[x]\n"
    )
    shop.mapping(
        """
        title: t
        files: {t: {pattern: t.csv, shorthand: [r, p], missing_values: ["[x]"]}}
        tables:
          incident:
            file: t
            columns:
              incident_id: Number
              created_at: Opened
              incident_type: Type
              grade: {column: Grade, codes: {"1": emergency, "2": priority}}
        """
    )
    shop.prepare("src")
    table = shop.table("incident")
    assert table["incident_type"].tolist() == ["Theft", "Theft"]
    assert table["grade"].fillna("").tolist() == ["priority", ""]


def test_days_written_month_first_are_never_read_day_first_where_the_column_tells(shop):
    shop.file("t.csv", "Ref,Opened\n1,03/04/2020 10:00\n2,03/14/2020 11:00\n")
    shop.mapping(
        """
        title: t
        files: {t: {pattern: t.csv}}
        tables:
          incident: {file: t, columns: {incident_id: Ref, created_at: Opened}}
        """
    )
    assert shop.prepare("src").tables["incident"].rows == 0
    assert shop.rejected("incident")["reasons"].str.contains("month first").all()


def test_days_that_never_pass_the_twelfth_are_remarked(shop):
    rows = "".join(f"{i},{i % 12 + 1:02}/{i % 7 + 1:02}/2020 10:{i % 60:02}\n" for i in range(48))
    shop.file("t.csv", "Ref,Opened\n" + rows)
    shop.mapping(
        """
        title: t
        files: {t: {pattern: t.csv}}
        tables:
          incident: {file: t, columns: {incident_id: Ref, created_at: Opened}}
        """
    )
    assert any("month first" in odd for odd in shop.prepare("src").tables["incident"].odd)


# Any values: what the language says is held against the same said in Python, many rows at a time ----------------------

few = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
MINUTES = st.integers(0, 24 * 60 - 1)


def csv(head: str, rows) -> str:
    return f"{head}\n" + "".join(",".join(str(cell) for cell in row) + "\n" for row in rows)


@few
@given(
    files=st.lists(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), max_size=6), min_size=1, max_size=4),
    keep=st.sampled_from(["latest", "first"]),
)
def test_of_any_states_of_a_record_the_one_stands_that_was_asked_for(shop, files, keep):
    for path in shop.raw.iterdir():
        path.unlink()
    for n, rows in enumerate(files, start=7):
        shop.file(f"log{n}.csv", csv("Ref,At,What", [(key, "2013-01-01 10:00", value) for key, value in rows]))
    shop.mapping(
        f"""
        title: t
        files: {{f: {{pattern: "log*.csv"}}}}
        tables:
          incident: {{file: f, keep: {keep}, columns: {{incident_id: Ref, created_at: At, incident_type: What}}}}
        """
    )
    expected: dict[str, str] = {}
    for key, value in (row for rows in files for row in rows):
        if keep == "latest" or str(key) not in expected:
            expected[str(key)] = str(value)
    manifest = shop.prepare("src")
    if not expected:
        assert not manifest.tables or not manifest.tables["incident"].rows
        return
    table = shop.table("incident")
    assert dict(zip(table["incident_id"], table["incident_type"], strict=True)) == expected
    assert sum(a.read for a in manifest.tables["incident"].accounts) == sum(map(len, files))


@few
@given(
    times=st.lists(st.tuples(MINUTES, MINUTES), min_size=1, max_size=12),
    tolerance=st.integers(0, 120),
)
def test_a_time_of_day_passes_midnight_only_beyond_the_tolerance(shop, times, tolerance):
    rows = [
        (i, *(f"{minute // 60:02d}:{minute % 60:02d}" for minute in pair)) for i, pair in enumerate(times, start=10)
    ]
    shop.file("cad.csv", csv("Ref,Called,Sent,Day", [(*row, "2013-01-15") for row in rows]))
    shop.mapping(
        f"""
        title: t
        files: {{cad: {{pattern: cad.csv}}}}
        tables:
          deployment:
            file: cad
            columns:
              incident_id: Ref
              assigned_at: {{columns: [Day, Called], join: ' '}}
              at_scene_at: {{time: Sent, on: assigned_at, wraps_midnight: true, tolerance: {tolerance}}}
        """
    )
    shop.prepare("src")
    table = shop.table("deployment")
    nights = [called - sent > max(tolerance, 1) for called, sent in times]
    # 23:58 of a call at 00:05 is as little too early, on the day before.
    before = [sent - called > 24 * 60 - max(tolerance, 1) for called, sent in times]
    assert table["at_scene_at"].dt.day.tolist() == [15 + x - y for x, y in zip(nights, before, strict=True)]
    told = table["flags"].str.contains("before_the_time_it_hangs_on").tolist()
    early = [called - sent + 24 * 60 * y for (called, sent), y in zip(times, before, strict=True)]
    assert told == [1 < minutes <= tolerance for minutes in early]


@few
@given(
    moments=st.lists(
        st.datetimes(datetime(2012, 1, 1), datetime(2014, 12, 31)).map(lambda t: t.replace(microsecond=0)),
        min_size=1,
        max_size=10,
    ),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Europe/London"]),
)
def test_the_day_and_month_of_an_instant_are_those_of_the_zone_that_is_declared(shop, moments, zone):
    counts = [int(t.replace(tzinfo=UTC).timestamp()) for t in moments]
    shop.file("t.csv", csv("Ref,At", [(i, n) for i, n in enumerate(counts, start=10)]))
    source = f"{{column: At, format: epoch_seconds, timezone: {zone}, EXTRA}}"
    shop.mapping(
        f"""
        title: t
        files: {{t: {{pattern: t.csv}}}}
        tables:
          incident:
            file: t
            columns: {{incident_id: Ref, created_at: {source.replace("EXTRA", "precision: day")}}}
          suspect:
            file: t
            columns: {{person_key: Ref, crime_id: Ref, named_on: {source.replace(", EXTRA", "")}}}
        """
    )
    shop.prepare("src")
    walls = [t.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) for t in moments]
    table = shop.table("incident")
    assert table["created_at"].isna().all()
    assert table["created_month"].dt.strftime("%Y-%m").tolist() == [f"{t:%Y-%m}" for t in walls]
    assert shop.table("suspect")["named_on"].dt.strftime("%Y-%m-%d").tolist() == [f"{t:%Y-%m-%d}" for t in walls]


CELLS = ["NEVER", "never", " Never ", "N/A", "", "sent", "Sent  late", "sent late"]
FILTERS = {
    "equals: Never": lambda x: x == "never",
    "not_equals: [never, sent]": lambda x: x not in ("never", "sent"),
    "blank: true": lambda x: x in ("", "never", "n/a"),
    "blank: false": lambda x: x not in ("", "never", "n/a"),
    "equals: SENT LATE": lambda x: x == "sent late",
    "not_matches: '(?i)^never$'": lambda x: x != "never",
}


@few
@given(cells=st.lists(st.sampled_from(CELLS), min_size=1, max_size=10), how=st.sampled_from(list(FILTERS)),
       place=st.sampled_from(["column: Sent", "position: 2"]))  # fmt: skip
def test_a_filter_takes_the_rows_that_its_words_say_whatever_is_missing(shop, cells, how, place):
    shop.file("t.csv", csv("Ref,Sent,At", [(i, cell, "2013-01-01 10:00") for i, cell in enumerate(cells, start=10)]))
    shop.mapping(
        f"""
        title: t
        missing_values: [NEVER, N/A]
        files: {{t: {{pattern: t.csv}}}}
        tables:
          incident: {{file: t, where: {{{place}, {how}}}, columns: {{incident_id: Ref, created_at: At}}}}
        """
    )
    manifest = shop.prepare("src")
    wanted = [str(i) for i, x in enumerate(cells, start=10) if FILTERS[how](" ".join(x.split()).lower())]
    assert manifest.tables["incident"].rows == len(wanted)
    assert shop.table("incident")["incident_id"].tolist() == wanted


@few
@given(
    values=st.lists(
        st.tuples(st.integers(0, 5000), st.lists(st.sampled_from(["[r]", "[P]", " [p]"]), max_size=2)),
        min_size=1,
        max_size=10,
    )
)
def test_marks_after_any_value_are_taken_off_and_a_mark_alone_is_missing(shop, values):
    cells = [f"{n} {' '.join(marks)}".strip() for n, marks in values] + ["[x]"]
    rows = [(f"T{i}", "custody", cell, "2013-01-01 10:00") for i, cell in enumerate(cells, start=10)]
    shop.file("t.csv", csv("Ref,Kind,Crew,At", rows))
    shop.mapping(
        """
        title: t
        files: {t: {pattern: t.csv, shorthand: [r, p], missing_values: ["[x]"]}}
        tables:
          demand_task:
            file: t
            columns: {task_id: Ref, task_type: Kind, resource_hours: {first_of: [Crew, {value: "9999"}]}, started_at: At}
        """
    )
    shop.prepare("src")
    assert shop.table("demand_task")["resource_hours"].tolist() == [float(n) for n, _ in values] + [9999.0]


NAMES_OF_FORCES = st.sampled_from(["Kent Police", "KENT  police", " kent police ", "Kent & Essex", "Durham", ""])


@few
@given(names=st.lists(NAMES_OF_FORCES, min_size=1, max_size=10))
def test_rows_of_any_other_force_are_set_aside(shop, names):
    shop.file("t.csv", csv("Ref,At,Whose", [(i, "2013-01-01 10:00", name) for i, name in enumerate(names, start=10)]))
    shop.mapping(
        """
        title: t
        files: {t: {pattern: t.csv, expect: {Whose: "{police_name}"}}}
        tables:
          incident: {file: t, columns: {incident_id: Ref, created_at: At}}
        """
    )
    manifest = prepare(shop.project, ["src"], "here", shop.raw, police_name="Kent Police").manifest
    own = [" ".join(name.split()).lower() in ("kent police", "") for name in names]
    assert manifest.tables["incident"].rows == sum(own)
    assert sum(a.rejected for a in manifest.tables["incident"].accounts) == len(names) - sum(own)
