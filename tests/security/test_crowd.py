"""serve answers those who ask, however many others hold connections open, speak slowly, or send more than it takes."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from helpdesk_lite.doors.crowd import Crowd, most_connections
from tests import servers
from tests.doors.stories import typed
from tests.servers import Door

IDLE = 3000  # connections: more than the server takes at once


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with servers.door("serve", upload_mb=5, sign_in_tries=0) as opened:
        yield opened


def connected(door: Door, first: bytes = b"") -> socket.socket:
    """A connection on which this was said."""
    host, _, port = door.url.removeprefix("http://").partition(":")
    opened = socket.create_connection((host, int(port)), timeout=30)
    opened.sendall(first)
    return opened


def soon(door: Door, seconds: float = 20.0) -> None:
    """Somebody else reads, writes and claims, and waits for none of it."""
    began = time.monotonic()
    visitor = door.visitor()
    assert visitor.get("/forms/contact").status == 200
    answer = visitor.post("/forms/contact", typed())
    assert answer.status == 303
    ines = door.operator("ines")
    assert ines.post(f"/tickets/{answer.number}/claim").status == 303
    assert time.monotonic() - began < seconds


def exchanged(door: Door, raw: bytes) -> bytes:
    """What comes back on one connection until it is closed or silent."""
    with connected(door, raw) as opened:
        opened.settimeout(2)
        said = b""
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while piece := opened.recv(65536):
                said += piece
        return said


def test_idle_connections_keep_nobody_out(door: Door) -> None:
    """A thousand of them used to: nobody was let in for a minute, and again."""
    allowed, at_most = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(IDLE, at_most - 200 if at_most > 0 else IDLE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, count + 200), at_most))
    beginnings = (
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /forms/contact HTTP/1.1\r\nContent-Length: 9999\r\n\r\na",
    )
    opened: list[socket.socket] = []
    try:
        for number in range(count):
            with contextlib.suppress(ConnectionError):
                opened.append(connected(door, beginnings[number % 3]))
        soon(door)
        soon(door)
    finally:
        for one in opened:
            one.close()


def test_slow_clients_keep_nobody_waiting(door: Door) -> None:
    """Two hundred that say a byte now and then: in the address, in a header, in a body; and some that read so."""
    raw = (
        b"POST /forms/contact HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 500\r\n\r\n"
        + b"a" * 400
    )
    opened = [connected(door, raw[: 5 + number]) for number in range(200)]
    opened += [connected(door, b"GET /static/style.css HTTP/1.1\r\nHost: x\r\n\r\n" * 50) for _ in range(50)]
    done = threading.Event()

    def drip() -> None:
        at = 5
        while not done.wait(0.25):
            at += 1
            for number, one in enumerate(opened[:200]):
                with contextlib.suppress(OSError):
                    one.send(raw[at + number : at + number + 1])

    slow = threading.Thread(target=drip)
    slow.start()
    try:
        for _ in range(4):
            soon(door, 5)
    finally:
        done.set()
        slow.join()
        for one in opened:
            one.close()


def test_a_body_of_100_mb_is_refused_before_it_is_read(door: Door) -> None:
    head = b"POST /forms/contact HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    began = time.monotonic()
    said = exchanged(door, head + b"Content-Length: 104857600\r\n\r\n--x")
    assert said.startswith(b"HTTP/1.1 413"), said
    assert time.monotonic() - began < 5
    soon(door)


@pytest.mark.parametrize(
    "header", [b"Content-Length: 99999999999999999999", b"Transfer-Encoding: chunked\r\nContent-Length: 5"]
)
def test_a_length_that_makes_no_sense(door: Door, header: bytes) -> None:
    said = exchanged(door, b"POST /forms/contact HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n0\r\n\r\nGET /")
    assert said[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 413", b"HTTP/1.1 422"), said


HIDDEN = b"GET /static/icon.svg HTTP/1.1\r\nHost: x\r\n\r\n"  # would be answered with an SVG if it were a request
SMUGGLED = [
    b"Content-Length: 5\r\nContent-Length: 0\r\n\r\n",
    b"Content-Length: +0\r\n\r\n",
    b"Content-Length: 0x0\r\n\r\n",
    b"Content-Length: -1\r\n\r\n",
    b"Content-Length: 0, 43\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\nContent-Length: 43\r\n\r\n",
    b"Transfer-Encoding: chunked, identity\r\n\r\n",
    b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"Content-Length : 0\r\n\r\n",
    b"X: y\nContent-Length: 0\r\n\r\n",
    b"X: y\rContent-Length: 0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nZ\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n0_0\r\n\r\n",
    b"\x00: y\r\n\r\n",
]


@pytest.mark.parametrize("header", SMUGGLED)
def test_no_request_hides_behind_another(door: Door, header: bytes) -> None:
    said = exchanged(door, b"POST /forms/contact HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n" + header + HIDDEN)
    assert b"<svg" not in said, said
    assert said[:12] in (b"HTTP/1.1 400", b"HTTP/1.0 400", b"HTTP/1.1 501", b"HTTP/1.0 501", b""), said


def channel(at: float, body: int = 0, is_busy: bool = False) -> Any:
    request = SimpleNamespace(body_bytes_received=body) if body else None
    return SimpleNamespace(
        creation_time=at, request=request, requests=[1] if is_busy else [], total_outbufs_len=0, will_close=False
    )


def closed(channels: list[Any], most: int, most_bytes: int = 1 << 30) -> list[int]:
    """Which of the channels have to go."""
    Crowd(dict(enumerate(channels)), most, most_bytes).make_room()
    return [place for place, one in enumerate(channels) if one.will_close]


def test_who_has_waited_longest_goes_first() -> None:
    channels = [channel(at) for at in (30, 10, 20, 40, 50, 60, 70, 80, 90, 100)]
    assert closed(channels, 11) == []
    assert closed(channels, 10) == [1]


def test_who_is_being_answered_stays_and_who_sends_a_body_goes_later() -> None:
    channels = [channel(1, is_busy=True), channel(2, body=5), *(channel(at) for at in range(10, 18))]
    assert closed(channels, 10) == [2]


def test_bodies_share_what_they_may_hold() -> None:
    assert closed([channel(at, body=400) for at in (3, 1, 2)], 100, most_bytes=900) == [1]


def test_a_process_with_few_files_takes_few_connections() -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))\n"
        "from helpdesk_lite.doors.crowd import most_connections; print(most_connections())"
    )
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=servers.CHECKOUT)
    assert done.stdout == "64\n"
    assert 8 <= most_connections() <= 2000 and os.getpid()
