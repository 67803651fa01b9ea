"""Whatever a hand or a bad disk does to data/, `verify` names it, and `--repair` takes no byte out of sight."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpdesk_lite import assemble, cli
from tests.access.browser import Browser
from tests.security.conftest import FIELDS, number_in, post, signed_in

Damage = Callable[[Path, Path], object]  # the folder data/, and a ticket that ines has


def _cut(ticket: Path, share: float) -> None:
    os.truncate(ticket, int(ticket.stat().st_size * share))


def _change(ticket: Path, old: bytes, new: bytes) -> None:
    raw = ticket.read_bytes()
    assert old in raw
    ticket.write_bytes(raw.replace(old, new))


def _private(path: Path, content: bytes = b"x") -> None:
    path.write_bytes(content)
    path.chmod(0o600)


def _link(path: Path, target: str) -> None:
    path.symlink_to(target)


def _moved(ticket: Path, folder: Path, name: str = "") -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.move(ticket, folder / (name or ticket.name))


DAMAGE: dict[str, Damage] = {
    "an empty ticket": lambda data, ticket: _cut(ticket, 0),
    "a ticket cut in its head": lambda data, ticket: _cut(ticket, 0.05),
    "a ticket cut in the middle": lambda data, ticket: _cut(ticket, 0.5),
    "a ticket without its last byte": lambda data, ticket: os.truncate(ticket, ticket.stat().st_size - 1),
    "a ticket of zeros": lambda data, ticket: ticket.write_bytes(bytes(ticket.stat().st_size)),
    "a ticket of noise": lambda data, ticket: ticket.write_bytes(os.urandom(5000)),
    "a ticket without its number": lambda data, ticket: _change(ticket, b"X-Helpdesk-Ticket: ", b"X-Helpdesk-Ticked: "),
    "a ticket with a bad time": lambda data, ticket: _change(ticket, b"X-Helpdesk-At: 2", b"X-Helpdesk-At: x"),
    "a ticket under another's number": lambda data, ticket: _moved(ticket, ticket.parent, "3D9P-64M6-EPWD.mbox"),
    "a ticket under no number": lambda data, ticket: _moved(ticket, ticket.parent, "2222-2222-2223.mbox"),
    "a ticket with another case": lambda data, ticket: _moved(ticket, ticket.parent, ticket.name.lower()),
    "a ticket in somebody else's folder": lambda data, ticket: _moved(ticket, data / "claimed" / "bob"),
    "a ticket in nobody's folder": lambda data, ticket: _moved(ticket, data / "claimed" / "zoe"),
    "a ticket in the queue again": lambda data, ticket: _moved(ticket, data / "pending"),
    "a ticket among the closed ones": lambda data, ticket: _moved(ticket, data / "closed" / "2026-11"),
    "a ticket above its folder": lambda data, ticket: _moved(ticket, data / "claimed"),
    "a ticket below its folder": lambda data, ticket: _moved(ticket, ticket.parent / "more"),
    "a ticket twice": lambda data, ticket: shutil.copy2(ticket, data / "pending"),
    "a ticket left in moving": lambda data, ticket: shutil.copy2(ticket, data / "moving"),
    "a stranger in the queue": lambda data, ticket: _private(data / "pending" / "notes.txt"),
    "a stranger in moving": lambda data, ticket: _private(data / "moving" / "notes.txt"),
    "a folder in the queue": lambda data, ticket: (data / "pending" / "old").mkdir(0o700),
    "a link to a file": lambda data, ticket: _link(data / "pending" / "3D9P-64M6-EPWD.mbox", "/etc/hostname"),
    "a link to a folder": lambda data, ticket: _link(data / "claimed" / "carl", "/etc"),
    "a link to nowhere": lambda data, ticket: _link(data / "outbox" / "new" / "x.json", "/nowhere"),
    "a ticket that others may read": lambda data, ticket: ticket.chmod(0o644),
    "a folder that others may enter": lambda data, ticket: (data / "operators").chmod(0o755),
    "a secret that the group may read": lambda data, ticket: (data / "secret").chmod(0o640),
    "a letter that is none": lambda data, ticket: _private(data / "outbox" / "new" / "x.json", b"{}"),
    "a letter cut short": lambda data, ticket: _private(data / "outbox" / "held" / "x.json", b'{"message_id": "<x'),
    "a staged letter cut short": lambda data, ticket: _private(data / "outbox" / "staged" / "x.json", b""),
    "a letter under another name": lambda data, ticket: shutil.copy2(
        next((data / "outbox" / "new").glob("*.json")), data / "outbox" / "new" / "3D9P-64M6-EPWD.notice.0.json"
    ),
    "an account without an address": lambda data, ticket: _private(data / "operators" / "carl.toml", b""),
    "an account that is no TOML": lambda data, ticket: _private(data / "operators" / "bob.toml", b"\xff\xfe"),
    "an account of an odd name": lambda data, ticket: _private(data / "operators" / "B ob.toml", b'email = "a@b.c"'),
}


def contents(data: Path) -> set[bytes]:
    """All that is in the files of tickets, letters and accounts."""
    folders = ("pending", "claimed", "closed", "moving", "outbox", "operators")
    files = [path for folder in folders for path in (data / folder).rglob("*") if path.is_file()]
    return {path.read_bytes() for path in files}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named_and_nothing_is_lost(house: Any, browser: Browser, capsys: Any, kind: str) -> None:
    number = number_in(post(browser, FIELDS))
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    other = number_in(post(browser, {**FIELDS, "message": "The other one."}))
    data = Path(house.root.data)
    for path in [data, *data.rglob("*")]:  # the test's own umask is not the desk's
        path.chmod(0o700 if path.is_dir() else 0o600)

    def verify(*options: str) -> tuple[int, list[str]]:
        status = cli.main(["--root", house.root.path, "verify", *options])
        return status, capsys.readouterr().out.splitlines()

    assert verify() == (0, ["Everything is as promised."])
    DAMAGE[kind](data, data / "claimed" / "ines" / f"{number}.mbox")
    before = contents(data)
    status, lines = verify()
    assert status == 1 and lines, "nobody noticed"
    assert all(line.startswith("data") and ": " in line for line in lines), lines
    verify("--repair")
    kept = contents(data)
    assert all(any(one in whole for whole in kept) for one in before), "bytes went out of sight"
    assert verify()[0] in (0, 1)
    assert house.store.read(other).place.state == "pending"  # the others are not touched
    made = assemble.house(house.root)
    assert Browser(made).get("/forms/all").status == 200
    assert signed_in(made, "ada").get("/queue").status == 200
