"""The evidence of a report as a file, and the evidence that a force holds."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pandas as pd
from pydantic import ValidationError

from hmic_analysis.cells import neutral_frame
from hmic_analysis.contracts import contract_for
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.build import Lone
from hmic_analysis.evidence.fitness import Fitness, lost, say_abrupt, say_ending
from hmic_analysis.evidence.model import BUNDLE_NAME, Bundle, DataUsed, Figure, Table
from hmic_analysis.evidence.verdicts import Decision, request_gap, undecided
from hmic_analysis.evidence.wording import Whole
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import local_days, within
from hmic_analysis.params.catalogue import ALWAYS, FindingSpec
from hmic_analysis.params.resolve import Resolved
from hmic_analysis.project import Project
from hmic_analysis.store.manifest import read_manifest, remark_in_words
from hmic_analysis.store.references import ReferenceEntry
from hmic_analysis.store.tables import DEFAULT_ZONE, load_table, no_rows, wanted_columns
from hmic_analysis.words import say_period

if TYPE_CHECKING:
    from hmic_analysis.figures.chart import Chart

# Writing a bundle and what belongs to it, and reading it back.


def write_bundle(bundle: Bundle, folder: Path) -> Path:
    """Write a bundle as JSON with sorted keys, whole or not at all.

    Parameters
    ----------
    bundle : Bundle
    folder : pathlib.Path
        Made if it isn't there.

    Returns
    -------
    pathlib.Path
        The file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / BUNDLE_NAME
    text = json.dumps(bundle.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False)
    part = path.with_suffix(".part")
    part.write_text(text + "\n", encoding="utf-8", newline="\n")
    os.replace(part, path)
    return path


def read_bundle(path: Path) -> Bundle:
    """Read a bundle.

    Parameters
    ----------
    path : pathlib.Path
        The file, or its folder.

    Raises
    ------
    DataError
        If it isn't there or isn't a bundle of this version.
    """
    path = path / BUNDLE_NAME if path.is_dir() else path
    try:
        return Bundle.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"There is no evidence at {path}. Run the finding first: hmic run.") from None
    except (ValidationError, ValueError) as fault:
        first = str(fault).splitlines()[0]
        finding, force = path.parent.name, path.parent.parent.name
        raise DataError(
            f"The evidence {path} was written by another version of this package, or is damaged ({first}). "
            f"Make it again: hmic run --force {force} --finding {finding}."
        ) from None


def save_chart(chart: Chart, folder: Path | None, below: str = "figures") -> Figure:
    """Write a chart's picture as SVG and its data as CSV.

    Parameters
    ----------
    chart : Chart
    folder : pathlib.Path or None
        Folder of the report.  None: nothing is written.
    below : str
        Where its files go, below that folder.

    Returns
    -------
    Figure
        Its words, and paths below the folder.
    """
    if folder is not None:
        chart.save(folder / below, ("svg", "csv"))
    return Figure(
        name=chart.name,
        headline=chart.headline,
        subtitle=chart.subtitle,
        alt=chart.alt,
        source=chart.source,
        svg=f"{below}/{chart.name}.svg",
        data=f"{below}/{chart.name}.csv",
        synthetic=chart.synthetic,
        empty=chart.empty,
        sentence=chart.sentence,
    )


def save_table(
    frame: pd.DataFrame, name: str, headline: str, subtitle: str, source: str, synthetic: bool, folder: Path | None
) -> Table:
    """Write a table's data as CSV.

    Parameters
    ----------
    frame : pandas.DataFrame
    name, headline, subtitle, source : str
    synthetic : bool
    folder : pathlib.Path or None
        Folder of the report; None: nothing is written.

    Returns
    -------
    Table
        Its words, and the path below the folder.
    """
    if folder is not None:
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        _write_csv(frame, folder / "tables" / f"{name}.csv", synthetic)
    return Table(
        name=name, headline=headline, subtitle=subtitle, source=source, data=f"tables/{name}.csv", synthetic=synthetic
    )


def _write_csv(frame: pd.DataFrame, path: Path, synthetic: bool) -> None:
    """CSV with a column that says so where the data are synthetic."""
    out = frame.reset_index(drop=frame.index.name is None)
    if synthetic:
        out = out.assign(synthetic="yes")
    neutral_frame(out).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


# Words that a picture's file carries inside it, wherever the file is taken: the embargo and how sensitive it is.

_SVG = re.compile(rb"<svg\b[^>]*>")


def mark_picture(path: Path, words: str) -> None:
    """Put words into an SVG picture's file, once, as its metadata; what it shows doesn't change.

    Raises
    ------
    ValueError
        If the file is no SVG.
    """
    if not path.is_file() or not words:
        return
    content = path.read_bytes()
    start = _SVG.search(content)
    if start is None:
        raise ValueError(f"{path} is no SVG picture.")
    told = f"<metadata>{escape(words)}</metadata>".encode()
    if told not in content:
        path.write_bytes(content[: start.end()] + b"\n " + told + content[start.end() :])


# What was supplied: the tables of one force as one finding takes them, why any is missing, and what does not join.


#: Tables read, by holder and name, while several reports on the same force are worked out one after another.
_READ: ContextVar[dict[tuple[str, str], pd.DataFrame] | None] = ContextVar("_READ", default=None)


@contextmanager
def tables_read_once() -> Iterator[None]:
    """Within it a table is read once for all reports that take it."""
    token = _READ.set({})
    try:
        yield
    finally:
        _READ.reset(token)


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
        self.spec = cast(FindingSpec, settings.finding)
        self.manifest = read_manifest(project, self.force)
        taken = (*self.spec.tables.core, *self.spec.tables.useful)
        self.fit = Fitness.of(self.manifest, taken, settings.period_start, settings.period_end, settings.as_of)
        self.period = say_period(settings.period_start, settings.period_end)
        self.used: dict[str, DataUsed] = {}
        #: By table, why its file could not be read.
        self.broken: dict[str, str] = {}
        for name in dict.fromkeys((*taken, *ALWAYS)):
            self._note_broken(name, self.force)
        self.inputs: dict[str, str] = {}
        self._tables: dict[tuple[str, str], pd.DataFrame] = {}
        self._borrowed_synthetic = False

    def table(self, name: str, force: str = "") -> pd.DataFrame:
        """A table of the force, whole; an empty frame with the contract's columns if there is none that can be read.

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
            read = _READ.get()
            kept = {} if read is None else read
            if (holder, name) not in kept:
                kept[holder, name] = self._read(name, holder)
            frame = kept[holder, name].copy(deep=False)
            self._tables[holder, name] = frame
            self._note_use(name, holder, frame, None)
        return self._tables[holder, name]

    def _note_broken(self, name: str, holder: str) -> bool:
        manifest = self.manifest if holder == self.force else read_manifest(self.project, holder)
        if manifest is None or name not in manifest.broken:
            return False
        self.broken[name] = manifest.broken[name]
        return True

    def _read(self, name: str, holder: str) -> pd.DataFrame:
        if self._note_broken(name, holder):
            contract = contract_for(name)
            return no_rows(contract, wanted_columns(contract, None), DEFAULT_ZONE)
        return load_table(self.project, holder, name)

    def fit_of(self, indicator: str) -> Fitness:
        """The fitness of the tables that an indicator is worked out from; of all where it names none."""
        spec = self.spec.indicators.get(indicator)
        return self.fit.on(spec.tables) if spec is not None and spec.tables else self.fit

    def flow(self, name: str, indicator: str = "") -> pd.DataFrame:
        """The rows of a table that belong to the period, by local day (whole months where only months are known).

        Parameters
        ----------
        name : str
            Table name.
        indicator : str
            The figure that they are counted for.

        Returns
        -------
        pandas.DataFrame
            Without the months that another table of the figure lacks (without one: of the finding): above and below
            the line of a share stand the same months.
        """
        frame = self.table(name)
        contract = contract_for(name)
        at, month = contract.time, ""
        if contract.column(contract.time).kind == "month":
            at, month = contract.column(contract.time).month_of, contract.time
        rows = within(frame, self.settings.period_start, self.settings.period_end, at, month)
        fit = self.fit_of(indicator)
        if name in fit.tables and not fit.whole:
            days = local_days(rows[at])
            if month:
                days = days.fillna(pd.to_datetime(rows[month]))
            rows = rows[days.dt.strftime("%Y-%m").isin(fit.used).to_numpy(dtype=bool)].copy()
        self._note_use(name, self.force, frame, len(rows))
        return rows

    def given(self, *names: str) -> bool:
        """Whether every one of these tables was supplied with at least one row."""
        return all(len(self.table(name)) > 0 for name in names)

    def none_kept(self, *names: str) -> str:
        """That tables were supplied and none of their rows could be used, in words; "" where none is so."""
        tables = self.manifest.tables if self.manifest is not None else {}
        held = {name: lost(tables[name].accounts)[0] for name in names if name in tables and not tables[name].rows}
        said = (
            f"None of the {n:,} rows of '{contract_for(name).title}' could be used." for name, n in held.items() if n
        )
        return " ".join(said)

    def answer(self, item: str) -> registers.Answer:
        """What became of the request for an item; all None where it was not asked for.

        A register is not complete, whatever was signed, where rows or cells of it could not be used: what was not found
        may stand there.
        """
        found = registers.answer_to(self.table("data_request"), item)
        entry = self.manifest.tables.get(item) if self.manifest is not None else None
        bad = entry is not None and (lost(entry.accounts)[0] or any(a.cells for a in entry.accounts))
        if bad or item in self.broken:
            return found._replace(register_complete=None)
        return found

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

    def unable(self, name: str) -> list[str]:
        """Why an indicator can't be given though its tables were supplied; empty if it can."""
        spec = self.spec.indicators.get(name)
        lacking = self.left_out(spec.columns) if spec is not None else []
        return self.unmeasurable(name) or self.not_read(*self._tables_of(name)) or self.loose(name) or lacking

    def left_out(self, columns: Iterable[str]) -> list[str]:
        """Which of these columns (``document.scope``) a table was supplied without, in words; empty if none.

        A cell left blank in them says something; a column that is not there says nothing of any row.
        """
        lacking: dict[str, list[str]] = {}
        for table, _, column in (name.partition(".") for name in dict.fromkeys(columns)):
            entry = self.manifest.tables.get(table) if self.manifest is not None else None
            if entry is not None and entry.rows and column in entry.left_out:
                lacking.setdefault(table, []).append(column)
        return [
            f"“{contract_for(table).title}” came without the {'columns' if len(names) > 1 else 'column'} "
            f"{' and '.join(names)}. Ask for the list with {'them' if len(names) > 1 else 'it'}."
            for table, names in lacking.items()
        ]

    def not_read(self, *names: str) -> list[str]:
        """Which of these tables came in a file that could not be read, in words; empty if none did."""
        titles = [f"“{contract_for(name).title}”" for name in dict.fromkeys(names) if name in self.broken]
        return [f"The file of {' and '.join(titles)} could not be read. Ask for it again."] if titles else []

    def _tables_of(self, indicator: str) -> tuple[str, ...]:
        """The tables, some with a column, that an indicator is worked out from."""
        spec = self.spec.indicators.get(indicator)
        return (spec.tables if spec else ()) or (*self.spec.tables.core, *self.spec.tables.useful)

    def references(self, indicator: str) -> list[ReferenceEntry]:
        """The references that an indicator rests on: those between tables that it is worked out from."""
        named = self._tables_of(indicator)
        tables = {name.partition(".")[0] for name in named}
        return [e for e in self._between(tables, tables) if e.every or e.name in named]

    def lone(self, indicator: str) -> Lone:
        """What the references that lead nowhere leave open of an indicator, as its catalogue declares it."""
        spec = self.spec.indicators.get(indicator)
        entries = self.references(indicator) if spec is not None and spec.lone else []
        found, said = {"no": 0, "yes": 0, "more": 0}, []
        for what, names in spec.lone.items() if entries else ():
            for entry in (e for e in entries if e.name in names):
                n = entry.alone(rows=what.endswith("_rows"))
                found[what.removesuffix("_rows")] += n
                if n:
                    said.append(entry.told_lone())
        return Lone(**found, said=f"{'; '.join(dict.fromkeys(said))}." if said else "")

    def loose(self, indicator: str) -> list[str]:
        """Why an indicator can't be given though its tables were supplied: references that lead nowhere."""
        return [entry.told() for entry in self.references(indicator) if not self._fits(entry)]

    def _between(self, tables: Collection[str], others: Collection[str]) -> list[ReferenceEntry]:
        entries = self.manifest.references if self.manifest else ()
        return [e for e in entries if e.table in tables and e.to_table in others]

    def _fits(self, entry: ReferenceEntry) -> bool:
        return entry.fits(self.settings.max_unmatched_pct)

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
            ``not_determinable`` with the most telling reason: a file could not be read, the source can't tell, no row
            could be used, the request was not made, not answered or refused, or nothing was supplied.
        """
        if broken := self.not_read(*names):
            return undecided("could_not_be_read", why=" ".join(broken))
        missing = [name for name in names if not self.given(name)]
        unable = self.unmeasurable(*names)
        if unable:
            return undecided("source_cannot_tell", why=" ".join(unable))
        if not missing:
            loose = [e.told() for e in self._between(names, names) if e.every and not self._fits(e)]
            return undecided("references_dont_match", why=" ".join(loose)) if loose else None
        if spent := self.none_kept(*missing):
            return undecided("rows_set_aside", why=spent)
        for name in missing:
            status = self.answer(item or name).status
            if status == "nil_return_unable":
                return undecided("nil_return_unable", why=f"The force cannot supply “{contract_for(name).title}”.")
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
                contract = contract_for(used.table)
                of_all = contract.held_by == "published" or "force_slug" in contract.key
                file = "a reference about all forces, supplied by none of them" if of_all else "not supplied"
                if used.table in self.broken:
                    file = "could not be read"
                rows.append({"Table": used.table, "File": file, "Read": 0, "Kept": 0, "Set aside": 0})
            for a in used.accounts:
                rows.append(
                    {
                        "Table": used.table,
                        "File": a.file,
                        "Read": a.read,
                        "Kept": a.kept,
                        "Set aside": a.rejected,
                        "Why set aside": "; ".join(f"{k}: {v:,}" for k, v in a.reasons.items()),
                        "Odd, kept and flagged": "; ".join(f"{k}: {v:,}" for k, v in a.odd.items()),
                    }
                )
        columns = ["Table", "File", "Read", "Kept", "Set aside", "Why set aside", "Odd, kept and flagged"]
        frame = pd.DataFrame(rows).reindex(columns=columns).set_index("Table")
        return Whole(frame.astype({c: "object" for c in columns[5:]}).fillna(""))

    def only_if_measurable(self, frame: pd.DataFrame, about: str) -> pd.DataFrame:
        """The frame, or none of its rows where the source or its references can't tell what it is about.

        Parameters
        ----------
        frame : pandas.DataFrame
        about : str
            Indicator.
        """
        return frame.iloc[:0] if self.unable(about) else frame

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
        missing = tuple(f"{text} of {self.period}" for text in self.fit.remarks())
        missing += tuple(
            f"{contract_for(name).title}: {text}" for name, c in self.fit.tables.items() if (text := say_abrupt(c))
        )
        entries, end = self.manifest.tables, self.settings.period_end
        # Whoever signed such a list as complete may be right: verdicts stand, and whoever reads them is told.
        missing += tuple(
            f"{contract_for(name).title}: {text}"
            for name in self.used
            if name in entries and not contract_for(name).steady and (text := say_ending(entries[name].months, end))
        )
        odd = tuple(
            f"{contract_for(name).title}: {remark_in_words(text)}"
            for name in self.used
            if name in entries
            for text in entries[name].odd
        )
        return (*suspect, *missing, *odd, *self.manifest.remarks)

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
            cannot_tell=(*self.not_read(name), *self.cannot_tell(name)),
            first=first,
            last=last,
            months_missing=self.fit.tables[name].missing if name in self.fit.tables and holder == self.force else (),
        )
