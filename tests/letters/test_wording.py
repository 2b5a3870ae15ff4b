"""An inspector's own wording: what is refused, what is filled in, and what is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmic_analysis.documents.blocks import Paragraph
from hmic_analysis.errors import ParameterError
from hmic_analysis.letters.compose import AT_ODDS, compose, letter_catalogue, odd_wording
from hmic_analysis.letters.evidence import evidence_report
from hmic_analysis.letters.own_words import OwnWords, load_letter, person_names
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def params():
    return load_params(Project(ROOT))


def written(folder: Path, **claim: str) -> Path:
    """A wording file for Cleveland with one claim, A2b unless another is named."""
    (folder / "letters").mkdir(exist_ok=True)
    id = claim.pop("claim", "A2b")
    fields = {
        "text": "Officers go to most reports.",
        "says": "supported",
        "reason": "It was seen on the visit.",
    } | claim
    lines = [f"    {key}: {value!r}" for key, value in fields.items() if value]
    (folder / "letters" / "cleveland.yml").write_text("\n".join(["claims:", f"  {id}:", *lines]), encoding="utf-8")
    return folder


def test_no_file_no_wording(params, tmp_path):
    given = load_letter(tmp_path, params, "cleveland")
    assert given.wording == {} and given.figures == ()


def test_a_wording_is_read_with_where_it_stands(params, tmp_path):
    words = load_letter(written(tmp_path), params, "cleveland").wording
    assert words == {
        "A2b": OwnWords("Officers go to most reports.", "supported", "It was seen on the visit.", "params/letters/cleveland.yml:2")
    }  # fmt: skip
    assert load_letter(tmp_path, params, "durham").wording == {}


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"text": "Officers go to 83% of reports."}, "'83%' is a number written plainly; take it from the evidence"),
        ({"text": "Officers go to \uff18\uff13 of reports."}, "is a number written plainly"),
        ({"text": "Officers go to \u00bd of reports."}, "is a number written plainly"),
        ({"text": "Officers go to three quarters of reports."}, "'three' is a number in words"),
        ({"text": "Officers go to eighty per cent of reports."}, "'eighty' is a number in words"),
        ({"text": "Officers go to {attendance_pct of reports."}, "a brace stands by itself"),
        ({"text": "Officers go"}, "it needs a full stop"),
        ({"text": "Mr Smith goes to most reports."}, "'Mr Smith' names a person"),
        ({"text": "PC Jones goes to most reports."}, "'PC Jones' names a person"),
        ({"text": "Most reports go to Det Sgt Brown."}, "'Det Sgt Brown' names a person"),
        ({"text": "Most reports go to mrs Green."}, "'mrs Green' names a person"),
        ({"text": "Most reports go to R. Black."}, "'R. Black' names a person"),
        ({"text": "Roger has seen most reports."}, "'Roger' is the name of a signatory or addressee"),
        (
            {"text": "Officers went to most reports, as Jacqui said."},
            "'Jacqui' is the name of a signatory or addressee",
        ),
        ({"reason": "Chief Superintendent Gray asked for it."}, "'Superintendent Gray' names a person"),
        ({"reason": "CHEER asked for it."}, "'CHEER' is the name of a signatory or addressee"),
        ({"reason": "It was seen on 3 visits."}, "'3' is a number written plainly; leave it out"),
        ({"says": "true"}, "says"),
        ({"says": ""}, "says"),
        ({"reason": ""}, "reason"),
        ({"claim": "A2x"}, "there is no such claim. Did you mean 'A2"),
        ({"claim": "A3c"}, "it is a view of the inspectors and has no verdict: enter it under 'views'"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_refused_by_name(params, tmp_path, fields, message):
    with pytest.raises(ParameterError) as refused:
        load_letter(written(tmp_path, **fields), params, "cleveland")
    assert message in refused.value.message and "params/letters/cleveland.yml" in refused.value.message


def test_everything_that_is_wrong_is_said_at_once(params, tmp_path):
    with pytest.raises(ParameterError) as refused:
        load_letter(written(tmp_path, text="Mr Smith saw 9 of them.", reason="PC Jones knows."), params, "cleveland")
    assert all(words in refused.value.message for words in ("'Mr Smith'", "'9'", "'PC Jones'"))


@pytest.mark.parametrize(
    "text",
    [
        "The Chief Constable of Cleveland Police and HM Inspector of Constabulary agreed.",
        "A Detective Sergeant or a Chief Inspector reads each file.",
        "PC and PCSO posts are filled; the police and Crime Commissioner pays.",
    ],
)
def test_offices_are_not_names(params, text):
    assert person_names(params)(text) == []


def test_a_file_for_no_force_is_named(params, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "clevland.yml").write_text("claims: {}", encoding="utf-8")
    with pytest.raises(ParameterError, match="clevland.yml is the wording for no force. Did you mean 'cleveland'"):
        load_letter(tmp_path, params, "durham")


def entered(folder: Path, claim: str = "P1c", **fields: str) -> Path:
    """A file for Cleveland with one view."""
    (folder / "letters").mkdir(exist_ok=True)
    given = {"text": "One plan would help.", "by": "AB", "date": "2014-08-20"} | fields
    lines = [f"    {key}: {value}" for key, value in given.items() if value]
    (folder / "letters" / "cleveland.yml").write_text("\n".join(["views:", f"  {claim}:", *lines]), encoding="utf-8")
    return folder


def test_a_view_is_read_with_whose_it_is_and_what_it_rests_on(params, tmp_path):
    (words,) = load_letter(entered(tmp_path), params, "cleveland").wording.values()
    assert (words.text, words.says, words.by, words.on) == ("One plan would help.", None, "AB", "2014-08-20")
    assert words.rests_on == {"P1b": "supported"} and words.where == "params/letters/cleveland.yml:2"


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"by": ""}, "by"),
        ({"date": ""}, "date"),
        ({"date": "soon"}, "soon"),
        ({"claim": "P1b"}, "it gets a verdict and is no view: word it under 'claims'. Views: P1c"),
        ({"text": "Ms Black would write one plan."}, "'Ms Black' names a person"),
    ],
)
def test_a_view_is_refused_without_whose_or_when(params, tmp_path, fields, message):
    with pytest.raises(ParameterError) as refused:
        load_letter(entered(tmp_path, **fields), params, "cleveland")
    assert message in refused.value.message and "params/letters/cleveland.yml" in refused.value.message


def test_figures_for_the_body_are_named_in_the_file(params, tmp_path):
    (tmp_path / "letters").mkdir()
    path = tmp_path / "letters" / "cleveland.yml"
    path.write_text("figures: [a2_attendance_by_month]\n", encoding="utf-8")
    assert load_letter(tmp_path, params, "cleveland").figures == ("a2_attendance_by_month",)
    path.write_text("figures: [a, b, c, d, e]\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="figures"):
        load_letter(tmp_path, params, "cleveland")


def own(text: str, says: str | None = "supported") -> OwnWords:
    return OwnWords(text, says, "It was seen on the visit.", "params/letters/cleveland.yml:2")


def told(bundles, settings, catalogue, **words: OwnWords):
    return compose(bundles, settings, catalogue, words)


def paragraphs(letter, finding: str) -> list[Paragraph]:
    return [b for b in letter.blocks() if isinstance(b, Paragraph) and b.finding == finding]


def test_placeholders_are_filled_with_the_numbers_of_the_evidence(bundles, settings, catalogue):
    text = "Of crimes in {period}, {attendance_pct} were attended ({attendance_pct.n})."
    letter = told(bundles, settings, catalogue, A2d=own(text, "contradicted"))
    paragraph = paragraphs(letter, "A2")[0]
    assert "Of crimes in the 12 months to 30 November 2013, 83.4% were attended (37,104)" in paragraph.text
    assert ("83.4%", "attendance_pct.value") in paragraph.numbers
    assert ("37,104", "attendance_pct.n") in paragraph.numbers
    assert letter.marks == () and len(paragraphs(letter, "A2")) == 1
    words = {"A2d": own(text, "contradicted")}
    report = evidence_report(bundles, settings, catalogue, words, lambda finding, figure: 60)
    lines = [b.text for s in report.sections for b in s.blocks if isinstance(b, Paragraph)]
    reason = next(line for line in lines if line.startswith("A2d. "))
    assert reason.endswith("Worded by an inspector: It was seen on the visit.")


@pytest.mark.parametrize(
    "text, message",
    [
        ("{attendence_pct} were attended.", "names nothing that the evidence.*Did you mean 'attendance_pct'"),
        ("{attendance_pct.median} were attended.", "names nothing that the evidence"),
        ("{attendance_pct.__class__} were attended.", "names nothing that the evidence"),
        ("{} were attended.", "names nothing that the evidence"),
        ("{attendance_pct.interval_text} were attended.", "'attendance_pct' has no interval, for nothing was sampled"),
    ],
)
def test_a_placeholder_for_nothing_is_refused(bundles, settings, catalogue, text, message):
    with pytest.raises(ParameterError, match=message):
        told(bundles, settings, catalogue, A2d=own(text))


def test_wording_against_its_verdict_is_marked(bundles, settings, catalogue):
    words = {"A2d": own("Officers attend nearly every report.")}
    letter = told(bundles, settings, catalogue, **words)
    assert letter.marks == (AT_ODDS,)
    note = paragraphs(letter, "A2")[1]
    assert note.style == "note"
    assert note.text.endswith("It goes against the evidence, by which the statement is contradicted.")
    assert odd_wording(bundles, words) == [
        "params/letters/cleveland.yml:2, claim A2d: it says supported, the evidence contradicted."
    ]


def test_wording_of_an_open_question_is_marked_otherwise(bundles, settings, catalogue):
    open_ = next(c for b in bundles for c in b.claims if c.verdict == "not_determinable" and b.status == "complete")
    letter = told(bundles, settings, catalogue, **{open_.claim: own("It is so.")})
    assert paragraphs(letter, open_.finding)[1].text.endswith("It decides what the evidence leaves open.")


def test_a_view_in_other_words_is_still_a_view(bundles, settings, catalogue):
    letter = told(bundles, settings, catalogue, F1b=own("Wider use would help.", None))
    assert paragraphs(letter, "F1")[0].text.endswith("Wider use would help, in the inspectors' view. [F1]")
    assert letter.marks == ()


def test_claims_of_the_fixture_are_claims_of_the_inspection(params):
    assert {e.finding for e in letter_catalogue(params)} >= {"A1", "A2", "A6", "F1"}
