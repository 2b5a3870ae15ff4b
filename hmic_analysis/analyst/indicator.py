"""An indicator in one line: several forces, periods and groups as a tidy frame, its figure, and the other forces."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hmic_analysis.analyst.tables import Forces, chosen_forces, prepared, span
from hmic_analysis.analyst.working import (
    OWN,
    Worked,
    columns_of,
    grouped_from,
    holder,
    of_part,
    refuse_outside,
    refuse_unmoved,
    units_of,
    worked_out,
)
from hmic_analysis.comparison.compare import beside_others, compare, compare_chart
from hmic_analysis.errors import DifferentFigures, ParameterError
from hmic_analysis.evidence.bundle import tables_read_once
from hmic_analysis.evidence.grades import grade_indicator
from hmic_analysis.evidence.model import Indicator, different_figures
from hmic_analysis.evidence.withheld import drawable, rules_from
from hmic_analysis.evidence.wording import group_frame, say_bounds, say_indicator
from hmic_analysis.figures.chart import Chart, Words, spanned
from hmic_analysis.figures.rows import counts
from hmic_analysis.figures.series import monthly_series
from hmic_analysis.figures.shares import proportions_by_group
from hmic_analysis.figures.style import say
from hmic_analysis.measures.base import whole_spans
from hmic_analysis.params.catalogue import IndicatorSpec
from hmic_analysis.params.models import Params
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import Project, find_project
from hmic_analysis.statistics.intervals import proportion_interval
from hmic_analysis.words import in_words, say_date

#: Steps of a period, in months.
STEPS = {"month": 1, "quarter": 3, "year": 12}
#: The column that names the groups by which the finding itself gives an indicator.
OWN_GROUP = "group"
_UNTOLD = "not known"
#: So many lines are named in a headline.
_LINES = 3
_FIELDS = ("value", "unit", "numerator", "denominator", "unknown", "lo_missing", "hi_missing", "lo", "hi", "interval")
#: Sentences that a frame is shown as, before the rest are only counted.
_SHOWN = 12


@dataclass(frozen=True)
class _Taken:
    """The figures of one force and one period."""

    force: str
    name: str
    period: str
    start: date
    end: date
    as_of: date
    figures: tuple[Indicator, ...]
    keys: tuple[dict[str, Any], ...]
    source: str
    synthetic: bool
    #: What is counted: units, or hours, minutes or sessions.
    counted: str = "units"
    #: The whole period in words, where figures are of one.
    whole: str = ""

    def told_of(self, figure: Indicator) -> str:
        """Of which part of the period the records tell, where not of all."""
        return f"Counted: {figure.window}." if self.whole and figure.window != self.whole else ""


class Figures(pd.DataFrame):
    """A tidy frame of one indicator, that can draw itself and set itself beside other forces.

    Whatever pandas makes of it, a selection or a sum, is a plain frame.
    """

    _metadata = ["_about"]

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def copy(self, deep: bool = True) -> Figures:
        """The same frame once more, that can draw itself too."""
        found = Figures(super().copy(deep))
        found._about = self._about
        return found

    def plot(self) -> Chart:
        """The figure of the house: lines over months, else dots with intervals or bars; small counts withheld.

        Examples
        --------
        >>> import hmic_analysis as hmic
        >>> hmic.indicator("attendance_pct", "cleveland", by="offence_group").plot().headline[:24]
        'Recorded crimes attended'
        """
        return _draw(*self._about)

    def compare(self, force: str = "") -> Beside:
        """The figure of one of the forces beside all others and beside similar ones, from the last run of every force.

        Parameters
        ----------
        force : str
            By default the first of the frame.
        """
        home, params, spec, taken = self._about
        slug = params.force(force or taken[0].force).slug
        found = compare(home, params, spec.name)
        beside = beside_others(found, slug)
        return Beside(beside.sentence, beside.table(), compare_chart(found, slug))

    def _sentences(self) -> list[str]:
        _, _, spec, taken = self._about
        found = []
        for part in taken:
            for figure in part.figures:
                group = in_words(figure.stratum)
                bounds = say_bounds(figure)
                words = say_indicator(figure) + (
                    f" ({bounds})" if bounds else f" ({figure.note})" if figure.note else ""
                )
                place = f"{part.name}, {part.period if spec.window == 'period' else f'at {say_date(part.as_of)}'}"
                found.append(f"{spec.label}{f', {group}' if group else ''}: {words}; {place}.")
        more = len(found) - _SHOWN
        return found if more <= 0 else [*found[:_SHOWN], f"... and {more} more: .to_string() prints all."]

    def __repr__(self) -> str:
        return "\n".join(self._sentences())

    def _repr_html_(self) -> str:
        words = "<br>".join(html.escape(sentence) for sentence in self._sentences())
        return f"<p>{words}</p>" + (self.plot()._repr_html_() if len(self) > 1 else "")


@dataclass(frozen=True)
class Beside:
    """One force beside the others: a sentence, a table and a figure."""

    sentence: str
    table: pd.DataFrame
    figure: Chart

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.sentence)}</p>{self.table.to_html(border=0)}{self.figure._repr_html_()}"


def indicator(
    name: str,
    forces: Forces,
    by: str | Iterable[str] = (),
    period: Any = None,
    *,
    as_of: str | date = "",
    project: str | Path | None = None,
) -> Figures:
    """One indicator as its finding defines it, of one force or several, whole or by groups, for one period or many.

    Parameters
    ----------
    name : str
        Such as ``attendance_pct``; :func:`indicators` lists them.
    forces : str or iterable of str
        Slug of a force, several, or ``"all"`` that have data loaded.
    by : str or iterable of str
        Columns of the units counted (:func:`rows_behind` shows them) or of the table that these name a row of, as
        deployments name their incident; or a part of a time: ``created_at.hour``.  ``"own"``: the groups by which the
        finding itself gives it, in the column ``group``; a figure given by these only is given by them within each
        group of a column.
    period : str, pair of days, or a list of these, optional
        By default that of the parameter files; ``"month"``, ``"quarter"`` or ``"year"`` parts it.  Or first and last
        day, or a calendar month, quarter or year: ``"2013-01"``, ``"2013Q1"``, a period of pandas.  Several by a list.
        A stock is taken at the end of each.
    as_of : str or datetime.date
        Day of the stocks in place of that of the parameter files; refused where the figure doesn't rest on it.

    Returns
    -------
    Figures
        A pandas frame: ``force``, ``period_start``, ``period_end``, ``as_of``, the groups, ``value``, ``unit``,
        ``numerator``, ``denominator``, ``unknown``, ``lo_missing`` and ``hi_missing`` (every unknown counted as no, as
        yes), ``lo``, ``hi`` and ``interval``, ``grade``, ``note``; where a group has one of these names, as the grade
        of incidents, the figure's own is ``figure_grade``.  ``.plot()`` draws it, ``.compare()`` sets it beside other
        forces.

    Raises
    ------
    ParameterError
        If no finding has it, the period is none, or it can't be given by such groups.
    DifferentFigures
        If two of the forces define it differently.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> frame = hmic.indicator("attendance_pct", ["cleveland", "bedfordshire"], by="offence_group")
    >>> frame.columns[:5].tolist()
    ['force', 'period_start', 'period_end', 'as_of', 'offence_group']
    >>> monthly = hmic.indicator("attendance_pct", "cleveland", period="month")
    >>> len(monthly), int(monthly["denominator"].sum() + monthly["unknown"].sum()) > 0
    (12, True)
    """
    home = find_project(project)
    params = load_params(home)
    holding = params.finding(holder(params, name))
    if name not in holding.indicators:
        raise ParameterError(
            f"Name the indicator without its group, and the groups with by=: '{name.partition('[')[0]}'."
        )
    spec = holding.indicators[name]
    given = () if by is None else [by] if isinstance(by, str) or not isinstance(by, Iterable) else by
    # Figures are by force anyway.
    groups = [group for group in dict.fromkeys(map(str, given)) if group != "force"]
    if OWN in groups and len(groups) > 1:
        raise ParameterError(f"by='{OWN}' stands alone: the finding's own groups, or columns.")
    period = list(period) if isinstance(period, Iterator) else period
    parts = isinstance(period, str) and bool(_step(period))
    if as_of and spec.window == "as_of" and (parts or len(list(_periods(params, "", period))) > 1):
        raise ParameterError(f"as_of is one day, and period={period!r} has many: give one of the two.")
    taken = []
    for slug in chosen_forces(home, params, forces):
        prepared(home, params, slug)
        with tables_read_once():
            before: pd.Index | None = None
            for first, last in _periods(params, slug, period):
                moment = as_of or (last if last and spec.window == "as_of" else "")
                worked = worked_out(home, holding, slug, (first, last, moment), figure=name)
                if not parts or moment:
                    refuse_outside(home, worked, first, last, moment)
                if as_of:
                    refuse_unmoved(home, worked, name, (first, last, as_of))
                taken.append(_take(worked, spec, groups))
                before = _parted(spec, worked, before)
    valued = [(part.force, figure) for part in taken for figure in part.figures if figure.value is not None]
    if refusal := different_figures({params.force(slug).name: figure for slug, figure in valued}):
        raise DifferentFigures(refusal)
    names = list(dict.fromkeys([*(key for part in taken for keys in part.keys for key in keys), *groups]))
    names = [name for name in names if name != OWN]
    # A group keeps the name of its column, such as the grade of an incident.
    own = {field: f"figure_{field}" if field in names else field for field in (*_FIELDS, "grade", "note")}
    rows = [
        {
            "force": part.force,
            "period_start": pd.Timestamp(part.start),
            "period_end": pd.Timestamp(part.end),
            "as_of": pd.Timestamp(part.as_of),
            **keys,
            **{own[field]: getattr(figure, field) for field in _FIELDS},
            own["unknown"]: figure.counted_unknown,
            own["grade"]: grade_indicator(figure),
            own["note"]: " ".join(filter(None, (figure.note, *figure.caveats, part.told_of(figure)))),
        }
        for part in taken
        for figure, keys in zip(part.figures, part.keys, strict=True)
    ]
    columns = ["force", "period_start", "period_end", "as_of", *names, *own.values()]
    numbers = [own[f] for f in _FIELDS if f not in ("unit", "interval")]
    frame = Figures(pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numbers, "float64")))
    frame._about = (home, params, spec, taken)
    return frame


def share(states: pd.Series, by: Any = None) -> pd.DataFrame:
    """The share of yes in a column of your own, whole or by groups, with its interval and what is not known counted.

    Parameters
    ----------
    states : pandas.Series
        True, False or missing, one for each unit.
    by : pandas.Series, or several, optional
        Groups of the same units, such as ``crimes["recorded_at"].dt.strftime("%Y-%m")``.

    Returns
    -------
    pandas.DataFrame
        One row for each group: ``value`` in per cent, ``numerator``, ``denominator`` (the known units), ``unknown``,
        ``lo_missing`` and ``hi_missing`` (every unknown counted as no, as yes), ``lo`` and ``hi`` (Wilson 95 %).

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> crimes = hmic.load_crimes("cleveland", "2012-12-01", "2013-11-30")
    >>> hmic.share(crimes["is_no_crime"], by=crimes["district"]).columns[:4].tolist()
    ['value', 'numerator', 'denominator', 'unknown']
    """
    held = states.dropna() if isinstance(states, pd.Series) else None
    if held is None or not held.isin([True, False]).all():
        raise ParameterError("A share is of a column of True, False and missing values, one for each unit.")
    given = by if isinstance(by, (list, tuple)) else [by]
    if any(isinstance(group, str) or (group is not None and len(group) != len(states)) for group in given):
        raise ParameterError("by is one column or several of the same units, such as crimes['district'], not a name.")
    if any(isinstance(group, pd.Series) and not group.index.equals(states.index) for group in given):
        raise ParameterError("by has another index than the column of yes and no, so its groups are of other units.")
    told = pd.DataFrame({"yes": states.eq(True), "no": states.eq(False), "unknown": states.isna()})
    told = told.astype("boolean").fillna(False).astype(int)
    parts = told.groupby(by, observed=True, dropna=False).sum() if by is not None else told.sum().to_frame().T
    yes, known = parts["yes"].to_numpy(), (parts["yes"] + parts["no"]).to_numpy()
    every = known + parts["unknown"].to_numpy()
    limits = [proportion_interval(int(x), int(n)) for x, n in zip(yes, known, strict=True)]
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            "value": 100 * yes / known, "numerator": yes, "denominator": known, "unknown": every - known,
            "lo_missing": 100 * yes / every, "hi_missing": 100 * (yes + every - known) / every,
        }  # fmt: skip
    for place, name in enumerate(("lo", "hi")):
        found[name] = np.array([np.nan if pair[place] is None else 100 * pair[place] for pair in limits], dtype=float)
    return pd.DataFrame(found, index=parts.index)


def _step(word: str) -> int:
    """Months of a part of a period by its name, also as pandas abbreviates it; 0 where it is none."""
    said = word.casefold()
    return next(
        (n for name, n in STEPS.items() if said in (name, f"{name}ly", *(name[0] + x for x in ("", "e", "s")))), 0
    )


def _periods(params: Params, slug: str, period: Any) -> Iterator[tuple[str | date, str | date]]:
    if period is None:
        yield "", ""
    elif isinstance(period, str) and (months := _step(period)):
        said = resolve(params, slug)
        for first, last in whole_spans(said.period_start, said.period_end, months):
            yield first.date(), last.date()
    elif (calendar := _calendar(period)) is not None:
        yield calendar.start_time.date(), calendar.end_time.date()
    elif pd.api.types.is_list_like(period, allow_sets=False) and not isinstance(period, Mapping):
        given = list(period)
        several = [pd.api.types.is_list_like(one) or _calendar(one) is not None for one in given]
        if given and all(several):
            for one in given:
                yield from _periods(params, slug, one)
        elif len(given) == 2 and not any(several):
            first, last = span(*given)
            yield first or "", last or ""
        else:
            raise ParameterError(_PERIODS)
    else:
        raise ParameterError(f"There is no period '{period}'. {_PERIODS}" if isinstance(period, str) else _PERIODS)


_PERIODS = (
    "A period is 'month', 'quarter' or 'year', a calendar one such as '2013-01' or '2013Q1', a pair of days, or a list "
    "of several."
)


def _calendar(one: Any) -> pd.Period | None:
    """A month, quarter or year of the calendar; None where it is none."""
    written = isinstance(one, str) and re.fullmatch(r"\d{4}(-\d\d|-?Q[1-4])?", one.strip().upper())
    try:
        found = pd.Period(one.strip()) if written else one
    except ValueError:
        return None
    return found if isinstance(found, pd.Period) else None


def _parted(spec: IndicatorSpec, worked: Worked, before: pd.Index | None) -> pd.Index | None:
    """The units of a period; refused where they are those of the one before, as of a sample that no period parts."""
    share = worked.report.build.units.get(spec.name)
    if share is None or share.units is None or share.rows is not None or spec.window != "period":
        return None
    units = share.units.index
    if before is not None and len(units) and units.equals(before):
        raise ParameterError(
            f"{spec.label} is of the same {len(units):,} units in every period, as drawn or kept for the whole of it: "
            "leave period out."
        )
    return units


def _take(worked: Worked, spec: IndicatorSpec, groups: list[str]) -> _Taken:
    report = worked.report
    own = [i for i in report.bundle().indicators if i.name == spec.name]
    whole = [i for i in own if not i.stratum]
    if groups == [OWN]:
        keys, figures = [{OWN_GROUP: i.stratum} for i in own], own
    elif groups:
        keys, figures = _grouped(worked, spec, groups)
    elif whole:
        keys, figures = [{} for _ in whole], whole
    else:
        raise ParameterError(f"{spec.label} is given by groups only: add by='own'.")
    s = report.settings
    shares = [share for figure in own if (share := report.build.units.get(figure.id)) is not None]
    counted = next((str(share.amounts.name) for share in shares if share.amounts is not None), "units")
    # Of a period that the records tell of in part only the figure's own window says which part.
    windows = {figure.window.removeprefix("the ") for figure in figures}
    period = windows.pop() if spec.window == "period" and len(windows) == 1 else report.period.removeprefix("the ")
    return _Taken(
        report.force, s.force.name, period, s.period_start, s.period_end, s.as_of, tuple(figures), tuple(keys),
        report.source(), report.synthetic, counted, report.period if spec.window == "period" else "",
    )  # fmt: skip


def _grouped(worked: Worked, spec: IndicatorSpec, groups: list[str]) -> tuple[list[dict[str, Any]], list[Indicator]]:
    """The indicator for each group of its units, built as the finding builds it for all.

    Where the finding gives it by groups of its own only, each of these for each group.
    """
    keys: list[dict[str, Any]] = []
    figures: list[Indicator] = []
    for whole in grouped_from(worked, spec.name):
        share = worked.report.build.units.get(whole.id)
        own = {OWN_GROUP: whole.stratum} if whole.stratum else {}
        if share is None:
            keys.append({**own, **dict.fromkeys(groups, _UNTOLD)})
            figures.append(whole)
            continue
        told = columns_of(worked, units_of(worked.report, share), groups)
        for values, part in told.groupby(groups, sort=True, observed=True, dropna=False):
            labels = [_UNTOLD if pd.isna(v) else v for v in values]
            named = [*own.values(), *(_said(group, label) for group, label in zip(groups, labels, strict=True))]
            stratum = ", ".join(in_words(name) for name in named) if len(named) > 1 else named[0]
            figure = of_part(worked, spec, whole, share, part.index, stratum)
            keys.append(own | dict(zip(groups, labels, strict=True)))
            # A group of a figure that the source can't give is none either.
            figures.append(worked.report.as_the_source_can_tell(figure))
    return keys, figures


def _said(group: str, label: Any) -> str:
    """A group in words: a yes or no needs the name of its column."""
    if isinstance(label, (bool, np.bool_)):
        return f"{group.replace('_', ' ')}: {'yes' if label else 'no'}"
    if isinstance(label, date):
        return f"{label:%B %Y}" if group.endswith("month") else say_date(label)
    return str(label)


# The figure of the house.


def _draw(home: Project, params: Params, spec: IndicatorSpec, taken: list[_Taken]) -> Chart:
    parts = [_drawn(params, part) for part in taken]
    several = len({part.force for part in taken}) > 1
    # Forces may differ in their usual period: a course is what one force has several of.
    monthly = len({(part.force, part.start) for part in taken}) > len({part.force for part in taken})
    names = list(dict.fromkeys(part.name for part in taken))
    lengths = {12 * (p.end.year - p.start.year) + p.end.month - p.start.month + 1 for p in taken}
    every = lengths.pop() if monthly and len(lengths) == 1 else 1
    whens = [part.period if spec.window == "period" else f"at {say_date(part.as_of)}" for part in taken]
    where = f"{', '.join(names)}, {whens[-1]}"
    if monthly and spec.window == "period":
        where = f"{', '.join(names)}, {taken[0].start:%Y-%m-%d} to {taken[-1].end:%Y-%m-%d}"
        named = next((f"{name}s" for name, months in STEPS.items() if months == every > 1), "")
        where += f", {named} by their last month" if named else ""
    elif not monthly and len(set(whens)) > 1:
        where = "; ".join(f"{part.name}, {when}" for part, when in zip(taken, whens, strict=True))
    words = Words(
        spec.name.replace("_", "-"),
        f"{spec.label}, {where}",
        "; ".join(dict.fromkeys(part.source for part in taken)),
        synthetic=any(part.synthetic for part in taken),
    )
    frame = pd.concat(parts, ignore_index=True)
    if "withheld_n" in frame.columns:
        # Of some of the forces only.
        frame["withheld_n"] = frame["withheld_n"].fillna("")
    grouped = list(dict.fromkeys(name for part in taken for keys in part.keys for name in keys))
    by = " and ".join(re.sub(r"[._]", " ", name) for name in grouped) or "force"
    hidden = int(frame["withheld"].ne("").sum())
    said = (
        f"{words.subtitle}. Withheld, small number of persons: {hidden} of {len(frame)} figures"
        if hidden
        else words.subtitle
    )
    if monthly:
        words = replace(words, subtitle=said)
        group = frame["label"]
        if several:
            group = frame["who"] + ", " + frame["label"] if grouped else frame["who"]
        frame = frame.assign(month=frame["end"], group=group)
        if 1 < group.nunique() <= _LINES:
            each = frame.dropna(subset="value").groupby("group", sort=False)["value"].agg(["min", "max"])
            ranges = [f"{g} {say(low, spec.unit)} to {say(high, spec.unit)}" for g, low, high in each.itertuples()]
            words = replace(words, headline=f"{spec.label}: {'; '.join(ranges) or 'not known'}")
        return monthly_series(frame[["month", "group", "value"]], words, what=spec.label, unit=spec.unit, every=every)
    if len(frame) == len(taken) and not grouped:
        frame["label"] = frame["who"]
    elif several and spec.kind == "count":
        frame["label"] = frame["who"] + ", " + frame["label"]
    else:
        frame["group"] = frame["who"]
    if spec.kind == "count":
        # A bar of nothing would be read as none: what is withheld is left out and said.
        shown = frame.loc[frame["withheld"].eq(""), ["label", "value"]]
        # Groups of a force may be shares of a whole; forces are none.
        headline = spanned(spec.label, shown["label"], shown["value"], spec.unit, hidden > 0) if several else ""
        words = replace(words, subtitle=said, headline=headline)
        return counts(shown, words, what=spec.label, by=by, value_name=spec.unit.capitalize())
    return proportions_by_group(
        frame, words, unit=spec.unit, what=spec.label, by=by, value_name=spec.unit, units_name=taken[0].counted
    )


def _drawn(params: Params, part: _Taken) -> pd.DataFrame:
    rules = rules_from(resolve(params, part.force).disclosure)
    frame = drawable(group_frame(part.figures), part.figures, rules)
    if "withheld" not in frame.columns:
        frame["withheld"] = ""
    return frame.assign(
        n=frame["n"].replace(0, np.nan),
        who=part.name,
        end=pd.Timestamp(part.end),
        value=frame["value"].astype(float).replace({None: np.nan}),
    )
