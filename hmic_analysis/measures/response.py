"""A2: how soon the first resource arrived, and whether within the target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from hmic_analysis.contracts.calls import GRADES
from hmic_analysis.measures.attendance import CANCELLED, OFFICER_INITIATED, Rules, contacts
from hmic_analysis.measures.base import Share, hours_between
from hmic_analysis.statistics.intervals import quantile_interval

#: A response longer than this is a record error rather than a response; it is counted and left out of times.
LONGEST_RESPONSE_HOURS = 24.0
Clock = Literal["call", "created", "dispatched"]
CLOCKS: dict[str, str] = {"call": "call_at", "created": "created_at", "dispatched": "dispatched_at"}


def response_times(
    incident: pd.DataFrame,
    deployment: pd.DataFrame,
    rules: Rules,
    clock: Clock = "created",
) -> pd.DataFrame:
    """Minutes from the start of the clock to the first arrival.

    Parameters
    ----------
    incident, deployment : pandas.DataFrame
        The tables of those names.
    rules : Rules
        What counts as having attended.
    clock : str
        When the clock starts: ``call``, ``created`` or ``dispatched``.  An incident without that time has no
        response time.

    Returns
    -------
    pandas.DataFrame
        One row per attended incident: ``incident_id``, ``grade``, ``local_grade``, ``area_type``, ``origin``,
        ``minutes`` (missing where it can't be told), ``note`` (``before the clock``, ``over 24 hours``,
        ``no start``; blank where all is well).  Times with a note are counted, and left out of every median.
    """
    seen = contacts(deployment, rules)
    first = seen[seen["any_arrived"]].groupby("incident_id")["at_scene_at"].min().rename("first_at_scene")
    not_calls = [result for result in rules.excluded_results if result != CANCELLED]
    columns = ["incident_id", "grade", "local_grade", "area_type", "origin", CLOCKS[clock]]
    table = incident.loc[~incident["result"].isin(not_calls).to_numpy(dtype=bool), columns]
    table = table.drop_duplicates("incident_id").merge(first, left_on="incident_id", right_index=True)
    hours = hours_between(table[CLOCKS[clock]], table["first_at_scene"])
    note = pd.Series("", index=table.index, dtype="object")
    note[hours.isna()] = "no start"
    note[hours < 0] = "before the clock"
    note[hours > LONGEST_RESPONSE_HOURS] = "over 24 hours"
    table["minutes"] = (hours * 60).where(note == "")
    table["note"] = note
    return table.drop(columns=[CLOCKS[clock], "first_at_scene"]).reset_index(drop=True)


def within_target(times: pd.DataFrame, target: Callable[[str, str | None], float | None]) -> pd.DataFrame:
    """Whether each attended incident met the target of its grade and area.

    Parameters
    ----------
    times : pandas.DataFrame
        Result of :func:`response_times`.
    target : callable
        From grade and area type (None where not known) to minutes; None where there is no target.

    Returns
    -------
    pandas.DataFrame
        ``times`` with ``target`` (minutes; missing where the grade has none, or its targets differ by area and the
        area is not known) and ``in_target`` (nullable boolean; missing where the response time is not known).
    """
    keys = times[["grade", "area_type"]].astype("object")
    keys = keys.where(keys.notna(), None)
    minutes = {
        (grade, area): target(grade, area) if grade else None
        for grade, area in keys.drop_duplicates().itertuples(index=False)
    }
    wanted = pd.Series(
        [minutes[k] for k in keys.itertuples(index=False, name=None)], index=times.index, dtype="float64"
    )
    known = times["minutes"].notna() & wanted.notna()
    in_target = pd.Series(times["minutes"] <= wanted, dtype="boolean").mask(~known)
    return times.assign(target=wanted, in_target=in_target)


def target_shares(times: pd.DataFrame) -> dict[str, Share]:
    """Arrivals within target by grade, and by grade and area where the area is known.

    Parameters
    ----------
    times : pandas.DataFrame
        Result of :func:`within_target`.

    Returns
    -------
    dict of str to Share
        ``emergency``, ``emergency, urban`` ...; incidents begun by officers, and grades without a target, are left
        out.
    """
    rows = times[(times["target"].notna() & (times["origin"] != OFFICER_INITIATED).fillna(True)).to_numpy(dtype=bool)]
    shares = {}
    for grade, part in rows.groupby("grade", observed=True):
        shares[str(grade)] = Share.of(part["in_target"], part["incident_id"])
        for area, piece in part.groupby("area_type", observed=True):
            shares[f"{grade}, {area}"] = Share.of(piece["in_target"], piece["incident_id"])
    return shares


def response_summary(times: pd.DataFrame) -> pd.DataFrame:
    """Median and 90th centile of the response time by grade, incidents begun by officers apart.

    Parameters
    ----------
    times : pandas.DataFrame
        Result of :func:`within_target`.

    Returns
    -------
    pandas.DataFrame
        ``group``, ``label`` (with the force's own name of the grade where it gives one), ``n`` (response times),
        ``median``, ``median_lo``, ``median_hi`` (95 % interval), ``p90``, ``target`` (minutes; missing where it is
        none or not the same for all), ``targets`` (text, where there are several), ``before_clock``,
        ``over_24_hours``, ``no_start`` (arrivals left out).
    """
    own = times["origin"].eq(OFFICER_INITIATED).fillna(False).astype(bool)
    grade = times["grade"].astype("object").where(times["grade"].notna(), "no grade")
    local = times["local_grade"].astype("object").where(times["local_grade"].notna(), grade)
    order = {name: number for number, name in enumerate((*GRADES, "no grade"))}
    # Several of a force's own grades may be one of the standard ones; they are shown as the force knows them.
    key = grade.map(order).fillna(len(order)).astype(int).astype(str) + " " + local.astype(str)
    words = grade.str.replace("_", " ").str.capitalize()
    label = words.where(local == grade, words + " (" + local.astype(str) + ")")
    groups = times.assign(group=key.where(~own, "9 officer initiated"), label=label.where(~own, "Begun by officers"))
    rows = [_summary_row(name, part) for name, part in groups.groupby("group", sort=True)]
    columns = ["group", "label", "n", "median", "median_lo", "median_hi", "p90", "target", "targets",
               "before_clock", "over_24_hours", "no_start"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _summary_row(name: str, part: pd.DataFrame) -> dict[str, object]:
    minutes = part["minutes"].dropna().to_numpy(dtype=float)
    limits = quantile_interval(minutes, 0.5)
    targets = [] if name.startswith("9") else sorted(part["target"].dropna().unique())
    return {
        "group": name,
        "label": str(part["label"].iloc[0]),
        "n": len(minutes),
        "median": float(np.median(minutes)) if len(minutes) else np.nan,
        "median_lo": limits.lo,
        "median_hi": limits.hi,
        "p90": float(np.quantile(minutes, 0.9)) if len(minutes) else np.nan,
        "target": float(targets[0]) if len(targets) == 1 else np.nan,
        "targets": " or ".join(f"{t:g}" for t in targets) + " min" if len(targets) > 1 else "",
        "before_clock": int((part["note"] == "before the clock").sum()),
        "over_24_hours": int((part["note"] == "over 24 hours").sum()),
        "no_start": int((part["note"] == "no start").sum()),
    }
