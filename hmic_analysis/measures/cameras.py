"""Whether number plate cameras work, and how long repairs take (P5)."""

import math
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share, among, hours_between, in_order, unread
from hmic_analysis.statistics.intervals import Interval, MedianTime, median_time

#: Hours of a day for which a fixed camera without a row counts as scheduled and not known.
DAY_HOURS = 24
HOUR_COLUMNS = ("busy_hours", "busy_hours_with_reads", "quiet_hours_working", "quiet_hours_faulty")


class Repairs(NamedTuple):
    """Faults of a period: their references, how many of them were not mended, and the median days to repair."""

    outages: pd.Series
    unmended: int
    median: MedianTime
    unknown: int = 0

    @property
    def faults(self) -> int:
        """How many."""
        return len(self.outages)

    @property
    def days(self) -> float | None:
        """The median; None where fewer than half were mended."""
        return None if math.isnan(self.median.value) else self.median.value

    @property
    def limits(self) -> Interval | None:
        """Its interval; None without a median."""
        return None if self.days is None else self.median.interval


def camera_hours(camera: pd.DataFrame, camera_day: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Hours of each camera in a period: working, not working, not known.

    Parameters
    ----------
    camera : pandas.DataFrame
        Table ``anpr_camera``.
    camera_day : pandas.DataFrame
        Table ``anpr_camera_day``, cut to the period.

    Returns
    -------
    pandas.DataFrame
        ``camera_id``, ``camera_type``, ``yes``, ``no``, ``unknown`` (hours).  A busy hour with at least one read is
        worked, one without is not; other hours go by the status log, and are unknown where it says neither.  Days
        before a camera came into service or after it went out are left out.  A fixed camera in service is meant to
        work around the clock: a day of it without a row is 24 hours not known.
    """
    camera = in_order(camera, "commissioned_on", "decommissioned_on")
    rows = camera_day.merge(camera, on="camera_id", how="left", suffixes=("", "_of_camera"))
    out = (rows["day"] < rows["commissioned_on"]) | (rows["day"] > rows["decommissioned_on"])
    rows = rows[~out.fillna(False).to_numpy(dtype=bool)]
    # Of a camera of which it can't be read when it was in service, an idle hour is no failure.
    doubtful = camera.loc[unread(camera, "commissioned_on", "decommissioned_on").to_numpy(dtype=bool), "camera_id"]
    busy, read, good, bad = (rows[c].astype("float64").to_numpy() for c in HOUR_COLUMNS)
    scheduled = rows["scheduled_hours"].astype("float64").to_numpy()
    told = ~np.isnan(busy) & ~np.isnan(read) & (read <= busy)
    worked = np.where(told, read, 0) + np.nan_to_num(good)
    failed = np.where(told, busy - read, 0) + np.nan_to_num(bad)
    # A row that explains more hours than there were explains none.
    sound = worked + failed <= scheduled
    worked = np.where(sound, worked, 0)
    failed = np.where(sound & ~among(rows["camera_id"], doubtful).to_numpy(dtype=bool), failed, 0)
    hours = pd.DataFrame(
        {"camera_id": rows["camera_id"].to_numpy(), "yes": worked, "no": failed, "unknown": scheduled - worked - failed}
    )
    hours = pd.concat([hours, _without_rows(camera, rows, start, end)])
    table = hours.groupby("camera_id", sort=True)[["yes", "no", "unknown"]].sum().astype("int64").reset_index()
    table = table[(table["yes"] + table["no"] + table["unknown"] > 0).to_numpy(dtype=bool)].reset_index(drop=True)
    types = camera.drop_duplicates("camera_id").set_index("camera_id")["camera_type"]
    return table.assign(camera_type=table["camera_id"].map(types).astype("object").fillna("not in the register"))


def _without_rows(camera: pd.DataFrame, rows: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Days in service of fixed cameras for which there is no row; none where the force gave no hours at all."""
    if rows.empty:
        return pd.DataFrame({"camera_id": pd.Series(dtype="object"), "yes": [], "no": [], "unknown": []})
    fixed = camera[(camera["camera_type"] == "fixed").fillna(False).to_numpy(dtype=bool)]
    first = fixed["commissioned_on"].fillna(pd.Timestamp(start)).clip(lower=pd.Timestamp(start))
    last = fixed["decommissioned_on"].fillna(pd.Timestamp(end)).clip(upper=pd.Timestamp(end))
    in_service = ((last - first).dt.days + 1).clip(lower=0)
    given = rows.groupby("camera_id")["day"].nunique().reindex(fixed["camera_id"]).fillna(0).to_numpy(dtype=float)
    lacking = (in_service.astype(float) - given).clip(lower=0) * DAY_HOURS
    return pd.DataFrame(
        {"camera_id": fixed["camera_id"].to_numpy(), "yes": 0.0, "no": 0.0, "unknown": lacking.to_numpy()}
    )


def hours_available(hours: pd.DataFrame) -> Share:
    """Hours that cameras worked, of the hours in which they were meant to.

    Parameters
    ----------
    hours : pandas.DataFrame
        Result of :func:`camera_hours`, or some of its rows.

    Returns
    -------
    Share
        In camera-hours.
    """
    parts = ["yes", "no", "unknown"]
    found = Share(*(int(hours[c].sum()) for c in parts))
    return found.split(hours.drop(columns=parts), "hours", **{c: hours[c] for c in parts})


def availability_by_type(hours: pd.DataFrame) -> dict[str, Share]:
    """The same for each kind of camera, of :func:`camera_hours`."""
    return {kind: hours_available(rows) for kind, rows in hours.groupby("camera_type", sort=True)}


def by_camera(hours: pd.DataFrame, most: int = 20) -> pd.DataFrame:
    """Availability of each camera, for a chart: the least available first.

    Parameters
    ----------
    hours : pandas.DataFrame
        Result of :func:`camera_hours`.
    most : int
        So many cameras at most.

    Returns
    -------
    pandas.DataFrame
        ``group``, ``label``, ``value``, ``lo_missing``, ``hi_missing`` (per cent), ``n`` (hours); cameras without
        any known hour last.
    """
    total = (hours["yes"] + hours["no"] + hours["unknown"]).astype(float)
    known = (hours["yes"] + hours["no"]).astype(float)
    table = pd.DataFrame(
        {
            "group": hours["camera_type"],
            "label": hours["camera_id"],
            "value": 100 * hours["yes"] / known.where(known > 0),
            "lo_missing": 100 * hours["yes"] / total.where(total > 0),
            "hi_missing": 100 * (hours["yes"] + hours["unknown"]) / total.where(total > 0),
            "n": total,
        }
    )
    worst = table.sort_values(["value", "label"], na_position="last").head(most)
    return worst.assign(group="camera").reset_index(drop=True)


def repairs(outage: pd.DataFrame, as_of: date) -> Repairs:
    """How long faults took to mend.

    Parameters
    ----------
    outage : pandas.DataFrame
        Table ``anpr_outage``, the faults that began in a period.
    as_of : datetime.date
        Faults mended later, or not at all, were still open at the end of that day: they count as longer than that.

    Returns
    -------
    Repairs
        Days.  Unknown: faults that were mended before they began, and those whose mending can't be read.
    """
    zone = getattr(outage["fault_at"].dtype, "tz", None)
    seen = (pd.Timestamp(as_of) + pd.Timedelta(days=1)).tz_localize(zone)
    odd = (outage["fixed_at"] < outage["fault_at"]) | unread(outage, "fixed_at")
    begun = outage["fault_at"] < seen
    rows = outage[(begun & ~odd).to_numpy(dtype=bool)]
    mended = (rows["fixed_at"] < seen).fillna(False).to_numpy(dtype=bool)
    until = rows["fixed_at"].where(pd.Series(mended, index=rows.index), seen)
    days = hours_between(rows["fault_at"], until).to_numpy(dtype=float) / 24
    unknown = int((begun & odd).fillna(False).sum())
    return Repairs(rows["outage_id"], int((~mended).sum()), median_time(days, mended), unknown)
