"""What the pages of a site are made from: evidence as its audience may see it, gathered and released."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.disclosure.release import is_withheld, notebook_may_leave, released, with_small_counts
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import BUNDLE_NAME, Bundle, Indicator
from hmic_analysis.evidence.withheld import Audience, DisclosureRules, rules_of
from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.params.models import ForceSpec, Params
from hmic_analysis.project import Project
from hmic_analysis.runs.plan import Job, make_plan

# What the pages of a site are made from: evidence as its audience may see it, and nothing else.

#: Whether data are made up: all of them, some of them, none.
Nature = Literal["synthetic", "mixed", "real"]
#: How names of tables end that are the same for all forces.
SHARED = "_reference"
#: What became of a finding of a force; ``closed``: nothing of it is for this audience.
State = Literal["complete", "no_data", "failed", "not_run", "closed"]
STATE_WORDS: dict[State, str] = {
    "complete": "Assessed",
    "no_data": "No data supplied",
    "failed": "The report failed",
    "not_run": "Not assessed yet",
    "closed": "Not for publication",
}
#: The same where there is little room; the words stand beside it for those who listen, and in the legend.
STATE_MARKS: dict[State, str] = {
    "no_data": "No data",
    "failed": "Failed",
    "not_run": "Not yet",
    "closed": "\N{EN DASH}",
}


def nature_of(bundles: Iterable[Bundle]) -> Nature | None:
    """Whether the data of several findings are made up.

    None where no rows of any force's return were used: what rests on the reference tables alone says nothing.
    """
    found = {b.synthetic for b in bundles if any(d.rows and not d.table.endswith(SHARED) for d in b.data)}
    if found == {True, False}:
        return "mixed"
    return ("synthetic" if True in found else "real") if found else None


@dataclass(frozen=True)
class Source:
    """One report on disk."""

    finding: str
    folder: Path
    #: ``failed``, ``not_run``, or ``complete`` where there is evidence; what the evidence says comes later.
    state: State


@dataclass(frozen=True)
class Order:
    """What one force's part of a site is made from; goes to a process of its own."""

    project: Project
    params: Params
    #: Slug.
    force: str
    #: One for each finding, in the order of the letter.
    sources: tuple[Source, ...]
    audience: Audience
    #: The notice that every output bears; empty once the embargo has ended.
    embargo: str
    #: Folder of the whole site.
    target: Path
    #: What all forces' data are, for one without data of its own.
    otherwise: Nature = "real"


@dataclass(frozen=True)
class Shown:
    """One finding of one force as the audience may see it."""

    #: The released evidence; None where there is none, or none for this audience.
    bundle: Bundle | None
    state: State
    #: Ids of the indicators whose figure was withheld.
    marked: frozenset[str] = frozenset()
    #: Ids of those of which only the number that is not known was withheld.
    marked_unknown: frozenset[str] = frozenset()
    #: Figures and tables that would show something this audience may not see.
    left_out: int = 0
    #: Whether the executed notebook is part of the site.
    notebook: bool = False
    #: Of the evidence file it was released from; empty where there is none.
    sha256: str = ""

    def indicator(self, id: str) -> Indicator | None:
        """The indicator of that id with a figure that may be shown; None if there is none."""
        if self.bundle is None:
            return None
        return next((i for i in self.bundle.indicators if i.id == id and i.value is not None), None)


@dataclass(frozen=True)
class ForceEvidence:
    """All findings of one force as the audience may see them, in the order of the letter."""

    force: ForceSpec
    findings: Mapping[str, Shown]
    #: What the other forces' data are: said of a force without data of its own.
    otherwise: Nature = "real"

    @property
    def synthetic(self) -> bool:
        """Whether any of it is made up."""
        return self.nature != "real"

    @property
    def nature(self) -> Nature:
        """Whether it is made up."""
        return nature_of(s.bundle for s in self.assessed) or self.otherwise

    def nature_of(self, shown: Shown) -> Nature:
        """Whether one of its findings is made up."""
        return (nature_of([shown.bundle]) if shown.bundle is not None else None) or self.nature

    @property
    def assessed(self) -> tuple[Shown, ...]:
        """The findings that there is evidence on."""
        return tuple(s for s in self.findings.values() if s.bundle is not None)


@dataclass(frozen=True)
class Site:
    """Everything that the pages about several forces are made from."""

    params: Params
    audience: Audience
    #: By slug, in alphabetical order of their names.
    forces: Mapping[str, ForceEvidence]
    embargo: str
    target: Path

    @property
    def findings(self) -> Mapping[str, FindingSpec]:
        """The catalogue, by id, in the order of the letter."""
        return self.params.findings

    @property
    def nature(self) -> Nature:
        """Whether the evidence is made up."""
        return nature_of(s.bundle for f in self.forces.values() for s in f.assessed) or "real"

    def name_of(self, slug: str) -> str:
        """A force's name; where only some forces' data are made up, it says so."""
        evidence = self.forces[slug]
        # A force that sent nothing has nothing made up either.
        own = nature_of(s.bundle for s in evidence.assessed)
        mark = " (synthetic)" if self.nature == "mixed" and own not in (None, "real") else ""
        return f"{evidence.force.name}{mark}"

    @property
    def one(self) -> ForceEvidence | None:
        """The force that the site is about; None where it is about all of them."""
        return next(iter(self.forces.values())) if self.audience == "force" else None


# Reading the evidence that a site is made from, and releasing it to the site's audience.


def find_sources(
    project: Project, params: Params, slugs: Sequence[str]
) -> tuple[dict[str, tuple[Source, ...]], list[Job]]:
    """The reports of some forces as they lie on disk.

    Sources by force, one for each finding of the catalogue; and the reports whose data, parameters or notebook
    changed since they were made.
    """
    jobs = {(job.force, job.finding): job for job in make_plan(project, params, slugs)}
    sources: dict[str, tuple[Source, ...]] = {}
    outdated: list[Job] = []
    for slug in slugs:
        found = []
        for finding in params.findings:
            job = jobs.get((slug, finding))
            state = _state(job)
            found.append(Source(finding, project.runs(slug) / finding, state))
            if state == "complete" and any(job.last.fingerprint.get(k) != v for k, v in job.fingerprint.items()):
                outdated.append(job)
        sources[slug] = tuple(found)
    return sources, outdated


def _state(job: Job | None) -> State:
    if job is None or job.last is None:
        return "not_run"
    if job.last.status == "failed":
        return "failed"
    return "complete" if (job.folder / BUNDLE_NAME).is_file() else "not_run"


def show(order: Order, source: Source) -> tuple[Bundle | None, Shown]:
    """One finding of one force as the audience may see it.

    The evidence as the notebook left it, for working out what of its files may be shown; and what may be
    shown.
    """
    if source.state != "complete":
        return None, Shown(None, source.state)
    path = source.folder / BUNDLE_NAME
    made, rules = read_bundle(path), rules_of(order.params)
    whole = released(made, rules, order.audience, source.folder)
    # Views are the letter's, and only where an inspector has entered them.
    bundle = whole.model_copy(update={"claims": tuple(c for c in whole.claims if c.type != "judgement")})
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if not bundle.claims:
        return made, Shown(None, "closed", sha256=sha256)
    own, unknown = rules.of(made), {i.id: i.unknown for i in made.indicators}
    return made, Shown(
        bundle=bundle,
        state="no_data" if bundle.status == "no_data" else "complete",
        marked=frozenset(i.id for i in bundle.indicators if is_withheld(i, own)),
        marked_unknown=frozenset(i.id for i in bundle.indicators if i.unknown != unknown[i.id]),
        left_out=len(made.figures) + len(made.tables) - len(bundle.figures) - len(bundle.tables),
        notebook=_whole(made, whole, rules, order),
        sha256=sha256,
    )


def _whole(made: Bundle, bundle: Bundle, rules: DisclosureRules, order: Order) -> bool:
    """Whether the executed notebook may go along: it shows all of the evidence, so none of it may be held back."""
    # Of a table that isn't about persons, the release leaves a small number of rows out for caution only.
    gone = {d.table for d in made.data} - {d.table for d in bundle.data}
    if any(_about_persons(table) for table in gone):
        return False
    drawn = with_small_counts(made, rules, order.audience)
    same = bundle.model_copy(update={"sensitivity": made.sensitivity, "data": made.data}) == drawn
    return same and notebook_may_leave(made, rules, order.audience)


def _about_persons(table: str) -> bool:
    """Whether a table's rows refer to persons."""
    return table not in CONTRACTS or any(c.kind == "person" for c in CONTRACTS[table].columns)
