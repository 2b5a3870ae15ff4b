"""The pages of a site: overview, findings, forces, method, data quality."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.documents.workbook import NOT_APPLICABLE
from hmic_analysis.evidence.model import REASONS, DataUsed, different_figures, different_verdicts
from hmic_analysis.evidence.withheld import level_of, may_see, rules_of
from hmic_analysis.evidence.wording import VERDICT_WORDS
from hmic_analysis.params.catalogue import ClaimSpec, FindingSpec
from hmic_analysis.params.resolve import resolve
from hmic_analysis.site.compared import Found, beside, left_out
from hmic_analysis.site.html import Budget, Frame, capitalise, say_size, size_of
from hmic_analysis.site.model import STATE_WORDS, ForceEvidence, Shown, Site
from hmic_analysis.site.views import (
    MISSING,
    cell,
    claim_views,
    counts_of,
    data_used,
    finding_cell,
    in_words,
    interval,
    lead_and_rest,
    note_lines,
    rule_in_words,
    say_counts,
    say_threshold,
    visible_claims,
    visible_thresholds,
)
from hmic_analysis.words import say_date, say_period

# The first page: every finding of every force at a glance, with a filter.


def by_section(site: Site) -> list[tuple[str, list[FindingSpec]]]:
    """The findings below the titles of the letter's sections."""
    return [
        (title, [spec for spec in site.findings.values() if spec.section == key])
        for key, title in site.params.inspection.letter.sections.items()
    ]


def write_overview(frame: Frame, site: Site) -> None:
    """Write the first page."""
    sections = by_section(site)
    cells = {slug: {id: finding_cell(id, f) for id in site.findings} for slug, f in site.forces.items()}
    found = {state for row in cells.values() for cell in row.values() for state in cell["states"].split()}
    common: dict[str, Any] = {
        "lead": "In 2014 inspectors wrote to each force what they had found. These pages set the evidence beside each "
        "statement: what was tested, on which data, and with what result.",
        "states": [(k, w) for k, w in {**VERDICT_WORDS, **STATE_WORDS}.items() if k in found and k != "complete"],
        "closed": "closed" in found,
        "summary": _overview_summary(site),
    }
    title = site.params.inspection.title
    if site.one is not None:
        force = site.one.force
        frame.write(
            "index.html",
            "overview_force.html",
            f"The evidence on {force.full_name}",
            site.nature,
            force=force,
            by_section=[
                (title, [(f, cells[force.slug][f.id], site.one.findings[f.id].notebook) for f in items])
                for title, items in sections
            ],
            **common,
        )
        return
    ordered = [f for _, items in sections for f in items]
    frame.write(
        "index.html",
        "overview.html",
        title,
        site.nature,
        sections=[(title, len(items)) for title, items in sections if items],
        findings=ordered,
        by_section=sections,
        columns=[(title, [(f.id, f"{f.id}. {f.title}") for f in items]) for title, items in sections if items],
        rows=[
            {"slug": slug, "name": site.name_of(slug), "cells": [cells[slug][f.id] for f in ordered]}
            for slug in site.forces
        ],
        **common,
    )


def _overview_summary(site: Site) -> str:
    reports = [s for f in site.forces.values() for s in f.findings.values()]
    done = sum(s.state == "complete" for s in reports)
    none = sum(s.state == "no_data" for s in reports)
    closed = sum(s.state == "closed" for s in reports)
    open_ = len(reports) - done - none - closed
    parts = [f"{done:,} of {len(reports):,} findings are assessed"]
    parts += [f"for {none:,} no data were supplied"] if none else []
    parts += [f"{closed:,} are not for publication"] if closed else []
    parts += [f"{open_:,} are still to come"] if open_ else []
    return "; ".join(parts) + "."


# The page of a finding: its claims, how each is tested, and every force's verdicts and figures.

#: Figures beside the verdicts; more would not fit beside each other.
MOST_FIGURES = 3


def write_finding(frame: Frame, site: Site, id: str, views: list[dict[str, Any]], left_out: list[str]) -> None:
    """Write the page of one finding."""
    spec = site.findings[id]
    claims = visible_claims(spec, site.audience)
    figures = _main_figures(spec, claims, site)
    differing = {name: reason for name in figures if (reason := _different(name, id, site))}
    figures = [name for name in figures if name not in differing]
    shown = {slug: f.findings[id] for slug, f in site.forces.items()}
    bundles = {site.name_of(slug): found.bundle for slug, found in shown.items() if found.bundle}
    apart = {c.id: reason for c in claims if (reason := different_verdicts(c.id, bundles))}
    frame.write(
        f"findings/{id}.html",
        "finding.html",
        f"{id}. {spec.title}",
        site.nature,
        crumbs=[("Overview", "index.html")],
        spec=spec,
        summary=_finding_pages_summary(shown),
        claims=[
            {"claim": c, "rule": rule_in_words(c, spec), "counts": apart.get(c.id) or _counts(c, shown)} for c in claims
        ],
        thresholds=[(t.meaning, say_threshold(t)) for _, t in visible_thresholds(spec, site.audience)],
        figures=[spec.indicator(name).label for name in figures],
        rows=[_row(site, slug, id, claims, figures, apart) for slug in site.forces],
        states=_states(shown),
        withholds=rules_of(site.params).apply_to(site.audience),
        comparisons=views,
        left_out=[*left_out, *differing.values()],
    )


def _different(name: str, finding: str, site: Site) -> str:
    """Why the figures of the forces can't stand in one table; empty where they can."""
    bundles = {site.name_of(slug): force.findings[finding].bundle for slug, force in site.forces.items()}
    own = {force: [i for i in bundle.indicators if i.id == name] for force, bundle in bundles.items() if bundle}
    return different_figures({force: found[0] for force, found in own.items() if found})


def _main_figures(spec: FindingSpec, claims: list[ClaimSpec], site: Site) -> list[str]:
    """The figures that decide the claims, most telling first."""
    seen = dict.fromkeys(c.names[0] for c in claims if c.names)
    seen |= dict.fromkeys(name for c in claims for name in c.names[1:])
    names = [n for n in seen if may_see(site.audience, level_of([n], spec.claims))]
    given = {i.id for f in site.forces.values() if (b := f.findings[spec.id].bundle) for i in b.indicators}
    return [n for n in names if n in given][:MOST_FIGURES]


def _row(
    site: Site, slug: str, id: str, claims: list[ClaimSpec], figures: list[str], apart: Mapping[str, str]
) -> dict[str, Any]:
    shown = site.forces[slug].findings[id]
    found = {c.claim: c for c in shown.bundle.claims} if shown.bundle is not None else {}
    verdicts = []
    for claim in claims:
        if claim.id in apart and claim.id in found:
            verdicts.append({"kind": "apart", "words": "not put together: see its page", "tag": False})
        elif claim.id in found and shown.state == "complete":
            kind, words = found[claim.id].verdict, in_words(found[claim.id])
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


def _finding_pages_summary(shown: Mapping[str, Shown]) -> str:
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
    return [(k, VERDICT_WORDS[k]) for k, n in counts.items() if n] + [(s, STATE_WORDS[s]) for s in sorted(states)]


# The page of a force: its claims, figures, comparison, data notes and downloads.


def write_force(frame: Frame, site: Site, evidence: ForceEvidence, compared: Found) -> None:
    """Write the page of one force."""
    force, slug = evidence.force, evidence.force.slug
    settings = resolve(site.params, slug)
    start, end, as_of = settings.period_start, settings.period_end, settings.as_of
    if evidence.assessed:
        first = evidence.assessed[0].bundle
        start, end, as_of = (dt.date.fromisoformat(d) for d in (first.period_start, first.period_end, first.as_of))
    heads, comparisons = beside(site, compared, evidence)
    budget = Budget()
    frame.write(
        f"forces/{slug}/index.html",
        "force.html",
        force.full_name,
        evidence.nature,
        crumbs=[("Overview", "index.html")],
        force=force,
        summary=_force_pages_summary(evidence),
        period=capitalise(say_period(start, end)),
        as_of=say_date(as_of),
        sections=[
            (title, [_item(site, evidence, id, budget) for id, spec in site.findings.items() if spec.section == key])
            for key, title in site.params.inspection.letter.sections.items()
        ],
        comparisons=comparisons,
        comparison_heads=heads,
        comparison_lead="Figures as in the findings. The funnel's lines allow for chance and for the differences that "
        "there usually are between forces; only a force outside the outer line is out of the ordinary.",
        comparison_left_out=left_out(compared),
        data=data_used(evidence),
        files=site.audience == "force",
        requests=[
            (s.bundle.finding, s.bundle.title, s.bundle.request) for s in evidence.assessed if s.state == "no_data"
        ],
        downloads=_downloads(site, evidence),
    )


def _force_pages_summary(evidence: ForceEvidence) -> str:
    counts = counts_of(c for s in evidence.assessed for c in s.bundle.claims)
    tested = sum(counts.values())
    if not tested:
        return "No finding of this force has been assessed yet."
    words = ", ".join(f"{n} {'is' if n == 1 else 'are'} {VERDICT_WORDS[k].lower()}" for k, n in counts.items() if n)
    head, comma, last = words.rpartition(", ")
    said = f"{head} and {last}" if comma else last
    return f"Of {tested} statements tested on the force's data, {said}."


def _item(site: Site, evidence: ForceEvidence, id: str, budget: Budget) -> dict[str, Any]:
    """One finding on the page."""
    shown, spec = evidence.findings[id], site.findings[id]
    if shown.bundle is None:
        none: dict[str, Any] = {"claims": [], "picture": None, "place": "", "notebook": False, "more": ""}
        return {**none, "id": id, "title": spec.title, "state": STATE_WORDS[shown.state]}
    figures = [f for f in shown.bundle.figures if not f.empty]
    return {
        "id": id,
        "title": shown.bundle.title,
        "claims": claim_views(shown),
        "state": STATE_WORDS[shown.state],
        "picture": _picture(site, evidence.force.slug, shown, budget),
        "place": f"{id}.html",
        "notebook": shown.notebook,
        "more": f"All figures ({len(figures)}), tables and numbers" if figures else "Reasons, numbers and data",
    }


def _picture(site: Site, slug: str, shown: Shown, budget: Budget) -> dict[str, Any] | None:
    """The finding's first figure, where the page can bear it."""
    for figure in shown.bundle.figures:
        place = f"figures/{shown.bundle.finding}-{figure.name}.png"
        path = site.target.joinpath("forces", slug, *place.split("/"))
        if figure.empty or figure.sentence or not budget.fits(path):
            continue
        width, height = size_of(path)
        lead, _ = lead_and_rest(figure.subtitle)
        words = {"alt": figure.alt, "headline": figure.headline, "lead": lead, "source": figure.source}
        return {"place": place, "width": width, "height": height, **words}
    return None


def _downloads(site: Site, evidence: ForceEvidence) -> list[tuple[str, str, str]]:
    """Place, words and size of each file to take away."""
    slug = evidence.force.slug
    offered = (
        (f"{slug}-evidence.xlsx", "Everything in one workbook (Excel)"),
        ("data/claims.csv", "Claims and verdicts (CSV)"),
        ("data/indicators.csv", "Indicators (CSV)"),
        ("data/data-used.csv", "Data and what became of every row (CSV)"),
    )
    folder = site.target / "forces" / slug
    return [
        (place, words, say_size(path.stat().st_size))
        for place, words in offered
        if (path := folder.joinpath(*place.split("/"))).is_file()
    ]


# The method page: what the words mean and how a verdict comes about.

STEPS = (
    "Each force's return is checked against a written contract for every table. Rows that cannot be used are set "
    "aside with the reason and counted; none is left out silently.",
    "Figures are computed for the period or the day that is printed beside them, each with the number of units whose "
    "state is unknown and with the lowest and highest value that they allow.",
    "Every finding is split into claims. A claim's rule, written before the data were read, says which figure supports "
    "it, which contradicts it, and what lies between.",
    "A claim is decided only where the figure lies on one side of the test whichever way the unknown units fall, and a "
    "sample's with its interval. Otherwise it is not determinable, and the reason is given.",
    "The evidence is graded apart from the verdict, from A, the strongest, to D.",
    "Every sentence takes its numbers from these figures. Nothing on these pages was computed anew.",
)


def write_method(frame: Frame, site: Site) -> None:
    """Write the method page."""
    rules = site.params.inspection.comparison
    found = [s.bundle.versions for f in site.forces.values() for s in f.assessed if s.bundle.versions]
    versions = "; ".join(f"{name} {version}" for name, version in sorted(found[0].items())) if found else ""
    frame.write(
        "method.html",
        "method.html",
        "Method",
        site.nature,
        crumbs=[("Overview", "index.html")],
        lead="How the evidence was made, what the words mean, and what they do not.",
        notes=note_lines(site.params, site.audience),
        steps=STEPS,
        quantifiers=list(site.params.inspection.quantifiers.values()),
        comparison=[
            "A figure of several forces together is the sum of what was counted over the sum of what it was counted "
            "among, never the mean of the forces' figures. Forces without a figure are listed with the reason; they "
            "are not missing at random.",
            f"A funnel sets each force's figure beside what is expected at its size. Its lines hold "
            f"{rules.inner_limit_pct:g}% and {rules.outer_limit_pct:g}% of forces that differ by chance, and, from "
            f"{rules.min_forces} forces on, by as much as forces usually do. Only a force outside the outer line is "
            "called different.",
            "Positions in a list of forces say little: where intervals overlap, the order may be chance.",
        ],
        by_section=by_section(site),
        versions=versions,
    )


# The data dictionary: every name that stands in a download, in words.

#: What the columns of downloads hold; those of figures' data besides are named by what the figure shows.
COLUMNS = {
    "value": "The figure, in the unit of its label; percentages from 0 to 100.",
    "numerator, denominator": "What was counted, and what it was counted among.",
    "n": "How many units the figure rests on.",
    "unknown": "Units whose state is not recorded.",
    "lo_missing, hi_missing": "The figure with every unknown unit counted the one way, and the other.",
    "lo, hi": "Interval around the figure, by the method named; blank where nothing was sampled.",
    "p90": "The value that nine in ten do not exceed.",
    "stratum, group": "The part of the force's records that the row is about.",
    "sensitivity": "For whom it is: public, or for the force only.",
    "synthetic, embargo": "That data are made up, or not to be published yet.",
}


def write_dictionary(frame: Frame, site: Site) -> None:
    """Write the data dictionary, from what the evidence of this site holds."""
    shown = [s.bundle for f in site.forces.values() for s in f.assessed]
    known: dict[str, dict[str, None]] = {}
    for figure in (i for bundle in shown for i in bundle.indicators if i.definition):
        known.setdefault(figure.name, {})[capitalise(figure.definition)] = None
    used = {d.table for bundle in shown for d in bundle.data}
    figures = []
    for title, specs in by_section(site):
        named = [i for spec in specs for i in spec.indicators.values() if i.name in known]
        rows = [(i.name, i.label, i.unit, " For other forces: ".join(known[i.name])) for i in named]
        if rows:
            figures.append((title, rows))
    frame.write(
        "dictionary.html",
        "dictionary.html",
        "Data dictionary",
        site.nature,
        crumbs=[("Overview", "index.html")],
        lead="What each figure counts, and what the names in downloads mean.",
        figures=figures,
        columns=list(COLUMNS.items()),
        tables=[(c.title, f"One row is {c.row_is}.") for name, c in CONTRACTS.items() if name in used],
    )


# The data-quality page: what was supplied, what was set aside and why, and what could not be decided.

#: Reasons shown for each kind of data.
MOST_REASONS = 4


def write_quality(frame: Frame, site: Site) -> None:
    """Write the data-quality page."""
    frame.write(
        "data-quality.html",
        "quality.html",
        "Data quality",
        site.nature,
        crumbs=[("Overview", "index.html")],
        lead="What was supplied, what became of every row, and what could not be decided on it.",
        forces=[{"slug": slug, "name": site.name_of(slug), "cells": _force(f)} for slug, f in site.forces.items()],
        tables=_tables(site),
        reasons=_reasons(site),
    )


def _force(evidence: ForceEvidence) -> tuple[str, ...]:
    states = Counter(s.state for s in evidence.findings.values())
    rows = [r for r in data_used(evidence) if isinstance(r["read"], int)]
    read, gone = sum(r["read"] for r in rows), sum(r["rejected"] for r in rows)
    figures = [(i, s) for s in evidence.assessed for i in s.bundle.indicators]
    withheld = sum(i.id in s.marked for i, s in figures)
    missing = sum(i.value is None for i, _ in figures) - withheld
    return (
        f"{states['complete']}",
        f"{states['no_data']}",
        f"{states['failed'] + states['not_run']}",
        f"{read:,}" if rows else MISSING,
        f"{gone:,}" if rows else MISSING,
        f"{100 * gone / read:.1f}%" if read else MISSING,
        f"{missing:,}" if figures else MISSING,
        f"{withheld:,}" if figures else MISSING,
    )


def _tables(site: Site) -> list[dict[str, Any]]:
    """One row for each kind of data, over all forces."""
    rows: dict[str, dict[str, Any]] = {}
    for slug, evidence in site.forces.items():
        reasons = _reason_counts(evidence)
        for item in data_used(evidence):
            row = rows.setdefault(
                item["title"],
                {"who": set(), "read": 0, "rejected": 0, "reasons": Counter(), "cannot": Counter(), "tables": set()},
            )
            row["who"].add(slug)
            row["tables"].add(item["table"])
            row["cannot"].update(t for t in item["cannot_tell"].split("; ") if t)
            if isinstance(item["read"], int):
                row["read"] += item["read"]
                row["rejected"] += item["rejected"]
        for row in rows.values():
            if slug in row["who"]:
                for table in row["tables"]:
                    row["reasons"].update(reasons.get(table, {}))
    return [
        {
            "title": title,
            "forces": f"{len(row['who'])} of {len(site.forces)}",
            "read": f"{row['read']:,}",
            "rejected": f"{row['rejected']:,}",
            "reasons": _listed(row["reasons"]) or "None set aside",
            "cannot_tell": "; ".join(dict(row["cannot"].most_common(MOST_REASONS))) or NOT_APPLICABLE,
        }
        for title, row in rows.items()
    ]


def _reason_counts(evidence: ForceEvidence) -> dict[str, Counter]:
    """Why rows were set aside, by table; each file once, however many findings used it."""
    accounts: dict[tuple[str, str, str], dict[str, int]] = {}
    for shown in evidence.assessed:
        for data in shown.bundle.data:
            accounts |= _accounts(data)
    counts: dict[str, Counter] = {}
    for (table, _, _), reasons in accounts.items():
        counts.setdefault(table, Counter()).update(reasons)
    return counts


def _accounts(data: DataUsed) -> dict[tuple[str, str, str], dict[str, int]]:
    return {(data.table, a.file, a.sha256): a.reasons for a in data.accounts}


def _listed(counts: Counter) -> str:
    ranked = sorted(((n, r) for r, n in counts.items() if n), key=lambda item: (-item[0], item[1]))
    return "; ".join(f"{n:,} {r.replace('_', ' ')}" for n, r in ranked[:MOST_REASONS])


def _reasons(site: Site) -> list[tuple[str, int]]:
    """Why claims could not be decided, most frequent first."""
    counts = Counter(
        reason
        for f in site.forces.values()
        for s in f.assessed
        for c in s.bundle.claims
        if c.verdict == "not_determinable"
        for reason in c.reasons
    )
    return [(REASONS.get(r, r.replace("_", " ")), n) for r, n in sorted(counts.items(), key=lambda i: (-i[1], i[0]))]
