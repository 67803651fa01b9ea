"""The tickets of somebody who leaves go to others, each by its own step."""

from __future__ import annotations

import pytest

from helpdesk_lite import assemble, cli
from helpdesk_lite.administration.leaving import Leaving
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.shelves.operators import COMMAND_LINE, Operator
from helpdesk_lite.words.errors import NotAllowed, OperatorMistaken
from helpdesk_lite.words.rights import ADMINISTRATOR
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests import examples

ADA = Operator("ada", "ada@example.org", ADMINISTRATOR)
INES = Operator("ines", "ines@example.org")
BOB = Operator("bob", "bob@example.org")


class Bureau:
    """A desk on which ines has three tickets."""

    def __init__(self, folder):
        self.house = assemble.house(make_desk(str(folder)))
        for one in (ADA, INES, BOB):
            self.house.operators.write(one)
        self.leaving = Leaving(self.house.handling)
        self.numbers = [self.ticket(minutes) for minutes in (3, 2, 1)]
        for number in self.numbers:
            self.house.desk.claim(number, INES)

    def ticket(self, minutes):
        number = examples.number(self.house.clock() - 60 * minutes)
        with self.house.store.locked(number):
            self.house.store.add(examples.inquiry(number), examples.entry(number), lambda: [examples.MESSAGE])
        return number

    def places(self):
        return [self.house.store.place(number) for number in self.numbers]

    def forwards(self):
        return [(one.number, one.operator) for one in self.house.outbox.waiting() if one.kind == "forward"]


@pytest.fixture
def desk(tmp_path):
    return Bureau(tmp_path / "desk")


def test_all_are_handed_to_another_with_their_entries_and_letters(desk):
    assert desk.leaving.hand_on("ines", "bob", ADA) == (3, ())
    assert desk.places() == [Place(CLAIMED, "bob")] * 3
    last = [desk.house.store.read(number).entries[-1] for number in desk.numbers]
    assert {(one.kind, one.by, one.text) for one in last} == {("reassigned", "ada", "bob")}
    assert sorted(one for one in desk.forwards() if one[1] == "bob") == [(number, "bob") for number in desk.numbers]


def test_all_go_back_into_the_queue(desk):
    assert desk.leaving.put_back("ines", COMMAND_LINE) == (3, ())
    assert desk.places() == [QUEUE] * 3
    assert desk.house.store.read(desk.numbers[0]).entries[-1].by == "command line"


def test_again_there_is_nothing_to_do(desk):
    desk.leaving.put_back("ines", ADA)
    assert desk.leaving.put_back("ines", ADA) == (0, ())


def test_one_that_somebody_else_has_by_now_is_left_to_them(desk, monkeypatch):
    heads = desk.house.store.held_by("ines")
    desk.house.handling.reassign(desk.numbers[1], INES, "bob")
    monkeypatch.setattr(desk.house.store, "held_by", lambda *_: heads)
    assert desk.leaving.put_back("ines", ADA) == (2, ())
    assert desk.places() == [QUEUE, Place(CLAIMED, "bob"), QUEUE]


def test_one_that_the_other_may_not_have_stays_with_the_reason(desk):
    desk.house.operators.write(BOB._replace(categories=("sales",)))
    ticket = desk.house.store.read(desk.numbers[0])
    desk.house.handling.mark(desk.numbers[0], INES, ticket.standing._replace(category="billing"), ticket.standing)
    went = desk.leaving.hand_on("ines", "bob", ADA)
    assert went.done == 2
    assert went.stayed == ((desk.numbers[0], "bob may not have this ticket: see their role and categories."),)
    assert desk.places()[0] == Place(CLAIMED, "ines")


def test_so_many_at_once(desk):
    assert desk.leaving.put_back("ines", ADA, most=2) == (2, ())
    assert desk.places() == [QUEUE, QUEUE, Place(CLAIMED, "ines")]


def test_the_command_says_how_many_went(desk, capsys):
    root = desk.house.root.path
    assert cli.main(["--root", root, "operator", "hand-on", "ines", "--to", "bob"]) == 0
    assert cli.main(["--root", root, "operator", "hand-on", "bob", "--to-queue"]) == 0
    assert capsys.readouterr().out == "3 tickets of ines are bob's now.\n3 tickets of bob are back in the queue.\n"


def test_of_somebody_who_is_gone_already(desk):
    desk.house.operators.remove("ines")
    assert desk.leaving.hand_on("ines", "bob", ADA).done == 3


@pytest.mark.parametrize("to", ["ines", "zoe", "", "../bob"])
def test_not_to_nobody(desk, to):
    with pytest.raises(OperatorMistaken):
        desk.leaving.hand_on("ines", to, ADA)


def test_not_by_anybody(desk):
    with pytest.raises(NotAllowed):
        desk.leaving.put_back("ines", BOB)
    assert desk.places() == [Place(CLAIMED, "ines")] * 3


def test_a_name_that_leads_elsewhere_is_none(desk):
    with pytest.raises(OperatorMistaken):
        desk.leaving.put_back("../pending", ADA)
