"""What a report rests on, as content hashes: data, parameters, notebook, library, versions."""

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import hmic_analysis
from hmic_analysis.contracts.a2_attendance import NATIONAL
from hmic_analysis.errors import ParameterError
from hmic_analysis.evidence.model import package_versions
from hmic_analysis.params.catalogue import ALWAYS, FindingSpec
from hmic_analysis.params.models import Settings
from hmic_analysis.params.read import AMOUNTS
from hmic_analysis.params.resolve import Resolved
from hmic_analysis.project import Project
from hmic_analysis.store.manifest import Manifest, read_manifest

# What a notebook says of itself without being executed: its code, parameters, imports and kernel.


@dataclass(frozen=True)
class Notebook:
    """A notebook as it lies in the folder."""

    path: Path
    #: Its code cells; text cells and outputs don't count.
    code: tuple[str, ...]
    #: Names that its cell tagged ``parameters`` sets, with their values; None where that is no plain value.
    parameters: dict[str, object]
    #: As its metadata say; empty where they don't.
    kernel: str
    language: str

    @cached_property
    def text(self) -> str:
        """All its code as one text."""
        return "\n".join(self.code)

    @cached_property
    def tree(self) -> ast.Module:
        """All its code; lines that only IPython understands are left out."""
        return ast.Module(body=[statement for cell in self.code for statement in _parse(cell).body], type_ignores=[])

    @property
    def packages(self) -> set[str]:
        """Top-level packages that its code imports."""
        return {name.partition(".")[0] for name in imported(self.tree)}


def read_notebook(path: Path, name: str) -> Notebook:
    """Read a notebook."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in whole["cells"] if cell["cell_type"] == "code"]
        code = tuple("".join(cell["source"]) for cell in cells)
        tagged = [i for i, cell in enumerate(cells) if "parameters" in cell.get("metadata", {}).get("tags", [])]
        spec = whole.get("metadata", {}).get("kernelspec", {})
    except FileNotFoundError:
        raise ParameterError(f"{name} is not there; each finding of params/findings has one.") from None
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as fault:
        raise ParameterError(f"{name} is not a notebook that can be read: {fault}.") from None
    return Notebook(
        path=path,
        code=code,
        parameters=_assigned(_parse(code[tagged[0]])) if tagged else {},
        kernel=spec.get("name", ""),
        language=spec.get("language", ""),
    )


def imported(tree: ast.AST) -> list[str]:
    """Dotted names that code imports, also inside functions; not those for type checkers alone.

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


# Which modules of the package a notebook uses, found by reading their import statements.
#
# A report is run again when a module that it uses has changed, and not for a change of any other.

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

    Several hundred modules are read for one plan, so this looks at the text instead of parsing it. ``from a import
    b`` gives ``a`` and ``a.b``, since either may be a module.
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
    """One module of the package."""

    #: ``hmic_analysis.findings.a6_suspects``.
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
    def settings(self) -> tuple[frozenset[str], frozenset[str] | None]:
        """The settings that it names."""
        return settings_named(without_words(self.text))

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """Dotted names of the package that it imports."""
        return names_imported(self.text)


class Library:
    """The modules of the package as they lie on disk in its folder; read as far as asked for."""

    def __init__(self, package: Path = PACKAGE) -> None:
        self.package = package
        self._modules: dict[str, Module | None] = {}

    def used_by(self, names: Iterable[str]) -> dict[str, Module]:
        """Every module that code which imports these names uses, directly or through others.

        In the order of their names.
        """
        found: dict[str, Module] = {}
        seen: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
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
        """Whether code takes something from the package itself, which then imports what it needs by name."""
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

    Dotted names; some of them may be functions rather than modules.
    """
    notebooks = list(notebooks)
    names = {name for notebook in notebooks for name in imported(notebook.tree)}
    modules = Library().used_by(names)
    for module in modules.values():
        names.update(imported(ast.parse(module.text)))
    return sorted(names | set(modules))


# A report is up to date when none of them has changed since it was made. Times of files never matter.

#: What stands in a basis for a table that is not there, and before the reason of one that can't be read.
ABSENT, BROKEN = "absent", "broken: "

NATIONAL_DATA = "national data changed"
#: Part of the basis -> why a report is run again.
REASONS = {
    "data": "data of this force changed",
    "parameters": "parameter changed",
    "notebook": "notebook code changed",
    "library": "library code that it uses changed",
    "versions": "Python or a package has another version",
}

#: A setting read from anything but a quantifier (which has grades of its own), and one quantifier asked for: its word,
#: or nothing where it isn't a plain one.
_NAMES = "|".join([*Settings.model_fields, "period_start", "period_end", "quantifier"])
_SETTING = re.compile(rf"(?:(?<!quantifier)\.|getattr\([^)]*['\"])({_NAMES})\b")
_QUANTIFIER = re.compile(r"\.quantifier\(\s*(?:[\"']([^\"']*)[\"'])?")

#: Part of what a report rests on -> item -> its hash or value.
Basis = dict[str, dict[str, str]]


def digest(thing: object) -> str:
    """SHA-256 of anything that JSON can hold, in hexadecimal."""
    text = json.dumps(thing, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def fingerprint(basis: Basis) -> dict[str, str]:
    """One hash for each part of a basis."""
    return {part: digest(items) for part, items in basis.items()}


class Footing:
    """Finds what reports rest on; reads each manifest, module and notebook once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.library = Library()
        self._manifests: dict[str, Manifest | None] = {}
        self._tables: dict[tuple[str, str], str] = {}
        self._codes: dict[str, tuple[Basis, dict[str, str]]] = {}
        self._modules: dict[str, dict[str, Module]] = {}
        self._settings: dict[str, tuple[frozenset[str], frozenset[str] | None]] = {}
        self._remarks: dict[tuple[str, str], str] = {}
        self._catalogue: dict[str, dict[str, str]] = {}

    def basis(self, settings: Resolved, notebook: Notebook) -> tuple[Basis, dict[str, str]]:
        """What one report rests on: part, item, and its hash or value; and one hash for each part."""
        own = {
            "data": self.data(settings.force.slug, settings.finding),
            "parameters": self.parameters(settings, notebook),
        }
        code, marks = self._code(notebook)
        return {**own, **code}, {**fingerprint(own), **marks}

    def _code(self, notebook: Notebook) -> tuple[Basis, dict[str, str]]:
        """What all reports of a notebook rest on, and its hashes."""
        key = str(notebook.path)
        if key not in self._codes:
            code = {
                "notebook": {f"cell {i}": digest(source) for i, source in enumerate(notebook.code, start=1)},
                "library": {name: module.sha256 for name, module in self.modules(notebook).items()},
                "versions": _versions(),
            }
            self._codes[key] = code, fingerprint(code)
        return self._codes[key]

    def data(self, force: str, finding: FindingSpec) -> dict[str, str]:
        """The hash of each table that a finding may take, and of what its source says about it."""
        names = (*finding.tables.core, *finding.tables.useful, *ALWAYS)
        found: dict[str, str] = {}
        for holder in (force, NATIONAL):
            for table in names:
                found[f"{holder}/{table}"] = self._table(holder, table)
            manifest = self._manifest(holder)
            # The national folder says nothing to a finding that takes none of its tables.
            if manifest is not None and (holder == force or {*manifest.tables, *manifest.broken} & set(names)):
                found[f"{holder}: what the source says"] = self._source(holder, finding, names)
        return found

    def parameters(self, settings: Resolved, notebook: Notebook) -> dict[str, str]:
        """The values that a report prints or computes with, without the files they came from."""
        sections, words = self.settings_read(notebook)
        used = {"force", *AMOUNTS, *sections}
        found = dict(self._entry(settings.finding))
        for key, (value, _) in settings.values.items():
            section, _, rest = key.partition(".")
            if section == "quantifiers" and words is not None and rest.partition(".")[0] not in words:
                continue
            if section in used:
                found[key] = value
        # Printed at the head of the report and in its evidence; other reports rest on what they always did.
        return found | ({"embargo": settings.embargo} if settings.embargo else {})

    def modules(self, notebook: Notebook) -> dict[str, Module]:
        """The modules of the package that a notebook uses."""
        key = str(notebook.path)
        if key not in self._modules:
            names = names_imported(notebook.text)
            lazy = self.library.needs_everything(names)
            self._modules[key] = self.library.everything() if lazy else self.library.used_by(names)
        return self._modules[key]

    def settings_read(self, notebook: Notebook) -> tuple[frozenset[str], frozenset[str] | None]:
        """The settings that a notebook, or a module that it uses, reads.

        Sections, such as ``grades``; and the quantifiers that are asked for by name, None if any might be.
        """
        key = str(notebook.path)
        if key not in self._settings:
            # The modules of the parameters themselves name every setting.
            own = [m.settings for name, m in self.modules(notebook).items() if ".params" not in name]
            sections, words = zip(settings_named(without_words(notebook.text)), *own, strict=True)
            self._settings[key] = frozenset.union(*sections), None if None in words else frozenset.union(*words)
        return self._settings[key]

    def _manifest(self, force: str) -> Manifest | None:
        if force not in self._manifests:
            self._manifests[force] = read_manifest(self.project, force)
        return self._manifests[force]

    def _table(self, force: str, table: str) -> str:
        if (force, table) not in self._tables:
            manifest = self._manifest(force)
            if manifest is not None and table in manifest.broken:
                value = f"{BROKEN}{manifest.broken[table]}"
            elif manifest is not None and table in manifest.tables:
                value = digest(manifest.tables[table].model_dump(mode="json"))
            else:
                value = ABSENT
            self._tables[force, table] = value
        return self._tables[force, table]

    def _source(self, force: str, finding: FindingSpec, tables: Iterable[str]) -> str:
        if (force, finding.id) not in self._remarks:
            indicators = set(finding.indicators)
            self._remarks[force, finding.id] = digest(_remarks(self._manifest(force), set(tables), indicators))
        return self._remarks[force, finding.id]

    def _entry(self, finding: FindingSpec) -> dict[str, str]:
        """The finding's entry in the catalogue but for the values that forces may override."""
        if finding.id not in self._catalogue:
            entry = finding.model_dump(mode="json", exclude=set(AMOUNTS))
            found = {f"{finding.id}.claims.{k}": digest(v) for k, v in entry.pop("claims").items()}
            found |= {f"{finding.id}.{k}": digest(v) for k, v in entry.items()}
            for part in AMOUNTS:
                units = {k: (v.unit, v.meaning) for k, v in getattr(finding, part).items()}
                found[f"{finding.id}.{part}"] = digest(units)
            self._catalogue[finding.id] = found
        return self._catalogue[finding.id]


def settings_named(text: str) -> tuple[frozenset[str], frozenset[str] | None]:
    """The settings that some code names.

    Sections of the settings; and the quantifiers asked for by a plain word, None if any might be.
    """
    read = set(_SETTING.findall(text))
    words = {word.replace(" ", "_") for word in _QUANTIFIER.findall(text)}
    any_word = "" in words or "quantifiers" in read
    # The settings are also reached by other names: the days of the period, and one quantifier.
    read |= {"period"} if read & {"period_start", "period_end"} else set()
    read |= {"quantifiers"} if "quantifier" in read else set()
    return frozenset(read & set(Settings.model_fields)), None if any_word else frozenset(words)


def _remarks(manifest: Manifest, tables: set[str], indicators: set[str]) -> Mapping[str, object]:
    """What a source says about the tables and indicators of a finding, and about itself."""
    cannot = [c for c in manifest.cannot_tell_entries if c.about.partition(".")[0] in tables or c.about in indicators]
    return {
        "cannot tell": [c.model_dump(mode="json") for c in cannot],
        "notes": [n.model_dump(mode="json") for n in manifest.notes if n.table in tables],
        "remarks": manifest.remarks,
        "titles": manifest.source_titles,
        "timezone": manifest.timezone,
        "synthetic": manifest.synthetic,
    }


def _versions() -> dict[str, str]:
    """Python and the packages that evidence names; the package itself counts by its modules."""
    return {name: version for name, version in package_versions().items() if name != "hmic-analysis"}
