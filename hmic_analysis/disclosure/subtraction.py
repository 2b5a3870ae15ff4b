"""Strata of an indicator that can be had from the total and the strata published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from hmic_analysis.disclosure.persons import parts as counts_of
from hmic_analysis.disclosure.rewording import forms
from hmic_analysis.disclosure.rules import DisclosureRules
from hmic_analysis.disclosure.said import Statement, speaks_of
from hmic_analysis.disclosure.solver import Reading
from hmic_analysis.evidence.model import Bundle, Indicator
from hmic_analysis.evidence.wording import COUNTS


def strata_worked_out(parts: Sequence[Statement], bundle: Bundle, rules: DisclosureRules) -> Iterator[tuple[str, ...]]:
    """Small counts in strata that are withheld, but follow from what is published.

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
    families = defaultdict(list)
    for indicator in bundle.indicators:
        if rules.counts_persons(indicator) and counts_of(indicator):
            families[indicator.name].append(indicator)
    for family in families.values():
        strata = [i for i in family if i.stratum]
        total = next((i for i in family if not i.stratum), None)
        small = [i for i in family if any(map(rules.is_small, counts_of(i)))]
        if total is None or not strata or not small:
            continue
        sums = tuple(sum(c) for c in zip(*map(counts_of, strata), strict=True))
        if sums == counts_of(total):
            yield from _family(parts, bundle, [*strata, total], rules)


def _family(
    parts: Sequence[Statement], bundle: Bundle, members: Sequence[Indicator], rules: DisclosureRules
) -> Iterator[tuple[str, ...]]:
    said = {m.id: _where_said(parts, m, bundle.indicators) for m in members}
    width = len(counts_of(members[0]))
    values = np.array([v for m in members for v in counts_of(m)], dtype=float)
    known = np.array([said[m.id] is not None for m in members for _ in range(width)])
    small = (values > 0) & (values < rules.min_count)
    # As for withholding: a reader may know what was withheld for being small, and what to protect it.
    low = np.where(known, values, np.where(small, 1, np.where(values == 0, 0, rules.min_count)))
    high = np.where(known, values, np.where(small, rules.min_count - 1, np.where(values == 0, 0, np.inf)))
    relations = np.zeros((width, len(values)))
    for k in range(width):
        relations[k, k::width] = 1
        relations[k, len(values) - width + k] = -1
    reading = Reading(low, high, relations, np.zeros(width), np.zeros(width))
    for target in np.flatnonzero(small & ~known):
        ends = reading.interval(int(target))
        if ends is None or ends == (1, rules.min_count - 1):
            continue
        member = members[target // width]
        sources = [s for s in said.values() if s is not None]
        if not sources:
            continue
        range_ = f"{ends[0]:g}" if ends[0] == ends[1] else f"{ends[0]:g} to {ends[1]:g}"
        what = f"{member.label} ({member.id}): a count of {range_}"
        files = ", ".join(sorted({s.part.file for s in sources}))
        yield sources[-1].part.file, sources[-1].part.place, what, f"by subtraction of what is published in {files}"


def _where_said(parts: Sequence[Statement], member: Indicator, others: Sequence[Indicator]) -> Statement | None:
    """Where the counts of an indicator are published: its count, or its percentage with the number it is of."""
    counts = counts_of(member)
    for statement in parts:
        if not statement.numbers:
            continue
        whole = forms(float(counts[0]), "count") & statement.numbers
        if member.unit in COUNTS or len(counts) == 1:
            told = bool(whole)
        else:
            share = forms(member.value, "%") & statement.numbers if member.value is not None else set()
            of = forms(float(sum(counts)), "count") & statement.numbers
            told = bool((share or whole) and of) or bool(share and member.value not in (0, 100))
        if told and speaks_of(statement, member, others):
            return statement
    return None
