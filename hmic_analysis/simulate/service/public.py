"""Calls back to the public, and the survey of users."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.quality import ANSWERS, CALLBACK_KINDS, CALLBACK_RESULTS, STAGES, SURVEY_GROUPS
from hmic_analysis.simulate.clock import SECOND
from hmic_analysis.simulate.incidents import NOT_A_TIME
from hmic_analysis.simulate.streams import pick, quota, skewed
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.tally import percent
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import references, render

#: At scale 1 of a force of Cleveland's size, and at least.
CALLBACKS, SURVEYED = (2400, 80), (3000, 160)
#: Share of calls back of which it is not on record whether they were made.
UNRECORDED = 0.02
#: How far each stage differs from the share satisfied with the whole.
APART = {"contact": 0.08, "action": -0.02, "follow_up": -0.06, "treatment": 0.07, "whole": 0.0}
DONT_KNOW, NOT_ASKED = 0.03, 0.01


def draw_callbacks(subject: Subject) -> tuple[pa.Table, dict[str, Any]]:
    """Draw the calls back of the period; the share made in time is exact.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    tuple
        Rows of ``callback``, and the true figures.
    """
    rng, n = subject.streams.of("service.callbacks"), subject.frame.size_of(subject.force, *CALLBACKS)
    whole = int((subject.end - subject.start) / ONE_DAY) + 1
    due = (subject.start + rng.integers(0, whole, n) * ONE_DAY).astype("datetime64[s]")
    due = due + rng.integers(9 * 3600, 20 * 3600, n) * SECOND
    recorded = rng.random(n) >= UNRECORDED
    told = np.flatnonzero(recorded)
    made = np.zeros(n, bool)
    made[told] = quota(subject.streams.of("service.callbacks.made"), len(told), subject.facts.callback_made_share)
    late = ~made & (rng.random(n) < 0.5)
    early = due - rng.integers(60, 6 * 3600, n) * SECOND
    after = due + np.maximum(60, skewed(rng, 7200, 0.8, n)).astype(np.int64) * SECOND
    made_at = np.where(made, early, np.where(late, after, NOT_A_TIME))
    made_at[~recorded] = NOT_A_TIME
    result = np.where(made | late, pick(rng, (70, 30), n), CALLBACK_RESULTS.index("not_made"))
    result[~recorded] = len(CALLBACK_RESULTS)
    columns = {
        "callback_id": references("CB", np.arange(n) + 1, 6),
        "kind": np.array(CALLBACK_KINDS, dtype=object)[pick(rng, (70, 30), n)],
        "due_at": due,
        "made_at": made_at,
        "result": np.array([*CALLBACK_RESULTS, None], dtype=object)[result],
    }
    return render("callback", columns), {"callback_made_pct": percent(int(made.sum()), len(told))}


def draw_survey(subject: Subject) -> tuple[pa.Table, dict[str, Any]]:
    """Draw the persons contacted in the period, six to twelve weeks after their report, and their answers.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    tuple
        Rows of ``survey``, and the true figures; shares are exact, to the nearest person.
    """
    rng, n = subject.streams.of("service.survey"), subject.frame.size_of(subject.force, *SURVEYED)
    whole = int((subject.end - subject.start) / ONE_DAY) + 1
    contacted = subject.start + rng.integers(0, whole, n) * ONE_DAY
    completed = quota(subject.streams.of("service.survey.completed"), n, subject.facts.survey_response_share)
    said = np.flatnonzero(completed)
    columns: dict[str, Any] = {
        "survey_id": references("SV", np.arange(n) + 1, 6),
        "survey_group": np.array(SURVEY_GROUPS, dtype=object)[pick(rng, (30, 30, 25, 5, 10), n)],
        "reported_on": contacted - rng.integers(42, 85, n) * ONE_DAY,
        "contacted_on": contacted,
        "completed": completed.astype(int),
    }
    values: dict[str, Any] = {"survey_response_pct": percent(len(said), n), "satisfied_pct": {}}
    for stage in STAGES:
        answers, values["satisfied_pct"][stage] = _answers(subject, stage, len(said))
        column = np.full(n, None, dtype=object)
        column[said] = answers
        columns[f"satisfied_{stage}"] = column
    return render("survey", columns), values


def _answers(subject: Subject, stage: str, n: int) -> tuple[np.ndarray, float | None]:
    """Answers on one stage, and the true per cent satisfied of those who had a view."""
    rng = subject.streams.of(f"service.survey.{stage}")
    draw = rng.random(n)
    valid = np.flatnonzero(draw > DONT_KNOW + NOT_ASKED)
    share = float(np.clip(subject.facts.survey_satisfied_share + APART[stage], 0, 1))
    content = quota(rng, len(valid), share)
    answers = np.full(n, None, dtype=object)
    answers[(draw > NOT_ASKED) & (draw <= DONT_KNOW + NOT_ASKED)] = "dont_know"
    good, bad = pick(rng, (30, 45, 25), len(valid)), 3 + pick(rng, (30, 35, 20, 15), len(valid))
    answers[valid] = np.array(ANSWERS, dtype=object)[np.where(content, good, bad)]
    return answers, percent(int(content.sum()), len(valid))
