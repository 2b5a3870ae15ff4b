"""The national report as one web page."""

from __future__ import annotations

from functools import cache
from importlib import resources

import jinja2

from hmic_analysis.disclosure.sensitivity import declaration
from hmic_analysis.national.content import Content
from hmic_analysis.national.report import NationalReport

STYLE = "report.css"


@cache
def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("hmic_analysis.national", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["place"] = lambda title: "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
    return found


def page_bytes(report: NationalReport, content: Content) -> bytes:
    """The page, in UTF-8; pictures lie in ``figures`` beside it.

    Parameters
    ----------
    report : NationalReport
    content : Content

    Returns
    -------
    bytes
    """
    inspection = report.params.inspection
    text = (
        _environment()
        .get_template("report.html")
        .render(
            title=f"{inspection.title}. National report",
            organisation=inspection.letter.organisation,
            notices=report.notices,
            declaration=declaration("public"),
            sections=content.sections,
            style=STYLE,
        )
    )
    return text.encode("utf-8")


def style_bytes() -> bytes:
    """The style sheet: that of the site."""
    return resources.files("hmic_analysis.site").joinpath("static/site.css").read_bytes()
