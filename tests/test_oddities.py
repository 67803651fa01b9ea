"""What hands do to tickets that belong together, stand somehow and are put away: `verify` says each in one sentence.

What can be mended is mended at once, and nothing hides a ticket: its pages are drawn, its customer can write, and who
looks after it can take it back.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from helpdesk_lite import assemble, disk
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.customers.verbs import Customers
from helpdesk_lite.letters import typed
from helpdesk_lite.shelves.duties import Duty
from helpdesk_lite.store import marks
from helpdesk_lite.tickets.joining import Joining
from helpdesk_lite.words import ties
from helpdesk_lite.words.standing import Standing
from helpdesk_lite.words.ticket import CLOSED, LETTER, QUEUE, Place
from tests import examples
from tests.access.browser import Browser
from tests.examples import ADMIN, INES, contact_form, submission

NOWHERE = examples.number()


class Odd:
    """A desk with a pending ticket, and one that ines has, with a letter in it."""

    def __init__(self, folder: Path) -> None:
        self.house = assemble.house(make_desk(str(folder)))
        for operator in (INES, ADMIN):
            path = Path(self.house.root.inside("operators", f"{operator.name}.toml"))
            path.write_text(f'email = "{operator.email}"\nrole = "{operator.role}"\n')
            path.chmod(0o600)
        self.desk, self.joining = self.house.desk, Joining(self.house.desk)
        self.pending, self.mine = (self.desk.submit(contact_form(), submission(text), "", "en") for text in "ab")
        self.desk.claim(self.mine, INES)
        self.write(self.mine, "And now?")

    def read(self, number: str) -> Any:
        return self.house.store.read(number)

    def write(self, number: str, text: str) -> str:
        ticket = self.read(number)
        box = ticket.inquiry.customer
        with typed.posted(typed.Typed(text), LETTER, box, ticket, self.desk, self.house.spool) as post:
            return Customers(self.house.intake.correspondence).write(number, post)

    def say(self, number: str, kind: str, text: str, place: Place | None = None) -> None:
        """Write such an entry into the ticket, as a hand might."""
        with self.desk.locked(number):
            ticket = self.read(number)
            self.desk.move(ticket, place or ticket.place, kind, "ines", text=text)

    def head(self, number: str, words: str) -> None:
        """Have the head of the ticket's file say that it stands like this."""
        path = self.path(number)
        disk.replace(path, [disk.read(path).replace(b"\n", f"\nX-Helpdesk-Standing: {words}\n".encode(), 2)])
        content = disk.read(path).split(b"\n")
        disk.replace(path, [b"\n".join([content[0], content[2], content[1], *content[4:]])])

    def path(self, number: str) -> str:
        (path,) = Path(self.house.root.data).glob(f"*/**/{number}.mbox")
        return str(path)

    def mark(self, mark: str, name: str) -> None:
        marks.put(self.house.root.data, name, {mark}, 0)

    def away(self) -> None:
        self.house.handling.put_away(self.mine, INES, "binned")
        os.unlink(self.house.root.inside("marks", "binned", self.mine))

    def resolved(self) -> None:
        self.house.handling.resolve(self.mine, INES)
        os.unlink(self.house.root.inside("marks", "resolved", self.mine))

    def asleep(self) -> None:
        self.house.handling.mark(self.pending, INES, Standing(wakes_at=examples.NOON * 2), Standing())
        os.unlink(self.house.root.inside("marks", "later", self.pending))

    def circle(self) -> None:
        self.say(self.mine, "merged", f"{self.pending} claimed ines", Place(CLOSED, "ines"))
        self.say(self.pending, "merged", f"{self.mine} pending", Place(CLOSED, ""))
        self.say(self.mine, "joined", self.pending)
        self.say(self.pending, "joined", self.mine)
        self.say(self.mine, "merged", f"{self.pending} claimed ines")
        self.say(self.pending, "merged", f"{self.mine} pending")

    def log(self, line: bytes) -> None:
        self.house.audit.note("ada", "changed", "rules.toml")
        (path,) = Path(self.house.root.inside("log")).iterdir()
        path.write_bytes(path.read_bytes() + line)

    def duty(self) -> None:
        self.house.ruling.duties.promise(NOWHERE, Duty("x" * 32, ("a rule",)))

    def findings(self) -> list[tuple[str, str]]:
        root = self.house.root.path
        found = [(os.path.relpath(one.path, root), one.said) for one in assemble.verifier(self.house).findings()]
        return [(path.replace(self.mine, "MINE").replace(self.pending, "PENDING"), said) for path, said in found]

    def mend(self) -> None:
        verifier = assemble.verifier(self.house)
        for finding in list(verifier.findings()):
            verifier.mend(finding)


class Oddity(NamedTuple):
    """What a hand does, which sentences tell of it (in this order), and whether it can be mended."""

    do: Callable[[Odd], object]
    told: tuple[str, ...]
    is_mended: bool = False


GONE = f"it names {NOWHERE} (%s), and there is no such ticket"
CIRCLE = "it was merged into %s, and that, in the end, into itself"
ODDITIES = {
    "merged into nowhere": Oddity(
        lambda odd: odd.say(odd.mine, "merged", f"{NOWHERE} claimed ines", Place(CLOSED, "ines")),
        (GONE % "merged",),
    ),
    "merged in a circle": Oddity(Odd.circle, (CIRCLE % "PENDING", CIRCLE % "MINE")),
    "joined by nobody": Oddity(lambda odd: odd.say(odd.mine, "joined", NOWHERE), (GONE % "joined",)),
    "linked with nobody": Oddity(lambda odd: odd.say(odd.mine, "linked", NOWHERE), (GONE % "linked",)),
    "split off to nowhere": Oddity(lambda odd: odd.say(odd.mine, "split", f"{NOWHERE} 2"), (GONE % "split",)),
    "linked on one side": Oddity(
        lambda odd: odd.say(odd.mine, "linked", odd.pending),
        ("it does not say what it has to do with MINE (linked)",),
        True,
    ),
    "joined, but never merged": Oddity(
        lambda odd: odd.say(odd.mine, "joined", odd.pending),
        ("it does not say what it has to do with PENDING (parted)",),
        True,
    ),
    "merged into itself": Oddity(
        lambda odd: odd.say(odd.mine, "merged", f"{odd.mine} claimed ines", Place(CLOSED, "ines")),
        (CIRCLE % "MINE",),
    ),
    "no number at all": Oddity(lambda odd: odd.say(odd.mine, "linked", "the other one"), ()),
    "a level that is none": Oddity(
        lambda odd: odd.head(odd.pending, "level=99"),
        ("its head says how it stands in words that make no sense: ['level=99']",),
    ),
    "a way of being away that is none": Oddity(
        lambda odd: odd.head(odd.pending, "away=lost due_at=tomorrow"),
        ("its head says how it stands in words that make no sense: ['away=lost', 'due_at=tomorrow']",),
    ),
    "spam in the queue": Oddity(
        lambda odd: odd.head(odd.pending, "away=spam"), ("it stands as 'away=spam', and is pending",), True
    ),
    "waiting in the queue": Oddity(
        lambda odd: odd.head(odd.pending, "progress=waiting"),
        ("it stands as 'progress=waiting', and is pending",),
        True,
    ),
    "no mark in the bin": Oddity(Odd.away, ("the ticket is binned, but this mark is missing",), True),
    "no mark though resolved": Oddity(Odd.resolved, ("the ticket is resolved, but this mark is missing",), True),
    "no mark though put off": Oddity(Odd.asleep, ("the ticket is later, but this mark is missing",), True),
    "a mark too many": Oddity(lambda odd: odd.mark("spam", odd.pending), ("no ticket is spam",), True),
    "a mark that is none": Oddity(lambda odd: odd.mark("urgent", odd.mine), ("no ticket is urgent",), True),
    "a mark of nobody": Oddity(lambda odd: odd.mark("high", NOWHERE), ("no ticket is high",), True),
    "a torn line in the log": Oddity(
        lambda odd: odd.log(b'{"at": "2026-11-2'), ("1 of its lines are no entries of the log",)
    ),
    "a duty towards nobody": Oddity(Odd.duty, ("what rules want done with this ticket was not done",), True),
    "a holder without an account": Oddity(
        lambda odd: odd.house.operators.remove("ines"), ("there are tickets here, but there is no operator ines",)
    ),
}


@pytest.fixture
def odd(tmp_path: Path) -> Odd:
    return Odd(tmp_path / "desk")


@pytest.mark.parametrize("name", ODDITIES)
def test_an_oddity_is_said_in_one_sentence_and_hides_nothing(odd: Odd, name: str) -> None:
    oddity = ODDITIES[name]
    oddity.do(odd)
    told = [said.replace(odd.mine, "MINE").replace(odd.pending, "PENDING") for _, said in odd.findings()]
    assert sorted(told) == sorted(oddity.told)
    for number in (odd.pending, odd.mine):
        assert odd.desk.show(number, ADMIN).number == number
        assert Browser(odd.house).get(f"/status/{number}?key={odd.desk.key(number)}").status == 200
        went_to = odd.write(number, "Is anybody there?")
        assert [one.kind for one in odd.read(went_to).entries if one.digest][-1:] in ([LETTER], ["inquiry"])
    odd.mend()
    assert bool(odd.findings()) != (oddity.is_mended or not oddity.told)


@pytest.mark.parametrize("name", ["merged into nowhere", "merged in a circle", "merged into itself"])
def test_what_was_merged_into_nothing_comes_back(odd: Odd, name: str) -> None:
    ODDITIES[name].do(odd)
    assert odd.read(odd.mine).merged_into
    odd.joining.unmerge(odd.mine, ADMIN)
    assert odd.read(odd.mine).place.state != CLOSED
    assert ties.of(odd.read(odd.mine)).merged_into == ""


def test_a_letter_to_what_was_merged_into_nothing_is_a_new_ticket(odd: Odd) -> None:
    ODDITIES["merged into nowhere"].do(odd)
    went_to = odd.read(odd.write(odd.mine, "Is anybody there?"))
    assert went_to.place == QUEUE
    assert ("follows", (odd.mine,)) in [(field.name, field.values) for field in went_to.inquiry.fields]
