"""The desks that are measured: ours, and a classic Perl CGI desk that does the same job, where there is one at hand.

Each can do the same five things as a whole process; each thing done checks that it was really done.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import time
from pathlib import Path

from tests import servers
from tests.bench.whole import Done, Script

ROWS = 50  # tickets on one page of the queue
TYPED = {
    "name": "Jane Doe",
    "email": "jane@example.com",
    "phone": "",
    "subject": "The printer on the second floor is on fire",
    "message": "It burns.\nFrom here I can see it, and it does not look as if it would stop soon.\n" * 8,
}


class OurDesk:
    """A desk made by `init`, run through its own cgi-bin/helpdesk.cgi."""

    def __init__(self, desk: servers.Desk) -> None:
        self.desk = desk
        self._count = itertools.count()
        self._customer = Script(str(desk.root / "cgi-bin" / "helpdesk.cgi"), "/helpdesk")
        self._operator = Script(str(desk.root / "cgi-bin" / "helpdesk.cgi"), "/helpdesk")
        signed_in = self._operator.post({"name": "ines", "password": servers.PASSWORD}, "/login")
        self._operator.cookie = signed_in.cookie
        self._waiting: list[str] = []

    def form(self) -> Done:
        """GET the contact form."""
        return _is(self._customer.get("/forms/contact"), 200, b"<textarea")

    def submit(self) -> Done:
        """POST the contact form, with another message each time."""
        typed = {**TYPED, "message": f"{TYPED['message']}{next(self._count)}"}
        done = _is(self._customer.post(typed, "/forms/contact"), 303)
        number = re.search(rb"/sent/([^?]+)", done.output)
        assert number
        self._waiting.append(number[1].decode())
        return done

    def queue(self) -> Done:
        """GET the first page of the queue."""
        done = _is(self._operator.get("/queue"), 200)
        assert done.output.count(b"data-ticket=") == ROWS, done.output.count(b"data-ticket=")
        return done

    def claim(self) -> Done:
        """POST a claim of the newest ticket, which is not on the queue's first page."""
        return _is(self._operator.post({}, f"/tickets/{self._waiting.pop()}/claim"), 303)

    def login(self) -> Done:
        """GET the sign-in page."""
        return _is(self._customer.get("/login"), 200, b'type="password"')

    def settle(self) -> None:
        """Return when the letters of what was done are sent, so that they are not on anybody else's clock."""
        settle(self.desk)


class PerlDesk:
    """The Perl desk that `FOLDER/make-desk` lays out in `place`: CGI.pm, flat files, fsync, a sendmail that appends."""

    def __init__(self, folder: Path, place: Path) -> None:
        subprocess.run([str(folder / "make-desk"), str(place)], check=True, capture_output=True)
        self._count = itertools.count()
        script = str(place / "cgi-bin" / "desk.cgi")
        self._customer = Script(script, "/cgi-bin/desk.cgi")
        self._operator = Script(script, "/cgi-bin/desk.cgi")
        self._operator.cookie = self._operator.post({"a": "login", "user": "op1", "password": "lab-pass-1"}).cookie
        token = re.search(
            rb'name="token" value="(\w+)"', (self.submit(), self._operator.get(query="a=queue"))[1].output
        )
        assert token
        self._token = token[1].decode()
        self._newest = 1

    def form(self) -> Done:
        """GET the contact form."""
        return _is(self._customer.get(), 200, b"<textarea")

    def submit(self) -> Done:
        """POST the contact form."""
        typed = {**TYPED, "message": f"{TYPED['message']}{next(self._count)}"}
        done = _is(self._customer.post({"a": "submit", **typed}), 200, b"HD-")
        number = re.search(rb"HD-(\d+)", done.output)
        assert number
        self._newest = int(number[1])
        return done

    def queue(self) -> Done:
        """GET the first page of the queue."""
        done = _is(self._operator.get(query="a=queue"), 200)
        assert done.output.count(b'name="t"') == ROWS
        return done

    def claim(self) -> Done:
        """POST a claim of the newest ticket."""
        fields = {"a": "claim", "t": f"HD-{self._newest:06d}", "token": self._token}
        self._newest -= 1
        return _is(self._operator.post(fields), 200, b"is yours")

    def login(self) -> Done:
        """GET the sign-in page."""
        return _is(self._customer.get(query="a=login"), 200, b"password")

    def settle(self) -> None:
        """It leaves nothing behind."""


class Floor:
    """What no desk can be faster than: the same Python, doing nothing."""

    def run(self) -> Done:
        """Start and end."""
        from tests.bench.whole import COMMON, run

        return run([sys.executable, "-c", ""], COMMON)


def settle(desk: servers.Desk, patience: float = 300.0) -> None:
    """Return when the desk's letters are sent. AssertionError if they are not in so many seconds."""
    until = time.monotonic() + patience
    while desk.has_letters():
        assert time.monotonic() < until, "the letters are not sent"
        time.sleep(0.01)


def _is(done: Done, status: int, says: bytes = b"") -> Done:
    assert done.status == status and says in done.output, done.output.decode(errors="replace")[:2000]
    return done
