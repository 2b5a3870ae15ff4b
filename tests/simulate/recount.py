"""A second, plain count of a return from its files, by the definitions of the findings.

Written with pandas and none of the simulator's code, so that what the files say can be held against the truth that
was counted while they were drawn.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

COUNTS_AS_ATTENDING = ["officer", "pcso", "special", "csi", "investigator"]


def read(folder: Path, table: str) -> pd.DataFrame:
    """A table as text, blank cells as missing."""
    return pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=True)


def attendance(folder: Path) -> dict[str, float]:
    """Known and attended crimes, and prior incidents, of the recorded crimes."""
    crime = read(folder, "crime").drop_duplicates("crime_id").dropna(subset=["crime_id"])
    crime = crime[(crime.is_notifiable != "no") & (crime.is_no_crime != "yes")]
    crime = crime[~crime.crime_id.str.startswith("CR99")]
    incident = read(folder, "incident").drop_duplicates("incident_id").dropna(subset=["incident_id"])
    link = read(folder, "incident_crime").dropna().drop_duplicates()
    sent = read(folder, "deployment")
    sent = sent[sent.resource_type != "dog"]

    pair = link.merge(crime, on="crime_id").merge(incident, on="incident_id", suffixes=("", "_i"))
    pair["prior"] = pd.to_datetime(pair.created_at) <= pd.to_datetime(pair.recorded_at)
    dep = pair[["incident_id", "crime_id", "closed_at", "result"]].merge(sent, on="incident_id")
    there = dep.contact_mode.fillna("scene").isin(["scene", "appointment"]) & dep.at_scene_at.notna()
    in_time = dep.closed_at.isna() | (pd.to_datetime(dep.at_scene_at) < pd.to_datetime(dep.closed_at))
    attended = set(dep.crime_id[there & in_time & dep.resource_type.isin(COUNTS_AS_ATTENDING)])
    waiting = dep.at_scene_at.isna() & (dep.stood_down != "yes") & (dep.contact_mode.fillna("scene") == "scene")
    open_ended = set(dep.crime_id[waiting & dep.result.isna()])
    unknown = (set(crime.crime_id) - set(pair.crime_id)) | (open_ended - attended)
    prior = pair.groupby("crime_id").prior.any()
    dated = crime[crime.recorded_at.notna()]
    public = dated[dated.report_route.isin(["public_call", "online", "front_counter"])]
    return {
        "recorded": len(crime),
        "known": len(crime) - len(unknown),
        "attended": len(attended & set(crime.crime_id)),
        "prior_pct": 100 * public.crime_id.isin(prior.index[prior]).mean(),
    }


def outstanding(folder: Path, as_of: str) -> set[str]:
    """Persons outstanding: named with grounds, and by the day nothing ended the interest in them."""
    row = read(folder, "suspect").dropna(subset=["person_key", "named_on"])
    row = row.drop_duplicates(["person_key", "crime_id"])
    row = row[~row.person_key.str.startswith("NOM99") & row.status.notna()]
    ends = row[["arrested_on", "interviewed_on", "eliminated_on", "crime_closed_on"]]
    ended = (ends.notna() & (ends <= as_of)).any(axis=1)
    return set(row.person_key[(row.named_on <= as_of) & (row.grounds_recorded == "yes") & ~ended])


def failed_to_answer(folder: Path, as_of: str) -> set[str]:
    """Persons who did not answer police bail that was due, and are still at large."""
    row = read(folder, "bail").drop_duplicates("bail_id")
    row = row[row.bail_type.isin(["s47_3", "s30a_street"]) & (row.return_due_on <= as_of)]
    back = (row.rearrested_on <= as_of) | (row.cancelled_on <= as_of) | (row.rebailed_on <= row.return_due_on)
    back |= row.answered_on <= as_of
    return set(row.person_key[(row.attended == "no") & ~back])
