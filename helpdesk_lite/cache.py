"""Derived values kept on disk: worked out once, thrown away when what they came from changes.

Guarantee: `get` never answers with a value made from other versions of its sources, of the program or of Python; deleting
the folder at any time loses nothing but time; a folder that cannot be written only costs that time. It does not
keep anything that cannot be made again.
"""

from __future__ import annotations

import marshal
import os
import sys

from helpdesk_lite import disk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

VERSION = (3, sys.hexversion)  # raise the first number when the shape of a cached value changes


def stamp(path: str) -> tuple[str, int, int, int]:
    """What tells one version of a file from the next: path, time of change (ns), size and inode; zeros if missing."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return (path, 0, 0, 0)
    return (path, found.st_mtime_ns, found.st_size, found.st_ino)


class Cache:
    """A folder of derived values, a file each. Values are what marshal holds: None, numbers, text, bytes, lists, dicts."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._kept: dict[str, tuple[Any, Any]] = {}

    def get(self, name: str, sources: Iterable[str], make: Callable[[], Any]) -> Any:
        """The value called `name` as made from the files `sources` as they are now; made by `make` if need be."""
        key = (VERSION, tuple(stamp(path) for path in sources))
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            kept = self._read(name)
        if kept is None or kept[0] != key:
            kept = (key, make())
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
            hidden = disk.beside(path)
            with open(hidden, "wb") as file:
                file.write(marshal.dumps(kept))
            disk.slide(hidden, path)
        except OSError:
            return  # an unwritable cache is a slow desk, not a broken one
