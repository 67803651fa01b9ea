"""`helpdesk-lite lmtp`: letters from a mail server over LMTP, until it is told to stop.

Guarantee: nobody but this machine can connect; a socket that another process listens on is left alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
import stat

from helpdesk_lite import assemble
from helpdesk_lite.doors import crew
from helpdesk_lite.doors.apart import Apart
from helpdesk_lite.doors.lmtp import Desk, Door
from helpdesk_lite.root import find_root
from helpdesk_lite.words.errors import DeskUnusable

_LOOK = 0.2  # seconds between two looks whether it is over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator

    from helpdesk_lite.letters.intake import Outcome
    from helpdesk_lite.mail.arrivals import Envelope
    from helpdesk_lite.web.house import House


def lmtp(given: Namespace) -> int:
    """Take letters at HOST:PORT, or on a Unix socket, until SIGINT or SIGTERM; then finish what has begun."""
    root = find_root(given.root)
    told = crew.signals()
    assemble.make_data(root)
    current = assemble.standing_house(root)
    courier = Apart(lambda: assemble.work_a_while(current()))
    courier.wake()
    try:
        _take(current, courier, given, told)
    finally:
        courier.stop()
    return 0


def _take(current: Callable[[], House], courier: Apart, given: Namespace, told: list[int]) -> None:
    listener = _unix(given.bind, given.group) if "/" in given.bind else _loopback(given.bind)
    listener.listen()  # who has read our line may connect
    print(f"Mail servers hand over letters at  {_shown(listener)}", flush=True)

    def work(is_over: Callable[[], bool]) -> None:
        asyncio.run(_serve(current, courier, listener, is_over))

    try:
        if given.workers == 1:
            work(lambda: bool(told))
        else:
            crew.Crew("lmtp", given.workers, work, told).share(listener)
    finally:
        listener.close()
        if "/" in given.bind:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(given.bind)


async def _serve(
    current: Callable[[], House], courier: Apart, listener: socket.socket, is_over: Callable[[], bool]
) -> None:
    def receive(chunks: Iterator[bytes], envelope: Envelope) -> Outcome:
        outcome = assemble.intake(current()).receive(chunks, envelope)
        courier.wake()
        return outcome

    house = current()
    door = Door(Desk(receive, house.settings.letter_mb << 20, house.spool))
    await door.open(listener)
    while not is_over():
        await asyncio.sleep(_LOOK)
    await door.close()


def _shown(listener: socket.socket) -> str:
    name = listener.getsockname()
    return name if isinstance(name, str) else f"{f'[{name[0]}]' if ':' in name[0] else name[0]}:{name[1]}"


def _loopback(bind: str) -> socket.socket:
    host, colon, port = bind.rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host.strip("[]")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise DeskUnusable(
            f"--bind {bind}: it must look like 127.0.0.1:2424, or be the path of a socket, with a / in it."
        )
    if not _is_loopback(host):
        raise DeskUnusable(
            f"--bind {bind}: whoever can connect can put letters into the desk, so it must be an address that only "
            "this machine has, 127.0.0.1 or [::1], or a Unix socket."
        )
    try:
        return socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as wrong:
        raise DeskUnusable(f"--bind {bind}: {wrong.strerror or wrong}.") from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unix(path: str, group: str) -> socket.socket:
    """A socket that this user may use, and the members of `group` ("": nobody else)."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        _make_room(path)
        old_mask = os.umask(0o177)
        try:
            listener.bind(path)
        finally:
            os.umask(old_mask)
        if group:
            os.chown(path, -1, _group(group))
            os.chmod(path, 0o660)
        return listener
    except OSError as wrong:
        listener.close()
        raise DeskUnusable(f"--bind {path}: {wrong.strerror or wrong}.") from None


def _make_room(path: str) -> None:
    """Take away the socket that a killed process left."""
    if not os.path.lexists(path):
        return
    if not stat.S_ISSOCK(os.lstat(path).st_mode):
        raise DeskUnusable(f"--bind {path}: there is a file that is no socket.")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
    raise DeskUnusable(f"--bind {path}: another process listens on it.")


def _group(name: str) -> int:
    import grp

    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise DeskUnusable(f"--group {name}: there is no such group.") from None
