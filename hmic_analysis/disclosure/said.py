"""What a release says of one indicator of one force: the number next to its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hmic_analysis.disclosure.parts import Part
from hmic_analysis.disclosure.persons import parts as counts_of
from hmic_analysis.disclosure.persons import withheld
from hmic_analysis.disclosure.rates import counts_behind
from hmic_analysis.disclosure.rewording import secrets_of
from hmic_analysis.disclosure.rules import DisclosureRules
from hmic_analysis.disclosure.statements import Statement, statements
from hmic_analysis.disclosure.worded import as_worded
from hmic_analysis.evidence.model import Bundle, Indicator
from hmic_analysis.evidence.wording import sentence_case


class Spoken:
    """All statements of a release, by force.

    Parameters
    ----------
    parts : sequence of Part
    facts : sequence of Bundle
    """

    def __init__(self, parts: Sequence[Part], facts: Sequence[Bundle]) -> None:
        self._names = {b.force: _names(b) for b in facts}
        self.statements: list[Statement] = []
        self._of: dict[str, list[Statement]] = {force: [] for force in self._names}
        whole: dict[str, set[str]] = {}
        together: set[str] = set()
        for part in parts:
            named = self._forces(f"{part.file} {part.said}")
            whole.setdefault(part.file, set()).update(named)
            if len(self._names) > 1 and _TOGETHER in part.said.casefold():
                together.add(part.file)
        for part in parts:
            for statement in statements(part):
                self.statements.append(statement)
                own = self._forces(f"{statement.words} {part.file}") or self._forces(part.said)
                # What names no force may be about any, unless it speaks of all of them together.
                anybody = set() if part.file in together else set(self._names)
                for force in own or whole[part.file] or anybody:
                    self._of[force].append(statement)

    def about(self, bundle: Bundle) -> list[Statement]:
        """Statements that may be about a bundle's force: those that name it, or no other."""
        return self._of[bundle.force]

    def _forces(self, text: str) -> set[str]:
        if len(self._names) == 1:
            return set(self._names)
        folded = text.casefold()
        return {force for force, names in self._names.items() if any(n in folded for n in names)}


#: What a file says whose figures are those of all forces together, if it names none.
_TOGETHER = "england and wales"


def _names(bundle: Bundle) -> tuple[str, ...]:
    plain = re.sub(r" (Police|Constabulary|Police Service)$", "", bundle.force_name).casefold()
    return (bundle.force, bundle.force_name.casefold(), plain)


def names_of(indicator: Indicator) -> tuple[str, ...]:
    """How an indicator is called in what is released, longest first."""
    label = indicator.label.casefold()
    names = {indicator.id.casefold(), label}
    if indicator.stratum:
        total, _, stratum = label.rpartition(": ")
        names |= {f"{total} {stratum}", f"{total} | {stratum}"}
    return tuple(sorted((n for n in names if n), key=len, reverse=True))


def speaks_of(statement: Statement, indicator: Indicator, others: Sequence[Indicator]) -> bool:
    """Whether a statement is about an indicator, and not about one with a longer name of which this is a part.

    Parameters
    ----------
    statement : Statement
    indicator : Indicator
    others : sequence of Indicator
        All of the finding.

    Returns
    -------
    bool
        A stratum is named by itself too where the table or the file names its indicator.
    """
    text = statement.folded
    for other in others:
        if other.id != indicator.id:
            for name in names_of(other):
                if any(n in name for n in names_of(indicator)):
                    text = text.replace(name, " ")
    if any(re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text) for n in names_of(indicator)):
        return True
    if not indicator.stratum or not statement.cells:
        return False
    place = f"{statement.part.file} {statement.part.place} {statement.part.said}".casefold()
    total = indicator.label.rpartition(": ")[0].casefold()
    wanted = {indicator.stratum.casefold(), sentence_case(indicator.stratum).casefold()}
    return (indicator.name in place or total in place) and any(c.strip().casefold() in wanted for c in statement.cells)


def printed_in(parts: Sequence[Statement], bundle: Bundle, rules: DisclosureRules) -> Iterator[tuple[str, ...]]:
    """Numbers of withheld indicators that stand next to their names, or in the sentences they were made for.

    Parameters
    ----------
    parts : sequence of Statement
        Those about the force.
    bundle : Bundle
        With the true figures.
    rules : DisclosureRules

    Yields
    ------
    tuple of str
        File, place, what could be worked out, how.
    """
    hidden = withheld(bundle.indicators, rules)
    if not hidden.any:
        return
    named = {i.id: i for i in bundle.indicators}
    secret = {id: secrets_of([named[id]], hidden) for id in hidden.figures | hidden.unknowns}
    for statement in parts:
        if not statement.numbers:
            continue
        for id, shown in secret.items():
            found = shown.among(statement.numbers)
            if found and speaks_of(statement, named[id], bundle.indicators):
                yield _told(statement, named[id], sorted(found), rules, id in hidden.figures)
    yield from as_worded(parts, bundle, secret)


def _told(
    statement: Statement, indicator: Indicator, found: Sequence[str], rules: DisclosureRules, whole: bool
) -> tuple[str, ...]:
    """A leak, with the way from the printed number to the count."""
    how = f"prints {', '.join(found)}"
    counts = counts_of(indicator)
    of = sum(counts)
    for number in found:
        if number.endswith("%") and indicator.unit == "%" and of:
            text = statement.folded
            printed = next((p for p in (f"less than {number}", f"more than {number}") if p in text), number)
            behind = counts_behind(printed, of)
            if any(rules.is_small(k) or rules.is_small(of - k) for k in behind):
                how += f"; {printed} of {of} is {' or '.join(map(str, behind))}"
                break
    small = [c for c in counts if rules.is_small(c)]
    what = f"{indicator.label} ({indicator.id})"
    if not whole:
        return statement.part.file, statement.part.place, f"{what}: {indicator.unknown:g} cases not known", how
    what += f": a count of {' and of '.join(map(str, small))}" if small else ": withheld to protect another count"
    return statement.part.file, statement.part.place, what, how
