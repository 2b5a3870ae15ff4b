"""Whole exports as strangers send them, each with the mapping that a reader of docs/mapping.md would write."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from hmic_analysis.errors import DataError
from hmic_analysis.store.prepare import prepare
from tests.store.conftest import utc

LEGACY = Path(__file__).with_name("synthetic-legacy.xls")


def ids(frame: pd.DataFrame, column: str = "incident_id") -> list[str]:
    return list(frame[column])


def times(frame: pd.DataFrame, column: str) -> list[pd.Timestamp | None]:
    return [None if pd.isna(v) else v.tz_convert("UTC") for v in frame[column]]


def test_one_log_row_gives_an_incident_and_two_deployments_whose_times_pass_midnight(shop):
    call = '{date: Date, time: Call, format: "%d-%b-%y", time_format: hhmm}'
    shop.mapping(f"""
        title: Log of a control room
        identifiers: [Officer]
        missing_values: ["-", n/k]
        files:
          log: {{pattern: log.txt, delimiter: semicolon, header: 4, footer: {{rows: 1}}, ragged: fill}}
        tables:
          incident:
            file: log
            where: {{column: Type, not_matches: '(?i)test'}}
            columns:
              incident_id: {{columns: [Stn, No], join: "-"}}
              created_at: {call}
              incident_type: {{column: Codes, replace: {{find: '[/&]', by: ";", regex: true}}, split: {{on: ";"}}}}
              qualifier: {{column: Codes, replace: {{find: '[/&]', by: ";", regex: true}}, split: {{on: ";", part: 2}}}}
              grade:
                columns: [G, Night]
                join: "|"
                blank_part: "?"
                codes: {{"1|?": emergency, "?|1": scheduled, "1|1": priority}}
          deployment:
            - file: log
              where: [{{column: unit1, blank: false}}, {{column: Type, not_matches: '(?i)test'}}]
              columns:
                incident_id: {{columns: [Stn, No], join: "-"}}
                resource_id: {{columns: [unit1, Officer], join: "|"}}
                assigned_at: {{time: sent1, time_format: hhmm, on: {call}, wraps_midnight: true}}
                at_scene_at: {{time: there1, time_format: hhmm, on: [assigned_at, {call}], wraps_midnight: true}}
                clear_at: {{time: clear1, time_format: hhmm, on: [at_scene_at, assigned_at], wraps_midnight: true}}
            - file: log
              where: [{{column: unit2, blank: false}}, {{column: Type, not_matches: '(?i)test'}}]
              columns:
                incident_id: {{columns: [Stn, No], join: "-"}}
                resource_id: {{columns: [unit2, Officer], join: "|"}}
                assigned_at: {{time: sent2, time_format: hhmm, on: {call}, wraps_midnight: true}}
    """)
    shop.file(
        "log.txt",
        'Log of calls\n"Printed\n01/01/2013"\n'
        "Stn;No;Date;Call;Type;Codes;G;Night;Officer;unit1;sent1;there1;clear1;unit2;sent2\n"
        "A;1;05-DEC-12;2358;Fire;F1/D2;1;;Ann Lee;E1;3;9;110;E2;15\n"
        "A;2;05-Dec-12;2358;Fire;F1 & D2;;1;Ann Lee;E1;;9;130;;\n"
        "A;3;27-Oct-13;158;TEST CALL;F1;1;1;Ann Lee;E1;103;109\n"
        "A;4;27-Oct-13;158;Fire;F1;1;1;Ann Lee;E1;103;109;210;;;;\n"
        "A;5;n/k;158;Fire;F1;1;1;Ann Lee;E1;103\n"
        "A;6;06-Dec-12;1000;Fire;F1;1;1;Ann Lee;E1;955\n"
        "Total;5\n\n;;;\n",
    )
    (account,) = shop.prepare("src").accounts
    assert (account.read, account.kept, account.rejected) == (8, 5, 3)
    assert account.reasons == {"blank row": 1, "footer or total row": 1, "out_of_scope": 1}
    incident = shop.table("incident")
    assert ids(incident) == ["A-1", "A-2", "A-4", "A-6"]
    assert list(incident["incident_type"]) == ["F1"] * 4
    assert list(incident["qualifier"].fillna("")) == ["D2", "D2", "", ""]
    assert list(incident["grade"]) == ["emergency", "scheduled", "priority", "priority"]
    frame = shop.table("deployment").sort_values(["source_row", "assigned_at"], ignore_index=True)
    assert ids(frame) == ["A-1", "A-1", "A-2", "A-4", "A-5", "A-6"]
    night = "2012-12-06 "
    assert times(frame, "assigned_at") == [
        utc(night + "00:03"), utc(night + "00:15"), None, utc("2013-10-27 01:03"), None, utc("2012-12-06 09:55"),
    ]  # fmt: skip
    assert (
        times(frame, "at_scene_at")
        == [utc(night + "00:09"), None, utc(night + "00:09"), utc("2013-10-27 01:09")] + [None] * 2
    )
    assert times(frame, "clear_at")[:4] == [utc(night + "01:10"), None, utc(night + "01:30"), utc("2013-10-27 02:10")]
    # Sent five minutes before the call: keyed in disorder, on the same day.
    assert list(frame["flags"]) == ["", "", "", "ambiguous_local_time", "no_day", "before_the_time_it_hangs_on"]
    assert frame["resource_id"].nunique() == 2
    tables = list(shop.project.processed.rglob("*.parquet"))
    assert len(tables) == 2
    # Parquet is compressed: what it holds is looked at cell by cell.
    assert not any("ann lee" in pd.read_parquet(path).to_csv().lower() for path in tables)
    assert prepare(shop.project, ["src"], "here", shop.raw).status == "up_to_date"


def test_months_whose_columns_change_order_case_and_name(shop):
    shop.mapping("""
        title: Months
        decimal: ","
        thousands: "."
        missing_values: ["-9999"]
        files: {months: {pattern: "m*.csv"}, links: {pattern: links.csv}}
        tables:
          incident:
            file: months
            columns:
              incident_id: {first_of: [Incident Ref, IncidentRef]}
              created_at: {column: Opened, format: "%d/%m/%Y %H:%M"}
              closed_at:
                column: Opened
                format: "%d/%m/%Y %H:%M"
                plus: {column: Open for, unit: minutes, replace: {find: " min", by: ""}}
          demand_task:
            file: months
            columns:
              task_id: {first_of: [Incident Ref, IncidentRef]}
              task_type: {value: custody}
              started_at: {column: Opened, format: "%d/%m/%Y %H:%M"}
              resource_hours: {column: Len, unit: "mm:ss"}
          incident_crime: {file: links, columns: {incident_id: inc, crime_id: cr}}
    """)
    shop.file("m1.csv", "\ufeffIncident Ref;Opened;Open for;Len\n1;01/02/2013 10:00;1.234,5 min;75:30\n")
    shop.file(
        "m2.csv",
        'len;"OPEN\r\nFOR";IncidentRef;opened;Remarks\r\n1:05:00;30;2;01/02/2013 24:00;"a\r\nb;c ""d"""\r\n00:30;-9.999;3;2/2/2013 9:00;\r\n',
    )
    shop.file("m3.csv", "Incident Ref;Opened;Open for;Len\n")
    shop.file("links.csv", "sep=,\r\ninc,cr\r\n1,c1\r\n1,c1\r\n")
    manifest = shop.prepare("src")
    assert {a.file: (a.read, a.kept, a.rejected) for a in manifest.accounts} == {
        "m1.csv": (1, 1, 0), "m2.csv": (2, 2, 0), "m3.csv": (0, 0, 0), "links.csv": (2, 1, 1),
    }  # fmt: skip
    assert manifest.remarks == ("m3.csv holds a header and no rows",)
    frame = shop.table("incident")
    assert times(frame, "created_at") == [utc("2013-02-01 10:00"), utc("2013-02-02"), utc("2013-02-02 09:00")]
    assert times(frame, "closed_at") == [utc("2013-02-02 06:34:30"), utc("2013-02-02 00:30"), None]
    assert list(shop.table("demand_task")["resource_hours"] * 3600) == pytest.approx([4530, 3900, 30])
    assert list(shop.rejected("incident_crime")["row"]) == ["4"]


def test_legacy_workbook(shop):
    shutil.copy(LEGACY, shop.raw / "legacy.xls")
    shop.mapping("""
        title: Old workbook
        missing_values: 1900-01-01
        files: {f: {pattern: "*.xls", header: 3, footer: {rows: 1}}}
        tables:
          incident:
            file: f
            columns:
              incident_id: Ref
              created_month: {value: 2013-07}
              created_at: Day
              call_at: {date: Day, time: Clock}
              closed_at: Seen
              incident_type: Length
              district: Flag
    """)
    manifest = shop.prepare("src")
    assert manifest.synthetic
    assert manifest.accounts[0].reasons == {"footer or total row": 1}
    frame = shop.table("incident")
    assert ids(frame) == ["1001", "2011000272829", "no day"]
    # A day without time of day is no midnight; a midnight that the cell shows is one.
    assert times(frame, "created_at") == [None] * 3
    assert times(frame, "call_at") == [utc("2013-07-02 08:30"), utc("2013-07-02 23:00"), None]
    assert times(frame, "closed_at") == [utc("2013-07-02 08:30"), utc("2013-07-03 23:00"), None]
    assert list(frame["incident_type"].fillna("")) == ["12:00:00", "36:00:00", ""]
    assert list(frame["district"].fillna("")) == ["TRUE", "FALSE", ""]


def test_days_and_midnights_of_a_workbook_and_blank_rows_below_its_footer(shop):
    book = openpyxl.Workbook()
    sheet = book.active
    shown = ["dd/mm/yyyy", "dd/mm/yyyy hh:mm", '[$-809]dd "hours" mmmm yyyy;@', "d/m/yy h:mm AM/PM"]
    sheet.append(["incident_id", "created_at"])
    for i, number_format in enumerate(shown, start=1):
        sheet.append([i, dt.datetime(2013, 1, 2)])
        sheet.cell(i + 1, 2).number_format = number_format
    sheet.append(["Total", 4])
    sheet["A40"] = " "
    book.save(shop.raw / "data.xlsx")
    shop.mapping("""
        title: t
        files: {f: {pattern: "*.xlsx", footer: {rows: 1}}}
        tables: {incident: {file: f, columns: {incident_id: incident_id, created_at: created_at}}}
    """)
    shop.prepare("src")
    frame = shop.table("incident")
    assert ids(frame) == ["1", "2", "3", "4"]
    assert list(frame["flags"] == "no_time_of_day;created_at_day_only") == [True, False, True, False]
    assert times(frame, "created_at") == [None, utc("2013-01-02"), None, utc("2013-01-02")]


def test_no_header_utf16_zones_of_the_south_and_many_ways_to_write_a_day(shop):
    rows = [
        "1\t20130702T030405Z", "2\t01-DEC-12 9:05 pm", "3\t1 December 2012 24:00", "4\t2013-04-07 02:30",
        "5\t2013-10-06 02:30", "6\t2013-01-01T10:00:00+01:00",
    ]  # fmt: skip
    shop.file("data.tsv", "\r\n".join(rows).encode("utf-16"))
    shop.mapping("""
        title: t
        timezone: Australia/Sydney
        files: {f: {pattern: data.tsv, header: none}}
        tables:
          incident:
            file: f
            columns:
              incident_id: {position: 1}
              created_at:
                column: column 2
                format: ["%Y%m%dT%H%M%SZ", "%d-%b-%y %I:%M %p", "%d %B %Y %H:%M", iso]
    """)
    manifest = shop.prepare("src")
    frame = shop.table("incident")
    assert times(frame, "created_at") == [
        utc("2013-07-02 03:04:05"), utc("2012-12-01 10:05"), utc("2012-12-01 13:00"), utc("2013-04-06 15:30"),
        utc("2013-10-05 16:30"), utc("2013-01-01 09:00"),
    ]  # fmt: skip
    assert manifest.tables["incident"].flags == {"ambiguous_local_time": 1, "nonexistent_local_time": 1}


def test_sentinels_by_value_in_every_kind_of_column(shop):
    shop.file(
        "data.csv",
        "id;d;h;t;m;x\n"
        "1;01/01/1900;00:00;1900-01-01;-9999.0;1\n"
        "2;2013-01-01;10:00;01/01/1900 00:00:00;5;2\n"
        "3;2013-01-01;10:00;31/12/9999 00:00;5;-9999.00\n"
        "4;1900-01-01 00:00:00;10:00;2013-01-01 10:00;-9,999;41306.5\n"
        "5;2013-01-01 00:00:00;1899-12-30 10:00:00;2013-01-01 10:00;10;\n",
    )
    shop.mapping("""
        title: t
        missing_values: [-9999, 1900-01-01, 9999-12-31]
        files: {f: {pattern: data.csv}}
        tables:
          incident:
            file: f
            columns:
              incident_id: id
              created_month: {value: 2013-01}
              call_at: {date: d, time: h}
              created_at: t
              closed_at: {column: t, plus: {column: m, unit: minutes}}
              dispatched_at: {column: x, format: excel_days}
    """)
    assert shop.prepare("src").accounts[0].rejected == 0
    frame = shop.table("incident")
    ten = utc("2013-01-01 10:00")
    assert times(frame, "call_at") == [None, ten, ten, None, ten]
    assert times(frame, "created_at") == [None, None, None, ten, ten]
    assert times(frame, "closed_at") == [None, None, None, None, utc("2013-01-01 10:10")]
    assert times(frame, "dispatched_at") == [None, None, None, utc("2013-02-01 12:00"), None]


def test_an_identifier_is_not_carried_by_its_position_either(shop):
    shop.file("data.csv", "id,t,Name\n1,a,Ann Lee\n")
    text = """
        title: t
        identifiers: [{}]
        files: {{f: {{pattern: data.csv}}}}
        tables: {{incident: {{file: f, columns: {{incident_id: id, incident_type: {{position: {}}}, created_month: {{value: 2013-01}}}}}}}}
    """
    shop.mapping(text.format("Name", 3))
    with pytest.raises(DataError, match="position 3: 'Name' is listed under identifiers and must not be carried"):
        shop.prepare("src")
    shop.mapping(text.format("Nmae", 2))
    assert (
        "no file has the column 'Nmae' that the mapping lists as identifier. Did you mean 'name'?"
        in shop.prepare("src").remarks
    )


def test_a_position_must_mean_the_same_in_every_file(shop):
    shop.file("a.csv", "id,t\n1,x\n")
    shop.file("b.csv", "t,id\nx,2\n")
    shop.mapping("""
        title: t
        files: {f: {pattern: "*.csv"}}
        tables: {incident: {file: f, columns: {incident_id: id, incident_type: {position: 2}, created_month: {value: 2013-01}}}}
    """)
    with pytest.raises(DataError, match="position 2, which is 't' in a.csv and 'id' in b.csv"):
        shop.prepare("src")


def test_reference_that_lost_its_digits_is_flagged(shop):
    shop.file("incident.csv", "incident_id,created_month\n2.01E+12,2013-01\n2E1,2013-01\n201E12,2013-01\n")
    shop.prepare()
    assert list(shop.table("incident")["flags"]) == ["digits_cut_off", "", ""]
