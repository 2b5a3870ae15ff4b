"""A check that every number in a letter's findings was taken from the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hmic_analysis.evidence.model import Bundle
from hmic_analysis.evidence.wording import say_period
from hmic_analysis.letters.model import Letter, Paragraph
from hmic_analysis.letters.text import clean, day, long_date

#: A number as it is printed: digits with their commas and decimals, and a per cent sign; not digits inside a name.
TOKEN = re.compile(r"(?<![A-Za-z0-9])\d[\d,]*(?:\.\d+)?%?(?![A-Za-z0-9])")


def tokens(text: str) -> list[str]:
    """The numbers in a text, as printed.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
        ``["83.4%", "1,204"]``; codes of claims such as A1 are not numbers.
    """
    return [token.rstrip(",") for token in TOKEN.findall(text)]


def stray_numbers(letter: Letter, bundles: Sequence[Bundle]) -> list[tuple[str, str]]:
    """Numbers in the findings that nothing in the evidence accounts for.

    A number is accounted for if it stands in the ``numbers`` of the finding's claims, in the statement of one of
    its claims, in its dates, or in a parameter it used.  References to figures are left out.

    Parameters
    ----------
    letter : Letter
    bundles : sequence of Bundle
        The evidence it was written from.

    Returns
    -------
    list of (str, str)
        Finding and number, for each number that is not accounted for; empty for a sound letter.
    """
    known = {bundle.finding: _known(bundle) for bundle in bundles}
    stray = []
    for block in letter.blocks():
        if isinstance(block, Paragraph) and block.claims:
            text = "".join(part.text for part in block.parts if not part.target)
            allowed = known.get(block.finding, frozenset())
            stray += [(block.finding, token) for token in tokens(text) if token not in allowed]
    return stray


def _known(bundle: Bundle) -> frozenset[str]:
    texts: Iterable[str] = (
        *(clean(text) for claim in bundle.claims for text, _ in claim.numbers),
        *(clean(claim.statement) for claim in bundle.claims),
        *(long_date(iso) for iso in (bundle.period_start, bundle.period_end, bundle.as_of, bundle.letter_date)),
        say_period(day(bundle.period_start), day(bundle.period_end)),
        *(value for value, _ in bundle.parameters.values()),
    )
    return frozenset(token for text in texts for token in tokens(text))
