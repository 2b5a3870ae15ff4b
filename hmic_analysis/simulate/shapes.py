"""What a year of police work looks like: mixes, hours of the week, times.

The offence mix is that of recorded crime in Cleveland, 2013/14 (Home Office open data); the rest are choices that
give plausible orders of size and carry no claim.
"""

from __future__ import annotations

import numpy as np

from hmic_analysis.contracts.core import OFFENCE_GROUPS

OFFENCE_SHARES = {
    "burglary_dwelling": 1900,
    "burglary_other": 2646,
    "theft_of_vehicle": 636,
    "theft_from_vehicle": 2516,
    "violence": 6087,
    "criminal_damage": 7875,
    "other_theft": 12531,
    "robbery": 268,
    "sexual": 580,
    "drugs": 1956,
    "public_order": 1351,
    "other": 627,
}
#: Home Office codes of each group, with their weights.
OFFENCE_CODES = {
    "burglary_dwelling": (("28A", 1577), ("28B", 270), ("28C", 53)),
    "burglary_other": (("30A", 2239), ("30B", 407)),
    "theft_of_vehicle": (("48", 543), ("37.2", 93)),
    "theft_from_vehicle": (("45", 2297), ("126", 219)),
    "violence": (("8N", 3565), ("105A", 1915), ("8L", 212), ("104", 208), ("5D", 187)),
    "criminal_damage": (("58A", 2677), ("58B", 580), ("58C", 3210), ("58D", 1092), ("56B", 316)),
    "other_theft": (("46", 5363), ("49", 4405), ("44", 1211), ("40", 614), ("39", 366), ("49A", 572)),
    "robbery": (("34B", 228), ("34A", 40)),
    "sexual": (("20A", 300), ("19C", 204), ("22B", 76)),
    "drugs": (("92E", 1142), ("92D", 503), ("92A", 311)),
    "public_order": (("9A", 1050), ("9B", 301)),
    "other": (("66", 384), ("10D", 150), ("10C", 93)),
}
#: Weights of emergency, priority, scheduled for the incidents of each group of offences.
OFFENCE_GRADES = {
    "burglary_dwelling": (25, 45, 30),
    "burglary_other": (10, 40, 50),
    "theft_of_vehicle": (8, 42, 50),
    "theft_from_vehicle": (4, 26, 70),
    "violence": (35, 45, 20),
    "criminal_damage": (6, 34, 60),
    "other_theft": (6, 34, 60),
    "robbery": (55, 40, 5),
    "sexual": (30, 55, 15),
    "drugs": (10, 50, 40),
    "public_order": (30, 50, 20),
    "other": (15, 40, 45),
}
ROUTE_SHARES = {
    "public_call": 83.5,
    "online": 1.5,
    "front_counter": 4.0,
    "officer_report": 7.5,
    "found_on_arrest": 2.5,
    "action_fraud": 0.2,
    "transfer_in": 0.8,
}
#: Routes by which the public reports a crime.
PUBLIC_ROUTES = ("public_call", "online", "front_counter")
#: Routes left out of the share of crimes with a prior incident.
ROUTES_APART = ("action_fraud", "transfer_in", "found_on_arrest")
#: Categories of the incidents that are no crime; crime here is a crime-related incident that was never crimed.
OTHER_CATEGORY_SHARES = {"crime": 9, "asb": 24, "transport": 14, "public_safety_welfare": 35, "administration": 18}
#: Weights of the four grades for each of those categories.
OTHER_GRADES = {
    "crime": (10, 40, 45, 5),
    "asb": (8, 47, 43, 2),
    "transport": (30, 40, 22, 8),
    "public_safety_welfare": (28, 46, 20, 6),
    "administration": (0, 4, 26, 70),
}
INCIDENT_TYPES = {
    "crime": ("Crime-related, not crimed", "Suspicious circumstances", "Dispute"),
    "asb": ("Nuisance", "Personal", "Environmental"),
    "transport": ("Collision, damage only", "Collision, injury", "Obstruction", "Road-related offence"),
    "public_safety_welfare": ("Concern for safety", "Missing person", "Alarm", "Domestic, no crime", "Sudden death"),
    "administration": ("Message", "Pre-planned event", "Lost and found", "Complaint", "Other"),
}
QUALIFIERS = ("alcohol", "domestic", "mental health", "hate", "youth", "alcohol;domestic")
DISTRICTS = ("District 1", "District 2", "District 3", "District 4")
SEASON = (0.93, 0.93, 0.97, 1.00, 1.03, 1.05, 1.09, 1.06, 1.01, 1.02, 0.98, 0.93)
_BY_HOUR = {
    # Midnight to 23:00; round figures.
    "crime": (34, 28, 24, 18, 12, 9, 10, 18, 38, 52, 56, 58, 60, 58, 58, 62, 66, 66, 64, 62, 58, 54, 50, 42),
    "asb": (48, 36, 26, 16, 9, 5, 4, 6, 10, 16, 22, 26, 32, 34, 40, 52, 62, 72, 86, 98, 98, 88, 76, 62),
    "transport": (16, 12, 10, 8, 8, 12, 28, 58, 66, 50, 46, 48, 52, 52, 56, 66, 78, 82, 62, 48, 38, 32, 26, 20),
    "public_safety_welfare": (
        52, 46, 42, 34, 26, 20, 20, 26, 36, 44, 50, 52, 54, 54, 54, 58, 62, 64, 66, 66, 68, 70, 68, 60,
    ),
    "administration": (8, 6, 5, 4, 4, 6, 14, 34, 66, 90, 96, 94, 88, 86, 84, 82, 74, 58, 44, 36, 30, 24, 18, 12),
}  # fmt: skip
_BY_DAY = {
    "crime": (1.00, 0.98, 0.98, 0.99, 1.06, 1.04, 0.95),
    "asb": (0.88, 0.86, 0.88, 0.92, 1.14, 1.28, 1.04),
    "transport": (1.02, 1.02, 1.02, 1.03, 1.10, 0.96, 0.85),
    "public_safety_welfare": (0.97, 0.95, 0.95, 0.97, 1.05, 1.09, 1.02),
    "administration": (1.18, 1.14, 1.12, 1.10, 1.06, 0.76, 0.64),
}


def week(category: str) -> np.ndarray:
    """Weights of the 168 hours of the week for a category of incident."""
    shape = np.outer(_BY_DAY[category], np.array(_BY_HOUR[category], float))
    if category != "administration":
        shape[5:, :5] *= 1.6
    return shape


def labels(names: tuple[str, ...]) -> np.ndarray:
    """Names as an array to be taken from by position; one more entry at the end is None, for a blank."""
    return np.array([*names, None], dtype=object)


def offence_table(values: dict[str, tuple[float, ...]]) -> np.ndarray:
    """Rows of ``values`` in the order of the contract's offence groups."""
    return np.array([values[group] for group in OFFENCE_GROUPS], float)
