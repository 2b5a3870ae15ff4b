"""Made-up frames for every chart: everyday ones, and ones that break careless layouts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from hmic_analysis.figures.chart import Chart, Words, no_data
from hmic_analysis.figures.rows import age_bands, counts
from hmic_analysis.figures.series import monthly_series, small_multiples_monthly
from hmic_analysis.figures.shares import paired_shares, proportions_by_group
from hmic_analysis.figures.spread import lag_distribution, response_times, week_profile
from tests.figures.comparison_cases import COMPARISON_CASES

OFFENCES = [
    "Violence against the person",
    "Burglary dwelling",
    "Burglary other",
    "Theft of vehicle",
    "Theft from vehicle",
    "Criminal damage",
    "Other theft",
]
LONG = [
    f"{number}. A label that goes on for two lines or three, as forces write them when nobody stops them"
    for number in range(1, 11)
] + [
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "$5 & $10_{x} <b>^2</b>",
]
VALUES = np.array([97.2, 99.1, 88.0, 80.4, 39.1, 70.2, 61.0])


def offence_shares() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": OFFENCES,
            "label": OFFENCES,
            "value": VALUES,
            "lo": VALUES - 2.5,
            "hi": np.minimum(VALUES + 2.1, 100),
            "lo_missing": VALUES * 0.93,
            "hi_missing": np.minimum(VALUES * 0.93 + 8, 100),
            "n": [12034, 3011, 2001, 780, 2900, 6500, 10003],
        }
    )


def shares(labels: list[str], value, group: list[str] | None = None, **more) -> pd.DataFrame:
    return pd.DataFrame({"group": group or labels, "label": labels, "value": value, **more})


def months(groups: dict[str, list[float]], start: str = "2012-12") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"month": month, "group": group, "value": value}
            for group, values in groups.items()
            for month, value in zip(
                pd.period_range(start, periods=len(values), freq="M").astype(str), values, strict=True
            )
        ]
    )


def wave(level: float, count: int = 12, phase: float = 0) -> list[float]:
    return list(np.round(level * (1 + 0.3 * np.sin(np.arange(count) / 2 + phase)), 2))


def week(gap: bool = False) -> pd.DataFrame:
    hour = np.arange(168)
    demand = 1 + 0.5 * np.sin((hour % 24 - 9) / 24 * 2 * np.pi) + 0.3 * (hour // 24 >= 4)
    staff = np.where((hour % 24 >= 7) & (hour % 24 < 22), 1.2, 0.8)
    frame = pd.DataFrame(
        {
            "week_hour": hour,
            "demand_share": 100 * demand / demand.sum(),
            "staff_share": 100 * staff / staff.sum(),
        }
    )
    if gap:
        frame.loc[30:55, "staff_share"] = np.nan
        frame.loc[[90, 92], "demand_share"] = np.nan
    return frame


def responses(labels: list[str], median, p90, **more) -> pd.DataFrame:
    return pd.DataFrame({"label": labels, "median": median, "p90": p90, "n": 1200, **more})


LAGS = pd.Series(np.random.default_rng(7).lognormal(1.6, 1.4, 1500))
ALL = {"synthetic": True}

CASES: dict[str, Callable[[], Chart]] = {
    "shares-everyday": lambda: proportions_by_group(offence_shares(), words=Words("drawn", synthetic=True), threshold=80, what="Recorded crimes attended", by="offence group", units_name="crimes"),
    "shares-one-row": lambda: proportions_by_group(offence_shares().head(1)),
    "shares-zeros": lambda: proportions_by_group(shares(OFFENCES, 0.0, lo=0, hi=0, n=0), threshold=0),
    "shares-some-missing": lambda: proportions_by_group(
        shares(["One", "Two", "Three"], [50, None, None], lo_missing=[40, 10, None], hi_missing=[60, 95, None]), threshold=50
    ),
    "shares-long": lambda: proportions_by_group(shares(LONG, np.linspace(0, 100, 12), ["Districts of the force"] * 6 + ["Shifts"] * 6, n=10**9), words=Words("drawn", synthetic=True), threshold=99.9, threshold_name="Test for the word consistently in the letter"),
    "shares-tiny": lambda: proportions_by_group(shares(["a", "b"], [0.0004, 0.01]), threshold=0.02),
    "shares-huge-unit": lambda: proportions_by_group(
        shares(["a", "b"], [4.2e11, 3.0], lo=[4.1e11, 1], hi=[4.3e11, 9]), unit="per 1,000 crimes"
    ),
    "shares-negative-unit": lambda: proportions_by_group(shares(["a", "b"], [-4.0, 12.5]), unit="points"),
    "shares-43-forces": lambda: proportions_by_group(shares([f"Force of the county number {i}" for i in range(43)], np.linspace(39, 100, 43), n=900), words=Words("drawn", synthetic=True), threshold=80),
    "shares-too-many": lambda: proportions_by_group(shares([f"Row {i}" for i in range(80)], 50.0)),
    "paired-everyday": lambda: paired_shares(pd.DataFrame(
            {
                "label": ["Crime", "Antisocial behaviour", "Public safety and welfare", "Transport", "Administration"],
                "share_count": [22.0, 31, 28, 12, 7],
                "share_hours": [41, 18, 30.5, 9, 1.5],
            }
        ), words=Words("drawn", synthetic=True)),
    "paired-one-row": lambda: paired_shares(pd.DataFrame({"label": ["x"], "share_count": [100], "share_hours": [0]})),
    "paired-half-missing": lambda: paired_shares(
        pd.DataFrame({"label": ["x", "y"], "share_count": [10, None], "share_hours": [None, 0.001]})
    ),
    "paired-long": lambda: paired_shares(
        pd.DataFrame({"label": LONG, "share_count": np.arange(12), "share_hours": 8.0})
    ),
    "paired-zeros": lambda: paired_shares(pd.DataFrame({"label": ["x", "y"], "share_count": 0, "share_hours": 0})),
    "series-everyday": lambda: monthly_series(months({"Burglary": wave(240, 24), "Violence against the person": wave(250, 24, 1), "Drugs": wave(60, 24, 2)}), words=Words("drawn", synthetic=True), what="Recorded crimes a month"),
    "series-crowded-ends": lambda: monthly_series(months({name: wave(1000) for name in LONG[:4]})),
    "series-one-month": lambda: monthly_series(months({"Burglary": [12]})),
    "series-gaps": lambda: monthly_series(
        months({"Burglary": [3, np.nan, 5, np.nan, np.nan, 8, 9, np.nan], "Nothing": [np.nan] * 8, "Drugs": [1] * 8})
    ),
    "series-zeros": lambda: monthly_series(months({"Burglary": [0, 0, 0]})),
    "series-huge": lambda: monthly_series(months({"Burglary": [2e12, 3.5e12, 1e12], "Drugs": [1, 2, 3]})),
    "series-tiny": lambda: monthly_series(months({"Burglary": [2e-7, 3e-7, 1e-7]}), unit="0-1"),
    "series-forty-years": lambda: monthly_series(months({"Burglary": wave(900, 480)}, "1974-05")),
    "series-negative": lambda: monthly_series(months({"Change": [-5, 3, -1]}), unit="points"),
    "series-percent": lambda: monthly_series(months({"Attended": [99.97, 80, 100]}), unit="%"),
    "multiples-everyday": lambda: small_multiples_monthly(months({f"Type {i}": wave(10 ** (i % 5), 12, i) for i in range(15)}), words=Words("drawn", synthetic=True)),
    "multiples-long": lambda: small_multiples_monthly(months({name: wave(12345678) for name in LONG})),
    "multiples-too-many": lambda: monthly_series(months({f"Type {i}": wave(9 + i) for i in range(19)})),
    "multiples-nasty": lambda: small_multiples_monthly(
        months(
            {"Zeros": [0, 0, 0], "Gaps": [np.nan, 4, np.nan], "None": [np.nan] * 3, "Minus": [-3, -2, -1], "x": [1, 2, 9]}
        )
    ),
    "multiples-one": lambda: small_multiples_monthly(months({"Burglary": [7]})),
    "week-everyday": lambda: week_profile(week(), words=Words("drawn", synthetic=True)),
    "week-gaps": lambda: week_profile(week(gap=True)),
    "week-one-side": lambda: week_profile(week().assign(staff_share=np.nan)),
    "week-zeros": lambda: week_profile(week().assign(staff_share=0, demand_share=0)),
    "week-one-hour": lambda: week_profile(
        week().assign(demand_share=[0] * 100 + [100] + [0] * 67), demand_name=LONG[0], staff_name=LONG[1]
    ),
    "times-everyday": lambda: response_times(responses(
            ["Emergency (1)", "Priority (2)", "Scheduled (3)", "Officer initiated"],
            [9, 32, 414, np.nan],
            [18.5, 81, 1038, np.nan],
            target=[np.nan, 60, 2880, np.nan],
            targets=["15 or 20 min", None, None, None],
        ), words=Words("drawn", synthetic=True)),
    "times-linear": lambda: response_times(responses(["Emergency", "Priority"], [9, 32], [18.5, 81], target=[15, 60])),
    "times-one-row": lambda: response_times(responses(["Emergency"], [9.2], [np.nan])),
    "times-zeros": lambda: response_times(responses(["Emergency", "Priority"], [0, 0], [0, 0])),
    "times-zero-on-log": lambda: response_times(responses(["a", "b", "c"], [0, 1, 400], [0.5, 9, 9000])),
    "times-long": lambda: response_times(
        responses(LONG, np.linspace(1, 90000, 12), np.linspace(5, 500000, 12), target=15, targets=None)
    ),
    "times-sections": lambda: response_times(
        responses(["North", "South"] * 2, [8, 9, 30, 44], [12, 19, 70, 90], group=["Emergency"] * 2 + ["Priority"] * 2)
    ),
    "times-tiny": lambda: response_times(responses(["a"], [0.02], [0.05])),
    "lag-everyday": lambda: lag_distribution(LAGS, words=Words("drawn", synthetic=True), marks={"72-hour limit": 72}),
    "lag-many-marks": lambda: lag_distribution(
        LAGS, marks={"Limit of 24 hours": 24, "Limit of 36 hours": 36, "Limit of 72 hours": 72, LONG[0]: 0}
    ),
    "lag-one": lambda: lag_distribution(pd.Series([3.2]), marks={"72-hour limit": 72}),
    "lag-zeros": lambda: lag_distribution(pd.Series([0.0, 0, 0]), marks={"72-hour limit": 72}),
    "lag-huge": lambda: lag_distribution(pd.Series([1e-4, 5, 3e7, None])),
    "ages-everyday": lambda: age_bands(pd.DataFrame(
            {
                "band": range(5),
                "label": ["7 days or less", "8 to 28 days", "29 to 90 days", "91 to 365 days", "More than 365 days"],
                "persons": [3, 14, 1290, 12, 2],
            }
        ), words=Words("age-bands", synthetic=True), min_count=5),
    "ages-withheld": lambda: age_bands(pd.DataFrame({"band": [0, 1], "label": ["a", "b"], "persons": ["[c]", "[c]"]})),
    "ages-one": lambda: age_bands(pd.DataFrame({"band": [0], "label": ["All"], "persons": [1]})),
    "counts-everyday": lambda: counts(pd.DataFrame({"label": ["System log", "Time and motion study", "Estimate"], "value": [0, 2, 6]}), words=Words("drawn", synthetic=True), what="Changes"),
    "counts-long": lambda: counts(pd.DataFrame({"label": LONG, "value": np.logspace(0, 12, 12).round()})),
    "counts-zeros": lambda: counts(pd.DataFrame({"label": ["a", "b"], "value": [0, 0]})),
    "counts-missing": lambda: counts(pd.DataFrame({"label": ["a", None], "value": [None, 4]})),
    "no-data": lambda: no_data("the force supplied no deployments, so nobody can tell which incidents were attended", words=Words("drawn", synthetic=True)),
    "no-data-long": lambda: no_data(" ".join(LONG * 2)),
    **COMPARISON_CASES,
}  # fmt: skip
