"""Bundles as an audience may see them."""

from __future__ import annotations

import pandas as pd
import pytest

from hmic_analysis.disclosure.release import is_withheld, notebook_may_leave, released, released_csv
from hmic_analysis.evidence.withheld import DisclosureRules, drawable, highest, level_of, may_see, withheld
from hmic_analysis.evidence.wording import group_frame
from hmic_analysis.figures.shares import proportions_by_group

from .evidence import RULES, bundle, claim, count, figure, share, usual


def test_small_counts_go_with_their_complements_and_what_adds_up_to_them():
    hidden = withheld(usual().indicators, RULES)
    # Street bail is small; station, the cheaper of the others, protects it: 2 + 7 leave 1 to 4 open.
    assert hidden.figures == {"reviewed_pct", "owned_pct", "bail_n[street]", "bail_n[station]"}
    assert hidden.small == {"reviewed_pct", "owned_pct", "bail_n[street]"}


@pytest.mark.parametrize("audience", ["force", "public"])
def test_nothing_of_a_withheld_indicator_is_left(audience):
    made = released(
        usual().model_copy(
            update={"claims": tuple(c.model_copy(update={"sensitivity": "public"}) for c in usual().claims)}
        ),
        RULES,
        audience,
    )
    gone = made.indicator("reviewed_pct")
    assert is_withheld(gone, RULES) and gone.note.startswith("[c] ")
    assert {gone.value, gone.numerator, gone.denominator, gone.lo, gone.hi, gone.lo_missing, gone.hi_missing} == {None}
    kept = made.indicator("active_pct") if audience == "force" else None
    assert kept is None or (kept.value, kept.numerator) == (50.0, 30)


def test_sentences_say_it_in_words_and_keep_their_other_numbers():
    made = released(usual(), RULES, "force").claims[0]
    assert made.sentence == (
        "They are looked after: fewer than 5 were reviewed, all but fewer than 5 have an owner and 50.0% were active."
    )
    assert made.numbers == (("50.0%", "active_pct.value"),)
    assert "5.0%;" not in made.why.replace("50.0%;", "") and "Active: 50.0%; test: at least 40%." in made.why


def test_the_same_number_from_two_sources_goes_only_where_it_is_withheld():
    evidence = bundle(
        [share("reviewed_pct", 3, 60), share("seen_pct", 20, 400)],
        [claim("A6a", "5.0% were seen and 5.0% reviewed.", "seen_pct",
               numbers=(("5.0%", "seen_pct.value"), ("5.0%", "reviewed_pct.value")))],
    )  # fmt: skip
    made = released(evidence, RULES, "force").claims[0]
    assert made.sentence == "5.0% were seen and fewer than 5 reviewed."
    assert made.numbers == (("5.0%", "seen_pct.value"),)


def test_few_unknown_cases_hide_the_bounds_and_not_the_figure():
    made = released(bundle([share("active_pct", 30, 60, unknown=2)]), RULES, "force").indicators[0]
    assert (made.value, made.unknown, made.lo_missing, made.hi_missing) == (50.0, 0, None, None)
    assert not is_withheld(made, RULES)


def test_notes_with_small_counts_or_small_rests_go():
    noted = [
        count("bail_n", 20, note="3 of them are also named suspects; 77 in all."),
        count("files_n", 60, unit="count", about_persons=False, note="58 of 60 persons were circulated."),
        count("sent_n", 60, note="49 of 60 persons were circulated."),
    ]
    made = released(bundle(noted), RULES, "force")
    assert [i.note for i in made.indicators] == ["", "", "49 of 60 persons were circulated."]


def test_the_public_sees_public_claims_and_what_they_rest_on():
    evidence = bundle(
        [share("meetings_pct", 40, 60, persons=False), share("reviewed_pct", 30, 60), share("spare_pct", 30, 60)],
        [
            claim("A6a", "50.0% were reviewed.", "reviewed_pct", numbers=(("50.0%", "reviewed_pct.value"),)),
            claim("A6b", "66.7% were held.", "meetings_pct", numbers=(("66.7%", "meetings_pct.value"),),
                  sensitivity="public"),
            claim("A6c", "A view.", why="Reviewed: 50.0%; test: at least 80%.", sensitivity="public"),
        ],
        [figure("meetings", sensitivity="public"), figure("reviews", sensitivity="force")],
    )  # fmt: skip
    made = released(evidence, RULES, "public")
    assert [c.claim for c in made.claims] == ["A6b", "A6c"]
    assert [i.id for i in made.indicators] == ["meetings_pct"]
    assert [f.name for f in made.figures] == ["meetings"]
    assert "50.0%" not in made.model_dump_json()
    assert made.sensitivity == "public" and released(evidence, RULES, "force").sensitivity == "force"


def test_restricted_evidence_reaches_nobody():
    evidence = bundle([share("active_pct", 30, 60)], [claim("A6a", "x 50.0%", "active_pct", sensitivity="restricted")])
    for audience in ("force", "public"):
        made = released(evidence, RULES, audience)
        assert not made.claims and not made.indicators and not notebook_may_leave(evidence, RULES, audience)


def test_a_notebook_leaves_only_where_nothing_of_it_is_withheld():
    assert not notebook_may_leave(usual(), RULES, "force")
    fine = bundle([share("active_pct", 30, 60)], [claim("A6a", "x", "active_pct")])
    assert notebook_may_leave(fine, RULES, "force") and not notebook_may_leave(fine, RULES, "public")
    public = bundle([share("active_pct", 30, 60)], [claim("A6a", "x", "active_pct", sensitivity="public")])
    public = public.model_copy(update={"sensitivity": "public"})
    assert notebook_may_leave(public, RULES, "public")
    # An executed notebook shows the chart with small counts, where there is one.
    own = figure("ages", sensitivity="public", own=figure("ages-own"))
    assert not notebook_may_leave(public.model_copy(update={"figures": (own,)}), RULES, "public")


def test_what_is_made_of_several_things_has_the_highest_of_their_levels():
    assert highest(["public", "force"]) == "force" and highest(["public", "restricted"]) == "restricted"
    assert highest([]) == "restricted"
    assert may_see("force", "public") and not may_see("public", "force") and not may_see("force", "restricted")
    claims = {c.claim: c for c in usual().claims}
    assert level_of(["reviewed_pct"], claims) == "force" and level_of([], claims) == "force"


def test_rules_may_be_raised_by_a_force_and_switched_off_for_an_audience():
    evidence = bundle([share("active_pct", 7, 60)], parameters={"disclosure.min_count": ("10", "params/forces/x.yml")})
    assert is_withheld(released(evidence, RULES, "force").indicators[0], RULES)
    trusted = DisclosureRules(min_count=5, audiences=("public",))
    assert released(usual(), trusted, "force").indicator("reviewed_pct").value == 5.0


def test_tables_of_few_rows_are_not_counted_out():
    assert [d.table for d in released(usual(), RULES, "force").data] == ["crime"]


def test_a_figure_whose_file_shows_what_is_withheld_is_left_out(tmp_path):
    evidence = usual().model_copy(update={"figures": (figure("checks"), figure("outstanding-by-age"))})
    (tmp_path / "figures").mkdir()
    frame = group_frame(evidence.indicators[:3])
    frame.to_csv(tmp_path / "figures/checks.csv", index=False)
    (tmp_path / "figures/outstanding-by-age.csv").write_text("label,persons\nold,[c]\nnew,[c]\n", encoding="utf-8")
    made = released(evidence, RULES, "force", tmp_path)
    assert [f.name for f in made.figures] == ["outstanding-by-age"]
    shown = released_csv(tmp_path / "figures/checks.csv", evidence, RULES, "force")
    assert shown["value"].tolist() == ["[c]", "[c]", "50.0"] and shown["n"].tolist() == ["[c]", "[c]", "60.0"]


def test_a_chart_is_given_what_may_be_drawn():
    drawn = drawable(group_frame(usual().indicators[:3]), usual().indicators, RULES)
    assert drawn["withheld"].tolist() == ["[c]", "[c]", ""]
    assert drawn[["value", "lo", "hi", "n"]].iloc[:2].isna().all(axis=None) and drawn["value"][2] == 50.0
    assert "withheld" not in drawable(group_frame(usual().indicators[2:3]), usual().indicators[2:3], RULES).columns


def test_an_age_table_is_withheld_against_its_printed_total(tmp_path):
    evidence = bundle([count("named_suspects_outstanding_n", 46)])
    path = tmp_path / "outstanding-by-age.csv"
    pd.DataFrame({"label": ["7 days or less", "more", "most"], "persons": [3, 14, 29]}).to_csv(path, index=False)
    assert released_csv(path, evidence, RULES, "force")["persons"].tolist() == ["[c]", "[c]", "29"]


def test_a_number_left_out_because_few_are_not_known_is_said_to_be_withheld():
    rests = [share("reviewed_pct[early]", 30, 60, unknown=2), share("reviewed_pct[late]", 31, 60, unknown=20)]
    drawn = drawable(group_frame(rests), rests, RULES)
    assert drawn["withheld_n"].tolist() == ["[c]", ""] and "withheld" not in drawn.columns
    made = proportions_by_group(drawn, what="Reviewed", by="shift", units_name="persons")
    assert made.data["n"].astype(str).tolist() == ["[c]", "80.0"] and made.data["value"].notna().all()
    assert "Number [c]: withheld, since only a few are not known" in made.subtitle


def test_the_force_gets_the_charts_with_its_small_counts_and_nobody_else_their_files():
    drawn = figure("checks", own=figure("own/checks", headline="5.0%"), sensitivity="public")
    evidence = bundle([share("reviewed_pct", 3, 60)], figures=[drawn])
    rules = DisclosureRules(min_count=5, audiences=("public",))
    (own,) = released(evidence, rules, "force").figures
    assert (own.svg, own.sensitivity) == ("figures/own/checks.svg", "force")
    for strict, audience in ((rules, "public"), (RULES, "force")):
        assert "own" not in "".join(
            f.model_dump_json(exclude_none=True) for f in released(evidence, strict, audience).figures
        )
