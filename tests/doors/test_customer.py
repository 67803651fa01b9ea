"""The customer's way through every door: a form, a mistake, a confirmation."""

from __future__ import annotations

import contextlib
import hashlib
import mailbox
import re

import pytest

from tests.doors.stories import submitted, typed
from tests.servers import Door
from tests.visitor import File


def test_the_first_page_leads_to_the_forms(door: Door) -> None:
    visitor = door.visitor()
    page = visitor.get("/")
    assert page.status == 200
    assert f'href="{visitor.base}/forms/contact"' in page.text


def test_a_form_is_shown(door: Door) -> None:
    visitor = door.visitor()
    page = visitor.get("/forms/contact")
    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'name="message"' in page.text


def test_a_form_fills_in_what_its_address_says(door: Door) -> None:
    page = door.visitor().get("/forms/contact?subject=Fire%20%26%20smoke")
    assert 'value="Fire &amp; smoke"' in page.text


def test_a_form_dropped_in_is_there_at_once(door: Door) -> None:
    path = door.desk.root / "forms" / "dropped.html"
    path.write_text("<title>Dropped in</title><label>What <input name=what></label><button>Send</button>")
    try:
        assert "Dropped in" in door.visitor().get("/").text
        answer = door.visitor().post("/forms/dropped", {"what": f"nothing much, by {door.name}"})
        assert answer.status == 303
    finally:
        path.unlink()
    assert door.visitor().get("/forms/dropped").status == 404


def test_a_submission_leads_to_its_number(door: Door) -> None:
    visitor = door.visitor()
    answer = visitor.post("/forms/contact", typed())
    assert answer.status == 303
    assert re.fullmatch(re.escape(visitor.base) + r"/sent/[0-9A-Z-]+\?key=[\w-]+", answer.location)
    page = visitor.follow(answer)
    assert page.status == 200
    assert page.number == answer.number


def test_a_ticket_is_an_mbox_file_with_the_message(door: Door) -> None:
    number = submitted(door, message="Zwölf Boxkämpfer\njagen Viktor.\n\nFrom: nobody")
    (path,) = door.desk.root.glob(f"data/pending/{number}.mbox")
    with contextlib.closing(mailbox.mbox(path)) as opened:
        (message,) = opened
    assert message["From"] == "Jane Doe <jane@example.com>"
    text = message.get_payload(decode=True)
    assert isinstance(text, bytes) and "Zwölf Boxkämpfer\njagen Viktor.\n\nFrom: nobody" in text.decode()


def test_a_page_from_elsewhere_may_post(door: Door) -> None:
    """A static site's own page posts here; it has no cookie to be stolen."""
    answer = door.visitor().post("/forms/contact", typed(), {"Origin": "https://www.example.org"})
    assert answer.status == 303


def test_a_mistake_brings_the_page_back_and_stores_nothing(door: Door) -> None:
    before = door.desk.tickets()
    answer = door.visitor().post("/forms/contact", typed(email="not an address", subject="Still here"))
    assert answer.status == 422
    assert 'value="Still here"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert door.desk.tickets() == before


def test_the_same_submission_twice_is_one_ticket(door: Door) -> None:
    same = typed()
    first, second = (door.visitor().post("/forms/contact", same) for _ in range(2))
    assert first.status == second.status == 303
    assert first.number == second.number


def test_uploads_arrive_byte_for_byte(door: Door) -> None:
    content = bytes(range(256)) * 1200
    picture = File("größte Eiche.png", "image/png", content)
    empty = File("", "application/octet-stream", b"")
    answer = door.visitor().upload("/forms/upload", typed(), [("picture", picture), ("picture", empty)])
    assert answer.status == 303, answer
    (attached,) = door.desk.show(answer.number)["attachments"]
    assert attached == {
        "name": "größte Eiche.png",
        "type": "image/png",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_too_much_is_refused(door: Door) -> None:
    before = door.desk.tickets()
    large = File("large.bin", "application/octet-stream", b"x" * 3_000_000)
    assert door.visitor().upload("/forms/upload", typed(), [("picture", large)]).status == 413
    assert door.desk.tickets() == before
    assert not list(door.desk.root.glob("data/spool/*"))


def test_a_wrong_key_opens_nothing(door: Door) -> None:
    number = submitted(door)
    for query in ("", "?key=", "?key=AAAAAAAAAAAAAAAAAAAAAA", "?key=%FF%00"):
        answer = door.visitor().get(f"/sent/{number}{query}")
        assert answer.status in (400, 404)  # some servers refuse %00 themselves
        assert number not in answer.text


@pytest.mark.parametrize("path", ["/", "/forms/contact", "/login", "/nothing-here"])
def test_head_is_get_without_the_body(door: Door, path: str) -> None:
    head, got = (door.visitor().ask(method, path) for method in ("HEAD", "GET"))
    assert head.status == got.status
    assert head.body == b""
    assert head.headers["content-type"] == got.headers["content-type"]


def test_the_customer_reads_their_own_language(door: Door) -> None:
    page = door.visitor().get("/forms/contact", {"Accept-Language": "it-IT,it;q=0.9,en;q=0.5"})
    assert '<html lang="it"' in page.text


def test_answers_forbid_what_nobody_needs(door: Door) -> None:
    number = submitted(door)
    answer = door.visitor().get(f"/sent/{number}?key=wrong")
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
