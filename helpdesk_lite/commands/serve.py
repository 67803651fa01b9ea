"""`helpdesk-lite serve`: the web desk and the courier, in one process or several, until it is told to stop."""

from __future__ import annotations

import errno
import socket
import tempfile
import time

from waitress import create_server, wasyncore  # type: ignore[import-untyped,unused-ignore]

from helpdesk_lite import assemble
from helpdesk_lite.doors import crew, crowd
from helpdesk_lite.root import Root, find_root
from helpdesk_lite.words.errors import DeskUnusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from typing import Any

THREADS = 4
PATIENCE = 30.0  # seconds that answers under way may still take after a signal


def serve(given: Namespace) -> int:
    """Serve this desk."""
    return run(find_root(given.root), given.bind, lambda: None, given.workers)


def run(root: Root, bind: str, say_more: Callable[[], None], workers: int = 1) -> int:
    """Serve the desk in `root` at HOST:PORT until SIGINT or SIGTERM; then finish what has begun."""
    from helpdesk_lite.wsgi import standing_application

    told = crew.signals()
    assemble.make_data(root)
    listener = _listener(bind)
    url = _url(listener)
    house = assemble.house(root, url)
    tempfile.tempdir = house.spool  # for bodies that are still coming: /tmp may lie in memory
    _say(house, house.settings.url)
    say_more()

    def work(is_over: Callable[[], bool]) -> None:
        app, stop_courier = standing_application(root, url)  # the courier is a thread: it begins in the worker itself
        try:
            _serve(app, listener, house.settings.upload_mb, crowd.MOST_BYTES // workers, is_over)
        finally:
            listener.close()
            stop_courier()

    if workers == 1:
        work(lambda: bool(told))
    else:
        crew.Crew("serve", workers, work, told).share(listener)
    return 0


def _listener(bind: str) -> socket.socket:
    host, colon, port = bind.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise DeskUnusable(f"--bind {bind}: it must look like 127.0.0.1:8080.")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=1024)
    except OSError as wrong:
        if wrong.errno == errno.EADDRINUSE:
            raise DeskUnusable(f"Port {port} is in use: stop what uses it, or choose another with --bind.") from None
        raise DeskUnusable(f"--bind {bind}: {wrong.strerror or wrong}.") from None


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _say(house: Any, url: str) -> None:
    print(f"Customers write at  {url}/", flush=True)
    print(f"Operators sign in at  {url}/login", flush=True)
    key = house.setup.new_key()
    if key:
        print(f"Make the first operator at  {url}/setup?key={key}", flush=True)
    else:
        print(f"Operators with an account: {len(house.operators.names())}. Stop with Ctrl-C.", flush=True)


def _serve(app: Any, listener: socket.socket, upload_mb: int, most_bytes: int, is_over: Callable[[], bool]) -> None:
    """Run waitress on the listening socket until it is over: nothing new is taken, answers under way are finished."""
    most = crowd.most_connections()
    channels: dict[int, Any] = {}
    server = create_server(
        app,
        map=channels,
        sockets=[listener],
        threads=THREADS,
        ident="",
        clear_untrusted_proxy_headers=False,
        max_request_body_size=(upload_mb + 64) << 20,  # up to here our own page says what is too large
        max_request_header_size=64 << 10,
        inbuf_overflow=256 << 10,
        connection_limit=most + 100,  # never reached: from there on waitress would take nobody in
        channel_timeout=60,
        cleanup_interval=15,
    )
    open_now = crowd.Crowd(server.active_channels, most, most_bytes)
    while not is_over():
        open_now.make_room()
        wasyncore.loop(timeout=1, map=channels, count=1, use_poll=True)
    for number in [number for number, channel in channels.items() if getattr(channel, "accepting", False)]:
        channels.pop(number)
    listener.close()  # who comes now is refused at once, or served by whoever has this port next
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and any(_is_busy(channel) for channel in channels.values()):
        wasyncore.loop(timeout=0.1, map=channels, count=1, use_poll=True)
    server.task_dispatcher.shutdown()


def _is_busy(channel: Any) -> bool:
    """Whether a connection waits for the rest of an answer."""
    return bool(getattr(channel, "requests", None)) or getattr(channel, "total_outbufs_len", 0) > 0
