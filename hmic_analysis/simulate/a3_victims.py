"""A3: who the victims of calls are, what was flagged before first contact was over, what handlers can look up."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.a3_victims import SYSTEMS
from hmic_analysis.contracts.core import OFFENCE_GROUPS
from hmic_analysis.params.models import YesNo
from hmic_analysis.simulate.calls import first_and_last
from hmic_analysis.simulate.crimes import (
    KINDS,
    Persons,
    draw_earlier,
    earlier_crimes,
    earlier_incidents,
    place_keys,
    repeat_share,
    victim_keys,
)
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    LEAST,
    OPEN,
    SUPPORTED,
    Between,
    CommonFacts,
    Made,
    Piece,
    Record,
    Rows,
    Share,
    Subject,
    Verdict,
    all_keep_up,
    exact,
    judged,
    no_register,
    percent,
)
from hmic_analysis.simulate.registers import document, draw_staff
from hmic_analysis.simulate.world import INCIDENT_TYPES, NO_TIME, ONE_DAY, SECOND, hour_of, pick, quota, to_wall
from hmic_analysis.simulate.write import cells, references, with_cells

SUBJECT, COVERS = "victims", ["repeat_victims", "vulnerable_victims"]
#: What is said of the victim; the last is a blank.
TYPES = ("person", "business", "nobody", None)
PERSON, FIRM, NO_ONE, UNSAID = range(4)
#: Shares of the victims that are a business: by offence group, and of anti-social behaviour.
BUSINESS = {"other_theft": 0.5, "burglary_other": 0.4, "criminal_damage": 0.15}
BUSINESS_ELSE, NOBODY, TYPE_BLANK = 0.04, 0.03, 0.02
#: Shops and firms that report again and again, for each thousand contacts of theirs in a window.
FIRMS = 40
KEY_SHARE, PLACE_SHARE, LONG_AGO_SHARE = 0.94, 0.97, 0.04
LEFT_OUT_ORIGINS, LEFT_OUT_RESULTS = ("officer_initiated", "alarm"), ("duplicate", "test")
SHIFTS = ("early", "late", "night")
SHIFT_FROM = (7, 15, 23)
#: Contacts without a row; flags left blank; flags without a time; missed repeat victims that a review desk flags later.
NO_ROW, FLAG_BLANK, UNDATED, LATER = 0.01, 0.012, 0.004, 0.4
VULNERABLE = 0.13
GOLDEN = 0.6180339887498949
#: Live access to the systems that are no fact of their own; cells left blank.
USUAL = {"custody": 0.4, "pnc": 0.92, "incident_history": 1.0}
ACCESS_BLANK = 0.02
#: Days that the records must reach back, a fortnight's grace granted.
REACH = 365 - 14
RECORDS = ("contact_flag", "incident", "crime", "incident_crime")


class Facts(CommonFacts):
    """What is true of repeat and vulnerable victims at first contact."""

    #: A policy, and a procedure, for identifying repeat and vulnerable victims are in force (A3a).
    victims_policy: YesNo = True
    victims_procedure: YesNo = True
    #: Contacts of persons who had reported in the 365 days before; more where a force has few contacts.
    repeat_share: Share = 0.2
    #: Of those, flagged as repeat victims at first contact: by day, and on the night shift (A3b).
    repeat_recall_share: Share = 0.91
    night_recall_share: Share = 0.86
    #: Contacts of others that were flagged as repeat.
    repeat_false_flag_share: Share = 0.03
    #: Contacts with vulnerability assessed at first contact.
    vulnerability_recorded_share: Share = 0.93
    #: Audited calls of victims in which the handler asked whether it had happened before (A3b, where repeat victims
    #: can't be told from the records), asked about vulnerability (A3b), set flags that fit the call.
    repeat_asked_share: Share = 0.91
    vulnerability_asked_share: Share = 0.90
    flag_correct_share: Share = 0.88
    #: Call-handlers with live access to these systems (A3c, which gets no verdict).
    crime_access_share: Share = 0.55
    intelligence_access_share: Share = 0.30


# What was asked goes with what was recognised, so that a claim comes out the same where the records don't reach back
# over a year and the question asked decides in their place.
_RECOGNISED = {
    "repeat_recall_share": Between(0.89, 0.96),
    "night_recall_share": Between(0.86, 0.94),
    "repeat_asked_share": Between(0.89, 0.96),
    "vulnerability_asked_share": Between(0.89, 0.96),
}
_MISSED = dict.fromkeys(("repeat_recall_share", "night_recall_share", "repeat_asked_share"), Between(0.2, 0.45))
WAYS = {
    "A3a": {
        "true": ({"victims_policy": True, "victims_procedure": True},),
        "false": ({"victims_policy": False, "victims_procedure": False},),
        "middle": (
            {"victims_policy": True, "victims_procedure": False},
            {"victims_policy": False, "victims_procedure": True},
        ),
    },
    "A3b": {
        "true": (_RECOGNISED,),
        "false": (_RECOGNISED | _MISSED, _RECOGNISED | {"vulnerability_asked_share": Between(0.2, 0.45)}),
        "middle": (
            {**_RECOGNISED, "night_recall_share": Between(0.4, 0.58), "repeat_asked_share": Between(0.69, 0.72)},
            {**_RECOGNISED, "vulnerability_asked_share": Between(0.69, 0.72)},
        ),
    },
}


def documents(subject: Subject) -> list[Record]:
    """The policy and the procedure where there are any; always a draft, an old procedure and one of a partnership."""
    facts, start, as_of = subject.facts, subject.start, subject.as_of
    old, next_year, shared = start - 1200 * ONE_DAY, as_of - 40 * ONE_DAY, start - 500 * ONE_DAY
    ended = {"status": "withdrawn", "effective_from": old, "effective_to": start - 300 * ONE_DAY}
    title = "Safeguarding procedure of the partnership"
    found = [
        document(202, "Vulnerability policy, next version", "policy", SUBJECT, next_year, COVERS, status="draft"),
        document(203, "Repeat victims procedure, old", "procedure", SUBJECT, old, COVERS, **ended),
        document(204, title, "procedure", SUBJECT, shared, COVERS, scope="partnership"),
    ]
    since = {"effective_from": start - 280 * ONE_DAY, "review_due_on": as_of + 90 * ONE_DAY}
    if facts.victims_policy:
        title = "Policy on repeat and vulnerable victims"
        found.append(document(200, title, "policy", SUBJECT, start - 290 * ONE_DAY, COVERS, **since))
    if facts.victims_procedure:
        title, seen = "Call-handling procedure: who is at risk", {"corroborated_by": ["observation", "interview"]}
        written = start - 285 * ONE_DAY
        found.append(document(201, title, "procedure", SUBJECT, written, COVERS, **since, **seen))
    return found


def make(subject: Subject) -> Made:
    """Who has live access to which system, and the reports of the year before."""
    before = draw_earlier(subject)
    tables = {"incident": earlier_incidents(subject, before), "crime": earlier_crimes(subject, before)}
    return Made.of(Made(tables, {"earlier_reports": len(before)}), _access(subject))


def _access(subject: Subject) -> Made:
    """Who has live access to which system; some who have left still have it, and count nowhere."""
    staff, facts = draw_staff(subject), subject.facts
    shares = {**USUAL, "crime": facts.crime_access_share, "intelligence": facts.intelligence_access_share}
    on_post = staff.at_work("call_handler")
    gone = np.flatnonzero((staff.role == "call_handler") & ~staff.in_post)
    who = np.concatenate([on_post, gone])
    live, truth = [], {}
    for system in SYSTEMS:
        rng = subject.rng(f"victims.access.{system}")
        yes = np.concatenate([quota(rng, len(on_post), shares[system]), np.ones(len(gone), bool)]).astype(int)
        yes[(rng.random(len(who)) < ACCESS_BLANK)] = -1
        mine = yes[: len(on_post)]
        truth[system] = percent(int((mine == 1).sum()), int((mine >= 0).sum()))
        live.append(yes)
    person = np.tile(staff.keys(who), len(SYSTEMS))
    columns = {"person_key": person, "system": np.repeat(SYSTEMS, len(who)), "live": np.concatenate(live)}
    return Made({"system_access": columns}, {"handler_system_access_pct": truth})


@dataclass(frozen=True)
class Contacts:
    """Contacts of one window; arrays of equal length."""

    #: Position of the incident.
    row: np.ndarray
    #: Instants.
    created: np.ndarray
    #: The record gives day and time.
    dated: np.ndarray
    #: Position in :data:`TYPES`.
    victim: np.ndarray
    #: Of the person; 0 where nobody or a firm.
    number: np.ndarray
    #: Whether the record holds a reference of the victim, of the address.
    shows_victim: np.ndarray
    shows_place: np.ndarray
    #: 1 a repeat victim, 0 not, -1 can't be told.
    repeat: np.ndarray
    #: Recorded as a crime incident; as personal anti-social behaviour, -1 where the kind is blank.
    is_crime: np.ndarray
    is_personal: np.ndarray

    @property
    def of_person(self) -> np.ndarray:
        """Contacts of persons, for all that is said of the victim."""
        return (self.victim == PERSON) | (self.victim == UNSAID)


class Contacting:
    """Follows the calls: puts victims to them and writes ``contact_flag``."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.persons = Persons(draw_earlier(subject))
        self.share = repeat_share(subject)
        self.flags = Flags(subject)

    def rows(self, piece: Piece) -> dict[str, Rows]:
        """The flags of a window, and its incidents and crimes with references of victims."""
        incident, crime = piece.tables["incident"], piece.tables["crime"]
        asb_type = _asb_types(self.subject, piece)
        found = self._contacts(piece, asb_type)
        first_sent, _ = first_and_last(piece.deployments, len(piece.incidents))
        flags = self.flags.rows(piece, found, first_sent)
        victim, place = _shown(found, len(piece.incidents))
        _again_for_second_reports(piece, found, victim, place)
        incident = with_cells(incident, {"asb_type": asb_type, "victim_key": victim, "location_key": place})
        crime = self._with_victims(piece, found, crime)
        return {"incident": incident, "crime": crime, "contact_flag": flags}

    def made(self) -> Made:
        """True figures of what was flagged, and how far back the records reach."""
        return Made(values={"lookback_days": self.subject.frame.lookback_days, **self.flags.values()})

    def _contacts(self, piece: Piece, asb_type: np.ndarray) -> Contacts:
        """The contacts of a window, each with its victim."""
        rng = self.subject.rng("victims.contacts", piece.window.index)
        table, created = piece.tables["incident"], piece.incidents.created
        closed_as, opened_as = (cells(table, f"category_{x}") for x in ("close", "open"))
        category = np.where(closed_as == None, opened_as, closed_as)  # noqa: E711
        counts = np.isin(category, ("crime", "asb")) & self.subject.within(to_wall(created).astype("datetime64[D]"))
        counts &= ~np.isin(cells(table, "origin"), LEFT_OUT_ORIGINS)
        counts &= ~np.isin(cells(table, "result"), LEFT_OUT_RESULTS)
        row = np.flatnonzero(counts)
        n, dated = len(row), cells(table, "created_at")[row] != None  # noqa: E711
        victim = _victim_types(rng, _groups(piece, row))
        of_person = (victim == PERSON) | (victim == UNSAID)
        shows_victim = of_person & dated & (rng.random(n) < KEY_SHARE)
        shows_place = dated & (rng.random(n) < PLACE_SHARE)
        types = cells(table, "incident_type")[row]
        kind = _kinds(piece, row, types)
        number = np.where(of_person, self.persons.new(n), 0)
        repeat = np.where(shows_victim, 0, -1)
        has_kind = (kind >= 0) | (types != None)  # noqa: E711
        by_place = of_person & ~shows_victim & shows_place & has_kind
        repeat[by_place] = 0
        is_crime, is_personal = category[row] == "crime", (asb_type[row] == "personal").astype(int)
        is_personal[(category[row] == "asb") & (asb_type[row] == None)] = -1  # noqa: E711
        who = (victim, number, shows_victim, shows_place, repeat)
        made = Contacts(row, created[row], dated, *who, is_crime, is_personal)
        self._known_of_old(rng, piece, made, by_place, kind)
        self._remember(piece, made, category[row] == "asb")
        return made

    def _known_of_old(
        self, rng: np.random.Generator, piece: Piece, contacts: Contacts, by_place: np.ndarray, kind: np.ndarray
    ) -> None:
        """Put persons who reported before in the place of new ones; changes number and repeat of the contacts."""
        start, end = piece.window.start, piece.window.end + 2 * ONE_DAY
        number, repeat, shows_victim = contacts.number, contacts.repeat, contacts.shows_victim
        again = rng.random(len(number)) < self.share
        wanted = rng.permutation(np.flatnonzero(again & shows_victim))
        gone = (to_wall(np.array([start]))[0].astype("datetime64[D]") - self.subject.start) / ONE_DAY
        part = min(max(1 - gone / self.subject.days, 0.0), 1.0)
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
        crime = _first_crimes(piece, found.row)
        good = whole & ~is_asb & _counted(piece, crime)
        self.persons.remember(found.number[good], piece.cases.recorded[piece.crimes.case[crime[good]]])

    def _with_victims(self, piece: Piece, found: Contacts, crime: pa.Table) -> pa.Table:
        """The crimes of a window with their victims: that of the contact for the first of a case, else others."""
        rng = self.subject.rng("victims.crimes", piece.window.index)
        n = len(piece.crimes)
        number, shown = self.persons.new(n), rng.random(n) < KEY_SHARE
        victim, place = np.where(shown, number, 0), number.copy()
        keys, places = victim_keys(victim), place_keys(place)
        contact_victim, contact_place = _shown(found, len(piece.incidents))
        of_crime = _first_crimes(piece, found.row)
        has = of_crime >= 0
        keys[of_crime[has]] = contact_victim[found.row[has]]
        places[of_crime[has]] = contact_place[found.row[has]]
        return with_cells(crime, {"victim_key": keys, "location_key": places})


follow = Contacting


def _victim_types(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    share = np.array([BUSINESS.get(g, BUSINESS_ELSE) for g in OFFENCE_GROUPS] + [BUSINESS_ELSE])[group]
    draw = rng.random(len(group))
    victim = np.where(draw < share, FIRM, np.where(draw > 1 - NOBODY, NO_ONE, PERSON))
    return np.where((victim == PERSON) & (rng.random(len(group)) < TYPE_BLANK), UNSAID, victim)


def _kinds(piece: Piece, row: np.ndarray, types: np.ndarray) -> np.ndarray:
    """Kind of each contact: offence group of its recorded crime, else type of anti-social behaviour, else -1."""
    names = {name: i for i, name in enumerate(KINDS)}
    of_type = np.array([names.get(x, -1) for x in types], int)
    known = _counted(piece, _first_crimes(piece, row))
    return np.where(known, _groups(piece, row), np.where(piece.incidents.case[row] >= 0, -1, of_type))


def _groups(piece: Piece, row: np.ndarray) -> np.ndarray:
    """Offence group of the case that each incident belongs to; -1 where it belongs to none."""
    return np.append(piece.cases.group, -1)[piece.incidents.case[row]]


def _first_crimes(piece: Piece, row: np.ndarray) -> np.ndarray:
    """Position of the first crime of the case that each incident belongs to; -1 where there is none."""
    crime_of = np.full(len(piece.cases) + 1, -1)
    cases, first = np.unique(piece.crimes.case, return_index=True)
    crime_of[cases] = first
    return crime_of[piece.incidents.case[row]]


def _counted(piece: Piece, crime: np.ndarray) -> np.ndarray:
    """Which positions are those of recorded crimes with day and time."""
    dated = cells(piece.tables["crime"], "recorded_at") != None  # noqa: E711
    return np.append(piece.crimes.counted & dated, False)[crime]


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
    types = cells(piece.tables["incident"], "incident_type")
    names = {name: name.lower() for name in INCIDENT_TYPES["asb"]}
    rng = subject.rng("victims.asb", piece.window.index)
    blank = pick(rng, (97, 3), len(types)) == 1
    return np.array([None if b else names.get(x) for x, b in zip(types, blank, strict=True)], dtype=object)


class Flags:
    """Writes ``contact_flag`` and counts what is true of it."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.counts: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()

    def rows(self, piece: Piece, found: Contacts, first_sent: np.ndarray) -> dict[str, Any]:
        """The rows of one window."""
        rng = self.subject.rng("victims.flags", piece.window.index)
        n, created, sent = len(found.row), found.created, first_sent[found.row]
        ended = created + rng.integers(60, 480, n) * SECOND
        over = np.where(np.isnat(sent) | (sent < ended), ended, sent)
        # A firm without a row would be taken for a person; the force knows its firms.
        given = (rng.random(n) >= NO_ROW) | ~found.of_person
        shift = _shifts(created)
        flag, flag_at, flagged = self._repeat(rng, found, given, shift, over)
        mark, mark_at, assessed = self._vulnerable(rng, given, created, over)
        self._count(found, shift, flagged, assessed)
        columns = {
            "incident_id": references("INC", piece.first_incident + found.row[given]),
            "call_ended_at": ended[given],
            "victim_type": np.array(TYPES, dtype=object)[found.victim[given]],
            "repeat_victim": flag[given],
            "repeat_set_at": flag_at[given],
            "vulnerable": mark[given],
            "vulnerable_set_at": mark_at[given],
        }
        return columns

    def values(self) -> dict[str, Any]:
        """True figures: contacts, repeat victims, those flagged, by shift; and assessments made."""
        c = self.counts
        recall = {s: [c[f"repeat[{s}]{x}"] for x in (1, 0, -1)] for s in SHIFTS}
        yes, no, unknown = (sum(part) for part in zip(*recall.values(), strict=True))
        flagged, right = c["flagged"], c["flagged_right"]
        return {
            "victim_contacts": c["contacts"],
            "victim_contacts_with_reference": c["with_reference"],
            "repeat_contacts": yes + no + unknown,
            "repeat_flag_recall": [yes, no, unknown],
            "repeat_flag_recall_by_shift": recall,
            "repeat_flag_recall_pct": percent(yes, yes + no),
            "repeat_flag_precision_pct": percent(right, flagged),
            "vulnerability_recorded": [c["assessed1"], c["assessed0"], c["assessed-1"]],
            "vulnerability_recorded_pct": percent(c["assessed1"], c["assessed1"] + c["assessed0"]),
        }

    def _repeat(
        self, rng: np.random.Generator, found: Contacts, given: np.ndarray, shift: np.ndarray, over: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The repeat flag, its time, and whether it stood at first contact: 1, 0, or -1 for nobody knows."""
        facts, n, created = self.subject.facts, len(found.row), found.created
        blank = rng.random(n) < FLAG_BLANK
        flag = (rng.random(n) < facts.repeat_false_flag_share).astype(int)
        counted = found.of_person & (found.repeat == 1) & given & ~blank
        for i, name in enumerate(SHIFTS):
            share = facts.night_recall_share if name == "night" else facts.repeat_recall_share
            those = counted & (shift == i)
            flag[those] = self._evenly(name, int(those.sum()), share)
        late = counted & (flag == 0) & (rng.random(n) < LATER)
        at = created + rng.integers(15, 50, n) * SECOND
        at = np.where(late, over + rng.integers(3600, 260_000, n) * SECOND, at)
        undated = (flag == 1) & (rng.random(n) < UNDATED) & ~late & ~blank
        at[blank | undated] = NO_TIME
        # A blank says that nobody looked: the person was not recognised.
        stood = np.where(undated | ~given, -1, np.where(blank, 0, flag))
        return np.where(blank, -1, np.where(late, 1, flag)), at, stood

    def _evenly(self, name: str, n: int, share: float) -> np.ndarray:
        """``n`` further cases of a shift, flagged in the given share as nearly as can be, however many there are."""
        at = np.arange(self._seen[name], self._seen[name] + n)
        self._seen[name] += n
        return (((at + 0.5) * GOLDEN) % 1 < share).astype(int)

    def _vulnerable(
        self, rng: np.random.Generator, given: np.ndarray, created: np.ndarray, over: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The assessment, its time, and whether it was made at first contact: 1, 0, or -1."""
        n = len(created)
        made = rng.random(n) < self.subject.facts.vulnerability_recorded_share
        later = ~made & (rng.random(n) < 0.3)
        mark = np.where(made | later, (rng.random(n) < VULNERABLE).astype(int), -1)
        at = np.where(later, over + rng.integers(3600, 400_000, n) * SECOND, created + rng.integers(20, 58, n) * SECOND)
        undated = (mark >= 0) & (rng.random(n) < UNDATED)
        at[(mark < 0) | undated] = NO_TIME
        return mark, at, np.where(~given | undated, -1, made.astype(int))

    def _count(self, found: Contacts, shift: np.ndarray, flagged: np.ndarray, assessed: np.ndarray) -> None:
        person = found.of_person
        self.counts["contacts"] += int(person.sum())
        self.counts["with_reference"] += int((person & found.shows_victim).sum())
        repeat = person & (found.repeat == 1)
        for i, name in enumerate(SHIFTS):
            for state in (1, 0, -1):
                self.counts[f"repeat[{name}]{state}"] += int((repeat & (shift == i) & (flagged == state)).sum())
        stood = person & (flagged == 1)
        self.counts["flagged"] += int((stood & (found.repeat >= 0)).sum())
        self.counts["flagged_right"] += int((stood & (found.repeat == 1)).sum())
        assessed = np.where(found.is_personal < 0, -1, assessed)
        for state in (1, 0, -1):
            those = person & (found.is_crime | (found.is_personal != 0)) & (assessed == state)
            self.counts[f"assessed{state}"] += int(those.sum())


def _shifts(created: np.ndarray) -> np.ndarray:
    """Position of the shift in :data:`SHIFTS`, by the wall clock."""
    hour = hour_of(to_wall(created))
    early, late, night = SHIFT_FROM
    return np.where((hour >= early) & (hour < late), 0, np.where((hour >= late) & (hour < night), 1, 2))


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    given = {facts.victims_policy, facts.victims_procedure}
    said = f"policy: {facts.victims_policy}, procedure: {facts.victims_procedure}"
    documented = judged(said, given == {True}, given == {False} and facts.signed("document"))
    halves = (_repeat(facts, values), _vulnerable(facts, values))
    found, said = {verdict for verdict, _ in halves}, "; ".join(why for _, why in halves)
    identified = judged(said, found == {SUPPORTED}, CONTRADICTED in found)
    return {"A3a": no_register(facts) or documented, "A3b": identified, "A3c": (OPEN, "a view, not tested")}


def _repeat(facts: Facts, values: dict[str, Any]) -> Verdict:
    yes, no, unknown = values["repeat_flag_recall"]
    n = yes + no + unknown
    if facts.provides(*RECORDS) and values["lookback_days"] >= REACH and yes + no and n >= LEAST:
        said = f"{yes} of {n} repeat victims flagged, {unknown} unknown"
        return _high(said, yes / n, (yes + unknown) / n, list(values["repeat_flag_recall_by_shift"].values()))
    if not facts.provides("call_audit"):
        return OPEN, "neither records of a year before nor audits of calls"
    yes, no, unknown = (sum(part) for part in zip(*values["asked_previous_by_team"].values(), strict=True))
    n = yes + no + unknown
    teams = list(values["asked_previous_by_team"].values())
    said = f"asked about earlier incidents in {yes} of {n} calls of victims"
    return _high(said, exact(yes, n)[0], exact(yes + unknown, n)[1], teams)


def _high(said: str, lo: float, hi: float, units: list[list[int]]) -> Verdict:
    """At least 80% for certain, and no unit below 70% by more than chance; below 60% for certain."""
    return judged(said, lo >= 0.8 and all_keep_up(units, 0.7), lo < 0.8 and hi < 0.6)


def _vulnerable(facts: Facts, values: dict[str, Any]) -> Verdict:
    sampled = facts.provides("call_audit")
    if sampled:
        yes, no, unknown = values["asked_vulnerability"]
        said = f"asked about vulnerability in {yes} of {yes + no + unknown} calls of victims"
    elif facts.provides("contact_flag", "incident"):
        yes, no, unknown = values["vulnerability_recorded"]
        said = f"vulnerability assessed in {yes} of {yes + no + unknown} contacts"
    else:
        return OPEN, "neither audits of calls nor flags"
    n = yes + no + unknown
    if n < LEAST or not yes + no:
        return OPEN, said
    lo, hi = (exact(yes, n)[0], exact(yes + unknown, n)[1]) if sampled else (yes / n, (yes + unknown) / n)
    return judged(said, lo >= 0.8, hi < 0.6)
