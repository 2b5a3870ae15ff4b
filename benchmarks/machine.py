"""The machine and the versions that a measurement belongs to."""

from __future__ import annotations

import datetime as dt
import os
import platform
from importlib import metadata
from pathlib import Path

PACKAGES = ("papermill", "nbclient", "ipykernel", "pandas", "matplotlib", "pyarrow")


def describe() -> dict[str, str]:
    """What a reader must know to compare.

    Returns
    -------
    dict of str to str
    """
    return {
        "date": dt.date.today().isoformat(),
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor() or "unknown",
        "processors in use": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release()}",
        "versions": ", ".join(
            [f"Python {platform.python_version()}", *(f"{p} {metadata.version(p)}" for p in PACKAGES)]
        ),
    }


def _memory() -> str:
    words = _first("/proc/meminfo", "MemTotal").split()
    return f"{int(words[0]) / 1024 / 1024:.0f} GiB" if words else "unknown"


def _first(path: str, key: str) -> str:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
