"""The catalogue: findings, their claims, the figures they rest on with their definitions, and the sentences."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from hmic_analysis.params.models import Model, Number, Section, Text, YesNo
from hmic_analysis.words import NAMES

Sensitivity = Literal["restricted", "force", "public"]
Better = Literal["higher", "lower", "-"]
ClaimType = Literal[
    "existence",
    "absence",
    "capability",
    "incapability",
    "practice",
    "in_progress",
    "acknowledgement",
    "comparative",
    "judgement",
]
#: What is worked out: a share of units in per cent; how many; events over an exposure; a value that a part of the units
#: doesn't exceed; anything else.
Kind = Literal["share", "count", "rate", "quantile", "figure"]
#: Whether it speaks of the period or of the as-of day.
Window = Literal["period", "as_of"]
Unit = Literal[
    "%",
    "count",
    "persons",
    "forces",
    "hours",
    "hours per year",
    "hours per 100 duty hours",
    "days",
    "minutes",
    "points",
    "pounds",
    "per 1,000 crimes",
    "per month",
    "0-1",
    "0-4",
    "ratio",
    "kappa",
    "yes/no",
    "method",
    "months",
    "areas",
]
#: The unit of kinds that have one of their own; a count may name what is counted.
UNITS: dict[str, str] = {"share": "%", "count": "count"}
#: Tables that every finding may take.
ALWAYS = ("data_request", "document")
#: Settings whose values the words of a definition may hold, beside the definitions of the finding.
DEFINING = ("min_n", "attendance", "other_agencies", "offender_management", "quantifiers")

#: What a figure offers to a sentence beside being printed itself.
FIELDS = (
    "lo", "hi", "n", "numerator", "denominator", "interval_text", "none", "only", "below", "reaching", "at_most",
    "counted", "settled", "between", "least", "every", "gained", "one", "cases",
)  # fmt: skip
WORDS = ("force", "period", "as_of")

VALUE = re.compile(r"\{\{ *([a-z_]+(?:\.[a-z_]+)*) *\}\}")


class DefinitionSpec(Model):
    """One value that a figure is defined by, and what it decides in plain words.

    It is the same for all forces: a force that overrides it has another figure, never put beside those of others.
    """

    value: Number
    unit: Unit
    meaning: Text


class ThresholdSpec(DefinitionSpec):
    """One number that a verdict turns on, which may differ for a force.

    ``below`` names thresholds of the finding that must be greater, as "supported" for "contradicted".
    """

    below: tuple[Text, ...] = ()


class Defined(NamedTuple):
    """A definition as printed, the values in its words by name, and a hash of both: equal for equal figures."""

    words: str
    values: dict[str, str]
    mark: str


#: What a reference that leads nowhere leaves open of a figure.
Open = Literal["no", "no_rows", "yes", "yes_rows", "more", "more_rows"]


class IndicatorSpec(Model):
    """One figure of a finding, declared whole.

    ``numerator``, ``denominator`` (``-`` for what is counted over nothing) and ``notes`` (exclusions) hold values by
    name, such as ``{{ activity_days }}``; ``by`` says what it is also given by, ``about_persons`` whether small counts
    of it are withheld; ``tables`` what it is worked out from (all of the finding, where none is named), with the
    columns by which it finds partners that a row need not have: it is withheld where such references lead nowhere.
    ``lone`` says what the few that lead nowhere leave open: each may turn a unit counted without (``no``) or with the
    property (``yes``), or be of a further unit (``more``); a reference counts once, or each of its rows (``..._rows``).
    ``columns`` are those whose blank says something, and without which it is withheld: ``contact_flag.victim_type``.
    """

    name: Text
    label: Text
    kind: Kind
    window: Window
    unit: Unit
    numerator: Text
    denominator: Text = "-"
    notes: str = ""
    by: str = ""
    better: Better = "-"
    about_persons: YesNo = False
    tables: tuple[Text, ...] = ()
    lone: dict[Open, tuple[Text, ...]] = {}
    columns: tuple[Text, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_unit(cls, given: Any) -> Any:
        kind = given.get("kind") if isinstance(given, dict) else None
        return {"unit": UNITS[kind], **given} if kind in UNITS else given

    @model_validator(mode="after")
    def _unit_of_kind(self) -> IndicatorSpec:
        if self.kind == "share" and self.unit != "%":
            raise ValueError(f"a share is in per cent: remove its unit, {self.unit!r}, or give another kind")
        return self

    @property
    def texts(self) -> dict[str, str]:
        """What defines it, by key."""
        return {"numerator": self.numerator, "denominator": self.denominator, "notes": self.notes}

    def defined(self, values: Mapping[str, str]) -> Defined:
        """The definition with the values that hold for a force, each as text by its name."""
        used = {name: values[name] for text in self.texts.values() for name in values_named(text)}
        filled = {key: fill(text, values) for key, text in self.texts.items()}
        over = "" if self.denominator == "-" else f" / {filled['denominator']}"
        whole = repr((self.kind, sorted(filled.items()), sorted(used.items())))
        mark = hashlib.sha256(whole.encode("utf-8")).hexdigest()[:16]
        return Defined(f"{filled['numerator']}{over}", used, mark)


def values_named(text: str) -> list[str]:
    """The names of the values that a text holds."""
    return VALUE.findall(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text of the catalogue with each value in place of its name."""
    return VALUE.sub(lambda found: values[found.group(1)], text)


def say_values(values: Iterable[Any]) -> str:
    """Several values in words: ``officer, special and pcso``."""
    return _and([NAMES.get(str(v), str(v).replace("_", " ")) for v in values]) or "none"


def _and(words: list[str]) -> str:
    return " and ".join(x for x in (", ".join(words[:-1]), *words[-1:]) if x)


class PlainTest(Model):
    """A plain test that decides a claim; what needs more is decided in the finding's code.

    ``needs``: tables without which nothing is decided. Then one of two: ``all``, shares by the threshold that each must
    reach, and ``contradicted_below``: one threshold for all of them, or one for each share that can contradict the
    claim; or ``at_most``, shares by the threshold that none may exceed, and ``contradicted_above``, one for all.
    Without the second each share contradicts the claim on the other side of its own threshold.
    """

    needs: tuple[Text, ...] = ()
    all: dict[str, Text] = Field(default_factory=dict)
    contradicted_below: Text | dict[str, Text] | None = None
    at_most: dict[str, Text] = Field(default_factory=dict)
    contradicted_above: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.all) == bool(self.at_most):
            raise ValueError("a test names its shares under 'all' (at least) or under 'at_most', not under both")
        if self.contradicted_above if self.all else self.contradicted_below:
            raise ValueError("'contradicted_below' goes with 'all', and 'contradicted_above' with 'at_most'")
        return self

    @property
    def limits(self) -> dict[str, str]:
        """Shares by the threshold that each is held against."""
        return self.all or self.at_most

    @property
    def turning(self) -> str | dict[str, str] | None:
        """What is declared of the threshold beyond which the claim is contradicted."""
        return self.contradicted_below if self.all else self.contradicted_above

    def contradicting(self, indicator: str) -> str | None:
        """The threshold beyond which a share contradicts the claim; None where it can't."""
        if isinstance(self.turning, dict):
            return self.turning.get(indicator)
        return self.turning or self.limits[indicator]

    def in_words(self, labels: Mapping[str, str]) -> str:
        """The rule in plain words, with the names of thresholds; ``labels`` by indicator."""

        def say(limits: Mapping[str, str]) -> list[str]:
            return [f"{threshold} ({_lower(labels.get(name, name))})" for name, threshold in limits.items()]

        several = len(self.limits) > 1
        near, far = ("lower", "upper") if self.all else ("upper", "lower")
        reach = ("reach" if several else "reaches") if self.all else ("do not exceed" if several else "does not exceed")
        beyond = "lies below" if self.all else "exceeds"
        if isinstance(self.turning, dict):
            an = "an" if far == "upper" else "a"
            turned = f"{an} {far} bound {beyond} {' or '.join(say(self.turning))}"
        else:
            own = "its own" if several else "it"
            turned = f"the {far} bound {'of any ' if several else ''}{beyond} {self.turning or own}"
        return (
            f"Supported if the {near} bound{'s' * several} {reach} {_and(say(self.limits))}; contradicted if {turned}."
        )


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


#: A state of a claim in a line: whatever its verdict.
ANY = "any"
State = Literal["supported", "contradicted", "not_determinable", "any"]


class Line(Model):
    """What is said of a finding where its claims are in a certain state.

    ``when`` names claims with the verdict each must have, or ``any``. The line speaks for all of them, and no other
    does: so a claim that depends on another is silenced by ``any``. Without ``when`` the line only prints a figure.
    ``say`` is the sentence, or several of which the first is printed whose figures are all known. A line for a claim
    that is not determinable is for a fact that is known and lies between true and false.
    """

    when: dict[Text, State] = Field(default_factory=dict)
    say: Annotated[tuple[Text, ...], BeforeValidator(lambda x: (x,) if isinstance(x, str) else x), Field(min_length=1)]


class LetterSpec(Model):
    """The paragraph on a finding: the first line that fits; ``topic`` names it where nothing was found out."""

    topic: Text
    sentences: Annotated[tuple[Line, ...], Field(min_length=1)]


class ClaimSpec(Model):
    """One claim: the unit that can be true or false.

    ``indicators`` it is decided by, most telling first, with the stratum in brackets where one is meant and ``[*]`` for
    all strata; ``quantifier`` the word of the settings that it leans on; ``rule`` how the verdict is reached, made from
    ``test`` where there is one, naming thresholds, not their values; ``tables`` that bear on it, and ``months_of``
    those of them whose rows are counted, where others are only looked up; ``whether`` the question it answers, which
    completes "could not determine whether"; ``columns`` those without which, or without those of a figure of its test,
    it is not determinable, whatever a blank in them says. A judgement has a ``view`` instead, offered to the inspectors
    as a wording; ``rests_on`` gives the verdicts without which it can't be held.
    """

    id: Text
    statement: Text
    type: ClaimType
    indicators: tuple[Text, ...] = ()
    quantifier: Text | None = None
    test: PlainTest | None = None
    rule: Text
    tables: tuple[Text, ...] = ()
    months_of: tuple[Text, ...] = ()
    columns: tuple[Text, ...] = ()
    sensitivity: Sensitivity
    whether: str = ""
    view: str = ""
    rests_on: dict[Text, Literal["supported", "contradicted"]] = Field(default_factory=dict)

    @property
    def is_judgement(self) -> bool:
        """Whether the claim is the inspectors' view, which no data can prove or refute."""
        return self.type == "judgement"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its indicators, without strata."""
        return tuple(dict.fromkeys(plain(i) for i in self.indicators))

    def decided_by(self, taken: Iterable[str]) -> list[str]:
        """Which of the indicators taken, by id, the claim is decided by; most telling first."""
        taken = list(taken)
        found: dict[str, None] = {}
        for wanted in self.indicators:
            if wanted.endswith("[*]"):
                found |= dict.fromkeys(i for i in taken if plain(i) == plain(wanted) and i != plain(wanted))
            elif wanted in taken:
                found[wanted] = None
        return list(found)


def plain(id: str) -> str:
    """The name of an indicator without its stratum."""
    return id.split("[", 1)[0]


class FindingTables(Model):
    """Tables of a return: any one of ``core`` makes the finding assessable, ``useful`` ones add to it."""

    core: Annotated[tuple[Text, ...], Field(min_length=1)]
    useful: tuple[Text, ...] = ()


class FindingSpec(Model):
    """One finding of a letter: its files are named by ``stem``, ``a6_suspects``, which its ``id`` begins."""

    stem: Text
    id: Text
    title: Text
    section: Section
    question: Text
    tables: FindingTables
    request: Annotated[tuple[Text, ...], Field(min_length=1)]
    definitions: dict[str, DefinitionSpec] = Field(default_factory=dict)
    thresholds: dict[str, ThresholdSpec] = Field(default_factory=dict)
    indicators: dict[str, IndicatorSpec]
    claims: Annotated[dict[str, ClaimSpec], Field(min_length=1)]
    letter: LetterSpec

    @model_validator(mode="before")
    @classmethod
    def _with_rules(cls, given: Any) -> Any:
        """The rule of a claim that declares its test is made from it; remarks of the file follow."""
        if not isinstance(given, dict):
            return given
        labels = {name: i.get("label", name) for name, i in _groups(given.get("indicators"))}
        claims = dict(_groups(given.get("claims")))
        for id, claim in claims.items():
            try:
                words = PlainTest.model_validate(claim["test"]).in_words(labels)
            except (KeyError, ValueError):
                continue  # No test, or one that is refused where it stands.
            claims[id] = {**claim, "rule": f"{words} {claim.get('rule', '')}".strip()}
        return {**given, "claims": {**given["claims"], **claims}} if claims else given

    @property
    def notebook(self) -> str:
        """Its notebook, below ``notebooks/findings``."""
        return f"{self.section}/{self.stem}.ipynb"

    @property
    def turning(self) -> tuple[str, ...]:
        """The columns without which a claim can't be decided, or a figure given: ``document.scope``."""
        return tuple(
            dict.fromkeys(c for spec in (*self.claims.values(), *self.indicators.values()) for c in spec.columns)
        )

    def indicator(self, name: str) -> IndicatorSpec:
        """The indicator of that name, with or without a stratum in brackets; ``KeyError`` if there is none."""
        return self.indicators[plain(name)]


def _groups(node: Any) -> list[tuple[str, dict]]:
    return [(k, v) for k, v in node.items() if isinstance(v, dict)] if isinstance(node, dict) else []
