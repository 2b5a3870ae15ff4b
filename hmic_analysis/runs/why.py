"""Why a report would run: which table, value, cell or module has changed since it was made."""

from __future__ import annotations

from hmic_analysis.runs.plan import Job
from hmic_analysis.runs.record import read_basis

_NAMES = {
    "data": "tables",
    "parameters": "parameters",
    "notebook": "notebook",
    "library": "modules of the library",
    "versions": "versions",
}
_HASH = 64


def explain(job: Job) -> list[str]:
    """Say what a report rests on and what of it has changed.

    Parameters
    ----------
    job : Job

    Returns
    -------
    list of str
        Lines.
    """
    verb = "would run" if job.due else "would not run"
    lines = [f"{job.name} {job.title}: {verb}, {job.reason}."]
    if job.last is not None:
        lines.append(
            f"Last made {job.last.ended[:16].replace('T', ' ')} UTC in {job.last.seconds:.1f} s, {job.last.status}"
            + (f", engine {job.last.engine}." if job.last.engine else ".")
        )
        if job.last.failure is not None:
            lines += [f"  {part}" for part in (job.last.failure.where(), job.last.failure.what()) if part]
    before = read_basis(job.folder)
    for part, name in _NAMES.items():
        now, then = job.basis[part], before.get(part, {})
        lines.append(f"Rests on {len(now)} {name}" + (": " + ", ".join(_short(part, now)) if part != "library" else ""))
        if before:
            lines += [f"  {change}" for change in _changes(now, then)]
    if job.last is not None and not before:
        lines.append("What it rested on was not kept, so single changes can't be named.")
    return lines


def _short(part: str, items: dict[str, str]) -> list[str]:
    """What there is, without the hashes, as far as a person wants to see it."""
    if part == "versions":
        return [f"{name} {version}" for name, version in items.items()]
    if part == "notebook":
        return [f"{len(items)} cells"]
    if part == "parameters":
        return [
            f"{k}={v}" for k, v in items.items() if len(v) != _HASH and not k.startswith(("force.", "quantifiers."))
        ]
    return [name + (" (absent)" if value == "absent" else "") for name, value in items.items()]


def _changes(now: dict[str, str], then: dict[str, str]) -> list[str]:
    found = []
    for name in sorted({*now, *then}):
        if name not in then:
            found.append(f"new: {name}")
        elif name not in now:
            found.append(f"gone: {name}")
        elif now[name] != then[name]:
            shown = "" if _HASH in (len(now[name]), len(then[name])) else f", {then[name]} before, {now[name]} now"
            found.append(f"changed: {name}{shown}")
    return found
