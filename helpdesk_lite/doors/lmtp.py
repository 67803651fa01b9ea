"""The LMTP door (RFC 2033): a mail server hands over letters, on a Unix socket or a loopback port.

Guarantee: a recipient is answered 2xx only after the letter is on disk and a ticket, a rule or a person has it;
whatever goes wrong here is 4xx, so that the mail server keeps the letter. A letter passes through in pieces; a slow
disk keeps no other session waiting; what is under way when the door closes is finished. Who may connect is decided by
whoever opens the socket.
"""

from __future__ import annotations

import asyncio
import logging
import re
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import IO, NamedTuple

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope as Given
from aiosmtpd.smtp import Session

from helpdesk_lite import disk
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.words import terminal
from helpdesk_lite.words.errors import DeskError, TooLarge

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Iterator

    from helpdesk_lite.letters.intake import Outcome

# What each outcome (intake) is called here: an answer's code (RFC 5321, 4.2.3) and its enhanced one (RFC 3463).
ANSWERS = {
    "threaded": "250 2.0.0",
    "opened": "250 2.0.0",
    "ignored": "250 2.0.0",
    "kept": "250 2.0.0",
    "passed": "250 2.0.0",
    "refused": "552 5.2.3",
}
OUR_FAULT, MISCONFIGURED = "451 4.3.0", "451 4.3.5"

LONGEST_COMMAND = 4096  # bytes; more than RFC 5321 and its extensions ask for
MOST_RECIPIENTS = 100  # of one letter (RFC 5321, 4.5.3.1.8)
MOST_SESSIONS = 100
IDLE = 300.0  # seconds without a command (RFC 5321, 4.5.3.2.7), or for a whole letter
PATIENCE = 30.0  # seconds that a letter under way may still take when the door is closed
WORKERS = 8
IN_MEMORY = 256 << 10  # bytes of a letter; more of it lies in a file
_MANY = 1000  # short pieces
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_PATH = rf"<({_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)> *(.*)\Z"  # RFC 5321, 4.1.2
log = logging.getLogger("helpdesk_lite")


class Desk(NamedTuple):
    """What the door needs of the desk. `receive` is `Intake.receive`, and may be called from several threads;
    `most` are the bytes that a letter may have; `spool` is a folder for letters on their way."""

    receive: Callable[[Iterator[bytes], Envelope], Outcome]
    most: int
    spool: str


class Door:
    """Takes letters on a listening socket, from `open` to `close`."""

    def __init__(self, desk: Desk, idle: float = IDLE) -> None:
        self.desk = desk
        self.idle = idle
        self.sessions: set[Conversation] = set()
        self.is_closing = False
        self.workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="lmtp")
        self._server: asyncio.Server | None = None

    async def open(self, listener: socket.socket) -> None:
        """Take connections from now on."""
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's: it has every address
        loop = asyncio.get_running_loop()
        is_unix = isinstance(listener.getsockname(), (str, bytes))
        make = loop.create_unix_server if is_unix else loop.create_server
        # asyncio takes in as many at a time as wait: one, or the other workers would have none.
        self._server = await make(lambda: Conversation(self, loop), sock=listener, backlog=1)
        listener.listen(MOST_SESSIONS)

    async def close(self) -> None:
        """Take nobody in any more; return when the letters under way are answered, or after PATIENCE."""
        assert self._server is not None
        self.is_closing = True
        self._server.close()
        for session in list(self.sessions):
            session.part()
        until = asyncio.get_running_loop().time() + PATIENCE
        while self.sessions and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.02)
        for session in list(self.sessions):
            session.abort()
        self.workers.shutdown(wait=True)


class Conversation(LMTP):
    """One connection. Its letter is read here, in pieces; aiosmtpd would hold it whole, line by line."""

    line_length_limit = disk.CHUNK  # read at once, of a letter whose lines may be of any length

    def __init__(self, door: Door, loop: asyncio.AbstractEventLoop) -> None:
        self._door = door
        self._is_busy = False  # with a letter
        super().__init__(
            _Rules(),
            data_size_limit=door.desk.most,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Help Desk Lite LMTP",
            timeout=door.idle,
            loop=loop,
        )
        self.command_size_limits = defaultdict(lambda: LONGEST_COMMAND)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self._door.sessions) < MOST_SESSIONS and not self._door.is_closing:
            self._door.sessions.add(self)
        super().connection_made(transport)
        if self not in self._door.sessions:
            self._goodbye("421 4.3.2 Too many connections, try again later")

    def connection_lost(self, error: Exception | None) -> None:
        self._door.sessions.discard(self)
        super().connection_lost(error)

    def part(self) -> None:
        """End the connection, after the letter under way if there is one."""
        if not self._is_busy:
            self._goodbye("421 4.3.2 The desk is closing, try again later")

    def abort(self) -> None:
        """End the connection now."""
        if self.transport is not None:
            self.transport.abort()  # type: ignore[attr-defined]

    def _goodbye(self, words: str) -> None:
        if self.transport is not None:
            self.transport.write(f"{words}\r\n".encode())  # type: ignore[attr-defined]
            self.transport.close()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address in a path, and what follows. aiosmtpd reads even the plainest as it would a header: 0.2 ms."""
        plain = re.match(_PLAIN_PATH, arg, re.DOTALL)
        return (plain[1], plain[2]) if plain else super()._getaddr(arg)

    async def smtp_DATA(self, arg: str | None) -> None:
        """Take the letter; one answer for each of its recipients (RFC 2033, 4.2)."""
        if await self.check_helo_needed("LHLO"):
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 RCPT comes first")  # RFC 2033, 4.2: also if all of them were refused
            return
        if arg:
            await self.push("501 5.5.4 DATA takes no argument")
            return
        self._is_busy = True
        try:
            await self.push("354 Go on; end with a dot on a line of its own")
            answer = await self._taken(self.envelope)
            await self.push("\r\n".join([answer] * len(self.envelope.rcpt_tos)))
        finally:
            self._is_busy = False
            self.envelope = self._create_envelope()
        if self._door.is_closing:
            self.part()

    async def _taken(self, given: Given) -> str:
        """Read the letter and give it to the desk; the answer."""
        loop = asyncio.get_running_loop()
        with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=self._door.desk.spool) as file:
            size, failed = 0, ""
            async for piece in _plain(self._reader):
                size += len(piece)
                if failed or size > self._door.desk.most:
                    continue  # what is not kept is still read to its end (RFC 5321, 4.2.5)
                try:
                    if size <= IN_MEMORY:
                        file.write(piece)
                    else:
                        await loop.run_in_executor(self._door.workers, file.write, piece)
                except OSError as wrong:
                    failed = _fault(wrong)
            if failed or size > self._door.desk.most:
                return failed or f"{ANSWERS['refused']} {TooLarge(self._door.desk.most)}"
            return await loop.run_in_executor(self._door.workers, _received, self._door.desk, file, _envelope(given))


class _Rules:
    """What aiosmtpd asks before it goes on."""

    async def handle_EHLO(
        self, server: LMTP, session: Session, envelope: Given, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", *responses[1:]]

    async def handle_MAIL(
        self, server: LMTP, session: Session, envelope: Given, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: LMTP, session: Session, envelope: Given, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        return _fault(error)


async def _plain(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The letter as it was before it travelled: without the doubled dots and the lone one at its end (RFC 5321, 4.5.2),
    and with line ends as files here have them. Only a dot between two CRLF ends it."""
    held, is_line_start = b"", True
    async for raw in _gathered(_raw(reader)):
        text = (b"\r\n" if is_line_start else b"") + held + raw
        held = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(held)
        yield text.replace(b"\r\n.", b"\r\n")[2 if is_line_start else 0 :].replace(b"\r\n", b"\n")
        is_line_start = text.endswith(b"\r\n")
    yield held


async def _gathered(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same in fewer, longer pieces."""
    waiting: list[bytes] = []
    async for piece in pieces:
        waiting.append(piece)
        if len(piece) >= disk.CHUNK or len(waiting) >= _MANY:
            yield b"".join(waiting)
            waiting.clear()
    yield b"".join(waiting)


async def _raw(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """What comes after DATA, up to the lone dot."""
    before = b"\r\n"
    while True:
        try:
            piece = await reader.readuntil(b".\r\n")
            if (before + piece[:-3]).endswith(b"\r\n"):
                yield piece[:-3]
                return
        except asyncio.LimitOverrunError as full:
            piece = await reader.readexactly(full.consumed)
        yield piece
        before = (before + piece)[-2:]


def _received(desk: Desk, file: IO[bytes], envelope: Envelope) -> str:
    """Give the letter to the desk; the answer. Runs in a thread of its own."""
    try:
        file.seek(0)
        outcome = desk.receive(iter(lambda: file.read(disk.CHUNK), b""), envelope)
    except DeskError as wrong:
        log.error("lmtp: failed said=%r", str(wrong)[:300])
        return f"{MISCONFIGURED} The desk cannot work just now"
    except Exception as wrong:  # a mistake of ours must not cost anybody a letter
        return _fault(wrong)
    if outcome.kind == "refused":
        return f"{ANSWERS[outcome.kind]} {terminal.line(outcome.reason).encode('ascii', 'replace').decode()}"
    return f"{ANSWERS[outcome.kind]} {outcome.kind} {outcome.number}".rstrip()


def _fault(wrong: Exception) -> str:
    """The answer for what is no letter's fault; the log has more."""
    log.error("lmtp: failed error=%s said=%r", type(wrong).__name__, str(wrong)[:300])
    return f"{OUR_FAULT} The desk could not keep it, try again later"


def _envelope(given: Given) -> Envelope:
    sender = "" if given.mail_from in (None, "<>") else _clean(str(given.mail_from))
    return Envelope("lmtp", sender, tuple(dict.fromkeys(map(_clean, given.rcpt_tos))))


def _clean(address: str) -> str:
    """aiosmtpd's text; bytes that are no UTF-8 are replaced."""
    return address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
