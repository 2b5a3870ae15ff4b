"""What a letter says, before it becomes a document."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hmic_analysis.disclosure.release import released
from hmic_analysis.documents.blocks import FigureBlock, Paragraph, TableBlock
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.withheld import DisclosureRules
from hmic_analysis.letters.compose import WITHHELD, compose
from hmic_analysis.letters.reading import stray_numbers, tokens

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")


@pytest.fixture
def letter(bundles, settings, catalogue):
    return compose(bundles, settings, catalogue)


def finding(letter, name) -> Paragraph:
    return next(b for b in letter.blocks() if isinstance(b, Paragraph) and b.finding == name)


def rows(letter, annex) -> dict[str, tuple[str, ...]]:
    table = next(b for b in letter.annexes[annex].blocks if isinstance(b, TableBlock))
    return {row[0]: row for row in table.rows}


def change(bundle, claim, **fields):
    claims = tuple(c.model_copy(update=fields) if c.claim == claim else c for c in bundle.claims)
    return bundle.model_copy(update={"claims": claims})


def test_sections_follow_the_catalogue_and_end_with_what_was_not_assessed(letter):
    assert [s.title for s in letter.sections] == [
        "Crime recording and attendance",
        "Freeing up time",
        "Findings not assessed",
    ]
    assert [b.finding for b in letter.blocks() if isinstance(b, Paragraph) and b.claims] == ["A1", "A2", "A6", "F1"]


def test_what_is_missing_is_named_with_what_it_needs(letter):
    lines = [b.text for b in letter.sections[-1].blocks]
    assert "nothing, good or bad" in lines[0]
    assert lines[1:] == [
        "No evidence has been prepared: Crime prevention strategy.",
        "Could not be assessed, because the data were not requested from the force: Savings of staff time.",
    ]
    assert "P1" not in rows(letter, 0)
    assert rows(letter, 0)["F4a"][2] == "Not determinable"
    needed = [b.text for b in letter.annexes[1].blocks[2:]]
    assert needed == [
        "P1. Crime prevention strategy. The register of plans and strategies.",
        "F4. Savings of staff time. The register of changes since April 2011. Benefit records with their method.",
    ]


def test_a_sentence_that_turns_against_the_one_before_says_however(letter):
    assert ". However, the arrangements to manage them are not robust: 50.0% of those" in finding(letter, "A6").text
    assert "However" not in finding(letter, "A1").text


def test_an_absence_that_is_found_speaks_against_the_force(bundles, settings, catalogue):
    told = change(bundles[2], "A1b", type="absence", sentence="The plan is missing.", numbers=())
    assert finding(compose([told], settings, catalogue), "A1").text.endswith("However, the plan is missing (Figure 1).")


def test_a_first_word_that_may_be_a_name_keeps_its_capital(bundles, settings, catalogue):
    told = change(bundles[2], "A1b", verdict="contradicted", sentence="Hartlepool keeps no record.", numbers=())
    text = finding(compose([told], settings, catalogue), "A1").text
    assert "Hartlepool keeps no record" in text and "However" not in text


@pytest.mark.parametrize(
    "sentence, shown",
    [
        ("The work would help.", "In the inspectors' view, the work would help."),
        ("Training would help.", "Training would help, in the inspectors' view."),
        ("HMIC believes that training would help.", "HMIC believes that training would help."),
    ],
)
def test_judgements_are_marked_as_a_view(bundles, settings, catalogue, sentence, shown):
    letter = compose([change(bundles[0], "F1b", sentence=sentence)], settings, catalogue)
    assert finding(letter, "F1").text.endswith(f"(Figure 1). {shown}")
    assert rows(letter, 0)["F1b"][2] == "Inspectors' view"


def test_figures_are_numbered_through_and_referred_to(letter):
    figures = letter.figures()
    assert [(f.number, f.finding, f.name) for f in figures] == [
        (1, "A1", "route"), (2, "A2", "groups"), (3, "A2", "months"), (4, "A6", "ages"), (5, "F1", "hours"),
    ]  # fmt: skip
    assert "(Figure 2 and Figure 3)." in finding(letter, "A2").text
    targets = {part.target for block in letter.blocks() if isinstance(block, Paragraph) for part in block.parts}
    assert targets - {""} == {f.bookmark for f in figures}
    assert figures[0].png == "figures/figure-01-A1-route.png"
    assert figures[0].source == "Source: Cleveland Police data return. Synthetic data."


def test_no_more_figures_than_asked_for(bundles, settings, catalogue):
    letter = compose(bundles, replace(settings, figures_per_finding=1), catalogue)
    assert [f.name for f in letter.figures()] == ["route", "groups", "ages", "hours"]


def test_every_number_of_the_findings_stands_in_the_evidence(letter, bundles):
    dates = {"31", "2014", "30", "2013", "12"}
    for bundle in bundles:
        if bundle.status == "complete":
            block = finding(letter, bundle.finding)
            printed = {n for p in block.parts if not p.target for n in NUMBER.findall(p.text)}
            known = {n for c in bundle.claims for text, _ in c.numbers for n in NUMBER.findall(text)}
            assert printed and printed <= known | dates
            assert set(block.numbers) == {pair for c in bundle.claims for pair in c.numbers}
    assert stray_numbers(letter, bundles) == []


def test_a_number_from_nowhere_is_found(bundles, settings, catalogue):
    told = [change(b, "A1a", sentence="Of crimes, 91.7% and 36,001 were opened first.") for b in bundles]
    assert stray_numbers(compose(told, settings, catalogue), told) == [("A1", "91.7%"), ("A1", "36,001")]


def test_codes_of_claims_are_no_numbers():
    assert tokens("A1a and F4: 1,204 persons, 83.4%, in 2013, 5.") == ["1,204", "83.4%", "2013", "5"]


def test_annex_a_gives_figure_range_and_grade(letter):
    claim = rows(letter, 0)["A2d"]
    assert claim[2:4] == ("Contradicted", "83.4%\nCrimes attended (12 months to 30 November 2013)")
    assert claim[4] == "83.0% to 83.8% (Wilson 95%)\n80.6% to 84.0% with 1,307 unknown counted either way"
    assert claim[5:7] == ("37,104", "B")
    assert claim[7].endswith("Crimes that were reported and never recorded are not counted.")
    assert "Practice differs from the policy." in rows(letter, 0)["A2b"][7]
    assert rows(letter, 0)["A2c"][3].startswith("Not available\n")
    assert "too few of those are known" in rows(letter, 0)["A2c"][7]
    assert rows(letter, 0)["A2a"][7].endswith(
        "What would decide it: answers from about 150 members of staff drawn at random."
    )


def test_small_counts_of_persons_are_printed_nowhere(letter):
    row = rows(letter, 0)["A6b"]
    assert row[3].startswith("fewer than 5\n") and row[4:6] == ("\N{EN DASH}", "\N{EN DASH}")


def test_annex_b_accounts_for_rows_once_a_file(letter):
    data = rows(letter, 1)
    assert list(data) == [
        "Incidents\nUsed for A1, A2, F1",
        "Recorded crimes\nUsed for A1, A2",
        "Named suspects\nUsed for A6",
    ]
    incidents = data["Incidents\nUsed for A1, A2, F1"]
    assert incidents[1:6] == (
        "incidents-2012-12-to-2013-11.csv\nSHA-256 9f2c41d07be3", "184,302", "184,117", "185",
        "121 repeat\n40 conflict\n24 unreadable time",
    )  # fmt: skip
    assert incidents[6:] == (
        "310 closed before created", "1 November 2012\nto 30 November 2013",
        "Whether a resource was called off before it arrived.",
    )  # fmt: skip


def test_tables_fit_the_page(letter):
    for annex in letter.annexes[:2]:
        assert sum(c.width for c in annex.blocks[0].columns) == 257


def test_restricted_evidence_stays_in(bundles, settings, catalogue):
    a6 = change(bundles[1], "A6b", sensitivity="restricted")
    listed = tuple((c.claim, c.statement) for c in a6.claims)
    catalogue = tuple(replace(e, claims=listed) if e.finding == "A6" else e for e in catalogue)
    letter = compose([released(a6, DisclosureRules(), "force")], settings, catalogue)
    assert "failed to answer" not in finding(letter, "A6").text
    notes = [b.text for b in letter.blocks() if isinstance(b, Paragraph) and b.style == "note"]
    assert notes == [WITHHELD]
    assert rows(letter, 0)["A6b"][1:4] == (a6.claims[1].statement, "Withheld", "\N{EN DASH}")
    claims = tuple(c.model_copy(update={"sensitivity": "restricted"}) for c in a6.claims)
    all_restricted = a6.model_copy(update={"claims": claims, "sensitivity": "restricted"})
    whole = compose([released(all_restricted, DisclosureRules(), "force")], settings, catalogue)
    assert "50.0%" not in whole.model_dump_json()
    assert "the evidence is restricted and is withheld from this letter: Named" in whole.sections[0].blocks[2].text


def test_evidence_that_was_not_released_is_refused(bundles, settings, catalogue):
    with pytest.raises(DataError, match="finding A6 holds what is restricted"):
        compose([change(bundles[1], "A6b", sensitivity="restricted")], settings, catalogue)


def test_synthetic_evidence_makes_a_synthetic_letter(bundles, settings, catalogue):
    assert compose(bundles, settings, catalogue).synthetic_notice == "SYNTHETIC DATA - not about any real police force"
    real = [
        b.model_copy(
            update={"synthetic": False, "figures": tuple(f.model_copy(update={"synthetic": False}) for f in b.figures)}
        )
        for b in bundles
    ]
    letter = compose(real, settings, catalogue)
    assert not letter.synthetic and "ynthetic" not in letter.model_dump_json().replace('"synthetic', "")
    assert compose([*real[:-1], bundles[-1]], settings, catalogue).synthetic


def test_dates_are_written_out(letter):
    assert letter.letter_date == "3 September 2014"
    assert letter.embargo == "00:01 on Thursday 4 September 2014"
    assert letter.evidence_period == "for the 12 months to 30 November 2013, and on the position at 31 March 2014"


def test_evidence_of_several_periods_is_not_given_one(bundles, settings, catalogue):
    other = bundles[0].model_copy(update={"period_end": "2014-03-31"})
    assert "stated beside each figure" in compose([other, *bundles[1:]], settings, catalogue).evidence_period


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"force": "durham"}, "evidence of 'durham'"),
        ({"finding": "A11"}, "Did you mean 'A1'"),
        ({"finding": "A6"}, "given twice"),
        ({"letter_date": "2014-11-27"}, "several dates"),
    ],
)
def test_evidence_that_does_not_belong_is_refused(bundles, settings, catalogue, fields, message):
    with pytest.raises(DataError, match=message):
        compose([bundles[1], bundles[2].model_copy(update=fields)], settings, catalogue)


def test_no_evidence_no_letter(settings, catalogue):
    with pytest.raises(DataError, match="Run its findings first"):
        compose([], settings, catalogue)


def test_a_claim_without_a_sentence_is_not_passed_over(bundles, settings, catalogue):
    with pytest.raises(DataError, match="Claim A1b"):
        compose([change(bundles[2], "A1b", sentence="\x00 ")], settings, catalogue)


def test_an_embargo_that_is_no_time_is_refused(bundles, settings, catalogue):
    with pytest.raises(ParameterError, match="4 Sept"):
        compose(bundles, replace(settings, embargo="4 Sept"), catalogue)


def test_blocks_survive_their_json(letter):
    assert type(letter).model_validate_json(letter.model_dump_json()) == letter
    assert any(isinstance(b, FigureBlock) for b in letter.blocks())
