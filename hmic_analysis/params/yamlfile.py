"""YAML files that remember on which line each key stands.

YAML 1.2 is read, in which ``no`` and ``on`` are words and not truth values.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import TaggedScalar
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

from hmic_analysis.errors import ParameterError

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlFile:
    """One YAML file, read.

    Attributes
    ----------
    name : str
        The file as people read it: ``params/forces/cleveland.yml``.
    data : dict
        Its content in plain Python types.
    lines : dict
        Line (from 1) of each key and list item, by its path: ``{("period", "start"): 3}``.
    """

    name: str
    data: dict[str, Any]
    lines: dict[KeyPath, int] = field(repr=False)

    def line(self, path: Iterable[str | int]) -> int:
        """The line of a key, or of the nearest key around it.

        Parameters
        ----------
        path : iterable of str or int
            Keys and list indexes from the top of the file.

        Returns
        -------
        int
            Line, counted from 1.
        """
        path = tuple(path)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def origin(self, path: Iterable[str | int]) -> str:
        """Where a key stands, as people read it: ``params/forces/cleveland.yml:12``."""
        return f"{self.name}:{self.line(path)}"


def read_yaml(path: Path, name: str | None = None) -> YamlFile:
    """Read one YAML file whose top level is keys with values.

    Parameters
    ----------
    path : pathlib.Path
    name : str, optional
        The file as people should read it; by default the path.

    Returns
    -------
    YamlFile

    Raises
    ------
    ParameterError
        If the file can't be read, isn't UTF-8, isn't YAML, gives a key twice, is empty or isn't keys with values.
    """
    name = name or str(path)
    found = _parsed(_read_text(path, name), name)
    return YamlFile(name, copy.deepcopy(found.data), found.lines)


@lru_cache(maxsize=128)
def _parsed(text: str, name: str) -> YamlFile:
    """A text is parsed once in a process, whichever project it comes from: it is what takes longest of reading."""
    try:
        found = YAML(typ="rt").load(text)
    except DuplicateKeyError as fault:
        raise ParameterError(_duplicate(name, fault)) from None
    except MarkedYAMLError as fault:
        raise ParameterError(_syntax(name, fault, text)) from None
    except (YAMLError, ValueError) as fault:
        raise ParameterError(f"{name}{_impossible_day(text)}: not valid YAML ({str(fault).splitlines()[0]}).") from None
    if found is None:
        raise ParameterError(f"{name} is empty. It must hold keys with values, such as 'name: Cleveland'.")
    if not isinstance(found, dict):
        raise ParameterError(
            f"{name}, line 1: a {'list' if isinstance(found, list) else 'single value'} stands where keys with "
            "values are expected, such as 'name: Cleveland'."
        )
    lines: dict[KeyPath, int] = {}
    data = _plain(found, (), lines)
    return YamlFile(name, data, lines)


def read_value(text: str) -> Any:
    """Read one value as YAML would, for values given on the command line.

    Parameters
    ----------
    text : str
        ``90``, ``2013-12-01``, ``[officer, special]``, ``true``, any other word.

    Returns
    -------
    Any
        Plain Python; the text itself where it isn't YAML.
    """
    try:
        return _plain(YAML(typ="rt").load(text), (), {})
    except (YAMLError, ValueError):
        return text


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
