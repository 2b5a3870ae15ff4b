"""Making indicators out of what was counted, with the catalogue's names and the right interval."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.evidence.model import SAMPLES, SMALL_NUMBER, Basis, Indicator
from hmic_analysis.evidence.wording import NOT_KNOWN, SMALL_NUMBER_SAID
from hmic_analysis.measures.base import Share
from hmic_analysis.params.catalogue import Defined, IndicatorSpec, Kind
from hmic_analysis.params.resolve import Resolved
from hmic_analysis.statistics.intervals import (
    CONFIDENCE,
    Interval,
    proportion_interval,
    quantile_bounds,
    quantile_interval,
    rate_interval,
    sample_interval,
)
from hmic_analysis.words import MANY, in_words


def not_known(unknown: float, total: float) -> tuple[str, ...]:
    """The caveat of a figure of more than a tenth of whose units the state is not known."""
    if not total or unknown <= MANY * total:
        return ()
    return (f"{NOT_KNOWN} {unknown:,.0f} of {total:,.0f}, {100 * unknown / total:.0f}%.",)


@dataclass(frozen=True)
class Lone:
    """What references that lead nowhere leave open of a figure.

    Attributes
    ----------
    no, yes, more : int
        As in :meth:`~hmic_analysis.measures.base.Share.unsure`.
    said : str
        Which rows they are, in words; blank where there are none.
    """

    no: int = 0
    yes: int = 0
    more: int = 0
    said: str = ""


#: Whether the period is a part of what the records tell of: a reference that leads nowhere may lie in any part.
PARTLY: ContextVar[bool] = ContextVar("PARTLY", default=False)


class Builder:
    """Builds the indicators of one finding, each of the kind and for the window that the catalogue declares.

    Parameters
    ----------
    settings : Resolved
        Of the finding; only indicators of its catalogue can be built.
    windows : dict of str to str
        Words for ``period`` and ``as_of``.
    lone : callable, optional
        From an indicator to what references that lead nowhere leave open of it; by default nothing.
    """

    def __init__(
        self, settings: Resolved, windows: dict[str, str], lone: Callable[[str], Lone] = lambda name: Lone()
    ) -> None:
        self.settings = settings
        self.windows = windows
        self.lone = lone
        #: By id of the indicator: the units it was counted from, where the measure kept them.
        self.units: dict[str, Share] = {}
        #: By id of a quantile: the value of each unit, missing ones among them, and which quantile.
        self.values: dict[str, tuple[np.ndarray, float]] = {}
        #: Ids of those that are the plain count, or share, of these units, so that a part of them has one too.
        self.plain: set[str] = set()
        #: Indicators that were asked for by group, and have no group here.
        self.empty: set[str] = set()
        self._defined: dict[str, Defined] = {}
        self.partly = PARTLY.get()

    def unsure(self, name: str, share: Share, lost: int = 0) -> Share:
        """A share of all units of which those that references that lead nowhere may turn are unknown.

        Parameters
        ----------
        name : str
            Indicator of the catalogue, which declares them.
        share : Share
        lost : int
            Units counted without the property that further rows may turn, which lead to none.
        """
        open_ = self.lone(name)
        return share.unsure(open_.no + lost, open_.yes, open_.more)

    def share(
        self,
        name: str,
        share: Share,
        *,
        stratum: str = "",
        basis: Basis = "all_records",
        caveats: Sequence[str] = (),
        part: bool | None = None,
        lost: int = 0,
    ) -> Indicator:
        """A percentage among the units whose state is known, with bounds for the unknown ones.

        Parameters
        ----------
        name : str
            Indicator of the catalogue, in per cent.
        share : Share
        stratum : str
            Group it speaks of; empty for all.
        basis : str
            A sample's interval enters the verdict, a full count's does not.
        caveats : sequence of str
        part : bool, optional
            Whether it speaks of a part of the units; by default where there is a stratum.
        lost : int
            As in :meth:`unsure`.

        Returns
        -------
        Indicator
            Without a value where no unit's state is known, or each may be either.

        Notes
        -----
        Units that references which lead nowhere may turn are unknown. Nobody can say in which part they lie, so each
        part's bounds allow for all of them, and its value is that of the rows found.
        """
        found, sure = share, self.unsure(name, share, lost)
        if not (bool(stratum) or self.partly if part is None else part):
            share = sure
        few = (SMALL_NUMBER_SAID,) if 0 < share.total < SMALL_NUMBER and not stratum else ()
        caveats = (*caveats, *few, *not_known(share.unknown, share.total))
        common = self._common(name, stratum, basis, caveats, "share")
        # Of units that references which lead nowhere may turn nobody can say which they are: kept is what rows say.
        # A part of the units has a figure only if each that is counted with or without the property is named.
        states = found.units
        named = states is not None and (
            found.amounts is not None or (found.yes <= states.eq(True).sum() and found.no <= states.eq(False).sum())
        )
        self._keep(common["id"], found, plain=named)
        if share.known == 0 or sure.known == 0:  # of a part, none of whose units may be told from those that may turn
            return Indicator(**common, denominator=0, unknown=share.total, note="No record says.")
        sample = basis in SAMPLES
        lo, hi = (
            sample_interval(share.yes, share.no, share.unknown)
            if sample
            else proportion_interval(share.yes, share.known)
        )
        return Indicator(
            **common,
            value=100 * share.yes / share.known,
            numerator=share.yes,
            denominator=share.known,
            unknown=share.unknown,
            lo_missing=100 * sure.yes / sure.total,
            hi_missing=100 * (sure.yes + sure.unknown) / sure.total,
            lo=100 * lo,
            hi=100 * hi,
            interval=f"{'exact' if sample else 'Wilson'} {CONFIDENCE:.0%}",
        )

    def shares(self, name: str, shares: Mapping[str, Share], lost: int = 0) -> list[Indicator]:
        """A percentage for each of several groups.

        Parameters
        ----------
        name : str
            Indicator of the catalogue.
        shares : mapping of str to Share
            By group.
        lost : int
            As in :meth:`unsure`.
        """
        return self.strata(name, [self.share(name, share, stratum=group, lost=lost) for group, share in shares.items()])

    def strata(self, name: str, indicators: Iterable[Indicator]) -> list[Indicator]:
        """Figures of one indicator for each of several groups, of which there may be none.

        Parameters
        ----------
        name : str
            Indicator of the catalogue.
        indicators : iterable of Indicator
        """
        found = list(indicators)
        if not found:
            self.empty.add(self._spec(name).name)
        return found

    def with_bounds(self, name: str, share: Share) -> list[Indicator]:
        """A percentage, and its two bounds for missing data as indicators of their own.

        Parameters
        ----------
        name : str
            Indicator of the catalogue; it also has ``<name>_lo`` and ``<name>_hi``.
        share : Share
        """
        main, sure = self.share(name, share), self.unsure(name, share)
        low = None if main.numerator is None else sure.yes
        given = {"_lo": (main.lo_missing, low, False), "_hi": (main.hi_missing, sure.yes + sure.unknown, True)}
        either_way = [
            self.figure(name + end, value, numerator=top, denominator=sure.total, units=share.filled(state))
            for end, (value, top, state) in given.items()
        ]
        # References that lead nowhere make units unknown of which nobody can say which they are.
        if sure.unknown == share.unknown:
            self.plain.update(i.id for i in either_way if i.id in self.units)
        return [main, *either_way]

    def parts(
        self,
        name: str,
        amounts: pd.Series,
        *,
        lost: float = 0,
        caveats: Sequence[str] = (),
        units: pd.DataFrame | None = None,
    ) -> list[Indicator]:
        """The share of each part in a sum of amounts.

        Parameters
        ----------
        name : str
            Indicator of the catalogue, in per cent.
        amounts : pandas.Series
            By group; missing ones count as nothing.
        lost : float
            An amount of which nobody can say to which group, or whether, it belongs.
        caveats
            As in :meth:`share`.
        units : pandas.DataFrame, optional
            What the amounts are sums of, with the group and the amount in columns of these names.

        Returns
        -------
        list of Indicator
            None where nothing was measured.
        """
        total = float(amounts.sum())
        if not total > 0:
            return self.strata(name, [])
        rows = None if units is None else units.reset_index(drop=True)

        def behind(group: object) -> Share | None:
            """The same rows for each group: those that are its own are the numerator."""
            if rows is None:
                return None
            of = rows[amounts.index.name]
            return Share(0, 0, 0, of.eq(group).astype("boolean").mask(of.isna()), rows, rows[amounts.name])

        return [
            self.figure(
                name,
                100 * v / total,
                numerator=v,
                denominator=total,
                unknown=lost,
                bounds=Interval(100 * v / (total + lost), 100 * (v + lost) / (total + lost)) if lost else None,
                stratum=str(group),
                caveats=caveats,
                units=behind(group),
            )
            for group, v in amounts.fillna(0).items()
        ]

    def count(
        self,
        name: str,
        value: float | None,
        *,
        unknown: float = 0,
        stratum: str = "",
        basis: Basis = "all_records",
        note: str = "",
        units: Share | pd.Series | pd.DataFrame | None = None,
    ) -> Indicator:
        """A plain count, with the units that may belong to it.

        Parameters
        ----------
        name : str
            Indicator of the catalogue.
        value : float or None
            None where nothing was supplied to count in.
        unknown : float
            Units of which it is not known whether they count.
        stratum, basis
            As in :meth:`share`.
        note : str
            What to know of the count.
        units : Share, pandas.Series or pandas.DataFrame, optional
            What was counted (yes) and what may belong to it (unknown); references or rows: all were counted.
        """
        if value is not None and not stratum:
            unknown += self.lone(name).no + self.lone(name).more
        caveats = not_known(unknown, (value or 0) + unknown)
        common = self._common(name, stratum, basis, caveats, "count")
        if value is None:
            return Indicator(**common, note="Nothing was supplied to count in.")
        self._keep(common["id"], units, plain=True)
        bounds = {"lo_missing": value, "hi_missing": value + unknown} if unknown else {}
        return Indicator(**common, value=value, numerator=value, unknown=unknown, note=note, **bounds)

    def rate(
        self,
        name: str,
        events: int | None,
        exposure: float | None,
        multiplier: float,
        *,
        unknown: int = 0,
        note: str = "",
        units: Share | pd.Series | pd.DataFrame | None = None,
    ) -> Indicator:
        """A rate with its exact or Byar interval.

        Parameters
        ----------
        name : str
            Indicator of the catalogue.
        events : int or None
        exposure : float or None
            What they are counted over; None where a part of it is missing.
        multiplier : float
            1000 for "per 1,000".
        unknown : int
            Events of which it is not known whether they count: none of them, and all, are the bounds.
        note : str
            Why there is nothing that they could be counted over.
        units
            As in :meth:`count`.
        """
        caveats = not_known(unknown, (events or 0) + unknown)
        common = self._common(name, "", "all_records", caveats, "rate")
        if events is None or not exposure:
            return Indicator(**common, note=note or "There is nothing to set it against.")
        self._keep(common["id"], units)
        lo, hi = rate_interval(events, exposure, multiplier)
        method = "exact Poisson" if events < 10 else "Byar"
        value, most = multiplier * events / exposure, multiplier * (events + unknown) / exposure
        return Indicator(
            **common,
            value=value,
            numerator=events,
            denominator=exposure,
            unknown=unknown,
            **(_either_way(Interval(value, most)) if unknown else {}),
            lo=lo,
            hi=hi,
            interval=f"{method} {CONFIDENCE:.0%}",
        )

    def quantile(
        self,
        name: str,
        values: np.ndarray,
        q: float,
        *,
        stratum: str = "",
        caveats: Sequence[str] = (),
        units: pd.Series | pd.DataFrame | None = None,
    ) -> Indicator:
        """A median or another quantile with its interval from order statistics.

        Parameters
        ----------
        name : str
            Indicator of the catalogue.
        values : array of float
            Missing values are left out and counted as unknown.
        q : float
            0.5 for the median.
        stratum, caveats
            As in :meth:`share`.
        units : pandas.Series or pandas.DataFrame, optional
            Whose values they are, in their order: references or rows, as in :meth:`Share.of`.

        Returns
        -------
        Indicator
            With bounds in which every unknown value is as low, and as high, as can be; without where these have no
            end.

        Notes
        -----
        Units that references which lead nowhere may turn, or add, are unknown, as in :meth:`share`.
        """
        values = np.asarray(values, dtype=float)
        known, open_ = values[~np.isnan(values)], self.lone(name)
        turned = min(open_.no + open_.yes, known.size)
        unknown = values.size - known.size + turned + (open_.more if values.size else 0)
        caveats = (*caveats, *not_known(unknown, known.size - turned + unknown))
        common = self._common(name, stratum, "all_records", caveats, "quantile")
        if units is not None:
            given = pd.Series(~np.isnan(values), dtype="boolean")
            self._keep(common["id"], Share.of(given.mask(~given), units), plain=True)
            self.values[common["id"]] = (values, q)
        if known.size == 0:
            return Indicator(**common, denominator=0, unknown=int(values.size), note="No record says.")
        limits = quantile_interval(known, q)
        bounds = quantile_bounds(known, q, unknown - turned, turned) if unknown else None
        return Indicator(
            **common,
            value=float(np.quantile(known, q)),
            denominator=int(known.size - turned),
            unknown=int(unknown),
            **(_either_way(bounds) if bounds else {}),
            **_limits(limits),
            interval=f"order statistics {CONFIDENCE:.0%}",
        )

    def figure(
        self,
        name: str,
        value: float | None,
        *,
        numerator: float | None = None,
        denominator: float | None = None,
        unknown: float = 0,
        limits: Interval | None = None,
        bounds: Interval | None = None,
        interval: str = "",
        stratum: str = "",
        basis: Basis = "all_records",
        caveats: Sequence[str] = (),
        note: str = "",
        units: Share | pd.Series | pd.DataFrame | None = None,
    ) -> Indicator:
        """Any other figure.

        Parameters
        ----------
        name : str
            Indicator of the catalogue.
        value : float or None
        numerator, denominator, unknown
            What it rests on.
        limits : Interval, optional
        bounds : Interval, optional
            The figure with all that is unknown counted the one way, and the other.
        interval : str
            Method of the limits.
        stratum, basis, caveats, note, units
            As in :meth:`share` and :meth:`count`.
        """
        if numerator is not None and denominator is not None and self.settings.finding.indicator(name).unit == "%":
            caveats = (*caveats, *not_known(unknown, denominator + unknown))
        common = self._common(name, stratum, basis, caveats)
        self._keep(common["id"], units)
        return Indicator(
            **common,
            value=value,
            numerator=numerator,
            denominator=denominator,
            unknown=unknown,
            **(_limits(limits) if limits else {}),
            **(_either_way(bounds) if bounds else {}),
            interval=interval,
            note=note,
        )

    def _keep(self, id: str, units: Share | pd.Series | pd.DataFrame | None, *, plain: bool = False) -> None:
        if isinstance(units, (pd.Series, pd.DataFrame)):
            units = Share.of(pd.Series(True, units.index), units)
        if units is not None and units.units is not None:
            self.units[id] = units
            if plain:
                self.plain.add(id)

    def _spec(self, name: str, kind: Kind | None = None) -> IndicatorSpec:
        """What the catalogue declares; refused where it has no such indicator, or one of another kind."""
        finding = self.settings.finding
        if name not in finding.indicators:
            near = did_you_mean(name, finding.indicators)
            raise ParameterError(
                f"Finding {finding.id} has no indicator '{name}'.{near} "
                f"params/findings/{finding.stem}.yml declares: {', '.join(finding.indicators)}."
            )
        spec = finding.indicators[name]
        if kind is not None and spec.kind != kind:
            raise ParameterError(
                f"params/findings/{finding.stem}.yml declares {name} as a {spec.kind}, and it is built as a {kind}."
            )
        return spec

    def _common(
        self, name: str, stratum: str, basis: Basis, caveats: Sequence[str], kind: Kind | None = None
    ) -> dict[str, Any]:
        spec = self._spec(name, kind)
        if name not in self._defined:
            self._defined[name] = self.settings.defined(name)
        defined = self._defined[name]
        return {
            "id": f"{name}[{stratum}]" if stratum else name,
            "name": name,
            "label": spec.label + (f": {in_words(stratum)}" if stratum else ""),
            "unit": spec.unit,
            "stratum": stratum,
            "basis": basis,
            "window": self.windows[spec.window],
            "better": spec.better,
            "definition": defined.words,
            "definition_values": defined.values,
            "definition_mark": defined.mark,
            "caveats": (*caveats, *([said] if (said := self.lone(name).said) else [])),
            "about_persons": spec.about_persons,
        }


def _either_way(bounds: Interval) -> dict[str, float]:
    """Fields of an indicator; a figure that may be anything on one side has none."""
    return {"lo_missing": bounds.lo, "hi_missing": bounds.hi} if all(map(math.isfinite, bounds)) else {}


def _limits(limits: Interval) -> dict[str, float | None]:
    lo, hi = (None if math.isnan(v) else v for v in limits)
    return {"lo": lo, "hi": hi}
