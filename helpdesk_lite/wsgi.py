"""The desk as a WSGI application: `helpdesk_lite.wsgi:application` for gunicorn, mod_wsgi, uWSGI; and once, for CGI.

Guarantee: the desk is $HELPDESK_ROOT (else the working directory, else the checkout), its letters are sent without
another process being set up for it, and no answer waits for that.
"""

from __future__ import annotations

import os

from helpdesk_lite import assemble
from helpdesk_lite.root import Root, find_root
from helpdesk_lite.web.app import App
from helpdesk_lite.words.errors import DeskUnusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from helpdesk_lite.web.house import House

SLICE = 20  # seconds of due work that one CGI request may leave behind


def application_once() -> App:
    """The application for one CGI request; letters that are due are sent by a process it leaves behind."""
    from helpdesk_lite.doors import cgi

    os.umask(0o077)

    def after(made: House, has_written: bool) -> None:
        if has_written or assemble.is_due(made):
            cgi.detached(lambda: assemble.work(made, until=made.clock() + SLICE))

    return App(lambda: assemble.house(find_root(None)), after)


def standing_application(root: Root, url: str = "") -> tuple[App, Callable[[], None]]:
    """The application for a server that stays, with a courier of its own; and what stops that courier."""
    from helpdesk_lite.doors.background import Background

    current = assemble.standing_house(root, url)
    background = Background(lambda: assemble.work_a_while(current()))
    background.wake()

    def after(_: House, has_written: bool) -> None:
        if has_written:
            background.wake()

    return App(current, after), background.stop


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI entry point. Put together at the first request, so that each worker process has its own courier."""
    if not _standing:
        os.umask(0o077)
        try:
            root = find_root(None)
        except DeskUnusable:
            return application_once()(environ, start_response)  # says so; the next request looks again
        _standing.append(standing_application(root)[0])
    return _standing[0](environ, start_response)


_standing: list[App] = []
