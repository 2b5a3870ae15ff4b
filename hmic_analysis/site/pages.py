"""Turning what is known into HTML: one environment for all pages, every text from data escaped."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2

#: Columns of figures' data whose names are short for something.
HEADINGS = {
    "lo": "Interval from",
    "hi": "Interval to",
    "lo_missing": "Lowest, unknowns counted",
    "hi_missing": "Highest, unknowns counted",
    "n": "Rests on",
    "p90": "90th centile",
}


@cache
def environment() -> jinja2.Environment:
    """The templates of this package.

    Returns
    -------
    jinja2.Environment
        Escapes every value, and refuses one that is not there.
    """
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("hmic_analysis.site", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(shown=_shown, heading=_heading, capitalise=capitalise, trim_stop=_trim_stop)
    return found


def render(template: str, **values: Any) -> str:
    """One page.

    Parameters
    ----------
    template : str
        File name in ``templates``.
    **values
        What it shows.

    Returns
    -------
    str
    """
    return environment().get_template(template).render(**values)


def _shown(value: Any) -> str:
    """A cell of a table of data: numbers with at most two decimals, the rest as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,}" if isinstance(value, int) or float(value).is_integer() else f"{value:,.2f}"


def _heading(name: str) -> str:
    """The name of a column as people read it."""
    return HEADINGS.get(name) or capitalise(str(name).replace("_", " "))


def capitalise(text: str) -> str:
    """The text with its first letter large and the rest as it was."""
    return text[:1].upper() + text[1:]


def _trim_stop(text: str) -> str:
    """The text without the full stop at its end, for a sentence that goes on."""
    return text.rstrip().rstrip(".")
