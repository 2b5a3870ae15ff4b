"""``hmic doctor``: whether this machine and this project have what they need."""

from __future__ import annotations

import importlib
import platform
import sys

import typer

from hmic_analysis.cli.console import ProjectOption, out, plain_table
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, HmicError
from hmic_analysis.params.load import load_params
from hmic_analysis.project import find_project

MODULES = ("pandas", "pyarrow", "duckdb", "scipy", "statsmodels", "matplotlib", "papermill", "docxtpl", "jupyterlab")
LEAST_PYTHON = (3, 11)


def doctor(project: ProjectOption = None) -> None:
    """Check Python, the packages, the notebook kernel, the parameters and the data folders."""
    checks = [_python(), *(_module(name) for name in MODULES), _kernel(), *_project(project)]
    table = plain_table("Check", "", "Found")
    for name, well, found in checks:
        table.add_row(name, "ok" if well else "NOT OK", found)
    out().print(table)
    if not all(well for _, well, _ in checks):
        raise typer.Exit(EXIT_SOME_FAILED)
    raise typer.Exit(EXIT_OK)


def _python() -> tuple[str, bool, str]:
    wanted = ".".join(map(str, LEAST_PYTHON))
    return "Python", sys.version_info >= LEAST_PYTHON, f"{platform.python_version()} (needs {wanted} or newer)"


def _module(name: str) -> tuple[str, bool, str]:
    try:
        module = importlib.import_module(name)
    except ImportError as fault:
        return name, False, f"{fault}. Install the packages of requirements.lock."
    return name, True, getattr(module, "__version__", "")


def _kernel() -> tuple[str, bool, str]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return "notebook kernel", False, "There is no kernel python3. Run: python -m ipykernel install --sys-prefix"
    return "notebook kernel", True, spec.display_name


def _project(start: str | None) -> list[tuple[str, bool, str]]:
    try:
        home = find_project(start)
        params = load_params(home)
    except HmicError as fault:
        return [("project", False, fault.message)]
    # Former versions of returns lie in a folder whose name begins with an underscore.
    returns = sorted(p.name for p in home.raw.glob("[!_.]*") if p.is_dir()) if home.raw.is_dir() else []
    return [
        ("project", True, str(home.root)),
        ("parameters", True, f"{len(params.territorial)} forces, {len(params.findings)} findings"),
        ("letter template", (home.params / "letters" / "template.docx").is_file(), "params/letters/template.docx"),
        ("returns", True, ", ".join(returns) or "none yet in data/raw"),
    ]
