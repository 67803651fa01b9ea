"""The IMAP door: letters are fetched from a mailbox (RFC 9051), each once.

Guarantee: a letter is flagged, moved or deleted there only after it is on disk and a ticket, a rule or a person has it;
killed anywhere, the next run goes on, and no letter becomes two. Who has read it there in the meantime does not matter.
A letter passes through in pieces; a certificate that cannot be verified is a reason not to speak. It does not decide
how often.
"""

from __future__ import annotations

import imaplib
import json
import re
import ssl
from contextlib import suppress
from typing import NamedTuple

from helpdesk_lite import disk
from helpdesk_lite.mail.arrivals import Envelope
from helpdesk_lite.mail.transport.imap import quoted, utf7
from helpdesk_lite.words.errors import DeskUnusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    from helpdesk_lite.letters.intake import Outcome
    from helpdesk_lite.words.route import Route

    Answer = list[bytes | tuple[bytes, bytes] | None]
    Receive = Callable[[Iterable[bytes], Envelope], Outcome]

# All but the last: the desk has the letter, or one of its departments has (intake).
OUTCOMES = ("threaded", "opened", "ignored", "kept", "passed", "refused")
FLAG = "$HelpDesk"
PATIENCE = 60.0  # seconds for one answer
PIECE = 1 << 20  # bytes asked for at once
_WINDOW = 10_000  # UIDs asked for at once: imaplib bears lines of a million bytes
_QUOTED = re.compile(rb'BODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"')
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Tally(NamedTuple):
    """What one run did: how many letters by outcome, and sentences about what needs a person."""

    counts: dict[str, int]
    troubles: list[str]


class MailboxClosed(DeskUnusable):
    """The server does not let us in, or not into the folder: the text has its words."""


def fetch(mailbox: Mailbox, memory: Memory, receive: Receive, most: int) -> Tally:
    """Give every letter that is new in the open mailbox to `receive` (Intake's), then put it away there.

    A letter of more than `most` bytes stays where it is. OSError and IMAP4.error: the rest can be had later.
    """
    tally = Tally(dict.fromkeys(OUTCOMES, 0), [])
    memory.look_at(mailbox.validity)
    for uid in mailbox.uids(memory.through):
        size = mailbox.size(uid)
        if size is not None:  # else somebody took it away meanwhile
            kind, reason = "refused", f"It has {size} bytes, and the desk takes {most}."
            if size <= most:
                outcome = receive(_unix_lines(mailbox.pieces(uid)), Envelope("fetch"))
                kind, reason = outcome.kind, outcome.reason
            tally.counts[kind] += 1
            trouble = f"It stays in the mailbox. {reason}" if kind == "refused" else mailbox.put_away(uid)
            if trouble:
                tally.troubles.append(f"Letter {uid}: {trouble}")
        memory.note(uid)
    return tally


class Memory:
    """Up to which letter a mailbox has been looked through: a small file. Losing it costs time only."""

    def __init__(self, path: str, route: Route) -> None:
        self._path = path
        self._mailbox = f"{route.user}@{route.shown()}"
        self._validity = 0
        self.through = 0

    def look_at(self, validity: int) -> None:
        """Remember what is known of the mailbox while it has this UIDVALIDITY (RFC 9051, 2.3.1.1)."""
        self._validity, self.through = validity, 0
        with suppress(FileNotFoundError, ValueError, TypeError):
            known = json.loads(disk.read(self._path))
            if known["mailbox"] == self._mailbox and known["validity"] == validity:
                self.through = int(known["through"])

    def note(self, uid: int) -> None:
        """The letters up to this one are done with."""
        self.through = uid
        known = {"mailbox": self._mailbox, "validity": self._validity, "through": uid}
        disk.jot(self._path, json.dumps(known).encode())


class Mailbox:
    """The folder of `route` on its server, open between `with` and its end. MailboxClosed if it cannot be opened.

    `afterwards` is `[fetch] afterwards`; a `token` is used in place of the route's password, unless it is "".
    """

    def __init__(self, route: Route, afterwards: str, token: str = "") -> None:
        self._route = route
        self._afterwards = afterwards
        self._token = token
        self.validity = 0

    def __enter__(self) -> Mailbox:
        trust = ssl.create_default_context()
        host, port = self._route.host, self._route.port
        if self._route.tls == "implicit":
            self._server: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=trust, timeout=PATIENCE)
        else:
            self._server = imaplib.IMAP4(host, port, timeout=PATIENCE)
        try:
            if self._route.tls != "implicit":
                self._server.starttls(trust)
            self._sign_in()
            self._can = (self._server.capability()[1][-1] or b"").upper().split()  # more than before, often
            self._open()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError, imaplib.IMAP4.error):
            self._server.logout()
        with suppress(OSError):
            self._server.shutdown()

    def uids(self, after: int) -> Iterator[int]:
        """The letters that came after the one with the UID `after` and are not flagged as ours, oldest first."""
        end = self._next
        for first in range(after + 1, end, _WINDOW):
            window = f"{first}:{min(first + _WINDOW, end) - 1}"
            answer = self._do("SEARCH", "UID", window, *(("UNKEYWORD", FLAG) if self._can_flag else ()))
            yield from sorted(int(word) for word in b" ".join(one for one in answer if isinstance(one, bytes)).split())

    def size(self, uid: int) -> int | None:
        """Its bytes; None if it is gone."""
        for said in self._do("FETCH", str(uid), "(RFC822.SIZE)"):
            if isinstance(said, bytes) and (found := _SIZE.search(said)):
                return int(found[1])
        return None

    def pieces(self, uid: int) -> Iterator[bytes]:
        """The letter, in pieces; nobody sees there that it was read. IMAP4.abort if it is gone."""
        start = 0
        while True:
            piece = _body(self._do("FETCH", str(uid), f"(BODY.PEEK[]<{start}.{PIECE}>)"))
            yield piece
            start += len(piece)
            if len(piece) < PIECE:
                return

    def put_away(self, uid: int) -> str:
        """Flag, move or delete the letter; why that cannot be done, or ""."""
        try:
            if self._afterwards == "flag":
                if self._can_flag:
                    self._do("STORE", str(uid), "+FLAGS.SILENT", f"({FLAG})")
            elif self._afterwards == "delete":
                self._remove(uid)
            else:
                self._move(uid, quoted(utf7(self._afterwards.removeprefix("move:"))))
        except Refused as wrong:
            return str(wrong)
        return ""

    def _move(self, uid: int, folder: str) -> None:
        verb = "MOVE" if b"MOVE" in self._can else "COPY"  # RFC 6851
        try:
            self._do(verb, str(uid), folder)
        except Refused:
            self._server.create(folder)
            self._do(verb, str(uid), folder)
        if verb == "COPY":
            self._remove(uid)

    def _remove(self, uid: int) -> None:
        """Delete this letter, and no other that somebody has marked (RFC 4315)."""
        self._do("STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)")
        if b"UIDPLUS" in self._can:
            self._do("EXPUNGE", str(uid))

    def _do(self, verb: str, *words: str) -> Answer:
        kind, answer = self._server.uid(verb, *words)
        if kind != "OK":
            raise Refused(_words(answer))
        return answer

    def _sign_in(self) -> None:
        server, route = self._server, self._route
        try:
            if self._token:
                bearer = f"user={route.user}\x01auth=Bearer {self._token}\x01\x01".encode()
                server.authenticate("XOAUTH2", lambda challenge: b"" if challenge else bearer)
            elif "AUTH=PLAIN" in server.capabilities:  # any characters (RFC 4616)
                plain = f"\0{route.user}\0{route.password}".encode()
                server.authenticate("PLAIN", lambda _: plain)
            else:
                server.login(route.user, route.password)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeEncodeError) as wrong:
            raise MailboxClosed(f"{route.shown()} does not let {route.user} in: {_words(wrong.args)}") from None

    def _open(self) -> None:
        kind, answer = self._server.select(quoted(utf7(self._route.folder)))
        if kind != "OK":
            raise MailboxClosed(f"{self._route.shown()} cannot be opened: {_words(answer)}")
        self.validity, self._next = (self._number(name) for name in ("UIDVALIDITY", "UIDNEXT"))
        allowed = self._server.response("PERMANENTFLAGS")[1][-1] or b""
        self._can_flag = b"\\*" in allowed or FLAG.encode() in allowed

    def _number(self, name: str) -> int:
        said = self._server.response(name)[1][-1]
        if said is None or not said.isdigit():
            raise MailboxClosed(f"{self._route.shown()} does not tell its {name}.")
        return int(said)


class Refused(DeskUnusable):
    """The server said no, in its own words."""


def _body(answer: Answer) -> bytes:
    """The piece of a letter that a FETCH brought; a short one may come as a quoted string."""
    for said in answer:
        if isinstance(said, tuple) and b"BODY[]" in said[0]:
            return said[1]
        if isinstance(said, bytes) and (found := _QUOTED.search(said)):
            return re.sub(rb"\\(.)", rb"\1", found[1])
    raise imaplib.IMAP4.abort("a letter was taken away while it was read")


def _words(answer: Sequence[object]) -> str:
    """What the server said, for people."""
    said = next((one for one in answer if isinstance(one, (bytes, str)) and one), "nothing more")
    return (said.decode("utf-8", "replace") if isinstance(said, bytes) else said)[:300]


def _unix_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same with line ends as files here have them."""
    held = b""
    for piece in pieces:
        text = held + piece
        held = b"\r" if text.endswith(b"\r") else b""
        yield text.removesuffix(held).replace(b"\r\n", b"\n")
    yield held
