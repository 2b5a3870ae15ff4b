"""What a report rests on, as content hashes: data, parameters, notebook, library, versions.

A report is up to date when none of them has changed since it was made.  Times of files never matter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from hmic_analysis.evidence.bundle import package_versions
from hmic_analysis.params.catalogue import ALWAYS, FindingSpec
from hmic_analysis.params.resolve import Resolved
from hmic_analysis.params.settings import Settings
from hmic_analysis.project import Project
from hmic_analysis.runs.imports import Library, Module, names_imported, without_words
from hmic_analysis.runs.notebook import Notebook
from hmic_analysis.store.manifest import Manifest

NATIONAL = "england-and-wales"

#: Part of the basis -> why a report is run again.
REASONS = {
    "data": "data of this force changed",
    "parameters": "parameter changed",
    "notebook": "notebook code changed",
    "library": "library code that it uses changed",
    "versions": "Python or a package has another version",
}

#: A setting read from anything, and one quantifier asked for: its word, or nothing where it isn't a plain one.
_SETTING = re.compile(
    rf"(?:\.|getattr\([^)]*['\"])({'|'.join([*Settings.model_fields, 'period_start', 'period_end', 'quantifier'])})\b"
)
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
    """Finds what reports rest on; reads each manifest, module and notebook once.

    Parameters
    ----------
    project : Project
    """

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
        """What one report rests on.

        Parameters
        ----------
        settings : Resolved
            Of one finding and one force.
        notebook : Notebook

        Returns
        -------
        tuple
            Part, item, and its hash or value; and one hash for each part.
        """
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
            if self._manifest(holder) is not None:
                found[f"{holder}: what the source says"] = self._source(holder, finding, names)
        return found

    def parameters(self, settings: Resolved, notebook: Notebook) -> dict[str, str]:
        """The values that a report prints or computes with, without the files they came from."""
        sections, words = self.settings_read(notebook)
        used = {"force", "thresholds", *sections}
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

        Returns
        -------
        tuple
            Sections, such as ``grades``; and the quantifiers that are asked for by name, None if any might be.
        """
        key = str(notebook.path)
        if key not in self._settings:
            # The modules of the parameters themselves name every setting.
            texts = [m.statements for name, m in self.modules(notebook).items() if ".params" not in name]
            self._settings[key] = settings_named([without_words(notebook.text), *texts])
        return self._settings[key]

    def _manifest(self, force: str) -> Manifest | None:
        if force not in self._manifests:
            self._manifests[force] = _read_manifest(self.project, force)
        return self._manifests[force]

    def _table(self, force: str, table: str) -> str:
        if (force, table) not in self._tables:
            manifest = self._manifest(force)
            if manifest is not None and table in manifest.broken:
                value = f"broken: {manifest.broken[table]}"
            elif manifest is not None and table in manifest.tables:
                value = digest(manifest.tables[table].model_dump(mode="json"))
            else:
                value = "absent"
            self._tables[force, table] = value
        return self._tables[force, table]

    def _source(self, force: str, finding: FindingSpec, tables: Iterable[str]) -> str:
        if (force, finding.id) not in self._remarks:
            indicators = {spec.name for spec in finding.indicators}
            self._remarks[force, finding.id] = digest(_remarks(self._manifest(force), set(tables), indicators))
        return self._remarks[force, finding.id]

    def _entry(self, finding: FindingSpec) -> dict[str, str]:
        """The finding's entry in the catalogue but for the values of its thresholds, which forces may override."""
        if finding.id not in self._catalogue:
            entry = finding.model_dump(mode="json", exclude={"notebook", "thresholds"})
            found = {f"{finding.id}.claims.{k}": digest(v) for k, v in entry.pop("claims").items()}
            found |= {f"{finding.id}.{k}": digest(v) for k, v in entry.items()}
            units = {k: (v.unit, v.meaning) for k, v in finding.thresholds.items()}
            self._catalogue[finding.id] = {**found, f"{finding.id}.thresholds": digest(units)}
        return self._catalogue[finding.id]


def _read_manifest(project: Project, force: str) -> Manifest | None:
    """As :func:`hmic_analysis.store.processed.read_manifest`, without the libraries that read tables."""
    try:
        return Manifest.model_validate_json((project.processed / force / "manifest.json").read_bytes())
    except (OSError, ValidationError):
        return None


def settings_named(texts: Iterable[str]) -> tuple[frozenset[str], frozenset[str] | None]:
    """The settings that some code names.

    Parameters
    ----------
    texts : iterable of str
        Python.

    Returns
    -------
    tuple
        Sections of the settings; and the quantifiers asked for by a plain word, None if any might be.
    """
    read: set[str] = set()
    words: set[str] | None = set()
    for text in texts:
        read.update(_SETTING.findall(text))
        for word in _QUANTIFIER.findall(text):
            words = None if words is None or not word else words | {word.replace(" ", "_")}
    if "quantifiers" in read:
        words = None
    # The settings are also reached by other names: the days of the period, and one quantifier.
    read |= {"period"} if read & {"period_start", "period_end"} else set()
    read |= {"quantifiers"} if "quantifier" in read else set()
    return frozenset(read & set(Settings.model_fields)), None if words is None else frozenset(words)


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
