"""How the paragraph on a finding is composed from the verdicts on its claims."""

from __future__ import annotations

import pytest

from hmic_analysis.errors import ParameterError
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.paragraphs import Facts, Said, alone, paragraph
from hmic_analysis.params.catalogue import FindingSpec

SPEC = FindingSpec.model_validate(
    {
        "stem": "a1_calls",
        "id": "A1",
        "title": "Calls",
        "section": "preventing_crime",
        "question": "Are calls answered?",
        "tables": {"core": ["incident"]},
        "request": ["calls"],
        "thresholds": {"least": {"value": 60, "unit": "%", "meaning": "least"}},
        "indicators": {
            name: {"name": name, "label": name, "kind": "share", "window": "period", "unit": "%", "numerator": "x"}
            for name in ("answered_pct", "kept_pct")
        },
        "claims": {
            id: {
                "id": id,
                "statement": "It is so.",
                "type": "practice",
                "rule": "-",
                "sensitivity": "public",
                "indicators": ["answered_pct", "kept_pct"],
                "whether": whether,
            }
            for id, whether in (
                ("A1a", "there is a register"),
                ("A1b", "the register is kept"),
                ("A1c", "calls matter"),
            )
        },
        "letter": {
            "topic": "calls",
            "sentences": [
                {"when": {"A1a": "contradicted", "A1b": "any"}, "say": "There is no register."},
                {"when": {"A1a": "supported", "A1b": "supported"}, "say": "There is a register, and it is kept."},
                {"when": {"A1a": "supported"}, "say": "There is a register."},
                {"when": {"A1b": "supported"}, "say": "The register is kept."},
                {
                    "when": {"A1b": "contradicted"},
                    "say": [
                        "It is not kept: {{ v.kept_pct.below('least') }} were kept.",
                        "Few were answered: {{ v.answered_pct.below('least') }}.",
                        "The register is not kept.",
                    ],
                },
                {"when": {"A1c": "supported"}, "say": "Calls matter at {{ as_of }}."},
                {"when": {"A1c": "contradicted"}, "say": "Calls do not matter."},
                {"say": "Of calls, {{ v.answered_pct }} were answered."},
            ],
        },
    }
)
WORDS = {"force": "Cleveland Police", "as_of": "31 March 2014"}
LIMITS = {"thresholds.A1.least": ("60", "params")}


def share(name: str, value: float | None, **more) -> Indicator:
    return Indicator(id=name, name=name, label=name, value=value, unit="%", **more)


def claims(a: str, b: str, c: str = "supported", reasons: str = "no_data") -> list[ClaimEvidence]:
    told = dict(zip(("A1a", "A1b", "A1c"), reasons.split() * 3, strict=False))
    return [
        ClaimEvidence(claim=id, finding="A1", type="practice", statement="It is so.", verdict=verdict, grade="B",
                      reasons=(told[id],) if verdict == "not_determinable" else ())
        for id, verdict in zip(("A1a", "A1b", "A1c"), (a, b, c), strict=True)
    ]  # fmt: skip


def text(found: list[ClaimEvidence], *figures: Indicator, own=None, min_count: int = 0) -> str:
    facts = Facts({f.id: f for f in figures}, LIMITS, WORDS, min_count)
    return " ".join(s.text for s in paragraph(SPEC, found, facts, own))


S, C, N = "supported", "contradicted", "not_determinable"


def test_claims_are_said_together_and_each_once():
    assert text(claims(S, S)) == "There is a register, and it is kept. Calls matter at 31 March 2014."
    assert text(claims(S, C, C)) == "There is a register. The register is not kept. Calls do not matter."


@pytest.mark.parametrize("b", [S, C, N])
def test_what_is_denied_silences_what_depends_on_it(b):
    assert text(claims(C, b)) == "There is no register. Calls matter at 31 March 2014."


def test_only_figures_that_speak_against_a_claim_are_reasons():
    low, high = share("kept_pct", 12.3), share("kept_pct", 96.6)
    assert "It is not kept: 12.3% were kept." in text(claims(S, C), low)
    assert "96.6%" not in text(claims(S, C), high) and "The register is not kept." in text(claims(S, C), high)
    assert "Few were answered: 40.0%." in text(claims(S, C), high, share("answered_pct", 40))


@pytest.mark.parametrize(
    ("most", "said"),
    [(None, "It is not kept: 40.0% were kept."), (59.9, "It is not kept: 40.0% were kept."), (60, "The register is not kept.")],
)  # fmt: skip
def test_a_figure_that_may_reach_the_limit_is_no_reason(most, said):
    found = claims("supported", "contradicted")
    assert said in text(found, share("kept_pct", 40.0, hi_missing=most))


def test_a_figure_without_a_verdict_is_printed_only_if_nothing_has_to_be_told_with_it():
    assert "Of calls, 96.6% were answered." in text(claims(S, S), share("answered_pct", 96.6))
    assert "Of calls" not in text(claims(S, S), share("answered_pct", 96.6, caveats=("Not known: 5 of 20, 25%.",)))
    assert "Of calls" not in text(claims(S, S), share("answered_pct", None))


def test_a_figure_on_few_persons_is_no_argument():
    few = share("kept_pct", 20, numerator=1, denominator=5, about_persons=True)
    assert "The register is not kept." in text(claims(S, C), few, min_count=5)
    assert "20.0% (1 of 5) were kept" in text(claims(S, C), few)


def test_a_share_of_few_is_said_with_its_counts_unless_the_line_does_or_the_count_is_withheld():
    few = share("kept_pct", 10, numerator=1, denominator=10)
    said = paragraph(SPEC, claims(S, C), Facts({"kept_pct": few}, LIMITS, WORDS))[1]
    assert said.text == "It is not kept: 10.0% (1 of 10) were kept."
    assert ("1", "kept_pct.numerator") in said.numbers
    line = {"when": {"A1b": "contradicted"}, "say": "{{ v.kept_pct }} of {{ v.kept_pct.n }} were kept."}
    told = SPEC.letter.sentences[0].model_validate(line)
    spec = SPEC.model_copy(update={"letter": SPEC.letter.model_copy(update={"sentences": (told,)})})
    assert (
        paragraph(spec, claims(S, C)[1:2], Facts({"kept_pct": few}, LIMITS, WORDS))[0].text == "10.0% of 10 were kept."
    )
    assert "(1 of 10)" not in text(claims(S, C), few.model_copy(update={"about_persons": True}), min_count=5)


@pytest.mark.parametrize(
    ("value", "more", "said"),
    [
        (0, {}, "Training reached none of the staff."),
        (100, {}, "Training reached all of the staff."),
        (0.04, {}, "Training reached less than 0.1% of the staff."),
        (0, {"unknown": 5}, "Training reached 0.0% of the staff."),
        (10, {}, "Training reached 10.0% of the staff."),
    ],
)
def test_nothing_and_everything_of_some_are_words(value, more, said):
    told = SPEC.letter.sentences[0].model_validate(
        {"when": {"A1b": "contradicted"}, "say": "Training reached {{ v.kept_pct }} of the staff."}
    )
    spec = SPEC.model_copy(update={"letter": SPEC.letter.model_copy(update={"sentences": (told,)})})
    figure = share("kept_pct", value, numerator=value, denominator=100, **more)
    (found,) = paragraph(spec, claims(S, C)[1:2], Facts({"kept_pct": figure}, LIMITS, WORDS))
    assert found.text == said
    assert len(found.numbers) == said.count("%")


def test_a_reason_is_given_once():
    assert text(claims(N, N, N)) == "HMIC could make no finding on calls, because no data on this were supplied."
    assert text(claims(N, N, S)).endswith(
        "HMIC could not determine whether there is a register, because no data on this were supplied. "
        "Nor, for the same reason, could HMIC determine whether the register is kept."
    )
    assert text(claims(N, N, S, "no_data small_n")).endswith(
        "Nor could HMIC determine whether the register is kept, because too few cases were supplied."
    )


def test_an_inspectors_own_words_stand_in_place_of_the_line():
    own = {"A1b": Said("In our words.", ("A1b",))}
    assert text(claims(S, S), own=own) == "There is a register. In our words. Calls matter at 31 March 2014."
    assert "In our words." in text(claims(N, N, N), own=own)


def test_numbers_are_noted_with_their_fields():
    facts = Facts({"kept_pct": share("kept_pct", 12.3)}, LIMITS, WORDS)
    assert paragraph(SPEC, claims(S, C), facts)[1].numbers == (("12.3%", "kept_pct.value"),)


def test_records_of_a_part_of_the_period_are_said_once():
    found = [c.model_copy(update={"records_of": "May 2013"}) for c in claims(S, S)]
    assert text(found).endswith("This finding rests only on the records of May 2013.")
    assert text(found).count("May 2013") == 1
    some = [found[0], *claims(S, N)[1:]]
    assert "Part of this finding rests only on the records of May 2013." in text(some)
    part = "May 2013 (1 of the 12 months to 30 November 2013)"
    beside = share("answered_pct", 90.0).model_copy(update={"window": part})
    assert text(claims(S, S), beside).endswith(f"Part of this finding rests only on the records of {part}.")


def test_a_claim_by_itself_is_said_without_the_others():
    facts = Facts({}, LIMITS, WORDS)
    assert [alone(SPEC, c, facts).text for c in claims(C, S, N)] == [
        "There is no register.",
        "The register is kept.",
        "HMIC could not determine whether calls matter, because no data on this were supplied.",
    ]


def test_a_state_without_a_sentence_is_an_error():
    with pytest.raises(ParameterError, match="no sentence for claim A1a where it is contradicted"):
        spec = SPEC.model_copy(
            update={"letter": SPEC.letter.model_copy(update={"sentences": SPEC.letter.sentences[1:]})}
        )
        paragraph(spec, claims(C, S), Facts({}, LIMITS, WORDS))
