"""Letters over SMTP (RFC 5321), several in one session, with what it has grown: TLS, passwords, SIZE, SMTPUTF8.

Guarantee: a message passes through in pieces; a certificate that cannot be verified is a reason not to speak; what the
server said of each recipient is told in its own words; however slowly it speaks, it cannot keep us waiting for long.
"""

from __future__ import annotations

import smtplib
import socket
from contextlib import contextmanager, suppress

from helpdesk_lite.mail.headers import ascii_domain
from helpdesk_lite.mail.transport import wire
from helpdesk_lite.mail.transport.contract import (
    EIGHT_BIT,
    LATER,
    REFUSED,
    SENT,
    SEVEN_BIT,
    Outcome,
    TransportDown,
    said,
    why,
)
from helpdesk_lite.mail.transport.watch import Watch
from helpdesk_lite.words.i18n import N_, Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from helpdesk_lite.mail.transport.contract import Parcel
    from helpdesk_lite.words.route import Route

PATIENCE = 30.0  # seconds for one answer
_LAST_ANSWER = 4  # times as long for a whole message, which may be scanned meanwhile (RFC 5321, 4.5.3.2.6)
_SLOWEST = 10_000  # bytes a second
_ABOUT_US = (530, 534, 535, 538)  # a password is missing or wrong: no letter's fault (RFC 4954, 6)
_NO_UTF8 = Sentence("The mail server does not take internationalised addresses (SMTPUTF8), and this letter has one.")


class SmtpTransport:
    """Sends through the server of `route`. `own_address` names us and stands in where no empty sender is allowed."""

    def __init__(self, route: Route, own_address: str, patience: float = PATIENCE) -> None:
        self._route = route
        self._own_address = ascii_domain(own_address)
        self._patience = patience
        self._server: smtplib.SMTP | None = None
        self._watch = Watch(min(1.0, patience / 10))
        self._broken = 0  # letters in a row over which the connection broke: one may be the letter's fault

    def __enter__(self) -> SmtpTransport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._part()

    def carries(self) -> int:
        """See `Transport.carries`: the server says it (RFC 6152)."""
        server = self._server or self._connected()
        return EIGHT_BIT if server.has_extn("8bitmime") else SEVEN_BIT

    def reach(self) -> None:
        """See `Transport.reach`."""
        if self._server is None:
            self._connected()

    def send(self, sender: str, recipients: Sequence[str], parcel: Parcel) -> dict[str, Outcome]:
        """See `Transport.send`."""
        server = self._server or self._connected()
        try:
            with self._at_most(server, self._patience * 10 + parcel.size / _SLOWEST):
                outcomes = self._transaction(server, sender, recipients, parcel)
        except (OSError, smtplib.SMTPException) as wrong:
            self._part()
            self._broken += 1
            if self._broken > 1 or "timed out" in str(wrong) or isinstance(wrong, TimeoutError):
                raise TransportDown(self._why(wrong)) from None
            return dict.fromkeys(recipients, Outcome(LATER, self._why(wrong)))
        self._broken = 0
        return outcomes

    def _transaction(
        self, server: smtplib.SMTP, sender: str, recipients: Sequence[str], parcel: Parcel
    ) -> dict[str, Outcome]:
        """One letter; for the recipients that were left when something was refused, that is their outcome."""
        limit = server.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < parcel.size:
            text = N_("The mail server takes letters of at most %(limit)s bytes, and this one has %(size)s.")
            words = Sentence(text, limit=limit, size=parcel.size)
            return dict.fromkeys(recipients, Outcome(REFUSED, words))
        addresses = {recipient: ascii_domain(recipient) for recipient in recipients}
        with_utf8 = parcel.needs_utf8 or not all(map(str.isascii, (sender, *addresses.values())))
        outcomes: dict[str, Outcome] = {}
        if with_utf8 and not server.has_extn("smtputf8"):
            if parcel.needs_utf8 or not ascii_domain(sender).isascii():
                return dict.fromkeys(recipients, Outcome(REFUSED, _NO_UTF8))
            outcomes = {one: Outcome(REFUSED, _NO_UTF8) for one in recipients if not addresses[one].isascii()}
            with_utf8 = False
        left = [recipient for recipient in recipients if recipient not in outcomes]
        if left:
            refused = self._mail(server, sender, parcel, with_utf8)
            outcomes |= dict.fromkeys(left, refused) if refused else self._rest(server, left, addresses, parcel)
        return outcomes

    def _mail(self, server: smtplib.SMTP, sender: str, parcel: Parcel, with_utf8: bool) -> Outcome | None:
        """MAIL FROM; why not, if it was refused."""
        server.command_encoding = "utf-8" if with_utf8 else "ascii"
        options = f" SIZE={parcel.size}" if server.has_extn("size") else ""
        options += " BODY=8BITMIME" if with_utf8 or (parcel.is_8bit and server.has_extn("8bitmime")) else ""
        options += " SMTPUTF8" if with_utf8 else ""
        for address in dict.fromkeys((ascii_domain(sender), sender or self._own_address)):
            code, words = server.docmd("MAIL", f"FROM:<{address}>{options}")
            if code == 250:
                return None
            if code in _ABOUT_US:
                raise TransportDown(self._spoken(said(words, code)))
            server.rset()
            if address or code < 500:
                break  # only an empty sender is worth a second try: not every provider allows it
        return self._outcome(code, words)

    def _rest(
        self, server: smtplib.SMTP, recipients: list[str], addresses: dict[str, str], parcel: Parcel
    ) -> dict[str, Outcome]:
        """RCPT TO for each, then DATA for those that were accepted."""
        outcomes = {}
        for recipient in recipients:
            code, words = server.docmd("RCPT", f"TO:<{addresses[recipient]}>")
            # 552 where 452 is meant: too many recipients for one message (RFC 5321, 4.5.3.1.10)
            outcomes[recipient] = self._outcome(452 if code == 552 else code, words)
        accepted = [recipient for recipient in recipients if outcomes[recipient].kind == SENT]
        if not accepted:
            server.rset()
            return outcomes
        code, words = server.docmd("DATA")
        if code != 354:
            server.rset()
            found = self._outcome(code, words)
            wrong = found if found.kind == REFUSED else Outcome(LATER, said(words, code))
            return outcomes | dict.fromkeys(accepted, wrong)
        for piece in wire.dotted(wire.pieces(parcel.file)):
            server.send(piece)
        assert server.sock is not None
        server.sock.settimeout(self._patience * _LAST_ANSWER)
        outcomes |= self._verdicts(server, accepted)
        server.sock.settimeout(self._patience)
        return outcomes

    def _verdicts(self, server: smtplib.SMTP, accepted: list[str]) -> dict[str, Outcome]:
        """What the server says of the whole message: one answer for all."""
        code, words = server.getreply()
        return dict.fromkeys(accepted, self._outcome(code, words))

    def _outcome(self, code: int, words: bytes) -> Outcome:
        if code == 421:
            raise smtplib.SMTPServerDisconnected(said(words, code))
        if 200 <= code < 300:
            return Outcome(SENT)
        return Outcome(REFUSED if 500 <= code < 600 else LATER, said(words, code))

    def _connected(self) -> smtplib.SMTP:
        """A server that greeted us, in the security the route asks for, and that knows who we are. TransportDown."""
        server = self._new()
        try:
            with self._at_most(server, self._patience * 3):
                self._greet(server)
        except (OSError, smtplib.SMTPException, ValueError) as wrong:
            self._server = server
            self._part()
            raise TransportDown(self._why(wrong)) from None
        self._server = server
        return server

    def _new(self) -> smtplib.SMTP:
        """A client that is not connected yet."""
        own_name = self._own_address.rpartition("@")[2]
        if self._route.tls != "implicit":
            return smtplib.SMTP(local_hostname=own_name, timeout=self._patience)
        import ssl

        return smtplib.SMTP_SSL(local_hostname=own_name, timeout=self._patience, context=ssl.create_default_context())

    def _greet(self, server: smtplib.SMTP) -> None:
        server._host = self._route.host  # type: ignore[attr-defined]  # TLS checks this name; connect() does not set it
        code, words = server.connect(self._route.path or self._route.host, self._route.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        if not self._route.path:
            # Else Nagle's algorithm holds the final dot back for 40 ms a letter (RFC 1122, 4.2.3.4).
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # type: ignore[union-attr]
        server.ehlo_or_helo_if_needed()
        if self._route.tls == "starttls":
            import ssl

            code, words = server.starttls(context=ssl.create_default_context())
            if code != 220:
                raise smtplib.SMTPResponseException(code, words)
            server.ehlo_or_helo_if_needed()
        if self._route.user:
            server.login(self._route.user, self._route.password)

    @contextmanager
    def _at_most(self, server: smtplib.SMTP, seconds: float) -> Iterator[None]:
        """Cut the connection off when the block takes longer, also if the other side says a byte now and then."""
        is_late = False

        def cut_off() -> None:
            nonlocal is_late
            is_late = True
            with suppress(OSError, AttributeError):
                server.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

        self._watch.begin(seconds, cut_off)
        try:
            yield
        except (OSError, smtplib.SMTPException):
            if is_late:
                raise TimeoutError(Sentence("it took longer than %(num)s seconds", num=round(seconds))) from None
            raise
        finally:
            self._watch.end()

    def _part(self) -> None:
        """Forget the connection."""
        if self._server is not None:
            self._server.close()
        self._server = None

    def _why(self, wrong: Exception) -> str:
        """The reason in words for people: the server's own, if it had any."""
        if isinstance(wrong, smtplib.SMTPResponseException):
            found = said(wrong.smtp_error, wrong.smtp_code)
        else:
            found = why(wrong)
        return self._spoken(found)

    def _spoken(self, words: str) -> str:
        return Sentence("%(way)s: %(words)s", way=self._route.shown(), words=words)
