"""Parameters and findings as rows, for the command line and for notebooks."""

from __future__ import annotations

from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import Resolved


def parameter_rows(resolved: Resolved, only: str = "") -> list[dict[str, str]]:
    """Every value that holds for a force and a finding, and where it was given.

    Parameters
    ----------
    resolved : Resolved
    only : str
        Only keys that begin so: ``thresholds``, ``grades.targets``.

    Returns
    -------
    list of dict
        ``key``, ``value``, ``origin``; in the order of the files.
    """
    return [
        {"key": key, "value": value, "origin": origin}
        for key, (value, origin) in resolved.values.items()
        if key == only or key.startswith(f"{only}." if only else "")
    ]


def finding_rows(params: Params) -> list[dict[str, str]]:
    """The findings in the order of the letter.

    Parameters
    ----------
    params : Params

    Returns
    -------
    list of dict
        ``id``, ``title``, ``section``, ``claims`` (their ids), ``needs`` (tables of which one will do), ``notebook``
        (empty where it comes later).
    """
    titles = params.inspection.letter.sections
    return [
        {
            "id": finding.id,
            "title": finding.title,
            "section": titles.get(finding.section, finding.section),
            "claims": ", ".join(finding.claims),
            "needs": " or ".join(finding.tables.core),
            "notebook": finding.notebook or "",
        }
        for finding in params.findings.values()
    ]
