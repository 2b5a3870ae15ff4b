"""YAML that can be read in one way only, by the parser in C; whatever could be read in two ways is doubtful."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from hmic_analysis.params.yamlfile import KeyPath


class Doubtful(Exception):
    """Something that needs the parser that knows all of YAML 1.2."""


class _Parser(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Makes nodes whose tag says how they were written, and gives no value a meaning."""

    def resolve(self, kind: type, value: Any, implicit: Any) -> str:
        return "plain" if kind is yaml.ScalarNode and implicit[0] else "quoted" if kind is yaml.ScalarNode else "group"

    def descend_resolver(self, parent: Any, index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


#: Directives, ends of documents, a note glued to the sign of a block, a colon glued to a bracket or comma, tabs, and
#: characters that end a line in one version of YAML and not in the other.
_ODD = re.compile(r"^%|^\.\.\.|[|>][-+\d]*#|:[\[\]},]|:\{(?![{%])|[\t\x85\u2028\u2029\ufeff]", re.MULTILINE)
#: Words that begin as a number, a day or another value could; of these only the plainest forms are read here.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TEXT = re.compile(r"\d+[a-z]* [a-z].*|\d-\d", re.DOTALL)
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def read_plainly(text: str, lines: dict[KeyPath, int]) -> Any:
    if _ODD.search(text):
        raise Doubtful
    try:
        return _of_node(_Parser(text).get_single_node(), (), lines, False)
    except (yaml.YAMLError, ValueError):
        raise Doubtful from None


def _of_node(node: yaml.Node | None, path: KeyPath, lines: dict[KeyPath, int], flow: bool) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _of_word(node, flow)
    if node is None or node.tag != "group":
        raise Doubtful
    flow = flow or node.flow_style
    if isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            lines[(*path, i)] = item.start_mark.line + 1
        return [_of_node(item, (*path, i), lines, flow) for i, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = _of_word(key, flow) if isinstance(key, yaml.ScalarNode) else None
        if not isinstance(name, str) or name in found:
            raise Doubtful
        lines[(*path, name)] = key.start_mark.line + 1
        found[name] = _of_node(value, (*path, name), lines, flow)
    return found


def _of_word(node: yaml.ScalarNode, flow: bool) -> Any:
    word = node.value
    if node.tag == "quoted" and (node.style in ("'", '"') or (node.style and word.strip() and word[0] != "\n")):
        return word
    if node.tag != "plain" or (flow and ":" in word):
        raise Doubtful
    if word in _WORDS:
        return _WORDS[word]
    if number := _NUMBER.fullmatch(word):
        return float(word) if number.group(1) else int(word)
    if _DAY.fullmatch(word):
        return dt.date.fromisoformat(word)
    if (word[0] in "+-.0123456789<=~" and not _TEXT.fullmatch(word)) or word.lower() in _WORDS:
        raise Doubtful
    return word
