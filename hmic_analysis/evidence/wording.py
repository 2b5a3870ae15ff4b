"""How figures and days are printed, the same everywhere a person reads them."""

from __future__ import annotations

from datetime import date, datetime

from hmic_analysis.evidence.model import Indicator
from hmic_analysis.measures.words import MONTHS

#: Units of figures that are counts themselves.
COUNTS = ("count", "persons", "documents", "forces")
#: Codes whose words are names or abbreviations.
NAMES = {"action_fraud": "Action Fraud", "asb": "anti-social behaviour", "pcso": "PCSO", "csi": "CSI", "pnc": "PNC"}


def say_date(day: date) -> str:
    """A day as letters write it: ``30 November 2013``.

    Parameters
    ----------
    day : datetime.date

    Returns
    -------
    str
        Independent of the machine's language.
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def say_embargo(end: datetime, zone: str) -> str:
    """The line of evidence that is not to be published before a moment; true before it and after it.

    Parameters
    ----------
    end : datetime.datetime
        Wall time in the zone.
    zone : str
        ``Europe/London``.

    Returns
    -------
    str
        ``Embargoed until 00:01 on 4 September 2014 (Europe/London)``.
    """
    return f"Embargoed until {end:%H:%M} on {say_date(end.date())} ({zone})"


def say_period(start: date, end: date) -> str:
    """A period in words: ``the 12 months to 30 November 2013`` where it is whole months, else from and to.

    Parameters
    ----------
    start, end : datetime.date
        First and last day.

    Returns
    -------
    str
    """
    after = date.fromordinal(end.toordinal() + 1)
    months = (after.year - start.year) * 12 + after.month - start.month
    if start.day == 1 and after.day == 1 and months >= 1:
        return f"the {months} months to {say_date(end)}" if months > 1 else f"{MONTHS[start.month - 1]} {start.year}"
    return f"the period from {say_date(start)} to {say_date(end)}"


def say_value(value: float | None, unit: str) -> str:
    """A value with its unit, rounded as inspectors print it.

    Parameters
    ----------
    value : float or None
    unit : str
        As in the catalogue: ``%``, ``count``, ``persons``, ``hours``, ``days``, ``minutes``, ``points``, ...

    Returns
    -------
    str
        One decimal for percentages, points and hours, whole numbers for counts, days and minutes, two decimals for
        indices; ``not available`` for None.

    Notes
    -----
    A percentage that would be rounded up to 100 without being it is ``more than 99.9%``, and one that would be rounded
    down to 0 is ``less than 0.1%``: so none is said to be all or nothing that isn't, and none is given another figure.
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
        return f"{value:,.0f} {unit if round(value) != 1 else unit[:-1]}"
    if unit == "hours":
        return f"{value:,.1f} hours"
    if unit in ("index", "0-1", "ratio", "kappa"):
        return f"{value:.2f}"
    if unit in ("hours per year", "pounds"):
        return f"{value:,.0f} {unit}"
    if unit.startswith("per "):
        return f"{value:,.1f} {unit}"
    return f"{value:,.1f}" + (f" {unit}" if unit and unit != "number" else "")


def say_indicator(indicator: Indicator, min_count: int = 0) -> str:
    """The value of an indicator, small counts of persons withheld.

    Parameters
    ----------
    indicator : Indicator
    min_count : int
        Counts of persons above 0 and below it are not printed.

    Returns
    -------
    str
        ``fewer than 5`` in place of a small count of persons and of a percentage of one; ``withheld (fewer than 5)``
        in place of any other figure that rests on one, since ``fewer than 5 days`` would be a different statement.
    """
    if small(indicator, min_count):
        return withheld(indicator, min_count)
    return say_value(indicator.value, indicator.unit)


def say_bounds(indicator: Indicator, min_count: int = 0) -> str:
    """What surrounds the value: its bounds for missing data and its interval.

    Parameters
    ----------
    indicator : Indicator
    min_count : int
        As in :func:`say_indicator`.

    Returns
    -------
    str
        ``82.1% to 84.7% with unknowns counted either way; 95 % interval 81.9% to 84.8%``; empty if there is neither.
    """
    if small(indicator, min_count):
        return ""
    parts = []
    if indicator.unknown and indicator.lo_missing is not None and indicator.hi_missing is not None:
        lo, hi = (say_value(v, indicator.unit) for v in (indicator.lo_missing, indicator.hi_missing))
        parts.append(f"{lo} to {hi} with unknowns counted either way")
    if indicator.lo is not None and indicator.hi is not None:
        lo, hi = (say_value(v, indicator.unit) for v in (indicator.lo, indicator.hi))
        parts.append(f"95% interval {lo} to {hi}")
    return "; ".join(parts)


def sentence_case(code: str) -> str:
    """A code of the field as people write it: ``burglary_dwelling`` becomes ``Burglary dwelling``."""
    text = NAMES.get(code, code.replace("_", " "))
    return text[:1].upper() + text[1:]


def small(indicator: Indicator, min_count: int) -> bool:
    """Whether the indicator is a small count of persons, or rests on one."""
    if not indicator.about_persons or min_count <= 0 or indicator.value is None:
        return False
    count = count_behind(indicator)
    return count is not None and 0 < count < min_count


def count_behind(indicator: Indicator) -> float | None:
    """The count that a figure is or rests on.

    Parameters
    ----------
    indicator : Indicator

    Returns
    -------
    float or None
        The value where it is a count itself.  Of a percentage or a rate its numerator; of a median or a mean, which
        have none, the units it was taken over, else those not known.
    """
    if indicator.unit in COUNTS:
        return indicator.value
    if indicator.numerator is not None or indicator.unit == "%":
        return indicator.numerator
    return indicator.denominator if indicator.denominator is not None else indicator.unknown


def withheld(indicator: Indicator, min_count: int) -> str:
    """What stands in place of a figure that is, or rests on, a small count of persons."""
    few = f"fewer than {min_count}"
    return few if indicator.unit in (*COUNTS, "%") else f"withheld ({few})"
