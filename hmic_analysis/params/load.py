"""Reading all parameters of a project, checked whole before anything runs."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from hmic_analysis.errors import ParameterError
from hmic_analysis.params.checks import check_findings
from hmic_analysis.params.faults import Fault, fault, refuse, unknown, validate
from hmic_analysis.params.files import INHERITED, FindingsFile, ForcesFile, finding_entry, force_file, layer
from hmic_analysis.params.inheritance import check_merged, check_names
from hmic_analysis.params.models import FindingSpec, ForceSpec, Inspection, Layer, Params
from hmic_analysis.params.yamlfile import KeyPath, YamlFile, read_yaml
from hmic_analysis.project import Project

FACTS = tuple(k for k in ForceSpec.model_fields if k not in ("slug", "kind"))


def load_params(project: Project) -> Params:
    """Read and check every parameter file of a project.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Params

    Raises
    ------
    ParameterError
        If anything is wrong in any file; the message lists all of it by file and line.

    Notes
    -----
    Files whose content was read before in this process aren't read again, so a process that is copied for each
    notebook hands its copies what it has read.
    """
    return _read(project, _content(project))


@lru_cache(maxsize=4)
def _read(project: Project, content: str) -> Params:
    return _Reader(project).read()


def _content(project: Project) -> str:
    """One hash over the names and bytes of all parameter files."""
    whole = hashlib.sha256()
    for path in sorted([*project.params.glob("*.y*ml"), *(project.params / "forces").glob("*.y*ml")]):
        try:
            whole.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
        except OSError:
            # A file that can't be read is told when it is read for its content.
            whole.update(f"{path.name} unread".encode())
    return whole.hexdigest()


class _Reader:
    """Reads the files of one project, gathering faults on the way."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.faults: list[Fault] = []
        self.unread: list[str] = []

    def read(self) -> Params:
        common = self._open(self.project.params / "inspection.yml")
        findings_file = self._open(self.project.params / "findings.yml")
        forces_file = self._open(self.project.params / "forces.yml")
        own = self._open_own()
        # A file that can't be read at all hides what depends on it; nothing more can be said.
        refuse(self.faults, self.unread)
        self.faults += validate(Inspection, common.data, common)
        entries = self._finding_entries(findings_file)
        parts = self._force_parts(forces_file, own)
        refuse(self.faults)
        inspection = Inspection.model_validate(common.data)
        params = Params(
            inspection=inspection,
            forces=self._forces(parts),
            findings={id: _finding(entry) for id, entry in entries.items()},
            tables_to_come=FindingsFile.model_validate(findings_file.data).tables_to_come,
            inspection_layer=layer(common, common.data, INHERITED),
            finding_layers={id: _finding_layer(findings_file, id, e) for id, e in entries.items()},
            force_layers={s: _force_layer(p) for s, p in parts.items()},
            force_facts={s: _facts(p) for s, p in parts.items()},
        )
        words = inspection.quantifiers
        self.faults += check_findings(params.findings, findings_file, params.tables_to_come, words)
        self.faults += check_names(params)
        refuse(self.faults)
        refuse(check_merged(params))
        return params

    def _open(self, path: Path) -> YamlFile:
        name = self.project.relative(path)
        try:
            return read_yaml(path, name)
        except ParameterError as found:
            self.unread.append(found.message)
            return YamlFile(name, {}, {})

    def _open_own(self) -> dict[str, YamlFile]:
        files: dict[str, YamlFile] = {}
        for path in sorted((self.project.params / "forces").glob("*.y*ml")):
            file = self._open(path)
            if path.suffix != ".yml":
                self.faults.append((file.name, 0, "", f"rename it to {path.stem}.yml."))
            files[path.stem] = file
        return files

    def _finding_entries(self, file: YamlFile) -> dict[str, dict[str, Any]]:
        faults = validate(FindingsFile, file.data, file)
        self.faults += faults
        entries: dict[str, dict[str, Any]] = {}
        for id, given in ({} if faults else file.data["findings"]).items():
            at: KeyPath = ("findings", id)
            claims = given.get("claims")
            for path, part in (((), given), *(_groups(claims, ("claims",)))):
                if "id" in part:
                    self.faults.append(fault(file, (*at, *path, "id"), "remove this key; the key above is the id."))
            entry = {**given, "id": id}
            if isinstance(claims, dict):
                entry["claims"] = {k: {**c, "id": k} if isinstance(c, dict) else c for k, c in claims.items()}
            self.faults += validate(finding_entry(), entry, file, at)
            entries[id] = entry
        return entries

    def _force_parts(self, forces: YamlFile, own: dict[str, YamlFile]) -> dict[str, list]:
        """The parts that make up each force: (file, data, where in the file)."""
        faults = validate(ForcesFile, forces.data, forces)
        self.faults += faults
        entries = {} if faults else forces.data["forces"]
        parts: dict[str, list] = {slug: [(forces, data, ("forces", slug))] for slug, data in entries.items()}
        for slug, file in own.items():
            if slug not in parts and file.data.get("kind") not in ("other", "national"):
                message = unknown("force", slug, parts) + " For another body give 'kind: other'."
                self.faults.append(fault(file, ("kind",), message))
            parts.setdefault(slug, []).append((file, file.data, ()))
        for slug, pieces in parts.items():
            for file, data, at in pieces:
                self._check_part(slug, file, data, at)
        return dict(sorted(parts.items()))

    def _check_part(self, slug: str, file: YamlFile, data: dict[str, Any], at: KeyPath) -> None:
        if "slug" in data:
            self.faults.append(fault(file, (*at, "slug"), "remove this key; the slug is the name above or the file's."))
        if at and "kind" in data:
            self.faults.append(fault(file, (*at, "kind"), "remove this key; all forces of this file are territorial."))
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
            message = f"'{slug}' can't name a force. Use lower case and hyphens, such as avon-and-somerset."
            self.faults.append(fault(file, at, message))
        self.faults += validate(force_file(), data, file, at)

    def _forces(self, parts: dict[str, list]) -> dict[str, ForceSpec]:
        forces: dict[str, ForceSpec] = {}
        for slug, pieces in parts.items():
            kind = "territorial" if pieces[0][2] else pieces[0][1]["kind"]
            data: dict[str, Any] = {}
            for _, part, _ in pieces:
                data.update({k: v for k, v in part.items() if k in FACTS})
            data |= {"slug": slug, "kind": kind}
            file, _, at = pieces[-1]
            if pieces[-1][1].get("kind", kind) != kind:
                message = f"{slug} is one of the territorial forces; remove this key."
                self.faults.append(fault(file, ("kind",), message))
            faults = validate(ForceSpec, data, file, at)
            self.faults += faults
            if not faults:
                forces[slug] = ForceSpec.model_validate(data)
        refuse(self.faults)
        return forces


def _groups(node: Any, at: KeyPath) -> list[tuple[KeyPath, dict]]:
    return [((*at, k), v) for k, v in node.items() if isinstance(v, dict)] if isinstance(node, dict) else []


def _finding(entry: dict[str, Any]) -> FindingSpec:
    return FindingSpec.model_validate({k: v for k, v in entry.items() if k not in INHERITED})


def _finding_layer(file: YamlFile, id: str, entry: dict[str, Any]) -> Layer:
    at: KeyPath = ("findings", id)
    given = layer(file, entry, ("thresholds",), at)
    values = {("thresholds", id, path[1]): leaf for path, leaf in given.items() if path[-1] == "value"}
    return {**layer(file, entry, INHERITED, at), **values}


def _force_layer(parts: list) -> Layer:
    found: Layer = {}
    for file, data, at in parts:
        found = {**found, **layer(file, data, (*INHERITED, "thresholds"), at)}
    return found


def _facts(parts: list) -> Layer:
    found: dict = {}
    for file, data, at in parts:
        found |= {("force", *path): leaf for path, leaf in layer(file, data, FACTS, at).items()}
    return found
