"""Reference values of other programs, read from the folder beside the checkout and never copied from it."""

import csv
import json
import math
from pathlib import Path

import pytest

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "data" / "method-vectors"

_absent = pytest.mark.skipif(not VECTORS.is_dir(), reason="reference values are not beside the checkout")


def reference(test):
    """Mark a test that reads reference values; it is skipped where there are none."""
    return pytest.mark.shared(_absent(test))


def rows(name: str) -> list[dict[str, str]]:
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(name: str) -> dict:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def number(text: str | float | None) -> float:
    return math.nan if text in ("", None) else float(text)


def near(got: float, expected: str | float, rtol: str | float = 0, atol: str | float = 0) -> bool:
    """Within the tolerance that the reference states."""
    want = float(expected)
    return abs(got - want) <= max(float(rtol or 0) * abs(want), float(atol or 0))
