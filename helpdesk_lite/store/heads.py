"""The heads of all tickets in a folder, remembered: who asks again reads only those that have changed.

Guarantee: derived from the files and never believed against them. A folder counts as unchanged while its time of change
is the same and lies so far back that a further change would show; in one that has changed, a file is read again unless
its own time, size and inode are the same. That nothing has changed below a folder which has not, since the store
touches all around a change, is believed for a minute; then all are looked at, as a killed move or a hand may not have
told. What is kept in the cache, for those who start anew, can go at any time. It reads nothing but heads.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
from itertools import chain
from operator import attrgetter, is_
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.store import fanout, mbox
from helpdesk_lite.words import tracking
from helpdesk_lite.words.errors import TicketDamaged
from helpdesk_lite.words.standing import USUAL, Standing
from helpdesk_lite.words.ticket import Head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Stamp = tuple[int, int, int]  # a file's time of change (ns), size and inode
    Files = dict[str, tuple[Stamp, Head]]  # by number

_UNSETTLED = 2.0  # seconds: the coarsest clock a file system has
_BELIEVED = 60.0  # seconds
_WORTH_KEEPING = 64  # heads that had to be read
_COMMON = ("form", "title", "category", "language", "answers", "channel")
_PROGRAM = (2, sys.hexversion, Head._fields, Standing._fields)  # what the shape of what is kept depends on


class Folder(NamedTuple):
    """A folder as it was: its time of change (ns; 0 if the next change may not show), its tickets, its subfolders.

    `heads` are those of its tickets, by number: the very same list while none of them has changed.
    """

    changed_at: int
    files: Files
    inner: tuple[str, ...]
    heads: list[Head]


_UNKNOWN = Folder(0, {}, (), [])


class Heads:
    """What is remembered of folders, each under a name; kept in the folder `cache_path`."""

    def __init__(self, cache_path: str) -> None:
        self._cache_path = cache_path
        self._known: dict[str, tuple[dict[str, Folder], list[list[Head]], float]] = {}  # and when all was looked at
        self._whole: dict[str, tuple[list[list[Head]], list[Head]]] = {}

    def of(self, path: str, name: str) -> list[Head]:
        """The heads of the tickets in and below the folder, by number; the very same list while nothing has changed.

        A damaged ticket is passed over: `verify` names it.
        """
        parts = self.parts(path, name)
        known = self._whole.get(name)
        if known is None or known[0] is not parts:
            known = self._whole[name] = parts, sorted(chain(*parts), key=attrgetter("number"))
        return known[1]

    def parts(self, path: str, name: str) -> list[list[Head]]:
        """The same in a list for each folder, each of them the very same while nothing in that folder has changed."""
        before, parts, looked_at = self._known.get(name) or (self._kept(name), None, 0.0)
        is_believed = parts is not None and time.monotonic() < looked_at + _BELIEVED
        if parts is not None and is_believed and _is_unchanged(path, before.get(path)):
            return parts
        if not is_believed:
            looked_at = time.monotonic()
        now = dict(_look(path, before, is_believed))
        found = [folder.heads for folder in now.values() if folder.heads]
        if parts is None or len(parts) != len(found) or not all(map(is_, parts, found)):
            parts = found
        self._known[name] = (now, parts, looked_at)
        if _count_new(before, now) >= _WORTH_KEEPING:
            self._keep(name, now)
        return parts

    def _kept(self, name: str) -> dict[str, Folder]:
        try:
            program, folders = marshal.loads(disk.read(os.path.join(self._cache_path, f"heads-{name}")))
        except (OSError, ValueError, EOFError, TypeError):
            return {}  # missing, or cut short: it is made anew
        if program != _PROGRAM:
            return {}
        known: dict[str, Folder] = {}
        for path, at, kept, inner in folders:
            files = {head.number: (stamp, head) for stamp, head in _heads(kept)}
            known[path] = Folder(at, files, inner, _in_order(files))
        return known

    def _keep(self, name: str, folders: dict[str, Folder]) -> None:
        plain = [
            (path, one.changed_at, [(stamp, _plain(head)) for stamp, head in one.files.values()], one.inner)
            for path, one in folders.items()
        ]
        try:
            disk.jot(os.path.join(self._cache_path, f"heads-{name}"), marshal.dumps((_PROGRAM, plain)))
        except OSError:
            return  # an unwritable cache is a slow desk, not a broken one


def _is_unchanged(path: str, known: Folder | None) -> bool:
    try:
        return known is not None and os.stat(path).st_mtime_ns == known.changed_at
    except FileNotFoundError:
        return False


def _look(path: str, known: dict[str, Folder], is_believed: bool) -> Iterator[tuple[str, Folder]]:
    """The folder and those below it as they are now; what has not changed is taken from what is known.

    `is_believed`: that nothing has changed below a folder which has not.
    """
    before = known.get(path, _UNKNOWN)
    try:
        changed_at = os.stat(path).st_mtime_ns
        now = before if changed_at == before.changed_at else _listed(path, changed_at, before)
    except (FileNotFoundError, NotADirectoryError):
        return  # there never was one, or it was empty and is gone, or it is a file
    yield path, now
    for name in now.inner:
        inner = os.path.join(path, name)
        yield from _below(inner, known) if is_believed and now is before else _look(inner, known, is_believed)


def _below(path: str, known: dict[str, Folder]) -> Iterator[tuple[str, Folder]]:
    """The folder and those below it, as they are known."""
    if path in known:
        yield path, known[path]
        for name in known[path].inner:
            yield from _below(os.path.join(path, name), known)


def _listed(path: str, changed_at: int, before: Folder) -> Folder:
    files: Files = {}
    inner = []
    with os.scandir(path) as entries:
        for entry in entries:
            number = entry.name.removesuffix(fanout.END)
            if number == entry.name and not entry.name.startswith("."):
                inner.append(entry.name)
            elif tracking.is_number(number):
                files.update(_read(entry, number, before.files.get(number)))
    is_settled = time.time() - changed_at / 1e9 > _UNSETTLED
    heads = before.heads if files == before.files else _in_order(files)
    return Folder(changed_at if is_settled else 0, files, tuple(inner), heads)


def _in_order(files: Files) -> list[Head]:
    return sorted((head for _, head in files.values()), key=attrgetter("number"))


def _read(entry: os.DirEntry[str], number: str, known: tuple[Stamp, Head] | None) -> Files:
    """The ticket; nothing if it moved on meanwhile, or is damaged."""
    try:
        found = entry.stat()
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if known is not None and known[0] == stamp:
            return {number: known}
        with open(entry.path, "rb", buffering=0) as file:
            return {number: (stamp, _shared(mbox.head_of(file.read(mbox.HEAD_SIZE))))}
    except (FileNotFoundError, TicketDamaged):
        return {}


def _count_new(before: dict[str, Folder], now: dict[str, Folder]) -> int:
    """How many heads were read, as far as that is told by tickets that came: enough to say what is worth keeping."""
    return sum(
        len(one.files.keys() - before.get(path, _UNKNOWN).files.keys())
        for path, one in now.items()
        if one is not before.get(path)
    )


def _plain(head: Head) -> tuple[object, ...]:
    """The head as values that marshal holds."""
    return tuple(head._replace(standing=tuple(head.standing)))  # type: ignore[arg-type]


def _heads(files: list[tuple[Stamp, Any]]) -> Iterator[tuple[Stamp, Head]]:
    """The heads that were kept, each with its file's stamp."""
    for stamp, plain in files:
        head = Head(*plain)
        yield stamp, _shared(head._replace(standing=Standing(*head.standing)))


def _shared(head: Head) -> Head:
    """The head, with one text in memory for what many tickets have in common: thousands are remembered."""
    common: dict[str, Any] = {name: sys.intern(getattr(head, name)) for name in _COMMON}
    return head._replace(standing=USUAL if head.standing == USUAL else head.standing, **common)
