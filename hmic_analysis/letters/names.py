"""Finding persons' names in what an inspector writes."""

from __future__ import annotations

import re
from collections.abc import Callable

from hmic_analysis.params.models import Params

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

    Parameters
    ----------
    params : Params
        Names of signatories and addressees are taken from it, of every force.

    Returns
    -------
    callable
        Gives for a text what in it names a person, each as words of a message; empty for none.  It knows the persons
        of the parameters by every part of their names, and any other by a title, a rank or an initial before it; a
        bare name that stands in no parameter file it can't know.
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
