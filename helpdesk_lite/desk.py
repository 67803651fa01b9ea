"""The desk: a customer's inquiry becomes a ticket, one operator claims it, and the customer's message goes to them.

Guarantee: the three promises. At most one operator holds a ticket; what `submit` and the verbs return from is on disk
with the letters it causes; nobody who has not claimed a ticket learns who asked. It sends nothing itself (courier)
and knows neither pages nor files.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import NamedTuple

from helpdesk_lite.reception import Reception
from helpdesk_lite.tickets import sameness
from helpdesk_lite.words import letter, signing, tracking
from helpdesk_lite.words.errors import AlreadyClaimed, DeskError, HandlingRefused, TicketMoved, UnknownNumber
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.letter import ACKNOWLEDGEMENT, FORWARD, NOTICE, RESOLVED, Letter
from helpdesk_lite.words.ticket import (
    CLAIMED,
    CLOSED,
    CUSTOMER,
    FORWARDED,
    LETTER,
    QUEUE,
    Customer,
    Entry,
    Head,
    Inquiry,
    Place,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from helpdesk_lite.mail.outbox import Outbox
    from helpdesk_lite.permission import Permission
    from helpdesk_lite.shelves.duties import Duty
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.shelves.whose import Whose
    from helpdesk_lite.store.contract import Content, Store
    from helpdesk_lite.words.form import Form, Submission
    from helpdesk_lite.words.settings import Settings
    from helpdesk_lite.words.standing import Standing
    from helpdesk_lite.words.ticket import Ticket

_NUMBERS = 5  # drawn for a ticket: of 300 a second, one in 20,000 meets another's


def _by_the_table() -> Permission:
    from helpdesk_lite.permission import Permission

    return Permission()


class Draft(NamedTuple):
    """A ticket that nobody has written yet: its first entry, the letters, its message; `claim`: whose it is at once."""

    inquiry: Inquiry
    entry: Entry
    letters: list[Letter]
    message: Content
    duty: Duty | None = None
    claim: Entry | None = None


class Desk(NamedTuple):
    """The verbs. `clock` tells the seconds UTC, `chance` gives random numbers of 64 bits, `secret` is data/secret.

    `whose` is told of each new ticket, if anybody wants to know which ones a customer has; `reception` says how one
    begins, and who hears of it. `permission` says who may do what: who may not gets NotAllowed, from any verb.
    """

    store: Store
    outbox: Outbox
    settings: Settings
    secret: bytes
    clock: Callable[[], float]
    chance: Callable[[], int]
    whose: Whose | None = None
    reception: Reception = Reception()
    permission: Callable[[], Permission] = _by_the_table

    def submit(self, form: Form, submission: Submission, client: str, language: str, browser: str = "") -> str:
        """Keep an inquiry with its notice and acknowledgement; its number. The same submission twice is one ticket."""
        digest = sameness.digest_of(form, submission, client)
        with self.store.once(digest) as number:
            if number:
                with suppress(OSError):
                    self.mend(number)  # whoever made it may have been killed before its letters were published
                return number

            def drafted(number: str) -> Draft:
                inquiry = self._inquiry(number, form, submission, digest, language)._replace(browser=browser)
                inquiry, note, duty = self.reception.received(inquiry)
                letters = self.announcements(inquiry, form.notify, self.settings.acknowledge, note)
                made = self.entry(number, "inquiry", CUSTOMER, letters)
                return Draft(inquiry, made, letters, lambda: self._message(inquiry, made.message_id, submission), duty)

            return self.keep(drafted)

    def claim(self, number: str, operator: Operator) -> None:
        """Give the operator the ticket, their mailbox the customer's message. AlreadyClaimed: someone was faster."""
        with self.locked(number):
            ticket = self.store.read(number)
            if ticket.place != QUEUE:
                self.demand(operator, "claim", what=number)
                raise AlreadyClaimed(ticket)
            self.demand(operator, "claim", ticket)
            goal = Place(CLAIMED, operator.name)
            self.move(ticket, goal, "claimed", operator.name, self.forwards(ticket, operator))

    def release(self, number: str, operator: Operator) -> None:
        """Put the ticket back into the pending queue. TicketMoved."""
        with self.locked(number):
            ticket = self.held(number, CLAIMED, operator, "release")
            self.move(ticket, QUEUE, "released", operator.name)

    def close(self, number: str, operator: Operator) -> None:
        """Lay the ticket aside as done. TicketMoved."""
        with self.locked(number):
            ticket = self.held(number, CLAIMED, operator, "close")
            self.move(ticket, Place(CLOSED, ticket.place.holder), "closed", operator.name)

    def reopen(self, number: str, operator: Operator) -> None:
        """Give a closed ticket back to who had it, with what came while it was put away; into the queue if they may
        not have it any more. TicketMoved."""
        with self.locked(number):
            ticket = self.held(number, CLOSED, operator, "reopen")
            if ticket.merged_into:
                text = N_("It is a part of ticket %(number)s: take it out of there first.")
                raise HandlingRefused(Sentence(text, number=ticket.merged_into))
            goal = self.permission().back_to(ticket, self.clock(), operator.name)
            self.move(ticket, goal, "reopened", operator.name, self.missed(ticket, goal))

    def show(self, number: str, operator: Operator) -> Ticket:
        """The ticket as this operator may see it: one that nobody has without the customer's name, address and other
        contact fields, so that nobody can answer without claiming."""
        ticket = self.with_holder(self.store.read(number))
        if not ticket.names(operator.name):
            self.demand(operator, "show", ticket)
        return ticket._replace(inquiry=ticket.inquiry.without_contact()) if ticket.is_nobodys else ticket

    def with_holder(self, ticket: Ticket) -> Ticket:
        """The ticket; one that was merged as if whoever has the other had it, too: who sees that sees its parts."""
        if not ticket.merged_into:
            return ticket
        from helpdesk_lite.words import ties

        holder = ties.whole(ticket, self.store.read).place.holder
        return ticket._replace(place=ticket.place._replace(holder=holder))

    def may(self, operator: Operator, verb: str, about: Ticket | Head | None = None, place: Place = QUEUE) -> bool:
        """Whether the operator may do this (rights.TABLE) to the ticket; of a head that lies here, or is pending."""
        return self.permission().may(operator, verb, about, place)

    def demand(self, operator: Operator, verb: str, about: Ticket | None = None, what: str = "") -> None:
        """NotAllowed, which is noted in the audit log, unless the operator may do this; `what`, if it is no ticket."""
        self.permission().demand(operator, verb, about, what)

    def queue(self, after: str = "", limit: int = 50, operator: Operator | None = None) -> list[Head]:
        """The pending tickets that follow the number `after`, oldest first; those that this operator may see."""
        found: list[Head] = []
        while len(found) < limit:
            heads = self.store.pending(after, limit)
            found += [head for head in heads if operator is None or self.may(operator, "show", head)]
            if len(heads) < limit:
                break
            after = heads[-1].number
        return found[:limit]

    def key(self, number: str) -> str:
        """The secret in the customer's own link to the ticket."""
        return signing.proof(self.secret, "customer's key", number)

    def is_key(self, number: str, given: str) -> bool:
        """Whether `given` is the customer's key to the ticket."""
        return signing.is_proof(given, self.secret, "customer's key", number)

    def retry_letter(self, name: str, operator: Operator) -> None:
        """Let the courier try a held letter again at once."""
        self.demand(operator, "letters", what=name)
        self.outbox.retry(name)

    def drop_letter(self, name: str, operator: Operator) -> None:
        """Throw a held letter away."""
        self.demand(operator, "letters", what=name)
        self.outbox.drop(name)

    def mend(self, number: str) -> None:
        """Finish what a crash left of this ticket and its letters."""
        with self.locked(number):
            pass

    def note_found(self, number: str, by: Operator, is_so: Callable[[], bool]) -> None:
        """If `is_so` says so under its lock, write into the ticket where it lies and how it stands, after a hand."""
        with self.locked(number):
            if is_so():
                ticket = self.store.read(number)
                self.move(ticket, ticket.place, "found", by.name)

    def note_forwarded(self, number: str, by: Operator, said: str, since: int) -> None:
        """Write into the ticket in which shape a letter was sent on, and why; once `since` (seconds UTC)."""
        with self.locked(number):
            ticket = self.store.read(number)
            if not any((one.kind, one.text) == (FORWARDED, said) and one.at >= since for one in ticket.entries):
                entry = self.entry(number, FORWARDED, by.name, [])._replace(text=said)
                self.commit(number, ticket.place, ticket.place, entry, [])

    # What the verbs of mail (correspondence), and those of handling, are made of, too.

    @contextmanager
    def locked(self, *numbers: str) -> Iterator[None]:
        """Hold the tickets' locks while the block runs; what a crash left of them is mended first."""
        with self.store.locked(*numbers):
            self._recover(*numbers)
            try:
                yield
            except OSError:
                with suppress(OSError, DeskError):  # nothing half done is left, if the disk lets us
                    self._recover(*numbers)
                raise

    def keep(self, drafted: Callable[[str], Draft]) -> str:
        """Commit a new ticket with the letters that its entries name; its number, another if one was taken."""
        for left in reversed(range(_NUMBERS)):
            number = tracking.new_number(self.clock(), self.chance())
            draft = drafted(number)
            try:
                with self.locked(number):
                    self._note_whose(number, draft.inquiry.customer.email)
                    self.reception.promise(number, draft.duty)
                    self.outbox.stage(draft.letters)
                    self.store.add(draft.inquiry, draft.entry, draft.message, draft.claim)
                    self._publish(draft.letters)
            except FileExistsError:
                if not left:
                    raise
                continue
            break
        self.reception.settle(number, draft.duty)
        return number

    def commit(
        self,
        number: str,
        source: Place,
        target: Place,
        entry: Entry,
        letters: list[Letter],
        message: Content | None = None,
    ) -> None:
        """Commit an entry, perhaps with a move, and the letters it names; the caller holds the ticket's lock.

        Staged first, published last. If it fails, `locked` mends it.
        """
        self.outbox.stage(letters)
        self.store.move(number, source, target, entry, message)
        self._publish(letters)

    def move(
        self,
        ticket: Ticket,
        target: Place,
        kind: str,
        by: str,
        letters: list[Letter] | None = None,
        standing: Standing | None = None,
        text: str = "",
    ) -> None:
        """Commit a move, or what else happened, as one entry; the caller holds the ticket's lock.

        It stands as before (None) or like this then; once nobody has it, it neither waits for its customer nor is
        resolved; once it is open, it is neither spam nor in the bin.
        """
        caused = letters or []
        now = ticket.standing if standing is None else standing
        if not ticket.place.state == target.state == CLAIMED:
            now = now._replace(progress="")
        if target.state != CLOSED:
            now = now._replace(away="")
        entry = self.entry(ticket.number, kind, by, caused)._replace(text=text)
        self.commit(ticket.number, ticket.place, target, ticket.changed(entry, now), caused)

    def held(self, number: str, state: str, operator: Operator, verb: str = "handle") -> Ticket:
        """The ticket in this state, for who may do this to it. TicketMoved if it is elsewhere; NotAllowed."""
        ticket = self.store.read(number)
        if ticket.place.state != state:
            self.demand(operator, verb, what=number)
            raise TicketMoved(ticket)
        self.demand(operator, verb, ticket)
        return ticket

    def announcements(
        self, inquiry: Inquiry, notify: tuple[str, ...], acknowledge: bool, note: str = ""
    ) -> list[Letter]:
        """The letters of a new ticket: the notice, and the customer's acknowledgement if there is to be one."""
        recipients = tuple(dict.fromkeys((*self.readers(inquiry.head.category), *notify)))
        notice = self.letter(NOTICE, inquiry, recipients=recipients, language=self.settings.language)
        letters = [notice._replace(note=note)]
        if acknowledge and letter.is_address(inquiry.customer.email):
            letters.append(self.letter(ACKNOWLEDGEMENT, inquiry, recipients=(inquiry.customer.email,)))
        return [one for one in letters if one.recipients]

    def readers(self, category: str) -> tuple[str, ...]:
        """Who hears of the tickets of this category: its own readers, else everybody."""
        return self.reception.readers(category) or self.settings.broadcast

    def forwards(self, ticket: Ticket, operator: Operator) -> list[Letter]:
        """What the customer wrote until now, for the operator: the inquiry, and each letter that came after it."""
        later = (entry.message_id for entry in ticket.entries if entry.kind == LETTER)
        return [self.forward(ticket, operator.name, entry) for entry in ("", *later)]

    def missed(self, ticket: Ticket, goal: Place) -> list[Letter]:
        """The letters that came while the ticket was put away, for who has it again; who claims it gets all anyhow."""
        return [self.forward(ticket, goal.holder, one) for one in ticket.missed if goal.state == CLAIMED]

    def forward(self, ticket: Ticket, holder: str, entry: str = "") -> Letter:
        """The customer's letter of this entry ("": the inquiry), for who has the ticket. Not staged yet."""
        return self.letter(FORWARD, ticket.inquiry, operator=holder)._replace(entry=entry)

    def letter(
        self, kind: str, inquiry: Inquiry, recipients: tuple[str, ...] = (), operator: str = "", language: str = ""
    ) -> Letter:
        """A letter about the ticket, to go to these recipients, or to the operator. Not staged yet."""
        head = inquiry.head
        return Letter(
            message_id=self._message_id(head.number, kind),
            kind=kind,
            number=head.number,
            subject=head.subject,
            written_at=int(self.clock()),
            recipients=recipients,
            operator=operator,
            url=self._link(kind, head.number),
            language=language or head.language,
        )

    def entry(self, number: str, kind: str, by: str, letters: list[Letter]) -> Entry:
        """An entry of now, which names the letters it causes. Not written yet."""
        named = tuple(one.message_id for one in letters)
        return Entry(kind, by, int(self.clock()), self._message_id(number, kind), named)

    def _note_whose(self, number: str, address: str) -> None:
        """Before the ticket is there, so that a crash makes it miss none; a line too many does no harm."""
        if self.whose is not None and address:
            with suppress(OSError):  # `verify` finds it missing
                self.whose.note(address, number)

    def _recover(self, *numbers: str) -> None:
        for number in numbers:
            if self.outbox.staged(number):
                self.outbox.recover(number, self._named_letters(number))

    def _publish(self, letters: list[Letter]) -> None:
        """The ticket names them, so it is done: should this fail, whoever has the ticket's lock next publishes them."""
        with suppress(OSError):
            self.outbox.publish(letters)

    def _named_letters(self, number: str) -> set[str]:
        try:
            return {name for entry in self.store.read(number).entries for name in entry.letters}
        except UnknownNumber:
            return set()

    def _inquiry(self, number: str, form: Form, submission: Submission, digest: str, language: str) -> Inquiry:
        from helpdesk_lite.forms import answers

        name, email = answers.customer_of(submission)
        head = Head(
            number=number,
            received_at=int(self.clock()),
            form=form.name,
            title=form.title[:200],
            subject=answers.subject_of(form, submission)[:300],
            attachments=len(submission.uploads),
            category=form.category,
            language=language,
            submission=digest,
            answers=form.answers,
        )
        return Inquiry(head, Customer(name, email), submission.fields, answers.message_field_of(form))

    def _link(self, kind: str, number: str) -> str:
        if not self.settings.url:
            return ""
        is_customers = kind in (ACKNOWLEDGEMENT, RESOLVED)
        path = f"/status/{number}?key={self.key(number)}" if is_customers else f"/tickets/{number}"
        return self.settings.url.rstrip("/") + path

    def _message_id(self, number: str, kind: str) -> str:
        return letter.message_id(number, kind, self.chance(), letter.domain_of(self.settings.address))

    def _message(self, inquiry: Inquiry, message_id: str, submission: Submission) -> Iterator[bytes]:
        from helpdesk_lite.mail import compose

        return compose.inquiry_message(inquiry, message_id, self.settings.address, submission.uploads)
