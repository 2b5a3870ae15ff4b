"""A log that can't be altered without being found out, and that survives being cut off."""

from __future__ import annotations

import hashlib
import json

import pytest

from hmic_analysis.errors import DataError, LockedError
from hmic_analysis.process.states import BEGINNING, append_entry, held, read_chain


@pytest.fixture
def log(tmp_path):
    """Four lines."""
    path = tmp_path / "kent.jsonl"
    for word in ("one", "two", "three", "four"):
        append_entry(path, {"word": word})
    return path


def lines(path):
    return path.read_bytes().splitlines(keepends=True)


def test_each_line_holds_the_hash_of_the_line_before(log):
    entries = read_chain(log)
    assert [e["word"] for e in entries] == ["one", "two", "three", "four"]
    assert entries[0]["previous"] == BEGINNING
    for line, entry in zip(lines(log), entries[1:], strict=False):
        assert entry["previous"] == hashlib.sha256(line.rstrip(b"\n")).hexdigest()


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_altered_line_is_named(log, number):
    found = lines(log)
    found[number - 1] = found[number - 1].replace(b'"word"', b'"vord"')
    log.write_bytes(b"".join(found))
    with pytest.raises(DataError, match=f"line {number} "):
        read_chain(log)
    with pytest.raises(DataError, match=f"line {number} "):
        append_entry(log, {"word": "five"})


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_removed_line_is_found(log, number):
    found = lines(log)
    del found[number - 1]
    log.write_bytes(b"".join(found))
    with pytest.raises(DataError, match=f"line {number} is not the line that belongs there"):
        read_chain(log)


def test_a_last_line_that_was_removed_is_missed(log):
    log.write_bytes(b"".join(lines(log)[:-1]))
    with pytest.raises(DataError, match="line 4 is missing"):
        read_chain(log)


def test_a_log_removed_whole_is_missed(log):
    log.unlink()
    with pytest.raises(DataError, match="line 1 is missing"):
        read_chain(log)


def test_a_line_put_in_by_hand_is_found(log):
    for word in ("five", "six"):
        last = lines(log)[-1].rstrip(b"\n")
        number = len(lines(log)) + 1
        forged = {"word": word, "line": number, "previous": hashlib.sha256(last).hexdigest()}
        with log.open("ab") as stream:
            stream.write(json.dumps(forged).encode() + b"\n")
    with pytest.raises(DataError, match="line 6 was not written by this program"):
        read_chain(log)


def test_swapped_lines_are_found(log):
    found = lines(log)
    found[1], found[2] = found[2], found[1]
    log.write_bytes(b"".join(found))
    with pytest.raises(DataError, match="line 2 "):
        read_chain(log)


def test_a_line_cut_off_by_a_killed_command_is_no_part_of_the_log(log):
    with log.open("ab") as stream:
        stream.write(b'{"word": "fi')
    assert len(read_chain(log)) == 4
    append_entry(log, {"word": "five"})
    assert [e["word"] for e in read_chain(log)] == ["one", "two", "three", "four", "five"]


def test_a_line_written_whole_before_the_command_was_killed_counts(log):
    head = log.with_suffix(".head").read_bytes()
    append_entry(log, {"word": "five"})
    log.with_suffix(".head").write_bytes(head)
    assert len(read_chain(log)) == 5
    append_entry(log, {"word": "six"})
    assert len(read_chain(log)) == 6


def test_two_commands_do_not_write_one_log(log):
    with held(log):
        with pytest.raises(LockedError):
            with held(log):
                pass
