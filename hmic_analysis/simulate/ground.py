"""What a finding brings to the simulator, and the words of verdicts."""

from __future__ import annotations

import math
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from pydantic import Field

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.contracts.reference import REFERENCE_TABLES
from hmic_analysis.params.models import Model, YesNo
from hmic_analysis.simulate.world import ONE_DAY, ForceFacts, Frame, Streams, Window, quota
from hmic_analysis.simulate.write import Planted

if TYPE_CHECKING:
    from hmic_analysis.simulate.calls import Deployments, Incidents
    from hmic_analysis.simulate.crimes import Cases, Crimes
    from hmic_analysis.simulate.facts import Facts


# What a finding brings to the simulator, and the few names in which it does.
#
# A module of this package that is named as a finding's stem (``a6_suspects``) is found by walking the package. It
# declares those of the following that it has; nothing else needs to know of it.
#
# ``Facts``
#     What is true of a force: a :class:`CommonFacts`; all findings together make up the facts of a force.
# ``ITEMS``, ``SIGNED``
#     Figures and statements asked of the force besides its tables; tables that it is asked to sign as complete.
# ``WAYS``
#     By claim: how its statement comes to be true of a force, false, or neither plainly.
# ``documents(subject)``
#     Its entries of the document register.
# ``make(subject)``, ``follow(subject)``
#     Its tables and true figures; what writes the tables that follow the calls, window by window.
# ``verdicts(facts, values)``
#     The verdict on each claim by the rules of the finding, written out a second time with no measuring code in use.

Record = dict[str, Any]
Verdict = tuple[str, str]
#: Rows of one table: records, arrays by column (also piece by piece), or text as it is written.
Columns = dict[str, Any]
Rows = list[Record] | Columns | pa.Table | Iterator[Columns]
#: Whether the statement of a claim is true of a force, false, or neither plainly (near a threshold, half done).
State = Literal["true", "false", "middle"]
Status = Literal["provided", "nil_return_unable", "nil_return_refused", "not_yet_received", "not_requested"]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
#: Tables of a force's own return; the reference tables of all forces are no part of it.
TABLES = tuple(name for name in CONTRACTS if name not in ("force_reference", *REFERENCE_TABLES))
#: The sections of the letter, in its order, by the letter of their findings.
SECTIONS = "paf"


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


class Item(NamedTuple):
    """A figure or statement asked of the force: its unit, and the fact that says whether the force gives it."""

    unit: str
    given: str = ""


class CommonFacts(Model):
    """Facts that every finding may ask for; those of the findings stand beside them."""

    #: The force signed that its registers are complete: what is absent then contradicts.
    register_complete: YesNo = True
    #: What came of the request for a table or figure, where it was not provided.
    tables_status: dict[str, Status] = Field(default_factory=dict)
    #: Of the return, not of the force: see :mod:`~hmic_analysis.simulate.returns`.
    references_broken: dict[str, Share] = Field(default_factory=dict)
    months_missing: dict[str, int] = Field(default_factory=dict)
    foreign_rows: dict[str, Share] = Field(default_factory=dict)
    cells_as: dict[str, dict[str, Share]] = Field(default_factory=dict)

    def status(self, item: str) -> str:
        """What came of the request for a table or a figure: one of the data-return statuses."""
        asked = items().get(item, Item(""))
        given = getattr(self, asked.given) if asked.given else True
        return self.tables_status.get(item, "provided" if given else "nil_return_unable")

    def provides(self, *tables: str) -> bool:
        """Whether the force provided all of these tables."""
        return all(self.status(table) == "provided" for table in tables)

    def answer(self, item: str) -> str:
        """What the request log shows of an item; nothing where the log itself was not provided."""
        return self.status(item) if self.provides("data_request") else "not_requested"

    def signed(self, *tables: str) -> bool:
        """Whether the force sent these tables and signed in the request log that they are complete."""
        return self.register_complete and self.provides(*tables, "data_request")

    def impossible(self) -> list[tuple[str, str]]:
        """Facts that can't be true together: each with the reason."""
        return []


@dataclass(frozen=True)
class Subject:
    """What rows are made for: random numbers, what is to be true, the time, the size of the force."""

    streams: Streams
    facts: Facts
    frame: Frame
    force: ForceFacts
    planted: Planted = field(default_factory=Planted)

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

    @property
    def days(self) -> int:
        """Days of the period."""
        return int((self.end - self.start) / ONE_DAY) + 1

    @property
    def officers(self) -> float:
        """Officers, by the scale."""
        return self.force.officers * self.frame.scale

    @property
    def crimes_a_day(self) -> float:
        """Crimes recorded on an average day, by the scale."""
        return self.force.recorded_crime * self.frame.scale / 365.25

    @property
    def incidents_a_day(self) -> float:
        """Incidents created on an average day, by the scale."""
        return self.force.incidents_a_year * self.frame.scale / 365.25

    def within(self, day: np.ndarray) -> np.ndarray:
        """Which days lie in the period."""
        return (day >= self.start) & (day <= self.end)

    def rng(self, part: str, *index: int) -> np.random.Generator:
        """The random numbers of a part."""
        return self.streams.of(part, *index)

    def quota(self, part: str, n: int, share: float) -> np.ndarray:
        """The nearest whole number to ``share * n`` of ``n``, chosen by the random numbers of a part."""
        return quota(self.streams.of(part), n, share)

    def size(self, at_full_scale: int, least: int) -> int:
        """How many there are in this force where ``at_full_scale`` is the number for Cleveland at scale 1."""
        return self.frame.size_of(self.force, at_full_scale, least)


@dataclass
class Made:
    """Rows of a finding, the true figures behind them, and what the force states of them when asked."""

    tables: dict[str, Rows] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    stated: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, *parts: Made) -> Made:
        """Several parts as one."""
        made = cls()
        for part in parts:
            made.tables |= part.tables
            made.values |= part.values
            made.stated |= part.stated
        return made


@dataclass(frozen=True)
class Piece:
    """Calls and crimes of one window, as drawn, before any mistake is planted."""

    window: Window
    #: False for the days before the period.
    in_period: bool
    #: As drawn; rows of ``incidents`` are in the order of the table.
    cases: Cases
    incidents: Incidents
    deployments: Deployments
    crimes: Crimes
    #: Numbers of the first incident and crime, for ``references("INC", ...)`` and ``references("CRM", ...)``.
    first_incident: int
    first_crime: int
    #: The rows rendered for ``incident``, ``deployment``, ``crime`` and ``incident_crime``.
    tables: dict[str, pa.Table]


class Follower(Protocol):
    """Follows the calls window by window, writing rows of its own; memory must not grow with the force."""

    def rows(self, piece: Piece) -> dict[str, Rows]:
        """Rows of its tables for one window; may also replace those of ``piece.tables``, with as many rows."""

    def made(self) -> Made:
        """True figures at the end, and tables that come of all windows."""


@dataclass(frozen=True)
class Stem:
    """A finding as its module declares it; ``id`` is that of the catalogue."""

    id: str
    name: str
    facts: type[CommonFacts] = CommonFacts
    items: Mapping[str, Item] = field(default_factory=dict)
    signed: tuple[str, ...] = ()
    ways: Mapping[str, Ways] = field(default_factory=dict)
    documents: Callable[[Subject], list[Record]] | None = None
    make: Callable[[Subject], Made] | None = None
    follow: Callable[[Subject], Follower] | None = None
    verdicts: Callable[[Any, dict[str, Any]], dict[str, Verdict]] | None = None


@cache
def stems() -> tuple[Stem, ...]:
    """The findings of the package, in the order of the letter."""
    package = import_module(__name__.rpartition(".")[0])
    found = [re.fullmatch(r"([a-z])(\d+)_\w+", module.name) for module in pkgutil.iter_modules(package.__path__)]
    names = sorted((m for m in found if m), key=lambda m: (SECTIONS.find(m[1]), m[1], int(m[2])))
    return tuple(_declared(f"{package.__name__}.{m[0]}", m[0]) for m in names)


def _declared(path: str, name: str) -> Stem:
    module = vars(import_module(path))
    names = {n: n for n in ("documents", "make", "follow", "verdicts")}
    names |= {"facts": "Facts", "items": "ITEMS", "signed": "SIGNED", "ways": "WAYS"}
    return Stem(name.split("_")[0].upper(), name, **{key: module[n] for key, n in names.items() if n in module})


@cache
def items() -> dict[str, Item]:
    """Figures and statements that a force is asked for besides its tables."""
    return {name: item for stem in stems() for name, item in stem.items.items()}


def all_ways() -> dict[str, Ways]:
    """The ways of all claims that can be drawn."""
    return {claim: ways for stem in stems() for claim, ways in stem.ways.items()}


def by_one(fact: str, **states: Any) -> Ways:
    """The ways of a claim that turns on one fact: by state its value, or the ends between which it is drawn."""
    return {state: ({fact: Between(*x) if isinstance(x, tuple) else x},) for state, x in states.items()}


# The words of verdicts, and rules that several findings share.
#
# The rules of the findings are written out a second time in the simulator on purpose, with no measuring code in use,
# so that what the package measures can be held against them.

SUPPORTED, CONTRADICTED, OPEN = "supported", "contradicted", "not_determinable"
#: Units below which a share decides nothing.
LEAST = 10


def percent(part: float, whole: float) -> float | None:
    """Per cent, None of nothing."""
    return round(100 * part / whole, 6) if whole else None


def wilson(x: float, n: float) -> tuple[float, float]:
    """Wilson's 95% interval of a share, without continuity correction."""
    if not n:
        return 0.0, 1.0
    z = 1.959963984540054
    p, zz = x / n, z * z
    middle, half = p + zz / (2 * n), z * math.sqrt(max(p * (1 - p), 0.0) / n + zz / (4 * n * n))
    return (middle - half) / (1 + zz / n), (middle + half) / (1 + zz / n)


def exact(x: float, n: float) -> tuple[float, float]:
    """The exact 95% interval of a share (Clopper and Pearson); ``n`` may be that of an effective sample."""
    from scipy.stats import beta

    lo = float(beta.ppf(0.025, x, n - x + 1)) if x > 0 else 0.0
    return lo, float(beta.ppf(0.975, x + 1, n - x)) if x < n else 1.0


def all_keep_up(units: list[list[float]], least: float, smallest: float = LEAST) -> bool:
    """Whether no unit of enough cases, each as (yes, no, unknown), is below a share and further behind than chance.

    The chance that the worst of as many equal units shows so little: the tail of the hypergeometric distribution.
    """
    counted = [[round(v) for v in (yes, yes + no, unknown)] for yes, no, unknown in units if yes + no]
    tested = [u for u in counted if u[1] + u[2] >= smallest]
    yes, known = (sum(u[i] for u in counted) for i in (0, 1))

    def behind(unit: list[int]) -> bool:
        x, n, unknown = unit
        size, others, others_yes = n + unknown, known - n, yes - x
        if not others or x / size >= least:
            return False
        ways = [math.comb(size, i) * math.comb(others, x + others_yes - i) for i in range(x + 1) if i <= x + others_yes]
        alone = sum(ways) / math.comb(size + others, x + others_yes)
        return 1 - (1 - alone) ** len(tested) < 0.025

    return bool(tested) and not any(behind(u) for u in tested)


def judged(said: str, supported: bool, contradicted: bool = False) -> Verdict:
    """The verdict by a rule, and why."""
    return (CONTRADICTED if contradicted else SUPPORTED if supported else OPEN), said


def lacking(facts: CommonFacts, said: str, *tables: str) -> Verdict | None:
    """What is left to say where the force did not provide all of these tables; nothing where it did."""
    return None if facts.provides(*tables) else (OPEN, said)


def no_register(facts: CommonFacts) -> Verdict | None:
    """The same of the document register."""
    return lacking(facts, "the document register was not provided", "document")


def absent(facts: CommonFacts, said: str, table: str = "document") -> Verdict:
    """Of something that is not on record: contradicted where the force signed that the register is complete."""
    return judged(said, False, facts.signed(table))


def all_at_least(*tests: tuple[int, int, int, float]) -> Verdict:
    """All of some shares, each as (yes, unknown, all, least per cent)."""
    said = [f"{yes} of {n}, {unknown} unknown, at least {least:g}%" for yes, unknown, n, least in tests]
    usable = [(yes, unknown, n, least) for yes, unknown, n, least in tests if n >= LEAST and n > unknown]
    if any(100 * (yes + unknown) / n < least for yes, unknown, n, least in usable):
        return CONTRADICTED, "; ".join(said)
    enough = len(usable) == len(tests) and all(100 * yes / n >= least for yes, _, n, least in usable)
    return (SUPPORTED if enough else OPEN), "; ".join(said)
