"""Building a site whole or not at all: forces in several processes, then the pages about all of them."""

import base64
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from hmic_analysis.cells import neutral
from hmic_analysis.disclosure.release import released_csv
from hmic_analysis.documents.pdf import marked_png
from hmic_analysis.documents.publish import whole_folder
from hmic_analysis.documents.workbook import Sheet, workbook
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import Bundle, Figure, Table
from hmic_analysis.evidence.withheld import Audience, rules_of
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import Project
from hmic_analysis.runs.rules import processors
from hmic_analysis.site.compared import find_comparisons, left_out, store
from hmic_analysis.site.html import Frame, copy_assets, opened, render, small
from hmic_analysis.site.model import ForceEvidence, Nature, Order, Shown, Site, Source, nature_of, show
from hmic_analysis.site.notebooks import notebook_cells
from hmic_analysis.site.pages import (
    write_dictionary,
    write_finding,
    write_force,
    write_method,
    write_overview,
    write_quality,
)
from hmic_analysis.site.takeaway import write_single
from hmic_analysis.site.views import (
    claim_views,
    claims_sheet,
    cover_lines,
    data_sheet,
    data_views,
    indicator_views,
    indicators_sheet,
    lead_and_rest,
    note_lines,
    notes_for,
    parameter_views,
    part_sheet,
    write_csv,
)
from hmic_analysis.workers import worker_pool

# All figures of one force on one page, for looking them over.


def gallery(bundles: Sequence[Bundle], folders: Mapping[str, Path]) -> str:
    """A page with every figure of a force, finding by finding; a sentence where it says as much as the chart.

    HTML that holds the pictures itself.
    """
    findings = [
        {
            "bundle": bundle,
            "figures": [(f, "" if f.sentence else _picture(folders[bundle.finding], f)) for f in bundle.figures],
        }
        for bundle in bundles
    ]
    return render("gallery.html", force=bundles[0].force_name, findings=findings, synthetic=bundles[0].synthetic)


def _picture(folder: Path, figure: Figure) -> str:
    path = folder / figure.svg
    if not path.is_file():
        raise DataError(f"The evidence names the picture {path}, which isn't there. Run the finding again.")
    return base64.b64encode(path.read_bytes()).decode("ascii")


# One force's part of a site that needs no other force: its findings, notebooks, pictures and downloads.

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

    def keep(self, content: bytes, name: str, where: str) -> tuple[str, int, int]:
        """Store a picture, once: its place from the force's page, its width and its height."""
        # What the evidence says within its pictures stands before their own words on themselves.
        mark = hashlib.sha256(content[max(content.rfind(b"</metadata>"), 0) :]).hexdigest()
        if mark in self.pictures:
            return self.pictures[mark]
        drawn, width, height = small(opened(content, where))
        path = self.folder / "figures" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawn)
        self.pictures[mark] = f"figures/{name}.png", width, height
        return self.pictures[mark]


def make_force(order: Order) -> ForceEvidence:
    """Write the pages of a force's findings, its notebooks, pictures and downloads.

    What may be shown of it, for the pages about several forces.
    """
    spec = order.params.force(order.force)
    frame = Frame(
        order.params, order.audience, order.embargo, order.target, order.force if order.audience == "force" else ""
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
        notes=notes_for(bundle, order.audience),
        before=next((i for i, s in neighbours[:at] if s.bundle is not None), ""),
        after=next((i for i, s in neighbours[at:] if s.bundle is not None), ""),
        min_count=rules_of(order.params).of(made).least_for(order.audience),
    )


def _figure(work: Work, folder: Path, made: Bundle, figure: Figure) -> dict[str, Any]:
    """Store a figure's picture and data."""
    name = f"{made.finding}-{figure.name}"
    place, width, height = "", 0, 0
    if not figure.sentence:
        path = folder / figure.svg
        if not path.is_file():
            raise DataError(f"The evidence names the picture {path}, which isn't there. Run the finding again.")
        place, width, height = work.keep(path.read_bytes(), name, str(path))
    sheet = _data(work, folder / figure.data, made, figure)
    lead, rest = lead_and_rest(figure.subtitle)
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
        # Most are the very pictures that the finding's page shows, and have their place already.
        name = f"{bundle.finding}-notebook-{len(work.pictures) + 1}"
        return work.keep(content, name, str(source.folder / "notebook.ipynb"))

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
        note_lines(order.params, order.audience),
        [*main, *work.sheets],
        [str(neutral(n)) for n in notices],
    )
    (work.folder / f"{order.force}-evidence.xlsx").write_bytes(content)


#: Lists every file of a site with its hash; a folder without it is no site and is not replaced.
MANIFEST = "site.json"
#: Forces from which on a second process is worth its start.
FEW = 3

Tell = Callable[[str], None]


def build_site(
    project: Project,
    params: Params,
    sources: Mapping[str, tuple[Source, ...]],
    audience: Audience,
    target: Path,
    embargo: str,
    tell: Tell = lambda text: None,
) -> Path:
    """Build a site and put it in place."""
    check_target(target, project)
    if not any(s.state == "complete" for found in sources.values() for s in found):
        raise DataError("There is no evidence to show yet. Run the findings first: hmic run.")
    with whole_folder(target) as work:
        nature = _nature(sources)
        orders = [
            Order(project, params, slug, found, audience, embargo, work, nature) for slug, found in sources.items()
        ]
        made = {}
        for evidence in _made(orders):
            made[evidence.force.slug] = evidence
            tell(f"{evidence.force.name} done")
        forces = dict(sorted(made.items(), key=lambda item: item[1].force.name))
        _joint_pages(project, Site(params, audience, forces, embargo, work), tell)
        _write_manifest(work, audience, tuple(forces))
    return target / "index.html"


def check_target(target: Path, project: Project) -> None:
    """Refuse a folder that holds something else than a site."""
    if target.resolve() == project.root.resolve() or target.resolve() in project.root.resolve().parents:
        raise ParameterError(f"--out {target} is the project itself or holds it. Name a folder of its own.")
    if not target.exists() or (target / MANIFEST).is_file():
        return
    if not target.is_dir():
        raise ParameterError(f"--out {target} is a file. Name a folder.")
    if any(target.iterdir()):
        raise ParameterError(
            f"--out {target} holds something else than a site (it has no {MANIFEST}). Name a new or empty folder."
        )


def _nature(sources: Mapping[str, tuple[Source, ...]]) -> Nature:
    """Whether the forces' data are made up."""
    folders = (s.folder for found in sources.values() for s in found if s.state == "complete")
    return nature_of(read_bundle(folder) for folder in folders) or "real"


def _made(orders: Sequence[Order]) -> Iterator[ForceEvidence]:
    """Each force's part, in processes of their own where there are many."""
    workers = min(processors(), len(orders))
    if workers < 2 or len(orders) < FEW:
        yield from map(make_force, orders)
        return
    with worker_pool(workers) as pool:
        yield from pool.map(make_force, orders)


def _joint_pages(project: Project, site: Site, tell: Tell) -> None:
    """The pages that need several forces."""
    frame = Frame(site.params, site.audience, site.embargo, site.target, site.one.force.slug if site.one else "")
    copy_assets(site.target)
    compared = find_comparisons(project, site)
    views = store(site, compared)
    for words in left_out(compared):
        tell(f"{words} To renew them: hmic compare.")
    for evidence in site.forces.values():
        write_force(frame, site, evidence, compared)
        if evidence.assessed:
            folder = site.target / "forces" / evidence.force.slug
            shown = [id for id, one in evidence.findings.items() if one.bundle is not None]
            write_single(folder, f"{evidence.force.slug}-evidence", shown)
    for id in site.findings:
        write_finding(frame, site, id, views.get(id, []), left_out(compared, id))
    write_overview(frame, site)
    write_method(frame, site)
    write_dictionary(frame, site)
    write_quality(frame, site)


def _write_manifest(folder: Path, audience: Audience, forces: Sequence[str]) -> None:
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    text = json.dumps({"audience": audience, "forces": list(forces), "files": files}, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


# A page of a site as a picture, such as the one in docs.

#: Names under which a browser that can draw pages goes; the page that is shown, and how large the window is, in pixels.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PICTURED, WINDOW, SCALE = "A2.html", "1280,1500", 2 / 3


def page_picture(target: Path, force: str) -> bytes:
    """The head of the page on one finding of a force as PNG; it holds the mark of what gives pages their looks."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise DataError(f"A picture of a page needs a browser on the machine: {', '.join(BROWSERS)}.")
    page = (target / "forces" / force / PICTURED).resolve()
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "page.png"
        words = ["--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder}/browser"]
        words += [
            f"--window-size={WINDOW}",
            f"--force-device-scale-factor={SCALE:.3f}",
            f"--screenshot={drawn}",
            page.as_uri(),
        ]
        ran = subprocess.run([browser, *words], capture_output=True, check=False, timeout=120)
        if not drawn.is_file():
            raise DataError(f"{browser} drew no picture of {page} and ended with code {ran.returncode}.")
        return marked_png(drawn.read_bytes(), looks())


def looks() -> str:
    """The mark of style sheet and templates: with others a picture of a page is out of date."""
    package = resources.files("hmic_analysis.site")
    parts = [
        package / "static/site.css",
        *(package / "templates" / name for name in ("base.html", "force_finding.html")),
    ]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
