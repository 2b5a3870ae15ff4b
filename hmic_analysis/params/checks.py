"""Checks of the catalogue that look across keys: names that must exist elsewhere, and the sentences."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.params.catalogue import SECTIONS, ClaimSpec, FindingSpec
from hmic_analysis.params.faults import Fault, fault, unknown
from hmic_analysis.params.templates import check_template
from hmic_analysis.params.yamlfile import KeyPath, YamlFile


def check_findings(
    findings: Mapping[str, FindingSpec], file: YamlFile, to_come: Collection[str], words: Collection[str]
) -> list[Fault]:
    """Check all findings against each other and against what they name.

    Parameters
    ----------
    findings : mapping of str to FindingSpec
        In the order of the file.
    file : YamlFile
    to_come : collection of str
        Tables that no contract describes yet.
    words : collection of str
        Quantifiers of the inspection.

    Returns
    -------
    list of Fault
    """
    faults: list[Fault] = []
    order = [SECTIONS.index(f.section) for f in findings.values()]
    for i, finding in enumerate(findings.values()):
        at: KeyPath = ("findings", finding.id)
        if not re.fullmatch(r"[A-Z]\d{1,2}", finding.id):
            faults.append(fault(file, at, "a finding is named by a capital and a number, such as A1."))
        if i and order[i] < order[i - 1]:
            message = f"it stands after a finding of a later section. Sections in order: {', '.join(SECTIONS)}."
            faults.append(fault(file, (*at, "section"), message))
        faults += _check_finding(finding, file, at, [*CONTRACTS, *to_come])
        for claim in finding.claims.values():
            faults += _check_claim(claim, finding, file, (*at, "claims", claim.id), words)
    return faults


def _check_finding(finding: FindingSpec, file: YamlFile, at: KeyPath, tables: list[str]) -> list[Fault]:
    faults: list[Fault] = []
    for part in ("core", "useful"):
        faults += _known("table", getattr(finding.tables, part), tables, file, (*at, "tables", part))
    names = [i.name for i in finding.indicators]
    for i, name in enumerate(names):
        if name in names[:i]:
            faults.append(fault(file, (*at, "indicators", i, "name"), f"the indicator '{name}' is given twice."))
    for name, spec in finding.thresholds.items():
        faults += _known("threshold", spec.below, finding.thresholds, file, (*at, "thresholds", name, "below"))
    return faults


def _check_claim(
    claim: ClaimSpec, finding: FindingSpec, file: YamlFile, at: KeyPath, words: Collection[str]
) -> list[Fault]:
    faults: list[Fault] = []
    if not re.fullmatch(rf"{finding.id}[a-z]", claim.id):
        faults.append(fault(file, at, f"a claim is named by its finding and a letter, such as {finding.id}a."))
    names = [i.name for i in finding.indicators]
    faults += _known("indicator", claim.indicators, names, file, (*at, "indicators"))
    own = [*finding.tables.core, *finding.tables.useful]
    faults += _known("table of this finding", claim.tables, own, file, (*at, "tables"))
    if claim.quantifier is not None:
        faults += _known("quantifier", [claim.quantifier], words, file, (*at, "quantifier"))
    if claim.is_judgement and (claim.sentences is not None or not claim.view):
        faults.append(fault(file, at, "a judgement has a 'view' and no 'sentences': it gets no verdict."))
    if not claim.is_judgement and (claim.sentences is None or claim.view):
        faults.append(fault(file, at, "a claim that gets a verdict has 'sentences' and no 'view'."))
    texts = {("view",): claim.view} if claim.view else {}
    if claim.sentences is not None:
        texts |= {("sentences", verdict): text for verdict, text in claim.sentences}
    for path, text in texts.items():
        messages = check_template(text, path[-1], claim.indicators)
        faults += [fault(file, (*at, *path), message) for message in messages]
    return faults


def _known(what: str, given: Iterable[str], allowed: Iterable[str], file: YamlFile, at: KeyPath) -> list[Fault]:
    allowed = list(allowed)
    return [fault(file, (*at, i), unknown(what, g, allowed)) for i, g in enumerate(given) if g not in allowed]
