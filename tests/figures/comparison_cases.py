"""Made-up frames for the charts of a comparison between forces: everyday ones, and ones that break careless layouts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from hmic_analysis.figures.chart import Chart, Words
from hmic_analysis.figures.control import control_chart
from hmic_analysis.figures.forces import FunnelLines, forces_compared, funnel_plot
from hmic_analysis.figures.maps import TILES, figure_map, verdict_map
from hmic_analysis.figures.series import interrupted_chart

LONG = "The constabulary of a county whose name goes on and on, as they are written when nobody stops them"
SYNTHETIC = {"synthetic": True}


def forces(count: int = 43) -> pd.DataFrame:
    """Forces of ever larger size; every fourth lies high, the first without a figure."""
    slugs = list(TILES)[:count]
    n = np.geomspace(900, 700_000, count)
    value = 78 + 9 * np.sin(np.arange(count) * 1.7)
    frame = pd.DataFrame(
        {
            "force": slugs,
            "label": [s.replace("-", " ").title() for s in slugs],
            "value": value,
            "denominator": n,
            "n": n.round(),
            "lo": value - 300 / np.sqrt(n),
            "hi": np.minimum(value + 300 / np.sqrt(n), 100),
            "why": "",
            "similar": [i % 6 == 0 for i in range(count)],
        }
    )
    frame["position"] = np.select([value > 86.5, value < 69.5], ["far_above", "far_below"], "inside")
    if count > 3:
        frame.loc[0, ["value", "lo", "hi"]] = np.nan
        frame.loc[0, "why"] = "not run"
        frame.loc[0, "position"] = None
    return frame


def lines(top: float = 735_000, judged: bool = True, wide: float = 9.0) -> FunnelLines:
    at = np.linspace(0.05, 1, 60) ** 2 * top
    reach = np.sqrt(wide**2 + 160**2 / at * 4)
    frame = pd.DataFrame(
        {
            "denominator": at,
            "lo_inner": np.clip(78 - reach, 0, 100),
            "hi_inner": np.clip(78 + reach, 0, 100),
            "lo_outer": np.clip(78 - 1.6 * reach, 0, 100),
            "hi_outer": np.clip(78 + 1.6 * reach, 0, 100),
        }
    )
    return FunnelLines(frame, 78.0, method="Limits widened for overdispersion.", judged=judged)


NO_LINES = FunnelLines(pd.DataFrame(columns=["denominator", "lo_inner", "hi_inner", "lo_outer", "hi_outer"]))


def months(
    values: list[float],
    centre=300.0,
    reach=40.0,
    rules: dict[int, str] | None = None,
    meant="special_cause_neutral_high",
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "month": pd.date_range("2011-01-01", periods=len(values), freq="MS"),
            "value": values,
            "centre": centre,
            "lower": centre - reach,
            "upper": centre + reach,
            "rule": "",
            "point_type": "common_cause",
            "segment": 0,
            "change": "",
        }
    )
    for at, rule in (rules or {}).items():
        frame.loc[at, ["rule", "point_type"]] = [rule, meant]
    return frame


def rebased() -> pd.DataFrame:
    frame = months([300 + 9 * ((i * 7) % 5 - 2) for i in range(36)], rules={4: "above_limit", 30: "shift_below"})
    for start, level, name in ((12, 260.0, "New recording system"), (14, 240.0, LONG), (24, 200.0, "Merger")):
        frame.loc[start:, ["segment", "centre", "lower", "upper"]] = [start, level, level - 30, level + 30]
        frame.loc[start:, "change"] = name
        frame.loc[start:, "value"] = frame.loc[start:, "value"] - 35
    frame.loc[[9, 20], "value"] = np.nan
    return frame


def series(count: int = 40, fitted: bool = True) -> pd.DataFrame:
    time = np.arange(count)
    gone = 1000 - 4.0 * time
    model = np.where(time >= 26, gone - 120, gone)
    frame = pd.DataFrame(
        {
            "month": pd.date_range("2010-01-01", periods=count, freq="MS"),
            "value": model + 15 * np.sin(time),
            "fitted": model if fitted else np.nan,
            "counterfactual": np.where(time >= 26, gone, np.nan) if fitted else np.nan,
        }
    )
    return frame


def verdicts() -> pd.DataFrame:
    words = ["supported"] * 20 + ["contradicted"] * 10 + ["not_determinable"] * 10 + [None] * 3
    return pd.DataFrame({"force": list(TILES), "label": list(TILES), "verdict": words})


WORDS = {"saved": "1,506 hours saved", "naive": "Bare comparison: 2,876 hours fewer in all"}
RULES = {2: "above_limit", 5: "below_limit", 9: "trend_up", 12: "two_in_three_above", 15: "shift_below"}

COMPARISON_CASES: dict[str, Callable[[], Chart]] = {
    "funnel-everyday": lambda: funnel_plot(forces(), lines(), words=Words("drawn", synthetic=True), highlight="Cleveland", what="Recorded crimes attended", units_name="crimes"),
    "funnel-names": lambda: funnel_plot(forces(), lines(), highlight="Cleveland", name_others=True),
    "funnel-three": lambda: funnel_plot(
        forces(3).assign(position=None), lines(800_000, False, 0.2), highlight="Durham"
    ),
    "funnel-no-lines": lambda: funnel_plot(forces(3).assign(position=None), NO_LINES),
    "funnel-one-force": lambda: funnel_plot(forces(1).assign(position=None), NO_LINES, highlight="Northumbria"),
    "funnel-equal": lambda: funnel_plot(forces().assign(value=100.0, position="inside"), lines()),
    "funnel-zeros": lambda: funnel_plot(forces().assign(value=0.0, position="inside"), NO_LINES),
    "funnel-long": lambda: funnel_plot(
        forces().assign(label=[f"{i} {LONG}" for i in range(43)], position="far_above"), lines(),
        highlight=f"8 {LONG}", name_others=True, units_name=LONG,
    ),
    "funnel-huge": lambda: funnel_plot(
        forces().assign(value=lambda f: f["value"] * 1e9, denominator=lambda f: f["denominator"] * 1e7), NO_LINES,
        unit="per 1,000 crimes",
    ),
    "funnel-small-n": lambda: funnel_plot(forces(3).assign(denominator=[10, 11, 12], position=None), NO_LINES),
    "compared-everyday": lambda: forces_compared(forces(), words=Words("drawn", synthetic=True), references={"All other forces": 79.1, "Similar forces": 77.2}, highlight="Cleveland", similar_name="Similar force (computed by this package, not the Home Office's most similar group)"),
    "compared-eight": lambda: forces_compared(
        forces()[lambda f: f["similar"]], references={"All other forces": 79.1, "Similar forces": 79.2}, highlight="Merseyside"
    ),
    "compared-own-missing": lambda: forces_compared(forces(), references={"All other forces": 79.1}, highlight="Northumbria"),
    "compared-three": lambda: forces_compared(forces(3)),
    "compared-long": lambda: forces_compared(
        forces(12).assign(label=[f"{i} {LONG}" for i in range(12)]), references={LONG: 50.0}, highlight=f"3 {LONG}"
    ),
    "compared-rates": lambda: forces_compared(
        forces().assign(value=np.linspace(8, 21, 43), lo=None, hi=None), references={"All forces": 13.4},
        unit="per 1,000 residents", units_name="residents",
    ),
    "compared-zeros": lambda: forces_compared(forces(5).assign(value=0.0, lo=0, hi=0)),
    "map-everyday": lambda: figure_map(forces(), words=Words("drawn", synthetic=True), what="Recorded crimes attended"),
    "map-three": lambda: figure_map(forces(3)),
    "map-equal": lambda: figure_map(forces().assign(value=100.0)),
    "map-extreme": lambda: figure_map(
        forces().assign(value=lambda f: np.where(f["force"] == "metropolitan", 4.1e9, 1.5)), unit="count"
    ),
    "map-long": lambda: figure_map(forces().assign(label=LONG), unit="per 1,000 residents"),
    "map-zeros": lambda: figure_map(forces().assign(value=0.0), unit="count"),
    "verdicts-everyday": lambda: verdict_map(verdicts(), words=Words("drawn", synthetic=True), claim="claim A2b"),
    "verdicts-one": lambda: verdict_map(verdicts().head(1)),
    "control-everyday": lambda: control_chart(months([300 + 8 * ((i * 7) % 5 - 2) for i in range(24)], rules=RULES), words=Words("drawn", synthetic=True), method="XmR chart."),
    "control-rebased": lambda: control_chart(rebased(), what="Burglaries recorded a month"),
    "control-no-limits": lambda: control_chart(months([3, 4, 5], centre=np.nan), method="No limits: 3 values."),
    "control-one-month": lambda: control_chart(months([3.0], centre=np.nan)),
    "control-percent": lambda: control_chart(months([97.0, 99, 98, 99.97] * 5, centre=98.2, reach=4), unit="%"),
    "control-negative": lambda: control_chart(months([-4.0, 3, -2, 5] * 4, centre=0.0, reach=9), unit="points"),
    "control-crowded": lambda: control_chart(months([1000.0 + i % 3 for i in range(240)], centre=1001.0, reach=0.5)),
    "interrupted-everyday": lambda: interrupted_chart(series(), "2012-03", words=Words("drawn", synthetic=True), change_name="Mobile devices issued", method="AR(1).", **WORDS),
    "interrupted-refused": lambda: interrupted_chart(series(20, False), "2011-03", **WORDS),
    "interrupted-long": lambda: interrupted_chart(
        series(200), "2012-03", change_name=LONG, unit="hours per year", saved=LONG, naive=LONG
    ),
    "interrupted-gaps": lambda: interrupted_chart(
        series().assign(value=lambda f: f["value"].where(f.index % 7 != 3)), "2012-03", **WORDS
    ),
}  # fmt: skip
