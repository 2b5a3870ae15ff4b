"""The references of the records behind the figures of a pack."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from hmic_analysis.analyst.working import records_behind
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Indicator
from hmic_analysis.process.records import (
    MOST,
    NO_FIGURE,
    NOT_AGREED,
    NOT_SINGLE,
    Listed,
    Records,
    agrees,
    listed_records,
    records_workbook,
)

CLAIM = ClaimEvidence(
    claim="A2b", finding="A2", type="practice", statement="They attend.", verdict="supported", grade="A"
)


def share(x: float, n: float, unknown: float = 0, **more) -> Indicator:
    given = {"id": "attendance_pct", "name": "attendance_pct", "label": "Crimes attended", "unit": "%"}
    return Indicator(**given, value=100 * x / n, numerator=x, denominator=n, unknown=unknown, **more)


def records(**states: str) -> Records:
    rows = [(record, state, "crime.csv", row) for row, (record, state) in enumerate(states.items(), start=2)]
    return Records("crime", pd.DataFrame(rows, columns=["record", "state", "file", "row"]))


CRIMES = records(C0003="no", C0001="yes", C0004="unknown", C0002="yes")


def sheets(*listed: Listed) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(BytesIO(records_workbook((("Force", "kent"),), listed, ["for the force"])))
    return {name: list(book[name].iter_rows(values_only=True)) for name in book.sheetnames}


def test_each_record_is_listed_as_it_was_counted_and_where_it_stands():
    found = sheets(Listed("A2b", "Crimes attended", CRIMES))
    assert found["Records"] == [
        ("Claim", "Figure", "Table", "Record", "Counted as", "File of the return", "Row"),
        ("A2b", "Crimes attended", "crime", "C0001", "numerator", "crime.csv", 3),
        ("A2b", "Crimes attended", "crime", "C0002", "numerator", "crime.csv", 5),
        ("A2b", "Crimes attended", "crime", "C0003", "denominator only", "crime.csv", 2),
        ("A2b", "Crimes attended", "crime", "C0004", "not known", "crime.csv", 4),
    ]
    assert found["Figures"][1] == ("A2b", "Crimes attended", "crime", 2, 1, 1, "All are listed.")


def test_of_very_many_the_first_are_listed_and_the_number_told():
    many = records(C0="no", **{f"D{n:05}": "yes" for n in range(MOST + 234)})
    found = sheets(Listed("A2b", "Crimes attended", many))
    listed = [row[3] for row in found["Records"][1:]]
    assert listed == [*(f"D{n:05}" for n in range(MOST)), "C0"]
    assert found["Figures"][1][3:] == (
        1234, 1, 0, "Of the 1,234 counted as numerator the first 1,000 by reference are listed."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "agreed"),
    [
        (share(2, 3, 1), True),
        (share(2, 3), False),
        (share(1, 3, 1), False),
        (share(2, 4, 1), False),
        (share(1.9, 2.8, 1), False),
        (Indicator(id="n", name="n", label="n", unit="count", value=2, numerator=2, unknown=1), True),
        (Indicator(id="n", name="n", label="n", unit="count", value=3, numerator=3, unknown=1), False),
    ],
)
def test_a_list_agrees_with_numerator_denominator_and_unknown(figure, agreed):
    assert agrees(figure, CRIMES) is agreed


def test_a_count_and_a_median_agree_with_what_they_count():
    two = records(C0001="yes", C0002="yes", C0003="unknown")
    count = Indicator(id="n", name="n", label="n", unit="count", value=2, numerator=2, unknown=1)
    median = Indicator(id="m", name="m", label="m", unit="days", value=9.5, denominator=2, unknown=1)
    assert agrees(count, two) and agrees(median, two)
    assert not agrees(count.model_copy(update={"numerator": 3}), two)
    assert not agrees(median.model_copy(update={"denominator": 3}), two)


def test_records_that_references_may_turn_are_told_and_not_guessed():
    """Three rows say yes or no; for one of them, nobody can say which, the figure counts as unknown."""
    turned = replace(CRIMES, turned=1)
    assert agrees(share(1, 2, 2), turned) and agrees(share(2, 2, 2), turned)
    assert not agrees(share(2, 3, 2), turned) and not agrees(share(0, 2, 2), turned)
    told = sheets(Listed("A2b", "Crimes attended", turned))["Figures"][1]
    assert told[3:6] == (2, 1, 1) and told[-1].startswith("All are listed. Not known in the figure besides: 1,")


def test_of_a_count_those_looked_at_and_not_counted_are_told():
    bundle = Bundle.model_construct(finding="A2")
    figure = Indicator(id="n", name="n", label="Crimes", unit="count", value=2, numerator=2, unknown=1)
    found = sheets(*listed_records([(bundle, CLAIM, figure)], lambda *_: {"n": CRIMES}))["Records"]
    assert [row[4] for row in found[1:]] == ["counted", "counted", "looked at, not counted", "not known"]


def test_what_is_not_listed_says_why():
    bundle = Bundle.model_construct(finding="A2")
    asked = []

    def behind(finding, figures):
        asked.append((finding, list(figures)))
        return {"attendance_pct": CRIMES}

    shown = (
        (bundle, CLAIM, share(2, 3, 1)),
        (bundle, CLAIM.model_copy(update={"claim": "A2c"}), share(5, 9, 1)),
        (bundle, CLAIM.model_copy(update={"claim": "A2d"}), Indicator(id="h", name="h", label="Hours", unit="hours")),
        (bundle, CLAIM.model_copy(update={"claim": "A2e"}), None),
    )
    found = listed_records(shown, behind)
    assert asked == [("A2", ["attendance_pct", "attendance_pct", "h"])]
    assert [(one.claim, one.why) for one in found] == [
        ("A2b", ""), ("A2c", NOT_AGREED), ("A2d", NOT_SINGLE), ("A2e", NO_FIGURE),
    ]  # fmt: skip
    assert [one.records for one in found] == [CRIMES, None, None, None]
    told = sheets(*found)["Figures"]
    assert told[2][:3] == ("A2c", "Crimes attended", None) and told[2][-1] == NOT_AGREED
    assert {row[0] for row in sheets(*found)["Records"][1:]} == {"A2b"}


def test_records_of_a_return_are_its_own_and_never_persons(project):
    """A6 counts persons, of whom no record is listed; changes (F4) have references of their own."""
    found = records_behind(project, "cleveland", "F4", ["changes_with_measured_saving_pct", "staff_hours_saved"])
    assert list(found) == ["changes_with_measured_saving_pct"]
    rows = found["changes_with_measured_saving_pct"].rows
    raw = pd.read_csv(project.raw / "cleveland" / "change.csv", dtype=str)
    assert set(rows["record"]) <= set(raw["change_id"]) and len(rows) == len(set(rows["record"])) > 0
    assert [raw["change_id"][row - 2] for row in rows["row"]] == list(rows["record"])
    assert records_behind(project, "cleveland", "A6", ["named_suspects_outstanding_n"]) == {}


def test_the_pack_holds_the_records(project):
    book = openpyxl.load_workbook(project.output / "accuracy" / "cleveland" / "pack-1" / "records-cleveland.xlsx")
    figures = {row[0]: row for row in book["Figures"].iter_rows(min_row=2, values_only=True)}
    assert figures["A6a"][1] == "Named suspects outstanding" and figures["A6a"][-1] == NOT_SINGLE
    listed = [row for row in book["Records"].iter_rows(min_row=2, values_only=True) if row[0] == "F4a"]
    assert len(listed) == sum(figures["F4a"][3:6]) > 0
    rows = records_behind(project, "cleveland", "F4", ["changes_with_measured_saving_pct"])
    assert {row[3] for row in listed} == set(rows["changes_with_measured_saving_pct"].rows["record"])
    assert any("For the force it is about" in str(cell.value) for cell in book["Cover"]["A"])
