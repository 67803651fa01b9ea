"""Many at once, with large uploads: no 5xx, bounded memory, and what was accepted is stored and notified.

The short runs take seconds; `pytest -m long tests/security` keeps it up for a minute.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.security.conftest import FIELDS, number_in, post, signed_in
from tests.servers import Door
from tests.visitor import File, Visitor

PICTURE = b"\x89PNG" + random.Random(1).randbytes(5_000_000)
UPLOAD = """<title>With a picture</title><label>Name <input name="name" required></label>
<label>Email <input name="email" type="email"></label> <label>Message <textarea name="message"></textarea></label>
<label>Picture <input name="picture" type="file"></label>"""
ATTACHED = 20  # every so manieth submission brings 5 MB; in the long runs, which take the disk for themselves,
OFTEN_ATTACHED = 4


class Crowd:
    """What a number of people do at once for a while, and how it went."""

    def __init__(self, door: Door, clients: int, seconds: float, attached: int = ATTACHED) -> None:
        self.door = door
        self.attached = attached
        self.until = time.monotonic() + seconds
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.accepted: list[str] = []
        self.claimed: list[str] = []
        self.went_wrong: list[str] = []
        self._counter = itertools.count(1)
        self._operators = [door.operator(name) for name in ("ines", "bob")]
        self._people = [threading.Thread(target=self._person, args=(number,)) for number in range(clients)]

    def run(self) -> None:
        for person in self._people:
            person.start()
        for person in self._people:
            person.join()

    def _person(self, number: int) -> None:
        visitor, chance = Visitor(self.door.url), random.Random(number)
        visitor_of_queue = Visitor(self.door.url)
        visitor_of_queue.cookies = dict(self._operators[number % 2].cookies)
        while time.monotonic() < self.until:
            try:
                {0: self._read, 1: self._submit, 2: self._claim}[chance.choice((0, 0, 1, 2))](visitor, visitor_of_queue)
            except OSError as wrong:
                self.went_wrong.append(repr(wrong))

    def _read(self, visitor: Visitor, operator: Visitor) -> None:
        for name, answer in (("form", visitor.get("/forms/contact")), ("queue", operator.get("/queue"))):
            self.statuses[name, answer.status] += 1

    def _submit(self, visitor: Visitor, _: Visitor) -> None:
        count = next(self._counter)
        fields = {"name": "Jane", "email": "jane@example.com", "message": f"Number {count}"}
        if count % self.attached == 1:
            answer = visitor.upload("/forms/upload", fields, [("picture", File("a.png", "image/png", PICTURE))])
        else:
            answer = visitor.post("/forms/contact", {**fields, "subject": "Fire"})
        self.statuses["submit", answer.status] += 1
        if answer.status == 303:
            self.accepted.append(answer.number)

    def _claim(self, _: Visitor, operator: Visitor) -> None:
        numbers = re.findall(r'data-ticket="([^"]+)"', operator.get("/queue").text)
        if numbers:
            number = random.choice(numbers)
            answer = operator.post(f"/tickets/{number}/claim")
            self.statuses["claim", answer.status] += 1
            if answer.status == 303:
                self.claimed.append(number)


def memory_of(door: Door) -> list[int]:
    """The most that each of the server's processes has had in memory, in bytes."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes().split(b"\0")
            if str(door.desk.root).encode() in command and b"serve" in command:
                found.append(int((path / "status").read_text().partition("VmHWM:")[2].split()[0]) * 1024)
        except OSError:
            continue
    return found


def letters_of(door: Door, box: str) -> Counter[str]:
    """How many letters about each ticket lie in a mailbox."""
    found: Counter[str] = Counter()
    for path in (door.desk.root / "data" / "mail" / box / "new").glob("*"):
        with open(path, "rb") as file:
            found[file.read(4000).partition(b"X-Helpdesk-Ticket: ")[2].partition(b"\n")[0].strip().decode()] += 1
    return found


def assert_kept(crowd: Crowd) -> None:
    """Accepted is stored is notified; claimed once is forwarded once; nothing is left over or out of order."""
    door = crowd.door
    until = time.monotonic() + 90  # the server's own courier may be at work, and the disk slow
    while "waiting 0, held 0" not in door.desk.run("deliver", "--all", check=False).stdout:
        assert time.monotonic() < until, "letters are left over"
        time.sleep(0.5)
    assert crowd.went_wrong == []
    assert not [key for key in crowd.statuses if key[1] >= 500], crowd.statuses
    assert len(set(crowd.accepted)) == len(crowd.accepted) > 0
    assert len(set(crowd.claimed)) == len(crowd.claimed)
    stored = {path.stem for path in (door.desk.root / "data").glob("*/**/*.mbox")}
    assert stored == set(crowd.accepted)
    assert letters_of(door, "operators@localhost") == Counter(crowd.accepted)
    assert letters_of(door, "ines@example.org") + letters_of(door, "bob@example.org") == Counter(crowd.claimed)
    assert os.listdir(door.desk.root / "data" / "spool") == []
    assert door.desk.run("verify").stdout == "Everything is as promised.\n"


def run(name: str, clients: int, seconds: float, attached: int = ATTACHED, workers: int = 1) -> None:
    """A crowd at this server, and what became of all it did. No process of `serve` may have 200 MB."""
    with contextlib.ExitStack() as stack:
        if workers == 1:
            door = stack.enter_context(servers.door(name, sign_in_tries=0))
        else:
            desk = stack.enter_context(servers.new_desk(sign_in_tries=0))
            door = Door(name, stack.enter_context(servers.serve(desk, workers=workers)), desk)
        (door.desk.root / "forms" / "upload.html").write_text(UPLOAD)
        crowd = Crowd(door, clients, seconds, attached)
        crowd.run()
        memory = memory_of(door)
        print(f"{name}, {workers}: {clients} clients, {seconds:.0f} s, every {attached}th with 5 MB: ", end="")
        print(dict(crowd.statuses), "and in MB:", [round(one / 1e6) for one in memory])
        assert len(memory) == {"lighttpd": 0}.get(name, 1 if workers == 1 else workers + 1)
        assert all(one < 200_000_000 for one in memory)
        assert_kept(crowd)


def test_64_at_serve() -> None:
    run("serve", 64, 8)


def test_64_at_two_workers() -> None:
    run("serve", 64, 5, workers=2)


def test_16_at_the_cgi() -> None:
    run("lighttpd", 16, 8)


@pytest.mark.long
@pytest.mark.parametrize(("name", "clients", "workers"), [("serve", 64, 1), ("serve", 64, 2), ("lighttpd", 16, 1)])
def test_for_a_minute(name: str, clients: int, workers: int) -> None:
    run(name, clients, 60, OFTEN_ATTACHED, workers)


def test_a_copy_of_data_taken_under_load_starts_clean(tmp_path: Path) -> None:
    """As docs/backup.md has it, twice over: all that had been accepted before is in it, and works after --repair."""
    with servers.door("serve", sign_in_tries=0) as door:
        (door.desk.root / "forms" / "upload.html").write_text(UPLOAD)
        at_rest = [Visitor(door.url).post("/forms/contact", first(count)).number for count in range(5)]
        ines = door.operator("ines")
        for number in at_rest:
            ines.post(f"/tickets/{number}/claim")
        crowd = Crowd(door, 8, 4)
        people = threading.Thread(target=crowd.run)
        people.start()
        copies = []
        for count in range(2):
            time.sleep(1.5)
            copy = tmp_path / f"copy{count}"
            copy.mkdir()
            before = {*at_rest, *crowd.accepted}
            for source, target in (("data", "data"), ("data/.", "data")):
                command = ["cp", "-a", str(door.desk.root / source) + "/." * source.endswith("."), str(copy / target)]
                subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
            subprocess.run(["cp", "-a", door.desk.root / "forms", copy / "forms"], check=True)
            copies.append((copy, before))
        people.join()
    for copy, before in copies:
        desk: Any = servers.Desk(copy, None)
        desk.run("verify", "--repair", check=False)
        assert desk.run("verify", check=False).stdout == "Everything is as promised.\n"
        assert before <= {path.stem for path in (copy / "data").glob("*/**/*.mbox")}
        assert set(at_rest) <= {path.stem for path in (copy / "data" / "claimed" / "ines").glob("*.mbox")}
        desk.run("deliver", "--all", check=False)  # a letter whose ticket came after its folder was copied is held
        with servers.serve(desk) as url:
            assert Visitor(url).post("/forms/contact", first(99)).status == 303


def first(count: int) -> dict[str, str]:
    return {"name": "Jane", "email": "jane@example.com", "subject": "Fire", "message": f"First {count}"}


def test_why_a_copy_takes_two_passes(house: Any, browser: Any, tmp_path: Path) -> None:
    """A ticket that is claimed between the copying of two folders is in neither; the second pass has it, once."""
    number = number_in(post(browser, FIELDS))
    data, copy = Path(house.root.data), tmp_path / "copy" / "data"
    shutil.copytree(data / "claimed", copy / "claimed")
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    shutil.copytree(data, copy, dirs_exist_ok=True, ignore=lambda folder, _: ["claimed"] if folder == str(data) else [])
    assert not list(copy.rglob(f"{number}.mbox"))
    shutil.copytree(data, copy, dirs_exist_ok=True)
    assert [path.parent.name for path in copy.rglob(f"{number}.mbox")] == ["ines"]
