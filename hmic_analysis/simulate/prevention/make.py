"""The tables of P1 to P4 and the true figures behind them."""

from __future__ import annotations

from hmic_analysis.simulate.prevention.courses import draw_training
from hmic_analysis.simulate.prevention.initiatives import draw_initiatives
from hmic_analysis.simulate.prevention.meetings import draw_meetings
from hmic_analysis.simulate.prevention.problems import draw_problems
from hmic_analysis.simulate.prevention.staff import draw_staff, staff_rows
from hmic_analysis.simulate.prevention.teams import draw_teams, team_rows
from hmic_analysis.simulate.prevention.use import draw_use
from hmic_analysis.simulate.topic import Made, Subject


def make(subject: Subject) -> Made:
    """Make them.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    Made
    """
    staff, teams = draw_staff(subject), draw_teams(subject)
    training, trained = draw_training(subject, staff)
    meetings, met = draw_meetings(subject)
    initiatives, sustained = draw_initiatives(subject)
    use, used = draw_use(subject, teams)
    problems, solved = draw_problems(subject, teams, use, staff)
    return Made(
        tables={
            "staff": staff_rows(staff),
            "training": training,
            **meetings,
            "initiative": initiatives,
            "neighbourhood_team": team_rows(teams),
            **problems,
        },
        values={
            **trained,
            **met,
            **sustained,
            **used,
            **solved,
            "n_prevention_plans": subject.facts.n_prevention_plans,
        },
    )
