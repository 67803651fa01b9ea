"""Spam and the bin, as their pages and the ticket's own show them."""

from __future__ import annotations

import pytest

from helpdesk_lite.web.pages import away
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests.web.conftest import SCRIPT


@pytest.mark.parametrize(("verb", "words"), [("spam", "Spam since"), ("bin", "In the bin since")])
def test_a_ticket_goes_out_of_the_way_and_comes_back(desk, verb, words):
    number = desk.ticket()
    desk.post(f"/tickets/{number}/claim", "ines")
    answer = desk.post(f"/tickets/{number}/{verb}", "ines")
    assert (answer.status, answer.headers["location"]) == (303, f"{SCRIPT}/mine")
    assert number not in desk.get("/mine", "ines").text
    assert number in desk.get(f"/{verb}", "ines").text
    page = desk.get(f"/tickets/{number}", "ines")
    assert words in page.words
    assert "/restore" in page.text
    assert "/reopen" not in page.text
    assert desk.post(f"/tickets/{number}/restore", "ines").status == 303
    assert desk.house.store.place(number) == Place(CLAIMED, "ines")
    assert "ines took it back from there" in desk.get(f"/tickets/{number}", "ines").words


def test_from_the_queue_nobody_needs_to_claim_it_and_nobody_learns_who_asked(desk):
    number = desk.ticket()
    assert desk.post(f"/tickets/{number}/spam", "bob").headers["location"] == f"{SCRIPT}/queue"
    assert number not in desk.get("/queue", "bob").text
    page = desk.get(f"/tickets/{number}", "ines")
    assert page.status == 200
    assert "jane@example.com" not in page.text
    assert desk.post(f"/tickets/{number}/restore", "ines").status == 303
    assert desk.house.store.place(number) == QUEUE


def test_somebody_elses_is_listed_but_not_mine_to_open_or_bring_back(desk):
    number = desk.ticket()
    desk.post(f"/tickets/{number}/claim", "ines")
    assert desk.post(f"/tickets/{number}/bin", "bob").status == 403
    desk.post(f"/tickets/{number}/bin", "ines")
    assert desk.post(f"/tickets/{number}/bin", "ines").status == 409
    page = desk.get("/bin", "bob")
    assert number in page.words
    assert f"/tickets/{number}" not in page.text
    assert desk.post(f"/tickets/{number}/restore", "bob").status == 403


def test_an_empty_page_says_so_and_a_long_list_goes_on(desk, monkeypatch):
    assert "The bin is empty." in desk.get("/bin", "ines").words
    assert "No ticket is marked as spam." in desk.get("/spam", "ines").words
    monkeypatch.setattr(away, "_PAGE", 1)
    numbers = [desk.ticket(f"Number {count}") for count in range(2)]
    for number in numbers:
        desk.post(f"/tickets/{number}/spam", "ines")
    first, last = sorted(numbers, reverse=True)
    page = desk.get("/spam", "ines")
    assert first in page.words
    assert last not in page.words
    assert f"{SCRIPT}/spam?before={first}" in page.text
    assert last in desk.get(f"/spam?before={first}", "ines").words
    assert "That was the last." in desk.get(f"/spam?before={last}", "ines").words


def test_its_customer_sees_that_it_is_closed_and_may_write(desk):
    number = desk.ticket()
    key = desk.house.desk.key(number)
    desk.post(f"/tickets/{number}/spam", "ines")
    page = desk.get(f"/status/{number}?key={key}")
    assert "Closed," in page.words
    assert "spam" not in page.text.lower()
    assert "/reopen" not in page.text
    answer = desk.post_form(f"/status/{number}/write", "", {"key": key, "seen": "1", "message": "I am real!"})
    assert answer.status == 303
    assert "A letter came since" in desk.get("/spam", "ines").words
