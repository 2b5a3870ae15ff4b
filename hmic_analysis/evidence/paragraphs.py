"""What is said of a finding: one paragraph from the verdicts on all its claims together."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from hmic_analysis.errors import ParameterError
from hmic_analysis.evidence.grades import hold_to_grade
from hmic_analysis.evidence.model import DECIDED, REMEDIES, Bundle, ClaimEvidence, Grade, Indicator, because
from hmic_analysis.evidence.verdicts import Decision
from hmic_analysis.evidence.wording import Shown, many_unknown, of_few, small
from hmic_analysis.params.catalogue import ANY, FindingSpec, Line
from hmic_analysis.words import one_of, say_value

NOT_KNOWN = "HMIC could not determine whether"
NOT_KNOWN_EITHER = "Nor could HMIC determine whether"
SAME_REASON, SAME_REASON_AGAIN = "Nor, for the same reason, could HMIC determine", "The same is true of"
#: Reasons that leave a claim open though the facts are known: they lie between.
BETWEEN = frozenset({"between_thresholds", "in_part"})
#: A count that may be more than is known, in words that say how small it is.
NOT_SO_FEW = re.compile(r"\bonly at least\b|\bthe at least\b|at least [\d,]+ in all\b")
#: Longest sentence of a letter, in words.
MOST_WORDS = 32


@dataclass(frozen=True)
class Said:
    """One sentence, the claims it speaks for, and each number in it with the indicator field it was taken from."""

    text: str
    claims: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Facts:
    """What sentences may print: figures by id, the values that they are held against, and words such as ``as_of``.

    A figure that rests on a small count of persons, below ``min_count``, counts as not known.
    """

    figures: Mapping[str, Indicator]
    values: Mapping[str, tuple[str, str]]
    words: Mapping[str, str]
    min_count: int = 0

    @classmethod
    def of(cls, bundle: Bundle, words: Mapping[str, str], min_count: int = 0) -> Facts:
        """Those of a bundle of evidence."""
        return cls({i.id: i for i in bundle.indicators}, bundle.parameters, words, min_count)


def paragraph(
    spec: FindingSpec, claims: Sequence[ClaimEvidence], facts: Facts, own: Mapping[str, Said] | None = None
) -> list[Said]:
    """The sentences on a finding, from the joint state of its claims.

    A claim is spoken for once, by the first line of the catalogue that fits the verdicts and whose figures are all
    known; questions that stay open come last, each reason once. The inspectors' views are not part of it.

    Parameters
    ----------
    spec : FindingSpec
    claims : sequence of ClaimEvidence
        Those that may be spoken of; a line that names another is passed over.
    facts : Facts
    own : mapping of str to Said, optional
        Sentences of an inspector's own, by claim: they stand in place of the line on it.
    """
    own = own or {}
    states = {c.claim: c for c in claims if c.type != "judgement"}
    said: list[Said] = []
    spoken: set[str] = set()
    for line in spec.letter.sentences:
        decided = [id for id, state in line.when.items() if state != ANY]
        if not _fits(line, states) or spoken & set(line.when) or (len(decided) > 1 and set(decided) & set(own)):
            continue
        made = next((own[id] for id in decided if id in own), None) or _say(spec.id, line, states, facts)
        if made is not None:
            said.append(made)
            spoken |= set(line.when)
    said += [own[id] for id in states if id in own and id not in spoken]
    left = [c for id, c in states.items() if id not in spoken and id not in own]
    for claim in left:
        if claim.verdict != "not_determinable":
            raise ParameterError(_no_line(spec, claim.claim, claim.verdict))
    whole = len(left) == len(states) and len(left) > 1 and len({_reason(c) for c in left}) == 1
    said += [_nothing(spec, left)] if whole else _open(spec, left)
    said += _on_records([c for c in states.values() if c.verdict != "not_determinable"], len(states), said, facts)
    return said


def alone(spec: FindingSpec, claim: ClaimEvidence, facts: Facts) -> Said:
    """The sentence on one claim where it stands by itself, as in a table of claims."""
    states = {claim.claim: claim}
    made = (_say(spec.id, line, states, facts) for line in spec.letter.sentences if line.when and _fits(line, states))
    sentence = next((s for s in made if s is not None), None)
    if sentence is None and claim.verdict == "not_determinable":
        sentence = next(iter(_open(spec, [claim])))
    if sentence is None:
        raise ParameterError(_no_line(spec, claim.claim, claim.verdict))
    rest = _on_records([claim] if claim.verdict != "not_determinable" else [], 1, [sentence], facts)
    text = " ".join(s.text for s in (sentence, *rest))
    return Said(text, (claim.claim,), sentence.numbers)


def make_claim(
    spec: FindingSpec,
    id: str,
    decision: Decision,
    grade: Grade,
    own: Sequence[str],
    facts: Facts,
    records_of: str = "",
    months: str = "",
) -> ClaimEvidence:
    """The evidence for one claim.

    Parameters
    ----------
    spec : FindingSpec
    id : str
        ``A1a``.
    decision : Decision
        Held to the grade first: an uncorroborated document supports an existence only.
    grade : str
    own : sequence of str
        Ids of the indicators that decided it.
    facts : Facts
        Figures of the finding, values they are held against, and words.
    records_of : str
        The months whose records it rests on, where these are not the whole period.
    months : str
        The months that were supplied, where they are a part of the period.

    Raises
    ------
    ParameterError
        If its sentence can't be filled.
    """
    claim = spec.claims[id]
    decision = hold_to_grade(decision, grade, claim.type)
    if claim.is_judgement:
        decision = Decision("not_determinable", ("judgement",), decision.flags, decision.why)
    is_open = decision.verdict == "not_determinable"
    clause = because(decision.reasons, {"part_of_the_period": months}) if is_open else ""
    remedy = DECIDED.get(decision.verdict) or REMEDIES[decision.reasons[0]]
    evidence = ClaimEvidence(
        claim=id,
        finding=spec.id,
        type=claim.type,
        statement=claim.statement,
        verdict=decision.verdict,
        grade=grade,
        reasons=decision.reasons,
        flags=decision.flags,
        because=clause,
        records_of="" if is_open else records_of,
        why=one_of(decision.why),
        would_change=remedy,
        indicators=tuple(own),
        sensitivity=claim.sensitivity,
    )
    if claim.is_judgement:
        return evidence.model_copy(update={"sentence": claim.view})
    said = alone(spec, evidence, facts)
    return evidence.model_copy(update={"sentence": said.text, "numbers": said.numbers})


def _no_line(spec: FindingSpec, claim: str, verdict: str) -> str:
    where = f"params/findings/{spec.stem}.yml has no sentence for claim {claim}"
    return f"{where} where it is {verdict} and no figure is known."


# Lines of the catalogue.


def _fits(line: Line, states: Mapping[str, ClaimEvidence]) -> bool:
    """Whether the claims are in the state that a line is for."""
    decided = {id: wanted for id, wanted in line.when.items() if wanted != ANY}
    return all(id in states and _is(states[id], wanted) for id, wanted in decided.items())


def _is(claim: ClaimEvidence, wanted: str) -> bool:
    known = claim.verdict in DECIDED or bool(BETWEEN & set(claim.reasons[:1]))
    return claim.verdict == wanted and known


def _say(finding: str, line: Line, states: Mapping[str, ClaimEvidence], facts: Facts) -> Said | None:
    """The first wording of a line whose figures are all known; None where there is none."""
    claims = tuple(id for id in states if id in line.when)
    for template in line.say:
        try:
            text, printed = _filled(finding, line, template, facts)
            if few := of_few(printed, facts.figures, facts.min_count):
                text, printed = _filled(finding, line, template, facts, few)
            text = _short(text) if printed else text
        except TemplateError:  # A figure that is not there, not known or withheld.
            continue
        return Said(text, claims, tuple(dict.fromkeys(printed)))
    return None


def _short(text: str) -> str:
    """A sentence with figures that what is told beside them makes too long, as two where it has a colon."""
    if len(text.split()) <= MOST_WORDS:
        return text
    parts = [f"{part[:1].upper()}{part[1:]}" for part in text.split(": ", 1)]
    if parts[-1][0].isdigit() or any(len(part.split()) > MOST_WORDS for part in parts):
        raise TemplateError("too long with its figures")
    return ". ".join(parts)


def _filled(
    finding: str, line: Line, template: str, facts: Facts, few: Container[str] = ()
) -> tuple[str, list[tuple[str, str]]]:
    """A wording with its figures; of those in ``few`` it is told on how many cases they rest."""
    printed: list[tuple[str, str]] = []
    bare = bool(line.when)
    figures = {id: Told(f, printed, facts, finding, bare, id in few) for id, f in facts.figures.items()}
    text = " ".join(_compiled(template).render(v=figures, **facts.words).split()).replace("only at most", "at most")
    if NOT_SO_FEW.search(text):
        raise TemplateError("what may be more is not told as few")
    return _none_and_all(text, printed, facts.figures)


#: How a period in words ends where not all of its months were counted.
_PART = re.compile(r"\(\d+ of [^()]+\)$")
#: What a share of exactly nothing or everything is called before the units themselves.
_WHOLLY = {"0.0%": (0.0, "none"), "100.0%": (100.0, "all")}


def _none_and_all(
    text: str, printed: list[tuple[str, str]], figures: Mapping[str, Indicator]
) -> tuple[str, list[tuple[str, str]]]:
    """``none of the files`` for ``0.0% of files`` and ``all of those`` for ``100.0% of those``.

    ``all of the 6 changes`` where it is told on how many cases a share rests, ``100.0% (6 of 6) of changes``.
    """
    for said, (value, word) in _WHOLLY.items():
        held = [(t, f) for t, f in printed if t == said]
        of = [figures[f.partition(".")[0]] for _, f in held]
        share = rf"(?:only )?(?<![\d.]){re.escape(said)}(?: \([\d,]+ of ([\d,]+)\))? "
        there = rf"{share}(?=of |were |had )(of (the |(?:those|them)\b ?)?)?"
        # A share that stands elsewhere too, is only rounded to it, or leaves some units not known, stays a number.
        if any(figure.value != value or figure.unknown for figure in of):
            continue
        changed, n = re.subn(there, partial(_in_words, word), text)
        if n and n == text.count(said):
            ids = {f.partition(".")[0] for _, f in held}
            gone = {(said, f"{id}.value") for id in ids} | {
                (t, f) for t, f in printed if f.partition(".")[0] in ids and f.endswith(".numerator")
            }
            text, printed = changed, [x for x in printed if x not in gone]
    return (text[:1].upper() + text[1:] if text[:1].islower() else text), printed


def _in_words(word: str, found: re.Match[str]) -> str:
    """``all of the 6``, ``none of the``, or ``none`` where no units follow."""
    count, of, units = found.groups()
    if not of:
        return f"{word} "
    lead = f"{word} of {units or 'the '}"
    return f"{lead}{count} " if count and units in (None, "the ") else lead


@lru_cache(maxsize=1000)
def _compiled(template: str) -> Template:
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    return environment.from_string(template)


class Told(Shown):
    """An indicator as a line sees it: what can't be printed makes the line be passed over.

    ``bare`` is false where no verdict stands behind the figure: then it is printed only if nothing has to be told
    with it.
    """

    def __init__(
        self, indicator: Indicator, printed: list[tuple[str, str]], facts: Facts, finding: str, bare: bool, few: bool
    ) -> None:
        super().__init__(indicator, printed, facts.min_count, few)
        self._facts, self._finding, self._bare = facts, finding, bare

    def below(self, limit: str) -> str:
        """The value where it lies below a threshold, whatever is not known, and so is a reason against the claim."""
        most = self._indicator.hi_missing
        return self._held(limit, lambda value, least: (value if most is None else most) < least)

    def at_most(self, limit: str) -> str:
        """The value where it is above 0 and does not exceed a value of the parameters."""
        return self._held(limit, lambda value, most: 0 < value <= most)

    def reaching(self, limit: str) -> str:
        """The value where it reaches a threshold of the finding, and so is a reason for the claim."""
        return self._held(limit, lambda value, least: value >= least)

    @property
    def least(self) -> str:
        """``at least 99.0%`` where all are counted that are known; the wording need not say that some are not."""
        if not self._nearly or many_unknown(self._indicator):
            raise TemplateError(f"not all of {self._indicator.id} that are known are counted")
        self._bare = True
        return str(self)

    @property
    def settled(self) -> str:
        """The value where at most a tenth of the units are not known; the wording says that some are not."""
        if not self._indicator.denominator or many_unknown(self._indicator):
            raise TemplateError(f"too little is known for {self._indicator.id}")
        self._bare = True
        return str(self)

    @property
    def between(self) -> str:
        """The bounds, ``26.5% and 77.3%``, with those not known counted either way."""
        figure = self._indicator
        low, high, unit = figure.lo_missing, figure.hi_missing, figure.unit
        if low is None or high is None or low == high or (low, high) == (0, 100):
            raise TemplateError(f"{self._indicator.id} has no bounds that tell anything")
        self._bare = True
        told = [self._print(say_value(x, unit), field) for x, field in ((low, "lo_missing"), (high, "hi_missing"))]
        return " and ".join(told)

    @property
    def none(self) -> str:
        """``no`` where the value is 0 and nothing is unknown."""
        if self.known and self._indicator.value == 0 and not self._indicator.unknown and not self._may_be_more:
            return "no"
        raise TemplateError(f"{self._indicator.id} is not 0")

    @property
    def every(self) -> str:
        """``every`` where a share is of all and none is unknown."""
        if self._indicator.value == 100 and not self._indicator.unknown:
            return "every"
        raise TemplateError(f"{self._indicator.id} is not of all")

    @property
    def gained(self) -> str:
        """The value where it is 1 or more: nothing was saved where it is less."""
        if self.known and round(self._indicator.value) >= 1:
            return str(self)
        raise TemplateError(f"{self._indicator.id} is no gain")

    @property
    def only(self) -> str:
        """``the only one`` where the value is 1."""
        if self.known and self._indicator.value == 1 and not self._may_be_more:
            return "the only one"
        raise TemplateError(f"{self._indicator.id} is not 1")

    @property
    def one(self) -> str:
        """``one`` where exactly one is counted and nothing is unknown."""
        figure = self._indicator
        number = figure.numerator if figure.unit == "%" else figure.value
        if number == 1 and not figure.unknown and not self._may_be_more and not small(figure, self._min_count):
            return "one"
        raise TemplateError(f"{self._indicator.id} is not one")

    @property
    def cases(self) -> str:
        """How many units have the property, where some do and the state of each is known."""
        if not self._indicator.numerator or self._indicator.unknown:
            raise TemplateError(f"{self._indicator.id} counts nothing, or not all")
        return self.numerator

    def counted(self, one: str, many: str) -> str:
        """The value with its noun: ``1 record``, ``12 records``; not printed where it is 0."""
        if not self._indicator.value:
            raise TemplateError(f"{self._indicator.id} counts nothing")
        return f"{self} {one if self._indicator.value == 1 else many}"

    def _held(self, limit: str, fits: Callable[[float, float], bool]) -> str:
        value = self._facts.values.get(limit) or self._facts.values.get(f"thresholds.{self._finding}.{limit}")
        if value is None or not self.known or not fits(self._indicator.value, float(value[0])):
            raise TemplateError(f"{self._indicator.id} is not known to lie on that side of {limit}")
        return str(self)

    def _print(self, text: str, field: str) -> str:
        if small(self._indicator, self._min_count):
            raise TemplateError(f"{self._indicator.id} is withheld")
        if not self._bare and (self._indicator.caveats or self._indicator.unknown):
            raise TemplateError(f"{self._indicator.id} is never printed without its caveats")
        return super()._print(text, field)


# Questions that stay open, and what is said of the records.


def _reason(claim: ClaimEvidence) -> str:
    return claim.because or because(claim.reasons)


def _whether(spec: FindingSpec, claim: str) -> str:
    return spec.claims[claim].whether


def _nothing(spec: FindingSpec, claims: Sequence[ClaimEvidence]) -> Said:
    """No question of the finding has an answer, all for one reason."""
    ids = tuple(c.claim for c in claims)
    return Said(f"HMIC could make no finding on {spec.letter.topic}, because {_reason(claims[0])}.", ids)


def _open(spec: FindingSpec, claims: Sequence[ClaimEvidence]) -> list[Said]:
    """Each open question once, and each reason once."""
    by_reason: dict[str, list[str]] = {}
    for claim in claims:
        by_reason.setdefault(_reason(claim), []).append(claim.claim)
    said: list[Said] = []
    for reason, (first, *more) in by_reason.items():
        lead = NOT_KNOWN_EITHER if said else NOT_KNOWN
        said.append(Said(f"{lead} {_whether(spec, first)}, because {reason}.", (first,)))
        said += _same_reason(spec, more)
    return said


def _same_reason(spec: FindingSpec, claims: Sequence[str]) -> list[Said]:
    """Further questions that are open for the reason just given, as many in a sentence as it can hold."""
    said: list[Said] = []
    for id in claims:
        question = f"whether {_whether(spec, id)}."
        if said:
            joined = f"{said[-1].text.rstrip('.')} or {question}"
            if len(joined.split()) <= MOST_WORDS:
                said[-1] = Said(joined, (*said[-1].claims, id))
                continue
        said.append(Said(f"{SAME_REASON_AGAIN if said else SAME_REASON} {question}", (id,)))
    return said


def _on_records(decided: Sequence[ClaimEvidence], of: int, said: Sequence[Said], facts: Facts) -> list[Said]:
    """That records of a part of the period were counted, where they were: for a verdict, or for a figure beside it."""
    held = {c.claim: c.records_of for c in decided if c.records_of}
    if held:
        which = "This finding rests" if len(held) == of else "Part of this finding rests"
        return [Said(f"{which} only on the records of {next(iter(held.values()))}.", tuple(held))]
    printed = [(s.claims, facts.figures.get(field.partition(".")[0])) for s in said for _, field in s.numbers]
    parts = [(claims, f.window) for claims, f in printed if f is not None and _PART.search(f.window)]
    return [Said(f"Part of this finding rests only on the records of {w}.", claims) for claims, w in parts[:1]]
