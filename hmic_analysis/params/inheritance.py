"""Checks on what files override, across all of them."""

from __future__ import annotations

from hmic_analysis.params.faults import Fault, unknown
from hmic_analysis.params.merge import check_dates, check_thresholds
from hmic_analysis.params.models import Layer, Params


def check_names(params: Params) -> list[Fault]:
    """Check the names in overrides: an override never adds a threshold or a quantifier.

    Parameters
    ----------
    params : Params

    Returns
    -------
    list of Fault
    """
    faults: list[Fault] = []
    for found in (*params.finding_layers.values(), *params.force_layers.values()):
        faults += check_paths(params, found)
    known = [f.slug for f in params.territorial]
    for slug, force in params.forces.items():
        leaf = params.force_facts[slug].get(("force", "most_similar_forces"))
        for other in force.most_similar_forces:
            if leaf is not None and other not in known:
                faults.append((leaf.file, leaf.line, "most_similar_forces", unknown("force", other, known)))
    return faults


def check_paths(params: Params, found: Layer) -> list[Fault]:
    """Check that thresholds and quantifiers named in a layer exist.

    Parameters
    ----------
    params : Params
    found : Layer

    Returns
    -------
    list of Fault
    """
    faults: list[Fault] = []
    for path, leaf in found.items():
        if path[0] == "quantifiers" and path[1] not in params.inspection.quantifiers:
            message = unknown("quantifier", path[1], params.inspection.quantifiers)
        elif path[0] == "thresholds" and path[1] not in params.findings:
            message = unknown("finding", path[1], params.findings)
        elif path[0] == "thresholds" and path[2] not in params.findings[path[1]].thresholds:
            message = unknown("threshold", path[2], params.findings[path[1]].thresholds)
        else:
            continue
        faults.append((leaf.file, leaf.line, ".".join(path), message))
    return faults


def check_merged(params: Params) -> list[Fault]:
    """Check what every pair of a force and a finding amounts to.

    Parameters
    ----------
    params : Params

    Returns
    -------
    list of Fault
        Days out of order, thresholds out of order or out of range.
    """
    embargo = params.inspection.embargo_until.date()
    base = params.inspection_layer
    faults: list[Fault] = check_dates([base], "territorial", embargo)
    for id, finding in params.findings.items():
        found = params.finding_layers[id]
        faults += check_thresholds([found], finding)
        faults += check_dates([base, found], "territorial", embargo)
    for slug, force in params.forces.items():
        own = params.force_layers[slug]
        if own:
            faults += check_dates([base, own], force.kind, embargo)
            for id, finding in params.findings.items():
                layers = [base, params.finding_layers[id], own]
                faults += check_dates(layers, force.kind, embargo) + check_thresholds(layers, finding)
    return list(dict.fromkeys(faults))
