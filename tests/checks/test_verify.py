"""`verify` finds what a crash or a hand left, names it in one line, and mends what can be mended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import pytest

from helpdesk_lite import assemble, disk
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.store import mbox
from helpdesk_lite.words.standing import Standing
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests.examples import INES, contact_form, submission


@pytest.fixture
def house(tmp_path):
    house = assemble.house(make_desk(str(tmp_path / "desk")))
    house.operators.add(INES, "a long password")
    house.operators.add(INES._replace(name="bob"), "a long password")
    return house


@pytest.fixture
def number(house):
    """A ticket that ines has."""
    number = house.desk.submit(contact_form(), submission(), "192.0.2.1", "en")
    house.desk.claim(number, INES)
    return number


@pytest.fixture
def path(house, number):
    return house.root.inside("claimed", "ines", f"{number}.mbox")


def verify(house, *options):
    command = [sys.executable, "-m", "helpdesk_lite.cli", "--root", house.root.path, "verify", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def mended(house):
    """Repair once; true if a second look finds nothing."""
    verify(house, "--repair")
    return verify(house) == (0, ["Everything is as promised."])


def test_a_desk_at_work_is_as_promised(house, number):
    assert verify(house) == (0, ["Everything is as promised."])


def test_a_ticket_moved_by_hand_says_so_afterwards(house, number, path):
    os.rename(path, house.root.inside("pending", f"{number}.mbox"))
    status, lines = verify(house)
    assert status == 1
    assert lines == [f"data/pending/{number}.mbox: its last entry says claimed ines, its folder pending"]
    assert mended(house)
    assert house.store.place(number) == QUEUE
    assert house.store.read(number).entries[-1].kind == "found"


def test_a_head_that_does_not_stand_as_its_entries_say_is_mended(house, number, path):
    house.desk.move(house.store.read(number), Place(CLAIMED, "ines"), "waiting", "ines", [], Standing("waiting"))
    content = disk.read(path)
    with open(path, "wb") as file:
        file.write(content.replace(b"X-Helpdesk-Standing: progress=waiting\n", b"", 1))
    status, lines = verify(house)
    assert status == 1
    assert lines == [f"data/claimed/ines/{number}.mbox: its entries say 'progress=waiting', its head ''"]
    assert mended(house)
    ticket = house.store.read(number)
    assert ticket.inquiry.head.standing == Standing("waiting")
    assert [entry.kind for entry in ticket.entries] == ["inquiry", "claimed", "waiting", "found"]
    assert disk.read(path).startswith(content[: content.index(b"\nFrom ")])


def test_a_waiting_ticket_that_a_hand_has_put_into_the_queue_waits_no_more(house, number, path):
    house.desk.move(house.store.read(number), Place(CLAIMED, "ines"), "waiting", "ines", [], Standing("waiting"))
    os.rename(path, house.root.inside("pending", f"{number}.mbox"))
    assert mended(house)
    assert house.store.read(number).standing == Standing()


def test_a_copy_from_before_the_ticket_stood_otherwise_goes(house, number, path):
    pending = house.root.inside("pending", f"{number}.mbox")
    disk.replace(pending, [disk.read(path).partition(b"\nFrom ines")[0] + b"\n"])
    disk.replace(path, [*mbox.with_standing(disk.chunks_of(path), Standing(priority="high"))])
    assert mended(house)
    assert house.store.place(number) == Place(CLAIMED, "ines")


def test_a_priority_that_is_none_is_named_and_hides_no_ticket(house, number, path):
    content = disk.read(path).replace(
        b"\nX-Helpdesk-Entry", b"\nX-Helpdesk-Standing: priority=urgent\nX-Helpdesk-Entry", 1
    )
    disk.replace(path, [content])
    said = "its head says how it stands in words that make no sense: ['priority=urgent']"
    assert verify(house) == (1, [f"data/claimed/ines/{number}.mbox: {said}"])
    assert house.store.read(number).standing == Standing()


def test_marks_that_are_missing_or_too_many_are_mended(house, number, path):
    other = house.desk.submit(contact_form(), submission("Water, too."), "192.0.2.1", "en")
    house.desk.move(house.store.read(other), QUEUE, "marked", "ines", [], Standing(priority="high"))
    high = house.root.inside("marks", "high")
    os.rename(os.path.join(high, other), os.path.join(high, number))
    status, lines = verify(house)
    assert status == 1
    assert sorted(lines) == sorted(
        [
            f"data/marks/high/{other}: the ticket is high, but this mark is missing",
            f"data/marks/high/{number}: no ticket is high",
        ]
    )
    assert mended(house)
    assert os.listdir(high) == [other]


def test_a_ticket_in_two_folders_is_one_again(house, number, path):
    pending = house.root.inside("pending", f"{number}.mbox")
    first_entry = disk.read(path).partition(b"\nFrom ines")[0] + b"\n"
    with open(pending, "wb") as file:
        file.write(first_entry)
    os.chmod(pending, 0o600)
    status, lines = verify(house)
    assert status == 1
    assert any("the ticket also lies in" in line for line in lines)
    assert mended(house)
    assert house.store.place(number) == Place(CLAIMED, "ines")


def test_two_copies_that_differ_are_left_for_a_person(house, number, path):
    copy = house.root.inside("pending", f"{number}.mbox")
    shutil.copy2(path, copy)
    with open(copy, "r+b") as file:
        file.seek(-3, os.SEEK_END)
        file.write(b"!")
    assert verify(house, "--repair")[0] == 1
    assert os.path.exists(path)
    assert os.path.exists(copy)


def test_a_truncated_ticket_is_named_and_kept(house, path):
    os.truncate(path, os.path.getsize(path) - 100)
    status, lines = verify(house, "--repair")
    assert status == 1
    assert os.path.relpath(path, house.root.path) in lines[0]
    assert os.path.exists(path)


def test_a_wrong_mode_is_mended(house, path):
    os.chmod(path, 0o644)
    status, lines = verify(house)
    assert (status, "others may read it (mode 0644)" in lines[0]) == (1, True)
    assert mended(house)


def test_an_unknown_file_is_named_and_left(house):
    stranger = house.root.inside("pending", "notes.txt")
    with open(stranger, "w") as file:
        file.write("mine")
    os.chmod(stranger, 0o600)
    status, lines = verify(house, "--repair")
    assert (status, lines) == (1, ["data/pending/notes.txt: this is no ticket file; nobody looks at it here"])
    assert os.path.exists(stranger)


def test_a_file_whose_writing_was_never_finished_is_taken_away(house):
    half = house.root.inside("pending", ".half.mbox.1-2.new")
    with open(half, "w") as file:
        file.write("From")
    os.chmod(half, 0o600)
    assert verify(house)[0] == 0  # it may be somebody's who writes just now
    os.utime(half, (time.time() - 7200, time.time() - 7200))
    assert verify(house)[0] == 1
    assert mended(house)
    assert not os.path.exists(half)


def test_so_is_one_of_a_form(house):
    half = os.path.join(house.root.forms, ".contact.html.1-2.new")
    with open(half, "w") as file:
        file.write("<ti")
    os.utime(half, (time.time() - 7200, time.time() - 7200))
    assert mended(house)
    assert not os.path.exists(half)


def test_a_form_that_customers_cannot_use_is_named(house):
    folder = house.root.forms
    for name, text in {"order.html": "{% if %}", "contact.html.off": "", "club.html.off": ""}.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    os.unlink(os.path.join(folder, "club.html"))
    status, lines = verify(house)
    assert (status, len(lines)) == (1, 2)
    assert lines[0].startswith("forms/order.html: line 1: ")
    assert lines[0].endswith(" Customers cannot use the form order.")
    assert lines[1].startswith("forms/contact.html.off: it counts for nothing, as contact.html is in use")


def test_a_staged_letter_that_no_ticket_names_is_dropped(house, number):
    (letter, *_) = house.outbox.waiting()
    house.outbox.stage([letter._replace(message_id=f"<{number}.notice.0000000000@localhost>")])
    status, lines = verify(house)
    assert (status, "left between two steps" in lines[0]) == (1, True)
    assert mended(house)


def test_a_ticket_whose_operator_is_gone_is_named(house, number):
    house.operators.remove("ines")
    assert verify(house) == (1, ["data/claimed/ines: there are tickets here, but there is no operator ines"])


def test_a_broken_account_is_named(house):
    with open(house.root.inside("operators", "bob.toml"), "w") as file:
        file.write("email = 7\n")
    status, lines = verify(house)
    assert (status, len(lines)) == (1, 1)
    assert "data/operators/bob.toml" in lines[0]


def test_a_symbolic_link_is_named_and_not_followed(house, tmp_path):
    (tmp_path / "file").write_text("mine")
    os.chmod(tmp_path / "file", 0o644)
    os.symlink(tmp_path / "file", house.root.inside("pending", "link"))
    assert any("symbolic link" in line for line in verify(house, "--repair")[1])
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644
    assert os.path.islink(house.root.inside("pending", "link"))
