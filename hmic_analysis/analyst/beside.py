"""The panel of the explorer that puts a force beside the others."""

from __future__ import annotations

import html

import ipywidgets as widgets

from hmic_analysis.analyst.panels import show_frame
from hmic_analysis.analyst.working import Worked
from hmic_analysis.comparison.beside import beside_others, compare
from hmic_analysis.comparison.charts import compare_chart, funnel_chart
from hmic_analysis.errors import HmicError
from hmic_analysis.params.load import load_params
from hmic_analysis.project import Project

WORDS = (
    "<p>From the evidence of the last run of every force (<code>hmic run --all</code>), for the period of that run; "
    "the days chosen above change nothing. Similar forces are those that the parameters name; where they name "
    "none it is computed by this package and is not the Home Office's most similar group.</p>"
)


class Comparison(widgets.VBox):
    """One figure of the force beside all others and beside similar forces.

    Parameters
    ----------
    home : Project
    """

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
