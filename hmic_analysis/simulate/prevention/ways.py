"""How the claims of P1 to P4 come to be true of a force, false, or neither plainly."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Between, Ways


def ways() -> dict[str, Ways]:
    """The ways, by claim.

    Returns
    -------
    dict of str to Ways
        P1c and P4c are views.  A database either is there or isn't, so P3a has no middle.
    """
    return {**_strategy(), **_initiatives(), **_problem_solving(), **_training()}


def _strategy() -> dict[str, Ways]:
    return {
        "P1a": {
            "true": ({"n_prevention_plans": Between(2, 7)},),
            "false": ({"n_prevention_plans": 0},),
            "middle": ({"n_prevention_plans": 1},),
        },
        "P1b": {
            "true": ({"prevention_strategy": "none"}, {"prevention_strategy": "draft"}),
            "false": ({"prevention_strategy": "approved"},),
            "middle": ({"prevention_strategy": "undated"},),
        },
    }


def _initiatives() -> dict[str, Ways]:
    steered = {
        "dmm_held_share": Between(0.94, 0.99),
        "dmm_prevention_share": Between(0.58, 0.8),
        "dmm_closed_in_time_share": Between(0.67, 0.88),
    }
    return {
        "P2a": {
            "true": ({"n_long_term_initiatives": Between(3, 8)},),
            "false": ({"n_long_term_initiatives": Between(0, 1)},),
            "middle": ({"n_long_term_initiatives": 1, "n_unclear_initiatives": Between(1, 3)},),
        },
        "P2b": {
            "true": (steered,),
            "false": ({"dmm_held_share": Between(0.45, 0.68)}, {"dmm_prevention_share": Between(0.04, 0.14)}),
            "middle": (
                {**steered, "dmm_prevention_share": Between(0.28, 0.42)},
                {**steered, "dmm_closed_in_time_share": Between(0.25, 0.5)},
                {**steered, "dmm_held_share": Between(0.79, 0.86)},
            ),
        },
    }


def _problem_solving() -> dict[str, Ways]:
    return {
        "P3a": {
            "true": ({"ps_database": True},),
            # Where there is no database nobody uses it, and nothing on it is evaluated.
            "false": ({"ps_database": False, "implies": {"P3b": "false", "P3c": "false"}},),
        },
        "P3b": {
            "true": ({"ps_active_share": Between(0.94, 0.99), "ps_worst_team_share": Between(0.8, 0.92)},),
            "false": ({"ps_active_share": Between(0.25, 0.5)}, {"ps_idle_team": True}),
            "middle": ({"ps_active_share": Between(0.68, 0.82)}, {"ps_worst_team_share": Between(0.25, 0.55)}),
        },
        "P3c": {
            "true": ({"ps_evaluated_share": Between(0.35, 0.7), "ps_shared_share": Between(0.4, 0.7)},),
            "false": ({"ps_evaluated_share": 0.0}, {"ps_shared_share": 0.0}),
            "middle": ({"ps_results_recorded": False},),
        },
    }


def _training() -> dict[str, Ways]:
    return {
        "P4a": {
            "true": ({"cp_informal_share": Between(0.08, 0.6)},),
            # Where nobody had any training nobody had formal training either.
            "false": ({"cp_training_given": "no", "implies": {"P4b": "true"}},),
            "middle": ({"cp_training_given": "once", "implies": {"P4b": "true"}},),
        },
        "P4b": {
            "true": ({"cp_formal_share": Between(0.0, 0.05)},),
            "false": ({"cp_formal_share": Between(0.6, 0.85)},),
            "middle": ({"cp_formal_share": Between(0.2, 0.38)}, {"cp_formal_pcso_share": Between(0.4, 0.8)}),
        },
    }
