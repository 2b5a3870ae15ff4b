"""Turning what is known into HTML: one environment for all pages, every text from data escaped."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2


@cache
def environment() -> jinja2.Environment:
    """The templates of this package.

    Returns
    -------
    jinja2.Environment
        Escapes every value, and refuses one that is not there.
    """
    return jinja2.Environment(
        loader=jinja2.PackageLoader("hmic_analysis.site", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


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
