"""The audit log: who changed what, and who was refused; never lost, never rewritten."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from helpdesk_lite import disk
from helpdesk_lite.shelves.audit import Audit
from tests.examples import NOON

DAY = 86_400


@pytest.fixture
def clock():
    return [float(NOON)]


@pytest.fixture
def audit(tmp_path, clock):
    return Audit(str(tmp_path / "log"), lambda: clock[0])


def lines(audit):
    (path,) = Path(audit.folder).iterdir()
    return path.read_text().splitlines()


def test_an_entry_is_a_line_of_json(audit):
    audit.note("ada", "changed", "operators/ines", {"role": "operator"}, {"role": "observer"})
    assert [json.loads(line) for line in lines(audit)] == [
        {
            "at": "2026-11-21T12:00:00Z",
            "who": "ada",
            "what": "changed",
            "about": "operators/ines",
            "before": {"role": "operator"},
            "after": {"role": "observer"},
        }
    ]


def test_it_is_read_back_as_it_was_noted(audit):
    name = audit.note("ada", "added", "operators/ines", None, {"categories": ["billing"]}, "2026-10.17")
    (noted,) = audit.read()
    assert noted == audit.find(name)
    assert noted[1:] == (NOON, "ada", "added", "operators/ines", None, {"categories": ["billing"]}, "2026-10.17")


def test_a_password_is_never_in_it(audit):
    audit.note("ada", "added", "operators/ines", None, {"email": "i@example.org", "password_hash": "$argon2id$x"})
    assert "argon2" not in lines(audit)[0]


def test_what_is_typed_is_one_line(audit):
    audit.note("ada", "changed", "settings", {"name": "a\nb\u2028c\udcff"}, {})
    assert len(lines(audit)[0].split("\n")) == 1
    assert audit.read()[0].before == {"name": "a\nb\u2028c?"}


class TestReading:
    def test_the_newest_comes_first_over_months_and_pages(self, audit, clock):
        for day in range(70):
            clock[0] = NOON + day * DAY
            audit.note("ada", "changed", f"thing {day}")
        assert len(disk.names(audit.folder)) == 3
        found, before = [], ""
        while page := audit.read(before, 7):
            found += page
            before = page[-1].name
        assert [noted.about for noted in found] == [f"thing {day}" for day in reversed(range(70))]
        assert all(audit.find(noted.name) == noted for noted in found)

    def test_a_line_may_be_longer_than_a_piece_of_the_file(self, audit):
        for size in (disk.CHUNK * 2 + 5, 3, disk.CHUNK - 80, 1):
            audit.note("ada", "changed", "x" * size)
        assert [len(noted.about) for noted in audit.read()] == [1, disk.CHUNK - 80, 3, disk.CHUNK * 2 + 5]

    @pytest.mark.parametrize("name", ["", "2026-11", "2026-11.x", "../2026-11.0", "2026-11.99999", "2026-12.0", "1.1"])
    def test_no_name_is_no_entry(self, audit, name):
        audit.note("ada", "changed", "thing")
        assert audit.find(name) is None

    def test_nothing_is_there_on_a_new_desk(self, audit):
        assert audit.read() == []
        assert audit.mistakes() == []


class TestWhatAHandOrACrashLeft:
    def test_a_line_that_makes_no_sense_hides_no_other(self, audit):
        audit.note("ada", "changed", "first")
        path = Path(audit.folder, "2026-11.jsonl")
        for nonsense in (
            "{",
            "[1]",
            '{"at": "noon"}',
            '{"at": 1, "who": 2, "what": 3, "about": 4}',
            "\xff",
            '{"at": "\\ud800"}',
        ):
            path.write_text(path.read_text() + nonsense + "\n")
        audit.note("ada", "changed", "last")
        assert [noted.about for noted in audit.read()] == ["last", "first"]
        assert audit.mistakes() == [f"{path}: 6 of its lines are no entries of the log"]

    def test_a_line_that_was_cut_short_is_ended(self, audit):
        audit.note("ada", "changed", "first")
        path = Path(audit.folder, "2026-11.jsonl")
        path.write_bytes(path.read_bytes()[:-20])
        audit.note("ada", "changed", "last")
        assert [noted.about for noted in audit.read()] == ["last"]

    def test_a_disk_that_fails_leaves_nothing_of_it(self, audit, monkeypatch):
        audit.note("ada", "changed", "first")

        def fail(_):
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="Input/output"):
            audit.note("ada", "changed", "second")
        assert len(lines(audit)) == 1
        audit.refused("bob", "claim", "a ticket")  # this one is not flushed
        assert audit.read()[0][2:5] == ("bob", "refused", "claim a ticket")


def _write(folder, who):
    audit = Audit(folder, lambda: NOON)
    for count in range(50):
        audit.refused(who, "claim", f"{who * 50} {count}")


def test_lines_of_several_processes_stay_whole(audit):
    racers = [multiprocessing.Process(target=_write, args=(audit.folder, who)) for who in "abc"]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    found = [noted.about for noted in audit.read(most=1000)]
    assert sorted(found) == sorted(f"claim {who * 50} {count}" for who in "abc" for count in range(50))
    assert audit.mistakes() == []
