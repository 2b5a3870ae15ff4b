"""How the claims of A1, A2, A6, F1 and F4 come to be true of a force, false, or neither plainly."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Between, Ways


def ways() -> dict[str, Ways]:
    """The ways, by claim.

    Returns
    -------
    dict of str to Ways
        A2c is not among them: it follows from the policies of all forces.  A policy either promises everything or
        doesn't, so A2b has no middle.
    """
    return {**_recording(), **_policy(), **_suspects(), **_demand(), **_savings()}


def _recording() -> dict[str, Ways]:
    return {
        "A1a": {
            "true": ({"prior_incident_share": Between(0.87, 0.97)},),
            "false": ({"prior_incident_share": Between(0.2, 0.42)},),
            "middle": ({"prior_incident_share": Between(0.58, 0.72)},),
        },
        "A1b": {
            "true": (
                {"attendance_known_share": Between(0.975, 0.995), "stated_rate_error_points": Between(-0.8, 0.8)},
            ),
            "false": ({"states_attendance": False}, {"attendance_known_share": Between(0.45, 0.7)}),
            "middle": (
                {"stated_rate_error_points": Between(4.0, 10.0)},
                {"attendance_known_share": Between(0.85, 0.91)},
            ),
        },
    }


def _policy() -> dict[str, Ways]:
    return {
        "A2a": {
            "true": ({"knowledge_correct_share": Between(0.92, 0.98)},),
            "false": ({"knowledge_correct_share": Between(0.4, 0.65)},),
            "middle": ({"knowledge_correct_share": Between(0.79, 0.83)},),
        },
        "A2b": {
            "true": ({"policy_attend_all": True},),
            "false": (
                {
                    "policy_attend_all": False,
                    "attendance_share": Between(0.45, 0.9),
                    "incident_attendance_share": Between(0.4, 0.9),
                },
            ),
        },
    }


def _suspects() -> dict[str, Ways]:
    cared_for = {
        "owner_share": Between(0.975, 0.995),
        "active_28d_share": Between(0.88, 0.97),
        "supervised_28d_share": Between(0.88, 0.97),
    }
    return {
        "A6a": {
            "true": ({"stated_outstanding_error_pct": Between(-1.0, 1.0)},),
            "false": ({"states_outstanding": False},),
            "middle": ({"stated_outstanding_error_pct": Between(15.0, 60.0)},),
        },
        "A6b": {
            "true": ({"stated_fta_error_pct": Between(-1.0, 1.0)},),
            "false": ({"states_fta": False},),
            "middle": ({"stated_fta_error_pct": Between(20.0, 60.0)},),
        },
        "A6c": {
            "true": (cared_for,),
            "false": ({"supervised_28d_share": Between(0.15, 0.4)}, {"active_28d_share": Between(0.15, 0.4)}),
            "middle": ({**cared_for, "active_28d_share": Between(0.68, 0.73)},),
        },
    }


def _demand() -> dict[str, Ways]:
    return {
        "F1a": {
            "true": ({"demand_plan": True},),
            # No product and no plan: nothing then covers any aspect of demand either.
            "false": ({"demand_plan": False, "n_demand_products": 0, "implies": {"F1b": "false"}},),
            "middle": ({"demand_plan": False},),
        },
        "F1b": {
            "true": ({"demand_covers": ("incident_types", "hour")}, {"demand_covers": ("activity_time", "place")}),
            "middle": ({"demand_covers": ("hour",)}, {"demand_covers": ("incident_types",)}),
        },
    }


def _savings() -> dict[str, Ways]:
    return {
        "F4a": {
            "true": ({"states_savings": False}, {"states_savings": True, "measured_changes": 0}),
            "false": ({"states_savings": True, "measured_changes": 6, "stated_savings_error_pct": Between(-4.0, 4.0)},),
            "middle": ({"states_savings": True, "measured_changes": Between(2, 3)},),
        },
        "F4b": {
            "true": ({"savings_work_days_ago": Between(5, 70)},),
            "false": ({"savings_work_ongoing": False},),
            "middle": ({"savings_work_days_ago": Between(120, 200)},),
        },
    }
