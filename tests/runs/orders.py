"""Orders for small notebooks that are no findings, and their execution as the engine does it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import nbformat

from hmic_analysis.runs.lanes import run_orders
from hmic_analysis.runs.record import Order, Record

from .notebooks import build

#: What a finding notebook's last cell does, without a finding: leaves a bundle.
CONCLUDE = """
import json, pathlib
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.evidence.bundle import write_bundle
write_bundle(Bundle(finding='T1', title='t', section='preventing_crime', force=force, force_name=force, kind='other',
    status='complete', synthetic=True, period_start='2012-12-01', period_end='2013-11-30', as_of='2014-03-31',
    letter_date='2014-09-03', claims=(), indicators=()), pathlib.Path(output))
"""
MODULES = ("numpy", "pandas", "matplotlib.pyplot", "hmic_analysis.evidence.bundle", "hmic_analysis.evidence.model")


def make_order(folder: Path, name: str, cells: Iterable[str], engine: str = "warm", **limits: float) -> Order:
    """An order for a notebook of these cells that then concludes as a finding does."""
    path = folder / f"{name}.ipynb"
    nbformat.write(build([*cells, CONCLUDE], "force: str = ''\noutput: str = ''"), path)
    given = {"seconds": 60, "memory_mb": 2000, "output_mb": 20, **limits}
    return Order(
        finding=name,
        title=name,
        force="gwent",
        notebook=path,
        folder=folder / "out" / name,
        parameters={"force": "gwent"},
        fingerprint={},
        engine=engine,
        **given,
    )


def execute_all(orders: list[Order], workers: int = 2) -> dict[str, Record]:
    """Execute orders; their records by name of the notebook."""
    said: list[str] = []
    records = {order.finding: record for order, record in run_orders(orders, workers, MODULES, tell=said.append)}
    assert not said, said
    return records


def printed(order: Order) -> str:
    """Everything that an executed notebook printed."""
    cells = json.loads((order.folder / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [out for cell in cells for out in cell.get("outputs", ())]
    return "".join("".join(out["text"]) for out in outputs if out["output_type"] == "stream")
