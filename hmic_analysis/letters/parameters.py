"""What a letter takes from the parameters of a project."""

from __future__ import annotations

from hmic_analysis.letters.model import CatalogueEntry, LetterSettings
from hmic_analysis.params.models import ForceSpec, Params
from hmic_analysis.params.resolve import resolve


def letter_settings(params: Params, slug: str) -> LetterSettings:
    """The settings of the letter to one force.

    Parameters
    ----------
    params : Params
    slug : str
        ``cleveland``.

    Returns
    -------
    LetterSettings
        A force without an addressee of its own is written to by office, the Chief Constable; another body by its
        name.

    Raises
    ------
    ParameterError
        If there is no force of that slug.
    """
    force, inspection = params.force(slug), params.inspection
    resolved = resolve(params, slug)
    signatory = force.signatory or inspection.letter.signatory
    lines, salutation = _addressee(force)
    # A letter of another body, or of another time, is none of the inspection: no report and no embargo go with it.
    of_inspection = bool(resolved.embargo)
    return LetterSettings(
        force=force.slug,
        force_name=force.full_name,
        organisation=inspection.letter.organisation,
        address=inspection.letter.address,
        signatory_name=signatory.name,
        signatory_post=signatory.post,
        signatory_honours=signatory.honours,
        addressee=lines,
        salutation=salutation,
        subject=inspection.letter.subject,
        report_title=inspection.letter.report_title if of_inspection else "",
        reference=inspection.letter.reference,
        embargo=inspection.embargo_until.isoformat(timespec="minutes") if of_inspection else "",
        min_count=resolved.disclosure.min_count,
        marker=resolved.disclosure.marker,
    )


def _addressee(force: ForceSpec) -> tuple[tuple[str, ...], str]:
    to = force.addressee
    if to is None and force.kind == "territorial":
        return ("The Chief Constable", force.full_name), "Chief Constable"
    if to is None:
        return (force.full_name,), "Sir or Madam"
    return (to.name, to.post, to.organisation or force.full_name, *to.address), to.salutation


def letter_catalogue(params: Params) -> tuple[CatalogueEntry, ...]:
    """The findings in the order of the letter, with the title of their section and what each needs.

    Parameters
    ----------
    params : Params

    Returns
    -------
    tuple of CatalogueEntry
    """
    sections = params.inspection.letter.sections
    ordered = sorted(params.findings.values(), key=lambda f: list(sections).index(f.section))
    return tuple(
        CatalogueEntry(
            f.id,
            f.title,
            sections[f.section],
            tuple(f.request),
            tuple((id, claim.statement) for id, claim in f.claims.items()),
        )
        for f in ordered
    )
