"""The CGI door (RFC 3875): one request from the environment and standard input, one answer on standard output.

Guarantee: runs any WSGI application for one request; what it leaves to do afterwards runs in a process of its own that
the web server does not wait for. It imports nothing but what the interpreter has loaded already.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def run(application: Callable[..., Any]) -> None:
    """Answer the request that this process was started for."""
    output = sys.stdout.buffer
    started: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
        lines = [f"Status: {status}", *(f"{name}: {value}" for name, value in headers), "", ""]
        started.append("\r\n".join(lines).encode("latin-1"))
        return output.write

    body = application(_environ(), start_response)
    try:
        output.write(started[0])
        for piece in body:
            output.write(piece)
        output.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the browser went away; its answer is lost
    finally:
        if hasattr(body, "close"):
            body.close()


def detached(work: Callable[[], object]) -> None:
    """Do `work` in a process of its own, in its own session, holding none of this one's pipes."""
    sys.stdout.flush()
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


def _environ() -> dict[str, Any]:
    """The WSGI environ (PEP 3333) of a CGI request. HTTP_PROXY is a client's header here, never a setting (CVE-2016-5385)."""
    os.environ.pop("HTTP_PROXY", None)
    environ: dict[str, Any] = {
        name: value.encode("utf-8", "surrogateescape").decode("latin-1") for name, value in os.environ.items()
    }
    environ.update(
        {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if environ.get("HTTPS", "").lower() in ("on", "1") else "http",
            "wsgi.input": sys.stdin.buffer,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": True,
        }
    )
    return environ
