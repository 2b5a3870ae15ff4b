"""How the claims of P5, F2, F3 and F5 come to be true of a force, false, or neither plainly."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Between, Ways


def ways() -> dict[str, Ways]:
    """The ways, by claim.

    Returns
    -------
    dict of str to Ways
        Each claim has all three states; no two claims share a fact.
    """
    return {**_plates(), **_partners(), **_supervision(), **_devices()}


def _plates() -> dict[str, Ways]:
    return {
        "P5a": {
            "true": ({"anpr_operation_months_share": 1.0},),
            "false": ({"anpr_operation_months_share": 0.0},),
            "middle": ({"anpr_operation_months_share": Between(0.25, 0.8)},),
        },
        "P5b": {
            "true": ({"anpr_prevention_quarters_share": 1.0},),
            "false": ({"anpr_prevention_quarters_share": 0.0},),
            "middle": ({"anpr_prevention_quarters_share": Between(0.25, 0.75)}, {"anpr_products_every_quarter": False}),
        },
        "P5c": {
            "true": ({"anpr_statement": "acknowledges"},),
            "false": ({"anpr_statement": "denies"},),
            "middle": ({"anpr_statement": "both"}, {"anpr_statement": "none"}),
        },
        "P5d": {
            "true": ({"anpr_upskilling": "depth_rising"}, {"anpr_upskilling": "courses_booked"}),
            "false": ({"anpr_skills_plan": False, "anpr_upskilling": "none"},),
            "middle": ({"anpr_skills_plan": False}, {"anpr_upskilling": "none"}),
        },
    }


def _partners() -> dict[str, Ways]:
    return {
        "F2a": {
            "true": ({"n_partner_tasks": Between(3, 6), "n_partner_actions": Between(1, 3)},),
            "false": ({"n_partner_tasks": 0, "n_partner_actions": 0, "transfer_accepted_share": 0.0},),
            "middle": ({"n_partner_actions": 0},),
        },
    }


def _supervision() -> dict[str, Ways]:
    return {
        "F3a": {
            "true": ({"review_workload_share": Between(0.92, 0.98)},),
            "false": ({"review_workload_share": Between(0.15, 0.5)},),
            "middle": ({"review_workload_share": Between(0.7, 0.72)},),
        },
        "F3b": {
            "true": ({"review_performance_share": Between(0.92, 0.98)},),
            "false": ({"review_performance_share": Between(0.15, 0.5)},),
            "middle": ({"review_performance_share": Between(0.7, 0.72)},),
        },
    }


def _devices() -> dict[str, Ways]:
    return {
        "F5a": {
            "true": ({"device_coverage_share": Between(0.35, 0.85)},),
            "false": ({"device_coverage_share": Between(0.04, 0.18)},),
            "middle": ({"device_spending_approved": False},),
        },
        "F5b": {
            "true": ({"device_active_share": Between(0.6, 0.92), "n_mobile_systems": Between(4, 9)},),
            "false": ({"device_active_share": Between(0.04, 0.18)}, {"n_mobile_systems": Between(1, 2)}),
            "middle": ({"device_active_share": Between(0.32, 0.44)},),
        },
    }
