"""Cells that a spreadsheet would run as a formula are made plain text."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

#: A spreadsheet takes a text that begins with one of these for a formula or a command.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
STARTS = (*STARTS, "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")
#: Characters before which a spreadsheet program may skip to the formula.
_SKIPPED = " \N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\0\x0b\x0c"


def neutral(value: Any) -> Any:
    """A cell as a spreadsheet or CSV file may hold it.

    Text that would be run as a formula gets an apostrophe before it.  ``-3.5`` as text stays: it is a number.
    """
    if not isinstance(value, str):
        return value
    text = value.lstrip(_SKIPPED)
    if not text.startswith(STARTS) or _is_number(value):
        return value
    return f"'{value}"


def neutral_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with every text, in cells and headers alike, made neutral; the frame itself stays."""
    made = {
        neutral(name): frame[name] if pd.api.types.is_numeric_dtype(frame[name]) else frame[name].map(neutral)
        for name in frame.columns
    }
    return pd.DataFrame(made, index=frame.index)


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV text, every cell neutral."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[neutral(v) for v in row] for row in rows])
    return out.getvalue()


def is_neutral(text: str) -> bool:
    """Whether a spreadsheet would leave the cell alone."""
    return neutral(text) == text


def _is_number(text: str) -> bool:
    """Whether a text is one plain negative number, as files of figures hold them."""
    return bool(re.fullmatch(r"-[0-9][0-9,]*(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", text))
