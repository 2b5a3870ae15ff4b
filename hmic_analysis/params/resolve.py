"""What holds for one force and one finding, and where each value comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.evidence.wording import say_embargo
from hmic_analysis.params.faults import Fault, refuse, validate
from hmic_analysis.params.files import INHERITED, layer, override_part
from hmic_analysis.params.inheritance import check_paths
from hmic_analysis.params.merge import check_dates, check_thresholds, merge, settings_of
from hmic_analysis.params.models import FindingSpec, ForceSpec, Layer, Leaf, Params
from hmic_analysis.params.settings import (
    Attendance,
    Disclosure,
    Grades,
    OffenderManagement,
    OtherAgencies,
    Quantifier,
    Settings,
)
from hmic_analysis.params.yamlfile import YamlFile, read_value

COMMAND_LINE = "command line"


@dataclass(frozen=True)
class Resolved:
    """Parameters of one force and, where one is given, one finding.

    Attributes
    ----------
    force : ForceSpec
    finding : FindingSpec or None
    settings : Settings
    thresholds : dict of str to float
        Of the finding, by name; empty without one.
    values : dict of str to tuple of str
        Every value as text and where it was given: ``{"period.start": ("2012-12-01", "params/inspection.yml:9")}``.
    embargo : str
        ``Embargoed until 00:01 on 4 September 2014 (Europe/London)``; empty for a body, or a letter of a later time,
        that is none of the inspection's.
    """

    force: ForceSpec
    finding: FindingSpec | None
    settings: Settings
    thresholds: Mapping[str, float]
    values: Mapping[str, tuple[str, str]]
    embargo: str = ""

    @property
    def period_start(self) -> dt.date:
        """First day of the flows."""
        return self.settings.period.start

    @property
    def period_end(self) -> dt.date:
        """Last day of the flows, included."""
        return self.settings.period.end

    @property
    def as_of(self) -> dt.date:
        """Day of the stocks."""
        return self.settings.as_of

    @property
    def letter_date(self) -> dt.date:
        """Date of the letter."""
        return self.settings.letter_date

    @property
    def timezone(self) -> str:
        """IANA name of the zone of the force's wall times."""
        return self.settings.timezone

    @property
    def grades(self) -> Grades:
        """Targets in minutes by response grade and area, and the moment they are counted from."""
        return self.settings.grades

    @property
    def attendance(self) -> Attendance:
        """What counts as having attended."""
        return self.settings.attendance

    @property
    def other_agencies(self) -> OtherAgencies:
        """Which incidents have another lead agency than the police."""
        return self.settings.other_agencies

    @property
    def offender_management(self) -> OffenderManagement:
        """Partners of integrated offender management."""
        return self.settings.offender_management

    @property
    def min_n(self) -> int:
        """Units below which a share decides nothing."""
        return self.settings.min_n

    @property
    def confidence(self) -> float:
        """Level of intervals in per cent."""
        return self.settings.confidence

    @property
    def disclosure(self) -> Disclosure:
        """Rule on small counts of persons."""
        return self.settings.disclosure

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the mappings that read the force's files."""
        return self.force.sources

    def threshold(self, name: str) -> float:
        """A threshold of the finding.

        Parameters
        ----------
        name : str

        Returns
        -------
        float
            In the unit that the catalogue gives.

        Raises
        ------
        ParameterError
            If the finding has none of that name.
        """
        if name in self.thresholds:
            return self.thresholds[name]
        whose = f"Finding {self.finding.id}" if self.finding else "Without a finding there are no thresholds; it"
        raise ParameterError(
            f"{whose} has no threshold '{name}'.{did_you_mean(name, self.thresholds)} "
            f"Thresholds: {', '.join(self.thresholds) or 'none'}."
        )

    def quantifier(self, word: str) -> Quantifier:
        """What a word of a letter is taken to mean.

        Parameters
        ----------
        word : str
            ``in_general`` or ``in general``.

        Returns
        -------
        Quantifier

        Raises
        ------
        ParameterError
            If the word has no meaning in the parameters.
        """
        known = self.settings.quantifiers
        key = word.replace(" ", "_")
        if key in known:
            return known[key]
        raise ParameterError(
            f"There is no quantifier '{word}'.{did_you_mean(key, known)} Quantifiers: {', '.join(known)}."
        )


def resolve(
    params: Params, force: str, finding: str | None = None, overrides: Mapping[str, str] | None = None
) -> Resolved:
    """Resolve the parameters of a force: inspection, then finding, then force, then the command line.

    Parameters
    ----------
    params : Params
    force : str
        Slug.
    finding : str, optional
        Id.
    overrides : mapping of str to str, optional
        From the command line: ``{"period.end": "2013-12-31", "thresholds.A6.activity_days": "14"}``.

    Returns
    -------
    Resolved

    Raises
    ------
    ParameterError
        If the force, the finding or an override is not known, or an override breaks a rule.
    """
    spec = params.force(force)
    about = params.finding(finding) if finding is not None else None
    given = _overrides(params, dict(overrides or {}))
    layers = [params.inspection_layer, *_finding_layers(params, about), params.force_layers[force], given]
    _refuse_broken(params, layers, spec, given)
    merged = merge(layers)
    thresholds = {n: float(merged["thresholds", about.id, n].value) for n in about.thresholds} if about else {}
    settings = settings_of(merged)
    values = _values(params, merged, spec, about)
    return Resolved(spec, about, settings, thresholds, values, _embargo(params, spec, settings))


def _embargo(params: Params, spec: ForceSpec, settings: Settings) -> str:
    """A letter of another body, or of another time, is none of the inspection: it knows no embargo."""
    end, zone = params.inspection.embargo_until, params.inspection.timezone
    of_inspection = spec.kind == "territorial" and settings.letter_date <= end.date()
    return say_embargo(end, zone) if of_inspection else ""


def _finding_layers(params: Params, about: FindingSpec | None) -> list[Layer]:
    """The thresholds of all findings, and the settings that the one in question overrides."""
    declared = merge(list(params.finding_layers.values()))
    layers: list[Layer] = [{path: leaf for path, leaf in declared.items() if path[0] == "thresholds"}]
    if about is not None:
        layers.append(params.finding_layers[about.id])
    return layers


def _refuse_broken(params: Params, layers: list[Layer], spec: ForceSpec, given: Layer) -> None:
    """Refuse overrides that break an order; what files give was checked when they were read."""
    if not given:
        return
    faults: list[Fault] = check_dates(layers, spec.kind, params.inspection.embargo_until.date())
    for finding in params.findings.values():
        faults += check_thresholds(layers, finding)
    refuse(faults)


def _overrides(params: Params, overrides: dict[str, str]) -> Layer:
    """The layer that dotted keys from the command line amount to, checked as a file would be."""
    tree: dict[str, Any] = {}
    for key, text in overrides.items():
        node = tree
        *above, last = key.split(".")
        for step in above:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise ParameterError(f"{COMMAND_LINE}: '{key}' contradicts another value given for '{step}'.")
        node[last] = read_value(text)
    for name, value in tree.get("thresholds", {}).items() if isinstance(tree.get("thresholds"), dict) else ():
        if name not in params.findings and not isinstance(value, dict):
            key = f"thresholds.{name}"
            refuse([(COMMAND_LINE, 0, key, f"write thresholds.FINDING.NAME, such as thresholds.A1.{name}.")])
    file = YamlFile(COMMAND_LINE, tree, {(): 0})
    refuse(validate(override_part(), tree, file))
    found = layer(file, tree, (*INHERITED, "thresholds"))
    refuse(check_paths(params, found))
    return found


def _values(params: Params, merged: Layer, spec: ForceSpec, about: FindingSpec | None) -> dict[str, tuple[str, str]]:
    """Every value as text with its origin: facts of the force, settings, thresholds."""
    facts = params.force_facts[spec.slug]
    shown: dict[tuple[str, ...], Leaf] = {("force", "sources"): Leaf(spec.sources, "default")}
    shown |= {path: leaf for path, leaf in facts.items() if path[1] not in ("addressee", "signatory")}
    shown |= {p: leaf for p, leaf in merged.items() if p[0] != "thresholds"}
    wanted = {about.id} if about else set(params.findings)
    shown |= {p: leaf for p, leaf in merged.items() if p[0] == "thresholds" and p[1] in wanted}
    return {".".join(path): (_text(leaf.value), leaf.origin) for path, leaf in shown.items()}


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(v) for v in value) or "none"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 and float(f"{value:g}") == value else repr(value)
    return str(value)
