"""A1 and A2: which crimes and incidents were attended, and how soon.

``attended``: at least one resource at the scene, of a type that counts, before the crime was closed, or an
appointment kept face to face.  Not attended: telephone, online or desk-based handling, a station front counter (a
value of its own), or every resource stood down.  Not known: no linked incident, or a resource assigned with neither
an arrival nor a reason for its absence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from hmic_analysis.contracts.calls import GRADES
from hmic_analysis.measures.base import Share, hours_between
from hmic_analysis.measures.recording import recorded_crimes
from hmic_analysis.statistics.intervals import quantile_interval

#: Results that say why nobody came.
NO_VISIT_RESULTS = ("resolved_without_deployment", "information_only", "cancelled_by_caller")
#: Left out of attendance only if nobody was sent before the caller called it off.
CANCELLED = "cancelled_by_caller"
OFFICER_INITIATED = "officer_initiated"
#: A response longer than this is a record error rather than a response; it is counted and left out of times.
LONGEST_RESPONSE_HOURS = 24.0

Clock = Literal["call", "created", "dispatched"]
CLOCKS: dict[str, str] = {"call": "call_at", "created": "created_at", "dispatched": "dispatched_at"}


class Rules(Protocol):
    """What counts as having attended; the parameter section ``attendance`` has just these."""

    resource_types: Sequence[str]
    warranted_types: Sequence[str]
    contact_modes: Sequence[str]
    not_attended_modes: Sequence[str]
    excluded_results: Sequence[str]


def contacts(deployment: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """What each deployment amounts to.

    Parameters
    ----------
    deployment : pandas.DataFrame
        Table ``deployment``.
    rules : Rules
        What counts as having attended.

    Returns
    -------
    pandas.DataFrame
        One row per deployment: ``incident_id``, ``at_scene_at``, and flags ``arrived`` (face to face, a type that
        counts), ``officer_arrived``, ``any_arrived`` (whoever it was), ``counter``, ``stood_down``, ``remote``.
    """
    mode = deployment["contact_mode"].astype("object").where(deployment["contact_mode"].notna(), "scene")
    face_to_face = mode.isin(list(rules.contact_modes))
    came = deployment["at_scene_at"].notna() & face_to_face
    kind = deployment["resource_type"]
    return pd.DataFrame(
        {
            "incident_id": deployment["incident_id"],
            "at_scene_at": deployment["at_scene_at"],
            "arrived": came & kind.isin(list(rules.resource_types)).to_numpy(dtype=bool),
            "officer_arrived": came & kind.isin(list(rules.warranted_types)).to_numpy(dtype=bool),
            "any_arrived": came,
            "unknown_type": came & kind.isna(),
            "counter": mode == "counter",
            "remote": mode.isin(list(rules.not_attended_modes)) & (mode != "counter"),
            "stood_down": deployment["stood_down"].astype("boolean").fillna(False).astype(bool) & ~came,
        }
    )


def crime_attendance(
    crime: pd.DataFrame,
    incident: pd.DataFrame,
    incident_crime: pd.DataFrame,
    deployment: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """For each recorded crime, whether it was attended.

    Parameters
    ----------
    crime, incident, incident_crime, deployment : pandas.DataFrame
        The tables of those names.
    rules : Rules
        What counts as having attended.

    Returns
    -------
    pandas.DataFrame
        One row per recorded crime: ``crime_id``, ``offence_group``, ``state`` (``attended``, ``counter``,
        ``not_attended``, ``unknown``), ``attended`` and ``officer_attended`` (nullable booleans).
    """
    crimes = recorded_crimes(crime)[["crime_id", "offence_group", "report_route", "closed_at"]]
    links = incident_crime[["incident_id", "crime_id"]].drop_duplicates()
    pairs = links.merge(crimes[["crime_id", "closed_at"]], on="crime_id")

    # Arrivals are weighed crime by crime, since one incident's crimes may be closed at different times.
    seen = pairs.merge(contacts(deployment, rules), on="incident_id")
    in_time = seen["closed_at"].isna() | (seen["at_scene_at"] <= seen["closed_at"])
    flags = ["arrived", "officer_arrived", "unknown_type"]
    per_crime = (seen[flags].astype(bool).mul(in_time.astype(bool), axis=0)).groupby(seen["crime_id"]).max()

    per_incident = incident_state(incident, deployment, rules, any_resource=False)
    pairs = pairs.merge(per_incident, on="incident_id", how="left")
    pairs["state"] = pairs["state"].fillna("unknown")
    for state in ("unknown", "counter", "not_attended"):
        pairs[f"is_{state}"] = pairs["state"] == state
    states = pairs.groupby("crime_id")[["is_unknown", "is_counter", "is_not_attended"]].max()

    out = crimes.merge(per_crime, left_on="crime_id", right_index=True, how="left")
    out = out.merge(states, left_on="crime_id", right_index=True, how="left")
    has = {c: out[c].astype("boolean").fillna(False).astype(bool) for c in (*flags, *states.columns)}
    state = pd.Series("unknown", index=out.index, dtype="object")
    unlinked = ~(has["is_unknown"] | has["is_counter"] | has["is_not_attended"] | has["arrived"])
    # An incident that was attended only after this crime was closed leaves the crime unattended.
    attended_late = out["crime_id"].isin(pairs.loc[pairs["state"] == "attended", "crime_id"]).to_numpy(dtype=bool)
    state[has["is_not_attended"] | (attended_late & unlinked)] = "not_attended"
    state[has["is_counter"]] = "counter"
    state[unlinked & out["report_route"].eq("online").fillna(False).to_numpy(dtype=bool)] = "not_attended"
    state[unlinked & out["report_route"].eq("front_counter").fillna(False).to_numpy(dtype=bool)] = "counter"
    state[has["is_unknown"] | has["unknown_type"]] = "unknown"
    state[has["arrived"]] = "attended"

    attended = pd.Series(state == "attended", dtype="boolean").mask(state == "unknown")
    by_officer = pd.Series(has["officer_arrived"], dtype="boolean").mask(state == "unknown")
    return pd.DataFrame(
        {
            "crime_id": out["crime_id"],
            "offence_group": out["offence_group"],
            "state": state,
            "attended": attended,
            "officer_attended": by_officer,
        }
    ).reset_index(drop=True)


def incident_state(
    incident: pd.DataFrame, deployment: pd.DataFrame, rules: Rules, any_resource: bool = True
) -> pd.DataFrame:
    """For each incident, whether it was attended.

    Parameters
    ----------
    incident, deployment : pandas.DataFrame
        The tables of those names.
    rules : Rules
        What counts as having attended.
    any_resource : bool
        Whether the arrival of any resource is attendance, as for incidents, or only of a type that counts, as for
        crimes; a resource of unknown type then leaves it unknown.

    Returns
    -------
    pandas.DataFrame
        One row per incident: ``incident_id``, ``state`` (``attended``, ``counter``, ``not_attended``, ``unknown``).
    """
    seen = contacts(deployment, rules)
    if any_resource:
        seen = seen.assign(arrived=seen["any_arrived"], unknown_type=False)
    seen = seen.assign(
        open=~(seen["any_arrived"] | seen["counter"] | seen["remote"] | seen["stood_down"]),
        gone=seen["remote"] | seen["stood_down"],
    )
    flags = seen.groupby("incident_id")[["arrived", "unknown_type", "any_arrived", "counter", "open", "gone"]].max()
    table = incident[["incident_id", "result", "grade"]].drop_duplicates("incident_id")
    table = table.merge(flags, left_on="incident_id", right_index=True, how="left")
    has = {c: table[c].astype("boolean").fillna(False).astype(bool) for c in flags.columns}
    explained = table["result"].isin(list(NO_VISIT_RESULTS)).to_numpy(dtype=bool)
    explained = explained | table["grade"].eq("no_deployment").fillna(False).to_numpy(dtype=bool)
    state = pd.Series("unknown", index=table.index, dtype="object")
    # Someone came, but not of a type that counts: the crime or call was not attended as the policy means it.
    wrong_type = has["any_arrived"] & ~has["arrived"] & ~has["unknown_type"]
    state[explained | ((has["gone"] | wrong_type) & ~has["open"] & ~has["unknown_type"])] = "not_attended"
    state[has["counter"]] = "counter"
    state[has["arrived"]] = "attended"
    return pd.DataFrame({"incident_id": table["incident_id"], "state": state}).reset_index(drop=True)


def incident_attendance(incident: pd.DataFrame, deployment: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Attendance to calls for service.

    Parameters
    ----------
    incident, deployment : pandas.DataFrame
        The tables of those names.
    rules : Rules
        What counts as having attended.

    Returns
    -------
    pandas.DataFrame
        One row per incident that was a call for service (duplicates, tests, information only, as the rules
        say, and those cancelled by the caller before dispatch are left out): ``incident_id``, ``grade``,
        ``area_type``, ``origin``, ``attended`` (nullable boolean: any resource at the scene).
    """
    states = incident_state(incident, deployment, rules)
    table = incident.drop_duplicates("incident_id").merge(states, on="incident_id")
    dispatched = table["incident_id"].isin(deployment["incident_id"]) | table["dispatched_at"].notna()
    always = [result for result in rules.excluded_results if result != CANCELLED]
    left_out = table["result"].isin(always) | (table["result"].eq(CANCELLED).fillna(False) & ~dispatched)
    table = table[~left_out.to_numpy(dtype=bool)]
    attended = pd.Series(table["state"] == "attended", dtype="boolean").mask(table["state"] == "unknown")
    return table.assign(attended=attended)[["incident_id", "grade", "area_type", "origin", "attended"]].reset_index(
        drop=True
    )


def shares_by(frame: pd.DataFrame, by: str, state: str = "attended") -> dict[str, Share]:
    """Count a state within each group.

    Parameters
    ----------
    frame : pandas.DataFrame
    by : str
        Column of groups; blank ones are called ``not recorded``.
    state : str
        Column of nullable booleans.

    Returns
    -------
    dict of str to Share
        In the order of size, largest first.
    """
    group = frame[by].astype("object").where(frame[by].notna(), "not recorded")
    shares = {str(name): Share.of(part) for name, part in frame[state].groupby(group)}
    return dict(sorted(shares.items(), key=lambda item: (-item[1].total, item[0])))


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
        shares[str(grade)] = Share.of(part["in_target"])
        for area, piece in part.groupby("area_type", observed=True):
            shares[f"{grade}, {area}"] = Share.of(piece["in_target"])
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


def split_origin(calls: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Incidents that came to the force, and those that its officers began themselves.

    Parameters
    ----------
    calls : pandas.DataFrame
        With the column ``origin``; a blank one counts as having come to the force.

    Returns
    -------
    tuple of pandas.DataFrame
    """
    own = calls["origin"].eq(OFFICER_INITIATED).fillna(False).to_numpy(dtype=bool)
    return calls[~own], calls[own]


def known(attended: pd.DataFrame) -> Share:
    """Crimes whose attendance can be set to yes or no.

    Parameters
    ----------
    attended : pandas.DataFrame
        Result of :func:`crime_attendance`.

    Returns
    -------
    Share
        ``yes``: known.
    """
    state = attended["attended"].notna()
    return Share(int(state.sum()), int((~state).sum()))


def states(attended: pd.DataFrame) -> pd.DataFrame:
    """Crimes by what the records say of attendance.

    Parameters
    ----------
    attended : pandas.DataFrame
        Result of :func:`crime_attendance`.

    Returns
    -------
    pandas.DataFrame
        ``state``, ``crimes``: every state, also an empty one.
    """
    names = ["attended", "counter", "not_attended", "unknown"]
    counts = attended["state"].value_counts().reindex(names, fill_value=0)
    return pd.DataFrame({"state": names, "crimes": counts.to_numpy(dtype=int)})
