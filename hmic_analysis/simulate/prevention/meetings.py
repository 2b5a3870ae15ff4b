"""Daily management meetings of a simulated force, and the actions they set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.prevention import ACTION_TYPES
from hmic_analysis.simulate.shapes import DISTRICTS
from hmic_analysis.simulate.streams import pick, quota
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import references, render

#: Meetings of which it isn't on record whether they were held, actions that nobody coded, actions coded twice.
HELD_BLANK, NOT_CODED, CODED_TWICE = 0.004, 0.006, 160
PREVENTION = ACTION_TYPES.index("prevention")


def draw_meetings(subject: Subject) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """The meetings prescribed in each district on each day of the period, and their actions.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    tuple
        Rows of ``meeting`` and ``meeting_action``, and the true figures behind them.
    """
    facts, rng = subject.facts, subject.streams.of("prevention.meetings")
    days = np.arange(subject.start, subject.end + ONE_DAY)
    day, district = np.repeat(days, len(DISTRICTS)), np.tile(np.arange(len(DISTRICTS)), len(days))
    n = len(day)
    held = quota(rng, n, facts.dmm_held_share).astype(int)
    blank = quota(rng, n, HELD_BLANK)
    held[blank] = -1
    took_place = np.flatnonzero(held == 1)
    preventive = np.zeros(n, bool)
    preventive[took_place] = quota(rng, len(took_place), facts.dmm_prevention_share)
    number = np.arange(n) + 1
    actions, figures = _actions(subject, took_place, preventive, day)
    meeting = render(
        "meeting",
        {
            "meeting_id": references("DMM", number, 5),
            "district": np.array(DISTRICTS, dtype=object)[district],
            "prescribed_on": day,
            "held": held,
        },
    )
    figures |= {
        "dmm_prescribed": n,
        "dmm_held": len(took_place),
        "dmm_held_unknown": int(blank.sum()),
        "dmm_with_prevention": int(preventive.sum()),
    }
    return {"meeting": meeting, "meeting_action": actions}, figures


def _actions(
    subject: Subject, took_place: np.ndarray, preventive: np.ndarray, day: np.ndarray
) -> tuple[pa.Table, dict[str, Any]]:
    """One to four actions of each meeting held; every meeting said to be preventive has at least one that is."""
    facts, rng = subject.facts, subject.streams.of("prevention.actions")
    first = pick(rng, (0, 45, 30, 25), len(took_place))
    first[preventive[took_place]] = PREVENTION
    more = pick(rng, (35, 40, 20, 5), len(took_place))
    meeting = np.concatenate([took_place, np.repeat(took_place, more)])
    further = pick(rng, (30, 35, 20, 15), int(more.sum()))
    # Where the meeting is not preventive none of its actions is.
    further = np.where(
        preventive[np.repeat(took_place, more)], further, np.where(further == PREVENTION, 1, further)
    )  # fmt: skip
    kind = np.concatenate([first, further])
    order = np.argsort(meeting, kind="stable")
    meeting, kind = meeting[order], kind[order]
    n = len(meeting)
    set_on = day[meeting]
    due = set_on + rng.integers(1, 22, n) * ONE_DAY
    # Only further actions of preventive meetings are left uncoded, so that the meetings stay what they are.
    is_first = np.diff(meeting, prepend=-1) != 0
    open_to_blank = np.flatnonzero(preventive[meeting] & ~is_first)
    blank = rng.permutation(open_to_blank)[: int(NOT_CODED * n)]
    coded = kind.copy()
    coded[blank] = -1
    is_prevention = coded == PREVENTION
    due_in_period = is_prevention & (due >= subject.start) & (due <= subject.end)
    in_time = np.zeros(n, bool)
    in_time[due_in_period] = quota(rng, int(due_in_period.sum()), facts.dmm_closed_in_time_share)
    in_time[~due_in_period] = rng.random(int((~due_in_period).sum())) < facts.dmm_closed_in_time_share
    spent = np.floor(rng.random(n) * ((due - set_on) / ONE_DAY + 1)).astype(int)
    late = due + rng.integers(1, 40, n) * ONE_DAY
    closed = np.where(in_time, set_on + spent * ONE_DAY, np.where(rng.random(n) < 0.6, late, NO_DAY))
    names = np.array([*ACTION_TYPES, None], dtype=object)
    rows = {
        "action_id": references("ACT", np.arange(n) + 1, 6),
        "meeting_id": references("DMM", meeting + 1, 5),
        "set_on": set_on,
        "action_type": names[coded],
        "second_coder_type": names[_second_coder(subject, kind)],
        "due_on": due,
        "closed_on": closed,
    }
    figures = {
        "dmm_actions": n,
        "dmm_actions_not_coded": len(blank),
        "dmm_prevention_actions": int(is_prevention.sum()),
        "dmm_prevention_due": int(due_in_period.sum()),
        "dmm_prevention_closed_in_time": int((in_time & due_in_period).sum()),
    }
    return render("meeting_action", rows), figures


def _second_coder(subject: Subject, kind: np.ndarray) -> np.ndarray:
    """What a second person chose for a random sample; -1 for all other actions."""
    rng = subject.streams.of("prevention.second_coder")
    chosen = rng.permutation(len(kind))[:CODED_TWICE]
    agree = quota(rng, len(chosen), subject.facts.dmm_coders_agree_share)
    other = (kind[chosen] + rng.integers(1, len(ACTION_TYPES), len(chosen))) % len(ACTION_TYPES)
    second = np.full(len(kind), -1)
    second[chosen] = np.where(agree, kind[chosen], other)
    return second
