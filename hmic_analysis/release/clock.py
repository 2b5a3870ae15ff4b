"""The one place that asks the machine what time it is, and only commands call it; everything else is told."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """The present moment, aware of its zone (UTC)."""
    return dt.datetime.now(dt.UTC)
