"""One entry of the document register."""

from __future__ import annotations

from typing import Any

import numpy as np

from hmic_analysis.simulate.topic import Record


def document(
    number: int, title: str, kind: str, subject: str, approved: np.datetime64, covers: list[str], **more: Any
) -> Record:
    """One entry of the register: approved, of the whole force, unless ``more`` says otherwise.

    Parameters
    ----------
    number : int
        Of the document; each topic keeps to a hundred of its own.
    title, kind, subject : str
    approved : numpy.datetime64
        Day on which it was approved or written.
    covers : list of str
        What it says, as coded by its reader.
    **more
        Further columns of the table ``document``.

    Returns
    -------
    dict
    """
    return {
        "document_id": f"DOC{number:04d}",
        "title": f"{title} (synthetic)",
        "document_type": kind,
        "subject": subject,
        "scope": "force",
        "owner_rank": "superintendent",
        "status": "approved",
        "approved_on": approved,
        "covers": covers,
        **more,
    }
