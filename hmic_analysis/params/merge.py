"""Layers of settings laid over each other, and the checks that only the whole allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.params.faults import Fault, dotted
from hmic_analysis.params.models import Layer, Leaf
from hmic_analysis.params.settings import Settings


def merge(layers: Sequence[Layer]) -> dict[tuple[str, ...], Leaf]:
    """Lay layers over each other.

    Parameters
    ----------
    layers : sequence of Layer
        From the weakest to the strongest.

    Returns
    -------
    dict
        Each path with the value of the strongest layer that gives it.
    """
    merged: dict[tuple[str, ...], Leaf] = {}
    for layer in layers:
        merged.update(layer)
    return merged


def settings_of(merged: Layer) -> Settings:
    """The settings that a merged layer amounts to.

    Parameters
    ----------
    merged : Layer
        Checked layers, merged; thresholds and facts are passed over.

    Returns
    -------
    Settings
    """
    tree: dict[str, Any] = {}
    for path, leaf in merged.items():
        if path[0] in Settings.model_fields:
            node = tree
            for step in path[:-1]:
                node = node.setdefault(step, {})
            node[path[-1]] = leaf.value
    return Settings.model_validate(tree)


def check_dates(layers: Sequence[Layer], kind: str, embargo: dt.date) -> list[Fault]:
    """Check the order of days when everything is merged.

    Parameters
    ----------
    layers : sequence of Layer
        From the weakest to the strongest.
    kind : str
        Kind of the force; for ``other`` no letter is written, so only the period has an order.
    embargo : datetime.date
        Day on which the embargo ends.

    Returns
    -------
    list of Fault
    """
    merged = merge(layers)
    try:
        settings = settings_of(merged)
    except ValidationError:
        return []  # Already reported with the file that is at fault.
    start, end = settings.period.start, settings.period.end
    faults = []
    if not start < end:
        faults.append(_order(layers, ("period", "start"), ("period", "end"), "must lie before"))
    if kind == "other":
        return faults
    if end > settings.letter_date:
        faults.append(_order(layers, ("period", "end"), ("letter_date",), "must not lie after"))
    if settings.as_of > settings.letter_date:
        faults.append(_order(layers, ("as_of",), ("letter_date",), "must not lie after"))
    if settings.letter_date > embargo:
        leaf = merged["letter_date",]
        message = f"{leaf.value} lies after the end of the embargo, {embargo}. A letter goes out before it ends."
        faults.append((leaf.file, leaf.line, "letter_date", message))
    return faults


def check_thresholds(layers: Sequence[Layer], finding: FindingSpec) -> list[Fault]:
    """Check the range and the order of a finding's thresholds when everything is merged.

    Parameters
    ----------
    layers : sequence of Layer
        From the weakest to the strongest, holding ``("thresholds", finding, name)``.
    finding : FindingSpec

    Returns
    -------
    list of Fault
    """
    merged = merge(layers)
    faults = []
    for name, spec in finding.thresholds.items():
        path = ("thresholds", finding.id, name)
        leaf = merged[path]
        if leaf.value < 0 or (spec.unit == "%" and leaf.value > 100):
            allowed = "from 0 to 100" if spec.unit == "%" else "0 or more"
            faults.append((leaf.file, leaf.line, dotted(path), f"'{leaf.value}' is out of range. Allowed: {allowed}."))
        for greater in spec.below:
            other = ("thresholds", finding.id, greater)
            if other in merged and not leaf.value < merged[other].value:
                faults.append(_order(layers, path, other, "must be smaller than"))
    return faults


def _order(layers: Sequence[Layer], first: tuple[str, ...], second: tuple[str, ...], must: str) -> Fault:
    """A fault of two values, laid at the door of the strongest layer that gives one of them."""
    merged = merge(layers)
    strongest = next(x for x in reversed(layers) if first in x or second in x)
    blamed = first if first in strongest else second
    a, b = merged[first], merged[second]
    leaf = merged[blamed]
    message = f"{dotted(first)} ({a.value}, {a.origin}) {must} {dotted(second)} ({b.value}, {b.origin})."
    return leaf.file, leaf.line, dotted(blamed), message
