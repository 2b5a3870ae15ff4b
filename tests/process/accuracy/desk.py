"""Filling in response workbooks as a force and its inspectors do."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl

from hmic_analysis.process.pack import COLUMNS
from hmic_analysis.project import Project

CHALLENGE = {
    "Challenge": "We stated the number of an earlier day.",
    "Evidence offered": "The return of 31 March 2014, sheet 2.",
    "Corrected data files": "data_request.csv",
    "Decision": "accepted",
    "Reason for the decision": "The register bears it out.",
}


def response(
    project: Project, folder: Path, answers: dict[str, dict[str, str]] | None = None, force="cleveland"
) -> Path:
    """The pack's workbook in a folder of its own, filled in by claim and column."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"response-{force}.xlsx"
    packs = sorted((project.output / "accuracy" / force).glob("pack-*"))
    shutil.copyfile(packs[-1] / path.name, path)
    if answers:
        fill(path, answers)
    return path


def fill(path: Path, answers: dict[str, dict[str, str]]) -> None:
    """Fill in cells of the sheet Response by claim and column."""
    book = openpyxl.load_workbook(path)
    sheet = book["Response"]
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    for claim, cells in answers.items():
        for title, text in cells.items():
            sheet.cell(rows[claim], COLUMNS.index(title) + 1).value = text
    book.save(path)
