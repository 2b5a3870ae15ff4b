"""From a number in a letter to its claim, its indicator, the rows behind it, and the files they came from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hmic_analysis.documents.text import clean, count_text, day, long_date
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, DataUsed, Indicator
from hmic_analysis.letters.reading import numbers_of
from hmic_analysis.words import say_period, say_value

#: Fields of an indicator that letters print, and whether they are counts whatever the indicator's unit is.
FIELDS = {
    "value": False, "numerator": True, "denominator": True, "n": True, "unknown": True,
    "lo": False, "hi": False, "lo_missing": False, "hi_missing": False,
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """What a number is bound to."""

    #: ``A1b``; the finding alone, or "", where the number belongs to no claim.
    claim: str
    #: ``attendance_known_pct.value``, or what else of the evidence or the parameters it is.
    field: str
    #: The units counted, and the tables with their rows.
    rows: str = ""
    #: Each file with its SHA-256, "" where it is no data file.
    files: tuple[tuple[str, str], ...] = ()


class Evidence:
    """The evidence of one letter, to look numbers up in.

    ``bundles``: as they may be released to the force; ``tables``: those that each claim rests on.
    """

    def __init__(self, bundles: Sequence[Bundle], tables: Mapping[str, Sequence[str]]) -> None:
        self.bundles = {bundle.finding: bundle for bundle in bundles}
        self._tables = tables
        self._claims = {c.claim: (b, c) for b in bundles for c in b.claims}
        self._known: dict[str, dict[str, Source]] = {}

    def of_claim(self, claim: str) -> dict[str, Source]:
        """Each number that a claim may print, and what it is; the most telling where several are alike."""
        if claim not in self._known:
            found = self._claims.get(claim)
            self._known[claim] = _first(self._claim_sources(*found)) if found else {}
        return self._known[claim]

    def of_finding(self, finding: str) -> dict[str, Source]:
        """Each number that any claim of a finding may print."""
        bundle = self.bundles.get(finding)
        merged: dict[str, Source] = {}
        for claim in bundle.claims if bundle else ():
            merged = self.of_claim(claim.claim) | merged
        return merged

    def of_printed(self, claim: str, printed: Sequence[tuple[str, str]]) -> dict[str, Source]:
        """What a sentence says of its own numbers: ``("83.4%", "attendance_pct.value")``."""
        if claim not in self._claims:
            return {}
        bundle, _ = self._claims[claim]
        return _first((text, self._indicator_source(bundle, claim, field)) for text, field in printed)

    def claim_text(self, claim: str, field: str) -> Source:
        """A field of a claim that is a text, such as its reason."""
        bundle = self._claims[claim][0] if claim in self._claims else None
        return Source(claim, field, *self._rows(bundle, claim)) if bundle else Source(claim, field)

    def files_of(self, finding: str) -> tuple[tuple[str, str], ...]:
        """Every data file that a finding used."""
        bundle = self.bundles.get(finding)
        return _files(bundle.data) if bundle else ()

    def _claim_sources(self, bundle: Bundle, claim: ClaimEvidence) -> Iterator[tuple[str, Source]]:
        """Numbers in order of what they most likely are: printed, indicators, dates, thresholds, words."""
        id = claim.claim
        for text, name in claim.numbers:
            yield text, self._indicator_source(bundle, id, name)
        own = {i.id: i for i in bundle.indicators}
        decided = [own[i] for i in claim.indicators if i in own]
        for indicator in decided:
            for text, name in _printed(indicator):
                yield text, self._indicator_source(bundle, id, f"{indicator.id}.{name}")
        yield from dates(bundle)
        for indicator in decided:
            for name in ("window", "label", "interval", "note", "caveats"):
                text = getattr(indicator, name)
                words = text if isinstance(text, str) else " ".join(text)
                yield words, self._indicator_source(bundle, id, f"{indicator.id}.{name}")
        for name, (value, origin) in bundle.parameters.items():
            yield value, Source(id, name, "", ((origin, ""),))
        for name in ("statement", "why", "would_change"):
            yield getattr(claim, name), self.claim_text(id, f"claims[{id}].{name}")

    def _indicator_source(self, bundle: Bundle, claim: str, field: str) -> Source:
        indicator = next((i for i in bundle.indicators if i.id == field.rpartition(".")[0]), None)
        rows, files = self._rows(bundle, claim)
        return Source(claim, field, "; ".join(w for w in (_units(indicator), rows) if w), files)

    def _rows(self, bundle: Bundle, claim: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        used = [d for d in bundle.data if d.table in self._tables.get(claim, ())] or list(bundle.data)
        return ", ".join(f"{d.table} {count_text(_in_use(d))} rows" for d in used), _files(used)


def dates(bundle: Bundle) -> Iterator[tuple[str, Source]]:
    """The days and the period of a bundle, as letters print them."""
    named = {"period_start": bundle.period_start, "period_end": bundle.period_end, "as_of": bundle.as_of}
    period = say_period(day(bundle.period_start), day(bundle.period_end))
    origin = bundle.parameters.get("period.end", ("", "params/inspection.yml"))[1].split(":")[0]
    yield period, Source(bundle.finding, "period", "", ((origin, ""),))
    for name, iso in (*named.items(), ("letter_date", bundle.letter_date)):
        yield long_date(iso), Source(bundle.finding, name, "", ((origin, ""),))


def _first(pairs: Iterable[tuple[str, Source]]) -> dict[str, Source]:
    """Each number of each text with the first source that prints it."""
    known: dict[str, Source] = {}
    for text, source in pairs:
        for number in numbers_of(clean(text)):
            known.setdefault(number, source)
    return known


def _printed(indicator: Indicator) -> Iterator[tuple[str, str]]:
    for name, count in FIELDS.items():
        value = getattr(indicator, name)
        if value is not None and indicator.value is not None:
            yield (count_text(value) if count else say_value(value, indicator.unit)), name


def _units(indicator: Indicator | None) -> str:
    if indicator is None or indicator.n is None:
        return ""
    unknown = f", {count_text(indicator.unknown)} unknown" if indicator.unknown else ""
    if indicator.denominator is None or indicator.numerator is None:
        return f"{count_text(indicator.n)} units{unknown}"
    return f"{count_text(indicator.numerator)} of {count_text(indicator.denominator)} units{unknown}"


def _in_use(data: DataUsed) -> int:
    return data.rows if data.rows_in_window is None else data.rows_in_window


def _files(used: Iterable[DataUsed]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((account.file, account.sha256) for data in used for account in data.accounts))
