"""What is wrong with a return is as its facts say, and what is true of the force is not touched."""

from __future__ import annotations

import pandas as pd
import pytest

from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate.facts import Facts


@pytest.fixture
def table(make):
    def read(name: str, **facts: object) -> tuple[pd.DataFrame, dict]:
        made = make(facts=Facts().with_(**facts))
        return pd.read_csv(made.folder / f"{name}.csv", dtype=str), made.truth

    return read


def test_references_lead_nowhere_and_the_same_ones_wherever_they_stand(table):
    broken = {"device_session.device_id": 0.2, "problem_update.record_id": 1.0}
    rows, truth = table("device_session", references_broken=broken)
    small = rows["device_id"] == rows["device_id"].str.lower()
    assert 0.05 < small.mean() < 0.4
    assert not set(rows.loc[small, "device_id"].str.upper()) & set(rows.loc[~small, "device_id"])
    assert truth["facts"]["references_broken"] == broken


def test_months_are_left_out_at_the_end_of_the_period_alone(table):
    whole, true = table("incident")
    rows, damaged = table("incident", months_missing={"incident": 3})
    month = whole["created_month"].fillna(whole["created_at"].str[:7])
    assert len(rows) == len(whole) - int(month.isin(["2013-09", "2013-10", "2013-11"]).sum()) < len(whole)
    assert damaged["values"] == true["values"] and damaged["verdicts"] == true["verdicts"]


def test_rows_of_another_force_say_so_and_have_keys_of_their_own(table):
    whole, true = table("crime")
    rows, damaged = table("crime", foreign_rows={"crime": 0.3})
    foreign = rows["held_for"] == "another-force"
    assert rows[~foreign].drop(columns="held_for").reset_index(drop=True).equals(whole)
    assert set(rows["held_for"]) == {"cleveland", "another-force"} and 0.2 < foreign.sum() / len(whole) < 0.4
    assert rows.loc[foreign, "crime_id"].dropna().str.startswith("Z").all()
    assert damaged["values"] == true["values"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"references_broken": {"crime.crime_id": 0.1}},
        {"months_missing": {"staff": 2}},
        {"foreign_rows": {"crimes": 1.0}},
    ],
)
def test_what_nothing_can_be_done_to_is_refused(wrong):
    with pytest.raises(ParameterError):
        Facts().with_(**wrong)
