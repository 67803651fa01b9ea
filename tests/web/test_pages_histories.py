"""A customer's tickets, for operators who may know the customer."""

from __future__ import annotations

import re

import pytest

from helpdesk_lite.words.ticket import CLAIMED
from tests.examples import contact_form, submission
from tests.web.conftest import SCRIPT


@pytest.fixture
def ask(desk):
    """Jane Doe asks something; somebody claims it, or nobody."""

    def asked(message, who="", email="jane@example.com"):
        number = desk.house.desk.submit(contact_form(), submission(message, email), "192.0.2.1", "en")
        if who:
            desk.house.desk.claim(number, desk.operator(who))
        return number

    return asked


def way(desk, number, who="ines"):
    """The way from a ticket to its customer's page."""
    found = re.search(rf'href="{SCRIPT}(/customers/[^"]+)"', desk.get(f"/tickets/{number}", who).text)
    return found[1] if found else None


def rows(answer):
    return re.findall(r'data-ticket="([^"]+)"', answer.text)


def test_a_ticket_leads_to_the_others_of_its_customer(desk, ask):
    first, second, closed = ask("It burns.", "ines"), ask("It floods.", "ines"), ask("It froze.", "ines")
    desk.post(f"/tickets/{closed}/close", "ines")
    assert set(rows(desk.get(f"/tickets/{first}", "ines"))) == {second, closed}
    answer = desk.get(way(desk, first), "ines")
    assert set(rows(answer)) == {first, second, closed}
    assert "Jane Doe" in answer.words
    assert "jane@example.com" in answer.words
    open_ones, _, shut = answer.text.partition("<h2>Closed</h2>")
    assert closed in shut
    assert first in open_ones


def test_who_wrote_a_pending_ticket_is_not_told(desk, ask):
    held, other, pending = ask("It burns.", "ines"), ask("It floods.", "ines"), ask("It froze.")
    assert way(desk, pending) is None
    for who in ("ines", "ada"):
        assert pending not in desk.get(f"/tickets/{held}", who).text
        assert set(rows(desk.get(way(desk, held), who))) == {held, other}


def test_what_somebody_else_has_is_named_but_leads_nowhere(desk, ask):
    mine, his = ask("It burns.", "ines"), ask("It floods.", "bob")
    answer = desk.get(way(desk, mine), "ines")
    assert set(rows(answer)) == {his, mine}
    assert f'href="{SCRIPT}/tickets/{his}"' not in answer.text
    assert f'href="{SCRIPT}/tickets/{his}"' in desk.get(way(desk, mine), "ada").text


def test_who_has_none_of_their_tickets_does_not_know_the_customer(desk, ask):
    first = ask("It burns.", "ines")
    ask("It floods.", "ines")
    path = way(desk, first)
    assert desk.get(path, "bob").status == 404
    assert desk.get(path).status == 303
    assert desk.get("/customers/" + "0" * 32, "ada").status == 404
    assert "no such form" not in desk.get("/customers/..", "ada").words


def test_a_customer_of_one_ticket_and_one_without_an_address_need_no_page(desk, ask):
    assert way(desk, ask("It burns.", "ines")) is None
    ask("It floods.", "ines", "")
    assert way(desk, ask("It froze.", "ines", "")) is None
    assert desk.house.store.holders() == ["ines"]


def test_the_way_there_tells_no_address(desk, ask):
    first, _ = ask("It burns.", "ines"), ask("It floods.", "ines")
    assert re.fullmatch(r"/customers/[0-9a-f]{32}", way(desk, first))
    assert desk.house.store.place(first).state == CLAIMED
