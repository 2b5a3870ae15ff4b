"""Checks on the sentences of the catalogue, so that no sentence fails when a letter is written."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment

from hmic_analysis.params.faults import unknown

#: What a figure offers to a sentence beside being printed itself.
FIELDS = ("known", "lo", "hi", "n", "numerator", "denominator", "interval_text")
WORDS = ("force", "period", "as_of")


def check_template(text: str, verdict: str, indicators: Iterable[str]) -> list[str]:
    """What is wrong with the sentence of a claim.

    Parameters
    ----------
    text : str
        Jinja template.
    verdict : str
        ``supported``, ``contradicted``, ``not_determinable`` or ``view``.  Only the first two may use figures:
        where nothing could be decided no figure decided it, and a view rests on none.
    indicators : iterable of str
        Names of the indicators of the claim.

    Returns
    -------
    list of str
        Messages; empty if the sentence will do.
    """
    try:
        tree = SandboxedEnvironment().parse(text)
    except TemplateSyntaxError as found:
        return [f"the sentence is not a valid template: {found.message}."]
    allowed = [*WORDS]
    if verdict in ("supported", "contradicted"):
        allowed.append("v")
    elif verdict == "not_determinable":
        allowed.append("because")
    faults = [unknown("name", name, allowed) for name in sorted(find_undeclared_variables(tree) - set(allowed))]
    if "v" in allowed:
        faults += _check_figures(tree, list(indicators))
    if not text.rstrip().endswith((".", "%}")):
        faults.append("a sentence ends with a full stop.")
    return faults


def _check_figures(tree: nodes.Template, indicators: list[str]) -> list[str]:
    faults = []
    figures = [x for x in tree.find_all((nodes.Getattr, nodes.Getitem)) if _is_v(x.node)]
    if len(figures) < sum(1 for x in tree.find_all(nodes.Name) if x.name == "v"):
        faults.append("'v' must be followed by the name of a figure, such as v.attendance_known_pct.")
    for figure in figures:
        name = figure.attr if isinstance(figure, nodes.Getattr) else getattr(figure.arg, "value", "")
        if str(name).split("[", 1)[0] not in indicators:
            faults.append(f"{unknown('figure', str(name), indicators)} Figures are the claim's own indicators.")
    for outer in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if outer.node in figures:
            field = outer.attr if isinstance(outer, nodes.Getattr) else getattr(outer.arg, "value", "")
            if field not in FIELDS:
                faults.append(unknown("field", str(field), FIELDS))
    return faults


def _is_v(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "v"
