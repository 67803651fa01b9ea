"""Who is in copy of a ticket's answers, by hand."""

from __future__ import annotations

import pytest

from helpdesk_lite.tickets.copies import MOST, Copies
from helpdesk_lite.words.errors import HandlingRefused, NotAllowed, TicketMoved
from helpdesk_lite.words.letter import ANSWER as ANSWER_LETTER
from helpdesk_lite.words.ticket import ANSWER, LETTER
from tests.examples import BOB, INES
from tests.tickets.test_handling import Handled

JANE, CARL = "jane@example.com", "Carl@example.com"


@pytest.fixture
def desk(tmp_path):
    return Handled(tmp_path / "desk")


@pytest.fixture
def copies(desk):
    return Copies(desk.desk)


def answered(desk):
    """Ines answers on the page; whom that goes to."""
    with desk.post(ANSWER, ("Ines", INES.email)) as post:
        desk.house.intake.correspondence.reply(desk.number, INES, post, len(desk.ticket.entries))
    return desk.letters(ANSWER_LETTER)[-1].recipients


def test_answers_go_to_whoever_was_put_in_copy(desk, copies):
    copies.include(desk.number, INES, f" {CARL} ")
    assert (desk.ticket.entries[-1].kind, desk.ticket.entries[-1].by) == ("included", "ines")
    assert answered(desk) == (JANE, CARL)


def test_and_no_more_once_they_were_taken_out(desk, copies):
    copies.include(desk.number, INES, CARL)
    copies.exclude(desk.number, INES, CARL.lower())
    assert desk.ticket.entries[-1].kind == "excluded"
    assert answered(desk) == (JANE,)


def test_a_customers_letter_does_not_bring_them_back_but_an_operator_does(desk, copies):
    copies.include(desk.number, INES, CARL)
    copies.exclude(desk.number, INES, CARL)
    with desk.post(LETTER, ("Jane Doe", JANE)) as post:
        desk.house.intake.correspondence.write(desk.number, post._replace(people=(CARL,)), "customer")
    assert desk.ticket.known() == (JANE,)
    copies.include(desk.number, INES, CARL)
    assert desk.ticket.known() == (JANE, CARL)


def test_twice_is_once(desk, copies):
    for verb in (copies.include, copies.exclude):
        for _ in range(2):
            verb(desk.number, INES, CARL)
    assert [entry.kind for entry in desk.ticket.entries][2:] == ["included", "excluded"]


@pytest.mark.parametrize("address", ["", "carl", "carl@example.com, dora@example.com", "carl@example.com\nBcc: x@y.z"])
def test_what_is_no_address_is_refused(desk, copies, address):
    with pytest.raises(HandlingRefused):
        copies.include(desk.number, INES, address)


def test_the_desks_own_address_is_refused(desk, copies):
    with pytest.raises(HandlingRefused, match="own address"):
        copies.include(desk.number, INES, desk.house.settings.address)


def test_the_customer_stays(desk, copies):
    with pytest.raises(HandlingRefused):
        copies.exclude(desk.number, INES, JANE.upper())


def test_there_is_an_end_to_it(desk, copies):
    for count in range(MOST):
        copies.include(desk.number, INES, f"p{count}@example.com")
    with pytest.raises(HandlingRefused):
        copies.include(desk.number, INES, CARL)


def test_only_who_may_handle_it(desk, copies):
    with pytest.raises(NotAllowed):
        copies.include(desk.number, BOB, CARL)
    desk.desk.release(desk.number, INES)
    with pytest.raises(TicketMoved):
        copies.include(desk.number, INES, CARL)
