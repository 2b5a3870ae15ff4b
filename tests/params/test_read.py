"""Reading parameters: what is accepted, and what every kind of fault says."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hmic_analysis.errors import EXIT_PARAMETERS, ParameterError
from hmic_analysis.params import read
from hmic_analysis.params.read import load_for, load_params
from hmic_analysis.project import Project
from hmic_analysis.words import SECTIONS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def params():
    return load_params(Project(ROOT))


@pytest.fixture
def project(tmp_path):
    """A project of its own whose parameter files a test may spoil."""
    target = tmp_path / "params"
    (target / "forces").mkdir(parents=True)
    for name in ("inspection.yml", "forces.yml"):
        shutil.copy(ROOT / "params" / name, target / name)
    shutil.copytree(ROOT / "params" / "findings", target / "findings")
    for path in (ROOT / "params" / "forces").glob("*.yml"):
        shutil.copy(path, target / "forces" / path.name)
    return Project(tmp_path)


def spoil(project, name, old, new, count=1):
    path = project.params / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def line_of(project, name, needle):
    lines = (project.params / name).read_text(encoding="utf-8").splitlines()
    return next(i for i, line in enumerate(lines, start=1) if needle in line)


def refused(project) -> str:
    with pytest.raises(ParameterError) as found:
        load_params(project)
    assert found.value.exit_code == EXIT_PARAMETERS
    return found.value.message


def own(project, slug, text):
    (project.params / "forces" / f"{slug}.yml").write_text(text, encoding="utf-8")


def test_every_file_of_the_catalogue_is_a_finding_in_the_order_of_the_letter(params):
    stems = {path.stem for path in (ROOT / "params" / "findings").glob("*.yml")}
    assert {f.stem for f in params.findings.values()} == stems
    assert all(f.stem.startswith(f"{f.id.lower()}_") for f in params.findings.values())
    places = [(SECTIONS.index(f.section), int(f.id[1:])) for f in params.findings.values()]
    assert places == sorted(places)
    assert set(params.known) == set(params.findings)


def test_a_new_finding_is_a_new_file_and_touches_no_list(project):
    text = (project.params / "findings" / "a10_review.yml").read_text(encoding="utf-8")
    (project.params / "findings" / "a12_again.yml").write_text(text.replace("A10a", "A12a"), encoding="utf-8")
    found = list(load_params(project).findings)
    assert found.index("A12") == found.index("A10") + 1


def test_only_the_files_of_the_findings_asked_for_are_read(project):
    (project.params / "findings" / "f1_demand.yml").write_bytes(b"\x00")
    params = load_params(project, ["A6"])
    assert list(params.findings) == ["A6"] and "F1" in params.known
    assert params.finding("A6").title
    with pytest.raises(ParameterError, match="f1_demand.yml"):
        load_params(project)
    with pytest.raises(ParameterError, match="no finding 'A77'"):
        load_params(project, ["A77"])
    own(project, "cleveland", "thresholds: {A1a: {activity_days: 3}}\n")
    with pytest.raises(ParameterError, match="unknown finding 'A1a'"):
        load_params(project, ["A6"])


@pytest.fixture
def another_process(monkeypatch):
    """Forget what this process read, as the next command does."""

    def forget() -> None:
        monkeypatch.setattr(read, "_READ", {})

    return forget


def test_the_next_command_takes_what_was_kept(project, another_process, monkeypatch):
    another_process()
    params = load_params(project)
    another_process()
    monkeypatch.setattr(read._Reader, "read", lambda reader: pytest.fail("read again"))
    assert load_params(project) == params
    another_process()
    assert load_params(project, ["A6"]).finding("A6") == params.finding("A6")


def test_files_that_changed_are_read_anew_whatever_was_kept(project, another_process):
    another_process()
    days = load_params(project).finding("A6").definitions["activity_days"].value
    assert days != 27
    spoil(project, "findings/a6_suspects.yml", "activity_days: {value: 28,", "activity_days: {value: 27,")
    another_process()
    assert load_params(project).finding("A6").definitions["activity_days"].value == 27
    spoil(project, "findings/a6_suspects.yml", "activity_days:", "activity_dais:")
    another_process()
    assert "activity_dais" in refused(project)


@pytest.mark.parametrize("damage", [b"", b"\n", b"cut"], ids=["empty", "another", "cut short"])
def test_what_was_kept_and_is_damaged_is_read_anew(project, another_process, damage):
    another_process()
    params = load_params(project)
    path = project.keys / "params.pickle"
    path.write_bytes(path.read_bytes()[:5000] if damage == b"cut" else damage)
    another_process()
    assert load_params(project) == params


def test_a_folder_where_nothing_can_be_kept_does_no_harm(project, another_process):
    another_process()
    project.keys.write_text("a file where the folder would be", encoding="utf-8")
    params = load_params(project)
    another_process()
    assert load_params(project) == params


def test_a_command_reads_its_findings_and_those_that_overrides_name(project, another_process):
    another_process()
    assert list(load_for(project, ["a6"], ["definitions.A7.activity_days", "min_n", "thresholds.x"]).findings) == [
        "A6",
        "A7",
    ]
    whole = load_for(project, [], ["definitions.A7.activity_days"])
    assert set(whole.findings) == set(whole.known)
    assert load_params(project, ["A6"]) is whole, "what was read whole is not read again"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("suspects.yml", "name it by a letter, a number and a word in lower case, such as a6_suspects.yml"),
        ("A12_Again.yml", "name it by a letter"),
        ("a10_again.yml", "holds finding A10 already"),
        ("a12_again.yaml", "rename it to a12_again.yml"),
    ],
)
def test_names_of_files_of_the_catalogue(project, name, said):
    shutil.copy(project.params / "findings" / "a10_review.yml", project.params / "findings" / name)
    message = refused(project)
    assert said in message and f"params/findings/{name}" in message.replace("a10_review", "a10_again")


def test_a_project_without_findings_says_so(project):
    shutil.rmtree(project.params / "findings")
    assert "params/findings holds no finding" in refused(project)


def test_kinds_other_and_national_stand_beside_the_forces(params):
    assert params.force("alexandria").kind == "other"
    assert params.force("england-and-wales").kind == "national"
    assert params.force("cleveland-open-data").sources == ("police-uk-street",)
    assert params.force("cleveland").sources == ("standard",)
    assert params.force("cleveland").addressee.salutation == "Jacqui"


def test_embargo_is_wall_time_of_the_inspection(params):
    assert params.inspection.embargo == datetime(2014, 9, 3, 23, 1, tzinfo=ZoneInfo("UTC"))


def test_a_wrong_force_or_finding_is_answered_with_the_nearest(params):
    with pytest.raises(ParameterError, match="no force 'clevland'. Did you mean 'cleveland'"):
        params.force("clevland")
    with pytest.raises(ParameterError, match="no finding 'a1'. Did you mean 'A1'"):
        params.finding("a1")


def test_an_unknown_key_names_file_line_and_the_near_key(project):
    own(project, "cleveland", "# note\ngrades:\n  clock_strat: call\n")
    message = refused(project)
    assert "params/forces/cleveland.yml can't be used (1 fault)" in message
    assert "line 3, grades.clock_strat: unknown key 'clock_strat'. Did you mean 'clock_start'?" in message
    assert "Allowed: clock_start, targets." in message


def test_all_faults_of_all_files_come_in_one_message(project):
    own(project, "cleveland", "min_n: ten\ntimezone: Europe/Londn\nattendance: {resource_types: [oficer]}\n")
    own(project, "durham", "as_of: 31/03/2014\nmax_unmatched_pct: true\n")
    message = refused(project)
    assert "cleveland.yml can't be used (3 faults)" in message
    assert "line 1, min_n: 'ten' stands where a whole number is expected." in message
    assert "'Europe/Londn' is not a time zone" in message
    assert "attendance.resource_types[1]: 'oficer' can't stand here. Did you mean 'officer'?" in message
    assert "durham.yml can't be used (2 faults)" in message
    assert "line 1, as_of: '31/03/2014' is not a day. Write it as year-month-day" in message
    assert "line 2, max_unmatched_pct: 'true' stands where a number is expected." in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grades:\n  clock_start: cal\n", "Did you mean 'call'? Allowed: call, created, dispatched."),
        ("grades:\n  targets: 15\n", "'15' stands where keys with values are expected"),
        ("grades: {targets: {emergency: {urban: -1}}}\n", "line 1, grades.targets.emergency.urban"),
        ("sources: standard\n", "'standard' stands where a list, such as [a, b], is expected"),
        ("sources: []\n", "line 1, sources: this must not be empty."),
        ("population: 1.5\n", "'1.5' stands where a whole number is expected."),
        ("per_head_meaningless: yes\n", "'yes' stands where true or false is expected."),
        ("as_of:\n", "line 1, as_of"),
        ("max_unmatched_pct: .inf\n", "line 1, max_unmatched_pct"),
        ("slug: cleveland\n", "remove this key"),
        ("kind: other\n", "cleveland is one of the territorial forces"),
        ("quantifiers: {sme: {min_count: 3}}\n", "unknown quantifier 'sme'. Did you mean 'some'?"),
        ("min_cuont: 3\n", "unknown key 'min_cuont'. Did you mean 'disclosure.min_count'?"),
        ("quantifiers: {some: {min_cuont: 3}}\n", "unknown key 'min_cuont'. Did you mean 'min_count'?"),
        ("thresholds: {A1a: {activity_days: 3}}\n", "unknown finding 'A1a'. Did you mean 'A1'?"),
        ("definitions: {A6: {activty_days: 3}}\n", "unknown definition 'activty_days'. Did you mean 'activity_days'?"),
        (
            "thresholds: {A6: {activity_days: 3}}\n",
            "'activity_days' is a definition: write definitions.A6.activity_days.",
        ),
        ("definitions: {A6: {owner_assigned_pct: 3}}\n", "is a threshold: write thresholds.A6.owner_assigned_pct."),
        ("definitions: {A6: {activity_days: many}}\n", "'many' stands where a number is expected."),
        ("thresholds: {A6: 3}\n", "'3' stands where keys with values are expected"),
        ("thresholds: {A6: {recent_activity_pct: 130}}\n", "Allowed: from 0 to 100."),
        ("definitions: {A6: {activity_days: -1}}\n", "Allowed: 0 or more."),
        ("most_similar_forces: [durrham]\n", "unknown force 'durrham'. Did you mean 'durham'?"),
        ("pfa_code: 13\n", "'13' stands where text is expected."),
        ("addressee: {name: A, post: B}\n", "addressee.salutation: this key is missing."),
    ],
)
def test_faults_of_a_force_file(project, text, said):
    own(project, "cleveland", text)
    message = refused(project)
    assert said in message
    assert "params/forces/cleveland.yml" in message


def test_days_out_of_order_name_both_files(project):
    own(project, "cleveland", "period:\n  end: 2012-11-30\n")
    message = refused(project)
    line = line_of(project, "inspection.yml", "  start: 2012-12-01")
    assert "params/forces/cleveland.yml can't be used" in message
    assert f"line 2, period.end: period.start (2012-12-01, params/inspection.yml:{line}) must lie before" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("as_of: 2014-09-04\n", "as_of (2014-09-04, params/forces/cleveland.yml:1) must not lie after letter_date"),
        ("period: {end: 2014-10-01}\n", "must not lie after letter_date (2014-09-03"),
        ("letter_date: 2014-09-05\n", "lies after the end of the embargo, 2014-09-04"),
        ("period: {start: 2013-11-30}\n", "must lie before period.end"),
    ],
)
def test_days_out_of_order(project, text, said):
    own(project, "cleveland", text)
    assert said in refused(project)


def test_other_bodies_get_no_letter_so_only_the_period_is_ordered(project):
    own(project, "alexandria", "kind: other\nname: A\nfull_name: A\nperiod: {start: 2025-01-01, end: 2025-02-01}\n")
    assert load_params(project).force("alexandria").kind == "other"
    own(project, "alexandria", "kind: other\nname: A\nfull_name: A\nperiod: {start: 2025-01-01, end: 2024-02-01}\n")
    assert "must lie before period.end" in refused(project)


def test_thresholds_of_a_pair_keep_their_order(project):
    own(project, "cleveland", "thresholds:\n  A1:\n    prior_incident_supported_pct: 40\n")
    message = refused(project)
    assert "line 3, thresholds.A1.prior_incident_supported_pct" in message
    assert "must be smaller than thresholds.A1.prior_incident_supported_pct (40" in message


def test_an_unknown_force_file_is_refused_with_the_nearest_force(project):
    own(project, "clevland", "min_n: 3\n")
    message = refused(project)
    assert "params/forces/clevland.yml" in message
    assert "unknown force 'clevland'. Did you mean 'cleveland'?" in message


def test_other_body_without_a_name_is_refused(project):
    own(project, "paris", "kind: other\n")
    message = refused(project)
    assert "name: this key is missing." in message and "full_name: this key is missing." in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"- a\n- b\n", "line 1: a list stands where keys with values are expected"),
        (b"word\n", "a single value stands where keys with values"),
        (b"min_n: 3\nmin_n: 4\n", "line 2: the key 'min_n' is given twice"),
        (b"period: {start: 2012-12-01, start: 2012-12-02}\n", "line 1: the key 'start' is given twice"),
        (b"name: a: b\n", "line 1: not valid YAML"),
        (b"grades:\n\tclock_start: call\n", "Indent with spaces, not tabs."),
        (b"name: Cleveland\nregion: Nord\xe9\n", "line 2: a character that is not UTF-8 (byte 0xe9)"),
        ("name: x".encode("utf-16"), "is saved as UTF-16"),
        (b"a: 1\nas_of: 2014-02-31\n", "line 2, '2014-02-31': not valid YAML"),
        (b"name: [a\n", "not valid YAML"),
        (b"a: 1\n---\nb: 1\n", "not valid YAML"),
        (b"\x00\x01", "not valid YAML"),
    ],
)
def test_files_that_cannot_be_read(project, content, said):
    (project.params / "forces" / "cleveland.yml").write_bytes(content)
    message = refused(project)
    assert said in message
    assert message.startswith("params/forces/cleveland.yml")


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(project):
    (project.params / "forces" / "cleveland.yml").write_bytes(b"\xef\xbb\xbfas_of: 2014-02-28\r\nmin_n: 30\r\n")
    loaded = load_params(project)
    assert loaded.force_layers["cleveland"][("as_of",)].value == date(2014, 2, 28)
    assert loaded.force_layers["cleveland"][("min_n",)].origin == "params/forces/cleveland.yml:2"


def test_the_word_no_stays_text(project):
    own(project, "cleveland", "region: no\n")
    assert load_params(project).force("cleveland").region == "no"


def test_a_missing_file_is_named(project):
    (project.params / "forces.yml").unlink()
    assert "params/forces.yml does not exist." in refused(project)


def test_a_file_ending_that_would_be_passed_over_is_reported(project):
    (project.params / "forces" / "durham.yaml").write_text("min_n: 3\n", encoding="utf-8")
    assert "rename it to durham.yml" in refused(project)


def test_forces_file_refuses_what_belongs_elsewhere(project):
    spoil(project, "forces.yml", "    pfa_code: E23000013", "    pfa_cod: E23000013")
    message = refused(project)
    assert f"line {line_of(project, 'forces.yml', 'pfa_cod:')}, forces.cleveland.pfa_cod" in message
    assert "Did you mean 'pfa_code'?" in message


def test_missing_key_of_the_inspection(project):
    spoil(project, "inspection.yml", "letter_date: 2014-09-03", "")
    message = refused(project)
    assert "params/inspection.yml" in message and "letter_date: this key is missing." in message


def test_embargo_must_be_wall_time(project):
    spoil(project, "inspection.yml", '"2014-09-04 00:01"', '"2014-09-04"')
    assert "is not a day and time" in refused(project)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    freeing_up_time: Freeing", "    freeing_time: Freeing", "Did you mean 'freeing_up_time'?"),
        ("    freeing_up_time: Freeing up time\n", "", "the title of freeing_up_time is missing."),
    ],
)
def test_sections_of_the_letter_have_titles(project, old, new, said):
    spoil(project, "inspection.yml", old, new)
    assert said in refused(project)


def test_random_damage_is_always_told_and_never_a_crash(project):
    # One finding and one force are enough to lay everything together, and quick to read.
    forces = project.params / "forces.yml"
    for path in (project.params / "findings").glob("*.yml"):
        if path.stem != "a10_review":
            path.unlink()
    forces.write_text(forces.read_text(encoding="utf-8").partition("  bedfordshire:\n")[0], encoding="utf-8")
    for extra in (project.params / "forces").glob("*.yml"):
        extra.unlink()
    own(project, "avon-and-somerset", "min_n: 12\n")
    load_params(project)
    path = project.params / "inspection.yml"
    whole = path.read_text(encoding="utf-8").splitlines()
    values = ["", "[]", "{}", "x", "-1", "1.5", "[{a: 1}]", "{a: {b: 1}}", "true", "2014-01-01", ".nan"]
    told = 0
    for number, line in enumerate(whole):
        if ":" not in line or line.lstrip().startswith("#"):
            continue
        key = line.split(":", 1)[0]
        path.write_text(
            "\n".join([*whole[:number], f"{key}: {values[number % len(values)]}", *whole[number + 1 :]]),
            encoding="utf-8",
        )
        try:
            load_params(project)
        except ParameterError as found:
            assert found.message.startswith("params/"), line
            told += 1
    assert told > 60
