"""Samples of files: weights, effective sizes and readers, worked out by hand."""

import pandas as pd
import pytest

from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share
from hmic_analysis.statistics.intervals import kappa


def file(id, **more):
    return {"review_id": id, "review_kind": "crime", **more}


def states(*values):
    return pd.Series(values, dtype="boolean"), pd.Series([str(i) for i in range(len(values))], name="review_id")


def test_a_file_stands_for_the_crimes_of_its_stratum(table):
    files = table(
        "file_review",
        *(file(f"a{i}", attended=True, offence_group="violence", stratum_size=900) for i in range(3)),
        file("b", attended=False, offence_group="violence", stratum_size=50),
        file("c", attended=None, offence_group="violence", stratum_size=10),
    )
    strata = ["attended", "offence_group"]
    assert registers.file_weights(files, strata).tolist() == [300, 300, 300, 50, 10]
    # One cell blank: the others of the stratum give it. Of a stratum without any nobody knows what its files stand for.
    for blank, weights in ((1, [300, 300, 300, 50, 10]), (3, None), (4, None)):
        sizes = files["stratum_size"].where(files.index != blank)
        found = registers.file_weights(files.assign(stratum_size=sizes), strata)
        assert (found if found is None else found.tolist()) == weights
    assert registers.file_weights(files.assign(stratum_size=pd.NA), strata) is None
    assert registers.file_weights(files.iloc[:0], strata) is None


def test_weighted_share_by_hand():
    found = registers.weighted(*states(True, False, True, None), pd.Series([3.0, 1.0, 1.0, 1.0]))
    # Kish: (3 + 1 + 1 + 1) squared over (9 + 1 + 1 + 1) = 36 / 12 = 3 files.
    assert (found.yes, found.no, found.unknown) == pytest.approx((2.0, 0.5, 0.5))
    assert found.value == pytest.approx(80.0)
    assert found.files == Share(2, 1, 1)
    lo, hi = found.limits()
    # Exact, the unknown counted either way: from 2 of 3, where 3 p^2 - 2 p^3 is 0.025 at p = 0.094, to 2.5 of 3.
    assert (lo, hi) == pytest.approx((9.4, 99.98), abs=0.1)


def test_equal_weights_change_nothing():
    plain = registers.weighted(*states(True, True, False), None)
    same = registers.weighted(*states(True, True, False), pd.Series([7.0, 7.0, 7.0]))
    assert (plain.yes, plain.no, plain.unknown) == pytest.approx((2, 1, 0)) == (same.yes, same.no, same.unknown)


def test_a_weighted_sample_is_never_worth_more_than_its_files():
    found = registers.weighted(*states(True, True, True, False), pd.Series([10.0, 1.0, 1.0, 1.0]))
    assert found.yes + found.no < 4


def test_no_files_and_none_known():
    empty = registers.weighted(*states(), None)
    assert (empty.value, empty.limits(), empty.files) == (None, None, Share.none())
    unknown = registers.weighted(*states(None, None), None)
    assert (unknown.value, unknown.limits(), unknown.unknown) == (None, None, 2.0)


def test_shares_of_groups(table):
    files = table(
        "file_review",
        file("1", attended=True, offence_group="violence"),
        file("2", attended=True, offence_group="violence"),
        file("3", attended=False, offence_group="drugs"),
        file("4", offence_group="drugs"),
    ).assign(state=pd.array([True, False, pd.NA, True], dtype="boolean"), attendance=["attended"] * 2 + ["left", None])
    assert registers.shares_of(files, "state", "attendance") == {"attended": Share(1, 1), "left": Share(0, 0, 1)}
    assert registers.shares_of(files, "state", "attendance", "offence_group") == {
        "attended, violence": Share(1, 1),
        "left, drugs": Share(0, 0, 1),
    }
    assert registers.shares_of(files.iloc[:0], "state", "attendance") == {}


def test_two_readers(table):
    drawn = {"sampling": "random", "sample_frame": "F", "sample_seed": 7}
    files = table(
        "file_review",
        file("same", progress_met=True, second_progress_met=True, second_reviewer_key="B", **drawn),
        file("not", progress_met=True, second_progress_met=False, second_reviewer_key="B", **drawn),
        file("read once", progress_met=True, **drawn),
        file("first blank", second_progress_met=True, second_reviewer_key="B", **drawn),
    )
    assert registers.readers_agree(files, "progress_met") == Share(1, 1, 1)
    assert registers.readers_agree(files, "supervised_met") == Share(0, 0, 3)
    drawn = registers.how_drawn(files)
    assert drawn.to_dict("records") == [
        {"sample_frame": "F", "sampling": "random", "sample_seed": 7, "files": 4, "read_twice": 3}
    ]
    assert registers.basis(files) == "random_sample"
    assert (
        registers.basis(files.assign(sampling=pd.array(["random"] * 3 + [pd.NA], dtype="string"))) == "purposive_sample"
    )
    assert registers.basis(files.iloc[:0]) == "purposive_sample"
    assert registers.how_drawn(files.iloc[:0]).empty


def test_agreement_of_two_readers_beyond_chance(table):
    read = [(True, True)] * 3 + [(True, False)] + [(False, False)] * 2 + [(True, None), (None, False)]
    files = table(
        "file_review", *(file(f"F{n}", progress_met=a, second_progress_met=b) for n, (a, b) in enumerate(read))
    )
    found = kappa(files["progress_met"], files["second_progress_met"])
    # Six read twice, five alike; by chance 4/6 of 3/6 yes and 2/6 of 3/6 no, together a half.
    assert found.n == 6 and found.value == pytest.approx((5 / 6 - 1 / 2) / (1 - 1 / 2))
