"""Files that appear whole, moves that happen once, locks that exclude, values that are never stale."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import filelock
import pytest

from helpdesk_lite import disk
from helpdesk_lite.cache import Cache
from helpdesk_lite.words.errors import MayBeKept


def test_a_new_file_appears_whole_and_private(tmp_path):
    path = tmp_path / "ticket"
    disk.write_new(str(path), [b"one ", b"two"])
    assert path.read_bytes() == b"one two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["ticket"]


def test_a_new_file_never_overwrites(tmp_path):
    path = tmp_path / "ticket"
    path.write_text("kept")
    with pytest.raises(FileExistsError):
        disk.write_new(str(path), [b"other"])
    assert path.read_text() == "kept"
    assert os.listdir(tmp_path) == ["ticket"]


def test_a_write_that_fails_leaves_nothing(tmp_path):
    def broken():
        yield b"half"
        raise OSError("the upload broke off")

    with pytest.raises(OSError, match="broke off"):
        disk.write_new(str(tmp_path / "ticket"), broken())
    assert os.listdir(tmp_path) == []


def test_a_move_does_not_overwrite(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    with pytest.raises(FileExistsError):
        disk.move(str(tmp_path / "a"), str(tmp_path / "b"))
    assert (tmp_path / "b").read_text() == "b"


def test_what_was_moved_away_cannot_be_moved(tmp_path):
    with pytest.raises(FileNotFoundError):
        disk.move(str(tmp_path / "a"), str(tmp_path / "b"))


def test_pieces_of_a_file_are_read(tmp_path):
    (tmp_path / "a").write_bytes(bytes(range(256)) * 1000)
    path = str(tmp_path / "a")
    assert b"".join(disk.chunks_of(path)) == disk.read(path)
    assert b"".join(disk.chunks_of(path, 10, 200_000)) == disk.read(path)[10:200_000]
    assert b"".join(disk.chunks_of(path, 10, 10)) == b""


def test_a_lock_excludes_another_process(tmp_path):
    path = str(tmp_path / "a.lock")
    code = "import sys; from helpdesk_lite import disk\nwith disk.locked(sys.argv[1]): print('mine')"
    with disk.locked(path):
        other = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.5)
    assert other.communicate(timeout=10)[0] == "mine\n"


def test_filelock_is_excluded_and_excludes(tmp_path):
    path = str(tmp_path / "a.lock")
    with disk.locked(path), pytest.raises(filelock.Timeout):
        filelock.FileLock(path).acquire(timeout=0)
    waited = threading.Event()

    def take():
        with disk.locked(path):
            waited.set()

    with filelock.FileLock(path):
        thread = threading.Thread(target=take)
        thread.start()
        assert not waited.wait(0.2)
    thread.join(10)
    assert waited.is_set()


@pytest.fixture
def source(tmp_path):
    """A file that has not changed for a while."""
    path = tmp_path / "form.html"
    path.write_text("one")
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


def test_a_derived_value_is_made_once_for_all_processes(tmp_path, source):
    made = []
    for _ in range(2):
        cache = Cache(str(tmp_path / "cache"))
        for _ in range(2):
            assert cache.get("title", [str(source)], lambda: made.append(1) or source.read_text()) == "one"
    assert len(made) == 1


def test_a_derived_value_is_made_anew_when_its_source_changes(tmp_path, source):
    cache = Cache(str(tmp_path / "cache"))
    cache.get("title", [str(source)], source.read_text)
    source.write_text("two")
    assert cache.get("title", [str(source)], source.read_text) == "two"


def test_a_second_change_in_the_same_moment_is_seen(tmp_path, source):
    cache = Cache(str(tmp_path / "cache"))
    now = time.time()
    for text in ("abc", "xyz"):
        source.write_text(text)
        os.utime(source, (now, now))
        assert cache.get("title", [str(source)], source.read_text) == text


def test_other_facts_make_another_value(tmp_path, source):
    for name in ("Acme", "Club"):
        assert Cache(str(tmp_path / "cache"), name).get("title", [str(source)], lambda name=name: name) == name


@pytest.mark.parametrize("damage", [b"", b"\xff\x00nonsense", b"N"])
def test_a_damaged_cache_is_only_slow(tmp_path, source, damage):
    Cache(str(tmp_path / "cache")).get("title", [str(source)], source.read_text)
    (tmp_path / "cache" / "title").write_bytes(damage)
    assert Cache(str(tmp_path / "cache")).get("title", [str(source)], source.read_text) == "one"


def test_a_cache_that_cannot_be_written_is_only_slow(tmp_path, source):
    (tmp_path / "cache").write_text("a file is in the way")
    assert Cache(str(tmp_path / "cache")).get("title", [str(source)], source.read_text) == "one"


def test_what_a_killed_process_left_hidden_is_not_written_to(tmp_path):
    path = str(tmp_path / "ticket")
    disk.write_new(path, [b"kept"])
    os.link(path, disk.beside(path))  # killed between the two steps of `write_new`, and its id given out again
    disk.replace(path + "-other", [b"other"])
    os.rename(disk.write_beside(path, [b"new"]), path + "-new")
    assert disk.read(path) == b"kept"
    assert disk.read(path + "-new") == b"new"


def test_a_lock_is_given_back_though_closing_its_file_fails(tmp_path, monkeypatch):
    real, path = os.close, str(tmp_path / "x.lock")
    held = disk.locked(path)
    held.__enter__()
    monkeypatch.setattr(disk.os, "close", lambda _: (_ for _ in ()).throw(OSError("I/O error")))
    held.__exit__(None, None, None)
    monkeypatch.undo()
    with disk.locked(path):  # would wait for ever
        pass
    real(held._descriptor)


def test_what_is_taken_away_for_good_may_be_kept_if_that_cannot_be_flushed(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"x")
    monkeypatch.setattr(disk, "sync_folder", lambda _: (_ for _ in ()).throw(OSError("The disk is broken.")))
    with pytest.raises(MayBeKept):
        disk.withdraw(str(path))
    assert not path.exists()
