"""The format of data/, a number in the file data/FORMAT: whether this program can read what is there.

Guarantee: a folder made by a newer version is refused before anything in it is read further or changed; one without
the number was made before there was one, and is format 1. It does not look at what else is in the folder (verify).
"""

from __future__ import annotations

import os

from helpdesk_lite import disk
from helpdesk_lite.words.errors import DeskUnusable

NEWEST = 1  # how to raise it: docs/architecture.md
_FIRST = 1
_LONGEST = 100  # bytes that are read of the file


def check(path: str) -> int:
    """The number in the file `path`. DeskUnusable if this program does not know it, or if it is none."""
    try:
        said = disk.read(path)[:_LONGEST].strip()
    except (FileNotFoundError, NotADirectoryError):
        return _FIRST
    except OSError as wrong:
        raise DeskUnusable(f"{path} cannot be read: {wrong.strerror}.") from None
    if not said.isdigit() or int(said) < _FIRST:
        raise DeskUnusable(f"{path} holds no format number. Put that file back from a backup.")
    if int(said) > NEWEST:
        raise DeskUnusable(
            f"{os.path.dirname(path)} was made by a newer version of Help Desk Lite (format {int(said)}; this version "
            f"reads up to {NEWEST}). Install that version again, or restore a backup from before it."
        )
    return int(said)


def note(path: str, number: int) -> None:
    """Write the number into the file `path`, if there is none."""
    try:
        disk.write_new(path, [b"%d\n" % number])
    except FileExistsError:
        return
