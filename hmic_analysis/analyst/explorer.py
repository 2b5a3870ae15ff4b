"""The explorer: pick forces, a finding and a period; see figures, claims, rows and the comparison."""

import base64
import html
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from hmic_analysis.analyst.choose import findings, settings
from hmic_analysis.analyst.choose import forces as all_forces
from hmic_analysis.analyst.indicator import indicator
from hmic_analysis.analyst.pictures import VEGA, hover, save
from hmic_analysis.analyst.tables import Forces, chosen_forces, joined
from hmic_analysis.analyst.working import OWN, Worked, few_valued, moves, work_through
from hmic_analysis.cells import neutral_frame
from hmic_analysis.comparison.compare import beside_others, compare, compare_chart, funnel_chart
from hmic_analysis.errors import HmicError, ParameterError
from hmic_analysis.figures.chart import Chart
from hmic_analysis.params.catalogue import plain
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project

# Panels of the explorer: the rows behind a number, the comparison, the export of figures.

#: More rows than these are told of, not shown.
MOST_ROWS = 200
#: Characters of a person's hash that are shown, and groups that a figure is offered by.
_HASH, _GROUPS = 8, 40
#: As wide as there is room.
_WIDE = {"width": "640px", "max_width": "98%"}
STATES = {"Counted": "yes", "Not counted": "no", "Not known": "unknown", "All": "all"}


def show_frame(frame: pd.DataFrame) -> str:
    """A frame as HTML, every text of it escaped; an index without a name is left out."""
    frame = frame.reset_index() if frame.index.name else frame
    return frame.to_html(index=False, escape=True, na_rep="", border=0, justify="left")


def as_download(frame: pd.DataFrame, name: str, words: str) -> str:
    """A link that saves a frame as CSV; cells that a spreadsheet would take for formulas are neutral."""
    content = neutral_frame(frame).to_csv(index=False, lineterminator="\n").encode("utf-8")
    data = base64.b64encode(content).decode("ascii")
    return f'<a download="{html.escape(name)}.csv" href="data:text/csv;base64,{data}">{html.escape(words)}</a>'


class Rows(widgets.VBox):
    """The units that one figure was counted from: filtered, sorted, to take away."""

    def __init__(self) -> None:
        self.which = widgets.Dropdown(description="Figure", layout=_WIDE)
        self.state = widgets.ToggleButtons(options=STATES, value="yes")
        self.filter = widgets.Text(
            description="Only where", placeholder="district == 'District 1' and staff_hours > 2",
            layout=_WIDE, continuous_update=False,
        )  # fmt: skip
        self.sort = widgets.Dropdown(description="Sorted by", layout=_WIDE)
        self.down = widgets.Checkbox(description="highest first", indent=False)
        self.table = widgets.HTML()
        self.cell = code_box()
        self._found: list[Worked] = []
        order = widgets.HBox([self.sort, self.down], layout={"flex_flow": "row wrap"})
        super().__init__([self.which, self.state, self.filter, order, self.table, self.cell])
        for widget in (self.which, self.state, self.filter, self.sort, self.down):
            widget.observe(self._draw, names="value")

    def show(self, found: list[Worked]) -> None:
        """Take the indicators of a finding; what was chosen of the same finding stays chosen."""
        before, self._found = self.which.value, []
        listed = {
            i.label: i.id for w in found for i in w.report.bundle().indicators if i.id in w.report.build.units
        }  # fmt: skip
        self.which.options = listed
        if before in listed.values():
            self.which.value = before
        else:
            self.filter.value, self.sort.options = "", ()
            self.which.value = next(iter(listed.values()), None)
        self._found = found
        self._draw()

    def chosen(self) -> pd.DataFrame:
        """The rows as filtered and sorted; of several forces with ``force`` in front."""
        if not self._found or self.which.value is None:
            return pd.DataFrame()
        parts = {w.report.force: w.rows(self.which.value, self.state.value) for w in self._found}
        rows = joined(parts) if len(parts) > 1 else next(iter(parts.values()))
        if self.sort.options != ("", *rows.columns):
            self.sort.options = ("", *rows.columns)
        if self.filter.value.strip():
            try:
                rows = rows.query(self.filter.value)
            except Exception as fault:
                columns = ", ".join(map(str, rows.columns))
                what = str(fault).partition(" (<unknown>")[0]
                if "Invalid comparison" in what and "datetime" in what:
                    what = "a time is written with its zone, such as '2013-01-31 10:30Z'"
                raise ParameterError(f"The filter can't be used: {what}. Columns: {columns}.") from None
        return rows.sort_values(self.sort.value, ascending=not self.down.value) if self.sort.value else rows

    def code(self) -> str:
        """The cell that makes the same."""
        days = days_of(self._found, plain(self.which.value))
        about = [repr(self.which.value), said_forces(self._found), repr(self.state.value)]
        about += [f"{name}={value!r}" for name, value in days.items()]
        asked = f"hmic.rows_behind({', '.join(about)})"
        if self.filter.value.strip():
            asked += f".query({self.filter.value!r})"
        if self.sort.value:
            asked += f".sort_values({self.sort.value!r}, ascending={not self.down.value})"
        return f"import hmic_analysis as hmic\n\n{asked}"

    def _draw(self, change: dict | None = None) -> None:
        self.cell.layout.display = "none"
        if not self._found or self.which.value is None:
            self.table.value = "<p>No list of units is kept of any figure here.</p>" if self._found else ""
            return
        try:
            rows = self.chosen()
        except HmicError as fault:
            self.table.value = f"<p>{html.escape(fault.message)}</p>"
            return
        self.table.value = "<p>No rows.</p>" if rows.empty else self._shown(rows)
        # The code comes last: it never stands beside other rows than its own.
        self.cell.value, self.cell.layout.display = self.code(), ""

    def _shown(self, rows: pd.DataFrame) -> str:
        """The first rows and the link that takes all of them away."""
        amount = rows.attrs.get("amount")
        more = f" of {rows[amount].sum():,.0f} {amount.replace('_', ' ')}" if amount else ""
        more += f", the first {MOST_ROWS} shown" if len(rows) > MOST_ROWS else ""
        shown = rows.head(MOST_ROWS).dropna(axis="columns", how="all")
        for name in shown.columns[shown.columns.str.endswith("_key")]:
            shown[name] = shown[name].str.slice(0, _HASH)
        name = "-".join([*(w.report.force for w in self._found), self.which.value])
        link = as_download(rows, name, f"Download all {len(rows):,} as CSV")
        return (
            f"<p>{len(rows):,} rows{more}; references of persons shortened. Restricted: single events and persons. "
            f'{link}</p><div class="hmic-rows" tabindex="0">{show_frame(shown)}</div>'
        )


class Across(widgets.VBox):
    """One figure of the forces chosen, by groups and periods: its chart, its numbers, the code that makes them."""

    def __init__(self, home: Project) -> None:
        self.home = home
        self.which = widgets.Dropdown(description="Figure", layout=_WIDE)
        self.by = widgets.Dropdown(description="By", layout=_WIDE)
        periods = {"As chosen above": "", "Months of the inspection": "month", "Quarters of the inspection": "quarter"}
        self.period = widgets.Dropdown(options=periods, description="Period", layout=_WIDE)
        self.button = widgets.Button(description="Show", button_style="primary")
        self.said = widgets.HTML()
        self.hover = widgets.Output()
        self.picture = widgets.HTML()
        self.cell = code_box()
        self.chart: Chart | None = None
        super().__init__(
            [self.which, self.by, self.period, self.button, self.said, self.hover, self.picture, self.cell]
        )
        self.which.observe(self._offer, names="value")
        for widget in (self.which, self.by, self.period):
            widget.observe(self._again, names="value")
        self.button.on_click(self._draw)
        self._found: list[Worked] = []

    def show(self, found: list[Worked]) -> None:
        """Take the indicators of a finding."""
        self.chart = None
        before = self.which.value, self.by.value
        self._found = found
        self.which.options = {i.label: i.name for i in found[0].report.spec.indicators.values()} if found else {}
        names = self.which.options.values() if found else ()
        self.which.value = before[0] if before[0] in names else next(iter(names), None)
        self._offer()
        self.by.value = before[1] if before[0] in names and before[1] in self.by.options.values() else ""
        self._clear()

    def _clear(self, words: str = "") -> None:
        self.chart, self.hover.outputs, self.picture.value, self.cell.layout.display = None, (), "", "none"
        self.said.value = f"<p>{html.escape(words)}</p>" if words else ""

    def _again(self, change: dict) -> None:
        """What is shown never stands beside other choices than its own."""
        if self.chart is not None:
            self._draw()

    def _offer(self, change: dict | None = None) -> None:
        """The groups that a figure can be given by."""
        options = {"Not grouped": "", "The groups of the finding": OWN}
        if self._found and self.which.value:
            few = few_valued(self._found[0], self.which.value, _GROUPS)
            options |= {c.replace("_", " ").capitalize(): c for c in few}
        self.by.options = options

    def code(self) -> str:
        """The cell that makes the same."""
        given = [repr(self.which.value), said_forces(self._found)]
        given += [f"by={self.by.value!r}"] if self.by.value else []
        days = days_of(self._found, self.which.value)
        if self.period.value:
            given.append(f"period={self.period.value!r}")
        elif "period_start" in days or "period_end" in days:
            s = self._found[0].report.settings
            given.append(f"period=({str(s.period_start)!r}, {str(s.period_end)!r})")
        given += [f"as_of={days['as_of']!r}"] if "as_of" in days and not self.period.value else []
        return f"import hmic_analysis as hmic\n\nhmic.indicator({', '.join(given)})"

    def _draw(self, button: widgets.Button | None = None) -> None:
        if not self.which.value or not self._found:
            self._clear("Choose a figure, and one or more forces with data, first.")
            return
        self._clear("Working …")
        days = days_of(self._found, self.which.value)
        s = self._found[0].report.settings
        period = self.period.value or ((s.period_start, s.period_end) if days.keys() - {"as_of"} else None)
        try:
            frame = indicator(
                self.which.value,
                [w.report.force for w in self._found],
                self.by.value or (),
                period,
                as_of="" if self.period.value else days.get("as_of", ""),
                project=self.home.root,
            )
            chart = frame.plot()
            picture = chart._repr_html_()
        except HmicError as fault:
            self._clear(fault.message)
            return
        self.chart = chart
        link = as_download(pd.DataFrame(frame), self.which.value, "Download the numbers as CSV")
        self.said.value = (
            f"<p><strong>{html.escape(chart.headline)}</strong><br>{html.escape(chart.subtitle)}</p><p>{link}</p>"
        )
        drawn = {VEGA: hover(chart, frame["unit"].iloc[0]), "text/plain": chart.alt}
        self.hover.outputs = () if chart.empty else ({"output_type": "display_data", "data": drawn, "metadata": {}},)
        self.picture.value = f"<details><summary>The picture as it is exported</summary>{picture}</details>"
        self.cell.value, self.cell.layout.display = self.code(), ""


class Export(widgets.VBox):
    """Writes figures at the size of a page or a slide."""

    def __init__(self, home: Project, across: Across) -> None:
        self.home, self.across = home, across
        self.which = widgets.SelectMultiple(description="Figures", layout=_WIDE | {"height": "160px"})
        sizes = {"Page of Word, 160 mm wide": "word", "Slide of PowerPoint, at most 300 by 130 mm": "powerpoint"}
        self.size = widgets.Dropdown(options=sizes, description="Size", layout=_WIDE)
        kinds = {"png": "PNG", "svg": "SVG", "csv": "Data as CSV", "txt": "Words and alternative text"}
        self.kinds = {
            ending: widgets.Checkbox(value=True, description=words, indent=False, layout={"width": "auto"})
            for ending, words in kinds.items()
        }
        self.folder = widgets.Text(value="figures", description="Folder", layout=_WIDE)
        self.button = widgets.Button(description="Write figures", button_style="primary")
        self.said = widgets.HTML()
        self._found: list[Worked] = []
        words = (
            "<p>The figures of the finding, and the one last shown under By group. The folder lies in "
            "<code>output</code>.</p>"
        )
        boxes = widgets.HBox(list(self.kinds.values()))
        super().__init__([widgets.HTML(words), self.which, self.size, boxes, self.folder, self.button, self.said])
        self.button.on_click(self._write)
        across.said.observe(lambda change: self._offer(), names="value")

    def show(self, found: list[Worked]) -> None:
        """Take the figures of a finding."""
        self._found, self.said.value = found, ""
        self._offer()

    def _offer(self) -> None:
        listed = [
            (f"{w.report.settings.force.name}: {c.headline}", (w.report.force, c))
            for w in self._found
            for c in w.figures.values()
        ]
        if self.across.chart is not None:
            listed.insert(0, (f"By group: {self.across.chart.headline}", ("", self.across.chart)))
        self.which.options = listed

    def _write(self, button: widgets.Button) -> None:
        formats = tuple(ending for ending, box in self.kinds.items() if box.value)
        if not self._found or not self.which.value or not formats:
            self.said.value = "<p>Choose one or more figures, and a kind of file, first.</p>"
            return
        base = self.home.output / self.folder.value
        finding, size = self._found[0].report.spec.id, self.size.value
        try:
            for force, chart in self.which.value:
                save(chart, base / force / finding if force else base / finding, size, formats)
        except OSError as fault:
            self.said.value = f"<p>{html.escape(f'Nothing can be written to {base}: {fault.strerror}.')}</p>"
            return
        many = len(self.which.value)
        what = f"{many} figure{'s' if many > 1 else ''} written to {self.home.relative(base)}, size {size}."
        self.said.value = f'<p role="status">{html.escape(what)}</p>'


def code_box() -> widgets.Textarea:
    """Where a cell stands that makes the same, to be copied."""
    return widgets.Textarea(description="As code", layout={"width": "95%", "height": "84px", "display": "none"})


def said_forces(found: list[Worked]) -> str:
    """The forces as an argument: one slug, or a list."""
    slugs = [w.report.force for w in found]
    return repr(slugs if len(slugs) > 1 else slugs[0])


def own_days(found: list[Worked]) -> dict[str, str]:
    """The days that are not those of the parameter files, as arguments."""
    report = found[0].report
    usual = settings(report.force, project=report.project.root)
    days = {name: getattr(report.settings, name) for name in ("period_start", "period_end", "as_of")}
    return {name: str(day) for name, day in days.items() if day != getattr(usual, name)}


def days_of(found: list[Worked], name: str) -> dict[str, str]:
    """The same for one figure: without ``as_of`` where that changes nothing of it."""
    days, first = own_days(found), found[0]
    if "as_of" not in days:
        return days
    asked = (days.get("period_start", ""), days.get("period_end", ""), days["as_of"])
    # It takes the figure a second time to tell; the answer is kept with what was worked through.
    kept = first.names.setdefault("_moves", {})
    if name not in kept:
        kept[name] = moves(first.report.project, first, name, asked)
    return days if kept[name] else {key: value for key, value in days.items() if key != "as_of"}


# The panel of the explorer that puts forces beside the others.
WORDS = (
    "<p>From the evidence of the last run of every force (<code>hmic run --all</code>), for the period of that run; "
    "the days chosen above change nothing. Similar forces are those that the parameters name; where they name "
    "none it is computed by this package and is not the Home Office's most similar group.</p>"
)


class Comparison(widgets.VBox):
    """One figure of each force chosen beside all others and beside similar forces."""

    def __init__(self, home: Project) -> None:
        self.home = home
        self.which = widgets.Dropdown(description="Figure", layout=_WIDE)
        self.said = widgets.HTML()
        self._found: list[Worked] = []
        super().__init__([widgets.HTML(WORDS), self.which, self.said])
        self.which.observe(self._draw, names="value")

    def show(self, found: list[Worked]) -> None:
        """Take the indicators of a finding."""
        before, self._found = self.which.value, []
        listed = {i.label: i.id for w in found for i in w.report.bundle().indicators if not i.stratum}
        self.which.options = {"Choose a figure": ""} | listed
        self.which.value = before if before in listed.values() else ""
        self._found = found
        self._draw()

    def _draw(self, change: dict | None = None) -> None:
        if not self._found or not self.which.value:
            self.said.value = ""
            return
        self.said.value, parts = "<p>Working …</p>", []
        try:
            found = compare(self.home, load_params(self.home), self.which.value)
            for force in (w.report.force for w in self._found):
                beside = beside_others(found, force)
                charts = (compare_chart(found, force, similar_only=True), funnel_chart(found, force))
                words = f"<p>{html.escape(beside.sentence)}</p><p>{html.escape(beside.group.words)}</p>"
                parts.append(words + show_frame(beside.table()) + "<br>".join(c._repr_html_() for c in charts))
        except HmicError as fault:
            self.said.value = f"<p>{html.escape(fault.message)}</p>"
            return
        self.said.value = "<hr>".join(parts)


TABS = (
    "Figures", "Claims", "Numbers", "Rows", "By group", "Other forces", "Export",
)  # fmt: skip


#: JupyterLab takes arrows and letters for commands of the notebook, also in a list of a widget, unless what
#: has the focus says otherwise; a widget has no attributes of its own, so a picture that is none sets this one.
_KEYS = (
    '<img src="data:," alt="" hidden onerror="const at = setInterval(() => {'
    "const all = this.closest('.hmic-explorer'); "
    "if (all) { clearInterval(at); "
    "all.addEventListener('focusin', event => event.target.dataset.lmSuppressShortcuts = 'true'); }}, 100)\">"
)


#: Widgets set text a line apart and cells side by side without a gap; a link looks like one.
_LOOKS = (
    "<style>.hmic-explorer .widget-html-content { line-height: 1.45 } "
    # A wide table scrolls by itself: without this it makes its page as wide, which is then cut off.
    ".hmic-explorer .widget-html, .hmic-explorer .widget-html-content { min-width: 0; max-width: 100% } "
    ".hmic-explorer th, .hmic-explorer td { padding: 4px 12px 4px 0; vertical-align: top } "
    ".hmic-explorer tr { border-bottom: 1px solid #bfbfbf } "
    ".hmic-rows { overflow: auto; max-height: 420px } .hmic-rows td { white-space: nowrap } "
    ".hmic-explorer .lm-TabBar-content { flex-wrap: wrap } "
    ".hmic-explorer .lm-TabBar-tab { flex: 0 1 auto; min-width: max-content } "
    ".hmic-explorer .vega-embed { width: 100%; max-width: 640px } "
    ".hmic-explorer a { color: #12436d; text-decoration: underline }</style>"
)


class Explorer(widgets.VBox):
    """Widgets over the finding notebooks; every choice works the finding through again.

    Parameters
    ----------
    forces : str or iterable of str, optional
        Slug of a force, or several; by default the first one that has a return.
    project : str or pathlib.Path, optional
        Folder of the project; by default the one that the working folder lies in.

    Attributes
    ----------
    found : dict of str to Worked
        The finding worked through, by force.
    """

    def __init__(self, forces: Forces = (), finding: str = "A2", project: str | Path | None = None) -> None:
        self.home = find_project(project)
        self.found: dict[str, Worked] = {}
        known = all_forces(project=self.home.root)
        loaded = known[known["tables"].gt(0) & known["kind"].ne("national")]
        self._loaded = {f"{row['name']}{_mark(row)}": slug for slug, row in loaded.iterrows()}
        rest = known.drop(index=loaded.index)
        self._rest = {f"{row['name']}{_mark(row)}": slug for slug, row in rest.iterrows()}
        asked = chosen_forces(self.home, load_params(self.home), forces) if forces else list(self._loaded.values())[:1]
        what = {f"{id} {row['title']}": id for id, row in findings(project=self.home.root).iterrows()}
        style = {"description_width": "90px"}
        self.forces = widgets.SelectMultiple(
            description="Forces", rows=4, style=style, layout={"width": "420px", "max_width": "98%"},
            tooltip="Several with Shift and the arrow keys, or Ctrl and a click",
        )  # fmt: skip
        self.others = widgets.Checkbox(
            description=f"Also the {len(rest)} without data loaded", indent=False, layout={"width": "260px"},
            value=bool(set(asked) & set(self._rest.values())),
        )  # fmt: skip
        self.finding = widgets.Dropdown(
            options=what,
            value=finding.upper(),
            description="Finding",
            style=style,
            layout={"width": "520px", "max_width": "98%"},
        )
        self.start = widgets.DatePicker(description="Period from", style=style)
        self.end = widgets.DatePicker(description="to", style=style)
        self.as_of = widgets.DatePicker(description="As of", style=style)
        self.status = widgets.HTML()
        self.pages = {name: widgets.HTML() for name in TABS[:3]}
        self.rows, self.across, self.comparison = Rows(), Across(self.home), Comparison(self.home)
        self.export = Export(self.home, self.across)
        self.panels = (self.rows, self.across, self.comparison, self.export)
        wrapped = {"flex_flow": "row wrap"}
        tabs = widgets.Tab([*self.pages.values(), *self.panels], titles=TABS, layout={"min_height": "480px"})
        super().__init__(
            [
                widgets.HBox(
                    [widgets.VBox([self.forces, self.others], layout={"max_width": "98%"}), self.finding],
                    layout=wrapped,
                ),
                widgets.HBox([self.start, self.end, self.as_of], layout=wrapped),
                self.status,
                tabs,
                widgets.HTML(_LOOKS + _KEYS),
            ]
        )
        self.add_class("hmic-explorer")
        self._setting = True
        self._fold()
        self.forces.value = tuple(asked)
        self._setting = False
        self._set_days()
        self.others.observe(self._fold, names="value")
        for widget in (self.forces, self.finding):
            widget.observe(self._chosen, names="value")
        for widget in (self.start, self.end, self.as_of):
            widget.observe(self._day_chosen, names="value")
        self.refresh()

    @property
    def worked(self) -> Worked | None:
        """The finding worked through for the first of the forces chosen."""
        return next(iter(self.found.values()), None)

    def refresh(self) -> None:
        """Work the chosen finding through for each force and show it; a force that can't be worked is said."""
        self._say("Working …")
        kept, self.found, faults = self.found, {}, []
        first, last, moment = (widget.value or "" for widget in (self.start, self.end, self.as_of))
        asked = (self.finding.value, first, last, moment)
        for slug in self.forces.value:
            if slug in kept and self._asked == asked:
                self.found[slug] = kept[slug]
                continue
            try:
                self.found[slug] = work_through(
                    self.finding.value, slug, period_start=first, period_end=last, as_of=moment, project=self.home.root
                )
            except HmicError as fault:
                faults.append(fault.message)
        self._asked = asked
        if not self.forces.value:
            there = "Choose a force." if self._loaded else "No force has data loaded: hmic data simulate makes some."
            faults.append(there)
        self._show(list(self.found.values()), faults)

    _asked: tuple = ()

    def _fold(self, change: dict | None = None) -> None:
        """Offer the forces without data, or not."""
        chosen = self.forces.value
        options = self._loaded | (self._rest if self.others.value else {})
        self.forces.options = options
        self.forces.value = tuple(slug for slug in chosen if slug in options.values())

    def _chosen(self, change: dict) -> None:
        if self._setting:
            return
        if change["owner"] is self.forces and not set(change["old"]) & set(change["new"]):
            self._set_days()
        self.refresh()

    def _day_chosen(self, change: dict) -> None:
        if not self._setting:
            self.refresh()

    def _set_days(self) -> None:
        """The period and snapshot day of the parameter files, of the first force."""
        if not self.forces.value:
            return
        said = settings(self.forces.value[0], project=self.home.root)
        self._setting = True
        self.start.value, self.end.value, self.as_of.value = said.period_start, said.period_end, said.as_of
        self._setting = False

    def _show(self, found: list[Worked], faults: list[str]) -> None:
        pictures = [_headed(w, found) + "<br>".join(c._repr_html_() for c in w.figures.values()) for w in found]
        drawn = any(w.figures for w in found)
        self.pages["Figures"].value = (
            "".join(pictures) if drawn else "<p>This finding draws no figure.</p>" if found else ""
        )
        self.pages["Claims"].value = _beside([w.claims for w in found], found)
        self.pages["Numbers"].value = _beside([w.indicators for w in found], found)
        for panel in self.panels:
            panel.show(found)
        words = []
        if found:
            first = found[0].report
            names = ", ".join(w.report.settings.force.name for w in found)
            used = ", ".join(dict.fromkeys(table for w in found for table in w.report.used)) or "none"
            words.append(f"{first.spec.id} {first.spec.title}: {names}, {first.period}. Tables: {used}.")
        if any(w.report.synthetic for w in found):
            words.insert(0, "SYNTHETIC DATA, not about any real police force.")
        self._say(" ".join([*faults, *words]), colour="#942514" if faults else "#0B0C0C")

    def _say(self, words: str, colour: str = "#0B0C0C") -> None:
        self.status.value = f'<p role="status" style="color:{colour}">{html.escape(words)}</p>'


def _headed(worked: Worked, found: list[Worked]) -> str:
    return f"<h3>{html.escape(worked.report.settings.force.name)}</h3>" if len(found) > 1 else ""


def _beside(frames: list[pd.DataFrame], found: list[Worked]) -> str:
    """The frames of several forces as one table, the same claim or figure of each force below one another."""
    if not frames:
        return ""
    if len(frames) == 1:
        return show_frame(frames[0])
    names = [w.report.settings.force.name for w in found]
    name = frames[0].index.name
    order = {key: place for place, key in enumerate(dict.fromkeys(key for frame in frames for key in frame.index))}
    whole = pd.concat([f.assign(**{"": n, "place": f.index.map(order)}) for f, n in zip(frames, names, strict=True)])
    whole = whole.sort_values("place", kind="stable").drop(columns="place")
    whole.insert(0, "Force", whole.pop(""))
    return show_frame(whole.rename_axis(name))


def _mark(row: pd.Series) -> str:
    if not row["tables"]:
        return " (no data loaded)"
    return " (synthetic)" if row["synthetic"] else ""
