"""The style sheet and the script of a site, copied beside its pages."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

NAMES = ("site.css", "filter.js")


def copy_assets(target: Path) -> None:
    """Put the style sheet and the script into ``assets`` of a site.

    Parameters
    ----------
    target : pathlib.Path
    """
    folder = target / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        content = resources.files("hmic_analysis.site").joinpath("static", name).read_bytes()
        (folder / name).write_bytes(content)
