"""Reading the parameter files of a project: what each may hold, checked whole before anything runs.

A command that needs a few findings reads the files of those alone; a new finding is a new file and touches no list.
"""

import datetime as dt
import hashlib
import os
import pickle
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, create_model

from hmic_analysis.errors import ParameterError
from hmic_analysis.params.catalogue import DEFINING, FindingSpec
from hmic_analysis.params.models import (
    ForceSpec,
    Inspection,
    Layer,
    Leaf,
    Model,
    Number,
    Params,
    Settings,
    no_finding,
    partial_of,
)
from hmic_analysis.params.yamlfile import Fault, KeyPath, YamlFile, dotted, fault, read_yaml, refuse, unknown, validate
from hmic_analysis.project import Project
from hmic_analysis.words import SECTIONS

LeafPath = tuple[str, ...]

#: The sections that findings and forces may override.
INHERITED = tuple(Settings.model_fields)
#: The values of findings that forces may override, by finding and name, and what one of them is called.
AMOUNTS = {"definitions": "definition", "thresholds": "threshold"}
FACTS = tuple(k for k in ForceSpec.model_fields if k not in ("slug", "kind"))
#: Keys of a finding that its file doesn't give: they are its name.
NAMED = ("stem", "id")

_STEM = r"([a-z]\d{1,2})_[a-z0-9_]+"


class ForcesFile(Model):
    """``params/forces.yml``: the territorial forces by slug; each entry is checked apart."""

    forces: dict[str, dict[str, Any]]


@cache
def finding_entry() -> type[Model]:
    """``findings/<stem>.yml``: the finding, and the settings it overrides."""
    return create_model("FindingEntry", __base__=FindingSpec, **_fields(partial_of(Settings)))


@cache
def force_file() -> type[Model]:
    """``forces/<slug>.yml``: what differs for a force, the settings it overrides, its values for findings."""
    fields = _fields(partial_of(Settings))
    return create_model("ForceFile", __base__=partial_of(ForceSpec), **_amounts(), **fields)


@cache
def override_part() -> type[Model]:
    """What may be given on the command line: settings, and values of findings."""
    return create_model("Overrides", __base__=partial_of(Settings), **_amounts())


def _amounts() -> dict[str, Any]:
    return {part: (dict[str, dict[str, Number]], Field(default_factory=dict)) for part in AMOUNTS}


def _fields(model: type[Model]) -> dict[str, Any]:
    return {name: (info.annotation, info) for name, info in model.model_fields.items()}


def finding_files(project: Project) -> dict[str, Path]:
    """The files of the catalogue by the id of their finding."""
    paths = sorted((project.params / "findings").glob("*.yml"))
    return {path.stem.split("_", 1)[0].upper(): path for path in paths}


def load_params(project: Project, findings: Collection[str] | None = None) -> Params:
    """Read and check the parameter files of a project, of its findings only those that are asked for.

    Anything wrong in a file that was read is a ``ParameterError`` that lists all of it by file and line.  Files whose
    content was read before in this process aren't read again, so a process that is copied for each notebook hands its
    copies what it has read.
    """
    there = finding_files(project)
    for id in findings or ():
        if id not in there:
            raise ParameterError(no_finding(id, _in_order(there)))
    whole = tuple(there), _content(project, list(there.values()))
    params = _READ.get(whole) or kept(project, whole[1])
    if findings is None and not params:
        params = _Reader(project, whole[0]).read()
        keep(project, whole[1], params)
    if params:
        # No part of what was read whole need be read again.
        return _remember(whole, params)
    wanted = tuple(id for id in there if id in findings)
    part = wanted, _content(project, [there[id] for id in wanted])
    return _remember(part, _READ.get(part) or _Reader(project, wanted).read())


#: What was read in this process, by the ids of its findings and the content of its files, of whichever project.
_READ: dict[tuple[tuple[str, ...], str], Params] = {}


def _remember(key: tuple[tuple[str, ...], str], params: Params) -> Params:
    _READ[key] = params
    if len(_READ) > 8:
        del _READ[next(iter(_READ))]
    return params


def load_for(project: Project, findings: Iterable[str], overrides: Iterable[str] = ()) -> Params:
    """The parameters for some findings, in any case of letters, and those whose values overrides name; none: all."""
    ids = [id.upper() for id in findings]
    steps = [key.split(".") for key in overrides]
    # A name that is no finding's is told where overrides are laid over the files.
    named = {path[1] for path in steps if path[0] in AMOUNTS and len(path) > 1} & set(finding_files(project))
    return load_params(project, [*ids, *named] if ids else None)


def _in_order(ids: Iterable[str]) -> tuple[str, ...]:
    """Ids by letter and number; only their files tell the sections."""
    return tuple(sorted(ids, key=_letter_and_number))


def _letter_and_number(id: str) -> tuple[str, int, str]:
    number = re.sub(r"\D", "", id)
    return id[:1], int(number or 0), id


def _content(project: Project, findings: list[Path]) -> str:
    """One hash over the names and bytes of the parameter files that are read."""
    whole = hashlib.sha256()
    folders = (project.params, project.params / "forces")
    names = sorted(p.name for p in (project.params / "findings").glob("*.y*ml"))
    whole.update(" ".join(names).encode())
    for path in [*sorted(p for folder in folders for p in folder.glob("*.y*ml")), *findings]:
        try:
            whole.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
        except OSError:
            # A file that can't be read is told when it is read for its content.
            whole.update(f"{path.name} unread".encode())
    return whole.hexdigest()


class _Reader:
    """Reads the files of one project, gathering faults on the way."""

    def __init__(self, project: Project, wanted: tuple[str, ...]) -> None:
        self.project = project
        self.wanted = wanted
        self.faults: list[Fault] = []
        self.unread: list[str] = []

    def read(self) -> Params:
        # Only for what was not kept.
        from hmic_analysis.params.check import check_finding

        common = self._open(self.project.params / "inspection.yml")
        catalogue = self._open_findings()
        forces_file = self._open(self.project.params / "forces.yml")
        own = self._open_folder("forces")
        # A file that can't be read at all hides what depends on it; nothing more can be said.
        refuse(self.faults, self.unread)
        self.faults += validate(Inspection, common.data, common)
        entries = {id: self._finding_entry(id, file) for id, file in catalogue.items()}
        parts = self._force_parts(forces_file, own)
        refuse(self.faults)
        inspection = Inspection.model_validate(common.data)
        base = layer(common, common.data, INHERITED)
        found = sorted((_finding(e) for e in entries.values()), key=_place)
        params = Params(
            inspection=inspection,
            forces=self._forces(parts),
            findings={finding.id: finding for finding in found},
            known=_in_order(finding_files(self.project)),
            inspection_layer=base,
            finding_layers={f.id: _finding_layer(catalogue[f.id], f.id, entries[f.id]) for f in found},
            force_layers={s: _force_layer(p) for s, p in parts.items()},
            force_facts={s: _facts(p) for s, p in parts.items()},
        )
        values = [".".join(path) for path in base if path[0] in DEFINING]
        for finding in found:
            self.faults += check_finding(finding, catalogue[finding.id], values, inspection.quantifiers)
        self.faults += _check_names(params)
        refuse(self.faults)
        refuse(_check_merged(params))
        return params

    def _open(self, path: Path) -> YamlFile:
        name = self.project.relative(path)
        try:
            return read_yaml(path, name)
        except ParameterError as found:
            self.unread.append(found.message)
            return YamlFile(name, {}, {})

    def _open_folder(self, folder: str) -> dict[str, YamlFile]:
        files: dict[str, YamlFile] = {}
        for path in sorted((self.project.params / folder).glob("*.y*ml")):
            file = self._open(path)
            if path.suffix != ".yml":
                self.faults.append((file.name, 0, "", f"rename it to {path.stem}.yml."))
            files[path.stem] = file
        return files

    def _open_findings(self) -> dict[str, YamlFile]:
        """The wanted files of the catalogue by id; the names of all of them are checked."""
        folder = self.project.params / "findings"
        files: dict[str, YamlFile] = {}
        for path in sorted(folder.glob("*.y*ml")):
            name, id = self.project.relative(path), path.stem.split("_", 1)[0].upper()
            if path.suffix != ".yml":
                self.faults.append((name, 0, "", f"rename it to {path.stem}.yml."))
            elif not re.fullmatch(_STEM, path.stem):
                message = "name it by a letter, a number and a word in lower case, such as a6_suspects.yml."
                self.faults.append((name, 0, "", message))
            elif id in files:
                self.faults.append((name, 0, "", f"{files[id].name} holds finding {id} already."))
            elif id in self.wanted:
                files[id] = self._open(path)
        if not any(folder.glob("*.yml")):
            self.unread.append(f"{self.project.relative(folder)} holds no finding, such as a6_suspects.yml.")
        return files

    def _finding_entry(self, id: str, file: YamlFile) -> dict[str, Any]:
        given = file.data
        entry = {**given, "stem": Path(file.name).stem, "id": id}
        for key in NAMED:
            if key in given:
                self.faults.append(fault(file, (key,), "remove this key; the name of the file tells it."))
        for part, key in (("claims", "id"), ("indicators", "name")):
            groups = given.get(part)
            if not isinstance(groups, dict):
                continue
            for name, inner in groups.items():
                if isinstance(inner, dict) and key in inner:
                    message = f"remove this key; the key above is the {key}."
                    self.faults.append(fault(file, (part, name, key), message))
            entry[part] = {k: {**inner, key: k} if isinstance(inner, dict) else inner for k, inner in groups.items()}
        self.faults += validate(finding_entry(), entry, file)
        return entry

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


def _finding(entry: dict[str, Any]) -> FindingSpec:
    return FindingSpec.model_validate({k: v for k, v in entry.items() if k not in INHERITED})


def _place(finding: FindingSpec) -> tuple[int, str, int, str]:
    """Findings stand in the letter by section, letter and number."""
    return SECTIONS.index(finding.section), *_letter_and_number(finding.id)


def layer(file: YamlFile, data: dict[str, Any], keys: Iterable[str], at: KeyPath = ()) -> dict[LeafPath, Leaf]:
    """The values that a part of a file gives, by path such as ``("period", "start")``; lists count as one value.

    ``keys`` of the part are wanted; ``at`` says where in the file the part stands.
    """
    found: dict[LeafPath, Leaf] = {}
    for key in keys:
        if key in data:
            _walk(data[key], (key,), file, at, found)
    return found


def _walk(node: Any, path: LeafPath, file: YamlFile, at: KeyPath, found: dict[LeafPath, Leaf]) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            _walk(value, (*path, key), file, at, found)
    else:
        found[path] = Leaf(node, file.name, file.line((*at, *path)))


def _finding_layer(file: YamlFile, id: str, entry: dict[str, Any]) -> Layer:
    values = layer(file, entry, AMOUNTS)
    given = {(path[0], id, path[1]): leaf for path, leaf in values.items() if path[-1] == "value"}
    return {**layer(file, entry, INHERITED), **given}


def _force_layer(parts: list) -> Layer:
    found: Layer = {}
    for file, data, at in parts:
        found = {**found, **layer(file, data, (*INHERITED, *AMOUNTS), at)}
    return found


def _facts(parts: list) -> Layer:
    found: dict = {}
    for file, data, at in parts:
        found |= {("force", *path): leaf for path, leaf in layer(file, data, FACTS, at).items()}
    return found


def merge(layers: Sequence[Layer]) -> dict[LeafPath, Leaf]:
    """Layers laid over each other, from the weakest to the strongest."""
    merged: dict[LeafPath, Leaf] = {}
    for one in layers:
        merged.update(one)
    return merged


def settings_of(merged: Layer) -> Settings:
    """The settings that a merged layer amounts to; values of findings and facts are passed over."""
    tree: dict[str, Any] = {}
    for path, leaf in merged.items():
        if path[0] in Settings.model_fields:
            node = tree
            for step in path[:-1]:
                node = node.setdefault(step, {})
            node[path[-1]] = leaf.value
    return Settings.model_validate(tree)


def _check_names(params: Params) -> list[Fault]:
    """An override never adds a definition, a threshold or a quantifier; similar forces are forces."""
    faults: list[Fault] = []
    for found in (*params.finding_layers.values(), *params.force_layers.values()):
        faults += check_paths(params, found)
    known = [f.slug for f in params.territorial]
    for slug, force in params.forces.items():
        leaf = params.force_facts[slug].get(("force", "most_similar_forces"))
        for other in force.most_similar_forces:
            if leaf is not None and other not in known:
                faults.append((leaf.file, leaf.line, "most_similar_forces", unknown("force", other, known)))
    return faults


def check_paths(params: Params, found: Layer) -> list[Fault]:
    """Check that the values of findings and the quantifiers that a layer names exist."""
    faults: list[Fault] = []
    for path, leaf in found.items():
        message = ""
        if path[0] == "quantifiers" and path[1] not in params.inspection.quantifiers:
            message = unknown("quantifier", path[1], params.inspection.quantifiers)
        elif path[0] in AMOUNTS:
            message = _unknown_amount(params, *path)
        if message:
            faults.append((leaf.file, leaf.line, ".".join(path), message))
    return faults


def _unknown_amount(params: Params, part: str, finding: str, name: str) -> str:
    """Why a value of a finding can't be overridden; nothing where it can, or where the finding was not read."""
    if finding not in params.known:
        return unknown("finding", finding, params.known)
    spec = params.findings.get(finding)
    if spec is None or name in getattr(spec, part):
        return ""
    other = next(p for p in AMOUNTS if p != part)
    if name in getattr(spec, other):
        return f"'{name}' is a {AMOUNTS[other]}: write {other}.{finding}.{name}."
    return unknown(AMOUNTS[part], name, getattr(spec, part))


def _check_merged(params: Params) -> list[Fault]:
    """Check what every pair of a force and a finding amounts to: days and thresholds out of order or range."""
    embargo = params.inspection.embargo_until.date()
    base = params.inspection_layer
    faults: list[Fault] = check_dates([base], "territorial", embargo)
    for id, finding in params.findings.items():
        found = params.finding_layers[id]
        faults += check_amounts([found], finding)
        faults += check_dates([base, found], "territorial", embargo)
    for slug, force in params.forces.items():
        own = params.force_layers[slug]
        if own:
            faults += check_dates([base, own], force.kind, embargo)
            for id, finding in params.findings.items():
                layers = [base, params.finding_layers[id], own]
                faults += check_dates(layers, force.kind, embargo) + check_amounts(layers, finding)
    return list(dict.fromkeys(faults))


def _laxer(layers: Sequence[Layer]) -> list[Fault]:
    """A limit for small counts of persons below that of the inspection: nobody withholds less than it does."""
    path = ("disclosure", "min_count")
    merged = merge(layers)
    if path not in merged or path not in layers[0] or merged[path].value >= layers[0][path].value:
        return []
    leaf, least = merged[path], layers[0][path].value
    said = f"{leaf.value} is below the inspection's {least}. Write {least} or more."
    return [(leaf.file, leaf.line, dotted(path), said)]


def check_dates(layers: Sequence[Layer], kind: str, embargo: dt.date) -> list[Fault]:
    """Check the order of days when everything is merged; no letter is written to a force of kind ``other``."""
    merged = merge(layers)
    try:
        settings = settings_of(merged)
    except ValidationError:
        return []  # Already reported with the file that is at fault.
    start, end = settings.period.start, settings.period.end
    faults = _laxer(layers)
    if not start < end:
        faults.append(_order(layers, ("period", "start"), ("period", "end"), "must lie before"))
    if kind == "other":
        return faults
    if end > settings.letter_date:
        faults.append(_order(layers, ("period", "end"), ("letter_date",), "must not lie after"))
    if settings.as_of > settings.letter_date:
        faults.append(_order(layers, ("as_of",), ("letter_date",), "must not lie after"))
    if settings.letter_date > embargo:
        leaf = merged["letter_date",]
        message = f"{leaf.value} lies after the end of the embargo, {embargo}. A letter goes out before it ends."
        faults.append((leaf.file, leaf.line, "letter_date", message))
    return faults


def check_amounts(layers: Sequence[Layer], finding: FindingSpec) -> list[Fault]:
    """Check the range and the order of a finding's definitions and thresholds when everything is merged."""
    merged = merge(layers)
    faults = []
    for part in AMOUNTS:
        for name, spec in getattr(finding, part).items():
            path = (part, finding.id, name)
            leaf = merged[path]
            if leaf.value < 0 or (spec.unit == "%" and leaf.value > 100):
                allowed = "from 0 to 100" if spec.unit == "%" else "0 or more"
                message = f"'{leaf.value}' is out of range. Allowed: {allowed}."
                faults.append((leaf.file, leaf.line, dotted(path), message))
            for greater in getattr(spec, "below", ()):
                other = (part, finding.id, greater)
                if other in merged and not leaf.value < merged[other].value:
                    faults.append(_order(layers, path, other, "must be smaller than"))
    return faults


def _order(layers: Sequence[Layer], first: LeafPath, second: LeafPath, must: str) -> Fault:
    """A fault of two values, laid at the door of the strongest layer that gives one of them."""
    merged = merge(layers)
    strongest = next(x for x in reversed(layers) if first in x or second in x)
    blamed = first if first in strongest else second
    a, b = merged[first], merged[second]
    leaf = merged[blamed]
    message = f"{dotted(first)} ({a.value}, {a.origin}) {must} {dotted(second)} ({b.value}, {b.origin})."
    return leaf.file, leaf.line, dotted(blamed), message


# Parameters that were read and found right are kept beside the project's key, for the next command: reading and
# checking all files takes longer than most commands' own work. What is kept stands for one content of the files and
# one version of this package; whatever differs is read anew, and so is all that can't be kept or read back.


def kept(project: Project, content: str) -> Params | None:
    """What was kept of files with this content; None if nothing was."""
    try:
        # Only its owner may write there: what is unpickled is run.
        whole = _kept_at(project).read_bytes()
        stamp, _, made = whole.partition(b"\n")
        if stamp != _stamp(content):
            return None
        found = pickle.loads(made)
    except Exception:
        return None
    return found if isinstance(found, Params) else None


def keep(project: Project, content: str, params: Params) -> None:
    """Keep what was read, in place of what was kept before; where that can't be done nothing is lost."""
    path = _kept_at(project)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            part.write_bytes(_stamp(content) + b"\n" + pickle.dumps(params, protocol=pickle.HIGHEST_PROTOCOL))
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def _kept_at(project: Project) -> Path:
    return project.keys / "params.pickle"


def _stamp(content: str) -> bytes:
    return hashlib.sha256(f"{content} {_version()}".encode()).hexdigest().encode()


@cache
def _version() -> str:
    """What reads and checks, as it stands on the disk: a change of it makes nothing of what was kept."""
    package = Path(__file__).parents[1]
    files = sorted([*package.glob("*.py"), *package.glob("params/*.py"), *package.glob("contracts/*.py")])
    found = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr([sys.version, *found]).encode()).hexdigest()
