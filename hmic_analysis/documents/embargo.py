"""The embargo: until when nothing may be published, in the wall time of the inspection."""

import datetime as dt
import html
import re
from zoneinfo import ZoneInfo

from hmic_analysis.documents.text import WEEKDAYS
from hmic_analysis.errors import ParameterError
from hmic_analysis.params.models import Params
from hmic_analysis.words import say_date

# The one place that asks the machine what time it is, and only commands call it; everything else is told.


def now() -> dt.datetime:
    """The present moment, aware of its zone (UTC)."""
    return dt.datetime.now(dt.UTC)


# Moments are compared in UTC: two moments of one zone would be compared by their wall times, which on the night the
# clocks go back occur twice.


def in_utc(moment: dt.datetime) -> dt.datetime:
    """A moment in UTC."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone to be compared with the end of an embargo.")
    return moment.astimezone(dt.UTC)


def say_moment(moment: dt.datetime, zone: str) -> str:
    """A moment as people in the zone read it, and in UTC.

    ``Thursday 4 September 2014 at 00:01:00 BST (3 September 2014 at 23:01:00 UTC)``.
    """
    utc = in_utc(moment)
    local = utc.astimezone(ZoneInfo(zone))
    return (
        f"{WEEKDAYS[local.weekday()]} {say_date(local.date())} at {local:%H:%M:%S} {local.tzname()} "
        f"({say_date(utc.date())} at {utc:%H:%M:%S} UTC)"
    )


def under_embargo(params: Params, now: dt.datetime) -> bool:
    """Whether the embargo still holds; at the minute itself it has ended."""
    return in_utc(now) < in_utc(params.inspection.embargo)


def embargo_gate(params: Params, now: dt.datetime, what: str, marked: bool = False) -> None:
    """Refuse what may not leave before the embargo ends."""
    if marked or not under_embargo(params, now):
        return
    inspection = params.inspection
    raise ParameterError(
        f"{what} is refused: the embargo holds until {say_moment(inspection.embargo, inspection.timezone)}.\n"
        f"It is now {say_moment(now, inspection.timezone)}. Wait until then; before it only what bears the embargo in "
        "text is made, for those it binds (embargo_until in params/inspection.yml)."
    )


def marked_page(page: str, notice: str) -> str:
    """A page of HTML that bears the embargo in its text.

    With the notice at the top of its content, unless it has it already.
    """
    if not notice or notice in page:
        return page
    place = re.search(r"<main\b[^>]*>", page) or re.search(r"<body\b[^>]*>", page)
    if place is None:
        raise ValueError("The page has neither <main> nor <body> to hold the notice of the embargo.")
    return f"{page[: place.end()]}\n<p><strong>{html.escape(notice)}</strong></p>{page[place.end() :]}"


def embargo_line(params: Params) -> str:
    """The embargo as evidence and comparisons bear it: true whether read before it ends or after.

    ``Embargoed until 00:01 on 4 September 2014 (Europe/London)``; it doesn't depend on the clock, so equal evidence
    gives equal files.
    """
    return params.inspection.embargo_line


def embargo_notice(params: Params, now: dt.datetime) -> str:
    """The words that every output bears before the embargo ends.

    ``EMBARGOED: not to be published before 00:01 on Thursday 4 September 2014 (Europe/London)``; empty once it has
    ended.
    """
    if not under_embargo(params, now):
        return ""
    end, zone = params.inspection.embargo, params.inspection.timezone
    day = f"{WEEKDAYS[end.weekday()]} {say_date(end.date())}"
    return f"EMBARGOED: not to be published before {end:%H:%M} on {day} ({zone})"
