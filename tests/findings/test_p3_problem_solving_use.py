"""P3: team-months with use of the database, the least active team, entries made all at once."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.evidence.model import Indicator
from hmic_analysis.findings import p3_problem_solving
from hmic_analysis.measures.base import Share

START, END = date(2013, 1, 1), date(2013, 3, 31)


@pytest.fixture
def tables(table):
    teams = table(
        "neighbourhood_team",
        {"team": "North"},
        {"team": "South"},
        {"team": "New", "existed_from": "2013-02-15"},
        {"team": "Old", "existed_to": "2013-02-28"},
    )
    records = table(
        "problem_record",
        {"record_id": "1", "team": "North", "opened_on": "2012-06-01"},
        {"record_id": "2", "team": "South", "opened_on": "2013-01-31"},
        {"record_id": "3", "opened_on": "2013-02-01"},
        {"record_id": "4", "team": "Elsewhere", "opened_on": "2013-02-01"},
        {"record_id": "5", "team": "Old", "opened_on": "2013-02-28"},
    )
    updates = table(
        "problem_update",
        {"record_id": "1", "updated_at": "2013-01-05 10:00"},
        {"record_id": "1", "updated_at": "2013-02-28 23:30"},
        {"record_id": "3", "updated_at": "2013-03-03 10:00"},
        {"record_id": "9", "updated_at": "2013-03-03 10:00"},
    )
    return teams, records, updates


def states(months):
    values = months["active"].astype("object").where(months["active"].notna(), None)
    return {(t, m.month): a for t, m, a in zip(months["team"], months["month"], values, strict=True)}


def test_a_team_counts_in_its_whole_months(tables):
    found = states(p3_problem_solving.team_months(*tables, START, END, complete=True))
    assert found == {
        ("North", 1): True, ("North", 2): True, ("North", 3): False,
        ("South", 1): True, ("South", 2): False, ("South", 3): False,
        ("New", 3): False, ("Old", 1): False, ("Old", 2): True,
    }  # fmt: skip


def test_a_month_without_any_entry_is_a_gap_even_where_the_records_are_signed_for(tables):
    teams, records, updates = tables
    found = states(p3_problem_solving.team_months(teams, records, updates.iloc[:2], START, END, complete=True))
    assert {found[team, 3] for team in ("North", "South", "New")} == {None}
    assert found["South", 2] is False and found["South", 1] is True
    # Where there is no entry at all, the force's word that there is none stands.
    nothing = p3_problem_solving.team_months(teams, records.iloc[:1], updates.iloc[:0], START, END, complete=True)
    assert Share.of(nothing["active"]) == Share(0, 9)


def test_months_that_the_log_does_not_reach_are_unknown(tables):
    teams, records, updates = tables
    found = states(p3_problem_solving.team_months(teams, records, updates.iloc[:2], START, END, complete=False))
    assert {found[team, 3] for team in ("North", "South", "New")} == {None}
    assert found["South", 2] is False and found["South", 1] is True
    # Records opened show use in two months, but without updates nothing could show that there was none.
    without = p3_problem_solving.team_months(teams, records, updates.iloc[:0], START, END, complete=False)
    assert Share.of(without["active"]) == Share(0, 0, 9)


def test_part_months_of_the_period_are_left_out(tables):
    months = p3_problem_solving.team_months(*tables, date(2013, 1, 2), date(2013, 3, 30), complete=True)
    assert set(months["month"].dt.month) == {2}


def test_the_least_active_team_however_short_it_existed(tables):
    teams = p3_problem_solving.by_team(p3_problem_solving.team_months(*tables, START, END, complete=True))
    assert teams == {"New": Share(0, 1), "North": Share(2, 1), "Old": Share(1, 1), "South": Share(1, 2)}
    assert p3_problem_solving.least_active(teams) == ("New", Share(0, 1))
    assert p3_problem_solving.least_active({}) == ("", Share.none())
    assert p3_problem_solving.least_active({"A": Share.none()}) == ("", Share.none())
    # Of two that may both be at nothing, the one that surely is; of two that surely are, the one with more months.
    assert p3_problem_solving.least_active({"A": Share(0, 1, 2), "B": Share(0, 3)})[0] == "B"
    assert p3_problem_solving.least_active({"A": Share(0, 1), "B": Share(0, 9), "C": Share(1, 8)})[0] == "B"
    assert p3_problem_solving.least_active({"A": Share(9, 3), "B": Share(1, 1)})[0] == "B"
    assert p3_problem_solving.least_active({"A": Share(3, 9), "B": Share(1, 1)})[0] == "A"


def months_of(name, months):
    return Indicator(
        id=name, name="ps_team_months_active_pct", label=name, unit="%", value=100 * months.yes / months.known,
        numerator=months.yes, denominator=months.known, unknown=months.unknown,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("months", "verdict"),
    [
        (Share(12, 0), "supported"),
        (Share(3, 0), "supported"),
        # Of eight teams that use it in nine of ten months, one or more has as few as eight of twelve in every third year.
        (Share(8, 4), "supported"),
        (Share(1, 1), "supported"),
        (Share(5, 7), "not_determinable"),
        (Share(1, 8), "not_determinable"),
        # What is not known of four months may put it far behind, or not.
        (Share(5, 3, 4), "not_determinable"),
        (Share(0, 9), "contradicted"),
        (Share(0, 4), "contradicted"),
        # Exact limits of 0 of 3 months reach to 70.8%, past the test of 70%.
        (Share(0, 3), "not_determinable"),
        (Share(0, 1), "not_determinable"),
        (Share(0, 8, 1), "not_determinable"),
    ],
)
def test_a_team_is_behind_only_beyond_chance_and_refutes_only_where_it_never_used_it(months, verdict):
    worst = months_of("ps_worst_team_active_pct", months)
    teams = [months_of("worst", months), *(months_of(f"team {n}", Share(11, 1)) for n in range(7))]
    assert p3_problem_solving._least_active(worst, teams, 70).verdict == verdict


def test_share_of_teams_by_month(tables):
    found = p3_problem_solving.by_month(p3_problem_solving.team_months(*tables, START, END, complete=True))
    assert found["value"].tolist() == pytest.approx([200 / 3, 200 / 3, 0])


def test_records_of_no_listed_team_are_told(tables):
    teams, records, _ = tables
    assert p3_problem_solving.no_team(records, teams, START, END) == (
        "2 of 4 records opened in the period name no team of the list and count for none.",
    )
    assert p3_problem_solving.no_team(records.iloc[:2], teams, START, END) == ()


def test_months_in_which_a_team_that_is_not_known_was_at_work(tables):
    teams, records, updates = tables
    # The record of a team that is not listed, the update of a record that is not there, and two months of the record of
    # which the team is not known.
    assert p3_problem_solving.lost_months(*tables, START, END) == 4
    assert p3_problem_solving.lost_months(*tables, START, date(2013, 2, 28)) == 2
    assert p3_problem_solving.lost_months(teams, records.iloc[:3], updates.iloc[:3], START, END) == 2
    assert p3_problem_solving.lost_months(teams, records.iloc[:2], updates.iloc[:2], START, END) == 0
    # Several entries on one record in a month are one month of one team, those on another record may be another's.
    more = pd.concat([updates, updates.iloc[3:], updates.iloc[3:].assign(record_id="8")])
    assert p3_problem_solving.lost_months(teams, records, more, START, END) == 5


def test_entries_made_all_at_once(table, tables):
    times = ["2013-02-01 09:00", "2013-02-01 10:00", "2013-02-01 23:59", "2013-02-02 09:00"]
    updates = table("problem_update", *({"record_id": "1", "updated_at": t} for t in times),
                    {"record_id": "2", "updated_at": "2013-02-01 09:00"})  # fmt: skip
    found = p3_problem_solving.most_on_one_day(tables[1], updates, 2)
    assert found == {"North": (Share(3, 1), pd.Timestamp("2013-02-01"))}
    most = p3_problem_solving.busiest(found)
    assert most.units.units.tolist() == [True, True, True, False] and len(most.units.rows) == 4
    assert (most.team, most.pct, most.updates, most.of) == ("North", 75, 3, 4)
    assert p3_problem_solving.busiest({}).pct is None
    assert p3_problem_solving.most_on_one_day(tables[1], updates.iloc[:0], 2) == {}


def test_no_team_at_all(tables):
    teams, records, updates = tables
    months = p3_problem_solving.team_months(teams.iloc[:0], records, updates, START, END, complete=True)
    assert Share.of(months["active"]) == Share(0, 0)
    assert p3_problem_solving.by_team(months) == {} and p3_problem_solving.by_month(months).empty
