"""The page of letters kept aside, and the line in the queue that leads to it."""

from __future__ import annotations

import re

import pytest

from helpdesk_lite.mail.arrivals import Envelope
from tests import mail_desk


@pytest.fixture
def digest(desk):
    """A letter without a sender, kept aside."""
    raw = mail_desk.letter("", "", "Is <b>anybody</b> there?", "Hello <desk>")
    assert desk.house.intake.receive([raw], Envelope("test")).kind == "kept"
    (arrival,) = [arrival for arrival, _ in desk.house.intake.arrivals.kept()]
    return arrival.name


def test_the_queue_says_that_one_is_kept_aside(desk, digest):
    answer = desk.get("/queue", "bob")
    assert "1 letter was kept aside." in answer.words
    assert "/intake" in answer.text


def test_an_administrator_sees_what_it_says_and_why_it_is_here(desk, digest):
    answer = desk.get("/intake", "ada")
    assert "Hello &lt;desk&gt;" in answer.text
    assert "Is &lt;b&gt;anybody&lt;/b&gt; there?" in answer.text
    assert "there is nobody to answer" in answer.words


def test_others_see_only_why(desk, digest):
    answer = desk.get("/intake", "bob")
    assert "there is nobody to answer" in answer.words
    assert "desk&gt;" not in answer.text and "anybody" not in answer.text
    assert "<form" not in re.sub(r"<form[^>]*logout.*?</form>", "", answer.text, flags=re.DOTALL)


def test_nobody_sees_it_who_is_not_signed_in(desk, digest):
    assert desk.get("/intake").status == 303


def test_an_administrator_makes_a_ticket_of_it(desk, digest):
    answer = desk.post(f"/intake/{digest}/take", "ada")
    assert answer.status == 303
    number = answer.headers["location"].rpartition("/")[2]
    assert desk.house.store.read(number).inquiry.head.subject == "Hello <desk>"
    assert "Nothing is kept aside." in desk.get("/intake", "ada").words


def test_an_administrator_throws_it_away(desk, digest):
    assert desk.post(f"/intake/{digest}/drop", "ada").status == 303
    assert "Nothing is kept aside." in desk.get("/intake", "ada").words
    assert desk.house.intake.arrivals.counts()["ignored"] == 1


@pytest.mark.parametrize("verb", ["take", "drop"])
def test_nobody_else_may(desk, digest, verb):
    assert desk.post(f"/intake/{digest}/{verb}", "bob").status == 403
    assert desk.house.count_kept() == 1


@pytest.mark.parametrize("odd", ["ab" * 16, "..%2F..%2Fsecret", "x"])
def test_one_that_is_not_there_is_not_found(desk, odd):
    assert desk.post(f"/intake/{odd}/take", "ada").status == 404


@pytest.mark.parametrize("verb", ["take", "drop"])
@pytest.mark.parametrize("name", ["%00", "a%00b", "0" * 300])
def test_what_is_no_letter_is_not_there(desk, verb, name):
    assert desk.post(f"/intake/{name}/{verb}", "ada").status == 404
