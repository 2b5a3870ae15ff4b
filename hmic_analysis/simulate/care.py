"""How the persons outstanding are managed, and the rows of the suspects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.suspects import RISKS, SUSPECT_STATUSES
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.streams import Streams, quota
from hmic_analysis.simulate.suspects import ACTIONS, NO_DAY, NO_GROUNDS, UNKNOWN, Suspects
from hmic_analysis.simulate.writer import references, render


@dataclass(frozen=True)
class Care:
    """How each person outstanding is managed; booleans, one item a person.

    Attributes
    ----------
    person : numpy.ndarray
        Numbers of the persons outstanding.
    owned, active, supervised : numpy.ndarray
        With an owner; with an enquiry, a review in the last 28 days.
    """

    person: np.ndarray
    owned: np.ndarray
    active: np.ndarray
    supervised: np.ndarray


def draw_care(streams: Streams, facts: Facts, persons: np.ndarray) -> Care:
    """Choose which of the persons outstanding are owned, active and supervised."""
    n = len(persons)
    return Care(
        persons,
        quota(streams.of("care.owned"), n, facts.owner_share),
        quota(streams.of("care.active"), n, facts.active_28d_share),
        quota(streams.of("care.supervised"), n, facts.supervised_28d_share),
    )


def suspect_rows(streams: Streams, suspects: Suspects, care: Care, as_of: np.datetime64) -> pa.Table:
    """Write suspects as rows of the return.

    Parameters
    ----------
    streams : Streams
    suspects : Suspects
    care : Care
    as_of : numpy.datetime64

    Returns
    -------
    pyarrow.Table
    """
    rng, n = streams.of("suspects.rows"), len(suspects)
    position = np.clip(np.searchsorted(care.person, suspects.person), 0, max(len(care.person) - 1, 0))
    cared = care.person[position] == suspects.person if len(care.person) else np.zeros(n, bool)

    def last(kept_up: np.ndarray, part: str) -> np.ndarray:
        """Last dated work: within 28 days where kept up, long before or never where not."""
        own = streams.of(f"suspects.{part}")
        recent = own.integers(0, 28, n)
        old = np.where(own.random(n) < 0.05, -1, own.integers(35, 400, n))
        ago = np.where(cared, np.where(kept_up[position] if len(kept_up) else False, recent, old), recent)
        end = np.where(cared | np.isnat(suspects.acted), as_of, suspects.acted)
        return np.where(ago < 0, NO_DAY, end - ago * ONE_DAY)

    owned = care.owned[position] if len(care.owned) else np.zeros(n, bool)
    owner = np.array(references("OFF", suspects.person % 400 + 1, 4).to_pylist(), dtype=object)
    owner[np.where(cared, ~owned, streams.of("suspects.owner").random(n) < 0.1)] = None
    status = np.where(suspects.action >= 0, suspects.action + 1, 0)
    status[suspects.kind == UNKNOWN] = len(SUSPECT_STATUSES)
    outside = suspects.crime < 0
    numbers = np.abs(suspects.crime)
    crime = np.where(outside, references("CRX", numbers).to_pylist(), references("CR", numbers).to_pylist())
    risk = np.where((rng.random(n) < 0.01) & (suspects.risk > 0), len(RISKS), suspects.risk)
    days = {
        f"{name}_on": np.where(suspects.action == i, suspects.acted, NO_DAY) for i, name in enumerate(ACTIONS)
    }
    return render(
        "suspect",
        {
            "person_key": references("NOM", suspects.person),
            "crime_id": crime.astype(object),
            "named_on": suspects.named,
            "grounds_recorded": (suspects.kind != NO_GROUNDS).astype(int),
            "status": shapes.labels(SUSPECT_STATUSES)[status],
            **days,
            "risk_grade": shapes.labels(RISKS)[risk],
            "owner_key": owner,
            "last_activity_on": last(care.active, "active"),
            "last_review_on": last(care.supervised, "supervised"),
        },
    )
