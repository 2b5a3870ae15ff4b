"""From evidence to the blocks of a letter: the paragraph of each finding, its notes and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hmic_analysis.documents.blocks import (
    SYNTHETIC_NOTICE,
    CatalogueEntry,
    FigureBlock,
    Letter,
    LetterSettings,
    Paragraph,
    Part,
    Section,
)
from hmic_analysis.documents.text import as_view, clean, day, embargo_text, halves, long_date
from hmic_analysis.errors import DataError, ParameterError, did_you_mean
from hmic_analysis.evidence.model import REASONS, Bundle, ClaimEvidence, Figure, because
from hmic_analysis.evidence.paragraphs import Facts, Said, paragraph
from hmic_analysis.evidence.withheld import highest, rules_from
from hmic_analysis.letters.own_words import MOST_FIGURES, OwnWords, check_views, fill
from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.params.models import Fieldwork, ForceSpec, Params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.words import say_date, say_period

# The paragraph of one finding: its sentences joined, and the notes that belong under it.

AT_ODDS = (
    "Some wording in this letter is an inspector's own and does not agree with the verdict on the evidence. Each place "
    "is marked."
)


def finding_paragraphs(
    bundle: Bundle,
    settings: LetterSettings,
    figures: Sequence[FigureBlock],
    wording: Mapping[str, OwnWords],
    spec: FindingSpec | None = None,
) -> list[Paragraph]:
    """The paragraph on a finding, and a note on each wording that goes against its verdict."""
    said, views = _said(bundle, settings, wording, spec), _views(bundle, settings, wording)
    parts: list[Part] = []
    for i, sentence in enumerate([*said, *views]):
        if parts:
            parts.append(Part(text=" "))
        # The figures bear on what was found, not on the view taken of it: refer to them before the view begins.
        parts.extend(_with_references(sentence, figures) if i == len(said) - 1 and figures else [sentence])
    paragraph = Paragraph(
        parts=tuple(parts),
        finding=bundle.finding,
        claims=tuple(c.claim for c in bundle.claims),
        numbers=tuple(dict.fromkeys(number for part in parts for number in part.numbers)),
    )
    return [paragraph, *_notes(bundle, bundle.claims, wording)]


def _said(
    bundle: Bundle, settings: LetterSettings, wording: Mapping[str, OwnWords], spec: FindingSpec | None
) -> list[Part]:
    """Each sentence as a part: those of the catalogue, with an inspector's own words in place of theirs."""
    claims = [c for c in bundle.claims if c.type != "judgement"]
    own = {c.claim: _own(c, bundle, settings, wording) for c in claims if c.claim in wording}
    if spec is None:
        said = [own.get(c.claim) or Said(_sentence(c, settings.force), (c.claim,), c.numbers) for c in claims]
    else:
        words = {"force": bundle.force_name, "as_of": long_date(bundle.as_of)}
        said = paragraph(spec, claims, Facts.of(bundle, words, settings.min_count), own)
    first = claims[0].claim if claims else ""
    return [_part(s, next(iter(s.claims), first), s in own.values()) for s in said]


def _views(bundle: Bundle, settings: LetterSettings, wording: Mapping[str, OwnWords]) -> list[Part]:
    """The views that an inspector entered, marked as such; no other is printed."""
    entered = [c for c in bundle.claims if c.type == "judgement" and c.claim in wording]
    said = [_own(c, bundle, settings, wording) for c in entered]
    return [_part(Said(as_view(s.text), s.claims, s.numbers), s.claims[0], own=True) for s in said]


def _own(claim: ClaimEvidence, bundle: Bundle, settings: LetterSettings, wording: Mapping[str, OwnWords]) -> Said:
    text, numbers = fill(wording[claim.claim], claim.claim, bundle, settings.min_count)
    return Said(text, (claim.claim,), numbers)


def _part(said: Said, claim: str, own: bool) -> Part:
    numbers = tuple((clean(number), field) for number, field in said.numbers)
    return Part(text=clean(said.text), claim=claim, numbers=numbers, own=own)


def _sentence(claim: ClaimEvidence, force: str) -> str:
    """What the evidence itself says of a claim, where no catalogue is at hand."""
    if not clean(claim.sentence):
        raise DataError(
            f"Claim {claim.claim} of '{force}' has no sentence in its evidence. Run finding {claim.finding} again."
        )
    return claim.sentence


def _with_references(sentence: Part, figures: Sequence[FigureBlock]) -> list[Part]:
    """``... (Figure 1 and Figure 2).``"""
    parts = [sentence.model_copy(update={"text": sentence.text.rstrip(".") + " ("})]
    for j, figure in enumerate(figures):
        joint = "" if j == 0 else " and " if j == len(figures) - 1 else ", "
        parts.extend([Part(text=joint)] if joint else [])
        parts.append(Part(text=f"Figure {figure.number}", target=figure.bookmark))
    return [*parts, Part(text=").")]


def _notes(bundle: Bundle, claims: Sequence[ClaimEvidence], wording: Mapping[str, OwnWords]) -> list[Paragraph]:
    marks = (at_odds(claim, wording.get(claim.claim)) for claim in claims)
    return [_note(bundle, mark) for mark in marks if mark]


def _note(bundle: Bundle, text: str) -> Paragraph:
    return Paragraph(style="note", finding=bundle.finding, parts=(Part(text=text),))


def at_odds(claim: ClaimEvidence, own: OwnWords | None) -> str:
    """The mark of wording that does not say what the evidence says.

    A sentence for the letter; "" where the wording agrees with the verdict, or is not an inspector's own.
    """
    if own is None or own.says is None or own.says == claim.verdict:
        return ""
    head = f"An inspector's own wording stands here for the statement \u201c{clean(claim.statement).rstrip('.')}\u201d."
    if claim.verdict == "not_determinable":
        return f"{head} It decides what the evidence leaves open."
    if own.says == "not_determinable":
        return f"{head} It leaves open what the evidence decides: the statement is {claim.verdict}."
    return f"{head} It goes against the evidence, by which the statement is {claim.verdict}."


def odd_wording(bundles: Sequence[Bundle], wording: Mapping[str, OwnWords]) -> list[str]:
    """Each wording that does not agree with its verdict: where it stands, and how."""
    found = []
    for claim in (claim for bundle in bundles for claim in bundle.claims):
        own = wording.get(claim.claim)
        if own is not None and at_odds(claim, own):
            found.append(f"{own.where}, claim {claim.claim}: it says {own.says}, the evidence {claim.verdict}.")
    return found


# What a letter takes from the parameters of a project.


def letter_settings(params: Params, slug: str) -> LetterSettings:
    """The settings of the letter to one force.

    A force without an addressee of its own is written to by office, the Chief Constable; another body by its
    name.
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
        former_title=inspection.former_title if of_inspection else "",
        fieldwork=_months(inspection.fieldwork) if of_inspection else "",
        forces_total=len(params.territorial),
        update=inspection.letter.update if of_inspection else "",
        data_site=inspection.letter.data_site if of_inspection else "",
        min_count=rules_from(resolved.disclosure).least_for("force"),
        marker=resolved.disclosure.marker,
    )


def _months(fieldwork: Fieldwork) -> str:
    """``January and April 2014``, which completes "between ..."."""
    first, last = (say_date(day(f"{m}-01")).split(" ", 1)[1] for m in (fieldwork.first_month, fieldwork.last_month))
    return f"{first.split()[0] if first[-4:] == last[-4:] else first} and {last}"


def _addressee(force: ForceSpec) -> tuple[tuple[str, ...], str]:
    to = force.addressee
    if to is None and force.kind == "territorial":
        return ("The Chief Constable", force.full_name), "Chief Constable"
    if to is None:
        return (force.full_name,), "Sir or Madam"
    return (to.name, to.post, to.organisation or force.full_name, *to.address), to.salutation


def letter_catalogue(params: Params) -> tuple[CatalogueEntry, ...]:
    """The findings in the order of the letter, with the title of their section and what each needs."""
    sections = params.inspection.letter.sections
    ordered = sorted(params.findings.values(), key=lambda f: list(sections).index(f.section))
    return tuple(
        CatalogueEntry(
            f.id,
            f.title,
            sections[f.section],
            tuple(f.request),
            tuple((id, claim.statement) for id, claim in f.claims.items()),
            f,
        )
        for f in ordered
    )


# The figures of a finding as blocks of the letter.


def figure_key(finding: str, name: str) -> str:
    """How a figure is named where it is chosen for a letter: ``a2_attendance_by_month``."""
    return f"{finding}_{name}".replace("-", "_").lower()


def chosen_figures(bundles: Sequence[Bundle], names: Sequence[str]) -> list[str]:
    """The keys of the figures chosen for the body of a letter, once it is known that it may and can print them."""
    if len(names) > MOST_FIGURES:
        raise ParameterError(f"The letter prints at most {MOST_FIGURES} figures; {len(names)} are asked for.")
    known = [figure_key(b.finding, f.name) for b in bundles for f in b.figures if not f.empty]
    told = {figure_key(b.finding, f.name): f.sentence for b in bundles for f in b.figures if f.sentence}
    keys = [name.replace("-", "_").lower() for name in names]
    for name, key in zip(names, keys, strict=True):
        if key not in known:
            raise ParameterError(
                f"There is no figure '{name}' to print.{did_you_mean(key, known)} Figures: "
                f"{', '.join(known) or 'none'}."
            )
        if key in told:
            raise ParameterError(
                f"Figure '{name}' is not drawn in the letter, for one sentence says as much: {told[key]}"
            )
    return keys


def figure_blocks(bundle: Bundle, keys: Sequence[str], before: int) -> list[FigureBlock]:
    """The chosen figures of a finding, numbered on."""
    chosen = [f for f in bundle.figures if figure_key(bundle.finding, f.name) in keys]
    return [figure_block(bundle, figure, before + i) for i, figure in enumerate(chosen, 1)]


def figure_block(bundle: Bundle, figure: Figure, number: int) -> FigureBlock:
    """One figure as a block of the letter."""
    stem = f"figures/{bundle.finding}-{figure.name}"
    synthetic = figure.synthetic or bundle.synthetic
    subtitle, note = halves(clean(figure.subtitle))
    source = clean(figure.source).rstrip(".") + "."
    if synthetic and "synthetic" not in source.lower():
        source += " Synthetic data."
    return FigureBlock(
        number=number,
        bookmark=f"figure_{number:02d}",
        finding=bundle.finding,
        name=figure.name,
        headline=clean(figure.headline),
        subtitle=subtitle,
        note=note,
        source=source if source.lower().startswith("source") else f"Source: {source}",
        alt=clean(figure.alt),
        svg=f"{stem}.svg",
        data=f"{stem}.csv",
        origin=(figure.svg, figure.data),
        synthetic=synthetic,
    )


# From evidence to the blocks of a letter.
#
# Nothing is computed here: sentences, figures and numbers come out of the evidence bundles as they are.

NOT_ASSESSED = "Findings not assessed"
WITHHELD = (
    "Some of the evidence on this finding is restricted and is withheld; the document of the evidence names the "
    "statements."
)


def compose(
    bundles: Sequence[Bundle],
    settings: LetterSettings,
    catalogue: Sequence[CatalogueEntry],
    wording: Mapping[str, OwnWords] | None = None,
) -> Letter:
    """Write the letter of one force."""
    found = by_finding(bundles, settings, catalogue)
    synthetic = any(b.synthetic for b in bundles)
    if synthetic:
        settings = _by_office(settings)
    written_on = bundles[0].letter_date
    wording = wording or {}
    check_views(wording, bundles)
    return Letter(
        force=settings.force,
        force_name=clean(settings.force_name),
        synthetic=synthetic,
        synthetic_notice=SYNTHETIC_NOTICE if synthetic else "",
        title=clean(f"{settings.subject}: {settings.force_name}"),
        organisation=clean(settings.organisation),
        address=_lines(settings.address),
        reference=clean(settings.reference),
        addressee=_lines(settings.addressee),
        salutation=clean(settings.salutation),
        subject=clean(settings.subject),
        report_title=clean(settings.report_title),
        embargo=embargo_text(settings.embargo),
        sensitivity=highest(part.sensitivity for b in bundles for part in (b, *b.claims, *b.figures)),
        letter_date=long_date(written_on),
        written_on=written_on,
        evidence_period=evidence_period(bundles),
        inspection_title=clean(settings.subject).split(":")[0],
        former_title=clean(settings.former_title),
        fieldwork=settings.fieldwork,
        forces_total=settings.forces_total,
        accuracy=settings.accuracy,
        update=clean(settings.update),
        data_site=clean(settings.data_site),
        signatory_name=clean(settings.signatory_name),
        signatory_honours=clean(settings.signatory_honours),
        signatory_post=clean(settings.signatory_post),
        marks=_marks(found, wording),
        sections=_sections(found, settings, catalogue, wording),
    )


def _by_office(settings: LetterSettings) -> LetterSettings:
    """The same letter from office to office: nobody signs, or is sent, made-up findings under their own name."""
    return replace(
        settings,
        addressee=("The Chief Constable", settings.force_name),
        salutation="Chief Constable",
        signatory_name=settings.signatory_post,
        signatory_honours="",
        signatory_post=settings.organisation,
    )


def _lines(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for line in map(clean, lines) if line)


def by_finding(
    bundles: Sequence[Bundle], settings: LetterSettings, catalogue: Sequence[CatalogueEntry]
) -> dict[str, Bundle]:
    """The bundles by finding, once they are known to belong to one letter."""
    if not bundles:
        raise DataError(
            f"There is no evidence for a letter to {settings.force_name}. Run its findings first, then write the "
            "letter."
        )
    known = [entry.finding for entry in catalogue]
    found: dict[str, Bundle] = {}
    for bundle in bundles:
        if bundle.force != settings.force:
            raise DataError(
                f"The letter to '{settings.force}' was given evidence of '{bundle.force}' (finding {bundle.finding}). "
                "Each letter rests on the evidence of its own force only."
            )
        if bundle.finding not in known:
            raise DataError(
                f"There is evidence for finding '{bundle.finding}', which the inspection doesn't list."
                f"{did_you_mean(bundle.finding, known)} Findings: {', '.join(known)}."
            )
        parts = (bundle, *bundle.claims, *bundle.figures)
        if any(part.sensitivity == "restricted" for part in parts):
            raise DataError(
                f"The evidence of finding {bundle.finding} holds what is restricted, and letters are written from what "
                "may be released to the force only (hmic_analysis.disclosure.release)."
            )
        if bundle.finding in found:
            raise DataError(f"Finding {bundle.finding} of '{settings.force}' was given twice. Keep the newer evidence.")
        found[bundle.finding] = bundle
    dates = sorted({b.letter_date for b in bundles})
    if len(dates) > 1:
        raise DataError(
            f"The evidence of '{settings.force}' was made for letters of several dates ({', '.join(dates)}). "
            "Run its findings again so that all have the same letter_date."
        )
    return found


def evidence_period(bundles: Sequence[Bundle]) -> str:
    """The time the evidence covers, as words that complete "data and documents ..."."""
    spans = {(b.period_start, b.period_end, b.as_of) for b in bundles}
    if len(spans) > 1:
        return "for the periods stated in the document of the evidence"
    start, end, as_of = spans.pop()
    return f"for {say_period(day(start), day(end))}, and on the position at {long_date(as_of)}"


def _marks(found: Mapping[str, Bundle], wording: Mapping[str, OwnWords]) -> tuple[str, ...]:
    """That some wording goes against its verdict, where it does."""
    claims = (c for bundle in found.values() for c in bundle.claims)
    if any(at_odds(claim, wording.get(claim.claim)) for claim in claims):
        return (AT_ODDS,)
    return ()


def _sections(
    found: dict[str, Bundle],
    settings: LetterSettings,
    catalogue: Sequence[CatalogueEntry],
    wording: Mapping[str, OwnWords],
) -> tuple[Section, ...]:
    sections: list[Section] = []
    missing: dict[str, list[str]] = {}
    number = 0
    chosen = chosen_figures(list(found.values()), settings.figures)
    for title in dict.fromkeys(entry.section for entry in catalogue):
        blocks: list[Paragraph | FigureBlock] = []
        for entry in (e for e in catalogue if e.section == title):
            bundle = found.get(entry.finding)
            gap = gap_of(bundle)
            if gap or bundle is None:
                missing.setdefault(gap, []).append(f"{clean(entry.title)} [{entry.finding}]")
                continue
            figures = figure_blocks(bundle, chosen, number)
            number += len(figures)
            told, *notes = finding_paragraphs(_entered(bundle, wording), settings, figures, wording, entry.spec)
            # The way from the paragraph to its evidence.
            reference = Part(text=f" [{entry.finding}]")
            blocks.append(told.model_copy(update={"style": "bullet", "parts": (*told.parts, reference)}))
            blocks.extend(notes)
            if any(id not in {c.claim for c in bundle.claims} for id, _ in entry.claims):
                blocks.append(Paragraph(style="note", finding=entry.finding, parts=(Part(text=WITHHELD),)))
            blocks.extend(figures)
        if blocks:
            sections.append(Section(title=clean(title), blocks=tuple(blocks)))
    if missing:
        sections.append(_not_assessed(missing))
    return tuple(sections)


def _entered(bundle: Bundle, wording: Mapping[str, OwnWords]) -> Bundle:
    """The finding without the views that no inspector has entered."""
    kept = tuple(c for c in bundle.claims if c.type != "judgement" or c.claim in wording)
    return bundle.model_copy(update={"claims": kept})


def _not_assessed(missing: dict[str, list[str]]) -> Section:
    """Every finding that is not reported, by the reason why; titles first, since some read as findings themselves."""
    lead = (
        "On what follows this letter makes no finding, which says nothing, good or bad, about the force. The document "
        "of the evidence names what each would need."
    )
    bullets = [
        Paragraph(style="bullet", parts=(Part(text=f"{'; '.join(names)}: {reason[0].lower()}{reason[1:]}."),))
        for reason, names in missing.items()
    ]
    return Section(title=NOT_ASSESSED, blocks=(Paragraph(parts=(Part(text=lead),)), *bullets))


def unread(bundle: Bundle) -> bool:
    """Whether nothing of a finding can be told, for files that could not be read."""
    tested = [c for c in bundle.claims if c.type != "judgement"]
    return bool(tested) and all(c.reasons == ("could_not_be_read",) for c in tested)


def gap_of(bundle: Bundle | None) -> str:
    """Why a finding can't be reported, or "" where it can."""
    if bundle is None:
        return "No evidence has been prepared"
    if bundle.status == "no_data" or unread(bundle):
        given = {c.because or because(c.reasons) for c in bundle.claims if c.type != "judgement" and c.reasons}
        if len(given) > 1:  # No one reason holds for all: the paragraph gives each with its question.
            return ""
        return f"Could not be assessed, because {next(iter(given), REASONS['no_data'])}"
    if not bundle.claims:
        return "Assessed, but the evidence is restricted and is withheld from this letter"
    return ""
