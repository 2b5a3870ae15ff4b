"""How figures, days and claims are printed, the same everywhere a person reads them."""

from collections.abc import Iterable, Mapping

import pandas as pd
from jinja2 import TemplateError

from hmic_analysis.evidence.model import SMALL_NUMBER, ClaimEvidence, Indicator, is_small_number
from hmic_analysis.statistics.intervals import CONFIDENCE
from hmic_analysis.words import COUNTS, MANY, say_value, sentence_case

# How figures and days are printed, the same everywhere a person reads them.

#: Beginnings of the caveats that tell how much of a figure is not known or set aside; a chart shows them too.
NOT_KNOWN = "Not known:"
WEIGHTED = "Each file weighted"
ROWS_LOST = "Set aside:"
SMALL_NUMBER_SAID = f"Small number: fewer than {SMALL_NUMBER} were counted."
SET_ASIDE = (
    NOT_KNOWN,
    SMALL_NUMBER_SAID,
    ROWS_LOST,
    "Capped",
    "Left out",
    "More hours were logged",
    WEIGHTED,
)


def say_indicator(indicator: Indicator, min_count: int = 0) -> str:
    """The value of an indicator, small counts of persons withheld.

    Parameters
    ----------
    indicator : Indicator
    min_count : int
        Counts of persons above 0 and below it are not printed.

    Returns
    -------
    str
        ``fewer than 5`` in place of a small count of persons and of a percentage of one; ``withheld (fewer than 5)``
        in place of any other figure that rests on one, since ``fewer than 5 days`` would be a different statement.
    """
    if small(indicator, min_count):
        return withheld(indicator, min_count)
    return say_value(indicator.value, indicator.unit)


def say_bounds(indicator: Indicator, min_count: int = 0) -> str:
    """What surrounds the value: its bounds for missing data and its interval.

    Parameters
    ----------
    indicator : Indicator
    min_count : int
        As in :func:`say_indicator`.

    Returns
    -------
    str
        ``82.1% to 84.7% with unknowns counted either way``; of a sample ``95% interval 81.9% to 84.8%``, which counts
        them so too; empty if there is neither.
    """
    if small(indicator, min_count):
        return ""
    parts = []
    low, high = indicator.lo_missing, indicator.hi_missing
    if indicator.unknown and low is not None and high is not None and not indicator.unknown_in_interval:
        parts.append(f"{_from_to(low, high, indicator.unit)} with unknowns counted either way")
    if indicator.has_interval:
        parts.append(f"{CONFIDENCE:.0%} interval {_from_to(indicator.lo, indicator.hi, indicator.unit)}")
    return "; ".join(parts)


def _from_to(lo: float, hi: float, unit: str) -> str:
    """Two values with their unit, a unit of words once: ``5 to 9 days``."""
    low, high = say_value(lo, unit), say_value(hi, unit)
    number, _, words = low.partition(" ")
    once = unit != "%" and words and (words == high.partition(" ")[2] or number == "1")
    return f"{number if once else low} to {high}"


def say_beside_unknown(indicator: Indicator) -> str:
    """The value, and beside a share of all or of none what it would be with the unknown units counted otherwise.

    Parameters
    ----------
    indicator : Indicator
        Small counts of persons are the caller's to leave out.

    Returns
    -------
    str
        ``100.0% (at least 87.5% if those not known are counted)``; the bare value where nothing is unknown or the
        share lies between.
    """
    said = say_value(indicator.value, indicator.unit)
    if indicator.unit != "%" or not indicator.unknown or None in (indicator.lo_missing, indicator.hi_missing):
        return said
    for extreme, bound, word in (("100.0%", indicator.lo_missing, "least"), ("0.0%", indicator.hi_missing, "most")):
        other = say_value(bound, "%")
        if said == extreme and other != extreme:
            return f"{said} (at {word} {other} if those not known are counted)"
    return said


def small(indicator: Indicator, min_count: int) -> bool:
    """Whether the indicator is a small count of persons, or rests on one."""
    if not indicator.about_persons or min_count <= 0 or indicator.value is None:
        return False
    count = count_behind(indicator)
    return count is not None and 0 < count < min_count


def many_unknown(indicator: Indicator) -> bool:
    """Whether of more than a tenth of the units that a figure is about the state is not known."""
    known = indicator.value if indicator.unit in COUNTS else indicator.denominator
    return bool(indicator.unknown) and indicator.unknown > MANY * (indicator.unknown + (known or 0))


def count_behind(indicator: Indicator) -> float | None:
    """The count that a figure is or rests on.

    Parameters
    ----------
    indicator : Indicator

    Returns
    -------
    float or None
        The value where it is a count itself.  Of a percentage or a rate its numerator; of a median or a mean, which
        have none, the units it was taken over, else those not known.
    """
    if indicator.unit in COUNTS:
        return indicator.value
    if indicator.numerator is not None or indicator.unit == "%":
        return indicator.numerator
    return indicator.denominator if indicator.denominator is not None else indicator.unknown


def withheld(indicator: Indicator, min_count: int) -> str:
    """What stands in place of a figure that is, or rests on, a small count of persons."""
    few = f"fewer than {min_count}"
    return few if indicator.unit in (*COUNTS, "%") else f"withheld ({few})"


# Sentences whose every number is taken from an indicator.
#
# A figure that doesn't exist is an error, so nothing is ever printed as a blank.


class Shown:
    """An indicator as a template sees it; printing it notes which number was printed.

    Parameters
    ----------
    indicator : Indicator
    printed : list
        Receives ``(text, "id.field")`` for each number printed.
    min_count : int
        Small counts of persons are withheld.
    counted : bool
        Whether a percentage is printed with what it was counted from.
    """

    def __init__(
        self, indicator: Indicator, printed: list[tuple[str, str]], min_count: int, counted: bool = False
    ) -> None:
        self._indicator = indicator
        self._printed = printed
        self._min_count = min_count
        self._counted = counted

    @property
    def known(self) -> bool:
        """Whether the figure exists."""
        return self._indicator.value is not None

    def __str__(self) -> str:
        if not self.known:
            raise TemplateError(f"the figure {self._indicator.id} could not be computed")
        if self._nearly and not self._counted and not many_unknown(self._indicator):
            return self._at_bound()
        text = self._print(say_indicator(self._indicator, self._min_count), "value")
        if small(self._indicator, self._min_count):
            return text
        # No weights make other than all, or none, of all of the units.
        weighed = self._indicator.value not in (0, 100) and any(
            caveat.startswith(WEIGHTED) for caveat in self._indicator.caveats
        )
        # A stratum stands for its own crimes alone.
        by_weight = "weighted" if self._indicator.stratum else "weighted to all crimes"
        if self._counted:
            rest = f", {self._field('unknown', 'count')} not known" if self._indicator.unknown else ""
            rest += f", {by_weight}" if weighed else ""
            return f"{text} ({self._field('numerator', 'count')} of {self.denominator}{rest})"
        least, most, unit = self._indicator.lo_missing, self._indicator.hi_missing, self._indicator.unit
        if unit in COUNTS and self._may_be_more:
            return f"at least {text}"
        if not many_unknown(self._indicator):
            return f"{text} ({by_weight})" if weighed else text
        if self._nearly:
            return f"{text} ({self._at_bound()} of all)"
        if least is None or most is None or not least < most:
            return f"{text} where it is known"
        low, high = (self._print(say_value(x, unit), f) for x, f in ((least, "lo_missing"), (most, "hi_missing")))
        whole = "of all" if unit == "%" else "with those not known"
        return f"{text} ({f'{by_weight}, ' if weighed else ''}between {low} and {high} {whole})"

    @property
    def _may_be_more(self) -> bool:
        """Whether what many of its units are is not known, or records that it counts could not be used."""
        return many_unknown(self._indicator) or any(c.startswith(ROWS_LOST) for c in self._indicator.caveats)

    @property
    def _nearly(self) -> tuple[str, str] | None:
        """How a share of all, or of none, that are known is said of every unit, and by which bound."""
        figure = self._indicator
        if figure.unit != "%" or not figure.unknown or small(figure, self._min_count):
            return None
        least, most = figure.lo_missing, figure.hi_missing
        if figure.value == 100 and least is not None and least < 100:
            return "least", "lo_missing"
        return ("most", "hi_missing") if figure.value == 0 and most is not None and most > 0 else None

    def _at_bound(self) -> str:
        word, field = self._nearly or ("", "value")
        return f"at {word} {self._print(say_value(getattr(self._indicator, field), '%'), field)}"

    @property
    def lo(self) -> str:
        """Lower limit of the interval."""
        return self._field("lo", self._indicator.unit)

    @property
    def hi(self) -> str:
        """Upper limit of the interval."""
        return self._field("hi", self._indicator.unit)

    @property
    def n(self) -> str:
        """Units it rests on."""
        return self._field("n", "count")

    @property
    def numerator(self) -> str:
        """Its numerator; what of so many units is not known may belong to it."""
        text = self._field("numerator", "count")
        return f"at least {text}" if self._may_be_more else text

    @property
    def denominator(self) -> str:
        """Its denominator."""
        return self._field("denominator", "count")

    @property
    def interval_text(self) -> str:
        """``81.9% to 84.8%``."""
        return f"{self.lo} to {self.hi}"

    def _field(self, field: str, unit: str) -> str:
        value = getattr(self._indicator, field)
        if value is None:
            raise TemplateError(f"{self._indicator.id} has no {field}")
        if field != "n" and small(self._indicator, self._min_count):
            return self._print(withheld(self._indicator, self._min_count), field)
        return self._print(say_value(value, unit), field)

    def _print(self, text: str, field: str) -> str:
        self._printed.append((text, f"{self._indicator.id}.{field}"))
        return text


def of_few(printed: Iterable[tuple[str, str]], indicators: Mapping[str, Indicator], min_count: int) -> set[str]:
    """Percentages in a sentence that rest on few units, and beside which it does not say on how many."""
    fields: dict[str, set[str]] = {}
    for _, named in printed:
        id, _, field = named.rpartition(".")
        fields.setdefault(id, set()).add(field)
    return {
        id
        for id, found in fields.items()
        if found & {"value", "lo_missing", "hi_missing"}
        and not found & {"n", "numerator", "denominator"}
        and is_small_number(indicators[id])
        and not _tells_a_few(indicators[id], min_count)
    }


def _tells_a_few(indicator: Indicator, min_count: int) -> bool:
    """Whether what it was counted from would give a small count of persons away, as it is or as the rest."""
    rest = (indicator.denominator or 0) - (indicator.numerator or 0)
    return small(indicator, min_count) or (indicator.about_persons and 0 < rest < min_count)


# Evidence as tables and frames for the reader of a notebook.

VERDICT_WORDS = {"supported": "Supported", "contradicted": "Contradicted", "not_determinable": "Not determinable"}


# JupyterLab's own rule for cells names more classes, and sets texts to the right.
_LOOKS = ".dataframe th, .dataframe td {text-align: left !important; vertical-align: top; white-space: normal}"
#: Rows that a notebook shows of a frame.
_MOST_ROWS = 200


class Whole(pd.DataFrame):
    """A frame that a notebook shows with whole texts, as it does a part of it."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return Whole

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            table = self.to_html(max_rows=_MOST_ROWS)
        return f"<div>\n<style scoped>{_LOOKS}</style>\n{table}\n</div>"


def indicator_table(indicators: Iterable[Indicator]) -> pd.DataFrame:
    """Indicators as a table for show.

    Parameters
    ----------
    indicators : iterable of Indicator

    Returns
    -------
    pandas.DataFrame
        Value, bounds, and what they rest on, indexed by label.
    """
    rows = [
        {
            "Indicator": i.label,
            "Value": say_indicator(i),
            "Bounds": say_bounds(i),
            "Numerator": "" if i.numerator is None else f"{i.numerator:,.0f}",
            "Denominator": "" if i.denominator is None else f"{i.denominator:,.0f}",
            "Unknown": "" if i.counted_unknown is None else f"{i.counted_unknown:,.0f}",
            "Note": " ".join((i.note, *i.caveats)).strip(),
        }
        for i in indicators
    ]
    columns = ["Indicator", "Value", "Bounds", "Numerator", "Denominator", "Unknown", "Note"]
    return Whole(pd.DataFrame(rows, columns=columns).set_index("Indicator"))


def group_frame(indicators: Iterable[Indicator]) -> pd.DataFrame:
    """Indicators as a frame for a chart of groups.

    Parameters
    ----------
    indicators : iterable of Indicator

    Returns
    -------
    pandas.DataFrame
        ``group``, ``label``, ``value``, ``lo``, ``hi``, ``lo_missing``, ``hi_missing``, ``n``.
    """
    rows = [
        {
            "group": i.id,
            "label": sentence_case(i.stratum or i.label),
            "value": i.value,
            "lo": i.lo if i.has_interval else None,
            "hi": i.hi if i.has_interval else None,
            "lo_missing": i.lo_missing,
            "hi_missing": i.hi_missing,
            "n": None if i.counted_unknown is None else (i.denominator or 0) + i.counted_unknown,
        }
        for i in indicators
    ]
    columns = ["group", "label", "value", "lo", "hi", "lo_missing", "hi_missing", "n"]
    return pd.DataFrame(rows, columns=columns)


def claim_table(claims: Iterable[ClaimEvidence]) -> pd.DataFrame:
    """Claims as a table for show.

    Parameters
    ----------
    claims : iterable of ClaimEvidence

    Returns
    -------
    pandas.DataFrame
        Statement, verdict, grade, why, and what would change the verdict, indexed by claim.
    """
    rows = [
        {
            "Claim": c.claim,
            "Statement": c.statement,
            "Verdict": VERDICT_WORDS[c.verdict] if c.type != "judgement" else "Inspectors' view",
            "Grade": c.grade,
            "Why": c.why,
            "What would change it": c.would_change,
        }
        for c in claims
    ]
    return Whole(pd.DataFrame(rows).set_index("Claim"))
