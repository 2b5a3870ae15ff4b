"""Where a project keeps its folders.

A project is any folder that holds ``params/inspection.yml``: the repository itself, or a copy made for another
inspection.  All paths hang on it, so tests and scheduled runs can work on a project of their own.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.errors import ParameterError

MARKER = Path("params") / "inspection.yml"


@dataclass(frozen=True)
class Project:
    """The folders of one project; ``root`` holds ``params/inspection.yml``."""

    root: Path

    @property
    def params(self) -> Path:
        """Parameter files."""
        return self.root / "params"

    @property
    def notebooks(self) -> Path:
        """Finding notebooks, one per finding."""
        return self.root / "notebooks" / "findings"

    @property
    def raw(self) -> Path:
        """The returns as the forces sent them; never written to, except by the simulator."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """Parquet tables, one folder per force."""
        return self.root / "data" / "processed"

    @property
    def output(self) -> Path:
        """Everything a command makes for people."""
        return self.root / "output"

    @property
    def keys(self) -> Path:
        """The folder of the person-hash key; outside version control, readable by its owner only."""
        return self.root / ".hmic"

    def return_of(self, force: str, elsewhere: str | None = None) -> Path:
        """Folder of a force's return; ``elsewhere`` is the one that its parameters name, below the project."""
        return self.root / elsewhere if elsewhere else self.raw / force

    def rejected(self, force: str) -> Path:
        """Folder of the rows kept aside for one force (restricted: original text)."""
        return self.output / "rejected" / force

    def runs(self, force: str) -> Path:
        """Folder of one force's executed notebooks and evidence."""
        return self.output / "runs" / force

    @property
    def written_to(self) -> tuple[Path, ...]:
        """The folders that commands write to, each of which may lie on a disk of its own."""
        return self.root, self.processed, self.output, self.output / "runs", self.output / "letters", self.keys

    def any_return(self, force: str) -> bool:
        """Whether a force has sent anything."""
        return (self.raw / force).is_dir() or (self.processed / force).is_dir()

    def relative(self, path: Path) -> str:
        """``path`` as people read it: below the project with forward slashes where it lies there."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return str(path)


def find_project(start: str | Path | None = None) -> Project:
    """Find the project that ``start`` lies in."""
    where = Path(start or os.environ.get("HMIC_PROJECT") or Path.cwd()).expanduser().resolve()
    for folder in (where, *where.parents):
        if (folder / MARKER).is_file():
            return Project(folder)
    raise ParameterError(
        f"No project found: neither {where} nor a folder above it holds {MARKER.as_posix()}.\n"
        "Change into the project's folder, or name it with --project FOLDER (papermill: -p project FOLDER) or the "
        "variable HMIC_PROJECT."
    )
