"""The evidence behind each finding of a police force inspection letter.

Data flows one way: contracts, store, measures, evidence, letters.  Nothing happens at import time.

For analysts::

    import hmic_analysis as hmic

    incidents = hmic.load_incidents("cleveland", "2013-01-01", "2013-03-31")
    hmic.indicator("attendance_pct", "cleveland")
    worked = hmic.work_through("A2", "cleveland")
    hmic.rows_behind(worked, "attendance_pct", "no")
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "load": "tables",
    "list_forces": "tables",
    "list_findings": "tables",
    "list_tables": "tables",
    "settings": "tables",
    "work_through": "working",
    "indicator": "working",
    "rows_behind": "working",
}
_LOADERS = (
    "load_incidents",
    "load_deployments",
    "load_crimes",
    "load_crime_links",
    "load_suspects",
    "load_bail",
    "load_circulations",
    "load_duty_hours",
    "load_demand_tasks",
    "load_documents",
    "load_requests",
    "load_staff",
    "load_changes",
    "load_benefits",
)
__all__ = ["__version__", *_HOMES, *_LOADERS]


def __getattr__(name: str) -> Any:
    """Import what an analyst asks for when it is asked for; the command line needs none of it."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"hmic_analysis.analyst.{_HOMES[name]}"), name)
    if name in _LOADERS:
        return importlib.import_module("hmic_analysis.analyst.tables").loader(name)
    raise AttributeError(f"module 'hmic_analysis' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
