"""What the tests of the letter share."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmic_analysis.documents.blocks import CatalogueEntry, LetterSettings
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.word import build_template

from .evidence import CATALOGUE, SETTINGS, a1, a2, a6, draw, f1, f4


@pytest.fixture
def bundles() -> list[Bundle]:
    """Five findings, out of order; F4 has no data and P1 no evidence."""
    return [f1(), a6(), a1(), f4(), a2()]


@pytest.fixture
def catalogue() -> tuple[CatalogueEntry, ...]:
    return CATALOGUE


@pytest.fixture
def settings() -> LetterSettings:
    return SETTINGS


@pytest.fixture(scope="session")
def reports(tmp_path_factory) -> dict[str, Path]:
    """Folder of each finding's report, with its pictures."""
    folder = tmp_path_factory.mktemp("reports")
    draw(folder)
    return {entry.finding: folder for entry in CATALOGUE}


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    return build_template(tmp_path_factory.mktemp("template") / "template.docx")
