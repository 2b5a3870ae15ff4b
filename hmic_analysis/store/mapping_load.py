"""Read a mapping file and hold it against the contracts before any data is touched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.project import Project
from hmic_analysis.store import mapping as m
from hmic_analysis.store.located import Key, Located, read_located
from hmic_analysis.store.mapping_check import check_mapping

STANDARD = m.Mapping(
    title="Standard return",
    layout="standard",
    missing_values=("NULL", "N/A", "#N/A"),
    thousands=",",
)


@dataclass(frozen=True)
class LoadedMapping:
    """A mapping with its name and the hash of its text."""

    name: str
    mapping: m.Mapping
    sha256: str


def load_mapping(project: Project, name: str) -> LoadedMapping:
    """Load the mapping of one source.

    Parameters
    ----------
    project : Project
    name : str
        Stem of the file in ``params/sources``; ``standard`` needs no file.

    Returns
    -------
    LoadedMapping

    Raises
    ------
    ParameterError
        If there is no such source or its file doesn't hold; every fault is listed with its line.
    """
    folder = project.params / "sources"
    path = folder / f"{name}.yml"
    if not path.is_file():
        if name == "standard":
            return LoadedMapping(name, STANDARD, hashlib.sha256(STANDARD.model_dump_json().encode()).hexdigest())
        known = sorted({p.stem for p in folder.glob("*.yml")} | {"standard"})
        raise ParameterError(
            f"There is no source '{name}'.{did_you_mean(name, known)} Sources: {', '.join(known)}.\n"
            f"A source is a mapping file {project.relative(folder)}/NAME.yml; docs/mapping.md tells how to write one."
        )
    located = read_located(path)
    mapping = parse_mapping(located, project.relative(path))
    return LoadedMapping(name, mapping, hashlib.sha256(path.read_bytes()).hexdigest())


def parse_mapping(located: Located, shown: str) -> m.Mapping:
    """Turn a located document into a checked mapping.

    Parameters
    ----------
    located : Located
    shown : str
        The file as messages name it.

    Returns
    -------
    hmic_analysis.store.mapping.Mapping

    Raises
    ------
    ParameterError
        Listing every fault with its line.
    """
    try:
        mapping = m.Mapping.model_validate(located.data)
    except ValidationError as error:
        faults = _model_faults(error, located)
    else:
        faults = sorted({(located.line(key), text) for key, text in check_mapping(mapping, located)})
    if faults:
        lines = "\n".join(f"  line {line}: {text}" for line, text in faults)
        raise ParameterError(f"{shown} can't be used:\n{lines}\nSee docs/mapping.md for the language.")
    return mapping


def _model_faults(error: ValidationError, located: Located) -> list[tuple[int, str]]:
    faults: set[tuple[int, str]] = set()
    for fault in error.errors():
        key = _document_key(fault["loc"], located)
        where = ".".join(str(part) for part in key) or "the file"
        if fault["type"] == "extra_forbidden":
            allowed = _allowed_keys(key)
            text = f"unknown key '{key[-1]}'.{did_you_mean(str(key[-1]), allowed)} Allowed: {', '.join(allowed)}."
        elif fault["type"] == "missing":
            text = f"{where} is missing."
        else:
            text = f"{where}: {_in_words(fault)}"
        faults.add((located.line(key), text))
    return sorted(faults)


def _in_words(fault: ErrorDetails) -> str:
    """A fault of a value without the words of the library that found it."""
    kind, given = fault["type"], fault["input"]
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        text = "must be keys with values, such as {key: value}"
    elif kind in ("tuple_type", "list_type"):
        text = "must be a word or a list of words"
    elif kind == "string_type":
        text = "must be one word or text, not empty and not a list"
    elif kind.startswith("bool"):
        text = "must be true or false"
    elif kind.startswith("int"):
        text = "must be a whole number"
    else:
        message = fault["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        text = f"{message[0].lower()}{message[1:]}"
    return f"{text} (found '{given}')" if isinstance(given, (str, int)) else text


def _document_key(loc: tuple[str | int, ...], located: Located) -> Key:
    """Key path in the document: without the list index pydantic sees where one thing stands without a list."""
    key: Key = ()
    for part in (step for step in loc if step not in m.TAGS):
        if isinstance(part, int) and (*key, part) not in located.lines:
            continue
        key = (*key, part)
    return key


def _allowed_keys(key: Key) -> list[str]:
    model: type[BaseModel] = m.Mapping
    steps = [part for part in key[:-1] if isinstance(part, str)]
    if steps[:1] == ["files"]:
        model = m.Footer if "footer" in steps else m.FileSpec
    elif steps[:1] == ["tables"]:
        model = m.TableSpec
        if "columns" in steps:
            last = steps[-1]
            model = {"split": m.Split, "plus": m.Plus, "replace": m.Replace}.get(last, m.Source)
        elif "where" in steps:
            model = m.Filter
    elif steps[:1] == ["cannot_tell"]:
        model = m.CannotTell
    elif steps[:1] == ["notes"]:
        return ["from", "to", "state", "table", "note"]
    return list(model.model_fields)
