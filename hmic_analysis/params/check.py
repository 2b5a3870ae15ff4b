"""What a finding of the catalogue is checked against: tables, thresholds, its own figures and claims, its sentences."""

import re
from collections.abc import Collection, Iterable

from jinja2 import TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.params.catalogue import (
    ANY,
    FIELDS,
    VALUE,
    WORDS,
    ClaimSpec,
    FindingSpec,
    IndicatorSpec,
    PlainTest,
    values_named,
)
from hmic_analysis.params.yamlfile import Fault, KeyPath, YamlFile, fault, unknown


def check_finding(finding: FindingSpec, file: YamlFile, values: Collection[str], words: Collection[str]) -> list[Fault]:
    """Check a finding against what it names: tables, thresholds, its own indicators and claims, values and words.

    ``values`` are the settings that words may hold, ``words`` the quantifiers of the inspection.
    """
    faults: list[Fault] = []
    for part in ("core", "useful"):
        faults += _known("table", getattr(finding.tables, part), CONTRACTS, file, ("tables", part))
    for name, spec in finding.thresholds.items():
        at = ("thresholds", name)
        faults += _known("threshold", spec.below, finding.thresholds, file, (*at, "below"))
        if name in finding.definitions:
            faults.append(fault(file, at, "a definition has the same name; give one of them another."))
    for name, indicator in finding.indicators.items():
        faults += _check_words(indicator, file, ("indicators", name), [*finding.definitions, *values])
        own = [*finding.tables.core, *finding.tables.useful]
        named = [table.partition(".")[0] for table in indicator.tables]
        faults += _known("table of this finding", named, own, file, ("indicators", name, "tables"))
        joints = _references(named or own)
        for what, lone in indicator.lone.items():
            at = ("indicators", name, "lone", what)
            faults += _known("reference between its tables", lone, joints, file, at)
        faults += _known(
            "column of this finding", indicator.columns, _optional(own), file, ("indicators", name, "columns")
        )
    for claim in finding.claims.values():
        faults += _check_claim(claim, finding, file, ("claims", claim.id), words)
    return faults + _check_letter(finding, file)


def _optional(tables: Collection[str]) -> list[str]:
    """``document.scope``, ...: the columns of some tables that need not be given."""
    held = [CONTRACTS[t] for t in dict.fromkeys(tables) if t in CONTRACTS]
    return [f"{contract.name}.{column.name}" for contract in held for column in contract.columns if not column.required]


def _references(tables: Collection[str]) -> list[str]:
    """``deployment.incident_id``, ...: what leads from one of some tables to another."""
    held = [CONTRACTS[t] for t in dict.fromkeys(tables) if t in CONTRACTS]
    return list(dict.fromkeys(f"{c.name}.{r.column}" for c in held for r in c.references if r.table in tables))


def _check_words(indicator: IndicatorSpec, file: YamlFile, at: KeyPath, allowed: list[str]) -> list[Fault]:
    faults: list[Fault] = []
    if re.search(r"\d", indicator.name):
        faults.append(fault(file, at, "no number stands in a name: the value that it means is told by the definition."))
    for key, text in indicator.texts.items():
        named = dict.fromkeys(values_named(text))
        faults += [fault(file, (*at, key), unknown("value", n, allowed)) for n in named if n not in allowed]
        if re.search(r"\{\{|\{%|\}\}", VALUE.sub("", text)):
            message = "words hold values by their names alone, such as {{ activity_days }}, and compute nothing."
            faults.append(fault(file, (*at, key), message))
    return faults


def _check_claim(
    claim: ClaimSpec, finding: FindingSpec, file: YamlFile, at: KeyPath, words: Collection[str]
) -> list[Fault]:
    faults: list[Fault] = []
    if not re.fullmatch(rf"{finding.id}[a-z]", claim.id):
        faults.append(fault(file, at, f"a claim is named by its finding and a letter, such as {finding.id}a."))
    faults += _known("indicator", claim.names, finding.indicators, file, (*at, "indicators"))
    own = [*finding.tables.core, *finding.tables.useful]
    faults += _known("table of this finding", claim.tables, own, file, (*at, "tables"))
    faults += _known("column of this finding", claim.columns, _optional(own), file, (*at, "columns"))
    if claim.quantifier is not None:
        faults += _known("quantifier", [claim.quantifier], words, file, (*at, "quantifier"))
    if claim.test is not None:
        faults += _check_test(claim.test, claim, finding, file, (*at, "test"))
    if claim.is_judgement and (claim.whether or not claim.view):
        faults.append(fault(file, at, "a judgement has a 'view' and no 'whether': it gets no verdict."))
    if not claim.is_judgement and (not claim.whether or claim.view or claim.rests_on):
        faults.append(fault(file, at, "a claim that gets a verdict has 'whether', and no 'view' or 'rests_on'."))
    tested = [id for id, other in finding.claims.items() if not other.is_judgement]
    faults += _known("claim with a verdict of this finding", claim.rests_on, tested, file, (*at, "rests_on"))
    if claim.view:
        faults += [fault(file, (*at, "view"), message) for message in check_template(claim.view, None)]
    return faults


def _check_letter(finding: FindingSpec, file: YamlFile) -> list[Fault]:
    """Every claim has a sentence for both verdicts that needs no figure, and lines print what bears on their claims."""
    faults: list[Fault] = []
    judged = [id for id, claim in finding.claims.items() if not claim.is_judgement]
    plain_lines: set[tuple[str, str]] = set()
    for i, line in enumerate(finding.letter.sentences):
        at = ("letter", "sentences", i)
        faults += _known("claim with a verdict", line.when, judged, file, (*at, "when"))
        decided = [id for id, state in line.when.items() if state != ANY]
        own = [name for id in decided if id in finding.claims for name in finding.claims[id].names]
        for text in line.say:
            messages = check_template(text, own if line.when else list(finding.indicators))
            limits = re.findall(r"\.(?:below|reaching|at_most)\(['\"](\w+)['\"]\)", text)
            messages += [unknown("threshold", n, finding.thresholds) for n in limits if n not in finding.thresholds]
            faults += [fault(file, (*at, "say"), message) for message in messages]
        if len(decided) == 1 and "{{ v" not in line.say[-1]:
            plain_lines.add((decided[0], line.when[decided[0]]))
    for id in judged:
        for verdict in ("supported", "contradicted"):
            if (id, verdict) not in plain_lines:
                message = f"claim {id} needs a sentence of its own for '{verdict}' that ends with one without figures."
                faults.append(fault(file, ("letter", "sentences"), message))
    return faults


def _check_test(test: PlainTest, claim: ClaimSpec, finding: FindingSpec, file: YamlFile, at: KeyPath) -> list[Fault]:
    first, second = ("all", "contradicted_below") if test.all else ("at_most", "contradicted_above")
    limits = {first: test.limits, second: test.turning if isinstance(test.turning, dict) else {}}
    own = [*finding.tables.core, *finding.tables.useful]
    faults = _known("table of this finding", test.needs, own, file, (*at, "needs"))
    if isinstance(test.turning, str):
        faults += _known("threshold", [test.turning], finding.thresholds, file, (*at, second))
    for key, by_indicator in limits.items():
        allowed = claim.names if key == first else tuple(test.limits)
        for name, threshold in by_indicator.items():
            faults += _known("indicator of this claim", [name], allowed, file, (*at, key, name))
            faults += _known("threshold", [threshold], finding.thresholds, file, (*at, key, name))
            if name in finding.indicators and finding.indicators[name].kind != "share":
                message = f"only a share is tested so, and this is a {finding.indicators[name].kind}."
                faults.append(fault(file, (*at, key, name), message))
    return faults


def _known(what: str, given: Iterable[str], allowed: Iterable[str], file: YamlFile, at: KeyPath) -> list[Fault]:
    allowed = list(allowed)
    return [fault(file, (*at, i), unknown(what, g, allowed)) for i, g in enumerate(given) if g not in allowed]


def check_template(text: str, indicators: Iterable[str] | None) -> list[str]:
    """What is wrong with a sentence: messages, none if it will do. Without ``indicators`` it may print no figure."""
    try:
        tree = SandboxedEnvironment().parse(text)
    except TemplateSyntaxError as found:
        return [f"the sentence is not a valid template: {found.message}."]
    allowed = [*WORDS, *(["v"] if indicators is not None else [])]
    faults = [unknown("name", name, allowed) for name in sorted(find_undeclared_variables(tree) - set(allowed))]
    if indicators is not None:
        faults += _check_figures(tree, list(indicators))
    if not text.rstrip().endswith("."):
        faults.append("a sentence ends with a full stop.")
    return faults


def figures_named(text: str) -> list[str]:
    """The figures that a sentence may print, by id."""
    tree = SandboxedEnvironment().parse(text)
    found = [x for x in tree.find_all((nodes.Getattr, nodes.Getitem)) if _is_v(x.node)]
    return [str(x.attr if isinstance(x, nodes.Getattr) else getattr(x.arg, "value", "")) for x in found]


def _check_figures(tree: nodes.Template, indicators: list[str]) -> list[str]:
    faults = []
    figures = [x for x in tree.find_all((nodes.Getattr, nodes.Getitem)) if _is_v(x.node)]
    if len(figures) < sum(1 for x in tree.find_all(nodes.Name) if x.name == "v"):
        faults.append("'v' must be followed by the name of a figure, such as v.attendance_known_pct.")
    for figure in figures:
        name = figure.attr if isinstance(figure, nodes.Getattr) else getattr(figure.arg, "value", "")
        if str(name).split("[", 1)[0] not in indicators:
            faults.append(f"{unknown('figure', str(name), indicators)} Figures are those of the claims it speaks for.")
    for outer in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if outer.node in figures:
            field = outer.attr if isinstance(outer, nodes.Getattr) else getattr(outer.arg, "value", "")
            if field not in FIELDS:
                faults.append(unknown("field", str(field), FIELDS))
    return faults


def _is_v(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "v"
