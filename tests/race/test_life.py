"""The life of a ticket, by four processes in the same moment: whoever comes first has it, and nothing is done by half.

After each race every letter that an entry names is there once, each ticket lies in one place, and `verify` finds
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.mail.outbox import FOLDERS
from helpdesk_lite.reception import Reception
from helpdesk_lite.store.anonymous import ERASED
from helpdesk_lite.web.house import House
from helpdesk_lite.words import ties
from helpdesk_lite.words.letter import FORWARD
from helpdesk_lite.words.ticket import CLAIMED, CLOSED, LETTER, QUEUE, STATES, Place, Ticket
from tests.race.deeds import asked, desk_in, hands, race

INES = Place(CLAIMED, "ines")
COUNTS = [5, pytest.param(300, marks=pytest.mark.long)]  # rounds
pytestmark = pytest.mark.parametrize("count", COUNTS)


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with hands() as made:
        yield made


@pytest.fixture
def house(tmp_path: Path) -> House:
    return desk_in(tmp_path / "desk")


def claimed(house: House, message: str) -> str:
    """A new ticket that ines has."""
    number = asked(house, message)
    house.desk.claim(number, house.operators.find("ines"))
    return number


def tickets(house: House) -> dict[str, Ticket]:
    """All there are, none of them in two places."""
    numbers = [number for state in STATES for number in house.store.numbers(state)]
    assert len(numbers) == len(set(numbers))
    return {number: house.store.read(number) for number in numbers}


def letters(house: House) -> Counter[str]:
    """The letters in the outbox, by Message-ID."""
    return Counter(one.message_id for folder in FOLDERS for one in house.outbox._read(folder))


def sound(house: House) -> dict[str, Ticket]:
    """The tickets, after what must hold whatever happened."""
    assert list(assemble.verifier(house).findings()) == []
    found = tickets(house)
    assert letters(house) == Counter(name for one in found.values() for entry in one.entries for name in entry.letters)
    return found


def forwards(house: House, ticket: Ticket) -> list[str]:
    """Who is sent what the ticket's customer wrote, by name; of its letters once each."""
    mine = [one for one, _ in house.outbox.unsent(ticket.number) if one.kind == FORWARD]
    assert len({(one.operator, one.entry) for one in mine}) == len(mine)
    return sorted(one.operator for one in mine)


def kinds(ticket: Ticket) -> list[str]:
    return [entry.kind for entry in ticket.entries]


def test_rules_and_people_take_it_and_one_has_it(
    pool: ProcessPoolExecutor, house: House, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes hand each ticket on as the rules say, while two people claim it."""
    path = Path(house.root.inside("rules.toml"))
    path.write_text('[[rule]]\nthen.level = 2\nthen.note = "Hurry."\nthen.hand_to = ["ines", "ada"]\n')
    path.chmod(0o600)
    monkeypatch.setattr(Reception, "settle", lambda *_: None)
    winners: Counter[str] = Counter()
    for index in range(count):
        number = asked(house, f"Fire {index}")
        deeds = [("by rule",), ("by rule",), ("claim", number, "bob"), ("claim", number, "carla")]
        (went,) = race(pool, house, [deeds])
        ticket = house.store.read(number)
        assert sorted(kinds(ticket)) == ["claimed", "inquiry", "ruled"]
        assert ticket.place.state == CLAIMED
        assert went[2:].count("done") == (ticket.place.holder in ("bob", "carla"))
        assert set(went[2:]) <= {"done", "AlreadyClaimed"}
        assert forwards(house, ticket) == [ticket.place.holder]
        winners[ticket.place.holder] += 1
    sound(house)
    print(f"{count} tickets, two processes that hand each on by rule and two people: {dict(winners)}")


def test_a_pending_ticket_is_merged_or_claimed_or_spam(pool: ProcessPoolExecutor, house: House, count: int) -> None:
    """Meanwhile its customer writes: the letter is in one ticket, and whoever has that gets it once."""
    whole = claimed(house, "The whole.")
    parts = [asked(house, f"Fire {index}") for index in range(count)]
    rounds = [
        [("merge", part, whole, "ines"), ("claim", part, "bob"), ("spam", part, "carla"), ("writes", part)]
        for part in parts
    ]
    outcomes = race(pool, house, rounds)
    found = sound(house)
    wrote = Counter(entry.digest for one in found.values() for entry in one.entries if entry.kind == LETTER)
    assert len(wrote) == count and set(wrote.values()) == {1}
    for part, went in zip(parts, outcomes, strict=True):
        ticket = found[part]
        assert went[:3].count("done") == 1 and went[3] == "done", went
        assert (ticket.merged_into == whole, ticket.place == Place(CLAIMED, "bob"), ticket.standing.away == "spam") == (
            went[0] == "done",
            went[1] == "done",
            went[2] == "done",
        )
        assert forwards(house, ticket) == (["bob"] * (1 + (LETTER in kinds(ticket))) if went[1] == "done" else [])
    print(f"{count} tickets merged, claimed or spam: {dict(Counter(outcomes))}")


def test_a_ticket_is_merged_while_its_holder_closes_answers_and_hands_it_on(
    pool: ProcessPoolExecutor, house: House, count: int
) -> None:
    """The steps fit together in some order: once it is merged, nobody answers in it or hands it on."""
    whole = claimed(house, "The whole.")
    parts = [claimed(house, f"Fire {index}") for index in range(count)]
    rounds = [
        [("merge", part, whole, "ada"), ("close", part, "ines"), ("reply", part, "ines"), ("hand to bob", part, "ines")]
        for part in parts
    ]
    outcomes = race(pool, house, rounds)
    found = sound(house)
    for part, went in zip(parts, outcomes, strict=True):
        ticket = found[part]
        assert went[0] == "done" and kinds(ticket)[-1] == "merged"
        assert [kind in kinds(ticket) for kind in ("closed", "answer", "reassigned")] == [
            one == "done" for one in went[1:]
        ]
        assert set(went) <= {"done", "TicketMoved", "NotAllowed"}, went
        assert ticket.place == Place(CLOSED, "bob" if went[3] == "done" else "ines")
    print(f"{count} tickets merged while their holder is at work: {dict(Counter(outcomes))}")


def test_two_tickets_are_merged_into_each_other_once(pool: ProcessPoolExecutor, house: House, count: int) -> None:
    """And three in a circle never end as one; they are linked and taken out again meanwhile."""
    trios = [[claimed(house, f"Fire {index} {which}") for which in "abc"] for index in range(count)]
    pairs = [
        [("merge", a, b, "ines"), ("merge", b, a, "ines"), ("link", a, b, "ines"), ("link", b, a, "ada")]
        for a, b, _ in trios
    ]
    circles = [
        [("merge", a, b, "ada"), ("merge", b, c, "ada"), ("merge", c, a, "ada"), ("unmerge", a, "ines")]
        for a, b, c in trios
    ]
    for went in race(pool, house, pairs):
        assert sorted(went[:2]) == ["TicketMoved", "done"] and went[2:] == ("done", "done")
    race(pool, house, circles)
    found = sound(house)
    for trio in trios:
        assert any(found[number].place.state == CLAIMED for number in trio), "one is the whole"
        for number in trio:
            way = [number]
            while into := found[way[-1]].merged_into:
                assert into not in way, "merged in a circle"
                way.append(into)
        assert ties.of(found[trio[0]]).linked == (trio[1],)


def test_an_answer_wakes_what_is_resolved_just_then(pool: ProcessPoolExecutor, house: House, count: int) -> None:
    """Its holder gets the letter once, and whichever comes last says how the ticket stands."""
    numbers = [claimed(house, f"Fire {index}") for index in range(count)]
    rounds = [
        [("resolve", number, "ines"), ("writes", number), ("wait", number, "ines"), ("close", number, "ines")]
        for number in numbers
    ]
    outcomes = race(pool, house, rounds)
    found = sound(house)
    for number, went in zip(numbers, outcomes, strict=True):
        ticket = found[number]
        assert went[1] == went[3] == "done"
        last = kinds(ticket)[-1]
        assert last in (LETTER, "closed", "resolved", "waiting")
        assert ticket.standing.progress == (last if last in ("resolved", "waiting") else "")
        assert ticket.place == (Place(CLOSED, "ines") if last == "closed" else INES)
        assert forwards(house, ticket) == ["ines", "ines"]
    print(f"{count} tickets resolved, answered, waiting and closed: {dict(Counter(outcomes))}")


def test_what_is_brought_back_while_its_customer_writes_reaches_its_holder(
    pool: ProcessPoolExecutor, house: House, count: int
) -> None:
    """One restores it. The letter came before or after: it is there, and was forwarded, once."""
    numbers = [claimed(house, f"Fire {index}") for index in range(count)]
    for number in numbers:
        house.handling.put_away(number, house.operators.find("ines"), "binned")
    rounds = [
        [("restore", number, "ines"), ("restore", number, "ada"), ("writes", number), ("reopens", number)]
        for number in numbers
    ]
    outcomes = race(pool, house, rounds)
    found = sound(house)
    for number, went in zip(numbers, outcomes, strict=True):
        ticket = found[number]
        assert sorted(went[:2]) == ["TicketMoved", "done"], went
        assert (ticket.place, ticket.standing.away) == (INES, "")
        assert sorted(kinds(ticket)[2:]) == ["binned", LETTER, "restored"]
        assert forwards(house, ticket) == ["ines", "ines"]
    print(f"{count} tickets brought back while their customers write: {dict(Counter(outcomes))}")


def test_what_is_erased_stays_whole_whoever_is_at_it(pool: ProcessPoolExecutor, house: House, count: int) -> None:
    """Claimed, merged, written in: each ticket is there, once, and knows its customer no more."""
    whole = claimed(house, "The whole.")
    numbers = [asked(house, f"Fire {index}", f"jane{index}@example.com") for index in range(count)]
    middle = count // 2
    rounds = [
        [
            ("erase", f"jane{index}@example.com"),
            ("writes", number),
            ("deliver",),
            ("claim", number, "bob") if index < middle else ("merge surely", number, whole, "ada"),
        ]
        for index, number in enumerate(numbers)
    ]
    outcomes = race(pool, house, rounds)
    assert list(assemble.verifier(house).findings()) == []
    found = tickets(house)
    for number, went in zip(numbers, outcomes, strict=True):
        ticket = found[number]
        assert went[0] == went[1] == "done"
        assert kinds(ticket).count(ERASED) == 1
        assert ticket.inquiry.customer.email == "" and not ticket.inquiry.fields
        assert ticket.place.state == (QUEUE.state if went[3] != "done" else CLOSED if ticket.merged_into else CLAIMED)
    print(f"{count} tickets erased, written in, and claimed or merged: {dict(Counter(outcomes))}")


def test_two_administrators_undo_one_entry_once(pool: ProcessPoolExecutor, house: House, count: int) -> None:
    """A third change in the same moment is not overwritten unseen."""
    ada = house.operators.find("ada")
    went: Counter[tuple[str, ...]] = Counter()
    for index in range(count):
        bob = house.operators.find("bob")._replace(level=1 + index % 2, absent_until="")
        house.accounts.change(bob, ada)
        (noted,) = house.audit.read(most=1)
        deeds = [("undo", noted.name, "ada"), ("undo", noted.name, "eva"), ("absent", "bob", "ada")]
        (how,) = race(pool, house, [deeds])
        undone = [one for one in house.audit.read(most=3) if one.undoes == noted.name]
        assert how[:2].count("done") == len(undone) <= 1
        assert set(how[:2]) <= {"done", "FileChanged"} and how[2] == "done"
        (last, *_) = house.audit.read(most=1)
        now = house.operators.find("bob")
        assert last.after and (last.after["level"], last.after["absent_until"]) == (now.level, now.absent_until)
        went[how] += 1
    assert house.audit.mistakes() == house.operators.mistakes() == []
    print(f"{count} entries undone by two: {dict(went)}")
