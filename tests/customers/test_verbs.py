"""What a customer does on the page of their ticket."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_lite.customers.verbs import Customers
from helpdesk_lite.letters import typed
from helpdesk_lite.words.letter import FORWARD, RETURNED
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, LETTER, QUEUE, Place
from tests.mail_desk import MailDesk, letter


class Jane:
    """A customer with a ticket; Ines may have it."""

    def __init__(self, place: Path) -> None:
        self.desk = MailDesk(place)
        Path(self.desk.house.spool).mkdir(exist_ok=True)
        self.number = self.desk.open()
        self.customers = Customers(self.desk.intake.correspondence)

    def claimed(self) -> None:
        """Ines takes it."""
        self.desk.house.desk.claim(self.number, self.ines)

    @property
    def ines(self):
        return self.desk.house.operators.find("ines")

    def write(self, text: str) -> str:
        """Type and press Send."""
        house = self.desk.house
        ticket = house.store.read(self.number)
        words = typed.Typed(text, (), len(ticket.entries))
        with typed.posted(words, LETTER, ("Jane Doe", "jane@example.com"), ticket, house.desk, house.spool) as post:
            return self.customers.write(self.number, post)


@pytest.fixture
def jane(tmp_path) -> Jane:
    return Jane(tmp_path)


def test_what_she_writes_goes_to_the_operator_who_has_it(jane):
    jane.claimed()
    jane.write("It is out.")
    entry = jane.desk.house.store.read(jane.number).entries[-1]
    assert ("ines", entry.message_id) in [(one.operator, one.entry) for one in jane.desk.letters(FORWARD)]


def test_notes_are_not_hers_to_see(jane):
    jane.claimed()
    jane.desk.receive(letter("ines@example.org", jane.desk.address("operator", jane.number, "ines"), "note Odd."))
    assert jane.desk.kinds(jane.number)[-1] == "note"
    assert [entry.kind for entry in jane.customers.show(jane.number).entries] == ["inquiry", "claimed"]


def test_what_a_stranger_wrote_is_not_hers_to_see(jane):
    jane.desk.receive(letter("eve@example.net", jane.desk.address("ticket", jane.number), "Psst."))
    assert jane.desk.kinds(jane.number)[-1] == "letter"
    assert [entry.kind for entry in jane.customers.show(jane.number).entries] == ["inquiry"]


def test_she_closes_it_and_who_has_it_is_told(jane):
    jane.claimed()
    jane.customers.close(jane.number)
    assert jane.desk.place(jane.number) == Place(CLOSED, "ines")
    (told,) = jane.desk.letters(RETURNED)
    assert (told.operator, told.note) == ("ines", f"The customer has closed ticket {jane.number}.")


def test_she_closes_it_twice(jane):
    jane.claimed()
    jane.customers.close(jane.number)
    jane.customers.close(jane.number)
    assert jane.desk.kinds(jane.number).count("closed") == 1


@pytest.mark.parametrize("text", ["level = 99", "no toml"])
def test_a_mistake_in_the_file_of_who_has_it_stops_her_in_nothing(jane, text):
    jane.claimed()
    with open(jane.desk.root.inside("operators", "ines.toml"), "a") as file:
        file.write(text)
    jane.customers.close(jane.number)
    jane.customers.reopen(jane.number)
    assert jane.desk.kinds(jane.number)[-2:] == ["closed", "reopened"]
    assert jane.desk.place(jane.number) == QUEUE
    (told,) = jane.desk.letters(RETURNED)  # it waits until the file is mended
    assert (told.operator, told.note) == ("ines", f"The customer has closed ticket {jane.number}.")


def test_a_ticket_that_nobody_had_goes_back_to_the_queue(jane):
    jane.customers.close(jane.number)
    assert jane.desk.place(jane.number) == Place(CLOSED)
    jane.customers.reopen(jane.number)
    assert jane.desk.place(jane.number) == QUEUE


def test_reopened_it_is_hers_who_had_it(jane):
    jane.claimed()
    jane.desk.house.desk.close(jane.number, jane.ines)
    jane.customers.reopen(jane.number)
    assert jane.desk.place(jane.number) == Place(CLAIMED, "ines")
    assert [one.note for one in jane.desk.letters(RETURNED)] == [f"The customer has reopened ticket {jane.number}."]


def test_what_she_writes_opens_a_closed_one(jane):
    jane.claimed()
    jane.desk.house.desk.close(jane.number, jane.ines)
    assert jane.write("Smoke again.") == jane.number
    assert jane.desk.place(jane.number) == Place(CLAIMED, "ines")
