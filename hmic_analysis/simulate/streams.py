"""Random numbers that depend on seed, force and part alone.

Each part of a return draws from streams of its own, so changing one fact leaves the other parts as they were, and
a force's data don't depend on which others are simulated.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Streams:
    """Where the parts of one force's return get their random numbers from."""

    seed: int
    slug: str

    def of(self, part: str, *index: int) -> np.random.Generator:
        """The stream of a part.

        Parameters
        ----------
        part : str
            Name of the part.
        *index : int
            Number of the piece of work within it, not negative.

        Returns
        -------
        numpy.random.Generator
            At its beginning, the same at every call.
        """
        words = [self.seed, zlib.crc32(self.slug.encode()), zlib.crc32(part.encode()), *index]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def pick(rng: np.random.Generator, shares: Sequence[float] | np.ndarray, n: int) -> np.ndarray:
    """Draw ``n`` positions in ``shares`` (weights, any total); one random number is used for each."""
    edges = np.cumsum(np.asarray(shares, float))
    return np.minimum(np.searchsorted(edges, rng.random(n) * edges[-1], side="right"), len(edges) - 1)


def pick_by_row(rng: np.random.Generator, shares: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Draw one column of ``shares`` for each of ``rows``, by the weights of that row."""
    edges = np.cumsum(shares, axis=1)[rows]
    at = rng.random(len(rows))[:, None] * edges[:, -1:]
    return np.minimum((at >= edges).sum(axis=1), shares.shape[1] - 1)


def quota(rng: np.random.Generator, n: int, share: float) -> np.ndarray:
    """Choose the nearest whole number to ``share * n`` of ``n`` at random: a boolean array."""
    chosen = np.zeros(n, bool)
    chosen[: int(np.floor(share * n + 0.5))] = True
    return rng.permutation(chosen)


def skewed(rng: np.random.Generator, median: float | np.ndarray, sigma: float, n: int) -> np.ndarray:
    """Log-normal durations with that median, in whatever unit it has."""
    return np.asarray(median) * np.exp(sigma * rng.standard_normal(n))
