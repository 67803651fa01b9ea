"""The courier: takes letters from the outbox, has them written, hands them to a transport, notes what became of them.

Guarantee: a letter leaves the outbox when every recipient has it or a person dropped it; one courier works at a time; a
dead server holds up no letters that go another way; what is refused, or cannot be sent for days, is held for a person.
It decides nothing about tickets. Its log names ticket and Message-ID, never an address.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import contextmanager
from typing import NamedTuple

from helpdesk_lite import route
from helpdesk_lite.errors import DeskError, LetterRefused, OperatorMistaken, UnknownNumber
from helpdesk_lite.letter import ACKNOWLEDGEMENT, FORWARD, NOTICE
from helpdesk_lite.mail.transport.contract import LATER, REFUSED, SENT, Outcome, Parcel, TransportDown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO, Protocol

    from helpdesk_lite.desk import Desk
    from helpdesk_lite.letter import Letter
    from helpdesk_lite.mail.outbox import Outbox
    from helpdesk_lite.mail.transport.contract import Transport
    from helpdesk_lite.mail.written import Writer, Written
    from helpdesk_lite.operators import Operators
    from helpdesk_lite.root import Root
    from helpdesk_lite.route import Route
    from helpdesk_lite.settings import Settings
    from helpdesk_lite.store.contract import Store
    from helpdesk_lite.ticket import Ticket

    class Parts(Protocol):
        """What of the assembled desk the courier uses."""

        root: Root
        settings: Settings
        store: Store
        outbox: Outbox
        desk: Desk
        operators: Operators
        spool: str
        clock: Callable[[], float]


WAITS = (60, 300, 900, 3600, 4 * 3600)  # seconds before the next try, after each one that failed; then always the last
LONGEST = 5 * 86_400  # seconds for which a letter is tried, as mail servers do (RFC 5321, 4.5.4.1)
FEWEST_TRIES = 6  # before it is held, however old it is: a desk may have slept
MOST_TRIES = 40
MOST_AT_ONCE = 4  # routes that are used side by side
_IN_MEMORY = 1 << 18  # bytes of a message; a longer one is spooled to disk
log = logging.getLogger("helpdesk_lite")


class Tally(NamedTuple):
    """What a run did and left: letters sent by it, and those waiting and held in the outbox afterwards."""

    sent: int
    waiting: int
    held: int


class Courier:
    """Sends the letters of the desk made of `parts`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._outbox = parts.outbox
        self._writer: Writer | None = None

    def run(self, until: float | None = None, all: bool = False) -> Tally:
        """Send what is due (`all`: whatever waits, once), until there is no more or the clock says `until`.

        Does nothing while another courier is at work: that one looks again before it goes.
        """
        sent = 0
        seen: set[str] = set()
        while (found := self._shift(until, all, seen)) is not None:
            sent += found
            if self._is_over(until) or not self._due(all, seen):
                break  # looked once more after giving back the lease: nothing fell between two couriers
        return Tally(sent, *self._outbox.counts())

    def _shift(self, until: float | None, all: bool, seen: set[str]) -> int | None:
        """Work under the lease until nothing is due; how many were sent. None if another courier has the lease."""
        from filelock import FileLock, Timeout

        lease = FileLock(self._parts.root.inside("locks", "courier.lock"), blocking=False)
        sent = 0
        try:
            with lease:
                self._mend()
                while (letters := self._due(all, seen)) and not self._is_over(until):
                    sent += self._round(letters, until)
                    seen.update(letter.name for letter in letters)
                self._outbox.settle()
        except Timeout:
            return None
        return sent

    def _due(self, all: bool, seen: set[str]) -> list[Letter]:
        return [letter for letter in self._outbox.due(None if all else self._parts.clock()) if letter.name not in seen]

    def _is_over(self, until: float | None) -> bool:
        return until is not None and self._parts.clock() >= until

    def _mend(self) -> None:
        """Finish what a killed courier or desk left."""
        self._outbox.sweep()
        for number in self._outbox.staged_numbers():
            self._parts.desk.mend(number)

    def _round(self, letters: list[Letter], until: float | None) -> int:
        """Send these letters, those of different routes side by side; how many were sent."""
        groups: dict[Route, list[Letter]] = {}
        for letter in letters:
            groups.setdefault(self._route(letter), []).append(letter)
        if len(groups) == 1:
            return sum(self._send_along(along, group, until) for along, group in groups.items())
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            tasks = [pool.submit(self._send_along, along, group, until) for along, group in groups.items()]
            return sum(task.result() for task in tasks)

    def _route(self, letter: Letter) -> Route:
        """Which way the letter goes. A forward whose operator is gone goes the usual way, to be held there."""
        usual = route.read_transport(self._parts.settings.transport)
        if letter.kind != FORWARD:
            return usual
        try:
            operator = self._parts.operators.find(letter.operator)
        except OperatorMistaken:
            return usual
        own = route.read_delivery(operator.deliver) if operator else usual
        return usual if own.kind == "mail" else own

    def _send_along(self, along: Route, letters: Iterable[Letter], until: float | None) -> int:
        """Send the letters along one route in one session; how many were sent."""
        from helpdesk_lite.mail.transport import choose

        sent = 0
        down = ""
        is_usual = along == route.read_transport(self._parts.settings.transport)
        try:
            transport = choose.transport(along, self._parts.settings.address, self._parts.root.path, is_usual)
        except TransportDown as wrong:
            for letter in letters:
                self._postpone_untried(letter, str(wrong))
            return 0
        with transport:
            for letter in letters:
                if self._is_over(until):
                    break
                if down:
                    self._postpone_untried(letter, down)
                elif self._outbox.take(letter):
                    down, is_sent = self._try(letter, along, transport)
                    sent += is_sent
        return sent

    def _try(self, letter: Letter, along: Route, transport: Transport) -> tuple[str, bool]:
        """Send a taken letter. Why nothing at all can go this way now ("" if it can), and whether it was sent."""
        try:
            written, outcomes = self._send(letter, along, transport)
        except LetterRefused as wrong:
            self._hold(letter, str(wrong))
        except UnknownNumber as wrong:
            # Under its lock no ticket is between two folders, where a reader may miss it.
            with self._parts.store.locked(letter.number):
                is_gone = not self._has_ticket(letter.number)
            (self._hold if is_gone else self._postpone)(letter, str(wrong))
        except TransportDown as wrong:
            self._postpone(letter, str(wrong))
            return str(wrong), False
        except (DeskError, OSError) as wrong:
            self._postpone(letter, str(wrong))
        except Exception as wrong:
            log.exception("courier: failed number=%s message_id=%s", letter.number, letter.message_id)
            self._postpone(letter, f"{type(wrong).__name__}: {wrong}")
        else:
            return "", self._conclude(letter, written.recipients, outcomes)
        return "", False

    def _send(self, letter: Letter, along: Route, transport: Transport) -> tuple[Written, dict[str, Outcome]]:
        """Have the letter written and carried. LetterRefused, TransportDown, and what the store raises."""
        ticket = self._parts.store.read(letter.number)
        with self._parts.store.open_message(letter.number, ticket.entries[0].message_id) as message:
            written = self._write(letter, ticket, message, along)
            with _parcel(written, self._parts.spool) as parcel:
                return written, transport.send(written.sender, written.recipients, parcel)

    def _has_ticket(self, number: str) -> bool:
        try:
            self._parts.store.place(number)
        except UnknownNumber:
            return False
        return True

    def _write(self, letter: Letter, ticket: Ticket, message: BinaryIO, along: Route) -> Written:
        writer = self._writer_at_work()
        if letter.kind == NOTICE:
            return writer.notice(letter, ticket, message)
        if letter.kind == ACKNOWLEDGEMENT:
            return writer.acknowledgement(letter, ticket)
        if letter.kind != FORWARD:
            raise LetterRefused(f"This version of the desk knows no letter of the kind {letter.kind!r}.")
        operator = self._parts.operators.find(letter.operator)
        if operator is None:
            raise LetterRefused(f"There is no operator {letter.operator} any more.")
        language = operator.language or self._parts.settings.language
        is_placed = along.kind in ("maildir", "lmtp")
        return writer.forward(letter._replace(language=language), ticket, message, operator, is_placed)

    def _writer_at_work(self) -> Writer:
        if self._writer is None:
            from helpdesk_lite.mail.templates import Templates
            from helpdesk_lite.mail.written import Writer

            self._writer = Writer(self._parts.settings, Templates(self._parts.root.templates))
        return self._writer

    def _conclude(self, letter: Letter, recipients: Iterable[str], outcomes: dict[str, Outcome]) -> bool:
        """Note what became of a letter; whether anybody has it now."""
        found: dict[str, list[str]] = {SENT: [], LATER: [], REFUSED: []}
        for recipient in recipients:
            found[outcomes[recipient].kind].append(recipient)
        reasons = {
            kind: "; ".join(dict.fromkeys(outcomes[one].reason for one in those)) for kind, those in found.items()
        }
        if found[LATER]:
            if found[REFUSED]:
                self._outbox.hold_part(_left(letter, found[REFUSED], reasons[REFUSED]))
                self._log("held a part", letter)
            self._postpone(_left(letter, found[LATER], ""), reasons[LATER])
        elif found[REFUSED]:
            self._hold(_left(letter, found[REFUSED], ""), reasons[REFUSED])
        else:
            self._outbox.done(letter)
            self._log("sent", letter)
        return bool(found[SENT])

    def _postpone_untried(self, letter: Letter, reason: str) -> None:
        """Put a letter off that waits for a way that is down."""
        if self._outbox.take(letter):
            self._postpone(letter, reason)

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


def _left(letter: Letter, recipients: list[str], reason: str) -> Letter:
    """The letter for only those recipients; a forward's one recipient is its operator."""
    return letter._replace(recipients=tuple(recipients) if letter.recipients else (), reason=reason)


@contextmanager
def _parcel(written: Written, spool: str) -> Iterator[Parcel]:
    """The message as a file to read as often as need be: in memory if it is short, else without a name in `spool`."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=spool) as file:
        size = 0
        for chunk in written.chunks():
            size += len(chunk) + chunk.count(b"\n")
            file.write(chunk)
        letter = written.letter
        name = f"{letter.written_at}.{letter.message_id[1:].partition('@')[0]}.helpdesk"
        yield Parcel(name, file, size, not all(map(bytes.isascii, written.head)))  # type: ignore[arg-type]
