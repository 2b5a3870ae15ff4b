"""What is true of each force of a country, drawn before any row is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hmic_analysis.simulate.facts import TABLES, Facts
from hmic_analysis.simulate.streams import Streams, pick
from hmic_analysis.simulate.topic import Between, State, Ways
from hmic_analysis.simulate.topics import topics

#: How often the statement of a claim is true of a force, false, or neither plainly.
SHARES: Mapping[State, float] = {"true": 0.5, "false": 0.3, "middle": 0.2}
#: Few forces attend everything: about 6 of 43 in 2014.
RARE = {"A2b": {"true": 0.14, "false": 0.86}}
#: How often a force sends nothing at all; how often one of its tables is missing; and what it answers then.
SILENT, TABLE_MISSING = 0.05, 0.02
ANSWERS = ("nil_return_unable", "nil_return_refused", "not_yet_received")


@dataclass(frozen=True)
class Drawn:
    """What was drawn for one force.

    Attributes
    ----------
    facts : Facts
        All of it.
    states : dict of str to str
        By claim: whether its statement is ``true`` of the force, ``false``, or in the ``middle``.
    silent : bool
        The force sends nothing, not even an answer.
    """

    facts: Facts
    states: dict[str, State]
    silent: bool


def draw_force(slug: str, seed: int, gaps: bool = True) -> Drawn:
    """Draw what is true of one force.

    Parameters
    ----------
    slug : str
    seed : int
    gaps : bool
        Some forces send nothing, some can't or don't send a table.  False: everybody sends everything.

    Returns
    -------
    Drawn
        The same for the same arguments, whatever other forces are drawn.
    """
    streams = Streams(seed, slug)
    changes: dict[str, Any] = {}
    states: dict[str, State] = {}
    for topic in topics():
        for claim, ways in topic.ways.items():
            state, way = _one_way(streams.of(f"truth.{claim}"), claim, ways)
            states.setdefault(claim, state)
            for key, value in way.items():
                if key == "implies":
                    states |= value
                elif key in changes:
                    # A claim whose state another one implies does not take the other's facts back.
                    continue
                else:
                    changes[key] = value
    rng = streams.of("truth.gaps")
    silent = bool(gaps and rng.random() < SILENT)
    if gaps:
        changes["tables_status"] = _missing(rng)
    return Drawn(Facts().with_(**changes), states, silent)


def _one_way(rng: np.random.Generator, claim: str, ways: Ways) -> tuple[State, dict[str, Any]]:
    shares = {s: p for s, p in RARE.get(claim, SHARES).items() if s in ways}
    state = list(shares)[int(pick(rng, list(shares.values()), 1)[0])]
    way = ways[state][int(rng.integers(len(ways[state])))]
    return state, {k: v.draw(rng) if isinstance(v, Between) else v for k, v in way.items()}


def _missing(rng: np.random.Generator) -> dict[str, str]:
    """Tables that the force does not send, with its answer."""
    found = {}
    for table in TABLES:
        missing, which = rng.random() < TABLE_MISSING, int(rng.integers(len(ANSWERS)))
        if missing and table != "data_request":
            found[table] = ANSWERS[which]
    return found
