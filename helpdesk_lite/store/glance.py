"""Ticket files at a glance: what is read of one whose path is known, without looking at all of it.

Guarantee: a file that has moved on meanwhile is an error only where that is said. It knows no places (flat).
"""

from __future__ import annotations

import mmap
from contextlib import contextmanager

from helpdesk_lite.store import mbox
from helpdesk_lite.words.errors import TicketDamaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from helpdesk_lite.words.standing import Standing
    from helpdesk_lite.words.ticket import Head


@contextmanager
def mapped(file: BinaryIO, path: str) -> Iterator[mmap.mmap]:
    """The open file's bytes as memory, for reading. TicketDamaged if there are none."""
    try:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:
        raise TicketDamaged(f"{path}: It is empty.") from None
    with content:
        yield content


def heads(paths: Iterable[str]) -> Iterator[Head]:
    """The heads of the tickets there; those that moved away meanwhile (or "") are passed over. TicketDamaged."""
    for path in paths:
        try:
            with open(path, "rb", buffering=0) as file:
                yield mbox.head_of(file.read(mbox.HEAD_SIZE))
        except FileNotFoundError:
            continue
        except TicketDamaged as wrong:
            raise TicketDamaged(f"{path}: {wrong}") from None


def standing(path: str) -> Standing:
    """How the ticket stands. FileNotFoundError."""
    with open(path, "rb", buffering=0) as file:
        return mbox.standing_in(file.read(mbox.HEAD_SIZE))


def last_holder(path: str) -> str | None:
    """Who had the closed ticket, as its entries tell; None if there is no such file."""
    try:
        file = open(path, "rb")
    except FileNotFoundError:
        return None
    with file, mapped(file, path) as content:
        for found in reversed(mbox.entries_of(content)):
            if place := mbox.place_of(found):
                return place.holder
    return ""
