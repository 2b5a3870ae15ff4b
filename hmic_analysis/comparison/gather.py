"""Reading one indicator out of the evidence of all forces that have been run.

Nothing is computed anew: a force's figure in a comparison is the figure of its own report.  A force that could give
none is listed with the reason, never dropped and never nought.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hmic_analysis.comparison.table import Gathered, force_table, kind_of, multiplier_of
from hmic_analysis.disclosure.persons import withheld
from hmic_analysis.disclosure.rules import DisclosureRules, rules_from
from hmic_analysis.errors import DataError, ParameterError, did_you_mean
from hmic_analysis.evidence.bundle import BUNDLE_NAME, read_bundle
from hmic_analysis.evidence.model import Bundle, Indicator
from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.params.models import ForceSpec, Params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import Project
from hmic_analysis.runs.record import read_record


def comparable(params: Params) -> dict[str, str]:
    """The indicators that a comparison can be asked for.

    Parameters
    ----------
    params : Params

    Returns
    -------
    dict of str to str
        Name of each indicator of the catalogue, and the id of its finding, in the order of the letter.
    """
    return {i.name: spec.id for spec in params.findings.values() for i in spec.indicators}


def find_indicator(params: Params, indicator: str) -> FindingSpec:
    """The finding that an indicator belongs to.

    Parameters
    ----------
    params : Params
    indicator : str
        Name, with or without a stratum in brackets: ``attendance_pct[violence]``.

    Returns
    -------
    FindingSpec

    Raises
    ------
    ParameterError
        If no finding has it; the message names the nearest.
    """
    name = indicator.split("[", 1)[0]
    known = comparable(params)
    if name in known:
        return params.finding(known[name])
    raise ParameterError(
        f"There is no indicator '{name}'.{did_you_mean(name, known)} "
        "Indicators are listed in docs/findings.md, such as attendance_pct."
    )


def gather(project: Project, params: Params, indicator: str, forces: Sequence[str] = ()) -> Gathered:
    """One indicator of all forces, from their evidence bundles.

    Parameters
    ----------
    project : Project
    params : Params
    indicator : str
        Id: the name in the catalogue, with a stratum in brackets where one is meant.
    forces : sequence of str
        Slugs; empty: the 43 territorial forces.

    Returns
    -------
    Gathered
        Compared are figures of one window, the one that most forces have, and either real or synthetic ones: where
        there is any real return the synthetic ones are left out and listed.

    Raises
    ------
    ParameterError
        If no finding has the indicator, or a force is unknown.
    DataError
        If no force has evidence on the finding, or none of it has the indicator: then the stratum is at fault and
        the message lists those there are.
    """
    spec = find_indicator(params, indicator)
    chosen = [params.force(slug) for slug in dict.fromkeys(forces)] or list(params.territorial)
    rows, found, strata = [], [], set()
    for force in chosen:
        folder = project.runs(force.slug) / spec.id
        row = {"force": force.slug, "name": force.name}
        bundle, status, reason = _evidence(folder, force)
        if bundle is not None:
            strata.update(i.id for i in bundle.indicators if i.name == indicator.split("[", 1)[0])
            minimum = resolve(params, force.slug, spec.id)
            row |= _figure(bundle, indicator, minimum.min_n, rules_from(minimum.disclosure))
            row["evidence_sha256"] = hashlib.sha256((folder / BUNDLE_NAME).read_bytes()).hexdigest()
            found += [i for i in bundle.indicators if i.id == indicator]
        else:
            row |= {"status": status, "reason": reason}
        rows.append(row)
    _check_found(spec, indicator, rows, found, strata)
    rows, window = _one_kind(rows)
    return _gathered(spec, indicator, found, rows, window)


def _evidence(folder: Path, force: ForceSpec) -> tuple[Bundle | None, str, str]:
    """The bundle of a report, or why there is none."""
    record = read_record(folder)
    if record is not None and record.status == "failed":
        return None, "failed", f"The report of {force.name} failed; see {folder.name}/notebook.ipynb of the force."
    if not (folder / BUNDLE_NAME).is_file():
        return None, "not_run", f"Not run: hmic run --force {force.slug} --finding {folder.name}."
    try:
        return read_bundle(folder), "", ""
    except DataError as fault:
        return None, "not_run", fault.message


def _figure(bundle: Bundle, indicator: str, min_n: int, rules: DisclosureRules) -> dict:
    """What the evidence says on the indicator, and whether it can be compared."""
    common = {"synthetic": bundle.synthetic}
    if bundle.status == "no_data":
        return {**common, "status": "no_data", "reason": f"No data were supplied for finding {bundle.finding}."}
    found = next((i for i in bundle.indicators if i.id == indicator), None)
    if found is None:
        return {**common, "status": "no_value", "reason": "The evidence doesn't hold this figure."}
    common |= {"window": found.window, "unknown": found.unknown}
    if found.value is None:
        return {**common, "status": "no_value", "reason": found.note or "It could not be computed."}
    hidden = withheld(bundle.indicators, rules.of(bundle))
    if indicator in hidden.unknowns:
        common |= {"unknown": 0}
    if indicator in hidden.figures:
        common |= {"unknown": 0}
        return {**common, "status": "withheld", "reason": f"Rests on {rules.few} persons, or would give them away."}
    kind = _kind(found)
    numbers = {k: getattr(found, k) for k in ("numerator", "denominator", "value", "lo", "hi")}
    if kind != "plain" and found.denominator is not None and found.denominator < min_n:
        reason = f"Rests on {found.denominator:g} units, fewer than {min_n}."
        return {**common, **numbers, "status": "small_n", "reason": reason}
    return {**common, **numbers, "status": "value", "reason": ""}


def _kind(found: Indicator) -> str:
    return kind_of(found.unit, found.interval, found.numerator is not None and found.denominator is not None)


def _check_found(
    spec: FindingSpec, indicator: str, rows: Sequence[dict], found: Sequence[Indicator], strata: set[str]
) -> None:
    """Refuse a comparison of nothing."""
    if all(row["status"] in ("not_run", "failed") for row in rows):
        raise DataError(
            f"No force has evidence on finding {spec.id}, which '{indicator}' belongs to. "
            f"Run it first: hmic run --all --finding {spec.id}"
        )
    if not found and strata:
        listed = ", ".join(sorted(strata))
        raise DataError(f"No force has '{indicator}'.{did_you_mean(indicator, strata)} The evidence holds: {listed}.")


def _one_kind(rows: list[dict]) -> tuple[list[dict], str]:
    """Leave out figures of another window than most have, and synthetic ones where there are real ones."""
    valued = [row for row in rows if row["status"] == "value"]
    real = [row for row in valued if not row["synthetic"]]
    windows = Counter(row["window"] for row in real or valued)
    window = windows.most_common(1)[0][0] if windows else ""
    for row in valued:
        if real and row["synthetic"]:
            row |= {"status": "synthetic", "reason": "Its figures are made up; those of others are real."}
        elif row["window"] != window:
            row |= {"status": "other_window", "reason": f"Speaks of {row['window']}; the others of {window}."}
    return rows, window


def _gathered(spec: FindingSpec, indicator: str, found: Sequence[Indicator], rows: list[dict], window: str) -> Gathered:
    named = spec.indicator(indicator)
    first = next((i for i in found if i.value is not None), found[0] if found else None)
    kind = _kind(first) if first is not None else "plain"
    return Gathered(
        indicator=indicator,
        finding=spec.id,
        label=first.label if first is not None else named.label,
        unit=named.unit,
        definition=first.definition if first is not None else "",
        better=named.better,
        kind=kind,
        multiplier=multiplier_of(named.unit, kind),
        about_persons=named.about_persons,
        window=window,
        forces=force_table(rows),
    )
