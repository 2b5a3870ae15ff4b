"""The catalogue: findings, their claims, the indicators they rest on and the sentences for each verdict."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hmic_analysis.evidence.model import Better, ClaimType, Sensitivity
from hmic_analysis.params.base import Model, Number, Text, YesNo, form

SECTIONS = ("preventing_crime", "crime_recording_and_attendance", "freeing_up_time")
Section = Literal[SECTIONS]
#: Tables that every finding may take.
ALWAYS = ("data_request", "document")
Unit = Literal[
    "%",
    "count",
    "persons",
    "forces",
    "hours",
    "hours per year",
    "days",
    "minutes",
    "points",
    "pounds",
    "per 1,000 crimes",
    "per month",
    "0-1",
    "0-4",
    "ratio",
    "kappa",
    "yes/no",
    "method",
    "months",
    "areas",
]


class ThresholdSpec(Model):
    """One number that a verdict turns on.

    Attributes
    ----------
    value : float
    unit : str
    meaning : str
        What it decides, in plain words.
    below : tuple of str
        Thresholds of the same finding that must be greater, such as "supported" for "contradicted".
    """

    value: Number
    unit: Unit
    meaning: Text
    below: tuple[Text, ...] = ()


class IndicatorSpec(Model):
    """One indicator of a finding.

    Attributes
    ----------
    name, label, unit : str
    numerator, denominator : str
        What is counted, over what; denominator ``-`` for plain counts.
    notes : str
        Exclusions and definitions.
    by : str
        What it is also given by: ``grade``, ``offence group``; empty where it is one figure.
    better : str
        ``higher``, ``lower`` or ``-`` where neither is better.
    about_persons : bool
        Whether small counts of it are withheld.
    """

    name: Text
    label: Text
    unit: Unit
    numerator: Text
    denominator: Text
    notes: str = ""
    by: str = ""
    better: Better
    about_persons: YesNo = False


class Sentences(Model):
    """The sentence of a claim for each verdict: Jinja templates."""

    supported: Text
    contradicted: Text
    not_determinable: Text


class ClaimSpec(Model):
    """One claim: the unit that can be true or false.

    Attributes
    ----------
    id : str
        ``A1a``.
    statement : str
        The claim as a declarative sentence.
    type : str
    indicators : tuple of str
        Indicators it is decided by, most telling first; empty where documents alone decide.
    quantifier : str or None
        Word of :attr:`Settings.quantifiers` that the statement leans on.
    rule : str
        How the verdict is reached, in plain words; names thresholds and quantifiers, not their values.
    tables : tuple of str
        Tables that bear on it.
    sensitivity : str
    sentences : Sentences or None
        None for judgements, which get no verdict.
    view : str
        For judgements: the sentence, printed as the inspectors' view.
    """

    id: Text
    statement: Text
    type: ClaimType
    indicators: tuple[Text, ...] = ()
    quantifier: Text | None = None
    rule: Text
    tables: tuple[Text, ...] = ()
    sensitivity: Sensitivity
    sentences: Sentences | None = None
    view: str = ""

    @property
    def is_judgement(self) -> bool:
        """Whether the claim is the inspectors' view, which no data can prove or refute."""
        return self.type == "judgement"


class FindingTables(Model):
    """Tables of a return: any one of ``core`` makes the finding assessable, ``useful`` ones add to it."""

    core: Annotated[tuple[Text, ...], Field(min_length=1)]
    useful: tuple[Text, ...] = ()


class FindingSpec(Model):
    """One finding of a letter.

    Attributes
    ----------
    id : str
        ``A1``.
    title : str
    section : str
    question : str
        The question asked of the force.
    notebook : str or None
        File below ``notebooks/findings``, in the folder of its section; None while there is none.
    tables : FindingTables
    request : tuple of str
        What to ask the force for when there are no data.
    thresholds : dict of str to ThresholdSpec
    indicators : tuple of IndicatorSpec
    claims : dict of str to ClaimSpec
        In the order of the letter.
    """

    id: Text
    title: Text
    section: Section
    question: Text
    notebook: (
        Annotated[Text, form(r"([a-z0-9_]+/)?[a-z0-9_]+\.ipynb", "lower case, digits and _, ending in .ipynb")] | None
    )
    tables: FindingTables
    request: Annotated[tuple[Text, ...], Field(min_length=1)]
    thresholds: dict[str, ThresholdSpec]
    indicators: tuple[IndicatorSpec, ...]
    claims: Annotated[dict[str, ClaimSpec], Field(min_length=1)]

    def indicator(self, name: str) -> IndicatorSpec:
        """The indicator of that name.

        Parameters
        ----------
        name : str
            Name, with or without a stratum in brackets.

        Returns
        -------
        IndicatorSpec

        Raises
        ------
        KeyError
            If the finding has none of that name.
        """
        wanted = name.split("[", 1)[0]
        for spec in self.indicators:
            if spec.name == wanted:
                return spec
        raise KeyError(name)
