"""No name leads out of the folder it belongs to: forms, tickets, attachments, letters, accounts, mailboxes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from helpdesk_lite.mail.transport.maildir import folder_name
from helpdesk_lite.words.errors import OperatorMistaken, UnknownForm, UnknownNumber
from tests.access.browser import Browser
from tests.examples import INES
from tests.security.conftest import FIELDS, PASSWORD, File, number_in, post, upload
from tests.security.payloads import FILE_NAMES, PATHS

SECRETS = ("root:x:0:0", "password_hash", "$argon2", "[desk]")
ROUTES = ("/forms/{}", "/static/{}", "/tickets/{}", "/sent/{}", "/status/{}", "/tickets/{}/claim", "/outbox/{}/drop")


def ask(browser: Browser, method: str, path: str) -> Any:
    """As a server hands it on: percent signs read once, bytes as Latin-1."""
    raw, _, query = path.partition("?")
    return browser.ask(
        method, "/", PATH_INFO=unquote_to_bytes(raw.encode()).decode("latin-1"), QUERY_STRING=query,
        HTTP_ORIGIN="http://help.example.org",
    )  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_an_odd_name_is_nowhere(house: Any, ada: Browser, route: str) -> None:
    secret = Path(house.root.inside("secret")).read_bytes()
    before = {str(path) for path in Path(house.root.path).rglob("*")}
    method = "POST" if route.endswith(("claim", "drop")) else "GET"
    for name in PATHS:
        answer = ask(ada, method, route.format(name))
        assert answer.status in (303, 400, 404), (name, answer.text)
        assert answer.status != 303 or answer.location == "/outbox"
        assert secret not in answer.body and not any(word in answer.text for word in SECRETS), name
    changed = before ^ {str(path) for path in Path(house.root.path).rglob("*")}
    assert not [path for path in changed if "/cache" not in path]


def test_the_shelves_themselves_know_no_such_name(house: Any) -> None:
    read_once = [unquote_to_bytes(name).decode("utf-8", "replace") for name in PATHS]
    for read in (name for name in (*PATHS, *read_once) if name != "contact"):
        with pytest.raises(UnknownForm):
            house.forms.form(read)
        with pytest.raises(UnknownNumber):
            house.store.read(read)
        assert house.operators.find(read) is None or read in ("con", "nul")
        assert not house.outbox.retry(read) and not house.outbox.drop(read)
        with pytest.raises(OperatorMistaken):
            house.operators.remove(read)


def test_an_operator_cannot_be_called_so(house: Any) -> None:
    for name in PATHS:
        if not name.isalnum() and name != "contact.html":
            with pytest.raises(OperatorMistaken):
                house.operators.add(INES._replace(name=name), PASSWORD)


@pytest.mark.parametrize("target", ["/etc/passwd", "../data/settings.toml", "../data/secret"])
def test_a_link_does_not_lead_a_form_out(house: Any, browser: Browser, target: str) -> None:
    os.symlink(target, Path(house.forms.path) / "linked.html")
    assert browser.get("/forms/linked").status == 404
    assert "linked" not in browser.get("/").text


@pytest.mark.parametrize(
    "address",
    [
        "../../zqxkw@a.b",
        "/etc/zqxkw@a.b",
        "..@a.b",
        "a/b@c.d",
        "~@a.b",
        ".@a",
        "a\x00b@c.d",
        "x" * 60 + "@" + "y." * 90 + "z",
    ],
)
def test_a_mailbox_lies_where_it_should(address: str) -> None:
    name = folder_name(address)
    assert "/" not in name and "\x00" not in name and not name.startswith(".") and 0 < len(name.encode()) <= 255


@pytest.mark.parametrize("name", FILE_NAMES)
def test_an_upload_writes_nothing_else(house: Any, browser: Browser, name: str) -> None:
    """Not beside the spool while it is read, not afterwards."""
    folder = Path(house.root.path)
    outside = sorted(path.name for path in folder.parent.iterdir())
    answer = upload(browser, File(name))
    assert answer.status in (303, 400)
    assert sorted(path.name for path in folder.parent.iterdir()) == outside
    assert list(Path(house.spool).iterdir()) == []
    assert not [path for path in folder.rglob("*") if "zqxkw" in path.name or "passwd" in path.name]


@pytest.mark.parametrize("index", ["0", "1", "-1", "2", "9999999999", "1e0", "01", "..", "%2e%2e", "١"])
def test_an_attachment_is_one_of_the_tickets(browser: Browser, ada: Browser, index: str) -> None:
    number = number_in(upload(browser, File("a.png")))
    for name in (*PATHS, "x", "", "0", "%00"):
        answer = ask(ada, "GET", f"/tickets/{number}/attachments/{index}/{name}")
        if answer.status == 200:
            assert (index, answer.body) == ("1", b"content")
        else:
            assert answer.status in (400, 404)


def test_a_field_that_the_form_has_not_is_left_out(house: Any, browser: Browser) -> None:
    odd = ("../x", "a/b", "..", "\x00", "a\r\nb", "x" * 500, "%2e%2e", "helpdesk-subject", "__class__")
    number = number_in(post(browser, {**FIELDS, **dict.fromkeys(odd, "zqxkw")}))
    assert not set(odd).intersection(one.name for one in house.store.read(number).inquiry.fields)
