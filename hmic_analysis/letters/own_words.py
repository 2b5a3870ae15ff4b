"""An inspector's own wording for claims of one force: read, checked, and filled with numbers of the evidence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hmic_analysis.documents.text import agree, clean, day
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.evidence.model import Bundle, Indicator
from hmic_analysis.evidence.wording import Shown
from hmic_analysis.params.models import Model, Params, Text
from hmic_analysis.params.yamlfile import fault, read_yaml, refuse, validate
from hmic_analysis.words import say_date, say_period

# --------------------------------------------------------------------------------------------------------------------
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


# --------------------------------------------------------------------------------------------------------------------
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


class OwnClaim(Model):
    """One claim in an inspector's words.

    Attributes
    ----------
    text : str
        One or more sentences; numbers only as placeholders, ``{attendance_pct}``.
    says : str
        Which verdict the words amount to; a view has none.
    reason : str
        Why the standard sentence does not do, without names and numbers.
    """

    text: Text
    says: Literal["supported", "contradicted", "not_determinable"] | None = None
    reason: Text


class WordingFile(Model):
    """``params/letters/<force>.yml``."""

    claims: dict[str, OwnClaim]


@dataclass(frozen=True)
class OwnWords:
    """One claim in an inspector's words, and where they stand."""

    text: str
    says: str | None
    reason: str
    where: str


def load_wording(folder: Path, params: Params, slug: str) -> dict[str, OwnWords]:
    """The inspectors' own wording for one force.

    By claim; empty where there is no ``letters/<slug>.yml``.
    """
    for path in sorted((folder / FOLDER).glob("*.y*ml")):
        if path.stem not in params.forces or path.suffix != ".yml":
            raise ParameterError(
                f"params/{FOLDER}/{path.name} is the wording for no force.{did_you_mean(path.stem, params.forces)} "
                "Name it after the slug of a force: cleveland.yml."
            )
    path = folder / FOLDER / f"{slug}.yml"
    if not path.is_file():
        return {}
    file = read_yaml(path, f"params/{FOLDER}/{slug}.yml")
    faults = validate(WordingFile, file.data, file)
    refuse(faults)
    types = {id: claim.type for finding in params.findings.values() for id, claim in finding.claims.items()}
    names = person_names(params)
    words = {}
    for id, own in WordingFile.model_validate(file.data).claims.items():
        at = ("claims", id)
        if id not in types:
            faults.append(fault(file, at, f"there is no such claim.{did_you_mean(id, types)}"))
            continue
        if (own.says is None) != (types[id] == "judgement"):
            faults.append(fault(file, at, _says_fault(types[id])))
        for key, text in (("text", own.text), ("reason", own.reason)):
            faults += [fault(file, (*at, key), problem) for problem in _problems(key, text, names)]
        words[id] = OwnWords(clean(own.text), own.says, clean(own.reason), file.origin(at))
    refuse(faults)
    return words


def _says_fault(kind: str) -> str:
    if kind == "judgement":
        return "it is a view of the inspectors and has no verdict: leave 'says' out"
    return "'says' is missing: write which verdict the words amount to (supported, contradicted or not_determinable)"


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
    if field == "interval_text" and (figures[id].lo is None or figures[id].hi is None):
        raise ParameterError(f"{where}: '{id}' has no interval. Word the claim without it.")
    return str(getattr(shown, field)) if field else str(shown)


def _parted(name: str) -> tuple[str, str, str]:
    """``attendance_pct[a.b].lo``: the dot that counts stands behind the bracket."""
    head, _, tail = name.rpartition("]")
    return f"{head}]", ".", tail.removeprefix(".")
