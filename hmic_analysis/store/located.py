"""YAML read with the line of every key, and every scalar kept as the text that was written.

A mapping file is full of words such as ``NULL``, ``no`` or ``1900-01-01`` that YAML would turn into something
else; here they stay text and the typed models convert what should not be text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hmic_analysis.errors import ParameterError

Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Located:
    """A YAML document and where its keys stand.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    data : dict
        Its content; all scalars are text, an empty value is None.
    lines : dict
        Line number (from 1) of each key path such as ``("tables", "incident", "columns")``.
    """

    path: Path
    data: dict[str, Any]
    lines: dict[Key, int]

    def line(self, key: Key) -> int:
        """Line of ``key``, or of the nearest key above it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


def read_located(path: Path) -> Located:
    """Read a YAML file.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    Located

    Raises
    ------
    ParameterError
        If it can't be read, isn't YAML, writes a key twice or holds something else than keys at its top.
    """
    try:
        with path.open(encoding="utf-8-sig") as stream:
            node = YAML(typ="rt", pure=True).compose(stream)
    except OSError as error:
        raise ParameterError(f"{path}: can't be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise ParameterError(f"{path}{line}: not valid YAML: {error.problem or error.context}.") from error
    except YAMLError as error:
        raise ParameterError(f"{path}: not valid YAML: {error}.") from error
    lines: dict[Key, int] = {}
    data = _plain(path, node, (), lines) if node is not None else None
    if not isinstance(data, dict):
        raise ParameterError(f"{path}: must hold keys at its top, such as 'title:' and 'tables:'.")
    return Located(path, data, lines)


def _plain(path: Path, node: Node, key: Key, lines: dict[Key, int]) -> Any:
    lines.setdefault(key, node.start_mark.line + 1)
    if isinstance(node, ScalarNode):
        return None if node.value in ("", "~") and not node.style else node.value
    if isinstance(node, SequenceNode):
        return [_plain(path, item, (*key, i), lines) for i, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    result: dict[str, Any] = {}
    for name_node, value_node in node.value:
        line = name_node.start_mark.line + 1
        if not isinstance(name_node, ScalarNode):
            raise ParameterError(f"{path}, line {line}: a key must be plain text.")
        name = name_node.value
        if name in result:
            raise ParameterError(f"{path}, line {line}: '{name}' is written twice; keep one of them.")
        lines[(*key, name)] = line
        result[name] = _plain(path, value_node, (*key, name), lines)
    return result
