"""Whether a release lets anybody work out a count of persons that is withheld."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from hmic_analysis.disclosure.formats import Part, Release
from hmic_analysis.disclosure.release import PERSON_TABLES, PersonTable
from hmic_analysis.disclosure.rewording import Statement, as_worded, forms, secrets_of, statements
from hmic_analysis.evidence.model import Bundle, Indicator
from hmic_analysis.evidence.withheld import DisclosureRules, withheld
from hmic_analysis.evidence.withheld import parts as counts_of
from hmic_analysis.statistics.suppression import PERCENT, Reading, counts_behind
from hmic_analysis.words import COUNTS, sentence_case

# What a release says of one indicator of one force: the number next to its name.


class Spoken:
    """All statements of a release, by force."""

    def __init__(self, parts: Sequence[Part], facts: Sequence[Bundle]) -> None:
        self._names = {b.force: _names(b) for b in facts}
        self.statements: list[Statement] = []
        self._of: dict[str, list[Statement]] = {force: [] for force in self._names}
        whole: dict[str, set[str]] = {}
        together: set[str] = set()
        for part in parts:
            named = self._forces(f"{part.file} {part.said}")
            whole.setdefault(part.file, set()).update(named)
            if len(self._names) > 1 and _TOGETHER in part.said.casefold():
                together.add(part.file)
        for part in parts:
            for statement in statements(part):
                self.statements.append(statement)
                own = self._forces(f"{statement.words} {part.file}") or self._forces(part.said)
                # What names no force may be about any, unless it speaks of all of them together.
                anybody = set() if part.file in together else set(self._names)
                for force in own or whole[part.file] or anybody:
                    self._of[force].append(statement)

    def about(self, bundle: Bundle) -> list[Statement]:
        """Statements that may be about a bundle's force: those that name it, or no other."""
        return self._of[bundle.force]

    def _forces(self, text: str) -> set[str]:
        if len(self._names) == 1:
            return set(self._names)
        folded = text.casefold()
        return {force for force, names in self._names.items() if any(n in folded for n in names)}


#: What a file says whose figures are those of all forces together, if it names none.
_TOGETHER = "england and wales"


def _names(bundle: Bundle) -> tuple[str, ...]:
    plain = re.sub(r" (Police|Constabulary|Police Service)$", "", bundle.force_name).casefold()
    return (bundle.force, bundle.force_name.casefold(), plain)


def names_of(indicator: Indicator) -> tuple[str, ...]:
    """How an indicator is called in what is released, longest first."""
    label = indicator.label.casefold()
    names = {indicator.id.casefold(), label}
    if indicator.stratum:
        total, _, stratum = label.rpartition(": ")
        names |= {f"{total} {stratum}", f"{total} | {stratum}"}
    return tuple(sorted((n for n in names if n), key=len, reverse=True))


def speaks_of(statement: Statement, indicator: Indicator, others: Sequence[Indicator]) -> bool:
    """Whether a statement is about an indicator, and not about one with a longer name of which this is a part.

    A stratum is named by itself too where the table or the file names its indicator.
    """
    text = statement.folded
    for other in others:
        if other.id != indicator.id:
            # The base of one figure is often another figure; its definition prints no number of that.
            if other.definition:
                text = text.replace(" ".join(other.definition.split()).casefold(), " ")
            for name in names_of(other):
                if any(n in name for n in names_of(indicator)):
                    text = text.replace(name, " ")
    if any(re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text) for n in names_of(indicator)):
        return True
    if not indicator.stratum or not statement.cells:
        return False
    place = f"{statement.part.file} {statement.part.place} {statement.part.said}".casefold()
    total = indicator.label.rpartition(": ")[0].casefold()
    wanted = {indicator.stratum.casefold(), sentence_case(indicator.stratum).casefold()}
    return (indicator.name in place or total in place) and any(c.strip().casefold() in wanted for c in statement.cells)


def printed_in(parts: Sequence[Statement], bundle: Bundle, rules: DisclosureRules) -> Iterator[tuple[str, ...]]:
    """Numbers of withheld indicators that stand next to their names, or in the sentences they were made for.

    File, place, what could be worked out, how.
    """
    hidden = withheld(bundle.indicators, rules)
    if not hidden.any:
        return
    named = {i.id: i for i in bundle.indicators}
    secret = {id: secrets_of([named[id]], hidden) for id in hidden.figures | hidden.unknowns}
    for statement in parts:
        if not statement.numbers:
            continue
        for id, shown in secret.items():
            found = shown.among(statement.numbers)
            if found and speaks_of(statement, named[id], bundle.indicators):
                yield _told(statement, named[id], sorted(found), rules, id in hidden.figures)
    yield from as_worded(parts, bundle, secret)


def _told(
    statement: Statement, indicator: Indicator, found: Sequence[str], rules: DisclosureRules, whole: bool
) -> tuple[str, ...]:
    """A leak, with the way from the printed number to the count."""
    how = f"prints {', '.join(found)}"
    counts = counts_of(indicator)
    of = sum(counts)
    for number in found:
        if number.endswith("%") and indicator.unit == "%" and of:
            text = statement.folded
            printed = next((p for p in (f"less than {number}", f"more than {number}") if p in text), number)
            behind = counts_behind(printed, of)
            if any(rules.is_small(k) or rules.is_small(of - k) for k in behind):
                how += f"; {printed} of {of} is {' or '.join(map(str, behind))}"
                break
    small = [c for c in counts if rules.is_small(c)]
    what = f"{indicator.label} ({indicator.id})"
    if not whole:
        return statement.part.file, statement.part.place, f"{what}: {indicator.unknown:g} cases not known", how
    what += f": a count of {' and of '.join(map(str, small))}" if small else ": withheld to protect another count"
    return statement.part.file, statement.part.place, what, how


# Cells of tables that are withheld, but follow from totals, from another table, or from a percentage beside them.

_TOTAL = re.compile(
    r"^(grand )?totals?$|^all( \w+)?$|^sum$|^overall$|^(england and wales|force)( total)?$", re.IGNORECASE
)
_WHOLE = re.compile(r"^\d{1,3}(?:,\d{3})+$|^\d+(?:\.0+)?$")
_SHARE_HEAD = re.compile(r"%|per ?cent|\bpct\b|_pct\b|share|rate|proportion", re.IGNORECASE)
#: No table of counts that is published has more cells withheld than can be looked through.
MAX_CELLS = 4000


def cells_worked_out(
    tables: Sequence[Part], spoken: Spoken, facts: Sequence[Bundle], rules: DisclosureRules
) -> Iterator[tuple[str, ...]]:
    """Withheld cells of which less than the rule demands is left open.

    File, place, what could be worked out, how.

    Notes
    -----
    The truth is not needed.  A cell withheld is 1 or more, since zeros are shown; it is protected if at least
    ``min_count - 1`` values are left to it.
    """
    yield from _known_tables(tables, spoken, facts, rules)
    for table in tables:
        if any(rules.marker in c for row in table.rows for c in row):
            yield from _by_margins(table, rules)
            yield from _by_percentages(table, rules)


def _whole(text: str) -> int | None:
    return int(float(text.replace(",", ""))) if _WHOLE.match(text.strip()) else None


def _wide_enough(low: float, high: float, rules: DisclosureRules) -> bool:
    return high - low + 1 >= rules.min_count - 1


def _by_margins(table: Part, rules: DisclosureRules) -> Iterator[tuple[str, ...]]:
    """Cells that rows or columns called a total narrow."""
    rows = table.rows
    width = min(len(r) for r in rows)
    header, body = rows[0], rows[1:]
    marked = [c for c in range(width) if any(r[c].strip() == rules.marker for r in body)]
    totals_down = [
        i for i, r in enumerate(body) if any(_TOTAL.match(c.strip()) for c in r[: max(marked[:1], default=1) or 1])
    ]
    totals_across = [c for c in range(1, width) if _TOTAL.match(header[c].strip())]
    if not marked or not (totals_down or totals_across) or len(body) * width > MAX_CELLS:
        return
    counted = [
        c for c in range(width) if all(_countish(r[c], rules) for r in body) and not _SHARE_HEAD.search(header[c])
    ]
    index = {(i, c): k for k, (i, c) in enumerate(product(range(len(body)), counted))}
    relations = []
    for t in totals_down[:1]:
        for c in counted:
            relations.append(({index[i, c]: 1.0 for i in range(len(body)) if i not in totals_down}, index[t, c]))
    for t in [c for c in totals_across if c in counted][:1]:
        for i in range(len(body)):
            relations.append(({index[i, c]: 1.0 for c in counted if c not in totals_across}, index[i, t]))
    matrix = np.zeros((len(relations), len(index)))
    for r, (terms, total) in enumerate(relations):
        for k, one in terms.items():
            matrix[r, k] = one
        matrix[r, total] = -1
    shown = {k: _whole(body[i][c]) for (i, c), k in index.items()}
    low = np.array([1.0 if shown[k] is None else shown[k] for k in range(len(index))])
    high = np.array([np.inf if shown[k] is None else shown[k] for k in range(len(index))])
    gaps = {k for (i, c), k in index.items() if body[i][c].strip() == ""}
    low[list(gaps)] = 0
    kept = [r for r in range(len(matrix)) if _holds(matrix[r], shown)]
    reading = Reading(low, high, matrix[kept], np.zeros(len(kept)), np.zeros(len(kept)))
    for (i, c), k in index.items():
        if body[i][c].strip() != rules.marker:
            continue
        ends = reading.interval(k)
        if ends is not None and not _wide_enough(*ends, rules):
            what = f"'{' '.join(body[i][:1])}', '{header[c]}': {_range(ends)}"
            yield table.file, table.place, what, "by subtraction from the totals of the table"


def _holds(row: np.ndarray, shown: dict[int, int | None]) -> bool:
    """Whether a relation may hold: where all its cells are shown, they must add up."""
    terms = [(row[k], shown[k]) for k in np.flatnonzero(row)]
    return any(v is None for _, v in terms) or sum(a * v for a, v in terms if v is not None) == 0


def _countish(text: str, rules: DisclosureRules) -> bool:
    return text.strip() in ("", rules.marker) or _whole(text) is not None


def _range(ends: tuple[float, float]) -> str:
    return f"a count of {ends[0]:g}" if ends[0] == ends[1] else f"a count of {ends[0]:g} to {ends[1]:g}"


def _by_percentages(table: Part, rules: DisclosureRules) -> Iterator[tuple[str, ...]]:
    """Withheld counts beside a percentage of something known: a number in the row, or the total of the column."""
    header = table.rows[0]
    wholes = {w for row in table.rows for c in row if (w := _whole(c)) is not None and w >= rules.min_count}
    for row in table.rows[1:]:
        if rules.marker not in [c.strip() for c in row]:
            continue
        own = {w for c in row if (w := _whole(c)) is not None and w > 0}
        for column, cell in enumerate(row):
            headed = column < len(header) and _SHARE_HEAD.search(header[column])
            match = PERCENT.match(cell.strip())
            if not (match or (headed and re.fullmatch(r"\d+\.\d+", cell.strip()))):
                continue
            totals = {w for r in table.rows if _TOTAL.match(r[0].strip()) for c in r if (w := _whole(c)) is not None}
            for of in sorted(own | totals | (wholes if len(wholes) <= 3 else set())):
                behind = counts_behind(cell, of) if float(match[2] if match else cell) <= 100 else []
                small = [k for k in behind if rules.is_small(k) or rules.is_small(of - k)]
                if small and len(behind) < rules.min_count - 1:
                    what = f"'{row[0]}': a count of {' or '.join(map(str, behind))}"
                    yield table.file, table.place, what, f"from {cell.strip()} of {of}"
                    break


def _known_tables(
    tables: Sequence[Part], spoken: Spoken, facts: Sequence[Bundle], rules: DisclosureRules
) -> Iterator[tuple[str, ...]]:
    """The tables of persons that figures show, put together from everywhere in the release, against their totals."""
    for bundle in facts:
        for figure in (*bundle.figures, *bundle.tables):
            known = PERSON_TABLES.get(figure.name)
            if known is not None:
                for column in known.columns:
                    yield from _known_table(tables, spoken, bundle, figure.name, column, known, rules)


def _known_table(
    tables: Sequence[Part],
    spoken: Spoken,
    bundle: Bundle,
    name: str,
    column: str,
    known: PersonTable,
    rules: DisclosureRules,
) -> Iterator[tuple[str, ...]]:
    labels = _labels(tables, name, column)
    seen: dict[str, set[str]] = defaultdict(set)
    sources: dict[str, Part] = {}
    for statement in spoken.about(bundle):
        if not statement.cells:
            continue
        cells = [c.strip() for c in statement.cells]
        at = next((cells.index(x) for x in labels if x in cells), None)
        if at is None:
            continue
        k = statement.header.index(column) if column in statement.header else None
        for said in [cells[k]] if k is not None else cells[:at] + cells[at + 1 :]:
            if said == rules.marker or _whole(said) is not None:
                seen[cells[at]].add(said)
                sources.setdefault(cells[at], statement.part)
    if not seen:
        return
    for label, said in seen.items():
        shown = {w for s in said if (w := _whole(s)) is not None}
        if (small := sorted(w for w in shown if rules.is_small(w))) or (shown and rules.marker in said):
            counts = small or sorted(shown)
            yield (
                sources[label].file,
                sources[label].place,
                f"'{label}', {column}: a count of {counts[0]}",
                "printed" + (", and withheld elsewhere in the release" if rules.marker in said else ""),
            )
    total = next((i.value for i in bundle.indicators if i.id == known.total), None)
    if total is None or not all(x in seen for x in labels):
        return
    shown = [next((w for s in seen[x] if (w := _whole(s)) is not None), None) for x in labels]
    low = np.array([1.0 if s is None else s for s in shown])
    high = np.array([np.inf if s is None else s for s in shown])
    if None not in shown:
        return
    reading = Reading(low, high, np.ones((1, len(low))), np.array([total]), np.array([total]))
    for k, label in enumerate(labels):
        ends = reading.interval(k) if shown[k] is None else None
        if ends is not None and not _wide_enough(*ends, rules):
            what = f"'{label}', {column}: {_range(ends)}"
            yield sources[label].file, sources[label].place, what, f"by subtraction from the total of {total:g}"


def _labels(tables: Sequence[Part], name: str, column: str) -> list[str]:
    """Names of the rows of a figure's table, from the first file of that name that has the column."""
    for table in tables:
        if name in f"{table.file} {table.place}" and column in table.rows[0]:
            return [row[0].strip() for row in table.rows[1:]]
    return []


# Strata of an indicator that can be had from the total and the strata published.


def strata_worked_out(parts: Sequence[Statement], bundle: Bundle, rules: DisclosureRules) -> Iterator[tuple[str, ...]]:
    """Small counts in strata that are withheld, but follow from what is published.

    File, place, what could be worked out, how.
    """
    families = defaultdict(list)
    for indicator in bundle.indicators:
        if rules.counts_persons(indicator) and counts_of(indicator):
            families[indicator.name].append(indicator)
    for family in families.values():
        strata = [i for i in family if i.stratum]
        total = next((i for i in family if not i.stratum), None)
        small = [i for i in family if any(map(rules.is_small, counts_of(i)))]
        if total is None or not strata or not small:
            continue
        sums = tuple(sum(c) for c in zip(*map(counts_of, strata), strict=True))
        if sums == counts_of(total):
            yield from _family(parts, bundle, [*strata, total], rules)


def _family(
    parts: Sequence[Statement], bundle: Bundle, members: Sequence[Indicator], rules: DisclosureRules
) -> Iterator[tuple[str, ...]]:
    said = {m.id: _where_said(parts, m, bundle.indicators) for m in members}
    width = len(counts_of(members[0]))
    values = np.array([v for m in members for v in counts_of(m)], dtype=float)
    known = np.array([said[m.id] is not None for m in members for _ in range(width)])
    small = (values > 0) & (values < rules.min_count)
    # As for withholding: a reader may know what was withheld for being small, and what to protect it.
    low = np.where(known, values, np.where(small, 1, np.where(values == 0, 0, rules.min_count)))
    high = np.where(known, values, np.where(small, rules.min_count - 1, np.where(values == 0, 0, np.inf)))
    relations = np.zeros((width, len(values)))
    for k in range(width):
        relations[k, k::width] = 1
        relations[k, len(values) - width + k] = -1
    reading = Reading(low, high, relations, np.zeros(width), np.zeros(width))
    for target in np.flatnonzero(small & ~known):
        ends = reading.interval(int(target))
        if ends is None or ends == (1, rules.min_count - 1):
            continue
        member = members[target // width]
        sources = [s for s in said.values() if s is not None]
        if not sources:
            continue
        range_ = f"{ends[0]:g}" if ends[0] == ends[1] else f"{ends[0]:g} to {ends[1]:g}"
        what = f"{member.label} ({member.id}): a count of {range_}"
        files = ", ".join(sorted({s.part.file for s in sources}))
        yield sources[-1].part.file, sources[-1].part.place, what, f"by subtraction of what is published in {files}"


def _where_said(parts: Sequence[Statement], member: Indicator, others: Sequence[Indicator]) -> Statement | None:
    """Where the counts of an indicator are published: its count, or its percentage with the number it is of."""
    counts = counts_of(member)
    for statement in parts:
        if not statement.numbers:
            continue
        whole = forms(float(counts[0]), "count") & statement.numbers
        if member.unit in COUNTS or len(counts) == 1:
            told = bool(whole)
        else:
            share = forms(member.value, "%") & statement.numbers if member.value is not None else set()
            of = forms(float(sum(counts)), "count") & statement.numbers
            told = bool((share or whole) and of) or bool(share and member.value not in (0, 100))
        if told and speaks_of(statement, member, others):
            return statement
    return None


# Three ways are tried. What is withheld, printed next to its name or in its sentence, in whatever rounding. Counts
# that tables withhold, as far as totals, other tables and percentages with a known denominator narrow them. Strata of
# an indicator, as far as those published and the total narrow those that aren't.


@dataclass(frozen=True, order=True)
class Leak:
    """One way to a count that is withheld."""

    #: Where.
    file: str
    place: str
    #: What could be worked out.
    what: str
    #: How.
    how: str


def leaks_in(release: Release, facts: Sequence[Bundle], rules: DisclosureRules) -> list[Leak]:
    """The same of a release that was read."""
    found = {Leak(file, "whole file", "nothing is proven of it", f"not read: {why}") for file, why in release.unread}
    if rules.min_count < 2:
        return sorted(found)
    spoken = Spoken(release.parts, facts)
    for bundle in facts:
        own = rules.of(bundle)
        parts = spoken.about(bundle)
        found |= {Leak(*row) for row in printed_in(parts, bundle, own)}
        found |= {Leak(*row) for row in strata_worked_out(parts, bundle, own)}
    found |= {Leak(*row) for row in cells_worked_out(_tables(release.parts), spoken, facts, rules)}
    return sorted(found)


def _tables(parts: Sequence[Part]) -> list[Part]:
    return [p for p in parts if p.rows]
