"""The CGI door (RFC 3875): one request from the environment and standard input, one answer on standard output.

Guarantee: runs any WSGI application for one request, and its answer arrives whether or not it has read all that was
sent; what it leaves to do afterwards runs in a process of its own that the web server does not wait for. It imports
nothing but what the interpreter has loaded already.
"""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


_CHUNK = 1 << 16


def run(application: Callable[..., Any]) -> None:
    """Answer the request that this process was started for, then end the process."""
    output = sys.stdout.buffer
    environ = _environ()
    started: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
        lines = [f"Status: {status}", *(f"{name}: {value}" for name, value in headers), "", ""]
        started.append("\r\n".join(lines).encode("latin-1"))
        return output.write

    body = application(environ, start_response)
    # Apache's mod_cgid has one socket for both ways: what is left unread in it resets the answer too, and what is not
    # read before the answer is written can block both ends.
    while environ["wsgi.input"].read(_CHUNK):
        pass
    # The last piece is held back until the application has closed its answer: some servers (lighttpd) end the script
    # with SIGTERM as soon as they have all of it, and with it what it was about to leave behind.
    last = started[0]
    try:
        try:
            for piece in body:
                output.write(last)
                last = piece
        finally:
            if hasattr(body, "close"):
                body.close()
        output.write(last)
        output.flush()
    except BrokenPipeError:
        pass  # the browser went away; what was done stays done
    # Taking the interpreter apart touches all its memory: 4 ms, and 14 when that is shared with what `detached` began.
    sys.stderr.flush()
    os._exit(0)


def detached(work: Callable[[], object]) -> None:
    """Do `work` in a process of its own, in its own session, with none of this one's pipes and none of its answer."""
    if os.fork():
        return
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        work()
    finally:
        os._exit(0)


class _Input(io.RawIOBase):
    """Standard input as far as CONTENT_LENGTH goes: a script must not ask for more (RFC 3875, 4.2)."""

    def __init__(self, length: str) -> None:
        self._left = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = os.read(0, min(len(buffer), self._left)) if self._left else b""
        self._left = self._left - len(piece) if piece else 0
        buffer[: len(piece)] = piece
        return len(piece)


def _environ() -> dict[str, Any]:
    """The WSGI environ (PEP 3333) of a CGI request. HTTP_PROXY is a client's header, no setting (CVE-2016-5385)."""
    os.environ.pop("HTTP_PROXY", None)
    environ: dict[str, Any] = {
        name: value.encode("utf-8", "surrogateescape").decode("latin-1") for name, value in os.environ.items()
    }
    environ.update(
        {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if environ.get("HTTPS", "").lower() in ("on", "1") else "http",
            "wsgi.input": io.BufferedReader(_Input(environ.get("CONTENT_LENGTH", "")), _CHUNK),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": True,
        }
    )
    return environ
