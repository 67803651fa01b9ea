"""Whatever a hand or a bad disk does to data/, `verify` names it, and `--repair` takes no byte out of sight."""

from __future__ import annotations

import marshal
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpdesk_lite import assemble, cli
from tests.access.browser import Browser
from tests.examples import NOON, number
from tests.security.conftest import FIELDS, number_in, post, signed_in

ANOTHER = number(NOON)  # no ticket has it
Damage = Callable[[Path, Path], object]  # the folder data/, and a ticket that ines has


def _cut(ticket: Path, share: float) -> None:
    os.truncate(ticket, int(ticket.stat().st_size * share))


def _change(ticket: Path, old: bytes, new: bytes) -> None:
    raw = ticket.read_bytes()
    assert old in raw
    ticket.write_bytes(raw.replace(old, new))


def _private(path: Path, content: bytes = b"x") -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def _link(path: Path, inside: str = "") -> None:
    """A link out of data/, into a folder of this test's own: whatever follows it does no harm to the machine."""
    path.symlink_to(_outside(path) / inside)


def _outside(path: Path) -> Path:
    """The folder `outside`, beside the data/ that the path lies in."""
    return next(above for above in path.parents if above.name == "data").parent / "outside"


def _moved(ticket: Path, folder: Path, name: str = "") -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(shutil.move(ticket, folder / (name or ticket.name)))


def _subfolder(data: Path, ticket: Path, name: str = "", content: bytes = b"") -> Path:
    """A file in the subfolder of pending/ that this ticket would come into if there were a thousand."""
    folder = data / "pending" / ticket.name[:4]
    folder.mkdir(mode=0o700)
    if name:
        _private(folder / name, content)
    return folder / name


def _given(find: Callable[[Path, Path], Path]) -> Damage:
    """What is found there belongs to somebody else, and no longer to the owner of data/."""

    def give(data: Path, ticket: Path) -> None:
        os.chown(find(data, ticket), 54_321, 54_321)

    return give


def _turned(paths: list[Path]) -> None:
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, contents[1:] + contents[:1], strict=True):
        _private(path, content)


DAMAGE: dict[str, Damage] = {
    "an empty ticket": lambda data, ticket: _cut(ticket, 0),
    "a ticket cut in its head": lambda data, ticket: _cut(ticket, 0.05),
    "a ticket cut in the middle": lambda data, ticket: _cut(ticket, 0.5),
    "a ticket without its last byte": lambda data, ticket: os.truncate(ticket, ticket.stat().st_size - 1),
    "a ticket of zeros": lambda data, ticket: ticket.write_bytes(bytes(ticket.stat().st_size)),
    "a ticket of noise": lambda data, ticket: ticket.write_bytes(os.urandom(5000)),
    "a ticket without its number": lambda data, ticket: _change(ticket, b"X-Helpdesk-Ticket: ", b"X-Helpdesk-Ticked: "),
    "a ticket with a bad time": lambda data, ticket: _change(ticket, b"X-Helpdesk-At: 2", b"X-Helpdesk-At: x"),
    "a ticket under another's number": lambda data, ticket: _moved(ticket, ticket.parent, f"{ANOTHER}.mbox"),
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
    "a link to a file": lambda data, ticket: _link(data / "pending" / "link.mbox", "file"),
    "a link to a folder": lambda data, ticket: _link(data / "claimed" / "carl"),
    "a link to nowhere": lambda data, ticket: _link(data / "outbox" / "new" / "x.json", "nowhere"),
    "a ticket that others may read": lambda data, ticket: ticket.chmod(0o644),
    "a folder that others may enter": lambda data, ticket: (data / "operators").chmod(0o755),
    "a secret that the group may read": lambda data, ticket: (data / "secret").chmod(0o640),
    "a letter that is none": lambda data, ticket: _private(data / "outbox" / "new" / "x.json", b"{}"),
    "a letter cut short": lambda data, ticket: _private(data / "outbox" / "held" / "x.json", b'{"message_id": "<x'),
    "a staged letter cut short": lambda data, ticket: _private(data / "outbox" / "staged" / "x.json", b""),
    "a letter under another name": lambda data, ticket: shutil.copy2(
        next((data / "outbox" / "new").glob("*.json")), data / "outbox" / "new" / f"{ANOTHER}.notice.0.json"
    ),
    "an account without an address": lambda data, ticket: _private(data / "operators" / "carl.toml", b""),
    "an account that is no TOML": lambda data, ticket: _private(data / "operators" / "bob.toml", b"\xff\xfe"),
    "an account of an odd name": lambda data, ticket: _private(data / "operators" / "B ob.toml", b'email = "a@b.c"'),
    "no format number": lambda data, ticket: (data / "FORMAT").unlink(),
    "a ticket in a subfolder of others": lambda data, ticket: _moved(ticket, ticket.parent / "ZZZZ"),
    "a stranger in a subfolder": lambda data, ticket: _subfolder(data, ticket, "notes.txt", b"x"),
    "a folder in a subfolder": lambda data, ticket: (_subfolder(data, ticket) / "more").mkdir(0o700),
    "a ticket in a subfolder too": lambda data, ticket: _subfolder(data, ticket, ticket.name, ticket.read_bytes()),
    "a cut ticket in a subfolder": lambda data, ticket: _cut(_moved(ticket, ticket.parent / ticket.name[:4]), 0.5),
    "a link in a subfolder": lambda data, ticket: _link(_subfolder(data, ticket) / "x.mbox", "file"),
    "a subfolder that others may enter": lambda data, ticket: _subfolder(data, ticket).chmod(0o755),
    "a subfolder that is a file": lambda data, ticket: _private(data / "pending" / ticket.name[:4]),
    "a ticket two subfolders down": lambda data, ticket: _moved(
        ticket, ticket.parent / ticket.name[:4] / ticket.name[:7] / "more"
    ),
}
OWNED = {  # by somebody else, as root's commands used to leave it
    "another's ticket": lambda data, ticket: ticket,
    "another's folder": lambda data, ticket: data / "pending",
    "another's lock": lambda data, ticket: _private(data / "locks" / "courier.lock"),
    "another's settings": lambda data, ticket: data / "settings.toml",
}
if os.geteuid() == 0:
    DAMAGE.update({kind: _given(find) for kind, find in OWNED.items()})
HARMLESS: dict[str, Damage] = {
    "a stale file in the cache": lambda data, ticket: [_private(path, b"") for path in (data / "cache").iterdir()],
    "a cache of noise": lambda data, ticket: [_private(path, os.urandom(999)) for path in (data / "cache").iterdir()],
    "a cache of another shape": lambda data, ticket: [
        _private(path, marshal.dumps(("x", {"name": 7}))) for path in (data / "cache").iterdir()
    ],
    "a cache cut short": lambda data, ticket: [_cut(path, 0.5) for path in (data / "cache").iterdir()],
    "files for each other in the cache": lambda data, ticket: _turned(sorted((data / "cache").iterdir())),
    "a foreign file in the cache": lambda data, ticket: _private(data / "cache" / "notes.txt"),
    "folders in the cache": lambda data, ticket: [
        (path.unlink(), path.mkdir(0o700)) for path in (data / "cache").iterdir()
    ],
    "no cache": lambda data, ticket: shutil.rmtree(data / "cache"),
    "an empty subfolder": lambda data, ticket: (data / "pending" / "ZZZZ").mkdir(0o700),
    "a ticket in its subfolder": lambda data, ticket: _moved(ticket, ticket.parent / ticket.name[:4]),
}


def contents(data: Path) -> set[bytes]:
    """All that is in the files of tickets, letters and accounts."""
    folders = ("pending", "claimed", "closed", "moving", "outbox", "operators")
    files = [path for folder in folders for path in (data / folder).rglob("*") if path.is_file()]
    return {path.read_bytes() for path in files}


def about(folder: Path) -> list[tuple[str, int, int, bytes]]:
    """All that a wrong repair could change in a folder: modes, times, contents."""
    paths = [folder, *folder.rglob("*")]
    states = [(path, path.stat()) for path in paths]
    return [
        (str(path), state.st_mode, state.st_ctime_ns, b"" if path.is_dir() else path.read_bytes())
        for path, state in states
    ]


@pytest.fixture
def desk(house: Any, browser: Browser) -> tuple[Any, Path, str]:
    """A desk in order with a ticket that ines has, and the number of another one that is pending."""
    number = number_in(post(browser, FIELDS))
    signed_in(house, "ines").post(f"/tickets/{number}/claim")
    other = number_in(post(browser, {**FIELDS, "message": "The other one."}))
    data = Path(house.root.data)
    for path in [data, *data.rglob("*")]:  # the test's own umask is not the desk's
        path.chmod(0o700 if path.is_dir() else 0o600)
    outside = data.parent / "outside"
    outside.mkdir(0o755)
    (outside / "file").write_text("somebody else's")
    return house, data / "claimed" / "ines" / f"{number}.mbox", other


def verify(house: Any, capsys: Any, *options: str) -> tuple[int, list[str]]:
    status = cli.main(["--root", house.root.path, "verify", *options])
    return status, capsys.readouterr().out.splitlines()


IN_ORDER = (0, ["Everything is as promised."])


def assert_at_work(house: Any, other: str) -> None:
    """The damage took nothing else down."""
    made = assemble.house(house.root)
    assert made.store.read(other).place.state == "pending"
    assert Browser(made).get("/forms/all").status == 200
    assert signed_in(made, "ada").get("/queue").status == 200
    assert f'data-ticket="{other}"' in signed_in(made, "ada").get("/queue").text


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named_and_nothing_is_lost(desk: tuple[Any, Path, str], capsys: Any, kind: str) -> None:
    house, ticket, other = desk
    data = Path(house.root.data)
    assert verify(house, capsys) == IN_ORDER
    DAMAGE[kind](data, ticket)
    before, outside = contents(data), about(data.parent / "outside")
    status, lines = verify(house, capsys)
    assert status == 1 and lines, "nobody noticed"
    assert all(line.startswith("data") and ": " in line for line in lines), lines
    verify(house, capsys, "--repair")
    kept = contents(data)
    assert all(any(one in whole for whole in kept) for one in before), "bytes went out of sight"
    assert about(data.parent / "outside") == outside
    assert verify(house, capsys)[0] in (0, 1)
    assert_at_work(house, other)


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_does_no_harm_does_none(desk: tuple[Any, Path, str], capsys: Any, kind: str) -> None:
    house, ticket, other = desk
    HARMLESS[kind](Path(house.root.data), ticket)
    assert_at_work(house, other)
    assert signed_in(assemble.house(house.root), "ines").get(f"/tickets/{ticket.stem}").status == 200
    assert verify(house, capsys) == IN_ORDER


@pytest.mark.parametrize("content", [b"", b"one", b"2", b"\x00"])
def test_a_number_that_is_none_or_unknown_is_named(desk: tuple[Any, Path, str], capsys: Any, content: bytes) -> None:
    house, _, _ = desk
    _private(Path(house.root.format), content)
    assert cli.main(["--root", house.root.path, "verify", "--repair"]) == 1
    assert str(house.root.data) in capsys.readouterr().err
    assert Path(house.root.format).read_bytes() == content
