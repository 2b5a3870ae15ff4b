"""What a process needs to know to execute one report; goes through pipes and over networks as JSON."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Engine = Literal["warm", "plain"]


class Order(BaseModel):
    """One report to execute.

    Attributes
    ----------
    finding, title, force : str
    notebook, folder : pathlib.Path
        Absolute: the notebook, and the folder that the report gets.
    parameters : dict of str to str
        What the notebook is given, but for the folder that it writes to.
    fingerprint : dict of str to str
        What the report rests on.
    basis : dict
        The same item by item, kept with the report so that it can be said what has changed.
    engine : str
        ``warm`` or ``plain``.
    engine_reason : str
        Why not ``warm``; empty if it is.
    seconds : float
        Time limit of the notebook.
    memory_mb : int
        Limit of the memory of each of its processes; enforced on Linux.
    output_mb : float
        Limit of what it prints and displays.
    run : str
        Name of the run that it belongs to, the same on all machines.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding: str
    title: str
    force: str
    notebook: Path
    folder: Path
    parameters: dict[str, str]
    fingerprint: dict[str, str]
    basis: dict[str, dict[str, str]] = Field(default_factory=dict)
    engine: Engine = "warm"
    engine_reason: str = ""
    seconds: float
    memory_mb: int
    output_mb: float
    run: str = ""

    @property
    def name(self) -> str:
        """``cleveland A6``."""
        return f"{self.force} {self.finding}"

    def below(self, old: Path, new: Path) -> Order:
        """The same for a project that lies in another folder.

        Parameters
        ----------
        old, new : pathlib.Path
            Folder of the project here and there.

        Returns
        -------
        Order
        """
        return self.model_copy(
            update={
                "notebook": new / self.notebook.relative_to(old),
                "folder": new / self.folder.relative_to(old),
                "parameters": {**self.parameters, "project": str(new)},
            }
        )

    @property
    def seed(self) -> int:
        """Start of the random numbers: the same for the same report, on every machine and engine."""
        return int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:4], "big")
