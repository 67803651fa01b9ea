"""The store in memory: the contract in a few lines, for tests and for reading what a store must do.

Guarantee: `store/contract.py`, while the process lives.
"""

from __future__ import annotations

import io
import threading
from contextlib import ExitStack, contextmanager

from helpdesk_lite.words import times
from helpdesk_lite.words.errors import TicketMoved, UnknownNumber
from helpdesk_lite.words.standing import PRIORITIES, RESOLVED
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING, QUEUE, Place, Ticket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from helpdesk_lite.store.contract import Content
    from helpdesk_lite.words.ticket import Entry, Head, Inquiry


class MemoryStore:
    """Tickets in a dictionary. `clock` tells the seconds UTC."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tickets: dict[str, Ticket] = {}
        self._messages: dict[str, bytes] = {}
        self._submissions: dict[str, tuple[str, float]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._changes = 0

    @contextmanager
    def locked(self, *numbers: str) -> Iterator[None]:
        """See `Store.locked`."""
        with ExitStack() as locks:
            for number in sorted(set(numbers)):
                locks.enter_context(self._locks.setdefault(number, threading.Lock()))
            yield

    @contextmanager
    def once(self, submission: str) -> Iterator[str]:
        """See `Store.once`."""
        with self._locks.setdefault(submission, threading.Lock()):
            number, made_at = self._submissions.get(submission, ("", 0.0))
            known = self._tickets.get(number)
            is_same = known is not None and known.place.state != CLOSED and made_at > self._clock() - 86_400
            yield number if is_same else ""

    def add(self, inquiry: Inquiry, entry: Entry, message: Content, claim: Entry | None = None) -> None:
        """See `Store.add`."""
        number = inquiry.head.number
        if number in self._tickets:
            raise FileExistsError(number)
        self._messages[entry.message_id] = b"".join(message())
        place, entries = (Place(CLAIMED, claim.by), (entry, claim)) if claim else (QUEUE, (entry,))
        self._tickets[number] = Ticket(inquiry, place, entry.at, entries)
        if inquiry.head.submission:
            self._submissions[inquiry.head.submission] = (number, self._clock())
        self._changes += 1

    def move(self, number: str, source: Place, target: Place, entry: Entry, message: Content | None = None) -> None:
        """See `Store.move`."""
        ticket = self.read(number)
        if ticket.place != source:
            raise TicketMoved(ticket)
        since = ticket.since if source == target else entry.at
        self._messages[entry.message_id] = b"".join(message()) if message else entry.text.encode()
        inquiry = ticket.inquiry
        if entry.standing is not None:
            inquiry = inquiry._replace(head=inquiry.head._replace(standing=entry.standing))
        self._tickets[number] = Ticket(inquiry, target, since, (*ticket.entries, entry))
        self._changes += 1

    def erase(self, number: str, entry: Entry) -> None:
        """See `Store.erase`."""
        from helpdesk_lite.store import anonymous

        ticket = self.read(number)
        entries = tuple(anonymous.plain(one, number, entry) for one in ticket.entries)
        for one in entries:
            self._messages[one.message_id] = anonymous.MESSAGE
        self._tickets[number] = ticket._replace(
            inquiry=anonymous.plain_inquiry(ticket.inquiry.head), entries=(*entries, entry)
        )

    def closed_until(self, until: float) -> Iterator[str]:
        """See `Store.closed_until`."""
        found = self._heads(lambda one: one.place.state == CLOSED and one.since <= until)
        return iter([head.number for head in found if head.submission != "erased"])

    def place(self, number: str) -> Place:
        """See `Store.place`."""
        return self.read(number).place

    def read(self, number: str) -> Ticket:
        """See `Store.read`."""
        if number not in self._tickets:
            raise UnknownNumber(number)
        return self._tickets[number]

    def open_message(self, number: str, message_id: str) -> BinaryIO:
        """See `Store.open_message`."""
        if message_id not in (entry.message_id for entry in self.read(number).entries):
            raise KeyError(message_id)
        return io.BytesIO(self._messages[message_id])

    def messages(self, number: str, message_ids: Iterable[str]) -> Iterator[BinaryIO]:
        """See `Store.messages`."""
        return (self.open_message(number, message_id) for message_id in message_ids)

    def pending(self, after: str = "", limit: int = 50) -> list[Head]:
        """See `Store.pending`."""
        heads = sorted(self._heads(lambda ticket: ticket.place == QUEUE), key=self._order)
        first = self._order(self._tickets[after].inquiry.head) if after in self._tickets else (0, after)
        return [head for head in heads if not after or self._order(head) > first][:limit]

    def count_pending(self, most: int) -> int:
        """See `Store.count_pending`."""
        return min(most, len(list(self.numbers(PENDING))))

    def held_by(self, operator: str, after: str = "", limit: int | None = None) -> list[Head]:
        """See `Store.held_by`."""
        place = Place(CLAIMED, operator)
        return self._heads(lambda ticket: ticket.place == place and ticket.number > after)[:limit]

    def heads(self, place: Place) -> list[Head]:
        """See `Store.heads`."""
        return self._heads(lambda ticket: ticket.place == place)

    def parts(self, place: Place) -> list[list[Head]]:
        """See `Store.parts`."""
        return [self.heads(place)]

    def holders(self) -> list[str]:
        """See `Store.holders`."""
        places = {ticket.place for ticket in self._tickets.values()}
        return sorted(place.holder for place in places if place.state == CLAIMED)

    def months(self) -> list[str]:
        """See `Store.months`."""
        closed = (ticket for ticket in self._tickets.values() if ticket.place.state == CLOSED)
        return sorted({times.month(ticket.since) for ticket in closed}, reverse=True)

    def closed_in(self, month: str, before: str = "", limit: int | None = None) -> list[Head]:
        """See `Store.closed_in`."""
        heads = self._heads(lambda ticket: ticket.place.state == CLOSED and times.month(ticket.since) == month)
        return [head for head in reversed(heads) if not before or head.number < before][:limit]

    def resolved(self, until: float) -> Iterator[str]:
        """See `Store.resolved`."""
        heads = self._heads(lambda ticket: ticket.progress == RESOLVED and ticket.entries[-1].at <= until)
        return iter([head.number for head in heads])

    def put_away(self, how: str, before: str = "", limit: int = 50) -> list[Head]:
        """See `Store.put_away`."""
        heads = self._heads(lambda ticket: ticket.standing.away == how and (not before or ticket.number < before))
        return heads[::-1][:limit]

    def numbers(self, state: str) -> Iterator[str]:
        """See `Store.numbers`."""
        return iter([head.number for head in self._heads(lambda ticket: ticket.place.state == state)])

    def version(self) -> str:
        """See `Store.version`."""
        return str(self._changes)

    def tidy(self) -> None:
        """See `Store.tidy`."""
        oldest = self._clock() - 86_400
        self._submissions = {key: made for key, made in self._submissions.items() if made[1] >= oldest}

    def _order(self, head: Head) -> tuple[int, str]:
        is_asleep = head.standing.wakes_at > self._clock()
        return (len(PRIORITIES) if is_asleep else -PRIORITIES.index(head.standing.priority)), head.number

    def _heads(self, is_wanted: Callable[[Ticket], bool]) -> list[Head]:
        return [ticket.inquiry.head for _, ticket in sorted(self._tickets.items()) if is_wanted(ticket)]
