"""The models of all parameters: the inspection, its forces, its findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.params.base import Count, Model, Number, Positive, Text, Whole, YesNo, form
from hmic_analysis.params.catalogue import (
    SECTIONS,
    ClaimSpec,
    FindingSpec,
    FindingTables,
    IndicatorSpec,
    Section,
    Sentences,
    ThresholdSpec,
)
from hmic_analysis.params.settings import (
    Attendance,
    Comparison,
    Disclosure,
    Grades,
    National,
    Period,
    Quantifier,
    Settings,
)


def _moment(value: Any) -> Any:
    try:
        moment = dt.datetime.fromisoformat(str(value).strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo or ":" not in str(value):
        raise ValueError(f'{value!s:.40} is not a day and time. Write wall time, such as "2014-09-04 00:01"')
    return moment


def _all_sections(titles: dict[str, str]) -> dict[str, str]:
    missing = [section for section in SECTIONS if section not in titles]
    if missing:
        raise ValueError(f"the title of {', '.join(missing)} is missing")
    return titles


Moment = Annotated[dt.datetime, BeforeValidator(_moment)]
Month = Annotated[Text, form(r"\d{4}-(0[1-9]|1[0-2])", 'year-month, such as "2014-01"')]


class Fieldwork(Model):
    """First and last month of the visits, ``YYYY-MM``."""

    first_month: Month
    last_month: Month


class Signatory(Model):
    """Who signs the letter."""

    name: Text
    post: Text
    honours: str = ""


class Letter(Model):
    """What every letter of the inspection shares.

    Attributes
    ----------
    organisation, abbreviation : str
    address : tuple of str
        Lines of the letterhead; may be empty.
    reference : str
        May be empty.
    subject : str
    report_title : str
        Title of the national report that goes with the letter.
    signatory : Signatory
    sections : dict of str to str
        Title of each section, in order.
    """

    organisation: Text
    abbreviation: Text
    address: tuple[Text, ...] = ()
    reference: str = ""
    subject: Text
    report_title: Text
    signatory: Signatory
    sections: Annotated[dict[Section, Text], AfterValidator(_all_sections)]


class Inspection(Settings):
    """The inspection: its settings, and what is the same for every force.

    Attributes
    ----------
    title, former_title : str
    fieldwork : Fieldwork
    embargo_until : datetime.datetime
        Wall time in the zone of the inspection.
    letter : Letter
    comparison : Comparison
        The same for every force and finding: a comparison has one set of rules.
    national : National
        The same for every force and finding: what the report on all forces may show.
    """

    title: Text
    former_title: str = ""
    fieldwork: Fieldwork
    embargo_until: Moment
    letter: Letter
    comparison: Comparison
    national: National

    @property
    def embargo(self) -> dt.datetime:
        """The moment the embargo ends, aware of its time zone; of a wall time that occurs twice the later one."""
        return self.embargo_until.replace(tzinfo=ZoneInfo(self.timezone), fold=1)

    @model_validator(mode="after")
    def _embargo_exists(self) -> Inspection:
        there = self.embargo.astimezone(dt.UTC).astimezone(ZoneInfo(self.timezone))
        if there.replace(tzinfo=None) != self.embargo_until:
            raise ValueError(
                f"embargo_until: {self.embargo_until:%Y-%m-%d %H:%M} never comes in {self.timezone}: the clocks go "
                f"forward over it. Write a time before or after, such as {there:%Y-%m-%d %H:%M}"
            )
        return self


class Addressee(Model):
    """To whom the letter goes."""

    name: Text
    post: Text
    organisation: str = ""
    salutation: Text
    address: tuple[Text, ...] = ()


class CrimeMix(Model):
    """Offences recorded April 2013 to March 2014 by group; negative where more were cancelled than recorded."""

    violence: Whole
    sexual: Whole
    robbery: Whole
    burglary: Whole
    vehicle: Whole
    other_theft: Whole
    criminal_damage: Whole
    drugs: Whole
    public_order: Whole
    other: Whole


class ForceSpec(Model):
    """One force, or another body whose data are read.

    Attributes
    ----------
    slug : str
    kind : str
        ``territorial``: one of the 43; ``national``: what holds for all of them; ``other``: anything else.
    name, full_name : str
        ``Cleveland``; ``Cleveland Police``.
    pfa_code, region : str or None
    population : int or None
        Residents, mid-2013.
    area_km2 : float or None
        Land of the force area in square kilometres, from generalised boundaries.
    officers_fte : float or None
        Police officers, full-time equivalents, 31 March 2014.
    recorded_crime_2013_14 : int or None
        Offences recorded, April 2013 to March 2014.
    recorded_crime_mix : CrimeMix or None
        The same by group of offence.
    per_head_meaningless : bool
        Whether rates per resident say nothing, for want of residents.
    most_similar_forces : tuple of str
        Slugs.
    sources : tuple of str
        Names of mappings in ``params/sources``.
    raw : str or None
        Folder of its data, below the project, where it isn't ``data/raw/<slug>``.
    addressee : Addressee or None
    signatory : Signatory or None
        In place of the signatory of the inspection.
    """

    slug: Text
    kind: Literal["territorial", "national", "other"]
    name: Text
    full_name: Text
    pfa_code: Annotated[Text, form(r"[EW]\d{8}", "E or W and eight digits")] | None = None
    region: Text | None = None
    population: Count | None = None
    area_km2: Positive | None = None
    officers_fte: Annotated[Number, Field(ge=0)] | None = None
    recorded_crime_2013_14: Count | None = None
    recorded_crime_mix: CrimeMix | None = None
    per_head_meaningless: YesNo = False
    most_similar_forces: tuple[Text, ...] = ()
    sources: Annotated[tuple[Text, ...], Field(min_length=1)] = ("standard",)
    raw: Text | None = None
    addressee: Addressee | None = None
    signatory: Signatory | None = None


@dataclass(frozen=True)
class Leaf:
    """One value as a file gives it, and where.

    Attributes
    ----------
    value : Any
    file : str
        The file, or ``command line``.
    line : int
        Line from 1; 0 where there is none.
    """

    value: Any
    file: str
    line: int = 0

    @property
    def origin(self) -> str:
        """``params/forces/cleveland.yml:12``."""
        return f"{self.file}:{self.line}" if self.line else self.file


#: Values of one level of inheritance by their path: ``("period", "start")``, ``("thresholds", "A1", "name")``.
Layer = Mapping[tuple[str, ...], Leaf]


@dataclass(frozen=True)
class Params:
    """All parameters of a project, read and checked.

    Attributes
    ----------
    inspection : Inspection
    forces : dict of str to ForceSpec
        By slug, in alphabetical order.
    findings : dict of str to FindingSpec
        By id, in the order of the letter.
    tables_to_come : dict of str to str
        Tables that findings name and no contract describes yet, with what they will hold.
    inspection_layer, finding_layers, force_layers
        What each file gives, for inheritance; see :func:`hmic_analysis.params.resolve.resolve`.
    force_facts
        The facts on each force, by ``("force", "population")``; not inherited.
    """

    inspection: Inspection
    forces: Mapping[str, ForceSpec]
    findings: Mapping[str, FindingSpec]
    tables_to_come: Mapping[str, str]
    inspection_layer: Layer
    finding_layers: Mapping[str, Layer]
    force_layers: Mapping[str, Layer]
    force_facts: Mapping[str, Layer]

    def force(self, slug: str) -> ForceSpec:
        """The force of that slug.

        Parameters
        ----------
        slug : str

        Returns
        -------
        ForceSpec

        Raises
        ------
        ParameterError
            If there is none; the message lists those there are.
        """
        if slug in self.forces:
            return self.forces[slug]
        raise ParameterError(
            f"There is no force '{slug}'.{did_you_mean(slug, self.forces)} Forces: {', '.join(self.forces)}."
        )

    def finding(self, id: str) -> FindingSpec:
        """The finding of that id.

        Parameters
        ----------
        id : str
            ``A1``.

        Returns
        -------
        FindingSpec

        Raises
        ------
        ParameterError
            If there is none; the message lists those there are.
        """
        if id in self.findings:
            return self.findings[id]
        near = did_you_mean(id.upper(), self.findings)
        raise ParameterError(f"There is no finding '{id}'.{near} Findings: {', '.join(self.findings)}.")

    @property
    def territorial(self) -> tuple[ForceSpec, ...]:
        """The territorial forces."""
        return tuple(f for f in self.forces.values() if f.kind == "territorial")


__all__ = [
    "SECTIONS",
    "Addressee",
    "Attendance",
    "ClaimSpec",
    "Comparison",
    "CrimeMix",
    "Disclosure",
    "Fieldwork",
    "FindingSpec",
    "FindingTables",
    "ForceSpec",
    "Grades",
    "IndicatorSpec",
    "Inspection",
    "Layer",
    "Leaf",
    "Letter",
    "National",
    "Params",
    "Period",
    "Quantifier",
    "Sentences",
    "Settings",
    "Signatory",
    "ThresholdSpec",
]
