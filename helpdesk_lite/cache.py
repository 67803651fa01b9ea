"""Derived values kept on disk: worked out once, thrown away when what they came from changes.

Guarantee: `get` never answers with a value made from other versions of its sources, of the program or of Python;
deleting the folder at any time loses nothing but time; a folder that cannot be written only costs that time. It does
not keep anything that cannot be made again.
"""

from __future__ import annotations

import marshal
import os
import sys
import time

from helpdesk_lite import disk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

SHAPE = 8  # to be raised when a cached value changes its shape, or the code that makes it changes what it means
_UNSETTLED = 2.0  # seconds: the coarsest clock a file system has


def stamp(path: str) -> tuple[str, int, int, int]:
    """What tells one version of a file from the next: path, time of change (ns), size and inode; zeros if missing."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return (path, 0, 0, 0)
    return (path, found.st_mtime_ns, found.st_size, found.st_ino)


_PROGRAM = (SHAPE, sys.hexversion, stamp(__file__))  # an upgrade writes this file anew


class Cache:
    """A folder of derived values, a file each. Values are what marshal holds: None, numbers, text, bytes, lists, dicts.

    `facts` are what the values depend on besides files.
    """

    def __init__(self, folder: str, *facts: str) -> None:
        self.folder = folder
        self._facts = facts
        self._kept: dict[str, tuple[Any, Any]] = {}

    def get(self, name: str, sources: Iterable[str], make: Callable[[], Any]) -> Any:
        """The value called `name` as made from the files `sources` as they are now; made by `make` if need be."""
        stamps = tuple(stamp(path) for path in sources)
        key = (_PROGRAM, self._facts, stamps)
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            kept = self._read(name)
        if kept is None or kept[0] != key:
            kept = (key, make())
            if any(0 <= time.time() - changed_at / 1e9 < _UNSETTLED for _, changed_at, _, _ in stamps):
                return kept[1]  # a further change in the same moment of the file system's clock would not show
            self._write(name, kept)
        self._kept[name] = kept
        return kept[1]

    def _read(self, name: str) -> tuple[Any, Any] | None:
        try:
            key, value = marshal.loads(disk.read(os.path.join(self.folder, name)))
        except (OSError, ValueError, EOFError, TypeError):
            return None  # missing, cut short or of another time: it is made anew
        return (key, value)

    def _write(self, name: str, kept: tuple[Any, Any]) -> None:
        path = os.path.join(self.folder, name)
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            disk.jot(path, marshal.dumps(kept))
        except OSError:
            return  # an unwritable cache is a slow desk, not a broken one
