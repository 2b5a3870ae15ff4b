"""The page of a finding: its claims, how each is tested, and every force's verdicts and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hmic_analysis.disclosure.sensitivity import level_of, may_see
from hmic_analysis.params.catalogue import ClaimSpec, FindingSpec
from hmic_analysis.site.frame import Frame
from hmic_analysis.site.model import STATE_WORDS, Shown, Site
from hmic_analysis.site.views import rule_in_words, say_threshold, visible_claims, visible_thresholds
from hmic_analysis.site.words import (
    KIND_WORDS,
    MISSING,
    NOT_APPLICABLE,
    cell,
    counts_of,
    in_words,
    interval,
    kind_of,
    say_counts,
)

#: Figures beside the verdicts; more would not fit beside each other.
MOST_FIGURES = 3


def write_finding(frame: Frame, site: Site, id: str, views: list[dict[str, Any]], left_out: list[str]) -> None:
    """Write the page of one finding.

    Parameters
    ----------
    frame : Frame
    site : Site
    id : str
    views : list of dict
        Its comparisons, as :func:`hmic_analysis.site.compared.store` gives them.
    left_out : list of str
        What is said of comparisons that are not shown.
    """
    spec = site.findings[id]
    claims = visible_claims(spec, site.audience)
    figures = _main_figures(spec, claims, site)
    shown = {slug: f.findings[id] for slug, f in site.forces.items()}
    frame.write(
        f"findings/{id}.html",
        "finding.html",
        f"{id}. {spec.title}",
        site.nature,
        crumbs=[("Overview", "index.html")],
        spec=spec,
        summary=_summary(shown),
        claims=[{"claim": c, "rule": rule_in_words(c, spec), "counts": _counts(c, shown)} for c in claims],
        thresholds=[(t.meaning, say_threshold(t)) for _, t in visible_thresholds(spec, site.audience)],
        figures=[spec.indicator(name).label for name in figures],
        rows=[_row(site, slug, id, claims, figures) for slug in site.forces],
        states=_states(shown),
        comparisons=views,
        left_out=left_out,
    )


def _main_figures(spec: FindingSpec, claims: list[ClaimSpec], site: Site) -> list[str]:
    """The figures that decide the claims, most telling first."""
    seen = dict.fromkeys(c.indicators[0] for c in claims if c.indicators)
    seen |= dict.fromkeys(i for c in claims for i in c.indicators[1:])
    known = {i.name for i in spec.indicators}
    names = [n for n in seen if n in known and may_see(site.audience, level_of([n], spec.claims))]
    given = {i.id for f in site.forces.values() if (b := f.findings[spec.id].bundle) for i in b.indicators}
    return [n for n in names if n in given][:MOST_FIGURES]


def _row(site: Site, slug: str, id: str, claims: list[ClaimSpec], figures: list[str]) -> dict[str, Any]:
    shown = site.forces[slug].findings[id]
    found = {c.claim: c for c in shown.bundle.claims} if shown.bundle is not None else {}
    verdicts = []
    for claim in claims:
        if claim.id in found and shown.state == "complete":
            kind, words = kind_of(found[claim.id]), in_words(found[claim.id])
            verdicts.append({"kind": kind, "words": words, "tag": True})
        else:
            verdicts.append({"kind": shown.state, "words": STATE_WORDS[shown.state], "tag": False})
    return {
        "name": site.name_of(slug),
        "place": f"forces/{slug}/{id}.html" if shown.bundle is not None else "",
        "verdicts": verdicts,
        "figures": [_figure(shown, name) for name in figures],
    }


def _figure(shown: Shown, name: str) -> tuple[str, str]:
    """A figure and its interval."""
    found = next((i for i in shown.bundle.indicators if i.id == name), None) if shown.bundle is not None else None
    if found is None:
        return MISSING, ""
    around = interval(found)
    return cell(found, shown.marked), "" if around == NOT_APPLICABLE else around


def _counts(claim: ClaimSpec, shown: Mapping[str, Shown]) -> str:
    """How many forces have each verdict on a claim."""
    found = [c for s in shown.values() if s.bundle and s.state == "complete" for c in s.bundle.claims]
    own = [c for c in found if c.claim == claim.id]
    words = say_counts(own)
    return f"Of {len(own)} forces: {words}." if words and len(shown) > 1 else ""


def _summary(shown: Mapping[str, Shown]) -> str:
    if len(shown) == 1:
        state = next(iter(shown.values())).state
        return f"{STATE_WORDS[state]}."
    done = sum(s.state == "complete" for s in shown.values())
    none = sum(s.state == "no_data" for s in shown.values())
    text = f"Assessed in {done} of {len(shown)} forces"
    return f"{text}; {none} supplied no data for it." if none else f"{text}."


def _states(shown: Mapping[str, Shown]) -> list[tuple[str, str]]:
    counts = counts_of(c for s in shown.values() if s.bundle and s.state == "complete" for c in s.bundle.claims)
    states = {s.state for s in shown.values() if s.state != "complete"}
    return [(k, KIND_WORDS[k]) for k, n in counts.items() if n] + [(s, STATE_WORDS[s]) for s in sorted(states)]
