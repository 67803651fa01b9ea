"""What customers do on their own page of a ticket: see how it stands, write, close it, have it opened again.

Guarantee: whoever has the key is the customer, and sees nothing that operators wrote for each other; each step is an
entry with the letters it causes. Who has the key is judged elsewhere (desk.is_key), and so is who may write how often.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite.words import ties
from helpdesk_lite.words.errors import DeskError
from helpdesk_lite.words.letter import RETURNED
from helpdesk_lite.words.ticket import ANSWER, CLAIMED, CLOSED, CUSTOMER, INQUIRY, LETTER, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from helpdesk_lite.letters.correspondence import Correspondence, Post
    from helpdesk_lite.words.ticket import Ticket

_THEIRS = (INQUIRY, LETTER, ANSWER, "claimed", "released", "closed", "reopened")  # kinds of entries they may see


class Customers(NamedTuple):
    """The verbs of customers."""

    correspondence: Correspondence

    def show(self, number: str) -> Ticket:
        """The ticket as its customer may see it: without notes, programs' letters, and what strangers wrote."""
        ticket = self.correspondence.desk.store.read(number)
        told = (one for one in ticket.entries if one.kind in _THEIRS and (one.kind != LETTER or one.by == CUSTOMER))
        return ticket._replace(entries=tuple(one._replace(text="") for one in told))  # a solution is for operators

    def goes_on_in(self, ticket: Ticket) -> str | None:
        """The number of the ticket that this one was merged into, "" if that is not theirs; None if it was not."""
        whole = self._whole(ticket)
        if whole.number == ticket.number:
            return "" if whole.merged_into else None
        return whole.number if whole.has_customer_of(ticket) else ""

    def may_reopen(self, ticket: Ticket) -> bool:
        """Whether they can have the ticket opened again: not for ever, not one that was merged or put away."""
        whole = self._whole(ticket)
        goal = self.correspondence.woken(whole)
        is_closed = whole.number == ticket.number and whole.place.state == CLOSED
        return is_closed and goal is not None and goal.state != CLOSED

    def may_write(self, ticket: Ticket) -> bool:
        """Whether the ticket is open, or was closed so lately that it can be opened again."""
        return self.correspondence.woken(self._whole(ticket)) is not None

    def write(self, number: str, post: Post) -> str:
        """Add what the customer typed; the ticket to show them now. Whoever holds it gets it, a closed one is opened.

        Of one that was merged into another customer's they are shown their own.
        """
        store = self.correspondence.desk.store
        went_to = self.correspondence.write(number, post, CUSTOMER)
        with suppress(OSError, DeskError):  # the letter is kept, whether or not that can be looked up just now
            ticket = store.read(number)
            if not ticket.merged_into or ticket.has_customer_of(store.read(went_to)):
                return went_to
        return number

    def close(self, number: str) -> None:
        """Lay the ticket aside as done, whoever has it; they are told. A closed one stays so."""
        desk = self.correspondence.desk
        with desk.locked(number):
            ticket = desk.store.read(number)
            if ticket.place.state != CLOSED:
                said = self.correspondence.said_to(ticket.place.holder)
                words = said.gettext("The customer has closed ticket %(number)s.")
                self._move(ticket, Place(CLOSED, ticket.place.holder), "closed", words)

    def reopen(self, number: str) -> None:
        """Open a closed ticket again, for who had it; they are told. Nothing happens unless it may be reopened."""
        desk = self.correspondence.desk
        with desk.locked(number):
            ticket = desk.store.read(number)
            goal = self.correspondence.woken(ticket)
            if goal is not None and self.may_reopen(ticket):
                said = self.correspondence.said_to(goal.holder)
                self._move(ticket, goal, "reopened", said.gettext("The customer has reopened ticket %(number)s."))

    def _whole(self, ticket: Ticket) -> Ticket:
        """The ticket with which this one goes on, all of it: itself unless it was merged."""
        if ticket.place.state != CLOSED:
            return ticket
        store = self.correspondence.desk.store
        return ties.whole(store.read(ticket.number), store.read)

    def _move(self, ticket: Ticket, goal: Place, kind: str, words: str) -> None:
        desk = self.correspondence.desk
        holder = goal.holder if CLAIMED in (goal.state, ticket.place.state) else ""
        letters = desk.missed(ticket, goal)
        if holder in self.correspondence.operators.names():
            told = desk.letter(RETURNED, ticket.inquiry, operator=holder)
            letters.append(told._replace(note=words % {"number": ticket.number}))
        entry = desk.entry(ticket.number, kind, CUSTOMER, letters)
        entry = ticket.changed(entry, ticket.standing.awake())
        desk.commit(ticket.number, ticket.place, goal, entry, letters)
