"""A customer is forgotten: their tickets become anonymous, and what else the desk keeps of them goes.

Guarantee: killed anywhere, it can be done again and ends, since a ticket loses its customer last; how many tickets and
letters there were, when and what operators did with them stays, so everything still adds up. It reaches nothing
outside data/, no backup, and no other customer's ticket, however often that names the address: those are told.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.mail import incoming
from helpdesk_lite.store.anonymous import ERASED
from helpdesk_lite.words.errors import DeskError
from helpdesk_lite.words.ticket import CLOSED, DESK, STATES, WRITTEN, address_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.mail.arrivals import Arrivals
    from helpdesk_lite.shelves.drafts import Drafts
    from helpdesk_lite.words.ticket import Ticket

DAY = 86_400
MOST_ERASED = 200  # tickets in one round


class Found(NamedTuple):
    """The tickets of a customer, and those of others that name the address."""

    own: tuple[str, ...]
    elsewhere: tuple[str, ...]


class Erasing(NamedTuple):
    """The verbs."""

    desk: Desk
    drafts: Drafts
    arrivals: Arrivals

    def find(self, address: str) -> Found:
        """Where the address is, among all tickets there are."""
        own, elsewhere = [], []
        for ticket in self._every():
            if ticket.inquiry.customer.email.lower() == address.lower():
                own.append(ticket.number)
            elif address.lower() in _addresses(ticket):
                elsewhere.append(ticket.number)
        return Found(tuple(own), tuple(elsewhere))

    def erase(self, address: str, by: str) -> Found:
        """Forget this customer; the tickets that are anonymous now, and those of others that name the address."""
        found = self.find(address)
        for number in found.own:
            self._erase(number, by)
        for outcome, arrival, _ in list(self.arrivals.laid_aside()):
            with self.arrivals.open(arrival) as file:
                senders = {one.address.lower() for one in incoming.read(file, arrival.envelope.sender).senders}
            if address.lower() in (*senders, (arrival.envelope.sender or "").lower()):
                self.arrivals.blank(arrival, outcome)
        if self.desk.whose is not None:
            self.desk.whose.forget(address)
        return found

    def erase_closed(self, most: int = MOST_ERASED) -> int:
        """Make tickets anonymous that were closed so long ago as the settings say, up to so many; how many were."""
        days = self.desk.settings.erase_after_days
        until = self.desk.clock() - days * DAY
        count = 0
        for number in self.desk.store.closed_until(until) if days else ():
            ticket = self._read(number)
            if ticket and ticket.place.state == CLOSED and ticket.since <= until and not is_erased(ticket):
                self._erase(number, DESK)
                count += 1
            if count == most:
                break
        return count

    def _erase(self, number: str, by: str) -> None:
        """What the desk keeps of the ticket elsewhere first, the ticket's own file last."""
        with self.desk.locked(number):
            self.drafts.forget(number)
            self.desk.outbox.forget(number)
            if not is_erased(self.desk.store.read(number)):
                self.desk.store.erase(number, self.desk.entry(number, ERASED, by, []))

    def _every(self) -> Iterator[Ticket]:
        for number in (number for state in STATES for number in list(self.desk.store.numbers(state))):
            if ticket := self._read(number):
                yield ticket

    def _read(self, number: str) -> Ticket | None:
        try:
            return self.desk.store.read(number)
        except DeskError:
            return None  # damaged, or just moving: `verify` tells of the one, the next round finds the other


def is_erased(ticket: Ticket) -> bool:
    """Whether nothing was written in the ticket since it became anonymous."""
    for entry in reversed(ticket.entries):
        if entry.kind == ERASED:
            return True
        if entry.kind in WRITTEN:
            return False
    return False


def mailboxes_of(folder: str, address: str) -> list[str]:
    """Where the embedded transport, which delivers into Maildirs below `folder`, has put this customer's letters."""
    from helpdesk_lite.mail.transport.maildir import folder_name

    wanted = folder_name(address).lower()
    return [os.path.join(folder, name) for name in disk.names(folder) if name.lower() == wanted]


def _addresses(ticket: Ticket) -> set[str]:
    """The addresses that a ticket names outside its letters' own bytes."""
    typed = (value for field in ticket.inquiry.fields for value in field.values if "@" in value)
    said = (one for entry in ticket.entries for one in (address_in(entry.sender), entry.by, *entry.people))
    return {one.strip().lower() for one in (*typed, *said) if "@" in one}
