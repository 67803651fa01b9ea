"""A desk that is attacked: without a server in between, and with its letters delivered into Maildirs."""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.root import Root
from helpdesk_lite.web.http import Request
from tests.access.browser import Answer, Browser
from tests.examples import ADMIN, BOB, INES

URL = "http://help.example.org"
PASSWORD = "a long password"
BOUNDARY = "----frontier"
# Every way in which a text can come in, and nothing required, so that only the desk itself can refuse.
FORM = """<title>Everything</title>
<label>Name <input name="name"></label> <label>Email <input name="email" type="email"></label>
<label>Subject <input name="subject"></label> <label>Room <input name="room"></label>
<label>Telephone <input name="phone" type="tel"></label> <label>Search <input name="find" type="search"></label>
<label>Message <textarea name="message"></textarea></label> <label>More <textarea name="more"></textarea></label>
<input type="hidden" name="origin" value="page"> <label>Files <input name="files" type="file" multiple></label>
"""
FIELDS = {"name": "Jane Doe", "email": "jane@example.com", "subject": "Fire", "message": "It burns."}
TEXTS = ("name", "subject", "room", "phone", "find", "message", "more", "origin")


class File(NamedTuple):
    """A file to upload; `name` is written as it is, but for line ends, which are written as browsers do."""

    name: str
    content: bytes = b"content"
    type: str = "image/png"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk made once, with the form `all`, three operators, and what it has worked out already."""
    house = assemble.house(make_desk(str(tmp_path_factory.mktemp("prepared") / "desk")), URL)
    # ines gets letters straight into her mailbox, bob through the transport: the two shapes of a forward.
    for operator in (INES._replace(deliver="maildir:data/mail/ines-own"), BOB, ADMIN):
        house.operators.add(operator, PASSWORD)
    form = Path(house.root.forms) / "all.html"
    form.write_text(FORM)
    for path in (form, *Path(house.root.inside("operators")).iterdir()):
        os.utime(path, (time.time() - 60, time.time() - 60))
    ada = signed_in(house, "ada")
    old = os.umask(0o077)  # as every door does
    try:
        for path in ("/", "/forms/all", "/queue", "/mine", "/outbox", "/login", "/nothing"):
            ada.get(path)
    finally:
        os.umask(old)
    return Path(house.root.path)


@pytest.fixture
def house(tmp_path: Path, prepared: Path) -> Any:
    """A desk of this test's own, with no limit on how often somebody may write."""
    shutil.copytree(prepared, tmp_path / "desk")
    made = assemble.house(Root(str(tmp_path / "desk")), URL)
    made.settings = made.settings._replace(submissions_per_hour=0)
    return made


@pytest.fixture
def browser(house: Any) -> Browser:
    return Browser(house)


@pytest.fixture
def ines(house: Any) -> Browser:
    return signed_in(house, "ines")


@pytest.fixture
def ada(house: Any) -> Browser:
    return signed_in(house, "ada")


def signed_in(house: Any, name: str) -> Browser:
    """A browser in which the operator has signed in."""
    browser = Browser(house, "192.0.2.7")
    browser.cookie = house.sessions.cookie(Request({}), house.operators.find(name)).partition(";")[0]
    return browser


def urlencoded(fields: Mapping[str, str]) -> bytes:
    """A body as a client writes it that does not care about surrogates."""
    pairs = (tuple(quote_from_bytes(one.encode("utf-8", "surrogatepass")) for one in pair) for pair in fields.items())
    return "&".join("=".join(pair) for pair in pairs).encode()


def multipart(fields: Mapping[str, str], files: tuple[File, ...] = (), field: str = "files") -> bytes:
    """The same as multipart/form-data; file names are not escaped, as no attacker would."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode("utf-8", "surrogatepass")
        for name, value in fields.items()
    ]
    for file in files:
        name = file.name.replace("\r", "%0D").replace("\n", "%0A")
        said = f'form-data; name="{field}"; filename="{name}"\r\nContent-Type: {file.type}'
        parts.append(f"Content-Disposition: {said}\r\n\r\n".encode("utf-8", "surrogatepass") + file.content)
    return b"".join(b"--%b\r\n%b\r\n" % (BOUNDARY.encode(), part) for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def post(browser: Browser, fields: Mapping[str, str], form: str = "all") -> Answer:
    """Send the form as it is."""
    return browser.ask("POST", f"/forms/{form}", urlencoded(fields), CONTENT_TYPE="application/x-www-form-urlencoded")


def upload(browser: Browser, *files: File, fields: Mapping[str, str] = FIELDS) -> Answer:
    """Send the form with files."""
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return browser.ask("POST", "/forms/all", multipart(fields, files), CONTENT_TYPE=kind)


def number_in(answer: Answer) -> str:
    """The tracking number that a submission was sent on to."""
    assert answer.status == 303, answer.text
    return answer.location.split("/")[2].partition("?")[0]


def stored(house: Any) -> list[str]:
    """The numbers of all tickets."""
    return [number for state in ("pending", "claimed", "closed") for number in house.store.numbers(state)]


def message_of(house: Any, number: str) -> bytes:
    """The inquiry's own bytes."""
    with house.store.open_message(number, house.store.read(number).entries[0].message_id) as file:
        found: bytes = file.read()
        return found


class Delivered(NamedTuple):
    """A letter as it lies in a mailbox."""

    box: str
    raw: bytes
    read: EmailMessage

    @property
    def head(self) -> bytes:
        return self.raw.partition(b"\n\n")[0]

    @property
    def texts(self) -> list[str]:
        """Plain text and HTML, as they are read."""
        return [part.get_content() for part in self.read.walk() if part.get_content_maintype() == "text"]


def delivered(house: Any) -> list[Delivered]:
    """Send all letters; everything in every mailbox. No letter may be left over."""
    tally = assemble.courier(house).run(all=True)
    assert (tally.waiting, tally.held) == (0, 0), house.outbox.held()
    return list(_boxes(house))


def _boxes(house: Any) -> Iterator[Delivered]:
    for path in sorted(Path(house.root.inside("mail")).glob("**/new/*")):
        raw = path.read_bytes()
        read = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        yield Delivered(path.parent.parent.name, raw, read)
