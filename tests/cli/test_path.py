"""The whole path by commands: quickstart, again, a failing notebook, a wrong parameter, a corrupt file, nothing."""

from __future__ import annotations

import json
import os
import re

import pandas as pd
import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.letters.export import read_letter
from hmic_analysis.letters.reading import stray_numbers
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

from ..conftest import ROOT, copy_project

#: Every finding of the letter.
FINDINGS = tuple(load_params(find_project(ROOT)).findings)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project in which the quick start was run."""
    folder = copy_project(tmp_path_factory.mktemp("quickstart") / "project")
    before = os.getcwd()
    os.chdir(folder)
    try:
        code = main(["quickstart"])
    finally:
        os.chdir(before)
    assert code == 0
    return folder


def hmic(folder, *words, capsys=None):
    code = main([*words, "--project", str(folder)])
    if capsys is None:
        return code, ""
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def snapshot(folder):
    return {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in sorted(folder.rglob("*"))}


def test_quickstart_leaves_a_letter_evidence_and_figures(made):
    for finding in FINDINGS:
        report = made / "output" / "runs" / "cleveland" / finding
        bundle = json.loads((report / "evidence.json").read_text(encoding="utf-8"))
        assert bundle["status"] == "complete" and bundle["synthetic"]
        assert bundle["inputs"] and bundle["parameters"]["period.start"][0] == "2012-12-01"
        assert bundle["versions"]["pandas"] and bundle["seconds"] > 0
        for figure in bundle["figures"]:
            assert all((report / figure[kind]).stat().st_size > 0 for kind in ("svg", "data"))
        notebook = json.loads((report / "notebook.ipynb").read_text(encoding="utf-8"))
        assert any("injected-parameters" in c["metadata"].get("tags", []) for c in notebook["cells"])
    letters = made / "output" / "letters" / "cleveland"
    assert (letters / "letter-cleveland.docx").stat().st_size > 10_000
    assert len(list((letters / "figures").glob("*.svg"))) >= 5


def test_every_number_in_the_letter_is_a_number_of_the_evidence(made):
    from hmic_analysis.evidence.bundle import read_bundle

    bundles = [read_bundle(made / "output" / "runs" / "cleveland" / f) for f in FINDINGS]
    letter = read_letter(made / "output" / "letters" / "cleveland" / "letter-cleveland.json")
    assert stray_numbers(letter, bundles) == []


def test_evidence_is_taken_away_as_workbook_slides_and_one_page(made, capsys):
    import openpyxl
    from pptx import Presentation

    _, said = hmic(
        made, "evidence", "export", "--force", "cleveland", "--figure", "attendance-by-offence-group", capsys=capsys
    )
    assert "Evidence of cleveland" in said
    stem = made / "output" / "evidence" / "evidence-cleveland"
    book = openpyxl.load_workbook(stem.with_suffix(".xlsx"))
    assert book.sheetnames[:6] == ["Cover", "Contents", "Notes", "claims", "indicators", "data-used"]
    assert len(book.sheetnames) > 20 and book["claims"].max_row > 40
    (slide,) = Presentation(str(stem.with_suffix(".pptx"))).slides
    (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
    assert "Synthetic data" in picture._element.nvPicPr.cNvPr.get("descr") and slide.shapes.title.text_frame.text
    page = stem.with_suffix(".html").read_text(encoding="utf-8")
    assert "not for publication" in page and "SYNTHETIC" in page.upper() and page.count("<h2") == len(FINDINGS)
    assert 'src="data:image/svg+xml' in page and "http" not in page.split("<style>")[0]
    code, said = hmic(made, "evidence", "export", "--force", "cleveland", "--figure", "attendence", capsys=capsys)
    assert code == 2 and "has no figure 'attendence'" in said


def test_every_number_on_a_slide_is_one_of_the_evidence(made, capsys):
    from pptx import Presentation

    from hmic_analysis.evidence.bundle import read_bundle

    hmic(made, "evidence", "export", "--force", "cleveland", capsys=capsys)
    runs = made / "output" / "runs" / "cleveland"
    bundles = [read_bundle(runs / finding) for finding in FINDINGS]
    # Slides are for the force: of a chart that withholds small counts they hold the one that shows them.
    shown = {(b.finding, f.headline): (b, f) for b in bundles for f in (figure.own or figure for figure in b.figures)}
    slides = Presentation(str(made / "output" / "evidence" / "evidence-cleveland.pptx")).slides
    compared = 0
    for slide in slides:
        told = slide.shapes.title.text_frame.text
        bundle, figure = shown[slide.notes_slide.notes_text_frame.text.partition(" ")[0], told]
        (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
        described = picture._element.nvPicPr.cNvPr.get("descr")
        assert described == figure.alt and figure.subtitle in "".join(s.text for s in slide.shapes if s.has_text_frame)
        drawn = pd.read_csv(runs / bundle.finding / figure.data, comment="#")
        numbers = {*pd.to_numeric(drawn.stack(), errors="coerce").dropna(), len(drawn)}
        numbers |= set(drawn.select_dtypes("number").sum())
        for i in bundle.indicators:
            about = (i.value, i.lo, i.hi, i.lo_missing, i.hi_missing, i.numerator, i.denominator, i.unknown)
            numbers |= {value for value in about if value is not None}
        shares = re.findall(r"(\d+\.\d)%", f"{told} {described}")
        beyond = r"([\d,]+) of ([\d,]+) (?:was|were) (below|above) the threshold of ([\d.]+)%"
        for some, every, side, limit in re.findall(beyond, told):
            values = pd.to_numeric(drawn["value"], errors="coerce").dropna()
            past = values < float(limit) if side == "below" else values > float(limit)
            assert (int(some), int(every)) == (past.sum(), len(values)), (figure.name, told)
        said = re.sub(beyond, "", f"{told} {described}")
        counts = [n for pair in re.findall(r"([\d,]+) of ([\d,]+\b)(?!%)", said) for n in pair]
        assert {*shares} <= {f"{n:.1f}" for n in numbers}, (figure.name, told)
        assert {*counts} <= {f"{n:,.0f}" for n in numbers}, (figure.name, told, counts)
        compared += len(shares) + len(counts)
    charts = [figure for _, figure in shown.values() if not (figure.empty or figure.sentence)]
    assert len(slides) == len(charts) and compared > 50


def test_a_second_run_does_nothing_and_says_so(made, capsys):
    code, said = hmic(made, "run", "--force", "cleveland", capsys=capsys)
    assert code == 0
    assert f"Nothing to do: all {len(FINDINGS)} reports are up to date." in said


def test_planning_changes_nothing_on_disk(made, capsys):
    before = snapshot(made)
    code, said = hmic(made, "plan", "--force", "cleveland", "--set", "definitions.A6.activity_days=14", capsys=capsys)
    assert code == 0
    assert snapshot(made) == before
    assert "parameter changed" in said
    assert f"1 of {len(FINDINGS)} reports would run." in said


def test_a_touched_file_and_a_changed_text_cell_rerun_nothing(made, capsys):
    path = made / "notebooks" / "findings" / "freeing_up_time" / "f4_time_saved.ipynb"
    original = path.read_text(encoding="utf-8")
    try:
        path.write_text(original.replace("Question asked.", "The question."), encoding="utf-8")
        os.utime(made / "data" / "raw" / "cleveland" / "crime.csv")
        _, said = hmic(made, "plan", "--force", "cleveland", capsys=capsys)
        assert f"All {len(FINDINGS)} reports are up to date." in said
    finally:
        path.write_text(original, encoding="utf-8")


def test_a_failing_notebook_costs_only_itself(made, capsys):
    path = made / "notebooks" / "findings" / "freeing_up_time" / "f4_time_saved.ipynb"
    original = path.read_text(encoding="utf-8")
    broken = json.loads(original)
    cell = next(c for c in broken["cells"] if "live_changes" in "".join(c["source"]))
    cell["source"] = "changes = 1 / 0  # a fault\n" + "".join(cell["source"])
    path.write_text(json.dumps(broken), encoding="utf-8")
    try:
        code, said = hmic(
            made, "run", "--force", "cleveland", "--finding", "F4", "--finding", "A1", "--again", capsys=capsys
        )
    finally:
        path.write_text(original, encoding="utf-8")
    assert code == 1
    assert "1 done, 1 failed" in said
    last = said[said.index("FAILED: cleveland F4 Savings of staff time") :]
    assert "under 'Which changes have a measured saving?'" in last
    assert "changes = 1 / 0  # a fault" in last
    assert "ZeroDivisionError: division by zero" in last
    assert "Traceback" not in said
    # What failed leaves no evidence that a letter could take for current.
    assert not (made / "output" / "runs" / "cleveland" / "F4" / "evidence.json").exists()
    code, said = hmic(made, "letter", "--force", "cleveland", capsys=capsys)
    assert code == 0
    blocks = (made / "output" / "letters" / "cleveland" / "letter-cleveland.json").read_text(encoding="utf-8")
    assert "Savings of staff time" in blocks and "not assessed" in blocks.lower()
    code, said = hmic(made, "run", "--force", "cleveland", capsys=capsys)
    assert code == 0 and f"1 done, 0 failed, 0 no data, {len(FINDINGS) - 1} up to date" in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "--force", "clevland"], "Did you mean 'cleveland'?"),
        (["run", "--force", "cleveland", "--finding", "A77"], "There is no finding 'A77'"),
        (["run", "--force", "cleveland", "--set", "period.ende=2013-11-30"], "Did you mean 'end'?"),
        (["run", "--force", "cleveland", "--set", "period.end=2011-11-30"], "period"),
        (["run", "--force", "cleveland", "--set", "period.end"], "key=value"),
        (["run"], "Name a force"),
        (["run", "--fource", "cleveland"], "--force"),
    ],
)
def test_wrong_words_end_with_2_before_anything_runs(made, capsys, words, expected):
    before = snapshot(made)
    code, said = hmic(made, *words, capsys=capsys)
    assert code == 2
    assert expected in said
    assert "Traceback" not in said
    assert snapshot(made) == before


def test_a_wrong_parameter_file_is_refused_with_file_and_line(made, capsys):
    path = made / "params" / "inspection.yml"
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace("as_of: 2014", "as_off: 2014"), encoding="utf-8")
    try:
        code, said = hmic(made, "run", "--force", "cleveland", capsys=capsys)
    finally:
        path.write_text(original, encoding="utf-8")
    assert code == 2
    assert "params/inspection.yml" in said and "line" in said and "as_off" in said and "Did you mean 'as_of'" in said


def test_an_unknown_notebook_parameter_is_an_error(made, capsys):
    path = made / "notebooks" / "findings" / "freeing_up_time" / "f4_time_saved.ipynb"
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace("as_of: str", "as_off: str"), encoding="utf-8")
    try:
        code, said = hmic(made, "run", "--force", "cleveland", capsys=capsys)
    finally:
        path.write_text(original, encoding="utf-8")
    assert code == 2
    assert "f4_time_saved.ipynb" in said and "as_of" in said


def test_a_corrupt_file_is_named_and_the_rest_completes(made, capsys):
    path = made / "data" / "raw" / "cleveland" / "suspect.csv"
    original = path.read_bytes()
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    some = ("--finding", "A6", "--finding", "F4", "--finding", "P1")
    try:
        code, said = hmic(made, "run", "--force", "cleveland", *some, capsys=capsys)
        assert code == 3
        assert "suspect.csv" in said and "Traceback" not in said
        record = json.loads((made / "output" / "runs" / "cleveland" / "F4" / "run.json").read_text(encoding="utf-8"))
        assert record["status"] == "complete"
    finally:
        path.write_bytes(original)
    assert hmic(made, "run", "--force", "cleveland", *some)[0] == 0


def test_a_missing_table_ends_as_no_data_and_says_what_to_request(made, capsys):
    kept = {}
    for name in ("change", "benefit", "data_request"):
        path = made / "data" / "raw" / "cleveland" / f"{name}.csv"
        kept[path] = path.read_bytes()
        path.unlink()
    try:
        code, said = hmic(made, "run", "--force", "cleveland", "--finding", "F4", capsys=capsys)
        assert code == 0
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    claims = json.loads((made / "output" / "runs" / "cleveland" / "F4" / "evidence.json").read_text(encoding="utf-8"))[
        "claims"
    ]
    assert claims[0]["verdict"] == "not_determinable"


def test_a_force_without_a_return_gets_no_data_and_no_invented_figure(made, capsys):
    code, said = hmic(made, "run", "--force", "gwent", "--finding", "A6", capsys=capsys)
    assert code == 0
    assert "No data: gwent A6" in said and "To request:" in said


def test_forces_that_sent_nothing_stand_on_one_line_of_the_run_and_of_its_status(made, capsys):
    code, said = hmic(made, "run", "--force", "kent", "--force", "gwent", "--finding", "A6", "--again", capsys=capsys)
    assert code == 0 and "No data:" not in said
    (line,) = (line for line in said.splitlines() if line.startswith("2 forces have sent no return"))
    assert line.endswith(": kent, gwent") and "hmic data template" in line
    assert line in hmic(made, "status", capsys=capsys)[1]
    assert (
        "sent no return"
        not in hmic(made, "run", "--force", "cleveland", "--finding", "A6", "--again", capsys=capsys)[1]
    )


def test_doctor_findings_and_params_answer(made, capsys):
    code, said = hmic(made, "doctor", capsys=capsys)
    assert code == 0 and "NOT OK" not in said
    code, said = hmic(made, "findings", capsys=capsys)
    assert code == 0 and f"{len(FINDINGS)} findings, " in said
    code, said = hmic(made, "params", "show", "--force", "cleveland", capsys=capsys)
    assert code == 0 and "params/inspection.yml" in said and "2012-12-01" in said
