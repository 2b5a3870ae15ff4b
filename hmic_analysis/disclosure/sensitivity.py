"""Levels of sensitivity: what is made from several things has the highest of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

from hmic_analysis.evidence.model import Sensitivity

Audience = Literal["force", "public"]

#: From what anybody may see to what stays inside.
LEVELS: tuple[Sensitivity, ...] = ("public", "force", "restricted")
DECLARATIONS: dict[Sensitivity, str] = {
    "public": "Sensitivity: public. It may be published once the embargo has ended.",
    "force": "Sensitivity: force. For the force it is about and the inspectorate; not for publication.",
    "restricted": "Sensitivity: restricted. Not to leave the inspectorate.",
}


def highest(levels: Iterable[Sensitivity], otherwise: Sensitivity = "restricted") -> Sensitivity:
    """The level of what is made from parts of these levels.

    Parameters
    ----------
    levels : iterable of str
    otherwise : str
        What is made from nothing that is known: restricted unless told otherwise.

    Returns
    -------
    str
    """
    return max(levels, key=LEVELS.index, default=otherwise)


def may_see(audience: Audience, level: Sensitivity) -> bool:
    """Whether an audience may see what has this level.

    Parameters
    ----------
    audience : str
        ``force`` (the force it is about) or ``public``.
    level : str

    Returns
    -------
    bool
    """
    return LEVELS.index(level) <= LEVELS.index(audience)


def declaration(level: Sensitivity) -> str:
    """The sentence by which an output declares its level."""
    return DECLARATIONS[level]


def audience_of(word: str) -> Audience:
    """``force`` or ``public`` as an audience; ``ValueError`` for any other word."""
    if word not in get_args(Audience):
        raise ValueError(word)
    return word  # type: ignore[return-value]


def level_of(indicators: Sequence[str], claims: Mapping[str, Any]) -> Sensitivity:
    """The level of what shows these indicators.

    Parameters
    ----------
    indicators : sequence of str
        Ids or names; a stratum in brackets has the level of its indicator.  Empty: it isn't known what is shown.
    claims : mapping of str to object
        The finding's claims with their ``indicators`` and ``sensitivity``.

    Returns
    -------
    str
        An indicator may be seen by whoever sees a claim that rests on it, so it has the lowest of those claims' levels,
        and what shows several has the highest of them.  One that no claim rests on, or of which it isn't known, has
        the highest of the whole finding.
    """
    whole = highest((c.sensitivity for c in claims.values()), otherwise="force")
    levels = []
    for id in indicators:
        name = id.split("[", 1)[0]
        own = [c.sensitivity for c in claims.values() if name in {i.split("[", 1)[0] for i in c.indicators}]
        levels.append(min(own, key=LEVELS.index, default=whole))
    return highest(levels, otherwise=whole)
