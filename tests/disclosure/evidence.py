"""Evidence on persons, made by hand, whose small counts are known."""

from __future__ import annotations

from hmic_analysis.disclosure.check import identifiers_in, references_of, wanted
from hmic_analysis.disclosure.formats import read_release
from hmic_analysis.disclosure.leaks import leaks_in
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, DataUsed, Figure, Indicator
from hmic_analysis.evidence.withheld import DisclosureRules

RULES = DisclosureRules(min_count=5, persons=frozenset({"files_n"}), audiences=("force", "public"))


def share(name: str, yes: int, of: int, unknown: int = 0, stratum: str = "", persons: bool = True) -> Indicator:
    """A percentage of persons with its bounds."""
    label = name.replace("_", " ").removesuffix(" pct").capitalize()
    return Indicator(
        id=f"{name}[{stratum}]" if stratum else name,
        name=name,
        label=f"{label}: {stratum}" if stratum else label,
        value=100 * yes / of if of else None,
        unit="%",
        numerator=yes,
        denominator=of,
        unknown=unknown,
        lo_missing=100 * yes / (of + unknown),
        hi_missing=100 * (yes + unknown) / (of + unknown),
        lo=max(100 * yes / of - 7.25, 0),
        hi=min(100 * yes / of + 7.25, 100),
        interval="Wilson 95%",
        stratum=stratum,
        about_persons=persons,
    )


def count(name: str, value: int, stratum: str = "", unit: str = "persons", **more) -> Indicator:
    """A count of persons."""
    label = name.replace("_", " ").removesuffix(" n").capitalize()
    fields = dict(about_persons=True) | more
    return Indicator(
        id=f"{name}[{stratum}]" if stratum else name,
        name=name,
        label=f"{label}: {stratum}" if stratum else label,
        value=value,
        numerator=value,
        unit=unit,
        stratum=stratum,
        **fields,
    )


def claim(id: str, sentence: str, *indicators: str, numbers=(), why: str = "", sensitivity: str = "force"):
    """A claim with its sentence."""
    return ClaimEvidence(
        claim=id,
        finding="A6",
        type="practice",
        statement="It is so.",
        verdict="supported",
        grade="B",
        sentence=sentence,
        why=why,
        indicators=indicators,
        numbers=numbers,
        sensitivity=sensitivity,
    )


def figure(name: str, **more) -> Figure:
    """A figure below ``figures``."""
    words = dict(headline="Persons", subtitle="By group", alt="Dot plot.", source="Return")
    return Figure(name=name, svg=f"figures/{name}.svg", data=f"figures/{name}.csv", **(words | more))


def bundle(indicators, claims=(), figures=(), force: str = "cleveland", **more) -> Bundle:
    """The evidence of A6 on a force."""
    fields = dict(
        finding="A6",
        title="Named suspects",
        section="crime_recording_and_attendance",
        force=force,
        force_name=f"{force.capitalize()} Police",
        kind="territorial",
        status="complete",
        synthetic=True,
        period_start="2012-12-01",
        period_end="2013-11-30",
        as_of="2014-03-31",
        letter_date="2014-09-03",
        claims=tuple(claims),
        indicators=tuple(indicators),
        figures=tuple(figures),
        data=(DataUsed(table="suspect", rows=3), DataUsed(table="crime", rows=900)),
    )
    return Bundle(**(fields | more))


def usual() -> Bundle:
    """3 of 60 reviewed, 57 of 60 owned, 30 of 60 active; 40 outstanding, 9 of them by bail type 2, 7."""
    return bundle(
        [
            share("reviewed_pct", 3, 60),
            share("owned_pct", 57, 60),
            share("active_pct", 30, 60),
            count("bail_n", 38),
            count("bail_n", 2, "street"),
            count("bail_n", 7, "station"),
            count("bail_n", 29, "court"),
        ],
        [
            claim(
                "A6a",
                "They are looked after: 5.0% were reviewed, 95.0% have an owner and 50.0% were active.",
                "reviewed_pct",
                "owned_pct",
                numbers=(("5.0%", "reviewed_pct.value"), ("95.0%", "owned_pct.value"), ("50.0%", "active_pct.value")),
                why="Reviewed: 5.0%; test: at least 80%. Active: 50.0%; test: at least 40%.",
            ),
            claim("A6b", "The force has a policy.", why="A policy is there.", sensitivity="public"),
        ],
    )


def find_leaks(folder, facts, rules):
    """Every way to a withheld count in everything that a folder holds."""
    return leaks_in(read_release(folder), facts, rules)


def find_identifiers(folder, project, force):
    """Every reference to a person of a force's raw return that stands anywhere in a folder."""
    return identifiers_in(read_release(folder), wanted(references_of(project, force)))
