"""Which engine executes a notebook, and how papermill is told."""

from __future__ import annotations

from typing import Any

from hmic_analysis.runs.notebook import Notebook
from hmic_analysis.runs.order import Engine, Order
from hmic_analysis.runs.rules import Rules
from hmic_analysis.runs.warm import linux

#: Packages whose widgets need an answer from whoever executes them, which a pipe can't give.
_TWO_WAY = ("ipywidgets", "ipyleaflet", "bqplot", "ipympl", "panel", "voila")
_KERNEL = "python3"


def choose_engine(notebook: Notebook, rules: Rules) -> tuple[Engine, str]:
    """The engine of a notebook.

    Parameters
    ----------
    notebook : Notebook
    rules : Rules
        Of its finding.

    Returns
    -------
    tuple of str
        ``warm`` or ``plain``, and why not ``warm``.
    """
    if rules.engine == "plain":
        return "plain", "params/runs.yml says so"
    if not linux.supported():
        return "plain", "warm copies exist on Linux only"
    if notebook.kernel not in ("", _KERNEL):
        return "plain", f"it wants the kernel {notebook.kernel}"
    if notebook.language not in ("", "python"):
        return "plain", f"it is written in {notebook.language}"
    widgets = [name for name in _TWO_WAY if name in notebook.packages]
    if widgets:
        return "plain", f"it uses {widgets[0]}, whose widgets need answers"
    return "warm", ""


def engine_words(order: Order, details: dict[str, Any]) -> dict[str, Any]:
    """What papermill is told about the engine.

    Parameters
    ----------
    order : Order
    details : dict
        Filled by the engine with what it measured.

    Returns
    -------
    dict
        Arguments of ``papermill.execute_notebook``.
    """
    if order.engine == "plain":
        from hmic_analysis.runs.plain import NAME

        return {
            "engine_name": NAME,
            "start_timeout": 120,
            "seconds": order.seconds,
            "memory_mb": order.memory_mb,
            "output_mb": order.output_mb,
            "seed": order.seed,
            # The warning that a kernel of this machine talks over TCP would drown what the run has to say.
            "extra_arguments": ["--IPKernelApp.log_level=ERROR"],
        }
    from hmic_analysis.runs.warm.copy import Limits
    from hmic_analysis.runs.warm.engine import NAME

    limits = Limits(seconds=order.seconds, memory_mb=order.memory_mb, output_mb=order.output_mb)
    return {"engine_name": NAME, "limits": limits, "seed": order.seed, "report": details}
