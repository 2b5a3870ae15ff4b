"""Whether a release lets anybody work out a count of persons that is withheld.

Three ways are tried.  What is withheld, printed next to its name or in its sentence, in whatever rounding.  Counts that
tables withhold, as far as totals, other tables and percentages with a known denominator narrow them.  Strata of an
indicator, as far as those published and the total narrow those that aren't.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.disclosure.grids import cells_worked_out
from hmic_analysis.disclosure.parts import Part
from hmic_analysis.disclosure.reading import Release, read_release
from hmic_analysis.disclosure.rules import DisclosureRules
from hmic_analysis.disclosure.said import Spoken, printed_in
from hmic_analysis.disclosure.subtraction import strata_worked_out
from hmic_analysis.evidence.model import Bundle


@dataclass(frozen=True, order=True)
class Leak:
    """One way to a count that is withheld.

    Attributes
    ----------
    file, place : str
        Where.
    what : str
        What could be worked out.
    how : str
        How.
    """

    file: str
    place: str
    what: str
    how: str


def find_leaks(folder: Path, facts: Sequence[Bundle], rules: DisclosureRules) -> list[Leak]:
    """Every way to a withheld count of persons in everything that a folder holds.

    Parameters
    ----------
    folder : pathlib.Path
        The release: CSV, JSON, workbooks, Word documents, PDF files, pages, pictures and archives of them.
    facts : sequence of Bundle
        The evidence as the notebooks left it, with the true figures.  Tables are checked without it, too.
    rules : DisclosureRules

    Returns
    -------
    list of Leak
        Empty where there is none.  A file that can't be read is one: nothing is proven of it.

    Raises
    ------
    DataError
        If there is no such folder or nothing in it.
    """
    return leaks_in(read_release(folder), facts, rules)


def leaks_in(release: Release, facts: Sequence[Bundle], rules: DisclosureRules) -> list[Leak]:
    """The same of a release that was read.

    Parameters
    ----------
    release : Release
    facts : sequence of Bundle
    rules : DisclosureRules

    Returns
    -------
    list of Leak
    """
    found = {Leak(file, "whole file", "nothing is proven of it", f"not read: {why}") for file, why in release.unread}
    if rules.min_count < 2:
        return sorted(found)
    spoken = Spoken(release.parts, facts)
    for bundle in facts:
        own = rules.of(bundle)
        parts = spoken.about(bundle)
        found |= {Leak(*row) for row in printed_in(parts, bundle, own)}
        found |= {Leak(*row) for row in strata_worked_out(parts, bundle, own)}
    found |= {Leak(*row) for row in cells_worked_out(_tables(release.parts), spoken, facts, rules)}
    return sorted(found)


def _tables(parts: Sequence[Part]) -> list[Part]:
    return [p for p in parts if p.rows]
