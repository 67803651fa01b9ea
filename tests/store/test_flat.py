"""The ticket file as others see it: mail programs, grep, formail, and a process that was killed."""

from __future__ import annotations

import contextlib
import itertools
import mailbox
import mmap
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpdesk_lite import disk
from helpdesk_lite.store import contents, fanout, mbox
from helpdesk_lite.store.flat import FlatStore
from helpdesk_lite.words.errors import TicketDamaged
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, QUEUE, Place
from tests import examples
from tests.conftest import require

INES = Place(CLAIMED, "ines")


@pytest.fixture
def store(tmp_path):
    flat = FlatStore(str(tmp_path), lambda: float(examples.NOON))
    flat.make_folders()
    return flat


@pytest.fixture
def number(store):
    """A ticket that was claimed."""
    number = examples.number()
    store.add(examples.inquiry(number, "Grüße"), examples.entry(number), lambda: [examples.MESSAGE])
    store.move(number, QUEUE, INES, examples.entry(number, "claimed", "ines"))
    return number


@pytest.fixture
def path(store, number, tmp_path):
    return tmp_path / "claimed" / "ines" / f"{number}.mbox"


@pytest.fixture
def opened(path):
    with contextlib.closing(mailbox.mbox(path, create=False)) as box:
        yield box


def test_python_reads_every_entry(opened, number):
    assert [message["Subject"] for message in opened] == ["fire", f"[{number}] claimed by ines"]


def test_python_reads_the_message(opened):
    assert opened[0].get_payload() == "It burns.\n>From here I can see it.\n>>From there too.\n"


def test_mutt_reads_every_entry(path, number, tmp_path):
    mutt, script = require("mutt", "script")
    keys = f"<tag-pattern>~A<enter><tag-prefix><pipe-message>cat >>{tmp_path}/seen<enter><exit>"
    (tmp_path / "muttrc").write_text(f"set mbox_type=mbox wait_key=no pipe_decode=yes\npush '{keys}'\n")
    command = f"{mutt} -n -F {tmp_path}/muttrc -R -f {path}"
    environment = {**os.environ, "TERM": "xterm", "HOME": str(tmp_path)}
    done = subprocess.run(
        [script, "-qec", command, "/dev/null"], env=environment, timeout=20, capture_output=True, text=True, stdin=-3
    )
    assert "[Msgs:2" in done.stdout
    assert f"[{number}] claimed by ines" in done.stdout
    assert "It burns." in (tmp_path / "seen").read_text()


def test_formail_splits_it_and_finds_the_fields(path, number):
    (formail,) = require("formail")
    with path.open("rb") as file:
        split = subprocess.run(
            [formail, "-s", formail, "-x", "X-Helpdesk-Entry:"], stdin=file, capture_output=True, text=True, check=True
        )
    assert split.stdout.split() == ["inquiry", "claimed"]
    with path.open("rb") as file:
        field = subprocess.run(
            [formail, "-x", "X-Helpdesk-Field-room:"], stdin=file, capture_output=True, text=True, check=True
        )
    assert field.stdout.strip() == "12 b"


@pytest.mark.parametrize("size", range(mmap.PAGESIZE - 12, mmap.PAGESIZE + 12))
@pytest.mark.parametrize("line", [b"From here\n", b">>From here\n", b"no From here\n>x\n"])
def test_an_entry_is_found_wherever_the_windows_end(store, monkeypatch, size, line):
    monkeypatch.setattr(mbox, "_WINDOW", mmap.PAGESIZE)
    number = examples.number()
    message = b"x: y\n\n" + (b"z" * 40 + b"\n") * (size // 41) + b"a" * (size % 41) + b"\n" + line
    store.add(examples.inquiry(number), examples.entry(number), lambda: [message])
    store.move(number, QUEUE, INES, examples.entry(number, "claimed", "ines"))
    ticket = store.read(number)
    assert [entry.kind for entry in ticket.entries] == ["inquiry", "claimed"]
    with store.open_message(number, ticket.entries[0].message_id) as file:
        assert file.read() == message


def test_grep_finds_a_ticket_by_its_subject(path):
    command = ["grep", "-rl", "^X-Helpdesk-Subject: Grüße", str(path.parents[2])]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.stdout.strip() == str(path)


def test_only_the_desks_own_user_can_read_it(path):
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_closed_ticket_lies_in_the_month_of_closing(store, number, tmp_path):
    later = examples.NOON + 40 * 86_400
    store.move(number, INES, Place(CLOSED, "ines"), examples.entry(number, "closed", "ines", later))
    assert (tmp_path / "closed" / "2026-12" / f"{number}.mbox").exists()


def test_a_script_that_holds_the_lock_keeps_the_desk_out(store, number, tmp_path):
    lock = tmp_path / "locks" / f"{number[-2:]}.lock"
    script = subprocess.Popen(["flock", str(lock), "sh", "-c", "echo held; read x"], stdin=-1, stdout=-1, text=True)
    assert script.stdout.readline() == "held\n"
    code = f"from helpdesk_lite.store import flat\nwith flat.FlatStore({str(tmp_path)!r}, None).locked({number!r}): 1"
    desk = subprocess.Popen([os.sys.executable, "-c", code], stdout=-1)
    with pytest.raises(subprocess.TimeoutExpired):
        desk.wait(0.5)
    script.communicate("\n", timeout=10)
    assert desk.wait(10) == 0
    desk.stdout.close()


def test_lock_files_do_not_pile_up(store, tmp_path):
    for second in range(300):
        with store.locked(examples.number(examples.NOON + second)):
            pass
    names = set(os.listdir(tmp_path / "locks"))
    assert all(len(name) == len("XX.lock") for name in names)


def test_the_version_changes_when_a_subfolder_of_the_queue_does(store, number, monkeypatch, tmp_path):
    monkeypatch.setattr(fanout, "FULL", 0)
    queue = tmp_path / "pending"
    os.utime(queue, (1, 1))
    before = store.version()
    store.move(number, INES, QUEUE, examples.entry(number, "released", "ines"))
    released = store.version()
    assert released != before
    other = examples.number(examples.NOON + 1)
    store.add(examples.inquiry(other), examples.entry(other), lambda: [examples.MESSAGE])
    os.utime(queue, (2, 2))
    before = store.version()
    store.move(number, QUEUE, INES, examples.entry(number, "claimed", "ines"))
    assert store.version() != before
    assert [path.name for path in queue.rglob("*.mbox")] == [f"{other}.mbox"]


def test_a_ticket_that_leaves_a_crowded_queue_leaves_no_empty_subfolder(store, number, monkeypatch, tmp_path):
    monkeypatch.setattr(fanout, "FULL", 0)
    store.move(number, INES, QUEUE, examples.entry(number, "released", "ines"))
    assert store.place(number) == QUEUE
    store.move(number, QUEUE, INES, examples.entry(number, "claimed", "ines"))
    assert os.listdir(tmp_path / "pending") == []


def test_tickets_that_leave_a_crowded_folder_all_at_once_do_not_hinder_each_other(store, monkeypatch, tmp_path):
    """Each may find the subfolder empty after it, or gone, at any point of its own move."""
    monkeypatch.setattr(fanout, "FULL", 0)
    numbers = [examples.number() for _ in range(4)]
    for number in numbers:
        store.add(examples.inquiry(number), examples.entry(number), lambda: [examples.MESSAGE])

    def there_and_back(number):
        for source, target in itertools.pairwise((QUEUE, INES) * 50):
            store.move(number, source, target, examples.entry(number, "moved", "ines"))
        return store.place(number)

    with ThreadPoolExecutor(len(numbers)) as pool:
        assert set(pool.map(there_and_back, numbers)) == {INES}
    assert os.listdir(tmp_path / "pending") == []


def test_a_closed_ticket_is_found_in_whatever_month_it_lies(store, number, tmp_path):
    store.move(number, INES, Place(CLOSED, "ines"), examples.entry(number, "closed", "ines"))
    for month in ("2031-12", "2026-11", "2024-01"):
        (source,) = tmp_path.glob("closed/*/*.mbox")
        target = tmp_path / "closed" / month / source.name
        target.parent.mkdir(exist_ok=True)
        source.rename(target)
        assert store.place(number) == Place(CLOSED, "ines")


def leave_half_done(store, number, stage, monkeypatch):
    """Kill a release after so many renames."""
    real, left = os.rename, [stage]

    def rename(source, target):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(source, target)

    monkeypatch.setattr(disk.os, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        store.move(number, INES, QUEUE, examples.entry(number, "released", "ines"))
    monkeypatch.undo()


@pytest.mark.parametrize(("renames", "kinds"), [(0, ["inquiry", "claimed"]), (1, ["inquiry", "claimed"])])
def test_a_move_killed_before_it_counts_is_undone(store, number, monkeypatch, renames, kinds, tmp_path):
    leave_half_done(store, number, renames, monkeypatch)
    with store.locked(number):
        assert [entry.kind for entry in store.read(number).entries] == kinds
    assert store.place(number) == INES
    assert disk.names(str(tmp_path / "moving")) == []


def test_a_move_killed_after_it_counts_is_finished(store, number, monkeypatch, tmp_path):
    leave_half_done(store, number, 2, monkeypatch)
    assert store.place(number) == QUEUE
    with store.locked(number):
        assert [entry.kind for entry in store.read(number).entries] == ["inquiry", "claimed", "released"]
    assert disk.names(str(tmp_path / "moving")) == []


@pytest.mark.parametrize(
    "damage",
    [b"", b"no mbox at all\n", b"From x\n", b"From x Sat Nov 21 12:00:00 2026\nX-Helpdesk-Ticket: 1\n\nhello\n"],
)
def test_a_damaged_file_is_named(store, number, path, damage):
    path.write_bytes(damage)
    with pytest.raises(TicketDamaged) as found:
        store.read(number)
    assert str(path) in str(found.value)


def test_what_is_remembered_of_a_long_ticket_is_what_lies_there(store, number, monkeypatch):
    monkeypatch.setattr(contents, "_LONG", 1)
    assert store.read(number) is store.read(number)
    store.move(number, INES, INES, examples.entry(number, "marked", "ines"))
    assert [entry.kind for entry in store.read(number).entries][-1] == "marked"
    store.move(number, INES, QUEUE, examples.entry(number, "released", "ines"))
    assert store.read(number).place == QUEUE


def test_no_more_than_some_long_tickets_are_remembered(store, number, monkeypatch):
    monkeypatch.setattr(contents, "_LONG", 1)
    monkeypatch.setattr(contents, "_MOST_REMEMBERED", 1)
    before = store.read(number)
    other = examples.number(examples.NOON + 1)
    store.add(examples.inquiry(other), examples.entry(other), lambda: [examples.MESSAGE])
    assert store.read(other) is store.read(other)
    assert store.read(number) is not before
    assert store.read(number) == before
