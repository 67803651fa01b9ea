"""Somebody with a browser, as far as HTTP goes: keeps cookies, says which page a POST comes from, follows nothing."""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import urllib.parse
import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Fields = Mapping[str, str] | Sequence[tuple[str, str]]
TRACKING_NUMBER = re.compile(r'id="tracking-number"[^>]*>([^<]*)<')


class Answer(NamedTuple):
    """What the desk answered. `headers` by lower-case name; the last one wins but for Set-Cookie."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def location(self) -> str:
        """Where a redirect leads, as a path on the server."""
        return urllib.parse.urlsplit(self.headers["location"])._replace(scheme="", netloc="").geturl()

    @property
    def number(self) -> str:
        """The tracking number: of the confirmation page, or in the address to which a submission is sent on."""
        found = TRACKING_NUMBER.search(self.text) or re.search(r"/sent/([^?]+)", self.headers.get("location", ""))
        assert found, self
        return found[1]


class File(NamedTuple):
    """A file to upload."""

    name: str
    type: str
    content: bytes


class Visitor:
    """Talks to the desk at `url` (which may end in a path, as CGI has it)."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        assert parts.hostname
        self.host, self.port, self.base = parts.hostname, parts.port or 80, parts.path.rstrip("/")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.cookies: dict[str, str] = {}

    def get(self, path: str, headers: Mapping[str, str] = {}) -> Answer:
        """GET a path below the desk's own."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: Fields = (), headers: Mapping[str, str] = {}) -> Answer:
        """POST fields as a form of the desk's own page would."""
        body = urllib.parse.urlencode(fields).encode()
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin, **headers}
        return self.ask("POST", path, body, sent)

    def upload(self, path: str, fields: Fields, files: Sequence[tuple[str, File]]) -> Answer:
        """POST fields and files as multipart/form-data (RFC 7578)."""
        boundary = uuid.uuid4().hex
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        written = io.BytesIO()
        for name, value in pairs:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
            written.write(head.encode() + value.encode() + b"\r\n")
        for name, file in files:
            place = f'form-data; name="{name}"; filename="{file.name}"'
            head = f"--{boundary}\r\nContent-Disposition: {place}\r\nContent-Type: {file.type}\r\n\r\n"
            written.write(head.encode() + file.content + b"\r\n")
        written.write(f"--{boundary}--\r\n".encode())
        sent = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Origin": self.origin}
        return self.ask("POST", path, written.getvalue(), sent)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Answer:
        """Send one request as it is; `path` begins with / and is not quoted here."""
        sent = {"Host": urllib.parse.urlsplit(self.origin).netloc, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.putrequest(method, self.base + path, skip_host=True, skip_accept_encoding=True)
            for name, value in {**sent, **({"Content-Length": str(len(body))} if body is not None else {})}.items():
                connection.putheader(name, value)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # answered before a large body's end
                connection.endheaders(body)
            response = connection.getresponse()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
            self._keep(response.headers.get_all("Set-Cookie") or [])
        finally:
            connection.close()
        return answer

    def sign_in(self, name: str, password: str) -> Answer:
        """Sign in as an operator."""
        return self.post("/login", {"name": name, "password": password})

    def follow(self, answer: Answer) -> Answer:
        """GET where the answer sends the browser on."""
        assert answer.status == 303, answer
        assert answer.location.startswith(self.base), answer.location
        return self.get(answer.location.removeprefix(self.base))

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value or "max-age=0" in line.lower():
                del self.cookies[name]
