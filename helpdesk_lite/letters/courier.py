"""The courier: takes letters from the outbox, has them written, hands them to a transport, notes what became of them.

Guarantee: a letter leaves the outbox when every recipient has it or a person dropped it; one courier works at a time; a
dead server holds up no letters that go another way; what is refused, or cannot be sent for days, is held for a person.
It decides nothing about tickets, and writes into one only in which shape a letter went on. Its log names ticket and
Message-ID, never an address.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import contextmanager
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.mail.transport.contract import LATER, REFUSED, SENT, Outcome, Parcel, TransportDown
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.store.contract import has_ticket
from helpdesk_lite.words import route
from helpdesk_lite.words.errors import DeskError, LetterRefused, OperatorMistaken, UnknownNumber
from helpdesk_lite.words.i18n import Sentence, joined
from helpdesk_lite.words.letter import (
    ABOUT_NO_TICKET,
    ACKNOWLEDGEMENT,
    ANSWER,
    BY_ITSELF,
    FORWARD,
    INVITATION,
    KINDS,
    LINK,
    NOTICE,
    RESOLVED,
    RETURNED,
    TOLD,
    domain_of,
)
from helpdesk_lite.words.ticket import REDIRECT, RESHAPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO, Protocol

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.mail.outbox import Outbox
    from helpdesk_lite.mail.policies import Policies
    from helpdesk_lite.mail.transport.contract import Transport
    from helpdesk_lite.mail.written import Writer, Written
    from helpdesk_lite.root import Root
    from helpdesk_lite.shelves.categories import Categories
    from helpdesk_lite.shelves.operators import Operators
    from helpdesk_lite.store.contract import Store
    from helpdesk_lite.words.letter import Letter
    from helpdesk_lite.words.route import Route
    from helpdesk_lite.words.settings import Settings
    from helpdesk_lite.words.ticket import Ticket

    class Parts(Protocol):
        """What of the assembled desk the courier uses."""

        root: Root
        settings: Settings
        store: Store
        outbox: Outbox
        desk: Desk
        operators: Operators
        categories: Categories
        spool: str
        secret: bytes
        clock: Callable[[], float]


WAITS = (60, 300, 900, 3600, 4 * 3600)  # seconds before the next try, after each one that failed; then always the last
LONGEST = 5 * 86_400  # seconds for which a letter is tried, as mail servers do (RFC 5321, 4.5.4.1)
FEWEST_TRIES = 6  # before it is held, however old it is: a desk may have slept
MOST_TRIES = 40
MOST_AT_ONCE = 8  # ways that are used side by side
LOOK_AGAIN = 1.0  # seconds after which a courier that waits for a slow server looks for letters that go another way
_IN_MEMORY = 1 << 18  # bytes of a message; a longer one is spooled to disk
COURIER = Operator("courier", "")
log = logging.getLogger("helpdesk_lite")


class Tally(NamedTuple):
    """What a run did and left: letters sent by it, and those waiting and held in the outbox afterwards."""

    sent: int
    waiting: int
    held: int


class Courier:
    """Sends the letters of the desk made of `parts`. `policies` are asked where `[mail] forward` is auto."""

    def __init__(self, parts: Parts, policies: Policies | None = None) -> None:
        self._parts = parts
        self._policies = policies
        self._outbox = parts.outbox
        self._usual = route.read_transport(parts.settings.transport)
        self._writers: dict[tuple[str, ...], Writer] = {}  # by the folders of templates
        self._seen: set[str] = set()  # letters of this run: each is tried once in it
        self._down: dict[Route, str] = {}  # ways found down in this run, and why
        self._shapes: dict[str, str] = {}  # what was decided of letters under way, by their Message-IDs

    def run(self, until: float | None = None, all: bool = False) -> Tally:
        """Send what is due (`all`: whatever waits), until there is no more or the clock says `until`.

        Does nothing while another courier is at work: that one looks again before it goes.
        """
        self._seen.clear()
        self._down.clear()
        sent = 0
        while (found := self._shift(until, all)) is not None:
            sent += found
            if not self._due(until, all):
                break  # looked once more after giving back the lease: nothing fell between two couriers
        return Tally(sent, *self._outbox.counts())

    def _shift(self, until: float | None, all: bool) -> int | None:
        """Work under the lease until nothing is due; how many were sent. None if another courier has the lease."""
        from filelock import FileLock, Timeout

        try:
            with FileLock(self._parts.root.inside("locks", "courier.lock"), mode=0o600).acquire(blocking=False):
                self._mend()
                sent = self._work(until, all)
                self._outbox.settle()
        except Timeout:
            return None
        return sent

    def _mend(self) -> None:
        """Finish what a killed courier or desk left."""
        self._outbox.sweep()
        for number in self._outbox.staged_numbers():
            try:
                self._parts.desk.mend(number)
            except (DeskError, OSError):  # a damaged ticket keeps its letters staged, where `verify` names it
                log.warning("courier: cannot mend number=%s", number)

    def _work(self, until: float | None, all: bool) -> int:
        """Send all that is due, also what comes in meanwhile; how many were sent.

        Each way has a thread of its own: while one is slow, the letters of the others go on.
        """
        from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

        sent = 0
        busy: dict[Route, Future[int]] = {}
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            while True:
                for along, letters in self._by_route(self._due(until, all)).items():
                    if along not in busy:
                        self._seen.update(letter.name for letter in letters)
                        busy[along] = pool.submit(self._send_along, along, letters, until)
                if not busy:
                    return sent
                wait(busy.values(), LOOK_AGAIN, FIRST_COMPLETED)
                for along in [along for along, task in busy.items() if task.done()]:
                    sent += busy.pop(along).result()

    def _due(self, until: float | None, all: bool) -> list[Letter]:
        if self._is_over(until):
            return []
        due = self._outbox.due(None if all else self._parts.clock())
        return [letter for letter in due if letter.name not in self._seen]

    def _is_over(self, until: float | None) -> bool:
        return until is not None and self._parts.clock() >= until

    def _by_route(self, letters: Iterable[Letter]) -> dict[Route, list[Letter]]:
        groups: dict[Route, list[Letter]] = {}
        for letter in letters:
            groups.setdefault(self._route(letter), []).append(letter)
        return groups

    def _route(self, letter: Letter) -> Route:
        """Which way the letter goes. What is for an operator who is gone goes the usual way, to be held there."""
        if letter.kind not in (FORWARD, RETURNED, TOLD, *ABOUT_NO_TICKET):
            return self._usual
        try:
            operator = self._parts.operators.find(letter.operator)
        except OperatorMistaken:
            return self._usual
        own = route.read_delivery(operator.deliver) if operator else self._usual
        return self._usual if own.kind == "mail" else own

    def _send_along(self, along: Route, letters: Iterable[Letter], until: float | None) -> int:
        """Send the letters along one route in one session; how many were sent."""
        from helpdesk_lite.mail.transport import choose

        sent = 0
        parts = self._parts
        with choose.transport(along, parts.settings.address, parts.root.path, along == self._usual) as transport:
            for letter in letters:
                if self._is_over(until):
                    break
                if not self._outbox.take(letter):
                    continue
                if along in self._down:
                    self._postpone(letter, self._down[along])
                else:
                    sent += self._try(letter, along, transport)
        return sent

    def _try(self, letter: Letter, along: Route, transport: Transport) -> bool:
        """Send a taken letter; whether anybody has it now."""
        try:
            written, outcomes = self._send(letter, along, transport)
            self._note_shape(letter, outcomes)
        except _Needless:
            self._outbox.done(letter, self._parts.clock())
            self._log("not sent, the ticket was put away", letter)
        except LetterRefused as wrong:
            self._hold(letter, wrong.words)
        except UnknownNumber as wrong:
            # Under its lock no ticket is between two folders, where a reader may miss it.
            with self._parts.store.locked(letter.number):
                is_gone = not has_ticket(self._parts.store, letter.number)
            (self._hold if is_gone else self._postpone)(letter, wrong.words)
        except TransportDown as wrong:
            self._down[along] = wrong.words
            self._postpone(letter, wrong.words)
        except (DeskError, OSError) as wrong:
            self._postpone(letter, wrong.words if isinstance(wrong, DeskError) else str(wrong))
        except Exception as wrong:
            log.exception("courier: failed number=%s message_id=%s", letter.number, letter.message_id)
            self._postpone(letter, f"{type(wrong).__name__}: {wrong}")
        else:
            return self._conclude(letter, written.recipients, outcomes)
        return False

    def _send(self, letter: Letter, along: Route, transport: Transport) -> tuple[Written, dict[str, Outcome]]:
        """Have the letter written and carried. LetterRefused, TransportDown, and what the store raises."""
        if letter.kind in ABOUT_NO_TICKET:
            writer = self._writer_for(letter)
            write = writer.invitation if letter.kind == INVITATION else writer.sample
            written = write(letter, self._reader(letter))
            with _parcel(written, transport.carries, self._parts.spool) as parcel:
                return written, transport.send(written.sender, written.recipients, parcel)
        ticket = self._parts.store.read(letter.number)
        if ticket.standing.away and letter.kind in BY_ITSELF:
            raise _Needless
        entry = letter.entry or ticket.entries[0].message_id
        if entry not in {one.message_id for one in ticket.entries}:
            raise LetterRefused(
                Sentence("Ticket %(number)s has no entry %(entry)s.", number=letter.number, entry=entry)
            )
        with self._parts.store.open_message(letter.number, entry) as message:
            written = self._write(letter, ticket, message, along, transport)
            with _parcel(written, transport.carries, self._parts.spool) as parcel:
                return written, transport.send(written.sender, written.recipients, parcel)

    def _write(self, letter: Letter, ticket: Ticket, message: BinaryIO, along: Route, transport: Transport) -> Written:
        writer = self._writer_for(letter, ticket)
        if letter.kind == NOTICE:
            return writer.notice(letter, ticket, message)
        plain = {ACKNOWLEDGEMENT: writer.acknowledgement, LINK: writer.link, RESOLVED: writer.resolved}
        if letter.kind in plain:
            return plain[letter.kind](letter, ticket)
        if letter.kind not in KINDS:
            raise LetterRefused(
                Sentence("This version of the desk knows no letter of the kind %(kind)s.", kind=letter.kind)
            )
        if letter.kind == ANSWER:
            return writer.answer(letter, ticket, message, self._parts.operators.find(letter.operator))
        operator = self._reader(letter)
        letter = letter._replace(language=operator.language or self._parts.settings.language)
        if letter.kind == RETURNED:
            return writer.returned(letter, ticket, message if letter.entry else None, operator)
        if letter.kind == TOLD:
            return writer.told(letter, ticket, message if letter.entry else None, operator)
        is_placed = along.kind in ("maildir", "lmtp", "imap")
        if not is_placed and self._parts.settings.forward == "auto":
            untouched = self._redirected(letter, ticket, message, operator, transport)
            if untouched is not None:
                return untouched
        return writer.forward(letter, ticket, message, operator, is_placed)

    def _reader(self, letter: Letter) -> Operator:
        """The operator whom it is for. LetterRefused if they are gone."""
        operator = self._parts.operators.find(letter.operator)
        if operator is None:
            raise LetterRefused(Sentence("There is no operator %(name)s any more.", name=letter.operator))
        return operator

    def _redirected(
        self, letter: Letter, ticket: Ticket, message: BinaryIO, operator: Operator, transport: Transport
    ) -> Written | None:
        """The customer's letter as it came, if its sender's domain lets others send for it; None: the desk's own shape.

        What was decided, and why, is in `_shapes` then.
        """
        from helpdesk_lite.mail import redirect

        found = redirect.redirected(letter, ticket, message, operator, self._parts.settings)
        if found is None or found.original is None or found.original.needs > transport.carries():
            return None
        domain = redirect.sender_domain(message)
        if domain == domain_of(self._parts.settings.address).lower():
            shape, asked = REDIRECT, "ours"
        else:
            policy = self._policies_at_work().of(domain)
            shape = REDIRECT if policy and not policy.is_strict else RESHAPE
            asked = "unknown" if policy is None else policy.asked if policy.domain else "unsaid"
        self._shapes[letter.message_id] = f"{shape} {domain} {asked}"
        return found if shape == REDIRECT else None

    def _note_shape(self, letter: Letter, outcomes: dict[str, Outcome]) -> None:
        """Have the ticket say in which shape a letter was sent on, and why."""
        said = self._shapes.pop(letter.message_id, "")
        if said and any(outcome.kind == SENT for outcome in outcomes.values()):
            try:
                self._parts.desk.note_forwarded(letter.number, COURIER, said, letter.written_at)
            except (DeskError, OSError):  # the letter is gone: no reason to send it again
                log.warning("courier: cannot note number=%s message_id=%s", letter.number, letter.message_id)

    def _policies_at_work(self) -> Policies:
        if self._policies is None:
            from helpdesk_lite.mail.policies import Policies
            from helpdesk_lite.mail.resolver import Resolver

            self._policies = Policies(self._parts.root.inside("cache", "dmarc"), Resolver(), self._parts.clock)
        return self._policies

    def _writer_for(self, letter: Letter, ticket: Ticket | None = None) -> Writer:
        """Who writes with the templates of the ticket's category; what is about all tickets, with the desk's own."""
        from helpdesk_lite.mail.templates import templates_in
        from helpdesk_lite.mail.written import Writer

        parts = self._parts
        about = ticket.category if ticket and letter.kind != LINK else ""
        category = parts.categories.find(about) if about else None
        folders = parts.categories.templates(category) if category else parts.root.templates
        if folders not in self._writers:
            comes_in = bool(disk.names(parts.root.inside("intake", "index")))  # some letter came in before
            self._writers[folders] = Writer(parts.settings, templates_in(folders), parts.secret, comes_in)
        return self._writers[folders]

    def _conclude(self, letter: Letter, recipients: Iterable[str], outcomes: dict[str, Outcome]) -> bool:
        """Note what became of a letter; whether anybody has it now."""
        found: dict[str, list[str]] = {SENT: [], LATER: [], REFUSED: []}
        for recipient in recipients:
            found[outcomes[recipient].kind].append(recipient)
        reasons = {kind: joined(dict.fromkeys(outcomes[one].reason for one in those)) for kind, those in found.items()}
        if found[LATER]:
            if found[REFUSED]:
                self._outbox.hold_part(_left(letter, found[REFUSED], reasons[REFUSED]))
                self._log("held a part", letter)
            self._postpone(_left(letter, found[LATER], ""), reasons[LATER])
        elif found[REFUSED]:
            self._hold(_left(letter, found[REFUSED], ""), reasons[REFUSED])
        else:
            self._outbox.done(letter, self._parts.clock())
            self._log("sent", letter)
        return bool(found[SENT])

    def _postpone(self, letter: Letter, reason: str) -> None:
        """Put a taken letter back until its next try; after too many, hold it."""
        now = int(self._parts.clock())
        tries = letter.tries + 1
        if tries >= MOST_TRIES or (tries >= FEWEST_TRIES and now - letter.written_at >= LONGEST):
            self._hold(letter, reason)
            return
        wait = WAITS[min(tries, len(WAITS)) - 1]
        self._outbox.postpone(letter._replace(tries=tries, next_at=now + wait, reason=reason))
        self._log("waiting", letter)

    def _hold(self, letter: Letter, reason: str) -> None:
        self._outbox.hold(letter._replace(tries=letter.tries + 1, reason=reason))
        self._log("held", letter)

    def _log(self, fact: str, letter: Letter) -> None:
        log.info("courier: %s number=%s message_id=%s", fact, letter.number, letter.message_id)


class _Needless(Exception):
    """Nobody is to get this letter any more."""


def _left(letter: Letter, recipients: list[str], reason: str) -> Letter:
    """The letter for only those recipients; a forward's one recipient is its operator."""
    return letter._replace(recipients=tuple(recipients) if letter.recipients else (), reason=reason)


@contextmanager
def _parcel(written: Written, carries: Callable[[], int], spool: str) -> Iterator[Parcel]:
    """The message as a file to read as often as need be: in memory if it is short, else without a name in `spool`."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=spool) as file:
        size, is_8bit = 0, False
        for chunk in written.chunks(carries):
            size += len(chunk) + chunk.count(b"\n")
            is_8bit = is_8bit or not chunk.isascii()
            file.write(chunk)
        letter = written.letter
        name = f"{letter.written_at}.{letter.message_id[1:].partition('@')[0]}.helpdesk"
        needs_utf8 = not all(map(bytes.isascii, written.head))
        yield Parcel(name, file, size, needs_utf8, is_8bit, letter.message_id)  # type: ignore[arg-type]
