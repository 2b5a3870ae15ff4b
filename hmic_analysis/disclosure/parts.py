"""A piece of what a release says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A text, or a table.

    Attributes
    ----------
    file : str
        Path below the release's folder.
    place : str
        Where in the file.
    text : str
        A paragraph, a heading, an alternative text, an attribute.
    rows : tuple of tuple of str
        Of a table its cells as text, the header first where there is one.
    """

    file: str
    place: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def said(self) -> str:
        """Everything it says as one text."""
        return self.text or "\n".join(" | ".join(row) for row in self.rows)
