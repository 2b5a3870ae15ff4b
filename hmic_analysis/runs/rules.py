"""``params/runs.yml``: how reports are executed.  Nothing in it changes what a report says."""

from __future__ import annotations

import os
from typing import Annotated, Literal, get_args

from pydantic import Field

from hmic_analysis.errors import ParameterError
from hmic_analysis.params.models import Count, Model, Params, Positive, Text
from hmic_analysis.params.yamlfile import fault, read_yaml, refuse, unknown, validate
from hmic_analysis.project import Project

# --------------------------------------------------------------------------------------------------------------------
# What this machine has.


def processors() -> int:
    """Processors that this process may use.

    At least 1.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --------------------------------------------------------------------------------------------------------------------
# ``params/runs.yml``: how reports are executed. Nothing in it changes what a report says.

EngineRule = Literal["auto", "plain"]
Megabytes = Annotated[int, Field(strict=True, ge=200)]
Command = tuple[Text, ...]


class Rules(Model):
    """The rules for one finding.

    Attributes
    ----------
    engine : str
        ``auto``: warm copies where they can be used; ``plain``: a Jupyter kernel for each notebook.
    time_limit_s : float
        Seconds after which a notebook is stopped.
    memory_limit_mb : int
        Memory that each process of a notebook may hold; enforced on Linux.
    output_limit_mb : float
        What a notebook may print and display.
    """

    engine: EngineRule = "auto"
    time_limit_s: Positive = 900.0
    memory_limit_mb: Megabytes = 2000
    output_limit_mb: Positive = 20.0


class FindingRules(Model):
    """What differs for a finding; None: as for all."""

    engine: EngineRule | None = None
    time_limit_s: Positive | None = None
    memory_limit_mb: Megabytes | None = None
    output_limit_mb: Positive | None = None


class RunRules(Rules):
    """The whole file.

    Attributes
    ----------
    workers : int
        Notebooks at a time; 0: one a processor.
    findings : dict of str to FindingRules
    on_finish, on_failure : tuple of str
        Commands, word by word, run when a run has ended, and when a report failed; the status file is added as the
        last word.
    """

    workers: Count = 0
    findings: dict[str, FindingRules] = Field(default_factory=dict)
    on_finish: Command = ()
    on_failure: Command = ()

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


def load_rules(project: Project, params: Params) -> RunRules:
    """Read ``params/runs.yml``.

    The defaults where there is no such file.
    """
    path = project.params / "runs.yml"
    if not path.is_file():
        return RunRules()
    file = read_yaml(path, project.relative(path))
    faults = validate(RunRules, file.data, file)
    if not faults:
        for name in file.data.get("findings", {}):
            if name not in params.known:
                faults.append(fault(file, ("findings", name), unknown("finding", name, params.known)))
    refuse(faults)
    return RunRules.model_validate(file.data)
