"""Crimes counted in forces' data beside those that were published, and who can be compared on them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.cells import neutral_frame
from hmic_analysis.comparison.compare import INSIDE, Comparison, about_itself, judge, write_folder
from hmic_analysis.comparison.gather import Gathered, force_table
from hmic_analysis.documents.embargo import embargo_line
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.model import package_versions
from hmic_analysis.figures.chart import Chart, Words
from hmic_analysis.figures.forces import forces_compared
from hmic_analysis.figures.series import month_name
from hmic_analysis.params.models import ForceSpec, Params
from hmic_analysis.project import Project
from hmic_analysis.statistics.intervals import rate_interval
from hmic_analysis.store.manifest import read_manifest
from hmic_analysis.store.tables import load_table

# Financial quarters, in which national tables are published.

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class Quarter(NamedTuple):
    """A financial quarter: the year as published (``2013/14``) and its number (1 is April to June)."""

    year: str
    number: int


def months_between(first: str, last: str) -> pd.DatetimeIndex:
    """The months from one to another."""
    for text in (first, last):
        if not _MONTH.fullmatch(text):
            raise ParameterError(f"'{text}' is not a month. Write year and month, such as 2014-01.")
    if last < first:
        raise ParameterError(f"The months run from {first} to {last}: the last lies before the first.")
    return pd.date_range(f"{first}-01", f"{last}-01", freq="MS")


def quarters_of(months: pd.DatetimeIndex) -> list[Quarter]:
    """The financial quarters that months make up."""
    if months[0].month % 3 != 1 or len(months) % 3:
        raise ParameterError(
            f"{months[0]:%Y-%m} to {months[-1]:%Y-%m} aren't whole quarters, in which recorded crime is published. "
            "Begin with January, April, July or October and end two, five, ... months later."
        )
    return [_quarter(month) for month in months[::3]]


def _quarter(month: pd.Timestamp) -> Quarter:
    start = month.year if month.month >= 4 else month.year - 1
    return Quarter(f"{start}/{(start + 1) % 100:02d}", (month.month - 4) % 12 // 3 + 1)


# Recorded crime of each force, as published.


def recorded_crime(table: pd.DataFrame, quarters: list[Quarter]) -> pd.Series:
    """Offences that each territorial force recorded in some financial quarters.

    By slug; negative rows (transfers, cancelled crimes) are summed as they stand.  A force that lacks one of the
    quarters is missing: part of a period is no total of it.  Empty where the table has none of them.
    """
    wanted = [(q.year, q.number) for q in quarters]
    keys = pd.Series(list(zip(table["financial_year"], table["quarter"], strict=True)), index=table.index, dtype=object)
    rows = table[keys.isin(wanted) & table["is_territorial"].fillna(False).astype(bool)]
    found = rows.groupby("force_slug").agg(offences=("offences", "sum"), quarters=("quarter", "nunique"))
    years = rows.assign(key=keys[rows.index]).groupby("force_slug")["key"].nunique()
    whole = found["offences"].astype(float).where(years == len(wanted))
    return whole.rename("offences")


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
    """Counted and published crimes of forces."""

    #: Months, ``2014-01``.
    first: str
    last: str
    title: str
    summary: str
    #: One row for each force, by name: ``force``, ``name``, ``months`` (with a crime), ``counted``, ``published``,
    #: ``ratio`` (counted over published, only for whole periods), ``status`` (:data:`STATUSES`), ``reason``,
    #: ``synthetic``.
    frame: pd.DataFrame
    #: Version of the processed tables of each holder.
    inputs: dict[str, str]

    @property
    def agreeing(self) -> pd.DataFrame:
        """The forces whose data hold what was published."""
        return self.frame[self.frame["status"] == "agrees"]


def reconcile(
    project: Project, params: Params, first: str, last: str, forces: Sequence[str], holder: str
) -> Reconciliation:
    """Set each force's recorded crimes beside the published ones.

    A force agrees where counted and published crimes differ by at most ``comparison.reconcile_pct`` per cent.
    What differs, lacks a month or has no data stays in the table with its reason and in no total.

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
    rows = [_reconcile_row(project, params.force(slug), months, published, limit) for slug in dict.fromkeys(forces)]
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


def _reconcile_row(
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
        return {
            **row,
            "status": "not_published",
            "reason": "The published table does not hold it for the whole period.",
        }
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
    """Counted crimes for each 100 published ones, force by force."""
    frame = found.frame.rename(columns={"name": "label"})
    frame["value"] = 100 * frame["ratio"]
    why = {"no_data": "no data", "months_missing": "a month is missing", "not_published": "no published total"}
    frame = frame.assign(n=frame["published"], why=frame["status"].map(why))
    return forces_compared(
        frame,
        references={"Published": 100.0},
        words=Words(
            name="reconciliation",
            subtitle=f"{found.title}. {found.summary}",
            source="Forces' data as loaded; Home Office police recorded crime, force area tables",
            synthetic=bool(found.frame["synthetic"].any()),
        ),
        what="Crimes counted for each 100 published",
        unit="per 100 published",
        units_name="published crimes",
    )


def write_reconciliation(project: Project, params: Params, found: Reconciliation) -> Path:
    """Write the table and its picture: ``output/comparison/reconciliation/<first>-to-<last>``."""
    folder = project.output / "comparison" / "reconciliation" / f"{found.first}-to-{found.last}"
    told = about_itself(embargo_line(params), INSIDE)
    manifest = {"title": found.title, "summary": found.summary, "inputs": found.inputs, "versions": package_versions()}
    shown = found.frame.assign(embargo=told["embargo"], sensitivity=INSIDE)
    table = neutral_frame(shown).to_csv(index=False, lineterminator="\n").encode("utf-8")
    write_folder(folder, [reconciliation_chart(found)], {"forces.csv": table}, manifest | told)
    return folder


# Recorded crimes per 1,000 residents, of the forces whose data hold what was published.

INDICATOR = "recorded_crime_per_1000_residents"
SOURCE = "Forces' data as loaded; residents mid-2013, Office for National Statistics"
PER = 1000.0


def crime_rates(params: Params, found: Reconciliation) -> Comparison:
    """Crimes counted in forces' data over residents, gathered and judged.

    Forces that don't reconcile are ``flagged`` with the reason and in no total; so is a force with so few residents
    that a rate per head says nothing.
    """
    rows = [_rates_row(params.force(row.force), row) for row in found.frame.itertuples()]
    gathered = Gathered(
        indicator=INDICATOR,
        finding="",
        label="Recorded crimes per 1,000 residents",
        unit="per 1,000 residents",
        definition=SOURCE,
        better="-",
        kind="rate",
        multiplier=PER,
        about_persons=False,
        window=f"{found.first} to {found.last}",
        forces=force_table(rows),
    )
    return judge(params, gathered)


def _rates_row(force: ForceSpec, row) -> dict[str, object]:
    common = {"force": row.force, "name": row.name, "synthetic": row.synthetic, "evidence_sha256": ""}
    if row.status == "no_data":
        return {**common, "status": "no_data", "reason": row.reason}
    if row.status != "agrees":
        return {**common, "status": "flagged", "reason": row.reason}
    if force.per_head_meaningless:
        why = "So few people live there that a rate per resident says nothing."
        return {**common, "status": "flagged", "reason": why}
    if not force.population:
        return {**common, "status": "no_value", "reason": "Its population is not in params/forces.yml."}
    lo, hi = rate_interval(row.counted, force.population, PER)
    return {
        **common,
        "status": "value",
        "reason": "",
        "numerator": row.counted,
        "denominator": force.population,
        "value": PER * row.counted / force.population,
        "lo": lo,
        "hi": hi,
    }
