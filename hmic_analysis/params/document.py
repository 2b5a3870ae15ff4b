"""The catalogue as a page for people: ``docs/findings.md``."""

from __future__ import annotations

from hmic_analysis.params.models import ClaimSpec, FindingSpec, Params, ThresholdSpec

HEAD = """# Findings and claims

Made from `params/findings.yml`; change that file, not this page.

A claim is the unit that can be true or false. Its verdict is *supported*, *contradicted* or *not determinable*, and is
always about the truth of the statement, never about whether the force is good. A *judgement* is the view of the
inspectors and gets no verdict. Thresholds are proposals of this project, not numbers of the inspectorate; each can be
changed for all forces or for one (see `docs/parameters.md`).
"""


def catalogue_page(params: Params) -> str:
    """The catalogue in Markdown.

    Parameters
    ----------
    params : Params

    Returns
    -------
    str
        A page that ends with a line break.
    """
    lines = [HEAD]
    section = ""
    for finding in params.findings.values():
        if finding.section != section:
            section = finding.section
            lines.append(f"## {params.inspection.letter.sections.get(section, section)}\n")
        lines += _finding(finding)
    return "\n".join(lines).rstrip() + "\n"


def _finding(finding: FindingSpec) -> list[str]:
    notebook = f"`{finding.notebook}`" if finding.notebook else "comes later"
    useful = f"; useful: {_codes(finding.tables.useful)}" if finding.tables.useful else ""
    lines = [
        f"### {finding.id} {finding.title}\n",
        f"*{finding.question}*\n",
        f"Notebook: {notebook}. Needs any of: {_codes(finding.tables.core)}{useful}.\n",
        "| claim | statement | type | how the verdict is reached |",
        "|---|---|---|---|",
    ]
    lines += [_claim(c) for c in finding.claims.values()]
    if finding.thresholds:
        lines += ["", "| threshold | value | what it decides |", "|---|---:|---|"]
        lines += [f"| `{n}` | {_amount(t)} | {t.meaning} |" for n, t in finding.thresholds.items()]
    if finding.indicators:
        lines += ["", "| indicator | unit | what is counted | over | better |", "|---|---|---|---|---|"]
        lines += [
            f"| `{i.name}`{f' by {i.by}' if i.by else ''} | {i.unit} | {i.numerator} | {i.denominator} | {i.better} |"
            for i in finding.indicators
        ]
    return [*lines, ""]


def _claim(claim: ClaimSpec) -> str:
    return f"| {claim.id} | {claim.statement} | {claim.type} | {claim.rule} |"


def _amount(threshold: ThresholdSpec) -> str:
    unit = {"%": "%", "count": ""}.get(threshold.unit, f" {threshold.unit}")
    return f"{threshold.value:g}{unit}"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{n}`" for n in names)
