"""SQL for files read with their types: which values are beyond doubt, and what they come to.

Beyond doubt is what every way of reading gives the same value for; see :mod:`hmic_analysis.store.typed` for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hmic_analysis.contracts import Column
from hmic_analysis.store.sql import literal, words
from hmic_analysis.store.zones import utc_between

_TYPES = {"timestamp": "TIMESTAMP", "date": "DATE", "boolean": "BOOLEAN"}
#: Given a format, the engine reads words such as 'epoch' and 'infinity' as the first day of 1900 or of 1970.
_FIRST, _LAST, _EPOCH = "1900-01-02", "2100-12-31", "1970-01-01"
_SHAPES = {
    "integer": r"-?\d{1,15}",
    "number": r"-?\d{1,15}(\.\d{1,15})?",
    "month": r"(19|20)\d\d-(0[1-9]|1[0-2])",
}


@dataclass(frozen=True)
class Values:
    """How the columns of one file are read.

    Parameters
    ----------
    zone : str
        Zone of its times.
    missing : tuple of str
        Words that stand for a missing value, lower case.
    low, high : datetime
        Earliest and latest time in it.
    ascii : bool
        It holds nothing but ASCII.
    """

    zone: str
    missing: tuple[str, ...]
    low: datetime
    high: datetime
    ascii: bool

    def sure(self, name: str, column: Column) -> str:
        """SQL of whether a value, blank or not, is beyond doubt; never null.

        Parameters
        ----------
        name : str
            Of the column in the database.
        column : Column
        """
        kind = column.kind
        if kind in ("boolean", "code"):
            return "true"
        if kind == "timestamp":
            real = (
                f"{self._utc(name)} IS NOT NULL AND {name} >= TIMESTAMP '{_FIRST}' AND {name} <> TIMESTAMP '{_EPOCH}'"
            )
            return f"({name} IS NULL OR ({real}))"
        if kind == "date":
            plausible = f"{name} BETWEEN DATE '{_FIRST}' AND DATE '{_LAST}' AND {name} <> DATE '{_EPOCH}'"
            return f"coalesce({plausible}, true)"
        if kind in _SHAPES:
            tests = [f"regexp_full_match({name}, '{_SHAPES[kind]}')"]
            number = f"try_cast({name} AS DOUBLE)"
            tests += [f"{number} >= {column.minimum}"] if column.minimum is not None else []
            tests += [f"{number} <= {column.maximum}"] if column.maximum is not None else []
            return f"(coalesce({name}, '') = '' OR coalesce({' AND '.join(tests)}, false))"
        if kind == "codes":
            one = "|".join(column.allowed)
            return f"(coalesce({name}, '') = '' OR regexp_full_match({name}, '({one})(;({one}))*'))"
        return self._sure_text(name, column)

    def _sure_text(self, name: str, column: Column) -> str:
        longest = max(map(len, self.missing), default=0)
        tests = [f"NOT starts_with({name}, ' ')", f"NOT ends_with({name}, ' ')"]
        if self.missing:
            tests.append(f"(strlen({name}) > {longest} OR lower({name}) NOT IN {words(self.missing)})")
        if not self.ascii:
            tests.append(f"strlen({name}) = length({name})")
        if column.kind == "person":
            tests.append(f"NOT contains({name}, '  ')")
        elif column.name.endswith("_id"):
            # It may be a number of which a spreadsheet has cut off the end.
            tests.append(f"NOT contains({name}, '+')")
        return f"coalesce({' AND '.join(tests)}, true)"

    def value(self, name: str, column: Column) -> str:
        """SQL of what a value that is beyond doubt comes to, null where blank.

        Parameters
        ----------
        name : str
            Of the column in the database.
        column : Column
        """
        if column.kind == "timestamp":
            return self._utc(name)
        if column.kind == "month":
            return f"try_cast(nullif({name}, '') || '-01' AS DATE)"
        if column.kind in ("integer", "number"):
            return f"try_cast(nullif({name}, '') AS {'BIGINT' if column.kind == 'integer' else 'DOUBLE'})"
        if column.kind == "person":
            return f"keyed_hash(upper(nullif({name}, '')))"
        return name if column.kind in (*_TYPES, "code") else f"nullif({name}, '')"

    def _utc(self, name: str) -> str:
        return utc_between(self.zone, name, self.low, self.high)


def read_as(column: Column, missing: tuple[str, ...]) -> str:
    """Type with which the engine is to read a column.

    Parameters
    ----------
    column : Column
    missing : tuple of str
        Words that stand for a missing value, lower case.
    """
    if column.kind == "code":
        return f"ENUM({', '.join(literal(word) for word in column.allowed if word not in missing)})"
    return _TYPES.get(column.kind, "VARCHAR")


def is_given(name: str, column: Column) -> str:
    """SQL of whether a value that is beyond doubt isn't blank."""
    return f"{name} IS NOT NULL" if column.kind in (*_TYPES, "code") else f"coalesce({name}, '') <> ''"
