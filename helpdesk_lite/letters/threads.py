"""Which ticket a letter that came in belongs to.

Guarantee: an address of ours decides if there is one, and one that does not count never threads; then the letters that
this one says it answers; then a number in the Subject, for those only who are known in that ticket. So two desks never
take each other's letters. It writes nothing and believes no From: who may do what is for intake to say.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from helpdesk_lite.words import reply_address, tracking
from helpdesk_lite.words.errors import UnknownNumber
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.letter import domain_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from helpdesk_lite.mail.arrivals import Arrivals, Envelope
    from helpdesk_lite.mail.incoming import Incoming
    from helpdesk_lite.store.contract import Store
    from helpdesk_lite.words.settings import Settings
    from helpdesk_lite.words.ticket import Ticket

_NUMBER = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")
_MOST_LOOKED_AT = 50  # of a letter's addresses and of the letters it refers to
_NAMED = ("threaded", "opened")  # outcomes that put a letter into a ticket


class Thread(NamedTuple):
    """Where a letter belongs: `number` ("" for a new ticket) and for what it was addressed ("" if by other signs).

    `wrong` says why an address of ours does not count: then the letter belongs nowhere.
    """

    number: str = ""
    purpose: str = ""
    wrong: str = ""


class Threads(NamedTuple):
    """Finds the ticket. `clock` tells the seconds UTC."""

    store: Store
    arrivals: Arrivals
    settings: Settings
    secret: bytes
    clock: Callable[[], float]

    def find(self, letter: Incoming, envelope: Envelope, operator: str) -> Thread:
        """The thread of this letter, which says that it comes from this operator ("" for others)."""
        by_address = self._by_address(_addresses(letter, envelope), operator)
        if by_address is not None:
            return by_address
        return Thread(self._by_references(letter) or self._by_subject(letter))

    def of_ours(self, message_id: str) -> str:
        """The ticket whose entries name the Message-ID, if it is one that this desk made; else ""."""
        name, _, domain = message_id.strip("<>").partition("@")
        number = name.partition(".")[0]
        if domain.lower() != domain_of(self.settings.address).lower() or not tracking.is_number(number):
            return ""
        ticket = self._ticket(number)
        return number if ticket and message_id in _ids(ticket) else ""

    def also(self, number: str) -> list[str]:
        """The ticket, and those that it was merged into one after the other."""
        found = [number]
        while (ticket := self._ticket(found[-1])) and ticket.merged_into and ticket.merged_into not in found:
            found.append(ticket.merged_into)
        return found

    def is_ours(self, address: str) -> bool:
        """Whether it is an address of this desk."""
        return reply_address.read(address, self.settings, self.secret, self.clock()) is not None

    def _by_address(self, addresses: Iterable[str], operator: str) -> Thread | None:
        wrong = None
        for address in addresses:
            tag = reply_address.read(address, self.settings, self.secret, self.clock(), operator)
            if tag is None or tag == reply_address.Tag(""):
                continue
            if not tag.wrong and tag.purpose == reply_address.PROBE:
                return Thread("", tag.purpose)
            if not tag.wrong and self._ticket(tag.number):
                return Thread(tag.number, tag.purpose)
            if tag.purpose == reply_address.OPERATOR and self._is_a_colleagues(address, tag.number):
                return Thread(tag.number, reply_address.TICKET)
            gone = Sentence("There is no ticket %(number)s any more.", number=tag.number)
            wrong = wrong or Thread("", tag.purpose, tag.wrong or gone)
        return wrong

    def _is_a_colleagues(self, address: str, number: str) -> bool:
        """Whether an operator who has or had the ticket was given this address.

        Where answers are copied, their customers find it in copy, and write to it with Reply All.
        """
        ticket = self._ticket(number)
        if ticket is None:
            return False
        given = reply_address.Tag(reply_address.OPERATOR, number)
        names = {ticket.place.holder, *(name for entry in ticket.entries for name in (entry.by, entry.text))}
        return any(
            reply_address.read(address, self.settings, self.secret, self.clock(), name) == given for name in names
        )

    def _by_references(self, letter: Incoming) -> str:
        for message_id in (*letter.in_reply_to, *reversed(letter.references))[:_MOST_LOOKED_AT]:
            if number := self.of_ours(message_id):
                return number
            for known in reversed(self.arrivals.known(message_id)):
                if known.outcome in _NAMED and self._ticket(known.number):
                    return known.number
        return ""

    def _by_subject(self, letter: Incoming) -> str:
        writers = {sender.address.lower() for sender in letter.senders}
        for found in _NUMBER.findall(letter.subject.upper()):
            ticket = self._ticket(tracking.read_number(found) or "")
            if ticket and writers.intersection(map(str.lower, ticket.known())):
                return ticket.number
        return ""

    def _ticket(self, number: str) -> Ticket | None:
        try:
            return self.store.read(number) if number else None
        except UnknownNumber:
            return None


def _addresses(letter: Incoming, envelope: Envelope) -> list[str]:
    """Where the letter went: by the envelope if the door knows it, then as servers noted, then as its writer meant."""
    written = [mailbox.address for mailbox in (*letter.to, *letter.cc)]
    return [*envelope.recipients, *letter.delivered_to, *written][:_MOST_LOOKED_AT]


def _ids(ticket: Ticket) -> set[str]:
    return {name for entry in ticket.entries for name in (entry.message_id, *entry.letters)}
