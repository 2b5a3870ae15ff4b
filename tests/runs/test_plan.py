"""What would run and why: by content, for exactly what a report uses, and without a trace on disk."""

from __future__ import annotations

import ast
import json
import os
import shutil
from pathlib import Path

import pytest

import hmic_analysis
from hmic_analysis.cli.main import main
from hmic_analysis.errors import ParameterError
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.fingerprint import Library, imported, names_imported, read_notebook, settings_named
from hmic_analysis.runs.plan import check_table, make_plan, not_loaded
from hmic_analysis.runs.record import Output, Record, read_record, write_basis, write_record
from hmic_analysis.store.manifest import Manifest, TableEntry, file_sha256

from ..conftest import copy_project
from .conftest import notebook_of

FORCES = ("cleveland", "kent")
PACKAGE = Path(hmic_analysis.__file__).parent


def manifest(force: str, **tables: str) -> Manifest:
    """A manifest with tables of these hashes."""
    return Manifest(
        force=force,
        version="v-1",
        timezone="Europe/London",
        synthetic=True,
        tables={name: TableEntry(rows=1, sha256=mark, sources=("standard",)) for name, mark in tables.items()},
        accounts=(),
        inputs={},
        mappings={},
        contracts_sha256="c",
        key_id="k",
    )


def put_manifest(project, found: Manifest) -> None:
    folder = project.processed / found.force
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(found.model_dump_json(by_alias=True), encoding="utf-8")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A copy of the package, which the plan reads in place of the real one."""
    copy = tmp_path_factory.mktemp("library") / "hmic_analysis"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hmic_analysis.runs.fingerprint.Library", lambda: Library(copy))
        yield copy


@pytest.fixture(scope="module")
def made(tmp_path_factory, library):
    """A project in which every report of two forces is complete."""
    project = find_project(copy_project(tmp_path_factory.mktemp("plan") / "project"))
    for force in FORCES:
        put_manifest(project, manifest(force, crime="1", suspect="2", incident="3"))
    for job in plan(project):
        job.folder.mkdir(parents=True)
        (job.folder / "evidence.json").write_text("{}", encoding="utf-8")
        record = Record(
            finding=job.finding,
            force=job.force,
            status="complete",
            fingerprint=job.fingerprint,
            parameters=job.parameters,
            started="2014-03-31T00:00:00+00:00",
            ended="2014-03-31T00:00:01+00:00",
            seconds=1,
            outputs={"evidence.json": Output(sha256="x", bytes=2)},
        )
        write_basis(job.basis, job.folder)
        write_record(record, job.folder)
    return project


@pytest.fixture
def project(made, tmp_path):
    """A copy of it that a test may change."""
    shutil.copytree(made.root, tmp_path / "project")
    return find_project(tmp_path / "project")


def plan(project, forces=FORCES, **words):
    return make_plan(project, load_params(project), forces, **words)


def due(project, **words) -> dict[str, str]:
    """Why, by report that would run."""
    return {job.name: job.reason for job in plan(project, **words) if job.due}


def findings(project) -> list[str]:
    return [f.id for f in load_params(project).findings.values()]


def hmic(project, *words) -> int:
    return main([*words, "--project", str(project.root)])


def test_nothing_would_run_when_nothing_has_changed(project):
    assert due(project) == {}
    assert len(plan(project)) == 2 * len(findings(project))


def test_a_force_without_a_return_is_one_line_unless_all_reports_are_asked_for(project, capsys):
    (project.raw / "gwent").mkdir(parents=True)
    count = len(findings(project))
    assert hmic(project, "plan", "--force", "essex", "--force", "gwent", "--finding", "A6", "--finding", "A7") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:-1]] == [["gwent", "A6"], ["gwent", "A7"], ["essex", "all"]]
    assert "all 2" in lines[-2] and "no return yet: each says what to request" in lines[-2]
    assert hmic(project, "plan", "--force", "essex", "--all-reports") == 0
    assert sum(line.startswith("essex") for line in capsys.readouterr().out.splitlines()) == count


def test_a_touched_file_and_a_changed_sentence_change_nothing(project):
    path = project.notebooks / "crime_recording_and_attendance" / "a6_suspects.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("Question asked.", "The question."), encoding="utf-8")
    for touched in (
        path,
        project.processed / "kent" / "manifest.json",
        project.params / "findings" / "a6_suspects.yml",
    ):
        os.utime(touched, (1, 1))
    assert due(project) == {}


def test_data_of_one_force_reach_its_findings_that_take_the_table(project):
    put_manifest(project, manifest("kent", crime="1", suspect="new", incident="3"))
    changed = due(project)
    taking = {
        f.id for f in load_params(project).findings.values()
        if "suspect" in (*f.tables.core, *f.tables.useful)
    }  # fmt: skip
    assert "A6" in taking and len(taking) < len(findings(project))
    assert changed == dict.fromkeys((f"kent {id}" for id in changed_ids(changed)), "data of this force changed")
    assert changed_ids(changed) == taking


def test_the_national_folder_reaches_the_findings_that_take_its_table(project):
    put_manifest(project, manifest("england-and-wales", force_reference="1"))
    taking = {f.id for f in load_params(project).findings.values() if "force_reference" in f.tables.useful}
    assert taking and len(taking) < len(findings(project))
    assert changed_ids(due(project)) == taking and set(due(project).values()) == {"national data changed"}


def test_files_that_are_not_loaded_yet_are_named(project, capsys):
    """A plan goes by the tables as they are; a run loads the return first."""
    raw = project.raw / "kent"
    raw.mkdir(parents=True)
    marks = {}
    for name in ("crime.csv", "incident.csv", "suspect.csv"):
        (raw / name).write_text(f"{name}\n", encoding="utf-8")
        marks[name] = file_sha256(raw / name)
    put_manifest(project, manifest("kent", crime="1", suspect="2", incident="3").model_copy(update={"inputs": marks}))
    assert hmic(project, "plan", "--force", "kent") == 0
    assert f"All {len(findings(project))} reports are up to date.\n" == capsys.readouterr().out
    (raw / "crime.csv").write_text("crime.csv\n", encoding="utf-8")
    (raw / "~$crime.csv").write_text("open in an office program", encoding="utf-8")
    assert not_loaded(project, load_params(project), ["kent", "cleveland"]) == {}, "the same content, written again"
    (raw / "crime.csv").write_text("another\n", encoding="utf-8")
    (raw / "bail.csv").write_text("new\n", encoding="utf-8")
    (raw / "incident.csv").unlink()
    assert hmic(project, "plan", "--force", "kent") == 0
    said = capsys.readouterr().out
    assert f"0 of {len(findings(project))} reports would run by the data as they were loaded." in said
    assert said.endswith("  kent: bail.csv, crime.csv, incident.csv\n") and "up to date" not in said
    assert hmic(project, "why", "A6", "kent") == 0
    assert capsys.readouterr().out.endswith("  kent: bail.csv, crime.csv, incident.csv\n")


def changed_ids(changed: dict[str, str]) -> set[str]:
    return {name.split()[1] for name in changed}


def test_changed_code_of_one_notebook_reaches_that_finding_alone(project):
    path = project.notebooks / "crime_recording_and_attendance" / "a6_suspects.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))
    cells["cells"][-1]["source"] += ["\n# looked at again"]
    path.write_text(json.dumps(cells), encoding="utf-8")
    assert due(project) == {"cleveland A6": "notebook code changed", "kent A6": "notebook code changed"}


def test_one_threshold_reaches_the_finding_that_has_it(project):
    assert due(project, overrides={"definitions.A6.activity_days": "14"}) == {
        "cleveland A6": "parameter changed",
        "kent A6": "parameter changed",
    }
    (project.params / "forces" / "kent.yml").write_text("definitions:\n  A6: {activity_days: 14}\n", encoding="utf-8")
    assert due(project) == {"kent A6": "parameter changed"}


def test_a_setting_reaches_the_findings_whose_code_reads_it(project):
    changed = changed_ids(due(project, overrides={"grades.clock_start": "call"}))
    assert "A2" in changed and not changed & {"A6", "F4", "F1"}
    changed = changed_ids(due(project, overrides={"quantifiers.few.max_forces": "9"}))
    assert "A2" in changed and "A6" not in changed
    assert changed_ids(due(project, overrides={"period.end": "2013-10-31"})) == set(findings(project))


def test_a_changed_module_reaches_the_findings_that_use_it(project, library):
    def change(*parts):
        path = library.joinpath(*parts)
        path.write_text(path.read_text(encoding="utf-8") + "\n# looked at again\n", encoding="utf-8")

    kept = {p: p.read_text(encoding="utf-8") for p in library.rglob("*.py")}
    try:
        change("letters", "word.py")
        change("runs", "lanes.py")
        assert due(project) == {}
        change("findings", "a6_suspects.py")
        assert due(project) == dict.fromkeys(("cleveland A6", "kent A6"), "library code that it uses changed")
        change("errors.py")
        assert changed_ids(due(project)) == set(findings(project))
    finally:
        for path, text in kept.items():
            path.write_text(text, encoding="utf-8")


def test_a_notebook_that_takes_from_the_package_itself_uses_all_of_it(library):
    found = Library(library)
    assert found.needs_everything(names_imported("import hmic_analysis as hmic\nhmic.load_crimes('kent')"))
    assert found.needs_everything(names_imported("from hmic_analysis import load_crimes"))
    assert not found.needs_everything(names_imported("from hmic_analysis import measures"))
    assert not found.needs_everything(names_imported("from hmic_analysis.measures import bail"))
    assert "hmic_analysis.findings.a6_suspects" in found.everything()
    assert "hmic_analysis.cli.run" not in found.everything()


def test_a_failed_report_and_a_damaged_one_run_again(project, capsys):
    folder = project.runs("kent") / "A6"
    write_record(read_record(folder).model_copy(update={"status": "failed"}), folder)
    (project.runs("kent") / "A1" / "evidence.json").write_text("", encoding="utf-8")
    (project.runs("kent") / "A2" / "evidence.json").unlink()
    (project.runs("kent") / "F1" / "run.json").write_text('{"status": "comp', encoding="utf-8")
    assert due(project) == {
        "kent A1": "its file evidence.json is missing or cut short",
        "kent A2": "its file evidence.json is missing or cut short",
        "kent A6": "failed before",
        "kent F1": "never run",
    }
    assert hmic(project, "plan", "--all", "--failed", "--finding", "A6") == 0
    said = capsys.readouterr().out
    assert (
        "kent   A6" in said
        and "cleveland" not in said
        and f"1 of {len(load_params(project).territorial)} reports would run." in said
    )


def test_planning_and_asking_why_change_nothing_on_disk(project, capsys):
    def snapshot():
        return {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in sorted(project.root.rglob("*"))}

    before = snapshot()
    assert hmic(project, "plan", "--all", "--set", "definitions.A6.activity_days=14") == 0
    assert hmic(project, "why", "A6", "kent", "--set", "definitions.A6.activity_days=14") == 0
    assert hmic(project, "status") == 0
    assert snapshot() == before
    said = capsys.readouterr().out
    assert "kent A6 Named suspects outstanding and bail absconders: would run, parameter changed." in said
    assert "changed: definitions.A6.activity_days, 28 before, 14 now" in said


def test_why_names_the_module_and_the_table(project, capsys):
    put_manifest(project, manifest("kent", crime="1", suspect="new", incident="3"))
    assert hmic(project, "why", "a6", "kent") == 0
    said = capsys.readouterr().out
    assert "would run, data of this force changed." in said and "changed: kent/suspect" in said
    # Of tables that nobody supplied only the name: where one might lie is nobody's question.
    put_manifest(project, manifest("england-and-wales", force_reference="1", crime="2"))
    assert hmic(project, "why", "A2", "kent") == 0
    said = capsys.readouterr().out
    assert "Rests on 4 tables:\n- kent/incident\n- kent/crime\n" in said and "- england-and-wales/crime\n" in said
    assert "absent" not in said and "Not supplied: document, deployment, " in said and "force_reference," not in said
    assert hmic(project, "why", "A6", "kentt") == 2
    assert hmic(project, "why", "A66", "kent") == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('as_of: str = \\"\\"', 'as_off: str = \\"\\"', "lacks the parameters as_of"),
        ('as_of: str = \\"\\"', 'as_of: str = \\"\\"\\nextra = 1', "has the parameter 'extra', which nothing sets"),
        ('as_of: str = \\"\\"', "as_of = 5", "the parameter 'as_of' must be a text"),
    ],
)
def test_parameters_of_notebooks_are_checked_before_anything_runs(project, old, new, said):
    path = project.notebooks / "crime_recording_and_attendance" / "a6_suspects.ipynb"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ParameterError, match=said):
        plan(project)


def test_two_reports_never_write_to_one_folder(project):
    jobs = plan(project, findings=["A6"])
    with pytest.raises(ParameterError, match="cleveland A6 and cleveland A6 would both write to"):
        check_table([jobs[0], jobs[0]])


MODULES = sorted(PACKAGE.rglob("*.py"))


def test_reading_imports_from_text_finds_what_parsing_finds():
    """The plan reads import statements by their look; here every module of the package is parsed to compare."""
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        parsed = {name for name in imported(ast.parse(text)) if name.startswith("hmic_analysis")}
        assert set(names_imported(text)) == parsed, path


def test_what_is_only_for_type_checkers_is_no_dependency():
    text = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hmic_analysis.figures import bars\n\nimport x\n"
    )
    assert names_imported(text) == ()
    assert names_imported(
        "def f():\n    from hmic_analysis.a import (  # why\n        b,\n        c as d,\n    )\n"
    ) == (
        "hmic_analysis.a",
        "hmic_analysis.a.b",
        "hmic_analysis.a.c",
    )


def test_settings_are_found_by_every_name_they_go_by():
    assert settings_named("s.period_start") == (frozenset({"period"}), frozenset())
    assert settings_named('x.quantifier("a number of cases")') == (
        frozenset({"quantifiers"}),
        frozenset({"a_number_of_cases"}),
    )
    assert settings_named("x.quantifier(word)") == (frozenset({"quantifiers"}), None)
    assert settings_named("x.settings.quantifiers") == (frozenset({"quantifiers"}), None)
    assert settings_named('getattr(s, "grades")') == (frozenset({"grades"}), frozenset())


def test_every_notebook_of_the_project_is_read(root):
    project = find_project(root)
    for finding in findings(project):
        path = notebook_of(project, finding)
        notebook = read_notebook(path, path.name)
        assert notebook.kernel == "python3" and "hmic_analysis" in notebook.packages
        assert notebook.parameters["force"] == "", "no force is ever the default"
