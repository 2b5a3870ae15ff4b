"""What was withheld from the national report, where, by which rule: for those who made it, never published."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, fields

from hmic_analysis.disclosure.cells import csv_text


@dataclass(frozen=True)
class Suppression:
    """One thing withheld.

    Attributes
    ----------
    where : str
        The table or figure: ``verdicts``, ``distributions``.
    row : str
        Claim, indicator or table of the return.
    cell : str
        Column; empty where the whole row went.
    rule : str
        The rule, in words, with its parameter.
    kind : str
        ``small``: it is itself what the rule protects; ``with it``: it would have given that back; ``whole``: the
        row or figure can't be shown at all.
    true : str
        What would have stood there.
    """

    where: str
    row: str
    cell: str
    rule: str
    kind: str
    true: str


@dataclass
class Log:
    """Everything withheld so far, in the order it was."""

    entries: list[Suppression] = field(default_factory=list)

    def add(self, where: str, row: str, cell: str, rule: str, kind: str, true: object) -> None:
        """Note one thing withheld."""
        self.entries.append(Suppression(where, row, cell, rule, kind, str(true)))

    def csv(self) -> bytes:
        """The log as CSV (UTF-8)."""
        head = [f.name for f in fields(Suppression)]
        return csv_text([head, *(astuple(entry) for entry in self.entries)]).encode("utf-8")
