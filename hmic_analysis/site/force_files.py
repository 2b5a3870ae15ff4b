"""One force's part of a site that needs no other force: its findings, notebooks, pictures and downloads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hmic_analysis.disclosure.cells import neutral
from hmic_analysis.disclosure.figures import released_csv
from hmic_analysis.disclosure.rules import rules_of
from hmic_analysis.evidence.model import Bundle, Figure, Table
from hmic_analysis.params.resolve import resolve
from hmic_analysis.site.downloads import (
    Sheet,
    claims_sheet,
    data_sheet,
    indicators_sheet,
    part_sheet,
    write_csv,
)
from hmic_analysis.site.frame import Frame
from hmic_analysis.site.gather import show
from hmic_analysis.site.model import ForceEvidence, Order, Shown, Source
from hmic_analysis.site.notebooks import notebook_cells
from hmic_analysis.site.notes import cover_lines, note_lines
from hmic_analysis.site.pictures import read_png, small
from hmic_analysis.site.views import claim_views, data_views, indicator_views, parameter_views
from hmic_analysis.site.words import halves
from hmic_analysis.site.workbook import workbook

#: Rows up to which a table is shown whole on the page; a longer one is for download.
MOST_ROWS = 40


@dataclass
class Work:
    """A force's part while it is made."""

    order: Order
    frame: Frame
    folder: Path
    sheets: list[Sheet] = field(default_factory=list)
    pictures: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    def keep(self, content: bytes, name: str, source: str) -> tuple[str, int, int]:
        """Store a picture.

        Parameters
        ----------
        content : bytes
            PNG as it was drawn.
        name : str
            File name, without its ending.
        source : str
            What to call it in a message.

        Returns
        -------
        tuple of str, int and int
            Its place from the force's page, its width and its height.
        """
        drawn, width, height = small(content, source)
        path = self.folder / "figures" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawn)
        kept = f"figures/{name}.png", width, height
        self.pictures[hashlib.sha256(content).hexdigest()] = kept
        return kept


def make_force(order: Order) -> ForceEvidence:
    """Write the pages of a force's findings, its notebooks, pictures and downloads.

    Parameters
    ----------
    order : Order

    Returns
    -------
    ForceEvidence
        What may be shown of it, for the pages about several forces.

    Raises
    ------
    DataError
        If evidence, a picture or a notebook can't be read.
    """
    spec = order.params.force(order.force)
    frame = Frame(
        order.params,
        order.audience,
        order.embargo,
        order.target,
        order.force if order.audience == "force" else "",
    )
    work = Work(order, frame, order.target / "forces" / order.force)
    found: dict[str, tuple[Source, Bundle | None, Shown]] = {}
    for source in order.sources:
        found[source.finding] = (source, *show(order, source))
    evidence = ForceEvidence(spec, {id: shown for id, (_, _, shown) in found.items()}, order.otherwise)
    for source, made, shown in found.values():
        if made is not None and shown.bundle is not None:
            _finding(work, evidence, source, made, shown)
    if evidence.assessed:
        _downloads(work, evidence)
    return evidence


def _finding(work: Work, evidence: ForceEvidence, source: Source, made: Bundle, shown: Shown) -> None:
    """The page of one finding, with what lies beside it."""
    bundle = shown.bundle
    figures = [_figure(work, source.folder, made, f) for f in bundle.figures if not f.empty]
    tables = [_table(work, source.folder, made, t) for t in bundle.tables]
    if shown.notebook:
        _notebook(work, evidence, source, shown)
    order = work.order
    name = evidence.force.name
    spec = order.params.finding(bundle.finding)
    ids = list(evidence.findings)
    at = ids.index(bundle.finding)
    neighbours = [(i, evidence.findings[i]) for i in (*ids[:at][::-1], *ids[at + 1 :])]
    work.frame.write(
        f"forces/{order.force}/{bundle.finding}.html",
        "force_finding.html",
        f"{bundle.finding}. {bundle.title}: {name}",
        evidence.nature_of(shown),
        bundle.sensitivity,
        [("Overview", "index.html"), (name, f"forces/{order.force}/index.html")],
        force=evidence.force,
        spec=spec,
        shown=shown,
        bundle=bundle,
        claims=claim_views(shown),
        indicators=indicator_views(shown),
        figures=figures,
        tables=tables,
        data=data_views(bundle, files=order.audience == "force"),
        parameters=parameter_views(bundle, spec, order.audience),
        before=next((i for i, s in neighbours[:at] if s.bundle is not None), ""),
        after=next((i for i, s in neighbours[at:] if s.bundle is not None), ""),
        min_count=rules_of(order.params).of(made).min_count,
    )


def _figure(work: Work, folder: Path, made: Bundle, figure: Figure) -> dict[str, Any]:
    """Store a figure's picture and data."""
    name = f"{made.finding}-{figure.name}"
    place, width, height = work.keep(read_png(folder / figure.png), name, str(folder / figure.png))
    sheet = _data(work, folder / figure.data, made, figure)
    lead, rest = halves(figure.subtitle)
    return {
        "lead": lead,
        "rest": rest,
        "figure": figure,
        "picture": place,
        "width": width,
        "height": height,
        "data": f"data/{name}.csv",
        "sheet": sheet if len(sheet.rows) <= MOST_ROWS else None,
    }


def _table(work: Work, folder: Path, made: Bundle, table: Table) -> dict[str, Any]:
    """Store a table's data."""
    sheet = _data(work, folder / table.data, made, table)
    return {
        "table": table,
        "data": f"data/{sheet.name}.csv",
        "sheet": sheet if len(sheet.rows) <= MOST_ROWS else None,
        "rows": len(sheet.rows),
    }


def _data(work: Work, path: Path, made: Bundle, part: Figure | Table) -> Sheet:
    order = work.order
    frame = released_csv(path, made, rules_of(order.params), order.audience, part.name)
    sheet = part_sheet(part, made, frame)
    work.sheets.append(sheet)
    write_csv(sheet, work.folder / "data", part.synthetic or made.synthetic, order.embargo)
    return sheet


def _notebook(work: Work, evidence: ForceEvidence, source: Source, shown: Shown) -> None:
    """The executed notebook as a page."""
    bundle, order = shown.bundle, work.order

    def keep(content: bytes) -> tuple[str, int, int]:
        # A notebook holds the very pictures that its finding's page shows.
        kept = work.pictures.get(hashlib.sha256(content).hexdigest())
        name = f"{bundle.finding}-notebook-{len(work.pictures) + 1}"
        return kept or work.keep(content, name, f"A picture of {source.folder / 'notebook.ipynb'}")

    cells = notebook_cells(source.folder / "notebook.ipynb", order.project.root, keep)
    name = evidence.force.name
    settings = resolve(order.params, order.force, bundle.finding)
    work.frame.write(
        f"forces/{order.force}/{bundle.finding}-notebook.html",
        "notebook.html",
        f"Executed notebook of {bundle.finding}: {name}",
        evidence.nature_of(shown),
        bundle.sensitivity,
        [
            ("Overview", "index.html"),
            (name, f"forces/{order.force}/index.html"),
            (f"{bundle.finding}. {bundle.title}", f"forces/{order.force}/{bundle.finding}.html"),
        ],
        bundle=bundle,
        cells=cells,
        timezone=settings.timezone,
    )


def _downloads(work: Work, evidence: ForceEvidence) -> None:
    """The force's tables as CSV and as one workbook."""
    order = work.order
    main = [claims_sheet(evidence), indicators_sheet(evidence), data_sheet(evidence, order.audience == "force")]
    for sheet in main:
        write_csv(sheet, work.folder / "data", evidence.synthetic, order.embargo)
    notices = work.frame.notices(evidence.nature)
    content = workbook(
        f"Evidence on {evidence.force.full_name}",
        cover_lines(order.params, evidence, order.audience),
        note_lines(order.params),
        [*main, *work.sheets],
        [str(neutral(n)) for n in notices],
    )
    (work.folder / f"{order.force}-evidence.xlsx").write_bytes(content)
