"""Circulation on the Police National Computer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.suspects import CIRCULATION_REASONS
from hmic_analysis.simulate.bail import Bails
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.streams import Streams, quota
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY, RESOLVED, Suspects
from hmic_analysis.simulate.writer import references, render


@dataclass(frozen=True)
class Circulations:
    """Circulations; arrays of equal length, one item a circulation.

    Attributes
    ----------
    person, reason : numpy.ndarray
        Number of the person; position in the contract's reasons.
    circulated, cancelled : numpy.ndarray
        Days; NaT while it stands.
    """

    person: np.ndarray
    reason: np.ndarray
    circulated: np.ndarray
    cancelled: np.ndarray


def draw_circulations(
    streams: Streams, facts: Facts, suspects: Suspects, bails: Bails, as_of: np.datetime64
) -> Circulations:
    """Circulate the given share of those outstanding for more than 7 days, and others beside them.

    Parameters
    ----------
    streams : Streams
    facts : Facts
    suspects : Suspects
    bails : Bails
    as_of : numpy.datetime64

    Returns
    -------
    Circulations
        In order of circulation; with court warrants and recalls to prison, which are no part of the outstanding.
    """
    rng = streams.of("pnc")
    person, at = np.unique(suspects.person[suspects.is_outstanding(as_of)], return_index=True)
    named = suspects.named[suspects.is_outstanding(as_of)][at]
    old = as_of - named > 7 * ONE_DAY
    wanted = np.zeros(len(person), bool)
    wanted[old] = quota(streams.of("pnc.circulated"), int(old.sum()), facts.circulated_share)
    wanted[~old] = rng.random(int((~old).sum())) < 0.3
    parts = [_part(rng, person[wanted], "named_suspect", named[wanted], as_of, lifted=False)]

    failed = bails.failed_at(as_of) & ~np.isin(bails.person, person)
    failed &= rng.random(len(failed)) < 0.8
    who, first = np.unique(bails.person[failed], return_index=True)
    parts.append(_part(rng, who, "failed_to_answer_bail", bails.due[failed][first], as_of, lifted=False))

    done = (suspects.kind == RESOLVED) & (suspects.acted - suspects.named > 9 * ONE_DAY)
    done &= (suspects.acted <= as_of) & (rng.random(len(done)) < 0.4)
    who, first = np.unique(suspects.person[done], return_index=True)
    part = _part(rng, who, "named_suspect", suspects.named[done][first], as_of, lifted=False)
    parts.append(Circulations(part.person, part.reason, part.circulated, suspects.acted[done][first]))

    for reason, each, base in (("court_warrant", 0.5, 7_000_000), ("recall_to_prison", 0.1, 8_000_000)):
        n = int(np.ceil(each * len(person)))
        since = as_of - rng.integers(15, 700, n) * ONE_DAY
        parts.append(_part(rng, base + np.arange(n), reason, since, as_of, lifted=True))
    found = Circulations(**{name: np.concatenate([vars(p)[name] for p in parts]) for name in vars(parts[0])})
    order = np.lexsort((found.person, found.circulated))
    return Circulations(**{name: values[order] for name, values in vars(found).items()})


def _part(
    rng: np.random.Generator,
    person: np.ndarray,
    reason: str,
    since: np.ndarray,
    as_of: np.datetime64,
    lifted: bool,
) -> Circulations:
    """Circulations for one reason, made within 9 days of ``since``; some lifted again if asked."""
    n = len(person)
    on = np.minimum(since + rng.integers(0, 10, n) * ONE_DAY, as_of)
    off = np.minimum(on + rng.integers(5, 300, n) * ONE_DAY, as_of)
    off = np.where(lifted & (rng.random(n) < 0.4), off, NO_DAY)
    return Circulations(person, np.full(n, CIRCULATION_REASONS.index(reason)), on, off)


def circulation_rows(found: Circulations) -> pa.Table:
    """Write circulations as rows of the return."""
    return render(
        "pnc_circulation",
        {
            "person_key": references("NOM", found.person),
            "reason": np.array(CIRCULATION_REASONS, dtype=object)[found.reason],
            "circulated_on": found.circulated,
            "cancelled_on": found.cancelled,
        },
    )
