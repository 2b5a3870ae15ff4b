"""The layers of the statement that types one feed, and what several kinds of column share."""

from __future__ import annotations

from dataclasses import dataclass, field

from hmic_analysis.store.columns import Context
from hmic_analysis.store.mapping import Source
from hmic_analysis.store.sql import literal

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "hh:mm:ss": 1}


@dataclass
class Plan:
    """The layers of the statement that types one feed.

    Each layer selects from the one before; later layers may use the names of earlier ones.
    """

    text: dict[str, str] = field(default_factory=dict)
    coded: dict[str, str] = field(default_factory=dict)
    split: dict[str, str] = field(default_factory=dict)
    wall: dict[str, str] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    value: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    missing_hour: list[str] = field(default_factory=list)
    no_clock: list[str] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)

    def fail(self, column: str, test: str, label: str, text: str, tail: str = "") -> None:
        """A row for which ``test`` holds gets the reason ``label: column = text`` and ``tail``."""
        shown = f"left(printable({text}), 60)"
        said = f"{literal(f'{label}: {column} = ')} || coalesce({shown}, '') || {literal(tail)}"
        self.reasons.append(f"CASE WHEN {test} THEN {said} END")
        self.failed.setdefault(column, []).append(f"coalesce({test}, false)")


def number_text(text: str, context: Context, source: Source) -> str:
    """SQL that reads a number with the decimal mark and the thousands separator that hold for a source."""
    decimal = source.decimal or context.file.decimal or context.mapping.decimal
    thousands = next(
        (t for t in (source.thousands, context.file.thousands, context.mapping.thousands) if t is not None),
        "",
    )
    if thousands == decimal:
        thousands = ""
    plain = f"translate({text}, '\u00a0\u202f', '  ')" if thousands == " " else text
    if thousands:
        t, d = (f"[{x}]" for x in (thousands, decimal))
        shape = literal(rf"[+-]?\d{{1,3}}({t}\d{{3}})+({d}\d+)?")
        # Only where the groups are whole: '1,5' must not become 15.
        joined = f"replace({plain}, {literal(thousands)}, '')"
        plain = f"CASE WHEN regexp_full_match({plain}, {shape}) THEN {joined} ELSE {plain} END"
    if decimal == ",":
        plain = f"CASE WHEN NOT contains({plain}, '.') THEN replace({plain}, ',', '.') END"
    return f"number_of({plain})"
