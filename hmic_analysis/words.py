"""How figures and days are printed, the same everywhere a person reads them."""

import re
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

#: Units of figures that are counts themselves.
COUNTS = ("count", "persons", "documents", "forces")
#: Share of the units from which what is not known of them is told beside the figure.
MANY = 0.1

#: Parts of the letter, in its order.
SECTIONS = ("preventing_crime", "crime_recording_and_attendance", "freeing_up_time")


def say_clock(at: str) -> str:
    """A moment kept in UTC by the clock on the wall: ``2014-03-31 23:00 BST`` of ``2014-03-31T22:00:00+00:00``."""
    return f"{datetime.fromisoformat(at).astimezone(ZoneInfo('Europe/London')):%Y-%m-%d %H:%M %Z}"


def say_period(start: date, end: date) -> str:
    """A period in words: ``the 12 months to 30 November 2013`` where it is whole months, else from and to."""
    after = date.fromordinal(end.toordinal() + 1)
    months = (after.year - start.year) * 12 + after.month - start.month
    if start.day == 1 and after.day == 1 and months >= 1:
        return f"the {months} months to {say_date(end)}" if months > 1 else f"{MONTHS[start.month - 1]} {start.year}"
    return f"the period from {say_date(start)} to {say_date(end)}"


def say_value(value: float | None, unit: str) -> str:
    """A value with its unit, rounded as inspectors print it.

    ``unit``: as in the catalogue: ``%``, ``count``, ``persons``, ``hours``, ``days``, ``minutes``, ``points``, ...
    Returns: one decimal for percentages, points and hours, whole numbers for counts, days and minutes, two decimals for
        indices; ``not available`` for None.

    A percentage that would be rounded up to 100 without being it is ``more than 99.9%``, and one that would be rounded
    down to 0 is ``less than 0.1%``: so none is said to be all or nothing that isn't, and none is given another figure.
    Days and minutes that would be rounded to none have one decimal.
    """
    if value is None:
        return "not available"
    if unit == "yes/no":
        return "yes" if value else "no"
    if unit == "%":
        text = f"{value:.1f}%"
        if text == "100.0%" and value < 100:
            return "more than 99.9%"
        return "less than 0.1%" if text == "0.0%" and value > 0 else text
    if unit == "points":
        return f"{value:.1f} points"
    if unit in COUNTS:
        return f"{value:,.0f}"
    if unit in ("days", "minutes"):
        if 0.05 <= abs(value) < 0.5:
            return f"{value:.1f} {unit}"
        return f"{round(value) + 0:,.0f} {unit if abs(round(value)) != 1 else unit[:-1]}"
    if unit == "hours":
        return f"{value:,.1f} hours"
    if unit == "0-4":
        return f"{value:g} of 4"
    if unit in ("index", "0-1", "ratio", "kappa"):
        return f"{value:.2f}"
    if unit in ("hours per year", "pounds"):
        return f"{value:,.0f} {unit if abs(round(value)) != 1 else unit.replace('s', '', 1)}"
    if unit.startswith("per "):
        return f"{value:,.1f} {unit}"
    return f"{value:,.1f}" + (f" {unit}" if unit and unit != "number" else "")


#: What is counted, where its singular is not told by leaving off the last letter.
_ONE_OF = {
    "dispatches": "dispatch",
    "analyses": "analysis",
    "agencies": "agency",
    "entries": "entry",
    "people": "person",
}
_MANY_OF = re.compile(
    r"(?<![\w.,:/%-])1 ((?:(?!(?:and|or|of|to|in|is)\b)[a-z-]+ )?)"
    r"(actions|agencies|agreements|analyses|answers|areas|audits|calls|cameras|cases|cells|changes|charts|claims|"
    r"contacts|crimes|days|deployments|devices|dispatches|documents|entries|figures|files|findings|forces|groups|hours|"
    r"incidents|initiatives|meetings|members|minutes|months|offenders|officers|operations|pages|people|persons|plans|"
    r"points|pounds|quarters|questions|readers|records|reports|reviews|rows|sheets|states|suspects|systems|tables|tasks|teams|"
    r"transfers|units|victims|weeks)\b(?! and\b)"
)


def one_of(text: str) -> str:
    """A text in which one of a thing is told as one: ``1 record``, not ``1 records``."""
    return _MANY_OF.sub(lambda m: f"1 {m[1]}{_ONE_OF.get(m[2], m[2][:-1])}", text)


def in_words(code: str) -> str:
    """A code of the field as people write it within a sentence: ``burglary dwelling``, ``anti-social behaviour``."""
    return NAMES.get(code, code.replace("_", " "))


def sentence_case(code: str) -> str:
    """A code of the field as people write it: ``burglary_dwelling`` becomes ``Burglary dwelling``."""
    text = in_words(code)
    return text[:1].upper() + text[1:]


#: Codes whose words are names, abbreviations or more than the code says.
NAMES = {
    "action_fraud": "Action Fraud", "asb": "anti-social behaviour", "pcso": "PCSO", "csi": "CSI", "pnc": "PNC",
    "follow_up": "follow-up", "whole": "whole experience",
}  # fmt: skip


#: Names of the months, the same whatever the language of the machine.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def say_date(day: date) -> str:
    """A day as letters write it, whatever the language of the machine: ``30 November 2013``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


# One term for each thing, in letters, charts, site, reports and messages.


class Term(NamedTuple):
    """A term, what it means, and the words that are not used for it."""

    term: str
    meaning: str
    not_this: tuple[str, ...] = ()


GLOSSARY = (
    Term("finding", "what the inspection looked into and reports in one paragraph, such as A6"),
    Term("claim", "one statement of a finding that can be true or false, such as A6c", ("assertion",)),
    Term("verdict", "whether a claim is supported, contradicted or not determinable; never whether a force is good"),
    Term(
        "not determinable",
        "the evidence decides neither way, for a reason that is given",
        ("undecided", "inconclusive", "indeterminate", "undetermined"),
    ),
    Term("threshold", "one number that a figure is held against", ("cut-off", "benchmark")),
    Term("test", "what a claim has to pass: one threshold, or several"),
    Term("figure", "a number that was worked out; in captions, a numbered chart", ("metric", "KPI")),
    Term("number", "how many of something were counted"),
    Term("base", "the number of cases that a figure rests on", ("denominator", "sample base")),
    Term("interval", "between which values a figure lies that was taken from a sample, with 95% confidence",
         ("confidence limits", "margin of error", "error margin")),
    Term("bounds", "the least and the most that a figure can be, with what is not known counted either way"),
    Term("range", "from the lowest to the highest of several forces or groups"),
    Term("not known", "the records do not say", ("n/k",)),
    Term("set aside", "records that could not be used, kept with the reason", ("rejected", "discarded", "dropped")),
    Term("withheld", "not shown, so that nobody can be recognised from a small number", ("suppressed", "redacted")),
    Term("grade", "how good the evidence is, from A to D, apart from what it says"),
    Term("period", "the days of which events are counted, usually the 12 months to 30 November 2013"),
    Term("as-of day", "the day of which stocks are counted, such as suspects outstanding", ("reference date",)),
    Term("synthetic", "made up by this project, about no real force", ("fake", "dummy")),
)  # fmt: skip
