"""How the claims of A5, A8, A9 and A10 come to be true of a force, false, or neither plainly."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Between, Ways


def ways() -> dict[str, Ways]:
    """The ways, by claim.

    Returns
    -------
    dict of str to Ways
        A5b is the inspectors' view and not among them.  A8a has no middle: there is a mapping system or there is none,
        and without one nobody can use it.  A9a is false only where no call is audited at all, which would take away the
        evidence of other findings too, so it is not drawn.  A9b has no middle: every audit and month is on record.
    """
    return {**_offenders(), **_dispatch(), **_checks(), **_review()}


def _offenders() -> dict[str, Ways]:
    return {
        "A5a": {
            "true": ({"iom_agreement_share": Between(0.89, 0.96)},),
            "false": ({"iom_agreement_share": Between(0.35, 0.62)},),
            "middle": ({"iom_scored_share": Between(0.86, 0.91)},),
        },
        "A5c": {
            "true": ({"iom_meetings_held_share": Between(0.94, 0.99), "iom_quorum_share": Between(0.85, 0.96)},),
            "false": (
                {"iom_meetings_held_share": Between(0.5, 0.75)},
                {"iom_quorum_share": Between(0.2, 0.55)},
            ),
            "middle": ({"iom_attendance_recorded_share": Between(0.45, 0.65)},),
        },
        "A5d": {
            "true": ({"iom_assessed_share": Between(0.975, 1.0), "iom_assessment_current_share": Between(0.88, 0.96)},),
            "false": (
                {"iom_assessed_share": Between(0.5, 0.8)},
                {"iom_assessment_current_share": Between(0.3, 0.6)},
            ),
            "middle": ({"iom_status_known_share": Between(0.55, 0.7)},),
        },
    }


def _dispatch() -> dict[str, Ways]:
    return {
        "A8a": {
            "true": ({"dispatch_mapping": True},),
            "false": ({"dispatch_mapping": False, "implies": {"A8b": "false"}},),
        },
        "A8b": {
            "true": ({"located_share": Between(0.89, 0.95), "nearest_share": Between(0.86, 0.95)},),
            "false": (
                {"located_share": Between(0.35, 0.65)},
                {"nearest_share": Between(0.4, 0.55), "override_reason_share": Between(0.1, 0.25)},
            ),
            "middle": ({"position_log_kept_share": Between(0.5, 0.68)},),
        },
    }


def _checks() -> dict[str, Ways]:
    return {
        "A9a": {
            "true": ({"audit_scheme": True},),
            "middle": ({"audit_scheme": False},),
        },
        "A9b": {
            "true": ({"audit_coverage_share": Between(0.94, 0.99), "audit_feedback_share": Between(0.88, 0.97)},),
            "false": (
                {"audit_coverage_share": Between(0.4, 0.75)},
                {"audit_feedback_share": Between(0.2, 0.6)},
            ),
        },
    }


def _review() -> dict[str, Ways]:
    return {
        "A10a": {
            "true": ({"review_days_ago": Between(3, 70)},),
            "false": ({"review_opened": False}, {"review_closed": True}),
            "middle": ({"review_days_ago": Between(120, 240)},),
        },
    }
