"""A project in a temporary folder, and a short way from a mapping and some text to a loaded table."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import pandas as pd
import pytest

from hmic_analysis.project import Project
from hmic_analysis.store.manifest import Manifest
from hmic_analysis.store.prepare import prepare
from hmic_analysis.store.tables import load_table

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"


class Workshop:
    """One project with one force, ``here``."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self.raw = self.project.raw / "here"
        self.raw.mkdir(parents=True)
        (root / "params" / "sources").mkdir(parents=True)
        (root / "params" / "inspection.yml").write_text("", encoding="utf-8")

    def ship(self) -> None:
        """Copy the mappings that the project ships."""
        shutil.copytree(ROOT / "params" / "sources", self.project.params / "sources", dirs_exist_ok=True)

    def file(self, name: str, content: str | bytes) -> Path:
        """Put a file into the return."""
        path = self.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def mapping(self, text: str, name: str = "src") -> None:
        """Write a mapping file."""
        path = self.project.params / "sources" / f"{name}.yml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")

    def prepare(self, source: str = "standard", timezone: str = "Europe/London") -> Manifest:
        """Prepare the return."""
        return prepare(self.project, [source], "here", self.raw, timezone).manifest

    def table(self, table: str, **options: object) -> pd.DataFrame:
        """Load a table, in the order of the file's rows."""
        return load_table(self.project, "here", table, **options).sort_values(
            ["source_file", "source_row"], ignore_index=True
        )

    def rejected(self, table: str) -> pd.DataFrame:
        """Rows kept aside."""
        return pd.read_csv(self.project.rejected("here") / f"{table}.csv", dtype=str, keep_default_na=False)

    def cells(self, table: str) -> pd.DataFrame:
        """Rows kept without some of their cells."""
        return self.rejected(f"{table}_cells")

    def column(
        self, source: str, cells: list[str], table: str = "incident", target: str = "incident_type"
    ) -> pd.DataFrame:
        """Load ``cells`` (one raw column ``x``, with ids) through one mapped column."""
        self.file(
            "data.csv",
            "id;x\n" + "".join(f'{i};"{cell.replace(chr(34), 2 * chr(34))}"\n' for i, cell in enumerate(cells, 1)),
        )
        required = {
            "incident": {"incident_id": "id", "created_month": '{value: "2013-01"}'},
            "demand_task": {
                "task_id": "id", "task_type": "{value: custody}", "resource_hours": "{value: '1'}",
                "started_at": "{value: 2013-01-01 10:00}",
            },
            "suspect": {"person_key": "id", "crime_id": "id", "named_on": "{value: 2013-01-01}"},
            "change": {"change_id": "id", "change_type": "{value: process}"},
            "document": {
                "document_id": "id", "title": "id", "document_type": "{value: plan}", "subject": "id",
                "status": "{value: draft}",
            },
        }[table]  # fmt: skip
        columns = required | {target: source}
        lines = "\n".join(f"      {name}: {value}" for name, value in columns.items())
        self.mapping(
            "title: t\nfiles:\n  f: {pattern: data.csv, delimiter: ';'}\n"
            f"tables:\n  {table}:\n    file: f\n    columns:\n{lines}\n"
        )
        self.prepare("src")
        return self.table(table)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """A workshop."""
    return Workshop(tmp_path / "project")


def utc(text: str) -> pd.Timestamp:
    """An instant."""
    return pd.Timestamp(text, tz="UTC")
