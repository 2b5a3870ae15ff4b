"""Crimes counted in forces' data beside those that were published, and who can be compared on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hmic_analysis.comparison.write import INSIDE, about_itself, write_folder
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import package_versions
from hmic_analysis.figures.chart import Chart
from hmic_analysis.figures.compare import forces_compared
from hmic_analysis.figures.months import month_name
from hmic_analysis.params.models import ForceSpec, Params
from hmic_analysis.project import Project
from hmic_analysis.reference.published import recorded_crime
from hmic_analysis.reference.quarters import months_between, quarters_of
from hmic_analysis.release.embargo import embargo_line
from hmic_analysis.store.processed import load_table, read_manifest

COLUMNS = ("force", "name", "months", "counted", "published", "ratio", "status", "reason", "synthetic")
STATUSES = {
    "agrees": "agree with the published total",
    "differs": "differ from it",
    "months_missing": "lack a month",
    "no_data": "without data",
    "not_published": "without a published total",
}


@dataclass(frozen=True)
class Reconciliation:
    """Counted and published crimes of forces.

    Attributes
    ----------
    first, last : str
        Months, ``2014-01``.
    title, summary : str
    frame : pandas.DataFrame
        One row for each force, by name: ``force``, ``name``, ``months`` (with a crime), ``counted``, ``published``,
        ``ratio`` (counted over published, only for whole periods), ``status`` (:data:`STATUSES`), ``reason``,
        ``synthetic``.
    inputs : dict of str to str
        Version of the processed tables of each holder.
    """

    first: str
    last: str
    title: str
    summary: str
    frame: pd.DataFrame
    inputs: dict[str, str]

    @property
    def agreeing(self) -> pd.DataFrame:
        """The forces whose data hold what was published."""
        return self.frame[self.frame["status"] == "agrees"]


def reconcile(
    project: Project, params: Params, first: str, last: str, forces: Sequence[str], holder: str
) -> Reconciliation:
    """Set each force's recorded crimes beside the published ones.

    Parameters
    ----------
    project : Project
    params : Params
    first, last : str
        First and last month of whole financial quarters, ``2014-01``.
    forces : sequence of str
        Slugs.
    holder : str
        Slug of the body whose tables hold ``recorded_crime_reference``.

    Returns
    -------
    Reconciliation
        A force agrees where counted and published crimes differ by at most ``comparison.reconcile_pct`` per cent.
        What differs, lacks a month or has no data stays in the table with its reason and in no total.

    Raises
    ------
    ParameterError
        If the months aren't whole quarters or a force is unknown.
    DataError
        If the published table isn't there or doesn't hold the quarters.

    Notes
    -----
    Crimes are counted by their reference, each once, without no-crimes and what isn't notifiable.
    """
    months = months_between(first, last)
    quarters = quarters_of(months)
    table = load_table(project, holder, "recorded_crime_reference")
    published = recorded_crime(table, quarters)
    if published.dropna().empty:
        wanted = ", ".join(f"{q.year} quarter {q.number}" for q in quarters)
        raise DataError(
            f"There is no published recorded crime for {wanted}. Put the Home Office table into "
            f"data/raw/{holder} and load it: hmic data prepare --force {holder}"
        )
    limit = params.inspection.comparison.reconcile_pct
    rows = [_row(project, params.force(slug), months, published, limit) for slug in dict.fromkeys(forces)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("name", ignore_index=True)
    span = f"{month_name(months[0])} to {month_name(months[-1])}"
    return Reconciliation(
        first=first,
        last=last,
        title=f"Recorded crime counted in forces' data and as published, {span}",
        summary=_summary(frame, limit),
        frame=frame,
        inputs={slug: _version(project, slug) for slug in (*frame["force"], holder) if _version(project, slug)},
    )


def _row(
    project: Project, force: ForceSpec, months: pd.DatetimeIndex, published: pd.Series, limit: float
) -> dict[str, object]:
    total = float(published.get(force.slug, np.nan))
    row = {
        "force": force.slug, "name": force.name, "months": 0, "counted": np.nan, "published": total,
        "ratio": np.nan, "synthetic": False,
    }  # fmt: skip
    manifest = read_manifest(project, force.slug)
    if manifest is None or "crime" not in manifest.tables:
        return {**row, "status": "no_data", "reason": "No recorded crimes were loaded for it."}
    found = _counted(project, force.slug, months)
    row |= {"months": int((found > 0).sum()), "counted": float(found.sum()), "synthetic": manifest.synthetic}
    gone = [month_name(m) for m in months if found.get(m, 0) == 0]
    if len(gone) == len(months):
        return {**row, "counted": np.nan, "status": "no_data", "reason": "Its data hold no crime of these months."}
    if gone:
        return {**row, "status": "months_missing", "reason": f"No crime of {', '.join(gone)} in its data."}
    if not total > 0:
        return {**row, "status": "not_published", "reason": "The published table doesn't hold it for the whole period."}
    ratio = row["counted"] / total
    if abs(ratio - 1) * 100 > limit:
        way = "fewer" if ratio < 1 else "more"
        reason = f"{abs(ratio - 1):.1%} {way} crimes in its data than published; at most {limit:g}% is allowed."
        aside = sum(a.rejected for a in manifest.accounts)
        reason += f" {aside:,} rows of its files were kept aside when they were loaded." if aside else ""
        return {**row, "ratio": ratio, "status": "differs", "reason": reason}
    return {**row, "ratio": ratio, "status": "agrees", "reason": ""}


def _counted(project: Project, slug: str, months: pd.DatetimeIndex) -> pd.Series:
    """Notifiable crimes by month, each reference once."""
    columns = ["crime_id", "recorded_month", "is_notifiable", "is_no_crime"]
    crimes = load_table(project, slug, "crime", columns, months[0], months[-1] + pd.offsets.MonthEnd(0))
    counts = crimes["is_notifiable"].fillna(True) & ~crimes["is_no_crime"].fillna(False)
    crimes = crimes[counts.astype(bool)].drop_duplicates("crime_id")
    return crimes.groupby("recorded_month").size().reindex(months, fill_value=0)


def _version(project: Project, slug: str) -> str:
    manifest = read_manifest(project, slug)
    return manifest.version if manifest else ""


def _summary(frame: pd.DataFrame, limit: float) -> str:
    counts = frame["status"].value_counts()
    parts = [f"{counts[s]} {words}" for s, words in STATUSES.items() if s in counts]
    text = f"Of {len(frame)} forces {', '.join(parts)} (within {limit:g}%)."
    ratios = frame["ratio"].dropna()
    if ratios.empty:
        return text
    agreeing = frame[frame["status"] == "agrees"]
    if agreeing.empty:
        return text
    pooled = agreeing["counted"].sum() / agreeing["published"].sum()
    return (
        f"{text} Middle ratio of {len(ratios)} with every month {ratios.median():.3f}; those that agree together "
        f"{agreeing['counted'].sum():,.0f} counted of {agreeing['published'].sum():,.0f} published ({pooled:.3f})."
    )


def reconciliation_chart(found: Reconciliation) -> Chart:
    """Counted crimes for each 100 published ones, force by force.

    Parameters
    ----------
    found : Reconciliation

    Returns
    -------
    Chart
    """
    frame = found.frame.rename(columns={"name": "label"})
    frame["value"] = 100 * frame["ratio"]
    why = {"no_data": "no data", "months_missing": "a month is missing", "not_published": "no published total"}
    frame = frame.assign(n=frame["published"], why=frame["status"].map(why))
    return forces_compared(
        frame,
        {"Published": 100.0},
        what="Crimes counted for each 100 published",
        unit="per 100 published",
        units_name="published crimes",
        name="reconciliation",
        subtitle=f"{found.title}. {found.summary}",
        source="Forces' data as loaded; Home Office police recorded crime, force area tables",
        synthetic=bool(found.frame["synthetic"].any()),
    )


def write_reconciliation(project: Project, params: Params, found: Reconciliation) -> Path:
    """Write the table and its picture.

    Parameters
    ----------
    project : Project
    params : Params
    found : Reconciliation

    Returns
    -------
    pathlib.Path
        ``output/comparison/reconciliation/<first>-to-<last>``.

    Raises
    ------
    DataError
        If the folder can't be replaced.
    """
    folder = project.output / "comparison" / "reconciliation" / f"{found.first}-to-{found.last}"
    told = about_itself(embargo_line(params), INSIDE)
    manifest = {"title": found.title, "summary": found.summary, "inputs": found.inputs, "versions": package_versions()}
    shown = found.frame.assign(embargo=told["embargo"], sensitivity=INSIDE)
    table = shown.to_csv(index=False, lineterminator="\n").encode("utf-8")
    write_folder(folder, [reconciliation_chart(found)], {"forces.csv": table}, manifest | told)
    return folder
