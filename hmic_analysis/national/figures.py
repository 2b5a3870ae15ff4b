"""Figures of all forces together, pooled, by part of the country and as distributions, and their pictures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from hmic_analysis.comparison.gather import Gathered
from hmic_analysis.comparison.methods import pool
from hmic_analysis.errors import ParameterError
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.sheet import KeyEntry, Sheet, key_height
from hmic_analysis.figures.style import nice_ticks, text_width
from hmic_analysis.national.counts import Log, Row
from hmic_analysis.params.models import National, Params
from hmic_analysis.statistics.intervals import CONFIDENCE
from hmic_analysis.words import COUNTS

# A figure of all forces together, with an interval that allows for how much forces differ.

METHOD = "robust, forces as units"
UNANIMOUS = "sensitivity: all forces are alike, and of a single force it is not public"


@dataclass(frozen=True)
class Pooled:
    """Total over total."""

    #: In the unit of the figure; without interval where it can't be estimated.
    value: float | None = None
    lo: float | None = None
    hi: float | None = None
    #: Why there is no value; empty where there is one.
    reason: str = ""
    #: Cases whose state is not known for each 100 counted.
    unknown_pct: float = 0.0


def dominated(gathered: Gathered, rules: National) -> bool:
    """Whether one force holds more of the total than the rule allows."""
    for column in ("numerator", "denominator"):
        shares = gathered.used[column]
        total = shares.sum()
        if total > 0 and 100 * shares.max() / total > rules.max_force_share_pct:
            return True
    return False


def all_alike(gathered: Gathered) -> bool:
    """Whether the total tells the figure of every force: they are all the same, none or all of it."""
    return bool(np.ptp(gathered.used["value"]) < 1e-9)


def pooled(gathered: Gathered, rules: National, public: bool, log: Log) -> Pooled | None:
    """The figure of all compared forces together.

    None where the figure is no total over a total, as a median.

    Notes
    -----
    Total over total.  The interval is that of a regression with nothing but a constant (binomial on the logit scale
    for shares, Poisson for rates) with the cluster-robust variance, each force a cluster, and Student's t: forces
    differ by more than chance, and an interval of chance alone would say of millions of crimes that all is known to the
    second decimal.  Its width tells how much forces differ, not how many cases there were, so nothing can be worked
    out from it on who was left out.
    """
    if gathered.kind == "plain":
        return None
    used = gathered.used
    if len(used) < rules.min_forces_pooled:
        rule = f"min_forces_pooled: fewer than {rules.min_forces_pooled} forces"
        log.add("rates", gathered.indicator, "value", rule, "whole", f"{len(used)} forces")
        return Pooled(reason=f"Fewer than {rules.min_forces_pooled} forces have a figure.")
    if dominated(gathered, rules):
        rule = f"max_force_share_pct: one force holds more than {rules.max_force_share_pct:g}% of the total"
        log.add("rates", gathered.indicator, "value", rule, "whole", pool(gathered).value)
        return Pooled(reason="One force holds too much of the total.")
    value = pool(gathered).value
    if not public and all_alike(gathered):
        log.add("rates", gathered.indicator, "value", UNANIMOUS, "whole", value)
        return Pooled(reason="It would tell the figure of every force, which is not public.")
    counted, unknown = used["denominator"].sum(), used["unknown"].fillna(0).sum()
    return Pooled(float(value), *_interval(gathered), unknown_pct=100 * unknown / counted if counted else 0.0)


def _interval(gathered: Gathered) -> tuple[float | None, float | None]:
    used = gathered.used[gathered.used["denominator"] > 0]
    y, n = used["numerator"].to_numpy(float), used["denominator"].to_numpy(float)
    rates = y / n
    # Without any difference between forces, or at either end, there is nothing to estimate a spread from.
    at_end = y.sum() == 0 or (gathered.kind != "rate" and (y.sum() == n.sum() or (y > n).any()))
    if len(used) < 2 or at_end or np.ptp(rates) < 1e-12:
        return None, None
    constant = np.ones((len(y), 1))
    if gathered.kind == "rate":
        model = sm.GLM(y, constant, family=sm.families.Poisson(), exposure=n)
    else:
        model = sm.GLM(np.column_stack([y, n - y]), constant, family=sm.families.Binomial())
    # Not HC1: of a GLM statsmodels leaves its correction for few units out.
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": np.arange(len(y))}, use_t=True)
    lo, hi = fitted.conf_int(alpha=1 - CONFIDENCE)[0]
    back = np.exp if gathered.kind == "rate" else lambda v: 1 / (1 + np.exp(-v))
    return float(gathered.multiplier * back(lo)), float(gathered.multiplier * back(hi))


# A figure by part of the country: parts so large that none of them is a force.


@dataclass(frozen=True)
class AreaFigure:
    """Total over total in each area, rounded to whole numbers."""

    #: By area, in the order of the parameters.
    values: dict[str, int]
    #: The same as printed: ``63%``; what is more than none is never ``0%``, nor less than all ``100%``.
    words: dict[str, str]


def areas_of(params: Params) -> dict[str, tuple[str, ...]]:
    """The forces of each area: slugs by area."""
    rules = params.inspection.national
    regions = [region for inside in rules.areas.values() for region in inside]
    known = {f.region for f in params.territorial if f.region}
    twice = sorted({r for r in regions if regions.count(r) > 1})
    wrong = sorted(set(regions) ^ known) or twice
    if wrong:
        raise ParameterError(
            f"national.areas in params/inspection.yml: each region of params/forces.yml must stand in one area; "
            f"look at {', '.join(wrong)}. Regions: {', '.join(sorted(known))}."
        )
    found = {a: tuple(f.slug for f in params.territorial if f.region in inside) for a, inside in rules.areas.items()}
    for area, forces in found.items():
        if len(forces) < rules.min_forces_per_area:
            raise ParameterError(
                f"national.areas in params/inspection.yml: {area} has {len(forces)} forces, fewer than "
                f"min_forces_per_area ({rules.min_forces_per_area}). Join it to another area."
            )
    return found


def area_figure(gathered: Gathered, params: Params, public: bool, log: Log) -> AreaFigure | None:
    """The figure of each area.

    None where it is no percentage of a total, or an area breaks the rules: with the figure of the whole country the
    others would give that of one area back, so all or none are shown.
    """
    if gathered.kind == "plain" or gathered.unit != "%":
        return None
    rules, values, words = params.inspection.national, {}, {}
    for area, forces in areas_of(params).items():
        inside = gathered.only(forces)
        value = pool(inside).value
        rule = _broken(area, inside, rules, public)
        if rule:
            log.add("areas", gathered.indicator, "", rule, "whole", f"{area}: {value:.1f}")
            return None
        values[area], words[area] = round(value), _say(value)
    return AreaFigure(values, words)


def _broken(area: str, inside: Gathered, rules: National, public: bool) -> str:
    """The rule by which the figure of an area can't be shown; empty where it can."""
    if len(inside.used) < rules.min_forces_per_area:
        return f"min_forces_per_area: fewer than {rules.min_forces_per_area} forces in {area} have a figure"
    if dominated(inside, rules):
        return f"max_force_share_pct: one force holds more than {rules.max_force_share_pct:g}% of {area}"
    return "" if public or not all_alike(inside) else f"{UNANIMOUS} ({area})"


def _say(value: float) -> str:
    if 0 < value < 0.5:
        return "under 1%"
    return "over 99%" if 99.5 <= value < 100 else f"{round(value)}%"


# How forces are spread over the values of a figure, in bins wide enough that none of them singles anybody out.

#: Bins tried before they are merged.
_TRIED = 10


@dataclass(frozen=True)
class Distribution:
    """Forces by the value of a figure."""

    #: Between the bins: one fewer than bins.  The first and the last bin are open, so no greatest and no smallest value
    #: is told.
    edges: tuple[float, ...]
    #: Of the forces with a figure, in per cent, rounded.
    shares: tuple[int, ...]
    #: ``under 60%``, ``60% to under 80%``, ``80% or more``.
    labels: tuple[str, ...]


def distribution(gathered: Gathered, rules: National, total: int, log: Log) -> Distribution | None:
    """The spread of a figure over forces.

    None where two bins of the rule can't be filled, or where the rounded shares would still tell how many forces
    have no figure though these are few.

    Notes
    -----
    Of round steps neighbouring ones are merged, from the lowest value upwards, until each bin holds
    ``min_forces_per_bin`` forces.  Shares are rounded since exact ones give away how many forces they are of.
    """
    values = np.sort(gathered.used["value"].to_numpy(float))
    edges, counts = merged(values, _steps(values, gathered.unit), rules.min_forces_per_bin)
    rule = f"min_forces_per_bin: at least {rules.min_forces_per_bin} forces in each bin"
    if len(counts) < 2:
        log.add("distributions", gathered.indicator, "", rule, "whole", f"{len(values)} forces in {len(counts)} bin")
        return None
    step = rules.round_share_pct
    shares = tuple(_rounded(count, len(values), step) for count in counts)
    missing = total - len(values)
    if 0 < missing < rules.min_forces and not hides(shares, total, rules):
        rule = f"min_forces: rounded shares tell how many of fewer than {rules.min_forces} forces have no figure"
        log.add("distributions", gathered.indicator, "", rule, "whole", f"{missing} forces without a figure")
        return None
    return Distribution(edges, shares, _labels(edges, gathered.unit, _whole(values, gathered.unit)))


def merged(values: np.ndarray, steps: Sequence[float], least: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Neighbouring steps joined until each bin holds enough: the edges between bins, and the values in each bin."""
    edges: list[float] = []
    counts: list[int] = []
    low = -math.inf
    for edge in steps:
        inside = int(((values >= low) & (values < edge)).sum())
        if inside >= least:
            edges.append(float(edge))
            counts.append(inside)
            low = edge
    rest = int((values >= low).sum())
    if rest >= least or not counts:
        counts.append(rest)
    else:
        # What is left at the top joins the bin before it.
        counts[-1] += rest
        edges.pop()
    return tuple(edges), tuple(counts)


def hides(shares: Sequence[int], total: int, rules: National) -> bool:
    """Whether the shares agree with each small number of forces without a figure."""
    for missing in range(1, rules.min_forces):
        n = total - missing
        ends = []
        for share in shares:
            fits = [c for c in range(rules.min_forces_per_bin, n + 1) if _rounded(c, n, rules.round_share_pct) == share]
            if not fits:
                return False
            ends.append((fits[0], fits[-1]))
        if not sum(lo for lo, _ in ends) <= n <= sum(hi for _, hi in ends):
            return False
    return True


def _rounded(count: int, of: int, step: int) -> int:
    return step * math.floor(100 * count / of / step + 0.5)


def _steps(values: np.ndarray, unit: str) -> list[float]:
    """Round edges: tenths of a hundred for percentages, else round steps over the range of the middle forces."""
    if unit == "%":
        return [float(v) for v in range(10, 100, 10)]
    # The steps must not follow one extreme force, or they would tell of it.
    low, high = np.quantile(values, (0.1, 0.9))
    whole = _whole(values, unit)
    if low <= 0 <= high or low < 0.4 * high:
        return nice_ticks(float(low), float(high), _TRIED, whole)
    step = float(np.diff(nice_ticks(0, float(high - low) or 1.0, _TRIED, whole))[0])
    return [float(i * step) for i in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _labels(edges: Sequence[float], unit: str, counts: bool) -> tuple[str, ...]:
    """Words for each bin; the unit is in the heading of the table but for percentages."""
    if counts:
        whole = [int(edge) for edge in edges]
        inner = [f"{a}" if b == a + 1 else f"{a:,} to {b - 1:,}" for a, b in zip(whole, whole[1:], strict=False)]
        first = "none" if whole[0] == 1 else f"fewer than {whole[0]:,}"
        return (first, *inner, f"{whole[-1]:,} or more")
    mark = "%" if unit == "%" else ""
    texts = [f"{edge:,.10g}{mark}" for edge in edges]
    inner = [f"{a} to under {b}" for a, b in zip(texts, texts[1:], strict=False)]
    return (f"under {texts[0]}", *inner, f"{texts[-1]} or more")


def _whole(values: np.ndarray, unit: str) -> bool:
    """Whether a figure is a whole number in every force."""
    return (unit in COUNTS or unit in ("0-4", "months", "areas")) and bool((values % 1 == 0).all())


# The pictures of the national report, drawn from what is published and nothing else.

#: Colour, colour of the number on it, and words of each state.
_STATES = {
    "supported": (style.COLOURS[0], style.PAPER, "Supported"),
    "contradicted": (style.PAIR[1], style.INK, "Contradicted"),
    "undecided": (style.GRID, style.INK, "Not determinable"),
    "not_assessed": (style.PAPER, style.INK, "Not assessed"),
}
_WITHHELD = {"facecolor": style.PAPER, "edgecolor": style.AXIS, "linewidth": 0.6, "hatch": "////"}
_ROW_MM, _BAR_MM = 7.0, 4.6


class _Marked:
    """A sheet that bears the embargo below its content, where there is one."""

    def __init__(self, height: float, synthetic: bool, embargo: str) -> None:
        self.sheet = Sheet(height + (6 if embargo else 0), synthetic)
        if embargo:
            self.sheet.text(0, height + 3, embargo, size=style.SMALL_SIZE, weight="bold")


@style.house_style()
def verdict_chart(rows: Sequence[Row], name: str, subtitle: str, source: str, synthetic: bool, embargo: str) -> Chart:
    """A bar for each claim, divided by verdict; what is withheld is hatched as one piece."""
    hidden = any(None in [row.shown[s] for s in _STATES] for row in rows)
    used = [s for s in _STATES if any(row.shown[s] for row in rows)]
    key = [
        KeyEntry(_STATES[s][2], band={"facecolor": _STATES[s][0], "edgecolor": style.AXIS, "linewidth": 0.6})
        for s in used
    ]
    key += [KeyEntry("Withheld: few forces, or what would tell how few", band=_WITHHELD)] if hidden else []
    height = _ROW_MM * len(rows) + key_height(0, key) + 3
    sheet = _Marked(height, synthetic, embargo).sheet
    left = 14.0
    scale = (style.LETTER_WIDTH_MM - left - 1) / rows[0].total
    for number, row in enumerate(rows):
        _bar(sheet, row, left, scale, _ROW_MM * number)
    sheet.key(0, _ROW_MM * len(rows) + 2, key)
    data = pd.DataFrame(
        [{"claim": r.id, **{s: r.cell(s, "[c]") for s in _STATES}, "all_forces": r.total} for r in rows]
    )
    return finish(
        sheet,
        Words(name, subtitle, source, None, synthetic),
        headline=f"Of {len(rows)} claims, {_in_most(rows)}",
        alt=_alt(f"Stacked bars of forces by verdict for {len(rows)} claims, of which {_in_most(rows)}", embargo),
        data=_marked(data, embargo),
    )


def _in_most(rows: Sequence[Row]) -> str:
    """How many claims have a verdict in more than half of the forces, as far as counts are shown."""
    told = []
    for state in ("supported", "contradicted"):
        count = sum(2 * (row.shown[state] or 0) > row.total for row in rows)
        more = any(row.shown[state] is None and state not in row.small for row in rows)
        least, known = ("at least " if more and count else ""), (" known to be" if more and not count else "")
        told.append(f"{least}{count or 'none'} {'is' if count < 2 else 'are'}{known} {state}")
    return f"{' and '.join(told)} in more than half of the forces"


def _bar(sheet: Sheet, row: Row, left: float, scale: float, top: float) -> None:
    sheet.text(0, top + _ROW_MM / 2, row.id, size=style.SMALL_SIZE)
    at, y = left, top + (_ROW_MM - _BAR_MM) / 2
    for state, (colour, ink, _) in _STATES.items():
        count = row.shown[state]
        if count:
            sheet.band(at, y, count * scale, _BAR_MM, facecolor=colour, edgecolor=style.PAPER, linewidth=0.8)
            if colour == style.PAPER:
                sheet.band(at, y, count * scale, _BAR_MM, facecolor=colour, edgecolor=style.AXIS, linewidth=0.6)
            sheet.text(
                at + count * scale / 2, top + _ROW_MM / 2, str(count), size=style.SMALL_SIZE, ha="center", colour=ink
            )
            at += count * scale
    rest = left + row.total * scale - at
    if rest > 0.01:
        sheet.band(at, y, rest, _BAR_MM, **_WITHHELD)


@style.house_style()
def spread_chart(
    found: Distribution, label: str, name: str, subtitle: str, source: str, synthetic: bool, embargo: str
) -> Chart:
    """A bar for each bin, with the rounded share of forces at its end."""
    sheet = _Marked(_ROW_MM * len(found.shares) + 2, synthetic, embargo).sheet
    left = max(text_width(text, style.SMALL_SIZE) for text in found.labels) + 3
    scale = (style.LETTER_WIDTH_MM - left - 14) / max(found.shares)
    for number, (text, share) in enumerate(zip(found.labels, found.shares, strict=True)):
        middle = _ROW_MM * (number + 0.5)
        sheet.text(left - 2, middle, text, size=style.SMALL_SIZE, ha="right")
        sheet.band(left, middle - _BAR_MM / 2, share * scale, _BAR_MM, facecolor=style.COLOURS[0])
        sheet.text(left + share * scale + 1.5, middle, f"{share}%", size=style.SMALL_SIZE)
    sheet.line([left, left], [0, _ROW_MM * len(found.shares)], color=style.AXIS, linewidth=0.8)
    top = max(range(len(found.shares)), key=lambda i: found.shares[i])
    # Labels of figures are names, often with an abbreviation at the beginning: they stay as they are.
    after = "," if ", " in label else ""
    message = f"{label}{after} came to {found.labels[top]} in about {found.shares[top]}% of the forces with a figure"
    data = pd.DataFrame({"value": found.labels, "share_of_forces_pct": found.shares})
    return finish(
        sheet,
        Words(name, subtitle, source, None, synthetic),
        headline=message,
        alt=_alt(f"Bar chart of shares of forces by value, where the tallest is: {message}", embargo),
        data=_marked(data, embargo),
    )


def _alt(text: str, embargo: str) -> str:
    return f"{embargo}. {text}" if embargo else text


def _marked(data: pd.DataFrame, embargo: str) -> pd.DataFrame:
    """Data files declare their level and bear the embargo like everything else."""
    data = data.assign(sensitivity="public")
    return data.assign(embargo=embargo) if embargo else data
