"""Evidence put into the words and the order in which pages show it, and tables to take away."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hmic_analysis.cells import csv_text
from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.documents.text import halves, points
from hmic_analysis.documents.workbook import CONFIDENTIAL, MISSING, NOT_APPLICABLE, Sheet
from hmic_analysis.evidence.model import REASONS, Bundle, ClaimEvidence, Figure, Indicator, Table
from hmic_analysis.evidence.withheld import Audience, declaration, may_see, rules_of
from hmic_analysis.evidence.wording import VERDICT_WORDS, say_beside_unknown
from hmic_analysis.params.catalogue import ClaimSpec, DefinitionSpec, FindingSpec
from hmic_analysis.params.models import Params
from hmic_analysis.params.read import AMOUNTS
from hmic_analysis.site.html import capitalise
from hmic_analysis.site.model import STATE_MARKS, STATE_WORDS, ForceEvidence, Shown
from hmic_analysis.words import COUNTS, one_of, say_date, say_period, say_value, sentence_case

# How verdicts, figures and counts are worded and abbreviated on pages and in workbooks.

#: Letters by which verdicts are shown where there is no room for words; a legend stands beside them.
MARKS = {"supported": "S", "contradicted": "C", "not_determinable": "N"}
#: What a decided claim says of the force, apart from whether it is true: a sign and a word.
STANDINGS = {1: ("strength", "\N{BLACK UP-POINTING TRIANGLE}", "Strength"),
             -1: ("weakness", "\N{BLACK DOWN-POINTING TRIANGLE}", "Weakness")}  # fmt: skip
#: How sources and subtitles of figures say that data are made up.
SYNTHETIC = "Synthetic data, not about any real police force."
SHORTHAND = {
    CONFIDENTIAL: "confidential: a small count of persons, or a figure that would give one away",
    MISSING: "not available: the figure could not be computed from what was supplied",
    NOT_APPLICABLE: "not applicable",
}


def in_words(claim: ClaimEvidence) -> str:
    """``Supported``, ``Contradicted`` or ``Not determinable``."""
    return VERDICT_WORDS[claim.verdict]


def standing_of(claim: ClaimEvidence) -> tuple[str, str, str] | None:
    """Whether a claim speaks for the force or against it, as a name, a sign and a word; None where it does neither."""
    return STANDINGS.get(points(claim))


def counts_of(claims: Iterable[ClaimEvidence]) -> dict[str, int]:
    """How many claims have each verdict."""
    counts = dict.fromkeys(MARKS, 0)
    for claim in claims:
        counts[claim.verdict] += 1
    return counts


def say_counts(claims: Iterable[ClaimEvidence]) -> str:
    """``2 supported, 1 contradicted; 1 strength, 2 weaknesses``; of what no claim is nothing is said."""
    claims = list(claims)
    verdicts = ", ".join(f"{n} {VERDICT_WORDS[k].lower()}" for k, n in counts_of(claims).items() if n)
    ways = [points(claim) for claim in claims]
    told = [(ways.count(1), "strength", "strengths"), (ways.count(-1), "weakness", "weaknesses")]
    standings = ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in told if n)
    return "; ".join(words for words in (verdicts, standings) if words)


def say_state(shown: Shown) -> str:
    """What there is on a finding, in few words."""
    if shown.bundle is None or shown.state != "complete":
        return STATE_WORDS[shown.state]
    return say_counts(shown.bundle.claims)


def cell(indicator: Indicator, marked: Iterable[str]) -> str:
    """A figure for a cell of a table: with its unit, or the shorthand for why there is none."""
    if indicator.id in marked:
        return CONFIDENTIAL
    return MISSING if indicator.value is None else say_beside_unknown(indicator)


INTERVAL = (
    "95% interval around the figure of a sample, by the method named, with what is unknown counted either way. A "
    "figure for all records of a register has none: nothing was sampled."
)


def interval(indicator: Indicator) -> str:
    """``81.9% to 84.8%``; the shorthand where the figure has no interval."""
    if not indicator.has_interval:
        return NOT_APPLICABLE
    return f"{say_value(indicator.lo, indicator.unit)} to {say_value(indicator.hi, indicator.unit)}"


def bounds(indicator: Indicator) -> str:
    """The figure with every unknown counted either way; the shorthand where nothing is unknown."""
    if not indicator.unknown or indicator.lo_missing is None or indicator.hi_missing is None:
        return NOT_APPLICABLE
    lo, hi = (say_value(v, indicator.unit) for v in (indicator.lo_missing, indicator.hi_missing))
    return f"{lo} to {hi}"


def lead_and_rest(subtitle: str) -> tuple[str, str]:
    """The first sentence of a subtitle, which says what is measured; and the rest, which says how to read it."""
    # That data are synthetic stands at the top of the page and in the picture.
    return halves(subtitle.replace(SYNTHETIC, "").strip())


def number(value: float | None) -> str:
    """A count with thousands separators; the shorthand where there is none."""
    if value is None:
        return NOT_APPLICABLE
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


# What words, grades and shorthand mean: the same on the method page and in every workbook.

VERDICTS = (
    ("supported", "What the statement says is borne out by the data, by the rule printed with it."),
    ("contradicted", "The data show that it is not so, by the same rule."),
    (
        "not_determinable",
        "The data do not decide it. The reason is given. Missing data never count as a finding against a force.",
    ),
)
GRADES = (
    ("A", "All records, 95% or more of them in a known state, and a total that agrees with published figures."),
    ("B", "All records with at least 80% in a known state, or a random sample large enough to be precise."),
    ("C", "Weaker records, small or chosen samples, or documents."),
    ("D", "A statement alone, or a document that nothing else bears out."),
)


def note_lines(params: Params, audience: Audience) -> list[tuple[str, str]]:
    """What words, grades and shorthand mean: label and text."""
    lines = [(VERDICT_WORDS[kind], text) for kind, text in VERDICTS]
    lines.append(("What a verdict is not", "It says whether a statement is true, not how good a force is."))
    lines.append(
        (
            "Strength, weakness",
            "What is found speaks for the force or against it, whatever the verdict: a lack that is supported is a "
            "weakness. What a force admits, how it stands beside others, and what is not determinable is neither.",
        )
    )
    lines += [(f"Grade {grade}", text) for grade, text in GRADES]
    lines += [(mark, text) for mark, text in SHORTHAND.items()]
    if least := rules_of(params).least_for(audience):
        text = f"Counts of persons above 0 and below {least} are withheld, and so is every figure that gives one away."
        lines.append(("Small counts", text))
    lines.append(("Interval", INTERVAL))
    lines.append(
        (
            "Unknown",
            "Units whose state is not recorded. The lowest and highest figure count all of them one way or the other.",
        )
    )
    lines.append(("Percentages", "From 0 to 100."))
    return lines


def cover_lines(params: Params, evidence: ForceEvidence, audience: Audience) -> list[tuple[str, str]]:
    """What the cover of a force's workbook says: label and text."""
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


# Evidence put into the words and the order in which pages show it.

#: Parameters that every finding shows, besides the thresholds of its own tests.
PARAMETERS = (
    "as_of",
    "disclosure.min_count",
    "grades.clock_start",
    "letter_date",
    "min_n",
    "period.end",
    "period.start",
    "timezone",
)
FLAGS = {
    "wording_mismatch": "The fact is not quite what the sentence says.",
    "policy_practice_gap": "Policy and practice differ.",
    "bulk_updates": "Many entries were made at once and may imitate regular use.",
    "time_limited": "The policy behind it is under review.",
    "closed_since": "The work was closed before the letter.",
}


def claim_views(shown: Shown) -> list[dict[str, Any]]:
    """The claims of a finding with their words."""
    own = {i.id: i for i in shown.bundle.indicators}
    return [
        {
            "claim": claim,
            "kind": claim.verdict,
            "words": in_words(claim),
            "standing": standing_of(claim),
            "reasons": [REASONS.get(r, r.replace("_", " ")) for r in claim.reasons],
            "flags": [FLAGS.get(f, sentence_case(f)) for f in claim.flags],
            "indicators": [(own[i].label, cell(own[i], shown.marked)) for i in claim.indicators if i in own],
        }
        for claim in shown.bundle.claims
    ]


def indicator_views(shown: Shown) -> dict[str, list[dict[str, Any]]]:
    """The indicators of a finding: ``whole`` and ``parts``, the latter broken down by group."""
    rows = [(i, _indicator(i, shown)) for i in shown.bundle.indicators]
    return {"whole": [row for i, row in rows if not i.stratum], "parts": [row for i, row in rows if i.stratum]}


def _mark(indicator: Indicator, shown: Shown) -> str:
    """The shorthand for all of a figure that is withheld, or of which nothing was counted; empty for any other."""
    if indicator.id in shown.marked:
        return CONFIDENTIAL
    return MISSING if indicator.counted_unknown is None else ""


def _indicator(indicator: Indicator, shown: Shown) -> dict[str, Any]:
    mark, unknown = _mark(indicator, shown), CONFIDENTIAL if indicator.id in shown.marked_unknown else ""
    label = indicator.label
    if indicator.stratum and indicator.stratum not in label:
        label = f"{label}: {sentence_case(indicator.stratum)}"
    return {
        "label": label,
        "value": cell(indicator, shown.marked),
        "interval": mark or interval(indicator),
        "bounds": mark or unknown or bounds(indicator),
        "n": mark or number(indicator.n),
        "unknown": mark or unknown or number(indicator.unknown),
        "window": indicator.window,
        "notes": [capitalise(t) for t in (indicator.definition, *indicator.caveats, indicator.note) if t],
    }


def data_views(bundle: Bundle, files: bool) -> list[dict[str, Any]]:
    """The data that a finding used, one row for each file, or for each table where files are not named."""
    rows = []
    for data in bundle.data:
        title = CONTRACTS[data.table].title if data.table in CONTRACTS else sentence_case(data.table)
        read, kept, rejected = (sum(getattr(a, f) for a in data.accounts) for f in ("read", "kept", "rejected"))
        reasons: dict[str, int] = {}
        for account in data.accounts:
            for reason, count in account.reasons.items():
                reasons[reason] = reasons.get(reason, 0) + count
        rows.append(
            {
                "title": title,
                "files": [a.file for a in data.accounts] if files else [],
                "read": number(read) if data.accounts else "[x]",
                "kept": number(kept if data.accounts else data.rows),
                "rejected": number(rejected) if data.accounts else "[x]",
                "reasons": [f"{n:,} {r.replace('_', ' ')}" for r, n in sorted(reasons.items(), key=_most) if n],
                "covers": f"{data.first} to {data.last}" if data.first and data.last else "",
                "cannot_tell": list(data.cannot_tell),
            }
        )
    return rows


#: What names a file of a return.
_FILE = re.compile(r"\.(?:csv|tsv|txt|xlsx|xlsm|xls|ods|parquet)\b", re.IGNORECASE)


def notes_for(bundle: Bundle, audience: Audience) -> list[str]:
    """What is to be known of the data: how single files were read is the force's to know."""
    return [note for note in bundle.notes if audience == "force" or not _FILE.search(note)]


def _most(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def visible_claims(spec: FindingSpec, audience: Audience) -> list[ClaimSpec]:
    """The claims of a finding that an audience may see, in the order of the letter."""
    return [c for c in spec.claims.values() if may_see(audience, c.sensitivity) and not c.is_judgement]


def visible_thresholds(spec: FindingSpec, audience: Audience) -> list[tuple[str, DefinitionSpec]]:
    """The numbers that the verdicts on those claims turn on: those that their rules name."""
    rules = " ".join(c.rule for c in visible_claims(spec, audience))
    words = set(re.findall(r"\w+", rules))
    return [(name, t) for name, t in _amounts(spec).items() if name in words]


def _amounts(spec: FindingSpec) -> dict[str, DefinitionSpec]:
    """The numbers of a finding that rules may name."""
    return {**spec.definitions, **spec.thresholds}


def rule_in_words(claim: ClaimSpec, spec: FindingSpec) -> str:
    """A claim's rule with the number in place of the name of each threshold."""
    amounts = _amounts(spec)
    named = sorted(amounts, key=len, reverse=True)
    if not named:
        return claim.rule
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, named))})\b")
    return one_of(pattern.sub(lambda found: say_threshold(amounts[found.group()]), claim.rule))


def say_threshold(threshold: DefinitionSpec) -> str:
    """A threshold with its unit as people write it."""
    value = f"{threshold.value:g}"
    if threshold.unit == "%":
        return f"{value}%"
    plain = threshold.unit in (*COUNTS, "areas", "0-1", "0-4", "ratio", "kappa", "yes/no", "method")
    return value if plain else f"{value} {threshold.unit}"


def parameter_views(bundle: Bundle, spec: FindingSpec, audience: Audience) -> list[tuple[str, str, str]]:
    """The parameters that a finding's verdicts turn on. Name, value and where it was given."""
    named = {f"{part}.{spec.id}.{name}" for part in AMOUNTS for name, _ in visible_thresholds(spec, audience)}
    return [
        (_parameter(name, spec), value.replace("_", " "), origin)
        for name, (value, origin) in sorted(bundle.parameters.items())
        if name in named or name in PARAMETERS
    ]


def _parameter(name: str, spec: FindingSpec) -> str:
    """``Disclosure: min count`` for ``disclosure.min_count``: as people read it, with what it belongs to."""
    words = [part for part in name.split(".") if part not in (*AMOUNTS, spec.id)]
    return sentence_case(": ".join(words).replace("_", " "))


def marks_of(shown: Shown) -> list[dict[str, str]]:
    """One mark for each claim, for a cell of a table with little room."""
    if shown.bundle is None or shown.state != "complete":
        return []
    return [
        {"claim": c.claim, "kind": c.verdict, "mark": MARKS[c.verdict], "words": in_words(c)}
        for c in shown.bundle.claims
    ]


def finding_cell(id: str, evidence: ForceEvidence) -> dict[str, Any]:
    """A finding of a force as a cell of the overview."""
    shown = evidence.findings[id]
    marks = marks_of(shown)
    words = {m["kind"] for m in marks} or {shown.state}
    return {
        "finding": id,
        "marks": marks,
        "states": " ".join(sorted(words)),
        "state": STATE_WORDS[shown.state],
        "short": STATE_MARKS.get(shown.state, ""),
        "words": say_state(shown),
        "place": f"forces/{evidence.force.slug}/{id}.html" if shown.bundle is not None else "",
    }


# What can be taken away from a force's page: its claims, figures and data as tables, ready for CSV and workbook.


def claims_sheet(evidence: ForceEvidence) -> Sheet:
    """Every claim with its verdict."""
    columns = (
        "Claim", "Finding", "Title", "Statement tested", "Verdict", "Strength or weakness", "Grade of evidence",
        "Sentence", "Why",
        "Reasons", "What would change it", "Indicators", "sensitivity",
    )  # fmt: skip
    rows = tuple(
        (
            claim.claim,
            bundle.finding,
            bundle.title,
            claim.statement,
            in_words(claim),
            (standing_of(claim) or (NOT_APPLICABLE,))[-1],
            NOT_APPLICABLE if claim.grade == "-" else claim.grade,
            claim.sentence or NOT_APPLICABLE,
            claim.why or NOT_APPLICABLE,
            "; ".join(REASONS.get(r, r.replace("_", " ")) for r in claim.reasons) or NOT_APPLICABLE,
            claim.would_change or NOT_APPLICABLE,
            ", ".join(claim.indicators) or NOT_APPLICABLE,
            claim.sensitivity,
        )
        for bundle in _bundles(evidence)
        for claim in bundle.claims
    )
    return Sheet("claims", "Claims and verdicts", columns, rows, _level(evidence))


def indicators_sheet(evidence: ForceEvidence) -> Sheet:
    """Every figure with what it rests on."""
    columns = (
        "Indicator", "Finding", "Label", "Part", "Value", "Unit", "Numerator", "Denominator", "Unknown",
        "Lowest, unknowns counted", "Highest, unknowns counted", "Interval from", "Interval to", "Interval method",
        "Basis", "Period or day", "Definition", "Caveats", "Note",
    )  # fmt: skip
    rows = []
    for shown in evidence.assessed:
        for i in shown.bundle.indicators:
            mark, unknown = _mark(i, shown), CONFIDENTIAL if i.id in shown.marked_unknown else ""
            row = [i.id, shown.bundle.finding, i.label, i.stratum or NOT_APPLICABLE]
            row += [_number(i.value, mark, MISSING), i.unit]
            row += [_number(v, mark) for v in (i.numerator, i.denominator)]
            row.append(_number(i.unknown, mark or unknown))
            limits = (i.lo, i.hi) if i.has_interval else (None, None)
            method = i.interval if i.has_interval else ""
            row += [_number(v, mark or unknown) for v in (i.lo_missing, i.hi_missing)]
            row += [_number(v, mark) for v in limits]
            row += [method or NOT_APPLICABLE, i.basis.replace("_", " "), i.window or NOT_APPLICABLE]
            row += [i.definition or NOT_APPLICABLE, " ".join(i.caveats) or NOT_APPLICABLE, i.note or NOT_APPLICABLE]
            rows.append(tuple(row))
    return Sheet("indicators", "Indicators", columns, tuple(rows), _level(evidence))


def data_sheet(evidence: ForceEvidence, files: bool) -> Sheet:
    """The data that findings rest on, and what became of every row."""
    columns = (
        "Data", "File", "Rows read", "Rows kept", "Rows set aside", "Why set aside", "Kept and flagged", "First",
        "Last", "What it cannot tell", "Findings",
    )  # fmt: skip
    if files:
        columns += ("SHA-256",)
    rows = []
    for item in data_used(evidence):
        row = (
            item["title"],
            item["file"] if files else NOT_APPLICABLE,
            item["read"],
            item["kept"],
            item["rejected"],
            item["reasons"] or NOT_APPLICABLE,
            item["flags"] or NOT_APPLICABLE,
            item["first"] or NOT_APPLICABLE,
            item["last"] or NOT_APPLICABLE,
            item["cannot_tell"] or NOT_APPLICABLE,
            ", ".join(item["findings"]),
        )
        rows.append((*row, item["sha256"] or NOT_APPLICABLE) if files else row)
    return Sheet("data-used", "Data and what became of every row", columns, tuple(rows), _level(evidence))


def data_used(evidence: ForceEvidence) -> list[dict[str, Any]]:
    """Each file or table that findings used, once, with the findings that used it. In the order of the contracts."""
    used: dict[tuple[str, str, str], dict[str, Any]] = {}
    for bundle in _bundles(evidence):
        for data in bundle.data:
            for account in data.accounts or (None,):
                key = (data.table, account.file if account else "", account.sha256 if account else "")
                item = used.setdefault(
                    key,
                    {
                        "table": data.table,
                        "title": CONTRACTS[data.table].title if data.table in CONTRACTS else data.table,
                        "file": account.file if account else NOT_APPLICABLE,
                        "read": account.read if account else MISSING,
                        "kept": account.kept if account else data.rows,
                        "rejected": account.rejected if account else MISSING,
                        "reasons": _said(account.reasons) if account else "",
                        "flags": _said(account.odd) if account else "",
                        "sha256": account.sha256 if account else "",
                        "first": data.first,
                        "last": data.last,
                        "cannot_tell": "; ".join(data.cannot_tell),
                        "findings": [],
                    },
                )
                if bundle.finding not in item["findings"]:
                    item["findings"].append(bundle.finding)
    order = {name: n for n, name in enumerate(CONTRACTS)}
    return [used[key] for key in sorted(used, key=lambda k: (order.get(k[0], len(order)), *k))]


def part_sheet(part: Figure | Table, bundle: Bundle, frame: pd.DataFrame) -> Sheet:
    """The data of a figure or a table: numbers as numbers, cells without one as ``[x]``."""
    columns = [c for c in frame.columns if c != "synthetic"]
    rows = tuple(tuple(_typed(v) for v in row) for row in frame[columns].itertuples(index=False, name=None))
    title = f"{bundle.finding}. {part.headline}"
    return Sheet(f"{bundle.finding}-{part.name}", title, tuple(map(str, columns)), rows, part.sensitivity)


def write_csv(sheet: Sheet, folder: Path, synthetic: bool, embargo: str) -> Path:
    """A table as CSV (UTF-8), with a column for each notice that it must bear."""
    notices = {"sensitivity": sheet.sensitivity, "synthetic": SYNTHETIC if synthetic else "", "embargo": embargo}
    notices = {name: text for name, text in notices.items() if text and name not in sheet.columns}
    rows = [(*sheet.columns, *notices), *((*row, *notices.values()) for row in sheet.rows)]
    if not sheet.rows and notices:
        rows.append((*[NOT_APPLICABLE] * len(sheet.columns), *notices.values()))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sheet.name}.csv"
    path.write_text(csv_text(rows), encoding="utf-8", newline="\n")
    return path


def _bundles(evidence: ForceEvidence) -> Sequence[Bundle]:
    return [s.bundle for s in evidence.assessed]


def _level(evidence: ForceEvidence) -> str:
    levels = {b.sensitivity for b in _bundles(evidence)}
    return "force" if "force" in levels else "public"


def _number(value: float | None, mark: str, otherwise: str = NOT_APPLICABLE) -> Any:
    """The number for a cell, or the shorthand in its place."""
    return mark or (otherwise if value is None else value)


def _said(counts: dict[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in ranked if n)


def _typed(text: str) -> Any:
    """A number where the text is one."""
    if text == "":
        return MISSING
    try:
        number = float(text)
    except ValueError:
        return text
    if number != number or abs(number) == float("inf"):
        return MISSING
    # Codes such as 007 stay text.
    if text.lstrip("-").startswith("0") and text.lstrip("-")[1:2].isdigit():
        return text
    return int(number) if number.is_integer() and "." not in text else number
