"""F3: reviews due and held, what they cover, spans of control, the workload view, open crimes."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.findings import f3_supervision
from hmic_analysis.measures.base import Share

START, END, AS_OF = date(2013, 1, 1), date(2013, 6, 30), date(2014, 3, 31)


def person(key, role="response", **more):
    return {"person_key": key, "role": role, "rank": "constable", "in_post_since": "2010-01-01", **more}


def review(id, key, on, workload=True, performance=True):
    return {
        "review_id": id, "person_key": key, "held_on": on,
        "workload_covered": workload, "performance_covered": performance,
    }  # fmt: skip


def due(table, staff, absence=(), reviews=()):
    return f3_supervision.staff_intervals(
        table("staff", *staff), table("absence", *absence), table("supervision", *reviews), START, END, 3
    ).set_index(["person_key", "interval"])


def test_who_is_due_for_a_review(table):
    staff = [
        person("there"),
        person("recruit", in_training=True),
        person("desk", role="other"),
        # In post for 45 of 90 days of the first interval: due; one day less is not.
        person("half", in_post_since="2013-02-15"),
        person("less", in_post_since="2013-02-16"),
        person("left", left_on="2013-02-13"),
        person("unsaid", in_post_since=None),
    ]
    got = due(table, staff)
    assert set(got.index) == {
        ("there", 0), ("there", 1), ("half", 0), ("half", 1), ("less", 1), ("unsaid", 0), ("unsaid", 1),
    }  # fmt: skip


def test_long_absences_are_left_out_short_ones_are_not(table):
    absence = [
        {"person_key": "long", "from_on": "2012-12-01", "to_on": "2013-01-31"},
        {"person_key": "long", "from_on": "2013-01-20", "to_on": "2013-02-15"},
        {"person_key": "short", "from_on": "2013-01-10", "to_on": "2013-02-10"},
        {"person_key": "still", "from_on": "2013-03-01"},
    ]
    got = due(table, [person("long"), person("short"), person("still")], absence)
    # 46 days of 90 away, overlaps counted once; the third is away for 31 of 90 and then for good.
    assert set(got.index) == {("long", 1), ("short", 0), ("short", 1), ("still", 0)}


def test_reviews_of_each_interval(table):
    reviews = [
        review("1", "a", "2013-01-01", True, False),
        review("2", "a", "2013-03-31", False, None),
        review("3", "a", "2013-07-01"),
        review("4", "b", "2013-06-30", None, True),
        review("5", "nobody", "2013-02-01"),
    ]
    got = due(table, [person("a"), person("b")], reviews=reviews)
    assert got["reviewed"].to_dict() == {("a", 0): True, ("b", 0): False, ("a", 1): False, ("b", 1): True}
    assert got["workload"].isna().to_dict() == {("a", 0): False, ("b", 0): False, ("a", 1): False, ("b", 1): True}
    assert got.loc[("a", 0), "workload"] and not got.loc[("b", 0), "workload"]
    # One review did not look at performance, of the other it is not known.
    assert got["performance"].isna().to_dict()[("a", 0)]
    assert got.loc[("b", 1), "performance"]


def test_nobody_to_review(table):
    got = f3_supervision.staff_intervals(table("staff"), table("absence"), table("supervision"), START, END, 3)
    assert got.empty and Share.of(got["reviewed"]) == Share(0, 0, 0)
    assert f3_supervision.by_unit(got) == {}


def test_share_by_unit(table):
    staff = [person("a", unit="North"), person("b", unit="North"), person("c")]
    got = due(table, staff, reviews=[review("1", "a", "2013-01-01")]).reset_index()
    assert f3_supervision.by_unit(got) == {"North": Share(1, 3), "unit not recorded": Share(0, 2)}


def test_what_reviews_cover(table):
    staff = table("staff", person("a"), person("desk", role="other"))
    reviews = f3_supervision.front_line_reviews(
        table(
            "supervision",
            review("both", "a", "2013-01-01"),
            review("one", "a", "2013-01-02", True, False),
            review("no", "a", "2013-01-03", False, None),
            review("unsaid", "a", "2013-01-04", True, None),
            review("desk", "desk", "2013-01-05"),
            review("blank", "a", "2013-01-06", None, None),
        ),
        staff,
    )
    assert f3_supervision.covers(reviews, "workload") == Share(3, 1, 1)
    assert f3_supervision.covers(reviews, "performance") == Share(1, 1, 3)
    # Surely not both where one is surely missing, whatever is known of the other.
    assert f3_supervision.covers(reviews, "workload", "performance") == Share(1, 2, 2)


def test_team_sizes_at_the_snapshot(table):
    staff = table(
        "staff",
        *(person(f"a{i}", supervisor_key="S1") for i in range(13)),
        person("b", supervisor_key="S2"),
        person("p", role="pcso", rank="pcso", supervisor_key="S2"),
        person("gone", supervisor_key="S2", left_on="2014-03-30"),
        person("later", supervisor_key="S2", in_post_since="2014-04-01"),
        person("S1", role="supervisor", rank="sergeant", supervisor_key="S9"),
        person("alone"),
    )
    sizes = f3_supervision.team_sizes(staff, AS_OF)
    assert sizes.to_dict() == {"S1": 13, "S2": 2}
    assert f3_supervision.not_in_spans(staff, AS_OF) == (1, 0)
    assert f3_supervision.span_bands(sizes)["value"].tolist() == [1, 0, 0, 1]
    assert (
        f3_supervision.span_note(sizes, 1, 0)
        == "Supervisors of more than 12: 50%. Staff without a supervisor on record: 1."
    )
    assert f3_supervision.span_note(sizes[["S2"]], 0, 3) == (
        "Supervisors of more than 12: 0%. Staff without a supervisor on record: 0. "
        "Left out, since their rank or days in post are not known: 3."
    )
    assert f3_supervision.span_note(pd.Series([12]), 0, 0).startswith("Supervisors of more than 12: 0%.")
    assert f3_supervision.span_bands(f3_supervision.team_sizes(table("staff"), AS_OF)).empty


def weeks(key, opened, **more):
    return [
        {"supervisor_key": key, "week_start": pd.Timestamp("2013-01-07") + pd.Timedelta(weeks=i), "times_opened": n, **more}
        for i, n in enumerate(opened)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ([1, 2, 1, 5], Share(1, 0)),
        ([1, 0, 1, 1], Share(0, 1)),
        # The week of which nothing is known could turn it; one in which it was not opened is enough for a no.
        ([1, None, 1, 1], Share(0, 0, 1)),
        ([0, None, 0, 0], Share(0, 1)),
        ([1] * 19 + [0], Share(0, 1)),
        ([1] * 20, Share(1, 0)),
    ],
)
def test_who_looks_weekly(table, opened, expected):
    staff = table("staff", person("a", supervisor_key="S1"))
    assert f3_supervision.looks_weekly(table("workload_view", *weeks("S1", opened)), staff) == expected


def test_weeks_away_are_left_out_and_missing_rows_are_not_known(table):
    staff = table(
        "staff",
        person("a", supervisor_key="S1"), person("b", supervisor_key="S2"), person("c", supervisor_key="S3"),
        person("S2", role="supervisor", in_post_since="2013-01-20"),
    )  # fmt: skip
    rows = [
        *weeks("S1", [1, 1, 1]),
        {"supervisor_key": "S1", "week_start": "2013-01-28", "on_duty": False, "times_opened": 0},
        # In post since the third week: the two before are not his.
        {"supervisor_key": "S2", "week_start": "2013-01-21", "times_opened": 1},
        {"supervisor_key": "S2", "week_start": "2013-01-28", "times_opened": 1},
    ]
    # Of the third there is no row at all.
    assert f3_supervision.looks_weekly(table("workload_view", *rows), staff) == Share(2, 0, 1)
    assert f3_supervision.looks_weekly(table("workload_view"), staff) == Share(0, 0, 0)
    # Without a staff list those in the log are the supervisors, with the weeks of the whole log.
    assert f3_supervision.looks_weekly(table("workload_view", *rows), table("staff")) == Share(1, 0, 1)


def test_spread_of_open_crimes_at_the_last_count(table):
    def count(key, on, n):
        return {"person_key": key, "counted_on": on, "open_crimes": n}

    rows = table(
        "workload",
        *(count(f"p{i}", "2014-03-28", i) for i in range(11)),
        count("unsaid", "2014-03-28", None),
        count("p0", "2014-02-28", 99),
        count("p0", "2014-04-01", 99),
    )
    counts = f3_supervision.latest_counts(rows, AS_OF)
    assert len(counts) == 12
    assert f3_supervision.counted_note(counts, rows, AS_OF) == "Officers counted: 11."
    more = table(
        "workload", count("p1", "2014-03-28", 2), count("once", "2014-03-27", 9), count("late", "2014-04-01", 9)
    )
    assert f3_supervision.counted_note(f3_supervision.latest_counts(more, AS_OF), more, AS_OF) == (
        "Officers counted: 1. Left out, since they were counted on earlier days only: 1."
    )
    assert f3_supervision.spread(counts) == (9, 5)
    assert f3_supervision.ratio(9, 5) == 1.8 and f3_supervision.ratio(9, 0) is None
    assert f3_supervision.bands(counts)["value"].tolist() == [1, 5, 5, 0, 0]


def test_no_open_crimes_supplied(table):
    counts = f3_supervision.latest_counts(table("workload"), AS_OF)
    assert f3_supervision.spread(counts) == (None, None) and f3_supervision.ratio(None, None) is None
    assert f3_supervision.bands(counts).empty
