"""A finding worked through in the analyst's own session, and the units that its figures were counted from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, cast, get_args

import numpy as np
import pandas as pd

from hmic_analysis.analyst.notebook import run_cells
from hmic_analysis.analyst.tables import Forces, chosen_forces, day, joined, prepared, span
from hmic_analysis.contracts import BOOKKEEPING, contract_for
from hmic_analysis.errors import DataError, ParameterError, did_you_mean, near_or_all
from hmic_analysis.evidence.build import PARTLY
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.report import DRAWS, Report
from hmic_analysis.evidence.wording import claim_table, indicator_table
from hmic_analysis.figures.chart import Chart
from hmic_analysis.measures.base import Share
from hmic_analysis.params.catalogue import FindingSpec, IndicatorSpec, plain
from hmic_analysis.params.models import Params
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.process.records import Records
from hmic_analysis.project import Project, find_project
from hmic_analysis.statistics.intervals import Interval
from hmic_analysis.store.manifest import read_manifest

State = Literal["all", "yes", "no", "unknown", "numerator", "denominator"]
#: The groups by which a finding itself gives a figure.
OWN = "own"
#: Parts of a time by which units may be grouped: ``created_at.hour``.
PARTS = ("hour", "day_name", "date", "month", "quarter", "year")
WEEK = list(pd.date_range("2013-01-07", periods=7).day_name())

# A finding worked through in the analyst's own session: the code of its notebook, with other parameters.


@dataclass(frozen=True)
class Worked:
    """One finding on one force, worked through.

    ``report``: as the last cell left it.
    ``names``: every variable of the notebook, such as the frames that its figures were counted from.
    """

    report: Report
    names: dict[str, Any] = field(repr=False)

    @property
    def claims(self) -> pd.DataFrame:
        """The claims with verdict, grade, why, and what would change the verdict."""
        return claim_table(self.report.bundle().claims)

    @property
    def indicators(self) -> pd.DataFrame:
        """The indicators with bounds and what they rest on, as words."""
        return indicator_table(self.report.bundle().indicators)

    @property
    def figures(self) -> dict[str, Chart]:
        """The charts by name."""
        return self.report.charts

    @property
    def values(self) -> pd.DataFrame:
        """The indicators as numbers: one row each, indexed by id."""
        found = self.report.bundle().indicators
        return pd.DataFrame([{c: getattr(i, c) for c in FIELDS} for i in found], [i.id for i in found], list(FIELDS))

    def rows(self, indicator: str, state: State = "all") -> pd.DataFrame:
        """The units that a figure was counted from, as :func:`rows_behind` gives them."""
        found = self.report.indicator(indicator)
        if found is None:
            bundle, name = self.report.bundle(), str(indicator)
            groups = [i.id for i in bundle.indicators if i.name == name]
            if groups:
                raise ParameterError(f"'{name}' is given by groups only: {', '.join(groups)}.")
            names = [i.id for i in bundle.indicators if not i.stratum or i.name == plain(name)]
            told = near_or_all(name, names, "Indicators")
            raise ParameterError(f"{self.report.spec.id} has no indicator '{name}'.{told}")
        if state not in get_args(State):
            raise ParameterError(f"There is no state '{state}': it is one of {', '.join(get_args(State))}.")
        share = self.report.build.units.get(indicator)
        if share is None or self.report.unable(found.name):
            what = f"can't be given here ({found.note.rstrip('.') or 'no data'})"
            tables = self.report.spec.indicators[found.name].tables or tuple(self.report.used)
            raise ParameterError(
                f"{found.label} {what}, so no rows can be listed for it; "
                f"it comes from {', '.join(tables)}: see load('<table>', ...)."
            )
        rows = units_of(self.report, share)
        rows.attrs["may_turn"] = may_turn(self.report, found, share)
        if share.amounts is not None:
            rows.attrs["amount"] = str(share.amounts.name)
        wanted = _COUNTED.get(state, (state,))
        return rows if state == "all" else rows[rows["counted_as"].isin(wanted).to_numpy()].reset_index(drop=True)

    def __repr__(self) -> str:
        bundle = self.report.bundle()
        lines = [f"{c.claim}: {c.verdict.replace('_', ' ')}, grade {c.grade}. {c.sentence}" for c in bundle.claims]
        return "\n".join([f"{bundle.finding} {bundle.title}: {bundle.force_name}, {self.report.period}", *lines])


#: What the two parts of a share are counted as.
_COUNTED = {"numerator": ("yes",), "denominator": ("yes", "no")}
#: Columns of figures as numbers.
FIELDS = (
    "label",
    "stratum",
    "value",
    "unit",
    "lo",
    "hi",
    "lo_missing",
    "hi_missing",
    "numerator",
    "denominator",
    "unknown",
)


def units_of(report: Report, share: Share) -> pd.DataFrame:
    """The units of a share, one row each, with ``counted_as`` in front."""
    states = cast(pd.Series, share.units)
    if share.rows is not None:
        rows = share.rows
    else:
        table = table_of(report, states)
        rows = report.table(table).set_index(states.index.name, drop=False).loc[states.index]
    said = states.astype("object").map({True: "yes", False: "no"}).fillna("unknown").to_numpy()
    rows = rows.reset_index(drop=True)
    if share.amounts is not None:
        name = str(share.amounts.name)
        rows = rows.drop(columns=name, errors="ignore")
        rows.insert(0, name, share.amounts.to_numpy())
    rows.insert(0, "counted_as", pd.Categorical(said, ["yes", "no", "unknown"]))
    return rows


def may_turn(report: Report, figure: Indicator, share: Share) -> int:
    """Units that a figure counts otherwise than the rows say, since nobody can say which they are.

    Of a figure of amounts: so much of these.
    """
    said = share.sums()
    if report.spec.indicators[figure.name].kind != "share" or figure.numerator is None:
        return round(figure.unknown - said[2])
    counted = (figure.numerator, cast(float, figure.denominator) - figure.numerator, figure.unknown)
    return round(sum(max(0, a - b) for a, b in zip(said, counted, strict=True)) + max(0, sum(counted) - sum(said)))


def table_of(report: Report, states: pd.Series) -> str:
    """The table, of those that the report took, whose key names the units."""
    name = str(states.index.name)
    for table in report.used:
        if contract_for(table).key == (name,) and states.index.isin(report.table(table)[name]).all():
            return table
    raise ParameterError(f"No table of {report.spec.id} names each {name} once, so the units can't be told apart.")


def grouped_from(worked: Worked, name: str) -> list[Indicator]:
    """The figures that are grouped by columns: the one asked for, or its finding's groups where only these are given.

    Refused where no such figure can be made of a part of its units.
    """
    build, spec = worked.report.build, worked.report.spec.indicators[name]
    own = [i for i in worked.report.bundle().indicators if i.name == name]
    # Of nothing supplied no units are kept: that stands for every group.
    found = [i for i in own if not i.stratum] or own

    def parted(figure: Indicator) -> bool:
        share = build.units.get(figure.id)
        if figure.id in build.plain or (figure.value is None and spec.kind in ("share", "count", "quantile")):
            return True
        if spec.kind != "share" or share is None or share.amounts is None:
            return False
        if figure.numerator is None or figure.denominator is None:
            return False
        return np.allclose(share.sums()[:2], (figure.numerator, figure.denominator - figure.numerator))

    if found and all(parted(figure) for figure in found):
        return found
    why = "is no plain count, share or quantile of its units" if found else "has no groups here"
    ways = [f"by={OWN!r} gives the groups of its finding"] if any(i.stratum for i in own) else []
    ways += [f"rows_behind({found[0].id!r}, ...) lists its units"] if found and found[0].id in build.units else []
    said = f": {', and '.join(ways)}." if ways else "."
    raise ParameterError(f"{spec.label} {why}, so it can't be grouped by a column{said}")


def of_part(
    worked: Worked, spec: IndicatorSpec, whole: Indicator, share: Share, places: pd.Index, stratum: str
) -> Indicator:
    """A figure for some of its units, by their places."""
    build, name = worked.report.build, spec.name
    states = cast(pd.Series, share.units).iloc[places]
    if spec.kind == "count":
        yes, unknown = int(states.eq(True).sum()), int(states.isna().sum())
        return build.count(name, yes, unknown=unknown, stratum=stratum, basis=whole.basis)
    if spec.kind == "quantile":
        numbers, q = build.values[whole.id]
        return build.quantile(name, numbers[places], q, stratum=stratum)
    part = share.part(places)
    if whole.id in build.plain:
        figure = build.share(name, part, stratum=stratum, basis=whole.basis)
        # Minutes of one resource depend on each other, so an interval by their number would be too narrow.
        none = {"lo": None, "hi": None, "interval": ""}
        return figure if share.amounts is None else figure.model_copy(update=none)
    # Of amounts that lead to no unit nobody can say to which group they belong: to any.
    having, others, open_ = part.sums()
    known, open_ = having + others, open_ + max(0.0, whole.unknown - share.sums()[2])
    every = known + open_
    return build.figure(
        name,
        100 * having / known if known else None,
        numerator=having,
        denominator=known,
        unknown=open_,
        bounds=Interval(100 * having / every, 100 * (having + open_) / every) if open_ and known else None,
        stratum=stratum,
        basis=whole.basis,
        note="" if known else "No record says.",
    )


def grouping(worked: Worked, rows: pd.DataFrame) -> dict[str, Callable[[], pd.Series]]:
    """The columns that units can be grouped by: their own, and those of a table that they name a row of."""
    found: dict[str, Callable[[], pd.Series]] = {str(c): partial(rows.get, c) for c in rows.columns[1:]}
    for table in worked.report.used:
        contract = contract_for(table)
        key = contract.key[0] if len(contract.key) == 1 else ""
        if key in rows.columns and contract.column(key).kind != "person":
            held = worked.report.table(table).set_index(key)
            found |= {c: partial(_led, rows[key], held[c]) for c in contract.column_names if c not in found}
    return found


def few_valued(worked: Worked, name: str, most: int) -> list[str]:
    """The columns by which a figure can be grouped into some groups, and no more than so many."""
    try:
        found = [i for i in grouped_from(worked, name) if i.id in worked.report.build.units]
    except ParameterError:
        return []
    if not found or worked.report.unable(name):
        return []
    there = grouping(worked, units_of(worked.report, worked.report.build.units[found[0].id]))
    return [c for c, column in there.items() if c not in BOOKKEEPING and 1 < column().nunique() <= most]


def _led(keys: pd.Series, held: pd.Series) -> pd.Series:
    return held.reindex(keys.to_numpy()).set_axis(keys.index)


def columns_of(worked: Worked, rows: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """The group of each unit, by the columns asked for."""
    there = grouping(worked, rows)
    return pd.DataFrame({group: _key(there, group) for group in groups})


def _key(there: dict[str, Callable[[], pd.Series]], group: str) -> pd.Series:
    name, _, part = str(group).partition(".")
    if name not in there:
        told = [column for column in there if column not in BOOKKEEPING]
        raise ParameterError(f"The units counted have no column '{group}'.{near_or_all(name, told, 'Columns')}")
    column = there[name]()
    times = pd.api.types.is_datetime64_any_dtype(column.dtype)
    if not part and times and column.dt.normalize().ne(column).where(column.notna(), False).any():
        raise ParameterError(f"'{name}' is a time: group by a part of it, such as '{name}.hour' or '{name}.date'.")
    if not part:
        return column.replace("", "none") if name == "flags" else column
    if part not in PARTS or not times:
        raise ParameterError(f"'{group}' is no part of a time: {', '.join(PARTS)} of a column of times.")
    found = getattr(column.dt, part)
    if part == "day_name":
        return found().astype(pd.CategoricalDtype(WEEK, ordered=True))
    return found if part == "date" else found.astype("Int64")


def records_behind(project: Project, force: str, finding: str, figures: Sequence[str]) -> dict[str, Records]:
    """The records of a return that figures of a finding were counted from, by the figure's id.

    Without figures that are counted from no single records that a table names: from persons, months of a team, hours.
    """
    report = work_through(finding, force, charts=False, project=project.root).report
    found = {}
    for id in figures:
        share, figure = report.build.units.get(id), report.indicator(id)
        if (
            figure is None
            or share is None
            or share.units is None
            or share.rows is not None
            or share.amounts is not None
        ):
            continue
        if report.unable(figure.name):
            continue
        try:
            table = table_of(report, share.units)
        except ParameterError:
            continue
        (key,) = contract_for(table).key
        if contract_for(table).column(key).kind == "person":
            continue
        rows = units_of(report, share)
        columns = {"record": key, "state": "counted_as", "file": "source_file", "row": "source_row"}
        listed = pd.DataFrame({name: rows[column] for name, column in columns.items()})
        found[id] = Records(table, listed, may_turn(report, figure, share))
    return found


def work_through(
    finding: str,
    force: str,
    *,
    period_start: str | date = "",
    period_end: str | date = "",
    as_of: str | date = "",
    charts: bool = True,
    project: str | Path | None = None,
) -> Worked:
    """Work through the notebook of a finding in this session; nothing is written.

    Parameters
    ----------
    finding : str
        ``A2``.
    force : str
        Slug of the force.
    period_start, period_end, as_of : str or datetime.date
        Days in place of those of the parameter files.
    charts : bool
        Whether its charts are drawn, which takes a third of the time.
    project : str or pathlib.Path, optional
        Folder of the project; by default the one that the working folder lies in.

    Raises
    ------
    ParameterError
        If there is no such finding or force, or a day can't be used.
    DataError
        If the force has no data, or they can't be read.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> worked = hmic.work_through("A6", "cleveland")
    >>> list(worked.claims.index)
    ['A6a', 'A6b', 'A6c']
    >>> bool(len(worked.rows("fta_bail_n", "yes")) == worked.values.loc["fta_bail_n", "value"])
    True
    """
    home = find_project(project)
    params = load_params(home)
    spec = params.finding(str(finding).upper())
    if not isinstance(force, str):
        raise ParameterError(f"A finding is worked through for one force, named by its slug; not {force!r}.")
    slug = params.force(force).slug
    prepared(home, params, slug)
    worked = worked_out(home, spec, slug, (period_start, period_end, as_of), charts=charts)
    refuse_outside(home, worked, period_start, period_end, as_of)
    return worked


def worked_out(
    home: Project,
    spec: FindingSpec,
    slug: str,
    days: tuple[str | date, str | date, str | date],
    *,
    charts: bool = False,
    figure: str = "",
) -> Worked:
    """A finding worked through for a force whose return is loaded, or as much of it as one of its figures needs.

    ``days``: ``period_start``, ``period_end`` and ``as_of`` as in :func:`work_through`.
    ``figure``: name of an indicator; all of the finding where none is given.
    """
    first, last = span(*days[:2])
    values = {
        "force": slug,
        "period_start": str(first or ""),
        "period_end": str(last or ""),
        "as_of": str(day(days[2])) if days[2] else "",
        "project": str(home.root),
        "output": "",
    }
    drawing, partly = DRAWS.set(charts), PARTLY.set(False)
    if first or last:
        own = resolve(load_params(home), slug)
        usual = (own.period_start, own.period_end)
        PARTLY.set((first or usual[0], last or usual[1]) != usual)
    try:
        names = run_cells(home, home.notebooks / spec.notebook, values, figure)
    finally:
        DRAWS.reset(drawing)
        PARTLY.reset(partly)
    reports = [x for x in names.values() if isinstance(x, Report)]
    if not reports:
        raise ParameterError(f"{spec.notebook} opened no report.")
    # Modules that a notebook imports can't be pickled, and are had by importing them.
    return Worked(
        reports[-1], {k: v for k, v in names.items() if not isinstance(v, ModuleType) and k != "__builtins__"}
    )


def refuse_outside(
    home: Project, worked: Worked, period_start: str | date, period_end: str | date, as_of: str | date
) -> None:
    """Refuse days of which the tables taken tell nothing: none found there would look like a finding."""
    manifest = read_manifest(home, worked.report.force)
    tables = manifest.tables if manifest else {}
    dated = {name: (t.first, t.last) for name, t in tables.items() if t.first}
    # Of a list of what stands today, such as staff, the return's other tables tell since when.
    held = [dated[name] for name in worked.report.used if name in dated] or list(dated.values())
    if not held:
        return
    begins, ends = min(first for first, _ in held), max(last for _, last in held)
    first, last = span(period_start, period_end)
    asked = [str(x) for x in (first, last) if x] if first or last else []
    after = first is not None and str(first)[: len(ends)] > ends
    if after or any(x is not None and str(x)[: len(begins)] < begins for x in (last, as_of and day(as_of) or None)):
        raise DataError(
            f"The return of {worked.report.settings.force.name} can't tell of {' to '.join(asked) or day(as_of)}: its "
            f"tables for this hold {begins} to {ends}."
        )


def moves(home: Project, worked: Worked, name: str, days: tuple[str | date, str | date, str | date]) -> bool:
    """Whether a figure rests on ``as_of``: all stocks do, and such flows as must be known by that day."""
    report = worked.report
    usual = resolve(load_params(home), report.force).as_of
    if not days[2] or report.spec.indicators[name].window == "as_of" or day(days[2]) == usual:
        return True
    # By chance the day may change nothing: then one on which hardly anything was known yet does.
    for other in ("", report.settings.period_start):
        plainly = worked_out(home, report.spec, report.force, (*days[:2], other), figure=name)
        if _counts(worked, name) != _counts(plainly, name):
            return True
    return False


def _counts(worked: Worked, name: str) -> list[tuple[object, ...]]:
    found = [i for i in worked.report.bundle().indicators if i.name == name]
    return [(i.id, i.value, i.numerator, i.denominator, i.unknown) for i in found]


def refuse_unmoved(home: Project, worked: Worked, name: str, days: tuple[str | date, str | date, str | date]) -> None:
    """Refuse a day of stocks that a figure of a period doesn't rest on: it would be passed over in silence."""
    if not moves(home, worked, name, days):
        raise ParameterError(
            f"{worked.report.spec.indicators[name].label} is counted over a period, and as_of changes nothing of it: "
            "give the first and last day instead."
        )


def holder(params: Params, indicator: str) -> str:
    """The finding that declares an indicator, with or without a stratum in brackets."""
    name = plain(str(indicator))
    holders = {name: f.id for f in reversed(list(params.findings.values())) for name in f.indicators}
    if name not in holders:
        labels = {i.label.casefold(): i.name for f in params.findings.values() for i in f.indicators.values()}
        meant = labels.get(name.casefold(), name)
        raise ParameterError(
            f"No finding has an indicator '{indicator}'.{did_you_mean(meant, holders)} See indicators()."
        )
    return holders[name]


def rows_behind(
    indicator: str,
    forces: Forces,
    state: State = "all",
    *,
    period_start: str | date = "",
    period_end: str | date = "",
    as_of: str | date = "",
    project: str | Path | None = None,
) -> pd.DataFrame:
    """Exactly the units that a figure was counted from: as many rows as it counts.

    Parameters
    ----------
    indicator : str
        Its name, such as ``attendance_pct``, or with a group: ``attendance_pct[burglary_dwelling]``.
    forces : str or iterable of str
        Slug of a force, several, or ``"all"`` that have data loaded.
    state : str
        ``yes`` or ``numerator``: the numerator, or what a count counts, or values that a median is taken of; ``no``:
        the rest of the ``denominator``; ``unknown``: of which it is not known; ``all``.  Of a statistic all that it
        was worked out from: ``yes`` and ``no`` are then what agreed and what didn't, what there is now and what there
        was, say.
    period_start, period_end, as_of : str or datetime.date
        Days in place of those of the parameter files; ``as_of`` is refused where the figure doesn't rest on it.

    Returns
    -------
    pandas.DataFrame
        One row for each unit, with ``counted_as`` in front: the row of its table with its origin (``source_file``,
        ``source_row``), or, where several rows make one unit, as persons, what was worked out of them.  Of several
        forces, ``force`` in front.  Restricted: single events and persons.  Of a figure of amounts, such as hours,
        ``rows.attrs["amount"]`` names the column that tells what each row adds: its sums are the figure's counts.

    Notes
    -----
    Where references lead nowhere, officers share pooled devices or offenders the last place, nobody can say of some
    units which they are: the rows show what they say themselves, and ``rows.attrs["may_turn"]`` is the number of
    those that the figure counts otherwise, of several forces by force.

    Raises
    ------
    ParameterError
        If no finding has the indicator, or it can't be given of this return.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> rows = hmic.rows_behind("named_suspects_outstanding_n", ["cleveland", "bedfordshire"], "yes")
    >>> over_90 = rows.query("age_days > 90").groupby("force", observed=True).size()
    """
    home = find_project(project)
    params = load_params(home)
    spec = params.finding(holder(params, indicator))
    found = {}
    for slug in chosen_forces(home, params, forces):
        prepared(home, params, slug)
        worked = worked_out(home, spec, slug, (period_start, period_end, as_of), figure=plain(indicator))
        refuse_outside(home, worked, period_start, period_end, as_of)
        refuse_unmoved(home, worked, plain(indicator), (period_start, period_end, as_of))
        found[slug] = worked.rows(indicator, state)
    if isinstance(forces, str) and forces in found:
        return found[forces]
    rows = joined(found)
    rows.attrs["may_turn"] = {slug: frame.attrs["may_turn"] for slug, frame in found.items()}
    return rows
