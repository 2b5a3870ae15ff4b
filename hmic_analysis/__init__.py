"""The evidence behind each finding of a police force inspection letter.

Data flows one way: contracts, store, measures, evidence, letters.  Nothing happens at import time.

For analysts::

    import hmic_analysis as hmic

    incidents = hmic.load("incident", "cleveland", "2013-01-01", "2013-03-31")
    hmic.indicator("attendance_pct", ["cleveland", "durham"], by="offence_group").plot()
    hmic.rows_behind("attendance_pct", "cleveland", "no")
    hmic.work_through("A2", "cleveland").claims

``tables()``, ``columns(table)``, ``forces()``, ``findings()``, ``claims()`` and ``indicators()`` say what there is.
"""

import importlib
import sys
from typing import Any

__version__ = "0.1.0"

#: Where each public name lives; ``__init__.pyi`` tells type checkers and editors the same.
_HOMES = {
    "tables": "choose",
    "columns": "choose",
    "forces": "choose",
    "findings": "choose",
    "claims": "choose",
    "indicators": "choose",
    "settings": "choose",
    "load": "tables",
    "load_incidents": "tables",
    "load_crimes": "tables",
    "load_suspects": "tables",
    "load_duty_hours": "tables",
    "to_excel": "tables",
    "indicator": "indicator",
    "share": "indicator",
    "rows_behind": "working",
    "work_through": "working",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    """Import what an analyst asks for when it is asked for; the command line needs none of it."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"hmic_analysis.analyst.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'hmic_analysis' has no attribute '{name}'", name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    return sorted(__all__)
