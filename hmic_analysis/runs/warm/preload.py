"""What the parent does once, so that no copy has to: imports, and what libraries build when they are first used.

Two rules hold.  Only packages that are known to bear a fork are imported here (the others are imported by the copies
that want them), and nothing is computed with a library that starts threads, since threads don't survive a fork.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import sys
import warnings
from collections.abc import Iterable

from hmic_analysis.runs.warm import linux

#: Packages that may be imported before a fork.  polars, scikit-learn and DuckDB's default connection may not be used.
FIT_TO_FORK = (
    "IPython", "PIL", "docxtpl", "hmic_analysis", "jinja2", "matplotlib", "numpy", "pandas", "patsy", "pyarrow",
    "pydantic", "ruamel", "scipy", "seaborn", "statsmodels",
)  # fmt: skip
#: What those import late.
_LATE = (
    "pyarrow.parquet", "pyarrow.dataset", "pyarrow.compute", "pandas.io.formats.html", "pandas.core.methods.to_dict",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "matplotlib_inline.config",
    "PIL.PngImagePlugin", "nbformat.v4.nbjson", "nbformat.validator",
)  # fmt: skip
_INLINE = "module://matplotlib_inline.backend_inline"

#: Set before the parent starts: one thread for each numerical library, since the processors are busy with notebooks.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    # The order of sets of words is the same in every report, whichever way it is made.
    "PYTHONHASHSEED": "0",
}


def prepare(modules: Iterable[str]) -> str:
    """Make this process fit to be copied.

    Parameters
    ----------
    modules : iterable of str
        What the notebooks import; packages not known to bear a fork are left out.

    Returns
    -------
    str
        Why it is not fit; empty if it is.
    """
    from hmic_analysis.runs.warm.kernel import make_kernel

    if "pandas" in sys.modules:
        # It decides at its import whether it is shown in a notebook.
        return "pandas was imported before the kernel was made"
    os.environ.setdefault("MPLBACKEND", _INLINE)
    kernel = make_kernel()
    backend = os.environ["MPLBACKEND"]
    # pyplot chooses its backend on first use; that choice is left to the copies.
    os.environ["MPLBACKEND"] = "agg"
    try:
        # pandas and others look for get_ipython() while they are imported.
        with kernel.shell.builtin_trap:
            # What libraries set up for warnings when they are imported must stay.
            for name in (*modules, *_LATE):
                _bring_in(name)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                _first_picture()
                _first_cells(kernel)
    finally:
        os.environ["MPLBACKEND"] = backend
    _as_if_not_drawn(backend)
    return settle()


def settle() -> str:
    """Put aside for good what the garbage collector would only copy page by page; look for threads.

    Returns
    -------
    str
        Why the process is not fit to be copied; empty if it is.
    """
    gc.collect()
    gc.freeze()
    threads = linux.thread_count()
    return "" if threads == 1 else f"a library started {threads - 1} threads when it was imported"


def _bring_in(name: str) -> None:
    if name.partition(".")[0] in (*FIT_TO_FORK, "matplotlib_inline", "nbformat"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _first_picture() -> None:
    """Draw once without pyplot, so that fonts and formats are at hand."""
    if "matplotlib" not in sys.modules:
        return
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        figure = Figure()
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        axes.plot([1, 2], [1, 3], label="a")
        axes.bar([1, 2], [1, 2])
        axes.set(title="t", xlabel="x", ylabel="y")
        axes.legend()
        for kind in ("png", "svg"):
            figure.savefig(io.BytesIO(), format=kind)


def _first_cells(kernel) -> None:
    """Run silent cells, so that the shell has built its parts; they leave nothing behind."""
    import asyncio

    names = dict(kernel.shell.user_ns)
    out, err = sys.stdout, sys.stderr
    loop = asyncio.new_event_loop()
    try:
        for source in ("1 + 1", "[i for i in range(3)]"):
            loop.run_until_complete(kernel.do_execute(source, True, False, {}, False))
        if "pandas" in sys.modules:
            import pandas

            frame = pandas.DataFrame({"a": ["x", "y"], "b": [1.0, 2.0]})
            kernel.shell.display_formatter.format(frame)
    finally:
        loop.close()
        asyncio.set_event_loop(None)
        sys.stdout, sys.stderr = out, err
        for name in set(kernel.shell.user_ns) - set(names):
            del kernel.shell.user_ns[name]
        kernel.shell.user_ns.update(names)


def _as_if_not_drawn(backend: str) -> None:
    """Leave matplotlib as it is after a mere import."""
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None:
        for settings in (matplotlib.rcParams, matplotlib.rcParamsDefault):
            # Past the check of the value, which would load the backend.
            dict.__setitem__(settings, "backend", backend)
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
        pyplot._backend_mod = None
        matplotlib.interactive(False)
    # Its import is what ties figures to the shell: that belongs into the copy.
    sys.modules.pop("matplotlib_inline.backend_inline", None)
