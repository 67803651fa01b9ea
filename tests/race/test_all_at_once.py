"""Everybody at once, by every way in: one winner for each ticket, each letter once, nothing for `verify` to say."""

from __future__ import annotations

import itertools
import multiprocessing
import re
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from helpdesk_lite import assemble
from helpdesk_lite.commands.make import make_desk
from helpdesk_lite.courier import Courier
from helpdesk_lite.operators import Operator
from helpdesk_lite.store.inspect import Lying, tickets
from helpdesk_lite.ticket import CLAIMED
from tests import examples, servers
from tests.race import doers
from tests.race.racers import PEOPLE

LOCKS = re.compile(r"([0-9A-Z]{2}|submission-[0-9a-f]{2}|courier|setup)\.lock\Z")
AFTER = {"claimed": ("released", "closed"), "released": ("claimed",), "closed": ("reopened",)}
AFTER |= {"inquiry": ("claimed",), "reopened": ("released", "closed")}


@pytest.mark.parametrize(
    ("count", "ways"),
    [
        (8, ("http", "direct", "http", "cgi", "direct", "http", "cgi", "direct")),
        pytest.param(2000, ("http", "direct") * 3 + ("http", "cgi"), marks=pytest.mark.long),
    ],
)
def test_thirty_two_claim_each_ticket_by_every_way(count: int, ways: tuple[str, ...]) -> None:
    """Four processes of eight people, over HTTP to two workers, as CGI, and as the command line would."""
    context = multiprocessing.get_context("spawn")
    with servers.door("gunicorn", PEOPLE) as door:
        house = assemble.house(make_desk(str(door.desk.root)))
        numbers = [
            house.desk.submit(examples.contact_form(), examples.submission(f"It burns. ({index})"), "", "en")
            for index in range(count)
        ]
        people = list(zip(PEOPLE, ways, strict=True))
        groups = [people[shift:] + people[:shift] for shift in range(4)]
        barrier = context.Barrier(32)
        with ProcessPoolExecutor(4, context, doers.begin, (barrier,)) as pool:
            tasks = [pool.submit(doers.claimers, str(door.desk.root), door.url, group, numbers) for group in groups]
            fared = [one for task in tasks for one in task.result()]
        winners = Counter[tuple[str, str]]()
        for number, told in zip(numbers, zip(*fared, strict=True), strict=True):
            (winner,) = (one for one in told if one.won)
            winners[f"{winner.who}@example.org", number] += 1
            assert house.store.place(number) == (CLAIMED, winner.who)
            for one in told:
                assert one.won or winner.who in one.said or "you have" in one.said, (winner, one)
        door.desk.run("deliver", "--all")
        forwards = Counter[tuple[str, str]]()
        for (address, message_id), times in doers.arrived(Path(house.root.data)).items():
            if ".forward." in message_id:
                forwards[address, message_id[1:].partition(".")[0]] += times
        assert forwards == winners
        assert door.desk.run("verify").returncode == 0
        by_way = Counter(one.way for told in fared for one in told if one.won)
        print(f"{count} tickets, 32 claimers each: {sum(winners.values())} winners {dict(by_way)}")


@pytest.mark.parametrize("seconds", [5, pytest.param(300, marks=pytest.mark.long)])
def test_everything_at_once(tmp_path: Path, seconds: int) -> None:
    """Claim, release, close, reopen, double submit, verify --repair, two couriers and readers, for some seconds."""
    house = assemble.house(make_desk(str(tmp_path)))
    for name in ("ines", "bob", "carla"):
        house.operators.add(Operator(name, f"{name}@example.org"), servers.PASSWORD)
    form = examples.contact_form()
    numbers = [house.desk.submit(form, examples.submission(f"Fire {index}"), "", "en") for index in range(5)]
    root = str(tmp_path)
    until = time.time() + 2 + seconds
    with ProcessPoolExecutor(9, multiprocessing.get_context("spawn")) as pool:
        presses = [
            pool.submit(doers.operate, root, name, numbers, seed, until)
            for seed, name in enumerate(("ines", "bob", "carla"))
        ]
        customers = [pool.submit(doers.write, root, seed, until) for seed in range(2)]
        couriers = [pool.submit(doers.deliver, root, until) for _ in range(2)]
        checks = [pool.submit(doers.repair, root, until), pool.submit(doers.read, root, numbers, until)]
        done = sum((task.result(seconds + 60) for task in presses), Counter[str]())
        got = [task.result(60) for task in customers]
        assert [task.result(60) for task in checks] == [[], []]
        sent = sum(task.result(60) for task in couriers)
    sent += Courier(house).run(all=True).sent  # also what was put off because its ticket was just moving

    assert list(assemble.verifier(house).findings()) == []
    found = [lying.number for lying in tickets(house.root.data) if isinstance(lying, Lying)]
    submitted = {**got[0], **got[1]}
    assert all(submitted[which] == number for one in got for which, number in one.items())
    assert sorted(found) == sorted([*numbers, *submitted.values()])
    stories = [house.store.read(number).entries for number in found]
    for story in stories:
        kinds = [entry.kind for entry in story]
        assert all(after in AFTER[before] for before, after in itertools.pairwise(kinds)), kinds
    kinds = Counter(entry.kind for story in stories for entry in story)
    for verb, kind in zip(doers.VERBS, ("claimed", "released", "closed", "reopened"), strict=True):
        assert kinds[kind] == done[verb], "what worked is written down once"
    named = Counter(letter for story in stories for entry in story for letter in entry.letters)
    arrived = doers.arrived(Path(house.root.data))
    assert Counter({message_id: times for (_, message_id), times in arrived.items()}) == named
    assert sent == len(named)
    assert not house.outbox.waiting() and not house.outbox.held()
    locks = {path.name for path in Path(house.root.inside("locks")).iterdir()}
    assert all(LOCKS.match(name) for name in locks) and len(locks) < 1300
    print(f"{seconds} seconds: {dict(done)}, {len(submitted)} double submissions, {sent} letters")
