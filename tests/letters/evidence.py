"""Evidence of five findings as the notebooks leave it, with pictures, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure as Canvas

from hmic_analysis.documents.blocks import CatalogueEntry, LetterSettings
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, DataUsed, Figure, Indicator
from hmic_analysis.params.models import Params
from hmic_analysis.store.manifest import RowAccount

PERIOD = "12 months to 30 November 2013"
AS_OF = "31 March 2014"
RECORDING, TIME = "Crime recording and attendance", "Freeing up time"

CATALOGUE = (
    CatalogueEntry("P1", "Crime prevention strategy", "Preventing crime", ("the register of plans and strategies",)),
    CatalogueEntry("A1", "Recording route and knowledge of attendance", RECORDING, ("crimes and incidents",)),
    CatalogueEntry("A2", "Response policy: attend everything", RECORDING, ("the response policy",)),
    CatalogueEntry("A6", "Named suspects and bail", RECORDING, ("suspects", "bail returns")),
    CatalogueEntry("F1", "Understanding demand", TIME, ("incidents", "duty hours")),
    CatalogueEntry("F4", "Savings of staff time", TIME, ("the change register", "benefit records")),
)

SETTINGS = LetterSettings(
    force="cleveland",
    force_name="Cleveland Police",
    organisation="Her Majesty's Inspectorate of Constabulary",
    address=("6th Floor, Globe House", "89 Eccleston Square", "London SW1V 1PN"),
    signatory_name="Pat Example",
    signatory_post="HM Inspector of Constabulary",
    signatory_honours="QPM",
    addressee=("The Chief Constable", "Cleveland Police", "Ladgate Lane", "Middlesbrough TS8 9EH"),
    salutation="Chief Constable",
    subject="Core business: an inspection of crime prevention, police attendance and use of police time",
    report_title="Core business",
    reference="CB/2014/CLE",
    embargo="2014-09-04T00:01",
)


def percent(name: str, label: str, yes: float, known: float, unknown: float = 0, **more) -> Indicator:
    """A share with its Wilson interval and its bounds."""
    p, z = yes / known, 1.959963984540054
    centre = (p + z * z / (2 * known)) / (1 + z * z / known)
    half = z * np.sqrt(p * (1 - p) / known + z * z / (4 * known**2)) / (1 + z * z / known)
    return Indicator(
        id=name,
        name=name.split("[")[0],
        label=label,
        value=100 * p,
        unit="%",
        numerator=yes,
        denominator=known,
        unknown=unknown,
        lo_missing=100 * yes / (known + unknown),
        hi_missing=100 * (yes + unknown) / (known + unknown),
        lo=100 * (centre - half),
        hi=100 * (centre + half),
        interval="Wilson 95%",
        window=PERIOD,
        better="higher",
        **more,
    )


def number(name: str, label: str, value: float | None, unit: str = "count", **more) -> Indicator:
    """A plain figure."""
    return Indicator(
        id=name, name=name, label=label, value=value, unit=unit, numerator=value, **({"window": AS_OF} | more)
    )


def claim(id: str, kind: str, verdict: str, grade: str, statement: str, sentence: str, **more) -> ClaimEvidence:
    """A claim of the finding its id begins with."""
    return ClaimEvidence(
        claim=id,
        finding=id[:-1],
        type=kind,
        verdict=verdict,
        grade=grade,
        statement=statement,
        sentence=sentence,
        **more,
    )


INCIDENTS = RowAccount(
    file="incidents-2012-12-to-2013-11.csv",
    table="incident",
    read=184_302,
    kept=184_117,
    rejected=185,
    reasons={"repeat": 121, "conflict": 40, "unreadable_time": 24},
    flags={"closed_before_created": 310},
    sha256="9f2c41d07be3a1",
)
CRIMES = RowAccount(
    file="crimes.xlsx",
    table="crime",
    read=38_420,
    kept=38_411,
    rejected=9,
    reasons={"missing_crime_id": 9},
    flags={"closed_before_recorded": 57},
    sha256="01ab77cc9e20d4",
)
INCIDENT_DATA = DataUsed(
    table="incident",
    rows=184_117,
    rows_in_window=171_050,
    accounts=(INCIDENTS,),
    first="2012-11-01",
    last="2013-11-30",
    cannot_tell=("whether a resource was called off before it arrived",),
)
CRIME_DATA = DataUsed(
    table="crime",
    rows=38_411,
    accounts=(CRIMES,),
    first="2012-12-01",
    last="2013-11-30",
    cannot_tell=("crimes that were reported and never recorded",),
)


def bundle(finding: str, claims: tuple, indicators: tuple, figures: tuple = (), data: tuple = (), **more) -> Bundle:
    """The bundle of one finding of Cleveland."""
    entry = next(e for e in CATALOGUE if e.finding == finding)
    fields = dict(
        finding=finding,
        title=entry.title,
        section=entry.section,
        force="cleveland",
        force_name="Cleveland Police",
        kind="territorial",
        status="complete",
        synthetic=True,
        period_start="2012-12-01",
        period_end="2013-11-30",
        as_of="2014-03-31",
        letter_date="2014-09-03",
        claims=claims,
        indicators=indicators,
        figures=figures,
        data=data,
        parameters={"thresholds.A1.known_pct": ("95.0", "params/findings")},
    )
    return Bundle(**(fields | more))


def picture(name: str, headline: str, subtitle: str, alt: str, **more) -> Figure:
    """A figure whose files lie in the report's folder."""
    return Figure(
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=alt,
        source="Cleveland Police data return",
        svg=f"figures/{name}.svg",
        data=f"figures/{name}.csv",
        synthetic=True,
        **more,
    )


def a1() -> Bundle:
    linked = percent("crime_with_incident_pct", "Crimes with an earlier incident", 33_190, 36_007, 402)
    known = percent("attendance_known_pct", "Crimes whose attendance is known", 37_104, 38_411)
    return bundle(
        "A1",
        (
            claim(
                "A1a",
                "practice",
                "supported",
                "B",
                "Crime is recorded first as an incident, then on the crime system.",
                "Of crimes reported by the public, 92.2% were first opened as an incident on the command and control "
                "system and then entered on the crime recording system.",
                indicators=("crime_with_incident_pct",),
                numbers=(("92.2%", "crime_with_incident_pct.value"),),
                why="92.2% is above the 80.0% at which the statement is supported, whichever way the unknown "
                "crimes fall.",
            ),
            claim(
                "A1b",
                "capability",
                "supported",
                "A",
                "The force has systems to identify how many crimes it attends.",
                "The force's systems identify whether 96.6% of its 38,411 recorded crimes were attended.",
                indicators=("attendance_known_pct",),
                numbers=(("96.6%", "attendance_known_pct.value"), ("38,411", "attendance_known_pct.denominator")),
                why="The force stated a count; 96.6% of crimes are known and the two figures differ by 0.4 points.",
            ),
        ),
        (linked, known),
        (
            picture(
                "route",
                "Nine in ten crimes begin as an incident",
                "Share of recorded crimes with an earlier incident, "
                "per cent, by route of report, Cleveland, December 2012 to November 2013",
                "Bar chart of crimes with an earlier incident by route of report where public calls stand at 92%.",
            ),
        ),
        (INCIDENT_DATA, CRIME_DATA),
    )


def a2() -> Bundle:
    attended = percent("attendance_pct", "Crimes attended", 30_955, 37_104, 1_307)
    breach = percent("policy_breach_pct", "Crimes and incidents not attended against the policy", 6_149, 37_104)
    correct = percent("knowledge_correct_pct", "Correct answers on the policy", 52, 60, basis="random_sample")
    forces = number(
        "n_forces_attend_all",
        "Forces with a policy to attend everything",
        None,
        "forces",
        note="The policies of 42 forces are not known.",
    )
    return bundle(
        "A2",
        (
            claim(
                "A2a",
                "practice",
                "not_determinable",
                "B",
                "The force is clear about how it will respond to calls.",
                "Whether staff are clear how the force responds to calls could not be decided, because the sample "
                "is too "
                "small to place the figure on either side of the test.",
                indicators=("knowledge_correct_pct",),
                reasons=("interval_spans_threshold",),
                why="86.7% of answers were correct; the interval from 75.8% to 93.1% spans the 80.0% that is asked "
                "for.",
                would_change="answers from about 150 members of staff drawn at random",
            ),
            claim(
                "A2b",
                "existence",
                "supported",
                "C",
                "Policy requires officers to attend all reports of crimes and incidents.",
                "Its policy requires officers to attend every report of a crime or an incident.",
                indicators=("attendance_pct", "policy_breach_pct"),
                flags=("policy_practice_gap",),
                why="The text of the policy says so and one other kind of evidence bears it out.",
            ),
            claim(
                "A2c",
                "comparative",
                "not_determinable",
                "-",
                "It is one of the few forces with such a policy.",
                "Whether it is one of few forces with such a policy could not be decided, because too few of the other "
                "forces' policies are known.",
                indicators=("n_forces_attend_all",),
                reasons=("comparators_missing",),
            ),
            claim(
                "A2d",
                "practice",
                "contradicted",
                "B",
                "The force does what its policy says.",
                "The policy is not what happens: 83.4% of crimes were attended, and between 80.6% and 84.0% once those "
                "whose attendance is unknown are counted either way.",
                indicators=("attendance_pct",),
                numbers=(
                    ("83.4%", "attendance_pct.value"),
                    ("80.6%", "attendance_pct.lo_missing"),
                    ("84.0%", "attendance_pct.hi_missing"),
                ),
                why="83.4% lies below the 95.0% that a policy to attend everything calls for, whichever way the "
                "unknown fall.",
            ),
        ),
        (
            attended.model_copy(update={"caveats": ("Crimes that were reported and never recorded are not counted",)}),
            breach,
            correct,
            forces,
        ),
        (
            picture(
                "groups",
                "Burglary is nearly always attended, theft from vehicles is not",
                "Crimes attended, per cent of "
                "recorded crimes whose attendance is known, by offence group, Cleveland, December 2012 to November "
                "2013",
                "Bar chart of attendance by offence group where burglary dwelling stands at 97% and theft from "
                "vehicles at 58%.",
            ),
            picture(
                "months",
                "Attendance fell in the summer",
                "Crimes attended, per cent, by month, Cleveland, December 2012 to November 2013",
                "Line chart of attendance by month where July and August lie lowest at 79%.",
            ),
        ),
        (INCIDENT_DATA, CRIME_DATA),
    )


def a6() -> Bundle:
    outstanding = number(
        "named_suspects_outstanding_n",
        "Named suspects outstanding",
        1_204,
        "persons",
        unknown=38,
        lo_missing=1_204,
        hi_missing=1_242,
        about_persons=True,
    )
    bail = number("fta_bail_n", "Persons who failed to answer bail", 3, "persons", about_persons=True)
    active = percent("recent_activity_pct", "Outstanding suspects with an enquiry in the last 28 days", 602, 1_204)
    return bundle(
        "A6",
        (
            claim(
                "A6a",
                "capability",
                "supported",
                "A",
                "The force could provide the number of named suspects outstanding.",
                "The force was able to say how many named suspects it had yet to arrest or interview on 31 March 2014: "
                "1,204 persons.",
                indicators=("named_suspects_outstanding_n",),
                numbers=(("1,204", "named_suspects_outstanding_n.value"),),
                why="The number stated differs by 1.1% from the number recomputed from records.",
            ),
            claim(
                "A6b",
                "capability",
                "supported",
                "B",
                "It could provide the number who had failed to answer police bail.",
                "It could also say how many had failed to answer police bail: fewer than 5.",
                indicators=("fta_bail_n",),
                numbers=(("fewer than 5", "fta_bail_n.value"),),
                why="The number stated is the number recomputed from records.",
            ),
            claim(
                "A6c",
                "practice",
                "contradicted",
                "A",
                "It has clear, robust arrangements to manage them.",
                "The arrangements to manage them are not robust: 50.0% of those outstanding had a documented "
                "enquiry in "
                "the last 28 days.",
                indicators=("recent_activity_pct",),
                numbers=(("50.0%", "recent_activity_pct.value"), ("28", "params.active_days")),
                why="50.0%, at most 52.8%, lies below the 60.0% at which the statement is contradicted.",
            ),
        ),
        (outstanding, bail, active),
        (
            picture(
                "ages",
                "Half of the suspects have been outstanding for more than 90 days",
                "Named suspects by days since they were named, Cleveland, 31 March 2014",
                "Histogram of days since naming where half the suspects lie above 90 days.",
            ),
        ),
        (
            DataUsed(
                table="suspect",
                rows=4_388,
                accounts=(
                    RowAccount(
                        file="suspects.csv",
                        table="suspect",
                        read=4_390,
                        kept=4_388,
                        rejected=2,
                        reasons={"repeat": 2},
                        sha256="77aa01",
                    ),
                ),
                first="2011-02-03",
                last="2014-03-31",
            ),
        ),
    )


def f1() -> Bundle:
    return bundle(
        "F1",
        (
            claim(
                "F1a",
                "in_progress",
                "supported",
                "C",
                "Steps are being taken towards a better understanding of demand.",
                "The force is taking steps to understand demand and how its people are distributed: it completed 2 "
                "dated "
                "analyses in the 12 months to 31 March 2014.",
                indicators=("n_demand_products",),
                numbers=(("2", "n_demand_products.value"), ("12", "window")),
                why="At least one analysis is dated within 12 months and a plan is dated.",
            ),
            claim(
                "F1b",
                "judgement",
                "not_determinable",
                "-",
                "Fuller use of this work would help supervisors.",
                "Fuller use of this work would help supervisors to match people to demand.",
            ),
        ),
        (number("n_demand_products", "Dated analyses of demand", 2, basis="document"),),
        (
            picture(
                "hours",
                "Demand and staff part on weekend nights",
                "Share of demand hours and of staff hours by hour of the week, per cent, Cleveland",
                "Line chart of demand and staff by hour of week where Saturday night demand leads.",
            ),
        ),
        (INCIDENT_DATA,),
    )


def f4() -> Bundle:
    return bundle(
        "F4",
        (
            claim(
                "F4a",
                "incapability",
                "not_determinable",
                "-",
                "The force can't identify the staff time saved.",
                "Whether the force can identify the staff time saved could not be decided, because the data were "
                "not requested.",
                reasons=("not_requested",),
            ),
        ),
        (),
        status="no_data",
        request=("the register of changes since April 2011", "benefit records with their method"),
    )


def draw(folder: Path) -> None:
    """Draw the pictures of a report."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    names = ("route", "groups", "months", "ages", "hours")
    for name in names:
        canvas = Canvas(figsize=(160 / 25.4, 80 / 25.4), dpi=120, layout="constrained")
        axes = canvas.subplots()
        axes.barh(["Theft from vehicle", "Violence", "Burglary dwelling"], [58, 86, 97], color="#12436D")
        axes.set_xlim(0, 100)
        axes.spines[["top", "right"]].set_visible(False)
        canvas.savefig(folder / "figures" / f"{name}.svg", metadata={"Date": None})
        (folder / "figures" / f"{name}.csv").write_text("group,attended_pct\nviolence,86\n", encoding="utf-8")


def of_the_catalogue(bundles: list[Bundle], params: Params) -> list[Bundle]:
    """The bundles with the claims that the catalogue knows, whose sentences come from it."""
    known = {claim for finding in params.findings.values() for claim in finding.claims}
    return [b.model_copy(update={"claims": tuple(c for c in b.claims if c.claim in known)}) for b in bundles]
