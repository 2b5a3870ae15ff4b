"""Cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import math

import pandas as pd
import pytest

from hmic_analysis.cells import csv_text, is_neutral, neutral, neutral_frame


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+441234",
        "-2+3",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "\t=1",
        "\r=1",
        " =1",
        "\ufeff=1",
        "\uff1d1+1",
        "-",
        "+",
        "-inf",
        "--1",
    ],
)
def test_what_would_be_run_gets_an_apostrophe(text):
    assert neutral(text) == f"'{text}" and is_neutral(neutral(text))


@pytest.mark.parametrize(
    "value", ["-3.5", "-1,204", "-1e-05", "1e-5", "a=b", "Smith-Jones", "[c]", "", None, -3, 2.5, True]
)
def test_everything_else_stays(value):
    assert neutral(value) is value or neutral(value) == value


def test_frames_and_csv_are_neutral_throughout():
    frame = pd.DataFrame({"=name": ["=A1", "plain"], "n": [-1, math.nan]})
    made = neutral_frame(frame)
    assert list(made.columns) == ["'=name", "n"] and made.iloc[0, 0] == "'=A1" and made["n"][0] == -1
    assert list(frame.columns) == ["=name", "n"]
    assert list(csv.reader(io.StringIO(csv_text([["=x", -2], ["a", "b"]])))) == [["'=x", "-2"], ["a", "b"]]
