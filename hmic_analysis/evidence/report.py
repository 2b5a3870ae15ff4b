"""What a finding notebook holds in its hand: the force's tables, the parameters, and the bundle being written.

A notebook opens a report, takes tables from it, hands it indicators, charts and decisions, and concludes it. Run by the
engine it leaves an evidence bundle in its folder; opened by an analyst without a folder it leaves nothing.
"""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from hmic_analysis.contracts import contract_for
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.evidence.build import Builder
from hmic_analysis.evidence.bundle import Holdings, mark_picture, save_chart, save_table, write_bundle
from hmic_analysis.evidence.fitness import PROVED_BY_ONE, too_smooth
from hmic_analysis.evidence.grades import grade_indicator, weakest
from hmic_analysis.evidence.model import (
    Bundle,
    ClaimEvidence,
    Figure,
    Grade,
    Indicator,
    Sensitivity,
    Table,
    package_versions,
)
from hmic_analysis.evidence.paragraphs import Facts, make_claim
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, at_most, reaches, undecided
from hmic_analysis.evidence.withheld import declaration, drawable, highest, level_of, rules_from, whole
from hmic_analysis.evidence.wording import SET_ASIDE, Whole, claim_table, group_frame, indicator_table
from hmic_analysis.measures.base import among, unread
from hmic_analysis.measures.months import say_months
from hmic_analysis.params.catalogue import ALWAYS, ClaimSpec, plain
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.project import Project, find_project
from hmic_analysis.store.manifest import read_manifest
from hmic_analysis.words import one_of, say_date

if TYPE_CHECKING:
    from hmic_analysis.figures.chart import Chart, Words


def open_report(
    finding: str,
    *,
    force: str,
    period_start: str = "",
    period_end: str = "",
    as_of: str = "",
    letter_date: str = "",
    project: str = "",
    output: str = "",
) -> Report:
    """Open the report of one finding on one force.

    Parameters
    ----------
    finding : str
        ``A1``.
    force : str
        Slug of the force; there is no default.
    period_start, period_end, as_of, letter_date : str
        ISO days in place of those of the parameter files; empty means as the files say.
    project : str
        The project's folder; by default the one that the working folder lies in.
    output : str
        Folder of this report; empty: nothing is written.

    Raises
    ------
    ParameterError
        If a parameter can't be used, or papermill was given one that the notebook doesn't declare.
    DataError
        If the processed data can't be read.
    """
    _refuse_undeclared(sys._getframe(1).f_globals)
    words = {"period.start": period_start, "period.end": period_end, "as_of": as_of, "letter_date": letter_date}
    home = find_project(project or None)
    params = load_params(home, [finding])
    if not force:
        # No force is a default: a misspelt parameter would make another force's report, and nobody would see it.
        there = ", ".join(slug for slug in params.forces if read_manifest(home, slug)) or "none yet"
        raise ParameterError(
            f'Name the force in the cell of parameters, such as force = "cleveland". Forces with data: {there}.'
        )
    settings = resolve(params, force, finding, {k: v for k, v in words.items() if v})
    territorial = tuple(f.slug for f in params.territorial)
    return Report(home, settings, territorial, Path(output) if output else None)


def _refuse_undeclared(names: dict[str, Any]) -> None:
    """Refuse what papermill set although the cell of parameters has no such name: papermill itself warns and goes on.

    A misspelt day would leave the usual one standing, and the report would be of another period than was asked for.
    """
    shell = names.get("get_ipython")
    if shell is None or getattr(shell(), "user_ns", None) is not names:
        return  # not called by a cell
    cells: Sequence[str] = names.get("In", ())
    # papermill begins the cell that it puts in with this comment; the history of the kernel tells it, too.
    put_in = [cell for cell in cells if cell.startswith("# Parameters\n")]
    if not put_in:
        return
    declared = {name for cell in cells[: cells.index(put_in[-1])] if cell not in put_in for name in _assigned(cell)}
    for name in _assigned(put_in[-1]):
        if name not in declared:
            raise ParameterError(
                f"The notebook has no parameter '{name}'.{did_you_mean(name, declared)} "
                f"It has {', '.join(sorted(declared))}."
            )


def _assigned(cell: str) -> list[str]:
    """The names that the statements of a cell assign, in order."""
    try:
        body = ast.parse(cell).body
    except SyntaxError:
        return []
    targets = [t for s in body if isinstance(s, (ast.Assign, ast.AnnAssign)) for t in getattr(s, "targets", [s])]
    return [t.id for t in (getattr(t, "target", t) for t in targets) if isinstance(t, ast.Name)]


#: Whether the charts of reports that are opened are drawn: work for their figures alone does without.
DRAWS: ContextVar[bool] = ContextVar("DRAWS", default=True)
#: Whether all of a notebook is executed: in a part of it a figure may be wanting that was not taken, and is no gap.
WHOLE: ContextVar[bool] = ContextVar("WHOLE", default=True)


class NotTaken(Exception):
    """A part of a notebook looks at a figure that was not taken in it."""


#: Reasons that may hide that references lead nowhere: figures were withheld for it.
_FOR_WANT_OF_FIGURES = {
    "no_data",
    "small_n",
    "missing_spans_threshold",
    "between_thresholds",
    "not_reproduced",
    "in_part",
}


#: Reasons for which a claim stays open though something was supplied.
_UNUSED = {"could_not_be_read", "rows_set_aside"}
#: Reasons for which a claim stays open since the data-request log says nothing.
_TOLD_BY_THE_LOG = {"no_data", "register_undeclared", "records_undeclared", "not_requested", "no_stated_value"}


class Report(Holdings):
    """One finding on one force.

    Parameters
    ----------
    project : Project
    settings : Resolved
        Resolved parameters of the finding and the force.
    territorial : tuple of str
        Slugs of the forces that are compared.
    folder : pathlib.Path or None
        Where it writes; None: nowhere.
    """

    def __init__(self, project: Project, settings: Resolved, territorial: tuple[str, ...], folder: Path | None) -> None:
        super().__init__(project, settings)
        self.territorial = territorial
        self.folder = folder
        self.draws = DRAWS.get()
        windows = {"period": self.period, "as_of": say_date(settings.as_of)}
        self.build = Builder(settings, windows, self.lone)
        self._rules = rules_from(settings.disclosure)
        self._started = time.monotonic()
        self._indicators: dict[str, Indicator] = {}
        self._claims: dict[str, ClaimEvidence] = {}
        self._figures: list[Figure] = []
        #: Charts and tables as shown, by name.
        self.charts: dict[str, Chart] = {}
        self.frames: dict[str, pd.DataFrame] = {}
        self._kept: list[Table] = []

    def add(self, *indicators: Indicator) -> pd.DataFrame:
        """Take indicators into the evidence.

        Parameters
        ----------
        *indicators : Indicator
            One that has the id of an earlier one replaces it, so a cell can be run again.

        Returns
        -------
        pandas.DataFrame
            Them, as a table for show.
        """
        told = [self.as_the_source_can_tell(indicator) for indicator in indicators]
        self._indicators.update({indicator.id: indicator for indicator in told})
        return indicator_table(told)

    def as_the_source_can_tell(self, indicator: Indicator) -> Indicator:
        """Withhold a figure that the source can't give; put the source's caveats next to any other."""
        unable = self.unable(indicator.name)
        fit = self.fit_of(indicator.name)
        if indicator.window == self.period:
            indicator = indicator.model_copy(update={"window": fit.say(self.period)})
        if unable:
            keep = {"id", "name", "label", "unit", "basis", "stratum", "window", "better", "about_persons"}
            plain = {k: v for k, v in indicator.model_dump().items() if k in keep or k.startswith("definition")}
            return Indicator(**plain, note=" ".join(unable))
        lost = fit.caveats(self.settings.coverage, partial(self._turned_by, indicator))
        told = (*indicator.caveats, *self.cannot_tell(indicator.name), *lost, *too_smooth(indicator))
        caveats = tuple(one_of(text) for text in dict.fromkeys(told))
        return indicator.model_copy(update={"caveats": caveats, "note": one_of(indicator.note)})

    def _turned_by(self, indicator: Indicator, table: str, column: str) -> bool:
        """Whether a unit of a figure is not known where this column of its row can't be read.

        Of units that are no rows of the table, whether any is not known: that is as near as one can tell.
        """
        share, key = self.build.units.get(indicator.id), contract_for(table).key
        if indicator.value is None or not indicator.unknown or share is None or share.units is None:
            return indicator.value is None or indicator.unknown > 0
        open_ = share.units.isna()
        if share.rows is None and key == (open_.index.name,):
            rows = self.table(table)
            rows = rows[among(rows[key[0]], open_.index[open_.to_numpy()])]
        elif share.rows is not None and {*key, column, "flags"} <= {*share.rows.columns}:
            rows = share.rows[open_.to_numpy()]
        else:
            return True
        return bool(unread(rows, column).any())

    def indicator(self, id: str) -> Indicator | None:
        """An indicator taken earlier; None if there is none of that id."""
        self._look_for(id)
        return self._indicators.get(id)

    def _look_for(self, *names: str) -> None:
        taken = {*self._indicators, *(i.name for i in self._indicators.values())}
        if not WHOLE.get() and not taken.issuperset(names):
            raise NotTaken(", ".join(names))

    def strata(self, name: str) -> list[Indicator]:
        """The figures of one indicator for its groups, as they were taken."""
        self._look_for(name)
        return [i for i in self._indicators.values() if i.name == name and i.stratum]

    def groups(self, *names: str) -> pd.DataFrame:
        """Indicators as a frame for a chart of groups.

        Parameters
        ----------
        *names : str
            One name: its strata, or itself where it has none.  Several: one row each.

        Returns
        -------
        pandas.DataFrame
            ``group``, ``label``, ``value``, ``lo``, ``hi``, ``lo_missing``, ``hi_missing``, ``n``; also ``withheld``,
            the marker, where a figure rests on a small count of persons or would give one away.
        """
        self._look_for(*names)
        chosen = [i for i in self._indicators.values() if i.name in names and (bool(i.stratum) or len(names) > 1)]
        return drawable(group_frame(chosen), list(self._indicators.values()), self._rules)

    def words(self, name: str, subtitle: str, about: str = "", reason: str = "", headline: str = "") -> Words:
        """The words of a chart about this force.

        Parameters
        ----------
        name : str
            Name of its files.
        subtitle : str
            What is measured; force and period are added.
        about : str
            Indicator whose caveats belong next to the picture: those that the source states, and how much of it is
            not known, capped or weighted.
        reason : str
            Why there is nothing to draw, where there is nothing and the source gives no reason of its own.
        headline : str
            In place of the one that is written from the data.
        """
        from hmic_analysis.figures.chart import Words

        subtitle, stop, aside = subtitle.partition("; ")
        place = f"{subtitle}, {self.settings.force.name}"
        when = "" if "at " + self.as_of in subtitle else f", {self.fit_of(about).say(self.period)}"
        # Of a figure that is only one of groups: what holds of all of them.
        one = self.indicator(about)
        taken = [one] if one is not None else self.strata(about)
        of_all = [c for i in taken[:1] for c in i.caveats if all(c in other.caveats for other in taken)]
        told = [c for c in of_all if c.startswith(SET_ASIDE)]
        caveats = "".join(f". {c.rstrip('.')}" for c in [*told, *self.cannot_tell(about)]) if about else ""
        unable = self.unable(about) if about else self.not_read(*self.broken)
        return Words(
            name=name,
            subtitle=place + when + stop + aside + ("" if unable else caveats),
            source=self.source(),
            synthetic=self.synthetic,
            reason=" ".join(unable) or reason,
            headline=headline,
            wanted=self.draws,
        )

    @property
    def as_of(self) -> str:
        """The day of the snapshot in words."""
        return say_date(self.settings.as_of)

    def show(self, chart: Chart) -> Chart:
        """Take a chart into the evidence: its picture and data are written, and it is returned for show.

        Of one that withholds small counts of persons a second picture shows them, for the force that sent them. That
        one is returned: an executed notebook shows every figure beside it, and leaves with small counts only to those
        who may see them.
        """
        if not self.draws:
            return chart
        self._figures = [f for f in self._figures if f.name != chart.name]
        figure = save_chart(chart, self.folder)
        if chart.again is not None and not self._rules.apply_to("force"):
            chart = chart.again(lambda frame: whole(frame, group_frame(self._indicators.values())))
            figure = figure.model_copy(update={"own": save_chart(chart, self.folder, "figures/own")})
        self._figures.append(figure)
        self.charts[chart.name] = chart
        return chart

    def keep(self, frame: pd.DataFrame, name: str, headline: str, subtitle: str = "") -> pd.DataFrame:
        """Take a table into the evidence.

        Parameters
        ----------
        frame : pandas.DataFrame
            Aggregated figures; never rows about persons.
        name, headline, subtitle : str

        Returns
        -------
        pandas.DataFrame
            The same, for show.
        """
        self._kept = [t for t in self._kept if t.name != name]
        self.frames[name] = frame
        self._kept.append(
            save_table(frame, name, headline, subtitle or self.period, self.source(), self.synthetic, self.folder)
        )
        return Whole(frame)

    def tested(self, id: str) -> Decision:
        """What the test that the catalogue declares for a claim comes to.

        Parameters
        ----------
        id : str
            ``A1a``.
        """
        test, limit, min_n = self._spec_of(id).test, self.settings.threshold, self.settings.min_n
        gap = self.gap(*test.needs) if test.needs else None
        if gap is not None:
            return gap
        parts = []
        for name, wanted in test.limits.items():
            turning = test.contradicting(name)
            figure = self.indicator(name)
            if turning is None:
                parts.append(reaches(figure, limit(wanted), min_n))
            else:
                parts.append((at_least if test.all else at_most)(figure, limit(wanted), limit(turning), min_n))
        return all_of(*parts)

    def graded(self, id: str) -> Grade:
        """The weakest grade of the figures that the declared test of a claim holds against thresholds."""
        return weakest(*(grade_indicator(self.indicator(name)) for name in self._spec_of(id).test.limits))

    def claim(self, id: str, decision: Decision | None = None, grade: Grade | None = None) -> ClaimEvidence:
        """Decide one claim; it rests on the indicators that the catalogue names for it.

        Parameters
        ----------
        id : str
            ``A1a``.
        decision : Decision, optional
            By default what :meth:`tested` gives; a judgement is never decided.
        grade : str, optional
            By default what :meth:`graded` gives.

        Raises
        ------
        ParameterError
            If the finding has no such claim, if there is no decision and the catalogue declares no test, or if the
            sentence names a figure that is not there.
        """
        spec = self._spec_of(id)
        if decision is None and spec.is_judgement:
            decision, grade = undecided("judgement", why="A view, not tested against data."), grade or "-"
        if spec.test is None and (decision is None or grade is None):
            raise ParameterError(f"Claim {id} has no test in the catalogue: give its decision and its grade.")
        needed, tables = self.settings.coverage, spec.tables
        covered = self.fit.on(tables)
        in_part = not covered.whole
        evidence = make_claim(
            self.spec,
            id,
            self.fit.hold(
                self._held_to_tables(spec, decision or self.tested(id)), spec.type, tables, needed, spec.months_of
            ),
            self.fit.grade(grade or self.graded(id), tables, needed),
            spec.decided_by(self._indicators),
            Facts(
                self._indicators,
                self.settings.values,
                {"force": self.settings.force.full_name, "as_of": say_date(self.settings.as_of)},
                self.settings.disclosure.min_count,
            ),
            records_of=covered.say(self.period) if in_part else "",
            months=say_months(covered.used) if in_part else "",
        )
        self._claims[id] = evidence
        return evidence

    def _spec_of(self, id: str) -> ClaimSpec:
        if id in self.spec.claims:
            return self.spec.claims[id]
        near = did_you_mean(id, self.spec.claims)
        raise ParameterError(f"{self.spec.id} has no claim '{id}'.{near} Claims: {', '.join(self.spec.claims)}.")

    def _held_to_tables(self, claim: ClaimSpec, decision: Decision) -> Decision:
        """The decision; what was supplied is no want of data, though it holds nothing to count or can't be used."""
        decision = self._held_to_files(claim, self._held_to_columns(claim, self._held_to_references(claim, decision)))
        if "no_data" in decision.reasons and (spent := self.none_kept(*claim.tables)):
            return undecided("rows_set_aside", why=spent, flags=decision.flags)
        if "no_data" not in decision.reasons or not self.given(*(t for t in claim.tables if t != "data_request")):
            return decision
        return replace(decision, reasons=tuple("no_cases" if r == "no_data" else r for r in decision.reasons))

    def _held_to_files(self, claim: ClaimSpec, decision: Decision) -> Decision:
        """The decision; not determinable where a file could not be read that may hold what turns it.

        What one record proves stays proved, and what a force answers of itself needs no records.
        """
        proved = decision.verdict == "supported" and claim.type in PROVED_BY_ONE
        if not self.broken or claim.is_judgement or proved or "nil_return_unable" in decision.reasons:
            return decision
        tables = list(claim.tables)
        if decision.verdict == "not_determinable" and set(decision.reasons) & _FOR_WANT_OF_FIGURES:
            tables += [table for name in claim.names for table in self._tables_of(name)]
        if decision.verdict == "not_determinable" and set(decision.reasons) & _TOLD_BY_THE_LOG:
            tables.append("data_request")
        why = self.not_read(*tables)
        return undecided("could_not_be_read", why=" ".join(why), flags=decision.flags) if why else decision

    def _held_to_columns(self, claim: ClaimSpec, decision: Decision) -> Decision:
        """The decision; not determinable where a table came without a column that could turn it."""
        if claim.is_judgement or "nil_return_unable" in decision.reasons:
            return decision
        names, columns = [plain(name) for name in claim.test.limits] if claim.test else [], list(claim.columns)
        if decision.verdict == "not_determinable":
            if not set(decision.reasons) & _FOR_WANT_OF_FIGURES:
                return decision
            names = list(claim.names)
            tables = {t.partition(".")[0] for t in (*claim.tables, *(t for n in names for t in self._tables_of(n)))}
            columns += [f"{t}.{c.name}" for t in sorted(tables) for c in contract_for(t).columns if c.open_left_out]
        columns += [column for name in names for column in self.spec.indicators[name].columns]
        why = self.left_out(columns)
        return undecided("columns_left_out", why=" ".join(why), flags=decision.flags) if why else decision

    def _held_to_references(self, claim: ClaimSpec, decision: Decision) -> Decision:
        """The decision; not determinable where what decides it rests on references that lead nowhere.

        A decision on the force's own word, which has a reason, needs none of them, nor does one whose most telling
        figure stands or that is not about their tables.
        """
        why = list(dict.fromkeys(w for name in claim.names for w in self.loose(name)))
        if not why:
            return decision
        held = undecided("references_dont_match", why=" ".join(why), flags=decision.flags)
        if decision.verdict == "not_determinable":
            wanting = self.given(*claim.tables) and set(decision.reasons) & _FOR_WANT_OF_FIGURES
            return held if wanting else decision
        loose = [e.table for e in self.references(claim.names[0]) if not self._fits(e)]
        return held if not decision.reasons and set(loose) & set(claim.tables) else decision

    def conclude(self) -> pd.DataFrame:
        """Write the evidence bundle.

        Returns
        -------
        pandas.DataFrame
            The claims with verdict, grade, why, and what would change the verdict.

        Raises
        ------
        ParameterError
            If a claim of the catalogue was not decided, an indicator of it was not taken, or one was taken that it
            doesn't declare.
        """
        self._check_whole()
        bundle = self.bundle()
        if self.folder is not None:
            for figure in (drawn for f in bundle.figures for drawn in (f, f.own) if drawn is not None):
                words = f"{bundle.embargo}. " if bundle.embargo else ""
                mark_picture(self.folder / figure.svg, words + declaration(figure.sensitivity))
            write_bundle(bundle, self.folder)
        return claim_table(bundle.claims)

    def _check_whole(self) -> None:
        """Refuse evidence that is not what the catalogue declares: no more and no less."""
        declared, taken = self.spec.indicators, {i.name for i in self._indicators.values()}
        missing = {
            "deciding": [id for id in self.spec.claims if id not in self._claims],
            "taking": [name for name in declared if name not in taken | self.build.empty],
        }
        for what, names in missing.items():
            if names:
                raise ParameterError(f"Finding {self.spec.id} was concluded without {what} {', '.join(names)}.")
        if strange := sorted(taken - set(declared)):
            raise ParameterError(
                f"Finding {self.spec.id} took what its catalogue doesn't declare: {', '.join(strange)}."
            )

    def bundle(self) -> Bundle:
        """The evidence as it stands."""
        s, force = self.settings, self.settings.force
        claims = tuple(self._claims[id] for id in self.spec.claims if id in self._claims)
        # Of a finding that rests on documents alone its figures tell whether there is one that bears on it.
        alone = set(self.spec.tables.core) <= set(ALWAYS)
        told = alone and any(indicator.value is not None for indicator in self._indicators.values())
        given = told or self.has_core() or any(name in self.broken for name in self.spec.tables.core)
        # What came and could not be used is no want of data.
        no_data = not given and all(c.verdict == "not_determinable" and not _UNUSED & set(c.reasons) for c in claims)
        return Bundle(
            finding=self.spec.id,
            title=self.spec.title,
            section=self.spec.section,
            force=force.slug,
            force_name=force.full_name,
            kind=force.kind,
            status="no_data" if no_data else "complete",
            synthetic=self.synthetic,
            period_start=s.period_start.isoformat(),
            period_end=s.period_end.isoformat(),
            as_of=s.as_of.isoformat(),
            letter_date=s.letter_date.isoformat(),
            claims=claims,
            indicators=tuple(self._indicators.values()),
            figures=tuple(self._levelled(f, self._level(self.charts[f.name].data)) for f in self._figures),
            tables=tuple(t.model_copy(update={"sensitivity": self._level(self.frames[t.name])}) for t in self._kept),
            data=tuple(self.used.values()),
            request=tuple(self.spec.request) if no_data else (),
            notes=self.notes(),
            parameters=dict(s.values),
            inputs=dict(sorted(self.inputs.items())),
            versions=package_versions(),
            sensitivity=highest((c.sensitivity for c in claims), otherwise="force"),
            embargo=s.embargo,
            seconds=round(time.monotonic() - self._started, 3),
        )

    def _levelled(self, figure: Figure, level: Sensitivity) -> Figure:
        """The figure with its sensitivity; one that shows small counts is for the force at most."""
        own = figure.own and figure.own.model_copy(update={"sensitivity": highest((level, "force"))})
        return figure.model_copy(update={"sensitivity": level, "own": own})

    def _level(self, data: pd.DataFrame) -> Sensitivity:
        """The sensitivity of a chart or table: the highest of what it was made from."""
        groups = data["group"].astype(str) if "group" in data.columns else ()
        known = all(g in self._indicators for g in groups)
        return level_of(list(groups) if known else [], self.spec.claims)
