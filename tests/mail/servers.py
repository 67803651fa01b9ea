"""Real mail servers on loopback for the tests: one that behaves (aiosmtpd), and one that does what a script says."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller, UnixSocketController
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.conftest import require

PASSWORD = "correct horse: battery/staple@1"


class Received(NamedTuple):
    """A letter that a server took."""

    sender: str
    recipients: list[str]
    content: bytes
    options: list[str]


class Postmaster:
    """Takes letters, but for what it is told to refuse: its dictionaries hold replies to give instead of 250."""

    def __init__(self) -> None:
        self.inbox: list[Received] = []
        self.senders: dict[str, str] = {}
        self.recipients: dict[str, str] = {}
        self.content: list[str] = []
        self.connections = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count those who introduce themselves."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse the sender; aiosmtpd calls the empty one <>."""
        if address in self.senders:
            return self.senders[address]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take or refuse the letter."""
        if self.content:
            return self.content.pop(0)
        assert isinstance(envelope.content, bytes)
        sender = (envelope.mail_from or "").replace("<>", "")
        self.inbox.append(Received(sender, envelope.rcpt_tos, envelope.content, envelope.mail_options))
        return "\r\n".join(["250 OK"] * (len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1))


class _LmtpController(Controller):
    def factory(self) -> SMTP:
        return LMTP(self.handler, **self.SMTP_kwargs)


class _LmtpSocketController(UnixSocketController):
    def factory(self) -> SMTP:
        return LMTP(self.handler, **self.SMTP_kwargs)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def smtp(postmaster: Postmaster, certificate: Path | None = None, **options: Any) -> Iterator[int]:
    """An SMTP server on 127.0.0.1; its port. With `certificate` it has TLS from the start, unless in `options`."""
    context = None if certificate is None else tls_context(certificate)
    port = free_port()
    options.setdefault("data_size_limit", 60_000_000)
    controller = Controller(postmaster, "127.0.0.1", port, ssl_context=context, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextlib.contextmanager
def lmtp(postmaster: Postmaster, path: Path | None = None, **options: Any) -> Iterator[int]:
    """An LMTP server on 127.0.0.1, or on the Unix socket `path`; its port."""
    port = free_port()
    controller = (
        _LmtpController(postmaster, "127.0.0.1", port, **options)
        if path is None
        else _LmtpSocketController(postmaster, str(path), **options)
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def tls_context(certificate: Path) -> ssl.SSLContext:
    """What a server with this certificate (and key in the same file) speaks TLS with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(certificate))
    return context


def make_certificate(folder: Path, name: str = "localhost") -> Path:
    """A certificate for `name` and 127.0.0.1, signed by itself, with its key in the same file."""
    (openssl,) = require("openssl")
    path = folder / f"{name}.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = f"subjectAltName=DNS:{name}" + (",IP:127.0.0.1" if name == "localhost" else "")
    command += ["-subj", f"/CN={name}", "-addext", names, "-keyout", str(folder / "key"), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + (folder / "key").read_bytes())
    return path


def authenticator(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    """Lets in who knows the password."""
    is_right = isinstance(given, LoginPassword) and given == LoginPassword(b"desk", PASSWORD.encode())
    return AuthResult(success=is_right, handled=is_right)


@contextlib.contextmanager
def scripted(*script: bytes | float | None, on: str = "127.0.0.1") -> Iterator[int]:
    """A server that does as it is told, for each connection anew; its port.

    Bytes are said; a number is a pause (seconds) before the next byte of what follows, byte for byte; None waits for a
    line (or, after a 354, for the lone dot). At the end of the script the connection is cut.
    """
    listener = socket.create_server((on, 0))
    opened = [listener]
    thread = threading.Thread(target=_follow, args=(listener, script, opened), daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        for each in opened:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _follow(listener: socket.socket, script: tuple[bytes | float | None, ...], opened: list[socket.socket]) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            opened.append(connection)
            with connection, contextlib.suppress(OSError):
                _say(connection, script)


def _say(connection: socket.socket, script: tuple[bytes | float | None, ...]) -> None:
    heard = connection.makefile("rb")
    pause, said = 0.0, b""
    for step in script:
        if isinstance(step, bytes):
            for place in range(len(step)) if pause else ():
                connection.sendall(step[place : place + 1])
                time.sleep(pause)
            connection.sendall(b"" if pause else step)
            said = step
        elif step is None and said.startswith(b"354"):
            while heard.readline() not in (b".\r\n", b""):
                pass
        elif step is None:
            heard.readline()
        else:
            pause = step
