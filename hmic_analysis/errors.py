"""What can go wrong, said once and without a traceback.

Every message says what is wrong, where (file, line, row or key), what is allowed and what to do.  The command
line prints the message and exits with ``exit_code``; nothing else in the package prints errors.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

EXIT_OK = 0
EXIT_SOME_FAILED = 1
EXIT_PARAMETERS = 2
EXIT_DATA = 3
EXIT_LOCKED = 4


class HmicError(Exception):
    """A fault the user can mend.

    Parameters
    ----------
    message : str
        What is wrong, where, what is allowed, what to do; may span several lines.
    """

    exit_code = EXIT_SOME_FAILED

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ParameterError(HmicError):
    """A parameter, a parameter file or a command-line word that can't be used."""

    exit_code = EXIT_PARAMETERS


class DataError(HmicError):
    """Data that can't be loaded: a corrupt file, a mapping that doesn't fit, a missing table."""

    exit_code = EXIT_DATA


class LockedError(HmicError):
    """Another run holds what this one needs."""

    exit_code = EXIT_LOCKED


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Suggest the nearest allowed word.

    Parameters
    ----------
    word : str
        What was written.
    allowed : iterable of str
        What may be written.

    Returns
    -------
    str
        ``" Did you mean 'x'?"`` with its leading space, or ``""`` where nothing is near.
    """
    near = difflib.get_close_matches(str(word), [str(a) for a in allowed], n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""
