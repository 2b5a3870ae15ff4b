"""Evidence put into the words and the order in which pages show it."""

from __future__ import annotations

import re
from typing import Any

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.disclosure.sensitivity import Audience, may_see
from hmic_analysis.evidence.model import Bundle, Indicator
from hmic_analysis.evidence.reasons import REASONS
from hmic_analysis.evidence.wording import COUNTS, sentence_case
from hmic_analysis.params.catalogue import ClaimSpec, FindingSpec, ThresholdSpec
from hmic_analysis.site.model import STATE_MARKS, STATE_WORDS, ForceEvidence, Shown
from hmic_analysis.site.pages import capitalise
from hmic_analysis.site.words import (
    MARKS,
    bounds,
    cell,
    in_words,
    interval,
    kind_of,
    number,
    say_state,
)

#: Parameters that every finding shows, besides the thresholds of its own tests.
PARAMETERS = (
    "as_of",
    "confidence",
    "disclosure.min_count",
    "grades.clock_start",
    "letter_date",
    "min_n",
    "period.end",
    "period.start",
    "timezone",
)
FLAGS = {
    "wording_mismatch": "The fact is not quite what the sentence says.",
    "policy_practice_gap": "Policy and practice differ.",
    "bulk_updates": "Many entries were made at once and may imitate regular use.",
    "time_limited": "The policy behind it is under review.",
    "closed_since": "The work was closed before the letter.",
}


def claim_views(shown: Shown) -> list[dict[str, Any]]:
    """The claims of a finding with their words.

    Parameters
    ----------
    shown : Shown

    Returns
    -------
    list of dict
    """
    own = {i.id: i for i in shown.bundle.indicators}
    return [
        {
            "claim": claim,
            "kind": kind_of(claim),
            "words": in_words(claim),
            "reasons": [REASONS.get(r, r.replace("_", " ")) for r in claim.reasons],
            "flags": [FLAGS.get(f, sentence_case(f)) for f in claim.flags],
            "indicators": [(own[i].label, cell(own[i], shown.marked)) for i in claim.indicators if i in own],
        }
        for claim in shown.bundle.claims
    ]


def indicator_views(shown: Shown) -> dict[str, list[dict[str, Any]]]:
    """The indicators of a finding: ``whole`` and ``parts``, the latter broken down by group.

    Parameters
    ----------
    shown : Shown

    Returns
    -------
    dict of str to list of dict
    """
    rows = [(i, _indicator(i, shown)) for i in shown.bundle.indicators]
    return {
        "whole": [row for i, row in rows if not i.stratum],
        "parts": [row for i, row in rows if i.stratum],
    }


def _indicator(indicator: Indicator, shown: Shown) -> dict[str, Any]:
    gone = indicator.id in shown.marked
    label = indicator.label
    if indicator.stratum and indicator.stratum not in label:
        label = f"{label}: {sentence_case(indicator.stratum)}"
    return {
        "label": label,
        "value": cell(indicator, shown.marked),
        "interval": "[c]" if gone else interval(indicator),
        "method": indicator.interval,
        "bounds": "[c]" if gone else bounds(indicator),
        "n": "[c]" if gone else number(indicator.n),
        "unknown": "[c]" if gone else number(indicator.unknown),
        "window": indicator.window,
        "notes": [capitalise(t) for t in (indicator.definition, *indicator.caveats, indicator.note) if t],
    }


def data_views(bundle: Bundle, files: bool) -> list[dict[str, Any]]:
    """The data that a finding used, one row for each file, or for each table where files are not named.

    Parameters
    ----------
    bundle : Bundle
    files : bool
        Whether files are named.

    Returns
    -------
    list of dict
    """
    rows = []
    for data in bundle.data:
        title = CONTRACTS[data.table].title if data.table in CONTRACTS else sentence_case(data.table)
        read, kept, rejected = (sum(getattr(a, f) for a in data.accounts) for f in ("read", "kept", "rejected"))
        reasons: dict[str, int] = {}
        for account in data.accounts:
            for reason, count in account.reasons.items():
                reasons[reason] = reasons.get(reason, 0) + count
        rows.append(
            {
                "title": title,
                "files": [a.file for a in data.accounts] if files else [],
                "read": number(read) if data.accounts else "[x]",
                "kept": number(kept if data.accounts else data.rows),
                "rejected": number(rejected) if data.accounts else "[x]",
                "reasons": [f"{n:,} {r.replace('_', ' ')}" for r, n in sorted(reasons.items(), key=_most) if n],
                "covers": f"{data.first} to {data.last}" if data.first and data.last else "",
                "cannot_tell": list(data.cannot_tell),
            }
        )
    return rows


def _most(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def visible_claims(spec: FindingSpec, audience: Audience) -> list[ClaimSpec]:
    """The claims of a finding that an audience may see, in the order of the letter."""
    return [c for c in spec.claims.values() if may_see(audience, c.sensitivity)]


def visible_thresholds(spec: FindingSpec, audience: Audience) -> list[tuple[str, ThresholdSpec]]:
    """The numbers that the verdicts on those claims turn on: those that their rules name."""
    rules = " ".join(c.rule for c in visible_claims(spec, audience))
    words = set(re.findall(r"\w+", rules))
    return [(name, t) for name, t in spec.thresholds.items() if name in words]


def rule_in_words(claim: ClaimSpec, spec: FindingSpec) -> str:
    """A claim's rule with the number in place of the name of each threshold."""
    named = sorted(spec.thresholds, key=len, reverse=True)
    if not named:
        return claim.rule
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, named))})\b")
    return pattern.sub(lambda found: say_threshold(spec.thresholds[found.group()]), claim.rule)


def say_threshold(threshold: ThresholdSpec) -> str:
    """A threshold with its unit as people write it."""
    value = f"{threshold.value:g}"
    if threshold.unit == "%":
        return f"{value}%"
    plain = threshold.unit in (*COUNTS, "areas", "0-1", "0-4", "ratio", "kappa", "yes/no", "method")
    return value if plain else f"{value} {threshold.unit}"


def parameter_views(bundle: Bundle, spec: FindingSpec, audience: Audience) -> list[tuple[str, str, str]]:
    """The parameters that a finding's verdicts turn on.

    Parameters
    ----------
    bundle : Bundle
    spec : FindingSpec
    audience : str

    Returns
    -------
    list of (str, str, str)
        Name, value and where it was given.
    """
    named = {f"thresholds.{spec.id}.{name}" for name, _ in visible_thresholds(spec, audience)}
    return [
        (name, value, origin)
        for name, (value, origin) in sorted(bundle.parameters.items())
        if name in named or name in PARAMETERS
    ]


def marks_of(shown: Shown) -> list[dict[str, str]]:
    """One mark for each claim, for a cell of a table with little room."""
    if shown.bundle is None or shown.state != "complete":
        return []
    return [
        {"claim": c.claim, "kind": kind_of(c), "mark": MARKS[kind_of(c)], "words": in_words(c)}
        for c in shown.bundle.claims
    ]


def finding_cell(id: str, evidence: ForceEvidence) -> dict[str, Any]:
    """A finding of a force as a cell of the overview."""
    shown = evidence.findings[id]
    marks = marks_of(shown)
    words = {m["kind"] for m in marks} or {shown.state}
    return {
        "finding": id,
        "marks": marks,
        "states": " ".join(sorted(words)),
        "state": STATE_WORDS[shown.state],
        "short": STATE_MARKS.get(shown.state, ""),
        "words": say_state(shown),
        "place": f"forces/{evidence.force.slug}/{id}.html" if shown.bundle is not None else "",
    }
