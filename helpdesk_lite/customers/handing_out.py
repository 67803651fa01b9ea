"""What the desk has of a customer, to hand it to them: their tickets as one mbox, and the files as files.

Guarantee: what the customer may see on their own page, whole and as it was written, byte for byte; nothing that
operators wrote for each other. It changes nothing.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.customers.verbs import Customers
from helpdesk_lite.mail import parse
from helpdesk_lite.store.mbox import quoted
from helpdesk_lite.words import times
from helpdesk_lite.words.ticket import WRITTEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from helpdesk_lite.words.ticket import Entry

    Put = Callable[[str, Iterable[bytes]], object]

_UNSAFE = re.compile(r"[^\w.-]+")
MBOX = "tickets.mbox"


class HandingOut(NamedTuple):
    """The verb."""

    customers: Customers

    def hand_out(self, numbers: Iterable[str], put: Put) -> int:
        """Give `put` a name and content for each file; how many there were."""
        found = list(numbers)
        put(MBOX, self._mbox(found))
        count = 1
        for number, place, _, file in self._letters(found):
            for part in parse.parts(file):
                if part.is_attachment:
                    name = _UNSAFE.sub("_", part.name).strip(".")[-100:] or "file"
                    put(f"{number}-{place}-{part.index}-{name}", parse.decoded(file, part))
                    count += 1
        return count

    def _mbox(self, numbers: Iterable[str]) -> Iterator[bytes]:
        for number, _, entry, file in self._letters(numbers):
            yield f"From MAILER-DAEMON {times.mbox(entry.at)}\nX-Helpdesk-Ticket: {number}\n".encode()
            yield from quoted(_pieces(file))
            yield b"\n"

    def _letters(self, numbers: Iterable[str]) -> Iterator[tuple[str, int, Entry, BinaryIO]]:
        """Each letter: its ticket's number, its place there, the entry, and its bytes."""
        store = self.customers.correspondence.desk.store
        for number in numbers:
            for place, entry in enumerate(self.customers.show(number).entries):
                if entry.kind in WRITTEN:
                    with store.open_message(number, entry.message_id) as file:
                        yield number, place, entry, file


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(disk.CHUNK):
        yield piece


def into_folder(folder: str) -> Put:
    """Puts files into this new folder. FileExistsError."""
    os.mkdir(folder, 0o700)
    return lambda name, content: disk.put(os.path.join(folder, name), content)
