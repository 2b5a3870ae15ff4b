"""Every state in its order, bound to the letter and the evidence it stands for."""

from __future__ import annotations

import json
import shutil

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.bundle import read_bundle, write_bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.process.kept import kept_folder, read_run
from hmic_analysis.process.letter import document_text, write_letter_of
from hmic_analysis.process.states import STATES, advance, log_path, read_log

from ...letters.evidence import percent
from ...letters.test_check import typed_over
from .desk import AT, BEFORE

WAY = ("draft", "factual_accuracy_check", "amended", "embargoed")


def go(project, clock, *states, force="cleveland", reason="as planned"):
    params = load_params(project)
    for state in states:
        clock.later(minutes=5)
        advance(project, params, force, state, reason, clock.moment)


def states(project, force="cleveland"):
    return [entry.state for entry in read_log(project, force)]


def change_evidence(project):
    """Another figure in finding A1, as if it had been run again on other data."""
    folder = project.runs("cleveland") / "A1"
    bundle = read_bundle(folder)
    linked = percent("crime_with_incident_pct", "Crimes with an earlier incident", 33_000, 36_007, 402)
    write_bundle(bundle.model_copy(update={"indicators": (linked, *bundle.indicators[1:])}), folder)


def test_the_whole_way_with_nothing_to_amend(project, clock):
    go(project, clock, *WAY, reason="Nothing was challenged, so nothing is to amend.")
    clock.moment = AT
    go(project, clock, "published")
    assert states(project) == list(STATES[:5])
    last = read_log(project, "cleveland")[2]
    assert (last.state, last.reason) == ("amended", "Nothing was challenged, so nothing is to amend.")
    assert last.synthetic


@pytest.mark.parametrize("done", range(5))
def test_no_state_is_skipped_and_none_is_gone_back_to(project, clock, done):
    go(project, clock, *WAY[:done])
    for number, state in enumerate(STATES):
        if number in (done, done - 1):
            continue
        with pytest.raises(ParameterError, match="no state is skipped"):
            advance(project, load_params(project), "cleveland", state, "trying", AT)
    assert states(project) == list(WAY[:done])


def test_nothing_is_published_a_second_before_the_embargo_ends(project, clock):
    go(project, clock, *WAY)
    params = load_params(project)
    with pytest.raises(ParameterError, match="3 September 2014 at 23:00:59 UTC"):
        advance(project, params, "cleveland", "published", "now", BEFORE)
    assert states(project)[-1] == "embargoed"
    assert advance(project, params, "cleveland", "published", "now", AT).at == "2014-09-03T23:01:00+00:00"


def test_a_letter_touched_after_the_embargo_is_not_published(project, clock):
    go(project, clock, *WAY)
    letter = project.output / "letters" / "cleveland" / "letter-cleveland.docx"
    letter.write_bytes(letter.read_bytes() + b" ")
    with pytest.raises(DataError, match=r"changed since: letter-cleveland\.docx"):
        advance(project, load_params(project), "cleveland", "published", "now", AT)
    assert states(project)[-1] == "embargoed"


def test_evidence_that_changed_after_the_embargo_is_not_published(project, clock):
    go(project, clock, *WAY)
    change_evidence(project)
    with pytest.raises(DataError, match="changed since: A1"):
        advance(project, load_params(project), "cleveland", "published", "now", AT)
    # Written and embargoed anew it is; the evidence kept before stays under a name of its own.
    write_letter_of(project, load_params(project), "cleveland")
    go(project, clock, "embargoed", reason="A figure was mended.")
    clock.moment = AT
    go(project, clock, "published")
    params = load_params(project)
    kept = [read_run(project, params, "cleveland", n)[0]["A1"].indicators[0].numerator for n in ("letter-1", "letter")]
    assert kept == [33_190, 33_000]


def test_the_time_a_report_took_is_no_change(project, clock):
    go(project, clock, *WAY)
    folder = project.runs("cleveland") / "A1"
    write_bundle(read_bundle(folder).model_copy(update={"seconds": 99.0}), folder)
    assert advance(project, load_params(project), "cleveland", "published", "now", AT).state == "published"


@pytest.mark.parametrize("state", WAY)
def test_a_letter_of_other_evidence_enters_no_state(project, clock, state):
    go(project, clock, *WAY[: WAY.index(state)])
    change_evidence(project)
    with pytest.raises(DataError, match="not written from the evidence as it is now: A1 has changed"):
        go(project, clock, state)


def test_without_a_letter_there_is_no_draft(project, clock):
    shutil.rmtree(project.output / "letters")
    with pytest.raises(DataError, match="hmic letter --force cleveland"):
        go(project, clock, "draft")


def test_a_letter_without_the_embargo_in_its_text_is_not_embargoed(project, clock):
    go(project, clock, *WAY[:3])
    place = project.output / "letters" / "cleveland" / "letter-cleveland.docx"
    assert "00:01 on Thursday 4 September 2014" in document_text(place)
    # As if the template had lost the words.
    _retype(place, "Thursday 4 September 2014", "soon")
    with pytest.raises(DataError, match="does not bear the embargo"):
        go(project, clock, "embargoed")
    clock.moment = AT
    go(project, clock, "embargoed")


def _retype(path, old, new):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(old.encode(), new.encode()))


def test_embargoed_keeps_the_evidence_and_binds_letter_and_evidence(project, clock):
    go(project, clock, *WAY)
    entry = read_log(project, "cleveland")[-1]
    assert set(entry.evidence) == {"A1", "A6"}
    assert "letter-cleveland.docx" in entry.letter and len(entry.letter["letter-cleveland.docx"]) == 64
    assert any(name.startswith("figures/") for name in entry.letter)
    assert (kept_folder(project, "cleveland", "letter") / "A6" / "evidence.json").is_file()


@pytest.mark.parametrize("reason", ["", "  ", "ok", "x" * 501])
def test_a_reason_must_say_something(project, clock, reason):
    with pytest.raises(ParameterError, match="Give a reason"):
        go(project, clock, "draft", reason=reason)
    assert not log_path(project, "cleveland").exists()


def test_a_reason_names_nobody(project, clock):
    with pytest.raises(ParameterError, match="'DCI Gates' names a person.*by their role"):
        go(project, clock, "draft", reason="Read by DCI Gates.")


def test_a_clock_that_runs_backwards_is_not_believed(project, clock):
    go(project, clock, "draft")
    clock.later(days=-1)
    with pytest.raises(DataError, match="Set the clock right"):
        go(project, clock, "factual_accuracy_check")


def test_updated_needs_a_comparison(project, clock):
    go(project, clock, *WAY)
    clock.moment = AT
    go(project, clock, "published")
    with pytest.raises(DataError, match="hmic update compare --force cleveland"):
        go(project, clock, "updated")


def test_status_shows_all_and_names_a_broken_log(project, clock, capsys):
    go(project, clock, *WAY)
    assert main(["release", "status", "--project", str(project.root)]) == 0
    said, names = capsys.readouterr().out, _names(project)
    assert f"{len(names)} letters: 1 embargoed, {len(names) - 1} not begun." in said
    assert sum(line.split("  ")[0] in names for line in said.splitlines()) == len(names)
    assert "Embargo: holds until Thursday 4 September 2014 at 00:01:00 BST" in said
    assert "embargoed (synthetic)" in said
    path = log_path(project, "cleveland")
    path.write_bytes(path.read_bytes().replace(b"as planned", b"as pleased", 1))
    assert main(["release", "status", "--project", str(project.root)]) == 1
    captured = capsys.readouterr()
    assert "LOG BROKEN" in captured.out and "line 1 was altered" in captured.err


def _names(project):
    return {force.name for force in load_params(project).territorial}


def test_a_log_copied_from_another_force_is_refused(project, clock):
    go(project, clock, "draft")
    for ending in (".jsonl", ".head"):
        path = log_path(project, "cleveland").with_suffix(ending)
        shutil.copyfile(path, path.with_name(f"kent{ending}"))
    with pytest.raises(DataError, match="line 1 is of another force"):
        read_log(project, "kent")


def test_wrong_words_are_answered_without_a_traceback(project, clock, capsys):
    common = ["--force", "cleveland", "--reason", "as planned", "--project", str(project.root)]
    assert main(["release", "advance", "--to", "embargo", *common]) == 2
    assert "Did you mean 'embargoed'?" in capsys.readouterr().err
    assert main(["release", "advance", "--to", "published", *common]) == 2
    assert "Allowed now: draft" in capsys.readouterr().err
    assert main(["release", "advance", "--to", "draft", "--at", "2014-09-05", *common]) == 2
    other = ["--force", "alexandria", "--reason", "as planned", "--project", str(project.root)]
    assert main(["release", "advance", "--to", "draft", *other]) == 2
    assert "none of the territorial forces" in capsys.readouterr().err


def test_a_log_is_json_line_by_line(project, clock):
    go(project, clock, *WAY[:2])
    lines = log_path(project, "cleveland").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["state"] for line in lines] == list(WAY[:2])


def test_a_letter_without_the_embargo_is_refused_until_it_ends(project, clock, capsys):
    words = ["letter", "--force", "cleveland", "--unmarked", "--project", str(project.root)]
    clock.moment = BEFORE
    assert main(words) == 2
    assert "The letter to Cleveland Police is refused" in capsys.readouterr().err
    clock.moment = AT
    assert main(words) == 0


def test_the_gallery_bears_the_embargo_until_it_ends(project, clock):
    page = project.output / "gallery" / "cleveland.html"
    words = ["figures", "gallery", "--force", "cleveland", "--project", str(project.root)]
    clock.moment = BEFORE
    assert main(words) == 0
    assert "EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014" in page.read_text(
        encoding="utf-8"
    )
    clock.moment = AT
    assert main(words) == 0
    assert "EMBARGOED" not in page.read_text(encoding="utf-8")


def test_what_was_published_stays_when_a_later_run_writes_another_letter(project, clock, capsys):
    go(project, clock, *WAY)
    clock.moment = AT
    go(project, clock, "published")
    letter = project.output / "letters" / "cleveland" / "evidence-cleveland.docx"
    published = letter.read_bytes()
    change_evidence(project)
    write_letter_of(project, load_params(project), "cleveland")
    assert letter.read_bytes() != published
    kept = project.output / "releases" / "cleveland" / "letter-4"
    assert (kept / "evidence-cleveland.docx").read_bytes() == published
    assert main(["release", "status", "--project", str(project.root)]) == 0
    (kept / "evidence-cleveland.docx").write_bytes(b"another")
    assert main(["release", "status", "--project", str(project.root)]) == 1
    assert "changed since it was published: evidence-cleveland.docx" in capsys.readouterr().err


def test_a_letter_with_a_number_typed_over_is_not_published(project, clock):
    go(project, clock, *WAY[:3])
    letter = project.output / "letters" / "cleveland" / "letter-cleveland.docx"
    typed_over(letter, "96.6%", "99.6%", letter)
    go(project, clock, "embargoed")
    with pytest.raises(DataError, match=r"check of its numbers finds: letter-cleveland\.docx, A1: 99\.6% is bound to"):
        advance(project, load_params(project), "cleveland", "published", "now", AT)
    assert states(project)[-1] == "embargoed"


def test_a_letter_whose_folder_would_give_something_away_is_not_published(project, clock):
    go(project, clock, *WAY[:3])
    added = project.output / "letters" / "cleveland" / "figures" / "more.csv"
    added.write_text('a,sensitivity\n"=HYPERLINK(""http://x"")",force\n', encoding="utf-8", newline="\n")
    go(project, clock, "embargoed")
    with pytest.raises(DataError, match=r"disclosure check finds: figures/more\.csv, .*a spreadsheet would run it"):
        advance(project, load_params(project), "cleveland", "published", "now", AT)
    added.unlink()
    go(project, clock, "embargoed", reason="The file that was added is gone.")
    assert advance(project, load_params(project), "cleveland", "published", "now", AT).state == "published"


def test_a_document_changed_by_hand_is_not_written_over(project, clock, capsys):
    letter = project.output / "letters" / "cleveland" / "letter-cleveland.docx"
    written = letter.read_bytes()
    words = ["letter", "--force", "cleveland", "--project", str(project.root)]
    assert main(words) == 0 and letter.read_bytes() == written
    edited = typed_over(letter, "96.6%", "99.6%", letter).read_bytes()
    assert main(words) == 1
    assert "letter-cleveland.docx was changed by hand since it was written" in capsys.readouterr().err
    assert letter.read_bytes() == edited
    assert main([*words, "--overwrite"]) == 0 and letter.read_bytes() == written
