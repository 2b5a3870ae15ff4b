"""Writing a bundle and what belongs to it, and reading it back."""

from __future__ import annotations

import json
import os
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle, Figure, Table

if TYPE_CHECKING:
    import pandas as pd

    from hmic_analysis.figures.chart import Chart

BUNDLE_NAME = "evidence.json"
PACKAGES = ("hmic-analysis", "pandas", "numpy", "scipy", "statsmodels", "matplotlib", "duckdb", "pyarrow")


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that figures depend on."""
    return dict(_installed())


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    """The same, looked up once in a process: reading what is installed takes as long as drawing a small picture."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return tuple(versions.items())


def write_bundle(bundle: Bundle, folder: Path) -> Path:
    """Write a bundle as JSON with sorted keys, whole or not at all.

    Parameters
    ----------
    bundle : Bundle
    folder : pathlib.Path
        Made if it isn't there.

    Returns
    -------
    pathlib.Path
        The file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / BUNDLE_NAME
    text = json.dumps(bundle.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False)
    part = path.with_suffix(".part")
    part.write_text(text + "\n", encoding="utf-8", newline="\n")
    os.replace(part, path)
    return path


def read_bundle(path: Path) -> Bundle:
    """Read a bundle.

    Parameters
    ----------
    path : pathlib.Path
        The file, or its folder.

    Returns
    -------
    Bundle

    Raises
    ------
    DataError
        If it isn't there or isn't a bundle of this version.
    """
    path = path / BUNDLE_NAME if path.is_dir() else path
    try:
        return Bundle.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"There is no evidence at {path}. Run the finding first: hmic run.") from None
    except (ValidationError, ValueError) as fault:
        first = str(fault).splitlines()[0]
        raise DataError(f"{path} is not an evidence bundle of this version ({first}). Run the finding again.") from None


def save_chart(chart: Chart, folder: Path | None) -> Figure:
    """Write a chart's picture as PNG and SVG and its data as CSV.

    Parameters
    ----------
    chart : Chart
    folder : pathlib.Path or None
        Folder of the report; the pictures go to ``figures`` below it.  None: nothing is written.

    Returns
    -------
    Figure
        Its words, and paths below the folder.
    """
    if folder is not None:
        chart.save(folder / "figures")
    return Figure(
        name=chart.name,
        headline=chart.headline,
        subtitle=chart.subtitle,
        alt=chart.alt,
        source=chart.source,
        png=f"figures/{chart.name}.png",
        svg=f"figures/{chart.name}.svg",
        data=f"figures/{chart.name}.csv",
        synthetic=chart.synthetic,
        empty=chart.empty,
    )


def save_table(
    frame: pd.DataFrame,
    name: str,
    headline: str,
    subtitle: str,
    source: str,
    synthetic: bool,
    folder: Path | None,
) -> Table:
    """Write a table's data as CSV.

    Parameters
    ----------
    frame : pandas.DataFrame
    name, headline, subtitle, source : str
    synthetic : bool
    folder : pathlib.Path or None
        Folder of the report; None: nothing is written.

    Returns
    -------
    Table
        Its words, and the path below the folder.
    """
    if folder is not None:
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        _write_csv(frame, folder / "tables" / f"{name}.csv", synthetic)
    return Table(
        name=name,
        headline=headline,
        subtitle=subtitle,
        source=source,
        data=f"tables/{name}.csv",
        synthetic=synthetic,
    )


def _write_csv(frame: pd.DataFrame, path: Path, synthetic: bool) -> None:
    """CSV with a column that says so where the data are synthetic."""
    out = frame.reset_index(drop=frame.index.name is None)
    if synthetic:
        out = out.assign(synthetic="yes")
    out.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
