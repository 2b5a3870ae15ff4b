"""All figures of one force on one page, for looking them over."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle, Figure
from hmic_analysis.site.pages import render


def gallery(bundles: Sequence[Bundle], folders: Mapping[str, Path]) -> str:
    """A page with every figure of a force, finding by finding.

    Parameters
    ----------
    bundles : sequence of Bundle
        Of one force, in the order of the letter.
    folders : mapping of str to pathlib.Path
        Folder of each finding's report.

    Returns
    -------
    str
        HTML that holds the pictures itself.

    Raises
    ------
    DataError
        If a picture that the evidence names isn't there.
    """
    findings = [
        {
            "bundle": bundle,
            "figures": [(figure, _picture(folders[bundle.finding], figure)) for figure in bundle.figures],
        }
        for bundle in bundles
    ]
    return render("gallery.html", force=bundles[0].force_name, findings=findings, synthetic=bundles[0].synthetic)


def _picture(folder: Path, figure: Figure) -> str:
    path = folder / figure.png
    if not path.is_file():
        raise DataError(f"The evidence names the picture {path}, which isn't there. Run the finding again.")
    return base64.b64encode(path.read_bytes()).decode("ascii")
