"""A1: the route by which crime is recorded, and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hmic_analysis.measures.base import Share, hours_between


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
        (boolean; missing where a link leads to an incident that is not there, or times are not known),
        ``lag_hours`` from the earliest such incident to the record.
    """
    crimes = recorded_crimes(crime)[["crime_id", "report_route", "recorded_at", "recorded_month"]]
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
    unknown = ~state & out["any_unknown"].astype("boolean").fillna(False)
    out["has_prior_incident"] = state.mask(unknown)
    out["is_public_route"] = ~out["report_route"].isin(list(other_routes))
    columns = ["crime_id", "report_route", "is_public_route", "has_prior_incident", "lag_hours"]
    return out[columns].reset_index(drop=True)


def crime_with_incident(prior: pd.DataFrame) -> Share:
    """Crimes of public-report routes with a prior incident.

    Parameters
    ----------
    prior : pandas.DataFrame
        Result of :func:`prior_incidents`.

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

    Parameters
    ----------
    prior : pandas.DataFrame
        Result of :func:`prior_incidents`.

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
