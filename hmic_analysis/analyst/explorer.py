"""The explorer: pick a force, a finding and a period; see figures, claims, rows and the comparison."""

from __future__ import annotations

import base64
import html
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from hmic_analysis.analyst.choose import findings, forces, settings
from hmic_analysis.analyst.indicator import OWN, indicator
from hmic_analysis.analyst.working import Worked, work_through
from hmic_analysis.cells import neutral_frame
from hmic_analysis.comparison.compare import beside_others, compare, compare_chart, funnel_chart
from hmic_analysis.contracts import BOOKKEEPING
from hmic_analysis.errors import HmicError, ParameterError
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project

# --------------------------------------------------------------------------------------------------------------------
# Panels of the explorer: the rows behind a number, the comparison, the export of figures.

#: More rows than these are told of, not shown.
MOST_ROWS = 200
#: Characters of a person's hash that are shown, and groups that a figure is offered by.
_HASH, _GROUPS = 8, 40
STATES = {"Counted": "yes", "Not counted": "no", "Not known": "unknown", "All": "all"}


def show_frame(frame: pd.DataFrame) -> str:
    """A frame as HTML, every text of it escaped."""
    return frame.to_html(escape=True, na_rep="", border=0, justify="left")


def as_download(frame: pd.DataFrame, name: str, words: str) -> str:
    """A link that saves a frame as CSV; cells that a spreadsheet would take for formulas are neutral."""
    content = neutral_frame(frame).to_csv(index=False, lineterminator="\n").encode("utf-8")
    data = base64.b64encode(content).decode("ascii")
    return f'<a download="{html.escape(name)}.csv" href="data:text/csv;base64,{data}">{html.escape(words)}</a>'


class Rows(widgets.VBox):
    """The units that one figure was counted from: filtered, sorted, to take away."""

    def __init__(self) -> None:
        wide = {"width": "640px"}
        self.which = widgets.Dropdown(description="Figure", layout=wide)
        self.state = widgets.ToggleButtons(options=STATES, value="no")
        self.filter = widgets.Text(
            description="Only where", placeholder="district == 'District 1' and staff_hours > 2",
            layout=wide, continuous_update=False,
        )  # fmt: skip
        self.sort = widgets.Dropdown(description="Sorted by", layout=wide)
        self.down = widgets.Checkbox(description="highest first", indent=False)
        self.table = widgets.HTML()
        self._worked: Worked | None = None
        super().__init__([self.which, self.state, self.filter, widgets.HBox([self.sort, self.down]), self.table])
        for widget in (self.which, self.state, self.filter, self.sort, self.down):
            widget.observe(self._draw, names="value")

    def show(self, worked: Worked | None) -> None:
        """Take the indicators of a finding."""
        self._worked = None
        kept = {} if worked is None else worked.report.build.units
        found = [] if worked is None else [i for i in worked.report.bundle().indicators if i.id in kept]
        self.filter.value = ""
        self.which.options = {i.label: i.id for i in found}
        self.which.value = found[0].id if found else None
        self._worked = worked
        self._draw()

    def chosen(self) -> pd.DataFrame:
        """The rows as filtered and sorted."""
        if self._worked is None or self.which.value is None:
            return pd.DataFrame()
        rows = self._worked.rows(self.which.value, self.state.value)
        if self.sort.options != ("", *rows.columns):
            self.sort.options = ("", *rows.columns)
        if self.filter.value.strip():
            try:
                rows = rows.query(self.filter.value)
            except Exception as fault:
                columns = ", ".join(map(str, rows.columns))
                raise ParameterError(f"The filter can't be used: {fault}. Columns: {columns}.") from None
        return rows.sort_values(self.sort.value, ascending=not self.down.value) if self.sort.value else rows

    def _draw(self, change: dict | None = None) -> None:
        if self._worked is None or self.which.value is None:
            self.table.value = "" if self._worked is None else "<p>No figure here is counted from single units.</p>"
            return
        try:
            rows = self.chosen()
        except HmicError as fault:
            self.table.value = f"<p>{html.escape(fault.message)}</p>"
            return
        if rows.empty:
            self.table.value = "<p>No rows.</p>"
            return
        more = f", the first {MOST_ROWS} shown" if len(rows) > MOST_ROWS else ""
        shown = rows.head(MOST_ROWS).dropna(axis="columns", how="all")
        for name in shown.columns[shown.columns.str.endswith("_key")]:
            shown[name] = shown[name].str.slice(0, _HASH)
        link = as_download(
            rows, f"{self._worked.report.force}-{self.which.value}", f"Download all {len(rows):,} as CSV"
        )
        self.table.value = (
            f"<p>{len(rows):,} rows{more}; references of persons shortened. Restricted: single events and persons. "
            f"{link}</p>{show_frame(shown)}"
        )


class Across(widgets.VBox):
    """One figure of several forces, by groups and periods: its chart, its numbers, and the code that makes them."""

    def __init__(self, home: Project, with_data: dict[str, str]) -> None:
        self.home = home
        wide = {"width": "640px"}
        self.which = widgets.Dropdown(description="Figure", layout=wide)
        self.forces = widgets.SelectMultiple(options=with_data, description="Forces", layout=wide)
        self.by = widgets.Dropdown(description="By", layout=wide)
        periods = {"That of the parameter files": "", "Months": "month", "Quarters": "quarter"}
        self.period = widgets.Dropdown(options=periods, description="Period", layout=wide)
        self.button = widgets.Button(description="Show", button_style="primary")
        self.said = widgets.HTML()
        super().__init__([self.which, self.forces, self.by, self.period, self.button, self.said])
        self.which.observe(self._offer, names="value")
        self.button.on_click(self._draw)
        self._worked: Worked | None = None

    def show(self, worked: Worked | None) -> None:
        """Take the indicators of a finding."""
        self._worked = worked
        names = [] if worked is None else list(worked.report.spec.indicators.values())
        self.which.options = {i.label: i.name for i in names}
        if worked is not None and worked.report.force in self.forces.options.values():
            self.forces.value = (worked.report.force,)
        self.said.value = ""

    def _offer(self, change: dict | None = None) -> None:
        """The groups that a figure can be given by."""
        options = {"Not grouped": "", "The groups of the finding": OWN}
        if self._worked is not None and self.which.value in self._worked.report.build.units:
            rows = self._worked.rows(self.which.value)
            few = [c for c in rows.columns[1:] if c not in BOOKKEEPING and 1 < rows[c].nunique() <= _GROUPS]
            options |= {c.replace("_", " ").capitalize(): c for c in few}
        self.by.options = options

    def code(self) -> str:
        """The cell that makes the same."""
        given = [repr(self.which.value), repr(list(self.forces.value))]
        given += [
            f"{name}={value!r}" for name, value in (("by", self.by.value), ("period", self.period.value)) if value
        ]
        return f"import hmic_analysis as hmic\n\nhmic.indicator({', '.join(given)})"

    def _draw(self, button: widgets.Button | None = None) -> None:
        if not self.which.value or not self.forces.value:
            self.said.value = "<p>Choose a figure and one or more forces first.</p>"
            return
        try:
            frame = indicator(
                self.which.value, self.forces.value, self.by.value or (), self.period.value or None,
                project=self.home.root,
            )  # fmt: skip
            picture = frame.plot()._repr_html_()
        except HmicError as fault:
            self.said.value = f"<p>{html.escape(fault.message)}</p>"
            return
        link = as_download(pd.DataFrame(frame), self.which.value, "Download the numbers as CSV")
        self.said.value = f"{picture}<p>{link}</p><p>As code:</p><pre>{html.escape(self.code())}</pre>"


class Export(widgets.VBox):
    """Writes figures at the width of a letter."""

    def __init__(self, home: Project) -> None:
        self.home = home
        self.which = widgets.SelectMultiple(description="Figures", layout={"width": "640px", "height": "160px"})
        self.folder = widgets.Text(value="figures", description="Folder", layout={"width": "640px"})
        self.button = widgets.Button(description="Write figures", button_style="primary")
        self.said = widgets.HTML()
        self._worked: Worked | None = None
        words = "<p>PNG and SVG, 160 mm wide, with the data behind each as CSV and its words as text.</p>"
        super().__init__([widgets.HTML(words), self.which, self.folder, self.button, self.said])
        self.button.on_click(self._write)

    def show(self, worked: Worked | None) -> None:
        """Take the figures of a finding."""
        self._worked = worked
        self.which.options = [] if worked is None else [(c.headline, name) for name, c in worked.figures.items()]
        self.said.value = ""

    def _write(self, button: widgets.Button) -> None:
        if self._worked is None or not self.which.value:
            self.said.value = "<p>Choose one or more figures first.</p>"
            return
        report = self._worked.report
        folder = self.home.output / self.folder.value / report.force / report.spec.id
        try:
            for name in self.which.value:
                chart = self._worked.figures[name]
                chart.save(folder)
                words = f"{chart.headline}\n{chart.subtitle}\nSource: {chart.source}\n\nAlternative text: {chart.alt}\n"
                (folder / f"{name}.txt").write_text(words, encoding="utf-8")
        except OSError as fault:
            self.said.value = f"<p>{html.escape(f'Nothing can be written to {folder}: {fault.strerror}.')}</p>"
            return
        what = f"{len(self.which.value)} figures written to {self.home.relative(folder)}"
        self.said.value = f"<p>{html.escape(what)}</p>"


# --------------------------------------------------------------------------------------------------------------------
# The panel of the explorer that puts a force beside the others.

WORDS = (
    "<p>From the evidence of the last run of every force (<code>hmic run --all</code>), for the period of that run; "
    "the days chosen above change nothing. Similar forces are those that the parameters name; where they name "
    "none it is computed by this package and is not the Home Office's most similar group.</p>"
)


class Comparison(widgets.VBox):
    """One figure of the force beside all others and beside similar forces."""

    def __init__(self, home: Project) -> None:
        self.home = home
        self.which = widgets.Dropdown(description="Figure", layout={"width": "640px"})
        self.said = widgets.HTML()
        self._worked: Worked | None = None
        super().__init__([widgets.HTML(WORDS), self.which, self.said])
        self.which.observe(self._draw, names="value")

    def show(self, worked: Worked | None) -> None:
        """Take the indicators of a finding."""
        self._worked = None
        found = [] if worked is None else [i for i in worked.report.bundle().indicators if not i.stratum]
        self.which.options = {"Choose a figure": None} | {i.label: i.id for i in found}
        self.which.value = None
        self._worked = worked
        self._draw()

    def _draw(self, change: dict | None = None) -> None:
        if self._worked is None or self.which.value is None:
            self.said.value = ""
            return
        force = self._worked.report.force
        try:
            found = compare(self.home, load_params(self.home), self.which.value)
            beside = beside_others(found, force)
            charts = (compare_chart(found, force, similar_only=True), funnel_chart(found, force))
        except HmicError as fault:
            self.said.value = f"<p>{html.escape(fault.message)}</p>"
            return
        words = f"<p>{html.escape(beside.sentence)}</p><p>{html.escape(beside.group.words)}</p>"
        pictures = "<br>".join(chart._repr_html_() for chart in charts)
        self.said.value = words + show_frame(beside.table()) + pictures


# --------------------------------------------------------------------------------------------------------------------
# The explorer: pick a force, a finding and a period; see figures, claims, rows and the comparison.

TABS = (
    "Figures", "Claims", "Numbers", "Rows behind a number", "Several forces", "Beside other forces", "Export",
)  # fmt: skip


class Explorer(widgets.VBox):
    """Widgets over the finding notebooks; every choice works the finding through again.

    Parameters
    ----------
    force : str, optional
        Slug; by default the first one that has a return.
    project : str or pathlib.Path, optional
        Folder of the project; by default the one that the working folder lies in.
    """

    def __init__(self, force: str = "", finding: str = "A2", project: str | Path | None = None) -> None:
        self.home = find_project(project)
        self.worked: Worked | None = None
        known = forces(self.home.root)
        loaded = known[known["tables"].gt(0) & known["kind"].ne("national")]
        ordered = pd.concat([loaded, known.drop(index=loaded.index)])
        named = {f"{row['name']}{_mark(row)}": slug for slug, row in ordered.iterrows()}
        with_data = {f"{row['name']}{_mark(row)}": slug for slug, row in loaded.iterrows()}
        chosen = force or next(iter(named.values()))
        what = {f"{id} {row['title']}": id for id, row in findings(self.home.root).iterrows()}
        style = {"description_width": "90px"}
        wide = {"width": "460px"}
        self.force = widgets.Dropdown(options=named, value=chosen, description="Force", style=style, layout=wide)
        self.finding = widgets.Dropdown(options=what, value=finding, description="Finding", style=style, layout=wide)
        self.start = widgets.DatePicker(description="Period from", style=style)
        self.end = widgets.DatePicker(description="to", style=style)
        self.as_of = widgets.DatePicker(description="As of", style=style)
        self.status = widgets.HTML()
        self.pages = {name: widgets.HTML() for name in TABS[:3]}
        self.rows, self.across = Rows(), Across(self.home, with_data)
        self.comparison, self.export = Comparison(self.home), Export(self.home)
        self.panels = (self.rows, self.across, self.comparison, self.export)
        tabs = widgets.Tab([*self.pages.values(), *self.panels], titles=TABS, layout={"min_height": "480px"})
        super().__init__(
            [
                widgets.HBox([self.force, self.finding]),
                widgets.HBox([self.start, self.end, self.as_of]),
                self.status,
                tabs,
            ]
        )
        self._set_days()
        for widget in (self.force, self.finding):
            widget.observe(self._chosen, names="value")
        for widget in (self.start, self.end, self.as_of):
            widget.observe(self._day_chosen, names="value")
        self.refresh()

    def refresh(self) -> None:
        """Work the chosen finding through and show it."""
        self._say("Working …")
        try:
            self.worked = work_through(
                self.finding.value,
                self.force.value,
                period_start=self.start.value or "",
                period_end=self.end.value or "",
                as_of=self.as_of.value or "",
                project=self.home.root,
            )
        except HmicError as fault:
            self.worked = None
            self._empty()
            self._say(fault.message, colour="#942514")
            return
        self._show(self.worked)

    def _chosen(self, change: dict) -> None:
        if change["owner"] is self.force:
            self._set_days()
        self.refresh()

    def _day_chosen(self, change: dict) -> None:
        if not self._setting:
            self.refresh()

    def _set_days(self) -> None:
        """The period and snapshot day of the parameter files."""
        said = settings(self.force.value, project=self.home.root)
        self._setting = True
        self.start.value, self.end.value, self.as_of.value = said.period_start, said.period_end, said.as_of
        self._setting = False

    def _empty(self) -> None:
        for page in self.pages.values():
            page.value = ""
        for panel in self.panels:
            panel.show(None)

    def _show(self, worked: Worked) -> None:
        report = worked.report
        self.pages["Figures"].value = "<br>".join(c._repr_html_() for c in worked.figures.values()) or (
            "<p>This finding draws no figure.</p>"
        )
        self.pages["Claims"].value = show_frame(worked.claims)
        self.pages["Numbers"].value = show_frame(worked.indicators)
        for panel in self.panels:
            panel.show(worked)
        used = ", ".join(report.used) or "none"
        words = f"{report.spec.id} {report.spec.title}: {report.settings.force.name}, {report.period}. Tables: {used}."
        if report.synthetic:
            words = f"SYNTHETIC DATA, not about any real police force. {words}"
        self._say(words)

    def _say(self, words: str, colour: str = "#0B0C0C") -> None:
        self.status.value = f'<p role="status" style="color:{colour}">{html.escape(words)}</p>'


def _mark(row: pd.Series) -> str:
    if not row["tables"]:
        return " (no data loaded)"
    return " (synthetic)" if row["synthetic"] else ""
