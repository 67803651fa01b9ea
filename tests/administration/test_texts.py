"""Files of text that administrators write online: nothing unseen is lost, nothing unnamed is reached."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.administration.texts import LARGEST, Kind, Texts
from helpdesk_lite.root import Root
from helpdesk_lite.shelves.audit import ADDED, CHANGED, REMOVED, SWITCHED_OFF, SWITCHED_ON
from helpdesk_lite.words.errors import FileChanged, FileReadOnly, NotAllowed, TextMistaken, UnknownText
from tests.examples import ADMIN, INES

NAME = "pages/hello.txt"


def check(word, text):
    """One mistake for each time that the text says "wrong"."""
    return [f"{word}: wrong"] * text.count("wrong")


@pytest.fixture
def texts(tmp_path):
    root = Root(str(tmp_path))
    assemble.make_data(root)
    house = assemble.house(root)
    house.clock = lambda: 1_790_000_000.0
    folder = tmp_path / "pages"
    kinds = (
        Kind("one.toml", str(tmp_path / "one.toml"), check, "/one", mode=0o600),
        Kind("pages/*.txt", str(folder / "*.txt"), check, "/pages/*", may_be_mistaken=True, has_switch=True),
    )
    return Texts(house.desk, house.audit, root.arranging_lock, kinds)


def place(texts, name=NAME):
    """Where the file lies."""
    return Path(texts.read(name).path)


def told(texts):
    """What the log says, the oldest first."""
    return [(noted.what, noted.before, noted.after) for noted in reversed(texts.audit.read())]


def test_a_file_is_made_changed_and_taken_away(texts):
    texts.write(NAME, "Hello.\r\n", ADMIN)
    assert place(texts).read_bytes() == b"Hello.\n"
    assert place(texts).stat().st_mode & 0o777 == 0o644
    texts.write(NAME, "Hello there.\n", ADMIN)
    texts.write(NAME, "Hello there.\n", ADMIN)
    texts.remove(NAME, ADMIN)
    assert not place(texts).exists()
    hello, there = {"text": "Hello.\n"}, {"text": "Hello there.\n"}
    assert told(texts) == [(ADDED, None, hello), (CHANGED, hello, there), (REMOVED, there, None)]


def test_what_is_private_is_written_private_and_what_is_shared_stays_shared(texts):
    texts.write("one.toml", "a = 1\n", ADMIN)
    assert place(texts, "one.toml").stat().st_mode & 0o777 == 0o600
    texts.write(NAME, "Hello.\n", ADMIN)
    place(texts).chmod(0o664)
    texts.write(NAME, "Hello there.\n", ADMIN)
    assert place(texts).stat().st_mode & 0o777 == 0o664


@pytest.mark.parametrize(
    "name",
    [
        "pages/../one.txt",
        "pages/.txt",
        "pages/a/b.txt",
        "pages/a.txt.off",
        "/etc/passwd",
        "",
        "pages/\0.txt",
    ],
)
def test_a_name_of_no_kind_leads_nowhere(texts, name):
    for ask in (texts.read, texts.is_writable, lambda name: texts.write(name, "x", ADMIN)):
        with pytest.raises(UnknownText):
            ask(name)
    assert texts.audit.read() == []


def test_nobody_else_may(texts):
    for verb in (texts.write, texts.switch):
        with pytest.raises(NotAllowed):
            verb(NAME, "Hello.", INES)
    assert not place(texts).exists()


def test_what_was_changed_by_hand_is_not_overwritten_unseen(texts):
    texts.write(NAME, "Hello.\n", ADMIN)
    seen = texts.read(NAME).version
    place(texts).write_text("By hand.\n")
    for verb in (lambda: texts.write(NAME, "Mine.\n", ADMIN, seen), lambda: texts.remove(NAME, ADMIN, seen)):
        with pytest.raises(FileChanged):
            verb()
    assert place(texts).read_text() == "By hand.\n"
    texts.write(NAME, "Mine.\n", ADMIN, texts.read(NAME).version)
    assert told(texts)[-1] == (CHANGED, {"text": "By hand.\n"}, {"text": "Mine.\n"})


def test_mistakes_stay_out_unless_the_kind_lets_one_insist(texts):
    for name in (NAME, "one.toml"):
        with pytest.raises(TextMistaken) as wrong:
            texts.write(name, "wrong wrong", ADMIN)
        assert len(wrong.value.mistakes) == 2
    with pytest.raises(TextMistaken):
        texts.write("one.toml", "wrong", ADMIN, insists=True)
    texts.write(NAME, "wrong", ADMIN, insists=True)
    assert texts.read(NAME).text == "wrong"


def test_each_change_is_undone_the_last_first(texts):
    texts.write(NAME, "One.\n", ADMIN)
    texts.write(NAME, "Two.\n", ADMIN)
    texts.switch(NAME, False, ADMIN)
    texts.remove(NAME, ADMIN)
    done = texts.audit.read()
    with pytest.raises(FileChanged):
        texts.undo(done[1], ADMIN)
    states = []
    for noted in done:
        texts.undo(noted, ADMIN)
        now = texts.read(NAME)
        states.append((now.text, now.is_off))
    assert states == [("Two.\n", True), ("Two.\n", False), ("One.\n", False), ("", False)]
    assert [noted.undoes for noted in texts.audit.read()[:4]] == [noted.name for noted in reversed(done)]


def test_an_entry_of_an_older_version_is_undone(texts):
    """It said {"text": ""} where there was no file."""
    texts.audit.note("ada", CHANGED, "one.toml", {"text": ""}, {"text": "a = 1\n"})
    place(texts, "one.toml").write_text("a = 1\n")
    texts.undo(texts.audit.read()[0], ADMIN)
    assert not place(texts, "one.toml").exists()


def test_a_file_is_switched_off_and_on(texts):
    texts.write(NAME, "Hello.\n", ADMIN)
    texts.switch(NAME, False, ADMIN)
    texts.switch(NAME, False, ADMIN)
    now = texts.read(NAME)
    assert (now.is_off, now.text, os.path.basename(now.path)) == (True, "Hello.\n", "hello.txt.off")
    texts.write(NAME, "Hello there.\n", ADMIN)
    assert texts.read(NAME).is_off
    texts.switch(NAME, True, ADMIN)
    assert not texts.read(NAME).is_off
    assert [what for what, _, _ in told(texts)] == [ADDED, SWITCHED_OFF, CHANGED, SWITCHED_ON]
    with pytest.raises(UnknownText):
        texts.switch("pages/none.txt", False, ADMIN)


def test_a_new_one_may_be_switched_off_from_the_start(texts):
    texts.write(NAME, "Hello.\n", ADMIN, is_off=True)
    assert texts.read(NAME).is_off
    (noted,) = texts.audit.read()
    texts.undo(noted, ADMIN)
    assert not texts.read(NAME).is_there


def test_of_two_files_the_one_in_use_counts_and_neither_is_lost(texts):
    texts.write(NAME, "In use.\n", ADMIN)
    off = place(texts).with_name("hello.txt.off")
    off.write_text("Old.\n")
    assert texts.read(NAME).text == "In use.\n"
    with pytest.raises(TextMistaken):
        texts.switch(NAME, False, ADMIN)
    assert off.read_text() == "Old.\n"


def test_earlier_versions_are_those_of_this_name_a_page_at_a_time(texts):
    for count in range(60):
        texts.write(NAME, f"{count}\n", ADMIN)
        texts.write("pages/hello-2.txt", f"{count}\n", ADMIN)
    first, older = texts.earlier(NAME)
    second, end = texts.earlier(NAME, older)
    assert [noted.after["text"] for noted in (*first, *second)] == [f"{count}\n" for count in reversed(range(60))]
    assert (len(first), end) == (50, "")


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbfCaf\xc3\xa9\n", "Café\n".encode("utf-16"), b"Caf\xe9\n"])
def test_what_is_no_plain_utf8_is_told_and_saved_as_utf8(texts, raw):
    texts.write(NAME, "x", ADMIN)
    place(texts).write_bytes(raw)
    now = texts.read(NAME)
    assert now.text == "Café\n"
    assert ("not UTF-8" in now.problem) == (raw == b"Caf\xe9\n")
    texts.write(NAME, now.text + "!", ADMIN, now.version)
    assert place(texts).read_bytes() == "Café\n!".encode()


def test_too_much_is_refused_and_a_file_that_is_too_large_is_left_alone(texts):
    with pytest.raises(TextMistaken):
        texts.write(NAME, "x" * (LARGEST + 1), ADMIN, insists=True)
    texts.write(NAME, "x", ADMIN)
    place(texts).write_text("x" * (LARGEST + 1))
    assert not texts.read(NAME).is_readable
    for verb in (lambda: texts.write(NAME, "y", ADMIN), lambda: texts.remove(NAME, ADMIN)):
        with pytest.raises(TextMistaken):
            verb()
    texts.switch(NAME, False, ADMIN)
    assert place(texts).stat().st_size > LARGEST


def test_a_link_out_of_the_folder_is_not_followed(texts, tmp_path):
    (tmp_path / "secret").write_text("Nobody's business.")
    texts.write("pages/other.txt", "x", ADMIN)
    (tmp_path / "pages" / "hello.txt").symlink_to(tmp_path / "secret")
    now = texts.read(NAME)
    assert (now.text, now.is_readable) == ("", False)
    with pytest.raises(TextMistaken):
        texts.write(NAME, "x", ADMIN)
    assert (tmp_path / "secret").read_text() == "Nobody's business."


def test_a_folder_that_may_not_be_written_is_said_before_anything_is_noted(texts, monkeypatch):
    texts.write(NAME, "Hello.\n", ADMIN)
    monkeypatch.setattr("helpdesk_lite.administration.texts.may_write_in", lambda folder: False)
    assert not texts.is_writable(NAME)
    for verb in (lambda: texts.remove(NAME, ADMIN), lambda: texts.switch(NAME, False, ADMIN)):
        with pytest.raises(FileReadOnly):
            verb()
    assert len(texts.audit.read()) == 1
    assert place(texts).read_text() == "Hello.\n"


@pytest.mark.parametrize("call", ["stat", "lstat"])
def test_a_disk_that_fails_is_no_file_that_has_changed(texts, monkeypatch, call):
    texts.write(NAME, "Hello.\n", ADMIN)
    (noted,) = texts.audit.read()
    failing, real = str(place(texts)), getattr(os, call)

    def fails(path, *rest, **named):
        if path == failing:
            raise OSError(errno.EIO, "Input/output error")
        return real(path, *rest, **named)

    monkeypatch.setattr(os, call, fails)
    with pytest.raises(OSError, match="Input/output error"):
        texts.undo(noted, ADMIN)
