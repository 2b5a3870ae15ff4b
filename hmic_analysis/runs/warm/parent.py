"""The parent of all copies: a process of its own, started once a run, that imports the stack and forks workers."""

import contextlib
import gc
import importlib
import io
import json
import os
import socket
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from hmic_analysis.runs.warm import wire

# What the parent does once, so that no copy has to: imports, and what libraries build when they are first used.
#
# Two rules hold. Only packages that are known to bear a fork are imported here (the others are imported by the copies
# that want them), and nothing is computed with a library that starts threads, since threads don't survive a fork.

#: Packages that may be imported before a fork.  polars, scikit-learn and DuckDB's default connection may not be used.
FIT_TO_FORK = (
    "IPython", "PIL", "docxtpl", "hmic_analysis", "jinja2", "matplotlib", "numpy", "pandas", "patsy", "pyarrow",
    "pydantic", "ruamel", "scipy", "seaborn", "statsmodels", "yaml",
)  # fmt: skip
_UNFIT = ("polars",)
#: What those import late.
_LATE = (
    "pyarrow.parquet", "pyarrow.dataset", "pyarrow.compute", "pandas.io.formats.html", "pandas.core.methods.to_dict",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "matplotlib_inline.config",
    "PIL.PngImagePlugin", "nbformat.v4.nbjson", "nbformat.validator",
)  # fmt: skip
#: Seconds that a thread may live which a library started while it was imported.
_MOMENT = 6.0
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
    """Make this process fit to be copied. Why it is not fit; empty if it is."""
    from hmic_analysis.runs.warm.copy import make_kernel

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

    Why the process is not fit to be copied; empty if it is.
    """
    gc.collect()
    gc.freeze()
    # Some libraries start a thread for a moment only: while fonts are listed, say.
    until = time.monotonic() + _MOMENT
    while (threads := wire.thread_count()) > 1 and time.monotonic() < until:
        time.sleep(0.05)
    return "" if threads == 1 else f"a library started {threads - 1} threads when it was imported"


def _bring_in(name: str) -> None:
    if name.partition(".")[0] in (*FIT_TO_FORK, "matplotlib_inline", "nbformat"):
        with contextlib.suppress(ImportError), _without_threads():
            importlib.import_module(name)


@contextlib.contextmanager
def _without_threads() -> Iterator[None]:
    """Polars starts threads when it is imported, and statsmodels imports it wherever it is installed: not here."""
    hidden = [name for name in _UNFIT if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


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
        figure.savefig(io.BytesIO(), format="svg")


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


# ``python -m hmic_analysis.runs.warm.parent SOCKET`` with the number of an open socket. The first message says what to
# import; each further one carries one end of a worker's line. When the socket closes, the parent ends, and with it all
# its workers and copies.

_MESSAGE = 1 << 20


def main(argv: list[str] | None = None) -> int:
    """Serve one run. 0 when the run has let go of it."""
    (number,) = sys.argv[1:] if argv is None else argv
    with socket.socket(fileno=int(number)) as line:
        line.set_inheritable(False)
        wanted = json.loads(line.recv(_MESSAGE))
        fault = _get_ready(wanted["modules"], wanted["project"])
        line.send(json.dumps({"fault": fault}).encode())
        if fault:
            return 1
        while True:
            message, fds, _, _ = socket.recv_fds(line, _MESSAGE, 1)
            if not message:
                return 0
            line.send(json.dumps({"pid": _fork_worker(line, fds[0])}).encode())


def _get_ready(modules: list[str], project: str) -> str:
    """Import everything; why that is not enough, or an empty text."""

    try:
        fault = prepare(modules)
        if fault:
            return fault
        _for_workers()
        if project:
            _for_reports(project)
    except Exception as found:  # noqa: BLE001 - whatever it is, the plain engine still works
        return f"{type(found).__name__}: {found}"
    return settle()


def _for_workers() -> None:
    """What every worker needs beside the notebooks."""
    for name in ("papermill", "hmic_analysis.runs.execute", "hmic_analysis.runs.warm.engine"):
        importlib.import_module(name)


def _for_reports(project: str) -> None:
    """What every report asks for: parameters, versions and the fonts of charts; the copies find the answers."""
    from hmic_analysis.evidence.model import package_versions
    from hmic_analysis.figures.chart import no_data
    from hmic_analysis.figures.style import svg_bytes
    from hmic_analysis.params.read import load_params
    from hmic_analysis.params.resolve import resolve
    from hmic_analysis.project import Project

    params = load_params(Project(Path(project)))
    for force in list(params.forces)[:1]:
        # Builds the models that whatever is laid over the files is held against.
        resolve(params, force)
    package_versions()
    svg_bytes(no_data("Nothing was sent").figure)


def _fork_worker(line: socket.socket, fd: int) -> int:
    _bury()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(fd)
        return pid
    code = 71
    try:
        wire.die_with_parent(parent)
        line.close()
        wire.adopt_orphans()
        from hmic_analysis.runs.execute import serve_socket
        from hmic_analysis.runs.warm.family import keep_from_notebooks

        keep_from_notebooks(fd)
        serve_socket(socket.socket(fileno=fd))
        code = 0
    finally:
        os._exit(code)


def _bury() -> None:
    """Take note of workers that have ended."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


if __name__ == "__main__":
    sys.exit(main())
