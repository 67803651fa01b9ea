"""Letters straight into a folder of a mailbox, over IMAP (RFC 3501): several in one session.

Guarantee: a letter counts as sent when the server has said so; the same letter again makes no second copy while the
first lies in the folder; it passes through in pieces, is not seen yet, and is dated when it was written. No password
goes over a line that anybody can read, unless the route says so.
"""

from __future__ import annotations

import imaplib
import socket
from contextlib import contextmanager, suppress

from helpdesk_lite.mail.transport import wire
from helpdesk_lite.mail.transport.contract import ANY_LINES, LATER, REFUSED, SENT, Outcome, TransportDown, said, why
from helpdesk_lite.mail.transport.watch import Watch
from helpdesk_lite.words import times
from helpdesk_lite.words.i18n import Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from typing import Any

    from helpdesk_lite.mail.transport.contract import Parcel
    from helpdesk_lite.words.route import Route

PATIENCE = 30.0  # seconds for one answer
_SLOWEST = 10_000  # bytes a second
_DAY = 86_400
_FOR_GOOD = (b"[CANNOT]", b"[LIMIT]", b"[NOPERM]", b"[TOOBIG]")  # RFC 5530, RFC 4469: asking again will not help


class ImapTransport:
    """Puts letters into the folder of `route`: it is one operator's, whatever the envelope says."""

    def __init__(self, route: Route, patience: float = PATIENCE) -> None:
        self._route = route
        self._patience = patience
        self._folder = quoted(utf7(route.folder))
        self._session: imaplib.IMAP4 | None = None
        self._is_open = False  # the folder, in this session
        self._watch = Watch(min(1.0, patience / 10))
        self._broken = 0  # letters in a row over which the connection broke: one may be the letter's fault

    def __enter__(self) -> ImapTransport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                self._session.logout()
            self._part()

    def carries(self) -> int:
        """See `Transport.carries`: a literal holds anything but NUL (RFC 3501, 4.3)."""
        return ANY_LINES

    def reach(self) -> None:
        """See `Transport.reach`. The folder is not looked at: the first letter makes it."""
        if self._session is None:
            self._connected()

    def send(self, sender: str, recipients: Sequence[str], parcel: Parcel) -> dict[str, Outcome]:
        """See `Transport.send`: one outcome for all."""
        session = self._session or self._connected()
        try:
            with self._at_most([session], self._patience * 10 + parcel.size / _SLOWEST):
                outcome = self._placed(session, parcel)
        except (OSError, imaplib.IMAP4.abort) as wrong:
            self._part()
            self._broken += 1
            if self._broken > 1 or isinstance(wrong, TimeoutError):
                raise TransportDown(self._why(wrong)) from None
            outcome = Outcome(LATER, self._why(wrong))
        except imaplib.IMAP4.error as wrong:  # the server did not understand: its words are about this letter
            outcome = Outcome(REFUSED, self._why(wrong))
        else:
            self._broken = 0
        return dict.fromkeys(recipients, outcome)

    def _placed(self, session: imaplib.IMAP4, parcel: Parcel) -> Outcome:
        """The letter in the folder, once; the folder is made if it is not there."""
        if self._has(session, parcel):
            return Outcome(SENT)
        kind, words = self._append(session, parcel)
        if kind == "NO" and b"[TRYCREATE]" in words.upper():
            session.create(self._folder)
            session.subscribe(self._folder)
            kind, words = self._append(session, parcel)
        if kind == "OK":
            return Outcome(SENT)
        is_for_good = any(code in words.upper() for code in _FOR_GOOD)
        return Outcome(REFUSED if is_for_good else LATER, self._spoken(said(words)))

    def _has(self, session: imaplib.IMAP4, parcel: Parcel) -> bool:
        """Whether the folder has the letter: whoever tried before may not have heard the server's answer."""
        if not parcel.message_id:
            return False
        if not self._is_open:
            self._is_open = session.select(self._folder, readonly=True)[0] == "OK"  # letters stay recent
        if not self._is_open:
            return False
        since = times.mail(_written_at(parcel) - 2 * _DAY)[5:16].replace(" ", "-")  # days are as the server counts them
        kind, found = session.uid("SEARCH", "SINCE", since, "HEADER", "Message-ID", quoted(parcel.message_id))
        return kind == "OK" and bool(found) and bool(found[0])

    def _append(self, session: imaplib.IMAP4, parcel: Parcel) -> tuple[str, bytes]:
        """Hand the letter over; the server's verdict, and its words."""
        date = imaplib.Time2Internaldate(_written_at(parcel))
        session.literal = _Literal(parcel)  # type: ignore[assignment]  # `append` would take the whole letter at once
        kind, words = session._simple_command("APPEND", self._folder, date)
        return kind, words[-1] or b""

    def _connected(self) -> imaplib.IMAP4:
        """A session that is signed in, in the security the route asks for. TransportDown."""
        opened: list[imaplib.IMAP4] = []
        try:
            with self._at_most(opened, self._patience * 3):
                self._session = self._signed_in(opened)
        except (OSError, imaplib.IMAP4.error, ValueError) as wrong:
            for session in opened:
                with suppress(OSError):
                    session.shutdown()
            raise TransportDown(self._why(wrong)) from None
        return self._session

    def _signed_in(self, opened: list[imaplib.IMAP4]) -> imaplib.IMAP4:
        route = self._route
        session: imaplib.IMAP4
        if route.tls == "implicit":
            session = _TlsSession(opened, route.host, route.port, ssl_context=_tls(), timeout=self._patience)
        else:
            session = _Session(opened, route.host, route.port, timeout=self._patience)
        if route.tls == "starttls":
            session.starttls(_tls())
        if "AUTH=PLAIN" in session.capabilities:
            session.authenticate("PLAIN", lambda _: f"\0{route.user}\0{route.password}".encode())
        else:
            session.login(route.user, route.password)
        return session

    @contextmanager
    def _at_most(self, opened: list[imaplib.IMAP4], seconds: float) -> Iterator[None]:
        """Cut what was opened off when the block takes longer, also if the other side says a byte now and then."""
        is_late = False

        def cut_off() -> None:
            nonlocal is_late
            is_late = True
            for session in opened:
                with suppress(OSError, AttributeError):
                    session.sock.shutdown(socket.SHUT_RDWR)

        self._watch.begin(seconds, cut_off)
        try:
            yield
        except (OSError, imaplib.IMAP4.error):
            if is_late:
                raise TimeoutError(Sentence("it took longer than %(num)s seconds", num=round(seconds))) from None
            raise
        finally:
            self._watch.end()

    def _part(self) -> None:
        """Forget the connection."""
        if self._session is not None:
            with suppress(OSError):
                self._session.shutdown()
        self._session, self._is_open = None, False

    def _why(self, wrong: Exception) -> str:
        """The reason in words for people: the server's own, if it had any."""
        return self._spoken(why(wrong))

    def _spoken(self, words: str) -> str:
        return Sentence("%(way)s: %(words)s", way=self._route.shown(), words=words)


class _Literal:
    """A letter as it goes to the server: its size is said first, so it has to be exact."""

    def __init__(self, parcel: Parcel) -> None:
        self._parcel = parcel

    def __len__(self) -> int:
        return self._parcel.size

    def __iter__(self) -> Iterator[bytes]:
        return (piece.replace(b"\n", b"\r\n") for piece in wire.pieces(self._parcel.file))


class _Session(imaplib.IMAP4):
    """An IMAP client that is known as soon as it has a connection, and sends literals in pieces."""

    def __init__(self, opened: list[imaplib.IMAP4], *where: Any, **how: Any) -> None:
        self._opened = opened
        super().__init__(*where, **how)

    def open(self, *where: Any, **how: Any) -> None:
        """See imaplib."""
        super().open(*where, **how)
        self._opened.append(self)

    def send(self, data: Any) -> None:
        """See imaplib."""
        for piece in data if isinstance(data, _Literal) else (data,):
            super().send(piece)


class _TlsSession(_Session, imaplib.IMAP4_SSL):
    """The same with TLS from the start."""


def quoted(text: str) -> str:
    """An astring (RFC 3501, 4.3)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def utf7(name: str) -> str:
    """The name of a folder as IMAP writes it (RFC 3501, 5.1.3)."""
    import base64
    import re

    def encoded(found: re.Match[str]) -> str:
        raw = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{raw.replace('/', ',')}-"

    return re.sub(r"[^ -~]+", encoded, name.replace("&", "&-"))


def _written_at(parcel: Parcel) -> int:
    """Seconds UTC."""
    at = parcel.name.partition(".")[0]
    return int(at) if at.isdecimal() else 0


def _tls() -> Any:
    import ssl

    return ssl.create_default_context()
