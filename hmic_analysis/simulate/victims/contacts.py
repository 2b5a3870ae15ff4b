"""Contacts of victims in one window, as they truly were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: What is said of the victim; the last is a blank.
TYPES = ("person", "business", "nobody", None)
PERSON, FIRM, NO_ONE, BLANK = range(4)


@dataclass(frozen=True)
class Contacts:
    """Contacts of one window; arrays of equal length.

    Attributes
    ----------
    row : numpy.ndarray
        Position of the incident.
    created : numpy.ndarray
        Instants.
    dated : numpy.ndarray
        The record gives day and time.
    victim : numpy.ndarray
        Position in :data:`TYPES`.
    number : numpy.ndarray
        Of the person; 0 where nobody or a firm.
    shows_victim, shows_place : numpy.ndarray
        Whether the record holds a reference of the victim, of the address.
    repeat : numpy.ndarray
        1 a repeat victim, 0 not, -1 can't be told.
    is_crime, is_personal : numpy.ndarray
        Recorded as a crime incident; as personal anti-social behaviour.
    """

    row: np.ndarray
    created: np.ndarray
    dated: np.ndarray
    victim: np.ndarray
    number: np.ndarray
    shows_victim: np.ndarray
    shows_place: np.ndarray
    repeat: np.ndarray
    is_crime: np.ndarray
    is_personal: np.ndarray

    @property
    def of_person(self) -> np.ndarray:
        """Contacts of persons, for all that is said of the victim."""
        return (self.victim == PERSON) | (self.victim == BLANK)
