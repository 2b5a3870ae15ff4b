"""``hmic doctor``, ``quickstart`` and ``explore``: the first steps."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hmic_analysis.cli.console import ProjectOption, err, open_project, out, plain_table, say
from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.cli.run import run_forces
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, HmicError, ParameterError, did_you_mean
from hmic_analysis.project import Project, find_project

if TYPE_CHECKING:
    from hmic_analysis.params.catalogue import FindingSpec
    from hmic_analysis.params.models import Params

# ``hmic doctor``: whether this machine and this project have what they need.

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
    from hmic_analysis.params.read import load_params

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
        _notebooks(home, params),
        ("letter template", (home.params / "letters" / "template.docx").is_file(), "params/letters/template.docx"),
        ("returns", True, ", ".join(returns) or "none yet in data/raw"),
    ]


# Notebooks held against the catalogue without running them.


def _notebooks(home: Project, params: Params) -> tuple[str, bool, str]:
    faults = [fault for spec in params.findings.values() for fault in notebook_faults(home, spec)]
    return "notebooks", not faults, "\n".join(faults) or "they take what the catalogue declares, and decide its claims"


def notebook_faults(home: Project, spec: FindingSpec) -> list[str]:
    """Where the notebook of a finding and the code of the finding are not what the catalogue declares.

    Names are looked for as they are written, also where only a part of one is put in; what is put together in another
    way is refused when the notebook concludes.
    """
    from hmic_analysis.params.catalogue import plain
    from hmic_analysis.runs.fingerprint import read_notebook

    path = home.notebooks / spec.notebook
    name = home.relative(path)
    try:
        trees = (read_notebook(path, name).tree, ast.parse(_code_of(spec)))
    except HmicError as fault:
        return [fault.message]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    built, read = _asked(nodes, "build"), _read_again(nodes)
    written = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str) and n not in read}
    taken = set(_plain(built))
    if any(not isinstance(first, ast.Constant | ast.JoinedStr) for first in built):
        # Some are taken by a variable: any name that is not only read again may be its value.
        taken |= written
    taken |= {f"{base}_{end}" for base in taken for end in ("lo", "hi")}
    pattern = "|".join(_pattern(first) for first in built if isinstance(first, ast.JoinedStr)) or "(?!)"
    faults = [
        f"{name}: nothing takes {indicator}, which params/findings/{spec.stem}.yml declares."
        for indicator in spec.indicators
        if indicator not in taken and not re.fullmatch(pattern, indicator)
    ]
    place = f"hmic_analysis/findings/{spec.stem}.py"
    faults += [
        f"{name}: nothing decides claim {id}, in decide() of {place}." for id in spec.claims if id not in written
    ]
    for asked in _plain([*built, *_asked(nodes, "report", "indicator")]):
        if plain(asked) not in spec.indicators:
            near = did_you_mean(asked, spec.indicators)
            faults.append(f"{name}: params/findings/{spec.stem}.yml declares no indicator '{asked}'.{near}")
    return faults


def _code_of(spec: FindingSpec) -> str:
    """The code of a finding; nothing where its notebook does without."""
    found = importlib.util.find_spec(f"hmic_analysis.findings.{spec.stem}")
    return Path(found.origin).read_text(encoding="utf-8") if found is not None and found.origin else ""


def _asked(nodes: list[ast.AST], whom: str, what: str = "") -> list[ast.expr]:
    """By what ``report.build`` is asked for indicators, or the report itself for one that was taken."""
    calls = [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.args]
    asked = [c for c in calls if not what or c.func.attr == what]
    return [c.args[0] for c in asked if whom in (getattr(c.func.value, "attr", ""), getattr(c.func.value, "id", ""))]


def _plain(asked: list[ast.expr]) -> dict[str, None]:
    """The names among them that are written out, in their order."""
    return {n.value: None for n in asked if isinstance(n, ast.Constant) and isinstance(n.value, str)}


#: Methods of a report and its settings that are given the name of an indicator, and take none.
_READ_AGAIN = ("flow", "fit_of", "groups", "indicator", "only_if_measurable", "threshold", "words")


def _read_again(nodes: list[ast.AST]) -> set[ast.AST]:
    """The names by which a report is asked for what was taken before, such as for a chart."""
    calls = [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    asked = [c for c in calls if c.func.attr in _READ_AGAIN]
    return {n for c in asked for given in (*c.args, *(k.value for k in c.keywords)) for n in ast.walk(given)}


def _pattern(node: ast.JoinedStr) -> str:
    """What an f-string may come to, as far as it names an indicator."""
    parts = [re.escape(v.value) if isinstance(v, ast.Constant) else "[a-z_]+" for v in node.values]
    return "".join(parts)


# ``hmic quickstart``: the whole path once, on synthetic data for Cleveland.

FORCE = "cleveland"
SCALE = 0.05


def quickstart(
    scale: Annotated[float, typer.Option(help="1 is the real size of the force.")] = SCALE,
    project: ProjectOption = None,
) -> None:
    """Simulate a small year for Cleveland, load it, run the findings, write the letter."""
    from hmic_analysis.evidence.bundle import read_bundle
    from hmic_analysis.process.letter import write_letter_of
    from hmic_analysis.simulate.facts import Facts

    home, params = open_project(project)
    err().print(f"1/4 Simulating a return of {FORCE} at scale {scale:g} (synthetic data) ...")
    simulate_forces(home, params, [FORCE], Facts(), scale, seed=1)
    err().print("2/4 Loading it, 3/4 executing the finding notebooks ...")
    code = run_forces(home, params, [FORCE])
    err().print("4/4 Writing the letter ...")
    files = write_letter_of(home, params, FORCE)
    counts = {"supported": 0, "contradicted": 0, "not_determinable": 0}
    runs = home.runs(FORCE)
    for folder in sorted(p for p in runs.iterdir() if (p / "evidence.json").is_file()):
        for claim in read_bundle(folder).claims:
            counts[claim.verdict] += 1
    hmic = _command(home)
    say(
        f"\nMade from synthetic data, not about any real force:\n"
        f"  letter     {home.relative(files.document)}\n"
        f"  evidence   {home.relative(runs)}/<finding>/evidence.json, notebook.ipynb and figures\n"
        f"  figures    {home.relative(files.document.parent / 'figures')}\n"
        f"  claims     {counts['supported']} supported, {counts['contradicted']} contradicted, "
        f"{counts['not_determinable']} not determinable\n"
        "Next:\n"
        f"  {hmic} findings                       the findings, and what data each needs\n"
        f"  {hmic} data template                  the workbook that a force fills in\n"
        f"  {hmic} data check --force cleveland   rows read, kept and set aside, file by file\n"
        f"  {hmic} run --force <force>            once a force's files lie in data/raw/<force>\n"
    )
    raise typer.Exit(code)


def _command(project: Project) -> str:
    """How the command is typed here: by its name where the environment is active, else by its path."""
    called = Path(sys.argv[0])
    found = shutil.which("hmic")
    if called.stem != "hmic" or (found and Path(found).resolve() == called.resolve()):
        return "hmic"
    return project.relative(called)


# ``hmic explore``: JupyterLab on the explorer notebook.

NOTEBOOK = "force_explorer.ipynb"


def explore(
    port: Annotated[int | None, typer.Option(help="Port of the local server; by default the first free one.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address only.")] = False,
    project: ProjectOption = None,
) -> None:
    """Open JupyterLab on the explorer notebook: force, finding, period; figures, rows, comparison, export."""
    home = find_project(project)
    notebook = home.root / "notebooks" / "explore" / NOTEBOOK
    if not notebook.is_file():
        raise ParameterError(
            f"{home.relative(notebook)} is not there. Copy the folder notebooks/explore of the project into this one."
        )
    if importlib.util.find_spec("jupyterlab") is None:
        raise ParameterError("JupyterLab is not installed here. Install it with: python -m pip install jupyterlab")
    # The whole project is served, so that the explorer can be left for another notebook of it.
    address = f"/lab/tree/{notebook.relative_to(home.root).as_posix()}"
    command = [sys.executable, "-m", "jupyterlab"]
    command += [f"--ServerApp.root_dir={home.root}", f"--LabApp.default_url={address}"]
    # Nothing is to be asked of the network, neither for news nor for a newer version, nor is anybody to be asked
    # whether it may: a folder of settings beside one's own has that part of JupyterLab left out.
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"]
    given = os.environ.get("JUPYTER_CONFIG_PATH")
    settings = str(Path(__file__).parents[1] / "analyst")
    around = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, (settings, given)))}
    command += [f"--port={port}"] if port else []
    command += ["--no-browser"] if no_browser else []
    say("JupyterLab opens. In the notebook choose Run, Run All Cells. Ctrl-C here ends it.")
    code = subprocess.call(command, cwd=home.root, env=around)
    raise typer.Exit(code)
