"""Words: cleaning them, joining sentences, and writing dates and figures as people read them."""

from __future__ import annotations

import re
from datetime import date, datetime

from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.model import ClaimEvidence, Indicator

# Not calendar.month_name: that follows the machine's language, and letters are written in English everywhere.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

#: Characters that XML 1.0 can't hold, so no Word document can.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Words that open a sentence with a capital only because they open it.
OPENERS = frozenset(
    "a about after all although among an and as at because before between both by during each every few for from "
    "given he her his if in it its many more most no none of on one only our over since some that the their there "
    "these they this those through to under until we when where which while with within".split()
)

DASH = "\N{EN DASH}"


def clean(text: str) -> str:
    """Text as it can be printed: no character that XML forbids, white space of any kind as one blank.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    return " ".join(ILLEGAL.sub("", str(text)).split())


def long_date(iso: str) -> str:
    """A date as letters write it.

    Parameters
    ----------
    iso : str
        ``2014-09-03``.

    Returns
    -------
    str
        ``3 September 2014``.

    Raises
    ------
    DataError
        If it is no date.
    """
    try:
        day = date.fromisoformat(iso[:10])
    except ValueError:
        raise DataError(f"'{iso}' in the evidence is not a date. Dates are written YYYY-MM-DD.") from None
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def embargo_text(embargo: str) -> str:
    """The embargo in words.

    Parameters
    ----------
    embargo : str
        ``2014-09-04T00:01``, London wall time; "" for none.

    Returns
    -------
    str
        ``EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014``, or "".

    Raises
    ------
    ParameterError
        If it is no date and time.
    """
    if not embargo:
        return ""
    try:
        moment = datetime.fromisoformat(embargo)
    except ValueError:
        raise ParameterError(
            f"The embargo '{embargo}' is not a date and time. Write it as 2014-09-04T00:01 (London wall time)."
        ) from None
    return (
        f"EMBARGOED: not to be published before {moment:%H:%M} on {WEEKDAYS[moment.weekday()]} "
        f"{long_date(moment.date().isoformat())}"
    )


def listed(words: list[str] | tuple[str, ...]) -> str:
    """``a, b and c``."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def after(lead: str, sentence: str, names: str = "") -> str:
    """A sentence led in by a word or clause: ``after("However,", "The plan ...")``.

    Parameters
    ----------
    lead : str
        With its comma.
    sentence : str
    names : str
        Names that keep their capital: those of the force and the organisation.

    Returns
    -------
    str
        ``However, the plan ...``; where the first word may be a name its capital is kept and a colon replaces
        the comma: ``However: Tasking meets ...``.
    """
    first = sentence.split(" ", 1)[0]
    word = first.strip(",;:'\"")
    if word.lower() in OPENERS:
        return f"{lead} {sentence[0].lower()}{sentence[1:]}"
    known = word.isupper() or word[:1].isdigit() or word in names.split()
    return f"{lead if known else lead.rstrip(',') + ':'} {sentence}"


def points(claim: ClaimEvidence) -> int:
    """Which way a decided claim speaks for a reader: 1 in the force's favour, -1 against, 0 neither.

    An absence or an incapability that is found is against the force; anything else that is found is for it.
    Acknowledgements, comparisons and the inspectors' own views are neither, and so is what can't be decided.
    """
    if claim.verdict == "not_determinable" or claim.type in ("acknowledgement", "comparative", "judgement"):
        return 0
    found = 1 if claim.verdict == "supported" else -1
    return -found if claim.type in ("absence", "incapability") else found


def value_text(value: float, unit: str) -> str:
    """A figure with its unit.

    Parameters
    ----------
    value : float
        Percentages in per cent.
    unit : str
        Unit of an indicator.

    Returns
    -------
    str
        ``83.4%``, ``1,204 persons``, ``0.82``, ``12.5 per 1,000 crimes``.
    """
    if unit == "%":
        return f"{value:.1f}%"
    if unit == "0-1":
        return f"{value:.2f}"
    if unit in ("count", ""):
        return count_text(value)
    if unit == "persons":
        return f"{count_text(value)} {'person' if value == 1 else 'persons'}"
    return f"{value:,.1f} {unit}"


def count_text(value: float) -> str:
    """A count, with commas; a decimal only where it isn't whole."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def range_text(indicator: Indicator) -> str:
    """The uncertainty of a figure: its interval, then its bounds where states are unknown; a dash if neither.

    Parameters
    ----------
    indicator : Indicator

    Returns
    -------
    str
        One or two lines.
    """
    lines = []
    if indicator.lo is not None and indicator.hi is not None:
        named = f" ({clean(indicator.interval)})" if indicator.interval else ""
        lines.append(f"{_span(indicator.lo, indicator.hi, indicator.unit)}{named}")
    if indicator.unknown and indicator.lo_missing is not None and indicator.hi_missing is not None:
        span = _span(indicator.lo_missing, indicator.hi_missing, indicator.unit)
        lines.append(f"{span} with the {count_text(indicator.unknown)} unknown counted against or for")
    return "\n".join(lines) or DASH


def _span(low: float, high: float, unit: str) -> str:
    if unit == "%" or unit == "0-1":
        return f"{value_text(low, unit)} to {value_text(high, unit)}"
    return f"{value_text(low, unit).split(' ', 1)[0]} to {value_text(high, unit)}"
