"""Who is in copy of a ticket's answers, by hand: an address is put in, or taken out.

Guarantee: each is one entry with who did it. Whoever was taken out stays out, though the customer's letters name them,
until an operator has them in copy again. Nobody is mailed for it.
"""

from __future__ import annotations

from typing import NamedTuple

from helpdesk_lite.words import reply_address
from helpdesk_lite.words.errors import HandlingRefused
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.letter import is_address
from helpdesk_lite.words.mistakes import no_address
from helpdesk_lite.words.rights import HANDLE
from helpdesk_lite.words.ticket import CLAIMED, EXCLUDED, INCLUDED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.desk import Desk
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.ticket import Ticket

MOST = 20  # people, beside the customer


class Copies(NamedTuple):
    """The verbs."""

    desk: Desk

    def include(self, number: str, operator: Operator, address: str) -> None:
        """Have the address in copy of each answer from now on; nothing happens if it is. TicketMoved, NotAllowed.

        HandlingRefused for what is no address, or the desk's own, and where enough people are in copy.
        """
        address = address.strip()
        if not is_address(address):
            raise HandlingRefused(no_address(address))
        desk = self.desk
        if reply_address.read(address, desk.settings, desk.secret, desk.clock()) is not None:
            text = N_("%(address)s is the desk's own address: its answers would come back to it.")
            raise HandlingRefused(Sentence(text, address=address))
        with desk.locked(number):
            ticket = desk.held(number, CLAIMED, operator, HANDLE)
            if _is_among(address, ticket):
                return
            if len(ticket.known()) > MOST:
                raise HandlingRefused(Sentence("There are %(num)s people in copy already.", num=MOST))
            self._note(ticket, INCLUDED, operator, address)

    def exclude(self, number: str, operator: Operator, address: str) -> None:
        """Have the address in copy no more; nothing happens if it is not. TicketMoved, NotAllowed.

        HandlingRefused for the customer's own.
        """
        address = address.strip()
        with self.desk.locked(number):
            ticket = self.desk.held(number, CLAIMED, operator, HANDLE)
            if address.lower() == ticket.inquiry.customer.email.lower():
                raise HandlingRefused(Sentence("Answers go to the customer; they cannot be taken out."))
            if _is_among(address, ticket):
                self._note(ticket, EXCLUDED, operator, address)

    def _note(self, ticket: Ticket, kind: str, operator: Operator, address: str) -> None:
        entry = self.desk.entry(ticket.number, kind, operator.name, [])._replace(people=(address,))
        self.desk.commit(ticket.number, ticket.place, ticket.place, entry, [])


def _is_among(address: str, ticket: Ticket) -> bool:
    return address.lower() in map(str.lower, ticket.known())
