"""How often something happened lately: submissions and wrong passwords by address, robots by how they failed.

Guarantee: counting takes one small append and no lock, survives restarts, and keeps no address in clear; counts may be
lost in a power cut. What follows from a count is decided elsewhere (desk, web/session).
"""

from __future__ import annotations

import os
import struct

from helpdesk_lite import disk
from helpdesk_lite.words import signing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAPPED = bytes(10) + b"\xff\xff"
HOUR = 3600
_RECORD = struct.Struct("<8sII")  # whose (hashed), when, weight (0: forgotten from here on)


class Limits:
    """A folder of counts: a file for each kind and hour, a record for each event. `clock` tells the seconds UTC."""

    def __init__(self, folder: str, secret: bytes, clock: Callable[[], float]) -> None:
        self.folder = folder
        self._secret = secret
        self._clock = clock

    def note(self, kind: str, who: str, weight: int = 1) -> None:
        """Count one event of `kind` from `who`."""
        now = int(self._clock())
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        disk.append(self._path(kind, now // HOUR), _RECORD.pack(self._mark(kind, who), now, weight))

    def is_first(self, kind: str, what: str) -> bool:
        """Whether this happened never before, in two hours at least; from now on it has. That is on disk then."""
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        try:
            disk.write_new(self._once(kind, what), [b""])
        except FileExistsError:
            return False
        return True

    def has_happened(self, kind: str, what: str) -> bool:
        """Whether `is_first` was asked this already."""
        return disk.is_there(self._once(kind, what))

    def forget(self, kind: str, who: str) -> None:
        """Count from zero again."""
        self.note(kind, who, 0)

    def lately(self, kind: str, who: str) -> tuple[int, int, int]:
        """Weight of what was noted in the last hour, and the times of the first and last such event (0 if none)."""
        count = first = last = 0
        oldest = self._clock() - HOUR
        for _, at, weight in self._records(kind, self._mark(kind, who)):
            if at > oldest:
                count = count + weight if weight else 0
                first = (first or at) if weight else 0
                last = at if weight else 0
        return count, first, last

    def stopped(self, kind: str) -> int:
        """How many events of `kind` there were in this hour and the one before, from whomever."""
        return sum(map(_size, self._paths(kind))) // _RECORD.size

    def tidy(self) -> None:
        """Throw away counts that no longer count."""
        disk.remove_older(self.folder, self._clock() - 2 * HOUR)

    def _records(self, kind: str, mark: bytes) -> Iterator[tuple[bytes, int, int]]:
        """The records with this mark; there may be very many others, which are not looked at one by one."""
        for path in self._paths(kind):
            try:
                raw = disk.read(path)
            except FileNotFoundError:
                continue
            at = raw.find(mark)
            while 0 <= at <= len(raw) - _RECORD.size:
                yield _RECORD.unpack_from(raw, at)
                at = raw.find(mark, at + _RECORD.size)

    def _mark(self, kind: str, who: str) -> bytes:
        return signing.proof(self._secret, f"limit {kind}", who)[:8].encode()

    def _paths(self, kind: str) -> tuple[str, str]:
        hour = int(self._clock()) // HOUR
        return self._path(kind, hour - 1), self._path(kind, hour)

    def _once(self, kind: str, what: str) -> str:
        return os.path.join(self.folder, f"{kind}-{signing.proof(self._secret, f'once {kind}', what)}")

    def _path(self, kind: str, hour: int) -> str:
        return os.path.join(self.folder, f"{kind}-{hour}")


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def network_of(address: str) -> str:
    """The part of a client's address that one household or host has: all of IPv4, the first 64 bits of IPv6.

    A port behind it, which some proxies forward too, is left out; IPv4 written as IPv6 (RFC 4291, 2.5.5.2) is IPv4.
    """
    if ":" not in address:
        return address
    import socket

    host, _, port = address.partition(":")
    if "." in host and port.isdigit():
        return host
    bare = address[1:].partition("]")[0] if address[0] == "[" else address
    try:
        packed = socket.inet_pton(socket.AF_INET6, bare.partition("%")[0])
    except OSError:
        return address
    return socket.inet_ntoa(packed[12:]) if packed[:12] == _MAPPED else packed[:8].hex()
