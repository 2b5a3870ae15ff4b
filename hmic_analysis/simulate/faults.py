"""Deliberate faults, each counted, none of which changes what is true.

Rows to be kept aside are always additional rows; odd times are given only to incidents that are no crime.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts import contract_for
from hmic_analysis.simulate.world import HOUR, SECOND
from hmic_analysis.simulate.write import cells, with_cells

if TYPE_CHECKING:
    from hmic_analysis.simulate.calls import Deployments, Incidents

#: Values that no contract allows, by table: what the fault is called, and the cells that make it.
BAD_ROWS: dict[str, tuple[tuple[str, dict[str, str | None]], ...]] = {
    "incident": (
        ("code_not_allowed", {"incident_id": "INC99000001", "category_close": "crme"}),
        ("code_not_allowed", {"incident_id": "INC99000002", "grade": "Grade 9"}),
        ("code_not_allowed", {"incident_id": "INC99000003", "origin": "phone"}),
        ("impossible_time", {"incident_id": "INC99000004", "created_at": "2013-02-30 10:00:00"}),
        ("required_blank", {"incident_id": None}),
    ),
    "deployment": (
        ("code_not_allowed", {"resource_type": "dog"}),
        ("impossible_boolean", {"stood_down": "perhaps"}),
        ("required_blank", {"incident_id": None}),
    ),
    "crime": (
        ("code_not_allowed", {"crime_id": "CR99000001", "offence_group": "burglery"}),
        ("code_not_allowed", {"crime_id": "CR99000002", "report_route": "pigeon"}),
        ("required_blank", {"crime_id": None}),
    ),
    "incident_crime": (("required_blank", {"crime_id": None}),),
    "suspect": (
        ("code_not_allowed", {"person_key": "NOM99000001", "status": "wanted?"}),
        ("code_not_allowed", {"person_key": "NOM99000002", "risk_grade": "very high"}),
        ("required_blank", {"person_key": None}),
        ("required_blank", {"person_key": "NOM99000003", "named_on": None}),
    ),
    "bail": (
        ("code_not_allowed", {"bail_id": "BL99000001", "bail_type": "s46"}),
        ("impossible_time", {"bail_id": "BL99000002", "return_due_on": "2013-11-31"}),
    ),
    "pnc_circulation": (("code_not_allowed", {"person_key": "NOM99000004", "reason": "missing person"}),),
    "duty_hours": (("number_out_of_range", {"team": "Response Z", "staff_hours": "-4"}),),
    "demand_task": (
        ("code_not_allowed", {"task_id": "TSK99000001", "task_type": "paperwork"}),
        ("neither_given", {"task_id": "TSK99000002", "ended_at": None, "resource_hours": None}),
    ),
}
#: A cell that makes a second row of the same key differ from the first.
CONFLICTS = {
    "incident": ("district", "District 9"),
    "crime": ("district", "District 9"),
    "suspect": ("status", "outstanding"),
    "bail": ("attended", "no"),
}


@dataclass
class Planted:
    """What was planted so far."""

    #: By table: rows that a loader must keep aside, by kind of fault.
    kept_aside: dict[str, Counter] = field(default_factory=dict)
    #: By table: rows that are odd but belong to the data.
    kept: dict[str, Counter] = field(default_factory=dict)

    def note(self, table: str, fault: str, rows: int, kept: bool) -> None:
        """Count rows of a fault."""
        if rows:
            (self.kept if kept else self.kept_aside).setdefault(table, Counter())[fault] += rows

    def as_dict(self) -> dict[str, dict[str, dict[str, int]]]:
        """The counts, ready for JSON."""
        return {
            "kept_aside": {t: dict(c) for t, c in sorted(self.kept_aside.items())},
            "kept": {t: dict(c) for t, c in sorted(self.kept.items())},
        }


def with_bad_rows(
    rng: np.random.Generator, table: str, piece: pa.Table, planted: Planted, candidates: np.ndarray | None = None
) -> pa.Table:
    """Append to a piece the rows that a loader must keep aside."""
    candidates = np.arange(piece.num_rows) if candidates is None else candidates
    parts = [piece]
    keyed = bool(contract_for(table).key)
    chosen = rng.choice(candidates, min(5, len(candidates)), replace=False) if keyed else np.array([], int)
    repeats, conflicting = chosen[:3], chosen[3:]
    if len(repeats):
        parts.append(piece.take(pa.array(repeats)))
        planted.note(table, "exact_repeat", len(repeats), kept=False)
    if table in CONFLICTS and len(conflicting):
        column, value = CONFLICTS[table]
        parts.append(_changed(piece.take(pa.array(conflicting)), {column: value}))
        planted.note(table, "conflicting_repeat", len(conflicting), kept=False)
    for fault, changes in BAD_ROWS.get(table, ()) if piece.num_rows else ():
        parts.append(_changed(piece.slice(int(rng.integers(piece.num_rows)), 1), changes))
        planted.note(table, fault, 1, kept=False)
    return pa.concat_tables(parts)


def _changed(rows: pa.Table, changes: dict[str, str | None]) -> pa.Table:
    for name, value in changes.items():
        at = rows.column_names.index(name)
        rows = rows.set_column(at, name, pa.array([value] * rows.num_rows, pa.string()))
    return rows


def with_dangling_links(piece: pa.Table, planted: Planted) -> pa.Table:
    """Append links of real incidents to crimes that are not in the return."""
    if piece.num_rows < 3:
        return piece
    extra = pa.concat_tables([_changed(piece.slice(i, 1), {"crime_id": f"CR9800000{i}"}) for i in range(3)])
    planted.note("incident_crime", "crime_not_in_return", 3, kept=True)
    return pa.concat_tables([piece, extra])


def odd_arrivals(
    rng: np.random.Generator, incidents: Incidents, deployments: Deployments, planted: Planted
) -> Deployments:
    """Make a few arrivals implausible: 119 hours after the call, or before the resource was assigned."""
    eligible = np.flatnonzero((incidents.case[deployments.incident] < 0) & ~np.isnat(deployments.at_scene))
    chosen = rng.choice(eligible, min(6, len(eligible)), replace=False)
    days_late, too_early = chosen[:3], chosen[3:]
    at_scene, clear = deployments.at_scene.copy(), deployments.clear.copy()
    at_scene[days_late] = incidents.created[deployments.incident[days_late]] + 119 * HOUR
    clear[days_late] = at_scene[days_late] + 1800 * SECOND
    at_scene[too_early] = deployments.assigned[too_early] - 300 * SECOND
    planted.note("deployment", "arrived_after_119_hours", len(days_late), kept=True)
    planted.note("deployment", "arrived_before_assigned", len(too_early), kept=True)
    return replace(deployments, at_scene=at_scene, clear=clear)


def closed_too_early(rng: np.random.Generator, piece: pa.Table, no_crime: np.ndarray, planted: Planted) -> pa.Table:
    """Close a few of the incidents in a piece two hours before they were created."""
    created, closed = cells(piece, "created_at"), cells(piece, "closed_at")
    dated = np.flatnonzero(no_crime & np.array([bool(a and b) for a, b in zip(created, closed, strict=True)], bool))
    chosen = rng.choice(dated, min(3, len(dated)), replace=False)
    for i in chosen:
        moment = np.datetime64(created[i].replace(" ", "T")) - 7200 * SECOND
        closed[i] = str(moment).replace("T", " ")
    planted.note("incident", "closed_before_created", len(chosen), kept=True)
    return with_cells(piece, {"closed_at": closed})


def in_skipped_hour(piece: pa.Table, no_crime: np.ndarray, hour: np.datetime64, planted: Planted) -> pa.Table:
    """Move a few incidents of the day on which the clocks go forward into the hour that never was."""
    created, call = cells(piece, "created_at"), cells(piece, "call_at")
    day, start = str(hour)[:10], str(hour)[11:13]
    of_day = [i for i in np.flatnonzero(no_crime) if (created[i] or "").startswith(day)][:3]
    for i in of_day:
        created[i] = call[i] = f"{day} {start}{created[i][13:]}"
    planted.note("incident", "in_hour_that_never_was", len(of_day), kept=True)
    return with_cells(piece, {"created_at": created, "call_at": call})
