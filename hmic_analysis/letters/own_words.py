"""What an inspector gives for the letter to one force: own wording, views, and the figures to print."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from hmic_analysis.documents.text import agree, clean, day
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.evidence.model import Bundle, Indicator
from hmic_analysis.evidence.wording import Shown
from hmic_analysis.params.catalogue import ClaimSpec
from hmic_analysis.params.models import Day, Model, Params, Text
from hmic_analysis.params.yamlfile import fault, read_yaml, refuse, validate
from hmic_analysis.words import say_date, say_period

# Finding persons' names in what an inspector writes.

#: Titles and ranks before a name, in full or short, with or without a stop.
TITLES = (
    "Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Rev|Reverend|Judge|Cllr|Councillor|PC|WPC|DC|PS|DS|DI|"
    "DCI|DSupt|Sgt|Sergeant|Insp|Inspector|Supt|Superintendent|Constable|Commander|Commissioner|Det|Detective|PCSO|"
    "SPC|ACC|DCC|CC|HMI"
)
#: Words with a capital that follow a rank without being a name.
OFFICE = frozenset(
    "Sergeant Sergeants Inspector Inspectors Superintendent Superintendents Constable Constables Chief Detective "
    "Police Commissioner General Support Her His HM Of And The".split()
)
WORD = r"[A-Z][\w'\N{RIGHT SINGLE QUOTATION MARK}-]+"
TITLED = re.compile(rf"\b(?:(?i:{TITLES})\b\.?\s+)+((?:[A-Z]\.?\s+)*{WORD}|[A-Z]{{2,}})")
#: "J Cheer", "R. J. Baker".
INITIALS = re.compile(rf"\b((?:(?![AI]\s)[A-Z]\.?\s+)+{WORD})")
PARTS = re.compile(r"[\w'\N{RIGHT SINGLE QUOTATION MARK}-]+")


def person_names(params: Params) -> Callable[[str], list[str]]:
    """A check for persons' names.

    Gives for a text what in it names a person, each as words of a message; empty for none.  It knows the persons of
    the parameters by every part of their names, and any other by a title, a rank or an initial before it; a bare
    name that stands in no parameter file it can't know.
    """
    known = _known(params)
    places = {word for force in params.forces.values() for word in PARTS.findall(force.full_name)} | OFFICE
    places |= set(TITLES.split("|"))

    def find(text: str) -> list[str]:
        found = [f"'{word}' is the name of a signatory or addressee" for word in PARTS.findall(text) if word in known]
        for match in TITLED.finditer(text):
            if match[1] not in places and match[1].title() not in places:
                found.append(f"'{match[0]}' names a person")
        found += [f"'{match[1]}' names a person" for match in INITIALS.finditer(text)]
        return list(dict.fromkeys(found))

    return find


def _known(params: Params) -> frozenset[str]:
    """Every part of the names of those who sign and are written to, as it stands and in capitals."""
    names = [params.inspection.letter.signatory.name]
    for force in params.forces.values():
        names += [force.signatory.name] if force.signatory else []
        names += [force.addressee.name, force.addressee.salutation] if force.addressee else []
    titles = set(TITLES.split("|")) | OFFICE | {"Madam"}
    parts = {part for name in names for part in PARTS.findall(name)}
    people = {part for part in parts if len(part) > 2 and part not in titles and part[0].isupper()}
    return frozenset(people | {part.upper() for part in people})


# An inspector's own wording for claims of one force: read, checked, and filled with numbers of the evidence.

FOLDER = "letters"
PLACE = re.compile(r"\{([^{}]*)\}")
FIELDS = ("lo", "hi", "n", "numerator", "denominator", "interval_text")
WORDS = ("force", "period", "as_of")
#: Numbers in letters.  "One" is left out: "one of few forces" counts nothing.
NUMBER_WORDS = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundreds?|thousands?|millions?|dozens?|half|halves|thirds|quarters?|(?:a|one) third|twice|"
    r"per ?cent)\b",
    re.IGNORECASE,
)


#: Charts in the body of a letter, at most.
MOST_FIGURES = 4


class OwnClaim(Model):
    """One claim in an inspector's words.

    ``text``: one or more sentences; numbers only as placeholders, ``{attendance_pct}``. ``says``: which verdict the
    words amount to. ``reason``: why the standard sentence does not do, without names and numbers.
    """

    text: Text
    says: Literal["supported", "contradicted", "not_determinable"]
    reason: Text


class View(Model):
    """A view that an inspector has entered: one or more sentences, whose it is (a name or initials), and when."""

    text: Text
    by: Text
    date: Day


class LetterFile(Model):
    """``params/letters/<force>.yml``."""

    claims: dict[str, OwnClaim] = Field(default_factory=dict)
    views: dict[str, View] = Field(default_factory=dict)
    figures: Annotated[tuple[Text, ...], Field(max_length=MOST_FIGURES)] = ()


@dataclass(frozen=True)
class OwnWords:
    """One claim in an inspector's words, and where they stand.

    ``says`` is None for a view; then ``rests_on`` holds the verdicts without which it can't be held, by claim.
    """

    text: str
    says: str | None
    reason: str
    where: str
    by: str = ""
    on: str = ""
    rests_on: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LetterParameters:
    """What inspectors give for the letter to one force; ``figures`` as they name them, with where they stand."""

    wording: dict[str, OwnWords] = field(default_factory=dict)
    figures: tuple[str, ...] = ()


def load_letter(folder: Path, params: Params, slug: str) -> LetterParameters:
    """What inspectors give for the letter to one force; nothing where there is no ``letters/<slug>.yml``."""
    for path in sorted((folder / FOLDER).glob("*.y*ml")):
        if path.stem not in params.forces or path.suffix != ".yml":
            raise ParameterError(
                f"params/{FOLDER}/{path.name} is the wording for no force.{did_you_mean(path.stem, params.forces)} "
                "Name it after the slug of a force: cleveland.yml."
            )
    path = folder / FOLDER / f"{slug}.yml"
    if not path.is_file():
        return LetterParameters()
    file = read_yaml(path, f"params/{FOLDER}/{slug}.yml")
    data = file.data or {}
    faults = validate(LetterFile, data, file)
    refuse(faults)
    given = LetterFile.model_validate(data)
    specs = {id: claim for finding in params.findings.values() for id, claim in finding.claims.items()}
    names = person_names(params)
    words = {}
    for part, entries in (("claims", given.claims), ("views", given.views)):
        for id, own in entries.items():
            at = (part, id)
            problem = _misplaced(id, part, specs)
            if problem:
                faults.append(fault(file, at, problem))
                continue
            for key in ("text", "reason") if part == "claims" else ("text",):
                faults += [fault(file, (*at, key), p) for p in _problems(key, getattr(own, key), names)]
            where = file.origin(at)
            if isinstance(own, View):
                view = (clean(own.text), None, "", where, clean(own.by), own.date.isoformat(), specs[id].rests_on)
                words[id] = OwnWords(*view)
            else:
                words[id] = OwnWords(clean(own.text), own.says, clean(own.reason), where)
    refuse(faults)
    return LetterParameters(words, given.figures)


def _misplaced(id: str, part: str, specs: Mapping[str, ClaimSpec]) -> str:
    """Why a claim can't stand in a part of the file; "" where it can."""
    if id not in specs:
        return f"there is no such claim.{did_you_mean(id, specs)}"
    if part == "claims" and specs[id].is_judgement:
        return "it is a view of the inspectors and has no verdict: enter it under 'views', with 'by' and 'date'"
    if part == "views" and not specs[id].is_judgement:
        views = ", ".join(i for i, spec in specs.items() if spec.is_judgement)
        return f"it gets a verdict and is no view: word it under 'claims'. Views: {views}"
    return ""


def check_views(wording: Mapping[str, OwnWords], bundles: Iterable[Bundle]) -> None:
    """Refuse a view that the verdict on a claim it rests on contradicts."""
    verdicts = {claim.claim: claim for bundle in bundles for claim in bundle.claims}
    for id, own in wording.items():
        for claim, needed in own.rests_on.items():
            found = verdicts.get(claim)
            if found is not None and found.verdict not in (needed, "not_determinable"):
                raise ParameterError(
                    f"{own.where}: view {id} can't be held, for it rests on “{clean(found.statement).rstrip('.')}” "
                    f"({claim}) being {needed}, and the evidence finds it {found.verdict}. Take the view out, or word "
                    "another."
                )


def views_form(params: Params, slug: str, bundles: Iterable[Bundle], wording: Mapping[str, OwnWords]) -> str:
    """A form to fill in and put into the force's letter parameters: each view that may be entered.

    Above each stands what it is about, and the verdicts that it rests on, as they are; below it what was entered.
    """
    verdicts = {claim.claim: claim.verdict for bundle in bundles for claim in bundle.claims}
    lines = [f"# params/{FOLDER}/{slug}.yml: keep the views that are held, with whose each is and when.", "views:"]
    for finding in params.findings.values():
        for id, spec in finding.claims.items():
            if not spec.is_judgement:
                continue
            lines += ["", f"  # {id}: {spec.statement}"]
            for claim, needed in spec.rests_on.items():
                found = verdicts.get(claim, "not_determinable").replace("_", " ")
                lines.append(f"  # rests on {claim} being {needed}; it is {found}: {finding.claims[claim].statement}")
            own = wording.get(id)
            offered = " ".join(spec.view.split())
            text, by, on = (own.text, own.by, own.on) if own else ("", "", "")
            lines += [] if own else [f"  # for example: {offered}"]
            lines += [f"  {id}:", f"    text: {_quoted(text)}", f"    by: {_quoted(by)}", f"    date: {on}".rstrip()]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A text as YAML takes it whatever it holds."""
    return json.dumps(text, ensure_ascii=False)


def _problems(key: str, text: str, names: Callable[[str], list[str]]) -> list[str]:
    """What is wrong with a text or a reason, in words for the inspector."""
    problems = []
    fixed = PLACE.sub(" ", text) if key == "text" else text
    plain = [c for c in fixed if unicodedata.category(c) in ("Nd", "Nl", "No")]
    if plain:
        found = re.search(r"\S*" + re.escape(plain[0]) + r"\S*", fixed)
        advice = "take it from the evidence, such as {attendance_pct}" if key == "text" else "leave it out"
        problems.append(f"'{found[0] if found else plain[0]}' is a number written plainly; {advice}")
    worded = NUMBER_WORDS.search(fixed)
    if worded:
        problems.append(f"'{worded[0]}' is a number in words, which nothing in the evidence bears out; leave it out")
    if "{" in fixed or "}" in fixed:
        problems.append("a brace stands by itself; placeholders are written {attendance_pct}")
    if key == "text" and not clean(text).endswith((".", "!", "?")):
        problems.append("it is no sentence: it needs a full stop at its end")
    return problems + [f"{person}; say it without naming anybody" for person in names(fixed)]


def fill(own: OwnWords, claim: str, bundle: Bundle, min_count: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    """An inspector's wording with its numbers.

    The text, and each number in it with the indicator field it was taken from.
    """
    figures = {indicator.id: indicator for indicator in bundle.indicators}
    words = {
        "force": bundle.force_name,
        "period": say_period(day(bundle.period_start), day(bundle.period_end)),
        "as_of": say_date(day(bundle.as_of)),
    }
    printed: list[tuple[str, str]] = []

    def place(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name in words:
            return words[name]
        return _number(name, figures, printed, min_count, f"{own.where} (claim {claim})")

    return agree(clean(PLACE.sub(place, own.text))), tuple(dict.fromkeys(printed))


def _number(name: str, figures: Mapping[str, Indicator], printed: list, min_count: int, where: str) -> str:
    id, _, field = name.partition(".") if "]" not in name else (*_parted(name),)
    if id not in figures or (field and field not in FIELDS):
        near = did_you_mean(id, figures) if id not in figures else did_you_mean(field, FIELDS)
        raise ParameterError(
            f"{where}: '{{{name}}}' names nothing that the evidence of this claim's finding holds.{near} It may name: "
            f"{', '.join(sorted(figures)) or 'no figure'}; after a dot {', '.join(FIELDS)}; and {', '.join(WORDS)}."
        )
    shown = Shown(figures[id], printed, min_count)
    if not shown.known or (field and field != "interval_text" and getattr(figures[id], field, None) is None):
        raise ParameterError(
            f"{where}: '{{{name}}}' could not be computed for this force, or is withheld. Word the claim without it."
        )
    if field in ("lo", "hi", "interval_text") and not figures[id].has_interval:
        raise ParameterError(f"{where}: '{id}' has no interval, for nothing was sampled. Word the claim without it.")
    return str(getattr(shown, field)) if field else str(shown)


def _parted(name: str) -> tuple[str, str, str]:
    """``attendance_pct[a.b].lo``: the dot that counts stands behind the bracket."""
    head, _, tail = name.rpartition("]")
    return f"{head}]", ".", tail.removeprefix(".")
