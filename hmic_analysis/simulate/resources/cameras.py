"""Number plate cameras of a simulated force: the hours they worked, and their faults."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.simulate.clock import SECOND, midnight
from hmic_analysis.simulate.registers import rows
from hmic_analysis.simulate.streams import pick, skewed
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY
from hmic_analysis.simulate.topic import Made, Record, Subject
from hmic_analysis.simulate.writer import references, render

#: Cameras of a force of Cleveland's size, and the least.
CAMERAS, LEAST = 24, 8
KINDS = ("fixed", "mobile", "portable")
#: Faults of a camera in a year, and the longest that is mended, days.
FAULTS, LONGEST_DAYS = 3.0, 90
#: Hours after midnight with fewer reads than tell anything.
QUIET_HOURS = 6
#: Share of the days on which the status log of a camera is blank; of camera-days without a row.
LOG_BLANK, NO_ROW = 0.01, 0.004


def make_cameras(subject: Subject) -> Made:
    """Cameras, their days and their faults.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    Made
        With a camera out of service before the period, quiet night hours without reads, blank logs and days
        without a row; true hours are counted on the grid of hours itself.
    """
    rng = subject.streams.of("resources.cameras")
    n = subject.frame.size_of(subject.force, CAMERAS, LEAST)
    kind = pick(rng, (70, 20, 10), n)
    kind[:3] = (0, 0, 1)
    since = subject.start - (200 + rng.integers(0, 1500, n)) * ONE_DAY
    # One fixed camera came into service within the period.
    since[1] = subject.start + 40 * ONE_DAY
    day_count = int((subject.end - subject.start) / ONE_DAY) + 1
    begin, length, mended = _faults(subject, n, day_count)
    days = _days(subject, kind, since, _down(begin, length, day_count))
    return Made(
        tables={
            "anpr_camera": _camera_rows(subject, kind, since),
            "anpr_camera_day": days["table"],
            "anpr_outage": _outage_rows(subject, begin, length, mended),
        },
        values=days["values"] | _repair_values(length, mended),
    )


def _faults(subject: Subject, n: int, day_count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Camera and hour in which each fault began, its hours, and whether it was mended by the snapshot."""
    rng = subject.streams.of("resources.faults")
    total = rng.poisson(FAULTS * n) + 4
    camera = rng.integers(0, n, total)
    hours = np.clip(skewed(rng, 5 * 24.0, 0.9, total), 2, LONGEST_DAYS * 24)
    wanted = (1 - subject.facts.anpr_availability_share) * n * day_count * 24
    hours = np.clip(np.floor(hours * wanted / hours.sum() + 0.5), 1, LONGEST_DAYS * 24).astype(int)
    at = rng.integers(0, max(1, (day_count - 1) * 24), total)
    mended = np.ones(total, bool)
    # Two faults of the last days were still open at the snapshot.
    at[:2], mended[:2] = (day_count - 2) * 24, False
    return np.stack([camera, at]), hours, mended


def _down(begin: np.ndarray, length: np.ndarray, day_count: int) -> np.ndarray:
    """Hours in which each camera was broken: cameras by hours of the period."""
    down = np.zeros((int(begin[0].max(initial=0)) + 1, day_count * 24), bool)
    for camera, at, hours in zip(*begin, length, strict=True):
        down[camera, at : at + hours] = True
    return down


def _days(subject: Subject, kind: np.ndarray, since: np.ndarray, down: np.ndarray) -> dict[str, Any]:
    """Rows of the cameras' days, and the true hours."""
    rng = subject.streams.of("resources.camera_days")
    n, day_count = len(kind), down.shape[1] // 24
    grid = np.zeros((n, day_count * 24), bool)
    grid[: len(down)] = down
    grid = grid.reshape(n, day_count, 24)
    day = subject.start + np.arange(day_count) * ONE_DAY
    # Mobile and portable cameras are out on some days, for a shift.
    fixed = (kind == 0)[:, None]
    out = fixed | (rng.random((n, day_count)) < 0.45)
    out &= day[None, :] >= since[:, None]
    first, last = np.where(fixed, 0, 8), np.where(fixed, 24, 18)
    hour = np.arange(24)
    scheduled = out[..., None] & (hour >= first[..., None]) & (hour < last[..., None])
    busy = scheduled & (hour >= QUIET_HOURS)
    quiet = scheduled & ~busy
    # The night on which the clocks change has an hour less or more, a quiet one.
    extra = np.where(out & fixed, np.array([_extra_hours(d) for d in day])[None, :], 0)
    counts = {
        "scheduled_hours": scheduled.sum(2) + extra,
        "busy_hours": busy.sum(2),
        "busy_hours_with_reads": (busy & ~grid).sum(2),
        "quiet_hours_working": (quiet & ~grid).sum(2) + extra,
        "quiet_hours_faulty": (quiet & grid).sum(2),
    }
    # A change of the clock within a fault would take an hour from none.
    counts["quiet_hours_working"] = np.maximum(counts["quiet_hours_working"], 0)
    short = counts["scheduled_hours"] - counts["busy_hours"] - counts["quiet_hours_working"]
    counts["quiet_hours_faulty"] = np.minimum(counts["quiet_hours_faulty"], short)
    blank = out & (rng.random(out.shape) < LOG_BLANK)
    lost = out & fixed & (rng.random(out.shape) < NO_ROW)
    written = out & ~lost
    camera, at = np.nonzero(written)
    columns: dict[str, Any] = {k: v[written].astype(float) for k, v in counts.items()}
    for name in ("quiet_hours_working", "quiet_hours_faulty"):
        columns[name][blank[written]] = np.nan
    table = render("anpr_camera_day", {"camera_id": references("CAM", camera + 1, 3), "day": day[at], **columns})
    return {"table": table, "values": _hour_values(counts, written, blank, lost)}


def _hour_values(counts: dict[str, np.ndarray], written: np.ndarray, blank: np.ndarray, lost: np.ndarray) -> Record:
    quiet_known = written & ~blank
    good = counts["busy_hours_with_reads"][written].sum() + counts["quiet_hours_working"][quiet_known].sum()
    busy_down = (counts["busy_hours"] - counts["busy_hours_with_reads"])[written].sum()
    bad = busy_down + counts["quiet_hours_faulty"][quiet_known].sum()
    unknown = counts["scheduled_hours"][written].sum() - good - bad + 24 * lost.sum()
    return {
        "anpr_hours_working": int(good),
        "anpr_hours_not_working": int(bad),
        "anpr_hours_unknown": int(unknown),
        "anpr_availability_pct": float(100 * good / (good + bad)),
    }


def _extra_hours(day: np.datetime64) -> int:
    """Hours above 24 of a day on the wall clock."""
    first = day.astype(dt.date)
    length = midnight(first + dt.timedelta(days=1)) - midnight(first)
    return int(length / np.timedelta64(1, "h")) - 24


def _camera_rows(subject: Subject, kind: np.ndarray, since: np.ndarray) -> pa.Table:
    found = [
        {"camera_id": f"CAM{i + 1:03d}", "camera_type": KINDS[k], "commissioned_on": day}
        for i, (k, day) in enumerate(zip(kind, since, strict=True))
    ]
    gone = {"commissioned_on": subject.start - 2000 * ONE_DAY, "decommissioned_on": subject.start - 30 * ONE_DAY}
    found.append({"camera_id": "CAM900", "camera_type": "fixed", **gone})
    return rows("anpr_camera", found)


def _outage_rows(subject: Subject, begin: np.ndarray, length: np.ndarray, mended: np.ndarray) -> pa.Table:
    """Faults of the period, and one of the time before it."""
    hour = 3600 * SECOND
    fault = midnight(subject.frame.period_start) + begin[1] * hour
    fixed = np.where(mended, fault + length * hour, NO_DAY.astype("datetime64[s]"))
    before = midnight(subject.frame.period_start) - 20 * 24 * hour
    n = len(fault) + 1
    return render(
        "anpr_outage",
        {
            "outage_id": references("OUT", np.arange(n) + 1, 4),
            "camera_id": references("CAM", np.append(begin[0] + 1, 1), 3),
            "fault_at": np.append(fault, before),
            "fixed_at": np.append(fixed, before + 200 * hour),
        },
    )


def _repair_values(length: np.ndarray, mended: np.ndarray) -> Record:
    """Days by which half of the faults were mended; those still open lasted longer than any other."""
    lengths = np.sort(np.where(mended, length / 24, np.inf))
    return {
        "anpr_faults": len(lengths),
        "anpr_faults_unmended": int((~mended).sum()),
        "anpr_repair_days_median": float(lengths[(len(lengths) + 1) // 2 - 1]),
    }
