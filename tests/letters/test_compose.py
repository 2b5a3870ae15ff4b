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
from hmic_analysis.letters.evidence import evidence_report, headline
from hmic_analysis.letters.own_words import OwnWords
from hmic_analysis.letters.reading import stray_numbers, tokens

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")


CHOSEN = ("a1_route", "a2_groups", "a2_months", "a6_ages")


@pytest.fixture
def letter(bundles, settings, catalogue):
    return compose(bundles, replace(settings, figures=CHOSEN), catalogue)


@pytest.fixture
def report(bundles, settings, catalogue):
    return evidence(bundles, settings, catalogue)


def evidence(bundles, settings, catalogue, tall: float = 60.0, **wording):
    return evidence_report(bundles, settings, catalogue, wording, lambda finding, figure: tall)


def finding(letter, name) -> Paragraph:
    return next(b for b in letter.blocks() if isinstance(b, Paragraph) and b.finding == name)


def blocks(report, kind=object) -> list:
    return [b for section in report.sections for b in section.blocks if isinstance(b, kind)]


def rows(report) -> dict[str, tuple[str, ...]]:
    return {row[0]: row for table in blocks(report, TableBlock) for row in table.rows}


def reasons(report) -> dict[str, str]:
    """What stands below the tables, by claim, finding or table."""
    terms = [b for b in blocks(report, Paragraph) if b.style == "term"]
    return {b.parts[0].text.rstrip(". "): b.parts[1].text for b in terms}


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


def test_a_finding_whose_files_could_not_be_read_is_told_as_such(bundles, settings, catalogue):
    why = {"verdict": "not_determinable", "reasons": ("could_not_be_read",), "because": "", "sentence": ""}
    found = [b.model_copy(update={"claims": tuple(c.model_copy(update=why) for c in b.claims)}) for b in bundles]
    one = [f if f.finding == "A2" else b for f, b in zip(found, bundles, strict=True)]
    (told,) = (b.text for b in compose(one, settings, catalogue).sections[-1].blocks if "[A2]" in b.text)
    assert told.endswith(" [A2]: could not be assessed, because a file with records on this could not be read.")
    needed = next(s for s in evidence(one, settings, catalogue).sections if s.title.startswith("Evidence needed"))
    assert any(b.finding == "A2" for b in needed.blocks)


def test_what_is_missing_is_named_with_what_it_needs(letter, report):
    lines = [b.text for b in letter.sections[-1].blocks]
    assert "nothing, good or bad" in lines[0]
    assert lines[1:] == [
        "Crime prevention strategy [P1]: no evidence has been prepared.",
        "Savings of staff time [F4]: could not be assessed, because the data were not requested from the force.",
    ]
    assert "P1a" not in rows(report) and "F4a" not in rows(report)
    needed = next(s for s in report.sections if s.title == "Evidence needed for the findings not assessed")
    assert [b.text for b in needed.blocks] == [
        "P1. Crime prevention strategy. The register of plans and strategies.",
        "F4. Savings of staff time. The register of changes since April 2011. Benefit records with their method.",
    ]


def test_a_first_word_that_may_be_a_name_keeps_its_capital(bundles, settings, catalogue):
    told = change(bundles[2], "A1b", verdict="contradicted", sentence="Hartlepool keeps no record.", numbers=())
    text = finding(compose([told], settings, catalogue), "A1").text
    assert "Hartlepool keeps no record" in text and "However" not in text


@pytest.mark.parametrize(
    "sentence, shown",
    [
        ("The work would help.", "The work would help, in the inspectors' view."),
        ("Training would help.", "Training would help, in the inspectors' view."),
        ("HMIC believes that training would help.", "HMIC believes that training would help."),
    ],
)
def test_a_view_that_was_entered_is_marked_as_one(bundles, settings, catalogue, sentence, shown):
    entered = {"F1b": OwnWords(sentence, None, "", "params/letters/cleveland.yml:2", "AB", "2014-08-20")}
    letter = compose([bundles[0]], replace(settings, figures=("f1_hours",)), catalogue, entered)
    assert finding(letter, "F1").text.endswith(f"(Figure 1). {shown} [F1]")
    told = evidence([bundles[0]], settings, catalogue, **entered)
    assert "F1b" not in rows(told)
    # Nobody holds a view on made-up evidence under their own name.
    assert reasons(told)["F1b"] == "Inspectors' view, entered on 20 August 2014."


def test_no_view_is_printed_that_nobody_entered(bundles, settings, catalogue, report):
    view = next(c for c in bundles[0].claims if c.claim == "F1b")
    assert view.sentence not in finding(compose([bundles[0]], settings, catalogue), "F1").text
    assert "F1b" not in reasons(report) and "F1b" not in rows(report)


def test_a_view_that_a_verdict_contradicts_is_refused(bundles, settings, catalogue):
    view = OwnWords(
        "The work would help.", None, "", "params/letters/cleveland.yml:2", "AB", "2014-08-20", {"F1a": "supported"}
    )
    assert compose([bundles[0]], settings, catalogue, {"F1b": view})
    against = change(bundles[0], "F1a", verdict="contradicted")
    with pytest.raises(
        ParameterError, match=r"cleveland.yml:2: view F1b can't be held, .* the evidence finds it contra"
    ):
        compose([against], settings, catalogue, {"F1b": view})


def test_the_body_has_no_figure_by_default_and_four_at_most(bundles, settings, catalogue):
    assert compose(bundles, settings, catalogue).figures() == ()
    with pytest.raises(ParameterError, match="no figure 'a1_routes' to print. Did you mean 'a1_route'"):
        compose(bundles, replace(settings, figures=("a1_routes",)), catalogue)
    with pytest.raises(ParameterError, match="at most 4 figures; 5 are asked for"):
        compose(bundles, replace(settings, figures=(*CHOSEN, "f1_hours")), catalogue)
    said = bundles[0].figures[0].model_copy(update={"sentence": "All four teams had the hours they need."})
    told = bundles[0].model_copy(update={"figures": (said, *bundles[0].figures[1:])})
    with pytest.raises(ParameterError, match="for one sentence says as much: All four teams"):
        compose([told, *bundles[1:]], replace(settings, figures=(f"{told.finding}_{said.name}",)), catalogue)


def test_figures_are_numbered_through_and_referred_to(letter):
    figures = letter.figures()
    assert [(f.number, f.finding, f.name) for f in figures] == [
        (1, "A1", "route"), (2, "A2", "groups"), (3, "A2", "months"), (4, "A6", "ages"),
    ]  # fmt: skip
    assert "(Figure 2 and Figure 3)." in finding(letter, "A2").text
    targets = {part.target for block in letter.blocks() if isinstance(block, Paragraph) for part in block.parts}
    assert targets - {""} == {f.bookmark for f in figures}
    assert figures[0].svg == "figures/A1-route.svg"
    assert figures[0].source == "Source: Cleveland Police data return. Synthetic data."


def test_each_finding_of_the_evidence_has_the_charts_that_fit_its_page(bundles, settings, catalogue):
    for tall, names in (
        (20, ["route", "groups", "months", "ages", "hours"]),
        (60, ["route", "groups", "ages", "hours"]),
    ):
        assert [f.name for f in evidence(bundles, settings, catalogue, tall).figures()] == names
    assert evidence(bundles, settings, catalogue, 230).figures() == ()


def test_every_number_of_the_findings_stands_in_the_evidence(letter, bundles):
    dates = {"31", "2014", "30", "2013", "12"}
    for bundle in bundles:
        if bundle.status == "complete":
            block = finding(letter, bundle.finding)
            told = [p for p in block.parts if not p.target and p.text != f" [{block.finding}]"]
            printed = {n for p in told for n in NUMBER.findall(p.text)}
            known = {n for c in bundle.claims for text, _ in c.numbers for n in NUMBER.findall(text)}
            assert printed and printed <= known | dates
            assert set(block.numbers) == {pair for c in bundle.claims for pair in c.numbers}
    assert stray_numbers(letter, bundles) == []


def test_a_number_from_nowhere_is_found(bundles, settings, catalogue):
    told = [change(b, "A1a", sentence="Of crimes, 91.7% and 36,001 were opened first.") for b in bundles]
    assert stray_numbers(compose(told, settings, catalogue), told) == [("A1", "91.7%"), ("A1", "36,001")]


def test_how_many_months_a_figure_was_counted_over_stands_in_its_window(bundles, settings, catalogue):
    said = "Over 6 of the 12 months, crimes were opened first."
    told = [change(b, "A1a", sentence=said) for b in bundles]
    assert stray_numbers(compose(told, settings, catalogue), told) == [("A1", "6")]
    window = "January to June 2013 (6 of the 12 months to 30 November 2013)"
    parts = [
        b.model_copy(update={"indicators": tuple(i.model_copy(update={"window": window}) for i in b.indicators)})
        for b in told
    ]
    assert stray_numbers(compose(parts, settings, catalogue), parts) == []


def test_codes_of_claims_are_no_numbers():
    assert tokens("A1a and F4: 1,204 persons, 83.4%, in 2013, 5.") == ["1,204", "83.4%", "2013", "5"]


def test_the_evidence_gives_figure_base_bounds_grade_and_reason(report):
    claim, told = rows(report)["A2d"], reasons(report)
    assert claim[2:4] == ("Contradicted", "B")
    assert claim[4] == "83.4% (of 37,104)\nCrimes attended, the 12 months to 30 November 2013"
    assert told["A2d"].endswith("Crimes that were reported and never recorded are not counted.")
    assert "Practice differs from the policy." in told["A2b"]
    assert rows(report)["A2c"][4].startswith("Not available\n")
    assert "too little is known of the other forces" in told["A2c"].lower()
    assert told["A2a"].endswith("What would decide it: answers from about 150 members of staff drawn at random.")


def test_a_figure_for_a_whole_register_bears_no_interval_of_sampling(bundles, settings, catalogue, report):
    assert rows(report)["A2d"][5] == "80.6% to 84.0% with 1,307 unknown counted either way"
    a2 = bundles[4]
    sampled = [
        i.model_copy(update={"basis": "random_sample"}) if i.id == "attendance_pct" else i for i in a2.indicators
    ]
    told = evidence([a2.model_copy(update={"indicators": tuple(sampled)})], settings, catalogue)
    assert rows(told)["A2d"][5] == "83.0% to 83.8% (Wilson 95%)"


def test_small_counts_of_persons_are_printed_nowhere(report):
    row = rows(report)["A6b"]
    assert row[4].startswith("fewer than 5\n") and row[5] == "\N{EN DASH}"


def test_the_data_supplied_are_accounted_for_once_a_file(report):
    data = {title: row for title, row in rows(report).items() if "\n" in title}
    assert list(data) == [
        "Incidents\nUsed for A1, A2, F1",
        "Recorded crimes\nUsed for A1, A2",
        "Named suspects\nUsed for A6",
    ]
    assert data["Incidents\nUsed for A1, A2, F1"][1:] == (
        "incidents-2012-12-to-2013-11.csv", "184,302", "184,117", "185", "1 November 2012\nto 30 November 2013",
    )  # fmt: skip
    assert reasons(report)["Incidents"] == (
        "Set aside: 121 repeat, 40 conflict, 24 unreadable time. Kept and flagged: 310 closed before created. "
        "Whether a resource was called off before it arrived."
    )


def test_rows_of_districts_outside_the_area_are_told_by_number(bundles, settings, catalogue):
    a1 = next(b for b in bundles if any(data.table == "crime" for data in b.data))
    crime = next(data for data in a1.data if data.table == "crime")
    (account,) = crime.accounts
    flagged = account.model_copy(update={"flags": {"district_outside": 212}})
    told = evidence([a1.model_copy(update={"data": (crime.model_copy(update={"accounts": (flagged,)}),)})],
                    settings, catalogue)  # fmt: skip
    assert (
        "Kept and flagged: 212 in a district outside the force's area, which are counted."
        in (reasons(told)["Recorded crimes"])
    )


def test_tables_fit_the_page(report):
    tables = blocks(report, TableBlock)
    assert len(tables) == 5 and {sum(c.width for c in table.columns) for table in tables} == {160}


def test_restricted_evidence_stays_in(bundles, settings, catalogue):
    a6 = change(bundles[1], "A6b", sensitivity="restricted")
    listed = tuple((c.claim, c.statement) for c in a6.claims)
    catalogue = tuple(replace(e, claims=listed) if e.finding == "A6" else e for e in catalogue)
    letter = compose([released(a6, DisclosureRules(), "force")], settings, catalogue)
    assert "failed to answer" not in finding(letter, "A6").text
    notes = [b.text for b in letter.blocks() if isinstance(b, Paragraph) and b.style == "note"]
    assert notes == [WITHHELD]
    told = evidence([released(a6, DisclosureRules(), "force")], settings, catalogue)
    assert rows(told)["A6b"][1:4] == (a6.claims[1].statement, "Withheld", "\N{EN DASH}")
    claims = tuple(c.model_copy(update={"sensitivity": "restricted"}) for c in a6.claims)
    all_restricted = a6.model_copy(update={"claims": claims, "sensitivity": "restricted"})
    whole = compose([released(all_restricted, DisclosureRules(), "force")], settings, catalogue)
    assert "50.0%" not in whole.model_dump_json()
    assert (
        "bail [A6]: assessed, but the evidence is restricted and is withheld from this letter"
        in whole.sections[0].blocks[2].text
    )


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
    assert (
        "stated in the document of the evidence" in compose([other, *bundles[1:]], settings, catalogue).evidence_period
    )


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"force": "durham"}, "evidence of 'durham'"),
        ({"finding": "A1a"}, "Did you mean 'A1'"),
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


def test_a_claim_is_shown_with_that_of_its_shares_which_its_sentence_prints(bundles):
    bundle = next(b for b in bundles if sum(i.unit == "%" for i in b.indicators) > 1)
    one, other = [i.id for i in bundle.indicators if i.unit == "%" and i.value is not None][:2]
    for printed, shown in (((), one), ((("1%", f"{other}.value"),), other), ((("12", "a_count.value"),), one)):
        claim = bundle.claims[0].model_copy(update={"indicators": (one, other), "numbers": printed})
        assert headline(bundle, claim).id == shown
