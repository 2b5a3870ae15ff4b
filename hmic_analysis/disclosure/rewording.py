"""Sentences without the numbers that are withheld."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hmic_analysis.disclosure.formats import Part
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Indicator
from hmic_analysis.evidence.withheld import DisclosureRules, Withheld, parts
from hmic_analysis.words import COUNTS, say_value, sentence_case

#: Fields of an indicator that print in its own unit; the others are counts.
OWN_UNIT = ("value", "lo", "hi", "lo_missing", "hi_missing")
NOT_FOR_PUBLICATION = "It rests on figures that are not for publication."


@dataclass(frozen=True)
class Secrets:
    """The numbers that a text may not show, in every way they may be printed."""

    #: ``5.0%``, ``3``.
    printed: frozenset[str] = frozenset()
    #: Those that aren't whole, unrounded: a text may print them with any decimals.
    exact: tuple[float, ...] = ()

    def told_by(self, text: str) -> bool:
        """Whether a text shows any of them."""
        return bool(self.among(numbers_in(text)))

    def among(self, numbers: Iterable[str]) -> set[str]:
        """Those of some printed numbers that show any of them."""
        return {n for n in numbers if n in self.printed or self._rounds(n)}

    def _rounds(self, number: str) -> bool:
        """Whether a number with decimals is one of them, rounded to these decimals."""
        decimals = len(number.rstrip("%").partition(".")[2])
        if not decimals or "e" in number.lower():
            return False
        value = float(number.rstrip("%"))
        return any(abs(value - v) <= 0.5 * 10**-decimals + 1e-9 for v in self.exact)


#: A number as people print it, with its per cent sign; not the digits of a code such as A1.
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])-?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?%?(?![A-Za-z0-9_])")


def numbers_in(text: str) -> set[str]:
    """The numbers of a text, as printed, without their thousands' commas."""
    return {n.rstrip(",").replace(",", "") for n in _NUMBER.findall(text)}


def secrets_of(indicators: Iterable[Indicator], withheld: Withheld) -> Secrets:
    """The numbers of withheld indicators in every way they are printed."""
    found: set[str] = set()
    exact: list[float] = []
    for indicator in indicators:
        if indicator.id in withheld.figures:
            fields = ("numerator", *OWN_UNIT)
            counts = [float(v) for v in parts(indicator)]
        elif indicator.id in withheld.unknowns:
            fields, counts = ("lo_missing", "hi_missing"), []
        else:
            continue
        for field in fields:
            value = getattr(indicator, field)
            # A bound that says what is published anyway is none of the secrets, nor is one that bounds nothing.
            idle = field not in ("value", "numerator") and value in (0, 100)
            if value is not None and not idle and not (counts == [] and value == indicator.value):
                unit = indicator.unit if field in OWN_UNIT else "count"
                # A bound that rounds to what is published is a secret only with the decimals that part the two.
                shown = forms(indicator.value, unit) if counts == [] and indicator.value is not None else set()
                same = f"{value:.1f}" in shown
                found |= forms(value, unit) - (shown if same else set())
                exact += [float(value)] if field in OWN_UNIT and not same else []
        for count in counts:
            found |= forms(count, "count")
    return Secrets(frozenset(found), tuple(exact))


def tells(text: str, named: Mapping[str, Indicator], withheld: Withheld) -> bool:
    """Whether a text names a withheld indicator and shows one of its numbers."""
    folded = text.casefold()
    for id in withheld.figures | withheld.unknowns:
        indicator = named[id]
        labels = {indicator.label, indicator.label.rpartition(": ")[2], sentence_case(indicator.stratum)}
        if any(x and x.casefold() in folded for x in labels) and secrets_of([indicator], withheld).told_by(text):
            return True
    return False


def without(
    text: str, named: Mapping[str, Indicator], withheld: Withheld, secrets: Secrets | None, rules: DisclosureRules
) -> str:
    """An explanation without the sentences that show what is withheld.

    A sentence that says what was left out stands in place of the first of them.
    """
    kept: list[str] = []
    said = f"Withheld: a figure on {rules.few} persons, or one that would give such a count away."
    for sentence in re.split(r"(?<=[.;]) (?=[A-Z])", text):
        # What is tested against is a parameter, published with the rule, and no count of anybody.
        found = sentence.split("; test:", 1)[0]
        if tells(found, named, withheld) or (secrets is not None and secrets.told_by(found)):
            sentence = said
        if sentence != said or said not in kept:
            kept.append(sentence)
    return " ".join(kept)


def forms(value: float, unit: str) -> set[str]:
    """A number in the ways it may be printed, without thousands' commas."""
    if unit in COUNTS or float(value).is_integer():
        bare = {f"{value:.0f}", f"{value:.1f}"}
    else:
        bare = {f"{value:.1f}", f"{value:.2f}", f"{value:g}", repr(float(value))}
    said = numbers_in(say_value(value, unit))
    # A whole percentage, such as 5%, says as much only with its sign: a bare 5 may be anything.
    return bare | said | ({f"{b}%" for b in bare} | {f"{value:.0f}%"} if unit == "%" else set())


def words_for(indicator: Indicator, rules: DisclosureRules) -> str:
    """What a sentence says in place of a withheld figure.

    ``fewer than 5``; ``all but fewer than 5`` of a percentage of which few are missing; else ``a figure that is
    withheld``, for "fewer than 5 days" would be another statement.
    """
    counts = parts(indicator)
    if indicator.unit in COUNTS and counts and rules.is_small(counts[0]):
        return rules.few
    if indicator.unit == "%" and len(counts) == 2:
        yes, no = counts
        if rules.is_small(yes) and not rules.is_small(no) and no:
            return rules.few
        if rules.is_small(no) and not rules.is_small(yes) and yes:
            return f"all but {rules.few}"
    return "a figure that is withheld"


def reworded(claim: ClaimEvidence, named: dict[str, Indicator], withheld: Withheld, rules: DisclosureRules) -> str:
    """A claim's sentence with words in place of each withheld number."""
    sentence = claim.sentence
    for of, source in claim.numbers:
        # A share of few is printed with its counts in brackets: they go with it.
        if source.endswith(".denominator") and is_withheld(source, withheld):
            sentence = re.sub(rf" \([\d,]+ of {re.escape(of)}\)", "", sentence)
    texts = dict.fromkeys(text for text, _ in claim.numbers)
    for text in sorted(texts, key=len, reverse=True):
        sources = [source for shown, source in claim.numbers if shown == text]
        gone = [is_withheld(source, withheld) for source in sources]
        if not any(gone) or not numbers_in(text):
            continue
        places = list(re.finditer(rf"(?<![\w.,]){re.escape(text)}(?![\w%]|[.,]\d)", sentence))
        # Printed as often as there are sources: each in its place.  Else every one goes, for none can be told apart.
        mask = gone if len(places) == len(sources) else [True] * len(places)
        first = next(named[s.rsplit(".", 1)[0]] for s, g in zip(sources, gone, strict=True) if g)
        for k in reversed(range(len(places))):
            if mask[k]:
                source = sources[k] if len(places) == len(sources) else ""
                indicator = named.get(source.rsplit(".", 1)[0], first)
                start, end = places[k].span()
                sentence = f"{sentence[:start]}{words_for(indicator, rules)}{sentence[end:]}"
    return _capital(sentence)


def is_withheld(source: str, withheld: Withheld) -> bool:
    """Whether the number taken from ``attendance_pct.lo_missing`` may not be shown."""
    id, _, field = source.rpartition(".")
    return id in withheld.figures or (id in withheld.unknowns and field in ("unknown", "lo_missing", "hi_missing"))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def clear_of(text: str, secrets: Secrets, instead: str) -> str:
    """The text, or ``instead`` where it shows a withheld number."""
    return instead if secrets.told_by(text) else text


def clear_note(text: str, rules: DisclosureRules) -> str:
    """A note or caveat beside a figure of persons; empty where it tells a small count, also as the rest of a whole."""
    counts = [int(n) for n in numbers_in(text) if n.isdigit()]
    rests = [int(of) - int(yes) for yes, of in re.findall(r"(\d+) of (\d+)", text.replace(",", ""))]
    return "" if any(map(rules.is_small, (*counts, *rests))) else text


def kept_numbers(sentence: str, numbers: Sequence[tuple[str, str]], withheld: Withheld) -> tuple[tuple[str, str], ...]:
    """The numbers that a reworded sentence still prints."""
    return tuple((t, s) for t, s in numbers if not is_withheld(s, withheld) and t in sentence)


# What a release says, taken apart into sentences and rows of tables.

#: Numbers that count nobody: days, limits, numbers of figures, the rule itself.
_IDLE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?\b"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b(?: \d{4})?"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b"
    r"|\b\d{2}:\d{2}\b|\b\d+ (?:months?|hours?|minutes?) to\b"
    r"|\b(?:[Ff]igures?|[Tt]ables?|[Aa]nnex|[Pp]ages?|[Ss]ections?|row|column) \d+(?:\.\d+)*"
    r"|\b(?:fewer|less|more) than \d+(?:\.\d+)?%?|\bwithin \d+(?:\.\d+)?%?|\b(?:last|past|first|over|after) \d+ \w+"
    r"|\b(?:at least|at most|below|above|under|reach(?:es|ed)?|the test of|[Tt]est:?) \d+(?:\.\d+)?%?"
    r"|\b95% (?:interval|confidence)|\b\d+(?:\.\d+)?(?:st|nd|rd|th)\b"
)
#: Where one sentence ends and the next begins.
SENTENCE = re.compile(r"(?<=[.;!?]) +(?=[A-Z\"'(\[])")


def without_idle(text: str) -> str:
    """The text without the numbers that count nobody."""
    return _IDLE.sub(" ", text)


@dataclass(frozen=True)
class Statement:
    """A sentence, or one row of a table with its header."""

    #: Where it stands.
    part: Part
    #: What it says, without the numbers that count nobody.
    words: str
    #: Of a row of a table the names of its columns, else empty.
    header: tuple[str, ...] = ()
    #: Of a row its cells.
    cells: tuple[str, ...] = ()

    @cached_property
    def folded(self) -> str:
        """Its words for looking names up."""
        return " ".join(self.words.split()).casefold()

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Its numbers as printed; those of a code or key of a row are none."""
        return frozenset(numbers_in(self.words))


def statements(part: Part) -> Iterator[Statement]:
    """A part of a release taken apart into sentences, or rows."""
    if not part.rows:
        for sentence in SENTENCE.split(part.text):
            yield Statement(part, without_idle(sentence))
        return
    header = part.rows[0]
    named = not any(numbers_in(c) and c == "".join(c.split()) and c[:1].isdigit() for c in header)
    for row in part.rows[1:] if named and len(part.rows) > 1 else part.rows:
        words = without_idle(" | ".join(row))
        yield Statement(part, words, header if named else (), row)


# Withheld numbers in the words that the evidence had for them, before anything was withheld.

#: Letters of a sentence below which it may stand anywhere.
_SHORT = 20
#: Words around a number by which it is told from the same number elsewhere, and the fewest that do.
_AROUND, _FEWEST = 4, 3
_WORD = re.compile(r"[^\s,;:()\"'\u2018\u2019\u201c\u201d]+")


def as_worded(
    parts: Sequence[Statement], bundle: Bundle, secret: Mapping[str, Secrets]
) -> Iterator[tuple[str, str, str, str]]:
    """Sentences of the evidence as they were before, whole, or the words around a number of theirs.

    File, place, what could be worked out, how.

    Notes
    -----
    In a letter sentences are joined to their neighbours ("It could also say ..."), so a number typed back in need not
    stand in the very sentence of the evidence; the words right before it are still the same.
    """
    named = {i.id: i for i in bundle.indicators}
    whole: dict[str, str] = {}
    phrases: dict[str, str] = {}
    openings: dict[str, str] = {}
    for claim in bundle.claims:
        openings |= _openings(claim, secret)
        for sentence in (s for text in (claim.sentence, claim.why) for s in SENTENCE.split(text)):
            plain = " ".join(without_idle(sentence.split("; test:", 1)[0]).split()).casefold()
            for id, shown in secret.items():
                if not shown.told_by(plain) or not _bears(claim, id, sentence, named):
                    continue
                if len(plain) > _SHORT:
                    whole.setdefault(plain.rstrip(".;"), id)
                phrases |= {phrase: id for phrase in _phrases(plain, shown)}
    for statement in parts:
        for plain, id in whole.items():
            if plain in statement.folded:
                how = "prints the sentence as it was before it was withheld"
                yield statement.part.file, statement.part.place, f"{named[id].label} ({id})", how
        words = f" {' '.join(_words(statement.folded))} " if statement.numbers and not statement.cells else ""
        for phrase, id in phrases.items():
            if f" {phrase} " in words:
                how = f'prints "{phrase}", as its sentence had it'
                yield statement.part.file, statement.part.place, f"{named[id].label} ({id})", how
        for opening, id in openings.items():
            _, found, rest = words.partition(f" {opening} ")
            if found and secret[id].told_by(rest.partition(" ")[0]):
                how = f'prints "{opening} {rest.partition(" ")[0]}" where its sentence withholds the number'
                yield statement.part.file, statement.part.place, f"{named[id].label} ({id})", how


def _words(text: str) -> list[str]:
    """The words of a text without the marks around them; the full stop of a sentence goes, that of a number stays."""
    return [word.rstrip(".!?") for word in _WORD.findall(text)]


def _phrases(plain: str, shown: Secrets) -> Iterator[str]:
    """Each withheld number of a sentence with the words right before it, or right after it where it comes first."""
    words = _words(plain)
    for i, word in enumerate(words):
        if not shown.among(numbers_in(word)):
            continue
        window = words[max(0, i - _AROUND) : i + 1] if i >= _FEWEST else words[: i + 1 + _AROUND]
        if len(window) > _FEWEST:
            yield " ".join(window)


def _openings(claim: ClaimEvidence, secret: Mapping[str, Secrets]) -> dict[str, str]:
    """The words right before each place where a sentence withholds a number already: "fewer than 5"."""
    found = {}
    for text, source in claim.numbers:
        id = source.rpartition(".")[0]
        before, there, _ = claim.sentence.partition(text)
        words = _words(before.casefold())[-_AROUND:]
        if id in secret and there and not secret[id].told_by(text) and len(words) >= _FEWEST:
            found[" ".join(words)] = id
    return found


def _bears(claim: ClaimEvidence, id: str, sentence: str, named: Mapping[str, Indicator]) -> bool:
    """Whether a number of a claim's sentence is that of the indicator: it was taken from it, or stands by its name."""
    sources = {source.rpartition(".")[0] for text, source in claim.numbers if text in sentence}
    return id in sources or named[id].label.casefold() in sentence.casefold()
