"""What words, grades and shorthand mean: the same on the method page and in every workbook."""

from __future__ import annotations

import datetime as dt

from hmic_analysis.disclosure.rules import rules_of
from hmic_analysis.disclosure.sensitivity import Audience, declaration
from hmic_analysis.evidence.wording import say_date, say_period
from hmic_analysis.params.models import Params
from hmic_analysis.site.model import ForceEvidence
from hmic_analysis.site.words import KIND_WORDS, SHORTHAND

VERDICTS = (
    ("supported", "What the statement says is borne out by the data, by the rule printed with it."),
    ("contradicted", "The data show that it is not so, by the same rule."),
    (
        "not_determinable",
        "The data do not decide it. The reason is given. Missing data never count as a finding against a force.",
    ),
    ("judgement", "The inspectors' own view. It is printed as a view and is not tested against data."),
)
GRADES = (
    ("A", "All records, 95% or more of them in a known state, and a total that agrees with published figures."),
    ("B", "All records with at least 80% in a known state, or a random sample large enough to be precise."),
    ("C", "Weaker records, small or chosen samples, or documents."),
    ("D", "A statement alone, or a document that nothing else bears out."),
)


def note_lines(params: Params) -> list[tuple[str, str]]:
    """What words, grades and shorthand mean: label and text.

    Parameters
    ----------
    params : Params

    Returns
    -------
    list of (str, str)
    """
    rules = rules_of(params)
    lines = [(KIND_WORDS[kind], text) for kind, text in VERDICTS]
    lines.append(("What a verdict is not", "It says whether a statement is true, not how good a force is."))
    lines += [(f"Grade {grade}", text) for grade, text in GRADES]
    lines += [(mark, text) for mark, text in SHORTHAND.items()]
    lines.append(
        (
            "Small counts",
            f"Counts of persons above 0 and below {rules.min_count} are withheld, and so is every figure from which "
            "one could be worked out.",
        )
    )
    lines.append(("Interval", "95% interval around the figure, by the method named. It allows for chance alone."))
    lines.append(
        (
            "Unknown",
            "Units whose state is not recorded. The lowest and highest figure count all of them one way or the other.",
        )
    )
    lines.append(("Percentages", "From 0 to 100."))
    return lines


def cover_lines(params: Params, evidence: ForceEvidence, audience: Audience) -> list[tuple[str, str]]:
    """What the cover of a force's workbook says: label and text.

    Parameters
    ----------
    params : Params
    evidence : ForceEvidence
    audience : str

    Returns
    -------
    list of (str, str)
    """
    inspection = params.inspection
    bundles = [s.bundle for s in evidence.assessed]
    first = bundles[0]
    start, end, as_of = (dt.date.fromisoformat(day) for day in (first.period_start, first.period_end, first.as_of))
    return [
        ("Force", evidence.force.full_name),
        ("Inspection", inspection.title),
        ("Made by", inspection.letter.organisation),
        ("Period", say_period(start, end)),
        ("State at", say_date(as_of)),
        ("Findings", f"{len(bundles)} of {len(evidence.findings)} have evidence that this workbook may show."),
        ("Audience", declaration(audience)),
        ("Tables", "Each sheet after the notes holds one table, beginning in cell A1."),
    ]
