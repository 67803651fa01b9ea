"""Many clients at once at a web server: how many requests a second it answers.

A client is a thread with one kept-alive connection that sends ready-made bytes and looks at no more of the answer than
it must: it shares two cores with the server, so `Load.clients_cpu` says what it took of them.
"""

from __future__ import annotations

import re
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

CLIENTS = 8
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CLOSES = re.compile(rb"(?i)\r\nconnection: *close")
_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")
_SENT = re.compile(rb"(?i)\r\nlocation: *[^\r]*/sent/([^?\r]+)")


class Load(NamedTuple):
    """What the clients saw: the heads of all answers, in how many seconds; and how long they used a core themselves."""

    heads: list[bytes]
    seconds: float
    clients_cpu: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.heads) / self.seconds

    @property
    def numbers(self) -> list[str]:
        """The tickets that submissions became."""
        return [found[1].decode() for head in self.heads if (found := _SENT.search(head))]


class Wire:
    """Requests as bytes for the desk at `url`, signed in by `cookie`."""

    def __init__(self, url: str, cookie: str = "") -> None:
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname or "", parts.port or 80)
        self._base = parts.path.rstrip("/")
        host = parts.netloc
        self._head = f"Host: {host}\r\nOrigin: http://{host}\r\n" + (f"Cookie: {cookie}\r\n" if cookie else "")

    def get(self, path: str) -> bytes:
        """A GET."""
        return f"GET {self._base}{path} HTTP/1.1\r\n{self._head}\r\n".encode()

    def post(self, path: str, fields: Mapping[str, str] = {}) -> bytes:
        """A POST of a form."""
        body = urllib.parse.urlencode(fields)
        length = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        return f"POST {self._base}{path} HTTP/1.1\r\n{self._head}{length}\r\n{body}".encode()


class _Client:
    """One connection, opened anew when the server has closed it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> bytes:
        """The head of the answer; its body is read and dropped."""
        connection = self._socket or self._connected()
        connection.sendall(request)
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            piece = connection.recv(1 << 16)
            assert piece, f"the server closed after {got!r}"
            got += piece
        head = got[: end + 2]
        self._read_rest(connection, head, got[end + 4 :])
        if _CLOSES.search(head):
            self.close()
        return head

    def close(self) -> None:
        """End the connection."""
        if self._socket:
            self._socket.close()
        self._socket = None

    def _read_rest(self, connection: socket.socket, head: bytes, body: bytes) -> None:
        if _CHUNKED.search(head):
            while not body.endswith(b"0\r\n\r\n"):
                body = body[-8:] + connection.recv(1 << 16)
            return
        found = _LENGTH.search(head)
        assert found, head
        left = int(found[1]) - len(body)
        while left > 0:
            left -= len(connection.recv(1 << 16))

    def _connected(self) -> socket.socket:
        self._socket = socket.create_connection(self._address, timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket


def run(
    address: tuple[str, int],
    requests: Callable[[int], Iterable[bytes]],
    status: int | None = 303,
    seconds: float = 1e9,
    clients: int = CLIENTS,
) -> Load:
    """Let each client send what `requests` gives for its number, until there is no more or the time is over.

    AssertionError for the first answer that is not `status` (None: any below 500).
    """
    heads: list[list[bytes]] = [[] for _ in range(clients)]
    wrong: list[BaseException] = []
    begun, cpu = time.perf_counter(), time.process_time()

    def one(number: int) -> None:
        client = _Client(address)
        try:
            for request in requests(number):
                head = client.ask(request)
                assert _is_right(head, status), head
                heads[number].append(head)
                if wrong or time.perf_counter() > begun + seconds:
                    return
        except (OSError, AssertionError) as failed:
            wrong.append(failed)
        finally:
            client.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    taken = time.perf_counter() - begun
    return Load([head for each in heads for head in each], taken, time.process_time() - cpu)


def shared(items: list[bytes]) -> Callable[[int], Iterator[bytes]]:
    """Ready-made requests dealt out to whichever client is free."""
    left = iter(items)  # a list's iterator may be asked by several threads
    return lambda number: left


def _is_right(head: bytes, status: int | None) -> bool:
    found = int(head[9:12])
    return found < 500 if status is None else found == status
