"""Preparing a force: contracts kept, versions switched whole, nothing done twice."""

from __future__ import annotations

import json
import os
import stat
from datetime import date, timedelta

import pandas as pd
import pytest
from filelock import FileLock

from hmic_analysis.cli.data import check_rows, wrong
from hmic_analysis.contracts import BOOKKEEPING, CONTRACTS
from hmic_analysis.errors import DataError, LockedError
from hmic_analysis.store import engine
from hmic_analysis.store import prepare as module
from hmic_analysis.store.manifest import read_manifest
from hmic_analysis.store.prepare import prepare
from hmic_analysis.store.tables import load_table, silent_columns
from tests.store.frames import frame_schema

HEAD = "incident_id,created_at,created_month,grade,closed_at\n"


def incidents(shop, *rows: str) -> None:
    shop.file("incident.csv", HEAD + "\n".join(rows) + "\n")


def test_a_row_has_all_its_reasons(shop):
    incidents(shop, ",2013-13-01 10:00,,fast,2013-01-01 10:00")
    manifest = shop.prepare()
    reasons = shop.rejected("incident")["reasons"][0].split(" | ")
    assert [r.split(" = ")[0] for r in reasons] == [
        "not a time: created_at",
        "blank: incident_id",
    ]
    assert manifest.tables["incident"].rows == 0
    original = json.loads(shop.rejected("incident")["original"][0])
    assert original["grade"] == "fast" and original["incident_id"] is None


def test_one_of_several_columns_must_be_given(shop):
    incidents(shop, "1,,,,", "2,,2013-01,,")
    shop.prepare()
    assert shop.rejected("incident")["reasons"][0] == "blank: created_at and created_month"
    assert list(shop.table("incident")["incident_id"]) == ["2"]


def test_repeats_and_conflicts_of_a_key(shop):
    incidents(
        shop,
        "1,,2013-01,emergency,",
        "1,,2013-01,Emergency,",
        "1,,2013-02,,",
        "1,,2013-02,,",
        "2,,bad,,",
        "2,,2013-01,,",
    )
    manifest = shop.prepare()
    assert list(shop.table("incident")["source_row"]) == [2, 7]
    assert list(shop.rejected("incident")["reasons"])[:3] == [
        "repeat of row 2 of incident.csv",
        "conflicting key: row 2 of incident.csv has the same incident_id and differs",
        "repeat of row 4 of incident.csv",
    ]
    assert manifest.accounts[0].reasons == {
        "repeat": 2,
        "conflicting key": 1,
        "not a month: created_month": 1,
    }


def test_tables_without_key_keep_repeats(shop):
    shop.file("deployment.csv", "incident_id,resource_type\n" + "1,officer\n" * 3)
    assert shop.prepare().tables["deployment"].rows == 3


def test_person_is_one_person_in_all_tables_and_forces_and_never_in_clear(shop):
    shop.file("suspect.csv", "person_key,crime_id,named_on\nJo Bloggs,1,2013-01-01\n")
    shop.file("pnc_circulation.csv", "person_key,reason,circulated_on\n JO  BLOGGS ,named_suspect,2013-01-01\n")
    shop.prepare()
    other = prepare(shop.project, ["standard"], "elsewhere", shop.raw, "Europe/London")
    keys = {shop.table(t)["person_key"][0] for t in ("suspect", "pnc_circulation")}
    keys.add(load_table(shop.project, other.force, "suspect")["person_key"][0])
    assert len(keys) == 1
    for path in shop.project.processed.rglob("*"):
        assert path.is_dir() or b"bloggs" not in path.read_bytes().lower()
    assert not list(shop.project.keys.glob("work-*"))


def test_text_of_persons_is_kept_out_of_messages_of_the_engine(shop):
    key = shop.project.keys / "person.key"
    shop.file("suspect.csv", "person_key,crime_id,named_on\nJo,1,2013-01-01\n")
    shop.prepare()
    assert len(key.read_bytes()) == 32
    manifest = read_manifest(shop.project, "here")
    assert key.read_bytes().hex() not in manifest.model_dump_json()


@pytest.mark.skipif(os.name == "nt", reason="rights are told by icacls there")
def test_key_and_rejected_rows_are_their_owners_only(shop):
    incidents(shop, "1,,,,")
    shop.prepare()
    assert stat.S_IMODE((shop.project.keys / "person.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(shop.project.keys.stat().st_mode) == 0o700
    folder = shop.project.rejected("here")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "incident.csv").stat().st_mode) == 0o600


def test_unchanged_input_is_left_alone_and_any_change_is_not(shop, monkeypatch, tmp_path):
    incidents(shop, "1,,2013-01,,")
    assert prepare(shop.project, ["standard"], "here", shop.raw).status == "prepared"
    before = {p: p.stat().st_mtime_ns for p in shop.project.processed.rglob("*") if p.is_file()}
    assert prepare(shop.project, ["standard"], "here", shop.raw).status == "up_to_date"
    assert before == {p: p.stat().st_mtime_ns for p in shop.project.processed.rglob("*") if p.is_file()}
    assert prepare(shop.project, ["standard"], "here", shop.raw, "Europe/Paris").status == "prepared"
    incidents(shop, "2,,2013-01,,")
    assert prepare(shop.project, ["standard"], "here", shop.raw, "Europe/Paris").status == "prepared"
    monkeypatch.setenv("HMIC_PERSON_KEY_FILE", str(tmp_path / "safe" / "key"))
    assert prepare(shop.project, ["standard"], "here", shop.raw, "Europe/Paris").status == "prepared"
    assert (tmp_path / "safe" / "key").is_file()
    folders = [p.name for p in (shop.project.processed / "here").iterdir() if p.is_dir()]
    assert folders == [read_manifest(shop.project, "here").version]


def test_a_damaged_table_is_made_again(shop):
    incidents(shop, "1,,2013-01,,")
    manifest = shop.prepare()
    (shop.project.processed / "here" / manifest.version / "incident.parquet").write_bytes(b"x")
    with pytest.raises(DataError, match="can't be read"):
        shop.table("incident")
    assert prepare(shop.project, ["standard"], "here", shop.raw).status == "prepared"
    assert len(shop.table("incident")) == 1


@pytest.mark.parametrize("step", ["write_table", "write_rejected", "write_atomically", "account"])
def test_a_run_that_dies_leaves_the_old_tables(shop, monkeypatch, step):
    incidents(shop, "1,,2013-01,,")
    old = shop.prepare()
    incidents(shop, "1,,2013-01,,", "2,,2013-01,,")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, step, die)
        with pytest.raises(KeyboardInterrupt):
            shop.prepare()
    assert read_manifest(shop.project, "here") == old
    assert list(shop.table("incident")["incident_id"]) == ["1"]
    shop.prepare()
    assert list(shop.table("incident")["incident_id"]) == ["1", "2"]
    assert len([p for p in (shop.project.processed / "here").iterdir() if p.is_dir()]) == 1


def test_a_return_that_fails_leaves_the_old_tables(shop):
    incidents(shop, "1,,2013-01,,")
    old = shop.prepare()
    shop.file("incident.csv", "")
    with pytest.raises(DataError, match="incident.csv"):
        shop.prepare()
    assert read_manifest(shop.project, "here") == old


def test_a_broken_file_costs_only_its_own_table(shop):
    incidents(shop, "1,,2013-01,,")
    shop.file("crime.csv", "crime_id,recorded_month\nc1,2013-01\n")
    assert shop.prepare().broken == {}
    shop.file("crime.csv", "")
    manifest = shop.prepare()
    assert list(manifest.broken) == ["crime"] and "crime.csv" in manifest.broken["crime"]
    assert [a.file for a in manifest.accounts] == ["incident.csv"]
    assert list(shop.table("incident")["incident_id"]) == ["1"]
    # A broken file is not an absent table: nothing may be concluded from its emptiness.
    with pytest.raises(DataError, match="table crime of here can't be loaded: .*crime.csv"):
        shop.table("crime")
    assert shop.prepare().broken == manifest.broken
    shop.file("crime.csv", "crime_id,recorded_month\nc1,2013-01\n")
    assert shop.prepare().broken == {} and len(shop.table("crime")) == 1


def test_a_broken_workbook_could_have_held_any_other_table(shop):
    incidents(shop, "1,,2013-01,,")
    shop.file("return.xlsx", "not a workbook")
    broken = shop.prepare().broken
    assert "incident" not in broken and {"crime", "bail", "document"} <= set(broken)


def test_two_runs_of_one_force_do_not_meet(shop):
    incidents(shop, "1,,2013-01,,")
    shop.prepare()
    incidents(shop, "2,,2013-01,,")
    with FileLock(shop.project.keys / "prepare-here.lock"), pytest.raises(LockedError, match="another run"):
        shop.prepare()


@pytest.mark.parametrize("make", [False, True])
def test_no_return(shop, make):
    folder = shop.project.raw / "nobody"
    if make:
        folder.mkdir()
    with pytest.raises(DataError, match="data/raw/README.md"):
        prepare(shop.project, ["standard"], "nobody", folder)


def test_what_is_not_used_is_listed(shop):
    shop.file("incident.csv", "incident_id,created_month,caller_name\n1,2013-01,Jo\n")
    shop.file("notes.txt", "x")
    manifest = shop.prepare()
    assert manifest.columns_not_used == {"incident.csv": ("caller_name",)}
    assert manifest.files_not_read == ("notes.txt",)
    assert manifest.told.endswith("; 1 file not read, since no table asks for any such: see 'hmic data check'")
    lines = {(r.what, r.name, r.state): r.text for r in check_rows(manifest)}
    assert lines["file", "incident.csv", "ok"] == "1 rows read = 1 kept + 0 kept aside"
    assert lines["table", "incident", "ok"] == "1 rows, 2013-01 to 2013-01"
    assert lines["not used", "incident.csv", "note"] == "caller_name"
    assert ("not read", "notes.txt", "note") in lines


def test_check_warns_of_many_rows_kept_aside(shop):
    incidents(shop, "1,,2013-01,,", ",,2013-01,,")
    lines = [(r.what, r.state, r.text) for r in check_rows(shop.prepare())]
    assert ("rejected", "warning", "blank: incident_id: 1") in lines


def test_absent_table_is_an_empty_frame_of_the_same_shape(shop):
    incidents(shop, "1,2013-01-02 10:00,,,")
    shop.prepare()
    for name, contract in CONTRACTS.items():
        frame = shop.table(name)
        assert list(frame.columns) == [*contract.column_names, *BOOKKEEPING]
        frame_schema(contract).validate(frame, lazy=True)
    assert shop.table("crime").dtypes["recorded_at"] == pd.DatetimeTZDtype("us", "Europe/London")


def test_frames_have_the_same_types_whether_full_or_empty(shop):
    shop.file("suspect.csv", "person_key,crime_id,named_on,grounds_recorded\na,1,2013-01-01,yes\n")
    shop.file("change.csv", "change_id,change_type,live_on,users\n1,process,2013-01-01,5\n")
    shop.file("duty_hours.csv", "team,hour_start,staff_hours\na,2013-01-01 10:00,5.5\n")
    empty = {name: shop_types(load_table(shop.project, "nobody", name)) for name in ("suspect", "change", "duty_hours")}
    shop.prepare()
    for name, types in empty.items():
        assert shop_types(shop.table(name)) == types


def shop_types(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


def test_loading_some_columns_and_some_days(shop):
    shop.file(
        "duty_hours.csv",
        "team,hour_start,staff_hours\na,2013-07-01 00:00,1\na,2013-07-01 23:00,1\na,2013-07-02 00:00,1\n",
    )
    incidents(shop, "1,,2013-01,,", "2,,2013-02,,", "3,,2013-03,,")
    shop.prepare()
    assert list(shop.project and load_table(shop.project, "here", "incident", columns=["incident_id"])) == [
        "incident_id"
    ]
    day = load_table(shop.project, "here", "duty_hours", start="2013-07-01", end="2013-07-01")
    assert [t.hour for t in day["hour_start"]] == [0, 23]
    assert day["hour_start"].max() - day["hour_start"].min() == timedelta(hours=23)
    months = load_table(shop.project, "here", "incident", start="2013-01-15", end="2013-03-30")
    assert list(months["incident_id"]) == ["2"], "a month belongs where all of it does"
    assert len(load_table(shop.project, "here", "incident", end="2013-02-28")) == 2


def test_loading_what_is_not_there(shop):
    with pytest.raises(DataError, match="no table 'incidents'. Did you mean 'incident'"):
        shop.project and load_table(shop.project, "here", "incidents")
    with pytest.raises(DataError, match="has no column 'grad'. Did you mean 'grade'"):
        load_table(shop.project, "here", "incident", columns=["grad"])
    with pytest.raises(DataError, match="can't be cut by start and end"):
        load_table(shop.project, "here", "system_access", start="2013-01-01")


def test_a_day_where_a_time_must_stand_is_not_called_a_blank(shop):
    shop.file("problem_update.csv", "record_id,updated_at\nP1,2013-01-01 10:00\nP2,2013-01-01\nP3,\n")
    reasons = shop.prepare().tables["problem_update"].accounts[0].reasons
    assert reasons == {"a day without a time of day: updated_at": 1, "blank: updated_at": 1}


OFFENDERS = "person_key,entered_on,last_assessed_on,risk_score\n"


def test_a_cell_that_cannot_be_read_is_set_aside_and_its_row_stays(shop):
    shop.file(
        "iom_cohort.csv",
        OFFENDERS + "A,2013-01-01,2014-01-31,7\nB,2013-01-01,31/02/2014,high\nC,2013-01-01,,\n,2013-01-01,soon,7\n",
    )
    manifest = shop.prepare()
    (account,) = manifest.tables["iom_cohort"].accounts
    assert (account.read, account.kept, account.rejected) == (4, 3, 1)
    assert account.reasons == {"blank: person_key": 1}
    assert account.cells == {"not a date: last_assessed_on": 1, "not a number: risk_score": 1}
    assert manifest.accounts[0].cells == account.cells
    assert manifest.tables["iom_cohort"].told == "4 read = 3 kept + 1 kept aside (2 cells set aside)"
    kept = shop.table("iom_cohort")
    assert list(kept["flags"]) == ["", "risk_score_unread;last_assessed_on_unread", ""]
    assert kept.loc[1, ["last_assessed_on", "risk_score"]].isna().all()
    aside = shop.cells("iom_cohort")
    assert list(aside["row"]) == ["3"]
    assert aside["reasons"][0] == "not a number: risk_score = high | not a date: last_assessed_on = 31/02/2014"
    assert json.loads(aside["original"][0])["risk_score"] == "high"


def test_a_cell_set_aside_makes_two_rows_of_one_key_differ(shop):
    shop.file("iom_cohort.csv", OFFENDERS + "A,,soon,\nA,,,\nA,,soon,\nA,,later,\n")
    shop.prepare()
    assert [r.split(":")[0] for r in shop.rejected("iom_cohort")["reasons"]] == [
        "conflicting key",
        "repeat of row 2 of iom_cohort.csv",
        "conflicting key",
    ]


def test_of_columns_of_which_one_is_enough_the_last_one_costs_the_row(shop):
    incidents(shop, "1,soon,2013-01,,", "2,soon,,,", "3,2013-01-02 10:00,soon,,")
    shop.prepare()
    assert list(shop.table("incident")["incident_id"]) == ["1", "3"]
    assert list(shop.rejected("incident")["reasons"]) == ["not a time: created_at = soon"]
    assert list(shop.cells("incident")["row"]) == ["2", "4"]


def test_the_check_names_table_and_file_and_keeps_lines_of_a_table_together(shop):
    shop.file("force_reference.csv", "force_slug,response_policy\ncleveland,attend_all\n")
    shop.file("change.csv", "change_id,change_type,users\n1,process,many\n2,process,3\n2,process,3\n,process,3\n")
    shop.file("incident_crime.csv", "incident_id,crime_id\n" + "".join(f"{n},{n}\n" for n in range(40)) + ",1\n")
    shop.file("suspects.csv", "person_key\np1\n")
    shop.file("minutes.csv", "x\n1\n")
    manifest = shop.prepare()
    told, *faults = wrong(manifest, date(2012, 12, 1), date(2013, 11, 30), 5.0)
    # A file that was meant for a table is a table that is not there; of another nobody knows.
    assert (told.about, told.text) == ("suspects.csv: ", "no table asks for it. Did you mean 'suspect'?")
    assert faults.pop(3).text == "minutes.csv: no table asks for it."
    assert manifest.tables["force_reference"].told == "1 read = 0 kept + 1 kept aside"
    # 1 of 41 rows is little: a note, and below what is worse.
    assert [(row.state, row.about) for row in faults][:4] == [
        ("warning", "force_reference (force_reference.csv): "),
        ("warning", "change (change.csv): "),
        ("warning", "change (change.csv): "),
        ("note", "incident_crime (incident_crime.csv): "),
    ]
    assert faults[1].text == (
        "1 of 3 rows could not be used (blank: change_id: 1); 1 more kept aside: repeats, earlier states or another force's"
    )
    assert faults[2].text == ("1 cell of 2 rows could not be read: not known (not a whole number: users: 1)")
    assert faults[0].todo == "move it to data/raw/england-and-wales: from there alone it is read"


def test_what_is_taken_of_every_row_for_want_of_a_column_is_told(shop):
    shop.file("deployment.csv", "incident_id,stood_down\n1,no\n")
    said = "came without contact_mode (taken as: scene): ask the force whether that holds of every row"
    manifest = shop.prepare()
    assert said in manifest.tables["deployment"].odd
    assert [row.state for row in wrong(manifest, date(2012, 12, 1), date(2013, 11, 30), 5.0) if row.text == said] == [
        "note"
    ]


def test_what_to_do_about_a_broken_table_stands_once_and_at_the_end(shop):
    shop.file("bail.csv", "bail_id,person_key\nb1,p1\n")
    shop.file("suspect.csv", "suspect_id,person_key,crime_id\ns1,p1,c1\n")
    incidents(shop, "1,,2013-01,,")
    faults = wrong(shop.prepare(), date(2012, 12, 1), date(2013, 11, 30), 5.0)
    broken = [r for r in faults if r.what == "broken"]
    assert {r.name for r in broken} == {"bail", "suspect"}
    for row in broken:
        assert "Columns there:" in row.text and "\n" not in row.text and "Ask for" not in row.text
        assert row.todo == "ask for the file again, or say in a mapping which column is meant"


@pytest.mark.parametrize("again", ["change_id,change_type", "Change_ID, CHANGE_TYPE ", "\ufeffchange_id,change_type"])
def test_a_header_in_the_midst_and_sums_are_no_rows(shop, again):
    shop.file("change.csv", f"change_id,change_type\nCH1,process\n{again}\nCH2,process\nGrand Total,process\n")
    manifest = shop.prepare()
    assert shop.table("change")["change_id"].tolist() == ["CH1", "CH2"]
    assert manifest.accounts[0].reasons == {"footer or total row": 1, "the header again": 1}
    assert manifest.accounts[0].read == manifest.accounts[0].kept + manifest.accounts[0].rejected == 4


def test_a_team_is_never_called_as_its_column_or_a_sum(shop):
    shop.file("device_pool.csv", "pool,role\nA,response\npool,role\nTotal,response\n")
    shop.prepare()
    assert shop.table("device_pool")["pool"].tolist() == ["A"]


def test_a_second_table_below_the_first_is_told_and_kept_aside(shop):
    rows = ["I1,2013-01-05 10:00,priority", "incident_id,assigned_at,", "I1,2013-01-05 10:01,", "I9,2013-01-06 10:01,"]
    shop.file("incident.csv", "incident_id,created_at,grade\n" + "\n".join(rows) + "\n")
    manifest = shop.prepare()
    assert shop.table("incident")["incident_id"].tolist() == ["I1"]
    assert manifest.accounts[0].reasons == {"below a second header": 3}
    assert [r for r in manifest.remarks if "incident.csv: row 3 holds other headings" in r]


def test_a_column_that_is_almost_written_as_it_should_be_is_told(shop):
    shop.file("crime.csv", "crime_id,recorded_month,Is No Crime,Remarks\nC1,2013-01,yes,x\n")
    told = [r for r in shop.prepare().remarks if "'Is No Crime' (is_no_crime) is not read" in r]
    assert len(told) == 1 and "Remarks" not in told[0]


def test_the_line_in_which_a_header_stands_below_titles_is_told(shop):
    shop.file("incident.csv", "Calls of 2013\nNAME Zo\u00eb\nincident_id,created_month\nI1,2013-01\n")
    shop.file("crime.csv", "crime_id,recorded_month\nC1,2013-01\n")
    fault = shop.prepare().broken["incident"]
    assert "Line 3 looks like the header" in fault and "Zo" not in fault


def test_days_of_systems_that_have_no_date_are_told(shop):
    shop.file("incident.csv", "incident_id,created_at\nI1,2013-02-01 10:00\nI2,1970-01-01 00:00\nI3,1900-01-01 00:00\n")
    rows = wrong(shop.prepare(), date(2012, 12, 1), date(2013, 11, 30), 5.0)
    assert [r.text for r in rows if "before 1980" in r.text] == [
        "2 rows are dated before 1980, as where a system has no date: they count in no month"
    ]


def test_rows_that_a_table_says_are_lost_are_told_once(shop):
    incidents(shop, "I1,2013-01-01 10:00,,,", "I2,never,,,", "I3,,,,")
    rows = wrong(shop.prepare(), date(2012, 12, 1), date(2013, 11, 30), 5.0)
    assert sum("2 of 3" in row.text for row in rows) == 1
    # What repeats another row is no loss to the table, and is told of the file.
    incidents(shop, *["I1,2013-01-01 10:00,,,"] * 3)
    rows = wrong(shop.prepare(), date(2012, 12, 1), date(2013, 11, 30), 5.0)
    assert [row.text for row in rows if row.what == "file"] == ["incident.csv: 2 of 3 lines in no table (repeat: 2)"]


def test_a_column_that_whole_months_lack_is_told(shop):
    rows = [f"I{m}-{d},2013-{m:02}-{d:02} 10:00,{f'2013-{m:02}-{d:02} 10:05' if m < 4 else ''}" for m in range(1, 7)
            for d in range(1, 21)]  # fmt: skip
    shop.file("incident.csv", "\n".join(["incident_id,created_at,dispatched_at", *rows, ""]))
    found = list(silent_columns(shop.project, shop.prepare()))
    assert found == [("incident", "dispatched_at", ["2013-04", "2013-05", "2013-06"])]


@pytest.mark.parametrize(("in_memory", "at_a_time"), [(1 << 29, 1), (1 << 29, 3), (0, 3)])
def test_tables_are_the_same_however_many_are_worked_on_at_a_time(shop, monkeypatch, in_memory, at_a_time):
    monkeypatch.setattr(engine, "_IN_MEMORY", in_memory)
    monkeypatch.setattr(engine, "_AT_A_TIME", at_a_time)
    # Two mapped tables of one file, one of two files, a repeat, a person and a time in the hour that comes twice.
    shop.file("calls.csv", "id,at,who\nI1,2013-10-27 01:30,Ann\nI2,2013-01-05 10:00,Bob\nI2,2013-01-05 10:00,Bob\n")
    shop.file("more.csv", "id,at,who\nI3,2013-01-06 10:00,ann\n")
    shop.file("units.csv", "id,unit,on\nI1,R1,2013-10-27 01:40\nI2,R2,2013-01-05 09:00\nI9,R3,x\n")
    shop.mapping("""\
        title: calls
        publisher: us
        licence: none
        files:
          calls: {pattern: "calls.csv"}
          more: {pattern: "more.csv"}
          units: {pattern: "units.csv"}
        tables:
          incident:
            - {file: calls, columns: {incident_id: id, created_at: at, victim_key: who}}
            - {file: more, columns: {incident_id: id, created_at: at, victim_key: who}}
          suspect:
            - {file: calls, columns: {person_key: who, crime_id: id, named_on: at}}
          deployment:
            - {file: units, columns: {incident_id: id, resource_id: unit, at_scene_at: on}}
        """)
    entries = shop.prepare("src").tables
    assert {name: (e.read, e.rows) for name, e in entries.items()} == {
        "incident": (4, 3),
        "suspect": (3, 2),
        "deployment": (3, 3),
    }
    calls, units = shop.table("incident"), shop.table("deployment")
    assert list(calls["incident_id"]) == ["I1", "I2", "I3"] and list(calls["source_file"].str[-9:-4]) == [
        "calls"
    ] * 2 + ["more"]
    assert calls["victim_key"][0] == calls["victim_key"][2] == shop.table("suspect")["person_key"][0]
    assert list(units["flags"]) == ["ambiguous_local_time", "at_scene_before_created", "at_scene_at_unread"]
    folders = [p for p in shop.project.keys.iterdir() if p.name.startswith("work-")]
    assert not folders
