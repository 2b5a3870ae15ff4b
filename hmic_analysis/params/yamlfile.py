"""YAML files that remember on which line each key stands, and their faults in words that an analyst can act on.

YAML 1.2 is read, in which ``no`` and ``on`` are words and not truth values. What means the same to everyone is read
by a parser written in C; whatever could be read in two ways, and every fault, goes to one that knows all of YAML 1.2.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from hmic_analysis.errors import ParameterError, did_you_mean

if TYPE_CHECKING:
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlFile:
    """One YAML file, read.

    ``name``: the file as people read it: ``params/forces/cleveland.yml``; ``data``: its content in plain Python
    types; ``lines``: line (from 1) of each key and list item, by its path: ``{("period", "start"): 3}``.
    """

    name: str
    data: dict[str, Any]
    lines: dict[KeyPath, int] = field(repr=False)

    def line(self, path: Iterable[str | int]) -> int:
        """The line of a key, or of the nearest key around it."""
        path = tuple(path)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def origin(self, path: Iterable[str | int]) -> str:
        """Where a key stands, as people read it: ``params/forces/cleveland.yml:12``."""
        return f"{self.name}:{self.line(path)}"


def read_yaml(path: Path, name: str | None = None) -> YamlFile:
    """Read one YAML file whose top level is keys with values."""
    name = name or str(path)
    found = _parsed(_read_text(path, name), name)
    return YamlFile(name, copy.deepcopy(found.data), found.lines)


@lru_cache(maxsize=256)
def _parsed(text: str, name: str) -> YamlFile:
    """A text is parsed once in a process, whichever project it comes from."""
    from hmic_analysis.params.plainly import Doubtful, read_plainly

    lines: dict[KeyPath, int] = {}
    try:
        data = read_plainly(text, lines)
    except Doubtful:
        lines = {}
        data = _read_carefully(text, lines, name)
    if data is None:
        raise ParameterError(f"{name} is empty. It must hold keys with values, such as 'name: Cleveland'.")
    if not isinstance(data, dict):
        raise ParameterError(
            f"{name}, line 1: a {'list' if isinstance(data, list) else 'single value'} stands where keys with "
            "values are expected, such as 'name: Cleveland'."
        )
    return YamlFile(name, data, lines)


def read_value(text: str) -> Any:
    """Read one value as YAML would, for values given on the command line."""
    from hmic_analysis.params.plainly import Doubtful, read_plainly

    try:
        return read_plainly(text, {})
    except Doubtful:
        pass
    try:
        return _read_carefully(text, {}, "")
    except ParameterError:
        return text


# All of YAML 1.2, and what is wrong with it.


def _read_carefully(text: str, lines: dict[KeyPath, int], name: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        found = YAML(typ="rt").load(text)
    except DuplicateKeyError as error:
        raise ParameterError(_duplicate(name, error)) from None
    except MarkedYAMLError as error:
        raise ParameterError(_syntax(name, error, text)) from None
    except (YAMLError, ValueError) as error:
        raise ParameterError(f"{name}{_impossible_day(text)}: not valid YAML ({str(error).splitlines()[0]}).") from None
    return _plain(found, (), lines)


def _read_text(path: Path, name: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ParameterError(f"{name} does not exist.") from None
    except OSError as fault:
        raise ParameterError(f"{name} can't be read: {fault.strerror or fault}.") from None
    for mark, encoding in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if raw.startswith(mark):
            raise ParameterError(f"{name} is saved as {encoding}. Save it as UTF-8 (in Excel or Notepad: 'UTF-8').")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        raise ParameterError(
            f"{name}, line {line}: a character that is not UTF-8 (byte {raw[fault.start]:#04x}). "
            "Open the file in an editor and save it with the encoding UTF-8."
        ) from None


def _syntax(name: str, fault: MarkedYAMLError, text: str) -> str:
    mark = fault.problem_mark or fault.context_mark
    line = mark.line + 1 if mark else 1
    shown = text.splitlines()
    quoted = f"\n    {shown[line - 1].strip()}" if 0 < line <= len(shown) and shown[line - 1].strip() else ""
    problem = " ".join(x for x in (fault.context, fault.problem) if x)
    hint = ""
    if "'\\t'" in problem:
        hint = " Indent with spaces, not tabs."
    elif "mapping values are not allowed" in problem:
        hint = " A text that holds ': ' must stand in quotation marks; otherwise check the indent."
    return f"{name}, line {line}: not valid YAML ({problem.strip()}).{hint}{quoted}"


def _duplicate(name: str, fault: DuplicateKeyError) -> str:
    key = re.search(r'duplicate key "(.*?)" with value', fault.problem or "")
    named = f" '{key.group(1)}'" if key else ""
    return f"{name}, line {fault.problem_mark.line + 1}: the key{named} is given twice. Keep one of the two."


def _impossible_day(text: str) -> str:
    """The line of the first day that no calendar has, as it goes into the message; the reader itself names none."""
    for number, line in enumerate(text.splitlines(), start=1):
        for year, month, day in re.findall(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", line):
            try:
                dt.date(int(year), int(month), int(day))
            except ValueError:
                return f", line {number}, '{year}-{month}-{day}'"
    return ""


def _plain(node: Any, path: KeyPath, lines: dict[KeyPath, int]) -> Any:
    """Copy into plain types, noting lines on the way."""
    from ruamel.yaml.comments import TaggedScalar
    from ruamel.yaml.scalarbool import ScalarBoolean

    if isinstance(node, dict):
        at = getattr(node, "lc", None)
        for key in node:
            if at is not None and at.data and key in at.data:
                lines[(*path, str(key))] = at.data[key][0] + 1
        return {str(k): _plain(v, (*path, str(k)), lines) for k, v in node.items()}
    if isinstance(node, list):
        at = getattr(node, "lc", None)
        for i in range(len(node)):
            if at is not None and at.data and i in at.data:
                lines[(*path, i)] = at.data[i][0] + 1
        return [_plain(v, (*path, i), lines) for i, v in enumerate(node)]
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, ScalarBoolean):
        return bool(node)
    if isinstance(node, dt.datetime):
        # A day with a time stays text; only the model knows which zone it is in.
        return node.isoformat(sep=" ")
    if isinstance(node, TaggedScalar):
        return f"{node.tag.value} {node.value}"
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


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
    """Check a part of a file."""
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
    """Raise one error that lists everything; do nothing if there is nothing."""
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


#: Words named in a message of those that may stand somewhere.
_LISTED = 60


def unknown(what: str, word: str, allowed: Iterable[str]) -> str:
    """``unknown key 'x'. Did you mean 'y'? Allowed: y, z.``"""
    allowed = list(allowed)
    return f"unknown {what} '{word}'.{did_you_mean(word, allowed)} Allowed: {_listed(allowed)}."


def _listed(allowed: list[str]) -> str:
    """Words that may stand somewhere; of very many the first, since nobody reads the others in a message."""
    more = len(allowed) - _LISTED
    return f"{', '.join(allowed[:_LISTED])} and {more} more" if more > 1 else ", ".join(allowed) or "none"


def _say(model: type[BaseModel], error: Any, file: YamlFile, at: tuple[str, ...]) -> tuple[int, str, str]:
    loc = tuple(step for step in error["loc"] if step != "[key]")
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    path = at + loc
    if kind == "missing":
        return file.line(path[:-1]), dotted(path), "this key is missing."
    if kind == "extra_forbidden":
        allowed = [k for k in keys_at(model, loc[:-1]) if k not in INJECTED]
        # A key that belongs a step deeper is named with the one above it.
        inner = {key: dotted((above, key)) for above in allowed for key in keys_at(model, (*loc[:-1], above))}
        message = unknown("key", str(loc[-1]), allowed)
        near = did_you_mean(str(loc[-1]), [*allowed, *inner])
        deeper = next((place for key, place in inner.items() if near == f" Did you mean '{key}'?"), "")
        if deeper and not any(f"'{key}'" in near for key in allowed):
            message = f"unknown key '{loc[-1]}'. Did you mean '{deeper}'? Allowed here: {', '.join(allowed)}."
        return file.line(path), dotted(path), message
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        message = f"{_shown(given)} can't stand here.{did_you_mean(str(given), allowed)} Allowed: {_listed(allowed)}."
    elif kind in WANTED:
        message = f"{_shown(given)} stands where {WANTED[kind]} expected."
    elif kind == "value_error":
        message = f"{context['error']}."
    elif kind in ("too_short", "string_too_short"):
        message = "this must not be empty."
    elif kind == "too_long":
        message = f"{context['actual_length']} stand here; there may be at most {context['max_length']}."
    else:
        message = f"{_shown(given)} can't stand here: {error['msg'].replace('Input should', 'it must')}."
    return file.line(path), dotted(path), message


#: Keys of the models that files don't give, because they are the file's name or the key above.
INJECTED = ("slug", "id")


def keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The keys allowed at a place below a model; empty where there are no fixed keys."""
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
