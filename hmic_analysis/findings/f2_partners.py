"""F2: whether the force works with other agencies on tasks that are not the police's alone."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.evidence.model import ClaimEvidence, Grade
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures.attendance import demand_incidents
from hmic_analysis.measures.base import Share, among, backwards, hours_between, unread
from hmic_analysis.statistics.intervals import Interval

# F2: tasks that are not the police's alone: what was agreed, what was handed over, and what they take.


class Hours(NamedTuple):
    """Resource-hours on incidents by lead agency: another, the police, not known; and what they are the sums of."""

    other: float
    police: float
    unknown: float
    units: Share | None = None

    @property
    def known(self) -> float:
        """Hours on incidents whose lead agency is known."""
        return self.other + self.police

    @property
    def share(self) -> float | None:
        """Hours led by another agency in per cent of those known; None where there are none."""
        return 100 * self.other / self.known if self.known > 0 else None

    @property
    def bounds(self) -> Interval | None:
        """The share with the hours not known counted as the police's, and as another agency's."""
        if not (self.known > 0 and self.unknown):
            return None
        every = self.known + self.unknown
        return Interval(100 * self.other / every, 100 * (self.other + self.unknown) / every)


def led_elsewhere(incident: pd.DataFrame, types: Sequence[str], qualifiers: Sequence[str]) -> pd.DataFrame:
    """Incidents with the type or qualifier that shows another lead agency.

    Demand incidents (duplicates and tests removed) with ``elsewhere`` (nullable boolean) and ``code`` (the type or
    qualifier that matched).  Unknown: neither list matches and the type is blank.

    ``types``, ``qualifiers``: the lists of the parameter ``other_agencies``; capitals and blanks around don't matter.
    """
    rows = demand_incidents(incident)
    kind, tags = (rows[name].astype("object") for name in ("incident_type", "qualifier"))
    wanted_types = {_plain(t): t for t in types}
    wanted = {_plain(q): q for q in qualifiers}
    # Few words stand in many rows: each is looked at once.
    typed = {t: wanted_types.get(_plain(t)) for t in kind.dropna().unique()}
    tagged = {
        q: next((wanted[t] for t in map(_plain, str(q).split(";")) if t in wanted), None)
        for q in tags.dropna().unique()
    }
    code = kind.map(typed).astype("object")
    code = code.where(code.notna(), tags.map(tagged).astype("object"))
    elsewhere = code.notna().astype("boolean").mask(code.isna() & kind.isna() | unread(rows, "result"))
    return rows.assign(elsewhere=elsewhere, code=code.where(elsewhere.fillna(False).to_numpy(dtype=bool)))


def _plain(text: object) -> str:
    return " ".join(str(text).split()).casefold()


def shared_hours(incidents: pd.DataFrame, tasks: pd.DataFrame) -> Hours:
    """Resource-hours on incidents by lead agency.

    ``incidents`` is what :func:`led_elsewhere` gives. ``tasks`` is what
    :func:`hmic_analysis.findings.f1_demand.task_hours` gives; those of other incidents are not counted.
    """
    spent = tasks.merge(incidents[["incident_id", "elsewhere"]], on="incident_id")
    spent = spent.dropna(subset="hours")
    hours, known = spent["hours"].astype(float), spent["elsewhere"].notna()
    other = spent["elsewhere"].fillna(False).to_numpy(dtype=bool)
    return Hours(
        float(hours[other].sum()),
        float(hours[known.to_numpy(dtype=bool) & ~other].sum()),
        float(hours[~known.to_numpy(dtype=bool)].sum()),
        Share.of_amounts(spent["elsewhere"], spent.drop(columns="elsewhere"), hours),
    )


def hours_by_code(incidents: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    """Resource-hours on incidents led by another agency, by the type or qualifier that shows it.

    ``incidents`` is what :func:`led_elsewhere` gives. ``tasks`` is what
    :func:`hmic_analysis.findings.f1_demand.task_hours` gives.

    ``label``, ``value`` (hours), most first.
    """
    spent = tasks.merge(incidents[["incident_id", "code"]], on="incident_id")
    hours = spent.dropna(subset=["code"]).groupby("code")["hours"].sum()
    table = hours.rename_axis("label").rename("value").reset_index()
    table["label"] = [str(code)[:1].upper() + str(code)[1:] for code in table["label"]]
    return table.sort_values(["value", "label"], ascending=[False, True], ignore_index=True)


def agreements_in_force(agreement: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Agreements signed and not ended on a day, as far as that is known.

    The rows, with ``sure``: False where the day of signing or the task that it is about is blank, or its last day
    lies before that of signing or can't be read.  One that has ended by now was in force on the day if its last day
    came no earlier; without a last day it may have been.

    ``agreement``: table ``partner_agreement``.
    """
    day = pd.Timestamp(as_of)
    unsure = unread(agreement, "ends_on") | backwards(agreement, "signed_on", "ends_on")
    over = (agreement["signed_on"] > day).fillna(False) | (agreement["ends_on"] < day).fillna(False) & ~unsure
    unsure |= (agreement["status"].eq("ended") & agreement["ends_on"].isna()).fillna(False)
    rows = agreement[(agreement["status"].isin(["signed", "ended"]) & ~over).to_numpy(dtype=bool)]
    return rows.assign(sure=rows[["signed_on", "task_id"]].notna().all(axis=1) & ~unsure.loc[rows.index])


def tasks_identified(task: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Tasks that the force had identified by a day and works on.

    The rows with status current that were identified by the day or may have been, with nullable booleans
    ``identified``, ``baseline`` (the police time was measured by then) and ``acted`` (something was done with the
    agency before it).  Missing: the day of identifying is blank, or a cell can't be read.

    ``task``: table ``partner_task``.
    """
    day = pd.Timestamp(as_of)
    current = (task["status"] == "current").fillna(False) & ~(task["identified_on"] > day).fillna(False)
    rows = task[current.to_numpy(dtype=bool)]
    identified = rows["identified_on"].notna().astype("boolean")
    identified = identified.mask(~identified)

    def done(on: pd.Series, what: str, at: str) -> pd.Series:
        yes = (on.fillna(False) & rows[what].notna()).astype("boolean")
        later = rows[at].notna() & ~on.fillna(False)
        absent = rows[what].isna() & ~unread(rows, what)
        return identified & yes.mask(~yes & unread(rows, what, at) & ~later & ~absent)

    measured = done(rows["baseline_on"] <= day, "baseline_hours", "baseline_on")
    acted = done(rows["action_on"] < day, "action", "action_on")
    return rows.assign(identified=identified, baseline=measured, acted=acted)


def accepted(transfer: pd.DataFrame) -> Share:
    """Transfers that the agency took over.

    Unknown: not recorded.

    ``transfer``: table ``partner_transfer``, cut to a period.
    """
    return Share.of(transfer["accepted"], transfer["transfer_id"])


def accepted_by_agency(transfer: pd.DataFrame) -> dict[str, Share]:
    """The same for each agency.

    ``transfer``: table ``partner_transfer``, cut to a period.
    """
    return {str(agency): accepted(rows) for agency, rows in transfer.groupby("agency", sort=True)}


def waits(handover: pd.DataFrame) -> pd.Series:
    """Hours from arrival to handover of each case.

    Missing where a time is, or where the handover comes before the arrival.

    ``handover``: table ``handover``, cut to a period.
    """
    hours = hours_between(handover["arrived_at"], handover["handed_over_at"]).astype(float)
    return hours.where(hours >= 0)


def waits_by_reason(handover: pd.DataFrame) -> dict[str, pd.Series]:
    """The same for places of safety and for hospitals.

    ``handover``: table ``handover``, cut to a period.
    """
    return {str(reason): waits(rows) for reason, rows in handover.groupby("reason", sort=True)}


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claim of F2."""
    complete = report.answer("partner_task").register_complete
    gap = None if complete else report.gap("partner_task")
    return [report.claim("F2a", gap or _work(report), _grade(report))]


def _work(report: Report) -> Decision:
    """Identified and measured, and something done about it; a task that is only listed is no work on it."""
    limit, as_of = report.settings.threshold, report.settings.as_of
    tasks = tasks_identified(report.table("partner_task"), as_of)
    signed = agreements_in_force(report.table("partner_agreement"), as_of)
    sure = signed["sure"].to_numpy(dtype=bool)
    measured = Share.of(tasks["baseline"])
    # An agreement on a task whose action is on record already is the same piece of work.
    known = set(tasks.loc[tasks["acted"].fillna(False).to_numpy(dtype=bool), "task_id"])
    actions = len(known) + int((sure & ~among(signed["task_id"], known)).sum())
    more = int(tasks["acted"].isna().sum()) + int((~sure).sum())
    wanted, enough = int(limit("min_tasks")), int(limit("min_actions"))
    why = (
        f"Tasks identified: {int(tasks['identified'].fillna(False).sum())}, with a baseline: {measured.yes}. "
        f"Actions with a partner: {actions}. Test: at least {wanted} with a baseline, and {enough} action."
    )
    if measured.yes >= wanted and actions >= enough:
        return Decision("supported", why=why)
    if measured.yes + measured.unknown >= wanted and actions + more >= enough:
        why += (
            f" Not known: of {measured.unknown} tasks whether they were measured, of {more} actions whether they count."
        )
        return undecided("missing_spans_threshold", why=why)
    if len(tasks) or actions:
        return undecided("in_part", why=why, flags=("wording_mismatch",))
    taken = report.indicator("transfer_accepted_pct")
    if taken is not None and taken.numerator:
        why += f" Other agencies took over {taken.numerator:,.0f} incidents all the same."
        return undecided("in_part", why=why, flags=("wording_mismatch",))
    if report.answer("partner_task").register_complete:
        return Decision("contradicted", why=f"{why} The register was declared complete.")
    return undecided("register_undeclared", why=why)


def _grade(report: Report) -> Grade:
    """The register of tasks is a document; agreements or transfers are another kind of evidence that bears it out."""
    if not report.given("partner_task"):
        return "C" if report.answer("partner_task").register_complete else "-"
    borne_out = report.given("partner_agreement") or report.given("partner_transfer")
    return "C" if borne_out else "D"
