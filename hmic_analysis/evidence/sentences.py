"""Sentences whose every number is taken from an indicator.

A template may only name indicators of its claim; an unknown name, or a figure that doesn't exist, is an error, so
nothing is ever printed as a blank.
"""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from hmic_analysis.errors import ParameterError
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.wording import say_indicator, say_value, small, withheld


class Shown:
    """An indicator as a template sees it; printing it notes which number was printed.

    Parameters
    ----------
    indicator : Indicator
    printed : list
        Receives ``(text, "id.field")`` for each number printed.
    min_count : int
        Small counts of persons are withheld.
    """

    def __init__(self, indicator: Indicator, printed: list[tuple[str, str]], min_count: int) -> None:
        self._indicator = indicator
        self._printed = printed
        self._min_count = min_count

    @property
    def known(self) -> bool:
        """Whether the figure exists."""
        return self._indicator.value is not None

    def __str__(self) -> str:
        if not self.known:
            raise TemplateError(f"the figure {self._indicator.id} could not be computed")
        return self._print(say_indicator(self._indicator, self._min_count), "value")

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
        """Its numerator."""
        return self._field("numerator", "count")

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


def render(
    template: str,
    indicators: Mapping[str, Indicator],
    words: Mapping[str, str],
    min_count: int,
    where: str,
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Fill a sentence.

    Parameters
    ----------
    template : str
        Jinja template; ``v.<indicator>`` are figures, the rest are words.
    indicators : mapping of str to Indicator
        By id; ``v["attendance_pct[violence]"]`` names a stratum.
    words : mapping of str to str
        ``force``, ``period``, ``as_of``, ``because``.
    min_count : int
        Counts of persons above 0 and below it are withheld.
    where : str
        The claim, for the message.

    Returns
    -------
    tuple
        The sentence, and each number in it with the indicator field it was taken from.

    Raises
    ------
    ParameterError
        If the template names a figure that the finding does not have, or one that could not be computed.
    """
    printed: list[tuple[str, str]] = []
    shown = {i: Shown(x, printed, min_count) for i, x in indicators.items()}
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        text = environment.from_string(template).render(v=shown, **words)
    except TemplateError as fault:
        raise ParameterError(
            f"The sentence of claim {where} can't be filled: {fault}.\n"
            f"It may use {', '.join(sorted(indicators)) or 'no figure'}; see params/findings.yml."
        ) from None
    return " ".join(text.split()), tuple(dict.fromkeys(printed))
