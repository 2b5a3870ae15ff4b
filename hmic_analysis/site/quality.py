"""The data-quality page: what was supplied, what was set aside and why, and what could not be decided."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hmic_analysis.evidence.model import DataUsed
from hmic_analysis.evidence.reasons import REASONS
from hmic_analysis.site.downloads import data_used
from hmic_analysis.site.frame import Frame
from hmic_analysis.site.model import ForceEvidence, Site
from hmic_analysis.site.words import MISSING, NOT_APPLICABLE

#: Reasons shown for each kind of data.
MOST_REASONS = 4


def write_quality(frame: Frame, site: Site) -> None:
    """Write the data-quality page.

    Parameters
    ----------
    frame : Frame
    site : Site
    """
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
        f"{missing:,}",
        f"{withheld:,}",
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
        if c.verdict == "not_determinable" and c.type != "judgement"
        for reason in c.reasons
    )
    return [(REASONS.get(r, r.replace("_", " ")), n) for r, n in sorted(counts.items(), key=lambda i: (-i[1], i[0]))]
