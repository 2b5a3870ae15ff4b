"""A bundle, its tables and its figures as an audience may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hmic_analysis.cells import neutral_frame
from hmic_analysis.disclosure.rewording import (
    NOT_FOR_PUBLICATION,
    Secrets,
    clear_note,
    clear_of,
    kept_numbers,
    reworded,
    secrets_of,
    tells,
    without,
)
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Figure, Indicator, Table
from hmic_analysis.evidence.withheld import (
    BOUNDS,
    SHARE,
    Audience,
    DisclosureRules,
    Withheld,
    highest,
    level_of,
    may_see,
    withheld,
)
from hmic_analysis.statistics.suppression import withheld_cells

# Tables of counts of persons as they may be shown: small counts withheld, and what would give them away.


def read_table(path: Path) -> pd.DataFrame:
    """A table that a notebook left, every cell as text; :class:`DataError` if it isn't there."""
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"The evidence names {path}, which isn't there. Run the finding again: hmic run.") from None
    except pd.errors.EmptyDataError:
        return pd.DataFrame()  # The data of a panel that says there was nothing to draw.
    except (pd.errors.ParserError, UnicodeDecodeError) as fault:
        raise DataError(f"{path} is not a table ({str(fault).splitlines()[0]}). Run the finding again.") from None


# Figures and tables of a report: whether their files show anything withheld, and their data as it may be shown.


@dataclass(frozen=True)
class PersonTable:
    """A figure or table whose cells are counts of persons."""

    columns: tuple[str, ...]
    #: Indicator that is the total of each column, printed elsewhere; empty: the rows add up to nothing published.
    total: str = ""


#: Figures and tables, by name, with counts of persons that are no indicators.
PERSON_TABLES = {
    "outstanding-by-age": PersonTable(("persons",), "named_suspects_outstanding_n"),
    "how-suspect-files-were-drawn": PersonTable(("files", "read_twice")),
}


def released_csv(
    path: Path, bundle: Bundle, rules: DisclosureRules, audience: Audience, name: str = ""
) -> pd.DataFrame:
    """The data of a figure or table of a report, as an audience may see it.

    Every cell as text, the marker in those withheld, all neutral for spreadsheets; without any row where none may
    be shown.
    """
    frame = read_table(path)
    rules = rules.of(bundle)
    if rules.apply_to(audience):
        hidden = withheld(bundle.indicators, rules)
        frame = _suppressed(frame, name or path.stem, bundle, hidden, rules)
    return neutral_frame(frame)


def agrees(path: Path, name: str, bundle: Bundle, hidden: Withheld, rules: DisclosureRules) -> bool:
    """Whether the data of a figure or table, and so its picture, shows nothing that is withheld."""
    frame = read_table(path)
    return frame.equals(_suppressed(frame, name, bundle, hidden, rules))


def _suppressed(
    frame: pd.DataFrame, name: str, bundle: Bundle, hidden: Withheld, rules: DisclosureRules
) -> pd.DataFrame:
    out = frame.copy()
    if "group" in out.columns:
        for columns, ids in ((SHARE, hidden.figures), (BOUNDS, hidden.unknowns)):
            rows = out["group"].isin(ids)
            for column in (c for c in columns if c in out.columns):
                out[column] = out[column].mask(rows & out[column].ne(""), rules.marker)
    table = PERSON_TABLES.get(name)
    if table is None or any(c not in out.columns for c in table.columns):
        return out
    for column in table.columns:
        cells = _cells(list(out[column]), _total(table, bundle, hidden), rules)
        if cells is None:
            return out.iloc[:0]
        out[column] = cells
    return out


def _total(table: PersonTable, bundle: Bundle, hidden: Withheld) -> float | None:
    """The total that a reader knows; None where none is printed."""
    found = [i for i in bundle.indicators if i.id == table.total and i.id not in hidden.figures]
    return found[0].value if found else None


def _cells(texts: Sequence[str], total: float | None, rules: DisclosureRules) -> list[str] | None:
    """Counts as text, with the marker where they are withheld; None where none may be shown."""
    numbers = [None if t in ("", rules.marker) else _whole(t) for t in texts]
    known = [n for n in numbers if n is not None]
    gone = rules.marker in texts
    # What was withheld before was protected when it was drawn, from the full table; only a small count that is
    # still shown needs anything done.
    if gone or total is None or sum(known) != total:
        mask = [rules.is_small(n) for n in numbers]
    else:
        found = withheld_cells(np.array(known), rules.min_count)
        if found is None:
            return None
        flags = iter(found)
        mask = [n is not None and bool(next(flags)) for n in numbers]
    return [rules.marker if hide else text for text, hide in zip(texts, mask, strict=True)]


def _whole(text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if number < 0 or not number.is_integer():
        raise DataError(f"'{text:.40}' stands where a count of persons should. Run the finding again.")
    return int(number)


# A bundle as an audience may see it.

__all__ = ["Audience", "is_withheld", "notebook_may_leave", "released"]


def released(bundle: Bundle, rules: DisclosureRules, audience: Audience, folder: Path | None = None) -> Bundle:
    """The bundle as an audience may see it.

    Without claims, indicators, figures and tables above the audience's level.  An indicator on a small count of
    persons, or one that would give it away, keeps its place and its words but has no number, and
    :func:`is_withheld` of it is true; sentences and explanations say so in words. Where small counts are shown to the
    force, whatever rests on persons is for it alone, and its charts are those drawn with them.
    """
    rules = rules.of(bundle)
    bundle = with_small_counts(bundle, rules, audience)
    claims = tuple(c for c in bundle.claims if may_see(audience, c.sensitivity))
    by_id = {c.claim: c for c in bundle.claims}
    visible = tuple(i for i in bundle.indicators if may_see(audience, level_of([i.id], by_id)))
    apart = [i for i in bundle.indicators if i not in visible]
    hidden = withheld(bundle.indicators, rules) if rules.apply_to(audience) else Withheld()
    secrets = secrets_of(bundle.indicators, hidden)
    above = secrets_of(apart, Withheld(frozenset(i.id for i in apart)))
    named = {i.id: i for i in bundle.indicators}
    return bundle.model_copy(
        update={
            "claims": tuple(_claim(c, named, hidden, secrets, above, rules) for c in claims),
            "indicators": tuple(_indicator(i, hidden, secrets, rules, audience) for i in visible),
            "figures": tuple(
                f
                for f in bundle.figures
                if _shown(f, bundle, hidden, rules, audience, folder) and not tells(_words(f), named, hidden)
            ),
            "tables": tuple(t for t in bundle.tables if _shown(t, bundle, hidden, rules, audience, folder)),
            "data": tuple(d for d in bundle.data if not (rules.apply_to(audience) and rules.is_small(d.rows))),
            "notes": tuple(n for n in bundle.notes if not secrets.told_by(n)),
            "sensitivity": highest((c.sensitivity for c in claims), otherwise=audience),
        }
    )


def with_small_counts(bundle: Bundle, rules: DisclosureRules, audience: Audience) -> Bundle:
    """The bundle with the charts that are for an audience, and not public where they show it small counts."""
    owns = not rules.apply_to(audience)
    figures = (f.own if owns and f.own is not None else f for f in bundle.figures)
    bundle = bundle.model_copy(update={"figures": tuple(f.model_copy(update={"own": None}) for f in figures)})
    return _for_the_force(bundle) if owns and any(map(rules.counts_persons, bundle.indicators)) else bundle


def _for_the_force(bundle: Bundle) -> Bundle:
    """The bundle with nothing in it public: small counts are in it."""
    parts = {
        kind: tuple(p.model_copy(update={"sensitivity": highest((p.sensitivity, "force"))}) for p in parts)
        for kind, parts in (("claims", bundle.claims), ("figures", bundle.figures), ("tables", bundle.tables))
    }
    return bundle.model_copy(update={**parts, "sensitivity": highest((bundle.sensitivity, "force"))})


def is_withheld(indicator: Indicator, rules: DisclosureRules) -> bool:
    """Whether the figure of a released indicator was withheld; tables then show ``rules.marker``."""
    return indicator.value is None and indicator.note.startswith(f"{rules.marker} ")


def notebook_may_leave(bundle: Bundle, rules: DisclosureRules, audience: Audience) -> bool:
    """Whether the executed notebook of a bundle may go to an audience: nothing of it would be left out or withheld."""
    rules = rules.of(bundle)
    levels = [x.sensitivity for x in (bundle, *bundle.claims, *bundle.figures, *bundle.tables)]
    if not may_see(audience, highest(levels)):
        return False
    if not rules.apply_to(audience):
        return True
    if any(figure.own is not None for figure in bundle.figures):
        return False
    persons = [i for i in bundle.indicators if rules.counts_persons(i)]
    notes = [t for i in persons for t in (i.note, *i.caveats)]
    return not withheld(bundle.indicators, rules).any and all(clear_note(t, rules) == t for t in notes)


def _claim(
    claim: ClaimEvidence,
    named: dict[str, Indicator],
    hidden: Withheld,
    secrets: Secrets,
    above: Secrets,
    rules: DisclosureRules,
) -> ClaimEvidence:
    """The claim without what is withheld."""
    sentence = reworded(claim, named, hidden, rules)
    why = without(claim.why, named, hidden, secrets if _rests_on_persons(claim, named, rules) else None, rules)
    return claim.model_copy(
        update={
            "sentence": sentence,
            "why": clear_of(why, above, NOT_FOR_PUBLICATION),
            "numbers": kept_numbers(sentence, claim.numbers, hidden),
        }
    )


def _rests_on_persons(claim: ClaimEvidence, named: dict[str, Indicator], rules: DisclosureRules) -> bool:
    """Whether numbers in its explanation may be counts of persons; where it names no indicator, they may."""
    own = [named[i] for i in claim.indicators if i in named]
    return not own or any(rules.counts_persons(i) for i in own)


def _indicator(
    indicator: Indicator, hidden: Withheld, secrets: Secrets, rules: DisclosureRules, audience: Audience
) -> Indicator:
    """The indicator without what is withheld, and notes without small counts."""
    if not rules.apply_to(audience):
        return indicator
    words = {"caveats": tuple(c for c in indicator.caveats if not secrets.told_by(c))}
    if rules.counts_persons(indicator):
        words = {"caveats": tuple(c for c in words["caveats"] if clear_note(c, rules))}
        words["note"] = clear_of(clear_note(indicator.note, rules), secrets, "")
    if indicator.id in hidden.figures:
        numbers = dict.fromkeys(("value", "numerator", "denominator", "lo_missing", "hi_missing", "lo", "hi"))
        return indicator.model_copy(update={**words, **numbers, "unknown": 0, "interval": "", "note": rules.note})
    if indicator.id in hidden.unknowns:
        return indicator.model_copy(update={**words, "unknown": 0, "lo_missing": None, "hi_missing": None})
    return indicator.model_copy(update=words)


def _words(figure: Figure) -> str:
    return f"{figure.headline} {figure.subtitle} {figure.alt} {figure.sentence}"


def _shown(
    part: Figure | Table,
    bundle: Bundle,
    hidden: Withheld,
    rules: DisclosureRules,
    audience: Audience,
    folder: Path | None,
) -> bool:
    """Whether an audience may see a figure or a table."""
    if not may_see(audience, part.sensitivity):
        return False
    return (
        folder is None or not rules.apply_to(audience) or agrees(folder / part.data, part.name, bundle, hidden, rules)
    )
