"""What the customer's browser said of itself: kept with the ticket, and shown in words to operators."""

from __future__ import annotations

import pytest

from helpdesk_lite.cache import Cache
from helpdesk_lite.web import browsers
from helpdesk_lite.words import i18n

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.2 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (FIREFOX, "Firefox 120 on Windows 10"),
        (IPHONE, "Mobile Safari 17 on iOS 17"),
        ("my own script", "my own script"),
        ("", ""),
    ],
)
def test_in_words(tmp_path, said, words):
    assert browsers.in_words(said, Cache(str(tmp_path)), i18n.translation("en")) == words


def submitted(desk, said: str) -> str:
    """The number of a ticket that somebody submitted with this browser."""
    fields = {"email": "jane@example.com", "message": "It burns."}
    answer = desk.post("/forms/contact", fields=fields, User_Agent=said)
    assert answer.status == 303, answer.words
    return answer.headers["location"].partition("/sent/")[2].partition("?")[0]


def test_operators_read_it_in_words_and_in_its_own(desk):
    number = submitted(desk, FIREFOX)
    page = desk.get(f"/tickets/{number}", "ines")
    assert "Firefox 120 on Windows 10" in page.words
    assert FIREFOX in page.words


def test_it_is_text_whatever_it_says(desk):
    number = submitted(desk, "<script>alert(1)</script>")
    page = desk.get(f"/tickets/{number}", "ines").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_one_that_goes_on_for_ever_is_cut(desk):
    number = submitted(desk, "x" * 5000)
    assert desk.house.store.read(number).inquiry.browser == "x" * browsers.LONGEST


def test_a_ticket_without_one_says_nothing_of_it(desk):
    assert "In its own words" not in desk.get(f"/tickets/{desk.ticket()}", "ines").text
