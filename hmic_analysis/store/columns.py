"""From a mapping's column to SQL: the text that a raw row gives for it, before it gets a type."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmic_analysis.store.mapping import FileSpec, Filter, Mapping, Source
from hmic_analysis.store.rawtable import RawTable
from hmic_analysis.store.sql import compared, literal, words

#: Begins a text that no code matches; can't stand in any file.
UNMATCHED = "\x01"


@dataclass(frozen=True)
class Context:
    """What a column expression is written against.

    Parameters
    ----------
    raw : RawTable
    file : FileSpec
    mapping : Mapping
    stem : str
        What surrogate ids of this file begin with.
    """

    raw: RawTable
    file: FileSpec
    mapping: Mapping
    stem: str

    def missing(self, source: Source | None = None) -> tuple[str, ...]:
        """Words that stand for a missing value, lower case."""
        own = source.missing_values if source else ()
        found = (*self.mapping.missing_values, *self.file.missing_values, *own)
        return tuple(dict.fromkeys(" ".join(word.split()).lower() for word in found))

    def cell(self, name: str | int, source: Source | None = None) -> str:
        """SQL of a raw cell, trimmed, null where missing or where the file has no such column."""
        positions = [name] if isinstance(name, int) else self.raw.positions(name)
        if not positions or positions[0] > len(self.raw.names):
            return "NULL::VARCHAR"
        # Of a plain file nothing but emptiness is to be cleaned.
        value = f"nullif(c{positions[0]}, '')" if self.raw.plain else f"clean(c{positions[0]})"
        missing = self.missing(source)
        if not missing:
            return value
        test = f"{compared(value, missing)} NOT IN {words(missing)}"
        if self.raw.plain and not any(" " in word for word in missing):
            # To ask for the length is cheap, and most values are longer than any word for what is missing.
            test = f"(strlen({value}) > {max(map(len, missing))} OR {test})"
        return f"CASE WHEN {test} THEN {value} END"


def source_text(context: Context, source: Source, person: bool = False) -> str:
    """SQL of the text of a column source, transformed up to but not including its codes.

    Parameters
    ----------
    context : Context
    source : Source
    person : bool
        Joined columns name a person: all of them must be given.
    """
    text = _origin(context, source, person)
    for step in source.replace:
        if step.regex:
            text = f"regexp_replace({text}, {literal(step.find)}, {literal(step.by)}, 'g')"
        else:
            text = f"replace({text}, {literal(step.find)}, {literal(step.by)})"
    if source.extract is not None:
        text = extracted(text, source.extract)
    if source.split is not None:
        text = f"string_split({text}, {literal(source.split.on)})[{source.split.part}]"
    if source.case is not None:
        text = f"{source.case}({text})"
    if source.replace or source.extract is not None or source.split is not None:
        text = f"clean({text})"
    return text


def extracted(text: str, pattern: str) -> str:
    """SQL of the first group of an expression, or of all it matches where it has no group; null without a match."""
    # Escaped brackets and sets of characters open no group.
    plain = re.sub(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]", "", pattern)
    group = 1 if re.search(r"\((?!\?[:imsU-])", plain) else 0
    return f"nullif(regexp_extract({text}, {literal(pattern)}, {group}), '')"


def _origin(context: Context, source: Source, person: bool) -> str:
    if source.value is not None:
        return f"{literal(source.value)}::VARCHAR"
    if source.row_id:
        return f"{literal(context.stem)} || ':' || _row"
    if source.first_of:
        parts = [coded_text(source_text(context, part), part) for part in source.first_of]
        return f"coalesce({', '.join(parts)})"
    if source.columns:
        cells = [context.cell(name, source) for name in source.columns]
        if person:
            return f" || {literal(source.join)} || ".join(f"({cell})" for cell in cells)
        if source.blank_part is not None:
            # Only where every part is blank there is nothing to say.
            filled = ", ".join(f"coalesce({cell}, {literal(source.blank_part)})" for cell in cells)
            joined = f"concat_ws({literal(source.join)}, {filled})"
            return f"CASE WHEN coalesce({', '.join(cells)}) IS NOT NULL THEN {joined} END"
        return f"nullif(concat_ws({literal(source.join)}, {', '.join(cells)}), '')"
    if source.column is not None:
        return context.cell(source.column, source)
    if source.position is not None:
        return context.cell(source.position, source)
    return context.cell(source.date or source.time or "", source)


def coded_text(text: str, source: Source) -> str:
    """SQL of a text after its codes and its default; ``UNMATCHED`` and the text where no code fits.

    Parameters
    ----------
    text : str
        SQL of the text.
    source : Source
    """
    if source.codes:
        folded = compared(text, (" ".join(raw.split()) for raw in source.codes))
        cases = " ".join(
            f"WHEN {_test(text, folded, raw, source.match)} THEN {_code(code)}" for raw, code in _order(source)
        )
        other = {
            "reject": f"{literal(UNMATCHED)} || {text}",
            "blank": "NULL",
            "keep": text,
        }.get(source.otherwise, literal(source.otherwise))
        text = f"CASE WHEN {text} IS NULL THEN NULL {cases} ELSE {other} END"
    if source.default is not None:
        text = f"coalesce({text}, {literal(source.default)})"
    return text


def _order(source: Source) -> list[tuple[str, str]]:
    items = list(source.codes.items())
    # The longest beginning first, so that '10' is not taken for '1'; expressions keep the order of the file.
    return sorted(items, key=lambda item: -len(item[0])) if source.match == "prefix" else items


def _test(text: str, folded: str, raw: str, match: str) -> str:
    word = " ".join(raw.split()).lower()
    if match == "prefix":
        return f"starts_with({folded}, {literal(word)})"
    if match == "regex":
        return f"regexp_matches({text}, {literal(raw)}, 'i')"
    return f"{folded} = {literal(word)}"


def _code(code: str) -> str:
    return "NULL" if code == "blank" else literal(code)


def filter_test(context: Context, test: Filter) -> str:
    """SQL of a row filter; never null."""
    cell = context.cell(test.column)
    parts = []
    if test.equals:
        known = _folded(test.equals)
        parts.append(f"{compared(cell, known)} IN {words(known)}")
    if test.not_equals:
        known = _folded(test.not_equals)
        parts.append(f"({cell} IS NULL OR {compared(cell, known)} NOT IN {words(known)})")
    if test.blank is not None:
        parts.append(f"{cell} IS {'' if test.blank else 'NOT '}NULL")
    if test.matches is not None:
        parts.append(f"regexp_matches({cell}, {literal(test.matches)})")
    if test.not_matches is not None:
        parts.append(f"({cell} IS NULL OR NOT regexp_matches({cell}, {literal(test.not_matches)}))")
    return "(" + " AND ".join(f"coalesce({part}, false)" for part in parts) + ")"


def _folded(items: tuple[str, ...]) -> list[str]:
    return [" ".join(item.split()).lower() for item in items]
