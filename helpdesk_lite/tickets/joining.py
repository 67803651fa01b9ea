"""Tickets that belong together: one is merged into another, two are linked, a letter becomes a ticket of its own.

Guarantee: no word moves from one ticket to another, so whatever is done can be undone; each of the two tickets says in
an entry what it has to do with the other. One of two steps decides; killed before it nothing has happened, and after it
all has, but for an entry that counts for nothing alone: doing it again writes what is missing, and so does `verify`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import NamedTuple

from helpdesk_lite.desk import Draft
from helpdesk_lite.letters.correspondence import FORM, LONGEST_TEXT, TITLE
from helpdesk_lite.mail import incoming
from helpdesk_lite.store.contract import has_ticket
from helpdesk_lite.words import signing, ties, tracking
from helpdesk_lite.words.errors import (
    CustomersDiffer,
    DeskError,
    HandlingRefused,
    MayBeKept,
    TicketMoved,
)
from helpdesk_lite.words.form import FieldValue
from helpdesk_lite.words.i18n import Sentence
from helpdesk_lite.words.rights import LINK, MERGE, SHOW, SPLIT
from helpdesk_lite.words.ticket import (
    CLAIMED,
    CLOSED,
    CUSTOMER,
    INQUIRY,
    LETTER,
    MERGED,
    QUEUE,
    STATES,
    TYPED,
    UNMERGED,
    Customer,
    Head,
    Inquiry,
    Place,
    address_in,
)
from helpdesk_lite.words.ties import JOINED, LINKED, PARTED, UNLINKED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.mail.incoming import Incoming
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.ticket import Entry, Ticket
    from helpdesk_lite.words.ties import Ties


class Missing(NamedTuple):
    """An entry of this kind is missing in the ticket `number`, for the other that it names."""

    number: str
    kind: str
    text: str


class Astray(NamedTuple):
    """What is wrong with what this ticket says of another, in a sentence."""

    number: str
    said: str


class Joining(NamedTuple):
    """The verbs."""

    desk: Desk

    def merge(self, number: str, into: str, operator: Operator, is_sure: bool = False) -> None:
        """Close the ticket as a part of another that is open, on whose page it is shown, and where letters to it go.

        CustomersDiffer unless they have the same customer, or the operator is sure; HandlingRefused for the ticket
        itself; TicketMoved, NotAllowed.
        """
        with self._both(number, into) as (ticket, other):
            self._demand(operator, MERGE, ticket, other)
            if ticket.merged_into != into:
                for one, is_usable in ((ticket, not ticket.merged_into), (other, other.place.state != CLOSED)):
                    if one.standing.away or not is_usable:
                        raise TicketMoved(one)
                if not is_sure and not ticket.has_customer_of(other):
                    raise CustomersDiffer(number, into)
            self._add(other, JOINED, number, operator.name, number not in ties.of(other).joined)
            if ticket.merged_into != into:
                goal = Place(CLOSED, ticket.place.holder)
                text = f"{into} {' '.join(ticket.place)}".strip()
                with _second(number):
                    self.desk.move(ticket, goal, MERGED, operator.name, text=text)

    def unmerge(self, number: str, operator: Operator) -> None:
        """Take the ticket out of the one it was merged into: it is again where it lay. TicketMoved, NotAllowed."""
        store = self.desk.store
        ticket = store.read(number)
        if not (into := ticket.merged_into):
            raise TicketMoved(ticket)
        others = [into] if has_ticket(store, into) else []  # a ticket that is gone keeps none of its parts
        with self.desk.locked(number, *others):
            ticket = store.read(number)
            if ticket.merged_into != into:
                raise TicketMoved(ticket)
            self._demand(operator, MERGE, self.desk.with_holder(ticket))
            goal = self.desk.permission().back_at(_before(ticket), ticket, self.desk.clock(), operator.name)
            self.desk.move(ticket, goal, UNMERGED, operator.name, text=into)
            for other in map(store.read, others):
                with _second(number):
                    self._add(other, PARTED, number, operator.name, number in ties.of(other).joined)

    def link(self, number: str, other: str, operator: Operator) -> None:
        """Say in both tickets that they belong together. HandlingRefused for the ticket itself; NotAllowed."""
        with self._both(number, other) as pair:
            self._demand(operator, LINK, pair[0])
            self._demand(operator, SHOW, pair[1])
            self._add(pair[0], LINKED, other, operator.name, other not in ties.of(pair[0]).linked)
            with _second(other):
                self._add(pair[1], LINKED, number, operator.name, number not in ties.of(pair[1]).linked)

    def unlink(self, number: str, other: str, operator: Operator) -> None:
        """Take that back in both. NotAllowed."""
        with self._both(number, other) as pair:
            self._demand(operator, LINK, pair[0])
            self._add(pair[0], UNLINKED, other, operator.name, other in ties.of(pair[0]).linked)
            with _second(other):
                self._add(pair[1], UNLINKED, number, operator.name, number in ties.of(pair[1]).linked)

    def split(self, number: str, place: int, operator: Operator) -> str:
        """Make a pending ticket of a letter in this one, which stays here too; its number, the same if it was done.

        HandlingRefused if the entry at this place is no letter; NotAllowed.
        """
        entry = self._letter(number, place, operator)
        digest = signing.digest_of(("split", number, entry.message_id))
        with self.desk.store.once(digest) as made:
            ticket = self.desk.store.read(number)
            done = [one for one, where in ties.of(ticket).split_off if where == str(place)]
            if done:
                return done[0]
            made = made or self._opened(ticket, entry, digest)
            with _second(number), self.desk.locked(number):
                ticket = self.desk.store.read(number)
                is_new = made not in dict(ties.of(ticket).split_off)
                self._add(ticket, ties.SPLIT, f"{made} {place}", operator.name, is_new)
            return made

    def astray(self) -> Iterator[Astray]:
        """What tickets say of others that there are not, or that leads in a circle: a hand has been there."""
        store = self.desk.store
        for number, its in self._every():
            named = {its.merged_into: MERGED, its.split_from: ties.ORIGIN}
            named |= dict.fromkeys(its.joined, JOINED) | dict.fromkeys(its.linked, LINKED)
            named |= dict.fromkeys(dict(its.split_off), ties.SPLIT)
            for other, kind in named.items():
                if other and not has_ticket(store, other):
                    yield Astray(number, f"it names {other} ({kind}), and there is no such ticket")
            if its.merged_into:
                whole = ties.whole(store.read(number), store.read)
                if whole.merged_into and has_ticket(store, whole.merged_into):
                    yield Astray(number, f"it was merged into {its.merged_into}, and that, in the end, into itself")

    def missing(self) -> Iterator[Missing]:
        """What one ticket says of another that does not say so itself, wherever a step was cut short."""
        found = dict(self._every())
        for number, its in found.items():
            for one in its.joined:
                if one in found and found[one].merged_into != number:
                    yield Missing(number, PARTED, one)
            if its.merged_into in found.keys() - {number} and number not in found[its.merged_into].joined:
                yield Missing(its.merged_into, JOINED, number)
            for one in its.linked:
                if one in found and number not in found[one].linked:
                    yield Missing(one, LINKED, number)
            if its.split_from in found and number not in dict(found[its.split_from].split_off):
                yield Missing(its.split_from, ties.SPLIT, self._split_off(number, its.split_from))

    def _split_off(self, number: str, origin: str) -> str:
        """What its origin says of a ticket that was split off: the number, and the place where its letter stands."""
        letter = self.desk.store.read(number).entries[0].message_id
        entries = self.desk.store.read(origin).entries
        return " ".join([number, *(str(place) for place, one in enumerate(entries) if one.message_id == letter)])

    def add_missing(self, missing: Missing, by: str) -> None:
        """Write the entry, if it is missing still."""
        if missing in set(self.missing()):
            with self.desk.locked(missing.number):
                self._add(self.desk.store.read(missing.number), missing.kind, missing.text, by, True)

    def _every(self) -> Iterator[tuple[str, Ties]]:
        """The number and ties of each ticket that can be read."""
        store = self.desk.store
        for number in (number for state in STATES for number in store.numbers(state)):
            try:
                yield number, ties.of(store.read(number))
            except DeskError:
                continue  # it moves just now, or is damaged, of which `verify` tells

    @contextmanager
    def _both(self, number: str, other: str) -> Iterator[tuple[Ticket, Ticket]]:
        """Both tickets, under both locks, while the block runs. UnknownNumber; HandlingRefused if they are one."""
        if number == other:
            raise HandlingRefused(Sentence("A ticket cannot be joined with itself: give the number of another one."))
        for one in (number, other):
            self.desk.store.place(one)  # nobody waits for the lock of a ticket that there is not
        with self.desk.locked(number, other):
            yield self.desk.store.read(number), self.desk.store.read(other)

    def _demand(self, operator: Operator, verb: str, *tickets: Ticket) -> None:
        for ticket in tickets:
            self.desk.demand(operator, verb, ticket)

    def _add(self, ticket: Ticket, kind: str, text: str, by: str, is_new: bool) -> None:
        if is_new:
            self.desk.move(ticket, ticket.place, kind, by, text=text)

    def _letter(self, number: str, place: int, operator: Operator) -> Entry:
        """The letter at this place, if there is one and the operator may split the ticket."""
        ticket = self.desk.store.read(number)
        self._demand(operator, SPLIT, ticket)
        if not 0 < place < len(ticket.entries) or ticket.entries[place].kind != LETTER:
            raise HandlingRefused(Sentence("Only a letter from the customer's side can become a ticket of its own."))
        return ticket.entries[place]

    def _opened(self, ticket: Ticket, entry: Entry, digest: str) -> str:
        """Make the letter's own ticket. Its customer is who wrote it; nobody acknowledges what was received before."""
        with self.desk.store.open_message(ticket.number, entry.message_id) as file:
            letter = incoming.read(file)

        def content() -> Iterator[bytes]:
            with self.desk.store.open_message(ticket.number, entry.message_id) as file:
                while piece := file.read(1 << 16):
                    yield piece

        def drafted(number: str) -> Draft:
            inquiry = _inquiry(number, int(self.desk.clock()), ticket, entry, letter, digest)
            inquiry, note, duty = self.desk.reception.received(inquiry)
            letters = self.desk.announcements(inquiry, (), False, note)
            first = self.desk.entry(number, INQUIRY, CUSTOMER, letters)
            first = first._replace(sender=entry.sender, people=entry.people, digest=TYPED + digest)
            return Draft(inquiry, first._replace(message_id=entry.message_id), letters, content, duty)

        return self.desk.keep(drafted)


def _before(ticket: Ticket) -> Place:
    """Where it lay before it was merged."""
    told = next(entry.text for entry in reversed(ticket.entries) if entry.kind == MERGED)
    _, state, holder, *_ = (*told.split(), "", "")
    return Place(state, holder) if state in (CLAIMED, CLOSED) else QUEUE


@contextmanager
def _second(number: str) -> Iterator[None]:
    """The second of two steps: if it fails, nobody can say that nothing was kept. MayBeKept."""
    try:
        yield
    except OSError as wrong:
        raise MayBeKept(number) from wrong


def _inquiry(number: str, at: int, ticket: Ticket, entry: Entry, letter: Incoming, digest: str) -> Inquiry:
    customer = ticket.inquiry.customer
    if entry.by != CUSTOMER:
        customer = Customer(entry.sender.rpartition("<")[0].strip(), address_in(entry.sender))
    of_old = ticket.inquiry.head
    head = Head(
        number=number,
        received_at=at,
        form=FORM,
        title=TITLE,
        subject=(_unnumbered(letter.subject) or of_old.subject)[:300],
        attachments=len(letter.attachments),
        category=ticket.category,
        language=of_old.language,
        submission=digest,
        answers=of_old.answers,
    )
    fields = (
        FieldValue("message", "Message", (letter.text[:LONGEST_TEXT],)),
        FieldValue(ties.ORIGIN, "Split off ticket", (ticket.number,)),
    )
    return Inquiry(head, customer, fields, "message")


def _unnumbered(subject: str) -> str:
    """The subject without tracking numbers, by which answers would find their way into another ticket."""
    words = subject.replace("[", " [").replace("]", "] ").split()
    return " ".join(word for word in words if not (word[-1] == "]" and tracking.is_number(word[1:-1])))
