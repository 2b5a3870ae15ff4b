"""What the fieldwork would have written down of a simulated force."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts import contract_for
from hmic_analysis.simulate.facts import FIGURES, TABLES, Facts
from hmic_analysis.simulate.frame import Frame
from hmic_analysis.simulate.streams import Streams, quota
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY
from hmic_analysis.simulate.writer import references, render

#: Registers for which the force is asked to sign that they are complete.
SIGNED = ("document", "initiative", "problem_record", "training", "partner_task")
SCENARIOS = ("shed burglary", "theft from vehicle overnight", "nuisance noise", "shop theft, offender gone")


def rows(table: str, records: list[dict[str, Any]]) -> pa.Table:
    """Write records (plain values by column, blank where left out) as rows of the return."""
    columns: dict[str, Any] = {}
    for name in contract_for(table).column_names:
        column, given = contract_for(table).column(name), [r.get(name) for r in records]
        if column.kind == "month":
            columns[name] = pa.array(given, pa.string())
        elif column.kind in ("date", "timestamp"):
            columns[name] = np.array([NO_DAY if x is None else x for x in given], "datetime64[D]")
        elif column.kind == "boolean":
            columns[name] = np.array([-1 if x is None else int(x) for x in given], int)
        elif column.kind in ("number", "integer"):
            columns[name] = np.array([np.nan if x is None else x for x in given], float)
        elif column.kind == "codes":
            columns[name] = np.array([";".join(x) if x else None for x in given], dtype=object)
        else:
            columns[name] = np.array(given, dtype=object)
    return render(table, columns)


def stated_figures(facts: Facts, values: dict[str, Any]) -> dict[str, float]:
    """The figures as the force states them.

    Parameters
    ----------
    facts : Facts
    values : dict
        True figures.

    Returns
    -------
    dict of str to float
        For the items it provides: the truth, rounded, and off by what the facts say; an attendance rate that would
        leave 0 to 100 is off to the other side.
    """
    rate = values["attendance_pct"] or 0.0
    stated = rate + facts.stated_rate_error_points
    if not 0 <= stated <= 100:
        stated = rate - facts.stated_rate_error_points

    def off(figure: str, error: float) -> int:
        return max(0, math.floor(values[figure] * (1 + error / 100) + 0.5))

    found = {
        "attendance_pct": round(min(max(stated, 0.0), 100.0), 1),
        "named_suspects_outstanding": off("named_suspects_outstanding_n", facts.stated_outstanding_error_pct),
        "failed_to_answer_bail": off("fta_bail_n", facts.stated_fta_error_pct),
        "staff_time_saved": round(values["staff_hours_saved"] * (1 + facts.stated_savings_error_pct / 100), 1),
    }
    return {item: value for item, value in found.items() if facts.status(item) == "provided"}


def request_records(facts: Facts, frame: Frame, stated: dict[str, float]) -> list[dict[str, Any]]:
    """The log of what was asked of the force: every table, and the figures besides.

    Parameters
    ----------
    facts : Facts
    frame : Frame
    stated : dict of str to float
        The figures as the force states them.

    Returns
    -------
    list of dict
    """
    as_of = np.datetime64(frame.as_of)
    found = []
    asked = [table for table in TABLES if table != "data_request"]
    for i, item in enumerate((*asked, *FIGURES)):
        status = facts.status(item)
        record: dict[str, Any] = {"request_id": f"RQ{i + 1:04d}", "item": item, "status": status}
        if status != "not_requested":
            record["requested_on"] = as_of - 75 * ONE_DAY
        if status not in ("not_requested", "not_yet_received"):
            record["received_on"] = as_of - (i % 9) * ONE_DAY
        if item in stated and status == "provided":
            record |= {"stated_value": stated[item], "stated_unit": FIGURES[item]}
        if item in SIGNED and status == "provided":
            record["register_complete"] = facts.register_complete
        found.append(record)
    return found


def knowledge_rows(streams: Streams, facts: Facts, frame: Frame) -> pa.Table:
    """Write the knowledge checks, made in the last 60 days of the period; the share correct is exact."""
    n = facts.n_knowledge_checks
    rng = streams.of("knowledge")
    asked = np.datetime64(frame.period_end) - rng.integers(0, 60, n) * ONE_DAY
    correct = quota(streams.of("knowledge.correct"), n, facts.knowledge_correct_share)
    roles = np.array(["call_handler", "dispatcher", "response"], dtype=object)
    return render(
        "knowledge_check",
        {
            "person_key": references("STF", np.arange(n) + 1, 4),
            "role": roles[np.arange(n) % 3],
            "scenario": np.array(SCENARIOS, dtype=object)[np.arange(n) % len(SCENARIOS)],
            "asked_on": asked,
            "correct": correct.astype(int),
        },
    )
