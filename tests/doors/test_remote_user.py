"""Signing in with the web server's own accounts: Apache httpd asks for the password, the desk believes REMOTE_USER."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest

from helpdesk_lite.web.app import OPERATORS, ROUTES
from tests import servers
from tests.doors.stories import submitted
from tests.servers import Door


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    """A desk behind Apache httpd as docs/install.md shows it, where Apache knows ines and a stranger."""
    with servers.new_desk(as_web_user=True, by="remote_user") as desk:
        digest = base64.b64encode(hashlib.sha1(b"apache's word").digest()).decode()
        accounts = desk.root.parent / "accounts"
        accounts.write_text("".join(f"{name}:{{SHA}}{digest}\n" for name in ("ines", "stranger")))
        with servers.apache(desk, "apache remote-user", str(accounts)) as url:
            yield Door("apache", url, desk)


def signed(name: str) -> dict[str, str]:
    """The header with which a browser signs in (RFC 7617)."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:apache's word".encode()).decode()}


def test_customers_need_no_account(door: Door) -> None:
    assert submitted(door)


def test_every_page_of_operators_is_behind_the_web_servers_sign_in(door: Door) -> None:
    pages = {route.path for route in ROUTES if route.whose == OPERATORS}
    for path in ("/login", "/logout", *(re.sub("{.*?}", "x", page) for page in pages)):
        assert door.visitor().get(path).status == 401, path


def test_whom_the_web_server_knows_works_as_ever(door: Door) -> None:
    number = submitted(door)
    ines = door.visitor()
    assert f'data-ticket="{number}"' in ines.get("/queue", signed("ines")).text
    assert ines.post(f"/tickets/{number}/claim", headers=signed("ines")).status == 303
    assert door.desk.show(number)["holder"] == "ines"


def test_another_sites_page_cannot_claim_with_it(door: Door) -> None:
    """The browser sends the password by itself, so where a request comes from matters all the more."""
    number = submitted(door)
    headers = {**signed("ines"), "Origin": "https://evil.example"}
    assert door.visitor().post(f"/tickets/{number}/claim", headers=headers).status == 403


def test_an_account_that_the_desk_does_not_know_sees_nothing(door: Door) -> None:
    number = submitted(door)
    answer = door.visitor().get("/queue", signed("stranger"))
    assert answer.status in (303, 403)
    assert number not in answer.text


def test_a_header_is_not_the_web_servers_word(door: Door) -> None:
    lies = {"Remote-User": "ines", "REMOTE_USER": "ines", "X-Remote-User": "ines", "Remote_User": "ines"}
    assert door.visitor().get("/queue", lies).status == 401
