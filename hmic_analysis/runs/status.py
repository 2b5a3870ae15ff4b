"""How far a run is and how it ended, whether anything changed since, and whom to tell."""

import hashlib
import html
import json
import os
import platform
import re
import smtplib
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from hmic_analysis.errors import DataError
from hmic_analysis.project import Project
from hmic_analysis.runs.fingerprint import PACKAGE
from hmic_analysis.runs.record import Order, Record
from hmic_analysis.runs.rules import Mail
from hmic_analysis.words import say_clock

# ``output/runs/status.json``: how far a run is, and how it ended.

#: Seconds between two versions of the file while nothing ends.
_EVERY = 0.5
State = Literal["loading", "running", "finished", "stopped", "stopped: no space", "stopped: read-only", "not begun"]


class FailedReport(BaseModel):
    """A report that failed."""

    model_config = ConfigDict(frozen=True)

    force: str
    finding: str
    title: str
    #: See :class:`hmic_analysis.runs.record.Failure`.
    kind: str
    where: str
    what: str
    #: The last lines of its output.
    tail: tuple[str, ...] = ()
    #: Where its notebook lies, below the project.
    folder: str = ""


class Status(BaseModel):
    """A run at one moment."""

    model_config = ConfigDict(frozen=True)

    #: ``loading`` returns, ``running`` notebooks, ``finished``, ``stopped`` by a person or a fault, or by a folder that
    #: nothing can be written to: ``stopped: no space``, ``stopped: read-only``.
    state: State = "loading"
    host: str = ""
    pid: int = 0
    #: UTC, ISO 8601; ``ended`` is empty before the end.
    started: str = ""
    updated: str = ""
    ended: str = ""
    #: The run in words.
    what: str = ""
    #: Reports of the plan, those that need not run, those that must.
    planned: int = 0
    up_to_date: int = 0
    to_run: int = 0
    #: Of those that must.
    done: int = 0
    no_data: int = 0
    failed: int = 0
    #: Since the start, and expected to the end.
    seconds: float = 0
    seconds_left: float | None = None
    #: Reports that are being executed.
    running: tuple[str, ...] = ()
    failures: tuple[FailedReport, ...] = ()
    #: Returns, or tables of them, that can't be loaded.
    data_faults: tuple[str, ...] = ()
    #: Forces of the plan that have sent nothing.
    unsent: tuple[str, ...] = ()
    #: What kept it from beginning.
    fault: str = ""
    #: The sentence on the folder that stopped it.
    storage: str = ""
    command: str = ""
    exit_code: int | None = None


#: Whose it is to mend what ended a report so, and how.
_MENDS: dict[str, str] = {
    "data": "The force's return: mend or replace the file, then run again.",
    "time": "Give it more time (time_limit_s in params/runs.yml), or look at what is slow.",
    "memory": "Give it more memory (memory_limit_mb in params/runs.yml), or run fewer at a time (--workers 1).",
    "output": "The analyst: the notebook prints too much.",
    "killed": "The machine: something ended the process; run again.",
    "worker": "The machine: something ended the process; run again.",
    "engine": "Whoever looks after this installation: send the lines above.",
}
_ANALYST = "The analyst: the notebook, or a measure it calls."
#: What ended a whole run before its time.
_ENDS = {
    "cut off": "it was switched off, ran out of memory, or something ended the process",
    "stopped: no space": "make room on the disk that the project lies on",
    "stopped: read-only": "something in the folder of the project may not be written, read or executed; allow it",
}


def say_status(status: Status, running: bool) -> list[str]:
    """A run in words, most important first: how it ended, what failed, whose it is to mend, and what to type."""
    over = status.state not in ("loading", "running")
    state = status.state if over or running else "cut off, its process was killed"
    left = max(0, status.to_run - status.done - status.failed - status.no_data)
    parts = [(status.failed, "failed"), (status.done, "done"), (status.no_data, "without data")]
    parts += [(status.up_to_date, "up to date"), (left, "to go")]
    lines = [
        f"Run of {status.what}: {state}.",
        ", ".join(f"{n:,} {word}" for n, word in parts if n) or _nothing(status),
    ]
    if status.storage:
        lines += [f"  To mend: the machine: {status.storage}"]
    elif ended_by := _ENDS.get("cut off" if not over and not running else status.state):
        lines += [f"  To mend: the machine: {ended_by}."]
        lines += ["  Then type the same command again, or leave the rest to the next run: what is complete stays."]
    if status.fault:
        lines += ["", *status.fault.splitlines()]
        lines += ["  To mend: whoever keeps the parameter files.", f"  Once mended: {status.command}"]
    if running and not over:
        if status.seconds_left is not None:
            lines.append(f"About {status.seconds_left / 60:.0f} minutes left.")
        if status.running:
            lines.append(f"Now: {', '.join(status.running)}")
    alike: dict[tuple[str, str, str], list[FailedReport]] = {}
    for failed in status.failures:
        alike.setdefault((failed.kind, failed.where, failed.what), []).append(failed)
    for reports in sorted(alike.values(), key=len, reverse=True):
        lines += ["", *_say_failed(reports, status.data_faults)]
    if status.data_faults:
        lines += ["", "Returns that can't be loaded; the force is to mend them, or their mapping in params/sources:"]
        lines += [f"- {fault}".replace("\n", "\n  ") for fault in status.data_faults]
        chosen = " ".join(f"--force {slug}" for slug in dict.fromkeys(f.partition(":")[0] for f in status.data_faults))
        lines += [f"  Look closer: hmic data check {chosen}", f"  Once mended: hmic run {chosen}"]
    if status.unsent:
        lines += ["", unsent_words(status.unsent)]
    if status.failed > 1:
        lines += ["", "All that failed again: hmic run --all --failed"]
    ended = f", ended {say_clock(status.ended)}" if status.ended else ""
    begun = say_clock(status.started) if status.started else "at no known time"
    lines += ["", f"Begun {begun} by process {status.pid} on {status.host}{ended}."]
    if status.exit_code is not None:
        lines.append(f"Exit code {status.exit_code}.")
    return lines


def _nothing(status: Status) -> str:
    """Why no report is counted."""
    if status.state == "loading":
        return "Returns are being loaded; no report was begun."
    return "Nothing ran." if status.fault else "Nothing to do."


#: More forces than these are not typed one by one.
_TYPED = 5


def _say_failed(reports: Sequence[FailedReport], faults: Sequence[str]) -> list[str]:
    """Reports that failed for one reason, which is told once: a spoilt file stops many, and so does a notebook."""
    # Reports end in any order.
    reports = sorted(reports, key=lambda r: (r.force, re.sub(r"\d+", lambda n: n[0].zfill(4), r.finding)))
    first = reports[0]
    forces, findings = (list(dict.fromkeys(getattr(r, name) for r in reports)) for name in ("force", "finding"))
    who = f"{first.force} {first.finding} {first.title}"
    if len(findings) == 1 and len(forces) > 1:
        who = f"{first.finding} {first.title}, of {len(forces)} forces: {', '.join(forces)}"
    elif len(reports) > 1:
        each = (f"{force} {', '.join(r.finding for r in reports if r.force == force)}" for force in forces)
        who = f"{len(reports)} reports, for one reason: {'; '.join(each)}"
    words = [*(f"--force {force}" for force in forces), *(f"--finding {finding}" for finding in findings)]
    typed = " ".join(words) if len(forces) <= _TYPED else "--all --failed"
    return [
        f"FAILED: {who}",
        *(f"  {part}" for part in (first.where, _told_below(first.what, faults)) if part),
        f"  To mend: {_MENDS.get(first.kind, _ANALYST)}",
        f"  Look at {first.folder}/notebook.ipynb, then type: hmic run {typed}",
    ]


def _told_below(what: str, faults: Sequence[str]) -> str:
    """What a report failed of, without the fault of a return that is told with the returns."""
    for fault in faults:
        text = fault.partition(": ")[2]
        if text.partition("\n")[0] and text.partition("\n")[0] in what:
            before = what.partition(text.partition("\n")[0])[0].rstrip(": ")
            return f"{before + ': see' if before else 'See'} the returns below."
    return what


def unsent_words(forces: Sequence[str]) -> str:
    """That forces have sent nothing, and what to type; one line, however many they are."""
    have = f"{len(forces)} forces have" if len(forces) > 1 else f"{forces[0]} has"
    listed = f": {', '.join(forces)}" if len(forces) > 1 else ""
    return f"{have} sent no return ('hmic data template' writes the workbook for it){listed}"


def status_path(project: Project) -> Path:
    """Where the status of the last run lies."""
    return project.output / "runs" / "status.json"


def read_status(project: Project) -> Status | None:
    """The status of the run that is going on, or of the last one; None if there was none."""
    try:
        return Status.model_validate_json(status_path(project).read_bytes())
    except PermissionError:
        # That nobody may look is not that there was none.
        raise
    except (OSError, ValidationError, ValueError):
        return None


def is_running(project: Project) -> bool:
    """Whether some process holds the lock now; changes nothing on disk."""
    path = project.output / "runs" / ".lock"
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except OSError:
        # Somebody has it; or it lies where nothing may be written, and the status stands as it was left.
        return True
    lock.release()
    return False


class Board:
    """Keeps the status of one run, ``what`` it is in words, up to date; may be used from several threads."""

    def __init__(self, project: Project, what: str) -> None:
        self.project = project
        self._clock = time.monotonic()
        self._begun = self._clock
        self._written = 0.0
        self._lock = threading.Lock()
        self._running: dict[str, None] = {}
        self.status = Status(host=platform.node(), pid=os.getpid(), started=_now(), what=what)
        self._write()

    def plan(self, planned: int, fresh: int, to_run: int, **found: tuple[str, ...]) -> None:
        """The plan is made: reports in all, up to date, to be run; ``data_faults`` and ``unsent`` as in the status."""
        self._begun = time.monotonic()
        self._set(True, state="running", planned=planned, up_to_date=fresh, to_run=to_run, **found)

    def begin(self, order: Order) -> None:
        """A report is being executed."""
        with self._lock:
            self._running[order.name] = None
        self._set(False)

    def end(self, order: Order, record: Record) -> None:
        """A report has ended."""
        with self._lock:
            self._running.pop(order.name, None)
        now = self.status
        counts = {"complete": "done", "no_data": "no_data", "failed": "failed"}
        name = counts[record.status]
        ended = now.done + now.no_data + now.failed + 1
        pace = (time.monotonic() - self._begun) / ended
        changes = {name: getattr(now, name) + 1, "seconds_left": round(pace * (now.to_run - ended), 1)}
        if record.failure is not None:
            changes["failures"] = (*now.failures, self.failed_report(order, record))
        self._set(False, **changes)

    def failed_report(self, order: Order, record: Record) -> FailedReport:
        """A failed report in words."""
        failure = record.failure
        return FailedReport(
            force=order.force,
            finding=order.finding,
            title=order.title,
            # A notebook that its data stopped is nothing for the analyst to mend.
            kind="data" if failure.error == DataError.__name__ else failure.kind,
            where=failure.where(),
            what=failure.what(),
            tail=failure.tail,
            folder=self.project.relative(order.folder),
        )

    def finish(self, state: State, exit_code: int | None, **more: str) -> Status:
        """The run has ended, or did not begin: ``fault`` says why, ``command`` what to type once it is mended."""
        with self._lock:
            self._running.clear()
        self._set(True, state=state, exit_code=exit_code, ended=_now(), seconds_left=None, **more)
        return self.status

    def _set(self, at_once: bool, **changes: object) -> None:
        with self._lock:
            moment = time.monotonic()
            common = {"seconds": round(moment - self._clock, 1), "running": tuple(self._running), "updated": _now()}
            self.status = self.status.model_copy(update={**common, **changes})
            if at_once or moment - self._written >= _EVERY:
                self._write()
                self._written = moment

    def _write(self) -> None:
        path = status_path(self.project)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(".status.json.part")
        text = json.dumps(self.status.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
        try:
            part.write_text(text, encoding="utf-8", newline="\n")
        except OSError:
            if not self.status.ended or not path.exists():
                raise
            # A full disk has no room for a second file; over the old one the last word may still fit.
            part.unlink(missing_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        try:
            os.replace(part, path)
        except PermissionError:
            # On Windows somebody may be reading it this moment; the next version comes soon.
            return


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


# Whether anything may have changed since the last run: a look at sizes and times of files, for frequent schedules.
#
# Only a look: where it sees a change the run begins, and decides by content as always.


def inputs_seen(project: Project) -> str:
    """A mark over names, sizes and times of all returns, parameters, notebooks and the library."""
    lines = []
    for folder in (project.raw, project.params, project.notebooks, PACKAGE):
        lines += [f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in _files(folder)]
    return _mark(lines)


def outputs_seen(project: Project) -> str:
    """A mark over the forces' folders of reports and processed tables: it changes when one is removed or replaced."""
    lines = []
    for parent in (project.output / "runs", project.processed):
        if parent.is_dir():
            with os.scandir(parent) as entries:
                found = sorted((e.name, e.stat().st_mtime_ns) for e in entries if e.is_dir())
            lines += [f"{parent.name}/{name} {moment}" for name, moment in found]
    return _mark(lines)


def nothing_changed(project: Project, selection: str) -> bool:
    """Whether nothing can have changed since a run of the same selection ended."""
    seen = _read(project).get(selection)
    return seen == [inputs_seen(project), outputs_seen(project)]


def remember(project: Project, selection: str, inputs: str) -> None:
    """Keep what a run has seen."""
    kept = {**_read(project), selection: [inputs, outputs_seen(project)]}
    path = _path(project)
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8", newline="\n")
    os.replace(part, path)


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            yield path, path.stat()


def _mark(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _path(project: Project) -> Path:
    return project.output / "runs" / ".seen.json"


def _read(project: Project) -> dict[str, list[str]]:
    try:
        found = json.loads(_path(project).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


# Commands of the user's own at the end of a run.

#: Seconds after which such a command, or a mail server, is given up.
PATIENCE = 300


def call_hook(name: str, words: Sequence[str], status: Path, tell: Callable[[str], None]) -> bool:
    """Run a command with the status file as its last word; no shell is involved.

    Whether it ran and ended with 0, or there was nothing to do.
    """
    if not words:
        return True
    try:
        done = subprocess.run(
            [*words, str(status)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        tell(f"{name} in params/runs.yml could not be run: {fault}")
        return False
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        tell(f"{name} in params/runs.yml ended with code {done.returncode}. {' '.join(last)}".rstrip())
    return done.returncode == 0


# A mail after a run in which a report failed.


def send_mail(mail: Mail, status: Status | None, tell: Callable[[str], None]) -> bool:
    """Send the summary of a run as text and HTML; whether it was taken by the server."""
    lines = say_status(status, False) if status else ["The run ended before it could say anything: see its log."]
    message = EmailMessage()
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    failed = f"{status.failed} failed" if status else "no status"
    if status and (status.data_faults or status.fault):
        failed = "not begun" if status.fault else f"{failed}, returns that can't be loaded"
    message["Subject"] = f"hmic: {failed}, run of {status.what if status else 'unknown'}"
    message.set_content("\n".join(lines) + "\n")
    body = html.escape("\n".join(lines)).replace("FAILED:", "<strong>FAILED:</strong>")
    body = re.sub(r"\bhmic (?:run|data|doctor|params) [^\n']*", r"<code>\g<0></code>", body)
    style = "font-family:sans-serif;line-height:1.4;max-width:60em;white-space:pre-wrap"
    page = f'<!doctype html><html lang="en-GB"><body style="{style}">{body}</body></html>'
    message.add_alternative(page, subtype="html")
    try:
        context = ssl.create_default_context()
        if mail.security == "tls":
            server = smtplib.SMTP_SSL(mail.host, mail.port, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE)
        with server:
            if mail.security == "starttls":
                server.starttls(context=context)
            if mail.user:
                server.login(mail.user, _password(mail))
            server.send_message(message)
    except (OSError, smtplib.SMTPException, LookupError) as fault:
        tell(f"mail_on_failure in params/runs.yml: no mail was sent: {fault}")
        return False
    return True


def _password(mail: Mail) -> str:
    """From the environment, else from the keyring, where that package is installed; never from a file."""
    if found := os.environ.get(mail.password_variable):
        return found
    try:
        import keyring
    except ImportError:
        found = None
    else:
        try:
            found = keyring.get_password("hmic", mail.user)
        except Exception as fault:  # whatever its backend raises: locked, or none on a server
            raise LookupError(f"the keyring gives no password: {fault}; set {mail.password_variable}") from None
    if not found:
        raise LookupError(f"there is no password: set {mail.password_variable}, or type: keyring set hmic {mail.user}")
    return found
