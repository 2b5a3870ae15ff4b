"""Every state that the paragraph on a finding can be in, on one page to be read."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.evidence.model import REASONS, ClaimEvidence, Indicator, Verdict, because
from hmic_analysis.evidence.paragraphs import BETWEEN, Facts, Said, paragraph
from hmic_analysis.params.catalogue import ClaimSpec, FindingSpec
from hmic_analysis.params.check import figures_named
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.words import COUNTS, say_date

# The states: verdicts, reasons, and figures that are known, withheld, or speak for a claim or against it.

VERDICTS: tuple[Verdict, ...] = ("supported", "contradicted", "not_determinable")
#: Every reason for which a claim may be not determinable.
CODES = tuple(code for code in REASONS if code != "judgement")
PART = "December 2012 to April 2013 (5 of the 12 months to 30 November 2013)"


@dataclass(frozen=True)
class State:
    """One state of a finding, and what is said in it."""

    finding: str
    #: Claim and verdict.
    verdicts: tuple[tuple[str, Verdict], ...]
    #: Reason codes of the claims that are not determinable.
    reasons: tuple[str, ...]
    #: In words, what holds of the figures.
    figures: str
    facts: Facts
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        """The paragraph."""
        return " ".join(s.text for s in self.said)


def states(params: Params, slug: str, finding: FindingSpec) -> Iterator[State]:
    """Every state of a finding, for the force itself and for the public.

    Each combination of verdicts; of those that are not determinable each reason for all, and two reasons where several
    are; of the figures that a sentence may print each on either side of what it is held against, each not known, and
    all withheld; records of the whole period and of a part. Whether data are synthetic changes no sentence.
    """
    settings = resolve(params, slug, finding.id)
    judged = [c for c in finding.claims.values() if not c.is_judgement]
    seen = [judged, [c for c in judged if c.sensitivity == "public"]]
    for claims in seen if 0 < len(seen[1]) < len(judged) else seen[:1]:
        for verdicts in product(VERDICTS, repeat=len(claims)):
            yield from _of_verdicts(settings, finding, claims, verdicts)


def _of_verdicts(
    settings: Resolved, finding: FindingSpec, claims: Sequence[ClaimSpec], verdicts: Sequence[Verdict]
) -> Iterator[State]:
    words = {"force": settings.force.full_name, "as_of": say_date(settings.as_of)}
    profiles = list(_profiles(finding, dict(zip([c.id for c in claims], verdicts, strict=True))))
    n_open = verdicts.count("not_determinable")
    between = any("not_determinable" in line.when.values() for line in finding.letter.sentences)
    for i, reasons in enumerate(_reasons(n_open)):
        # What is said of open questions does not depend on the figures, so these vary with the first reason only, and
        # with those for which the catalogue has a line of its own.
        varied = i == 0 or (between and set(reasons) <= BETWEEN)
        for told, figures in profiles if varied else profiles[:1]:
            for records_of in ("", PART) if told == KNOWN and any(map(_of_months, claims, verdicts)) else ("",):
                left = iter(reasons)
                evidence = [
                    _claim(
                        claim,
                        v,
                        next(left) if v == "not_determinable" else "",
                        records_of if _of_months(claim, v) else "",
                    )
                    for claim, v in zip(claims, verdicts, strict=True)
                ]
                facts = Facts(figures, settings.values, words)
                yield State(
                    finding.id,
                    tuple((c.claim, c.verdict) for c in evidence),
                    reasons,
                    f"{told}, part of the period" if records_of else told,
                    facts,
                    tuple(paragraph(finding, evidence, facts)),
                )


def _reasons(n: int) -> list[tuple[str, ...]]:
    """The same reason for all, then a first one and another for the rest."""
    if n == 0:
        return [()]
    same = [(code,) * n for code in CODES]
    return same + [(a, *(b,) * (n - 1)) for a, b in zip(CODES, (*CODES[1:], CODES[0]), strict=True) if n > 1]


def _claim(spec: ClaimSpec, verdict: Verdict, reason: str, records_of: str) -> ClaimEvidence:
    return ClaimEvidence(
        claim=spec.id,
        finding=spec.id[:-1],
        type=spec.type,
        statement=spec.statement,
        verdict=verdict,
        grade="B",
        reasons=(reason,) if reason else (),
        because=because((reason,)) if reason else "",
        records_of=records_of,
    )


def _of_months(spec: ClaimSpec, verdict: Verdict) -> bool:
    """Whether a claim is decided, and by tables that can hold a part of the period only."""
    return verdict != "not_determinable" and any(CONTRACTS[table].steady for table in spec.tables)


# Figures made up for the page, each on the side of what it is held against that its claim's verdict asks for.

KNOWN = "figures known"
#: By unit, values that speak for a claim and values that speak against it.
FOR = {"%": (96.6, 100.0), "forces": (6, 1), "count": (240, 1), "per month": (3.2,)}
AGAINST = {"%": (12.3, 0.0), "forces": (6, 22, 0), "count": (1, 0), "per month": (0.0,)}
OTHER = (12_345, 1, 0, -250)
#: The share at which exactly one is counted, for sentences that say so.
ONE_OF_200 = 0.5
#: Units not known beside 200 known, of figures that are told without a verdict.
UNKNOWN = (10, 150)


def _profiles(finding: FindingSpec, verdicts: dict[str, Verdict]) -> Iterator[tuple[str, dict[str, Indicator]]]:
    """What may hold of the figures where the claims have these verdicts: in words, and the figures."""
    ids = dict.fromkeys(id for line in finding.letter.sentences for text in line.say for id in figures_named(text))
    sides = {id: _side(finding, id, verdicts) for id in ids}
    values = {
        id: tuple(
            v
            for way in (against, *([not against] * _either_way(finding, id, verdicts)))
            for v in _values(finding, id, way)
        )
        for id, against in sides.items()
    }
    base = {id: _figure(finding, id, found[0]) for id, found in values.items()}
    yield KNOWN, base
    for id, found in values.items():
        for value in found[1:]:
            yield f"{id} is {value:g}", {**base, id: _figure(finding, id, value)}
    against = [id for id, side in sides.items() if side]
    for id in against:
        beside = [o for o in against if o != id and _of_one_claim(finding, id, o)]
        others = {o: _figure(finding, o, _values(finding, o, False)[0]) for o in beside}
        if others:
            yield f"only {id} speaks against the claim", {**base, **others}
    for id in base:
        yield f"{id} not known or withheld", {i: f for i, f in base.items() if i != id}
    for id in _told_by_themselves(finding):
        for n in UNKNOWN:
            yield f"{n} of {id} not known", {**base, id: _in_part(base[id], n)}
    if base:
        yield "all figures not known or withheld", {}


def _told_by_themselves(finding: FindingSpec) -> list[str]:
    """Figures of sentences behind which no verdict stands."""
    lines = (line for line in finding.letter.sentences if not line.when)
    return list(dict.fromkeys(id for line in lines for text in line.say for id in figures_named(text)))


def _in_part(figure: Indicator, unknown: int) -> Indicator:
    known, counted = figure.denominator or 0, figure.numerator or 0
    low, high = (100 * n / (known + unknown) for n in (counted, counted + unknown))
    return figure.model_copy(update={"unknown": unknown, "lo_missing": low, "hi_missing": high})


def _side(finding: FindingSpec, id: str, verdicts: dict[str, Verdict]) -> bool:
    """Whether a figure is to speak against its claims: it decided that one is contradicted, and none is supported."""
    name = id.split("[", 1)[0]
    found = {verdicts[c.id] for c in finding.claims.values() if c.id in verdicts and name in c.names}
    turned = any(c.type in ("absence", "incapability") for c in finding.claims.values() if name in c.names)
    against = "contradicted" in found and "supported" not in found
    return not against if turned and found - {"not_determinable"} else against


def _either_way(finding: FindingSpec, id: str, verdicts: dict[str, Verdict]) -> bool:
    """Whether a figure may speak for a claim or against it, whatever the verdict.

    A claim that is supported and one that is contradicted take it, or the force's own word denies a capability.
    """
    name = id.split("[", 1)[0]
    taking = [c for c in finding.claims.values() if c.id in verdicts and name in c.names]
    denied = any(c.type == "capability" and verdicts[c.id] == "contradicted" for c in taking)
    return denied or {"supported", "contradicted"} <= {verdicts[c.id] for c in taking}


def _of_one_claim(finding: FindingSpec, *ids: str) -> bool:
    names = {id.split("[", 1)[0] for id in ids}
    return any(names <= set(c.names) for c in finding.claims.values())


def _values(finding: FindingSpec, id: str, against: bool) -> tuple[float, ...]:
    unit = finding.indicator(id).unit
    found = (AGAINST if against else FOR).get("count" if unit in COUNTS and unit != "forces" else unit, OTHER)
    one = any(f"v.{id}.one " in text for line in finding.letter.sentences for text in line.say)
    return (*found, ONE_OF_200) if one and unit == "%" else found


def _figure(finding: FindingSpec, id: str, value: float) -> Indicator:
    spec = finding.indicator(id)
    share = spec.unit == "%"
    return Indicator(
        id=id,
        name=spec.name,
        label=spec.label,
        value=value,
        unit=spec.unit,
        numerator=round(2 * value) if share else value,
        denominator=200 if share else None,
        about_persons=spec.about_persons,
    )


# The page.

STYLE = """body{font:16px/1.5 Georgia,serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
h1,h2{font-family:Arial,sans-serif}h2{border-top:2px solid #12436d;padding-top:.6rem;margin-top:2.5rem}
.state{font:13px/1.4 Arial,sans-serif;color:#555;margin:1.1rem 0 0}p.said{margin:.1rem 0 0}
summary{font:14px Arial,sans-serif;color:#12436d;margin-top:1rem;cursor:pointer}nav a{margin-right:.8rem}"""
SHORT = {"supported": "supported", "contradicted": "contradicted", "not_determinable": "not determinable"}


def states_page(params: Params, slug: str) -> tuple[str, int]:
    """The page with every paragraph that a letter can hold, and the number of states that lead to them."""
    parts, total, texts = [], 0, 0
    for finding in params.findings.values():
        found = list(states(params, slug, finding))
        by_text: dict[str, list[State]] = {}
        for state in found:
            by_text.setdefault(state.text, []).append(state)
        total, texts = total + len(found), texts + len(by_text)
        first = [s for s in by_text.values() if not s[0].reasons or s[0].reasons[0] == CODES[0]]
        rest = [s for s in by_text.values() if s not in first]
        parts.append(f'<h2 id="{finding.id}">{finding.id} {html.escape(finding.title)}</h2>')
        parts.append(f"<p>{len(found):,} states, {len(by_text):,} paragraphs.</p>")
        parts += [_shown(s) for s in first]
        if rest:
            parts.append(f"<details><summary>{len(rest):,} paragraphs with other reasons</summary>")
            parts += [*map(_shown, rest), "</details>"]
    links = " ".join(f'<a href="#{id}">{id}</a>' for id in params.findings)
    head = (
        f"<h1>What a letter can say</h1><p>{total:,} states of {len(params.findings)} findings, {texts:,} different "
        f"paragraphs. Figures are made up; each stands on the side that the verdict asks for.</p><nav>{links}</nav>"
    )
    title = "<title>What a letter can say</title>"
    page = f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8">{title}<style>{STYLE}</style></head>'
    return f"{page}<body>{head}{''.join(parts)}</body></html>\n", total


def _shown(same: Sequence[State]) -> str:
    """One paragraph with the states in which it is said."""
    first = same[0]
    verdicts = dict.fromkeys(", ".join(f"{id} {SHORT[v]}" for id, v in s.verdicts) for s in same)
    more = f" and {len(verdicts) - 1} more combinations" if len(verdicts) > 1 else ""
    told = f"{next(iter(verdicts))}{more}; {first.figures}; {len(same)} state{'s' if len(same) > 1 else ''}"
    return f'<p class="state">{html.escape(told)}</p><p class="said">{html.escape(first.text)}</p>'
