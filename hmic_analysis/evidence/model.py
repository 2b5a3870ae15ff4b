"""The evidence bundle: what one executed notebook leaves behind, as typed and frozen models."""

import platform
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hmic_analysis.params.catalogue import Better, ClaimType, Sensitivity
from hmic_analysis.store.manifest import RowAccount

# The bundle is the only thing that letters, reports and pages read; nothing that leaves the building is computed
# anywhere else. It is written as JSON with sorted keys, so equal evidence gives equal bytes.

Verdict = Literal["supported", "contradicted", "not_determinable"]
Grade = Literal["A", "B", "C", "D", "-"]
Basis = Literal["all_records", "random_sample", "purposive_sample", "document", "statement", "reference"]

#: Kinds of evidence that were drawn from more than was looked at: their figures bear an interval, and it decides.
SAMPLES = ("random_sample", "purposive_sample")
#: Methods whose interval is about more than sampling: waits not over yet, what a series would have been, whether a
#: change differs from that elsewhere, and what the force states of its own errors.
MODELLED = ("Kaplan-Meier", "autoregressive", "exact conditional", "normal, from stated errors")


class Model(BaseModel):
    """Frozen, and refusing what it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Indicator(Model):
    """One figure with everything that is needed to defend it.

    Percentages are in per cent (0 to 100), bounds and intervals in the unit of the value.

    Attributes
    ----------
    id : str
        Name, with its stratum in brackets where there is one: ``attendance_pct[violence]``.
    name : str
        Name of the indicator in the catalogue: ``attendance_pct``.
    label : str
        What it is, for people.
    value : float or None
        The figure; None where it can't be computed (see ``note``).
    unit : str
        ``%``, ``count``, ``persons``, ``hours``, ``days``, ``minutes``, ``points``, ``per 1,000 crimes``, ``0-1`` ...
    numerator, denominator : float or None
    unknown : float
        Units of the denominator whose state is not known.
    lo_missing, hi_missing : float or None
        The figure with every unknown counted as a failure, as a success.
    lo, hi : float or None
        95 % interval around the value, by ``interval``.
    interval : str
        Name of the method: ``Wilson 95 %``; empty where there is none.
    basis : str
        What kind of evidence it rests on.
    window : str
        The period or the day it speaks of.
    better : str
    definition : str
        What was counted over what, with the values used.
    definition_values : dict of str to str
        The values in it and in its exclusions, by name.
    definition_mark : str
        A hash of all of it: two figures of different marks are never pooled, ranked or drawn together.
    caveats : tuple of str
        What a reader must be told next to the figure.
    """

    id: str
    name: str
    label: str
    value: float | None = None
    unit: str
    numerator: float | None = None
    denominator: float | None = None
    unknown: float = 0
    lo_missing: float | None = None
    hi_missing: float | None = None
    lo: float | None = None
    hi: float | None = None
    interval: str = ""
    basis: Basis = "all_records"
    stratum: str = ""
    window: str = ""
    better: Better = "-"
    definition: str = ""
    definition_values: dict[str, str] = Field(default_factory=dict)
    definition_mark: str = ""
    caveats: tuple[str, ...] = ()
    note: str = ""
    about_persons: bool = False

    @property
    def n(self) -> float | None:
        """Units the figure rests on: its denominator, else its numerator."""
        return self.denominator if self.denominator is not None else self.numerator

    @property
    def counted_unknown(self) -> float | None:
        """Units that are not known; None where nothing was counted, as of a file that could not be read."""
        return None if self.value is None and self.n is None and not self.unknown else self.unknown

    @property
    def has_interval(self) -> bool:
        """Whether an interval is shown: a figure for all records of a register has none, for nothing was sampled."""
        shown = self.basis in SAMPLES or self.interval.startswith(MODELLED)
        return shown and self.lo is not None and self.hi is not None

    @property
    def unknown_in_interval(self) -> bool:
        """Whether the interval counts what is unknown either way, as that of a share of a sample does."""
        return self.has_interval and self.unit == "%" and self.basis in SAMPLES


#: Units below which a share is one of a small number: chance alone moves a share of 30 by 18 points either way.
SMALL_NUMBER = 30


def is_small_number(indicator: Indicator) -> bool:
    """Whether a figure is a percentage of so few counted units that its grade and its words must say so."""
    if indicator.unit != "%" or indicator.value is None or not indicator.denominator or indicator.numerator is None:
        return False
    whole = float(indicator.numerator).is_integer() and float(indicator.denominator).is_integer()
    return whole and indicator.denominator + indicator.unknown < SMALL_NUMBER


def different_figures(figures: Mapping[str, Indicator]) -> str:
    """Why figures of one indicator can't be pooled, ranked or drawn together: they are defined differently.

    Parameters
    ----------
    figures : mapping of str to Indicator
        By the name of the force; those without a value are passed over.

    Returns
    -------
    str
        One sentence with the value that differs and two of the forces; empty where all are the same figure.
    """
    given = {force: figure for force, figure in figures.items() if figure.value is not None}
    pair = _two_that_differ({force: figure.definition_mark for force, figure in given.items()})
    if not pair:
        return ""
    one, other = pair
    name, figures_of_two = given[one].id, (given[one], given[other])
    differing = _values_that_differ(pair, *(figure.definition_values for figure in figures_of_two))
    if not differing or not all(figure.definition_mark for figure in figures_of_two):
        return f"{name} of {one} was made by other words of its definition than that of {other}: run both again."
    return f"{name} of {one} is another figure than that of {other}, and they are not put together: {differing}."


def _two_that_differ(marks: Mapping[str, str]) -> tuple[str, str] | None:
    """A force whose mark is not the usual one, and one of the usual mark; None where all are the same."""
    counts = Counter(marks.values())
    if len(counts) < 2:
        return None
    usual = counts.most_common(1)[0][0]
    odd = next(force for force, mark in marks.items() if mark != usual)
    return odd, next(force for force, mark in marks.items() if mark == usual)


def _values_that_differ(forces: tuple[str, str], a: Mapping[str, str], b: Mapping[str, str]) -> str:
    """``activity_days is 14 for Durham and 28 for Kent``, for each value that two forces don't share."""
    one, other = forces
    names = [name for name in {**a, **b} if a.get(name) != b.get(name)]
    return "; ".join(f"{n} is {a.get(n, 'not used')} for {one} and {b.get(n, 'not used')} for {other}" for n in names)


class ClaimEvidence(Model):
    """One claim of a letter, decided.

    Attributes
    ----------
    claim : str
        ``A1a``.
    verdict, grade : str
    reasons : tuple of str
        Reason codes, see :mod:`hmic_analysis.evidence.model`.
    flags : tuple of str
        ``wording_mismatch``, ``policy_practice_gap``: the fact is not what the sentence says, though it does not
        decide the verdict.  ``bulk_updates``: entries made all at once imitate the use that the sentence speaks of.
        ``time_limited``: the policy behind it is under review.  ``closed_since``: the work was closed before the
        letter.
    why : str
        The rule and the figures that led to the verdict, in a sentence.
    would_change : str
        What would change the verdict.
    indicators : tuple of str
        Ids of the indicators that decided it, most telling first.
    because : str
        Of what is not determinable, the reason as a clause.
    records_of : str
        The months whose records it rests on, where these are not the whole period.
    sentence : str
        What is said of it by itself, every number taken from the indicators.
    numbers : tuple of (str, str)
        Each number printed in the sentence and the indicator field it was taken from:
        ``("83.4%", "attendance_pct.value")``.
    """

    claim: str
    finding: str
    type: ClaimType
    statement: str
    verdict: Verdict
    grade: Grade
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    because: str = ""
    records_of: str = ""
    why: str = ""
    would_change: str = ""
    indicators: tuple[str, ...] = ()
    sentence: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    sensitivity: Sensitivity = "force"


class Figure(Model):
    """One figure: its words, and where its picture and data lie (paths below the report's folder).

    ``empty`` marks the panel that says there was nothing to draw: it belongs in the notebook, not in a letter.
    ``sentence`` says in words all that the picture shows, where that is little; documents print it in its place.
    ``own`` is the same with the small counts of persons that this one withholds, for those who may see them.
    """

    name: str
    headline: str
    subtitle: str
    alt: str
    source: str
    svg: str
    data: str
    sensitivity: Sensitivity = "force"
    synthetic: bool = False
    empty: bool = False
    sentence: str = ""
    own: "Figure | None" = None


class Table(Model):
    """One table: its words, and where its data lie (path below the report's folder)."""

    name: str
    headline: str
    subtitle: str
    source: str
    data: str
    sensitivity: Sensitivity = "force"
    synthetic: bool = False


class DataUsed(Model):
    """One table as the notebook used it."""

    table: str
    rows: int
    rows_in_window: int | None = None
    accounts: tuple[RowAccount, ...] = ()
    cannot_tell: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    months_missing: tuple[str, ...] = ()


class Bundle(Model):
    """Everything that one finding of one force rests on.

    Attributes
    ----------
    schema_version : int
        2: figures bear the mark of their definition; 1, of evidence kept from before, without.
    status : str
        ``complete``, or ``no_data``: nothing there to decide any claim, see ``request`` for what to ask for.
    parameters : dict
        Every resolved value that the finding used, with the file it came from: ``{"period.start": ["2012-12-01",
        "params/inspection.yml"]}``.
    inputs : dict
        SHA-256 of every input file.
    embargo : str
        ``Embargoed until 00:01 on 4 September 2014 (Europe/London)``: as the parameters say, whatever the time is when
        it is made or read; empty for evidence of no embargoed letter.
    """

    schema_version: Literal[1, 2] = 2
    finding: str
    title: str
    section: str
    force: str
    force_name: str
    kind: str
    status: Literal["complete", "no_data"]
    synthetic: bool
    period_start: str
    period_end: str
    as_of: str
    letter_date: str
    claims: tuple[ClaimEvidence, ...]
    indicators: tuple[Indicator, ...]
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    data: tuple[DataUsed, ...] = ()
    request: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parameters: dict[str, tuple[str, str]] = Field(default_factory=dict)
    inputs: dict[str, str] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    sensitivity: Sensitivity = "force"
    embargo: str = ""
    seconds: float | None = None

    def indicator(self, id: str) -> Indicator:
        """The indicator of that id; ``KeyError`` if there is none."""
        for indicator in self.indicators:
            if indicator.id == id:
                return indicator
        raise KeyError(id)


def different_verdicts(claim: str, bundles: Mapping[str, Bundle]) -> str:
    """Why verdicts on one claim can't be counted or mapped together: they rest on different definitions.

    Parameters
    ----------
    claim : str
        Its id.
    bundles : mapping of str to Bundle
        By the name of the force; those that don't decide the claim are passed over.

    Returns
    -------
    str
        One sentence with the value that differs and two of the forces; empty where all verdicts are of one kind.
    """
    decided, names = {}, {}
    for force, bundle in bundles.items():
        for found in bundle.claims:
            if found.claim == claim and found.verdict in ("supported", "contradicted"):
                decided[force] = bundle
                names |= dict.fromkeys(found.indicators)
    for name in names:
        own = {force: i for force, bundle in decided.items() for i in bundle.indicators if i.id == name}
        if reason := different_figures(own):
            return reason
    # What no figure of the finding is defined by can only be part of a claim's rule.
    of_figures = {n for bundle in decided.values() for i in bundle.indicators for n in i.definition_values}
    rules = {force: _own_definitions(bundle, of_figures) for force, bundle in decided.items()}
    pair = _two_that_differ({force: repr(sorted(values.items())) for force, values in rules.items()})
    if not pair:
        return ""
    one, other = pair
    differing = _values_that_differ(pair, rules[one], rules[other])
    return (
        f"The verdict on {claim} of {one} is another than that of {other}, and they are not put together: {differing}."
    )


def _own_definitions(bundle: Bundle, left_out: set[str]) -> dict[str, str]:
    given = {key.rpartition(".")[2]: v for key, (v, _) in bundle.parameters.items() if key.startswith("definitions.")}
    return {name: value for name, value in given.items() if name not in left_out}


# Why a claim could not be decided, or was decided as it was: codes, and their words for people.

#: Code -> clause that completes "... could not be decided because ...".
REASONS: dict[str, str] = {
    "no_data": "no data on this were supplied",
    "could_not_be_read": "a file with records on this could not be read",
    "no_cases": "the records supplied hold no case to judge it by",
    "small_n": "too few cases were supplied",
    "not_requested": "the data were not requested from the force",
    "not_yet_received": "the data requested from the force have not been received",
    "nil_return_refused": "the force declined to supply data that this rests on",
    "nil_return_unable": "the force answered that it was unable to supply the data",
    "provided_partial": "the force supplied only part of the data",
    "no_stated_value": "the force supplied records but stated no figure of its own",
    "no_records": "the records behind the force's own figure were not supplied",
    "not_reproduced": "the force's own figure could not be reproduced from its records",
    "register_undeclared": "the force has not declared its register of documents complete",
    "records_undeclared": "the force has not declared its records complete",
    "interval_spans_threshold": "the sample is too small to tell",
    "missing_spans_threshold": "gaps in the records could turn the result either way",
    "between_thresholds": "the evidence does not point clearly either way",
    "uncorroborated": "nothing else confirms the one document or statement on this",
    "comparators_missing": "too little is known of the other forces",
    "source_cannot_tell": "the data supplied cannot show it",
    "references_dont_match": "the lists of records supplied cannot be matched with one another",
    "columns_left_out": "the lists of records supplied leave out what would tell",
    "stale": "no recent work on it is on record",
    "not_dated": "no dated work on this was supplied",
    "in_part": "only part of this is on record",
    "no_look_back": "the records do not go back far enough",
    "part_of_the_period": "the records supplied cover only a part of the period",
    "later_records": "the records supplied on this are all of a later time",
    "rows_set_aside": "too many of the records supplied had to be set aside",
    "no_statement": "the force has made no statement about this",
    "sources_conflict": "two sources of evidence contradict each other",
    "judgement": "it is the inspectors' view and is not tested against data",
}

#: What would change a verdict, by its first reason.
REMEDIES: dict[str, str] = {
    "no_data": "Data from the force.",
    "could_not_be_read": "The file again, whole and readable.",
    "no_cases": "Records of such cases.",
    "small_n": "More cases.",
    "not_requested": "A request to the force, and its answer.",
    "not_yet_received": "The answer to the request.",
    "nil_return_refused": "The data, if the force gives them.",
    "nil_return_unable": "A figure that its records bear out.",
    "provided_partial": "The rest of the data.",
    "no_stated_value": "A figure stated by the force.",
    "no_records": "The records behind the stated figure.",
    "not_reproduced": "Records that give the stated figure, or a corrected figure.",
    "register_undeclared": "A signed statement that the register is complete.",
    "records_undeclared": "A signed statement that the records are complete.",
    "interval_spans_threshold": "A larger sample.",
    "missing_spans_threshold": "The state of the records in which it is not known.",
    "between_thresholds": "Another wording of the statement.",
    "uncorroborated": "A second kind of evidence.",
    "comparators_missing": "The same fact for the other forces.",
    "source_cannot_tell": "Data of another kind.",
    "references_dont_match": "Tables whose references are written alike.",
    "columns_left_out": "The same lists with the columns that are missing.",
    "stale": "Dated work since then.",
    "not_dated": "A dated record of the work.",
    "in_part": "Another wording, or a record of the part that is missing.",
    "no_look_back": "Crimes and incidents of the year before the period, with references of victims.",
    "part_of_the_period": "The records of the months that are missing.",
    "later_records": "The records as they stood on the day of the inspection.",
    "rows_set_aside": "The records that were kept aside, put right by the force.",
    "no_statement": "A statement by the force.",
    "sources_conflict": "A clarification by the force.",
    "judgement": "Nothing: it is a view.",
}
#: What would change one that was decided.
DECIDED = {
    "supported": "Corrected data that move the figure or the document across the test named in the rule.",
    "contradicted": "Corrected data, or a document, that meet the test named in the rule.",
}


def because(reasons: tuple[str, ...], details: Mapping[str, str] | None = None) -> str:
    """The clause for the first, most telling reason.

    Parameters
    ----------
    reasons : tuple of str
        Codes of :data:`REASONS`.
    details : mapping of str to str, optional
        What follows the words of a code in brackets.

    Returns
    -------
    str
        Lower case, without a full stop.

    Raises
    ------
    KeyError
        If a code is not known.
    """
    detail = (details or {}).get(reasons[0], "")
    return REASONS[reasons[0]] + (f" ({detail})" if detail else "")


# The file of a bundle, and what its figures depend on.

BUNDLE_NAME = "evidence.json"
PACKAGES = ("hmic-analysis", "pandas", "numpy", "scipy", "statsmodels", "matplotlib", "duckdb", "pyarrow")


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that figures depend on."""
    return dict(_installed())


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    """The same, looked up once in a process: reading what is installed takes as long as drawing a small picture."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return tuple(versions.items())
