"""The first promise, over HTTP: whatever races, at most one operator holds a ticket, and everybody else hears who."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.shelves.operators import Operator
from helpdesk_lite.words.errors import NotAllowed, TicketMoved
from helpdesk_lite.words.rights import ADMINISTRATOR, OPERATOR
from helpdesk_lite.words.standing import Standing
from helpdesk_lite.words.ticket import CLAIMED, QUEUE, Place
from tests import examples, servers
from tests.race.racers import PEOPLE, claim_all, racers, submit_all

RACES = [("serve", 60), ("lighttpd", 6)]


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with racers() as made:
        yield made


def typed(count: int) -> dict[str, str]:
    """The contact form, another message for each count."""
    message = f"It burns, for the {count}. time."
    return {"name": "Jane Doe", "email": "jane@example.com", "subject": "Fire", "message": message}


@pytest.mark.parametrize(("server", "tickets"), RACES)
def test_eight_send_the_same_and_race_for_the_ticket(pool: ProcessPoolExecutor, server: str, tickets: int) -> None:
    """One ticket; for which exactly one 303, seven 409 that name the true holder, and one forward, to the winner."""
    with servers.door(server, PEOPLE) as door:
        sent = submit_all(pool, door.url, [typed(count) for count in range(tickets)])
        for outcomes in sent:
            assert {outcome.status for outcome in outcomes} == {303}, outcomes
            assert len({outcome.said for outcome in outcomes}) == 1
        numbers = [outcomes[0].said for outcomes in sent]
        assert door.desk.tickets() == len(set(numbers)) == tickets

        races = claim_all(pool, door.url, numbers)
        door.desk.deliver()
        winners = Counter[tuple[str, str]]()
        for number, outcomes in zip(numbers, races, strict=True):
            assert sorted(outcome.status for outcome in outcomes) == [303] + [409] * 7, number
            (winner,) = (outcome.who for outcome in outcomes if outcome.status == 303)
            winners[winner, number] += 1
            assert (door.desk.root / "data" / "claimed" / winner / f"{number}.mbox").exists()
            for outcome in outcomes:
                assert outcome.status == 303 or winner in outcome.said.lower(), (number, winner, outcome)
        forwards = Counter(
            (who, ticket_of(path.read_bytes()))
            for who in PEOPLE
            for path in (door.desk.root / "data" / "mail" / f"{who}@example.org" / "new").glob("*")
        )
        assert forwards == winners
        assert door.desk.run("verify").returncode == 0


def ticket_of(letter: bytes) -> str:
    """The number in the letter's X-Helpdesk-Ticket."""
    return letter.partition(b"X-Helpdesk-Ticket: ")[2].partition(b"\n")[0].strip().decode()


def test_of_a_ticket_handed_on_and_up_and_claimed_at_once_there_is_one_holder(tmp_path: Path) -> None:
    """Ines has it. She hands it on, the administrator hands it up, Carla wants it, and it waits: in the same moment."""
    house = assemble.house(make_desk(str(tmp_path / "desk")))
    for name in ("ines", "bob", "carla", "ada"):
        role = ADMINISTRATOR if name == "ada" else OPERATOR
        house.operators.add(Operator(name, f"{name}@example.org", role), servers.PASSWORD)
    ines, carla, ada = (house.operators.find(name) for name in ("ines", "carla", "ada"))
    for count in range(40):
        number = house.desk.submit(examples.contact_form(), examples.submission(f"Fire {count}"), "", "en")
        house.desk.claim(number, ines)
        _at_once(
            partial(house.handling.reassign, number, ines, "bob"),
            partial(house.handling.escalate, number, ada, "Higher."),
            partial(house.desk.claim, number, carla),
            partial(house.handling.wait, number, ines),
        )
        ticket = house.store.read(number)
        kinds = [entry.kind for entry in ticket.entries]
        assert kinds.count("escalated") == 1, "an administrator may, whoever has it"
        after = kinds[kinds.index("escalated") + 1 :]
        assert after in ([], ["claimed"])
        assert ticket.place == (Place(CLAIMED, "carla") if after else QUEUE)
        assert ticket.inquiry.head.standing == Standing(level=2)
    assert list(assemble.verifier(house).findings()) == []


def _at_once(*deeds: Callable[[], None]) -> None:
    """Each by a thread of its own; who is too late hears so."""
    start = threading.Barrier(len(deeds))

    def do(deed: Callable[[], None]) -> None:
        start.wait()
        with suppress(TicketMoved, NotAllowed):
            deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        list(pool.map(do, deeds))
