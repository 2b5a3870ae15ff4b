"""The explorer: pick a force, a finding and a period; see figures, claims, rows and the comparison."""

from __future__ import annotations

import html
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from hmic_analysis.analyst.beside import Comparison
from hmic_analysis.analyst.panels import Export, Rows, show_frame
from hmic_analysis.analyst.tables import list_findings, list_forces, settings
from hmic_analysis.analyst.working import Worked, work_through
from hmic_analysis.errors import HmicError
from hmic_analysis.project import find_project

TABS = ("Figures", "Claims", "Numbers", "Rows behind a number", "Beside other forces", "Export")


class Explorer(widgets.VBox):
    """Widgets over the finding notebooks; every choice works the finding through again.

    Parameters
    ----------
    force : str, optional
        Slug; by default the first one that has a return.
    finding : str
    project : str or pathlib.Path, optional
        Folder of the project; by default the one that the working folder lies in.
    """

    def __init__(self, force: str = "", finding: str = "A2", project: str | Path | None = None) -> None:
        self.home = find_project(project)
        self.worked: Worked | None = None
        known = list_forces(self.home.root)
        named = {f"{row['name']}{_mark(row)}": slug for slug, row in known.iterrows()}
        with_data = [slug for slug, row in known.iterrows() if row["tables"] and row["kind"] != "national"]
        chosen = force or (with_data[0] if with_data else next(iter(named.values())))
        what = {f"{id} {row['title']}": id for id, row in list_findings(self.home.root).iterrows()}
        style = {"description_width": "90px"}
        wide = {"width": "460px"}
        self.force = widgets.Dropdown(options=named, value=chosen, description="Force", style=style, layout=wide)
        self.finding = widgets.Dropdown(options=what, value=finding, description="Finding", style=style, layout=wide)
        self.start = widgets.DatePicker(description="Period from", style=style)
        self.end = widgets.DatePicker(description="to", style=style)
        self.as_of = widgets.DatePicker(description="As of", style=style)
        self.status = widgets.HTML()
        self.pages = {name: widgets.HTML() for name in TABS[:3]}
        self.rows, self.comparison, self.export = Rows(), Comparison(self.home), Export(self.home)
        tabs = widgets.Tab(
            [*self.pages.values(), self.rows, self.comparison, self.export], titles=TABS, layout={"min_height": "480px"}
        )
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
        for panel in (self.rows, self.comparison, self.export):
            panel.show(None)

    def _show(self, worked: Worked) -> None:
        report = worked.report
        self.pages["Figures"].value = "<br>".join(c._repr_html_() for c in worked.figures.values()) or (
            "<p>This finding draws no figure.</p>"
        )
        self.pages["Claims"].value = show_frame(worked.claims)
        self.pages["Numbers"].value = show_frame(worked.indicators)
        for panel in (self.rows, self.comparison, self.export):
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
