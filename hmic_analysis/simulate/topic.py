"""What a topic of the inspection brings to the simulator: facts in, rows and verdicts out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import pyarrow as pa

from hmic_analysis.params.base import Model

if TYPE_CHECKING:
    from hmic_analysis.simulate.cases import Cases
    from hmic_analysis.simulate.clock import Window
    from hmic_analysis.simulate.crimes import Crimes
    from hmic_analysis.simulate.deployments import Deployments
    from hmic_analysis.simulate.facts import Facts
    from hmic_analysis.simulate.frame import ForceFacts, Frame
    from hmic_analysis.simulate.incidents import Incidents
    from hmic_analysis.simulate.streams import Streams

Record = dict[str, Any]
Rows = list[Record] | pa.Table | Iterator[pa.Table]
Verdict = tuple[str, str]
#: Whether the statement of a claim is true of a force, false, or neither plainly (near a threshold, half done).
State = Literal["true", "false", "middle"]
SUPPORTED, CONTRADICTED, OPEN = "supported", "contradicted", "not_determinable"


@dataclass(frozen=True)
class Between:
    """A number to be drawn evenly between two; whole where both ends are whole."""

    lo: float
    hi: float

    def draw(self, rng: np.random.Generator) -> float | int:
        """Draw it."""
        if isinstance(self.lo, int) and isinstance(self.hi, int):
            return int(rng.integers(self.lo, self.hi + 1))
        return round(float(rng.uniform(self.lo, self.hi)), 4)


#: State -> the ways in which a claim comes to be so: each a set of facts, with :class:`Between` for drawn numbers;
#: ``implies`` among them gives the state that other claims then have whatever was drawn for them.
Ways = Mapping[State, tuple[Mapping[str, Any], ...]]


class TopicFacts(Model):
    """The facts of one topic; all topics together make up the facts of a force."""

    def answers(self) -> dict[str, bool]:
        """Which figures and statements the force gives when asked, of those that are a fact of it."""
        return {}


@dataclass(frozen=True)
class Subject:
    """What rows are made for.

    Attributes
    ----------
    streams : Streams
        Random numbers.
    facts : Facts
        What is to be true.
    frame : Frame
        Period, snapshot day, scale.
    force : ForceFacts
        Size of the force.
    """

    streams: Streams
    facts: Facts
    frame: Frame
    force: ForceFacts

    @property
    def as_of(self) -> np.datetime64:
        """Day of the snapshot."""
        return np.datetime64(self.frame.as_of)

    @property
    def start(self) -> np.datetime64:
        """First day of the period."""
        return np.datetime64(self.frame.period_start)

    @property
    def end(self) -> np.datetime64:
        """Last day of the period."""
        return np.datetime64(self.frame.period_end)


@dataclass
class Made:
    """Rows of a topic and the true figures behind them.

    Attributes
    ----------
    tables : dict of str to list of dict, pyarrow.Table or iterator of pyarrow.Table
        Records (plain values by contract column), rendered rows, or rendered rows piece by piece, by table.
    values : dict of str to object
        True figures by name of the indicator.
    stated : dict of str to float
        Figures as the force states them, by item of the request.
    """

    tables: dict[str, Rows] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    stated: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """Calls and crimes of one window, as drawn, before any mistake is planted.

    Attributes
    ----------
    window : Window
    in_period : bool
        False for the days before the period.
    cases, incidents, deployments, crimes
        As drawn; rows of ``incidents`` are in the order of the table.
    first_incident, first_crime : int
        Numbers of the first incident and crime, for ``references("INC", ...)`` and ``references("CRM", ...)``.
    tables : dict of str to pyarrow.Table
        The rows rendered for ``incident``, ``deployment``, ``crime`` and ``incident_crime``.
    """

    window: Window
    in_period: bool
    cases: Cases
    incidents: Incidents
    deployments: Deployments
    crimes: Crimes
    first_incident: int
    first_crime: int
    tables: dict[str, pa.Table]


class Follower(Protocol):
    """Follows the calls window by window, writing rows of its own; memory must not grow with the force."""

    def rows(self, piece: Piece) -> dict[str, pa.Table]:
        """Rows of its tables for one window; may also replace those of ``piece.tables``, with as many rows."""

    def values(self) -> dict[str, Any]:
        """True figures at the end."""


@dataclass(frozen=True)
class Topic:
    """One topic.

    Attributes
    ----------
    name : str
    documents : callable, optional
        Its entries of the document register.
    make : callable, optional
        Its tables that don't follow the calls.
    follow : callable, optional
        What writes its tables that do.
    verdicts : callable, optional
        The verdict on each claim from facts and true figures, with no measuring code in use.
    ways : dict of str to Ways
        By claim: how it comes to be true, false, or in the middle.  No two claims share a fact.
    """

    name: str
    documents: Callable[[Facts, Frame], list[Record]] | None = None
    make: Callable[[Subject], Made] | None = None
    follow: Callable[[Subject], Follower] | None = None
    verdicts: Callable[[Facts, dict[str, Any]], dict[str, Verdict]] | None = None
    ways: Mapping[str, Ways] = field(default_factory=dict)
