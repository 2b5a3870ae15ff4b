"""What holds for one force and one finding, where each value comes from, and all of it as rows and pages for people."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.params.catalogue import DEFINING, Defined, FindingSpec, say_values
from hmic_analysis.params.models import (
    Attendance,
    Coverage,
    Disclosure,
    ForceSpec,
    Grades,
    Layer,
    Leaf,
    OffenderManagement,
    OtherAgencies,
    Params,
    Quantifier,
    Settings,
)
from hmic_analysis.params.read import (
    AMOUNTS,
    INHERITED,
    check_amounts,
    check_dates,
    check_paths,
    layer,
    merge,
    override_part,
    settings_of,
)
from hmic_analysis.params.yamlfile import Fault, YamlFile, read_value, refuse, validate

GIVEN = "values given"


@dataclass(frozen=True)
class Resolved:
    """Parameters of one force and, where one is given, one finding.

    ``definitions`` and ``thresholds`` are those of the finding, empty without one; ``words`` the values that its
    definitions may hold, as text; ``values`` every value as text and where it was given: ``{"period.start":
    ("2012-12-01", "params/inspection.yml:9")}``; ``embargo`` the line ``Embargoed until 00:01 on 4 September 2014
    (Europe/London)``, empty for a body, or a letter of a later time, that is none of the inspection's.
    """

    force: ForceSpec
    finding: FindingSpec | None
    settings: Settings
    definitions: Mapping[str, float]
    thresholds: Mapping[str, float]
    words: Mapping[str, str]
    values: Mapping[str, tuple[str, str]]
    embargo: str = ""

    def __repr__(self) -> str:
        about = f" for {self.finding.id}" if self.finding else ""
        return (
            f"Settings of {self.force.name}{about}: {self.period_start} to {self.period_end}, as of {self.as_of}; "
            f"{len(self.values)} values, each with its file and line in .values"
        )

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
    def max_unmatched_pct(self) -> float:
        """References that may lead nowhere before nothing rests on them any more, in per cent."""
        return self.settings.max_unmatched_pct

    @property
    def coverage(self) -> Coverage:
        """What a claim needs of the tables it rests on."""
        return self.settings.coverage

    @property
    def disclosure(self) -> Disclosure:
        """Rule on small counts of persons."""
        return self.settings.disclosure

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the mappings that read the force's files."""
        return self.force.sources

    def threshold(self, name: str) -> float:
        """A threshold of the finding, in the unit that the catalogue gives."""
        return self._amount("threshold", self.thresholds, name)

    def definition(self, name: str) -> float:
        """A value that figures of the finding are defined by, in the unit that the catalogue gives."""
        return self._amount("definition", self.definitions, name)

    def _amount(self, what: str, given: Mapping[str, float], name: str) -> float:
        if name in given:
            return given[name]
        whose = f"Finding {self.finding.id}" if self.finding else f"Without a finding there are no {what}s; it"
        raise ParameterError(
            f"{whose} has no {what} '{name}'.{did_you_mean(name, given)} "
            f"{what.capitalize()}s: {', '.join(given) or 'none'}."
        )

    def defined(self, indicator: str) -> Defined:
        """The definition of an indicator of the finding, with the values that hold."""
        return self.finding.indicator(indicator).defined(self.words)

    def quantifier(self, word: str) -> Quantifier:
        """What a word of a letter is taken to mean."""
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
    """The parameters of a force: those of the inspection, then the finding, the force and the command line.

    Overrides from the command line are dotted: ``{"period.end": "2013-12-31", "definitions.A6.activity_days": "14"}``.
    """
    spec = params.force(force)
    about = params.finding(finding) if finding is not None else None
    given = _overrides(params, dict(overrides or {}))
    own = params.force_layers[force]
    if own or given:
        found = _laid_over(params, spec, about, own, given)
    else:
        # Few forces override anything; a plan for the whole country needs no more than one resolution a finding.
        if finding not in params.shared:
            params.shared[finding] = _laid_over(params, spec, about, own, given)
        found = params.shared[finding]
    settings, amounts, words, values = found
    return Resolved(
        force=spec,
        finding=about,
        settings=settings,
        **amounts,
        words=words,
        values={**_facts(params, spec), **values},
        embargo=_embargo(params, spec, settings),
    )


def _laid_over(
    params: Params, spec: ForceSpec, about: FindingSpec | None, own: Layer, given: Layer
) -> tuple[Settings, dict[str, dict[str, float]], dict[str, str], dict[str, tuple[str, str]]]:
    """What the layers come to: settings, values of the finding, words of its definitions, every value as text."""
    layers = [params.inspection_layer, *_finding_layers(params, about), own, given]
    _refuse_broken(params, layers, spec, given)
    merged = merge(layers)
    amounts: dict[str, dict[str, float]] = {part: {} for part in AMOUNTS}
    for part, found in amounts.items() if about else ():
        found |= {name: float(merged[part, about.id, name].value) for name in getattr(about, part)}
    return settings_of(merged), amounts, _words(merged, amounts["definitions"]), _values(params, merged, about)


def _words(merged: Layer, definitions: Mapping[str, float]) -> dict[str, str]:
    """The values that the words of a definition may hold, as they are printed in it."""
    own = {name: f"{value:g}" for name, value in definitions.items()}
    settings = {".".join(path): leaf.value for path, leaf in merged.items() if path[0] in DEFINING}
    return {n: say_values(v) if isinstance(v, (list, tuple)) else _text(v) for n, v in settings.items()} | own


def _embargo(params: Params, spec: ForceSpec, settings: Settings) -> str:
    """A letter of another body, or of another time, is none of the inspection: it knows no embargo."""
    inspection = params.inspection
    of_inspection = spec.kind == "territorial" and settings.letter_date <= inspection.embargo_until.date()
    return inspection.embargo_line if of_inspection else ""


def _finding_layers(params: Params, about: FindingSpec | None) -> list[Layer]:
    """The values of all findings, and the settings that the one in question overrides."""
    declared = merge(list(params.finding_layers.values()))
    layers: list[Layer] = [{path: leaf for path, leaf in declared.items() if path[0] in AMOUNTS}]
    if about is not None:
        layers.append(params.finding_layers[about.id])
    return layers


def _refuse_broken(params: Params, layers: list[Layer], spec: ForceSpec, given: Layer) -> None:
    """Refuse overrides that break an order; what files give was checked when they were read."""
    if not given:
        return
    faults: list[Fault] = check_dates(layers, spec.kind, params.inspection.embargo_until.date())
    for finding in params.findings.values():
        faults += check_amounts(layers, finding)
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
                raise ParameterError(f"{GIVEN}: '{key}' contradicts another value given for '{step}'.")
        node[last] = read_value(text)
    for part in AMOUNTS:
        for name, value in tree[part].items() if isinstance(tree.get(part), dict) else ():
            if name not in params.known and not isinstance(value, dict):
                message = f"write {part}.FINDING.NAME, such as {part}.A1.{name}."
                refuse([(GIVEN, 0, f"{part}.{name}", message)])
    file = YamlFile(GIVEN, tree, {(): 0})
    refuse(validate(override_part(), tree, file))
    found = layer(file, tree, (*INHERITED, *AMOUNTS))
    refuse(check_paths(params, found))
    return found


def _facts(params: Params, spec: ForceSpec) -> dict[str, tuple[str, str]]:
    """Facts of a force as text with their origin."""
    shown: dict[tuple[str, ...], Leaf] = {("force", "sources"): Leaf(spec.sources, "default")}
    facts = params.force_facts[spec.slug]
    return _shown(shown | {path: leaf for path, leaf in facts.items() if path[1] not in ("addressee", "signatory")})


def _values(params: Params, merged: Layer, about: FindingSpec | None) -> dict[str, tuple[str, str]]:
    """Settings and values of findings as text with their origin."""
    wanted = {about.id} if about else set(params.findings)
    shown = {p: leaf for p, leaf in merged.items() if p[0] not in AMOUNTS}
    return _shown(shown | {p: leaf for p, leaf in merged.items() if p[0] in AMOUNTS and p[1] in wanted})


def _shown(layer: Layer) -> dict[str, tuple[str, str]]:
    return {".".join(path): (_text(leaf.value), leaf.origin) for path, leaf in layer.items()}


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


def parameter_rows(resolved: Resolved, only: str = "") -> list[dict[str, str]]:
    """Every value that holds for a force and a finding, and where it was given; ``only`` keys that begin so."""
    return [
        {"key": key, "value": value, "origin": origin}
        for key, (value, origin) in resolved.values.items()
        if key == only or key.startswith(f"{only}." if only else "")
    ]


def finding_rows(params: Params) -> list[dict[str, str]]:
    """The findings in the order of the letter."""
    titles = params.inspection.letter.sections
    return [
        {
            "id": finding.id,
            "title": finding.title,
            "section": titles.get(finding.section, finding.section),
            "claims": ", ".join(finding.claims),
            "needs": " or ".join(finding.tables.core),
            "notebook": finding.notebook,
        }
        for finding in params.findings.values()
    ]


def words_of(params: Params, finding: FindingSpec) -> dict[str, str]:
    """The values that the definitions of a finding hold for every force that overrides none."""
    merged = merge([params.inspection_layer, params.finding_layers[finding.id]])
    return _words(merged, {name: spec.value for name, spec in finding.definitions.items()})
