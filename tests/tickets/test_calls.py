"""What operators log for customers becomes tickets like any other."""

from __future__ import annotations

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.shelves.categories import Category
from helpdesk_lite.tickets.calls import Call, Calls
from helpdesk_lite.words import standing
from helpdesk_lite.words.errors import HandlingRefused, NotAllowed
from helpdesk_lite.words.form import Upload
from helpdesk_lite.words.letter import ACKNOWLEDGEMENT, FORWARD, NOTICE
from helpdesk_lite.words.standing import Standing
from helpdesk_lite.words.ticket import CALLS, CLAIMED, QUEUE, Place
from tests.examples import BOB, INES, contact_form, submission
from tests.test_cli import run

CALL = Call("phone", "Smoke on the second floor", "It smells, too.", "Jane Doe", "jane@example.com", "problem")


@pytest.fixture
def house(tmp_path):
    house = assemble.house(make_desk(str(tmp_path / "desk")))
    for operator in (INES, BOB):
        house.operators.add(operator, "a long password")
    return house


@pytest.fixture
def log(house):
    """Log the call as ines; its ticket."""
    return lambda call=CALL, by=INES: house.store.read(Calls(house.desk).log(call, by))


def kinds(house):
    return sorted(one.kind for one in house.outbox.waiting())


def test_a_call_is_a_ticket_of_whoever_logged_it(house, log):
    ticket = log()
    assert ticket.place == Place(CLAIMED, "ines")
    assert (ticket.channel, ticket.standing.type) == ("phone", "problem")
    assert (ticket.entries[0].kind, ticket.entries[0].by) == ("inquiry", "ines")
    assert ticket.inquiry.customer == ("Jane Doe", "jane@example.com")
    assert kinds(house) == [FORWARD]


def test_or_it_goes_to_the_queue_and_everybody_hears_of_it(house, log):
    ticket = log(CALL._replace(takes=False))
    assert ticket.place == QUEUE
    assert kinds(house) == [NOTICE]
    assert "jane" not in repr(house.desk.show(ticket.number, BOB).inquiry).lower()


def test_the_customer_is_told_the_number_if_that_is_wanted(house, log):
    log(CALL._replace(acknowledges=True))
    assert kinds(house) == [ACKNOWLEDGEMENT, FORWARD]


def test_nobody_need_be_named(house, log):
    ticket = log(CALL._replace(name="", email="", text=""))
    assert ticket.inquiry.customer == ("", "")
    assert [field.name for field in ticket.inquiry.fields] == ["message"]


def test_sent_twice_it_is_one_ticket_and_the_next_page_another(house, log):
    first = log()
    assert log().number == first.number
    assert log(CALL._replace(page="2")).number != first.number


def test_it_is_theirs_in_the_step_that_makes_it(house, log, monkeypatch):
    monkeypatch.setattr(type(house.store), "move", lambda *_: 1 / 0)
    ticket = log()
    assert [(entry.kind, entry.by) for entry in ticket.entries] == [("inquiry", "ines"), ("claimed", "ines")]
    assert [head.number for head in house.store.held_by("ines")] == [ticket.number]
    assert list(assemble.verifier(house).findings()) == []


def test_one_that_they_may_not_have_goes_to_those_who_may(house, log):
    house.categories.add(Category("water", addresses=("plumbers@example.org",)))
    ticket = log(CALL._replace(category="water"), INES._replace(categories=("bills",)))
    assert ticket.place == QUEUE
    assert [(one.kind, one.recipients) for one in house.outbox.waiting()] == [(NOTICE, ("plumbers@example.org",))]


def test_sent_again_it_does_not_come_back_to_who_has_given_it_away(house, log):
    house.desk.release(log().number, INES)
    assert log().place == QUEUE


def test_files_come_along(house, log, tmp_path):
    path = tmp_path / "smoke.png"
    path.write_bytes(b"\x89PNG")
    ticket = log(CALL._replace(uploads=(Upload("file", "smoke.png", "image/png", 4, str(path)),)))
    assert ticket.inquiry.head.attachments == 1
    with house.store.open_message(ticket.number, ticket.entries[0].message_id) as message:
        assert b"smoke.png" in message.read()


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "web"},
        {"channel": ""},
        {"type": "riot"},
        {"subject": ""},
        {"subject": "x" * 201},
        {"email": "jane"},
        {"email": "", "acknowledges": True},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_kept(house, log, wrong):
    with pytest.raises(HandlingRefused):
        log(CALL._replace(**wrong))
    assert house.store.pending() == []


def test_an_observer_logs_nothing(house, log):
    with pytest.raises(NotAllowed):
        log(by=INES._replace(role="observer"))


def test_every_channel_is_in_the_file_and_comes_back(house, log):
    assert {log(CALL._replace(channel=channel)).channel for channel in CALLS} == set(CALLS)


def test_others_came_by_the_web(house):
    number = house.desk.submit(contact_form(), submission(), "192.0.2.1", "en")
    assert house.store.read(number).channel == "web"


def test_the_type_can_be_changed(house, log):
    ticket = log()
    house.handling.mark(ticket.number, INES, ticket.standing._replace(type="praise"), ticket.standing)
    assert house.store.read(ticket.number).standing.type == "praise"
    with pytest.raises(HandlingRefused):
        house.handling.mark(ticket.number, INES, Standing(type="riot"), Standing())
    assert standing.read("type=riot level=2") == Standing(level=2)


def test_a_command_logs_a_call_too(house):
    options = ("--as", "ines", "--subject", "Smoke", "--channel", "counter", "--type", "request", "--name", "Jane")
    status, output, error = run("--root", house.root.path, "call", *options, stdin="It smells.")
    assert (status, error) == (0, "")
    ticket = house.store.read(output.strip())
    assert (ticket.channel, ticket.standing.type, ticket.place) == ("counter", "request", Place(CLAIMED, "ines"))
    assert ticket.inquiry.fields[-1].values == ("It smells.",)
    status, output, _ = run("--root", house.root.path, "call", *options, "--to-queue")
    assert house.store.read(output.strip()).place == QUEUE
