"""What lies beneath a finding in two runs: whether data, parameters, definitions or the program are other ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hmic_analysis.evidence.model import Bundle

#: Parts of what a report rests on that are the program and not the inspection.
_PROGRAM = ("notebook", "library", "versions")


@dataclass(frozen=True)
class Grounds:
    """What changed beneath a finding; each empty where nothing did.

    Attributes
    ----------
    data : tuple of str
        Tables and files.
    parameters : tuple of str
        ``thresholds.A6.activity_days: 28 before, 14 after``.
    definitions : tuple of str
        Statements of claims, definitions of figures, and entries of the catalogue.
    program : tuple of str
        Notebook, library, and versions of packages: the same definition may be computed otherwise.
    known : bool
        Whether both runs have the finding, so that there is something to compare.
    """

    data: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    program: tuple[str, ...] = ()
    known: bool = True

    def words(self) -> str:
        """``data and parameters``; ``nothing``."""
        if not self.known:
            return "only one of the runs has this finding"
        names = [n for n in ("data", "parameters", "definitions", "program") if getattr(self, n)]
        if not names:
            return "nothing"
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def grounds_of(
    then: Bundle | None,
    now: Bundle | None,
    beneath_then: Mapping[str, Mapping[str, str]],
    beneath_now: Mapping[str, Mapping[str, str]],
) -> Grounds:
    """What changed beneath a finding.

    Parameters
    ----------
    then, now : Bundle or None
        The evidence of either run.
    beneath_then, beneath_now : mapping
        What either rests on, item by item, as the run engine keeps it; may be empty.

    Returns
    -------
    Grounds
    """
    if then is None or now is None:
        return Grounds(known=False)
    before, after = beneath_then.get("parameters", {}), beneath_now.get("parameters", {})
    catalogue = tuple(k for k in _other(before, after) if _from_catalogue(k, then.finding))
    return Grounds(
        data=_data(then, now, beneath_then.get("data", {}), beneath_now.get("data", {})),
        parameters=_parameters(then, now),
        definitions=(*_definitions(then, now), *(f"catalogue entry {name}" for name in catalogue)),
        program=_program(beneath_then, beneath_now),
    )


def _data(then: Bundle, now: Bundle, tables_then: Mapping[str, str], tables_now: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    for name in _other(tables_then, tables_now):
        gone, new = (state.get(name, "absent") == "absent" for state in (tables_now, tables_then))
        how = "no longer there" if gone else "not there before" if new else "changed"
        found.append(f"table {name}: {how}" if "/" in name else f"{name}: {how}")
    for name in _other(then.inputs, now.inputs):
        gone, new = name not in now.inputs, name not in then.inputs
        how = "no longer used" if gone else "not used before" if new else "changed"
        found.append(f"file {name}: {how}")
    return tuple(found)


def _parameters(then: Bundle, now: Bundle) -> tuple[str, ...]:
    """Values that either run used, whichever file they came from."""
    first, second = ({k: v[0] for k, v in b.parameters.items()} for b in (then, now))
    first |= {"period.start": then.period_start, "period.end": then.period_end, "as_of": then.as_of}
    second |= {"period.start": now.period_start, "period.end": now.period_end, "as_of": now.as_of}
    first["letter_date"], second["letter_date"] = then.letter_date, now.letter_date
    return tuple(
        f"{name}: {first.get(name, 'not used')} before, {second.get(name, 'not used')} after"
        for name in _other(first, second)
    )


def _definitions(then: Bundle, now: Bundle) -> tuple[str, ...]:
    found = []
    claims, figures = ({c.claim: c for c in then.claims}, {i.id: i for i in then.indicators})
    for claim in now.claims:
        old = claims.get(claim.claim)
        if old is None:
            found.append(f"claim {claim.claim}: not tested before")
        elif (old.statement, old.type) != (claim.statement, claim.type):
            found.append(f"claim {claim.claim}: another statement")
    gone = [id for id in claims if id not in {c.claim for c in now.claims}]
    found += [f"claim {id}: no longer tested" for id in gone]
    for figure in now.indicators:
        old = figures.get(figure.id)
        if old is None:
            continue
        for field in ("definition", "unit", "basis"):
            if getattr(old, field) != getattr(figure, field):
                found.append(f"figure {figure.id}: another {field}")
    return tuple(found)


def _program(then: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    found = []
    for part in _PROGRAM:
        names = _other(then.get(part, {}), now.get(part, {}))
        if names and part == "versions":
            found += [f"{n} {then[part].get(n, '-')} before, {now[part].get(n, '-')} after" for n in names]
        elif names:
            found.append(f"{part}: {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}")
    return tuple(found)


def _from_catalogue(name: str, finding: str) -> bool:
    """Whether an item is a part of the finding's entry in the catalogue, other than a value."""
    return name.startswith(f"{finding}.")


def _other(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
