"""Words: cleaning them, and writing dates and figures as people read them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.wording import small
from hmic_analysis.words import say_date, say_value

if TYPE_CHECKING:
    import jinja2

# Not calendar.day_name: that follows the machine's language, and letters are written in English everywhere.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

#: Characters that XML 1.0 can't hold, so no Word document can.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Marks that make what follows run from right to left, or hide where it ends: text could be read as what it isn't.
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

#: Words that already say that a sentence is somebody's view.
VIEW = re.compile(r"\b(view|views|believes?|considers?)\b", re.IGNORECASE)

DASH = "\N{EN DASH}"


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


def as_view(sentence: str) -> str:
    """A sentence marked as the inspectors' view, unless it says so itself."""
    return sentence if VIEW.search(sentence) else f"{sentence.rstrip('.')}, in the inspectors' view."


def as_sentence(words: str) -> str:
    """A clause as a sentence: with a capital and a full stop; "" stays as it is."""
    if not words:
        return ""
    told = f"{words[:1].upper()}{words[1:].rstrip('.')}"
    return told if told.endswith(("?", "!")) else f"{told}."


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
    """The uncertainty of a figure: its interval, and its bounds where states are unknown; a dash if neither.

    One or two lines. The interval of a share of a sample holds what is unknown. A figure for all records of a register
    has no interval of sampling: nothing was sampled.
    """
    lines = []
    if small(indicator, min_count):
        return DASH
    if indicator.has_interval:
        named = f" ({clean(indicator.interval)})" if indicator.interval else ""
        lines.append(f"{_span(indicator.lo, indicator.hi, indicator.unit)}{named}")
    low, high = indicator.lo_missing, indicator.hi_missing
    if indicator.unknown and low is not None and high is not None and not indicator.unknown_in_interval:
        span = _span(low, high, indicator.unit)
        lines.append(f"{span} with {count_text(indicator.unknown)} unknown counted either way")
    return "\n".join(lines) or DASH


def based_on_text(indicator: Indicator, min_count: int) -> str:
    """The number of cases a figure rests on; a dash where that number is the figure itself."""
    if indicator.denominator is None or (small(indicator, min_count) and indicator.denominator < min_count):
        return DASH
    return count_text(indicator.denominator)


def _span(low: float, high: float, unit: str) -> str:
    return f"{say_value(low, unit)} to {say_value(high, unit)}"


# Number and article as grammar asks for, in what an inspector words.

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


def agree(sentence: str) -> str:
    """Number and article as grammar asks for: ``1 record``, ``an 83.4%``. No number is changed."""
    for pattern, one in ONE:
        sentence = pattern.sub(one, sentence)
    return ARTICLE.sub(lambda found: f"{found[1]}{'n' if _vowel(found[2]) else ''} ", sentence)


def _vowel(number: str) -> bool:
    head = number.split(",")[0]
    return head.startswith("8") or (head in ("11", "18") and len(number.split(",")) <= 2)


def halves(subtitle: str) -> tuple[str, str]:
    """The first sentence of a subtitle, which says what is measured; and the rest, which says how to read it."""
    first, stop, rest = subtitle.partition(". ")
    return (f"{first}.", rest) if stop else (subtitle, "")


def page_templates(folder: str) -> jinja2.Environment:
    """The web pages of a folder of this package: every value is escaped, and one that is not there refused."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader(f"hmic_analysis.{folder}", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
