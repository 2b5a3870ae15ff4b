"""Reading the evidence that a site is made from, and releasing it to the site's audience."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.disclosure.released import is_withheld, notebook_may_leave, released
from hmic_analysis.disclosure.rules import DisclosureRules, rules_of
from hmic_analysis.evidence.bundle import BUNDLE_NAME, read_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.runs.plan import Job, make_plan
from hmic_analysis.site.model import Order, Shown, Source, State


def find_sources(
    project: Project, params: Params, slugs: Sequence[str]
) -> tuple[dict[str, tuple[Source, ...]], list[Job]]:
    """The reports of some forces as they lie on disk.

    Parameters
    ----------
    project : Project
    params : Params
    slugs : sequence of str

    Returns
    -------
    tuple of dict and list of Job
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

    Parameters
    ----------
    order : Order
    source : Source

    Returns
    -------
    tuple of Bundle or None, and Shown
        The evidence as the notebook left it, for working out what of its files may be shown; and what may be shown.

    Raises
    ------
    DataError
        If the evidence can't be read.
    """
    if source.state != "complete":
        return None, Shown(None, source.state)
    path = source.folder / BUNDLE_NAME
    made, rules = read_bundle(path), rules_of(order.params)
    bundle = released(made, rules, order.audience, source.folder)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if not bundle.claims:
        return made, Shown(None, "closed", sha256=sha256)
    own = rules.of(made)
    return made, Shown(
        bundle=bundle,
        state="no_data" if bundle.status == "no_data" else "complete",
        marked=frozenset(i.id for i in bundle.indicators if is_withheld(i, own)),
        left_out=len(made.figures) + len(made.tables) - len(bundle.figures) - len(bundle.tables),
        notebook=_whole(made, bundle, rules, order),
        sha256=sha256,
    )


def _whole(made: Bundle, bundle: Bundle, rules: DisclosureRules, order: Order) -> bool:
    """Whether the executed notebook may go along: it shows all of the evidence, so none of it may be held back."""
    # Of a table that isn't about persons, the release leaves a small number of rows out for caution only.
    gone = {d.table for d in made.data} - {d.table for d in bundle.data}
    if any(_about_persons(table) for table in gone):
        return False
    same = bundle.model_copy(update={"sensitivity": made.sensitivity, "data": made.data}) == made
    return same and notebook_may_leave(made, rules, order.audience)


def _about_persons(table: str) -> bool:
    """Whether a table's rows refer to persons."""
    return table not in CONTRACTS or any(c.kind == "person" for c in CONTRACTS[table].columns)
