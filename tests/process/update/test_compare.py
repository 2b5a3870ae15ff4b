"""Two runs side by side: what changed in each claim, and what changed beneath it."""

from __future__ import annotations

import csv
import json
import re

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.documents.embargo import embargo_notice
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.bundle import read_bundle, write_bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.process.kept import check_name, keep, kept_folder, kept_names, read_run
from hmic_analysis.process.update import compare_runs
from hmic_analysis.runs.record import BASIS_NAME

from ...letters.evidence import percent
from ...support import withhold_from_forces
from ..release.desk import AT, EARLY


def edit(project, finding, do):
    """Leave another bundle of a finding, as a later run would."""
    folder = project.runs("cleveland") / finding
    write_bundle(do(read_bundle(folder)), folder)


def later(bundle):
    """The update: a year on, attendance known of fewer crimes, so that claim A1b is contradicted."""
    known = percent("attendance_known_pct", "Crimes whose attendance is known", 28_000, 40_000)
    known = known.model_copy(update={"window": "12 months to 31 August 2014"})
    claims = list(bundle.claims)
    claims[1] = claims[1].model_copy(
        update={"verdict": "contradicted", "sentence": "Attendance is known of 70.0% of <b>crimes</b>."}
    )
    return bundle.model_copy(
        update={
            "period_start": "2013-09-01",
            "period_end": "2014-08-31",
            "indicators": (bundle.indicators[0], known),
            "claims": tuple(claims),
            "inputs": {"crime.csv": "b" * 64},
            "parameters": {**bundle.parameters, "thresholds.A1.known_pct": ("90.0", "params/findings")},
        }
    )


@pytest.fixture
def kept(project, clock):
    """The letter's run kept, and the update run since."""
    edit(project, "A1", lambda b: b.model_copy(update={"inputs": {"crime.csv": "a" * 64}}))
    keep(project, load_params(project), "cleveland", "letter", EARLY)
    edit(project, "A1", later)
    return project


def compared(project, before="letter", after="now"):
    return compare_runs(project, load_params(project), "cleveland", before, after)


def test_a_changed_verdict_stands_out_with_its_figure(kept):
    found = {pair.claim: pair for pair in compared(kept).pairs}
    assert [p.claim for p in found.values() if p.verdict_changed] == ["A1b"]
    assert not found["A1a"].changed and not found["A6c"].changed
    change = found["A1b"].changes[0]
    # 28,000 of 40,000 against 37,104 of 38,411: 70.0 less 96.597 points; Wald's limits differ by far less than 0.1.
    assert change.difference == pytest.approx(70 - 100 * 37_104 / 38_411)
    assert change.lo == pytest.approx(-27.08, abs=0.02) and change.hi == pytest.approx(-26.11, abs=0.02)


def test_what_changed_beneath_is_named_apart(kept):
    side = compared(kept).sides[0]
    assert side.finding == "A1" and side.grounds.words() == "data and parameters"
    assert side.grounds.data == ("file crime.csv: changed",)
    assert "thresholds.A1.known_pct: 95.0 before, 90.0 after" in side.grounds.parameters
    assert "period.end: 2013-11-30 before, 2014-08-31 after" in side.grounds.parameters
    assert side.grounds.definitions == () and "overlap" in side.overlap
    assert compared(kept).sides[1].grounds.words() == "nothing"


def test_another_definition_is_no_change_of_the_force(kept):
    def redefine(bundle):
        figure = bundle.indicators[0].model_copy(update={"definition": "counted otherwise"})
        claim = bundle.claims[0].model_copy(update={"statement": "Another statement."})
        return bundle.model_copy(
            update={"indicators": (figure, *bundle.indicators[1:]), "claims": (claim, *bundle.claims[1:])}
        )

    edit(kept, "A6", redefine)
    grounds = compared(kept).sides[1].grounds
    assert grounds.words() == "definitions"
    assert grounds.definitions == (
        "claim A6a: another statement",
        "figure named_suspects_outstanding_n: another definition",
    )


def test_tables_and_the_program_are_told_from_what_the_run_rested_on(project):
    params = load_params(project)
    place = project.runs("cleveland") / "A6" / BASIS_NAME
    rest = {"data": {"cleveland/bail": "1" * 64}, "versions": {"pandas": "2.3.3"}, "parameters": {"A6.claims.A6a": "x"}}
    place.write_text(json.dumps(rest), encoding="utf-8")
    keep(project, params, "cleveland", "letter", EARLY)
    rest = {
        "data": {"cleveland/bail": "2" * 64, "cleveland/suspect": "3" * 64},
        "versions": {"pandas": "3.1.1"},
        "parameters": {"A6.claims.A6a": "y"},
    }
    place.write_text(json.dumps(rest), encoding="utf-8")
    grounds = compared(project).sides[1].grounds
    assert grounds.data == ("table cleveland/bail: changed", "table cleveland/suspect: not there before")
    assert grounds.program == ("pandas 2.3.3 before, 3.1.1 after",)
    assert grounds.definitions == ("catalogue entry A6.claims.A6a",)


def four(bundle):
    """Three people failed to answer bail; four do later."""
    bail = bundle.indicators[1]
    assert bail.value == 3
    bail = bail.model_copy(update={"value": 4, "numerator": 4})
    return bundle.model_copy(update={"indicators": (bundle.indicators[0], bail, *bundle.indicators[2:])})


def test_a_force_is_shown_its_own_small_counts(kept):
    edit(kept, "A6", four)
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    row = next(r for r in table(kept) if r["figure"] == "fta_bail_n")
    assert (row["figure_before"][0], row["figure_after"][0], row["difference"]) == ("3", "4", "1.0")
    assert "not for publication" in page(kept).lower()


def test_a_small_count_of_persons_is_in_neither_page_nor_table(kept):
    withhold_from_forces(kept.root)
    edit(kept, "A6", four)
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    rows = table(kept)
    row = next(r for r in rows if r["figure"] == "fta_bail_n")
    assert (row["figure_before"], row["figure_after"], row["difference"]) == ("withheld", "withheld", "withheld")
    html = page(kept)
    # Whether the count has changed isn't told either.
    assert re.search(r">A6b</a></th><td>[^<]*</td><td>Supported</td><td>Supported</td><td>Figures withheld<", html)


def test_restricted_evidence_is_not_shown(kept):
    def restrict(bundle):
        claim = bundle.claims[2].model_copy(update={"sensitivity": "restricted", "sentence": "A secret of 12345."})
        return bundle.model_copy(update={"claims": (*bundle.claims[:2], claim)})

    edit(kept, "A6", restrict)
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    assert "12345" not in page(kept) and "evidence for this claim is restricted" in page(kept)
    row = next(r for r in table(kept) if r["claim"] == "A6c")
    assert row["verdict_after"] == "Withheld" and row["sentence_before"] == "" and row["figure"] == ""


def folder(project, name="letter-to-now"):
    return project.output / "updates" / "comparisons" / "cleveland" / name


def page(project, name="letter-to-now"):
    return (folder(project, name) / "comparison.html").read_text(encoding="utf-8")


def table(project, name="letter-to-now"):
    with (folder(project, name) / "comparison.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_page_and_table_are_written_and_say_the_same(kept, clock, capsys):
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    assert "5 claims, 1 with another verdict" in capsys.readouterr().out
    html = page(kept)
    row = next(r for r in table(kept) if r["claim"] == "A1b")
    assert (row["verdict_before"], row["verdict_after"], row["verdict_changed"]) == ("Supported", "Contradicted", "yes")
    assert row["sentence_after"] in html.replace("&lt;", "<").replace("&gt;", ">")
    assert "<b>crimes" not in html
    assert "-26.6 points (interval -27.1 points to -26.1 points)" in html
    assert html.count("SYNTHETIC DATA") == 2 and all("SYNTHETIC DATA" in r["note"] for r in table(kept))
    notice = embargo_notice(load_params(kept), clock.moment)
    assert notice in html and all(notice in r["note"] for r in table(kept))
    assert not re.search(r"(src|href)=\"(https?:)?//", html)


def test_what_changed_beneath_is_a_table_too(kept):
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    with (folder(kept) / "beneath.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(r["finding"], r["kind"], r["what_changed"]) for r in csv.DictReader(stream)]
    assert ("A1", "Data", "file crime.csv: changed") in rows
    assert ("A1", "Parameters", "thresholds.A1.known_pct: 95.0 before, 90.0 after") in rows
    assert not [row for row in rows if row[0] == "A6"]


def test_text_that_a_spreadsheet_would_run_is_neutral_in_the_table(kept):
    def hostile(bundle):
        claim = bundle.claims[0].model_copy(update={"sentence": '=HYPERLINK("http://example.org")'})
        return bundle.model_copy(update={"claims": (claim, *bundle.claims[1:])})

    edit(kept, "A6", hostile)
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    assert next(r for r in table(kept) if r["claim"] == "A6a")["sentence_after"].startswith("'=HYPERLINK")


def test_text_that_a_browser_would_run_or_turn_is_shown_as_it_is(kept):
    def hostile(bundle):
        said = "<script>alert(1)</script> {{ 7 * 7 }} A & B \u202edecnuorp\u202c"
        claim = bundle.claims[0].model_copy(update={"sentence": said})
        return bundle.model_copy(update={"claims": (claim, *bundle.claims[1:])})

    edit(kept, "A6", hostile)
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    shown = page(kept)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }} A &amp; B decnuorp" in shown
    assert "<script>alert" not in shown and "\u202e" not in shown


def test_after_the_embargo_the_page_bears_none(kept, clock):
    clock.moment = AT
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    assert "EMBARGOED" not in page(kept)


def test_no_grade_is_given_to_the_force(kept):
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    text = page(kept).lower()
    assert "gives the force no grade" in text
    # A cell, a heading or a sentence that is a grade; "suspects outstanding" is none.
    assert not re.search(r">\s*(outstanding|good|requires improvement|inadequate)\s*[<.]", text)


def test_kept_evidence_is_never_overwritten(kept, capsys):
    before = (kept_folder(kept, "cleveland", "letter") / "A1" / "evidence.json").read_bytes()
    assert main(["update", "keep", "--as", "letter", "--force", "cleveland", "--project", str(kept.root)]) == 3
    assert "already kept as 'letter'; it stays" in capsys.readouterr().err
    assert (kept_folder(kept, "cleveland", "letter") / "A1" / "evidence.json").read_bytes() == before
    assert main(["update", "keep", "--as", "autumn-2014", "--force", "cleveland", "--project", str(kept.root)]) == 0
    assert kept_names(kept, "cleveland") == ["autumn-2014", "letter"]


def test_keeping_the_same_twice_is_nothing_new(kept):
    params = load_params(kept)
    first = keep(kept, params, "cleveland", "autumn", EARLY)
    assert keep(kept, params, "cleveland", "autumn", AT) == first


def test_kept_evidence_that_was_altered_is_not_compared(kept):
    path = kept_folder(kept, "cleveland", "letter") / "A1" / "evidence.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"value": 9', '"value": 8'), encoding="utf-8")
    with pytest.raises(DataError, match="A1 was altered or removed"):
        compared(kept)


def test_a_run_that_is_not_kept_is_named_with_those_that_are(kept):
    with pytest.raises(DataError, match="Kept: letter"):
        read_run(kept, load_params(kept), "cleveland", "autumn")


@pytest.mark.parametrize("name", ["../x", "Autumn", "now", "comparisons", "", "a b", "a/b", "a--b"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ParameterError):
        check_name(name)


def test_a_run_is_not_compared_with_itself(kept, capsys):
    words = ["update", "compare", "--before", "letter", "--after", "letter", "--force", "cleveland"]
    assert main([*words, "--project", str(kept.root)]) == 3
    assert "compared with itself" in capsys.readouterr().err


def test_a_finding_of_one_run_only_is_shown_as_such(kept):
    import shutil

    shutil.rmtree(kept.runs("cleveland") / "A6")
    found = compared(kept)
    assert found.sides[1].grounds.words() == "only one of the runs has this finding"
    assert main(["update", "compare", "--force", "cleveland", "--project", str(kept.root)]) == 0
    assert next(r for r in table(kept) if r["claim"] == "A6a")["verdict_after"] == "Not tested"
