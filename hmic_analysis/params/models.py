"""What the parameter files hold: the ground of all models, the inspection with its settings, and its forces.

Models are frozen and refuse keys that they don't know.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from hmic_analysis.contracts.a5_offenders import AGENCIES
from hmic_analysis.contracts.base import Fold
from hmic_analysis.contracts.core import CONTACT_MODES, INCIDENT_RESULTS, REPORT_ROUTES, RESOURCE_TYPES
from hmic_analysis.errors import ParameterError, did_you_mean, near_or_all
from hmic_analysis.words import SECTIONS, say_date

if TYPE_CHECKING:
    from hmic_analysis.params.catalogue import FindingSpec


class Model(BaseModel):
    """Frozen, and refusing what it doesn't know."""

    # Built when first used: commands that take parameters as they were kept check none of them again.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


def _day(value: Any) -> Any:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            pass
    problem = "a day is missing" if value is None else f"{str(value)[:40]!r} is not a day"
    raise ValueError(f"{problem}. Write it as year-month-day, such as 2013-11-30")


#: A calendar day, written ``2013-11-30``.
Day = Annotated[dt.date, BeforeValidator(_day)]
Text = Annotated[str, Field(min_length=1)]
Whole = Annotated[int, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Percent = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]
YesNo = Annotated[bool, Field(strict=True)]


def form(pattern: str, words: str) -> AfterValidator:
    """A check that a text has a form."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} doesn't have the form expected here: {words}")
        return text

    return AfterValidator(check)


def partial_of(model: type[Model]) -> type[Model]:
    """A model in which every key may be left out, for files that say only what differs.

    Rules between keys are left to the whole, when everything is merged.
    """
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Model):
            kind = partial_of(kind)
        elif get_origin(kind) is dict and isinstance(inner := get_args(kind)[1], type) and issubclass(inner, Model):
            kind = dict[str, partial_of(inner)]
        # An explicit blank is refused where the whole refuses it: the default None is never validated.
        fields[name] = (Annotated[(kind, *info.metadata)] if info.metadata else kind, Field(default=None))
    return create_model(f"Partial{model.__name__}", __base__=Model, **fields)


EvidenceGrade = Literal["A", "B", "C", "D"]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone. Write its IANA name, such as Europe/London") from None
    return name


def _limit(count: int) -> int:
    if count == 2:
        raise ValueError("2 would withhold the count 1 only, and so say it. Write 0 to withhold nothing, or 3 or more")
    return count


Zone = Annotated[Text, AfterValidator(_zone)]


class Period(Model):
    """First and last day of the flows: crimes recorded, incidents created, bail returns due."""

    start: Day
    end: Day


class Quantifier(Model):
    """What a word such as "some" or "consistently" is taken to mean; a test that is left out isn't made.

    ``word``: the word as it stands in a letter; ``meaning``: the test in plain words; ``min_count``: instances at
    least; ``min_point_pct`` and ``min_lower_pct``: the figure itself, and the lower bound of it, in per cent;
    ``min_stratum_pct``: the figure in the lowest stratum, in per cent; ``min_worst_unit_pct``: the figure of the
    worst district, shift or team, in per cent; ``min_periods_pct``: share of the prescribed periods with an event, in
    per cent; ``min_per_month``: events in each month of the period; ``min_forces`` and ``max_forces``: forces of all
    territorial forces; ``grades``: grades of the evidence that will do; ``sample_grade``: the grade that will do
    where the sentence is itself about a sample of files; ``min_reviewers``: reviewers who agree, where the sample
    grade is relied on.
    """

    word: Text
    meaning: Text
    min_count: Count | None = None
    min_point_pct: Percent | None = None
    min_lower_pct: Percent | None = None
    min_stratum_pct: Percent | None = None
    min_worst_unit_pct: Percent | None = None
    min_periods_pct: Percent | None = None
    min_per_month: Count | None = None
    min_forces: Count | None = None
    max_forces: Count | None = None
    grades: tuple[EvidenceGrade, ...] = ()
    sample_grade: EvidenceGrade | None = None
    min_reviewers: Count | None = None


class TargetMinutes(Model):
    """Minutes within which the first resource should be at the scene; blank where there is no target."""

    urban: Positive | None
    rural: Positive | None


class Targets(Model):
    """Targets by response grade; ``no_deployment`` has none."""

    emergency: TargetMinutes
    priority: TargetMinutes
    scheduled: TargetMinutes


class Grades(Model):
    """Response grades: their targets, and the moment from which they are counted.

    ``clock_start``: ``call``, ``created`` or ``dispatched``: ``call_at``, ``created_at`` or ``dispatched_at`` of the
    incident.
    """

    clock_start: Literal["call", "created", "dispatched"]
    targets: Targets

    def target(self, grade: str, area_type: str | None = None) -> float | None:
        """Target of a grade in minutes; None without one, or where the area isn't known and the two targets differ."""
        pair = getattr(self.targets, grade, None)
        if pair is None:
            return None
        if area_type in ("urban", "rural"):
            return getattr(pair, area_type)
        return pair.urban if pair.urban == pair.rural else None


class Attendance(Model):
    """What counts as having attended.

    ``resource_types`` and ``warranted_types``: resources whose arrival counts, and those of them that are warranted
    officers; ``contact_modes``: contacts that count as attendance; ``not_attended_modes``: contacts that answer the
    report without attending; ``excluded_results``: results of incidents that are left out of the share of incidents
    attended; ``excluded_routes``: routes of crimes that no member of the public first called the force about;
    reported apart.
    """

    resource_types: Annotated[tuple[Literal[RESOURCE_TYPES], ...], Field(min_length=1)]
    warranted_types: Annotated[tuple[Literal[RESOURCE_TYPES], ...], Field(min_length=1)]
    contact_modes: Annotated[tuple[Literal[CONTACT_MODES], ...], Field(min_length=1)]
    not_attended_modes: tuple[Literal[CONTACT_MODES], ...]
    excluded_results: tuple[Literal[INCIDENT_RESULTS], ...]
    excluded_routes: tuple[Literal[REPORT_ROUTES], ...]


class OtherAgencies(Model):
    """Incidents whose lead agency is not the police.

    ``incident_types``: types of incident, as forces name or number them when they close one; capitals don't matter;
    ``qualifiers``: qualifiers of incidents of any type.
    """

    incident_types: tuple[Text, ...]
    qualifiers: tuple[Text, ...]


class OffenderManagement(Model):
    """Partners of integrated offender management.

    ``lead_partners``: agencies without which a meeting has no quorum; ``core_partners``: the other core partners, of
    whom some must be present too.
    """

    lead_partners: Annotated[tuple[Literal[AGENCIES], ...], Field(min_length=1)]
    core_partners: Annotated[tuple[Literal[AGENCIES], ...], Field(min_length=1)]


class Disclosure(Model):
    """Small counts of persons in what leaves the building.

    ``min_count``: counts above 0 and below it are withheld; ``marker``: what stands in their place in tables;
    ``audiences``: from whom they are withheld (a force sent its own); ``persons``: indicators that count persons, or
    contacts of one person each, besides those marked ``about_persons`` in its finding.
    """

    min_count: Annotated[Count, AfterValidator(_limit)]
    marker: Text
    audiences: tuple[Literal["force", "public"], ...] = ("public",)
    persons: tuple[Text, ...] = ()


class Comparison(Model):
    """A force beside the others.

    ``inner_limit_pct`` and ``outer_limit_pct``: levels of the two funnel lines in per cent; only outside the outer
    one a force is named as different; ``min_forces``: forces with figures below which limits don't allow for
    differences between forces, and nobody is named; ``similar_forces``: size of a computed group of similar forces;
    ``reconcile_pct``: difference in per cent between counted and published crimes up to which a force's data are
    used.
    """

    inner_limit_pct: Annotated[float, Field(strict=True, gt=50, lt=100, allow_inf_nan=False)]
    outer_limit_pct: Annotated[float, Field(strict=True, gt=50, lt=100, allow_inf_nan=False)]
    min_forces: Annotated[Count, Field(ge=3)]
    similar_forces: Annotated[Count, Field(ge=1)]
    reconcile_pct: Percent

    @model_validator(mode="after")
    def _in_order(self) -> Comparison:
        if not self.inner_limit_pct < self.outer_limit_pct:
            raise ValueError(
                f"inner_limit_pct ({self.inner_limit_pct:g}) must be smaller than outer_limit_pct "
                f"({self.outer_limit_pct:g})"
            )
        return self


class National(Model):
    """What the report on all forces may show, so that no force can be worked out.

    ``min_forces``: counts of forces above 0 and below it are withheld, and what would give them back;
    ``min_forces_per_bin``: forces in each bar of a distribution at least; ``round_share_pct``: shares of forces in a
    distribution are multiples of this, in per cent; ``min_forces_pooled``: forces that a rate for England and Wales
    rests on at least; ``max_force_share_pct``: part of the total that one force may hold of a rate, in per cent;
    ``min_forces_per_area``: forces with a figure in each area of the country; ``areas``: the areas, and the regions of
    each; ``recommendations``: what the inspectorate recommends, in its own words; printed as they stand, none is made.
    """

    min_forces: Annotated[Count, Field(ge=3)]
    min_forces_per_bin: Annotated[Count, Field(ge=3)]
    round_share_pct: Annotated[Count, Field(ge=5, le=25)]
    min_forces_pooled: Annotated[Count, Field(ge=3)]
    max_force_share_pct: Annotated[float, Field(strict=True, gt=0, lt=100, allow_inf_nan=False)]
    min_forces_per_area: Annotated[Count, Field(ge=3)]
    areas: Annotated[dict[str, Annotated[tuple[Text, ...], Field(min_length=1)]], Field(min_length=2)]
    recommendations: tuple[Text, ...] = ()


class Coverage(Model):
    """How much of the period, and of the rows sent, a verdict needs.

    ``months_of_12``: months of each twelve that a table must hold for a claim that rests on it to be decided;
    ``set_aside_pct``: share of a table's rows kept aside up to which it is.
    """

    months_of_12: Annotated[int, Field(strict=True, ge=1, le=12)]
    set_aside_pct: Percent

    def months_needed(self, months: int) -> int:
        """Months that a period of so many needs: 11 of 12, 22 of 24, 6 of 6."""
        return math.ceil(months * self.months_of_12 / 12)


class Settings(Model):
    """Everything that is inherited: set for the inspection, overridden by a finding, overridden by a force.

    ``as_of``: day of the stocks: suspects outstanding, policies in force; ``timezone``: IANA name of the zone of the
    force's wall times; ``min_n``: units below which a share decides nothing; ``max_unmatched_pct``: references from
    one table to another that may lead nowhere, in per cent, above which nothing rests on them.
    """

    period: Period
    as_of: Day
    letter_date: Day
    timezone: Zone
    quantifiers: dict[str, Quantifier]
    grades: Grades
    attendance: Attendance
    other_agencies: OtherAgencies
    offender_management: OffenderManagement
    min_n: Count
    max_unmatched_pct: Percent
    coverage: Coverage
    disclosure: Disclosure


def _moment(value: Any) -> Any:
    try:
        moment = dt.datetime.fromisoformat(str(value).strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo or ":" not in str(value):
        raise ValueError(f'{value!s:.40} is not a day and time. Write wall time, such as "2014-09-04 00:01"')
    return moment


Section = Literal[SECTIONS]


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

    ``address``: lines of the letterhead; may be empty; ``reference``: may be empty; ``report_title``: title of the
    national report that goes with the letter; ``update``: what is said of the later update, in sentences; may be
    empty; ``data_site``: where data on each force can be viewed; may be empty; ``sections``: title of each section, in
    order.
    """

    organisation: Text
    abbreviation: Text
    address: tuple[Text, ...] = ()
    reference: str = ""
    subject: Text
    report_title: Text
    update: str = ""
    data_site: str = ""
    signatory: Signatory
    sections: Annotated[dict[Section, Text], AfterValidator(_all_sections)]


class Accuracy(Model):
    """The check of facts by the force.

    ``return_days``: days after which the response is to be back; ``contact``: lines; may be empty.
    """

    return_days: Count = 14
    contact: tuple[Text, ...] = ()


class Inspection(Settings):
    """The inspection: its settings, and what is the same for every force.

    ``embargo_until``: wall time in the zone of the inspection; ``comparison``: the same for every force and finding:
    a comparison has one set of rules; ``national``: the same for every force and finding: what the report on all
    forces may show.
    """

    title: Text
    former_title: str = ""
    fieldwork: Fieldwork
    embargo_until: Moment
    letter: Letter
    accuracy: Accuracy = Field(default_factory=Accuracy)
    comparison: Comparison
    national: National

    @property
    def embargo(self) -> dt.datetime:
        """The moment the embargo ends, aware of its time zone; of a wall time that occurs twice the later one."""
        return self.embargo_until.replace(tzinfo=ZoneInfo(self.timezone), fold=1)

    @property
    def embargo_line(self) -> str:
        """The line of evidence that is not to be published before a moment; true before it and after it.

        ``Embargoed until 00:01 on 4 September 2014 (Europe/London)``.
        """
        end = self.embargo_until
        return f"Embargoed until {end:%H:%M} on {say_date(end.date())} ({self.timezone})"

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


def _inside(folder: str) -> str:
    """A folder below the project, written so on every system."""
    parts = PurePosixPath(folder.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in folder or not parts.parts:
        raise ValueError(f"{folder!r} is no folder below the project. Copy the files into it, such as data/raw/NAME")
    return folder


class ForceSpec(Model):
    """One force, or another body whose data are read.

    ``kind``: ``territorial``: one of the 43; ``national``: what holds for all of them; ``other``: anything else;
    ``name`` and ``full_name``: ``Cleveland``; ``Cleveland Police``; ``population``: residents, mid-2013;
    ``area_km2``: land of the force area in square kilometres, from generalised boundaries; ``officers_fte``: police
    officers, full-time equivalents, 31 March 2014; ``recorded_crime_2013_14``: offences recorded, April 2013 to March
    2014; ``recorded_crime_mix``: the same by group of offence; ``per_head_meaningless``: whether rates per resident
    say nothing, for want of residents; ``most_similar_forces``: slugs; ``sources``: names of mappings in
    ``params/sources``; ``raw``: folder of its data, below the project, where it isn't ``data/raw/<slug>``; ``match``:
    what may lie between two writings of one reference, such as ``case``; ``police_name``: the force whose records
    another body's files are to hold; ``districts``: names of the districts of its area; ``signatory``: in place of the
    signatory of the inspection.
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
    raw: Annotated[Text, AfterValidator(_inside)] | None = None
    match: tuple[Fold, ...] = ()
    police_name: Text | None = None
    districts: tuple[Text, ...] = ()
    addressee: Addressee | None = None
    signatory: Signatory | None = None

    @property
    def own_police(self) -> str:
        """The name that records of this force bear; empty where they may be of any."""
        return self.police_name or (self.full_name if self.kind == "territorial" else "")


@dataclass(frozen=True)
class Leaf:
    """One value as a file gives it, and where.

    ``file``: the file, or ``values given``; ``line``: line from 1; 0 where there is none.
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


def no_finding(id: str, known: Sequence[str]) -> str:
    """The message where a finding is asked for that isn't there."""
    return f"There is no finding '{id}'.{did_you_mean(id.upper(), known)} Findings: {', '.join(known)}."


@dataclass(frozen=True)
class Params:
    """All parameters of a project, read and checked.

    ``forces``: by slug, in alphabetical order; ``findings``: by id, in the order of the letter, all or those that were
    asked for; ``known``: the ids of all there are. The layers say what each file gives, for inheritance;
    ``force_facts`` are the facts on each force, by ``("force", "population")``, which nothing inherits; ``shared`` what
    was worked out of them for all forces that override nothing, by finding.
    """

    inspection: Inspection
    forces: Mapping[str, ForceSpec]
    findings: Mapping[str, FindingSpec]
    known: tuple[str, ...]
    inspection_layer: Layer
    finding_layers: Mapping[str, Layer]
    force_layers: Mapping[str, Layer]
    force_facts: Mapping[str, Layer]
    shared: dict[str | None, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def force(self, slug: str) -> ForceSpec:
        """The force of that slug; the error lists those there are."""
        if isinstance(slug, str) and slug in self.forces:
            return self.forces[slug]
        listed = "forces() lists them, and so do params/forces.yml and the files of params/forces"
        named = f"'{slug}'" if isinstance(slug, str) else repr(slug)
        raise ParameterError(f"There is no force {named}.{near_or_all(slug, self.forces, 'Forces', listed)}")

    def finding(self, id: str) -> FindingSpec:
        """The finding of that id."""
        if id in self.findings:
            return self.findings[id]
        raise ParameterError(no_finding(id, self.known))

    def with_national(self, slugs: Iterable[str]) -> list[str]:
        """Those forces, and the national folders that their findings look into too; each once."""
        return list(dict.fromkeys([*slugs, *(f.slug for f in self.forces.values() if f.kind == "national")]))

    @property
    def territorial(self) -> tuple[ForceSpec, ...]:
        """The territorial forces."""
        return tuple(f for f in self.forces.values() if f.kind == "territorial")
