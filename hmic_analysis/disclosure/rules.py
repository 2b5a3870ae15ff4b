"""The rules of disclosure as the parameters give them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hmic_analysis.disclosure.sensitivity import Audience
from hmic_analysis.evidence.model import Bundle, Indicator
from hmic_analysis.params.models import Params
from hmic_analysis.params.settings import Disclosure


@dataclass(frozen=True)
class DisclosureRules:
    """Which counts are withheld, from whom, and what stands in their place.

    Attributes
    ----------
    min_count : int
        Counts of persons above 0 and below it are withheld; 0 or 1: none is.
    marker : str
        What stands in their place in tables.
    audiences : tuple of str
        From whom they are withheld.
    persons : frozenset of str
        Indicators that count persons besides those whose catalogue entry says so.
    """

    min_count: int = 5
    marker: str = "[c]"
    audiences: tuple[Audience, ...] = ("force", "public")
    persons: frozenset[str] = frozenset()

    @property
    def few(self) -> str:
        """``fewer than 5``."""
        return f"fewer than {self.min_count}"

    @property
    def note(self) -> str:
        """What stands beside a withheld figure; begins with the marker."""
        return f"{self.marker} Withheld: it rests on {self.few} persons, or would give such a count away."

    def is_small(self, count: float | None) -> bool:
        """Whether a count of persons is to be withheld."""
        return count is not None and 0 < count < self.min_count

    def counts_persons(self, indicator: Indicator) -> bool:
        """Whether an indicator counts persons or rests on a count of them."""
        return indicator.about_persons or indicator.name in self.persons

    def apply_to(self, audience: Audience) -> bool:
        """Whether anything is withheld from an audience for being small."""
        return self.min_count > 1 and audience in self.audiences

    def of(self, bundle: Bundle) -> DisclosureRules:
        """These rules for one bundle: a force or a finding may ask for a higher limit, never a lower one."""
        own, _ = bundle.parameters.get("disclosure.min_count", ("0", ""))
        return replace(self, min_count=max(self.min_count, int(float(own))))


def rules_of(params: Params) -> DisclosureRules:
    """The rules of an inspection.

    Parameters
    ----------
    params : Params

    Returns
    -------
    DisclosureRules
    """
    return rules_from(params.inspection.disclosure)


def rules_from(given: Disclosure) -> DisclosureRules:
    """The rules as one finding of one force has them.

    Parameters
    ----------
    given : Disclosure

    Returns
    -------
    DisclosureRules
    """
    return DisclosureRules(
        min_count=given.min_count,
        marker=given.marker,
        audiences=given.audiences,
        persons=frozenset(given.persons),
    )
