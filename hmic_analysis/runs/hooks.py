"""Commands of the user's own at the end of a run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

#: Seconds after which such a command is given up.
PATIENCE = 300


def call_hook(name: str, words: Sequence[str], status: Path, tell: Callable[[str], None]) -> bool:
    """Run a command with the status file as its last word; no shell is involved.

    Parameters
    ----------
    name : str
        ``on_finish`` or ``on_failure``, for messages.
    words : sequence of str
        Program and arguments; empty: nothing is done.
    status : pathlib.Path
    tell : callable
        Told if it fails: the run itself has ended by then, and its exit code stays.

    Returns
    -------
    bool
        Whether it ran and ended with 0, or there was nothing to do.
    """
    if not words:
        return True
    try:
        done = subprocess.run(
            [*words, str(status)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        tell(f"{name} in params/runs.yml could not be run: {fault}")
        return False
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        tell(f"{name} in params/runs.yml ended with code {done.returncode}. {' '.join(last)}".rstrip())
    return done.returncode == 0
