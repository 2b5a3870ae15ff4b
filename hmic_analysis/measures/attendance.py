"""A1 and A2: how crimes were recorded, which crimes and incidents were attended, and how soon."""

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from hmic_analysis.measures.base import Share, among, hours_between, open_blanks, unread

# A1: the route by which crime is recorded, and how long it takes.


def recorded_crimes(crime: pd.DataFrame) -> pd.DataFrame:
    """Crimes that count: notifiable, and not cancelled as a no-crime.

    Parameters
    ----------
    crime : pandas.DataFrame
        Table ``crime``; a blank ``is_notifiable`` is read as yes, a blank ``is_no_crime`` as no.

    Returns
    -------
    pandas.DataFrame
        One row per crime.
    """
    notifiable = crime["is_notifiable"].astype("boolean").fillna(True)
    cancelled = crime["is_no_crime"].astype("boolean").fillna(False)
    return crime[(notifiable & ~cancelled).to_numpy(dtype=bool)].drop_duplicates("crime_id")


def prior_incidents(
    crime: pd.DataFrame, incident: pd.DataFrame, incident_crime: pd.DataFrame, other_routes: Sequence[str]
) -> pd.DataFrame:
    """For each recorded crime, whether an incident was created before it.

    Parameters
    ----------
    crime, incident, incident_crime : pandas.DataFrame
        The tables of those names.  The link is many to many: a crime has a prior incident if any of its incidents
        was created at or before the crime record.
    other_routes : sequence of str
        Routes on which the public does not first call the force; their crimes are reported apart.

    Returns
    -------
    pandas.DataFrame
        One row per recorded crime: ``crime_id``, ``report_route``, ``is_public_route``, ``has_prior_incident``
        (boolean; missing where a link leads to an incident that is not there, times are not known, or it can't be
        read whether the crime counts),
        ``lag_hours`` from the earliest such incident to the record, ``is_linked`` whether any link names it.
    """
    found = recorded_crimes(crime)
    crimes = found[["crime_id", "report_route", "recorded_at", "recorded_month"]].assign(
        # Whether such a crime counts can't be read, or whether it counts among those that the public reported.
        doubtful=unread(found, "is_notifiable", "is_no_crime"),
        of_route=unread(found, "report_route"),
    )
    links = incident_crime[["incident_id", "crime_id"]].drop_duplicates()
    linked = links.merge(crimes, on="crime_id").merge(
        incident[["incident_id", "created_at", "created_month"]].drop_duplicates("incident_id"),
        on="incident_id",
        how="left",
    )
    by_time = linked["created_at"].notna() & linked["recorded_at"].notna()
    prior = pd.Series(pd.NA, index=linked.index, dtype="boolean")
    prior[by_time] = (linked["created_at"] <= linked["recorded_at"])[by_time]
    # Months alone tell the order only where they differ.
    by_month = ~by_time & (linked["created_month"] != linked["recorded_month"]).fillna(False)
    by_month &= linked["created_month"].notna() & linked["recorded_month"].notna()
    prior[by_month] = (linked["created_month"] < linked["recorded_month"])[by_month]
    linked["prior"] = prior

    lag = hours_between(linked["created_at"], linked["recorded_at"]).where(prior.fillna(False).astype(bool))
    summary = (
        linked.assign(any_prior=prior.fillna(False).astype(bool), any_unknown=prior.isna(), lag_hours=lag)
        .groupby("crime_id", sort=False)[["any_prior", "any_unknown", "lag_hours"]]
        .max()
    )
    out = crimes.merge(summary, left_on="crime_id", right_index=True, how="left")
    state = out["any_prior"].astype("boolean").fillna(False)
    unknown = (~state & out["any_unknown"].astype("boolean").fillna(False)) | out["doubtful"]
    out["has_prior_incident"] = state.mask(unknown | out["of_route"])
    out["lag_hours"] = out["lag_hours"].mask(out["doubtful"])
    out["is_public_route"] = ~out["report_route"].isin(list(other_routes))
    out["is_linked"] = among(out["crime_id"], links["crime_id"])
    columns = ["crime_id", "report_route", "is_public_route", "has_prior_incident", "lag_hours", "is_linked"]
    return out[columns].reset_index(drop=True)


def lags(prior: pd.DataFrame) -> pd.DataFrame:
    """Hours from the earliest prior incident to the crime record.

    ``crime_id``, ``lag_hours`` of the linked crimes with a prior incident; missing where times are not known, or
    whether there is one.  ``prior`` is what :func:`prior_incidents` gives.
    """
    perhaps = prior["has_prior_incident"].fillna(True) & prior["is_linked"]  # noqa: FBT003
    return prior.loc[perhaps.to_numpy(dtype=bool), ["crime_id", "lag_hours"]]


#: Days before the record of a crime in which an incident of the same victim is likely to be the report of it.
REPORT_DAYS = 3


def links_left_out(
    crime: pd.DataFrame, incident: pd.DataFrame, incident_crime: pd.DataFrame, other_routes: Sequence[str]
) -> int:
    """Recorded crimes without a link that a list of links may have lost.

    An incident which has no link either, and was not closed as something else, names the same victim and was created
    in the days before the record.

    Parameters
    ----------
    crime, incident, incident_crime : pandas.DataFrame
        The tables of those names.
    other_routes : sequence of str
        Routes on which the public does not first call the force; their crimes are left out.
    """
    crimes = recorded_crimes(crime)
    crimes = crimes[~among(crimes["crime_id"], incident_crime["crime_id"]) & ~crimes["report_route"].isin(other_routes)]
    alone = incident[~among(incident["incident_id"], incident_crime["incident_id"])]
    alone = alone[alone["category_close"].fillna("crime").eq("crime")]
    pairs = crimes[["crime_id", "victim_key", "recorded_at"]].dropna().merge(
        alone[["victim_key", "created_at"]].dropna(), on="victim_key"
    )  # fmt: skip
    lag = pairs["recorded_at"] - pairs["created_at"]
    return pairs.loc[lag.between(pd.Timedelta(0), pd.Timedelta(days=REPORT_DAYS)), "crime_id"].nunique()


def crime_with_incident(prior: pd.DataFrame) -> Share:
    """Crimes of public-report routes with a prior incident.

    ``prior`` is what :func:`prior_incidents` gives.

    Returns
    -------
    Share
        Crimes taken from Action Fraud, transferred in or found on arrest are left out; a crime whose route is not
        known is counted as reported by the public.
    """
    public = prior[prior["is_public_route"]]
    return Share.of(public["has_prior_incident"], public["crime_id"])


def routes(prior: pd.DataFrame) -> pd.DataFrame:
    """Crimes by the route on which they came, with those that have a prior incident.

    ``prior`` is what :func:`prior_incidents` gives.

    Returns
    -------
    pandas.DataFrame
        ``report_route`` (``not recorded`` where blank), ``crimes``, ``with_incident``, ``unknown``; most crimes first.
    """
    route = prior["report_route"].astype("object").where(prior["report_route"].notna(), "not recorded")
    state = prior["has_prior_incident"]
    table = (
        pd.DataFrame(
            {
                "report_route": route,
                "crimes": 1,
                "with_incident": state.fillna(False).astype(int),
                "unknown": state.isna().astype(int),
            }
        )
        .groupby("report_route")
        .sum()
    )
    return table.sort_values("crimes", ascending=False).reset_index()


# A1 and A2: which crimes and incidents were attended, and how soon.

NOT_DEMAND = ("duplicate", "test")
NOT_RECORDED = "not recorded"
#: Results that say why nobody came.
NO_VISIT_RESULTS = ("resolved_without_deployment", "information_only", "cancelled_by_caller")
#: Left out of attendance only if nobody was sent before the caller called it off.
CANCELLED = "cancelled_by_caller"
OFFICER_INITIATED = "officer_initiated"
#: Flag of a deployment whose blank arrival means, by what its source says of itself, that nobody came.
NOBODY_ARRIVED = "nobody_arrived"


class Rules(Protocol):
    """What counts as having attended; the parameter section ``attendance`` has just these."""

    resource_types: Sequence[str]
    warranted_types: Sequence[str]
    contact_modes: Sequence[str]
    not_attended_modes: Sequence[str]
    excluded_results: Sequence[str]


def contacts(deployment: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """What each deployment amounts to.

    Returns
    -------
    pandas.DataFrame
        One row per deployment: ``incident_id``, ``at_scene_at``, and flags ``arrived`` (face to face, a type that
        counts), ``officer_arrived``, ``any_arrived`` (whoever it was), ``counter``, ``stood_down`` (also where a blank
        arrival means that nobody came), ``remote``.
    """
    mode = deployment["contact_mode"].astype("object").where(deployment["contact_mode"].notna(), "scene")
    face_to_face = mode.isin(list(rules.contact_modes))
    # An arrival of which the day alone is known has no time, and is an arrival.
    came = (deployment["at_scene_at"].notna() | _flagged(deployment, "at_scene_at_day_only")) & face_to_face
    # A way of contact that can't be read is not the blank one: nobody can tell whether it was face to face.
    came &= ~unread(deployment, "contact_mode")
    called_off = deployment["stood_down"].astype("boolean").fillna(False).astype(bool)
    kind, lost = deployment["resource_type"], unread(deployment, "at_scene_at", "contact_mode") & ~came
    return pd.DataFrame(
        {
            "incident_id": deployment["incident_id"],
            "at_scene_at": deployment["at_scene_at"],
            "arrived": came & kind.isin(list(rules.resource_types)).to_numpy(dtype=bool),
            "officer_arrived": came & kind.isin(list(rules.warranted_types)).to_numpy(dtype=bool),
            "any_arrived": came,
            # An arrival that can't be read may be one.
            "unknown_type": (came & kind.isna()) | lost,
            "counter": mode == "counter",
            "remote": mode.isin(list(rules.not_attended_modes)) & (mode != "counter"),
            "stood_down": (called_off | _flagged(deployment, NOBODY_ARRIVED)) & ~came & ~lost,
        }
    )


def _flagged(deployment: pd.DataFrame, flag: str) -> pd.Series:
    if "flags" not in deployment:
        return pd.Series(False, deployment.index)
    return deployment["flags"].astype("string").str.contains(flag, regex=False).fillna(False).astype(bool)


def crime_attendance(
    crime: pd.DataFrame, incident: pd.DataFrame, incident_crime: pd.DataFrame, deployment: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """For each recorded crime, whether it was attended.

    Returns
    -------
    pandas.DataFrame
        One row per recorded crime: ``crime_id``, ``offence_group``, ``state`` (``attended``, ``counter``,
        ``not_attended``, ``unknown``), ``attended`` and ``officer_attended`` (nullable booleans), ``lost`` (a cell
        that tells of it, or whether the crime counts, can't be read).
    """
    names = ["crime_id", "offence_group", "report_route", "closed_at", "flags"]
    crimes = recorded_crimes(crime)[[n for n in names if n in crime]]
    links = incident_crime[["incident_id", "crime_id"]].drop_duplicates()
    pairs = links.merge(crimes[["crime_id", "closed_at"]], on="crime_id")
    # Few incidents are crimes; that a column says nothing in the whole table is told before the others are left out.
    told = open_blanks(incident, "dispatched_at", at="created_month")
    told = told[among(told["incident_id"], pairs["incident_id"])]
    deployment = deployment[among(deployment["incident_id"], pairs["incident_id"])]

    # Arrivals are weighed crime by crime, since one incident's crimes may be closed at different times.
    lost = unread(deployment, "resource_type", "contact_mode", "at_scene_at")
    seen = pairs.merge(contacts(deployment, rules).assign(lost=lost), on="incident_id")
    in_time = seen["closed_at"].isna() | (seen["at_scene_at"] <= seen["closed_at"]) | seen["at_scene_at"].isna()
    flags = ["arrived", "officer_arrived", "unknown_type"]
    per_crime = (seen[flags].astype(bool).mul(in_time.astype(bool), axis=0)).groupby(seen["crime_id"]).max()

    per_incident = _state(told, deployment, rules, any_resource=False)
    pairs = pairs.merge(per_incident, on="incident_id", how="left")
    pairs["state"] = pairs["state"].fillna("unknown")
    of_incident = incident.loc[unread(incident, "dispatched_at", "result", "grade").to_numpy(dtype=bool), "incident_id"]
    by_incident = among(pairs["incident_id"], of_incident).to_numpy(dtype=bool)
    unclear = pd.concat([seen.loc[seen["lost"].to_numpy(dtype=bool), "crime_id"], pairs.loc[by_incident, "crime_id"]])
    for state in ("unknown", "counter", "not_attended"):
        pairs[f"is_{state}"] = pairs["state"] == state
    states = pairs.groupby("crime_id")[["is_unknown", "is_counter", "is_not_attended"]].max()

    out = crimes.merge(per_crime, left_on="crime_id", right_index=True, how="left")
    out = out.merge(states, left_on="crime_id", right_index=True, how="left")
    has = {c: out[c].astype("boolean").fillna(False).astype(bool) for c in (*flags, *states.columns)}
    state = pd.Series("unknown", index=out.index, dtype="object")
    unlinked = ~(has["is_unknown"] | has["is_counter"] | has["is_not_attended"] | has["arrived"])
    # An incident that was attended only after this crime was closed leaves the crime unattended.
    attended_late = among(out["crime_id"], pairs.loc[pairs["state"] == "attended", "crime_id"]).to_numpy(dtype=bool)
    state[has["is_not_attended"] | (attended_late & unlinked)] = "not_attended"
    state[has["is_counter"]] = "counter"
    state[unlinked & out["report_route"].eq("online").fillna(False).to_numpy(dtype=bool)] = "not_attended"
    state[unlinked & out["report_route"].eq("front_counter").fillna(False).to_numpy(dtype=bool)] = "counter"
    state[has["is_unknown"] | has["unknown_type"]] = "unknown"
    state[has["arrived"]] = "attended"
    # Whether such a crime counts, or was closed before anybody came, can't be read.
    state[unread(out, "is_notifiable", "is_no_crime") | (unread(out, "closed_at") & has["arrived"])] = "unknown"

    attended = pd.Series(state == "attended", dtype="boolean").mask(state == "unknown")
    by_officer = pd.Series(has["officer_arrived"], dtype="boolean").mask(state == "unknown")
    return pd.DataFrame(
        {
            "crime_id": out["crime_id"],
            "offence_group": out["offence_group"],
            "state": state,
            "attended": attended,
            "officer_attended": by_officer,
            "lost": among(out["crime_id"], unclear) | unread(out, "is_notifiable", "is_no_crime", "closed_at"),
        }
    ).reset_index(drop=True)


def incident_state(incident: pd.DataFrame, deployment: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """For each incident, whether it was attended: the arrival of any resource is attendance.

    Returns
    -------
    pandas.DataFrame
        One row per incident: ``incident_id``, ``state`` (``attended``, ``counter``, ``not_attended``, ``unknown``).
        One without a deployment, a time of dispatch and a result is not attended, for the template says that nobody
        was sent; in a return, or a month of it, that times no dispatch at all it is unknown.
    """
    return _state(open_blanks(incident, "dispatched_at", at="created_month"), deployment, rules, True)


def _state(told: pd.DataFrame, deployment: pd.DataFrame, rules: Rules, any_resource: bool) -> pd.DataFrame:
    seen = contacts(deployment, rules)
    if any_resource:
        seen = seen.assign(arrived=seen["any_arrived"], unknown_type=seen["unknown_type"] & ~seen["any_arrived"])
    seen = seen.assign(
        open=~(seen["any_arrived"] | seen["counter"] | seen["remote"] | seen["stood_down"]),
        gone=seen["remote"] | seen["stood_down"],
    )
    flags = seen.groupby("incident_id")[["arrived", "unknown_type", "any_arrived", "counter", "open", "gone"]].max()
    nobody = told["dispatched_at"].isna() & told["result"].isna() & ~unread(told, "dispatched_at", "result")
    table = told[["incident_id", "result", "grade"]].assign(nobody=nobody).drop_duplicates("incident_id")
    table = table.merge(flags, left_on="incident_id", right_index=True, how="left")
    has = {c: table[c].astype("boolean").fillna(False).astype(bool) for c in flags.columns}
    explained = table["result"].isin(list(NO_VISIT_RESULTS)).to_numpy(dtype=bool)
    explained = explained | (table["nobody"].astype(bool) & table["open"].isna()).to_numpy(dtype=bool)
    explained = explained | table["grade"].eq("no_deployment").fillna(False).to_numpy(dtype=bool)
    state = pd.Series("unknown", index=table.index, dtype="object")
    # Someone came, but not of a type that counts: the crime or call was not attended as the policy means it.
    wrong_type = has["any_arrived"] & ~has["arrived"] & ~has["unknown_type"]
    state[explained | ((has["gone"] | wrong_type) & ~has["open"])] = "not_attended"
    state[has["counter"]] = "counter"
    # Whatever else is on record, an arrival that can't be read may be one.
    state[has["unknown_type"]] = "unknown"
    state[has["arrived"]] = "attended"
    return pd.DataFrame({"incident_id": table["incident_id"], "state": state}).reset_index(drop=True)


def dispatches_on_record(incident: pd.DataFrame, deployment: pd.DataFrame) -> Share:
    """Incidents with a time of dispatch of which any deployment was supplied.

    Where one in twenty has none the list of deployments isn't whole, whatever its months: who came was not lost by the
    force, but left out of its return.
    """
    sent = incident[incident["dispatched_at"].notna().to_numpy(dtype=bool)].drop_duplicates("incident_id")
    return Share.of(among(sent["incident_id"], deployment["incident_id"]), sent["incident_id"])


def incident_attendance(incident: pd.DataFrame, deployment: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Attendance to calls for service.

    Returns
    -------
    pandas.DataFrame
        One row per incident that was a call for service (duplicates, tests, information only, as the rules
        say, and those cancelled by the caller before dispatch are left out): ``incident_id``, ``grade``,
        ``area_type``, ``origin``, ``attended`` (nullable boolean: any resource at the scene; missing too where it
        can't be read whether the incident counts: its result, its origin, or whether a call was cancelled before
        dispatch).
    """
    states = incident_state(incident, deployment, rules)
    table = incident.drop_duplicates("incident_id").merge(states, on="incident_id")
    dispatched = among(table["incident_id"], _sent(deployment)) | table["dispatched_at"].notna()
    always = [result for result in rules.excluded_results if result != CANCELLED]
    undispatched = table["result"].eq(CANCELLED).fillna(False) & ~dispatched
    open_ = undispatched & unread(table, "dispatched_at")
    left_out = table["result"].isin(always) | (undispatched & ~open_)
    table = table[~left_out.to_numpy(dtype=bool)]
    attended = pd.Series(table["state"] == "attended", dtype="boolean").mask(table["state"] == "unknown")
    attended = attended.mask(open_[table.index] | unread(table, "result", "origin"))
    return table.assign(attended=attended)[["incident_id", "grade", "area_type", "origin", "attended"]].reset_index(
        drop=True
    )


def _sent(deployment: pd.DataFrame) -> pd.Series:
    """Incidents to which somebody was sent: a row of a log that says only that nobody came is no deployment."""
    stamps = ["assigned_at", "en_route_at", "at_scene_at", "clear_at"]
    times = deployment[[c for c in stamps if c in deployment]].notna().any(axis=1)
    return deployment.loc[times | ~_flagged(deployment, NOBODY_ARRIVED), "incident_id"]


#: Columns that name the unit of a row, in this order.
REFERENCES = ("crime_id", "incident_id", "person_key")


def shares_by(frame: pd.DataFrame, by: str, state: str = "attended") -> dict[str, Share]:
    """Count a state within each group.

    Parameters
    ----------
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
    reference = next((name for name in REFERENCES if name in frame.columns), None)
    shares = {
        str(name): Share.of(part[state], part[reference] if reference else None) for name, part in frame.groupby(group)
    }
    return dict(sorted(shares.items(), key=lambda item: (-item[1].total, item[0])))


def split_origin(calls: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Incidents that came to the force, and those that its officers began themselves.

    Parameters
    ----------
    calls : pandas.DataFrame
        With the column ``origin``; a blank one counts as having come to the force.
    """
    own = calls["origin"].eq(OFFICER_INITIATED).fillna(False).to_numpy(dtype=bool)
    return calls[~own], calls[own]


#: Points by which another reading of a share must differ to be told beside it.
APART_PCT = 1.0


def without_cancelled(calls: pd.DataFrame, incident: pd.DataFrame) -> list[str]:
    """The other reading of the share attended: all that the caller cancelled left out, those sent to as well.

    Parameters
    ----------
    calls : pandas.DataFrame
        Result of :func:`incident_attendance`, or a part of it.

    Returns
    -------
    list of str
        A sentence with the other share, where the two lie ``APART_PCT`` points or more apart; else none.
    """
    cancelled = incident.loc[incident["result"].eq(CANCELLED).fillna(False).to_numpy(dtype=bool), "incident_id"]
    rest = calls[~among(calls["incident_id"], cancelled)]
    shares = [100 * part["attended"].dropna().astype(bool).mean() for part in (calls, rest)]
    if not abs(shares[0] - shares[1]) >= APART_PCT:
        return []
    return [f"Without the incidents that the caller cancelled after somebody was sent it is {shares[1]:.1f}%."]


def known(attended: pd.DataFrame) -> Share:
    """Crimes whose attendance can be set to yes or no.

    ``attended`` is what :func:`crime_attendance` gives.

    Returns
    -------
    Share
        ``yes``: known.  Where a cell that would tell can't be read, the force may well know.
    """
    state = attended["attended"].notna().astype("boolean")
    return Share.of(state.mask(~state & attended["lost"]), attended["crime_id"])


def states(attended: pd.DataFrame) -> pd.DataFrame:
    """Crimes by what the records say of attendance.

    ``attended`` is what :func:`crime_attendance` gives.

    Returns
    -------
    pandas.DataFrame
        ``state``, ``crimes``: every state, also an empty one.
    """
    names = ["attended", "counter", "not_attended", "unknown"]
    counts = attended["state"].value_counts().reindex(names, fill_value=0)
    return pd.DataFrame({"state": names, "crimes": counts.to_numpy(dtype=int)})


def demand_incidents(incident: pd.DataFrame) -> pd.DataFrame:
    """Incidents that are demand: duplicates and tests removed.

    Returns
    -------
    pandas.DataFrame
        The rows with ``category``: the closing category, the opening one where it is blank, ``not recorded`` where
        both are.
    """
    rows = incident[~incident["result"].isin(list(NOT_DEMAND)).to_numpy(dtype=bool)]
    close, opened = rows["category_close"].astype("object"), rows["category_open"].astype("object")
    category = close.where(close.notna(), opened)
    return rows.assign(category=category.where(category.notna(), NOT_RECORDED))
