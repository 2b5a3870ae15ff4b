"""Two pieces of SQL held against Python's own implementations."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import time
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import duckdb
import pytest

from hmic_analysis.errors import DataError
from hmic_analysis.store import persons, times
from hmic_analysis.store.persons import person_key, use_key
from hmic_analysis.store.rawtable import make_macros


@pytest.mark.parametrize(
    "zone",
    ["Europe/London", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Tokyo", "UTC"],
)
def test_wall_time_is_read_as_zoneinfo_reads_it(zone):
    info = ZoneInfo(zone)
    moments = [dt.datetime(1901, 1, 1) + dt.timedelta(hours=37 * i + 5) for i in range(0, 47_000, 7)]
    around = (-7200, -3601, -3600, -1800, -1, 0, 1, 1799, 3599, 3600)
    for change in times.transitions(zone)[1]:
        moments += [change.at + dt.timedelta(seconds=o + s) for o in (change.before, change.after) for s in around]
    con = duckdb.connect()
    wall, local = times.zone_macros(con, zone)
    found = con.execute(
        f"SELECT x, {wall}(x), {local}(x) FROM (SELECT unnest(?::TIMESTAMP[]) AS x)", [moments]
    ).fetchall()
    assert len(found) == len(moments)
    for moment, code, shown in found:
        first = int(moment.replace(tzinfo=info).utcoffset().total_seconds())
        second = int(moment.replace(tzinfo=info, fold=1).utcoffset().total_seconds())
        kind = (first - second) // 60 if second < first else times.GAP if second > first else 0
        assert code == (first + 86400) * 1000 + kind, moment
        assert shown == moment.replace(tzinfo=dt.UTC).astimezone(info).replace(tzinfo=None)


def test_hash_is_hmac_sha256(shop):
    key = person_key(shop.project)
    con = duckdb.connect()
    make_macros(con)
    use_key(con, key)
    for raw, plain in ((" ann\u00a0 lee ", "ANN LEE"), ("O’Neill é", "O’NEILL É"), ("x" * 200, "X" * 200)):
        found = con.execute("SELECT person_hash(?)", [raw]).fetchall()[0][0]
        assert found == hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()
    assert con.execute("SELECT person_hash(' ')").fetchall() == [(None,)]


def test_damaged_key_is_refused(shop):
    shop.project.keys.mkdir()
    (shop.project.keys / "person.key").write_bytes(b"short")
    with pytest.raises(DataError, match="must be 32 bytes and has 5"):
        person_key(shop.project)


def test_those_who_start_together_have_one_whole_key(shop, monkeypatch):
    drawn = persons.secrets.token_bytes

    def slowly(n: int) -> bytes:
        time.sleep(0.1)
        return drawn(n)

    monkeypatch.setattr(persons.secrets, "token_bytes", slowly)
    with ThreadPoolExecutor(6) as threads:
        keys = set(threads.map(person_key, [shop.project] * 6))
    assert keys == {(shop.project.keys / "person.key").read_bytes()}


def test_who_was_killed_while_making_the_key_leaves_no_half_of_one(shop, monkeypatch):
    def killed(n: int) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(persons.secrets, "token_bytes", killed)
        person_key(shop.project)
    assert not (shop.project.keys / "person.key").exists()
    assert len(person_key(shop.project)) == 32
