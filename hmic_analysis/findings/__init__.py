"""One module a finding, named by its stem: its measures, and how its claims are decided.

Frames and days are named as in :mod:`hmic_analysis.measures`.  ``decide`` takes a report that holds the indicators
which the catalogue names for the claims.
"""

import importlib
import sys
from types import ModuleType
from typing import Any


class _Called(ModuleType):
    """Lets ``hmic_analysis.findings()`` list the findings although this folder has the same name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # By name: the folder of findings knows nothing of the analyst's, which stands above it.
        return importlib.import_module("hmic_analysis.analyst.choose").findings(*args, **kwargs)


sys.modules[__name__].__class__ = _Called
