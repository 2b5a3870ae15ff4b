"""How the claims of A3, A4 and A7 come to be true of a force, false, or neither plainly."""

from __future__ import annotations

from hmic_analysis.simulate.topic import Between, Ways


def ways() -> dict[str, Ways]:
    """The ways, by claim.

    Returns
    -------
    dict of str to Ways
        A3c is a view and is not among them.
    """
    return {**_first_contact(), **_crime_files(), **_suspect_files()}


def _first_contact() -> dict[str, Ways]:
    # What was asked goes with what was recognised, so that a claim comes out the same where the records don't reach
    # back over a year and the question asked decides in their place.
    recognised = {
        "repeat_recall_share": Between(0.89, 0.96),
        "night_recall_share": Between(0.86, 0.94),
        "repeat_asked_share": Between(0.89, 0.96),
        "vulnerability_asked_share": Between(0.89, 0.96),
    }
    missed = {
        "repeat_recall_share": Between(0.2, 0.45),
        "night_recall_share": Between(0.2, 0.45),
        "repeat_asked_share": Between(0.2, 0.45),
    }
    return {
        "A3a": {
            "true": ({"victims_policy": True, "victims_procedure": True},),
            "false": ({"victims_policy": False, "victims_procedure": False},),
            "middle": (
                {"victims_policy": True, "victims_procedure": False},
                {"victims_policy": False, "victims_procedure": True},
            ),
        },
        "A3b": {
            "true": (recognised,),
            "false": ({**recognised, **missed}, {**recognised, "vulnerability_asked_share": Between(0.2, 0.45)}),
            "middle": (
                {**recognised, "night_recall_share": Between(0.4, 0.58), "repeat_asked_share": Between(0.69, 0.72)},
                {**recognised, "vulnerability_asked_share": Between(0.69, 0.72)},
            ),
        },
    }


def _crime_files() -> dict[str, Ways]:
    def both(name: str, lo: float, hi: float) -> dict[str, Between]:
        return {name: Between(lo, hi), f"{name}_not_attended": Between(lo, hi)}

    return {
        claim: {
            "true": (both(name, 0.86, 0.95),),
            # Files of crimes nobody attended refute it by themselves.
            "false": (both(name, 0.15, 0.38), {**both(name, 0.86, 0.95), f"{name}_not_attended": Between(0.15, 0.35)}),
            "middle": (both(name, 0.65, 0.70),),
        }
        for claim, name in (("A4a", "progress_share"), ("A4b", "supervised_share"))
    }


def _suspect_files() -> dict[str, Ways]:
    return {
        claim: {
            "true": ({name: Between(0.65, 0.95)},),
            "false": ({name: Between(0.0, 0.14)},),
            "middle": ({name: Between(0.27, 0.42)},),
        }
        for claim, name in (("A7a", "suspect_activity_share"), ("A7b", "suspect_supervised_share"))
    }
