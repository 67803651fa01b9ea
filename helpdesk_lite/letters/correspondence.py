"""The desk by mail: a letter becomes a ticket or an entry, an operator's answer claims, and goes out if it may.

Guarantee: the desk's own (one winner, nothing lost, each entry with the letters it causes); the same letter is one
entry however often it comes; nobody is answered whom the ticket does not know. It finds no tickets (threads), judges no
senders (intake) and writes no letters (mail/written).
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite.desk import Draft
from helpdesk_lite.words import i18n, ties, times
from helpdesk_lite.words.errors import AlreadyClaimed, NotAllowed, TicketChanged, TicketMoved
from helpdesk_lite.words.form import FieldValue
from helpdesk_lite.words.letter import ANSWER, RETURNED, TOLD, Letter, is_address
from helpdesk_lite.words.rights import CLAIM, REPLY
from helpdesk_lite.words.rights import NOTE as NOTES
from helpdesk_lite.words.standing import WAITING
from helpdesk_lite.words.ticket import ANSWER as ANSWERED
from helpdesk_lite.words.ticket import (
    AUTOMATIC,
    BOUNCE,
    CLAIMED,
    CLOSED,
    COMMAND,
    CUSTOMER,
    DESK,
    INQUIRY,
    LETTER,
    NOTE,
    QUEUE,
    WRITTEN,
    Customer,
    Head,
    Inquiry,
    Place,
    address_in,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.mail.incoming import Incoming
    from helpdesk_lite.shelves.limits import Limits
    from helpdesk_lite.shelves.operators import Operator, Operators
    from helpdesk_lite.store.contract import Content
    from helpdesk_lite.words.i18n import Translation
    from helpdesk_lite.words.ticket import Entry, Ticket

FORM, TITLE = "mail", "Mail"  # what stands for the form in a ticket that began with a letter
LONGEST_TEXT = 100_000  # characters of it among the ticket's fields; the letter itself is whole
MOST_PEOPLE = 20  # that are remembered from To and Cc
MOST_TOLD = 30  # sentences of ours to one operator in an hour
QUIET = 600  # seconds after an acknowledgement in which the same address gets none: a responder that lies ends there
DAY = 86_400


class Post(NamedTuple):
    """A letter at hand: as it was read, its bytes, who sent it ("Jane <jane@example.com>") and who else has it."""

    letter: Incoming
    content: Content
    sender: str
    people: tuple[str, ...] = ()


class Correspondence(NamedTuple):
    """The verbs of mail."""

    desk: Desk
    operators: Operators
    limits: Limits

    def open(self, post: Post, acknowledge: bool, linked: str = "") -> str:
        """Make a ticket of the letter; its number. `linked` is a closed ticket that the letter belongs to."""
        with self.desk.store.once(post.letter.digest) as number:
            if number:
                self.desk.mend(number)
                return number
            customer = _customer(post.letter)
            may_acknowledge = acknowledge and self.desk.settings.acknowledge and self._may_greet(customer.email)

            def drafted(number: str) -> Draft:
                inquiry, note, duty = self.desk.reception.received(self._inquiry(number, customer, post, linked))
                letters = self.desk.announcements(inquiry, (), may_acknowledge, note)
                entry = self._entry(number, INQUIRY, CUSTOMER, post, letters)
                return Draft(inquiry, entry, letters, post.content, duty)

            return self.desk.keep(drafted)

    def write(self, number: str, post: Post, by: str) -> str:
        """Add a letter from the customer's side; the ticket it went to: a new one if this one was closed long ago, the
        other one if it was merged (and a new one if that leads nowhere).

        Whoever holds the ticket gets the letter at once, as they got the first. It waits no more, nor is it resolved.
        """
        with self.desk.locked(number):
            ticket = self.desk.store.read(number)
            if _has(ticket, post):
                return number
            goal = self.woken(ticket)
            into = ticket.merged_into
            if goal is not None and not into:
                missed = self.desk.missed(ticket, goal)
                own = [self.desk.forward(ticket, goal.holder)] if goal.state == CLAIMED else []
                entry = self._entry(number, LETTER, by, post, [*missed, *own], ticket)
                letters = [*missed, *(one._replace(entry=entry.message_id) for one in own)]
                entry = ticket.changed(entry, ticket.standing.awake())
                self.desk.commit(number, ticket.place, goal, entry, letters, post.content)
                return number
        whole = ties.whole(ticket, self.desk.store.read)
        if into and not whole.merged_into:
            return self.write(whole.number, post, self._writer_in(whole, ticket, post, by))
        return self.open(post, not post.letter.auto, number)

    def record(self, number: str, post: Post, kind: str = AUTOMATIC, by: str = "", text: str = "") -> None:
        """Add a letter about which nobody is told: a program's, or one that reached everybody without the desk."""
        with self.desk.locked(number):
            ticket = self.desk.store.read(number)
            if not _has(ticket, post):
                entry = self._entry(number, kind, by, post, [], ticket)._replace(text=text)
                self.desk.commit(number, ticket.place, ticket.place, entry, [], post.content)

    def note_bounce(self, number: str, post: Post, kind: str) -> None:
        """Add the report that a letter of ours (of this kind) did not arrive; its holder hears of an answer's fate."""
        failed = "; ".join(f"{one.address}: {one.reason}".removesuffix(": ") for one in post.letter.failures)
        text = f"Could not be delivered to {failed}"
        self.record(number, post, BOUNCE, text=text)
        ticket = self.desk.store.read(number)
        holder = self.operators.sound(ticket.place.holder) if kind == ANSWER and ticket.place.state == CLAIMED else None
        if holder:
            said = self._said(holder).gettext("Your answer in ticket %(number)s could not be delivered: %(failed)s")
            self._tell(holder, ticket, said % {"number": number, "failed": failed})

    def command(self, number: str, operator: Operator, post: Post, word: str) -> None:
        """Claim, release or close, as the operator's letter asks; once, however often it comes. It is an entry, too."""
        if not _has(self.desk.store.read(number), post):
            {"claim": self.claim, "release": self.release, "close": self.close}[word](number, operator)
            self.record(number, post, COMMAND, operator.name, word)

    def claim(self, number: str, operator: Operator) -> None:
        """Claim by mail; who is too late hears who has it."""
        try:
            self.desk.claim(number, operator)
        except AlreadyClaimed as lost:
            ticket = self.desk.store.read(number)
            self._tell(operator, ticket, self._lost(operator, lost))
        except NotAllowed as wrong:
            self._tell(operator, self.desk.store.read(number), wrong.words)

    def answer(self, number: str, operator: Operator, post: Post) -> bool:
        """Send the operator's letter to the customer, claiming the ticket if nobody has it; whether it went.

        If somebody else has it, or it is closed by them, nothing goes to the customer: the text comes back to its
        writer, with who has it and since when. NotAllowed if they may neither claim it nor answer: they are told, too.
        """
        with self.desk.locked(number):
            ticket = self.desk.store.read(number)
            if _has(ticket, post):
                return True
        self._demand(operator, ticket)
        if ticket.place == QUEUE:
            with suppress(AlreadyClaimed):  # in this moment; what follows sees by whom
                self.desk.claim(number, operator)
        with self.desk.locked(number):
            ticket = self.desk.store.read(number)
            if _has(ticket, post):
                return True
            if ticket.place.holder != operator.name:
                self._return(ticket, operator, post)
                return False
            self._send(ticket, operator, post)
            return True

    def reply(self, number: str, operator: Operator, post: Post, seen: int, waits: bool = False) -> None:
        """Send what the operator typed to the customer. TicketMoved unless the ticket is theirs; NotAllowed.

        `waits`: the customer is to answer next. TicketChanged if somebody else wrote in it since the operator saw its
        first `seen` entries.
        """
        with self.desk.locked(number):
            ticket = self.desk.store.read(number)
            if _has(ticket, post):
                return
            self.desk.demand(operator, REPLY, what=number)
            if ticket.place != Place(CLAIMED, operator.name):
                raise TicketMoved(ticket)
            if any(entry.kind in WRITTEN and entry.by != operator.name for entry in ticket.entries[seen:]):
                raise TicketChanged(number, seen)
            self._send(ticket, operator, post, waits)

    def note(self, number: str, operator: Operator, post: Post, told: tuple[Operator, ...] = ()) -> None:
        """Add a note for operators only; those who are `told` get it by mail. NotAllowed."""
        with self.desk.locked(number):
            ticket = self.desk.store.read(number)
            self.desk.demand(operator, NOTES, ticket)
            if not _has(ticket, post):
                letters = [self._named(ticket, one, operator) for one in told]
                entry = self._entry(number, NOTE, operator.name, post, letters, ticket)
                entry = entry._replace(text=" ".join(one.name for one in told))
                letters = [one._replace(entry=entry.message_id) for one in letters]
                self.desk.commit(number, ticket.place, ticket.place, entry, letters, post.content)

    def release(self, number: str, operator: Operator) -> None:
        """Release by mail; the operator hears that it is so, or why not."""
        self._do(self.desk.release, number, operator)

    def close(self, number: str, operator: Operator) -> None:
        """Close by mail; the operator hears that it is so, or why not."""
        self._do(self.desk.close, number, operator)

    def woken(self, ticket: Ticket) -> Place | None:
        """Where a ticket goes when its customer writes; None if it was closed too long ago.

        One that was put away, or merged into another, stays where it is.
        """
        place = ticket.place
        if place.state != CLOSED or ticket.standing.away or ticket.merged_into:
            return place
        if self.desk.clock() - ticket.since > self.desk.settings.reopen_days * DAY:
            return None
        return self.desk.permission().back_to(ticket, self.desk.clock())

    def said_to(self, holder: str) -> Translation:
        """The language of who has a ticket; the desk's own if that is nobody."""
        operator = self.operators.sound(holder)
        return self._said(operator) if operator else i18n.translation(self.desk.settings.language)

    def _demand(self, operator: Operator, ticket: Ticket) -> None:
        """NotAllowed, of which they hear by mail, if this operator can answer no such ticket."""
        try:
            if ticket.place == QUEUE:
                self.desk.demand(operator, CLAIM, ticket)
            self.desk.demand(operator, REPLY, what=ticket.number)
        except NotAllowed as wrong:
            self._tell(operator, ticket, wrong.words)
            raise

    def _writer_in(self, whole: Ticket, ticket: Ticket, post: Post, by: str) -> str:
        """Who that is, in the ticket that this one was merged into: its customer only if it has the same."""
        if by != CUSTOMER or ticket.has_customer_of(whole):
            return by
        return address_in(post.sender) or post.sender

    def _do(self, verb: Callable[[str, Operator], None], number: str, operator: Operator) -> None:
        said = self._said(operator)
        try:
            verb(number, operator)
            done = {
                "release": said.gettext("Ticket %(number)s is back in the queue."),
                "close": said.gettext("Ticket %(number)s is closed."),
            }
            told = done[verb.__name__] % {"number": number}
        except TicketMoved as moved:
            told = self._lost(operator, moved)
        except NotAllowed as wrong:
            told = wrong.words
        self._tell(operator, self.desk.store.read(number), told)

    def _send(self, ticket: Ticket, operator: Operator, post: Post, waits: bool = False) -> None:
        """Commit the operator's letter with the answer that it becomes, for those whom it has not reached already."""
        reached = {address.lower() for address in post.people}
        left = tuple(one for one in ticket.known() if is_address(one) and one.lower() not in reached)
        letters = [self.desk.letter(ANSWER, ticket.inquiry, recipients=left, operator=operator.name)] if left else []
        entry = self._entry(ticket.number, ANSWERED, operator.name, post, letters, ticket)
        entry = ticket.changed(entry, ticket.standing._replace(progress=WAITING)) if waits else entry
        letters = [one._replace(entry=entry.message_id) for one in letters]
        self.desk.commit(ticket.number, ticket.place, ticket.place, entry, letters, post.content)

    def _named(self, ticket: Ticket, told: Operator, by: Operator) -> Letter:
        """The letter to an operator whom a note names."""
        said = self._said(told).gettext("%(who)s named you in a note in ticket %(number)s:")
        note = said % {"who": by.name, "number": ticket.number}
        return self.desk.letter(TOLD, ticket.inquiry, operator=told.name)._replace(note=note)

    def _return(self, ticket: Ticket, operator: Operator, post: Post) -> None:
        """Keep what the operator wrote as a note, and send it back to them with the reason."""
        lost = TicketMoved(ticket)
        back = self.desk.letter(RETURNED, ticket.inquiry, operator=operator.name)
        letters = [back._replace(note=self._lost(operator, lost))] if self._may_tell(operator.email) else []
        entry = self._entry(ticket.number, NOTE, operator.name, post, letters, ticket)
        letters = [one._replace(entry=entry.message_id) for one in letters]
        self.desk.commit(ticket.number, ticket.place, ticket.place, entry, letters, post.content)

    def _tell(self, operator: Operator, ticket: Ticket, note: str) -> None:
        """Mail the operator a sentence. No entry names that letter: lost in a crash, its cause makes it again."""
        if self._may_tell(operator.email):
            told = i18n.told(note, self._said(operator))
            letter = self.desk.letter(RETURNED, ticket.inquiry, operator=operator.name)._replace(note=told)
            with self.desk.locked(ticket.number):
                self.desk.outbox.stage([letter])
                self.desk.outbox.publish([letter])

    def _may_tell(self, address: str) -> bool:
        """Whether the address may get one more automatic letter in this hour; counts it."""
        if self.limits.lately("told", address.lower())[0] >= MOST_TOLD:
            return False
        self.limits.note("told", address.lower())
        return True

    def _may_greet(self, address: str) -> bool:
        """Whether the address may get an acknowledgement now, whatever its letters say of themselves; counts it."""
        _, _, last = self.limits.lately("greeted", address.lower())
        if self.desk.clock() - last < QUIET:
            return False
        self.limits.note("greeted", address.lower())
        return True

    def _lost(self, operator: Operator, lost: TicketMoved) -> str:
        said = self._said(operator)
        values = {"number": lost.number, "who": lost.closed_by or lost.holder, "since": times.moment(lost.since)}
        if lost.state == CLOSED and lost.closed_by == CUSTOMER:
            return said.gettext("The customer closed ticket %(number)s, %(since)s.") % values
        if lost.state == CLOSED and lost.closed_by in ("", DESK):
            return said.gettext("Ticket %(number)s has been closed since %(since)s.") % values
        if lost.state == CLOSED:
            return said.gettext("Ticket %(number)s was closed by %(who)s, %(since)s.") % values
        if lost.holder == operator.name:
            return said.gettext("You have ticket %(number)s already, since %(since)s.") % values
        if not lost.holder:
            return said.gettext("Nobody has ticket %(number)s: claim it first.") % values
        return said.gettext("%(who)s has ticket %(number)s, since %(since)s. Nothing went to the customer.") % values

    def _said(self, operator: Operator) -> Translation:
        return i18n.translation(operator.language or self.desk.settings.language)

    def _inquiry(self, number: str, customer: Customer, post: Post, linked: str) -> Inquiry:
        letter = post.letter
        head = Head(
            number=number,
            received_at=int(self.desk.clock()),
            form=FORM,
            title=TITLE,
            subject=(letter.subject or "(no subject)")[:300],
            attachments=len(letter.attachments),
            language=self.desk.settings.language,
            submission=letter.digest,
        )
        fields = [FieldValue("message", "Message", (letter.text[:LONGEST_TEXT],))]
        if linked:
            fields.append(FieldValue("follows", "Follows ticket", (linked,)))
        return Inquiry(head, customer, tuple(fields), "message")

    def _entry(
        self, number: str, kind: str, by: str, post: Post, letters: list[Letter], ticket: Ticket | None = None
    ) -> Entry:
        """An entry that brings the letter: under its own Message-ID, if it has one that is new to the ticket."""
        entry = self.desk.entry(number, kind, by, letters)
        own = post.letter.message_id
        taken = {name for one in (ticket.entries if ticket else ()) for name in (one.message_id, *one.letters)}
        message_id = own if own and own not in taken else entry.message_id
        return entry._replace(message_id=message_id, sender=post.sender, people=post.people, digest=post.letter.digest)


def _customer(letter: Incoming) -> Customer:
    """Who wrote, and where they want the answer."""
    name, address = (letter.senders or (("", ""),))[0]
    return Customer(name, letter.reply_to[0].address if letter.reply_to else address)


def _has(ticket: Ticket, post: Post) -> bool:
    """Whether the letter is in the ticket already."""
    return any(entry.digest == post.letter.digest for entry in ticket.entries)
