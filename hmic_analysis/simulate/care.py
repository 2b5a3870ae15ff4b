"""How the persons outstanding are managed, and the rows of the suspects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.suspects import RISKS, SUSPECT_STATUSES
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.streams import Streams, quota
from hmic_analysis.simulate.suspects import ACTIONS, NO_DAY, NO_GROUNDS, ONE_DAY, UNKNOWN, Suspects
from hmic_analysis.simulate.writer import references, render

#: Days: work no longer ago than this counts as kept up, by the finding's rule.
KEPT_UP = 28
NEVER = -1


@dataclass(frozen=True)
class Care:
    """How each person outstanding is managed; arrays of equal length, one item a person.

    Attributes
    ----------
    person : numpy.ndarray
        Numbers of the persons outstanding, in rising order.
    owned : numpy.ndarray
        Whether the enquiry has an owner.
    activity_ago, review_ago : numpy.ndarray
        Days from the last enquiry, the last review to the snapshot; -1 where there was none.
    """

    person: np.ndarray
    owned: np.ndarray
    activity_ago: np.ndarray
    review_ago: np.ndarray

    @property
    def active(self) -> np.ndarray:
        """Who had an enquiry in the last 28 days."""
        return (self.activity_ago != NEVER) & (self.activity_ago < KEPT_UP)

    @property
    def supervised(self) -> np.ndarray:
        """Whose enquiry was reviewed in the last 28 days."""
        return (self.review_ago != NEVER) & (self.review_ago < KEPT_UP)


def draw_care(streams: Streams, facts: Facts, suspects: Suspects, as_of: np.datetime64) -> Care:
    """Choose who of the persons outstanding has an owner, recent work and a recent review; the shares are exact.

    Parameters
    ----------
    streams : Streams
    facts : Facts
    suspects : Suspects
    as_of : numpy.datetime64

    Returns
    -------
    Care
    """
    out = suspects.is_outstanding(as_of)
    persons, row_of = np.unique(suspects.person[out], return_inverse=True)
    waited = np.full(len(persons), np.iinfo(int).max)
    np.minimum.at(waited, row_of, (as_of - suspects.named[out]).astype(int))
    return Care(
        persons,
        quota(streams.of("care.owned"), len(persons), facts.owner_share),
        _days_ago(streams.of("care.activity"), waited, facts.active_28d_share),
        _days_ago(streams.of("care.review"), waited, facts.supervised_28d_share),
    )


def _days_ago(rng: np.random.Generator, waited: np.ndarray, share: float) -> np.ndarray:
    """Days since the last work: within 28 days for the share, long before or never for the others.

    Nobody is worked on before being named, so those left alone are chosen from the long waiting first; who was named
    lately and left alone has no work on record at all.
    """
    n = len(waited)
    shuffled = rng.permutation(n)
    newest_first = shuffled[np.argsort(waited[shuffled] >= KEPT_UP + 7, kind="stable")]
    kept_up = np.zeros(n, bool)
    kept_up[newest_first[: int(np.floor(share * n + 0.5))]] = True
    recent = np.minimum(rng.integers(0, KEPT_UP, n), waited)
    longest = np.minimum(waited, 400)
    old = KEPT_UP + 1 + np.floor(rng.random(n) * (longest - KEPT_UP)).astype(int)
    never = (waited < KEPT_UP + 7) | (rng.random(n) < 0.05)
    return np.where(kept_up, recent, np.where(never, NEVER, np.minimum(old, waited)))


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
    risk = np.where((rng.random(n) < 0.01) & (suspects.risk > 0), len(RISKS), suspects.risk)
    status = np.where(suspects.action >= 0, suspects.action + 1, 0)
    status[suspects.kind == UNKNOWN] = len(SUSPECT_STATUSES)
    numbers = np.abs(suspects.crime)
    in_return = np.array(references("CR", numbers).to_pylist(), dtype=object)
    not_in_return = np.array(references("CRX", numbers).to_pylist(), dtype=object)
    return render(
        "suspect",
        {
            "person_key": references("NOM", suspects.person),
            "crime_id": np.where(suspects.crime < 0, not_in_return, in_return),
            "named_on": suspects.named,
            "grounds_recorded": (suspects.kind != NO_GROUNDS).astype(int),
            "status": shapes.labels(SUSPECT_STATUSES)[status],
            **{f"{a}_on": np.where(suspects.action == i, suspects.acted, NO_DAY) for i, a in enumerate(ACTIONS)},
            "risk_grade": shapes.labels(RISKS)[risk],
            **_care_columns(streams, suspects, care, as_of),
        },
    )


def _care_columns(streams: Streams, suspects: Suspects, care: Care, as_of: np.datetime64) -> dict[str, np.ndarray]:
    """Owner, last enquiry and last review of each row; of those not outstanding, as of when the interest ended."""
    rng, n = streams.of("suspects.care"), len(suspects)
    columns = {
        "owner_key": np.array(references("OFF", suspects.person % 400 + 1, 4).to_pylist(), dtype=object),
        "last_activity_on": _before_the_end(rng, suspects, as_of),
        "last_review_on": _before_the_end(rng, suspects, as_of),
    }
    columns["owner_key"][rng.random(n) < 0.1] = None
    place = np.searchsorted(care.person, suspects.person)
    cared = np.isin(suspects.person, care.person)
    at = place[cared]
    number = suspects.person[cared] % 400 + 1
    owner = np.array(references("OFF", number, 4).to_pylist(), dtype=object)
    columns["owner_key"][cared] = np.where(care.owned[at], owner, None)
    for name, ago in (("last_activity_on", care.activity_ago[at]), ("last_review_on", care.review_ago[at])):
        columns[name][cared] = np.where(ago == NEVER, NO_DAY, as_of - ago * ONE_DAY)
    return columns


def _before_the_end(rng: np.random.Generator, suspects: Suspects, as_of: np.datetime64) -> np.ndarray:
    """A day between naming and the end of the interest, the snapshot at the latest."""
    end = np.where(np.isnat(suspects.acted), as_of, np.minimum(suspects.acted, as_of))
    return np.maximum(end - rng.integers(0, 14, len(suspects)) * ONE_DAY, suspects.named)
