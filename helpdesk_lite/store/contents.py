"""What is in a ticket's file: the ticket, and where each message lies in it. Of long ones it is remembered for a while.

Guarantee: what is remembered counts only for the very file it was read from, by time, size and inode; the store never
changes a file in its place. It holds no message.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite.store import mbox
from helpdesk_lite.words.ticket import QUEUE, Place, Ticket

TYPE_CHECKING = False
if TYPE_CHECKING:
    import mmap
    from collections.abc import Sequence
    from typing import BinaryIO

    from helpdesk_lite.words.ticket import Entry

_LONG = 20  # entries
_MOST_REMEMBERED = 32  # tickets


class Contents(NamedTuple):
    """A ticket, and its entries in the file by Message-ID."""

    ticket: Ticket
    found: dict[str, mbox.Found]


class Remembered:
    """The contents of the long tickets that were read last."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int, int, Place], Contents]] = {}

    def of(self, number: str, file: BinaryIO, content: mmap.mmap, place: Place) -> Contents:
        """What is in the open file of the ticket, which lies at this place. TicketDamaged."""
        status = os.fstat(file.fileno())
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino, place)
        known = self._known.get(number)
        if known is not None and known[0] == stamp:
            return known[1]
        read = _read(content, place)
        if len(read.ticket.entries) >= _LONG:
            while len(self._known) >= _MOST_REMEMBERED:
                self._known.pop(next(iter(self._known)), None)
            self._known[number] = (stamp, read)
        return read


def _read(content: mmap.mmap, place: Place) -> Contents:
    found = mbox.entries_of(content)
    entries = tuple(mbox.entry_of(one) for one in found)
    ticket = Ticket(mbox.inquiry_of(found[0]), place, _since(entries, found, place), entries)
    return Contents(ticket, {entry.message_id: one for entry, one in zip(entries[::-1], found[::-1], strict=True)})


def _since(entries: Sequence[Entry], found: Sequence[mbox.Found], place: Place) -> int:
    """When it came into this place: with the first of the last entries that say it is there."""
    since = entries[-1].at
    for entry, one in zip(reversed(entries), reversed(found), strict=True):
        if (mbox.place_of(one) or QUEUE) != place:
            break
        since = entry.at
    return since
