"""The web servers that can stand before the desk: `serve`, gunicorn, and those it was chosen among."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from tests import servers

WSGI = "helpdesk_lite.wsgi:application"
THREADS = 4
Start = Callable[[servers.Desk], AbstractContextManager[str]]


class Host(NamedTuple):
    """A server with its number of processes; `start` yields its address. `module` must be installed."""

    name: str
    processes: int
    start: Start
    module: str = "waitress"

    def is_here(self) -> bool:
        """Whether it can be started on this machine."""
        return importlib.util.find_spec(self.module) is not None


def usual() -> list[Host]:
    """How a team runs the desk: the figures that must hold."""
    two = [Host("`serve --workers 2`", 2, serve(2))] if _has_workers() else []
    gunicorn = ("gunicorn", "-b", "{bind}", "-w", "2", "--threads", "4")
    return [Host("`serve`", 1, serve(1)), *two, Host("gunicorn, 2 workers", 2, by_module(gunicorn), "gunicorn")]


def all_that_are_here() -> list[Host]:
    """Every server that is installed, in the ways it can be set up."""
    found = [Host("`serve` (waitress)", 1, serve(1))]
    found += [Host("`serve --workers 2` (waitress)", 2, serve(2))] if _has_workers() else []
    for workers in (1, 2):
        each = ("-b", "{bind}", "-w", str(workers))
        threads = ("--threads", str(THREADS))
        found.append(Host(f"gunicorn sync, {workers}", workers, by_module(("gunicorn", *each)), "gunicorn"))
        found.append(
            Host(f"gunicorn gthread, {workers}", workers, by_module(("gunicorn", *each, *threads)), "gunicorn")
        )
        granian = ("granian", "--interface", "wsgi", "--host", "{host}", "--port", "{port}", "--workers", str(workers))
        granian = (*granian, "--blocking-threads", str(THREADS), "--no-access-log")
        found.append(Host(f"granian, {workers}", workers, by_module(granian), "granian"))
    cheroot = ("cheroot", "--bind", "{bind}", "--threads", str(THREADS))
    found.append(Host("cheroot, 1", 1, by_module(cheroot), "cheroot"))
    return [host for host in found if host.is_here()]


def serve(workers: int) -> Start:
    """`helpdesk-lite serve`, with this many worker processes."""

    @contextlib.contextmanager
    def start(desk: servers.Desk) -> Iterator[str]:
        with serving(desk, workers) as (url, _):
            yield url

    return start


@contextlib.contextmanager
def serving(desk: servers.Desk, workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`helpdesk-lite serve`: its address and its process."""
    command = [sys.executable, "-m", "helpdesk_lite.cli", "--root", str(desk.root), "serve", "--bind", "127.0.0.1:0"]
    more = ("--workers", str(workers)) if workers > 1 else ()
    with servers.started(desk, [*command, *more]) as (process, log):
        address = re.compile(r"Customers write at\s+(\S+)/")
        yield servers.wait_for(process, log, lambda: address.search(log.read_text()))[1], process


def by_module(command: Sequence[str]) -> Start:
    """`python -m` this command, with the address put in, and the WSGI application at its end."""

    @contextlib.contextmanager
    def start(desk: servers.Desk) -> Iterator[str]:
        port = servers.free_port()
        places = {"host": "127.0.0.1", "port": str(port), "bind": f"127.0.0.1:{port}"}
        filled = [word.format(**places) for word in command]
        with servers.started(desk, [sys.executable, "-m", *filled, WSGI]) as (process, log):
            servers.wait_for(process, log, lambda: servers.answers(port))
            yield f"http://127.0.0.1:{port}"

    return start


def _has_workers() -> bool:
    command = [sys.executable, "-m", "helpdesk_lite.cli", "serve", "--help"]
    return "--workers" in subprocess.run(command, capture_output=True, text=True, check=True).stdout
