"""One CGI request as a whole process: how long from its start to its end, and what it answered."""

from __future__ import annotations

import os
import re
import subprocess
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# What a web server hands to every script alike (RFC 3875); both desks get the same.
COMMON = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SERVER_SOFTWARE": "bench",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "80",
    "SERVER_ADDR": "127.0.0.1",
    "REMOTE_ADDR": "127.0.0.1",
    "REMOTE_PORT": "50000",
    "HTTP_HOST": "127.0.0.1",
    "HTTP_USER_AGENT": "bench",
    "HTTP_ACCEPT": "text/html",
    "HTTP_ACCEPT_LANGUAGE": "en",
    "HTTP_ORIGIN": "http://127.0.0.1",
}
URLENCODED = "application/x-www-form-urlencoded"
_STATUS = re.compile(rb"(?im)^status: *(\d+)")
_COOKIE = re.compile(rb"(?im)^set-cookie: *([^;\r\n]+)")


class Done(NamedTuple):
    """What a process took and said."""

    seconds: float
    output: bytes
    errors: str

    @property
    def status(self) -> int:
        """The HTTP status; 200 where a CGI script says none."""
        found = _STATUS.search(self.output.partition(b"\r\n\r\n")[0])
        return int(found[1]) if found else 200

    @property
    def cookie(self) -> str:
        """The cookie that it sets."""
        found = _COOKIE.search(self.output)
        assert found, self.output[:500]
        return found[1].decode()


def run(command: Sequence[str], environment: Mapping[str, str], given: bytes = b"") -> Done:
    """Run a process to its end. AssertionError if it fails."""
    begun = time.perf_counter()
    done = subprocess.run(command, input=given, capture_output=True, env=environment)
    seconds = time.perf_counter() - begun
    assert done.returncode == 0, (command, done.stderr.decode()[-2000:])
    return Done(seconds, done.stdout, done.stderr.decode("utf-8", "replace"))


class Script:
    """An entry script, and the address below which it says it lies. `options` are given to its interpreter besides."""

    def __init__(self, path: str, name: str, options: Sequence[str] = ()) -> None:
        self.cookie = ""
        self._command = [path]
        if options:
            with open(path, encoding="utf-8") as file:
                self._command = [*file.readline().removeprefix("#!").split(), *options, path]
        self._environment = {**COMMON, "SCRIPT_NAME": name, "SCRIPT_FILENAME": path}

    def get(self, path: str = "", query: str = "") -> Done:
        """GET one page."""
        return self._ask("GET", path, query)

    def post(self, fields: Mapping[str, str], path: str = "") -> Done:
        """POST one form."""
        return self._ask("POST", path, "", urllib.parse.urlencode(fields).encode())

    def call(
        self, method: str, path: str, query: str = "", length: int = 0, kind: str = URLENCODED
    ) -> tuple[list[str], dict[str, str]]:
        """The command and the environment of one request with a body of `length` bytes of this kind."""
        environment = {**self._environment, "REQUEST_METHOD": method, "QUERY_STRING": query, "PATH_INFO": path}
        environment["REQUEST_URI"] = environment["SCRIPT_NAME"] + path + (f"?{query}" if query else "")
        if self.cookie:
            environment["HTTP_COOKIE"] = self.cookie
        if method == "POST":
            environment |= {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(length)}
        return self._command, environment

    def _ask(self, method: str, path: str, query: str, body: bytes = b"") -> Done:
        return run(*self.call(method, path, query, len(body)), body)
