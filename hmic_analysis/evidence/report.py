"""What a finding notebook holds in its hand: the force's tables, the parameters, and the bundle being written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from hmic_analysis.contracts import contract_for
from hmic_analysis.errors import ParameterError
from hmic_analysis.evidence.build import Builder, make_claim
from hmic_analysis.evidence.bundle import mark_picture, package_versions, save_chart, save_table, write_bundle
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, DataUsed, Figure, Grade, Indicator, Sensitivity, Table
from hmic_analysis.evidence.verdicts import Decision, request_gap, undecided
from hmic_analysis.evidence.withheld import declaration, drawable, highest, level_of, rules_from
from hmic_analysis.evidence.wording import claim_table, group_frame, indicator_table
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import within
from hmic_analysis.params.catalogue import ALWAYS
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.project import Project, find_project
from hmic_analysis.store.tables import load_table, read_manifest
from hmic_analysis.words import say_date, say_period

if TYPE_CHECKING:
    from hmic_analysis.figures.chart import Chart


# --------------------------------------------------------------------------------------------------------------------
# What was supplied: the tables of one force as one finding takes them, and why any is missing.


class Holdings:
    """The tables of one force, taken by one finding; notes what was taken.

    Parameters
    ----------
    project : Project
    settings : Resolved
        Resolved parameters of the finding and the force.
    """

    def __init__(self, project: Project, settings: Resolved) -> None:
        self.project = project
        self.settings = settings
        self.force = settings.force.slug
        self.spec = settings.finding
        self.manifest = read_manifest(project, self.force)
        self.used: dict[str, DataUsed] = {}
        self.inputs: dict[str, str] = {}
        self._tables: dict[tuple[str, str], pd.DataFrame] = {}
        self._borrowed_synthetic = False

    def table(self, name: str, force: str = "") -> pd.DataFrame:
        """A table of the force, whole; an empty frame with the contract's columns if it was not supplied.

        Parameters
        ----------
        name : str
            Table name.
        force : str
            Another holder of the table, such as ``england-and-wales``.

        Returns
        -------
        pandas.DataFrame
            Times in the zone of the source; a row's origin stands in ``source_file`` and ``source_row``.

        Raises
        ------
        ParameterError
            If the finding's entry in the catalogue doesn't name the table: the plan could not know that a change of
            it matters.
        """
        if name not in (*self.spec.tables.core, *self.spec.tables.useful, *ALWAYS):
            raise ParameterError(
                f"Finding {self.spec.id} takes the table '{name}', which its entry in params/findings doesn't "
                "name. Add it to its useful tables."
            )
        holder = force or self.force
        if (holder, name) not in self._tables:
            frame = load_table(self.project, holder, name)
            self._tables[holder, name] = frame
            self._note_use(name, holder, frame, None)
        return self._tables[holder, name]

    def flow(self, name: str) -> pd.DataFrame:
        """The rows of a table that belong to the period, by local day (whole months where only months are known).

        Parameters
        ----------
        name : str
            Table name.

        Returns
        -------
        pandas.DataFrame
        """
        frame = self.table(name)
        contract = contract_for(name)
        at, month = contract.time, ""
        if contract.column(contract.time).kind == "month":
            at, month = contract.column(contract.time).month_of, contract.time
        rows = within(frame, self.settings.period_start, self.settings.period_end, at, month)
        self._note_use(name, self.force, frame, len(rows))
        return rows

    def given(self, *names: str) -> bool:
        """Whether every one of these tables was supplied with at least one row."""
        return all(len(self.table(name)) > 0 for name in names)

    def answer(self, item: str) -> registers.Answer:
        """What became of the request for an item; all None where it was not asked for."""
        return registers.answer_to(self.table("data_request"), item)

    def cannot_tell(self, *abouts: str) -> list[str]:
        """What the source says it can't tell of tables, columns or indicators."""
        if self.manifest is None:
            return []
        return list(dict.fromkeys(c.because for about in abouts for c in self.manifest.cannot_tell(about)))

    def unmeasurable(self, *abouts: str) -> list[str]:
        """Why the source makes tables or indicators impossible to measure; empty if it doesn't."""
        if self.manifest is None:
            return []
        found = [c for about in abouts for c in self.manifest.cannot_tell(about) if c.effect == "not_measurable"]
        return list(dict.fromkeys(c.because for c in found))

    def gap(self, *names: str, item: str = "") -> Decision | None:
        """Why a claim that needs these tables can't be weighed; None if all are there.

        Parameters
        ----------
        *names : str
            Tables the claim can't do without.
        item : str
            Item of the data-request log that stands for them; by default the table's own name.

        Returns
        -------
        Decision or None
            ``not_determinable`` with the most telling reason: the source can't tell, the request was not made,
            not answered or refused, or nothing was supplied.
        """
        missing = [name for name in names if not self.given(name)]
        unable = self.unmeasurable(*names)
        if unable:
            return undecided("source_cannot_tell", why=" ".join(unable))
        if not missing:
            return None
        for name in missing:
            status = self.answer(item or name).status
            if status == "nil_return_unable":
                return undecided("nil_return_unable", why=f"The force can't supply the table {name}.")
            asked = request_gap(status) if status else None
            if asked is not None:
                return asked
        tables = ", ".join(missing)
        return undecided("no_data", why=f"Not supplied: {tables}.")

    def data(self) -> pd.DataFrame:
        """The rows read, kept and rejected of every file behind the tables of this finding, for show.

        Returns
        -------
        pandas.DataFrame
            One row per table and file; also a row for each table that was not supplied.
        """
        for name in (*self.spec.tables.core, *self.spec.tables.useful):
            self.table(name)
        rows = []
        for used in self.used.values():
            if not used.accounts:
                rows.append({"Table": used.table, "File": "not supplied", "Read": 0, "Kept": 0, "Rejected": 0})
            for a in used.accounts:
                rows.append(
                    {
                        "Table": used.table,
                        "File": a.file,
                        "Read": a.read,
                        "Kept": a.kept,
                        "Rejected": a.rejected,
                        "Why rejected": "; ".join(f"{k}: {v:,}" for k, v in a.reasons.items()),
                        "Odd, kept and flagged": "; ".join(f"{k}: {v:,}" for k, v in a.flags.items()),
                    }
                )
        columns = ["Table", "File", "Read", "Kept", "Rejected", "Why rejected", "Odd, kept and flagged"]
        frame = pd.DataFrame(rows).reindex(columns=columns).set_index("Table")
        return frame.astype({c: "object" for c in columns[5:]}).fillna("")

    def only_if_measurable(self, frame: pd.DataFrame, about: str) -> pd.DataFrame:
        """The frame, or none of its rows where the source can't tell what it is about.

        Parameters
        ----------
        frame : pandas.DataFrame
        about : str
            Indicator.

        Returns
        -------
        pandas.DataFrame
        """
        return frame.iloc[:0] if self.unmeasurable(about) else frame

    @property
    def synthetic(self) -> bool:
        """Whether the return is synthetic, or a table in use that another body holds."""
        return self._borrowed_synthetic or (self.manifest is not None and self.manifest.synthetic)

    def source(self) -> str:
        """The source line of figures and tables."""
        kind = "simulated return, synthetic data" if self.synthetic else "force data return"
        if self.manifest is not None and not self.synthetic:
            kind = "; ".join(self.manifest.source_titles.values()) or kind
        return f"{self.settings.force.name}, {kind}"

    def notes(self) -> tuple[str, ...]:
        """Suspect periods of the tables in use, and what is to be known of how the files were read."""
        if self.manifest is None:
            return ()
        suspect = [
            f"{note.state}: {note.table}, {note.start or 'beginning'} to {note.end or 'end'}: {note.note}"
            for note in self.manifest.notes
            if note.table in self.used
        ]
        return (*suspect, *self.manifest.remarks)

    def has_core(self) -> bool:
        """Whether any table that makes the finding assessable has a row."""
        return any(len(self.table(n)) > 0 for n in self.spec.tables.core if n not in ALWAYS)

    def _note_use(self, name: str, holder: str, frame: pd.DataFrame, in_window: int | None) -> None:
        manifest = self.manifest if holder == self.force else read_manifest(self.project, holder)
        entry = manifest.tables.get(name) if manifest else None
        accounts = entry.accounts if entry else ()
        if holder != self.force and entry is not None and entry.synthetic and len(frame):
            self._borrowed_synthetic = True
        self.inputs.update({a.file: a.sha256 for a in accounts})
        first, last = (entry.first, entry.last) if entry else ("", "")
        if in_window is None and name in self.used:
            in_window = self.used[name].rows_in_window
        self.used[name] = DataUsed(
            table=name,
            rows=len(frame),
            rows_in_window=in_window,
            accounts=tuple(accounts),
            cannot_tell=tuple(self.cannot_tell(name)),
            first=first,
            last=last,
        )


# --------------------------------------------------------------------------------------------------------------------
# What a finding notebook holds in its hand: the force's tables, the parameters, and the bundle being written.
#
# A notebook opens a report, takes tables from it, hands it indicators, charts and decisions, and concludes it. Run by
# the engine it leaves an evidence bundle in its folder; opened by an analyst without a folder it leaves nothing.


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
        Slug of the force.
    period_start, period_end, as_of, letter_date : str
        ISO days in place of those of the parameter files; empty means as the files say.
    project : str
        The project's folder; by default the one that the working folder lies in.
    output : str
        Folder of this report; empty: nothing is written.

    Returns
    -------
    Report

    Raises
    ------
    ParameterError
        If a parameter can't be used.
    DataError
        If the processed data can't be read.
    """
    words = {
        "period.start": period_start,
        "period.end": period_end,
        "as_of": as_of,
        "letter_date": letter_date,
    }
    home = find_project(project or None)
    params = load_params(home)
    settings = resolve(params, force, finding, {k: v for k, v in words.items() if v})
    territorial = tuple(f.slug for f in params.territorial)
    return Report(home, settings, territorial, Path(output) if output else None)


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
        self.period = say_period(settings.period_start, settings.period_end)
        windows = {"period": self.period, "as_of": say_date(settings.as_of)}
        self.build = Builder(settings, windows)
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
        told = [self._as_the_source_can_tell(indicator) for indicator in indicators]
        self._indicators.update({indicator.id: indicator for indicator in told})
        return indicator_table(told)

    def _as_the_source_can_tell(self, indicator: Indicator) -> Indicator:
        """Withhold a figure that the source can't give; put the source's caveats next to any other."""
        unable = self.unmeasurable(indicator.name)
        if unable:
            keep = {"id", "name", "label", "unit", "basis", "stratum", "window", "better", "definition"}
            plain = {k: v for k, v in indicator.model_dump().items() if k in keep}
            return Indicator(**plain, about_persons=indicator.about_persons, note=" ".join(unable))
        caveats = tuple(dict.fromkeys((*indicator.caveats, *self.cannot_tell(indicator.name))))
        return indicator.model_copy(update={"caveats": caveats})

    def indicator(self, id: str) -> Indicator | None:
        """An indicator taken earlier; None if there is none of that id."""
        return self._indicators.get(id)

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
        chosen = [i for i in self._indicators.values() if i.name in names and (bool(i.stratum) or len(names) > 1)]
        return drawable(group_frame(chosen), list(self._indicators.values()), self._rules)

    def words(self, name: str, subtitle: str, about: str = "") -> dict[str, object]:
        """What a chart function is told about its words.

        Parameters
        ----------
        name : str
            Name of its files.
        subtitle : str
            What is measured; force and period are added.
        about : str
            Indicator whose caveats, as the source states them, belong next to the picture.

        Returns
        -------
        dict
        """
        place = f"{subtitle}, {self.settings.force.name}"
        when = "" if "at " + self.as_of in subtitle else f", {self.period}"
        caveats = "".join(f". {c.rstrip('.')}" for c in self.cannot_tell(about)) if about else ""
        unable = self.unmeasurable(about) if about else []
        return {
            "name": name,
            "subtitle": place + when + ("" if unable else caveats),
            "source": self.source(),
            "synthetic": self.synthetic,
            **({"reason": " ".join(unable)} if unable else {}),
        }

    @property
    def as_of(self) -> str:
        """The day of the snapshot in words."""
        return say_date(self.settings.as_of)

    def show(self, chart: Chart) -> Chart:
        """Take a chart into the evidence: its picture and data are written, and it is returned for show."""
        self._figures = [f for f in self._figures if f.name != chart.name]
        self.charts[chart.name] = chart
        self._figures.append(save_chart(chart, self.folder))
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
        return frame

    def claim(self, id: str, decision: Decision, grade: Grade, *indicators: str) -> ClaimEvidence:
        """Decide one claim.

        Parameters
        ----------
        id : str
            ``A1a``.
        decision : Decision
        grade : str
        *indicators : str
            Ids of the indicators that decided it, most telling first.

        Returns
        -------
        ClaimEvidence

        Raises
        ------
        ParameterError
            If its sentence names a figure that is not there.
        """
        evidence = make_claim(
            self.spec,
            id,
            decision,
            grade,
            [i for i in indicators if i in self._indicators],
            self._indicators,
            words={
                "force": self.settings.force.full_name,
                "period": self.period,
                "as_of": say_date(self.settings.as_of),
            },
            min_count=self.settings.disclosure.min_count,
        )
        self._claims[id] = evidence
        return evidence

    def conclude(self) -> pd.DataFrame:
        """Write the evidence bundle.

        Returns
        -------
        pandas.DataFrame
            The claims with verdict, grade, why, and what would change the verdict.

        Raises
        ------
        ParameterError
            If a claim of the catalogue was not decided.
        """
        missing = [id for id in self.spec.claims if id not in self._claims]
        if missing:
            raise ParameterError(f"Finding {self.spec.id} was concluded without deciding {', '.join(missing)}.")
        bundle = self.bundle()
        if self.folder is not None:
            for figure in bundle.figures:
                words = f"{bundle.embargo}. " if bundle.embargo else ""
                for name in (figure.png, figure.svg):
                    mark_picture(self.folder / name, words + declaration(figure.sensitivity))
            write_bundle(bundle, self.folder)
        return claim_table(bundle.claims)

    def bundle(self) -> Bundle:
        """The evidence as it stands."""
        s, force = self.settings, self.settings.force
        claims = tuple(self._claims[id] for id in self.spec.claims if id in self._claims)
        no_data = not self.has_core() and all(c.verdict == "not_determinable" for c in claims)
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
            figures=tuple(
                f.model_copy(update={"sensitivity": self._level(self.charts[f.name].data)}) for f in self._figures
            ),
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

    def _level(self, data: pd.DataFrame) -> Sensitivity:
        """The sensitivity of a chart or table: the highest of what it was made from."""
        groups = data["group"].astype(str) if "group" in data.columns else ()
        known = all(g in self._indicators for g in groups)
        return level_of(list(groups) if known else [], self.spec.claims)
