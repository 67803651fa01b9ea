"""What is remembered of folders of tickets: quickly told, and never older than the files."""

from __future__ import annotations

import os
import time

import pytest

from helpdesk_lite.store import fanout, heads, mbox
from helpdesk_lite.store.heads import Heads
from tests import examples


@pytest.fixture
def folder(tmp_path):
    """A folder of five tickets, two of them in a subfolder, none changed lately."""
    place = tmp_path / "pending"
    for index in range(5):
        number = examples.number(examples.NOON + index)
        path = (place / number[:4] if index > 2 else place) / f"{number}{fanout.END}"
        path.parent.mkdir(exist_ok=True)
        write(path, number, f"Fire {index}")
    settle(place)
    return place


def write(path, number, subject):
    """A ticket's file, made as the desk makes it: beside, then renamed."""
    pieces = mbox.inquiry_bytes(examples.inquiry(number, subject), examples.entry(number), [examples.MESSAGE])
    new = path.with_name(".new")
    new.write_bytes(b"".join(pieces))
    new.rename(path)


def settle(place):
    for path, _, _ in os.walk(place):
        os.utime(path, (time.time() - 60, time.time() - 60))


@pytest.fixture
def read(monkeypatch):
    """How many heads were read."""
    counted = []
    original = mbox.head_of
    monkeypatch.setattr(heads.mbox, "head_of", lambda content: counted.append(1) or original(content))
    return counted


def subjects(known, folder):
    return [head.subject for head in known.of(str(folder), "pending")]


def test_what_has_not_changed_is_not_read_again(tmp_path, folder, read):
    known = Heads(str(tmp_path))
    assert subjects(known, folder) == [f"Fire {index}" for index in range(5)]
    assert len(read) == 5
    assert known.of(str(folder), "pending") is known.of(str(folder), "pending")
    assert len(read) == 5


def test_one_change_is_one_head_read_anew(tmp_path, folder, read):
    known = Heads(str(tmp_path))
    subjects(known, folder)
    (path,) = sorted(folder.glob("*/*"))[:1]
    write(path, path.stem, "Flood")
    os.utime(folder)  # as the store does
    assert subjects(known, folder) == ["Fire 0", "Fire 1", "Fire 2", "Flood", "Fire 4"]
    assert len(read) == 6
    path.unlink()
    os.utime(folder)
    assert subjects(known, folder) == ["Fire 0", "Fire 1", "Fire 2", "Fire 4"]
    assert len(read) == 6


def test_a_change_leaves_the_other_parts_as_they_are(tmp_path, folder):
    known = Heads(str(tmp_path))
    before = known.parts(str(folder), "pending")
    assert known.parts(str(folder), "pending") is before
    (path,) = sorted(folder.glob("*/*"))[:1]
    write(path, path.stem, "Flood")
    os.utime(folder)  # as the store does
    after = known.parts(str(folder), "pending")
    assert [[head.subject for head in part] for part in after] == [["Fire 0", "Fire 1", "Fire 2"], ["Flood", "Fire 4"]]
    assert [one is other for one, other in zip(before, after, strict=True)] == [True, False]


def test_what_nobody_told_of_shows_after_a_minute(tmp_path, folder, monkeypatch):
    known = Heads(str(tmp_path))
    subjects(known, folder)
    (path,) = sorted(folder.glob("*/*"))[:1]
    write(path, path.stem, "Flood")
    assert "Flood" not in subjects(known, folder)
    later = time.monotonic() + 61
    monkeypatch.setattr(heads.time, "monotonic", lambda: later)
    assert "Flood" in subjects(known, folder)


def test_a_change_in_the_same_moment_shows_too(tmp_path, folder):
    known = Heads(str(tmp_path))
    (path,) = sorted(folder.glob("*.mbox"))[:1]
    write(path, path.stem, "Flood")
    moment = os.stat(folder).st_mtime_ns
    assert subjects(known, folder)[0] == "Flood"
    write(path, path.stem, "Frost")
    os.utime(folder, ns=(moment, moment))
    assert subjects(known, folder)[0] == "Frost"


def test_who_starts_anew_finds_what_was_kept(tmp_path, folder, read, monkeypatch):
    monkeypatch.setattr(heads, "_WORTH_KEEPING", 5)
    first = Heads(str(tmp_path)).of(str(folder), "pending")
    assert Heads(str(tmp_path)).of(str(folder), "pending") == first
    assert len(read) == 5


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xe9\x00\x00\x00\x00"])
def test_what_was_kept_can_be_anything(tmp_path, folder, content):
    (tmp_path / "heads-pending").write_bytes(content)
    assert len(subjects(Heads(str(tmp_path)), folder)) == 5


def test_a_damaged_ticket_and_what_is_none_are_passed_over(tmp_path, folder):
    (folder / f"{examples.number()}{fanout.END}").write_bytes(b"Fr")
    (folder / "notes.txt").write_text("not a ticket")
    assert len(subjects(Heads(str(tmp_path)), folder)) == 5
