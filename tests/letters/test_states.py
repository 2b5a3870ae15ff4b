"""What a letter can say in every state of the evidence: one pass over all paragraphs, nothing drawn."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.evidence.paragraphs import MOST_WORDS, alone, paragraph
from hmic_analysis.letters.states import KNOWN, PART, State, _claim, states
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project
from hmic_analysis.words import COUNTS
from tests.support import not_as_we_write

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = re.compile(r"(?<=[.]) (?=[A-Z])")
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?%?")
#: Numbers that are no figures: the forces of England and Wales, and days.
GIVEN = re.compile(r"\b\d{1,2} March 2014\b|\b(?:of|the) 43\b|" + re.escape(PART))
#: Words that lean on something said before: no sentence may begin with one.
LEANING = re.compile(r"^(?:It|Its|They|Their|These|This|Those|Such|He|She|Both)\b(?! finding rests)")
AMERICAN = re.compile(r"\b\w+(?:ize|izes|ized|izing|ization)\b|\bprogram\b|\bcenter\b|\bbehavior\b", re.IGNORECASE)
PLURAL_OF_ONE = re.compile(r"(?<![\d.,])1 (?!March|on its)(?:[a-z-]+ )?[a-z-]+s\b(?<!ss)(?<!sis)")
NOUNS = "initiative|force system|file|agreement|analysis"
SINGULAR_OF_MANY = re.compile(rf"\b(?:[02-9]|\d\d+) (?:long-term |recent |signed )?(?:{NOUNS})\b")


@pytest.fixture(scope="module")
def params():
    return load_params(Project(ROOT))


@pytest.fixture(scope="module")
def every(params) -> list[State]:
    """Every state of every finding."""
    return [state for finding in params.findings.values() for state in states(params, "cleveland", finding)]


@pytest.fixture(scope="module")
def sentences(every) -> dict[str, State]:
    """Every sentence that can be printed, with a state in which it is."""
    return {s.text: state for state in every for s in state.said}


def test_every_state_has_a_paragraph(every, params):
    combinations = Counter((s.finding, s.verdicts) for s in every)
    assert len(every) > 10_000 and all(s.said for s in every)
    for finding in params.findings.values():
        judged = [c for c in finding.claims.values() if not c.is_judgement]
        assert sum(f == finding.id and len(v) == len(judged) for f, v in combinations) == 3 ** len(judged)


def test_sentences_are_short_and_whole(sentences):
    long = [text for text in sentences if len(text.split()) > MOST_WORDS]
    assert not long
    for text in sentences:
        assert text[0].isupper() and text.endswith("."), text
        assert not re.search(r"  | [.,;:]|\.\.|,,|\bNone\b(?! of)|\{|\}", text), text


def test_no_sentence_begins_with_what_leans_on_another(sentences):
    assert not [text for text in sentences if LEANING.match(text)]


def test_no_sentence_and_no_reason_is_given_twice(every):
    for state in every:
        texts = [s.text for s in state.said]
        reasons = [text.split(", because ", 1)[1] for text in texts if ", because " in text]
        assert len(set(texts)) == len(texts) and len(set(reasons)) == len(reasons), state.text


def test_every_claim_is_spoken_for_once_or_silenced_by_another(every):
    for state in every:
        spoken = [id for s in state.said for id in s.claims if not s.text.startswith(("This finding", "Part of this"))]
        assert len(spoken) == len(set(spoken)), state.text
        assert {id for id, v in state.verdicts if v != "not_determinable"} <= set(spoken), state.text


def test_every_number_is_bound_to_the_evidence(every):
    for state in every:
        for said in state.said:
            bare = GIVEN.sub("", said.text)
            printed = {n.rstrip(",") for text, _ in said.numbers for n in NUMBER.findall(text)}
            assert set(NUMBER.findall(bare)) <= printed, said.text
            for _, field in said.numbers:
                assert state.facts.figures[field.rpartition(".")[0]].value is not None, said.text


def test_what_is_contradicted_or_open_is_not_said_to_be_so(every, params):
    """No sentence of a verdict stands in a state in which its claim has another one."""
    for state in every:
        spec = params.findings[state.finding]
        verdicts = dict(state.verdicts)
        allowed = {
            t
            for line in spec.letter.sentences
            if all(v == "any" or verdicts.get(id) == v for id, v in line.when.items())
            for t in line.say
        }
        patterns = [re.compile(_as_printed(t)) for t in allowed]
        for said in state.said:
            if any(verdicts.get(id) != "not_determinable" for id in said.claims) and "rests on" not in said.text:
                assert any(p.match(said.text) for p in patterns), said.text


def _as_printed(template):
    """What a wording looks like with its figures; of a share that is none or all stands ``none of the files``."""
    held = re.sub(r"\\\{\\\{.*?\\\}\\\}", ".+?", re.escape(template)) + r"\Z"
    return held.replace(r".+?\ of\ ", r".+?\ of\ (?:the\ )?").replace(r"only\ .+?", r"(?:only\ )?.+?")


def test_plurals_are_right(sentences):
    for text in sentences:
        assert not PLURAL_OF_ONE.search(text) and not SINGULAR_OF_MANY.search(text), text


def test_english_is_british(sentences):
    for text in sentences:
        assert not AMERICAN.search(text), text


def test_one_term_for_each_thing_and_no_contraction(sentences):
    for text in sentences:
        assert not not_as_we_write(text), text


def test_existence_denied_silences_what_depends_on_it(every):
    for state in every:
        verdicts = dict(state.verdicts)
        for denied, depends in {"P3a": "steady|regularly|evaluated", "A8a": "use", "A9a": "audits"}.items():
            if verdicts.get(denied) == "contradicted":
                assert len(state.said) == 1 or state.said[1].text.startswith(("This finding", "Part of this")), (
                    state.text
                )
                assert not re.search(depends, state.text), state.text


def test_figures_that_speak_against_a_sentence_are_none_of_its_reasons(every):
    """Of a sentence that something falls short no figure is high, and of one that it is well no share is low."""
    for state in every:
        for said in state.said:
            decided = {v for id, v in state.verdicts if id in said.claims}
            values = [state.facts.figures[f.rpartition(".")[0]] for _, f in said.numbers if f.endswith(".value")]
            shares = [i.value for i in values if i.unit == "%"]
            if decided == {"contradicted"} and state.finding not in ("A2", "P4", "F4"):
                assert all(v < 60 for v in shares), said.text


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("P2a", "The force has undertaken hardly any long-term crime prevention initiatives."),
        ("F5b", "Mobile devices do not give officers on patrol enough access to force systems."),
    ],
)
def test_what_may_be_more_is_not_told_as_few(every, params, claim, said):
    spec = params.findings[claim[:-1]]
    facts = next(s.facts for s in every if dict(s.verdicts).get(claim) == "contradicted" and s.figures == KNOWN)
    counts = {id: f for id, f in facts.figures.items() if f.unit in COUNTS}
    lost = {id: f.model_copy(update={"caveats": ("Set aside: 3 of 9 rows.",)}) for id, f in counts.items()}
    told = alone(spec, _claim(spec.claims[claim], "contradicted", "", ""), replace(facts, figures=lost))
    assert told.text == said


def test_what_is_told_beside_figures_makes_no_sentence_too_long(every, params):
    for state in (s for s in every if s.figures == KNOWN and set(s.reasons) <= {"no_data"}):
        spec = params.findings[state.finding]
        figures = {
            id: f.model_copy(update={"unknown": 90, "lo_missing": 4.2, "hi_missing": 97.8} if f.unit == "%" else ROWS)
            for id, f in state.facts.figures.items()
        }
        reason = {"not_determinable": "no_data"}
        claims = [_claim(spec.claims[id], v, reason.get(v, ""), "") for id, v in state.verdicts]
        for said in paragraph(spec, claims, replace(state.facts, figures=figures)):
            for text in SENTENCE.split(said.text):
                assert len(text.split()) <= MOST_WORDS and "only at" not in text and not LEANING.match(text), text


ROWS = {"caveats": ("Set aside: 3 of 9 rows.",)}
ABSURD = (
    "An approved strategy covers the whole force",
    "In the inspectors' view",
    "a figure that is withheld",
    "fewer than 5",
    "not in steady use",
    "It is not one of few forces",
    "The inspection could not determine",
    "records settle",
    "of 1 file",
    "in no month",
    "one of few, 1 of 43",
    "counted 0 of the 43",
    "0 in all",
    "dispatches were of",
    "Maps play too small a part",
    "has made no analysis of demand.",
    "in more than one of four ways",
    "cannot reliably identify how many crimes it attends.",
    "A small sample of 2",
)


@pytest.mark.parametrize("words", ABSURD)
def test_what_was_absurd_is_said_in_no_state(sentences, words):
    assert not [text for text in sentences if words in text]


def test_the_page_of_all_states_is_written(tmp_path, capsys):
    shutil.copytree(ROOT / "params", tmp_path / "params", ignore=shutil.ignore_patterns("sources", "letters"))
    assert main(["letter", "states", "--project", str(tmp_path)]) == 0
    page = (tmp_path / "output" / "letters" / "states.html").read_text(encoding="utf-8")
    count = len(load_params(Project(ROOT)).findings)
    assert f"states of {count} findings" in page and "src=" not in page and 'href="http' not in page
    assert "states: output" in capsys.readouterr().out
