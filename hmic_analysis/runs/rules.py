"""``params/runs.yml``: how reports are executed; and units for schedulers."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from pydantic import Field

from hmic_analysis.errors import ParameterError
from hmic_analysis.params.models import Count, Model, Params, Positive, Text
from hmic_analysis.params.yamlfile import fault, read_yaml, refuse, unknown, validate
from hmic_analysis.project import Project
from hmic_analysis.words import say_date

# What this machine has.


def processors() -> int:
    """Processors that this process may use: at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# ``params/runs.yml``: how reports are executed. Nothing in it changes what a report says.

EngineRule = Literal["auto", "plain"]
Megabytes = Annotated[int, Field(strict=True, ge=200)]
Command = tuple[Text, ...]


class Rules(Model):
    """The rules for one finding."""

    #: ``auto``: warm copies where they can be used; ``plain``: a Jupyter kernel for each notebook.
    engine: EngineRule = "auto"
    #: Seconds after which a notebook is stopped.
    time_limit_s: Positive = 900.0
    #: Memory that each process of a notebook may hold; enforced on Linux.
    memory_limit_mb: Megabytes = 20000
    #: What a notebook may print and display.
    output_limit_mb: Positive = 20.0


class FindingRules(Model):
    """What differs for a finding; None: as for all."""

    engine: EngineRule | None = None
    time_limit_s: Positive | None = None
    memory_limit_mb: Megabytes | None = None
    output_limit_mb: Positive | None = None


class Mail(Model):
    """Whom to tell by mail when a report failed; the password is read from the environment or the keyring."""

    #: Of the mail server; ``starttls``, ``tls`` or ``none``.
    host: Text
    sender: Text
    to: Annotated[tuple[Text, ...], Field(min_length=1)]
    port: Annotated[int, Field(strict=True, ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    #: Empty: the server asks for none.
    user: str = ""
    #: Variable of the environment; where it is not set the keyring is asked for ``hmic`` and the user.
    password_variable: Text = "HMIC_SMTP_PASSWORD"


class RunRules(Rules):
    """The whole file."""

    #: Notebooks at a time; 0: one a processor.
    workers: Count = 0
    findings: dict[str, FindingRules] = Field(default_factory=dict)
    #: Commands, word by word, run when a run has ended, and when a report failed; the status file is added as the last
    #: word.
    on_finish: Command = ()
    on_failure: Command = ()
    mail_on_failure: Mail | None = None

    def with_engine(self, engine: str) -> RunRules:
        """The same with another engine for all findings."""
        if not engine:
            return self
        allowed = get_args(EngineRule)
        if engine not in allowed:
            raise ParameterError(f"--engine {engine}: {unknown('engine', engine, allowed)}")
        own = {name: rules.model_copy(update={"engine": None}) for name, rules in self.findings.items()}
        return self.model_copy(update={"engine": engine, "findings": own})

    def of(self, finding: str) -> Rules:
        """The rules for one finding."""
        own = self.findings.get(finding)
        given = {k: v for k, v in own.model_dump().items() if v is not None} if own else {}
        common = {name: getattr(self, name) for name in Rules.model_fields}
        return Rules(**{**common, **given})


def load_rules(project: Project, params: Params | None) -> RunRules:
    """Read ``params/runs.yml``. The defaults where there is no such file; without parameters no name is checked."""
    path = project.params / "runs.yml"
    if not path.is_file():
        return RunRules()
    file = read_yaml(path, project.relative(path))
    faults = validate(RunRules, file.data, file)
    if not faults and params is not None:
        for name in file.data.get("findings", {}):
            if name not in params.known:
                faults.append(fault(file, ("findings", name), unknown("finding", name, params.known)))
    refuse(faults)
    return RunRules.model_validate(file.data)


# Units for schedulers: a cron line, a systemd service and timer, a Windows task.

NAME = "hmic-run"
LOG = Path("output") / "runs" / "scheduled.log"
#: Any day: a task needs one to begin with.
_FIRST_DAY = "2014-01-01"


@dataclass(frozen=True)
class Plan:
    """When to run what."""

    project: Project
    #: Forces and findings, as ``hmic run`` takes them.
    words: tuple[str, ...]
    #: Every day at this time, unless ``every`` is given.
    at: dt.time
    #: Every so many minutes, where something has changed; 0: once a day.
    every: int = 0

    def command(self) -> list[str]:
        """The command word by word; every path is absolute, since schedulers know no folder and no PATH."""
        log = self.project.root / LOG
        root = str(self.project.root)
        often = ["--if-changed"] if self.every else []
        options = [*self.words, *often, "--quiet", "--log", str(log), "--project", root]
        return [sys.executable, "-m", "hmic_analysis", "run", *options]


def make_plan(project: Project, words: Sequence[str], at: str, every: int) -> Plan:
    """Check what was asked for."""
    try:
        moment = dt.time.fromisoformat(at)
    except ValueError:
        raise ParameterError(f"--at {at} is not a time of day. Write it as 02:00.") from None
    if every and (every < 0 or 60 % every):
        raise ParameterError(f"--every {every}: the minutes must divide an hour: 5, 10, 12, 15, 20, 30 or 60.")
    return Plan(project, tuple(words), moment.replace(second=0, microsecond=0), every)


def clock_changes(at: dt.time, zone: str) -> str:
    """What a change of the clock does to a time of day within a year; empty where it does nothing."""
    there, found = ZoneInfo(zone), []
    for ahead in range(366):
        moment = dt.datetime.combine(dt.date.today() + dt.timedelta(days=ahead), at, there)
        if moment.astimezone(dt.UTC).astimezone(there).time() != at:
            found.append(f"is skipped on {say_date(moment.date())}")
        elif moment.utcoffset() != moment.replace(fold=1).utcoffset():
            found.append(f"comes twice on {say_date(moment.date())}")
    if not found:
        return ""
    return f"{at:%H:%M} {' and '.join(found)}, when the clocks change ({zone}): choose another time, such as 03:00."


def cron_line(plan: Plan) -> str:
    """The line for a crontab. In a crontab a percent sign ends the command unless a backslash is before it."""
    if plan.every:
        when = "0 * * * *" if plan.every == 60 else f"*/{plan.every} * * * *"
    else:
        when = f"{plan.at.minute} {plan.at.hour} * * *"
    return f"{when} {shlex.join(plan.command())}".replace("%", "\\%")


def systemd_units(plan: Plan) -> dict[str, str]:
    """The service and its timer: text by file name."""
    when = f"*-*-* {plan.at:%H:%M}:00"
    if plan.every:
        when = "hourly" if plan.every == 60 else f"*:0/{plan.every}"
    command = " ".join(_systemd_word(word) for word in plan.command())
    service = f"""[Unit]
Description=Evidence of the inspection findings

[Service]
Type=oneshot
ExecStart={command}
WorkingDirectory={str(plan.project.root).replace("%", "%%")}
Nice=10
"""
    timer = f"""[Unit]
Description=When the evidence is brought up to date

[Timer]
OnCalendar={when}
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{NAME}.service": service, f"{NAME}.timer": timer}


def windows_task(plan: Plan) -> str:
    """The task as XML, as ``schtasks /Create /XML`` reads it.

    It runs whether its user is logged on or not, without a password kept anywhere (``S4U``).
    """
    program, *words = plan.command()
    repeat = ""
    if plan.every:
        repeat = f"\n      <Repetition><Interval>PT{plan.every}M</Interval><Duration>P1D</Duration></Repetition>"
    start = "00:00:00" if plan.every else f"{plan.at:%H:%M}:00"
    return f"""<?xml version="1.0"?>
<!-- Save as {NAME}.xml, then, as administrator: schtasks /Create /TN {NAME} /XML {NAME}.xml
     Where the project lies on a network drive add: /RU DOMAIN\\user /RP * (the task then keeps a password) -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Evidence of the inspection findings</Description></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{_FIRST_DAY}T{start}</StartBoundary>{repeat}
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>S4U</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(subprocess.list2cmdline(words))}</Arguments>
      <WorkingDirectory>{escape(str(plan.project.root))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def _systemd_word(word: str) -> str:
    """A word as systemd reads it: percent and dollar signs doubled, quoted where it has blanks."""
    word = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")
    if any(sign in word for sign in " \t\"'"):
        return '"' + word.replace('"', '\\"') + '"'
    return word
