"""Faults of parameter files, in words an analyst can act on: file, line, key, what is allowed."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.params.yamlfile import YamlFile

Fault = tuple[str, int, str, str]  # file, line (0: none), key path, what is wrong

WANTED = {
    "string_type": "text is",
    "int_type": "a whole number is",
    "int_from_float": "a whole number is",
    "float_type": "a number is",
    "bool_type": "true or false is",
    "dict_type": "keys with values are",
    "model_type": "keys with values are",
    "model_attributes_type": "keys with values are",
    "tuple_type": "a list, such as [a, b], is",
    "finite_number": "a number is",
}


def validate(model: type[BaseModel], data: Any, file: YamlFile, at: Sequence[str] = ()) -> list[Fault]:
    """Check a part of a file.

    Parameters
    ----------
    model : type of pydantic.BaseModel
    data : Any
        The part, in plain Python.
    file : YamlFile
    at : sequence of str
        Where in the file the part stands.

    Returns
    -------
    list of tuple
        Everything that is wrong, in the order of the file; empty if nothing is.
    """
    try:
        model.model_validate(data)
    except ValidationError as found:
        # A list found empty because each of its items was refused is no fault of its own.
        errors = [e for e in found.errors() if not (e["type"] == "too_short" and e["input"])]
        faults = [(file.name, *_say(model, e, file, tuple(at))) for e in errors]
        return sorted(faults, key=lambda f: f[1])
    return []


def fault(file: YamlFile, path: Iterable[str | int], message: str) -> Fault:
    """One fault at a key of a file."""
    path = tuple(path)
    return file.name, file.line(path), dotted(path), message


def refuse(faults: Sequence[Fault], others: Sequence[str] = ()) -> None:
    """Raise one error that lists everything; do nothing if there is nothing.

    Parameters
    ----------
    faults : sequence of tuple
    others : sequence of str
        Messages of files that could not even be read.

    Raises
    ------
    ParameterError
    """
    if not faults and not others:
        return
    lines = list(others)
    for name in dict.fromkeys(f[0] for f in faults):
        own = list(dict.fromkeys(f for f in faults if f[0] == name))
        lines.append(f"{name} can't be used ({len(own)} {'fault' if len(own) == 1 else 'faults'}):")
        for _, line, path, message in own:
            where = ", ".join(x for x in (f"line {line}" if line else "", path) if x)
            lines.append(f"  {where}: {message}")
    raise ParameterError("\n".join(lines))


def dotted(path: Iterable[str | int]) -> str:
    """A key path as people write it: ``claims.A1a.tables[2]``; items are counted from 1."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".")


def unknown(what: str, word: str, allowed: Iterable[str]) -> str:
    """``unknown key 'x'. Did you mean 'y'? Allowed: y, z.``"""
    allowed = list(allowed)
    return f"unknown {what} '{word}'.{did_you_mean(word, allowed)} Allowed: {', '.join(allowed) or 'none'}."


def _say(model: type[BaseModel], error: Any, file: YamlFile, at: tuple[str, ...]) -> tuple[int, str, str]:
    loc = tuple(step for step in error["loc"] if step != "[key]")
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    path = at + loc
    if kind == "missing":
        return file.line(path[:-1]), dotted(path), "this key is missing."
    if kind == "extra_forbidden":
        allowed = [k for k in keys_at(model, loc[:-1]) if k not in INJECTED]
        return file.line(path), dotted(path), unknown("key", str(loc[-1]), allowed)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        message = f"{_shown(given)} can't stand here.{did_you_mean(str(given), allowed)} Allowed: {', '.join(allowed)}."
    elif kind in WANTED:
        message = f"{_shown(given)} stands where {WANTED[kind]} expected."
    elif kind == "value_error":
        message = f"{context['error']}."
    elif kind in ("too_short", "string_too_short"):
        message = "this must not be empty."
    else:
        message = f"{_shown(given)} can't stand here: {error['msg'].replace('Input should', 'it must')}."
    return file.line(path), dotted(path), message


#: Keys of the models that files don't give, because they are the file's name or the key above.
INJECTED = ("slug", "id")


def keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The keys allowed at a place below a model; empty where there are no fixed keys.

    Parameters
    ----------
    model : type of pydantic.BaseModel
    loc : sequence of str or int
        Keys and list indexes from the model down.

    Returns
    -------
    list of str
    """
    kind: Any = model
    for step in loc:
        kind = _bare(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            info = kind.model_fields.get(str(step))
            kind = info.annotation if info else None
        elif get_origin(kind) in (dict, tuple, list):
            kind = get_args(kind)[1 if get_origin(kind) is dict else 0]
    kind = _bare(kind)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _bare(kind: Any) -> Any:
    """Strip ``Annotated`` and ``| None``."""
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        kind = next(a for a in get_args(kind) if a is not type(None))
    return kind


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"'{str(value).lower()}'"
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list):
        return "a list"
    return f"'{str(value)[:60]}'"
