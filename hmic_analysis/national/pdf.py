"""The national report as an accessible PDF (PDF/UA-1), set by typst; typst reads no word of it as its own markup."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import typst

from hmic_analysis.disclosure.sensitivity import declaration
from hmic_analysis.errors import HmicError
from hmic_analysis.letters.pdf import STANDARD, compiler, drawable
from hmic_analysis.letters.pictures import size_of
from hmic_analysis.national.content import Content
from hmic_analysis.national.report import NationalReport

#: Millimetres: no picture is wider or taller.
WIDEST, TALLEST = 160.0, 190.0


def pdf_bytes(report: NationalReport, content: Content, folder: Path) -> bytes:
    """The report as the bytes of a PDF/UA-1 document.

    Parameters
    ----------
    report : NationalReport
    content : Content
    folder : pathlib.Path
        The report's folder; its pictures lie below.

    Returns
    -------
    bytes
        Equal reports and pictures give equal bytes.

    Raises
    ------
    HmicError
        If it can't be set.
    """
    inspection = report.params.inspection
    written = dt.datetime.combine(inspection.letter_date, dt.time(), dt.UTC)
    try:
        return compiler().compile(
            input=_source(),
            format="pdf",
            root=folder,
            sys_inputs={"report": json.dumps(_data(report, content, folder), ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=int(written.timestamp()),
        )
    except typst.TypstError as fault:
        raise HmicError(f"The PDF of the national report can't be set: {fault}.") from None


@cache
def _source() -> bytes:
    return resources.files("hmic_analysis.national").joinpath("templates/report.typ").read_bytes()


def _data(report: NationalReport, content: Content, folder: Path) -> dict[str, Any]:
    inspection = report.params.inspection
    sections = [section.model_dump(mode="json") for section in content.sections]
    for block in (b for section in sections for b in section["blocks"] if b["kind"] == "figure"):
        width, height = size_of(folder / block["svg"], f"Figure {block['number']}")
        block["width"] = min(WIDEST, TALLEST * width / height)
    data = {
        "title": f"{inspection.title}. National report",
        "organisation": inspection.letter.organisation,
        "running": f"{inspection.letter.organisation}: {inspection.letter.report_title}, national report",
        "notices": list(report.notices),
        "declaration": declaration("public"),
        "sections": sections,
    }
    return _each_text(data)


def _each_text(value: Any) -> Any:
    """The same values, every text in them drawable."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: _each_text(item) for key, item in value.items()}
    return [_each_text(item) for item in value] if isinstance(value, list) else value
