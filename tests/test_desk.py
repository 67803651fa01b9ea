"""The story: a customer asks, one operator claims, their mailbox gets the message; and nothing is ever lost."""

from __future__ import annotations

import itertools
import os
import threading

import pytest

from helpdesk_lite.desk import Desk
from helpdesk_lite.mail.outbox import Outbox
from helpdesk_lite.store.flat import FlatStore
from helpdesk_lite.words.errors import AlreadyClaimed, NotAllowed, TicketMoved, UnknownNumber
from helpdesk_lite.words.settings_table import read
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, PENDING, QUEUE
from tests.examples import ADMIN, BOB, INES, NOON, contact_form, submission


@pytest.fixture
def clock():
    return [float(NOON)]


@pytest.fixture
def desk(tmp_path, clock):
    store = FlatStore(str(tmp_path), lambda: clock[0])
    store.make_folders()
    outbox = Outbox(str(tmp_path / "outbox"))
    outbox.make_folders()
    counter = itertools.count(1)
    settings = read('[desk]\nurl = "https://help.example.org/desk.cgi"\n')
    return Desk(store, outbox, settings, b"secret", lambda: clock[0], lambda: next(counter))


@pytest.fixture
def number(desk):
    """A ticket that Jane Doe has just submitted."""
    return submit(desk)


def submit(desk, message="It burns.", email="jane@example.com", client="192.0.2.1"):
    return desk.submit(contact_form(), submission(message, email), client, "en")


def letters(desk, kind=None):
    return [letter for letter in desk.outbox.waiting() if kind in (None, letter.kind)]


def test_a_submission_is_a_pending_ticket(desk, number):
    assert [head.number for head in desk.queue()] == [number]
    assert desk.queue()[0].subject == "The printer is on fire"


def test_all_operators_hear_of_it_at_the_broadcast_address(desk, number):
    (notice,) = letters(desk, "notice")
    assert notice.recipients == ("operators@localhost",)
    assert notice.number == number
    assert notice.url == f"https://help.example.org/desk.cgi/tickets/{number}"


def test_the_customer_gets_the_number_and_a_link_with_a_key(desk, number):
    (acknowledgement,) = letters(desk, "acknowledgement")
    assert acknowledgement.recipients == ("jane@example.com",)
    assert acknowledgement.url == f"https://help.example.org/desk.cgi/status/{number}?key={desk.key(number)}"
    assert desk.is_key(number, desk.key(number))
    assert not desk.is_key(number, "")


def test_a_customer_without_an_address_is_not_mailed(desk):
    submit(desk, email="")
    assert letters(desk, "acknowledgement") == []


def test_a_number_that_another_ticket_has_is_drawn_again(desk):
    """Of 300 tickets a second, two meet in one number every minute or so."""

    def submit_with(*chances, message):
        drawn = itertools.chain(chances, itertools.count(chances[-1]))
        return submit(desk._replace(chance=lambda: next(drawn)), message)

    first = submit_with(7, 100, message="It burns.")
    second = submit_with(7, 200, message="It smokes.")

    assert {head.number for head in desk.queue()} == {first, second} and first != second
    assert [letter.number for letter in letters(desk, "acknowledgement")] == [first, second]
    assert os.listdir(f"{desk.outbox.folder}/staged") == []


def test_the_same_submission_twice_is_one_ticket(desk, number):
    assert submit(desk) == number
    assert len(letters(desk)) == 2


def test_other_words_are_another_ticket(desk, number):
    assert submit(desk, "It burns still.") != number


def test_without_an_address_the_sender_tells_submissions_apart(desk):
    first = submit(desk, email="")
    assert submit(desk, email="") == first
    assert submit(desk, email="", client="192.0.2.2") != first


def test_claiming_gives_the_ticket_and_the_message(desk, number):
    desk.claim(number, INES)
    assert desk.store.place(number) == (CLAIMED, "ines")
    assert desk.queue() == []
    (forward,) = letters(desk, "forward")
    assert (forward.operator, forward.number) == ("ines", number)
    assert desk.store.read(number).entries[-1].letters == (forward.message_id,)


def test_the_second_claimer_hears_who_has_it_and_since_when(desk, number, clock):
    clock[0] += 60
    desk.claim(number, INES)
    with pytest.raises(AlreadyClaimed) as lost:
        desk.claim(number, BOB)
    assert (lost.value.holder, lost.value.since) == ("ines", NOON + 60)
    assert len(letters(desk, "forward")) == 1


def test_of_many_claimers_exactly_one_wins_and_gets_the_message(desk, number):
    won = []
    start = threading.Barrier(8)

    def claim(name):
        start.wait()
        try:
            desk.claim(number, INES._replace(name=name))
            won.append(name)
        except AlreadyClaimed:
            return

    threads = [threading.Thread(target=claim, args=(f"op{index}",)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert [letter.operator for letter in letters(desk, "forward")] == won


def test_a_released_ticket_is_pending_again_and_can_be_claimed_by_another(desk, number):
    desk.claim(number, INES)
    desk.release(number, INES)
    assert [head.number for head in desk.queue()] == [number]
    desk.claim(number, BOB)
    assert desk.store.place(number) == (CLAIMED, "bob")


def test_a_closed_ticket_can_be_reopened_by_who_had_it(desk, number):
    desk.claim(number, INES)
    desk.close(number, INES)
    assert desk.store.place(number) == (CLOSED, "ines")
    desk.reopen(number, INES)
    assert desk.store.place(number) == (CLAIMED, "ines")


def test_an_administrator_may_release_close_and_reopen_for_the_holder(desk, number):
    desk.claim(number, INES)
    desk.close(number, ADMIN)
    desk.reopen(number, ADMIN)
    assert desk.store.place(number) == (CLAIMED, "ines")
    desk.release(number, ADMIN)
    assert desk.store.place(number) == QUEUE


@pytest.mark.parametrize("verb", ["release", "close"])
def test_nobody_else_may_touch_a_held_ticket(desk, number, verb):
    desk.claim(number, INES)
    with pytest.raises(NotAllowed):
        getattr(desk, verb)(number, BOB)
    assert desk.store.place(number) == (CLAIMED, "ines")


@pytest.mark.parametrize("verb", ["release", "close", "reopen"])
def test_a_verb_that_does_not_fit_says_where_the_ticket_is(desk, number, verb):
    with pytest.raises(TicketMoved) as found:
        getattr(desk, verb)(number, INES)
    assert found.value.state == PENDING


@pytest.mark.parametrize("verb", ["claim", "release", "close", "reopen", "show"])
def test_an_unknown_number_is_unknown_to_every_verb(desk, verb):
    with pytest.raises(UnknownNumber):
        getattr(desk, verb)("2222-2222-2222", INES)


def test_before_claiming_nobody_sees_who_asked(desk, number):
    shown = repr(desk.show(number, ADMIN).inquiry)
    assert "It burns." in shown
    assert "Jane" not in shown
    assert "jane@" not in shown


def test_the_holder_and_administrators_see_everything_others_nothing(desk, number):
    desk.claim(number, INES)
    assert desk.show(number, INES).inquiry.customer.email == "jane@example.com"
    assert desk.show(number, ADMIN).inquiry.customer.email == "jane@example.com"
    with pytest.raises(NotAllowed):
        desk.show(number, BOB)


class Killed(BaseException):
    """The process ends here."""


def kill_at(monkeypatch, target, name):
    """The next call of target.name kills the process instead."""

    def killed(*_, **__):
        monkeypatch.undo()
        raise Killed

    monkeypatch.setattr(target, name, killed)


@pytest.mark.parametrize("step", ["stage", "publish", "store", "exchange", "second rename"])
def test_a_claim_killed_at_any_step_is_all_or_nothing(desk, number, monkeypatch, step):
    from helpdesk_lite import disk

    if step == "second rename":
        real = os.rename

        def rename(source, target):
            if "moving" in source and "claimed" in target:
                monkeypatch.undo()
                raise Killed
            real(source, target)

        monkeypatch.setattr(disk.os, "rename", rename)
    else:
        target, name = {
            "stage": (Outbox, "stage"),
            "publish": (Outbox, "publish"),
            "store": (FlatStore, "move"),
            "exchange": (disk, "exchange"),
        }[step]
        kill_at(monkeypatch, target, name)
    with pytest.raises(Killed):
        desk.claim(number, INES)

    desk.mend(number)
    ticket = desk.store.read(number)
    forwards = letters(desk, "forward")
    if ticket.place == QUEUE:
        assert forwards == []
        assert len(ticket.entries) == 1
        desk.claim(number, BOB)
    else:
        assert ticket.place == (CLAIMED, "ines")
        assert ticket.entries[-1].letters == (forwards[0].message_id,)
        with pytest.raises(AlreadyClaimed):
            desk.claim(number, BOB)
    assert desk.outbox.staged(number) == []


@pytest.mark.parametrize(("target", "name"), [(Outbox, "stage"), (FlatStore, "add"), (Outbox, "publish")])
def test_a_submission_killed_at_any_step_can_be_sent_again(desk, monkeypatch, target, name):
    kill_at(monkeypatch, target, name)
    with pytest.raises(Killed):
        submit(desk)
    number = submit(desk)
    for left in desk.outbox.staged_numbers():
        desk.mend(left)
    assert [head.number for head in desk.queue()] == [number]
    assert sorted(letter.kind for letter in letters(desk)) == ["acknowledgement", "notice"]


def test_a_ticket_keeps_where_its_form_wants_answers_to_go(desk):
    number = desk.submit(contact_form()._replace(answers="relayed"), submission(), "", "en")
    assert desk.store.read(number).inquiry.head.answers == "relayed"
