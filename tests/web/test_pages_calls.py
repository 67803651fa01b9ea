"""Logging a call on the web."""

from __future__ import annotations

import re

import pytest

from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests.web.conftest import SCRIPT

FIELDS = {"channel": "phone", "type": "problem", "subject": "Smoke", "text": "It smells.", "email": "jane@example.com"}


def filled(desk, **fields):
    """The page as ines gets it, filled in."""
    page = desk.get("/tickets/new", "ines").text
    token = re.search(r'name="page" value="([^"]+)"', page)
    return {**FIELDS, "page": token[1], **fields}


def number_of(answer):
    assert answer.status == 303, answer.text
    return answer.headers["location"].removeprefix(f"{SCRIPT}/tickets/")


def test_it_is_mine_at_once(desk):
    number = number_of(desk.post_form("/tickets/new", "ines", filled(desk, to="me"), {"smoke.txt": b"thick"}))
    assert desk.house.store.place(number) == Place(CLAIMED, "ines")
    page = desk.get(f"/tickets/{number}", "ines").words
    for words in ("Phone", "Problem", "ines logged it", "It smells.", "smoke.txt", "jane@example.com"):
        assert words in page


def test_it_is_kept_though_the_disk_fails_only_then(desk, monkeypatch):
    fields = filled(desk, to="me")
    with monkeypatch.context() as broken:
        broken.setattr(type(desk.house.store), "read", lambda *_: (_ for _ in ()).throw(OSError("The disk is broken.")))
        answer = desk.post_form("/tickets/new", "ines", fields)
    assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/queue")
    assert len(desk.house.store.held_by("ines")) == 1


def test_or_for_the_queue(desk):
    number = number_of(desk.post_form("/tickets/new", "ines", filled(desk, to="queue")))
    assert desk.house.store.place(number) == QUEUE
    queue = desk.get("/queue", "bob").words
    assert "Smoke" in queue
    assert "Phone" in queue


def test_pressed_twice_it_is_one(desk):
    fields = filled(desk, to="me")
    first, second = (number_of(desk.post_form("/tickets/new", "ines", fields)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"subject": " "}, "Say what it is about."),
        ({"email": "jane"}, "This is no mail address."),
        ({"email": "", "acknowledge": "1"}, "Without a mail address nobody can be told the number."),
        ({"channel": "pigeon"}, "A channel is one of"),
        ({"type": "riot"}, "A type is one of"),
    ],
)
def test_what_is_wrong_comes_back_as_it_was(desk, fields, said):
    answer = desk.post_form("/tickets/new", "ines", {**filled(desk), **fields})
    assert answer.status == 422
    assert said in answer.words
    assert "It smells." in answer.text
    assert desk.house.store.pending() == []


def test_the_customers_page_says_that_it_was_noted(desk):
    number = number_of(desk.post_form("/tickets/new", "ines", filled(desk)))
    page = desk.get(f"/status/{number}?key={desk.house.desk.key(number)}").words
    assert "We noted what you told us" in page
    assert "It smells." in page


def test_the_type_is_changed_like_the_priority(desk):
    number = number_of(desk.post_form("/tickets/new", "ines", filled(desk)))
    desk.post(f"/tickets/{number}/mark", "ines", {"type": "praise", "seen": "type=problem"})
    assert desk.house.store.read(number).standing.type == "praise"
    assert "ines said: type praise" in desk.get(f"/tickets/{number}", "ines").words


def test_home_leads_there(desk):
    assert f'href="{SCRIPT}/tickets/new"' in desk.get("/home", "ines").text


def test_who_is_not_signed_in_logs_nothing(desk):
    assert desk.get("/tickets/new").status == 303
    assert desk.post_form("/tickets/new", "", FIELDS).status == 303
    assert desk.house.store.pending() == []
