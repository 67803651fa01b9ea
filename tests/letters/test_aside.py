"""Letters that were kept aside: seen with the reason, taken or thrown away by administrators only, never lost."""

from __future__ import annotations

import pytest

from helpdesk_lite.letters.aside import Aside
from helpdesk_lite.mail.arrivals import standing
from helpdesk_lite.words.errors import NotAllowed, UnknownLetter
from tests import examples
from tests.mail_desk import DESK, JANE, MailDesk, letter


@pytest.fixture
def desk(tmp_path):
    return MailDesk(tmp_path)


@pytest.fixture
def aside(desk):
    return Aside(desk.intake)


@pytest.fixture
def raw(desk):
    """A letter from an operator to an address that anybody may know; it is kept aside."""
    raw = letter(
        "ines@example.org", desk.address("ticket", desk.open()), "Use water.", "Water", Message_ID="<w@example.org>"
    )
    assert desk.receive(raw).kind == "kept"
    return raw


def test_it_is_seen_with_what_it_says_and_why_it_is_here(aside, raw):
    (kept,) = aside.letters()
    assert (kept.sender, kept.subject, kept.text) == ("ines@example.org", "Water", "Use water.")
    assert "an address that anybody may know" in kept.reason


def test_an_administrator_takes_it_into_its_ticket(desk, aside, raw):
    (kept,) = aside.letters()
    outcome = aside.take(kept.digest, examples.ADMIN)
    assert outcome.kind == "threaded"
    assert desk.kinds(outcome.number) == ["inquiry", "letter"]
    assert desk.raw(outcome.number, -1) == raw
    assert list(aside.letters()) == []
    assert [known.number for known in standing(desk.intake.arrivals.known("<w@example.org>"))] == [outcome.number]


def test_one_that_belongs_nowhere_becomes_a_ticket(desk, aside):
    desk.receive(b"Subject: no sender\r\n\r\nHello?\r\n")
    (kept,) = aside.letters()
    outcome = aside.take(kept.digest, examples.ADMIN)
    assert outcome.kind == "opened"
    inquiry = desk.house.store.read(outcome.number).inquiry
    assert (inquiry.customer.email, inquiry.head.subject) == ("", "no sender")


def test_an_administrator_throws_it_away_and_it_can_still_be_found(desk, aside, raw):
    (kept,) = aside.letters()
    aside.throw_away(kept.digest, examples.ADMIN)
    assert list(aside.letters()) == []
    (known,) = standing(desk.intake.arrivals.known("<w@example.org>"))
    assert known.outcome == "ignored"
    assert known.reason == "ada threw it away."
    with open(desk.intake.arrivals.path_of(known), "rb") as file:
        assert file.read().endswith(raw)


@pytest.mark.parametrize("verb", ["take", "throw_away"])
def test_nobody_else_may(aside, raw, verb):
    (kept,) = aside.letters()
    with pytest.raises(NotAllowed):
        getattr(aside, verb)(kept.digest, examples.INES)
    assert len(list(aside.letters())) == 1


@pytest.mark.parametrize("digest", ["", "ab" * 16, "../../../secret", "x" * 32])
def test_one_that_is_not_there_is_said_to_be_unknown(aside, digest):
    with pytest.raises(UnknownLetter):
        aside.take(digest, examples.ADMIN)


def test_every_letter_that_came_is_in_one_place_and_the_counts_balance(desk, aside, raw):
    for other in (
        letter(JANE, DESK, "Two"),
        letter("robot@example.com", DESK, Auto_Submitted="auto-replied"),
        raw,
        b"?",
    ):
        desk.receive(other)
    places = sorted(known.outcome for known in desk.intake.arrivals.everywhere())
    assert places == ["ignored", "kept", "kept", "opened", "opened"]
    assert desk.intake.arrivals.counts() == {"new": 0, "kept": 2, "ignored": 1}
