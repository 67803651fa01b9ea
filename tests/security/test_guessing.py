"""Numbers and keys cannot be guessed, and a wrong guess tells nothing."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Any

import pytest

from helpdesk_lite.words import signing, tracking
from tests.access.browser import Browser
from tests.security.conftest import FIELDS, delivered, number_in, post, signed_in


@pytest.fixture
def number(browser: Browser) -> str:
    return number_in(post(browser, FIELDS))


def wrong_keys(house: Any, number: str) -> list[str]:
    """Near misses, other keys, other proofs of ours, and nonsense."""
    from helpdesk_lite.web import stamps

    key = house.desk.key(number)
    other = tracking.new_number(house.clock(), 7)
    swapped = key[1] + key[0] + key[2:]
    near = [
        key[:-1],
        key + "A",
        key[:-1] + ("A" if key[-1] != "A" else "B"),
        key.lower(),
        key.upper(),
        key + "%3D",
        swapped,
    ]
    ours = [house.desk.key(other), stamps.new(house, "all"), stamps.new(house, number).partition(".")[2]]
    return [
        one
        for one in [*near, *ours, "", "0", "null", "%00", "%ff", "A" * 22, "A" * 5000, "*", "'%20or%20''='"]
        if one != key
    ]


def test_a_wrong_key_and_an_unknown_number_look_the_same(house: Any, browser: Browser, number: str) -> None:
    unknown = tracking.new_number(house.clock() + 1000, 5)
    expected = browser.get(f"/sent/{unknown}?key={house.desk.key(number)}")
    assert expected.status == 404
    for key in wrong_keys(house, number):
        answer = browser.get(f"/sent/{number}?key={key}")
        assert (answer.status, answer.text) == (404, expected.text), key
        assert answer.headers == expected.headers


def test_the_key_is_looked_at_before_the_ticket(house: Any, browser: Browser, number: str, monkeypatch: Any) -> None:
    """So that the time an answer takes cannot tell whether there is one."""
    monkeypatch.setattr(type(house.store), "read", lambda *_: pytest.fail("read without the key"))
    assert browser.get(f"/sent/{number}?key=wrong").status == 404


def test_secrets_are_compared_in_constant_time(house: Any, browser: Browser, number: str, monkeypatch: Any) -> None:
    """Keys, stamps and cookies go through one function, which compares codes of both sides; the set-up link as well."""
    compared: list[str] = []
    real, usual = signing.is_same, hmac.compare_digest

    def counted(given: str, right: str, secret: bytes) -> bool:
        compared.append(given)
        return real(given, right, secret)

    ines = signed_in(house, "ines")
    Path(house.root.inside("setup-key")).write_text("k" * 32)
    monkeypatch.setattr(signing, "is_same", counted)
    monkeypatch.setattr(hmac, "compare_digest", lambda *given: bool(compared.append("") or usual(*given)))
    for path in (f"/sent/{number}?key=x", f"/status/{number}?key=x", "/setup?key=x", "/queue"):
        before = len(compared)
        ines.get(path)
        assert len(compared) == before + 1, path
    post(browser, {**FIELDS, "helpdesk-stamp": "f1.y"})
    assert compared[-1] == "y"


def test_numbers_tell_no_volume_and_are_not_in_a_row(house: Any, browser: Browser) -> None:
    numbers = [number_in(post(browser, {**FIELDS, "message": str(count)})) for count in range(20)]
    assert len(set(numbers)) == 20
    assert len({number[10:13] for number in numbers}) > 15  # what chance adds


def test_a_number_alone_opens_nothing(browser: Browser, number: str) -> None:
    for path in (f"/sent/{number}", f"/tickets/{number}", f"/tickets/{number}/attachments/1/a"):
        answer = browser.get(path)
        assert answer.status in (303, 404)
        assert answer.status == 404 or answer.location.startswith("/login?next=")
        assert "It burns" not in answer.text
    for verb in ("claim", "release", "close", "reopen"):
        assert browser.post(f"/tickets/{number}/{verb}").location == "/login"


def test_a_key_belongs_to_one_ticket_of_one_desk(house: Any, number: str) -> None:
    other = tracking.new_number(house.clock(), 9)
    assert house.desk.key(number) != house.desk.key(other)
    assert house.desk.key(number) != signing.proof(b"another secret", "customer's key", number)
    assert len(house.desk.key(number)) == 22 and len(house.secret) >= 32


def test_a_key_goes_to_the_customer_only(house: Any, number: str) -> None:
    """Not into the letters of operators, not onto their pages, not into what a command prints."""
    ines = signed_in(house, "ines")
    pages = [ines.get("/queue").text, ines.get(f"/tickets/{number}").text]
    ines.post(f"/tickets/{number}/claim")
    pages += [ines.get("/mine").text, ines.get(f"/tickets/{number}").text, signed_in(house, "ada").get("/outbox").text]
    key = house.desk.key(number)
    assert not any(key in page for page in pages)
    boxes = {found.box for found in delivered(house) if any(key in text for text in found.texts)}
    assert boxes == {"jane@example.com"}
