"""A first mapping of a foreign file: what it guesses, what it leaves open, and whom it never names."""

from __future__ import annotations

import io

import openpyxl
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from hmic_analysis.cli.data import app
from hmic_analysis.errors import DataError
from hmic_analysis.store.draft import first_mapping
from hmic_analysis.store.guess import may_name, tokens_of
from hmic_analysis.store.mapping import read_located
from hmic_analysis.store.mapping_check import parse_mapping
from tests.store.conftest import SHARED

HEAD = [
    "CAD Number",
    "Call Received",
    "Priority",
    "Origin",
    "Officer",
    "Handled By",
    "Dispatched",
    "Arrived",
    "Closed",
]
PEOPLE = ["Quarrington", "Ottoline Vaux", "VAUX, Ottoline"]


def log_rows(stamp: str = "%d/%m/%Y %H:%M", n: int = 60) -> list[list[str]]:
    rows = []
    for i in range(n):
        t = pd.Timestamp("2013-02-01 09:00") + pd.Timedelta(hours=11 * i)
        times = [(t + pd.Timedelta(minutes=m)).strftime(stamp) for m in (0, 2, 9, 60)]
        arrived = "" if i % 5 == 0 else times[2]
        rows.append([f"C{i:04d}", times[0], str(1 + i % 3), ("Alarm", "Phone")[i % 2], PEOPLE[i % 3], PEOPLE[i % 2],
                     times[1], arrived, times[3]])  # fmt: skip
    return rows


def text_of(rows: list[list[str]], sign: str = ",", end: str = "\n", head: list[str] = HEAD) -> str:
    return "".join(sign.join(f'"{c}"' if sign in c else c for c in row) + end for row in [head, *rows])


def loads(shop, name: str, content: bytes, **force) -> tuple[object, pd.DataFrame]:
    """The draft of a file, and the incidents that come of it as it is."""
    path = shop.file(name, content)
    draft = first_mapping(path)
    (shop.project.params / "sources" / "src.yml").write_text(draft.text, encoding="utf-8")
    shop.prepare("src")
    return draft, shop.table("incident")


@pytest.mark.parametrize(
    ("encoding", "sign", "end"),
    [
        ("utf-8", ",", "\r\n"),
        ("utf-16", "\t", "\n"),
        ("utf-16-le", ";", "\n"),
        ("cp1252", ";", "\r\n"),
        ("utf-8-sig", "|", "\r"),
    ],
)
def test_the_first_mapping_of_a_log_loads_every_row_however_it_is_written(shop, encoding, sign, end):
    rows = [[*row[:3], "Café " + row[3], *row[4:]] for row in log_rows()]
    draft, frame = loads(shop, "log.csv", text_of(rows, sign, end).encode(encoding))
    assert draft.tables == ("incident", "deployment")
    assert len(frame) == 60
    assert frame[["created_at", "dispatched_at", "closed_at"]].notna().all(axis=None)
    assert shop.table("deployment")["at_scene_at"].notna().sum() == 48
    assert any("12 of 60 are blank: did nobody come" in gap for gap in draft.gaps)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stamp=st.sampled_from(
        ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%d-%b-%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y%m%d %H:%M:%S", "%d %B %Y %H:%M",
         "%Y-%m-%dT%H:%M:%S", "%d/%m/%y %H:%M"]
    )
)  # fmt: skip
def test_the_format_of_the_times_is_found(shop, stamp):
    _, frame = loads(shop, "log.csv", text_of(log_rows(stamp)).encode())
    assert frame["created_at"].min() == pd.Timestamp("2013-02-01 09:00", tz="Europe/London")
    assert frame["created_at"].max() == pd.Timestamp("2013-02-28 10:00", tz="Europe/London")


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(unit=st.sampled_from(["s", "ms", "us", "day"]))
def test_counts_of_any_unit_are_found_by_their_heading_and_size(shop, unit):
    rows = log_rows("%Y-%m-%d %H:%M:%S")

    def counted(text: str) -> str:
        if not text:
            return ""
        t = pd.Timestamp(text)
        if unit == "day":
            return repr((t - pd.Timestamp("1899-12-30")) / pd.Timedelta(days=1))
        return str(int((t - pd.Timestamp("1970-01-01")) / pd.Timedelta(1, unit=unit)))

    rows = [[*row[:1], counted(row[1]), *row[2:6], *map(counted, row[6:])] for row in rows]
    _, frame = loads(shop, "log.csv", text_of(rows).encode())
    assert frame["created_at"].dt.tz_convert("UTC").min() == pd.Timestamp("2013-02-01 09:00", tz="UTC")


def test_no_value_of_a_column_that_may_name_a_person_is_shown(shop):
    draft, _ = loads(shop, "log.csv", text_of(log_rows()).encode())
    assert "identifiers: [Officer, Handled By]" in draft.text
    for name in ("Quarrington", "Vaux", "Ottoline", "VAUX"):
        assert name not in draft.text
    # Nor where the heading gives it away to nobody.
    head = [*HEAD[:4], "Group", "Zone", *HEAD[6:]]
    assert "VAUX" not in first_mapping(shop.file("b.csv", text_of(log_rows(), head=head))).text


def test_the_codes_stand_with_their_counts_and_none_is_decided(shop):
    text = loads(shop, "log.csv", text_of(log_rows()).encode())[0].text
    assert '"1": blank  # 20 rows' in text
    assert '"Alarm": alarm  # 30 rows' in text
    assert '"Phone": blank  # 30 rows, perhaps public' in text


def test_rows_that_the_draft_would_set_aside_are_told_before_it_is_loaded(shop):
    head = ["Crime ID", "Reported", "Crime type"]
    rows = [["" if i % 4 == 0 else f"C{i}", f"2013-02-0{1 + i % 9} 10:{i:02d}", "Burglary"] for i in range(40)]
    path = shop.file("crimes.csv", text_of(rows, head=head))
    (said,) = [gap for gap in first_mapping(path).gaps if "blank" in gap]
    assert said.startswith("crime.crime_id: 10 of 40 are blank, and a row without it is kept aside")


def test_the_resource_of_a_deployment_is_its_call_sign_not_the_number_of_the_row(shop):
    head = ["Incident Number", "Resource Mobilisation Id", "Resource_Code", "Mobilised", "Arrived"]
    rows = [[f"I{i}", f"{900 + i}", f"H{i % 3}", f"2013-02-13 10:{i:02d}", f"2013-02-13 11:{i:02d}"] for i in range(40)]
    assert "resource_id: Resource_Code" in first_mapping(shop.file("sent.csv", text_of(rows, head=head))).text


def test_a_file_without_a_header_is_quoted_nowhere(shop):
    rows = [["Vaux Ottoline", "burglary", "2013-02-01"], ["Quarrington", "robbery", "2013-02-02"]]
    draft = first_mapping(shop.file("x.csv", text_of(rows[1:], head=rows[0])))
    assert "header: none" in draft.text
    words = first_mapping(shop.file("y.csv", "Ottoline,Quarrington\nVaux,Tom\n"))
    for name in ("Vaux", "Ottoline", "Quarrington", "Tom"):
        assert name not in draft.text + words.text


def test_two_header_rows_merged_cells_titles_totals_and_marks_of_a_workbook(shop):
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    sheet = book.create_sheet("Table 2")
    for row in [["Table 2: Calls"], ["Source: made up"], [], ["Force area", "Ref", None, "2013", None],
                [None, "Number", "Opened", "Type", "Grade"],
                *[["Cleveland" if i % 3 == 0 else None, f"A{i}", f"2013-02-{i + 1:02d} 10:0{i}", "Alarm", "2 [r]" if i else "[x]"]
                  for i in range(9)],
                ["Total", "9"], ["Notes"]]:  # fmt: skip
        sheet.append(row)
    for cells in ("B4:C4", "D4:E4", "A6:A8", "A9:A11", "A12:A14"):
        sheet.merge_cells(cells)
    stream = io.BytesIO()
    book.save(stream)
    draft, frame = loads(shop, "t.xlsx", stream.getvalue())
    for said in (
        "header: [4, 5]",
        "merged: fill",
        "sheet: Table 2",
        "shorthand: [r]",
        'missing_values: ["[x]"]',
        "Ref Number",
    ):
        assert said in draft.text
    assert len(frame) == 9
    assert list(frame["local_grade"].fillna("")) == ["", *["2"] * 8]


def test_a_parquet_file_and_the_tables_of_a_contract_are_recognised(shop, tmp_path):
    path = tmp_path / "s.parquet"
    pd.DataFrame({"device_id": ["a", "b"], "day": ["2013-01-02", "2013-01-03"], "sessions": [1, 2]}).to_parquet(path)
    draft = first_mapping(path)
    assert draft.tables == ("device_session",)
    assert "day: day" in draft.text


def test_what_cannot_be_placed_is_told_and_no_table_is_made_up(shop):
    path = shop.file("x.csv", "Hour,Total Widgets\n1,2\n2,3\n")
    draft = first_mapping(path)
    assert draft.tables == ()
    assert any("no standard table was recognised" in gap for gap in draft.gaps)
    assert "Total Widgets: number, 2 different" in draft.text


def test_what_is_no_file_or_holds_no_row_is_refused_in_words(shop, tmp_path):
    with pytest.raises(DataError, match="none.csv is no file"):
        first_mapping(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder. Name a file"):
        first_mapping(tmp_path)
    with pytest.raises(DataError, match="holds no row"):
        first_mapping(shop.file("x.csv", "Call Ref,Call Date\n"))


def test_the_command_writes_it_once_and_says_what_is_open(shop, tmp_path):
    shop.ship()
    file = shop.file("Log 2013.csv", text_of(log_rows()))
    words = ["map", str(file), "--project", str(shop.project.root)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "params/sources/log-2013.yml" in result.output
    assert "lines to answer" in result.output
    again = CliRunner().invoke(app, words)
    assert isinstance(again.exception, DataError)
    assert "never overwritten" in again.exception.message


@pytest.mark.parametrize("name", ["Lee, Ann", "PC 1234 Lee", "A. Lee", "A B Lee", "Sgt Lee"])
def test_how_names_are_written(name):
    assert may_name(name)


def test_the_words_of_headings():
    assert tokens_of("TimeFirstCallCleared") == ("time", "first", "call", "cleared")
    assert tokens_of("CALL_TYPE [note 3]") == ("call", "type")


FILES = [
    ("cad-alexandria-2025/week43.csv", ("incident", "deployment")),
    ("cad-seattle/db_call_data_2018-2023.csv", ("incident", "deployment")),
    ("cad-lfb-sample-2009/LFB Incident data.csv", ("incident",)),
    ("police-uk-cleveland-2014/2014-01-cleveland-street.csv", ("crime",)),
]


#: Headings and a row of exports of other systems, and what they are of.
OTHERS = {
    "Custody Ref,Station,Arrest Date/Time,Offence,Arresting Officer,Detained Person,Disposal": (
        "KT/1/13,Kirkleatham,01/02/2013 10:00,Theft,PC1,X,Charged", ()),
    "Occurrence No.,Recorded Date,HO Class,Offence Description,Outcome,Aggrieved Surname": (
        "K1,01/02/2013,28,BURGLARY,1 - Charge,X", ("crime",)),
    "Read ID,VRM,Camera,Capture Timestamp,Hit Priority,Action Taken,Action Time": (
        "17,X,CAM1,2013-02-01T10:00:00Z,HIGH,Stop,2013-02-01T10:09:00Z", ("anpr_hit",)),
    "Camera Ref,Type,Site Name,Commissioned,Decommissioned": ("CAM1,Fixed,A66,01/02/2010,", ("anpr_camera",)),
    "Employee Number,Full Name,Course Code,Course Title,Completion Date,Hours": (
        "E1,X,P1,Problem solving,01.02.2013,7.5", ("training",)),
    "Pers No,Surname,Rank/Grade,Post Title,Org Unit,FTE,Start Date In Post": (
        "1,X,Constable,Response officer,Hartlepool,1,01/02/2009", ("staff",)),
    # What the post mainly does is missing, and is marked as a gap.
    "Warrant,Name,Rank,Joined,Team": ("17,X,PC,01/04/2008,A", ("staff",)),
    "INCIDENT,CALLSIGN,SKILL,ALLOC,MOBILE,ONSCENE,CLEAR": (
        "CL1,ST1,RV,20130201100000,20130201100100,20130201100900,20130201110000", ("deployment",)),
    "PNCID,Wanted Report No,Circulated On,Cancelled On,Reason": ("1/X,W1,01/02/13,,FTA", ("pnc_circulation",)),
    "Occurrence No,Report Time,Occurrence Type,Recorded Crime?,Beat Code,Victim Surname,Status": (
        "N1,01/02/2013 10:00,BURGLARY,Y,MB05,X,FILED", ("crime",)),
    "Asset,Model,User,Handed out,State,Apps": ("M1,iPad,STF1,2013-02-01,Live,PNC", ("device",)),
    "Ref,Nominal,RAG,OGRS,Adopted,Removed,In custody?,Lead": ("I1,N1,R,40,01/02/2012,,No,Police", ("iom_cohort",)),
}  # fmt: skip


@pytest.mark.parametrize("heading", OTHERS)
def test_tables_of_other_systems_are_recognised(tmp_path, heading):
    row, tables = OTHERS[heading]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([heading, *[row] * 4, ""]), encoding="utf-8")
    assert first_mapping(path).tables == tables


@pytest.mark.skipif(not SHARED.is_dir(), reason="the open data are not beside the checkout")
@pytest.mark.parametrize(("file", "tables"), FILES)
def test_first_mappings_of_real_exports_load_as_they_are(tmp_path, file, tables):
    draft = first_mapping(SHARED / file)
    path = tmp_path / "src.yml"
    path.write_text(draft.text, encoding="utf-8")
    assert tuple(parse_mapping(read_located(path), "src.yml").tables) == draft.tables == tables


OUTCOMES = (
    "financial_year,financial_quarter,force_name,offence_description,offence_group,offence_subgroup,offence_code,"
    "outcome_group,outcome_type,force_outcomes_for_offences_recorded_in_quarter,force_outcomes_recorded_in_quarter\n"
)
PUBLISHED = {
    "outcome_reference": (OUTCOMES + "2018/19,1,Cleveland,Arson,Arson,Arson,56A,Charged,1,12,14\n" * 4, 8),
    "recorded_crime_reference": (
        "FY,Financial Quarter,Force,Offence Description,Group,Offence Subgroup,Offence Code,n,territorial\n"
        + "2013/14,1,Cleveland,Arson,Arson,Arson endangering,56A,12,True\n" * 4,
        8,
    ),
    "workforce_reference": (
        "date,geo_code,force_name,region,worker_type,rank_description,sex,total_headcount,total_fte\n"
        + "2013-03-01,E23000013,Cleveland,North East,police officer,Sergeant,female,40,39.5\n" * 4,
        7,
    ),
    "population_reference": ("ladcode19,laname19,year,population\n" + "E06000001,Hartlepool,2013,92665\n" * 4, 4),
    "district_reference": (
        "LAD16CD,LAD16NM,CSP16CD,CSP16NM,PFA16CD,PFA16NM,FID\n"
        + "E06000001,Hartlepool,E22000001,H,E23000013,C,1\n" * 4,
        4,
    ),
}


@pytest.mark.parametrize("table", PUBLISHED)
def test_what_is_published_is_told_by_what_it_counts(tmp_path, table):
    text, placed = PUBLISHED[table]
    path = tmp_path / "published.csv"
    path.write_text(text, encoding="utf-8")
    draft = first_mapping(path)
    assert draft.tables == (table,)
    (tmp_path / "src.yml").write_text(draft.text, encoding="utf-8")
    assert tuple(parse_mapping(read_located(tmp_path / "src.yml"), "src.yml").tables) == draft.tables
    columns = draft.text.partition("    columns:\n")[2].partition("\n\n")[0]
    assert sum(not line.lstrip().startswith("#") for line in columns.splitlines()) == placed


def test_a_number_of_what_is_missing_is_no_reference(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "file,month,rows,crime_rows,missing_crime_id,missing_outcome,duplicated_crime_ids\n"
        + "".join(f"f{i}.csv,2013-{i:02d},100,9{i},{i},0,0\n" for i in range(1, 10)),
        encoding="utf-8",
    )
    assert first_mapping(path).tables == ()


def placed_in(draft, table: str) -> dict[str, str]:
    """The columns of a table of the draft, by what they are taken from."""
    tables = yaml.safe_load(draft.text)["tables"]
    return {
        name: source if isinstance(source, str) else source["column"]
        for name, source in tables[table]["columns"].items()
    }


def drafted(tmp_path, head: str, rows: str):
    """The draft of an export with these headings and lines."""
    path = tmp_path / "export.csv"
    path.write_text(f"{head}\n{rows}", encoding="utf-8")
    return first_mapping(path)


def test_a_list_of_wanted_persons_is_one_of_suspects_and_none_of_crimes(tmp_path):
    rows = "".join(f"S{i};N{i % 7};C1/{i:05d}/13;{1 + i % 28:02d}.03.2013;Wanted;PC{i % 3};\n" for i in range(40))
    draft = drafted(tmp_path, "Suspect URN;Nominal;Crime Ref;Date Named;Wanted Status;OIC;Supervisor Review Date", rows)
    assert draft.tables == ("suspect",)
    assert placed_in(draft, "suspect") == {
        "person_key": "Nominal",
        "crime_id": "Crime Ref",
        "named_on": "Date Named",
        "status": "Wanted Status",
        "owner_key": "OIC",
    }
    assert '"Wanted": blank  # 40 rows, perhaps outstanding' in draft.text
    assert "- suspect.status: what does each mean?" in "".join(f"- {gap}\n" for gap in draft.gaps)


def test_times_of_day_are_of_the_only_day_of_a_file(shop):
    head = "URN\tLog Date\tTime Opened\tTime First Despatch\tTime First At Scene\tTime Closed\n"
    rows = [f"C{i:03d}\t{1 + i % 28:02d}-Feb-2013\t2350\t2355\t{'' if i % 4 else '0010'}\t0100\n" for i in range(40)]
    draft, frame = loads(shop, "storm.txt", (head + "".join(rows)).encode())
    assert sum("the only day of the file" in gap for gap in draft.gaps) == 5
    assert any("30 of 40 are blank: did nobody come" in gap for gap in draft.gaps)
    assert (frame["closed_at"] - frame["created_at"] == pd.Timedelta(minutes=70)).all()
    assert shop.table("deployment")["at_scene_at"].notna().sum() == 10


def test_days_that_may_be_read_either_way_are_taken_as_the_others_of_the_file(tmp_path):
    rows = "".join(f"B{i},N{i},Court,0{1 + i % 9}/0{1 + i % 9}/2013,02/{10 + i % 18}/2013\n" for i in range(30))
    draft = drafted(tmp_path, "Bail Ref,Person URN,Bail Type,Date Bailed,Return Date", rows)
    assert draft.text.count('format: "%m/%d/%Y"') == 2
    assert any("taken to be month first, as other columns are" in gap for gap in draft.gaps)


def test_a_bail_register_is_recognised(tmp_path):
    rows = "".join(f"B{i},N{i},47(3),0{1 + i % 9}/03/2013,2{i % 9}/04/2013,{'YN'[i % 2]}\n" for i in range(30))
    draft = drafted(tmp_path, "Bail Ref,Person URN,Bail Type,Date Bailed,Return Date,Attended (Y/N)", rows)
    assert draft.tables == ("bail",)
    assert placed_in(draft, "bail") == {
        "bail_id": "Bail Ref",
        "person_key": "Person URN",
        "bail_type": "Bail Type",
        "granted_on": "Date Bailed",
        "return_due_on": "Return Date",
        "attended": "Attended (Y/N)",
    }
    grouped = "Bail,Person,Bail,Bail,Bail,Bail\nRef,URN,Type,Granted,Due back,Attended"
    draft = drafted(tmp_path, grouped, rows)
    assert "header: [1, 2]" in draft.text and draft.tables == ("bail",)
    assert placed_in(draft, "bail")["return_due_on"] == "Bail Due back"


def test_crimes_that_name_their_incidents_feed_the_links_too(tmp_path):
    rows = "".join(f"C{i},{i:04d}-03032013,Theft,{1 + i % 28:02d}/03/2013 10:00,V{i}\n" for i in range(30))
    draft = drafted(tmp_path, "Crime Ref,STORM Ref,Offence,Recorded On,Victim URN", rows)
    assert draft.tables == ("crime", "incident_crime")
    assert placed_in(draft, "incident_crime") == {"incident_id": "STORM Ref", "crime_id": "Crime Ref"}
    assert placed_in(draft, "crime")["victim_key"] == "Victim URN"


def test_a_log_that_names_crimes_is_no_list_of_crimes(tmp_path):
    rows = "".join(
        f"{i:05d},{1 + i % 28:02d}/03/2013 10:00,Immediate,ASB - Nuisance,Crime - Theft,C{i}\n" for i in range(30)
    )
    draft = drafted(tmp_path, "Log Number,Date/Time Created,Call Grade,Opening Code,Closing Code,Crime Ref", rows)
    assert draft.tables == ("incident", "incident_crime")
    placed = placed_in(draft, "incident")
    assert (placed["category_open"], placed["category_close"]) == ("Opening Code", "Closing Code")
    assert '"Immediate": blank  # 30 rows, perhaps emergency' in draft.text
    assert '"Crime - Theft": blank  # 30 rows, perhaps crime' in draft.text
