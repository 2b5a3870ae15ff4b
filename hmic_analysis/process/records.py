"""The references of the records that stand behind the figures of a pack, for the force that they are of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from hmic_analysis.documents.text import clean
from hmic_analysis.documents.workbook import Sheet, workbook
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Indicator

#: References listed of each way of counting: the fewer are nearly always whole, and a sheet stays one that opens.
MOST = 1000
#: Why no records are listed.
NO_FIGURE = "No figure with its counts is shown beside this claim."
NOT_SINGLE = (
    "The figure is not counted from records with a reference each, but from persons, hours, months or an answer, say."
)
NOT_AGREED = (
    "The records can't be listed so that they add up to the figure, as where references between tables lead nowhere or "
    "a sample is weighted."
)
#: How a record was counted, by its state: in a percentage, and in a count or what a median is taken of.
OF_SHARE = {"yes": "numerator", "no": "denominator only", "unknown": "not known"}
OF_COUNT = {"yes": "counted", "no": "looked at, not counted", "unknown": "not known"}


@dataclass(frozen=True)
class Records:
    """The records that a figure was counted from.

    ``rows`` has ``record`` (its reference), ``state`` (``yes``, ``no``, ``unknown``), ``file`` and ``row`` (where it
    stands in the return), one row for each record.  ``turned``: how many of them the figure counts as unknown for
    references that lead nowhere; which they are nobody can say.
    """

    table: str
    rows: pd.DataFrame
    turned: int = 0


#: The records behind figures of one finding, by the figure's id, without those that no record of their own stands for.
Behind = Callable[[str, Sequence[str]], Mapping[str, Records]]


@dataclass(frozen=True)
class Listed:
    """What is told of the records behind the figure of one claim; without ``records``, ``why`` says why."""

    claim: str
    figure: str
    records: Records | None
    why: str = ""
    words: Mapping[str, str] = field(default_factory=lambda: OF_SHARE)


def listed_records(shown: Iterable[tuple[Bundle, ClaimEvidence, Indicator | None]], behind: Behind) -> list[Listed]:
    """The records behind the figure of each claim, of which the figure is None where the force is not shown it.

    A list that doesn't add up to what the force is shown is left out: it would be no list of that figure's records.
    """
    claims = list(shown)
    wanted: dict[str, list[str]] = {}
    for _, claim, figure in claims:
        if figure is not None:
            wanted.setdefault(claim.finding, []).append(figure.id)
    found = {finding: behind(finding, ids) for finding, ids in wanted.items()}
    return [_listed(claim, figure, found) for _, claim, figure in claims]


def _listed(claim: ClaimEvidence, figure: Indicator | None, found: Mapping[str, Mapping[str, Records]]) -> Listed:
    if figure is None:
        return Listed(claim.claim, "", None, NO_FIGURE)
    label, records = clean(figure.label), found[claim.finding].get(figure.id)
    if records is None:
        return Listed(claim.claim, label, None, NOT_SINGLE)
    if not agrees(figure, records):
        return Listed(claim.claim, label, None, NOT_AGREED)
    return Listed(claim.claim, label, records, words=OF_SHARE if figure.unit == "%" else OF_COUNT)


def agrees(figure: Indicator, records: Records) -> bool:
    """Whether records add up to the numerator, the denominator and the unknown of a figure."""
    counts = records.rows["state"].value_counts()
    yes, no, unknown = (int(counts.get(state, 0)) for state in OF_SHARE)
    if figure.value is None or figure.n is None or unknown + records.turned != figure.unknown:
        return False
    if figure.unit != "%":
        return 0 <= yes - figure.n <= records.turned
    if figure.numerator is None or yes + no != figure.n + records.turned:
        return False
    return 0 <= yes - figure.numerator <= records.turned


def records_workbook(cover: Sequence[tuple[str, str]], listed: Sequence[Listed], notices: Sequence[str]) -> bytes:
    """The workbook of references; equal contents give equal bytes."""
    overview, rows = [], []
    for one in listed:
        if one.records is None:
            overview.append((one.claim, one.figure or "none", "", "", "", "", one.why))
            continue
        table, frame = one.records.table, one.records.rows
        totals, said, cut = [], [], False
        if one.records.turned:
            said.append(
                f"Not known in the figure besides: {one.records.turned:,}, for references between tables that lead "
                "nowhere; nobody can say which, so they are listed as their own rows have them."
            )
        for state, word in one.words.items():
            of_state = frame[frame["state"].eq(state)].sort_values("record", kind="stable")
            totals.append(len(of_state))
            if len(of_state) > MOST:
                cut = True
                said.append(f"Of the {len(of_state):,} counted as {word} the first {MOST:,} by reference are listed.")
            rows += [
                (one.claim, one.figure, table, str(record), word, str(file), "" if pd.isna(row) else int(row))
                for record, file, row in zip(*(of_state[c].head(MOST) for c in ("record", "file", "row")), strict=True)
            ]
        overview.append((one.claim, one.figure, table, *totals, " ".join(said if cut else ["All are listed.", *said])))
    sheets = (
        Sheet(
            "Figures",
            "What is listed of the figure of each claim",
            ("Claim", "Figure", "Table", "Counted", "Not counted", "Not known", "What is listed"),
            tuple(overview),
            "force",
        ),
        Sheet(
            "Records",
            "The records behind the figures",
            ("Claim", "Figure", "Table", "Record", "Counted as", "File of the return", "Row"),
            tuple(rows),
            "force",
        ),
    )
    return workbook("Records behind the figures", cover, NOTES, sheets, notices)


NOTES = (
    ("What is listed", "The references of the records that the figure of each claim was counted from, as the return "
     "writes them, with the file and the row in which they stand. They are those of the figure in the sheet Response."),
    ("Counted as", "Of a percentage: numerator, it has what the figure counts; denominator only, it has not. Of a "
     "number or a median: counted, or looked at and not counted. Not known: the return doesn't say; it is in neither."),
    ("What is not listed", f"Persons, by name or by reference; figures that count persons, hours or months; and more "
     f"than {MOST:,} records counted in one way, of which the sheet Figures gives the number."),
    ("For whom", "These references are the force's own and lead to cases in its systems. Don't pass this workbook on."),
)  # fmt: skip
