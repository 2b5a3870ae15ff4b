"""Which modules of the package a notebook uses, found by reading their import statements.

A report is run again when a module that it uses has changed, and not for a change of any other.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import hmic_analysis
from hmic_analysis.runs.notebook import Notebook, imported

PACKAGE = Path(hmic_analysis.__file__).resolve().parent
_NAME = hmic_analysis.__name__
#: Parts of the package that no figure, table or verdict depends on.
_NOT_EVIDENCE = ("cli", "letters", "runs", "simulate", "__main__")


#: An import statement, with what it imports up to the end of its line or its bracket.
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]*)|import[ \t]+([^\n#]*))", re.M)
_FOR_TYPES = re.compile(r"^if (?:typing\.)?TYPE_CHECKING:\n(?:[ \t]+[^\n]*\n|[ \t]*\n)+", re.M)
_COMMENT = re.compile(r"#[^\n]*")
_DOCSTRING = re.compile(r'"""[\s\S]*?"""')


def names_imported(text: str) -> tuple[str, ...]:
    """Dotted names of this package that some code imports, also inside functions; not those for type checkers alone.

    Several hundred modules are read for one plan, so this looks at the text instead of parsing it.

    Parameters
    ----------
    text : str
        Python, formatted as this project's code is.

    Returns
    -------
    tuple of str
        ``from a import b`` gives ``a`` and ``a.b``, since either may be a module.
    """
    found: dict[str, None] = {}
    for origin, things, plain in _IMPORT.findall(_FOR_TYPES.sub("", _DOCSTRING.sub("", text))):
        listed = _COMMENT.sub("", things or plain).strip("() \t\n")
        words = [thing.split()[0] for thing in listed.split(",") if thing.strip()]
        for name in [origin, *(f"{origin}.{word}" for word in words)] if origin else words:
            if name.partition(".")[0] == _NAME:
                found[name] = None
    return tuple(found)


def without_words(text: str) -> str:
    """Code without its docstrings and import statements: what is left of it names what it reads."""
    return _IMPORT.sub("", _DOCSTRING.sub("", text))


@dataclass(frozen=True)
class Module:
    """One module of the package.

    Attributes
    ----------
    name : str
        ``hmic_analysis.measures.bail``.
    path : pathlib.Path
    """

    name: str
    path: Path = field(compare=False)

    @cached_property
    def text(self) -> str:
        """The code, with line ends as everywhere."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def sha256(self) -> str:
        """Hash of the code."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @cached_property
    def statements(self) -> str:
        """The code without docstrings and import statements."""
        return without_words(self.text)

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """Dotted names of the package that it imports."""
        return names_imported(self.text)


class Library:
    """The modules of the package as they lie on disk; read as far as asked for.

    Parameters
    ----------
    package : pathlib.Path
        Folder of the package.
    """

    def __init__(self, package: Path = PACKAGE) -> None:
        self.package = package
        self._modules: dict[str, Module | None] = {}

    def used_by(self, names: Iterable[str]) -> dict[str, Module]:
        """Every module that code which imports these names uses, directly or through others.

        Parameters
        ----------
        names : iterable of str
            Dotted names; those that are no modules of the package are passed over.

        Returns
        -------
        dict of str to Module
            In the order of their names.
        """
        found: dict[str, Module] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            # Importing a module runs the packages that it lies in.
            parts = name.split(".")
            for depth in range(1, len(parts) + 1):
                part = ".".join(parts[:depth])
                module = self.module(part)
                if module is not None and part not in found:
                    found[part] = module
                    waiting += module.imports
        return dict(sorted(found.items()))

    def everything(self) -> dict[str, Module]:
        """Every module of the package but those that no evidence depends on."""
        names = []
        for path in sorted(self.package.rglob("*.py")):
            parts = path.relative_to(self.package).with_suffix("").parts
            if parts[0] not in _NOT_EVIDENCE:
                names.append(".".join((_NAME, *(part for part in parts if part != "__init__"))))
        return self.used_by(names)

    def needs_everything(self, names: Iterable[str]) -> bool:
        """Whether code takes something from the package itself, which then imports what it needs by name.

        Parameters
        ----------
        names : iterable of str
            What the code imports.

        Returns
        -------
        bool
        """
        names = list(names)
        taken = [name for name in names if name.rpartition(".")[0] == _NAME]
        return _NAME in names and (not taken or any(self.module(name) is None for name in taken))

    def module(self, name: str) -> Module | None:
        """The module of that name; None if the package has none."""
        if name not in self._modules:
            self._modules[name] = self._find(name)
        return self._modules[name]

    def _find(self, name: str) -> Module | None:
        if name != _NAME and not name.startswith(f"{_NAME}."):
            return None
        base = self.package.joinpath(*name.split(".")[1:])
        for path in (base / "__init__.py", base.with_name(f"{base.name}.py")):
            if path.is_file():
                return Module(name, path)
        return None


def names_to_preload(notebooks: Iterable[Notebook]) -> list[str]:
    """Everything that some notebooks import, and what the modules of the package that they use import in turn.

    Parameters
    ----------
    notebooks : iterable of Notebook

    Returns
    -------
    list of str
        Dotted names; some of them may be functions rather than modules.
    """
    notebooks = list(notebooks)
    names = {name for notebook in notebooks for name in imported(notebook.tree)}
    modules = Library().used_by(names)
    for module in modules.values():
        names.update(imported(ast.parse(module.text)))
    return sorted(names | set(modules))
