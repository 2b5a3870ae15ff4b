"""Words: cleaning them, and writing dates and figures as people read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.wording import small
from hmic_analysis.words import say_date, say_value

# --------------------------------------------------------------------------------------------------------------------
# Words: cleaning them, joining sentences, and writing dates and figures as people read them.

# Not calendar.day_name: that follows the machine's language, and letters are written in English everywhere.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

#: Characters that XML 1.0 can't hold, so no Word document can.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Marks that make what follows run from right to left, or hide where it ends: text could be read as what it isn't.
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

#: Words that open a sentence with a capital only because they open it.
OPENERS = frozenset(
    "a about after all although among an and as at because before between both by during each every few for from "
    "given he her his if in it its many more most no none of on one only our over since some that the their there "
    "these they this those through to under until we when where which while with within "
    # Ordinary words with which sentences of params/findings begin.
    "arrangements attending call-handlers daily dispatchers existing identification key large larger maps next next-to "
    "officers part people performance practice preventing records reports results risk several small staff supervisors "
    "supervision teams what who work".split()
)

#: Words that already say that a sentence is somebody's view.
VIEW = re.compile(r"\b(view|views|believes?|considers?)\b", re.IGNORECASE)

DASH = "\N{EN DASH}"

#: Methods whose interval is about more than sampling: waits not over yet, and what a series would have been.
MODELLED = ("Kaplan-Meier", "autoregressive")


def clean(text: str) -> str:
    """Text as it can be printed: no character that XML forbids or that turns the text, any white space as one blank."""
    return " ".join(TURNING.sub("", ILLEGAL.sub("", str(text))).split())


def day(iso: str) -> date:
    """The day of ``2014-09-03`` (a time after it is left out)."""
    try:
        return date.fromisoformat(iso[:10])
    except ValueError:
        raise DataError(f"'{iso}' in the evidence is not a date. Dates are written YYYY-MM-DD.") from None


def long_date(iso: str) -> str:
    """``2014-09-03`` as letters write it: ``3 September 2014``; :class:`DataError` if it is no date."""
    return say_date(day(iso))


def embargo_text(embargo: str) -> str:
    """The moment an embargo ends, in words that complete "not to be published before ...".

    ``00:01 on Thursday 4 September 2014``, or "".
    """
    if not embargo:
        return ""
    try:
        moment = datetime.fromisoformat(embargo)
    except ValueError:
        raise ParameterError(
            f"The embargo '{embargo}' is not a date and time. Write it as 2014-09-04T00:01 (London wall time)."
        ) from None
    return f"{moment:%H:%M} on {WEEKDAYS[moment.weekday()]} {say_date(moment.date())}"


def listed(words: list[str] | tuple[str, ...]) -> str:
    """``a, b and c``."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def led(lead: str, sentence: str, names: str = "") -> str | None:
    """A sentence led in by a word or clause: ``led("However,", "The plan ...")``.

    ``However, the plan ...``; None where the first word may be a name, so that its capital can't be judged.
    """
    word = sentence.split(" ", 1)[0].strip(",;:'\"")
    if word.lower() in OPENERS:
        return f"{lead} {sentence[0].lower()}{sentence[1:]}"
    if (len(word) > 1 and word.isupper()) or word[:1].isdigit() or word in names.split():
        return f"{lead} {sentence}"
    return None


def as_view(sentence: str, names: str = "") -> str:
    """A sentence marked as the inspectors' view, unless it says so itself.

    ``In the inspectors' view, the plan ...`` or ``Training would help, in the inspectors' view.``
    """
    if VIEW.search(sentence):
        return sentence
    return led("In the inspectors' view,", sentence, names) or f"{sentence.rstrip('.')}, in the inspectors' view."


def as_sentence(words: str) -> str:
    """A clause as a sentence: with a capital and a full stop; "" stays as it is."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def points(claim: ClaimEvidence) -> int:
    """Which way a decided claim speaks for a reader: 1 in the force's favour, -1 against, 0 neither.

    An absence or an incapability that is found is against the force; anything else that is found is for it.
    Acknowledgements, comparisons and the inspectors' own views are neither, and so is what can't be decided.
    """
    if claim.verdict == "not_determinable" or claim.type in ("acknowledgement", "comparative", "judgement"):
        return 0
    found = 1 if claim.verdict == "supported" else -1
    return -found if claim.type in ("absence", "incapability") else found


def count_text(value: float) -> str:
    """A count, with commas; a decimal only where it isn't whole."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def range_text(indicator: Indicator, min_count: int) -> str:
    """The uncertainty of a figure: its interval, then its bounds where states are unknown; a dash if neither.

    One or two lines. A figure for all records of a register has no interval of sampling: nothing was sampled.
    """
    lines = []
    if small(indicator, min_count):
        return DASH
    sampled = indicator.basis != "all_records" or indicator.interval.startswith(MODELLED)
    if sampled and indicator.lo is not None and indicator.hi is not None:
        named = f" ({clean(indicator.interval)})" if indicator.interval else ""
        lines.append(f"{_span(indicator.lo, indicator.hi, indicator.unit)}{named}")
    if indicator.unknown and indicator.lo_missing is not None and indicator.hi_missing is not None:
        span = _span(indicator.lo_missing, indicator.hi_missing, indicator.unit)
        lines.append(f"{span} with {count_text(indicator.unknown)} unknown counted either way")
    return "\n".join(lines) or DASH


def based_on_text(indicator: Indicator, min_count: int) -> str:
    """The number of cases a figure rests on; a dash where that number is the figure itself."""
    if indicator.denominator is None or (small(indicator, min_count) and indicator.denominator < min_count):
        return DASH
    return count_text(indicator.denominator)


def _span(low: float, high: float, unit: str) -> str:
    return f"{say_value(low, unit)} to {say_value(high, unit)}"


# --------------------------------------------------------------------------------------------------------------------
# Joining the sentences of a finding, so that they read as one paragraph and not as a list.

#: How a sentence on an open question begins and goes on; see "not_determinable" in params/findings.
UNDECIDED = "The inspection could not determine "
BECAUSE = ", because "

#: A decided sentence right after one that leaves a question open.  Taken in turn, so that a letter doesn't drone; and
#: the last where the paragraph has turned before.
FOUND = ("It did find, however, that", "It found, though, that")
FOUND_AGAIN = "It did find that"
#: Turns against what was said before: the first of a paragraph, then a second one for the force and against it.
TURN, BACK_TO_GOOD, BACK_TO_BAD = "However,", "Even so,", "On the other hand,"

#: What stands before "also": "was also", but "also has no".
AUXILIARIES = ("is", "was", "are", "were", "can", "could", "will", "would")

#: One of a thing, where the sentence has a place for any number of them.
ONE = tuple(
    (re.compile(rf"(?<![\d.,])1 {many}\b"), f"1 {one}")
    for many, one in (
        ("officers and staff", "officer or member of staff"),
        ("long-term initiatives", "long-term initiative"),
        ("force systems", "force system"),
        ("of the 43 have", "of the 43 has"),
        ("files read were", "file read was"),
        ("records", "record"),
        ("files", "file"),
    )
)
#: "a" or "an" before a number that is spoken with a vowel: eight, eleven, eighteen, eighty, 8,000, 11,000.
ARTICLE = re.compile(r"\b([Aa])n? (?=(\d[\d,]*))")


@dataclass
class _Said:
    """What the paragraph has said so far."""

    way: int = 0
    turned: bool = False
    undecided_before: bool = False
    reason: str = ""
    last: str = ""


def join_sentences(
    claims: Sequence[ClaimEvidence], sentences: Sequence[str], names: str, period: str, turn: int = 0
) -> list[str]:
    """The sentences of one finding, each joined to the one before.

    "However," where a sentence turns against the one before, "also" where two begin alike, "Nor" where a second
    question stays open; a reason is given once; the inspectors' views are marked as such.
    """
    said = _Said()
    joined: list[str] = []
    for claim, sentence in zip(claims, sentences, strict=True):
        joined.append(_next(said, claim, sentence, names, turn))
        said.last = sentence
        said.undecided_before = claim.verdict == "not_determinable" and claim.type != "judgement"
        # After a view nothing turns against what was said before it: the reader would take it to turn against the view.
        said.way = 0 if claim.type == "judgement" else points(claim) or said.way
    return [agree(sentence) for sentence in _period_once(joined, period)]


def _next(said: _Said, claim: ClaimEvidence, sentence: str, names: str, turn: int) -> str:
    if claim.type == "judgement":
        return as_view(sentence, names)
    if claim.verdict == "not_determinable":
        return _open(said, sentence)
    way = points(claim)
    if said.undecided_before:
        lead = FOUND_AGAIN if said.turned else FOUND[turn % len(FOUND)]
        said.turned = True
        return led(lead, sentence, names) or sentence
    if said.way * way < 0:
        lead = TURN if not said.turned else BACK_TO_GOOD if way > 0 else BACK_TO_BAD
        said.turned = True
        return led(lead, sentence, names) or sentence
    if said.way == way and sentence.startswith("The force ") and said.last.startswith("The force "):
        return also(sentence)
    return sentence


def _open(said: _Said, sentence: str) -> str:
    """A question that stays open; its reason only where it is another one than before."""
    head, mark, reason = sentence.partition(BECAUSE)
    if not head.startswith(UNDECIDED) or not mark:
        return sentence
    question, before, said.reason = head.removeprefix(UNDECIDED), said.reason, reason
    if said.undecided_before and reason == before:
        return f"Nor, for the same reason, could it determine {question}."
    if said.undecided_before:
        return f"Nor could it determine {question}{BECAUSE}{reason}"
    if reason == before:
        # Other sentences stand in between, so "the same reason" would be looked for in those.
        return f"The inspection also could not determine {question}, again because {reason}"
    if before:
        return f"The inspection also could not determine {question}{BECAUSE}{reason}"
    if said.way <= 0 or said.turned:
        return sentence
    said.turned = True
    return f"{TURN} t{sentence[1:]}"


def also(sentence: str) -> str:
    """``The force also ...``, for a second sentence in a row that begins with "The force".

    ``The force also knows ...`` or ``The force was also unable ...``.
    """
    verb, _, rest = sentence.removeprefix("The force ").partition(" ")
    if verb in AUXILIARIES:
        return f"The force {verb} also {rest}"
    return f"The force also {verb} {rest}"


def _period_once(sentences: Sequence[str], period: str) -> list[str]:
    """The period in full the first time, "the same period" after that."""
    out: list[str] = []
    for sentence in sentences:
        if any(period in before for before in out):
            for word in ("in", "during"):
                sentence = sentence.replace(f"{word} {period}", f"{word} the same period")
        out.append(sentence)
    return out


def agree(sentence: str) -> str:
    """Number and article as grammar asks for: ``1 record``, ``an 83.4%``.

    No number is changed.
    """
    for pattern, one in ONE:
        sentence = pattern.sub(one, sentence)
    return ARTICLE.sub(lambda found: f"{found[1]}{'n' if _vowel(found[2]) else ''} ", sentence)


def _vowel(number: str) -> bool:
    head = number.split(",")[0]
    return head.startswith("8") or (head in ("11", "18") and len(number.split(",")) <= 2)
