"""Verdicts on the truth of a sentence: bounds, thresholds, silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, fisher_exact

from hmic_analysis.evidence.grades import grade_indicator
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.verdicts import (
    Decision,
    all_of,
    at_least,
    at_most,
    capability,
    decision_bounds,
    few_forces,
    keeps_up,
    request_gap,
    undecided,
)
from hmic_analysis.statistics.differences import chance_behind


def share(yes: int, no: int, unknown: int = 0, basis: str = "all_records") -> Indicator:
    known = yes + no
    return Indicator(
        id="x",
        name="x",
        label="X",
        unit="%",
        value=100 * yes / known if known else None,
        numerator=yes,
        denominator=known,
        unknown=unknown,
        basis=basis,
    )


def test_bounds_of_a_full_count_are_its_missing_data_bounds():
    assert decision_bounds(share(80, 15, 5)) == (80.0, 85.0)


@pytest.mark.parametrize(
    ("yes", "n", "lower"), [(10, 10, 69), (9, 10, 55), (20, 20, 83), (18, 20, 68), (30, 30, 88), (27, 30, 73)]
)
def test_small_samples_decide_little(yes, n, lower):
    lo, _ = decision_bounds(share(yes, n - yes, basis="random_sample"))
    assert round(lo) == lower


def test_ten_files_can_support_in_general_and_never_consistently():
    ten_of_ten = share(10, 0, basis="random_sample")
    assert at_least(ten_of_ten, 60).verdict == "supported"
    assert at_least(ten_of_ten, 90).verdict == "not_determinable"
    assert at_least(ten_of_ten, 90).reasons == ("interval_spans_threshold",)


def test_a_full_count_is_not_widened_by_an_interval():
    assert at_least(share(80, 20), 80).verdict == "supported"
    assert at_least(share(79, 21), 80).verdict == "contradicted"


def test_unknowns_that_could_turn_it_leave_it_open():
    decision = at_least(share(79, 15, 6), 80)
    assert (decision.verdict, decision.reasons) == ("not_determinable", ("missing_spans_threshold",))


def test_between_two_thresholds_the_wording_is_what_is_wrong():
    decision = at_least(share(65, 35), 80, 50)
    assert decision.verdict == "not_determinable"
    assert decision.flags == ("wording_mismatch",)
    assert at_least(share(49, 51), 80, 50).verdict == "contradicted"
    assert at_least(share(50, 50), 80, 50).verdict == "not_determinable"


def test_at_most_mirrors_at_least():
    assert at_most(share(5, 95), 10).verdict == "supported"
    assert at_most(share(11, 89), 10).verdict == "contradicted"
    assert at_most(share(9, 86, 5), 10).reasons == ("missing_spans_threshold",)


def test_too_few_units_decide_nothing():
    assert at_least(share(4, 0), 80, min_n=10).reasons == ("small_n",)
    assert at_least(None, 80).reasons == ("no_data",)
    # Twenty units of which nothing is known are no want of data, but of what they ought to say.
    assert at_least(share(0, 0, 20), 80).reasons == ("missing_spans_threshold",)
    assert at_least(share(0, 0, 0), 80).reasons == ("no_data",)


@given(
    st.integers(0, 200), st.integers(0, 200), st.integers(0, 200), st.floats(1, 99),
    st.sampled_from(["all_records", "random_sample"]),
)  # fmt: skip
def test_no_way_of_filling_in_the_unknowns_can_overturn_a_verdict(yes, no, unknown, threshold, basis):
    if yes + no == 0:
        return
    decision = at_least(share(yes, no, unknown, basis), threshold)
    total = yes + no + unknown
    for more in (0, unknown // 2, unknown):
        truth = 100 * (yes + more) / total
        if decision.verdict == "supported":
            assert truth >= threshold
        if decision.verdict == "contradicted":
            assert truth < threshold


@pytest.mark.parametrize("status", [None, "not_requested", "not_yet_received", "nil_return_refused"])
def test_what_was_not_asked_or_not_answered_never_counts(status):
    assert request_gap(status).verdict == "not_determinable"
    assert capability(status, None, None, 5, "persons").verdict == "not_determinable"
    # Not even when records or a number are there by accident.
    assert capability(status, 100, (100, 100), 5, "persons").verdict == "not_determinable"


def test_only_unable_refutes_that_the_force_can_tell():
    assert capability("nil_return_unable", None, None, 5, "persons").verdict == "contradicted"
    assert capability("provided", 100, None, 5, "persons").reasons == ("not_reproduced",)
    assert capability("provided", None, (100, 100), 5, "persons").reasons == ("no_stated_value",)


@pytest.mark.parametrize(
    "why, reasons", [("no_data", ("no_records",)), ("nil_return_refused", ("nil_return_refused",))]
)
def test_a_number_is_not_said_to_be_irreproducible_where_its_records_were_never_sent(why, reasons):
    found = capability("provided", 100, None, 5, "persons", undecided(why, why="Not supplied: bail."))
    assert (found.reasons, found.why) == (reasons, "The force stated 100 persons. Not supplied: bail.")


def test_a_stated_number_must_reproduce_within_its_tolerance():
    assert capability("provided", 100, (95, 95), 5, "persons").verdict == "supported"
    assert capability("provided", 100, (94, 94), 5, "persons").reasons == ("not_reproduced",)
    assert capability("provided", 100, (90, 97), 5, "persons").verdict == "supported"
    # Knowing is the claim, not smallness.
    assert capability("provided", 100_000, (100_000, 100_000), 5, "persons").verdict == "supported"
    assert capability("provided", 0, (0, 0), 5, "persons").verdict == "supported"


def test_comparison_is_never_decided_from_one_force():
    assert few_forces(1, 42, 43, 10, True).reasons == ("comparators_missing",)
    assert few_forces(6, 0, 43, 10, True).verdict == "supported"
    assert few_forces(6, 0, 43, 10, False).verdict == "contradicted"
    assert few_forces(11, 0, 43, 10, True).verdict == "contradicted"
    assert few_forces(6, 5, 43, 10, True).verdict == "not_determinable"
    assert few_forces(6, 4, 43, 10, True).verdict == "supported"
    assert few_forces(6, 0, 43, 10, None).reasons == ("comparators_missing",)


def test_a_sentence_of_parts():
    yes, no, open_ = Decision("supported"), Decision("contradicted"), Decision("not_determinable", ("small_n",))
    assert all_of(yes, yes).verdict == "supported"
    assert all_of(yes, open_).verdict == "not_determinable"
    assert all_of(yes, open_).reasons == ("small_n",)
    assert all_of(no, open_).verdict == "contradicted"
    assert all_of(no, open_).reasons == ()
    half = Decision("not_determinable", ("between_thresholds",), ("wording_mismatch",))
    assert all_of(yes, half).flags == ("wording_mismatch",)
    assert all_of(no, half).flags == ()
    with pytest.raises(ValueError, match="at least one part"):
        all_of()


def test_a_true_sentence_is_refuted_by_a_sample_no_more_often_than_the_level_says():
    from scipy.stats import binom

    for n in (10, 11, 20, 60):
        for threshold in (60.0, 80.0, 95.0):
            wrong = [
                x
                for x in range(n + 1)
                if at_least(share(x, n - x, basis="random_sample"), threshold).verdict == "contradicted"
            ]
            assert sum(binom.pmf(x, n, threshold / 100) for x in wrong) <= 0.025, (n, threshold)


def unit(name, yes, known, unknown=0):
    return share(yes, known - yes, unknown).model_copy(update={"id": name, "label": name})


def test_the_lowest_of_several_small_units_is_not_behind_by_chance():
    teams = [unit(f"T{n}", yes, 12) for n, yes in enumerate((10, 11, 11, 10, 8, 12, 10, 11))]
    assert keeps_up(teams, 70).verdict == "supported"
    assert "None is further behind" in keeps_up(teams, 70).why


def test_a_unit_further_behind_than_chance_is_a_matter_of_wording():
    decision = keeps_up([unit("early", 90, 100), unit("late", 92, 100), unit("night", 50, 100)], 70)
    assert (decision.verdict, decision.flags) == ("not_determinable", ("wording_mismatch",))


def test_what_is_not_known_of_a_unit_is_counted_either_way():
    decision = keeps_up([unit("early", 90, 100), unit("late", 92, 100), unit("night", 40, 50, 50)], 70)
    assert (decision.verdict, decision.reasons) == ("not_determinable", ("missing_spans_threshold",))


def test_a_unit_of_few_cases_is_not_tested():
    assert keeps_up([unit("early", 90, 100), unit("night", 0, 9)], 70, min_n=10).verdict == "supported"
    assert keeps_up([unit("night", 0, 9)], 70, min_n=10).reasons == ("small_n",)


def test_equal_units_are_behind_by_fishers_exact_test():
    assert chance_behind(1, 10, 9, 10) == pytest.approx(fisher_exact([[1, 9], [9, 1]], "less").pvalue)
    assert chance_behind(1, 10, 9, 10, looks=2) == pytest.approx(1 - (1 - chance_behind(1, 10, 9, 10)) ** 2)
    assert chance_behind(0, 5, 0, 0) == 1


@pytest.mark.parametrize("n", [10, 30, 120])
@pytest.mark.parametrize("threshold", [60, 80, 95])
def test_samples_are_called_wrongly_in_at_most_one_of_forty(n, threshold):
    for rule, sentence in ((at_least, "supported"), (at_most, "supported"), (at_least, "contradicted")):
        drawn = [rule(share(x, n - x, basis="random_sample"), threshold).verdict for x in range(n + 1)]
        wrong = [binom.pmf(x, n, threshold / 100) for x, verdict in enumerate(drawn) if verdict == sentence]
        assert sum(wrong) <= 0.025


def test_a_share_of_few_is_graded_c():
    few = share(9, 1).model_copy(update={"id": "x", "name": "x"})
    assert (grade_indicator(few, True), grade_indicator(share(40, 0), True)) == ("C", "A")
