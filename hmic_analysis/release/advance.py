"""From one state of a letter to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.letters.names import person_names
from hmic_analysis.letters.text import clean
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.release.bound import (
    check_letter,
    check_marked,
    current_evidence,
    evidence_marks,
    letter_marks,
    mark_of,
)
from hmic_analysis.release.chain import append_entry, held
from hmic_analysis.release.embargo import embargo_gate, in_utc, under_embargo
from hmic_analysis.release.kept_letter import keep_letter
from hmic_analysis.release.states import Entry, State, check_order, log_path, read_log
from hmic_analysis.release.vetting import check_publishable
from hmic_analysis.update.compare import compared
from hmic_analysis.update.keep import LETTER, keep

#: A reason must say something and fit on a line.
REASON_LENGTHS = (3, 500)


def advance(project: Project, params: Params, force: str, to: State, reason: str, now: dt.datetime) -> Entry:
    """Bring a force's letter into its next state.

    Parameters
    ----------
    project : Project
    params : Params
    force : str
        One of the territorial forces.
    to : str
        The state after the present one; or the present one again, but for ``published``.
    reason : str
        Why, in a sentence.
    now : datetime.datetime
        Aware of its zone.

    Returns
    -------
    Entry
        As it stands in the log.  Entering ``embargoed`` also keeps the letter, and its evidence under the name
        ``letter``, for the comparison with a later run.

    Raises
    ------
    ParameterError
        If a state would be skipped, the reason says nothing or names a person, or the embargo holds.
    DataError
        If the log is broken, or the letter isn't what the state says.
    LockedError
        If another command is at work on the same letter.
    """
    spec = params.force(force)
    if spec.kind != "territorial":
        raise ParameterError(f"{force} is none of the territorial forces; letters go to those only.")
    words = _reason(params, reason)
    path = log_path(project, force)
    with held(path):
        entries = read_log(project, force)
        check_order(entries, to, force)
        _check_time(entries, now, force)
        check = _CHECKS.get(to, _as_written)
        check(project, params, force, entries, now)
        bundles = current_evidence(project, params, force)
        letter = letter_marks(project, force)
        if to == "embargoed":
            keep(project, params, force, LETTER, now, replace=True)
            keep_letter(project, force, len(entries) + 1, letter)
        entry = Entry(
            force=force,
            state=to,
            at=in_utc(now).isoformat(timespec="seconds"),
            reason=words,
            synthetic=any(bundle.synthetic for bundle in bundles.values()),
            letter=letter,
            evidence={finding: mark_of(bundle) for finding, bundle in bundles.items()},
        )
        content = entry.model_dump(mode="json", exclude={"line", "previous"})
        return Entry.model_validate(append_entry(path, content))


def changed_since(project: Project, params: Params, entry: Entry) -> list[str]:
    """What of a letter and its evidence is no longer as an entry says.

    Parameters
    ----------
    project : Project
    params : Params
    entry : Entry

    Returns
    -------
    list of str
        Files of the letter and findings; empty where all is as it was.
    """
    found = []
    for then, now in (
        (entry.letter, letter_marks(project, entry.force)),
        (entry.evidence, evidence_marks(project, params, entry.force)),
    ):
        found += [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    return found


def _reason(params: Params, reason: str) -> str:
    words = clean(reason)
    least, most = REASON_LENGTHS
    if not least <= len(words) <= most:
        raise ParameterError(f'Give a reason of {least} to {most} characters: --reason "checked by two inspectors".')
    names = person_names(params)(words)
    if names:
        raise ParameterError(f"The reason names a person: {'; '.join(names)}. Refer to people by their role.")
    return words


def _check_time(entries: list[Entry], now: dt.datetime, force: str) -> None:
    """A log that runs backwards can't be believed, least of all about an embargo."""
    if entries and in_utc(now) < dt.datetime.fromisoformat(entries[-1].at):
        raise DataError(
            f"The last entry of the letter to {force} was made at {entries[-1].at}, which by the clock of this machine "
            f"is still to come ({in_utc(now).isoformat(timespec='seconds')}). Set the clock right."
        )


def _as_written(project: Project, params: Params, force: str, entries: list[Entry], now: dt.datetime) -> None:
    check_letter(project, params, force)


def _as_embargoed(project: Project, params: Params, force: str, entries: list[Entry], now: dt.datetime) -> None:
    check_letter(project, params, force)
    if under_embargo(params, now):
        check_marked(project, force)


def _as_published(project: Project, params: Params, force: str, entries: list[Entry], now: dt.datetime) -> None:
    embargo_gate(params, now, f"Publication of the letter to {params.force(force).full_name}")
    changed = changed_since(project, params, entries[-1])
    if changed:
        raise DataError(
            f"What was embargoed is not what lies there now; changed since: {', '.join(changed)}. Put it back, or write"
            f' the letter again and embargo it anew: hmic release advance --force {force} --to embargoed --reason "..."'
        )
    check_publishable(project, params, force)


def _as_updated(project: Project, params: Params, force: str, entries: list[Entry], now: dt.datetime) -> None:
    if not compared(project, force, LETTER):
        raise DataError(
            f"There is no comparison of an update with the letter to {force}. Run the update, then: "
            f"hmic update keep --force {force} --as update; hmic update compare --force {force} --after update"
        )


_CHECKS: dict[str, Callable[[Project, Params, str, list[Entry], dt.datetime], None]] = {
    "embargoed": _as_embargoed,
    "published": _as_published,
    "updated": _as_updated,
}
