"""Panels of the explorer: the rows behind a number, the comparison, the export of figures."""

from __future__ import annotations

import html

import ipywidgets as widgets
import pandas as pd

from hmic_analysis.analyst.rows import can_list, rows_behind
from hmic_analysis.analyst.working import Worked
from hmic_analysis.errors import HmicError
from hmic_analysis.project import Project

#: More rows than these are told of, not shown.
MOST_ROWS = 200
STATES = {"Counted": "yes", "Not counted": "no", "Not known": "unknown", "All": "all"}


def show_frame(frame: pd.DataFrame) -> str:
    """A frame as HTML, every text of it escaped.

    Parameters
    ----------
    frame : pandas.DataFrame

    Returns
    -------
    str
    """
    return frame.to_html(escape=True, na_rep="", border=0, justify="left")


class Rows(widgets.VBox):
    """The rows of the return that one indicator was counted from."""

    def __init__(self) -> None:
        self.which = widgets.Dropdown(description="Figure", layout={"width": "640px"})
        self.state = widgets.ToggleButtons(options=STATES, value="no")
        self.table = widgets.HTML()
        self._worked: Worked | None = None
        super().__init__([self.which, self.state, self.table])
        self.which.observe(self._draw, names="value")
        self.state.observe(self._draw, names="value")

    def show(self, worked: Worked | None) -> None:
        """Take the indicators of a finding."""
        self._worked = None
        found = [] if worked is None else [i for i in worked.report.bundle().indicators if can_list(worked, i.id)]
        self.which.options = {i.label: i.id for i in found}
        self.which.value = found[0].id if found else None
        self._worked = worked
        self._draw()

    def _draw(self, change: dict | None = None) -> None:
        if self._worked is None or self.which.value is None:
            self.table.value = "" if self._worked is None else "<p>No figure here is a share of single rows.</p>"
            return
        try:
            rows = rows_behind(self._worked, self.which.value, self.state.value)
        except HmicError as fault:
            self.table.value = f"<p>{html.escape(fault.message)}</p>"
            return
        if rows.empty:
            self.table.value = "<p>No rows.</p>"
            return
        more = f", the first {MOST_ROWS} shown" if len(rows) > MOST_ROWS else ""
        shown = rows.head(MOST_ROWS).dropna(axis="columns", how="all")
        self.table.value = f"<p>{len(rows):,} rows{more}. Restricted: single events.</p>{show_frame(shown)}"


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
