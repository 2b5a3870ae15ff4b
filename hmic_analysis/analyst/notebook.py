"""The cells of a finding's notebook executed in this process: all of them, or what one figure needs of them."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hmic_analysis.errors import HmicError, ParameterError
from hmic_analysis.evidence.report import WHOLE, NotTaken
from hmic_analysis.project import Project

#: What a cell calls to take figures into the evidence, and to look at figures taken earlier.
_TAKE, _LOOK = "report.add", ("report.indicator", "report.strata", "report.groups")


def run_cells(home: Project, notebook: Path, values: dict[str, str], figure: str = "") -> dict[str, Any]:
    """Execute the code cells of a notebook in this process.

    ``values``: set after the cell tagged ``parameters``.
    ``figure``: name of an indicator: only those statements are executed that it needs, with the same figures as all of
        them; tables that nothing asks for are not read, charts not laid out, claims not decided.
    Returns: the variables that it leaves.
    Raises HmicError what a cell says of data or parameters that can't be used.
    Raises ParameterError if a cell fails in any other way; names the notebook and the cell.
    """
    cells = [
        (number, ast.parse("".join(cell["source"])).body, "parameters" in cell["metadata"].get("tags", []))
        for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"])
        if cell["cell_type"] == "code"
    ]
    wanted = {id(s) for s in needed([s for _, body, _ in cells for s in body], figure)} if figure else None
    names: dict[str, Any] = {"__name__": "notebook"}
    token = WHOLE.set(wanted is None)
    try:
        for number, body, given in cells:
            part = [s for s in body if wanted is None or given or id(s) in wanted]
            try:
                exec(compile(ast.Module(part, []), f"{notebook.name}, cell {number}", "exec"), names)  # noqa: S102
            except (HmicError, NotTaken):
                raise
            except Exception as fault:
                where = f"{home.relative(notebook)}, cell {number}"
                raise ParameterError(f"{where} failed: {type(fault).__name__}: {fault}") from fault
            if given:
                names.update(values)
    except NotTaken:
        return run_cells(home, notebook, values)
    finally:
        WHOLE.reset(token)
    return names


def needed(statements: list[ast.stmt], figure: str) -> list[ast.stmt]:
    """The statements that a figure needs, in order: those that take it, and all that these rest on.

    Where no statement names it, as where a function of the finding makes it, all that take figures are needed.
    """
    takers = [s for s in statements if _TAKE in _called(s)]
    wanted = [s for s in takers if figure in _texts(s)] or takers
    while True:
        found = _rested_on(statements, wanted)
        # A figure taken earlier that a needed statement looks at is needed itself.
        looked = {text for s in found if not _called(s).isdisjoint(_LOOK) for text in _texts(s)}
        more = [s for s in takers if s not in found and not looked.isdisjoint(_texts(s))]
        if not more:
            return found
        wanted = [*wanted, *more]


def _rested_on(statements: list[ast.stmt], wanted: list[ast.stmt]) -> list[ast.stmt]:
    names: set[str] = set()
    found = []
    for statement in reversed(statements):
        if statement in wanted or not names.isdisjoint(_bound(statement)):
            found.append(statement)
            names.update(n.id for n in ast.walk(statement) if isinstance(n, ast.Name))
    return found[::-1]


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Names that a statement gives a value, or may change what they stand for."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name))
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        inside = statement.value.func
        if isinstance(inside, ast.Attribute) and isinstance(inside.value, ast.Name) and inside.value.id != "report":
            yield inside.value.id


def _called(statement: ast.stmt) -> set[str]:
    return {ast.unparse(n.func) for n in ast.walk(statement) if isinstance(n, ast.Call)}


def _texts(statement: ast.stmt) -> set[str]:
    return {n.value for n in ast.walk(statement) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
