"""The way in: a letter's bytes are kept, then it is judged, and what became of it can always be told.

Guarantee: every letter that a door was told is kept has exactly one of six outcomes, and lies in one place; nothing
in a letter raises, loses it, or makes the desk answer a program; an operator's letter counts only where it came to an
address that operators alone were given. What cannot be understood is kept aside for a person, with the reason.
"""

from __future__ import annotations

import errno
import logging
from typing import NamedTuple

from helpdesk_lite.letters.correspondence import MOST_PEOPLE, Correspondence, Post
from helpdesk_lite.letters.threads import Thread, Threads
from helpdesk_lite.letters.typed import named
from helpdesk_lite.mail import automatic, incoming
from helpdesk_lite.mail.arrivals import Known
from helpdesk_lite.store.contract import has_ticket
from helpdesk_lite.words import reply_address
from helpdesk_lite.words.errors import (
    BelongsElsewhere,
    DepartmentUnusable,
    DeskError,
    MayBeKept,
    TooLarge,
)
from helpdesk_lite.words.i18n import N_, Sentence
from helpdesk_lite.words.reply_address import CLAIM, OPERATOR, PROBE, TICKET
from helpdesk_lite.words.ticket import CUSTOMER, LETTER, QUEUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from helpdesk_lite.departments import Departments
    from helpdesk_lite.mail.arrivals import Arrival, Arrivals, Envelope
    from helpdesk_lite.mail.incoming import Incoming
    from helpdesk_lite.mail.results import Result
    from helpdesk_lite.shelves.operators import Operator
    from helpdesk_lite.words.ticket import Ticket

THREADED, OPENED, IGNORED, REFUSED, KEPT = "threaded", "opened", "ignored", "refused", "kept"
PASSED = "passed"  # to a category's own desk, which has it now
A_PROBE = Sentence("It is the doctor's probe.")
log = logging.getLogger("helpdesk_lite")


class Outcome(NamedTuple):
    """What became of a letter, the ticket it is in ("" if in none), and why it is in none."""

    kind: str
    number: str = ""
    reason: str = ""


class Intake(NamedTuple):
    """Where all doors for mail lead to."""

    arrivals: Arrivals
    threads: Threads
    correspondence: Correspondence
    departments: Departments | None = None

    def receive(self, chunks: Iterable[bytes], envelope: Envelope) -> Outcome:
        """Take one letter. OSError: nothing is promised, and the door asks for it again later."""
        desk = self.correspondence.desk
        try:
            with self.arrivals.received(chunks, envelope, desk.settings.letter_mb << 20) as arrival:
                return self._conclude(arrival)
        except TooLarge as wrong:
            return Outcome(REFUSED, reason=wrong.words)
        except DepartmentUnusable as wrong:  # it waits in new/ for the next round, where nobody reads it
            log.warning("intake: waits said=%r", str(wrong)[:300])
            return Outcome(PASSED, reason=wrong.words)

    def finish(self) -> int:
        """Judge what a killed process left; how many letters. One at which a disk fails waits for the next time."""
        return sum(1 for arrival in self.arrivals.left_over() if self._finished(arrival))

    def _finished(self, arrival: Arrival) -> bool:
        try:
            self._conclude(arrival)
        except (DepartmentUnusable, OSError) as wrong:
            log.warning("intake: cannot finish said=%r", str(wrong)[:300])
            return False
        return True

    def _conclude(self, arrival: Arrival) -> Outcome:
        """Judge the letter and lay it where it belongs."""
        with self.arrivals.open(arrival) as file:
            letter = incoming.read(file, arrival.envelope.sender)
        with self.arrivals.judging(letter.digest):
            try:
                outcome = self._judged(arrival, letter)
            except MayBeKept as wrong:  # judged again, it is found in its ticket if it is there
                raise OSError(errno.EIO, str(wrong)) from wrong
            except DepartmentUnusable:
                raise
            except DeskError as wrong:
                outcome = Outcome(KEPT, reason=wrong.words)
            except (OSError, MemoryError):
                raise
            except Exception as wrong:
                said = type(wrong).__name__, str(wrong)[:300]
                log.error("intake: failed message_id=%s error=%s said=%r", letter.message_id, *said)
                outcome = Outcome(KEPT, reason=Sentence("The desk failed at it (%(error)s).", error=said[0]))
            self._lay(arrival, letter, outcome)
        log.info("intake: %s number=%s message_id=%s", outcome.kind, outcome.number or "-", letter.message_id)
        return outcome

    def _lay(self, arrival: Arrival, letter: Incoming, outcome: Outcome) -> None:
        if outcome.kind in (PASSED, REFUSED):
            self.arrivals.done(arrival)
            return
        number = outcome.number if outcome.kind in (THREADED, OPENED) else ""
        known = Known(letter.digest, letter.message_id, outcome.kind, number, arrival.at, outcome.reason)
        before = self.arrivals.known(letter.message_id or letter.digest)
        if (known.digest, known.number) not in [(one.digest, one.number) for one in before]:
            self.arrivals.note(known)
        if outcome.kind == KEPT:
            self.arrivals.keep(arrival, known)
        elif outcome.kind == IGNORED:
            self.arrivals.ignore(arrival, known)
        else:
            self.arrivals.done(arrival)

    def _judged(self, arrival: Arrival, letter: Incoming) -> Outcome:
        """The rules, in their order."""
        arrival, passed = self._by_address(arrival, letter)
        if passed:
            return passed
        if letter.is_report:
            return self._report(arrival, letter)
        if not letter.senders:
            return Outcome(KEPT, reason=Sentence("Nobody is named in From: there is nobody to answer."))
        if any(self.threads.is_ours(sender.address) for sender in letter.senders):
            is_probe = self.threads.find(letter, arrival.envelope, "").purpose == PROBE
            return Outcome(IGNORED, reason=A_PROBE if is_probe else Sentence("It is a letter of this desk."))
        operator = self._operator(letter)
        thread = self.threads.find(letter, arrival.envelope, operator.name if operator else "")
        if before := self._before(letter, thread):
            return before
        if letter.auto and not automatic.may_be_a_persons(letter.auto):  # what may be gets no automatic answer either
            return self._automatic(arrival, letter, thread)
        if thread.wrong:
            text = Sentence("It came to an address that does not count. %(why)s", why=thread.wrong)
            return Outcome(KEPT, reason=text)
        if thread.purpose in (CLAIM, OPERATOR):
            return self._from_operator(arrival, letter, thread, operator)
        return self._from_customer(arrival, letter, thread, operator)

    def _by_address(self, arrival: Arrival, letter: Incoming) -> tuple[Arrival, Outcome | None]:
        """Pass on what came to addresses of categories that have desks of their own.

        What is left of the arrival for this desk, else the outcome.
        """
        recipients = arrival.envelope.recipients or letter.delivered_to
        found = self.departments.addressed(recipients) if self.departments and recipients else {}
        passed = None
        for category, own in found.items():
            passed = self.passed(arrival, category, own)
            recipients = tuple(one for one in recipients if one not in own)
        if found and recipients:
            return arrival._replace(envelope=arrival.envelope._replace(recipients=recipients)), None
        return arrival, passed

    def passed(self, arrival: Arrival, category: str, recipients: tuple[str, ...] = ()) -> Outcome:
        """Give the letter to the category's own desk, as one to these addresses. DepartmentUnusable."""
        if self.departments is None:
            raise DepartmentUnusable(Sentence("Category %(name)s has no desk of its own any more.", name=category))
        envelope = arrival.envelope._replace(recipients=recipients or arrival.envelope.recipients)
        outcome = self.departments.receive(category, self._content(arrival), envelope)
        log.info("intake: passed to=%s there=%s number=%s", category, outcome.kind, outcome.number or "-")
        if outcome.kind == REFUSED:
            return outcome
        return Outcome(PASSED, reason=Sentence("It is with the desk of %(name)s.", name=category))

    def _before(self, letter: Incoming, thread: Thread) -> Outcome | None:
        """What became of this letter when it came before, if it belongs to the same ticket or to none in particular."""
        for known in self.arrivals.known(letter.message_id or letter.digest):
            is_same = known.digest == letter.digest and (not thread.number or known.number == thread.number)
            if is_same and known.outcome in (THREADED, OPENED) and has_ticket(self.threads.store, known.number):
                return Outcome(known.outcome, known.number, known.reason)
        return None

    def _report(self, arrival: Arrival, letter: Incoming) -> Outcome:
        """A delivery report goes to the ticket whose letter it is about."""
        named = (letter.failed_message_id, letter.failed_resent_id)
        ours = next(filter(self.threads.of_ours, named), "")
        if not ours:
            return Outcome(
                IGNORED, reason=Sentence("It is a delivery report about a letter that this desk did not send.")
            )
        number, post = self.threads.of_ours(ours), self._post(arrival, letter)
        if letter.failures:
            self.correspondence.note_bounce(number, post, ours.split(".")[1])
        else:
            self.correspondence.record(number, post)
        return Outcome(THREADED, number)

    def _automatic(self, arrival: Arrival, letter: Incoming, thread: Thread) -> Outcome:
        """A program's letter is an entry where it belongs to a ticket, and answers nothing anywhere."""
        if not thread.number:
            return Outcome(IGNORED, reason=Sentence("A program wrote it (%(mark)s).", mark=letter.auto))
        self.correspondence.record(thread.number, self._post(arrival, letter))
        return Outcome(THREADED, thread.number)

    def _from_operator(self, arrival: Arrival, letter: Incoming, thread: Thread, operator: Operator | None) -> Outcome:
        """What came to an operator's own address, or to the one in a notice: the first line may be a command."""
        if operator is None:
            return Outcome(KEPT, reason=Sentence("It came to an operators' address, but not from an operator."))
        if not self._is_authentic(letter):
            text = N_("No proof (DKIM) that it is from %(who)s, as `trusted_results` asks for.")
            return Outcome(KEPT, reason=Sentence(text, who=operator.name))
        post = self._post(arrival, letter)
        number = thread.number
        command, words = _command(letter.reply)
        is_word = len(letter.reply.split()) <= 1 and not letter.attachments
        is_claim = is_word and (thread.purpose == CLAIM or self.threads.store.place(number) == QUEUE)
        if command == "note":
            told = named(letter.reply, self.correspondence.operators, operator)
            self.correspondence.note(number, operator, post, told)
        elif command == "release" or (command and not words):
            self.correspondence.command(number, operator, post, command)
        elif is_claim:
            self.correspondence.command(number, operator, post, "claim")
        elif self.correspondence.answer(number, operator, post) and command == "close":
            self.correspondence.close(number, operator)
        return Outcome(THREADED, number)

    def _from_customer(self, arrival: Arrival, letter: Incoming, thread: Thread, operator: Operator | None) -> Outcome:
        """A letter from outside: into its ticket, or a new one, if its writer has not written too often."""
        sender = letter.senders[0].address
        if operator and thread.number and not self._is_customer(sender, thread.number):
            if self._went_to_customer(letter, thread.number):  # Reply All: there is nothing left to do
                self.correspondence.record(thread.number, self._post(arrival, letter), LETTER, sender)
                return Outcome(THREADED, thread.number)
            text = N_("It says it is from %(who)s, but it came to an address that anybody may know.")
            return Outcome(KEPT, thread.number, Sentence(text, who=operator.name))
        if not self._is_welcome(sender):
            return Outcome(KEPT, thread.number, Sentence("Too many letters from this address in an hour."))
        return self.taken(arrival, letter, thread)

    def taken(self, arrival: Arrival, letter: Incoming, thread: Thread | None = None) -> Outcome:
        """Take the letter as one from the customer's side, whatever rules there are. DepartmentUnusable."""
        thread = thread or self.threads.find(letter, arrival.envelope, "")
        ticket = self.threads.store.read(thread.number) if thread.number else None
        handed = self.departments.handed(ticket) if ticket and self.departments else None
        if ticket and handed:
            house, number = handed
            own = reply_address.made(house.settings, house.secret, TICKET, number, house.clock())
            return self.passed(arrival, ticket.handed_to[0], (own,))
        try:
            return self._kept_here(letter, ticket, self._post(arrival, letter))
        except BelongsElsewhere as found:
            return self.passed(arrival, found.category)

    def _kept_here(self, letter: Incoming, ticket: Ticket | None, post: Post) -> Outcome:
        if ticket is None:
            return Outcome(OPENED, self.correspondence.open(post, acknowledge=not letter.auto))
        sender = letter.senders[0].address if letter.senders else ""
        by = CUSTOMER if sender.lower() == ticket.inquiry.customer.email.lower() else sender
        known = self.threads.also(ticket.number)  # a disk that fails here does so before anything is kept
        number = self.correspondence.write(ticket.number, post, by)
        return Outcome(THREADED if number in known else OPENED, number)

    def _went_to_customer(self, letter: Incoming, number: str) -> bool:
        return any(self._is_customer(box.address, number) for box in (*letter.to, *letter.cc))

    def _is_customer(self, address: str, number: str) -> bool:
        return address.lower() == self.threads.store.read(number).inquiry.customer.email.lower()

    def _is_welcome(self, sender: str) -> bool:
        """Whether the address may write once more in this hour; counts it. It holds when every header lies."""
        most = self.correspondence.desk.settings.submissions_per_hour
        limits = self.correspondence.limits
        if most and limits.lately("letters", sender.lower())[0] >= most:
            return False
        limits.note("letters", sender.lower())
        return True

    def _operator(self, letter: Incoming) -> Operator | None:
        """Who the letter says it is from, if that is one operator."""
        if len(letter.senders) != 1:
            return None
        address = letter.senders[0].address.lower()
        found = [one for one in self.correspondence.operators.everybody() if one.email.lower() == address]
        return found[0] if len(found) == 1 else None

    def _is_authentic(self, letter: Incoming) -> bool:
        """Whether the trusted server found a DKIM signature of the sender's own domain, if that is asked for.

        Its verdict is the topmost: one below may have come with the letter, under the server's name (RFC 8601, 5).
        """
        trusted = self.correspondence.desk.settings.trusted_results.lower()
        domain = letter.senders[0].address.rpartition("@")[2].lower()
        verdicts = [one for one in letter.authentication if (one.server, one.method) == (trusted, "dkim")]
        return not trusted or any(
            one.result == "pass" and one.field == verdicts[0].field and _signer(one) == domain for one in verdicts
        )

    def _post(self, arrival: Arrival, letter: Incoming) -> Post:
        sender = letter.senders[0] if letter.senders else None
        writer = f"{sender.name} <{sender.address}>".strip() if sender else ""
        others = [box.address for box in (*letter.to, *letter.cc) if not self.threads.is_ours(box.address)]
        people = tuple(one for one in dict.fromkeys(others) if not sender or one != sender.address)[:MOST_PEOPLE]
        return Post(letter, lambda: self._content(arrival), writer, people)

    def _content(self, arrival: Arrival) -> Iterator[bytes]:
        with self.arrivals.open(arrival) as file:
            while piece := file.read(1 << 16):
                yield piece


def _signer(verdict: Result) -> str:
    """The domain that signed: as told, or that of the identity (RFC 6376, 3.5), which is all that some tell."""
    return (verdict.property("header.d") or verdict.property("header.i").rpartition("@")[2]).lower()


def _command(reply: str) -> tuple[str, str]:
    """The command on the first line of what the operator wrote, and the rest; ("", all of it) if it is none."""
    first, _, rest = reply.strip().partition("\n")
    word, _, after = first.strip().partition(" ")
    command = word.lower().rstrip(":.!")
    if command == "note" or (command in ("claim", "release", "close") and not after):
        return command, f"{after}\n{rest}".strip()
    return "", reply.strip()
