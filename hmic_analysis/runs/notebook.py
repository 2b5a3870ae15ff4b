"""What a notebook says of itself without being executed: its code, parameters, imports and kernel."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hmic_analysis.errors import ParameterError


@dataclass(frozen=True)
class Notebook:
    """A notebook as it lies in the folder.

    Attributes
    ----------
    path : pathlib.Path
    code : tuple of str
        Its code cells; text cells and outputs don't count.
    parameters : dict of str to object
        Names that its cell tagged ``parameters`` sets, with their values; None where that is no plain value.
    tree : ast.Module
        All its code; lines that only IPython understands are left out.
    kernel, language : str
        As its metadata say; empty where they don't.
    """

    path: Path
    code: tuple[str, ...]
    parameters: dict[str, object]
    tree: ast.Module
    kernel: str
    language: str

    @cached_property
    def text(self) -> str:
        """All its code as one text."""
        return "\n".join(self.code)

    @property
    def packages(self) -> set[str]:
        """Top-level packages that its code imports."""
        return {name.partition(".")[0] for name in imported(self.tree)}


def read_notebook(path: Path, name: str) -> Notebook:
    """Read a notebook.

    Parameters
    ----------
    path : pathlib.Path
    name : str
        The file as people should read it.

    Returns
    -------
    Notebook

    Raises
    ------
    ParameterError
        If it isn't there or can't be read.
    """
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in whole["cells"] if cell["cell_type"] == "code"]
        code = tuple("".join(cell["source"]) for cell in cells)
        tagged = [i for i, cell in enumerate(cells) if "parameters" in cell.get("metadata", {}).get("tags", [])]
        spec = whole.get("metadata", {}).get("kernelspec", {})
    except FileNotFoundError:
        raise ParameterError(f"{name} is not there; params/findings.yml names it.") from None
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as fault:
        raise ParameterError(f"{name} is not a notebook that can be read: {fault}.") from None
    body = [statement for cell in code for statement in _parse(cell).body]
    return Notebook(
        path=path,
        code=code,
        parameters=_assigned(_parse(code[tagged[0]])) if tagged else {},
        tree=ast.Module(body=body, type_ignores=[]),
        kernel=spec.get("name", ""),
        language=spec.get("language", ""),
    )


def imported(tree: ast.AST) -> list[str]:
    """Dotted names that code imports, also inside functions; not those for type checkers alone.

    Parameters
    ----------
    tree : ast.AST

    Returns
    -------
    list of str
        ``from a import b`` gives ``a`` and ``a.b``, since either may be a module.
    """
    found: list[str] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)
    return found


def _parse(source: str) -> ast.Module:
    """The code of a cell; empty where only IPython understands it."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _assigned(tree: ast.Module) -> dict[str, object]:
    found: dict[str, object] = {}
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name) and getattr(statement, "value", None) is not None:
                try:
                    found[target.id] = ast.literal_eval(statement.value)
                except ValueError:
                    found[target.id] = None
    return found
