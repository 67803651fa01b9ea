"""A browser in one process: requests to the WSGI application, cookies kept, redirects left for the test to see."""

from __future__ import annotations

import io
import sys
from typing import Any
from urllib.parse import urlencode

from helpdesk_lite.web.app import App

ORIGIN = "http://help.example.org"


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = int(status.split()[0])
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers["location"]


class Browser:
    """Talks to the desk `house`, as a page of the desk itself would."""

    def __init__(self, house: Any, address: str = "192.0.2.1", **environ: str) -> None:
        self.house = house
        self.cookie = ""
        self.served = 0
        self._environ = {"REMOTE_ADDR": address, "HTTP_HOST": "help.example.org", **environ}

    def get(self, path: str, **environ: str) -> Answer:
        return self.ask("GET", path, **environ)

    def post(self, path: str, fields: dict[str, Any] | None = None, **environ: str) -> Answer:
        body = urlencode(fields or {}, doseq=True).encode()
        environ = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "HTTP_ORIGIN": ORIGIN, **environ}
        return self.ask("POST", path, body, **environ)

    def ask(self, method: str, path: str, body: bytes = b"", **environ: str) -> Answer:
        found: list[Any] = []
        path, _, query = path.partition("?")
        asked: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "help.example.org",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_COOKIE": self.cookie,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
            **self._environ,
            **environ,
        }
        pieces = App(lambda: self.house, self._after)(asked, lambda *given: found.append(given))
        answer = Answer(*found[0], b"".join(pieces))
        pieces.close()
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    def sign_in(self, name: str, password: str) -> Answer:
        return self.post("/login", {"name": name, "password": password})

    def _after(self, _: Any, has_written: bool) -> None:
        self.served += has_written
