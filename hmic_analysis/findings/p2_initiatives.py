"""P2: whether preventive work is sustained for years, and whether daily management meetings steer staff to it."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from hmic_analysis.evidence.grades import grade_indicator
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.findings.signed import gap_but_signed, signed
from hmic_analysis.measures.base import Share, among, backwards, open_blanks, unread, within
from hmic_analysis.statistics.differences import RateChange, relative_change
from hmic_analysis.statistics.intervals import Agreement, kappa
from hmic_analysis.words import sentence_case

# P2: prevention initiatives that lasted, and what became of crime where they ran.


def long_term(initiative: pd.DataFrame, as_of: date, months: int, window_months: int) -> pd.DataFrame:
    """Each initiative: whether it is a long-term one.

    The rows, with ``long_term``: a nullable boolean.  True: the force's own work, active for so many months of the
    window, with a written objective.  Days of action and national campaigns are none.  Missing: a blank kind,
    beginning or objective leaves it open, as does an end before the beginning.  A blank end means that it goes on.

    ``as_of``: last day of the window; work dated after it is not counted.
    ``months``: months for which it must have been active within the window.
    ``window_months``: length of the window.
    """
    last = pd.Timestamp(as_of)
    first = last - pd.DateOffset(months=window_months) + pd.Timedelta(days=1)
    begun = initiative["started_on"].clip(lower=first)
    ended = initiative["ended_on"].fillna(last).clip(upper=last)
    enough = begun + pd.DateOffset(months=months) <= ended + pd.Timedelta(days=1)
    lasted = enough.astype("boolean").mask(initiative["started_on"].isna())
    lasted = lasted.mask(lasted & unread(initiative, "ended_on"))
    out_of_order = backwards(initiative, "started_on", "ended_on")
    # An initiative that ended before the window, or ran for too short a time before its end, is none whatever the
    # beginning was.
    shortest = first + pd.DateOffset(months=months) <= ended + pd.Timedelta(days=1)
    lasted = (lasted & shortest.astype("boolean")).mask(out_of_order)
    own = (initiative["kind"] == "initiative").astype("boolean").mask(initiative["kind"].isna())
    state = lasted & own & initiative["objective_written"].astype("boolean")
    return initiative.assign(long_term=state)


def counted(initiatives: pd.DataFrame) -> tuple[int, int]:
    """Long-term initiatives, and further ones of which it is not known, of :func:`long_term`."""
    share = Share.of(initiatives["long_term"])
    return share.yes, share.unknown


def lasting(initiatives: pd.DataFrame) -> Share:
    """Long-term initiatives (yes), and those of which it is not known, of :func:`long_term`."""
    state = initiatives["long_term"].astype("boolean")
    return Share.of(state, initiatives["initiative_id"])


def with_outcome(initiatives: pd.DataFrame) -> Share:
    """Long-term initiatives with a baseline and a measured outcome.

    ``initiatives`` is what :func:`long_term` gives; one of which it is not known whether it is long-term is unknown.
    """
    rows = initiatives[initiatives["long_term"].fillna(True).to_numpy(dtype=bool)]  # noqa: FBT003
    states = rows["baseline_recorded"].astype("boolean") & rows["outcome_measured"].astype("boolean")
    return Share.of(states.mask(rows["long_term"].isna()), rows["initiative_id"])


def rate_changes(initiatives: pd.DataFrame) -> dict[str, RateChange]:
    """The change of crime in the target area of each long-term initiative against that of its comparison area.

    ``initiatives`` is what :func:`long_term` gives; only the sure ones with all four counts. By initiative; those
    whose ratio is not defined are left out.
    """
    rows = initiatives[initiatives["long_term"].fillna(False).to_numpy(dtype=bool)]
    names = ["target_before", "target_after", "comparison_before", "comparison_after"]
    rows = rows.dropna(subset=names)
    found = {
        str(row["initiative_id"]): relative_change(*(int(row[name]) for name in names)) for _, row in rows.iterrows()
    }
    return {key: change for key, change in found.items() if change.ratio == change.ratio}


def compared_words(changes: Mapping[str, RateChange]) -> str:
    """In how many initiatives crime fell more than elsewhere, beyond chance; empty where none is compared."""
    fell = sum(change.hi < 1 for change in changes.values())
    told = "Crime fell more than in the comparison area, beyond chance,"
    if len(changes) == 1:
        told = told if fell else told.replace("fell", "did not fall")
        return f"{told} in the one initiative compared"
    return f"{told} in {fell or 'none'} of {len(changes)} initiatives compared" if changes else ""


def called(groups: pd.DataFrame, initiatives: pd.DataFrame) -> pd.DataFrame:
    """Rows of a chart, which the references of initiatives label, with what each is about and where it runs.

    ``Burglary, district 2 (INI0001)``; the reference alone where neither is on record.
    """
    about = initiatives[["problem_type", "place"]].set_axis(initiatives["initiative_id"].astype(str), axis=0)
    about.index = about.index.map(sentence_case)

    def name(label: str) -> str:
        told = [str(x) for x in about.loc[label] if pd.notna(x)] if label in about.index else []
        return f"{sentence_case(', '.join(told))} ({label})" if told else label

    return groups.assign(label=[name(label) for label in groups["label"]])


def by_kind(initiatives: pd.DataFrame) -> pd.DataFrame:
    """Initiatives by what they count as.

    ``initiatives`` is what :func:`long_term` gives. ``label``, ``value``; no row where no initiative was supplied.
    """
    state = initiatives["long_term"]
    yes, open_ = state.fillna(False).to_numpy(dtype=bool), state.isna().to_numpy(dtype=bool)
    event = initiatives["kind"].isin(["day_of_action", "national_campaign"]).to_numpy(dtype=bool)
    counts = {
        "Long-term, with a written objective": yes,
        "Not known whether long-term": open_,
        "Shorter, or without a written objective": ~yes & ~open_ & ~event,
        "Days of action and national campaigns": ~yes & ~open_ & event,
    }
    if initiatives.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    return pd.DataFrame({"label": list(counts), "value": [int(x.sum()) for x in counts.values()]})


# P2: daily management meetings, the actions they set, and whether these were done in time.
#
# A month before the first or after the last entry of the action log is a month of which the log says nothing: meetings
# held in it without a logged action are unknown, not meetings without preventive work.

PREVENTION = "prevention"


def held_by_day(meeting: pd.DataFrame) -> pd.DataFrame:
    """District-days on which a meeting was prescribed, and whether one was held.

    ``district``, ``prescribed_on``, ``held``: a nullable boolean; True where any of the day's meetings was held,
    missing where none was for sure and of one it is not known.

    ``meeting``: table ``meeting``, cut to the period.
    """
    held = meeting["held"].astype("boolean")
    rows = meeting.assign(yes=held.fillna(False).astype(bool), open=held.isna())
    days = rows.groupby(["district", "prescribed_on"], sort=True)[["yes", "open"]].max().reset_index()
    state = days["yes"].astype("boolean")
    state[(days["open"] & ~days["yes"]).to_numpy(dtype=bool)] = pd.NA
    return days[["district", "prescribed_on"]].assign(held=state)


def held_by_district(days: pd.DataFrame) -> dict[str, Share]:
    """District-days with a meeting held, by district, of :func:`held_by_day`."""
    return {str(district): Share.of(rows["held"], rows) for district, rows in days.groupby("district", sort=True)}


def nothing_missed(days: pd.DataFrame) -> tuple[str, ...]:
    """The caveat of a log that lists no day without a meeting.

    ``days`` is what :func:`held_by_day` gives. Empty where at least one day without a meeting is listed, or no day
    at all.
    """
    if days.empty or Share.of(days["held"]).no:
        return ()
    return ("The log lists no day without a meeting; days that were left out of it cannot be seen.",)


def meetings_with_prevention(meeting: pd.DataFrame, meeting_action: pd.DataFrame) -> pd.DataFrame:
    """Meetings held, and whether each set at least one preventive action.

    The rows of meetings that were held or may have been, with ``prevention``: a nullable boolean.  Missing: none
    of its actions is preventive for sure, and one is not coded, it is not known whether the meeting was held, or it
    lies outside the months that the action log covers.

    ``meeting``: table ``meeting``, cut to the period.
    ``meeting_action``: table ``meeting_action``, whole.
    """
    rows = meeting[meeting["held"].astype("boolean").fillna(True).to_numpy(dtype=bool)].copy()
    kind = meeting_action["action_type"]
    preventive = set(meeting_action.loc[(kind == PREVENTION).fillna(False).to_numpy(dtype=bool), "meeting_id"])
    uncoded = set(meeting_action.loc[kind.isna().to_numpy(dtype=bool), "meeting_id"])
    logged = meeting_action["set_on"].dropna().dt.to_period("M")
    month = rows["prescribed_on"].dt.to_period("M")
    covered = (month >= logged.min()) & (month <= logged.max()) if len(logged) else pd.Series(False, rows.index)
    yes = among(rows["meeting_id"], preventive)
    state = yes.astype("boolean")
    # A meeting that set an action was held, whatever the log of meetings leaves blank.
    open_ = ~yes & (among(rows["meeting_id"], uncoded) | ~covered | rows["held"].isna())
    state[open_.to_numpy(dtype=bool)] = pd.NA
    return rows.assign(prevention=state)


def preventive_actions(actions: pd.DataFrame) -> Share:
    """Actions of the kind prevention among all actions.

    An action that was not coded is unknown.

    ``actions``: table ``meeting_action``, cut to the period.
    """
    states = (actions["action_type"] == PREVENTION).astype("boolean").mask(actions["action_type"].isna())
    return Share.of(states, actions["action_id"])


def closed_in_time(meeting_action: pd.DataFrame, start: date, end: date) -> Share:
    """Preventive actions due in a period that were closed by their due day.

    An action open past its due day is not closed in time; where the log gives a closing day for no action at all,
    all are unknown.  One set in the period whose due day is not known counts, as unknown, and so does one due in it
    whose kind is not known (it may be preventive); so does one closed, or due, before it was set.

    ``meeting_action``: table ``meeting_action``, whole.
    """
    rows = open_blanks(meeting_action, "closed_on")
    undated = rows["due_on"].isna().to_numpy(dtype=bool)
    rows = pd.concat([within(rows, start, end, "due_on"), within(rows[undated], start, end, "set_on")])
    rows = rows[(rows["action_type"] == PREVENTION).fillna(True).to_numpy(dtype=bool)]
    state = (rows["closed_on"] <= rows["due_on"]).fillna(False).astype("boolean")
    open_ = unread(rows, "closed_on") | backwards(rows, "set_on", "closed_on") | backwards(rows, "set_on", "due_on")
    open_ |= rows["due_on"].isna() | rows["action_type"].isna()
    return Share.of(state.mask(open_), rows["action_id"])


def coders_agreement(actions: pd.DataFrame) -> Agreement:
    """Agreement of the two people who coded a sample of the actions.

    Of the actions that both coded.

    ``actions``: table ``meeting_action``, cut to the period.
    """
    return kappa(actions["action_type"].tolist(), actions["second_coder_type"].tolist())


def coders_agree(actions: pd.DataFrame) -> Share:
    """The actions that a second person coded too: those to which both gave one kind, and the others.

    Unknown: one of the two kinds is missing, or can't be read.
    """
    twice = actions["second_coder_type"].notna() | unread(actions, "second_coder_type")
    rows = actions[twice.to_numpy(dtype=bool)]
    kinds = rows[["action_type", "second_coder_type"]].astype("object")
    same = (kinds["action_type"] == kinds["second_coder_type"]).astype("boolean")
    return Share.of(same.mask(kinds.isna().any(axis=1)), rows["action_id"])


def by_month(meetings: pd.DataFrame) -> pd.DataFrame:
    """Meetings held that set a preventive action, by month and district.

    ``meetings`` is what :func:`meetings_with_prevention` gives. ``month``, ``group``, ``value``: per cent of the
    meetings of which it is known; missing where it is of none.
    """
    rows = pd.DataFrame(
        {
            "month": meetings["prescribed_on"].dt.to_period("M").dt.to_timestamp(),
            "group": meetings["district"].astype("object"),
            "value": 100 * meetings["prevention"].astype("Float64"),
        }
    )
    return rows.groupby(["group", "month"], sort=True)["value"].mean().reset_index()[["month", "group", "value"]]


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P2."""
    initiatives = report.indicator("n_long_term_initiatives")
    return [
        report.claim(
            "P2a", gap_but_signed(report, "initiative") or _sustained(report, initiatives), grade_indicator(initiatives)
        ),
        report.claim("P2b"),
    ]


def _sustained(report: Report, found: Indicator | None) -> Decision:
    if found is None or found.value is None:
        return undecided("no_data", why="There is no figure to test.")
    wanted = report.settings.threshold("min_initiatives")
    why = f"Long-term initiatives: {found.value:,.0f}, unknown: {found.unknown:,.0f}; test: at least {wanted:g}."
    if found.value >= wanted:
        return Decision("supported", why=why)
    if found.value + found.unknown >= wanted:
        return undecided("missing_spans_threshold", why=why)
    if not signed(report, "initiative"):
        return undecided("records_undeclared", why=why)
    return Decision("contradicted", why=f"{why} The register was declared complete.")
