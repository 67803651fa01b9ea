"""A desk in a folder of its own, asked without a server in between: these tests are about what the pages say."""

from __future__ import annotations

import io
import re
import urllib.parse
from pathlib import Path
from typing import NamedTuple

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.mail import compose
from helpdesk_lite.root import Root
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.web.app import App
from helpdesk_lite.web.body import URLENCODED
from helpdesk_lite.web.house import House
from helpdesk_lite.web.http import Request
from helpdesk_lite.words.form import Upload
from helpdesk_lite.words.rights import ADMINISTRATOR, OPERATOR
from tests import examples

PASSWORD = "a long and quiet afternoon"
SCRIPT = "/cgi-bin/helpdesk.cgi"


class Answer(NamedTuple):
    """What the desk answered; `headers` by lower-case name."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.content.decode()

    @property
    def words(self) -> str:
        """The page without its markup, in one line."""
        shown = re.sub(r"<(script|style|title)\b.*?</\1>", " ", self.text, flags=re.DOTALL)
        plain = re.sub(r"<[^>]*>", " ", shown).replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
        return " ".join(plain.split())


class Asked:
    """A desk, and somebody who asks it for pages: nobody in particular, or an operator who is signed in."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = App(lambda: self.house, lambda *_: None)
        self.log = io.StringIO()

    def get(self, path: str, who: str = "", **headers: str) -> Answer:
        """GET a page below the entry script, as `who`."""
        return self._ask("GET", path, b"", who, headers)

    def post(self, path: str, who: str = "", fields: dict[str, str] | None = None, **headers: str) -> Answer:
        """POST fields from one of our own pages, as `who`."""
        body = urllib.parse.urlencode(fields or {}).encode()
        return self._ask("POST", path, body, who, {"Origin": "http://desk.example", **headers})

    def post_form(
        self, path: str, who: str, fields: dict[str, str], files: dict[str, bytes] | None = None, name: str = "file"
    ) -> Answer:
        """POST fields and files from one of our own pages, as multipart/form-data."""
        parts = [f'name="{field}"\r\n\r\n{value}'.encode() for field, value in fields.items()]
        for file, content in (files or {"": b""}).items():
            said = f'name="{name}"; filename="{file}"\r\nContent-Type: application/octet-stream\r\n\r\n'
            parts.append(said.encode() + content)
        pieces = [b"--frontier\r\nContent-Disposition: form-data; %b\r\n" % part for part in parts]
        body = b"".join(pieces) + b"--frontier--\r\n"
        kind = "multipart/form-data; boundary=frontier"
        return self._ask("POST", path, body, who, {"Origin": "http://desk.example"}, kind)

    def ticket(
        self,
        subject: str = "The printer is on fire",
        files: dict[str, bytes] | None = None,
        email: str = "jane@example.com",
    ) -> str:
        """The number of a new ticket from Jane Doe."""
        uploads = tuple(self._uploaded(name, content) for name, content in (files or {}).items())
        number = examples.number(self.house.clock() - 60)
        inquiry = examples.inquiry(number, subject)
        head = inquiry.head._replace(attachments=len(uploads), received_at=int(self.house.clock()) - 60)
        inquiry = inquiry._replace(head=head, customer=inquiry.customer._replace(email=email))
        entry = examples.entry(number, at=head.received_at)

        def message() -> list[bytes]:
            return list(compose.inquiry_message(inquiry, entry.message_id, "helpdesk@localhost", uploads))

        with self.house.store.locked(number):
            self.house.store.add(inquiry, entry, message)
        return number

    def operator(self, name: str) -> Operator:
        """The operator of this name."""
        found = self.house.operators.find(name)
        assert found is not None
        return found

    def _uploaded(self, name: str, content: bytes) -> Upload:
        path = Path(self.house.root.path) / f"upload-{len(name)}"
        path.write_bytes(content)
        return Upload("photo", name, "image/png", len(content), str(path))

    def _ask(
        self, method: str, path: str, body: bytes, who: str, headers: dict[str, str], kind: str = URLENCODED
    ) -> Answer:
        place, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": SCRIPT,
            "PATH_INFO": urllib.parse.unquote_to_bytes(place).decode("latin-1"),
            "QUERY_STRING": query,
            "HTTP_HOST": "desk.example",
            "REMOTE_ADDR": "192.0.2.7",
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": self.log,
            "wsgi.url_scheme": "http",
        }
        environ.update({f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()})
        if who:
            cookie = self.house.sessions.cookie(Request(environ), self.operator(who))
            environ["HTTP_COOKIE"] = cookie.partition(";")[0]
        said: list[tuple[str, list[tuple[str, str]]]] = []
        pieces = self.app(environ, lambda status, headers: said.append((status, headers)))
        content = b"".join(pieces)
        ((status, answered),) = said
        return Answer(int(status[:3]), {name.lower(): value for name, value in answered}, content)


@pytest.fixture(scope="session")
def accounts(tmp_path_factory) -> Path:
    """The operators' files, made once: argon2 takes its time, as it should."""
    root = Root(str(tmp_path_factory.mktemp("accounts")))
    assemble.make_data(root)
    house = assemble.house(root)
    for name in ("ada", "ines", "bob"):
        role = ADMINISTRATOR if name == "ada" else OPERATOR
        house.operators.add(Operator(name, f"{name}@example.org", role), PASSWORD)
    return Path(house.operators.folder)


@pytest.fixture
def desk(tmp_path, accounts) -> Asked:
    """A desk with one form and three operators: ada, who is an administrator, ines and bob."""
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "contact.html").write_text(FORM)
    root = Root(str(tmp_path))
    assemble.make_data(root)
    for path in accounts.iterdir():
        (tmp_path / "data" / "operators" / path.name).write_bytes(path.read_bytes())
    return Asked(assemble.house(root))


FORM = """\
<title>Contact us</title>
<meta name="helpdesk-confirmation" content="We answer within two working days.">
<label>Your name <input name="name"></label>
<label>Email <input name="email" type="email" required></label>
<label>Message <textarea name="message" required></textarea></label>
"""
