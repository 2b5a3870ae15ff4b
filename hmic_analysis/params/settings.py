"""The settings that every finding of every force has, and that findings and forces may override."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from hmic_analysis.contracts.a5_offenders import AGENCIES
from hmic_analysis.contracts.core import CONTACT_MODES, INCIDENT_RESULTS, REPORT_ROUTES, RESOURCE_TYPES
from hmic_analysis.params.base import Count, Day, Model, Percent, Positive, Text

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

    Attributes
    ----------
    word : str
        The word as it stands in a letter.
    meaning : str
        The test in plain words.
    min_count : int
        Instances at least.
    min_point_pct, min_lower_pct : float
        The figure itself, and the lower bound of it, in per cent.
    min_stratum_pct : float
        The figure in the lowest stratum, in per cent.
    min_worst_unit_pct : float
        The figure of the worst district, shift or team, in per cent.
    min_periods_pct : float
        Share of the prescribed periods with an event, in per cent.
    min_per_month : int
        Events in each month of the period.
    min_forces, max_forces : int
        Forces of all territorial forces.
    grades : tuple of str
        Grades of the evidence that will do.
    sample_grade : str
        The grade that will do where the sentence is itself about a sample of files.
    min_reviewers : int
        Reviewers who agree, where the sample grade is relied on.
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

    Attributes
    ----------
    clock_start : str
        ``call``, ``created`` or ``dispatched``: ``call_at``, ``created_at`` or ``dispatched_at`` of the incident.
    targets : Targets
    """

    clock_start: Literal["call", "created", "dispatched"]
    targets: Targets

    def target(self, grade: str, area_type: str | None = None) -> float | None:
        """Target of a grade in minutes.

        Parameters
        ----------
        grade : str
            Response grade, as in the contract of incidents.
        area_type : str, optional
            ``urban`` or ``rural``; None where it isn't known.

        Returns
        -------
        float or None
            None where the grade has no target, or where the area isn't known and the two targets differ.
        """
        pair = getattr(self.targets, grade, None)
        if pair is None:
            return None
        if area_type in ("urban", "rural"):
            return getattr(pair, area_type)
        return pair.urban if pair.urban == pair.rural else None


class Attendance(Model):
    """What counts as having attended.

    Attributes
    ----------
    resource_types, warranted_types : tuple of str
        Resources whose arrival counts, and those of them that are warranted officers.
    contact_modes : tuple of str
        Contacts that count as attendance.
    not_attended_modes : tuple of str
        Contacts that answer the report without attending.
    excluded_results : tuple of str
        Results of incidents that are left out of the share of incidents attended.
    excluded_routes : tuple of str
        Routes of crimes that no member of the public first called the force about; reported apart.
    """

    resource_types: Annotated[tuple[Literal[RESOURCE_TYPES], ...], Field(min_length=1)]
    warranted_types: Annotated[tuple[Literal[RESOURCE_TYPES], ...], Field(min_length=1)]
    contact_modes: Annotated[tuple[Literal[CONTACT_MODES], ...], Field(min_length=1)]
    not_attended_modes: tuple[Literal[CONTACT_MODES], ...]
    excluded_results: tuple[Literal[INCIDENT_RESULTS], ...]
    excluded_routes: tuple[Literal[REPORT_ROUTES], ...]


class OtherAgencies(Model):
    """Incidents whose lead agency is not the police.

    Attributes
    ----------
    incident_types : tuple of str
        Types of incident, as forces name or number them when they close one; capitals don't matter.
    qualifiers : tuple of str
        Qualifiers of incidents of any type.
    """

    incident_types: tuple[Text, ...]
    qualifiers: tuple[Text, ...]


class OffenderManagement(Model):
    """Partners of integrated offender management.

    Attributes
    ----------
    lead_partners : tuple of str
        Agencies without which a meeting has no quorum.
    core_partners : tuple of str
        The other core partners, of whom some must be present too.
    """

    lead_partners: Annotated[tuple[Literal[AGENCIES], ...], Field(min_length=1)]
    core_partners: Annotated[tuple[Literal[AGENCIES], ...], Field(min_length=1)]


class Disclosure(Model):
    """Small counts of persons in what leaves the building.

    Attributes
    ----------
    min_count : int
        Counts above 0 and below it are withheld.
    marker : str
        What stands in their place in tables.
    audiences : tuple of str
        From whom they are withheld.
    persons : tuple of str
        Indicators that count persons, or contacts of one person each, besides those marked ``about_persons`` in
        ``params/findings.yml``.
    """

    min_count: Annotated[Count, AfterValidator(_limit)]
    marker: Text
    audiences: tuple[Literal["force", "public"], ...] = ("force", "public")
    persons: tuple[Text, ...] = ()


class Comparison(Model):
    """A force beside the others.

    Attributes
    ----------
    inner_limit_pct, outer_limit_pct : float
        Levels of the two funnel lines in per cent; only outside the outer one a force is named as different.
    min_forces : int
        Forces with figures below which limits aren't widened for differences between forces, and nobody is named.
    winsor_share : float
        Share of the forces at each end that is drawn in before the spread between forces is measured.
    fdr_level : float
        Share of false findings among the q-values called found; they are shown and decide nothing.
    similar_forces : int
        Size of a computed group of similar forces.
    reconcile_pct : float
        Difference in per cent between counted and published crimes up to which a force's data are used.
    """

    inner_limit_pct: Annotated[float, Field(strict=True, gt=50, lt=100, allow_inf_nan=False)]
    outer_limit_pct: Annotated[float, Field(strict=True, gt=50, lt=100, allow_inf_nan=False)]
    min_forces: Annotated[Count, Field(ge=3)]
    winsor_share: Annotated[float, Field(strict=True, ge=0, lt=0.5, allow_inf_nan=False)]
    fdr_level: Annotated[float, Field(strict=True, gt=0, lt=1, allow_inf_nan=False)]
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

    Attributes
    ----------
    min_forces : int
        Counts of forces above 0 and below it are withheld, and what would give them back.
    min_forces_per_bin : int
        Forces in each bar of a distribution at least.
    round_share_pct : int
        Shares of forces in a distribution are multiples of this, in per cent.
    min_forces_pooled : int
        Forces that a rate for England and Wales rests on at least.
    max_force_share_pct : float
        Part of the total that one force may hold of a rate, in per cent.
    min_forces_per_area : int
        Forces with a figure in each area of a map.
    areas : dict of str to tuple of str
        The areas, and the regions of each.
    """

    min_forces: Annotated[Count, Field(ge=3)]
    min_forces_per_bin: Annotated[Count, Field(ge=3)]
    round_share_pct: Annotated[Count, Field(ge=5, le=25)]
    min_forces_pooled: Annotated[Count, Field(ge=3)]
    max_force_share_pct: Annotated[float, Field(strict=True, gt=0, lt=100, allow_inf_nan=False)]
    min_forces_per_area: Annotated[Count, Field(ge=3)]
    areas: Annotated[dict[str, Annotated[tuple[Text, ...], Field(min_length=1)]], Field(min_length=2)]


class Settings(Model):
    """Everything that is inherited: set for the inspection, overridden by a finding, overridden by a force.

    Attributes
    ----------
    period : Period
    as_of : datetime.date
        Day of the stocks: suspects outstanding, policies in force.
    letter_date : datetime.date
    timezone : str
        IANA name of the zone of the force's wall times.
    quantifiers : dict of str to Quantifier
    grades : Grades
    attendance : Attendance
    other_agencies : OtherAgencies
    offender_management : OffenderManagement
    min_n : int
        Units below which a share decides nothing.
    confidence : float
        Level of intervals in per cent.
    disclosure : Disclosure
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
    confidence: Annotated[float, Field(strict=True, gt=50, lt=100, allow_inf_nan=False)]
    disclosure: Disclosure
