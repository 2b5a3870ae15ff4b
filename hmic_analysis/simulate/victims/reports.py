"""Contacts of victims, window by window: who they are, and what was flagged before first contact was over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.crimes import OFFENCE_GROUPS
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.clock import to_wall
from hmic_analysis.simulate.deployments import first_and_last
from hmic_analysis.simulate.streams import pick
from hmic_analysis.simulate.topic import Piece, Subject
from hmic_analysis.simulate.victims.closures import Closures
from hmic_analysis.simulate.victims.contacts import BLANK, FIRM, NO_ONE, PERSON, Contacts
from hmic_analysis.simulate.victims.earlier import KINDS, draw_earlier, place_keys, repeat_share, victim_keys
from hmic_analysis.simulate.victims.flags import Flags
from hmic_analysis.simulate.victims.persons import Persons

#: Shares of the victims that are a business: by offence group, and of anti-social behaviour.
BUSINESS = {"other_theft": 0.5, "burglary_other": 0.4, "criminal_damage": 0.15}
BUSINESS_ELSE, NOBODY, TYPE_BLANK = 0.04, 0.03, 0.02
#: Shops and firms that report again and again, for each thousand contacts of theirs in a window.
FIRMS = 40
KEY_SHARE, PLACE_SHARE, LONG_AGO_SHARE = 0.94, 0.97, 0.04
LEFT_OUT_ORIGINS, LEFT_OUT_RESULTS = ("officer_initiated", "alarm"), ("duplicate", "test")


class Reports:
    """Follows the calls: puts victims to them and writes ``contact_flag``.

    Parameters
    ----------
    subject : Subject
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.persons = Persons(draw_earlier(subject))
        self.share = repeat_share(subject)
        self.flags = Flags(subject)
        self.closures = Closures(subject)
        self.first_day = np.datetime64(subject.frame.period_start)
        self.last_day = np.datetime64(subject.frame.period_end)

    def rows(self, piece: Piece) -> dict[str, pa.Table]:
        """The flags of a window, and its incidents and crimes with references of victims."""
        incident, crime = piece.tables["incident"], piece.tables["crime"]
        asb_type = _asb_types(self.subject, piece)
        found = self._contacts(piece, asb_type)
        first_sent, _ = first_and_last(piece.deployments, len(piece.incidents))
        flags = self.flags.rows(piece, found, first_sent)
        victim, place = _shown(found, len(piece.incidents))
        _again_for_second_reports(piece, found, victim, place)
        incident = _with(incident, {"asb_type": asb_type, "victim_key": victim, "location_key": place})
        crime = self.closures.rows(piece, self._with_victims(piece, found, crime))
        return {"incident": incident, "crime": crime, "contact_flag": flags}

    def values(self) -> dict[str, Any]:
        """True figures of what was flagged, of what was closed at once, and how far back the records reach."""
        days = self.subject.frame.lookback_days
        return {"lookback_days": days, **self.flags.values(), **self.closures.values()}

    def _contacts(self, piece: Piece, asb_type: np.ndarray) -> Contacts:
        """The contacts of a window, each with its victim."""
        rng = self.subject.streams.of("victims.contacts", piece.window.index)
        table, created = piece.tables["incident"], piece.incidents.created
        closed_as, opened_as = (_cells(table, f"category_{x}") for x in ("close", "open"))
        category = np.where(closed_as == None, opened_as, closed_as)  # noqa: E711
        day = to_wall(created).astype("datetime64[D]")
        counts = np.isin(category, ("crime", "asb")) & (day >= self.first_day) & (day <= self.last_day)
        counts &= ~np.isin(_cells(table, "origin"), LEFT_OUT_ORIGINS)
        counts &= ~np.isin(_cells(table, "result"), LEFT_OUT_RESULTS)
        row = np.flatnonzero(counts)
        n, case = len(row), piece.incidents.case[row]
        group = np.where(case >= 0, piece.cases.group[case] if len(piece.cases) else -1, -1)
        dated = _cells(table, "created_at")[row] != None  # noqa: E711
        victim = _victim_types(rng, group)
        of_person = (victim == PERSON) | (victim == BLANK)
        shows_victim = of_person & dated & (rng.random(n) < KEY_SHARE)
        shows_place = dated & (rng.random(n) < PLACE_SHARE)
        types = _cells(table, "incident_type")[row]
        kind = _kinds(piece, row, types)
        number = np.where(of_person, self.persons.new(n), 0)
        repeat = np.where(shows_victim, 0, -1)
        has_kind = (kind >= 0) | (types != None)  # noqa: E711
        by_place = of_person & ~shows_victim & shows_place & has_kind
        repeat[by_place] = 0
        self._known_of_old(rng, piece, number, repeat, shows_victim, by_place, kind)
        made = Contacts(
            row, created[row], dated, victim, number, shows_victim, shows_place, repeat,
            category[row] == "crime", asb_type[row] == "personal",
        )  # fmt: skip
        self._remember(piece, made, category[row] == "asb")
        return made

    def _known_of_old(
        self,
        rng: np.random.Generator,
        piece: Piece,
        number: np.ndarray,
        repeat: np.ndarray,
        shows_victim: np.ndarray,
        by_place: np.ndarray,
        kind: np.ndarray,
    ) -> None:
        """Put persons who reported before in the place of new ones; changes ``number`` and ``repeat``."""
        start, end = piece.window.start, piece.window.end + np.timedelta64(2, "D")
        again = rng.random(len(number)) < self.share
        wanted = rng.permutation(np.flatnonzero(again & shows_victim))
        span = (self.last_day - self.first_day + 1) / np.timedelta64(1, "D")
        gone = (to_wall(np.array([start]))[0].astype("datetime64[D]") - self.first_day) / np.timedelta64(1, "D")
        part = min(max(1 - gone / span, 0.0), 1.0)
        found = self.persons.again(rng, start, end, len(wanted), part)
        number[wanted[: len(found)]], repeat[wanted[: len(found)]] = found, 1
        places = np.flatnonzero(again & by_place & (kind >= 0))
        found = self.persons.of_kind(rng, end, kind[places])
        number[places[found > 0]], repeat[places[found > 0]] = found[found > 0], 1
        others = rng.permutation(np.flatnonzero(~again & shows_victim))[: int(LONG_AGO_SHARE * shows_victim.sum())]
        found = self.persons.long_ago(rng, start, len(others))
        number[others[: len(found)]] = found

    def _remember(self, piece: Piece, found: Contacts, is_asb: np.ndarray) -> None:
        """Reports of the window that make a later contact of the same person a repeat."""
        whole = found.shows_victim & found.shows_place & found.dated
        asb = whole & is_asb
        self.persons.remember(found.number[asb], found.created[asb])
        crime_of = _first_crimes(piece)
        case = piece.incidents.case[found.row]
        crime = np.where(case >= 0, crime_of[case] if len(crime_of) else -1, -1)
        dated = _cells(piece.tables["crime"], "recorded_at") != None  # noqa: E711
        good = whole & ~is_asb & (crime >= 0)
        good[good] = (piece.crimes.counted & dated)[crime[good]]
        self.persons.remember(found.number[good], piece.cases.recorded[case[good]])

    def _with_victims(self, piece: Piece, found: Contacts, crime: pa.Table) -> pa.Table:
        """The crimes of a window with their victims: that of the contact for the first of a case, else others."""
        rng = self.subject.streams.of("victims.crimes", piece.window.index)
        n = len(piece.crimes)
        number, shown = self.persons.new(n), rng.random(n) < KEY_SHARE
        victim, place = np.where(shown, number, 0), number.copy()
        keys, places = victim_keys(victim), place_keys(place)
        contact_victim, contact_place = _shown(found, len(piece.incidents))
        crime_of = _first_crimes(piece)
        case = piece.incidents.case[found.row]
        of_crime = np.where(case >= 0, crime_of[case] if len(crime_of) else -1, -1)
        has = of_crime >= 0
        keys[of_crime[has]] = contact_victim[found.row[has]]
        places[of_crime[has]] = contact_place[found.row[has]]
        return _with(crime, {"victim_key": keys, "location_key": places})


def _victim_types(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    share = np.array([BUSINESS.get(g, BUSINESS_ELSE) for g in OFFENCE_GROUPS] + [BUSINESS_ELSE])[group]
    draw = rng.random(len(group))
    victim = np.where(draw < share, FIRM, np.where(draw > 1 - NOBODY, NO_ONE, PERSON))
    return np.where((victim == PERSON) & (rng.random(len(group)) < TYPE_BLANK), BLANK, victim)


def _kinds(piece: Piece, row: np.ndarray, types: np.ndarray) -> np.ndarray:
    """Kind of each contact: offence group of its recorded crime, else type of anti-social behaviour, else -1."""
    names = {name: i for i, name in enumerate(KINDS)}
    of_type = np.array([names.get(x, -1) for x in types], int)
    case = piece.incidents.case[row]
    crime_of = _first_crimes(piece)
    crime = np.where(case >= 0, crime_of[case] if len(crime_of) else -1, -1)
    dated = _cells(piece.tables["crime"], "recorded_at") != None  # noqa: E711
    known = crime >= 0
    known[known] = (piece.crimes.counted & dated)[crime[known]]
    group = np.where(case >= 0, piece.cases.group[case] if len(piece.cases) else -1, -1)
    return np.where(known, group, np.where(case >= 0, -1, of_type))


def _first_crimes(piece: Piece) -> np.ndarray:
    """For each case the position of its first crime; -1 where it has none."""
    crime_of = np.full(len(piece.cases), -1)
    cases, first = np.unique(piece.crimes.case, return_index=True)
    crime_of[cases] = first
    return crime_of


def _shown(found: Contacts, n: int) -> tuple[np.ndarray, np.ndarray]:
    """References of victim and address for each of ``n`` incidents, as they stand on the record."""
    victim, place = np.full(n, None, dtype=object), np.full(n, None, dtype=object)
    victim[found.row] = victim_keys(np.where(found.shows_victim, found.number, 0))
    place[found.row] = place_keys(np.where(found.shows_place & found.of_person, found.number, 0))
    firm = found.victim == FIRM
    # Firms report again and again: whoever counts them among persons finds repeat victims everywhere.
    numbers = found.row[firm] % FIRMS + 1
    victim[found.row[firm]] = np.array([f"BUS{i:05d}" for i in numbers], dtype=object)
    place[found.row[firm]] = np.array([f"LOCB{i:05d}" for i in numbers], dtype=object)
    return victim, place


def _again_for_second_reports(piece: Piece, found: Contacts, victim: np.ndarray, place: np.ndarray) -> None:
    """Give the second report of a case the references of the first; changes ``victim`` and ``place``."""
    case = piece.incidents.case
    contact_of = np.full(len(piece.cases) + 1, -1)
    contact_of[case[found.row]] = found.row
    contact_of[-1] = -1
    source = contact_of[case]
    other = (case >= 0) & (source >= 0) & (source != np.arange(len(case)))
    victim[other], place[other] = victim[source[other]], place[source[other]]


def _asb_types(subject: Subject, piece: Piece) -> np.ndarray:
    """National kind of each incident of anti-social behaviour; a few are blank."""
    types = _cells(piece.tables["incident"], "incident_type")
    names = {name: name.lower() for name in shapes.INCIDENT_TYPES["asb"]}
    rng = subject.streams.of("victims.asb", piece.window.index)
    blank = pick(rng, (97, 3), len(types)) == 1
    return np.array([None if b else names.get(x) for x, b in zip(types, blank, strict=True)], dtype=object)


def _cells(table: pa.Table, name: str) -> np.ndarray:
    return np.array(table.column(name).to_pylist(), dtype=object)


def _with(table: pa.Table, columns: dict[str, np.ndarray]) -> pa.Table:
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, pa.array(values, pa.string()))
    return table
