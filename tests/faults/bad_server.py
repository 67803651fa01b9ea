"""A mail server that goes wrong where it is told to, and takes letters as it should everywhere else."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

STAGES = ("banner", "ehlo", "mail", "rcpt", "data", "letter")  # `letter`: the answer to the whole of it


class Fault(NamedTuple):
    """What goes wrong at which stage: words said instead, or hang, drop, slow, nonsense.

    At the end of a letter also `kept, dropped` (it took the letter and was gone before it said so) and `said, dropped`.
    """

    stage: str
    how: str

    def __str__(self) -> str:
        return f"{self.stage}: {self.how}"


class Dropped(Exception):
    """The connection ends here."""


class BadServer:
    """Listens on `port`. `kept` counts how often each recipient got each Message-ID."""

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.refused: dict[str, str] = {}  # what is said to these recipients
        self.features = ["SIZE 60000000", "SMTPUTF8", "8BITMIME"]
        self.kept: Counter[tuple[str, str]] = Counter()
        self.connections = 0
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Listen no more, and hang no more."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, Dropped), connection, connection.makefile("rb") as heard:
            self._say(connection, "banner", "220 here I am")
            self._converse(connection, heard)

    def _converse(self, connection: socket.socket, heard: Iterator[bytes]) -> None:
        recipients: list[str] = []
        for line in heard:
            verb = line[:4].upper()
            if verb in (b"EHLO", b"HELO"):
                told = ["me", *self.features] if verb == b"EHLO" else ["me"]
                self._say(connection, "ehlo", "\r\n".join([*(f"250-{one}" for one in told[:-1]), f"250 {told[-1]}"]))
            elif verb == b"MAIL":
                recipients = []
                self._say(connection, "mail", "250 fine")
            elif verb == b"RCPT":
                address = re.findall(r"<([^>]*)>", line.decode())[0]
                refusal = self.refused.get(address)
                if not refusal and self._say(connection, "rcpt", "250 fine"):
                    recipients.append(address)
                elif refusal:
                    self._send(connection, refusal)
            elif verb == b"DATA":
                if self._say(connection, "data", "354 go on"):
                    self._take(connection, b"".join(iter(heard.__next__, b".\r\n")), recipients)
            elif verb == b"QUIT":
                self._send(connection, "221 bye")
                return
            else:
                self._send(connection, "220 now" if verb == b"STAR" else "250 fine")

    def _take(self, connection: socket.socket, letter: bytes, recipients: list[str]) -> None:
        how = self.fault.how if self.fault and self.fault.stage == "letter" else ""
        if not how or "dropped" in how or how == "slow":
            found = re.findall(rb"(?mi)^Message-ID:\s*(<[^>]+>)", letter)
            self.kept.update((found[0].decode(), recipient) for recipient in recipients)
        if how == "said, dropped":
            self._send(connection, "250 have it")
        if "dropped" in how:
            raise Dropped
        self._say(connection, "letter", "250 have it")

    def _say(self, connection: socket.socket, stage: str, usual: str) -> bool:
        """Say the usual, or what is said at this stage instead; whether it was the usual."""
        if self.fault is None or self.fault.stage != stage:
            self._send(connection, usual)
            return True
        how = self.fault.how
        if how == "hang":
            self._over.wait(20)
        if how in ("hang", "drop"):
            raise Dropped
        if how == "slow":
            for byte in (usual + "\r\n").encode():
                connection.sendall(bytes([byte]))
                time.sleep(0.02)
            return True
        self._send(connection, "\x16\x03\x01 what?" if how == "nonsense" else how)
        return False

    def _send(self, connection: socket.socket, words: str) -> None:
        connection.sendall(words.encode() + b"\r\n")
