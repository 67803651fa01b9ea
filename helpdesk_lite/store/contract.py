"""What every store of tickets promises; `tests/store/test_contract.py` holds each of them to it.

Guarantee: a ticket is in exactly one place; `move` succeeds only from the place the doer saw, so of any number of
racers one wins; what a method returned from is kept. Readers need no lock. A store knows nothing of mail but the
Message-IDs that an entry names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from helpdesk_lite.words.errors import UnknownNumber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from helpdesk_lite.words.ticket import Entry, Head, Inquiry, Place, Ticket

    Content = Callable[[], Iterable[bytes]]  # a message, in pieces, as often as it is asked for


class Store(Protocol):
    """A shelf of tickets."""

    def locked(self, *numbers: str) -> AbstractContextManager[None]:
        """Hold the tickets' locks while the block runs. Cut-short moves of these are finished or undone first.

        Whoever needs several takes them at once, which ends well however others do; nobody takes one within another.
        """

    def once(self, submission: str) -> AbstractContextManager[str]:
        """Hold the lock of one submission (a digest); the number of the ticket it made less than a day ago, or ""."""

    def add(self, inquiry: Inquiry, entry: Entry, message: Content, claim: Entry | None = None) -> None:
        """Keep a new ticket in the pending queue: its first entry is `message` (RFC 5322 bytes, any line ends).

        With a second entry, `claim`, it is its doer's from the beginning, and never was in the queue. FileExistsError
        if the number is taken. The caller holds its lock.
        """

    def move(self, number: str, source: Place, target: Place, entry: Entry, message: Content | None = None) -> None:
        """Move the ticket and write `entry` into it, as one step. TicketMoved if it is not at `source`; UnknownNumber.

        The caller holds its lock. `source` may equal `target`: then the entry is only added. `message` is the letter
        that the entry is about (RFC 5322 bytes, any line ends), to be opened again by the entry's Message-ID. The
        ticket's head tells the entry's standing from then on, if it has one.
        """

    def erase(self, number: str, entry: Entry) -> None:
        """Make the ticket anonymous, where it lies, as `store/anonymous` says; `entry` tells of it. UnknownNumber.

        The caller holds its lock.
        """

    def closed_until(self, until: float) -> Iterable[str]:
        """The tickets closed up to this moment (seconds UTC) that are not anonymous yet, and perhaps later ones."""

    def place(self, number: str) -> Place:
        """Where the ticket is. UnknownNumber."""

    def read(self, number: str) -> Ticket:
        """The whole ticket but its messages' bodies. UnknownNumber, TicketDamaged."""

    def open_message(self, number: str, message_id: str) -> BinaryIO:
        """The bytes of one entry's message, as they were given. UnknownNumber; KeyError if no entry has this id."""

    def messages(self, number: str, message_ids: Iterable[str]) -> Iterator[BinaryIO]:
        """`open_message` for one after the other, the ticket being looked through once; each is open till the next."""

    def pending(self, after: str = "", limit: int = 50) -> list[Head]:
        """The queue: up to `limit` tickets that come behind the number `after`.

        Critical ones first, then high, normal and low, at last those that are to be woken later; in each, oldest first.
        """

    def count_pending(self, most: int) -> int:
        """How many tickets nobody has claimed; counting ends at `most`."""

    def held_by(self, operator: str, after: str = "", limit: int | None = None) -> list[Head]:
        """The tickets this operator has, oldest first: up to `limit` (None: all) whose numbers follow `after`."""

    def heads(self, place: Place) -> list[Head]:
        """All tickets in the queue, or that somebody has, oldest first. The same list again while none has changed."""

    def parts(self, place: Place) -> list[list[Head]]:
        """The same in parts; each is the very same list while none of its tickets has changed, and so is the whole.

        So who counts them counts anew only the parts that have changed.
        """

    def holders(self) -> list[str]:
        """Who has tickets, or had some lately; by name."""

    def months(self) -> list[str]:
        """The months (`2026-11`) in which tickets that are closed now were closed, the newest first."""

    def closed_in(self, month: str, before: str = "", limit: int | None = None) -> Iterable[Head]:
        """The tickets that were closed in this month, the newest first: up to `limit`, with numbers below `before`."""

    def resolved(self, until: float) -> Iterable[str]:
        """The tickets that were resolved up to this moment (seconds UTC), and perhaps some that are so no more."""

    def put_away(self, how: str, before: str = "", limit: int = 50) -> list[Head]:
        """The tickets that are spam, or in the bin: up to `limit` that arrived before `before`, the newest first."""

    def numbers(self, state: str) -> Iterable[str]:
        """All numbers in this state (pending, claimed, closed), in order of arrival."""

    def version(self) -> str:
        """Changes whenever the pending queue changes; cheap to ask."""

    def tidy(self) -> None:
        """Forget what `once` knows of submissions that are more than a day old."""


def has_ticket(store: Store, number: str) -> bool:
    """Whether there is such a ticket. One that moves just now may be missed, but not by who holds its lock."""
    try:
        store.place(number)
    except UnknownNumber:
        return False
    return True
