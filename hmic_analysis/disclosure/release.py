"""A bundle as an audience may see it."""

from __future__ import annotations

from pathlib import Path

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
from hmic_analysis.disclosure.tables import agrees
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Figure, Indicator, Table
from hmic_analysis.evidence.withheld import Audience, DisclosureRules, Withheld, highest, level_of, may_see, withheld

__all__ = ["Audience", "is_withheld", "notebook_may_leave", "released"]


def released(bundle: Bundle, rules: DisclosureRules, audience: Audience, folder: Path | None = None) -> Bundle:
    """The bundle as an audience may see it.

    Without claims, indicators, figures and tables above the audience's level.  An indicator on a small count of
    persons, or one that would give it away, keeps its place and its words but has no number, and
    :func:`is_withheld` of it is true; sentences and explanations say so in words.
    """
    rules = rules.of(bundle)
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
        numbers = dict.fromkeys(
            ("value", "numerator", "denominator", "lo_missing", "hi_missing", "lo", "hi"),
        )
        return indicator.model_copy(update={**words, **numbers, "unknown": 0, "interval": "", "note": rules.note})
    if indicator.id in hidden.unknowns:
        return indicator.model_copy(update={**words, "unknown": 0, "lo_missing": None, "hi_missing": None})
    return indicator.model_copy(update=words)


def _words(figure: Figure) -> str:
    return f"{figure.headline} {figure.subtitle} {figure.alt}"


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
