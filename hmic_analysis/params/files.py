"""What each parameter file may hold, and its values as layers of inheritance."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import Field, create_model

from hmic_analysis.params.base import Model, Number, Text, partial_of
from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.params.models import ForceSpec, Leaf
from hmic_analysis.params.settings import Settings
from hmic_analysis.params.yamlfile import KeyPath, YamlFile

LeafPath = tuple[str, ...]

#: The sections that findings and forces may override.
INHERITED = tuple(Settings.model_fields)


#: Thresholds that are overridden: finding, name, number.
THRESHOLDS: Any = (dict[str, dict[str, Number]], Field(default_factory=dict))


class ForcesFile(Model):
    """``params/forces.yml``: the territorial forces by slug; each entry is checked apart."""

    forces: dict[str, dict[str, Any]]


class FindingsFile(Model):
    """``params/findings.yml``: the findings by id, in the order of the letter; each entry is checked apart."""

    tables_to_come: dict[str, Text] = Field(default_factory=dict)
    findings: dict[str, dict[str, Any]]


@cache
def finding_entry() -> type[Model]:
    """One finding of ``findings.yml``: the finding, and the settings it overrides."""
    return create_model("FindingEntry", __base__=FindingSpec, **_fields(partial_of(Settings)))


@cache
def force_file() -> type[Model]:
    """``forces/<slug>.yml``: what differs for a force, the settings it overrides, its own thresholds."""
    return create_model(
        "ForceFile",
        __base__=partial_of(ForceSpec),
        thresholds=THRESHOLDS,
        **_fields(partial_of(Settings)),
    )


@cache
def override_part() -> type[Model]:
    """What may be given on the command line: settings, and thresholds by finding."""
    return create_model("Overrides", __base__=partial_of(Settings), thresholds=THRESHOLDS)


def layer(file: YamlFile, data: dict[str, Any], keys: Iterable[str], at: KeyPath = ()) -> dict[LeafPath, Leaf]:
    """The values that a part of a file gives, by path.

    Parameters
    ----------
    file : YamlFile
    data : dict
        The part.
    keys : iterable of str
        The keys of it that are wanted.
    at : tuple
        Where in the file the part stands.

    Returns
    -------
    dict
        Path, such as ``("period", "start")``, to value and origin; lists count as one value.
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


def _fields(model: type[Model]) -> dict[str, Any]:
    return {name: (info.annotation, info) for name, info in model.model_fields.items()}
